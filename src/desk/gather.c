/* desk/gather.c - the messages out of what stations sent. */
#include "desk/gather.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/utf8.h"
#include "chat/kinds.h"
#include "desk/bytes.h"
#include "desk/chatini.h"
#include "desk/messages.h"
#include "desk/zone.h"

#include "base/banned.h"

#define MARK "gather"
#define BATCH 256
#define POLICY_MAX (1024u * 1024)
#define RUNS_MAX (256u << 20)

#define LARGE ((int64_t)4 << 20)

/* Exports of so few messages share a transaction, for so long. */
#define SMALL ((int64_t)1 << 20)	/* bytes of messages */
#define TOGETHER_LEN ((int64_t)32 << 20)
#define TOGETHER_MS 2000

/* Columns of SQL_GATHER_GET. */
enum { GET_STATION, GET_SOURCE, GET_PATH, GET_SIZE, GET_MTIME, GET_SUM,
	GET_RUNS, GET_TORN, GET_LINE, GET_STARTED, GET_TZ };

struct file {			/* a version */
	int64_t n, line;
	char *station, *source, *tz;
	struct buf path, shown;
	struct buf sum, runs;
	int64_t size, mtime, started;
	bool torn;
	enum { KNOWN_NOT, KNOWN_READ, KNOWN_UNREAD } known;
};

struct gather {
	struct box *box;
	struct catalogue *c;
	struct importer *importer;
	struct messages *messages;
	struct bytes *bytes;
	struct gather_report *report;
	gather_fn fn;
	void *arg;
	struct buf policy;
	/* of the file that is looked at */
	struct file file;
	struct chatini *ini;	/* … and of the one before */
	char *ini_of;		/* "STATION/SOURCE" */
	int64_t first_left;	/* of what waits for a later sync; 0: none */
	/* the transaction that is open */
	bool together;
	int64_t since;		/* ms */
	int64_t len;		/* bytes of messages in it */
};

/* --- Transactions. */

/* What is written now shares one with what was, and with what comes. */
static int
join(struct gather *g, int64_t len, struct err *e)
{
	if (!g->together) {
		if (messages_begin(g->messages, e) < 0)
			return -1;
		g->together = true;
		g->since = clock_mono_ms();
		g->len = 0;
	}
	g->len += len;
	return 0;
}

static int
part(struct gather *g, struct err *e)
{
	g->together = false;
	return messages_end(g->messages, e);
}

/* Not to lose much, nor to keep others waiting. */
static int
part_in_time(struct gather *g, struct err *e)
{
	return g->together && (g->len > TOGETHER_LEN ||
	    clock_mono_ms() - g->since > TOGETHER_MS) ? part(g, e) : 0;
}

/* --- A version and what is known of its source. */

static void
release_file(struct file *f)
{
	free(f->station);
	free(f->source);
	free(f->tz);
	f->station = f->source = f->tz = NULL;
	buf_clear(&f->path);
	buf_clear(&f->shown);
	buf_clear(&f->sum);
	buf_clear(&f->runs);
}

static int
add_blob(struct buf *b, struct catalogue *c, int col, struct err *e)
{
	size_t n;
	const void *p = catalogue_blob(c, SQL_GATHER_GET, col, &n);

	return buf_add(b, p, n, e);
}

static int
take_row(struct file *f, struct catalogue *c, struct err *e)
{
	const enum sql q = SQL_GATHER_GET;

	f->station = str_dup(catalogue_text(c, q, GET_STATION));
	f->source = str_dup(catalogue_text(c, q, GET_SOURCE));
	f->tz = str_dup(catalogue_text(c, q, GET_TZ));
	if (!f->station || !f->source || !f->tz)
		return err_nomem(e);
	f->size = catalogue_int(c, q, GET_SIZE);
	f->mtime = catalogue_int(c, q, GET_MTIME);
	f->torn = catalogue_int(c, q, GET_TORN) != 0;
	f->line = catalogue_int(c, q, GET_LINE);
	f->started = catalogue_int(c, q, GET_STARTED);
	if (add_blob(&f->path, c, GET_PATH, e) < 0 ||
	    add_blob(&f->sum, c, GET_SUM, e) < 0 ||
	    add_blob(&f->runs, c, GET_RUNS, e) < 0)
		return -1;
	return utf8_add_shown(&f->shown, f->path.data, f->path.len, e);
}

static int
load(struct gather *g, int64_t n, struct err *e)
{
	const enum sql q = SQL_GATHER_GET;
	int rc;

	release_file(&g->file);
	g->file.n = n;
	rc = catalogue_step(g->c, q, e, "i", n);
	if (rc > 0)
		rc = take_row(&g->file, g->c, e) < 0 ? -1 : 1;
	else if (rc == 0)
		rc = err_set(e, ERR_FAIL, "the catalogue lacks a file");
	catalogue_reset(g->c, q);
	return rc < 0 ? -1 : 0;
}

static int
load_ini(struct gather *g, struct err *e)
{
	const struct file *f = &g->file;
	char *of = str_fmt("%s/%s", f->station, f->source);

	if (!of)
		return err_nomem(e);
	if (g->ini_of && strcmp(of, g->ini_of) == 0) {
		free(of);
		return 0;
	}
	chatini_free(g->ini);
	free(g->ini_of);
	g->ini_of = of;
	g->ini = chatini_new(buf_str(&g->policy), f->station, f->source, e);
	return g->ini ? 0 : -1;
}

/* What goes with a chat, and is none. */
static bool
is_attachment(const struct file *f)
{
	static const char *const endings[] = {".pdf", ".doc", ".docx", ".xls",
	    ".xlsx", ".ppt", ".pptx", ".apk", ".exe", ".rar", ".7z"};
	const char *name = path_name(buf_str(&f->shown));
	size_t i;

	if (kinds_file(name, strlen(name)) != CHAT_FILE)
		return true;
	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (str_ends(name, endings[i]))
			return true;
	return false;
}

/* 1: its source had these bytes before; 0; -1. */
static int
was_tried(struct gather *g, struct err *e)
{
	const struct file *f = &g->file;
	const enum sql q = SQL_EXPORT_FIND;
	int rc = catalogue_step(g->c, q, e, "itb", f->line, f->source,
	    (const void *)f->sum.data, f->sum.len);

	catalogue_reset(g->c, q);
	return rc;
}

/* How did an earlier version of it fare? */
static int
look_back(struct gather *g, struct err *e)
{
	const enum sql q = SQL_GATHER_KNOWN;
	struct file *f = &g->file;
	int rc = catalogue_step(g->c, q, e, "itbi", f->line, f->source,
	    (const void *)f->path.data, f->path.len, f->n);

	f->known = rc <= 0 ? KNOWN_NOT :
	    catalogue_int(g->c, q, 0) ? KNOWN_READ : KNOWN_UNREAD;
	catalogue_reset(g->c, q);
	return rc < 0 ? -1 : 0;
}

/* Of a large file that was never read only the head is tried at first. */
static bool
is_doubtful(const struct file *f)
{
	return f->size > LARGE && f->known != KNOWN_READ;
}

/* --- Outcomes. */

static void
tell(struct gather *g, const char *error, bool later)
{
	const struct file *f = &g->file;
	const struct gather_file out = {f->station, f->source,
	    buf_str(&f->shown), error, later, f->known == KNOWN_UNREAD};

	if (g->fn)
		g->fn(g->arg, &out);
}

static int
leave(struct gather *g, const char *why)
{
	if (g->first_left == 0)
		g->first_left = g->file.n;
	g->report->later++;
	tell(g, why, true);
	return 0;
}

static bool
is_zone(const char *name)
{
	struct err ignored = ERR_INIT;
	struct zone *z = zone_new(name, &ignored);

	zone_free(z);
	return z != NULL;
}

/* Whose clock it was: as the manager says, else as the run did. */
static void
set_zone(const struct gather *g, struct messages_file *m)
{
	const char *zone = chatini_zone(g->ini);

	m->zone_sure = zone && is_zone(zone);
	m->zone = m->zone_sure ? zone : is_zone(g->file.tz) ? g->file.tz : "";
}

static void
describe(const struct gather *g, const struct importer_report *r,
	struct messages_file *m)
{
	const struct chat_hints *h = chatini_hints(g->ini);
	const struct file *f = &g->file;

	memset(m, 0, sizeof(*m));
	m->version = f->n;
	m->station = f->station;
	m->source = f->source;
	m->path = buf_str(&f->shown);
	m->account = chatini_account(g->ini);
	set_zone(g, m);
	m->self_id = h->self_id;
	m->nself = h->nself;
	m->mtime = f->mtime;
	m->taken = f->started;
	if (r && r->format) {
		m->format = r->format->name;
		m->platform = r->format->platform;
		m->parser = r->format->version;
	}
	/* Formats of any platform do not know theirs. */
	if (m->platform && (strcmp(m->platform, "generic") == 0 ||
	    strcmp(m->platform, "other") == 0) && chatini_platform(g->ini))
		m->platform = chatini_platform(g->ini);
	if (r) {
		m->messages = r->messages;
		m->system = r->system;
		m->unparsed = r->unparsed;
		m->warn = r->warn;
	}
	/* It was being written: its end may be missing. */
	if (f->torn)
		m->warn |= CHAT_WARN_TAIL;
}

/* These bytes will not be tried again. */
static int
settle(struct gather *g, struct err *e)
{
	const struct file *f = &g->file;

	return catalogue_run(g->c, SQL_EXPORT_ADD, e, "itbi", f->line,
	    f->source, (const void *)f->sum.data, f->sum.len, f->n);
}

static int
note_unread(struct gather *g, const struct importer_report *r,
	const char *why, struct err *e)
{
	struct messages_report none;
	struct messages_file m;

	describe(g, r, &m);
	m.error = why;
	if (join(g, 0, e) < 0 ||
	    messages_add(g->messages, &m, -1, &none, e) < 0)
		return -1;
	g->report->unread++;
	tell(g, why, false);
	return settle(g, e);
}

static int
keep(struct gather *g, const struct importer_report *r, struct err *e)
{
	struct gather_report *sum = g->report;
	struct messages_report added = {0};
	struct messages_file m;
	struct err why = ERR_INIT;
	int fd = importer_out(g->importer, e);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "cannot read messages");
	if ((st.st_size > SMALL ? part(g, e) : join(g, st.st_size, e)) < 0)
		return -1;
	describe(g, r, &m);
	if (messages_add(g->messages, &m, fd, &added, &why) < 0) {
		/* A large one shall not keep all others from being read. */
		if (err_is_nomem(&why))
			return leave(g, why.what);
		/* The lines come from whoever read foreign bytes. */
		if (why.code == ERR_FORMAT || why.code == ERR_NOMEM)
			return note_unread(g, r, why.what, e);
		*e = why;
		return -1;
	}
	sum->files++;
	sum->messages += added.fresh;
	sum->changed += added.changed;
	sum->recalled += added.recalled;
	sum->vanished += added.vanished;
	tell(g, NULL, false);
	return settle(g, e);
}

/* --- Reading. */

/*
 * The first LIMIT bytes of it through the importer.  As importer_read(); 2: not
 * now, which was told.
 */
static int
ask(struct gather *g, int64_t limit, struct importer_report *r,
	struct err *e)
{
	const struct file *f = &g->file;
	const struct bytes_of of = {f->runs.data, f->runs.len, limit};
	struct importer_ask q = {0, buf_str(&f->shown),
	    chatini_hints(g->ini)};
	struct err why = ERR_INIT;
	int in = importer_in(g->importer, e);
	int rc;

	if (in < 0) {
		e->code = ERR_FAIL;
		return -1;
	}
	rc = bytes_write(g->bytes, &of, in, &q.size, &why);
	if (rc == 0 && q.size < f->size && q.size < limit) {
		(void)err_set(&why, ERR_NOENT,
		    "it lies in an epoch that is not here");
		rc = 1;
	}
	if (rc > 0 || (rc < 0 && why.code == ERR_SPACE)) {
		(void)leave(g, why.what);
		return 2;
	}
	if (rc < 0) {
		*e = why;
		e->code = ERR_FAIL;	/* not the file's */
		return -1;
	}
	return importer_read(g->importer, &q, r, e);
}

static int
one_file(struct gather *g, struct err *e)
{
	static const char unknown[] =
	    "no format is known that looks like this";
	struct importer_report r = {0};
	struct err why = ERR_INIT;
	int rc = 0;

	if (g->file.size > IMPORTER_IN_MAX) {
		(void)err_set(&why, ERR_FORMAT, "the file is too large to be "
		    "read: %lld bytes", (long long)g->file.size);
		return note_unread(g, NULL, why.what, e);
	}
	if (is_doubtful(&g->file)) {
		rc = ask(g, CHAT_SNIFF_LEN, &r, &why);
		if (rc == 1)
			return note_unread(g, &r, unknown, e);
	}
	if (rc != 2 && why.code != ERR_FAIL) {
		err_clear(&why);
		rc = ask(g, INT64_MAX, &r, &why);
	}
	switch (rc) {
	case 0:
		return keep(g, &r, e);
	case 1:
		return note_unread(g, &r, unknown, e);
	case 2:
		return 0;
	default:
		break;
	}
	if (why.code == ERR_SPACE)
		return leave(g, why.what);
	if (why.code != ERR_FAIL)
		return note_unread(g, &r, why.what, e);
	*e = why;
	return -1;
}

/* Note what N versions need, as far as there is room; *n: of how many. */
static int
prepare(struct gather *g, const int64_t *version, size_t *n, struct err *e)
{
	struct bytes_of of;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < *n; i++) {
		if (load(g, version[i], e) < 0)
			return -1;
		if (is_attachment(&g->file) || g->file.size > IMPORTER_IN_MAX)
			continue;
		rc = was_tried(g, e);
		if (rc > 0) {
			rc = 0;
			continue;
		}
		if (rc < 0 || look_back(g, e) < 0)
			return -1;
		of = (struct bytes_of){g->file.runs.data, g->file.runs.len,
		    is_doubtful(&g->file) ? CHAT_SNIFF_LEN : INT64_MAX};
		rc = bytes_want(g->bytes, &of, e);
	}
	*n = i;
	return rc < 0 ? -1 : bytes_fetch(g->bytes, e);
}

static int
one(struct gather *g, int64_t n, struct err *e)
{
	int rc;

	if (proc_interrupted())
		return err_set(e, ERR_INTR, "interrupted");
	if (load(g, n, e) < 0)
		return -1;
	if (is_attachment(&g->file))
		return 0;
	rc = was_tried(g, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return load_ini(g, e) < 0 || look_back(g, e) < 0 ? -1 :
	    one_file(g, e);
}

static int
batch(struct gather *g, const int64_t *version, size_t n, struct err *e)
{
	size_t i, end;

	for (i = 0; i < n; i = end) {
		end = n - i;
		if (prepare(g, version + i, &end, e) < 0)
			return -1;
		for (end += i; i < end; i++)
			if (one(g, version[i], e) < 0 ||
			    part_in_time(g, e) < 0)
				return -1;
	}
	return 0;
}

/* --- From where to where. */

struct span {
	int64_t sources;	/* of chats: where a new one is, all is asked */
	int64_t from, to;	/* (from, to] */
};

static int
find_span(struct gather *g, struct span *s, struct err *e)
{
	int64_t sources = 0, done = 0;
	int rc = catalogue_step(g->c, SQL_GATHER_SOURCES, e, "");

	if (rc > 0) {
		s->sources = catalogue_int(g->c, SQL_GATHER_SOURCES, 0);
		s->to = catalogue_int(g->c, SQL_GATHER_SOURCES, 1);
	}
	catalogue_reset(g->c, SQL_GATHER_SOURCES);
	if (rc < 0)
		return -1;
	rc = catalogue_step(g->c, SQL_MARK_GET, e, "t", MARK);
	s->from = 0;
	if (rc > 0 && sscanf(catalogue_text(g->c, SQL_MARK_GET, 0),
	    "%" SCNd64 " %" SCNd64, &done, &sources) == 2 &&
	    sources == s->sources)
		s->from = done;
	catalogue_reset(g->c, SQL_MARK_GET);
	return rc < 0 ? -1 : 0;
}

static int
save_mark(struct gather *g, const struct span *s, struct err *e)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%" PRId64 " %" PRId64,
	    g->first_left > 0 ? g->first_left - 1 : s->to, s->sources);
	return catalogue_run(g->c, SQL_MARK_SET, e, "tt", MARK, text);
}

/* The numbers of up to BATCH versions behind FROM. */
static int
list(struct gather *g, int64_t from, int64_t *version, size_t *n,
	struct err *e)
{
	const enum sql q = SQL_GATHER_NEXT;
	int rc = catalogue_step(g->c, q, e, "ii", from, (int64_t)BATCH);

	for (*n = 0; rc > 0 && *n < BATCH; rc = catalogue_next(g->c, q, e))
		version[(*n)++] = catalogue_int(g->c, q, 0);
	catalogue_reset(g->c, q);
	return rc < 0 ? -1 : 0;
}

static int
all(struct gather *g, struct err *e)
{
	int64_t version[BATCH];
	struct span s = {0, 0, 0};
	size_t n;

	if (find_span(g, &s, e) < 0)
		return -1;
	do {
		if (list(g, s.from, version, &n, e) < 0 ||
		    batch(g, version, n, e) < 0)
			return -1;
		if (n > 0)
			s.from = version[n - 1];
	} while (n == BATCH);
	return part(g, e) < 0 ? -1 : save_mark(g, &s, e);
}

int
gather_outdated(struct box *b, void (*fn)(void *arg, const char *format),
	void *arg, struct err *e)
{
	const enum sql q = SQL_GATHER_OLDEST;
	struct catalogue *c = b->catalogue;
	int rc = catalogue_step(c, q, e, "");
	const char *name;
	size_t i;

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		name = catalogue_text(c, q, 0);
		for (i = 0; chat_formats[i]; i++)
			if (strcmp(chat_formats[i]->name, name) == 0 &&
			    catalogue_int(c, q, 1) < chat_formats[i]->version)
				fn(arg, name);
	}
	catalogue_reset(c, q);
	return rc;
}

int
gather_run(struct box *b, struct importer *i, struct gather_report *r,
	gather_fn fn, void *arg, struct err *e)
{
	struct gather g = {.box = b, .c = b->catalogue, .importer = i,
	    .report = r, .fn = fn, .arg = arg,
	    .policy = BUF_INIT(POLICY_MAX),
	    .file = {.path = BUF_INIT(65536), .shown = BUF_INIT(1u << 20),
	    .sum = BUF_INIT(64), .runs = BUF_INIT(RUNS_MAX)}};
	struct err ignored = ERR_INIT;
	int rc = -1;

	memset(r, 0, sizeof(*r));
	if (control_file_load(b->home->control, b->control.commit,
	    "policy.ini", &g.policy, e) < 0)
		goto out;
	g.messages = messages_open(b->catalogue, true, e);
	g.bytes = g.messages ? bytes_new(b, e) : NULL;
	if (g.bytes)
		rc = all(&g, e);
	/* Whatever stopped it, what was read is read. */
	if (rc < 0 && g.messages)
		(void)part(&g, &ignored);
out:
	bytes_free(g.bytes);
	messages_close(g.messages);
	chatini_free(g.ini);
	free(g.ini_of);
	release_file(&g.file);
	buf_release(&g.file.path);
	buf_release(&g.file.shown);
	buf_release(&g.file.sum);
	buf_release(&g.file.runs);
	buf_release(&g.policy);
	return rc;
}
