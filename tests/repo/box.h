/* tests/repo/box.h - a folder of our own and other programs' judgement. */
#ifndef LIUDI_TESTS_REPO_BOX_H
#define LIUDI_TESTS_REPO_BOX_H

#undef NDEBUG
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "repo/canon.h"
#include "sign/sshkey.h"

/* A fresh folder below the working folder; the caller frees it. */
static inline char *
box_new(void)
{
	char cwd[2048], *dir;

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	dir = str_fmt("%s/box-XXXXXX", cwd);
	assert_non_null(dir);
	assert_non_null(mkdtemp(dir));
	return dir;
}

static inline void
box_free(char *dir)
{
	struct err e = ERR_INIT;

	assert_int_equal(file_remove_tree(dir, &e), 0);
	free(dir);
}

/* Run a line of sh; stdout goes to OUT (may be NULL).  The exit status. */
__attribute__((format(printf, 2, 3)))
static inline int
box_sh(struct buf *out, const char *fmt, ...)
{
	static const char *const env[] = {
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"LC_ALL=C", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", NULL
	};
	struct buf err = BUF_INIT(65536), own = BUF_INIT(1 << 20);
	const char *argv[] = {"sh", "-c", NULL, NULL};
	struct err e = ERR_INIT;
	char cmd[4096];
	va_list ap;
	int rc;

	va_start(ap, fmt);
	(void)vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	argv[2] = cmd;
	rc = proc_run(argv, env, NULL, 0, out ? out : &own, &err, 60000, &e);
	if (rc != 0 && getenv("BOX_LOUD"))
		fprintf(stderr, "%s\n-> %d\n%s%s\n", cmd, rc, buf_str(&own),
		    buf_str(&err));
	buf_release(&err);
	buf_release(&own);
	return rc;
}

/* Bytes that do not compress, the same for the same SEED. */
static inline void
box_bytes(uint8_t *p, size_t n, uint64_t seed)
{
	uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	size_t i;

	for (i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = (uint8_t)(x >> 32);
	}
}

/* The three repositories of a central without hooks and receipts, in URL. */
static inline void
box_central(const char *url)
{
	assert_int_equal(box_sh(NULL, "mkdir -m 700 -p '%s' && cd '%s' && "
	    "for r in control records desk; do git init -q --bare "
	    "--template= --initial-branch=$r $r.git && mkdir $r.git/hooks && "
	    "printf "
	    "'[receive]\\n\\tunpackLimit = 1\\n\\tfsckObjects = true\\n"
	    "\\tdenyNonFastForwards = true\\n\\tautogc = false\\n"
	    "[gc]\\n\\tauto = 0\\n' >>$r.git/config; done", url, url), 0);
}

#endif
