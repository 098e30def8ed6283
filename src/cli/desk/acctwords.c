/* cli/desk/acctwords.c - accounts and their events in words. */
#include "cli/desk/acctwords.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/show.h"
#include "desk/dual.h"

#include "base/banned.h"

const char *
acctwords_state(const struct book_account *a)
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

bool
acctwords_fits(const struct acctwords_filter *f, const struct book_account *a)
{
	if (a->closed && !f->closed)
		return false;
	if (f->platform && !str_eq(f->platform, a->value[EVENT_PLATFORM]))
		return false;
	if (f->shop && !str_eq(f->shop, a->value[EVENT_SHOP]))
		return false;
	return !f->person || (a->value[EVENT_HOLDER] &&
	    people_same(f->person, a->value[EVENT_HOLDER]));
}

const char *
acctwords_who(const struct people *p, const struct account_event *v,
	char out[ACCTWORDS_WHO_LEN])
{
	const char *person = v->actor;

	if (!person && p)
		person = people_behind(p, v->device);
	if (person)
		(void)snprintf(out, ACCTWORDS_WHO_LEN, "%s @ %s", person,
		    v->device);
	else
		(void)snprintf(out, ACCTWORDS_WHO_LEN, "%s", v->device);
	return out;
}

int
acctwords_event(const struct account_event *v, struct buf *out, struct err *e)
{
	char when[SHOW_TIME_LEN];
	bool first = true;
	size_t f;

	if (buf_adds(out, cli_tr(event_kind_name(v->kind)), e) < 0)
		return -1;
	for (f = 0; f < EVENT_FIELDS; f++) {
		const char *s = v->value[f];

		if (!s || f == EVENT_OF)
			continue;
		if (f == EVENT_UNTIL)
			s = show_time(dual_until(v), when);
		if (buf_addf(out, e, "%s%s %s", first ? ": " : ", ",
		    cli_tr(event_field_name((enum event_field)f)),
		    s[0] ? s : "-") < 0)
			return -1;
		first = false;
	}
	return 0;
}

struct knowing {
	const struct people *people;
	struct buf *out;		/* a line each */
};

/* Who made it and who is named may be the same. */
static int
add_person(void *arg, const char *person, const struct account_event *told,
	struct err *e)
{
	struct knowing *n = arg;
	const char *s = buf_str(n->out);
	size_t len;

	if (!person)
		person = people_behind(n->people, told->device);
	if (!person)
		person = told->device;
	for (; *s; s += len + 1) {
		len = strcspn(s, "\n");
		if (len == strlen(person) && memcmp(s, person, len) == 0)
			return 0;
	}
	return buf_addf(n->out, e, "%s\n", person);
}

int
acctwords_known(const struct book *b, const struct people *p,
	const struct book_account *a, struct buf *out, struct err *e)
{
	struct knowing n = {p, out};

	return book_knows(b, a, false, add_person, &n, e);
}
