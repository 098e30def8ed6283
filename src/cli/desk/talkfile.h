/*
 * cli/desk/talkfile.h - a file of messages for others, with its custody note.
 *
 * Messages are gone through twice: first for what a file says at its head (how
 * many, whose, out of which records), then to be written.  A record is a version
 * of a file as a station sent it: whoever doubts a message finds there which
 * commit, signed by which station and received when, holds its bytes.
 * Needs: cli/desk/talkask, crypto, desk.
 */
#ifndef LIUDI_CLI_DESK_TALKFILE_H
#define LIUDI_CLI_DESK_TALKFILE_H

#include "base/clock.h"
#include "base/file.h"
#include "cli/desk/talkask.h"
#include "crypto/hash.h"
#include "desk/query.h"

struct talkfile_record {
	int64_t version;
	char *source, *path;		/* owned */
	char station[33];
	bool known;			/* the part below is */
	struct query_part part;
};

struct talkfile_chat {			/* owned strings, never NULL */
	int64_t n;
	char *station, *person, *platform, *account, *id, *name, *type;
};

struct talkfile_member {
	char *id, *name;		/* owned */
	bool self;
};

struct talkfile {
	struct talkask *k;
	const char *asked;		/* what was searched for; NULL */
	int64_t exported;		/* seconds */
	int64_t messages, first, last;	/* ms; HISTORY_NEVER */
	struct talkfile_record *record;
	size_t nrecord;
	struct talkfile_chat *chat;
	size_t nchat;
	struct talkfile_member *member;	/* of a file of one conversation */
	size_t nmember;
	/* of the message being written */
	size_t in_record, in_chat;	/* their places in the tables */
	size_t last_chat;		/* place of the message before; SIZE_MAX */
	char day[TALK_DAY_LEN];
	/* the file */
	struct buf out;
	struct file_new file;
	struct hash hash;
};

struct talkfile_format {
	const char *const ending[2];	/* ".html"; the second may be NULL */
	bool one_chat;			/* it holds no more than one */
	int (*begin)(struct talkfile *t, struct err *e);
	int (*message)(struct talkfile *t, const struct history_message *h,
		struct err *e);
	int (*end)(struct talkfile *t, struct err *e);
};

extern const struct talkfile_format talkfile_html, talkfile_csv,
	talkfile_lines;

/* By the ending of PATH; NULL: none. */
const struct talkfile_format *talkfile_format_of(const char *path);

/* FN for each message, in the order of the file. */
typedef int (*talkfile_each)(void *arg, history_message_fn fn, void *fn_arg,
	struct err *e);

/*
 * Write PATH, whole or not at all; never over a file that is there, but with
 * OVERWRITE.  *t: zeroed but for k, asked; to be released also on
 * failure.  SHA256: of the file.  -1: ERR_USAGE (it is there; more than one
 * conversation), ERR_NOENT (no message).
 */
int talkfile_write(struct talkfile *t, const struct talkfile_format *f,
	const char *path, bool overwrite, talkfile_each each, void *arg,
	uint8_t sha256[static HASH_LEN], struct err *e);
void talkfile_release(struct talkfile *t);

/* "2026-11-23T09:05:00Z" of seconds, "" for HISTORY_NEVER. */
const char *talkfile_utc(int64_t utc, char out[CLOCK_TEXT_LEN]);
/* Of ms. */
const char *talkfile_utc_ms(int64_t ms, char out[CLOCK_TEXT_LEN]);

#endif
