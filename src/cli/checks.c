/* cli/checks.c - lines of the two doctors. */
#include "cli/checks.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/utf8.h"

#include "base/banned.h"

#define JSON_MAX (1024 * 1024)
#define LINE_MAX_LEN 2048
#define NAME_WIDTH 10

static void
put_json(const char *state, const char *name, const char *mend,
	const char *text)
{
	struct buf line = BUF_INIT(JSON_MAX);
	struct err ignored = ERR_INIT;
	struct jsonw w;

	jsonw_init(&w, &line, &ignored);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "check");
	jsonw_kstr(&w, "name", name);
	jsonw_kstr(&w, "state", state);
	jsonw_kstr(&w, "text", text);
	if (mend)
		jsonw_kstr(&w, "mend", mend);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		(void)printf("%s\n", buf_str(&line));
	buf_release(&line);
}

static void
put_line(const char *word, const char *mend, const char *text)
{
	const size_t width = utf8_width(word);

	(void)printf("%s%*s", word, (int)(width < NAME_WIDTH ? NAME_WIDTH -
	    width : 0), "");
	cli_put_shown(stdout, text, strlen(text));
	(void)fputc('\n', stdout);
	if (!mend)
		return;
	(void)printf("%*s$ ", NAME_WIDTH, "");
	cli_put_shown(stdout, mend, strlen(mend));
	(void)fputc('\n', stdout);
}

void
checks_vsay(struct checks *k, enum checks_state state, const char *name,
	const char *mend, const char *fmt, va_list ap)
{
	static const char *const names[] = {"ok", "note", "warning",
		"problem"};
	char text[LINE_MAX_LEN];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	if (state == CHECKS_WARN)
		k->worst = cli_worse(k->worst, CLI_WARNINGS);
	else if (state == CHECKS_BAD)
		k->worst = cli_worse(k->worst, k->bad);
	if (k->c->json)
		put_json(names[state], name, mend, text);
	else if (state != CHECKS_OK || !k->c->quiet)
		put_line(state == CHECKS_OK ? cli_tr("ok") :
		    state == CHECKS_NOTE ? cli_tr("note") :
		    state == CHECKS_WARN ? cli_tr("warning") :
		    cli_tr("problem"), mend, text);
}

void
checks_say(struct checks *k, enum checks_state state, const char *name,
	const char *mend, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	checks_vsay(k, state, name, mend, fmt, ap);
	va_end(ap);
}
