/*
 * vault/bwjson.h - logins of Bitwarden's JSON export, and of 1Password's.
 *
 * Foreign bytes: called in a sandbox that ends behind it.  Former passwords are
 * in both.  What is in the trash is left out.
 * Caps: JSON_WALK_TAKE_MAX bytes of an item.
 * Needs: base, json, account/creds.
 */
#ifndef LIUDI_VAULT_BWJSON_H
#define LIUDI_VAULT_BWJSON_H

#include "account/creds.h"

/*
 * As creds_read().  ERR_FORMAT with a hint where it is encrypted.
 */
int bwjson_read(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e);
/* The member export.data of a 1PUX archive. */
int bwjson_read_1password(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e);

#endif
