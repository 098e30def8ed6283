/* cli/desk/handover_text.c - a handover for a terminal and as JSON. */
#include "cli/desk/handover_page.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/desk/show.h"

#include "base/banned.h"

const char *
handover_title(enum handover_step s)
{
	switch (s) {
	case HANDOVER_FREEZE:
		return cli_tr("freeze");
	case HANDOVER_INVENTORY:
		return cli_tr("take stock");
	case HANDOVER_ROTATE:
		return cli_tr("change passwords");
	case HANDOVER_REBIND:
		return cli_tr("bind telephones, mailboxes and names anew");
	case HANDOVER_TWOFA:
		return cli_tr("make second factors anew");
	case HANDOVER_TRANSFER:
		return cli_tr("give accounts into other hands");
	case HANDOVER_CONFIRM:
		return cli_tr("log in and confirm");
	case HANDOVER_SIGNOFF:
		return cli_tr("sign");
	default:
		return cli_tr("close");
	}
}

static int
put_task(const struct handover_task *t, struct buf *out, struct err *e)
{
	char told[CLI_FILLED_LEN], when[SHOW_TIME_LEN];

	if (buf_addf(out, e, "  %s %s", t->done ? "[x]" : t->must ? "[!]" :
	    "[ ]", t->account ? t->account->shown : "") < 0 ||
	    buf_addf(out, e, "%s%s", t->account ? "  " : "",
	    cli_tr_filled(t->what, told)) < 0)
		return -1;
	if (t->by && buf_addf(out, e, "  (%s)", show_minute(t->by->ts, when)) < 0)
		return -1;
	if (buf_addc(out, '\n', e) < 0)
		return -1;
	return t->command[0] ? buf_addf(out, e, "      %s\n", t->command) : 0;
}

static int
put_step(const struct handover *h, enum handover_step s, struct buf *out,
	struct err *e)
{
	size_t done, n = handover_count(h, s, &done), i;

	if (n == 0)
		return 0;
	if (buf_addf(out, e, "%s  %zu/%zu\n", handover_title(s), done, n) < 0)
		return -1;
	for (i = 0; i < h->n; i++)
		if (h->task[i].step == s && put_task(&h->task[i], out,
		    e) < 0)
			return -1;
	return 0;
}

static const char *
kind_words(enum customers_kind k)
{
	return k == CUSTOMERS_UNANSWERED ? cli_tr("unanswered") :
	    k == CUSTOMERS_INQUIRY ? cli_tr("open inquiry") :
	    cli_tr("promise");
}

static int
put_customers(const struct customers *c, struct buf *out, struct err *e)
{
	const char *last = NULL;
	char when[SHOW_TIME_LEN];
	size_t i;

	if (c->n > 0 && buf_addf(out, e, "%s  %zu\n",
	    cli_tr("open with customers"), c->n) < 0)
		return -1;
	for (i = 0; i < c->n; i++) {
		const struct customer *x = &c->v[i];
		const char *who = x->successor ? x->successor :
		    cli_tr("nobody is named");

		if ((!last || strcmp(last, who) != 0) && buf_addf(out, e,
		    "  -> %s\n", who) < 0)
			return -1;
		last = who;
		if (buf_addf(out, e, "    %s  %s  [%lld] %s: %s\n",
		    show_minute(x->at / 1000, when), kind_words(x->kind),
		    (long long)x->chat, x->peer, x->text) < 0)
			return -1;
	}
	return 0;
}

int
handover_text(const struct handover_page *p, struct buf *out, struct err *e)
{
	const struct handover *h = p->h;
	char when[SHOW_TIME_LEN];
	int s;

	if (buf_addf(out, e, cli_tr("handover of %s: accounts that would "
	    "be lost: %zu, still open to him: %zu\n"), h->person, h->now.nlost,
	    h->now.nreach) < 0)
		return -1;
	if (h->closed ? buf_addf(out, e, cli_tr("closed %s\n"),
	    show_minute(h->closed, when)) < 0 : h->started ? buf_addf(out, e,
	    cli_tr("started %s\n"), show_minute(h->started, when)) < 0 :
	    buf_addf(out, e, "%s\n", cli_tr("not started: this is what a "
	    "start would find")) < 0)
		return -1;
	for (s = 0; s < HANDOVER_STEPS; s++)
		if (put_step(h, (enum handover_step)s, out, e) < 0)
			return -1;
	return put_customers(p->customers, out, e);
}

int
handover_missing(const struct handover_page *p, bool must, struct buf *out,
	struct err *e)
{
	const struct handover *h = p->h;
	size_t i;

	for (i = 0; i < h->n; i++)
		if (!h->task[i].done && h->task[i].step != HANDOVER_CLOSE &&
		    (h->task[i].must || !must) &&
		    put_task(&h->task[i], out, e) < 0)
			return -1;
	return 0;
}

/* --- JSON */

static int
line(struct jsonw *w, struct buf *out, struct err *e)
{
	jsonw_object_end(w);
	return jsonw_end(w) < 0 ? -1 : buf_addc(out, '\n', e);
}

static void
begin(struct jsonw *w, struct buf *out, const char *type, struct err *e)
{
	jsonw_init(w, out, e);
	jsonw_object(w);
	jsonw_kint(w, "v", 1);
	jsonw_kstr(w, "type", type);
}

static int
task_json(const struct handover_task *t, struct buf *out, struct err *e)
{
	struct jsonw w;

	begin(&w, out, "task", e);
	jsonw_kstr(&w, "step", handover_step_name(t->step));
	if (t->account)
		jsonw_khex(&w, "account", t->account->id,
		    sizeof(t->account->id));
	else
		jsonw_knull(&w, "account");
	jsonw_kstr(&w, "name", t->account ? t->account->shown : NULL);
	jsonw_kbool(&w, "must", t->must);
	jsonw_kbool(&w, "lost", t->lost);
	jsonw_kbool(&w, "done", t->done);
	jsonw_kstr(&w, "what", t->what);
	jsonw_kstr(&w, "command", t->command[0] ? t->command : NULL);
	if (t->by) {
		jsonw_khex(&w, "event", t->by->id, sizeof(t->by->id));
		jsonw_kint(&w, "at", t->by->ts);
	} else {
		jsonw_knull(&w, "event");
		jsonw_knull(&w, "at");
	}
	return line(&w, out, e);
}

static int
customer_json(const struct customer *c, struct buf *out, struct err *e)
{
	struct jsonw w;

	begin(&w, out, "customer", e);
	jsonw_kstr(&w, "successor", c->successor);
	jsonw_kstr(&w, "shop", c->shop);
	jsonw_kstr(&w, "platform", c->platform);
	jsonw_kstr(&w, "account", c->account);
	jsonw_kstr(&w, "peer", c->peer);
	jsonw_kstr(&w, "kind", customers_kind_name(c->kind));
	jsonw_kint(&w, "at", c->at);
	jsonw_kstr(&w, "text", c->text);
	jsonw_kint(&w, "chat", c->chat);
	return line(&w, out, e);
}

int
handover_json(const struct handover_page *p, struct buf *out, struct err *e)
{
	const struct handover *h = p->h;
	struct jsonw w;
	size_t i;

	for (i = 0; i < h->n; i++)
		if (task_json(&h->task[i], out, e) < 0)
			return -1;
	for (i = 0; i < p->customers->n; i++)
		if (customer_json(&p->customers->v[i], out, e) < 0)
			return -1;
	begin(&w, out, "handover", e);
	jsonw_kstr(&w, "person", h->person);
	jsonw_kint(&w, "started", h->started);
	jsonw_kint(&w, "closed", h->closed);
	jsonw_kint(&w, "lost", (int64_t)h->now.nlost);
	jsonw_kint(&w, "reach", (int64_t)h->now.nreach);
	jsonw_kbool(&w, "finished", h->finished);
	return line(&w, out, e);
}
