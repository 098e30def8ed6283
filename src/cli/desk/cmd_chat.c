/* cli/desk/cmd_chat.c - liudi-desk chat: a conversation, to be read. */
#include "cli/desk/deskcmds.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/rawbytes.h"
#include "cli/desk/show.h"
#include "cli/desk/talkask.h"

#include "base/banned.h"

struct work {
	struct talkask *k;
	int64_t raw;			/* 0: all of it */
	char day[TALK_DAY_LEN];
	bool begun;
	int64_t messages;
};

static int
add_shown(struct buf *out, const char *s, struct err *e)
{
	return utf8_add_shown(out, s, strlen(s), e);
}

/* Whose it is, how much, and what became of some of it. */
static int
add_head(struct talkask *k, const struct history_chat *h, struct err *e)
{
	struct buf *out = &k->line;
	char zone[64], first[TALK_DAY_LEN], last[TALK_DAY_LEN];
	char count[CLI_COUNT_LEN];

	clock_zone(zone, sizeof(zone));
	if (talkask_title(k, h, e) < 0 || buf_addf(out, e, "\n%s, %s – %s (%s)",
	    cli_count(h->messages, "%lld message", "%lld messages", count),
	    talk_day_text(h->first, first), talk_day_text(h->last, last),
	    zone) < 0)
		return -1;
	return talkask_marks(out, h, "; ", e) < 0 ? -1 :
	    buf_addc(out, '\n', e);
}

static int
on_chat(void *arg, const struct history_chat *h, struct err *e)
{
	struct work *a = arg;
	struct talkask *k = a->k;
	struct jsonw w;

	a->messages = h->messages;
	if (!k->c->json)
		return k->c->quiet ? 0 : add_head(k, h, e) < 0 ? -1 :
		    talkask_put(k, e);
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "chat");
	talkask_chat_json(k, &w, h);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 || buf_addc(&k->line, '\n', e) < 0 ? -1 :
	    talkask_put(k, e);
}

/* Number and place of it, for --raw and for who looks the file up. */
static int
add_place(struct talkask *k, const struct history_message *h, struct err *e)
{
	if (buf_addf(&k->line, e, "         #%lld  ", (long long)h->n) < 0 ||
	    add_shown(&k->line, h->source, e) < 0 ||
	    buf_addc(&k->line, '/', e) < 0 ||
	    add_shown(&k->line, h->path, e) < 0)
		return -1;
	if (h->member && h->member[0] && (buf_addc(&k->line, ':', e) < 0 ||
	    add_shown(&k->line, h->member, e) < 0))
		return -1;
	return buf_addf(&k->line, e, " +%lld\n", (long long)h->off);
}

static int
add_message(struct work *a, const struct history_message *h, struct err *e)
{
	struct talkask *k = a->k;
	struct talkask_notes notes;
	char day[TALK_DAY_LEN];
	struct talk_line l;

	if (!a->begun || !str_eq(talk_day_text(h->at, day), a->day)) {
		(void)snprintf(a->day, sizeof(a->day), "%s",
		    talk_day_text(h->at, day));
		if (buf_addc(&k->line, '\n', e) < 0 ||
		    talk_day(&k->line, &k->style, h->at, e) < 0)
			return -1;
	}
	a->begun = true;
	talkask_line(k, &l, &notes, h);
	if (talk_line(&k->line, &k->style, &l, e) < 0)
		return -1;
	return k->c->verbose ? add_place(k, h, e) : 0;
}

static int
on_message(void *arg, const struct history_message *h, struct err *e)
{
	struct work *a = arg;
	struct talkask *k = a->k;
	struct jsonw w;

	if (!k->c->json)
		return add_message(a, h, e) < 0 ? -1 : talkask_put(k, e);
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "said");
	talkask_said_json(&w, h);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 || buf_addc(&k->line, '\n', e) < 0 ? -1 :
	    talkask_put(k, e);
}

/* --- The bytes of one. */

static int
on_raw(void *arg, const struct history_message *h, struct err *e)
{
	struct work *a = arg;

	if (h->chat != a->k->f.chat)
		return err_set(e, ERR_NOENT, "message %lld is of conversation "
		    "%lld", (long long)h->n, (long long)h->chat);
	return rawbytes_put(a->k, h, e);
}

static int
show_raw(struct work *a, struct err *e)
{
	int rc = history_get(a->k->m, a->raw, on_raw, a, e);

	if (rc != 0)
		return rc < 0 ? -1 : (int)CLI_DONE;
	(void)err_set(e, ERR_NOENT, "there is no message %lld",
	    (long long)a->raw);
	return err_hint(e, "'liudi-desk chat -v' shows their numbers");
}

static int
show(struct talkask *k, void *arg, struct err *e)
{
	struct work *a = arg;
	int rc;

	a->k = k;
	if (a->raw != 0)
		return show_raw(a, e);
	rc = history_chats(k->m, &k->f, on_chat, a, e);
	if (rc == 0 && a->messages == 0)
		return err_set(e, ERR_NOENT, "nothing was said there in that "
		    "time");
	if (rc == 0)
		rc = history_each(k->m, &k->f, on_message, a, e);
	return rc < 0 ? -1 : (int)CLI_DONE;
}

static int
ask(struct talkask *k, struct work *a, struct err *e)
{
	const char *raw = cli_value(k->c, "raw");
	char what[64] = "";

	if (raw && str_to_i64(raw, 1, INT64_MAX, &a->raw) < 0)
		return err_set(e, ERR_USAGE, "'%s' is no message's number",
		    raw);
	k->records = a->raw != 0;
	/* the newest is what is looked for, but in a time that was named */
	k->at_end = !cli_has(k->c, "since") && !cli_has(k->c, "until");
	if (talkask_unlock(k, e) < 0)
		return -1;
	if (a->raw != 0)
		(void)snprintf(what, sizeof(what), "bytes of message %lld",
		    (long long)a->raw);
	return talkask_note(k, "open", what, e);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work a = {0};
	struct talkask k;
	int rc = -1;

	if (talkask_open(&k, c, c->args[0], e) == 0 && ask(&k, &a, e) == 0)
		rc = talkask_run(&k, show, &a, e);
	talkask_release(&k);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"person", 0, "NAME", "only of the stations of this person"},
	{"station", 0, "STATION", "only of this station"},
	{"platform", 0, "NAME", "only of this platform: qq, whatsapp, …"},
	{"peer", 0, "WORDS", "only with whom this is part of the name"},
	{"since", 0, "DATE", "messages from this day or time on"},
	{"until", 0, "DATE", "messages up to this day or time"},
	{"raw", 0, "N", "only the bytes of message N, as they came"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_chat = {
	.name = "chat",
	.operands = "CONVERSATION",
	.help = "show a conversation, with what was edited, recalled, deleted",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
