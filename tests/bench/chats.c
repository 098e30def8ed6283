/*
 * tests/bench/chats.c - one large chat export, invented.
 *
 *	chats telegram|qq|whatsapp|kakao|mbox BYTES [SEED] >FILE
 *
 * A little more than BYTES: the result.json of Telegram Desktop as it writes
 * it, indented by one; the text exports of QQ (UTF-8 with CRLF), of WhatsApp on
 * Android, of KakaoTalk on Windows; an mbox whose mails are half short texts, a
 * third text beside HTML (of which newsletters are long), and for the rest texts
 * with something attached, 30 to 300 KB in base64.  The same seed writes the
 * same.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "speech.h"

#include "base/banned.h"

#define START 1600000000	/* seconds */

struct writer {
	struct speech speech;
	struct buf text;
	uint64_t said, written;
	int64_t at;
	struct tm when;
};

#define put(w, ...) ((w)->written += (uint64_t)printf(__VA_ARGS__))

static uint32_t
roll(struct writer *w, uint32_t n)
{
	return speech_roll(&w->speech, n);
}

/* Something said a little later. */
static const char *
say(struct writer *w)
{
	struct err e = ERR_INIT;

	speech_say(&w->speech, &w->text, ++w->said, &e);
	w->at += 20 + roll(w, 900);
	(void)gmtime_r(&w->at, &w->when);
	return buf_str(&w->text);
}

static const char *
time_text(struct writer *w, const char *format)
{
	static char text[64];

	(void)strftime(text, sizeof(text), format, &w->when);
	return text;
}

/* --- Telegram */

static void
telegram_message(struct writer *w, bool first)
{
	const char *text = say(w);
	uint32_t who = roll(w, 3), x = roll(w, 100);

	put(w, "%s  {\n   \"id\": %llu,\n   \"type\": \"message\",\n"
	    "   \"date\": \"%s\",\n   \"date_unixtime\": \"%lld\",\n"
	    "   \"from\": \"客户 %u\",\n   \"from_id\": \"user%u\",\n",
	    first ? "" : ",\n", (unsigned long long)w->said,
	    time_text(w, "%Y-%m-%dT%H:%M:%S"), (long long)w->at, who,
	    7000123 + who);
	if (x < 15)
		put(w, "   \"reply_to_message_id\": %llu,\n",
		    (unsigned long long)w->said - 1);
	if (x < 8)
		put(w, "   \"photo\": \"photos/photo_%llu@01-01-2021.jpg\",\n"
		    "   \"width\": 1280,\n   \"height\": 960,\n",
		    (unsigned long long)w->said);
	if (x >= 8 && x < 14) {
		put(w, "   \"text\": [\n    \"%s \",\n    {\n"
		    "     \"type\": \"link\",\n"
		    "     \"text\": \"https://example.com/%u\"\n    }\n"
		    "   ],\n   \"text_entities\": [\n    {\n"
		    "     \"type\": \"plain\",\n     \"text\": \"%s \"\n"
		    "    },\n    {\n     \"type\": \"link\",\n"
		    "     \"text\": \"https://example.com/%u\"\n    }\n"
		    "   ]\n  }", text, x, text, x);
		return;
	}
	put(w, "   \"text\": \"%s\",\n   \"text_entities\": [\n    {\n"
	    "     \"type\": \"plain\",\n     \"text\": \"%s\"\n    }\n"
	    "   ]\n  }", text, text);
}

static void
telegram(struct writer *w, uint64_t bytes)
{
	bool first = true;

	put(w, "{\n \"name\": \"客户\",\n \"type\": \"private_group\",\n"
	    " \"id\": 4242,\n \"messages\": [\n");
	for (; w->written < bytes; first = false)
		telegram_message(w, first);
	put(w, "\n ]\n}\n");
}

/* --- QQ */

#define RULER "================================================================"

static void
qq(struct writer *w, uint64_t bytes)
{
	put(w, "\xef\xbb\xbf消息记录（此消息记录为文本格式，不支持重新导入）"
	    "\r\n\r\n" RULER "\r\n消息分组:我的好友\r\n" RULER
	    "\r\n消息对象:客户群\r\n" RULER "\r\n\r\n");
	while (w->written < bytes) {
		const char *text = say(w);
		uint32_t who = roll(w, 12), x = roll(w, 100);

		put(w, "%s 客户 %u(1000%03u)\r\n%s\r\n", time_text(w,
		    "%Y-%m-%d %H:%M:%S"), who, who, x < 8 ? "[图片]" : text);
		for (; x > 90; x--)
			put(w, "%s\r\n", say(w));
		put(w, "\r\n");
	}
}

/* --- WhatsApp, KakaoTalk */

static void
whatsapp(struct writer *w, uint64_t bytes)
{
	while (w->written < bytes) {
		const char *text = say(w);
		uint32_t who = roll(w, 3), x = roll(w, 100);

		put(w, "%s - 客户 %u: %s\n", time_text(w, "%d/%m/%y, %H:%M"),
		    who, x < 8 ? "<Media omitted>" : text);
		for (; x > 94; x--)
			put(w, "%s\n", say(w));
	}
}

static void
kakao(struct writer *w, uint64_t bytes)
{
	int day = -1;

	put(w, "客户 님과 카카오톡 대화\n저장한 날짜 : 2026-11-01 09:00:00\n\n");
	while (w->written < bytes) {
		const char *text = say(w);
		uint32_t who = roll(w, 3), x = roll(w, 100);

		if (w->when.tm_yday != day)
			put(w, "--------------- %d년 %d월 %d일 ---------------"
			    "\n", w->when.tm_year + 1900, w->when.tm_mon + 1,
			    w->when.tm_mday);
		day = w->when.tm_yday;
		put(w, "[客户 %u] [%s %d:%02d] %s\n", who,
		    w->when.tm_hour < 12 ? "오전" : "오후",
		    (w->when.tm_hour + 11) % 12 + 1, w->when.tm_min,
		    x < 8 ? "사진" : text);
		for (; x > 94; x--)
			put(w, "%s\n", say(w));
	}
}

/* --- mbox */

static void
mail_head(struct writer *w)
{
	const char *subject = say(w);
	uint32_t who = roll(w, 40);
	int i, hops = 2 + (int)roll(w, 3);

	put(w, "From buyer%u@example.com %s\n", who,
	    time_text(w, "%a %b %d %H:%M:%S %Y"));
	for (i = 0; i < hops; i++)
		put(w, "Received: from mx%d.example.com (mx%d.example.com "
		    "[192.0.2.%u])\n\tby mail.example.net (Postfix) with "
		    "ESMTPS id %08X%04X\n\tfor <sales@example.net>; %s\n", i,
		    i, roll(w, 250), roll(w, 1u << 30), roll(w, 1u << 16),
		    time_text(w, "%a, %d %b %Y %H:%M:%S +0000 (UTC)"));
	put(w, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; "
	    "d=example.com;\n\ts=s1; h=from:to:subject:date:message-id;\n");
	for (i = 0; i < 5; i++)
		put(w, "\t%08x%08x%08x%08x%08x%08x%08x\n", roll(w, 1u << 30),
		    roll(w, 1u << 30), roll(w, 1u << 30), roll(w, 1u << 30),
		    roll(w, 1u << 30), roll(w, 1u << 30), roll(w, 1u << 30));
	put(w, "Message-ID: <%llu.%u@example.com>\nIn-Reply-To: "
	    "<%llu.1@example.net>\nDate: %s\nFrom: Buyer %u "
	    "<buyer%u@example.com>\nTo: Sales <sales@example.net>\n"
	    "Subject: Re: %s\nMIME-Version: 1.0\n",
	    (unsigned long long)w->said, who,
	    (unsigned long long)w->said - 1,
	    time_text(w, "%a, %d %b %Y %H:%M:%S +0000"), who, who, subject);
}

/* Lines of an answer, and the same of the question below it. */
static void
mail_text(struct writer *w, uint32_t lines)
{
	uint32_t i, quoted = lines / 2;

	for (i = 0; i < lines; i++)
		put(w, "%s%s\n", i < lines - quoted ? "" : "> ", say(w));
}

static void
mail_html(struct writer *w, uint32_t lines)
{
	uint32_t i;

	put(w, "<html><head><style>p { margin: 0; font-family: Calibri }"
	    "</style></head><body>\n");
	for (i = 0; i < lines; i++)
		put(w, "<p class=\"MsoNormal\"><span style=\"font-size:"
		    "10.5pt;color:#1F497D\">%s<o:p></o:p></span></p>\n",
		    say(w));
	put(w, "</body></html>\n");
}

static void
mail_base64(struct writer *w, uint32_t lines)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
	    "opqrstuvwxyz0123456789+/";
	char line[77];
	uint32_t i, k;

	for (i = 0; i < lines; i++) {
		for (k = 0; k < 76; k++)
			line[k] = digits[roll(w, 64)];
		line[76] = '\0';
		put(w, "%s\n", line);
	}
}

#define UTF8_TEXT "Content-Type: text/%s; charset=\"utf-8\"\n" \
	"Content-Transfer-Encoding: 8bit\n\n"

static void
mbox(struct writer *w, uint64_t bytes)
{
	unsigned long long n;
	uint32_t x, lines;

	while (w->written < bytes) {
		mail_head(w);
		n = (unsigned long long)w->said;
		x = roll(w, 100);
		lines = 4 + roll(w, 40);
		if (x < 50) {
			put(w, UTF8_TEXT, "plain");
			mail_text(w, lines);
		} else if (x < 83) {
			lines *= x < 60 ? 5 : 1;
			put(w, "Content-Type: multipart/alternative; "
			    "boundary=\"=_a%llu\"\n\n--=_a%llu\n" UTF8_TEXT, n,
			    n, "plain");
			mail_text(w, lines);
			put(w, "\n--=_a%llu\n" UTF8_TEXT, n, "html");
			mail_html(w, lines);
			put(w, "\n--=_a%llu--\n", n);
		} else {
			put(w, "Content-Type: multipart/mixed; "
			    "boundary=\"=_m%llu\"\n\n--=_m%llu\n" UTF8_TEXT, n,
			    n, "plain");
			mail_text(w, lines);
			put(w, "\n--=_m%llu\nContent-Type: application/pdf; "
			    "name=\"PI_%llu.pdf\"\nContent-Transfer-Encoding: "
			    "base64\nContent-Disposition: attachment; "
			    "filename=\"PI_%llu.pdf\"\n\n", n, n, n);
			mail_base64(w, 400 + roll(w, 3600));
			put(w, "\n--=_m%llu--\n", n);
		}
		put(w, "\n");
	}
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*write)(struct writer *w, uint64_t bytes);
	} kinds[] = {{"telegram", telegram}, {"qq", qq}, {"mbox", mbox},
	    {"whatsapp", whatsapp}, {"kakao", kakao}};
	struct writer w = {.at = START};
	size_t i;

	if (argc < 3 || argc > 4)
		goto usage;
	w.speech.noise = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	buf_init(&w.text, 1u << 20);
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		kinds[i].write(&w, strtoull(argv[2], NULL, 10));
		buf_release(&w.text);
		return fflush(stdout) == 0 ? 0 : 1;
	}
usage:
	fputs("usage: chats telegram|qq|whatsapp|kakao|mbox BYTES [SEED] "
	    ">FILE\n", stderr);
	return 2;
}
