/* chat/clip_header.c - a name, a date, a time, the end of the line. */
#include "chat/clip_header.h"

#include <string.h>

#include "base/banned.h"

/* From C to the end: a time, before it perhaps a date. */
static bool
ends_in_time(struct clip_header *h, struct scan c)
{
	struct scan back = c;

	h->dated = scan_three(&c, &h->date) && scan_blanks(&c) > 0;
	if (!h->dated)
		c = back;
	if (!scan_clock(&c, ":", &h->clock, &h->half) ||
	    h->clock.precision != STAMP_S)
		return false;
	(void)scan_blanks(&c);
	return scan_done(&c);
}

bool
clip_header(struct clip_header *h, const char *s, size_t n)
{
	size_t i, from = 0;
	unsigned char ch;

	memset(h, 0, sizeof(*h));
	while (n > 0 && s[n - 1] == ' ')
		n--;
	if (n < 7)
		return false;
	/* What ends in neither a digit nor a word for a half is text. */
	ch = (unsigned char)s[n - 1];
	if (!(ch >= '0' && ch <= '9') && ch != 'M' && ch != 'm' && ch != '.')
		return false;
	/* "2024-12-31 上午 11:59:59" has no more bytes. */
	if (n > 40)
		from = n - 40;
	for (i = from; i < n; i++) {
		ch = (unsigned char)s[i];
		if (ch < '0' || (ch > '9' && ch < 0xe0))
			continue;
		if (!ends_in_time(h, scan_of(s + i, n - i)))
			continue;
		/* A cell of a table is no name. */
		if (i > 0 && strchr(",;|\"'\t(<=/", s[i - 1]))
			continue;
		/* "1023:59:07" is no time behind a name that ends in 10. */
		if (!h->dated && i > 0 && s[i - 1] != ' ')
			continue;
		h->name = s;
		h->nname = i;
		h->spaced = i > 0 && s[i - 1] == ' ';
		while (h->nname > 0 && s[h->nname - 1] == ' ')
			h->nname--;
		h->unpadded = h->dated && (h->date.digits[1] == 1 ||
		    (h->date.digits[0] == 1 || h->date.digits[2] == 1));
		return true;
	}
	return false;
}

struct chat_stamp
clip_when(const struct clip_header *h, int month_first,
	const struct chat_stamp *day)
{
	struct chat_stamp s = h->clock;

	if (h->dated) {
		scan_three_as(&h->date, month_first, &s);
	} else if (day) {
		s.year = day->year;
		s.mon = day->mon;
		s.day = day->day;
	}
	return s;
}
