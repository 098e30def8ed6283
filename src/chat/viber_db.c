/*
 * chat/viber_db.c - viber.db of Viber for PC.
 *
 *	Events(EventID, TimeStamp, Direction, Type, ContactID, ChatID, Number),
 *	Messages(EventID, Body, PayloadPath), Contact(ContactID, Name,
 *	 ClientName, Number), ChatInfo(ChatID, Name)
 *
 * Times are milliseconds of UTC; Direction 1 is out.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/dbtext.h"
#include "chat/kinds.h"
#include "chat/sqlfile.h"

#include "base/banned.h"

enum { ID, TIME, DIRECTION, BODY, PAYLOAD, NAME, CLIENT, NUMBER, OLD_NUMBER,
	CHAT_ID, CHAT_NAME };

static int
score(const struct chat_sniff *s)
{
	return dbtext_score(s, "Events", "Direction") > 0 ?
	    dbtext_score(s, "Messages", "Body") : 0;
}

static int
take(struct dbtext *t, struct sqlrow *r, struct err *e)
{
	struct chat_str name = sqlrow_bytes(r, NAME);
	struct chat_str number = sqlrow_bytes(r, NUMBER);
	struct chat_str file = sqlrow_bytes(r, PAYLOAD);
	struct chat_str chat = sqlrow_bytes(r, CHAT_NAME);
	struct draft *d = &t->d;
	bool out = sqlrow_int(r, DIRECTION) == 1;

	if (!name.s || name.n == 0)
		name = sqlrow_bytes(r, CLIENT);
	if (!number.s || number.n == 0)
		number = sqlrow_bytes(r, OLD_NUMBER);
	dbtext_begin(t);
	dbtext_when(t, sqlrow_int(r, TIME), 1000, STAMP_MS);
	d->m.role = out ? CHAT_SELF : CHAT_PEER;
	/* The contact of what went out is whom it went to. */
	if (!chat.s || chat.n == 0)
		chat = name.s && name.n > 0 ? name : number;
	if (out)
		name = number = (struct chat_str){NULL, 0};
	if (dbtext_who(t, number, name, e) < 0 ||
	    dbtext_conv(t, sqlrow_bytes(r, CHAT_ID), chat, e) < 0 ||
	    dbtext_id(t, sqlrow_bytes(r, ID), e) < 0 ||
	    dbtext_plain(t, sqlrow_bytes(r, BODY), e) < 0)
		return -1;
	if (file.s && file.n > 0) {
		d->m.kind = kinds_file(file.s, file.n);
		if (dbtext_attach(t, file, CHAT_MISSING, e) < 0)
			return -1;
	}
	return dbtext_emit(t, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct dbcolumn columns[] = {
		{"E", "Events", "EventID"}, {"E", "Events", "TimeStamp"},
		{"E", "Events", "Direction"}, {"M", "Messages", "Body"},
		{"M", "Messages", "PayloadPath"}, {"C", "Contact", "Name"},
		{"C", "Contact", "ClientName"}, {"C", "Contact", "Number"},
		{"E", "Events", "Number"}, {"E", "Events", "ChatID"},
		{"I", "ChatInfo", "Name"}, {NULL, NULL, NULL}
	};
	static const struct dbjoin joins[] = {
		{"M", "Messages", "EventID", "E", "Events", "EventID"},
		{"C", "Contact", "ContactID", "E", "Events", "ContactID"},
		{"I", "ChatInfo", "ChatID", "E", "Events", "ChatID"},
		{NULL, NULL, NULL, NULL, NULL, NULL}
	};

	return dbtext_read(job, "E", "Events", columns, joins, NULL, NULL,
	    take, e);
}

const struct chat_format chat_viber_db = {
	.name = "viber-db",
	.platform = "viber",
	.version = 1,
	.score = score,
	.read = read_all
};
