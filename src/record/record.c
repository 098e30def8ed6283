/* record/record.c - docs/FORMAT.md sections 4 to 6, the writing half. */
#include "record/record.h"

#include <string.h>

#include "base/base64.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"

#include "base/banned.h"

static const char *const op_names[RECORD_NOPS] = {
	[RECORD_ADDED] = "added",
	[RECORD_APPENDED] = "appended",
	[RECORD_REWRITTEN] = "rewritten",
	[RECORD_TRUNCATED] = "truncated",
	[RECORD_REMOVED] = "removed",
	[RECORD_MOVED] = "moved",
	[RECORD_TOUCHED] = "touched",
};

const char *
record_op_name(enum record_op op)
{
	return op_names[op];
}

int
record_op_parse(const char *s, size_t n)
{
	int i;

	for (i = 0; i < RECORD_NOPS; i++)
		if (strlen(op_names[i]) == n && memcmp(op_names[i], s, n) == 0)
			return i;
	return -1;
}

/* An empty string of the head stands for "does not apply". */
static void
put_kstr_or_null(struct jsonw *w, const char *key, const char *s)
{
	jsonw_kstr(w, key, s[0] != '\0' ? s : NULL);
}

static void
put_point(struct jsonw *w, const char *key, const struct record_point *p)
{
	if (!p->have) {
		jsonw_knull(w, key);
		return;
	}
	jsonw_key(w, key);
	jsonw_object(w);
	jsonw_kstr(w, "ref", p->ref);
	jsonw_kint(w, "seq", p->seq);
	jsonw_khex(w, "manifest", p->manifest, sizeof(p->manifest));
	jsonw_object_end(w);
}

static void
put_place(struct jsonw *w, const struct record_head *h)
{
	jsonw_kstr(w, "station", h->station);
	jsonw_kstr(w, "stream", h->stream);
	jsonw_kint(w, "epoch", h->epoch);
	jsonw_kint(w, "seq", h->seq);
	jsonw_khex(w, "run", h->run, sizeof(h->run));
	jsonw_kint(w, "part", h->part);
}

static void
put_policy(struct jsonw *w, const struct record_head *h)
{
	size_t i;

	jsonw_key(w, "recipients");
	jsonw_array(w);
	for (i = 0; i < h->nrecipients; i++)
		jsonw_str(w, h->recipient[i]);
	jsonw_array_end(w);
	jsonw_khex(w, "recipients_sha256", h->recipients_sha256,
	    sizeof(h->recipients_sha256));
	jsonw_kint(w, "policy_version", h->policy_version);
	put_kstr_or_null(w, "policy_commit", h->policy_commit);
	jsonw_kint(w, "control_seen", h->control_seen);
	jsonw_key(w, "receipt_seen");
	if (h->has_receipt) {
		jsonw_object(w);
		jsonw_kint(w, "utc", h->receipt_utc);
		jsonw_kstr(w, "ref", h->receipt_ref);
		jsonw_kstr(w, "head", h->receipt_head);
		jsonw_object_end(w);
	} else {
		jsonw_null(w);
	}
	jsonw_key(w, "notice");
	if (h->has_notice) {
		jsonw_object(w);
		jsonw_kint(w, "version", h->notice_version);
		jsonw_khex(w, "sha256", h->notice_sha256,
		    sizeof(h->notice_sha256));
		jsonw_object_end(w);
	} else {
		jsonw_null(w);
	}
}

static void
put_counts(struct jsonw *w, const struct record_head *h)
{
	int i;

	jsonw_key(w, "counts");
	jsonw_object(w);
	jsonw_kint(w, "files", h->files);
	jsonw_kint(w, "bytes", h->bytes);
	for (i = 0; i < RECORD_NOPS; i++)
		jsonw_kint(w, op_names[i], h->ops[i]);
	jsonw_kint(w, "chunks", h->chunks);
	jsonw_kint(w, "stored", h->stored);
	jsonw_object_end(w);
}

int
record_head_line(const struct record_head *h, struct buf *out, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "org", h->org);
	put_place(&w, h);
	jsonw_kbool(&w, "final", h->final);
	jsonw_kstr(&w, "base", h->full ? "full" : "delta");
	if (h->has_prev)
		jsonw_khex(&w, "prev", h->prev, sizeof(h->prev));
	else
		jsonw_knull(&w, "prev");
	put_point(&w, "continues", &h->continues);
	put_point(&w, "prev_epoch_head", &h->prev_epoch_head);
	put_policy(&w, h);
	jsonw_kint(&w, "started", h->started);
	jsonw_kint(&w, "finished", h->finished);
	put_kstr_or_null(&w, "tz", h->tz);
	jsonw_kint(&w, "utc_offset", h->utc_offset);
	if (h->clock_synced < 0)
		jsonw_knull(&w, "clock_synced");
	else
		jsonw_kbool(&w, "clock_synced", h->clock_synced > 0);
	put_kstr_or_null(&w, "boot_id", h->boot_id);
	jsonw_kint(&w, "spooled", h->spooled);
	jsonw_kstr(&w, "agent", h->agent);
	if (h->has_state)
		jsonw_khex(&w, "state", h->state, sizeof(h->state));
	else
		jsonw_knull(&w, "state");
	put_counts(&w, h);
	jsonw_object_end(&w);
	if (jsonw_end(&w) < 0)
		return -1;
	return buf_addc(out, '\n', e);
}

int
record_source_line(const struct record_source *s, struct buf *out,
	struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "source", s->name);
	jsonw_kstr(&w, "kind", s->kind);
	jsonw_kstr(&w, "state", s->state);
	if (s->reason[0] != '\0')
		jsonw_kstr(&w, "reason", s->reason);
	jsonw_kint(&w, "files", s->files);
	jsonw_kint(&w, "bytes", s->bytes);
	jsonw_kint(&w, "symlinks", s->symlinks);
	jsonw_kint(&w, "empty_dirs", s->empty_dirs);
	jsonw_kint(&w, "special", s->special);
	jsonw_kint(&w, "unreadable", s->unreadable);
	jsonw_kint(&w, "skipped", s->skipped);
	jsonw_object_end(&w);
	if (jsonw_end(&w) < 0)
		return -1;
	return buf_addc(out, '\n', e);
}

int
record_bundle_json(const struct record_head *h, struct buf *out, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	put_place(&w, h);
	jsonw_object_end(&w);
	if (jsonw_end(&w) < 0)
		return -1;
	return buf_addc(out, '\n', e);
}

/*
 * File and bundle lines come by the million: they are written through a bare
 * pointer into room that was reserved once for the whole line.
 */

#define HEX_ROW(h) h "0" h "1" h "2" h "3" h "4" h "5" h "6" h "7" \
	h "8" h "9" h "a" h "b" h "c" h "d" h "e" h "f"
static const char hex_pairs[] =
	HEX_ROW("0") HEX_ROW("1") HEX_ROW("2") HEX_ROW("3")
	HEX_ROW("4") HEX_ROW("5") HEX_ROW("6") HEX_ROW("7")
	HEX_ROW("8") HEX_ROW("9") HEX_ROW("a") HEX_ROW("b")
	HEX_ROW("c") HEX_ROW("d") HEX_ROW("e") HEX_ROW("f");

#define ID_ROOM (2 * RECORD_ID_LEN + 3)	/* quotes and comma */
#define FIXED_ROOM 512			/* keys, numbers, hashes of a line */
#define TEXT_ROOM(n) (6 * (n) + 2)	/* worst case of escaping */

static uint8_t *
put_raw(uint8_t *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}
#define PUT_LIT(p, lit) put_raw((p), (lit), sizeof(lit) - 1)

static uint8_t *
put_hex(uint8_t *p, const uint8_t *data, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++, p += 2)
		memcpy(p, hex_pairs + 2 * data[i], 2);
	return p;
}

static uint8_t *
put_num(uint8_t *p, uint64_t v)
{
	uint8_t digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (uint8_t)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	return put_raw(p, (const char *)digits + n, sizeof(digits) - n);
}

static uint8_t *
put_int(uint8_t *p, int64_t v)
{
	if (v >= 0)
		return put_num(p, (uint64_t)v);
	*p++ = '-';
	return put_num(p, (uint64_t)0 - (uint64_t)v);
}

static uint8_t *
put_quoted(uint8_t *p, const char *s, size_t n)
{
	size_t i;
	uint8_t c;

	*p++ = '"';
	for (i = 0; i < n; i++) {
		c = (uint8_t)s[i];
		if (c < 0x20 || c == 0x7f) {
			p = PUT_LIT(p, "\\u00");
			p = put_hex(p, &c, 1);
			continue;
		}
		if (c == '"' || c == '\\')
			*p++ = '\\';
		*p++ = c;
	}
	*p++ = '"';
	return p;
}

/* The ids as an array of strings. */
static uint8_t *
put_ids(uint8_t *p, const uint8_t *ids, size_t n)
{
	size_t i;

	*p++ = '[';
	for (i = 0; i < n; i++) {
		if (i > 0)
			*p++ = ',';
		*p++ = '"';
		p = put_hex(p, ids + i * RECORD_ID_LEN, RECORD_ID_LEN);
		*p++ = '"';
	}
	*p++ = ']';
	return p;
}

/* KEY is `,"path` or `,"from`. */
static uint8_t *
put_path(uint8_t *p, const char *key, const char *path, size_t n,
	struct buf *out, struct err *e)
{
	p = put_raw(p, key, strlen(key));
	if (utf8_clean(path, n)) {
		p = PUT_LIT(p, "\":");
		return put_quoted(p, path, n);
	}
	p = PUT_LIT(p, "_b64\":\"");
	out->len = (size_t)(p - out->data);
	/* Cannot fail: there is room for it. */
	(void)base64_encode(out, path, n, true, e);
	p = out->data + out->len;
	*p++ = '"';
	return p;
}

static uint8_t *
put_times(uint8_t *p, const struct record_file *f)
{
	p = PUT_LIT(p, ",\"size\":");
	p = put_int(p, f->size);
	p = PUT_LIT(p, ",\"mtime\":[");
	p = put_int(p, f->mtime_sec);
	*p++ = ',';
	p = put_num(p, f->mtime_nsec);
	p = PUT_LIT(p, "],\"mode\":");
	return put_num(p, f->mode);
}

static uint8_t *
put_edits(uint8_t *p, const struct record_file *f)
{
	const struct record_edit *d;
	size_t i;

	p = PUT_LIT(p, ",\"edits\":[");
	for (i = 0; i < f->nedits; i++) {
		d = &f->edits[i];
		if (i > 0)
			*p++ = ',';
		*p++ = '[';
		p = put_num(p, d->index);
		*p++ = ',';
		p = put_num(p, d->removed);
		*p++ = ',';
		p = put_ids(p, d->ids, d->n);
		*p++ = ']';
	}
	*p++ = ']';
	return p;
}

static uint8_t *
put_elsewhere(uint8_t *p, const struct record_point *at)
{
	p = PUT_LIT(p, ",\"elsewhere\":{\"ref\":");
	p = put_quoted(p, at->ref, strlen(at->ref));
	p = PUT_LIT(p, ",\"seq\":");
	p = put_int(p, at->seq);
	p = PUT_LIT(p, ",\"manifest\":\"");
	p = put_hex(p, at->manifest, sizeof(at->manifest));
	return PUT_LIT(p, "\"}");
}

/* `sum` and what the bytes are made of. */
static uint8_t *
put_content(uint8_t *p, const struct record_file *f)
{
	p = PUT_LIT(p, ",\"sum\":\"");
	p = put_hex(p, f->sum, sizeof(f->sum));
	*p++ = '"';
	switch (f->content) {
	case RECORD_CHUNKS:
		p = PUT_LIT(p, ",\"chunks\":");
		return put_ids(p, f->chunks, f->nchunks);
	case RECORD_EDITS:
		return put_edits(p, f);
	case RECORD_ELSEWHERE:
		return put_elsewhere(p, &f->elsewhere);
	case RECORD_NOTHING:
		break;
	}
	return p;
}

/* Room for the whole line, whatever is in the names. */
static int
reserve_line(const struct record_file *f, struct buf *out, struct err *e)
{
	size_t n = FIXED_ROOM + TEXT_ROOM(strlen(f->source)) +
	    TEXT_ROOM(f->path_len);
	size_t i;

	if (f->from)
		n += TEXT_ROOM(f->from_len);
	if (f->content == RECORD_CHUNKS)
		n += f->nchunks * ID_ROOM;
	if (f->content == RECORD_ELSEWHERE)
		n += TEXT_ROOM(sizeof(f->elsewhere.ref));
	if (f->content == RECORD_EDITS)
		for (i = 0; i < f->nedits; i++)
			n += 32 + f->edits[i].n * ID_ROOM;
	return buf_reserve(out, n, e);
}

static bool
has_content(enum record_op op)
{
	return op != RECORD_REMOVED && op != RECORD_MOVED &&
	    op != RECORD_TOUCHED;
}

int
record_file_line(const struct record_file *f, struct buf *out, struct err *e)
{
	uint8_t *p;

	if (has_content(f->op) && f->content == RECORD_NOTHING)
		return err_set(e, ERR_FAIL, "a line '%s' without chunks",
		    op_names[f->op]);
	if (reserve_line(f, out, e) < 0)
		return -1;
	p = out->data + out->len;
	p = PUT_LIT(p, "{\"op\":\"");
	p = put_raw(p, op_names[f->op], strlen(op_names[f->op]));
	p = PUT_LIT(p, "\",\"source\":");
	p = put_quoted(p, f->source, strlen(f->source));
	p = put_path(p, ",\"path", f->path, f->path_len, out, e);
	if (f->op == RECORD_MOVED && f->from)
		p = put_path(p, ",\"from", f->from, f->from_len, out, e);
	if (f->op != RECORD_REMOVED)
		p = put_times(p, f);
	if (has_content(f->op))
		p = put_content(p, f);
	if (f->torn && f->op != RECORD_REMOVED)
		p = PUT_LIT(p, ",\"torn\":true");
	p = PUT_LIT(p, "}\n");
	out->len = (size_t)(p - out->data);
	out->data[out->len] = '\0';
	return 0;
}

int
record_bundle_line(const char *path, const uint8_t sha256[static 32],
	uint64_t bytes, const uint8_t *ids, size_t n, struct buf *out,
	struct err *e)
{
	uint8_t *p;

	if (buf_reserve(out, FIXED_ROOM + TEXT_ROOM(strlen(path)) +
	    n * ID_ROOM, e) < 0)
		return -1;
	p = out->data + out->len;
	p = PUT_LIT(p, "{\"path\":");
	p = put_quoted(p, path, strlen(path));
	p = PUT_LIT(p, ",\"sha256\":\"");
	p = put_hex(p, sha256, 32);
	p = PUT_LIT(p, "\",\"bytes\":");
	p = put_num(p, bytes);
	p = PUT_LIT(p, ",\"chunks\":");
	p = put_ids(p, ids, n);
	p = PUT_LIT(p, "}\n");
	out->len = (size_t)(p - out->data);
	out->data[out->len] = '\0';
	return 0;
}

void
record_sum(uint8_t sum[static 32], const uint8_t *ids, size_t n)
{
	hash_blake2b(sum, ids, n * RECORD_ID_LEN);
}

int
record_state_hash(uint8_t hash[static 32], const struct record_file *f,
	struct buf *scratch, struct err *e)
{
	uint8_t *p;

	if (f->content != RECORD_CHUNKS && f->content != RECORD_ELSEWHERE)
		return err_set(e, ERR_FAIL, "no whole list of chunks");
	buf_clear(scratch);
	if (reserve_line(f, scratch, e) < 0)
		return -1;
	p = scratch->data;
	p = PUT_LIT(p, "{\"source\":");
	p = put_quoted(p, f->source, strlen(f->source));
	p = put_path(p, ",\"path", f->path, f->path_len, scratch, e);
	p = put_times(p, f);
	p = put_content(p, f);
	*p++ = '}';
	hash_blake2b(hash, scratch->data, (size_t)(p - scratch->data));
	buf_clear(scratch);
	return 0;
}

int
record_cmp(const char *source_a, const char *path_a, size_t len_a,
	const char *source_b, const char *path_b, size_t len_b)
{
	/* No source holds a NUL, so strcmp sees the 0x00 of the spec. */
	int c = strcmp(source_a, source_b);

	return c != 0 ? c : str_cmp_bytes(path_a, len_a, path_b, len_b);
}
