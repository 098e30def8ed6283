/*
 * desk/vaultfile: which accounts somebody gets, what of them, and what of their
 * past; the key file by the reader of tests/vault/kdbx_open.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "crypto/secmem.h"
#include "desk/vaultfile.h"

#include "../vault/kdbx_open.h"
#include "accounts.h"

#include "base/banned.h"

static const char policy[] =
    "[platform aa]\nname = Aa\nurl = https://aa.example/in\n"
    "[platform bb]\nname = Bb\nurl =\n"
    "[shop S]\nplatform = aa\ndoers = zhang, Wang\nresponsible = li\n";

static const struct made book[] = {
	{1, EVENT_REGISTERED, 100, "zhang", "ws-1", "platform=aa name=aa-01 "
	    "shop=S login=acme1 phone=138 twofa=none purpose=sell", 1},
	{1, EVENT_ROTATED, 200, "zhang", "ws-1", "", 1},
	{1, EVENT_CONFIRMED, 250, "zhang", "ws-1", "by=zhang", 0},
	{1, EVENT_TWOFA, 300, "zhang", "ws-1", "twofa=totp", 2},
	{1, EVENT_UPDATED, 300, "zhang", "ws-1", "note=careful phone=139", 0},
	{2, EVENT_REGISTERED, 100, "zhang", "ws-1", "platform=bb name=bb-01 "
	    "qr=yes holder=zhang", 0},
	{3, EVENT_REGISTERED, 100, "chen", "ws-2", "platform=aa name=aa-02 "
	    "url=https://x.example", 1},
	{4, EVENT_REGISTERED, 100, "chen", "ws-2", "platform=aa name=aa-03", 1},
	{4, EVENT_CLOSED, 110, "chen", "ws-2", "", 0},
	{5, EVENT_REGISTERED, 100, "chen", "ws-2", "platform=aa name=aa-05", 1},
	{5, EVENT_ROTATED, 110, "chen", "ws-2", "", 1},
	{5, EVENT_ROTATED, 120, "wu", "ws-3", "", 1 | 4},
	{6, EVENT_REGISTERED, 100, "chen", "ws-2", "platform=aa name=aa-06", 1},
	{6, EVENT_TRANSFERRED, 130, "chen", "ws-2", "from=chen to=WANG", 0},
};

struct team {
	struct book *b;
	struct people *p;
	struct platforms *pl;
	struct control control;
	int asked;
	enum err_code answer[32];	/* of event N, instead of its secrets */
};

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static void
team_make(struct team *t)
{
	static const char *const readers[] = {"manager", "owner"};
	struct err e = ERR_INIT;

	memset(t, 0, sizeof(*t));
	make_readers(&t->control, readers, 2);
	t->b = make_book(book, sizeof(book) / sizeof(*book));
	t->p = people_new(policy, NULL, &t->control, &e);
	t->pl = platforms_new(policy, &e);
	assert_non_null(t->p);
	assert_non_null(t->pl);
}

static void
team_release(struct team *t)
{
	platforms_free(t->pl);
	people_free(t->p);
	book_free(t->b);
}

/* Who gets what. */
static void
receives(struct team *t, const char *person, const char *want)
{
	const struct book_account *v[32];
	struct vaultfile f;
	struct err e = ERR_INIT;
	char list[256];
	size_t i;

	assert_int_equal(vaultfile_init(&f, t->b, t->p, t->pl, person, &e), 0);
	for (i = 0; i < f.n; i++)
		v[i] = f.v[i].account;
	assert_string_equal(list_of(v, f.n, list, sizeof(list)), want);
	vaultfile_release(&f);
}

static const char *
secret_text(const char *kind, unsigned n)
{
	char *text = secmem_new(64);

	assert_non_null(text);
	(void)snprintf(text, 64, "%s-%u", kind, n);
	return text;
}

/* Each once only: the log of reads is not to be filled. */
static int
secrets(void *arg, const struct account_event *v, struct event_secret *out,
	struct err *e)
{
	struct team *t = arg;

	assert_true(v->has_password || v->has_totp);
	t->asked++;
	if (t->answer[v->id[0]] != ERR_NONE)
		return err_set(e, t->answer[v->id[0]], "not this one");
	memset(out, 0, sizeof(*out));
	if (v->has_password)
		out->password = secret_text("pw", v->id[0]);
	if (v->has_totp)
		out->totp = secret_text("otp", v->id[0]);
	return 1;
}

static void
who_gets_what(void **state)
{
	struct team t;

	(void)state;
	team_make(&t);
	receives(&t, NULL, "aa-02 aa-05 aa-06 bb-01 aa-01");
	receives(&t, "zhang", "bb-01 aa-01");
	receives(&t, "wang", "aa-06 aa-01");
	receives(&t, "li", "aa-01");
	receives(&t, "nobody", "");
	team_release(&t);
}

static void
csv(struct team *t, const char *person, struct buf *out, struct vaultfile *f)
{
	struct err e = ERR_INIT;

	buf_clear(out);
	assert_int_equal(vaultfile_init(f, t->b, t->p, t->pl, person, &e), 0);
	assert_int_equal(vaultfile_csv(f, secrets, t, out, &e), 0);
}

#define HEAD "folder,favorite,type,name,notes,fields,reprompt,login_uri," \
	"login_username,login_password,login_totp\n"

static void
as_csv(void **state)
{
	struct buf out = BUF_INIT(65536);
	struct vaultfile f;
	struct team t;

	(void)state;
	team_make(&t);
	csv(&t, "zhang", &out, &f);
	assert_string_equal(buf_str(&out), HEAD
	    "\"Bb\",,login,\"bb-01\",\"\",\"platform: bb\nholder: zhang\",0,"
	    "\"\",\"\",\"\",\"\"\n"
	    "\"S\",,login,\"aa-01\",\"sell\ncareful\",\"platform: aa\n"
	    "phone: 139\ntwofa: totp\",0,\"https://aa.example/in\",\"acme1\","
	    "\"pw-2\",\"otp-4\"\n");
	assert_int_equal(t.asked, 2);	/* the former ones are not opened */
	assert_true(f.v[0].lack.address && f.v[0].lack.password);
	assert_false(f.v[1].lack.address || f.v[1].lack.password);
	assert_false(f.v[1].lack.apart || f.v[1].lack.shut);
	vaultfile_release(&f);

	/* Two passwords that nobody can put in order: both, one as a field. */
	csv(&t, NULL, &out, &f);
	assert_non_null(strstr(buf_str(&out), "\"aa-05\",\"\",\"password 2: "
	    "pw-11\nplatform: aa\",0,\"https://aa.example/in\",\"\","
	    "\"pw-12\""));
	assert_non_null(strstr(buf_str(&out), "0,\"https://x.example\""));
	vaultfile_release(&f);
	team_release(&t);
	buf_wipe(&out);
}

static void
opened(struct team *t, const char *person, struct opened *o,
	struct vaultfile *f)
{
	static const struct kdbx_cost cheap = { ARGON2_BYTES_MIN, 1 };
	struct buf out = BUF_INIT(KDBX_MAX);
	struct err e = ERR_INIT;
	struct kdbx *k = kdbx_new("acme", 1000, &e);

	assert_int_equal(vaultfile_init(f, t->b, t->p, t->pl, person, &e), 0);
	assert_int_equal(vaultfile_kdbx(f, secrets, t, k, &e), 0);
	assert_int_equal(kdbx_finish(k, "p", 1, &cheap, &out, &e), 0);
	kdbx_free(k);
	open_file(o, &out, "p");
	buf_release(&out);
}

static const char *
behind(const char *text, const char *what)
{
	const char *p = strstr(text, what);

	if (!p)
		fail_msg("no '%s' in\n%s", what, text);
	return p;
}

/* The newest first, then the past, version by version. */
static void
as_keepass(void **state)
{
	struct vaultfile f;
	struct opened o;
	struct team t;
	const char *p;

	(void)state;
	team_make(&t);
	opened(&t, "li", &o, &f);
	/* now: 2 and its seed; registered: 1; rotated: 2; twofa: 2 and 4 */
	assert_string_equal(o.plain, "pw-2\notp-4\npw-1\npw-2\npw-2\notp-4\n");
	assert_int_equal(t.asked, 3);
	p = behind(buf_str(&o.xml), "<Name>S</Name>");
	p = behind(p, "<UUID>AQEBAQEBAQEBAQEBAQEBAQ==</UUID>");
	p = behind(p, "<Tags>aa</Tags>");
	/* python: struct.pack("<q", 62135596800 + 100), and + 301: two changes
	 * of one second are two versions */
	p = behind(p, "<CreationTime>ZPeRdw4AAAA=</CreationTime>");
	p = behind(p, "<LastModificationTime>LfiRdw4AAAA=</Last");
	p = behind(p, "<Value>aa-01</Value>");
	p = behind(p, "<Value>acme1</Value>");
	p = behind(p, "<Value>sell\ncareful</Value>");
	p = behind(p, "<Key>phone</Key>\n<Value>139</Value>");
	p = behind(p, "<History>");
	p = behind(p, "<Value>sell</Value>");
	p = behind(p, "<Key>phone</Key>\n<Value>138</Value>");
	p = behind(p, "<Key>twofa</Key>\n<Value>none</Value>");
	p = behind(p, "<LastModificationTime>yPeRdw4AAAA=</Last");	/* 200 */
	p = behind(p, "<LastModificationTime>LPiRdw4AAAA=</Last");	/* 300 */
	p = behind(p, "<Key>twofa</Key>\n<Value>totp</Value>");
	(void)behind(p, "</History>");
	closed(&o);
	vaultfile_release(&f);
	team_release(&t);
}

/* Without what two must agree on, or is not ours; but a damaged one ends it. */
static void
what_cannot_be_opened(void **state)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct vaultfile f;
	struct opened o;
	struct team t;

	(void)state;
	team_make(&t);
	t.answer[2] = ERR_NOENT;
	t.answer[1] = ERR_CRYPTO;
	opened(&t, "li", &o, &f);
	assert_string_equal(o.plain, "otp-4\notp-4\n");
	assert_true(f.v[0].lack.apart && f.v[0].lack.shut && f.v[0].lack.password);
	assert_false(f.v[0].lack.address);
	closed(&o);
	vaultfile_release(&f);
	t.answer[2] = ERR_INTEGRITY;
	assert_int_equal(vaultfile_init(&f, t.b, t.p, t.pl, "li", &e), 0);
	assert_int_equal(vaultfile_csv(&f, secrets, &t, &out, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	vaultfile_release(&f);
	team_release(&t);
	buf_wipe(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_gets_what),
		cmocka_unit_test(as_csv),
		cmocka_unit_test(as_keepass),
		cmocka_unit_test(what_cannot_be_opened)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
