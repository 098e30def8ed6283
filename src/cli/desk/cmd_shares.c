/* cli/desk/cmd_shares.c - liudi-desk shares: the owner's key on paper. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "control/edit.h"
#include "crypto/secmem.h"
#include "desk/deskkeys.h"
#include "desk/shares.h"
#include "open/identity.h"
#include "repo/mirror.h"

#include "base/banned.h"

#define KEY_MAX 65536
#define SECRET_LEN 32
#define MAX_SHARES 16

/* --- What all three know. */

/* The name of the owner with this recipient in control, or NULL. */
static const char *
owner_of(const struct control *c, const char *recipient)
{
	size_t i;

	for (i = 0; i < c->nrecipients; i++)
		if (control_is_owner(c->recipient[i].name) &&
		    strcmp(c->recipient[i].age, recipient) == 0)
			return c->recipient[i].name;
	return NULL;
}

static const struct signer *
root_named(const struct control *c, const char *name)
{
	return signers_named(&c->roots, name, 0);
}

/* --- shares make */

struct make {
	struct cli *c;
	struct deskhome home;
	struct control control;
	const char *name;
	int64_t threshold, count;
	struct identities *ids;		/* guarded */
	struct sshkey *sign;
	struct slip39_set *set;
	char recipient[DESKKEYS_RECIPIENT_LEN];
};

static int
read_numbers(struct make *m, struct err *e)
{
	const char *k = cli_value(m->c, "threshold");
	const char *n = cli_value(m->c, "shares");

	m->threshold = 2;
	m->count = 3;
	if (n && str_to_i64(n, 1, MAX_SHARES, &m->count) < 0)
		return err_set(e, ERR_USAGE,
		    "--shares: a number from 1 to 16, not '%s'", n);
	if (k && str_to_i64(k, 1, MAX_SHARES, &m->threshold) < 0)
		return err_set(e, ERR_USAGE,
		    "--threshold: a number from 1 to 16, not '%s'", k);
	if (m->threshold > m->count)
		return err_set(e, ERR_USAGE,
		    "more shares are needed than there are");
	if (m->threshold < 2)
		return err_set(e, ERR_USAGE,
		    "--threshold: with one share no paper is safe; 2 or more");
	if (m->c->nargs > 0 && m->c->nargs != (size_t)m->count)
		return err_set(e, ERR_USAGE,
		    "name as many keepers as there are shares, or none");
	return 0;
}

/* Into m->ids, and the signing key. */
static int
open_keys(struct make *m, struct err *e)
{
	struct buf file = BUF_INIT(IDENTITY_FILE_MAX);
	struct buf text = BUF_INIT(DESKKEYS_RECIPIENT_LEN - 1);
	struct opener *op = NULL;
	struct seal_recipient r;
	char *pass = NULL;
	int rc = -1;

	if (deskkeys_identity(m->home.keys, m->name, &file, e) < 0)
		goto out;
	pass = cli_passphrase(m->c, "passphrase of the owner", false, e);
	m->ids = pass ? identities_new(e) : NULL;
	if (!m->ids ||
	    identities_load(m->ids, file.data, file.len, pass, e) < 0)
		goto out;
	if (identities_count(m->ids) != 1) {
		(void)err_set(e, ERR_FORMAT,
		    "'%s.identity' holds more than one identity", m->name);
		goto out;
	}
	identities_recipient(m->ids, 0, &r);
	if (seal_recipient_text(&r, &text, e) < 0)
		goto out;
	memcpy(m->recipient, text.data, text.len);
	op = deskkeys_opener(m->home.keys, m->name, pass, e);
	m->sign = op ? deskkeys_sign(m->home.keys, m->name, op, e) : NULL;
	rc = m->sign ? 0 : -1;
out:
	opener_free(op);
	secmem_free(pass);
	buf_wipe(&file);
	buf_release(&text);
	return rc;
}

/* Shares of a key that opens nothing would be found out too late. */
static int
check_owner(const struct make *m, struct err *e)
{
	const char *name = owner_of(&m->control, m->recipient);
	const struct signer *root = root_named(&m->control, m->name);
	struct sshkey_pub pub;

	sshkey_public(m->sign, &pub);
	if (name && strcmp(name, m->name) == 0 && root &&
	    memcmp(root->pub.pk, pub.pk, sizeof(pub.pk)) == 0)
		return 0;
	(void)err_set(e, ERR_CRYPTO, "the keys of '%s' here are not those of "
	    "an owner of the team", m->name);
	return err_hint(e, "take the owner.identity and owner.sign.age that "
	    "'liudi-desk init' made");
}

/* 1 if desk.git's head has PATH, 0, -1. */
static int
desk_has(const struct deskhome *h, const char *path, struct buf *out,
	struct err *e)
{
	char head[CANON_ID_LEN];
	struct mirror *m;
	int rc;

	if (mirror_fetch(&h->central, "desk", h->desk, NULL, e) < 0)
		return -1;
	m = mirror_open(h->desk, e);
	rc = m ? mirror_head(m, "refs/heads/desk", head, e) : -1;
	mirror_close(m);
	return rc <= 0 ? rc : control_file_load(h->desk, head, path, out, e);
}

/*
 * The sealed signing key, so that the shares bring it back too.  1: something
 * else lies in its place, which nobody but its key could put there while the
 * central's hooks were at work.
 */
static int
deposit(const struct make *m, struct err *e)
{
	struct buf sealed = BUF_INIT(KEY_MAX), there = BUF_INIT(KEY_MAX);
	char path[SHARES_PATH_LEN];
	struct sshkey_pub pub;
	int rc = -1;

	sshkey_public(m->sign, &pub);
	shares_sign_path(m->name, &pub, path);
	if (deskkeys_sealed_sign(m->home.keys, m->name, &sealed, e) < 0)
		goto out;
	rc = desk_has(&m->home, path, &there, e);
	if (rc != 0) {
		rc = rc < 0 ? -1 : there.len != sealed.len ||
		    memcmp(there.data, sealed.data, sealed.len) != 0;
		goto out;
	}
	{
		const struct control_file f = {path, sealed.data, sealed.len};
		const struct edit_job job = {&m->home.central, "desk",
		    m->home.desk, m->name, m->sign, clock_now_utc(),
		    "the owner's signing key, sealed to the owner", &f, 1};

		rc = edit_commit_again(&job, EDIT_TRIES, e);
	}
out:
	buf_release(&sealed);
	buf_release(&there);
	return rc;
}

static int
split(struct make *m, struct err *e)
{
	struct slip39_plan plan;

	slip39_plan_simple(&plan, (unsigned)m->threshold,
	    (unsigned)m->count);
	m->set = slip39_split(&plan, identities_secret(m->ids, 0), SECRET_LEN,
	    NULL, e);
	return m->set ? 0 : -1;
}

/* -o FILE.html, or a folder; on the heap. */
static char *
page_file(const struct make *m, struct err *e)
{
	const char *out = cli_value(m->c, "output");
	char *path;

	if (out && !file_is_dir(out))
		path = str_dup(out);
	else
		path = path_join(out ? out : ".", "liudi-shares.html");
	if (!path)
		(void)err_nomem(e);
	return path;
}

static void
say_made(const struct make *m, const char *file)
{
	char print[SHARES_PRINT_LEN];
	size_t i;

	shares_print(m->recipient, print);
	(void)printf(cli_tr("reader's key of %s, fingerprint %s\n"), m->name,
	    print);
	(void)printf(cli_tr("%lld shares, any %lld of them open it: %s\n"),
	    (long long)m->count, (long long)m->threshold, file);
	(void)printf("\n%s\n", cli_tr("Now:"));
	(void)printf("%s", cli_tr("1. Print the page on a printer that keeps "
	    "no copy, and remove the file:\n"));
	(void)printf("     shred -u '%s'\n", file);
	(void)printf("%s", cli_tr("2. Give each sheet to somebody else, and "
	    "write on it who keeps it and where:\n"));
	for (i = 0; i < (size_t)m->count; i++)
		(void)printf(cli_tr("     share %lld: %s\n"),
		    (long long)i + 1, i < m->c->nargs ? m->c->args[i] :
		    "____________________");
	(void)printf("%s", cli_tr("3. When they are in their places, try "
	    "them: liudi-desk shares rehearse\n"));
}

static int
write_out(const struct make *m, struct err *e)
{
	struct buf page = BUF_INIT(SHARES_PAGE_MAX), print = BUF_INIT(256);
	char date[16];
	struct tm tm;
	const time_t now = (time_t)clock_now_utc();
	struct sshkey_pub pub;
	char *file = NULL;
	int rc = -1;

	sshkey_public(m->sign, &pub);
	if (deskcmd_fingerprint(&pub, &print, e) < 0)
		goto out;
	(void)localtime_r(&now, &tm);
	(void)strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	{
		const struct shares_sheet sheet = {m->control.org, m->name,
		    m->recipient, buf_str(&print), m->home.central.url, date,
		    (unsigned)m->threshold, m->set,
		    m->c->nargs > 0 ? m->c->args : NULL};

		if (cli_has(m->c, "text")) {
			rc = shares_text(&sheet, &page, e);
			if (rc == 0)
				rc = file_write(STDOUT_FILENO, page.data,
				    page.len, "standard output", e);
			goto out;
		}
		if (shares_html(&sheet, &page, e) < 0)
			goto out;
	}
	file = page_file(m, e);
	if (!file || file_save(file, page.data, page.len, 0600, e) < 0)
		goto out;
	if (!m->c->quiet)
		say_made(m, file);
	rc = 0;
out:
	buf_wipe(&page);
	buf_release(&print);
	free(file);
	return rc;
}

static enum cli_exit
run_make(struct cli *c, struct err *e)
{
	struct make m = {.c = c};
	int rc = -1, other;

	if (read_numbers(&m, e) < 0)
		return CLI_FAILED;
	if (deskcmd_attach(c, DESKKEYS_OWNER, &m.home, &m.control, e) < 0)
		goto out;
	m.name = cli_value(c, "name");
	if (!m.name)
		m.name = deskcmd_owner(&m.home, &m.control);
	if (!m.name)
		m.name = DESKKEYS_OWNER;
	if (open_keys(&m, e) < 0 || check_owner(&m, e) < 0 ||
	    (other = deposit(&m, e)) < 0 || split(&m, e) < 0 ||
	    write_out(&m, e) < 0)
		goto out;
	rc = other;
	if (other) {
		cli_warn(c, "something else lies in desk.git in the place of "
		    "the owner's signing key: these shares bring back his "
		    "reader's key alone");
		cli_hint(c, "keep a copy of '%s/%s.sign.age' with the sheets",
		    m.home.keys, m.name);
	}
out:
	slip39_set_free(m.set);
	identities_free(m.ids);
	sshkey_free(m.sign);
	control_release(&m.control);
	deskhome_release(&m.home);
	return rc < 0 ? CLI_FAILED : rc > 0 ? CLI_WARNINGS : CLI_DONE;
}

static const struct cli_option make_options[] = {
	{"threshold", 'k', "K", "shares that suffice (2)"},
	{"shares", 'n', "N", "shares to make (3)"},
	{"output", 'o', "FILE", "the page, or a folder for it"},
	{"text", 0, NULL, "the words to standard output instead, a line each"},
	{"name", 0, "NAME", "whose key; an owner's"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shares_make = {
	.name = "shares make",
	.operands = "[KEEPER...]",
	.help = "print the owner's key as shares of words",
	.options = make_options,
	.min_args = 0,
	.max_args = MAX_SHARES,
	.run = run_make
};

/* --- Reading shares. */

/* A line of standard input: 1, 0 at its end, -1. */
static int
read_line(char *out, size_t *len, struct err *e)
{
	size_t got;
	char ch;

	*len = 0;
	for (;;) {
		if (file_read(STDIN_FILENO, &ch, 1, &got, "standard input",
		    e) < 0)
			return -1;
		if (got == 0 && *len == 0)
			return 0;
		if (got == 0 || ch == '\n')
			break;
		if (*len == SLIP39_TEXT_MAX)
			return err_set(e, ERR_USAGE, "the line is too long");
		out[(*len)++] = ch;
	}
	secmem_wipe(&ch, 1);
	return 1;
}

static bool
is_blank(const char *s, size_t n)
{
	for (; n > 0; n--, s++)
		if (*s != ' ' && *s != '\t' && *s != '\r')
			return false;
	return true;
}

/* Until they suffice; what a person mistypes is asked for again. */
static int
read_shares(const struct cli *c, struct slip39 *s, char *line, struct err *e)
{
	const bool tty = isatty(STDIN_FILENO) == 1;
	unsigned shares, groups;
	size_t len;
	int rc;

	while (!slip39_complete(s, &shares, &groups)) {
		if (tty)
			(void)fprintf(stderr, cli_tr("share %lld, its words "
			    "in order (four letters of each suffice): "),
			    (long long)slip39_count(s) + 1);
		rc = read_line(line, &len, e);
		if (rc < 0)
			return -1;
		if (rc == 0) {
			(void)err_set(e, ERR_USAGE, "there are not enough "
			    "shares: %u more are needed", shares);
			return err_hint(e, "one share a line");
		}
		if (is_blank(line, len))
			continue;
		if (slip39_add(s, line, len, e) == 0)
			continue;
		if (!tty)
			return -1;
		cli_error(c, e);
		err_clear(e);
	}
	return 0;
}

/* The one identity that the shares give, and its recipient. */
static struct identities *
from_shares(const struct cli *c, char recipient[DESKKEYS_RECIPIENT_LEN],
	struct err *e)
{
	struct buf text = BUF_INIT(DESKKEYS_RECIPIENT_LEN - 1);
	struct slip39 *s = slip39_new(e);
	char *line = secmem_new(SLIP39_TEXT_MAX + 1);
	struct identities *ids = NULL;
	uint8_t *secret = NULL;
	struct seal_recipient r;
	size_t len = 0;
	bool good = false;

	if (!line)
		(void)err_nomem(e);
	if (!s || !line || read_shares(c, s, line, e) < 0)
		goto out;
	secret = slip39_combine(s, NULL, &len, e);
	if (!secret)
		goto out;
	if (len != SECRET_LEN) {
		(void)err_set(e, ERR_FORMAT,
		    "these are shares of something else");
		goto out;
	}
	ids = identities_new(e);
	if (!ids || identities_add_secret(ids, secret, e) < 0)
		goto out;
	identities_recipient(ids, 0, &r);
	if (seal_recipient_text(&r, &text, e) < 0)
		goto out;
	memset(recipient, 0, DESKKEYS_RECIPIENT_LEN);
	memcpy(recipient, text.data, text.len);
	good = true;
out:
	secmem_free(secret);
	secmem_free(line);
	slip39_free(s);
	buf_release(&text);
	if (good)
		return ids;
	identities_free(ids);
	return NULL;
}

/* --- shares rehearse */

static int
no_owner(const char *recipient, struct err *e)
{
	(void)err_set(e, ERR_CRYPTO, "the shares fit together, but '%s' is no "
	    "owner of this team", recipient);
	return err_hint(e, "are they of another team, or from before a new "
	    "owner's key?");
}

static enum cli_exit
run_rehearse(struct cli *c, struct err *e)
{
	char recipient[DESKKEYS_RECIPIENT_LEN], print[SHARES_PRINT_LEN];
	struct identities *ids = NULL;
	struct control control;
	struct deskhome h;
	const char *name;
	int rc = -1;

	if (deskcmd_attach(c, DESKKEYS_OWNER, &h, &control, e) < 0)
		goto out;
	ids = from_shares(c, recipient, e);
	if (!ids)
		goto out;
	identities_free(ids);	/* nothing more is done with it */
	name = owner_of(&control, recipient);
	if (!name) {
		(void)no_owner(recipient, e);
		goto out;
	}
	shares_print(recipient, print);
	(void)printf(cli_tr("reader's key of %s, fingerprint %s\n"), name,
	    print);
	(void)printf("%s\n", recipient);
	(void)printf("%s", cli_tr("these shares open the records of this "
	    "team\n"));
	rc = 0;
out:
	control_release(&control);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option rehearse_options[] = {
	{"central", 0, "CENTRAL", "of the team, where there is no desk yet"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shares_rehearse = {
	.name = "shares rehearse",
	.operands = "",
	.help = "try shares without showing the key",
	.options = rehearse_options,
	.min_args = 0,
	.max_args = 0,
	.run = run_rehearse
};

/* --- shares recover */

struct recover {
	struct cli *c;
	struct deskhome home;
	struct control control;
	const char *name;
	char *pass;
	unsigned log_n;
	char recipient[DESKKEYS_RECIPIENT_LEN];
	struct identities *ids;
};

/* The signing key out of desk.git; it must be the one of control's roots. */
static int
fetch_sign(const struct recover *r, bool *found, struct err *e)
{
	const struct signer *root = root_named(&r->control, r->name);
	struct buf sealed = BUF_INIT(KEY_MAX);
	struct opener *op = NULL;
	struct sshkey *key = NULL;
	char path[SHARES_PATH_LEN];
	int rc = -1;

	*found = false;
	if (!root)
		return 0;
	shares_sign_path(r->name, &root->pub, path);
	rc = desk_has(&r->home, path, &sealed, e);
	if (rc <= 0)
		goto out;
	rc = -1;
	if (deskkeys_put_sign(r->home.keys, r->name, sealed.data, sealed.len,
	    &root->pub, e) < 0)
		goto out;
	/* opened as it will be opened, and held against the root */
	op = deskkeys_opener(r->home.keys, r->name, r->pass, e);
	if (!op)
		goto out;
	key = deskkeys_sign(r->home.keys, r->name, op, e);
	if (!key) {
		if (e->code == ERR_CRYPTO || e->code == ERR_FORMAT)
			rc = deskkeys_drop_sign(r->home.keys, r->name, e);
		goto out;
	}
	*found = true;
	rc = 0;
out:
	sshkey_free(key);
	opener_free(op);
	buf_release(&sealed);
	return rc;
}

static void
say_recovered(const struct recover *r, bool sign)
{
	const struct signer *root = root_named(&r->control, r->name);
	struct err ignored = ERR_INIT;
	struct buf print = BUF_INIT(256);

	if (root && deskcmd_fingerprint(&root->pub, &print, &ignored) == 0)
		(void)printf(cli_tr("team     %s\nowner    %s\n"),
		    r->control.org, buf_str(&print));
	(void)printf(cli_tr("keys     %s\n"), r->home.keys);
	(void)printf("%s", cli_tr("Compare the line 'owner' with the sheets: "
	    "it must be the same.\n"));
	if (!sign)
		cli_warn(r->c, "desk.git does not hold the owner's signing "
		    "key: records can be read, but no manager can be named");
	buf_release(&print);
}

static int
recover_keys(struct recover *r, struct err *e)
{
	bool sign = false;

	r->ids = from_shares(r->c, r->recipient, e);
	if (!r->ids)
		return -1;
	r->name = owner_of(&r->control, r->recipient);
	if (!r->name)
		return no_owner(r->recipient, e);
	r->pass = cli_passphrase(r->c, "new passphrase of the owner", true, e);
	if (!r->pass)
		return -1;
	if (deskkeys_recover(r->home.keys, r->name,
	    identities_secret(r->ids, 0), r->pass, r->log_n, e) < 0 ||
	    fetch_sign(r, &sign, e) < 0)
		return -1;
	if (!r->c->quiet)
		say_recovered(r, sign);
	return sign ? 0 : 1;
}

static enum cli_exit
run_recover(struct cli *c, struct err *e)
{
	struct recover r = {.c = c};
	int rc = -1;

	if (deskcmd_log_n(c, &r.log_n, e) < 0)
		return CLI_FAILED;
	if (deskcmd_attach(c, DESKKEYS_OWNER, &r.home, &r.control, e) < 0)
		goto out;
	rc = recover_keys(&r, e);
out:
	identities_free(r.ids);
	secmem_free(r.pass);
	control_release(&r.control);
	deskhome_release(&r.home);
	return rc < 0 ? CLI_FAILED : rc > 0 ? CLI_WARNINGS : CLI_DONE;
}

static const struct cli_option recover_options[] = {
	{"central", 0, "CENTRAL", "of the team, where there is no desk yet"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{"scrypt-log-n", 0, "N", "scrypt cost of the key files: 2^N (18)"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shares_recover = {
	.name = "shares recover",
	.operands = "",
	.help = "make the owner's keys from shares",
	.options = recover_options,
	.min_args = 0,
	.max_args = 0,
	.run = run_recover
};
