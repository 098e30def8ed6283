/* tests/cli/cli_test.c - command lines, languages, sizes, passphrases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/tr.h"
#include "crypto/secmem.h"

#include "base/banned.h"

/* What the last command was given. */
static struct seen {
	int runs;
	size_t nargs;
	char arg[4][64];
	char name[64], home[64];
	bool json, quiet, dry;
	enum cli_exit answer;
	enum err_code code;
} seen;

static enum cli_exit
run(struct cli *c, struct err *e)
{
	size_t i;

	seen.runs++;
	seen.nargs = c->nargs;
	for (i = 0; i < c->nargs && i < 4; i++)
		(void)snprintf(seen.arg[i], sizeof(seen.arg[i]), "%s",
		    c->args[i]);
	if (cli_value(c, "name"))
		(void)snprintf(seen.name, sizeof(seen.name), "%s",
		    cli_value(c, "name"));
	(void)snprintf(seen.home, sizeof(seen.home), "%s",
	    c->home ? c->home : "");
	seen.json = c->json;
	seen.quiet = c->quiet;
	seen.dry = cli_has(c, "dry-run");
	assert_null(cli_value(c, "no-such"));
	if (seen.code == ERR_NOMEM) {
		(void)err_nomem(e);
		(void)err_hint(e, "run the command again");
	} else if (seen.code) {
		(void)err_set(e, seen.code, "it went wrong");
	}
	return seen.answer;
}

static const struct cli_option options[] = {
	{"dry-run", 'n', NULL, "change nothing"},
	{"name", 'N', "NAME", "a name"},
	{NULL, 0, NULL, NULL}
};
static const struct cli_command cmd_go = {
	.name = "go", .operands = "[FILE…]", .help = "go", .options = options,
	.min_args = 0, .max_args = 2, .run = run
};
static const struct cli_command cmd_add = {
	.name = "thing add", .operands = "THING", .help = "add",
	.min_args = 1, .max_args = 1, .run = run
};
static const struct cli_command *const commands[] = {
	&cmd_go, &cmd_add, NULL
};

/* What was written to stderr and stdout. */
static char said[8192];

static int
call(const char *const words[])
{
	char *argv[12] = {0};
	int argc = 0, rc, out, err;
	FILE *f = tmpfile();
	size_t n;

	assert_non_null(f);
	argv[argc++] = words[0] ? (char *)(uintptr_t)"prog" : NULL;
	while (*words)
		argv[argc++] = (char *)(uintptr_t)*words++;
	if (argc == 1)
		argv[0] = (char *)(uintptr_t)"prog";
	(void)fflush(stdout);
	(void)fflush(stderr);
	out = dup(1);
	err = dup(2);
	assert_true(dup2(fileno(f), 1) == 1 && dup2(fileno(f), 2) == 2);
	rc = cli_main(argc, argv, "prog", "does things", commands);
	(void)fflush(stdout);
	(void)fflush(stderr);
	assert_true(dup2(out, 1) == 1 && dup2(err, 2) == 2);
	(void)close(out);
	(void)close(err);
	rewind(f);
	n = fread(said, 1, sizeof(said) - 1, f);
	said[n] = '\0';
	(void)fclose(f);
	return rc;
}
#define CALL(...) call((const char *const[]){__VA_ARGS__, NULL})

static int
setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	(void)setenv("LC_ALL", "C", 1);
	return 0;
}

static void
reads_options_everywhere(void **state)
{
	(void)state;
	assert_int_equal(CALL("--home", "/h", "go", "-n", "a", "--name=x",
	    "--json", "b"), CLI_DONE);
	assert_int_equal(seen.runs, 1);
	assert_int_equal(seen.nargs, 2);
	assert_string_equal(seen.arg[0], "a");
	assert_string_equal(seen.arg[1], "b");
	assert_string_equal(seen.name, "x");
	assert_string_equal(seen.home, "/h");
	assert_true(seen.json && seen.dry && !seen.quiet);
	assert_int_equal(CALL("go", "-qnNfoo", "--", "-x"), CLI_DONE);
	assert_string_equal(seen.name, "foo");
	assert_string_equal(seen.arg[0], "-x");
	assert_true(seen.quiet && seen.dry && !seen.json);
	assert_int_equal(CALL("go", "-N", "bar", "-"), CLI_DONE);
	assert_string_equal(seen.name, "bar");
	assert_string_equal(seen.arg[0], "-");
	assert_int_equal(CALL("thing", "add", "one"), CLI_DONE);
	assert_string_equal(seen.arg[0], "one");
	assert_int_equal(seen.nargs, 1);
}

static void
refuses_with_a_hint(void **state)
{
	(void)state;
	assert_int_equal(CALL("ga"), CLI_USAGE);
	assert_non_null(strstr(said, "prog: error: no command 'ga'"));
	assert_int_equal(CALL("thing", "ad", "x"), CLI_USAGE);
	assert_non_null(strstr(said, "hint: did you mean 'thing add'?"));
	assert_int_equal(CALL("thign", "add", "x"), CLI_USAGE);
	assert_non_null(strstr(said, "did you mean 'thing add'?"));
	assert_int_equal(CALL("zzzzzz"), CLI_USAGE);
	assert_null(strstr(said, "did you mean"));
	assert_int_equal(CALL("go", "--dry-rum"), CLI_USAGE);
	assert_non_null(strstr(said, "did you mean '--dry-run'?"));
	assert_int_equal(CALL("go", "-z"), CLI_USAGE);
	assert_int_equal(CALL("go", "--name"), CLI_USAGE);
	assert_int_equal(CALL("go", "--dry-run=1"), CLI_USAGE);
	assert_int_equal(CALL("go", "1", "2", "3"), CLI_USAGE);
	assert_non_null(strstr(said, "does not take '3'"));
	assert_int_equal(CALL("thing", "add"), CLI_USAGE);
	assert_non_null(strstr(said, "'thing add' needs THING"));
	assert_int_equal(CALL("--dry-run", "go"), CLI_USAGE);
	assert_int_equal(CALL("thing"), CLI_USAGE);
	assert_int_equal(call((const char *const[]){NULL}), CLI_USAGE);
	assert_int_equal(seen.runs, 0);
}

static void
helps(void **state)
{
	(void)state;
	assert_int_equal(CALL("--help"), CLI_DONE);
	assert_non_null(strstr(said, "prog - does things"));
	assert_non_null(strstr(said, "thing add"));
	assert_int_equal(CALL("go", "--help"), CLI_DONE);
	assert_non_null(strstr(said, "usage: prog go [OPTION…] [FILE…]"));
	assert_non_null(strstr(said, "-n, --dry-run"));
	assert_non_null(strstr(said, "--home DIR"));
	assert_int_equal(CALL("--version"), CLI_DONE);
	assert_string_equal(said, "prog " LIUDI_VERSION "\n");
	assert_int_equal(seen.runs, 0);
	(void)setenv("LC_ALL", "zh_CN.UTF-8", 1);
	assert_int_equal(CALL("go", "--help"), CLI_DONE);
	assert_non_null(strstr(said, "用法：prog go [选项…] [FILE…]"));
}

static void
exits_as_the_error_says(void **state)
{
	static const struct {
		enum err_code code;
		enum cli_exit exit;
	} row[] = {
		{ERR_FAIL, CLI_FAILED}, {ERR_USAGE, CLI_USAGE},
		{ERR_CONFIG, CLI_USAGE}, {ERR_INTEGRITY, CLI_INTEGRITY},
		{ERR_LOCKED, CLI_LOCKED}, {ERR_INTR, CLI_INTERRUPTED},
		{ERR_NET, CLI_FAILED}, {ERR_CRYPTO, CLI_FAILED}
	};
	size_t i;

	(void)state;
	seen.answer = CLI_FAILED;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		seen.code = row[i].code;
		assert_int_equal(CALL("go"), row[i].exit);
		assert_string_equal(said, "prog: error: it went wrong\n");
	}
	seen.code = ERR_INTEGRITY;
	assert_int_equal(CALL("go", "--json"), CLI_INTEGRITY);
	assert_string_equal(said, "{\"v\":1,\"error\":\"it went wrong\","
	    "\"hint\":\"\",\"exit\":5}\n");
	/* a command may answer for itself */
	seen.answer = CLI_SPOOLED;
	seen.code = ERR_NET;
	assert_int_equal(CALL("go"), CLI_SPOOLED);
	assert_int_equal(cli_worse(CLI_DONE, CLI_WARNINGS), CLI_WARNINGS);
	assert_int_equal(cli_worse(CLI_SPOOLED, CLI_WARNINGS), CLI_SPOOLED);
	assert_int_equal(cli_worse(CLI_FAILED, CLI_INTEGRITY), CLI_INTEGRITY);
	assert_int_equal(cli_worse(CLI_INTERRUPTED, CLI_USAGE),
	    CLI_INTERRUPTED);
	assert_int_equal(cli_worse(CLI_DONE, CLI_DONE), CLI_DONE);
}

static void
writes_sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} row[] = {
		{0, "0 B"}, {999, "999 B"}, {1000, "1.0 kB"},
		{999949, "999.9 kB"}, {999950, "1.0 MB"},
		{1234567, "1.2 MB"}, {5000000000, "5.0 GB"},
		{UINT64_MAX, "18.4 EB"}
	};
	char out[CLI_SIZE_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++)
		assert_string_equal(cli_size(row[i].bytes, out), row[i].text);
}

/* The conversions of a format, in order: "%s %zu" gives "s zu ". */
static void
conversions(const char *s, char *out, size_t size)
{
	size_t n, used = 0;

	out[0] = '\0';
	while ((s = strchr(s, '%')) != NULL) {
		s++;
		if (*s == '%') {
			s++;
			continue;
		}
		n = strspn(s, "0123456789.*-lzjh") + 1;
		assert_true(used + n + 2 < size);
		memcpy(out + used, s, n);
		used += n;
		out[used++] = ' ';
		out[used] = '\0';
	}
}

static void
fills_in_again(void)
{
	static const char *const t[][2] = {
		{"cannot open 'a.txt'", "无法打开“a.txt”"},
		{"process 12 holds the lock '/l'",
		    "进程 12 正在运行，占用了锁“/l”"},
		{"process x holds the lock '/l'",
		    "process x holds the lock '/l'"},
		/* what a format ends with is looked up as well, a name not */
		{"/a.ini:20: unknown key 'knd' in [source shop]",
		    "/a.ini 第 20 行：没有“knd”这个键（在 [source shop] 中）"},
		{"/a.ini:20: wrong passphrase", "/a.ini 第 20 行：口令错误"},
		{"cannot open 'wrong passphrase'",
		    "无法打开“wrong passphrase”"},
		{"did you mean 'kind'?", "是不是“kind”？"},
		/* words of ours, also in a list; whoever is called else is not */
		{"sealed password, known to li, opened by manager, li, owner",
		    "已封存的密码，知道的人：li；能打开的人：经理、li、所有者"},
		{"password opened by li, wang", "密码，能打开的人：li, wang"},
		{"not in the table: 5", "not in the table: 5"},
		{"%s", "%s"}, {"", ""}, {"wrong passphrase", "口令错误"}
	};
	char out[CLI_FILLED_LEN], big[CLI_FILLED_LEN + 64];
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++)
		assert_string_equal(cli_tr_filled(t[i][0], out), t[i][1]);
	memset(big, 'x', sizeof(big));
	memcpy(big, "cannot open '", 13);
	memcpy(big + sizeof(big) - 2, "'", 2);
	assert_ptr_equal(cli_tr_filled(big, out), big);
}

/* A name in front, the system's text behind, words of ours inside. */
static void
fills_in_halves(void)
{
	char out[CLI_FILLED_LEN];

	assert_string_equal(cli_tr_filled("cannot open 'a: b': Permission "
	    "denied", out), "无法打开“a: b”：没有权限");
	assert_string_equal(cli_tr_filled("x.age: the armour is cut", out),
	    "x.age：ASCII 封装被截断");
	assert_string_equal(cli_tr_filled("x: y: z", out), "x: y: z");
	assert_string_equal(cli_tr_filled("'added' of 'shop' was truncated; "
	    "the station calls it appended", out),
	    "“added”（来源“shop”）实为截短；工作站却称为追加");
}

static void
speaks_chinese(void **state)
{
	const char *en = "", *zh = "", *before = "";
	char a[128], b[128];
	size_t i, n = tr_pair(0, &en, &zh);

	(void)state;
	assert_true(n > 50);
	for (i = 0; i < n; i++) {
		(void)tr_pair(i, &en, &zh);
		assert_true(i == 0 || strcmp(before, en) < 0);
		conversions(en, a, sizeof(a));
		conversions(zh, b, sizeof(b));
		assert_string_equal(a, b);
		assert_int_equal(en[strlen(en) - 1] == '\n',
		    zh[strlen(zh) - 1] == '\n');
		before = en;
	}
	assert_string_equal(cli_tr("options:"), "options:");
	(void)setenv("LC_ALL", "zh_CN.UTF-8", 1);
	assert_string_equal(cli_tr("options:"), "选项：");
	assert_string_equal(cli_tr("not in the table"), "not in the table");
	/* errors and hints are looked up whole */
	seen.answer = CLI_FAILED;
	seen.code = ERR_NOMEM;
	assert_int_equal(CALL("go"), CLI_FAILED);
	assert_string_equal(said, "prog: 错误：内存不足\n"
	    "prog: 提示：请再次运行该命令\n");
	seen.code = ERR_FAIL;
	assert_int_equal(CALL("go"), CLI_FAILED);
	assert_string_equal(said, "prog: 错误：it went wrong\n");
	assert_string_equal(cli_tr(""), "");
	fills_in_again();
	fills_in_halves();
	(void)setenv("LC_ALL", "", 1);
	(void)setenv("LC_MESSAGES", "en_US.UTF-8", 1);
	(void)setenv("LANG", "zh_CN.UTF-8", 1);
	assert_string_equal(cli_tr("options:"), "options:");
	(void)unsetenv("LC_MESSAGES");
	assert_string_equal(cli_tr("options:"), "选项：");
}

static void
counts(void **state)
{
	char out[CLI_COUNT_LEN];

	(void)state;
	assert_string_equal(cli_count(0, "%lld file", "%lld files", out),
	    "0 files");
	assert_string_equal(cli_count(1, "%lld file", "%lld files", out),
	    "1 file");
	assert_string_equal(cli_count(INT64_C(12345678901), "%lld file",
	    "%lld files", out), "12345678901 files");
	(void)setenv("LC_ALL", "zh_CN.UTF-8", 1);
	assert_string_equal(cli_count(1, "%lld file", "%lld files", out),
	    "1 个文件");
	(void)unsetenv("LC_ALL");
}

static void
takes_passphrases_line_by_line(void **state)
{
	static const struct cli_option two[] = {
		{"passphrase-fd", 0, "N", ""},
		{"owner-passphrase-fd", 0, "N", ""},
		{NULL, 0, NULL, NULL}
	};
	struct cli_command cmd = {.name = "x", .options = two};
	struct cli c = {.program = "prog", .command = &cmd};
	struct err e = ERR_INIT;
	char number[16], *pass;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "first 口令\nsecond\n\n", 21), 21);
	(void)close(fd[1]);
	(void)snprintf(number, sizeof(number), "%d", fd[0]);
	c.value[0] = c.value[1] = number;
	pass = cli_passphrase(&c, "p", true, &e);
	assert_non_null(pass);
	assert_string_equal(pass, "first 口令");
	secmem_free(pass);
	pass = cli_passphrase_from(&c, "owner-passphrase-fd", "p", true, &e);
	assert_non_null(pass);
	assert_string_equal(pass, "second");
	secmem_free(pass);
	/* a new one may not be empty, an old one may */
	assert_null(cli_passphrase(&c, "p", true, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_null(cli_passphrase(&c, "p", false, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_true(e.hint[0] != '\0');
	(void)close(fd[0]);
	c.value[0] = "x";
	assert_null(cli_passphrase(&c, "p", false, &e));
	assert_int_equal(e.code, ERR_USAGE);
}

static void
shows_foreign_text_safely(void **state)
{
	FILE *f = tmpfile();
	char out[64];
	size_t n;

	(void)state;
	assert_non_null(f);
	cli_put_shown(f, "a\033[31m\n\xff", 8);
	rewind(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	(void)fclose(f);
	assert_null(strchr(out, '\033'));
	assert_null(strchr(out, '\n'));
	assert_non_null(strstr(out, "[31m"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_options_everywhere, setup),
		cmocka_unit_test_setup(refuses_with_a_hint, setup),
		cmocka_unit_test_setup(helps, setup),
		cmocka_unit_test_setup(exits_as_the_error_says, setup),
		cmocka_unit_test_setup(writes_sizes, setup),
		cmocka_unit_test_setup(speaks_chinese, setup),
		cmocka_unit_test_setup(counts, setup),
		cmocka_unit_test_setup(takes_passphrases_line_by_line, setup),
		cmocka_unit_test_setup(shows_foreign_text_safely, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
