/*
 * desk/contacts.h - telephone numbers, e-mail addresses and ids of messengers in
 * a text, and the invitation to add somebody.
 *
 * Characters count as desk/glyphs.h folds them: full width, circled digits,
 * traditional Chinese and zero-width characters hide nothing.  What each kind
 * looks like: docs/REPORTS.md "Contacts in a text".
 * Cap: CONTACTS_TEXT_MAX characters of a text; the rest is not looked at.
 * Needs: base, desk/glyphs.
 */
#ifndef LIUDI_DESK_CONTACTS_H
#define LIUDI_DESK_CONTACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define CONTACTS_TEXT_MAX 65536
#define CONTACTS_VALUE_MAX 128	/* with its NUL; longer ones are none */

enum contacts_kind { CONTACTS_PHONE, CONTACTS_EMAIL, CONTACTS_WECHAT,
	CONTACTS_WHATSAPP, CONTACTS_QQ, CONTACTS_ADD };
/* "phone", "email", "wechat", "whatsapp", "qq", "add" */
const char *contacts_kind_name(enum contacts_kind k);

struct contacts_found {
	enum contacts_kind kind;
	/*
	 * To be compared: digits of a number (without + and 00, and without the
	 * 86 of a Chinese mobile), an address or id in lower case; of
	 * CONTACTS_ADD the words.
	 */
	const char *value;
	size_t start, end;	/* its bytes in the text */
};
/* 0 to go on; anything else stops contacts_each(). */
typedef int (*contacts_fn)(void *arg, const struct contacts_found *c);

struct contacts;

/* NULL: ERR_NOMEM, ERR_FAIL (ICU's data is missing).  One thread at a time. */
struct contacts *contacts_new(struct err *e);
void contacts_free(struct contacts *c);	/* NULL does nothing */

/*
 * FN for each contact in the N bytes of TEXT, by kind and then by place.  Returns
 * 0, what FN returned, or -1: ERR_NOMEM.
 */
int contacts_each(struct contacts *c, const char *text, size_t n,
	contacts_fn fn, void *arg, struct err *e);

/*
 * Are two values one contact?  Equal; or numbers of which one is the end of the
 * other and at least nine digits long (the country may be left out).
 */
bool contacts_same(const char *a, const char *b);

#endif
