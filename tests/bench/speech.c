/* tests/bench/speech.c - what a trade team says, invented. */
#include "speech.h"

#include "base/banned.h"

static const char *const zh[] = {"你好", "请问", "价格", "报价单", "宁波",
	"上海", "深圳", "发货", "什么时候", "客户", "样品", "我们", "可以", "今天",
	"明天", "订单", "付款", "定金", "工厂", "质量", "没有问题", "谢谢", "收到",
	"包装", "纸箱", "最低起订量", "交货期", "三十天", "如果", "数量", "更多",
	"优惠", "一个", "的", "了", "吗", "是", "在", "不", "和", "也", "就",
	"这个", "那个", "已经", "安排", "生产", "检验", "单证", "提单", "货代",
	"运费", "海运", "空运", "到港", "清关", "目的港", "電匯", "信用證", "麻煩",
	"確認", "一下", "图片", "文件", "型号", "颜色", "尺寸", "规格", "不锈钢",
	"阀门", "轴承", "灯具", "家具", "产品目录", "展会", "广交会"};
static const char *const en[] = {"the", "price", "for", "your", "order",
	"please", "send", "sample", "invoice", "FOB", "CIF", "Ningbo",
	"Shanghai", "we", "can", "you", "is", "and", "to", "of", "container",
	"delivery", "time", "payment", "terms", "T/T", "deposit", "balance",
	"quality", "inspection", "thanks", "regards", "best", "dear", "customer",
	"factory", "pieces", "pcs", "carton", "packing", "list", "shipment",
	"bill", "lading", "port", "vessel", "colour", "size", "model",
	"stainless", "steel", "valve", "bearing", "what", "about", "how",
	"many", "days", "production", "confirm", "attached", "catalogue"};

/* One in seven characters is any of the 3,000 usual ones: names, places. */
static void
add_han(struct speech *p, struct buf *b, struct err *e)
{
	uint32_t c = 0x4e00 + speech_roll(p, 3000) * 6;
	char s[3] = {(char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3f)),
		(char)(0x80 | (c & 0x3f))};

	(void)buf_add(b, s, 3, e);
}

/* One of the N words of LIST, mostly one of the first USUAL. */
static const char *
pick(struct speech *p, const char *const *list, uint32_t n, uint32_t usual)
{
	return list[speech_roll(p, speech_roll(p, 2) ? usual : n)];
}

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof(*(list))))

static void
add_word(struct speech *p, struct buf *b, bool chinese, struct err *e)
{
	uint32_t x = speech_roll(p, 100);

	if (x < 3)
		(void)buf_addf(b, e, " %u,%03u.%02u", 1 + speech_roll(p, 90),
		    speech_roll(p, 1000), speech_roll(p, 100));
	else if (x < 6)
		(void)buf_addf(b, e, " %c-%u%c ", 'A' +
		    (int)speech_roll(p, 26), speech_roll(p, 999), 'A' +
		    (int)speech_roll(p, 26));
	else if (x < 7)
		(void)buf_addf(b, e, "PI_%u.xlsx ", speech_roll(p, 100000));
	else if (chinese && x < 12)
		(void)buf_adds(b, "，", e);
	else if (chinese && x < 25)
		add_han(p, b, e);
	else if (chinese && x < 30)
		(void)buf_adds(b, en[speech_roll(p, COUNT(en))], e);
	else if (chinese)
		(void)buf_adds(b, pick(p, zh, COUNT(zh), 20), e);
	else
		(void)buf_addf(b, e, "%s ", pick(p, en, COUNT(en), 15));
}

void
speech_say(struct speech *p, struct buf *b, uint64_t i, struct err *e)
{
	uint32_t k, n = 2 + speech_roll(p, 5) * speech_roll(p, 5);
	bool chinese = speech_roll(p, 2) == 0;

	buf_clear(b);
	if (i == SPEECH_RARE)
		(void)buf_adds(b, "PI 8,834,719.25 for L-100A ", e);
	for (k = 0; k < n; k++)
		add_word(p, b, chinese, e);
}
