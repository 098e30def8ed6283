/*
 * tests/flow/sealer.c - seal as a station does, whatever it is.
 *
 *	sealer [-n] AGE1... <PLAIN >SEALED
 *
 * PLAIN are zstd frames; the padding is put behind them, or, with -n, none.  With this and a stolen
 * signing key a test writes manifests and bundles that are right in all but the
 * one thing that it tries.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/hash.h"
#include "seal/seal.h"

#include "base/banned.h"

static int
to_stdout(void *arg, const void *data, size_t n, struct err *e)
{
	(void)arg;
	return file_write(STDOUT_FILENO, data, n, "the output", e);
}

static int
sealer(char **arg, size_t n, struct buf *plain, struct err *e)
{
	struct seal_recipient r[SEAL_MAX_RECIPIENTS];
	const bool bare = n > 0 && strcmp(arg[0], "-n") == 0;
	struct seal *s = NULL;
	size_t i;
	int rc = -1;

	arg += bare;
	n -= bare;
	if (n == 0 || n > SEAL_MAX_RECIPIENTS)
		return err_set(e, ERR_USAGE, "bad arguments");
	for (i = 0; i < n; i++)
		if (seal_recipient_parse(&r[i], arg[i], strlen(arg[i]), e) < 0)
			return -1;
	if (file_load_fd(STDIN_FILENO, "the input", plain, e) < 0 ||
	    (!bare && seal_pad(plain, plain->len, e) < 0))
		return -1;
	s = seal_new(r, n, to_stdout, NULL, e);
	if (s && seal_write(s, plain->data, plain->len, e) == 0)
		rc = seal_finish(s, e);
	seal_free(s);
	return rc;
}

int
main(int argc, char **argv)
{
	struct buf plain = BUF_INIT(64 * 1024 * 1024);
	struct err e = ERR_INIT;
	int rc;

	if (crypto_setup(&e) < 0)
		return 1;
	rc = sealer(argv + 1, (size_t)argc - 1, &plain, &e);
	if (rc != 0)
		(void)fprintf(stderr, "sealer: %s\n", e.what);
	buf_release(&plain);
	return rc == 0 ? 0 : 1;
}
