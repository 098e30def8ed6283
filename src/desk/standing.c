/* desk/standing.c - who may sign and log in, decided anew. */
#include "desk/standing.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

/* The line at *TEXT without its LF; false at the end. */
static bool
next_line(const char **text, const char **line, size_t *n)
{
	if (!**text)
		return false;
	*line = *text;
	*n = strcspn(*text, "\n");
	*text += *n + ((*text)[*n] == '\n');
	return true;
}

static int
copy(struct buf *out, const char *line, size_t n, struct err *e)
{
	return buf_add(out, line, n, e) < 0 ? -1 : buf_addc(out, '\n', e);
}

int
standing_end(struct buf *out, const char *text, const char *station,
	int64_t utc, size_t *ended, struct err *e)
{
	struct signers one;
	const char *line;
	size_t n;
	int rc = 0;

	*ended = 0;
	while (rc == 0 && next_line(&text, &line, &n)) {
		if (signers_parse(&one, line, n + (line[n] == '\n'), e) < 0)
			return -1;
		if (one.n == 1 && strcmp(one.v[0].name, station) == 0 &&
		    one.v[0].valid_before > utc) {
			(*ended)++;
			one.v[0].valid_before = utc;
			/* it has not begun: then it never does */
			if (one.v[0].valid_after != INT64_MIN &&
			    one.v[0].valid_after >= utc)
				one.v[0].valid_after = utc - 1;
			rc = signers_line(&one.v[0], out, e);
		} else {
			rc = copy(out, line, n, e);
		}
		signers_release(&one);
	}
	return rc;
}

int
standing_begin(struct buf *out, const char *station,
	const struct sshkey_pub *pub, int64_t utc, struct err *e)
{
	struct signer s = {.pub = *pub, .namespaces = "git",
	    .valid_after = utc, .valid_before = INT64_MAX};

	(void)snprintf(s.name, sizeof(s.name), "%s", station);
	return signers_line(&s, out, e);
}

int
standing_no_login(struct buf *out, const char *text, const char *station,
	size_t *dropped, struct err *e)
{
	char *front = str_fmt("station %s ", station);
	const char *line;
	size_t n;
	int rc = front ? 0 : err_nomem(e);

	*dropped = 0;
	while (rc == 0 && next_line(&text, &line, &n)) {
		if (strncmp(line, front, strlen(front)) == 0)
			(*dropped)++;
		else
			rc = copy(out, line, n, e);
	}
	free(front);
	return rc;
}

int
standing_login(struct buf *out, const char *station,
	const struct sshkey_pub *pub, struct err *e)
{
	if (buf_addf(out, e, "station %s ", station) < 0 ||
	    sshkey_public_text(pub, out, e) < 0)
		return -1;
	return buf_addc(out, '\n', e);
}
