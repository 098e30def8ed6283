/* account/account_event.c - lines of docs/FORMAT.md "Account events". */
#include "account/account_event.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "json/json.h"

#include "base/banned.h"

#define MAX_TIME INT64_C(253402300799)	/* the end of the year 9999 */
#define MAX_OFFSET (14 * 60)		/* minutes; the islands of UTC+14 */
#define DEVICE_MAX 32
#define MAX_NODES 256
#define MAX_DEPTH 6

_Static_assert(EVENT_FIELDS <= 32, "a set of fields is 32 bits");

#define F(x) (UINT32_C(1) << EVENT_##x)
#define PHONE (F(PHONE) | F(PHONE_OWNER) | F(PHONE_HOLDER))
#define EMAIL (F(EMAIL) | F(EMAIL_OWNER) | F(EMAIL_HOLDER))
#define ABOUT (F(PLATFORM) | F(SHOP) | F(LOGIN) | F(URL) | F(QR) | PHONE | \
	EMAIL | F(SUBJECT) | F(MAIN) | F(TWOFA_KIND) | F(PURPOSE) | \
	F(HOLDER) | F(DUAL) | F(REMARK))

enum { SECRET_PASSWORD = 1, SECRET_TOTP = 2, SECRET_CODES = 4 };

static const struct {
	const char *name;
	uint32_t must, may;	/* sets of fields; `may` beside `must` */
	unsigned secrets;
} kinds[EVENT_KINDS] = {
	[EVENT_REGISTERED] = {"registered", F(PLATFORM) | F(NAME),
	    ABOUT | F(REASON), SECRET_PASSWORD | SECRET_TOTP | SECRET_CODES},
	[EVENT_UPDATED] = {"updated", 0, ABOUT | F(REASON), 0},
	[EVENT_ALIASED] = {"aliased", F(ALIAS), 0, 0},
	[EVENT_RENAMED] = {"renamed", F(NAME), F(REASON), 0},
	[EVENT_BOUND] = {"bound", 0, PHONE | EMAIL, 0},
	[EVENT_TWOFA] = {"twofa", F(TWOFA_KIND), 0,
	    SECRET_TOTP | SECRET_CODES},
	[EVENT_ROTATED] = {"rotated", 0, F(REASON), SECRET_PASSWORD},
	[EVENT_SEEN] = {"seen", 0, F(BY), 0},
	[EVENT_REVEALED] = {"revealed", F(BY), F(REASON), 0},
	[EVENT_CONFIRMED] = {"confirmed", 0, F(BY), 0},
	[EVENT_TRANSFERRED] = {"transferred", F(FROM) | F(TO),
	    F(SHOP) | F(REASON), 0},
	[EVENT_ACKNOWLEDGED] = {"acknowledged", 0, F(BY), 0},
	[EVENT_FLAGGED] = {"flagged", F(TEXT), 0, 0},
	[EVENT_FROZEN] = {"frozen", F(PERSON), F(REASON), 0},
	[EVENT_EXPORTED] = {"exported", F(FORMAT) | F(BY), 0, 0},
	[EVENT_CLOSED] = {"closed", 0, F(REASON), 0},
	[EVENT_HANDOVER] = {"handover", F(PERSON) | F(STEP),
	    F(BY) | F(TEXT), 0},
	[EVENT_REQUESTED] = {"requested", F(BY) | F(OF), F(REASON), 0},
	[EVENT_GRANTED] = {"granted", F(TO) | F(OF),
	    F(REASON) | F(UNTIL),
	    SECRET_PASSWORD | SECRET_TOTP | SECRET_CODES},
};

static const struct {
	const char *name;
	const char *choices;	/* blanks between, or NULL */
} fields[EVENT_FIELDS] = {
	[EVENT_PLATFORM] = {"platform", NULL},
	[EVENT_SHOP] = {"shop", NULL},
	[EVENT_NAME] = {"name", NULL},
	[EVENT_LOGIN] = {"login", NULL},
	[EVENT_URL] = {"url", NULL},
	[EVENT_QR] = {"qr", "yes no"},
	[EVENT_PHONE] = {"phone", NULL},
	[EVENT_PHONE_OWNER] = {"phone_owner", "company personal"},
	[EVENT_PHONE_HOLDER] = {"phone_holder", NULL},
	[EVENT_EMAIL] = {"email", NULL},
	[EVENT_EMAIL_OWNER] = {"email_owner", "company personal"},
	[EVENT_EMAIL_HOLDER] = {"email_holder", NULL},
	[EVENT_SUBJECT] = {"subject", NULL},
	[EVENT_MAIN] = {"main", NULL},
	[EVENT_TWOFA_KIND] = {"twofa", "none totp sms device"},
	[EVENT_PURPOSE] = {"purpose", NULL},
	[EVENT_HOLDER] = {"holder", NULL},
	[EVENT_DUAL] = {"dual", "yes no"},
	[EVENT_REMARK] = {"note", NULL},
	[EVENT_ALIAS] = {"alias", NULL},
	[EVENT_BY] = {"by", NULL},
	[EVENT_FROM] = {"from", NULL},
	[EVENT_TO] = {"to", NULL},
	[EVENT_REASON] = {"reason", NULL},
	[EVENT_TEXT] = {"text", NULL},
	[EVENT_FORMAT] = {"format", NULL},
	[EVENT_PERSON] = {"person", NULL},
	[EVENT_STEP] = {"step", "start signoff close"},
	[EVENT_OF] = {"of", NULL},
	[EVENT_UNTIL] = {"until", NULL},
};

const char *
event_kind_name(enum event_kind k)
{
	return kinds[k].name;
}

enum event_kind
event_kind_of(const char *name)
{
	int k;

	for (k = 0; k < EVENT_KINDS; k++)
		if (str_eq(kinds[k].name, name))
			break;
	return (enum event_kind)k;
}

const char *
event_field_name(enum event_field f)
{
	return fields[f].name;
}

enum event_field
event_field_of(const char *name)
{
	int f;

	for (f = 0; f < EVENT_FIELDS; f++)
		if (str_eq(fields[f].name, name))
			break;
	return (enum event_field)f;
}

bool
event_may(enum event_kind k, enum event_field f)
{
	return ((kinds[k].must | kinds[k].may) >> f & 1) != 0;
}

bool
event_of_station(enum event_kind k)
{
	switch (k) {
	case EVENT_REGISTERED:
	case EVENT_UPDATED:
	case EVENT_ALIASED:
	case EVENT_BOUND:
	case EVENT_TWOFA:
	case EVENT_ROTATED:
	case EVENT_CONFIRMED:
	case EVENT_ACKNOWLEDGED:
	case EVENT_CLOSED:
		return true;
	default:
		return false;
	}
}

bool
event_must(enum event_kind k, enum event_field f)
{
	return (kinds[k].must >> f & 1) != 0;
}

const char *
event_choices(enum event_field f)
{
	return fields[f].choices;
}

/* Is S one of the words of CHOICES? */
static bool
is_choice(const char *choices, const char *s)
{
	size_t n = strlen(s), m;

	for (; *choices; choices += m + (choices[m] == ' ')) {
		m = strcspn(choices, " ");
		if (m == n && memcmp(choices, s, n) == 0)
			return true;
	}
	return false;
}

/* Texts of a line: short, UTF-8, nothing that moves a terminal's cursor. */
static int
check_text(const char *name, const char *s, enum err_code code,
	struct err *e)
{
	size_t n = strlen(s);

	if (n > EVENT_VALUE_MAX)
		return err_set(e, code, "'%s' is longer than %u bytes", name,
		    EVENT_VALUE_MAX);
	if (!utf8_clean(s, n))
		return err_set(e, code, "'%s' holds control characters, or is "
		    "not UTF-8", name);
	return 0;
}

static bool
is_device(const char *s)
{
	size_t n = strlen(s);

	return n >= 1 && n <= DEVICE_MAX && s[0] != '-' &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static bool
is_zero(const uint8_t id[static EVENT_ID_LEN])
{
	static const uint8_t zero[EVENT_ID_LEN];

	return memcmp(id, zero, sizeof(zero)) == 0;
}

/* Of `of`: the id of another event. */
static bool
is_id(const char *s)
{
	uint8_t id[EVENT_ID_LEN];

	return str_unhex(id, sizeof(id), s, strlen(s)) == 0;
}

static int
check_field(const struct account_event *v, enum event_field f,
	enum err_code code, struct err *e)
{
	const char *s = v->value[f], *name = fields[f].name;

	if (event_must(v->kind, f) && (!s || s[0] == '\0'))
		return err_set(e, code, "event %s lacks '%s'",
		    kinds[v->kind].name, name);
	if (!s)
		return 0;
	if (!event_may(v->kind, f))
		return err_set(e, code, "event %s takes no '%s'", kinds[v->kind].name,
		    name);
	if (fields[f].choices && s[0] != '\0' &&
	    !is_choice(fields[f].choices, s))
		return err_set(e, code, "'%s' is none of: %s", name,
		    fields[f].choices);
	if (f == EVENT_OF && !is_id(s))
		return err_set(e, code, "'of' is no event's id");
	return check_text(name, s, code, e);
}

/* What a line may say, for the one who writes and the one who reads. */
static int
check(const struct account_event *v, enum err_code code, struct err *e)
{
	unsigned has = (v->has_password ? SECRET_PASSWORD : 0) |
	    (v->has_totp ? SECRET_TOTP : 0) |
	    (v->has_codes ? SECRET_CODES : 0);
	int f;

	if (is_zero(v->id))
		return err_set(e, code, "an event without an id");
	if (v->kind == EVENT_HANDOVER ? !is_zero(v->account) :
	    v->kind != EVENT_FROZEN && is_zero(v->account))
		return err_set(e, code, is_zero(v->account) ?
		    "event %s is of no account" :
		    "event %s is of an account", kinds[v->kind].name);
	if (v->ts < 0 || v->ts > MAX_TIME || v->offset < -MAX_OFFSET ||
	    v->offset > MAX_OFFSET)
		return err_set(e, code, "an event at no time that can be");
	if (!v->device || !is_device(v->device))
		return err_set(e, code, "an event of no station or reader");
	if (v->actor && (v->actor[0] == '\0' ||
	    check_text("actor", v->actor, code, e) < 0))
		return v->actor[0] == '\0' ?
		    err_set(e, code, "'actor' is empty") : -1;
	for (f = 0; f < EVENT_FIELDS; f++)
		if (check_field(v, (enum event_field)f, code, e) < 0)
			return -1;
	if (has & ~kinds[v->kind].secrets)
		return err_set(e, code, "event %s takes no such secret",
		    kinds[v->kind].name);
	if (v->nprev > EVENT_PREV_MAX)
		return err_set(e, code, "more than %u events before it",
		    EVENT_PREV_MAX);
	return 0;
}

/* --- Writing */

static void
put_lists(struct jsonw *w, const struct account_event *v)
{
	size_t i;

	if (v->has_password || v->has_totp || v->has_codes) {
		jsonw_key(w, "secrets");
		jsonw_array(w);
		if (v->has_password)
			jsonw_str(w, "password");
		if (v->has_totp)
			jsonw_str(w, "totp");
		if (v->has_codes)
			jsonw_str(w, "codes");
		jsonw_array_end(w);
	}
	if (v->nprev > 0) {
		jsonw_key(w, "prev");
		jsonw_array(w);
		for (i = 0; i < v->nprev; i++)
			jsonw_hex(w, v->prev[i], EVENT_ID_LEN);
		jsonw_array_end(w);
	}
}

int
event_write(const struct account_event *v, struct buf *out, struct err *e)
{
	size_t start = out->len;
	struct jsonw w;
	int f;

	if (check(v, ERR_USAGE, e) < 0)
		return -1;
	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", kinds[v->kind].name);
	jsonw_khex(&w, "event", v->id, EVENT_ID_LEN);
	jsonw_khex(&w, "account", v->account, EVENT_ID_LEN);
	jsonw_kint(&w, "ts", v->ts);
	jsonw_kint(&w, "offset", v->offset);
	if (v->actor)
		jsonw_kstr(&w, "actor", v->actor);
	jsonw_kstr(&w, "device", v->device);
	jsonw_key(&w, "fields");
	jsonw_object(&w);
	for (f = 0; f < EVENT_FIELDS; f++)
		if (v->value[f])
			jsonw_kstr(&w, fields[f].name, v->value[f]);
	jsonw_object_end(&w);
	put_lists(&w, v);
	jsonw_object_end(&w);
	if (jsonw_end(&w) < 0)
		goto fail;
	if (out->len - start > EVENT_LINE_MAX) {
		(void)err_set(e, ERR_USAGE, "an event of more than %u bytes",
		    EVENT_LINE_MAX);
		goto fail;
	}
	return 0;
fail:
	out->len = start;
	return -1;
}

/* --- Reading */

struct event_reader {
	struct json *json;
};

struct event_reader *
event_reader_new(struct err *e)
{
	struct event_reader *r = malloc(sizeof(*r));

	if (!r) {
		(void)err_nomem(e);
		return NULL;
	}
	r->json = json_new(MAX_NODES, MAX_DEPTH, e);
	if (!r->json) {
		free(r);
		return NULL;
	}
	return r;
}

void
event_reader_free(struct event_reader *r)
{
	if (!r)
		return;
	json_free(r->json);
	free(r);
}

/* The text under KEY, without NUL inside; NULL if it is none. */
static const char *
text_of(const struct json_node *n)
{
	return n && n->type == JSON_STR && strlen(n->str) == n->len ?
	    n->str : NULL;
}

static int
id_of(const struct json_node *n, uint8_t out[static EVENT_ID_LEN])
{
	return n && n->type == JSON_STR ?
	    str_unhex(out, EVENT_ID_LEN, n->str, n->len) : -1;
}

static int
read_fields(struct event_reader *r, const struct json_node *obj,
	struct account_event *v, struct err *e)
{
	const struct json_node *n;
	int f;

	if (!obj || obj->type != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, "an event without 'fields'");
	for (n = json_first(r->json, obj); n; n = json_next(r->json, n)) {
		f = (int)event_field_of(n->key);
		if (f == EVENT_FIELDS || strlen(n->key) != n->key_len)
			continue;	/* of a later form */
		v->value[f] = text_of(n);
		if (!v->value[f])
			return err_set(e, ERR_FORMAT, "'%s' is no text",
			    fields[f].name);
	}
	return 0;
}

static int
read_secrets(struct event_reader *r, const struct json_node *list,
	struct account_event *v, struct err *e)
{
	const struct json_node *n;
	const char *s;

	if (!list)
		return 0;
	if (list->type != JSON_ARRAY)
		return err_set(e, ERR_FORMAT, "'secrets' is no list");
	for (n = json_first(r->json, list); n; n = json_next(r->json, n)) {
		s = text_of(n);
		if (!s)
			return err_set(e, ERR_FORMAT, "a secret of no name");
		v->has_password |= str_eq(s, "password");
		v->has_totp |= str_eq(s, "totp");
		v->has_codes |= str_eq(s, "codes");
	}
	return 0;
}

static int
read_prev(struct event_reader *r, const struct json_node *list,
	struct account_event *v, struct err *e)
{
	const struct json_node *n;

	if (!list)
		return 0;
	if (list->type != JSON_ARRAY || list->n > EVENT_PREV_MAX)
		return err_set(e, ERR_FORMAT, "'prev' is no list of at most %u",
		    EVENT_PREV_MAX);
	for (n = json_first(r->json, list); n; n = json_next(r->json, n))
		if (id_of(n, v->prev[v->nprev++]) < 0)
			return err_set(e, ERR_FORMAT, "'prev' holds no id");
	return 0;
}

static int
read_head(struct event_reader *r, const struct json_node *root,
	struct account_event *v, struct err *e)
{
	const struct json_node *n = json_get(r->json, root, "v");
	const char *s;

	if (!n || n->type != JSON_INT || n->num != 1)
		return err_set(e, ERR_FORMAT, "not an account event");
	s = text_of(json_get(r->json, root, "type"));
	v->kind = s ? event_kind_of(s) : EVENT_KINDS;
	if (v->kind == EVENT_KINDS)
		return err_set(e, ERR_FORMAT, "an event of no known type");
	if (id_of(json_get(r->json, root, "event"), v->id) < 0 ||
	    id_of(json_get(r->json, root, "account"), v->account) < 0)
		return err_set(e, ERR_FORMAT, "an event without its ids");
	n = json_get(r->json, root, "ts");
	if (!n || n->type != JSON_INT)
		return err_set(e, ERR_FORMAT, "an event without a time");
	v->ts = n->num;
	n = json_get(r->json, root, "offset");
	if (!n || n->type != JSON_INT || n->num < -MAX_OFFSET ||
	    n->num > MAX_OFFSET)
		return err_set(e, ERR_FORMAT, "an event without a zone");
	v->offset = (int32_t)n->num;
	n = json_get(r->json, root, "actor");
	v->actor = text_of(n);
	if (n && !v->actor)
		return err_set(e, ERR_FORMAT, "'actor' is no text");
	v->device = text_of(json_get(r->json, root, "device"));
	return 0;
}

int
event_read(struct event_reader *r, const char *line, size_t n,
	struct account_event *out, struct err *e)
{
	const struct json_node *root;
	struct account_event v;

	memset(&v, 0, sizeof(v));
	if (n > EVENT_LINE_MAX + 1)
		return err_set(e, ERR_FORMAT, "an event of more than %u bytes",
		    EVENT_LINE_MAX);
	root = json_parse(r->json, line, n, e);
	if (!root)
		return -1;
	if (root->type != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, "not an account event");
	if (read_head(r, root, &v, e) < 0 ||
	    read_fields(r, json_get(r->json, root, "fields"), &v, e) < 0 ||
	    read_secrets(r, json_get(r->json, root, "secrets"), &v, e) < 0 ||
	    read_prev(r, json_get(r->json, root, "prev"), &v, e) < 0 ||
	    check(&v, ERR_FORMAT, e) < 0)
		return -1;
	*out = v;
	return 0;
}
