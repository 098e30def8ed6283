/*
 * open/age_header.h - the text in front of an age file, read as it comes in.
 *
 * Spec: age-encryption.org/v1 "Header".  Stanzas of the known kinds must be
 * well-formed, and scrypt must stand alone; others are only counted.
 * Caps: AGE_HEADER_MAX bytes, AGE_STANZA_MAX stanzas.
 * Needs: base, open/age_open (its types).
 */
#ifndef LIUDI_OPEN_AGE_HEADER_H
#define LIUDI_OPEN_AGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "open/age_open.h"

#define AGE_BODY_LEN 32		/* a file key and its tag */
#define AGE_SALT_LEN 16
#define AGE_MAC_LEN 32

enum age_wrap_kind { AGE_WRAP_OTHER, AGE_WRAP_X25519, AGE_WRAP_SCRYPT };

/* A file key wrapped for somebody. */
struct age_wrap {
	enum age_wrap_kind kind;
	unsigned log_n;			/* scrypt */
	uint8_t share[32];		/* X25519; scrypt: the salt */
	uint8_t body[AGE_BODY_LEN];
};

enum age_header_stage {
	AGE_IN_VERSION, AGE_IN_STANZAS, AGE_IN_BODY, AGE_IN_PAYLOAD
};

/* Storage is the caller's (it is large). */
struct age_header {
	enum age_header_stage stage;
	struct buf text;		/* up to and with the MAC's LF */
	size_t line;			/* where the unread line begins */
	size_t n;			/* stanzas */
	struct age_wrap wrap[AGE_STANZA_MAX];
	struct age_stanza info[AGE_STANZA_MAX];
	size_t mac_over;		/* bytes of text under the MAC */
	uint8_t mac[AGE_MAC_LEN];
};

void age_header_init(struct age_header *h);
void age_header_release(struct age_header *h);	/* the text; idempotent */

/*
 * Take bytes up to the header's end; *used says how many.  0, or -1
 * (ERR_FORMAT, ERR_NOMEM); stage tells if there is an end yet.
 */
int age_header_feed(struct age_header *h, const void *data, size_t n,
	size_t *used, struct err *e);

#endif
