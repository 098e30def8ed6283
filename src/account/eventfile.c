/* account/eventfile.c - event files of docs/FORMAT.md "Account events". */
#include "account/eventfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/secmem.h"
#include "json/json.h"

#include "base/banned.h"

#define LINES_MAX (2u << 20)		/* with the secrets: < EVENTFILE_MAX */
#define SECRETS_FIRST (128u << 10)	/* room for any one event's secrets */
#define ESCAPED 6			/* "\u0001" for a byte, at worst */
#define SECRET_NODES 64
#define SECRET_DEPTH 4
#define MAGIC "\x50\x2a\x4d\x18"	/* of the padding */
#define PAD_HEAD_LEN 8

/*
 * A buf over secure memory of N bytes.  It holds as much as it has from the
 * beginning, so that no function of buf ever moves it.
 */
static int
secure_buf(struct buf *b, size_t n, struct err *e)
{
	buf_init(b, n - 1);
	b->data = secmem_new(n);
	if (!b->data)
		return err_nomem(e);
	b->data[0] = '\0';
	b->cap = n - 1;
	return 0;
}

static void
secure_free(struct buf *b)
{
	secmem_free(b->data);
	buf_init(b, 0);
}

int
eventfile_init(struct eventfile *f, struct err *e)
{
	buf_init(&f->lines, LINES_MAX);
	f->n = 0;
	f->dual = false;
	return secure_buf(&f->secrets, SECRETS_FIRST, e);
}

void
eventfile_release(struct eventfile *f)
{
	buf_release(&f->lines);
	secure_free(&f->secrets);
	f->n = 0;
}

/* --- Writing */

static int
check_secret(const char *name, const char *s, struct err *e)
{
	size_t n;

	if (!s)
		return 0;
	n = strlen(s);
	if (n == 0)
		return err_set(e, ERR_USAGE, "the %s is empty", name);
	if (n >= EVENT_SECRET_MAX)
		return err_set(e, ERR_USAGE, "the %s is longer than %u bytes",
		    name, EVENT_SECRET_MAX - 1);
	if (!utf8_valid(s, n))
		return err_set(e, ERR_USAGE, "the %s is not UTF-8", name);
	return 0;
}

static size_t
len_of(const char *s)
{
	return s ? strlen(s) : 0;
}

/* What a secret's line may take at most. */
static size_t
room_for(const struct event_secret *s)
{
	return 256 + ESCAPED * (len_of(s->password) + len_of(s->totp) +
	    len_of(s->codes));
}

/* Room for N more bytes of secrets.  1: more than there may be. */
static int
secrets_reserve(struct eventfile *f, size_t n, struct err *e)
{
	struct buf more;
	size_t cap = f->secrets.cap + 1;

	if (f->secrets.len + n < cap)
		return 0;
	while (cap <= f->secrets.len + n)
		cap *= 2;
	if (cap > EVENTFILE_SECRETS_MAX)
		return 1;
	if (secure_buf(&more, cap, e) < 0)
		return -1;
	memcpy(more.data, f->secrets.data, f->secrets.len + 1);
	more.len = f->secrets.len;
	secure_free(&f->secrets);
	f->secrets = more;
	return 0;
}

static int
put_secret(struct eventfile *f, const struct account_event *v,
	const struct event_secret *s, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, &f->secrets, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "secret");
	jsonw_khex(&w, "event", v->id, EVENT_ID_LEN);
	if (s->password)
		jsonw_kstr(&w, "password", s->password);
	if (s->totp)
		jsonw_kstr(&w, "totp", s->totp);
	if (s->codes)
		jsonw_kstr(&w, "codes", s->codes);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : buf_addc(&f->secrets, '\n', e);
}

int
eventfile_add(struct eventfile *f, struct account_event *v,
	const struct event_secret *secret, struct err *e)
{
	static const struct event_secret none;
	const struct event_secret *s = secret ? secret : &none;
	const bool dual = str_eq(v->value[EVENT_DUAL], "yes");
	const size_t lines = f->lines.len, secrets = f->secrets.len;
	int rc;

	if (check_secret("password", s->password, e) < 0 ||
	    check_secret("seed", s->totp, e) < 0 ||
	    check_secret("recovery codes", s->codes, e) < 0)
		return -1;
	if (f->n > 0 && (f->dual || dual))
		return 1;
	if (f->n == EVENTFILE_EVENTS ||
	    lines + EVENT_LINE_MAX + 1 > LINES_MAX)
		return 1;
	v->has_password = s->password != NULL;
	v->has_totp = s->totp != NULL;
	v->has_codes = s->codes != NULL;
	if (v->has_password || v->has_totp || v->has_codes) {
		rc = secrets_reserve(f, room_for(s), e);
		if (rc != 0)
			return rc;
	}
	if (event_write(v, &f->lines, e) < 0 ||
	    buf_addc(&f->lines, '\n', e) < 0)
		goto fail;
	if ((v->has_password || v->has_totp || v->has_codes) &&
	    put_secret(f, v, s, e) < 0)
		goto fail;
	f->dual |= dual;
	f->n++;
	return 0;
fail:
	f->lines.len = lines;
	secmem_wipe(f->secrets.data + secrets, f->secrets.len - secrets);
	f->secrets.len = secrets;
	return -1;
}

static int
into_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* Seal TEXT, with padding behind it where PAD, into OUT. */
static int
seal_text(const struct seal_recipient *to, size_t nto, const struct buf *text,
	bool pad, struct buf *out, struct err *e)
{
	struct buf frame = BUF_INIT(EVENTFILE_MAX);
	struct seal *s = NULL;
	int rc = -1;

	if (pad && seal_pad(&frame, text->len, e) < 0)
		goto out;
	s = seal_new(to, nto, into_buf, out, e);
	if (!s || seal_write(s, text->data, text->len, e) < 0 ||
	    seal_write(s, frame.data, frame.len, e) < 0 ||
	    seal_finish(s, e) < 0)
		goto out;
	rc = 0;
out:
	seal_free(s);
	buf_release(&frame);
	return rc;
}

/* The secrets as they lie in the file; OUT stays empty where there are none. */
static int
seal_secrets(const struct eventfile *f, const struct eventfile_readers *r,
	struct buf *out, struct err *e)
{
	struct buf inner = BUF_INIT(EVENTFILE_MAX);
	int rc = -1;

	if (f->secrets.len == 0)
		return 0;
	if (!f->dual)
		return seal_text(r->all, r->nall, &f->secrets, true, out, e);
	if (r->nowners == 0 || r->nmanagers == 0) {
		(void)err_set(e, ERR_CONFIG, "these secrets need an owner and "
		    "a manager, and no %s may read this station's records",
		    r->nowners == 0 ? "owner" : "manager");
		return err_hint(e, "a manager sets who may read in control's "
		    "'recipients'");
	}
	if (seal_text(r->managers, r->nmanagers, &f->secrets, true, &inner,
	    e) == 0)
		rc = seal_text(r->owners, r->nowners, &inner, false, out, e);
	buf_release(&inner);
	return rc;
}

int
eventfile_put_secrets(struct buf *text, const void *sealed, size_t n,
	bool dual, struct err *e)
{
	return buf_adds(text, "{\"v\":1,\"type\":\"secrets\",", e) < 0 ||
	    (dual && buf_adds(text, "\"dual\":true,", e) < 0) ||
	    buf_adds(text, "\"sealed\":\"", e) < 0 ||
	    base64_encode(text, sealed, n, true, e) < 0 ||
	    buf_adds(text, "\"}\n", e) < 0 ? -1 : 0;
}

int
eventfile_text(const struct eventfile *f, const struct eventfile_readers *r,
	struct buf *text, struct err *e)
{
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	int rc = -1;

	if (f->n == 0)
		return err_set(e, ERR_USAGE, "an event file without events");
	if (seal_secrets(f, r, &sealed, e) == 0 &&
	    buf_add(text, f->lines.data, f->lines.len, e) == 0)
		rc = sealed.len == 0 ? 0 : eventfile_put_secrets(text,
		    sealed.data, sealed.len, f->dual, e);
	buf_release(&sealed);
	return rc;
}

int
eventfile_seal_text(const struct buf *text,
	const struct eventfile_readers *r, struct buf *out, struct err *e)
{
	const size_t start = out->len;
	int rc = seal_text(r->all, r->nall, text, true, out, e);

	if (rc < 0)
		out->len = start;
	return rc;
}

int
eventfile_seal(const struct eventfile *f, const struct eventfile_readers *r,
	struct buf *out, struct err *e)
{
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	int rc = eventfile_text(f, r, &text, e);

	if (rc == 0)
		rc = eventfile_seal_text(&text, r, out, e);
	buf_release(&text);
	return rc;
}

/* --- Reading */

/* Is what stands here the padding, whole and nothing behind it? */
static bool
is_padding(const uint8_t *p, size_t n)
{
	size_t len, i;

	if (n < PAD_HEAD_LEN || memcmp(p, MAGIC, 4) != 0)
		return false;
	len = (size_t)p[4] | (size_t)p[5] << 8 | (size_t)p[6] << 16 |
	    (size_t)p[7] << 24;
	if (len != n - PAD_HEAD_LEN)
		return false;
	for (i = PAD_HEAD_LEN; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/*
 * The next line at *P, END behind all.  1: *len bytes and *P behind its LF;
 * 0: no more; -1: ERR_FORMAT.
 */
static int
next_line(const uint8_t **p, const uint8_t *end, const char **line,
	size_t *len, size_t number, struct err *e)
{
	const uint8_t *lf;

	if (*p == end || is_padding(*p, (size_t)(end - *p)))
		return 0;
	lf = memchr(*p, '\n', (size_t)(end - *p));
	if (!lf)
		return err_set(e, ERR_FORMAT,
		    "event file, line %zu: cut short", number);
	*line = (const char *)*p;
	*len = (size_t)(lf - *p);
	*p = lf + 1;
	return 1;
}

/* A line of secrets?  1: it is, and SEALED has them; 0: it is another line. */
static int
read_secrets_line(struct json *j, const char *line, size_t n,
	struct buf *sealed, bool *dual, struct err *e)
{
	struct buf dev_null = BUF_INIT(EVENTFILE_MAX);
	const struct json_node *root = json_parse(j, line, n, e);
	const struct json_node *t;
	int rc = -1;

	if (!root)
		return -1;
	t = root->type == JSON_OBJECT ? json_get(j, root, "type") : NULL;
	if (!t || t->type != JSON_STR || !str_eq(t->str, "secrets"))
		return 0;
	t = json_get(j, root, "v");
	if (!t || t->type != JSON_INT || t->num != 1)
		return err_set(e, ERR_FORMAT, "secrets of another form");
	t = json_get(j, root, "dual");
	if (dual)
		*dual = t && t->type == JSON_BOOL && t->num != 0;
	t = json_get(j, root, "sealed");
	if (!t || t->type != JSON_STR || t->len == 0)
		return err_set(e, ERR_FORMAT, "secrets without 'sealed'");
	if (base64_decode(sealed ? sealed : &dev_null, t->str, t->len, true,
	    e) == 0)
		rc = 1;
	buf_release(&dev_null);
	return rc;
}

struct reading {
	struct event_reader *events;
	struct json *json;
	eventfile_fn fn;
	void *arg;
	struct buf *sealed;
	bool *dual;
	size_t n;		/* events */
	bool wants, has;	/* an event says it has secrets; they are here */
};

static int
read_line(struct reading *r, const char *line, size_t n, bool last,
	struct err *e)
{
	struct account_event v;
	int rc;

	if (last) {
		rc = read_secrets_line(r->json, line, n, r->sealed, r->dual,
		    e);
		if (rc != 0) {
			r->has = rc > 0;
			return rc < 0 ? -1 : 0;
		}
	}
	if (event_read(r->events, line, n, &v, e) < 0)
		return -1;
	if (++r->n > EVENTFILE_EVENTS)
		return err_set(e, ERR_FORMAT, "more than %u events",
		    EVENTFILE_EVENTS);
	r->wants |= v.has_password || v.has_totp || v.has_codes;
	return r->fn(r->arg, &v, line, n, e) == 0 ? 0 : 1;
}

int
eventfile_read(const void *text, size_t n, eventfile_fn fn, void *arg,
	struct buf *sealed, bool *dual, struct err *e)
{
	const uint8_t *p = text, *end = p + n;
	struct reading r = {.fn = fn, .arg = arg, .sealed = sealed,
	    .dual = dual};
	const char *line = NULL;
	size_t len = 0, number = 0;
	int got, rc = -1;

	if (dual)
		*dual = false;
	if (n > EVENTFILE_MAX)
		return err_set(e, ERR_FORMAT, "an event file of more than %u "
		    "bytes", EVENTFILE_MAX);
	r.events = event_reader_new(e);
	r.json = json_new(SECRET_NODES, SECRET_DEPTH, e);
	if (!r.events || !r.json)
		goto out;
	while ((got = next_line(&p, end, &line, &len, ++number, e)) > 0) {
		got = read_line(&r, line, len, p == end ||
		    is_padding(p, (size_t)(end - p)), e);
		if (got > 0)	/* FN has said why */
			goto out;
		if (got < 0) {
			(void)err_prefix(e, "event file, line %zu", number);
			goto out;
		}
	}
	if (got < 0)
		goto out;
	if (r.n == 0 || r.wants != r.has) {
		(void)err_set(e, ERR_FORMAT, r.n == 0 ?
		    "an event file without events" : r.wants ?
		    "an event file without its secrets" :
		    "an event file with secrets of no event");
		goto out;
	}
	rc = 0;
out:
	json_free(r.json);
	event_reader_free(r.events);
	return rc;
}

/* The text under KEY into secure memory; *out stays NULL where it is none. */
static int
copy_secret(const struct json *j, const struct json_node *root,
	const char *key, const char **out, struct err *e)
{
	const struct json_node *n = json_get(j, root, key);
	char *s;

	if (!n)
		return 0;
	if (n->type != JSON_STR || n->len == 0 || n->len >= EVENT_SECRET_MAX ||
	    strlen(n->str) != n->len)
		return err_set(e, ERR_FORMAT, "a secret that is no text");
	s = secmem_new(n->len + 1);
	if (!s)
		return err_nomem(e);
	memcpy(s, n->str, n->len + 1);
	*out = s;
	return 0;
}

/* The line, in LINE, which is overwritten.  As eventfile_secret(). */
static int
read_secret(struct json *j, char *line, size_t n,
	const uint8_t event[static EVENT_ID_LEN], struct event_secret *out,
	struct err *e)
{
	const struct json_node *root = json_parse_here(j, line, n, e), *t;
	uint8_t id[EVENT_ID_LEN];

	if (!root)
		return -1;
	t = root->type == JSON_OBJECT ? json_get(j, root, "type") : NULL;
	if (!t || t->type != JSON_STR || !str_eq(t->str, "secret"))
		return err_set(e, ERR_FORMAT, "not a line of secrets");
	t = json_get(j, root, "event");
	if (!t || t->type != JSON_STR ||
	    str_unhex(id, sizeof(id), t->str, t->len) < 0)
		return err_set(e, ERR_FORMAT, "secrets of no event");
	if (memcmp(id, event, sizeof(id)) != 0)
		return 0;
	if (copy_secret(j, root, "password", &out->password, e) < 0 ||
	    copy_secret(j, root, "totp", &out->totp, e) < 0 ||
	    copy_secret(j, root, "codes", &out->codes, e) < 0) {
		event_secret_free(out);
		return -1;
	}
	return 1;
}

int
eventfile_secret(const void *text, size_t n,
	const uint8_t event[static EVENT_ID_LEN], struct event_secret *out,
	struct err *e)
{
	const uint8_t *p = text, *end = p + n;
	struct event_secret found = {NULL, NULL, NULL};
	struct json *j = NULL;
	char *copy = NULL;
	const char *line = NULL;
	size_t len = 0, number = 0;
	int got, rc = -1;

	if (n > EVENTFILE_MAX)
		return err_set(e, ERR_FORMAT, "more secrets than there may be");
	/* Read where it lies: the other reader would leave copies behind. */
	j = json_new_lenient(SECRET_NODES, SECRET_DEPTH, e);
	copy = secmem_new(n + 1);
	if (!j || !copy) {
		rc = j ? err_nomem(e) : -1;
		goto out;
	}
	while ((got = next_line(&p, end, &line, &len, ++number, e)) > 0) {
		memcpy(copy, line, len);
		copy[len] = '\0';
		got = read_secret(j, copy, len, event, &found, e);
		if (got != 0)
			break;
	}
	if (got > 0)
		*out = found;
	rc = got;
out:
	json_free(j);
	secmem_free(copy);
	return rc;
}

void
event_secret_free(struct event_secret *s)
{
	secmem_free((void *)(uintptr_t)s->password);
	secmem_free((void *)(uintptr_t)s->totp);
	secmem_free((void *)(uintptr_t)s->codes);
	s->password = s->totp = s->codes = NULL;
}
