/* cli/desk/team.c - who works where, and which stations there are. */
#include "cli/desk/team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "config/teamini.h"
#include "desk/query.h"
#include "desk/sealed.h"

#include "base/banned.h"

#define POLICY_MAX (1024 * 1024)

static int
add_station(struct team *t, const char *name, struct err *e)
{
	char (*more)[33];
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->name[i], name) == 0)
			return 0;
	more = realloc(t->name, (t->n + 1) * sizeof(*more));
	if (!more)
		return err_nomem(e);
	t->name = more;
	(void)snprintf(t->name[t->n++], sizeof(*more), "%s", name);
	return 0;
}

static int
on_station(void *arg, const char *station, struct err *e)
{
	return add_station(arg, station, e);
}

/* Those that may send now; behind them those that once did. */
static int
add_stations(struct box *b, struct team *t, struct err *e)
{
	const int64_t now = clock_now_utc();
	size_t i;

	for (i = 0; i < b->control.stations.n; i++) {
		const struct signer *s = &b->control.stations.v[i];

		if (s->valid_after <= now && s->valid_before > now &&
		    add_station(t, s->name, e) < 0)
			return -1;
	}
	t->nactive = t->n;
	if (query_station_names(b->catalogue, on_station, t, e) < 0)
		return -1;
	t->station = calloc(t->n + 1, sizeof(*t->station));
	if (!t->station)
		return err_nomem(e);
	for (i = 0; i < t->n; i++)
		t->station[i] = t->name[i];
	return 0;
}

int
team_load(struct team *t, struct box *b, struct err *e)
{
	struct buf file = BUF_INIT(ROSTER_FILE_MAX);
	struct buf text = BUF_INIT(ROSTER_FILE_MAX);
	const char *control = b->home->control, *commit = b->control.commit;
	int rc;

	memset(t, 0, sizeof(*t));
	buf_init(&t->policy, POLICY_MAX);
	rc = control_file_load(control, commit, "roster.age", &file, e);
	if (rc > 0)
		rc = sealed_text(b->opener, file.data, file.len, NULL, NULL,
		    &text, e);
	if (rc == 0)
		rc = roster_parse(&t->people, buf_str(&text), text.len, e);
	if (rc == 0 && control_file_load(control, commit, "policy.ini",
	    &t->policy, e) < 0)
		rc = -1;
	if (rc == 0)
		rc = add_stations(b, t, e);
	buf_wipe(&text);
	buf_release(&file);
	return rc;
}

void
team_release(struct team *t)
{
	roster_release(&t->people);
	buf_release(&t->policy);
	free(t->name);
	free(t->station);
}

void
team_zone(const struct team *t, char zone[TEAM_ZONE_LEN])
{
	if (!teamini_get(buf_str(&t->policy), "", "zone", zone, TEAM_ZONE_LEN))
		clock_zone(zone, TEAM_ZONE_LEN);
}

const char *
team_who(const struct team *t, const char *station)
{
	const struct roster_row *r = roster_find(&t->people, station);

	return r && r->person[0] ? r->person : station;
}
