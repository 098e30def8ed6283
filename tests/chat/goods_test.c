/* tests/chat/goods_test.c - lists of goods as platforms export them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <iconv.h>

#include "base/str.h"
#include "chat/goods.h"
#include "book.h"

#include "base/banned.h"

static char told[65536];
static struct goods g;

static int
goods_in(const struct chat_input *in, struct err *e)
{
	size_t i, at = 0;
	int rc;

	err_clear(e);
	told[0] = '\0';
	rc = goods_read(in, &g, e);
	for (i = 0; rc == 0 && i < g.n && at < sizeof(told); i++)
		at += (size_t)snprintf(told + at, sizeof(told) - at,
		    "%s=%s@%s\n", g.item[i].id,
		    g.item[i].title ? g.item[i].title : "-",
		    g.item[i].price ? g.item[i].price : "-");
	return rc;
}

static int
goods_text(const void *text, size_t n, struct err *e)
{
	const struct chat_bytes bytes = {text, n};
	struct chat_bytes copy = bytes;
	struct chat_input in;

	chat_input_bytes(&in, &copy, "list.csv");
	return goods_in(&in, e);
}

static void
check(const char *text, const char *want)
{
	struct err e = ERR_INIT;

	if (goods_text(text, strlen(text), &e) < 0)
		fail_msg("%s", e.what);
	assert_string_equal(told, want);
	goods_free(&g);
}

static void
fails(const char *text, const char *why)
{
	struct err e = ERR_INIT;

	assert_int_equal(goods_text(text, strlen(text), &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	if (!strstr(e.what, why))
		fail_msg("'%s' does not say '%s'", e.what, why);
	goods_free(&g);
}

static void
platforms(void **state)
{
	(void)state;
	check("id,title,price\n2,Lamp B,5\n1,Lamp A,9.90\n",
	    "1=Lamp A@9.9\n2=Lamp B@5\n");
	/* Alibaba.com */
	check("Product ID,Product name,Group name,FOB price,Model number\r\n"
	    "1600123456789,\"LED lamp, 12 V\",Lamps,US$1.20-1.50,A7\r\n",
	    "1600123456789=LED lamp, 12 V@US$1.20-1.50\n");
	/* 1688 */
	check("产品ID,产品标题,单价（元）,货号,库存\n"
	    "61234,台灯 A7,19.90,A7,5\n", "61234=台灯 A7@19.9\n");
	check("商品编号;商品名称;一口价;市场价\n5;灯;\"1,299.00\";9\n",
	    "5=灯@1299\n");
	/* Taobao: the id is kept from becoming a number */
	check("宝贝ID,宝贝标题,宝贝价格(元),价格\n=\"680123456789012345\",灯,3,4\n"
	    "\t'77\t,灯 二,3,4.50\n", "680123456789012345=灯@4\n77=灯 二@4.5\n");
	/* Amazon */
	check("item-name\titem-description\tlisting-id\tseller-sku\tprice\t"
	    "quantity\tasin1\nLamp \"A7\"\ttext\t0412XYZ\tLAMP-A7\t19.99\t3\t"
	    "B00X\n", "0412XYZ=Lamp \"A7\"@19.99\n");
	check("sku\tasin\tprice\tquantity\nLAMP-B\tB01\t5.00\t1\n"
	    "LAMP-A\tB00\t5.10\t1\n", "LAMP-A=-@5.1\nLAMP-B=-@5\n");
	/* Shopee: keys, names, what to fill in, then goods */
	check("et_title_product_id,et_title_product_name,"
	    "et_title_variation_id,et_title_variation_price,x\n"
	    "sales_info,220408,,,x\n"
	    "Product ID,Product Name,Variation ID,Price,x\n"
	    "Optional,Required,Optional,Mandatory,x\n"
	    "900,Lamp,11,5.00,x\n900,Lamp,12,6.00,x\n901,Bulb,,2,x\n",
	    "900/11=Lamp@5\n900/12=Lamp@6\n901=Bulb@2\nsales_info=220408@-\n");
	/* Lazada: what is asked now stands aside */
	check("Product ID,Product Name,SellerSKU,Price,SpecialPrice,currency\n"
	    "7,Lamp,L-red,100,80.50,THB\n7,Lamp,L-blue,100,,THB\n",
	    "7/L-blue=Lamp@100 THB\n7/L-red=Lamp@100 / 80.5 THB\n");
}

static void
encodings(void **state)
{
	static const char text[] = "商品ID,商品名称,价格\n1001,台灯,19.90\n"
	    "1002,落地灯,29.90\n";
	char gbk[512], *to = gbk, *from = (char *)(uintptr_t)text;
	size_t left = sizeof(text) - 1, room = sizeof(gbk);
	iconv_t cd = iconv_open("GB18030", "UTF-8");
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(iconv(cd, &from, &left, &to, &room), 0);
	(void)iconv_close(cd);
	assert_int_equal(goods_text(gbk, (size_t)(to - gbk), &e), 0);
	assert_string_equal(told, "1001=台灯@19.9\n1002=落地灯@29.9\n");
	goods_free(&g);
	check("\xef\xbb\xbf\"Item ID\",\"Title\",\"Price\"\r\n\"1\",\"a "
	    "\"\"b\"\"\r\nc\",\"2\"\r\n", "1=a \"b\" c@2\n");
}

static void
ids(void **state)
{
	struct err e = ERR_INIT;
	static const char twice[] = "id,title,price\n5,b,2\n,no id,3\n5,a,1\n"
	    "5,c,3\n\n4,d,\n";
	static const char once[] = "id,sku,title\n5,x,b\n6,y,a\n";

	(void)state;
	/* in the order in which they stand; what has none is counted */
	assert_int_equal(goods_text(twice, sizeof(twice) - 1, &e), 0);
	assert_string_equal(told, "4=d@-\n5=b@2\n5#2=a@1\n5#3=c@3\n");
	assert_int_equal(g.repeated, 2);
	assert_int_equal(g.bare, 1);
	assert_string_equal(g.columns, "id//; title; price/ ");
	goods_free(&g);
	/* the seller's code tells them apart, and that is said */
	check("id,sku,title\n5,x,b\n5,y,a\n", "5/x=b@-\n5/y=a@-\n");
	assert_int_equal(goods_text(once, sizeof(once) - 1, &e), 0);
	assert_string_equal(told, "5=b@-\n6=a@-\n");
	assert_string_equal(g.columns, "id//; title; / ");
	goods_free(&g);
}

static void
no_lists(void **state)
{
	(void)state;
	fails("", "no table");
	fails("<html><table>", "no table");
	fails("{\"id\":1}", "no table");
	fails("just one\ncolumn\n", "no table");
	fails("a,b\n1,2\n", "no row of it names columns");
	fails("id,stock\n1,2\n", "no row of it names columns");
	fails("id,title,price\n", "it names columns, but no goods");
	fails("id,title,price\nid,title,price\n", "but no goods");
	fails("id,title\n1.60012E+12,a\n1.60012E+12,b\n", "rounded the ids");
	fails("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "an old kind");
	fails("PK\3\4 nothing", "archive");
}

static void
workbook(void **state)
{
	struct err e = ERR_INIT;
	struct book b;

	(void)state;
	/* what comes before the list is no list */
	book_begin(&b);
	book_sheets(&b, 2, 0);
	book_text(&b, "xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"
	    "<c t=\"str\"><v>How to use this file</v></c></row></sheetData>"
	    "</worksheet>");
	book_text(&b, "xl/worksheets/sheet2.xml", "<worksheet><sheetData>"
	    "<row><c t=\"inlineStr\"><is><t>Shop: Lamps</t></is></c></row>"
	    "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c t=\"s\"><v>"
	    "2</v></c></row><row><c><v>1.600123456789E+12</v></c><c t=\"str\">"
	    "<v>灯</v></c><c><v>19.899999999999999</v></c></row></sheetData>"
	    "</worksheet>");
	book_text(&b, "xl/sharedStrings.xml", "<sst><si><t>*Product_ID</t>"
	    "</si><si><t>商品名称(Title)</t></si><si><t>Price (USD)</t></si>"
	    "</sst>");
	assert_int_equal(goods_in(book_end(&b), &e), 0);
	assert_string_equal(told, "1600123456789=灯@19.9\n");
	goods_free(&g);
	book_free(&b);
}

static void
many(void **state)
{
	struct buf text = BUF_INIT((size_t)8 << 20);
	struct err e = ERR_INIT;
	int i;

	(void)state;
	assert_int_equal(buf_adds(&text, "id,title\n", &e), 0);
	for (i = 0; i < (int)GOODS_MAX + 5; i++)
		assert_int_equal(buf_addf(&text, &e, "%d,x\n", i), 0);
	assert_int_equal(goods_text(text.data, text.len, &e), 0);
	assert_int_equal(g.n, GOODS_MAX);
	assert_int_equal(g.over, 5);
	goods_free(&g);
	buf_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(platforms),
		cmocka_unit_test(encodings),
		cmocka_unit_test(ids),
		cmocka_unit_test(no_lists),
		cmocka_unit_test(workbook),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
