/* base/power.c - of sysfs, and of NetworkManager over D-Bus. */
#include "base/power.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"

#include "base/banned.h"

#define VALUE_MAX 256
#define BUS_MS 3000

struct supplies {
	const char *dir;
	bool mains, draining;
};

/* Does DIR/NAME/FILE hold the word WANT? */
static bool
holds(const char *dir, const char *name, const char *file, const char *want)
{
	struct buf b = BUF_INIT(VALUE_MAX);
	struct err ignored = ERR_INIT;
	char *path = str_fmt("%s/%s/%s", dir, name, file);
	bool yes;

	yes = path && file_load(path, &b, &ignored) == 0 &&
	    strcspn(buf_str(&b), "\n") == strlen(want) &&
	    str_starts(buf_str(&b), want);
	buf_release(&b);
	free(path);
	return yes;
}

static int
on_supply(const char *name, void *arg, struct err *e)
{
	struct supplies *s = arg;

	(void)e;
	if (holds(s->dir, name, "scope", "Device"))
		return 0;	/* of a mouse */
	if (holds(s->dir, name, "type", "Battery"))
		s->draining = s->draining ||
		    holds(s->dir, name, "status", "Discharging");
	else if (holds(s->dir, name, "online", "1"))
		s->mains = true;
	return 0;
}

bool
power_on_battery(void)
{
	const char *sys = getenv("LIUDI_SYS");
	struct supplies s = {NULL, false, false};
	struct err ignored = ERR_INIT;
	char *dir = str_fmt("%s/class/power_supply", sys ? sys : "/sys");

	if (!dir)
		return false;
	s.dir = dir;
	(void)file_each(dir, on_supply, &s, &ignored);
	free(dir);
	return s.draining && !s.mains;
}

bool
power_metered(void)
{
	static const char *const argv[] = {"busctl", "--system", "--timeout=2",
	    "get-property", "org.freedesktop.NetworkManager",
	    "/org/freedesktop/NetworkManager",
	    "org.freedesktop.NetworkManager", "Metered", NULL};
	struct buf out = BUF_INIT(VALUE_MAX), said = BUF_INIT(4096);
	struct err ignored = ERR_INIT;
	bool yes;

	/* NM_METERED_YES, NM_METERED_GUESS_YES */
	yes = proc_run(argv, NULL, NULL, 0, &out, &said, BUS_MS,
	    &ignored) == 0 && (strcmp(buf_str(&out), "u 1\n") == 0 ||
	    strcmp(buf_str(&out), "u 3\n") == 0);
	buf_release(&out);
	buf_release(&said);
	return yes;
}
