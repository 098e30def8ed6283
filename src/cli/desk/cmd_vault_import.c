/* cli/desk/cmd_vault_import.c - liudi-desk vault import. */
#include "cli/desk/teamnames.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "account/teamrows.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "cli/desk/show.h"
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
	char *names;		/* as the box wrote them, cut up */
	struct known *known;
	size_t nknown, cap_known;
	struct eventfile file;
	bool filling, waits;	/* a file is; something is not sent yet */
	/* of each row: its account, and the newest event of it */
	uint8_t (*id)[EVENT_ID_LEN], (*last)[EVENT_ID_LEN];
	size_t at;
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
	i->names = str_ndup(acct_shared(&i->k), OPENER_ROOM_LEN - 1);
	if (!i->names)
		return err_nomem(e);
	for (at = i->names; (line = cut(&at, '\n')); ) {
		const char *what = cut(&line, '\t');

		k.id = what ? cut(&line, '\t') : NULL;
		k.platform = k.id ? cut(&line, '\t') : NULL;
		k.shown = k.platform ? cut(&line, '\t') : NULL;
		k.name = line;
		if (!k.shown || !utf8_clean(k.shown, strlen(k.shown)) || !utf8_clean(line, strlen(line)) ||
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

/* --- Show, and ask. */

static const char *
name_of(const struct teamrow *r)
{
	return r->known ? ((const struct known *)r->known)->shown : r->record;
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
	const struct teamrow *r;
	size_t k;

	for (k = 0; k < teamrows_n(i->rows); k++) {
		r = teamrows_at(i->rows, k);
		show_padded(name_of(r), 22);
		show_padded(r->platform->name, 16);
		show_padded(r->login ? r->login : "", 24);
		(void)printf("%s\n", what_of(r));
	}
}

static void
note(uint64_t n, const char *one, const char *many)
{
	char text[CLI_COUNT_LEN];

	if (n > 0)
		(void)printf("%s\n", cli_count((int64_t)n, one, many, text));
}

static void
put_rest(const struct import *i)
{
	const struct teamrows_counts *n = teamrows_counts(i->rows);

	note(n->others, "1 other row is not the team's: nothing of it is "
	    "kept.", "%lld other rows are not the team's: nothing of them is "
	    "kept.");
	note(n->same, "1 row says the same once more.",
	    "%lld rows say the same once more.");
	note(n->known, "1 row is of an account that is in the book: if its "
	    "password changed, use 'liudi-desk account rotated'.",
	    "%lld rows are of accounts that are in the book: if a password "
	    "changed, use 'liudi-desk account rotated'.");
	note(n->bare, "1 row of the team's has neither login nor password.",
	    "%lld rows of the team's have neither login nor password.");
}

/* What could not be read.  True: something. */
static bool
warn_rest(const struct import *i)
{
	const struct teamrows_counts *n = teamrows_counts(i->rows);
	const struct creds_report *r = &i->in.report;

	if (n->unfit > 0)
		cli_warn(i->k.c, cli_tr("%llu rows of the team's have a login "
		    "or password that is too long or no text"),
		    (unsigned long long)n->unfit);
	if (r->damaged > 0)
		cli_warn(i->k.c, cli_tr("%llu rows are damaged, and nothing is "
		    "taken of them"), (unsigned long long)r->damaged);
	if (r->other > 0)
		cli_warn(i->k.c, cli_tr("%llu seeds are of a kind that is not "
		    "known here"), (unsigned long long)r->other);
	if (r->batch_missing > 0)
		cli_warn(i->k.c, cli_tr("%llu codes of the export are missing: "
		    "give all of them at once"),
		    (unsigned long long)r->batch_missing);
	return n->unfit > 0 || r->damaged > 0 || r->other > 0 ||
	    r->batch_missing > 0;
}

static int
may_go_on(const struct import *i, struct err *e)
{
	char answer[CLI_PASS_MAX + 1], prompt[CLI_COUNT_LEN];
	int rc;

	if (cli_has(i->k.c, "yes"))
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

/* --- Register. */

static int
write_file(struct import *i, struct err *e)
{
	const struct ledger_desk d = {&i->k.h, &i->k.control, i->k.name,
	    i->k.key};
	const size_t n = i->file.n;
	int rc;

	if (!i->filling)
		return 0;
	rc = ledger_write(&d, &i->file, e);
	eventfile_release(&i->file);
	i->filling = false;
	if (rc < 0)
		return -1;
	i->waits = i->waits || rc > 0;
	i->written += n;
	err_clear(e);
	return 0;
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

static int
on_event(void *arg, const struct teamrow *row, const struct account_event *v,
	const struct event_secret *s, struct err *e)
{
	struct import *i = arg;
	const struct known *known = row->known;
	struct account_event x = *v;

	while (teamrows_at(i->rows, i->at) != row)
		i->at++;
	begin_event(i, &x);
	if (known) {
		/* its heads, as they are now */
		if (acct_find(&i->k, known->id, e) < 0)
			return -1;
		memcpy(x.account, i->k.found.id, EVENT_ID_LEN);
		memcpy(x.prev, i->k.found.heads, sizeof(x.prev));
		x.nprev = i->k.found.nheads;
	} else if (row->forked) {
		memcpy(x.account, i->id[row->first], EVENT_ID_LEN);
	} else if (x.kind == EVENT_REGISTERED) {
		secmem_random(x.account, EVENT_ID_LEN);
	} else {
		/* a later password stands behind the one before */
		memcpy(x.account, i->id[i->at], EVENT_ID_LEN);
		memcpy(x.prev[0], i->last[i->at], EVENT_ID_LEN);
		x.nprev = 1;
	}
	memcpy(i->id[i->at], x.account, EVENT_ID_LEN);
	memcpy(i->last[i->at], x.id, EVENT_ID_LEN);
	return add_event(i, &x, s, e);
}

static int
seal(struct import *i, struct err *e)
{
	const size_t n = teamrows_n(i->rows);

	i->id = calloc(n, sizeof(*i->id));
	i->last = calloc(n, sizeof(*i->last));
	if (!i->id || !i->last)
		return err_nomem(e);
	teamrows_events(i->rows, on_event, i);
	if (vaultin_each(&i->in, teamrows_again, i->rows, e) == 0 &&
	    write_file(i, e) == 0)
		return 0;
	if (i->written > 0)
		cli_warn(i->k.c, cli_tr("%llu events are on file already: what "
		    "they register is in the book"),
		    (unsigned long long)i->written);
	return -1;
}

/* --- Say. */

static int
put_json(const struct import *i, bool sealed, struct err *e)
{
	const struct teamrows_counts *n = teamrows_counts(i->rows);
	struct buf b = BUF_INIT(1u << 20);
	const struct teamrow *r;
	struct jsonw w;
	size_t k;
	int rc = 0;

	for (k = 0; rc == 0 && k < teamrows_n(i->rows); k++) {
		r = teamrows_at(i->rows, k);
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
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&b, e);
	}
	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "format", creds_format_name(i->in.report.format));
	jsonw_kint(&w, "rows", (int64_t)i->in.report.rows);
	jsonw_kbool(&w, "registered", sealed);
	jsonw_kint(&w, "others", (int64_t)n->others);
	jsonw_kint(&w, "same", (int64_t)n->same);
	jsonw_kint(&w, "known", (int64_t)n->known);
	jsonw_kint(&w, "bare", (int64_t)n->bare);
	jsonw_kint(&w, "unfit", (int64_t)n->unfit);
	jsonw_kint(&w, "damaged", (int64_t)i->in.report.damaged);
	jsonw_kint(&w, "missing", (int64_t)i->in.report.batch_missing);
	jsonw_object_end(&w);
	if (rc == 0)
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&b, e);
	buf_release(&b);
	return rc;
}

static int
import(struct import *i, struct err *e)
{
	const bool dry = cli_has(i->k.c, "dry-run"), json = i->k.c->json;
	char text[CLI_COUNT_LEN];
	int yes = 0;

	if (vaultin_each(&i->in, teamrows_add, i->rows, e) != 0 ||
	    teamrows_name(i->rows, cli_value(i->k.c, "shop"), e) < 0)
		return -1;
	if (!json && !i->k.c->quiet) {
		put_rows(i);
		put_rest(i);
	}
	if (teamrows_n(i->rows) > 0 && !dry) {
		yes = may_go_on(i, e);
		if (yes < 0 || (yes > 0 && seal(i, e) < 0))
			return -1;
	}
	if (json)
		return put_json(i, yes > 0, e);
	if (yes == 0 && !dry)
		(void)printf("%s", cli_tr("Nothing was registered.\n"));
	if (yes == 0 || i->k.c->quiet)
		return 0;
	(void)printf("%s\n", cli_count((int64_t)teamrows_n(i->rows),
	    "1 is on file.", "%lld are on file.", text));
	(void)printf("%s", cli_tr("Delete the export now, and what is in the "
	    "wastebasket: all its passwords can be read.\nWhat lay on a disk "
	    "may still be found there. Next time save it in /dev/shm, which is "
	    "memory.\n"));
	return 0;
}

static int
set_up(struct import *i, const char *file, struct err *e)
{
	const char *code = cli_value(i->k.c, "platform");
	const struct platform *only = NULL;
	int fd, rc;

	if (teamnames_policy(&i->k, &i->policy, e) < 0)
		return -1;
	i->platforms = platforms_new(buf_str(&i->policy), e);
	i->naming = i->platforms ? naming_new(buf_str(&i->policy), e) : NULL;
	i->rows = i->naming ? teamrows_new(i->platforms, i->naming, e) : NULL;
	if (!i->rows)
		return -1;
	if (code) {
		only = platforms_find(i->platforms, code);
		if (!only)
			return err_set(e, ERR_USAGE,
			    "no platform '%s' is known", code);
		teamrows_only(i->rows, only);
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

	if (acct_open(&i.k, c, cli_value(c, "as"), e) == 0 &&
	    set_up(&i, c->args[0], e) == 0 && import(&i, e) == 0)
		rc = warn_rest(&i) ? CLI_WARNINGS : CLI_DONE;
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
	free(i.id);
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
