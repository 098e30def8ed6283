/* cli/desk/cmd_account_list.c - liudi-desk account list and show. */
#include "cli/desk/acct.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "cli/desk/deskcmds.h"
#include "cli/desk/show.h"
#include "desk/dual.h"

#include "base/banned.h"

#define LINE_MAX_LEN ((size_t)64 << 20)
#define LABEL_COLUMNS 18

/* --- What both print. */

static const char *
state_of(const struct book_account *a)
{
	if (a->closed)
		return cli_tr("closed");
	if (str_eq(a->value[EVENT_QR], "yes"))
		return cli_tr("QR login");
	if (a->password_void)
		return cli_tr("changed, not told");
	if (a->npasswords > 1)
		return cli_tr("conflict");
	if (dual_to_change(a))
		return cli_tr("granted: to be changed");
	return a->npasswords == 0 ? cli_tr("no password") : a->confirmed ?
	    cli_tr("confirmed") : cli_tr("sealed");
}

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

/* Is it one that the options ask for? */
static bool
is_asked(const struct cli *c, const struct book_account *a)
{
	const char *person = cli_value(c, "person");
	const char *platform = cli_value(c, "platform");
	const char *shop = cli_value(c, "shop");

	if (a->closed && !cli_has(c, "closed"))
		return false;
	if (platform && !str_eq(platform, a->value[EVENT_PLATFORM]))
		return false;
	if (shop && !str_eq(shop, a->value[EVENT_SHOP]))
		return false;
	return !person || (a->value[EVENT_HOLDER] &&
	    people_same(person, a->value[EVENT_HOLDER]));
}

static void
print_row(const struct book_account *a)
{
	show_padded(a->shown, 22);
	show_padded(a->value[EVENT_PLATFORM] ? a->value[EVENT_PLATFORM] : "-",
	    9);
	show_padded(a->value[EVENT_SHOP] ? a->value[EVENT_SHOP] : "-", 16);
	show_padded(a->value[EVENT_HOLDER] ? a->value[EVENT_HOLDER] : "-", 14);
	(void)printf("%s\n", state_of(a));
}

static int
list(struct acct *k, void *arg, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	const struct book_account *a;
	struct jsonw w;
	size_t n, i, shown = 0;
	int rc = 0;

	(void)arg;
	a = book_accounts(k->book, &n);
	for (i = 0; rc == 0 && i < n; i++) {
		if (!is_asked(k->c, a + i))
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
	char out[static 2 * ACCT_WHO_LEN])
{
	char when[SHOW_TIME_LEN], who[ACCT_WHO_LEN];

	(void)snprintf(out, 2 * ACCT_WHO_LEN, "%s  %s",
	    show_time(v->ts, when), acct_who(k, v, who));
	return out;
}

static void
print_secrets(const struct acct *k, const struct book_account *a)
{
	const struct account_event *given = dual_to_change(a);
	char text[2 * ACCT_WHO_LEN], when[SHOW_TIME_LEN];
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

static void
print_event(const struct acct *k, const struct account_event *v)
{
	char text[2 * ACCT_WHO_LEN], when[SHOW_TIME_LEN];
	size_t f;
	bool first = true;

	(void)fputs("  ", stdout);
	(void)by_whom(k, v, text);
	cli_put_shown(stdout, text, strlen(text));
	(void)printf("  %s", cli_tr(event_kind_name(v->kind)));
	for (f = 0; f < EVENT_FIELDS; f++) {
		const char *s = v->value[f];

		if (!s || f == EVENT_OF)
			continue;
		if (f == EVENT_UNTIL)
			s = show_time(dual_until(v), when);
		(void)printf("%s%s ", first ? ": " : ", ",
		    cli_tr(event_field_name((enum event_field)f)));
		cli_put_shown(stdout, s[0] ? s : "-", s[0] ? strlen(s) : 1);
		first = false;
	}
	(void)fputc('\n', stdout);
}

struct knowing {
	struct acct *k;
	struct buf names;	/* a line each */
};

/* Who made it and who is named may be the same. */
static int
add_person(void *arg, const char *person, const struct account_event *told,
	struct err *e)
{
	struct knowing *n = arg;
	const char *s = buf_str(&n->names);
	size_t len;

	if (!person)
		person = people_behind(n->k->people, told->device);
	if (!person)
		person = told->device;
	for (; *s; s += len + 1) {
		len = strcspn(s, "\n");
		if (len == strlen(person) && memcmp(s, person, len) == 0)
			return 0;
	}
	return buf_addf(&n->names, e, "%s\n", person);
}

static void
print_known(const struct buf *names)
{
	const char *s, *label = cli_tr("password known to");
	char one[ACCT_WHO_LEN];

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
	struct knowing n = {k, BUF_INIT(1u << 20)};
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
	rc = book_knows(k->book, a, false, add_person, &n, e);
	if (rc == 0)
		print_known(&n.names);
	(void)printf("%s\n", cli_tr("history"));
	for (i = 0; i < a->nevents; i++)
		print_event(k, a->event[i]);
	buf_release(&n.names);
	return rc;
}

static int
json_account(struct acct *k, const struct book_account *a, struct err *e)
{
	struct knowing n = {k, BUF_INIT(1u << 20)};
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	char *s, *lf;
	struct jsonw w;
	size_t i;
	int rc = book_knows(k->book, a, false, add_person, &n, e);

	if (rc < 0)
		goto out;
	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	put_account_json(&w, a);
	jsonw_key(&w, "known_to");
	jsonw_array(&w);
	for (s = (char *)n.names.data; s && (lf = strchr(s, '\n')) != NULL;
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
	buf_release(&n.names);
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
