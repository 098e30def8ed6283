/*
 * chat/telegram_html.c - messages.html of Telegram Desktop.
 *
 *	<div class="message default clearfix joined" id="message2">
 *	  <div class="pull_right date details" title="01.03.2024 08:59:30
 *	   UTC+08:00">, <div class="from_name">, <div class="text">
 *
 * "joined": from the same sender as the one before, who is not named again.
 * Rows "message-1" are days, in the words of the program's language.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/markup.h"
#include "chat/pieces.h"
#include "chat/scan.h"

#include "base/banned.h"

#define DEPTH_MAX 64u
#define HREFS_MAX 16u

enum place {
	NOWHERE, FROM, TEXT, REPLY, MEDIA, TITLE, STATUS, SERVICE, DATE, HEAD,
	QUESTION, ANSWER, PLACES
};

struct reader {
	struct draft d;
	/* Of the message that is being read. */
	unsigned char stack[DEPTH_MAX];
	unsigned depth, deeper;
	bool opened, service, joined, day, forwarded, call, voice;
	enum chat_kind kind;
	char id[32];
	char date[64];
	char reply[32];
	struct buf text[PLACES];
	struct buf origin;		/* whom it was forwarded from */
	struct markup_out out;		/* of the text */
	struct buf hrefs;		/* each with a NUL behind it */
	bool failed;
	struct buf last;		/* the sender before */
	struct chat_stamp today;
};

static enum place
here(const struct reader *r)
{
	return r->depth > 0 ? r->stack[r->depth - 1] : NOWHERE;
}

static void
push(struct reader *r, enum place place)
{
	if (r->depth == DEPTH_MAX)
		r->deeper++;
	else
		r->stack[r->depth++] = (unsigned char)place;
}

static void
pop(struct reader *r)
{
	if (r->deeper > 0)
		r->deeper--;
	else if (r->depth > 0)
		r->depth--;
}

static void
copy(char *out, size_t size, const char *s)
{
	if (s)
		(void)snprintf(out, size, "%s", s);
}

/* A number; what is none is no id. */
static void
copy_number(char *out, size_t size, const char *s)
{
	size_t n = strspn(s, "-0123456789");

	(void)snprintf(out, size, "%.*s", n < size ? (int)n : 0, s);
}

/* The message's own element. */
static void
open_message(struct reader *r, const char *const *attr)
{
	const char *id = markup_attr(attr, "id");

	r->opened = true;
	r->service = markup_class(attr, "service");
	r->joined = markup_class(attr, "joined");
	if (!id || strncmp(id, "message", 7) != 0)
		return;
	r->day = id[7] == '-';
	copy_number(r->id, sizeof(r->id), id + 7);
}

static void
note_kind(struct reader *r, const char *const *attr)
{
	static const struct {
		const char *word;
		enum chat_kind kind;
	} words[] = {{"photo_wrap", CHAT_IMAGE}, {"media_photo", CHAT_IMAGE},
	    {"video_file_wrap", CHAT_VIDEO}, {"media_video", CHAT_VIDEO},
	    {"animated_wrap", CHAT_VIDEO}, {"sticker_wrap", CHAT_STICKER},
	    {"media_voice_message", CHAT_VOICE},
	    {"media_audio_file", CHAT_FILE}, {"media_file", CHAT_FILE},
	    {"media_location", CHAT_LOCATION}, {"media_live_location",
	    CHAT_LOCATION}, {"media_venue", CHAT_LOCATION},
	    {"media_contact", CHAT_CARD}, {"media_call", CHAT_CALL},
	    {"media_poll", CHAT_POLL}, {"media_invoice", CHAT_ORDER},
	    {"media_game", CHAT_OTHER}};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (markup_class(attr, words[i].word))
			r->kind = words[i].kind;
}

static enum place
place_of(struct reader *r, const char *const *attr)
{
	enum place up = here(r);

	if (markup_class(attr, "forwarded")) {
		r->forwarded = true;
		return up;
	}
	if (markup_class(attr, "from_name"))
		return FROM;
	if (markup_class(attr, "reply_to"))
		return REPLY;
	if (markup_class(attr, "media_wrap") || markup_class(attr, "media") ||
	    markup_class(attr, "media_poll")) {
		note_kind(r, attr);
		return MEDIA;
	}
	if (up == MEDIA) {
		note_kind(r, attr);
		return markup_class(attr, "title") ? TITLE :
		    markup_class(attr, "status") ? STATUS :
		    markup_class(attr, "question") ? QUESTION :
		    markup_class(attr, "answer") ? ANSWER : MEDIA;
	}
	if (markup_class(attr, "date"))
		return DATE;
	if (markup_class(attr, "initials") ||
	    markup_class(attr, "signature") ||
	    markup_class(attr, "reactions") || markup_class(attr, "reaction"))
		return NOWHERE;
	if (markup_class(attr, "text"))
		return r->opened ? TEXT : HEAD;
	if (r->service && markup_class(attr, "body"))
		return SERVICE;
	return up;
}

static void
add_href(struct reader *r, const char *s)
{
	struct err ignored = ERR_INIT;
	size_t n = markup_fit(s, strlen(s), CHAT_NAME_MAX - 1);

	if (r->hrefs.max - r->hrefs.len <= n)
		return;
	if (buf_add(&r->hrefs, s, n, &ignored) < 0 ||
	    buf_addc(&r->hrefs, '\0', &ignored) < 0)
		r->failed = true;
}

static void
note_reply(struct reader *r, const char *href)
{
	const char *p = strstr(href, "go_to_message");

	if (p)
		copy_number(r->reply, sizeof(r->reply), p + 13);
}

static void
on_open(void *arg, const char *name, const char *const *attr)
{
	struct reader *r = arg;
	const char *href;

	if (strcmp(name, "div") == 0 && !r->opened &&
	    markup_class(attr, "message")) {
		open_message(r, attr);
		push(r, NOWHERE);
		return;
	}
	if (strcmp(name, "div") == 0 || strcmp(name, "span") == 0) {
		if (markup_class(attr, "date") && here(r) != FROM &&
		    r->date[0] == '\0')
			copy(r->date, sizeof(r->date),
			    markup_attr(attr, "title"));
		push(r, place_of(r, attr));
	}
	if (strcmp(name, "a") == 0) {
		href = markup_attr(attr, "href");
		if (here(r) == REPLY && href)
			note_reply(r, href);
		if (here(r) == MEDIA) {
			note_kind(r, attr);
			if (href)
				add_href(r, href);
		}
	}
	if (here(r) == TEXT)
		markup_out_open(&r->out, name);
}

static void
on_close(void *arg, const char *name)
{
	struct reader *r = arg;

	if (here(r) == TEXT)
		markup_out_close(&r->out, name);
	if (strcmp(name, "div") == 0 || strcmp(name, "span") == 0)
		pop(r);
}

static void
on_text(void *arg, const char *s, size_t n)
{
	struct err ignored = ERR_INIT;
	struct reader *r = arg;
	enum place p = here(r);
	struct buf *b = &r->text[p];

	if (p == TEXT) {
		markup_out_text(&r->out, s, n);
		return;
	}
	if (p == NOWHERE || p == DATE || p == MEDIA || p == REPLY)
		return;
	if (p == FROM && r->forwarded)
		b = &r->origin;
	n = markup_fit(s, n, b->max - b->len);
	if (n > 0 && buf_add(b, s, n, &ignored) < 0)
		r->failed = true;
}

/* What is in PLACE in one line, without what hangs over. */
static struct chat_str
said(const struct buf *b)
{
	const char *s = buf_str(b), *end = s + b->len;

	while (s < end && (unsigned char)*s <= ' ')
		s++;
	while (end > s && (unsigned char)end[-1] <= ' ')
		end--;
	return (struct chat_str){s, (size_t)(end - s)};
}

/* --- One message. */

/* "01.03.2024 08:59:07 UTC+08:00"; old ones have no zone. */
static bool
parse_date(const char *s, struct chat_stamp *out)
{
	struct scan c = scan_of(s, strlen(s));
	struct chat_stamp t = {0};
	int h = 0, m = 0;
	bool west;

	if (!scan_number(&c, 1, 2, &t.day, NULL) || !scan_char(&c, '.') ||
	    !scan_number(&c, 1, 2, &t.mon, NULL) || !scan_char(&c, '.') ||
	    !scan_number(&c, 4, 4, &t.year, NULL) || scan_blanks(&c) == 0 ||
	    !scan_clock(&c, ":", &t, NULL))
		return false;
	(void)scan_blanks(&c);
	if (scan_lit(&c, "UTC")) {
		west = scan_char(&c, '-');
		if (!west && !scan_char(&c, '+')) {
			t.zone = STAMP_UTC;
		} else if (scan_number(&c, 2, 2, &h, NULL) &&
		    scan_char(&c, ':') && scan_number(&c, 2, 2, &m, NULL)) {
			t.zone = STAMP_OFFSET;
			t.offset_min = (h * 60 + m) * (west ? -1 : 1);
		}
	}
	*out = t;
	return true;
}

/* "1 March 2024" */
static void
take_day(struct reader *r)
{
	struct chat_str day = said(&r->text[SERVICE]);
	struct chat_stamp t = {.precision = STAMP_DAY};
	struct scan c = scan_of(day.s, day.n);

	memset(&r->today, 0, sizeof(r->today));
	if (scan_number(&c, 1, 2, &t.day, NULL) && scan_blanks(&c) > 0 &&
	    scan_month(&c, &t.mon) && scan_blanks(&c) > 0 &&
	    scan_number(&c, 4, 4, &t.year, NULL) && stamp_valid(&t))
		r->today = t;
}

static int
take_sender(struct reader *r, struct err *e)
{
	struct chat_str from = said(&r->text[FROM]);
	const char *via;

	if (from.n > 0) {
		via = memmem(from.s, from.n, " via @", 6);
		if (via && via > from.s)
			from.n = (size_t)(via - from.s);
		buf_clear(&r->last);
		if (buf_add(&r->last, from.s, from.n, e) < 0)
			return -1;
	} else if (!r->joined) {
		buf_clear(&r->last);
	}
	from = said(&r->origin);
	if (from.n > 0 && draft_forwarded(&r->d, from.s, from.n, e) < 0)
		return -1;
	return draft_name(&r->d, r->last.len > 0 ? buf_str(&r->last) : NULL,
	    r->last.len, e);
}

/* The files; where one was left out, its title stands for it. */
static int
take_media(struct reader *r, struct err *e)
{
	const char *s = buf_str(&r->hrefs), *end = s + r->hrefs.len;
	struct chat_str title = said(&r->text[TITLE]);
	bool files = r->kind == CHAT_IMAGE || r->kind == CHAT_VIDEO ||
	    r->kind == CHAT_STICKER || r->kind == CHAT_VOICE ||
	    r->kind == CHAT_FILE;
	size_t n;

	if (!files && s == end)
		return 0;
	if (s == end)
		return draft_attach(&r->d, title.s, title.n, CHAT_OMITTED, e);
	for (; s < end; s += n + 1) {
		n = strlen(s);
		if (draft_attach(&r->d, s, n, strstr(s, "://") ? CHAT_REMOTE :
		    CHAT_PRESENT, e) < 0)
			return -1;
	}
	return 0;
}

static int
add_text(struct reader *r, const struct chat_line *line, enum place place,
	struct err *e)
{
	struct chat_str s = said(&r->text[place]);

	return s.n == 0 ? 0 : draft_line(&r->d, line, s.s, s.n, e);
}

/* What stands for the message where it has no text of its own. */
static int
take_text(struct reader *r, const struct chat_line *line, struct err *e)
{
	const struct buf *b = &r->text[TEXT];

	if (markup_out_end(&r->out, e) < 0)
		return -1;
	if (r->service)
		return add_text(r, line, SERVICE, e);
	if (b->len > 0 || r->kind == CHAT_TEXT || r->hrefs.len > 0)
		return draft_line(&r->d, line, buf_str(b), b->len, e);
	if (r->kind == CHAT_POLL)
		return add_text(r, line, QUESTION, e) < 0 ? -1 :
		    add_text(r, line, ANSWER, e);
	if (r->kind == CHAT_CALL || r->kind == CHAT_CARD ||
	    r->kind == CHAT_LOCATION || r->kind == CHAT_ORDER ||
	    r->kind == CHAT_OTHER)
		return add_text(r, line, TITLE, e) < 0 ? -1 :
		    add_text(r, line, STATUS, e);
	return 0;
}

static int
finish(struct reader *r, const struct chat_line *line, struct err *e)
{
	struct draft *d = &r->d;

	if (!r->opened || (r->id[0] == '\0' && r->date[0] == '\0'))
		return draft_unparsed(d, line, e);
	if (r->service && r->day) {
		take_day(r);
		return 0;
	}
	draft_begin(d, line);
	d->m.kind = r->service ? CHAT_SYSTEM : r->kind;
	if (r->date[0] == '\0')
		d->m.when = r->today;
	else if (!parse_date(r->date, &d->m.when))
		d->m.warn |= CHAT_WARN_TIME;
	if (r->id[0] != '\0')
		d->m.native_id = (struct chat_str){r->id, strlen(r->id)};
	if (r->service) {
		if (draft_name(d, NULL, 0, e) < 0)
			return -1;
	} else if (take_sender(r, e) < 0 || take_media(r, e) < 0) {
		return -1;
	}
	if ((r->reply[0] != '\0' &&
	    draft_reply(d, r->reply, strlen(r->reply), e) < 0) ||
	    take_text(r, line, e) < 0)
		return -1;
	if (r->out.cut)
		d->m.warn |= CHAT_WARN_LONG;
	return draft_emit(d, e);
}

static void
clear(struct reader *r)
{
	size_t i;

	for (i = 0; i < PLACES; i++)
		buf_clear(&r->text[i]);
	buf_clear(&r->origin);
	buf_clear(&r->hrefs);
	r->depth = r->deeper = 0;
	r->opened = r->service = r->joined = r->day = r->forwarded = false;
	r->kind = CHAT_TEXT;
	r->id[0] = r->date[0] = r->reply[0] = '\0';
	memset(&r->out, 0, sizeof(r->out));
	r->out.b = &r->text[TEXT];
}

static int
take(void *arg, const struct pieces *p, const struct chat_line *line,
	struct err *e)
{
	struct reader *r = arg;
	const struct markup_events h = {on_open, on_close, on_text, r};
	struct chat_str name;

	clear(r);
	if (markup_parse(&h, line->s, line->n, e) < 0)
		return -1;
	if (r->failed)
		return err_nomem(e);
	if (!p->torn)
		return finish(r, line, e);
	if (line->off > 3)
		return draft_unparsed(&r->d, line, e);
	/* The head of the page. */
	name = said(&r->text[HEAD]);
	return name.n == 0 ? 0 : draft_conv(&r->d, name.s, name.n, e);
}

static int
score(const struct chat_sniff *s)
{
	unsigned messages;

	if (s->archive || s->ntext == 0)
		return 0;
	messages = pieces_count(s, "<div class=\"message ");
	if (messages == 0)
		return 0;
	return strstr(s->text, "<title>Exported Data</title>") ||
	    strstr(s->text, "chat_page") || strstr(s->text, "from_name") ?
	    CHAT_SURE : 40;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const char *const marks[] = {"<div class=\"message ", NULL};
	struct reader r = {.opened = false};
	size_t i;
	int rc;

	draft_init(&r.d, job);
	for (i = 0; i < PLACES; i++)
		buf_init(&r.text[i], i == TEXT ? CHAT_TEXT_MAX :
		    CHAT_NAME_MAX * 4);
	buf_init(&r.origin, CHAT_NAME_MAX);
	buf_init(&r.hrefs, HREFS_MAX * CHAT_NAME_MAX);
	buf_init(&r.last, CHAT_NAME_MAX * 4);
	rc = pieces_each(job, marks, take, &r, e);
	for (i = 0; i < PLACES; i++)
		buf_release(&r.text[i]);
	buf_release(&r.origin);
	buf_release(&r.hrefs);
	buf_release(&r.last);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_telegram_html = {
	.name = "telegram-html",
	.platform = "telegram",
	.version = 1,
	.score = score,
	.read = read_all
};
