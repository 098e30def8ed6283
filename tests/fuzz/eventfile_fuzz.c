/*
 * tests/fuzz/eventfile_fuzz.c - the opened text of an event file, and the
 * opened text of its secrets, on any bytes.
 */
#include "account/eventfile.h"

#include "crypto/hash.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
touch(void *arg, const struct account_event *v, const char *line, size_t n,
	struct err *e)
{
	size_t *sum = arg;

	(void)e;
	*sum += v->id[0] + (size_t)line[0] + (size_t)line[n - 1];
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const uint8_t id[EVENT_ID_LEN] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
		11, 12, 13, 14, 15, 16};
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	struct event_secret s = {NULL, NULL, NULL};
	struct err e = ERR_INIT;
	size_t sum = 0;
	bool dual;

	if (crypto_setup(&e) < 0)
		return 0;
	(void)eventfile_read(data, n, touch, &sum, &sealed, &dual, &e);
	if (eventfile_secret(data, n, id, &s, &e) > 0)
		event_secret_free(&s);
	buf_release(&sealed);
	return 0;
}
