/* agent/lastrun.c - how the last runs went. */

#include "agent/lastrun.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/teamini.h"
#include "base/banned.h"

#define NAME "lastrun"
#define FIRST "liudi-lastrun 1\n"
#define FILE_MAX 8192
#define POLICY "policy.ini"
#define POLICY_MAX ((size_t)4 << 20)

/* Each line "name number", in this order. */
struct field {
	const char *name;
	int64_t *value;
};
#define NFIELDS 12

static void
fields(struct lastrun *l, int64_t *why, int64_t *waiting,
	struct field f[NFIELDS])
{
	const struct field all[NFIELDS] = {
		{"tried", &l->tried}, {"ended", &l->ended},
		{"kept", &l->kept}, {"received", &l->received},
		{"failing", &l->failing}, {"told", &l->told},
		{"put_off", &l->put_off}, {"put_off_why", why},
		{"status", &l->status}, {"failures", &l->failures},
		{"waiting", waiting}, {NULL, NULL}
	};

	memcpy(f, all, sizeof(all));
}

/* The rest of a line behind NAME and a blank, or NULL. */
static const char *
value_of(const char *line, const char *name)
{
	const size_t n = strlen(name);

	return strncmp(line, name, n) == 0 && line[n] == ' ' ? line + n + 1 :
	    NULL;
}

static void
text_of(char *out, size_t size, const char *value)
{
	(void)snprintf(out, size, "%s", value);
	if (!utf8_clean(out, strlen(out)))
		out[0] = '\0';
}

/* A line that nobody knows is passed over. */
static void
read_line(struct lastrun *l, const struct field *f, const char *line)
{
	const char *v;

	for (; f->name != NULL; f++) {
		v = value_of(line, f->name);
		if (v != NULL && str_to_i64(v, 0, INT64_MAX / 4, f->value) !=
		    0)
			*f->value = 0;
	}
	v = value_of(line, "why");
	if (v != NULL)
		text_of(l->why, sizeof(l->why), v);
	v = value_of(line, "times");
	if (v != NULL)
		text_of(l->times, sizeof(l->times), v);
}

int
lastrun_load(struct lastrun *l, const char *state, struct err *e)
{
	char *file = path_join(state, NAME), *line, *next;
	struct buf b = BUF_INIT(FILE_MAX);
	struct field f[NFIELDS];
	int64_t why = 0, waiting = 0;
	int rc = 0;

	memset(l, 0, sizeof(*l));
	fields(l, &why, &waiting, f);
	if (file == NULL)
		return err_nomem(e);
	if (file_load(file, &b, e) != 0) {
		rc = e->code == ERR_IO ? -1 : 0;
		if (rc == 0)
			err_clear(e);
		goto out;
	}
	if (!str_starts(buf_str(&b), FIRST))
		goto out;
	for (line = (char *)b.data; line != NULL && *line != '\0';
	    line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		read_line(l, f, line);
	}
	l->waiting = waiting != 0;
	l->put_off_why = why == DUE_METERED ? DUE_METERED : DUE_BATTERY;
out:
	buf_release(&b);
	free(file);
	return rc;
}

int
lastrun_save(const struct lastrun *l, const char *state, struct err *e)
{
	char *file = path_join(state, NAME);
	struct buf b = BUF_INIT(FILE_MAX);
	struct field f[NFIELDS];
	struct lastrun copy = *l;
	int64_t why = l->put_off_why, waiting = l->waiting;
	int rc = -1;

	fields(&copy, &why, &waiting, f);
	if (file == NULL)
		return err_nomem(e);
	if (buf_adds(&b, FIRST, e) != 0)
		goto out;
	for (size_t i = 0; f[i].name != NULL; i++)
		if (*f[i].value != 0 && buf_addf(&b, e, "%s %lld\n", f[i].name,
			(long long)*f[i].value) != 0)
			goto out;
	if ((l->why[0] != '\0' && buf_addf(&b, e, "why %s\n", l->why) != 0) ||
	    (l->times[0] != '\0' &&
		buf_addf(&b, e, "times %s\n", l->times) != 0))
		goto out;
	rc = file_save(file, b.data, b.len, 0600, e);
out:
	buf_release(&b);
	free(file);
	return rc;
}

enum lastrun_times
lastrun_rule(const struct lastrun *l, const struct config *cfg,
	struct due_rule *r, const char **times)
{
	enum lastrun_times of = cfg->run_at != NULL ? LASTRUN_INI :
	    l->times[0] != '\0' ? LASTRUN_POLICY : LASTRUN_DEFAULT;

	memset(r, 0, sizeof(*r));
	r->at_logout = cfg->at_logout;
	r->on_battery = cfg->on_battery;
	r->on_metered = cfg->on_metered;
	*times = of == LASTRUN_INI ? cfg->run_at : l->times;
	if (of != LASTRUN_DEFAULT && config_times(*times, r->minute, &r->n))
		return of;
	*times = DUE_TIMES;
	(void)config_times(DUE_TIMES, r->minute, &r->n);
	return LASTRUN_DEFAULT;
}

int
lastrun_policy(struct lastrun *l, const struct station *s, struct err *e)
{
	struct buf text = BUF_INIT(POLICY_MAX);
	int minute[CONFIG_TIMES_MAX], rc = -1;
	size_t n;

	if (control_file_load(s->path.control, s->control.commit, POLICY,
		&text, e) < 0)
		goto out;
	if (!teamini_get(buf_str(&text), s->cfg.station, "run_at", l->times,
		sizeof(l->times)) || !config_times(l->times, minute, &n))
		l->times[0] = '\0';
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

void
lastrun_past(const struct lastrun *l, struct due_past *p)
{
	p->kept = l->kept;
	p->tried = l->tried;
	p->received = l->received;
	p->waiting = l->waiting;
}

void
lastrun_add(struct lastrun *l, const struct lastrun_end *end)
{
	char why[LASTRUN_WHY_LEN];

	l->tried = end->began;
	l->ended = end->ended;
	l->status = end->status;
	l->waiting = end->waiting;
	l->put_off = 0;
	if (end->kept)
		l->kept = end->began;
	if (!end->waiting && end->kept)
		l->received = end->began;
	l->why[0] = '\0';
	if (!end->failed) {
		l->failures = l->failing = l->told = 0;
		return;
	}
	if (l->failures++ == 0)
		l->failing = end->began;
	if (end->why == NULL)
		return;
	(void)snprintf(why, sizeof(why), "%.*s",
	    (int)strcspn(end->why, "\r\n"), end->why);
	text_of(l->why, sizeof(l->why), why);
}
