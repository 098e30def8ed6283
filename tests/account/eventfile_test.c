/* account/eventfile: sealed, opened again, and who can open what. */
#include "account/eventfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/hash.h"
#include "open/age_open.h"

#include "base/banned.h"

#define PASS "p&<>\"\\'密码\t1"
#define SEED "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ"

static struct identities *owner, *manager, *other;
static struct seal_recipient readers[2];	/* owner, manager */
static const struct eventfile_readers both = {readers, 2, readers, 1,
	readers + 1, 1};

static struct account_event
event(uint8_t id, enum event_kind kind)
{
	struct account_event v;

	memset(&v, 0, sizeof(v));
	v.id[0] = id;
	v.account[0] = 9;
	v.kind = kind;
	v.ts = 1700000000;
	v.device = "ws-01";
	return v;
}

struct seen {
	size_t n;
	uint8_t id[4];
	size_t secrets;
	size_t fail_at;
};

static int
note(void *arg, const struct account_event *v, const char *line, size_t n,
	struct err *e)
{
	struct seen *s = arg;

	assert_int_equal(line[0], '{');
	assert_int_equal(line[n - 1], '}');
	if (s->n < 4)
		s->id[s->n] = v->id[0];
	s->n++;
	s->secrets += v->has_password + v->has_totp + v->has_codes;
	return s->fail_at == s->n ? err_set(e, ERR_SPACE, "enough") : 0;
}

static void
open_one(const struct identities *ids, const struct buf *in, struct buf *out)
{
	struct err e = ERR_INIT;

	if (age_open_buf(ids, in->data, in->len, out, &e) < 0)
		fail_msg("%s", e.what);
}

static void
test_two_events(void **state)
{
	struct buf sealed = BUF_INIT(EVENTFILE_MAX * 2);
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	struct buf inner = BUF_INIT(EVENTFILE_MAX);
	struct buf secrets = BUF_INIT(EVENTFILE_MAX);
	struct account_event v = event(1, EVENT_ROTATED);
	struct account_event w = event(2, EVENT_TWOFA);
	struct event_secret s = {.password = PASS};
	struct event_secret t = {.totp = SEED, .codes = "a1\nb2"};
	struct event_secret got = {NULL, NULL, NULL};
	struct err e = ERR_INIT;
	struct seen seen = {0};
	struct eventfile f;
	bool dual = true;

	(void)state;
	assert_int_equal(eventfile_init(&f, &e), 0);
	assert_int_equal(eventfile_seal(&f, &both, &sealed, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(eventfile_add(&f, &v, &s, &e), 0);
	assert_true(v.has_password && !v.has_totp);
	w.value[EVENT_TWOFA_KIND] = "totp";
	assert_int_equal(eventfile_add(&f, &w, &t, &e), 0);
	w = event(3, EVENT_CLOSED);
	w.has_codes = true;		/* nothing was given: set right */
	assert_int_equal(eventfile_add(&f, &w, NULL, &e), 0);
	assert_null(memmem(f.lines.data, f.lines.len, "GEZD", 4));
	assert_int_equal(eventfile_seal(&f, &both, &sealed, &e), 0);
	eventfile_release(&f);

	open_one(manager, &sealed, &text);
	assert_int_equal(text.len % 512, 0);
	assert_null(memmem(text.data, text.len, "GEZD", 4));
	assert_int_equal(eventfile_read(text.data, text.len, note, &seen,
	    &inner, &dual, &e), 0);
	assert_int_equal(seen.n, 3);
	assert_memory_equal(seen.id, "\1\2\3", 3);
	assert_int_equal(seen.secrets, 3);
	assert_false(dual);
	/* The same where the padding was cut off. */
	seen.n = 0;
	assert_int_equal(eventfile_read(text.data, (size_t)((uint8_t *)memmem(
	    text.data, text.len, "\x50\x2a\x4d\x18", 4) - text.data), note,
	    &seen, NULL, NULL, &e), 0);
	assert_int_equal(seen.n, 3);

	open_one(owner, &inner, &secrets);
	assert_int_equal(secrets.len % 512, 0);
	assert_int_equal(eventfile_secret(secrets.data, secrets.len, v.id,
	    &got, &e), 1);
	assert_string_equal(got.password, PASS);
	assert_null(got.totp);
	event_secret_free(&got);
	v.id[0] = 2;
	assert_int_equal(eventfile_secret(secrets.data, secrets.len, v.id,
	    &got, &e), 1);
	assert_null(got.password);
	assert_string_equal(got.totp, SEED);
	assert_string_equal(got.codes, "a1\nb2");
	event_secret_free(&got);
	v.id[0] = 3;
	assert_int_equal(eventfile_secret(secrets.data, secrets.len, v.id,
	    &got, &e), 0);
	assert_null(got.password);
	buf_release(&secrets);
	buf_release(&inner);
	buf_release(&text);
	buf_release(&sealed);
}

static void
test_dual(void **state)
{
	const struct eventfile_readers none = {readers, 2, readers, 1, NULL, 0};
	struct buf sealed = BUF_INIT(EVENTFILE_MAX * 2);
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	struct buf outer = BUF_INIT(EVENTFILE_MAX);
	struct buf inner = BUF_INIT(EVENTFILE_MAX);
	struct buf secrets = BUF_INIT(EVENTFILE_MAX);
	struct account_event v = event(1, EVENT_REGISTERED);
	struct account_event w = event(2, EVENT_CLOSED);
	struct event_secret s = {.password = PASS}, got = {NULL, NULL, NULL};
	struct err e = ERR_INIT;
	struct seen seen = {0};
	struct eventfile f;
	bool dual = false;

	(void)state;
	v.value[EVENT_PLATFORM] = "tb";
	v.value[EVENT_NAME] = "acme-tb-01";
	v.value[EVENT_DUAL] = "yes";
	assert_int_equal(eventfile_init(&f, &e), 0);
	assert_int_equal(eventfile_add(&f, &w, NULL, &e), 0);
	assert_int_equal(eventfile_add(&f, &v, &s, &e), 1);
	assert_int_equal(f.n, 1);
	assert_false(f.dual);
	eventfile_release(&f);
	assert_int_equal(eventfile_init(&f, &e), 0);
	assert_int_equal(eventfile_add(&f, &v, &s, &e), 0);
	assert_int_equal(eventfile_add(&f, &w, NULL, &e), 1);
	assert_int_equal(eventfile_seal(&f, &none, &sealed, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(sealed.len, 0);
	assert_int_equal(eventfile_seal(&f, &both, &sealed, &e), 0);
	eventfile_release(&f);

	open_one(manager, &sealed, &text);
	assert_int_equal(eventfile_read(text.data, text.len, note, &seen,
	    &outer, &dual, &e), 0);
	assert_true(dual);
	assert_int_equal(age_open_buf(manager, outer.data, outer.len, &inner,
	    &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	open_one(owner, &outer, &inner);
	assert_int_equal(age_open_buf(owner, inner.data, inner.len, &secrets,
	    &e), -1);
	open_one(manager, &inner, &secrets);
	assert_int_equal(eventfile_secret(secrets.data, secrets.len, v.id,
	    &got, &e), 1);
	assert_string_equal(got.password, PASS);
	event_secret_free(&got);
	/* Who is not a reader opens nothing. */
	assert_int_equal(age_open_buf(other, sealed.data, sealed.len, &inner,
	    &e), -1);
	buf_release(&secrets);
	buf_release(&inner);
	buf_release(&outer);
	buf_release(&text);
	buf_release(&sealed);
}

static void
test_full(void **state)
{
	static char longest[EVENT_SECRET_MAX], longer[EVENT_SECRET_MAX + 1];
	struct buf sealed = BUF_INIT(EVENTFILE_MAX * 2);
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	struct account_event v = event(1, EVENT_ROTATED);
	struct event_secret s = {.password = longest};
	struct err e = ERR_INIT;
	struct seen seen = {0};
	struct eventfile f;
	size_t n = 0;
	int rc;

	(void)state;
	memset(longest, 1, sizeof(longest) - 1);
	memset(longer, 1, sizeof(longer) - 1);
	assert_int_equal(eventfile_init(&f, &e), 0);
	/* A control character is six bytes: this is as much as there can be. */
	while ((rc = eventfile_add(&f, &v, &s, &e)) == 0)
		n++;
	assert_int_equal(rc, 1);
	assert_in_range(n, 35, EVENTFILE_EVENTS - 1);
	assert_int_equal(eventfile_seal(&f, &both, &sealed, &e), 0);
	open_one(owner, &sealed, &text);
	assert_int_equal(eventfile_read(text.data, text.len, note, &seen,
	    NULL, NULL, &e), 0);
	assert_int_equal(seen.n, n);
	eventfile_release(&f);

	assert_int_equal(eventfile_init(&f, &e), 0);
	for (n = 0; eventfile_add(&f, &v, NULL, &e) == 0; n++)
		;
	assert_int_equal(n, EVENTFILE_EVENTS);
	eventfile_release(&f);

	assert_int_equal(eventfile_init(&f, &e), 0);
	s.password = longer;
	assert_int_equal(eventfile_add(&f, &v, &s, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	s.password = "";
	assert_int_equal(eventfile_add(&f, &v, &s, &e), -1);
	s.password = "\xff";
	assert_int_equal(eventfile_add(&f, &v, &s, &e), -1);
	s.password = NULL;
	s.codes = "1";		/* what a rotation does not have */
	assert_int_equal(eventfile_add(&f, &v, &s, &e), -1);
	assert_int_equal(f.n, 0);
	assert_int_equal(f.lines.len, 0);
	assert_int_equal(f.secrets.len, 0);
	eventfile_release(&f);
	buf_release(&text);
	buf_release(&sealed);
}

#define CLOSED "{\"v\":1,\"type\":\"closed\",\"event\":\"0102030405060708" \
	"090a0b0c0d0e0f10\",\"account\":\"a1a2a3a4a5a6a7a8a9aaabacadaeafb0\"," \
	"\"ts\":5,\"offset\":0,\"device\":\"ws\",\"fields\":{}"
#define SECRETS "{\"v\":1,\"type\":\"secrets\",\"sealed\":\"AAAA\"}\n"

static void
refuse(const char *text, size_t n, const char *says)
{
	struct err e = ERR_INIT;
	struct seen seen = {0};

	assert_int_equal(eventfile_read(text, n, note, &seen, NULL, NULL, &e),
	    -1);
	assert_int_equal(e.code, ERR_FORMAT);
	if (!strstr(e.what, says))
		fail_msg("'%s' does not say '%s'", e.what, says);
}
#define REFUSE(text, says) refuse((text), sizeof(text) - 1, (says))

static void
test_wrong(void **state)
{
	const uint8_t id[EVENT_ID_LEN] = {1};
	struct event_secret got = {NULL, NULL, NULL};
	struct err e = ERR_INIT;
	struct seen seen = {.fail_at = 1};
	char *big;

	(void)state;
	REFUSE("", "without events");
	REFUSE(CLOSED "}", "line 1: cut short");
	REFUSE(CLOSED "}\n" SECRETS, "with secrets of no event");
	REFUSE(SECRETS CLOSED "}\n", "line 1: an event of no known type");
	REFUSE(CLOSED "}\n{\"v\":1,\"type\":\"secrets\",\"sealed\":\"A\"}\n",
	    "line 2: ");
	REFUSE(CLOSED "}\n{\"v\":1,\"type\":\"secrets\"}\n", "without 'sealed'");
	REFUSE(CLOSED "}\n{\"v\":2,\"type\":\"secrets\",\"sealed\":\"AAAA\"}\n",
	    "another form");
	REFUSE("{\"v\":1,\"type\":\"rotated\",\"event\":\"01020304050607080"
	    "90a0b0c0d0e0f10\",\"account\":\"a1a2a3a4a5a6a7a8a9aaabacadaeafb0"
	    "\",\"ts\":5,\"offset\":0,\"device\":\"ws\",\"fields\":{},"
	    "\"secrets\":[\"password\"]}\n", "without its secrets");
	REFUSE(CLOSED "}\n\x50\x2a\x4d\x18\2\0\0\0\0", "line 2: cut short");
	REFUSE(CLOSED "}\n\x50\x2a\x4d\x18\1\0\0\0x", "line 2: cut short");
	REFUSE(CLOSED "}\n\n", "line 2: ");
	big = calloc(1, EVENTFILE_MAX + 1);
	assert_non_null(big);
	refuse(big, EVENTFILE_MAX + 1, "more than 4194304 bytes");
	free(big);
	assert_int_equal(eventfile_read(CLOSED "}\n", sizeof(CLOSED "}\n") - 1,
	    note, &seen, NULL, NULL, &e), -1);
	assert_int_equal(e.code, ERR_SPACE);
	assert_string_equal(e.what, "enough");
#define SECRET(text) eventfile_secret((text), sizeof(text) - 1, id, &got, &e)
	assert_int_equal(SECRET("{\"v\":1}\n"), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(SECRET("{\"v\":1,\"type\":\"secret\",\"event\":\"0100"
	    "0000000000000000000000000000\",\"password\":\"a\",\"totp\":3}\n"),
	    -1);
	assert_null(got.password);
	assert_int_equal(SECRET("{\"v\":1,\"type\":\"secret\",\"event\":\"0100"
	    "0000000000000000000000000000\",\"password\":\"a\\u0000b\"}\n"),
	    -1);
	assert_int_equal(SECRET("{\"v\":1,\"type\":\"secret\",\"event\":\"0200"
	    "0000000000000000000000000000\",\"password\":\"a\"}\n"), 0);
	assert_int_equal(SECRET(""), 0);
	assert_int_equal(SECRET("xx"), -1);
}

static int
make_keys(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (crypto_setup(&e) < 0)
		return -1;
	owner = identities_new(&e);
	manager = identities_new(&e);
	other = identities_new(&e);
	if (!owner || !manager || !other ||
	    identities_generate(owner, &e) < 0 ||
	    identities_generate(manager, &e) < 0 ||
	    identities_generate(other, &e) < 0)
		return -1;
	identities_recipient(owner, 0, &readers[0]);
	identities_recipient(manager, 0, &readers[1]);
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	identities_free(owner);
	identities_free(manager);
	identities_free(other);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_events),
		cmocka_unit_test(test_dual),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_wrong),
	};
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
