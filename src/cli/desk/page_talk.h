/*
 * cli/desk/page_talk.h - what the pages of conversations share: how a message and
 * whose it is look in HTML.
 * Needs: cli/desk/{pages,talkask}.
 */
#ifndef LIUDI_CLI_DESK_PAGE_TALK_H
#define LIUDI_CLI_DESK_PAGE_TALK_H

#include "cli/desk/pages.h"
#include "cli/desk/talkask.h"

struct page_talk {
	struct page *p;
	struct messages *m;
	struct talkask k;		/* for what it has of messages */
	char day[TALK_DAY_LEN];		/* of the last message put */
	bool begun;
};

/* Open the messages and who is who; released by page_talk_close() in any case. */
int page_talk_open(struct page_talk *t, struct page *p, struct err *e);
void page_talk_close(struct page_talk *t);

/* "/chat/7?at=123#m123" into OUT; MESSAGE 0: "/chat/7". */
#define PAGE_TALK_HREF 80
const char *page_talk_href(int64_t chat, int64_t message,
	char out[PAGE_TALK_HREF]);

/* "Maria Jensen, whatsapp, Li @ ws-01", and what became of some of it. */
void page_talk_whose(struct page_talk *t, const struct history_chat *h);

/*
 * A message as an item of a list, before it the day where it is another than the
 * last one's.  MARK: stretches of its text that stand out.  LINK: it leads to its
 * place in the conversation.
 */
void page_talk_message(struct page_talk *t, const struct history_message *h,
	const struct talk_mark *mark, size_t nmark, bool link);

/* The conversation of number N into FN: 1 it is there, 0, -1. */
int page_talk_chat(struct page_talk *t, int64_t n, history_chat_fn fn,
	void *arg, struct err *e);

#endif
