/* cli/importing.c - an import of credentials as a person meets it. */
#include "cli/importing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define LINE_WIDTH 78

struct importing {
	const struct cli *c;
	struct teamrows *t;
	const struct platforms *platforms;
	const struct importing_side *side;
	void *arg;
	struct creds_report report;
	uint8_t (*id)[EVENT_ID_LEN];	/* of the account of each row; NULL */
	size_t at;			/* the row whose events come */
};

/* --- The rows that are kept. */

static const char *
name_of(const struct importing *m, const struct teamrow *r)
{
	return r->known ? m->side->name(r->known) : r->record;
}

static const char *
what_of(const struct teamrow *r)
{
	if (r->forked && r->has_password)
		return cli_tr("another password of the same login");
	if (r->forked || r->known)
		return cli_tr("seed");
	if (r->has_password)
		return r->has_totp ? cli_tr("password, seed") :
		    cli_tr("password");
	return r->has_totp ? cli_tr("seed") : cli_tr("no secret");
}

static size_t
wider(size_t width, const char *text)
{
	const size_t n = text ? utf8_width(text) : 0;

	return n > width ? n : width;
}

static void
put_column(const char *text, size_t width)
{
	const size_t n = text ? utf8_width(text) : 0;

	if (text)
		cli_put_shown(stdout, text, strlen(text));
	(void)printf("%*s", (int)(n < width ? width - n : 0) + 2, "");
}

static void
put_rows(const struct importing *m)
{
	const size_t n = teamrows_n(m->t);
	size_t k, name = 0, platform = 0, login = 0;
	const struct teamrow *r;

	for (k = 0; k < n; k++) {
		r = teamrows_at(m->t, k);
		name = wider(name, name_of(m, r));
		platform = wider(platform, r->platform->name);
		login = wider(login, r->login);
	}
	for (k = 0; k < n; k++) {
		r = teamrows_at(m->t, k);
		put_column(name_of(m, r), name);
		put_column(r->platform->name, platform);
		put_column(r->login, login);
		(void)printf("%s\n", what_of(r));
	}
}

/* --- What is left: how many, and why; nothing of it. */

static void
note(uint64_t n, const char *one, const char *many)
{
	char text[CLI_COUNT_LEN];

	if (n > 0)
		(void)printf("%s\n", cli_count((int64_t)n, one, many, text));
}

/* The platforms whose rows are kept, ", " between, in lines of their own. */
static void
put_platforms(const struct importing *m)
{
	size_t n, i, width, column = 0;
	const struct platform *p = platforms_all(m->platforms, &n);

	(void)printf("%s", cli_tr("Platforms that the team works with:"));
	for (i = 0; i < n; i++) {
		if (!p[i].business)
			continue;
		width = utf8_width(p[i].name) + 2;
		if (column == 0 || column + width > LINE_WIDTH) {
			(void)printf("%s\n ", column ? "," : "");
			column = 1;
		} else {
			(void)putchar(',');
		}
		(void)putchar(' ');
		cli_put_shown(stdout, p[i].name, strlen(p[i].name));
		column += width;
	}
	(void)printf("%s\n", column ? "" : cli_tr(" none"));
}

static void
put_rest(const struct importing *m)
{
	const struct teamrows_counts *n = teamrows_counts(m->t);

	note(n->others, "1 other row is not the team's: nothing of it is "
	    "kept.", "%lld other rows are not the team's: nothing of them is "
	    "kept.");
	note(n->unknown, "  1 is of no platform that is known here",
	    "  %lld are of no platform that is known here");
	note(n->elsewhere, "  1 is of a platform that the team does not work "
	    "with", "  %lld are of platforms that the team does not work with");
	note(n->unasked, "  1 is of a platform that --platform does not name",
	    "  %lld are of platforms that --platform does not name");
	if (n->unknown + n->elsewhere > 0)
		put_platforms(m);
	note(n->same, "1 row says the same once more.",
	    "%lld rows say the same once more.");
	note(n->known, m->side->known_one, m->side->known_many);
	note(n->bare, "1 row of the team's has neither login nor password.",
	    "%lld rows of the team's have neither login nor password.");
}

/* --- What could not be read. */

static void
warn(const struct importing *m, uint64_t n, const char *one, const char *many)
{
	char text[CLI_COUNT_LEN];

	if (n > 0)
		cli_warn(m->c, "%s", cli_count((int64_t)n, one, many, text));
}

/* The same, and which lines they begin at, as far as those were kept. */
static void
warn_at(const struct importing *m, uint64_t n, const uint64_t *line,
	const char *one, const char *many)
{
	const bool lines = m->report.format < CREDS_KEEPASS_XML;
	char text[CLI_COUNT_LEN], where[CREDS_BAD_MAX * 22 + 64];
	struct buf list = BUF_INIT(sizeof(where));
	uint64_t k;

	if (n == 0 || line[0] == 0) {
		warn(m, n, one, many);
		return;
	}
	for (k = 0; k < n && k < CREDS_BAD_MAX; k++)
		(void)buf_addf(&list, NULL, "%s%" PRIu64, k ? ", " : "",
		    line[k]);
	if (n > CREDS_BAD_MAX)
		(void)buf_adds(&list, ", …", NULL);
	(void)snprintf(where, sizeof(where), lines ? n == 1 ?
	    cli_tr("at line %s") : cli_tr("at lines %s") : n == 1 ?
	    cli_tr("at entry %s") : cli_tr("at entries %s"), buf_str(&list));
	cli_warn(m->c, "%s (%s)", cli_count((int64_t)n, one, many, text),
	    where);
	buf_release(&list);
}

/* True: something. */
static bool
warn_rest(const struct importing *m)
{
	const struct teamrows_counts *n = teamrows_counts(m->t);
	const struct creds_report *r = &m->report;

	warn_at(m, n->unfit, n->unfit_line, "1 row of the team's has a login "
	    "or password that is too long or no text", "%lld rows of the "
	    "team's have a login or password that is too long or no text");
	warn_at(m, r->damaged, r->bad, "1 row is damaged, and nothing is taken "
	    "of it", "%lld rows are damaged, and nothing is taken of them");
	warn(m, r->other, "1 seed is of a kind that is not known here",
	    "%lld seeds are of a kind that is not known here");
	warn(m, r->batch_missing, "1 code of the export is missing: give all "
	    "of them at once", "%lld codes of the export are missing: give all "
	    "of them at once");
	return n->unfit > 0 || r->damaged > 0 || r->other > 0 ||
	    r->batch_missing > 0;
}

/* --- Ask, keep. */

/* 1 yes, 0 no, -1. */
static int
may_go_on(const struct importing *m, struct err *e)
{
	char answer[CLI_PASS_MAX + 1], prompt[CLI_COUNT_LEN];
	int rc;

	if (cli_has(m->c, "yes"))
		return 1;
	(void)fflush(stdout);
	rc = cli_ask(cli_count((int64_t)teamrows_n(m->t),
	    "Seal this one, and register it? [y/N] ",
	    "Seal these %lld, and register them? [y/N] ", prompt), answer, e);
	if (rc < 0)
		return err_hint(e, "look with -n, then say -y");
	return answer[0] == 'y' || answer[0] == 'Y' ||
	    str_starts(answer, "是");
}

static int
on_event(void *arg, const struct teamrow *row, const struct account_event *v,
	const struct event_secret *s, struct err *e)
{
	struct importing *m = arg;
	struct account_event x = *v;
	uint8_t *id;

	while (teamrows_at(m->t, m->at) != row)
		m->at++;
	id = m->id[m->at];
	if (row->forked && !row->known)
		memcpy(id, m->id[row->first], EVENT_ID_LEN);
	memcpy(x.account, id, EVENT_ID_LEN);
	if (m->side->event(m->arg, m->at, row, &x, s, e) < 0)
		return -1;
	memcpy(id, x.account, EVENT_ID_LEN);
	return 0;
}

static int
keep(struct importing *m, struct err *e)
{
	const size_t n = teamrows_n(m->t);
	struct creds_report again;

	m->id = calloc(n, sizeof(*m->id));
	if (!m->id)
		return err_nomem(e);
	secmem_random(m->id, n * sizeof(*m->id));
	teamrows_events(m->t, on_event, m);
	return m->side->each(m->arg, teamrows_again, m->t, &again, e) != 0 ?
	    -1 : m->side->commit(m->arg, e);
}

/* --- Say. */

static int
put_line(struct buf *b, struct jsonw *w)
{
	if (jsonw_end(w) < 0)
		return -1;
	(void)printf("%s\n", buf_str(b));
	buf_clear(b);
	return 0;
}

static int
put_json_row(const struct importing *m, size_t at, struct buf *b,
	struct err *e)
{
	const struct teamrow *r = teamrows_at(m->t, at);
	struct jsonw w;

	jsonw_init(&w, b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "name", name_of(m, r));
	jsonw_kstr(&w, "platform", r->platform->code);
	jsonw_kstr(&w, "login", r->login);
	if (m->id)
		jsonw_khex(&w, "account", m->id[at], EVENT_ID_LEN);
	jsonw_kbool(&w, "password", r->has_password);
	jsonw_kbool(&w, "seed", r->has_totp);
	jsonw_object_end(&w);
	return put_line(b, &w);
}

static int
put_json(const struct importing *m, struct err *e)
{
	const struct teamrows_counts *n = teamrows_counts(m->t);
	struct buf b = BUF_INIT(1u << 20);
	struct jsonw w;
	size_t k;
	int rc = 0;

	for (k = 0; rc == 0 && k < teamrows_n(m->t); k++)
		rc = put_json_row(m, k, &b, e);
	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "format", creds_format_name(m->report.format));
	jsonw_kint(&w, "rows", (int64_t)m->report.rows);
	jsonw_kbool(&w, "registered", m->id != NULL);
	jsonw_kint(&w, "others", (int64_t)n->others);
	jsonw_kint(&w, "unknown", (int64_t)n->unknown);
	jsonw_kint(&w, "elsewhere", (int64_t)n->elsewhere);
	jsonw_kint(&w, "unasked", (int64_t)n->unasked);
	jsonw_kint(&w, "same", (int64_t)n->same);
	jsonw_kint(&w, "known", (int64_t)n->known);
	jsonw_kint(&w, "bare", (int64_t)n->bare);
	jsonw_kint(&w, "unfit", (int64_t)n->unfit);
	jsonw_kint(&w, "damaged", (int64_t)m->report.damaged);
	jsonw_kint(&w, "missing", (int64_t)m->report.batch_missing);
	jsonw_object_end(&w);
	if (rc == 0)
		rc = put_line(&b, &w);
	buf_release(&b);
	return rc;
}

static int
run(struct importing *m, size_t *sealed, struct err *e)
{
	const bool dry = cli_has(m->c, "dry-run");
	char text[CLI_COUNT_LEN];
	int yes = 0;

	if (m->side->each(m->arg, teamrows_add, m->t, &m->report, e) != 0 ||
	    teamrows_name(m->t, cli_value(m->c, "shop"), e) < 0)
		return -1;
	if (!m->c->json && !m->c->quiet) {
		put_rows(m);
		put_rest(m);
	}
	if (teamrows_n(m->t) > 0 && !dry)
		yes = may_go_on(m, e);
	if (yes < 0 || (yes > 0 && keep(m, e) < 0))
		return -1;
	*sealed = yes > 0 ? teamrows_n(m->t) : 0;
	if (m->c->json)
		return put_json(m, e);
	if (m->c->quiet)
		return 0;
	if (yes > 0)
		(void)printf("%s\n", cli_count((int64_t)*sealed,
		    "1 is on file.", "%lld are on file.", text));
	else if (!dry)
		(void)printf("%s", cli_tr("Nothing was registered.\n"));
	return 0;
}

enum cli_exit
importing_run(const struct cli *c, struct teamrows *t,
	const struct platforms *p, const struct platform *only,
	const struct importing_side *side, void *arg, size_t *sealed,
	struct err *e)
{
	struct importing m = {.c = c, .t = t, .platforms = p, .side = side,
	    .arg = arg};
	enum cli_exit rc = CLI_FAILED;

	*sealed = 0;
	if (only)
		teamrows_only(t, only);
	if (run(&m, sealed, e) == 0)
		rc = warn_rest(&m) ? CLI_WARNINGS : CLI_DONE;
	free(m.id);
	return rc;
}
