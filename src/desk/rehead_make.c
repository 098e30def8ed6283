/* desk/rehead_make.c - new headers for the files of every branch. */
#include "desk/rehead_make.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/chain.h"
#include "desk/numbered.h"
#include "desk/reheads.h"
#include "repo/packw.h"

#include "base/banned.h"

struct making {
	struct box *box;
	struct rehead_job *job;
	struct reheads *had;	/* what desk.git has */
	/* of the branch */
	char folder[CANON_REF_LEN];
	struct seal_recipient to[CONTROL_MAX_RECIPIENTS];
	struct seal_recipient all[CONTROL_MAX_RECIPIENTS];
	size_t nto, nall;
	int64_t next;		/* number of the next tar */
	struct buf tar;
	struct buf file;	/* sealed */
};

int
rehead_folder(const char *ref, char out[static CANON_REF_LEN])
{
	size_t i, n = strlen(ref);

	if (n >= CANON_REF_LEN)
		return -1;
	for (i = 0; i <= n; i++)
		out[i] = ref[i];
	for (i = 0; i < n; i++)
		if (out[i] == '/')
			out[i] = '_';
	return 0;
}

/* Things of the repository, not of this machine. */
static bool
is_content(const struct err *e)
{
	return e->code == ERR_FORMAT || e->code == ERR_INTEGRITY ||
	    e->code == ERR_CRYPTO;
}

static int
problem(struct making *m, const char *ref, const char *text, struct err *e)
{
	m->job->problems++;
	return m->job->problem(m->job->arg, ref, text, e);
}

/* Who may read the station's records, and who of them is asked for. */
static int
readers(struct making *m, const char *station, struct err *e)
{
	const struct control *c = &m->box->control;
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t n = control_readers(c, station, index), i;
	struct seal_recipient r;
	const char *age;

	m->nto = m->nall = 0;
	for (i = 0; i < n; i++) {
		age = c->recipient[index[i]].age;
		if (seal_recipient_parse(&r, age, strlen(age), e) < 0)
			return -1;
		m->all[m->nall++] = r;
		if (m->job->to == 0 || m->job->to >> index[i] & 1)
			m->to[m->nto++] = r;
	}
	return 0;
}

/* --- Which number the next tar has. */

static int
find_next(struct making *m, struct err *e)
{
	char tree[CANON_ID_LEN], path[CANON_REF_LEN + sizeof("rewrap/")];
	int rc;

	m->next = 0;
	if (!m->box->desk)
		return 0;
	rc = reheads_tree(m->box->desk, tree, e);
	if (rc <= 0)
		return rc;
	(void)snprintf(path, sizeof(path), "rewrap/%s", m->folder);
	return numbered_next(m->box->desk, tree, path, ".tar", &m->next, e);
}

/* --- The files. */

static int
save_tar(struct making *m, struct err *e)
{
	char *dir, *path = NULL;
	int rc = -1;

	if (m->tar.len == 0)
		return 0;
	dir = str_fmt("%s/%s", m->job->dir, m->folder);
	path = str_fmt("%s/%s/%lld.tar", m->job->dir, m->folder,
	    (long long)m->next);
	if (!dir || !path) {
		(void)err_nomem(e);
		goto out;
	}
	if (reheads_tar_end(&m->tar, e) < 0 ||
	    file_mkdirs(dir, 0700, e) < 0 ||
	    file_save(path, m->tar.data, m->tar.len, 0600, e) < 0)
		goto out;
	buf_clear(&m->tar);
	m->next++;
	m->job->tars++;
	rc = 0;
out:
	free(dir);
	free(path);
	return rc;
}

/* Does the file in m->file begin with this header? */
static bool
begins_with(const struct making *m, const struct buf *header)
{
	return m->file.len >= header->len &&
	    memcmp(m->file.data, header->data, header->len) == 0;
}

/*
 * The header that the file lacks, into OUT; nothing where it has it.  A file
 * that was sealed to all who may read it needs none.
 */
static int
new_header(struct making *m, const uint8_t sha256[static 32],
	struct buf *out, struct err *e)
{
	struct opener *op = m->box->opener;
	bool there;
	int rc;

	if (opener_rehead(op, m->file.data, m->file.len, m->all, m->nall, out,
	    e) < 0)
		return -1;
	there = begins_with(m, out);
	if (!there && m->nto < m->nall) {
		buf_clear(out);
		if (opener_rehead(op, m->file.data, m->file.len, m->to,
		    m->nto, out, e) < 0)
			return -1;
		there = begins_with(m, out);
	}
	rc = there ? 1 : reheads_has(m->had, sha256, out->data, out->len, e);
	if (rc > 0)
		buf_clear(out);
	return rc < 0 ? -1 : 0;
}

static int
one_file(struct making *m, const char *blob, const uint8_t *sha256,
	struct err *e)
{
	struct buf header = BUF_INIT(REHEADS_HEADER_MAX);
	uint8_t have[HASH_LEN];
	int rc = -1;

	buf_clear(&m->file);
	if (mirror_read(m->box->records, blob, PACKW_BLOB, &m->file, e) < 0)
		goto out;
	hash_sha256(have, m->file.data, m->file.len);
	if (memcmp(have, sha256, HASH_LEN) != 0) {
		(void)err_set(e, ERR_INTEGRITY,
		    "its SHA-256 is not the signed one");
		goto out;
	}
	m->job->files++;
	if (new_header(m, sha256, &header, e) < 0)
		goto out;
	if (header.len == 0) {
		rc = 0;
		goto out;
	}
	if (m->tar.len + reheads_tar_len(header.len) + REHEADS_TAR_END >
	    REHEADS_TAR_MAX && save_tar(m, e) < 0)
		goto out;
	m->job->made++;
	rc = reheads_tar_add(&m->tar, sha256, header.data, header.len, e);
out:
	buf_release(&header);
	return rc;
}

/* A file that does not open stays as it is, and is told. */
static int
file_or_problem(struct making *m, const char *ref, const char *path,
	const char *blob, const uint8_t *sha256, struct err *e)
{
	struct err why = ERR_INIT;

	if (one_file(m, blob, sha256, &why) == 0)
		return 0;
	if (is_content(&why)) {
		(void)err_prefix(&why, "%s", path);
		return problem(m, ref, why.what, e);
	}
	*e = why;
	return -1;
}

static int
one_commit(struct making *m, const char *ref, const struct chain_link *l,
	struct err *e)
{
	size_t i;

	if (file_or_problem(m, ref, l->manifest.path, l->manifest.blob,
	    l->run.manifest, e) < 0)
		return -1;
	for (i = 0; i < l->run.nbundles; i++)
		if (file_or_problem(m, ref, l->bundle[i].path,
		    l->bundle[i].blob, l->run.bundle[i].sha256, e) < 0)
			return -1;
	return 0;
}

/* As far as the chain holds; *WHY says where it does not. */
static int
walk(struct making *m, const char *ref, const char *head, struct err *why,
	struct err *e)
{
	struct chain_link link;
	struct chain c;
	char (*ids)[CANON_ID_LEN] = NULL;
	size_t n = 0, i;
	int rc = -1;

	if (chain_begin(&c, m->box->records, &m->box->control, ref, why) < 0)
		return 0;
	if (readers(m, c.ref.station, e) < 0)
		return -1;
	if (m->nto == 0)
		return 0;	/* none of those may read this station */
	m->job->branches++;
	if (mirror_chain(m->box->records, head, "", &ids, &n, why) < 0)
		return 0;
	for (i = 0; i < n; i++) {
		if (proc_interrupted()) {
			(void)err_set(e, ERR_INTR, "interrupted");
			goto out;
		}
		if (chain_next(&c, ids[i], &link, why) < 0)
			break;
		if (one_commit(m, ref, &link, e) < 0)
			goto out;
	}
	rc = save_tar(m, e);
out:
	free(ids);
	return rc;
}

static int
on_ref(void *arg, const char *ref, const char *head, struct err *e)
{
	struct making *m = arg;
	struct err why = ERR_INIT;

	buf_clear(&m->tar);
	if (rehead_folder(ref, m->folder) < 0)
		return 0;
	if (find_next(m, e) < 0 || walk(m, ref, head, &why, e) < 0)
		return -1;
	if (why.code == ERR_NONE)
		return 0;
	if (is_content(&why))
		return problem(m, ref, why.what, e);
	*e = why;
	return -1;
}

int
rehead_make(struct box *b, struct rehead_job *job, struct err *e)
{
	struct making m = {.box = b, .job = job};
	int rc = -1;

	buf_init(&m.tar, REHEADS_TAR_MAX);
	buf_init(&m.file, CHAIN_BUNDLE_MAX);
	m.had = reheads_open(b->home->catalogue, e);
	if (m.had)
		rc = mirror_refs(b->records, "refs/heads/ws/", on_ref, &m, e);
	reheads_free(m.had);
	buf_release(&m.tar);
	buf_release(&m.file);
	return rc;
}
