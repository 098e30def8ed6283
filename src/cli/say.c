/* cli/say.c - errors, warnings, foreign text and sizes, for people's eyes. */
#include "cli/cli.h"

#include <stdarg.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/utf8.h"

#include "base/banned.h"

#define LINE_MAX_LEN 16384

/* One JSON line on stderr: stdout may carry the bytes of a file. */
static void
put_json(const char *kind, const char *text, const char *hint, int status)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct err ignored = ERR_INIT;
	struct jsonw w;

	jsonw_init(&w, &line, &ignored);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, kind, text);
	if (hint)
		jsonw_kstr(&w, "hint", hint);
	if (status >= 0)
		jsonw_kint(&w, "exit", status);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		(void)fprintf(stderr, "%s\n", buf_str(&line));
	buf_release(&line);
}

/* "liudi: error: TEXT" */
static void
put_line(const struct cli *c, const char *kind, const char *text)
{
	(void)fprintf(stderr, "%s: %s", c->program, cli_tr(kind));
	cli_put_shown(stderr, text, strlen(text));
	(void)fputc('\n', stderr);
}

void
cli_error(const struct cli *c, const struct err *e)
{
	char a[CLI_FILLED_LEN], b[CLI_FILLED_LEN];
	const char *what = cli_tr_filled(e->what, a);
	const char *hint = cli_tr_filled(e->hint, b);

	(void)fflush(stdout);
	if (c->json) {
		put_json("error", what, hint, (int)cli_exit_for(e));
		return;
	}
	put_line(c, "error: ", what);
	if (hint[0])
		put_line(c, "hint: ", hint);
}

void
cli_warn(const struct cli *c, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), cli_tr(fmt), ap);
	va_end(ap);
	(void)fflush(stdout);
	if (c->json)
		put_json("warning", text, NULL, -1);
	else
		put_line(c, "warning: ", text);
}

void
cli_hint(const struct cli *c, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (c->json || c->quiet)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), cli_tr(fmt), ap);
	va_end(ap);
	(void)fflush(stdout);
	put_line(c, "hint: ", text);
}

const char *
cli_count(int64_t n, const char *one, const char *many,
	char out[CLI_COUNT_LEN])
{
	const char *text = cli_tr(n == 1 ? one : many);
	const char *at = strstr(text, "%lld");

	if (!at)
		return text;
	(void)snprintf(out, CLI_COUNT_LEN, "%.*s%lld%s", (int)(at - text),
	    text, (long long)n, at + strlen("%lld"));
	return out;
}

enum cli_exit
cli_exit_for(const struct err *e)
{
	switch (e->code) {
	case ERR_NONE:
		return CLI_DONE;
	case ERR_USAGE:
	case ERR_CONFIG:
		return CLI_USAGE;
	case ERR_INTEGRITY:
		return CLI_INTEGRITY;
	case ERR_LOCKED:
		return CLI_LOCKED;
	case ERR_INTR:
		return CLI_INTERRUPTED;
	default:
		return CLI_FAILED;
	}
}

enum cli_exit
cli_worse(enum cli_exit a, enum cli_exit b)
{
	static const enum cli_exit order[] = {
		CLI_INTERRUPTED, CLI_USAGE, CLI_LOCKED, CLI_INTEGRITY,
		CLI_FAILED, CLI_SPOOLED, CLI_WARNINGS
	};
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return CLI_DONE;
}

void
cli_put_shown(FILE *out, const void *s, size_t n)
{
	struct buf b = BUF_INIT(SIZE_MAX / 2);
	struct err ignored = ERR_INIT;

	if (utf8_add_shown(&b, s, n, &ignored) == 0)
		(void)fputs(buf_str(&b), out);
	buf_release(&b);
}

const char *
cli_size(uint64_t bytes, char out[CLI_SIZE_LEN])
{
	static const char *const units[] = {
		"kB", "MB", "GB", "TB", "PB", "EB"
	};
	uint64_t div = 1000;
	size_t i = 0;

	if (bytes < 1000) {
		(void)snprintf(out, CLI_SIZE_LEN, "%u B", (unsigned)bytes);
		return out;
	}
	/* the unit in which the rounded number stays below 1000.0 */
	while (i + 1 < sizeof(units) / sizeof(*units) &&
	    bytes >= div * 1000 - div / 20) {
		div *= 1000;
		i++;
	}
	(void)snprintf(out, CLI_SIZE_LEN, "%.1f %s",
	    (double)bytes / (double)div, units[i]);
	return out;
}
