/*
 * chat/line_txt.c - LINE's text export.
 *
 *	[LINE] Chat history with Anna
 *	Saved on: 2024/03/03 09:00
 *
 *	Fri, 3/1/2024
 *	08:59AM<tab>Anna<tab>text
 *	09:15PM<tab>Anna<tab>"several
 *	lines ""quoted"""
 *	09:16PM<tab><tab>what the program says
 *
 * The program for Windows writes blanks instead, and quotes nothing; where a
 * name ends is then only known of the partner's.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/scan.h"

#include "base/banned.h"

/* --- Days. */

/* The weekday of a language that is not known here: letters, no digits. */
static bool
other_word(struct scan *c)
{
	const char *begin = c->s;

	while (!scan_done(c) && (((unsigned char)*c->s >= 0x80) ||
	    ((*c->s | 0x20) >= 'a' && (*c->s | 0x20) <= 'z')))
		c->s++;
	return c->s > begin && c->s - begin <= 40;
}

/* "March 1, 2024", "1 March 2024", "2024年3月1日", "2024년 3월 1일" */
static bool
worded_date(struct scan *c, struct chat_stamp *t)
{
	struct scan at = *c;
	bool month = scan_month(&at, &t->mon);

	(void)scan_blanks(&at);
	if (!month && scan_number(&at, 4, 4, &t->year, NULL)) {
		if ((!scan_lit(&at, "年") && !scan_lit(&at, "년")) ||
		    (scan_blanks(&at),
		    !scan_number(&at, 1, 2, &t->mon, NULL)) ||
		    (!scan_lit(&at, "月") && !scan_lit(&at, "월")) ||
		    (scan_blanks(&at),
		    !scan_number(&at, 1, 2, &t->day, NULL)) ||
		    (!scan_lit(&at, "日") && !scan_lit(&at, "일")))
			return false;
		*c = at;
		return true;
	}
	if (!scan_number(&at, 1, 2, &t->day, NULL) || (!month &&
	    (scan_blanks(&at) == 0 || !scan_month(&at, &t->mon))))
		return false;
	(void)scan_char(&at, ',');
	if (scan_blanks(&at) == 0 || !scan_number(&at, 4, 4, &t->year, NULL))
		return false;
	t->year = scan_year(t->year, 4);
	*c = at;
	return true;
}

static int
weekday_word(struct scan *c)
{
	static const char *const words[7][7] = {
		{"Sunday", "Sun", "日曜日", "周日", "週日", "日", "일요일"},
		{"Monday", "Mon", "月曜日", "周一", "週一", "月", "월요일"},
		{"Tuesday", "Tue", "火曜日", "周二", "週二", "火", "화요일"},
		{"Wednesday", "Wed", "水曜日", "周三", "週三", "水", "수요일"},
		{"Thursday", "Thu", "木曜日", "周四", "週四", "木", "목요일"},
		{"Friday", "Fri", "金曜日", "周五", "週五", "金", "금요일"},
		{"Saturday", "Sat", "土曜日", "周六", "週六", "土", "토요일"}
	};
	static const char *const single[7] = {"日", "一", "二", "三", "四",
	    "五", "六"};
	struct scan back;
	int day, k;

	(void)scan_blanks(c);
	back = *c;
	(void)(scan_char(c, '(') || scan_lit(c, "（"));
	(void)(scan_lit(c, "星期") || scan_lit(c, "禮拜"));
	for (day = 0; day < 7; day++) {
		for (k = 0; k < 7; k++)
			if (scan_lit(c, words[day][k]))
				goto found;
		if (scan_lit(c, single[day]))
			goto found;
	}
	*c = back;
	return -1;
found:
	(void)(scan_char(c, ')') || scan_lit(c, "）"));
	return day;
}

/*
 * A line that is a day and nothing else; the weekday tells day from month.
 * Behind an empty line it may be in any language.
 */
static bool
day_line(const char *s, size_t n, bool blank, struct chat_stamp *out)
{
	struct chat_stamp t = {.precision = STAMP_DAY};
	struct scan c = scan_of(s, n), date;
	bool other = false, worded;
	struct scan_date d;
	int day, i = 0;

	if (n < 8 || n > 80)
		return false;
	(void)scan_marks(&c);
	date = c;
	worded = worded_date(&c, &t);
	if (!worded) {
		c = date;
		day = weekday_word(&c);
		other = day < 0 && other_word(&c);
		if ((day >= 0 || other) && !scan_char(&c, ',') &&
		    !scan_char(&c, '.'))
			return false;
		(void)scan_blanks(&c);
		worded = worded_date(&c, &t);
	} else {
		day = -1;
	}
	if (!worded && !scan_three(&c, &d))
		return false;
	if (!scan_char(&c, '.'))
		(void)scan_char(&c, ',');
	if (day < 0 && !other) {
		day = weekday_word(&c);
		other = day < 0 && (scan_blanks(&c), other_word(&c));
	}
	(void)scan_blanks(&c);
	if ((day < 0 && !(other && blank)) || !scan_done(&c))
		return false;
	for (i = 1; i >= 0 && !worded && day >= 0; i--) {
		scan_three_as(&d, i, &t);
		if (stamp_valid(&t) && scan_weekday(&t) == day)
			break;
	}
	if (!worded && (i < 0 || day < 0))
		scan_three_as(&d, day >= 0, &t);
	if (!stamp_valid(&t))
		return false;
	*out = t;
	return true;
}

/* --- Records. */

struct header {
	struct chat_stamp clock;
	const char *name, *text;
	size_t nname, ntext;
	bool system;
};

static bool
parse_header(struct header *h, const char *s, size_t n)
{
	struct scan c = scan_of(s, n);
	const char *tab;

	memset(h, 0, sizeof(*h));
	(void)scan_marks(&c);
	if (!scan_clock(&c, ":.", &h->clock, NULL) || !scan_char(&c, '\t'))
		return false;
	tab = memchr(c.s, '\t', scan_left(&c));
	if (!tab) {
		h->system = true;
		h->text = c.s;
		h->ntext = scan_left(&c);
		return true;
	}
	h->name = c.s;
	h->nname = (size_t)(tab - c.s);
	h->system = h->nname == 0;
	h->text = tab + 1;
	h->ntext = (size_t)(c.end - tab) - 1;
	return true;
}

/* "08:59 Anna text" of the program for Windows. */
static bool
spaced_header(struct header *h, const struct chat_str *peer, const char *s,
	size_t n)
{
	struct scan c = scan_of(s, n);
	const char *blank;

	memset(h, 0, sizeof(*h));
	if (!scan_clock(&c, ":", &h->clock, NULL) || !scan_char(&c, ' ') ||
	    scan_done(&c))
		return false;
	h->name = c.s;
	if (peer->n > 0 && scan_left(&c) > peer->n && memcmp(c.s, peer->s,
	    peer->n) == 0 && c.s[peer->n] == ' ') {
		h->nname = peer->n;
	} else {
		blank = memchr(c.s, ' ', scan_left(&c));
		h->nname = blank ? (size_t)(blank - c.s) : scan_left(&c);
	}
	h->text = h->name + h->nname;
	h->ntext = scan_left(&c) - h->nname;
	if (h->ntext > 0) {
		h->text++;
		h->ntext--;
	}
	return true;
}

static bool
is_title(const char *s, size_t n)
{
	struct scan c = scan_of(s, n);

	(void)scan_marks(&c);
	return scan_lit(&c, "[LINE]");
}

static bool
is_saved(const char *s, size_t n)
{
	static const char *const words[] = {"Saved on", "保存日期", "儲存日期",
	    "保存日時", "저장한 날짜", "저장 날짜", "วันที่บันทึก"};
	struct scan c;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		c = scan_of(s, n);
		if (scan_lit(&c, words[i]) && (scan_has(c.s, scan_left(&c),
		    ":") || scan_has(c.s, scan_left(&c), "：")))
			return true;
	}
	return false;
}

struct look {
	unsigned days, headers, spaced;
	bool title;
};

static void
look_at(struct look *l, const struct chat_sniff *s)
{
	const struct chat_str nobody = {NULL, 0};
	struct scan text = scan_of(s->text, s->ntext);
	struct chat_stamp day;
	struct header h;
	bool blank = false;
	unsigned line = 0;
	const char *p;
	size_t n;

	memset(l, 0, sizeof(*l));
	while (scan_line(&text, &p, &n)) {
		if (line++ == 0 && is_title(p, n))
			l->title = true;
		else if (day_line(p, n, blank, &day))
			l->days++;
		else if (parse_header(&h, p, n))
			l->headers++;
		else
			l->spaced += spaced_header(&h, &nobody, p, n);
		blank = n == 0;
	}
}

static int
score(const struct chat_sniff *s)
{
	struct look l;

	if (s->archive)
		return 0;
	look_at(&l, s);
	if (l.title)
		return l.days + l.headers > 0 ? CHAT_SURE : 60;
	if (l.days > 0 && l.headers > 0)
		return 80;
	return l.days > 0 && l.spaced > 0 ? 60 : 0;
}

/* --- Reading. */

struct reader {
	struct draft d;
	struct chat_stamp day;
	bool quoted;		/* the text began with a quote */
	bool closed;		/* which has ended */
	bool spaced;		/* of the program for Windows */
	bool titled;
	bool blank;		/* so was the line before */
	unsigned line;
};

/* Is the quote that began open still?  Doubled ones do not count. */
static bool
is_open(const char *s, size_t n)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += s[i] == '"';
	return count % 2 == 1;
}

/* "several lines ""quoted""" as it was written. */
static void
unquote(struct draft *d)
{
	char *s = (char *)d->text.data;
	size_t i, k = 0, n = d->text.len;

	if (n < 2 || s[0] != '"' || s[n - 1] != '"' || !memchr(s, '\n', n))
		return;
	for (i = 1; i < n - 1; i++) {
		if (s[i] == '"' && i + 1 < n - 1 && s[i + 1] == '"')
			i++;
		s[k++] = s[i];
	}
	draft_cut_back(d, n - k);
}

static int
finish(struct reader *r, struct err *e)
{
	struct draft *d = &r->d;

	if (!d->open)
		return 0;
	draft_trim(d);
	if (r->quoted)
		unquote(d);
	if (d->m.kind == CHAT_SYSTEM) {
		if (kinds_recall(buf_str(&d->text), d->text.len))
			d->m.kind = CHAT_RECALL;
	} else if (draft_kind(d, e) < 0) {
		return -1;
	} else if (d->m.kind == CHAT_TEXT && d->text.len < 60 &&
	    (buf_str(&d->text)[0] == '\xe2') &&
	    scan_has(buf_str(&d->text), d->text.len, "☎")) {
		d->m.kind = CHAT_CALL;
	}
	return draft_emit(d, e);
}

static int
begin(struct reader *r, const struct header *h, const struct chat_line *line,
	struct err *e)
{
	if (finish(r, e) < 0)
		return -1;
	draft_begin(&r->d, line);
	r->d.m.when = h->clock;
	r->d.m.when.year = r->day.year;
	r->d.m.when.mon = r->day.mon;
	r->d.m.when.day = r->day.day;
	r->quoted = !r->spaced && h->ntext > 0 && h->text[0] == '"';
	r->closed = !r->quoted || !is_open(h->text, h->ntext);
	if (h->system)
		r->d.m.kind = CHAT_SYSTEM;
	else if (draft_who(&r->d, h->name, h->nname, e) < 0)
		return -1;
	return draft_line(&r->d, line, h->text, h->ntext, e);
}

/* The name of the chat out of its title. */
static int
title(struct reader *r, const char *s, size_t n, struct err *e)
{
	static const char *const around[][2] = {
		{"Chat history with ", ""}, {"Chat history in ", ""},
		{"ประวัติการแชทกับ", ""}, {"Riwayat chat dengan ", ""},
		{"Riwayat obrolan dengan ", ""}, {"", "님과의 대화 내용"},
		{"与", "的聊天记录"}, {"與", "的聊天記錄"}, {"", "的聊天记录"},
		{"", "的聊天記錄"}, {"", "とのトーク履歴"},
		{"", "のトーク履歴"}, {"", "님과의 대화"}
	};
	struct scan c = scan_of(s, n), name;
	size_t i, len;

	(void)scan_marks(&c);
	(void)scan_lit(&c, "[LINE]");
	(void)scan_blanks(&c);
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
	bool blank = r->blank;
	struct chat_stamp day;
	struct chat_str peer;
	struct header h;

	r->line++;
	r->blank = line->n == 0;
	if (r->line == 1 && is_title(line->s, line->n)) {
		r->titled = true;
		return title(r, line->s, line->n, e);
	}
	/* When it was saved, in whatever language. */
	if (r->line == 2 && r->titled && line->n > 0 &&
	    !memchr(line->s, '\t', line->n) && scan_has(line->s, line->n, ":"))
		return 0;
	if (r->line <= 3 && is_saved(line->s, line->n))
		return 0;
	/* Within quotes a day is text; a header is not, for a quote may be
	 * one that somebody typed. */
	if ((!r->d.open || r->closed) && day_line(line->s, line->n, blank,
	    &day)) {
		r->day = day;
		return finish(r, e);
	}
	peer = (struct chat_str){buf_str(&r->d.conv_name),
	    r->d.conv_name.len};
	if (r->spaced ? spaced_header(&h, &peer, line->s, line->n) :
	    parse_header(&h, line->s, line->n))
		return begin(r, &h, line, e);
	if (!r->d.open)
		return draft_unparsed(&r->d, line, e);
	if (!r->closed && is_open(line->s, line->n))
		r->closed = true;
	return draft_line(&r->d, line, line->s, line->n, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.closed = true};
	struct look look;
	int rc = -1;

	draft_init(&r.d, job);
	look_at(&look, job->sniff);
	r.spaced = look.headers == 0 && look.spaced > 0;
	if (draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_line_txt = {
	.name = "line-txt",
	.platform = "line",
	.version = 1,
	.score = score,
	.read = read_all
};
