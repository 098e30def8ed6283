/*
 * account/platform.h - what is known of platforms: names they take, their hosts,
 * ways back into an account.
 *
 * Spec: docs/FORMAT.md section 9 ([platform CODE]); data: config/platforms.ini,
 * which is part of both programs, key by key overruled by policy.ini.  Rules of
 * platforms change: each section has a date at which it was looked at, and a
 * name that breaks a rule is a warning that can be overruled with a reason.
 * Caps: PLATFORM_MAX sections, PLATFORM_HOSTS_MAX hosts each.
 * Needs: base, config.
 */
#ifndef LIUDI_ACCOUNT_PLATFORM_H
#define LIUDI_ACCOUNT_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define PLATFORM_MAX 256u
#define PLATFORM_HOSTS_MAX 32u
#define PLATFORM_CODE_LEN 17	/* [a-z][a-z0-9]{1,15} and NUL */

struct platform {
	char code[PLATFORM_CODE_LEN];
	const char *name;		/* "eBay"; never NULL */
	const char *name_zh;		/* or NULL */
	const char *url;		/* where one logs in; or NULL */
	unsigned min, max;		/* characters of a login; 0: not known */
	unsigned wide;			/* a Han character counts as so many */
	const char *chars;		/* "a-zA-Z0-9._-"; NULL: any */
	const char *edge;		/* first and last; NULL: as chars */
	bool letter_first, not_only_digits, no_double;	/* see platforms.ini */
	bool assigned;			/* the platform gives the login (QQ) */
	const char *const *deny;	/* words that may not be in it */
	size_t ndeny;
	const char *const *host;	/* "ebay.com": it and all below */
	size_t nhosts;
	const char *rename;		/* "no", "free", "30d", … or NULL */
	const char *routes;		/* "login, phone+email, licence"; never
					 * NULL */
	const char *checked;		/* "2026-11"; NULL: never */
	bool found;			/* rules seen in a public source */
	bool business;			/* imports keep its rows */
	bool dual;			/* its secrets need two */
};

struct platforms;
/*
 * The shipped table under POLICY: NULL, or the text of policy.ini (behind that
 * of control's platforms.ini, if it has one).  Section by section, key by key;
 * of a value that makes no sense, and of an unknown key, the one below counts.
 * What `business` is: as soon as POLICY has a [shop …] with `platform`, or says
 * `business` of a platform, those alone that it names; else as shipped.
 * -1 is NULL: ERR_NOMEM, ERR_CONFIG (more than PLATFORM_MAX sections).
 */
struct platforms *platforms_new(const char *policy, struct err *e);
void platforms_free(struct platforms *p);
/* Sorted by code; borrowed until platforms_free(). */
const struct platform *platforms_all(const struct platforms *p, size_t *n);
/* By code, or by either name, ASCII case aside; NULL: none. */
const struct platform *platforms_find(const struct platforms *p,
	const char *word);
/*
 * Whose is HOST, or the host of that URL ("https://my.ebay.de/x"), or the app of
 * "android://…@com.taobao.taobao/"?  The longest host of the table that it is, or
 * is below of.  NULL: none's.
 */
const struct platform *platforms_host(const struct platforms *p,
	const char *url);
/*
 * The host that a browser goes to for URL, or URL where it is one, in lower case,
 * full-width signs as ASCII, without the dot at its end; of an app as above, or of
 * "androidapp://com.taobao.taobao", its package's parts from the last to the
 * first.  False, and "": it has none, or none that can be.
 */
#define PLATFORM_HOST_LEN 256
bool platform_host(const char *url, char out[static PLATFORM_HOST_LEN]);
/* How many values made no sense, in POLICY and the shipped table. */
size_t platforms_wrong(const struct platforms *p);

/*
 * The first rule that LOGIN breaks, in words, into WHY ("eBay: 6 to 64
 * characters, this has 4"); 0 and "" if none; 1 broken; -1 ERR_NOMEM.
 * Of a platform that assigns logins nothing is broken but what it can be.
 */
int platform_check(const struct platform *p, const char *login,
	struct buf *why, struct err *e);

/*
 * Routes of TEXT: FN for each, with its parts as bits; not 0 stops, and is
 * returned.  -1: ERR_CONFIG (unknown word).
 */
enum platform_route {
	PLATFORM_LOGIN = 1, PLATFORM_PHONE = 2, PLATFORM_EMAIL = 4,
	PLATFORM_MAIN = 8, PLATFORM_LICENCE = 16, PLATFORM_SUBJECT = 32
};
int platform_routes(const char *text, int (*fn)(void *arg, unsigned parts),
	void *arg, struct err *e);

#endif
