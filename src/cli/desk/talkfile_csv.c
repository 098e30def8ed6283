/* cli/desk/talkfile_csv.c - messages as a table: RFC 4180, UTF-8 with BOM. */
#include "cli/desk/talkfile.h"

#include <string.h>

#include "base/str.h"
#include "cli/desk/escape.h"

#include "base/banned.h"

#define CELL_MAX ((size_t)64 << 20)

static int
begin(struct talkfile *t, struct err *e)
{
	/* the order of message(); for programs, so never translated */
	return buf_adds(&t->out, "\xef\xbb\xbf" "time_local,time_utc,station,"
	    "person,platform,account,conversation,conversation_id,direction,"
	    "sender,sender_id,kind,text,attachments,state,message,source,"
	    "file,member,offset,length,run,commit,manifest_sha256,received,"
	    "first_seen,exported,exported_by\r\n", e);
}

static int
cell(struct talkfile *t, const char *s, struct err *e)
{
	if (escape_csv(&t->out, s ? s : "", s ? strlen(s) : 0, e) < 0)
		return -1;
	return buf_addc(&t->out, ',', e);
}

static int
number(struct talkfile *t, int64_t n, struct err *e)
{
	return buf_addf(&t->out, e, "%lld,", (long long)n);
}

/* A bot speaks for the account; of whom nobody knows the side, none is said. */
static const char *
direction(const struct history_message *h)
{
	static const char *const of[][2] = {{"self", "out"}, {"bot", "out"},
		{"peer", "in"}, {"system", "system"}};
	size_t i;

	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (str_eq(h->role, of[i][0]))
			return of[i][1];
	return "";
}

static const char *
state(const struct history_message *h)
{
	switch (h->state) {
	case HISTORY_CHANGED:
		return "changed";
	case HISTORY_RECALLED:
		return "recalled";
	case HISTORY_VANISHED:
		return "vanished";
	default:
		return h->was != 0 ? "edited" : "";
	}
}

/* Which record it is from, and who took it out. */
static int
custody(struct talkfile *t, const struct history_message *h, struct err *e)
{
	const struct talkfile_record *r = &t->record[t->in_record];
	const struct query_part *p = &r->part;
	char a[CLOCK_TEXT_LEN], b[CLOCK_TEXT_LEN], c[CLOCK_TEXT_LEN];

	if (cell(t, h->source, e) < 0 || cell(t, h->path, e) < 0 ||
	    cell(t, h->member, e) < 0 || number(t, h->off, e) < 0 ||
	    number(t, h->len, e) < 0 ||
	    cell(t, r->known ? p->run : "", e) < 0 ||
	    cell(t, r->known ? p->id : "", e) < 0 ||
	    cell(t, r->known ? p->manifest : "", e) < 0 ||
	    cell(t, talkfile_utc(r->known ? p->receipt_utc : QUERY_NONE, a),
	    e) < 0 ||
	    cell(t, talkfile_utc(r->known ? p->first_seen : QUERY_NONE, b),
	    e) < 0 || cell(t, talkfile_utc(t->exported, c), e) < 0)
		return -1;
	return escape_csv(&t->out, t->k->reader, strlen(t->k->reader), e);
}

static int
message(struct talkfile *t, const struct history_message *h, struct err *e)
{
	const struct talkfile_chat *chat = &t->chat[t->in_chat];
	struct buf files = BUF_INIT(CELL_MAX);
	char local[CLOCK_TEXT_LEN] = "", utc[CLOCK_TEXT_LEN];
	int rc = -1;

	if (h->at != HISTORY_NEVER)
		(void)clock_text_local(h->at / 1000 - (h->at % 1000 < 0),
		    local);
	if (cell(t, local, e) < 0 ||
	    cell(t, talkfile_utc_ms(h->at, utc), e) < 0 ||
	    cell(t, chat->station, e) < 0 || cell(t, chat->person, e) < 0 ||
	    cell(t, chat->platform, e) < 0 || cell(t, chat->account, e) < 0 ||
	    cell(t, chat->name, e) < 0 || cell(t, chat->id, e) < 0 ||
	    cell(t, direction(h), e) < 0 ||
	    cell(t, talkask_sender(h), e) < 0 ||
	    cell(t, h->sender_id, e) < 0 || cell(t, h->kind, e) < 0 ||
	    escape_csv(&t->out, h->text ? h->text : "", h->text_len, e) < 0 ||
	    buf_addc(&t->out, ',', e) < 0 ||
	    talkask_files(t->k, h, false, "; ", &files, e) < 0 ||
	    cell(t, buf_str(&files), e) < 0 || cell(t, state(h), e) < 0 ||
	    number(t, h->n, e) < 0 || custody(t, h, e) < 0)
		goto out;
	rc = buf_adds(&t->out, "\r\n", e);
out:
	buf_release(&files);
	return rc;
}

static int
end(struct talkfile *t, struct err *e)
{
	(void)t;
	(void)e;
	return 0;
}

const struct talkfile_format talkfile_csv = {
	.ending = {".csv", NULL},
	.begin = begin,
	.message = message,
	.end = end
};
