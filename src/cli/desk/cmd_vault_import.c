/* cli/desk/cmd_vault_import.c - liudi-desk vault import. */
#include "cli/desk/teamnames.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "cli/importing.h"
#include "crypto/secmem.h"
#include "desk/vaultin.h"

#include "base/banned.h"

static const struct cli_option options[] = {
	{"dry-run", 'n', NULL, "show what would be registered"},
	{"platform", 0, "CODE", "only rows of this platform"},
	{"shop", 0, "NAME", "the shop that they belong to"},
	{"yes", 'y', NULL, "do not ask"},
	{"by", 0, "PERSON", "who registered them, if it was not you"},
	{"as", 0, "NAME", "who says so; absent: whose desk it is"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

/* A name or login of the book. */
struct known {
	char what;		/* 'n' of an account, 'l' of a platform */
	const char *platform;	/* of a login; else "" */
	const char *name;
	const char *id;		/* 32 hex */
	const char *shown;	/* its account's name */
};

struct import {
	struct acct k;
	struct buf policy;
	struct platforms *platforms;
	struct naming *naming;
	struct vaultin in;
	struct teamrows *rows;
	const struct platform *only;	/* --platform, or NULL */
	char *names;		/* as the box wrote them, cut up */
	struct known *known;
	size_t nknown, cap_known;
	struct eventfile file;
	bool filling, waits;	/* a file is; something is not sent yet */
	bool settled;		/* what was written is in the catalogue */
	uint8_t (*last)[EVENT_ID_LEN];	/* the newest event of each row */
	uint64_t written;	/* events that are on file */
};

/* --- What the book knows: lines of what, id, platform, shown, name. */

static int
put_name(struct buf *out, char what, const struct book_account *a,
	const char *name, struct err *e)
{
	char id[2 * EVENT_ID_LEN + 1];
	const char *p = a->value[EVENT_PLATFORM];

	if (!name || !*name || (what == 'l' && !p))
		return 0;
	str_hex(id, a->id, EVENT_ID_LEN);
	return buf_addf(out, e, "%c\t%s\t%s\t%s\t%s\n", what, id,
	    what == 'l' ? p : "", a->shown, name);
}

/* In the box. */
static int
list_names(struct acct *k, void *arg, struct err *e)
{
	struct buf out = BUF_INIT(OPENER_ROOM_LEN - 1);
	const struct book_account *a;
	size_t n, i, j;
	char *room = acct_shared(k);
	int rc = 0;

	(void)arg;
	a = book_accounts(k->book, &n);
	for (i = 0; rc == 0 && i < n; i++) {
		rc = put_name(&out, 'n', a + i, a[i].shown, e);
		if (rc == 0 && a[i].disputed)
			rc = put_name(&out, 'n', a + i,
			    a[i].value[EVENT_NAME], e);
		if (rc == 0)
			rc = put_name(&out, 'l', a + i,
			    a[i].value[EVENT_LOGIN], e);
		for (j = 0; rc == 0 && j < a[i].naliases; j++)
			rc = put_name(&out, 'n', a + i, a[i].alias[j], e);
	}
	if (rc == 0)
		memcpy(room, buf_str(&out), out.len + 1);
	buf_release(&out);
	return rc;
}

static int
compare_known(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int way = x->what - y->what;

	if (way == 0)
		way = strcmp(x->platform, y->platform);
	return way ? way : strcasecmp(x->name, y->name);
}

static int
add_known(struct import *i, const struct known *k, struct err *e)
{
	struct known *grown;

	if (i->nknown == i->cap_known) {
		grown = realloc(i->known, (i->cap_known * 2 + 256) *
		    sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		i->known = grown;
		i->cap_known = i->cap_known * 2 + 256;
	}
	i->known[i->nknown++] = *k;
	return naming_used(i->naming, k->name, e);
}

/* The next of TEXT up to SEP, which becomes NUL; NULL: there is none. */
static char *
cut(char **text, char sep)
{
	char *at = *text, *end = strchr(at, sep);

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return at;
}

static int
load_names(struct import *i, struct err *e)
{
	char *at, *line;
	struct known k;

	if (acct_look(&i->k, list_names, NULL, e) < 0)
		return -1;
	at = acct_shared(&i->k);
	/* all of the room would be twice 32 MiB, touched here */
	i->names = str_ndup(at, strnlen(at, OPENER_ROOM_LEN - 1));
	if (!i->names)
		return err_nomem(e);
	for (at = i->names; (line = cut(&at, '\n')); ) {
		const char *what = cut(&line, '\t');

		k.id = what ? cut(&line, '\t') : NULL;
		k.platform = k.id ? cut(&line, '\t') : NULL;
		k.shown = k.platform ? cut(&line, '\t') : NULL;
		k.name = line;
		if (!k.shown || !utf8_clean(k.shown, strlen(k.shown)) ||
		    !utf8_clean(line, strlen(line)) ||
		    strlen(k.id) != (size_t)2 * EVENT_ID_LEN)
			return err_set(e, ERR_FAIL, "the reading process said "
			    "what makes no sense");
		k.what = what[0];
		if (add_known(i, &k, e) < 0)
			return -1;
	}
	if (i->nknown > 0)
		qsort(i->known, i->nknown, sizeof(*i->known), compare_known);
	return 0;
}

static const void *
find_known(void *arg, const struct platform *p, const char *name)
{
	const struct import *i = arg;
	const struct known login = {'l', p->code, name, NULL, NULL};
	const struct known own = {'n', "", name, NULL, NULL};
	const struct known *found = NULL;

	if (i->nknown > 0)
		found = bsearch(&login, i->known, i->nknown,
		    sizeof(*i->known), compare_known);
	if (i->nknown > 0 && !found)
		found = bsearch(&own, i->known, i->nknown, sizeof(*i->known),
		    compare_known);
	return found;
}

/* --- Register. */

static struct ledger_desk
desk_of(const struct import *i)
{
	return (struct ledger_desk){&i->k.h, &i->k.control, i->k.name,
	    i->k.key};
}

static int
write_file(struct import *i, struct err *e)
{
	const struct ledger_desk d = desk_of(i);
	const size_t n = i->file.n;
	int rc;

	if (!i->filling)
		return 0;
	rc = ledger_keep(&d, &i->file, e);
	eventfile_release(&i->file);
	i->filling = false;
	if (rc == 0) {
		i->written += n;
		i->waits = true;
	}
	return rc;
}

static int
add_event(struct import *i, struct account_event *v,
	const struct event_secret *s, struct err *e)
{
	int rc = 1, round;

	for (round = 0; rc == 1 && round < 2; round++) {
		if (round > 0 && write_file(i, e) < 0)
			return -1;
		if (!i->filling && eventfile_init(&i->file, e) < 0)
			return -1;
		i->filling = true;
		rc = eventfile_add(&i->file, v, s, e);
	}
	return rc == 1 ? err_set(e, ERR_FAIL, "an event fits no file") : rc;
}

static void
begin_event(const struct import *i, struct account_event *v)
{
	struct clock_date now;
	int offset;

	secmem_random(v->id, sizeof(v->id));
	v->ts = clock_now_utc();
	clock_split_local(v->ts, &now, &offset);
	v->offset = offset / 60;
	v->device = i->k.name;
	v->actor = cli_value(i->k.c, "by");
}

/* --- What importing.h asks for. */

static int
each(void *arg, creds_fn fn, void *fn_arg, struct creds_report *r,
	struct err *e)
{
	const struct import *i = arg;

	*r = i->in.report;
	return vaultin_each(&i->in, fn, fn_arg, e);
}

static const char *
name(const void *known)
{
	return ((const struct known *)known)->shown;
}

static int
keep_event(void *arg, size_t at, const struct teamrow *row,
	struct account_event *v, const struct event_secret *s, struct err *e)
{
	struct import *i = arg;
	const struct known *known = row->known;

	if (!i->last) {
		/* Names are given: of many rows a quarter of all memory. */
		naming_free(i->naming);
		i->naming = NULL;
		i->last = calloc(teamrows_n(i->rows), sizeof(*i->last));
		if (!i->last)
			return err_nomem(e);
	}
	begin_event(i, v);
	if (known) {
		/* its heads, as they are now */
		if (acct_find(&i->k, known->id, e) < 0)
			return -1;
		memcpy(v->account, i->k.found.id, EVENT_ID_LEN);
		memcpy(v->prev, i->k.found.heads, sizeof(v->prev));
		v->nprev = i->k.found.nheads;
	} else if (!row->forked && v->kind != EVENT_REGISTERED) {
		/* a later password stands behind the one before */
		memcpy(v->prev[0], i->last[at], EVENT_ID_LEN);
		v->nprev = 1;
	}
	memcpy(i->last[at], v->id, EVENT_ID_LEN);
	return add_event(i, v, s, e);
}

/* All files at once: each box costs a process.  A sync makes up what fails. */
static void
settle(struct import *i)
{
	const struct ledger_desk d = desk_of(i);
	struct err ignored = ERR_INIT;

	if (!i->settled && i->written > 0)
		(void)ledger_settle(&d, i->k.op, &ignored);
	i->settled = true;
}

/* Many files are sent at once: each time costs a push. */
static int
commit(void *arg, struct err *e)
{
	struct import *i = arg;
	const struct ledger_desk d = desk_of(i);
	struct err why = ERR_INIT;
	struct ledger_sent sent;

	if (write_file(i, e) < 0)
		return -1;
	/* nothing of the export is wanted any more, and a box copies all */
	vaultin_release(&i->in);
	settle(i);
	i->waits = ledger_send(&d, &sent, &why) < 0;
	return 0;
}

static const struct importing_side side = {
	.each = each,
	.name = name,
	.event = keep_event,
	.commit = commit,
	.known_one = "1 row is of an account that is in the book: if its "
	    "password changed, use 'liudi-desk account rotated'.",
	.known_many = "%lld rows are of accounts that are in the book: if a "
	    "password changed, use 'liudi-desk account rotated'.",
};

static int
set_up(struct import *i, const char *file, struct err *e)
{
	const char *code = cli_value(i->k.c, "platform");
	int fd, rc;

	if (teamnames_policy(&i->k, &i->policy, e) < 0)
		return -1;
	i->platforms = platforms_new(buf_str(&i->policy), e);
	i->naming = i->platforms ? naming_new(buf_str(&i->policy), e) : NULL;
	i->rows = i->naming ? teamrows_new(i->platforms, i->naming, e) : NULL;
	if (!i->rows)
		return -1;
	if (code) {
		i->only = platforms_find(i->platforms, code);
		if (!i->only)
			return err_set(e, ERR_USAGE,
			    "no platform '%s' is known", code);
	}
	teamrows_known(i->rows, find_known, i);
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(e, errno, "cannot open '%s'", file);
	rc = vaultin_read(&i->in, fd, e);
	(void)close(fd);	/* read only */
	return rc < 0 ? -1 : load_names(i, e);
}

static enum cli_exit
run_import(struct cli *c, struct err *e)
{
	struct import i = {.policy = BUF_INIT(TEAMNAMES_POLICY_MAX)};
	enum cli_exit rc = CLI_FAILED;
	size_t sealed = 0;

	if (acct_open(&i.k, c, cli_value(c, "as"), e) == 0 &&
	    set_up(&i, c->args[0], e) == 0)
		rc = importing_run(c, i.rows, i.platforms, i.only, &side, &i,
		    &sealed, e);
	if (sealed > 0 && !c->json && !c->quiet)
		(void)printf("%s", cli_tr("Delete the export now, and what is "
		    "in the wastebasket: all its passwords can be read.\nWhat "
		    "lay on a disk may still be found there. Next time save it "
		    "in /dev/shm, which is memory.\n"));
	settle(&i);
	if (sealed == 0 && i.written > 0)
		cli_warn(c, cli_tr("%llu events are on file already: what "
		    "they register is in the book"),
		    (unsigned long long)i.written);
	if (i.waits)
		cli_warn(c, "%s", cli_tr("it is kept here and sent at the next "
		    "sync"));
	if (i.filling)
		eventfile_release(&i.file);
	teamrows_free(i.rows);
	vaultin_release(&i.in);
	naming_free(i.naming);
	platforms_free(i.platforms);
	free(i.names);
	free(i.known);
	free(i.last);
	buf_release(&i.policy);
	acct_release(&i.k);
	return rc;
}

const struct cli_command cmd_vault_import = {
	.name = "vault import",
	.operands = "FILE",
	.help = "register accounts out of a password keeper's export",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run_import,
};
