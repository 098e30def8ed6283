/*
 * sign/signers.h - who may sign what and when: OpenSSH allowed-signers files.
 * Spec: ssh-keygen(1) ALLOWED SIGNERS; only the forms of docs/FORMAT.md
 * section 9.  Caps: 1 MiB, 10,000 lines.
 * Needs: base, crypto.
 */
#ifndef LIUDI_SIGN_SIGNERS_H
#define LIUDI_SIGN_SIGNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sign/sshkey.h"

struct signer {
	char name[33];
	struct sshkey_pub pub;
	char namespaces[128];	/* comma-separated */
	int64_t valid_after;	/* UTC seconds, INT64_MIN = none */
	int64_t valid_before;	/* INT64_MAX = none */
};

struct signers {
	struct signer *v;	/* owned */
	size_t n;
};

/* Parse; *s is set only on success.  -1: ERR_FORMAT with the line number. */
int signers_parse(struct signers *s, const char *text, size_t n,
	struct err *e);
void signers_release(struct signers *s);

/* The entry with this key that may sign in NAMESPACE at UTC, or NULL. */
const struct signer *signers_find(const struct signers *s,
	const struct sshkey_pub *pub, const char *namespace_, int64_t utc);
/* The n-th (from 0) entry of this name, or NULL. */
const struct signer *signers_named(const struct signers *s, const char *name,
	size_t n);

/* Append one line with LF. */
int signers_line(const struct signer *s, struct buf *out, struct err *e);

#endif
