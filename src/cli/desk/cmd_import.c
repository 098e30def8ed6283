/* cli/desk/cmd_import.c - liudi-desk import: what is in a chat export. */
#include "cli/desk/show.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "desk/parser.h"

#include "base/banned.h"

#define FAILED 126		/* the reply says why */
#define UNKNOWN 125		/* no format knows it */
#define DEPTH_MAX 32
#define PATTERN_MAX 16384	/* bytes of the file of --pattern */
#define SHOWN_MAX 20		/* lines not understood, for people */
#define SHOWN_LEN 120		/* bytes of each */

/* One file, as its parser sees it. */
struct work {
	const struct cli *c;
	const char *file;
	int fd;
	uint64_t size;
	bool messages;
	const struct buf *pattern;
	/* while it is read */
	struct chat_report report;
	uint64_t n;
	struct buf line;
	struct buf unparsed;	/* text for people, shown behind the summary */
	uint64_t nunparsed;
};

/* --- In the box. */

static int
put_line(struct work *k, struct err *e)
{
	if (fwrite(k->line.data, 1, k->line.len, stdout) != k->line.len)
		return err_stdout(e);
	buf_clear(&k->line);
	return 0;
}

static void
put_message(const struct chat_msg *m)
{
	char when[STAMP_TEXT_LEN];
	const struct chat_str *who = m->sender_name.s ? &m->sender_name :
	    &m->sender_id;

	stamp_text(when, &m->when);
	(void)printf("  %-19s  ", when[0] != '\0' ? when : "-");
	if (who->s)
		cli_put_shown(stdout, who->s, who->n);
	(void)fputs(who->s ? ": " : "* ", stdout);
	if (m->kind != CHAT_TEXT && m->kind != CHAT_SYSTEM)
		(void)printf("(%s) ", chat_kind_name(m->kind));
	if (m->text.s)
		cli_put_shown(stdout, m->text.s, m->text.n);
	(void)fputc('\n', stdout);
}

static int
on_message(void *arg, const struct chat_msg *m, struct err *e)
{
	struct work *k = arg;

	k->n++;
	if (!k->messages)
		return 0;
	if (!k->c->json) {
		put_message(m);
		return 0;
	}
	return chat_message_line(&k->line, k->report.format, k->n, m,
	    e) < 0 ? -1 : put_line(k, e);
}

static int
on_unparsed(void *arg, uint64_t off, uint64_t n, const char *text,
	struct err *e)
{
	struct work *k = arg;
	size_t len = strlen(text);
	struct jsonw w;

	if (k->c->json) {
		if (!k->messages)
			return 0;
		jsonw_init(&w, &k->line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "type", "unparsed");
		jsonw_kint(&w, "offset", (int64_t)off);
		jsonw_kint(&w, "length", (int64_t)n);
		jsonw_kstr(&w, "text", text);
		jsonw_object_end(&w);
		return jsonw_end(&w) < 0 || buf_addc(&k->line, '\n', e) < 0 ?
		    -1 : put_line(k, e);
	}
	if (k->nunparsed++ >= SHOWN_MAX)
		return 0;
	while (len > SHOWN_LEN || (len > 0 && len < strlen(text) &&
	    ((unsigned char)text[len] & 0xc0) == 0x80))
		len--;
	if (buf_addf(&k->unparsed, e, cli_tr("  not understood, byte %llu: "),
	    (unsigned long long)off) < 0 ||
	    utf8_add_shown(&k->unparsed, text, len, e) < 0)
		return -1;
	return buf_addc(&k->unparsed, '\n', e);
}

static void
put_warnings(unsigned warn)
{
	const char *sep = " [";
	unsigned i;

	for (i = 0; i < CHAT_WARN_BITS; i++) {
		if ((warn & 1u << i) == 0)
			continue;
		(void)printf("%s%s", sep,
		    chat_warn_name((enum chat_warn)(1u << i)));
		sep = " ";
	}
	if (warn != 0)
		(void)fputc(']', stdout);
}

static void
put_text(struct work *k, const struct chat_report *r)
{
	char messages[CLI_COUNT_LEN], unparsed[CLI_COUNT_LEN];

	cli_put_shown(stdout, k->file, strlen(k->file));
	if (!r->format) {
		(void)fputs(cli_tr(": not read\n"), stdout);
		return;
	}
	(void)printf(cli_tr(": %s, %s (%llu by the program), %s not "
	    "understood"), r->format->name, cli_count((int64_t)r->messages, "%lld message", "%lld messages",
	    messages), (unsigned long long)r->system,
	    cli_count((int64_t)r->unparsed, "%lld line", "%lld lines",
	    unparsed));
	if (r->messages > 0)
		(void)printf(cli_tr(", from %s to %s"),
		    r->first.when[0] != '\0' ? r->first.when : "-",
		    r->last.when[0] != '\0' ? r->last.when : "-");
	put_warnings(r->warn);
	(void)fputc('\n', stdout);
	(void)fputs(buf_str(&k->unparsed), stdout);
	if (k->nunparsed > SHOWN_MAX)
		(void)printf(cli_tr("  and %llu more\n"),
		    (unsigned long long)(k->nunparsed - SHOWN_MAX));
}

static int
put_report(struct work *k, const struct chat_report *r, struct err *e)
{
	if (!k->c->json) {
		put_text(k, r);
		return 0;
	}
	return chat_report_line(&k->line, k->file, r, e) < 0 ? -1 :
	    put_line(k, e);
}

static int
read_file(struct work *k, struct err *e)
{
	const struct chat_sink sink = {on_message, on_unparsed, k};
	struct chat_hints hints = {0};
	const struct parser_job job = {k->fd, k->size, k->file, &hints, 0};
	int rc = -1, got;

	buf_init(&k->line, PARSER_LINE_MAX);
	buf_init(&k->unparsed, 1u << 20);
	if (k->pattern->len > 0) {
		hints.pattern_ini = buf_str(k->pattern);
		hints.pattern_len = k->pattern->len;
	}
	got = parser_read(&job, &sink, &k->report, e);
	if (put_report(k, &k->report, e) < 0)
		goto out;
	if (got == 0)
		rc = k->report.unparsed > 0 ? CLI_WARNINGS : CLI_DONE;
	else if (got == 1)
		rc = UNKNOWN;
out:
	buf_release(&k->line);
	buf_release(&k->unparsed);
	return rc;
}

static int
helper(int fd, void *arg)
{
	struct err e = ERR_INIT, ignored = ERR_INIT;
	struct work *k = arg;
	int rc = read_file(k, &e);

	(void)fflush(stdout);	/* nobody is left to tell */
	if (rc >= 0)
		return rc;
	/* If this fails, the parent says that the parser was lost. */
	(void)file_write(fd, &e, sizeof(e), "box", &ignored);
	return FAILED;
}

/* --- Outside. */

static void
take_reply(int fd, struct err *e)
{
	struct err said;
	size_t got = 0;

	if (file_read(fd, &said, sizeof(said), &got, "box", e) < 0 ||
	    got != sizeof(said))
		parser_lost(FAILED, e);
	else
		parser_take_err(e, &said);
}

static void
complain(const struct cli *c, const char *file, const struct err *e)
{
	char filled[CLI_FILLED_LEN];
	struct buf b = BUF_INIT(CLI_FILLED_LEN * 4);
	struct err ignored = ERR_INIT;
	const char *text = cli_tr_filled(e->what, filled);

	/* Foreign bytes may stand in it; cut short if they are too many. */
	(void)utf8_add_shown(&b, file, strlen(file), &ignored);
	(void)buf_adds(&b, ": ", &ignored);
	(void)utf8_add_shown(&b, text, strlen(text), &ignored);
	cli_warn(c, "%s", buf_str(&b));
	buf_release(&b);
}

/* The line of a file whose reader died before it could write one. */
static int
put_lost(struct work *k, struct err *e)
{
	struct chat_report none = {0};
	int rc;

	buf_init(&k->line, PARSER_LINE_MAX);
	buf_init(&k->unparsed, 16);
	rc = put_report(k, &none, e);
	buf_release(&k->line);
	return rc;
}

/* What the process that read K ended with.  An exit code, or -1. */
static int
outcome(struct work *k, int status, int fd, struct err *e)
{
	struct err why = ERR_INIT;

	if (status == CLI_DONE || status == CLI_WARNINGS)
		return status;
	if (status == UNKNOWN)
		(void)err_set(&why, ERR_FORMAT,
		    "no format is known that looks like this");
	else if (status == FAILED)
		take_reply(fd, &why);
	else
		parser_lost(status, &why);
	if (err_is_stdout(&why)) {
		*e = why;
		return -1;
	}
	if (status != UNKNOWN && status != FAILED && put_lost(k, e) < 0)
		return -1;
	complain(k->c, k->file, &why);
	return CLI_WARNINGS;
}

/* The command line, and the file of --pattern. */
struct call {
	const struct cli *c;
	struct buf pattern;
};

static int
import_fd(const struct call *call, const char *file, int fd, uint64_t size,
	struct err *e)
{
	struct work k = {.c = call->c, .file = file, .fd = fd, .size = size,
	    .pattern = &call->pattern,
	    .messages = cli_has(call->c, "messages")};
	int sock = -1, rc, status;
	pid_t pid;

	(void)fflush(NULL);	/* or the helper would print it again */
	pid = proc_fork(helper, &k, &fd, 1, &sock, e);
	if (pid < 0)
		return -1;
	status = proc_wait_pid(pid, e);
	rc = status < 0 ? -1 : outcome(&k, status, sock, e);
	(void)close(sock);	/* a socket that was read from */
	return rc;
}

static int import_path(const struct call *c, const char *path, int depth,
	struct err *e);

struct names {
	char **name;
	size_t n, cap;
};

static int
add_name(const char *name, void *arg, struct err *e)
{
	struct names *l = arg;
	size_t cap = l->cap ? l->cap * 2 : 64;
	char **more;

	if (l->n == l->cap) {
		more = realloc(l->name, cap * sizeof(*more));
		if (!more)
			return err_nomem(e);
		l->name = more;
		l->cap = cap;
	}
	l->name[l->n] = str_dup(name);
	if (!l->name[l->n])
		return err_nomem(e);
	l->n++;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every file in it and below, by name. */
static int
import_dir(const struct call *c, const char *dir, int depth, struct err *e)
{
	struct names l = {0};
	int rc = -1, got, worst = CLI_DONE;
	char *path;
	size_t i;

	if (depth > DEPTH_MAX)
		return err_set(e, ERR_FORMAT, "the folders in '%s' are too "
		    "deep", dir);
	if (file_each(dir, add_name, &l, e) < 0)
		goto out;
	if (l.n > 0)
		qsort(l.name, l.n, sizeof(*l.name), by_name);
	for (i = 0; i < l.n; i++) {
		path = path_join(dir, l.name[i]);
		got = path ? import_path(c, path, depth + 1, e) :
		    err_nomem(e);
		free(path);
		if (got < 0)
			goto out;
		worst = (int)cli_worse((enum cli_exit)worst,
		    (enum cli_exit)got);
	}
	rc = worst;
out:
	for (i = 0; i < l.n; i++)
		free(l.name[i]);
	free(l.name);
	return rc;
}

/* One file or folder; what cannot be opened is said and passed over. */
static int
import_path(const struct call *c, const char *path, int depth, struct err *e)
{
	struct err why = ERR_INIT;
	struct stat st;
	int fd, rc;

	if (proc_interrupted())
		return err_set(e, ERR_INTR, "interrupted");
	/* What a folder holds may be a link to anywhere. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
	    (depth > 0 ? O_NOFOLLOW : 0));
	if (fd < 0 || fstat(fd, &st) < 0) {
		if (fd < 0 && errno == ELOOP && depth > 0)
			return CLI_DONE;
		(void)err_sys(&why, errno, "cannot open '%s'", path);
		if (fd >= 0)
			(void)close(fd);
		complain(c->c, path, &why);
		return CLI_WARNINGS;
	}
	if (S_ISDIR(st.st_mode)) {
		(void)close(fd);
		return import_dir(c, path, depth, e);
	}
	if (S_ISREG(st.st_mode)) {
		rc = import_fd(c, path, fd, (uint64_t)st.st_size, e);
	} else {
		(void)err_set(&why, ERR_FORMAT, "this is no file");
		complain(c->c, path, &why);
		rc = CLI_WARNINGS;
	}
	(void)close(fd);	/* read only */
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct call call = {c, BUF_INIT(PATTERN_MAX)};
	enum cli_exit worst = CLI_DONE;
	size_t i;
	int rc;

	if (!cli_has(c, "check")) {
		(void)err_set(e, ERR_USAGE,
		    "files can be checked, not yet kept");
		(void)err_hint(e, "add --check");
		return CLI_USAGE;
	}
	if (cli_has(c, "pattern") && file_load(cli_value(c, "pattern"),
	    &call.pattern, e) < 0) {
		worst = CLI_FAILED;
		goto out;
	}
	for (i = 0; i < c->nargs; i++) {
		rc = import_path(&call, c->args[i], 0, e);
		if (rc < 0) {
			worst = CLI_FAILED;
			goto out;
		}
		worst = cli_worse(worst, (enum cli_exit)rc);
	}
out:
	buf_release(&call.pattern);
	return worst;
}

static const struct cli_option options[] = {
	{"check", 0, NULL, "only say what is in the files"},
	{"messages", 'm', NULL, "print the messages, too"},
	{"pattern", 0, "FILE", "read by the headers that this file describes"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_import = {
	.name = "import",
	.operands = "FILE…",
	.help = "read chat exports: format, messages, what was not understood",
	.options = options,
	.min_args = 1,
	.max_args = 100000,
	.run = run
};
