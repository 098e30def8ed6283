/* tests/chat/skype_db_test.c - databases of Skype and Viber, good and hostile. */
#include "rows.h"

#include <sqlite3.h>

#include "base/banned.h"

/* The bytes of the database that SQL makes; the caller frees. */
static uint8_t *
database(const char *sql, size_t *n)
{
	sqlite3_int64 size;
	uint8_t *made, *copy;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	made = sqlite3_serialize(db, "main", &size, 0);
	assert_non_null(made);
	*n = (size_t)size;
	copy = malloc(*n);
	assert_non_null(copy);
	memcpy(copy, made, *n);
	sqlite3_free(made);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return copy;
}

static void
sql_is(const char *name, const char *sql, const char *want)
{
	size_t n;
	uint8_t *data = database(sql, &n);

	rows_are_n(name, data, n, want, NULL);
	free(data);
}

#define SKYPE "CREATE TABLE Accounts(id INTEGER PRIMARY KEY, skypename TEXT);" \
	"INSERT INTO Accounts VALUES(1, 'me');" \
	"CREATE TABLE Conversations(id INTEGER PRIMARY KEY, identity TEXT," \
	" displayname TEXT, type INTEGER);" \
	"INSERT INTO Conversations VALUES(7, 'anna', 'Anna', 1);" \
	"CREATE TABLE Messages(id INTEGER PRIMARY KEY, convo_id INTEGER," \
	" chatname TEXT, author TEXT, from_dispname TEXT, timestamp INTEGER," \
	" edited_timestamp INTEGER, type INTEGER, body_xml TEXT);"

static void
reads_skype(void **state)
{
	(void)state;
	sql_is("main.db", SKYPE "INSERT INTO Messages VALUES"
	    "(1,7,'#a','anna','Anna M',1276000000,NULL,61,'Hi &lt;you&gt;"
	    " <ss type=\"smile\">:)</ss>' || char(10) || '  2'),"
	    "(2,7,'#a','me','Me',1276000001,1276000009,61,'x'),"
	    "(3,7,'#a','me','Me',1276000002,1276000009,61,''),"
	    "(4,9,'#b','anna',NULL,13743800000,NULL,61,'2405'),"
	    "(5,7,'#a','anna','Anna',1276000004,NULL,68,'<files alt=\"\">"
	    "<file size=\"1\" index=\"0\">a b.pdf</file></files>'),"
	    "(6,7,'#a','anna','Anna',1276000005,NULL,51,NULL),"
	    "(7,7,'#a',NULL,NULL,NULL,NULL,60,x'ff00'),"
	    "(8,7,'#a','anna','Anna',9223372036854775807,NULL,61,'<b>x');",
	    "2010-06-08T12:26:40Z|anna|Anna M|text|Hi <you> :)\\n  2|peer\n"
	    "2010-06-08T12:26:41Z|me|Me|text|x|self|edited\n"
	    "2010-06-08T12:26:42Z|me|Me|text||self|deleted\n"
	    "-|anna|anna|text|2405|peer|out_of_range_time\n"
	    "2010-06-08T12:26:44Z|anna|Anna|file||+a b.pdf|peer\n"
	    "2010-06-08T12:26:45Z|anna|Anna|system||peer\n"
	    "-|-|-|action|\xef\xbf\xbd\xef\xbf\xbd|replaced_bytes\n"
	    "-|anna|Anna|text|x|peer|out_of_range_time\n"
	    "= skype-db 8/1/0 replaced_bytes out_of_range_time\n");
	/* Of an old version; without the other tables. */
	sql_is("main.db", "CREATE TABLE Messages(id INTEGER PRIMARY KEY,"
	    "author TEXT, timestamp INTEGER, body_xml TEXT);"
	    "INSERT INTO Messages VALUES(1,'a',1276000000,'x');",
	    "2010-06-08T12:26:40Z|a|a|text|x\n= skype-db 1/0/0\n");
}

static void
reads_viber(void **state)
{
	(void)state;
	sql_is("viber.db", "CREATE TABLE Events(EventID INTEGER PRIMARY KEY,"
	    "TimeStamp LONGINT, Direction INTEGER, Type SMALLINT, ContactID "
	    "INTEGER, ChatID INTEGER);CREATE TABLE Messages(EventID INTEGER "
	    "PRIMARY KEY, Body TEXT, PayloadPath TEXT);CREATE TABLE Contact("
	    "ContactID INTEGER PRIMARY KEY, Name TEXT, ClientName TEXT, Number "
	    "TEXT);CREATE TABLE ChatInfo(ChatID INTEGER PRIMARY KEY, Name "
	    "TEXT);INSERT INTO Contact VALUES(2,'','Anna','+491');INSERT INTO "
	    "ChatInfo VALUES(5,'');INSERT INTO Events VALUES"
	    "(1,1276000000123,0,1,2,5),(2,1276000001000,1,1,2,5),"
	    "(3,1,0,1,9,5);INSERT INTO Messages VALUES(1,'a <b>&amp;',NULL),"
	    "(2,'','C:/x/p.jpg'),(3,'z',NULL)",
	    "2010-06-08T12:26:40.123Z|+491|Anna|text|a <b>&amp;|peer\n"
	    "2010-06-08T12:26:41Z|-|-|image||+C:/x/p.jpg|self\n"
	    "-|-|-|text|z|peer|out_of_range_time\n"
	    "= viber-db 3/0/0 out_of_range_time\n");
}

static void
trusts_no_schema(void **state)
{
	(void)state;
	/* Views, virtual tables, columns that compute: nobody's messages. */
	sql_is("main.db", "CREATE TABLE t(a);CREATE VIEW Messages AS WITH "
	    "RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM r) SELECT x "
	    "AS body_xml, 1 AS author, 1 AS timestamp FROM r;",
	    "= - 0/0/0\n");
	sql_is("main.db", "CREATE VIRTUAL TABLE Messages USING fts4(body_xml);",
	    "= - 0/0/0\n");
	sql_is("main.db", "CREATE TABLE Messages(id INTEGER PRIMARY KEY, "
	    "body_xml AS (zeroblob(1000000000)));INSERT INTO Messages(id) "
	    "VALUES(1);",
	    "! the database is damaged: string or blob too big\n");
	sql_is("x.db", "CREATE TABLE t(a);", "= - 0/0/0\n");
}

static void
survives_damage(void **state)
{
	struct rows r = {.quiet = true};
	struct buf sql = BUF_INIT(16u << 20);
	struct err e = ERR_INIT;
	uint8_t *data, *copy;
	uint32_t seed = 1;
	size_t n, i, k, at;

	(void)state;
	assert_int_equal(buf_adds(&sql, SKYPE, &e), 0);
	for (i = 0; i < 300; i++)
		assert_int_equal(buf_addf(&sql, &e, "INSERT INTO Messages "
		    "VALUES(%zu,7,'#a','anna','Anna',1276000000,NULL,61,'%0*d')"
		    ";", i + 1, (int)(i * 7 % 5000 + 1), 7), 0);
	data = database(buf_str(&sql), &n);
	/* WAL mode without its file is no damage. */
	data[18] = data[19] = 2;
	rows_end("main.db", data, n, "= skype-db 300/0/0\n");
	for (i = 0; i < 400; i++) {
		copy = malloc(n);
		assert_non_null(copy);
		memcpy(copy, data, n);
		for (k = 0; k < 8; k++) {
			seed = seed * 1664525 + 1013904223;
			at = seed % (i % 2 ? n : 8192 < n ? 8192 : n);
			copy[at] = (uint8_t)(seed >> 24);
		}
		at = i % 4 == 0 ? seed % n : n;
		(void)rows_of(&r, "main.db", copy, at);
		free(copy);
	}
	buf_release(&r.out);
	buf_release(&sql);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_skype),
		cmocka_unit_test(reads_viber),
		cmocka_unit_test(trusts_no_schema),
		cmocka_unit_test(survives_damage)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
