/*
 * chat/pywxdump_csv.c - PyWxDump: WeChat conversations as CSV.
 *
 *	id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime
 *
 * Local time.  Saved again by Excel the seconds are gone, and the numbers of 19
 * digits too: such an id is none.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/sheet.h"
#include "chat/scan.h"
#include "chat/wechat.h"

#include "base/banned.h"

enum {
	ID, SVR_ID, TYPE, IS_SENDER, TALKER, ROOM, MSG, SRC, TIME, COUNT
};

static const char *const names[COUNT] = {
	"id|localid", "msgsvrid", "type_name", "is_sender", "talker",
	"room_name", "msg|content", "src", "createtime"
};

static int on_row(struct sheet *t, struct err *e);

static const struct sheet_kind kind = {
	.names = names, .n = COUNT, .time = TIME, .row = on_row
};

static int
score(const struct chat_sniff *s)
{
	return sheet_score(s, &kind, 1u << TYPE | 1u << IS_SENDER |
	    1u << MSG | 1u << TIME);
}

/* Digits that a spreadsheet has not rounded: "7.43727E+18", "…2590000". */
static bool
is_whole(struct chat_str id)
{
	size_t i, zeros = 0;

	for (i = 0; i < id.n; i++) {
		if (id.s[i] < '0' || id.s[i] > '9')
			return false;
		zeros = id.s[i] == '0' ? zeros + 1 : 0;
	}
	/* It keeps 15 digits of them. */
	return id.n > 0 && !(id.n > 15 && zeros >= id.n - 15);
}

static int
on_row(struct sheet *t, struct err *e)
{
	struct chat_msg *m = &t->c.m;
	struct chat_str type = csv_trim(sheet_raw(t, TYPE)), text, src;
	enum chat_kind kind_of;
	bool known;

	if (!sheet_when(t, sheet_raw(t, TIME), &m->when)) {
		if (t->row->n < 5)
			return sheet_unparsed(t, e);
		m->warn |= CHAT_WARN_TIME;
	}
	m->native_id = sheet_name(t, SVR_ID);
	if (!is_whole(m->native_id))
		m->native_id = (struct chat_str){NULL, 0};
	m->sender_id = sheet_name(t, TALKER);
	m->conv_id = sheet_name(t, ROOM);
	if (m->conv_id.n > 0)
		m->conv_type = scan_ends(m->conv_id.s, m->conv_id.n,
		    "@chatroom") ? CHAT_GROUP : CHAT_PRIVATE;
	m->role = csv_is(csv_trim(sheet_raw(t, IS_SENDER)), "1|true|是") ?
	    CHAT_SELF : CHAT_PEER;
	kind_of = wechat_kind_word(type.s ? type.s : "", type.n, &known);
	text = sheet_text(t, MSG);
	/* "图片" stands there where the text would be. */
	if (kind_of != CHAT_TEXT && text.n == type.n && text.n > 0 &&
	    memcmp(text.s, type.s, text.n) == 0)
		text = (struct chat_str){"", 0};
	src = sheet_basename(sheet_raw(t, SRC));
	if (src.n > 0) {
		compose_attach(&t->c, src, CHAT_PRESENT);
		m->kind = kind_of;
		m->text = text;
	} else {
		wechat_content(&t->c, kind_of, text);
	}
	return compose_emit(&t->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	return sheet_read(job, &kind, e);
}

const struct chat_format chat_pywxdump_csv = {
	.name = "pywxdump-csv",
	.platform = "wechat",
	.version = 1,
	.score = score,
	.read = read_all
};
