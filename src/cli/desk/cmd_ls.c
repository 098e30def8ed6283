/* cli/desk/cmd_ls.c - liudi-desk ls: files as they stood at a time. */
#include "cli/desk/show.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#include "base/banned.h"

struct work {
	const struct cli *c;
	char *source, *path;
	int64_t at;
	bool found;
	/* the entry shown last, for folders and sources */
	struct buf last;
	struct buf line;
};

static void
print_long(const struct query_file *f)
{
	static const char bits[] = "rwxrwxrwx";
	char mode[10], size[24], when[SHOW_TIME_LEN];
	size_t i;

	for (i = 0; i < 9; i++)
		mode[i] = f->mode & (0400u >> i) ? bits[i] : '-';
	mode[9] = '\0';
	(void)snprintf(size, sizeof(size), "%lld", (long long)f->size);
	(void)printf("-%s %12s  %s  ", mode, size,
	    show_time(f->mtime_sec, when));
}

static int
json_file(struct work *k, const struct query_file *f, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "source", f->source);
	jsonw_kpath(&w, "path", f->path, f->path_len);
	jsonw_kint(&w, "size", f->size);
	jsonw_kint(&w, "mtime", f->mtime_sec);
	jsonw_kint(&w, "mtime_nsec", (int64_t)f->mtime_nsec);
	jsonw_kint(&w, "mode", (int64_t)f->mode);
	if (f->sum)
		jsonw_khex(&w, "sum", f->sum, 32);
	jsonw_kbool(&w, "torn", f->torn);
	jsonw_kbool(&w, "older", f->older);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static void
end_line(const struct query_file *f, bool is_file)
{
	if (is_file && f->older)
		(void)printf("  %s", cli_tr("(perhaps not the newest)"));
	(void)fputc('\n', stdout);
}

/* One entry of the folder listed: a file, or a folder once. */
static int
list_entry(struct work *k, const struct query_file *f, size_t skip,
	struct err *e)
{
	const char *name = f->path + skip;
	size_t left = f->path_len - skip;
	const char *slash = memchr(name, '/', left);
	size_t n = slash ? (size_t)(slash - name) + 1 : left;

	if (slash && k->last.len == n && memcmp(k->last.data, name, n) == 0)
		return 0;
	buf_clear(&k->last);
	if (slash && buf_add(&k->last, name, n, e) < 0)
		return -1;
	if (cli_has(k->c, "long") && !slash)
		print_long(f);
	else if (cli_has(k->c, "long"))
		(void)printf("d%-45s", "");
	cli_put_shown(stdout, name, n);
	end_line(f, !slash);
	return 0;
}

/* Without a source: its names, once each. */
static int
list_source(struct work *k, const struct query_file *f, struct err *e)
{
	const size_t n = strlen(f->source);

	if (k->last.len == n && memcmp(k->last.data, f->source, n) == 0)
		return 0;
	buf_clear(&k->last);
	(void)printf("%s/\n", f->source);
	return buf_add(&k->last, f->source, n, e);
}

static int
on_file(void *arg, const struct query_file *f, struct err *e)
{
	struct work *k = arg;
	size_t skip = k->path ? strlen(k->path) + 1 : 0;

	k->found = true;
	if (k->c->json)
		return json_file(k, f, e);
	if (cli_has(k->c, "recursive") || (k->path && f->path_len < skip)) {
		if (cli_has(k->c, "long"))
			print_long(f);
		(void)printf("%s/", f->source);
		cli_put_shown(stdout, f->path, f->path_len);
		end_line(f, true);
		return 0;
	}
	return k->source ? list_entry(k, f, skip, e) : list_source(k, f, e);
}

static int
list(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;

	if (!b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	if (query_files(b->catalogue, k->c->args[0], k->source, k->path, k->at,
	    on_file, k, e) < 0)
		return -1;
	if (k->found || !k->source)
		return 0;
	(void)err_set(e, ERR_NOENT, "'%s' holds nothing of that name",
	    k->c->args[0]);
	return err_hint(e, "'liudi-desk ls %s' lists its sources; --at takes "
	    "an earlier day", k->c->args[0]);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {c, NULL, NULL, INT64_MAX, false, BUF_INIT(8192),
	    BUF_INIT(65536)};
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	if (cli_has(c, "at") && clock_parse(cli_value(c, "at"), &k.at, e) < 0)
		return CLI_FAILED;
	if (deskhome_names(&h, c->home, e) < 0)
		return CLI_FAILED;
	if (show_split(c->nargs > 1 ? c->args[1] : NULL, &k.source, &k.path,
	    e) == 0) {
		b.home = &h;
		rc = box_run(&b, list, &k, e);
	}
	free(k.source);
	free(k.path);
	buf_release(&k.last);
	buf_release(&k.line);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"at", 0, "DATE", "as it stood then, not now"},
	{"long", 'l', NULL, "with mode, size and time"},
	{"recursive", 'r', NULL, "all files below"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_ls = {
	.name = "ls",
	.operands = "STATION [SOURCE[/PATH]]",
	.help = "list files as they stood at a time",
	.options = options,
	.min_args = 1,
	.max_args = 2,
	.run = run
};
