/* cli/agent/accounts.c - opening the register, and what is said at the end. */

#include "cli/agent/accounts.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/banned.h"

#define POLICY_MAX (2 * 1024 * 1024 + 2)
#define NEAR 2

int
accounts_open(const struct cli *c, struct accounts *a, struct err *e)
{
	const struct register_account *known;
	size_t n;

	memset(a, 0, sizeof(*a));
	buf_init(&a->policy, POLICY_MAX);
	if (station_open(&a->s, c->home, e) != 0)
		return -1;
	a->r = register_open(&a->s, e);
	if (a->r == NULL)
		return -1;
	if (register_damaged(a->r) > 0)
		cli_warn(c, cli_tr("%lld lines of accounts/known are damaged: "
		    "their names may be proposed again"),
		    (long long)register_damaged(a->r));
	if (control_file_load(a->s.path.control, a->s.control.commit,
		"platforms.ini", &a->policy, e) < 0 ||
	    buf_addc(&a->policy, '\n', e) != 0 ||
	    buf_adds(&a->policy, register_policy(a->r), e) != 0)
		return -1;
	a->platforms = platforms_new(buf_str(&a->policy), e);
	a->naming = naming_new(buf_str(&a->policy), e);
	if (a->platforms == NULL || a->naming == NULL)
		return -1;
	known = register_accounts(a->r, &n);
	for (size_t i = 0; i < n; i++)
		if (naming_used(a->naming, known[i].name, e) != 0)
			return -1;
	return 0;
}

void
accounts_close(struct accounts *a)
{
	naming_free(a->naming);
	platforms_free(a->platforms);
	register_close(a->r);
	buf_release(&a->policy);
	station_close(&a->s);
}

/* The nearest code, or the codes, as far as a hint has room. */
static void
hint_platforms(const struct accounts *a, const char *word, struct err *e)
{
	struct buf codes = BUF_INIT(160);
	size_t n;
	const struct platform *p = platforms_all(a->platforms, &n);

	for (size_t i = 0; i < n; i++) {
		if (str_distance(word, p[i].code) == 1 ||
		    str_distance(word, p[i].name) <= NEAR) {
			(void)err_hint(e, "did you mean '%s' (%s)?", p[i].code,
			    p[i].name);
			break;
		}
		if (p[i].business)
			(void)buf_addf(&codes, NULL, "%s%s",
			    codes.len > 0 ? " " : "", p[i].code);
	}
	(void)err_hint(e, "codes: %s; the manager adds others to policy.ini",
	    buf_str(&codes));
	buf_release(&codes);
}

const struct platform *
accounts_platform(const struct accounts *a, const char *word, struct err *e)
{
	const struct platform *p = platforms_find(a->platforms, word);

	if (p == NULL) {
		(void)err_set(e, ERR_USAGE, "no platform '%s' is known", word);
		hint_platforms(a, word, e);
	}
	return p;
}

void
accounts_by(const struct cli *c, struct account_event *v)
{
	v->actor = cli_value(c, "by");
}

int
accounts_readers(const struct accounts *a, struct buf *out, struct err *e)
{
	const struct control *ct = &a->s.control;
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t n = control_readers(ct, a->s.cfg.station, index);

	for (size_t i = 0; i < n; i++)
		if (buf_addf(out, e, "%s%s", i > 0 ? ", " : "",
			ct->recipient[index[i]].name) != 0)
			return -1;
	return 0;
}

static void
told_json(const struct accounts *a, const struct account_event *v,
	const char *name)
{
	const struct control *ct = &a->s.control;
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t n = control_readers(ct, a->s.cfg.station, index);
	struct buf b = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct jsonw w;

	jsonw_init(&w, &b, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", event_kind_name(v->kind));
	jsonw_kstr(&w, "name", name);
	if (v->value[EVENT_LOGIN] != NULL)
		jsonw_kstr(&w, "login", v->value[EVENT_LOGIN]);
	jsonw_khex(&w, "account", v->account, sizeof(v->account));
	jsonw_khex(&w, "event", v->id, sizeof(v->id));
	jsonw_key(&w, "readers");
	jsonw_array(&w);
	for (size_t i = 0; i < n; i++)
		jsonw_str(&w, ct->recipient[index[i]].name);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		(void)printf("%s\n", buf_str(&b));
	buf_release(&b);
}

static void
put_told(const struct account_event *v, const char *name)
{
	switch (v->kind) {
	case EVENT_REGISTERED:
		(void)printf(cli_tr("Account %s is registered.\n"), name);
		break;
	case EVENT_ROTATED:
		(void)printf(v->has_password ?
		    cli_tr("The new password of %s is on file.\n") :
		    cli_tr("That the password of %s was changed is on file; "
			"the new one is not.\n"), name);
		break;
	case EVENT_CONFIRMED:
		(void)printf(cli_tr("That somebody logged in to %s is on "
		    "file.\n"), name);
		break;
	case EVENT_CLOSED:
		(void)printf(cli_tr("That %s is closed is on file; its name is "
		    "not given again.\n"), name);
		break;
	default:
		(void)printf(cli_tr("What changed of %s is on file.\n"), name);
		break;
	}
}

void
accounts_told(const struct cli *c, const struct accounts *a,
	const struct account_event *v, const char *name)
{
	struct buf readers = BUF_INIT(4096);
	struct err e = ERR_INIT;
	char id[EVENT_ID_HEX];

	if (c->json) {
		told_json(a, v, name);
		return;
	}
	if (c->quiet)
		return;
	put_told(v, name);
	if (v->kind == EVENT_REGISTERED) {
		str_hex(id, v->account, sizeof(v->account));
		(void)printf(cli_tr("Its login is %s, its id %s.\n"),
		    v->value[EVENT_LOGIN], id);
	}
	if (accounts_readers(a, &readers, &e) == 0)
		(void)printf(cli_tr("Sealed to %s; the next 'liudi run' sends "
		    "it.\n"), buf_str(&readers));
	buf_release(&readers);
}
