/* chat/shape.c - sets of keys, and the formats that have them. */
#include "chat/shape.h"

#include <stdio.h>
#include <string.h>

#include "json/walk.h"

#include "base/banned.h"

#define SLOTS 4096u		/* of seen, a power of two */
#define SEEN_MAX 3000
#define DEPTH_MAX 6
#define SIBLINGS_MAX 64		/* values of an array that are gone into */
#define KEYS_MAX 512		/* keys of an object */
#define PATHS_MAX 6
#define KEY_LEN 48

/* All of these paths; as in chat/roads.h. */
struct signature {
	enum chat_shape shape;
	int points;
	const char *path[PATHS_MAX];
};

/* The first that fits; what has more paths stands before what has less. */
static const struct signature signatures[] = {
	{SHAPE_QIANNIU, 100, {"chats[].sender", "chats[].time", "chats[].text",
		"exportTime"}},
	{SHAPE_QIANNIU, 90, {"chats[].sender", "chats[].time", "chats[].text",
		"chats[].date"}},
	{SHAPE_TOP, 100, {"*.msg_lists.msg_list[].direction",
		"*.msg_lists.msg_list[].time"}},
	{SHAPE_TOP, 98, {"*.msg_lists[].direction", "*.msg_lists[].time"}},
	{SHAPE_TOP, 95, {"msg_lists.msg_list[].direction",
		"msg_lists.msg_list[].time"}},
	{SHAPE_TOP, 95, {"msg_lists[].direction", "msg_lists[].time",
		"msg_lists[].content"}},
	{SHAPE_WEFLOW, 100, {"weflow", "messages[].createTime"}},
	{SHAPE_WEFLOW, 95, {"session", "messages[].createTime",
		"messages[].isSend"}},
	{SHAPE_WEFLOW, 90, {"messages[].createTime", "messages[].isSend",
		"messages[].senderUsername"}},
	{SHAPE_QCE, 100, {"chatInfo", "messages[].messageId",
		"messages[].timestamp", "messages[].content"}},
	{SHAPE_QCE, 90, {"messages[].messageId", "messages[].sender.uid",
		"messages[].timestamp", "messages[].content"}},
	{SHAPE_QCE_LINES, 95, {"messageId", "sender.uid", "timestamp",
		"content"}},
	{SHAPE_QCE_LINES, 90, {"messageId", "sender.uin", "timestamp",
		"content"}},
	{SHAPE_WECOM, 100, {"msgid", "action", "msgtype", "msgtime"}},
	{SHAPE_WECOM, 90, {"msgid", "action", "user", "time"}},
	{SHAPE_TELEGRAM, 100, {"chats.list[].messages[].type",
		"chats.list[].messages[].text"}},
	{SHAPE_TELEGRAM, 100, {"left_chats.list[].messages[].type",
		"left_chats.list[].messages[].text"}},
	{SHAPE_TELEGRAM, 100, {"messages[].date_unixtime", "messages[].type",
		"messages[].text"}},
	{SHAPE_TELEGRAM, 95, {"messages[].date", "messages[].type",
		"messages[].id", "messages[].text"}},
	{SHAPE_SKYPE, 100, {"conversations[].MessageList[].messagetype"}},
	{SHAPE_SKYPE, 90, {"userId", "exportDate", "conversations"}},
	{SHAPE_META, 100, {"messages[].sender_name",
		"messages[].timestamp_ms"}},
	{SHAPE_META, 90, {"messages[].sender_name", "messages[].timestamp",
		"participants"}},
	{SHAPE_META_E2EE, 95, {"messages[].senderName", "threadName",
		"messages[].timestamp"}},
	{SHAPE_DISCORD, 100, {"channel", "messages[].author.id",
		"messages[].timestamp"}},
	{SHAPE_DISCORD, 85, {"messages[].author.id", "messages[].timestamp",
		"messages[].content"}},
	{SHAPE_GOOGLE, 100, {"messages[].created_date", "messages[].creator"}},
	{SHAPE_GOOGLE, 90, {"messages[].created_date",
		"messages[].message_id"}},
	{SHAPE_TEAMS, 100, {"[].CreatedDateTime", "[].Body.Content"}},
	{SHAPE_TEAMS, 95, {"[].createdDateTime", "[].body.content"}},
	{SHAPE_TEAMS, 95, {"value[].createdDateTime", "value[].body.content"}},
	{SHAPE_TEAMS, 95, {"messages[].createdDateTime",
		"messages[].body.content"}},
	{SHAPE_TEAMS, 95, {"messages[].CreatedDateTime",
		"messages[].Body.Content"}},
	{SHAPE_TEAMS, 95, {"CreatedDateTime", "Body.Content"}},
	{SHAPE_ELEMENT, 100, {"messages[].origin_server_ts",
		"messages[].event_id"}},
	{SHAPE_ELEMENT, 90, {"messages[].origin_server_ts",
		"messages[].sender", "messages[].content"}},
	{SHAPE_CHATLAB, 100, {"chatlab", "messages[].timestamp",
		"messages[].sender"}},
	{SHAPE_CHATLAB_LINES, 100, {"_type", "chatlab.version"}},
	{SHAPE_CHATLAB_LINES, 95, {"_type", "timestamp", "sender"}},
	{SHAPE_SLACK_DAY, 80, {"[].ts", "[].type", "[].text"}},
	{SHAPE_SLACK_DAY, 75, {"[].ts", "[].type", "[].subtype"}},
};

#define SIGNATURES (sizeof(signatures) / sizeof(signatures[0]))

struct shape {
	const struct chat_input *in;
	uint64_t seen[SLOTS];
	unsigned nseen;
	uint64_t given;		/* bytes */
	const struct signature *found;
};

static uint64_t
hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * 0x100000001b3;
	return h != 0 ? h : 1;
}

/* The slot of the path, where it is or would be. */
static uint64_t *
slot(struct shape *s, const char *path)
{
	const uint64_t h = hash(path);
	size_t i = h % SLOTS;

	while (s->seen[i] != 0 && s->seen[i] != h)
		i = (i + 1) % SLOTS;
	return &s->seen[i];
}

static void
add(struct shape *s, const char *path)
{
	uint64_t *at = slot(s, path);

	if (*at == 0 && s->nseen < SEEN_MAX) {
		*at = hash(path);
		s->nseen++;
	}
}

static const struct signature *
find(struct shape *s)
{
	size_t i, k;

	for (i = 0; i < SIGNATURES; i++) {
		for (k = 0; k < PATHS_MAX && signatures[i].path[k]; k++)
			if (*slot(s, signatures[i].path[k]) == 0)
				break;
		if (k == PATHS_MAX || !signatures[i].path[k])
			return &signatures[i];
	}
	return NULL;
}

static enum json_act
visit(void *arg, const struct json_place *p)
{
	struct shape *s = arg;
	char path[DEPTH_MAX * (KEY_LEN + 3) + 8];
	size_t n = 0;
	unsigned i;
	const struct json_level *l = &p->level[p->depth];

	if (p->depth > DEPTH_MAX ||
	    l->index >= (l->key ? KEYS_MAX : SIBLINGS_MAX))
		return JSON_SKIP;
	path[0] = '\0';
	for (i = 1; i <= p->depth; i++) {
		l = &p->level[i];
		if (l->key && strlen(l->key) > KEY_LEN)
			return JSON_SKIP;
		n += (size_t)snprintf(path + n, sizeof(path) - n, "%s%s",
		    l->key && i > 1 ? "." : "", l->key ? l->key : "[]");
	}
	if (p->depth > 0)
		add(s, path);
	if (p->depth > 1 && p->level[1].key && p->level[1].key[0] != '\0') {
		/* Under any first key. */
		char *rest = path + strlen(p->level[1].key) - 1;

		*rest = '*';
		add(s, rest);
	}
	return JSON_INTO;
}

static int
take(void *arg, const struct json_place *p, const struct json *doc,
	const struct json_node *value, uint64_t n, struct err *e)
{
	(void)arg, (void)p, (void)doc, (void)value, (void)n, (void)e;
	return 0;
}

static int64_t
read_some(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	struct shape *s = arg;

	if (off >= CHAT_SNIFF_LEN) {
		s->found = find(s);
		if (s->found)
			return 0;
	} else if (n > CHAT_SNIFF_LEN - off) {
		n = (size_t)(CHAT_SNIFF_LEN - off);
	}
	return s->in->read(s->in->arg, off, buf, n, e);
}

enum chat_shape
chat_shape_of(const struct chat_input *in, uint64_t off, int *points)
{
	struct shape s = {.in = in};
	const struct json_walker w = {visit, take, NULL, read_some, &s, &s};
	struct err e = ERR_INIT;

	/* Cut off, or wrong somewhere: what was seen before counts. */
	(void)json_walk(&w, off, &e);
	if (!s.found)
		s.found = find(&s);
	*points = s.found ? s.found->points : 0;
	return s.found ? s.found->shape : SHAPE_NONE;
}

void
chat_shape_look(struct chat_sniff *s)
{
	size_t i = 0;

	s->shape = SHAPE_NONE;
	s->shape_points = 0;
	s->shaped = true;
	if (s->archive || s->ntext == 0)
		return;
	while (i < s->ntext && s->text[i] != '\0' &&
	    strchr(" \t\r\n#", s->text[i])) {
		/* Lines may be comments. */
		if (s->text[i] == '#')
			while (i < s->ntext && s->text[i] != '\n')
				i++;
		else
			i++;
	}
	/* What is UTF-8 has its bytes in the file where they are here. */
	if (i < s->ntext && (s->text[i] == '{' || s->text[i] == '['))
		s->shape = (int)chat_shape_of(s->in, i < CHAT_SNIFF_LEN / 2 ?
		    s->encoding.bom + i : 0, &s->shape_points);
}

int
chat_shape_score(const struct chat_sniff *s, enum chat_shape want)
{
	struct chat_sniff look;

	if (s->shaped)
		return s->shape == (int)want ? s->shape_points : 0;
	look = *s;
	chat_shape_look(&look);
	return look.shape == (int)want ? look.shape_points : 0;
}
