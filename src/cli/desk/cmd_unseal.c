/* cli/desk/cmd_unseal.c - liudi-desk unseal: one sealed file to stdout. */
#include "cli/desk/deskcmds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/desk/reads.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "desk/deskkeys.h"
#include "desk/inspect.h"
#include "open/identity.h"

#include "base/banned.h"

#define NAME_SIZE 33		/* a name of control and its NUL */
/* A header in armour, with what may stand before it. */
#define HEAD_MAX (2 * AGE_HEADER_MAX)

/* The file: what was looked at already, then the rest. */
struct input {
	int fd;
	const char *name;
	uint8_t *head;
	size_t len, given;
};

static int
from_input(void *arg, void *data, size_t max, size_t *n, struct err *e)
{
	struct input *in = arg;

	*n = in->len - in->given;
	if (*n == 0)
		return file_read(in->fd, data, max, n, in->name, e);
	if (*n > max)
		*n = max;
	memcpy(data, in->head + in->given, *n);
	in->given += *n;
	return 0;
}

static int
to_stdout(void *arg, const void *data, size_t n, struct err *e)
{
	(void)arg;
	return file_write(STDOUT_FILENO, data, n, "standard output", e);
}

/* The opener for identity file IDS; its passphrase is asked for if it has. */
static struct opener *
with_identity(const struct cli *c, const struct buf *ids, const char *prompt,
	struct err *e)
{
	struct opener *op = NULL;
	char *pass = NULL;

	if (identity_wants_passphrase(ids->data, ids->len)) {
		pass = cli_passphrase(c, prompt, false, e);
		if (!pass)
			return NULL;
	}
	op = opener_new(ids->data, ids->len, pass, e);
	secmem_free(pass);
	return op;
}

const char *
deskcmd_name(const struct deskhome *h)
{
	return h->config.name ? h->config.name : DESKKEYS_MANAGER;
}

/* As deskcmd_name() where only the names of the home are known yet. */
static int
read_name(const struct deskhome *h, char name[static NAME_SIZE],
	struct err *e)
{
	struct config config;

	(void)snprintf(name, NAME_SIZE, "%s", deskcmd_name(h));
	if (h->config.name || !file_exists(h->ini))
		return 0;
	if (config_load_desk(&config, h->ini, e) < 0)
		return -1;
	(void)snprintf(name, NAME_SIZE, "%s", config.name);
	config_release(&config);
	return 0;
}

struct opener *
deskcmd_opener(const struct cli *c, const struct deskhome *h, struct err *e)
{
	struct buf ids = BUF_INIT(IDENTITY_FILE_MAX);
	struct opener *op = NULL;
	char name[NAME_SIZE];

	if (read_name(h, name, e) == 0 &&
	    deskkeys_identity(h->keys, name, &ids, e) == 0)
		op = with_identity(c, &ids, control_is_owner(name) ?
		    "passphrase of the owner" : "passphrase of the manager",
		    e);
	buf_wipe(&ids);
	return op;
}

/* With -i FILE, without it the manager's. */
static struct opener *
opener_for_keys(const struct cli *c, struct err *e)
{
	struct buf ids = BUF_INIT(IDENTITY_FILE_MAX);
	const char *file = cli_value(c, "identity");
	struct opener *op = NULL;
	struct deskhome h;

	if (file) {
		if (file_load(file, &ids, e) == 0)
			op = with_identity(c, &ids,
			    "passphrase of the identity", e);
		buf_wipe(&ids);
		return op;
	}
	if (deskhome_names(&h, c->home, e) < 0)
		return NULL;
	op = deskcmd_opener(c, &h, e);
	deskhome_release(&h);
	return op;
}

static struct opener *
opener_for_passphrase(const struct cli *c, struct err *e)
{
	char *pass = cli_passphrase(c, "passphrase of the file", false, e);
	struct opener *op = NULL;

	if (pass)
		op = opener_new_pass(pass, e);
	secmem_free(pass);
	return op;
}

/* Whose is it to open?  Foreign bytes: the answer comes out of a box. */
static struct opener *
opener_for(const struct cli *c, const struct input *in, bool *records,
	struct err *e)
{
	struct age_info info;

	*records = false;

	if (inspect_head(&info, in->head, in->len, e) < 0) {
		(void)err_prefix(e, "%s", c->args[0]);
		return NULL;
	}
	if (info.nstanzas == 1 && strcmp(info.stanza[0].type, "scrypt") == 0)
		return opener_for_passphrase(c, e);
	*records = true;
	return opener_for_keys(c, e);
}

/* SHA-256 of a file that can be read twice, as commits name it. */
static int
hash_input(const struct input *in, char *view, size_t size, struct err *e)
{
	const off_t at = lseek(in->fd, 0, SEEK_CUR);
	uint8_t sum[HASH_LEN], *piece;
	char hex[2 * HASH_LEN + 1];
	struct hash h;
	size_t n = 0;
	int rc = -1;

	view[0] = '\0';
	if (at < 0)
		return 0;	/* a pipe */
	if (hash_init(&h, HASH_SHA256, e) < 0)
		return -1;
	piece = malloc(HEAD_MAX);
	if (!piece) {
		(void)err_nomem(e);
		goto out;
	}
	hash_update(&h, in->head, in->len);
	do {
		if (file_read(in->fd, piece, HEAD_MAX, &n, in->name, e) < 0)
			goto out;
		hash_update(&h, piece, n);
	} while (n == HEAD_MAX);
	hash_final(&h, sum);
	str_hex(hex, sum, sizeof(sum));
	(void)snprintf(view, size, "sha256:%s", hex);
	if (lseek(in->fd, at, SEEK_SET) == at)
		rc = 0;
	else
		(void)err_sys(e, errno, "cannot read '%s' again", in->name);
out:
	hash_release(&h);
	free(piece);
	return rc;
}

/* A file of this desk's team is written down; where there is no desk, there is
 * no log. */
static int
note(const struct cli *c, const struct input *in, struct opener *op,
	struct err *e)
{
	char view[2 * HASH_LEN + 16];
	const struct access_ask ask = {"open", NULL, view, ACCESS_NO_DAY,
	    ACCESS_NO_DAY, NULL};
	struct access_ask piped = ask;
	struct access_pass pass;
	struct deskhome h;
	bool desk;

	if (deskhome_names(&h, c->home, e) < 0)
		return -1;
	desk = file_exists(h.ini);
	deskhome_release(&h);
	if (!desk)
		return 0;
	if (hash_input(in, view, sizeof(view), e) < 0)
		return -1;
	piped.view = NULL;
	return reads_note(c, op, view[0] ? &ask : &piped, &pass, NULL, e);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct input in = {-1, c->args[0], NULL, 0, 0};
	struct opener *op = NULL;
	bool records = false;
	int rc = -1;

	if (isatty(STDOUT_FILENO)) {
		(void)err_set(e, ERR_USAGE,
		    "what a file holds is not written to a terminal");
		(void)err_hint(e, "liudi-desk unseal FILE >OUT");
		goto out;
	}
	in.head = malloc(HEAD_MAX);
	if (!in.head) {
		(void)err_nomem(e);
		goto out;
	}
	if (deskcmd_open(c->args[0], &in.fd, e) < 0 ||
	    file_read(in.fd, in.head, HEAD_MAX, &in.len, in.name, e) < 0)
		goto out;
	op = opener_for(c, &in, &records, e);
	if (!op || (records && note(c, &in, op, e) < 0))
		goto out;
	rc = opener_open_stream(op, from_input, &in, to_stdout, NULL, e);
	if (rc < 0)
		(void)err_prefix(e, "%s", c->args[0]);
out:
	opener_free(op);
	free(in.head);
	if (in.fd > STDIN_FILENO)
		(void)close(in.fd);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_unseal = {
	.name = "unseal",
	.operands = "FILE",
	.help = "open a sealed file to standard output",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
