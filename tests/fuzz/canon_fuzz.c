/* Commits, messages, branch names and paths from elsewhere. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "repo/canon.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Whatever is read is written back as it was. */
static void
round_trip(const char *text)
{
	char path[CANON_PATH_LEN], ref[CANON_REF_LEN];
	struct err e = ERR_INIT;
	struct canon_path p;
	struct canon_ref r;

	if (canon_path_parse(&p, text, &e) == 0) {
		canon_path_text(&p, path);
		assert(strcmp(path, text) == 0);
	}
	if (canon_ref_parse(&r, text, &e) == 0) {
		canon_ref_text(&r, ref);
		assert(strcmp(ref, text) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf b = BUF_INIT(CANON_MAX);
	struct err e = ERR_INIT;
	struct canon_run run;
	struct canon c;
	char text[256];

	(void)canon_parse(&c, data, n, &e);
	if (canon_run_parse(&run, (const char *)data, n, &e) == 0) {
		assert(canon_run_message(&run, &b, &e) == 0);
		assert(b.len == n && memcmp(b.data, data, n) == 0);
	}
	buf_release(&b);
	if (n < sizeof(text)) {
		memcpy(text, data, n);
		text[n] = '\0';
		round_trip(text);
	}
	return 0;
}
