/*
 * desk/facts_work.h - what the parts of facts_make() share; only desk/facts*.c
 * include it.
 * Needs: desk/facts and what it needs.
 */
#ifndef LIUDI_DESK_FACTS_WORK_H
#define LIUDI_DESK_FACTS_WORK_H

#include "desk/answers.h"
#include "desk/contacts.h"
#include "desk/facts.h"
#include "desk/smalltalk.h"
#include "desk/worktime.h"
#include "json/json.h"

#define FACTS_NOWHERE SIZE_MAX

enum facts_type { FACTS_PRIVATE, FACTS_GROUP, FACTS_LISTED, FACTS_MAIL };

/* A conversation of the window. */
struct facts_chat {
	int64_t n;
	size_t station, account;	/* indices */
	const char *id, *name;		/* "" */
	enum facts_type type;
	bool internal;
	bool today;			/* one of D's conversations */
	bool old;			/* something in it is older than D */
	const char *peer_id, *peer_name;	/* who wrote there; "" */
};

/* Something in D by a member of the team that may be a contact. */
struct facts_claim {
	size_t chat;
	int64_t n, at;
	enum contacts_kind kind;
	const char *value;
	const char *text;
};

/* By what a customer of D is known. */
enum facts_key_kind { FACTS_KEY_ID, FACTS_KEY_EMAIL, FACTS_KEY_PHONE,
	FACTS_KEY_DOMAIN, FACTS_KEY_COMPANY };
struct facts_key {
	enum facts_key_kind kind;
	const char *value;
	size_t chat;
	int64_t n;			/* message */
};

struct facts_inquiry {
	size_t chat;
	int64_t n, at;
	bool order;			/* it is none, but an order */
	bool ordered;
	const char *email, *phone, *name, *company;	/* "" */
	int64_t read, replied, quoted;	/* ms; FACTS_NEVER */
	const char *text;
};

struct facts_work {
	struct facts *f;
	struct messages *m;
	struct catalogue *c;
	const struct facts_ask *ask;
	struct worktime **time;		/* one each of f->station */
	int64_t *patience;		/* ms: `unanswered` of each */
	/* of the window */
	struct facts_chat *chat;	/* of each station by n */
	size_t nchats, cap_chats, first_chat;
	struct answers_row *row;	/* chat: account << 32 | index */
	size_t nrows, cap_rows;
	struct facts_list quotes;	/* messages that name a price */
	struct facts_claim *claim;
	size_t nclaims;
	struct facts_key *key;
	size_t nkeys;
	struct facts_inquiry *inquiry;
	size_t ninquiries;
	/* of the tools */
	struct contacts *contacts;
	struct smalltalk *talk;
	struct json *json;
	size_t station;			/* the one at hand */
};

static inline size_t
facts_row_chat(const struct answers_row *r)
{
	return (size_t)(r->chat & 0xffffffff);
}

/* --- facts.c */
int facts_list_add(struct facts_list *l, int64_t n, struct err *e);
/* Owned by the facts; NULL: ERR_NOMEM. */
const char *facts_keep(struct facts *f, const char *s, size_t n,
	struct err *e);
/* The beginning of a text. */
const char *facts_excerpt(struct facts *f, const char *s, size_t n,
	struct err *e);
/* Index of the account, made if need be; FACTS_NOWHERE: ERR_NOMEM. */
size_t facts_account_of(struct facts_work *w, size_t station,
	const char *source, const char *platform, const char *account,
	struct err *e);
/* A new item, everything empty; of an account unless FACTS_NOWHERE. */
struct facts_item *facts_item_new(struct facts_work *w, enum facts_kind kind,
	size_t station, size_t account, struct err *e);
/* The same about conversation CHAT. */
struct facts_item *facts_item_of(struct facts_work *w, enum facts_kind kind,
	size_t chat, struct err *e);
/* Index of a station by its name; FACTS_NOWHERE. */
size_t facts_station_find(const struct facts_work *w, const char *station);
/* Room in the array *V, of N elements of SIZE, for one more. */
int facts_grow(void *v, size_t n, size_t size, struct err *e);

/* --- one each */
int facts_walk(struct facts_work *w, struct err *e);	/* facts_walk.c */
int facts_window(struct facts_work *w, struct err *e);	/* facts_window.c */
int facts_readable(struct facts_work *w, struct err *e);/* facts_readable.c */
int facts_past(struct facts_work *w, struct err *e);	/* facts_past.c */
int facts_leaked(struct facts_work *w, struct err *e);	/* facts_leaked.c */
int facts_shared(struct facts_work *w, struct err *e);	/* facts_shared.c */
int facts_asked(struct facts_work *w, struct err *e);	/* facts_asked.c */
/* facts_persons.c, after all that it sums up */
int facts_persons(struct facts_work *w, struct err *e);

#endif
