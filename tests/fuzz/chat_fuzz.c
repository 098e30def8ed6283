/*
 * Chat exports: a format's name, or nothing for the one that would be chosen, a
 * tab and the path of the file in the first line; then the file.  Of "pattern"
 * the description stands before it, up to an empty line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "chat/formats.h"
#include "chat/import.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
want(int ok)
{
	if (!ok)
		abort();
}

static void
check(const struct chat_str *s, size_t max)
{
	if (!s->s)
		return;
	want(s->n <= max && utf8_valid(s->s, s->n) && !memchr(s->s, 0, s->n));
}

static int
on_message(void *arg, const struct chat_msg *m, struct err *e)
{
	uint64_t *size = arg;
	struct buf b = BUF_INIT(256u << 20);
	size_t i;

	check(&m->text, CHAT_TEXT_MAX);
	check(&m->sender_id, CHAT_NAME_MAX);
	check(&m->sender_name, CHAT_NAME_MAX);
	check(&m->conv_id, CHAT_NAME_MAX);
	check(&m->conv_name, CHAT_NAME_MAX);
	check(&m->native_id, CHAT_NAME_MAX);
	check(&m->reply_to, CHAT_NAME_MAX);
	for (i = 0; i < m->natt; i++)
		check(&m->att[i].name, CHAT_NAME_MAX);
	want(m->when.precision == STAMP_NONE || stamp_valid(&m->when));
	want(m->member.s || (m->off <= *size && m->len <= *size - m->off));
	want(chat_message_line(&b, chat_formats[0], 1, m, e) == 0);
	buf_release(&b);
	return 0;
}

static int
on_unparsed(void *arg, uint64_t off, uint64_t n, const char *text,
	struct err *e)
{
	uint64_t *size = arg;

	(void)e;
	(void)text;
	want(n > 0 || *size == 0);
	(void)off;
	return 0;
}

static void
run(const struct chat_format *f, const struct chat_input *in,
	const struct chat_hints *hints, uint64_t *size)
{
	const struct chat_sink sink = {on_message, on_unparsed, size};
	struct chat_sniff s = {.in = in};
	struct chat_job job = {in, &s, hints, &sink, 0};
	struct chat_bytes *b = in->arg;
	struct buf text = BUF_INIT(8u << 20);
	struct err e = ERR_INIT;
	bool replaced;

	s.raw = b->data;
	s.nraw = b->n < CHAT_SNIFF_LEN ? b->n : CHAT_SNIFF_LEN;
	s.archive = chat_archive_is(s.raw, s.nraw);
	s.text = "";
	want(chat_encoding_find(&s.encoding, in, &e) == 0);
	if (!s.archive && chat_text_convert(&text, s.encoding.name, s.raw,
	    s.nraw, &replaced, &e) == 0) {
		s.text = buf_str(&text);
		s.ntext = text.len;
	}
	want(f->score(&s) >= 0 && f->score(&s) <= CHAT_SURE);
	if (f->read(&job, &e) < 0)
		want(e.code != ERR_NONE);
	buf_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct chat_sink sink = {on_message, on_unparsed, NULL};
	struct chat_sink with = sink;
	struct chat_bytes b;
	struct chat_hints hints = {.pattern_ini = NULL};
	struct chat_report r;
	struct chat_input in;
	struct err e = ERR_INIT;
	const uint8_t *lf = memchr(data, '\n', n < 250 ? n : 250);
	char line[256] = "", *name = line;
	uint64_t size;
	size_t i;

	if (!lf || !utf8_valid(data, (size_t)(lf - data)) ||
	    memchr(data, 0, (size_t)(lf - data)))
		return 0;
	memcpy(line, data, (size_t)(lf - data));
	n -= (size_t)(lf + 1 - data);
	data = lf + 1;
	name = strchr(line, '\t');
	if (!name)
		return 0;
	*name++ = '\0';
	lf = strcmp(line, chat_pattern.name) == 0 ? memmem(data, n, "\n\n", 2) :
	    NULL;
	if (lf) {
		hints.pattern_ini = (const char *)data;
		hints.pattern_len = (size_t)(lf - data);
		n -= (size_t)(lf + 2 - data);
		data = lf + 2;
	}
	b = (struct chat_bytes){data, n};
	chat_input_bytes(&in, &b, strrchr(name, '/') ?
	    strrchr(name, '/') + 1 : name);
	in.path = name;
	size = n;
	with.arg = &size;
	for (i = 0; chat_formats[i]; i++)
		if (strcmp(chat_formats[i]->name, line) == 0)
			run(chat_formats[i], &in, &hints, &size);
	if (line[0] == '\0' && chat_import(&in, NULL, &with, &r, &e) < 0)
		want(e.code != ERR_NONE);
	return 0;
}
