/* chat/irc_line.c - nicks, events, colours of IRC. */
#include "chat/irc_line.h"

#include <string.h>

#include "base/banned.h"

void
irc_nick(struct chat_str *nick)
{
	while (nick->n > 1 && strchr(" @+%&~!", nick->s[0])) {
		nick->s++;
		nick->n--;
	}
}

bool
irc_said(const char *s, size_t n, struct chat_str *nick,
	struct chat_str *text)
{
	const char *end;

	if (n < 3 || s[0] != '<' || !(end = memchr(s, '>', n < 200 ? n :
	    200)) || end == s + 1)
		return false;
	*nick = (struct chat_str){s + 1, (size_t)(end - s) - 1};
	irc_nick(nick);
	*text = (struct chat_str){end + 1, n - (size_t)(end + 1 - s)};
	if (text->n > 0 && (text->s[0] == ' ' || text->s[0] == '\t')) {
		text->s++;
		text->n--;
	}
	return true;
}

bool
irc_action(const char *s, size_t n, struct chat_str *nick,
	struct chat_str *text)
{
	const char *blank = memchr(s, ' ', n);

	if (n == 0 || s[0] == ' ')
		return false;
	*nick = (struct chat_str){s, blank ? (size_t)(blank - s) : n};
	*text = (struct chat_str){blank ? blank + 1 : s + n,
	    blank ? n - (size_t)(blank + 1 - s) : 0};
	return true;
}

/* The nick of an event, where it is of a person. */
static bool
person(const char *s, size_t n, struct chat_str *nick)
{
	static const char *const verbs[] = {" has joined ", " has quit",
	    " has left ", " is now known as ", " was kicked ",
	    " has been kicked ", " sets mode", " [", " ("};
	const char *blank = memchr(s, ' ', n);
	struct scan c;
	size_t i;

	if (!blank || blank == s)
		return false;
	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		c = scan_of(blank, n - (size_t)(blank - s));
		if (!scan_lit(&c, verbs[i]))
			continue;
		/* "nick [host] has …" */
		if (verbs[i][2] == '\0' && !scan_has(blank, scan_left(&c) + 2,
		    " has "))
			continue;
		*nick = (struct chat_str){s, (size_t)(blank - s)};
		return true;
	}
	return false;
}

int
irc_emit(struct draft *d, const struct chat_line *line,
	const struct chat_stamp *when, enum chat_kind kind,
	const struct chat_str *nick, const char *text, size_t n,
	struct err *e)
{
	struct chat_str who = {NULL, 0};
	int rc;

	draft_begin(d, line);
	if (when)
		d->m.when = *when;
	d->m.kind = kind;
	d->m.conv_type = d->m.conv_type == CHAT_CONV_UNKNOWN ? CHAT_GROUP :
	    d->m.conv_type;
	if (kind == CHAT_SYSTEM) {
		rc = person(text, n, &who) ?
		    draft_name(d, who.s, who.n, e) : 0;
	} else {
		rc = draft_who(d, nick->s, nick->n, e);
	}
	if (rc < 0 || draft_line(d, line, text, n, e) < 0)
		return -1;
	return draft_emit(d, e);
}

int
irc_score(const struct chat_sniff *s, int sure,
	enum irc_what (*what)(const char *s, size_t n))
{
	struct scan text = scan_of(s->text, s->ntext);
	unsigned logs = 0, lines = 0, others = 0;
	enum irc_what is;
	const char *p;
	size_t n;

	if (s->archive)
		return 0;
	while (scan_line(&text, &p, &n)) {
		is = what(p, n);
		logs += is == IRC_LOG;
		lines += is == IRC_LINE;
		others += is == IRC_OTHER && n > 0;
	}
	if (logs > 0)
		return sure;
	return lines > 2 && lines > others * 4 ? 60 : 0;
}

size_t
irc_strip(char *s, size_t n)
{
	size_t i = 0, k = 0, digits;

	while (i < n) {
		unsigned char c = (unsigned char)s[i++];

		if (c == 0x03) {
			for (digits = 0; digits < 2 && i < n && s[i] >= '0' &&
			    s[i] <= '9'; digits++)
				i++;
			if (digits > 0 && i + 1 < n && s[i] == ',' &&
			    s[i + 1] >= '0' && s[i + 1] <= '9') {
				i += 2;
				if (i < n && s[i] >= '0' && s[i] <= '9')
					i++;
			}
		} else if (c != 0x02 && c != 0x04 && c != 0x08 && c != 0x0f &&
		    c != 0x11 && c != 0x16 && c != 0x1d && c != 0x1e &&
		    c != 0x1f) {
			s[k++] = (char)c;
		}
	}
	return k;
}
