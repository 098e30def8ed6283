/* chat/formats.c - all formats, in the order of ties. */
#include "chat/formats.h"

#include "base/banned.h"

const struct chat_format *const chat_formats[] = {
	&chat_qq_txt,
	&chat_whatsapp_txt,
	NULL
};
