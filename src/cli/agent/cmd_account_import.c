/* cli/agent/cmd_account_import.c - liudi account import. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "account/teamrows.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/agent/accounts.h"
#include "cli/agent/commands.h"
#include "crypto/secmem.h"
#include "base/banned.h"

#define FIRST_ROOM (1u << 20)	/* of standard input, whose size nobody knows */

static const struct cli_option import_options[] = {
	{"dry-run", 'n', NULL, "show what would be registered"},
	{"platform", 0, "CODE", "only rows of this platform"},
	{"shop", 0, "NAME", "the shop that they belong to"},
	{"by", 0, "PERSON", "who does it, where it is not the person of this "
	    "station"},
	{"yes", 'y', NULL, "do not ask"},
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
	struct teamrows *rows;
	struct creds_report report;
	uint8_t (*id)[EVENT_ID_LEN];	/* of the account of each row */
	size_t done;		/* rows that have their account */
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

/* --- Show, and ask */

static size_t
wider(size_t width, const char *text)
{
	const size_t n = text ? utf8_width(text) : 0;

	return n > width ? n : width;
}

static void
put_column(const char *text, size_t width)
{
	const size_t n = text ? utf8_width(text) : 0;

	if (text)
		cli_put_shown(stdout, text, strlen(text));
	(void)printf("%*s", (int)(n < width ? width - n : 0) + 2, "");
}

static const char *
name_of(const struct teamrow *r)
{
	return r->known ? ((const struct known *)r->known)->name : r->record;
}

static const char *
what_of(const struct teamrow *r)
{
	if (r->forked && r->has_password)
		return cli_tr("another password of the same login");
	if (r->forked || r->known)
		return cli_tr("seed");
	if (r->has_password)
		return r->has_totp ? cli_tr("password, seed") :
		    cli_tr("password");
	return r->has_totp ? cli_tr("seed") : cli_tr("no secret");
}

static void
put_rows(const struct import *i)
{
	const size_t n = teamrows_n(i->rows);
	size_t k, name = 0, platform = 0, login = 0;
	const struct teamrow *r;

	for (k = 0; k < n; k++) {
		r = teamrows_at(i->rows, k);
		name = wider(name, name_of(r));
		platform = wider(platform, r->platform->name);
		login = wider(login, r->login);
	}
	for (k = 0; k < n; k++) {
		r = teamrows_at(i->rows, k);
		put_column(name_of(r), name);
		put_column(r->platform->name, platform);
		put_column(r->login, login);
		(void)printf("%s\n", what_of(r));
	}
}

/* The numbers of the lines, as far as they were kept. */
static const char *
lines(const uint64_t *line, uint64_t n, struct buf *out)
{
	uint64_t k;

	buf_clear(out);
	for (k = 0; k < n && k < CREDS_BAD_MAX; k++)
		(void)buf_addf(out, NULL, "%s%" PRIu64, k ? ", " : "",
		    line[k]);
	if (n > CREDS_BAD_MAX)
		(void)buf_adds(out, ", …", NULL);
	return buf_str(out);
}

static void
note(uint64_t n, const char *one, const char *many)
{
	char text[CLI_COUNT_LEN];

	if (n > 0)
		(void)printf("%s\n", cli_count((int64_t)n, one, many, text));
}

/* What is not taken, and why: nothing of it but how many. */
static void
put_rest(const struct import *i)
{
	const struct teamrows_counts *n = teamrows_counts(i->rows);

	note(n->others, "1 other row is not the team's: nothing of it is "
	    "kept.", "%lld other rows are not the team's: nothing of them is "
	    "kept.");
	note(n->same, "1 row says the same once more.",
	    "%lld rows say the same once more.");
	note(n->known, "1 row is of an account that is registered here: "
	    "if its password changed, use 'liudi account rotated'.",
	    "%lld rows are of accounts that are registered here: if a password "
	    "changed, use 'liudi account rotated'.");
	note(n->bare, "1 row of the team's has neither login nor "
	    "password.", "%lld rows of the team's have neither login nor "
	    "password.");
}

/* What could not be read.  True: something. */
static bool
warn_rest(const struct import *i)
{
	const struct teamrows_counts *n = teamrows_counts(i->rows);
	const struct creds_report *r = &i->report;
	struct buf text = BUF_INIT(4096);

	if (n->unfit > 0)
		cli_warn(i->c, cli_tr("%llu rows of the team's have a login or "
		    "password that is too long or no text: lines %s"),
		    (unsigned long long)n->unfit, lines(n->unfit_line,
		    n->unfit, &text));
	if (r->damaged > 0)
		cli_warn(i->c, cli_tr("%llu rows are damaged, and nothing is "
		    "taken of them: lines %s"), (unsigned long long)r->damaged,
		    lines(r->bad, r->damaged, &text));
	if (r->other > 0)
		cli_warn(i->c, cli_tr("%llu seeds are of a kind that is not "
		    "known here"), (unsigned long long)r->other);
	if (r->batch_missing > 0)
		cli_warn(i->c, cli_tr("%llu codes of the export are missing: "
		    "give all of them at once"),
		    (unsigned long long)r->batch_missing);
	buf_release(&text);
	return n->unfit > 0 || r->damaged > 0 || r->other > 0 ||
	    r->batch_missing > 0;
}

/* 1 yes, 0 no. */
static int
may_go_on(const struct import *i, struct err *e)
{
	char answer[CLI_PASS_MAX + 1], prompt[CLI_COUNT_LEN];
	int rc;

	if (cli_has(i->c, "yes"))
		return 1;
	(void)fflush(stdout);
	rc = cli_ask(cli_count((int64_t)teamrows_n(i->rows),
	    "Seal this one, and register it? [y/N] ",
	    "Seal these %lld, and register them? [y/N] ", prompt), answer, e);
	if (rc < 0)
		return err_hint(e, "look with -n, then say -y");
	return answer[0] == 'y' || answer[0] == 'Y' ||
	    str_starts(answer, "是");
}

/* --- Register */

static int
on_event(void *arg, const struct teamrow *row, const struct account_event *v,
	const struct event_secret *s, struct err *e)
{
	struct import *i = arg;
	static const uint8_t none[EVENT_ID_LEN];
	const struct known *k = row->known;
	struct account_event x;

	register_event(i->a.r, v->kind, k ? account_of(i, k->id) : NULL, &x);
	memcpy(x.value, v->value, sizeof(x.value));
	accounts_by(i->c, &x);
	while (teamrows_at(i->rows, i->done) != row)
		i->done++;
	/* What a row says after its first event is of the same account. */
	if (row->forked && !k)
		memcpy(x.account, i->id[row->first], EVENT_ID_LEN);
	else if (!k && memcmp(i->id[i->done], none, EVENT_ID_LEN) != 0)
		memcpy(x.account, i->id[i->done], EVENT_ID_LEN);
	memcpy(i->id[i->done], x.account, EVENT_ID_LEN);
	return register_add(i->a.r, &x, s, e);
}

static int
seal(struct import *i, struct err *e)
{
	struct creds_report again;

	i->id = calloc(teamrows_n(i->rows), sizeof(*i->id));
	if (!i->id)
		return err_nomem(e);
	teamrows_events(i->rows, on_event, i);
	return creds_read(i->data, i->n, teamrows_again, i->rows, &again,
	    e) < 0 ? -1 : register_commit(i->a.r, e);
}

/* --- Say */

static int
put_json(const struct import *i, bool sealed, struct err *e)
{
	const struct teamrows_counts *n = teamrows_counts(i->rows);
	const struct teamrow *r;
	struct buf b = BUF_INIT(1u << 20);
	struct jsonw w;
	size_t k;
	int rc = 0;

	for (k = 0; rc == 0 && k < teamrows_n(i->rows); k++) {
		r = teamrows_at(i->rows, k);
		buf_clear(&b);
		jsonw_init(&w, &b, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "name", name_of(r));
		jsonw_kstr(&w, "platform", r->platform->code);
		jsonw_kstr(&w, "login", r->login);
		if (sealed)
			jsonw_khex(&w, "account", i->id[k], EVENT_ID_LEN);
		jsonw_kbool(&w, "password", r->has_password);
		jsonw_kbool(&w, "seed", r->has_totp);
		jsonw_object_end(&w);
		rc = jsonw_end(&w);
		if (rc == 0)
			(void)printf("%s\n", buf_str(&b));
	}
	buf_clear(&b);
	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "format", creds_format_name(i->report.format));
	jsonw_kint(&w, "rows", (int64_t)i->report.rows);
	jsonw_kbool(&w, "registered", sealed);
	jsonw_kint(&w, "others", (int64_t)n->others);
	jsonw_kint(&w, "same", (int64_t)n->same);
	jsonw_kint(&w, "known", (int64_t)n->known);
	jsonw_kint(&w, "bare", (int64_t)n->bare);
	jsonw_kint(&w, "unfit", (int64_t)n->unfit);
	jsonw_kint(&w, "damaged", (int64_t)i->report.damaged);
	jsonw_kint(&w, "missing", (int64_t)i->report.batch_missing);
	jsonw_object_end(&w);
	if (rc == 0)
		rc = jsonw_end(&w);
	if (rc == 0)
		(void)printf("%s\n", buf_str(&b));
	buf_release(&b);
	return rc;
}

static void
say_sealed(const struct import *i, const char *file)
{
	struct buf readers = BUF_INIT(4096);
	struct err ignored = ERR_INIT;
	char text[CLI_COUNT_LEN];

	if (i->c->quiet)
		return;
	(void)printf("%s\n", cli_count((int64_t)teamrows_n(i->rows),
	    "1 is on file.", "%lld are on file.", text));
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

/* -1: *e; else CLI_DONE. */
static int
import(struct import *i, const char *file, struct err *e)
{
	const bool dry = cli_has(i->c, "dry-run");
	int yes;

	if (creds_read(i->data, i->n, teamrows_add, i->rows, &i->report,
	    e) < 0 || teamrows_name(i->rows, cli_value(i->c, "shop"), e) < 0)
		return -1;
	if (!i->c->json && !i->c->quiet) {
		put_rows(i);
		put_rest(i);
	}
	if (teamrows_n(i->rows) == 0 || dry) {
		if (i->c->json)
			return put_json(i, false, e);
		if (!i->c->quiet && !dry)
			(void)printf("%s", cli_tr("Nothing was registered.\n"));
		return 0;
	}
	yes = may_go_on(i, e);
	if (yes < 0)
		return -1;
	if (yes == 0) {
		(void)printf("%s", cli_tr("Nothing was registered.\n"));
		return 0;
	}
	if (seal(i, e) < 0)
		return -1;
	if (i->c->json)
		return put_json(i, true, e);
	say_sealed(i, file);
	return 0;
}

static enum cli_exit
run_import(struct cli *c, struct err *e)
{
	struct import i = {.c = c};
	const char *code = cli_value(c, "platform");
	const struct platform *only = NULL;
	enum cli_exit rc = CLI_FAILED;
	size_t k;

	if (accounts_open(c, &i.a, e) != 0 || load_known(&i, e) < 0)
		goto out;
	if (code) {
		only = accounts_platform(&i.a, code, e);
		if (!only)
			goto out;
	}
	i.rows = teamrows_new(i.a.platforms, i.a.naming, e);
	if (!i.rows || load(&i, c->args[0], e) < 0)
		goto out;
	if (only)
		teamrows_only(i.rows, only);
	teamrows_known(i.rows, find_known, &i);
	if (import(&i, c->args[0], e) < 0)
		goto out;
	rc = warn_rest(&i) ? CLI_WARNINGS : CLI_DONE;
out:
	teamrows_free(i.rows);
	secmem_free(i.data);
	for (k = 0; k < i.nknown; k++)
		free(i.known[k].name);
	free(i.known);
	free(i.id);
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
