/*
 * vault/kpxml.h - entries of KeePass 2 XML, as KeePass and KeePassXC write it.
 *
 * Foreign bytes: called in a sandbox that ends behind it.  Entities are not
 * expanded and nothing is loaded.  Former passwords come from History; what lies
 * in the recycle bin is left out.
 * Caps: CREDS_ROW_MAX bytes of a value and of all further ones, 64 groups deep.
 * Needs: base, account/creds; libxml.
 */
#ifndef LIUDI_VAULT_KPXML_H
#define LIUDI_VAULT_KPXML_H

#include "account/creds.h"

/* As creds_read(); fields of its own are lines "name: value". */
int kpxml_read(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e);

#endif
