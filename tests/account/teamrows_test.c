/* tests/account/teamrows_test.c - which rows are kept, as what, under which name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "account/teamrows.h"
#include "base/str.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define HEAD "name,url,username,password,totp,note\n"
#define SEED "JBSWY3DPEHPK3PXP"
#define SEED2 "GEZDGNBVGY3TQOJQ"

struct given {
	struct buf text;
};

static int
on_event(void *arg, const struct teamrow *row, const struct account_event *v,
	const struct event_secret *s, struct err *e)
{
	struct given *g = arg;
	struct account_event copy = *v;
	struct buf line = BUF_INIT(EVENT_LINE_MAX);
	int f;

	/* It is a line that can be written. */
	copy.device = "ws-01";
	memset(copy.id, 1, sizeof(copy.id));
	memset(copy.account, 2, sizeof(copy.account));
	copy.has_password = s->password != NULL;
	copy.has_totp = s->totp != NULL;
	copy.has_codes = s->codes != NULL;
	if (event_write(&copy, &line, e) < 0)
		fail_msg("%s", e->what);
	buf_release(&line);
	assert_int_equal(buf_addf(&g->text, e, "%s", row->record[0] ?
	    row->record : (const char *)row->known), 0);
	assert_int_equal(buf_addf(&g->text, e, " %s", event_kind_name(
	    v->kind)), 0);
	for (f = 0; f < EVENT_FIELDS; f++)
		if (v->value[f] && f != EVENT_NAME)
			assert_int_equal(buf_addf(&g->text, e, " %s=%s",
			    event_field_name((enum event_field)f),
			    v->value[f]), 0);
	if (s->password)
		assert_int_equal(buf_addf(&g->text, e, " pw:%s", s->password),
		    0);
	if (s->totp)
		assert_int_equal(buf_addf(&g->text, e, " otp:%s",
		    strstr(s->totp, "secret=") + 7), 0);
	if (s->codes)
		assert_int_equal(buf_addf(&g->text, e, " codes:%s", s->codes),
		    0);
	return buf_addc(&g->text, '\n', e);
}

static const void *
known(void *arg, const struct platform *p, const char *name)
{
	(void)arg;
	assert_non_null(p);
	return strcmp(name, "acme-eb-01") == 0 ? name : NULL;
}

struct set {
	struct platforms *platforms;
	struct naming *naming;
	struct teamrows *t;
};

static void
set_up(struct set *s, const char *policy)
{
	struct err e = ERR_INIT;

	s->platforms = platforms_new(policy, &e);
	s->naming = naming_new(policy, &e);
	assert_non_null(s->platforms);
	assert_non_null(s->naming);
	s->t = teamrows_new(s->platforms, s->naming, &e);
	assert_non_null(s->t);
}

static void
tear_down(struct set *s)
{
	teamrows_free(s->t);
	naming_free(s->naming);
	platforms_free(s->platforms);
}

static void
check(struct set *s, const char *file, const char *shop, const char *want)
{
	struct given g = {BUF_INIT(1u << 20)};
	struct creds_report r;
	struct err e = ERR_INIT;

	if (creds_read(file, strlen(file), teamrows_add, s->t, &r, &e) < 0 ||
	    teamrows_name(s->t, shop, &e) < 0)
		fail_msg("%s", e.what);
	teamrows_events(s->t, on_event, &g);
	if (creds_read(file, strlen(file), teamrows_again, s->t, &r, &e) < 0)
		fail_msg("%s", e.what);
	assert_string_equal(buf_str(&g.text), want);
	buf_release(&g.text);
}

#define POLICY "[naming]\ncompany = acme\n"

static void
keeps_only_the_teams_rows(void **state)
{
	struct set s;
	const struct teamrows_counts *n;

	(void)state;
	set_up(&s, POLICY);
	check(&s, HEAD
	    "bank,https://bank.example/,li,hunter2,,\n"
	    "eBay,https://signin.ebay.com/x?token=1#y,li,p1,,\n"
	    "gmail,https://mail.google.com/,li,p2,,\n"	/* not business */
	    "QQ,,28512345,p3,,\n"			/* nor that */
	    "eBayer,,li,p4,,\n"
	    "ebay.com,https://bank.example/ebay.com,li,p5,,\n"
	    "Taobao \xe5\xba\x97,,shop,p6,,\n"
	    "app,android://x==@com.taobao.taobao/,other,p7,,\n"
	    "many,\"\"\"https://intranet.example/?1,2\"\",http://u:pw@shop.LAZADA.sg:8/a\","
	    "li,p8,,\n"
	    "note,https://ebay.com/,,,,text\n"
	    /* a comma in an address begins no other one */
	    "rest,\"https://bank.example/x,ebay.com\",li,p9,,\n"
	    "list,\"intranet.example, ebay.com; ebay.de\",list,p10,,\n",
	    "north",
	    "acme-eb-01 registered platform=eb shop=north login=li "
	    "url=https://signin.ebay.com/ note=eBay pw:p1\n"
	    "acme-tb-01 registered platform=tb shop=north login=shop "
	    "note=Taobao \xe5\xba\x97 pw:p6\n"
	    "acme-tb-02 registered platform=tb shop=north login=other note=app "
	    "pw:p7\n"
	    "acme-lz-01 registered platform=lz shop=north login=li "
	    "url=https://shop.lazada.sg/ note=many pw:p8\n"
	    "acme-eb-02 registered platform=eb shop=north login=list "
	    "url=https://ebay.com/ note=list pw:p10\n");
	n = teamrows_counts(s.t);
	assert_int_equal(n->others, 6);
	assert_int_equal(n->unknown, 4);	/* the banks, and eBayer */
	assert_int_equal(n->elsewhere, 2);	/* mail, QQ */
	assert_int_equal(n->unasked, 0);
	assert_int_equal(n->bare, 1);
	assert_int_equal(teamrows_n(s.t), 5);
	tear_down(&s);
	/* shops of the policy say which platforms are the team's; a mailbox */
	set_up(&s, POLICY "[shop north]\nplatform = eb\n"
	    "[platform gm]\nbusiness = yes\n");
	check(&s, HEAD "a,https://taobao.com,li,p1,,\n"
	    "b,https://mail.google.com,li,p2,,\nc,https://ebay.de,li,p3,,\n",
	    NULL, "acme-gm-01 registered platform=gm login=li "
	    "url=https://mail.google.com/ note=b pw:p2\n"
	    "acme-eb-01 registered platform=eb login=li url=https://ebay.de/ "
	    "note=c pw:p3\n");
	tear_down(&s);
	set_up(&s, POLICY);
	teamrows_only(s.t, platforms_find(s.platforms, "tb"));
	check(&s, HEAD "a,https://taobao.com,li,p1,,\n"
	    "c,https://ebay.de,li,p3,,\n", NULL,
	    "acme-tb-01 registered platform=tb login=li "
	    "url=https://taobao.com/ note=a pw:p1\n");
	assert_int_equal(teamrows_counts(s.t)->others, 1);
	assert_int_equal(teamrows_counts(s.t)->unasked, 1);
	assert_int_equal(teamrows_counts(s.t)->elsewhere, 0);
	tear_down(&s);
}

static void
names_by_title_login_or_number(void **state)
{
	struct set s;

	(void)state;
	set_up(&s, POLICY);
	check(&s, HEAD
	    "old,https://ebay.com,bestdeals,p1,,\n"
	    "acme-eb-05,https://ebay.com,second,p2,,\n"
	    "new,https://ebay.com,acmeeb02,p3,,\n"
	    "same,https://ebay.com,AcmeEB02x,p4,,\n"
	    "acme-eb-05,https://ebay.com,third,p5,,\n", NULL,
	    "acme-eb-06 registered platform=eb login=bestdeals "
	    "url=https://ebay.com/ note=old pw:p1\n"
	    "acme-eb-05 registered platform=eb login=second "
	    "url=https://ebay.com/ note=acme-eb-05 pw:p2\n"
	    "acme-eb-02 registered platform=eb login=acmeeb02 "
	    "url=https://ebay.com/ note=new pw:p3\n"
	    "acme-eb-07 registered platform=eb login=AcmeEB02x "
	    "url=https://ebay.com/ note=same pw:p4\n"
	    "acme-eb-08 registered platform=eb login=third "
	    "url=https://ebay.com/ note=acme-eb-05 pw:p5\n");
	tear_down(&s);
}

static void
keeps_the_same_once_and_both_that_differ(void **state)
{
	struct set s;

	(void)state;
	set_up(&s, POLICY);
	check(&s, HEAD
	    "a,https://ebay.com,li,p1,,\n"
	    "b,https://ebay.de,LI,p1,,\n"
	    "c,https://ebay.fr,li,p2," SEED ",\n"
	    "d,https://ebay.it,li,p2," SEED ",lost\n"
	    "e,https://taobao.com,li,p1,,\n"
	    "f,https://ebay.com,,p1,,\n"		/* no login: no telling */
	    "g,https://ebay.com,,p1,,\n", NULL,
	    "acme-eb-01 registered platform=eb login=li url=https://ebay.com/ "
	    "note=a pw:p1\n"
	    "acme-eb-01 rotated pw:p2\n"
	    "acme-eb-01 twofa twofa=totp otp:" SEED
	    "&algorithm=SHA1&digits=6&period=30\n"
	    "acme-tb-01 registered platform=tb login=li "
	    "url=https://taobao.com/ note=e pw:p1\n"
	    "acme-eb-02 registered platform=eb url=https://ebay.com/ note=f "
	    "pw:p1\n"
	    "acme-eb-03 registered platform=eb url=https://ebay.com/ note=g "
	    "pw:p1\n");
	assert_int_equal(teamrows_counts(s.t)->same, 2);
	assert_int_equal(teamrows_at(s.t, 1)->first, 0);
	assert_true(teamrows_at(s.t, 1)->forked);
	tear_down(&s);
}

static void
seals_notes_and_seeds(void **state)
{
	struct set s;
	char file[16384], want[16384], note[6000];

	(void)state;
	set_up(&s, POLICY);
	check(&s, HEAD
	    "a,https://ebay.com,li,p1," SEED ",\"codes\n1 2\"\n"
	    "b,https://ebay.com,wang,p2,steam://X,n\n"
	    "c,https://ebay.com,zhang,,,\n", NULL,
	    "acme-eb-01 registered platform=eb login=li url=https://ebay.com/ "
	    "twofa=totp note=a pw:p1 otp:" SEED
	    "&algorithm=SHA1&digits=6&period=30 codes:codes\n1 2\n"
	    "acme-eb-02 registered platform=eb login=wang "
	    "url=https://ebay.com/ note=b pw:p2 codes:n\nsteam://X\n"
	    "acme-eb-03 registered platform=eb login=zhang "
	    "url=https://ebay.com/ note=c\n");
	tear_down(&s);
	/* a note over the cap is cut between characters */
	memset(note, 'n', sizeof(note));
	memcpy(note + EVENT_SECRET_MAX - 3, "\xe5\xba\x97", 3);
	note[5000] = '\0';
	(void)snprintf(file, sizeof(file), HEAD "a,https://ebay.com,li,p,,%s\n",
	    note);
	note[EVENT_SECRET_MAX - 3] = '\0';
	(void)snprintf(want, sizeof(want), "acme-eb-01 registered platform=eb "
	    "login=li url=https://ebay.com/ note=a pw:p codes:%s\n", note);
	set_up(&s, POLICY);
	check(&s, file, NULL, want);
	tear_down(&s);
	/* what no event can hold is told, not cut */
	note[EVENT_SECRET_MAX - 3] = 'n';
	note[5000] = '\0';
	memset(note, 'p', 5000);
	(void)snprintf(file, sizeof(file), HEAD "a,https://ebay.com,li,%s,,\n"
	    "\"x\ty\",https://ebay.com,li,p,,\n", note);
	set_up(&s, POLICY);
	check(&s, file, NULL, "");
	assert_int_equal(teamrows_counts(s.t)->unfit, 2);
	assert_int_equal(teamrows_counts(s.t)->unfit_line[0], 2);
	assert_int_equal(teamrows_counts(s.t)->unfit_line[1], 3);
	tear_down(&s);
}

static void
passes_over_what_is_registered(void **state)
{
	struct set s;

	(void)state;
	set_up(&s, POLICY);
	teamrows_known(s.t, known, NULL);
	check(&s, HEAD
	    "acme-eb-01,https://ebay.com,li,p1,,\n"
	    "x,https://ebay.com,acme-eb-01,p1," SEED ",\n"
	    "acme-eb-01,https://ebay.com,li,," SEED ",\n"
	    "acme-eb-01,https://ebay.com,li,," SEED ",\n"
	    "acme-eb-01,https://ebay.com,li,," SEED2 ",\n", NULL,
	    "acme-eb-01 twofa twofa=totp otp:" SEED
	    "&algorithm=SHA1&digits=6&period=30\n"
	    "acme-eb-01 twofa twofa=totp otp:" SEED2
	    "&algorithm=SHA1&digits=6&period=30\n");
	assert_int_equal(teamrows_counts(s.t)->known, 2);
	assert_int_equal(teamrows_counts(s.t)->same, 1);
	tear_down(&s);
	/* seeds alone, as an authenticator has them */
	set_up(&s, POLICY);
	teamrows_known(s.t, known, NULL);
	check(&s, "otpauth://totp/eBay:acme-eb-01?secret=" SEED "\n"
	    "otpauth://totp/Bank:li?secret=" SEED "\n"
	    "otpauth://totp/Amazon:li%40acme.example?secret=" SEED2 "\n", NULL,
	    "acme-eb-01 twofa twofa=totp otp:" SEED "&issuer=eBay&"
	    "algorithm=SHA1&digits=6&period=30\n"
	    "acme-az-01 registered platform=az login=li@acme.example "
	    "twofa=totp note=Amazon otp:" SEED2 "&issuer=Amazon&"
	    "algorithm=SHA1&digits=6&period=30\n");
	assert_int_equal(teamrows_counts(s.t)->others, 1);
	tear_down(&s);
}

/* Former passwords come first, each an event behind the other. */
static void
keeps_what_was_before(void **state)
{
	static const char *const old[] = {"p1", "p2"}, *const empty[] = {""};
	const struct creds_row row = {.title = "a", .url = "https://ebay.com",
	    .login = "li", .password = "p3", .old = old, .nold = 2};
	struct creds_row bad = row;
	struct given g = {BUF_INIT(4096)};
	struct err e = ERR_INIT;
	struct set s;

	(void)state;
	bad.login = "other";
	bad.old = empty;
	bad.nold = 1;
	set_up(&s, POLICY);
	assert_int_equal(teamrows_add(s.t, &row, &e), 0);
	assert_int_equal(teamrows_add(s.t, &bad, &e), 0);
	assert_int_equal(teamrows_name(s.t, NULL, &e), 0);
	teamrows_events(s.t, on_event, &g);
	assert_int_equal(teamrows_again(s.t, &row, &e), 0);
	assert_int_equal(teamrows_again(s.t, &bad, &e), 0);
	assert_string_equal(buf_str(&g.text), "acme-eb-01 registered "
	    "platform=eb login=li url=https://ebay.com/ note=a pw:p1\n"
	    "acme-eb-01 rotated pw:p2\nacme-eb-01 rotated pw:p3\n");
	assert_int_equal(teamrows_counts(s.t)->unfit, 1);
	buf_release(&g.text);
	tear_down(&s);
}

static void
wants_the_same_export_twice(void **state)
{
	static const char other[] = HEAD "a,https://ebay.com,wang,p2,,\n";
	struct given g = {BUF_INIT(4096)};
	struct creds_report r;
	struct err e = ERR_INIT;
	struct set s;

	(void)state;
	set_up(&s, POLICY);
	check(&s, HEAD "a,https://ebay.com,li,p1,,\n", NULL, "acme-eb-01 "
	    "registered platform=eb login=li url=https://ebay.com/ note=a "
	    "pw:p1\n");
	teamrows_events(s.t, on_event, &g);
	assert_int_equal(creds_read(other, sizeof(other) - 1, teamrows_again,
	    s.t, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_string_equal(buf_str(&g.text), "");
	buf_release(&g.text);
	tear_down(&s);
}

static int
start(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_only_the_teams_rows),
		cmocka_unit_test(names_by_title_login_or_number),
		cmocka_unit_test(keeps_the_same_once_and_both_that_differ),
		cmocka_unit_test(seals_notes_and_seeds),
		cmocka_unit_test(passes_over_what_is_registered),
		cmocka_unit_test(keeps_what_was_before),
		cmocka_unit_test(wants_the_same_export_twice)
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
