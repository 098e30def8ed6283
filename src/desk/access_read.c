/* desk/access_read.c - check and open the log of readers; FORMAT.md 17. */
#include "desk/access_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "desk/access.h"
#include "desk/numbered.h"
#include "desk/reheads.h"
#include "json/json.h"
#include "repo/packw.h"

#include "base/banned.h"

#define MAX_KEYS 4096
#define MAX_NODES 64
#define MAX_DEPTH 3
#define CONTROL_MAX (1024 * 1024)	/* a file of control */
#define MAX_IDENTITIES 64

/* What is known of one reader's log. */
struct chain_of {
	char key[REQUEST_KEY_LEN];
	int64_t n;			/* events met */
	uint8_t last[HASH_LEN];		/* of event n - 1 */
};

struct reading {
	struct box *box;
	struct access_read *r;
	struct json *json;
	/* who was ever a root */
	struct signer *root;
	size_t nroots;
	int64_t ours_since;		/* our key is an owner's; INT64_MAX */
	struct seal_recipient have[MAX_IDENTITIES];
	size_t nhave;
	struct chain_of *of;
	size_t nof;
	/* of the commit being read */
	struct added {
		int64_t n;
		char key[REQUEST_KEY_LEN], id[CANON_ID_LEN];
	} *added;
	size_t nadded;
	const char *id;
	char signer[REQUEST_KEY_LEN];	/* "" = nobody known */
	char name[64];
	int64_t utc;
};

__attribute__((format(printf, 4, 5))) static int
problem(struct reading *k, const char *where, struct err *e, const char *fmt,
	...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	k->r->problems++;
	return k->r->problem(k->r->arg, where, text, e);
}

/* Things of the repository, not of this machine. */
static bool
is_content(const struct err *e)
{
	return e->code == ERR_FORMAT || e->code == ERR_INTEGRITY ||
	    e->code == ERR_CRYPTO || e->code == ERR_NOENT;
}

/* --- Who was ever a root, and since when an owner has our key. */

struct past {
	struct reading *k;
	char roots[CANON_ID_LEN], recipients[CANON_ID_LEN];
	char next_roots[CANON_ID_LEN], next_recipients[CANON_ID_LEN];
};

static int
note_file(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct past *p = arg;

	(void)mode;
	(void)e;
	if (strcmp(name, "roots") == 0)
		memcpy(p->next_roots, id, CANON_ID_LEN);
	else if (strcmp(name, "recipients") == 0)
		memcpy(p->next_recipients, id, CANON_ID_LEN);
	return 0;
}

static bool
is_root(const struct reading *k, const struct sshkey_pub *pub,
	const char *name)
{
	size_t i;

	for (i = 0; i < k->nroots; i++)
		if (memcmp(k->root[i].pub.pk, pub->pk, sizeof(pub->pk)) == 0 &&
		    strcmp(k->root[i].name, name) == 0)
			return true;
	return false;
}

static int
add_roots(struct reading *k, const struct signers *s, struct err *e)
{
	struct signer *v;
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (is_root(k, &s->v[i].pub, s->v[i].name))
			continue;
		v = realloc(k->root, (k->nroots + 1) * sizeof(*v));
		if (!v)
			return err_nomem(e);
		k->root = v;
		k->root[k->nroots++] = s->v[i];
	}
	return 0;
}

/* Is one of our identities an owner's in this text of `recipients`? */
static int
names_us(const struct reading *k, const char *text, bool *us, struct err *e)
{
	struct control c;
	struct seal_recipient r;
	struct err ignored = ERR_INIT;
	size_t i, j;

	memset(&c, 0, sizeof(c));
	if (control_recipients_parse(&c, text, e) < 0)
		return -1;
	*us = false;
	for (i = 0; i < c.nrecipients; i++) {
		const char *age = c.recipient[i].age;

		if (!control_is_owner(c.recipient[i].name) ||
		    seal_recipient_parse(&r, age, strlen(age), &ignored) < 0)
			continue;
		for (j = 0; j < k->nhave; j++)
			if (memcmp(r.pk, k->have[j].pk, sizeof(r.pk)) == 0)
				*us = true;
	}
	control_release(&c);
	return 0;
}

/* One commit of control, of which only what changed is read. */
static int
past_commit(struct past *p, const char *id, struct err *e)
{
	struct mirror *m = p->k->box->control_clone;
	struct buf raw = BUF_INIT(CONTROL_MAX);
	struct signers roots = {NULL, 0};
	struct canon c;
	bool us = false;
	int rc = -1;

	if (mirror_read(m, id, PACKW_COMMIT, &raw, e) < 0 ||
	    canon_parse(&c, raw.data, raw.len, e) < 0 ||
	    mirror_entries(m, c.tree, note_file, p, e) < 0)
		goto out;
	if (strcmp(p->roots, p->next_roots) != 0) {
		buf_clear(&raw);
		if (mirror_read(m, p->next_roots, PACKW_BLOB, &raw, e) < 0 ||
		    signers_parse(&roots, buf_str(&raw), raw.len, e) < 0 ||
		    add_roots(p->k, &roots, e) < 0)
			goto out;
		memcpy(p->roots, p->next_roots, CANON_ID_LEN);
	}
	if (p->k->ours_since == INT64_MAX &&
	    strcmp(p->recipients, p->next_recipients) != 0) {
		buf_clear(&raw);
		if (mirror_read(m, p->next_recipients, PACKW_BLOB, &raw,
		    e) < 0 || names_us(p->k, buf_str(&raw), &us, e) < 0)
			goto out;
		if (us)
			p->k->ours_since = c.time_utc;
		memcpy(p->recipients, p->next_recipients, CANON_ID_LEN);
	}
	rc = 0;
out:
	signers_release(&roots);
	buf_release(&raw);
	return rc;
}

/* The history of control was checked when it was loaded. */
static int
read_past(struct reading *k, struct err *e)
{
	struct past p = {.k = k};
	char (*ids)[CANON_ID_LEN] = NULL;
	size_t n = 0, i;
	int rc;

	k->ours_since = INT64_MAX;
	k->nhave = opener_recipients(k->box->opener, k->have, MAX_IDENTITIES);
	rc = mirror_chain(k->box->control_clone, k->box->control.commit, "",
	    &ids, &n, e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = past_commit(&p, ids[i], e);
	free(ids);
	return rc;
}

/* --- An event. */

static int
add_to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* A text or null; 0, or -1 if it is something else. */
static int
text_at(const struct json *j, const struct json_node *o, const char *key,
	const char **out)
{
	const struct json_node *v = json_get(j, o, key);

	*out = NULL;
	if (v && v->type == JSON_NULL)
		return 0;
	if (!v || v->type != JSON_STR || strlen(v->str) != v->len)
		return -1;
	*out = v->str;
	return 0;
}

static int
int_at(const struct json *j, const struct json_node *o, const char *key,
	int64_t *out)
{
	const struct json_node *v = json_get(j, o, key);

	if (!v || v->type != JSON_INT)
		return -1;
	*out = v->num;
	return 0;
}

static int
days_at(const struct json *j, const struct json_node *o,
	struct access_event *v)
{
	const struct json_node *d = json_get(j, o, "days"), *a, *b;

	if (d && d->type == JSON_NULL)
		return 0;
	if (!d || d->type != JSON_ARRAY || d->n != 2)
		return -1;
	a = json_first(j, d);
	b = json_next(j, a);
	if (a->type != JSON_STR || b->type != JSON_STR)
		return -1;
	v->first = a->str;
	v->last = b->str;
	return 0;
}

/* The line of an opened event; behind it there is only padding. */
static int
parse(struct reading *k, const struct buf *text, struct access_event *v,
	const char **prev, struct err *e)
{
	const uint8_t *lf = text->len ? memchr(text->data, '\n', text->len) :
	    NULL;
	const struct json_node *o;
	const struct json *j = k->json;
	int64_t version;

	if (!lf)
		return err_set(e, ERR_FORMAT, "the event is no line");
	o = json_parse(k->json, text->data, (size_t)(lf - text->data), e);
	if (!o)
		return -1;
	if (o->type != JSON_OBJECT || int_at(j, o, "v", &version) < 0 ||
	    version != 1 || int_at(j, o, "n", &v->n) < 0 ||
	    int_at(j, o, "utc", &v->utc) < 0 ||
	    text_at(j, o, "prev", prev) < 0 ||
	    text_at(j, o, "reader", &v->reader) < 0 || !v->reader ||
	    text_at(j, o, "action", &v->action) < 0 || !v->action ||
	    text_at(j, o, "station", &v->station) < 0 ||
	    text_at(j, o, "view", &v->view) < 0 || days_at(j, o, v) < 0 ||
	    text_at(j, o, "reason", &v->reason) < 0)
		return err_set(e, ERR_FORMAT, "the event lacks something");
	return 0;
}

/* What the event says of itself against where it stands. */
static int
check_place(struct reading *k, const char *path, const struct chain_of *of,
	const struct access_event *v, const char *prev, struct err *e)
{
	char want[2 * HASH_LEN + 1];

	str_hex(want, of->last, HASH_LEN);
	if (v->n != of->n)
		return problem(k, path, e, "it was event %lld: events were "
		    "removed or put in another order", (long long)v->n);
	if (of->n == 0 ? prev != NULL : !str_eq(prev, want))
		return problem(k, path, e, "it does not follow on the event "
		    "before it, which was changed or is another");
	if (strcmp(v->reader, k->name) != 0)
		return problem(k, path, e, "it names another reader than '%s', "
		    "who signed it", k->name);
	return 0;
}

/* An event that did not open: WHY. */
static int
not_opened(struct reading *k, const char *path, const struct chain_of *of,
	const struct err *why, struct err *e)
{
	if (why->code == ERR_CRYPTO && k->utc < k->ours_since) {
		struct access_event v = {.n = of->n, .sent_utc = k->utc,
		    .reader = k->name};

		memcpy(v.key, of->key, sizeof(v.key));
		k->r->sealed++;	/* it is for the owner before */
		return k->r->shut ? k->r->shut(k->r->arg, &v, e) : 0;
	}
	if (!is_content(why)) {
		*e = *why;
		return -1;
	}
	return problem(k, path, e, "it does not open: %s", why->what);
}

static int
open_event(struct reading *k, const char *path, const struct chain_of *of,
	const struct buf *file, struct err *e)
{
	struct buf text = BUF_INIT(ACCESS_FILE_MAX);
	struct access_event v = {.n = 0};
	struct err why = ERR_INIT;
	const char *prev = NULL;
	int rc = -1;

	if (opener_open(k->box->opener, file->data, file->len, NULL, 0, NULL,
	    add_to_buf, &text, &why) < 0 ||
	    parse(k, &text, &v, &prev, &why) < 0) {
		rc = not_opened(k, path, of, &why, e);
		goto out;
	}
	memcpy(v.key, of->key, sizeof(v.key));
	v.sent_utc = k->utc;
	if (check_place(k, path, of, &v, prev, e) < 0)
		goto out;
	rc = k->r->event(k->r->arg, &v, e);
out:
	buf_release(&text);
	return rc;
}

/* --- Files. */

static struct chain_of *
chain_for(struct reading *k, const char *key, struct err *e)
{
	struct chain_of *v;
	size_t i;

	for (i = 0; i < k->nof; i++)
		if (strcmp(k->of[i].key, key) == 0)
			return &k->of[i];
	if (k->nof == MAX_KEYS) {
		(void)err_set(e, ERR_FORMAT, "too many readers");
		return NULL;
	}
	v = realloc(k->of, (k->nof + 1) * sizeof(*v));
	if (!v) {
		(void)err_nomem(e);
		return NULL;
	}
	k->of = v;
	v += k->nof++;
	memset(v, 0, sizeof(*v));
	memcpy(v->key, key, REQUEST_KEY_LEN);
	return v;
}

/* "access/<16 hex>/<n>.age" */
static int
split_path(const char *path, char key[static REQUEST_KEY_LEN], int64_t *n)
{
	const char *s = path + strlen("access/");
	const size_t len = REQUEST_KEY_LEN - 1;
	uint8_t raw[8];

	if (strlen(s) < len + 1 || s[len] != '/' ||
	    str_unhex(raw, sizeof(raw), s, len) < 0)
		return -1;
	str_hex(key, raw, sizeof(raw));
	return numbered_name(s + len + 1, ".age", n);
}

static int
event_file(struct reading *k, const struct added *f, struct err *e)
{
	struct buf file = BUF_INIT(ACCESS_FILE_MAX);
	struct chain_of *of;
	struct err why = ERR_INIT;
	char path[64];
	int rc = -1;

	k->r->events++;
	(void)snprintf(path, sizeof(path), "access/%s/%" PRId64 ".age", f->key,
	    f->n);
	of = chain_for(k, f->key, e);
	if (!of)
		return -1;
	if (strcmp(f->key, k->signer) != 0 &&
	    problem(k, path, e, "it was signed by another key") < 0)
		return -1;
	if (f->n != of->n && problem(k, path, e, "event %lld should "
	    "stand here: events were removed or put in another order",
	    (long long)of->n) < 0)
		return -1;
	if (mirror_read(k->box->desk, f->id, PACKW_BLOB, &file, &why) < 0) {
		rc = not_opened(k, path, of, &why, e);
		goto out;
	}
	of->n = f->n;
	rc = open_event(k, path, of, &file, e);
	of->n = f->n + 1;
	hash_sha256(of->last, file.data, file.len);
out:
	buf_release(&file);
	return rc;
}

/* A file of the commit being read, put aside until all of it are known. */
static int
on_file(void *arg, const struct mirror_file *f, struct err *e)
{
	struct reading *k = arg;
	char key[REQUEST_KEY_LEN];
	struct added *v;
	int64_t n;

	if (!str_starts(f->path, "access/"))
		return 0;
	if (split_path(f->path, key, &n) < 0) {
		k->r->events++;
		return problem(k, f->path, e, "it has the name of no event");
	}
	v = realloc(k->added, (k->nadded + 1) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	k->added = v;
	v += k->nadded++;
	v->n = n;
	memcpy(v->key, key, sizeof(v->key));
	memcpy(v->id, f->id, sizeof(v->id));
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	const struct added *x = a, *y = b;
	const int key = strcmp(x->key, y->key);

	return key != 0 ? key : (x->n > y->n) - (x->n < y->n);
}

/* In the order in which they were made: in a tree 10 stands before 9. */
static int
event_files(struct reading *k, struct err *e)
{
	size_t i;

	if (k->nadded > 0)
		qsort(k->added, k->nadded, sizeof(*k->added), by_number);
	for (i = 0; i < k->nadded; i++)
		if (event_file(k, &k->added[i], e) < 0)
			return -1;
	return 0;
}

/* --- Commits. */

/* The tree, whatever else may be wrong with the commit. */
static int
tree_of(const struct buf *raw, char tree[static CANON_ID_LEN])
{
	uint8_t id[20];

	if (raw->len < 46 || memcmp(raw->data, "tree ", 5) != 0 ||
	    str_unhex(id, sizeof(id), (const char *)raw->data + 5, 40) < 0)
		return -1;
	str_hex(tree, id, sizeof(id));
	return 0;
}

/* Who signed; nobody whom control ever named is a problem. */
static int
take_signer(struct reading *k, const struct buf *raw, const char *where,
	struct err *e)
{
	struct err why = ERR_INIT;
	struct canon c;

	k->signer[0] = k->name[0] = '\0';
	if (canon_parse(&c, raw->data, raw->len, &why) < 0)
		return problem(k, where, e, "%s", why.what);
	k->utc = c.time_utc;
	memcpy(k->name, c.name, sizeof(k->name));
	if (!is_root(k, &c.signer, c.name))
		return problem(k, where, e, "it is not signed by a manager or "
		    "owner of this team");
	request_key(&c.signer, k->signer);
	return 0;
}

/* What a tree that does not only add did, event by event. */
struct gone {
	struct reading *k;
	struct buf paths;	/* "<id> <path>" lines of the old tree */
};

static int
list_old(void *arg, const struct mirror_file *f, struct err *e)
{
	struct gone *g = arg;

	return buf_addf(&g->paths, e, "%s %s\n", f->id, f->path);
}

/* Each event of the old tree that the new one lacks, or has changed. */
static int
tell_gone(struct reading *k, const char *old, const char *new,
	const char *where, struct err *e)
{
	struct gone g = {k, BUF_INIT((size_t)64 << 20)};
	struct gone h = {k, BUF_INIT((size_t)64 << 20)};
	struct err ignored = ERR_INIT;
	const char *s, *lf, *from, *at;
	int rc = 0;

	if (mirror_added(k->box->desk, "", old, list_old, &g, e) < 0) {
		rc = -1;
		goto out;
	}
	/* as far as it can be read */
	(void)mirror_added(k->box->desk, "", new, list_old, &h, &ignored);
	from = buf_str(&h.paths);	/* both are in the order of trees */
	for (s = buf_str(&g.paths); rc == 0 && (lf = strchr(s, '\n')) != NULL;
	    s = lf + 1) {
		char *line = str_ndup(s, (size_t)(lf - s) + 1);

		at = line ? strstr(from, line) : NULL;
		if (!line) {
			rc = err_nomem(e);
		} else if (at) {
			from = at;
		} else {
			line[lf - s] = '\0';
			rc = problem(k, line + CANON_ID_LEN, e,
			    "it was removed or changed in %s", where);
		}
		free(line);
	}
out:
	buf_release(&g.paths);
	buf_release(&h.paths);
	return rc;
}

/* The files of a commit; TREE becomes its tree. */
static int
one_commit(struct reading *k, const char *id, char tree[static CANON_ID_LEN],
	struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	struct err why = ERR_INIT;
	char now[CANON_ID_LEN], where[32];
	bool bad;
	int rc = -1;

	(void)snprintf(where, sizeof(where), "commit %.12s", id);
	if (mirror_read(k->box->desk, id, PACKW_COMMIT, &raw, e) < 0)
		goto out;
	if (tree_of(&raw, now) < 0) {
		rc = problem(k, where, e, "it is no commit");
		goto out;
	}
	if (take_signer(k, &raw, where, e) < 0)
		goto out;
	k->nadded = 0;
	bad = mirror_added(k->box->desk, tree, now, on_file, k, &why) < 0;
	/* what it did add is read in any case */
	if ((!bad || is_content(&why)) && event_files(k, e) < 0)
		goto out;
	rc = 0;
	if (bad) {
		rc = -1;
		if (!is_content(&why))
			*e = why;
		else if (problem(k, where, e, "it does not only add: %s",
		    why.what) == 0)
			rc = tell_gone(k, tree, now, where, e);
	}
	memcpy(tree, now, CANON_ID_LEN);
out:
	buf_release(&raw);
	return rc;
}

static int
walk(struct reading *k, struct err *e)
{
	char head[CANON_ID_LEN], tree[CANON_ID_LEN] = "";
	char (*ids)[CANON_ID_LEN] = NULL;
	size_t n = 0, i;
	int rc = mirror_head(k->box->desk, REHEADS_REF, head, e);

	if (rc <= 0)
		return rc;
	rc = mirror_chain(k->box->desk, head, "", &ids, &n, e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = one_commit(k, ids[i], tree, e);
	free(ids);
	return rc;
}

int
access_read(struct box *b, struct access_read *r, struct err *e)
{
	struct reading k = {.box = b, .r = r};
	int rc = -1;

	r->events = r->problems = r->sealed = 0;
	if (!b->desk)
		return 0;
	k.json = json_new(MAX_NODES, MAX_DEPTH, e);
	if (k.json && read_past(&k, e) == 0)
		rc = walk(&k, e);
	json_free(k.json);
	free(k.root);
	free(k.of);
	free(k.added);
	return rc;
}
