/* control/notice.c - what a person agreed to; docs/FORMAT.md sections 9, 15. */
#include "control/notice.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "repo/mirror.h"
#include "repo/packw.h"

#include "base/banned.h"

#define MAX_VERSION INT64_C(1000000000)
#define MAX_TIME INT64_C(253402300799)	/* the end of the year 9999 */
#define AGREED_MAX 256
#define WORDS 4
#define PREFIX "notice."
#define SUFFIX ".md"

/* Two to eight small letters: what may stand in notice.<language>.md. */
static bool
is_language(const char *s, size_t n)
{
	size_t i;

	if (n < 2 || n > 8)
		return false;
	for (i = 0; i < n; i++)
		if (s[i] < 'a' || s[i] > 'z')
			return false;
	return true;
}

/* What there is: rank 3 the language wanted, 2 English, 1 any, 0 none. */
struct choice {
	const char *language;
	int rank;
	char found[9];
	char id[CANON_ID_LEN];
};

static int
consider(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct choice *c = arg;
	const char *lang;
	size_t n;
	int rank;

	(void)e;
	if (mode != 0100644 || !str_starts(name, PREFIX) ||
	    !str_ends(name, SUFFIX) || strlen(name) < sizeof(PREFIX SUFFIX))
		return 0;
	lang = name + strlen(PREFIX);
	n = strlen(lang) - strlen(SUFFIX);
	if (!is_language(lang, n))
		return 0;
	rank = strlen(c->language) == n && memcmp(c->language, lang, n) == 0 ?
	    3 : n == 2 && memcmp(lang, "en", 2) == 0 ? 2 : 1;
	if (rank <= c->rank)
		return 0;
	c->rank = rank;
	memcpy(c->found, lang, n);
	c->found[n] = '\0';
	memcpy(c->id, id, sizeof(c->id));
	return 0;
}

/* The text of C, appended; as it is signed, so it is shown. */
static int
load_text(struct mirror *m, const struct choice *c, struct notice *n,
	struct buf *text, struct err *e)
{
	size_t start = text->len;

	if (mirror_read(m, c->id, PACKW_BLOB, text, e) < 0)
		return -1;
	if (text->len == start ||
	    memchr(text->data + start, '\0', text->len - start)) {
		text->len = start;
		return err_set(e, ERR_FORMAT, PREFIX "%s" SUFFIX
		    " is empty or holds a NUL byte", c->found);
	}
	hash_sha256(n->sha256, text->data + start, text->len - start);
	(void)snprintf(n->language, sizeof(n->language), "%s", c->found);
	return 1;
}

int
notice_load(const char *dir, const struct control *c, const char *language,
	struct notice *n, struct buf *text, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	struct choice best = {.language = language ? language : ""};
	struct notice got = {.version = c->notice};
	struct mirror *m;
	struct canon at;
	int rc = -1;

	if (c->notice == 0)
		return 0;
	m = mirror_open(dir, e);
	if (!m)
		return -1;
	if (mirror_read(m, c->commit, PACKW_COMMIT, &raw, e) < 0 ||
	    canon_parse(&at, raw.data, raw.len, e) < 0 ||
	    mirror_entries(m, at.tree, consider, &best, e) < 0)
		goto out;
	if (best.rank == 0) {
		(void)err_set(e, ERR_FORMAT, "control asks to agree to notice "
		    "%" PRId64 ", and has no text of it", c->notice);
		(void)err_hint(e, "tell the manager: " PREFIX "en" SUFFIX
		    " is missing in control");
		goto out;
	}
	rc = load_text(m, &best, &got, text, e);
	if (rc > 0)
		*n = got;
out:
	buf_release(&raw);
	mirror_close(m);
	return rc;
}

/* "<version> <64 hex> <language> <utc>" and LF; cut up. */
static bool
read_agreed(struct notice *n, char *text)
{
	char *word[WORDS];
	size_t i, len = strcspn(text, "\n");

	if (strcmp(text + len, "\n") != 0)
		return false;
	text[len] = '\0';
	for (i = 0; i < WORDS; i++) {
		word[i] = text;
		text += strcspn(text, " ");
		if ((*text == ' ') != (i + 1 < WORDS))
			return false;
		if (*text)
			*text++ = '\0';
	}
	memset(n, 0, sizeof(*n));
	if (str_to_i64(word[0], 1, MAX_VERSION, &n->version) < 0 ||
	    str_unhex(n->sha256, sizeof(n->sha256), word[1],
	    strlen(word[1])) < 0 || !is_language(word[2], strlen(word[2])) ||
	    str_to_i64(word[3], 1, MAX_TIME, &n->agreed) < 0)
		return false;
	(void)snprintf(n->language, sizeof(n->language), "%s", word[2]);
	return true;
}

int
notice_agreed_load(const char *file, struct notice *n, struct err *e)
{
	struct buf b = BUF_INIT(AGREED_MAX);
	struct notice got;
	int rc = -1;

	if (!file_exists(file))
		return 0;
	if (file_load(file, &b, e) < 0) {
		if (e->code != ERR_NOMEM)
			goto out;
		b.len = 0;	/* longer than such a file can be */
	}
	if (b.len == 0 || memchr(b.data, '\0', b.len) ||
	    !read_agreed(&got, (char *)b.data)) {
		(void)err_set(e, ERR_FORMAT, "'%s' does not say what was "
		    "agreed to", file);
		(void)err_hint(e, "agree again; that writes the file anew");
		goto out;
	}
	*n = got;
	rc = 1;
out:
	buf_release(&b);
	return rc;
}

int
notice_agreed_save(const char *file, const struct notice *n, struct err *e)
{
	char sum[2 * sizeof(n->sha256) + 1];
	struct buf b = BUF_INIT(AGREED_MAX);
	int rc = -1;

	if (n->version < 1 || n->version > MAX_VERSION || n->agreed < 1 ||
	    n->agreed > MAX_TIME ||
	    !is_language(n->language, strlen(n->language)))
		return err_set(e, ERR_FAIL, "nothing was agreed to");
	str_hex(sum, n->sha256, sizeof(n->sha256));
	if (buf_addf(&b, e, "%" PRId64 " %s %s %" PRId64 "\n", n->version,
	    sum, n->language, n->agreed) == 0)
		rc = file_save(file, b.data, b.len, 0600, e);
	buf_release(&b);
	return rc;
}

bool
notice_wanted(const struct control *c, const struct notice *agreed)
{
	return c->notice > 0 && (!agreed || agreed->agreed == 0 ||
	    agreed->version < c->notice);
}
