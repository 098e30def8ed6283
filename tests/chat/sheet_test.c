/* tests/chat/sheet_test.c - the formats that are tables. */
#include "rows.h"

#include "base/banned.h"

static void
inquiries(void **state)
{
	(void)state;
	rows_are("list.csv",
	    "\xef\xbb\xbf询盘ID,客户名,公司名称,询盘标题,创建时间,最新回复时间,"
	    "业务员\r\n"
	    "9007199254740993123,Anna,M GmbH,\"a, \"\"b\"\"\","
	    "2024-03-01 08:59:07,,李明\r\n"
	    "2,Bob,,LED,2024/3/1 12:00,2024-03-01 15:30:00,\r\n",
	    "2024-03-01T08:59:07|-|Anna|inquiry|a, \"b\"|owner=李明|replied=-"
	    "|company=M GmbH|peer\n"
	    "2024-03-01T12:00:00|-|Bob|inquiry|LED|owner=-|"
	    "replied=2024-03-01T15:30:00|peer\n"
	    "= alibaba-inquiry 2/0/0\n");
	/* In English, in another order. */
	rows_are("x.csv",
	    "Owner;Subject;Created Time;Buyer Name;Inquiry ID;Country\n"
	    "Li;Bolts;2024-03-01 08:59:07;Anna;77;DE\n"
	    "total;;;;;\n",
	    "2024-03-01T08:59:07|-|Anna|inquiry|Bolts|owner=Li|replied=-"
	    "|country=DE|peer\n"
	    "? total;;;;;\n"
	    "= alibaba-inquiry 1/0/1\n");
}

static void
orders(void **state)
{
	(void)state;
	/* An order has an amount: no list of inquiries, whoever cares for it. */
	rows_are("订单.csv",
	    "订单编号,买家会员名,实付金额,订单创建时间,宝贝标题,订单状态,"
	    "联系手机,业务员\r\n"
	    "3001,王老板,1200.50,2024-03-02 09:00:00,LED 灯,已付款,"
	    "13812345678,李明\r\n"
	    "3001,王老板,,,LED 线,,,\r\n",
	    "2024-03-02T09:00:00|-|王老板|order|LED 灯\\n1200.50|"
	    "amount=1200.50|owner=李明|phone=13812345678|status=已付款|peer\n"
	    "? 3001,王老板,,,LED 线,,,\n"
	    "= order-list 1/0/1\n");
	rows_are("orders_export.csv",
	    "Order ID,Email,Customer Name,Total,Currency,Created at,Country\n"
	    "#1001,anna@x.example,Anna M,99.00,USD,2024-03-02T10:00:00Z,DE\n",
	    "2024-03-02T10:00:00Z|-|Anna M|order|USD 99.00|amount=USD 99.00|"
	    "country=DE|email=anna@x.example|peer\n"
	    "= order-list 1/0/0\n");
}

static void
memotrace(void **state)
{
	(void)state;
	rows_are("导出/Anna(wxid_a)/Anna.csv",
	    "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,"
	    "StrContent,StrTime,Remark,NickName,Sender\n"
	    "1,7,1,0,0,1709254747,,\"a\nb\",2024-03-01 08:59:07,Anna,A,wa\n"
	    "2,7,49,6,1,1709254748,,<msg><appmsg><title>a&amp;b.pdf</title>"
	    "</appmsg></msg>,x,,Li,wl\n"
	    "3,7,49,57,1,1709254749,,\"<msg><appmsg><title><![CDATA[yes]]>"
	    "</title><type>57</type></appmsg></msg>\",x,Li,Li,wl\n"
	    "4,7,3,0,0,1709254750,,<msg><img/></msg>,x,Anna,A,wa\n"
	    "5,7,10000,0,0,1709254751,,\"\"\"Anna\"\" 撤回了一条消息\",x,,,wa\n"
	    "6,7,10000,0,0,1709254752,,Anna joined,x,,,wa\n"
	    "7,7,1,0,0,99999999999999999,,x,also no time,Anna,A,wa\n"
	    "no row at all\n",
	    "2024-03-01T00:59:07Z|wa|Anna|text|a\\nb|peer\n"
	    "2024-03-01T00:59:08Z|wl|Li|file|a&b.pdf|+a&b.pdf|self\n"
	    "2024-03-01T00:59:09Z|wl|Li|text|yes|self\n"
	    "2024-03-01T00:59:10Z|wa|Anna|image||peer\n"
	    "2024-03-01T00:59:11Z|wa|-|recall|\"Anna\" 撤回了一条消息|peer\n"
	    "2024-03-01T00:59:12Z|wa|-|system|Anna joined|peer\n"
	    "-|wa|Anna|text|x|peer|out_of_range_time\n"
	    "? no row at all\n"
	    "= memotrace-csv 7/1/1 out_of_range_time\n");
}

#define PYWX "id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src," \
	"CreateTime\n"

/* Saved by a spreadsheet: minutes, and numbers that are none any more. */
static void
pywxdump(void **state)
{
	struct rows r = {.quiet = false};
	static const char resaved[] = PYWX
	    "1,7.43727E+18,文本,0,wa,12@chatroom,hi,,2024/10/4 11:42\n";

	(void)state;
	rows_are("x.csv", PYWX
	    "1,7437267147299592543,文本,0,wa,wa,hi,,2024-03-01 08:59:07\n"
	    "2,7437267147299592544,图片,1,wl,wa,图片,F\\x\\I.jpg,"
	    "2024-03-01 08:59:08\n"
	    "3,7437267147299592545,语音,0,wa,wa,hello there,,"
	    "2024-03-01 08:59:09\n",
	    "2024-03-01T08:59:07|wa|-|text|hi|peer\n"
	    "2024-03-01T08:59:08|wl|-|image||+I.jpg!|self\n"
	    "2024-03-01T08:59:09|wa|-|voice|hello there|peer\n"
	    "= pywxdump-csv 3/0/0\n");
	rows_are("x.csv", resaved,
	    "2024-10-04T11:42:00|wa|-|text|hi|peer\n"
	    "= pywxdump-csv 1/0/0\n");
	(void)rows_of(&r, "x.csv", resaved, sizeof(resaved) - 1);
	buf_release(&r.out);
}

static void
generic(void **state)
{
	(void)state;
	rows_are("a.csv", "日期\t发送者\t内容\t方向\n"
	    "2024/3/1 8:59\tAnna\t[图片]\t接收\n"
	    "2024/3/1 9:00\t李\t\"a\tb\"\t发送\n"
	    "\tnobody\t\t\n",
	    "2024-03-01T08:59:00|Anna|Anna|image|[图片]|peer\n"
	    "2024-03-01T09:00:00|李|李|text|a\tb|self\n"
	    "? \tnobody\t\t\n"
	    "= generic-csv 2/0/1\n");
	/* A day above 12 decides for all rows. */
	rows_are("b.csv", "Date,From,Text\n3/4/2024 8:00,A,x\n"
	    "3/25/2024 8:00,B,y\n",
	    "2024-03-04T08:00:00|A|A|text|x\n"
	    "2024-03-25T08:00:00|B|B|text|y\n"
	    "= generic-csv 2/0/0\n");
	rows_are("c.csv", "Date,From,Text\n3/4/2024 8:00,A,x\n",
	    "2024-04-03T08:00:00|A|A|text|x|date_order_guess\n"
	    "= generic-csv 1/0/0 date_order_guess\n");
	/* No names: learned from what stands there. */
	rows_are("d.csv", "1,2024-03-01 08:00,Anna,is it there?\n"
	    "2,2024-03-01 08:01,Li,yes it is there\n"
	    "3,2024-03-01 08:02,Anna,\"good, thanks\"\n"
	    "4,2024-03-01 08:03,Li,you are welcome\n",
	    "2024-03-01T08:00:00|Anna|Anna|text|is it there?\n"
	    "2024-03-01T08:01:00|Li|Li|text|yes it is there\n"
	    "2024-03-01T08:02:00|Anna|Anna|text|good, thanks\n"
	    "2024-03-01T08:03:00|Li|Li|text|you are welcome\n"
	    "= generic-csv 4/0/0\n");
	/* Day and time of day in two columns. */
	rows_are("f.csv", "Date,Time,Sender,Message\n"
	    "2024-03-01,8:59:07,A,x\n13.03.2024,8:59 PM,B,y\n",
	    "2024-03-01T08:59:07|A|A|text|x\n"
	    "2024-03-13T20:59:00|B|B|text|y\n= generic-csv 2/0/0\n");
	/* Tables that are no chats. */
	rows_are("e.csv", "name,price\nbolt,1.20\nnut,1.30\n", "= - 0/0/0\n");
}

/* In an old encoding, and as a spreadsheet writes "Unicode text". */
static void
encodings(void **state)
{
	static const char gbk[] = "\xca\xb1\xbc\xe4;\xb7\xa2\xcb\xcd\xc8\xcb;"
	    "\xc4\xda\xc8\xdd\n2024-03-01 08:59;\xc0\xee\xc3\xf7;"
	    "\xd3\xd0\xcf\xd6\xbb\xf5\xa3\xac\xbc\xdb\xb8\xf1\xca\xc7\n";
	static const char ascii[] = "time\tfrom\ttext\n"
	    "2024-03-01 08:59\tA\tx\n";
	char wide[2 * sizeof(ascii)] = "\xff\xfe";
	size_t i;

	(void)state;
	rows_are_n("x.csv", gbk, sizeof(gbk) - 1,
	    "2024-03-01T08:59:00|李明|李明|text|有现货，价格是\n"
	    "= generic-csv 1/0/0 encoding_guess\n", NULL);
	for (i = 0; i < sizeof(ascii) - 1; i++) {
		wide[2 + 2 * i] = ascii[i];
		wide[3 + 2 * i] = '\0';
	}
	rows_are_n("x.txt", wide, 2 * sizeof(ascii),
	    "2024-03-01T08:59:00|A|A|text|x\n= generic-csv 1/0/0\n", NULL);
}

static void
others(void **state)
{
	(void)state;
	rows_are("G - general [12].csv",
	    "AuthorID,Author,Date,Content,Attachments,Reactions\n"
	    "\"1\",\"a\",\"2024-03-01T08:59:07.0000000+08:00\",\"x\ny\","
	    "\"https://h/1.jpg,https://h/2.pdf\",\"\"\n"
	    "\"1\",\"a\",\"2024-03-01T08:59:08.0000000+00:00\",\"\","
	    "\"https://h/1.jpg\",\"\"\n",
	    "2024-03-01T08:59:07+08:00|1|a|text|x\\ny|+https://h/1.jpg"
	    "|+https://h/2.pdf\n"
	    "2024-03-01T08:59:08+00:00|1|a|image||+https://h/1.jpg\n"
	    "= discord-csv 2/0/0\n");
	rows_are("x.csv", "Author;Date;Content;Attachments\n"
	    "\"a#1\";\"01-Mar-24 08:59 PM\";\"x\";\"\"\n",
	    "2024-03-01T20:59:00|a#1|a#1|text|x\n= discord-csv 1/0/0\n");
	rows_are("KakaoTalk.csv", "Date,User,Message\n"
	    "2024-03-01 08:59:00,\"A\",\"사진\"\n"
	    "2024-03-01 08:59:01,\"A\",\"첫\n째\"\n",
	    "2024-03-01T08:59:00|A|A|image|사진\n"
	    "2024-03-01T08:59:01|A|A|text|첫\\n째\n"
	    "= kakaotalk-csv 2/0/0\n");
	rows_are("Anna.csv",
	    "01/03/2024,08:59:07,Anna,+491700000000,\"a, b\"\n"
	    "01/03/2024,09:03:15,Me,+8613800000000,x,y\n"
	    "13/03/2024,09:04:00,Anna,+491700000000,Photo message\n"
	    "31/31/2024,09:04:00,Anna,+491700000000,x\n"
	    "broken\n",
	    "2024-03-01T08:59:07|+491700000000|Anna|text|a, b|peer\n"
	    "2024-03-01T09:03:15|+8613800000000|Me|text|x,y|self\n"
	    "2024-03-13T09:04:00|+491700000000|Anna|image|Photo message"
	    "|peer\n"
	    "-|+491700000000|Anna|text|x|peer|out_of_range_time\n"
	    "? broken\n"
	    "= viber-csv 4/0/1 out_of_range_time\n");
}

/* One bad quote costs its own row's end, no other row. */
static void
damaged(void **state)
{
	(void)state;
	rows_are("x.csv", "time,from,text\n"
	    "2024-03-01 08:00,A,\"he said\n"
	    "2024-03-01 08:01,B,yes\n"
	    "2024-03-01 08:02,C,\"no \"\"x\"\"\"\n",
	    "2024-03-01T08:00:00|A|A|text|he said|split_ambiguous\n"
	    "2024-03-01T08:01:00|B|B|text|yes\n"
	    "2024-03-01T08:02:00|C|C|text|no \"x\"\n"
	    "= generic-csv 3/0/0 split_ambiguous\n");
}

static void
own_names(void **state)
{
	static const char *const self[] = {"Li"};
	const struct chat_hints hints = {.self_id = self, .nself = 1};
	static const char data[] = "time,from,text\n2024-03-01 08:00,Li,x\n"
	    "2024-03-01 08:01,B,y\n";

	(void)state;
	rows_are_n("x.csv", data, sizeof(data) - 1,
	    "2024-03-01T08:00:00|Li|Li|text|x|self\n"
	    "2024-03-01T08:01:00|B|B|text|y|peer\n"
	    "= generic-csv 2/0/0\n", &hints);
	rows_cut_anywhere("x.csv", data);
	rows_cut_anywhere("x.csv", PYWX
	    "1,2,文本,0,a,b,\"x\ny\",,2024-03-01 08:59:07\n");
}

/* Two rows under such a head; FIRST and SECOND are times and senders. */
static void
head_is(const char *head, const char *first, const char *second)
{
	char data[512];

	(void)snprintf(data, sizeof(data), "%s\n%s%chi\n%s%cyo\n", head,
	    first, strpbrk(head, ",;\t|")[0], second,
	    strpbrk(head, ",;\t|")[0]);
	rows_are("x.csv", data,
	    "2024-03-01T08:59:07|Anna|Anna|text|hi\n"
	    "2024-03-14T21:15:00|Li|Li|text|yo\n= generic-csv 2/0/0\n");
}

static void
heads(void **state)
{
	static const char *const comma[] = {"聊天时间,发送人昵称,聊天内容",
	    "发言时间,发言者,发言内容", "消息时间,发送方,消息正文",
	    "時間,發送人,內容", "日時,名前,メッセージ",
	    "message_date,sender_nickname,msg_content",
	    "CreateTime,Display Name,Message_Content"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(comma) / sizeof(*comma); i++)
		head_is(comma[i], "2024-03-01 08:59:07,Anna",
		    "2024-03-14 21:15:00,Li");
	head_is("time\tsender\tmessage", "2024-03-01 08:59:07\tAnna",
	    "2024-03-14 21:15:00\tLi");
	head_is("time|sender|message", "2024-03-01 08:59:07|Anna",
	    "2024-03-14 21:15:00|Li");
	head_is("Datum;Uhrzeit;Absender;Nachricht", "01.03.2024;08:59:07;Anna",
	    "14.03.2024;21:15:00;Li");
	head_is("Fecha;Hora;Remitente;Mensaje", "01/03/2024;08:59:07;Anna",
	    "14/03/2024;21:15:00;Li");
	head_is("Date;Heure;Expéditeur;Message", "01/03/2024;08:59:07;Anna",
	    "14/03/2024;21:15:00;Li");
	rows_are("x.csv", "时间,发送人,内容,消息类型\n"
	    "2024-03-01 08:59:07,Anna,a.jpg,图片\n"
	    "2024-03-01 08:59:08,Anna,x,文本\n",
	    "2024-03-01T08:59:07|Anna|Anna|image|a.jpg\n"
	    "2024-03-01T08:59:08|Anna|Anna|text|x\n= generic-csv 2/0/0\n");
}

/* N dates with the year first, then two of which only one tells its order. */
static void
mixed_dates(size_t n, const char *want)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	size_t i;

	assert_int_equal(buf_adds(&b, "time,sender,content\n", &e), 0);
	for (i = 0; i < n; i++)
		assert_int_equal(buf_adds(&b, "2024-03-01 08:59:07,A,x\n",
		    &e), 0);
	assert_int_equal(buf_adds(&b, "3/4/2024 08:00,A,x\n"
	    "3/14/2024 08:00,A,x\n", &e), 0);
	rows_end("x.csv", b.data, b.len, want);
	buf_release(&b);
}

/* Wherever the first date stands that has an order. */
static void
order_of_dates(void **state)
{
	(void)state;
	rows_are("x.csv", "time,sender,content\n3/4/2024 08:00,A,x\n"
	    "2024-03-05 08:00,A,y\n3/14/2024 08:00,A,z\n",
	    "2024-03-04T08:00:00|A|A|text|x\n2024-03-05T08:00:00|A|A|text|y\n"
	    "2024-03-14T08:00:00|A|A|text|z\n= generic-csv 3/0/0\n");
	mixed_dates(0, "= generic-csv 2/0/0\n");
	mixed_dates(5000, "= generic-csv 5002/0/0\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads),
		cmocka_unit_test(inquiries),
		cmocka_unit_test(orders),
		cmocka_unit_test(memotrace),
		cmocka_unit_test(pywxdump),
		cmocka_unit_test(generic),
		cmocka_unit_test(encodings),
		cmocka_unit_test(others),
		cmocka_unit_test(damaged),
		cmocka_unit_test(own_names),
		cmocka_unit_test(order_of_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
