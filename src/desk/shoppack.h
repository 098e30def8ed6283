/*
 * desk/shoppack.h - a shop as files that anybody can open, without a network and
 * without this program: for who has to build it anew.
 *
 * Layout: docs/REPORTS.md "A shop to take along".  Works in the box, with mirrors,
 * opener and the folder to write.  What is in pages is foreign: it is written so
 * that a browser that opens it asks nobody for anything.
 * Needs: base, shop/{page,shopfolder}, desk/{box,restore,shops}.
 */
#ifndef LIUDI_DESK_SHOPPACK_H
#define LIUDI_DESK_SHOPPACK_H

#include "desk/box.h"

struct shoppack_job {
	const char *shop;
	int64_t day;		/* as it was on that day; SHOPS_ANY_DAY: newest */
	const char *to;		/* a folder that is there, and empty */
};
struct shoppack_report {
	int64_t pages;		/* pages times views */
	int64_t pictures, items;
	int64_t missing;	/* parts and strips that cannot be had */
	int64_t design, lists;	/* files of such sources */
};

/* 0; -1: ERR_NOENT (nothing of it was captured), ERR_IO, ERR_SPACE, of the opener. */
int shoppack(struct box *b, const struct shoppack_job *j,
	struct shoppack_report *r, struct err *e);

/*
 * Append the N bytes of an HTML part so that it asks nobody: each address for which
 * LOCAL has a file becomes that one's name, nothing else is loaded, no script runs
 * and no page leads away by itself.
 */
typedef const char *(*shoppack_local)(void *arg, const char *url, size_t n);
int shoppack_html(const char *text, size_t n, shoppack_local local, void *arg,
	struct buf *out, struct err *e);
/* The same of a style sheet. */
int shoppack_css(const char *text, size_t n, shoppack_local local, void *arg,
	struct buf *out, struct err *e);

#endif
