/* desk/stationline.c - docs/FORMAT.md section 11. */
#include "desk/stationline.h"

#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "repo/canon.h"

#include "base/banned.h"

#define MARK "liudi-station1 "
#define CHECK_LEN 8	/* bytes */

static int
refuse(const char *what, struct err *e)
{
	(void)err_set(e, ERR_USAGE, "station line: %s", what);
	return err_hint(e, "copy the whole line that 'liudi init' printed on "
	    "the station");
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The last word is the start of SHA-256 of what stands before it. */
static int
take_check(const char *text, size_t *n, struct err *e)
{
	uint8_t want[CHECK_LEN], have[HASH_LEN];
	size_t len = *n;

	while (len > 0 && text[len - 1] != ' ')
		len--;
	if (len == 0 || str_unhex(want, CHECK_LEN, text + len, *n - len) < 0)
		return refuse("the last word is not 16 hex digits", e);
	len--;
	hash_sha256(have, text, len);
	if (memcmp(want, have, CHECK_LEN) != 0)
		return refuse("something was lost or changed in copying", e);
	*n = len;
	return 0;
}

int
stationline_parse(struct stationline *s, const char *text, size_t n,
	struct err *e)
{
	struct stationline got;
	const char *space;
	size_t len;

	while (n > 0 && is_space(*text)) {
		text++;
		n--;
	}
	while (n > 0 && is_space(text[n - 1]))
		n--;
	if (n > STATIONLINE_MAX || n < strlen(MARK) ||
	    memcmp(text, MARK, strlen(MARK)) != 0)
		return refuse("it does not begin with 'liudi-station1'", e);
	if (take_check(text, &n, e) < 0)
		return -1;
	text += strlen(MARK);
	n -= strlen(MARK);
	space = memchr(text, ' ', n);
	len = space ? (size_t)(space - text) : n;
	memset(&got, 0, sizeof(got));
	if (!space || len >= sizeof(got.name))
		return refuse("the name is missing or too long", e);
	memcpy(got.name, text, len);
	if (!canon_id_ok(got.name))
		return refuse("the name is not [a-z0-9][a-z0-9-]*", e);
	if (sshkey_public_parse(&got.pub, space + 1, n - len - 1, e) < 0)
		return refuse("the key is not an ssh-ed25519 key", e);
	*s = got;
	return 0;
}
