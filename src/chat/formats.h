/*
 * chat/formats.h - the formats by name; their order is in formats.c.
 * Needs: chat/format.
 */
#ifndef LIUDI_CHAT_FORMATS_H
#define LIUDI_CHAT_FORMATS_H

#include "chat/format.h"

extern const struct chat_format chat_qq_txt;
extern const struct chat_format chat_whatsapp_txt;

#endif
