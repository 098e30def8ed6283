/* unbundle/manifest_file.c - the lines of files of a manifest. */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "unbundle/value.h"

#include "base/banned.h"

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
		return value_wrong(r, v->key);
	if (text ? buf_add(out, v->str, v->len, r->e) < 0 :
	    base64_decode(out, v->str, v->len, true, r->e) < 0)
		return -1;
	if (utf8_clean(out->data, out->len) != (text != NULL) ||
	    !path_is_safe(out->data, out->len))
		return value_wrong(r, v->key);
	return 0;
}

static int
get_mtime(struct reader *r, const struct json_node *v, struct record_file *f)
{
	const struct json_node *sec, *nsec;
	int64_t ns = 0;

	if (v->type != JSON_ARRAY || v->n != 2)
		return value_wrong(r, "mtime");
	sec = json_first(r->json, v);
	nsec = json_next(r->json, sec);
	if (value_int(r, sec, INT64_MIN, INT64_MAX, &f->mtime_sec) < 0 ||
	    value_int(r, nsec, 0, 999999999, &ns) < 0)
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
		return value_wrong(r, "edits");
	index = json_first(r->json, v);
	removed = json_next(r->json, index);
	ids = json_next(r->json, removed);
	if (value_int(r, index, 0, UINT32_MAX, &a) < 0 ||
	    value_int(r, removed, 0, UINT32_MAX, &b) < 0 ||
	    value_ids(r, ids) < 0)
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
		return value_wrong(r, "edits");
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
	if (value_hex(r, val[F_SUM], f->sum, 32) < 0)
		return -1;
	if (val[F_EDITS])
		return get_edits(r, val[F_EDITS], f);
	if (val[F_ELSEWHERE]) {
		f->content = RECORD_ELSEWHERE;
		if (value_point(r, val[F_ELSEWHERE], &f->elsewhere) < 0)
			return -1;
		return f->elsewhere.have ? 0 : value_wrong(r, "elsewhere");
	}
	if (value_ids(r, val[F_CHUNKS]) < 0)
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

	if (value_count(r, val[F_SIZE], &f->size) < 0 ||
	    get_mtime(r, val[F_MTIME], f) < 0 ||
	    value_int(r, val[F_MODE], 0, 07777, &mode) < 0)
		return -1;
	f->mode = (unsigned)mode;
	return 0;
}

int
manifest_file(struct reader *r, const struct json_node *line)
{
	static const struct table t = TABLE(file_keys);
	const struct json_node *val[VALUE_MAX_KEYS];
	struct record_file f;
	char source[33];
	int64_t seen;
	int op = -1;

	memset(&f, 0, sizeof(f));
	seen = value_keys(r, line, &t, val);
	if (seen < 0)
		return -1;
	if (val[F_OP]->type == JSON_STR)
		op = record_op_parse(val[F_OP]->str, val[F_OP]->len);
	if (op < 0)
		return value_wrong(r, "op");
	f.op = (enum record_op)op;
	if (check_file_keys(r, f.op, seen) < 0 ||
	    value_name(r, val[F_SOURCE], source) < 0 ||
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
	if (val[F_TORN] && (value_bool(r, val[F_TORN], &f.torn) < 0 || !f.torn))
		return value_wrong(r, "torn");
	return r->h->file ? r->h->file(r->h->arg, &f, r->e) : 0;
}
