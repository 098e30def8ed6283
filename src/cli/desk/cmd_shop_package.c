/*
 * cli/desk/cmd_shop_package.c - liudi-desk shop package: all that a shop is built
 * of, in a folder that opens without a network.
 */
#include "cli/desk/acct.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "cli/desk/leave.h"
#include "cli/desk/show.h"
#include "desk/custody.h"
#include "desk/shoppack.h"
#include "desk/shops.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define TEXT_MAX ((size_t)16 << 20)
#define VIEW_LEN 300

struct package {
	struct shoppack_job job;
	const char *book;	/* what accounts call the shop */
};

static const char readme[] =
    "A shop to take along\n"
    "====================\n"
    "\n"
    "index.html      the pages as they were; open it in any browser.\n"
    "                Nothing is fetched, no script runs.\n"
    "pages/          each page with all it was made of\n"
    "pictures/goods  pictures of goods, by the goods' number\n"
    "pictures/banners, pictures/other, pictures/pages (pages as seen)\n"
    "products.csv    goods, titles, prices as pages and lists said\n"
    "design/         the design folder (source design-NAME), if there is one\n"
    "products/       lists of goods (source products-NAME), if there are any\n"
    "accounts.txt    accounts of the shop, who holds them, and the ways back\n"
    "                into them. Passwords are not in it:\n"
    "                liudi-desk account reveal NAME\n"
    "\n"
    "To build the shop anew: get into the account (accounts.txt), upload the\n"
    "pictures by what they are for, enter goods by products.csv or the lists.\n"
    "\n"
    "可带走的店铺\n"
    "============\n"
    "\n"
    "index.html      网页当时的样子；用任何浏览器打开。\n"
    "                不联网，不运行脚本。\n"
    "pages/          每个网页及其全部组成部分\n"
    "pictures/goods  商品图片，按商品编号\n"
    "pictures/banners, pictures/other, pictures/pages（网页所见）\n"
    "products.csv    网页和清单上的商品、标题、价格\n"
    "design/         设计文件夹（来源 design-名称），如有\n"
    "products/       商品清单（来源 products-名称），如有\n"
    "accounts.txt    店铺的账号、由谁保管、如何找回。\n"
    "                其中没有密码：liudi-desk account reveal 名称\n"
    "\n"
    "重建店铺：先进入账号（accounts.txt），按用途上传图片，\n"
    "按 products.csv 或清单录入商品。\n";

/* --- Accounts: what is known, and the ways in. */

static int
add_shown(struct buf *out, const char *label, const char *text,
	struct err *e)
{
	return buf_addf(out, e, "  %s: ", label) < 0 ||
	    utf8_add_shown(out, text, strlen(text), e) < 0 ? -1 :
	    buf_addc(out, '\n', e);
}

static int
on_way(void *arg, const char *route, bool has,
	const struct custody_view *part, size_t n, struct err *e)
{
	char told[CLI_FILLED_LEN];
	struct buf *out = arg;

	if (buf_addf(out, e, "  %s %s: ", has ? "[x]" : "[ ]", route) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *s = cli_tr_filled(part[i].text, told);

		if (buf_addf(out, e, "%s%s", i ? " + " : "", part[i].has ? "" :
		    "! ") < 0 || utf8_add_shown(out, s, strlen(s), e) < 0)
			return -1;
	}
	return buf_addc(out, '\n', e);
}

static int
add_account(struct custody *c, const struct book_account *a, struct buf *out,
	struct err *e)
{
	if (utf8_add_shown(out, a->shown, strlen(a->shown), e) < 0 ||
	    buf_addc(out, '\n', e) < 0)
		return -1;
	for (size_t f = 0; f <= EVENT_REMARK; f++)
		if (a->value[f] && *a->value[f] && add_shown(out,
		    event_field_name((enum event_field)f), a->value[f], e) < 0)
			return -1;
	if (buf_addf(out, e, "%s\n", cli_tr("  ways in ([x]: the company has "
	    "all of it; !: it has not)")) < 0 ||
	    custody_explain(c, a, false, NULL, 0, on_way, out, e) < 0)
		return -1;
	return buf_addc(out, '\n', e);
}

static int
put_accounts(struct acct *k, const struct package *p, int64_t *count,
	struct err *e)
{
	struct buf out = BUF_INIT(TEXT_MAX);
	const struct book_account *a;
	struct custody *c = NULL;
	struct leave l;
	char *path = path_join(p->job.to, "accounts.txt");
	int rc = -1;
	size_t n;

	if (leave_open(&l, k->b, k->people, &k->policy, e) == 0 && path)
		c = custody_new(k->book, k->people, l.platforms,
		    clock_now_utc(), e);
	if (!c)
		goto out;
	a = book_accounts(k->book, &n);
	for (size_t i = 0; i < n; i++) {
		const char *shop = a[i].value[EVENT_SHOP];

		if (a[i].closed || !shop || !people_same(shop, p->book))
			continue;
		if (add_account(c, &a[i], &out, e) < 0)
			goto out;
		++*count;
	}
	if (*count == 0 && buf_addf(&out, e, cli_tr("no account is said to be "
	    "of the shop '%s'\n"), p->book) < 0)
		goto out;
	rc = file_save(path, out.data, out.len, 0600, e);
out:
	free(path);
	custody_free(c);
	leave_release(&l);
	buf_release(&out);
	return rc;
}

static int
package(struct acct *k, void *arg, struct err *e)
{
	const struct package *p = arg;
	char n1[CLI_COUNT_LEN], n2[CLI_COUNT_LEN], n3[CLI_COUNT_LEN];
	struct shoppack_report r;
	int64_t accounts = 0;
	char *path = path_join(p->job.to, "README.txt");
	int rc = path ? 0 : err_nomem(e);

	if (rc == 0)
		rc = shoppack(k->b, &p->job, &r, e);
	if (rc == 0)
		rc = put_accounts(k, p, &accounts, e);
	if (rc == 0)
		rc = file_save(path, readme, sizeof(readme) - 1, 0600, e);
	free(path);
	if (rc < 0)
		return -1;
	if (!k->c->quiet)
		(void)printf(cli_tr("%s, %s, %s; %lld goods, %lld files of "
		    "design, %lld of lists\n"),
		    cli_count(r.pages, "%lld page", "%lld pages", n1),
		    cli_count(r.pictures, "%lld picture", "%lld pictures", n2),
		    cli_count(accounts, "%lld account", "%lld accounts", n3),
		    (long long)r.items, (long long)r.design,
		    (long long)r.lists);
	if (r.missing > 0)
		cli_warn(k->c, "%lld parts could not be had", (long long)
		    r.missing);
	return r.missing > 0 ? (int)CLI_WARNINGS : (int)CLI_DONE;
}

/* The folder, made; one that holds something is not written into. */
static int
on_any(const char *name, void *arg, struct err *e)
{
	(void)name;
	(void)e;
	*(bool *)arg = true;
	return 0;
}

static char *
empty_folder(const char *to, struct err *e)
{
	char *dir = path_expand(to, NULL, e);
	bool any = false;

	if (!dir)
		return NULL;
	if (file_mkdirs(dir, 0700, e) == 0 &&
	    file_each(dir, on_any, &any, e) == 0) {
		if (!any && access(dir, W_OK | X_OK) == 0)
			return dir;
		if (any) {
			(void)err_set(e, ERR_USAGE, "'%s' is not empty", to);
			(void)err_hint(e, "name a folder that is new");
		} else {
			(void)err_sys(e, errno, "cannot write to '%s'", dir);
		}
	}
	free(dir);
	return NULL;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct package p = {.job = {.shop = c->args[0],
	    .day = SHOPS_ANY_DAY}, .book = c->args[0]};
	char *dir = NULL, view[VIEW_LEN];
	struct acct k;
	int rc = -1;

	if (!cli_has(c, "to")) {
		(void)err_set(e, ERR_USAGE, "--to is missing");
		(void)err_hint(e, "name a folder");
		return CLI_FAILED;
	}
	if (cli_has(c, "day") && worktime_day_parse(cli_value(c, "day"),
	    &p.job.day) < 0) {
		(void)err_set(e, ERR_USAGE, "'%.60s' is no day",
		    cli_value(c, "day"));
		(void)err_hint(e, "write it as 2026-11-23");
		return CLI_FAILED;
	}
	if (cli_has(c, "book"))
		p.book = cli_value(c, "book");
	dir = empty_folder(cli_value(c, "to"), e);
	if (!dir)
		return CLI_FAILED;
	p.job.to = dir;
	(void)snprintf(view, sizeof(view), "shop-%.200s", c->args[0]);
	if (acct_open(&k, c, NULL, e) == 0) {
		k.rw = dir;
		k.records = true;
		if (acct_note(&k, "restore", view, e) == 0)
			rc = acct_run(&k, package, &p, e);
	}
	acct_release(&k);
	free(dir);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"to", 'o', "FOLDER", "a folder that is new, or empty"},
	{"day", 0, "DATE", "as it was on that day, not now"},
	{"book", 0, "NAME", "what accounts call the shop, if it is another "
	    "name"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shop_package = {
	.name = "shop package",
	.operands = "NAME",
	.help = "write a shop into a folder to build it anew from",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
