/*
 * chat/htmltext.h - what a person sees of a little HTML or XML in a message.
 *
 * Tags go, <br> and the ends of blocks are line feeds, entities become
 * characters; whatever is no tag stays.  Bodies are short and in memory.
 * Needs: chat/{compose,message}.
 */
#ifndef LIUDI_CHAT_HTMLTEXT_H
#define LIUDI_CHAT_HTMLTEXT_H

#include "chat/compose.h"
#include "chat/message.h"

enum chat_html {
	CHAT_HTML_ENTITIES,	/* only them */
	CHAT_HTML_INLINE,	/* tags go; white space is as it was */
	CHAT_HTML_BLOCKS	/* HTML: white space is one blank */
};

struct chat_str chat_html_text(struct compose *c, struct chat_str s,
	enum chat_html how);

/* The value of ATTRIBUTE in the first tag <TAG …>; a NULL piece if none. */
struct chat_str chat_html_attribute(struct compose *c, struct chat_str s,
	const char *tag, const char *attribute);

#endif
