/* account/account_event: lines, both ways, and what is none. */
#include "account/account_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/banned.h"

#define ID "0102030405060708090a0b0c0d0e0f10"
#define ACCOUNT "a1a2a3a4a5a6a7a8a9aaabacadaeafb0"
#define ZERO "00000000000000000000000000000000"
#define HEAD "\"event\":\"" ID "\",\"account\":\"" ACCOUNT "\",\"ts\":"

static struct account_event
plain(enum event_kind kind)
{
	struct account_event v;
	int i;

	memset(&v, 0, sizeof(v));
	for (i = 0; i < EVENT_ID_LEN; i++) {
		v.id[i] = (uint8_t)(1 + i);
		v.account[i] = (uint8_t)(0xa1 + i);
	}
	v.kind = kind;
	v.ts = 1700000000;
	v.offset = 480;
	v.device = "ws-01";
	return v;
}

static void
check_line(const struct account_event *v, const char *line)
{
	struct buf out = BUF_INIT(EVENT_LINE_MAX * 2);
	struct err e = ERR_INIT;
	struct event_reader *r = event_reader_new(&e);
	struct account_event back;
	int f;

	assert_non_null(r);
	assert_int_equal(event_write(v, &out, &e), 0);
	assert_string_equal(buf_str(&out), line);
	memset(&back, 0xff, sizeof(back));
	assert_int_equal(event_read(r, line, strlen(line), &back, &e), 0);
	assert_memory_equal(back.id, v->id, sizeof(v->id));
	assert_memory_equal(back.account, v->account, sizeof(v->account));
	assert_int_equal(back.kind, v->kind);
	assert_int_equal(back.ts, v->ts);
	assert_int_equal(back.offset, v->offset);
	assert_string_equal(back.device, v->device);
	for (f = 0; f < EVENT_FIELDS; f++) {
		if (v->value[f])
			assert_string_equal(back.value[f], v->value[f]);
		else
			assert_null(back.value[f]);
	}
	assert_int_equal(back.nprev, v->nprev);
	assert_memory_equal(back.prev, v->prev, sizeof(v->prev));
	assert_int_equal(back.has_password, v->has_password);
	assert_int_equal(back.has_totp, v->has_totp);
	assert_int_equal(back.has_codes, v->has_codes);
	buf_release(&out);
	event_reader_free(r);
}

static void
test_lines(void **state)
{
	struct account_event v = plain(EVENT_REGISTERED);

	(void)state;
	v.value[EVENT_PLATFORM] = "eb";
	v.value[EVENT_NAME] = "acme-eb-01";
	v.value[EVENT_LOGIN] = "acme\"\\eb01";
	v.value[EVENT_PHONE] = "+86 138 0000 1391";
	v.value[EVENT_PHONE_OWNER] = "company";
	v.value[EVENT_TWOFA_KIND] = "totp";
	v.value[EVENT_REMARK] = "給老板";
	v.has_password = v.has_totp = true;
	check_line(&v, "{\"v\":1,\"type\":\"registered\"," HEAD "1700000000,"
	    "\"offset\":480,\"device\":\"ws-01\",\"fields\":{\"platform\":"
	    "\"eb\",\"name\":\"acme-eb-01\",\"login\":\"acme\\\"\\\\eb01\","
	    "\"phone\":\"+86 138 0000 1391\",\"phone_owner\":\"company\","
	    "\"twofa\":\"totp\",\"note\":\"給老板\"},"
	    "\"secrets\":[\"password\",\"totp\"]}");
	v = plain(EVENT_ROTATED);
	v.actor = "Li";
	v.offset = -300;
	v.nprev = 1;
	memcpy(v.prev[0], v.id, sizeof(v.id));
	check_line(&v, "{\"v\":1,\"type\":\"rotated\"," HEAD "1700000000,"
	    "\"offset\":-300,\"actor\":\"Li\",\"device\":\"ws-01\","
	    "\"fields\":{},\"prev\":[\"" ID "\"]}");
	v = plain(EVENT_HANDOVER);
	memset(v.account, 0, sizeof(v.account));
	v.value[EVENT_PERSON] = "Zhang";
	v.value[EVENT_STEP] = "start";
	check_line(&v, "{\"v\":1,\"type\":\"handover\",\"event\":\"" ID
	    "\",\"account\":\"" ZERO "\",\"ts\":1700000000,\"offset\":480,"
	    "\"device\":\"ws-01\",\"fields\":{\"person\":\"Zhang\","
	    "\"step\":\"start\"}}");
}

static void
refuse(const struct account_event *v, const char *says)
{
	struct buf out = BUF_INIT(EVENT_LINE_MAX * 2);
	struct err e = ERR_INIT;

	assert_int_equal(buf_adds(&out, "x", &e), 0);
	assert_int_equal(event_write(v, &out, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	if (!strstr(e.what, says))
		fail_msg("'%s' does not say '%s'", e.what, says);
	assert_string_equal(buf_str(&out), "x");
	buf_release(&out);
}

static void
test_not_written(void **state)
{
	struct account_event v = plain(EVENT_REGISTERED);
	char longer[EVENT_VALUE_MAX + 2];

	(void)state;
	refuse(&v, "event registered lacks 'platform'");
	v.value[EVENT_PLATFORM] = "eb";
	v.value[EVENT_NAME] = "";
	refuse(&v, "event registered lacks 'name'");
	v.value[EVENT_NAME] = "n";
	v.value[EVENT_BY] = "Li";
	refuse(&v, "event registered takes no 'by'");
	v.value[EVENT_BY] = NULL;
	v.value[EVENT_EMAIL_OWNER] = "mine";
	refuse(&v, "'email_owner' is none of: company personal");
	v.value[EVENT_EMAIL_OWNER] = "compan";
	refuse(&v, "'email_owner' is none of");
	v.value[EVENT_EMAIL_OWNER] = NULL;
	v.value[EVENT_REMARK] = "a\nb";
	refuse(&v, "'note' holds control characters");
	v.value[EVENT_REMARK] = "\xc3(";
	refuse(&v, "not UTF-8");
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	v.value[EVENT_REMARK] = longer;
	refuse(&v, "'note' is longer than 2048 bytes");
	v.value[EVENT_REMARK] = longer + 1;
	v.nprev = EVENT_PREV_MAX + 1;
	refuse(&v, "more than 8 events before it");
	v.nprev = 0;
	v.device = "Ws";
	refuse(&v, "of no station");
	v.device = "ws";
	v.actor = "";
	refuse(&v, "'actor' is empty");
	v.actor = NULL;
	v.ts = -1;
	refuse(&v, "no time that can be");
	v.ts = 0;
	memset(v.account, 0, sizeof(v.account));
	refuse(&v, "event registered is of no account");
	v = plain(EVENT_CLOSED);
	v.has_password = true;
	refuse(&v, "event closed takes no such secret");
	v = plain(EVENT_HANDOVER);
	refuse(&v, "event handover is of an account");
	v = plain(EVENT_GRANTED);
	v.value[EVENT_TO] = "Li";
	v.value[EVENT_OF] = "0102";
	refuse(&v, "'of' is no event's id");
	v = plain(EVENT_FLAGGED);
	memset(v.id, 0, sizeof(v.id));
	v.value[EVENT_TEXT] = "t";
	refuse(&v, "without an id");
}

static void
reads(const char *line, const char *says)
{
	struct err e = ERR_INIT;
	struct event_reader *r = event_reader_new(&e);
	struct account_event v;
	int rc;

	memset(&v, 0x55, sizeof(v));
	rc = event_read(r, line, strlen(line), &v, &e);
	if (says) {
		assert_int_equal(rc, -1);
		assert_int_equal(e.code, ERR_FORMAT);
		if (!strstr(e.what, says))
			fail_msg("'%s' does not say '%s'", e.what, says);
		assert_int_equal(v.id[0], 0x55);
	} else {
		if (rc != 0)
			fail_msg("%s", e.what);
		assert_int_equal(v.kind, EVENT_CLOSED);
	}
	event_reader_free(r);
}

#define CLOSED "{\"v\":1,\"type\":\"closed\"," HEAD "5,\"offset\":0," \
	"\"device\":\"ws\","

static void
test_read(void **state)
{
	(void)state;
	reads(CLOSED "\"fields\":{\"reason\":\"\"}}", NULL);
	reads(CLOSED "\"fields\":{\"new\":[1]},\"later\":{\"a\":null}}\n", NULL);
	reads(CLOSED "\"fields\":{},\"secrets\":[\"passkey\"]}", NULL);
	reads(CLOSED "\"fields\":{\"reason\":1}}", "'reason' is no text");
	reads(CLOSED "\"fields\":{\"reason\":\"a\\u0000b\"}}", "no text");
	reads(CLOSED "\"fields\":{\"reason\":\"a\\u001bb\"}}", "control");
	reads(CLOSED "\"fields\":{\"shop\":\"a\"}}", "event closed takes no 'shop'");
	reads(CLOSED "\"fields\":{},\"secrets\":[\"password\"]}",
	    "no such secret");
	reads(CLOSED "\"fields\":{},\"secrets\":\"password\"}", "no list");
	reads(CLOSED "\"fields\":{},\"prev\":[\"" ID "\",1]}", "no id");
	reads(CLOSED "\"fields\":{},\"prev\":[1,2,3,4,5,6,7,8,9]}",
	    "at most 8");
	reads(CLOSED "\"prev\":[]}", "without 'fields'");
	reads("{\"v\":2,\"type\":\"closed\"}", "not an account event");
	reads("[]", "not an account event");
	reads("{\"v\":1,\"type\":\"opened\"," HEAD "5,\"offset\":0,"
	    "\"device\":\"ws\",\"fields\":{}}", "no known type");
	reads("{\"v\":1,\"type\":\"closed\"," HEAD "5,\"offset\":0,"
	    "\"fields\":{}}", "no station");
	reads("{\"v\":1,\"type\":\"closed\"," HEAD "5,\"offset\":4294967296,"
	    "\"device\":\"ws\",\"fields\":{}}", "without a zone");
	reads("{\"v\":1,\"type\":\"closed\"," HEAD "\"5\",\"offset\":0,"
	    "\"device\":\"ws\",\"fields\":{}}", "without a time");
	reads("{\"v\":1,\"type\":\"closed\",\"event\":\"" ID "\",\"account\":"
	    "\"" ZERO "\",\"ts\":5,\"offset\":0,\"device\":\"ws\","
	    "\"fields\":{}}", "of no account");
	reads("{\"v\":1,\"type\":\"closed\"," HEAD, "JSON");
}

static void
test_names(void **state)
{
	int i, k, must = 0;

	(void)state;
	for (i = 0; i < EVENT_KINDS; i++)
		assert_int_equal(event_kind_of(event_kind_name(
		    (enum event_kind)i)), i);
	for (i = 0; i < EVENT_FIELDS; i++)
		assert_int_equal(event_field_of(event_field_name(
		    (enum event_field)i)), i);
	assert_int_equal(event_kind_of("regist"), EVENT_KINDS);
	assert_int_equal(event_field_of(""), EVENT_FIELDS);
	for (k = 0; k < EVENT_KINDS; k++)
		for (i = 0; i < EVENT_FIELDS; i++) {
			if (!event_must((enum event_kind)k,
			    (enum event_field)i))
				continue;
			must++;
			assert_true(event_may((enum event_kind)k,
			    (enum event_field)i));
		}
	assert_int_equal(must, 18);
	assert_false(event_may(EVENT_UPDATED, EVENT_NAME));
	assert_true(event_may(EVENT_UPDATED, EVENT_LOGIN));
	assert_null(event_choices(EVENT_LOGIN));
	assert_string_equal(event_choices(EVENT_PHONE_OWNER),
	    "company personal");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_not_written),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
