/*
 * cli/desk/page_help.c - how to have everything back without us, what the words
 * mean, and the keys.
 */
#include "cli/desk/pages.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/desk/recoverscript.h"

#include "base/banned.h"

struct entry { const char *name, *text; };

static const struct entry words[] = {
	{"station", "a workstation that keeps its records: a login of one "
	    "person on one computer"},
	{"source", "one thing there that is kept: the chats of a program, a "
	    "folder, a shop"},
	{"run", "one collection of all sources; every run is signed, also one "
	    "with nothing new"},
	{"part", "a commit of a run; a large run has several"},
	{"central", "where all stations send to: three ordinary git "
	    "repositories"},
	{"received", "when the central had it, by its own signed receipt"},
	{"first seen here", "when this desk met it first; nobody can set that "
	    "back"},
	{"rewritten, truncated, removed", "a file that changed where it should "
	    "only grow, became shorter, or is gone; what was before is kept"},
	{"vanished", "a message that an export had before, and a later one "
	    "has not"},
	{"finding", "something that does not fit: a note, a warning, or an "
	    "integrity violation, where signed history and facts do not agree"},
	{"manager", "who reads all records, and signs what he decides"},
	{"owner", "who reads all records and sees who else read them; two "
	    "owners or managers together change who may read"},
	{"access log", "what was read of whom, by whom and when: signed, and "
	    "sealed to the owner"},
	{"LOST, REACH", "of somebody who leaves: accounts that nobody else "
	    "gets into, and accounts that he still gets into"},
	{NULL, NULL}
};

static const struct entry keys[] = {
	{"j  k", "one further, one back"},
	{"/", "to the search"},
	{"g t", "to today"},
	{"g c", "to the chats"},
	{"g s", "to the shops"},
	{"g a", "to the accounts"},
	{"g i", "to the integrity"},
	{"?", "to this page"},
	{NULL, NULL}
};

static void
put_list(struct page *p, const char *id, const char *title,
	const struct entry *v)
{
	struct html *h = &p->h;

	html_open(h, "section", "id", id, (char *)NULL);
	html_element(h, "h2", NULL, cli_tr(title));
	html_lit(h, "<dl>");
	for (; v->name; v++) {
		html_element(h, "dt", NULL, cli_tr(v->name));
		html_element(h, "dd", NULL, cli_tr(v->text));
	}
	html_lit(h, "</dl></section>\n");
}

static void
put_recovery(struct page *p)
{
	struct html *h = &p->h;

	html_lit(h, "<section id=\"recovery\"><h2>");
	html_text(h, cli_tr("Everything back, without liudi"));
	html_lit(h, "</h2><p>");
	html_text(h, cli_tr("Nothing that is kept needs this program to be "
	    "read again: git, ssh-keygen, age, zstd, tar, jq and a shell do "
	    "it, on any Linux, offline. One script does all of it and checks "
	    "every signature and every file on the way:"));
	html_lit(h, " <a href=\"/recover.sh\">recover.sh</a></p><ol><li>");
	html_text(h, cli_tr("Copy onto one disk: the two folders records.git "
	    "and control.git, the file of an identity, and recover.sh."));
	html_lit(h, "<pre class=\"copy\">cp -r ");
	html_text(h, p->b->home->records);
	html_lit(h, " \\\n    ");
	html_text(h, p->b->home->control);
	html_lit(h, " \\\n    ");
	html_text(h, p->b->home->keys);
	html_lit(h, "/*.identity /media/usb/\n</pre></li><li>");
	html_text(h, cli_tr("On the computer where it shall be read:"));
	html_lit(h, "<pre class=\"copy\">sudo apt install git openssh-client "
	    "age zstd tar jq coreutils\n</pre></li><li>");
	html_text(h, cli_tr("Which stations there are: the word behind ws/ is "
	    "one."));
	html_lit(h, "<pre class=\"copy\">git -c safe.directory='*' -C "
	    "records.git branch -a\n</pre></li><li>");
	html_text(h, cli_tr("All files of one station into a new folder; the "
	    "passphrase of the identity is asked for:"));
	html_lit(h, "<pre class=\"copy\">sh recover.sh records.git control.git "
	    "manager.identity ws-01 restored\n</pre></li><li>");
	html_text(h, cli_tr("Hold the first line it prints against the "
	    "owner's sheet, letter by letter. If it is another, these are not "
	    "your records."));
	html_lit(h, "</li></ol><p>");
	html_text(h, cli_tr("Print this page, and try it once a year before "
	    "you need it: an identity or a passphrase that nobody finds "
	    "cannot be had back by anybody."));
	html_lit(h, "</p></section>\n");
}

static int
make(struct page *p, struct err *e)
{
	(void)e;
	page_begin(p, cli_tr("Help"));
	put_recovery(p);
	put_list(p, "words", "What the words mean", words);
	put_list(p, "keys", "Keys", keys);
	page_finish(p);
	return 0;
}

/* Nothing of anybody's records. */
static int
name(struct page *p, struct page_view *v, struct err *e)
{
	(void)p;
	(void)v;
	(void)e;
	return 1;
}

const struct page_kind page_help = {
	.path = "/help", .title = "Help", .name = name, .make = make
};

static int
make_script(struct page *p, struct err *e)
{
	p->a->type = WIRE_TEXT;
	(void)snprintf(p->a->file, sizeof(p->a->file), "recover.sh");
	return buf_adds(p->out, recovery_script, e);
}

const struct page_kind page_recover = {
	.path = "/recover.sh", .name = name, .make = make_script
};
