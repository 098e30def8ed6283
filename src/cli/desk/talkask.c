/* cli/desk/talkask.c - what the commands on conversations share. */
#include "cli/desk/talkask.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/pager.h"
#include "cli/desk/show.h"
#include "control/control.h"
#include "desk/fetch.h"
#include "desk/query.h"
#include "desk/sealed.h"

#include "base/banned.h"

#define VIEW_MAX 8192
#define LINE_MAX_LEN ((size_t)1 << 30)
#define NUMBER_DIGITS 9		/* more is a telephone number */

struct call {
	struct talkask *k;
	int (*fn)(struct talkask *k, void *arg, struct err *e);
	void *arg;
};

static int
no_catalogue(struct err *e)
{
	(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
	return err_hint(e, "run 'liudi-desk sync'");
}

static int
read_time(const struct cli *c, struct history_filter *f, struct err *e)
{
	int64_t since, until;

	if (show_since(c, &since, e) < 0 || show_until(c, &until, e) < 0)
		return -1;
	f->since = since == INT64_MIN ? HISTORY_NEVER : since * 1000;
	f->until = until == INT64_MAX ? HISTORY_NEVER : (until + 1) * 1000;
	return 0;
}

int
talkask_open(struct talkask *k, const struct cli *c, const char *typed,
	struct err *e)
{
	memset(k, 0, sizeof(*k));
	k->c = c;
	k->typed = typed;
	buf_init(&k->line, LINE_MAX_LEN);
	k->f.station = cli_value(c, "station");
	k->f.platform = cli_value(c, "platform");
	k->f.peer = cli_value(c, "peer");
	if (deskhome_names(&k->h, c->home, e) < 0 ||
	    read_time(c, &k->f, e) < 0)
		return -1;
	return file_exists(k->h.catalogue) ? 0 : no_catalogue(e);
}

void
talkask_release(struct talkask *k)
{
	opener_free(k->op);
	buf_release(&k->line);
	deskhome_release(&k->h);
}

/* --- In the box: people. */

/* Without the roster stations are shown by their ids. */
static int
load_people(struct talkask *k, struct err *e)
{
	struct buf file = BUF_INIT(ROSTER_FILE_MAX);
	struct buf text = BUF_INIT(ROSTER_FILE_MAX);
	const struct deskhome *h = k->b->home;
	char pin[CANON_ID_LEN];
	int rc = deskhome_pin_load(h, pin, e);

	if (rc == 0)
		rc = control_file_load(h->control, pin, "roster.age", &file,
		    e);
	if (rc > 0)
		rc = sealed_text(k->op, file.data, file.len, NULL, NULL,
		    &text, e);
	if (rc == 0)
		rc = roster_parse(&k->people, buf_str(&text), text.len, e);
	k->named = rc == 0;
	buf_wipe(&text);
	buf_release(&file);
	return rc;
}

const char *
talkask_who(const struct talkask *k, const char *station)
{
	const struct roster_row *r = k->named ?
	    roster_find(&k->people, station) : NULL;

	return r && r->person[0] ? r->person : station;
}

/* Is PART in NAME, Latin letters great or small? */
static bool
holds(const char *name, const char *part)
{
	size_t n = strlen(part), i;

	for (; *name; name++) {
		for (i = 0; i < n; i++) {
			char a = name[i], b = part[i];

			a = a >= 'A' && a <= 'Z' ? (char)(a + 32) : a;
			b = b >= 'A' && b <= 'Z' ? (char)(b + 32) : b;
			if (a != b)
				break;
		}
		if (i == n)
			return true;
	}
	return n == 0;
}

bool
talkask_wants(const struct talkask *k, const char *station)
{
	const char *person = cli_value(k->c, "person");
	const struct roster_row *r = person ?
	    roster_find(&k->people, station) : NULL;

	return !person || (r && holds(r->person, person));
}

/* A name that nobody has is a mistake, not an empty answer. */
static int
check_person(struct talkask *k, struct err *why, struct err *e)
{
	const char *person = cli_value(k->c, "person");
	size_t i;

	if (!person)
		return 0;
	if (!k->named) {
		*e = *why;
		(void)err_prefix(e, "who works where cannot be read");
		return err_hint(e, "name the station with --station");
	}
	for (i = 0; i < k->people.n; i++)
		if (holds(k->people.v[i].person, person))
			return 0;
	(void)err_set(e, ERR_USAGE, "the roster knows no '%s'", person);
	return err_hint(e, "'liudi-desk station list --people' lists them");
}

static int
check_station(struct talkask *k, struct err *e)
{
	bool known = true;

	if (k->f.station && query_has_station(k->b->catalogue, k->f.station,
	    &known, e) < 0)
		return -1;
	return known ? 0 : err_set(e, ERR_NOENT, "there is no station '%s'",
	    k->f.station);
}

static int
enter(struct talkask *k, struct box *b, struct err *e)
{
	struct err why = ERR_INIT;

	k->b = b;
	if (!b->catalogue)
		return no_catalogue(e);
	k->m = messages_open(b->catalogue, false, e);
	if (!k->m)
		return -1;
	(void)load_people(k, &why);
	if (check_person(k, &why, e) < 0)
		return -1;
	return check_station(k, e);
}

static void
leave(struct talkask *k)
{
	json_free(k->json);
	messages_close(k->m);
	k->json = NULL;
	k->m = NULL;
	roster_release(&k->people);
	k->named = false;
}

/* --- In the box: which conversation? */

struct find {
	struct talkask *k;
	struct talkask_found all;	/* it is also part of a sender's name */
	struct talkask_found named, exact;
};

static void
keep(struct talkask_found *f, const struct history_chat *h)
{
	size_t n;

	f->matches++;
	f->chat = f->matches == 1 ? h->n : 0;
	f->messages = h->messages;
	(void)snprintf(f->station, sizeof(f->station), "%s", h->station);
	(void)snprintf(f->label, sizeof(f->label), "%s: %s", h->platform,
	    h->name[0] ? h->name : h->id);
	/* whole characters */
	for (n = strlen(f->label); n > 0 && !utf8_valid(f->label, n); n--)
		;
	f->label[n] = '\0';
}

static int
on_match(void *arg, const struct history_chat *h, struct err *e)
{
	struct find *f = arg;

	(void)e;
	if (!talkask_wants(f->k, h->station))
		return 0;
	keep(&f->all, h);
	if (holds(h->name, f->k->typed))
		keep(&f->named, h);
	if (str_eq(h->name, f->k->typed) || str_eq(h->id, f->k->typed))
		keep(&f->exact, h);
	return 0;
}

static int
find(struct talkask *k, struct talkask_found *out, struct err *e)
{
	struct history_filter f = {.station = k->f.station,
	    .platform = k->f.platform, .since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct find a = {.k = k};

	memset(out, 0, sizeof(*out));
	if (strlen(k->typed) <= NUMBER_DIGITS &&
	    str_to_i64(k->typed, 1, INT32_MAX, &f.chat) == 0) {
		if (history_chats(k->m, &f, on_match, &a, e) < 0)
			return -1;
		f.chat = 0;
	}
	f.peer = k->typed;
	if (a.all.matches == 0 &&
	    history_chats(k->m, &f, on_match, &a, e) < 0)
		return -1;
	*out = a.exact.matches == 1 ? a.exact : a.named.matches == 1 ?
	    a.named : a.all;
	return 0;
}

/* What it found is written where asker and box both see it. */
static int
find_in_box(struct box *b, void *arg, struct err *e)
{
	struct talkask *k = arg;
	struct talkask_found found;
	int rc = -1;

	if (enter(k, b, e) == 0)
		rc = find(k, &found, e);
	if (rc == 0)
		memcpy(opener_room(k->op, FETCH_ROOM_HELD), &found,
		    sizeof(found));
	leave(k);
	return rc;
}

int
talkask_unlock(struct talkask *k, struct err *e)
{
	struct box b = {.home = &k->h};
	struct talkask_found *f = &k->found;

	k->op = show_opener(k->c, &k->h, e);
	if (!k->op)
		return -1;
	if (!k->typed)
		return 0;
	b.opener = k->op;
	if (box_run(&b, find_in_box, k, e) < 0)
		return -1;
	/* from where foreign bytes are parsed */
	memcpy(f, opener_room(k->op, FETCH_ROOM_HELD), sizeof(*f));
	f->station[sizeof(f->station) - 1] = '\0';
	f->label[sizeof(f->label) - 1] = '\0';
	if (!utf8_valid(f->label, strlen(f->label)))
		f->label[0] = '\0';
	if (f->matches <= 0) {
		(void)err_set(e, ERR_NOENT, "there is no conversation '%s'",
		    k->typed);
		return err_hint(e, "'liudi-desk chats' lists them");
	}
	if (f->matches == 1)
		k->f.chat = f->chat;
	return 0;
}

/* --- Leave to read. */

static int
add_filter(const struct talkask *k, struct buf *view, struct err *e)
{
	static const char *const names[] = {"person", "platform", "peer"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (cli_has(k->c, names[i]) && buf_addf(view, e, ", %s %s",
		    names[i], cli_value(k->c, names[i])) < 0)
			return -1;
	return 0;
}

int
talkask_note(struct talkask *k, const char *action, const char *what,
	struct err *e)
{
	const struct talkask_found *found = &k->found;
	struct access_ask ask = {action, k->f.station, NULL, ACCESS_NO_DAY,
	    ACCESS_NO_DAY, NULL};
	struct buf view = BUF_INIT(VIEW_MAX);
	int rc = -1;

	if (found->matches == 1)
		ask.station = found->station;
	if (k->f.since != HISTORY_NEVER || k->f.until != HISTORY_NEVER) {
		ask.first = k->f.since == HISTORY_NEVER ? 0 :
		    k->f.since / 1000;
		ask.last = k->f.until == HISTORY_NEVER ? clock_now_utc() :
		    k->f.until / 1000 - 1;
	}
	if (buf_adds(&view, what, e) < 0 ||
	    (k->typed && buf_addf(&view, e, "%s%s", what[0] ? " in " : "",
	    found->matches == 1 ? found->label : k->typed) < 0) ||
	    add_filter(k, &view, e) < 0)
		goto out;
	ask.view = buf_str(&view);
	rc = reads_note(k->c, k->op, &ask, &k->pass, k->reader, e);
out:
	buf_release(&view);
	return rc;
}

/* --- The box. */

static int
list_matches(struct talkask *k, struct err *e)
{
	int64_t n;

	if (!k->c->json) {
		k->f.peer = k->typed;
		k->f.since = k->f.until = HISTORY_NEVER;
		if (talkask_list(k, &n, e) < 0)
			return -1;
	}
	(void)err_set(e, ERR_USAGE, "%lld conversations fit '%s'",
	    (long long)k->found.matches, k->typed);
	return err_hint(e, "give the number of one, as 'liudi-desk chats' "
	    "lists them");
}

static int
in_box(struct box *b, void *arg, struct err *e)
{
	struct call *call = arg;
	struct talkask *k = call->k;
	int rc = -1;

	if (enter(k, b, e) == 0)
		rc = k->typed && k->f.chat == 0 ? list_matches(k, e) :
		    call->fn(k, call->arg, e);
	if (rc >= 0 && (fflush(stdout) != 0 || ferror(stdout)) && !k->paged)
		rc = err_stdout(e);
	leave(k);
	return rc;
}

int
talkask_run(struct talkask *k, int (*fn)(struct talkask *k, void *arg,
	struct err *e), void *arg, struct err *e)
{
	struct call call = {k, fn, arg};
	struct pager pager = PAGER_INIT;
	struct box b = {.home = &k->h};
	int rc;

	b.opener = k->op;
	b.pass = &k->pass;
	b.mirrors = true;
	b.no_records = !k->records;
	b.rw = k->rw;
	pager_style(&k->style);
	if (!k->rw && !k->records)
		pager_open(&pager, k->c, k->at_end ? k->found.messages : 0);
	k->paged = pager.terminal >= 0;
	rc = box_run(&b, in_box, &call, e);
	pager_close(&pager);
	return rc;
}

int
talkask_put(struct talkask *k, struct err *e)
{
	const size_t n = k->line.len;
	const bool done = fwrite(k->line.data, 1, n, stdout) == n;

	buf_clear(&k->line);
	if (done)
		return 0;
	return k->paged ? 1 : err_stdout(e);
}
