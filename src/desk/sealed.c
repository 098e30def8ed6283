/* desk/sealed.c - the sealed files of control; docs/FORMAT.md section 9. */
#include "desk/sealed.h"

#include <string.h>

#include "bundle/tarz.h"
#include "desk/fetch.h"
#include "unbundle/plain.h"

#include "base/banned.h"

#define PIECE 4096
#define SEALED_MAX (2u * 1024 * 1024)	/* control's files are smaller */

static int
add(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

static int
readers(const struct control *c, struct seal_recipient *r, struct err *e)
{
	size_t i;

	for (i = 0; i < c->nrecipients; i++)
		if (seal_recipient_parse(&r[i], c->recipient[i].age,
		    strlen(c->recipient[i].age), e) < 0)
			return -1;
	return 0;
}

static int
seal_all(const struct control *c, const struct buf *plain, struct buf *out,
	struct err *e)
{
	struct seal_recipient r[CONTROL_MAX_RECIPIENTS];
	struct seal *s;
	int rc = -1;

	if (readers(c, r, e) < 0)
		return -1;
	s = seal_new(r, c->nrecipients, add, out, e);
	if (s && seal_write(s, plain->data, plain->len, e) == 0)
		rc = seal_finish(s, e);
	seal_free(s);
	return rc;
}

int
sealed_make(const struct control *c, const void *data, size_t n,
	struct buf *out, struct err *e)
{
	struct buf plain = BUF_INIT(SEALED_MAX);
	int rc = -1;

	if (tarz_lines(data, n, &plain, e) == 0 &&
	    seal_pad(&plain, plain.len, e) == 0)
		rc = seal_all(c, &plain, out, e);
	buf_wipe(&plain);
	return rc;
}

int
sealed_text(struct opener *op, const void *file, size_t n,
	const struct control *c, bool *current, struct buf *text,
	struct err *e)
{
	struct seal_recipient r[CONTROL_MAX_RECIPIENTS];
	struct buf opened = BUF_INIT(SEALED_MAX);
	struct fetch_pull pull;
	struct plain *p = NULL;
	char piece[PIECE];
	size_t got = 0;
	int rc = -1, as_wanted = 0;

	if (c && readers(c, r, e) < 0)
		return -1;
	if (n > SEALED_MAX)
		return err_set(e, ERR_FORMAT, "a sealed file of control is "
		    "too long");
	if (opener_open(op, file, n, c ? r : NULL, c ? c->nrecipients : 0,
	    c ? &as_wanted : NULL, add, &opened, e) < 0)
		goto out;
	if (c)
		*current = as_wanted == 1;
	pull = (struct fetch_pull){opened.data, opened.len};
	p = plain_new(fetch_pull, &pull, text->max, e);
	if (!p)
		goto out;
	do {
		if (plain_read(p, piece, sizeof(piece), &got, e) < 0 ||
		    buf_add(text, piece, got, e) < 0)
			goto out;
	} while (got > 0);
	rc = 0;
out:
	plain_free(p);
	buf_wipe(&opened);
	return rc;
}
