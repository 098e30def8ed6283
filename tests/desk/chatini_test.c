/* tests/desk/chatini_test.c - what policy.ini says of a source of chats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "desk/chatini.h"

#include "base/banned.h"

static struct chatini *
of(const char *text)
{
	struct err e = ERR_INIT;
	struct chatini *c = chatini_new(text, "ws-01", "chats", &e);

	assert_non_null(c);
	return c;
}

static void
says_nothing(void **state)
{
	static const char *const texts[] = {"", "[team]\norg = Acme\n",
	    "[source ws-02/chats]\naccount = 1\nzone = Asia/Tokyo\n"
	    "[source ws-01/chats2]\naccount = 2\n[source chat]\nself = x\n"
	    "[sources chats]\naccount = 3\n[source ws-01]\naccount = 4\n"
	    "[source ws-01/]\naccount = 5\n[source ]\naccount = 6\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct chatini *c = of(texts[i]);

		assert_null(chatini_account(c));
		assert_null(chatini_platform(c));
		assert_null(chatini_zone(c));
		assert_int_equal(chatini_hints(c)->nself, 0);
		assert_int_equal(chatini_hints(c)->date_order, DATE_AUTO);
		assert_null(chatini_hints(c)->encoding);
		assert_null(chatini_hints(c)->pattern_ini);
		chatini_free(c);
	}
	chatini_free(NULL);
}

static void
says_all(void **state)
{
	struct chatini *c = of("[source ws-01/chats]\nplatform = qq\n"
	    "account = 10001\nself = Sales-Li ,\xe6\x9d\x8e \xe9\x9b\xb7,, x\n"
	    "zone = Asia/Shanghai\ndate_order = dmy\nencoding = GB18030\n");
	const struct chat_hints *h = chatini_hints(c);

	(void)state;
	assert_string_equal(chatini_platform(c), "qq");
	assert_string_equal(chatini_account(c), "10001");
	assert_string_equal(chatini_zone(c), "Asia/Shanghai");
	assert_int_equal(h->nself, 4);
	assert_string_equal(h->self_id[0], "10001");
	assert_string_equal(h->self_id[1], "Sales-Li");
	assert_string_equal(h->self_id[2], "\xe6\x9d\x8e \xe9\x9b\xb7");
	assert_string_equal(h->self_id[3], "x");
	assert_int_equal(h->date_order, DATE_DMY);
	assert_string_equal(h->encoding, "GB18030");
	chatini_free(c);
	/* an account with a comma is one */
	c = of("[source chats]\naccount = Li, Wei\nencoding = auto\n");
	assert_int_equal(chatini_hints(c)->nself, 1);
	assert_string_equal(chatini_hints(c)->self_id[0], "Li, Wei");
	assert_null(chatini_hints(c)->encoding);
	chatini_free(c);
}

/* Key by key: the station's own, before or behind; else that of all. */
static void
takes_the_nearest(void **state)
{
	static const char own[] = "[source ws-01/chats]\naccount = own\n";
	static const char all[] = "[source chats]\naccount = all\n"
	    "platform = qq\n";
	char text[200];
	struct chatini *c;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text), "%s%s", i ? own : all,
		    i ? all : own);
		c = of(text);
		assert_string_equal(chatini_account(c), "own");
		assert_string_equal(chatini_platform(c), "qq");
		chatini_free(c);
	}
	c = of("[team]\nzone = UTC\n[station ws-01]\nzone = Asia/Tokyo\n");
	assert_string_equal(chatini_zone(c), "Asia/Tokyo");
	chatini_free(c);
	c = of("[source chats]\nzone = Europe/Berlin\n"
	    "[team]\nzone = UTC\n[station ws-01]\nzone = Asia/Tokyo\n");
	assert_string_equal(chatini_zone(c), "Europe/Berlin");
	chatini_free(c);
	c = of("[team]\nzone = UTC\n");
	assert_string_equal(chatini_zone(c), "UTC");
	chatini_free(c);
}

static void
reads_a_pattern(void **state)
{
	struct chatini *c = of("[source chats]\n"
	    "header = {name} ({date} {time}):{text}\n"
	    "date_order = mdy\nblank_before = yes\n");

	(void)state;
	assert_string_equal(chatini_hints(c)->pattern_ini, "[pattern]\n"
	    "header = {name} ({date} {time}):{text}\ndate = mdy\n"
	    "blank = yes\n");
	assert_int_equal(chatini_hints(c)->pattern_len,
	    strlen(chatini_hints(c)->pattern_ini));
	chatini_free(c);
	c = of("[source chats]\nheader = {name} ({date} {time}):{text}\n");
	assert_string_equal(chatini_hints(c)->pattern_ini, "[pattern]\n"
	    "header = {name} ({date} {time}):{text}\n");
	chatini_free(c);
}

/* Nonsense is as if it were not there, and does not hide what stands before. */
static void
passes_over_nonsense(void **state)
{
	static const char *const lines[] = {"zone = ../../etc/passwd",
	    "zone = /etc/passwd", "zone = Asia/Shang hai", "zone = \x1b[2J",
	    "platform = QQ", "platform = q/q", "date_order = DMY",
	    "date_order = 1", "encoding = gb", "encoding = UTF-8//IGNORE",
	    "header = no fields", "header = {text}{date}",
	    "account = a\x1b[2Jb", "account = \xff\xfe", "self = \xc0\x80",
	    "nothing = 1", "= 1", "zone ="};
	char text[400], longest[5000];
	struct chatini *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		(void)snprintf(text, sizeof(text), "[source chats]\n"
		    "zone = UTC\nplatform = qq\naccount = A\nself = B\n"
		    "date_order = dmy\nencoding = BIG5\n"
		    "[source ws-01/chats]\n%s\n", lines[i]);
		c = of(text);
		assert_string_equal(chatini_zone(c), "UTC");
		assert_string_equal(chatini_platform(c), "qq");
		assert_string_equal(chatini_account(c), "A");
		assert_int_equal(chatini_hints(c)->nself, 2);
		assert_int_equal(chatini_hints(c)->date_order, DATE_DMY);
		assert_string_equal(chatini_hints(c)->encoding, "BIG5");
		assert_null(chatini_hints(c)->pattern_ini);
		chatini_free(c);
	}
	/* too many, too long */
	(void)snprintf(longest, sizeof(longest), "[source chats]\nself = ");
	for (i = 0; i < 1000; i++)
		(void)snprintf(longest + strlen(longest), 5, "n%02zu,",
		    i % 100);
	c = of(longest);
	assert_int_equal(chatini_hints(c)->nself, CHATINI_SELF_MAX);
	chatini_free(c);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "[source chats]\naccount = ", 25);
	c = of(longest);
	assert_null(chatini_account(c));
	chatini_free(c);
	memcpy(longest, "[source chats]\nself = ok,", 25);
	c = of(longest);
	assert_int_equal(chatini_hints(c)->nself, 1);
	chatini_free(c);
}

static void
checks(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(chatini_check("zone", "Asia/Shanghai", &e), 0);
	assert_int_equal(chatini_check("zone", "", &e), 0);
	assert_int_equal(chatini_check("zone", "a b", &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_string_equal(e.what,
	    "zone: a zone such as Asia/Shanghai, not 'a b'");
	assert_int_equal(chatini_check("date_order", "ydm", &e), -1);
	assert_int_equal(chatini_check("self", "\x01", &e), -1);
	assert_int_equal(chatini_check("no", "x", &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_nothing),
		cmocka_unit_test(says_all),
		cmocka_unit_test(takes_the_nearest),
		cmocka_unit_test(reads_a_pattern),
		cmocka_unit_test(passes_over_nonsense),
		cmocka_unit_test(checks)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
