/* desk/nameaudit.c - names of accounts that are not as they should be. */
#include "desk/nameaudit.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

/* A name that an account has, or had. */
struct held {
	char *key;		/* folded; of logins the platform before it */
	const char *name;
	const struct book_account *a;
	bool login;
};

struct audit {
	const struct platforms *platforms;
	const struct naming *naming;
	nameaudit_fn fn;
	void *arg;
	struct held *held;
	size_t n, cap;
	struct buf text;
};

const char *
nameaudit_name(enum nameaudit_what w)
{
	static const char *const name[] = {"platform", "name", "login",
		"same-name", "alike", "same-login"};

	return name[w];
}

static const struct platform *
platform_of(const struct audit *k, const struct book_account *a)
{
	return a->value[EVENT_PLATFORM] ? platforms_find(k->platforms,
	    a->value[EVENT_PLATFORM]) : NULL;
}

static int
hold(struct audit *k, const struct book_account *a, const char *name,
	bool login, struct err *e)
{
	struct buf key = BUF_INIT(65536);
	struct held *grown;
	char *plain;
	size_t i;
	int rc = -1;

	if (!name || !*name)
		return 0;
	if (k->n == k->cap) {
		grown = realloc(k->held, (k->cap * 2 + 64) * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		k->held = grown;
		k->cap = k->cap * 2 + 64;
	}
	/* The book puts "~station" behind an alias that another has as name. */
	plain = str_ndup(name, login ? strlen(name) : strcspn(name, "~"));
	if (!plain)
		return err_nomem(e);
	/* A platform tells "li.1" from "li1": only letters are made alike. */
	if (buf_addf(&key, e, "%c%s ", login ? 'l' : 'n', login &&
	    a->value[EVENT_PLATFORM] ? a->value[EVENT_PLATFORM] : "") == 0 &&
	    (login ? buf_adds(&key, plain, e) :
	    naming_fold(plain, &key, e)) == 0) {
		for (i = 0; login && i < key.len; i++)
			if (key.data[i] >= 'A' && key.data[i] <= 'Z')
				key.data[i] |= 0x20;
		k->held[k->n] = (struct held){(char *)buf_take(&key, &i),
		    name, a, login};
		k->n++;
		rc = 0;
	}
	buf_release(&key);
	free(plain);
	return rc;
}

/* One account by itself. */
static int
look(struct audit *k, const struct book_account *a, struct err *e)
{
	const struct platform *p = platform_of(k, a);
	struct nameaudit_item i = {.account = a, .text = "", .change = "free"};
	int rc;

	if (!p) {
		i.what = NAMEAUDIT_PLATFORM;
		i.name = a->value[EVENT_PLATFORM] ? a->value[EVENT_PLATFORM] :
		    "";
		rc = k->fn(k->arg, &i, e);
		if (rc != 0)
			return rc;
	}
	i.name = a->value[EVENT_NAME] ? a->value[EVENT_NAME] : a->shown;
	rc = naming_check(k->naming, p, i.name, &k->text, e);
	if (rc == 1) {
		i.what = NAMEAUDIT_RECORD;
		i.text = buf_str(&k->text);
		rc = k->fn(k->arg, &i, e);
	}
	i.name = a->value[EVENT_LOGIN];
	if (rc != 0 || !p || !i.name)
		return rc;
	rc = platform_check(p, i.name, &k->text, e);
	if (rc == 1) {
		i.what = NAMEAUDIT_LOGIN;
		i.text = buf_str(&k->text);
		i.change = p->rename;
		i.found = p->found;
		rc = k->fn(k->arg, &i, e);
	}
	return rc;
}

static int
compare_held(const void *a, const void *b)
{
	const struct held *x = a, *y = b;
	const int way = strcmp(x->key, y->key);

	/* The accounts of a book are an array in its order. */
	return way ? way : x->a < y->a ? -1 : x->a > y->a;
}

/* Two accounts that hold what is alike. */
static int
pair(struct audit *k, const struct held *x, const struct held *y,
	struct err *e)
{
	const struct platform *p = platform_of(k, y->a);
	const struct nameaudit_item i = {
	    .what = x->login ? NAMEAUDIT_SAME_LOGIN : strcmp(x->name,
	    y->name) == 0 ? NAMEAUDIT_SAME_NAME : NAMEAUDIT_ALIKE,
	    .account = y->a, .other = x->a, .name = y->name, .its = x->name,
	    .text = "", .change = !x->login ? "free" : p ? p->rename : NULL,
	    .found = p && p->found};

	return x->a->closed && y->a->closed ? 0 : k->fn(k->arg, &i, e);
}

static int
pairs(struct audit *k, struct err *e)
{
	const struct book_account *told = NULL;
	size_t i, first = 0;
	int rc = 0;

	if (k->n > 0)
		qsort(k->held, k->n, sizeof(*k->held), compare_held);
	/* Each against the first that has it, and once. */
	for (i = 1; rc == 0 && i < k->n; i++) {
		if (strcmp(k->held[i].key, k->held[first].key) != 0) {
			first = i;
			told = NULL;
		} else if (k->held[i].a != k->held[first].a &&
		    k->held[i].a != told) {
			told = k->held[i].a;
			rc = pair(k, &k->held[first], &k->held[i], e);
		}
	}
	return rc;
}

int
nameaudit_each(const struct book *b, const struct platforms *p,
	const struct naming *n, nameaudit_fn fn, void *arg, struct err *e)
{
	struct audit k = {.platforms = p, .naming = n, .fn = fn, .arg = arg,
	    .text = BUF_INIT(65536)};
	const struct book_account *a;
	size_t i, j, all;
	int rc = 0;

	a = book_accounts(b, &all);
	for (i = 0; rc == 0 && i < all; i++) {
		if (!a[i].closed)
			rc = look(&k, &a[i], e);
		if (rc == 0)
			rc = hold(&k, &a[i], a[i].value[EVENT_NAME], false, e);
		if (rc == 0)
			rc = hold(&k, &a[i], a[i].value[EVENT_LOGIN], true, e);
		for (j = 0; rc == 0 && j < a[i].naliases; j++)
			rc = hold(&k, &a[i], a[i].alias[j], false, e);
	}
	if (rc == 0)
		rc = pairs(&k, e);
	for (i = 0; i < k.n; i++)
		free(k.held[i].key);
	free(k.held);
	buf_release(&k.text);
	return rc;
}
