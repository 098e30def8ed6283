/* tests/config/config_test.c */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"

#include "base/banned.h"

#define ROOT "[station]\nid = anna-1\ncentral = /srv/liudi\n"	/* 3 lines */
#define SOURCE "[source chats]\nkind = chat\npath = /data\n"	/* 3 more */

static void
good(struct config *c, const char *text)
{
	struct err e = ERR_INIT;

	if (config_parse_station(c, "liudi.ini", text, strlen(text), &e) < 0)
		fail_msg("%s (%s)", e.what, e.hint);
}

/* Refused with WHAT; HINT NULL: whatever. */
static void
bad_n(const char *text, size_t n, const char *what, const char *hint)
{
	struct config c;
	struct err e = ERR_INIT;

	assert_int_equal(config_parse_station(&c, "liudi.ini", text, n, &e),
	    -1);
	assert_string_equal(e.what, what);
	if (hint)
		assert_string_equal(e.hint, hint);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(c.file);
	assert_null(c.source);
}

static void
bad(const char *text, const char *what, const char *hint)
{
	bad_n(text, strlen(text), what, hint);
}

static void
smallest(void **state)
{
	struct config c;

	(void)state;
	good(&c, ROOT);
	assert_string_equal(c.file, "liudi.ini");
	assert_string_equal(c.station, "anna-1");
	assert_string_equal(c.central, "/srv/liudi");
	assert_null(c.ssh);
	assert_false(c.push_stock);
	assert_int_equal(c.full_every_days, 90);
	assert_true(c.reread);
	assert_int_equal(c.nsources, 0);
	config_release(&c);
	config_release(&c);
}

static void
everything(void **state)
{
	struct config c;

	(void)state;
	(void)setenv("HOME", "/home/a[b]*", 1);
	good(&c, "\xef\xbb\xbf# c\r\n"
	    "[station]\r\n"
	    "  id = a\r\n"
	    "\tcentral: ssh://u@h:22/x=y\r\n"
	    "ssh = ssh -i ~/k ; a comment\r\n"
	    "push=stock\n"
	    "full_every_days = 0\n"
	    "reread = no\n"
	    "[source z9]  ; last by name\n"
	    "kind = files\n"
	    "path = ~/x//y/\n"
	    "[source a-b]\n"
	    "kind = shop\n"
	    "path = /p/*/[a-c]x\n"
	    "include = *.txt\n"
	    "   include = \xe8\x81\x8a \xe5\xa4\xa9/**\n"
	    "exclude = tmp/\n"
	    "include = c;d\n"
	    "stream = long\n"
	    "databases = no\n"
	    "platform = qq-nt\n"
	    "export_every = 3\n"
	    "settle = 0");
	assert_string_equal(c.station, "a");
	assert_string_equal(c.central, "ssh://u@h:22/x=y");
	assert_string_equal(c.ssh, "ssh -i ~/k");
	assert_true(c.push_stock);
	assert_int_equal(c.full_every_days, 0);
	assert_false(c.reread);
	assert_int_equal(c.nsources, 2);
	assert_string_equal(c.source[0].name, "a-b");
	assert_int_equal(c.source[0].kind, CONFIG_SHOP);
	assert_string_equal(c.source[0].path, "/p/*/[a-c]x");
	assert_int_equal(c.source[0].ninclude, 3);
	assert_string_equal(c.source[0].include[0], "*.txt");
	assert_string_equal(c.source[0].include[1],
	    "\xe8\x81\x8a \xe5\xa4\xa9/**");
	assert_string_equal(c.source[0].include[2], "c;d");
	assert_int_equal(c.source[0].nexclude, 1);
	assert_string_equal(c.source[0].exclude[0], "tmp/");
	assert_string_equal(c.source[0].stream, "long");
	assert_false(c.source[0].databases);
	assert_int_equal(c.source[0].platform, CONFIG_QQ_NT);
	assert_int_equal(c.source[0].export_every, 3);
	assert_int_equal(c.source[0].settle, 0);
	assert_string_equal(c.source[1].name, "z9");
	assert_int_equal(c.source[1].kind, CONFIG_FILES);
	/* What the home folder is called is no pattern. */
	assert_string_equal(c.source[1].path, "/home/a\\[b]\\*/x/y");
	assert_string_equal(c.source[1].stream, "main");
	assert_true(c.source[1].databases);
	assert_int_equal(c.source[1].platform, CONFIG_NO_PLATFORM);
	assert_int_equal(c.source[1].export_every, 1);
	assert_int_equal(c.source[1].settle, 30);
	config_release(&c);

	good(&c, "[station]\nid=a\ncentral=~/c/\n");
	assert_string_equal(c.central, "/home/a[b]*/c");
	config_release(&c);
	good(&c, "[station]\nid=a\ncentral=/\n[source s]\nkind=account\n"
	    "path=~\n");
	assert_string_equal(c.central, "/");
	assert_string_equal(c.source[0].path, "/home/a\\[b]\\*");
	assert_int_equal(c.source[0].kind, CONFIG_ACCOUNT);
	config_release(&c);
}

static void
kinds(void **state)
{
	static const char *const names[] = {
		"chat", "shop", "account", "report", "files"
	};
	struct config c;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		assert_string_equal(config_kind_name((enum config_kind)i),
		    names[i]);
		(void)snprintf(text, sizeof(text), ROOT
		    "[source s]\npath = /x\nkind = %s\n", names[i]);
		good(&c, text);
		assert_int_equal(c.source[0].kind, i);
		config_release(&c);
	}
	assert_string_equal(config_kind_name((enum config_kind)5), "?");
}

static void
unknown(void **state)
{
	(void)state;
	bad(ROOT "\n" SOURCE "# x\n\n\n\nexlude = y\n",
	    "liudi.ini:12: unknown key 'exlude' in [source chats]",
	    "did you mean 'exclude'?");
	bad("[station]\nid = a\ncentrl = /x\n",
	    "liudi.ini:3: unknown key 'centrl' in [station]",
	    "did you mean 'central'?");
	bad("[station]\ncolour = red\n",
	    "liudi.ini:2: unknown key 'colour' in [station]",
	    "keys here: id, central, ssh, push, full_every_days, reread");
	/* A key of the other section. */
	bad(ROOT "path = /x\n", "liudi.ini:4: unknown key 'path' in [station]",
	    NULL);
	bad("[statoin]\n", "liudi.ini:1: unknown section '[statoin]'",
	    "did you mean '[station]'?");
	bad(ROOT "[desk]\n", "liudi.ini:4: unknown section '[desk]'",
	    "sections here: [station], [schedule], [source NAME], [shop NAME]");
	bad(ROOT "[source]\n", "liudi.ini:4: unknown section '[source]'",
	    "write '[source NAME]'");
	bad(ROOT "[sorce chats]\n",
	    "liudi.ini:4: unknown section '[sorce chats]'",
	    "did you mean '[source chats]'?");
	bad("[STATION]\n", "liudi.ini:1: unknown section '[STATION]'", NULL);
}

static void
missing(void **state)
{
	(void)state;
	bad("", "liudi.ini: no section [station]", NULL);
	bad(SOURCE, "liudi.ini: no section [station]", NULL);
	bad("\n[station]\nid = a\n\n", "liudi.ini:2: no 'central' in [station]",
	    "central: where records go: ssh://user@host/path, "
	    "https://host/path or a folder");
	bad("[station]\ncentral = /x\n" SOURCE,
	    "liudi.ini:1: no 'id' in [station]", NULL);
	bad(ROOT "[source chats]\n[source x]\n",
	    "liudi.ini:4: no 'kind' in [source chats]",
	    "kind: what the files are");
	bad(ROOT "[source chats]\nkind = chat\n",
	    "liudi.ini:4: no 'path' in [source chats]", NULL);
	bad("id = a\n", "liudi.ini:1: 'id' stands before any section",
	    "begin with '[station]'");
}

static void
twice(void **state)
{
	(void)state;
	bad(ROOT "id = b\n", "liudi.ini:4: a second 'id' in [station]", NULL);
	bad(ROOT ROOT, "liudi.ini:4: a second section [station]", NULL);
	bad(ROOT SOURCE SOURCE, "liudi.ini:7: a second section [source chats]",
	    NULL);
	bad(ROOT SOURCE "databases = no\ndatabases = no\n",
	    "liudi.ini:8: a second 'databases' in [source chats]", NULL);
}

static void
values(void **state)
{
	static const char ids[] =
	    "1 to 32 of a-z, 0-9 and '-', not beginning with '-'";

	(void)state;
	bad("[station]\nid = Anna\n", "liudi.ini:2: 'id' is not an id, but "
	    "'Anna'", ids);
	bad("[station]\nid = -a\n", "liudi.ini:2: 'id' is not an id, but '-a'",
	    ids);
	bad(ROOT "[source ../x]\n", "liudi.ini:4: '../x' is no name for a "
	    "source", ids);
	bad(ROOT "[source a b]\n", "liudi.ini:4: 'a b' is no name for a "
	    "source", ids);
	bad(ROOT "[source ]\n", "liudi.ini:4: '' is no name for a source",
	    ids);
	bad(ROOT "[source a23456789012345678901234567890123]\n",
	    "liudi.ini:4: 'a23456789012345678901234567890123' is no name for "
	    "a source", ids);
	bad(ROOT "full_every_days = -1\n", "liudi.ini:4: 'full_every_days' is "
	    "not a number from 0 to 3650, but '-1'", "the default is 90");
	bad(ROOT "full_every_days = 3651\n", "liudi.ini:4: 'full_every_days' "
	    "is not a number from 0 to 3650, but '3651'", NULL);
	bad(ROOT "full_every_days = 9x\n", "liudi.ini:4: 'full_every_days' is "
	    "not a number from 0 to 3650, but '9x'", NULL);
	bad(ROOT "full_every_days = 18446744073709551617\n", "liudi.ini:4: "
	    "'full_every_days' is not a number from 0 to 3650, but "
	    "'18446744073709551617'", NULL);
	bad(ROOT "reread = maybe\n", "liudi.ini:4: 'reread' is neither yes nor "
	    "no, but 'maybe'", "write 'yes' or 'no'");
	bad(ROOT "push = git\n", "liudi.ini:4: 'push' cannot be 'git'",
	    "one of: own stock");
	bad(ROOT "push = own stock\n",
	    "liudi.ini:4: 'push' cannot be 'own stock'", NULL);
	bad(ROOT "[source a]\nkind = chats\n",
	    "liudi.ini:5: 'kind' cannot be 'chats'",
	    "one of: chat shop account report files");
	bad(ROOT SOURCE "platform = icq\n",
	    "liudi.ini:7: 'platform' cannot be 'icq'",
	    "one of: none qq qq-nt wangwang wechat whatsapp telegram");
	bad(ROOT SOURCE "export_every = none\n", "liudi.ini:7: "
	    "'export_every' is not a number from 0 to 365, but 'none'",
	    "the default is 1");
	bad(ROOT "ssh =\n", "liudi.ini:4: no value for 'ssh' in [station]",
	    "leave the line out for the default");
	bad("[station]\nid =\n", "liudi.ini:2: no value for 'id' in [station]",
	    "");
	bad(ROOT "ssh = a\tb\n", "liudi.ini:4: a control character in 'ssh'",
	    NULL);
}

static void
places(void **state)
{
	static const char *const refused[] = {
		"http://h/x", "git://h/x", "h:/x", "x", "file:///x", "HTTPS://x"
	};
	static const char *const hostless[] = {
		"ssh://", "ssh:///x", "https:///x"
	};
	char text[256], what[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "[station]\ncentral = %s\n", refused[i]);
		(void)snprintf(what, sizeof(what),
		    "liudi.ini:2: '%s' is no place for a central", refused[i]);
		bad(text, what,
		    "write ssh://user@host/path, https://host/path or a "
		    "folder");
	}
	for (i = 0; i < sizeof(hostless) / sizeof(hostless[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "[station]\ncentral = %s\n", hostless[i]);
		(void)snprintf(what, sizeof(what),
		    "liudi.ini:2: no host in '%s'", hostless[i]);
		bad(text, what, NULL);
	}
	bad(ROOT "[source a]\npath = x/y\n",
	    "liudi.ini:5: path 'x/y' is not absolute",
	    "begin it with '/' or '~/'");
	bad(ROOT "[source a]\npath = ~bob/x\n",
	    "liudi.ini:5: no home of another user in '~bob/x'", NULL);
	bad(ROOT "[source a]\npath = /x/../y\n",
	    "liudi.ini:5: '.' or '..' within path '/x/../y'", NULL);
	bad(ROOT "[source a]\npath = ~/.\n",
	    "liudi.ini:5: '.' or '..' within path '~/.'", NULL);
}

static void
lines(void **state)
{
	(void)state;
	bad(ROOT "foo\n", "liudi.ini:4: not a 'key = value' line", NULL);
	bad(ROOT "[source a\n", "liudi.ini:4: not a '[section]' line", NULL);
	bad(ROOT "[source a] kind = chat\n",
	    "liudi.ini:4: not a '[section]' line", NULL);
	bad(ROOT "ssh = \xc4\xe3\n", "liudi.ini:4: ill-formed UTF-8",
	    "save the file as UTF-8");
	bad(ROOT "ssh = a\x01\n", "liudi.ini:4: a control character", NULL);
	bad(ROOT "ssh = a\rb\n", "liudi.ini:4: a control character", NULL);
	bad_n("[station]\nid = a\0b\n", 18,
	    "liudi.ini:2: a control character", NULL);
	/* An indented line is a line of its own, never a continued value. */
	bad(ROOT SOURCE "include = a\n  exlude = b\n",
	    "liudi.ini:8: unknown key 'exlude' in [source chats]", NULL);
}

static void
caps(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct config c;
	char line[CONFIG_LINE_MAX + 100];
	int i;

	(void)state;
	/* The longest path; one byte more; a line too long. */
	memset(line, 'x', sizeof(line));
	assert_int_equal(buf_addf(&b, &e, ROOT
	    "[source a]\nkind = chat\npath = /%.4094s\n", line), 0);
	good(&c, buf_str(&b));
	assert_int_equal(strlen(c.source[0].path), 4095);
	config_release(&c);
	buf_clear(&b);
	assert_int_equal(buf_addf(&b, &e, ROOT
	    "[source a]\npath = /%.4095s\n", line), 0);
	bad(buf_str(&b), "liudi.ini:5: path longer than 4095 bytes", NULL);
	buf_clear(&b);
	assert_int_equal(buf_addf(&b, &e, ROOT "ssh = %.4400s\n", line), 0);
	bad(buf_str(&b), "liudi.ini:4: line longer than 4352 bytes", NULL);

	buf_clear(&b);
	assert_int_equal(buf_adds(&b, ROOT, &e), 0);
	for (i = 0; i < CONFIG_SOURCES_MAX; i++)
		assert_int_equal(buf_addf(&b, &e,
		    "[source s%d]\nkind = chat\npath = /x\n", i), 0);
	good(&c, buf_str(&b));
	assert_int_equal(c.nsources, CONFIG_SOURCES_MAX);
	assert_string_equal(c.source[0].name, "s0");
	assert_string_equal(c.source[255].name, "s99");
	config_release(&c);
	assert_int_equal(buf_adds(&b, "[source more]\n", &e), 0);
	bad(buf_str(&b), "liudi.ini:772: more than 256 sources", NULL);

	buf_clear(&b);
	assert_int_equal(buf_adds(&b, ROOT SOURCE, &e), 0);
	for (i = 0; i < CONFIG_PATTERNS_MAX; i++)
		assert_int_equal(buf_addf(&b, &e, "exclude = %d\n", i), 0);
	good(&c, buf_str(&b));
	assert_int_equal(c.source[0].nexclude, 256);
	assert_string_equal(c.source[0].exclude[255], "255");
	config_release(&c);
	assert_int_equal(buf_adds(&b, "exclude = more\n", &e), 0);
	bad(buf_str(&b), "liudi.ini:263: more than 256 patterns 'exclude'",
	    NULL);

	buf_clear(&b);
	while (b.len <= CONFIG_FILE_MAX)
		assert_int_equal(buf_adds(&b, "# a comment\n", &e), 0);
	bad(buf_str(&b), "'liudi.ini' is larger than 262144 bytes", NULL);
	buf_release(&b);
}

static void
ids(void **state)
{
	(void)state;
	assert_true(config_is_id("a"));
	assert_true(config_is_id("0-"));
	assert_true(config_is_id("a2345678901234567890123456789012"));
	assert_false(config_is_id("a23456789012345678901234567890123"));
	assert_false(config_is_id(""));
	assert_false(config_is_id("-a"));
	assert_false(config_is_id("A"));
	assert_false(config_is_id("a_b"));
	assert_false(config_is_id("a/b"));
	assert_false(config_is_id("\xc3\xa4"));
}

static void
desk(void **state)
{
	static const char text[] = "[desk]\ncentral = https://h/x\n";
	static const char wrong[] = "[desk]\ncentral = /x\n[source a]\n";
	struct config c;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(config_parse_desk(&c, "desk.ini", text,
	    strlen(text), &e), 0);
	assert_null(c.station);
	assert_string_equal(c.central, "https://h/x");
	assert_false(c.push_stock);
	config_release(&c);
	assert_int_equal(config_parse_desk(&c, "desk.ini", wrong,
	    strlen(wrong), &e), -1);
	assert_string_equal(e.what,
	    "desk.ini:3: unknown section '[source a]'");
	assert_string_equal(e.hint, "sections here: [desk]");
	err_clear(&e);
	assert_int_equal(config_parse_desk(&c, "desk.ini", ROOT, strlen(ROOT),
	    &e), -1);
	assert_string_equal(e.what, "desk.ini:1: unknown section '[station]'");
}

static void
files(void **state)
{
	static const char station[] = "config_test.ini";
	struct config c;
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(CONFIG_FILE_MAX + 1);

	(void)state;
	(void)unlink(station);
	assert_int_equal(config_load_station(&c, station, &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
	config_release(&c);
	assert_int_equal(file_save(station, ROOT, strlen(ROOT), 0600, &e), 0);
	assert_int_equal(config_load_station(&c, station, &e), 0);
	assert_string_equal(c.file, station);
	config_release(&c);
	err_clear(&e);
	assert_int_equal(config_load_desk(&c, station, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	while (b.len <= CONFIG_FILE_MAX)
		assert_int_equal(buf_addc(&b, '\n', &e), 0);
	assert_int_equal(file_save(station, b.data, b.len, 0600, &e), 0);
	assert_int_equal(config_load_station(&c, station, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(unlink(station), 0);
	buf_release(&b);
}

static void
shops(void **state)
{
	static const char text[] = ROOT "[shop b-2]\nurl = http://b.example/\n"
	    "[shop a-1]\npage = item-1 https://a.example/1;x\n"
	    "url = https://a.example/\npage = mobile  https://m.example/\n"
	    "view = mobile\nfreeze = css\nprofile = yes\n"
	    "language = en\nmax_height = 5000\ndeadline = 60\n";
	struct config c;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(config_parse_station(&c, "liudi.ini", text,
	    strlen(text), &e), 0);
	assert_int_equal(c.nshops, 2);
	assert_string_equal(c.shop[0].name, "a-1");
	assert_int_equal(c.shop[0].npages, 3);
	assert_string_equal(c.shop[0].page[0].name, "home");
	assert_string_equal(c.shop[0].page[0].url, "https://a.example/");
	assert_string_equal(c.shop[0].page[1].name, "item-1");
	assert_string_equal(c.shop[0].page[1].url, "https://a.example/1;x");
	assert_string_equal(c.shop[0].page[2].url, "https://m.example/");
	assert_int_equal(c.shop[0].view, CONFIG_MOBILE);
	assert_string_equal(config_freeze_name(c.shop[0].freeze), "css");
	assert_string_equal(c.shop[0].language, "en");
	assert_string_equal(c.shop[1].language, "zh-CN");
	assert_true(c.shop[0].profile);
	assert_int_equal(c.shop[0].max_height, 5000);
	assert_int_equal(c.shop[0].deadline, 60);
	assert_int_equal(c.shop[1].view, CONFIG_BOTH);
	assert_int_equal(c.shop[1].freeze, CONFIG_CLOCK);
	assert_false(c.shop[1].profile);
	assert_int_equal(c.shop[1].max_height, 30000);
	config_release(&c);

	bad(ROOT "[shop]\n", "liudi.ini:4: unknown section '[shop]'",
	    "write '[shop NAME]'");
	bad(ROOT "[shop A]\n", "liudi.ini:4: 'A' is no name for a shop", NULL);
	bad(ROOT "[shop diff]\n", "liudi.ini:4: 'diff' is no name for a shop",
	    "'liudi-desk shop diff' means something else: take another word");
	bad(ROOT "[shop a234567890123456789012345678]\n", "liudi.ini:4: "
	    "'a234567890123456789012345678' is no name for a shop",
	    "1 to 27 of a-z, 0-9 and '-', not beginning with '-'");
	bad(ROOT "[shop a]\nview = both\n", "liudi.ini:4: no 'url' in [shop a]",
	    NULL);
	bad(ROOT "[shop a]\nurl = a.example\n",
	    "liudi.ini:5: 'url' is no page: 'a.example'", "write https://…");
	bad(ROOT "[shop a]\nurl = http://a\nurl = http://b\n",
	    "liudi.ini:6: a second 'url' in [shop a]", NULL);
	bad(ROOT "[shop a]\nurl = http://a\npage = x\n",
	    "liudi.ini:6: 'page' is no page: 'x'", "write NAME https://…");
	bad(ROOT "[shop a]\nurl = http://a\npage = home http://b\n",
	    "liudi.ini:6: a second page 'home'", NULL);
	bad(ROOT "[shop a]\nurl = http://a\npage = X http://b\n",
	    "liudi.ini:6: 'X' is no name for a page", NULL);
	bad(ROOT "[shop a]\nlanguage = a b\n",
	    "liudi.ini:5: 'a b' is no language", NULL);
	bad(ROOT "[shop a]\nurl = http://a\n[shop a]\n",
	    "liudi.ini:6: a second section [shop a]", NULL);
}

/* The line of the sample that shows key K. */
static char *
sample_line(const struct config_key *k, bool comment, const char *value)
{
	char *s = str_fmt("\n# %s%s%s\n%s%s =%s%s", k->help,
	    k->type == CONFIG_CHOICE || k->type == CONFIG_BOOL ? ": " : "",
	    k->type == CONFIG_BOOL ? "yes, no" : "", comment ? "#" : "",
	    k->name, value[0] != '\0' ? " " : "", value);

	assert_non_null(s);
	return s;
}

/* "own stock" -> "own, stock"; heap. */
static char *
with_commas(const char *words)
{
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;
	size_t n;

	for (; *words != '\0'; words++)
		assert_int_equal(buf_adds(&b, *words == ' ' ? ", " :
		    (char[]){*words, '\0'}, &e), 0);
	return (char *)buf_take(&b, &n);
}

static void
check_sample(const char *text, const struct config_key *k)
{
	struct config_key shown = *k;
	char *help = NULL, *words, *line;

	if (k->type == CONFIG_CHOICE) {
		words = with_commas(k->choices);
		help = str_fmt("%s: %s", k->help, words);
		free(words);
		assert_non_null(help);
		shown.help = help;
		shown.type = CONFIG_TEXT;
	}
	/* Given as an example, or with its default behind a '#'. */
	line = sample_line(&shown, false, "");
	if (k->value && !strstr(text, line)) {
		free(line);
		line = sample_line(&shown, true, k->value);
	}
	if (!strstr(text, line))
		fail_msg("not in the sample: %s", line);
	free(line);
	free(help);
}

/* The '#' before a key with a value becomes a blank. */
static void
uncomment(char *s)
{
	const char *sep, *nl;

	for (; s; s = strchr(s, '\n') ? strchr(s, '\n') + 1 : NULL) {
		nl = s + strcspn(s, "\n");
		sep = strstr(s, " = ");
		if (s[0] == '#' && s[1] != ' ' && sep && sep < nl)
			*s = ' ';
	}
}

/* Each sample can be read, shows every key, and nothing else. */
static void
samples(void **state)
{
	static const char *const path[] = {
		LIUDI_SOURCE_DIR "/config/liudi.ini.sample",
		LIUDI_SOURCE_DIR "/config/desk.ini.sample"
	};
	struct buf b[2] = {BUF_INIT(100000), BUF_INIT(100000)};
	struct err e = ERR_INIT;
	const struct config_key *k;
	struct config c;
	size_t n, i;
	int f;

	(void)state;
	k = config_keys(&n);
	assert_in_range(n, 1, 32);	/* bits of "seen" */
	for (f = 0; f < 2; f++)
		assert_int_equal(file_load(path[f], &b[f], &e), 0);
	for (i = 0; i < n; i++)
		check_sample(buf_str(&b[strcmp(k[i].section, "desk") == 0]),
		    &k[i]);
	assert_int_equal(config_load_station(&c, path[0], &e), 0);
	assert_string_equal(c.station, "anna-1");
	config_release(&c);
	assert_int_equal(config_load_desk(&c, path[1], &e), 0);
	config_release(&c);
	/* With the '#' before the keys gone, they are still keys. */
	for (f = 0; f < 2; f++) {
		uncomment((char *)b[f].data);
		assert_int_equal(f == 0 ?
		    config_parse_station(&c, "s", b[f].data, b[f].len, &e) :
		    config_parse_desk(&c, "s", b[f].data, b[f].len, &e), 0);
		config_release(&c);
		buf_release(&b[f]);
	}
}

/* The table itself. */
static void
table(void **state)
{
	const struct config_key *k;
	size_t n, i, j;

	(void)state;
	k = config_keys(&n);
	for (i = 0; i < n; i++) {
		assert_true(k[i].help[0] != '\0');
		assert_true((k[i].type == CONFIG_CHOICE) ==
		    (k[i].choices != NULL));
		assert_true((k[i].type == CONFIG_INT) ==
		    (k[i].max > k[i].min));
		for (j = 0; j < i; j++)
			assert_false(strcmp(k[i].section, k[j].section) == 0 &&
			    strcmp(k[i].name, k[j].name) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smallest),
		cmocka_unit_test(everything),
		cmocka_unit_test(kinds),
		cmocka_unit_test(unknown),
		cmocka_unit_test(missing),
		cmocka_unit_test(twice),
		cmocka_unit_test(values),
		cmocka_unit_test(places),
		cmocka_unit_test(lines),
		cmocka_unit_test(caps),
		cmocka_unit_test(ids),
		cmocka_unit_test(desk),
		cmocka_unit_test(files),
		cmocka_unit_test(shops),
		cmocka_unit_test(samples),
		cmocka_unit_test(table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
