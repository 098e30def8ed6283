/* desk/zone.c - wall clocks of any zone, out of ICU's copy of the tz database. */
#include "desk/zone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "base/banned.h"

#define QUARTER_MS (15 * 60 * 1000)	/* no zone changes within one */
#define SLOTS 256
#define NAME_MAX_LEN 64

/* The offset in a quarter of an hour, of wall clocks or of UTC. */
struct slot {
	int64_t quarter;
	int64_t offset;
};

struct zone {
	UCalendar *cal;		/* NULL: UTC */
	struct slot wall[SLOTS], utc[SLOTS];
};

struct zone *
zone_new(const char *name, struct err *e)
{
	/* ICU puts no end behind a name that fills its room. */
	UChar id[NAME_MAX_LEN + 1] = {0}, canonical[NAME_MAX_LEN + 1];
	UErrorCode ue = U_ZERO_ERROR;
	struct zone *z;
	size_t i;

	z = calloc(1, sizeof(*z));
	if (!z) {
		(void)err_nomem(e);
		return NULL;
	}
	for (i = 0; i < SLOTS; i++)
		z->wall[i].quarter = z->utc[i].quarter = INT64_MIN;
	if (!*name)
		return z;
	/* An unknown one would silently be GMT. */
	u_strFromUTF8(id, NAME_MAX_LEN, NULL, name, -1, &ue);
	if (U_SUCCESS(ue))
		(void)ucal_getCanonicalTimeZoneID(id, -1, canonical,
		    NAME_MAX_LEN, NULL, &ue);
	if (U_SUCCESS(ue))
		z->cal = ucal_open(id, -1, "", UCAL_GREGORIAN, &ue);
	if (U_SUCCESS(ue))
		return z;
	zone_free(z);
	if (ue == U_MEMORY_ALLOCATION_ERROR)
		(void)err_nomem(e);
	else
		(void)err_set(e, ERR_NOENT, "there is no time zone '%s'",
		    name);
	return NULL;
}

void
zone_free(struct zone *z)
{
	if (!z)
		return;
	if (z->cal)
		ucal_close(z->cal);
	free(z);
}

static int64_t
quarter_of(int64_t ms)
{
	return ms / QUARTER_MS - (ms % QUARTER_MS < 0);
}

static int64_t
ask(struct zone *z, int64_t ms, bool wall)
{
	UErrorCode ue = U_ZERO_ERROR;
	int32_t raw = 0, dst = 0;

	ucal_setMillis(z->cal, (UDate)ms, &ue);
	if (wall) {
		ucal_getTimeZoneOffsetFromLocal(z->cal, UCAL_TZ_LOCAL_FORMER,
		    UCAL_TZ_LOCAL_FORMER, &raw, &dst, &ue);
	} else {
		raw = ucal_get(z->cal, UCAL_ZONE_OFFSET, &ue);
		dst = ucal_get(z->cal, UCAL_DST_OFFSET, &ue);
	}
	return U_FAILURE(ue) ? 0 : (int64_t)raw + dst;
}

static int64_t
offset(struct zone *z, struct slot *slots, int64_t ms, bool wall)
{
	int64_t quarter = quarter_of(ms);
	struct slot *s = &slots[(uint64_t)quarter % SLOTS];

	if (!z->cal)
		return 0;
	if (s->quarter != quarter) {
		s->offset = ask(z, ms, wall);
		s->quarter = quarter;
	}
	return s->offset;
}

int64_t
zone_to_utc(struct zone *z, int64_t wall_ms)
{
	return wall_ms - offset(z, z->wall, wall_ms, true);
}

int64_t
zone_offset(struct zone *z, int64_t utc_ms)
{
	return offset(z, z->utc, utc_ms, false);
}
