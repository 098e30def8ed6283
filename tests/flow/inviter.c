/*
 * tests/flow/inviter.c - an invitation without a desk.
 *
 *	inviter SECRET-HEX EXPIRES HEAD ROOTS-FILE STATION CENTRAL [HOST.pub]
 *
 * prints the string, and what follows from its secret: <invite> and the public
 * login key.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "control/invite.h"
#include "crypto/hash.h"

#include "base/banned.h"

static int
inviter(char **arg, int n, struct buf *out, struct err *e)
{
	struct buf roots = BUF_INIT(1024 * 1024), host = BUF_INIT(4096);
	struct invite i = {.expires = 0};
	char id[INVITE_ID_LEN];
	struct sshkey_pub pub;
	struct sshkey *login = NULL;
	int rc = -1;

	if (n < 6 || str_unhex(i.secret, sizeof(i.secret), arg[0],
		strlen(arg[0])) < 0 ||
	    str_to_i64(arg[1], 1, INT64_MAX, &i.expires) < 0)
		return err_set(e, ERR_USAGE, "bad arguments");
	(void)snprintf(i.head, sizeof(i.head), "%s", arg[2]);
	(void)snprintf(i.station, sizeof(i.station), "%s", arg[4]);
	(void)snprintf(i.central, sizeof(i.central), "%s", arg[5]);
	if (file_load(arg[3], &roots, e) < 0)
		goto out;
	hash_sha256(i.roots_sha256, roots.data, roots.len);
	i.has_host = n > 6;
	if (i.has_host && (file_load(arg[6], &host, e) < 0 ||
	    sshkey_public_parse(&i.host, buf_str(&host),
	    strcspn(buf_str(&host), "\n"), e) < 0))
		goto out;
	invite_id(i.secret, id);
	login = invite_login(i.secret, e);
	if (!login)
		goto out;
	sshkey_public(login, &pub);
	if (invite_text(&i, out, e) == 0 &&
	    buf_addf(out, e, "\n%s\n", id) == 0 &&
	    sshkey_public_text(&pub, out, e) == 0)
		rc = buf_addc(out, '\n', e);
out:
	sshkey_free(login);
	buf_release(&roots);
	buf_release(&host);
	return rc;
}

int
main(int argc, char **argv)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	int rc;

	if (crypto_setup(&e) < 0)
		return 1;
	rc = inviter(argv + 1, argc - 1, &out, &e);
	if (rc == 0)
		(void)fputs(buf_str(&out), stdout);
	else
		(void)fprintf(stderr, "inviter: %s\n", e.what);
	buf_release(&out);
	return rc == 0 ? 0 : 1;
}
