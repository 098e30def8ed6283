/* desk/deskkeys.c - make and load the keys of a desk, docs/FORMAT.md 12. */
#include "desk/deskkeys.h"

#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "open/identity.h"
#include "seal/seal.h"

#include "base/banned.h"

#define KEY_FILE_MAX 65536

/* DIR/NAME + ENDING on the heap, or NULL (*e). */
static char *
key_path(const char *dir, const char *name, const char *ending, struct err *e)
{
	char *path = str_fmt("%s/%s%s", dir, name, ending);

	if (!path)
		(void)err_nomem(e);
	return path;
}

static int
save(const char *dir, const char *name, const char *ending,
	const struct buf *b, unsigned mode, struct err *e)
{
	char *path = key_path(dir, name, ending, e);
	int rc = -1;

	if (path)
		rc = file_save(path, b->data, b->len, mode, e);
	free(path);
	return rc;
}

static int
load(const char *dir, const char *name, const char *ending, struct buf *out,
	struct err *e)
{
	char *path = key_path(dir, name, ending, e);
	int rc = -1;

	if (!path)
		return -1;
	rc = file_load(path, out, e);
	if (rc < 0 && e->code == ERR_NOENT)
		(void)err_hint(e, "the keys of '%s' are not on this machine; "
		    "put them into '%s'", name, dir);
	free(path);
	return rc;
}

static int
add_to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* The signing key as an age file to R: no padding, so that age gives the key
 * file back as it is. */
static int
seal_key(const struct sshkey *key, const char *name,
	const struct seal_recipient *r, struct buf *out, struct err *e)
{
	struct buf text = BUF_INIT(KEY_FILE_MAX);
	struct seal *s = NULL;
	int rc = -1;

	if (sshkey_private_text(key, name, &text, e) < 0)
		goto out;
	s = seal_new(r, 1, add_to_buf, out, e);
	if (!s || seal_write(s, text.data, text.len, e) < 0 ||
	    seal_finish(s, e) < 0)
		goto out;
	rc = 0;
out:
	seal_free(s);
	buf_wipe(&text);
	return rc;
}

/* An identity under PASS: its file and its recipient. */
static int
make_identity(const char *dir, const char *name, const char *pass,
	unsigned log_n, struct seal_recipient *r, struct err *e)
{
	struct buf file = BUF_INIT(KEY_FILE_MAX);
	struct identities *ids = identities_new(e);
	int rc = -1;

	if (!ids || identities_generate(ids, e) < 0 ||
	    identities_save(ids, &file, pass, log_n, e) < 0 ||
	    save(dir, name, ".identity", &file, 0600, e) < 0)
		goto out;
	identities_recipient(ids, 0, r);
	rc = 0;
out:
	identities_free(ids);
	buf_wipe(&file);
	return rc;
}

static int
save_public(const char *dir, const char *name, const struct deskkeys *k,
	struct err *e)
{
	struct buf text = BUF_INIT(KEY_FILE_MAX);
	int rc = -1;

	if (buf_addf(&text, e, "%s\n", k->recipient) < 0 ||
	    save(dir, name, ".recipient", &text, 0644, e) < 0)
		goto out;
	buf_clear(&text);
	if (sshkey_public_text(&k->pub, &text, e) < 0 ||
	    buf_addf(&text, e, " %s\n", name) < 0 ||
	    save(dir, name, ".sign.pub", &text, 0644, e) < 0)
		goto out;
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

int
deskkeys_make(const char *dir, const char *name, const char *pass,
	unsigned log_n, struct deskkeys *out, struct sshkey **sign,
	struct err *e)
{
	struct buf text = BUF_INIT(DESKKEYS_RECIPIENT_LEN - 1);
	struct buf sealed = BUF_INIT(KEY_FILE_MAX);
	struct sshkey *key = NULL;
	struct seal_recipient r;
	struct deskkeys k;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (file_mkdirs(dir, 0700, e) < 0 ||
	    make_identity(dir, name, pass, log_n, &r, e) < 0 ||
	    seal_recipient_text(&r, &text, e) < 0)
		goto out;
	memcpy(k.recipient, text.data, text.len);
	key = sshkey_generate(e);
	if (!key)
		goto out;
	sshkey_public(key, &k.pub);
	if (seal_key(key, name, &r, &sealed, e) < 0 ||
	    save(dir, name, ".sign.age", &sealed, 0600, e) < 0 ||
	    save_public(dir, name, &k, e) < 0)
		goto out;
	*out = k;
	if (sign) {
		*sign = key;
		key = NULL;
	}
	rc = 0;
out:
	sshkey_free(key);
	buf_release(&text);
	buf_release(&sealed);
	return rc;
}

int
deskkeys_recover(const char *dir, const char *name,
	const uint8_t secret[static 32], const char *pass, unsigned log_n,
	struct err *e)
{
	struct buf file = BUF_INIT(KEY_FILE_MAX), text = BUF_INIT(256);
	struct identities *ids = identities_new(e);
	struct seal_recipient r;
	int rc = -1;

	if (!ids || identities_add_secret(ids, secret, e) < 0 ||
	    identities_save(ids, &file, pass, log_n, e) < 0 ||
	    file_mkdirs(dir, 0700, e) < 0 ||
	    save(dir, name, ".identity", &file, 0600, e) < 0)
		goto out;
	identities_recipient(ids, 0, &r);
	if (seal_recipient_text(&r, &text, e) < 0 ||
	    buf_addc(&text, '\n', e) < 0)
		goto out;
	rc = save(dir, name, ".recipient", &text, 0644, e);
out:
	identities_free(ids);
	buf_wipe(&file);
	buf_release(&text);
	return rc;
}

/* NAME.sign.pub. */
static int
load_public(const char *dir, const char *name, struct sshkey_pub *pub,
	struct err *e)
{
	struct buf text = BUF_INIT(KEY_FILE_MAX);
	int rc = load(dir, name, ".sign.pub", &text, e);

	if (rc == 0)
		rc = sshkey_public_parse(pub, buf_str(&text),
		    strcspn(buf_str(&text), "\n"), e);
	buf_release(&text);
	return rc;
}

int
deskkeys_renew(const char *dir, const char *name, const char *pass,
	unsigned log_n, struct deskkeys *out, struct err *e)
{
	struct buf file = BUF_INIT(IDENTITY_FILE_MAX);
	struct buf text = BUF_INIT(DESKKEYS_RECIPIENT_LEN - 1);
	struct identities *ids = identities_new(e);
	struct seal_recipient r;
	struct deskkeys k;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (!ids || load_public(dir, name, &k.pub, e) < 0 ||
	    load(dir, name, ".identity", &file, e) < 0 ||
	    identities_load(ids, file.data, file.len, pass, e) < 0 ||
	    identities_generate(ids, e) < 0)
		goto out;
	buf_wipe(&file);
	identities_recipient(ids, identities_count(ids) - 1, &r);
	if (seal_recipient_text(&r, &text, e) < 0 ||
	    identities_save(ids, &file, pass, log_n, e) < 0 ||
	    save(dir, name, ".identity", &file, 0600, e) < 0)
		goto out;
	memcpy(k.recipient, text.data, text.len);
	if (save_public(dir, name, &k, e) < 0)
		goto out;
	*out = k;
	rc = 0;
out:
	identities_free(ids);
	buf_wipe(&file);
	buf_release(&text);
	return rc;
}

int
deskkeys_put_sign(const char *dir, const char *name, const void *sealed,
	size_t n, const struct sshkey_pub *pub, struct err *e)
{
	struct buf b = BUF_INIT(KEY_FILE_MAX);
	int rc = -1;

	if (buf_add(&b, sealed, n, e) < 0 ||
	    save(dir, name, ".sign.age", &b, 0600, e) < 0)
		goto out;
	buf_clear(&b);
	if (sshkey_public_text(pub, &b, e) < 0 ||
	    buf_addf(&b, e, " %s\n", name) < 0)
		goto out;
	rc = save(dir, name, ".sign.pub", &b, 0644, e);
out:
	buf_release(&b);
	return rc;
}

int
deskkeys_drop_sign(const char *dir, const char *name, struct err *e)
{
	static const char *const ending[] = {".sign.age", ".sign.pub"};
	size_t i;
	char *path;
	int rc = 0;

	err_clear(e);
	for (i = 0; i < 2 && rc == 0; i++) {
		path = key_path(dir, name, ending[i], e);
		rc = path ? file_remove(path, e) : -1;
		free(path);
	}
	return rc;
}

int
deskkeys_sealed_sign(const char *dir, const char *name, struct buf *out,
	struct err *e)
{
	return load(dir, name, ".sign.age", out, e);
}

bool
deskkeys_has(const char *dir, const char *name)
{
	struct err ignored = ERR_INIT;
	char *path = key_path(dir, name, ".identity", &ignored);
	bool has = path && file_exists(path);

	free(path);
	return has;
}

int
deskkeys_identity(const char *dir, const char *name, struct buf *out,
	struct err *e)
{
	return load(dir, name, ".identity", out, e);
}

struct opener *
deskkeys_opener(const char *dir, const char *name, const char *pass,
	struct err *e)
{
	struct buf file = BUF_INIT(IDENTITY_FILE_MAX);
	struct opener *op = NULL;

	if (deskkeys_identity(dir, name, &file, e) == 0)
		op = opener_new(file.data, file.len, pass, e);
	buf_wipe(&file);
	return op;
}

/* NAME.sign.pub says whose key it has to be. */
static int
same_public(const char *dir, const char *name, const struct sshkey *key,
	struct err *e)
{
	struct buf text = BUF_INIT(KEY_FILE_MAX);
	struct sshkey_pub want, have;
	int rc = -1;
	size_t n;

	if (load(dir, name, ".sign.pub", &text, e) < 0)
		goto out;
	n = strcspn(buf_str(&text), "\n");
	if (sshkey_public_parse(&want, buf_str(&text), n, e) < 0)
		goto out;
	sshkey_public(key, &have);
	if (memcmp(have.pk, want.pk, sizeof(have.pk)) != 0) {
		(void)err_set(e, ERR_INTEGRITY,
		    "'%s.sign.age' holds another key than '%s.sign.pub'", name,
		    name);
		(void)err_hint(e, "bring both files back from a backup of "
		    "'%s'", dir);
		goto out;
	}
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

struct sshkey *
deskkeys_sign(const char *dir, const char *name, struct opener *op,
	struct err *e)
{
	struct buf sealed = BUF_INIT(KEY_FILE_MAX);
	struct buf text = BUF_INIT(KEY_FILE_MAX);
	struct sshkey *key = NULL;

	if (load(dir, name, ".sign.age", &sealed, e) < 0 ||
	    opener_open(op, sealed.data, sealed.len, NULL, 0, NULL,
	    add_to_buf, &text, e) < 0)
		goto out;
	key = sshkey_parse(text.data, text.len, e);
	if (key && same_public(dir, name, key, e) < 0) {
		sshkey_free(key);
		key = NULL;
	}
out:
	buf_release(&sealed);
	buf_wipe(&text);
	return key;
}
