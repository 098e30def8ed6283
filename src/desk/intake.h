/*
 * desk/intake.h - the lines of one export: whose, when, by whom.
 *
 * Everything that a row of a message needs but its number, in the order of
 * conversation, time, and place in the file.  Accounts, conversations and
 * senders that are new are added to the catalogue on the way, so it runs in a
 * transaction.
 * Needs: base, crypto, desk/{linefile,messages_in,tally,zone}.
 */
#ifndef LIUDI_DESK_INTAKE_H
#define LIUDI_DESK_INTAKE_H

#include <stdbool.h>

#include "desk/linefile.h"
#include "desk/messages_in.h"

/* Messages of one file; an entry has 88 bytes. */
#define INTAKE_ROWS_MAX 30000000u

struct intake_row {
	int64_t at;		/* ms UTC */
	uint64_t id;		/* 48 bits of the platform's number; 0 */
	uint64_t key;
	uint64_t target;	/* id of the message that it recalls or
				 * replaces; 0 */
	int64_t sender;		/* number; 0: the program itself */
	uint64_t who;		/* the sender as desk/merge compares it */
	int64_t off;		/* of its line */
	uint32_t len;
	uint32_t chat;		/* index */
	uint32_t seq;
	uint32_t flags;
	uint32_t words, nwords;	/* of a file that is kept whole */
	bool timed;
	bool replaces;		/* target: by another text */
};

struct intake_chat {
	int64_t n;		/* its row */
	uint64_t lane;		/* bit of the lane; 0: there are too many */
	size_t from, to;	/* its rows */
	int64_t first_at, last_at;	/* while reading */
	int64_t account;	/* row */
	enum chat_conv type;
	bool peer;		/* somebody in it is named as it is */
	uint64_t digest;	/* of all its rows, and where the file lies */
};

struct intake {
	struct messages *m;
	const struct messages_file *f;
	struct zone *zone;
	struct linefile file;
	struct intake_row *row;
	size_t nrow, cap;
	struct intake_chat *chat;
	size_t nchat, chat_cap;
	int64_t first, last;	/* of all that have a time; INT64_MIN */
	struct tables *tables;	/* while reading */
	struct buf words;	/* of all rows, if the file is kept whole */
};

/* Read FD for F.  0, or -1; release in both cases. */
int intake_read(struct intake *in, struct messages *m,
	const struct messages_file *f, int fd, struct err *e);
void intake_release(struct intake *in);

/*
 * The line of ROW, borrowed until the next call, and what a search finds it by,
 * appended to WORDS.
 */
int intake_line(struct intake *in, const struct intake_row *row,
	const char **line, struct buf *words, struct err *e);

#endif
