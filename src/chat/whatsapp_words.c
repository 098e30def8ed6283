/* chat/whatsapp_words.c - WhatsApp's own texts; stems where they vary much. */
#include "chat/whatsapp_words.h"

#include <string.h>

#include "chat/scan.h"

#include "base/banned.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOTICE_MAX 400		/* bytes; longer texts are people's */

static bool
has_any(const char *s, size_t n, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (scan_has(s, n, words[i]))
			return true;
	return false;
}

/* One of COUNT words, sorted, none of which is the beginning of another. */
static bool
begins(struct scan *c, const char *const *words, size_t count)
{
	return scan_lit(c, scan_place(c->s, scan_left(c), words, count));
}

/* --- File names. */

static bool
fit(const char *s, size_t n, const char *before, const char *after,
	const char **name, size_t *len)
{
	struct scan c = scan_of(s, n);

	if ((before[0] != '\0' && !scan_lit(&c, before)) ||
	    !scan_ends(c.s, scan_left(&c), after))
		return false;
	*name = c.s;
	*len = scan_left(&c) - strlen(after);
	scan_trim(name, len);
	return *len > 0;
}

/* Without ".txt", ".zip" and the " (2)" of a second download. */
static size_t
stem_len(const char *s, size_t n)
{
	const char *open;

	if (scan_ends(s, n, ".txt") || scan_ends(s, n, ".zip"))
		n -= 4;
	open = memrchr(s, '(', n);
	if (n > 3 && s[n - 1] == ')' && open && open > s && open[-1] == ' ' &&
	    s + n - open <= 5 && open[1] >= '0' && open[1] <= '9')
		n = (size_t)(open - s) - 1;
	return n;
}

bool
words_chat_name(const char *path, const char **name, size_t *n)
{
	static const char *const shapes[][2] = {
		{"WhatsApp Chat with ", ""}, {"WhatsApp Chat - ", ""},
		{"WhatsApp-Chat mit ", ""}, {"Chat de WhatsApp con ", ""},
		{"Conversación de WhatsApp con ", ""},
		{"Conversa do WhatsApp com ", ""},
		{"Discussion WhatsApp avec ", ""},
		{"Chat WhatsApp con ", ""}, {"WhatsApp-chat met ", ""},
		{"Чат WhatsApp с ", ""}, {"与", "的 WhatsApp 聊天"},
		{"与", "的WhatsApp聊天"}, {"與", "的 WhatsApp 對話"},
		{"與", "的WhatsApp對話"}, {"與 ", " 的 WhatsApp 對話"},
		{"", "とのWhatsAppチャット"}, {"WhatsApp Chat mit ", ""},
		{"WhatsApp Sohbeti - ", ""}, {"Percakapan WhatsApp dengan ", ""},
		{"Chat WhatsApp dengan ", ""}
	};
	const char *slash, *end = path + strlen(path);
	size_t i, len;

	for (;;) {
		slash = memrchr(path, '/', (size_t)(end - path));
		slash = slash ? slash + 1 : path;
		len = stem_len(slash, (size_t)(end - slash));
		for (i = 0; i < COUNT(shapes); i++)
			if (fit(slash, len, shapes[i][0], shapes[i][1], name,
			    n))
				return true;
		if (slash == path)
			return false;
		end = slash - 1;
	}
}

/* --- Attachments. */

/* Ends in a dot and one to five letters or digits. */
static bool
is_file_name(const char *s, size_t n)
{
	const char *dot = memrchr(s, '.', n);
	size_t i, len;

	if (!dot || n > 255 || memchr(s, '\n', n) || memchr(s, '<', n))
		return false;
	len = n - (size_t)(dot - s) - 1;
	for (i = 1; i <= len; i++)
		if (!((dot[i] | 0x20) >= 'a' && (dot[i] | 0x20) <= 'z') &&
		    !(dot[i] >= '0' && dot[i] <= '9'))
			return false;
	return len >= 1 && len <= 5 && dot > s;
}

/* "… <word: name>" */
static bool
attached_angle(const char *s, size_t n, const char **name, size_t *len,
	size_t *cut)
{
	const char *open, *colon, *wide;

	if (n < 6 || s[n - 1] != '>' || !(open = memrchr(s, '<', n)))
		return false;
	*len = n - (size_t)(open - s) - 2;
	colon = memchr(open + 1, ':', *len);
	wide = memmem(open + 1, *len, "：", 3);
	if (wide && (!colon || wide < colon))
		colon = wide + 2;
	if (!colon || colon - open > 48)
		return false;
	*name = colon + 1;
	*len = n - 1 - (size_t)(colon + 1 - s);
	*cut = n - (size_t)(open - s);
	scan_trim(name, len);
	return is_file_name(*name, *len);
}

/* "IMG-20240301-WA0001.jpg": named by WhatsApp itself. */
static bool
is_own_name(const char *s, size_t n)
{
	return n > 12 && scan_has(s, n, "-WA") &&
	    s[3] == '-' && s[4] >= '0' && s[4] <= '9';
}

/*
 * "name (file attached)" and what follows in other lines.  Behind a MARK it is
 * the program that speaks, in whatever language.
 */
static bool
attached_round(const char *s, size_t n, bool mark, const char **name,
	size_t *len, size_t *cut)
{
	static const char *const words[] = {
		"file attached", "Datei angehängt", "archivo adjunto",
		"arquivo anexado", "fichier joint", "file allegato",
		"文件附件", "附件檔案", "檔案已附加", "已附加檔案",
		"bestand bijgevoegd", "файл добавлен", "ファイル添付",
		"파일 첨부됨", "ไฟล์ที่แนบ", "dosya ekli", "fil vedhæftet",
		"fil bifogad", "fil vedlagt", "plik załączony",
		"file terlampir", "tệp đính kèm", "ملف مرفق"
	};
	const char *lf = memchr(s, '\n', n), *open;
	size_t line = lf ? (size_t)(lf - s) : n, inner;

	*cut = lf ? line + 1 : n;
	if (line < 6 || s[line - 1] != ')' || !(open = memrchr(s, '(', line)) ||
	    open == s)
		return false;
	inner = line - (size_t)(open - s) - 2;
	*name = s;
	*len = (size_t)(open - s);
	scan_trim(name, len);
	if (!is_file_name(*name, *len))
		return false;
	return (mark && inner >= 5 && inner <= 80) ||
	    has_any(open + 1, inner, words, COUNT(words)) ||
	    is_own_name(*name, *len);
}

bool
words_attached(const char *s, size_t n, bool mark, const char **name,
	size_t *len, size_t *cut, bool *front)
{
	*front = false;
	if (attached_angle(s, n, name, len, cut))
		return true;
	*front = true;
	return attached_round(s, n, mark, name, len, cut);
}

bool
words_omitted(const char *s, size_t n, bool mark)
{
	static const char *const stems[] = {
		"omitt", "omitid", "omes", "omis", "absent", "ocult",
		"não revelado",
		"ausgeschlossen", "weggelassen", "weggelaten", "略去", "省略",
		"忽略", "含まれ", "除く", "除外", "제외", "생략", "Без медиа",
		"пропущ", "пропус", "отсутств", "הושמט", "נכלל", "الوسائط",
		"إدراج", "udelad", "utelämn", "utelat", "jätettiin pois",
		"pominięt", "vynech", "hiányz", "Hiányz", "kihagy", "omit",
		"izostavlj", "παραλείφθηκε", "συμπεριλήφθηκε",
		"dahil edilmedi", "tidak disertakan", "singkirkan",
		"dikecualikan", "bỏ qua", "Bỏ qua", "ละเว้น", "ไม่รวม",
		"حذف شد", "हटा"
	};

	if (n < 4 || n > 120 || memchr(s, '\n', n))
		return false;
	if (s[0] == '<' && s[n - 1] == '>')
		return has_any(s, n, stems, COUNT(stems));
	return mark && n <= 60 && has_any(s, n, stems, COUNT(stems));
}

/* --- Deleted, edited. */

bool
words_deleted(const char *s, size_t n)
{
	/* sorted */
	static const char *const texts[] = {
		"Acest mesaj a fost șters", "Ai șters acest mesaj",
		"Anda telah memadamkan mesej ini",
		"Anda telah menghapus pesan ini", "Apagaste esta mensagem",
		"Apagou esta mensagem", "Bu mesaj silindi",
		"Bu mesajı sildiniz", "Bạn đã xóa tin nhắn này",
		"Ce message a été supprimé", "Denne besked blev slettet",
		"Denne meldingen ble slettet", "Det här meddelandet raderades",
		"Diese Nachricht wurde gelöscht", "Dit bericht is verwijderd",
		"Du hast diese Nachricht gelöscht",
		"Du raderade det här meddelandet", "Du slettede denne besked",
		"Du slettet denne meldingen", "Eliminaste este mensaje",
		"Essa mensagem foi apagada", "Esta mensagem foi apagada",
		"Este mensaje fue eliminado", "Ez az üzenet törölve lett",
		"Hai eliminato questo messaggio",
		"Je hebt dit bericht verwijderd", "Mensagem apagada",
		"Mesej ini telah dipadam", "Message deleted",
		"Pesan ini telah dihapus", "Poistit tämän viestin",
		"Questo messaggio è stato eliminato", "Se eliminó este mensaje",
		"Ta wiadomość została usunięta", "Tato zpráva byla smazána",
		"This message was deleted", "This message was deleted by admin",
		"Tin nhắn này đã bị xóa", "Tuto zprávu jste smazali",
		"Tämä viesti poistettiin", "U hebt dit bericht verwijderd",
		"Usunięto tę wiadomość", "Você apagou esta mensagem",
		"Vous avez supprimé ce message", "You deleted this message",
		"Αυτό το μήνυμα διαγράφηκε", "Διαγράψατε αυτό το μήνυμα",
		"Ви видалили це повідомлення", "Вы удалили данное сообщение",
		"Вы удалили это сообщение", "Данное сообщение удалено",
		"Сообщение удалено", "Це повідомлення видалено",
		"הודעה זו נמחקה", "מחקת הודעה זו", "این پیام حذف شد",
		"تم حذف هذه الرسالة", "لقد حذفت هذه الرسالة",
		"आपने यह मैसेज हटा दिया", "यह मैसेज हटा दिया गया",
		"ข้อความนี้ถูกลบ", "ข้อความนี้ถูกลบแล้ว", "คุณลบข้อความนี้",
		"คุณลบข้อความนี้แล้ว", "あなたはこのメッセージを削除しました",
		"このメッセージは削除されました",
		"このメッセージを削除しました", "メッセージを削除しました",
		"你删除了此消息", "你删除了这条消息", "你刪除了此訊息",
		"你已删除此消息", "你已刪除此訊息", "您删除了此消息",
		"您删除了这则消息", "您删除了这条消息", "您刪除了此訊息",
		"您已删除此消息", "您已删除这条消息", "您已刪除此訊息",
		"此消息已删除", "此消息已被删除", "此訊息已刪除",
		"這則訊息已刪除", "這則訊息已被刪除", "삭제된 메시지입니다",
		"이 메시지는 삭제되었습니다"
	};
	static const char admin[] = "This message was deleted by admin ";
	struct scan c = scan_of(s, n);

	if (n < 200 && scan_lit(&c, admin) && !memchr(s, '\n', n))
		return true;
	if (n > 0 && s[n - 1] == '.')
		n--;
	else if (scan_ends(s, n, "。"))
		n -= 3;
	return scan_is(s, n, scan_place(s, n, texts, COUNT(texts)));
}

size_t
words_edited(const char *s, size_t n)
{
	static const char *const stems[] = {
		"edited", "编辑", "編輯", "bearbeitet", "editó", "editad",
		"modifi", "измен", "編集", "수정", "bewerkt", "düzenlendi",
		"diedit", "تعديل", "zmodyfik", "chỉnh sửa", "แก้ไข", "redig",
		"muoka", "uprav", "נערכ", "sunting", "editat", "відредаг",
		"संपादित", "επεξεργ"
	};
	const char *open;
	size_t len;

	if (n < 6 || s[n - 1] != '>' || !(open = memrchr(s, '<', n)))
		return 0;
	len = n - (size_t)(open - s);
	if (len > 80 || memchr(open, ':', len) || memchr(open, '\n', len))
		return 0;
	return has_any(open, len, stems, COUNT(stems)) ? len : 0;
}

/* --- Kinds. */

enum chat_kind
words_kind(const char *s, size_t n, bool mark)
{
	/* sorted, both */
	static const char *const polls[] = {
		"ENCUESTA:", "ENQUETE:", "POLL:", "SONDAGE :", "SONDAGGIO:",
		"UMFRAGE:", "投票:", "投票："
	};
	static const char *const calls[] = {
		"Appel vidéo manqué", "Appel vocal manqué",
		"Chamada de voz perdida", "Chamada de vídeo perdida",
		"Llamada perdida", "Missed group video call",
		"Missed group voice call", "Missed video call",
		"Missed voice call", "Verpasster Sprachanruf",
		"Verpasster Videoanruf", "Video call", "Videollamada perdida",
		"Voice call", "未接視訊通話", "未接视频通话", "未接語音通話",
		"未接语音通话", "視訊通話", "视频通话", "語音通話", "语音通话"
	};
	struct scan c = scan_of(s, n);

	if (begins(&c, polls, COUNT(polls)))
		return CHAT_POLL;
	if (n <= 120 && begins(&c, calls, COUNT(calls)) &&
	    (mark || scan_done(&c)))
		return CHAT_CALL;
	if (n < 300 && scan_has(s, n, "https://") && !memchr(s, '\n', n) &&
	    (scan_has(s, n,
	    ": https://maps.google.com/?q=") || scan_has(s, n,
	    "：https://maps.google.com/?q=") || scan_has(s, n,
	    "https://foursquare.com/v/")))
		return CHAT_LOCATION;
	if (scan_is(s, n, "live location shared") ||
	    (mark && scan_has(s, n < 60 ? n : 60, "ive location")))
		return CHAT_LOCATION;
	return CHAT_TEXT;
}

/* --- Notices. */

/* Nobody types these as a message of their own, hardly. */
static const char *const notices[] = {
	"end-to-end encrypted", "end-to-end encryption",
	"端到端加密", "端對端加密", "Ende-zu-Ende-verschlüsselt",
	"cifrados de extremo a extremo", "cifradas de extremo a extremo",
	"protegidas com a criptografia", "chiffrés de bout en bout",
	"crittografia end-to-end", "エンドツーエンド", "종단간 암호화",
	"сквозным шифрованием", "uçtan uca",
	"security code changed", "security code with", "安全代码", "安全碼",
	"changed their phone number", "changed to a new number",
	"disappearing messages", "turned on disappearing",
	"business account", "now an admin", "no longer an admin"
};

static const char *const groups[] = {
	"created group", "created this group", "changed the subject",
	"changed the group", "changed this group", "added you",
	"joined using this group", "创建了群组", "创建了此群组", "建立了群組",
	"更改了群组", "變更了群組", "hat die Gruppe", "creó el grupo",
	"criou o grupo", "a créé le groupe", "ha creato il gruppo",
	"pinned a message", "deleted this group"
};

bool
words_system(const char *s, size_t n)
{
	/* None of them is shorter: most names are. */
	if (n > NOTICE_MAX || n < 9)
		return false;
	return has_any(s, n, notices, COUNT(notices)) ||
	    has_any(s, n, groups, COUNT(groups));
}

bool
words_opening(const char *s, size_t n)
{
	/* sorted */
	static const char *const texts[] = {
		"As mensagens e as ligações são protegidas",
		"As mensagens e ligações são protegidas",
		"Les messages et les appels sont chiffrés",
		"Los mensajes y las llamadas están cifrados",
		"Messages and calls are end-to-end encrypted",
		"Messages to this chat and calls are ",
		"Messages to this group are ", "Messages you send to this ",
		"Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt",
		"消息和通话已进行端到端加密", "訊息和通話經端對端加密",
		"訊息和通話都會端對端加密"
	};
	struct scan c = scan_of(s, n);

	return begins(&c, texts, COUNT(texts));
}

bool
words_english(const char *s, size_t n)
{
	static const char *const texts[] = {
		"end-to-end encrypt", "<Media omitted>", "created group",
		"(file attached)", "image omitted", "This message was deleted",
		"You deleted this message"
	};

	return has_any(s, n < NOTICE_MAX ? n : NOTICE_MAX, texts,
	    COUNT(texts));
}

bool
words_group(const char *s, size_t n)
{
	return has_any(s, n < NOTICE_MAX ? n : NOTICE_MAX, groups,
	    COUNT(groups));
}
