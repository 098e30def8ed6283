/* control/history.c - who may change control; docs/FORMAT.md section 9. */
#include "control/history.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "control/control_files.h"
#include "control/request.h"
#include "crypto/hash.h"
#include "repo/packw.h"
#include "sign/sshsig.h"

#include "base/banned.h"

#define MODE_FILE 0100644
#define MODE_DIR 0040000

const char *const control_protected[] = {
	"recipients", "retention.ini", "roots", NULL
};

/* What the rules look at in a commit's tree. */
enum { ROOTS = HISTORY_NPROTECTED - 1, APPROVE = HISTORY_NPROTECTED, NWATCHED };

struct entry {
	unsigned mode;		/* 0 = there is none */
	char id[CANON_ID_LEN];
};

/* Where the check stands: the commit before and who may sign the next one. */
struct walk {
	struct mirror *m;
	char id[CANON_ID_LEN];	/* "" = before the first */
	char tree[CANON_ID_LEN];
	int64_t utc;
	struct entry at[NWATCHED];	/* of tree */
	int64_t napprove;
	struct signers roots;
};

/* Whatever is wrong with a commit, the history is not what it should be. */
static int
broken(const char *id, struct err *e)
{
	if (e->code == ERR_FORMAT || e->code == ERR_CRYPTO ||
	    e->code == ERR_NOENT)
		e->code = ERR_INTEGRITY;
	(void)err_prefix(e, "control commit %.12s", id);
	return err_hint(e, "somebody changed control.git by hand: compare it "
	    "with another desk's before anything else");
}

static const char *
watched(size_t i)
{
	return i == APPROVE ? "approve" : control_protected[i];
}

static int
note_entry(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct entry *at = arg;
	size_t i;

	for (i = 0; i < NWATCHED; i++)
		if (strcmp(name, watched(i)) == 0)
			break;
	if (i == NWATCHED)
		return 0;
	/* two of one name: every reader would take the one it likes */
	if (at[i].mode != 0)
		return err_set(e, ERR_INTEGRITY, "has '%s' twice", name);
	at[i].mode = mode;
	memcpy(at[i].id, id, CANON_ID_LEN);
	return 0;
}

static bool
same_entry(const struct entry *a, const struct entry *b)
{
	return a->mode == b->mode && strcmp(a->id, b->id) == 0;
}

/* The roots that stand at AT become those of the walk. */
static int
take_roots(struct walk *w, const struct entry *at, struct err *e)
{
	struct buf text = BUF_INIT(CONTROL_FILE_MAX);
	struct signers roots = {NULL, 0};
	int rc = -1;

	if (at->mode != MODE_FILE)
		return err_set(e, ERR_INTEGRITY, "there is no file 'roots'");
	if (mirror_read(w->m, at->id, PACKW_BLOB, &text, e) < 0)
		goto out;
	if (signers_parse(&roots, buf_str(&text), text.len, e) < 0) {
		(void)err_prefix(e, "roots");
		goto out;
	}
	signers_release(&w->roots);
	w->roots = roots;
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

/* --- The protected files. */

int
history_consent(const char *base,
	const struct history_change change[static HISTORY_NPROTECTED],
	struct buf *out, struct err *e)
{
	char hex[2 * HASH_LEN + 1];
	size_t i;

	if (buf_addf(out, e, "%s\n", base) < 0)
		return -1;
	for (i = 0; i < HISTORY_NPROTECTED; i++) {
		if (!change[i].changed)
			continue;
		str_hex(hex, change[i].sha256, HASH_LEN);
		if (buf_addf(out, e, "%s %s\n", control_protected[i],
		    change[i].gone ? "-" : hex) < 0)
			return -1;
	}
	return 0;
}

/* What stands at AT: its hash in HEX, or "-". */
static int
hash_entry(const struct walk *w, const struct entry *at,
	char hex[static HISTORY_BASE_LEN], struct err *e)
{
	struct buf text = BUF_INIT(CONTROL_FILE_MAX);
	uint8_t sum[HASH_LEN];
	int rc = 0;

	memcpy(hex, "-", 2);
	if (at->mode == 0)
		return 0;
	if (at->mode != MODE_FILE)
		return err_set(e, ERR_INTEGRITY,
		    "has a protected file that is none");
	if (mirror_read(w->m, at->id, PACKW_BLOB, &text, e) < 0) {
		rc = -1;
	} else {
		hash_sha256(sum, text.data, text.len);
		str_hex(hex, sum, sizeof(sum));
	}
	buf_release(&text);
	return rc;
}

/* What a consent to a child of where the walk stands is to say. */
static int
find_base(const struct walk *w, char out[static HISTORY_BASE_LEN],
	struct err *e)
{
	struct buf text = BUF_INIT(1024);
	char hex[HISTORY_BASE_LEN];
	uint8_t sum[HASH_LEN];
	int rc = -1;
	size_t i;

	if (buf_addf(&text, e, "approve %" PRId64 "\n", w->napprove) < 0)
		goto out;
	for (i = 0; i < HISTORY_NPROTECTED; i++)
		if (hash_entry(w, &w->at[i], hex, e) < 0 ||
		    buf_addf(&text, e, "%s %s\n", control_protected[i],
		    hex) < 0)
			goto out;
	hash_sha256(sum, text.data, text.len);
	str_hex(out, sum, sizeof(sum));
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

/* Did a protected file change?  1, 0, -1. */
static int
protected_change(const struct walk *w, const struct entry now[static NWATCHED],
	struct history_change change[static HISTORY_NPROTECTED],
	struct err *e)
{
	struct buf text = BUF_INIT(CONTROL_FILE_MAX);
	int rc = 0;
	size_t i;

	memset(change, 0, HISTORY_NPROTECTED * sizeof(*change));
	for (i = 0; i < HISTORY_NPROTECTED && rc >= 0; i++) {
		if (same_entry(&w->at[i], &now[i]))
			continue;
		rc = 1;
		change[i].changed = true;
		change[i].gone = now[i].mode == 0;
		if (change[i].gone)
			continue;
		if (now[i].mode != MODE_FILE) {
			rc = err_set(e, ERR_INTEGRITY,
			    "makes '%s' something else than a file",
			    control_protected[i]);
			break;
		}
		buf_clear(&text);
		if (mirror_read(w->m, now[i].id, PACKW_BLOB, &text, e) < 0)
			rc = -1;
		else
			hash_sha256(change[i].sha256, text.data, text.len);
	}
	buf_release(&text);
	return rc;
}

/* What a commit adds to approve/. */
struct added {
	int64_t n;
	char name[64];		/* of the first; "" if too long */
	char id[CANON_ID_LEN];
};

static int
note_added(void *arg, const struct mirror_file *f, struct err *e)
{
	struct added *a = arg;

	(void)e;
	if (a->n++ > 0)
		return 0;
	if (strlen(f->path) < sizeof(a->name))
		(void)snprintf(a->name, sizeof(a->name), "%s", f->path);
	memcpy(a->id, f->id, sizeof(a->id));
	return 0;
}

/* Files of approve/ are only added. */
static int
added_consents(const struct walk *w, const struct entry *now, struct added *a,
	struct err *e)
{
	const struct entry *old = &w->at[APPROVE];

	memset(a, 0, sizeof(*a));
	if (same_entry(old, now))
		return 0;
	if (now->mode != MODE_DIR || (old->mode && old->mode != MODE_DIR))
		return err_set(e, ERR_INTEGRITY, "removes 'approve'");
	if (mirror_added(w->m, old->id, now->id, note_added, a, e) < 0)
		return err_prefix(e, "approve");
	return 0;
}

static int
no_consent(const char *why, struct err *e)
{
	return err_set(e, ERR_INTEGRITY, "changes protected files, and %s",
	    why);
}

/* Is A the consent of another root key to CHANGE by BY? */
static int
check_consent(const struct walk *w, const struct canon *by,
	const struct history_change change[static HISTORY_NPROTECTED],
	const struct added *a, struct err *e)
{
	struct buf sig = BUF_INIT(SSHSIG_ARMOR_MAX + 1);
	struct buf blob = BUF_INIT(SSHSIG_ARMOR_MAX);
	struct buf text = BUF_INIT(1024);
	char key[REQUEST_KEY_LEN], want[sizeof(a->name)];
	char base[HISTORY_BASE_LEN];
	struct sshkey_pub pub;
	int rc = -1;

	if (mirror_read(w->m, a->id, PACKW_BLOB, &sig, e) < 0 ||
	    find_base(w, base, e) < 0 ||
	    history_consent(base, change, &text, e) < 0)
		goto out;
	if (sig.len == 0 || sig.data[sig.len - 1] != '\n' ||
	    sshsig_dearmor(buf_str(&sig), sig.len - 1, &blob, e) < 0 ||
	    sshsig_verify(blob.data, blob.len, "liudi-control", text.data,
	    text.len, &pub, e) < 0) {
		(void)no_consent("the consent is not one to this change", e);
		goto out;
	}
	request_key(&pub, key);
	(void)snprintf(want, sizeof(want), "%" PRId64 ".%s.sig", w->napprove,
	    key);
	if (strcmp(a->name, want) != 0)
		(void)no_consent("the consent has the wrong name", e);
	else if (memcmp(pub.pk, by->signer.pk, sizeof(pub.pk)) == 0)
		(void)no_consent("consents to itself", e);
	else if (!signers_find(&w->roots, &pub, "liudi-control",
	    by->time_utc))
		(void)no_consent("no root key consents", e);
	else
		rc = 0;
out:
	buf_release(&sig);
	buf_release(&blob);
	buf_release(&text);
	return rc;
}

/* The rule for a commit BY whose tree has NOW; the parent is the walk's. */
static int
check_protected(const struct walk *w, const struct canon *by,
	const struct entry now[static NWATCHED], struct added *a,
	struct err *e)
{
	struct history_change change[HISTORY_NPROTECTED];
	int rc;

	if (added_consents(w, &now[APPROVE], a, e) < 0)
		return -1;
	rc = protected_change(w, now, change, e);
	if (rc < 0)
		return -1;
	if (a->n == 0 && (rc == 0 || control_is_owner(by->name)))
		return 0;
	/* it would take the place of one that is to come */
	if (rc == 0)
		return err_set(e, ERR_INTEGRITY, "adds a consent to nothing");
	if (a->n != 1)
		return no_consent(a->n == 0 ? "no other root key consents" :
		    "adds more than one consent", e);
	return check_consent(w, by, change, a, e);
}

/* --- The walk. */

/* C is the child of where the walk stands, and signed by one of its roots. */
static int
check_commit(const struct walk *w, const struct canon *c, struct err *e)
{
	const struct signer *by;

	if (strcmp(c->parent, w->id) != 0)
		return err_set(e, ERR_INTEGRITY, "has another parent");
	if (c->time_utc < w->utc)
		return err_set(e, ERR_INTEGRITY, "is dated before its parent");
	by = signers_find(&w->roots, &c->signer, "git", c->time_utc);
	if (!by || strcmp(by->name, c->name) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "is not signed by a root key of '%s'", c->name);
	return 0;
}

/* Step to commit ID; without CHECK it was checked in an earlier run. */
static int
step(struct walk *w, const char *id, bool check, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	struct entry now[NWATCHED];
	bool first = !w->id[0];
	struct added added;
	struct canon c;
	int rc = -1;

	memset(now, 0, sizeof(now));
	if (mirror_read(w->m, id, PACKW_COMMIT, &raw, e) < 0 ||
	    canon_parse(&c, raw.data, raw.len, e) < 0 ||
	    mirror_entries(w->m, c.tree, note_entry, now, e) < 0)
		goto out;
	/* the first commit is signed by a key of its own roots, and free */
	if (first && take_roots(w, &now[ROOTS], e) < 0)
		goto out;
	if (check && check_commit(w, &c, e) < 0)
		goto out;
	if (first) {
		if (added_consents(w, &now[APPROVE], &added, e) < 0)
			goto out;
	} else if (check_protected(w, &c, now, &added, e) < 0 ||
	    (!same_entry(&w->at[ROOTS], &now[ROOTS]) &&
	    take_roots(w, &now[ROOTS], e) < 0)) {
		goto out;
	}
	w->napprove += added.n;
	memcpy(w->id, id, CANON_ID_LEN);
	memcpy(w->tree, c.tree, sizeof(w->tree));
	memcpy(w->at, now, sizeof(w->at));
	w->utc = c.time_utc;
	rc = 0;
out:
	buf_release(&raw);
	if (rc < 0)
		(void)broken(id, e);
	return rc;
}

int
history_check(struct history *h, struct mirror *m, const char *head,
	const char *pinned, struct err *e)
{
	struct walk w = {.m = m, .utc = INT64_MIN};
	char (*ids)[CANON_ID_LEN] = NULL;
	size_t n = 0, i;
	int rc = -1;

	if (mirror_chain(m, head, pinned ? pinned : "", &ids, &n, e) < 0)
		goto out;
	if (pinned && pinned[0] && step(&w, pinned, false, e) < 0)
		goto out;
	for (i = 0; i < n; i++)
		if (step(&w, ids[i], true, e) < 0)
			goto out;
	memcpy(h->tree, w.tree, sizeof(h->tree));
	h->utc = w.utc;
	rc = find_base(&w, h->base, e);
out:
	free(ids);
	signers_release(&w.roots);
	return rc;
}
