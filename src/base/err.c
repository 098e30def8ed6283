/* base/err.c - the text of an error is put together once, at its cause. */
#include "base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

/* Cut a partial UTF-8 character off the end of a text that was truncated. */
static void
trim_partial(char *s, size_t len)
{
	size_t i = len;
	size_t back = 0;
	size_t want;
	uint8_t c;

	while (i > 0 && back < 4) {
		c = (uint8_t)s[i - 1];
		i--;
		back++;
		if ((c & 0xc0) == 0x80)
			continue;
		want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
		if (back < want)
			s[i] = '\0';
		return;
	}
}

static void put(char *dst, size_t cap, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

/* Format to DST by way of a copy: an argument may be DST itself. */
static void
put(char *dst, size_t cap, const char *fmt, va_list ap)
{
	char text[512];
	int n;

	if (cap > sizeof(text))
		cap = sizeof(text);
	n = vsnprintf(text, cap, fmt, ap);
	if (n < 0)
		text[0] = '\0';
	else if ((size_t)n >= cap)
		trim_partial(text, cap - 1);
	memcpy(dst, text, strlen(text) + 1);
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	put(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
	e->code = code;
	e->sys = 0;
	e->hint[0] = '\0';
	return -1;
}

static enum err_code
code_of(int sys)
{
	switch (sys) {
	case ENOENT:
		return ERR_NOENT;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_SPACE;
	case ENOMEM:
		return ERR_NOMEM;
	case EINTR:
		return ERR_INTR;
	default:
		return ERR_IO;
	}
}

int
err_sys(struct err *e, int sys, const char *fmt, ...)
{
	char reason[128];
	va_list ap;
	size_t len;

	if (!e)
		return -1;
	va_start(ap, fmt);
	put(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
	len = strlen(e->what);
	(void)snprintf(e->what + len, sizeof(e->what) - len, ": %s",
	    strerror_r(sys, reason, sizeof(reason)));
	e->code = code_of(sys);
	e->sys = sys;
	e->hint[0] = '\0';
	return -1;
}

int
err_nomem(struct err *e)
{
	(void)err_set(e, ERR_NOMEM, "out of memory");
	e->sys = ENOMEM;
	return -1;
}

bool
err_is_nomem(const struct err *e)
{
	return e->code == ERR_NOMEM && e->sys == ENOMEM;
}

int
err_stdout(struct err *e)
{
	return err_set(e, ERR_IO, "cannot write to standard output");
}

bool
err_is_stdout(const struct err *e)
{
	struct err same = ERR_INIT;

	(void)err_stdout(&same);
	return e->code == same.code && strcmp(e->what, same.what) == 0;
}

int
err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->hint[0] != '\0')
		return -1;
	va_start(ap, fmt);
	put(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	return -1;
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char text[sizeof(e->what)];
	size_t head, tail;
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	put(text, sizeof(text) - 2, fmt, ap);
	va_end(ap);
	head = strlen(text);
	text[head++] = ':';
	text[head++] = ' ';
	tail = strlen(e->what);
	if (head + tail >= sizeof(text)) {
		tail = sizeof(text) - 1 - head;
		e->what[tail] = '\0';
		trim_partial(e->what, tail);
		tail = strlen(e->what);
	}
	memcpy(text + head, e->what, tail);
	text[head + tail] = '\0';
	memcpy(e->what, text, head + tail + 1);
	return -1;
}

void
err_clear(struct err *e)
{
	if (!e)
		return;
	e->code = ERR_NONE;
	e->sys = 0;
	e->what[0] = '\0';
	e->hint[0] = '\0';
}
