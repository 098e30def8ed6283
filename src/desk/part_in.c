/* desk/part_in.c - one part into the catalogue.  FORMAT sections 5 to 7. */
#include "desk/part_in.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "desk/columns.h"
#include "desk/part_bundles.h"
#include "desk/part_files.h"
#include "desk/part_head.h"
#include "desk/part_tails.h"
#include "desk/runs.h"
#include "unbundle/manifest.h"

#include "base/banned.h"

#define IDS_MAX (256u * 1024 * 1024)
#define CAPTURE_MAX (64u * 1024 * 1024)

void
part_in_init(struct part_in *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->ids, IDS_MAX);
	buf_init(&p->bytes, CAPTURE_MAX);
}

void
part_in_release(struct part_in *p)
{
	size_t i;

	for (i = 0; i < p->ntails; i++) {
		free(p->tail[i].source);
		free(p->tail[i].path);
		buf_release(&p->tail[i].old_ids);
		buf_release(&p->tail[i].new_ids);
	}
	free(p->tail);
	free(p->captured);
	buf_release(&p->ids);
	buf_release(&p->bytes);
}

int
part_in_wrong(struct err *e, const char *what)
{
	return err_set(e, ERR_INTEGRITY, "manifest: %s", what);
}

int
part_in_tell(struct part_in *p, enum finding_severity severity,
	const char *code, struct err *e, const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	if (p->told[severity]++ >= PART_TOLD_MAX)
		return 0;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return finding_add(&p->at, severity, code, e, "%s", text);
}

int
part_in_told(struct part_in *p, struct err *e)
{
	int i;

	for (i = FINDING_NOTE; i <= FINDING_INTEGRITY; i++)
		if (p->told[i] > PART_TOLD_MAX && finding_add(&p->at,
		    (enum finding_severity)i, "more", e,
		    "%zu more of this kind are not told one by one",
		    p->told[i] - PART_TOLD_MAX) < 0)
			return -1;
	return 0;
}

static int
on_source(void *arg, const struct record_source *s, struct err *e)
{
	struct part_in *p = arg;

	if (catalogue_run(p->at.catalogue, SQL_SOURCE_ADD, e, "ittttiiiiiii",
	    p->at.part, s->name, s->kind, s->state, s->reason, s->files,
	    s->bytes, s->symlinks, s->empty_dirs, s->special, s->unreadable,
	    s->skipped) < 0)
		return -1;
	if (strcmp(s->state, "ok") == 0)
		return s->reason[0] == '\0' ? 0 : part_in_tell(p, FINDING_NOTE,
		    "source", e, "source '%s': %s", s->name, s->reason);
	return part_in_tell(p, FINDING_WARN, "source", e,
	    "source '%s' was %s: %s", s->name, s->state, s->reason);
}

/* --- What only the whole part shows. */

static int
runs_bytes(struct catalogue *c, const void *runs, size_t n, int64_t *bytes,
	struct err *e)
{
	struct runs_reader r;
	int64_t first, count;
	int rc;

	*bytes = 0;
	runs_open(&r, runs, n);
	while ((rc = runs_next(&r, &first, &count, e)) > 0) {
		if (catalogue_step(c, SQL_CHUNK_SUM, e, "ii", first,
		    first + count - 1) < 0)
			return -1;
		*bytes += catalogue_int(c, SQL_CHUNK_SUM, 0);
		catalogue_reset(c, SQL_CHUNK_SUM);
	}
	return rc;
}

/* Each new row's chunks are as long as the file. */
static int
check_sizes(struct part_in *p, struct err *e)
{
	struct catalogue *c = p->at.catalogue;
	const enum sql q = SQL_VERSION_OF_PART;
	int rc = catalogue_step(c, q, e, "i", p->at.part);

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		size_t len;
		const void *runs = catalogue_blob(c, q, VERSION_RUNS, &len);
		int64_t bytes;

		if (catalogue_int(c, q, VERSION_OP) == RECORD_REMOVED ||
		    !catalogue_null(c, q, VERSION_ELSEWHERE))
			continue;
		if (runs_bytes(c, runs, len, &bytes, e) < 0)
			goto fail;
		if (bytes == catalogue_int(c, q, VERSION_SIZE))
			continue;
		if (part_in_tell(p, FINDING_INTEGRITY, "size", e,
		    "'%s' of '%s' has %lld bytes, not %lld",
		    catalogue_text(c, q, VERSION_PATH),
		    catalogue_text(c, q, VERSION_SOURCE), (long long)bytes,
		    (long long)catalogue_int(c, q, VERSION_SIZE)) < 0)
			goto fail;
	}
	return rc;
fail:
	catalogue_reset(c, q);
	return -1;
}

static int
be_sure(void *arg, struct fold_file *file, struct err *e)
{
	(void)arg;
	(void)e;
	file->tag = 0;
	return 0;
}

/* What stands is what the station says: whatever was lost on the way. */
static int
end_doubt(struct part_in *p, struct err *e)
{
	if (!*p->doubt)
		return 0;
	*p->doubt = false;
	if (fold_each(p->fold, be_sure, NULL, e) < 0)
		return -1;
	return catalogue_run(p->at.catalogue, SQL_VERSION_SURE_ALL, e, "i",
	    p->line);
}

static int
check_state(struct part_in *p, struct err *e)
{
	uint8_t state[32];

	if (!p->head.final || (p->behind && !p->head.full))
		return 0;
	if (fold_state(p->fold, state, e) < 0)
		return -1;
	if (!p->head.has_state || memcmp(state, p->head.state, 32) != 0)
		return finding_add(&p->at, FINDING_INTEGRITY, "state", e,
		    "the files that stand now are not those that the station "
		    "says");
	if (end_doubt(p, e) < 0)
		return -1;
	if ((int64_t)fold_count(p->fold) != p->head.files ||
	    fold_bytes(p->fold) != p->head.bytes)
		return finding_add(&p->at, FINDING_NOTE, "counts", e,
		    "the station counts %lld files, we %zu",
		    (long long)p->head.files, fold_count(p->fold));
	return 0;
}

/* All lines are in: what a full run did not name is gone, if it is whole. */
static int
end_lines(struct part_in *p, struct err *e)
{
	if (p->skipped > PART_SKIPPED_MAX && finding_add(&p->at,
	    FINDING_INTEGRITY, "bad-line", e, "%zu more lines are passed over",
	    p->skipped - PART_SKIPPED_MAX) < 0)
		return -1;
	if (p->gap)
		fold_keep(p->fold);
	if (p->gap && p->head.full && p->head.final && finding_add(&p->at,
	    FINDING_WARN, "full-gap", e, "a full run of which something is "
	    "missing: what it does not name stays") < 0)
		return -1;
	if (fold_end(p->fold, false, e) < 0)
		return -1;
	return check_state(p, e);
}

/* What was counted here: what a station claims may be any number. */
static int
save_counts(struct part_in *p, struct err *e)
{
	const struct record_head *h = &p->head;

	return catalogue_run(p->at.catalogue, SQL_PART_COUNTS, e,
	    "ibiiiiiiiiiiiiiiiiiitii", p->at.part, (const void *)h->run,
	    (size_t)16, h->part, (int64_t)h->final, (int64_t)h->full,
	    h->finished, h->spooled, h->policy_version,
	    (int64_t)fold_count(p->fold), fold_bytes(p->fold), p->bytes_in,
	    p->chunks_in, p->ops[RECORD_ADDED], p->ops[RECORD_APPENDED],
	    p->ops[RECORD_REWRITTEN], p->ops[RECORD_TRUNCATED],
	    p->ops[RECORD_REMOVED], p->ops[RECORD_MOVED],
	    p->ops[RECORD_TOUCHED], p->same, h->tz, h->utc_offset,
	    (int64_t)p->gap);
}

/* --- The manifest, its bundles. */

/*
 * The manifest's own header can be judged once it has said for whom it is: for
 * today's readers at the first try, for others at a second.
 */
static int
open_manifest(struct part_in *p, struct buf *plain, struct err *e)
{
	return fetch_open(p->with->records, p->with->opener,
	    p->link->manifest.blob, CHAIN_MANIFEST_MAX, p->link->run.manifest,
	    NULL, 0, NULL, plain, e);
}

static int
check_manifest_header(struct part_in *p, struct buf *plain, struct err *e)
{
	int ok = 0;

	if (fetch_open(p->with->records, p->with->opener,
	    p->link->manifest.blob, CHAIN_MANIFEST_MAX, NULL, p->reader,
	    p->nreaders, &ok, plain, e) < 0)
		return -1;
	return ok ? 0 : finding_add(&p->at, FINDING_INTEGRITY, "readers", e,
	    "the manifest opens for others than it says");
}

/* The manifest, its bundles, and what only both show.  As part_in_read. */
static int
read_all(struct part_in *p, struct buf *plain, struct err *e)
{
	const struct manifest_handler h = {part_head_take, part_bundles_line,
	    on_source, part_files_line, p};
	int rc;

	if (open_manifest(p, plain, e) < 0)
		return err_prefix(e, "manifest");
	if (manifest_read(plain->data, plain->len, &h, e) < 0)
		return -1;
	if (!p->have_head)
		return part_in_wrong(e, "it is empty");
	if (end_lines(p, e) < 0 || check_manifest_header(p, plain, e) < 0 ||
	    part_tails_want(p, e) < 0)
		return -1;
	rc = part_bundles_read(p, e);
	if (rc != 0)
		return rc;
	if (check_sizes(p, e) < 0 || part_tails_judge(p, e) < 0 ||
	    part_in_told(p, e) < 0)
		return -1;
	return save_counts(p, e);
}

int
part_in_read(struct part_in *p, struct err *e)
{
	struct buf plain = BUF_INIT(CHAIN_MANIFEST_MAX);
	int rc = -1;

	chunks_part(p->chunks);
	fold_watch(p->fold, part_files_change, p);
	fold_stored(p->fold, part_files_stored, p);
	if (catalogue_step(p->at.catalogue, SQL_CHUNK_NEXT, e, "") < 0)
		goto out;
	p->next = catalogue_int(p->at.catalogue, SQL_CHUNK_NEXT, 0);
	catalogue_reset(p->at.catalogue, SQL_CHUNK_NEXT);
	rc = read_all(p, &plain, e);
out:
	fold_watch(p->fold, NULL, NULL);
	fold_stored(p->fold, NULL, NULL);
	buf_release(&plain);
	return rc;
}
