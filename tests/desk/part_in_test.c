/* desk/part_in: a station cannot fill the catalogue with what it did wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "desk/part_in.h"
#include "desk/query.h"

#include "base/banned.h"

struct seen {
	size_t n[4];
	char more[4][128];
};

static int
on_event(void *arg, const struct query_event *ev, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	s->n[ev->severity]++;
	if (strcmp(ev->code, "more") == 0)
		(void)snprintf(s->more[ev->severity],
		    sizeof(s->more[ev->severity]), "%s", ev->text);
	return 0;
}

static void
tell(struct part_in *p, enum finding_severity severity, size_t n)
{
	struct err e = ERR_INIT;

	while (n-- > 0)
		assert_int_equal(part_in_tell(p, severity, "code", &e,
		    "file %zu", n), 0);
}

static void
what_is_told_is_bounded(void **state)
{
	char dir[] = "/tmp/liudi-part-XXXXXX";
	struct err e = ERR_INIT;
	struct seen s;
	struct part_in p;
	struct catalogue *c;
	char *file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	file = str_fmt("%s/c.sqlite3", dir);
	c = catalogue_open(file, true, &e);
	assert_non_null(c);
	assert_int_equal(catalogue_begin(c, &e), 0);
	part_in_init(&p);
	p.at = (struct finding_place){c, 0, 0, "ws", 5};
	/* Notes leave room for what is worse. */
	tell(&p, FINDING_NOTE, 100000);
	tell(&p, FINDING_INTEGRITY, PART_TOLD_MAX);
	tell(&p, FINDING_WARN, PART_TOLD_MAX + 1);
	assert_int_equal(part_in_told(&p, &e), 0);
	memset(&s, 0, sizeof(s));
	assert_int_equal(query_events_since(c, 0, on_event, &s, &e), 0);
	assert_int_equal(s.n[FINDING_NOTE], PART_TOLD_MAX + 1);
	assert_int_equal(s.n[FINDING_WARN], PART_TOLD_MAX + 1);
	assert_int_equal(s.n[FINDING_INTEGRITY], PART_TOLD_MAX);
	assert_string_equal(s.more[FINDING_NOTE],
	    "99000 more of this kind are not told one by one");
	assert_string_equal(s.more[FINDING_WARN],
	    "1 more of this kind are not told one by one");
	assert_string_equal(s.more[FINDING_INTEGRITY], "");
	part_in_release(&p);
	catalogue_rollback(c);
	catalogue_close(c);
	free(file);
	assert_int_equal(file_remove_tree(dir, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
