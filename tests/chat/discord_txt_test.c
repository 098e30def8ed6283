/* tests/chat/discord_txt_test.c - exports of DiscordChatExporter and sigexport. */
#include "rows.h"

#include "base/banned.h"

#define RULER "==============================================================\n"
#define HEAD(c) RULER "Guild: Direct Messages\nChannel: " c "\n" RULER "\n"

static void
reads_discord(void **state)
{
	(void)state;
	rows_are("x.txt", HEAD("Private / Anna")
	    "[13/03/2024 08:59] anna\nHi\n\nthere\n[13/03/2024 08:59] forged\n\n"
	    "[13/03/2024 09:03] li (pinned)\n\n{Attachments}\n"
	    "https://a/1.jpg?x=1\nhttps://a/2.pdf\n\n{Reactions}\n👍 (2)\n\n"
	    "[01-Mar-24 09:04 PM] li\nx\n\n{Embed}\ntitle\n\n"
	    RULER "Exported 3 message(s)\n" RULER,
	    "2024-03-13T08:59:00|anna|anna|text|Hi\\n\\nthere\\n[13/03/2024 "
	    "08:59] forged|split_ambiguous\n"
	    "2024-03-13T09:03:00|li|li|image||+https://a/1.jpg?x=1"
	    "|+https://a/2.pdf\n"
	    "2024-03-01T21:04:00|li|li|text|x\\ntitle\n"
	    "= discord-txt 3/0/0 split_ambiguous\n");
	rows_are("x.txt", HEAD("a / b") "[1/2/2024 9:03 PM] li\nx\n\n",
	    "2024-01-02T21:03:00|li|li|text|x|date_order_guess\n"
	    "= discord-txt 1/0/0 date_order_guess\n");
	rows_are("x.txt", HEAD("a / b") "what\n\n[2024-03-41 9:03] li\nx\n",
	    "? what\n-|li|li|text|x|out_of_range_time\n"
	    "= discord-txt 1/0/1 out_of_range_time\n");
	rows_cut_anywhere("x.txt", HEAD("a / b") "[13/03/2024 08:59] a\nx\n\n"
	    "{Attachments}\nhttp://a\n\n" RULER "Exported 1 message(s)\n" RULER);
}

static void
reads_signal(void **state)
{
	(void)state;
	rows_are("chat.md", "[2019-05-29, 15:04] Me: Hi: there\nyou\n"
	    "[2019-05-29, 15:05:01] Me: forged\n"
	    "[2019-05-29, 15:05] Anna: ![a](./media/a.jpg)\n"
	    "[2019-05-29, 15:06] Anna: This message was deleted.\n",
	    "2019-05-29T15:04:00|Me|Me|text|Hi: there\\nyou\\n[2019-05-29, "
	    "15:05:01] Me: forged|self|split_ambiguous\n"
	    "2019-05-29T15:05:00|Anna|Anna|image|![a](./media/a.jpg)|"
	    "+./media/a.jpg\n2019-05-29T15:06:00|Anna|Anna|recall|"
	    "This message was deleted.|deleted\n"
	    "= signal-md 3/0/0 split_ambiguous\n");
	/* Newer ones have seconds and no comma. */
	rows_are("chat.md", "[2019-05-29 15:04:01] Me: Hi\n"
	    "[2019-05-29 15:05:02] Anna: x\n",
	    "2019-05-29T15:04:01|Me|Me|text|Hi|self\n"
	    "2019-05-29T15:05:02|Anna|Anna|text|x\n= signal-md 2/0/0\n");
	/* The same shape under another name is WhatsApp's. */
	rows_are("_chat.txt", "[2019-05-29, 15:04] Bob: Hi\n",
	    "2019-05-29T15:04:00|Bob|Bob|text|Hi\n= whatsapp-txt 1/0/0\n");
	rows_cut_anywhere("chat.md", "x\n[2019-05-29, 15:04] Me: [a](media/b)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_discord),
		cmocka_unit_test(reads_signal)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
