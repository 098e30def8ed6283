/*
 * unbundle/manifest.c - docs/FORMAT.md sections 4 and 5, the reading half: the
 * document, and its lines of bundles and sources.
 */
#include "unbundle/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "unbundle/plain.h"
#include "unbundle/value.h"

#include "base/banned.h"

#define LINE_MAX_LEN ((size_t)64 * 1024 * 1024)
#define PIECE_LEN ((size_t)256 * 1024)
#define MAX_DEPTH 8
#define MAX_NODES ((size_t)1 << 22)	/* 64 MiB of ids are 2^20 */
#define MAX_BUNDLES 64

/* --- Lines of bundles and sources. */

/* Lines of a kind are sorted, none twice. */
static int
ascending(struct reader *r, const char *name)
{
	if (r->last[0] != '\0' && strcmp(r->last, name) >= 0)
		return err_set(r->e, ERR_FORMAT, "'%s' is out of order", name);
	memcpy(r->last, name, strlen(name) + 1);
	return 0;
}

static int
read_bundle(struct reader *r, const struct json_node *line)
{
	static const char *const keys[] = {"path", "sha256", "bytes",
		"chunks"};
	static const struct table t = TABLE(keys);
	const struct json_node *val[VALUE_MAX_KEYS];
	struct manifest_bundle b;
	int64_t bytes = 0;

	memset(&b, 0, sizeof(b));
	if (++r->nbundles > MAX_BUNDLES)
		return err_set(r->e, ERR_FORMAT, "more than %d bundles",
		    MAX_BUNDLES);
	buf_clear(&r->ids);
	if (value_all_keys(r, line, &t, val) < 0 ||
	    value_text(r, val[0], b.path, sizeof(b.path)) < 0 ||
	    value_hex(r, val[1], b.sha256, 32) < 0 ||
	    value_count(r, val[2], &bytes) < 0 ||
	    value_ids(r, val[3]) < 0)
		return -1;
	if (!path_is_safe(b.path, strlen(b.path)))
		return value_wrong(r, "path");
	b.bytes = (uint64_t)bytes;
	b.ids = r->ids.data;
	b.n = r->ids.len / RECORD_ID_LEN;
	if (ascending(r, b.path) < 0)
		return -1;
	return r->h->bundle ? r->h->bundle(r->h->arg, &b, r->e) : 0;
}

static bool
one_of(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(s, *list))
			return true;
	return false;
}

static int
read_source(struct reader *r, const struct json_node *line)
{
	static const char *const keys[] = {"source", "kind", "state", "files",
		"bytes", "symlinks", "empty_dirs", "special", "unreadable",
		"skipped", "reason"};
	static const char *const kinds[] = {"chat", "shop", "account",
		"report", "files", NULL};
	static const char *const states[] = {"ok", "partial", "missing",
		"blocked", "unreadable", NULL};
	static const struct table t = TABLE(keys);
	const struct json_node *val[VALUE_MAX_KEYS];
	struct record_source s;
	int64_t *const counts[] = {&s.files, &s.bytes, &s.symlinks,
		&s.empty_dirs, &s.special, &s.unreadable, &s.skipped};
	size_t i;

	memset(&s, 0, sizeof(s));
	if (!r->final)
		return err_set(r->e, ERR_FORMAT,
		    "a source in a part that is not the final one");
	if (value_keys(r, line, &t, val) < 0)
		return -1;
	for (i = 0; i < 10; i++)
		if (!val[i])
			return err_set(r->e, ERR_FORMAT, "no key '%s'",
			    keys[i]);
	if (value_name(r, val[0], s.name) < 0 ||
	    value_text(r, val[1], s.kind, sizeof(s.kind)) < 0 ||
	    value_text(r, val[2], s.state, sizeof(s.state)) < 0)
		return -1;
	if (!one_of(s.kind, kinds))
		return value_wrong(r, "kind");
	if (!one_of(s.state, states))
		return value_wrong(r, "state");
	for (i = 0; i < 7; i++)
		if (value_count(r, val[3 + i], counts[i]) < 0)
			return -1;
	if (val[10] && value_text(r, val[10], s.reason, sizeof(s.reason)) < 0)
		return -1;
	if (ascending(r, s.name) < 0)
		return -1;
	return r->h->source ? r->h->source(r->h->arg, &s, r->e) : 0;
}

/* --- The document. */

static int
read_line(struct reader *r, const void *data, size_t n)
{
	static const struct {
		const char *key;
		enum section section;
		int (*read)(struct reader *r, const struct json_node *line);
	} kinds[] = {
		{"op", FILES, manifest_file},
		{"path", BUNDLES, read_bundle},
		{"source", SOURCES, read_source},
		{"v", BEFORE_HEAD, manifest_head},
	};
	const struct json_node *line, *first;
	size_t i;

	r->line++;
	line = json_parse(r->json, data, n, r->e);
	if (!line)
		return -1;
	first = json_first(r->json, line);
	if (line->type != JSON_OBJECT || !first)
		return err_set(r->e, ERR_FORMAT, "not an object");
	for (i = 0; i < 4; i++)
		if (str_eq(first->key, kinds[i].key))
			break;
	if (i == 4)
		return err_set(r->e, ERR_FORMAT, "a line of no known kind");
	if ((r->line == 1) != (kinds[i].section == BEFORE_HEAD) ||
	    kinds[i].section < r->section)
		return err_set(r->e, ERR_FORMAT, "a line '%s' out of place",
		    kinds[i].key);
	if (kinds[i].section > r->section)
		r->last[0] = '\0';
	r->section = kinds[i].section;
	return kinds[i].read(r, line);
}

/* The whole lines in B, which are then dropped. */
static int
read_lines(struct reader *r, struct buf *b)
{
	size_t at = 0;
	const uint8_t *lf;

	while (at < b->len &&
	    (lf = memchr(b->data + at, '\n', b->len - at)) != NULL) {
		if (read_line(r, b->data + at,
		    (size_t)(lf - b->data) - at) < 0)
			return -1;
		at = (size_t)(lf - b->data) + 1;
	}
	buf_drop(b, at);
	if (b->len > LINE_MAX_LEN) {
		r->line++;
		return err_set(r->e, ERR_FORMAT, "longer than %zu bytes",
		    LINE_MAX_LEN);
	}
	return 0;
}

static int
read_all(struct reader *r, struct plain *p)
{
	struct buf b = BUF_INIT(LINE_MAX_LEN + PIECE_LEN);
	size_t n;
	int rc = -1;

	do {
		if (buf_reserve(&b, PIECE_LEN, r->e) < 0 ||
		    plain_read(p, b.data + b.len, PIECE_LEN, &n, r->e) < 0)
			goto out;
		b.len += n;
		if (read_lines(r, &b) < 0) {
			err_prefix(r->e, "manifest line %zu", r->line);
			goto out;
		}
	} while (n > 0);
	if (b.len > 0 || r->line == 0) {
		err_set(r->e, ERR_FORMAT, b.len > 0 ?
		    "manifest whose last line is cut" : "empty manifest");
		goto out;
	}
	rc = 0;
out:
	buf_release(&b);
	return rc;
}

struct memory {
	const void *data;
	size_t n;
};

static int
pull_memory(void *arg, const void **data, size_t *n, struct err *e)
{
	struct memory *m = arg;

	(void)e;
	*data = m->data;
	*n = m->n;
	m->n = 0;
	return 0;
}

int
manifest_read(const void *data, size_t n, const struct manifest_handler *h,
	struct err *e)
{
	struct memory m = {data, n};
	struct reader r = {
		.h = h, .e = e,
		.ids = BUF_INIT(LINE_MAX_LEN),
		.path = BUF_INIT(2 * PATH_MAX_LEN),
		.from = BUF_INIT(2 * PATH_MAX_LEN),
	};
	struct plain *p = NULL;
	int rc = -1;

	r.json = json_new(MAX_NODES, MAX_DEPTH, e);
	if (!r.json)
		goto out;
	p = plain_new(pull_memory, &m, MANIFEST_MAX, e);
	if (!p)
		goto out;
	rc = read_all(&r, p);
out:
	plain_free(p);
	json_free(r.json);
	free(r.edits);
	buf_release(&r.ids);
	buf_release(&r.path);
	buf_release(&r.from);
	return rc;
}
