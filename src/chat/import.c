/* chat/import.c - whose format it is, by trying; and how reading it went. */
#include "chat/import.h"

#include <string.h>

#include "base/str.h"
#include "chat/formats.h"
#include "chat/kinds.h"
#include "chat/shape.h"
#include "chat/wide.h"

#include "base/banned.h"

#define CLOSE 15		/* points between formats that are both tried */
#define TRY_MAX 4

/* --- Counting. */

struct counter {
	const struct chat_sink *next;	/* or NULL */
	struct chat_report *r;
	struct chat_str member;
	struct chat_stamp last;		/* its text is made once, at the end */
};

/* The beginning of S, no character torn. */
static void
copy_cut(char *out, size_t size, const struct chat_str *s)
{
	size_t n = s->s ? s->n : 0;

	if (n > size - 1) {
		n = size - 1;
		while (n > 0 && ((unsigned char)s->s[n] & 0xc0) == 0x80)
			n--;
	}
	/* Twice a message.  gcc makes a slow "rep movs" of a short memcpy(). */
	if (n > 0)
		memmove(out, s->s, n);
	out[n] = '\0';
}

static void
set_edge(struct chat_edge *edge, const struct chat_msg *m)
{
	copy_cut(edge->sender, sizeof(edge->sender),
	    m->sender_name.s ? &m->sender_name : &m->sender_id);
	copy_cut(edge->text, sizeof(edge->text), &m->text);
}

static int
on_message(void *arg, const struct chat_msg *m, struct err *e)
{
	struct counter *c = arg;
	struct chat_msg copy;

	if (c->r->messages++ == 0) {
		set_edge(&c->r->first, m);
		stamp_text(c->r->first.when, &m->when);
	}
	set_edge(&c->r->last, m);
	c->last = m->when;
	c->r->system += m->kind == CHAT_SYSTEM;
	c->r->warn |= m->warn;
	if (!c->next || !c->next->message)
		return 0;
	if (!c->member.s || m->member.s)
		return c->next->message(c->next->arg, m, e);
	copy = *m;
	copy.member = c->member;
	return c->next->message(c->next->arg, &copy, e);
}

static int
on_unparsed(void *arg, uint64_t off, uint64_t n, const char *text,
	struct err *e)
{
	struct counter *c = arg;

	c->r->unparsed++;
	if (!c->next || !c->next->unparsed)
		return 0;
	return c->next->unparsed(c->next->arg, off, n, text, e);
}

/* --- Looking at the head. */

struct look {
	struct chat_sniff s;
	uint8_t raw[CHAT_SNIFF_LEN];
	struct buf text;
};

static void
look_free(struct look *l)
{
	if (l)
		buf_release(&l->text);
	free(l);
}

static struct look *
look_at(const struct chat_input *in, const struct chat_hints *hints,
	struct err *e)
{
	struct look *l = calloc(1, sizeof(*l));
	bool replaced = false;
	int64_t got;

	if (!l) {
		(void)err_nomem(e);
		return NULL;
	}
	buf_init(&l->text, 4 * CHAT_SNIFF_LEN + 64);
	l->s.in = in;
	l->s.raw = l->raw;
	do {
		got = in->read(in->arg, l->s.nraw, l->raw + l->s.nraw,
		    CHAT_SNIFF_LEN - l->s.nraw, e);
		if (got < 0)
			goto fail;
		l->s.nraw += (size_t)got;
	} while (got > 0 && l->s.nraw < CHAT_SNIFF_LEN);
	l->s.text = "";
	l->s.archive = chat_archive_is(l->raw, l->s.nraw);
	if (l->s.archive || (l->s.nraw >= 15 &&
	    memcmp(l->raw, "SQLite format 3", 15) == 0))
		return l;
	if (chat_encoding_find(&l->s.encoding, in, e) < 0)
		goto fail;
	if (hints && hints->encoding) {
		(void)snprintf(l->s.encoding.name,
		    sizeof(l->s.encoding.name), "%s", hints->encoding);
		l->s.encoding.guessed = false;
	}
	if (chat_text_convert(&l->text, l->s.encoding.name,
	    l->raw + l->s.encoding.bom, l->s.nraw - l->s.encoding.bom,
	    &replaced, e) < 0)
		goto fail;
	l->s.text = buf_str(&l->text);
	l->s.ntext = l->text.len;
	chat_shape_look(&l->s);
	return l;
fail:
	look_free(l);
	return NULL;
}

/* The best of them, best first; returns how many. */
static size_t
candidates(const struct chat_sniff *s, const struct chat_format **out)
{
	const struct chat_format *f;
	int score[TRY_MAX], got;
	size_t n = 0, i, k;

	for (i = 0; (f = chat_formats[i]) != NULL; i++) {
		got = f->score(s);
		if (got <= 0)
			continue;
		for (k = 0; k < n && score[k] >= got; k++)
			;
		if (k == TRY_MAX)
			continue;
		if (n < TRY_MAX)
			n++;
		memmove(&score[k + 1], &score[k],
		    (n - k - 1) * sizeof(*score));
		memmove(&out[k + 1], &out[k], (n - k - 1) * sizeof(*out));
		score[k] = got;
		out[k] = f;
	}
	for (i = 0; i < n && score[i] + CLOSE >= score[0]; i++)
		;
	return i;
}

/* --- Reading. */

/* With one format; *r is added to. */
static int
read_with(const struct chat_format *f, const struct look *l,
	const struct chat_hints *hints, const struct chat_sink *sink,
	const char *member, struct chat_report *r, struct err *e)
{
	struct counter c = {.next = sink, .r = r,
	    .member = {member, member ? strlen(member) : 0}};
	const struct chat_sink counting = {on_message, on_unparsed, &c};
	struct chat_job job = {l->s.in, &l->s, hints, &counting, 0};
	uint64_t before = r->messages;
	int rc;

	r->format = f;
	rc = f->read(&job, e);
	if (r->messages > before)
		stamp_text(r->last.when, &c.last);
	r->warn |= job.warn;
	if (l->s.encoding.guessed)
		r->warn |= CHAT_WARN_ENCODING;
	return rc;
}

/* Less unparsed; then more messages. */
static bool
better(const struct chat_report *a, const struct chat_report *b)
{
	if ((a->messages == 0) != (b->messages == 0))
		return a->messages > 0;
	return a->unparsed != b->unparsed ? a->unparsed < b->unparsed :
	    a->messages > b->messages;
}

/* Of N formats the one that understands most; -1: none read to the end. */
static int
try_each(const struct chat_format **f, size_t n, const struct look *l,
	const struct chat_hints *hints, size_t *best, struct err *e)
{
	struct chat_report r, top = {0};
	struct err why = ERR_INIT;
	bool any = false;
	size_t i;

	for (i = 0; i < n; i++) {
		memset(&r, 0, sizeof(r));
		err_clear(&why);
		if (read_with(f[i], l, hints, NULL, NULL, &r, &why) < 0) {
			if (why.code != ERR_FORMAT || i + 1 == n)
				*e = why;
			if (why.code != ERR_FORMAT)
				return -1;
			continue;
		}
		if (!any || better(&r, &top)) {
			top = r;
			*best = i;
		}
		any = true;
	}
	if (any)
		err_clear(e);
	return any ? 0 : -1;
}

/* As read_one(), what is read as it stands. */
static int
read_bytes(const struct look *l, const struct chat_hints *hints,
	const struct chat_sink *sink, const char *member,
	struct chat_report *r, struct err *e)
{
	const struct chat_format *f[TRY_MAX];
	size_t n, best = 0;

	if (hints && hints->pattern_ini && l->s.ntext > 0)
		return read_with(&chat_pattern, l, hints, sink, member, r, e);
	n = candidates(&l->s, f);
	if (n == 0)
		return 1;
	if (n > 1 && try_each(f, n, l, hints, &best, e) < 0)
		return -1;
	return read_with(f[best], l, hints, sink, member, r, e);
}

/* --- UTF-16. */

/* Behind the blanks of the text, which is in UTF-16 or UTF-32; "": it is not. */
static const char *
wide_text(const struct chat_sniff *s)
{
	if (strncmp(s->encoding.name, "UTF-", 4) != 0 ||
	    strcmp(s->encoding.name, "UTF-8") == 0)
		return "";
	return s->text + strspn(s->text, " \t\r\n");
}

/* JSON is read by its bytes, which must be those of UTF-8. */
static bool
is_wide_json(const struct chat_sniff *s)
{
	const char *p = wide_text(s);

	if (*p == '[')		/* "[12:00]" is none */
		p += 1 + strspn(p + 1, " \t\r\n");
	return *p == '{' && strncmp(s->encoding.name, "UTF-16", 6) == 0;
}

struct narrow {
	struct chat_wide *w;
	const struct chat_sink *next;
};

/* N bytes from *OFF on are where they stand in the file. */
static int
place(struct narrow *k, uint64_t *off, uint64_t *n, struct err *e)
{
	const uint64_t behind = *off + *n;
	uint64_t end;

	if (chat_wide_place(k->w, *off, off, e) < 0 ||
	    chat_wide_place(k->w, behind, &end, e) < 0)
		return -1;
	*n = end - *off;
	return 0;
}

static int
on_narrow_message(void *arg, const struct chat_msg *m, struct err *e)
{
	struct narrow *k = arg;
	struct chat_msg copy = *m;

	if (!k->next || !k->next->message)
		return 0;
	return place(k, &copy.off, &copy.len, e) < 0 ? -1 :
	    k->next->message(k->next->arg, &copy, e);
}

static int
on_narrow_unparsed(void *arg, uint64_t off, uint64_t n, const char *text,
	struct err *e)
{
	struct narrow *k = arg;

	if (!k->next || !k->next->unparsed)
		return 0;
	return place(k, &off, &n, e) < 0 ? -1 :
	    k->next->unparsed(k->next->arg, off, n, text, e);
}

static int
read_wide(const struct look *l, const struct chat_hints *hints,
	const struct chat_sink *sink, const char *member,
	struct chat_report *r, struct err *e)
{
	struct chat_hints known = hints ? *hints : (struct chat_hints){0};
	struct narrow k = {.next = sink};
	const struct chat_sink narrow = {on_narrow_message,
	    on_narrow_unparsed, &k};
	const bool big = strstr(l->s.encoding.name, "BE") != NULL;
	struct chat_input in;
	struct look *again = NULL;
	int rc = -1;

	known.encoding = NULL;
	k.w = chat_wide_new(l->s.in, l->s.encoding.bom, big, e);
	if (!k.w)
		return -1;
	chat_wide_input(k.w, &in);
	again = look_at(&in, &known, e);
	if (again) {
		again->s.member = l->s.member;
		again->s.nmember = l->s.nmember;
		rc = read_bytes(again, &known, &narrow, member, r, e);
	}
	look_free(again);
	chat_wide_free(k.w);
	return rc;
}

/*
 * The file that L has looked at, into *r.  1: no format knows it.  Where it is
 * no member of an archive, MEMBER is NULL.
 */
static int
read_one(const struct look *l, const struct chat_hints *hints,
	const struct chat_sink *sink, const char *member,
	struct chat_report *r, struct err *e)
{
	return is_wide_json(&l->s) ?
	    read_wide(l, hints, sink, member, r, e) :
	    read_bytes(l, hints, sink, member, r, e);
}

/* --- Archives. */

/* Pictures and documents, and what apps put there for themselves. */
static bool
is_no_chat(const struct chat_input *in)
{
	static const char *const endings[] = {".pdf", ".doc", ".docx", ".xls",
	    ".xlsx", ".ppt", ".pptx", ".zip", ".rar", ".7z", ".apk", ".exe"};
	size_t i;

	if (in->size == 0 || in->name[0] == '.' ||
	    strncmp(in->path, "__MACOSX/", 9) == 0 ||
	    kinds_file(in->name, strlen(in->name)) != CHAT_FILE)
		return true;
	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (str_ends(in->name, endings[i]))
			return true;
	return false;
}

/* Member I; its path begins with that of the archive, which may say more. */
static int
read_member(struct chat_archive *a, const struct chat_input *in, size_t i,
	const struct chat_hints *hints, const struct chat_sink *sink,
	struct chat_report *r, struct err *e)
{
	struct chat_input member;
	struct look *l = NULL;
	const char *inner;
	char *path = NULL;
	int rc = -1;

	chat_archive_member(a, i, &member);
	if (is_no_chat(&member))
		return 1;
	inner = member.path;
	path = str_fmt("%s/%s", in->path, inner);
	if (!path)
		return err_nomem(e);
	member.path = path;
	l = look_at(&member, hints, e);
	if (!l)
		goto out;
	rc = 1;
	if (l->s.archive)
		goto out;
	l->s.member = chat_archive_paths(a);
	l->s.nmember = chat_archive_count(a);
	rc = read_one(l, hints, sink, inner, r, e);
	if (rc < 0)
		(void)err_prefix(e, "'%.200s'", inner);
out:
	look_free(l);
	free(path);
	return rc;
}

/* Each member that some format knows, one after the other. */
static int
read_members(struct chat_archive *a, const struct chat_input *in,
	const struct chat_hints *hints, const struct chat_sink *sink,
	struct chat_report *r, struct err *e)
{
	const struct chat_format *first = NULL;
	size_t i;

	for (i = 0; i < chat_archive_count(a); i++) {
		if (read_member(a, in, i, hints, sink, r, e) < 0)
			return -1;
		if (!first)
			first = r->format;
	}
	r->format = first;
	return first ? 0 : 1;
}

static int
read_archive(const struct chat_input *in, struct look *l,
	const struct chat_hints *hints, const struct chat_sink *sink,
	struct chat_report *r, struct err *e)
{
	struct chat_archive *a = chat_archive_open(in, e);
	int rc;

	if (!a)
		return -1;
	l->s.member = chat_archive_paths(a);
	l->s.nmember = chat_archive_count(a);
	rc = read_one(l, hints, sink, NULL, r, e);
	if (rc == 1)
		rc = read_members(a, in, hints, sink, r, e);
	chat_archive_close(a);
	return rc;
}

/* Nothing but NUL: what a crash leaves. */
static bool
only_nul(const struct look *l)
{
	size_t i;

	for (i = 0; i < l->s.nraw; i++)
		if (l->raw[i] != 0)
			return false;
	return l->s.nraw > 0;
}

int
chat_import(const struct chat_input *in, const struct chat_hints *hints,
	const struct chat_sink *sink, struct chat_report *r, struct err *e)
{
	struct look *l;
	int rc = -1;

	memset(r, 0, sizeof(*r));
	l = look_at(in, hints, e);
	if (!l)
		return -1;
	if (l->s.nraw == 0) {
		r->warn |= CHAT_WARN_EMPTY;
		(void)err_set(e, ERR_FORMAT, "the file is empty");
		goto out;
	}
	if (only_nul(l)) {
		r->warn |= CHAT_WARN_EMPTY;
		(void)err_set(e, ERR_FORMAT,
		    "the file is damaged: it holds nothing but zeros");
		goto out;
	}
	rc = l->s.archive ? read_archive(in, l, hints, sink, r, e) :
	    read_one(l, hints, sink, NULL, r, e);
	if (rc == 0 && r->messages == 0) {
		r->warn |= CHAT_WARN_EMPTY;
		rc = err_set(e, ERR_FORMAT, "no message in it");
	}
	if (rc != 0 && r->messages == 0 && *wide_text(&l->s) &&
	    strchr("{[<", *wide_text(&l->s))) {
		err_clear(e);
		rc = err_set(e, ERR_FORMAT, "the file is in %s: save it as "
		    "UTF-8", l->s.encoding.name);
	}
out:
	look_free(l);
	return rc;
}
