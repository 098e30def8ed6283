/* cli/desk/leave.c - what whatif, risk and handover share. */
#include "cli/desk/leave.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/desk/show.h"

#include "base/banned.h"

#define TEXT_MAX (1024u * 1024)
#define NAME_WIDTH 22
#define PLATFORM_WIDTH 14

int
leave_open(struct leave *l, const struct box *b, struct people *people,
	const struct buf *policy, struct err *e)
{
	struct buf text = BUF_INIT(3 * TEXT_MAX), holds = BUF_INIT(TEXT_MAX);
	const char *dir = b->home->control, *commit = b->control.commit;
	int rc = -1;

	memset(l, 0, sizeof(*l));
	if (control_file_load(dir, commit, "platforms.ini", &text, e) < 0 ||
	    buf_addc(&text, '\n', e) < 0 ||
	    buf_add(&text, policy->data, policy->len, e) < 0)
		goto out;
	l->platforms = platforms_new(buf_str(&text), e);
	if (!l->platforms || control_file_load(dir, commit, RETENTION_FILE,
	    &holds, e) < 0 || retention_parse(&l->retention, buf_str(&holds),
	    holds.len, e) < 0)
		goto out;
	rc = people_formers(people, b->control_clone, commit, e);
out:
	buf_release(&text);
	buf_release(&holds);
	return rc;
}

void
leave_release(struct leave *l)
{
	platforms_free(l->platforms);
	retention_release(&l->retention);
}

const char *
leave_platform(const struct leave *l, const struct book_account *a)
{
	const char *code = a->value[EVENT_PLATFORM];
	const struct platform *p = code ? platforms_find(l->platforms, code) :
	    NULL;

	return p ? p->name : code ? code : "-";
}

static const char *
route_word(const char *word)
{
	if (strcmp(word, "login") == 0)
		return cli_tr("logging in");
	if (strcmp(word, "phone") == 0)
		return cli_tr("by SIM");
	if (strcmp(word, "email") == 0)
		return cli_tr("by mailbox");
	if (strcmp(word, "main") == 0)
		return cli_tr("through the main account");
	if (strcmp(word, "licence") == 0)
		return cli_tr("with papers");
	return cli_tr("in person");
}

const char *
leave_route(const char *route, char out[LEAVE_WORDS_LEN])
{
	char word[32];
	size_t n, used = 0;

	out[0] = '\0';
	for (; *route && used < LEAVE_WORDS_LEN; route += n + (route[n] == '+')) {
		n = strcspn(route, "+");
		(void)snprintf(word, sizeof(word), "%.*s", (int)n, route);
		used += (size_t)snprintf(out + used, LEAVE_WORDS_LEN - used,
		    "%s%s", used ? " + " : "", route_word(word));
	}
	return out;
}

struct why {
	struct buf *out;
	bool reach;
	const char *between;
	size_t routes;		/* for which there is something at all */
	size_t said;
};

/* "in person" of an account without a real name is no way to speak of. */
static bool
there_is(const struct custody_view *part, size_t n)
{
	size_t i;

	for (i = 0; i < n && part[i].said; i++)
		;
	return i == n;
}

static int
on_count(void *arg, const char *route, bool has,
	const struct custody_view *part, size_t n, struct err *e)
{
	struct why *y = arg;

	(void)route;
	(void)has;
	(void)e;
	y->routes += there_is(part, n);
	return 0;
}

/* Of a way that is lost what is missing; of one that is open all of it. */
static int
on_route(void *arg, const char *route, bool has,
	const struct custody_view *part, size_t n, struct err *e)
{
	char words[LEAVE_WORDS_LEN], told[CLI_FILLED_LEN];
	struct why *y = arg;
	bool first = true;
	size_t i;

	if (has != y->reach || (y->routes > 0 && !there_is(part, n)))
		return 0;
	if (y->said++ > 0 && buf_adds(y->out, y->between, e) < 0)
		return -1;
	if (!y->reach && y->routes == 1) {
		if (buf_adds(y->out, cli_tr("the only way is: "), e) < 0)
			return -1;
	} else if (buf_addf(y->out, e, "%s: ", leave_route(route,
	    words)) < 0) {
		return -1;
	}
	for (i = 0; i < n; i++) {
		if (part[i].has != y->reach)
			continue;
		if (buf_addf(y->out, e, "%s%s", first ? "" : " + ",
		    cli_tr_filled(part[i].text, told)) < 0)
			return -1;
		first = false;
	}
	return 0;
}

int
leave_why(struct custody *c, const struct book_account *a, bool reach,
	const char *const *person, size_t n, const char *between,
	struct buf *out, struct err *e)
{
	struct why y = {out, reach, between, 0, 0};

	if (custody_explain(c, a, reach, person, n, on_count, &y, e) < 0)
		return -1;
	return custody_explain(c, a, reach, person, n, on_route, &y, e);
}

static int
on_json(void *arg, const char *route, bool has,
	const struct custody_view *part, size_t n, struct err *e)
{
	struct jsonw *w = arg;
	size_t i;

	(void)e;
	jsonw_object(w);
	jsonw_kstr(w, "route", route);
	jsonw_kbool(w, "has", has);
	jsonw_key(w, "parts");
	jsonw_array(w);
	for (i = 0; i < n; i++) {
		jsonw_object(w);
		jsonw_kstr(w, "part", custody_part_name(part[i].part));
		jsonw_kstr(w, "text", part[i].text);
		jsonw_kbool(w, "has", part[i].has);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
	jsonw_object_end(w);
	return 0;
}

static int
put_json(struct custody *c, const char *type, const struct book_account *a,
	const char *const *person, size_t n, struct err *e)
{
	struct buf line = BUF_INIT(TEXT_MAX);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", type);
	jsonw_khex(&w, "account", a->id, sizeof(a->id));
	jsonw_kstr(&w, "name", a->shown);
	jsonw_kstr(&w, "platform", a->value[EVENT_PLATFORM]);
	jsonw_kstr(&w, "shop", a->value[EVENT_SHOP]);
	jsonw_key(&w, "routes");
	jsonw_array(&w);
	rc = custody_explain(c, a, strcmp(type, "reach") == 0, person, n,
	    on_json, &w, e);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	if (rc == 0)
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

/* "  acme-qq-03            QQ            the only way is: …" */
static int
put_row(const struct leave *l, struct custody *c, const char *type,
	const struct book_account *a, const char *const *person, size_t n,
	struct err *e)
{
	struct buf why = BUF_INIT(TEXT_MAX);
	const bool reach = strcmp(type, "reach") == 0;
	const char *s;
	size_t len;
	int rc = 0;

	(void)fputs("  ", stdout);
	show_padded(a->shown, NAME_WIDTH);
	show_padded(leave_platform(l, a), PLATFORM_WIDTH);
	if (strcmp(type, "stale") != 0)
		rc = leave_why(c, a, reach, person, n, "\n", &why, e);
	for (s = buf_str(&why); *s; s += len + (s[len] == '\n')) {
		len = strcspn(s, "\n");
		if (s != buf_str(&why))
			(void)printf("\n%*s", NAME_WIDTH + PLATFORM_WIDTH + 2,
			    "");
		cli_put_shown(stdout, s, len);
	}
	(void)fputc('\n', stdout);
	buf_release(&why);
	return rc;
}

int
leave_list(const struct leave *l, bool json, struct custody *c,
	const char *type, const struct book_account *const *v, size_t n,
	const char *title, const char *const *person, size_t npersons,
	struct err *e)
{
	size_t i;

	if (!json)
		(void)printf("%s\n", title);
	for (i = 0; i < n; i++)
		if ((json ? put_json(c, type, v[i], person,
		    npersons, e) : put_row(l, c, type, v[i], person,
		    npersons, e)) < 0)
			return -1;
	return 0;
}

int
leave_names(char *text, const char *name[LEAVE_NAMES], struct err *e)
{
	int n = 0;
	size_t len;
	char *end;

	for (; *text; text = end) {
		text += strspn(text, " ");
		len = strcspn(text, ",");
		end = text + len + (text[len] == ',');
		text[len] = '\0';
		while (len > 0 && text[len - 1] == ' ')
			text[--len] = '\0';
		if (len == 0)
			continue;
		if (n == LEAVE_NAMES)
			return err_set(e, ERR_USAGE, "no more than %d people "
			    "at once", LEAVE_NAMES);
		name[n++] = text;
	}
	if (n == 0)
		return err_set(e, ERR_USAGE, "nobody is named");
	return n;
}
