/* control/control.c - check control's history, read its newest files. */
#include "control/control.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"
#include "repo/mirror.h"
#include "repo/packw.h"

#include "base/banned.h"

#define BRANCH "refs/heads/control"
#define FILE_LEN_MAX (1024 * 1024)
#define MAX_VERSION INT64_C(1000000000)

int
control_fetch(const struct central *c, const char *dir, struct err *e)
{
	/* a rewritten history is found by control_load: it starts at the pin */
	return mirror_fetch(c, "control", dir, NULL, e);
}

/* --- The history. */

/* Where the check stands: the commit before and who may sign the next one. */
struct walk {
	struct mirror *m;
	char id[CANON_ID_LEN];	/* "" = before the first */
	char tree[CANON_ID_LEN];
	int64_t utc;
	struct buf text;	/* of roots, as read */
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

/* The roots that stand in TREE become those of the walk. */
static int
take_roots(struct walk *w, const char *tree, struct err *e)
{
	struct buf text = BUF_INIT(FILE_LEN_MAX);
	struct signers roots = {NULL, 0};
	int rc = -1;

	switch (mirror_blob_at(w->m, tree, "roots", &text, e)) {
	case 1:
		break;
	case 0:
		(void)err_set(e, ERR_INTEGRITY, "there is no file 'roots'");
		goto out;
	default:
		goto out;
	}
	if (w->text.data && str_cmp_bytes(text.data, text.len, w->text.data,
	    w->text.len) == 0) {
		rc = 0;		/* as before: nearly always */
		goto out;
	}
	if (signers_parse(&roots, buf_str(&text), text.len, e) < 0) {
		(void)err_prefix(e, "roots");
		goto out;
	}
	signers_release(&w->roots);
	w->roots = roots;
	buf_release(&w->text);
	w->text = text;
	buf_init(&text, FILE_LEN_MAX);
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

static int
read_commit(struct walk *w, const char *id, struct buf *raw, struct canon *c,
	struct err *e)
{
	if (mirror_read(w->m, id, PACKW_COMMIT, raw, e) < 0)
		return -1;
	return canon_parse(c, raw->data, raw->len, e);
}

/* Step to commit ID; without CHECK it was checked in an earlier run. */
static int
step(struct walk *w, const char *id, bool check, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	const struct signer *by;
	struct canon c;
	int rc = -1;

	if (read_commit(w, id, &raw, &c, e) < 0)
		goto out;
	if (check && strcmp(c.parent, w->id) != 0) {
		(void)err_set(e, ERR_INTEGRITY, "has another parent");
		goto out;
	}
	if (check && c.time_utc < w->utc) {
		(void)err_set(e, ERR_INTEGRITY, "is dated before its parent");
		goto out;
	}
	/* the first commit is signed by a key of its own roots */
	if (!w->id[0] && take_roots(w, c.tree, e) < 0)
		goto out;
	by = signers_find(&w->roots, &c.signer, "git", c.time_utc);
	if (check && (!by || strcmp(by->name, c.name) != 0)) {
		(void)err_set(e, ERR_INTEGRITY,
		    "is not signed by a root key of '%s'", c.name);
		goto out;
	}
	if (take_roots(w, c.tree, e) < 0)
		goto out;
	memcpy(w->id, id, CANON_ID_LEN);
	memcpy(w->tree, c.tree, sizeof(w->tree));
	w->utc = c.time_utc;
	rc = 0;
out:
	buf_release(&raw);
	if (rc < 0)
		(void)broken(id, e);
	return rc;
}

static int
walk_all(struct walk *w, const char *head, const char *pinned, struct err *e)
{
	char (*ids)[CANON_ID_LEN] = NULL;
	size_t n = 0, i;
	int rc = -1;

	if (mirror_chain(w->m, head, pinned ? pinned : "", &ids, &n, e) < 0)
		goto out;
	if (pinned && pinned[0] && step(w, pinned, false, e) < 0)
		goto out;
	for (i = 0; i < n; i++)
		if (step(w, ids[i], true, e) < 0)
			goto out;
	rc = 0;
out:
	free(ids);
	return rc;
}

/* --- The files of the newest commit. */

/* The next line that is not empty or a comment: 1, 0 at the end. */
static int
next_line(const char **text, const char **line, size_t *len)
{
	const char *end;

	while (**text) {
		*line = *text;
		end = strchr(*text, '\n');
		*len = end ? (size_t)(end - *text) : strlen(*text);
		*text += *len + (end ? 1 : 0);
		if (*len > 0 && **line != '#')
			return 1;
	}
	return 0;
}

/* "version <n>" */
static int
read_version(const char *line, size_t len, int64_t *version, struct err *e)
{
	char *copy = str_ndup(line, len);
	int rc = -1;

	if (!copy)
		return err_nomem(e);
	if (str_starts(copy, "version "))
		rc = str_to_i64(copy + strlen("version "), 1, MAX_VERSION,
		    version);
	free(copy);
	if (rc < 0)
		return err_set(e, ERR_FORMAT,
		    "recipients: the first line is not 'version N'");
	return 0;
}

/* "<name> age1…" */
static int
read_recipient(struct control_recipient *r, const char *line, size_t len,
	struct err *e)
{
	struct buf pk = BUF_INIT(64);
	const char *space = memchr(line, ' ', len);
	size_t name_len = space ? (size_t)(space - line) : 0;
	size_t age_len = space ? len - name_len - 1 : 0;
	int rc = -1;

	memset(r, 0, sizeof(*r));
	if (!space || name_len >= sizeof(r->name) ||
	    age_len >= sizeof(r->age))
		goto out;
	memcpy(r->name, line, name_len);
	memcpy(r->age, space + 1, age_len);
	if (!canon_id_ok(r->name) || !str_starts(r->age, "age1") ||
	    bech32_decode(&pk, "age", r->age, age_len, e) < 0 || pk.len != 32)
		goto out;
	rc = 0;
out:
	buf_release(&pk);
	if (rc < 0)
		return err_set(e, ERR_FORMAT,
		    "recipients: a line is not '<name> age1…'");
	return 0;
}

static int
read_recipients(struct control *c, const char *text, struct err *e)
{
	const char *line = "";
	size_t len = 0;

	if (!next_line(&text, &line, &len))
		return err_set(e, ERR_FORMAT, "recipients: the file is empty");
	if (read_version(line, len, &c->version, e) < 0)
		return -1;
	while (next_line(&text, &line, &len)) {
		if (c->nrecipients == CONTROL_MAX_RECIPIENTS)
			return err_set(e, ERR_FORMAT,
			    "recipients: more than %d", CONTROL_MAX_RECIPIENTS);
		if (read_recipient(&c->recipient[c->nrecipients], line, len,
		    e) < 0)
			return -1;
		c->nrecipients++;
	}
	if (c->nrecipients == 0)
		return err_set(e, ERR_FORMAT, "recipients: there are none");
	return 0;
}

static void
trim(const char **s, size_t *n)
{
	while (*n > 0 && (**s == ' ' || **s == '\t')) {
		(*s)++;
		(*n)--;
	}
	while (*n > 0 && ((*s)[*n - 1] == ' ' || (*s)[*n - 1] == '\t'))
		(*n)--;
}

/* "org = …" of section [team]; what other pages put beside it is theirs. */
static int
read_policy(struct control *c, const char *text, struct err *e)
{
	const char *line = "", *eq, *key, *value;
	size_t len = 0, key_len, value_len;
	bool team = false;

	while (next_line(&text, &line, &len)) {
		if (*line == '[') {
			team = len == 6 && memcmp(line, "[team]", 6) == 0;
			continue;
		}
		eq = memchr(line, '=', len);
		if (!team || !eq)
			continue;
		key = line;
		key_len = (size_t)(eq - line);
		value = eq + 1;
		value_len = len - key_len - 1;
		trim(&key, &key_len);
		trim(&value, &value_len);
		if (key_len != 3 || memcmp(key, "org", 3) != 0)
			continue;
		if (value_len == 0 || value_len >= sizeof(c->org))
			return err_set(e, ERR_FORMAT,
			    "policy.ini: org is empty or too long");
		memcpy(c->org, value, value_len);
		c->org[value_len] = '\0';
	}
	if (!c->org[0])
		return err_set(e, ERR_FORMAT,
		    "policy.ini: there is no org in [team]");
	return 0;
}

/* The file of the newest commit; MAY_MISS: "" where there is none. */
static int
load_file(const struct walk *w, const char *path, bool may_miss,
	struct buf *text, struct err *e)
{
	int rc;

	buf_clear(text);
	rc = mirror_blob_at(w->m, w->tree, path, text, e);
	if (rc == 0 && !may_miss)
		return err_set(e, ERR_FORMAT, "control has no file '%s'", path);
	if (rc < 0)
		return -1;
	if (text->len > 0 && memchr(text->data, '\0', text->len))
		return err_set(e, ERR_FORMAT, "%s holds a NUL byte", path);
	return 0;
}

static int
load_signers(const struct walk *w, const char *path, bool may_miss,
	struct signers *out, struct buf *text, struct err *e)
{
	if (load_file(w, path, may_miss, text, e) < 0)
		return -1;
	if (signers_parse(out, buf_str(text), text->len, e) < 0)
		return err_prefix(e, "%s", path);
	return 0;
}

static int
load_files(struct control *c, const struct walk *w, struct err *e)
{
	struct buf text = BUF_INIT(FILE_LEN_MAX);
	int rc = -1;

	if (load_signers(w, "roots", false, &c->roots, &text, e) < 0 ||
	    load_signers(w, "allowed_signers", true, &c->stations, &text,
	    e) < 0 ||
	    load_signers(w, "server_keys", true, &c->servers, &text, e) < 0)
		goto out;
	if (load_file(w, "recipients", false, &text, e) < 0 ||
	    read_recipients(c, buf_str(&text), e) < 0)
		goto out;
	if (load_file(w, "policy.ini", false, &text, e) < 0 ||
	    read_policy(c, buf_str(&text), e) < 0)
		goto out;
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

int
control_load(struct control *c, const char *dir, const char *pinned,
	struct err *e)
{
	struct walk w = {.text = BUF_INIT(FILE_LEN_MAX)};
	struct control got = {.version = 0};
	char head[CANON_ID_LEN];
	int rc = -1, there;

	w.utc = INT64_MIN;
	w.m = mirror_open(dir, e);
	if (!w.m)
		return -1;
	there = mirror_head(w.m, BRANCH, head, e);
	if (there == 0) {
		(void)err_set(e, ERR_NOENT, "control.git is empty");
		(void)err_hint(e, "run 'liudi-desk init' first");
	}
	if (there <= 0)
		goto out;
	if (walk_all(&w, head, pinned, e) < 0 || load_files(&got, &w, e) < 0)
		goto out;
	memcpy(got.commit, head, sizeof(got.commit));
	got.commit_utc = w.utc;
	*c = got;
	memset(&got, 0, sizeof(got));
	rc = 0;
out:
	control_release(&got);
	signers_release(&w.roots);
	buf_release(&w.text);
	mirror_close(w.m);
	return rc;
}

int
control_file_load(const char *dir, const char *commit, const char *path,
	struct buf *out, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	struct mirror *m;
	struct canon c;
	int rc = -1;

	m = mirror_open(dir, e);
	if (!m)
		return -1;
	if (mirror_read(m, commit, PACKW_COMMIT, &raw, e) < 0 ||
	    canon_parse(&c, raw.data, raw.len, e) < 0)
		goto out;
	rc = mirror_blob_at(m, c.tree, path, out, e);
out:
	buf_release(&raw);
	mirror_close(m);
	return rc;
}

void
control_release(struct control *c)
{
	signers_release(&c->roots);
	signers_release(&c->stations);
	signers_release(&c->servers);
	memset(c, 0, sizeof(*c));
}

void
control_recipients_sha256(const struct control *c, uint8_t out[32])
{
	/* 16 strings of 79 bytes at most, each with LF */
	char text[CONTROL_MAX_RECIPIENTS * (sizeof(c->recipient[0].age) + 1)];
	size_t n = 0, i, len;

	for (i = 0; i < c->nrecipients; i++) {
		len = strlen(c->recipient[i].age);
		memcpy(text + n, c->recipient[i].age, len);
		n += len;
		text[n++] = '\n';
	}
	hash_sha256(out, text, n);
}
