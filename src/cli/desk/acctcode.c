/* cli/desk/acctcode.c - the digits that a platform asks for now (RFC 6238, 4226). */
#include "cli/desk/acctcode.h"

#include <stdio.h>
#include <string.h>

#include "account/otpauth.h"
#include "base/clock.h"
#include "base/str.h"
#include "crypto/secmem.h"
#include "desk/people.h"

#include "base/banned.h"

#define VIEW_LEN (ACCT_SHOWN_LEN + 32)

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
make_codes(const struct otpauth *o, struct acctcode *out, struct err *e)
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
	struct acctcode codes;
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
take(const struct acct *k, struct acctcode *codes, struct err *e)
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
no_seed(const struct acct *k, struct err *e)
{
	(void)err_set(e, ERR_NOENT, "no seed of '%s' is on file",
	    k->found.shown);
	return err_hint(e, "'liudi-desk account twofa %s totp --totp' seals "
	    "one", k->found.shown);
}

int
acctcode_make(struct acct *k, struct acctcode *out, struct err *e)
{
	struct acct_wanted w = {.n = 1};
	struct account_event v;
	char view[VIEW_LEN];
	struct ask ask;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!k->found.has_totp)
		return no_seed(k, e);
	memcpy(ask.account, k->found.id, EVENT_ID_LEN);
	memcpy(ask.seed, k->found.totp, EVENT_ID_LEN);
	memcpy(w.event[0], ask.seed, EVENT_ID_LEN);
	(void)snprintf(view, sizeof(view), "code of %s", k->found.shown);
	if (acct_note(k, "reveal", view, e) < 0)
		return -1;
	rc = acct_may_see(k, &w, e);
	if (rc != 0)
		return rc;
	if (acct_run(k, in_box, &ask, e) < 0 || take(k, out, e) < 0)
		return -1;
	acct_event(k, &v, EVENT_REVEALED);
	v.value[EVENT_BY] = k->me;
	v.value[EVENT_REASON] = k->why;
	return out->known ? 0 : acct_write(k, &v, NULL, e);
}

const char *
acctcode_at(const struct acctcode *c, int64_t now, int64_t *left)
{
	const bool next = c->period > 0 && now >= c->until;

	*left = c->period == 0 ? 0 : c->until - now + (next ? c->period : 0);
	return next ? c->next : c->now;
}
