/*
 * tests/desk/days.h - thirty days of a station's chat exports, made up from a
 * seed: what is talked, what is done to it behind the exports' back, and what
 * happens lawfully.  Each day gives files, and the deeds to be told of it.
 *
 *	days_init(&w, seed, DAYS_START);	the first midnight in Shanghai
 *	for (day = 0; day < DAYS; day++)
 *		days_step(&w, day);	w.file[], w.deed[]
 *	days_release(&w);
 */
#ifndef LIUDI_TESTS_DESK_DAYS_H
#define LIUDI_TESTS_DESK_DAYS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { DAYS = 30, TALKS = 4, POSTS_MAX = 1600, DEEDS_MAX = 2000,
	FILES_MAX = 12, WINDOW = 70, DAY_S = 86400 };
enum app { APP_QQ, APP_WHATSAPP, APP_META };

#define DAYS_START INT64_C(1791907200)	/* 2026-10-14 */
#define DAYS_EVENING 66600		/* the exports of a day: 18:30 */

struct post {
	int64_t at;		/* ms UTC */
	bool self, system;	/* who says it; or the program */
	bool picture;
	char text[64];
	bool shown;		/* in some export */
	bool gone, cut, marked, edited;	/* CUT: from the txt alone */
	char forged[64];	/* what the txt says instead */
	int touched;		/* day of the last deed, or -1 */
};

struct talk {
	enum app app;
	const char *peer;
	struct post post[POSTS_MAX];
	size_t n, from;		/* what was before FROM is kept no more */
};

struct deed {
	const char *what;	/* "edited", "recalled", "vanished" */
	int day;
	char before[64];
	int64_t at;		/* ms UTC */
	bool told;
};

struct days_file {
	const char *path;
	struct buf b;
};

struct days {
	uint64_t rng;
	int64_t start;
	int day;
	struct talk talk[TALKS];
	struct deed deed[DEEDS_MAX];
	size_t ndeed;
	struct days_file file[FILES_MAX];
	size_t nfile;
	struct buf kept[3];	/* exports of before that come back */
	int64_t qq_clock, phone_clock;	/* ms by which they show too much */
	const char *self;
	unsigned unique;
};

static inline uint64_t
days_draw(struct days *w, uint64_t below)
{
	uint64_t z = w->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % below;
}

static inline void
days_init(struct days *w, uint64_t seed, int64_t start)
{
	static const char *const peer[TALKS] = {"Anna", "Boris", "Carlos",
	    "Dora M\xc3\xbcller"};
	static const enum app app[TALKS] = {APP_QQ, APP_QQ, APP_WHATSAPP,
	    APP_META};

	memset(w, 0, sizeof(*w));
	w->rng = seed;
	w->start = start;
	w->self = "Sales-Li";
	for (int i = 0; i < TALKS; i++) {
		w->talk[i].app = app[i];
		w->talk[i].peer = peer[i];
	}
	for (int i = 0; i < FILES_MAX; i++)
		w->file[i].b = (struct buf)BUF_INIT((size_t)1 << 24);
	for (int i = 0; i < 3; i++)
		w->kept[i] = (struct buf)BUF_INIT((size_t)1 << 24);
}

static inline void
days_release(struct days *w)
{
	for (int i = 0; i < FILES_MAX; i++)
		buf_release(&w->file[i].b);
	for (int i = 0; i < 3; i++)
		buf_release(&w->kept[i]);
}

/* ---- what is said ---- */

static inline struct post *
days_post(struct days *w, struct talk *t, int64_t at)
{
	static const char *const words[] = {"ok", "\xe5\xa5\xbd\xe7\x9a\x84",
	    "\xe6\x94\xb6\xe5\x88\xb0", "thanks", "?"};
	struct post *p = &t->post[t->n++];

	if (t->n == POSTS_MAX)
		abort();
	memset(p, 0, sizeof(*p));
	p->at = at;
	p->self = days_draw(w, 2) == 0;
	p->touched = -1;
	p->picture = t->app == APP_QQ && strcmp(t->peer, "Boris") == 0 &&
	    days_draw(w, 8) == 0;
	if (days_draw(w, 3) == 0)
		(void)snprintf(p->text, sizeof(p->text), "%s",
		    words[days_draw(w, 5)]);
	else
		(void)snprintf(p->text, sizeof(p->text),
		    "item %u: \xe4\xbb\xb7\xe6\xa0\xbc %u USD", ++w->unique,
		    (unsigned)days_draw(w, 900));
	return p;
}

static inline int64_t
days_at(const struct days *w, int day, int64_t second)
{
	return (w->start + (int64_t)day * DAY_S + second) * 1000;
}

/* A day's talk: often some in one minute; the last just before the export. */
static inline void
days_talk(struct days *w, struct talk *t)
{
	int64_t second = 32400 + (int64_t)days_draw(w, 3600);
	size_t n = 6 + days_draw(w, 24);

	for (size_t i = 0; i < n && second < DAYS_EVENING - 900; i++) {
		(void)days_post(w, t, days_at(w, w->day, second) +
		    (t->app == APP_META ? (int64_t)days_draw(w, 1000) : 0));
		second += 1 + (int64_t)days_draw(w, days_draw(w, 3) == 0 ?
		    2400 : 20);
	}
	(void)days_post(w, t, days_at(w, w->day, DAYS_EVENING - 45));
}

/* ---- what is done to it ---- */

static inline void
days_deed(struct days *w, struct post *p, const char *what)
{
	struct deed *d = &w->deed[w->ndeed++];

	if (w->ndeed == DEEDS_MAX)
		abort();
	d->what = what;
	d->day = w->day;
	d->at = p->at;
	d->told = false;
	memcpy(d->before, p->forged[0] != '\0' ? p->forged : p->text,
	    sizeof(d->before));
	p->touched = w->day;
}

/* Is somebody else's deed of today in its minute? */
static inline bool
days_crowded(const struct days *w, const struct talk *t, const struct post *p)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->post[i].touched == w->day &&
		    t->post[i].at / 60000 == p->at / 60000)
			return true;
	}
	return false;
}

/* One that exports showed, and that today's should hold. */
static inline struct post *
days_victim(struct days *w, struct talk *t)
{
	size_t from = t->from + 3, window = t->app == APP_WHATSAPP ? WINDOW / 2 :
	    POSTS_MAX;
	struct post *p;

	if (t->n > window && from < t->n - window)
		from = t->n - window;
	if (from + 4 > t->n)
		return NULL;
	p = &t->post[from + days_draw(w, t->n - from)];
	if (!p->shown || p->gone || p->cut || p->marked || p->system ||
	    p->picture || days_crowded(w, t, p))
		return NULL;
	return p;
}

/* QQ: a notice where it was taken back; it was shown in between. */
static inline void
days_notice(struct days *w, struct talk *t)
{
	struct post *p = t->n > 0 ? &t->post[t->n - 1] : NULL, *notice;
	bool self;

	if (p == NULL || !p->shown || p->gone || p->cut || p->system ||
	    p->forged[0] != '\0' || p->touched == w->day)
		return;
	days_deed(w, p, "recalled");
	p->gone = true;
	self = p->self;
	notice = days_post(w, t, days_at(w, w->day - 1, DAYS_EVENING + 40));
	notice->system = true;
	notice->picture = false;
	notice->touched = w->day;
	(void)snprintf(notice->text, sizeof(notice->text), "%s"
	    "\xe6\x92\xa4\xe5\x9b\x9e\xe4\xba\x86\xe4\xb8\x80\xe6\x9d\xa1"
	    "\xe6\xb6\x88\xe6\x81\xaf", self ? "\xe4\xbd\xa0" : t->peer);
}

static inline void
days_edit(struct days *w, struct talk *t, struct post *p)
{
	char *text = t->app == APP_QQ ? p->forged : p->text;

	if (t->app == APP_QQ && strcmp(t->peer, "Anna") != 0)
		return;		/* a mht is not edited by hand */
	days_deed(w, p, "edited");
	(void)snprintf(text, sizeof(p->text), "item %u: corrected",
	    ++w->unique);
	p->edited = t->app == APP_WHATSAPP;
}

static inline void
days_tamper(struct days *w, struct talk *t)
{
	struct post *p;

	/* the last lines of yesterday, or what was said last */
	if (t->app == APP_QQ && days_draw(w, 4) == 0)
		days_notice(w, t);
	for (size_t n = days_draw(w, 4); n > 0; n--) {
		p = days_victim(w, t);
		if (p == NULL || (t->app == APP_QQ &&
		    p->at > days_at(w, w->day - 1, DAYS_EVENING - 600)))
			continue;
		switch (days_draw(w, 4)) {
		case 0:
			days_deed(w, p, "vanished");
			p->gone = true;
			break;
		case 1:
			days_edit(w, t, p);
			break;
		case 2:
			if (t->app == APP_QQ)
				break;
			days_deed(w, p, "recalled");
			p->marked = true;
			break;
		default:
			if (strcmp(t->peer, "Anna") != 0)
				break;
			days_deed(w, p, "vanished");
			p->cut = true;
		}
	}
}

/* ---- exports ---- */

static inline void
days_add(struct buf *b, const char *text)
{
	struct err e = ERR_INIT;

	if (buf_adds(b, text, &e) < 0)
		abort();
}

/* The wall clock: YEAR-MONTH-DAY and the second of the day. */
static inline int64_t
days_wall(int64_t ms, int *y, int *m, int *d)
{
	int64_t s = ms / 1000 + 28800, z = s / DAY_S + 719468;
	int64_t era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
	return s % DAY_S;
}

static inline const char *
days_name(const struct days *w, const struct talk *t, const struct post *p)
{
	return p->system ? "\xe7\xb3\xbb\xe7\xbb\x9f\xe6\xb6\x88\xe6\x81\xaf"
	    "(10000)" : p->self ? w->self : t->peer;
}

static inline void
days_qq_txt(struct days *w, const struct talk *t, struct buf *b)
{
	static const char bar[] = "======================================="
	    "=========================\r\n";
	char line[400];
	int y, m, d;

	days_add(b, "\xef\xbb\xbf\xe6\xb6\x88\xe6\x81\xaf\xe8\xae\xb0\xe5\xbd"
	    "\x95\xef\xbc\x88\xe6\xad\xa4\xe6\xb6\x88\xe6\x81\xaf\xe8\xae\xb0"
	    "\xe5\xbd\x95\xe4\xb8\xba\xe6\x96\x87\xe6\x9c\xac\xe6\xa0\xbc\xe5"
	    "\xbc\x8f\xef\xbc\x8c\xe4\xb8\x8d\xe6\x94\xaf\xe6\x8c\x81\xe9\x87"
	    "\x8d\xe6\x96\xb0\xe5\xaf\xbc\xe5\x85\xa5\xef\xbc\x89\r\n\r\n");
	days_add(b, bar);
	days_add(b, "\xe6\xb6\x88\xe6\x81\xaf\xe5\x88\x86\xe7\xbb\x84:"
	    "\xe5\xae\xa2\xe6\x88\xb7\r\n");
	days_add(b, bar);
	(void)snprintf(line, sizeof(line), "\xe6\xb6\x88\xe6\x81\xaf\xe5\xaf"
	    "\xb9\xe8\xb1\xa1:%s\r\n%s\r\n", t->peer, bar);
	days_add(b, line);
	for (size_t i = t->from; i < t->n; i++) {
		const struct post *p = &t->post[i];
		int64_t s = days_wall(p->at + w->qq_clock, &y, &m, &d);

		if (p->gone || p->cut)
			continue;
		(void)snprintf(line, sizeof(line),
		    "%d-%02d-%02d %d:%02d:%02d %s\r\n%s\r\n\r\n", y, m, d,
		    (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60),
		    days_name(w, t, p), p->picture ?
		    "[\xe5\x9b\xbe\xe7\x89\x87]" : p->forged[0] != '\0' ?
		    p->forged : p->text);
		days_add(b, line);
	}
}

#define DAYS_CELL "<tr><td><div style=padding-left:10px;>"

static inline void
days_mht_head(const struct talk *t, uint64_t boundary, struct buf *b)
{
	char line[1200];

	(void)snprintf(line, sizeof(line),
	    "\xef\xbb\xbf" "From: <Save by Tencent MsgMgr>\r\n"
	    "Subject: Tencent IM Message\r\nMIME-Version: 1.0\r\n"
	    "Content-Type:multipart/related;\r\n\tcharset=\"utf-8\"\r\n"
	    "\ttype=\"text/html\";\r\n"
	    "\tboundary=\"----=_NextPart_%016llx\"\r\n\r\n"
	    "------=_NextPart_%016llx\r\nContent-Type: text/html\r\n"
	    "Content-Transfer-Encoding:7bit\r\n\r\n"
	    "<html><head><title>QQ Message</title></head><body><table "
	    "width=100%% cellspacing=0>" DAYS_CELL "<br><b>\xe6\xb6\x88\xe6"
	    "\x81\xaf\xe8\xae\xb0\xe5\xbd\x95</b></div></td></tr>" DAYS_CELL
	    "\xe6\xb6\x88\xe6\x81\xaf\xe5\x88\x86\xe7\xbb\x84:\xe5\xae\xa2"
	    "\xe6\x88\xb7</div></td></tr>" DAYS_CELL "\xe6\xb6\x88\xe6\x81"
	    "\xaf\xe5\xaf\xb9\xe8\xb1\xa1:%s</div></td></tr>" DAYS_CELL
	    "&nbsp;</div></td></tr>\r\n", (unsigned long long)boundary,
	    (unsigned long long)boundary, t->peer);
	days_add(b, line);
}

/* Its numbers are others at each export, and so are its pictures' names. */
static inline void
days_qq_mht(struct days *w, const struct talk *t, struct buf *b)
{
	uint64_t boundary = days_draw(w, UINT64_MAX), guid = boundary | 1;
	int y, m, d, was = 0;
	size_t pictures = 0;
	char line[900], picture[80];

	days_mht_head(t, boundary, b);
	for (size_t i = t->from; i < t->n; i++) {
		const struct post *p = &t->post[i];
		int64_t s = days_wall(p->at + w->qq_clock, &y, &m, &d);

		if (p->gone)
			continue;
		if (d != was) {
			(void)snprintf(line, sizeof(line), "<tr><td style="
			    "color:#3568BB;>\xe6\x97\xa5\xe6\x9c\x9f: "
			    "%d-%02d-%02d</td></tr>\r\n", y, m, d);
			days_add(b, line);
		}
		was = d;
		picture[0] = '\0';
		if (p->picture)
			(void)snprintf(picture, sizeof(picture), "<IMG src="
			    "\"{%016llX-%zu}.dat\">", (unsigned long long)guid,
			    ++pictures);
		(void)snprintf(line, sizeof(line), "<tr><td><div style=color:"
		    "%s;padding-left:10px;><div style=float:left;margin-right:"
		    "6px;>%s</div>%d:%02d:%02d</div><div style=padding-left:"
		    "20px;><font color='000000'>%s</font>%s</div></td></tr>"
		    "\r\n", p->self ? "#42B475" : "#006EFE",
		    days_name(w, t, p), (int)(s / 3600), (int)(s / 60 % 60),
		    (int)(s % 60), p->text, picture);
		days_add(b, line);
	}
	days_add(b, "</table></body></html>\r\n\r\n");
	for (size_t i = 1; i <= pictures; i++) {
		(void)snprintf(line, sizeof(line), "------=_NextPart_%016llx"
		    "\r\nContent-Type:image/png\r\nContent-Transfer-Encoding:"
		    "base64\r\nContent-Location:{%016llX-%zu}.dat\r\n\r\n"
		    "iVBORw0KGgo%04zu=\r\n\r\n", (unsigned long long)boundary,
		    (unsigned long long)guid, i, i);
		days_add(b, line);
	}
	(void)snprintf(line, sizeof(line), "------=_NextPart_%016llx--\r\n",
	    (unsigned long long)boundary);
	days_add(b, line);
}

/* To the minute; not more than the last WINDOW. */
static inline void
days_whatsapp(struct days *w, const struct talk *t, struct buf *b)
{
	size_t alive = 0, i = t->n;
	char line[300];
	int y, m, d;

	while (i > 0 && alive < WINDOW)
		alive += !t->post[--i].gone;
	for (; i < t->n; i++) {
		const struct post *p = &t->post[i];
		int64_t s = days_wall(p->at + w->phone_clock, &y, &m, &d);

		if (p->gone)
			continue;
		(void)snprintf(line, sizeof(line), "%02d/%02d/%d, %02d:%02d - "
		    "%s: %s%s\n", d, m, y, (int)(s / 3600), (int)(s / 60 % 60),
		    days_name(w, t, p), !p->marked ? p->text : p->self ?
		    "You deleted this message" : "This message was deleted",
		    p->edited && !p->marked ? " <This message was edited>" :
		    "");
		days_add(b, line);
	}
}

/* Each byte of UTF-8 as a character, as Meta writes it. */
static inline void
days_mojibake(struct buf *b, const char *text)
{
	char hex[8];

	for (; *text != '\0'; text++) {
		(void)snprintf(hex, sizeof(hex), (unsigned char)*text < 0x80 ?
		    "%c" : "\\u%04x", (unsigned char)*text);
		days_add(b, hex);
	}
}

static inline void
days_meta(struct days *w, const struct talk *t, struct buf *b)
{
	char line[200];
	bool first = true;

	days_add(b, "{\"participants\": [{\"name\": \"");
	days_mojibake(b, t->peer);
	days_add(b, "\"}, {\"name\": \"Sales-Li\"}],\n\"messages\": [");
	for (size_t i = t->n; i > t->from; i--) {
		const struct post *p = &t->post[i - 1];

		if (p->gone)
			continue;
		days_add(b, first ? "\n{\"sender_name\": \"" :
		    ",\n{\"sender_name\": \"");
		first = false;
		days_mojibake(b, p->self ? "Sales-Li" : t->peer);
		(void)snprintf(line, sizeof(line), "\", \"timestamp_ms\": %lld",
		    (long long)p->at);
		days_add(b, line);
		if (p->marked) {
			days_add(b, ", \"is_unsent\": true}");
			continue;
		}
		days_add(b, ", \"content\": \"");
		days_mojibake(b, p->text);
		days_add(b, "\"}");
	}
	days_add(b, "],\n\"title\": \"");
	days_mojibake(b, t->peer);
	days_add(b, "\", \"is_still_participant\": true, \"thread_path\": "
	    "\"inbox/dora_1\", \"magic_words\": []}");
	(void)w;
}

static inline struct buf *
days_new_file(struct days *w, const char *path)
{
	struct days_file *f = &w->file[w->nfile++];

	f->path = path;
	buf_clear(&f->b);
	return &f->b;
}

static inline void
days_copy(struct buf *to, const struct buf *from)
{
	struct err e = ERR_INIT;

	buf_clear(to);
	if (buf_add(to, from->data, from->len, &e) < 0)
		abort();
}

static inline void
days_export(struct days *w)
{
	struct talk *anna = &w->talk[0], *boris = &w->talk[1];

	w->nfile = 0;
	days_qq_txt(w, anna, days_new_file(w, "chats/Anna.txt"));
	days_qq_mht(w, anna, days_new_file(w, "chats/Anna.mht"));
	days_qq_mht(w, boris, days_new_file(w, "chats/Boris.mht"));
	days_whatsapp(w, &w->talk[2], days_new_file(w,
	    "chats/WhatsApp Chat with Carlos.txt"));
	days_meta(w, &w->talk[3], days_new_file(w,
	    "chats/messages/inbox/dora_1/message_1.json"));
	for (int i = 0; i < TALKS; i++) {
		struct talk *t = &w->talk[i];

		for (size_t k = t->from; k < t->n; k++)
			t->post[k].shown = true;
	}
}

/* What nobody is to be told. */
static inline void
days_lawful(struct days *w)
{
	switch (w->day) {
	case 5:
		days_copy(&w->kept[0], &w->file[0].b);
		days_copy(&w->kept[1], &w->file[3].b);
		break;
	case 8:			/* one that no run ever took, of the morning */
		buf_clear(&w->kept[2]);
		days_whatsapp(w, &w->talk[2], &w->kept[2]);
		break;
	case 17:		/* abroad */
		w->phone_clock = 3 * 3600000;
		break;
	case 20: {		/* eight days are kept */
		struct talk *t;

		for (int i = 0; i < 2; i++)
			for (t = &w->talk[i]; t->from < t->n &&
			    t->post[t->from].at < days_at(w, 12, 0); t->from++)
				continue;
		break;
	}
	case 23:
		w->qq_clock = -5 * 3600000;
		break;
	case 26:
		w->self = "Li (HK)";
		break;
	default:
		break;
	}
}

/* Files of before, under other names. */
static inline void
days_late(struct days *w)
{
	if (w->day == 12) {
		days_copy(days_new_file(w, "chats/Anna-old.txt"), &w->kept[0]);
		days_copy(days_new_file(w, "chats/Carlos-old.txt"),
		    &w->kept[1]);
	}
	if (w->day == 14)
		days_copy(days_new_file(w, "chats/Carlos-8.txt"), &w->kept[2]);
}

static inline void
days_step(struct days *w, int day)
{
	w->day = day;
	days_lawful(w);
	for (int i = 0; i < TALKS; i++) {
		if (day > 0)
			days_tamper(w, &w->talk[i]);
		days_talk(w, &w->talk[i]);
	}
	days_export(w);
	days_late(w);
}

#endif
