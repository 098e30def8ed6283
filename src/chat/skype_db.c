/*
 * chat/skype_db.c - main.db of the Skype that is no more.
 *
 *	Messages(id, convo_id, chatname, author, from_dispname, timestamp,
 *	 edited_timestamp, type, body_xml), Conversations(id, identity,
 *	 displayname, type), Accounts(skypename)
 *
 * Columns came and went with the versions: those that are missing are NULL.
 * Times are seconds of UTC, some of them nonsense.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/dbtext.h"
#include "chat/kinds.h"
#include "chat/sqlfile.h"

#include "base/banned.h"

enum { ID, AUTHOR, NAME, TIME, EDITED, TYPE, BODY, CHAT, CONV_ID, CONV_NAME,
	CONV_TYPE };

static int
score(const struct chat_sniff *s)
{
	return dbtext_score(s, "Messages", "body_xml");
}

static enum chat_kind
kind_of(int64_t type)
{
	switch (type) {
	case 60:
		return CHAT_ACTION;
	case 63:
		return CHAT_CARD;
	case 30:
	case 39:
		return CHAT_CALL;
	case 67:
		return CHAT_VOICE;
	case 68:
	case 254:
		return CHAT_FILE;
	case 201:
		return CHAT_IMAGE;
	case 202:
	case 253:
		return CHAT_VIDEO;
	case 2:
	case 4:
	case 8:
	case 10:
	case 11:
	case 12:
	case 13:
	case 50:
	case 51:
	case 53:
	case 54:
	case 100:
	case 110:
		return CHAT_SYSTEM;
	default:
		return CHAT_TEXT;
	}
}

/* <files><file size="1">a.pdf</file></files>: the text is a list of names. */
static int
add_files(struct dbtext *t, struct err *e)
{
	struct draft *d = &t->d;
	struct scan c = scan_of(buf_str(&t->text), t->text.len);
	const char *s;
	size_t n;

	while (scan_line(&c, &s, &n)) {
		scan_trim(&s, &n);
		if (n > 0 && draft_attach(d, s, n, CHAT_OMITTED, e) < 0)
			return -1;
	}
	buf_clear(&t->text);
	return 0;
}

static int
take(struct dbtext *t, struct sqlrow *r, struct err *e)
{
	struct chat_str author = sqlrow_bytes(r, AUTHOR);
	struct chat_str conv = sqlrow_bytes(r, CONV_ID);
	struct draft *d = &t->d;
	bool edited = sqlrow_int(r, EDITED) > 0;

	if (!conv.s)
		conv = sqlrow_bytes(r, CHAT);
	dbtext_begin(t);
	d->m.kind = kind_of(sqlrow_int(r, TYPE));
	d->m.conv_type = sqlrow_int(r, CONV_TYPE) == 1 ? CHAT_PRIVATE :
	    sqlrow_int(r, CONV_TYPE) > 1 ? CHAT_GROUP : CHAT_CONV_UNKNOWN;
	dbtext_when(t, sqlrow_int(r, TIME), 1000000, STAMP_S);
	if (dbtext_who(t, author, sqlrow_bytes(r, NAME), e) < 0 ||
	    dbtext_conv(t, conv, sqlrow_bytes(r, CONV_NAME), e) < 0 ||
	    dbtext_id(t, sqlrow_bytes(r, ID), e) < 0 ||
	    dbtext_markup(t, sqlrow_bytes(r, BODY), e) < 0)
		return -1;
	d->m.deleted = edited && t->text.len == 0;
	d->m.edited = edited && !d->m.deleted;
	if (d->m.kind == CHAT_FILE && add_files(t, e) < 0)
		return -1;
	return dbtext_emit(t, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct dbcolumn columns[] = {
		{"M", "Messages", "id"}, {"M", "Messages", "author"},
		{"M", "Messages", "from_dispname"},
		{"M", "Messages", "timestamp"},
		{"M", "Messages", "edited_timestamp"},
		{"M", "Messages", "type"}, {"M", "Messages", "body_xml"},
		{"M", "Messages", "chatname"},
		{"C", "Conversations", "identity"},
		{"C", "Conversations", "displayname"},
		{"C", "Conversations", "type"}, {NULL, NULL, NULL}
	};
	static const struct dbjoin joins[] = {
		{"C", "Conversations", "id", "M", "Messages", "convo_id"},
		{NULL, NULL, NULL, NULL, NULL, NULL}
	};

	return dbtext_read(job, "M", "Messages", columns, joins,
	    "Accounts", "skypename", take, e);
}

const struct chat_format chat_skype_db = {
	.name = "skype-db",
	.platform = "skype",
	.version = 1,
	.score = score,
	.read = read_all
};
