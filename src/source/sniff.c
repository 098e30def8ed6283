/* source/sniff.c - the kind of a chat export, by its first bytes. */
#include "source/sniff.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/utf8.h"

#include "base/banned.h"

#define BEGIN_LEN 4096		/* where most signatures stand */
#define DECODED_LEN 1024	/* characters of UTF-16 that are looked at */

struct bytes {
	const uint8_t *s;
	size_t n;
};

const char *
sniff_kind_name(enum sniff_kind k)
{
	static const char *const names[] = {
		"empty", "nul", "text", "json", "mail", "archive", "sqlite",
		"opaque", "unknown"
	};

	return (size_t)k < sizeof(names) / sizeof(names[0]) ? names[k] : "?";
}

bool
sniff_readable(enum sniff_kind k)
{
	return k == SNIFF_TEXT || k == SNIFF_JSON || k == SNIFF_MAIL ||
	    k == SNIFF_ARCHIVE || k == SNIFF_SQLITE;
}

/* What a file is in particular. */
enum what {
	NOTHING, QQ_TEXT, QQ_WEB_ARCHIVE, QQ_JSON, QQ_NT_DATABASE,
	QQ_DATABASE, QQ_BACKUP, WECHAT_TABLE, WECHAT_JSON, WECHAT_DATABASE,
	WECOM_ARCHIVE, WHATSAPP_TEXT, WHATSAPP_BACKUP, TELEGRAM_PAGES,
	TELEGRAM_JSON, QIANNIU_JSON, QIANNIU_DATABASE, ALIWANGWANG_DATABASE,
	INQUIRY_TABLE, LINE_TEXT, IRC_LOG, DISCORD_TABLE, DISCORD_TEXT,
	PIDGIN_LOG, ADIUM_LOG, CHATLAB, SKYPE_JSON, MESSENGER_JSON,
	ENCRYPTED_DATABASE, ZIP_WITH_A_PASSWORD, SEVENZIP_ARCHIVE,
	RAR_ARCHIVE, COMPRESSED_FILE, OFFICE_FILE
};
static const char *const what_names[] = {
	[NOTHING] = "",
	[QQ_TEXT] = "QQ text",
	[QQ_WEB_ARCHIVE] = "QQ web archive",
	[QQ_JSON] = "QQ JSON",
	[QQ_NT_DATABASE] = "QQ NT database",
	[QQ_DATABASE] = "QQ database",
	[QQ_BACKUP] = "QQ backup",
	[WECHAT_TABLE] = "WeChat table",
	[WECHAT_JSON] = "WeChat JSON",
	[WECHAT_DATABASE] = "WeChat database",
	[WECOM_ARCHIVE] = "WeCom archive",
	[WHATSAPP_TEXT] = "WhatsApp text",
	[WHATSAPP_BACKUP] = "WhatsApp backup",
	[TELEGRAM_PAGES] = "Telegram pages",
	[TELEGRAM_JSON] = "Telegram JSON",
	[QIANNIU_JSON] = "QianNiu JSON",
	[QIANNIU_DATABASE] = "QianNiu database",
	[ALIWANGWANG_DATABASE] = "AliWangWang database",
	[INQUIRY_TABLE] = "inquiry table",
	[LINE_TEXT] = "LINE text",
	[IRC_LOG] = "IRC log",
	[DISCORD_TABLE] = "Discord table",
	[DISCORD_TEXT] = "Discord text",
	[PIDGIN_LOG] = "Pidgin log",
	[ADIUM_LOG] = "Adium log",
	[CHATLAB] = "ChatLab",
	[SKYPE_JSON] = "Skype JSON",
	[MESSENGER_JSON] = "Messenger JSON",
	[ENCRYPTED_DATABASE] = "encrypted database",
	[ZIP_WITH_A_PASSWORD] = "zip with a password",
	[SEVENZIP_ARCHIVE] = "7z archive",
	[RAR_ARCHIVE] = "RAR archive",
	[COMPRESSED_FILE] = "compressed file",
	[OFFICE_FILE] = "Office file",
};

static struct sniff
is(enum sniff_kind kind, enum what what)
{
	return (struct sniff){kind, what_names[what]};
}

/* --- Signatures. */

/*
 * Words of a text export: at its beginning, or within the first WITHIN bytes.
 * What a client writes in the person's language stands in several of them.
 */
static const struct word {
	const char *text;
	size_t within;		/* 0: it begins with it */
	enum what what;
} text_words[] = {
	{"消息记录（此消息记录为文本格式", 0, QQ_TEXT},
	/* the same in GB18030 */
	{"\xcf\xfb\xcf\xa2\xbc\xc7\xc2\xbc\xa3\xa8\xb4\xcb", 0, QQ_TEXT},
	{"<Save by Tencent MsgMgr>", 512, QQ_WEB_ARCHIVE},
	{"\n消息对象:", BEGIN_LEN, QQ_TEXT},
	{"localId,TalkerId,Type,SubType,IsSender", 64, WECHAT_TABLE},
	{"id,MsgSvrID,type_name,is_sender", 64, WECHAT_TABLE},
	{"end-to-end encrypted", BEGIN_LEN, WHATSAPP_TEXT},
	{"端到端加密", BEGIN_LEN, WHATSAPP_TEXT},
	{"端對端加密", BEGIN_LEN, WHATSAPP_TEXT},
	{"<title>Exported Data</title>", BEGIN_LEN, TELEGRAM_PAGES},
	{"询盘ID", 512, INQUIRY_TABLE},
	{"询盘标题", 512, INQUIRY_TABLE},
	{"[LINE]", 0, LINE_TEXT},
	{"--- Log opened", 0, IRC_LOG},
	{"**** BEGIN LOGGING AT", 64, IRC_LOG},
	{"AuthorID,Author,Date,Content", 64, DISCORD_TABLE},
	{"\nGuild: ", 256, DISCORD_TEXT},
	{"<title>Conversation with", 512, PIDGIN_LOG},
	{"Conversation with ", 0, PIDGIN_LOG},
	{"http://purl.org/net/ulf/ns/0.4", 512, ADIUM_LOG},
}, json_words[] = {
	{"QQChatExporter", SNIFF_LEN, QQ_JSON},
	{"\"weflow\"", SNIFF_LEN, WECHAT_JSON},
	{"\"isSend\"", SNIFF_LEN, WECHAT_JSON},
	{"\"personal_information\"", SNIFF_LEN, TELEGRAM_JSON},
	{"\"text_entities\"", SNIFF_LEN, TELEGRAM_JSON},
	{"\"type\": \"personal_chat\"", SNIFF_LEN, TELEGRAM_JSON},
	{"\"exportTime\"", SNIFF_LEN, QIANNIU_JSON},
	{"\"chatlab\"", SNIFF_LEN, CHATLAB},
	{"\"MessageList\"", SNIFF_LEN, SKYPE_JSON},
	{"\"timestamp_ms\"", SNIFF_LEN, MESSENGER_JSON},
	{"\"msgtime\"", SNIFF_LEN, WECOM_ARCHIVE},
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Bytes at a place that say what a file is. */
static const struct magic {
	size_t at, len;
	const char *bytes;
	enum sniff_kind kind;
	enum what what;
} magics[] = {
	{0, 16, "SQLite format 3\0", SNIFF_SQLITE, NOTHING},
	/* What QQ puts before its own, encrypted since it was born. */
	{32, 8, "QQ_NT DB", SNIFF_OPAQUE, QQ_NT_DATABASE},
	{0, 16, "SQLite header 3\0", SNIFF_OPAQUE, QQ_DATABASE},
	{0, 4, "PK\5\6", SNIFF_EMPTY, NOTHING},
	{0, 4, "PK\3\4", SNIFF_ARCHIVE, NOTHING},
	{0, 6, "7z\xbc\xaf\x27\x1c", SNIFF_OPAQUE, SEVENZIP_ARCHIVE},
	{0, 6, "Rar!\x1a\x07", SNIFF_OPAQUE, RAR_ARCHIVE},
	{0, 3, "\x1f\x8b\x08", SNIFF_ARCHIVE, NOTHING},
	{0, 6, "\xfd" "7zXZ\0", SNIFF_OPAQUE, COMPRESSED_FILE},
	{0, 4, "\x28\xb5\x2f\xfd", SNIFF_OPAQUE, COMPRESSED_FILE},
	{257, 5, "ustar", SNIFF_ARCHIVE, NOTHING},
	{0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", SNIFF_OPAQUE,
	    OFFICE_FILE},
};

/* How the name of an encrypted store ends, and what is in its path. */
static const struct store {
	const char *end;	/* of the name; NULL: any of `databases` */
	const char *in;		/* somewhere in the path; case does not matter */
	enum what what;
} stores[] = {
	{NULL, "nt_db", QQ_NT_DATABASE},
	{NULL, "nt_qq", QQ_NT_DATABASE},
	{NULL, "Msg3.0.", QQ_DATABASE},
	{NULL, "Tencent Files", QQ_DATABASE},
	{NULL, "libaim", ALIWANGWANG_DATABASE},
	{NULL, "wangwang", ALIWANGWANG_DATABASE},
	{NULL, "AliWorkbench", QIANNIU_DATABASE},
	{NULL, "WeChat", WECHAT_DATABASE},
	{NULL, "MicroMsg", WECHAT_DATABASE},
	{NULL, "message_", WECHAT_DATABASE},
	{NULL, "MSG", WECHAT_DATABASE},
	{NULL, "", ENCRYPTED_DATABASE},
	{".bak", "", QQ_BACKUP},
	{".crypt12", "", WHATSAPP_BACKUP},
	{".crypt14", "", WHATSAPP_BACKUP},
	{".crypt15", "", WHATSAPP_BACKUP},
};
static const char *const databases[] = {
	".db", ".sqlite", ".sqlite3", ".db3"
};

static const char *const others[] = {
	".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".heic", ".tif",
	".mp3", ".mp4", ".m4a", ".aac", ".amr", ".silk", ".opus", ".ogg",
	".wav", ".mov", ".avi", ".mkv", ".webm", ".3gp", ".pdf", ".svg",
	".exe", ".dll", ".lnk", ".ini", "-wal", "-shm", "-journal",
	".tmp", ".part", ".crdownload", ".download", ".ds_store", "thumbs.db"
};

/* --- Small things. */

/* Does the string S end in END, ASCII letters of any case? */
static bool
ends_in(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return n >= m && strcasecmp(s + n - m, end) == 0;
}

static bool
ends_in_any(const char *s, const char *const *end, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ends_in(s, end[i]))
			return true;
	return false;
}

bool
sniff_is_other(const char *path)
{
	return ends_in_any(path_name(path), others, COUNT(others));
}

/* Is WORD within the first WITHIN bytes (0: at the beginning)? */
static bool
holds(struct bytes b, const char *word, size_t within)
{
	const size_t len = strlen(word);

	if (within == 0)
		return b.n >= len && memcmp(b.s, word, len) == 0;
	return memmem(b.s, b.n < within ? b.n : within, word, len) != NULL;
}

static enum what
find_word(struct bytes b, const struct word *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (holds(b, w[i].text, w[i].within))
			return w[i].what;
	return NOTHING;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without a byte order mark and blanks at the front. */
static struct bytes
text_of(struct bytes b)
{
	if (b.n >= 3 && memcmp(b.s, "\xef\xbb\xbf", 3) == 0) {
		b.s += 3;
		b.n -= 3;
	}
	while (b.n > 0 && is_blank(*b.s)) {
		b.s++;
		b.n--;
	}
	return b;
}

/* --- Text. */

/*
 * 'l' or 'b': UTF-16 of that end first, by its mark, or by zeros which stand
 * on one side only; 0: it is none.  Chinese has few zeros: line ends, digits.
 */
static char
utf16(struct bytes b)
{
	size_t zero[2] = {0, 0};

	if (b.n >= 2 && b.s[0] == 0xff && b.s[1] == 0xfe)
		return 'l';
	if (b.n >= 2 && b.s[0] == 0xfe && b.s[1] == 0xff)
		return 'b';
	for (size_t i = 0; i < b.n; i++)
		zero[i & 1] += b.s[i] == 0;
	if (zero[1] > b.n / 40 + 1 && zero[0] == 0)
		return 'l';
	if (zero[0] > b.n / 40 + 1 && zero[1] == 0)
		return 'b';
	return 0;
}

/* The beginning of UTF-16 as UTF-8, for the words; what is no text goes. */
static size_t
decode(struct bytes b, char end, char out[static 4 * DECODED_LEN])
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < b.n && i < 2 * DECODED_LEN; i += 2) {
		const uint32_t cp = end == 'l' ?
		    (uint32_t)b.s[i] | (uint32_t)b.s[i + 1] << 8 :
		    (uint32_t)b.s[i] << 8 | (uint32_t)b.s[i + 1];

		if (cp != 0 && cp != 0xfeff && (cp < 0xd800 || cp > 0xdfff))
			n += utf8_put(cp, out + n);
	}
	return n;
}

/* A few odd bytes do not make a text something else; an eighth does. */
static bool
is_text(struct bytes b)
{
	size_t odd = 0;

	/* What a crash left behind the last line. */
	while (b.n > 0 && b.s[b.n - 1] == 0)
		b.n--;
	for (size_t i = 0; i < b.n; i++) {
		if (b.s[i] == 0)
			return false;
		odd += (b.s[i] < 0x20 && !is_blank(b.s[i])) || b.s[i] == 0x7f;
	}
	return odd <= b.n / 16;
}

static bool
is_json(struct bytes b)
{
	size_t i = 1;
	uint8_t next;

	if (b.n == 0 || (b.s[0] != '{' && b.s[0] != '['))
		return false;
	while (i < b.n && is_blank(b.s[i]))
		i++;
	next = i < b.n ? b.s[i] : 0;
	/* A chat may begin with "[LINE]" or with "[2024-03-01 …". */
	return b.s[0] == '{' ? next == '"' || next == '}' :
	    next == '{' || next == ']' || next == '[';
}

/* Two lines of a header, the first of them at the beginning or in an mbox. */
static bool
is_mail(struct bytes b)
{
	static const char *const fields[] = {
		"From:", "To:", "Date:", "Subject:", "Received:",
		"Return-Path:", "Message-ID:", "MIME-Version:",
		"Content-Type:", "Delivered-To:", "X-Mozilla-Status:"
	};
	struct bytes begin = {b.s, b.n < BEGIN_LEN ? b.n : BEGIN_LEN};
	bool first = holds(b, "From ", 0) || holds(b, "From - ", 0);
	size_t found = 0;

	for (size_t i = 0; i < COUNT(fields); i++) {
		const size_t len = strlen(fields[i]);

		if (b.n >= len && strncasecmp((const char *)b.s, fields[i],
			len) == 0) {
			first = true;
			found++;
		}
		for (size_t at = 0; at + 1 + len <= begin.n; at++) {
			if (begin.s[at] == '\n' && strncasecmp((const char *)
				begin.s + at + 1, fields[i], len) == 0) {
				found++;
				break;
			}
		}
	}
	return first && found >= 2;
}

/* A text whose words say nothing: some clients name their files. */
static enum what
by_name(const char *path)
{
	const char *name = path_name(path);

	if (strcmp(name, "_chat.txt") == 0 || strstr(name, "WhatsApp") != NULL)
		return WHATSAPP_TEXT;
	return NOTHING;
}

static struct sniff
text_kind(struct bytes b, const char *path)
{
	enum what what = find_word(b, text_words, COUNT(text_words));

	/* Before mail: a page for the web that QQ saves looks like one. */
	if (what != NOTHING)
		return is(SNIFF_TEXT, what);
	if (is_json(b))
		return is(SNIFF_JSON, find_word(b, json_words,
		    COUNT(json_words)));
	return is_mail(b) ? is(SNIFF_MAIL, NOTHING) :
	    is(SNIFF_TEXT, by_name(path));
}

/* --- The rest. */

/* A zip: may it be read, and is it one for chats at all? */
static struct sniff
zip_kind(struct bytes b, const char *path)
{
	/* APPNOTE.TXT 4.3.7: flags at 6, length of the first name at 26 */
	const size_t len = b.n >= 30 ?
	    (size_t)b.s[26] | (size_t)b.s[27] << 8 : 0;
	struct bytes first = {b.s + 30, len};

	if (b.n < 30)
		return is(SNIFF_ARCHIVE, NOTHING);
	if (first.n > b.n - 30)
		first.n = b.n - 30;
	if (b.s[6] & 1)
		return is(SNIFF_OPAQUE, ZIP_WITH_A_PASSWORD);
	/* One of QQ's holds its databases as they are. */
	if (ends_in(path, ".bak") && memmem(b.s, b.n, "SQLite header 3",
		15) != NULL)
		return is(SNIFF_OPAQUE, QQ_BACKUP);
	if (holds(first, "[Content_Types].xml", 0))
		return is(SNIFF_OPAQUE, OFFICE_FILE);
	return is(SNIFF_ARCHIVE, NOTHING);
}

/* Bytes that say nothing: a store, if the name says so. */
static struct sniff
store_kind(const char *path)
{
	const char *name = path_name(path);
	const bool db = ends_in_any(name, databases, COUNT(databases));

	for (size_t i = 0; i < COUNT(stores); i++)
		if ((stores[i].end == NULL ? db : ends_in(name,
			stores[i].end)) &&
		    strcasestr(path, stores[i].in) != NULL)
			return is(SNIFF_OPAQUE, stores[i].what);
	return is(SNIFF_UNKNOWN, NOTHING);
}

static bool
all_are(struct bytes b, bool (*fits)(uint8_t c))
{
	for (size_t i = 0; i < b.n; i++)
		if (!fits(b.s[i]))
			return false;
	return true;
}

static bool
is_nul(uint8_t c)
{
	return c == 0;
}

struct sniff
sniff(const void *head, size_t n, const char *path)
{
	struct bytes b = {n > 0 ? head : (const void *)"",
	    n < SNIFF_LEN ? n : SNIFF_LEN};
	char decoded[4 * DECODED_LEN];
	char end;

	if (n > 0 && all_are(b, is_nul))
		return is(SNIFF_NUL, NOTHING);
	if (all_are(text_of(b), is_blank))
		return is(SNIFF_EMPTY, NOTHING);
	for (size_t i = 0; i < COUNT(magics); i++) {
		const struct magic *m = &magics[i];

		if (b.n < m->at + m->len ||
		    memcmp(b.s + m->at, m->bytes, m->len) != 0)
			continue;
		if (m->kind == SNIFF_ARCHIVE && *b.s == 'P')
			return zip_kind(b, path);
		return is(m->kind, m->what);
	}
	end = utf16(b);
	if (end != 0) {
		b.n = decode(b, end, decoded);
		b.s = (const uint8_t *)decoded;
		b = text_of(b);
		return b.n == 0 ? is(SNIFF_EMPTY, NOTHING) :
		    text_kind(b, path);
	}
	return is_text(b) ? text_kind(text_of(b), path) : store_kind(path);
}
