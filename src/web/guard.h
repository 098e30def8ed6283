/*
 * web/guard.h - who may ask for what: every request is held against this before
 * anything else looks at it.
 *
 * A page of another site cannot reach ours by its own name (Host), nor ask in the
 * name of whoever is logged in (Sec-Fetch-Site, Origin); another user of this
 * machine has no session.  Pure; foreign bytes.
 * Needs: base, crypto.
 */
#ifndef LIUDI_WEB_GUARD_H
#define LIUDI_WEB_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUARD_SECRET_LEN 32
#define GUARD_HEX_LEN (2 * GUARD_SECRET_LEN + 1)
#define GUARD_CODE_LEN 9	/* eight digits, and NUL */
#define GUARD_TRIES 5		/* at a code */

struct guard {
	const char *host;	/* "127.4.5.6:39123"; NULL: whoever forwards a
				 * port to us, as localhost and 127.0.0.1 */
	/* What lets in once: a token out of a file, or, where host is NULL, a
	 * code that somebody types. */
	uint8_t token[GUARD_SECRET_LEN];
	char code[GUARD_CODE_LEN];
	unsigned wrong;		/* codes */
	bool used;
	uint8_t session[GUARD_SECRET_LEN];	/* what the cookie says then */
};

struct guard_head {		/* NULL: the request has none */
	const char *method, *path;
	const char *host, *origin, *fetch_site, *cookie;
};

/*
 * 0: answer it.  Else the HTTP status to refuse with: 401 no session, 403 from
 * elsewhere, 405 neither GET, HEAD nor POST, 421 another name than ours.
 */
int guard_check(const struct guard *g, const struct guard_head *h);

/*
 * Take the hex TOKEN, or the code with blanks as one likes, for leave to come in:
 * true once.  After GUARD_TRIES wrong codes never.
 */
bool guard_admit(struct guard *g, const char *token);

/* The value of cookie NAME in a Cookie header into OUT; its length, or -1. */
int guard_cookie(const char *cookie, const char *name, char *out, size_t len);

#endif
