/* cli/desk/reveal.c - the secrets of one account, and who may. */
#include "cli/desk/reveal.h"

#include <string.h>

#include "base/banned.h"

int
reveal_check(const struct acct *k, const struct reveal_what *w,
	struct err *e)
{
	const struct acct_found *f = &k->found;

	if (w->password && f->is_void)
		cli_warn(k->c, "the password was changed, and nobody told to "
		    "what");
	if (w->password && f->npasswords > 1)
		cli_warn(k->c, "there are several, and nobody can say which "
		    "one works: the newest is the first");
	if ((w->password && f->npasswords > 0) ||
	    (w->codes && f->has_codes) || (w->seed && f->has_totp))
		return 0;
	(void)err_set(e, ERR_NOENT, "nothing is sealed of %s", f->shown);
	return f->has_totp ? err_hint(e, "but a seed: --seed shows it, "
	    "'liudi-desk account code' what it gives now") : -1;
}

static void
want(struct acct_wanted *w, const uint8_t event[static EVENT_ID_LEN])
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (memcmp(w->event[i], event, EVENT_ID_LEN) == 0)
			return;
	memcpy(w->event[w->n++], event, EVENT_ID_LEN);
}

int
reveal_leave(struct acct *k, const struct reveal_what *w, struct err *e)
{
	const struct acct_found *f = &k->found;
	struct acct_wanted all = {.n = 0};
	struct account_event v;
	size_t i;
	int rc;

	for (i = 0; w->password && i < f->npasswords; i++)
		want(&all, f->password[i]);
	if (w->seed && f->has_totp)
		want(&all, f->totp);
	if (w->codes && f->has_codes)
		want(&all, f->codes);
	rc = acct_may_see(k, &all, e);
	if (rc != 0)
		return rc;
	/* Whoever is to see it is known before he does. */
	acct_event(k, &v, EVENT_REVEALED);
	v.value[EVENT_BY] = k->me;
	v.value[EVENT_REASON] = k->why;
	return acct_write(k, &v, NULL, e);
}

int
reveal_open(struct revealed *o, struct box *b, const struct ledger_seer *who,
	const struct acct_found *f, const struct reveal_what *w,
	struct err *e)
{
	size_t i;

	memset(o, 0, sizeof(*o));
	for (i = 0; w->password && i < f->npasswords; i++) {
		o->npasswords++;
		if (ledger_secret(b, who, f->password[i], &o->password[i],
		    e) < 0)
			return -1;
	}
	if (w->seed && f->has_totp &&
	    ledger_secret(b, who, f->totp, &o->totp, e) < 0)
		return -1;
	return w->codes && f->has_codes && ledger_secret(b, who, f->codes,
	    &o->codes, e) < 0 ? -1 : 0;
}

void
reveal_close(struct revealed *o)
{
	size_t i;

	for (i = 0; i < o->npasswords; i++)
		event_secret_free(&o->password[i]);
	event_secret_free(&o->totp);
	event_secret_free(&o->codes);
}
