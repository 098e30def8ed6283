/*
 * chat/memotrace_csv.c - MemoTrace (WeChatMsg): a WeChat conversation as CSV.
 *
 *	localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,
 *	StrTime,Remark,NickName,Sender
 *
 * Its folder is "<remark>(<wxid>)".
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/sheet.h"
#include "chat/scan.h"
#include "chat/wechat.h"

#include "base/banned.h"

enum {
	LOCAL_ID, TYPE, SUB, IS_SENDER, TIME, CONTENT, SHOWN, REMARK, NICK,
	SENDER, COUNT
};

static const char *const names[COUNT] = {
	"localid", "type", "subtype", "issender", "createtime", "strcontent",
	"strtime", "remark", "nickname", "sender"
};

static int on_row(struct sheet *t, struct err *e);

static const struct sheet_kind kind = {
	.names = names, .n = COUNT, .time = TIME, .row = on_row
};

static int
score(const struct chat_sniff *s)
{
	return sheet_score(s, &kind, 1u << TIME | 1u << CONTENT |
	    1u << IS_SENDER | 1u << TYPE);
}

static int64_t
number(struct chat_str s, int64_t other)
{
	int64_t v = 0;
	size_t i;

	s = csv_trim(s);
	if (s.n == 0 || s.n > 12)
		return other;
	for (i = 0; i < s.n; i++) {
		if (s.s[i] < '0' || s.s[i] > '9')
			return other;
		v = 10 * v + (s.s[i] - '0');
	}
	return v;
}

/* "…/Anna(wxid_anna)/Anna.csv" */
static void
set_conv(struct sheet *t)
{
	const struct chat_input *in = t->job->in;
	const char *path = in->path ? in->path : "";
	const char *end = strrchr(path, '/'), *open, *from;
	struct chat_str id, name;

	if (!end || end == path || end[-1] != ')')
		return;
	for (from = end; from > path && from[-1] != '/'; from--)
		;
	open = memrchr(from, '(', (size_t)(end - from));
	if (!open || end - open < 4)
		return;
	id = (struct chat_str){open + 1, (size_t)(end - open) - 2};
	name = (struct chat_str){from, (size_t)(open - from)};
	t->c.m.conv_id = compose_name(&t->c, id.s, id.n);
	t->c.m.conv_name = compose_name(&t->c, name.s, name.n);
	t->c.m.conv_type = scan_ends(id.s, id.n, "@chatroom") ? CHAT_GROUP :
	    CHAT_PRIVATE;
}

static int
on_row(struct sheet *t, struct err *e)
{
	struct chat_msg *m = &t->c.m;
	int64_t type = number(sheet_raw(t, TYPE), -1);

	if (!sheet_when(t, sheet_raw(t, TIME), &m->when) &&
	    !sheet_when(t, sheet_raw(t, SHOWN), &m->when)) {
		if (type < 0)
			return sheet_unparsed(t, e);
		m->warn |= CHAT_WARN_TIME;
	}
	set_conv(t);
	m->native_id = sheet_name(t, LOCAL_ID);
	m->sender_id = sheet_name(t, SENDER);
	m->sender_name = sheet_name(t, REMARK);
	if (!m->sender_name.s)
		m->sender_name = sheet_name(t, NICK);
	m->role = number(sheet_raw(t, IS_SENDER), 0) != 0 ? CHAT_SELF :
	    CHAT_PEER;
	wechat_content(&t->c, wechat_kind(type, number(sheet_raw(t, SUB),
	    -1)), sheet_text(t, CONTENT));
	return compose_emit(&t->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	return sheet_read(job, &kind, e);
}

const struct chat_format chat_memotrace_csv = {
	.name = "memotrace-csv",
	.platform = "wechat",
	.version = 1,
	.score = score,
	.read = read_all
};
