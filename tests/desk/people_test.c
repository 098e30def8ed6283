/* tests/desk/people_test.c - persons, shops, readers, and the rules of shops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "desk/people.h"

#include "base/banned.h"

static const char policy[] =
    "[team]\norg = Acme\n"
    "[shop Lamps EU]\nplatform = eb\ndoers = Li,  WANG\n"
    "responsible = wang\narea = b2b\nsquad = 2\nsubject = company\n"
    "[shop 灯具]\nplatform = tb\ndoers = zhang\narea = shop\n"
    "subject = zhang\n"
    "[person chen]\nreader = manager\ndeputy = qian\n"
    "[person qian]\nreader = deputy\ndeputy = chen\n"
    "[person zhou]\nleft = 2020-01-31\n"
    "[person sun]\nleft = 2999-01-31\n"
    "[accounts]\nconfirm_days = 30\n";

static void
readers(struct control *c, const char *const *names, size_t n)
{
	size_t i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < n; i++)
		(void)snprintf(c->recipient[i].name,
		    sizeof(c->recipient[i].name), "%s", names[i]);
	c->nrecipients = n;
}

static struct people *
make(const char *text, const struct roster *roster, const struct control *c)
{
	struct err e = ERR_INIT;
	struct people *p = people_new(text, roster, c, &e);

	assert_non_null(p);
	return p;
}

static void
reads_all_of_it(void **state)
{
	static const char *const names[] = {"manager", "deputy", "owner"};
	struct roster_row row = {"ws-1", "LI", "two", 5};
	struct roster roster = {NULL, 0};
	struct err e = ERR_INIT;
	const struct people_shop *s;
	const struct people_reader *r;
	struct control c;
	struct people *p;
	size_t n;

	(void)state;
	readers(&c, names, 3);
	assert_int_equal(roster_put(&roster, &row, &e), 0);
	p = make(policy, &roster, &c);
	s = people_shop(p, "lamps eu");
	assert_non_null(s);
	assert_string_equal(s->platform, "eb");
	assert_int_equal(s->ndoers, 2);
	assert_string_equal(s->doer[1], "WANG");
	assert_int_equal(s->nresponsible, 1);
	assert_null(people_shop(p, "lamps"));
	(void)people_shops(p, &n);
	assert_int_equal(n, 2);
	/* one person whatever the case, and who is behind the station */
	assert_int_equal(people_find(p, " li "), people_find(p, "Li"));
	assert_string_equal(people_behind(p, "ws-1"), "Li");
	assert_null(people_behind(p, "ws-2"));
	assert_string_equal(people_behind(p, "deputy"), "qian");
	assert_int_equal(people_confirm_days(p), 30);
	r = people_readers(p, &n);
	assert_int_equal(n, 3);
	assert_int_equal(r[0].person, people_find(p, "chen"));
	assert_false(r[0].owner);
	assert_int_equal(r[2].person, people_find(p, "owner"));
	assert_true(r[2].owner);
	assert_true(people_all(p, &n)[people_find(p, "zhou")].left);
	assert_false(people_all(p, &n)[people_find(p, "sun")].left);
	assert_int_equal(people_find(p, "nobody"), PEOPLE_NONE);
	assert_string_equal(people_successor(p, s, "Li"), "WANG");
	assert_string_equal(people_successor(p, s, "wang"), "Li");
	assert_null(people_successor(p, people_shop(p, "灯具"), "zhang"));
	assert_string_equal(people_shop_of(p, "zhang")->name, "灯具");
	assert_null(people_shop_of(p, "chen"));
	people_free(p);
	roster_release(&roster);
}

static void
knows_who_opens(void **state)
{
	static const char *const names[] = {"manager", "owner"};
	struct control_only only = {"ws-9", 2};
	struct err e = ERR_INIT;
	struct control c;
	struct people *p;
	size_t n;

	(void)state;
	readers(&c, names, 2);
	c.only = &only;
	c.nonly = 1;
	p = make("", NULL, &c);
	assert_true(people_opens(p, 0, "ws-1", 100));
	assert_false(people_opens(p, 0, "ws-9", 100));
	assert_true(people_opens(p, 1, "ws-9", 100));
	/* one that went opens what is older, and one that came back is here */
	assert_int_equal(people_former(p, "old", 50, &e), 0);
	assert_int_equal(people_former(p, "old", 70, &e), 0);
	assert_int_equal(people_former(p, "owner", 70, &e), 0);
	(void)people_readers(p, &n);
	assert_int_equal(n, 3);
	assert_true(people_opens(p, 2, "ws-1", 69));
	assert_false(people_opens(p, 2, "ws-1", 70));
	assert_true(people_opens(p, 1, "ws-1", 1000));
	people_free(p);
}

static void
knows_who_came_later(void **state)
{
	static const char *const names[] = {"manager", "deputy", "owner"};
	static const char *const both[] = {"Li", "deputy"};
	const struct people_reader *r;
	struct control c;
	struct people *p;
	size_t n;

	(void)state;
	readers(&c, names, 3);
	p = make("[person li]\nreader = manager\n", NULL, &c);
	people_came(p, "deputy", 60);
	people_came(p, "nobody", 60);
	r = people_readers(p, &n);
	assert_int_equal(n, 3);
	assert_true(r[0].since == INT64_MIN);
	assert_int_equal(r[1].since, 60);
	/* the owner is no manager */
	assert_true(people_manager_but(p, both, 0));
	assert_true(people_manager_but(p, both, 1));
	assert_false(people_manager_but(p, both, 2));
	people_free(p);
	p = make("[person li]\nreader = manager\nleft = 2020-01-01\n", NULL,
	    &c);
	assert_false(people_manager_but(p, both + 1, 1));
	people_free(p);
}

static int
gather(void *arg, const char *shop, const char *what)
{
	struct err e = ERR_INIT;

	return buf_addf(arg, &e, "%s: %s\n", shop ? shop : "-", what);
}

static void
told(const char *text, const char *const *names, size_t n, const char *want)
{
	struct buf out = BUF_INIT(65536);
	struct control c;
	struct people *p;

	readers(&c, names, n);
	p = make(text, NULL, &c);
	assert_int_equal(people_check(p, gather, &out), 0);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
	people_free(p);
}

static void
tells_what_is_wrong(void **state)
{
	static const char *const two[] = {"manager", "owner"};
	static const char *const three[] = {"manager", "deputy", "owner"};
	static const char good[] = "[shop a]\ndoers = li, wang\nresponsible = "
	    "li\narea = site\nsquad = 1\nsubject = company\n"
	    "[person chen]\nreader = manager\ndeputy = qian\n"
	    "[person qian]\nreader = deputy\ndeputy = chen\n";
	char text[1024];

	(void)state;
	told("[team]\norg = x\n", two, 2, "");
	told(good, three, 3, "");
	told(policy, three, 3,
	    "灯具: fewer than two people work for it\n"
	    "灯具: nobody is responsible for it\n"
	    "灯具: 'shop' is no area (alibaba, site, b2b, content, inquiry)\n"
	    "灯具: no squad is named\n"
	    "灯具: it is registered in the real name of 'zhang': if that "
	    "person leaves, so may the shop\n");
	(void)snprintf(text, sizeof(text), "%s[shop b]\nresponsible = li, "
	    "wang\nsquad = 1\n[person wang]\nleft = 2020-01-01\n", good);
	told(text, three, 3,
	    "a: fewer than two people work for it\n"
	    "b: nobody does its work (doers)\n"
	    "b: fewer than two people work for it\n"
	    "b: 2 people are responsible for it, so nobody is\n"
	    "b: no area is named (alibaba, site, b2b, content, inquiry)\n");
	/* one reader, who is his own manager */
	told("[person chen]\nreader = manager\n", two, 2,
	    "-: nobody but 'chen' and owners can read: his own records have "
	    "no other manager\n-: 'chen' reads and has no deputy\n");
	told("[person chen]\nreader = manager\ndeputy = li\n"
	    "[person qian]\nreader = deputy\ndeputy = qian\n", three, 3,
	    "-: 'li', deputy of 'chen', cannot read\n"
	    "-: 'qian', deputy of 'qian', cannot read\n");
	told("[person chen]\nreader = manager\nleft = 2020-01-01\n", two, 2,
	    "-: 'chen' has left and still reads\n");
}

static void
has_its_caps(void **state)
{
	struct buf text = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct control c;
	unsigned i;

	(void)state;
	memset(&c, 0, sizeof(c));
	(void)buf_adds(&text, "[shop a]\ndoers = x0", &e);
	for (i = 1; i <= PEOPLE_LIST_MAX; i++)
		(void)buf_addf(&text, &e, ", x%u", i);
	assert_null(people_new(buf_str(&text), NULL, &c, &e));
	assert_int_equal(e.code, ERR_FORMAT);
	buf_clear(&text);
	for (i = 0; i <= PEOPLE_MAX; i++)
		(void)buf_addf(&text, &e, "[shop %u]\nsquad = 1\n", i);
	assert_null(people_new(buf_str(&text), NULL, &c, &e));
	assert_int_equal(e.code, ERR_FORMAT);
	buf_release(&text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_who_came_later),
		cmocka_unit_test(reads_all_of_it),
		cmocka_unit_test(knows_who_opens),
		cmocka_unit_test(tells_what_is_wrong),
		cmocka_unit_test(has_its_caps)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
