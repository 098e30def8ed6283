/* cli/agent/cmd_selfcheck.c - liudi doctor: what is wrong, and what mends it. */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "agent/agree.h"
#include "agent/status.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "cli/agent/commands.h"
#include "cli/agent/tellrun.h"
#include "cli/checks.h"
#include "shop/browser.h"
#include "base/banned.h"

#define COMMAND_LEN 8192
#define DAY 86400
#define AHEAD_S 60		/* of the central's clock: more is told */
#define BEHIND_S 600		/* a run takes its time */
#define ROOM_MIN ((uint64_t)500 << 20)	/* bytes free below which it is low */

struct doctor {
	struct checks k;
	const struct cli *c;
	struct station s;
	bool open;		/* ini and keys are read */
	struct status st;
	bool known;		/* st is filled */
	struct lastrun last;
	char program[TELLRUN_PATH_MAX], home[TELLRUN_PATH_MAX];
	struct schedule_job job;
	char mend[COMMAND_LEN];
	size_t len;
};

#define say(d, state, name, mend, ...) \
	checks_say(&(d)->k, state, name, mend, __VA_ARGS__)

/* --- Commands, word by word. */

static void
add_plain(struct doctor *d, const char *s)
{
	int n = snprintf(d->mend + d->len, sizeof(d->mend) - d->len, "%s%s",
	    d->len > 0 ? " " : "", s);

	d->len += n > 0 && (size_t)n < sizeof(d->mend) - d->len ? (size_t)n :
	    0;
}

/* S as the shell reads it back. */
static void
add_word(struct doctor *d, const char *s)
{
	static const char tame[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,";
	struct buf b = BUF_INIT(COMMAND_LEN);
	int bad = 0;

	if (*s != '\0' && s[strspn(s, tame)] == '\0') {
		add_plain(d, s);
		return;
	}
	bad |= buf_addc(&b, '\'', NULL);
	for (; *s != '\0'; s++)
		bad |= *s == '\'' ? buf_adds(&b, "'\\''", NULL) :
		    buf_addc(&b, *s, NULL);
	bad |= buf_addc(&b, '\'', NULL);
	if (bad == 0)
		add_plain(d, buf_str(&b));
	buf_release(&b);
}

/* WHAT (as it is) and a word, which may be NULL. */
static const char *
command(struct doctor *d, const char *what, const char *word)
{
	d->len = 0;
	add_plain(d, what);
	if (word != NULL)
		add_word(d, word);
	return d->mend;
}

/* liudi [--home DIR] WHAT */
static const char *
liudi(struct doctor *d, const char *what)
{
	d->len = 0;
	add_plain(d, "liudi");
	if (d->c->home != NULL) {
		add_plain(d, "--home");
		add_word(d, d->c->home);
	}
	add_plain(d, what);
	return d->mend;
}

/* --- Keys and settings. */

static const char *
init_again(struct doctor *d)
{
	(void)liudi(d, "init --station");
	add_word(d, d->s.cfg.station);
	add_plain(d, "--central");
	add_word(d, d->s.cfg.central);
	return d->mend;
}

/* One of the files that nobody else may read; true if it is there and so. */
static bool
check_secret(struct doctor *d, const char *name)
{
	char *file = path_join(d->s.path.keys, name), err[CLI_FILLED_LEN];
	struct buf b = BUF_INIT(65536);
	struct err e = ERR_INIT;
	bool good = false;
	struct stat st;

	if (file == NULL)
		return false;
	if (stat(file, &st) != 0) {
		say(d, CHECKS_BAD, "keys", d->s.cfg.station != NULL ? init_again(d) :
		    NULL, cli_tr("the key '%s' is not there"), file);
	} else if (st.st_uid != geteuid()) {
		(void)command(d, "sudo chown \"$(id -un)\"", file);
		say(d, CHECKS_BAD, "keys", d->mend, cli_tr("'%s' is another user's"),
		    file);
	} else if ((st.st_mode & 077) != 0) {
		say(d, CHECKS_BAD, "keys", command(d, "chmod 600", file),
		    cli_tr("'%s' can be read by others"), file);
	} else if (file_load_private(file, &b, &e) != 0) {
		say(d, CHECKS_BAD, "keys", command(d, "chmod 600", file), "%s",
		    cli_tr_filled(e.what, err));
	} else {
		good = true;
	}
	buf_wipe(&b);
	free(file);
	return good;
}

static void
check_keys(struct doctor *d)
{
	const bool sign = check_secret(d, "ws-sign");
	const bool gear = check_secret(d, "ws-gear");
	struct stat st;

	if (stat(d->s.path.keys, &st) == 0 && (st.st_mode & 077) != 0)
		say(d, CHECKS_WARN, "keys", command(d, "chmod 700", d->s.path.keys),
		    cli_tr("'%s' can be read by others"), d->s.path.keys);
	else if (sign && gear)
		say(d, CHECKS_OK, "keys", NULL, "%s",
		    cli_tr("the keys are there, and nobody else's to read"));
}

/* Without settings there is nothing else to look at. */
static int
check_settings(struct doctor *d)
{
	char what[CLI_FILLED_LEN], hint[CLI_FILLED_LEN];
	struct err e = ERR_INIT;

	if (!file_exists(d->s.path.ini)) {
		say(d, CHECKS_BAD, "settings", liudi(d, "join INVITATION"), cli_tr(
		    "there is no '%s': this station was not set up, or it is "
		    "gone; the manager makes an invitation with 'liudi-desk "
		    "invite'"), d->s.path.ini);
		return -1;
	}
	if (config_load_station(&d->s.cfg, d->s.path.ini, &e) == 0)
		return 0;
	say(d, CHECKS_BAD, "settings", e.code == ERR_IO ? command(d, "chmod u+rw",
	    d->s.path.ini) : command(d, "nano", d->s.path.ini), "%s%s%s%s",
	    cli_tr_filled(e.what, what), e.hint[0] != '\0' ? " (" : "",
	    cli_tr_filled(e.hint, hint), e.hint[0] != '\0' ? ")" : "");
	return -1;
}

/* --- The central, and what it lets us do. */

static void
check_central(struct doctor *d)
{
	char what[CLI_FILLED_LEN];
	struct err e = ERR_INIT;
	bool offline = false;

	if (station_lock(&d->s, &e) != 0) {
		say(d, CHECKS_NOTE, "central", NULL, "%s", e.code == ERR_LOCKED ?
		    cli_tr("a run is at work") : cli_tr_filled(e.what, what));
		return;
	}
	/* as a run does, so that what is told below is of now */
	if (station_control(&d->s, &offline, &e) != 0)
		say(d, e.code == ERR_NET ? CHECKS_WARN : CHECKS_BAD, "central",
		    NULL, "%s", cli_tr_filled(e.what, what));
	else if (d->s.refused.code != 0)
		say(d, CHECKS_BAD, "central", NULL, "%s",
		    cli_tr_filled(d->s.refused.what, what));
	else if (offline)
		say(d, CHECKS_WARN, "central", d->s.central.kind ==
		    CENTRAL_PATH ? command(d, "ls -ld", d->s.central.url) :
		    NULL, cli_tr("the central is not reached: %s"),
		    d->s.central.url);
	else
		say(d, CHECKS_OK, "central", NULL, cli_tr("the central is "
		    "reached: %s"), d->s.central.url);
	if (d->s.have_control)
		control_release(&d->s.control);
	d->s.have_control = false;
}

static const char *
station_add(struct doctor *d)
{
	struct buf line = BUF_INIT(4096);
	struct sshkey_pub pub;
	struct err e = ERR_INIT;

	sshkey_public(d->s.key, &pub);
	(void)command(d, "liudi-desk station add", NULL);
	if (station_line(d->s.cfg.station, &pub, &line, &e) == 0)
		add_word(d, buf_str(&line));
	buf_release(&line);
	return d->mend;
}

static void
check_standing(struct doctor *d)
{
	const char *id = d->s.cfg.station;

	switch (d->st.in) {
	case STATUS_UNKNOWN:
		say(d, CHECKS_WARN, "standing", liudi(d, "run"), "%s", cli_tr(
		    "what the managers say of this station was never "
		    "fetched"));
		break;
	case STATUS_OUT:
		say(d, CHECKS_BAD, "standing", station_add(d), "%s", cli_tr(
		    "the managers have not let this station in; at the "
		    "manager's:"));
		break;
	case STATUS_NOT_ASKED:
		say(d, CHECKS_BAD, "standing", liudi(d, "join INVITATION"), "%s",
		    cli_tr("joining was cut off: give the invitation again"));
		break;
	case STATUS_WAITING:
		say(d, CHECKS_WARN, "standing", command(d, "liudi-desk sync", NULL),
		    "%s", cli_tr("this station waits to be let in; at the "
		    "manager's:"));
		break;
	case STATUS_IN:
		say(d, CHECKS_OK, "standing", NULL, cli_tr("the managers have let in "
		    "'%s'"), id);
		break;
	case STATUS_SUSPENDED:
		say(d, CHECKS_BAD, "standing", command(d, "liudi-desk station resume",
		    id), "%s", cli_tr("this station is suspended; at the "
		    "manager's:"));
		break;
	case STATUS_REVOKED:
	case STATUS_BARRED:
		(void)command(d, "liudi-desk invite", id);
		add_plain(d, "--again");
		say(d, CHECKS_BAD, "standing", d->mend, "%s", cli_tr("the key of this "
		    "station is good for nothing any more; at the "
		    "manager's:"));
		break;
	}
}

static void
check_notice(struct doctor *d)
{
	char option[64];

	if (!d->s.have_control)
		return;
	if (!agree_wanted(&d->s)) {
		say(d, CHECKS_OK, "notice", NULL, "%s", cli_tr("no notice waits to "
		    "be agreed to"));
		return;
	}
	(void)snprintf(option, sizeof(option), "agree --agree %lld",
	    (long long)d->s.control.notice);
	say(d, CHECKS_BAD, "notice", liudi(d, option), cli_tr("notice %lld is not "
	    "agreed to: nothing is read until then"),
	    (long long)d->s.control.notice);
}

/* --- What is collected. */

static void
check_source(struct doctor *d, const struct config_source *src, size_t *bad)
{
	/* one with a pattern may well have nothing today */
	if (path_has_glob(src->path))
		return;
	if (!file_exists(src->path)) {
		say(d, CHECKS_WARN, "source", command(d, "mkdir -p", src->path),
		    cli_tr("%s: '%s' is not there"), src->name, src->path);
	} else if (access(src->path, R_OK) != 0 ||
	    (file_is_dir(src->path) && access(src->path, X_OK) != 0)) {
		say(d, CHECKS_WARN, "source", command(d, "sudo chmod u+rX",
		    src->path), cli_tr("%s: '%s' cannot be read"), src->name,
		    src->path);
	} else {
		return;
	}
	++*bad;
}

static void
check_sources(struct doctor *d)
{
	const struct config *cfg = &d->s.cfg;
	struct buf path = BUF_INIT(TELLRUN_PATH_MAX);
	char n[CLI_COUNT_LEN];
	struct err e = ERR_INIT;
	size_t bad = 0;

	for (size_t i = 0; i < cfg->nsources; i++)
		check_source(d, &cfg->source[i], &bad);
	if (cfg->nsources == 0)
		say(d, CHECKS_WARN, "source", command(d, "nano", d->s.path.ini), "%s",
		    cli_tr("no source is named: only a sign of life is sent"));
	else if (bad == 0)
		say(d, CHECKS_OK, "source", NULL, cli_tr("%s, each there"),
		    cli_count((int64_t)cfg->nsources, "%lld source",
		    "%lld sources", n));
	if (cfg->nshops > 0 && browser_find(&path, &e) != 0)
		say(d, CHECKS_WARN, "browser", command(d, "sudo apt-get install -y "
		    "chromium-headless-shell", NULL), "%s", cli_tr("there is "
		    "no browser: no page of a shop is captured"));
	buf_release(&path);
}

/* --- Runs. */

static void
check_runs(struct doctor *d, int64_t now)
{
	const struct lastrun *l = &d->last;
	char n[CLI_COUNT_LEN], why[CLI_FILLED_LEN], when[CLOCK_TEXT_LEN];

	if (l->tried == 0)
		say(d, CHECKS_WARN, "run", liudi(d, "run"), "%s",
		    cli_tr("there was no run yet"));
	else if (l->failures > 0)
		say(d, CHECKS_BAD, "run", liudi(d, "run"), cli_tr("%s since %s: %s"),
		    cli_count(l->failures, "%lld run failed",
		    "%lld runs in a row failed", n),
		    clock_text_local(l->failing, when),
		    cli_tr_filled(l->why, why));
	else if (l->waiting && now - l->received > DAY)
		say(d, CHECKS_BAD, "run", liudi(d, "run"), "%s", cli_tr("what is "
		    "kept here waits for more than a day to be sent"));
	else if (now - l->kept > 2 * (int64_t)DAY)
		say(d, CHECKS_WARN, "run", liudi(d, "run"), cli_tr("the last run was "
		    "on %s"), clock_text_local(l->kept, when));
	else
		say(d, CHECKS_OK, "run", NULL, cli_tr("the last run was on %s"),
		    clock_text_local(l->kept, when));
}

static void
check_schedule(struct doctor *d)
{
	struct schedule sched = {SCHEDULE_NONE, false};
	char what[CLI_FILLED_LEN];
	struct err e = ERR_INIT;

	if (schedule_look(&d->job, &sched, &e) != 0)
		say(d, CHECKS_WARN, "schedule", NULL, "%s",
		    cli_tr_filled(e.what, what));
	else if (sched.kind == SCHEDULE_NONE)
		say(d, CHECKS_WARN, "schedule", liudi(d, "schedule install"), "%s",
		    cli_tr("nothing makes it run by itself"));
	else if (sched.stale)
		say(d, CHECKS_WARN, "schedule", liudi(d, "schedule install"), "%s",
		    cli_tr("the schedule is of another program or other "
		    "sources"));
	else if (sched.kind == SCHEDULE_SYSTEMD && !schedule_wakes(&d->job))
		say(d, CHECKS_WARN, "schedule", liudi(d, "schedule install"), "%s",
		    cli_tr("systemd does not wake it"));
	else
		say(d, CHECKS_OK, "schedule", NULL, "%s", sched.kind ==
		    SCHEDULE_CRON ? cli_tr("cron wakes it") :
		    cli_tr("systemd wakes it"));
}

/* Against the newest receipt, which the central has dated. */
static void
check_clock(struct doctor *d, int64_t now)
{
	const char *mend = "sudo timedatectl set-ntp true";
	int64_t newest = 0;

	for (size_t i = 0; i < d->st.nreceipts; i++)
		if (d->st.receipt[i].last.utc > newest)
			newest = d->st.receipt[i].last.utc;
	if (newest > now + AHEAD_S)
		say(d, CHECKS_WARN, "clock", mend, cli_tr("this machine's clock is "
		    "at least %lld s behind the central's"),
		    (long long)(newest - now));
	else if (newest != 0 && d->last.received > newest + BEHIND_S &&
	    !d->last.waiting)
		say(d, CHECKS_WARN, "clock", mend, cli_tr("this machine's clock is "
		    "at least %lld s ahead of the central's"),
		    (long long)(d->last.received - newest));
	else if (newest != 0)
		say(d, CHECKS_OK, "clock", NULL, "%s", cli_tr("the clock agrees with "
		    "the newest receipt"));
}

/* --- The machine. */

static bool
is_remote(const char *path)
{
	/* nfs, smb, cifs, smb2, fuse (sshfs and others), 9p, afs, ceph */
	static const unsigned long magic[] = {0x6969, 0x517b, 0xff534d42,
	    0xfe534d42, 0x65735546, 0x01021997, 0x5346414f, 0x00c36400};
	struct statfs fs;

	if (statfs(path, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof(magic) / sizeof(*magic); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == magic[i])
			return true;
	return false;
}

static void
check_disk(struct doctor *d)
{
	const char *state = d->s.path.state;
	char size[CLI_SIZE_LEN];
	struct statvfs fs;
	uint64_t room;

	if (statvfs(state, &fs) != 0)
		return;
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room < ROOM_MIN)
		say(d, CHECKS_WARN, "disk", command(d, "du -xhd 1 \"$HOME\" | sort "
		    "-h", NULL), cli_tr("the disk is nearly full: %s are free "
		    "where '%s' is"), cli_size(room, size), state);
	else
		say(d, CHECKS_OK, "disk", NULL, cli_tr("%s are free"),
		    cli_size(room, size));
	if (is_remote(state))
		say(d, CHECKS_WARN, "disk", command(d, "export XDG_STATE_HOME=/var/"
		    "local/\"$(id -un)\"", NULL), cli_tr("'%s' is on a "
		    "network share: locks and speed cannot be relied on; move "
		    "it to a disk of this machine, as"), state);
}

static void
check_programs(struct doctor *d)
{
	if (!proc_find("git"))
		say(d, CHECKS_BAD, "git", "sudo apt-get install -y git", "%s",
		    cli_tr("git is not installed"));
	if (d->s.central.kind == CENTRAL_SSH && d->s.cfg.ssh == NULL &&
	    !proc_find("ssh"))
		say(d, CHECKS_BAD, "ssh", "sudo apt-get install -y openssh-client",
		    "%s", cli_tr("ssh is not installed"));
}

/* --- All of it. */

static int
look_inside(struct doctor *d, struct err *e)
{
	const int64_t now = clock_now_utc();
	struct err why = ERR_INIT;
	char what[CLI_FILLED_LEN];

	check_central(d);
	if (status_load(&d->st, &d->s, &why) == 0) {
		check_standing(d);
		check_notice(d);
	} else {
		say(d, CHECKS_BAD, "standing", NULL, "%s",
		    cli_tr_filled(why.what, what));
	}
	check_sources(d);
	if (lastrun_load(&d->last, d->s.path.state, e) != 0 ||
	    tellrun_job(&d->job, d->c, &d->s, d->program, d->home, e) != 0)
		return -1;
	check_runs(d, now);
	check_schedule(d);
	check_clock(d, now);
	return 0;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct doctor *d = calloc(1, sizeof(*d));
	enum cli_exit rc = CLI_FAILED;
	struct err why = ERR_INIT;
	char what[CLI_FILLED_LEN];

	if (d == NULL) {
		(void)err_nomem(e);
		return rc;
	}
	d->c = c;
	d->s.lock_fd = -1;
	d->k = (struct checks){c, CLI_FAILED, CLI_DONE};
	if (station_paths_init(&d->s.path, c->home, e) != 0)
		goto out;
	if (check_settings(d) == 0) {
		check_keys(d);
		station_close(&d->s);
		d->open = station_open(&d->s, c->home, &why) == 0;
		if (d->open && look_inside(d, e) != 0)
			goto out;
		/* keys that do not open were told already */
		if (!d->open && d->k.worst != CLI_FAILED)
			say(d, CHECKS_BAD, "settings", NULL, "%s",
			    cli_tr_filled(why.what, what));
		if (d->open)
			check_programs(d);
		check_disk(d);
	}
	rc = d->k.worst;
out:
	station_close(&d->s);
	free(d);
	return rc;
}

const struct cli_command cmd_doctor = {
	.name = "doctor",
	.operands = "",
	.help = "say what is wrong here, and the command that mends it",
	.run = run,
};
