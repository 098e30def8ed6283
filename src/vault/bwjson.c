/* vault/bwjson.c - exports of Bitwarden and 1Password as JSON. */
#include "vault/bwjson.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "json/walk.h"

#include "base/banned.h"

struct reader {
	const uint8_t *data;
	size_t n;
	creds_fn fn;
	void *arg;
	struct creds_report *r;
	int stop;		/* what FN returned */
	bool encrypted, items;	/* it is; there are any */
	struct buf urls, fields;	/* of the item */
};

struct old {
	const char *password, *when;	/* a text that sorts, or NULL */
	int64_t utc;
};

static int64_t
read_at(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	const struct reader *k = arg;

	(void)e;
	if (off >= k->n)
		return 0;
	if (n > k->n - off)
		n = k->n - (size_t)off;
	memcpy(buf, k->data + off, n);
	return (int64_t)n;
}

/* The text of V, or NULL where it has none. */
static const char *
text(const struct json_node *v)
{
	return v && v->type == JSON_STR && v->len > 0 &&
	    strlen(v->str) == v->len ? v->str : NULL;
}

static const char *
text_of(const struct json *j, const struct json_node *v, const char *key)
{
	return v && v->type == JSON_OBJECT ? text(json_get(j, v, key)) : NULL;
}

static const struct json_node *
first_of(const struct json *j, const struct json_node *v, const char *key,
	enum json_type type)
{
	v = v && v->type == JSON_OBJECT ? json_get(j, v, key) : NULL;
	return v && v->type == type ? type == JSON_ARRAY ?
	    json_first(j, v) : v : NULL;
}

static int
compare_old(const void *a, const void *b)
{
	const struct old *x = a, *y = b;

	if (x->when && y->when)
		return strcmp(x->when, y->when);
	return x->utc < y->utc ? -1 : x->utc > y->utc;
}

/*
 * Former passwords in LIST into ROW, the oldest first, at most the newest
 * CREDS_OLD_MAX.
 */
static size_t
take_old(const struct json *j, const struct json_node *at, const char *key,
	const char *when, const char *now, const char *out[CREDS_OLD_MAX])
{
	struct old old[4 * CREDS_OLD_MAX];
	const struct json_node *time;
	size_t n = 0, i, skip, done = 0;

	for (; at && n < 4 * CREDS_OLD_MAX; at = json_next(j, at)) {
		old[n].password = text_of(j, at, key);
		time = at->type == JSON_OBJECT ? json_get(j, at, when) : NULL;
		old[n].when = text(time);
		old[n].utc = time && time->type == JSON_INT ? time->num : 0;
		n += old[n].password != NULL;
	}
	if (!now)
		return 0;
	if (n > 1)
		qsort(old, n, sizeof(old[0]), compare_old);
	skip = n > CREDS_OLD_MAX ? n - CREDS_OLD_MAX : 0;
	for (i = skip; i < n; i++)
		if (done == 0 || strcmp(out[done - 1], old[i].password) != 0)
			out[done++] = old[i].password;
	return done - (done > 0 && strcmp(out[done - 1], now) == 0);
}

static int
add_line(struct buf *out, const char *sep, const char *name, const char *v,
	struct err *e)
{
	if (!v)
		return 0;
	return buf_addf(out, e, "%s%s%s%s", out->len ? sep : "",
	    name ? name : "", name ? ": " : "", v);
}

static int
hand_over(struct reader *k, struct creds_row *row, struct err *e)
{
	if (k->urls.len > 0)
		row->url = buf_str(&k->urls);
	if (k->fields.len > 0)
		row->fields = buf_str(&k->fields);
	k->r->rows++;
	k->stop = k->fn(k->arg, row, e);
	return k->stop == 0 ? 0 : -1;
}

static int
damaged(struct reader *k)
{
	if (k->r->damaged < CREDS_BAD_MAX)
		k->r->bad[k->r->damaged] = k->r->rows + k->r->damaged + 1;
	k->r->damaged++;
	return 0;
}

/* --- Bitwarden */

static enum json_act
visit_bitwarden(void *arg, const struct json_place *p)
{
	const char *key = p->depth > 0 ? p->level[1].key : NULL;

	(void)arg;
	if (p->depth == 0)
		return JSON_INTO;
	if (p->depth == 1 && str_eq(key, "encrypted"))
		return JSON_TAKE;
	if (!str_eq(key, "items"))
		return JSON_SKIP;
	return p->depth == 1 ? JSON_INTO : JSON_TAKE;
}

static int
take_bitwarden(void *arg, const struct json_place *p, const struct json *j,
	const struct json_node *v, uint64_t n, struct err *e)
{
	struct reader *k = arg;
	const struct json_node *login, *at;
	const char *old[CREDS_OLD_MAX];
	struct creds_row row = {.old = old};

	(void)n;
	if (p->depth == 1) {
		k->encrypted = v && v->type == JSON_BOOL && v->num;
		return 0;
	}
	k->items = true;
	if (!v || v->type != JSON_OBJECT || p->elided)
		return damaged(k);
	login = first_of(j, v, "login", JSON_OBJECT);
	if (!login || text_of(j, v, "deletedDate"))
		return 0;
	buf_clear(&k->urls);
	buf_clear(&k->fields);
	for (at = first_of(j, login, "uris", JSON_ARRAY); at;
	    at = json_next(j, at))
		if (add_line(&k->urls, "\n", NULL, text_of(j, at, "uri"), e) <
		    0)
			return -1;
	for (at = first_of(j, v, "fields", JSON_ARRAY); at;
	    at = json_next(j, at))
		if (add_line(&k->fields, "\n", text_of(j, at, "name"),
		    text_of(j, at, "value"), e) < 0)
			return -1;
	row.title = text_of(j, v, "name");
	row.note = text_of(j, v, "notes");
	row.login = text_of(j, login, "username");
	row.password = text_of(j, login, "password");
	row.totp = text_of(j, login, "totp");
	row.nold = take_old(j, first_of(j, v, "passwordHistory", JSON_ARRAY),
	    "password", "lastUsedDate", row.password, old);
	return hand_over(k, &row, e);
}

/* --- 1Password */

static enum json_act
visit_1password(void *arg, const struct json_place *p)
{
	static const char *const key[] = {NULL, "accounts", NULL, "vaults",
		NULL, "items", NULL};

	(void)arg;
	if (p->depth > 6 || (key[p->depth] && !str_eq(p->level[p->depth].key,
	    key[p->depth])))
		return JSON_SKIP;
	return p->depth == 6 ? JSON_TAKE : JSON_INTO;
}

/* The one text that a field's value is, whatever its kind. */
static const char *
only_text(const struct json *j, const struct json_node *v)
{
	const struct json_node *at = v && v->type == JSON_OBJECT ?
	    json_first(j, v) : NULL;

	return text(at);
}

static int
take_sections(struct reader *k, const struct json *j,
	const struct json_node *details, struct creds_row *row, struct err *e)
{
	const struct json_node *section, *at, *v;
	const char *totp;

	for (section = first_of(j, details, "sections", JSON_ARRAY); section;
	    section = json_next(j, section)) {
		for (at = first_of(j, section, "fields", JSON_ARRAY); at;
		    at = json_next(j, at)) {
			v = first_of(j, at, "value", JSON_OBJECT);
			totp = text_of(j, v, "totp");
			if (totp && !row->totp)
				row->totp = totp;
			else if (add_line(&k->fields, "\n", text_of(j, at,
			    "title"), only_text(j, v), e) < 0)
				return -1;
		}
	}
	return 0;
}

static int
take_urls(struct reader *k, const struct json *j,
	const struct json_node *overview, struct err *e)
{
	const struct json_node *at;

	if (add_line(&k->urls, "\n", NULL, text_of(j, overview, "url"), e) < 0)
		return -1;
	for (at = first_of(j, overview, "urls", JSON_ARRAY); at;
	    at = json_next(j, at))
		if (add_line(&k->urls, "\n", NULL, text_of(j, at, "url"), e) <
		    0)
			return -1;
	return 0;
}

static int
take_1password(void *arg, const struct json_place *p, const struct json *j,
	const struct json_node *v, uint64_t n, struct err *e)
{
	struct reader *k = arg;
	const struct json_node *details, *overview, *at;
	const char *old[CREDS_OLD_MAX], *what;
	struct creds_row row = {.old = old};

	(void)n;
	k->items = true;
	if (!v || v->type != JSON_OBJECT || p->elided)
		return damaged(k);
	at = first_of(j, v, "item", JSON_OBJECT);
	v = at ? at : v;
	details = first_of(j, v, "details", JSON_OBJECT);
	overview = first_of(j, v, "overview", JSON_OBJECT);
	if (str_eq(text_of(j, v, "state"), "trashed"))
		return 0;
	buf_clear(&k->urls);
	buf_clear(&k->fields);
	row.title = text_of(j, overview, "title");
	row.note = text_of(j, details, "notesPlain");
	row.password = text_of(j, details, "password");
	for (at = first_of(j, details, "loginFields", JSON_ARRAY); at;
	    at = json_next(j, at)) {
		what = text_of(j, at, "designation");
		if (str_eq(what, "username"))
			row.login = text_of(j, at, "value");
		else if (str_eq(what, "password"))
			row.password = text_of(j, at, "value");
	}
	if (take_urls(k, j, overview, e) < 0 ||
	    take_sections(k, j, details, &row, e) < 0)
		return -1;
	row.nold = take_old(j, first_of(j, details, "passwordHistory",
	    JSON_ARRAY), "value", "time", row.password, old);
	return hand_over(k, &row, e);
}

/* --- Both */

static int
read_json(struct reader *k, const struct json_walker *w, struct err *e)
{
	int rc;

	buf_init(&k->urls, CREDS_ROW_MAX);
	buf_init(&k->fields, CREDS_ROW_MAX);
	rc = k->n > CREDS_BYTES_MAX ? err_set(e, ERR_FORMAT,
	    "more than %u MiB", CREDS_BYTES_MAX >> 20) : json_walk(w, 0, e);
	buf_wipe(&k->urls);
	buf_wipe(&k->fields);
	if (k->stop != 0)
		return k->stop;
	if (rc == 1)
		rc = err_set(e, ERR_FORMAT, "the JSON is cut off behind item "
		    "%llu", (unsigned long long)(k->r->rows + k->r->damaged));
	return rc;
}

int
bwjson_read(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	struct reader k = {.data = data, .n = n, .fn = fn, .arg = arg, .r = r};
	const struct json_walker w = {.visit = visit_bitwarden,
	    .take = take_bitwarden, .read = read_at, .arg = &k,
	    .read_arg = &k};

	*r = (struct creds_report){.format = CREDS_BITWARDEN_JSON};
	if (read_json(&k, &w, e) != 0)
		return k.stop ? k.stop : -1;
	if (k.encrypted) {
		(void)err_set(e, ERR_FORMAT, "the export is encrypted");
		return err_hint(e, "in Bitwarden: Export vault, file format "
		    ".json, not .json (Encrypted)");
	}
	return k.items ? 0 : err_set(e, ERR_FORMAT,
	    "the file is no JSON export of Bitwarden, or there is nothing in it");
}

int
bwjson_read_1password(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	struct reader k = {.data = data, .n = n, .fn = fn, .arg = arg, .r = r};
	const struct json_walker w = {.visit = visit_1password,
	    .take = take_1password, .read = read_at, .arg = &k,
	    .read_arg = &k};

	*r = (struct creds_report){.format = CREDS_1PUX};
	if (read_json(&k, &w, e) != 0)
		return k.stop ? k.stop : -1;
	return k.items ? 0 : err_set(e, ERR_FORMAT,
	    "the file is no export of 1Password, or there is nothing in it");
}
