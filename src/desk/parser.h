/*
 * desk/parser.h - one chat export, read in a process that ends behind it.
 *
 * Whoever needs an export read forks (base/proc.h), and there calls this: it
 * gives up time, memory and every file that is not open yet, and reads.
 * Needs: base, chat.
 */
#ifndef LIUDI_DESK_PARSER_H
#define LIUDI_DESK_PARSER_H

#include <stdint.h>

#include "base/err.h"
#include "chat/goods.h"
#include "chat/import.h"

#define PARSER_MEMORY_MAX (96u << 20)	/* with what C itself needs */
#define PARSER_LINE_MAX (64u << 20)	/* bytes of one line about a message */

struct parser_job {
	int fd;				/* of the export, readable from 0 */
	uint64_t size;
	const char *path;		/* as far as it is known, UTF-8 */
	const struct chat_hints *hints;
	uint64_t written_max;		/* bytes of a file that the sink writes;
					 * 0: any number */
};

/* Seconds of processor time for an export of SIZE bytes. */
uint64_t parser_seconds(uint64_t size);

/*
 * As chat_import(), behind limits and in SANDBOX_PARSER without a path; there
 * is no way back.  Over a limit of time or of what is written the process is
 * killed: parser_lost() says so to whoever waited for it.
 */
int parser_read(const struct parser_job *job, const struct chat_sink *sink,
	struct chat_report *r, struct err *e);

/* The same of a list of goods: as goods_read(). */
int parser_goods(const struct parser_job *job, struct goods *out,
	struct err *e);

/* *e says how it ended that ended with STATUS (base/proc.h): ERR_FORMAT. */
void parser_lost(int status, struct err *e);

/* An error that such a process sent, of which nothing is believed. */
void parser_take_err(struct err *e, const struct err *said);

#endif
