/* vault/onepux.c - 1Password's archive, and which reader is whose. */
#include "vault/onepux.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "base/buf.h"
#include "vault/bwjson.h"
#include "vault/kpxml.h"

#include "base/banned.h"

#define MEMBER "export.data"
#define PIECE 65536

/* The open member, to its end. */
static int
unpack(struct archive *a, struct buf *out, struct err *e)
{
	la_ssize_t got;

	for (;;) {
		if (buf_reserve(out, PIECE, e) < 0)
			return err_set(e, ERR_FORMAT,
			    "what is packed is more than %u MiB",
			    CREDS_BYTES_MAX >> 20);
		got = archive_read_data(a, out->data + out->len, PIECE);
		if (got == 0)
			return 0;
		if (got < 0)
			return err_set(e, ERR_FORMAT,
			    "the archive is damaged");
		out->len += (size_t)got;
	}
}

static int
member(struct archive *a, struct buf *out, struct err *e)
{
	struct archive_entry *entry;
	const char *name;
	int rc;

	while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK ||
	    rc == ARCHIVE_WARN) {
		name = archive_entry_pathname(entry);
		if (name && strcmp(name, MEMBER) == 0)
			return unpack(a, out, e);
	}
	return err_set(e, ERR_FORMAT, rc == ARCHIVE_EOF ?
	    "the archive is no 1PUX: there is no export.data in it" :
	    "the archive is damaged");
}

static int
read_archive(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	struct buf text = BUF_INIT((size_t)CREDS_BYTES_MAX + PIECE);
	struct archive *a = archive_read_new();
	int rc = -1;

	if (!a || archive_read_support_format_zip(a) != ARCHIVE_OK)
		(void)err_nomem(e);
	else if (archive_read_open_memory(a, data, n) != ARCHIVE_OK)
		(void)err_set(e, ERR_FORMAT, "the archive is damaged");
	else if (member(a, &text, e) == 0)
		rc = bwjson_read_1password(text.data, text.len, fn, arg, r,
		    e);
	if (a)
		(void)archive_read_free(a);	/* only read */
	buf_wipe(&text);
	return rc;
}

int
onepux_read_any(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	const char *at = data, *end = at + n;

	*r = (struct creds_report){.format = CREDS_UNKNOWN};
	if (n >= 4 && memcmp(at, "PK\x03\x04", 4) == 0) {
		r->format = CREDS_1PUX;
		return read_archive(data, n, fn, arg, r, e);
	}
	if (n >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end && *at && strchr(" \t\r\n", *at))
		at++;
	if (at < end && *at == '<')
		return kpxml_read(at, (size_t)(end - at), fn, arg, r, e);
	if (at < end && *at == '{')
		return bwjson_read(at, (size_t)(end - at), fn, arg, r, e);
	return creds_read(data, n, fn, arg, r, e);
}
