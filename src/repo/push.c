/* repo/push.c - our side of receive-pack; gitprotocol-pack(5). */
#include "repo/push.h"

#include <string.h>

#include "base/str.h"
#include "repo/conn.h"
#include "repo/packw.h"
#include "repo/proto.h"
#include "repo/push_http.h"
#include "repo/push_stock.h"

#include "base/banned.h"

#define REPO "records"
#define TEXT_MAX 65536
#define NO_ID "0000000000000000000000000000000000000000"

struct push {
	const struct central *c;	/* borrowed */
	enum push_how how;
	char *spool_dir;
	char *url;
	int stall_ms;
	bool used;		/* one push_send() per connection */
	bool open;		/* conn is */
	struct conn conn;
	struct proto_adv adv;
	struct buf rest;	/* what came behind the advertisement */
};

void
push_result_init(struct push_result *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->text, TEXT_MAX);
}

void
push_result_release(struct push_result *r)
{
	buf_release(&r->text);
}

static int
feed_adv(void *arg, const void *data, size_t n, struct err *e)
{
	struct push *p = arg;
	size_t used;

	if (proto_adv_feed(&p->adv, data, n, &used, e) < 0)
		return -1;
	/* It may refuse before we ask: then that is the report. */
	if (used < n)
		return buf_add(&p->rest, (const uint8_t *)data + used,
		    n - used, e);
	return 0;
}

bool
push_barred(const struct central *c, const struct err *e)
{
	return e->code == ERR_NET && central_barred(c, e->what) != NULL;
}

/* The connection ended too early: say what the child said. */
static int
broken(struct push *p, const char *what, struct err *e)
{
	const char *line;

	(void)conn_status(&p->conn);
	line = conn_last_line(&p->conn);
	if (*line)
		(void)err_set(e, ERR_NET, "%s: %.300s", what, line);
	else
		(void)err_set(e, ERR_NET, "%s", what);
	return err_hint(e, push_barred(p->c, e) ? "nothing is lost, but the "
	    "central lets this login in no more: the managers may have "
	    "revoked it; ask them" : "nothing is lost: it is sent again at "
	    "the next run; try the address by hand if it stays so");
}

static int
start(struct push *p, struct err *e)
{
	const char *const *args, *const *vars;
	char **argv, **env;
	int rc = -1;

	p->open = true;
	if (p->c->kind == CENTRAL_HTTPS)
		return conn_fork(&p->conn, push_http_helper, p->url,
		    p->stall_ms, e);
	argv = central_argv(p->c, "git-receive-pack", REPO, e);
	env = argv ? central_git_env(p->c, e) : NULL;
	if (env) {
		memcpy(&args, &argv, sizeof(args));
		memcpy(&vars, &env, sizeof(vars));
		rc = conn_spawn(&p->conn, args, vars, p->stall_ms, e);
	} else {
		p->open = false;
	}
	central_argv_free(argv);
	central_argv_free(env);
	return rc;
}

static int
advertisement(struct push *p, struct err *e)
{
	if (p->how == PUSH_STOCK && p->c->kind == CENTRAL_HTTPS)
		return push_stock_list(p->c, p->spool_dir, p->stall_ms,
		    &p->adv, e);
	if (start(p, e) < 0)
		return -1;
	p->conn.feed = feed_adv;
	p->conn.arg = p;
	if (conn_read(&p->conn, &p->adv.done, e) < 0)
		return -1;
	if (!p->adv.done)
		return broken(p, "cannot reach the central", e);
	if (p->how == PUSH_OWN && p->adv.begun &&
	    !(p->adv.report_status && p->adv.side_band))
		return err_set(e, ERR_FORMAT,
		    "the central's git cannot report what it did");
	return 0;
}

struct push *
push_open_stall(const struct central *c, enum push_how how,
	const char *spool_dir, int stall_ms, struct err *e)
{
	struct push *p = calloc(1, sizeof(*p));

	if (!p) {
		(void)err_nomem(e);
		return NULL;
	}
	p->c = c;
	p->how = how;
	p->stall_ms = stall_ms;
	proto_adv_init(&p->adv);
	buf_init(&p->rest, TEXT_MAX);
	p->spool_dir = str_dup(spool_dir ? spool_dir : "");
	p->url = central_repo(c, REPO);
	if (!p->spool_dir || !p->url) {
		(void)err_nomem(e);
		goto bad;
	}
	if (advertisement(p, e) < 0)
		goto bad;
	return p;
bad:
	push_close(p);
	return NULL;
}

struct push *
push_open(const struct central *c, enum push_how how, const char *spool_dir,
	struct err *e)
{
	return push_open_stall(c, how, spool_dir, PUSH_STALL_MS, e);
}

/* "0000" is the polite way to say that we want nothing. */
void
push_close(struct push *p)
{
	struct err e;

	if (!p)
		return;
	if (p->open && !p->used && p->adv.done && !p->conn.ended &&
	    p->conn.proc.in >= 0)
		(void)conn_write(&p->conn, "0000", 4, &e);
	if (p->open) {
		if (p->adv.done && !p->used)
			p->conn.ended = true;	/* let it go by itself */
		conn_close(&p->conn);
	}
	proto_adv_release(&p->adv);
	buf_release(&p->rest);
	free(p->spool_dir);
	free(p->url);
	free(p);
}

int
push_advertised(struct push *p, const char *ref,
	char id[static CANON_ID_LEN])
{
	size_t i;

	id[0] = '\0';
	for (i = 0; i < p->adv.nrefs; i++)
		if (strcmp(p->adv.ref[i].name, ref) == 0) {
			memcpy(id, p->adv.ref[i].id, CANON_ID_LEN);
			return 1;
		}
	return 0;
}

int
push_each(struct push *p, int (*fn)(const char *ref, const char *id,
	void *arg, struct err *e), void *arg, struct err *e)
{
	size_t i;

	for (i = 0; i < p->adv.nrefs; i++)
		if (fn(p->adv.ref[i].name, p->adv.ref[i].id, arg, e) < 0)
			return -1;
	return 0;
}

/* The way of the pack into the connection. */
struct outlet {
	struct push *p;
	void (*progress)(void *arg, uint64_t sent, uint64_t total);
	void *arg;
	uint64_t total;
	bool deaf;
};

static int
send_pack(void *arg, const void *data, size_t n, struct err *e)
{
	struct outlet *o = arg;

	if (conn_write(&o->p->conn, data, n, e) < 0)
		return -1;
	if (o->p->conn.deaf) {
		/* It reads no more; what it says about that is read below. */
		o->deaf = true;
		return -1;
	}
	if (o->progress)
		o->progress(o->arg, o->p->conn.sent, o->total);
	return 0;
}

static int
feed_report(void *arg, const void *data, size_t n, struct err *e)
{
	return proto_report_feed(arg, data, n, e);
}

/* "<old> <new> <ref> NUL <capabilities>" and a flush. */
static int
send_command(struct push *p, const char *ref, const char *old,
	const char *new_id, struct err *e)
{
	static const char caps[] = " report-status side-band-64k agent=liudi/"
		LIUDI_VERSION;
	struct buf b = BUF_INIT(2048);
	size_t n = 4 + 40 + 1 + 40 + 1 + strlen(ref) + 1 + strlen(caps);
	int rc = -1;

	if (buf_addf(&b, e, "%04zx%s %s %s", n, *old ? old : NO_ID, new_id,
	    ref) < 0 || buf_addc(&b, '\0', e) < 0 ||
	    buf_adds(&b, caps, e) < 0 || buf_adds(&b, "0000", e) < 0)
		goto out;
	rc = conn_write(&p->conn, b.data, b.len, e);
out:
	buf_release(&b);
	return rc;
}

/* A request to be let in (docs/FORMAT.md section 14)? */
static bool
is_request(const char *ref)
{
	static const char prefix[] = "refs/heads/enrol/";
	uint8_t raw[8];

	return str_starts(ref, prefix) &&
	    str_unhex(raw, 8, ref + strlen(prefix), 16) == 0 &&
	    strlen(ref) == strlen(prefix) + 33 &&
	    ref[strlen(prefix) + 16] == '/' &&
	    str_unhex(raw, 8, ref + strlen(prefix) + 17, 16) == 0;
}

static int
check_args(const struct push *p, const char *ref, const char *old,
	const char *new_id, struct err *e)
{
	uint8_t raw[20];
	struct canon_ref parts;

	if (p->used)
		return err_set(e, ERR_FAIL, "push: connection was used");
	if (!is_request(ref) && canon_ref_parse(&parts, ref, e) < 0)
		return -1;
	if ((*old && str_unhex(raw, 20, old, strlen(old)) < 0) ||
	    str_unhex(raw, 20, new_id, strlen(new_id)) < 0)
		return err_set(e, ERR_FAIL, "push: bad commit id");
	return 0;
}

/* Our side, then theirs to its end. */
static int
converse(struct push *p, const char *ref, const char *old, const char *new_id,
	const char *const packs[], size_t npacks, struct outlet *o,
	struct proto_report *report, struct err *e)
{
	if (p->rest.len > 0 &&
	    proto_report_feed(report, p->rest.data, p->rest.len, e) < 0)
		return -1;
	if (send_command(p, ref, old, new_id, e) < 0)
		return -1;
	if (!p->conn.deaf && packw_concat(packs, npacks, send_pack, o,
	    &o->total, e) < 0 && !o->deaf)
		return -1;
	conn_shut(&p->conn);
	if (conn_read(&p->conn, &report->done, e) < 0)
		return -1;
	proto_report_end(report);
	return 0;
}

static int
own_send(struct push *p, const char *ref, const char *old, const char *new_id,
	const char *const packs[], size_t npacks, struct outlet *o,
	struct push_result *r, struct err *e)
{
	struct proto_report report;
	int rc;

	proto_report_init(&report, ref, new_id, r);
	p->conn.feed = feed_report;
	p->conn.arg = &report;
	rc = converse(p, ref, old, new_id, packs, npacks, o, &report, e);
	if (report.got_ref || (report.got_unpack && !report.unpack_ok)) {
		/* It has answered: what broke after that changes nothing. */
		if (rc < 0)
			err_clear(e);
		rc = 0;
	} else if (rc == 0 && report.done) {
		rc = err_set(e, ERR_FORMAT, "the central did not say what "
		    "became of '%s'", ref);
	} else if (rc == 0) {
		rc = broken(p, "the central broke off", e);
	}
	if (rc == 0 && r->ok)
		r->reason[0] = '\0';
	proto_report_release(&report);
	return rc;
}

int
push_send(struct push *p, const char *ref, const char *old,
	const char *new_id, const char *const packs[], size_t npacks,
	void (*progress)(void *arg, uint64_t sent, uint64_t total), void *arg,
	struct push_result *r, struct err *e)
{
	struct outlet o = {p, progress, arg, 0, false};

	if (check_args(p, ref, old, new_id, e) < 0)
		return -1;
	if (p->how == PUSH_STOCK) {
		p->used = p->c->kind == CENTRAL_HTTPS;
		return push_stock_send(p->c, p->spool_dir, p->stall_ms, ref,
		    new_id, r, e);
	}
	p->used = true;
	return own_send(p, ref, old, new_id, packs, npacks, &o, r, e);
}
