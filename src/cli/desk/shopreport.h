/*
 * cli/desk/shopreport.h - pages of a shop before and after, as one file for a
 * browser, or as a page that is served.
 *
 * The file loads nothing and runs one script of ours, which its policy knows by its
 * hash; it is whole without that.  A strip that both sides have is in it once.  A
 * page that is served has no policy of its own, and names where pictures are.  All
 * that came from pages and stations is escaped, in the language of the user what is
 * ours.
 * Needs: cli/cli.h, cli/desk/{escape,shopwords}, base, crypto,
 * shop/{captures,diff,rowalign}.
 */
#ifndef LIUDI_CLI_DESK_SHOPREPORT_H
#define LIUDI_CLI_DESK_SHOPREPORT_H

#include "base/buf.h"
#include "shop/captures.h"
#include "shop/diff.h"
#include "shop/rowalign.h"

#define SHOPREPORT_MAX ((size_t)512 << 20)	/* bytes of a report */

struct shopreport_side {	/* all borrowed */
	const char *who;	/* whose capture; "" = this desk's */
	const struct shop_capture *c;	/* NULL: it was never looked at */
	const struct shop_page *page;	/* NULL: it showed nothing */
};

struct shopreport_pair {	/* a page in a view */
	const char *page, *view;
	struct shopreport_side side[2];	/* before, after */
	const struct shop_event *event;	/* borrowed; of shop_diff() */
	size_t nevents;
	bool facts_only;		/* their looks cannot be compared */
	bool strange;			/* nor their text: most of it is other */
};

/* Why the two cannot be compared that cannot be, in words. */
const char *shopreport_why_not(const struct shopreport_pair *p);

/* Append the bytes of strip S of side SIDE.  -1 only with ERR_NOMEM, ERR_INTR. */
typedef int (*shopreport_strip)(void *arg, const struct shopreport_pair *p,
	int side, const struct shop_strip *s, struct buf *out, struct err *e);

/* Addresses of ours, for a page that is served. */
struct shopreport_served {
	const char *style, *script;
	const char *back, *back_text;	/* where it leads back to */
	const char *all;		/* behind the note: where that is told
					 * which is not told here, or NULL */
	/* Append that of the picture of side SIDE of P, its strips in one. */
	int (*picture)(void *arg, const struct shopreport_pair *p, int side,
		struct buf *out, struct err *e);
};

struct shopreport {
	const char *title, *org;	/* of the page; whose */
	const char *note;		/* below; NULL: none */
	const char *name[2];		/* what the sides are: "2026-11-21" */
	const struct shopreport_pair *pair;
	size_t n;
	bool all;			/* pictures also where nothing changed */
	const struct shopreport_served *served;	/* NULL: one file */
	shopreport_strip get;
	void *arg;
};

/* Whether all of it could be compared, and whether there is a change. */
enum shopreport_verdict { SHOPREPORT_SAME, SHOPREPORT_CHANGED,
	SHOPREPORT_CANNOT };
enum shopreport_verdict shopreport_verdict(const struct shopreport_pair *p);

/* "2026-11-21 09:12" by the clock of who captured it. */
#define SHOPREPORT_TIME_LEN 24
const char *shopreport_time(const struct shop_capture *c,
	char out[SHOPREPORT_TIME_LEN]);

/* Of all strips of P's picture. */
int32_t shopreport_rows(const struct shop_page *p);
/*
 * Append that picture, as an SVG that holds its strips as they are, which GET gives
 * for side SIDE of PAIR; one that cannot be had is a grey field.  -1: as GET.
 */
int shopreport_picture(const struct shopreport_pair *pair, int side,
	shopreport_strip get, void *arg, struct buf *out, struct err *e);

/* Append the file.  0, or -1 (ERR_NOMEM: over OUT's max; what GET gave). */
int shopreport_html(const struct shopreport *r, struct buf *out,
	struct err *e);

extern const char shopreport_css[], shopreport_js[];

#endif
