/*
 * unbundle/manifest.c - docs/FORMAT.md sections 4 and 5, the reading half.
 *
 * A line is looked at as a whole: its keys are sorted into an array by a table
 * first, so that an unknown key and a missing one are both found, whatever the
 * order; then each kind of line takes what it needs.
 */
#include "unbundle/manifest.h"

#include <string.h>

#include "base/base64.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "json/json.h"
#include "unbundle/plain.h"

#include "base/banned.h"

#define LINE_MAX_LEN ((size_t)64 * 1024 * 1024)
#define PIECE_LEN ((size_t)256 * 1024)
#define MAX_DEPTH 8
#define MAX_NODES ((size_t)1 << 22)	/* 64 MiB of ids are 2^20 */
#define MAX_BUNDLES 64
#define MAX_KEYS 30

enum section { BEFORE_HEAD, BUNDLES, SOURCES, FILES };

struct reader {
	const struct manifest_handler *h;
	struct json *json;
	enum section section;
	size_t line;		/* number, from 1 */
	size_t nbundles;
	char last[96];		/* path or source of the line before */
	bool final;
	struct buf ids, path, from;
	struct record_edit *edits;
	size_t edits_cap;
	struct err *e;
};

/* --- Values; each returns 0 or -1 with *e set. */

static int
wrong(struct reader *r, const char *key)
{
	return err_set(r->e, ERR_FORMAT, "'%s' is not what it should be", key);
}

static int
get_int(struct reader *r, const struct json_node *v, int64_t min, int64_t max,
	int64_t *out)
{
	if (v->type != JSON_INT || v->num < min || v->num > max)
		return wrong(r, v->key ? v->key : "a number");
	*out = v->num;
	return 0;
}

static int
get_count(struct reader *r, const struct json_node *v, int64_t *out)
{
	return get_int(r, v, 0, INT64_MAX, out);
}

static int
get_bool(struct reader *r, const struct json_node *v, bool *out)
{
	if (v->type != JSON_BOOL)
		return wrong(r, v->key);
	*out = v->num != 0;
	return 0;
}

/* Clean text of 1 to CAP - 1 bytes. */
static int
get_text(struct reader *r, const struct json_node *v, char *out, size_t cap)
{
	if (v->type != JSON_STR || v->len == 0 || v->len >= cap ||
	    !utf8_clean(v->str, v->len))
		return wrong(r, v->key ? v->key : "a string");
	memcpy(out, v->str, v->len);
	out[v->len] = '\0';
	return 0;
}

/* As get_text; null is the empty string. */
static int
get_text_or_null(struct reader *r, const struct json_node *v, char *out,
	size_t cap)
{
	out[0] = '\0';
	return v->type == JSON_NULL ? 0 : get_text(r, v, out, cap);
}

/* [a-z0-9][a-z0-9-]{0,31} */
static int
get_name(struct reader *r, const struct json_node *v, char out[static 33])
{
	size_t i;
	char c;

	if (get_text(r, v, out, 33) < 0)
		return -1;
	for (i = 0; i < v->len; i++) {
		c = out[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c == '-' && i > 0)))
			return wrong(r, v->key);
	}
	return 0;
}

static int
get_hex(struct reader *r, const struct json_node *v, uint8_t *out, size_t n)
{
	if (v->type != JSON_STR || str_unhex(out, n, v->str, v->len) < 0)
		return wrong(r, v->key ? v->key : "an id");
	return 0;
}

/* N bytes as hex text, kept as text; null is "" where it may be. */
static int
get_hex_text(struct reader *r, const struct json_node *v, char *out, size_t n,
	bool may_be_null)
{
	uint8_t bytes[32];

	out[0] = '\0';
	if (v->type == JSON_NULL && may_be_null)
		return 0;
	if (get_hex(r, v, bytes, n) < 0)
		return -1;
	str_hex(out, bytes, n);
	return 0;
}

/* --- Objects by table. */

struct table {
	size_t n;
	const char *const *keys;
};
#define TABLE(a) {sizeof(a) / sizeof((a)[0]), (a)}

/*
 * Sort the values of OBJ into VAL by the keys of T (NULL where absent).
 * Returns a bit per key that is there, or -1: not an object, or a key that T
 * does not know.
 */
static int64_t
sort_keys(struct reader *r, const struct json_node *obj, const struct table *t,
	const struct json_node *val[static MAX_KEYS])
{
	const struct json_node *v;
	int64_t seen = 0;
	size_t i, next = 0;

	memset(val, 0, MAX_KEYS * sizeof(*val));
	if (obj->type != JSON_OBJECT)
		return err_set(r->e, ERR_FORMAT, "not an object");
	for (v = json_first(r->json, obj); v; v = json_next(r->json, v)) {
		/* Keys mostly come in the order of the table. */
		for (i = 0; i < t->n; i++, next++) {
			if (next >= t->n)
				next = 0;
			if (strlen(t->keys[next]) == v->key_len &&
			    memcmp(t->keys[next], v->key, v->key_len) == 0)
				break;
		}
		if (i == t->n)
			return err_set(r->e, ERR_FORMAT, "unknown key '%.32s'",
			    utf8_clean(v->key, v->key_len) ? v->key : "?");
		val[next] = v;
		seen |= (int64_t)1 << next;
		next++;
	}
	return seen;
}

/* As sort_keys; every key of T must be there. */
static int
all_keys(struct reader *r, const struct json_node *obj, const struct table *t,
	const struct json_node *val[static MAX_KEYS])
{
	int64_t seen = sort_keys(r, obj, t, val);
	size_t i;

	if (seen < 0)
		return -1;
	for (i = 0; i < t->n; i++)
		if (!val[i])
			return err_set(r->e, ERR_FORMAT, "no key '%s'",
			    t->keys[i]);
	return 0;
}

static int
get_point(struct reader *r, const struct json_node *v, struct record_point *p)
{
	static const char *const keys[] = {"ref", "seq", "manifest"};
	static const struct table t = TABLE(keys);
	const struct json_node *val[MAX_KEYS];

	memset(p, 0, sizeof(*p));
	if (v->type == JSON_NULL)
		return 0;
	if (all_keys(r, v, &t, val) < 0 ||
	    get_text(r, val[0], p->ref, sizeof(p->ref)) < 0 ||
	    get_count(r, val[1], &p->seq) < 0 ||
	    get_hex(r, val[2], p->manifest, 32) < 0)
		return -1;
	p->have = true;
	return 0;
}

/* --- Line 1. */

enum { H_V, H_ORG, H_STATION, H_STREAM, H_EPOCH, H_SEQ, H_RUN, H_PART, H_FINAL,
	H_BASE, H_PREV, H_CONTINUES, H_PREV_EPOCH_HEAD, H_RECIPIENTS,
	H_RECIPIENTS_SHA256, H_POLICY_VERSION, H_POLICY_COMMIT, H_CONTROL_SEEN,
	H_RECEIPT_SEEN, H_NOTICE, H_STARTED, H_FINISHED, H_TZ, H_UTC_OFFSET,
	H_CLOCK_SYNCED, H_BOOT_ID, H_SPOOLED, H_AGENT, H_STATE, H_COUNTS };
static const char *const head_keys[] = {"v", "org", "station", "stream",
	"epoch", "seq", "run", "part", "final", "base", "prev", "continues",
	"prev_epoch_head", "recipients", "recipients_sha256",
	"policy_version", "policy_commit", "control_seen", "receipt_seen",
	"notice", "started", "finished", "tz", "utc_offset", "clock_synced",
	"boot_id", "spooled", "agent", "state", "counts"};

static int
head_place(struct reader *r, const struct json_node **val,
	struct record_head *h)
{
	const struct json_node *base = val[H_BASE];
	int64_t epoch = 0;

	if (get_text(r, val[H_ORG], h->org, sizeof(h->org)) < 0 ||
	    get_name(r, val[H_STATION], h->station) < 0 ||
	    get_name(r, val[H_STREAM], h->stream) < 0 ||
	    get_int(r, val[H_EPOCH], 1, 9999, &epoch) < 0 ||
	    get_count(r, val[H_SEQ], &h->seq) < 0 ||
	    get_hex(r, val[H_RUN], h->run, sizeof(h->run)) < 0 ||
	    get_count(r, val[H_PART], &h->part) < 0 ||
	    get_bool(r, val[H_FINAL], &h->final) < 0)
		return -1;
	h->epoch = (int)epoch;
	if (base->type != JSON_STR ||
	    !(str_eq(base->str, "full") || str_eq(base->str, "delta")))
		return wrong(r, "base");
	h->full = base->str[0] == 'f';
	return 0;
}

/* What came before: no `prev` at seq 0 only, the other two at seq 0 only. */
static int
head_before(struct reader *r, const struct json_node **val,
	struct record_head *h)
{
	h->has_prev = val[H_PREV]->type != JSON_NULL;
	if (h->has_prev && get_hex(r, val[H_PREV], h->prev, 32) < 0)
		return -1;
	if (get_point(r, val[H_CONTINUES], &h->continues) < 0 ||
	    get_point(r, val[H_PREV_EPOCH_HEAD], &h->prev_epoch_head) < 0)
		return -1;
	if (h->has_prev != (h->seq > 0))
		return wrong(r, "prev");
	if (h->seq > 0 && h->continues.have)
		return wrong(r, "continues");
	if (h->seq > 0 && h->prev_epoch_head.have)
		return wrong(r, "prev_epoch_head");
	return 0;
}

static int
head_recipients(struct reader *r, const struct json_node **val,
	struct record_head *h)
{
	const struct json_node *list = val[H_RECIPIENTS], *v;
	char text[RECORD_MAX_RECIPIENTS * 81];
	uint8_t sum[32];
	size_t len = 0, n;

	if (list->type != JSON_ARRAY || list->n == 0 ||
	    list->n > RECORD_MAX_RECIPIENTS)
		return wrong(r, "recipients");
	for (v = json_first(r->json, list); v; v = json_next(r->json, v)) {
		if (get_text(r, v, h->recipient[h->nrecipients], 80) < 0)
			return -1;
		if (!str_starts(v->str, "age1"))
			return wrong(r, "recipients");
		n = strlen(h->recipient[h->nrecipients]);
		memcpy(text + len, h->recipient[h->nrecipients++], n);
		len += n;
		text[len++] = '\n';
	}
	if (get_hex(r, val[H_RECIPIENTS_SHA256], h->recipients_sha256, 32) < 0)
		return -1;
	hash_sha256(sum, text, len);
	return memcmp(sum, h->recipients_sha256, 32) == 0 ? 0 :
	    wrong(r, "recipients_sha256");
}

static int
head_policy(struct reader *r, const struct json_node **val,
	struct record_head *h)
{
	static const char *const receipt_keys[] = {"utc", "ref", "head"};
	static const char *const notice_keys[] = {"version", "sha256"};
	static const struct table receipt = TABLE(receipt_keys);
	static const struct table notice = TABLE(notice_keys);
	const struct json_node *in[MAX_KEYS];

	if (get_count(r, val[H_POLICY_VERSION], &h->policy_version) < 0 ||
	    get_hex_text(r, val[H_POLICY_COMMIT], h->policy_commit, 20,
	    true) < 0 ||
	    get_count(r, val[H_CONTROL_SEEN], &h->control_seen) < 0)
		return -1;
	h->has_receipt = val[H_RECEIPT_SEEN]->type != JSON_NULL;
	if (h->has_receipt &&
	    (all_keys(r, val[H_RECEIPT_SEEN], &receipt, in) < 0 ||
	    get_count(r, in[0], &h->receipt_utc) < 0 ||
	    get_text(r, in[1], h->receipt_ref, sizeof(h->receipt_ref)) < 0 ||
	    get_hex_text(r, in[2], h->receipt_head, 20, false) < 0))
		return -1;
	h->has_notice = val[H_NOTICE]->type != JSON_NULL;
	if (h->has_notice &&
	    (all_keys(r, val[H_NOTICE], &notice, in) < 0 ||
	    get_count(r, in[0], &h->notice_version) < 0 ||
	    get_hex(r, in[1], h->notice_sha256, 32) < 0))
		return -1;
	return 0;
}

static int
head_clock(struct reader *r, const struct json_node **val,
	struct record_head *h)
{
	const struct json_node *synced = val[H_CLOCK_SYNCED];
	bool yes = false;

	if (get_count(r, val[H_STARTED], &h->started) < 0 ||
	    get_count(r, val[H_FINISHED], &h->finished) < 0 ||
	    get_text_or_null(r, val[H_TZ], h->tz, sizeof(h->tz)) < 0 ||
	    get_int(r, val[H_UTC_OFFSET], -86400, 86400, &h->utc_offset) < 0 ||
	    get_hex_text(r, val[H_BOOT_ID], h->boot_id, 16, true) < 0)
		return -1;
	h->clock_synced = -1;
	if (synced->type == JSON_NULL)
		return 0;
	if (get_bool(r, synced, &yes) < 0)
		return -1;
	h->clock_synced = yes;
	return 0;
}

static int
head_counts(struct reader *r, const struct json_node *counts,
	struct record_head *h)
{
	const char *keys[RECORD_NOPS + 4];
	const struct table t = TABLE(keys);
	const struct json_node *val[MAX_KEYS];
	size_t i;

	keys[0] = "files";
	keys[1] = "bytes";
	for (i = 0; i < RECORD_NOPS; i++)
		keys[2 + i] = record_op_name((enum record_op)i);
	keys[2 + RECORD_NOPS] = "chunks";
	keys[3 + RECORD_NOPS] = "stored";
	if (all_keys(r, counts, &t, val) < 0 ||
	    get_count(r, val[0], &h->files) < 0 ||
	    get_count(r, val[1], &h->bytes) < 0 ||
	    get_count(r, val[2 + RECORD_NOPS], &h->chunks) < 0 ||
	    get_count(r, val[3 + RECORD_NOPS], &h->stored) < 0)
		return -1;
	for (i = 0; i < RECORD_NOPS; i++)
		if (get_count(r, val[2 + i], &h->ops[i]) < 0)
			return -1;
	return 0;
}

static int
read_head(struct reader *r, const struct json_node *line)
{
	static const struct table t = TABLE(head_keys);
	const struct json_node *val[MAX_KEYS];
	struct record_head h;

	memset(&h, 0, sizeof(h));
	val[0] = json_first(r->json, line);
	if (val[0]->type == JSON_INT && val[0]->num != 1)
		return err_set(r->e, ERR_FORMAT,
		    "a manifest of version %lld, which is not known here",
		    (long long)val[0]->num);
	if (all_keys(r, line, &t, val) < 0)
		return -1;
	if (val[H_V]->type != JSON_INT)
		return wrong(r, "v");
	if (head_place(r, val, &h) < 0 || head_before(r, val, &h) < 0 ||
	    head_recipients(r, val, &h) < 0 || head_policy(r, val, &h) < 0 ||
	    head_clock(r, val, &h) < 0 ||
	    get_count(r, val[H_SPOOLED], &h.spooled) < 0 ||
	    get_text(r, val[H_AGENT], h.agent, sizeof(h.agent)) < 0 ||
	    head_counts(r, val[H_COUNTS], &h) < 0)
		return -1;
	h.has_state = val[H_STATE]->type != JSON_NULL;
	if (h.has_state && get_hex(r, val[H_STATE], h.state, 32) < 0)
		return -1;
	if (h.has_state != h.final)
		return wrong(r, "state");
	r->final = h.final;
	return r->h->head ? r->h->head(r->h->arg, &h, r->e) : 0;
}

/* --- Lines of bundles and sources. */

/* Add the ids of an array to r->ids. */
static int
add_ids(struct reader *r, const struct json_node *list)
{
	const struct json_node *v;

	if (list->type != JSON_ARRAY)
		return wrong(r, list->key ? list->key : "edits");
	if (buf_reserve(&r->ids, (size_t)list->n * RECORD_ID_LEN, r->e) < 0)
		return -1;
	for (v = json_first(r->json, list); v; v = json_next(r->json, v)) {
		if (get_hex(r, v, r->ids.data + r->ids.len, RECORD_ID_LEN) < 0)
			return -1;
		r->ids.len += RECORD_ID_LEN;
	}
	return 0;
}

/* Lines of a kind are sorted, none twice. */
static int
ascending(struct reader *r, const char *name)
{
	if (r->last[0] != '\0' && strcmp(r->last, name) >= 0)
		return err_set(r->e, ERR_FORMAT, "'%s' is out of order", name);
	memcpy(r->last, name, strlen(name) + 1);
	return 0;
}

static int
read_bundle(struct reader *r, const struct json_node *line)
{
	static const char *const keys[] = {"path", "sha256", "bytes",
		"chunks"};
	static const struct table t = TABLE(keys);
	const struct json_node *val[MAX_KEYS];
	struct manifest_bundle b;
	int64_t bytes = 0;

	memset(&b, 0, sizeof(b));
	if (++r->nbundles > MAX_BUNDLES)
		return err_set(r->e, ERR_FORMAT, "more than %d bundles",
		    MAX_BUNDLES);
	buf_clear(&r->ids);
	if (all_keys(r, line, &t, val) < 0 ||
	    get_text(r, val[0], b.path, sizeof(b.path)) < 0 ||
	    get_hex(r, val[1], b.sha256, 32) < 0 ||
	    get_count(r, val[2], &bytes) < 0 ||
	    add_ids(r, val[3]) < 0)
		return -1;
	if (!path_is_safe(b.path, strlen(b.path)))
		return wrong(r, "path");
	b.bytes = (uint64_t)bytes;
	b.ids = r->ids.data;
	b.n = r->ids.len / RECORD_ID_LEN;
	if (ascending(r, b.path) < 0)
		return -1;
	return r->h->bundle ? r->h->bundle(r->h->arg, &b, r->e) : 0;
}

static bool
one_of(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(s, *list))
			return true;
	return false;
}

static int
read_source(struct reader *r, const struct json_node *line)
{
	static const char *const keys[] = {"source", "kind", "state", "files",
		"bytes", "symlinks", "empty_dirs", "special", "unreadable",
		"skipped", "reason"};
	static const char *const kinds[] = {"chat", "shop", "account",
		"report", "files", NULL};
	static const char *const states[] = {"ok", "partial", "missing",
		"blocked", "unreadable", NULL};
	static const struct table t = TABLE(keys);
	const struct json_node *val[MAX_KEYS];
	struct record_source s;
	int64_t *const counts[] = {&s.files, &s.bytes, &s.symlinks,
		&s.empty_dirs, &s.special, &s.unreadable, &s.skipped};
	size_t i;

	memset(&s, 0, sizeof(s));
	if (!r->final)
		return err_set(r->e, ERR_FORMAT,
		    "a source in a part that is not the final one");
	if (sort_keys(r, line, &t, val) < 0)
		return -1;
	for (i = 0; i < 10; i++)
		if (!val[i])
			return err_set(r->e, ERR_FORMAT, "no key '%s'",
			    keys[i]);
	if (get_name(r, val[0], s.name) < 0 ||
	    get_text(r, val[1], s.kind, sizeof(s.kind)) < 0 ||
	    get_text(r, val[2], s.state, sizeof(s.state)) < 0)
		return -1;
	if (!one_of(s.kind, kinds))
		return wrong(r, "kind");
	if (!one_of(s.state, states))
		return wrong(r, "state");
	for (i = 0; i < 7; i++)
		if (get_count(r, val[3 + i], counts[i]) < 0)
			return -1;
	if (val[10] && get_text(r, val[10], s.reason, sizeof(s.reason)) < 0)
		return -1;
	if (val[10] && str_eq(s.state, "ok"))
		return wrong(r, "reason");
	if (ascending(r, s.name) < 0)
		return -1;
	return r->h->source ? r->h->source(r->h->arg, &s, r->e) : 0;
}

/* --- Lines of files. */

enum { F_OP, F_SOURCE, F_PATH, F_PATH_B64, F_FROM, F_FROM_B64, F_SIZE, F_MTIME,
	F_MODE, F_SUM, F_CHUNKS, F_EDITS, F_ELSEWHERE, F_TORN };
static const char *const file_keys[] = {"op", "source", "path", "path_b64",
	"from", "from_b64", "size", "mtime", "mode", "sum", "chunks", "edits",
	"elsewhere", "torn"};

#define BIT(k) ((int64_t)1 << (k))
#define META (BIT(F_SIZE) | BIT(F_MTIME) | BIT(F_MODE))
#define PATHS (BIT(F_PATH) | BIT(F_PATH_B64))
#define FROMS (BIT(F_FROM) | BIT(F_FROM_B64))

/* Keys that must be there, and sets of which exactly one must. */
static const struct {
	int64_t must, from, content;
} file_rules[RECORD_NOPS] = {
	[RECORD_ADDED] = {META | BIT(F_SUM), 0,
		BIT(F_CHUNKS) | BIT(F_ELSEWHERE)},
	[RECORD_APPENDED] = {META | BIT(F_SUM), 0,
		BIT(F_CHUNKS) | BIT(F_EDITS)},
	[RECORD_REWRITTEN] = {META | BIT(F_SUM), 0,
		BIT(F_CHUNKS) | BIT(F_EDITS)},
	[RECORD_TRUNCATED] = {META | BIT(F_SUM), 0,
		BIT(F_CHUNKS) | BIT(F_EDITS)},
	[RECORD_REMOVED] = {0, 0, 0},
	[RECORD_MOVED] = {META, FROMS, 0},
	[RECORD_TOUCHED] = {META, 0, 0},
};

static bool
one_bit(int64_t set)
{
	return set != 0 && (set & (set - 1)) == 0;
}

static int
check_file_keys(struct reader *r, enum record_op op, int64_t seen)
{
	int64_t must = BIT(F_OP) | BIT(F_SOURCE) | file_rules[op].must;
	int64_t from = file_rules[op].from, content = file_rules[op].content;
	int64_t may = op == RECORD_REMOVED ? 0 : BIT(F_TORN);

	if ((seen & must) == must && one_bit(seen & PATHS) &&
	    (from == 0 || one_bit(seen & from)) &&
	    (content == 0 || one_bit(seen & content)) &&
	    (seen & ~(must | PATHS | from | content | may)) == 0)
		return 0;
	return err_set(r->e, ERR_FORMAT,
	    "keys are missing or too many for '%s'", record_op_name(op));
}

/* A path as text or, only where it must be, as base64. */
static int
get_path(struct reader *r, const struct json_node *text,
	const struct json_node *b64, struct buf *out)
{
	const struct json_node *v = text ? text : b64;

	buf_clear(out);
	if (v->type != JSON_STR || v->len == 0 || v->len > 2 * PATH_MAX_LEN)
		return wrong(r, v->key);
	if (text ? buf_add(out, v->str, v->len, r->e) < 0 :
	    base64_decode(out, v->str, v->len, true, r->e) < 0)
		return -1;
	if (utf8_clean(out->data, out->len) != (text != NULL) ||
	    !path_is_safe(out->data, out->len))
		return wrong(r, v->key);
	return 0;
}

static int
get_mtime(struct reader *r, const struct json_node *v, struct record_file *f)
{
	const struct json_node *sec, *nsec;
	int64_t ns = 0;

	if (v->type != JSON_ARRAY || v->n != 2)
		return wrong(r, "mtime");
	sec = json_first(r->json, v);
	nsec = json_next(r->json, sec);
	if (get_int(r, sec, INT64_MIN, INT64_MAX, &f->mtime_sec) < 0 ||
	    get_int(r, nsec, 0, 999999999, &ns) < 0)
		return -1;
	f->mtime_nsec = (uint32_t)ns;
	return 0;
}

static int
get_edit(struct reader *r, const struct json_node *v, struct record_edit *d)
{
	const struct json_node *index, *removed, *ids;
	int64_t a = 0, b = 0;

	if (v->type != JSON_ARRAY || v->n != 3)
		return wrong(r, "edits");
	index = json_first(r->json, v);
	removed = json_next(r->json, index);
	ids = json_next(r->json, removed);
	if (get_int(r, index, 0, UINT32_MAX, &a) < 0 ||
	    get_int(r, removed, 0, UINT32_MAX, &b) < 0 || add_ids(r, ids) < 0)
		return -1;
	d->index = (uint32_t)a;
	d->removed = (uint32_t)b;
	d->n = ids->n;
	return 0;
}

static int
get_edits(struct reader *r, const struct json_node *list,
	struct record_file *f)
{
	const struct json_node *v;
	struct record_edit *grown;
	const uint8_t *ids;
	size_t i = 0;

	if (list->type != JSON_ARRAY)
		return wrong(r, "edits");
	if (list->n > r->edits_cap) {
		grown = realloc(r->edits, list->n * sizeof(*grown));
		if (!grown)
			return err_nomem(r->e);
		r->edits = grown;
		r->edits_cap = list->n;
	}
	for (v = json_first(r->json, list); v; v = json_next(r->json, v))
		if (get_edit(r, v, &r->edits[i++]) < 0)
			return -1;
	/* Only now do the ids stay where they are. */
	ids = r->ids.data;
	for (i = 0; i < list->n; i++) {
		r->edits[i].ids = ids;
		if (r->edits[i].n > 0)
			ids += (size_t)r->edits[i].n * RECORD_ID_LEN;
	}
	f->content = RECORD_EDITS;
	f->edits = r->edits;
	f->nedits = list->n;
	return 0;
}

static int
get_content(struct reader *r, const struct json_node **val,
	struct record_file *f)
{
	buf_clear(&r->ids);
	if (get_hex(r, val[F_SUM], f->sum, 32) < 0)
		return -1;
	if (val[F_EDITS])
		return get_edits(r, val[F_EDITS], f);
	if (val[F_ELSEWHERE]) {
		f->content = RECORD_ELSEWHERE;
		if (get_point(r, val[F_ELSEWHERE], &f->elsewhere) < 0)
			return -1;
		return f->elsewhere.have ? 0 : wrong(r, "elsewhere");
	}
	if (add_ids(r, val[F_CHUNKS]) < 0)
		return -1;
	f->content = RECORD_CHUNKS;
	f->chunks = r->ids.data;
	f->nchunks = r->ids.len / RECORD_ID_LEN;
	return 0;
}

static int
get_meta(struct reader *r, const struct json_node **val,
	struct record_file *f)
{
	int64_t mode = 0;

	if (get_count(r, val[F_SIZE], &f->size) < 0 ||
	    get_mtime(r, val[F_MTIME], f) < 0 ||
	    get_int(r, val[F_MODE], 0, 07777, &mode) < 0)
		return -1;
	f->mode = (unsigned)mode;
	return 0;
}

static int
read_file(struct reader *r, const struct json_node *line)
{
	static const struct table t = TABLE(file_keys);
	const struct json_node *val[MAX_KEYS];
	struct record_file f;
	char source[33];
	int64_t seen;
	int op = -1;

	memset(&f, 0, sizeof(f));
	seen = sort_keys(r, line, &t, val);
	if (seen < 0)
		return -1;
	if (val[F_OP]->type == JSON_STR)
		op = record_op_parse(val[F_OP]->str, val[F_OP]->len);
	if (op < 0)
		return wrong(r, "op");
	f.op = (enum record_op)op;
	if (check_file_keys(r, f.op, seen) < 0 ||
	    get_name(r, val[F_SOURCE], source) < 0 ||
	    get_path(r, val[F_PATH], val[F_PATH_B64], &r->path) < 0)
		return -1;
	f.source = source;
	f.path = buf_str(&r->path);
	f.path_len = r->path.len;
	if (file_rules[op].from != 0) {
		if (get_path(r, val[F_FROM], val[F_FROM_B64], &r->from) < 0)
			return -1;
		f.from = buf_str(&r->from);
		f.from_len = r->from.len;
	}
	if (file_rules[op].must != 0 && get_meta(r, val, &f) < 0)
		return -1;
	if (file_rules[op].content != 0 && get_content(r, val, &f) < 0)
		return -1;
	if (val[F_TORN] && (get_bool(r, val[F_TORN], &f.torn) < 0 || !f.torn))
		return wrong(r, "torn");
	return r->h->file ? r->h->file(r->h->arg, &f, r->e) : 0;
}

/* --- The document. */

static int
read_line(struct reader *r, const void *data, size_t n)
{
	static const struct {
		const char *key;
		enum section section;
		int (*read)(struct reader *r, const struct json_node *line);
	} kinds[] = {
		{"op", FILES, read_file},
		{"path", BUNDLES, read_bundle},
		{"source", SOURCES, read_source},
		{"v", BEFORE_HEAD, read_head},
	};
	const struct json_node *line, *first;
	size_t i;

	r->line++;
	line = json_parse(r->json, data, n, r->e);
	if (!line)
		return -1;
	first = json_first(r->json, line);
	if (line->type != JSON_OBJECT || !first)
		return err_set(r->e, ERR_FORMAT, "not an object");
	for (i = 0; i < 4; i++)
		if (str_eq(first->key, kinds[i].key))
			break;
	if (i == 4)
		return err_set(r->e, ERR_FORMAT, "a line of no known kind");
	if ((r->line == 1) != (kinds[i].section == BEFORE_HEAD) ||
	    kinds[i].section < r->section)
		return err_set(r->e, ERR_FORMAT, "a line '%s' out of place",
		    kinds[i].key);
	if (kinds[i].section > r->section)
		r->last[0] = '\0';
	r->section = kinds[i].section;
	return kinds[i].read(r, line);
}

/* The whole lines in B, which are then dropped. */
static int
read_lines(struct reader *r, struct buf *b)
{
	size_t at = 0;
	const uint8_t *lf;

	while (at < b->len &&
	    (lf = memchr(b->data + at, '\n', b->len - at)) != NULL) {
		if (read_line(r, b->data + at,
		    (size_t)(lf - b->data) - at) < 0)
			return -1;
		at = (size_t)(lf - b->data) + 1;
	}
	buf_drop(b, at);
	if (b->len > LINE_MAX_LEN) {
		r->line++;
		return err_set(r->e, ERR_FORMAT, "longer than %zu bytes",
		    LINE_MAX_LEN);
	}
	return 0;
}

static int
read_all(struct reader *r, struct plain *p)
{
	struct buf b = BUF_INIT(LINE_MAX_LEN + PIECE_LEN);
	size_t n;
	int rc = -1;

	do {
		if (buf_reserve(&b, PIECE_LEN, r->e) < 0 ||
		    plain_read(p, b.data + b.len, PIECE_LEN, &n, r->e) < 0)
			goto out;
		b.len += n;
		if (read_lines(r, &b) < 0) {
			err_prefix(r->e, "manifest line %zu", r->line);
			goto out;
		}
	} while (n > 0);
	if (b.len > 0 || r->line == 0) {
		err_set(r->e, ERR_FORMAT, b.len > 0 ?
		    "manifest whose last line is cut" : "empty manifest");
		goto out;
	}
	rc = 0;
out:
	buf_release(&b);
	return rc;
}

struct memory {
	const void *data;
	size_t n;
};

static int
pull_memory(void *arg, const void **data, size_t *n, struct err *e)
{
	struct memory *m = arg;

	(void)e;
	*data = m->data;
	*n = m->n;
	m->n = 0;
	return 0;
}

int
manifest_read(const void *data, size_t n, const struct manifest_handler *h,
	struct err *e)
{
	struct memory m = {data, n};
	struct reader r = {
		.h = h, .e = e,
		.ids = BUF_INIT(LINE_MAX_LEN),
		.path = BUF_INIT(2 * PATH_MAX_LEN),
		.from = BUF_INIT(2 * PATH_MAX_LEN),
	};
	struct plain *p = NULL;
	int rc = -1;

	r.json = json_new(MAX_NODES, MAX_DEPTH, e);
	if (!r.json)
		goto out;
	p = plain_new(pull_memory, &m, MANIFEST_MAX, e);
	if (!p)
		goto out;
	rc = read_all(&r, p);
out:
	plain_free(p);
	json_free(r.json);
	free(r.edits);
	buf_release(&r.ids);
	buf_release(&r.path);
	buf_release(&r.from);
	return rc;
}
