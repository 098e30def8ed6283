/* desk/managerline.c - docs/FORMAT.md section 17. */
#include "desk/managerline.h"

#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "repo/canon.h"
#include "seal/seal.h"

#include "base/banned.h"

#define MARK "liudi-manager1 "
#define CHECK_LEN 8	/* bytes */

static int
refuse(const char *what, struct err *e)
{
	(void)err_set(e, ERR_USAGE, "manager line: %s", what);
	return err_hint(e, "copy the whole line that 'liudi-desk key add' "
	    "printed");
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

/* The next word into OUT. */
static int
take_word(const char **p, size_t *n, char *out, size_t size, struct err *e)
{
	const char *space = memchr(*p, ' ', *n);
	size_t len = space ? (size_t)(space - *p) : *n;

	if (!space || len == 0 || len >= size)
		return refuse("a word is missing or too long", e);
	memcpy(out, *p, len);
	out[len] = '\0';
	*p += len + 1;
	*n -= len + 1;
	return 0;
}

int
managerline_parse(struct managerline *m, const char *text, size_t n,
	struct err *e)
{
	struct managerline got;
	struct seal_recipient r;

	while (n > 0 && is_space(*text)) {
		text++;
		n--;
	}
	while (n > 0 && is_space(text[n - 1]))
		n--;
	if (n > MANAGERLINE_MAX || n < strlen(MARK) ||
	    memcmp(text, MARK, strlen(MARK)) != 0)
		return refuse("it does not begin with 'liudi-manager1'", e);
	if (take_check(text, &n, e) < 0)
		return -1;
	text += strlen(MARK);
	n -= strlen(MARK);
	memset(&got, 0, sizeof(got));
	if (take_word(&text, &n, got.name, sizeof(got.name), e) < 0 ||
	    take_word(&text, &n, got.age, sizeof(got.age), e) < 0)
		return -1;
	if (!canon_id_ok(got.name))
		return refuse("the name is not [a-z0-9][a-z0-9-]*", e);
	if (seal_recipient_parse(&r, got.age, strlen(got.age), e) < 0)
		return refuse("the reader is not an age1... recipient", e);
	if (sshkey_public_parse(&got.pub, text, n, e) < 0)
		return refuse("the key is not an ssh-ed25519 key", e);
	*m = got;
	return 0;
}

int
managerline_text(const struct managerline *m, struct buf *out, struct err *e)
{
	struct buf line = BUF_INIT(MANAGERLINE_MAX);
	uint8_t sum[HASH_LEN];
	char check[2 * CHECK_LEN + 1];
	int rc = -1;

	if (buf_addf(&line, e, MARK "%s %s ", m->name, m->age) < 0 ||
	    sshkey_public_text(&m->pub, &line, e) < 0)
		goto out;
	hash_sha256(sum, line.data, line.len);
	str_hex(check, sum, CHECK_LEN);
	rc = buf_addf(out, e, "%s %s", buf_str(&line), check);
out:
	buf_release(&line);
	return rc;
}
