/* tests/desk/importer_test.c - exports that are read, and what parsers die of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "desk/importer.h"
#include "desk/parser.h"
#include "shop/page.h"

#include "base/banned.h"

#define MIB (1024u * 1024)

static char dir[] = "/tmp/importer_test.XXXXXX";
static struct importer *im;
static const struct chat_hints none;

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	proc_setup();
	if (!mkdtemp(dir))
		return -1;
	im = importer_new(dir, &e);
	return im ? 0 : -1;
}

static int
count_name(const char *name, void *arg, struct err *e)
{
	(void)name;
	(void)e;
	++*(int *)arg;
	return 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;
	int n = 0;

	(void)state;
	/* Neither of the two files ever had a name. */
	if (file_each(dir, count_name, &n, &e) < 0 || n != 0)
		return -1;
	importer_free(im);
	importer_free(NULL);
	return rmdir(dir);
}

static int
give(const void *data, size_t n, const char *path,
	const struct chat_hints *hints, struct importer_report *r,
	struct err *e)
{
	const struct importer_ask ask = {(int64_t)n, path, hints};
	int in = importer_in(im, e);

	err_clear(e);
	assert_true(in >= 0);
	assert_int_equal(file_pwrite(in, data, n, 0, "in", e), 0);
	return importer_read(im, &ask, r, e);
}

static void
take(struct buf *out)
{
	struct err e = ERR_INIT;
	int fd = importer_out(im, &e);

	buf_clear(out);
	assert_true(fd >= 0);
	assert_int_equal(file_load_fd(fd, "out", out, &e), 0);
}

static size_t
count(const struct buf *b, const char *what)
{
	const char *s = buf_str(b);
	size_t n = 0;

	while ((s = strstr(s, what)) != NULL) {
		n++;
		s += strlen(what);
	}
	return n;
}

static const char two[] = "14/02/24, 10:00 - Anna: hello\n"
	"14/02/24, 10:01 - Li: \xe6\x8a\xa5\xe4\xbb\xb7\n";

/* A file that is read leaves the importer as it was: the next may be shorter. */
static void
reads(void **state)
{
	struct buf out = BUF_INIT(MIB), big = BUF_INIT(MIB);
	struct importer_report r;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 2000; i++)
		assert_int_equal(buf_addf(&big, &e, "14/02/24, 10:%02u - A: "
		    "line %zu\n", (unsigned)(i / 60), i), 0);
	assert_int_equal(give(big.data, big.len, "WhatsApp Chat with B.txt",
	    &none, &r, &e), 0);
	assert_int_equal(r.messages, 2000);
	take(&out);
	assert_int_equal(count(&out, "\n"), 2000);
	assert_int_equal(give(two, sizeof(two) - 1, "a/b.txt", &none, &r,
	    &e), 0);
	assert_string_equal(r.format->name, "whatsapp-txt");
	assert_int_equal(r.messages, 2);
	assert_int_equal(r.unparsed, 0);
	take(&out);
	assert_int_equal(count(&out, "\n"), 2);
	assert_int_equal(count(&out, "\"type\":\"message\",\"n\":"), 2);
	assert_int_equal(count(&out, "\xe6\x8a\xa5\xe4\xbb\xb7"), 1);
	buf_release(&out);
	buf_release(&big);
}

/* What a source's configuration says comes to the parser. */
static void
gives_hints(void **state)
{
	static const char odd[] = "03/04/24, 10:00 - A: x\n";
	static const char *const self[] = {"Li", "10001"};
	static const char pattern[] = "[pattern]\n";
	struct chat_hints h = {.self_id = self, .nself = 2,
	    .date_order = DATE_MDY};
	struct buf out = BUF_INIT(MIB);
	struct importer_report r;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(give(odd, sizeof(odd) - 1, "a.txt", &h, &r, &e), 0);
	take(&out);
	assert_int_equal(count(&out, "\"ts_raw\":\"2024-03-04T10:00:00\""), 1);
	h.date_order = DATE_DMY;
	assert_int_equal(give(odd, sizeof(odd) - 1, "a.txt", &h, &r, &e), 0);
	take(&out);
	assert_int_equal(count(&out, "\"ts_raw\":\"2024-04-03T10:00:00\""), 1);
	h.encoding = "GB18030";
	assert_int_equal(give("14/02/24, 10:00 - A: \xb1\xa8\xbc\xdb\n", 27,
	    "a.txt", &h, &r, &e), 0);
	take(&out);
	assert_int_equal(count(&out, "\xe6\x8a\xa5\xe4\xbb\xb7"), 1);
	/* A pattern that says nothing is the pattern's error. */
	h.encoding = NULL;
	h.pattern_ini = pattern;
	h.pattern_len = sizeof(pattern) - 1;
	assert_int_equal(give(two, sizeof(two) - 1, "a.txt", &h, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	buf_release(&out);
}

static void
refuses(void **state)
{
	static const uint8_t zeros[5000];
	struct importer_report r;
	struct err e = ERR_INIT;
	uint8_t noise[4096];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * i * 31 + i / 7);
	assert_int_equal(give(noise, sizeof(noise), "x.bin", &none, &r, &e),
	    1);
	assert_null(r.format);
	assert_int_equal(give("", 0, "x.txt", &none, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_string_equal(e.what, "the file is empty");
	assert_true(r.warn & CHAT_WARN_EMPTY);
	assert_int_equal(give(zeros, sizeof(zeros), "x.txt", &none, &r, &e),
	    -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(give(two, sizeof(two) - 1, "a.txt", &none, &r, &e),
	    0);
}

/* No path is too long, no size goes through. */
static void
caps_requests(void **state)
{
	const struct importer_ask huge = {IMPORTER_IN_MAX + 1, "x", &none};
	static char longest[3 * IMPORTER_PATH_MAX];
	struct importer_report r;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(importer_read(im, &huge, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	memset(longest, 'x', sizeof(longest) - 1);
	assert_int_equal(give(two, sizeof(two) - 1, longest, &none, &r, &e),
	    0);
	assert_int_equal(r.messages, 2);
}

/* 64 MiB of zeros in some KiB. */
static void
survives_bomb(void **state)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	uint8_t *out = malloc(MIB), *zeros = calloc(1, MIB);
	struct importer_report r;
	struct err e = ERR_INIT;
	size_t used = 0, i;

	(void)state;
	assert_non_null(out);
	assert_non_null(zeros);
	assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, out, MIB, &used),
	    ARCHIVE_OK);
	archive_entry_set_pathname(entry, "_chat.txt");
	archive_entry_set_size(entry, 64 * MIB);
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	for (i = 0; i < 64; i++)
		assert_int_equal((size_t)archive_write_data(a, zeros, MIB),
		    MIB);
	archive_entry_free(entry);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	(void)archive_write_free(a);
	assert_int_equal(give(out, used, "b.zip", &none, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(give(two, sizeof(two) - 1, "a.txt", &none, &r, &e),
	    0);
	free(out);
	free(zeros);
}

/* The only child of PID, or 0. */
static pid_t
child_of(pid_t pid)
{
	char path[64], text[64] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children",
	    (long)pid, (long)pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	(void)fclose(f);
	return (pid_t)strtol(text, NULL, 10);
}

/* Send SIG to the parser of IMPORTER as soon as there is one. */
static pid_t
start_killer(pid_t importer, int sig)
{
	const struct timespec tick = {0, 1000000};
	pid_t pid = fork(), parser;
	int i;

	if (pid != 0)
		return pid;
	for (i = 0; i < 20000; i++) {
		parser = child_of(importer);
		if (parser > 0) {
			(void)kill(parser, sig);
			_exit(0);
		}
		(void)nanosleep(&tick, NULL);
	}
	_exit(1);
}

/* A parser that is killed is the end of its file only. */
static void
outlives_parsers(void **state)
{
	static const struct {
		int sig;
		const char *what;
	} deaths[] = {
		{SIGXCPU, "reading took too long"},
		{SIGKILL, "reading took too long"},
		{SIGXFSZ, "it holds too much to be kept"},
		/* of others cmocka has handlers */
		{SIGQUIT, "the reading process was lost (259)"}
	};
	struct buf big = BUF_INIT(64 * MIB);
	struct importer_report r;
	struct err e = ERR_INIT;
	pid_t importer, killer;
	size_t i;
	int status;

	(void)state;
	importer = child_of(getpid());
	assert_true(importer > 0);
	while (big.len < 24 * MIB)
		assert_int_equal(buf_addf(&big, &e, "14/02/24, 10:00 - A: "
		    "line %zu\n", big.len), 0);
	for (i = 0; i < sizeof(deaths) / sizeof(*deaths); i++) {
		killer = start_killer(importer, deaths[i].sig);
		assert_true(killer > 0);
		assert_int_equal(give(big.data, big.len, "a.txt", &none, &r,
		    &e), -1);
		assert_int_equal(waitpid(killer, &status, 0), killer);
		assert_int_equal(status, 0);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_string_equal(e.what, deaths[i].what);
		assert_null(r.format);
	}
	assert_int_equal(give(two, sizeof(two) - 1, "a.txt", &none, &r, &e),
	    0);
	assert_int_equal(r.messages, 2);
	buf_release(&big);
}

/* --- What a parser may, and may not. */

/* Without a limit of its own a sink could fill the disk. */
static int
fill(void *arg, const struct chat_msg *m, struct err *e)
{
	static uint8_t block[65536];

	(void)m;
	for (;;)
		if (file_write(*(int *)arg, block, sizeof(block), "out",
		    e) < 0)
			return -1;
}

#ifndef LIUDI_SANITIZED	/* whose runtime takes more */
static int
hoard(void *arg, const struct chat_msg *m, struct err *e)
{
	const size_t n = 2 * PARSER_MEMORY_MAX;
	char *p = malloc(n);

	(void)arg;
	(void)m;
	if (!p)
		return err_nomem(e);
	memset(p, 1, n);
	free(p);
	return 0;
}
#endif

static int
look_around(void *arg, const struct chat_msg *m, struct err *e)
{
	FILE *f = fopen("/etc/passwd", "r");

	(void)arg;
	(void)m;
	if (!f)
		return err_set(e, ERR_FAIL, "shut");
	(void)fclose(f);
	return 0;
}

struct trial {
	int in, out;
	int (*message)(void *arg, const struct chat_msg *m, struct err *e);
};

static int
in_child(int fd, void *arg)
{
	struct trial *t = arg;
	const struct chat_sink sink = {t->message, NULL, &t->out};
	const struct parser_job job = {t->in, sizeof(two) - 1, "a.txt",
	    &none, MIB};
	struct chat_report r;
	struct err e = ERR_INIT;

	(void)fd;
	if (parser_read(&job, &sink, &r, &e) == 0)
		return 1;
	return e.code == ERR_NOMEM ? 2 : e.code == ERR_FAIL ? 3 : 4;
}

static int
try_sink(int (*message)(void *arg, const struct chat_msg *m, struct err *e))
{
	struct err e = ERR_INIT;
	struct trial t = {.message = message};
	int fds[IMPORTER_FDS], keep[2], sock, status;
	pid_t pid;

	importer_fds(im, fds);
	t.in = importer_in(im, &e);
	t.out = fds[2];
	assert_true(t.in >= 0);
	assert_int_equal(file_pwrite(t.in, two, sizeof(two) - 1, 0, "in",
	    &e), 0);
	assert_true(importer_out(im, &e) >= 0);
	keep[0] = t.in;
	keep[1] = t.out;
	pid = proc_fork(in_child, &t, keep, 2, &sock, &e);
	assert_true(pid > 0);
	status = proc_wait_pid(pid, &e);
	(void)close(sock);
	return status;
}

static void
limits(void **state)
{
	struct stat st;
	int fds[IMPORTER_FDS];

	(void)state;
	assert_int_equal(try_sink(fill), 256 + SIGXFSZ);
	importer_fds(im, fds);
	assert_int_equal(fstat(fds[2], &st), 0);
	assert_true(st.st_size <= (off_t)MIB);
	assert_int_equal(try_sink(look_around), 3);
#ifndef LIUDI_SANITIZED
	assert_int_equal(try_sink(hoard), 2);
#endif
	assert_int_equal(parser_seconds(0), 120);
	assert_true(parser_seconds((uint64_t)1 << 30) > 300);
}

/* Of what people have. */
static void
reads_samples(void **state)
{
	static const char *const names[][2] = {
		{"qq/all_records.txt", "qq-txt"},
		{"qq/export_bom_nosemicolon.mht", "qq-mht"},
		{"whatsapp/WhatsApp Chat with +49 170 0000000.zip",
		    "whatsapp-txt"},
		{"skype/messages.json", "skype-json"}
	};
	const char *shared = getenv("LIUDI_SHARED");
	struct buf file = BUF_INIT(64 * MIB);
	struct importer_report r;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	if (!shared) {
		print_message("skipped: LIUDI_SHARED is not set\n");
		skip();
	}
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *path = str_fmt("%s/samples/chat/%s", shared,
		    names[i][0]);

		assert_non_null(path);
		buf_clear(&file);
		assert_int_equal(file_load(path, &file, &e), 0);
		assert_int_equal(give(file.data, file.len, path, &none, &r,
		    &e), 0);
		assert_string_equal(r.format->name, names[i][1]);
		free(path);
	}
	buf_release(&file);
}

/* A list of goods goes the same way, and comes as a page. */
static void
reads_goods(void **state)
{
	static const char list[] = "id,title,price\n2,Lamp,9.90\n1,Bulb,2\n"
	    ",no id,1\n";
	static const char none_of_it[] = "a,b\n1,2\n";
	struct importer_ask ask = {sizeof(list) - 1, "goods.csv", NULL};
	struct buf text = BUF_INIT(65536);
	struct importer_report chat;
	struct importer_goods r;
	struct err e = ERR_INIT;
	struct shop_page p;

	(void)state;
	assert_int_equal(file_pwrite(importer_in(im, &e), list, sizeof(list) -
	    1, 0, "in", &e), 0);
	assert_int_equal(importer_goods(im, &ask, &r, &e), 0);
	assert_int_equal(r.items, 2);
	assert_int_equal(r.bare, 1);
	assert_int_equal(file_load_fd(importer_out(im, &e), "out", &text, &e),
	    0);
	assert_int_equal(page_read(&p, text.data, text.len, &e), 0);
	assert_string_equal(p.item[0].id, "1");
	assert_string_equal(p.item[1].price, "9.9");
	page_free(&p);
	buf_release(&text);
	ask.size = sizeof(none_of_it) - 1;
	assert_int_equal(file_pwrite(importer_in(im, &e), none_of_it,
	    sizeof(none_of_it) - 1, 0, "in", &e), 0);
	assert_int_equal(importer_goods(im, &ask, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(r.items, 0);
	/* and chats come behind it as before */
	assert_int_equal(give("no format", 9, "a.txt", &none, &chat, &e), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(gives_hints),
		cmocka_unit_test(refuses),
		cmocka_unit_test(caps_requests),
		cmocka_unit_test(survives_bomb),
		cmocka_unit_test(outlives_parsers),
		cmocka_unit_test(limits),
		cmocka_unit_test(reads_goods),
		cmocka_unit_test(reads_samples)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
