/* chat/kinds.c - words that stand for pictures, recalls and files. */
#include "chat/kinds.h"

#include <string.h>
#include <strings.h>

#include "chat/scan.h"

#include "base/banned.h"

struct word {
	const char *word;
	enum chat_kind kind;
};

static const struct word brackets[] = {
	{"图片", CHAT_IMAGE}, {"圖片", CHAT_IMAGE}, {"照片", CHAT_IMAGE},
	{"写真", CHAT_IMAGE}, {"相片", CHAT_IMAGE}, {"Photo", CHAT_IMAGE},
	{"Photos", CHAT_IMAGE}, {"Image", CHAT_IMAGE}, {"画像", CHAT_IMAGE},
	{"사진", CHAT_IMAGE}, {"闪照", CHAT_IMAGE}, {"相册", CHAT_IMAGE},
	{"アルバム", CHAT_IMAGE}, {"Album", CHAT_IMAGE},
	{"表情", CHAT_STICKER}, {"动画表情", CHAT_STICKER},
	{"贴图", CHAT_STICKER}, {"貼圖", CHAT_STICKER},
	{"スタンプ", CHAT_STICKER}, {"Sticker", CHAT_STICKER},
	{"스티커", CHAT_STICKER}, {"表情包", CHAT_STICKER},
	{"语音", CHAT_VOICE}, {"語音", CHAT_VOICE}, {"语音消息", CHAT_VOICE},
	{"語音訊息", CHAT_VOICE}, {"音声", CHAT_VOICE},
	{"ボイスメッセージ", CHAT_VOICE}, {"Voice message", CHAT_VOICE},
	{"Voice", CHAT_VOICE}, {"Audio", CHAT_VOICE},
	{"음성 메시지", CHAT_VOICE},
	{"视频", CHAT_VIDEO}, {"影片", CHAT_VIDEO}, {"視頻", CHAT_VIDEO},
	{"短视频", CHAT_VIDEO}, {"小视频", CHAT_VIDEO}, {"動画", CHAT_VIDEO},
	{"Video", CHAT_VIDEO}, {"동영상", CHAT_VIDEO},
	{"文件", CHAT_FILE}, {"檔案", CHAT_FILE}, {"ファイル", CHAT_FILE},
	{"File", CHAT_FILE}, {"파일", CHAT_FILE},
	{"红包", CHAT_REDPACKET}, {"QQ红包", CHAT_REDPACKET},
	{"微信红包", CHAT_REDPACKET}, {"紅包", CHAT_REDPACKET},
	{"转账", CHAT_TRANSFER}, {"微信转账", CHAT_TRANSFER},
	{"QQ转账", CHAT_TRANSFER}, {"轉帳", CHAT_TRANSFER},
	{"位置", CHAT_LOCATION}, {"位置信息", CHAT_LOCATION},
	{"位置資訊", CHAT_LOCATION}, {"位置情報", CHAT_LOCATION},
	{"Location", CHAT_LOCATION}, {"위치 정보", CHAT_LOCATION},
	{"地理位置", CHAT_LOCATION},
	{"链接", CHAT_LINK}, {"連結", CHAT_LINK}, {"分享", CHAT_LINK},
	{"Link", CHAT_LINK}, {"小程序", CHAT_LINK}, {"音乐", CHAT_LINK},
	{"名片", CHAT_CARD}, {"推荐联系人", CHAT_CARD},
	{"聯絡資訊", CHAT_CARD}, {"联系信息", CHAT_CARD},
	{"連絡先", CHAT_CARD}, {"Contact", CHAT_CARD}, {"연락처", CHAT_CARD},
	{"通话", CHAT_CALL}, {"语音通话", CHAT_CALL}, {"视频通话", CHAT_CALL},
	{"订单", CHAT_ORDER}, {"商品", CHAT_ORDER}, {"宝贝", CHAT_ORDER},
	{"投票", CHAT_POLL}, {"Poll", CHAT_POLL}
};

enum chat_kind
kinds_bracket(const char *s, size_t n, struct chat_str *name)
{
	const char *close;
	enum chat_kind kind = CHAT_TEXT;
	const char *rest;
	size_t i, len, left;

	if (name)
		*name = (struct chat_str){NULL, 0};
	if (n < 3 || s[0] != '[' || !(close = memchr(s, ']', n < 64 ? n : 64)))
		return CHAT_TEXT;
	len = (size_t)(close - s) - 1;
	for (i = 0; i < sizeof(brackets) / sizeof(*brackets); i++)
		if (scan_is(s + 1, len, brackets[i].word))
			kind = brackets[i].kind;
	rest = close + 1;
	left = n - len - 2;
	if (kind == CHAT_TEXT)
		return kind;
	/* The same again and again: a row of pictures. */
	while (left >= len + 2 && memcmp(rest, s, len + 2) == 0) {
		rest += len + 2;
		left -= len + 2;
	}
	if (left == 0)
		return kind;
	if ((kind != CHAT_FILE && kind != CHAT_LINK && kind != CHAT_CARD &&
	    kind != CHAT_LOCATION && kind != CHAT_TRANSFER &&
	    kind != CHAT_REDPACKET) || memchr(rest, '\n', left))
		return CHAT_TEXT;
	scan_trim(&rest, &left);
	if (name && kind == CHAT_FILE && left > 0)
		*name = (struct chat_str){rest, left};
	return kind;
}

bool
kinds_qq_program(const struct chat_str *id, const struct chat_str *name)
{
	if (id->n > 0)
		return scan_is(id->s, id->n, "10000") ||
		    scan_is(id->s, id->n, "1000000");
	return name->n > 0 && scan_is(name->s, name->n, "系统消息");
}

bool
kinds_recall(const char *s, size_t n)
{
#define TAIL(s) {s, sizeof(s) - 1}
	static const struct {
		const char *s;
		size_t n;
	} tails[] = {
		TAIL("撤回了一条消息"), TAIL("撤回了一條消息"),
		TAIL("撤回了一条消息。"), TAIL("撤回了一条群成员消息"),
		TAIL("收回了訊息"), TAIL("收回訊息"), TAIL("收回了讯息"),
		TAIL("已收回讯息"), TAIL("メッセージの送信を取り消しました"),
		TAIL("メッセージの送信を取り消しました。"),
		TAIL("unsent a message."), TAIL("unsent a message"),
		TAIL("recalled a message"), TAIL("메시지를 삭제했습니다."),
		TAIL("삭제된 메시지입니다.")
	};
#undef TAIL
	size_t i, len;

	if (n > 256 || n < 12)
		return false;
	for (i = 0; i < sizeof(tails) / sizeof(*tails); i++) {
		len = tails[i].n;
		/* Each message is asked; its last byte says no most times. */
		if (n >= len && s[n - 1] == tails[i].s[len - 1] &&
		    memcmp(s + n - len, tails[i].s, len) == 0)
			return !memchr(s, '\n', n);
	}
	return false;
}

enum chat_kind
kinds_file(const char *name, size_t n)
{
	static const struct word endings[] = {
		{"jpg", CHAT_IMAGE}, {"jpeg", CHAT_IMAGE}, {"png", CHAT_IMAGE},
		{"gif", CHAT_IMAGE}, {"heic", CHAT_IMAGE}, {"bmp", CHAT_IMAGE},
		{"webp", CHAT_STICKER}, {"opus", CHAT_VOICE},
		{"ogg", CHAT_VOICE}, {"m4a", CHAT_VOICE}, {"aac", CHAT_VOICE},
		{"amr", CHAT_VOICE}, {"mp3", CHAT_VOICE}, {"wav", CHAT_VOICE},
		{"mp4", CHAT_VIDEO}, {"mov", CHAT_VIDEO}, {"3gp", CHAT_VIDEO},
		{"avi", CHAT_VIDEO}, {"mkv", CHAT_VIDEO}, {"vcf", CHAT_CARD}
	};
	const char *dot = memrchr(name, '.', n);
	size_t i, len;

	if (!dot)
		return CHAT_FILE;
	len = n - (size_t)(dot - name) - 1;
	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (strlen(endings[i].word) == len &&
		    strncasecmp(dot + 1, endings[i].word, len) == 0)
			return endings[i].kind;
	return CHAT_FILE;
}
