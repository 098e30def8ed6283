/* cli/desk/cmd_init.c - liudi-desk init: keys, a central, the first decision. */
#include "cli/desk/noticetext.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "control/control.h"
#include "control/edit.h"
#include "crypto/secmem.h"
#include "desk/deskkeys.h"
#include "desk/hostkey.h"
#include "open/identity.h"
#include "repo/mirror.h"
#include "repo/packw.h"
#include "sign/signers.h"

#include "base/banned.h"

#define TEXT_MAX 65536
#define ROOT_NAMESPACES "git,liudi-control,liudi-erasure"

/* What init works on. */
struct init {
	struct cli *c;
	struct deskhome home;
	const char *org;
	unsigned log_n;
	char *manager_pass, *owner_pass;
	struct deskkeys manager, owner;
	struct sshkey *owner_sign;
	struct buf login;		/* transport_keys, or empty */
	struct buf server;		/* server_keys, or empty */
	struct sshkey_pub server_key;
	struct noticetext notice;	/* empty: none */
};

/* The manager's login at a central over ssh. */
static int
read_transport_key(struct init *in, struct err *e)
{
	const char *file = cli_value(in->c, "transport-key");
	struct buf text = BUF_INIT(TEXT_MAX);
	struct sshkey_pub pub;
	int rc = -1;

	if (!file)
		return 0;
	if (file_load(file, &text, e) < 0)
		goto out;
	if (!hostkey_text(buf_str(&text), &pub)) {
		(void)err_set(e, ERR_USAGE, "--transport-key: '%s' holds no "
		    "line 'ssh-ed25519 AAAA…'", file);
		(void)err_hint(e, "make one with: ssh-keygen -t ed25519");
		goto out;
	}
	if (buf_addf(&in->login, e, "manager %s ", DESKKEYS_MANAGER) < 0 ||
	    sshkey_public_text(&pub, &in->login, e) < 0 ||
	    buf_addc(&in->login, '\n', e) < 0)
		goto out;
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

static int
read_options(struct init *in, struct err *e)
{
	const char *log_n = cli_value(in->c, "scrypt-log-n");
	int64_t n = IDENTITY_SCRYPT_LOG_N;

	in->org = cli_value(in->c, "org");
	if (!in->org)
		in->org = "team";
	if (!in->org[0] || strlen(in->org) > 100 ||
	    !utf8_clean(in->org, strlen(in->org)) || in->org[0] == ' ' ||
	    str_ends(in->org, " "))
		return err_set(e, ERR_USAGE,
		    "--org: 1 to 100 bytes of plain text");
	if (log_n && str_to_i64(log_n, 1, 22, &n) < 0)
		return err_set(e, ERR_USAGE,
		    "--scrypt-log-n: a number from 1 to 22, not '%s'", log_n);
	in->log_n = (unsigned)n;
	if (read_transport_key(in, e) < 0)
		return -1;
	return noticetext_option(in->c, &in->notice, e);
}

static int
open_home(struct init *in, struct err *e)
{
	struct deskhome *h = &in->home;

	if (deskhome_names(h, in->c->home, e) < 0)
		return -1;
	if (file_exists(h->ini)) {
		(void)err_set(e, ERR_CONFIG, "there is a desk in '%s' already",
		    h->dir);
		return err_hint(e, "name another folder with --home");
	}
	if (central_parse(&h->central, in->c->args[0], NULL, e) < 0)
		return -1;
	/* the address becomes a line of desk.ini */
	if (!utf8_clean(h->central.url, strlen(h->central.url)))
		return err_set(e, ERR_USAGE,
		    "the central's address is not plain text");
	return file_mkdirs(h->dir, 0700, e);
}

const char *
deskcmd_hooks(void)
{
	const char *dir = getenv("LIUDI_HOOKS_DIR");

	if (dir && dir[0])
		return dir;
	if (file_is_dir(LIUDI_HOOKS_DIR))
		return LIUDI_HOOKS_DIR;
	return LIUDI_HOOKS_SOURCE_DIR;
}

static int
make_central(const struct init *in, struct err *e)
{
	const struct central *c = &in->home.central;
	const char *hooks = deskcmd_hooks();
	char *control;
	bool there;

	if (c->kind != CENTRAL_PATH)
		return 0;
	control = central_repo(c, "control");
	if (!control)
		return err_nomem(e);
	there = file_exists(control);
	free(control);
	if (there)
		return 0;	/* empty_control() looks whose it is */
	if (!file_is_dir(hooks)) {
		(void)err_set(e, ERR_CONFIG, "no hooks in '%s'", hooks);
		return err_hint(e, "set LIUDI_HOOKS_DIR to the folder 'hooks' "
		    "of liudi");
	}
	return central_create(c, hooks, e);
}

/*
 * A central of somebody else is left alone; one without a first decision is
 * what an init that was cut short, or the server's admin, left for us.
 */
static int
empty_control(const struct init *in, struct err *e)
{
	const struct deskhome *h = &in->home;
	struct control control;

	if (control_fetch(&h->central, h->control, e) < 0) {
		/* our own line: what git says does not name the cure */
		e->hint[0] = '\0';
		return err_hint(e, "control.git, records.git and desk.git "
		    "must be there, bare, with the hooks of liudi");
	}
	if (control_load(&control, h->control, NULL, e) == 0) {
		(void)err_set(e, ERR_FAIL, "'%s' belongs to the team '%s' "
		    "already", h->central.url, control.org);
		control_release(&control);
		return err_hint(e, "choose another central");
	}
	if (e->code != ERR_NOENT)
		return -1;
	err_clear(e);
	return 0;
}

/* A line of server_keys, written anew from what was understood of it. */
static int
take_server_key(struct init *in, const struct buf *text, struct err *e)
{
	struct signers got;
	int rc = -1;

	if (signers_parse(&got, buf_str(text), text->len, e) < 0)
		return err_prefix(e, "the central's server_key");
	if (got.n != 1 || strcmp(got.v[0].namespaces, "liudi-receipt") != 0) {
		(void)err_set(e, ERR_FORMAT, "the central's server_key is not "
		    "one line for receipts");
	} else {
		in->server_key = got.v[0].pub;
		rc = signers_line(&got.v[0], &in->server, e);
	}
	signers_release(&got);
	return rc;
}

/* The tree of a commit that nobody signed; its blob says who it is by. */
static int
load_server_key(struct mirror *m, struct buf *text, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	char head[CANON_ID_LEN], tree[CANON_ID_LEN];
	uint8_t id[20];
	int rc = mirror_head(m, "refs/heads/receipts", head, e);

	if (rc <= 0)
		goto out;
	rc = mirror_read(m, head, PACKW_COMMIT, &raw, e);
	if (rc < 0)
		goto out;
	if (raw.len < 45 || memcmp(raw.data, "tree ", 5) != 0 ||
	    str_unhex(id, sizeof(id), (const char *)raw.data + 5, 40) < 0) {
		rc = err_set(e, ERR_FORMAT, "the central's branch 'receipts' "
		    "is not one of receipts");
		goto out;
	}
	str_hex(tree, id, sizeof(id));
	rc = mirror_blob_at(m, tree, "server_key", text, e);
out:
	buf_release(&raw);
	return rc;
}

/*
 * The key that signs the central's receipts: whoever made it put it at the
 * front of a branch of records.  A central without hooks has none.
 */
static int
server_key(struct init *in, struct err *e)
{
	const struct deskhome *h = &in->home;
	struct buf text = BUF_INIT(TEXT_MAX);
	struct mirror *m = NULL;
	int rc = -1, found;

	if (mirror_fetch(&h->central, "records", h->records, NULL, e) < 0)
		return -1;
	m = mirror_open(h->records, e);
	if (!m)
		goto out;
	found = load_server_key(m, &text, e);
	if (found < 0 || (found > 0 && take_server_key(in, &text, e) < 0))
		goto out;
	if (found == 0)
		cli_warn(in->c, "the central signs no receipts, so it is "
		    "without the hooks of liudi: what is deleted there shows, "
		    "but nothing prevents it");
	rc = 0;
out:
	mirror_close(m);
	buf_release(&text);
	return rc;
}

static int
ask(struct init *in, struct err *e)
{
	in->manager_pass = cli_passphrase(in->c,
	    "new passphrase of the manager", true, e);
	if (!in->manager_pass)
		return -1;
	in->owner_pass = cli_passphrase_from(in->c, "owner-passphrase-fd",
	    "new passphrase of the owner", true, e);
	return in->owner_pass ? 0 : -1;
}

static int
make_keys(struct init *in, struct err *e)
{
	const char *dir = in->home.keys;

	if (deskkeys_make(dir, DESKKEYS_MANAGER, in->manager_pass, in->log_n,
	    &in->manager, NULL, e) < 0)
		return -1;
	return deskkeys_make(dir, DESKKEYS_OWNER, in->owner_pass, in->log_n,
	    &in->owner, &in->owner_sign, e);
}

static int
add_root(struct buf *roots, const char *name, const struct sshkey_pub *pub,
	struct err *e)
{
	struct signer s = {.pub = *pub, .valid_after = INT64_MIN,
	    .valid_before = INT64_MAX};

	(void)snprintf(s.name, sizeof(s.name), "%s", name);
	(void)snprintf(s.namespaces, sizeof(s.namespaces), "%s",
	    ROOT_NAMESPACES);
	return signers_line(&s, roots, e);
}

/* The files of the first decision; those that are empty are left out. */
static int
commit_files(const struct init *in, const struct buf *roots,
	const struct buf *readers, const struct buf *policy, struct err *e)
{
	const struct control_file all[] = {
		{"roots", roots->data, roots->len},
		{"recipients", readers->data, readers->len},
		{"policy.ini", policy->data, policy->len},
		{"transport_keys", in->login.data, in->login.len},
		{"server_keys", in->server.data, in->server.len},
		{"notice.en.md", in->notice.en.data, in->notice.en.len},
		{"notice.zh.md", in->notice.zh.data, in->notice.zh.len}
	};
	struct control_file files[1 + sizeof(all) / sizeof(*all)] = {
		{"allowed_signers", "", 0}
	};
	size_t n = 1, i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].len > 0)
			files[n++] = all[i];
	return control_edit(&in->home.central, in->home.control,
	    DESKKEYS_OWNER, in->owner_sign, clock_now_utc(),
	    "the first decision: roots, readers, policy", files, n, e);
}

static int
first_commit(const struct init *in, struct err *e)
{
	struct buf roots = BUF_INIT(TEXT_MAX), readers = BUF_INIT(TEXT_MAX);
	struct buf policy = BUF_INIT(TEXT_MAX);
	int rc = -1;

	if (add_root(&roots, DESKKEYS_OWNER, &in->owner.pub, e) < 0 ||
	    add_root(&roots, DESKKEYS_MANAGER, &in->manager.pub, e) < 0 ||
	    buf_addf(&readers, e, "version 1\n%s %s\n%s %s\n",
	    DESKKEYS_MANAGER, in->manager.recipient, DESKKEYS_OWNER,
	    in->owner.recipient) < 0 ||
	    buf_addf(&policy, e, "[team]\norg = %s\n%s", in->org,
	    in->notice.en.len > 0 ? "notice = 1\n" : "") < 0)
		goto out;
	rc = commit_files(in, &roots, &readers, &policy, e);
out:
	buf_release(&roots);
	buf_release(&readers);
	buf_release(&policy);
	return rc;
}

/* desk.ini last: with it the folder is a desk. */
static int
finish(const struct init *in, struct err *e)
{
	const struct deskhome *h = &in->home;
	struct buf ini = BUF_INIT(TEXT_MAX);
	struct control control;
	int rc = -1;

	/* read it back as any other desk and station will */
	if (control_load(&control, h->control, NULL, e) < 0)
		return -1;
	if (deskhome_pin_save(h, control.commit, e) < 0)
		goto out;
	if (buf_addf(&ini, e, "[desk]\ncentral = %s\n", h->central.url) < 0)
		goto out;
	rc = file_save(h->ini, ini.data, ini.len, 0600, e);
out:
	control_release(&control);
	buf_release(&ini);
	return rc;
}

/* What the owner of the records keeps on paper: docs/RECOVERY.md. */
static int
owner_print(const struct init *in, struct buf *out, struct err *e)
{
	struct sshkey_pub pub;

	sshkey_public(in->owner_sign, &pub);
	return deskcmd_fingerprint(&pub, out, e);
}

/* Of the key that signs receipts; "" where there is none. */
static int
server_print(const struct init *in, struct buf *out, struct err *e)
{
	return in->server.len == 0 ? 0 :
	    deskcmd_fingerprint(&in->server_key, out, e);
}

static int
print_json(const struct init *in, const char *owner, const char *server,
	struct err *e)
{
	struct buf b = BUF_INIT(TEXT_MAX);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "home", in->home.dir);
	jsonw_kstr(&w, "keys", in->home.keys);
	jsonw_kstr(&w, "central", in->home.central.url);
	jsonw_kstr(&w, "org", in->org);
	jsonw_kstr(&w, "owner", owner);
	jsonw_kstr(&w, "receipts", server[0] ? server : NULL);
	jsonw_kint(&w, "notice", in->notice.en.len > 0);
	jsonw_key(&w, "recipients");
	jsonw_array(&w);
	jsonw_str(&w, in->manager.recipient);
	jsonw_str(&w, in->owner.recipient);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
	if (rc == 0)
		(void)puts(buf_str(&b));
	buf_release(&b);
	return rc;
}

static void
print_screen(const struct init *in, const char *owner, const char *server,
	const char *home_option, const char *home)
{
	(void)printf(cli_tr("central  %s  (control.git, records.git, "
	    "desk.git)\n"), in->home.central.url);
	(void)printf(cli_tr("team     %s\n"), in->org);
	(void)printf(cli_tr("keys     %s\n"), in->home.keys);
	(void)printf(cli_tr("readers  manager and owner: all records are "
	    "sealed to both\n"));
	if (server[0])
		(void)printf(cli_tr("receipts %s\n"), server);
	(void)printf(cli_tr("owner    %s\n"), owner);
	(void)printf("\n%s\n", cli_tr("Now:"));
	(void)printf(cli_tr("1. Move owner.identity and owner.sign.age to a "
	    "stick, and the stick into the safe.\n"
	    "   With the owner's passphrase they open everything when the "
	    "manager's are lost.\n"));
	(void)printf(cli_tr("2. Write the line 'owner' on paper, and the paper "
	    "beside the stick:\n"
	    "   it is how a copy of the records is known as yours.\n"));
	(void)printf(cli_tr("3. Invite each workstation, and there give what "
	    "this prints to 'liudi join':\n"));
	(void)printf("     liudi-desk%s%s invite ID\n", home_option, home);
}

static void
say_done(const struct init *in, struct err *e)
{
	const char *home_option = in->c->home ? " --home " : "";
	const char *home = in->c->home ? in->c->home : "";
	struct buf owner = BUF_INIT(256), server = BUF_INIT(256);

	if (owner_print(in, &owner, e) < 0 ||
	    server_print(in, &server, e) < 0)
		err_clear(e);	/* the keys are made all the same */
	if (in->c->json)
		(void)print_json(in, buf_str(&owner), buf_str(&server), e);
	else if (!in->c->quiet)
		print_screen(in, buf_str(&owner), buf_str(&server),
		    home_option, home);
	buf_release(&owner);
	buf_release(&server);
	if (in->home.central.kind == CENTRAL_PATH)
		cli_warn(in->c, "who can write the folder '%s' can delete it: "
		    "for more than tests and one machine use ssh://",
		    in->home.central.url);
	/* who says 'none' knows it */
	if (!cli_has(in->c, "notice")) {
		cli_warn(in->c, "there is no notice: nobody at a station is "
		    "told what is kept, or agrees to it");
		cli_hint(in->c, "liudi-desk%s%s notice set DIR, or 'standard' "
		    "for the text of the distribution", home_option, home);
	}
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct init in;
	int rc = -1;

	memset(&in, 0, sizeof(in));
	in.c = c;
	buf_init(&in.login, TEXT_MAX);
	buf_init(&in.server, TEXT_MAX);
	if (read_options(&in, e) < 0 || open_home(&in, e) < 0 ||
	    make_central(&in, e) < 0 || empty_control(&in, e) < 0 ||
	    server_key(&in, e) < 0 || ask(&in, e) < 0 || make_keys(&in, e) < 0 ||
	    first_commit(&in, e) < 0 || finish(&in, e) < 0)
		goto out;
	say_done(&in, e);
	rc = 0;
out:
	sshkey_free(in.owner_sign);
	secmem_free(in.manager_pass);
	secmem_free(in.owner_pass);
	buf_release(&in.login);
	buf_release(&in.server);
	noticetext_release(&in.notice);
	deskhome_release(&in.home);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"org", 0, "NAME", "name of the team"},
	{"notice", 0, "DIR",
	    "what people at stations agree to: notice.en.md and notice.zh.md "
	    "of DIR, 'standard' or 'none'"},
	{"transport-key", 0, "FILE",
	    "your login at a central over ssh: a public key"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{"owner-passphrase-fd", 0, "N",
	    "read the owner's passphrase from file descriptor N"},
	{"scrypt-log-n", 0, "N", "scrypt cost of the key files: 2^N (18)"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_init = {
	.name = "init",
	.operands = "CENTRAL",
	.help = "make the team's keys and its central repositories",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
