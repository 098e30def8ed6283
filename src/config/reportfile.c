/* config/reportfile.c - reports of persons; docs/FORMAT.md section 23. */
#include "config/reportfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/teamini.h"

#include "base/banned.h"

static const char *const sections[REPORTFILE_KINDS] = {
	"report", "plan", "objection"
};
static const char *const day_keys[REPORTFILE_DAYS] = {
	"done", "open", "tomorrow"
};

const char *
reportfile_kind_name(enum reportfile_kind k)
{
	return sections[k];
}

void
reportfile_release(struct reportfile *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		free(r->line[i]);
	memset(r, 0, sizeof(*r));
}

/* Of line I. */
static const char *
key_of(enum reportfile_kind kind, size_t i)
{
	switch (kind) {
	case REPORTFILE_DAY: return day_keys[i];
	case REPORTFILE_PLAN: return "task";
	default: return "text";
	}
}

static size_t
most_of(enum reportfile_kind kind)
{
	switch (kind) {
	case REPORTFILE_DAY: return REPORTFILE_DAYS;
	case REPORTFILE_PLAN: return REPORTFILE_LINES_MAX;
	default: return 1;
	}
}

int
reportfile_check(const char *text, size_t n, struct err *e)
{
	if (n > REPORTFILE_TEXT_MAX) {
		(void)err_set(e, ERR_USAGE, "a line has %zu bytes, %d at most",
		    n, REPORTFILE_TEXT_MAX);
		return err_hint(e, "write it shorter");
	}
	if (utf8_clean(text, n))
		return 0;
	(void)err_set(e, ERR_USAGE, "a line is no text in UTF-8, or holds "
	    "control characters");
	return err_hint(e, "save the file as UTF-8, and write tabs as blanks");
}

int
reportfile_add(struct reportfile *r, const char *text, size_t n,
	struct err *e)
{
	if (r->n == most_of(r->kind))
		return err_set(e, ERR_USAGE, "there are more than %zu lines",
		    r->n);
	r->line[r->n] = str_ndup(text, n);
	if (!r->line[r->n])
		return err_nomem(e);
	r->n++;
	return 0;
}

const char *
reportfile_name(enum reportfile_kind kind, int64_t day,
	char out[REPORTFILE_NAME_LEN])
{
	char text[CLOCK_WEEK_LEN];

	if (kind == REPORTFILE_PLAN)
		return clock_week_text(day, out);
	(void)snprintf(out, REPORTFILE_NAME_LEN, "%s%s",
	    clock_day_text(day, text), kind == REPORTFILE_OBJECTION ?
	    "-objection" : "");
	return out;
}

/* --- Writing. */

int
reportfile_write(const struct reportfile *r, struct buf *out, struct err *e)
{
	const int minutes = (r->offset < 0 ? -r->offset : r->offset) / 60;
	char day[CLOCK_DAY_LEN], at[CLOCK_TEXT_LEN];
	size_t i;

	(void)clock_text_utc(r->written + r->offset, at);
	if (buf_addf(out, e, "[%s]\nday = %s\nwritten = %.19s%c%02d:%02d\n",
	    sections[r->kind], clock_day_text(r->day, day), at,
	    r->offset < 0 ? '-' : '+', minutes / 60, minutes % 60) < 0)
		return -1;
	for (i = 0; i < r->n; i++)
		if (buf_addf(out, e, "%s = %s\n", key_of(r->kind, i),
		    r->line[i]) < 0)
			return -1;
	return 0;
}

/* --- Reading. */

struct reading {
	struct reportfile *r;
	int sections;		/* that are ours */
	bool day, written, wrong;
	bool said[REPORTFILE_DAYS];
	struct err *e;
};

static int
two(const char *s)
{
	return s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' ? -1 :
	    (s[0] - '0') * 10 + s[1] - '0';
}

/* "2026-11-24T05:40:12+08:00" */
static bool
take_written(struct reportfile *r, const char *s)
{
	char day[CLOCK_DAY_LEN];
	int64_t days;
	int h, m, sec, east_h, east_m;

	if (strlen(s) != 25 || s[10] != 'T' || s[13] != ':' || s[16] != ':' ||
	    (s[19] != '+' && s[19] != '-') || s[22] != ':')
		return false;
	(void)snprintf(day, sizeof(day), "%.10s", s);
	h = two(s + 11);
	m = two(s + 14);
	sec = two(s + 17);
	east_h = two(s + 20);
	east_m = two(s + 23);
	if (clock_day_parse(day, &days) < 0 || h < 0 || h > 23 || m < 0 ||
	    m > 59 || sec < 0 || sec > 60 || east_h < 0 || east_h > 14 ||
	    east_m < 0 || east_m > 59)
		return false;
	r->offset = (east_h * 60 + east_m) * (s[19] == '-' ? -60 : 60);
	r->written = days * 86400 + h * 3600 + m * 60 + sec - r->offset;
	return true;
}

/* A line of the person's own words.  0, 1 (it cannot be), -1. */
static int
take_text(struct reading *k, const char *key, const char *value)
{
	struct err ignored = ERR_INIT;
	const size_t n = strlen(value);
	struct reportfile *r = k->r;
	char *copy;
	size_t i = 0;

	if (reportfile_check(value, n, &ignored) < 0)
		return 1;
	if (r->kind != REPORTFILE_DAY) {
		if (strcmp(key, key_of(r->kind, 0)) != 0)
			return 0;
		if (n == 0 || r->n == most_of(r->kind))
			return 1;
		return reportfile_add(r, value, n, k->e);
	}
	while (i < REPORTFILE_DAYS && strcmp(key, day_keys[i]) != 0)
		i++;
	if (i == REPORTFILE_DAYS)
		return 0;
	if (k->said[i])
		return 1;
	k->said[i] = true;
	copy = str_ndup(value, n);
	if (!copy)
		return err_nomem(k->e);
	free(r->line[i]);
	r->line[i] = copy;
	return 0;
}

static int
on_line(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *k = arg;
	struct reportfile *r = k->r;
	size_t i, of;
	int rc = 0;

	for (of = 0; of < REPORTFILE_KINDS; of++)
		if (strcmp(section, sections[of]) == 0)
			break;
	if (of == REPORTFILE_KINDS || (k->sections > 0 && of != r->kind)) {
		k->wrong = true;
		return 1;
	}
	if (k->sections++ == 0) {
		r->kind = (enum reportfile_kind)of;
		for (i = 0; of == REPORTFILE_DAY && i < REPORTFILE_DAYS; i++)
			if (reportfile_add(r, "", 0, k->e) < 0)
				return -1;
	}
	if (strcmp(key, "day") == 0) {
		rc = k->day || clock_day_parse(value, &r->day) < 0;
		k->day = true;
	} else if (strcmp(key, "written") == 0) {
		rc = k->written || !take_written(r, value);
		k->written = true;
	} else {
		rc = take_text(k, key, value);
	}
	k->wrong = rc > 0;
	return rc;
}

static bool
is_whole(const struct reading *k)
{
	const struct reportfile *r = k->r;
	size_t i;

	if (k->wrong || !k->day || !k->written || r->n == 0)
		return false;
	if (r->kind == REPORTFILE_PLAN && clock_day_monday(r->day) != r->day)
		return false;
	for (i = 0; i < r->n; i++)
		if (*r->line[i])
			return true;
	return false;
}

int
reportfile_read(struct reportfile *r, const void *data, size_t n,
	struct err *e)
{
	struct reading k = {.r = r, .e = e};
	char *text;
	int rc;

	memset(r, 0, sizeof(*r));
	/* more than a '[' of others is not even looked at */
	if (n > REPORTFILE_MAX || n == 0 || *(const char *)data != '[' ||
	    memchr(data, '\0', n))
		return 1;
	text = str_ndup(data, n);
	if (!text)
		return err_nomem(e);
	rc = teamini_each(text, on_line, &k);
	free(text);
	if (rc >= 0)
		rc = !is_whole(&k);
	if (rc != 0)
		reportfile_release(r);
	return rc;
}
