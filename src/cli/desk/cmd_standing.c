/* cli/desk/cmd_standing.c - who may send no longer, or again. */
#include "cli/desk/deskcmds.h"

#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "config/teamini.h"
#include "desk/invites.h"
#include "desk/standing.h"

#include "base/banned.h"

#define TEXT_MAX (1024 * 1024)
#define FILES_MAX 67	/* and so 32 invitations of one station */

struct work {
	const struct cli *c;
	struct deskhome home;
	struct control control;
	const char *station;
	int64_t now;
	/* what is committed */
	struct control_file file[FILES_MAX];
	char path[FILES_MAX][INVITES_PATH_LEN];
	size_t n;
	struct buf signers, logins, policy;
};

static int
load(const struct work *k, const char *path, struct buf *out, struct err *e)
{
	return control_file_load(k->home.control, k->control.commit, path,
	    out, e) < 0 ? -1 : 0;
}

static int
change(struct work *k, const char *path, const struct buf *text, struct err *e)
{
	if (k->n == FILES_MAX)
		return err_set(e, ERR_FAIL, "too many invitations of one "
		    "station");
	(void)snprintf(k->path[k->n], sizeof(k->path[k->n]), "%s", path);
	k->file[k->n] = (struct control_file){k->path[k->n],
	    text ? (text->data ? (const void *)text->data : "") : NULL,
	    text ? text->len : 0};
	k->n++;
	return 0;
}

/* Its keys sign nothing from now on. */
static int
end_keys(struct work *k, struct err *e)
{
	struct buf old = BUF_INIT(TEXT_MAX);
	size_t ended;
	int rc = load(k, "allowed_signers", &old, e);

	if (rc == 0)
		rc = standing_end(&k->signers, buf_str(&old), k->station,
		    k->now, &ended, e);
	if (rc == 0 && ended > 0)
		rc = change(k, "allowed_signers", &k->signers, e);
	buf_release(&old);
	return rc;
}

static int
end_logins(struct work *k, struct err *e)
{
	struct buf old = BUF_INIT(TEXT_MAX);
	size_t dropped;
	int rc = load(k, "transport_keys", &old, e);

	if (rc == 0)
		rc = standing_no_login(&k->logins, buf_str(&old), k->station,
		    &dropped, e);
	if (rc == 0 && dropped > 0)
		rc = change(k, "transport_keys", &k->logins, e);
	buf_release(&old);
	return rc;
}

/* The key of the station that has its time longest; NULL = none. */
static const struct signer *
last_key(const struct work *k)
{
	const struct signer *s, *last = NULL;
	size_t i;

	for (i = 0; (s = signers_named(&k->control.stations, k->station, i));
	    i++)
		if (!last || s->valid_before >= last->valid_before)
			last = s;
	return last;
}

/* And are never resumed: that of a path central has no login to lose. */
static int
end_for_good(struct work *k, struct err *e)
{
	struct buf old = BUF_INIT(TEXT_MAX);
	char section[64], utc[24];
	int rc = -1;

	if (control_revoked(&k->control, k->station,
	    last_key(k)->valid_before))
		return 0;
	(void)snprintf(section, sizeof(section), "station %s", k->station);
	(void)snprintf(utc, sizeof(utc), "%lld", (long long)k->now);
	if (load(k, "policy.ini", &old, e) == 0 && teamini_set(&k->policy,
	    buf_str(&old), section, "revoked", utc, e) == 0)
		rc = change(k, "policy.ini", &k->policy, e);
	buf_release(&old);
	return rc;
}

/* An invitation that is still open would let it in again. */
static int
end_invite(void *arg, const char *invite, const struct invite_file *f,
	struct err *e)
{
	struct work *k = arg;
	char path[INVITES_PATH_LEN];

	if (strcmp(f->station, k->station) != 0 || f->used ||
	    f->expires <= k->now)
		return 0;
	invites_path(invite, false, path);
	if (change(k, path, NULL, e) < 0)
		return -1;
	invites_path(invite, true, path);
	return change(k, path, NULL, e);
}

/* The key that it had last goes on. */
static int
begin_again(struct work *k, struct err *e)
{
	const struct signer *last = last_key(k);

	if (last->valid_before > k->now)
		return 0;	/* it may send */
	if (control_revoked(&k->control, k->station, last->valid_before)) {
		(void)err_set(e, ERR_FAIL, "station '%s' was revoked: its keys "
		    "are worth nothing for good", k->station);
		return err_hint(e, "it needs new ones: liudi-desk invite %s "
		    "--again", k->station);
	}
	if (load(k, "allowed_signers", &k->signers, e) < 0 ||
	    standing_begin(&k->signers, k->station, &last->pub, k->now, e) < 0)
		return -1;
	return change(k, "allowed_signers", &k->signers, e);
}

static int
say_json(const struct work *k, const char *action, struct err *e)
{
	struct buf b = BUF_INIT(1024);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "station", k->station);
	jsonw_kstr(&w, "action", action);
	jsonw_kbool(&w, "changed", k->n > 0);
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
	if (rc == 0)
		(void)puts(buf_str(&b));
	buf_release(&b);
	return rc;
}

static int
decide(struct work *k, const char *action, struct err *e)
{
	struct buf message = BUF_INIT(256);
	int rc = 0;

	if (k->n > 0) {
		rc = buf_addf(&message, e, "%s %s", action, k->station);
		if (rc == 0)
			rc = deskcmd_commit(k->c, &k->home, buf_str(&message),
			    k->file, k->n, e);
	}
	buf_release(&message);
	return rc;
}

static int
begin_work(struct work *k, struct cli *c, struct err *e)
{
	memset(k, 0, sizeof(*k));
	k->c = c;
	k->station = c->args[0];
	k->now = clock_now_utc();
	buf_init(&k->signers, TEXT_MAX);
	buf_init(&k->logins, TEXT_MAX);
	buf_init(&k->policy, TEXT_MAX);
	if (deskcmd_control(c, false, &k->home, &k->control, e) < 0)
		return -1;
	if (signers_named(&k->control.stations, k->station, 0))
		return 0;
	(void)err_set(e, ERR_FAIL, "there is no station '%s'", k->station);
	return err_hint(e, "see 'liudi-desk station list'");
}

static void
end_work(struct work *k)
{
	buf_release(&k->signers);
	buf_release(&k->logins);
	buf_release(&k->policy);
	control_release(&k->control);
	deskhome_release(&k->home);
}

/* Tell; CHANGED and NOT: formats with the station's name. */
static int
finish(struct work *k, const char *action, const char *changed,
	const char *not, struct err *e)
{
	if (decide(k, action, e) < 0)
		return -1;
	if (k->c->json)
		return say_json(k, action, e);
	if (k->n == 0 || !k->c->quiet)
		(void)printf("%s: %s\n", k->station,
		    k->n > 0 ? changed : not);
	return 0;
}

static enum cli_exit
run_suspend(struct cli *c, struct err *e)
{
	struct work k;
	int rc = -1;

	if (begin_work(&k, c, e) == 0 && end_keys(&k, e) == 0)
		rc = finish(&k, "suspend", cli_tr("may send nothing until it "
		    "is resumed"), cli_tr("may send nothing already"), e);
	end_work(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static enum cli_exit
run_resume(struct cli *c, struct err *e)
{
	struct work k;
	int rc = -1;

	if (begin_work(&k, c, e) == 0 && begin_again(&k, e) == 0)
		rc = finish(&k, "resume", cli_tr("may send again"),
		    cli_tr("may send already"), e);
	end_work(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static enum cli_exit
run_revoke(struct cli *c, struct err *e)
{
	struct work k;
	int rc = -1;

	if (begin_work(&k, c, e) == 0 && end_keys(&k, e) == 0 &&
	    end_for_good(&k, e) == 0 && end_logins(&k, e) == 0 && invites_each(k.home.control,
	    k.control.commit, end_invite, &k, e) == 0)
		rc = finish(&k, "revoke", cli_tr("its keys are worth nothing "
		    "from now on; what it sent stays"),
		    cli_tr("was revoked before"), e);
	end_work(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_station_suspend = {
	.name = "station suspend",
	.operands = "STATION",
	.help = "take nothing of a station until it is resumed",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run_suspend
};

const struct cli_command cmd_station_resume = {
	.name = "station resume",
	.operands = "STATION",
	.help = "let a suspended station send again",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run_resume
};

const struct cli_command cmd_station_revoke = {
	.name = "station revoke",
	.operands = "STATION",
	.help = "end a station's keys, logins and invitations",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run_revoke
};
