/* tests/desk/proposal_test.c - a change that waits for a second manager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/proc.h"
#include "crypto/hash.h"
#include "desk/proposal.h"

#include "base/banned.h"

#define BASE "0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef"

static struct sshkey *key;
static struct sshkey_pub pub;

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	proc_setup();
	if (crypto_setup(&e) < 0)
		return -1;
	key = sshkey_generate(&e);
	if (!key)
		return -1;
	sshkey_public(key, &pub);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sshkey_free(key);
	return 0;
}

static void
make(struct buf *out, const char *roots)
{
	struct proposal p;
	struct err e = ERR_INIT;

	proposal_init(&p);
	memcpy(p.base, BASE, sizeof(BASE));
	memcpy(p.by, "li", 3);
	memcpy(p.message, "reader xu", 10);
	assert_int_equal(buf_addf(&p.recipients, &e, "version 2\nli age1x\n"),
	    0);
	assert_int_equal(buf_addf(&p.roots, &e, "%s", roots), 0);
	assert_int_equal(proposal_write(&p, key, out, &e), 0);
	proposal_release(&p);
}

static int
try(const void *data, size_t n, enum err_code *code)
{
	struct proposal p;
	struct err e = ERR_INIT;
	int rc;

	proposal_init(&p);
	rc = proposal_read(&p, data, n, &e);
	*code = e.code;
	proposal_release(&p);
	return rc;
}

static void
comes_back(void **state)
{
	static const char *const roots[] = {"", "li x y\nxu z\n"};
	struct control control;
	struct signer signer;
	struct proposal p;
	struct err e = ERR_INIT;
	char path[PROPOSAL_PATH_LEN];
	size_t i;

	(void)state;
	memset(&control, 0, sizeof(control));
	memset(&signer, 0, sizeof(signer));
	memcpy(control.base, BASE, sizeof(BASE));
	memcpy(signer.name, "li", 3);
	signer.pub = pub;
	control.roots.v = &signer;
	control.roots.n = 1;
	for (i = 0; i < 2; i++) {
		struct buf out = BUF_INIT(PROPOSAL_MAX);

		make(&out, roots[i]);
		proposal_init(&p);
		assert_int_equal(proposal_read(&p, out.data, out.len, &e), 0);
		assert_string_equal(p.by, "li");
		assert_string_equal(p.message, "reader xu");
		assert_string_equal(buf_str(&p.roots), roots[i]);
		assert_memory_equal(p.pub.pk, pub.pk, 32);
		assert_int_equal(proposal_check(&p, &control, &e), 0);
		proposal_path(&p, 12, path);
		assert_int_equal(strncmp(path, "approve/12.", 11), 0);
		assert_int_equal(strlen(path), 11 + 16 + 4);
		/* on something else; another key; nobody of that name */
		control.base[0] = '1';
		assert_int_equal(proposal_check(&p, &control, &e), -1);
		assert_int_equal(e.code, ERR_FAIL);
		control.base[0] = '0';
		err_clear(&e);
		signer.pub.pk[0] ^= 1;
		assert_int_equal(proposal_check(&p, &control, &e), -1);
		assert_int_equal(e.code, ERR_CRYPTO);
		signer.pub.pk[0] ^= 1;
		err_clear(&e);
		signer.name[0] = 'x';
		assert_int_equal(proposal_check(&p, &control, &e), -1);
		signer.name[0] = 'l';
		err_clear(&e);
		proposal_release(&p);
		buf_release(&out);
	}
}

static void
refuses_what_is_none(void **state)
{
	struct buf out = BUF_INIT(PROPOSAL_MAX);
	enum err_code code;
	size_t i, files;

	(void)state;
	make(&out, "li x y\nxu z\n");
	files = (size_t)(strstr(buf_str(&out), "version 2") -
	    buf_str(&out));
	for (i = 0; i < out.len; i++) {
		assert_int_equal(try(out.data, i, &code), -1);
		assert_int_equal(code, ERR_FORMAT);
		out.data[i] ^= 4;
		/* who and why are no part of what is consented to */
		if (try(out.data, out.len, &code) == 0)
			assert_true(i < files);
		out.data[i] ^= 4;
	}
	assert_int_equal(try("", 0, &code), -1);
	assert_int_equal(try(out.data, out.len, &code), 0);
	out.data[files] = 'V';
	assert_int_equal(try(out.data, out.len, &code), -1);
	assert_int_equal(code, ERR_CRYPTO);
	buf_release(&out);
}

/* What is kept for how long, with or without who reads. */
static void
takes_retention(void **state)
{
	const char text[] = "[stream main]\nkeep_years = 7\n";
	struct buf out = BUF_INIT(PROPOSAL_MAX);
	struct control_file files[PROPOSAL_FILES];
	struct err e = ERR_INIT;
	struct proposal p;
	enum err_code code;
	size_t at, i;

	(void)state;
	for (i = 0; i < 2; i++) {
		buf_clear(&out);
		proposal_init(&p);
		memcpy(p.base, BASE, sizeof(BASE));
		memcpy(p.by, "li", 3);
		memcpy(p.message, "keep", 5);
		assert_int_equal(buf_adds(&p.retention, text, &e), 0);
		if (i == 1)
			assert_int_equal(buf_adds(&p.recipients, "version 2\n",
			    &e), 0);
		assert_int_equal(proposal_write(&p, key, &out, &e), 0);
		proposal_release(&p);
		proposal_init(&p);
		assert_int_equal(proposal_read(&p, out.data, out.len, &e), 0);
		assert_string_equal(buf_str(&p.retention), text);
		assert_int_equal(proposal_files(&p, files), 1 + i);
		assert_string_equal(files[i].path, "retention.ini");
		assert_int_equal(files[i].len, sizeof(text) - 1);
		proposal_release(&p);
		at = (size_t)(strstr(buf_str(&out), "= 7") + 2 -
		    buf_str(&out));
		out.data[at] = '1';
		assert_int_equal(try(out.data, out.len, &code), -1);
		assert_int_equal(code, ERR_CRYPTO);
	}
	/* nothing at all is no change */
	buf_clear(&out);
	proposal_init(&p);
	assert_int_equal(proposal_write(&p, key, &out, &e), -1);
	proposal_release(&p);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(takes_retention),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
