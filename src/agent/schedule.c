/* agent/schedule.c - units of systemd, lines of a crontab. */

#include "agent/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/banned.h"

#define TEXT_MAX ((size_t)1 << 20)
#define TOOL_MS 30000
#define QUARTER 15	/* minutes */

const char *
schedule_kind_name(enum schedule_kind k)
{
	static const char *const name[] = {"none", "systemd", "cron"};

	return name[k];
}

/* --- Words as systemd and cron read them. */

/* A word of a unit file: quoted, '%' doubled, in a command '$' as well. */
static int
unit_word(struct buf *b, const char *s, bool command, struct err *e)
{
	if (buf_addc(b, '"', e) != 0)
		return -1;
	for (; *s != '\0'; s++) {
		if (((*s == '"' || *s == '\\') && buf_addc(b, '\\', e) != 0) ||
		    ((*s == '%' || (*s == '$' && command)) &&
			buf_addc(b, *s, e) != 0) ||
		    buf_addc(b, *s, e) != 0)
			return -1;
	}
	return buf_addc(b, '"', e);
}

/* A word for the shell, in a crontab, where '%' ends a command. */
static int
cron_word(struct buf *b, const char *s, struct err *e)
{
	if (buf_addc(b, '\'', e) != 0)
		return -1;
	for (; *s != '\0'; s++)
		if (*s == '\'' ? buf_adds(b, "'\\''", e) != 0 :
		    *s == '%' ? buf_adds(b, "'\\%'", e) != 0 :
		    buf_addc(b, *s, e) != 0)
			return -1;
	return buf_addc(b, '\'', e);
}

static int
unit_command(const struct schedule_job *j, const char *key, const char *option,
	struct buf *b, struct err *e)
{
	if (buf_addf(b, e, "%s=", key) != 0 ||
	    unit_word(b, j->program, true, e) != 0 ||
	    (j->home != NULL && (buf_adds(b, " --home ", e) != 0 ||
		unit_word(b, j->home, true, e) != 0)))
		return -1;
	return buf_addf(b, e, " run %s --quiet\n", option);
}

/* --- What a run may write to: state, temporary files, live databases. */

static int
may_write(struct buf *b, const char *dir, struct err *e)
{
	char *optional = str_fmt("-%s", dir);
	int rc = -1;

	if (optional == NULL)
		return err_nomem(e);
	if (buf_adds(b, "ReadWritePaths=", e) == 0 &&
	    unit_word(b, optional, false, e) == 0 &&
	    buf_addc(b, '\n', e) == 0)
		rc = 0;
	free(optional);
	return rc;
}

/* PATH up to the folder before its first glob, without the glob's quotes. */
static char *
plain_part(const char *path)
{
	char *out = str_dup(path), *p = out, *slash = out;

	if (out == NULL)
		return NULL;
	for (; *path != '\0' && strchr("*?[", *path) == NULL; path++) {
		if (*path == '\\' && path[1] != '\0')
			path++;
		if (*path == '/')
			slash = p;
		*p++ = *path;
	}
	if (*path != '\0')
		p = slash;
	*p = '\0';
	return out;
}

static int
writable(const struct schedule_job *j, struct buf *b, struct err *e)
{
	static const char *const temporary[] = {"/tmp", "/var/tmp",
	    "/dev/shm"};
	const struct station *s = j->s;
	const char *home = getenv("HOME");

	for (size_t i = 0; i < sizeof(temporary) / sizeof(*temporary); i++)
		if (may_write(b, temporary[i], e) != 0)
			return -1;
	if ((home != NULL && home[0] == '/' && may_write(b, home, e) != 0) ||
	    may_write(b, s->path.state, e) != 0 ||
	    (s->central.kind == CENTRAL_PATH &&
		may_write(b, s->cfg.central, e) != 0))
		return -1;
	for (size_t i = 0; i < s->cfg.nsources; i++) {
		const struct config_source *src = &s->cfg.source[i];
		char *part = plain_part(src->path);
		int rc = part == NULL ? err_nomem(e) : 0;

		/* SQLite needs a file beside the database to read it live */
		if (rc == 0 && src->databases && part[0] != '\0' &&
		    !(home != NULL && str_starts(part, home)) &&
		    !str_starts(part, s->path.state))
			rc = may_write(b, part, e);
		free(part);
		if (rc != 0)
			return -1;
	}
	return 0;
}

/* --- Units. */

/*
 * What works without any privilege: of systemd 252's others some end a user's
 * service before it begins (ProtectClock, ProtectKernel*), and the file system
 * is protected only where the service has users of its own (PrivateUsers).
 */
static int
sandboxed(const struct schedule_job *j, struct buf *out, struct err *e)
{
	if (buf_adds(out,
		"Nice=10\n"
		"CPUSchedulingPolicy=batch\n"
		"IOSchedulingClass=idle\n"
		"UMask=0077\n"
		"NoNewPrivileges=yes\n"
		"PrivateUsers=yes\n"
		"ProtectSystem=strict\n"
		"ProtectControlGroups=yes\n"
		"RestrictSUIDSGID=yes\n"
		"RestrictRealtime=yes\n"
		"LockPersonality=yes\n"
		"KeyringMode=private\n"
		"SystemCallArchitectures=native\n"
		"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 "
		"AF_NETLINK\n", e) != 0)
		return -1;
	return writable(j, out, e);
}

static int
head(const struct schedule_job *j, const char *what, struct buf *out,
	struct err *e)
{
	return buf_addf(out, e,
	    "# Made by 'liudi schedule install'.\n"
	    "[Unit]\n"
	    "Description=liudi %s: %s\n"
	    "Documentation=man:liudi(1)\n", j->s->cfg.station, what);
}

/* A package that was removed leaves units of its users, which then do nothing. */
static int
condition(const struct schedule_job *j, struct buf *out, struct err *e)
{
	/* no quotes here, says systemd.unit(5) */
	if (buf_adds(out, "ConditionFileIsExecutable=", e) != 0)
		return -1;
	for (const char *s = j->program; *s != '\0'; s++)
		if ((*s == '%' && buf_addc(out, '%', e) != 0) ||
		    buf_addc(out, *s, e) != 0)
			return -1;
	return buf_addc(out, '\n', e);
}

int
schedule_service(const struct schedule_job *j, struct buf *out, struct err *e)
{
	if (head(j, "keep on file what is new, if it is time", out, e) != 0 ||
	    condition(j, out, e) != 0 ||
	    buf_adds(out, "\n[Service]\nType=oneshot\n", e) != 0 ||
	    unit_command(j, "ExecStart", "--if-due", out, e) != 0 ||
	    buf_adds(out, "SuccessExitStatus=3 4 6\n"
		"TimeoutStartSec=6h\n", e) != 0)
		return -1;
	return sandboxed(j, out, e);
}

int
schedule_logout(const struct schedule_job *j, struct buf *out, struct err *e)
{
	if (head(j, "keep on file what is new as the session ends", out, e) !=
	    0 || condition(j, out, e) != 0 ||
	    buf_adds(out, "\n[Service]\nType=oneshot\nRemainAfterExit=yes\n"
		"ExecStart=/bin/true\n", e) != 0 ||
	    unit_command(j, "ExecStop", "--at-logout", out, e) != 0 ||
	    buf_adds(out, "SuccessExitStatus=3 4 6\nTimeoutStopSec=80s\n",
		e) != 0 || sandboxed(j, out, e) != 0)
		return -1;
	return buf_adds(out, "\n[Install]\nWantedBy=default.target\n", e);
}

int
schedule_timer(const struct schedule_job *j, struct buf *out, struct err *e)
{
	if (head(j, "look whether a run is due", out, e) != 0)
		return -1;
	return buf_addf(out, e,
	    "\n[Timer]\n"
	    "OnCalendar=*:0/%d\n"
	    "OnStartupSec=2min\n"
	    "RandomizedDelaySec=5min\n"
	    "FixedRandomDelay=yes\n"
	    "Persistent=yes\n"
	    "\n[Install]\n"
	    "WantedBy=timers.target\n", QUARTER);
}

struct unit {
	const char *suffix;
	int (*text)(const struct schedule_job *, struct buf *, struct err *);
};
static const struct unit units[] = {
	{".service", schedule_service},
	{"-logout.service", schedule_logout},
	{".timer", schedule_timer}
};
#define NUNITS (sizeof(units) / sizeof(*units))
#define LOGOUT 1	/* the first that is enabled: the service is woken */

/* "liudi-ws-01.timer"; heap. */
static char *
unit_name(const struct schedule_job *j, size_t i)
{
	return str_fmt("liudi-%s%s", j->s->cfg.station, units[i].suffix);
}

/* The folder of the user's units; heap. */
static char *
unit_dir(struct err *e)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	char *base = path_expand(xdg != NULL && xdg[0] == '/' ? xdg :
	    "~/.config", NULL, e);
	char *dir;

	if (base == NULL)
		return NULL;
	dir = path_join(base, "systemd/user");
	free(base);
	if (dir == NULL)
		(void)err_nomem(e);
	return dir;
}

static int
unit_file(const struct schedule_job *j, size_t i, char **file, struct err *e)
{
	char *dir = unit_dir(e), *name = unit_name(j, i);

	*file = dir != NULL && name != NULL ? path_join(dir, name) : NULL;
	if (*file == NULL && dir != NULL)
		(void)err_nomem(e);
	free(dir);
	free(name);
	return *file != NULL ? 0 : -1;
}

/* --- Their programs. */

/* The last line of what a program said: the first may be good news. */
static const char *
last_line(struct buf *said)
{
	const char *nl;

	while (said->len > 0 && said->data[said->len - 1] == '\n')
		said->data[--said->len] = '\0';
	nl = strrchr(buf_str(said), '\n');
	return nl != NULL ? nl + 1 : buf_str(said);
}

/* Run it; what it says goes into the error.  0, 1 (it says no), -1. */
static int
tool(const char *const argv[], const struct buf *input, struct buf *out,
	struct err *e)
{
	struct buf said = BUF_INIT(TEXT_MAX), nowhere = BUF_INIT(TEXT_MAX);
	int rc = proc_run(argv, NULL, input != NULL ? input->data : NULL,
	    input != NULL ? input->len : 0, out != NULL ? out : &nowhere,
	    &said, TOOL_MS, e);

	if (rc > 0)
		(void)err_set(e, ERR_FAIL, "%s: %s", argv[0],
		    last_line(&said));
	buf_release(&said);
	buf_release(&nowhere);
	return rc > 0 ? 1 : rc;
}

static int
systemctl(const char *verb, const char *option, const char *unit,
	struct err *e)
{
	const char *argv[6] = {"systemctl", "--user", verb};
	size_t n = 3;

	if (option != NULL)
		argv[n++] = option;
	if (unit != NULL)
		argv[n++] = unit;
	argv[n] = NULL;
	return tool(argv, NULL, NULL, e) == 0 ? 0 : -1;
}

static bool
have_systemd(void)
{
	struct err ignored = ERR_INIT;

	return systemctl("show-environment", NULL, NULL, &ignored) == 0;
}

/* The user's crontab; none, and no crontab program, are an empty one. */
static int
crontab_load(struct buf *text, struct err *e)
{
	static const char *const argv[] = {"crontab", "-l", NULL};
	int rc = tool(argv, NULL, text, e);

	if (rc > 0 || (rc < 0 && e->code == ERR_NOENT)) {
		buf_clear(text);
		err_clear(e);
		rc = 0;
	}
	return rc;
}

static int
crontab_save(const struct buf *text, struct err *e)
{
	static const char *const put[] = {"crontab", "-", NULL};
	static const char *const drop[] = {"crontab", "-r", NULL};
	int rc = text->len > 0 ? tool(put, text, NULL, e) :
	    tool(drop, NULL, NULL, e);

	return rc == 0 ? 0 : -1;
}

/* --- Lines of a crontab. */

/* Quarters of an hour from a minute that differs between stations. */
static int
cron_minutes(const char *id, struct buf *out, struct err *e)
{
	unsigned first = 0;

	for (; *id != '\0'; id++)
		first = (first * 31 + (unsigned char)*id) % QUARTER;
	return buf_addf(out, e, "%u,%u,%u,%u * * * * ", first,
	    first + QUARTER, first + 2 * QUARTER, first + 3 * QUARTER);
}

static int
cron_lines(const struct schedule_job *j, struct buf *out, struct err *e)
{
	const char *id = j->s->cfg.station;

	if (buf_addf(out, e, "# liudi %s: begin\n", id) != 0 ||
	    cron_minutes(id, out, e) != 0 ||
	    buf_adds(out, "test ! -x ", e) != 0 ||
	    cron_word(out, j->program, e) != 0 ||
	    buf_adds(out, " || nice -n 10 ", e) != 0 ||
	    cron_word(out, j->program, e) != 0 ||
	    (j->home != NULL && (buf_adds(out, " --home ", e) != 0 ||
		cron_word(out, j->home, e) != 0)) ||
	    buf_adds(out, " run --if-due --quiet >/dev/null 2>&1\n", e) != 0)
		return -1;
	return buf_addf(out, e, "# liudi %s: end\n", id);
}

int
schedule_crontab(const struct schedule_job *j, const char *text, bool wanted,
	struct buf *out, struct err *e)
{
	char *begin = str_fmt("# liudi %s: begin\n", j->s->cfg.station);
	char *end = str_fmt("# liudi %s: end\n", j->s->cfg.station);
	bool ours = false;
	int rc = begin != NULL && end != NULL ? 0 : err_nomem(e);
	size_t n;

	for (; rc == 0 && *text != '\0'; text += n) {
		n = strcspn(text, "\n");
		n += text[n] == '\n';
		ours = ours || str_starts(text, begin);
		if (!ours)
			rc = buf_add(out, text, n, e);
		else if (str_starts(text, end))
			ours = false;
	}
	if (rc == 0 && wanted && out->len > 0 &&
	    out->data[out->len - 1] != '\n')
		rc = buf_addc(out, '\n', e);
	if (rc == 0 && wanted)
		rc = cron_lines(j, out, e);
	free(begin);
	free(end);
	return rc;
}

/* --- What there is. */

static int
look_units(const struct schedule_job *j, struct schedule *out, struct err *e)
{
	struct buf want = BUF_INIT(TEXT_MAX), have = BUF_INIT(TEXT_MAX);
	size_t there = 0, same = 0;
	char *file;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < NUNITS; i++) {
		buf_clear(&want);
		buf_clear(&have);
		if (unit_file(j, i, &file, e) != 0 ||
		    units[i].text(j, &want, e) != 0) {
			rc = -1;
		} else if (file_exists(file)) {
			there++;
			rc = file_load(file, &have, e);
			same += rc == 0 && want.len == have.len &&
			    memcmp(want.data, have.data, want.len) == 0;
		}
		free(file);
		file = NULL;
	}
	if (there > 0)
		out->kind = SCHEDULE_SYSTEMD;
	out->stale = there > 0 && same < NUNITS;
	buf_release(&want);
	buf_release(&have);
	return rc;
}

static int
look_cron(const struct schedule_job *j, struct schedule *out, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX), bare = BUF_INIT(TEXT_MAX);
	struct buf lines = BUF_INIT(TEXT_MAX);
	int rc = -1;

	if (crontab_load(&text, e) != 0 ||
	    schedule_crontab(j, buf_str(&text), false, &bare, e) != 0 ||
	    cron_lines(j, &lines, e) != 0)
		goto out;
	if (bare.len != text.len) {
		out->kind = SCHEDULE_CRON;
		out->stale = strstr(buf_str(&text), buf_str(&lines)) == NULL;
	}
	rc = 0;
out:
	buf_release(&text);
	buf_release(&bare);
	buf_release(&lines);
	return rc;
}

int
schedule_look(const struct schedule_job *j, struct schedule *out,
	struct err *e)
{
	out->kind = SCHEDULE_NONE;
	out->stale = false;
	if (look_units(j, out, e) != 0)
		return -1;
	return out->kind != SCHEDULE_NONE ? 0 : look_cron(j, out, e);
}

bool
schedule_wakes(const struct schedule_job *j)
{
	struct err ignored = ERR_INIT;
	char *timer = unit_name(j, NUNITS - 1);
	bool yes = timer != NULL &&
	    systemctl("is-active", NULL, timer, &ignored) == 0;

	free(timer);
	return yes;
}

/* --- Changing it. */

static int
save_unit(const struct schedule_job *j, size_t i, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	char *file = NULL;
	int rc = -1;

	if (unit_file(j, i, &file, e) == 0 &&
	    units[i].text(j, &text, e) == 0 &&
	    file_save(file, text.data, text.len, 0644, e) == 0)
		rc = 0;
	free(file);
	buf_release(&text);
	return rc;
}

static int
install_systemd(const struct schedule_job *j, struct err *e)
{
	char *dir = unit_dir(e), *name;
	int rc = -1;

	if (dir == NULL)
		return -1;
	if (file_mkdirs(dir, 0700, e) != 0)
		goto out;
	for (size_t i = 0; i < NUNITS; i++)
		if (save_unit(j, i, e) != 0)
			goto out;
	if (systemctl("daemon-reload", NULL, NULL, e) != 0)
		goto out;
	for (size_t i = LOGOUT; i < NUNITS; i++) {
		name = unit_name(j, i);
		rc = name == NULL ? err_nomem(e) :
		    systemctl("enable", "--now", name, e);
		free(name);
		if (rc != 0)
			goto out;
	}
out:
	free(dir);
	return rc;
}

/*
 * The unit that makes a run when it stops would make one now: it becomes one
 * that does not, as far as systemd knows, before it stops.
 */
static int
stop_units(const struct schedule_job *j, struct err *e)
{
	static const char still[] = "[Service]\nType=oneshot\n"
	    "RemainAfterExit=yes\nExecStart=/bin/true\n"
	    "[Install]\nWantedBy=default.target\n";
	struct err ignored = ERR_INIT;
	char *file = NULL, *name;
	int rc = -1;

	if (unit_file(j, LOGOUT, &file, e) != 0 ||
	    file_save(file, still, sizeof(still) - 1, 0644, e) != 0 ||
	    systemctl("daemon-reload", NULL, NULL, e) != 0)
		goto out;
	for (size_t i = LOGOUT; i < NUNITS; i++) {
		name = unit_name(j, i);
		/* one that is not there need not stop */
		if (name != NULL)
			(void)systemctl("disable", "--now", name, &ignored);
		free(name);
	}
	rc = 0;
out:
	free(file);
	return rc;
}

static int
remove_systemd(const struct schedule_job *j, bool *was, struct err *e)
{
	bool there = false, running;
	char *file;
	int rc = 0;

	for (size_t i = 0; i < NUNITS; i++) {
		if (unit_file(j, i, &file, e) != 0)
			return -1;
		there = there || file_exists(file);
		free(file);
	}
	if (!there)
		return 0;
	*was = true;
	running = have_systemd();
	if (running && stop_units(j, e) != 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < NUNITS; i++) {
		if (unit_file(j, i, &file, e) != 0)
			return -1;
		rc = file_remove(file, e);
		free(file);
	}
	return rc == 0 && running ? systemctl("daemon-reload", NULL, NULL,
	    e) : rc;
}

static int
change_cron(const struct schedule_job *j, bool wanted, bool *was,
	struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX), bare = BUF_INIT(TEXT_MAX);
	struct buf changed = BUF_INIT(TEXT_MAX);
	int rc = -1;

	if (crontab_load(&text, e) != 0 ||
	    schedule_crontab(j, buf_str(&text), false, &bare, e) != 0 ||
	    schedule_crontab(j, buf_str(&text), wanted, &changed, e) != 0)
		goto out;
	*was = *was || bare.len != text.len;
	rc = strcmp(buf_str(&text), buf_str(&changed)) == 0 ? 0 :
	    crontab_save(&changed, e);
out:
	buf_release(&text);
	buf_release(&bare);
	buf_release(&changed);
	return rc;
}

int
schedule_install(const struct schedule_job *j, enum schedule_kind kind,
	enum schedule_kind *done, struct err *e)
{
	bool was = false;
	int rc;

	if (kind == SCHEDULE_NONE)
		kind = have_systemd() ? SCHEDULE_SYSTEMD : SCHEDULE_CRON;
	*done = kind;
	if (kind == SCHEDULE_SYSTEMD) {
		rc = install_systemd(j, e);
		return rc != 0 ? rc : change_cron(j, false, &was, e);
	}
	rc = change_cron(j, true, &was, e);
	if (rc != 0 && e->code == ERR_NOENT) {
		(void)err_set(e, ERR_CONFIG, "neither systemd's user manager "
		    "nor crontab is there");
		return err_hint(e, "install cron, or log in at the desktop "
		    "of this user and try again");
	}
	return rc != 0 ? rc : remove_systemd(j, &was, e);
}

int
schedule_remove(const struct schedule_job *j, bool *was, struct err *e)
{
	*was = false;
	if (remove_systemd(j, was, e) != 0)
		return -1;
	return change_cron(j, false, was, e);
}
