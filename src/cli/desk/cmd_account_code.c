/* cli/desk/cmd_account_code.c - liudi-desk account code: the digits that a
 * platform asks for now. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "account/otpauth.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/desk/acct.h"
#include "cli/desk/show.h"
#include "crypto/secmem.h"
#include "desk/people.h"
#include "vault/totp.h"

#include "base/banned.h"

#define VIEW_LEN (ACCT_SHOWN_LEN + 32)
#define LINE_MAX_LEN 4096

/* What the box makes of the seed: two, for the first may end meanwhile. */
struct codes {
	char now[TOTP_CODE_LEN], next[TOTP_CODE_LEN];
	int64_t until;		/* UTC seconds at which `next` begins */
	unsigned period;	/* 0: of a counter */
	uint64_t counter;
	bool known;		/* that he saw the seed stands in the book */
};

struct ask {
	uint8_t account[EVENT_ID_LEN], seed[EVENT_ID_LEN];
};

/* --- In the box. */

/* A read is in the access log each time; in the book it is once, for a seed. */
static bool
is_known(const struct book_account *a, const struct ask *ask, const char *me)
{
	const struct account_event *v;
	size_t i;

	for (i = a->nevents; i > 0; i--) {
		v = a->event[i - 1];
		if (memcmp(v->id, ask->seed, EVENT_ID_LEN) == 0)
			return false;
		if (v->kind == EVENT_REVEALED && v->value[EVENT_BY] &&
		    people_same(v->value[EVENT_BY], me))
			return true;
	}
	return false;
}

static int
make_codes(const struct otpauth *o, struct codes *out, struct err *e)
{
	const int64_t now = clock_now_utc();
	unsigned left;

	if (totp_code(o, now, out->now, &left, e) < 0)
		return -1;
	out->counter = o->counter;
	out->period = o->hotp ? 0 : o->period;
	out->until = now + left;
	return o->hotp ? 0 : totp_code(o, out->until, out->next, &left, e);
}

static int
in_box(struct acct *k, void *arg, struct err *e)
{
	const struct ask *ask = arg;
	struct event_secret secret = {NULL, NULL, NULL};
	struct codes codes;
	char id[EVENT_ID_HEX];
	const struct book_account *a;
	struct otpauth o;
	int rc = -1;

	memset(&codes, 0, sizeof(codes));
	memset(&o, 0, sizeof(o));
	str_hex(id, ask->account, EVENT_ID_LEN);
	a = book_find(k->book, id, e);
	if (!a || ledger_secret(k->b, &k->seer, ask->seed,
	    &secret, e) < 0)
		goto out;
	if (!secret.totp) {
		(void)err_set(e, ERR_INTEGRITY, "the event that should hold "
		    "the seed of '%s' holds none", a->shown);
		goto out;
	}
	if (otpauth_parse(secret.totp, strlen(secret.totp), &o, e) < 0 ||
	    make_codes(&o, &codes, e) < 0)
		goto out;
	codes.known = is_known(a, ask, k->me);
	memcpy(acct_shared(k), &codes, sizeof(codes));
	rc = 0;
out:
	event_secret_free(&secret);
	secmem_wipe(&o, sizeof(o));
	secmem_wipe(&codes, sizeof(codes));
	return rc;
}

/* --- In the desk process. */

static bool
is_code(const char code[static TOTP_CODE_LEN])
{
	size_t n = strnlen(code, TOTP_CODE_LEN);

	return n > 0 && n < TOTP_CODE_LEN &&
	    strspn(code, "0123456789") == n;
}

/* What came out of the box is shown on a terminal. */
static int
take(const struct acct *k, struct codes *codes, struct err *e)
{
	memcpy(codes, acct_shared(k), sizeof(*codes));
	secmem_wipe(acct_shared(k), sizeof(*codes));
	if (is_code(codes->now) && (codes->period == 0 ||
	    (is_code(codes->next) && codes->period <= OTPAUTH_PERIOD_MAX)))
		return 0;
	return err_set(e, ERR_FAIL,
	    "the reading process said what makes no sense");
}

static int
put(const struct acct *k, const struct codes *codes, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	const int64_t now = clock_now_utc();
	const bool next = codes->period > 0 && now >= codes->until;
	const int64_t left = codes->until - now + (next ? codes->period : 0);
	const char *code = next ? codes->next : codes->now;
	char words[CLI_COUNT_LEN];
	struct jsonw w;
	int rc = 0;

	if (k->c->json) {
		jsonw_init(&w, &line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "type", "code");
		jsonw_khex(&w, "account", k->found.id, EVENT_ID_LEN);
		jsonw_kstr(&w, "name", k->found.shown);
		jsonw_kstr(&w, "code", code);
		if (codes->period > 0)
			jsonw_kint(&w, "seconds", left);
		else
			jsonw_kint(&w, "counter", (int64_t)codes->counter);
		jsonw_object_end(&w);
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	} else if (codes->period > 0) {
		(void)printf("%s  (%s)\n", code, cli_count(left,
		    "%lld second left", "%lld seconds left", words));
	} else {
		(void)printf("%s\n", code);
		cli_warn(k->c, "this is the code of counter %llu: each is "
		    "taken once", (unsigned long long)codes->counter);
	}
	buf_wipe(&line);
	return rc;
}

static int
no_seed(const struct acct *k, struct err *e)
{
	(void)err_set(e, ERR_NOENT, "no seed of '%s' is on file",
	    k->found.shown);
	return err_hint(e, "'liudi-desk account twofa %s totp --totp' seals "
	    "one", k->found.shown);
}

static int
code(struct acct *k, const char *word, struct err *e)
{
	struct acct_wanted w = {.n = 1};
	struct account_event v;
	char view[VIEW_LEN];
	struct codes codes;
	struct ask ask;
	int rc = -1;

	if (acct_find(k, word, e) < 0)
		return -1;
	if (!k->found.has_totp)
		return no_seed(k, e);
	memcpy(ask.account, k->found.id, EVENT_ID_LEN);
	memcpy(ask.seed, k->found.totp, EVENT_ID_LEN);
	(void)snprintf(view, sizeof(view), "code of %s", k->found.shown);
	if (acct_note(k, "reveal", view, e) < 0)
		return -1;
	memset(&codes, 0, sizeof(codes));
	memcpy(w.event[0], ask.seed, EVENT_ID_LEN);
	if (acct_may_see(k, &w, e) != 0)
		goto out;
	if (acct_run(k, in_box, &ask, e) < 0 || take(k, &codes, e) < 0)
		goto out;
	acct_event(k, &v, EVENT_REVEALED);
	v.value[EVENT_BY] = k->me;
	v.value[EVENT_REASON] = cli_value(k->c, "why");
	if (!codes.known && acct_write(k, &v, NULL, e) < 0)
		goto out;
	rc = put(k, &codes, e);
out:
	secmem_wipe(&codes, sizeof(codes));
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct acct k;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (acct_reason(c, e) == 0 && acct_open(&k, c, cli_value(c, "as"), e) == 0)
		rc = code(&k, c->args[0], e);
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"why", 0, "TEXT", "what it is needed for; must be said"},
	{"as", 0, "NAME", "whose keys open it"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_account_code = {
	.name = "account code",
	.operands = "NAME",
	.help = "the one-time password that an account wants now",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
