/* tests/chat/slack_test.c - the zip of a workspace. */
#include "rows.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/banned.h"

struct file {
	const char *path, *text;
};

/* A zip of them, as rows. */
static void
zip_is(const struct file *files, size_t n, const char *want)
{
	struct archive *a = archive_write_new();
	struct buf z = BUF_INIT(1 << 20);
	struct archive_entry *entry;
	struct err e = ERR_INIT;
	size_t i, len, used;

	assert_int_equal(buf_reserve(&z, 1 << 20, &e), 0);
	assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, z.data, 1 << 20, &used),
	    ARCHIVE_OK);
	for (i = 0; i < n; i++) {
		len = strlen(files[i].text);
		entry = archive_entry_new();
		archive_entry_set_pathname(entry, files[i].path);
		archive_entry_set_size(entry, (la_int64_t)len);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
		assert_int_equal((size_t)archive_write_data(a, files[i].text,
		    len), len);
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	(void)archive_write_free(a);
	rows_are_n("workspace.zip", z.data, used, want, NULL);
	buf_release(&z);
}

#define MSG(user, text, ts) "[{\"type\":\"message\",\"user\":\"" user "\"," \
	"\"text\":\"" text "\",\"ts\":\"" ts "\"}]"

/* Names come from a file that may lie behind the messages. */
static void
workspace(void **state)
{
	static const struct file files[] = {
		{"channels.json", "[{\"id\":\"C1\",\"name\":\"general\"}]"},
		{"dms.json", "[{\"id\":\"D1\",\"members\":[\"U1\",\"U2\"]}]"},
		{"general/2024-03-01.json",
			MSG("U1", "hi <@U2>", "1709254747.000100")},
		{"general/2024-03-02.json",
			MSG("U3", "who?", "1709341147.000100")},
		{"D1/2024-03-01.json", MSG("U2", "<@U9> &amp; <@U1|x>",
			"1709254748.000100")},
		{"integration_logs.json", "[{\"user_id\":\"U1\"}]"},
		{"users.json", "[{\"id\":\"U2\",\"name\":\"b\",\"real_name\":"
			"\"Bob B\"},{\"id\":\"U1\",\"profile\":{"
			"\"display_name\":\"Anna\"}},{\"name\":\"no id\"}]"},
	};

	(void)state;
	zip_is(files, sizeof(files) / sizeof(files[0]),
	    "2024-03-01T00:59:07.0001Z|U1|Anna|text|hi @Bob B\n"
	    "2024-03-02T00:59:07.0001Z|U3|-|text|who?\n"
	    "2024-03-01T00:59:08.0001Z|U2|Bob B|text|@U9 & @Anna\n"
	    "= slack-zip 3/0/0\n");
}

/* A day that is no JSON costs no other; a list of users neither. */
static void
damaged(void **state)
{
	static const struct file files[] = {
		{"channels.json", "[]"}, {"users.json", "oops"},
		{"x/2024-03-01.json", "oops"},
		{"x/2024-03-02.json", MSG("U1", "a", "1709341147.000100")},
		{"x/2024-03-03.json", "[{\"type\":\"message\",\"ts\":\"17"},
	};

	(void)state;
	zip_is(files, sizeof(files) / sizeof(files[0]),
	    "? x/2024-03-01.json\n"
	    "2024-03-02T00:59:07.0001Z|U1|-|text|a\n"
	    "= slack-zip 1/0/1 truncated_tail\n");
}

/* Thousands of marks in a text are not worth the square of it. */
static void
marks(void **state)
{
	struct buf b = BUF_INIT(16u << 20);
	struct rows r = {.quiet = true};
	struct err e = ERR_INIT;
	unsigned i;

	(void)state;
	assert_int_equal(buf_adds(&b, "[{\"type\":\"message\",\"ts\":"
	    "\"1709254747.000100\",\"text\":\"", &e), 0);
	for (i = 0; i < 500000; i++)
		assert_int_equal(buf_adds(&b, "<@U1>", &e), 0);
	assert_int_equal(buf_adds(&b, "\"}]", &e), 0);
	assert_string_equal(rows_of(&r, "x/2024-03-01.json", b.data, b.len),
	    "= slack-json 1/0/0\n");
	buf_release(&b);
	buf_release(&r.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workspace),
		cmocka_unit_test(damaged),
		cmocka_unit_test(marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
