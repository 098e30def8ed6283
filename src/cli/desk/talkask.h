/*
 * cli/desk/talkask.h - what the commands on conversations share: which messages
 * are meant, leave to read them, the box.
 *
 *	talkask_open()		options, home
 *	talkask_unlock()	the passphrase; which conversation was meant
 *	talkask_note()		into the access log, or nothing is shown
 *	talkask_run()		FN in the box, behind a pager
 *	talkask_release()
 *
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_TALKASK_H
#define LIUDI_CLI_DESK_TALKASK_H

#include "base/jsonw.h"
#include "cli/cli.h"
#include "cli/desk/reads.h"
#include "cli/desk/talk.h"
#include "desk/box.h"
#include "desk/chathistory.h"
#include "desk/roster.h"
#include "json/json.h"

#define TALKASK_LABEL_LEN 256

/* Which conversation a person meant. */
struct talkask_found {
	int64_t chat;		/* 0: none, or more than one */
	int64_t matches;
	int64_t messages;
	char station[33];
	char label[TALKASK_LABEL_LEN];	/* "whatsapp: Maria Jensen" */
};

struct talkask {
	const struct cli *c;
	struct deskhome h;
	struct opener *op;
	struct access_pass pass;
	char reader[READS_NAME_LEN];	/* who reads, behind talkask_note() */
	struct history_filter f;
	const char *typed;		/* a conversation; NULL */
	struct talkask_found found;
	bool records;			/* the box shall open records */
	const char *rw;			/* it may write there; NULL */
	bool at_end;			/* the pager begins with the end */
	struct talk_style style;
	bool paged;
	/* in the box */
	struct box *b;
	struct messages *m;
	struct roster people;
	bool named;			/* they could be had */
	struct json *json;		/* of a message's line; NULL at first */
	struct buf line;
};

/*
 * Options person, station, platform, peer, since, until are the filter.  TYPED
 * (may be NULL): a conversation, by number or part of its name.
 */
int talkask_open(struct talkask *k, const struct cli *c, const char *typed,
	struct err *e);
int talkask_unlock(struct talkask *k, struct err *e);
/* WHAT is read ("chat", "search \"FOB\""); the filter is put behind it. */
int talkask_note(struct talkask *k, const char *action, const char *what,
	struct err *e);
/*
 * Where more than one conversation fits, they are listed instead and it is
 * ERR_USAGE.  As box_run().
 */
int talkask_run(struct talkask *k, int (*fn)(struct talkask *k, void *arg,
	struct err *e), void *arg, struct err *e);
void talkask_release(struct talkask *k);

/* --- In the box. */

/* The person behind STATION, else its id. */
const char *talkask_who(const struct talkask *k, const char *station);
/* Is it one of the person who was asked for? */
bool talkask_wants(const struct talkask *k, const char *station);

/* Print k->line and empty it: 0; 1: nobody reads on; -1. */
int talkask_put(struct talkask *k, struct err *e);

/*
 * Conversations of the filter as a table or as JSON: *n of them, in time ZONE of
 * this machine.
 */
int talkask_list(struct talkask *k, int64_t *n, struct err *e);

/* Append "[7] Maria Jensen, whatsapp, Sales-Li @ ws-01 10001" to k->line. */
int talkask_title(struct talkask *k, const struct history_chat *h,
	struct err *e);
/* Append BEFORE and "2 vanished, 1 edited"; nothing where there is nothing. */
int talkask_marks(struct buf *out, const struct history_chat *h,
	const char *before, struct err *e);

/* Members of an open object: docs/REPORTS.md "Conversations". */
void talkask_chat_json(const struct talkask *k, struct jsonw *w,
	const struct history_chat *h);
void talkask_said_json(struct jsonw *w, const struct history_message *h);

/* The name a message is shown under, never "". */
const char *talkask_sender(const struct history_message *h);
/*
 * A message as a line; MARK may be NULL.  NOTES is room for what is said behind
 * it; all borrowed.
 */
#define TALKASK_NOTE_LEN 128
#define TALKASK_FILES_LEN 1024
struct talkask_notes {
	char text[4][TALKASK_NOTE_LEN];
	char files[TALKASK_FILES_LEN];	/* "[picture] a.jpg", for no text */
};
void talkask_line(struct talkask *k, struct talk_line *l,
	struct talkask_notes *notes, const struct history_message *h);
/* What became of it, as words; how many. */
size_t talkask_notes(struct talkask_notes *notes,
	const struct history_message *h);
/*
 * Append the names of its attachments, BETWEEN between them; UNSAID: only of
 * those that its text does not name.  What cannot be read as JSON has none.
 */
int talkask_files(struct talkask *k, const struct history_message *h,
	bool unsaid, const char *between, struct buf *out, struct err *e);
/* The name of attachment I; NULL: it has not so many.  As talkask_json(). */
const char *talkask_file(struct talkask *k, const struct history_message *h,
	size_t i);
/* Its line of docs/REPORTS.md "Messages" in k->json, or NULL. */
const struct json_node *talkask_json(struct talkask *k,
	const struct history_message *h);
/* "image" in the language of the user. */
const char *talkask_kind(const char *kind);

#endif
