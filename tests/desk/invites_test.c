/* tests/desk/invites_test.c - both halves of an invitation, sealed for real. */
#include "asks.h"

#include "desk/invites.h"
#include "desk/sealed.h"
#include "open/identity.h"

#include "base/banned.h"

static struct invites_secret
sample(void)
{
	struct invites_secret s;

	memset(&s, 0, sizeof(s));
	memcpy(s.secret, secret, sizeof(s.secret));
	(void)snprintf(s.station, sizeof(s.station), "ws-01");
	(void)snprintf(s.person, sizeof(s.person), "王芳");
	(void)snprintf(s.by, sizeof(s.by), "manager");
	s.again = true;
	return s;
}

static void
secret_comes_back(void **state)
{
	static const char want[] = "{\"v\":1,\"secret\":"
	    "\"090102030405060708090a0b0c0d0e0f\",\"station\":\"ws-01\","
	    "\"person\":\"王芳\",\"team\":null,\"again\":true,"
	    "\"by\":\"manager\"}\n";
	struct invites_secret s = sample(), got;
	struct buf out = BUF_INIT(4096);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(invites_secret_text(&s, &out, &e), 0);
	assert_string_equal(buf_str(&out), want);
	assert_int_equal(invites_secret_parse(&got, buf_str(&out), out.len,
	    &e), 0);
	assert_memory_equal(&got, &s, sizeof(s));
	buf_release(&out);
}

static void
refuses_bad_secrets(void **state)
{
#define S "\"secret\":\"090102030405060708090a0b0c0d0e0f\""
#define REST ",\"person\":null,\"team\":null,\"again\":false,\"by\":\"m\"}\n"
	static const char *const bad[] = {
		"", "{}\n", "[]\n", "x",
		"{\"v\":2," S ",\"station\":\"ws-01\"" REST,
		"{\"v\":1,\"secret\":\"09\",\"station\":\"ws-01\"" REST,
		"{\"v\":1," S ",\"station\":\"-\"" REST,
		"{\"v\":1," S ",\"station\":null" REST,
		("{\"v\":1," S ",\"station\":\"ws-01\",\"person\":\"\\u0007\","
		    "\"team\":null,\"again\":false,\"by\":\"m\"}\n"),
		("{\"v\":1," S ",\"station\":\"ws-01\",\"person\":null,"
		    "\"team\":null,\"again\":1,\"by\":\"m\"}\n"),
		("{\"v\":1," S ",\"station\":\"ws-01\",\"person\":null,"
		    "\"team\":null,\"again\":false}\n")
	};
	struct invites_secret got;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		assert_int_equal(invites_secret_parse(&got, bad[i],
		    strlen(bad[i]), &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
}

static struct identities *
make_reader(char age[80])
{
	struct buf text = BUF_INIT(80);
	struct err e = ERR_INIT;
	struct identities *ids = identities_new(&e);
	struct seal_recipient r;

	assert_non_null(ids);
	assert_int_equal(identities_generate(ids, &e), 0);
	identities_recipient(ids, 0, &r);
	assert_int_equal(bech32_encode(&text, "age", r.pk, sizeof(r.pk), &e),
	    0);
	(void)snprintf(age, 80, "%s", buf_str(&text));
	buf_release(&text);
	return ids;
}

static struct opener *
opener_of(struct identities *ids)
{
	struct buf file = BUF_INIT(IDENTITY_FILE_MAX);
	struct err e = ERR_INIT;
	struct opener *op;

	assert_int_equal(identities_save(ids, &file, "lamp", 4, &e), 0);
	op = opener_new(file.data, file.len, "lamp", &e);
	if (!op)
		fail_msg("%s", e.what);
	buf_release(&file);
	return op;
}

static void
both_halves(void **state)
{
	struct control c = {.version = 1, .nrecipients = 2};
	struct identities *a = make_reader(c.recipient[0].age);
	struct identities *b = make_reader(c.recipient[1].age);
	struct opener *op = opener_of(b);
	struct invite i = {.expires = T0};
	struct invites_secret s = sample(), got;
	struct buf open = BUF_INIT(65536), sealed = BUF_INIT(65536);
	struct buf text = BUF_INIT(65536);
	struct invite_file f;
	struct err e = ERR_INIT;
	bool current = false;

	(void)state;
	memcpy(i.secret, secret, sizeof(secret));
	(void)snprintf(i.station, sizeof(i.station), "ws-01");
	assert_int_equal(invites_make(&c, &i, &s, &open, &sealed, &e), 0);
	assert_int_equal(invite_file_parse(&f, buf_str(&open), open.len, &e),
	    0);
	assert_string_equal(f.station, "ws-01");
	assert_true(f.expires == T0 && f.used == 0);
	/* nothing of the person is in the open half */
	assert_null(strstr(buf_str(&open), "王芳"));
	assert_int_equal(sealed_text(op, sealed.data, sealed.len, &c, &current,
	    &text, &e), 0);
	assert_true(current);
	assert_int_equal(invites_secret_parse(&got, buf_str(&text), text.len,
	    &e), 0);
	assert_memory_equal(&got, &s, sizeof(s));
	/* for one reader more, or one less, it is not */
	c.nrecipients = 1;
	buf_clear(&text);
	assert_int_equal(sealed_text(op, sealed.data, sealed.len, &c, &current,
	    &text, &e), 0);
	assert_false(current);
	/* whoever reads sees when a byte is another */
	sealed.data[sealed.len - 1] ^= 1;
	assert_int_equal(sealed_text(op, sealed.data, sealed.len, NULL, NULL,
	    &text, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	err_clear(&e);
	/* sealed to somebody else alone */
	buf_clear(&sealed);
	assert_int_equal(sealed_make(&c, "x\n", 2, &sealed, &e), 0);
	assert_int_equal(sealed_text(op, sealed.data, sealed.len, NULL, NULL,
	    &text, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	opener_free(op);
	identities_free(a);
	identities_free(b);
	buf_release(&open);
	buf_release(&sealed);
	buf_release(&text);
}

static void
text_has_its_cap(void **state)
{
	struct control c = {.version = 1, .nrecipients = 1};
	struct identities *a = make_reader(c.recipient[0].age);
	struct opener *op = opener_of(a);
	struct buf sealed = BUF_INIT(65536), text = BUF_INIT(1000);
	struct err e = ERR_INIT;
	char *zeros = calloc(1, 1024 * 1024);

	(void)state;
	/* a megabyte that seals to nearly nothing */
	assert_int_equal(sealed_make(&c, zeros, 1024 * 1024, &sealed, &e), 0);
	assert_true(sealed.len < 4096);
	assert_int_equal(sealed_text(op, sealed.data, sealed.len, NULL, NULL,
	    &text, &e), -1);
	assert_true(text.len <= 1000);
	free(zeros);
	opener_free(op);
	identities_free(a);
	buf_release(&sealed);
	buf_release(&text);
}

struct seen_all {
	int n;
	char last[INVITE_ID_LEN];
};

static int
note(void *arg, const char *invite, const struct invite_file *f,
	struct err *e)
{
	struct seen_all *s = arg;

	(void)e;
	assert_string_equal(f->station, "ws-01");
	assert_true(strcmp(s->last, invite) < 0);
	(void)snprintf(s->last, sizeof(s->last), "%s", invite);
	s->n++;
	return 0;
}

static void
found_in_control(void **state)
{
	static const char file[] = "station ws-01\nexpires 1800000000\n"
	    "ssh ssh-ed25519 "
	    "AAAAC3NzaC1lZDI1NTE5AAAAILFVqwLoud2nEMNIoZSerRT4XNkGF1P1r9/B0PkT"
	    "UYPE\n";
	char *a = clone("a");
	struct seen_all all = {0, ""};
	struct err e = ERR_INIT;
	struct invite_file f;
	struct control c;

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(control_load(&c, a, NULL, &e), 0);
	assert_int_equal(invites_each(a, c.commit, note, &all, &e), 0);
	assert_int_equal(all.n, 0);
	control_release(&c);
	assert_int_equal(edit(a, "manager", manager, T0 + 1,
	    "invites/0123456789abcdef", file, &e), 0);
	assert_int_equal(edit(a, "manager", manager, T0 + 1,
	    "invites/0123456789abcdee", file, &e), 0);
	assert_int_equal(edit(a, "manager", manager, T0 + 1,
	    "invites/0123456789abcdef.age", "x\n", &e), 0);
	assert_int_equal(edit(a, "manager", manager, T0 + 1,
	    "invites/readme", "x\n", &e), 0);
	assert_int_equal(control_load(&c, a, NULL, &e), 0);
	assert_int_equal(invites_each(a, c.commit, note, &all, &e), 0);
	assert_int_equal(all.n, 2);
	assert_int_equal(invites_load(a, c.commit, "0123456789abcdef", &f,
	    &e), 1);
	assert_int_equal(invites_load(a, c.commit, "1123456789abcdef", &f,
	    &e), 0);
	control_release(&c);
	/* one that is not what it should be */
	assert_int_equal(edit(a, "manager", manager, T0 + 1,
	    "invites/0123456789abcdee", "station x\n", &e), 0);
	assert_int_equal(control_load(&c, a, NULL, &e), 0);
	assert_int_equal(invites_each(a, c.commit, note, &all, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	control_release(&c);
	free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret_comes_back),
		cmocka_unit_test(refuses_bad_secrets),
		cmocka_unit_test(both_halves),
		cmocka_unit_test(text_has_its_cap),
		cmocka_unit_test_setup_teardown(found_in_control, fresh,
		    forget)
	};

	(void)ask_good;
	(void)ask_put;
	return cmocka_run_group_tests(tests, setup, teardown);
}
