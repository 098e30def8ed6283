/*
 * desk/facts_names.h - conversations of the whole history by their ids, and by
 * the addresses and numbers in what they and their senders are called.
 *
 * Groups, internal ones and those of stations nobody asked about are left out.
 * Needs: desk/facts_work and what it needs, desk/{chathistory,glyphs,pick,tally}.
 */
#ifndef LIUDI_DESK_FACTS_NAMES_H
#define LIUDI_DESK_FACTS_NAMES_H

#include "base/buf.h"
#include "desk/facts_work.h"
#include "desk/glyphs.h"

struct facts_place {
	int64_t n;
	size_t station;
	const char *id, *platform;
};

/* A place in a name at which an address or a number can begin. */
struct facts_begin {
	const char *at;
	size_t off, chat;	/* in the text; index */
};

struct facts_names {
	struct facts_place *chat;	/* the newest first */
	size_t nchats;
	struct facts_place **by_id;
	struct facts_begin *begin;
	size_t nbegins;
	struct buf text;		/* all names, folded */
	struct glyphs *glyphs;
};

/* Of all up to the time of the report.  0 or -1; release in both cases. */
int facts_names_make(struct facts_names *t, struct facts_work *w,
	struct err *e);
void facts_names_release(struct facts_names *t);

/*
 * FIRST, one each of the stations, is lowered to the index of the newest
 * conversation with that id; FACTS_NOWHERE stays where there is none.
 */
void facts_names_id(const struct facts_names *t, const char *platform,
	const char *id, size_t *first);
/*
 * The same by an address, what follows its name from the @ on, or a number: one
 * in whose id or name, or a sender's, it stands.  0, -1: ERR_NOMEM.
 */
int facts_names_value(const struct facts_names *t, const char *value,
	size_t *first, struct err *e);

#endif
