/* desk/importer.c - a process that starts a parser for each export. */
#include "desk/importer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "base/str.h"
#include "chat/goods.h"
#include "desk/parser.h"
#include "desk/shoplist.h"

#include "base/banned.h"

#define WRITE_LEN (256u * 1024)		/* bytes written at once */
#define WRITTEN_MAX ((uint64_t)16 << 30)

/* The longest that one takes: parsers wait for nothing but the disk. */
#define PATIENCE 4

struct importer {
	pid_t pid;
	int fd;			/* to the process */
	int in, out;		/* files without a name */
};

/* What goes over the socket; the same program reads it. */
struct request {
	uint64_t size;
	uint32_t goods;		/* 1: a list of them; 0: a chat */
	uint32_t order;		/* enum date_order */
	uint32_t nself;
	/* bytes of text behind it, each with its NUL */
	uint32_t path, encoding, self;
	uint32_t pattern;
};

struct reply {
	int rc;
	char format[32];	/* "": none */
	uint64_t messages, system, unparsed;
	unsigned warn;
	struct importer_goods goods;
	struct err e;
};

/* --- The parser. */

struct parsing {
	struct parser_job job;
	bool goods;
	int out;
	/* while it reads */
	struct buf lines;
	uint64_t n;
	struct chat_report report;
};

static int
flush(struct parsing *p, struct err *e)
{
	int rc = file_write(p->out, p->lines.data, p->lines.len,
	    "the messages", e);

	buf_clear(&p->lines);
	return rc;
}

static int
on_message(void *arg, const struct chat_msg *m, struct err *e)
{
	struct parsing *p = arg;

	p->n++;
	if (chat_message_line(&p->lines, p->report.format, p->n, m, e) < 0)
		return -1;
	return p->lines.len >= WRITE_LEN ? flush(p, e) : 0;
}

/* A list of goods as a page. */
static void
parse_goods(struct parsing *p, struct reply *r)
{
	struct goods g;
	size_t n = 0;

	r->rc = parser_goods(&p->job, &g, &r->e);
	if (r->rc == 0)
		r->rc = shoplist_goods(&g, &p->lines, &n, &r->e);
	r->goods = (struct importer_goods){(int64_t)n,
	    (int64_t)(g.over + g.n - n), (int64_t)g.bare,
	    (int64_t)g.repeated, (int64_t)g.damaged};
	goods_free(&g);
}

static void
parse_chat(struct parsing *p, struct reply *r)
{
	const struct chat_sink sink = {on_message, NULL, p};

	r->rc = parser_read(&p->job, &sink, &p->report, &r->e);
}

static int
parse(int fd, void *arg)
{
	struct parsing *p = arg;
	struct err ignored = ERR_INIT;
	struct reply r;

	memset(&r, 0, sizeof(r));
	buf_init(&p->lines, PARSER_LINE_MAX + WRITE_LEN);
	if (p->goods)
		parse_goods(p, &r);
	else
		parse_chat(p, &r);
	if (r.rc == 0 && flush(p, &r.e) < 0)
		r.rc = -1;
	if (p->report.format)
		(void)snprintf(r.format, sizeof(r.format), "%s",
		    p->report.format->name);
	r.messages = p->report.messages;
	r.system = p->report.system;
	r.unparsed = p->report.unparsed;
	r.warn = p->report.warn;
	/* If this fails, the importer says that the parser was lost. */
	(void)file_write(fd, &r, sizeof(r), "parser", &ignored);
	return 0;
}

/* --- The importer. */

struct server {
	int fd;			/* to the box */
	int in, out;
	struct request q;
	char text[IMPORTER_PATH_MAX + IMPORTER_TEXT_MAX + 64];
	const char *self[IMPORTER_SELF_MAX];
};

static const struct chat_format *
find_format(const char *name)
{
	size_t i;

	for (i = 0; chat_formats[i]; i++)
		if (strcmp(chat_formats[i]->name, name) == 0)
			return chat_formats[i];
	return NULL;
}

static bool
is_sane_goods(const struct reply *r)
{
	const struct importer_goods *g = &r->goods;

	return (r->rc == 0 || r->rc == -1) && g->items >= 0 && g->over >= 0 &&
	    g->bare >= 0 && g->repeated >= 0 && g->damaged >= 0;
}

/* Whoever wrote it has read foreign bytes. */
static bool
is_sane(bool goods, struct reply *r)
{
	r->format[sizeof(r->format) - 1] = '\0';
	r->warn &= (1u << CHAT_WARN_BITS) - 1;
	if (goods)
		return is_sane_goods(r);
	return (r->rc == 0 || r->rc == 1 || r->rc == -1) &&
	    (r->format[0] == '\0' ? r->rc != 0 : !!find_format(r->format)) &&
	    r->messages <= INT64_MAX && r->system <= r->messages &&
	    r->unparsed <= INT64_MAX;
}

/* The parser's reply, or its end.  False: there is none. */
static bool
hear(int fd, const struct request *q, struct reply *r)
{
	const uint64_t s = PATIENCE * parser_seconds(q->size);
	struct pollfd p = {fd, POLLIN, 0};
	struct err ignored = ERR_INIT;
	size_t got = 0;
	int rc;

	do {
		rc = poll(&p, 1, s < INT_MAX / 1000 ? (int)s * 1000 : -1);
	} while (rc < 0 && errno == EINTR);
	return rc > 0 && file_read(fd, r, sizeof(*r), &got, "parser",
	    &ignored) == 0 && got == sizeof(*r) &&
	    is_sane(q->goods != 0, r);
}

/* Only of room and memory can a parser's word be more than the file's fault. */
static void
take_err(struct err *e, const struct err *said)
{
	parser_take_err(e, said);
	if (e->code != ERR_NOMEM && e->code != ERR_SPACE)
		e->code = ERR_FORMAT;
}

static void
answer(const struct server *s, const struct chat_hints *hints,
	struct reply *r)
{
	const int keep[] = {s->in, s->out};
	struct parsing p = {.job = {s->in, s->q.size, s->text, hints,
	    WRITTEN_MAX}, .goods = s->q.goods != 0, .out = s->out};
	struct err why = ERR_INIT;
	int sock = -1, status;
	bool heard;
	pid_t pid;

	memset(r, 0, sizeof(*r));
	r->rc = -1;
	if (ftruncate(s->out, 0) < 0 || lseek(s->out, 0, SEEK_SET) < 0) {
		(void)err_sys(&r->e, errno, "cannot empty a temporary file");
		r->e.code = ERR_FAIL;
		return;
	}
	pid = proc_fork(parse, &p, keep, 2, &sock, &r->e);
	if (pid < 0) {
		r->e.code = ERR_FAIL;
		return;
	}
	heard = hear(sock, &s->q, r);
	/* It has said all, or will not: nothing of it shall go on. */
	if (!heard)
		(void)kill(pid, SIGKILL);
	status = proc_wait_pid(pid, &why);
	(void)close(sock);
	if (heard && status == 0) {
		why = r->e;
		if (r->rc < 0)
			take_err(&r->e, &why);
		return;
	}
	memset(r, 0, sizeof(*r));
	r->rc = -1;
	parser_lost(status, &r->e);
}

/* N bytes that end in a NUL, or none; *at moves behind them. */
static bool
take_text(const struct server *s, uint32_t n, size_t *at)
{
	if (n > sizeof(s->text) - *at)
		return false;
	*at += n;
	return n == 0 || s->text[*at - 1] == '\0';
}

/* What the box says is no more trusted than what it reads. */
static bool
take_request(struct server *s, struct chat_hints *h)
{
	const struct request *q = &s->q;
	size_t at = 0, self, i, n;

	memset(h, 0, sizeof(*h));
	if (q->size > (uint64_t)IMPORTER_IN_MAX || q->goods > 1 ||
	    q->order > DATE_YMD || q->nself > IMPORTER_SELF_MAX ||
	    q->path == 0 || !take_text(s, q->path, &at))
		return false;
	h->date_order = (enum date_order)q->order;
	h->encoding = q->encoding > 0 ? s->text + at : NULL;
	if (!take_text(s, q->encoding, &at))
		return false;
	self = at;
	if (!take_text(s, q->self, &at))
		return false;
	for (i = 0; i < q->nself; i++, self += n) {
		if (self >= at)
			return false;
		s->self[i] = s->text + self;
		n = strlen(s->self[i]) + 1;
	}
	h->self_id = s->self;
	h->nself = q->nself;
	h->pattern_ini = q->pattern > 0 ? s->text + at : NULL;
	h->pattern_len = q->pattern > 0 ? q->pattern - 1 : 0;
	return take_text(s, q->pattern, &at);
}

/* All N bytes.  1, 0: whoever asks has gone, or asks nonsense. */
static int
read_all(int fd, void *data, size_t n)
{
	struct err ignored = ERR_INIT;
	size_t got = 0;

	return file_read(fd, data, n, &got, "importer", &ignored) == 0 &&
	    got == n;
}

static int
serve(int fd, void *arg)
{
	const struct importer *files = arg;
	struct server *s = calloc(1, sizeof(*s));
	struct err ignored = ERR_INIT;
	/* Held, they are not looked for again by whoever is forked. */
	struct chat_charsets *charsets = chat_charsets_load(&ignored);
	struct chat_hints hints;
	struct reply r;
	size_t n;

	if (!s || !charsets ||
	    sandbox_enter(SANDBOX_STARTER, NULL, &ignored) < 0)
		return 1;
	s->fd = fd;
	s->in = files->in;
	s->out = files->out;
	while (read_all(fd, &s->q, sizeof(s->q))) {
		n = (size_t)s->q.path + s->q.encoding + s->q.self +
		    s->q.pattern;
		if (n > sizeof(s->text) || !read_all(fd, s->text, n) ||
		    !take_request(s, &hints))
			break;
		answer(s, &hints, &r);
		if (file_write(fd, &r, sizeof(r), "importer", &ignored) < 0)
			break;
	}
	chat_charsets_free(charsets);
	free(s);
	return 0;
}

/* --- Whoever asks. */

struct importer *
importer_new(const char *dir, struct err *e)
{
	struct importer *i = calloc(1, sizeof(*i));
	int keep[2];

	if (!i) {
		(void)err_nomem(e);
		return NULL;
	}
	i->pid = -1;
	i->fd = i->out = -1;
	i->in = file_nameless(dir, e);
	if (i->in >= 0)
		i->out = file_nameless(dir, e);
	if (i->out < 0)
		goto fail;
	keep[0] = i->in;
	keep[1] = i->out;
	i->pid = proc_fork(serve, i, keep, 2, &i->fd, e);
	if (i->pid >= 0)
		return i;
fail:
	importer_free(i);
	return NULL;
}

void
importer_free(struct importer *i)
{
	struct err ignored = ERR_INIT;

	if (!i)
		return;
	if (i->fd >= 0)
		(void)close(i->fd);
	if (i->pid > 0) {
		/* It may wait for a parser, which ends with it. */
		(void)kill(i->pid, SIGKILL);
		(void)proc_wait_pid(i->pid, &ignored);
	}
	if (i->in >= 0)
		(void)close(i->in);
	if (i->out >= 0)
		(void)close(i->out);
	free(i);
}

void
importer_fds(const struct importer *i, int fds[static IMPORTER_FDS])
{
	fds[0] = i->fd;
	fds[1] = i->in;
	fds[2] = i->out;
}

int
importer_in(struct importer *i, struct err *e)
{
	if (ftruncate(i->in, 0) < 0)
		return err_sys(e, errno, "cannot empty a temporary file");
	return i->in;
}

int
importer_out(struct importer *i, struct err *e)
{
	if (lseek(i->out, 0, SEEK_SET) < 0)
		return err_sys(e, errno, "cannot read a temporary file");
	return i->out;
}

/* S and its NUL; *n: how many bytes that are. */
static int
put_text(struct buf *b, const char *s, uint32_t *n, struct err *e)
{
	const size_t len = strlen(s) + 1;

	*n += (uint32_t)len;
	return buf_add(b, s, len, e);
}

static int
put_request(struct buf *b, const struct importer_ask *ask, bool goods,
	struct err *e)
{
	static const struct chat_hints none;
	const struct chat_hints *h = ask->hints ? ask->hints : &none;
	const char *path = ask->path;
	struct request q;
	size_t i;

	memset(&q, 0, sizeof(q));
	if (ask->size < 0 || ask->size > IMPORTER_IN_MAX)
		return err_set(e, ERR_FORMAT, "the file is too large to be "
		    "read: %lld bytes", (long long)ask->size);
	if (strlen(path) >= IMPORTER_PATH_MAX)
		path += strlen(path) - IMPORTER_PATH_MAX + 1;
	q.size = (uint64_t)ask->size;
	q.goods = goods;
	q.order = h->date_order;
	q.nself = h->nself < IMPORTER_SELF_MAX ? (uint32_t)h->nself :
	    IMPORTER_SELF_MAX;
	if (buf_add(b, &q, sizeof(q), e) < 0 ||
	    put_text(b, path, &q.path, e) < 0 ||
	    (h->encoding && put_text(b, h->encoding, &q.encoding, e) < 0))
		return -1;
	for (i = 0; i < q.nself; i++)
		if (put_text(b, h->self_id[i], &q.self, e) < 0)
			return -1;
	if (h->pattern_ini) {
		q.pattern = (uint32_t)h->pattern_len + 1;
		if (buf_add(b, h->pattern_ini, h->pattern_len, e) < 0 ||
		    buf_addc(b, '\0', e) < 0)
			return -1;
	}
	memcpy(b->data, &q, sizeof(q));
	return 0;
}

static int
gone(struct err *e)
{
	(void)err_set(e, ERR_FAIL, "the importer ended unexpectedly");
	return err_hint(e, "run the command again");
}

/* What it said into *said, whose rc is what is returned. */
static int
talk(struct importer *i, const struct importer_ask *ask, bool goods,
	struct reply *said, struct err *e)
{
	struct buf b = BUF_INIT(sizeof(struct request) + IMPORTER_PATH_MAX +
	    IMPORTER_TEXT_MAX);
	size_t got = 0;
	int rc = -1;

	memset(said, 0, sizeof(*said));
	if (put_request(&b, ask, goods, e) < 0)
		goto out;
	if (file_write(i->fd, b.data, b.len, "importer", e) < 0 ||
	    file_read(i->fd, said, sizeof(*said), &got, "importer", e) < 0 ||
	    got != sizeof(*said)) {
		memset(said, 0, sizeof(*said));
		(void)gone(e);
		goto out;
	}
	rc = said->rc;
	if (rc < 0)
		*e = said->e;
out:
	buf_release(&b);
	return rc;
}

int
importer_read(struct importer *i, const struct importer_ask *ask,
	struct importer_report *r, struct err *e)
{
	struct reply said;
	const int rc = talk(i, ask, false, &said, e);

	*r = (struct importer_report){find_format(said.format),
	    (int64_t)said.messages, (int64_t)said.system,
	    (int64_t)said.unparsed, said.warn};
	return rc;
}

int
importer_goods(struct importer *i, const struct importer_ask *ask,
	struct importer_goods *r, struct err *e)
{
	struct reply said;
	const int rc = talk(i, ask, true, &said, e);

	*r = said.goods;
	return rc;
}
