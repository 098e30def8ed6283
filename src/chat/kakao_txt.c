/*
 * chat/kakao_txt.c - KakaoTalk's text exports, Korean and English.
 *
 *	[name] [오전 8:59] text			Windows, under lines of days
 *	2024년 3월 1일 오전 8:59, name : text	Android
 *	2024. 3. 1. 오전 8:59, name : text	iOS
 *	2024年3月1日 午前8:59, name : text		Japanese
 *	February 10, 2016, 2:33 AM, name : text
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/scan.h"

#include "base/banned.h"

/* --- Moments. */

enum style { NO_STYLE, HANGUL, DOTTED, ENGLISH, CLOCK_FIRST };

static bool
hangul_date(struct scan *c, struct chat_stamp *s)
{
	struct scan at = *c;

	if (!scan_number(&at, 4, 4, &s->year, NULL) ||
	    (!scan_lit(&at, "년") && !scan_lit(&at, "年")) ||
	    (scan_blanks(&at), !scan_number(&at, 1, 2, &s->mon, NULL)) ||
	    (!scan_lit(&at, "월") && !scan_lit(&at, "月")) ||
	    (scan_blanks(&at), !scan_number(&at, 1, 2, &s->day, NULL)) ||
	    (!scan_lit(&at, "일") && !scan_lit(&at, "日")))
		return false;
	*c = at;
	return true;
}

static bool
dotted_date(struct scan *c, struct chat_stamp *s)
{
	struct scan at = *c;

	if (!scan_number(&at, 4, 4, &s->year, NULL) || !scan_char(&at, '.') ||
	    (scan_blanks(&at), !scan_number(&at, 1, 2, &s->mon, NULL)) ||
	    !scan_char(&at, '.') ||
	    (scan_blanks(&at), !scan_number(&at, 1, 2, &s->day, NULL)) ||
	    !scan_char(&at, '.'))
		return false;
	*c = at;
	return true;
}

/* "February 10, 2016", "10 February 2016" */
static bool
english_date(struct scan *c, struct chat_stamp *s)
{
	struct scan at = *c;

	if (scan_month(&at, &s->mon)) {
		(void)scan_blanks(&at);
		if (!scan_number(&at, 1, 2, &s->day, NULL))
			return false;
		(void)scan_char(&at, ',');
	} else if (!scan_number(&at, 1, 2, &s->day, NULL) ||
	    scan_blanks(&at) == 0 || !scan_month(&at, &s->mon)) {
		return false;
	}
	(void)scan_blanks(&at);
	if (!scan_number(&at, 4, 4, &s->year, NULL))
		return false;
	*c = at;
	return true;
}

static void
skip_weekday(struct scan *c)
{
	static const char *const words[] = {"월요일", "화요일", "수요일",
	    "목요일", "금요일", "토요일", "일요일", "Monday", "Tuesday",
	    "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
	size_t i;

	(void)scan_blanks(c);
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (scan_lit(c, words[i]))
			break;
	(void)scan_char(c, ',');
	(void)scan_blanks(c);
}

/* A date, and a time if there is one: *timed. */
static enum style
moment(struct scan *c, struct chat_stamp *s, bool *timed)
{
	struct scan at = *c, back;
	enum style style = ENGLISH;

	memset(s, 0, sizeof(*s));
	s->precision = STAMP_DAY;
	back = at;
	if (scan_clock(&at, ":", s, NULL) && scan_char(&at, ',') &&
	    scan_blanks(&at) > 0 && english_date(&at, s)) {
		*timed = true;
		*c = at;
		return CLOCK_FIRST;
	}
	memset(s, 0, sizeof(*s));
	at = back;
	s->precision = STAMP_DAY;
	if (hangul_date(&at, s))
		style = HANGUL;
	else if (dotted_date(&at, s))
		style = DOTTED;
	else if (!english_date(&at, s))
		return NO_STYLE;
	back = at;
	skip_weekday(&at);
	if (scan_lit(&at, "at"))
		(void)scan_blanks(&at);
	*timed = scan_clock(&at, ":", s, NULL);
	if (!*timed)
		at = back;
	*c = at;
	return style;
}

/* A line that is a day and nothing else. */
static bool
day_line(const char *s, size_t n, struct chat_stamp *day)
{
	struct scan c = scan_of(s, n);
	struct chat_stamp t;
	bool timed;

	/* Most lines are headers: none of these begins so. */
	if (n < 8 || n > 160 || s[0] == '[')
		return false;
	(void)scan_marks(&c);
	while (scan_char(&c, '-'))
		;
	skip_weekday(&c);
	if (moment(&c, &t, &timed) == NO_STYLE)
		return false;
	skip_weekday(&c);
	while (scan_char(&c, '-'))
		;
	(void)scan_blanks(&c);
	t.precision = STAMP_DAY;
	t.hour = t.min = t.sec = 0;
	if (!scan_done(&c) || !stamp_valid(&t))
		return false;
	*day = t;
	return true;
}

/* --- Headers. */

struct header {
	enum style style;	/* NO_STYLE: Windows */
	struct chat_stamp when;	/* Windows: no date */
	const char *name, *text;
	size_t nname, ntext;
};

/* "[name] [오전 8:59] text": the first place where it fits. */
static bool
windows_header(struct header *h, const char *s, size_t n)
{
	const char *p = s;
	struct scan c;

	if (n < 8 || s[0] != '[')
		return false;
	while ((p = memmem(p, n - (size_t)(p - s), "] [", 3)) != NULL) {
		c = scan_of(p + 3, n - (size_t)(p + 3 - s));
		memset(&h->when, 0, sizeof(h->when));
		if (scan_clock(&c, ":", &h->when, NULL) &&
		    scan_char(&c, ']')) {
			h->style = NO_STYLE;
			h->name = s + 1;
			h->nname = (size_t)(p - s) - 1;
			(void)scan_char(&c, ' ');
			h->text = c.s;
			h->ntext = scan_left(&c);
			return h->nname > 0;
		}
		p++;
	}
	return false;
}

/* "moment, name : text", "moment, notice" */
static bool
phone_header(struct header *h, const char *s, size_t n)
{
	struct scan c = scan_of(s, n);
	const char *colon;
	bool timed;

	(void)scan_marks(&c);
	h->style = moment(&c, &h->when, &timed);
	if (h->style == NO_STYLE || !timed || !scan_char(&c, ',') ||
	    !scan_char(&c, ' '))
		return false;
	colon = memmem(c.s, scan_left(&c), " : ", 3);
	if (!colon && scan_ends(c.s, scan_left(&c), " :"))
		colon = c.end - 2;
	h->name = colon && colon > c.s ? c.s : NULL;
	h->nname = h->name ? (size_t)(colon - c.s) : 0;
	h->text = h->name ? (colon + 3 > c.end ? c.end : colon + 3) : c.s;
	h->ntext = (size_t)(c.end - h->text);
	return true;
}

struct look {
	unsigned windows, days, phone[CLOCK_FIRST + 1], named;
	bool title;
};

static bool
is_title(const char *s, size_t n)
{
	return n < 400 && (scan_has(s, n, "카카오톡 대화") ||
	    scan_has(s, n, "KakaoTalk Chat") ||
	    scan_ends(s, n, "とのトーク") || (scan_has(s, n < 5 ? n : 5,
	    "Talk_") && scan_ends(s, n, ".txt")));
}

static bool
is_saved(const char *s, size_t n)
{
	struct scan c = scan_of(s, n);

	(void)scan_marks(&c);
	return scan_lit(&c, "저장한 날짜") || scan_lit(&c, "Date Saved") ||
	    scan_lit(&c, "保存した日") || scan_lit(&c, "保存日") ||
	    scan_lit(&c, "Saved on");
}

static void
look_at(struct look *l, const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	struct chat_stamp day;
	struct header h;
	const char *p;
	unsigned line = 0;
	size_t n;

	memset(l, 0, sizeof(*l));
	while (scan_line(&text, &p, &n)) {
		if (line++ < 2)
			l->title |= is_title(p, n) || is_saved(p, n);
		if (day_line(p, n, &day)) {
			l->days++;
		} else if (windows_header(&h, p, n)) {
			l->windows++;
		} else if (phone_header(&h, p, n)) {
			l->phone[h.style]++;
			l->named += h.name != NULL;
		}
	}
}

static int
score(const struct chat_sniff *s)
{
	unsigned phone = 0, i;
	struct look l;

	if (s->archive || s->ntext == 0)
		return 0;
	look_at(&l, s);
	for (i = HANGUL; i <= CLOCK_FIRST; i++)
		phone += l.phone[i];
	if (l.windows > 0 && l.days > 0)
		return l.title ? CHAT_SURE : 92;
	if (phone > 0 && l.named > 0)
		return l.title ? CHAT_SURE : l.phone[HANGUL] > 0 ? 85 : 78;
	if (l.windows > 0)
		return l.title ? 90 : 55;
	return l.title && l.days > 0 ? 60 : 0;
}

/* --- Reading. */

struct reader {
	struct draft d;
	struct chat_stamp day;
	bool windows;
	enum style style;
	unsigned line;
};

static bool
starts(const char *s, size_t n, const char *lit)
{
	struct scan c = scan_of(s, n);

	return scan_lit(&c, lit);
}

/* "사진", "사진 3장", "파일: a.pdf" */
static enum chat_kind
kind_of(const char *s, size_t n, size_t *name)
{
	static const struct {
		const char *word;
		enum chat_kind kind;
	} words[] = {
		{"사진", CHAT_IMAGE}, {"Photo", CHAT_IMAGE},
		{"Photos", CHAT_IMAGE}, {"동영상", CHAT_VIDEO},
		{"Video", CHAT_VIDEO}, {"이모티콘", CHAT_STICKER},
		{"Emoticon", CHAT_STICKER}, {"Emoticons", CHAT_STICKER},
		{"Sticker", CHAT_STICKER}, {"음성메시지", CHAT_VOICE},
		{"음성 메시지", CHAT_VOICE}, {"Voice Note", CHAT_VOICE},
		{"Voice Message", CHAT_VOICE}, {"보이스톡 해요", CHAT_CALL},
		{"페이스톡 해요", CHAT_CALL}, {"보이스톡 부재중", CHAT_CALL},
		{"삭제된 메시지입니다.", CHAT_RECALL},
		{"This message was deleted.", CHAT_RECALL}
	};
	static const struct {
		const char *word;
		enum chat_kind kind;
	} heads[] = {
		{"파일: ", CHAT_FILE}, {"File: ", CHAT_FILE},
		{"지도: ", CHAT_LOCATION}, {"연락처: ", CHAT_CARD},
		{"보이스톡 ", CHAT_CALL}, {"페이스톡 ", CHAT_CALL}
	};
	struct scan c;
	size_t i;
	int count;

	*name = 0;
	if (memchr(s, '\n', n))
		return CHAT_TEXT;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		c = scan_of(s, n);
		if (!scan_lit(&c, words[i].word))
			continue;
		if (scan_done(&c) || (scan_char(&c, ' ') &&
		    scan_number(&c, 1, 3, &count, NULL) &&
		    (scan_lit(&c, "장") || true) && scan_done(&c)))
			return words[i].kind;
	}
	for (i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		if (!starts(s, n, heads[i].word) || n > 300)
			continue;
		if (heads[i].kind == CHAT_FILE)
			*name = strlen(heads[i].word);
		return heads[i].kind;
	}
	return CHAT_TEXT;
}

static int
finish(struct reader *r, struct err *e)
{
	struct draft *d = &r->d;
	size_t name;

	if (!d->open)
		return 0;
	draft_trim(d);
	if (d->m.kind != CHAT_SYSTEM) {
		d->m.kind = kind_of(buf_str(&d->text), d->text.len, &name);
		d->m.deleted = d->m.kind == CHAT_RECALL;
		if (name > 0 && draft_attach(d, buf_str(&d->text) + name,
		    d->text.len - name, CHAT_OMITTED, e) < 0)
			return -1;
	}
	return draft_emit(d, e);
}

static int
begin(struct reader *r, const struct header *h, const struct chat_line *line,
	struct err *e)
{
	struct draft *d = &r->d;

	if (finish(r, e) < 0)
		return -1;
	draft_begin(d, line);
	d->m.when = h->when;
	if (r->windows) {
		d->m.when.year = r->day.year;
		d->m.when.mon = r->day.mon;
		d->m.when.day = r->day.day;
	}
	if (!h->name)
		d->m.kind = CHAT_SYSTEM;
	else if (draft_who(d, h->name, h->nname, e) < 0)
		return -1;
	if (h->name && !r->windows && (scan_is(h->name, h->nname, "회원님") ||
	    scan_is(h->name, h->nname, "you")))
		d->m.role = CHAT_SELF;
	return draft_line(d, line, h->text, h->ntext, e);
}

/* Lines of the program's own in the export of Windows. */
static bool
is_notice(const char *s, size_t n)
{
	static const char *const tails[] = {
		"님이 들어왔습니다.", "님이 나갔습니다.", "님을 초대했습니다.",
		"님을 초대하였습니다.", "님을 내보냈습니다.",
		"님이 나갔습니다", "님이 들어왔습니다", "채팅방에 들어왔습니다.",
		"joined this chatroom.", "left this chatroom.",
		"has joined this chatroom.", "has left this chatroom."
	};
	size_t i;

	if (n > 300)
		return false;
	for (i = 0; i < sizeof(tails) / sizeof(*tails); i++)
		if (scan_ends(s, n, tails[i]))
			return true;
	return false;
}

static int
notice(struct reader *r, const struct chat_line *line, struct err *e)
{
	if (finish(r, e) < 0)
		return -1;
	draft_begin(&r->d, line);
	r->d.m.when = r->day;
	r->d.m.kind = CHAT_SYSTEM;
	if (draft_line(&r->d, line, line->s, line->n, e) < 0)
		return -1;
	return finish(r, e);
}

static int
title(struct reader *r, const char *s, size_t n, struct err *e)
{
	static const char *const around[][2] = {
		{"", " 님과 카카오톡 대화"}, {"", "님과 카카오톡 대화"},
		{"", " 카카오톡 대화"}, {"", "さんとのトーク"},
		{"", "とのトーク"}, {"KakaoTalk Chats with ", ""},
		{"KakaoTalk Chat with ", ""}
	};
	struct scan c = scan_of(s, n), name;
	size_t i, len;

	(void)scan_marks(&c);
	for (i = 0; i < sizeof(around) / sizeof(*around); i++) {
		name = c;
		if ((around[i][0][0] != '\0' && !scan_lit(&name,
		    around[i][0])) || !scan_ends(name.s, scan_left(&name),
		    around[i][1]))
			continue;
		len = scan_left(&name) - strlen(around[i][1]);
		if (len > 0)
			return draft_conv(&r->d, name.s, len, e);
	}
	return 0;
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct chat_stamp day;
	struct header h;

	r->line++;
	if (r->line == 1 && is_title(line->s, line->n))
		return title(r, line->s, line->n, e);
	if (r->line <= 3 && is_saved(line->s, line->n))
		return 0;
	if (day_line(line->s, line->n, &day)) {
		r->day = day;
		return finish(r, e);
	}
	if (r->windows ? windows_header(&h, line->s, line->n) :
	    phone_header(&h, line->s, line->n) && h.style == r->style)
		return begin(r, &h, line, e);
	if (r->windows && is_notice(line->s, line->n))
		return notice(r, line, e);
	if (!r->d.open)
		return draft_unparsed(&r->d, line, e);
	return draft_line(&r->d, line, line->s, line->n, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.style = HANGUL};
	struct look look;
	unsigned most = 0, i;
	int rc = -1;

	draft_init(&r.d, job);
	look_at(&look, job->sniff);
	for (i = HANGUL; i <= CLOCK_FIRST; i++) {
		if (look.phone[i] > most) {
			most = look.phone[i];
			r.style = (enum style)i;
		}
	}
	r.windows = look.windows > most;
	if (draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_kakao_txt = {
	.name = "kakao-txt",
	.platform = "kakaotalk",
	.version = 1,
	.score = score,
	.read = read_all
};
