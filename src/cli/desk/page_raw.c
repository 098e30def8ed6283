/*
 * cli/desk/page_raw.c - a message as it came: its own bytes and its files, to be
 * saved, and what stands on the page of a conversation about one message.
 */
#include "cli/desk/page_raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/rawbytes.h"
#include "cli/desk/show.h"
#include "cli/desk/talkask.h"
#include "desk/query.h"

#include "base/banned.h"

#define NUMBER_LEN 24
#define FILES_SHOWN 20

/* "123", or "123/0": message and attachment. */
static int
take_number(const struct page *p, int64_t *n, int64_t *file, struct err *e)
{
	const char *slash = strchr(p->arg, '/');
	char text[NUMBER_LEN];

	(void)snprintf(text, sizeof(text), "%.*s", slash ?
	    (int)(slash - p->arg) : NUMBER_LEN, p->arg);
	if (str_to_i64(text, 1, INT64_MAX, n) == 0 && (!slash ||
	    str_to_i64(slash + 1, 0, INT32_MAX, file) == 0))
		return 0;
	return err_set(e, ERR_NOENT, "there is no message '%.40s'", p->arg);
}

/* FN for the message of the address. */
static int
find(struct page *p, history_message_fn fn, void *arg, struct err *e)
{
	struct messages *m;
	int64_t n, file;
	int rc = -1;

	if (take_number(p, &n, &file, e) < 0)
		return -1;
	m = messages_open(p->b->catalogue, false, e);
	if (m)
		rc = history_get(m, n, fn, arg, e);
	messages_close(m);
	return rc == 0 ? err_set(e, ERR_NOENT, "there is no message '%.40s'",
	    p->arg) : rc;
}

/* Bytes of others: saved, never shown. */
static int
put_bytes(struct page *p, const void *data, size_t n, struct err *e)
{
	p->a->type = WIRE_BYTES;
	p->a->foreign = 1;
	return buf_add(p->out, data, n, e);
}

static int
on_message(void *arg, const struct history_message *h, struct err *e)
{
	struct page *p = arg;
	uint8_t *data;
	int rc;

	if (h->len > (int64_t)RAWBYTES_FILE_MAX)
		return err_set(e, ERR_FORMAT, "message %lld is too large for "
		    "a page", (long long)h->n);
	if (rawbytes_read(p->b, h, &data, e) < 0)
		return -1;
	(void)snprintf(p->a->file, sizeof(p->a->file), "message-%lld.bin",
	    (long long)h->n);
	rc = put_bytes(p, data, (size_t)h->len, e);
	free(data);
	return rc;
}

/* The attachment of the address, in K's JSON; NULL: ERR_NOENT. */
static const char *
file_of(struct page *p, struct talkask *k, const struct history_message *h,
	struct err *e)
{
	const char *name = NULL;
	int64_t n, file = -1;

	if (take_number(p, &n, &file, e) < 0)
		return NULL;
	if (file >= 0)
		name = talkask_file(k, h, (size_t)file);
	if (!name)
		(void)err_set(e, ERR_NOENT, "there is no message '%.40s'",
		    p->arg);
	return name;
}

static int
on_file(void *arg, const struct history_message *h, struct err *e)
{
	struct page *p = arg;
	struct talkask k = {.json = NULL};
	const char *name = file_of(p, &k, h, e), *last;
	uint8_t *data = NULL;
	size_t n = 0;
	int rc = -1;

	if (name && rawbytes_file(p->b, h, name, &data, &n, e) == 0) {
		last = strrchr(name, '/');
		(void)snprintf(p->a->file, sizeof(p->a->file), "%s",
		    last ? last + 1 : name);
		rc = put_bytes(p, data, n, e);
	}
	free(data);
	json_free(k.json);
	return rc;
}

static int
make(struct page *p, struct err *e)
{
	int rc = find(p, on_message, p, e);

	return rc < 0 ? -1 : 0;
}

static int
on_name(void *arg, const struct history_message *h, struct err *e)
{
	struct page_view *v = arg;

	(void)e;
	(void)snprintf(v->station, sizeof(v->station), "%s", h->station);
	(void)snprintf(v->text, sizeof(v->text), "bytes of message %lld of "
	    "%s/%s", (long long)h->n, h->source, h->path);
	return 0;
}

static int
name(struct page *p, struct page_view *v, struct err *e)
{
	int rc = find(p, on_name, v, e);

	return rc < 0 ? -1 : 0;
}

const struct page_kind page_raw = {
	.path = "/raw/*", .action = "open", .name = name, .make = make
};

static int
make_file(struct page *p, struct err *e)
{
	return find(p, on_file, p, e) < 0 ? -1 : 0;
}

struct naming {
	struct page *p;
	struct page_view *v;
};

static int
on_file_name(void *arg, const struct history_message *h, struct err *e)
{
	const struct naming *x = arg;
	struct talkask k = {.json = NULL};
	const char *file = file_of(x->p, &k, h, e);

	(void)snprintf(x->v->station, sizeof(x->v->station), "%s",
	    h->station);
	(void)snprintf(x->v->text, sizeof(x->v->text), "file %.200s of "
	    "message %lld of %s/%s", file ? file : "", (long long)h->n,
	    h->source, h->path);
	json_free(k.json);
	return file ? 0 : -1;
}

static int
name_file(struct page *p, struct page_view *v, struct err *e)
{
	struct naming x = {p, v};

	return find(p, on_file_name, &x, e) < 0 ? -1 : 0;
}

const struct page_kind page_attached = {
	.path = "/attached/**", .action = "open", .name = name_file,
	.make = make_file
};

/* --- On the page of its conversation. */

static int
put_place(struct page *p, const struct history_message *h, struct err *e)
{
	struct query_part part;
	char when[SHOW_TIME_LEN];
	struct html *out = &p->h;
	int rc = query_version_part(p->b->catalogue, h->version, &part, e);

	if (rc <= 0)
		return rc;
	html_lit(out, "<p>");
	html_textf(out, cli_tr("run %.8s, commit %.12s, received %s"),
	    part.run, part.id, show_minute(part.receipt_utc, when));
	html_lit(out, "</p>");
	return 0;
}

static void
put_files(struct page *p, const struct history_message *h)
{
	struct talkask k = {.json = NULL};
	const char *name;
	char href[64];
	size_t i;

	for (i = 0; i < FILES_SHOWN && (name = talkask_file(&k, h, i)) != NULL;
	    i++) {
		(void)snprintf(href, sizeof(href), "/attached/%lld/%zu",
		    (long long)h->n, i);
		html_lit(&p->h, "<p>");
		html_text(&p->h, cli_tr("save the file"));
		html_lit(&p->h, " <bdi>");
		html_link(&p->h, NULL, href, name);
		html_lit(&p->h, "</bdi></p>");
	}
	json_free(k.json);
}

static int
on_about(void *arg, const struct history_message *h, struct err *e)
{
	struct page *p = arg;
	struct html *out = &p->h;
	char href[64];

	html_lit(out, "<section id=\"about\"><h2>");
	html_text(out, cli_tr("Where this message is from"));
	html_lit(out, "</h2><p><bdi>");
	html_text(out, h->source);
	html_lit(out, "/");
	html_text(out, h->path);
	if (h->member && h->member[0]) {
		html_lit(out, ": ");
		html_text(out, h->member);
	}
	html_lit(out, "</bdi>");
	if (h->off >= 0 && h->len > 0)
		html_textf(out, cli_tr(", %lld bytes from %lld"),
		    (long long)h->len, (long long)h->off);
	html_lit(out, "</p>");
	if (put_place(p, h, e) < 0)
		return -1;
	if (h->off >= 0 && h->len > 0) {
		(void)snprintf(href, sizeof(href), "/raw/%lld",
		    (long long)h->n);
		html_lit(out, "<p>");
		html_link(out, NULL, href, cli_tr("save its own bytes, as they "
		    "came"));
		html_lit(out, "</p>");
	}
	put_files(p, h);
	html_lit(out, "</section>\n");
	return 0;
}

int
page_raw_about(struct page *p, struct messages *m, int64_t n, struct err *e)
{
	int rc = history_get(m, n, on_about, p, e);

	return rc < 0 ? -1 : 0;
}
