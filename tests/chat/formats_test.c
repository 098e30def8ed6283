/* tests/chat/formats_test.c - each format has a corpus that reaches it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "chat/formats.h"
#include "chat/import.h"

#include "base/banned.h"

#define FORMATS 128
#define FILE_MAX (1u << 20)

static int
count(void *arg, const struct chat_msg *m, struct err *e)
{
	(void)m;
	(void)e;
	++*(unsigned *)arg;
	return 0;
}

static int
pass_over(void *arg, uint64_t off, uint64_t n, const char *text, struct err *e)
{
	(void)arg, (void)off, (void)n, (void)text, (void)e;
	return 0;
}

/* Messages of the N bytes at DATA, read as F, whatever they look like. */
static unsigned
read_as(const struct chat_format *f, const char *path, const uint8_t *data,
	size_t n)
{
	struct chat_bytes bytes = {data, n};
	struct buf text = BUF_INIT(8u << 20);
	struct err e = ERR_INIT;
	unsigned messages = 0;
	const struct chat_sink sink = {count, pass_over, &messages};
	const uint8_t *ini = f == &chat_pattern ? memmem(data, n, "\n\n", 2) :
	    NULL;
	struct chat_hints hints = {.pattern_ini = ini ? (const char *)data :
	    NULL, .pattern_len = ini ? (size_t)(ini - data) : 0};
	struct chat_input in;
	struct chat_sniff s = {.in = &in, .text = ""};
	struct chat_job job = {&in, &s, &hints, &sink, 0};
	bool replaced;

	if (ini)
		bytes = (struct chat_bytes){ini + 2,
		    n - (size_t)(ini + 2 - data)};
	chat_input_bytes(&in, &bytes, strrchr(path, '/') ?
	    strrchr(path, '/') + 1 : path);
	in.path = path;
	s.raw = bytes.data;
	s.nraw = bytes.n < CHAT_SNIFF_LEN ? bytes.n : CHAT_SNIFF_LEN;
	s.archive = chat_archive_is(s.raw, s.nraw);
	assert_int_equal(chat_encoding_find(&s.encoding, &in, &e), 0);
	if (!s.archive && chat_text_convert(&text, s.encoding.name, s.raw,
	    s.nraw, &replaced, &e) == 0) {
		s.text = buf_str(&text);
		s.ntext = text.len;
	}
	(void)f->read(&job, &e);
	buf_release(&text);
	return messages;
}

/* The same of the format that is found: R says which. */
static void
read_found(struct chat_report *r, const char *path, const uint8_t *data,
	size_t n)
{
	struct chat_bytes bytes = {data, n};
	struct err e = ERR_INIT;
	struct chat_input in;

	chat_input_bytes(&in, &bytes, strrchr(path, '/') ?
	    strrchr(path, '/') + 1 : path);
	in.path = path;
	(void)chat_import(&in, NULL, NULL, r, &e);
}

/* One file of the corpus: tests/fuzz/chat_fuzz.c says what is in it. */
static int
take(const char *name, void *arg, struct err *e)
{
	static uint8_t data[FILE_MAX];
	unsigned *reached = arg;
	struct chat_report r = {.format = NULL};
	char line[256], *path;
	uint8_t *lf;
	size_t n, i;
	int fd;

	(void)snprintf(line, sizeof(line), "%s/%s", CORPUS, name);
	fd = open(line, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(file_read(fd, data, sizeof(data), &n, line, e), 0);
	assert_int_equal(close(fd), 0);
	lf = memchr(data, '\n', n < 250 ? n : 250);
	if (!lf)
		return 0;
	(void)snprintf(line, sizeof(line), "%.*s", (int)(lf - data),
	    (const char *)data);
	path = strchr(line, '\t');
	if (!path)
		return 0;
	*path++ = '\0';
	lf++;
	if (line[0] == '\0')
		read_found(&r, path, lf, n - (size_t)(lf - data));
	for (i = 0; chat_formats[i]; i++)
		if (r.format == chat_formats[i])
			reached[i] += r.messages > 0;
		else if (strcmp(chat_formats[i]->name, line) == 0)
			reached[i] += read_as(chat_formats[i], path, lf,
			    n - (size_t)(lf - data));
	return 0;
}

static void
have_a_corpus_that_reaches_them(void **state)
{
	unsigned reached[FORMATS] = {0};
	struct err e = ERR_INIT;
	bool all = true;
	size_t i;

	(void)state;
	for (i = 0; chat_formats[i]; i++)
		assert_true(i < FORMATS);
	assert_int_equal(file_each(CORPUS, take, reached, &e), 0);
	for (i = 0; chat_formats[i]; i++) {
		if (reached[i] == 0)
			print_error("no message of %s in %s\n",
			    chat_formats[i]->name, CORPUS);
		all = all && reached[i] > 0;
	}
	assert_true(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(have_a_corpus_that_reaches_them)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
