/* What a central may say to a push, whole and in pieces. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "repo/proto.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define REF "refs/heads/ws/pc-07/main/2026.0"
#define HEAD "1111111111111111111111111111111111111111"

/* The report in pieces of STEP bytes. */
static int
report(const uint8_t *data, size_t n, size_t step, struct push_result *r)
{
	struct proto_report p;
	struct err e = ERR_INIT;
	size_t i, k;
	int rc = 0;

	push_result_init(r);
	proto_report_init(&p, REF, HEAD, r);
	for (i = 0; rc == 0 && i < n; i += k) {
		k = n - i < step ? n - i : step;
		rc = proto_report_feed(&p, data + i, k, &e);
	}
	proto_report_end(&p);
	proto_report_release(&p);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct push_result a, b;
	struct proto_adv adv;
	struct err e = ERR_INIT;
	size_t used;
	int x, y;

	proto_adv_init(&adv);
	(void)proto_adv_feed(&adv, data, n, &used, &e);
	assert(used <= n);
	proto_adv_release(&adv);
	/* how the bytes arrive changes nothing */
	x = report(data, n, n ? n : 1, &a);
	y = report(data, n, 3, &b);
	assert(x == y && a.ok == b.ok && a.server_utc == b.server_utc);
	assert(strcmp(a.reason, b.reason) == 0);
	assert(strcmp(a.receipt, b.receipt) == 0);
	assert(a.text.len == b.text.len);
	push_result_release(&a);
	push_result_release(&b);
	return 0;
}
