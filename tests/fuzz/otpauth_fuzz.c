/* account/otpauth: seeds as foreign bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "account/otpauth.h"
#include "base/base64.h"
#include "base/utf8.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
check(void *arg, const struct otpauth *o, struct err *e)
{
	(void)arg;
	(void)e;
	if (o->secret_len == 0 || o->secret_len > OTPAUTH_SECRET_MAX ||
	    o->digits < 6 || o->digits > 8 || o->period == 0 ||
	    !utf8_clean(o->issuer, strlen(o->issuer)) ||
	    !utf8_clean(o->label, strlen(o->label)))
		abort();
	return 0;
}

/* What was read is written and read again: the same, names with ':' aside. */
static void
check_uri(const struct otpauth *o)
{
	struct buf uri = BUF_INIT(OTPAUTH_URI_MAX);
	struct err e = ERR_INIT;
	struct otpauth back;

	(void)check(NULL, o, &e);
	if (otpauth_uri(o, &uri, &e) < 0 ||
	    otpauth_parse(buf_str(&uri), uri.len, &back, &e) < 0 ||
	    back.secret_len != o->secret_len ||
	    memcmp(back.secret, o->secret, o->secret_len) != 0 ||
	    back.hash != o->hash || back.digits != o->digits ||
	    back.hotp != o->hotp || (!strchr(o->issuer, ':') &&
	    !strchr(o->label, ':') && o->label[0] != ' ' &&
	    (strcmp(back.issuer, o->issuer) != 0 ||
	    strcmp(back.label, o->label) != 0)))
		abort();
	buf_release(&uri);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct otpauth_batch batch;
	struct buf uri = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	struct otpauth o;

	if (otpauth_parse((const char *)data, n, &o, &e) == 0)
		check_uri(&o);
	else if (e.code != ERR_FORMAT)
		abort();
	(void)otpauth_migration((const char *)data, n, &batch, check, NULL,
	    &e);
	/* and as the protobuf itself */
	if (n > 0 && n < 8192 &&
	    buf_adds(&uri, "otpauth-migration://offline?data=", &e) == 0 &&
	    base64_encode(&uri, data, n, false, &e) == 0)
		(void)otpauth_migration(buf_str(&uri), uri.len, &batch, check,
		    NULL, &e);
	buf_release(&uri);
	return 0;
}
