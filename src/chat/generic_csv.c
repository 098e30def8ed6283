/*
 * chat/generic_csv.c - tables of messages from anywhere.
 *
 * Columns are known by the names in their head; where there is none, by what
 * stands in them: times, short names that come again, and texts.
 */
#include "chat/formats.h"

#include <stdio.h>
#include <string.h>

#include "chat/sheet.h"
#include "chat/kinds.h"

#include "base/banned.h"

enum {
	TIME, DAY, CLOCK, SENDER, SENDER_ID, CONTENT, DIRECTION, CONV, ID, KIND,
	FILE_, COUNT
};

static const char *const names[COUNT] = {
	"时间|日期|发送时间|消息时间|日期时间|時間|日期時間|time|date|datetime|"
	    "timestamp|date/time|sent|sent at|send time|created_at|"
	    "createtime|created|msgtime|message time|date sent|日時|날짜|시간|"
	    "聊天时间|发言时间|创建时间|收发时间|發送時間|訊息時間|消息時間|"
	    "message_date|message date|msg_time|message_time|sent_at|"
	    "send_time|sent time|sent_time|create_time|created at|date sent|"
	    "local time|datum|zeit|zeitpunkt|fecha|fecha y hora|data|"
	    "data/hora|data/ora|дата|время|дата и время",
	"日期|date|day|날짜|年月日|日付|datum|fecha|data|дата",
	"时间|时刻|钟点|時間|時刻|time|time of day|hour|clock|시간|uhrzeit|"
	    "heure|hora|ora|время",
	"发送人|发送者|发件人|昵称|发言人|姓名|用户|用户名|寄件者|sender|from|"
	    "name|author|user|username|nickname|sender_name|sender name|"
	    "from name|fromname|nick|送信者|보낸 사람|이름|사용자|说话人|"
	    "talker|发送方|发言者|发信人|寄件人|成员|群昵称|群名片|发送人昵称|"
	    "发送者昵称|发送人姓名|发言人昵称|用户昵称|發送人|發送者|發件人|"
	    "發言人|暱稱|用戶|使用者|名前|差出人|sender_nickname|nick name|"
	    "sender nickname|display name|displayname|display_name|"
	    "author name|from_name|sent by|absender|verfasser|von|"
	    "expéditeur|auteur|de|remitente|autor|nombre|remetente|nome|"
	    "mittente|отправитель|автор|имя",
	"发送人id|发送者id|账号|帐号|用户id|qq|qq号|微信号|sender_id|"
	    "sender id|senderid|user_id|user id|userid|from_id|fromid|"
	    "author id|authorid|account|phone|uin|wxid",
	"内容|消息|消息内容|聊天内容|信息|文本|正文|訊息|內容|content|message|"
	    "text|body|msg|message text|内容文本|メッセージ|내용|메시지|"
	    "strcontent|message content|消息正文|发言内容|发送内容|聊天记录|"
	    "訊息內容|消息內容|聊天內容|內文|本文|msg_content|chat content|"
	    "message_content|message body|message_body|message_text|"
	    "nachricht|inhalt|mensaje|contenido|mensagem|conteúdo|"
	    "messaggio|testo|contenu|texte|сообщение|текст",
	"方向|是否发送|收发|is_sender|issender|is_self|isself|direction|"
	    "from_me|fromme|is_from_me|is_send|issend|self|me",
	"会话|对话|群名|群聊|聊天对象|联系人|会话名称|conversation|chat|"
	    "channel|room|group|thread|chat name|chat_name|room_name|conv|"
	    "conversation id",
	"消息id|编号|msgid|message_id|message id|messageid|msg_id|id|uuid",
	"类型|消息类型|type|kind|message type|type_name|msgtype",
	"附件|文件|文件名|attachment|attachments|file|filename|media"
};

static int on_row(struct sheet *t, struct err *e);
static bool learn(struct sheet *t, struct csv_head *h);

static const struct sheet_kind kind = {
	.names = names, .n = COUNT, .time = TIME, .row = on_row,
	.learn = learn
};

/* --- Without names */

struct column {
	unsigned times, rows, filled, longest, total, repeats;
	uint32_t seen[8];
};

static uint32_t
hash(struct chat_str s)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.s[i]) * 16777619u;
	return h != 0 ? h : 1;
}

static void
note(struct column *c, struct chat_str cell)
{
	struct chat_stamp when;
	uint32_t h;
	size_t i;

	cell = csv_trim(cell);
	c->rows++;
	if (cell.n == 0)
		return;
	c->filled++;
	if (cell.n >= 8 && (sheet_parse_time(&when, cell, DATE_DMY) ||
	    sheet_parse_time(&when, cell, DATE_MDY)))
		c->times++;
	c->total += (unsigned)(cell.n < 1000 ? cell.n : 1000);
	if (cell.n > c->longest)
		c->longest = (unsigned)(cell.n < 100000 ? cell.n : 100000);
	h = hash(cell);
	for (i = 0; i < 8; i++) {
		if (c->seen[i] == h) {
			c->repeats++;
			return;
		}
		if (c->seen[i] == 0) {
			c->seen[i] = h;
			return;
		}
	}
}

static bool
is_number(struct chat_str cell)
{
	return cell.n > 0 && strspn(cell.s, "0123456789.") >= cell.n;
}

/* Which is the time, which the text, which the sender; false: no chat. */
static bool
learn_at(const struct chat_sniff *s, struct csv_head *h, int at[COUNT])
{
	struct column col[64];
	struct chat_input in;
	struct chat_bytes bytes = {(const uint8_t *)s->text, s->ntext};
	const struct chat_encoding utf8 = {"UTF-8", 0, false};
	struct err e = ERR_INIT;
	struct csv *csv;
	struct csv_row row;
	size_t i, rows = 0;
	int time = -1, text = -1, who = -1;

	memset(col, 0, sizeof(col));
	for (i = 0; i < COUNT; i++)
		at[i] = -1;
	chat_input_bytes(&in, &bytes, "");
	csv = csv_open(&in, &utf8, h->delimiter, &e);
	if (!csv)
		return false;
	while (rows < 50 && csv_next(csv, &row, &e) == 1) {
		if (row.n != h->n)
			continue;
		rows++;
		for (i = 0; i < row.n && i < 64; i++)
			note(&col[i], row.cell[i]);
	}
	csv_close(csv);
	for (i = 0; i < h->n; i++) {
		/* The first row may be a head in words that are not known. */
		if (time < 0 && rows >= 3 && col[i].times + 1 >= rows)
			time = (int)i;
	}
	for (i = 0; time >= 0 && i < h->n; i++)
		if ((int)i != time && col[i].filled * 2 > rows &&
		    (text < 0 || col[i].total > col[text].total))
			text = (int)i;
	for (i = 0; text >= 0 && i < h->n; i++)
		if ((int)i != time && (int)i != text && who < 0 &&
		    col[i].filled + 1 >= rows && col[i].longest < 80 &&
		    col[i].repeats * 3 >= rows && !is_number(h->cell[i]))
			who = (int)i;
	at[TIME] = time;
	at[CONTENT] = text;
	at[SENDER] = who;
	return who >= 0;
}

static bool
learn(struct sheet *t, struct csv_head *h)
{
	return learn_at(t->job->sniff, h, t->at);
}

static int
score(const struct chat_sniff *s)
{
	struct csv_head h;
	int at[COUNT];
	int points;

	if (!csv_look(&h, s))
		return 0;
	if (sheet_map(h.cell, h.n, &kind, at) < 3)
		return learn_at(s, &h, at) ? 30 : 0;
	if (at[TIME] < 0 || at[CONTENT] < 0 || at[TIME] == at[CONTENT])
		return 0;
	points = 40;
	points += at[SENDER] >= 0 || at[SENDER_ID] >= 0 ? 20 : 0;
	points += at[DIRECTION] >= 0 ? 10 : 0;
	return points;
}

static enum chat_role
role_of(struct chat_str cell)
{
	cell = csv_trim(cell);
	if (csv_is(cell, "1|true|yes|self|me|out|outgoing|sent|send|是|发送|"
	    "发出|我|自己|发|outbound"))
		return CHAT_SELF;
	if (csv_is(cell, "0|2|false|no|peer|in|incoming|received|receive|否|"
	    "接收|收到|对方|收|inbound"))
		return CHAT_PEER;
	return CHAT_UNKNOWN;
}

static enum chat_kind
kind_of(struct chat_str type, struct chat_str text)
{
	enum chat_kind k;
	char word[64];
	int n;

	for (k = CHAT_TEXT; k <= CHAT_ACTION; k++)
		if (type.n > 0 && csv_is(type, chat_kind_name(k)))
			return k;
	/* "图片" is what "[图片]" would be in a text. */
	if (type.n > 0 && type.n < sizeof(word) - 2) {
		n = snprintf(word, sizeof(word), "[%.*s]", (int)type.n, type.s);
		k = kinds_bracket(word, (size_t)n, NULL);
		if (k != CHAT_TEXT)
			return k;
	}
	if (text.n == 0)
		return CHAT_TEXT;
	return kinds_recall(text.s, text.n) ? CHAT_RECALL :
	    kinds_bracket(text.s, text.n, NULL);
}

/* One column, or the day and the time of day in two. */
static bool
set_time(struct sheet *t, struct chat_stamp *out)
{
	struct chat_str both;

	if (t->at[DAY] >= 0 && t->at[CLOCK] >= 0 &&
	    t->at[DAY] != t->at[CLOCK]) {
		both = compose_join(&t->c, csv_trim(sheet_raw(t, DAY)), " ",
		    csv_trim(sheet_raw(t, CLOCK)));
		if (sheet_when(t, both, out) ||
		    sheet_when(t, sheet_raw(t, CLOCK), out))
			return true;
	}
	return sheet_when(t, sheet_raw(t, TIME), out);
}

static int
on_row(struct sheet *t, struct err *e)
{
	struct chat_msg *m = &t->c.m;
	struct chat_str time = sheet_raw(t, TIME), file;

	m->text = sheet_text(t, CONTENT);
	if (!set_time(t, &m->when)) {
		if (t->learned && t->rows == 0)
			return 0;	/* a head in other words */
		if (t->learned || csv_trim(time).n == 0 || !m->text.s)
			return sheet_unparsed(t, e);
		m->warn |= CHAT_WARN_TIME;
	}
	m->sender_name = sheet_name(t, SENDER);
	m->sender_id = sheet_name(t, SENDER_ID);
	if (!m->sender_id.s)
		m->sender_id = m->sender_name;
	m->native_id = sheet_name(t, ID);
	m->conv_name = sheet_name(t, CONV);
	if (t->at[DIRECTION] >= 0)
		m->role = role_of(sheet_raw(t, DIRECTION));
	m->kind = kind_of(csv_trim(sheet_raw(t, KIND)), m->text);
	file = sheet_name(t, FILE_);
	if (file.n > 0) {
		compose_attach(&t->c, file, CHAT_OMITTED);
		if (m->text.n == 0)
			m->kind = kinds_file(file.s, file.n);
	}
	return compose_emit(&t->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	return sheet_read(job, &kind, e);
}

const struct chat_format chat_generic_csv = {
	.name = "generic-csv",
	.platform = "generic",
	.version = 1,
	.score = score,
	.read = read_all
};
