/*
 * chat/weechat_log.c - weechat's log: time, prefix and text between tabs.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/irc_line.h"

#include "base/banned.h"

static bool
parse_line(struct chat_stamp *when, struct chat_str *prefix,
	struct chat_str *text, const char *s, size_t n)
{
	const char *one = memchr(s, '\t', n < 40 ? n : 40), *two;

	if (!one || !(two = memchr(one + 1, '\t', n - (size_t)(one + 1 - s))))
		return false;
	if (!stamp_parse_iso(when, s, (size_t)(one - s)) ||
	    when->precision < STAMP_S)
		return false;
	*prefix = (struct chat_str){one + 1, (size_t)(two - one) - 1};
	*text = (struct chat_str){two + 1, n - (size_t)(two + 1 - s)};
	return true;
}

static int
score(const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	unsigned lines = 0, others = 0;
	struct chat_str prefix, rest;
	struct chat_stamp when;
	const char *p;
	size_t n;

	if (s->archive)
		return 0;
	/* A table begins with the names of its columns. */
	p = s->text;
	n = strcspn(p, "\n");
	if (memchr(p, '\t', n) && !parse_line(&when, &prefix, &rest, p, n))
		return 0;
	while (scan_line(&text, &p, &n)) {
		if (parse_line(&when, &prefix, &rest, p, n))
			lines++;
		else if (n > 0)
			others++;
	}
	return lines > 0 && lines >= others ? 85 : 0;
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct chat_str prefix, text, nick = {NULL, 0};
	enum chat_kind kind = CHAT_TEXT;
	struct draft *d = arg;
	struct chat_stamp when;
	const char *s;
	size_t n;

	if (!parse_line(&when, &prefix, &text, line->s, line->n))
		return draft_unparsed(d, line, e);
	s = prefix.s;
	n = prefix.n;
	scan_trim(&s, &n);
	if (n == 0 || scan_is(s, n, "-->") || scan_is(s, n, "<--") ||
	    scan_is(s, n, "--") || scan_is(s, n, "=!=") ||
	    scan_is(s, n, "==")) {
		kind = CHAT_SYSTEM;
	} else if (scan_is(s, n, "*")) {
		kind = CHAT_ACTION;
		if (!irc_action(text.s, text.n, &nick, &text))
			kind = CHAT_SYSTEM;
	} else {
		nick = (struct chat_str){s, n};
	}
	irc_nick(&nick);
	return irc_emit(d, line, &when, kind, &nick, text.s, text.n, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct draft d;
	int rc;

	draft_init(&d, job);
	rc = draft_lines(job, take, &d, e);
	draft_release(&d);
	return rc;
}

const struct chat_format chat_weechat = {
	.name = "weechat",
	.platform = "irc",
	.version = 1,
	.score = score,
	.read = read_all
};
