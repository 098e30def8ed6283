/*
 * account/eventfile.h - event lines and their secrets as one sealed file.
 *
 * Spec: docs/FORMAT.md "Account events".  Caps: EVENTFILE_MAX bytes of plain
 * text, EVENTFILE_EVENTS lines, EVENTFILE_SECRETS_MAX bytes of secrets.
 *
 *     eventfile_init(&f, e);
 *     eventfile_add(&f, &event, &secret, e);		once or more
 *     eventfile_seal(&f, &readers, &sealed, e);
 *     eventfile_release(&f);				wipes
 *
 * Secrets lie in secure memory (crypto/secmem.h) until they are sealed.
 * Needs: base, crypto, json, seal, account/account_event.
 */
#ifndef LIUDI_ACCOUNT_EVENTFILE_H
#define LIUDI_ACCOUNT_EVENTFILE_H

#include "account/account_event.h"
#include "seal/seal.h"

#define EVENTFILE_MAX (4u << 20)
#define EVENTFILE_EVENTS 1000u
#define EVENTFILE_SECRETS_MAX (1u << 20)
#define EVENT_SECRET_MAX 4096u	/* bytes of one secret, with its NUL */

/* Borrowed; NULL: none.  `totp` is an otpauth URI; `codes` one a line. */
struct event_secret {
	const char *password, *totp, *codes;
};

struct eventfile_readers {
	const struct seal_recipient *all; /* of the file, in control's order */
	size_t nall;
	/* Dual control, where asked for: one of each must agree. */
	const struct seal_recipient *owners;
	size_t nowners;
	const struct seal_recipient *managers;
	size_t nmanagers;
};

struct eventfile {
	struct buf lines;
	struct buf secrets;	/* data: secure memory; never grown by buf */
	size_t n;		/* events */
	/*
	 * The secrets of its one event need an owner and a manager.  Set by
	 * eventfile_add() where the event says `dual` = yes, or before it by a
	 * caller who knows it of the account.
	 */
	bool dual;
};
/* 0, or -1 (ERR_NOMEM).  eventfile_release() on every way out. */
int eventfile_init(struct eventfile *f, struct err *e);
/*
 * One more.  SECRET, and each thing in it, may be NULL; the event's has_… are
 * set here by what it has.  1: there is no room left, or a dual event would not
 * stand alone: seal what there is, begin another file, add it there.  -1:
 * ERR_USAGE as event_write(), also for a secret that is empty, too long or no
 * UTF-8; ERR_NOMEM.  But for 0 the file is as it was.
 */
int eventfile_add(struct eventfile *f, struct account_event *v,
	const struct event_secret *secret, struct err *e);
/*
 * Append the sealed file to OUT.  -1, OUT as it was: ERR_USAGE (no event in
 * it), ERR_CONFIG (dual, and no owner or no manager among the readers), what
 * seal_new() says.
 */
int eventfile_seal(const struct eventfile *f,
	const struct eventfile_readers *r, struct buf *out, struct err *e);
void eventfile_release(struct eventfile *f);

/*
 * The same in two steps, for who also keeps the text: append it, its secrets
 * sealed already, to TEXT; seal that.
 */
int eventfile_text(const struct eventfile *f,
	const struct eventfile_readers *r, struct buf *text, struct err *e);
int eventfile_seal_text(const struct buf *text,
	const struct eventfile_readers *r, struct buf *out, struct err *e);
/* Append the line that holds the N bytes of an age file with secrets. */
int eventfile_put_secrets(struct buf *text, const void *sealed, size_t n,
	bool dual, struct err *e);

/* --- Reading the opened text (desk) */

/*
 * FN for each event line (without LF) of the N bytes of TEXT, padding cut off
 * by the caller or not.  SEALED (may be NULL) gets the sealed secrets appended,
 * if there are any; *DUAL (may be NULL): whether they are sealed to owners and
 * inside to managers.  -1: ERR_FORMAT (with the line's number), what FN
 * returned.
 */
typedef int (*eventfile_fn)(void *arg, const struct account_event *v,
	const char *line, size_t n, struct err *e);
int eventfile_read(const void *text, size_t n, eventfile_fn fn, void *arg,
	struct buf *sealed, bool *dual, struct err *e);

/*
 * The secrets of EVENT out of the opened inner text (of dual ones: opened
 * twice), copied into secure memory; event_secret_free() it.  1: found; 0: not
 * in it; -1: ERR_FORMAT, ERR_NOMEM.
 */
int eventfile_secret(const void *text, size_t n,
	const uint8_t event[static EVENT_ID_LEN], struct event_secret *out,
	struct err *e);
/* Frees and wipes what eventfile_secret() gave, and sets it to NULL. */
void event_secret_free(struct event_secret *s);

#endif
