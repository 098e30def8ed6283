/*
 * cli/desk/cmd_shop_check.c - liudi-desk shop check: a shop as it is now, seen from
 * here, beside what its station captured last.
 *
 * A station could doctor what it captures, and its signature says only who sent it.
 * So this desk looks itself: the box says which pages, this process starts the
 * browser, and the box compares.  Nothing is kept but the report that was asked for.
 */
#include "cli/desk/deskcmds.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/reads.h"
#include "cli/desk/shoplook.h"
#include "cli/desk/shopwords.h"
#include "cli/desk/show.h"
#include "desk/shopday.h"
#include "desk/shops.h"
#include "shop/shopfolder.h"
#include "shop/tab.h"
#include "shop/visit.h"

#include "base/banned.h"

#define TITLE_LEN 256
#define UNKNOWN_LEN 1024
#define LIST_MAX (4u << 20)	/* of pages that shall be looked at */
#define DEADLINE_S 30
#define HEIGHT_MAX 30000
#define LANGUAGE "zh-CN"	/* as a station's, unless it says otherwise */
#define ZONE_LEN 24

struct work {
	const struct cli *c;
	const char *shop, *station;
	const char *file;		/* or NULL */
	/* below the catalogue's folder: DIR, what is captured, what shall be */
	char *dir, *seen, *list, *profile;
	/* in the box */
	struct box *b;
	struct shoplook look;
	struct shops_files *files;
	struct buf text;
	int64_t first;		/* of all captures: what its pages take for now */
	/* out of the list */
	struct visit_page page[SHOPS_PAGES_MAX];
	size_t n;
	int64_t page_clock;
	int32_t offset;
};

/* --- In the box: what the station has. */

static int
on_row(void *arg, const struct shops_row *r, struct err *e)
{
	struct work *k = arg;
	struct shop_page page;
	int rc = shoplook_is_other(&k->look, k->station,
	    r->last.station, e);

	/* What a person saved or exported cannot be looked at from here. */
	if (rc != 0 || strcmp(r->last.c.view, SHOPDAY_LIST) == 0 ||
	    shopday_is_manual(&r->last.c))
		return rc < 0 ? -1 : 0;
	if (!r->has_good)
		return shoplook_add(&k->look, 0, r->last.station, &r->last.c,
		    NULL, e);
	rc = shops_page(k->b->catalogue, r->good.c.record, &page, e);
	return rc < 0 ? -1 : shoplook_add(&k->look, 0, r->good.station,
	    &r->good.c, rc ? &page : NULL, e);
}

static int
on_capture(void *arg, const struct shops_capture *s, struct err *e)
{
	struct work *k = arg;

	if (shoplook_is_other(&k->look, k->station, s->station, e) == 0 &&
	    (k->first == 0 || s->c.ts < k->first))
		k->first = s->c.ts;
	return 0;
}

static int
load_station(struct work *k, struct err *e)
{
	if (!k->b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	if (shops_each(k->b->catalogue, k->shop, SHOPS_ANY_DAY, on_row, k,
	    e) < 0)
		return -1;
	if (k->look.n > 0)
		return shops_captures(k->b->catalogue, k->shop, SHOPS_ANY_DAY,
		    on_capture, k, e);
	(void)err_set(e, ERR_NOENT, "no station captured shop '%.64s'",
	    k->shop);
	return err_hint(e, "see which there are: liudi-desk shops");
}

/* A line of the list: it goes to a process that parses nothing else. */
static int
list_page(struct work *k, const struct shoplook_page *p, struct err *e)
{
	const char *url = p->side[0].c.url;

	if (!utf8_clean(p->page, strlen(p->page)) ||
	    !utf8_clean(url, strlen(url)) || strlen(url) > TAB_URL_MAX ||
	    (!str_starts(url, "http://") && !str_starts(url, "https://")))
		return 0;
	return buf_addf(&k->text, e, "%s\t%s\t%s\n", p->page,
	    strcmp(p->view, "mobile") == 0 ? "mobile" : "desktop", url);
}

static int
list_pages(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	int rc = -1;

	k->b = b;
	if (load_station(k, e) < 0 || buf_addf(&k->text, e, "%lld\t%d\n",
	    (long long)k->first, (int)k->look.v[0].side[0].c.offset) < 0)
		goto out;
	for (size_t i = 0; i < k->look.n; i++)
		if (list_page(k, &k->look.v[i], e) < 0)
			goto out;
	rc = file_save(k->list, k->text.data, k->text.len, 0600, e);
out:
	shoplook_release(&k->look);
	return rc < 0 ? -1 : (int)CLI_DONE;
}

/* --- Here: the browser. */

/* The next field of *AT, which ends in END; NULL: there is none. */
static char *
field(char **at, char end)
{
	char *s = *at, *to = strchr(s, end);

	if (!to)
		return NULL;
	*to = '\0';
	*at = to + 1;
	return s;
}

static int
read_list(struct work *k, struct err *e)
{
	char *at, *first, *offset;
	int64_t n;

	buf_clear(&k->text);
	if (file_load(k->list, &k->text, e) < 0)
		return -1;
	at = (char *)k->text.data;
	first = at ? field(&at, '\t') : NULL;
	offset = first ? field(&at, '\n') : NULL;
	if (!offset || str_to_i64(first, 0, INT64_MAX / 2, &k->page_clock) < 0 ||
	    str_to_i64(offset, -1440, 1440, &n) < 0)
		return err_set(e, ERR_FORMAT, "the list of pages makes no "
		    "sense");
	k->offset = (int32_t)n;
	while (*at && k->n < SHOPS_PAGES_MAX) {
		struct visit_page *p = &k->page[k->n];
		const char *view;

		p->page = field(&at, '\t');
		view = p->page ? field(&at, '\t') : NULL;
		p->url = view ? field(&at, '\n') : NULL;
		if (!p->url)
			break;
		p->mobile = strcmp(view, "mobile") == 0;
		k->n++;
	}
	return 0;
}

static void
on_page(void *arg, const struct visit_page *p, const struct visit_report *r)
{
	const struct work *k = arg;

	if (k->c->json || k->c->quiet)
		return;
	(void)fprintf(stderr, cli_tr("looked at %s: "),
	    shopwords_view(p->mobile ? "mobile" : "desktop"));
	cli_put_shown(stderr, p->url, strlen(p->url));
	(void)fprintf(stderr, "  %s\n", shopwords_state(r->state));
}

static int
look(struct work *k, const char *browser, struct err *e)
{
	char zone[ZONE_LEN], fonts[BROWSER_PRINT_LEN];
	const char *language = cli_value(k->c, "language");
	struct visit v = {.name = k->shop, .dir = k->seen, .browser = browser,
	    .profile = k->profile, .language = language ? language : LANGUAGE,
	    .freeze = "clock", .fonts = fonts, .by = "check",
	    .deadline = DEADLINE_S, .max_height = HEIGHT_MAX,
	    .now = clock_now_utc(), .page = k->page, .fn = on_page,
	    .arg = k};

	if (read_list(k, e) < 0 || file_mkdirs(k->seen, 0700, e) < 0)
		return -1;
	/* What is east of Greenwich is less than it in these names. */
	(void)snprintf(zone, sizeof(zone), "Etc/GMT%+d", -k->offset / 60);
	v.zone = k->offset % 60 == 0 ? zone : NULL;
	visit_fonts(fonts);
	v.offset = k->offset;
	v.page_clock = k->page_clock;
	v.n = k->n;
	return visit(&v, e);
}

/* --- In the box again: both. */

/* A file of what was seen, by its hash. */
static int
load_seen(struct work *k, const char *folder, const char *ending,
	const uint8_t sha256[static SHOP_HASH_LEN], struct buf *out,
	struct err *e)
{
	char hex[2 * SHOP_HASH_LEN + 1];
	char *path;
	int rc;

	str_hex(hex, sha256, SHOP_HASH_LEN);
	path = str_fmt("%s/%s/%s.%s", k->seen, folder, hex, ending);
	rc = path ? file_load(path, out, e) : err_nomem(e);
	free(path);
	return rc;
}

static int
on_seen(void *arg, const struct shop_capture *c, struct err *e)
{
	struct buf text = BUF_INIT(PAGE_MAX);
	struct work *k = arg;
	struct shop_page page;
	int rc = 0;

	memset(&page, 0, sizeof(page));
	if (c->has_record && (load_seen(k, "pages", "json", c->record, &text,
	    e) < 0 || page_read(&page, text.data, text.len, e) < 0)) {
		page_free(&page);
		rc = -1;
	}
	buf_release(&text);
	return rc < 0 ? -1 : shoplook_add(&k->look, 1, "", c,
	    c->has_record ? &page : NULL, e);
}

static int
on_month(const char *name, void *arg, struct err *e)
{
	struct buf text = BUF_INIT(SHOPFOLDER_LINES_MAX);
	struct work *k = arg;
	char *path;
	int rc = 0;

	if (!str_ends(name, ".jsonl"))
		return 0;
	path = str_fmt("%s/captures/%s", k->seen, name);
	rc = path ? file_load(path, &text, e) : err_nomem(e);
	if (rc == 0)
		rc = captures_read(text.data, text.len, on_seen, k, e);
	free(path);
	buf_release(&text);
	return rc;
}

static int
load_here(struct work *k, struct err *e)
{
	char *captures = path_join(k->seen, "captures");
	int rc = captures ? file_each(captures, on_month, k, e) :
	    err_nomem(e);

	free(captures);
	return rc;
}

static int
get_strip(void *arg, const struct shopreport_pair *p, int side,
	const struct shop_strip *s, struct buf *out, struct err *e)
{
	struct work *k = arg;

	return side ? load_seen(k, "strips", "webp", s->sha256, out, e) :
	    shops_part(k->files, p->side[0].who, k->shop, s->sha256, out, e);
}

static const char *
caution(void)
{
	return cli_tr("A page can also differ by the hour, by who is logged "
	    "in, and by the place from which it is looked at. That alone does "
	    "not say that anybody changed what the station captured: have it "
	    "captured once more, sync, and check again.");
}

/* What this desk does not know, so that it is not taken for a difference. */
static const char *
unknown(const struct work *k, char *out, size_t size)
{
	const char *language = cli_value(k->c, "language");

	(void)snprintf(out, size, cli_tr("Asked for from here in %.40s, not "
	    "logged in. In which language the station asks, and whether it is "
	    "logged in, is not known here."), language ? language : LANGUAGE);
	return out;
}

static int
put_report(struct work *k, const char *const names[2], struct err *e)
{
	struct buf out = BUF_INIT(SHOPREPORT_MAX);
	char title[TITLE_LEN], text[UNKNOWN_LEN];
	struct shopreport r = {.title = title,
	    .org = k->b->control.org,
	    .note = shoplook_changed(&k->look) ? caution() :
	    shoplook_differs(&k->look) ? unknown(k, text, sizeof(text)) : NULL,
	    .name = {names[0], names[1]}, .get = get_strip, .arg = k};
	int rc = -1;

	(void)snprintf(title, sizeof(title), cli_tr("Shop %s, checked from "
	    "this desk"), k->shop);
	k->files = shops_files_new(k->b, e);
	if (k->files && shoplook_html(&k->look, &r, &out, e) == 0)
		rc = file_save(k->file, out.data, out.len, 0600, e);
	shops_files_free(k->files);
	buf_release(&out);
	return rc;
}

static int
compare(struct box *b, void *arg, struct err *e)
{
	const char *const names[2] = {cli_tr("station"), cli_tr("this desk")};
	struct work *k = arg;
	char text[UNKNOWN_LEN];
	bool differs = false;
	int rc = -1;

	k->b = b;
	if (load_station(k, e) == 0 && load_here(k, e) == 0 &&
	    shoplook_compare(&k->look, true, e) == 0)
		rc = shoplook_put(&k->look, k->c, "shop-check", k->shop, names,
		    e);
	if (rc == 0 && k->file)
		rc = put_report(k, names, e);
	differs = shoplook_differs(&k->look);
	if (rc == 0 && differs && !k->c->json)
		(void)printf("\n%s\n", unknown(k, text, sizeof(text)));
	if (rc == 0 && shoplook_changed(&k->look) && !k->c->json)
		(void)printf("%s\n", caution());
	shoplook_release(&k->look);
	return rc < 0 ? -1 : differs ? (int)CLI_WARNINGS : (int)CLI_DONE;
}

/* --- All of it. */

static int
make_names(struct work *k, const struct deskhome *h, struct err *e)
{
	k->dir = path_join(h->index, "check");
	k->seen = k->dir ? path_join(k->dir, "shop") : NULL;
	k->list = k->dir ? path_join(k->dir, "pages") : NULL;
	k->profile = k->dir ? path_join(k->dir, "browser") : NULL;
	return k->seen && k->list && k->profile ? 0 : err_nomem(e);
}

/* One at a time; what a killed one left goes. */
static int
begin(struct work *k, const struct deskhome *h, int *lock, struct err *e)
{
	char *path = path_join(h->index, "check.lock");
	int rc = path ? file_lock(path, lock, e) : err_nomem(e);

	free(path);
	if (rc == 0 && file_is_dir(k->dir))
		rc = file_remove_tree(k->dir, e);
	return rc < 0 ? -1 : file_mkdirs(k->dir, 0700, e);
}

/* Before anybody types a passphrase.  BROWSER: its path. */
static int
prepare(const struct deskhome *h, struct buf *browser, struct err *e)
{
	int rc;

	if (geteuid() == 0) {
		(void)err_set(e, ERR_USAGE, "pages are not captured as root");
		return err_hint(e, "run liudi-desk as the person who works "
		    "here");
	}
	if (!file_exists(h->catalogue)) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	rc = browser_find(browser, e);
	if (rc <= 0)
		return rc;
	(void)err_set(e, ERR_NOENT, "no browser is installed");
	return err_hint(e, "install Debian's package "
	    "'chromium-headless-shell'");
}

static int
check(struct work *k, struct box *b, const char *browser, struct err *e)
{
	int rc = box_run(b, list_pages, k, e);

	if (rc == 0)
		rc = look(k, browser, e);
	return rc < 0 ? -1 : box_run(b, compare, k, e);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work *k = calloc(1, sizeof(*k));
	struct access_pass pass = {false};
	const struct access_ask ask = {"open", NULL, "shops", ACCESS_NO_DAY,
	    ACCESS_NO_DAY, NULL};
	struct buf browser = BUF_INIT(4096);
	struct err ignored = ERR_INIT;
	struct opener *op = NULL;
	char *file = NULL, *dir = NULL;
	struct box b = {0};
	struct deskhome h;
	int rc = -1, lock = -1;

	if (!k) {
		(void)err_nomem(e);
		return CLI_FAILED;
	}
	if (deskhome_names(&h, c->home, e) < 0) {
		free(k);
		return CLI_FAILED;
	}
	k->c = c;
	k->shop = c->args[0];
	k->station = cli_value(c, "station");
	buf_init(&k->text, LIST_MAX);
	if (prepare(&h, &browser, e) < 0 || make_names(k, &h, e) < 0)
		goto out;
	if (cli_has(c, "output")) {
		k->file = file = path_expand(cli_value(c, "output"), NULL, e);
		dir = file ? path_dir(file) : NULL;
		if (!dir)
			goto out;
	}
	op = show_opener(c, &h, e);
	if (!op || reads_note(c, op, &ask, &pass, NULL, e) < 0 ||
	    begin(k, &h, &lock, e) < 0)
		goto out;
	b.home = &h;
	b.opener = op;
	b.pass = &pass;
	b.mirrors = true;
	b.rw = dir;
	rc = check(k, &b, buf_str(&browser), e);
out:
	if (lock >= 0) {
		(void)file_remove_tree(k->dir, &ignored);
		(void)close(lock);
	}
	opener_free(op);
	buf_release(&browser);
	buf_release(&k->text);
	free(k->dir);
	free(k->seen);
	free(k->list);
	free(k->profile);
	free(k);
	free(file);
	free(dir);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"output", 'o', "FILE", "write both as a page for a browser"},
	{"station", 0, "ID", "of that station, where several capture the shop"},
	{"language", 0, "LANG", "ask for pages in that language; else zh-CN"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shop_check = {
	.name = "shop check",
	.operands = "NAME",
	.help = "look at a shop from here, and compare with its station's",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
