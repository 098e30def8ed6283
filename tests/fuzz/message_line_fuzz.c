/* tests/fuzz/message_line_fuzz.c - lines of messages from a parser. */
#include "desk/msgline.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hold(const struct chat_str *s, size_t max)
{
	if (s->s && (s->n > max || !utf8_valid(s->s, s->n) ||
	    memchr(s->s, '\0', s->n)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct msgline_reader *r = msgline_new(&e);
	struct msgline m;
	size_t i;

	if (r && msgline_parse(r, &m, data, size, &e) == 0) {
		hold(&m.platform, MSGLINE_WORD_MAX);
		hold(&m.conv_id, CHAT_NAME_MAX);
		hold(&m.conv_name, CHAT_NAME_MAX);
		hold(&m.native_id, CHAT_NAME_MAX);
		hold(&m.sender_id, CHAT_NAME_MAX);
		hold(&m.sender_name, CHAT_NAME_MAX);
		hold(&m.text, CHAT_TEXT_MAX);
		hold(&m.member, CHAT_NAME_MAX);
		for (i = 0; i < m.natt; i++)
			hold(&m.att[i].name, CHAT_NAME_MAX);
		for (i = 0; i < m.nfield; i++)
			hold(&m.field[i].value, MSGLINE_FIELD_MAX);
		if (!m.text.s || m.off < 0 || m.len < 0 ||
		    m.kind > CHAT_ACTION || m.natt > CHAT_ATTACHMENTS_MAX)
			abort();
	} else if (r && e.code != ERR_FORMAT) {
		abort();
	}
	msgline_free(r);
	return 0;
}
