/* control/witness.c - the heads that a manager saw; FORMAT.md section 16. */
#include "control/witness.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define MAX_TEXT (1024 * 1024)
#define MAX_LINES 10000
#define MAX_SEQ INT64_C(1000000000000)
#define MAX_TIME INT64_C(253402300799)	/* the end of the year 9999 */
#define MAX_LINE 320
#define WORDS 5

/* The ref is written as it must be. */
static bool
is_ref(const char *ref)
{
	struct err ignored = ERR_INIT;
	struct canon_ref r;
	char again[CANON_REF_LEN];

	if (strlen(ref) >= CANON_REF_LEN ||
	    canon_ref_parse(&r, ref, &ignored) < 0)
		return false;
	canon_ref_text(&r, again);
	return strcmp(ref, again) == 0;
}

static bool
is_id(const char *s)
{
	uint8_t raw[20];

	return str_unhex(raw, sizeof(raw), s, strlen(s)) == 0;
}

/* NULL, or what is wrong.  LINE is cut up. */
static const char *
read_line(struct witness_line *l, char *line)
{
	char *word[WORDS];
	size_t i;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < WORDS; i++) {
		word[i] = line;
		line += strcspn(line, " ");
		if ((*line == ' ') != (i + 1 < WORDS))
			return "not five words";
		if (*line)
			*line++ = '\0';
	}
	if (!is_ref(word[0]))
		return "not a branch of records";
	if (str_to_i64(word[1], 0, MAX_SEQ, &l->seq) < 0)
		return "not a sequence number";
	if (!is_id(word[2]))
		return "not a commit";
	if (str_unhex(l->manifest, sizeof(l->manifest), word[3],
	    strlen(word[3])) < 0)
		return "not a SHA-256";
	if (str_to_i64(word[4], 0, MAX_TIME, &l->seen) < 0)
		return "not a time";
	(void)snprintf(l->ref, sizeof(l->ref), "%s", word[0]);
	(void)snprintf(l->head, sizeof(l->head), "%s", word[2]);
	return NULL;
}

/* Room for one more; the array doubles. */
static int
grow(struct witness *w, struct err *e)
{
	struct witness_line *v;
	size_t cap = w->n == 0 ? 1 : w->n * 2;

	if (w->n & (w->n - 1))
		return 0;
	v = realloc(w->v, cap * sizeof(*v));
	if (!v)
		return err_nomem(e);
	w->v = v;
	return 0;
}

/* The N bytes of line NO, without LF. */
static int
add_line(struct witness *w, const char *text, size_t n, size_t no,
	struct err *e)
{
	char line[MAX_LINE];
	const char *wrong;

	if (n == 0 || text[0] == '#')
		return 0;
	if (w->n == MAX_LINES)
		return err_set(e, ERR_FORMAT, WITNESS_PATH ": more than %d "
		    "branches", MAX_LINES);
	if (n >= sizeof(line) || memchr(text, '\0', n))
		return err_set(e, ERR_FORMAT, WITNESS_PATH ", line %zu: too "
		    "long, or a NUL byte", no);
	if (grow(w, e) < 0)
		return -1;
	memcpy(line, text, n);
	line[n] = '\0';
	wrong = read_line(&w->v[w->n], line);
	/* two lines for one branch could say two things */
	if (!wrong && w->n > 0 &&
	    strcmp(w->v[w->n - 1].ref, w->v[w->n].ref) >= 0)
		wrong = "not sorted by branch";
	if (wrong)
		return err_set(e, ERR_FORMAT, WITNESS_PATH ", line %zu: %s",
		    no, wrong);
	w->n++;
	return 0;
}

int
witness_parse(struct witness *w, const char *text, size_t n, struct err *e)
{
	struct witness got = {NULL, 0};
	const char *lf;
	size_t no, len;

	if (n > MAX_TEXT)
		return err_set(e, ERR_FORMAT, WITNESS_PATH ": more than %d "
		    "bytes", MAX_TEXT);
	for (no = 1; n > 0; no++) {
		lf = memchr(text, '\n', n);
		len = lf ? (size_t)(lf - text) : n;
		if (!lf)
			(void)err_set(e, ERR_FORMAT, WITNESS_PATH ", line "
			    "%zu: no line end", no);
		if (!lf || add_line(&got, text, len, no, e) < 0) {
			witness_release(&got);
			return -1;
		}
		text += len + 1;
		n -= len + 1;
	}
	*w = got;
	return 0;
}

void
witness_release(struct witness *w)
{
	free(w->v);
	w->v = NULL;
	w->n = 0;
}

static int
cmp_ref(const void *ref, const void *line)
{
	return strcmp(ref, ((const struct witness_line *)line)->ref);
}

const struct witness_line *
witness_find(const struct witness *w, const char *ref)
{
	return w->n == 0 ? NULL :
	    bsearch(ref, w->v, w->n, sizeof(*w->v), cmp_ref);
}

static int
put_line(const struct witness_line *l, struct buf *out, struct err *e)
{
	char manifest[2 * sizeof(l->manifest) + 1];

	if (!is_ref(l->ref) || !is_id(l->head) || l->seq < 0 ||
	    l->seq > MAX_SEQ || l->seen < 0 || l->seen > MAX_TIME)
		return err_set(e, ERR_FAIL, "not a line of " WITNESS_PATH
		    ": '%s'", l->ref);
	str_hex(manifest, l->manifest, sizeof(l->manifest));
	return buf_addf(out, e, "%s %" PRId64 " %s %s %" PRId64 "\n", l->ref,
	    l->seq, l->head, manifest, l->seen);
}

int
witness_text(const struct witness *w, struct buf *out, struct err *e)
{
	size_t start = out->len, i;

	for (i = 0; i < w->n; i++) {
		if (i > 0 && strcmp(w->v[i - 1].ref, w->v[i].ref) >= 0)
			(void)err_set(e, ERR_FAIL, WITNESS_PATH ": not sorted");
		else if (put_line(&w->v[i], out, e) == 0)
			continue;
		out->len = start;
		return -1;
	}
	return 0;
}

int
witness_digest(const void *text, size_t n,
	char digest[static WITNESS_DIGEST_LEN], struct err *e)
{
	static const char head[] = "liudi-digest-1\n";
	uint8_t sum[HASH_LEN];
	struct hash h;

	if (hash_init(&h, HASH_SHA256, e) < 0)
		return -1;
	hash_update(&h, head, sizeof(head) - 1);
	hash_update(&h, text, n);
	hash_final(&h, sum);
	hash_release(&h);
	str_hex(digest, sum, (WITNESS_DIGEST_LEN - 1) / 2);
	return 0;
}
