/* desk/requests.c - a request as it came; docs/FORMAT.md section 14. */
#include "desk/requests.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/secmem.h"
#include "desk/fields.h"
#include "repo/packw.h"

#include "base/banned.h"

#define NODES 32
#define DEPTH 4
#define MAC_HEX 64
#define MESSAGE "liudi join\n"

static bool
take_key(const struct fields *f, const char *name, struct sshkey_pub *pub)
{
	struct err ignored = ERR_INIT;
	char text[256];

	return fields_text(f, name, text, sizeof(text), false) &&
	    sshkey_public_parse(pub, text, strlen(text), &ignored) == 0;
}

static bool
take_notice(const struct fields *f, struct request *r)
{
	const struct fields in = {f->json,
	    json_get(f->json, f->object, "notice")};

	if (fields_null(f, "notice"))
		return true;
	r->has_notice = true;
	return in.object && in.object->type == JSON_OBJECT &&
	    fields_int(&in, "version", &r->notice_version) &&
	    fields_hex(&in, "sha256", r->notice_sha256,
	    sizeof(r->notice_sha256));
}

/* What it says; whether it says more is found out by writing it again. */
static bool
take(const struct fields *f, struct request *r)
{
	if (!fields_text(f, "invite", r->invite, sizeof(r->invite), false) ||
	    !fields_text(f, "station", r->station, sizeof(r->station),
	    false) || !take_key(f, "sign", &r->sign))
		return false;
	r->has_ssh = !fields_null(f, "ssh");
	if (r->has_ssh && !take_key(f, "ssh", &r->ssh))
		return false;
	return take_notice(f, r) && fields_int(f, "agreed", &r->agreed) &&
	    fields_text(f, "os", r->os, sizeof(r->os), false) &&
	    fields_text(f, "agent", r->agent, sizeof(r->agent), false);
}

/* Is LINE what OURS is, but for the hex of the MAC? */
static bool
same_but_mac(const char *line, size_t n, const struct buf *ours)
{
	const size_t tail = MAC_HEX + strlen("\"}\n");

	return n == ours->len && n > tail &&
	    memcmp(line, ours->data, n - tail) == 0;
}

int
requests_parse(struct request *r, const char *line, size_t n,
	const uint8_t secret[static INVITE_SECRET_LEN], struct err *e)
{
	struct buf ours = BUF_INIT(REQUEST_MAX);
	struct json *j = json_new(NODES, DEPTH, e);
	struct err why = ERR_INIT;
	const struct json_node *root;
	struct request got;
	int rc = -1;

	memset(&got, 0, sizeof(got));
	if (!j)
		return -1;
	root = json_parse(j, line, n, &why);
	if (!root || root->type != JSON_OBJECT ||
	    !take(&(struct fields){j, root}, &got) ||
	    request_line(&got, secret, &ours, &why) < 0) {
		(void)err_set(e, ERR_FORMAT, "it is no request");
	} else if (!same_but_mac(line, n, &ours)) {
		(void)err_set(e, ERR_FORMAT, "it is not written as requests "
		    "are");
	} else if (!secmem_eq(line, ours.data, n)) {
		(void)err_set(e, ERR_INTEGRITY, "whoever asks does not have "
		    "the invitation (bad MAC)");
	} else {
		*r = got;
		rc = 0;
	}
	json_free(j);
	buf_release(&ours);
	return rc;
}

/* The one file of the tree. */
struct tree {
	size_t n;
	bool good;
	char id[CANON_ID_LEN];
};

static int
on_entry(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct tree *t = arg;

	(void)e;
	t->n++;
	t->good = mode == 0100644 && strcmp(name, "request") == 0;
	memcpy(t->id, id, sizeof(t->id));
	return 0;
}

/* The commit around it: *c is without its message then. */
static int
check_commit(struct mirror *m, const char *head, const char *station,
	struct canon *c, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	int rc = -1;

	if (mirror_read(m, head, PACKW_COMMIT, &raw, e) < 0 ||
	    canon_parse(c, raw.data, raw.len, e) < 0)
		goto out;
	if (c->parent[0] || strcmp(c->name, station) != 0 ||
	    c->message_len != strlen(MESSAGE) ||
	    memcmp(c->message, MESSAGE, c->message_len) != 0) {
		(void)err_set(e, ERR_FORMAT, "its commit is not one of a "
		    "request");
		goto out;
	}
	rc = 0;
out:
	c->message = NULL;
	buf_release(&raw);
	return rc;
}

int
requests_check(struct request *r, int64_t *utc, struct mirror *records,
	const char *ref, const char *head, const char *invite,
	const char *station, const uint8_t secret[static INVITE_SECRET_LEN],
	struct err *e)
{
	struct buf line = BUF_INIT(REQUEST_MAX);
	struct tree t = {.n = 0};
	struct request got;
	struct canon c;
	char *own = NULL;
	int rc = -1;

	if (check_commit(records, head, station, &c, e) < 0 ||
	    mirror_entries(records, c.tree, on_entry, &t, e) < 0)
		goto out;
	if (t.n != 1 || !t.good) {
		(void)err_set(e, ERR_FORMAT, "its commit is not one of a "
		    "request");
		goto out;
	}
	if (mirror_read(records, t.id, PACKW_BLOB, &line, e) < 0 ||
	    requests_parse(&got, buf_str(&line), line.len, secret, e) < 0)
		goto out;
	own = request_ref(got.invite, &got.sign, e);
	if (!own)
		goto out;
	if (strcmp(own, ref) != 0 || strcmp(got.invite, invite) != 0 ||
	    strcmp(got.station, station) != 0 ||
	    memcmp(c.signer.pk, got.sign.pk, sizeof(got.sign.pk)) != 0) {
		(void)err_set(e, ERR_INTEGRITY, "it is not signed by the key "
		    "that it names, or belongs to another invitation");
		goto out;
	}
	*r = got;
	*utc = c.time_utc;
	rc = 0;
out:
	free(own);
	buf_release(&line);
	return rc;
}
