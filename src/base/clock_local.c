/* base/clock_local.c - the local zone and the boot, as a POSIX system has them. */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#include "base/banned.h"

void
clock_split_local(int64_t utc, struct clock_date *d, int *offset)
{
	time_t t = (time_t)utc;
	struct tm tm;

	if (!localtime_r(&t, &tm)) {
		clock_split_utc(utc, d);
		*offset = 0;
		return;
	}
	d->year = tm.tm_year + 1900;
	d->month = tm.tm_mon + 1;
	d->day = tm.tm_mday;
	d->hour = tm.tm_hour;
	d->min = tm.tm_min;
	d->sec = tm.tm_sec;
	*offset = (int)tm.tm_gmtoff;
}

int
clock_join_local(const struct clock_date *d, int64_t *utc)
{
	struct tm tm;
	time_t t;

	memset(&tm, 0, sizeof(tm));
	tm.tm_year = d->year - 1900;
	tm.tm_mon = d->month - 1;
	tm.tm_mday = d->day;
	tm.tm_hour = d->hour;
	tm.tm_min = d->min;
	tm.tm_sec = d->sec;
	tm.tm_isdst = -1;
	tm.tm_wday = -1;
	t = mktime(&tm);
	/* -1 is also a second of 1969; mktime tells by filling tm_wday. */
	if (t == (time_t)-1 && tm.tm_wday < 0)
		return -1;
	*utc = t;
	return 0;
}

/* What may stand as a zone name in a manifest: "Area/City", "UTC". */
static bool
is_zone_name(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_+-/");

	return n > 0 && n < 64 && s[n] == '\0' && s[0] != '/' &&
	    (strchr(s, '/') || str_eq(s, "UTC") || str_eq(s, "GMT"));
}

static bool
take_zone(const char *s, char *out, size_t n)
{
	const char *tail = strstr(s, "zoneinfo/");

	if (tail)
		s = tail + strlen("zoneinfo/");
	if (str_starts(s, "Etc/") && is_zone_name(s + 4))
		s += 4;
	if (!is_zone_name(s) || strlen(s) >= n)
		return false;
	memcpy(out, s, strlen(s) + 1);
	return true;
}

void
clock_zone(char *out, size_t n)
{
	struct buf b = BUF_INIT(256);
	const char *tz = getenv("TZ");
	char link[512];
	ssize_t len;

	if (tz && tz[0] != '\0') {
		if (!take_zone(tz[0] == ':' ? tz + 1 : tz, out, n))
			(void)snprintf(out, n, "UTC");
		return;
	}
	len = readlink("/etc/localtime", link, sizeof(link) - 1);
	if (len > 0) {
		link[len] = '\0';
		if (take_zone(link, out, n))
			return;
	}
	(void)snprintf(out, n, "UTC");
	/* Debian's own copy of the name, where /etc/localtime is a file. */
	if (file_load("/etc/timezone", &b, NULL) == 0) {
		if (b.len > 0 && b.data[b.len - 1] == '\n')
			b.data[b.len - 1] = '\0';
		(void)take_zone(buf_str(&b), out, n);
	}
	buf_release(&b);
}

void
clock_boot_id(char out[33])
{
	struct buf b = BUF_INIT(64);
	size_t i, n = 0;
	char c;

	if (file_load("/proc/sys/kernel/random/boot_id", &b, NULL) == 0)
		for (i = 0; i < b.len && n < 32; i++) {
			c = (char)b.data[i];
			if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
				out[n++] = c;
		}
	if (n < 32)
		memset(out, '0', 32);
	out[32] = '\0';
	buf_release(&b);
}
