/* cli/agent/tell.c - what a person should know of exports and shops. */

#include "cli/agent/tell.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/banned.h"

/*
 * How the export is made, where it goes being %s.  Menus have the names that
 * the clients give them; where a client has no export, what to do instead.
 */
static void
how_to(const struct cli *c, enum config_platform p, const char *folder)
{
	switch (p) {
	case CONFIG_QQ:
		cli_hint(c, "QQ (up to 9.7): open the message manager, choose "
		    "export for all messages, file type txt or mht (not bak), "
		    "and save it in %s", folder);
		break;
	case CONFIG_QQ_NT:
		cli_hint(c, "QQ NT has no export of its own: use the exporter "
		    "that your manager names (qq-chat-exporter: JSON), and "
		    "save what it makes in %s", folder);
		break;
	case CONFIG_WANGWANG:
		cli_hint(c, "WangWang, QianNiu: in the message manager "
		    "right-click a customer, choose to export the messages "
		    "and a period; where your version cannot, copy the "
		    "conversation into a text file; save it in %s", folder);
		break;
	case CONFIG_WECHAT:
		cli_hint(c, "WeChat has no export to files that others can "
		    "read: use the exporter that your manager names (CSV, TXT "
		    "or JSON), or WeCom's archive, and save what it makes in "
		    "%s", folder);
		break;
	case CONFIG_WHATSAPP:
		cli_hint(c, "WhatsApp, on the phone: open the chat, its menu "
		    "(iPhone: tap its name), More, Export chat; send the file "
		    "to this computer and save it in %s", folder);
		break;
	case CONFIG_TELEGRAM:
		cli_hint(c, "Telegram on this computer: open the chat, its "
		    "menu, Export chat history, format JSON, and save it in "
		    "%s", folder);
		break;
	case CONFIG_NO_PLATFORM:
		break;
	}
}

static void
tell_empty(const struct cli *c, const struct config_source *cfg,
	const struct exports *x)
{
	if (x->empty == 1)
		cli_warn(c, "%s: '%s' is empty: make this export again",
		    cfg->name, x->empty_name);
	else if (x->empty > 1)
		cli_warn(c, "%s: %lld exports are empty, '%s' is one: make "
		    "them again", cfg->name, (long long)x->empty,
		    x->empty_name);
}

void
tell_exports(const struct cli *c, const struct config_source *cfg,
	const struct exports *x)
{
	char when[CLOCK_TEXT_LEN];

	tell_empty(c, cfg, x);
	if (x->unreadable && x->opaque != 0)
		cli_warn(c, "%s: kept, but nobody can read it without its own "
		    "client: %s", cfg->name, cli_tr(x->opaque_is.what));
	else if (x->unreadable)
		cli_warn(c, "%s: there is no export yet that can be read",
		    cfg->name);
	else if (x->overdue && !c->quiet)
		cli_warn(c, "%s: the newest export that can be read is of "
		    "%s: time for a new one", cfg->name,
		    clock_text_local(x->readable, when));
	if (x->unreadable || x->overdue || x->empty > 0)
		how_to(c, cfg->platform, cfg->path);
}

static void
put_utc(struct jsonw *w, const char *key, int64_t utc)
{
	if (utc != 0)
		jsonw_kint(w, key, utc);
	else
		jsonw_knull(w, key);
}

void
tell_exports_json(struct jsonw *w, const struct config_source *cfg,
	const struct exports *x)
{
	jsonw_kstr(w, "platform", cfg->platform != CONFIG_NO_PLATFORM ?
	    config_platform_name(cfg->platform) : NULL);
	put_utc(w, "newest", x->newest);
	jsonw_kstr(w, "kind", x->newest != 0 ?
	    sniff_kind_name(x->newest_is.kind) : NULL);
	jsonw_kstr(w, "what", x->newest_is.what[0] != '\0' ?
	    x->newest_is.what : NULL);
	jsonw_kbool(w, "readable", x->readable != 0 &&
	    x->readable == x->newest);
	put_utc(w, "readable_until", x->readable);
	jsonw_kint(w, "empty", x->empty);
	jsonw_kbool(w, "overdue", x->overdue);
	jsonw_kbool(w, "unreadable", x->unreadable);
}

/* --- Pages of shops. */

static void
tell_page_json(const struct shopkeep_page *p)
{
	struct buf b = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct jsonw w;

	jsonw_init(&w, &b, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", p->page ? "page" : "left");
	jsonw_kstr(&w, "shop", p->shop->name);
	if (p->page) {
		jsonw_kstr(&w, "page", p->page->name);
		jsonw_kstr(&w, "view", p->view);
		jsonw_kstr(&w, "url", p->page->url);
		jsonw_kstr(&w, "state", shop_state_name(p->state));
	}
	if (p->file)
		jsonw_kstr(&w, "file", p->file);
	jsonw_kstr(&w, "reason", p->reason[0] != '\0' ? p->reason : NULL);
	if (p->page) {
		jsonw_kbool(&w, "new", p->is_new);
		jsonw_kint(&w, "bytes", (int64_t)p->bytes);
		jsonw_kint(&w, "ms", p->ms);
	}
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		(void)printf("%s\n", buf_str(&b));
	buf_release(&b);
}

void
tell_page(const struct cli *c, const struct shopkeep_page *p)
{
	char text[CLI_FILLED_LEN], size[CLI_SIZE_LEN];
	const char *why = cli_tr_filled(p->reason, text);

	if (c->json) {
		tell_page_json(p);
		return;
	}
	if (c->quiet && p->page && p->state == SHOP_OK)
		return;
	if (p->page) {
		(void)printf("%-12s %-10s %-8s %s", p->shop->name,
		    p->page->name, cli_tr(p->view),
		    cli_tr(shop_state_name(p->state)));
	} else {
		(void)printf("%-12s inbox/", p->shop->name);
		cli_put_shown(stdout, p->file, strlen(p->file));
		(void)printf(" %s", cli_tr("is left there"));
	}
	if (p->page && p->file)
		(void)fputs(cli_tr(", saved by a person"), stdout);
	if (p->reason[0] != '\0') {
		(void)fputs(" (", stdout);
		cli_put_shown(stdout, why, strlen(why));
		(void)fputc(')', stdout);
	}
	if (p->is_new)
		(void)printf(cli_tr("; another page than before, %s"),
		    cli_size(p->bytes, size));
	(void)fputc('\n', stdout);
	(void)fflush(stdout);
}
