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

#include "base/banned.h"

#define TRIES 3
#define LINE_MAX_LEN 4096

/* The length in front, as the memory is longer than what it says. */
struct answer {
	uint32_t n;
	char text[APPROVE_TEXT_MAX];
};

static struct answer *
answer_of(const struct box *b)
{
	return (struct answer *)(void *)opener_room(b->opener,
	    FETCH_ROOM_READ);
}

void
letin_forget(const struct box *b)
{
	answer_of(b)->n = 0;
}

static int
look_into(struct box *b, struct buf *text, struct err *e)
{
	struct answer *a = answer_of(b);

	if (approve_look(b, clock_now_utc(), text, e) < 0)
		return -1;
	memcpy(a->text, text->data, text->len);
	a->n = (uint32_t)text->len;
	return 0;
}

int
letin_look(struct box *b, struct err *e)
{
	struct buf text = BUF_INIT(APPROVE_TEXT_MAX);
	int rc = buf_reserve(&text, 1, e);

	if (rc == 0)
		rc = look_into(b, &text, e);
	buf_wipe(&text);
	return rc;
}

static int
look_again(struct box *b, void *arg, struct err *e)
{
	(void)arg;
	return letin_look(b, e);
}

/* *a is empty where nobody waits. */
static int
take_answer(const struct box *b, struct approve *a, struct err *e)
{
	struct answer *from = answer_of(b);
	struct buf text = BUF_INIT(APPROVE_TEXT_MAX);
	uint32_t n = from->n;
	int rc = 0;

	if (n > APPROVE_TEXT_MAX)
		return err_set(e, ERR_FAIL, "the reading process answered "
		    "nonsense");
	if (n > 0) {
		rc = buf_add(&text, from->text, n, e);
		if (rc == 0)
			rc = approve_read(a, buf_str(&text), text.len, e);
	}
	buf_wipe(&text);
	secmem_wipe(from->text, n);
	from->n = 0;
	return rc;
}

static int
print_json(const struct approve_one *o, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN), print = BUF_INIT(128);
	struct jsonw w;
	int rc = deskcmd_fingerprint(&o->sign, &print, e);

	if (rc == 0) {
		jsonw_init(&w, &line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "kind", "let_in");
		jsonw_kstr(&w, "station", o->station);
		jsonw_kstr(&w, "person", o->person[0] ? o->person : NULL);
		jsonw_kbool(&w, "again", o->again);
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
tell(const struct cli *c, const struct approve *a, struct err *e)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		const struct approve_one *o = &a->v[i];

		if (c->json) {
			if (print_json(o, e) < 0)
				return -1;
			continue;
		}
		(void)printf(o->again ?
		    cli_tr("%s is let in with its new keys") :
		    cli_tr("%s is let in"), o->station);
		if (o->person[0]) {
			(void)fputs(" (", stdout);
			cli_put_shown(stdout, o->person, strlen(o->person));
			(void)fputc(')', stdout);
		}
		(void)fputc('\n', stdout);
	}
	return 0;
}

/* Sign it, if this desk can, and where there is something to sign. */
static int
commit(const struct box *b, const struct approve *a, struct err *e)
{
	const struct deskhome *h = b->home;
	const char *name = deskcmd_name(h);
	struct edit_job job = {.central = &h->central, .repo = "control",
	    .dir = h->control, .name = name, .utc = clock_now_utc()};
	struct sshkey *key = deskkeys_sign(h->keys, name, b->opener, e);
	struct control control = {.version = 0};
	char pin[CANON_ID_LEN];
	int rc = -1;

	if (!key) {
		if (!approve_is_empty(a))
			return err_prefix(e, "a station waits to be let in");
		err_clear(e);	/* a desk that only reads */
		return 0;
	}
	job.key = key;
	if (deskhome_pin_load(h, pin, e) == 0 &&
	    control_load(&control, h->control, pin, e) == 0)
		rc = approve_commit(a, &control, h->records, &job, e);
	control_release(&control);
	sshkey_free(key);
	return rc;
}

/* Another desk may be doing the same: then look at what is left. */
static int
decide(const struct cli *c, struct box *b, struct approve *a, struct err *e)
{
	struct box again = {.home = b->home, .opener = b->opener,
	    .make = true, .mirrors = true, .pass = b->pass};
	int tries = 0, rc;

	for (;;) {
		if (take_answer(b, a, e) < 0)
			return -1;
		rc = commit(b, a, e);
		if (rc >= 0 || e->code != ERR_FAIL || ++tries == TRIES)
			break;
		err_clear(e);
		approve_release(a);
		if (control_fetch(&b->home->central, b->home->control, e) < 0 ||
		    box_run(&again, look_again, NULL, e) < 0)
			return -1;
	}
	return rc < 0 ? -1 : tell(c, a, e);
}

void
letin_decide(const struct cli *c, struct box *b, enum cli_exit *worst)
{
	struct approve a = {.n = 0, .roster = BUF_INIT(APPROVE_TEXT_MAX)};
	char filled[CLI_FILLED_LEN];
	struct err e = ERR_INIT;

	if (decide(c, b, &a, &e) < 0) {
		cli_warn(c, "%s", cli_tr_filled(e.what, filled));
		*worst = cli_worse(*worst, cli_exit_for(&e));
	}
	approve_release(&a);
}
