/*
 * cli/desk/cmd_serve.c - liudi-desk serve: the manager's page.
 *
 * Three processes: one speaks HTTP and has no key; this one writes the access log
 * and looks at nothing of the records; and for each page one in the box, which
 * makes it with the opener's help.  A form is done by this one.
 */
#include "cli/desk/deskcmds.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/pages.h"
#include "cli/desk/reads.h"
#include "cli/desk/shopreport.h"
#include "cli/desk/show.h"
#include "crypto/secmem.h"
#include "desk/notes.h"
#include "repo/mirror.h"
#include "web/assets.h"
#include "web/server.h"

#include "base/banned.h"

#define IDLE_MIN 30
#define QUIET_MS 3000		/* then what waits is sent */
#define DOOR "serve.html"

/* What the box leaves behind; shared with it. */
struct made {
	struct page_view view;
	struct wire_answer a;
	uint8_t body[];
};

#define TWICE_MS 60000

/* The last form that was done; its answer, until a page has said it. */
struct done {
	char path[WIRE_PATH_MAX + 1];
	char form[WIRE_FIELDS_MAX];
	size_t n;
	int64_t at;			/* clock_mono_ms(); 0: none */
	char to[WIRE_PATH_MAX + 1];
	const char *said;
	bool kept, told;
};

struct serve {
	const struct cli *c;
	struct deskhome h;
	struct opener *op;
	char reader[READS_NAME_LEN];	/* who signs; "": nobody can */
	struct buf unsent;		/* notes that wait to be sent */
	struct web_job job;
	const char *unix_path;		/* or NULL */
	bool at_path;			/* it is there, by us */
	bool git;			/* libgit2 is in use */
	char *door;			/* the file that lets in */
	pid_t pid;			/* of the one that speaks HTTP; 0 */
	int fd;				/* to it */
	struct wire_ask ask;
	struct made *made;
	struct done done;
};

/* --- The process that speaks HTTP. */

static const struct web_asset assets[] = {
	{"/assets/style.css", WIRE_CSS, web_style_css},
	{"/assets/paper.css", WIRE_CSS, web_paper_css},
	{"/assets/page.js", WIRE_SCRIPT, web_page_js},
	{"/assets/report.css", WIRE_CSS, shopreport_css},
	{"/assets/report.js", WIRE_SCRIPT, shopreport_js},
	{NULL, WIRE_TYPES, NULL}
};

static int
speak(int fd, void *arg)
{
	struct web_job *j = arg;
	struct err e = ERR_INIT;
	int rc;

	j->wire = fd;
	if (sandbox_enter(SANDBOX_SERVER, NULL, &e) < 0)
		return 1;
	rc = web_serve(j, &e);
	return rc < 0 ? 1 : 0;
}

static int
start_speaker(struct serve *s, struct err *e)
{
	struct web_job *j = &s->job;
	uint64_t code;

	if (web_listen(&j->place, s->unix_path, e) < 0)
		return -1;
	secmem_random(j->guard.token, GUARD_SECRET_LEN);
	secmem_random(j->guard.session, GUARD_SECRET_LEN);
	secmem_random(&code, sizeof(code));
	(void)snprintf(j->guard.code, sizeof(j->guard.code), "%08u",
	    (unsigned)(code % 100000000));
	j->guard.host = s->unix_path ? NULL : j->place.host;
	j->asset = assets;
	s->pid = proc_fork(speak, j, (const int[]){j->place.fd,
	    j->place.peers}, j->place.peers < 0 ? 1 : 2, &s->fd, e);
	s->at_path = s->unix_path != NULL;
	web_place_close(&j->place);
	return s->pid < 0 ? -1 : 0;
}

/* --- The file that lets in: whoever opens it posts the token, once. */

static int
write_door(struct serve *s, struct err *e)
{
	char token[GUARD_HEX_LEN];
	char *page;
	int rc;

	str_hex(token, s->job.guard.token, GUARD_SECRET_LEN);
	page = str_fmt("<!DOCTYPE html><meta charset=\"utf-8\"><title>留底</title>"
	    "<form method=\"post\" action=\"http://%s/auth\">"
	    "<input type=\"hidden\" name=\"token\" value=\"%s\">"
	    "<button>留底 liudi</button></form>"
	    "<script>document.forms[0].submit()</script>\n",
	    s->job.place.host, token);
	s->door = str_fmt("%s/" DOOR, s->h.dir);
	rc = page && s->door ? file_save(s->door, page, strlen(page), 0600,
	    e) : err_nomem(e);
	if (page)
		secmem_wipe(page, strlen(page));
	secmem_wipe(token, sizeof(token));
	free(page);
	return rc;
}

static void
tell(const struct serve *s)
{
	if (s->c->quiet && !s->unix_path)
		return;
	if (s->unix_path)
		(void)printf(cli_tr("the page is at '%s'; on your own computer:\n"
		    "  ssh -L 127.0.0.1:8080:%s …\nand open there "
		    "http://127.0.0.1:8080/, which asks for this code: "
		    "%.4s %s\n"), s->unix_path, s->unix_path,
		    s->job.guard.code, s->job.guard.code + 4);
	else
		(void)printf(cli_tr("open this file in your browser: %s\n"),
		    s->door);
	(void)puts(cli_tr("it lets in once; Ctrl-C ends the page"));
	(void)fflush(stdout);
}

/* --- A page, in the box. */

struct call {
	struct serve *s;
	const struct page_kind *kind;
	const char *arg;
	int64_t synced;
	bool look;			/* not made: named */
	const void *answer;		/* of a form; or NULL */
	const char *title;		/* not made: with this title … */
	const struct err *why;		/* … this is said */
};

/* What went wrong, as a page. */
static void
make_sorry(struct page *p, const char *title, const struct err *why)
{
	char what[CLI_FILLED_LEN], hint[CLI_FILLED_LEN];

	buf_clear(p->out);
	p->a->type = WIRE_HTML;
	p->a->foreign = 0;
	p->a->status = why->code == ERR_NOENT ? 404 :
	    why->code == ERR_USAGE ? 400 : 500;
	page_begin(p, cli_tr(title));
	html_element(&p->h, "p", "sentence do", cli_tr_filled(why->what,
	    what));
	if (why->hint[0] != '\0')
		html_element(&p->h, "p", NULL, cli_tr_filled(why->hint, hint));
	page_finish(p);
}

static int
make_it(struct page *p, const struct call *k, struct err *e)
{
	struct err why = ERR_INIT;

	if (k->why)
		why = *k->why;
	else if (pages_make(p, k->kind, &why) == 0)
		return 0;
	html_begin(&p->h, p->out, e);
	make_sorry(p, k->title, &why);
	return html_end(&p->h);
}

/* Is P the page that the last form led to?  Told once. */
static bool
to_be_told(const struct done *d, const struct wire_ask *q)
{
	const size_t n = strcspn(d->to, "?#");

	return d->at != 0 && !d->told && strlen(q->path) == n &&
	    memcmp(q->path, d->to, n) == 0;
}

/* Make the page, or say in the access log's words what it will show. */
static int
in_box(struct box *b, void *arg, struct err *e)
{
	struct call *k = arg;
	struct made *made = k->s->made;
	struct buf out = BUF_INIT(WIRE_BODY_MAX);
	struct page p = {.b = b, .op = b->opener, .ask = &k->s->ask,
	    .arg = k->arg, .now = clock_now_utc(), .synced = k->synced,
	    .a = &made->a, .out = &out, .unsent = &k->s->unsent,
	    .reader = k->s->reader, .answer = k->answer};
	int rc;

	if (to_be_told(&k->s->done, p.ask) && !k->why) {
		p.said = k->s->done.said;
		p.kept = k->s->done.kept;
	}
	if (setenv("LC_ALL", p.ask->zh ? "zh_CN.UTF-8" : "C.UTF-8", 1) < 0)
		return err_nomem(e);
	rc = k->look ? pages_name(&p, k->kind, &made->view, e) :
	    make_it(&p, k, e);
	if (rc == 0 && !k->look) {
		memcpy(made->body, out.data, out.len);
		made->a.n = out.len;
	}
	buf_release(&out);
	return rc;
}

/* Into the access log.  1: nothing of the records will be shown. */
static int
note(struct serve *s, struct call *k, struct access_pass *pass, struct err *e)
{
	struct access_ask ask = {.action = k->kind->action,
	    .first = ACCESS_NO_DAY, .last = ACCESS_NO_DAY};
	struct page_view *v = &s->made->view;
	struct box b = {.home = &s->h};
	int rc;
	size_t n;

	k->look = true;
	rc = box_run(&b, in_box, k, e);
	k->look = false;
	if (rc != 0)
		return rc;
	/* from where foreign bytes are parsed; whole characters */
	v->station[sizeof(v->station) - 1] = v->text[PAGE_VIEW_LEN - 1] = '\0';
	for (n = strlen(v->text); n > 0 && !utf8_valid(v->text, n); n--)
		;
	v->text[n] = '\0';
	ask.station = v->station[0] && utf8_clean(v->station,
	    strlen(v->station)) ? v->station : NULL;
	ask.view = v->text;
	return reads_page(s->c, s->op, &ask, pass, e);
}

/* D: of a form whose answer it is, which is in the access log; or NULL. */
static int
make_page(struct serve *s, const struct page_kind *kind, const char *arg,
	const struct page_deed *d, struct err *e)
{
	struct access_pass pass = {false};
	struct call k = {.s = s, .kind = kind, .arg = arg,
	    .synced = deskhome_synced(&s->h),
	    .title = "This page cannot be shown"};
	struct box b = {.home = &s->h, .pass = &pass, .mirrors = true};
	struct box sorry = {.home = &s->h, .bare = true};
	struct err why = ERR_INIT;
	struct seen *lost = seen_load(s->h.lost, &why);
	int rc = -1;

	buf_clear(&s->unsent);
	if (lost && notes_unsent(&s->h, &s->unsent, &why) == 0)
		rc = d ? 0 : note(s, &k, &pass, &why);
	if (d) {
		pass = d->pass;
		k.answer = d->answer;
	}
	if (rc == 0)
		b.opener = s->op;
	b.lost = lost;
	if (rc >= 0)
		rc = box_run(&b, in_box, &k, &why);
	seen_free(lost);
	if (rc == 0) {
		s->done.told = s->done.told || to_be_told(&s->done, &s->ask);
		return 0;
	}
	k.why = &why;
	return box_run(&sorry, in_box, &k, e);
}

/*
 * The box may have been taken over: of what it says only what may be said.  It
 * leads nowhere, and is no script, or it could send forms by itself.
 */
static void
hold(struct wire_answer *a)
{
	char *name;

	if (a->n > WIRE_BODY_MAX || (unsigned)a->type >= WIRE_TYPES ||
	    a->type == WIRE_SCRIPT || a->type == WIRE_CSS ||
	    a->status < 200 || a->status > 599 || a->status / 100 == 3) {
		memset(a, 0, sizeof(*a));
		a->status = 500;
	}
	a->to[0] = a->file[WIRE_NAME_MAX] = '\0';
	for (name = a->file; *name; name++)
		if (!strchr(WIRE_NAME_CHARS, *name))
			*name = '_';
	a->foreign = a->foreign || a->type == WIRE_SVG;
}

/* --- A form, here. */

/* The very form that was done just now: a second click. */
static bool
is_twice(const struct serve *s)
{
	const struct done *d = &s->done;

	return d->at != 0 && clock_mono_ms() - d->at < TWICE_MS &&
	    d->n == s->ask.nform && strcmp(d->path, s->ask.path) == 0 &&
	    memcmp(d->form, s->ask.form, d->n) == 0;
}

static void
remember(struct serve *s, const struct page_deed *deed)
{
	struct done *d = &s->done;

	(void)snprintf(d->path, sizeof(d->path), "%s", s->ask.path);
	memcpy(d->form, s->ask.form, s->ask.nform);
	d->n = s->ask.nform;
	d->at = clock_mono_ms();
	memcpy(d->to, deed->to, sizeof(d->to));
	d->said = deed->said;
	d->kept = deed->kept;
}

static int
do_deed(struct serve *s, const struct page_kind *kind, struct page_deed *d,
	struct err *e)
{
	struct form f;

	if (is_twice(s))
		return 0;
	if (form_parse(&f, s->ask.form, s->ask.nform, e) < 0) {
		e->code = ERR_USAGE;	/* of who sent it */
		return -1;
	}
	d->form = &f;
	if (kind->deed(d, e) < 0)
		return -1;
	remember(s, d);
	return 0;
}

/* 1: done; 0: there is a page: its answer, or why not. */
static int
take_form(struct serve *s, const struct page_kind *kind, const char *arg,
	struct err *e)
{
	struct page_deed d = {.c = s->c, .op = s->op, .arg = arg};
	struct err why = ERR_INIT;
	struct box sorry = {.home = &s->h, .bare = true};
	struct call k = {.s = s, .synced = deskhome_synced(&s->h),
	    .title = "This was not done", .why = &why};

	int rc;

	if (do_deed(s, kind, &d, &why) < 0)
		return box_run(&sorry, in_box, &k, e);
	s->done.told = d.answer != NULL;
	if (!d.answer)
		return 1;
	rc = make_page(s, kind, arg, &d, e);
	secmem_wipe(d.answer, d.nanswer);
	free(d.answer);
	return rc;
}

/* Behind a form: to a page of ours, which says what was done. */
static void
lead_on(const struct serve *s, struct wire_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->status = 303;
	(void)snprintf(a->to, sizeof(a->to), "%s", s->done.to[0] ?
	    s->done.to : "/");
}

/* What was shown is nobody's any more: the pages go back to the kernel. */
static void
forget(struct serve *s)
{
	const size_t n = sizeof(*s->made) + WIRE_BODY_MAX;

	if (madvise(s->made, n, MADV_REMOVE) < 0)
		secmem_wipe(s->made, n);
}

static int
answer(struct serve *s, struct err *e)
{
	const struct page_kind *kind;
	struct wire_answer *a = &s->made->a;
	struct err why = ERR_INIT;
	const char *arg;
	int rc = 0;

	memset(a, 0, sizeof(*a));
	kind = pages_find(s->ask.path, &arg);
	if (!kind || (s->ask.post && !kind->deed))
		a->status = kind ? 405 : 404;
	else
		rc = s->ask.post ? take_form(s, kind, arg, &why) :
		    make_page(s, kind, arg, NULL, &why);
	if (rc < 0) {
		cli_error(s->c, &why);
		memset(a, 0, sizeof(*a));
		a->status = 500;
	}
	hold(a);
	if (rc > 0)
		lead_on(s, a);
	rc = wire_put_answer(s->fd, a, s->made->body, e);
	forget(s);
	return rc;
}

/* --- Until nobody asks any more. */

static bool
opener_lost(const struct serve *s)
{
	struct pollfd p = {.fd = opener_fd(s->op), .events = POLLRDHUP};

	return poll(&p, 1, 0) > 0 &&
	    (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* The next question; 1: the browser's side is gone. */
static int
one(struct serve *s, struct err *e)
{
	int rc = wire_get_ask(s->fd, &s->ask, e);

	if (rc != 0)
		return rc;
	if (!opener_lost(s))
		return answer(s, e);
	(void)err_set(e, ERR_FAIL, "the process that opens records was lost");
	return err_hint(e, "start 'liudi-desk serve' again");
}

static int
work(struct serve *s, struct err *e)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	bool sent = true;
	int rc = 0;

	while (rc == 0 && !proc_interrupted()) {
		rc = poll(&p, 1, sent ? -1 : QUIET_MS);
		if (rc == 0) {
			reads_send(s->c, &s->h, s->op);
			sent = true;
		}
		if (rc <= 0) {
			rc = 0;
			continue;
		}
		rc = one(s, e);
		sent = false;
	}
	/* who wants it to end now leaves that to the next sync */
	if (!sent && rc >= 0 && !proc_interrupted())
		reads_send(s->c, &s->h, s->op);
	return rc < 0 ? -1 : 0;
}

/* It ends by itself where nobody asks any more, or with us. */
static int
stop_speaker(struct serve *s, struct err *e)
{
	int status;

	(void)close(s->fd);
	s->fd = -1;
	status = proc_wait_pid(s->pid, e);
	s->pid = 0;
	return status == 0 || proc_interrupted() ? 0 : err_set(e, ERR_FAIL,
	    "the process that speaks to the browser was lost (%d)", status);
}

/* Whose name stands below what is decided here; it is enough to read without. */
static int
find_reader(struct serve *s, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct control control;
	char pin[CANON_ID_LEN];

	if (deskhome_pin_load(&s->h, pin, e) < 0 || control_load(&control,
	    s->h.control, pin[0] ? pin : NULL, e) < 0)
		return -1;
	sshkey_free(reads_key(&s->h, &control, s->op, s->reader, &ignored));
	control_release(&control);
	return 0;
}

static int
prepare(struct serve *s, struct err *e)
{
	const char *minutes = cli_value(s->c, "idle"), *at;
	int64_t idle = IDLE_MIN;

	if (minutes && str_to_i64(minutes, 1, 24 * 60, &idle) < 0)
		return err_set(e, ERR_USAGE, "--idle takes minutes, 1 to 1440");
	s->job.idle_s = (int)idle * 60;
	at = cli_value(s->c, "listen");
	if (at && !str_starts(at, "unix:")) {
		(void)err_set(e, ERR_USAGE, "--listen takes unix:PATH");
		return err_hint(e, "other machines reach it by ssh -L, never "
		    "by themselves");
	}
	s->unix_path = at ? at + strlen("unix:") : NULL;
	if (deskhome_open(&s->h, s->c->home, e) < 0)
		return -1;
	if (!file_exists(s->h.catalogue)) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	s->made = mmap(NULL, sizeof(*s->made) + WIRE_BODY_MAX, PROT_READ |
	    PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s->made == MAP_FAILED) {
		s->made = NULL;
		return err_nomem(e);
	}
	return 0;
}

static void
end(struct serve *s)
{
	struct err ignored = ERR_INIT;

	if (s->door)
		(void)file_remove(s->door, &ignored);
	if (s->fd >= 0)
		(void)close(s->fd);
	if (s->pid > 0)
		(void)proc_wait_pid(s->pid, &ignored);
	if (s->at_path)
		(void)file_remove(s->unix_path, &ignored);
	opener_free(s->op);
	if (s->git)
		mirror_teardown();
	if (s->made)
		(void)munmap(s->made, sizeof(*s->made) + WIRE_BODY_MAX);
	free(s->door);
	buf_release(&s->unsent);
	deskhome_release(&s->h);
	secmem_wipe(&s->job.guard, sizeof(s->job.guard));
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct serve s = {.c = c, .fd = -1, .job = {.place = {.fd = -1}},
	    .unsent = BUF_INIT(NOTES_UNSENT_MAX)};
	int rc = -1;

	/* for all boxes to come: each would read all certificates again */
	if (prepare(&s, e) == 0 && start_speaker(&s, e) == 0 &&
	    (s.git = mirror_setup(e) == 0)) {
		s.op = show_opener(c, &s.h, e);
		if (s.op && find_reader(&s, e) == 0 &&
		    (s.unix_path || write_door(&s, e) == 0)) {
			tell(&s);
			rc = work(&s, e);
		}
		if (rc == 0)
			rc = stop_speaker(&s, e);
	}
	if (rc == 0 && !c->quiet)
		(void)puts(cli_tr(proc_interrupted() ? "the page has ended" :
		    "nobody used the page for a while: it has ended"));
	end(&s);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"listen", 0, "unix:PATH", "at that socket, for ssh -L"},
	{"idle", 0, "MINUTES", "end after so long without a reader; else 30"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_serve = {
	.name = "serve",
	.operands = "",
	.help = "show it all as a page in the browser of this machine",
	.options = options,
	.min_args = 0,
	.max_args = 0,
	.run = run
};
