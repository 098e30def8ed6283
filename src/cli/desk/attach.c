/* cli/desk/attach.c - a desk for a team that is there, and who works at it. */
#include "cli/desk/deskcmds.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/secmem.h"
#include "desk/deskkeys.h"
#include "open/identity.h"

#include "base/banned.h"

#define TEXT_MAX 65536

/* Fetch, check, pin. */
static int
read_control(const struct deskhome *h, struct control *control, struct err *e)
{
	char pin[CANON_ID_LEN];

	if (control_fetch(&h->central, h->control, e) < 0 ||
	    deskhome_pin_load(h, pin, e) < 0 ||
	    control_load(control, h->control, pin[0] ? pin : NULL, e) < 0)
		return -1;
	return deskhome_pin_save(h, control->commit, e);
}

/* desk.ini last: with it the folder is a desk. */
static int
save_ini(const struct deskhome *h, const char *name, struct err *e)
{
	struct buf ini = BUF_INIT(TEXT_MAX);
	int rc = -1;

	if (buf_addf(&ini, e, "[desk]\ncentral = %s\nname = %s\n",
	    h->central.url, name) == 0)
		rc = file_save(h->ini, ini.data, ini.len, 0600, e);
	buf_release(&ini);
	return rc;
}

int
deskcmd_attach(const struct cli *c, const char *name, struct deskhome *h,
	struct control *control, struct err *e)
{
	const char *central = cli_value(c, "central");

	memset(control, 0, sizeof(*control));
	if (deskhome_names(h, c->home, e) < 0)
		return -1;
	if (file_exists(h->ini)) {
		deskhome_release(h);
		if (deskhome_open(h, c->home, e) < 0)
			return -1;
		return read_control(h, control, e);
	}
	if (!central) {
		(void)err_set(e, ERR_NOENT, "no desk in '%s'", h->dir);
		return err_hint(e, "name the team's central with --central");
	}
	if (central_parse(&h->central, central, NULL, e) < 0)
		return -1;
	if (!utf8_clean(h->central.url, strlen(h->central.url)))
		return err_set(e, ERR_USAGE,
		    "the central's address is not plain text");
	if (file_mkdirs(h->dir, 0700, e) < 0 ||
	    read_control(h, control, e) < 0)
		return -1;
	return save_ini(h, name, e);
}

const char *
deskcmd_owner(const struct deskhome *h, const struct control *control)
{
	size_t i;

	for (i = 0; i < control->roots.n; i++)
		if (control_is_owner(control->roots.v[i].name) &&
		    deskkeys_has(h->keys, control->roots.v[i].name))
			return control->roots.v[i].name;
	return NULL;
}

struct opener *
deskcmd_open_as(const struct cli *c, const struct deskhome *h,
	const char *name, struct sshkey **sign, struct err *e)
{
	const char *prompt = control_is_owner(name) ?
	    "passphrase of the owner" : "passphrase of the manager";
	struct opener *op = NULL;
	char *pass;

	if (!deskkeys_has(h->keys, name)) {
		(void)err_set(e, ERR_NOENT,
		    "the keys of '%s' are not on this machine", name);
		(void)err_hint(e, "put them into '%s'", h->keys);
		return NULL;
	}
	pass = cli_passphrase(c, prompt, false, e);
	if (pass)
		op = deskkeys_opener(h->keys, name, pass, e);
	secmem_free(pass);
	if (!op || !sign)
		return op;
	*sign = deskkeys_sign(h->keys, name, op, e);
	if (*sign)
		return op;
	opener_free(op);
	return NULL;
}

int
deskcmd_log_n(const struct cli *c, unsigned *out, struct err *e)
{
	const char *s = cli_value(c, "scrypt-log-n");
	int64_t n = IDENTITY_SCRYPT_LOG_N;

	if (s && str_to_i64(s, 1, 22, &n) < 0)
		return err_set(e, ERR_USAGE,
		    "--scrypt-log-n: a number from 1 to 22, not '%s'", s);
	*out = (unsigned)n;
	return 0;
}
