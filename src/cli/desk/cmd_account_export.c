/*
 * cli/desk/cmd_account_export.c - liudi-desk account export: accounts for a
 * successor, in a file of another program.
 *
 * Three steps: a look at which accounts they are, without a secret; what is
 * handed out to whom, into the access log and into the book; then the file.
 */
#include "cli/desk/deskcmds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/desk/acct.h"
#include "cli/desk/show.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "desk/dual.h"
#include "desk/vaultfile.h"

#include "base/banned.h"

#define FILE_MAX_LEN KDBX_MAX
#define INI_MAX (4u << 20)
#define LINE_MAX_LEN ((size_t)64 << 20)
#define VIEW_MAX 4096u
#define CSV_ROOM 8192u		/* of an account, so that nothing moves */

struct job {
	struct acct k;
	const char *person;		/* NULL: all */
	const char *by;			/* who will know them */
	bool csv;
	char *to, *dir;
	char *pass;			/* of the new file; NULL: none */
	uint8_t set[HASH_LEN];		/* of the accounts that were noted */
};

/* One account as the box saw it; it comes by shared memory. */
struct pick {
	uint8_t id[EVENT_ID_LEN];
	uint8_t heads[EVENT_PREV_MAX][EVENT_ID_LEN];
	size_t nheads;
	char shown[ACCT_SHOWN_LEN];
	bool blind;		/* it goes without its secrets */
};
struct picks {
	size_t n;
	struct pick v[];
};
#define PICKS_MAX ((OPENER_ROOM_LEN - sizeof(struct picks)) / \
	sizeof(struct pick))

/* --- In the box. */

struct chosen {
	struct platforms *platforms;
	struct people *people;
	struct vaultfile f;
};

static void
chosen_release(struct chosen *x)
{
	vaultfile_release(&x->f);
	people_free(x->people);
	platforms_free(x->platforms);
}

/* Which accounts; nothing but policy and book is asked. */
static int
choose(struct job *j, struct chosen *x, struct err *e)
{
	struct buf text = BUF_INIT(INI_MAX);
	struct acct *k = &j->k;
	int rc = -1;

	memset(x, 0, sizeof(*x));
	if (control_file_load(k->h.control, k->control.commit,
	    "platforms.ini", &text, e) < 0 || buf_addc(&text, '\n', e) < 0 ||
	    buf_add(&text, k->policy.data, k->policy.len, e) < 0)
		goto out;
	x->platforms = platforms_new(buf_str(&text), e);
	x->people = people_new(buf_str(&k->policy), NULL, &k->control, e);
	if (x->platforms && x->people)
		rc = vaultfile_init(&x->f, k->book, x->people, x->platforms,
		    j->person, e);
out:
	buf_release(&text);
	return rc;
}

static int
hash_set(const struct vaultfile *f, uint8_t out[static HASH_LEN],
	struct err *e)
{
	struct hash h;
	size_t i;

	if (hash_init(&h, HASH_BLAKE2B, e) < 0)
		return -1;
	for (i = 0; i < f->n; i++)
		hash_update(&h, f->v[i].account->id, EVENT_ID_LEN);
	hash_final(&h, out);
	hash_release(&h);
	return 0;
}

/* 1: V's secrets are two people's, and not granted to whom this is; 0; -1. */
static int
is_apart(struct acct *k, const struct book_account *a,
	const struct account_event *v, struct err *e)
{
	int rc = ledger_is_dual(k->b->catalogue, v->id, e);

	return rc > 0 ? !dual_open(a, v, k->seer.person, k->seer.utc) : rc;
}

/* Who is handed nothing of an account does not know it then: 1, 0, -1. */
static int
is_blind(struct acct *k, const struct book_account *a, struct err *e)
{
	size_t i, n = 0, apart = 0;
	int rc = 0;

	for (i = 0; rc >= 0 && i < a->npasswords; i++, n++) {
		rc = is_apart(k, a, a->password[i], e);
		apart += rc > 0;
	}
	if (rc >= 0 && a->totp) {
		rc = is_apart(k, a, a->totp, e);
		n++;
		apart += rc > 0;
	}
	if (rc >= 0 && a->codes) {
		rc = is_apart(k, a, a->codes, e);
		n++;
		apart += rc > 0;
	}
	return rc < 0 ? -1 : n > 0 && apart == n;
}

static int
look(struct acct *k, void *arg, struct err *e)
{
	struct picks *all = acct_shared(k);
	const struct book_account *a;
	struct chosen x;
	int rc = choose(arg, &x, e);
	size_t i;

	if (rc == 0 && x.f.n > PICKS_MAX)
		rc = err_set(e, ERR_USAGE, "more than %zu accounts",
		    PICKS_MAX);
	for (i = 0; rc == 0 && i < x.f.n; i++) {
		a = x.f.v[i].account;
		memset(&all->v[i], 0, sizeof(all->v[i]));
		memcpy(all->v[i].id, a->id, EVENT_ID_LEN);
		memcpy(all->v[i].heads, a->heads, sizeof(a->heads));
		all->v[i].nheads = a->nheads;
		(void)snprintf(all->v[i].shown, ACCT_SHOWN_LEN, "%s",
		    a->shown);
		rc = is_blind(k, a, e);
		all->v[i].blind = rc > 0;
		rc = rc < 0 ? -1 : 0;
	}
	if (rc == 0)
		all->n = x.f.n;
	chosen_release(&x);
	return rc;
}

static int
on_secret(void *arg, const struct account_event *v, struct event_secret *out,
	struct err *e)
{
	struct acct *k = arg;

	return ledger_secret(k->b, &k->seer, v->id, out, e);
}

static int
make(struct job *j, struct vaultfile *f, struct buf *out, struct err *e)
{
	struct acct *k = &j->k;
	struct kdbx *x;
	int rc = -1;

	if (j->csv)
		return buf_reserve(out, f->n < FILE_MAX_LEN / CSV_ROOM ?
		    f->n * CSV_ROOM : FILE_MAX_LEN, e) < 0 ? -1 :
		    vaultfile_csv(f, on_secret, k, out, e);
	x = kdbx_new("liudi", clock_now_utc(), e);
	if (x && vaultfile_kdbx(f, on_secret, k, x, e) == 0)
		rc = kdbx_finish(x, j->pass, strlen(j->pass), &KDBX_COST, out,
		    e);
	kdbx_free(x);
	return rc;
}

/* --- In the box: what was written. */

enum lack { NO_PASSWORD, NO_ADDRESS, APART, ONCE, SHUT, LACKS };

static bool
lacks(const struct vaultfile_lack *l, enum lack what)
{
	return what == NO_PASSWORD ? l->password : what == NO_ADDRESS ?
	    l->address : what == APART ? l->apart : what == ONCE ?
	    l->once : l->shut;
}

static size_t
count(const struct vaultfile *f, enum lack what)
{
	size_t i, n = 0;

	for (i = 0; i < f->n; i++)
		n += lacks(&f->v[i].lack, what);
	return n;
}

static int
tell_json(const struct job *j, const struct vaultfile *f, struct err *e)
{
	static const char *const key[LACKS] = { "no_password", "no_address",
	    "needs_two", "former_needs_two",
	    "not_opened" };
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw w;
	size_t i;
	int l, rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "accounts_export");
	jsonw_kpath(&w, "file", j->to, strlen(j->to));
	jsonw_kstr(&w, "format", j->csv ? "bitwarden-csv" : "kdbx");
	jsonw_kstr(&w, "for", j->person);
	jsonw_kint(&w, "accounts", (int64_t)f->n);
	for (l = 0; l < LACKS; l++) {
		jsonw_key(&w, key[l]);
		jsonw_array(&w);
		for (i = 0; i < f->n; i++)
			if (lacks(&f->v[i].lack, l))
				jsonw_str(&w, f->v[i].account->shown);
		jsonw_array_end(&w);
	}
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

static void
list(const struct vaultfile *f, enum lack what, const char *text)
{
	bool first = true;
	size_t i;

	if (count(f, what) == 0)
		return;
	(void)printf("%s: ", text);
	for (i = 0; i < f->n; i++) {
		if (!lacks(&f->v[i].lack, what))
			continue;
		(void)fputs(first ? "" : ", ", stdout);
		cli_put_shown(stdout, f->v[i].account->shown,
		    strlen(f->v[i].account->shown));
		first = false;
	}
	(void)fputc('\n', stdout);
}

static void
tell(const struct job *j, const struct vaultfile *f)
{
	char words[CLI_COUNT_LEN];

	cli_put_shown(stdout, j->to, strlen(j->to));
	(void)printf(": %s\n", cli_count((int64_t)f->n, "%lld account",
	    "%lld accounts", words));
	list(f, APART, cli_tr("left out, for two must agree to them, and no "
	    "owner has granted them to you now ('liudi-desk account reveal' "
	    "asks)"));
	list(f, ONCE, cli_tr("former ones left out, for two must agree to "
	    "them"));
	list(f, SHUT, cli_tr("left out, for they were not sealed to this "
	    "desk"));
	list(f, NO_PASSWORD, j->csv ? cli_tr("no password, so no browser "
	    "takes them") : cli_tr("no password"));
	if (j->csv)
		list(f, NO_ADDRESS, cli_tr("no address, so no browser takes "
		    "them"));
}

static int
export(struct acct *k, void *arg, struct err *e)
{
	struct buf out = BUF_INIT(FILE_MAX_LEN);
	struct job *j = arg;
	uint8_t set[HASH_LEN];
	struct chosen x;
	int rc = -1;

	if (choose(j, &x, e) < 0 || hash_set(&x.f, set, e) < 0)
		goto out;
	if (memcmp(set, j->set, sizeof(set)) != 0) {
		(void)err_set(e, ERR_FAIL, "which accounts they are has "
		    "changed meanwhile");
		(void)err_hint(e, "do it again");
		goto out;
	}
	if (make(j, &x.f, &out, e) < 0 ||
	    file_save(j->to, out.data, out.len, 0600, e) < 0)
		goto out;
	rc = count(&x.f, APART) + count(&x.f, SHUT) > 0 ? CLI_WARNINGS :
	    CLI_DONE;
	if (k->c->json && tell_json(j, &x.f, e) < 0)
		rc = -1;
	if (!k->c->json && !k->c->quiet)
		tell(j, &x.f);
out:
	chosen_release(&x);
	buf_wipe(&out);
	return rc;
}

/* --- In the desk process. */

/* "kdbx for wang: acme-eb-01, acme-wx-02" */
static int
note(struct job *j, const struct picks *all, struct err *e)
{
	struct buf view = BUF_INIT(VIEW_MAX + 2 * ACCT_SHOWN_LEN);
	int rc = buf_addf(&view, e, "%s of accounts%s%s", j->csv ?
	    "bitwarden-csv" : "kdbx", j->person ? " for " : "",
	    j->person ? j->person : "");
	size_t i;

	for (i = 0; rc == 0 && i < all->n && view.len < VIEW_MAX; i++)
		rc = buf_addf(&view, e, "%s%s", i ? ", " : ": ",
		    all->v[i].shown);
	if (rc == 0 && i < all->n)
		rc = buf_addf(&view, e, " and %zu more", all->n - i);
	if (rc == 0)
		rc = acct_note(&j->k, "export", buf_str(&view), e);
	buf_release(&view);
	return rc;
}

static int
put_events(struct job *j, struct eventfile *f, struct err *e)
{
	const struct ledger_desk d = {&j->k.h, &j->k.control, j->k.name,
	    j->k.key};
	char why[CLI_FILLED_LEN];
	int rc = ledger_write(&d, f, e);

	if (rc <= 0)
		return rc;
	cli_warn(j->k.c, "it is kept here and sent at the next sync: %s",
	    cli_tr_filled(e->what, why));
	err_clear(e);
	return 0;
}

/* Whoever gets the file knows what is in it: said before he has it. */
static int
write_events(struct job *j, const struct picks *all, struct err *e)
{
	struct account_event v;
	struct eventfile f;
	size_t i = 0;
	int rc = 0;

	while (rc == 0 && i < all->n) {
		rc = eventfile_init(&f, e);
		for (; rc == 0 && i < all->n; i++) {
			if (all->v[i].blind)
				continue;
			memcpy(j->k.found.id, all->v[i].id, EVENT_ID_LEN);
			memcpy(j->k.found.heads, all->v[i].heads,
			    sizeof(j->k.found.heads));
			j->k.found.nheads = all->v[i].nheads;
			acct_event(&j->k, &v, EVENT_EXPORTED);
			v.value[EVENT_FORMAT] = j->csv ? "bitwarden-csv" :
			    "kdbx";
			v.value[EVENT_BY] = j->by;
			rc = eventfile_add(&f, &v, NULL, e);
			if (rc != 0)
				break;
		}
		if (rc >= 0 && f.n > 0)	/* 1: this one goes into the next */
			rc = put_events(j, &f, e);
		eventfile_release(&f);
	}
	return rc;
}

/* The accounts as the box saw them, out of the room that others use, too. */
static int
take(struct job *j, struct picks **out, struct err *e)
{
	const struct picks *all = acct_shared(&j->k);
	struct picks *mine;
	struct hash h;
	size_t n = all->n, i;

	if (n > PICKS_MAX)
		return err_set(e, ERR_FAIL,
		    "the reading process said what makes no sense");
	if (hash_init(&h, HASH_BLAKE2B, e) < 0)
		return -1;
	mine = malloc(sizeof(*mine) + n * sizeof(mine->v[0]));
	if (!mine) {
		hash_release(&h);
		return err_nomem(e);
	}
	memcpy(mine->v, all->v, n * sizeof(mine->v[0]));
	mine->n = n;
	for (i = 0; i < n; i++) {
		mine->v[i].shown[ACCT_SHOWN_LEN - 1] = '\0';
		if (mine->v[i].nheads > EVENT_PREV_MAX)
			mine->v[i].nheads = 0;
		hash_update(&h, mine->v[i].id, EVENT_ID_LEN);
	}
	hash_final(&h, j->set);
	hash_release(&h);
	*out = mine;
	return 0;
}

/* A copy that the box sees: what cli gives is kept from children. */
static int
new_passphrase(struct job *j, struct err *e)
{
	char *typed;

	if (j->csv)
		return 0;
	typed = cli_passphrase_from(j->k.c, "file-passphrase-fd",
	    "passphrase of the new file", true, e);
	if (!typed)
		return -1;
	j->pass = secmem_new(CLI_PASS_MAX + 1);
	if (j->pass)
		memcpy(j->pass, typed, CLI_PASS_MAX + 1);
	secmem_free(typed);
	return j->pass ? 0 : err_nomem(e);
}

static int
hand_out(struct job *j, struct err *e)
{
	struct picks *all = NULL;
	int rc = -1;

	if (acct_look(&j->k, look, j, e) < 0 || take(j, &all, e) < 0)
		goto out;
	if (all->n == 0) {
		if (j->person)
			(void)err_set(e, ERR_NOENT, "'%s' holds no account, "
			    "and works in no shop that has one", j->person);
		else
			(void)err_set(e, ERR_NOENT, "there are no accounts");
		(void)err_hint(e, "'liudi-desk account list' says who holds "
		    "which, 'liudi-desk shop list' who works where");
		goto out;
	}
	if (new_passphrase(j, e) < 0 || note(j, all, e) < 0)
		goto out;
	j->by = j->person ? j->person : j->k.me;
	if (write_events(j, all, e) < 0)
		goto out;
	j->k.rw = j->dir;
	rc = acct_run(&j->k, export, j, e);
	if (rc >= 0 && j->csv)
		cli_warn(j->k.c, "whoever gets this file reads the passwords "
		    "in it: hand it over, take it in, and delete it");
out:
	free(all);
	return rc;
}

/* --- What can be known to be wrong before anybody types a passphrase. */

static int
pick_format(struct job *j, const struct cli *c, struct err *e)
{
	const char *format = cli_value(c, "format");

	if (!format || strcmp(format, "kdbx") == 0)
		return 0;
	if (strcmp(format, "bitwarden-csv") != 0) {
		(void)err_set(e, ERR_USAGE, "there is no format '%.40s'",
		    format);
		return err_hint(e, "write kdbx or bitwarden-csv");
	}
	j->csv = true;
	if (cli_has(c, "plaintext"))
		return 0;
	(void)err_set(e, ERR_USAGE, "a CSV holds the passwords in the clear");
	return err_hint(e, "add --plaintext if that is meant; a KeePass file "
	    "is encrypted: --format kdbx");
}

static int
pick_file(struct job *j, const struct cli *c, struct err *e)
{
	j->to = path_expand(c->args[0], NULL, e);
	j->dir = j->to ? path_dir(j->to) : NULL;
	if (!j->dir)
		return j->to ? err_nomem(e) : -1;
	if (access(j->dir, W_OK | X_OK) < 0)
		return err_sys(e, errno, "cannot write to '%s'", j->dir);
	if (!file_exists(j->to))
		return 0;
	if (file_is_dir(j->to))
		return err_set(e, ERR_USAGE, "'%s' is a folder", j->to);
	if (cli_has(c, "overwrite"))
		return 0;
	(void)err_set(e, ERR_USAGE, "'%s' exists", j->to);
	return err_hint(e, "choose another name, or --overwrite");
}

static int
prepare(struct job *j, const struct cli *c, struct err *e)
{
	j->person = cli_value(c, "for");
	if (!j->person == !cli_has(c, "all")) {
		(void)err_set(e, ERR_USAGE, "for whom?");
		return err_hint(e, "name who takes them over with --for "
		    "PERSON, or --all");
	}
	if (acct_reason(c, e) < 0 || pick_format(j, c, e) < 0)
		return -1;
	return pick_file(j, c, e);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct job j;
	int rc = -1;

	memset(&j, 0, sizeof(j));
	if (prepare(&j, c, e) == 0 &&
	    acct_open(&j.k, c, cli_value(c, "as"), e) == 0)
		rc = hand_out(&j, e);
	acct_release(&j.k);
	secmem_free(j.pass);
	free(j.to);
	free(j.dir);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"for", 0, "PERSON", "the accounts that he holds, and of his shops"},
	{"all", 0, NULL, "all accounts"},
	{"format", 0, "FORMAT", "kdbx (KeePass), or bitwarden-csv"},
	{"plaintext", 0, NULL, "a CSV, which anybody can read, is meant"},
	{"overwrite", 0, NULL, "replace a file that is there"},
	{"why", 0, "TEXT", "what it is needed for; must be said"},
	{"file-passphrase-fd", 0, "N",
	    "read the new file's passphrase from file descriptor N"},
	{"as", 0, "NAME", "whose keys open them"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_account_export = {
	.name = "account export",
	.operands = "FILE",
	.help = "write accounts into a file for KeePass or Bitwarden",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
