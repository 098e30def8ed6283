/*
 * chat/format.h - one kind of export: how it is known, and how it is read.
 *
 * An importer has no file system, no globals, no output but its sink, and holds
 * not more than 32 MiB whatever the file.  It never fails for what a person or
 * a peer could have typed: what it does not understand it hands over as
 * unparsed.  It fails (ERR_FORMAT) if the file is not of its kind after all.
 * Needs: base, json, chat/{input,message,text}.
 */
#ifndef LIUDI_CHAT_FORMAT_H
#define LIUDI_CHAT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "chat/input.h"
#include "chat/message.h"
#include "chat/text.h"

#define CHAT_SNIFF_LEN (64u * 1024)
#define CHAT_SURE 100			/* no other format looks like this */

/* The head of a file, looked at once for all formats. */
struct chat_sniff {
	const struct chat_input *in;
	const uint8_t *raw;		/* up to CHAT_SNIFF_LEN bytes */
	size_t nraw;
	const char *text;		/* the same as UTF-8, NUL behind it */
	size_t ntext;			/* 0 if it is no text */
	struct chat_encoding encoding;
	bool archive;			/* the file is one: chat/archive.h */
	const char *const *member;	/* paths in the archive that it is, or
					 * in which it lies; or NULL */
	size_t nmember;
	bool shaped;			/* the two below are known */
	int shape, shape_points;	/* of JSON: chat/shape.h */
};

enum date_order { DATE_AUTO, DATE_DMY, DATE_MDY, DATE_YMD };

/* What the configuration of a source says; all of it may be missing. */
struct chat_hints {
	const char *const *self_id;	/* ids and names of the own account */
	size_t nself;
	enum date_order date_order;
	const char *encoding;		/* NULL: the ladder */
	const char *pattern_ini;	/* of the header-pattern importer */
	size_t pattern_len;
};

struct chat_sink {
	/* Borrowed during the call.  0, or -1 to stop: the importer gives up. */
	int (*message)(void *arg, const struct chat_msg *m, struct err *e);
	/* N bytes from OFF that no rule explains; TEXT is their first line. */
	int (*unparsed)(void *arg, uint64_t off, uint64_t n, const char *text,
		struct err *e);
	void *arg;
};

struct chat_job {
	const struct chat_input *in;
	const struct chat_sniff *sniff;
	const struct chat_hints *hints;
	const struct chat_sink *sink;
	unsigned warn;			/* of the file: the importer sets it */
};

struct chat_format {
	const char *name;		/* "qq-txt" */
	const char *platform;		/* "qq" */
	int version;			/* rises when its messages change */
	/*
	 * 0: certainly not; to CHAT_SURE.  From the content; the file's name
	 * may add a point or two.
	 */
	int (*score)(const struct chat_sniff *s);
	int (*read)(struct chat_job *job, struct err *e);
};

/* All of them, the order being that of ties; ends with NULL. */
extern const struct chat_format *const chat_formats[];

#endif
