/* tests/desk/notes_test.c - notes: written, sent, found again, and what is none. */
#include "desks.h"

#include "desk/notes.h"
#include "json/json.h"

static struct access_log
log_of(const struct deskhome *h, const char *name, const struct sshkey *key)
{
	return (struct access_log){h, &control, name, key};
}

static int
write_note(const struct access_log *l, int64_t utc, const char *text,
	struct err *e)
{
	char rest[128];

	(void)snprintf(rest, sizeof(rest), "\"text\":\"%s\"", text);
	err_clear(e);
	return notes_write(l, utc, "remark", rest, strlen(rest), e);
}

/* --- Read them back. */

struct seen {
	struct notes_report report;
	const struct buf *unsent;
	char all[4096];		/* "BY@UTC TEXT;" of each */
};

static int
on_note(void *arg, const struct notes_note *v, struct err *e)
{
	struct seen *s = arg;
	const char *text = strstr(v->line, "\"text\":\"");
	const size_t at = strlen(s->all);

	(void)e;
	assert_non_null(text);
	assert_int_equal(strlen(v->line), v->n);
	(void)snprintf(s->all + at, sizeof(s->all) - at, "%s@%d %.*s;", v->by,
	    (int)(v->utc - T0), (int)strcspn(text + 8, "\""), text + 8);
	return 0;
}

static int
read_them(struct box *b, void *arg, struct err *e)
{
	struct seen *s = arg;

	return notes_index(b, &s->report, e) < 0 ? -1 :
	    notes_each(b->catalogue, s->unsent, "manager", on_note, s, e);
}

static void
fetch(const struct deskhome *h)
{
	struct err e = ERR_INIT;

	assert_int_equal(mirror_fetch(&central, "desk", h->desk, NULL, &e),
	    0);
}

/* As the desk at H has them; UNSENT may be NULL. */
static void
look(const struct deskhome *h, const struct buf *unsent, struct seen *s)
{
	struct box b = {.home = h, .opener = opener, .mirrors = true,
	    .no_records = true, .make = true};
	struct err e = ERR_INIT;

	memset(s, 0, sizeof(*s));
	s->unsent = unsent;
	fetch(h);
	if (box_run_here(&b, read_them, s, &e) < 0)
		fail_msg("%s", e.what);
}

/* --- */

static void
are_found_by_every_reader(void **state)
{
	const struct access_log l = log_of(&one, "manager", manager);
	const struct access_log other = log_of(&two, "owner", owner);
	struct err e = ERR_INIT;
	struct seen s;
	size_t waits;

	(void)state;
	assert_int_equal(write_note(&l, T0 + 5, "first", &e), 0);
	assert_int_equal(write_note(&l, T0 + 1, "second", &e), 0);
	/* without a clone of what is there it waits for the next sync */
	assert_int_equal(write_note(&other, T0 + 3, "third", &e), 1);
	fetch(&two);
	assert_int_equal(notes_send(&other, &waits, &e), 0);
	look(&two, NULL, &s);
	assert_int_equal(s.report.notes, 3);
	assert_int_equal(s.report.wrong, 0);
	assert_int_equal(s.report.later, 0);
	/* by their clocks, whoever's they are */
	assert_string_equal(s.all, "manager@1 second;owner@3 third;"
	    "manager@5 first;");
	/* and each is taken once */
	look(&two, NULL, &s);
	assert_int_equal(s.report.notes, 0);
	assert_string_equal(s.all, "manager@1 second;owner@3 third;"
	    "manager@5 first;");
}

static void
count_here_before_they_are_sent(void **state)
{
	const struct access_log l = log_of(&one, "manager", manager);
	char *away = str_fmt("%s.away", central.url);
	struct buf unsent = BUF_INIT(NOTES_UNSENT_MAX);
	struct err e = ERR_INIT;
	struct seen s;
	size_t waits;

	(void)state;
	assert_int_equal(rename(central.url, away), 0);
	assert_int_equal(write_note(&l, T0, "kept", &e), 1);
	assert_int_equal(write_note(&l, T0 + 9, "kept too", &e), 1);
	assert_int_equal(notes_send(&l, &waits, &e), -1);
	assert_int_equal(waits, 2);
	err_clear(&e);
	assert_int_equal(rename(away, central.url), 0);
	assert_int_equal(notes_unsent(&one, &unsent, &e), 0);
	look(&one, &unsent, &s);
	assert_string_equal(s.all, "manager@0 kept;manager@9 kept too;");
	assert_int_equal(notes_send(&l, &waits, &e), 0);
	assert_int_equal(waits, 0);
	buf_clear(&unsent);
	assert_int_equal(notes_unsent(&one, &unsent, &e), 0);
	assert_int_equal(unsent.len, 0);
	look(&one, &unsent, &s);
	assert_int_equal(s.report.notes, 2);
	assert_string_equal(s.all, "manager@0 kept;manager@9 kept too;");
	buf_release(&unsent);
	free(away);
}

static void
has_a_largest(void **state)
{
	const struct access_log l = log_of(&one, "manager", manager);
	char *rest = malloc(NOTES_LINE_MAX + 1);
	struct buf unsent = BUF_INIT(NOTES_UNSENT_MAX);
	struct err e = ERR_INIT;

	(void)state;
	assert_non_null(rest);
	memset(rest, 'x', NOTES_LINE_MAX);
	memcpy(rest, "\"text\":\"", 8);
	rest[NOTES_LINE_MAX - 1] = '"';
	assert_int_equal(notes_write(&l, T0, "remark", rest, NOTES_LINE_MAX,
	    &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(notes_unsent(&one, &unsent, &e), 0);
	assert_int_equal(unsent.len, 0);
	buf_release(&unsent);
	free(rest);
}

/* In the folder of another key it is of nobody. */
static void
count_only_where_they_belong(void **state)
{
	const struct access_log l = log_of(&one, "manager", manager);
	const struct access_log other = log_of(&two, "owner", owner);
	struct control_file file[2] = {{0}};
	const struct edit_job job = {&central, "desk", two.desk, "owner",
	    owner, T0, "notes", file, 2};
	char key[REQUEST_KEY_LEN], path[2][80];
	struct sshkey_pub pub;
	struct err e = ERR_INIT;
	struct seen s;

	(void)state;
	assert_int_equal(write_note(&l, T0, "mine", &e), 0);
	fetch(&two);
	assert_int_equal(write_note(&other, T0 + 1, "owner's", &e), 0);
	sshkey_public(manager, &pub);
	request_key(&pub, key);
	(void)snprintf(path[0], sizeof(path[0]), "notes/%s/1.age", key);
	sshkey_public(owner, &pub);
	request_key(&pub, key);
	(void)snprintf(path[1], sizeof(path[1]), "notes/%s/1.age", key);
	for (int i = 0; i < 2; i++) {
		file[i].path = path[i];
		file[i].data = "no age file\n";
		file[i].len = 12;
	}
	if (edit_commit_again(&job, EDIT_TRIES, &e) < 0)
		fail_msg("%s", e.what);
	look(&one, NULL, &s);
	assert_string_equal(s.all, "manager@0 mine;owner@1 owner's;");
	/* the one in the manager's folder, and the one that does not open */
	assert_int_equal(s.report.wrong, 2);
	assert_int_equal(s.report.notes, 2);
}

static void
begin_as_the_format_says(void **state)
{
	static const char good[] = "{\"v\":1,\"n\":7,\"prev\":null,\"utc\":9,"
	    "\"by\":\"emma\",\"type\":\"x\"}\n\0\0";
	static const char *const none[] = {"", "\n", "{}\n", "[]\n", "7\n",
	    "{\"v\":1,\"n\":7,\"utc\":9,\"type\":\"x\"}",	/* no LF */
	    "{\"v\":2,\"n\":7,\"utc\":9,\"type\":\"x\"}\n",
	    "{\"v\":1,\"n\":-7,\"utc\":9,\"type\":\"x\"}\n",
	    "{\"v\":1,\"n\":7,\"utc\":\"9\",\"type\":\"x\"}\n",
	    "{\"v\":1,\"n\":7,\"utc\":-1,\"type\":\"x\"}\n",
	    "{\"v\":1,\"n\":7,\"utc\":9,\"type\":1}\n",
	    "{\"v\":1,\"n\":7,\"utc\":9,\"type\":\"x\\u0000y\"}\n",
	    "{\"v\":1,\"n\":7,\"utc\":9,\n\"type\":\"x\"}\n",
	    "{\"v\":1,\"n\":7,\"utc\":9,\"type\":\"x\",\"a\":[[[[1]]]]}\n"};
	struct err e = ERR_INIT;
	struct json *j = json_new(64, 4, &e);
	struct notes_head h;

	(void)state;
	assert_non_null(j);
	assert_int_equal(notes_head(j, good, sizeof(good) - 1, &h, &e), 0);
	assert_int_equal(h.len, sizeof(good) - 4);
	assert_int_equal(h.n, 7);
	assert_int_equal(h.utc, 9);
	assert_string_equal(h.by, "emma");
	assert_null(h.prev);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		err_clear(&e);
		if (notes_head(j, none[i], strlen(none[i]), &h, &e) != -1 ||
		    e.code != ERR_FORMAT)
			fail_msg("'%s'", none[i]);
	}
	json_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begin_as_the_format_says),
		cmocka_unit_test_setup_teardown(are_found_by_every_reader,
		    make, unmake),
		cmocka_unit_test_setup_teardown(
		    count_here_before_they_are_sent, make, unmake),
		cmocka_unit_test_setup_teardown(has_a_largest, make, unmake),
		cmocka_unit_test_setup_teardown(count_only_where_they_belong,
		    make, unmake)
	};

	return cmocka_run_group_tests(tests, setup, stop);
}
