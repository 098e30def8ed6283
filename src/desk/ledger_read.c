/* desk/ledger_read.c - the book out of the catalogue, and a secret. */
#include "desk/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/path.h"
#include "crypto/secmem.h"
#include "desk/dual.h"
#include "desk/everroots.h"
#include "desk/sealedto.h"

#include "base/banned.h"

/* Of opened secrets, with their padding. */
#define SECRET_ROOM (EVENTFILE_SECRETS_MAX + EVENTFILE_SECRETS_MAX / 4)

/* Columns of SQL_LEDGER_EACH. */
enum { EACH_NAME, EACH_SUM, EACH_STATION, EACH_BLOB, EACH_SECRETS, EACH_DUAL,
	EACH_GRANTED };

/* --- The book. */

static int
add_events(struct catalogue *c, struct book *b, struct event_reader *r,
	struct err *e)
{
	const enum sql q = SQL_LEDGER_EVENTS;
	struct account_event v;
	const char *line;
	int rc;

	for (rc = catalogue_step(c, q, e, ""); rc > 0;
	    rc = catalogue_next(c, q, e)) {
		line = catalogue_text(c, q, 0);
		if (event_read(r, line, strlen(line), &v, e) < 0 ||
		    book_add(b, &v, e) < 0) {
			rc = -1;
			break;
		}
	}
	catalogue_reset(c, q);
	return rc;
}

struct book *
ledger_book(struct catalogue *c, struct err *e)
{
	struct event_reader *r = event_reader_new(e);
	struct book *b = r ? book_new(e) : NULL;

	if (b && (add_events(c, b, r, e) < 0 || book_fold(b, e) < 0)) {
		book_free(b);
		b = NULL;
	}
	event_reader_free(r);
	return b;
}

/* --- Files. */

int
ledger_each(struct catalogue *c,
	int (*fn)(void *arg, const struct ledger_file *f, struct err *e),
	void *arg, struct err *e)
{
	const enum sql q = SQL_LEDGER_EACH;
	struct ledger_file f;
	size_t n;
	int rc;

	for (rc = catalogue_step(c, q, e, ""); rc > 0;
	    rc = catalogue_next(c, q, e)) {
		f.name = catalogue_text(c, q, EACH_NAME);
		f.sum = catalogue_blob(c, q, EACH_SUM, &n);
		f.station = catalogue_null(c, q, EACH_STATION) ? NULL :
		    catalogue_text(c, q, EACH_STATION);
		f.blob = catalogue_null(c, q, EACH_BLOB) ? NULL :
		    catalogue_text(c, q, EACH_BLOB);
		f.secrets = catalogue_blob(c, q, EACH_SECRETS, &f.nsecrets);
		if (f.nsecrets == 0)
			f.secrets = NULL;
		f.dual = catalogue_int(c, q, EACH_DUAL) != 0;
		f.granted = catalogue_int(c, q, EACH_GRANTED) != 0;
		if (n == 32 && fn(arg, &f, e) < 0) {
			rc = -1;
			break;
		}
	}
	catalogue_reset(c, q);
	return rc;
}

/* 1: desk.git has it, or need not; 0; -1. */
static int
is_there(struct catalogue *c, const char *name, struct err *e)
{
	const enum sql q = SQL_LEDGER_FILE;
	int rc = catalogue_step(c, q, e, "t", name);

	if (rc > 0)
		rc = !catalogue_null(c, q, 3) || catalogue_null(c, q, 4);
	catalogue_reset(c, q);
	return rc;
}

int64_t
ledger_missing(struct catalogue *c, int64_t line, int64_t epoch,
	char name[static LEDGER_NAME_LEN], struct err *e)
{
	const enum sql q = SQL_LEDGER_OF_LINE;
	struct buf path = BUF_INIT(65536);
	char it[LEDGER_NAME_LEN];
	const void *p;
	int64_t missing = 0;
	size_t n;
	int rc, there;

	for (rc = catalogue_step(c, q, e, "ii", line, epoch); rc > 0;
	    rc = catalogue_next(c, q, e)) {
		p = catalogue_blob(c, q, 0, &n);
		buf_clear(&path);
		if (buf_add(&path, p, n, e) < 0) {
			rc = -1;
			break;
		}
		if (!ledger_name(path_name(buf_str(&path)), it))
			continue;
		there = is_there(c, it, e);
		if (there < 0) {
			rc = -1;
			break;
		}
		if (!there && missing++ == 0)
			memcpy(name, it, sizeof(it));
	}
	catalogue_reset(c, q);
	buf_release(&path);
	return rc < 0 ? -1 : missing;
}

/* --- Secrets. */

/* Opened bytes; secure memory that never moves. */
struct secret {
	uint8_t *data;
	size_t n;
};

static int
into_secret(void *arg, const void *data, size_t n, struct err *e)
{
	struct secret *s = arg;

	if (n > SECRET_ROOM - s->n)
		return err_set(e, ERR_FORMAT, "more secrets than there may be");
	memcpy(s->data + s->n, data, n);
	s->n += n;
	return 0;
}

/* Open SEALED and find what it holds for EVENT.  1, 0, -1. */
static int
open_secret(struct box *b, const struct buf *sealed,
	const uint8_t event[static EVENT_ID_LEN], struct event_secret *out,
	struct err *e)
{
	struct secret s = {secmem_new(SECRET_ROOM), 0};
	int rc;

	if (!s.data)
		return err_nomem(e);
	rc = opener_open(b->opener, sealed->data, sealed->len, NULL, 0, NULL,
	    into_secret, &s, e);
	if (rc == 0)
		rc = eventfile_secret(s.data, s.n, event, out, e);
	secmem_free(s.data);
	return rc;
}

int
ledger_sealed(struct catalogue *c, const uint8_t event[static EVENT_ID_LEN],
	struct buf *out, bool *dual, struct err *e)
{
	const enum sql q = SQL_LEDGER_SECRETS;
	const void *p;
	size_t n;
	int rc = catalogue_step(c, q, e, "b", (const void *)event,
	    (size_t)EVENT_ID_LEN);

	if (rc > 0) {
		p = catalogue_blob(c, q, 0, &n);
		*dual = catalogue_int(c, q, 1) != 0;
		rc = buf_add(out, p, n, e) < 0 ? -1 : 1;
	}
	catalogue_reset(c, q);
	return rc;
}

int
ledger_maker(struct box *b, const uint8_t event[static EVENT_ID_LEN],
	char station[static LEDGER_WHO_LEN], struct err *e)
{
	const enum sql q = SQL_LEDGER_EVENT;
	struct event_reader *r = event_reader_new(e);
	struct signers roots = {NULL, 0};
	struct account_event v;
	const char *line;
	int rc = r ? catalogue_step(b->catalogue, q, e, "b",
	    (const void *)event, (size_t)EVENT_ID_LEN) : -1;

	station[0] = '\0';
	if (rc > 0) {
		line = catalogue_text(b->catalogue, q, 0);
		rc = event_read(r, line, strlen(line), &v, e) < 0 ? -1 : 1;
	}
	catalogue_reset(b->catalogue, q);
	if (rc > 0 && everroots_load(b->control_clone, b->control.commit,
	    &roots, e) < 0)
		rc = -1;
	if (rc > 0 && !everroots_named(&roots, v.device))
		(void)snprintf(station, LEDGER_WHO_LEN, "%s", v.device);
	signers_release(&roots);
	event_reader_free(r);
	return rc;
}

/*
 * The grant at which the query stands: is it for WHO?  1; 0: no, and *ENDED is
 * raised to the time at which it ended, if it was his; -1.
 */
static int
is_for(struct catalogue *c, struct event_reader *r,
	const struct ledger_seer *who, int64_t *ended, struct err *e)
{
	const char *line = catalogue_text(c, SQL_LEDGER_GRANTS, 1);
	struct account_event v;
	int64_t until;

	if (event_read(r, line, strlen(line), &v, e) < 0)
		return -1;
	if (dual_holds(&v, who->person, who->utc))
		return 1;
	until = dual_until(&v);
	if (until <= who->utc && until > *ended &&
	    dual_holds(&v, who->person, until - 1))
		*ended = until;
	return 0;
}

/* The newest that WHO was granted and that this desk opens.  1, 0, -1. */
static int
try_grants(struct box *b, const struct ledger_seer *who,
	const uint8_t event[static EVENT_ID_LEN], struct event_secret *out,
	int64_t *ended, struct err *e)
{
	const enum sql q = SQL_LEDGER_GRANTS;
	struct event_reader *r = event_reader_new(e);
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	struct err why = ERR_INIT;
	const void *p;
	size_t n;
	int rc, got = 0;

	for (rc = r ? catalogue_step(b->catalogue, q, e, "b",
	    (const void *)event, (size_t)EVENT_ID_LEN) : -1; rc > 0;
	    rc = catalogue_next(b->catalogue, q, e)) {
		rc = is_for(b->catalogue, r, who, ended, e);
		if (rc < 0)
			break;
		if (rc == 0)
			continue;
		p = catalogue_blob(b->catalogue, q, 0, &n);
		buf_clear(&sealed);
		rc = buf_add(&sealed, p, n, e);
		if (rc < 0)
			break;
		err_clear(&why);
		got = open_secret(b, &sealed, event, out, &why);
		if (got > 0)
			break;
	}
	catalogue_reset(b->catalogue, q);
	buf_release(&sealed);
	event_reader_free(r);
	if (rc >= 0 && got < 0) {
		*e = why;
		return -1;
	}
	return rc < 0 ? -1 : got;
}

/*
 * What an owner granted does not open here.  For whom it is nobody else can say:
 * who was a manager whenever there were some knows that it is for strangers.
 */
static int
cannot_open(struct box *b, const uint8_t event[static EVENT_ID_LEN],
	struct err *e)
{
	char station[LEDGER_WHO_LEN];
	int rc;

	err_clear(e);
	rc = ledger_maker(b, event, station, e);
	if (rc > 0)
		rc = sealedto_always(b, station, SEALEDTO_MANAGERS, e);
	if (rc < 0)
		return -1;
	if (rc > 0) {
		(void)err_set(e, ERR_INTEGRITY, "what the owner granted was "
		    "sealed to strangers, not to managers");
		return err_hint(e, "have it entered again: nobody of the team "
		    "opens it");
	}
	(void)err_set(e, ERR_CRYPTO, "what the owner granted is sealed to "
	    "others than this manager");
	return err_hint(e, "one who was a manager when it was entered makes it "
	    "readable: 'liudi-desk rehead --all --as NAME' there, then sync "
	    "here; if he cannot either, have it entered again");
}

static int
open_granted(struct box *b, const struct ledger_seer *who,
	const uint8_t event[static EVENT_ID_LEN], struct event_secret *out,
	struct err *e)
{
	int64_t ended = 0;
	char when[CLOCK_TEXT_LEN];
	int rc = try_grants(b, who, event, out, &ended, e);

	if (rc < 0 && e->code == ERR_CRYPTO)
		return cannot_open(b, event, e);
	if (rc != 0)
		return rc;
	if (ended > 0)
		(void)err_set(e, ERR_NOENT, "what an owner granted of these "
		    "secrets ended at %s", clock_text_local(ended, when));
	else
		(void)err_set(e, ERR_NOENT, "these secrets are opened by an "
		    "owner and a manager together, and no owner has granted "
		    "them yet");
	return err_hint(e, "'liudi-desk account reveal NAME --why TEXT' asks; "
	    "'liudi-desk account grant NAME' of an owner answers");
}

int
ledger_secret(struct box *b, const struct ledger_seer *who,
	const uint8_t event[static EVENT_ID_LEN], struct event_secret *out,
	struct err *e)
{
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	bool dual = false;
	int rc = ledger_sealed(b->catalogue, event, &sealed, &dual, e);

	if (rc > 0)
		rc = dual ? open_granted(b, who, event, out, e) :
		    open_secret(b, &sealed, event, out, e);
	buf_release(&sealed);
	return rc;
}

int
ledger_is_dual(struct catalogue *c,
	const uint8_t event[static EVENT_ID_LEN], struct err *e)
{
	const enum sql q = SQL_LEDGER_SECRETS;
	int rc = catalogue_step(c, q, e, "b", (const void *)event,
	    (size_t)EVENT_ID_LEN);

	if (rc > 0)
		rc = catalogue_int(c, q, 1) != 0;
	catalogue_reset(c, q);
	return rc;
}

static int
into_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* Nobody here opens what is in OUT, but who may can be counted. */
static int
check_inner(struct box *b, const uint8_t event[static EVENT_ID_LEN],
	const struct buf *out, struct err *e)
{
	char station[LEDGER_WHO_LEN];
	int rc = ledger_maker(b, event, station, e);

	if (rc > 0)
		rc = sealedto_ever(b, station, SEALEDTO_MANAGERS, out->data,
		    out->len, e);
	if (rc != 0)
		return rc;
	(void)err_set(e, ERR_INTEGRITY, "what is sealed to the owners is not "
	    "sealed to the managers within");
	return err_hint(e, "have it entered again: nobody of the team opens "
	    "it");
}

int
ledger_inner(struct box *b, const uint8_t event[static EVENT_ID_LEN],
	struct buf *out, struct err *e)
{
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	bool dual = false;
	int rc = ledger_sealed(b->catalogue, event, &sealed, &dual, e);

	if (rc > 0 && !dual)
		rc = 0;
	if (rc > 0)
		rc = opener_open(b->opener, sealed.data, sealed.len, NULL, 0,
		    NULL, into_buf, out, e) < 0 ? -1 : check_inner(b, event,
		    out, e);
	buf_release(&sealed);
	return rc;
}
