/* desk/invites.c - the invitations in control; docs/FORMAT.md section 13. */
#include "desk/invites.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "crypto/secmem.h"
#include "desk/fields.h"
#include "desk/sealed.h"
#include "repo/mirror.h"

#include "base/banned.h"

#define NODES 16
#define DEPTH 4
#define LINE_MAX_LEN 4096
#define PUBLIC_MAX 4096

int
invites_secret_text(const struct invites_secret *s, struct buf *out,
	struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_khex(&w, "secret", s->secret, sizeof(s->secret));
	jsonw_kstr(&w, "station", s->station);
	jsonw_kstr(&w, "person", s->person[0] ? s->person : NULL);
	jsonw_kstr(&w, "team", s->team[0] ? s->team : NULL);
	jsonw_kbool(&w, "again", s->again);
	jsonw_kstr(&w, "by", s->by);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : buf_addc(out, '\n', e);
}

int
invites_secret_parse(struct invites_secret *s, const char *text, size_t n,
	struct err *e)
{
	struct json *j = json_new(NODES, DEPTH, e);
	const struct json_node *root = j ? json_parse(j, text, n, e) : NULL;
	const struct fields f = {j, root};
	struct invites_secret got;
	int64_t v = 0;
	int rc = -1;

	memset(&got, 0, sizeof(got));
	if (!root)
		goto out;
	if (root->type != JSON_OBJECT || !fields_int(&f, "v", &v) || v != 1 ||
	    !fields_hex(&f, "secret", got.secret, sizeof(got.secret)) ||
	    !fields_text(&f, "station", got.station, sizeof(got.station),
	    false) || !canon_id_ok(got.station) ||
	    !fields_text(&f, "person", got.person, sizeof(got.person),
	    true) ||
	    !fields_text(&f, "team", got.team, sizeof(got.team), true) ||
	    !fields_bool(&f, "again", &got.again) ||
	    !fields_text(&f, "by", got.by, sizeof(got.by), false)) {
		(void)err_set(e, ERR_FORMAT, "the sealed half of an "
		    "invitation is not what it should be");
		goto out;
	}
	*s = got;
	rc = 0;
out:
	json_free(j);
	secmem_wipe(&got, sizeof(got));
	return rc;
}

void
invites_path(const char *invite, bool sealed,
	char out[static INVITES_PATH_LEN])
{
	(void)snprintf(out, INVITES_PATH_LEN, "invites/%.16s%s", invite,
	    sealed ? ".age" : "");
}

int
invites_load(const char *dir, const char *commit, const char *invite,
	struct invite_file *f, struct err *e)
{
	struct buf text = BUF_INIT(PUBLIC_MAX);
	char path[INVITES_PATH_LEN];
	int rc;

	invites_path(invite, false, path);
	rc = control_file_load(dir, commit, path, &text, e);
	if (rc > 0 && invite_file_parse(f, buf_str(&text), text.len, e) < 0)
		rc = -1;
	buf_release(&text);
	return rc;
}

struct each {
	const char *dir, *commit;
	int (*fn)(void *arg, const char *invite, const struct invite_file *f,
		struct err *e);
	void *arg;
};

static int
on_entry(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct each *x = arg;
	struct invite_file f;
	uint8_t raw[8];
	int rc;

	(void)id;
	if (mode != 0100644 || str_unhex(raw, sizeof(raw), name,
	    strlen(name)) < 0)
		return 0;
	rc = invites_load(x->dir, x->commit, name, &f, e);
	return rc <= 0 ? rc : x->fn(x->arg, name, &f, e);
}

int
invites_each(const char *dir, const char *commit,
	int (*fn)(void *arg, const char *invite, const struct invite_file *f,
	struct err *e), void *arg, struct err *e)
{
	struct each x = {dir, commit, fn, arg};
	struct mirror *m = mirror_open(dir, e);
	char tree[CANON_ID_LEN];
	int rc = -1;

	if (m && mirror_tree(m, commit, tree, e) == 0 &&
	    mirror_entries_at(m, tree, "invites", on_entry, &x, e) >= 0)
		rc = 0;
	mirror_close(m);
	return rc;
}

int
invites_make(const struct control *c, const struct invite *i,
	const struct invites_secret *s, struct buf *public_file,
	struct buf *sealed, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct invite_file f = {.expires = i->expires};
	struct sshkey *login = invite_login(i->secret, e);
	int rc = -1;

	if (!login || buf_reserve(&line, LINE_MAX_LEN, e) < 0)
		goto out;
	memcpy(f.station, i->station, sizeof(f.station));
	sshkey_public(login, &f.ssh);
	if (invite_file_text(&f, public_file, e) < 0 ||
	    invites_secret_text(s, &line, e) < 0)
		goto out;
	rc = sealed_make(c, line.data, line.len, sealed, e);
out:
	sshkey_free(login);
	buf_wipe(&line);
	return rc;
}
