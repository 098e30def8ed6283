/* cli/agent/cmd_account_import.c - liudi account import. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/agent/accounts.h"
#include "cli/agent/commands.h"
#include "cli/importing.h"
#include "crypto/secmem.h"
#include "base/banned.h"

#define FIRST_ROOM (1u << 20)	/* of standard input, whose size nobody knows */

static const struct cli_option import_options[] = {
	{"dry-run", 'n', NULL, "show what would be registered"},
	{"platform", 0, "CODE", "only rows of this platform"},
	{"shop", 0, "NAME", "the shop that they belong to"},
	{"yes", 'y', NULL, "do not ask"},
	{"by", 0, "PERSON", "who does it, where it is not the person of this "
	    "station"},
	{NULL, 0, NULL, NULL}
};

/* An account that was registered here before. */
struct known {
	char *name;
	uint8_t id[EVENT_ID_LEN];
};

struct import {
	const struct cli *c;
	struct accounts a;
	char *data;		/* the export; secure memory */
	size_t n;
	struct known *known;	/* by name */
	size_t nknown;
};

/* --- The export, into secure memory */

/* Twice the room, the N bytes with it. */
static char *
grown(char *old, size_t n, size_t room)
{
	char *data = secmem_new(room);

	if (data && n > 0)
		memcpy(data, old, n);
	secmem_free(old);
	return data;
}

static int
read_all(struct import *i, int fd, const char *name, struct err *e)
{
	const off_t size = lseek(fd, 0, SEEK_END);
	size_t room = FIRST_ROOM, got;

	if (size >= 0 && lseek(fd, 0, SEEK_SET) == 0)
		room = (size_t)size + 1;	/* one more shows the end */
	for (;;) {
		if (room > (size_t)CREDS_BYTES_MAX + 1)
			room = (size_t)CREDS_BYTES_MAX + 1;
		i->data = grown(i->data, i->n, room);
		if (!i->data)
			return err_nomem(e);
		if (file_read(fd, i->data + i->n, room - i->n, &got, name,
		    e) < 0)
			return -1;
		i->n += got;
		if (i->n < room)
			return 0;
		if (room > CREDS_BYTES_MAX)
			return err_set(e, ERR_USAGE, "'%s' is larger than "
			    "%u MiB", name, CREDS_BYTES_MAX >> 20);
		room *= 2;
	}
}

static int
load(struct import *i, const char *file, struct err *e)
{
	const bool std = strcmp(file, "-") == 0;
	int fd = std ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_sys(e, errno, "cannot open '%s'", file);
	rc = read_all(i, fd, std ? "standard input" : file, e);
	if (!std)
		(void)close(fd);	/* read only */
	return rc;
}

/* --- What is registered here */

static int
compare_known(const void *a, const void *b)
{
	return strcasecmp(((const struct known *)a)->name,
	    ((const struct known *)b)->name);
}

static int
load_known(struct import *i, struct err *e)
{
	size_t n, k;
	const struct register_account *a = register_accounts(i->a.r, &n);

	i->known = calloc(n + 1, sizeof(*i->known));
	if (!i->known)
		return err_nomem(e);
	for (k = 0; k < n; k++) {
		i->known[k].name = str_dup(a[k].name);
		if (!i->known[k].name)
			return err_nomem(e);
		memcpy(i->known[k].id, a[k].id, EVENT_ID_LEN);
		i->nknown++;
	}
	qsort(i->known, n, sizeof(*i->known), compare_known);
	return 0;
}

static const void *
find_known(void *arg, const struct platform *p, const char *name)
{
	const struct import *i = arg;
	const struct known *k = i->known;
	size_t n;

	(void)p;	/* names are one namespace */
	for (n = i->nknown; n > 0; ) {	/* bsearch() wants a key to write to */
		const int way = strcasecmp(name, k[n / 2].name);

		if (way == 0)
			return &k[n / 2];
		if (way > 0) {
			k += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return NULL;
}

static const struct register_account *
account_of(const struct import *i, const uint8_t id[static EVENT_ID_LEN])
{
	size_t n, k;
	const struct register_account *a = register_accounts(i->a.r, &n);

	for (k = 0; k < n; k++)
		if (memcmp(a[k].id, id, EVENT_ID_LEN) == 0)
			return &a[k];
	return NULL;
}

/* --- What importing.h asks for */

static int
each(void *arg, creds_fn fn, void *fn_arg, struct creds_report *r,
	struct err *e)
{
	const struct import *i = arg;

	return creds_read(i->data, i->n, fn, fn_arg, r, e);
}

static const char *
name(const void *known)
{
	return ((const struct known *)known)->name;
}

static int
keep_event(void *arg, size_t at, const struct teamrow *row,
	struct account_event *v, const struct event_secret *s, struct err *e)
{
	struct import *i = arg;
	const struct known *k = row->known;
	struct account_event x;

	(void)at;
	/* Names are given: of 100,000 rows a quarter of all memory. */
	naming_free(i->a.naming);
	i->a.naming = NULL;
	register_event(i->a.r, v->kind, k ? account_of(i, k->id) : NULL, &x);
	memcpy(x.value, v->value, sizeof(x.value));
	if (!k)
		memcpy(x.account, v->account, EVENT_ID_LEN);
	accounts_by(i->c, &x);
	memcpy(v->account, x.account, EVENT_ID_LEN);
	return register_add(i->a.r, &x, s, e);
}

static int
commit(void *arg, struct err *e)
{
	const struct import *i = arg;

	return register_commit(i->a.r, e);
}

static const struct importing_side side = {
	.each = each,
	.name = name,
	.event = keep_event,
	.commit = commit,
	.known_one = "1 row is of an account that is registered here: if its "
	    "password changed, use 'liudi account rotated'.",
	.known_many = "%lld rows are of accounts that are registered here: if "
	    "a password changed, use 'liudi account rotated'.",
};

static void
say_sealed(const struct import *i, const char *file)
{
	struct buf readers = BUF_INIT(4096);
	struct err ignored = ERR_INIT;

	if (accounts_readers(&i->a, &readers, &ignored) == 0)
		(void)printf(cli_tr("Sealed to %s; the next 'liudi run' sends "
		    "it.\n"), buf_str(&readers));
	buf_release(&readers);
	if (strcmp(file, "-") == 0)
		return;
	(void)printf("%s", cli_tr("Delete the export now, and what is in the "
	    "wastebasket: all its passwords can be read.\nWhat lay on a disk "
	    "may still be found there. Next time save it in /dev/shm, which is "
	    "memory,\nor give it on standard input: liudi account import -\n"));
}

static enum cli_exit
run_import(struct cli *c, struct err *e)
{
	struct import i = {.c = c};
	const char *code = cli_value(c, "platform");
	const struct platform *only = NULL;
	struct teamrows *rows = NULL;
	enum cli_exit rc = CLI_FAILED;
	size_t k, sealed = 0;

	if (accounts_open(c, &i.a, e) != 0 || load_known(&i, e) < 0)
		goto out;
	if (code) {
		only = accounts_platform(&i.a, code, e);
		if (!only)
			goto out;
	}
	rows = teamrows_new(i.a.platforms, i.a.naming, e);
	if (!rows || load(&i, c->args[0], e) < 0)
		goto out;
	teamrows_known(rows, find_known, &i);
	rc = importing_run(c, rows, i.a.platforms, only, &side, &i, &sealed,
	    e);
	if (sealed > 0 && !c->json && !c->quiet)
		say_sealed(&i, c->args[0]);
out:
	teamrows_free(rows);
	secmem_free(i.data);
	for (k = 0; k < i.nknown; k++)
		free(i.known[k].name);
	free(i.known);
	accounts_close(&i.a);
	return rc;
}

const struct cli_command cmd_account_import = {
	.name = "account import",
	.operands = "FILE|-",
	.help = "register accounts out of another program's export",
	.options = import_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_import,
};
