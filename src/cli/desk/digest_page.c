/* cli/desk/digest_page.c - the facts of a day as titles, rows and cells. */
#include "cli/desk/digest_page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/desk/talkask.h"

#include "base/banned.h"

#define CELL_MAX 4096
#define MINUTE_MS INT64_C(60000)

struct making {
	struct digest_page *p;
	const struct facts *f;
	struct worktime *time;
	struct digest_section *s;	/* the one at hand */
	struct digest_row *row;
	struct err *e;
};

/* --- Cells. */

static int
row(struct making *k)
{
	struct digest_section *s = k->s;
	struct digest_row *more = realloc(s->row, (s->n + 1) * sizeof(*more));

	if (!more)
		return err_nomem(k->e);
	s->row = more;
	k->row = &more[s->n++];
	memset(k->row, 0, sizeof(*k->row));
	return 0;
}

__attribute__((format(printf, 2, 3)))
static int
cell(struct making *k, const char *fmt, ...)
{
	char text[CELL_MAX];
	size_t i = 0, n;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* cut where it is too long, but not in the middle of a character */
	for (n = strlen(text); n > 0 && n > CELL_MAX - 5 &&
	    !utf8_valid(text, n); n--)
		text[n - 1] = '\0';
	while (k->row->cell[i])
		i++;
	k->row->cell[i] = str_dup(text);
	return k->row->cell[i] ? 0 : err_nomem(k->e);
}

/* "11-23 09:05"; of another year "2025-11-23". */
static const char *
when(struct making *k, int64_t at, char out[WORKTIME_CLOCK_LEN])
{
	char day[WORKTIME_DAY_LEN];

	if (at == FACTS_NEVER)
		return cli_tr("never");
	(void)worktime_clock(k->time, at, out);
	if (strncmp(out, worktime_day_text(k->f->day, day), 4) == 0)
		return out + 5;
	out[10] = '\0';
	return out;
}

/* "09:05" on the day, else as above. */
static const char *
clock_of(struct making *k, int64_t at, char out[WORKTIME_CLOCK_LEN])
{
	char day[WORKTIME_DAY_LEN];

	if (at == FACTS_NEVER)
		return "-";
	(void)worktime_clock(k->time, at, out);
	return strncmp(out, worktime_day_text(k->f->day, day), 10) == 0 ?
	    out + 11 : when(k, at, out);
}

#define SPAN_LEN DIGEST_SPAN_LEN
const char *
digest_span(int64_t ms, char out[DIGEST_SPAN_LEN])
{
	int64_t min = (ms + MINUTE_MS / 2) / MINUTE_MS;

	if (ms < 0)
		return "-";
	if (min < 60)
		(void)snprintf(out, SPAN_LEN, cli_tr("%lld min"),
		    (long long)min);
	else
		(void)snprintf(out, SPAN_LEN, cli_tr("%lld h %02lld min"),
		    (long long)(min / 60), (long long)(min % 60));
	return out;
}

static int
cell_who(struct making *k, const struct facts_who *w)
{
	if (strcmp(w->doer, w->responsible) == 0)
		return cell(k, "%s", w->doer);
	return cell(k, "%s (%s)", w->doer, w->responsible);
}

static int
cell_peer(struct making *k, const struct facts_item *it)
{
	k->row->chat = it->chat;
	k->row->message = it->messages.n > 0 ? it->messages.v[0] : 0;
	return it->chat ? cell(k, "[%lld] %s", (long long)it->chat,
	    it->peer) : cell(k, "%s", it->peer);
}

/* "ws-01/chats qq 10001" */
static int
cell_account(struct making *k, const char *station, const char *source,
	const char *platform, const char *account)
{
	return cell(k, "%s/%s%s%s%s%s", station, source,
	    *platform ? " " : "", platform, *account ? " " : "", account);
}

/* --- What wants to be done. */

static int
tell_what(struct making *k, const struct facts_item *it)
{
	char at[WORKTIME_CLOCK_LEN], waits[SPAN_LEN], note[CELL_MAX];
	char filled[CLI_FILLED_LEN];

	switch (it->kind) {
	case FACTS_NOT_BACKED_UP:
		return cell(k, cli_tr("last run: %s"), when(k, it->at, at));
	case FACTS_PAUSED:
		return cell(k, "%s", cli_tr_filled(it->text, filled));
	case FACTS_UNREADABLE:
		(void)snprintf(note, sizeof(note), cli_tr("readable until: "
		    "%s"), when(k, it->at, at));
		return cell(k, "%s%s%s", note, *it->note ? " · " : "",
		    cli_tr_filled(it->note, filled));
	case FACTS_EDITED:
		return cell(k, "%s%s%s → %s", it->note, *it->note ? ": " : "",
		    it->text, it->now);
	case FACTS_LEAKED:
		return cell(k, "%s %s · %s", cli_tr(it->note), it->what,
		    it->text);
	case FACTS_UNANSWERED:
		if (!*it->text)
			return cell(k, "%s · [%s]", digest_span(it->value, waits),
			    talkask_kind(it->note));
		return cell(k, "%s · %s", digest_span(it->value, waits), it->text);
	case FACTS_INQUIRY_OPEN:
		return cell(k, "%s%s%s · %s", digest_span(it->value, waits),
		    *it->note ? cli_tr(", ") : "", cli_tr(it->note), it->text);
	case FACTS_WATCH:
		return cell(k, cli_tr("%s “%s”: %lld on the day, %lld%s in all"
		    " · %s"), it->note, it->what, (long long)it->today,
		    (long long)it->value, it->value == FACTS_WATCH_MAX ? "+" :
		    "", it->text);
	case FACTS_SHARED:
		return cell(k, cli_tr("also with %s [%lld], by %s %s"),
		    it->note, (long long)it->value, cli_tr(it->text),
		    it->what);
	case FACTS_REPORT_MISSING:
		return cell(k, cli_tr("no report of the day; last run: %s"),
		    when(k, it->at, at));
	case FACTS_PLAN_MISSING:
		return cell(k, cli_tr("no plan of the week %s"), it->what);
	case FACTS_OBJECTION:
		return cell(k, cli_tr("to the numbers of %s: %s"), it->what,
		    it->text);
	case FACTS_SILENT:
		return cell(k, "%s", cli_tr("nothing written on the day"));
	case FACTS_UNKNOWN_SIDE:
		return cell(k, cli_tr("%lld messages: name the own side with "
		    "self in policy.ini"), (long long)it->value);
	case FACTS_VANISHED:
	case FACTS_RECALLED:
		return cell(k, "%s%s%s", it->note, *it->note ? ": " : "",
		    it->text);
	case FACTS_NKINDS:
		break;
	}
	return cell(k, "%s", it->text);
}

static bool
of_account(enum facts_kind kind)
{
	return kind == FACTS_NOT_BACKED_UP || kind == FACTS_PAUSED ||
	    kind == FACTS_UNREADABLE ||
	    kind == FACTS_REPORT_MISSING || kind == FACTS_PLAN_MISSING ||
	    kind == FACTS_OBJECTION || kind == FACTS_SILENT ||
	    kind == FACTS_UNKNOWN_SIDE;
}

static int
add_item(struct making *k, const struct facts_item *it)
{
	char at[WORKTIME_CLOCK_LEN];
	int rc;

	if (row(k) < 0 || cell_who(k, &it->who) < 0)
		return -1;
	if (!of_account(it->kind))
		rc = cell_peer(k, it);
	else if (*it->source)
		rc = cell_account(k, it->who.station, it->source,
		    it->platform, it->account);
	else
		rc = cell(k, "%s", it->who.station);
	if (rc < 0)
		return -1;
	if (!of_account(it->kind) && cell(k, "%s", clock_of(k, it->at,
	    at)) < 0)
		return -1;
	return tell_what(k, it);
}

static const char *
title_of(enum facts_kind kind)
{
	switch (kind) {
	case FACTS_NOT_BACKED_UP: return cli_tr("Not backed up");
	case FACTS_PAUSED: return cli_tr("Paused at the station");
	case FACTS_UNREADABLE:
		return cli_tr("Cannot be read for more than two days");
	case FACTS_VANISHED: return cli_tr("Vanished");
	case FACTS_RECALLED: return cli_tr("Taken back");
	case FACTS_EDITED: return cli_tr("Changed");
	case FACTS_LEAKED: return cli_tr("Contacts given that nobody "
	    "registered");
	case FACTS_UNANSWERED: return cli_tr("Unanswered");
	case FACTS_INQUIRY_OPEN: return cli_tr("Inquiries without an answer");
	case FACTS_WATCH: return cli_tr("Watch words");
	case FACTS_SHARED: return cli_tr("Customers of two people");
	case FACTS_REPORT_MISSING: return cli_tr("Reports that are missing");
	case FACTS_PLAN_MISSING: return cli_tr("Plans that are missing");
	case FACTS_OBJECTION: return cli_tr("Objections");
	case FACTS_SILENT: return cli_tr("Silent");
	case FACTS_UNKNOWN_SIDE: return cli_tr("Who is who is not known");
	case FACTS_NKINDS: break;
	}
	return "";
}

static void
begin(struct making *k, const char *title, size_t cells)
{
	k->s = &k->p->section[k->p->n++];
	k->s->title = title;
	k->s->cells = cells;
}

static bool
of_work(enum facts_kind kind)
{
	return kind == FACTS_UNANSWERED || kind == FACTS_INQUIRY_OPEN ||
	    kind == FACTS_REPORT_MISSING || kind == FACTS_PLAN_MISSING ||
	    kind == FACTS_OBJECTION;
}

static int
add_kind(struct making *k, enum facts_kind kind, struct buf *quiet)
{
	const struct facts *f = k->f;
	size_t i;

	for (i = 0; i < f->nitems && f->item[i].kind != kind; i++)
		;
	if (i == f->nitems)
		return buf_addf(quiet, k->e, "%s%s", quiet->len > 0 ?
		    cli_tr(", ") : "", title_of(kind));
	begin(k, title_of(kind), of_account(kind) ? 3 : 4);
	k->s->urgent = true;
	k->s->work = of_work(kind);
	k->s->width[0] = 14;
	k->s->width[1] = of_account(kind) ? 26 : 18;
	k->s->width[2] = of_account(kind) ? 0 : 11;
	for (; i < f->nitems && f->item[i].kind == kind; i++) {
		k->s->count++;
		if (add_item(k, &f->item[i]) < 0)
			return -1;
	}
	return 0;
}

/* --- Numbers. */

static int
number(struct making *k, size_t n)
{
	return cell(k, "%zu", n);
}

static int
add_counts(struct making *k, const struct facts_account *a)
{
	char first[WORKTIME_CLOCK_LEN], last[WORKTIME_CLOCK_LEN];
	char until[WORKTIME_CLOCK_LEN];

	if (row(k) < 0 || cell(k, "%s", a->who.doer) < 0 || cell_account(k,
	    a->who.station, a->source, a->platform, a->account) < 0 ||
	    cell(k, "%s", a->backed_up ? cli_tr("yes") : cli_tr("NO")) < 0 ||
	    cell(k, "%s", when(k, a->until, until)) < 0 ||
	    number(k, a->conversations.n) < 0 ||
	    number(k, a->new_peers.n) < 0 || number(k, a->in.n) < 0 ||
	    number(k, a->out.n) < 0 || number(k, a->automatic.n) < 0)
		return -1;
	return a->first == FACTS_NEVER ? cell(k, "-") : cell(k, "%s-%s",
	    clock_of(k, a->first, first), clock_of(k, a->last, last));
}

/* The last row of several. */
static int
add_sums(struct making *k)
{
	const struct facts *f = k->f;
	size_t sum[5] = {0}, i;

	for (i = 0; i < f->naccounts; i++) {
		sum[0] += f->account[i].conversations.n;
		sum[1] += f->account[i].new_peers.n;
		sum[2] += f->account[i].in.n;
		sum[3] += f->account[i].out.n;
		sum[4] += f->account[i].automatic.n;
	}
	if (row(k) < 0 || cell(k, "%s", cli_tr("all")) < 0 ||
	    cell(k, "%s", "") < 0 || cell(k, "%s", "") < 0 ||
	    cell(k, "%s", "") < 0)
		return -1;
	for (i = 0; i < 5; i++)
		if (number(k, sum[i]) < 0)
			return -1;
	return 0;
}

static int
counts(struct making *k)
{
	static const size_t width[] = {10, 28, 4, 11, 5, 4, 5, 5, 5, 11};
	struct digest_section *s;
	size_t i;

	begin(k, cli_tr("Accounts"), 10);
	s = k->s;
	s->head[0] = cli_tr("person");
	s->head[1] = cli_tr("account");
	s->head[2] = cli_tr("kept");
	s->head[3] = cli_tr("readable to");
	s->head[4] = cli_tr("chats");
	s->head[5] = cli_tr("new");
	s->head[6] = cli_tr("in");
	s->head[7] = cli_tr("out");
	s->head[8] = cli_tr("auto");
	s->head[9] = cli_tr("active");
	memcpy(s->width, width, sizeof(width));
	for (i = 4; i < 9; i++)
		s->right[i] = true;
	/* those where something was first */
	for (i = 0; i < 2 * k->f->naccounts; i++) {
		const struct facts_account *a =
		    &k->f->account[i % k->f->naccounts];

		if ((a->conversations.n > 0) == (i < k->f->naccounts) &&
		    add_counts(k, a) < 0)
			return -1;
	}
	s->count = s->n;
	return s->n > 1 ? add_sums(k) : 0;
}

/* --- Persons: their sums, and what they wrote. */

const char *
digest_written(const struct facts_report *r)
{
	switch (r->state) {
	case FACTS_NOT_YET: return cli_tr("not yet");
	case FACTS_MISSING: return cli_tr("MISSING");
	case FACTS_LATE: return cli_tr("late");
	case FACTS_WRITTEN: return cli_tr("yes");
	default: return "-";
	}
}

static int
add_person(struct making *k, const struct facts_person *p)
{
	const char *about = p->response.minute ? "~" : "";
	char a[SPAN_LEN], b[SPAN_LEN];

	return row(k) < 0 || cell(k, "%s", p->name) < 0 ||
	    cell(k, "%s", digest_written(&p->report)) < 0 ||
	    cell(k, "%s", digest_written(&p->plan)) < 0 ||
	    number(k, p->in) < 0 || number(k, p->out) < 0 ||
	    number(k, p->response.asked.n) < 0 ||
	    cell(k, "%s%s", about, digest_span(p->response.work_median,
	    a)) < 0 || cell(k, "%s%s", about,
	    digest_span(p->response.work_p90, b)) < 0 ||
	    number(k, p->unanswered) < 0 ||
	    number(k, p->inquiries_open) < 0 ? -1 : 0;
}

static int
persons(struct making *k)
{
	static const size_t width[] = {12, 8, 8, 5, 5, 7, 13, 13, 7, 9};
	struct digest_section *s;
	size_t i;

	if (k->f->npersons == 0)
		return 0;
	begin(k, cli_tr("People"), 10);
	s = k->s;
	s->work = s->persons = true;
	s->head[0] = cli_tr("person");
	s->head[1] = cli_tr("report");
	s->head[2] = cli_tr("plan");
	s->head[3] = cli_tr("in");
	s->head[4] = cli_tr("out");
	s->head[5] = cli_tr("turns");
	s->head[6] = cli_tr("median");
	s->head[7] = cli_tr("90 %");
	s->head[8] = cli_tr("waiting");
	s->head[9] = cli_tr("inquiries");
	memcpy(s->width, width, sizeof(width));
	for (i = 3; i < 10; i++)
		s->right[i] = true;
	for (i = 0; i < k->f->npersons; i++)
		if (add_person(k, &k->f->person[i]) < 0)
			return -1;
	s->count = s->n;
	return 0;
}

/* Line N of TEXT. */
static const char *
line_of(const char *text, size_t n, size_t *len)
{
	for (; n > 0; n--) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	*len = strcspn(text, "\n");
	return text;
}

/* In one line: " / " between those of TEXT. */
static int
cell_lines(struct making *k, const char *text)
{
	char flat[CELL_MAX];
	size_t n = 0;

	for (; *text && n < sizeof(flat) - 4; text++)
		if (*text == '\n') {
			memcpy(flat + n, " / ", 3);
			n += 3;
		} else if (*text != '\r') {
			flat[n++] = *text;
		}
	while (n > 0 && !utf8_valid(flat, n))
		n--;
	return cell(k, "%.*s", (int)n, flat);
}

static int
add_written(struct making *k, const struct facts_person *p,
	const struct facts_report *r, bool plan)
{
	char at[WORKTIME_CLOCK_LEN];
	const char *line;
	size_t i, n;

	if (row(k) < 0 || cell(k, "%s%s%s", p->name, plan ? " · " : "", plan ?
	    cli_tr("plan") : "") < 0 ||
	    cell(k, "%s%s", clock_of(k, r->at, at), r->versions > 1 ? "*" :
	    "") < 0)
		return -1;
	if (plan || !r->typed)
		return cell_lines(k, *r->text ? r->text : r->file) < 0 ||
		    cell(k, "%s", "") < 0 || cell(k, "%s", "") < 0 ? -1 : 0;
	for (i = 0; i < 3; i++) {
		line = line_of(r->text, i, &n);
		if (cell(k, "%.*s", (int)n, line) < 0)
			return -1;
	}
	return 0;
}

static int
written(struct making *k)
{
	static const size_t width[] = {14, 12, 24, 24, 0};
	struct digest_section *s;
	size_t i;

	begin(k, cli_tr("What they wrote (*: more than one version)"), 5);
	s = k->s;
	s->work = true;
	s->head[0] = cli_tr("person");
	s->head[1] = cli_tr("at");
	s->head[2] = cli_tr("was done");
	s->head[3] = cli_tr("is open");
	s->head[4] = cli_tr("is for tomorrow");
	memcpy(s->width, width, sizeof(width));
	for (i = 0; i < k->f->npersons; i++) {
		const struct facts_person *p = &k->f->person[i];

		if (p->report.versions > 0 && add_written(k, p, &p->report,
		    false) < 0)
			return -1;
		if (p->plan.versions > 0 && add_written(k, p, &p->plan,
		    true) < 0)
			return -1;
	}
	s->count = s->n;
	if (s->n == 0)
		k->p->n--;
	return 0;
}

static int
add_response(struct making *k, const struct facts_account *of,
	const struct facts_response *r)
{
	const char *about = r->minute ? "~" : "";
	char a[SPAN_LEN], b[SPAN_LEN], c[SPAN_LEN], d[SPAN_LEN];

	if (row(k) < 0)
		return -1;
	if (of ? cell(k, "%s", of->who.doer) < 0 || cell_account(k,
	    of->who.station, of->source, of->platform, of->account) < 0 :
	    cell(k, "%s", cli_tr("all")) < 0 || cell(k, "%s", "") < 0)
		return -1;
	return number(k, r->asked.n) < 0 || number(k, r->open) < 0 ||
	    cell(k, "%s%s", about, digest_span(r->work_median, a)) < 0 ||
	    cell(k, "%s%s", about, digest_span(r->work_p90, b)) < 0 ||
	    cell(k, "%s%s", about, digest_span(r->wall_median, c)) < 0 ||
	    cell(k, "%s%s", about, digest_span(r->wall_p90, d)) < 0 ? -1 : 0;
}

static int
responses(struct making *k)
{
	static const size_t width[] = {8, 22, 5, 5, 13, 13, 13, 13};
	struct digest_section *s;
	size_t i;

	if (k->f->response.asked.n == 0)
		return 0;
	begin(k, cli_tr("First response (hours of work; by "
	    "the clock; ~: give or take a minute)"), 8);
	s = k->s;
	s->work = true;
	s->head[0] = cli_tr("person");
	s->head[1] = cli_tr("account");
	s->head[2] = cli_tr("turns");
	s->head[3] = cli_tr("open");
	s->head[4] = cli_tr("median");
	s->head[5] = cli_tr("90 %");
	s->head[6] = cli_tr("median");
	s->head[7] = cli_tr("90 %");
	memcpy(s->width, width, sizeof(width));
	for (i = 2; i < 8; i++)
		s->right[i] = true;
	for (i = 0; i < k->f->naccounts; i++) {
		const struct facts_account *a = &k->f->account[i];

		if (a->response.asked.n > 0 &&
		    add_response(k, a, &a->response) < 0)
			return -1;
	}
	s->count = s->n;
	return add_response(k, NULL, &k->f->response);
}

static int
inquiries(struct making *k)
{
	const struct facts_inquiries *q = &k->f->inquiries;

	if (q->all.n == 0 && q->orders.n == 0)
		return 0;
	begin(k, cli_tr("Inquiries and orders"), 1);
	k->s->work = true;
	k->s->count = q->created.n;
	if (row(k) < 0 || cell(k, cli_tr("%zu inquiries on the day; %zu in two "
	    "weeks: %zu read, %zu answered, %zu wait too long"),
	    q->created.n, q->all.n, q->read.n, q->replied.n, q->open.n) < 0)
		return -1;
	return row(k) < 0 ? -1 : cell(k, cli_tr("%zu of them quoted, %zu "
	    "ordered; %zu orders on the day"), q->quoted.n, q->ordered.n,
	    q->orders.n);
}

static int
make(struct making *k, const char *org, const char *zone, struct err *e)
{
	struct buf quiet = BUF_INIT(4096);
	char day[WORKTIME_DAY_LEN], made[WORKTIME_CLOCK_LEN];
	struct digest_page *p = k->p;
	int kind, rc = -1;

	p->title = str_fmt("%s · %s", org, worktime_day_text(k->f->day, day));
	p->made = str_fmt(cli_tr("made %s (%s)"), worktime_clock(k->time,
	    k->f->made, made), zone);
	if (!p->title || !p->made) {
		(void)err_nomem(e);
		goto out;
	}
	for (kind = 0; kind < FACTS_NKINDS; kind++)
		if (add_kind(k, (enum facts_kind)kind, &quiet) < 0)
			goto out;
	if (persons(k) < 0 || written(k) < 0 || counts(k) < 0 ||
	    responses(k) < 0 || inquiries(k) < 0)
		goto out;
	if (quiet.len > 0)
		p->quiet = str_fmt(cli_tr("Nothing found: %s"),
		    buf_str(&quiet));
	if (quiet.len > 0 && !p->quiet)
		(void)err_nomem(e);
	else
		rc = 0;
out:
	buf_release(&quiet);
	return rc;
}

int
digest_page_make(struct digest_page *p, const struct facts *f,
	const char *org, const char *zone, struct worktime *time,
	struct err *e)
{
	struct making k = {.p = p, .f = f, .time = time, .e = e};

	memset(p, 0, sizeof(*p));
	p->foot = cli_tr("In brackets behind a person: who is responsible, "
	    "where that is another; before a name: the number of the "
	    "conversation, for liudi-desk chat.");
	return make(&k, org, zone, e);
}

void
digest_page_release(struct digest_page *p)
{
	size_t i, j, c;

	for (i = 0; i < p->n; i++) {
		for (j = 0; j < p->section[i].n; j++)
			for (c = 0; c < DIGEST_CELLS; c++)
				free(p->section[i].row[j].cell[c]);
		free(p->section[i].row);
	}
	free(p->title);
	free(p->made);
	free(p->quiet);
	memset(p, 0, sizeof(*p));
}
