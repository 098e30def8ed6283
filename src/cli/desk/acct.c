/* cli/desk/acct.c - what the commands on accounts share. */
#include "cli/desk/acct.h"

#include <stdlib.h>
#include <string.h>

#include "account/platform.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "crypto/secmem.h"
#include "desk/deskkeys.h"
#include "desk/dual.h"
#include "desk/fetch.h"
#include "desk/sealed.h"

#include "base/banned.h"

#define POLICY_MAX (1024u * 1024)

struct call {
	struct acct *k;
	int (*fn)(struct acct *k, void *arg, struct err *e);
	void *arg;
	bool people;
};

static int
no_catalogue(struct err *e)
{
	(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
	return err_hint(e, "run 'liudi-desk sync'");
}

int
acct_reason(const struct cli *c, struct err *e)
{
	const char *why = cli_value(c, "why");

	return why && why[0] ? 0 : err_set(e, ERR_USAGE, "say with --why what "
	    "it is needed for: it goes into the access log");
}

static void
copy_text(char out[static ACCT_SHOWN_LEN], const char *s)
{
	size_t n;

	(void)snprintf(out, ACCT_SHOWN_LEN, "%s", s ? s : "");
	for (n = strlen(out); n > 0 && !utf8_valid(out, n); n--)
		;
	out[n] = '\0';
}

/* The person who works here, as policy.ini names him, or his key. */
static void
find_me(struct acct *k)
{
	struct err ignored = ERR_INIT;
	struct people *p = people_new(buf_str(&k->policy), NULL, &k->control,
	    &ignored);
	const char *who = p ? people_behind(p, k->name) : NULL;

	copy_text(k->me, who ? who : k->name);
	k->seer = (struct ledger_seer){k->me, clock_now_utc()};
	people_free(p);
}

static void
start(struct acct *k, const struct cli *c, const char *why)
{
	memset(k, 0, sizeof(*k));
	k->c = c;
	k->why = why;
	buf_init(&k->policy, POLICY_MAX);
}

/* Behind control: who works here, by k->name. */
static int
look_around(struct acct *k, struct err *e)
{
	if (control_file_load(k->h.control, k->control.commit, "policy.ini",
	    &k->policy, e) < 0)
		return -1;
	if (!file_exists(k->h.catalogue))
		return no_catalogue(e);
	find_me(k);
	return 0;
}

int
acct_join(struct acct *k, const struct cli *c, struct opener *op,
	const char *why, struct err *e)
{
	char pin[CANON_ID_LEN];

	start(k, c, why);
	k->op = op;
	k->lent = true;
	if (deskhome_open(&k->h, c->home, e) < 0 ||
	    deskhome_pin_load(&k->h, pin, e) < 0 || control_load(&k->control,
	    k->h.control, pin[0] ? pin : NULL, e) < 0)
		return -1;
	k->key = reads_key(&k->h, &k->control, op, k->reader, e);
	k->name = k->reader;
	return k->key ? look_around(k, e) : -1;
}

int
acct_open(struct acct *k, const struct cli *c, const char *as,
	struct err *e)
{
	start(k, c, cli_value(c, "why"));
	if (deskcmd_control(c, true, &k->h, &k->control, e) < 0)
		return -1;
	k->name = as ? as : deskcmd_name(&k->h);
	if (look_around(k, e) < 0)
		return -1;
	k->op = deskcmd_open_as(c, &k->h, k->name, &k->key, e);
	return k->op ? 0 : -1;
}

void
acct_release(struct acct *k)
{
	if (!k->lent)
		opener_free(k->op);
	sshkey_free(k->key);
	buf_release(&k->policy);
	control_release(&k->control);
	deskhome_release(&k->h);
	free(k->file);
	free(k->dir);
}

int
acct_target(struct acct *k, const char **file, struct err *e)
{
	if (!*file || strcmp(*file, "-") == 0)
		return 0;
	k->file = path_expand(*file, NULL, e);
	if (!k->file)
		return -1;
	k->rw = k->dir = path_dir(k->file);
	*file = k->file;
	return k->dir ? 0 : err_nomem(e);
}

void *
acct_shared(const struct acct *k)
{
	return opener_room(k->op, FETCH_ROOM_HELD);
}

/* --- The box. */

/* Without the roster stations are shown by their ids. */
static int
load_people(struct acct *k, struct err *e)
{
	struct buf file = BUF_INIT(ROSTER_FILE_MAX);
	struct buf text = BUF_INIT(ROSTER_FILE_MAX);
	struct err ignored = ERR_INIT;
	const struct roster *roster = NULL;

	if (control_file_load(k->h.control, k->control.commit, "roster.age",
	    &file, &ignored) > 0 && sealed_text(k->op, file.data, file.len,
	    NULL, NULL, &text, &ignored) == 0 && roster_parse(&k->roster,
	    buf_str(&text), text.len, &ignored) == 0)
		roster = &k->roster;
	buf_release(&file);
	buf_wipe(&text);
	k->people = people_new(buf_str(&k->policy), roster, &k->control, e);
	return k->people ? 0 : -1;
}

static int
in_box(struct box *b, void *arg, struct err *e)
{
	struct call *call = arg;
	struct acct *k = call->k;
	int rc = -1;

	k->b = b;
	if (!b->catalogue)
		return no_catalogue(e);
	k->book = ledger_book(b->catalogue, e);
	if (k->book && (!call->people || load_people(k, e) == 0))
		rc = call->fn(k, call->arg, e);
	if (rc >= 0 && (fflush(stdout) != 0 || ferror(stdout)))
		rc = err_stdout(e);
	people_free(k->people);
	roster_release(&k->roster);
	book_free(k->book);
	k->people = NULL;
	k->book = NULL;
	return rc;
}

int
acct_run(struct acct *k, int (*fn)(struct acct *k, void *arg, struct err *e),
	void *arg, struct err *e)
{
	struct call call = {k, fn, arg, true};
	struct box b = {.home = &k->h, .opener = k->op, .pass = &k->pass,
	    .mirrors = true, .no_records = !k->records, .rw = k->rw};

	return box_run(&b, in_box, &call, e);
}

int
acct_look(struct acct *k, int (*fn)(struct acct *k, void *arg,
	struct err *e), void *arg, struct err *e)
{
	struct call call = {k, fn, arg, false};
	struct box b = {.home = &k->h, .opener = k->op};

	return box_run(&b, in_box, &call, e);
}

/* --- Which account. */

static void
describe(const struct book_account *a, struct acct_found *f)
{
	size_t i;

	memset(f, 0, sizeof(*f));
	memcpy(f->id, a->id, sizeof(f->id));
	copy_text(f->shown, a->shown);
	copy_text(f->holder, a->value[EVENT_HOLDER]);
	if (a->value[EVENT_PLATFORM])
		(void)snprintf(f->platform, sizeof(f->platform), "%s",
		    a->value[EVENT_PLATFORM]);
	f->closed = a->closed;
	f->dual = str_eq(a->value[EVENT_DUAL], "yes");
	f->is_void = a->password_void;
	memcpy(f->heads, a->heads, sizeof(f->heads));
	f->nheads = a->nheads;
	f->nevents = a->nevents;
	/* the newest are worth most */
	for (i = a->npasswords; i > 0 && f->npasswords < ACCT_PASSWORDS; i--)
		memcpy(f->password[f->npasswords++], a->password[i - 1]->id,
		    EVENT_ID_LEN);
	f->has_totp = a->totp != NULL;
	if (a->totp)
		memcpy(f->totp, a->totp->id, EVENT_ID_LEN);
	f->has_codes = a->codes != NULL;
	if (a->codes)
		memcpy(f->codes, a->codes->id, EVENT_ID_LEN);
}

static int
find_in_box(struct acct *k, void *arg, struct err *e)
{
	const struct book_account *a = book_find(k->book, arg, e);

	if (!a)
		return -1;
	describe(a, acct_shared(k));
	return 0;
}

/* What policy says of the platform holds for accounts that are older, too. */
static int
ask_platform(struct acct *k, struct err *e)
{
	struct acct_found *f = &k->found;
	struct platforms *all = platforms_new(buf_str(&k->policy), e);
	const struct platform *p = all ? platforms_find(all, f->platform) :
	    NULL;

	if (!all)
		return -1;
	f->dual |= p && p->dual;
	platforms_free(all);
	return 0;
}

int
acct_find(struct acct *k, const char *word, struct err *e)
{
	struct acct_found *f = &k->found;
	char text[EVENT_VALUE_MAX];

	if (strlen(word) >= sizeof(text))
		return err_set(e, ERR_USAGE, "that is no name of an account");
	(void)snprintf(text, sizeof(text), "%s", word);
	if (acct_look(k, find_in_box, text, e) < 0)
		return -1;
	/* from where foreign bytes are parsed */
	memcpy(f, acct_shared(k), sizeof(*f));
	f->shown[ACCT_SHOWN_LEN - 1] = f->holder[ACCT_SHOWN_LEN - 1] = '\0';
	f->platform[ACCT_PLATFORM_LEN - 1] = '\0';
	if (f->nheads > EVENT_PREV_MAX || f->npasswords > ACCT_PASSWORDS ||
	    !utf8_clean(f->shown, strlen(f->shown)))
		return err_set(e, ERR_FAIL,
		    "the reading process said what makes no sense");
	return ask_platform(k, e);
}

/* --- Leave, and events. */

int
acct_note(struct acct *k, const char *action, const char *view,
	struct err *e)
{
	const struct access_ask ask = {action, NULL, view, ACCESS_NO_DAY,
	    ACCESS_NO_DAY, k->why};

	return reads_note(k->c, k->op, &ask, &k->pass, k->reader, e);
}

void
acct_event(struct acct *k, struct account_event *v, enum event_kind kind)
{
	struct clock_date now;
	int offset;

	memset(v, 0, sizeof(*v));
	secmem_random(v->id, sizeof(v->id));
	memcpy(v->account, k->found.id, sizeof(v->account));
	v->kind = kind;
	v->ts = clock_now_utc();
	clock_split_local(v->ts, &now, &offset);
	v->offset = offset / 60;
	v->device = k->name;
	memcpy(v->prev, k->found.heads, sizeof(v->prev));
	v->nprev = k->found.nheads;
}

int
acct_write(struct acct *k, struct account_event *v,
	const struct event_secret *secret, struct err *e)
{
	const struct ledger_desk d = {&k->h, &k->control, k->name, k->key};
	char why[CLI_FILLED_LEN];
	struct eventfile f;
	int rc = eventfile_init(&f, e);

	f.dual = k->found.dual;
	if (rc == 0)
		rc = eventfile_add(&f, v, secret, e);
	if (rc == 0)
		rc = ledger_write(&d, &f, e);
	eventfile_release(&f);
	if (rc > 0) {
		cli_warn(k->c, "it is kept here and sent at the next sync: %s",
		    cli_tr_filled(e->what, why));
		err_clear(e);
		rc = 0;
	}
	if (rc < 0)
		return -1;
	/* the next one stands on it */
	memcpy(k->found.heads[0], v->id, EVENT_ID_LEN);
	k->found.nheads = 1;
	return 0;
}

/* --- What two must agree on. */

struct lacks {			/* by shared memory */
	size_t n;		/* of what is wanted, by index */
	size_t at[ACCT_WANTED];
	bool asked[ACCT_WANTED];
};

/* Has he asked for the event, and not been answered? */
static bool
is_asked(const struct account_event *const *open, size_t n,
	const uint8_t event[static EVENT_ID_LEN])
{
	char hex[EVENT_ID_HEX];
	size_t i;

	str_hex(hex, event, EVENT_ID_LEN);
	for (i = 0; i < n; i++)
		if (str_eq(open[i]->value[EVENT_OF], hex))
			return true;
	return false;
}

static int
try_open(struct acct *k, void *arg, struct err *e)
{
	const struct account_event *open[DUAL_EVENTS_MAX];
	const struct acct_wanted *w = arg;
	const struct book_account *a;
	struct err why = ERR_INIT;
	struct event_secret s;
	struct lacks l = {0};
	char hex[EVENT_ID_HEX];
	size_t i, nopen;
	int rc;

	str_hex(hex, k->found.id, EVENT_ID_LEN);
	a = book_find(k->book, hex, e);
	if (!a)
		return -1;
	nopen = dual_requests(a, k->people, k->me, open);
	for (i = 0; i < w->n; i++) {
		s = (struct event_secret){NULL, NULL, NULL};
		rc = ledger_secret(k->b, &k->seer, w->event[i], &s, &why);
		event_secret_free(&s);
		if (rc < 0 && why.code == ERR_NOENT) {
			l.asked[l.n] = is_asked(open, nopen, w->event[i]);
			l.at[l.n++] = i;
		}
		if (rc < 0)
			*e = why;
		if (rc < 0 && why.code != ERR_NOENT)
			return -1;
		err_clear(&why);
	}
	memcpy(acct_shared(k), &l, sizeof(l));
	return l.n > 0 ? -1 : 0;
}

/* A request for each event that he has not asked for yet. */
static int
ask_owner(struct acct *k, const struct acct_wanted *w,
	const struct lacks *l, bool *asked, struct err *e)
{
	char hex[EVENT_ID_HEX];
	struct account_event v;
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (l->asked[i] || l->at[i] >= w->n)
			continue;
		str_hex(hex, w->event[l->at[i]], EVENT_ID_LEN);
		acct_event(k, &v, EVENT_REQUESTED);
		v.value[EVENT_BY] = k->me;
		v.value[EVENT_REASON] = k->why;
		v.value[EVENT_OF] = hex;
		if (acct_write(k, &v, NULL, e) < 0)
			return -1;
		*asked = true;
	}
	return 0;
}

int
acct_may_see(struct acct *k, const struct acct_wanted *w, struct err *e)
{
	struct lacks l, *shared = acct_shared(k);
	struct acct_wanted mine = *w;
	struct err why = ERR_INIT;
	bool asked = false;

	memset(shared, 0, sizeof(*shared));
	if (acct_run(k, try_open, &mine, e) == 0)
		return 0;
	memcpy(&l, shared, sizeof(l));
	if (e->code != ERR_NOENT || l.n == 0 || l.n > w->n)
		return -1;
	if (ask_owner(k, w, &l, &asked, &why) < 0) {
		*e = why;
		return -1;
	}
	e->hint[0] = '\0';
	(void)err_hint(e, asked ? "the owner is asked now; when 'liudi-desk "
	    "account grant' of the owner has answered: sync, then the same "
	    "again" : "the owner was asked before; when 'liudi-desk account "
	    "grant' of the owner has answered: sync, then the same again");
	return 1;
}

/* --- Sending what waits. */

void
acct_send_own(struct acct *k)
{
	const struct ledger_desk d = {&k->h, &k->control, k->name, k->key};
	struct ledger_sent sent;
	char why[CLI_FILLED_LEN];
	struct err e = ERR_INIT;

	if (k->key && ledger_send(&d, &sent, &e) < 0)
		cli_warn(k->c, "events of accounts wait here to be sent: %s",
		    cli_tr_filled(e.what, why));
}

static int
send_all(const struct deskhome *h, struct opener *op,
	struct ledger_sent *sent, struct err *e)
{
	struct err ignored = ERR_INIT;
	const char *name = deskcmd_name(h);
	struct sshkey *key = deskkeys_sign(h->keys, name, op, &ignored);
	struct control control;
	char pin[CANON_ID_LEN];
	int rc;

	memset(sent, 0, sizeof(*sent));
	if (!key)	/* opened by an identity that signs nothing */
		return 0;
	rc = deskhome_pin_load(h, pin, e);
	if (rc == 0)
		rc = control_load(&control, h->control, pin[0] ? pin : NULL,
		    e);
	if (rc == 0) {
		const struct ledger_desk d = {h, &control, name, key};

		rc = ledger_send(&d, sent, e);
		control_release(&control);
	}
	sshkey_free(key);
	return rc;
}

void
acct_send(const struct cli *c, const struct deskhome *h, struct opener *op,
	enum cli_exit *worst)
{
	char why[CLI_FILLED_LEN];
	struct ledger_sent sent;
	struct err e = ERR_INIT;

	if (send_all(h, op, &sent, &e) < 0)
		cli_warn(c, "events of accounts wait here to be sent: %s",
		    cli_tr_filled(e.what, why));
	if (sent.others > 0)
		cli_warn(c, "%lld events wait here for '%s' to send them: "
		    "'liudi-desk account requests --as %s' does",
		    (long long)sent.others, sent.other, sent.other);
	if (sent.clashes == 0)
		return;
	cli_warn(c, "desk.git has other bytes as event file %s than are here: "
	    "somebody wrote it before its station did", sent.clash);
	*worst = cli_worse(*worst, CLI_INTEGRITY);
}
