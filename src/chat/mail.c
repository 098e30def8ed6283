/*
 * chat/mail.c - MIME by GMime; which part is the text, and in which encoding.
 *
 * GMime has no limits of its own: each part costs it some KiB, each level a
 * frame of the stack.  So a mail is thinned out before it comes there.
 */
#include "chat/mail.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "chat/draft.h"
#include "chat/markup.h"
#include "chat/scan.h"
#include "chat/text.h"

#include "base/banned.h"

#define BASE64_KEPT 16u		/* lines of something attached */
#define BOUNDARIES_MAX 500u
#define FIELD_MAX (128u << 10)
#define NESTS_MAX 200u		/* of "(" and ":", which GMime recurses into */

struct mail {
	struct draft d;
	GMimeParserOptions *options;
	struct buf raw;
	uint64_t off;
	bool any;		/* there was a line */
	bool cut;		/* some of the text is not in raw */
	/* Of the line before. */
	bool header;		/* in the head of it or of a part */
	bool dashes;		/* it began with "--" */
	bool texts;		/* the part is text, or has parts */
	bool full;		/* too many parts: nothing more is kept */
	unsigned run;		/* lines of base64 in this part */
	unsigned parts, boundaries;
	bool going_on;		/* the line before had no end */
	bool wanted;		/* this header is looked at later */
	size_t field;		/* bytes of this header */
	unsigned nests;
	struct buf text;	/* the message's */
	struct buf part, shown;	/* a part's as UTF-8; what its HTML shows */
	struct buf word;	/* a header's */
	struct buf id, thread;
	unsigned warn;
	bool base64[256];	/* is it a digit: most of a mailbox is that */
};

struct mail *
mail_new(struct chat_job *job, struct err *e)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
	    "nopqrstuvwxyz0123456789+/=";
	const char *fallback[] = {"utf-8", "gb18030", "windows-1252", NULL};
	struct mail *m = calloc(1, sizeof(*m));
	size_t i;

	if (!m) {
		(void)err_nomem(e);
		return NULL;
	}
	for (i = 0; digits[i] != '\0'; i++)
		m->base64[(uint8_t)digits[i]] = true;
	g_mime_init();
	draft_init(&m->d, job);
	m->options = g_mime_parser_options_new();
	g_mime_parser_options_set_fallback_charsets(m->options, fallback);
	buf_init(&m->raw, MAIL_KEPT_MAX + (2u << 20));
	buf_init(&m->text, CHAT_TEXT_MAX);
	buf_init(&m->part, 4 * (size_t)MAIL_KEPT_MAX + 64);
	buf_init(&m->shown, CHAT_TEXT_MAX);
	buf_init(&m->word, 1u << 20);
	buf_init(&m->id, CHAT_NAME_MAX);
	buf_init(&m->thread, CHAT_NAME_MAX);
	return m;
}

void
mail_free(struct mail *m)
{
	if (!m)
		return;
	g_mime_parser_options_free(m->options);
	draft_release(&m->d);
	buf_release(&m->raw);
	buf_release(&m->text);
	buf_release(&m->part);
	buf_release(&m->shown);
	buf_release(&m->word);
	buf_release(&m->id);
	buf_release(&m->thread);
	free(m);
}

/* --- Thinning out. */

void
mail_begin(struct mail *m, uint64_t off)
{
	m->off = off;
	buf_clear(&m->raw);
	m->header = m->texts = true;
	m->any = m->cut = m->dashes = m->full = false;
	m->going_on = m->wanted = false;
	m->run = m->parts = m->boundaries = m->nests = 0;
	m->field = 0;
}

static bool
starts(const uint8_t *s, size_t n, const char *lit)
{
	size_t len = strlen(lit);

	return n >= len && strncasecmp((const char *)s, lit, len) == 0;
}

static bool
is_blank(const uint8_t *s, size_t n)
{
	return n == 0 || s[0] == '\n' || (n > 1 && s[0] == '\r' &&
	    s[1] == '\n');
}

static bool
is_base64(const struct mail *m, const uint8_t *s, size_t n)
{
	size_t i;

	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	if (n < 40)
		return false;
	for (i = 0; i < 40; i++)	/* enough to tell from words */
		if (!m->base64[s[i]])
			return false;
	return true;
}

/*
 * What is looked at later.  A mail has twice as many headers of those who
 * carried it, and each costs GMime as much as the text of a short one.
 */
static bool
is_wanted(const uint8_t *s, size_t n)
{
	static const char *const names[] = {"from", "sender", "to", "cc",
	    "subject", "date", "message-id", "in-reply-to", "references",
	    "mime-version"};
	size_t i, len;

	if (starts(s, n, "content-"))
		return true;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		len = strlen(names[i]);
		if (n > len && strchr(": \t", s[len]) &&
		    starts(s, n, names[i]))
			return true;
	}
	return false;
}

/* A line of a head: what comes behind it, and how much of that there was. */
static void
note_header(struct mail *m, const uint8_t *s, size_t n)
{
	const uint8_t *type = s + 13;
	size_t left;

	if (starts(s, n, "content-") && m->dashes)
		m->parts++;
	if (starts(s, n, "content-type:")) {
		left = n - 13;
		for (; left > 0 && (*type == ' ' || *type == '\t'); left--)
			type++;
		/* What comes in the next line may be text as well. */
		m->texts = is_blank(type, left) ||
		    starts(type, left, "text/") ||
		    starts(type, left, "multipart/") ||
		    starts(type, left, "message/");
	}
	if (n < 1000 && memmem(s, n, "oundary", 7))
		m->boundaries++;
}

/* Is the line kept? */
static bool
keep(struct mail *m, const uint8_t *s, size_t n)
{
	bool blank = !m->going_on && is_blank(s, n);

	if (!m->going_on && n > 2 && s[0] == '-' && s[1] == '-') {
		m->header = m->dashes = m->texts = true;
		m->run = 0;
		return true;
	}
	if (m->header) {
		if (blank) {
			m->parts += m->dashes;
			m->header = false;
		} else {
			if (!m->going_on && *s != ' ' && *s != '\t') {
				m->field = m->nests = 0;
				/* The first tells that this is a mail. */
				m->wanted = m->raw.len == 0 ||
				    is_wanted(s, n);
				note_header(m, s, n);
			} else if (n < 1000 && memmem(s, n, "oundary", 7)) {
				m->boundaries++;
			}
			m->field += n;
			m->cut = m->cut || m->field > FIELD_MAX;
		}
		m->dashes = false;
		return blank || (m->wanted && m->field <= FIELD_MAX);
	}
	if (!m->texts && is_base64(m, s, n))
		return ++m->run <= BASE64_KEPT;
	if (m->raw.len + n <= MAIL_KEPT_MAX)
		return true;
	m->cut = m->cut || m->texts;
	return false;
}

/* N bytes of a header at S: brackets in brackets are none from some depth on. */
static void
flatten(struct mail *m, uint8_t *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((s[i] == '(' || s[i] == ':') && ++m->nests > NESTS_MAX)
			s[i] = ' ';
}

int
mail_line(struct mail *m, const uint8_t *s, size_t n, struct err *e)
{
	bool kept;

	m->any = true;
	if (!m->full && m->boundaries > 0 && (m->parts > MAIL_PARTS_MAX ||
	    m->boundaries > BOUNDARIES_MAX))
		m->full = true;
	if (m->full || m->raw.len + n > m->raw.max) {
		m->cut = true;
		return 0;
	}
	kept = keep(m, s, n);
	m->going_on = n > 0 && s[n - 1] != '\n';
	if (!kept)
		return 0;
	if (buf_add(&m->raw, s, n, e) < 0)
		return -1;
	if (m->header)
		flatten(m, m->raw.data + m->raw.len - n, n);
	return 0;
}

/* --- Encodings. */

/* One that holds all of the declared and what is passed off for it. */
static const char *
wider(const char *charset)
{
	static const char *const names[][2] = {
		{"gb2312", "GB18030"}, {"gbk", "GB18030"},
		{"x-gbk", "GB18030"}, {"gb_2312-80", "GB18030"},
		{"cp936", "GB18030"}, {"hz-gb-2312", "HZ"},
		{"big5", "BIG5-HKSCS"}, {"x-x-big5", "BIG5-HKSCS"},
		{"cp950", "BIG5-HKSCS"},
		{"ks_c_5601-1987", "CP949"}, {"euc-kr", "CP949"},
		{"ks_c_5601", "CP949"}, {"ksc5601", "CP949"},
		{"windows-949", "CP949"}, {"uhc", "CP949"},
		{"shift_jis", "CP932"}, {"shift-jis", "CP932"},
		{"sjis", "CP932"}, {"x-sjis", "CP932"},
		{"windows-31j", "CP932"},
		{"iso-8859-1", "CP1252"}, {"latin1", "CP1252"},
		{"windows-1252", "CP1252"}, {"ansi_x3.4-1968", ""},
		{"us-ascii", ""}, {"ascii", ""}, {"utf8", "UTF-8"},
		{"unknown-8bit", ""}, {"x-unknown", ""}, {"default", ""},
		{"windows-1250", "CP1250"}, {"windows-1251", "CP1251"},
		{"windows-1253", "CP1253"}, {"windows-1254", "CP1254"},
		{"windows-1255", "CP1255"}, {"windows-1256", "CP1256"},
		{"windows-1257", "CP1257"}, {"windows-1258", "CP1258"},
		{"windows-874", "TIS-620"}
	};
	size_t i;

	if (!charset)
		return "";
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcasecmp(charset, names[i][0]) == 0)
			return names[i][1];
	for (i = 0; charset[i]; i++)
		if (!((charset[i] | 32) >= 'a' && (charset[i] | 32) <= 'z') &&
		    !(charset[i] >= '0' && charset[i] <= '9') &&
		    !strchr("-_.", charset[i]))
			return "";
	return i <= 24 ? charset : "";
}

/* Where a byte means some character whatever it is, UTF-8 is no accident. */
static bool
is_single_byte(const char *charset)
{
	return *charset == '\0' || strncasecmp(charset, "iso-8859", 8) == 0 ||
	    strncmp(charset, "CP125", 5) == 0 ||
	    strncasecmp(charset, "koi8", 4) == 0 ||
	    strcasecmp(charset, "utf-8") == 0;
}

static bool
is_ascii(const uint8_t *s, size_t n)
{
	return utf8_ascii(s, n) == n && !memchr(s, 0x1b, n);
}

static unsigned
count_replaced(const struct buf *b)
{
	const uint8_t *p = b->data, *end = b->data + b->len;
	unsigned n = 0;

	while (p && p < end && (p = memmem(p, (size_t)(end - p),
	    "\xef\xbf\xbd", 3)) != NULL) {
		n++;
		p += 3;
	}
	return n;
}

/* As NAME says; -1 only if memory ends.  *bad: how many bytes meant nothing. */
static int
try_as(struct mail *m, const char *name, const uint8_t *s, size_t n,
	unsigned *bad, struct err *e)
{
	struct err why = ERR_INIT;
	bool replaced = false;

	buf_clear(&m->part);
	*bad = 0;
	if (chat_text_convert(&m->part, name, s, n, &replaced, &why) < 0) {
		*bad = UINT32_MAX;
		if (why.code == ERR_FORMAT)
			return 0;
		*e = why;
		return -1;
	}
	if (replaced)
		*bad = count_replaced(&m->part);
	return 0;
}

/*
 * N bytes that say they are CHARSET, into m->part.  What is declared is wrong
 * often enough: it counts as long as all bytes mean something in it.
 */
static int
to_utf8(struct mail *m, const char *charset, const uint8_t *s, size_t n,
	struct err *e)
{
	struct chat_bytes bytes = {s, n};
	struct chat_encoding guess;
	struct chat_input in;
	unsigned bad = UINT32_MAX, other;
	const char *name = wider(charset);

	if (is_ascii(s, n) || (is_single_byte(name) && utf8_valid(s, n)))
		return try_as(m, "UTF-8", s, n, &bad, e);
	if (*name == '\0' && memmem(s, n, "\x1b$", 2))
		name = "ISO-2022-JP";
	if (*name != '\0' && try_as(m, name, s, n, &bad, e) < 0)
		return -1;
	if (bad == 0)
		return 0;
	chat_input_bytes(&in, &bytes, "");
	if (chat_encoding_find(&guess, &in, e) < 0 ||
	    try_as(m, guess.name, s + guess.bom, n - guess.bom, &other, e) < 0)
		return -1;
	m->warn |= CHAT_WARN_ENCODING;
	if (other > bad && try_as(m, name, s, n, &other, e) < 0)
		return -1;
	if (bad > 0 && other > 0)
		m->warn |= CHAT_WARN_REPLACED;
	return 0;
}

/* --- Headers. */

/* Well-formed, in one line, into m->word. */
static int
clean(struct mail *m, const char *s, struct err *e)
{
	bool replaced = false;
	size_t i;

	buf_clear(&m->word);
	if (chat_text_convert(&m->word, "UTF-8", s, strnlen(s, 256u << 10),
	    &replaced, e) < 0)
		return -1;
	for (i = 0; i < m->word.len; i++)
		if (m->word.data[i] < ' ')
			m->word.data[i] = ' ';
	return 0;
}

static int
add_field(struct mail *m, const char *key, const char *s, struct err *e)
{
	if (!s || *s == '\0')
		return 0;
	if (clean(m, s, e) < 0)
		return -1;
	return draft_field(&m->d, key, buf_str(&m->word), m->word.len, e);
}

/* "Re: Re[2]: 回复：x" is about x. */
static void
strip_answers(const char **s, size_t *n)
{
	static const char *const words[] = {"re", "fw", "fwd", "aw", "wg",
	    "sv", "tr", "rv", "回复", "答复", "转发", "回覆", "轉寄", "轉發"};
	struct scan c;
	size_t i, len;
	bool more = true;

	while (more) {
		more = false;
		scan_trim(s, n);
		for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
			len = strlen(words[i]);
			if (*n <= len || strncasecmp(*s, words[i], len) != 0)
				continue;
			c = scan_of(*s + len, *n - len);
			if (scan_char(&c, '[') && (!scan_number(&c, 1, 3, NULL,
			    NULL) || !scan_char(&c, ']')))
				continue;
			if (!scan_char(&c, ':') && !scan_lit(&c, "："))
				continue;
			*n = scan_left(&c);
			*s = c.s;
			more = true;
			break;
		}
	}
}

static int
take_subject(struct mail *m, GMimeMessage *msg, struct err *e)
{
	const char *s = g_mime_message_get_subject(msg);
	size_t n;

	if (!s)
		return draft_conv(&m->d, NULL, 0, e);
	if (add_field(m, "subject", s, e) < 0)
		return -1;
	s = buf_str(&m->word);
	n = m->word.len;
	strip_answers(&s, &n);
	return draft_conv(&m->d, s, n, e);
}

static int
take_sender(struct mail *m, InternetAddressList *list, struct err *e)
{
	InternetAddress *a = list && internet_address_list_length(list) > 0 ?
	    internet_address_list_get_address(list, 0) : NULL;
	const char *name = a ? internet_address_get_name(a) : NULL, *s;
	size_t n;

	if (draft_name(&m->d, NULL, 0, e) < 0 ||
	    draft_id(&m->d, NULL, 0, e) < 0)
		return -1;
	if (name && *name != '\0') {
		if (clean(m, name, e) < 0)
			return -1;
		s = buf_str(&m->word);
		n = m->word.len;
		scan_trim(&s, &n);
		if (draft_name(&m->d, s, n, e) < 0)
			return -1;
	}
	if (!a || !INTERNET_ADDRESS_IS_MAILBOX(a))
		return 0;
	s = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a));
	if (!s || *s == '\0')
		return 0;
	return clean(m, s, e) < 0 ? -1 :
	    draft_id(&m->d, buf_str(&m->word), m->word.len, e);
}

static int
take_list(struct mail *m, const char *key, InternetAddressList *list,
	struct err *e)
{
	char *s = list && internet_address_list_length(list) > 0 ?
	    internet_address_list_to_string(list, NULL, FALSE) : NULL;
	int rc = add_field(m, key, s, e);

	g_free(s);
	return rc;
}

/* The first <...> of a header, without its brackets; all of it if none. */
static int
take_id(struct mail *m, const char *s, struct buf *out, struct err *e)
{
	const char *p, *end;
	size_t n;

	buf_clear(out);
	if (!s || clean(m, s, e) < 0)
		return s ? -1 : 0;
	p = buf_str(&m->word);
	n = m->word.len;
	if ((end = memchr(p, '<', n)) != NULL) {
		n -= (size_t)(end + 1 - p);
		p = end + 1;
		if ((end = memchr(p, '>', n)) != NULL)
			n = (size_t)(end - p);
	}
	scan_trim(&p, &n);
	if (n > CHAT_NAME_MAX)
		n = 0;
	return buf_add(out, p, n, e);
}

static int
take_ids(struct mail *m, GMimeObject *o, struct err *e)
{
	const char *s;

	if (take_id(m, g_mime_object_get_header(o, "In-Reply-To"), &m->id,
	    e) < 0)
		return -1;
	if (m->id.len > 0 && draft_reply(&m->d, buf_str(&m->id), m->id.len,
	    e) < 0)
		return -1;
	s = g_mime_object_get_header(o, "References");
	if (take_id(m, s ? s : g_mime_object_get_header(o, "In-Reply-To"),
	    &m->thread, e) < 0 || take_id(m, g_mime_object_get_header(o,
	    "Message-ID"), &m->id, e) < 0)
		return -1;
	if (m->id.len > 0)
		m->d.m.native_id = (struct chat_str){buf_str(&m->id),
		    m->id.len};
	if (m->thread.len > 0)
		m->d.m.thread = (struct chat_str){buf_str(&m->thread),
		    m->thread.len};
	return 0;
}

static bool
parse_zone(struct scan *c, struct chat_stamp *s)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5},
	    {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
	int hhmm, sign;
	size_t i;

	s->zone = STAMP_LOCAL;
	if (scan_done(c) || *c->s == '(')
		return true;
	if (scan_lit(c, "GMT") || scan_lit(c, "UTC") || scan_lit(c, "UT") ||
	    scan_lit(c, "Z")) {
		s->zone = STAMP_UTC;
		return true;
	}
	for (i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (scan_lit(c, zones[i].name)) {
			s->zone = STAMP_OFFSET;
			s->offset_min = zones[i].hours * 60;
			return true;
		}
	sign = *c->s == '-' ? -1 : 1;
	if (!scan_char(c, '+') && !scan_char(c, '-'))
		return true;
	if (!scan_number(c, 4, 4, &hhmm, NULL))
		return false;
	s->zone = STAMP_OFFSET;
	s->offset_min = sign * (hhmm / 100 * 60 + hhmm % 100);
	return true;
}

/* "Fri, 01 Mar 2024 08:59:07 +0800 (CST)" */
static bool
parse_date(struct chat_stamp *out, const char *s)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	struct chat_stamp t = {0};
	struct scan c = scan_of(s, strlen(s));
	unsigned digits;
	size_t i;

	(void)scan_blanks(&c);
	while (!scan_done(&c) && (*c.s < '0' || *c.s > '9'))
		c.s++;
	if (!scan_number(&c, 1, 2, &t.day, NULL))
		return stamp_parse_iso(out, s, strlen(s));
	while (scan_char(&c, '-') || scan_blanks(&c) > 0)
		;
	if (scan_left(&c) < 3)
		return false;
	for (i = 0; i < 12; i++)
		if (strncasecmp(c.s, months + 3 * i, 3) == 0)
			t.mon = (int)i + 1;
	while (!scan_done(&c) && (*c.s < '0' || *c.s > '9'))
		c.s++;
	if (t.mon == 0 || !scan_number(&c, 2, 4, &t.year, &digits))
		return stamp_parse_iso(out, s, strlen(s));
	if (digits < 4)
		t.year += t.year < 50 ? 2000 : t.year < 1000 ? 1900 : 0;
	(void)scan_blanks(&c);
	if (!scan_clock(&c, ":.", &t, NULL))
		return false;
	(void)scan_blanks(&c);
	if (!parse_zone(&c, &t) || !stamp_valid(&t))
		return false;
	*out = t;
	return true;
}

static int
take_headers(struct mail *m, GMimeMessage *msg, struct err *e)
{
	GMimeObject *o = GMIME_OBJECT(msg);
	const char *date = g_mime_object_get_header(o, "Date");
	InternetAddressList *from = g_mime_message_get_from(msg);

	m->d.m.kind = CHAT_MAIL;
	m->d.m.conv_type = CHAT_MAILS;
	if (date && *date != '\0' && !parse_date(&m->d.m.when, date))
		m->d.m.warn |= CHAT_WARN_TIME;
	if (!from || internet_address_list_length(from) == 0)
		from = g_mime_message_get_sender(msg);
	if (take_sender(m, from, e) < 0 || take_subject(m, msg, e) < 0 ||
	    take_list(m, "to", g_mime_message_get_to(msg), e) < 0 ||
	    take_list(m, "cc", g_mime_message_get_cc(msg), e) < 0)
		return -1;
	return take_ids(m, o, e);
}

/* --- Parts. */

/* What a part holds, decoded; the caller unrefs. */
static GMimeStream *
decoded(GMimePart *p, const uint8_t **s, size_t *n)
{
	GMimeDataWrapper *c = g_mime_part_get_content(p);
	GMimeStream *out = g_mime_stream_mem_new();
	GByteArray *bytes;

	if (c)
		(void)g_mime_data_wrapper_write_to_stream(c, out);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
	*s = bytes->data ? bytes->data : (const uint8_t *)"";
	*n = bytes->len;
	return out;
}

/* N bytes at S behind the text, CR LF as LF. */
static int
append(struct mail *m, const char *s, size_t n, struct err *e)
{
	const char *cr;
	size_t len;
	bool drop;

	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r' ||
	    s[n - 1] == ' '))
		n--;
	if (m->text.len > 0 && n > 0 && m->text.len < m->text.max &&
	    buf_addc(&m->text, '\n', e) < 0)
		return -1;
	if (n > m->text.max - m->text.len) {
		n = m->text.max - m->text.len;
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		m->warn |= CHAT_WARN_LONG;
	}
	while (n > 0) {
		cr = memchr(s, '\r', n);
		len = cr ? (size_t)(cr - s) : n;
		drop = cr && len + 1 < n && cr[1] == '\n';
		len += cr && !drop;
		if (buf_add(&m->text, s, len, e) < 0)
			return -1;
		s += len + drop;
		n -= len + drop;
	}
	return 0;
}

static int
add_text(struct mail *m, GMimePart *p, bool html, struct err *e)
{
	GMimeContentType *type = g_mime_object_get_content_type(
	    GMIME_OBJECT(p));
	const char *charset = g_mime_content_type_get_parameter(type,
	    "charset");
	const uint8_t *s;
	GMimeStream *out;
	bool cut = false;
	size_t n;
	int rc;

	out = decoded(p, &s, &n);
	rc = to_utf8(m, charset, s, n, e);
	g_object_unref(out);
	if (rc < 0)
		return -1;
	if (!html)
		return append(m, buf_str(&m->part), m->part.len, e);
	buf_clear(&m->shown);
	if (markup_text(&m->shown, buf_str(&m->part), m->part.len, &cut,
	    e) < 0)
		return -1;
	if (cut)
		m->warn |= CHAT_WARN_LONG;
	return append(m, buf_str(&m->shown), m->shown.len, e);
}

/* By its name; else by what it says it is. */
static int
add_attachment(struct mail *m, GMimeObject *o, struct err *e)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);
	enum chat_present state = CHAT_PRESENT;
	GMimeMessage *inner = NULL;
	const char *name = NULL;
	char *mime = NULL;
	int rc = -1;

	if (GMIME_IS_PART(o))
		name = g_mime_part_get_filename(GMIME_PART(o));
	else if (GMIME_IS_MESSAGE_PART(o))
		inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));
	if (!name || *name == '\0')
		name = g_mime_object_get_content_type_parameter(o, "name");
	if ((!name || *name == '\0') && inner)
		name = g_mime_message_get_subject(inner);
	if (!name || *name == '\0')
		name = mime = g_mime_content_type_get_mime_type(type);
	if (g_mime_content_type_is_type(type, "message", "external-body"))
		state = CHAT_REMOTE;
	if (clean(m, name ? name : "", e) == 0)
		rc = draft_attach(&m->d, buf_str(&m->word), m->word.len,
		    state, e);
	g_free(mime);
	return rc;
}

static bool
is_attached(GMimeObject *o)
{
	GMimeContentDisposition *d = g_mime_object_get_content_disposition(o);
	const char *name = GMIME_IS_PART(o) ?
	    g_mime_part_get_filename(GMIME_PART(o)) : NULL;

	return (d && strcasecmp(g_mime_content_disposition_get_disposition(d),
	    "attachment") == 0) || (name && *name != '\0');
}

/* 1: plain; 2: HTML; 0: no text, or an attached one. */
static int
text_kind(GMimeObject *o)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);

	if (!GMIME_IS_PART(o) || is_attached(o))
		return 0;
	if (!type || g_mime_content_type_is_type(type, "text", "plain"))
		return 1;
	return g_mime_content_type_is_type(type, "text", "html") ? 2 :
	    g_mime_content_type_is_type(type, "text", "enriched") ||
	    g_mime_content_type_is_type(type, "text", "richtext") ? 2 : 0;
}

static int walk(struct mail *m, GMimeObject *o, unsigned depth, bool texts,
	struct err *e);

/* Of several forms of the same text one is taken, the plain one first. */
static int
walk_alternative(struct mail *m, GMimeMultipart *mp, unsigned depth,
	bool texts, struct err *e)
{
	int i, n = g_mime_multipart_get_count(mp), taken = -1, kind;
	size_t before = m->text.len;
	GMimeObject *o;

	for (kind = 1; texts && kind <= 2 && taken < 0; kind++)
		for (i = 0; i < n && taken < 0; i++) {
			o = g_mime_multipart_get_part(mp, i);
			if (text_kind(o) != kind)
				continue;
			if (add_text(m, GMIME_PART(o), kind == 2, e) < 0)
				return -1;
			if (m->text.len > before)
				taken = i;
		}
	for (i = 0; i < n; i++) {
		o = g_mime_multipart_get_part(mp, i);
		if (text_kind(o) == 0 && walk(m, o, depth + 1, texts &&
		    m->text.len == before, e) < 0)
			return -1;
	}
	return 0;
}

/* TEXTS: those below are wanted. */
static int
walk(struct mail *m, GMimeObject *o, unsigned depth, bool texts,
	struct err *e)
{
	GMimeMultipart *mp;
	int i, n, kind;

	if (depth > MAIL_NESTED_MAX) {
		m->warn |= CHAT_WARN_LONG;
		return 0;
	}
	if (!GMIME_IS_MULTIPART(o)) {
		kind = text_kind(o);
		if (kind == 0)
			return add_attachment(m, o, e);
		return texts ? add_text(m, GMIME_PART(o), kind == 2, e) : 0;
	}
	mp = GMIME_MULTIPART(o);
	if (g_mime_content_type_is_type(g_mime_object_get_content_type(o),
	    "multipart", "alternative"))
		return walk_alternative(m, mp, depth, texts, e);
	n = g_mime_multipart_get_count(mp);
	for (i = 0; i < n; i++)
		if (walk(m, g_mime_multipart_get_part(mp, i), depth + 1,
		    texts, e) < 0)
			return -1;
	return 0;
}

static int
hand_over(struct mail *m, GMimeMessage *msg, const struct chat_line *line,
	struct err *e)
{
	GMimeObject *top = g_mime_message_get_mime_part(msg);

	m->warn = m->cut ? CHAT_WARN_LONG : 0;
	buf_clear(&m->text);
	draft_begin(&m->d, line);
	if (take_headers(m, msg, e) < 0 ||
	    (top && walk(m, top, 0, true, e) < 0))
		return -1;
	if (draft_line(&m->d, line, buf_str(&m->text), m->text.len, e) < 0)
		return -1;
	m->d.m.warn |= m->warn;
	return draft_emit(&m->d, e);
}

static int
unparsed(struct mail *m, const struct chat_line *line, struct err *e)
{
	const struct chat_sink *sink = m->d.job->sink;
	size_t n = m->raw.len < 200 ? m->raw.len : 200, i;
	bool replaced;

	for (i = 0; i < m->raw.len && m->raw.data[i] <= ' '; i++)
		;
	if (i == m->raw.len && !m->cut)
		return 0;
	buf_clear(&m->word);
	if (chat_text_convert(&m->word, "UTF-8", m->raw.data, n, &replaced,
	    e) < 0)
		return -1;
	return sink->unparsed(sink->arg, line->off, line->len,
	    buf_str(&m->word), e);
}

int
mail_end(struct mail *m, uint64_t end, struct err *e)
{
	struct chat_line line = {.s = "", .off = m->off, .len = end - m->off};
	GByteArray bytes = {m->raw.data, (guint)m->raw.len};
	GMimeMessage *msg;
	GMimeParser *parser;
	GMimeStream *s;
	bool known;
	int rc;

	if (!m->any)
		return 0;
	if (!mail_is_header(buf_str(&m->raw), m->raw.len, &known))
		return unparsed(m, &line, e);
	/* Only read, and gone before m->raw changes. */
	s = g_mime_stream_mem_new_with_byte_array(&bytes);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(s), FALSE);
	parser = g_mime_parser_new_with_stream(s);
	g_mime_parser_set_persist_stream(parser, TRUE);
	msg = g_mime_parser_construct_message(parser, m->options);
	rc = msg ? hand_over(m, msg, &line, e) : unparsed(m, &line, e);
	if (msg)
		g_object_unref(msg);
	g_object_unref(parser);
	g_object_unref(s);
	return rc;
}

bool
mail_is_header(const void *s, size_t n, bool *known)
{
	static const char *const names[] = {"from", "to", "cc", "subject",
	    "date", "message-id", "received", "return-path", "delivered-to",
	    "mime-version", "content-type", "content-transfer-encoding",
	    "reply-to", "sender", "in-reply-to", "references", "bcc",
	    "x-mailer", "user-agent", "dkim-signature", "envelope-to",
	    "authentication-results", "arc-seal", "x-mozilla-status",
	    "x-mozilla-status2", "x-gm-thrid", "x-gmail-labels", "status",
	    "x-originating-ip", "x-received", "x-uidl", "received-spf",
	    "list-id", "list-unsubscribe", "importance", "x-priority",
	    "thread-topic", "thread-index", "x-qq-mid", "x-qq-style"};
	const char *p = s;
	size_t i, len = 0;

	*known = false;
	while (len < n && len < 80 && p[len] > ' ' && p[len] < 127 &&
	    p[len] != ':')
		len++;
	i = len;
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (len == 0 || i == n || p[i] != ':')
		return false;
	for (i = 0; i < sizeof(names) / sizeof(*names) && !*known; i++)
		*known = strlen(names[i]) == len &&
		    strncasecmp(p, names[i], len) == 0;
	return true;
}
