/*
 * What tests of enrolment share, on top of control/team.h: a repository of
 * requests, made by hand so that each part of them can be wrong.
 */
#ifndef LIUDI_TESTS_DESK_ASKS_H
#define LIUDI_TESTS_DESK_ASKS_H

#include "../control/team.h"

#include "control/request.h"
#include "repo/mirror.h"

static const uint8_t secret[INVITE_SECRET_LEN] = {
	9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
};

/* Run git on REPO; its first line comes back in LINE. */
static void
git_line(const char *repo, const char *const words[], const void *in, size_t n,
	char line[CANON_ID_LEN])
{
	const char *argv[12] = {"git", "--git-dir", repo};
	struct buf out = BUF_INIT(65536), said = BUF_INIT(65536);
	struct err e = ERR_INIT;
	size_t i, k = 3;

	for (i = 0; words[i]; i++)
		argv[k++] = words[i];
	if (proc_run(argv, NULL, in, n, &out, &said, 60000, &e) != 0)
		fail_msg("git %s: %s%s", words[0], buf_str(&said), e.what);
	if (line)
		(void)snprintf(line, CANON_ID_LEN, "%s", buf_str(&out));
	buf_release(&out);
	buf_release(&said);
}

static void
put_object(const char *repo, const char *type, const void *data, size_t n,
	char id[CANON_ID_LEN])
{
	const char *const words[] = {"hash-object", "-t", type, "-w",
	    "--stdin", NULL};

	git_line(repo, words, data, n, id);
}

/* A request as it should be; what a test wants wrong, it changes. */
struct ask {
	struct request r;
	const uint8_t *secret;
	const struct sshkey *signer;
	const char *name, *message, *file, *more;	/* more: a second file */
	char parent[CANON_ID_LEN];
	const char *line;	/* instead of the line of r */
	const char *ref;	/* instead of its own */
	int64_t utc;
};

static struct ask
ask_good(const struct sshkey *key, const char *station)
{
	struct ask a = {.secret = secret, .signer = key, .name = station,
	    .message = "liudi join\n", .file = "request", .utc = T0 + 10};

	invite_id(secret, a.r.invite);
	(void)snprintf(a.r.station, sizeof(a.r.station), "%s", station);
	sshkey_public(key, &a.r.sign);
	a.r.agreed = T0 + 5;
	(void)snprintf(a.r.os, sizeof(a.r.os), "Linux");
	(void)snprintf(a.r.agent, sizeof(a.r.agent), "liudi 1.0");
	return a;
}

/* Put it into REPO: *head is its commit, *ref (heap) its branch. */
static void
ask_put(const char *repo, const struct ask *a, char **ref,
	char head[CANON_ID_LEN])
{
	const char *const mktree[] = {"mktree", NULL};
	struct buf line = BUF_INIT(REQUEST_MAX * 2), tree = BUF_INIT(4096);
	struct buf raw = BUF_INIT(CANON_MAX);
	char blob[CANON_ID_LEN], tid[CANON_ID_LEN];
	char *mail = str_fmt("%s@liudi.invalid", a->name);
	struct err e = ERR_INIT;

	if (a->line)
		assert_int_equal(buf_adds(&line, a->line, &e), 0);
	else
		assert_int_equal(request_line(&a->r, a->secret, &line, &e),
		    0);
	put_object(repo, "blob", line.data, line.len, blob);
	assert_int_equal(buf_addf(&tree, &e, "100644 blob %s\t%s\n", blob,
	    a->file), 0);
	if (a->more)
		assert_int_equal(buf_addf(&tree, &e, "100644 blob %s\t%s\n",
		    blob, a->more), 0);
	git_line(repo, mktree, tree.data, tree.len, tid);
	assert_int_equal(canon_build(&raw, tid, a->parent, a->name, mail,
	    a->utc, a->message, strlen(a->message), a->signer, &e), 0);
	put_object(repo, "commit", raw.data, raw.len, head);
	*ref = a->ref ? str_dup(a->ref) : request_ref(a->r.invite, &a->r.sign,
	    &e);
	{
		const char *const update[] = {"update-ref", *ref, head, NULL};

		git_line(repo, update, NULL, 0, NULL);
	}
	free(mail);
	buf_release(&line);
	buf_release(&tree);
	buf_release(&raw);
}

#endif
