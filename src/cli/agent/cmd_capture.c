/* cli/agent/cmd_capture.c - liudi shop: list, capture, login. */

#include <stdlib.h>
#include <string.h>

#include "agent/shopkeep.h"
#include "agent/station.h"
#include "base/buf.h"
#include "base/clock.h"
#include "cli/agent/commands.h"
#include "cli/agent/tell.h"
#include "shop/browser.h"
#include "shop/inbox.h"
#include "shop/shopfolder.h"
#include "base/banned.h"

struct told {
	const struct cli *c;
	bool wanting;		/* a page that does not show */
	bool refused;		/* a person would see it */
};

static void
on_page(void *arg, const struct shopkeep_page *p)
{
	struct told *t = arg;

	t->wanting |= !p->page || !shop_state_shows(p->state);
	t->refused |= p->state == SHOP_BLOCKED ||
	    p->state == SHOP_LOGIN_NEEDED;
	tell_page(t->c, p);
}

/* Nothing is captured from a station whose person did not agree to it. */
static int
open_agreed(struct cli *c, struct station *s, struct err *e)
{
	bool offline;

	if (station_open(s, c->home, e) != 0 || station_lock(s, e) != 0 ||
	    station_control(s, &offline, e) != 0)
		return -1;
	if (s->blocked[0] == '\0')
		return 0;
	(void)err_set(e, ERR_USAGE, "the notice is not agreed to");
	return err_hint(e, "read it and agree to it: liudi agree");
}

static enum cli_exit
run_capture(struct cli *c, struct err *e)
{
	struct told t = {c, false, false};
	struct station s;
	enum cli_exit rc = CLI_FAILED;
	int done;

	memset(&s, 0, sizeof(s));
	if (open_agreed(c, &s, e) == 0) {
		const struct shopkeep_job j = {.cfg = &s.cfg,
		    .state = s.path.state,
		    .name = c->nargs > 0 ? c->args[0] : NULL, .fn = on_page,
		    .arg = &t};

		if (s.cfg.nshops == 0 && !c->quiet)
			cli_warn(c, cli_tr("'%s' names no shop: write a "
			    "section [shop NAME]"), s.path.ini);
		done = shopkeep_capture(&j, e);
		if (done == 1)
			cli_hint(c, "install Debian's package "
			    "'chromium-headless-shell'");
		if (t.refused)
			cli_hint(c, "a page that shows itself to persons only: "
			    "save it in a browser, into the inbox that 'liudi "
			    "shop list' names");
		if (done >= 0)
			rc = done == 1 || t.wanting ? CLI_WARNINGS : CLI_DONE;
	}
	station_close(&s);
	return rc;
}

const struct cli_command cmd_shop_capture = {
	.name = "shop capture",
	.operands = "[NAME]",
	.help = "capture the pages of shops now",
	.max_args = 1,
	.run = run_capture,
};

/* When PAGE was looked at last, and how that went. */
static int
put_page(struct shopfolder *f, const struct config_page *p, const char *view,
	struct err *e)
{
	struct shopfolder_last last;
	char when[CLOCK_TEXT_LEN];
	int found = shopfolder_last(f, p->name, view, NULL, clock_now_utc(),
	    &last, e);

	if (found < 0)
		return -1;
	(void)printf("  %-12s %-8s ", p->name, cli_tr(view));
	if (found == 0)
		(void)printf("%s\n", cli_tr("not captured yet"));
	else
		(void)printf("%s  %s\n", clock_text_local(last.ts, when),
		    cli_tr(shop_state_name(last.state)));
	return 0;
}

static int
put_shop(const struct station *s, const struct config_shop *shop,
	struct err *e)
{
	struct buf dir = BUF_INIT(8192);
	struct shopfolder *f = NULL;
	int rc = buf_addf(&dir, e, "%s/shops/%s", s->path.state, shop->name);

	if (rc == 0)
		f = shopfolder_open(buf_str(&dir), e);
	if (f == NULL)
		rc = -1;
	if (rc == 0)
		(void)printf("%s  %s\n  %-12s %s/%s\n", shop->name,
		    buf_str(&dir), cli_tr("inbox"), buf_str(&dir), INBOX_NAME);
	for (size_t i = 0; rc == 0 && i < shop->npages; i++) {
		if (shop->view != CONFIG_MOBILE)
			rc = put_page(f, &shop->page[i], "desktop", e);
		if (rc == 0 && shop->view != CONFIG_DESKTOP)
			rc = put_page(f, &shop->page[i], "mobile", e);
	}
	shopfolder_close(f);
	buf_release(&dir);
	return rc;
}

static enum cli_exit
run_list(struct cli *c, struct err *e)
{
	struct buf browser = BUF_INIT(4096);
	struct station s;
	int rc = -1;

	memset(&s, 0, sizeof(s));
	if (station_open(&s, c->home, e) == 0)
		rc = browser_find(&browser, e);
	if (rc >= 0) {
		if (rc == 1)
			(void)printf("%s\n", cli_tr("browser: none is "
			    "installed; pages are not captured"));
		else
			(void)printf(cli_tr("browser: %s\n"),
			    buf_str(&browser));
		rc = 0;
	}
	for (size_t i = 0; rc == 0 && i < s.cfg.nshops; i++)
		rc = put_shop(&s, &s.cfg.shop[i], e);
	buf_release(&browser);
	station_close(&s);
	return rc == 0 ? CLI_DONE : CLI_FAILED;
}

const struct cli_command cmd_shop_list = {
	.name = "shop list",
	.operands = "",
	.help = "show which pages are captured here, and when they were",
	.run = run_list,
};

static enum cli_exit
run_login(struct cli *c, struct err *e)
{
	struct station s;
	int rc = -1;

	memset(&s, 0, sizeof(s));
	if (station_open(&s, c->home, e) == 0) {
		const struct shopkeep_job j = {.cfg = &s.cfg,
		    .state = s.path.state, .name = c->args[0]};

		if (!c->quiet)
			(void)printf("%s\n", cli_tr("Log in, and close the "
			    "window. What it remembers stays on this machine "
			    "and is not kept on file."));
		rc = shopkeep_login(&j, e);
	}
	station_close(&s);
	return rc == 0 ? CLI_DONE : CLI_FAILED;
}

const struct cli_command cmd_shop_login = {
	.name = "shop login",
	.operands = "NAME",
	.help = "open a window to log in to a shop once",
	.min_args = 1,
	.max_args = 1,
	.run = run_login,
};
