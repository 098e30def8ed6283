/*
 * chat/kakaotalk_csv.c - KakaoTalk on macOS.
 *
 *	Date,User,Message
 *	2024-03-01 08:59:00,"Anna","…"
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/sheet.h"
#include "chat/scan.h"

#include "base/banned.h"

enum { DATE, USER, MESSAGE, COUNT };

static const char *const names[COUNT] = {"date", "user", "message"};

static int on_row(struct sheet *t, struct err *e);

static const struct sheet_kind kind = {
	.names = names, .n = COUNT, .time = DATE, .row = on_row
};

static int
score(const struct chat_sniff *s)
{
	struct csv_head h;
	int at[COUNT];

	return csv_look(&h, s) && h.n == COUNT &&
	    sheet_map(h.cell, h.n, &kind, at) == COUNT && at[0] == 0 &&
	    at[1] == 1 ? 95 : 0;
}

static enum chat_kind
kind_of(struct chat_str s)
{
	static const struct {
		const char *text;
		enum chat_kind kind;
	} kinds[] = {{"사진", CHAT_IMAGE}, {"Photo", CHAT_IMAGE},
	    {"동영상", CHAT_VIDEO}, {"Video", CHAT_VIDEO},
	    {"이모티콘", CHAT_STICKER}, {"Emoticons", CHAT_STICKER},
	    {"Sticker", CHAT_STICKER}, {"음성메시지", CHAT_VOICE},
	    {"Voice Note", CHAT_VOICE}, {"삭제된 메시지입니다.", CHAT_RECALL},
	    {"This message was deleted.", CHAT_RECALL}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (scan_is(s.s, s.n, kinds[i].text))
			return kinds[i].kind;
	if (s.n > 12 && memcmp(s.s, "사진 ", 7) == 0 &&
	    scan_ends(s.s, s.n, "장"))
		return CHAT_IMAGE;	/* "사진 3장" */
	if (s.n > 8 && (scan_ends(s.s, s.n, "님이 들어왔습니다.") ||
	    scan_ends(s.s, s.n, "님이 나갔습니다.") ||
	    scan_ends(s.s, s.n, "님을 초대했습니다.")))
		return CHAT_SYSTEM;
	if (s.n > 9 && memcmp(s.s, "보이스톡", 12) == 0)
		return CHAT_CALL;
	return CHAT_TEXT;
}

static int
on_row(struct sheet *t, struct err *e)
{
	struct chat_msg *m = &t->c.m;

	if (!sheet_when(t, sheet_raw(t, DATE), &m->when)) {
		if (t->row->n != COUNT)
			return sheet_unparsed(t, e);
		m->warn |= CHAT_WARN_TIME;
	}
	m->sender_name = sheet_name(t, USER);
	m->sender_id = m->sender_name;
	m->text = sheet_text(t, MESSAGE);
	if (m->text.n > 0)
		m->kind = kind_of(m->text);
	return compose_emit(&t->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	return sheet_read(job, &kind, e);
}

const struct chat_format chat_kakaotalk_csv = {
	.name = "kakaotalk-csv",
	.platform = "kakaotalk",
	.version = 1,
	.score = score,
	.read = read_all
};
