/*
 * chat/site.h - ids of accounts on Alibaba's sites.
 * Needs: chat/message.
 */
#ifndef LIUDI_CHAT_SITE_H
#define LIUDI_CHAT_SITE_H

#include "chat/message.h"

/* Without "cntaobao", "cnalichn", "enaliint": the shop and its staff. */
struct chat_str chat_site_strip(struct chat_str id);

#endif
