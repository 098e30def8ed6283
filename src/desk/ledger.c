/* desk/ledger.c - account events into the catalogue; docs/FORMAT.md 21. */
#include "desk/ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/bytes.h"
#include "desk/everroots.h"
#include "desk/finding.h"
#include "desk/newfiles.h"
#include "desk/sealedto.h"
#include "repo/packw.h"

#include "base/banned.h"

#define MARK "ledger"
#define MARK_DESK "ledger desk"
#define CODE "account"		/* of the findings */
#define BATCH 64
#define RUNS_MAX (256u << 20)
#define POLICIES_MAX 32		/* of the past, that a file is held against */

/* Columns of SQL_LEDGER_VERSION. */
enum { GET_STATION, GET_PATH, GET_SIZE, GET_SUM, GET_RUNS };
/* Columns of SQL_LEDGER_FILE. */
enum { FILE_N, FILE_SUM, FILE_LIST, FILE_BLOB };

/* A `granted` that is held against what it grants when all is here. */
struct grant {
	char name[LEDGER_NAME_LEN];
	char device[LEDGER_WHO_LEN];		/* which says so */
	uint8_t account[EVENT_ID_LEN], event[EVENT_ID_LEN];
	uint8_t of[EVENT_ID_LEN];
};

struct ledger {
	struct box *box;
	struct catalogue *c;
	struct ledger_report *report;
	struct bytes *bytes;		/* NULL until a station's is wanted */
	struct signers roots;		/* ever; none until one is wanted */
	char *copies;
	struct buf file, text;
	struct policy_readers readers;	/* for whom `file` is sealed */
	struct grant *grant;		/* that came this time */
	size_t ngrants, grants_cap;
	/* of the version that is looked at */
	char station[33];
	char name[LEDGER_NAME_LEN];
	int64_t version, size;
	struct buf path, list, runs;
	int64_t first_left;
};

bool
ledger_name(const char *file, char name[static LEDGER_NAME_LEN])
{
	uint8_t raw[EVENT_ID_LEN];

	if (strlen(file) != 2 * sizeof(raw) + 4 ||
	    strcmp(file + 2 * sizeof(raw), ".age") != 0 ||
	    str_unhex(raw, sizeof(raw), file, 2 * sizeof(raw)) < 0)
		return false;
	str_hex(name, raw, sizeof(raw));
	return true;
}

bool
ledger_own_name(const char *file, char name[static LEDGER_NAME_LEN],
	char who[static LEDGER_WHO_LEN])
{
	const size_t n = LEDGER_NAME_LEN - 1, len = strlen(file);
	char plain[LEDGER_NAME_LEN + sizeof(".age")];

	if (len < n + sizeof("..age") || len - n - sizeof(".age") >=
	    LEDGER_WHO_LEN || file[n] != '.')
		return false;
	(void)snprintf(plain, sizeof(plain), "%.*s%s", (int)n, file,
	    file + len - strlen(".age"));
	(void)snprintf(who, LEDGER_WHO_LEN, "%.*s",
	    (int)(len - n - sizeof(".age")), file + n + 1);
	return ledger_name(plain, name);
}

char *
ledger_copies(const struct deskhome *h)
{
	return path_join(h->index, "copies");
}

/* Things of a file, not of this machine. */
static bool
is_content(const struct err *e)
{
	return e->code == ERR_FORMAT || e->code == ERR_INTEGRITY;
}

static int
add_to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

static struct finding_place
place(struct catalogue *c, const char *station)
{
	return (struct finding_place){c, 0, 0, station ? station : "",
	    clock_now_utc()};
}

/* --- An opened file. */

struct taking {
	struct catalogue *c;
	const struct ledger_new *f;
	int64_t file;		/* its number */
	int64_t events, wrong;
};

/* 1: the event is there already, in these or other words; 0; -1. */
static int
is_known(struct taking *t, const struct account_event *v, const char *line,
	size_t n, struct err *e)
{
	const struct finding_place at = place(t->c, t->f->station);
	const enum sql q = SQL_LEDGER_EVENT;
	char hex[EVENT_ID_HEX];
	const char *had;
	bool same = false;
	int rc = catalogue_step(t->c, q, e, "b", (const void *)v->id,
	    (size_t)EVENT_ID_LEN);

	if (rc > 0) {
		had = catalogue_text(t->c, q, 0);
		same = strlen(had) == n && memcmp(had, line, n) == 0;
	}
	catalogue_reset(t->c, q);
	if (rc <= 0 || same)
		return rc;
	str_hex(hex, v->id, EVENT_ID_LEN);
	t->wrong++;
	return finding_once(&at, FINDING_INTEGRITY, CODE, e, "account event "
	    "%s stands in another file with another text; the first counts",
	    hex) < 0 ? -1 : 1;
}

static int
take_event(void *arg, const struct account_event *v, const char *line,
	size_t n, struct err *e)
{
	struct taking *t = arg;
	uint8_t of[EVENT_ID_LEN];
	const char *hex = v->kind == EVENT_GRANTED ? v->value[EVENT_OF] :
	    NULL;
	bool has_of = hex && str_unhex(of, sizeof(of), hex,
	    strlen(hex)) == 0;
	int rc = is_known(t, v, line, n, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	t->events++;
	return catalogue_run(t->c, SQL_LEDGER_EVENT_ADD, e, "bibs",
	    (const void *)v->id, (size_t)EVENT_ID_LEN, t->file,
	    (const void *)(has_of ? of : NULL), sizeof(of), line, n);
}

/* VERSION 0: desk.git needs no copy of it. */
static int
add_file(struct taking *t, const struct buf *secrets, bool dual,
	const char *bad, int64_t version, struct err *e)
{
	const struct ledger_new *f = t->f;

	if (catalogue_run(t->c, SQL_LEDGER_FILE_ADD, e, "tbtibtbit", f->name,
	    (const void *)f->sum, sizeof(f->sum), f->station, version,
	    f->list, f->nlist, f->blob,
	    (const void *)(secrets->len ? secrets->data : NULL), secrets->len,
	    (int64_t)dual, bad) < 0)
		return -1;
	t->file = catalogue_added(t->c);
	return 0;
}

/* In desk.git a manager speaks for himself, or hands on a station's word. */
static int
judge_signer(const struct ledger_new *f, const struct account_event *v,
	struct err *e)
{
	if (str_eq(v->device, f->signer))
		return 0;
	if (everroots_named(f->roots, v->device))
		return err_set(e, ERR_INTEGRITY, "it says that '%s' made it, "
		    "and '%s' signed it", v->device, f->signer);
	return event_of_station(v->kind) ? 0 : err_set(e, ERR_INTEGRITY,
	    "'%s' is for managers to say", event_kind_name(v->kind));
}

/* ERR_INTEGRITY: somebody speaks for another, or a station for the managers. */
static int
judge(void *arg, const struct account_event *v, const char *line, size_t n,
	struct err *e)
{
	const struct taking *t = arg;

	(void)line;
	(void)n;
	if (!t->f->device)
		return t->f->signer ? judge_signer(t->f, v, e) : 0;
	if (!str_eq(v->device, t->f->device))
		return err_set(e, ERR_INTEGRITY, "it says that '%s' made it",
		    v->device);
	if (!event_of_station(v->kind))
		return err_set(e, ERR_INTEGRITY, "'%s' is for managers to say",
		    event_kind_name(v->kind));
	return 0;
}

/*
 * A file whose lines make no sense is kept with the reason, and no event.  One that
 * is forged goes no further: in desk.git it would be a manager's word.
 */
static int
take(struct taking *t, struct err *e)
{
	const struct ledger_new *f = t->f;
	const struct finding_place at = place(t->c, f->station);
	struct buf secrets = BUF_INIT(EVENTFILE_MAX);
	struct err why = ERR_INIT;
	bool dual = false;
	int rc = eventfile_read(f->text, f->n, judge, t, &secrets, &dual,
	    &why);

	if (rc < 0 && !is_content(&why)) {
		*e = why;
		goto out;
	}
	if (rc < 0) {
		const bool forged = why.code == ERR_INTEGRITY;

		t->wrong++;
		buf_clear(&secrets);
		rc = finding_once(&at, forged ? FINDING_INTEGRITY :
		    FINDING_WARN, CODE, e, forged ? "event file %s does not "
		    "count: %s" : "event file %s cannot be read: %s", f->name,
		    why.what);
		if (rc == 0)
			rc = add_file(t, &secrets, false, why.what, forged ?
			    0 : f->version, e);
		goto out;
	}
	rc = add_file(t, &secrets, dual, NULL, f->version, e);
	if (rc == 0)
		rc = eventfile_read(f->text, f->n, take_event, t, NULL, NULL,
		    e);
out:
	buf_release(&secrets);
	return rc;
}

int
ledger_take(struct catalogue *c, const struct ledger_new *f,
	int64_t *events, int64_t *wrong, struct err *e)
{
	struct taking t = {.c = c, .f = f};

	if (catalogue_begin(c, e) < 0)
		return -1;
	if (take(&t, e) < 0 || catalogue_commit(c, e) < 0) {
		catalogue_rollback(c);
		return -1;
	}
	if (events)
		*events += t.events;
	if (wrong)
		*wrong += t.wrong;
	return 0;
}

/* --- Sealed to whom? */

static size_t
parse_readers(const struct policy_readers *p, struct seal_recipient *out)
{
	struct err ignored = ERR_INIT;
	size_t i, n = 0;

	for (i = 0; i < p->n; i++)
		if (seal_recipient_parse(out + n, p->age[i],
		    strlen(p->age[i]), &ignored) == 0)
			n++;
	return n;
}

/* Open l->file into l->text; *ok: for READERS in this order. */
static int
open_for(struct ledger *l, const struct policy_readers *p, int *ok,
	struct err *e)
{
	struct seal_recipient to[CONTROL_MAX_RECIPIENTS];
	size_t n = parse_readers(p, to);

	buf_clear(&l->text);
	return opener_open(l->box->opener, l->file.data, l->file.len, to, n,
	    ok, add_to_buf, &l->text, e);
}

/*
 * Events are sealed when they are entered, and a station may be offline then for
 * long: any readers that control ever named for it will do, the newest first.
 * STATION "": what desks make.
 */
static int
open_checked(struct ledger *l, const char *station, int *ok, struct err *e)
{
	const struct policy_readers *p;
	char (*ids)[CANON_ID_LEN] = NULL;
	size_t n = 0, i, tries = 0;
	int64_t last = -1;
	int rc = mirror_chain(l->box->control_clone, l->box->control.commit,
	    "", &ids, &n, e);

	*ok = 0;
	for (i = n; rc == 0 && !*ok && i > 0 && tries < POLICIES_MAX; i--) {
		rc = policy_at(l->box->policy, ids[i - 1], station, &p, e);
		if (rc <= 0 || p->n == 0 || p->version == last) {
			rc = rc < 0 ? -1 : 0;
			continue;
		}
		last = p->version;
		tries++;
		rc = open_for(l, p, ok, e);
		if (rc == 0 && *ok)
			l->readers = *p;
	}
	free(ids);
	return rc;
}

/*
 * Nobody here opens it.  Whose file it is a desk cannot say that became a reader
 * later; for one that always was, it is sealed to strangers.
 */
static int
note_shut(struct ledger *l, const char *station, struct err *e)
{
	const struct finding_place at = place(l->c, station);
	int rc = station ? sealedto_always(l->box, station, SEALEDTO_ALL, e) :
	    0;

	if (rc <= 0)
		return rc;
	l->report->wrong++;
	return finding_once(&at, FINDING_INTEGRITY, CODE, e, "event file %s "
	    "of '%s' is sealed to strangers: nobody opens it", l->name,
	    station);
}

/* Which station's file in l->text is, as its first event says; "": no station's. */
static int
on_maker(void *arg, const struct account_event *v, const char *line,
	size_t n, struct err *e)
{
	char *device = arg;

	(void)line;
	(void)n;
	(void)e;
	(void)snprintf(device, LEDGER_WHO_LEN, "%s", v->device);
	return 1;
}

static void
find_maker(struct ledger *l, char device[static LEDGER_WHO_LEN])
{
	struct err ignored = ERR_INIT;

	device[0] = '\0';
	(void)eventfile_read(l->text.data, l->text.len, on_maker, device,
	    NULL, NULL, &ignored);
	if (everroots_named(&l->roots, device))
		device[0] = '\0';
}

/*
 * Is F, in l->file, for its readers?  Of desk.git's files nobody knows whose they
 * are until they are open: a station's is for that station's.
 */
static int
open_whose(struct ledger *l, const struct ledger_new *f, int *fits,
	struct err *e)
{
	char device[LEDGER_WHO_LEN];

	if (open_checked(l, f->station ? f->station : "", fits, e) < 0)
		return -1;
	if (*fits || !f->signer)
		return 0;
	find_maker(l, device);
	return device[0] ? open_checked(l, device, fits, e) : 0;
}

/* 1: nobody here opens it; 0: in l->text, or bad, which *WHY says; -1. */
static int
open_file(struct ledger *l, const struct ledger_new *f, bool *ok,
	struct err *why, struct err *e)
{
	const struct finding_place at = place(l->c, f->station);
	int fits = 0;

	if (open_whose(l, f, &fits, why) < 0) {
		if (why->code == ERR_CRYPTO)
			return note_shut(l, f->station, e) < 0 ? -1 : 1;
		if (is_content(why))
			return 0;
		*e = *why;
		return -1;
	}
	*ok = fits;
	if (fits)
		return 0;
	l->report->wrong++;
	return finding_once(&at, FINDING_INTEGRITY, CODE, e, "event file %s "
	    "is sealed to others than control ever named", l->name);
}

struct inside {			/* of an event file that has secrets */
	struct grant first;	/* with a secret; `of` where it grants */
	bool granted;
	size_t n;
};

static int
look_inside(void *arg, const struct account_event *v, const char *line,
	size_t n, struct err *e)
{
	struct inside *x = arg;
	const char *of;

	(void)line;
	(void)n;
	(void)e;
	if ((!v->has_password && !v->has_totp && !v->has_codes) ||
	    x->n++ > 0)
		return 0;
	memcpy(x->first.account, v->account, EVENT_ID_LEN);
	memcpy(x->first.event, v->id, EVENT_ID_LEN);
	(void)snprintf(x->first.device, sizeof(x->first.device), "%s",
	    v->device);
	x->granted = v->kind == EVENT_GRANTED;
	of = x->granted ? v->value[EVENT_OF] : NULL;
	if (of)		/* 32 hex, as event_read() has seen to */
		(void)str_unhex(x->first.of, EVENT_ID_LEN, of, strlen(of));
	return 0;
}

static int
note_secrets(struct ledger *l, const struct ledger_new *f,
	const struct inside *x, struct err *e)
{
	const struct finding_place at = place(l->c, f->station);
	struct book *book = ledger_book(l->c, e);
	const struct book_account *a;
	struct err ignored = ERR_INIT;
	char hex[EVENT_ID_HEX];
	int rc;

	if (!book)
		return -1;
	str_hex(hex, x->first.account, EVENT_ID_LEN);
	a = book_find(book, hex, &ignored);
	l->report->wrong++;
	rc = x->n > 1 ? finding_once(&at, FINDING_INTEGRITY, CODE, e, "'%s' "
	    "sealed the secrets of account '%s' and %zu more (event file %s) "
	    "to others than may read them: have them entered again",
	    x->first.device, a ? a->shown : hex, x->n - 1, l->name) :
	    finding_once(&at, FINDING_INTEGRITY, CODE, e, "'%s' sealed the "
	    "secrets of account '%s' (event file %s) to others than may read "
	    "them: have them entered again", x->first.device, a ? a->shown :
	    hex, l->name);
	book_free(book);
	return rc;
}

static int
keep_grant(struct ledger *l, const struct grant *g, struct err *e)
{
	struct grant *grown;

	if (l->ngrants == l->grants_cap) {
		l->grants_cap = l->grants_cap * 2 + 16;
		grown = realloc(l->grant, l->grants_cap * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		l->grant = grown;
	}
	l->grant[l->ngrants] = *g;
	memcpy(l->grant[l->ngrants++].name, l->name, sizeof(l->name));
	return 0;
}

/* The secrets in l->text: for those who may read them? */
static int
check_secrets(struct ledger *l, const struct ledger_new *f, struct err *e)
{
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	struct inside x = {.n = 0};
	struct err why = ERR_INIT;
	bool dual = false;
	int rc = eventfile_read(f->text, f->n, look_inside, &x, &sealed,
	    &dual, &why);

	/* one that makes no sense was told */
	if (rc < 0 || sealed.len == 0 || x.n == 0 || x.granted) {
		if (rc < 0 && !is_content(&why))
			*e = why;
		else
			rc = rc == 0 && x.granted ? keep_grant(l, &x.first,
			    e) : 0;
		goto out;
	}
	rc = sealedto_check(l->box, &l->readers, dual ? SEALEDTO_OWNERS :
	    SEALEDTO_ALL, sealed.data, sealed.len, e);
	if (rc == 0)
		rc = note_secrets(l, f, &x, e);
out:
	buf_release(&sealed);
	return rc < 0 ? -1 : 0;
}

/* --- What was granted: the managers' seal is told now, not when it is needed. */

/* The secrets that G hands on.  1: for managers; 0: for others; -1. */
static int
check_grant(struct ledger *l, const struct grant *g, char device[static LEDGER_WHO_LEN],
	struct err *e)
{
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	bool dual = false;
	int rc = ledger_maker(l->box, g->of, device, e);

	/* of nothing that is here: it gives nobody anything */
	if (rc > 0 && ledger_sealed(l->c, g->event, &sealed, &dual, e) < 0)
		rc = -1;
	else if (rc > 0 && sealed.len > 0)
		rc = sealedto_ever(l->box, device, SEALEDTO_MANAGERS,
		    sealed.data, sealed.len, e);
	else if (rc >= 0)
		rc = 1;
	buf_release(&sealed);
	return rc;
}

static int
check_grants(struct ledger *l, struct err *e)
{
	char device[LEDGER_WHO_LEN];
	size_t i;
	int rc;

	for (i = 0; i < l->ngrants; i++) {
		struct inside x = {.first = l->grant[i], .n = 1};
		const struct ledger_new f = {.name = l->name};

		rc = check_grant(l, &l->grant[i], device, e);
		if (rc < 0)
			return -1;
		if (rc > 0)
			continue;
		memcpy(l->name, l->grant[i].name, sizeof(l->name));
		(void)snprintf(x.first.device, sizeof(x.first.device), "%s",
		    device);
		if (note_secrets(l, &f, &x, e) < 0)
			return -1;
	}
	return 0;
}

/* l->file, opened, into the catalogue.  1: nobody here opens it; 0; -1. */
static int
take_file(struct ledger *l, struct ledger_new *f, struct err *e)
{
	struct err why = ERR_INIT;
	bool ok = false;
	int rc;

	hash_sha256(f->sum, l->file.data, l->file.len);
	rc = open_file(l, f, &ok, &why, e);
	if (rc != 0)
		return rc;
	f->text = l->text.data;
	f->n = why.code == ERR_NONE ? l->text.len : 0;
	if (why.code != ERR_NONE)
		f->version = 0;		/* nothing that is worth a copy */
	l->report->files++;
	if (ledger_take(l->c, f, &l->report->events, &l->report->wrong,
	    e) < 0)
		return -1;
	return ok ? check_secrets(l, f, e) : 0;
}

/* --- What is known of a name. */

struct known {
	int64_t n;		/* 0: nothing */
	uint8_t sum[HASH_LEN];
	bool has_blob, same_list;
};

static int
look_up(struct ledger *l, const char *name, struct known *k, struct err *e)
{
	const enum sql q = SQL_LEDGER_FILE;
	int rc = catalogue_step(l->c, q, e, "t", name);
	const void *p;
	size_t n;

	memset(k, 0, sizeof(*k));
	if (rc > 0) {
		k->n = catalogue_int(l->c, q, FILE_N);
		p = catalogue_blob(l->c, q, FILE_SUM, &n);
		if (n == HASH_LEN)
			memcpy(k->sum, p, n);
		k->has_blob = !catalogue_null(l->c, q, FILE_BLOB);
		p = catalogue_blob(l->c, q, FILE_LIST, &n);
		k->same_list = n > 0 && n == l->list.len &&
		    memcmp(p, l->list.data, n) == 0;
	}
	catalogue_reset(l->c, q);
	return rc < 0 ? -1 : 0;
}

/* --- desk.git. */

static int
note_added(void *arg, const struct newfiles_file *in, struct err *e)
{
	const struct mirror_file *f = in->file;
	struct ledger *l = arg;
	const size_t n = strlen(LEDGER_FOLDER);
	char name[LEDGER_NAME_LEN];

	if (!str_starts(f->path, LEDGER_FOLDER) || f->path[n] != '/' ||
	    !ledger_name(f->path + n + 1, name))
		return 0;
	if (f->bytes > LEDGER_FILE_MAX) {
		const struct finding_place at = place(l->c, NULL);

		l->report->wrong++;
		return finding_once(&at, FINDING_INTEGRITY, CODE, e,
		    "desk.git's event file %s is too large", name);
	}
	return catalogue_run(l->c, SQL_LEDGER_ASIDE_ADD, e, "ttt", name,
	    f->id, in->name);
}

/* A name that is here already: the same bytes, or an alarm. */
static int
meet(struct ledger *l, const struct known *k, const char *blob,
	struct err *e)
{
	const struct finding_place at = place(l->c, NULL);
	uint8_t sum[HASH_LEN];

	hash_sha256(sum, l->file.data, l->file.len);
	if (memcmp(sum, k->sum, sizeof(sum)) == 0)
		return k->has_blob ? 0 : catalogue_run(l->c,
		    SQL_LEDGER_FILE_THERE, e, "it", k->n, blob);
	l->report->wrong++;
	return finding_once(&at, FINDING_INTEGRITY, CODE, e, "desk.git has "
	    "other bytes as event file %s than were here first", l->name);
}

/* What nobody here opens waits for a header of its own. */
static int
one_aside(struct ledger *l, const char *blob, const char *signer,
	struct err *e)
{
	struct ledger_new f = {.name = l->name, .blob = blob,
	    .signer = signer, .roots = &l->roots};
	struct known k;
	int rc;

	buf_clear(&l->file);
	if (l->roots.n == 0 && everroots_load(l->box->control_clone,
	    l->box->control.commit, &l->roots, e) < 0)
		return -1;
	if (mirror_read(l->box->desk, blob, PACKW_BLOB, &l->file, e) < 0 ||
	    look_up(l, l->name, &k, e) < 0)
		return -1;
	rc = k.n ? meet(l, &k, blob, e) : take_file(l, &f, e);
	if (rc > 0) {
		l->report->later++;
		return catalogue_run(l->c, SQL_LEDGER_ASIDE_SHUT, e, "tb",
		    l->name, (const void *)f.sum, sizeof(f.sum));
	}
	return rc < 0 ? -1 : catalogue_run(l->c, SQL_LEDGER_ASIDE_DROP, e,
	    "t", l->name);
}

static int
asides(struct ledger *l, struct err *e)
{
	const enum sql q = SQL_LEDGER_ASIDE;
	char blob[CANON_ID_LEN], signer[33];
	int rc;

	l->name[0] = '\0';
	while ((rc = catalogue_step(l->c, q, e, "t", l->name)) > 0) {
		(void)snprintf(l->name, sizeof(l->name), "%s",
		    catalogue_text(l->c, q, 0));
		(void)snprintf(blob, sizeof(blob), "%s",
		    catalogue_text(l->c, q, 1));
		(void)snprintf(signer, sizeof(signer), "%s",
		    catalogue_text(l->c, q, 2));
		catalogue_reset(l->c, q);
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
		if (one_aside(l, blob, signer, e) < 0)
			return -1;
	}
	catalogue_reset(l->c, q);
	return rc;
}

static int
from_desk(struct ledger *l, struct err *e)
{
	return newfiles_each(l->box, MARK_DESK, note_added, l,
	    &l->report->wrong, e) < 0 ? -1 : asides(l, e);
}

/* --- This desk's own, not sent yet. */

static int
on_unsent(const char *file, void *arg, struct err *e)
{
	struct ledger *l = arg;
	struct ledger_new f = {.name = l->name};
	char who[LEDGER_WHO_LEN];
	struct known k;
	char *path;
	int rc = -1;

	if (!ledger_own_name(file, l->name, who))
		return 0;
	path = path_join(l->box->home->unsent, file);
	buf_clear(&l->file);
	buf_clear(&l->list);
	if (!path)
		(void)err_nomem(e);
	else if (look_up(l, l->name, &k, e) == 0 &&
	    (k.n || file_load(path, &l->file, e) == 0))
		rc = k.n ? 0 : take_file(l, &f, e);
	free(path);
	if (rc > 0)
		l->report->later++;
	return rc < 0 ? -1 : 0;
}

static int
from_unsent(struct ledger *l, struct err *e)
{
	const char *dir = l->box->home->unsent;

	return file_is_dir(dir) ? file_each(dir, on_unsent, l, e) : 0;
}

/* --- Stations. */

static int
load_version(struct ledger *l, int64_t version, struct err *e)
{
	const enum sql q = SQL_LEDGER_VERSION;
	struct catalogue *c = l->c;
	const void *p;
	size_t n;
	int rc = catalogue_step(c, q, e, "i", version);

	l->version = version;
	buf_clear(&l->path);
	buf_clear(&l->list);
	buf_clear(&l->runs);
	if (rc == 0)
		rc = err_set(e, ERR_FAIL, "the catalogue lacks a file");
	if (rc > 0) {
		(void)snprintf(l->station, sizeof(l->station), "%s",
		    catalogue_text(c, q, GET_STATION));
		l->size = catalogue_int(c, q, GET_SIZE);
		p = catalogue_blob(c, q, GET_PATH, &n);
		rc = buf_add(&l->path, p, n, e);
		p = catalogue_blob(c, q, GET_SUM, &n);
		if (rc == 0)
			rc = buf_add(&l->list, p, n, e);
		p = catalogue_blob(c, q, GET_RUNS, &n);
		if (rc == 0)
			rc = buf_add(&l->runs, p, n, e);
	}
	catalogue_reset(c, q);
	return rc;
}

/* The bytes of RUNS into l->file.  1: they cannot be had now; 0; -1. */
static int
read_bytes(struct ledger *l, struct err *e)
{
	const struct bytes_of of = {l->runs.data, l->runs.len, INT64_MAX};
	struct err why = ERR_INIT;
	int64_t size = 0;
	int fd, rc;

	if (!l->bytes)
		l->bytes = bytes_new(l->box, e);
	fd = l->bytes ? file_nameless(l->box->home->index, e) : -1;
	if (fd < 0)
		return -1;
	rc = bytes_write(l->bytes, &of, fd, &size, &why);
	if (rc == 0 && size != l->size)
		rc = 1;
	if (rc == 0) {
		buf_clear(&l->file);
		if (lseek(fd, 0, SEEK_SET) < 0)
			rc = err_set(&why, ERR_IO, "cannot read the file back");
		else
			rc = file_load_fd(fd, l->name, &l->file, &why);
	}
	(void)close(fd);
	if (rc < 0)
		*e = why;
	return rc;
}

/* Bytes under a name that is known. */
static int
again(struct ledger *l, const struct known *k, struct err *e)
{
	const struct finding_place at = place(l->c, l->station);
	uint8_t sum[HASH_LEN];
	int rc = k->same_list ? 0 : read_bytes(l, e);

	if (rc != 0 || k->same_list)
		return rc;
	hash_sha256(sum, l->file.data, l->file.len);
	/* desk.git had it first: now it is known what proves it */
	if (memcmp(sum, k->sum, sizeof(sum)) == 0)
		return catalogue_run(l->c, SQL_LEDGER_FILE_FROM, e, "itib",
		    k->n, l->station, l->version, l->list.data, l->list.len);
	l->report->wrong++;
	return finding_once(&at, FINDING_INTEGRITY, CODE, e, "event file %s "
	    "was rewritten at the station; what it said first stays",
	    l->name);
}

/* 1: not now; 0; -1. */
static int
one_version(struct ledger *l, int64_t version, struct err *e)
{
	const struct finding_place at = place(l->c, l->station);
	struct ledger_new f = {.name = l->name, .station = l->station,
	    .version = version, .device = l->station};
	struct known k;
	int rc;

	if (load_version(l, version, e) < 0)
		return -1;
	if (!ledger_name(path_name(buf_str(&l->path)), l->name))
		return 0;
	if (look_up(l, l->name, &k, e) < 0)
		return -1;
	if (l->list.len == 0) {
		l->report->wrong += k.n != 0;
		return k.n == 0 ? 0 : finding_once(&at, FINDING_WARN, CODE, e,
		    "event file %s was removed at the station; what it said "
		    "stays", l->name);
	}
	if (k.n)
		return again(l, &k, e);
	if (l->size > LEDGER_FILE_MAX) {
		l->report->wrong++;
		return finding_once(&at, FINDING_WARN, CODE, e, "event file "
		    "%s is too large", l->name);
	}
	rc = read_bytes(l, e);
	f.list = l->list.data;
	f.nlist = l->list.len;
	if (rc != 0)
		return rc;
	rc = take_file(l, &f, e);
	if (rc <= 0)
		return rc;
	l->report->later++;
	return catalogue_run(l->c, SQL_LEDGER_SHUT_ADD, e, "ib", version,
	    (const void *)f.sum, sizeof(f.sum));
}

/* Files that nobody here opened, and for which there is a header now. */
static int
from_shut(struct ledger *l, struct err *e)
{
	const enum sql q = SQL_LEDGER_SHUT;
	int64_t version = 0;
	int rc;

	while ((rc = catalogue_step(l->c, q, e, "i", version)) > 0) {
		version = catalogue_int(l->c, q, 0);
		catalogue_reset(l->c, q);
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
		if (catalogue_run(l->c, SQL_LEDGER_SHUT_DROP, e, "i",
		    version) < 0 || one_version(l, version, e) < 0)
			return -1;
	}
	catalogue_reset(l->c, q);
	return rc;
}

struct span {
	int64_t sources;	/* of accounts: where one is new, all is asked */
	int64_t from, to;
};

static int
load_mark(struct ledger *l, const char *name, char *out, size_t room,
	struct err *e)
{
	int rc = catalogue_step(l->c, SQL_MARK_GET, e, "t", name);

	out[0] = '\0';
	if (rc > 0)
		(void)snprintf(out, room, "%s",
		    catalogue_text(l->c, SQL_MARK_GET, 0));
	catalogue_reset(l->c, SQL_MARK_GET);
	return rc < 0 ? -1 : 0;
}

static int
find_span(struct ledger *l, struct span *s, struct err *e)
{
	const enum sql q = SQL_LEDGER_SOURCES;
	int64_t sources = 0, done = 0;
	char mark[64];
	int rc = catalogue_step(l->c, q, e, "");

	memset(s, 0, sizeof(*s));
	if (rc > 0) {
		s->sources = catalogue_int(l->c, q, 0);
		s->to = catalogue_int(l->c, q, 1);
	}
	catalogue_reset(l->c, q);
	if (rc < 0 || load_mark(l, MARK, mark, sizeof(mark), e) < 0)
		return -1;
	if (sscanf(mark, "%" SCNd64 " %" SCNd64, &done, &sources) == 2 &&
	    sources == s->sources)
		s->from = done;
	return 0;
}

static int
list_versions(struct ledger *l, int64_t from, int64_t *version, size_t *n,
	struct err *e)
{
	const enum sql q = SQL_LEDGER_NEXT;
	int rc = catalogue_step(l->c, q, e, "ii", from, (int64_t)BATCH);

	for (*n = 0; rc > 0 && *n < BATCH; rc = catalogue_next(l->c, q, e))
		version[(*n)++] = catalogue_int(l->c, q, 0);
	catalogue_reset(l->c, q);
	return rc < 0 ? -1 : 0;
}

static int
from_stations(struct ledger *l, struct err *e)
{
	int64_t version[BATCH];
	char mark[64];
	struct span s;
	size_t n, i;
	int rc;

	if (find_span(l, &s, e) < 0)
		return -1;
	do {
		if (list_versions(l, s.from, version, &n, e) < 0)
			return -1;
		for (i = 0; i < n; i++) {
			if (proc_interrupted())
				return err_set(e, ERR_INTR, "interrupted");
			rc = one_version(l, version[i], e);
			if (rc < 0)
				return -1;
			l->report->later += rc;
			if (rc > 0 && l->first_left == 0)
				l->first_left = version[i];
			s.from = version[i];
		}
	} while (n == BATCH);
	(void)snprintf(mark, sizeof(mark), "%" PRId64 " %" PRId64,
	    l->first_left > 0 ? l->first_left - 1 : s.to, s.sources);
	return catalogue_run(l->c, SQL_MARK_SET, e, "tt", MARK, mark);
}

/* --- What desk.git lacks. */

/* l->file as "<name>.<SHA-256>.age". */
static int
save_copy(struct ledger *l, const uint8_t sum[static HASH_LEN],
	struct err *e)
{
	char hex[2 * HASH_LEN + 1];
	uint8_t have[HASH_LEN];
	char *path;
	int rc;

	str_hex(hex, sum, HASH_LEN);
	path = str_fmt("%s/%s.%s.age", l->copies, l->name, hex);
	if (!path)
		return err_nomem(e);
	rc = file_exists(path);
	if (rc == 0) {
		if (load_version(l, l->version, e) < 0) {
			free(path);
			return -1;
		}
		rc = read_bytes(l, e);
		hash_sha256(have, l->file.data, l->file.len);
		if (rc == 0 && memcmp(have, sum, sizeof(have)) == 0)
			rc = file_save(path, l->file.data, l->file.len, 0600,
			    e);
	}
	l->report->copies += rc >= 0;
	free(path);
	return rc < 0 ? -1 : 0;
}

struct wanting {
	char name[LEDGER_NAME_LEN];
	uint8_t sum[HASH_LEN];
	int64_t version;
};

static int
list_uncopied(struct ledger *l, struct wanting **out, size_t *n,
	struct err *e)
{
	const enum sql q = SQL_LEDGER_UNCOPIED;
	struct wanting *v = NULL, *grown;
	size_t cap = 0, len;
	const void *sum;
	int rc;

	*n = 0;
	for (rc = catalogue_step(l->c, q, e, ""); rc > 0;
	    rc = catalogue_next(l->c, q, e)) {
		if (*n == cap) {
			cap = cap ? cap * 2 : 64;
			grown = realloc(v, cap * sizeof(*v));
			if (!grown) {
				rc = err_nomem(e);
				break;
			}
			v = grown;
		}
		(void)snprintf(v[*n].name, sizeof(v->name), "%s",
		    catalogue_text(l->c, q, 0));
		sum = catalogue_blob(l->c, q, 1, &len);
		memset(v[*n].sum, 0, HASH_LEN);
		if (len == HASH_LEN)
			memcpy(v[*n].sum, sum, len);
		v[*n].version = catalogue_int(l->c, q, 2);
		(*n)++;
	}
	catalogue_reset(l->c, q);
	*out = v;
	return rc;
}

static int
copies(struct ledger *l, struct err *e)
{
	struct wanting *v = NULL;
	size_t n = 0, i;
	int rc = list_uncopied(l, &v, &n, e);

	if (rc == 0 && n > 0)
		rc = file_mkdirs(l->copies, 0700, e);
	for (i = 0; rc == 0 && i < n; i++) {
		memcpy(l->name, v[i].name, sizeof(l->name));
		l->version = v[i].version;
		rc = save_copy(l, v[i].sum, e);
	}
	free(v);
	return rc;
}

static void
begin(struct ledger *l, struct box *b, struct ledger_report *r)
{
	memset(r, 0, sizeof(*r));
	*l = (struct ledger){.box = b, .c = b->catalogue, .report = r,
	    .file = BUF_INIT(LEDGER_FILE_MAX),
	    .text = BUF_INIT(LEDGER_FILE_MAX), .path = BUF_INIT(65536),
	    .list = BUF_INIT(64), .runs = BUF_INIT(RUNS_MAX)};
}

static void
end(struct ledger *l)
{
	bytes_free(l->bytes);
	signers_release(&l->roots);
	buf_release(&l->file);
	buf_release(&l->text);
	buf_release(&l->path);
	buf_release(&l->list);
	buf_release(&l->runs);
	free(l->grant);
	free(l->copies);
}

int
ledger_index_own(struct box *b, struct ledger_report *r, struct err *e)
{
	struct ledger l;
	int rc;

	begin(&l, b, r);
	rc = from_unsent(&l, e);
	end(&l);
	return rc;
}

int
ledger_index(struct box *b, struct ledger_report *r, struct err *e)
{
	struct ledger l;
	int rc = -1;

	begin(&l, b, r);
	l.copies = ledger_copies(b->home);
	if (!l.copies)
		(void)err_nomem(e);
	else if (from_desk(&l, e) == 0 && from_unsent(&l, e) == 0 &&
	    from_stations(&l, e) == 0 && from_shut(&l, e) == 0 &&
	    check_grants(&l, e) == 0)
		rc = copies(&l, e);
	end(&l);
	return rc;
}
