/* tests/chat/adium_test.c - the XML logs of Adium and Empathy. */
#include "rows.h"

#include "base/banned.h"

#define CHAT "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<chat xmlns=\"http:" \
	"//purl.org/net/ulf/ns/0.4-02\" account=\"me\" service=\"AIM\">\n"
#define LOG "<?xml version='1.0' encoding='utf-8'?>\n<?xml-stylesheet type=" \
	"\"text/xsl\" href=\"empathy-log.xsl\"?>\n<log>\n"
#define BOMB "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">" \
	"<!ENTITY c SYSTEM \"/etc/passwd\">]>"

static void
reads_adium(void **state)
{
	(void)state;
	rows_are("a@b (2014-03-16T23.55.43-0400).xml", CHAT
	    "<event type=\"windowOpened\" sender=\"me\" time=\"2014-03-16T23:55"
	    ":43-04:00\"></event>\n"
	    "<status type=\"online\" sender=\"a@b\" time=\"2014-03-16T23:55:44"
	    "-04:00\"/>\n"
	    "<message sender=\"a@b\" time=\"2014-03-16T23:55:48-0400\" alias="
	    "\"A &amp; B\"><div><span style=\"x\">Hi <b>x</b><br/>&lt;y&gt;"
	    "</span></div></message>\n"
	    "<message sender=\"me\" time=\"soon\"><div>价</div></message>\n"
	    "<message ><div>who</div></message>\n<message x=\"\">?</message>"
	    "</chat>\n",
	    "2014-03-16T23:55:43-04:00|me|me|system|windowOpened\n"
	    "2014-03-16T23:55:44-04:00|a@b|a@b|system|online\n"
	    "2014-03-16T23:55:48-04:00|a@b|A & B|text|Hi x\\n<y>|peer\n"
	    "-|me|me|text|价|self|out_of_range_time\n"
	    "? <message ><div>who</div></message>\\n\n"
	    "? <message x=\"\">?</message></chat>\\n\n"
	    "= adium 4/2/2 out_of_range_time\n");
}

static void
reads_empathy(void **state)
{
	(void)state;
	rows_are("x/anna@b/20100114.log", LOG
	    "<message time='20100114T00:00:01' cm_id='4' id='a@b' name='A' "
	    "token='' isuser='false' type='normal'>1 &amp; 2</message>\n"
	    "<message time='20100114T00:00:02' id='me@b' name='Me' isuser="
	    "'true' type='action'>waves\n  twice</message>\n"
	    "<message time='20101314T00:00:02' id='me@b' isuser='true'>x"
	    "</message>\n<message id='q'>y</message>\n"
	    "<call time='20100113T17:48:01' id='a@b' name='A' actor='u@b' "
	    "actorname='U' reason='user-requested' />\n</log>\n",
	    "2010-01-14T00:00:01Z|a@b|A|text|1 & 2|peer\n"
	    "2010-01-14T00:00:02Z|me@b|Me|action|waves\\n  twice|self\n"
	    "-|me@b|me@b|text|x|self|out_of_range_time\n"
	    "? <message id='q'>y</message>\\n\n"
	    "2010-01-13T17:48:01Z|u@b|U|call|user-requested\n"
	    "= empathy 4/0/1 out_of_range_time\n");
}

static void
expands_nothing(void **state)
{
	(void)state;
	rows_are("x/a/20100114.log", LOG BOMB
	    "<message time='20100114T00:00:01' id='a'>&b;&c;</message>",
	    "2010-01-14T00:00:01Z|a|a|text|&b;&c;\n= empathy 1/0/0\n");
	rows_are("a.xml", CHAT BOMB "<message sender=\"a\" time=\"2014-03-16T"
	    "23:55:48Z\">&b;<div>cut o",
	    "2014-03-16T23:55:48Z|a|a|text|&b;\\ncut o|peer\n= adium 1/0/0\n");
	rows_cut_anywhere("a.xml", CHAT "<message sender=\"a\" time=\"2014-03-"
	    "16T23:55:48Z\"><div>x</div></message>");
	rows_cut_anywhere("a/b", LOG "<message time='20100114T00:00:01' "
	    "id='a'>x</message>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_adium),
		cmocka_unit_test(reads_empathy),
		cmocka_unit_test(expands_nothing)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
