/* cli/desk/letin.c - a sync lets in who asks with an invitation. */
#include "cli/desk/letin.h"

#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "cli/desk/deskcmds.h"
#include "cli/desk/show.h"
#include "control/edit.h"
#include "crypto/secmem.h"
#include "desk/approve.h"
#include "desk/deskkeys.h"
#include "desk/fetch.h"
#include "desk/query.h"

#include "base/banned.h"

#define TRIES 3
#define LINE_MAX_LEN 4096

struct letin {
	const struct cli *c;
	const struct deskhome *home;
	struct opener *op;
	int (*show)(void *arg, struct box *b, int64_t since, struct err *e);
	void *arg;
	enum cli_exit *worst;
	struct control control;
	struct invited invited;
	struct approve approve;
};

/*
 * What a box answers: memory of the opener's that nobody else uses meanwhile.
 * The length in front, as the memory is longer than what it says.
 */
struct answer {
	uint32_t n;
	char text[INVITED_TEXT_MAX];
};

static struct answer *
answer_of(const struct letin *l)
{
	return (struct answer *)(void *)opener_room(l->op, FETCH_ROOM_READ);
}

static void
give_answer(const struct letin *l, const struct buf *text)
{
	struct answer *a = answer_of(l);

	memcpy(a->text, text->data, text->len);
	a->n = (uint32_t)text->len;
}

/* Into OUT, which wipes it. */
static int
take_answer(const struct letin *l, struct buf *out, struct err *e)
{
	struct answer *a = answer_of(l);
	const uint32_t n = a->n;
	int rc;

	if (n > out->max)
		return err_set(e, ERR_FORMAT, "the reading process answered "
		    "nonsense");
	rc = buf_add(out, a->text, n, e);
	secmem_wipe(a->text, n);
	a->n = 0;
	return rc;
}

/* In a box of its own: nothing but files of control. */
static int
look_at_invited(struct box *b, void *arg, struct err *e)
{
	const struct letin *l = arg;
	struct buf text = BUF_INIT(INVITED_TEXT_MAX);
	int rc = buf_reserve(&text, 1, e);

	if (rc == 0)
		rc = invited_look(b, &l->control, &text, e);
	if (rc == 0)
		give_answer(l, &text);
	buf_wipe(&text);
	return rc;
}

/* In the box, which cannot ask the opener: who asks. */
static int
look_at_requests(struct box *b, void *arg, struct err *e)
{
	const struct letin *l = arg;
	struct buf text = BUF_INIT(APPROVE_TEXT_MAX);
	int64_t since = 0;
	int rc = -1;

	if (buf_reserve(&text, 1, e) == 0 &&
	    query_event_last(b->catalogue, &since, e) == 0 &&
	    approve_look(b, &l->invited, clock_now_utc(), &text, e) == 0) {
		give_answer(l, &text);
		rc = l->show(l->arg, b, since, e);
	}
	buf_release(&text);
	return rc;
}

static int
print_json(const struct approve_one *o, const struct invites_secret *by,
	struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN), print = BUF_INIT(128);
	struct jsonw w;
	int rc = deskcmd_fingerprint(&o->sign, &print, e);

	if (rc == 0) {
		jsonw_init(&w, &line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "kind", "let_in");
		jsonw_kstr(&w, "station", by->station);
		jsonw_kstr(&w, "person", by->person[0] ? by->person : NULL);
		jsonw_kbool(&w, "again", by->again);
		jsonw_kstr(&w, "invite", o->invite);
		jsonw_kstr(&w, "key", buf_str(&print));
		jsonw_object_end(&w);
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	}
	buf_release(&line);
	buf_release(&print);
	return rc;
}

static int
tell(const struct letin *l, struct err *e)
{
	size_t i;

	for (i = 0; i < l->approve.n; i++) {
		const struct approve_one *o = &l->approve.v[i];
		const struct invites_secret *by =
		    &invited_find(&l->invited, o->invite)->s;

		if (l->c->json) {
			if (print_json(o, by, e) < 0)
				return -1;
			continue;
		}
		(void)printf(by->again ?
		    cli_tr("%s is let in with its new keys") :
		    cli_tr("%s is let in"), by->station);
		if (by->person[0]) {
			(void)fputs(" (", stdout);
			cli_put_shown(stdout, by->person, strlen(by->person));
			(void)fputc(')', stdout);
		}
		(void)fputc('\n', stdout);
	}
	return 0;
}

/* Sign it, if this desk can, and where there is something to sign. */
static int
commit(struct letin *l, struct err *e)
{
	const struct deskhome *h = l->home;
	const char *name = deskcmd_name(h);
	struct edit_job job = {.central = &h->central, .repo = "control",
	    .dir = h->control, .name = name, .utc = clock_now_utc()};
	struct sshkey *key = deskkeys_sign(h->keys, name, l->op, e);
	int rc;

	if (!key) {
		if (l->approve.n > 0)
			return err_prefix(e, "a station waits to be let in");
		err_clear(e);	/* a desk that only reads */
		return 0;
	}
	job.key = key;
	rc = approve_commit(&l->approve, &l->invited, &l->control, h->records,
	    &job, e);
	sshkey_free(key);
	return rc;
}

static int
read_invited(struct letin *l, struct err *e)
{
	struct box b = {.home = l->home, .opener = l->op, .bare = true};
	struct buf text = BUF_INIT(INVITED_TEXT_MAX);
	char pin[CANON_ID_LEN];
	int rc = -1;

	if (deskhome_pin_load(l->home, pin, e) == 0 &&
	    control_load(&l->control, l->home->control, pin[0] ? pin : NULL,
	    e) == 0 && box_run(&b, look_at_invited, l, e) >= 0 &&
	    take_answer(l, &text, e) == 0)
		rc = invited_read(&l->invited, buf_str(&text), text.len, e);
	buf_wipe(&text);
	return rc;
}

/* Without an invitation no request means anything. */
static int
read_requests(struct letin *l, struct err *e)
{
	struct box b = {.home = l->home, .make = true, .mirrors = true};
	struct buf text = BUF_INIT(APPROVE_TEXT_MAX);
	int rc = l->invited.n == 0 ? 0 : box_run(&b, look_at_requests, l, e);

	if (rc >= 0) {
		*l->worst = cli_worse(*l->worst, (enum cli_exit)rc);
		rc = take_answer(l, &text, e);
	}
	if (rc == 0)
		rc = approve_read(&l->approve, buf_str(&text), text.len, e);
	buf_release(&text);
	return rc;
}

static void
forget(struct letin *l)
{
	approve_release(&l->approve);
	invited_release(&l->invited);
	control_release(&l->control);
	memset(&l->control, 0, sizeof(l->control));
}

/* Another desk may be doing the same: then look at what is left. */
static int
decide(struct letin *l, struct err *e)
{
	int tries = 0, rc;

	for (;;) {
		if (read_invited(l, e) < 0 || read_requests(l, e) < 0)
			return -1;
		rc = commit(l, e);
		if (rc >= 0)
			return tell(l, e);
		if (e->code != ERR_FAIL || ++tries == TRIES)
			return -1;
		err_clear(e);
		forget(l);
		if (control_fetch(&l->home->central, l->home->control, e) < 0)
			return -1;
	}
}

void
letin_run(const struct cli *c, const struct deskhome *h, struct opener *op,
	int (*show)(void *arg, struct box *b, int64_t since, struct err *e),
	void *arg, enum cli_exit *worst)
{
	struct letin l = {.c = c, .home = h, .op = op, .show = show,
	    .arg = arg, .worst = worst};
	char filled[CLI_FILLED_LEN];
	struct err e = ERR_INIT;

	answer_of(&l)->n = 0;
	if (decide(&l, &e) < 0) {
		cli_warn(c, "%s", cli_tr_filled(e.what, filled));
		*worst = cli_worse(*worst, cli_exit_for(&e));
	}
	forget(&l);
}
