/*
 * tests/cli/digest_page_test.c - the page of a day: order, what is cut, and
 * foreign text that does no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/desk/digest_page.h"
#include "cli/desk/talkask.h"
#include "json/json.h"

#include "base/banned.h"

#define HOSTILE "<script>alert(1)</script>\x1b[2J\xe2\x80\xae=1+1\nnext & \"q\""
#define HOUR INT64_C(3600000)
#define DAY 20780	/* 2026-11-23 */

static int64_t messages[] = {7, 8};
static int64_t chats[] = {3};

static struct facts_station stations[] = {
	{.who = {"ws-01", "Wang", "Zhang"}, .active = true, .works = true,
	    .last_run = FACTS_NEVER, .start = DAY * 24 * HOUR,
	    .cutoff = (DAY + 1) * 24 * HOUR}
};
static struct facts_account accounts[] = {
	{.who = {"ws-01", "Wang", "Zhang"}, .source = "qq", .platform = "qq",
	    .account = "10001", .backed_up = true,
	    .exported = DAY * 24 * HOUR, .until = DAY * 24 * HOUR + 9 * HOUR,
	    .conversations = {chats, 1, 1}, .in = {messages, 2, 2},
	    .first = DAY * 24 * HOUR + HOUR, .last = DAY * 24 * HOUR + 2 * HOUR,
	    .response = {.asked = {messages, 1, 1}, .minute = true,
	    .work_median = 90 * 60000, .work_p90 = 90 * 60000,
	    .wall_median = 30000, .wall_p90 = -1}},
	{.who = {"ws-02", HOSTILE, HOSTILE}, .source = "wx",
	    .platform = "wechat", .account = HOSTILE, .exported = FACTS_NEVER,
	    .until = FACTS_NEVER, .first = FACTS_NEVER, .last = FACTS_NEVER,
	    .unreadable = true}
};

static struct facts_item
item(enum facts_kind kind, const char *text)
{
	const struct facts_item it = {.kind = kind, .severity = FACTS_HIGH,
	    .who = {"ws-01", "Wang", "Zhang"}, .source = "qq",
	    .platform = "qq", .account = "10001", .chat = 3,
	    .peer = HOSTILE, .at = DAY * 24 * HOUR + 10 * HOUR,
	    .value = 2 * HOUR, .what = HOSTILE, .note = "wechat",
	    .text = text, .now = text, .messages = {messages, 2, 2}};

	return it;
}

/* As the command has it, whose file wants the whole program. */
const char *
talkask_kind(const char *kind)
{
	return kind;
}

/* Seven unanswered, and one of each other kind but watch words. */
static size_t
fill(struct facts_item *items)
{
	size_t n = 0, i;
	int kind;

	for (kind = 0; kind < FACTS_NKINDS; kind++)
		for (i = 0; kind != FACTS_WATCH && i <
		    (kind == FACTS_UNANSWERED ? 7u : 1u); i++)
			items[n++] = item((enum facts_kind)kind, HOSTILE);
	return n;
}

struct made {
	struct facts_item items[32];
	struct facts facts;
	struct digest_page page;
	struct worktime *time;
	struct buf out;
};

static int
make(void **state)
{
	struct made *m = calloc(1, sizeof(*m));
	struct err e = ERR_INIT;

	(void)setenv("LC_ALL", "C", 1);
	buf_init(&m->out, 1 << 20);
	m->facts.day = DAY;
	m->facts.made = (DAY + 1) * 24 * HOUR + HOUR;
	m->facts.station = stations;
	m->facts.nstations = 1;
	m->facts.account = accounts;
	m->facts.naccounts = 2;
	m->facts.item = m->items;
	m->facts.nitems = fill(m->items);
	m->items[8].text = "";
	m->items[8].note = "voice";
	m->facts.response = accounts[0].response;
	m->facts.inquiries.all = (struct facts_list){messages, 2, 2};
	m->time = worktime_new("[team]\nzone = UTC\n", "", &e);
	*state = m;
	return m->time && digest_page_make(&m->page, &m->facts, "Acme " HOSTILE,
	    "UTC", m->time, &e) == 0 ? 0 : -1;
}

static int
unmake(void **state)
{
	struct made *m = *state;

	digest_page_release(&m->page);
	worktime_free(m->time);
	buf_release(&m->out);
	free(m);
	return 0;
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

static void
text_page(void **state)
{
	struct made *m = *state;
	struct err e = ERR_INIT;
	const char *s, *first, *then;

	assert_int_equal(digest_text(&m->page, 3, &m->out, &e), 0);
	s = buf_str(&m->out);
	assert_null(strchr(s, '\x1b'));
	assert_null(strstr(s, "\xe2\x80\xae"));
	assert_non_null(strstr(s, "· 2026-11-23"));
	assert_non_null(strstr(s, "made 2026-11-24 01:00 (UTC)"));
	/* what is to be done is first, in its order; then the numbers */
	first = strstr(s, "\nNot backed up (1)\n");
	assert_non_null(first);
	then = strstr(s, "\nUnanswered (7)\n");
	assert_true(then > first);
	assert_true(strstr(s, "\nAccounts\n") > then);
	assert_non_null(strstr(then, "  and 4 more: --html or --json has them"));
	assert_int_equal(count(then, "2 h 00 min ·"), 3);
	assert_non_null(strstr(then, "2 h 00 min · [voice]\n"));
	assert_non_null(strstr(s, "ws-01/qq qq 10001 "));
	assert_non_null(strstr(s, "Wang (Zhang)"));
	assert_non_null(strstr(s, "~1 h 30 min"));
	assert_non_null(strstr(s, "~1 min"));
	assert_non_null(strstr(s, "01:00-02:00"));
	assert_non_null(strstr(s, "Nothing found: Watch words\n"));
	/* no text of a peer begins a line of its own */
	assert_null(strstr(s, "\nnext"));
	/* the first two of three rows, then the sums */
	buf_clear(&m->out);
	assert_int_equal(digest_text(&m->page, 0, &m->out, &e), 0);
	s = strstr(buf_str(&m->out), "\nAccounts\n");
	assert_non_null(s);
	assert_non_null(strstr(s, "\n  and 2 more: --html or --json has "
	    "them\n  all"));
	/* two screens */
	assert_true(count(s, "\n") < 100);
}

static void
html_page(void **state)
{
	struct made *m = *state;
	struct err e = ERR_INIT;
	const char *s;

	assert_int_equal(digest_html(&m->page, &m->out, &e), 0);
	s = buf_str(&m->out);
	assert_null(strstr(s, "<script"));
	assert_null(strchr(s, '\x1b'));
	assert_null(strstr(s, "\xe2\x80\xae"));
	assert_null(strstr(s, "src="));
	assert_null(strstr(s, "href="));
	assert_non_null(strstr(s, "&lt;script&gt;alert(1)"));
	assert_non_null(strstr(s, "default-src 'none'"));
	/* all of them */
	assert_int_equal(count(s, "2 h 00 min ·"), 7);
	assert_int_equal(count(s, "<section"), count(s, "</section>"));
	assert_int_equal(count(s, "<tr>"), count(s, "</tr>"));
	assert_int_equal(count(s, "<td"), count(s, "</td>"));
}

static void
json_lines(void **state)
{
	struct made *m = *state;
	struct err e = ERR_INIT;
	struct json *j = json_new(4096, 8, &e);
	const struct json_node *root, *v;
	const char *s, *end;
	size_t lines = 0, items = 0;

	assert_int_equal(digest_json(&m->facts, &m->out, &e), 0);
	for (s = buf_str(&m->out); *s; s = end + 1, lines++) {
		end = strchr(s, '\n');
		root = json_parse(j, s, (size_t)(end - s), &e);
		assert_non_null(root);
		v = json_get(j, root, "type");
		if (strcmp(v->str, "item") == 0) {
			items++;
			v = json_get(j, root, "text");
			/* one of them has no text */
			assert_true(items == 9 ? v->type == JSON_NULL :
			    strcmp(v->str, HOSTILE) == 0);
			assert_int_equal(json_get(j, root, "messages")->n, 2);
		} else if (strcmp(v->str, "account") == 0) {
			v = json_get(j, root, "clock_p90_ms");
			assert_true(v->type == JSON_NULL || v->num == 0);
		}
	}
	/* digest, items, station, accounts, response, inquiries */
	assert_int_equal(items, m->facts.nitems);
	assert_int_equal(lines, 1 + items + 1 + 2 + 2);
	json_free(j);
}

/* A day on which all is well. */
static void
empty(void **state)
{
	struct made *m = *state;
	struct facts none = {.day = DAY, .made = DAY * 24 * HOUR};
	struct digest_page page;
	struct err e = ERR_INIT;

	assert_int_equal(digest_page_make(&page, &none, "Acme", "UTC", m->time,
	    &e), 0);
	assert_int_equal(digest_text(&page, 3, &m->out, &e), 0);
	assert_non_null(strstr(buf_str(&m->out), "Nothing found: Not backed "
	    "up, Paused at the station, Cannot be read"));
	assert_int_equal(digest_html(&page, &m->out, &e), 0);
	digest_page_release(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_page, make, unmake),
		cmocka_unit_test_setup_teardown(html_page, make, unmake),
		cmocka_unit_test_setup_teardown(json_lines, make, unmake),
		cmocka_unit_test_setup_teardown(empty, make, unmake)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
