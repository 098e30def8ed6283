/* cli/desk/digest_json.c - the facts of a day; docs/REPORTS.md "Digest". */
#include "base/jsonw.h"
#include "cli/desk/digest_page.h"

#include "base/banned.h"

static void
put_time(struct jsonw *w, const char *key, int64_t ms)
{
	if (ms == FACTS_NEVER)
		jsonw_knull(w, key);
	else
		jsonw_kint(w, key, ms);
}

static void
put_span(struct jsonw *w, const char *key, int64_t ms)
{
	if (ms < 0)
		jsonw_knull(w, key);
	else
		jsonw_kint(w, key, ms);
}

static void
put_list(struct jsonw *w, const char *key, const struct facts_list *l)
{
	size_t i;

	jsonw_key(w, key);
	jsonw_array(w);
	for (i = 0; i < l->n; i++)
		jsonw_int(w, l->v[i]);
	jsonw_array_end(w);
}

static void
put_who(struct jsonw *w, const struct facts_who *who)
{
	jsonw_kstr(w, "station", who->station);
	jsonw_kstr(w, "person", who->doer);
	jsonw_kstr(w, "responsible", who->responsible);
}

static void
put_response(struct jsonw *w, const struct facts_response *r)
{
	put_list(w, "turns", &r->asked);
	jsonw_kint(w, "open", (int64_t)r->open);
	jsonw_kbool(w, "minute", r->minute);
	put_span(w, "work_median_ms", r->work_median);
	put_span(w, "work_p90_ms", r->work_p90);
	put_span(w, "clock_median_ms", r->wall_median);
	put_span(w, "clock_p90_ms", r->wall_p90);
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
end(struct jsonw *w, struct buf *out, struct err *e)
{
	jsonw_object_end(w);
	return jsonw_end(w) < 0 ? -1 : buf_addc(out, '\n', e);
}

static int
put_station(const struct facts_station *s, struct buf *out, struct err *e)
{
	struct jsonw w;

	begin(&w, out, "station", e);
	put_who(&w, &s->who);
	jsonw_kbool(&w, "works", s->works);
	jsonw_kbool(&w, "backed_up", s->backed_up);
	put_time(&w, "last_run", s->last_run);
	jsonw_kint(&w, "from", s->start);
	jsonw_kint(&w, "until", s->cutoff);
	return end(&w, out, e);
}

static int
put_account(const struct facts_account *a, struct buf *out, struct err *e)
{
	struct jsonw w;

	begin(&w, out, "account", e);
	put_who(&w, &a->who);
	jsonw_kstr(&w, "source", a->source);
	jsonw_kstr(&w, "platform", a->platform);
	jsonw_kstr(&w, "account", a->account);
	jsonw_kbool(&w, "backed_up", a->backed_up);
	put_time(&w, "exported", a->exported);
	put_time(&w, "readable_until", a->until);
	jsonw_kbool(&w, "unreadable", a->unreadable);
	jsonw_kbool(&w, "silent", a->silent);
	put_list(&w, "conversations", &a->conversations);
	put_list(&w, "new_peers", &a->new_peers);
	put_list(&w, "in", &a->in);
	put_list(&w, "out", &a->out);
	put_list(&w, "automatic", &a->automatic);
	put_list(&w, "unknown", &a->unknown);
	put_list(&w, "internal", &a->internal);
	put_time(&w, "first", a->first);
	put_time(&w, "last", a->last);
	put_response(&w, &a->response);
	return end(&w, out, e);
}

static void
put_report(struct jsonw *w, const char *key, const struct facts_report *r)
{
	jsonw_key(w, key);
	jsonw_object(w);
	jsonw_kstr(w, "state", facts_written_name(r->state));
	put_time(w, "at", r->at);
	jsonw_kint(w, "versions", (int64_t)r->versions);
	jsonw_kbool(w, "lines", r->typed);
	jsonw_kstr(w, "text", *r->text ? r->text : NULL);
	jsonw_object_end(w);
}

static int
put_person(const struct facts_person *p, struct buf *out, struct err *e)
{
	char day[WORKTIME_DAY_LEN];
	struct jsonw w;
	size_t i;

	begin(&w, out, "person", e);
	jsonw_kstr(&w, "person", p->name);
	put_report(&w, "report", &p->report);
	put_report(&w, "plan", &p->plan);
	jsonw_key(&w, "objections");
	jsonw_array(&w);
	for (i = 0; i < p->nobjections; i++) {
		jsonw_object(&w);
		jsonw_kstr(&w, "day", worktime_day_text(p->objection[i].day,
		    day));
		put_time(&w, "at", p->objection[i].at);
		jsonw_kstr(&w, "text", p->objection[i].text);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_kint(&w, "conversations", (int64_t)p->conversations);
	jsonw_kint(&w, "new_peers", (int64_t)p->new_peers);
	jsonw_kint(&w, "in", (int64_t)p->in);
	jsonw_kint(&w, "out", (int64_t)p->out);
	jsonw_kint(&w, "unanswered", (int64_t)p->unanswered);
	jsonw_kint(&w, "inquiries_open", (int64_t)p->inquiries_open);
	put_time(&w, "first", p->first);
	put_time(&w, "last", p->last);
	put_response(&w, &p->response);
	return end(&w, out, e);
}

static int
put_item(const struct facts_item *it, struct buf *out, struct err *e)
{
	static const char *const severities[] = {"low", "medium", "high"};
	struct jsonw w;

	begin(&w, out, "item", e);
	jsonw_kstr(&w, "kind", facts_kind_name(it->kind));
	jsonw_kstr(&w, "severity", severities[it->severity]);
	put_who(&w, &it->who);
	jsonw_kstr(&w, "source", *it->source ? it->source : NULL);
	jsonw_kstr(&w, "platform", *it->platform ? it->platform : NULL);
	jsonw_kstr(&w, "account", *it->account ? it->account : NULL);
	if (it->chat)
		jsonw_kint(&w, "conversation", it->chat);
	else
		jsonw_knull(&w, "conversation");
	jsonw_kstr(&w, "peer", *it->peer ? it->peer : NULL);
	put_time(&w, "at", it->at);
	jsonw_kint(&w, "value", it->value);
	jsonw_kint(&w, "today", (int64_t)it->today);
	jsonw_kstr(&w, "what", *it->what ? it->what : NULL);
	jsonw_kstr(&w, "note", *it->note ? it->note : NULL);
	jsonw_kstr(&w, "text", *it->text ? it->text : NULL);
	jsonw_kstr(&w, "now", *it->now ? it->now : NULL);
	put_list(&w, "messages", &it->messages);
	return end(&w, out, e);
}

static int
put_team(const struct facts *f, struct buf *out, struct err *e)
{
	const struct facts_inquiries *q = &f->inquiries;
	struct jsonw w;

	begin(&w, out, "response", e);
	put_response(&w, &f->response);
	if (end(&w, out, e) < 0)
		return -1;
	begin(&w, out, "inquiries", e);
	put_list(&w, "created", &q->created);
	put_list(&w, "all", &q->all);
	put_list(&w, "read", &q->read);
	put_list(&w, "replied", &q->replied);
	put_list(&w, "quoted", &q->quoted);
	put_list(&w, "open", &q->open);
	put_list(&w, "ordered", &q->ordered);
	put_list(&w, "orders", &q->orders);
	return end(&w, out, e);
}

int
digest_json(const struct facts *f, struct buf *out, struct err *e)
{
	char day[WORKTIME_DAY_LEN];
	struct jsonw w;
	size_t i;

	begin(&w, out, "digest", e);
	jsonw_kstr(&w, "day", worktime_day_text(f->day, day));
	jsonw_kint(&w, "made", f->made);
	if (end(&w, out, e) < 0)
		return -1;
	for (i = 0; i < f->nitems; i++)
		if (put_item(&f->item[i], out, e) < 0)
			return -1;
	for (i = 0; i < f->nstations; i++)
		if (put_station(&f->station[i], out, e) < 0)
			return -1;
	for (i = 0; i < f->naccounts; i++)
		if (put_account(&f->account[i], out, e) < 0)
			return -1;
	for (i = 0; i < f->npersons; i++)
		if (put_person(&f->person[i], out, e) < 0)
			return -1;
	return put_team(f, out, e);
}
