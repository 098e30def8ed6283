/* cli/desk/talkrows.c - conversations and messages, as lines and as JSON. */
#include "cli/desk/talkask.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/show.h"

#include "base/banned.h"

/* Columns of the table: 80 in all, with two blanks between most. */
#define NO_COLUMNS 5
#define WHEN_COLUMNS 16
#define WHO_COLUMNS 12
#define PLATFORM_COLUMNS 8
#define NAME_COLUMNS 19
#define COUNT_COLUMNS 6

#define JSON_NODES 4096		/* of one message */
#define JSON_DEPTH 16
#define FILES_MAX ((size_t)4 << 20)

struct listing {
	struct talkask *k;
	int64_t n;
};

static int64_t
seconds(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

/* Local time without seconds, "-" where it is not known. */
static const char *
minute(int64_t utc, char out[CLOCK_TEXT_LEN])
{
	if (utc == HISTORY_NEVER)
		(void)snprintf(out, CLOCK_TEXT_LEN, "-");
	else
		(void)clock_text_local(utc, out);
	if (strlen(out) > WHEN_COLUMNS)
		out[WHEN_COLUMNS] = '\0';
	return out;
}

/* --- Conversations. */

static int
add_right(struct buf *out, const char *text, size_t columns, struct err *e)
{
	const size_t width = utf8_width(text);

	return buf_addf(out, e, "%*s%s", (int)(width < columns ?
	    columns - width : 0), "", text);
}

static int
add_cell(struct buf *out, const char *text, size_t columns, struct err *e)
{
	return talk_cell(out, text, columns, e) < 0 ? -1 :
	    buf_adds(out, "  ", e);
}

static int
add_count(struct buf *out, int64_t n, size_t columns, struct err *e)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	return add_right(out, text, columns, e);
}

static int
add_head(struct buf *out, struct err *e)
{
	if (add_right(out, cli_tr("no."), NO_COLUMNS, e) < 0 ||
	    buf_adds(out, "  ", e) < 0 ||
	    add_cell(out, cli_tr("last message"), WHEN_COLUMNS, e) < 0 ||
	    add_cell(out, cli_tr("who"), WHO_COLUMNS, e) < 0 ||
	    add_cell(out, cli_tr("platform"), PLATFORM_COLUMNS, e) < 0 ||
	    talk_cell(out, cli_tr("conversation"), NAME_COLUMNS, e) < 0 ||
	    add_right(out, cli_tr("in"), COUNT_COLUMNS, e) < 0 ||
	    add_right(out, cli_tr("out"), COUNT_COLUMNS, e) < 0)
		return -1;
	return buf_addc(out, '\n', e);
}

static int
add_mark(struct buf *out, const char **before, const char *text,
	struct err *e)
{
	const char *first = *before;

	*before = ", ";
	return buf_addf(out, e, "%s%s", first, text);
}

int
talkask_marks(struct buf *out, const struct history_chat *h,
	const char *before, struct err *e)
{
	char count[CLI_COUNT_LEN];

	if ((h->lost > 0 && add_mark(out, &before, cli_count(h->lost,
	    "%lld vanished", "%lld vanished", count), e) < 0) ||
	    (h->recalled > 0 && add_mark(out, &before, cli_count(h->recalled,
	    "%lld recalled", "%lld recalled", count), e) < 0) ||
	    (h->changed > 0 && add_mark(out, &before, cli_count(h->changed,
	    "%lld edited", "%lld edited", count), e) < 0))
		return -1;
	return h->internal ? add_mark(out, &before, cli_tr("among our own"),
	    e) : 0;
}

int
talkask_title(struct talkask *k, const struct history_chat *h, struct err *e)
{
	const char *name = h->name[0] ? h->name : h->id;
	const char *who = talkask_who(k, h->station);
	struct buf *out = &k->line;

	if (buf_addf(out, e, "[%lld] ", (long long)h->n) < 0 ||
	    utf8_add_shown(out, name, strlen(name), e) < 0 ||
	    buf_addf(out, e, ", %s, ", h->platform) < 0 ||
	    utf8_add_shown(out, who, strlen(who), e) < 0 ||
	    (!str_eq(who, h->station) &&
	    buf_addf(out, e, " @ %s", h->station) < 0))
		return -1;
	if (!h->account || h->account[0] == '\0')
		return 0;
	return buf_addc(out, ' ', e) < 0 ? -1 :
	    utf8_add_shown(out, h->account, strlen(h->account), e);
}

static int
add_chat(struct talkask *k, const struct history_chat *h, struct err *e)
{
	struct buf *out = &k->line;
	char when[CLOCK_TEXT_LEN];
	size_t used;

	if (add_count(out, h->n, NO_COLUMNS, e) < 0 ||
	    buf_adds(out, "  ", e) < 0 ||
	    add_cell(out, minute(h->last == HISTORY_NEVER ? h->last :
	    seconds(h->last), when), WHEN_COLUMNS, e) < 0 ||
	    add_cell(out, talkask_who(k, h->station), WHO_COLUMNS, e) < 0 ||
	    add_cell(out, h->platform, PLATFORM_COLUMNS, e) < 0 ||
	    talk_cell(out, h->name[0] ? h->name : h->id, NAME_COLUMNS,
	    e) < 0 ||
	    add_count(out, h->in, COUNT_COLUMNS, e) < 0 ||
	    add_count(out, h->out, COUNT_COLUMNS, e) < 0 ||
	    buf_addc(out, '\n', e) < 0)
		return -1;
	used = out->len;
	if (talkask_marks(out, h, "       ", e) < 0)
		return -1;
	return out->len > used ? buf_addc(out, '\n', e) : 0;
}

static void
put_time(struct jsonw *w, const char *key, int64_t t)
{
	if (t == HISTORY_NEVER)
		jsonw_knull(w, key);
	else
		jsonw_kint(w, key, t);
}

/* NULL and "" are both: not known. */
static void
put_text(struct jsonw *w, const char *key, const char *s)
{
	jsonw_kstr(w, key, s && s[0] ? s : NULL);
}

void
talkask_chat_json(const struct talkask *k, struct jsonw *w,
	const struct history_chat *h)
{
	const char *who = talkask_who(k, h->station);

	jsonw_kint(w, "chat", h->n);
	jsonw_kstr(w, "station", h->station);
	jsonw_kstr(w, "person", str_eq(who, h->station) ? NULL : who);
	put_text(w, "source", h->source);
	put_text(w, "platform", h->platform);
	put_text(w, "account", h->account);
	put_text(w, "conv_id", h->id);
	put_text(w, "conv_name", h->name);
	put_text(w, "conv_type", h->type);
	jsonw_kbool(w, "internal", h->internal);
	jsonw_kint(w, "messages", h->messages);
	jsonw_kint(w, "in", h->in);
	jsonw_kint(w, "out", h->out);
	put_time(w, "first", h->first);
	put_time(w, "last", h->last);
	jsonw_kint(w, "vanished", h->lost);
	jsonw_kint(w, "recalled", h->recalled);
	jsonw_kint(w, "edited", h->changed);
}

static int
on_chat(void *arg, const struct history_chat *h, struct err *e)
{
	struct listing *l = arg;
	struct talkask *k = l->k;
	struct jsonw w;

	if (!talkask_wants(k, h->station))
		return 0;
	l->n++;
	if (k->c->json) {
		jsonw_init(&w, &k->line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "type", "chat");
		talkask_chat_json(k, &w, h);
		jsonw_object_end(&w);
		if (jsonw_end(&w) < 0 || buf_addc(&k->line, '\n', e) < 0)
			return -1;
	} else {
		if (l->n == 1 && !k->c->quiet && add_head(&k->line, e) < 0)
			return -1;
		if (add_chat(k, h, e) < 0)
			return -1;
	}
	return talkask_put(k, e);
}

int
talkask_list(struct talkask *k, int64_t *n, struct err *e)
{
	struct listing l = {k, 0};
	int rc = history_chats(k->m, &k->f, on_chat, &l, e);

	*n = l.n;
	return rc;
}

/* --- Messages. */

static const char *
state_name(enum history_state s)
{
	static const char *const names[] = {
		[HISTORY_LIVE] = "live",
		[HISTORY_CHANGED] = "changed",
		[HISTORY_RECALLED] = "recalled",
		[HISTORY_VANISHED] = "vanished"
	};

	return names[s];
}

static void
put_number(struct jsonw *w, const char *key, int64_t n)
{
	if (n == 0)
		jsonw_knull(w, key);
	else
		jsonw_kint(w, key, n);
}

void
talkask_said_json(struct jsonw *w, const struct history_message *h)
{
	jsonw_kint(w, "message", h->n);
	jsonw_kint(w, "chat", h->chat);
	put_time(w, "at", h->at);
	put_text(w, "ts_raw", h->ts_raw);
	put_text(w, "precision", h->precision);
	put_text(w, "tz_src", h->tz_src);
	put_text(w, "sender_id", h->sender_id);
	put_text(w, "sender_name", h->sender);
	put_text(w, "role", h->role);
	put_text(w, "kind", h->kind);
	jsonw_key(w, "text");
	jsonw_strn(w, h->text ? h->text : "", h->text_len);
	jsonw_kstr(w, "state", state_name(h->state));
	put_number(w, "next", h->next);
	put_number(w, "was", h->was);
	put_time(w, "first_taken", h->first_taken);
	put_time(w, "lost_taken", h->lost_taken);
	jsonw_kstr(w, "station", h->station);
	put_text(w, "source", h->source);
	put_text(w, "path", h->path);
	put_text(w, "member", h->member);
	jsonw_kint(w, "offset", h->off);
	jsonw_kint(w, "length", h->len);
}

const char *
talkask_kind(const char *kind)
{
	const struct {
		const char *kind, *text;
	} kinds[] = {
		{"image", cli_tr("picture")}, {"voice", cli_tr("voice")},
		{"video", cli_tr("video")}, {"file", cli_tr("file")},
		{"sticker", cli_tr("sticker")}, {"link", cli_tr("link")},
		{"location", cli_tr("place")}, {"card", cli_tr("card")},
		{"redpacket", cli_tr("red packet")},
		{"transfer", cli_tr("money")}, {"order", cli_tr("order")},
		{"call", cli_tr("call")}, {"recall", cli_tr("recalled")},
		{"poll", cli_tr("poll")}, {"reaction", cli_tr("reaction")},
		{"media_omitted", cli_tr("left out of the export")},
		{"inquiry", cli_tr("inquiry")}, {"mail", cli_tr("e-mail")}
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_eq(kind, kinds[i].kind))
			return kinds[i].text;
	return cli_tr("no text");
}

const char *
talkask_sender(const struct history_message *h)
{
	if (h->sender && h->sender[0])
		return h->sender;
	if (h->sender_id && h->sender_id[0])
		return h->sender_id;
	if (str_eq(h->role, "self"))
		return cli_tr("(self)");
	return str_eq(h->role, "system") ? "*" : "?";
}

static void
add_note(char out[TALKASK_NOTE_LEN], const char *fmt, int64_t utc)
{
	char when[CLOCK_TEXT_LEN];
	const char *at = strstr(fmt, "%s");

	if (utc == HISTORY_NEVER || !at)
		(void)snprintf(out, TALKASK_NOTE_LEN, "%.*s",
		    (int)strcspn(fmt, ":"), fmt);
	else
		(void)snprintf(out, TALKASK_NOTE_LEN, "%.*s%s%s",
		    (int)(at - fmt), fmt, minute(utc, when), at + 2);
}

size_t
talkask_notes(struct talkask_notes *notes, const struct history_message *h)
{
	size_t n = 0;

	if (h->was != 0)
		add_note(notes->text[n++], cli_tr("edited: this text since "
		    "the copy of %s"), h->first_taken);
	switch (h->state) {
	case HISTORY_CHANGED:
		add_note(notes->text[n++], cli_tr("edited: no longer this "
		    "text in the copy of %s"), h->lost_taken);
		break;
	case HISTORY_RECALLED:
		add_note(notes->text[n++], cli_tr("recalled: no longer in "
		    "the copy of %s"), h->lost_taken);
		break;
	case HISTORY_VANISHED:
		add_note(notes->text[n++], cli_tr("vanished: no longer in "
		    "the copy of %s"), h->lost_taken);
		break;
	default:
		break;
	}
	return n;
}

static bool
no_clock(const struct history_message *h)
{
	return str_eq(h->precision, "day") || str_eq(h->precision, "none");
}

const struct json_node *
talkask_json(struct talkask *k, const struct history_message *h)
{
	struct err ignored = ERR_INIT;

	if (h->line_len == 0)
		return NULL;
	if (!k->json)
		k->json = json_new_lenient(JSON_NODES, JSON_DEPTH, &ignored);
	return k->json ? json_parse(k->json, h->line, h->line_len, &ignored) :
	    NULL;
}

int
talkask_files(struct talkask *k, const struct history_message *h,
	bool unsaid, const char *between, struct buf *out, struct err *e)
{
	const struct json_node *line = talkask_json(k, h);
	const struct json_node *list = line ? json_get(k->json, line,
	    "attachments") : NULL;
	const struct json_node *a, *name;
	const size_t before = out->len;

	if (!list || list->type != JSON_ARRAY)
		return 0;
	for (a = json_first(k->json, list); a; a = json_next(k->json, a)) {
		name = a->type == JSON_OBJECT ? json_get(k->json, a,
		    "name") : NULL;
		if (!name || name->type != JSON_STR || (unsaid &&
		    memmem(h->text, h->text_len, name->str, name->len)))
			continue;
		if ((out->len > before && buf_adds(out, between, e) < 0) ||
		    buf_add(out, name->str, name->len, e) < 0)
			return -1;
	}
	return 0;
}

const char *
talkask_file(struct talkask *k, const struct history_message *h, size_t i)
{
	const struct json_node *line = talkask_json(k, h), *list, *a, *name;

	list = line ? json_get(k->json, line, "attachments") : NULL;
	a = list && list->type == JSON_ARRAY ? json_first(k->json, list) :
	    NULL;
	for (; a && i > 0; i--)
		a = json_next(k->json, a);
	name = a && a->type == JSON_OBJECT ? json_get(k->json, a, "name") :
	    NULL;
	return name && name->type == JSON_STR && name->len > 0 ? name->str :
	    NULL;
}

/* What to show for a message without text. */
static void
name_files(struct talkask *k, struct talkask_notes *notes,
	const struct history_message *h)
{
	struct buf files = BUF_INIT(FILES_MAX);
	struct err ignored = ERR_INIT;
	size_t n;

	(void)talkask_files(k, h, false, ", ", &files, &ignored);
	(void)snprintf(notes->files, sizeof(notes->files), "[%s]%s%s",
	    talkask_kind(h->kind), files.len > 0 ? " " : "",
	    buf_str(&files));
	buf_release(&files);
	/* cut between characters */
	for (n = strlen(notes->files); !utf8_valid(notes->files, n); n--)
		;
	notes->files[n] = '\0';
}

void
talkask_line(struct talkask *k, struct talk_line *l,
	struct talkask_notes *notes, const struct history_message *h)
{
	size_t i;

	memset(l, 0, sizeof(*l));
	l->own = str_eq(h->role, "self");
	l->sign = h->state == HISTORY_LIVE ? ' ' :
	    h->state == HISTORY_CHANGED ? '~' : '-';
	l->at = h->at;
	l->no_clock = no_clock(h);
	l->name = talkask_sender(h);
	l->text = h->text;
	l->text_len = h->text_len;
	if (h->text_len == 0) {
		name_files(k, notes, h);
		l->text = notes->files;
		l->text_len = strlen(notes->files);
	}
	l->nnote = talkask_notes(notes, h);
	for (i = 0; i < l->nnote; i++)
		l->note[i] = notes->text[i];
}
