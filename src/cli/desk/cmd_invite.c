/* cli/desk/cmd_invite.c - liudi-desk invite: one string lets a station in. */
#include "cli/desk/show.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "control/edit.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "desk/hostkey.h"
#include "desk/invites.h"
#include "qr/qr.h"

#include "base/banned.h"

#define DAY 86400
#define FILE_MAX_LEN (1024 * 1024)
#define QR_COLUMNS_MAX 120
#define LIST_WIDTH 18

struct work {
	const struct cli *c;
	struct deskhome home;
	struct control control;
	const char *station;
	int64_t now;
	struct invite invite;
	struct invites_secret secret;
	char id[INVITE_ID_LEN];
	struct buf text;	/* the string */
};

/* --- A new one. */

static int
take_text(const struct cli *c, const char *option,
	char out[static ROSTER_TEXT_LEN], struct err *e)
{
	const char *s = cli_value(c, option);
	size_t n = s ? strlen(s) : 0;

	if (!s)
		return 0;
	if (n == 0 || n >= ROSTER_TEXT_LEN || !utf8_clean(s, n) ||
	    s[0] == ' ' || s[n - 1] == ' ')
		return err_set(e, ERR_USAGE,
		    "--%s: 1 to %d bytes of plain text", option,
		    ROSTER_TEXT_LEN - 1);
	(void)snprintf(out, ROSTER_TEXT_LEN, "%s", s);
	return 0;
}

static int
read_options(struct work *k, struct err *e)
{
	const char *days = cli_value(k->c, "days");
	int64_t n = INVITE_DAYS;

	if (days && str_to_i64(days, 1, INVITES_DAYS_MAX, &n) < 0)
		return err_set(e, ERR_USAGE,
		    "--days: a number from 1 to %d, not '%s'",
		    INVITES_DAYS_MAX, days);
	k->station = k->c->args[0];
	if (!canon_id_ok(k->station)) {
		(void)err_set(e, ERR_USAGE, "'%s' is no name of a station",
		    k->station);
		return err_hint(e, "up to 32 of a-z, 0-9 and '-', like ws-07");
	}
	k->invite.expires = k->now + n * DAY;
	k->secret.again = cli_has(k->c, "again");
	if (take_text(k->c, "person", k->secret.person, e) < 0)
		return -1;
	return take_text(k->c, "team", k->secret.team, e);
}

/* Another invitation that is open for this name. */
struct others {
	const struct work *k;
	char id[INVITE_ID_LEN];
};

static int
look_at_other(void *arg, const char *invite, const struct invite_file *f,
	struct err *e)
{
	struct others *o = arg;

	(void)e;
	if (!f->used && f->expires > o->k->now &&
	    strcmp(f->station, o->k->station) == 0)
		(void)snprintf(o->id, sizeof(o->id), "%s", invite);
	return 0;
}

/* What a desk would refuse later is refused now. */
static int
check_name(const struct work *k, struct err *e)
{
	const struct control *c = &k->control;
	bool there = signers_named(&c->stations, k->station, 0) != NULL;
	struct others o = {k, ""};

	if (signers_named(&c->roots, k->station, 0))
		return err_set(e, ERR_FAIL, "'%s' is the name of a manager",
		    k->station);
	if (there && !k->secret.again) {
		(void)err_set(e, ERR_FAIL, "there is a station '%s' already",
		    k->station);
		return err_hint(e, "if it gets a new machine or new keys: "
		    "--again");
	}
	if (!there && k->secret.again)
		return err_set(e, ERR_FAIL, "--again: there is no station '%s'",
		    k->station);
	if (invites_each(k->home.control, c->commit, look_at_other, &o, e) < 0)
		return -1;
	if (!o.id[0])
		return 0;
	(void)err_set(e, ERR_FAIL, "'%s' is invited already (%s)", k->station,
	    o.id);
	return err_hint(e, "use that one, or take it back: liudi-desk invite "
	    "--withdraw %s", o.id);
}

/* The address that the station is to use, and the host's key. */
static int
take_address(struct work *k, struct err *e)
{
	const char *given = cli_value(k->c, "central");
	const char *file = cli_value(k->c, "host-key");
	struct central other = {.url = NULL};
	const struct central *c = &k->home.central;
	struct invite *i = &k->invite;
	int rc = -1, found;

	if (given) {
		if (central_parse(&other, given, k->home.config.ssh, e) < 0)
			return -1;
		c = &other;
	}
	if (strlen(c->url) >= sizeof(i->central)) {
		(void)err_set(e, ERR_USAGE, "the central's address is too "
		    "long");
		goto out;
	}
	(void)snprintf(i->central, sizeof(i->central), "%s", c->url);
	if (c->kind != CENTRAL_SSH) {
		rc = file ? err_set(e, ERR_USAGE, "--host-key is for a "
		    "central over ssh") : 0;
		goto out;
	}
	found = file ? hostkey_file(file, &i->host, e) == 0 ? 1 : -1 :
	    hostkey_known(c, &i->host, e);
	if (found == 0) {
		(void)err_set(e, ERR_FAIL, "this machine does not know the "
		    "Ed25519 key of host '%s'", c->host);
		(void)err_hint(e, "give it with --host-key: on the server it "
		    "is /etc/ssh/ssh_host_ed25519_key.pub");
	}
	i->has_host = found > 0;
	rc = found > 0 ? 0 : -1;
out:
	central_release(&other);
	return rc;
}

static int
fill(struct work *k, struct err *e)
{
	struct buf roots = BUF_INIT(FILE_MAX_LEN);
	struct invite *i = &k->invite;
	int rc = -1;

	secmem_random(i->secret, sizeof(i->secret));
	memcpy(k->secret.secret, i->secret, sizeof(i->secret));
	memcpy(i->head, k->control.commit, sizeof(i->head));
	(void)snprintf(i->station, sizeof(i->station), "%s", k->station);
	(void)snprintf(k->secret.station, sizeof(k->secret.station), "%s",
	    k->station);
	(void)snprintf(k->secret.by, sizeof(k->secret.by), "%s",
	    deskcmd_name(&k->home));
	invite_id(i->secret, k->id);
	if (control_file_load(k->home.control, k->control.commit, "roots",
	    &roots, e) > 0) {
		hash_sha256(i->roots_sha256, roots.data, roots.len);
		rc = invite_text(i, &k->text, e);
	}
	buf_release(&roots);
	return rc;
}

static int
publish(const struct work *k, struct err *e)
{
	struct buf open = BUF_INIT(FILE_MAX_LEN), sealed = BUF_INIT(FILE_MAX_LEN);
	char name[INVITES_PATH_LEN], sealed_name[INVITES_PATH_LEN];
	struct buf message = BUF_INIT(256);
	int rc = -1;

	invites_path(k->id, false, name);
	invites_path(k->id, true, sealed_name);
	if (invites_make(&k->control, &k->invite, &k->secret, &open, &sealed,
	    e) == 0 && buf_addf(&message, e, "invitation for %s",
	    k->station) == 0) {
		const struct control_file files[] = {
			{name, open.data, open.len},
			{sealed_name, sealed.data, sealed.len}
		};

		rc = deskcmd_commit(k->c, &k->home, buf_str(&message), files,
		    sizeof(files) / sizeof(*files), e);
	}
	buf_release(&open);
	buf_release(&sealed);
	buf_release(&message);
	return rc;
}

/* The file for a stick or a message; the string and LF. */
static int
save_file(const struct work *k, struct err *e)
{
	const char *file = cli_value(k->c, "file");
	struct buf line = BUF_INIT(INVITE_TEXT_MAX + 2);
	int rc = -1;

	if (!file)
		return 0;
	if (buf_add(&line, k->text.data, k->text.len, e) == 0 &&
	    buf_addc(&line, '\n', e) == 0)
		rc = file_save(file, line.data, line.len, 0600, e);
	buf_wipe(&line);
	return rc;
}

static int
print_json(const struct work *k, struct err *e)
{
	struct buf line = BUF_INIT(FILE_MAX_LEN);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "invite", k->id);
	jsonw_kstr(&w, "station", k->station);
	jsonw_kint(&w, "expires", k->invite.expires);
	jsonw_kbool(&w, "again", k->secret.again);
	jsonw_kstr(&w, "central", k->invite.central);
	jsonw_kstr(&w, "string", buf_str(&k->text));
	jsonw_kstr(&w, "file", cli_value(k->c, "file"));
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_wipe(&line);
	return rc;
}

/* Capitals are the denser mode of a code; `join` takes both. */
static int
print_qr(const struct work *k, struct err *e)
{
	struct buf out = BUF_INIT(FILE_MAX_LEN);
	char big[INVITE_TEXT_MAX + 1];
	size_t i;
	int rc = 0;

	for (i = 0; i < k->text.len && i < INVITE_TEXT_MAX; i++) {
		big[i] = (char)k->text.data[i];
		if (big[i] >= 'a' && big[i] <= 'z')
			big[i] = (char)(big[i] - 'a' + 'A');
	}
	big[i] = '\0';
	if (qr_columns(big) > 0 && qr_columns(big) <= QR_COLUMNS_MAX) {
		rc = qr_terminal(big, &out, e);
		if (rc == 0)
			(void)fwrite(out.data, 1, out.len, stdout);
	}
	secmem_wipe(big, sizeof(big));
	buf_wipe(&out);
	return rc;
}

static int
say(const struct work *k, struct err *e)
{
	char until[CLOCK_TEXT_LEN];

	if (k->c->json)
		return print_json(k, e);
	(void)printf("%s\n", buf_str(&k->text));
	if (k->c->quiet)
		return 0;
	if (isatty(STDOUT_FILENO) == 1 && print_qr(k, e) < 0)
		return -1;
	(void)printf(cli_tr("invitation %s for station %s, until %s\n"),
	    k->id, k->station, clock_text_local(k->invite.expires, until));
	(void)printf(cli_tr("there run: liudi join STRING; and here "
	    "afterwards: liudi-desk sync\n"));
	cli_hint(k->c, "whoever has the string first is that station: send it "
	    "as you send wage slips");
	if (k->home.central.kind == CENTRAL_PATH &&
	    !cli_value(k->c, "central"))
		cli_hint(k->c, "the central is a folder of this machine; for "
		    "others name how they reach it: --central ssh://…");
	return 0;
}

static int
make(struct work *k, struct err *e)
{
	if (read_options(k, e) < 0 ||
	    deskcmd_control(k->c, false, &k->home, &k->control, e) < 0 ||
	    check_name(k, e) < 0 || take_address(k, e) < 0 ||
	    fill(k, e) < 0 || publish(k, e) < 0)
		return -1;
	/* The string first: what is published can be used even so. */
	if (say(k, e) < 0)
		return -1;
	return save_file(k, e);
}

/* --- Those that there are. */

static const char *
state_of(const struct invite_file *f, int64_t now)
{
	if (f->used)
		return "used";
	return f->expires <= now ? "expired" : "open";
}

static int
list_json(const struct work *k, const char *id, const struct invite_file *f,
	struct err *e)
{
	struct buf line = BUF_INIT(4096);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "invite", id);
	jsonw_kstr(&w, "station", f->station);
	jsonw_kstr(&w, "state", state_of(f, k->now));
	jsonw_kint(&w, "expires", f->expires);
	jsonw_key(&w, "used");
	if (f->used)
		jsonw_int(&w, f->used);
	else
		jsonw_null(&w);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

static int
list_one(void *arg, const char *id, const struct invite_file *f,
	struct err *e)
{
	const struct work *k = arg;
	const char *state = state_of(f, k->now);
	char when[CLOCK_TEXT_LEN];

	if (k->c->json)
		return list_json(k, id, f, e);
	show_padded(id, LIST_WIDTH);
	show_padded(f->station, LIST_WIDTH);
	show_padded(f->used ? cli_tr("used") : strcmp(state, "open") == 0 ?
	    cli_tr("open until") : cli_tr("expired"), LIST_WIDTH);
	(void)puts(clock_text_local(f->used ? f->used : f->expires, when));
	return 0;
}

static int
list(struct work *k, struct err *e)
{
	if (k->c->nargs > 0)
		return err_set(e, ERR_USAGE, "--list takes no operand");
	if (deskcmd_control(k->c, true, &k->home, &k->control, e) < 0)
		return -1;
	return invites_each(k->home.control, k->control.commit, list_one, k,
	    e);
}

/* --- One that is taken back. */

static int
withdraw(struct work *k, struct err *e)
{
	const char *id = cli_value(k->c, "withdraw");
	char name[INVITES_PATH_LEN], sealed[INVITES_PATH_LEN];
	uint8_t raw[(INVITE_ID_LEN - 1) / 2];
	const struct control_file files[] = {{name, NULL, 0},
	    {sealed, NULL, 0}};
	struct invite_file f;
	int there;

	if (k->c->nargs > 0)
		return err_set(e, ERR_USAGE, "--withdraw takes no operand");
	if (str_unhex(raw, sizeof(raw), id, strlen(id)) < 0) {
		(void)err_set(e, ERR_USAGE, "'%s' is no invitation", id);
		return err_hint(e, "see 'liudi-desk invite --list'");
	}
	if (deskcmd_control(k->c, false, &k->home, &k->control, e) < 0)
		return -1;
	there = invites_load(k->home.control, k->control.commit, id, &f, e);
	if (there < 0)
		return -1;
	if (there == 0) {
		(void)err_set(e, ERR_FAIL, "there is no invitation '%s'", id);
		return err_hint(e, "see 'liudi-desk invite --list'");
	}
	invites_path(id, false, name);
	invites_path(id, true, sealed);
	if (deskcmd_commit(k->c, &k->home, "an invitation is taken back",
	    files, sizeof(files) / sizeof(*files), e) < 0)
		return -1;
	if (!k->c->quiet && !k->c->json)
		(void)printf(cli_tr("invitation %s for station %s is worth "
		    "nothing from now on\n"), id, f.station);
	return 0;
}

/* Each option with those it can stand beside. */
static int
check_options(const struct cli *c, struct err *e)
{
	static const char *const making[] = {"person", "team", "days",
	    "again", "file", "central", "host-key"};
	const bool list_it = cli_has(c, "list");
	const bool back = cli_has(c, "withdraw");
	size_t i;

	if (list_it && back)
		return err_set(e, ERR_USAGE,
		    "--list and --withdraw: not both");
	for (i = 0; (list_it || back) &&
	    i < sizeof(making) / sizeof(*making); i++)
		if (cli_has(c, making[i]))
			return err_set(e, ERR_USAGE, "--%s is for a new "
			    "invitation", making[i]);
	if (!list_it && !back && c->nargs != 1) {
		(void)err_set(e, ERR_USAGE, "which station?");
		return err_hint(e, "liudi-desk invite ws-07 --person NAME");
	}
	return 0;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {.c = c, .now = clock_now_utc(),
	    .text = BUF_INIT(INVITE_TEXT_MAX + 1)};
	int rc = -1;

	if (check_options(c, e) == 0)
		rc = cli_has(c, "list") ? list(&k, e) :
		    cli_has(c, "withdraw") ? withdraw(&k, e) : make(&k, e);
	invite_wipe(&k.invite);
	secmem_wipe(&k.secret, sizeof(k.secret));
	buf_wipe(&k.text);
	control_release(&k.control);
	deskhome_release(&k.home);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"person", 0, "NAME", "who works there; only managers can read it"},
	{"team", 0, "TEAM", "and in which team"},
	{"days", 0, "N", "how long it can be used (7)"},
	{"again", 0, NULL,
	    "new keys for a station that there is: another machine"},
	{"file", 0, "FILE", "write the string to this file as well"},
	{"central", 0, "ADDRESS", "how the station reaches the central"},
	{"host-key", 0, "FILE",
	    "the host's Ed25519 key (else as ssh knows it here)"},
	{"list", 0, NULL, "list the invitations that there are"},
	{"withdraw", 0, "INVITATION", "take one back"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_invite = {
	.name = "invite",
	.operands = "[STATION]",
	.help = "let in a new station by one string",
	.options = options,
	.min_args = 0,
	.max_args = 1,
	.run = run
};
