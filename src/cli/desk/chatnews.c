/* cli/desk/chatnews.c - what a sync tells of chats. */
#include "cli/desk/chatnews.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/desk/show.h"

#include "base/banned.h"

#define TOLD_MAX 5		/* files, to people */
#define LINES_MAX (64u << 20)

void
chatnews_init(struct chatnews *n, const struct cli *c,
	struct progress *progress)
{
	*n = (struct chatnews){.c = c, .progress = progress,
	    .lines = BUF_INIT(LINES_MAX)};
}

void
chatnews_release(struct chatnews *n)
{
	buf_release(&n->lines);
}

static int
add_json(struct buf *out, const struct gather_file *f, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "unread");
	jsonw_kstr(&w, "station", f->station);
	jsonw_kstr(&w, "source", f->source);
	jsonw_kstr(&w, "path", f->path);
	jsonw_kstr(&w, "error", f->error);
	jsonw_kbool(&w, "later", f->later);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : buf_addc(out, '\n', e);
}

static int
add_text(struct buf *out, const struct gather_file *f, struct err *e)
{
	char filled[CLI_FILLED_LEN];
	const char *why = cli_tr_filled(f->error, filled);

	/* What foreign bytes are in an error is made harmless here. */
	if (buf_addf(out, e, cli_tr("%s: cannot be read as a chat: "),
	    f->station) < 0 ||
	    buf_addf(out, e, "%s/%s: ", f->source, f->path) < 0 ||
	    utf8_add_shown(out, why, strlen(why), e) < 0)
		return -1;
	return buf_addc(out, '\n', e);
}

static void
on_file(void *arg, const struct gather_file *f)
{
	struct chatnews *n = arg;
	const size_t before = n->lines.len;
	struct err ignored = ERR_INIT;
	int rc = 0;

	progress_file(n->progress);
	if (!f->error)
		return;
	if (n->c->json)
		rc = add_json(&n->lines, f, &ignored);
	else if (!f->again && n->told++ < TOLD_MAX)
		rc = add_text(&n->lines, f, &ignored);
	/* Half a line is worse than none: the catalogue has them all. */
	if (rc < 0)
		n->lines.len = before;
}

static void
on_outdated(void *arg, const char *format)
{
	const struct chatnews *n = arg;

	cli_hint(n->c, "exports of %s are understood better now; to read all "
	    "anew: liudi-desk sync --rebuild", format);
}

int
chatnews_gather(struct chatnews *n, struct box *b, struct err *e)
{
	int rc;

	if (gather_outdated(b, on_outdated, n, e) < 0)
		return -1;
	rc = gather_run(b, b->importer, &n->report, on_file, n, e);
	progress_clear(n->progress);
	return rc;
}

static int
print_json(struct chatnews *n, struct err *e)
{
	const struct gather_report *r = &n->report;
	struct buf line = BUF_INIT(4096);
	struct jsonw w;
	int rc;

	(void)fputs(buf_str(&n->lines), stdout);
	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "messages");
	jsonw_kint(&w, "files", r->files);
	jsonw_kint(&w, "unread", r->unread);
	jsonw_kint(&w, "later", r->later);
	jsonw_kint(&w, "messages", r->messages);
	jsonw_kint(&w, "changed", r->changed);
	jsonw_kint(&w, "recalled", r->recalled);
	jsonw_kint(&w, "vanished", r->vanished);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

/* "2 messages vanished, 1 was recalled; look: …", of those that are. */
static void
print_lost(const struct gather_report *r)
{
	char count[CLI_COUNT_LEN];
	const char *sep = "";

	if (r->vanished > 0) {
		(void)fputs(cli_count(r->vanished, "%lld message vanished",
		    "%lld messages vanished", count), stdout);
		sep = cli_tr(", ");
	}
	if (r->recalled > 0) {
		(void)printf("%s%s", sep, cli_count(r->recalled,
		    "%lld recalled", "%lld recalled", count));
		sep = cli_tr(", ");
	}
	if (r->changed > 0) {
		(void)printf("%s%s", sep, cli_count(r->changed,
		    "%lld edited", "%lld edited", count));
		sep = cli_tr(", ");
	}
	if (sep[0] != '\0')
		(void)printf(cli_tr("; look: liudi-desk digest\n"));
}

static void
print_text(struct chatnews *n)
{
	const struct gather_report *r = &n->report;
	char files[CLI_COUNT_LEN], messages[CLI_COUNT_LEN];

	if (r->files > 0 && !n->c->quiet)
		(void)printf(cli_tr("%s read, %s\n"), cli_count(r->files,
		    "%lld chat file", "%lld chat files", files),
		    cli_count(r->messages, "%lld new message",
		    "%lld new messages", messages));
	print_lost(r);
	if (n->c->quiet)
		return;
	(void)fputs(buf_str(&n->lines), stdout);
	if (n->told > TOLD_MAX)
		(void)printf(cli_tr("and %lld more chat files that cannot be "
		    "read\n"), (long long)(n->told - TOLD_MAX));
}

int
chatnews_print(struct chatnews *n, struct err *e)
{
	if (n->c->json)
		return print_json(n, e);
	print_text(n);
	return 0;
}
