/* agent/exports.c - how the chat exports in a source stand. */

#include "agent/exports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/proc.h"
#include "source/source.h"
#include "base/banned.h"

#define DAY_S 86400
#define YEAR_DAYS 366

int64_t
exports_working(int64_t a, int64_t b)
{
	int64_t sum = 0, next;

	/* Nobody asks for more than a year. */
	if (b - a > (int64_t)2 * YEAR_DAYS * DAY_S)
		return b - a;
	for (int64_t t = a; t < b; t = next) {
		struct clock_date d;
		int64_t local, weekday;
		int offset;

		clock_split_local(t, &d, &offset);
		local = t + offset;
		/* 1970-01-01 was a Thursday; times before do not matter */
		weekday = (local / DAY_S + 4) % 7;
		next = t + DAY_S - local % DAY_S;
		if (next > b)
			next = b;
		if (weekday != 0 && weekday != 6)
			sum += next - t;
	}
	return sum;
}

static int64_t
time_of(const struct source_entry *se)
{
	/* A copy may keep an old mtime, a wrong clock gives a new one. */
	return se->mtime_sec < se->ctime_sec ? se->mtime_sec : se->ctime_sec;
}

static bool
counts(const struct config_source *cfg, enum sniff_kind k)
{
	return sniff_readable(k) &&
	    (k != SNIFF_SQLITE || cfg->platform == CONFIG_NO_PLATFORM);
}

static bool
is_empty(enum sniff_kind k)
{
	return k == SNIFF_EMPTY || k == SNIFF_NUL;
}

/* One file, of the kind K. */
static void
add(struct exports *x, const struct config_source *cfg,
	const struct source_entry *se, struct sniff k, int64_t now)
{
	const int64_t at = time_of(se);

	x->files++;
	if (at >= x->newest) {
		x->newest = at;
		x->newest_is = k;
	}
	if (counts(cfg, k.kind) && at >= x->readable) {
		x->readable = at;
		x->readable_is = k;
	}
	if (k.kind == SNIFF_OPAQUE && at >= x->opaque) {
		x->opaque = at;
		x->opaque_is = k;
	}
	if (is_empty(k.kind) && exports_working(at, now) <= DAY_S) {
		x->empty++;
		(void)snprintf(x->empty_name, sizeof(x->empty_name), "%s",
		    path_name(se->path));
	}
}

/* Need the bytes of this file be looked at? */
static bool
wanted(const struct exports *x, const struct source_entry *se, int64_t now)
{
	if (sniff_is_other(se->path))
		return false;
	/* Most are older than one that was read, and have been told of. */
	return time_of(se) >= x->readable ||
	    exports_working(time_of(se), now) <= DAY_S;
}

static void
judge(struct exports *x, const struct config_source *cfg, int64_t now)
{
	const bool asks = cfg->platform != CONFIG_NO_PLATFORM;

	x->overdue = asks && cfg->export_every > 0 && (x->readable == 0 ||
	    exports_working(x->readable, now) >
	    (int64_t)cfg->export_every * DAY_S);
	x->unreadable = x->readable == 0 && (asks || x->opaque != 0 ||
	    (x->empty > 0 && x->empty == x->files));
}

int
exports_look(const struct config_source *cfg, const char *skip, int64_t now,
	struct exports *x, struct err *e)
{
	struct source *src = source_open(cfg, e);
	uint8_t *head = malloc(SNIFF_LEN);
	struct source_entry se;
	int rc = -1, more;

	memset(x, 0, sizeof(*x));
	x->newest_is.what = x->readable_is.what = x->opaque_is.what = "";
	if (src == NULL)
		goto out;
	if (head == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	if (skip != NULL)
		source_skip(src, skip);
	while ((more = source_next(src, &se, e)) == 1) {
		int64_t n;

		if (proc_interrupted()) {
			(void)err_set(e, ERR_INTR, "interrupted");
			goto out;
		}
		if (!wanted(x, &se, now))
			continue;
		n = source_head(src, se.path, head, SNIFF_LEN);
		if (n >= 0)
			add(x, cfg, &se, sniff(head, (size_t)n, se.path), now);
	}
	if (more < 0)
		goto out;
	x->there = source_report(src)->state == SOURCE_OK ||
	    source_report(src)->state == SOURCE_PARTIAL;
	judge(x, cfg, now);
	rc = 0;
out:
	free(head);
	source_close(src);
	return rc;
}

/* What stands before the next remark. */
static const char *
between(const struct buf *out)
{
	return out->len > 0 ? "; " : "";
}

int
exports_remark(const struct config_source *cfg, const struct exports *x,
	struct buf *out, struct err *e)
{
	char when[CLOCK_TEXT_LEN];
	int rc = 0;

	if (x->unreadable && x->opaque != 0)
		rc = buf_addf(out, e, "kept, not readable: %s",
		    x->opaque_is.what);
	else if (x->unreadable)
		rc = buf_adds(out, "no export that can be read", e);
	else if (x->overdue)
		rc = buf_addf(out, e, "newest readable export: %s",
		    clock_text_utc(x->readable, when));
	if (rc == 0 && x->overdue && cfg->platform != CONFIG_NO_PLATFORM)
		rc = buf_addf(out, e, " (%s)",
		    config_platform_name(cfg->platform));
	if (rc == 0 && x->empty > 0)
		rc = buf_addf(out, e, "%sempty exports: %lld", between(out),
		    (long long)x->empty);
	return rc;
}

/* --- What has come. */

static bool
has_come(struct source *src, const struct config_source *cfg,
	const struct source_entry *se, int64_t since, int64_t now,
	uint8_t *head)
{
	struct sniff k;
	int64_t n;

	/* A file that was moved here keeps its mtime. */
	if (se->database || se->ctime_sec < since ||
	    now - se->mtime_sec < cfg->settle || sniff_is_other(se->path))
		return false;
	n = source_head(src, se->path, head, SNIFF_LEN);
	if (n < 0)
		return false;
	k = sniff(head, (size_t)n, se->path);
	return k.kind != SNIFF_OPAQUE && k.kind != SNIFF_SQLITE;
}

static int
arrived_in(const struct config_source *cfg, const char *skip, int64_t since,
	int64_t now, uint8_t *head, struct err *e)
{
	struct source *src = source_open(cfg, e);
	struct source_entry se;
	int rc;

	if (src == NULL)
		return -1;
	if (skip != NULL)
		source_skip(src, skip);
	while ((rc = source_next(src, &se, e)) == 1)
		if (has_come(src, cfg, &se, since, now, head))
			break;
	source_close(src);
	return rc;
}

int
exports_arrived(const struct config *cfg, const char *skip, int64_t since,
	int64_t now, struct err *e)
{
	uint8_t *head = malloc(SNIFF_LEN);
	int rc = 0;

	if (head == NULL)
		return err_nomem(e);
	for (size_t i = 0; i < cfg->nsources && rc == 0; i++)
		if (cfg->source[i].kind == CONFIG_CHAT)
			rc = arrived_in(&cfg->source[i], skip, since, now,
			    head, e);
	free(head);
	return rc;
}
