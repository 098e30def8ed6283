/* desk/receipts.c - what the central says it received; FORMAT section 10. */
#include "desk/receipts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/proc.h"
#include "base/str.h"
#include "repo/packw.h"

#include "base/banned.h"

#define LINE_MAX_LEN 2048
#define WHO "central <central@liudi.invalid>"
#define ID_HEX (CANON_ID_LEN - 1)

struct walk {
	struct mirror *records;
	const struct signers *servers;
	struct receipts_at *at;
	receipts_fn fn;
	void *arg;
};

/* The first header; *TREE is set if it is one. */
static bool
tree_of(const char *text, char tree[CANON_ID_LEN])
{
	if (!str_starts(text, "tree ") || strlen(text) < 5 + ID_HEX + 1 ||
	    text[5 + ID_HEX] != '\n')
		return false;
	memcpy(tree, text + 5, ID_HEX);
	tree[ID_HEX] = '\0';
	return true;
}

/*
 * All but the line has one form only, so it is made again and compared: nothing
 * can be hidden in a header that nobody reads.  -1: *e says what is wrong.
 */
static int
check(const struct walk *w, const char *text, const char *parent,
	struct receipt *r, struct err *e)
{
	char line[LINE_MAX_LEN], head[512];
	const char *message = strstr(text, "\n\n");
	size_t n = message ? strlen(message + 2) : 0;
	int len;

	if (n < 2 || n > sizeof(line) || message[1 + n] != '\n' ||
	    strchr(message + 2, '\n') != message + 1 + n)
		return err_set(e, ERR_FORMAT, "it is no receipt");
	(void)snprintf(line, sizeof(line), "%.*s", (int)n - 1, message + 2);
	if (receipt_check(r, line, w->servers, e) < 0)
		return -1;
	len = snprintf(head, sizeof(head), "tree %s\nparent %s\n"
	    "author " WHO " %lld +0000\ncommitter " WHO " %lld +0000\n\n",
	    w->at->tree, parent, (long long)r->utc, (long long)r->utc);
	if (len != (int)(message + 2 - text) ||
	    memcmp(head, text, (size_t)len) != 0)
		return err_set(e, ERR_FORMAT,
		    "its commit is not as the central writes it");
	return 0;
}

/* The root says which key it began with; control says which are good. */
static bool
is_root(const char *text)
{
	const char *message = strstr(text, "\n\n");

	return message && !strstr(text, "\nparent ") &&
	    strcmp(message + 2, "liudi receipts\n") == 0;
}

static bool
is_content(const struct err *e)
{
	return e->code == ERR_FORMAT || e->code == ERR_CRYPTO ||
	    e->code == ERR_INTEGRITY;
}

/* ROOT: there is none before it. */
static int
one(const struct walk *w, const char *id, bool root, const char *parent,
	struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	struct err why = ERR_INIT;
	struct receipt r;
	const char *text;
	int rc = -1;

	if (mirror_read(w->records, id, PACKW_COMMIT, &raw, &why) < 0)
		goto told;
	text = buf_str(&raw);
	if (strlen(text) != raw.len)
		(void)err_set(&why, ERR_FORMAT, "it holds a NUL byte");
	else if (root && (!tree_of(text, w->at->tree) || !is_root(text)))
		(void)err_set(&why, ERR_FORMAT,
		    "it is not the beginning of a branch of receipts");
	else if (root)
		rc = 0;
	else if (check(w, text, parent, &r, &why) == 0)
		rc = w->fn(w->arg, id, &r, NULL, e);
told:
	if (is_content(&why))
		rc = w->fn(w->arg, id, NULL, why.what, e);
	else if (why.code != ERR_NONE)
		*e = why;
	buf_release(&raw);
	return rc;
}

int
receipts_walk(struct mirror *records, const char *ref,
	const struct signers *servers, struct receipts_at *at, receipts_fn fn,
	void *arg, struct err *e)
{
	const struct walk w = {records, servers, at, fn, arg};
	char (*ids)[CANON_ID_LEN] = NULL;
	char head[CANON_ID_LEN];
	struct err why = ERR_INIT;
	size_t n = 0, i;
	int rc = mirror_head(records, ref, head, e);

	if (rc <= 0 || strcmp(head, at->id) == 0)
		return rc < 0 ? -1 : 0;
	if (mirror_chain(records, head, at->id, &ids, &n, &why) < 0) {
		if (why.code == ERR_INTEGRITY && at->id[0] != '\0')
			return 1;
		*e = why;
		return err_prefix(e, "receipts of the central");
	}
	for (i = 0; i < n; i++) {
		rc = -1;
		if (proc_interrupted()) {
			(void)err_set(e, ERR_INTR, "interrupted");
			goto out;
		}
		if (one(&w, ids[i], at->id[0] == '\0', at->id, e) < 0)
			goto out;
		memcpy(at->id, ids[i], sizeof(at->id));
	}
	rc = 0;
out:
	free(ids);
	return rc;
}

/* What a commit says of its parent; the history was walked before. */
static int
parent_of(struct mirror *records, const char *id, char parent[CANON_ID_LEN],
	struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	const char *p;
	int rc = -1;

	parent[0] = '\0';
	if (mirror_read(records, id, PACKW_COMMIT, &raw, e) < 0)
		goto out;
	p = strstr(buf_str(&raw), "\nparent ");
	if (p && strlen(p) > 8 + ID_HEX) {
		memcpy(parent, p + 8, ID_HEX);
		parent[ID_HEX] = '\0';
	}
	rc = 0;
out:
	buf_release(&raw);
	return rc;
}

int
receipts_again(struct mirror *records, const struct signers *servers,
	const struct receipts_at *at, const char *id, receipts_fn fn,
	void *arg, struct err *e)
{
	struct receipts_at copy = *at;
	const struct walk w = {records, servers, &copy, fn, arg};
	char parent[CANON_ID_LEN];

	if (parent_of(records, id, parent, e) < 0)
		return -1;
	return one(&w, id, parent[0] == '\0', parent, e);
}
