/*
 * chat/qq_mht.c - the export of QQ's message manager that has the pictures.
 *
 *	From: <Save by Tencent MsgMgr>
 *	Content-Type:multipart/related;
 *		charset="utf-8"
 *		type="text/html";
 *		boundary="----=_NextPart_..."
 *
 * There is no semicolon behind the charset, so that no MIME reader finds the
 * boundary: it is looked for here.  The first part is one table without quotes
 * round attributes, possibly in one line of gigabytes, so it is cut at </tr>;
 * the others are the pictures, under names that are new in each export.
 *
 * The file is read twice: what colour a name has and which pictures are there
 * is known only at the end.  A single row's colour is not to be trusted.
 */
#include "chat/formats.h"

#include <string.h>
#include <strings.h>

#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/markup.h"
#include "chat/scan.h"
#include "chat/window.h"

#include "base/banned.h"

#define ROW_MAX (8u << 20)
#define BOUNDARY_MAX 256u
#define PICTURES_MAX (1u << 20)
#define NAMES_MAX 4096u

#define COLOUR_SELF "#42B475"
#define COLOUR_PEER "#006EFE"

/* --- Sets of names, as hashes. */

struct vote {
	uint64_t hash;		/* 0: free */
	int32_t self;		/* rows in our colour, less those in theirs */
};

struct votes {
	struct vote *v;
	size_t n, cap;		/* cap is a power of two */
	size_t max;
};

/* FNV-1a; never 0. */
static uint64_t
hash_of(const char *s, size_t n)
{
	uint64_t h = 14695981039346656037u;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h | 1;
}

static struct vote *
slot(struct vote *v, size_t cap, uint64_t hash)
{
	size_t i = (size_t)(hash >> 7) & (cap - 1);

	while (v[i].hash != 0 && v[i].hash != hash)
		i = (i + 1) & (cap - 1);
	return &v[i];
}

static int
votes_grow(struct votes *t, struct err *e)
{
	size_t cap = t->cap == 0 ? 256 : t->cap * 2, i;
	struct vote *v = calloc(cap, sizeof(*v));

	if (!v)
		return err_nomem(e);
	for (i = 0; i < t->cap; i++)
		if (t->v[i].hash != 0)
			*slot(v, cap, t->v[i].hash) = t->v[i];
	free(t->v);
	t->v = v;
	t->cap = cap;
	return 0;
}

/* Past the maximum nothing is added: what is not in it counts as unknown. */
static int
votes_add(struct votes *t, const char *s, size_t n, int self, struct err *e)
{
	uint64_t hash = hash_of(s, n);
	struct vote *v;

	if ((t->n + 1) * 2 > t->cap && votes_grow(t, e) < 0)
		return -1;
	v = slot(t->v, t->cap, hash);
	if (v->hash == 0) {
		if (t->n == t->max)
			return 0;
		v->hash = hash;
		t->n++;
	}
	v->self += self;
	return 0;
}

static const struct vote *
votes_find(const struct votes *t, const char *s, size_t n)
{
	const struct vote *v;

	if (t->cap == 0)
		return NULL;
	v = slot(t->v, t->cap, hash_of(s, n));
	return v->hash != 0 ? v : NULL;
}

/* --- One row of the table. */

struct row {
	unsigned depth;		/* of div */
	unsigned top;		/* how many began in the cell */
	bool cell, named;
	unsigned hidden;	/* in <style> or <title> */
	bool stray;		/* text outside of a cell */
	int self;		/* by its colour: 1, -1, 0 unknown */
	struct buf label, name, time, body;
	struct buf pictures;	/* each with a NUL behind it */
	struct markup_out out;
	bool failed;
};

static void
row_init(struct row *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->label, CHAT_NAME_MAX);
	buf_init(&r->name, CHAT_NAME_MAX);
	buf_init(&r->time, CHAT_NAME_MAX);
	buf_init(&r->body, CHAT_TEXT_MAX);
	buf_init(&r->pictures, CHAT_ATTACHMENTS_MAX * CHAT_NAME_MAX);
}

static void
row_release(struct row *r)
{
	buf_release(&r->label);
	buf_release(&r->name);
	buf_release(&r->time);
	buf_release(&r->body);
	buf_release(&r->pictures);
}

static void
row_clear(struct row *r)
{
	buf_clear(&r->label);
	buf_clear(&r->name);
	buf_clear(&r->time);
	buf_clear(&r->body);
	buf_clear(&r->pictures);
	r->depth = r->top = r->hidden = 0;
	r->cell = r->named = r->stray = r->failed = false;
	r->self = 0;
	memset(&r->out, 0, sizeof(r->out));
	r->out.b = &r->body;
}

static int
colour(const char *const *attr)
{
	const char *style = markup_attr(attr, "style");

	if (style && strcasestr(style, "color:" COLOUR_SELF))
		return 1;
	return style && strcasestr(style, "color:" COLOUR_PEER) ? -1 : 0;
}

static void
add_picture(struct row *r, const char *src)
{
	struct err ignored = ERR_INIT;
	size_t n = markup_fit(src, strlen(src), CHAT_NAME_MAX - 1);

	if (r->pictures.max - r->pictures.len <= n)
		return;
	if (buf_add(&r->pictures, src, n, &ignored) < 0 ||
	    buf_addc(&r->pictures, '\0', &ignored) < 0)
		r->failed = true;
}

static void
row_open(void *arg, const char *name, const char *const *attr)
{
	struct row *r = arg;
	const char *src;

	if (strcmp(name, "style") == 0 || strcmp(name, "title") == 0) {
		r->hidden++;
	} else if (strcmp(name, "td") == 0) {
		r->cell = true;
	} else if (strcmp(name, "div") == 0) {
		if (r->depth++ == 0 && r->top++ == 0)
			r->self = colour(attr);
		r->named = r->named || (r->top == 1 && r->depth == 2);
	} else if (strcmp(name, "img") == 0 &&
	    (src = markup_attr(attr, "src")) != NULL) {
		add_picture(r, src);
	}
	if (r->top > 1)
		markup_out_open(&r->out, name);
}

static void
row_close(void *arg, const char *name)
{
	struct row *r = arg;

	if (strcmp(name, "style") == 0 || strcmp(name, "title") == 0)
		r->hidden -= r->hidden > 0;
	else if (strcmp(name, "div") == 0)
		r->depth -= r->depth > 0;
	if (r->top > 1)
		markup_out_close(&r->out, name);
}

static void
row_text(void *arg, const char *s, size_t n)
{
	struct row *r = arg;
	struct err ignored = ERR_INIT;
	struct buf *b;

	if (r->hidden > 0)
		return;
	if (!r->cell) {
		for (; n > 0 && !r->stray; s++, n--)
			r->stray = (unsigned char)*s > ' ';
		return;
	}
	if (r->top > 1 || (r->top == 1 && r->depth == 0)) {
		markup_out_text(&r->out, s, n);
		return;
	}
	b = r->top == 0 ? &r->label : r->depth > 1 ? &r->name : &r->time;
	n = markup_fit(s, n, b->max - b->len);
	if (n > 0 && buf_add(b, s, n, &ignored) < 0)
		r->failed = true;
}

/* --- The parts. */

struct reader {
	struct draft d;
	struct window w;
	struct row row;
	struct buf text;		/* a row as UTF-8 */
	char delimiter[BOUNDARY_MAX + 4];	/* "--..." */
	size_t ndelimiter;
	bool counting;			/* the first of the two times */
	struct votes pictures, names;
	bool grouped;
	struct chat_stamp day;
	struct buf last;		/* the sender before, as it stands */
};

static int
unparsed(struct reader *r, const struct chat_line *line, const char *why,
	struct err *e)
{
	const struct chat_sink *sink = r->d.job->sink;

	if (r->counting || line->len == 0)
		return 0;
	return sink->unparsed(sink->arg, line->off, line->len, why, e);
}

static bool
strip(struct scan *c, const char *s, size_t n, const char *lit)
{
	*c = scan_of(s, n);
	return scan_lit(c, lit);
}

/* Rows that are no message: titles, the partner, days. */
static int
take_label(struct reader *r, const struct chat_line *line,
	const struct buf *b, struct err *e)
{
	const char *s = buf_str(b);
	struct chat_stamp day = {0};
	size_t n = b->len;
	struct scan c;

	scan_trim(&s, &n);
	if (n == 0 || strip(&c, s, n, "消息记录") ||
	    strip(&c, s, n, "消息分组:") || strip(&c, s, n, "消息分组："))
		return r->row.stray ? unparsed(r, line, line->s, e) : 0;
	if (strip(&c, s, n, "消息对象:") || strip(&c, s, n, "消息对象：")) {
		memset(&r->day, 0, sizeof(r->day));
		buf_clear(&r->last);
		return draft_conv(&r->d, c.s, scan_left(&c), e);
	}
	if (strip(&c, s, n, "日期:") || strip(&c, s, n, "日期：")) {
		(void)scan_blanks(&c);
		if (scan_ymd(&c, "-/", &day)) {
			r->day = day;
			return 0;
		}
	}
	return unparsed(r, line, s, e);
}

static bool
parse_time(const struct reader *r, struct chat_stamp *when)
{
	const char *s = buf_str(&r->row.time);
	size_t n = r->row.time.len;
	struct scan c;

	scan_trim(&s, &n);
	c = scan_of(s, n);
	*when = r->day;
	if (scan_ymd(&c, "-/", when))
		(void)scan_blanks(&c);
	if (!scan_clock(&c, ":", when, NULL))
		return false;
	(void)scan_blanks(&c);
	return scan_done(&c);
}

static enum chat_role
role_of(const struct reader *r)
{
	const struct vote *v = votes_find(&r->names, buf_str(&r->last),
	    r->last.len);
	int self = v && v->self != 0 ? v->self : r->row.self;

	return self > 0 ? CHAT_SELF : self < 0 ? CHAT_PEER : CHAT_UNKNOWN;
}

static int
add_pictures(struct reader *r, struct err *e)
{
	const struct buf *b = &r->row.pictures;
	const char *s = buf_str(b), *end = s + b->len;
	enum chat_present state;
	size_t n;

	for (; s < end; s += n + 1) {
		n = strlen(s);
		state = votes_find(&r->pictures, s, n) ||
		    r->pictures.n == r->pictures.max ? CHAT_PRESENT :
		    strncasecmp(s, "http", 4) == 0 ? CHAT_REMOTE :
		    CHAT_MISSING;
		if (draft_attach(&r->d, s, n, state, e) < 0)
			return -1;
	}
	return 0;
}

static void
classify(struct draft *d, const struct row *r, bool program)
{
	const char *s = buf_str(&d->text);

	d->m.kind = kinds_bracket(s, d->text.len, NULL);
	if (d->text.len == 0 && r->pictures.len > 0)
		d->m.kind = CHAT_IMAGE;
	else if (kinds_recall(s, d->text.len))
		d->m.kind = CHAT_RECALL;
	else if (program)
		d->m.kind = CHAT_SYSTEM;
	if (program)
		d->m.role = CHAT_PROGRAM;
}

static bool
speaks_program(const char *name, size_t n, const char *id, size_t nid)
{
	return kinds_qq_program(&(struct chat_str){id, nid},
	    &(struct chat_str){name, n});
}

static int
emit(struct reader *r, const struct chat_line *line,
	const struct chat_stamp *when, struct err *e)
{
	const char *name = buf_str(&r->last), *id;
	size_t n = r->last.len, nid;
	struct draft *d = &r->d;

	draft_begin(d, line);
	d->m.when = *when;
	(void)scan_id(name, &n, &id, &nid);
	if (draft_name(d, n > 0 ? name : NULL, n, e) < 0 ||
	    draft_id(d, id, nid, e) < 0 ||
	    draft_line(d, line, buf_str(&r->row.body), r->row.body.len,
	    e) < 0 || add_pictures(r, e) < 0)
		return -1;
	if (r->row.out.cut)
		d->m.warn |= CHAT_WARN_LONG;
	d->m.conv_type = r->grouped ? CHAT_GROUP : CHAT_PRIVATE;
	d->m.role = draft_role(d->job->hints, &(struct chat_str){id, nid},
	    &(struct chat_str){n > 0 ? name : NULL, n});
	if (d->m.role == CHAT_UNKNOWN)
		d->m.role = role_of(r);
	classify(d, &r->row, speaks_program(name, n, id, nid));
	return draft_emit(d, e);
}

static int
take_message(struct reader *r, const struct chat_line *line, struct err *e)
{
	const char *s = buf_str(&r->row.name);
	size_t n = r->row.name.len;
	const char *id;
	size_t nid;
	struct chat_stamp when;

	if (!parse_time(r, &when))
		return unparsed(r, line, line->s, e);
	/* Whoever goes on is not named again. */
	scan_trim(&s, &n);
	if (n > 0) {
		buf_clear(&r->last);
		if (buf_add(&r->last, s, n, e) < 0)
			return -1;
	}
	if (!r->counting)
		return emit(r, line, &when, e);
	s = buf_str(&r->last);
	n = r->last.len;
	(void)scan_id(s, &n, &id, &nid);
	if (speaks_program(s, n, id, nid))
		return 0;
	return votes_add(&r->names, buf_str(&r->last), r->last.len,
	    r->row.self, e);
}

/* N bytes of the table, up to and with its next </tr>. */
static int
take_row(struct reader *r, size_t n, struct err *e)
{
	const struct markup_events h = {row_open, row_close, row_text,
	    &r->row};
	struct chat_line line = {.off = r->w.off, .len = n};
	const uint8_t *s = r->w.s;

	while (n > 0 && (*s == '\r' || *s == '\n' || *s == ' ')) {
		s++;
		n--;
		line.off++;
		line.len--;
	}
	buf_clear(&r->text);
	if (chat_text_convert(&r->text, r->d.job->sniff->encoding.name, s, n,
	    &line.replaced, e) < 0)
		return -1;
	line.s = buf_str(&r->text);
	line.n = r->text.len;
	row_clear(&r->row);
	if (markup_parse(&h, line.s, line.n, e) < 0 ||
	    markup_out_end(&r->row.out, e) < 0)
		return -1;
	if (r->row.failed)
		return err_nomem(e);
	if (r->row.top > 1 || r->row.named || r->row.body.len > 0 ||
	    r->row.pictures.len > 0)
		return take_message(r, &line, e);
	if (r->row.top == 0 && r->row.label.len == 0)
		return r->row.stray ? unparsed(r, &line, line.s, e) : 0;
	return take_label(r, &line, r->row.top == 0 ? &r->row.label :
	    &r->row.time, e);
}

/* Where a delimiter begins a line in N bytes at S; N: nowhere. */
static size_t
find_delimiter(const struct reader *r, const uint8_t *s, size_t n)
{
	const uint8_t *p = s, *end = s + n;

	while (p < end && (p = memmem(p, (size_t)(end - p), r->delimiter,
	    r->ndelimiter)) != NULL) {
		if (p == s || p[-1] == '\n')
			return (size_t)(p - s);
		p++;
	}
	return n;
}

/* Behind the first </tr> in N bytes at S, looking from FROM on; 0: none. */
static size_t
find_row_end(const uint8_t *s, size_t n, size_t from)
{
	const uint8_t *p = s + from, *end = s + n;

	while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		if (end - p < 5)
			return 0;
		if (strncasecmp((const char *)p, "</tr>", 5) == 0)
			return (size_t)(p - s) + 5;
		p++;
	}
	return 0;
}

/* The table, up to the delimiter behind it, or the end of the file. */
static int
read_table(struct reader *r, struct err *e)
{
	size_t row, n, stop, seen = 0;
	int rc;

	for (;;) {
		row = find_row_end(r->w.s, r->w.n, seen);
		n = row > 0 ? row : r->w.n;
		stop = find_delimiter(r, r->w.s, n);
		if (row == 0 && stop == n) {
			seen = n > 5 ? n - 5 : 0;
			rc = window_more(&r->w, e);
			if (rc < 0)
				return -1;
			if (rc == 1)
				continue;
			if (n == 0)
				return 0;
		}
		if (stop > 0 && take_row(r, stop, e) < 0)
			return -1;
		window_drop(&r->w, stop);
		if (stop < n)
			return 0;
		seen = 0;
	}
}

/* To the next delimiter.  1; 0: there is none. */
static int
skip_part(struct reader *r, struct err *e)
{
	size_t at;
	int rc;

	for (;;) {
		at = find_delimiter(r, r->w.s, r->w.n);
		if (at < r->w.n) {
			window_drop(&r->w, at);
			return 1;
		}
		/* The last bytes may be its beginning, with the line feed. */
		if (r->w.n > r->ndelimiter)
			window_drop(&r->w, r->w.n - r->ndelimiter);
		rc = window_more(&r->w, e);
		if (rc <= 0)
			return rc;
	}
}

struct part {
	bool html, encoded;
	char location[CHAT_NAME_MAX];
};

static bool
header(const char *s, size_t n, const char *name, const char **value,
	size_t *len)
{
	size_t k = strlen(name);

	if (n <= k || strncasecmp(s, name, k) != 0 || s[k] != ':')
		return false;
	*value = s + k + 1;
	*len = n - k - 1;
	scan_trim(value, len);
	while (*len > 0 && ((*value)[*len - 1] == '\r' ||
	    (*value)[*len - 1] == '\n'))
		--*len;
	return true;
}

/* The lines behind a delimiter.  1; 0: it was the last one, or the end. */
static int
read_header(struct reader *r, struct part *part, struct err *e)
{
	const char *v;
	int64_t n;
	size_t len;

	memset(part, 0, sizeof(*part));
	n = window_line(&r->w, e);
	if (n <= 0)
		return (int)n;
	if ((size_t)n >= r->ndelimiter + 2 &&
	    memcmp(r->w.s + r->ndelimiter, "--", 2) == 0)
		return 0;
	do {
		window_drop(&r->w, (size_t)n);
		n = window_line(&r->w, e);
		if (n <= 0)
			return (int)n;
		if (header((const char *)r->w.s, (size_t)n, "Content-Type",
		    &v, &len))
			part->html = len >= 9 &&
			    strncasecmp(v, "text/html", 9) == 0;
		else if (header((const char *)r->w.s, (size_t)n,
		    "Content-Location", &v, &len))
			(void)snprintf(part->location, sizeof(part->location),
			    "%.*s", (int)(len < sizeof(part->location) ? len :
			    sizeof(part->location) - 1), v);
		else if (header((const char *)r->w.s, (size_t)n,
		    "Content-Transfer-Encoding", &v, &len))
			part->encoded = len >= 6 &&
			    (strncasecmp(v, "base64", 6) == 0 ||
			    strncasecmp(v, "quoted", 6) == 0);
	} while (r->w.s[0] != '\n' && r->w.s[0] != '\r');
	window_drop(&r->w, (size_t)n);
	return 1;
}

static int
read_parts(struct reader *r, struct err *e)
{
	struct chat_line at;
	struct part part;
	int rc = skip_part(r, e);

	while (rc == 1 && (rc = read_header(r, &part, e)) == 1) {
		at = (struct chat_line){.off = r->w.off, .len = 1};
		if (part.html && part.encoded) {
			if (unparsed(r, &at, "an encoded table", e) < 0)
				return -1;
		} else if (part.html && read_table(r, e) < 0) {
			return -1;
		} else if (r->counting && part.location[0] != '\0' &&
		    votes_add(&r->pictures, part.location,
		    strlen(part.location), 0, e) < 0) {
			return -1;
		}
		rc = skip_part(r, e);
	}
	return rc;
}

/* "boundary=", with or without quotes, wherever it stands in the head. */
static bool
find_boundary(struct reader *r, const struct chat_sniff *s)
{
	const char *p = strcasestr(s->text, "boundary="), *end;
	size_t n;

	if (!p)
		return false;
	p += strlen("boundary=");
	if (*p == '"')
		end = strchr(++p, '"');
	else
		end = p + strcspn(p, "; \t\r\n");
	if (!end || end == p || end - p > (ptrdiff_t)BOUNDARY_MAX)
		return false;
	n = (size_t)(end - p);
	r->ndelimiter = n + 2;
	memcpy(r->delimiter, "--", 2);
	memcpy(r->delimiter + 2, p, n);
	return true;
}

static bool
has_head(const struct chat_sniff *s)
{
	const char *end = strstr(s->text, "\n\r\n");
	size_t n;

	if (s->archive || s->ntext == 0)
		return false;
	if (!end)
		end = strstr(s->text, "\n\n");
	n = end ? (size_t)(end - s->text) : s->ntext;
	if (n > 4096)
		n = 4096;
	return scan_has(s->text, n, "Save by Tencent MsgMgr") ||
	    scan_has(s->text, n, "Subject: Tencent IM Message");
}

static int
score(const struct chat_sniff *s)
{
	return has_head(s) ? CHAT_SURE : 0;
}

static int
read_once(struct reader *r, struct chat_job *job, struct err *e)
{
	int rc;

	window_init(&r->w, job->in, ROW_MAX);
	memset(&r->day, 0, sizeof(r->day));
	buf_clear(&r->last);
	r->d.has_conv = false;
	rc = read_parts(r, e);
	window_release(&r->w);
	return rc;
}

/* More than two who speak, or numbers behind the names. */
static bool
is_group(const struct reader *r)
{
	return r->names.n > 2;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.pictures.max = PICTURES_MAX,
	    .names.max = NAMES_MAX, .counting = true};
	int rc = -1;

	draft_init(&r.d, job);
	row_init(&r.row);
	buf_init(&r.text, 4 * (size_t)ROW_MAX);
	buf_init(&r.last, CHAT_NAME_MAX);
	if (!find_boundary(&r, job->sniff)) {
		(void)err_set(e, ERR_FORMAT, "no boundary in its head");
		goto out;
	}
	if (read_once(&r, job, e) < 0)
		goto out;
	r.counting = false;
	r.grouped = is_group(&r);
	rc = read_once(&r, job, e);
out:
	free(r.pictures.v);
	free(r.names.v);
	buf_release(&r.text);
	buf_release(&r.last);
	row_release(&r.row);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_qq_mht = {
	.name = "qq-mht",
	.platform = "qq",
	.version = 2,
	.score = score,
	.read = read_all
};
