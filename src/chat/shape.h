/*
 * chat/shape.h - what keys a JSON text has, and whose they are.
 *
 * The head of CHAT_SNIFF_LEN bytes is looked at; while that is nobody's, the
 * text goes on to its end: the keys that tell may stand behind megabytes of
 * pictures.  Needs: base, json/walk, chat/format.
 */
#ifndef LIUDI_CHAT_SHAPE_H
#define LIUDI_CHAT_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chat/format.h"

/* Kinds of JSON exports. */
enum chat_shape {
	SHAPE_NONE, SHAPE_QIANNIU, SHAPE_TOP, SHAPE_WEFLOW, SHAPE_QCE,
	SHAPE_QCE_LINES, SHAPE_WECOM, SHAPE_TELEGRAM, SHAPE_SKYPE,
	SHAPE_META, SHAPE_META_E2EE, SHAPE_SLACK_DAY, SHAPE_DISCORD,
	SHAPE_GOOGLE, SHAPE_TEAMS, SHAPE_ELEMENT, SHAPE_CHATLAB,
	SHAPE_CHATLAB_LINES
};

/*
 * Whose the text from OFF is; *points: how sure (to CHAT_SURE).  Not JSON:
 * SHAPE_NONE.
 */
enum chat_shape chat_shape_of(const struct chat_input *in, uint64_t off,
	int *points);

/* The same for S->in, kept in S, so that no format has to look again. */
void chat_shape_look(struct chat_sniff *s);

/* Points if the file is of shape WANT, else 0. */
int chat_shape_score(const struct chat_sniff *s, enum chat_shape want);

#endif
