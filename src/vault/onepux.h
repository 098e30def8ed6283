/*
 * vault/onepux.h - any export that credentials can be read from, by its content:
 * 1PUX (ZIP), KeePass XML, Bitwarden JSON, and all that account/creds.h knows.
 *
 * Foreign bytes: called in a sandbox that ends behind it.
 * Caps: CREDS_BYTES_MAX bytes, also of what is packed.
 * Needs: base, account/creds, vault/{bwjson,kpxml}; archive.h.
 */
#ifndef LIUDI_VAULT_ONEPUX_H
#define LIUDI_VAULT_ONEPUX_H

#include "account/creds.h"

/* As creds_read(). */
int onepux_read_any(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e);

#endif
