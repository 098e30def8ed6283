/* unbundle/manifest_head.c - the first line of a manifest. */
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "unbundle/value.h"

#include "base/banned.h"

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

	if (value_text(r, val[H_ORG], h->org, sizeof(h->org)) < 0 ||
	    value_name(r, val[H_STATION], h->station) < 0 ||
	    value_name(r, val[H_STREAM], h->stream) < 0 ||
	    value_int(r, val[H_EPOCH], 1, 9999, &epoch) < 0 ||
	    value_count(r, val[H_SEQ], &h->seq) < 0 ||
	    value_hex(r, val[H_RUN], h->run, sizeof(h->run)) < 0 ||
	    value_count(r, val[H_PART], &h->part) < 0 ||
	    value_bool(r, val[H_FINAL], &h->final) < 0)
		return -1;
	h->epoch = (int)epoch;
	if (base->type != JSON_STR ||
	    !(str_eq(base->str, "full") || str_eq(base->str, "delta")))
		return value_wrong(r, "base");
	h->full = base->str[0] == 'f';
	return 0;
}

/* What came before: no `prev` at seq 0 only, the other two at seq 0 only. */
static int
head_before(struct reader *r, const struct json_node **val,
	struct record_head *h)
{
	h->has_prev = val[H_PREV]->type != JSON_NULL;
	if (h->has_prev && value_hex(r, val[H_PREV], h->prev, 32) < 0)
		return -1;
	if (value_point(r, val[H_CONTINUES], &h->continues) < 0 ||
	    value_point(r, val[H_PREV_EPOCH_HEAD], &h->prev_epoch_head) < 0)
		return -1;
	if (h->has_prev != (h->seq > 0))
		return value_wrong(r, "prev");
	if (h->seq > 0 && h->continues.have)
		return value_wrong(r, "continues");
	if (h->seq > 0 && h->prev_epoch_head.have)
		return value_wrong(r, "prev_epoch_head");
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
		return value_wrong(r, "recipients");
	for (v = json_first(r->json, list); v; v = json_next(r->json, v)) {
		if (value_text(r, v, h->recipient[h->nrecipients], 80) < 0)
			return -1;
		if (!str_starts(v->str, "age1"))
			return value_wrong(r, "recipients");
		n = strlen(h->recipient[h->nrecipients]);
		memcpy(text + len, h->recipient[h->nrecipients++], n);
		len += n;
		text[len++] = '\n';
	}
	if (value_hex(r, val[H_RECIPIENTS_SHA256], h->recipients_sha256,
	    32) < 0)
		return -1;
	hash_sha256(sum, text, len);
	return memcmp(sum, h->recipients_sha256, 32) == 0 ? 0 :
	    value_wrong(r, "recipients_sha256");
}

static int
head_policy(struct reader *r, const struct json_node **val,
	struct record_head *h)
{
	static const char *const receipt_keys[] = {"utc", "ref", "head"};
	static const char *const notice_keys[] = {"version", "sha256"};
	static const struct table receipt = TABLE(receipt_keys);
	static const struct table notice = TABLE(notice_keys);
	const struct json_node *in[VALUE_MAX_KEYS];

	if (value_count(r, val[H_POLICY_VERSION], &h->policy_version) < 0 ||
	    value_hex_text(r, val[H_POLICY_COMMIT], h->policy_commit, 20,
	    true) < 0 ||
	    value_count(r, val[H_CONTROL_SEEN], &h->control_seen) < 0)
		return -1;
	h->has_receipt = val[H_RECEIPT_SEEN]->type != JSON_NULL;
	if (h->has_receipt &&
	    (value_all_keys(r, val[H_RECEIPT_SEEN], &receipt, in) < 0 ||
	    value_count(r, in[0], &h->receipt_utc) < 0 ||
	    value_text(r, in[1], h->receipt_ref, sizeof(h->receipt_ref)) < 0 ||
	    value_hex_text(r, in[2], h->receipt_head, 20, false) < 0))
		return -1;
	h->has_notice = val[H_NOTICE]->type != JSON_NULL;
	if (h->has_notice &&
	    (value_all_keys(r, val[H_NOTICE], &notice, in) < 0 ||
	    value_count(r, in[0], &h->notice_version) < 0 ||
	    value_hex(r, in[1], h->notice_sha256, 32) < 0))
		return -1;
	return 0;
}

static int
head_clock(struct reader *r, const struct json_node **val,
	struct record_head *h)
{
	const struct json_node *synced = val[H_CLOCK_SYNCED];
	bool yes = false;

	if (value_count(r, val[H_STARTED], &h->started) < 0 ||
	    value_count(r, val[H_FINISHED], &h->finished) < 0 ||
	    value_text_or_null(r, val[H_TZ], h->tz, sizeof(h->tz)) < 0 ||
	    value_int(r, val[H_UTC_OFFSET], -86400, 86400,
	    &h->utc_offset) < 0 ||
	    value_hex_text(r, val[H_BOOT_ID], h->boot_id, 16, true) < 0)
		return -1;
	h->clock_synced = -1;
	if (synced->type == JSON_NULL)
		return 0;
	if (value_bool(r, synced, &yes) < 0)
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
	const struct json_node *val[VALUE_MAX_KEYS];
	size_t i;

	keys[0] = "files";
	keys[1] = "bytes";
	for (i = 0; i < RECORD_NOPS; i++)
		keys[2 + i] = record_op_name((enum record_op)i);
	keys[2 + RECORD_NOPS] = "chunks";
	keys[3 + RECORD_NOPS] = "stored";
	if (value_all_keys(r, counts, &t, val) < 0 ||
	    value_count(r, val[0], &h->files) < 0 ||
	    value_count(r, val[1], &h->bytes) < 0 ||
	    value_count(r, val[2 + RECORD_NOPS], &h->chunks) < 0 ||
	    value_count(r, val[3 + RECORD_NOPS], &h->stored) < 0)
		return -1;
	for (i = 0; i < RECORD_NOPS; i++)
		if (value_count(r, val[2 + i], &h->ops[i]) < 0)
			return -1;
	return 0;
}

int
manifest_head(struct reader *r, const struct json_node *line)
{
	static const struct table t = TABLE(head_keys);
	const struct json_node *val[VALUE_MAX_KEYS];
	struct record_head h;

	memset(&h, 0, sizeof(h));
	val[0] = json_first(r->json, line);
	if (val[0]->type == JSON_INT && val[0]->num != 1)
		return err_set(r->e, ERR_FORMAT,
		    "a manifest of version %lld, which is not known here",
		    (long long)val[0]->num);
	if (value_all_keys(r, line, &t, val) < 0)
		return -1;
	if (val[H_V]->type != JSON_INT)
		return value_wrong(r, "v");
	if (head_place(r, val, &h) < 0 || head_before(r, val, &h) < 0 ||
	    head_recipients(r, val, &h) < 0 || head_policy(r, val, &h) < 0 ||
	    head_clock(r, val, &h) < 0 ||
	    value_count(r, val[H_SPOOLED], &h.spooled) < 0 ||
	    value_text(r, val[H_AGENT], h.agent, sizeof(h.agent)) < 0 ||
	    head_counts(r, val[H_COUNTS], &h) < 0)
		return -1;
	h.has_state = val[H_STATE]->type != JSON_NULL;
	if (h.has_state && value_hex(r, val[H_STATE], h.state, 32) < 0)
		return -1;
	if (h.has_state != h.final)
		return value_wrong(r, "state");
	r->final = h.final;
	return r->h->head ? r->h->head(r->h->arg, &h, r->e) : 0;
}
