/*
 * chat/googlechat_json.c - messages.json of Google Chat in Takeout.
 *
 *	{"messages":[{"creator":{"name":…, "email":…, "user_type":…},
 *	 "created_date":…, "updated_date":…, "text":…, "topic_id":…,
 *	 "message_id":…, "message_state":"DELETED",
 *	 "attached_files":[{"original_name":…, "export_name":…}]}]}
 *
 * A date is a sentence in the account's language, in UTC: "Friday, March 1,
 * 2024 at 12:59:07 AM UTC", "2024年3月1日星期五 UTC 01:03:15".  It lies in a
 * folder "DM <id>" or "Space <id>".
 */
#include "chat/formats.h"

#include <string.h>
#include <strings.h>

#include "chat/compose.h"
#include "chat/kinds.h"
#include "chat/roads.h"
#include "chat/scan.h"
#include "chat/shape.h"

#include "base/banned.h"

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_GOOGLE);
}

/* --- Sentences */

/* Beginnings of the names of months, in lower case; the longer ones first. */
static const struct {
	const char *name;
	int mon;
} months[] = {
	{"januar", 1}, {"janv", 1}, {"jan", 1}, {"enero", 1}, {"ene", 1},
	{"gennaio", 1}, {"gen", 1}, {"январ", 1}, {"янв", 1},
	{"stycz", 1}, {"ocak", 1}, {"tammi", 1},
	{"februar", 2}, {"febr", 2}, {"feb", 2}, {"févr", 2},
	{"fev", 2}, {"феврал", 2}, {"фев", 2}, {"lut", 2}, {"şubat", 2},
	{"helmi", 2},
	{"mars", 3}, {"march", 3}, {"marzo", 3}, {"março", 3}, {"märz", 3},
	{"maart", 3}, {"maret", 3}, {"mart", 3}, {"mrt", 3}, {"mar", 3},
	{"март", 3}, {"мар", 3}, {"marz", 3}, {"mär", 3}, {"maalis", 3},
	{"april", 4}, {"abril", 4}, {"avril", 4}, {"avr", 4}, {"abr", 4},
	{"apr", 4}, {"апрел", 4}, {"апр", 4}, {"kwie", 4}, {"nisan", 4},
	{"huhti", 4},
	{"mayıs", 5}, {"mayo", 5}, {"may", 5}, {"maio", 5}, {"mai", 5},
	{"mag", 5}, {"mei", 5}, {"мая", 5}, {"май", 5}, {"maj", 5},
	{"touko", 5},
	{"june", 6}, {"juni", 6}, {"juin", 6}, {"junio", 6}, {"junho", 6},
	{"jun", 6}, {"giu", 6}, {"июн", 6}, {"czerw", 6}, {"haziran", 6},
	{"kesä", 6},
	{"july", 7}, {"juli", 7}, {"juil", 7}, {"julio", 7}, {"julho", 7},
	{"jul", 7}, {"lug", 7}, {"июл", 7}, {"lip", 7}, {"temmuz", 7},
	{"heinä", 7},
	{"aug", 8}, {"août", 8}, {"ago", 8}, {"agt", 8}, {"авг", 8},
	{"sierp", 8}, {"ağustos", 8}, {"elo", 8},
	{"sep", 9}, {"set", 9}, {"сен", 9}, {"wrze", 9}, {"eylül", 9},
	{"syys", 9},
	{"okt", 10}, {"oct", 10}, {"out", 10}, {"ott", 10}, {"окт", 10},
	{"paźdz", 10}, {"ekim", 10}, {"loka", 10},
	{"nov", 11}, {"ноя", 11}, {"listop", 11}, {"kasım", 11},
	{"marras", 11}, {"nop", 11},
	{"dec", 12}, {"dez", 12}, {"dic", 12}, {"déc", 12}, {"дек", 12},
	{"grud", 12}, {"aralık", 12}, {"des", 12}, {"joulu", 12},
	{"tháng", 0}	/* its number follows */
};

static bool
is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c < 0;
}

static int
month_of(const char *s, size_t n)
{
	size_t i, k;

	for (i = 0; i < sizeof(months) / sizeof(months[0]); i++) {
		k = strlen(months[i].name);
		if (n >= k && strncasecmp(s, months[i].name, k) == 0)
			return months[i].mon;
	}
	return -1;
}

struct sentence {
	struct chat_stamp s;
	int number[4];		/* of at most two digits, in their order */
	unsigned digits[4];
	size_t n;
	bool clock, afternoon, morning, utc;
};

/* Between hours, minutes and seconds. */
static bool
mark(struct scan *c)
{
	static const char *const marks[] = {":", ".", "時", "时", "点", "시",
		"分", "분", "h"};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (scan_lit(c, marks[i])) {
			(void)scan_blanks(c);
			return true;
		}
	return false;
}

/* "1:04:00", "1時04分00秒", "1시 4분 0초" */
static bool
take_clock(struct sentence *t, struct scan *c)
{
	struct scan at = *c;
	int h, m, s = 0;
	unsigned least;

	if (!scan_number(&at, 1, 2, &h, NULL) || scan_done(&at))
		return false;
	/* In words ("6시 3분 5초") a minute may have one digit. */
	least = (unsigned char)*at.s < 0x80 ? 2 : 1;
	if (!mark(&at) || !scan_number(&at, least, 2, &m, NULL))
		return false;
	t->s.precision = STAMP_MIN;
	if (mark(&at) && scan_number(&at, least, 2, &s, NULL))
		t->s.precision = STAMP_S;
	/* "1.3.2024" is none. */
	if (!scan_done(&at) && *at.s >= '0' && *at.s <= '9')
		return false;
	t->s.hour = h;
	t->s.min = m;
	t->s.sec = s;
	t->clock = true;
	*c = at;
	return true;
}

static void
take_word(struct sentence *t, struct scan *c)
{
	static const struct {
		const char *word;
		bool late;
	} halves[] = {{"am", false}, {"pm", true}, {"a.m.", false},
	    {"p.m.", true}, {"a. m.", false}, {"p. m.", true},
	    {"上午", false}, {"下午", true}, {"午前", false},
	    {"午後", true}, {"오전", false}, {"오후", true},
	    {"凌晨", false}, {"晚上", true}, {"中午", true}};
	const char *s = c->s;
	size_t left = scan_left(c), i, n = 0, k;
	int mon;

	for (i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		k = strlen(halves[i].word);
		if (left >= k && strncasecmp(s, halves[i].word, k) == 0 &&
		    (left == k || !is_word_byte(s[k]) || s[0] < 0)) {
			t->afternoon = t->afternoon || halves[i].late;
			t->morning = t->morning || !halves[i].late;
			c->s += k;
			return;
		}
	}
	/* "年", "月", "일": marks of one character. */
	while (n < left && is_word_byte(s[n]))
		n++;
	if (n == 3 && (strncasecmp(s, "UTC", 3) == 0 ||
	    strncasecmp(s, "GMT", 3) == 0))
		t->utc = true;
	mon = month_of(s, n);
	if (mon > 0 && t->s.mon == 0)
		t->s.mon = mon;
	if (n > 3 && s[0] < 0 && mon < 0)
		n = 3;		/* East Asian: no blanks between words */
	c->s += n > 0 ? n : 1;
}

static void
take_number(struct sentence *t, struct scan *c)
{
	unsigned digits;
	int v;

	if (!scan_number(c, 1, 4, &v, &digits)) {
		c->s++;
		return;
	}
	if (digits == 4 && t->s.year == 0) {
		t->s.year = v;
	} else if (t->n < 4) {
		t->number[t->n] = v;
		t->digits[t->n++] = digits;
	}
}

static bool
parse_sentence(struct chat_stamp *out, const char *s, size_t n)
{
	struct sentence t = {.n = 0};
	struct scan c = scan_of(s, n);
	bool year_first;

	if (n > 200)
		return false;
	while (!scan_done(&c)) {
		if (*c.s >= '0' && *c.s <= '9') {
			if (t.clock || !take_clock(&t, &c))
				take_number(&t, &c);
		} else if (is_word_byte(*c.s)) {
			take_word(&t, &c);
		} else {
			c.s++;
		}
	}
	year_first = n > 4 && s[0] >= '0' && s[0] <= '9' && s[3] >= '0' &&
	    s[3] <= '9';
	if (!t.clock || t.s.year == 0)
		return false;
	if (t.s.mon > 0 && t.n > 0) {
		t.s.day = t.number[0];
	} else if (t.s.mon == 0 && t.n > 1) {
		/* Numbers alone: the month is first behind a year. */
		t.s.mon = t.number[year_first ? 0 : 1];
		t.s.day = t.number[year_first ? 1 : 0];
	}
	if (t.afternoon && t.s.hour < 12)
		t.s.hour += 12;
	else if (t.morning && t.s.hour == 12)
		t.s.hour = 0;
	t.s.zone = STAMP_UTC;
	if (!stamp_valid(&t.s) || t.s.mon == 0)
		return false;
	*out = t.s;
	return true;
}

static bool
parse_when(struct chat_stamp *out, const struct json_node *v)
{
	return v && v->type == JSON_STR && (compose_iso(out, v) ||
	    parse_sentence(out, v->str, v->len));
}

/* --- Messages */

/* "…/Groups/DM abc/messages.json" */
static void
set_conv(struct compose *c)
{
	const char *path = c->job->in->path ? c->job->in->path : "";
	const char *end = strrchr(path, '/'), *from;
	const struct chat_str none = {NULL, 0};
	struct chat_str id;

	if (!end || end == path)
		return;
	for (from = end; from > path && from[-1] != '/'; from--)
		;
	id = (struct chat_str){from, (size_t)(end - from)};
	compose_conv(c, id, none, strncmp(from, "DM ", 3) == 0 ?
	    CHAT_PRIVATE : strncmp(from, "Space ", 6) == 0 ? CHAT_GROUP :
	    CHAT_CONV_UNKNOWN);
}

static void
add_files(struct compose *c, const struct json *doc, const struct json_node *v)
{
	const struct json_node *one;
	struct chat_str name;

	if (!v || v->type != JSON_ARRAY)
		return;
	for (one = json_first(doc, v); one; one = json_next(doc, one)) {
		name = compose_jname(c, compose_get(doc, one, "export_name"));
		if (name.n == 0)
			name = compose_jname(c, compose_get(doc, one,
			    "original_name"));
		compose_attach(c, name, CHAT_PRESENT);
	}
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	enum {CREATOR, CREATED, UPDATED, TEXT, TOPIC, ID, STATE, FILES, QUOTE,
		COUNT};
	static const char *const names[COUNT] = {"creator", "created_date",
		"updated_date", "text", "topic_id", "message_id",
		"message_state", "attached_files", "quoted_message_metadata"};
	const struct json_node *k[COUNT];
	struct compose *c = arg;
	struct chat_msg *m = &c->m;

	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(c, v->off, v->n);
	if (!k[CREATED] && !k[ID])
		return compose_unparsed_json(c, v->off, v->n, v->doc,
		    v->value, e);
	if (!parse_when(&m->when, k[CREATED]))
		m->warn |= CHAT_WARN_TIME;
	m->sender_id = compose_jname(c, compose_get(v->doc, k[CREATOR],
	    "email"));
	m->sender_name = compose_jname(c, compose_get(v->doc, k[CREATOR],
	    "name"));
	if (!m->sender_id.s)
		m->sender_id = m->sender_name;
	if (compose_is(compose_get(v->doc, k[CREATOR], "user_type"), "Bot"))
		m->role = CHAT_BOT;
	m->native_id = compose_jname(c, k[ID]);
	m->thread = compose_jname(c, k[TOPIC]);
	m->reply_to = compose_jname(c, compose_get(v->doc, k[QUOTE],
	    "message_id"));
	m->text = compose_jtext(c, k[TEXT]);
	add_files(c, v->doc, k[FILES]);
	if (m->text.n == 0 && m->natt > 0)
		m->kind = kinds_file(m->att[0].name.s, m->att[0].name.n);
	m->edited = k[UPDATED] != NULL;
	if (compose_is(k[STATE], "DELETED")) {
		m->deleted = true;
		m->kind = CHAT_RECALL;
	}
	return compose_emit(c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road road = {"messages[]", on_msg, NULL};
	struct compose c;
	int rc;

	compose_init(&c, job);
	set_conv(&c);
	rc = roads_walk(job, &road, 1, &c, &c, e);
	compose_release(&c);
	return rc;
}

const struct chat_format chat_googlechat_json = {
	.name = "googlechat-json",
	.platform = "googlechat",
	.version = 1,
	.score = score,
	.read = read_all
};
