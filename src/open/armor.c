/* open/armor.c - age's ASCII armour (RFC 7468 section 3, strict). */
#include "open/armor.h"

#include <string.h>

#include "base/base64.h"

#include "base/banned.h"

void
armor_init(struct armor *a)
{
	a->stage = ARMOR_BEFORE;
	a->space = false;
	a->len = 0;
	buf_init(&a->raw, 256);
}

void
armor_release(struct armor *a)
{
	buf_wipe(&a->raw);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool
armor_begins(const void *data, size_t n)
{
	const char *p = data;

	return n > 0 && (*p == '-' || is_space(*p));
}

static bool
line_is(const struct armor *a, const char *text)
{
	return a->len == strlen(text) && memcmp(a->line, text, a->len) == 0;
}

static int
body_line(struct armor *a, armor_sink sink, void *arg, struct err *e)
{
	if (a->len == 0)
		return err_set(e, ERR_FORMAT, "an empty line in the armour");
	if (a->len > ARMOR_COLUMNS)
		return err_set(e, ERR_FORMAT, "a line of the armour is longer "
		    "than %d columns", ARMOR_COLUMNS);
	buf_clear(&a->raw);
	if (base64_decode(&a->raw, a->line, a->len, true, e) < 0)
		return err_prefix(e, "the armour is damaged");
	if (a->raw.len < ARMOR_LINE_LEN)
		a->stage = ARMOR_LAST;
	return sink(arg, a->raw.data, a->raw.len, e);
}

/* A line is whole; its end is not in it. */
static int
end_line(struct armor *a, armor_sink sink, void *arg, struct err *e)
{
	int rc = 0;

	if (a->len > 0 && a->line[a->len - 1] == '\r')
		a->len--;
	switch (a->stage) {
	case ARMOR_BEFORE:
		if (a->len == 0)
			break;
		if (a->space || !line_is(a, ARMOR_BEGIN))
			return err_set(e, ERR_FORMAT,
			    "not the first line of an armoured age file");
		a->stage = ARMOR_BODY;
		break;
	case ARMOR_BODY:
	case ARMOR_LAST:
		if (line_is(a, ARMOR_END))
			a->stage = ARMOR_AFTER;
		else if (a->stage == ARMOR_LAST)
			return err_set(e, ERR_FORMAT,
			    "a short line in the middle of the armour");
		else
			rc = body_line(a, sink, arg, e);
		break;
	case ARMOR_AFTER:
		break;
	}
	a->len = 0;
	a->space = false;
	return rc;
}

/* One character that does not end a line. */
static int
add_char(struct armor *a, char c, struct err *e)
{
	bool outside = a->stage == ARMOR_BEFORE || a->stage == ARMOR_AFTER;

	if (outside && a->len == 0 && is_space(c)) {
		a->space = true;	/* any amount of it, none kept */
		return 0;
	}
	if (a->stage == ARMOR_AFTER)
		return err_set(e, ERR_FORMAT, "text behind the armour");
	if (a->len == sizeof(a->line))
		return err_set(e, ERR_FORMAT, "a line of the armour is too "
		    "long");
	a->line[a->len++] = c;
	return 0;
}

int
armor_feed(struct armor *a, const void *data, size_t n, armor_sink sink,
	void *arg, struct err *e)
{
	const char *p = data, *end = p + n;

	for (; p < end; p++)
		if ((*p == '\n' ? end_line(a, sink, arg, e) :
		    add_char(a, *p, e)) < 0)
			return -1;
	return 0;
}

int
armor_finish(struct armor *a, armor_sink sink, void *arg, struct err *e)
{
	if (a->len > 0 && end_line(a, sink, arg, e) < 0)
		return -1;
	if (a->stage != ARMOR_AFTER)
		return err_set(e, ERR_FORMAT, "the armour is cut");
	return 0;
}
