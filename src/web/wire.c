/* web/wire.c - questions and answers between two processes of ours. */
#include "web/wire.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/secmem.h"

#include "base/banned.h"

static const char wire[] = "the other process";

/* 1 at the end of what comes. */
static int
get(int fd, void *data, size_t n, struct err *e)
{
	size_t got;

	if (file_read(fd, data, n, &got, wire, e) < 0)
		return -1;
	return got == n ? 0 : 1;
}

static int
over(struct err *e)
{
	return err_set(e, ERR_FORMAT, "%s says more than it may", wire);
}

int
wire_put_ask(int fd, const struct wire_ask *q, struct err *e)
{
	return file_write(fd, q, sizeof(*q), wire, e);
}

int
wire_get_ask(int fd, struct wire_ask *q, struct err *e)
{
	int rc = get(fd, q, sizeof(*q), e);

	if (rc != 0)
		return rc;
	if (q->nquery > WIRE_FIELDS_MAX || q->nform > WIRE_FIELDS_MAX ||
	    !memchr(q->path, '\0', sizeof(q->path)))
		return over(e);
	q->query[q->nquery] = q->form[q->nform] = '\0';
	return 0;
}

int
wire_put_answer(int fd, const struct wire_answer *a, const void *body,
	struct err *e)
{
	if (file_write(fd, a, sizeof(*a), wire, e) < 0)
		return -1;
	return a->n == 0 ? 0 : file_write(fd, body, a->n, wire, e);
}

int
wire_get_answer(int fd, struct wire_answer *a, void **body, struct err *e)
{
	int rc = get(fd, a, sizeof(*a), e);

	*body = NULL;
	if (rc != 0)
		return rc;
	a->to[WIRE_PATH_MAX] = a->file[WIRE_NAME_MAX] = '\0';
	if (a->n > WIRE_BODY_MAX || (unsigned)a->type >= WIRE_TYPES)
		return over(e);
	*body = malloc(a->n + 1);
	if (!*body)
		return err_nomem(e);
	rc = a->n == 0 ? 0 : get(fd, *body, a->n, e);
	if (rc != 0) {
		secmem_wipe(*body, a->n);
		free(*body);
		*body = NULL;
	}
	return rc;
}
