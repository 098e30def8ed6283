/* cli/desk/show.c - what the commands that look at the catalogue share. */
#include "cli/desk/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "crypto/secmem.h"
#include "desk/finding.h"
#include "open/identity.h"

#include "base/banned.h"

const char *
show_time(int64_t utc, char out[SHOW_TIME_LEN])
{
	if (utc == QUERY_NONE) {
		(void)snprintf(out, SHOW_TIME_LEN, "-");
		return out;
	}
	return clock_text_local(utc, out);
}

const char *
show_minute(int64_t utc, char out[SHOW_TIME_LEN])
{
	show_time(utc, out);
	if (strlen(out) > 16)
		out[16] = '\0';
	return out;
}

int
show_since(const struct cli *c, int64_t *utc, struct err *e)
{
	struct clock_date d;
	int offset;

	*utc = INT64_MIN;
	if (!cli_has(c, "since"))
		return 0;
	if (clock_parse(cli_value(c, "since"), utc, e) < 0)
		return -1;
	clock_split_local(*utc, &d, &offset);
	if (d.hour == 23 && d.min == 59 && d.sec == 59)
		*utc -= 86399;
	return 0;
}

int
show_until(const struct cli *c, int64_t *utc, struct err *e)
{
	*utc = INT64_MAX;
	return cli_has(c, "until") ?
	    clock_parse(cli_value(c, "until"), utc, e) : 0;
}

void
show_padded(const char *s, size_t columns)
{
	size_t width = utf8_width(s);

	cli_put_shown(stdout, s, strlen(s));
	for (; width < columns; width++)
		(void)fputc(' ', stdout);
}

void
show_right(const char *s, size_t columns)
{
	size_t width = utf8_width(s);

	/* %*s would count bytes */
	(void)printf("  %*s", (int)(width < columns ? columns - width : 0), "");
	cli_put_shown(stdout, s, strlen(s));
}

int
show_json_line(struct buf *line, struct err *e)
{
	if (buf_addc(line, '\n', e) < 0)
		return -1;
	if (fwrite(line->data, 1, line->len, stdout) != line->len)
		return err_stdout(e);
	buf_clear(line);
	return 0;
}

static void
flag(char out[SHOW_FLAGS_LEN], const char *text)
{
	size_t n = strlen(out);

	(void)snprintf(out + n, SHOW_FLAGS_LEN - n, "%s%s", n ? "," : "",
	    text);
}

int
show_json_problem(struct buf *line, const char *where, const char *text,
	struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "problem");
	jsonw_kpath(&w, "where", where, strlen(where));
	jsonw_kstr(&w, "text", text);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(line, e);
}

const char *
show_flags(const struct query_run *r, char out[SHOW_FLAGS_LEN])
{
	const struct query_part *p = &r->first;

	out[0] = '\0';
	if (p->worst >= FINDING_INTEGRITY)
		flag(out, cli_tr("INTEGRITY"));
	else if (p->worst == FINDING_WARN)
		flag(out, cli_tr("warning"));
	if (p->run[0] == '\0')
		flag(out, cli_tr("left out"));
	else if (!r->finished)
		flag(out, cli_tr("unfinished"));
	if (p->full)
		flag(out, cli_tr("full"));
	if (p->spooled > 0)
		flag(out, cli_tr("after a gap"));
	return out;
}

struct show_counts
show_counts(const struct query_run *r)
{
	const int64_t *op = r->first.ops;

	return (struct show_counts){op[RECORD_ADDED], op[RECORD_APPENDED],
	    op[RECORD_MOVED] + op[RECORD_TOUCHED],
	    op[RECORD_REWRITTEN] + op[RECORD_TRUNCATED], op[RECORD_REMOVED]};
}

const char *
show_mark(enum record_op op)
{
	switch (op) {
	case RECORD_TRUNCATED:
	case RECORD_REWRITTEN: return "!!";
	case RECORD_REMOVED: return "--";
	case RECORD_ADDED: return "+ ";
	case RECORD_APPENDED: return "> ";
	default: return "~ ";
	}
}

void
show_run_json(struct jsonw *w, const struct query_run *r)
{
	const struct query_part *p = &r->first;
	size_t i;

	jsonw_kstr(w, "run", p->run[0] ? p->run : NULL);
	jsonw_kstr(w, "station", p->station);
	jsonw_kint(w, "epoch", p->epoch);
	jsonw_kint(w, "incarnation", p->incarnation);
	jsonw_kint(w, "seq", p->seq);
	jsonw_kint(w, "parts", r->parts);
	jsonw_kbool(w, "finished", r->finished);
	jsonw_kbool(w, "full", p->full);
	jsonw_kint(w, "started", p->started);
	jsonw_kint(w, "committed", p->commit_utc);
	if (p->receipt_utc == QUERY_NONE)
		jsonw_knull(w, "received");
	else
		jsonw_kint(w, "received", p->receipt_utc);
	jsonw_kint(w, "first_seen", p->first_seen);
	jsonw_kint(w, "files", p->files);
	jsonw_kint(w, "bytes", p->bytes);
	for (i = 0; i < RECORD_NOPS; i++)
		jsonw_kint(w, record_op_name((enum record_op)i), p->ops[i]);
	jsonw_kint(w, "same", p->same);
	jsonw_kstr(w, "worst", p->worst ? finding_severity_name(p->worst) :
	    NULL);
}

int
show_split(const char *spec, char **source, char **path, struct err *e)
{
	size_t n = spec ? strcspn(spec, "/") : 0;
	size_t end = spec ? strlen(spec) : 0;

	*source = *path = NULL;
	if (end == 0)
		return 0;
	while (end > n + 1 && spec[end - 1] == '/')
		end--;
	*source = str_ndup(spec, n);
	if (!*source)
		return err_nomem(e);
	if (spec[n] != '/' || end <= n + 1)
		return 0;
	*path = str_ndup(spec + n + 1, end - n - 1);
	if (*path)
		return 0;
	free(*source);
	*source = NULL;
	return err_nomem(e);
}

struct opener *
show_opener(const struct cli *c, const struct deskhome *h, struct err *e)
{
	struct buf ids = BUF_INIT(IDENTITY_FILE_MAX);
	const char *file = cli_value(c, "identity");
	struct opener *op = NULL;
	char *pass = NULL;

	if (!file)
		return deskcmd_opener(c, h, e);
	if (file_load(file, &ids, e) < 0)
		goto out;
	if (identity_wants_passphrase(ids.data, ids.len)) {
		pass = cli_passphrase(c, "passphrase of the identity", false,
		    e);
		if (!pass)
			goto out;
	}
	op = opener_new(ids.data, ids.len, pass, e);
out:
	secmem_free(pass);
	buf_wipe(&ids);
	return op;
}
