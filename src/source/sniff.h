/*
 * source/sniff.h - what kind of chat export is this file?
 *
 * Tells by the first bytes, and by the name where bytes cannot tell: enough to
 * warn a person the same day of an export that is empty, or of a store that
 * nobody but its own client can read.  Nothing is parsed or decompressed, so
 * that hostile bytes meet nothing but comparisons.
 * Pure functions.  Needs: base.
 */
#ifndef LIUDI_SOURCE_SNIFF_H
#define LIUDI_SOURCE_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

#define SNIFF_LEN ((size_t)64 << 10)	/* of a file; more is not looked at */

enum sniff_kind {
	SNIFF_EMPTY,	/* no byte, nothing but blanks, a zip without members */
	SNIFF_NUL,	/* all bytes NUL: what a crash leaves */
	SNIFF_TEXT,	/* in any encoding; HTML and CSV, too */
	SNIFF_JSON,
	SNIFF_MAIL,	/* a message or an mbox */
	SNIFF_ARCHIVE,	/* a zip or tar, also gzipped */
	SNIFF_SQLITE,	/* as SQLite reads it */
	SNIFF_OPAQUE,	/* kept, but only its own client can read it */
	SNIFF_UNKNOWN	/* pictures, sound, programs, … */
};
/* "empty", "nul", "text", "json", "mail", "archive", "sqlite", "opaque",
 * "unknown" */
const char *sniff_kind_name(enum sniff_kind k);

struct sniff {
	enum sniff_kind kind;
	const char *what;	/* "QQ text", "QQ NT database"; a constant, ""
				 * where that is not certain */
};

/*
 * The kind of a file whose first bytes are the N of HEAD (NULL if N is 0; all
 * of the file if it has fewer than SNIFF_LEN) and whose path, any bytes, is
 * PATH.
 */
struct sniff sniff(const void *head, size_t n, const char *path);

/* Can somebody read it who does not have the client that made it? */
bool sniff_readable(enum sniff_kind k);

/*
 * True for what is no export by its name, so that it need not be opened:
 * pictures, sound, the logs beside a database, temporary files.
 */
bool sniff_is_other(const char *path);

#endif
