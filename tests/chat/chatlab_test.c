/* tests/chat/chatlab_test.c - what is written in ChatLab's format is read back. */
#include "rows.h"

#include "chat/chatlab.h"

#include "base/banned.h"

#define HEADER "{\"_type\":\"header\",\"chatlab\":{\"version\":\"0.0.1\"," \
	"\"exportedAt\":1},\"meta\":{\"name\":\"Maria\",\"platform\":\"x\"," \
	"\"type\":\"private\",\"ownerId\":\"me\"},\"liudi\":{\"v\":1}}\n"

static void
numbers_come_back(void **state)
{
	static const enum chat_kind kinds[] = {CHAT_TEXT, CHAT_IMAGE,
		CHAT_VOICE, CHAT_VIDEO, CHAT_FILE, CHAT_STICKER, CHAT_LINK,
		CHAT_LOCATION, CHAT_CARD, CHAT_REDPACKET, CHAT_TRANSFER,
		CHAT_CALL, CHAT_SYSTEM, CHAT_RECALL, CHAT_ACTION};
	char text[1024], want[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *kind = chat_kind_name(kinds[i]);

		assert_int_not_equal(chatlab_type(kind), CHATLAB_OTHER);
		(void)snprintf(text, sizeof(text), HEADER "{\"_type\":"
		    "\"message\",\"sender\":\"a\",\"accountName\":\"A\","
		    "\"timestamp\":1763888580,\"type\":%d,\"content\":\"t\","
		    "\"liudi\":{\"message\":1,\"kind\":\"%s\"}}\n",
		    chatlab_type(kind), kind);
		(void)snprintf(want, sizeof(want), "2025-11-23T09:03:00Z|a|A|"
		    "%s|t|peer\n= chatlab 1/%d/0\n", kind, kinds[i] == CHAT_SYSTEM);
		rows_are("x.jsonl", text, want);
	}
}

static void
others_have_one_number(void **state)
{
	(void)state;
	assert_int_equal(chatlab_type("text"), 0);
	assert_int_equal(chatlab_type("link"), 7);
	assert_int_equal(chatlab_type("system"), 80);
	assert_int_equal(chatlab_type("recall"), 81);
	assert_int_equal(chatlab_type("order"), CHATLAB_OTHER);
	assert_int_equal(chatlab_type("no such"), CHATLAB_OTHER);
	assert_int_equal(chatlab_type(NULL), CHATLAB_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_back),
		cmocka_unit_test(others_have_one_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
