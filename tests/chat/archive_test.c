/* tests/chat/archive_test.c - zips and tars, honest and not. */
#include "rows.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/banned.h"

static void
add(struct archive *a, const char *name, const void *data, size_t n)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_size(entry, (la_int64_t)n);
	archive_entry_set_filetype(entry, name[strlen(name) - 1] == '/' ?
	    AE_IFDIR : AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal((size_t)archive_write_data(a, data, n), n);
	archive_entry_free(entry);
}

static struct archive *
begin_as(int (*format)(struct archive *), int (*filter)(struct archive *),
	struct buf *out, size_t room, size_t *used)
{
	struct archive *a = archive_write_new();
	struct err e = ERR_INIT;

	assert_int_equal(buf_reserve(out, room, &e), 0);
	assert_int_equal(format(a), ARCHIVE_OK);
	assert_int_equal(filter(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, out->data, room, used),
	    ARCHIVE_OK);
	return a;
}

static struct archive *
begin(struct buf *out, size_t room, size_t *used)
{
	return begin_as(archive_write_set_format_zip,
	    archive_write_add_filter_none, out, room, used);
}

static void
end(struct archive *a)
{
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	(void)archive_write_free(a);
}

static void
reads_members(void **state)
{
	struct buf z = BUF_INIT(1 << 20);
	struct chat_input in, m;
	struct chat_archive *ar;
	struct chat_bytes b;
	struct err e = ERR_INIT;
	char text[32];
	struct archive *a;
	size_t used;

	(void)state;
	a = begin(&z, 1 << 20, &used);
	add(a, "d/", "", 0);
	add(a, "d/one.txt", "first", 5);
	add(a, "../two.txt", "second", 6);
	end(a);
	b = (struct chat_bytes){z.data, used};
	chat_input_bytes(&in, &b, "x.zip");
	assert_true(chat_archive_is(z.data, used));
	ar = chat_archive_open(&in, &e);
	assert_non_null(ar);
	assert_int_equal(chat_archive_count(ar), 2);
	assert_string_equal(chat_archive_path(ar, 0), "d/one.txt");
	assert_string_equal(chat_archive_paths(ar)[1], "../two.txt");
	assert_int_equal(chat_archive_find(ar, "one.txt"), 0);
	assert_int_equal(chat_archive_find(ar, "../two.txt"), 1);
	assert_int_equal(chat_archive_find(ar, "d"), -1);
	chat_archive_member(ar, 1, &m);
	assert_int_equal(m.size, 6);
	assert_string_equal(m.name, "two.txt");
	assert_int_equal(chat_input_read(&m, 2, text, 4, &e), 0);
	assert_memory_equal(text, "cond", 4);
	/* Back, within it and before it. */
	assert_int_equal(chat_input_read(&m, 0, text, 6, &e), 0);
	assert_memory_equal(text, "second", 6);
	chat_archive_member(ar, 0, &m);
	assert_int_equal(chat_input_read(&m, 0, text, 5, &e), 0);
	assert_memory_equal(text, "first", 5);
	assert_int_equal(chat_input_read(&m, 0, text, 6, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	chat_archive_close(ar);
	buf_release(&z);
}

static void
reads_a_chat_in_a_zip(void **state)
{
	static const char chat[] = "14/02/24, 10:00 - A: a.jpg (file attached)\n"
	    "14/02/24, 10:00 - A: b.jpg (file attached)\n";
	struct buf z = BUF_INIT(1 << 20);
	struct archive *a;
	size_t used, i;
	struct rows r = {.quiet = true};
	uint8_t *copy;

	(void)state;
	a = begin(&z, 1 << 20, &used);
	add(a, "a.jpg", "JPEG", 4);
	add(a, "WhatsApp Chat with A.txt", chat, sizeof(chat) - 1);
	add(a, "inner.zip", "PK\3\4", 4);
	end(a);
	rows_are_n("x.zip", z.data, used,
	    "2024-02-14T10:00:00|A|A|image||+a.jpg!\n"
	    "2024-02-14T10:00:00|A|A|image||+b.jpg\n= whatsapp-txt 2/0/0\n",
	    NULL);
	/* Cut anywhere, and with any byte wrong. */
	for (i = 0; i < used; i++) {
		copy = malloc(used);
		assert_non_null(copy);
		memcpy(copy, z.data, used);
		copy[i] ^= 0xff;
		(void)rows_of(&r, "x.zip", copy, used);
		(void)rows_of(&r, "x.zip", copy, i);
		free(copy);
	}
	buf_release(&r.out);
	buf_release(&z);
}

/* As Skype gives it: a tar of messages.json and media; also gzipped. */
static void
reads_a_chat_in_a_tar(void **state)
{
	static const char chat[] = "{\"userId\":\"8:me\",\"exportDate\":"
	    "\"2024-02-15T00:00\",\"conversations\":[{\"id\":\"8:a\","
	    "\"displayName\":\"A\",\"MessageList\":[{\"id\":\"1\","
	    "\"originalarrivaltime\":\"2024-02-14T10:00:00Z\",\"messagetype\":"
	    "\"RichText\",\"content\":\"hello\",\"from\":\"8:a\","
	    "\"displayName\":null,\"conversationid\":\"8:a\"}]}]}";
	int (*const filter[])(struct archive *) = {
		archive_write_add_filter_none, archive_write_add_filter_gzip
	};
	struct rows r = {.quiet = true};
	struct archive *a;
	size_t used, i, k;
	uint8_t *copy;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct buf z = BUF_INIT(1 << 20);

		a = begin_as(archive_write_set_format_ustar, filter[i], &z,
		    1 << 20, &used);
		add(a, "media/", "", 0);
		add(a, "media/a.jpg", "JPEG", 4);
		add(a, "messages.json", chat, sizeof(chat) - 1);
		end(a);
		assert_true(chat_archive_is(z.data, used));
		rows_end("x.tar", z.data, used, "= skype-json 1/0/0\n");
		for (k = 0; k < used; k += 7) {
			copy = malloc(used);
			assert_non_null(copy);
			memcpy(copy, z.data, used);
			copy[k] ^= 0xff;
			(void)rows_of(&r, "x.tar", copy, used);
			(void)rows_of(&r, "x.tar", copy, k);
			free(copy);
		}
		buf_release(&z);
	}
	buf_release(&r.out);
}

static void
refuses_bombs(void **state)
{
	size_t n = 64u << 20, used, i;
	uint8_t *zeros = calloc(1, n);
	struct buf z = BUF_INIT(64u << 20);
	struct archive *a;
	char name[32];

	(void)state;
	assert_non_null(zeros);
	a = begin(&z, 4u << 20, &used);
	add(a, "zeros.txt", zeros, n);
	end(a);
	assert_true(used * 200 < n);
	rows_end("x.zip", z.data, used, "! the archive would be more than "
	    "16777216 bytes unpacked\n");
	buf_release(&z);
	free(zeros);
	buf_init(&z, 64u << 20);
	a = begin(&z, 32u << 20, &used);
	for (i = 0; i <= CHAT_MEMBERS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%zu", i);
		add(a, name, "", 0);
	}
	end(a);
	rows_end("x.zip", z.data, used,
	    "! more than 100000 files in the archive\n");
	buf_release(&z);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_members),
		cmocka_unit_test(reads_a_chat_in_a_zip),
		cmocka_unit_test(reads_a_chat_in_a_tar),
		cmocka_unit_test(refuses_bombs)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
