/* tests/chat/roads_test.c - the formats that are JSON. */
#include "rows.h"

#include "base/banned.h"

static void
qianniu(void **state)
{
	(void)state;
	rows_are("buyer.json",
	    "{\"chats\":[{\"date\":\"2024-03-01\",\"time\":\"08:59:07\","
	    "\"sender\":\"cntaobaotb_1\",\"text\":\"a\\nb\",\"imgUrl\":\"\"},"
	    "{\"date\":\"2024/3/1\",\"time\":\"9:00:00\",\"sender\":\"shop:li\""
	    ",\"text\":\"\",\"imgUrl\":\"https://h/1.jpg\"},"
	    "{\"nothing\":1},"
	    "{\"date\":\"soon\",\"time\":\"x\",\"sender\":\"tb_1\","
	    "\"text\":\"tb_1 撤回了一条消息\"}],"
	    "\"user\":\"cntaobaotb_1\",\"exportTime\":\"x\",\"count\":3}",
	    "2024-03-01T08:59:07|tb_1|tb_1|text|a\\nb|peer\n"
	    "2024-03-01T09:00:00|shop:li|shop:li|image||+https://h/1.jpg|self\n"
	    "? {nothing: 1, \n"
	    "-|tb_1|tb_1|recall|tb_1 撤回了一条消息|peer|out_of_range_time\n"
	    "= qianniu-json 3/0/1 out_of_range_time\n");
}

static void
top(void **state)
{
	(void)state;
	rows_are("x.json",
	    "{\"x_response\":{\"msg_lists\":{\"msg_list\":["
	    "{\"direction\":1,\"time\":\"2024-03-01 08:59:07\",\"type\":0,"
	    "\"content\":\"a\"},{\"direction\":0,\"time\":"
	    "\"2024-03-01 08:59:08\",\"word_lists\":{\"string\":[\"b\",\"c\"]}"
	    "}]},\"from_id\":\"cnalichnshop:li\",\"to_id\":\"cnalichnbuyer\"}}",
	    "2024-03-01T08:59:07|buyer|-|text|a|peer\n"
	    "2024-03-01T08:59:08|shop:li|-|text|b c|self\n"
	    "= top-logquery 2/0/0\n");
}

static void
weflow(void **state)
{
	(void)state;
	rows_are("x.json",
	    "{\"weflow\":{},\"avatars\":{\"a\":\"data:\"},"
	    "\"messages\":[{\"localId\":7437267147299592543,"
	    "\"createTime\":1709254747,\"type\":\"文本消息\",\"localType\":49,"
	    "\"content\":\"hi\",\"isSend\":1,\"senderUsername\":\"wl\","
	    "\"senderDisplayName\":\"Li\"},"
	    "{\"createTime\":1709254748,\"type\":\"系统消息\",\"content\":"
	    "\"你撤回了一条消息\",\"isSend\":null,\"senderUsername\":\"g\"},"
	    "{\"createTime\":1709254749,\"type\":\"其他\",\"localType\":34,"
	    "\"content\":\"\",\"isSend\":0,\"senderUsername\":\"wa\"}],"
	    "\"session\":{\"wxid\":\"1@chatroom\",\"type\":\"群聊\"}}",
	    "2024-03-01T00:59:07Z|wl|Li|text|hi|self\n"
	    "2024-03-01T00:59:08Z|g|-|recall|你撤回了一条消息\n"
	    "2024-03-01T00:59:09Z|wa|-|voice||peer\n"
	    "= weflow-json 3/0/0\n");
}

#define QCE_1 "{\"messageId\":\"7437267147299592543\",\"timestamp\":" \
	"1709254747123,\"sender\":{\"uid\":\"u1\",\"uin\":\"1\"," \
	"\"name\":\"A\"},\"isRecalled\":true,\"content\":{\"text\":\"\"," \
	"\"resources\":[{\"type\":\"video\",\"filename\":\"v.mp4\"," \
	"\"localPath\":\"x\"}]}}"
#define QCE_2 "{\"messageId\":\"2\",\"timestamp\":" \
	"\"2024-03-01T00:59:08.000Z\",\"sender\":{\"uid\":\"u2\"," \
	"\"name\":\"S\"},\"isSystemMessage\":true," \
	"\"content\":{\"text\":\"S撤回了一条消息\"}}"

static void
qce(void **state)
{
	(void)state;
	rows_are("x.json", "{\"messages\":[" QCE_1 "," QCE_2 "],\"chatInfo\":{"
	    "\"name\":\"G\",\"type\":\"group\",\"selfUid\":\"u2\"}}",
	    "2024-03-01T00:59:07.123Z|1|A|video||+v.mp4!|peer|deleted\n"
	    "2024-03-01T00:59:08Z|u2|S|recall|S撤回了一条消息|self\n"
	    "= qce-json 2/0/0\n");
	rows_are("c.jsonl", QCE_1 "\n\n{broken\n" QCE_2 "\n{\"messageId\""
	    ":\"3\"",
	    "2024-03-01T00:59:07.123Z|1|A|video||+v.mp4!|deleted\n"
	    "? {broken\n"
	    "2024-03-01T00:59:08Z|u2|S|recall|S撤回了一条消息\n"
	    "? {\"messageId\":\"3\"\n"
	    "= qce-json 2/0/2 truncated_tail\n");
}

static void
wecom(void **state)
{
	(void)state;
	rows_are("x.jsonl",
	    "{\"msgid\":\"m1\",\"action\":\"send\",\"from\":\"wmA\",\"tolist\":"
	    "[\"Li\"],\"roomid\":\"\",\"msgtime\":1709254747123,\"msgtype\":"
	    "\"text\",\"text\":{\"content\":\"x\"}}\n"
	    "{\"msgid\":\"m2\",\"action\":\"switch\",\"time\":1,\"user\""
	    ":\"Li\"}"
	    "\n"
	    "{\"msgid\":\"m3\",\"action\":\"recall\",\"from\":\"wmA\",\"to"
	    "list\""
	    ":[\"Li\"],\"msgtime\":1709254748000,\"msgtype\":\"revoke\","
	    "\"revoke\":{\"pre_msgid\":\"m1\"}}\n"
	    "{\"msgid\":\"m4\",\"action\":\"send\",\"from\":\"Li\",\"tolist\":["
	    "\"Wang\"],\"msgtime\":1709254749000,\"msgtype\":\"mixed\","
	    "\"mixed\":{\"item\":[{\"type\":\"text\",\"content\":\"{\\\"content"
	    "\\\":\\\"a\\\\nb\\\"}\"},{\"type\":\"image\",\"content\":\"{"
	    "\\\"sdkfileid\\\":\\\"S\\\"}\"},{\"type\":\"text\",\"content\":"
	    "\"no json\"}]}}\n"
	    "{\"msgid\":\"m5\",\"action\":\"send\",\"from\":\"Li\",\"tolist\":["
	    "\"Wang\"],\"msgtime\":1709254750000,\"msgtype\":\"link\",\"link\":"
	    "{\"title\":\"t\",\"description\":\"d\",\"link_url\":\"https:/"
	    "/h\"}}"
	    "\n"
	    "{\"seq\":1,\"encrypt_chat_msg\":\"AAAA\"}\n",
	    "2024-03-01T00:59:07.123Z|wmA|-|text|x|peer|deleted\n"
	    "2024-03-01T00:59:08Z|wmA|-|recall||target=m1|peer\n"
	    "2024-03-01T00:59:09Z|Li|-|text|a\\nb\\nno json|+sdkfileid:S\n"
	    "2024-03-01T00:59:10Z|Li|-|link|t\\nd\\nhttps://h\n"
	    "? {seq: 1, encrypt_chat_msg: AAAA, \n"
	    "= wecom-jsonl 4/0/1\n");
}

static void
telegram(void **state)
{
	(void)state;
	rows_are("result.json",
	    "{\"name\":\"A\",\"type\":\"personal_chat\",\"id\":1,\"messages\":["
	    "{\"id\":1,\"type\":\"message\",\"date\":\"2019-03-01T08:59:07\","
	    "\"edited\":\"1970-01-01T08:00:00\",\"from\":\"A\",\"from_id\":5,"
	    "\"text\":\"old\"},"
	    "{\"id\":2,\"type\":\"message\",\"date\":\"x\",\"date_unixtime\":"
	    "\"1709254747\",\"from\":null,\"from_id\":\"user6\",\"media_type\":"
	    "\"voice_message\",\"file\":\"v/1.ogg\",\"text\":\"\"},"
	    "{\"id\":3,\"type\":\"service\",\"date_unixtime\":\"1709254748\","
	    "\"actor\":\"A\",\"actor_id\":\"user5\",\"action\":"
	    "\"invite_members\",\"members\":[\"B\",\"C\"],\"text\":\"\"},"
	    "{\"id\":4,\"type\":\"message\",\"date_unixtime\":\"9999999999"
	    "9999\""
	    ",\"from\":\"A\",\"text\":[1,\"a\",{\"text\":\"b\"},{\"x\":1}]},"
	    "17,{\"id\":5}]}",
	    "2019-03-01T08:59:07|5|A|text|old\n"
	    "2024-03-01T00:59:07Z|user6|-|voice||+v/1.ogg!\n"
	    "2024-03-01T00:59:08Z|user5|A|system|invite_members: B, C\n"
	    "-|-|A|text|ab|out_of_range_time\n"
	    "? \n? {id: 5, \n"
	    "= telegram-json 4/1/2 out_of_range_time\n");
	/* All chats: each has its own; our messages are known. */
	rows_are("result.json",
	    "{\"personal_information\":{\"user_id\":5},\"chats\":{\"list\":[{"
	    "\"messages\":[{\"type\":\"message\",\"date_unixtime\":"
	    "\"1709254747\",\"from\":\"Li\",\"from_id\":\"user5\",\"text\":"
	    "\"a\"}]}]},\"left_chats\":{\"list\":[{\"messages\":[{\"type\":"
	    "\"message\",\"date_unixtime\":\"1709254747\",\"from\":\"B\","
	    "\"from_id\":\"user55\",\"text\":\"b\"}]}]}}",
	    "2024-03-01T00:59:07Z|user5|Li|text|a|self\n"
	    "2024-03-01T00:59:07Z|user55|B|text|b|peer\n"
	    "= telegram-json 2/0/0\n");
}

static void
skype(void **state)
{
	(void)state;
	rows_are("messages.json",
	    "{\"userId\":\"8:li\",\"exportDate\":\"x\",\"conversations\":[{"
	    "\"id\":\"8:a\",\"MessageList\":["
	    "{\"id\":\"3\",\"originalarrivaltime\":\"2405-01-01T00:00:00Z\","
	    "\"messagetype\":\"RichText\",\"content\":\"late\",\"from\":\""
	    "8:a\"}"
	    ",{\"id\":\"2\",\"originalarrivaltime\":\"2020-01-01T00:00:01Z\","
	    "\"messagetype\":\"Event/Call\",\"content\":\"<partlist type=\\\""
	    "missed\\\"/>\",\"from\":\"8:li\"},"
	    "{\"id\":\"1\",\"originalarrivaltime\":\"2020-01-01T00:00:00.5Z\","
	    "\"messagetype\":\"RichText\",\"content\":\"a &lt;b&gt; <b>c</b>"
	    "<e_m ts=\\\"1\\\"/>\",\"from\":\"https://h/contacts/8:a\"}]},"
	    "{\"id\":\"19:g\",\"MessageList\":[]}]}",
	    "2020-01-01T00:00:00.5Z|8:a|-|text|a <b> c|peer|edited\n"
	    "2020-01-01T00:00:01Z|8:li|-|call|missed|self\n"
	    "-|8:a|-|text|late|peer|out_of_range_time\n"
	    "= skype-json 3/0/0 out_of_range_time\n");
}

static void
meta(void **state)
{
	(void)state;
	rows_are("message_1.json",
	    "{\"participants\":[{\"name\":\"M\\u00c3\\u00bc\"},{\"name\""
	    ":\"L\"}]"
	    ",\"messages\":["
	    "{\"sender_name\":\"L\",\"timestamp_ms\":1709254747002,\"content\":"
	    "\"\\u00e8\\u00b0\\u00a2 caf\\u00c3\\u00a9\"},"
	    "{\"sender_name\":\"M\\u00c3\\u00bc\",\"timestamp_ms\":"
	    "1709254747001,\"content\":\"caf\\u00e9 \\u8c22\"},"
	    "{\"sender_name\":\"L\",\"timestamp_ms\":1709254747000,\"photos\":["
	    "{\"uri\":\"photos/1.jpg\"}]}],\"title\":\"x\"}",
	    "2024-03-01T00:59:07Z|L|L|image||+photos/1.jpg!\n"
	    "2024-03-01T00:59:07.001Z|M\xc3\xbc|M\xc3\xbc|text|"
	    "caf\xc3\xa9 谢\n"
	    "2024-03-01T00:59:07.002Z|L|L|text|谢 caf\xc3\xa9\n"
	    "= messenger-json 3/0/0\n");
	/* Already in order: left so.  Where it lies makes it Instagram's. */
	rows_are("your_instagram_activity/messages/x/message_1.json",
	    "{\"messages\":[{\"sender_name\":\"L\",\"timestamp_ms\":1,"
	    "\"content\":\"never\"},{\"sender_name\":\"L\",\"timestamp_ms\":"
	    "1709254747000,\"is_unsent\":true}]}",
	    "-|L|L|text|never|out_of_range_time\n"
	    "2024-03-01T00:59:07Z|L|L|recall||deleted\n"
	    "= instagram-json 2/0/0 out_of_range_time\n");
	rows_are("A.json", "{\"participants\":[\"A\",\"L\"],\"threadName\""
	    ":\"A\""
	    ",\"messages\":[{\"senderName\":\"A\",\"text\":\"\xc3\xbc\","
	    "\"timestamp\":1709254747000,\"media\":[{\"uri\":\"./m/v.mp4\"}],"
	    "\"isUnsent\":false}]}",
	    "2024-03-01T00:59:07Z|A|A|text|\xc3\xbc|+./m/v.mp4!\n"
	    "= messenger-json 1/0/0\n");
}

static void
discord(void **state)
{
	(void)state;
	rows_are("x.json",
	    "{\"guild\":{\"id\":\"1\"},\"channel\":{\"id\":\"2\",\"type\":"
	    "\"GuildTextChat\",\"name\":\"g\"},\"messages\":["
	    "{\"id\":\"10\",\"type\":\"Reply\",\"timestamp\":"
	    "\"2024-03-01T08:59:07.5+08:00\",\"timestampEdited\":"
	    "\"2024-03-01T09:59:07+08:00\",\"content\":\"yes\",\"author\":{"
	    "\"id\":\"5\",\"name\":\"a\",\"isBot\":true},\"reference\":{"
	    "\"messageId\":\"9\"}},"
	    "{\"id\":\"11\",\"type\":\"Default\",\"timestamp\":"
	    "\"2024-03-01T00:59:07+00:00\",\"content\":\"\",\"author\":{\"id\":"
	    "\"6\",\"name\":\"b\"},\"attachments\":[{\"url\":\"https://h/x\","
	    "\"fileName\":\"x.png\"}]},"
	    "{\"id\":\"12\",\"type\":\"GuildMemberJoin\",\"timestamp\":"
	    "\"2024-03-01T00:59:07+00:00\",\"content\":\"Joined\",\"author\":{"
	    "\"id\":\"6\",\"name\":\"b\"}}]}",
	    "2024-03-01T08:59:07.5+08:00|5|a|text|yes|bot|edited\n"
	    "2024-03-01T00:59:07Z|6|b|image||+x.png\n"
	    "2024-03-01T00:59:07Z|6|b|system|Joined\n"
	    "= discord-json 3/1/0\n");
}

#define GOOGLE(date) "{\"creator\":{\"name\":\"A\",\"email\":\"a@x\"}," \
	"\"created_date\":\"" date "\",\"text\":\"x\",\"message_id\":\"1\"}"
#define GOOGLE_ROW(ts) ts "|a@x|A|text|x\n"

static void
google(void **state)
{
	(void)state;
	rows_are("Groups/DM abc/messages.json", "{\"messages\":["
	    GOOGLE("Friday, March 1, 2024 at 12:59:07 AM UTC") ","
	    GOOGLE("Friday, March 1, 2024 at 12:59:07\xe2\x80\xafPM UTC") ","
	    GOOGLE("2024年3月1日星期五 UTC 01:03:15") ","
	    GOOGLE("2024年3月1日 星期五 UTC 下午1:03:15") ","
	    GOOGLE("2024年3月1日金曜日 1時03分15秒 UTC") ","
	    GOOGLE("2024년 3월 1일 금요일 오후 1시 3분 15초 UTC") ","
	    GOOGLE("Freitag, 1. März 2024 um 13:03:15 UTC") ","
	    GOOGLE("vendredi 1 mars 2024 à 13:03:15 UTC") ","
	    GOOGLE("viernes, 1 de marzo de 2024, 13:03:15 UTC") ","
	    GOOGLE("sexta-feira, 1 de março de 2024 às 13:03:15 UTC") ","
	    GOOGLE("пятница, 1 марта 2024 г. в 13:03:15 UTC") ","
	    GOOGLE("venerdì 1 marzo 2024 alle ore 13:03:15 UTC") ","
	    GOOGLE("vrijdag 1 maart 2024 om 13:03:15 UTC") ","
	    GOOGLE("some day") "]}",
	    GOOGLE_ROW("2024-03-01T00:59:07Z") GOOGLE_ROW("2024-03-01T12:5"
	    "9:07Z")
	    GOOGLE_ROW("2024-03-01T01:03:15Z") GOOGLE_ROW("2024-03-01T13:0"
	    "3:15Z")
	    GOOGLE_ROW("2024-03-01T01:03:15Z") GOOGLE_ROW("2024-03-01T13:0"
	    "3:15Z")
	    GOOGLE_ROW("2024-03-01T13:03:15Z") GOOGLE_ROW("2024-03-01T13:0"
	    "3:15Z")
	    GOOGLE_ROW("2024-03-01T13:03:15Z") GOOGLE_ROW("2024-03-01T13:0"
	    "3:15Z")
	    GOOGLE_ROW("2024-03-01T13:03:15Z") GOOGLE_ROW("2024-03-01T13:0"
	    "3:15Z")
	    GOOGLE_ROW("2024-03-01T13:03:15Z")
	    "-|a@x|A|text|x|out_of_range_time\n"
	    "= googlechat-json 14/0/0 out_of_range_time\n");
}

static void
teams(void **state)
{
	(void)state;
	rows_are("messages_x.json",
	    "[{\"Id\":\"1\",\"Body\":{\"ContentType\":\"html\",\"Content\":"
	    "\"<div><p>a &amp; <b>b</b></p>\\n<p>c<br>d</p><script>x<y</script>"
	    "</div>\"},\"CreatedDateTime\":\"2024-03-01T00:59:07.5+00:00\","
	    "\"LastEditedDateTime\":\"x\",\"From\":{\"User\":{\"Id\":\"u\","
	    "\"DisplayName\":\"U\"}},\"MessageType\":\"message\"},"
	    "{\"Id\":\"2\",\"Body\":{\"ContentType\":\"text\",\"Content\":"
	    "\"a <b>\"},\"CreatedDateTime\":\"2024-03-01T00:59:08Z\",\"From\":{"
	    "\"Application\":{\"Id\":\"b\"}},\"Attachments\":[{\"Name\":"
	    "\"q.pdf\"}]},{\"Id\":\"3\"}]",
	    "2024-03-01T00:59:07.5Z|u|U|text|a & b\\nc\\nd|edited\n"
	    "2024-03-01T00:59:08Z|b|-|text|a <b>|+q.pdf|bot\n"
	    "? {Id: 3, \n"
	    "= teams-json 2/0/1\n");
	rows_are("graph.json", "{\"value\":[{\"id\":\"1\",\"body\":{"
	    "\"contentType\":\"html\",\"content\":\"x\"},\"createdDateTime\":"
	    "\"2024-03-01T00:59:07Z\",\"from\":{\"user\":{\"id\":\"u\"}},"
	    "\"deletedDateTime\":\"2024-03-01T00:59:09Z\"}]}",
	    "2024-03-01T00:59:07Z|u|-|text|x|deleted\n"
	    "= teams-json 1/0/0\n");
}

#define EVENT(type, content, rest) "{\"type\":\"" type "\",\"sender\":\"@a\"," \
	"\"content\":{" content "},\"origin_server_ts\":1709254747000," \
	"\"event_id\":\"$1\"" rest "}"
#define AT "2024-03-01T00:59:07Z|@a|-|"

static void
element(void **state)
{
	(void)state;
	rows_are("x.json", "{\"room_name\":\"R\",\"messages\":["
	    EVENT("m.room.message", "\"msgtype\":\"m.text\",\"body\":\"> <@b> q"
	    "\\n> q2\\n\\nyes\",\"m.relates_to\":{\"m.in_reply_to\":{"
	    "\"event_id\":\"$0\"}}", "") ","
	    EVENT("m.room.message", "\"msgtype\":\"m.text\",\"body\":\"* n\","
	    "\"m.new_content\":{\"msgtype\":\"m.text\",\"body\":\"n\"},"
	    "\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$9\"}",
	    "") ","
	    EVENT("m.reaction", "\"m.relates_to\":{\"event_id\":\"$9\",\"key\":"
	    "\"+\"}", "") ","
	    EVENT("m.room.redaction", "\"reason\":\"r\"",
	    ",\"redacts\":\"$9\"") ","
	    EVENT("m.room.member", "\"membership\":\"join\",\"displayname\":"
	    "\"A\"", "") ","
	    EVENT("m.room.message", "", ",\"unsigned\":{\"redacted_because\":{}"
	    "}") ","
	    EVENT("m.room.message", "\"msgtype\":\"m.emote\",\"body\":\"wa"
	    "ves\"",
	    "") "]}",
	    AT "text|yes\n" AT "text|n|edit_of=$9\n"
	    AT "reaction|+|target=$9\n" AT "recall|r|target=$9\n"
	    AT "system|m.room.member join A\n" AT "recall||deleted\n"
	    AT "action|waves\n"
	    "= element-json 7/1/0\n");
}

static void
chatlab(void **state)
{
	(void)state;
	rows_are("x.jsonl",
	    "# made by hand\n"
	    "{\"_type\":\"header\",\"chatlab\":{\"version\":\"1\"},\"meta\":{"
	    "\"name\":\"G\",\"type\":\"group\",\"ownerId\":\"2\"}}\n"
	    "{\"_type\":\"member\",\"platformId\":\"1\"}\n"
	    "{\"_type\":\"message\",\"sender\":\"1\",\"accountName\":\"A\","
	    "\"timestamp\":1709254747,\"type\":1,\"content\":\"[图片]\"}\n"
	    "{\"_type\":\"message\",\"sender\":\"2\",\"timestamp\":1709254748,"
	    "\"type\":81,\"content\":null}\n"
	    "{\"_type\":\"future\"}\n",
	    "2024-03-01T00:59:07Z|1|A|image|[图片]|peer\n"
	    "2024-03-01T00:59:08Z|2|-|recall||self\n"
	    "? {_type: future, \n"
	    "= chatlab 2/0/1\n");
	/* Values over lines. */
	rows_are("x.jsonl", "{\n\"_type\":\"message\",\n\"sender\":\"1\","
	    "\n\"timestamp\":1709254747,\"content\":\"x\"}\n{\n\"_type\":"
	    "\"message\",\"sender\":\"1\",\"timestamp\":1709254748}\n",
	    "2024-03-01T00:59:07Z|1|-|text|x\n"
	    "2024-03-01T00:59:08Z|1|-|text|\n= chatlab 2/0/0\n");
	rows_are("x.json", "{\"chatlab\":{},\"messages\":[{\"sender\":\"1\","
	    "\"timestamp\":1709254747,\"type\":0,\"content\":\"x\"}],\"meta\":{"
	    "\"name\":\"G\"}}",
	    "2024-03-01T00:59:07Z|1|-|text|x\n= chatlab 1/0/0\n");
}

static void
slack_day(void **state)
{
	(void)state;
	rows_are("general/2024-03-01.json",
	    "[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"<https://h|see> "
	    "&lt;x&gt; <@U2|bob> <#C1|general> <!here> a < b\",\"ts\":"
	    "\"1709254747.000200\",\"edited\":{\"ts\":\"1\"}},"
	    "{\"type\":\"message\",\"subtype\":\"channel_join\",\"user\":\"U1\""
	    ",\"text\":\"joined\",\"ts\":\"1709254748.000000\"},"
	    "{\"type\":\"message\",\"subtype\":\"bot_message\",\"bot_id\""
	    ":\"B1\""
	    ",\"username\":\"bot\",\"text\":\"\",\"attachments\":[{\"fallb"
	    "ack\":"
	    "\"card\"}],\"ts\":\"1709254749.000000\"},"
	    "{\"type\":\"message\",\"user\":\"U1\",\"text\":\"\",\"files\":[{"
	    "\"name\":\"a.png\"},{\"id\":\"F2\",\"mode\":\"tombstone\"}]"
	    ",\"ts\":"
	    "\"1709254750.000000\"},{\"type\":\"x\"}]",
	    "2024-03-01T00:59:07.0002Z|U1|-|text|see <x> @bob #general @here "
	    "a < b|edited\n"
	    "2024-03-01T00:59:08Z|U1|-|system|joined\n"
	    "2024-03-01T00:59:09Z|B1|bot|text|card|bot\n"
	    "2024-03-01T00:59:10Z|U1|-|image||+a.png|+F2\n"
	    "? {type: x, \n"
	    "= slack-json 4/1/1\n");
}

/* --- What is hostile, damaged or large */

#define TG(text) "{\"type\":\"message\",\"date_unixtime\":\"1709254747\"," \
	"\"from\":\"A\",\"text\":\"" text "\"}"
#define TG_ROW(text) "2024-03-01T00:59:07Z|-|A|text|" text

static void
dirty(void **state)
{
	(void)state;
	rows_are("x.json", "{\"messages\":[" TG("a\\u0000b") "," TG("\\ud800")
	    "," TG("\xff") "," TG("a\tb") ","
	    "{\"type\":\"message\",\"type\":\"message\",\"date_unixtime\""
	    ":\"1\","
	    "\"date_unixtime\":\"1709254747\",\"from\":\"B\",\"from\":\"A\","
	    "\"text\":\"twice\"},{\"type\" \"message\"}," TG("last") "]}",
	    TG_ROW("a\xef\xbf\xbd" "b|replaced_bytes\n")
	    TG_ROW("\xef\xbf\xbd\n") TG_ROW("\xef\xbf\xbd\n") TG_ROW("a\tb\n")
	    TG_ROW("twice\n") "? (cannot be read)\n" TG_ROW("last\n")
	    "= telegram-json 6/0/1 encoding_guess replaced_bytes\n");
}

static void
cut(void **state)
{
	(void)state;
	rows_are("x.json", "{\"messages\":[" TG("a") "," TG("b") ",{\"type\":",
	    TG_ROW("a\n") TG_ROW("b\n")
	    "= telegram-json 2/0/0 truncated_tail\n");
	rows_are("x.json", "{\"messages\":[" TG("a") " oops " TG("b") "]}",
	    TG_ROW("a\n") "? (no JSON from here)\n"
	    "= telegram-json 1/0/1 truncated_tail\n");
	rows_cut_anywhere("x.json", "{\"name\":\"\xe4\xbd\xa0\",\"messages\":["
	    TG("a\\u00e9") "]}");
	rows_cut_anywhere("x.jsonl", QCE_1 "\n" QCE_2 "\n");
	rows_cut_anywhere("x.json", "{\"messages\":[{\"sender_name\":\"L\","
	    "\"timestamp_ms\":1709254747002,\"content\":\"\\u00c3\"},"
	    "{\"sender_name\":\"L\",\"timestamp_ms\":1709254747001}]}");
	rows_are("x.json", "{\"a\":1}", "= - 0/0/0\n");
	rows_are("x.json", "{\"messages\":[]}", "= - 0/0/0\n");
}

/* The keys that tell stand behind megabytes of pictures. */
static void
late_keys(void **state)
{
	static const char head[] = "{\"avatars\":{\"a\":\"data:";
	static const char tail[] = "\"},\"weflow\":{},\"messages\":[{"
		"\"createTime\":1709254747,\"type\":\"文本消息\",\"content\":"
		"\"hi\",\"isSend\":0,\"senderUsername\":\"a\"}]}";
	const size_t pictures = 20u << 20;
	const size_t n = sizeof(head) - 1 + pictures + sizeof(tail) - 1;
	char *data = malloc(n);

	(void)state;
	assert_non_null(data);
	memcpy(data, head, sizeof(head) - 1);
	memset(data + sizeof(head) - 1, 'A', pictures);
	memcpy(data + n - sizeof(tail) + 1, tail, sizeof(tail) - 1);
	rows_are_n("x.json", data, n,
	    "2024-03-01T00:59:07Z|a|-|text|hi|peer\n= weflow-json 1/0/0\n",
	    NULL);
	free(data);
}

/* A text over the cap is cut off there, and the rest of the file is read. */
static void
long_text(void **state)
{
	static const char head[] = "{\"messages\":[{\"type\":\"message\","
		"\"date_unixtime\":\"1709254747\",\"from\":\"A\",\"text\":\"";
	static const char tail[] = "\"}," TG("next") "]}";
	const size_t text = 9u << 20;
	const size_t n = sizeof(head) - 1 + text + sizeof(tail) - 1;
	char *data = malloc(n);

	(void)state;
	assert_non_null(data);
	memcpy(data, head, sizeof(head) - 1);
	memset(data + sizeof(head) - 1, 'A', text);
	memcpy(data + n - sizeof(tail) + 1, tail, sizeof(tail) - 1);
	rows_are_n("x.json", data, n, TG_ROW("|cut_text\n") TG_ROW("next\n")
	    "= telegram-json 2/0/0 cut_text\n", NULL);
	free(data);
}

/* The same where the list is read from its end. */
static void
long_backwards(void **state)
{
	static const char head[] = "{\"messages\":[{\"sender_name\":\"A\","
		"\"timestamp_ms\":1709254748000,\"content\":\"";
	static const char tail[] = "\"},{\"sender_name\":\"B\","
		"\"timestamp_ms\":1709254747000,\"content\":\"x\"}]}";
	const size_t text = 9u << 20;
	const size_t n = sizeof(head) - 1 + text + sizeof(tail) - 1;
	char *data = malloc(n);

	(void)state;
	assert_non_null(data);
	memcpy(data, head, sizeof(head) - 1);
	memset(data + sizeof(head) - 1, 'A', text);
	memcpy(data + n - sizeof(tail) + 1, tail, sizeof(tail) - 1);
	rows_are_n("x.json", data, n,
	    "2024-03-01T00:59:07Z|B|B|text|x\n"
	    "2024-03-01T00:59:08Z|A|A|text||cut_text\n"
	    "= messenger-json 2/0/0 cut_text\n", NULL);
	free(data);
}

/* A message of very many pieces takes neither the square of them nor more
 * memory than there is. */
static void
many_pieces(void **state)
{
	static const char item[] = ",{\"type\":\"text\",\"content\":\"x\"}";
	struct buf b = BUF_INIT(64u << 20);
	struct err e = ERR_INIT;
	struct rows r = {.quiet = true};
	unsigned i;

	(void)state;
	assert_int_equal(buf_adds(&b, "{\"msgid\":\"1\",\"action\":\"send\","
	    "\"from\":\"A\",\"msgtime\":1709254747123,\"msgtype\":"
	    "\"mixed\",\"mixed\":{\"item\":[{}", &e), 0);
	for (i = 0; i < 20000; i++)
		assert_int_equal(buf_adds(&b, item, &e), 0);
	assert_int_equal(buf_adds(&b, "]}}\n{\"msgid\":\"2\",\"action\":"
	    "\"send\",\"from\":\"A\",\"msgtime\":1709254747123,"
	    "\"msgtype\":\"vote\",\"vote\":{\"votetitle\":\"t\","
	    "\"voteitem\":[0", &e), 0);
	for (i = 0; i < 60000; i++)
		assert_int_equal(buf_adds(&b, ",1", &e), 0);
	assert_int_equal(buf_adds(&b, "]}}\n", &e), 0);
	assert_string_equal(rows_of(&r, "x.jsonl", b.data, b.len),
	    "= wecom-jsonl 2/0/0 cut_text\n");
	buf_release(&b);
	buf_release(&r.out);
}

/* Thousands of messages, the newest first, over many blocks. */
static void
many_backwards(void **state)
{
	const unsigned count = 40000;
	struct buf b = BUF_INIT(64u << 20);
	struct err e = ERR_INIT;
	struct rows r = {.quiet = false};
	const char *out, *line;
	char want[80];
	unsigned i;

	(void)state;
	assert_int_equal(buf_adds(&b, "{\"messages\":[", &e), 0);
	for (i = count; i > 0; i--)
		assert_int_equal(buf_addf(&b, &e, "%s{\"sender_name\":\"A\","
		    "\"timestamp_ms\":%llu,\"content\":\"number %u%s\"}",
		    i < count ? "," : "", 1709254747000ull + i, i,
		    i % 7 == 0 ? " and more and more and more" : ""), 0);
	assert_int_equal(buf_adds(&b, "]}", &e), 0);
	out = rows_of(&r, "x.json", b.data, b.len);
	for (i = 1; i <= count; i++) {
		line = strchr(out, '|');
		assert_non_null(line);
		(void)snprintf(want, sizeof(want), "|A|A|text|number %u%s\n",
		    i, i % 7 == 0 ? " and more and more and more" : "");
		assert_memory_equal(line, want, strlen(want));
		out = strchr(line, '\n') + 1;
	}
	assert_string_equal(out, "= messenger-json 40000/0/0\n");
	buf_release(&b);
	buf_release(&r.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qianniu),
		cmocka_unit_test(top),
		cmocka_unit_test(weflow),
		cmocka_unit_test(qce),
		cmocka_unit_test(wecom),
		cmocka_unit_test(telegram),
		cmocka_unit_test(skype),
		cmocka_unit_test(meta),
		cmocka_unit_test(discord),
		cmocka_unit_test(google),
		cmocka_unit_test(teams),
		cmocka_unit_test(element),
		cmocka_unit_test(chatlab),
		cmocka_unit_test(slack_day),
		cmocka_unit_test(dirty),
		cmocka_unit_test(cut),
		cmocka_unit_test(late_keys),
		cmocka_unit_test(long_text),
		cmocka_unit_test(long_backwards),
		cmocka_unit_test(many_pieces),
		cmocka_unit_test(many_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
