/* tests/desk/contacts_test.c - whom a text tells how to reach, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "desk/contacts.h"

#include "base/banned.h"

static struct contacts *contacts;

struct all {
	const char *text;
	char found[1024];
};

static int
note(void *arg, const struct contacts_found *c)
{
	struct all *all = arg;
	size_t n = strlen(all->found);

	assert_true(c->start < c->end && c->end <= strlen(all->text));
	(void)snprintf(all->found + n, sizeof(all->found) - n, "%s%s %s",
	    n ? ", " : "", contacts_kind_name(c->kind), c->value);
	return 0;
}

static void
check(const char *text, const char *want)
{
	struct all all = {.text = text};
	struct err e = ERR_INIT;

	assert_int_equal(contacts_each(contacts, text, strlen(text), note, &all,
	    &e), 0);
	if (strcmp(all.found, want) != 0)
		print_message("in '%s'\n", text);
	assert_string_equal(all.found, want);
}

static void
phones(void **state)
{
	(void)state;
	check("13812345678", "phone 13812345678");
	check("请打138-1234-5678找我", "phone 13812345678");
	check("138 1234 5678", "phone 13812345678");
	check("+86 138 1234 5678", "phone 13812345678");
	check("8613812345678", "phone 13812345678");
	check("0086 13812345678", "phone 13812345678");
	check("+44 20 7946 0958", "phone 442079460958");
	check("+1 (212) 555-0187.", "phone 12125550187");
	check("0044 20 7946 0958", "phone 442079460958");
	check("0574-87654321", "phone 057487654321");
	check("my phone: 2079460958", "phone 2079460958");
	check("电话 87654321", "phone 87654321");
	check("１３８１２３４５６７８", "phone 13812345678");
	check("①③⑧①②③④⑤⑥⑦⑧", "phone 13812345678");
	check("138\xe2\x80\x8b" "12345678", "phone 13812345678");
	check("13812345678 / 13912345678",
	    "phone 13812345678, phone 13912345678");
	/* numbers that are none */
	check("2079460958", "");
	check("87654321", "");
	check("23812345678", "");
	check("138123456789", "");
	check("1381234567", "");
	check("L-100A x 5000 pcs at USD 1,200.50", "");
	check("1 000 000 000 pcs, 2026-11-23 10:30:00", "");
	check("2024.03.01 - 2024.04.01", "");
	check("SF13812345678", "");
	check("顺丰单号 13812345678", "");
	check("tracking 13812345678 DHL", "");
	check("order no. 13812345678", "");
	check("快递员\n电话 13812345678", "phone 13812345678");
	check("https://acme.example/p/13812345678?id=13912345678", "");
	check("", "");
	check("+", "");
	check("+1", "");
}

static void
emails(void **state)
{
	(void)state;
	check("Wang@Gmail.com", "email wang@gmail.com");
	check("请发到wang.fang+x@mail.acme-lamps.com.cn，谢谢",
	    "email wang.fang+x@mail.acme-lamps.com.cn");
	check("<a@b.io>,c@d.org.", "email a@b.io, email c@d.org");
	check("ｗａｎｇ＠ｑｑ．ｃｏｍ", "email wang@qq.com");
	check("13812345678@163.com", "email 13812345678@163.com");
	check("@all", "");
	check("5 pcs @ 3.50", "");
	check("5@3.50", "");
	check("a@b", "");
	check("a@b.c", "");
	check("@b.com a@ .com", "");
}

static void
ids(void **state)
{
	(void)state;
	check("我的微信：wang_fang88", "wechat wang_fang88");
	check("微信號 wangfang", "wechat wangfang");
	check("WeChat ID: WangFang", "wechat wangfang");
	check("微 信 wang-fang1", "wechat wang-fang1");
	check("vx wangfang01", "wechat wangfang01");
	check("加V：wangfang", "wechat wangfang");
	check("wechat 13812345678", "wechat 13812345678");
	check("wechat +44 20 7946 0958", "wechat 442079460958");
	check("add my wechat please", "add add my wechat");
	check("wechat please", "");
	check("wechat: abc", "");
	check("we chatted yesterday", "");
	check("WhatsApp +86 138 1234 5678", "whatsapp 13812345678");
	check("whatsapp: 447700900123", "whatsapp 447700900123");
	check("https://wa.me/447700900123", "whatsapp 447700900123");
	check("https://api.whatsapp.com/send?phone=447700900123&text=hi",
	    "whatsapp 447700900123");
	check("whatsapp me", "");
	check("QQ 123456789", "qq 123456789");
	check("QQ：10001", "qq 10001");
	check("加QQ群123456", "qq 123456, add 加qq");
	check("qq 1000", "");
	check("qq123456789012", "");
	check("FAQQ 10001", "");
}

static void
invitations(void **state)
{
	(void)state;
	check("加我", "add 加我");
	check("您加我微信吧", "add 加我");
	check("加个微信", "add 加个微信");
	check("please add me", "add add me");
	check("参加我们的展会", "");
	check("这增加我司的成本", "");
	check("更加我行我素", "");
	check("paddme", "");
}

struct place {
	size_t start, end;
};

static int
note_place(void *arg, const struct contacts_found *c)
{
	struct place *p = arg;

	p->start = c->start;
	p->end = c->end;
	return 5;
}

static void
places(void **state)
{
	static const char text[] = "电话：+86 138-1234-5678。\n13912345678";
	struct err e = ERR_INIT;
	struct place p = {0, 0};

	(void)state;
	/* nine bytes of Chinese; the first that is not 0 stops */
	assert_int_equal(contacts_each(contacts, text, strlen(text), note_place,
	    &p, &e), 5);
	assert_int_equal(p.start, 9);
	assert_int_equal(p.end, 26);
}

static void
same(void **state)
{
	(void)state;
	assert_true(contacts_same("13812345678", "13812345678"));
	assert_true(contacts_same("442079460958", "2079460958"));
	assert_true(contacts_same("2079460958", "442079460958"));
	assert_false(contacts_same("45678", "13812345678"));
	assert_false(contacts_same("a@b.com", "ba@b.com"));
	assert_false(contacts_same("wangfang1", "fang1"));
	assert_false(contacts_same("", "13812345678"));
}

/* Nothing runs over, nothing takes for ever. */
static void
hostile(void **state)
{
	static char text[3 * CONTACTS_TEXT_MAX];
	struct err e = ERR_INIT;
	struct all all = {.text = text};
	size_t i;

	(void)state;
	check("a\xff@\xff.com \xe5\xbe 138\xff" "12345678", "");
	check("微信", "");
	check("微信：", "");
	check("whatsapp +", "");
	check("QQ群", "");
	memset(text, '1', sizeof(text) - 1);
	assert_int_equal(contacts_each(contacts, text, sizeof(text) - 1, note,
	    &all, &e), 0);
	assert_string_equal(all.found, "");
	memset(text, 'a', sizeof(text) - 1);
	memcpy(text + 200, "@b.com", 6);
	assert_int_equal(contacts_each(contacts, text, 206, note, &all, &e), 0);
	assert_string_equal(all.found, "");
	memset(text, '@', sizeof(text) - 1);
	assert_int_equal(contacts_each(contacts, text, sizeof(text) - 1, note,
	    &all, &e), 0);
	for (i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "qq:", 3);
	assert_int_equal(contacts_each(contacts, text, sizeof(text) - 1, note,
	    &all, &e), 0);
	assert_string_equal(all.found, "");
}

static int
set_up(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	contacts = contacts_new(&e);
	return contacts ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	contacts_free(contacts);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phones),
		cmocka_unit_test(emails),
		cmocka_unit_test(ids),
		cmocka_unit_test(invitations),
		cmocka_unit_test(places),
		cmocka_unit_test(same),
		cmocka_unit_test(hostile)
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
