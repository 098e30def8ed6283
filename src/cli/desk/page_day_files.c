/*
 * cli/desk/page_day_files.c - of a day: its files, findings and exports, and the
 * commands that check it.
 */
#include "cli/desk/page_day.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/desk/show.h"
#include "desk/chathistory.h"
#include "desk/finding.h"

#include "base/banned.h"

#define FILES_SHOWN 200		/* what was lost comes first */
#define COMMITS_SHOWN 20

/* --- Lines of files. */

static bool
is_loss(const struct query_file *f)
{
	return f->op == RECORD_REWRITTEN || f->op == RECORD_TRUNCATED ||
	    f->op == RECORD_REMOVED;
}

static int
on_file(void *arg, const struct query_file *f, struct err *e)
{
	struct day *d = arg;
	struct html *h = &d->p->h;
	char size[CLI_SIZE_LEN];

	(void)e;
	if (is_loss(f) != d->lost)
		return 0;
	d->lines++;
	if (d->shown >= FILES_SHOWN)
		return 0;
	d->shown++;
	html_open(h, "tr", "class", d->lost ? "lost" : NULL, (char *)NULL);
	html_element(h, "td", "mono", show_mark(f->op));
	html_element(h, "td", NULL, cli_tr(record_op_name(f->op)));
	html_lit(h, "<td><bdi>");
	html_text(h, f->source);
	html_lit(h, "/");
	html_textn(h, f->path, f->path_len);
	if (f->was) {
		html_lit(h, " ← ");
		html_textn(h, f->was, f->was_len);
	}
	html_lit(h, "</bdi>");
	if (f->claimed != f->op)
		html_textf(h, cli_tr("  (the station says: %s)"),
		    cli_tr(record_op_name(f->claimed)));
	if (f->torn)
		html_textf(h, " %s", cli_tr("(changed while it was read)"));
	if (f->older)
		html_textf(h, " %s", cli_tr("(perhaps not the newest)"));
	html_lit(h, "</td>");
	page_time(d->p, f->op == RECORD_REMOVED ? QUERY_NONE : f->mtime_sec);
	html_element(h, "td", "r", cli_size(f->size > 0 ? (uint64_t)f->size :
	    0, size));
	html_lit(h, "</tr>\n");
	return 0;
}

/* What was lost first, whichever run it was. */
int
page_day_files(struct day *d, struct err *e)
{
	static const char *const heads[] = {"", "what", "file",
	    "its own time", PAGE_R "size", NULL};
	struct html *h = &d->p->h;
	size_t i, pass;

	if (d->nparts == 0)
		return 0;
	html_lit(h, "<section>");
	html_element(h, "h2", NULL, cli_tr("Files"));
	page_table(d->p, heads);
	for (pass = 0; pass < 2; pass++) {
		d->lost = pass == 0;
		for (i = 0; i < d->nparts; i++)
			if (query_part_files(d->p->b->catalogue, d->part[i].n,
			    on_file, d, e) < 0)
				return -1;
	}
	page_table_end(d->p);
	if (d->lines == 0)
		html_element(h, "p", NULL, cli_tr("No file changed."));
	if (d->lines > d->shown)
		html_textf(h, cli_tr("and %lld more: liudi-desk show %.8s"),
		    (long long)(d->lines - d->shown), d->part[0].run);
	html_lit(h, "</section>\n");
	return 0;
}

/* --- What does not fit, and what became of exports. */

static int
on_event(void *arg, const struct query_event *ev, struct err *e)
{
	struct day *d = arg;
	struct html *h = &d->p->h;
	char out[CLI_FILLED_LEN];

	(void)e;
	if (d->findings++ == 0) {
		html_lit(h, "<section class=\"do\">");
		html_element(h, "h2", NULL, cli_tr("Findings"));
		html_lit(h, "<ul>");
	}
	html_lit(h, "<li><b>");
	html_text(h, cli_tr(finding_severity_name(ev->severity)));
	html_lit(h, "</b> ");
	html_text(h, cli_tr_filled(ev->text, out));
	html_lit(h, "</li>\n");
	return 0;
}

int
page_day_findings(struct day *d, struct err *e)
{
	size_t i;

	for (i = 0; i < d->nruns; i++)
		if (d->run[i].first.run[0] == '\0' && query_part_events(
		    d->p->b->catalogue, d->run[i].first.n, on_event, d,
		    e) < 0)
			return -1;
	for (i = 0; i < d->nparts; i++)
		if (query_part_events(d->p->b->catalogue, d->part[i].n,
		    on_event, d, e) < 0)
			return -1;
	if (d->findings > 0)
		html_lit(&d->p->h, "</ul></section>\n");
	return 0;
}

static int
on_reading(void *arg, const struct history_reading *r, struct err *e)
{
	static const char *const heads[] = {"export", "format", PAGE_R "messages",
	    PAGE_R "not understood", "remark", NULL};
	struct day *d = arg;
	struct html *h = &d->p->h;
	char why[CLI_FILLED_LEN];

	(void)e;
	if (r->taken * 1000 < d->from || r->taken * 1000 >= d->until)
		return 0;
	if (d->exports++ == 0) {
		html_lit(h, "<section>");
		html_element(h, "h2", NULL, cli_tr("Chat exports that were read"));
		page_table(d->p, heads);
	}
	if (d->exports > FILES_SHOWN)
		return 0;
	html_lit(h, "<tr><td><bdi>");
	html_text(h, r->source);
	html_lit(h, "/");
	html_text(h, r->path);
	html_lit(h, "</bdi></td>");
	page_cell(d->p, r->format ? r->format : "-");
	page_number(d->p, r->messages);
	page_number(d->p, r->unparsed);
	html_element(h, "td", r->error ? "lost" : NULL, r->error ?
	    cli_tr_filled(r->error, why) : "");
	html_lit(h, "</tr>\n");
	return 0;
}

int
page_day_exports(struct day *d, struct err *e)
{
	struct messages *m = messages_open(d->p->b->catalogue, false, e);
	int rc = m ? history_readings(m, d->station, d->from / 1000,
	    on_reading, d, e) : -1;

	messages_close(m);
	if (d->exports > 0) {
		page_table_end(d->p);
		html_lit(&d->p->h, "</section>\n");
	}
	return rc < 0 ? -1 : 0;
}

/* --- How anybody checks it: git, ssh-keygen and sha256sum. */

/* S as one word of a shell. */
static void
put_word(struct html *h, const char *s)
{
	const char *quote;

	html_lit(h, "'");
	while ((quote = strchr(s, '\'')) != NULL) {
		html_textn(h, s, (size_t)(quote - s));
		html_lit(h, "'\\''");
		s = quote + 1;
	}
	html_text(h, s);
	html_lit(h, "'");
}

void
page_day_checks(struct day *d)
{
	struct html *h = &d->p->h;
	size_t i;

	if (d->nparts == 0)
		return;
	html_lit(h, "<section>");
	html_element(h, "h2", NULL, cli_tr("Check it without liudi"));
	html_element(h, "p", NULL, cli_tr("Each commit of the day: a good "
	    "signature of this station, and behind it the SHA-256 of its "
	    "files as they were signed and as they are; the numbers must be "
	    "the same. Only git, ssh-keygen and sha256sum are asked."));
	html_lit(h, "<pre class=\"copy\">R=");
	put_word(h, d->p->b->home->records);
	html_lit(h, " C=");
	put_word(h, d->p->b->home->control);
	html_lit(h, "\ngit -C \"$C\" show control:allowed_signers &gt;signers\n"
	    "for c in");
	for (i = 0; i < d->nparts && i < COMMITS_SHOWN; i++) {
		html_lit(h, " \\\n    ");
		html_text(h, d->part[i].id);
	}
	html_lit(h, "\ndo\n    git -C \"$R\" -c gpg.ssh.allowedSignersFile="
	    "\"$PWD/signers\" verify-commit $c\n"
	    "    git -C \"$R\" log -1 --format=%b $c\n"
	    "    git -C \"$R\" diff-tree --root -r --no-commit-id --name-only "
	    "$c |\n    while read -r f; do\n"
	    "        git -C \"$R\" show \"$c:$f\" | sha256sum\n"
	    "    done\ndone\n</pre>");
	if (d->nparts > COMMITS_SHOWN)
		html_textf(h, cli_tr("and %lld commits more"), (long long)
		    (d->nparts - COMMITS_SHOWN));
	html_lit(h, "</section>\n");
}
