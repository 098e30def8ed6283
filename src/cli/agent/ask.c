/* cli/agent/ask.c - a notice on the terminal, and y or N. */

#include "cli/agent/ask.h"

#include <string.h>
#include <unistd.h>

#include "agent/agree.h"
#include "base/str.h"
#include "base/banned.h"

#define ANSWER_LEN 16
#define MAX_VERSION INT64_C(1000000000)

const char *
ask_language(void)
{
	/* This word is the same in both but for the language it is in. */
	return str_eq(cli_tr("Do you agree? [y/N] "),
	    "Do you agree? [y/N] ") ? "en" : "zh";
}

bool
ask_can(const struct cli *c)
{
	return !c->json && !c->quiet && isatty(STDOUT_FILENO) == 1;
}

/* Line by line: what the managers wrote is foreign to the terminal. */
static void
show(const struct notice *n, const struct buf *text)
{
	const char *p = buf_str(text);

	(void)printf(cli_tr("Notice %lld of your team:\n\n"),
	    (long long)n->version);
	while (*p != '\0') {
		size_t len = strcspn(p, "\n");

		(void)fputs("  ", stdout);
		cli_put_shown(stdout, p, len);
		(void)fputc('\n', stdout);
		p += len;
		if (*p != '\0')
			p++;
	}
	(void)fputc('\n', stdout);
}

static int
on_terminal(struct err *e)
{
	FILE *tty = fopen("/dev/tty", "r+");
	char answer[ANSWER_LEN] = "";
	bool yes;

	if (tty == NULL)
		return err_set(e, ERR_USAGE, "no terminal to ask on");
	(void)fputs(cli_tr("Do you agree? [y/N] "), tty);
	(void)fflush(tty);
	yes = fgets(answer, sizeof(answer), tty) != NULL &&
	    (str_starts(answer, "y") || str_starts(answer, "Y"));
	(void)fclose(tty);
	return yes ? 1 : 0;
}

int
ask_notice(const struct cli *c, const struct notice *n,
	const struct buf *text, struct err *e)
{
	const char *agree = cli_value(c, "agree");
	int64_t version;

	if (agree != NULL) {
		if (str_to_i64(agree, 1, MAX_VERSION, &version) != 0 ||
		    version != n->version) {
			(void)err_set(e, ERR_USAGE, "the notice is version "
			    "%lld, not '%s'", (long long)n->version, agree);
			return err_hint(e, "read it first: liudi agree");
		}
		if (!c->json && !c->quiet)
			show(n, text);
		return 1;
	}
	if (!c->json)
		show(n, text);
	(void)fflush(stdout);
	if (ask_can(c))
		return on_terminal(e);
	(void)err_set(e, ERR_USAGE, "notice %lld must be agreed to, and there "
	    "is no terminal to ask on", (long long)n->version);
	return err_hint(e, "having read it, say --agree %lld",
	    (long long)n->version);
}

int
ask_consent(const struct cli *c, struct station *s, struct err *e)
{
	struct buf text = BUF_INIT(ASK_TEXT_MAX);
	struct notice n;
	int rc = -1, yes;

	if (agree_text(s, ask_language(), &n, &text, e) < 0)
		goto out;
	yes = ask_notice(c, &n, &text, e);
	if (yes < 0)
		goto out;
	if (yes == 0) {
		(void)err_set(e, ERR_USAGE,
		    "notice %lld is not agreed to: nothing is collected",
		    (long long)n.version);
		(void)err_hint(e, "ask the manager about what you do not "
		    "agree to; the same command asks again");
		goto out;
	}
	rc = agree_save(s, &n, e);
out:
	buf_release(&text);
	return rc;
}
