/* desk/numbered.c - numbers of files in desk.git; docs/FORMAT.md section 17. */
#include "desk/numbered.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

#define DIGITS 9	/* of NUMBERED_MAX */

int
numbered_name(const char *name, const char *ending, int64_t *n)
{
	const size_t len = strlen(name), end = strlen(ending);
	char digits[DIGITS + 1];

	if (len <= end || len - end > DIGITS || !str_ends(name, ending))
		return -1;
	memcpy(digits, name, len - end);
	digits[len - end] = '\0';
	return str_to_i64(digits, 0, NUMBERED_MAX, n);
}

struct highest {
	const char *ending;
	int64_t next;
};

static int
on_file(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct highest *h = arg;
	int64_t n;

	(void)mode;
	(void)id;
	(void)e;
	if (numbered_name(name, h->ending, &n) == 0 && n >= h->next)
		h->next = n + 1;
	return 0;
}

int
numbered_next(struct mirror *desk, const char *tree, const char *path,
	const char *ending, int64_t *next, struct err *e)
{
	struct highest h = {ending, 0};

	if (mirror_entries_at(desk, tree, path, on_file, &h, e) < 0)
		return -1;
	if (h.next > NUMBERED_MAX) {
		(void)err_set(e, ERR_INTEGRITY, "desk.git: somebody put '%s/%d%s' "
		    "there, and no number is left", path, NUMBERED_MAX, ending);
		return err_hint(e, "tell the owner; an access log goes on with a "
		    "key of another name (liudi-desk key add)");
	}
	*next = h.next;
	return 0;
}
