/* tests/cli/seal_pipe.c - seal_pipe RECIPIENT: standard input, sealed. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/hash.h"
#include "seal/seal.h"

#include "base/banned.h"

#define PIECE 70001		/* no multiple of anything */

static int
to_stdout(void *arg, const void *data, size_t n, struct err *e)
{
	(void)arg;
	return file_write(STDOUT_FILENO, data, n, "standard output", e);
}

static int
seal_all(const char *recipient, struct err *e)
{
	static uint8_t piece[PIECE];
	struct seal_recipient r;
	struct seal *s;
	size_t n = PIECE;
	int rc = -1;

	if (seal_recipient_parse(&r, recipient, strlen(recipient), e) < 0)
		return -1;
	s = seal_new(&r, 1, to_stdout, NULL, e);
	while (s && n == PIECE)
		if (file_read(STDIN_FILENO, piece, PIECE, &n,
		    "standard input", e) < 0 ||
		    seal_write(s, piece, n, e) < 0)
			goto out;
	if (s)
		rc = seal_finish(s, e);
out:
	seal_free(s);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;

	if (argc != 2)
		return 2;
	if (crypto_setup(&e) == 0 && seal_all(argv[1], &e) == 0)
		return 0;
	(void)fprintf(stderr, "seal_pipe: %s\n", e.what);
	return 1;
}
