/*
 * chat/clip_header.h - headers of copied texts: a name, then date and time at
 * the end of the line.
 * Needs: chat/{scan,stamp}.
 */
#ifndef LIUDI_CHAT_CLIP_HEADER_H
#define LIUDI_CHAT_CLIP_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "chat/scan.h"

struct clip_header {
	const char *name;
	size_t nname;
	bool spaced;		/* a blank between name and time */
	bool dated;
	bool unpadded;		/* a single digit for month or day */
	struct scan_date date;	/* if dated */
	enum scan_half half;
	struct chat_stamp clock;	/* the time of day only */
};

/*
 * "name 3/1/2024 8:59:07 AM", "name2024-3-1 8:59:07", "name 8:59:07 PM"; the
 * name may be empty.  False: the line is none.
 */
bool clip_header(struct clip_header *h, const char *s, size_t n);

/* Its moment: ORDER 1 is month first.  Without a date that of DAY, if any. */
struct chat_stamp clip_when(const struct clip_header *h, int month_first,
	const struct chat_stamp *day);

#endif
