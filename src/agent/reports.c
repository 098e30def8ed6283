/* agent/reports.c - reports/ of a station; docs/FORMAT.md section 23. */
#include "agent/reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "config/teamini.h"

#include "base/banned.h"

#define KEPT "reports/kept"
#define POLICY_MAX (1024 * 1024)
#define ZONES "/usr/share/zoneinfo/"

int
reports_source(struct config *cfg, const char *state, struct err *e)
{
	char *dir = path_join(state, KEPT);
	int rc = 0;

	if (!dir)
		return err_nomem(e);
	if (file_is_dir(dir))
		rc = config_imply(cfg, REPORTS_SOURCE, CONFIG_REPORT, dir, e);
	free(dir);
	return rc;
}

/* --- Whose day it is. */

/* A zone that this machine has files of, and no path to somewhere else. */
static bool
is_zone(const char *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_+-/";
	char path[sizeof(ZONES) + REPORTS_ZONE_LEN];

	if (*s == '/' || s[strspn(s, letters)] != '\0')
		return false;
	(void)snprintf(path, sizeof(path), ZONES "%s", s);
	return file_exists(path) && !file_is_dir(path);
}

/* "12:30" */
static bool
take_cutoff(const char *s, int64_t *seconds)
{
	size_t i;
	int h, m;

	for (i = 0; i < 5; i++)
		if (i == 2 ? s[i] != ':' : s[i] < '0' || s[i] > '9')
			return false;
	h = (s[0] - '0') * 10 + s[1] - '0';
	m = (s[3] - '0') * 10 + s[4] - '0';
	if (s[5] != '\0' || h > 23 || m > 59)
		return false;
	*seconds = (int64_t)h * 3600 + m * 60;
	return true;
}

int
reports_clock(const struct station *s, char zone[static REPORTS_ZONE_LEN],
	int64_t *cutoff, struct err *e)
{
	struct buf policy = BUF_INIT(POLICY_MAX);
	char pin[CANON_ID_LEN], value[32];
	int rc = -1;

	zone[0] = '\0';
	*cutoff = 0;
	if (station_pin(s, pin, e) < 0)
		goto out;
	if (pin[0] && control_file_load(s->path.control, pin, "policy.ini",
	    &policy, e) < 0)
		goto out;
	if (!teamini_get(buf_str(&policy), s->cfg.station, "zone", zone,
	    REPORTS_ZONE_LEN) || !is_zone(zone))
		zone[0] = '\0';
	if (!teamini_get(buf_str(&policy), s->cfg.station, "cutoff", value,
	    sizeof(value)) || !take_cutoff(value, cutoff))
		*cutoff = 0;
	rc = 0;
out:
	buf_release(&policy);
	return rc;
}

/* --- What is kept. */

struct names {
	char **v;
	size_t n;
};

static void
names_release(struct names *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
}

static int
on_name(const char *name, void *arg, struct err *e)
{
	struct names *l = arg;
	char **grown = realloc(l->v, (l->n + 1) * sizeof(*grown));

	if (!grown)
		return err_nomem(e);
	l->v = grown;
	l->v[l->n] = str_dup(name);
	if (!l->v[l->n])
		return err_nomem(e);
	l->n++;
	return 0;
}

/* "<name>.<v>.txt": v, and how long the name is; 0: it is none of ours. */
static int
version_of(const char *file, size_t *name_len)
{
	const char *dot = strchr(file, '.');
	char digits[8] = "";
	int64_t v;
	size_t n;

	if (!dot)
		return 0;
	n = strcspn(dot + 1, ".");
	if (strcmp(dot + 1 + n, ".txt") != 0 || n >= sizeof(digits))
		return 0;
	memcpy(digits, dot + 1, n);
	if (str_to_i64(digits, 1, REPORTS_VERSIONS_MAX, &v) < 0)
		return 0;
	*name_len = (size_t)(dot - file);
	return (int)v;
}

static int
cmp_files(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	size_t n = 0, m = 0;
	int v = version_of(*x, &n), w = version_of(*y, &m);
	int c = strncmp(*x, *y, n < m ? n : m);

	if (c == 0)
		c = (n > m) - (n < m);
	return c ? c : (v > w) - (v < w);
}

static int
list_kept(const char *dir, struct names *l, struct err *e)
{
	if (!file_is_dir(dir))
		return 0;
	if (file_each(dir, on_name, l, e) < 0)
		return -1;
	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), cmp_files);
	return 0;
}

static int
each_file(const char *dir, const char *name, reports_fn fn, void *arg,
	struct err *e)
{
	struct buf b = BUF_INIT(REPORTFILE_MAX);
	char *file = path_join(dir, name);
	struct reportfile r = {0};
	struct err bad = ERR_INIT;
	size_t n;
	int rc = -1;

	if (!file) {
		(void)err_nomem(e);
		goto out;
	}
	rc = 0;
	if (version_of(name, &n) == 0 || file_load(file, &b, &bad) < 0)
		goto out;
	rc = reportfile_read(&r, b.data, b.len, e);
	if (rc == 0)
		rc = fn(arg, &r, version_of(name, &n), e);
	else if (rc > 0)
		rc = 0;
out:
	reportfile_release(&r);
	buf_release(&b);
	free(file);
	return rc;
}

int
reports_each(const struct station *s, reports_fn fn, void *arg,
	struct err *e)
{
	char *dir = path_join(s->path.state, KEPT);
	struct names l = {0};
	int rc = -1;
	size_t i;

	if (!dir)
		(void)err_nomem(e);
	else
		rc = list_kept(dir, &l, e);
	for (i = 0; rc == 0 && i < l.n; i++)
		rc = each_file(dir, l.v[i], fn, arg, e);
	names_release(&l);
	free(dir);
	return rc;
}

/* --- One more. */

/* The highest version of NAME that is there. */
static int
newest(const char *dir, const char *name, int *out, struct err *e)
{
	struct names l = {0};
	int rc = list_kept(dir, &l, e), v;
	size_t i, n;

	*out = 0;
	for (i = 0; rc == 0 && i < l.n; i++) {
		v = version_of(l.v[i], &n);
		if (v > *out && n == strlen(name) &&
		    strncmp(l.v[i], name, n) == 0)
			*out = v;
	}
	names_release(&l);
	return rc;
}

/* Whole, and then in its place: a run takes no half of one. */
static int
put(const struct station *s, const char *dir, const struct reportfile *r,
	int *version, struct err *e)
{
	struct buf b = BUF_INIT(2 * REPORTFILE_MAX);
	char name[REPORTFILE_NAME_LEN];
	char *made = path_join(s->path.state, "reports/new"), *to = NULL;
	int last, rc = -1;

	(void)reportfile_name(r->kind, r->day, name);
	if (newest(dir, name, &last, e) < 0 ||
	    reportfile_write(r, &b, e) < 0)
		goto out;
	if (last == REPORTS_VERSIONS_MAX || b.len > REPORTFILE_MAX) {
		(void)err_set(e, ERR_USAGE, last == REPORTS_VERSIONS_MAX ?
		    "there are %d versions of '%s' already" :
		    "it has more than %d bytes: '%s'", last ? last :
		    (int)REPORTFILE_MAX, name);
		goto out;
	}
	to = str_fmt("%s/%s.%d.txt", dir, name, last + 1);
	if (!made || !to) {
		(void)err_nomem(e);
		goto out;
	}
	if (file_save(made, b.data, b.len, 0600, e) == 0)
		rc = file_rename(made, to, e);
	*version = last + 1;
out:
	buf_release(&b);
	free(made);
	free(to);
	return rc;
}

/* Is PATH of a source, where a '\\' may stand before any character, DIR? */
static bool
is_folder(const char *path, const char *dir)
{
	for (; *path && *dir; path++, dir++) {
		path += *path == '\\' && path[1];
		if (*path != *dir)
			return false;
	}
	return !*path && !*dir;
}

/* Is the source of that name ours? */
static int
check_source(const struct station *s, const char *dir, struct err *e)
{
	size_t i;

	for (i = 0; i < s->cfg.nsources; i++)
		if (strcmp(s->cfg.source[i].name, REPORTS_SOURCE) == 0 &&
		    !is_folder(s->cfg.source[i].path, dir)) {
			(void)err_set(e, ERR_CONFIG, "liudi.ini has another "
			    "source 'reports', so nothing that is written here "
			    "would be taken along");
			return err_hint(e, "give that source another name");
		}
	return 0;
}

int
reports_keep(const struct station *s, const struct reportfile *r,
	int *version, struct err *e)
{
	char *dir = path_join(s->path.state, KEPT);
	char *lock = path_join(s->path.state, "reports/lock");
	int fd = -1, rc = -1;

	if (!dir || !lock) {
		(void)err_nomem(e);
		goto out;
	}
	if (check_source(s, dir, e) == 0 && file_mkdirs(dir, 0700, e) == 0 &&
	    file_lock(lock, &fd, e) == 0)
		rc = put(s, dir, r, version, e);
out:
	if (fd >= 0)
		(void)close(fd);
	free(dir);
	free(lock);
	return rc;
}
