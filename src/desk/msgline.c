/* desk/msgline.c - docs/REPORTS.md "Messages", read from whoever wrote it. */
#include "desk/msgline.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "json/json.h"

#include "base/banned.h"

#define NODES_MAX 2048		/* 256 attachments and all else */
#define DEPTH_MAX 4
#define KINDS (CHAT_ACTION + 1)
#define AFTER_ALL 7258118400000	/* 2200-01-01 in ms */

struct msgline_reader {
	struct json *json;
	struct buf copy;
	struct chat_attachment att[CHAT_ATTACHMENTS_MAX];
	struct chat_field field[CHAT_FIELDS_MAX];
};

struct msgline_reader *
msgline_new(struct err *e)
{
	struct msgline_reader *r = calloc(1, sizeof(*r));

	if (!r) {
		(void)err_nomem(e);
		return NULL;
	}
	buf_init(&r->copy, (size_t)MSGLINE_MAX + 16);
	r->json = json_new_lenient(NODES_MAX, DEPTH_MAX, e);
	if (!r->json) {
		msgline_free(r);
		return NULL;
	}
	return r;
}

void
msgline_free(struct msgline_reader *r)
{
	if (!r)
		return;
	json_free(r->json);
	buf_release(&r->copy);
	free(r);
}

static int
bad(const char *key, struct err *e)
{
	return err_set(e, ERR_FORMAT, "a message's '%s' makes no sense", key);
}

static bool
is_key(const struct json_node *n, const char *key)
{
	size_t len = strlen(key);

	return n->key_len == len && memcmp(n->key, key, len) == 0;
}

static bool
str_is(const struct json_node *n, const char *s)
{
	size_t len = strlen(s);

	return n->type == JSON_STR && n->len == len &&
	    memcmp(n->str, s, len) == 0;
}

/* A string without NUL of at most MAX bytes, or null. */
static int
take(struct chat_str *out, const struct json_node *n, size_t max,
	struct err *e)
{
	if (n->type == JSON_NULL) {
		*out = (struct chat_str){NULL, 0};
		return 0;
	}
	if (n->type != JSON_STR || n->len > max ||
	    memchr(n->str, '\0', n->len))
		return bad(n->key, e);
	*out = (struct chat_str){n->str, n->len};
	return 0;
}

/* "qq-txt": a name in lower case. */
static int
take_word(struct chat_str *out, const struct json_node *n, struct err *e)
{
	size_t i;

	if (n->type != JSON_STR || n->len == 0 || n->len > MSGLINE_WORD_MAX)
		return bad(n->key, e);
	for (i = 0; i < n->len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.",
		    n->str[i]) || n->str[i] == '\0')
			return bad(n->key, e);
	*out = (struct chat_str){n->str, n->len};
	return 0;
}

static int
take_int(int64_t *out, const struct json_node *n, int64_t min, int64_t max,
	struct err *e)
{
	if (n->type != JSON_INT || n->num < min || n->num > max)
		return bad(n->key, e);
	*out = n->num;
	return 0;
}

/* Which of the COUNT names that NAME(i) gives; -1 with *e if none. */
#define NAMED(fn, type) \
static int \
fn(const struct json_node *n, int count, const char *(*name)(type), \
	struct err *e) \
{ \
	int i; \
\
	for (i = 0; i < count; i++) \
		if (str_is(n, name((type)i))) \
			return i; \
	return bad(n->key, e); \
}
NAMED(kind_of, enum chat_kind)
NAMED(conv_of, enum chat_conv)
NAMED(role_of, enum chat_role)
NAMED(present_of, enum chat_present)

static int
take_precision(struct msgline *m, const struct json_node *n, struct err *e)
{
	static const char *const names[] = {"none", "day", "min", "s", "ms"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_is(n, names[i])) {
			m->precision = (enum stamp_precision)i;
			return 0;
		}
	return bad(n->key, e);
}

/* "08:59:07", a time without a date. */
static bool
time_alone(const struct chat_str *s)
{
	return s->n >= 8 && s->s[2] == ':' && s->s[5] == ':';
}

static int
take_time(struct msgline *m, const struct json_node *n, struct err *e)
{
	char day[STAMP_TEXT_LEN + 12];

	if (take(&m->ts_raw, n, STAMP_TEXT_LEN - 1, e) < 0)
		return -1;
	m->when = (struct chat_stamp){0};
	if (!m->ts_raw.s)
		return 0;
	if (stamp_parse_iso(&m->when, m->ts_raw.s, m->ts_raw.n))
		return 0;
	if (m->ts_raw.n == 10) {	/* a day without a time */
		(void)snprintf(day, sizeof(day), "%.10sT00:00:00",
		    m->ts_raw.s);
		if (stamp_parse_iso(&m->when, day, strlen(day)))
			return 0;
	}
	if (time_alone(&m->ts_raw)) {
		(void)snprintf(day, sizeof(day), "2000-01-01T%.*s",
		    (int)m->ts_raw.n, m->ts_raw.s);
		if (stamp_parse_iso(&m->when, day, strlen(day))) {
			m->when.year = 0;
			return 0;
		}
	}
	return bad(n->key, e);
}

static int
take_attachment(struct msgline_reader *r, struct msgline *m,
	const struct json_node *n, struct err *e)
{
	struct chat_attachment *a = &r->att[m->natt];
	const struct json_node *c;
	int i;

	if (n->type != JSON_OBJECT || m->natt == CHAT_ATTACHMENTS_MAX)
		return bad("attachments", e);
	*a = (struct chat_attachment){{NULL, 0}, CHAT_PRESENT};
	for (c = json_first(r->json, n); c; c = json_next(r->json, c)) {
		if (is_key(c, "name")) {
			if (take(&a->name, c, CHAT_NAME_MAX, e) < 0)
				return -1;
		} else if (is_key(c, "state")) {
			i = present_of(c, CHAT_REMOTE + 1, chat_present_name,
			    e);
			if (i < 0)
				return -1;
			a->state = (enum chat_present)i;
		} else {
			return bad("attachments", e);
		}
	}
	m->natt++;
	return 0;
}

static int
take_attachments(struct msgline_reader *r, struct msgline *m,
	const struct json_node *n, struct err *e)
{
	const struct json_node *c;

	if (n->type != JSON_ARRAY)
		return bad(n->key, e);
	m->att = r->att;
	m->natt = 0;
	for (c = json_first(r->json, n); c; c = json_next(r->json, c))
		if (take_attachment(r, m, c, e) < 0)
			return -1;
	return 0;
}

static int
take_src(struct msgline_reader *r, struct msgline *m,
	const struct json_node *n, struct err *e)
{
	const struct json_node *c;
	int rc = 0;

	if (n->type != JSON_OBJECT)
		return bad(n->key, e);
	for (c = json_first(r->json, n); c && rc == 0;
	    c = json_next(r->json, c)) {
		if (is_key(c, "member"))
			rc = take(&m->member, c, CHAT_NAME_MAX, e);
		else if (is_key(c, "offset"))
			rc = take_int(&m->off, c, 0, INT64_MAX / 2, e);
		else if (is_key(c, "length"))
			rc = take_int(&m->len, c, 0, INT64_MAX / 2, e);
		else
			rc = bad(n->key, e);
	}
	return rc;
}

static int
take_state(struct msgline *m, const struct json_node *n, struct err *e)
{
	m->edited = str_is(n, "edited");
	m->recalled = str_is(n, "recalled");
	if (!m->edited && !m->recalled && !str_is(n, "live"))
		return bad(n->key, e);
	return 0;
}

static int
take_warn(struct msgline_reader *r, const struct json_node *n, struct err *e)
{
	const struct json_node *c;
	unsigned i;

	if (n->type != JSON_ARRAY)
		return bad(n->key, e);
	for (c = json_first(r->json, n); c; c = json_next(r->json, c)) {
		for (i = 0; i < CHAT_WARN_BITS; i++)
			if (str_is(c, chat_warn_name(
			    (enum chat_warn)(1u << i))))
				break;
		if (i == CHAT_WARN_BITS)
			return bad(n->key, e);
	}
	return 0;
}

static int
take_field(struct msgline_reader *r, struct msgline *m,
	const struct json_node *n, struct err *e)
{
	struct chat_field *f = &r->field[m->nfield];

	if (m->nfield == CHAT_FIELDS_MAX || n->key_len > MSGLINE_WORD_MAX)
		return bad("fields", e);
	f->key = n->key;
	m->field = r->field;
	m->nfield++;
	return take(&f->value, n, MSGLINE_FIELD_MAX, e);
}

enum must {
	HAS_V = 1, HAS_TYPE = 2, HAS_PLATFORM = 4, HAS_FORMAT = 8,
	HAS_KIND = 16, HAS_TEXT = 32, HAS_STATE = 64, HAS_PRECISION = 128,
	HAS_ALL = 255
};

static int
take_role(struct msgline *m, const struct json_node *n, struct err *e)
{
	int i;

	m->system = str_is(n, "system");
	if (m->system)
		return 0;
	i = role_of(n, CHAT_BOT + 1, chat_role_name, e);
	if (i >= 0)
		m->role = (enum chat_role)i;
	return i < 0 ? -1 : 0;
}

static int
take_kind(struct msgline *m, const struct json_node *n, struct err *e)
{
	int i = kind_of(n, KINDS, chat_kind_name, e);

	if (i >= 0)
		m->kind = (enum chat_kind)i;
	return i < 0 ? -1 : 0;
}

static int
take_conv(struct msgline *m, const struct json_node *n, struct err *e)
{
	int i = conv_of(n, CHAT_MAILS + 1, chat_conv_name, e);

	if (i >= 0)
		m->conv_type = (enum chat_conv)i;
	return i < 0 ? -1 : 0;
}

/* One key of the line; *has gets the bits of enum must. */
static int
take_key(struct msgline_reader *r, struct msgline *m, unsigned *has,
	const struct json_node *n, struct err *e)
{
	struct chat_str ignored;
	int64_t num;

	if (is_key(n, "v")) {
		*has |= HAS_V;
		return take_int(&num, n, 1, 1, e);
	}
	if (is_key(n, "type")) {
		*has |= HAS_TYPE;
		return str_is(n, "message") ? 0 : bad(n->key, e);
	}
	if (is_key(n, "n") || is_key(n, "seq"))
		return take_int(&num, n, 0, INT64_MAX, e);
	if (is_key(n, "platform")) {
		*has |= HAS_PLATFORM;
		return take_word(&m->platform, n, e);
	}
	if (is_key(n, "format")) {
		*has |= HAS_FORMAT;
		return take_word(&m->format, n, e);
	}
	if (is_key(n, "parser_ver"))
		return take_int(&m->parser_ver, n, 0, INT32_MAX, e);
	if (is_key(n, "conv_id"))
		return take(&m->conv_id, n, CHAT_NAME_MAX, e);
	if (is_key(n, "conv_name"))
		return take(&m->conv_name, n, CHAT_NAME_MAX, e);
	if (is_key(n, "conv_type"))
		return take_conv(m, n, e);
	if (is_key(n, "native_id"))
		return take(&m->native_id, n, CHAT_NAME_MAX, e);
	if (is_key(n, "ts_raw"))
		return take_time(m, n, e);
	if (is_key(n, "ts_utc"))
		return n->type == JSON_NULL ? 0 :
		    take_int(&m->ts_utc, n, 0, AFTER_ALL - 1, e);
	if (is_key(n, "tz_src"))
		return n->type == JSON_NULL || str_is(n, "absolute") ? 0 :
		    bad(n->key, e);
	if (is_key(n, "precision")) {
		*has |= HAS_PRECISION;
		return take_precision(m, n, e);
	}
	if (is_key(n, "sender_id"))
		return take(&m->sender_id, n, CHAT_NAME_MAX, e);
	if (is_key(n, "sender_name"))
		return take(&m->sender_name, n, CHAT_NAME_MAX, e);
	if (is_key(n, "sender_role"))
		return take_role(m, n, e);
	if (is_key(n, "kind")) {
		*has |= HAS_KIND;
		return take_kind(m, n, e);
	}
	if (is_key(n, "text")) {
		*has |= HAS_TEXT;
		return take(&m->text, n, CHAT_TEXT_MAX, e);
	}
	if (is_key(n, "attachments"))
		return take_attachments(r, m, n, e);
	if (is_key(n, "account") || is_key(n, "reply_to") ||
	    is_key(n, "forwarded_from") || is_key(n, "thread"))
		return take(&ignored, n, CHAT_NAME_MAX, e);
	if (is_key(n, "state")) {
		*has |= HAS_STATE;
		return take_state(m, n, e);
	}
	if (is_key(n, "src"))
		return take_src(r, m, n, e);
	if (is_key(n, "warn"))
		return take_warn(r, n, e);
	return take_field(r, m, n, e);
}

int
msgline_parse(struct msgline_reader *r, struct msgline *m, const void *line,
	size_t n, struct err *e)
{
	struct msgline out = {.ts_utc = MSGLINE_NEVER};
	const struct json_node *root, *c;
	unsigned has = 0;

	if (n > MSGLINE_MAX || !utf8_valid(line, n))
		return err_set(e, ERR_FORMAT, "a line is no message");
	buf_clear(&r->copy);
	if (buf_add(&r->copy, line, n, e) < 0)
		return -1;
	root = json_parse_here(r->json, r->copy.data, n, e);
	if (!root)
		return -1;
	if (root->type != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, "a line is no message");
	for (c = json_first(r->json, root); c; c = json_next(r->json, c))
		if (take_key(r, &out, &has, c, e) < 0)
			return -1;
	if (has != HAS_ALL)
		return err_set(e, ERR_FORMAT, "a message lacks a key");
	if (!out.text.s)
		out.text = (struct chat_str){"", 0};
	*m = out;
	return 0;
}

struct chat_str
msgline_field(const struct msgline *m, const char *key)
{
	size_t i;

	for (i = 0; i < m->nfield; i++)
		if (strcmp(m->field[i].key, key) == 0)
			return m->field[i].value;
	return (struct chat_str){NULL, 0};
}

const char *
msgline_role(const struct msgline *m)
{
	return m->system ? "system" : chat_role_name(m->role);
}
