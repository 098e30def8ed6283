/* cli/desk/cmd_account_list.c - liudi-desk account list and show. */
#include "cli/desk/acct.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "cli/desk/acctwords.h"
#include "cli/desk/deskcmds.h"
#include "cli/desk/show.h"
#include "desk/dual.h"

#include "base/banned.h"

#define LINE_MAX_LEN ((size_t)64 << 20)
#define LABEL_COLUMNS 18

/* --- What both print. */

static void
put_event_json(const struct acct *k, struct jsonw *w,
	const struct account_event *v)
{
	size_t f;

	jsonw_object(w);
	jsonw_khex(w, "event", v->id, EVENT_ID_LEN);
	jsonw_kstr(w, "type", event_kind_name(v->kind));
	jsonw_kint(w, "ts", v->ts);
	jsonw_kstr(w, "actor", v->actor ? v->actor :
	    people_behind(k->people, v->device));
	jsonw_kstr(w, "device", v->device);
	jsonw_key(w, "fields");
	jsonw_object(w);
	for (f = 0; f < EVENT_FIELDS; f++)
		if (v->value[f])
			jsonw_kstr(w, event_field_name((enum event_field)f),
			    v->value[f]);
	jsonw_object_end(w);
	jsonw_object_end(w);
}

static void
put_ids(struct jsonw *w, const char *key,
	const struct account_event *const *v, size_t n)
{
	char hex[EVENT_ID_HEX];
	size_t i;

	jsonw_key(w, key);
	jsonw_array(w);
	for (i = 0; i < n; i++) {
		str_hex(hex, v[i]->id, EVENT_ID_LEN);
		jsonw_str(w, hex);
	}
	jsonw_array_end(w);
}

/* Members of an open object: docs/REPORTS.md "Accounts". */
static void
put_account_json(struct jsonw *w, const struct book_account *a)
{
	const struct account_event *given;
	size_t f, i;

	jsonw_khex(w, "account", a->id, EVENT_ID_LEN);
	jsonw_kstr(w, "shown", a->shown);
	jsonw_kbool(w, "disputed", a->disputed);
	jsonw_kbool(w, "closed", a->closed);
	for (f = 0; f <= EVENT_REMARK; f++)
		jsonw_kstr(w, event_field_name((enum event_field)f),
		    a->value[f]);
	jsonw_key(w, "aliases");
	jsonw_array(w);
	for (i = 0; i < a->naliases; i++)
		jsonw_str(w, a->alias[i]);
	jsonw_array_end(w);
	put_ids(w, "passwords", a->password, a->npasswords);
	given = dual_to_change(a);
	jsonw_key(w, "granted");
	if (given)
		jsonw_int(w, given->ts);
	else
		jsonw_null(w);
	jsonw_kbool(w, "password_void", a->password_void);
	jsonw_kbool(w, "totp", a->totp != NULL);
	jsonw_kbool(w, "codes", a->codes != NULL);
	jsonw_key(w, "confirmed");
	if (a->confirmed)
		jsonw_int(w, a->confirmed->ts);
	else
		jsonw_null(w);
	jsonw_kint(w, "registered", a->event[0]->ts);
	jsonw_kint(w, "changed", a->event[a->nevents - 1]->ts);
}

/* --- account list */

static void
print_row(const struct book_account *a)
{
	show_padded(a->shown, 22);
	show_padded(a->value[EVENT_PLATFORM] ? a->value[EVENT_PLATFORM] : "-",
	    9);
	show_padded(a->value[EVENT_SHOP] ? a->value[EVENT_SHOP] : "-", 16);
	show_padded(a->value[EVENT_HOLDER] ? a->value[EVENT_HOLDER] : "-", 14);
	(void)printf("%s\n", acctwords_state(a));
}

static int
list(struct acct *k, void *arg, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	const struct acctwords_filter f = {cli_value(k->c, "person"),
	    cli_value(k->c, "platform"), cli_value(k->c, "shop"),
	    cli_has(k->c, "closed")};
	const struct book_account *a;
	struct jsonw w;
	size_t n, i, shown = 0;
	int rc = 0;

	(void)arg;
	a = book_accounts(k->book, &n);
	for (i = 0; rc == 0 && i < n; i++) {
		if (!acctwords_fits(&f, a + i))
			continue;
		if (shown++ == 0 && !k->c->json && !k->c->quiet) {
			show_padded(cli_tr("account"), 22);
			show_padded(cli_tr("platform"), 9);
			show_padded(cli_tr("shop"), 16);
			show_padded(cli_tr("holder"), 14);
			(void)printf("%s\n", cli_tr("password"));
		}
		if (!k->c->json) {
			print_row(a + i);
			continue;
		}
		jsonw_init(&w, &line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		put_account_json(&w, a + i);
		jsonw_object_end(&w);
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	}
	if (shown == 0 && !k->c->json && !k->c->quiet)
		(void)puts(cli_tr("no account"));
	buf_release(&line);
	return rc < 0 ? -1 : (int)CLI_DONE;
}

static enum cli_exit
run_list(struct cli *c, struct err *e)
{
	struct acct k;
	int rc = -1;

	if (acct_open(&k, c, cli_value(c, "as"), e) == 0 &&
	    acct_note(&k, "open", "accounts", e) == 0)
		rc = acct_run(&k, list, NULL, e);
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option list_options[] = {
	{"person", 0, "NAME", "only those that this person holds"},
	{"platform", 0, "CODE", "only of this platform: eb, tb, …"},
	{"shop", 0, "NAME", "only of this shop"},
	{"closed", 0, NULL, "closed ones as well"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys open them"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_account_list = {
	.name = "account list",
	.operands = "",
	.help = "list the accounts of the team",
	.options = list_options,
	.run = run_list
};

/* --- account show */

static void
print_field(const char *label, const char *text)
{
	(void)fputs("  ", stdout);
	show_padded(label, LABEL_COLUMNS);
	(void)fputc(' ', stdout);
	cli_put_shown(stdout, text, strlen(text));
	(void)fputc('\n', stdout);
}

/* "2026-11-23 10:30  Li @ ws-01" */
static const char *
by_whom(const struct acct *k, const struct account_event *v,
	char out[static 2 * ACCTWORDS_WHO_LEN])
{
	char when[SHOW_TIME_LEN], who[ACCTWORDS_WHO_LEN];

	(void)snprintf(out, 2 * ACCTWORDS_WHO_LEN, "%s  %s",
	    show_time(v->ts, when), acctwords_who(k->people, v, who));
	return out;
}

static void
print_secrets(const struct acct *k, const struct book_account *a)
{
	const struct account_event *given = dual_to_change(a);
	char text[2 * ACCTWORDS_WHO_LEN], when[SHOW_TIME_LEN];
	size_t i;

	for (i = 0; i < a->npasswords; i++)
		print_field(i ? "" : cli_tr("password sealed"),
		    by_whom(k, a->password[i], text));
	if (a->npasswords > 1)
		print_field("", cli_tr("nobody knew of the other: each of "
		    "these may be the one that works"));
	if (a->password_void)
		print_field(cli_tr("password"), cli_tr("it was changed, and "
		    "nobody told to what"));
	if (a->confirmed)
		print_field(cli_tr("confirmed"), by_whom(k, a->confirmed,
		    text));
	if (given) {
		(void)snprintf(text, sizeof(text), cli_tr("to %s until %s: "
		    "to be changed behind that"), given->value[EVENT_TO],
		    show_time(dual_until(given), when));
		print_field(cli_tr("granted"), text);
	}
	if (a->totp)
		print_field(cli_tr("seed sealed"), by_whom(k, a->totp, text));
	if (a->codes)
		print_field(cli_tr("codes sealed"), by_whom(k, a->codes,
		    text));
}

static int
print_event(const struct acct *k, const struct account_event *v,
	struct err *e)
{
	struct buf words = BUF_INIT(1u << 20);
	char text[2 * ACCTWORDS_WHO_LEN];
	int rc;

	(void)by_whom(k, v, text);
	(void)fputs("  ", stdout);
	cli_put_shown(stdout, text, strlen(text));
	rc = acctwords_event(v, &words, e);
	(void)fputs("  ", stdout);
	cli_put_shown(stdout, buf_str(&words), words.len);
	(void)fputc('\n', stdout);
	buf_release(&words);
	return rc;
}

static void
print_known(const struct buf *names)
{
	const char *s, *label = cli_tr("password known to");
	char one[ACCTWORDS_WHO_LEN];

	for (s = buf_str(names); *s; s += strcspn(s, "\n") + 1) {
		(void)snprintf(one, sizeof(one), "%.*s",
		    (int)strcspn(s, "\n"), s);
		print_field(label, one);
		label = "";
	}
}

static int
print_account(struct acct *k, const struct book_account *a, struct err *e)
{
	struct buf known = BUF_INIT(1u << 20);
	size_t f, i;
	int rc;

	cli_put_shown(stdout, a->shown, strlen(a->shown));
	(void)printf("%s\n", a->closed ? cli_tr(" (closed)") : "");
	if (a->disputed)
		print_field(cli_tr("disputed"), cli_tr("another account had "
		    "this name first; to settle it: liudi-desk account "
		    "rename"));
	for (f = 0; f <= EVENT_REMARK; f++)
		if (a->value[f] && f != EVENT_NAME)
			print_field(cli_tr(event_field_name(
			    (enum event_field)f)), a->value[f]);
	for (i = 0; i < a->naliases; i++)
		print_field(i ? "" : cli_tr("also called"), a->alias[i]);
	print_secrets(k, a);
	rc = acctwords_known(k->book, k->people, a, &known,
	    e);
	if (rc == 0)
		print_known(&known);
	(void)printf("%s\n", cli_tr("history"));
	for (i = 0; rc == 0 && i < a->nevents; i++)
		rc = print_event(k, a->event[i], e);
	buf_release(&known);
	return rc;
}

static int
json_account(struct acct *k, const struct book_account *a, struct err *e)
{
	struct buf known = BUF_INIT(1u << 20);
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	char *s, *lf;
	struct jsonw w;
	size_t i;
	int rc = acctwords_known(k->book, k->people, a, &known,
	    e);

	if (rc < 0)
		goto out;
	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	put_account_json(&w, a);
	jsonw_key(&w, "known_to");
	jsonw_array(&w);
	for (s = (char *)known.data; s && (lf = strchr(s, '\n')) != NULL;
	    s = lf + 1) {
		*lf = '\0';
		jsonw_str(&w, s);
	}
	jsonw_array_end(&w);
	jsonw_key(&w, "history");
	jsonw_array(&w);
	for (i = 0; i < a->nevents; i++)
		put_event_json(k, &w, a->event[i]);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
out:
	buf_release(&known);
	buf_release(&line);
	return rc;
}

static int
show(struct acct *k, void *arg, struct err *e)
{
	char hex[EVENT_ID_HEX];
	const struct book_account *a;
	int rc;

	(void)arg;
	str_hex(hex, k->found.id, EVENT_ID_LEN);
	a = book_find(k->book, hex, e);
	rc = !a ? -1 : k->c->json ? json_account(k, a, e) :
	    print_account(k, a, e);
	return rc < 0 ? -1 : (int)CLI_DONE;
}

static enum cli_exit
run_show(struct cli *c, struct err *e)
{
	char view[ACCT_SHOWN_LEN + 16];
	struct acct k;
	int rc = -1;

	if (acct_open(&k, c, cli_value(c, "as"), e) == 0 &&
	    acct_find(&k, c->args[0], e) == 0) {
		(void)snprintf(view, sizeof(view), "account %s",
		    k.found.shown);
		if (acct_note(&k, "open", view, e) == 0)
			rc = acct_run(&k, show, NULL, e);
	}
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option show_options[] = {
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys open it"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_account_show = {
	.name = "account show",
	.operands = "NAME",
	.help = "all that is known of an account, but its secrets",
	.options = show_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_show
};
