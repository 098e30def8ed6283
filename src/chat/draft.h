/*
 * chat/draft.h - a message that grows line by line, for the text formats.
 *
 *	draft_init(); per line: draft_begin() at a header, draft_line() else,
 *	draft_emit() when the next header or the end comes; draft_release()
 *
 * Owns what the message points to.  Needs: base, chat/{format,message,text}.
 */
#ifndef LIUDI_CHAT_DRAFT_H
#define LIUDI_CHAT_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "chat/format.h"

#define DRAFT_FIELDS 8

struct draft {
	struct chat_job *job;
	bool open;
	/*
	 * Kind, role, when, conv_type, edited, deleted, warn are the format's
	 * to set after draft_begin(); all else is set by the functions.
	 */
	struct chat_msg m;
	struct buf text;
	struct buf name, id, conv_id, conv_name, forwarded, reply;
	bool has_name, has_id, has_conv_id, has_conv, has_forwarded,
	    has_reply;
	struct buf names;	/* of attachments and fields, one after another */
	struct {
		size_t off, len;
		enum chat_present state;
	} att[CHAT_ATTACHMENTS_MAX];
	struct chat_attachment shown[CHAT_ATTACHMENTS_MAX];
	size_t natt;
	struct {
		const char *key;
		size_t off, len;
	} field[DRAFT_FIELDS];
	struct chat_field fields[DRAFT_FIELDS];
	size_t nfield;
};

void draft_init(struct draft *d, struct chat_job *job);
void draft_release(struct draft *d);

/*
 * A new message that begins with LINE, which is its header.  Conversation and
 * its type stay those of the last.  One that is still open is lost: emit first.
 */
void draft_begin(struct draft *d, const struct chat_line *line);

/* Who; cut at CHAT_NAME_MAX.  S == NULL: the file does not say. */
int draft_name(struct draft *d, const char *s, size_t n, struct err *e);
int draft_id(struct draft *d, const char *s, size_t n, struct err *e);
int draft_conv(struct draft *d, const char *s, size_t n, struct err *e);
int draft_forwarded(struct draft *d, const char *s, size_t n, struct err *e);
int draft_reply(struct draft *d, const char *s, size_t n, struct err *e);

/* LINE belongs to it; its text S is a line of the message's. */
int draft_line(struct draft *d, const struct chat_line *line, const char *s,
	size_t n, struct err *e);
/* The same for a line that is no text: only the bytes count. */
void draft_span(struct draft *d, const struct chat_line *line);

int draft_attach(struct draft *d, const char *s, size_t n,
	enum chat_present state, struct err *e);
int draft_field(struct draft *d, const char *key, const char *s, size_t n,
	struct err *e);

/* Take N bytes off the front or the back of the text; replace it. */
void draft_cut_front(struct draft *d, size_t n);
void draft_cut_back(struct draft *d, size_t n);

/* Empty lines at the end of the text are no text. */
void draft_trim(struct draft *d);

/*
 * Hand it over and close it: role from the hints if it is CHAT_UNKNOWN, the
 * time out of what it says if it cannot be.  Nothing if none is open.
 */
int draft_emit(struct draft *d, struct err *e);

/* A line that no rule explains; empty ones are passed over. */
int draft_unparsed(struct draft *d, const struct chat_line *line,
	struct err *e);

/*
 * Kind of the whole text by kinds.h (brackets, recalls), with the name of its
 * file; the empty lines at its end are taken off.
 */
int draft_kind(struct draft *d, struct err *e);

/* Every line of JOB's file to TAKE(ARG, …).  0 or -1. */
int draft_lines(struct chat_job *job,
	int (*take)(void *arg, const struct chat_line *line, struct err *e),
	void *arg, struct err *e);

/* Both as they are: formats whose names serve as ids. */
int draft_who(struct draft *d, const char *s, size_t n, struct err *e);

/* CHAT_SELF, CHAT_PEER or, where the hints name nobody, CHAT_UNKNOWN. */
enum chat_role draft_role(const struct chat_hints *h, const struct chat_str *id,
	const struct chat_str *name);

#endif
