/*
 * desk/facts.h - what a manager wants to know of a day.
 *
 * Definitions, number by number: docs/REPORTS.md "Facts of a day".  Each number
 * is a list of messages or conversations, so that it can be opened.  Memory:
 * the window of two weeks, some 40 bytes a message, and the day's lists; what
 * is asked of the whole history goes through its index.
 * Needs: base, json, desk/{answers,contacts,dayreports,history,query,roster,
 * smalltalk,worktime}, config/teamini.
 */
#ifndef LIUDI_DESK_FACTS_H
#define LIUDI_DESK_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "desk/catalogue.h"
#include "desk/chathistory.h"
#include "desk/roster.h"

#define FACTS_NEVER INT64_MIN	/* a time that is not known */
#define FACTS_WINDOW_DAYS 14
#define FACTS_UNANSWERED_MIN 60	/* default of `unanswered` */
#define FACTS_UNREADABLE_MS INT64_C(172800000)
#define FACTS_WATCH_MAX 100	/* messages of all time that are counted */
#define FACTS_TEXT_MAX 240	/* bytes of a text that are kept */

struct facts_list {
	int64_t *v;
	size_t n, cap;
};

/* All strings are the facts' own, UTF-8, never NULL unless said. */
struct facts_who {
	const char *station;
	const char *doer;		/* person, else station */
	const char *responsible;	/* the doer, where nobody is named */
};

struct facts_station {
	struct facts_who who;
	bool active;		/* it may send */
	bool works;		/* a working day there */
	bool backed_up;
	bool ran;		/* before D ended */
	int64_t last_run;	/* ms; FACTS_NEVER */
	int64_t start, cutoff;	/* ms: the day there */
};

struct facts_response {
	struct facts_list asked;	/* messages that began a turn in D */
	size_t open;			/* of these nobody answered */
	bool minute;			/* exact to a minute only */
	struct facts_list work, wall;	/* ms, of those that were answered */
	/* ms; -1: nothing was answered */
	int64_t work_median, work_p90, wall_median, wall_p90;
};

struct facts_account {
	struct facts_who who;
	const char *source, *platform, *account;	/* platform, account: "" */
	bool backed_up, unreadable, silent;
	int64_t exported, until;	/* ms; FACTS_NEVER */
	struct facts_list conversations, new_peers;	/* of chats */
	struct facts_list in, out, automatic, unknown, internal;
	int64_t first, last;		/* of `out`; FACTS_NEVER */
	struct facts_response response;
};

/* What became of a report, or a plan; the later counts where one has several. */
enum facts_written { FACTS_NOT_EXPECTED, FACTS_NOT_YET, FACTS_MISSING,
	FACTS_LATE, FACTS_WRITTEN };
/* "not_expected", "not_yet", "missing", "late", "written" */
const char *facts_written_name(enum facts_written w);

struct facts_report {
	enum facts_written state;
	size_t versions;		/* that were written */
	/* of the one that counts: */
	int64_t at;			/* ms; FACTS_NEVER */
	bool typed;			/* text has a line for each of its lines */
	const char *file;		/* its name, foreign */
	const char *text;
};

struct facts_objection {
	int64_t day;			/* of the numbers */
	int64_t at;			/* ms */
	const char *text;
};

/* Sums of the stations behind which somebody stands; by name. */
struct facts_person {
	const char *name;
	size_t stations;
	struct facts_report report, plan;
	struct facts_objection *objection;	/* of D, or made in D */
	size_t nobjections;
	size_t conversations, new_peers, in, out;
	struct facts_response response;
	size_t unanswered, inquiries_open;
	int64_t first, last;			/* of `out`; FACTS_NEVER */
};

struct facts_inquiries {	/* messages */
	struct facts_list created;	/* in D */
	struct facts_list all;		/* in the window */
	struct facts_list read, replied, quoted, open;	/* of all */
	struct facts_list ordered;	/* of all: an order came of it */
	struct facts_list orders;	/* made in D */
};

/* What somebody should look at; by importance. */
enum facts_kind {
	FACTS_NOT_BACKED_UP,	/* station */
	FACTS_PAUSED,		/* station; text: what its last run of D says */
	FACTS_UNREADABLE,	/* account; at: readable until, note: what its
				 * station says of the source */
	FACTS_VANISHED, FACTS_RECALLED, FACTS_EDITED,	/* note: who wrote */
	FACTS_LEAKED,		/* what: the contact, note: its kind */
	FACTS_UNANSWERED,	/* value: ms of work it waits; text: what,
				 * note: the message's kind */
	FACTS_INQUIRY_OPEN,	/* value: likewise */
	FACTS_WATCH,		/* what: the word, note: category, value: in
				 * the whole history; messages: of D, else the
				 * newest of all */
	FACTS_SHARED,		/* what: by what; messages: of both; note: who
				 * else, value: their chat */
	FACTS_REPORT_MISSING,	/* person: no report of D; at: last run of his */
	FACTS_PLAN_MISSING,	/* person: no plan of D's week; what: the week */
	FACTS_OBJECTION,	/* at: written, what: the day of the numbers */
	FACTS_SILENT,		/* account */
	FACTS_UNKNOWN_SIDE,	/* account; value: messages */
	FACTS_NKINDS
};
/* "not_backed_up", … */
const char *facts_kind_name(enum facts_kind k);

enum facts_severity { FACTS_LOW, FACTS_MEDIUM, FACTS_HIGH };

struct facts_item {
	enum facts_kind kind;
	enum facts_severity severity;	/* of watch words; else high */
	struct facts_who who;
	const char *source, *platform, *account;	/* "" */
	int64_t chat;			/* 0 */
	const char *peer;		/* the conversation's name */
	int64_t at;			/* ms; FACTS_NEVER */
	int64_t value;
	size_t today;			/* of a watch word: messages in D */
	const char *what, *note;
	const char *text, *now;		/* beginnings of them */
	struct facts_list messages;
};

struct facts {
	int64_t day;			/* number; desk/worktime.h */
	int64_t made;			/* ms */
	struct facts_station *station;
	size_t nstations;
	struct facts_account *account;	/* by station, source, … */
	size_t naccounts;
	struct facts_person *person;
	size_t npersons;
	struct facts_response response;	/* of all */
	struct facts_inquiries inquiries;
	struct facts_item *item;	/* by kind, then what matters most */
	size_t nitems;
	/* owned strings */
	char **strings;
	size_t nstrings;
};

/* What texts are read with: it takes longer to make than a person's day. */
struct facts_tools;
struct facts_tools *facts_tools_new(struct err *e);
void facts_tools_free(struct facts_tools *t);	/* NULL does nothing */

struct facts_ask {
	const char *policy;		/* text of policy.ini */
	const struct roster *roster;	/* may be empty */
	/* all; the first NACTIVE may send, and are missed where they do not */
	const char *const *station;
	size_t nstations, nactive;
	int64_t day;
	int64_t now;			/* ms */
	struct facts_tools *tools;	/* NULL: it makes its own */
	bool numbers;			/* only what is counted: no changes, watch
					 * words, contacts, shared customers */
};

/*
 * Count.  *F is to be released also on failure.  -1: ERR_FORMAT (policy.ini;
 * hint), ERR_NOMEM, what reading the history gives.
 */
int facts_make(struct facts *f, struct messages *m, struct catalogue *c,
	const struct facts_ask *ask, struct err *e);
void facts_release(struct facts *f);	/* zeroed: nothing */

/* Add what FROM has to TO, and rank TO anew. */
int facts_response_add(struct facts_response *to,
	const struct facts_response *from, struct err *e);
/* The figures of R from its lists, which are sorted here. */
void facts_response_rank(struct facts_response *r);
void facts_response_release(struct facts_response *r);

/*
 * All of it as bytes, appended to OUT, and back, on the machine that wrote them.
 * *F is to be released also on failure.  -1: ERR_FORMAT (they are none),
 * ERR_NOMEM.
 */
int facts_encode(const struct facts *f, struct buf *out, struct err *e);
int facts_decode(struct facts *f, const void *data, size_t n, struct err *e);

#endif
