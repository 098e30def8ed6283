/*
 * tests/desk/central.h - a mirror with a branch of receipts, by real keys.
 */
#ifndef LIUDI_TESTS_DESK_CENTRAL_H
#define LIUDI_TESTS_DESK_CENTRAL_H

#include "../repo/box.h"

#include "base/base64.h"
#include "control/control.h"
#include "desk/receipts.h"
#include "sign/sshsig.h"

#include "base/banned.h"

#define T0 INT64_C(1795000000)
#define REF "refs/heads/ws/ws-01/main/2026.0"
#define REF2 "refs/heads/ws/ws-02/main/2026.0"
#define ID(c) c c c c c c c c c c
#define A ID("aaaa")
#define B ID("bbbb")
#define C ID("cccc")

static struct sshkey *central_key, *forger;
static struct control control;
static char *box;		/* box/records.git */
static struct mirror *records;

static int
setup(void **state)
{
	struct buf b = BUF_INIT(1024);
	struct err e = ERR_INIT;
	struct sshkey_pub pub;

	(void)state;
	proc_setup();
	assert_int_equal(crypto_setup(&e), 0);
	central_key = sshkey_generate(&e);
	forger = sshkey_generate(&e);
	assert_true(central_key && forger);
	sshkey_public(central_key, &pub);
	assert_int_equal(buf_adds(&b, "central namespaces=\"liudi-receipt\" ",
	    &e), 0);
	assert_int_equal(sshkey_public_text(&pub, &b, &e), 0);
	assert_int_equal(buf_addc(&b, '\n', &e), 0);
	assert_int_equal(signers_parse(&control.servers, buf_str(&b), b.len,
	    &e), 0);
	buf_release(&b);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	control_release(&control);
	sshkey_free(central_key);
	sshkey_free(forger);
	return 0;
}

/* Branch NAME: a commit with MESSAGE on it, written as WHO at UTC. */
static void
commit(const char *name, const char *message, const char *who, int64_t utc)
{
	char *file = str_fmt("%s/message", box);
	struct err e = ERR_INIT;

	assert_int_equal(file_save(file, message, strlen(message), 0600, &e),
	    0);
	assert_int_equal(box_sh(NULL, "cd %s/records.git && "
	    "t=$(echo key | git hash-object -w --stdin) && "
	    "t=$(printf '100644 blob %%s\\tserver_key\\n' $t | git mktree) && "
	    "p=$(git rev-parse -q --verify %s || :) && "
	    "c=$(GIT_AUTHOR_NAME=%s GIT_AUTHOR_EMAIL=central@liudi.invalid "
	    "GIT_COMMITTER_NAME=central "
	    "GIT_COMMITTER_EMAIL=central@liudi.invalid "
	    "GIT_AUTHOR_DATE='%lld +0000' GIT_COMMITTER_DATE='%lld +0000' "
	    "git commit-tree ${p:+-p $p} $t <%s) && git update-ref %s $c",
	    box, name, who, (long long)utc, (long long)utc, file, name), 0);
	free(file);
}

/* The line that KEY signs. */
static void
sign_line(struct buf *b, const char *ref, const char *head, int64_t utc,
	const struct sshkey *key)
{
	struct buf blob = BUF_INIT(1024);
	struct err e = ERR_INIT;

	buf_clear(b);
	assert_int_equal(buf_addf(b, &e, "liudi-receipt 1 %lld %s %s",
	    (long long)utc, ref, head), 0);
	assert_int_equal(sshsig_sign(key, "liudi-receipt", buf_str(b), b->len,
	    &blob, &e), 0);
	assert_int_equal(buf_addc(b, ' ', &e), 0);
	assert_int_equal(base64_encode(b, blob.data, blob.len, true, &e), 0);
	assert_int_equal(buf_addc(b, '\n', &e), 0);
	buf_release(&blob);
}

static void
receipt_by(const struct sshkey *key, const char *ref, const char *head,
	int64_t utc)
{
	struct buf b = BUF_INIT(4096);

	sign_line(&b, ref, head, utc, key);
	commit(RECEIPTS_REF, buf_str(&b), "central", utc);
	buf_release(&b);
}

static void
receipt(const char *ref, const char *head, int64_t utc)
{
	receipt_by(central_key, ref, head, utc);
}

/* Back by one. */
static void
drop_receipt(void)
{
	assert_int_equal(box_sh(NULL, "git -C %s/records.git update-ref "
	    RECEIPTS_REF " " RECEIPTS_REF "~1", box), 0);
}

/* libgit2 looks for new packs, and reads refs anew. */
static int
open_box(void **state)
{
	struct err e = ERR_INIT;
	char *dir;

	(void)state;
	box = box_new();
	assert_int_equal(box_sh(NULL, "git init -q --bare --template= "
	    "%s/records.git", box), 0);
	commit(RECEIPTS_REF, "liudi receipts\n", "central", T0 - 100);
	dir = str_fmt("%s/records.git", box);
	records = mirror_open(dir, &e);
	free(dir);
	assert_non_null(records);
	return 0;
}

static int
close_box(void **state)
{
	(void)state;
	mirror_close(records);
	box_free(box);
	return 0;
}

#endif
