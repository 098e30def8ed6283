/* shop/saved.c - saved pages: of what kind, from where, and their parts. */
#include "shop/saved.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"

#include "base/banned.h"

#define HEAD_MAX 8192u
#define CID "https://cid.invalid/"	/* a name that nobody can have */
#define CID_MAX (2 * HASH_LEN)

struct saved_part {
	char *url, *type;	/* url: a "cid:" is CID and what follows */
	struct buf data;	/* as it is shown: the same there */
};

static const struct { const char *head; size_t n; const char *type; }
pictures[] = {
	{"\x89PNG\r\n\x1a\n", 8, "image/png"}, {"\xff\xd8\xff", 3, "image/jpeg"},
	{"RIFF", 4, "image/webp"}
};

static bool
is_picture(struct saved *s)
{
	for (size_t i = 0; i < sizeof(pictures) / sizeof(*pictures); i++) {
		if (s->n < pictures[i].n || memcmp(s->data, pictures[i].head,
		    pictures[i].n) != 0)
			continue;
		s->type = pictures[i].type;
		s->kind = SAVED_PICTURE;
		return true;
	}
	return false;
}

/* --- HTML: what browsers and SingleFile write on top. */

static char *
take_url(const char *at)
{
	const size_t n = strcspn(at, " \t\r\n<>\"'");

	return strncmp(at, "http://", 7) == 0 ||
	    strncmp(at, "https://", 8) == 0 ? str_ndup(at, n) : str_dup("");
}

/* 1: it is; 0; -1. */
static int
is_html(struct saved *s, struct err *e)
{
	const size_t n = s->n < HEAD_MAX ? s->n : HEAD_MAX;
	char *head = str_ndup(s->data, n), *at;
	int rc = 0;

	if (!head)
		return err_nomem(e);
	if (!strcasestr(head, "<html") && !strcasestr(head, "<!doctype html"))
		goto out;
	if ((at = strstr(head, "saved from url=(")) != NULL &&
	    (at = strchr(at, ')')) != NULL)
		s->url = take_url(at + 1);
	else if ((at = strstr(head, "saved with SingleFile")) != NULL &&
	    (at = strstr(at, "url: ")) != NULL)
		s->url = take_url(at + 5);
	else
		s->url = str_dup("");
	s->type = "text/html";
	s->kind = SAVED_HTML;
	rc = s->url ? 1 : err_nomem(e);
out:
	free(head);
	return rc;
}

/* --- MHTML. */

/* A part's name behind "cid:" at AT, as shop/mhtml.h gives them; its length. */
static size_t
cid_length(const char *at, const char *end)
{
	size_t n = 0;

	while (at + n < end && n <= CID_MAX && ((at[n] >= '0' &&
	    at[n] <= '9') || (at[n] >= 'a' && at[n] <= 'f')))
		n++;
	return n <= CID_MAX ? n : 0;
}

/* N bytes with each "cid:" of ours as an address that a page may ask for. */
static int
show_cids(const char *at, size_t n, struct buf *out, struct err *e)
{
	const char *end = at + n, *cid;

	while (at < end && (cid = memmem(at, (size_t)(end - at), "cid:", 4))) {
		const size_t len = cid_length(cid + 4, end);

		if (buf_add(out, at, (size_t)(cid - at), e) < 0 ||
		    buf_adds(out, len > 0 ? CID : "cid:", e) < 0)
			return -1;
		at = cid + 4;
	}
	return at < end ? buf_add(out, at, (size_t)(end - at), e) : 0;
}

static bool
has_names(const char *type)
{
	return strcmp(type, "text/html") == 0 || strcmp(type, "text/css") == 0 ||
	    strcmp(type, "image/svg+xml") == 0 ||
	    strcmp(type, "application/xhtml+xml") == 0;
}

static int
add_part(void *arg, const struct mhtml_part *m, struct err *e)
{
	struct saved *s = arg;
	struct saved_part *p;

	/* As many as it may have, doubled as they come. */
	if ((s->nparts & (s->nparts - 1)) == 0) {
		p = realloc(s->part, (s->nparts ? 2 * s->nparts : 1) *
		    sizeof(*p));
		if (!p)
			return err_nomem(e);
		s->part = p;
	}
	p = &s->part[s->nparts];
	buf_init(&p->data, 16 * SAVED_MAX);
	p->url = strncmp(m->url, "cid:", 4) == 0 ? str_fmt(CID "%s",
	    m->url + 4) : str_ndup(m->url, strcspn(m->url, "#"));
	p->type = str_dup(m->type);
	s->nparts++;
	if (!p->url || !p->type)
		return err_nomem(e);
	if (!has_names(p->type))
		return buf_add(&p->data, m->data, m->n, e);
	return show_cids(m->data, m->n, &p->data, e);
}

static int
open_mhtml(struct saved *s, struct err *e)
{
	s->kind = SAVED_MHTML;
	s->type = "multipart/related";
	if (mhtml_read(s->data, s->n, add_part, s, e) < 0)
		return -1;
	s->url = take_url(s->part[0].url);
	return s->url ? 0 : err_nomem(e);
}

int
saved_open(struct saved *s, const void *data, size_t n, struct err *e)
{
	int rc;

	memset(s, 0, sizeof(*s));
	s->data = data;
	s->n = n;
	if (n > SAVED_MAX)
		return err_set(e, ERR_FORMAT, "it is over %zu bytes",
		    SAVED_MAX);
	if (is_picture(s)) {
		s->url = str_dup("");
		return s->url ? 0 : err_nomem(e);
	}
	if (mhtml_is(data, n))
		return open_mhtml(s, e);
	rc = is_html(s, e);
	return rc < 0 ? -1 : rc == 1 ? 0 : err_set(e, ERR_FORMAT,
	    "it is no saved page: neither MHTML nor HTML, nor a picture");
}

void
saved_free(struct saved *s)
{
	for (size_t i = 0; i < s->nparts; i++) {
		free(s->part[i].url);
		free(s->part[i].type);
		buf_release(&s->part[i].data);
	}
	free(s->part);
	free(s->url);
	memset(s, 0, sizeof(*s));
}

/* --- For the browser. */

static const void *
find(void *arg, const char *url, bool page, size_t *n, const char **type)
{
	const struct saved *s = arg;
	const size_t len = strcspn(url, "#");
	size_t i = 0;

	if (page && s->kind == SAVED_HTML) {
		*n = s->n;
		*type = "text/html";
		return s->data;
	}
	for (; !page && i < s->nparts; i++)
		if (strlen(s->part[i].url) == len &&
		    memcmp(s->part[i].url, url, len) == 0)
			break;
	if (i == s->nparts)
		return NULL;
	*n = s->part[i].data.len;
	*type = s->part[i].type;
	return buf_str(&s->part[i].data);
}

struct tab_saved
saved_answers(struct saved *s)
{
	return (struct tab_saved){find, s};
}
