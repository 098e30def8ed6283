/* desk/rehead_make.c - new headers for the files of every branch. */
#include "desk/rehead_make.h"

#include <stdlib.h>
#include <string.h>

#include "account/eventfile.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/chain.h"
#include "desk/ledger.h"
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

enum who { EVERYBODY, OWNERS, MANAGERS };

/* Who may read the station's records, WHO of them, and who is asked for. */
static int
readers_who(struct making *m, const char *station, enum who who,
	struct err *e)
{
	const struct control *c = &m->box->control;
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t n = control_readers(c, station, index), i;
	struct seal_recipient r;
	const char *age;

	m->nto = m->nall = 0;
	for (i = 0; i < n; i++) {
		if (who != EVERYBODY && (who == OWNERS) !=
		    control_is_owner(c->recipient[index[i]].name))
			continue;
		age = c->recipient[index[i]].age;
		if (seal_recipient_parse(&r, age, strlen(age), e) < 0)
			return -1;
		m->all[m->nall++] = r;
		if (m->job->to == 0 || m->job->to >> index[i] & 1)
			m->to[m->nto++] = r;
	}
	return 0;
}

static int
readers(struct making *m, const char *station, struct err *e)
{
	return readers_who(m, station, EVERYBODY, e);
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

/* A header for m->file. */
static int
one_sealed(struct making *m, const uint8_t sha256[static HASH_LEN],
	struct err *e)
{
	struct buf header = BUF_INIT(REHEADS_HEADER_MAX);
	int rc = -1;

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

static int
one_file(struct making *m, const char *blob, const uint8_t *sha256,
	struct err *e)
{
	uint8_t have[HASH_LEN];

	buf_clear(&m->file);
	if (mirror_read(m->box->records, blob, PACKW_BLOB, &m->file, e) < 0)
		return -1;
	hash_sha256(have, m->file.data, m->file.len);
	return memcmp(have, sha256, HASH_LEN) == 0 ? one_sealed(m, sha256, e) :
	    err_set(e, ERR_INTEGRITY, "its SHA-256 is not the signed one");
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

/* --- Event files of accounts, and the secrets inside them. */

struct event_of {		/* what its first event says */
	char device[33];
	bool granted;
	size_t n;
};

static int
on_event(void *arg, const struct account_event *v, const char *line,
	size_t n, struct err *e)
{
	struct event_of *o = arg;

	(void)line;
	(void)n;
	(void)e;
	if (o->n++ > 0)
		return 0;
	(void)snprintf(o->device, sizeof(o->device), "%s", v->device);
	o->granted = v->kind == EVENT_GRANTED;
	return 0;
}

static int
add_opened(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* What is in m->file: its secrets into INNER, and for whom they are. */
static int
look_inside(struct making *m, struct event_of *o, struct buf *inner,
	bool *dual, struct err *e)
{
	struct buf text = BUF_INIT(LEDGER_FILE_MAX);
	int rc = opener_open(m->box->opener, m->file.data, m->file.len, NULL,
	    0, NULL, add_opened, &text, e);

	if (rc == 0)
		rc = eventfile_read(text.data, text.len, on_event, o, inner,
		    dual, e);
	buf_release(&text);
	return rc;
}

/* Sealed as the file says: m->file to those of WHO who may read DEVICE's. */
static int
sealed_for(struct making *m, const char *device, enum who who, struct err *e)
{
	uint8_t sum[HASH_LEN];

	hash_sha256(sum, m->file.data, m->file.len);
	if (readers_who(m, device, who, e) < 0)
		return -1;
	return m->nto == 0 ? 0 : one_sealed(m, sum, e);
}

static int
one_event_file(struct making *m, const char *blob, struct err *e)
{
	struct event_of o = {"", false, 0};
	struct buf inner = BUF_INIT(EVENTFILE_MAX);
	bool dual = false;
	int rc = -1;

	buf_clear(&m->file);
	if (mirror_read(m->box->desk, blob, PACKW_BLOB, &m->file, e) < 0 ||
	    look_inside(m, &o, &inner, &dual, e) < 0 ||
	    sealed_for(m, o.device, EVERYBODY, e) < 0)
		goto out;
	rc = 0;
	if (inner.len == 0)
		goto out;
	buf_clear(&m->file);
	if (buf_add(&m->file, inner.data, inner.len, e) < 0) {
		rc = -1;
		goto out;
	}
	rc = sealed_for(m, o.device, dual ? OWNERS : o.granted ? MANAGERS :
	    EVERYBODY, e);
	/* What only an owner opens, an owner's rehead makes readable. */
	if (rc < 0 && e->code == ERR_CRYPTO && (dual || o.granted)) {
		err_clear(e);
		rc = 0;
	}
out:
	buf_release(&inner);
	return rc;
}

static int
on_event_file(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct making *m = arg;
	struct err why = ERR_INIT;
	char it[LEDGER_NAME_LEN];

	if (mode != 0100644 || !ledger_name(name, it))
		return 0;
	if (proc_interrupted())
		return err_set(e, ERR_INTR, "interrupted");
	if (one_event_file(m, id, &why) == 0)
		return 0;
	if (is_content(&why)) {
		(void)err_prefix(&why, "%s", name);
		return problem(m, LEDGER_FOLDER, why.what, e);
	}
	*e = why;
	return -1;
}

static int
on_accounts(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct making *m = arg;

	return mode != 040000 || strcmp(name, "events") != 0 ? 0 :
	    mirror_entries(m->box->desk, id, on_event_file, m, e);
}

static int
on_top(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct making *m = arg;

	return mode != 040000 || strcmp(name, "accounts") != 0 ? 0 :
	    mirror_entries(m->box->desk, id, on_accounts, m, e);
}

static int
accounts(struct making *m, struct err *e)
{
	char tree[CANON_ID_LEN];
	int rc = m->box->desk ? reheads_tree(m->box->desk, tree, e) : 0;

	if (rc <= 0)
		return rc;
	buf_clear(&m->tar);
	(void)snprintf(m->folder, sizeof(m->folder), "accounts");
	if (find_next(m, e) < 0 ||
	    mirror_entries(m->box->desk, tree, on_top, m, e) < 0)
		return -1;
	return save_tar(m, e);
}

/* --- Notes: for all readers. */

static int
on_note(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct making *m = arg;
	struct err why = ERR_INIT;
	int64_t n;

	if (mode != 0100644 || numbered_name(name, ".age", &n) < 0)
		return 0;
	if (proc_interrupted())
		return err_set(e, ERR_INTR, "interrupted");
	buf_clear(&m->file);
	if (mirror_read(m->box->desk, id, PACKW_BLOB, &m->file, &why) == 0 &&
	    sealed_for(m, "", EVERYBODY, &why) == 0)
		return 0;
	if (is_content(&why)) {
		(void)err_prefix(&why, "%s", name);
		return problem(m, "notes", why.what, e);
	}
	*e = why;
	return -1;
}

static int
on_key(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct making *m = arg;

	(void)name;
	return mode != 040000 ? 0 :
	    mirror_entries(m->box->desk, id, on_note, m, e);
}

static int
notes(struct making *m, struct err *e)
{
	char tree[CANON_ID_LEN];
	int rc = m->box->desk ? reheads_tree(m->box->desk, tree, e) : 0;

	if (rc <= 0)
		return rc;
	buf_clear(&m->tar);
	(void)snprintf(m->folder, sizeof(m->folder), "notes");
	if (find_next(m, e) < 0 || mirror_entries_at(m->box->desk, tree,
	    "notes", on_key, m, e) < 0)
		return -1;
	return save_tar(m, e);
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
	if (m.had && rc == 0)
		rc = accounts(&m, e);
	if (m.had && rc == 0)
		rc = notes(&m, e);
	reheads_free(m.had);
	buf_release(&m.tar);
	buf_release(&m.file);
	return rc;
}
