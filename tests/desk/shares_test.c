/* tests/desk/shares_test.c - sheets of shares; the line of a new manager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/proc.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "desk/managerline.h"
#include "desk/shares.h"
#include "open/identity.h"

#include "base/banned.h"

static struct deskkeys keys;
static struct managerline good;

static int
setup(void **state)
{
	struct buf text = BUF_INIT(DESKKEYS_RECIPIENT_LEN - 1);
	struct err e = ERR_INIT;
	struct identities *ids;
	struct seal_recipient r;
	struct sshkey *key;

	(void)state;
	proc_setup();
	if (crypto_setup(&e) < 0)
		return -1;
	ids = identities_new(&e);
	key = sshkey_generate(&e);
	if (!ids || !key || identities_generate(ids, &e) < 0)
		return -1;
	identities_recipient(ids, 0, &r);
	if (seal_recipient_text(&r, &text, &e) < 0)
		return -1;
	memcpy(keys.recipient, text.data, text.len);
	sshkey_public(key, &keys.pub);
	memcpy(good.name, "li-2", 5);
	memcpy(good.age, keys.recipient, sizeof(good.age));
	good.pub = keys.pub;
	identities_free(ids);
	sshkey_free(key);
	buf_release(&text);
	return 0;
}

/* How often NEEDLE stands in the text. */
static size_t
count(const struct buf *b, const char *needle)
{
	const char *p = buf_str(b);
	size_t n = 0;

	while ((p = strstr(p, needle)) != NULL) {
		p += strlen(needle);
		n++;
	}
	return n;
}

static void
prints_sheets(void **state)
{
	static const char *const keeper[] = {"Anna <b>", "Ben & Co", "\"C\""};
	struct buf page = BUF_INIT(SHARES_PAGE_MAX), text = BUF_INIT(4096);
	struct slip39_plan plan;
	struct slip39_set *set;
	struct err e = ERR_INIT;
	uint8_t secret[32];
	struct shares_sheet s = {"A & B", "owner", keys.recipient,
	    "SHA256:abc", "ssh://host/x", "2026-11-23", 2, NULL, keeper};

	(void)state;
	secmem_random(secret, sizeof(secret));
	slip39_plan_simple(&plan, 2, 3);
	set = slip39_split(&plan, secret, sizeof(secret), NULL, &e);
	assert_non_null(set);
	s.set = set;
	assert_int_equal(shares_html(&s, &page, &e), 0);
	assert_int_equal(count(&page, "<section>"), 3);
	assert_int_equal(count(&page, "<svg"), 3);
	assert_int_equal(count(&page, "<li><i>"), 3 * 33);
	assert_int_equal(count(&page, "<script"), 0);
	assert_int_equal(count(&page, "<b>any 2"), 3);
	/* what others wrote stays text */
	assert_int_equal(count(&page, "Anna &lt;b&gt;"), 1);
	assert_int_equal(count(&page, "Ben &amp; Co"), 1);
	assert_int_equal(count(&page, "&quot;C&quot;"), 1);
	assert_int_equal(count(&page, "A &amp; B"), 3);
	assert_int_equal(count(&page, keys.recipient), 3);
	assert_int_equal(shares_text(&s, &text, &e), 0);
	assert_int_equal(count(&text, "\n"), 3);
	assert_memory_equal(text.data, slip39_set_text(set, 0),
	    strlen(slip39_set_text(set, 0)));
	/* without names a line to write on */
	buf_wipe(&page);
	s.keeper = NULL;
	assert_int_equal(shares_html(&s, &page, &e), 0);
	assert_int_equal(count(&page, "class=\"line\""), 3);
	slip39_set_free(set);
	buf_wipe(&page);
	buf_wipe(&text);
}

static void
reads_its_line(void **state)
{
	struct buf text = BUF_INIT(1024), padded = BUF_INIT(1024);
	struct managerline got;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(managerline_text(&good, &text, &e), 0);
	assert_int_equal(managerline_parse(&got, buf_str(&text), text.len,
	    &e), 0);
	assert_string_equal(got.name, "li-2");
	assert_string_equal(got.age, keys.recipient);
	assert_memory_equal(got.pub.pk, keys.pub.pk, 32);
	assert_int_equal(buf_addf(&padded, &e, " \t%s\r\n", buf_str(&text)),
	    0);
	assert_int_equal(managerline_parse(&got, buf_str(&padded), padded.len,
	    &e), 0);
	buf_release(&text);
	buf_release(&padded);
}

/* The line with its check made anew, as who types one himself would. */
static int
parse_words(const char *words)
{
	struct buf text = BUF_INIT(1024);
	struct managerline got;
	struct err e = ERR_INIT;
	uint8_t sum[HASH_LEN];
	size_t i;
	int rc;

	hash_sha256(sum, words, strlen(words));
	assert_int_equal(buf_addf(&text, &e, "%s ", words), 0);
	for (i = 0; i < 8; i++)
		assert_int_equal(buf_addf(&text, &e, "%02x", sum[i]), 0);
	rc = managerline_parse(&got, buf_str(&text), text.len, &e);
	if (rc < 0)
		assert_int_equal(e.code, ERR_USAGE);
	buf_release(&text);
	return rc;
}

static void
refuses_other_lines(void **state)
{
	struct buf text = BUF_INIT(1024), line = BUF_INIT(1024);
	struct buf pub = BUF_INIT(256);
	struct managerline got;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(managerline_text(&good, &text, &e), 0);
	for (i = 0; i < text.len; i++) {	/* any slip shows */
		text.data[i] ^= 1;
		assert_int_equal(managerline_parse(&got, buf_str(&text),
		    text.len, &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
		text.data[i] ^= 1;
		assert_int_equal(managerline_parse(&got, buf_str(&text), i,
		    &e), -1);
	}
	assert_int_equal(sshkey_public_text(&keys.pub, &pub, &e), 0);
	assert_int_equal(buf_addf(&line, &e, "liudi-manager1 li %s %s",
	    keys.recipient, buf_str(&pub)), 0);
	assert_int_equal(parse_words(buf_str(&line)), 0);
	buf_clear(&line);
	assert_int_equal(buf_addf(&line, &e, "liudi-manager1 Li %s %s",
	    keys.recipient, buf_str(&pub)), 0);
	assert_int_equal(parse_words(buf_str(&line)), -1);
	buf_clear(&line);
	assert_int_equal(buf_addf(&line, &e, "liudi-manager1 li %.40s %s",
	    keys.recipient, buf_str(&pub)), 0);
	assert_int_equal(parse_words(buf_str(&line)), -1);
	assert_int_equal(parse_words("liudi-manager1 li"), -1);
	assert_int_equal(parse_words("liudi-manager1  x y z"), -1);
	buf_release(&text);
	buf_release(&line);
	buf_release(&pub);
}

static void
names_the_deposit(void **state)
{
	char path[SHARES_PATH_LEN], print[SHARES_PRINT_LEN];

	(void)state;
	shares_sign_path("owner", &keys.pub, path);
	assert_int_equal(strncmp(path, "handover/owner.", 15), 0);
	assert_int_equal(strlen(path), 15 + 16 + strlen(".sign.age"));
	shares_print("age1abc", print);
	assert_int_equal(strlen(print), 19);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_sheets),
		cmocka_unit_test(reads_its_line),
		cmocka_unit_test(refuses_other_lines),
		cmocka_unit_test(names_the_deposit),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
