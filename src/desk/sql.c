/* desk/sql.c - every statement of the catalogue, numbered. */
#include "desk/sql.h"

#include "base/banned.h"

/*
 * line     what folds together: (station, stream) over all its branches
 * branch   a ref of records.git and how far it was followed
 * part     a commit; n ascends in the order in which parts were folded; gap =
 *          something of its run, up to it, could not be read
 * bundle   its chunks have the numbers first .. first + count - 1
 * chunk    n ascends in tar order; word = the first 8 bytes of id, for finding
 * version  a file as it stood from one part to another; runs = numbers of its
 *          chunks (desk/runs.h); to_part NULL = live, = from_part: a line of
 *          the log that left nothing behind (removed); named = the part whose
 *          run named it last; doubt = the part since which it may be
 *          older than what the station had (something could not be read)
 * header   of the file whose SHA-256 is `sum`, made later for other readers
 * header_tar  a blob of desk.git whose headers are all here
 * sealed   which line sent the file whose SHA-256 is `sum`
 * receipt  of the central, by its commit, that has no place here: its commit is
 *          not here (why NULL; excused: its branch is not followed that far),
 *          or it does not hold (why)
 * note     of desk.git: the n-th of KEY, of the file BLOB with the SHA-256 sum;
 *          line NULL: it is not open, or (done) does not count
 * mark     what a module left off at
 * export   the bytes (by `sum`) of a source that were read, or tried, as a chat
 * book_file   an event file (docs/FORMAT.md 21): sum = SHA-256; station and
 *          version: where it was taken from, station NULL: a desk made it,
 *          version NULL: it is no age file and is not copied; list = the
 *          version's sum; blob: of desk.git, NULL: it is not there; secrets as
 *          they are sealed; bad = why its events are not here
 * book_event  a line of it; of = the event whose secrets it hands on
 * book_aside  a file of desk.git that waits to be opened
 */
const char sql_schema[] =
"CREATE TABLE line(n INTEGER PRIMARY KEY, station TEXT NOT NULL,"
" stream TEXT NOT NULL, UNIQUE(station, stream));"
"CREATE TABLE branch(n INTEGER PRIMARY KEY, line INT NOT NULL,"
" ref TEXT NOT NULL UNIQUE, epoch INT NOT NULL, incarnation INT NOT NULL,"
" head TEXT NOT NULL, fork INT, stopped TEXT);"
"CREATE TABLE part(n INTEGER PRIMARY KEY, branch INT NOT NULL,"
" seq INT NOT NULL, id TEXT NOT NULL, tree TEXT NOT NULL,"
" manifest BLOB NOT NULL, path TEXT NOT NULL, run BLOB, part INT,"
" final INT, full INT, started INT NOT NULL, finished INT,"
" commit_utc INT NOT NULL, receipt_utc INT, first_seen INT NOT NULL,"
" spooled INT, policy INT, files INT, bytes INT, stored INT, chunks INT,"
" added INT, appended INT, rewritten INT, truncated INT, removed INT,"
" moved INT, touched INT, same INT, folded INT NOT NULL,"
" worst INT NOT NULL DEFAULT 0, tz TEXT, utc_offset INT,"
" gap INT NOT NULL DEFAULT 0);"
"CREATE INDEX part_branch ON part(branch, seq);"
"CREATE INDEX part_id ON part(id);"
"CREATE INDEX part_waiting ON part(branch, seq) WHERE receipt_utc IS NULL;"
"CREATE INDEX part_run ON part(run);"
"CREATE TABLE bundle(n INTEGER PRIMARY KEY, part INT NOT NULL,"
" blob TEXT NOT NULL, path TEXT NOT NULL, sha256 BLOB NOT NULL,"
" bytes INT NOT NULL, first INT NOT NULL, count INT NOT NULL);"
"CREATE INDEX bundle_first ON bundle(first);"
"CREATE INDEX bundle_part ON bundle(part);"
"CREATE TABLE chunk(n INTEGER PRIMARY KEY, word INT NOT NULL,"
" id BLOB NOT NULL, part INT NOT NULL, len INT NOT NULL);"
"CREATE INDEX chunk_word ON chunk(word);"
"CREATE TABLE version(n INTEGER PRIMARY KEY, line INT NOT NULL,"
" source TEXT NOT NULL, path BLOB NOT NULL, from_part INT NOT NULL,"
" to_part INT, size INT NOT NULL, mtime INT NOT NULL, nsec INT NOT NULL,"
" mode INT NOT NULL, torn INT NOT NULL, sum BLOB, runs BLOB,"
" elsewhere TEXT, claimed INT NOT NULL, op INT NOT NULL, hash BLOB,"
" was BLOB, named INT NOT NULL, doubt INT);"
"CREATE INDEX version_path ON version(line, source, path, from_part);"
"CREATE INDEX version_live ON version(line, source, path)"
" WHERE to_part IS NULL;"
"CREATE INDEX version_from ON version(from_part);"
"CREATE INDEX version_to ON version(to_part) WHERE to_part IS NOT NULL;"
"CREATE TABLE source_state(part INT NOT NULL, name TEXT NOT NULL,"
" kind TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, files INT,"
" bytes INT, symlinks INT, empty_dirs INT, special INT, unreadable INT,"
" skipped INT, PRIMARY KEY(part, name)) WITHOUT ROWID;"
"CREATE TABLE event(n INTEGER PRIMARY KEY, part INT, branch INT,"
" station TEXT NOT NULL, utc INT NOT NULL, severity INT NOT NULL,"
" code TEXT NOT NULL, text TEXT NOT NULL);"
"CREATE INDEX event_part ON event(part);"
"CREATE INDEX event_station ON event(station);"
"CREATE TABLE header(n INTEGER PRIMARY KEY, sum BLOB NOT NULL,"
" header BLOB NOT NULL);"
"CREATE INDEX header_sum ON header(sum);"
"CREATE TABLE header_tar(blob TEXT PRIMARY KEY) WITHOUT ROWID;"
"CREATE TABLE sealed(sum BLOB NOT NULL, line INT NOT NULL,"
" PRIMARY KEY(sum, line)) WITHOUT ROWID;"
"CREATE TABLE receipt(id TEXT PRIMARY KEY, utc INT NOT NULL,"
" ref TEXT NOT NULL, head TEXT NOT NULL, why TEXT,"
" excused INT NOT NULL DEFAULT 0) WITHOUT ROWID;"
"CREATE TABLE export(line INT NOT NULL, source TEXT NOT NULL,"
" sum BLOB NOT NULL, version INT NOT NULL, PRIMARY KEY(line, source, sum))"
" WITHOUT ROWID;"
"CREATE TABLE book_file(n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
" sum BLOB NOT NULL, station TEXT, version INT, list BLOB, blob TEXT,"
" secrets BLOB, dual INT NOT NULL, bad TEXT);"
"CREATE TABLE book_event(n INTEGER PRIMARY KEY, event BLOB NOT NULL UNIQUE,"
" file INT NOT NULL, of BLOB, line TEXT NOT NULL);"
"CREATE INDEX book_event_of ON book_event(of) WHERE of IS NOT NULL;"
"CREATE TABLE book_aside(name TEXT PRIMARY KEY, blob TEXT NOT NULL,"
" signer TEXT NOT NULL, shut BLOB) WITHOUT ROWID;"
"CREATE TABLE book_shut(version INTEGER PRIMARY KEY, sum BLOB NOT NULL);"
"CREATE TABLE note(n INTEGER PRIMARY KEY, key TEXT NOT NULL,"
" num INT NOT NULL, blob TEXT NOT NULL, signer TEXT NOT NULL, sum BLOB,"
" utc INT, line TEXT, done INT NOT NULL DEFAULT 0, UNIQUE(key, num));"
"CREATE TABLE mark(name TEXT PRIMARY KEY, value TEXT NOT NULL)"
" WITHOUT ROWID;";

/*
 * account  whose export it is
 * own      folded ids and names of all accounts: who is one of us
 * chat     a conversation; fold = its name as desk/sametext has it; counts;
 *          digest and lane of the export that was laid on it last
 * lane     a kind of export, which can only miss what it had before
 * sender   a name in a conversation; who = the same under all its names
 * reading  a version of a file, and how reading it went
 * record   lines of docs/REPORTS.md under zstd, all of one reading
 * block    messages of a conversation, and all by their numbers: desk/msgrows.h
 * change   what became of a message; now = of which message it is; quiet = as
 *          it should; back = the reading that had it again
 */
const char sql_messages[] =
"CREATE TABLE account(n INTEGER PRIMARY KEY, station TEXT NOT NULL,"
" source TEXT NOT NULL, platform TEXT NOT NULL, id TEXT NOT NULL,"
" UNIQUE(station, source, platform, id));"
"CREATE TABLE own(platform TEXT NOT NULL, id TEXT NOT NULL,"
" PRIMARY KEY(platform, id)) WITHOUT ROWID;"
"CREATE TABLE chat(n INTEGER PRIMARY KEY, account INT NOT NULL,"
" id TEXT NOT NULL, name TEXT NOT NULL, fold TEXT NOT NULL,"
" type INT NOT NULL, messages INT NOT NULL DEFAULT 0,"
" got INT NOT NULL DEFAULT 0, sent INT NOT NULL DEFAULT 0, first INT,"
" last INT, lost INT NOT NULL DEFAULT 0, changed INT NOT NULL DEFAULT 0,"
" recalled INT NOT NULL DEFAULT 0, digest INT, lane INT,"
" UNIQUE(account, id));"
"CREATE INDEX chat_fold ON chat(account, fold);"
"CREATE TABLE lane(chat INT NOT NULL, kind TEXT NOT NULL,"
" ordinal INT NOT NULL, PRIMARY KEY(chat, kind)) WITHOUT ROWID;"
"CREATE TABLE sender(n INTEGER PRIMARY KEY, chat INT NOT NULL,"
" id TEXT NOT NULL, name TEXT NOT NULL, who INT NOT NULL,"
" UNIQUE(chat, id, name));"
"CREATE TABLE reading(n INTEGER PRIMARY KEY, version INT NOT NULL UNIQUE,"
" station TEXT NOT NULL, source TEXT NOT NULL, path TEXT NOT NULL,"
" format TEXT, platform TEXT, account TEXT, error TEXT,"
" parser INT NOT NULL, messages INT NOT NULL, system INT NOT NULL,"
" unparsed INT NOT NULL, warn INT NOT NULL, mtime INT NOT NULL,"
" taken INT NOT NULL, first INT, last INT);"
"CREATE INDEX reading_path ON reading(station, source, path);"
"CREATE TABLE record(n INTEGER PRIMARY KEY, reading INT NOT NULL,"
" data BLOB NOT NULL);"
"CREATE TABLE block(n INTEGER PRIMARY KEY, data BLOB NOT NULL);"
"CREATE TABLE change(n INTEGER PRIMARY KEY, message INT NOT NULL,"
" what INT NOT NULL, now INT, reading INT NOT NULL, quiet INT NOT NULL,"
" back INT);"
"CREATE INDEX change_message ON change(message);"
"CREATE INDEX change_now ON change(now) WHERE now IS NOT NULL;"
"CREATE INDEX change_reading ON change(reading);";

/*
 * report   a version of a file of a source of kind report; day: null where only
 *          `at` says it; sum: of its text
 */
const char sql_reports[] =
"CREATE TABLE report(n INTEGER PRIMARY KEY, version INT NOT NULL,"
" station TEXT NOT NULL, source TEXT NOT NULL, path BLOB NOT NULL,"
" kind INT NOT NULL, day INT, at INT NOT NULL, typed INT NOT NULL,"
" text TEXT NOT NULL, sum BLOB NOT NULL,"
" UNIQUE(station, source, path, at, sum));"
"CREATE INDEX report_day ON report(station, kind, day);";

/*
 * shop     of a station, under the name that the station has for it
 * shop_source  where its captures come from
 * shop_month   a file of captures/: how far it was read, the SHA-256 of that;
 *          of which version, and its `sum`
 * shop_record  a file of pages/ by its SHA-256, under zstd; print: equal where
 *          fingerprints are
 * shop_capture  a line of captures/; day: of the capture's own clock; sum = the
 *          beginning of the line's SHA-256
 * shop_list    what became of a list of goods: key = SHA-256 over its page's name
 *          and its files
 */
const char sql_shops[] =
"CREATE TABLE shop(n INTEGER PRIMARY KEY, station TEXT NOT NULL,"
" name TEXT NOT NULL, UNIQUE(name, station));"
"CREATE TABLE shop_source(line INT NOT NULL, source TEXT NOT NULL,"
" shop INT NOT NULL, PRIMARY KEY(line, source)) WITHOUT ROWID;"
"CREATE TABLE shop_month(line INT NOT NULL, source TEXT NOT NULL,"
" path TEXT NOT NULL, len INT NOT NULL, sum BLOB NOT NULL,"
" list BLOB NOT NULL, version INT NOT NULL,"
" PRIMARY KEY(line, source, path)) WITHOUT ROWID;"
"CREATE TABLE shop_record(n INTEGER PRIMARY KEY, sum BLOB NOT NULL UNIQUE,"
" page TEXT NOT NULL, view TEXT NOT NULL, print BLOB NOT NULL,"
" data BLOB NOT NULL);"
"CREATE TABLE shop_capture(n INTEGER PRIMARY KEY, shop INT NOT NULL,"
" day INT NOT NULL, ts INT NOT NULL, east INT NOT NULL,"
" page TEXT NOT NULL, view TEXT NOT NULL, url TEXT NOT NULL,"
" state INT NOT NULL, reason TEXT, record BLOB, maker TEXT NOT NULL,"
" sum BLOB NOT NULL, UNIQUE(shop, sum));"
"CREATE INDEX shop_capture_page ON shop_capture(shop, page, view, ts);"
"CREATE TABLE shop_list(key BLOB PRIMARY KEY, state INT NOT NULL,"
" reason TEXT NOT NULL, record BLOB) WITHOUT ROWID;";

/* ?1: the type of conversations between two. */
#define CHAT_COLUMNS \
	"c.n, a.station, a.source, a.platform, a.id, c.id, c.name, c.type, " \
	"c.type = ?1 AND EXISTS(SELECT 1 FROM own o " \
	"WHERE o.platform = a.platform AND (o.id = c.id OR o.id = c.fold)), " \
	"c.messages, c.got, c.sent, c.first, c.last, c.lost, c.changed, " \
	"c.recalled "
#define CHAT_FROM "FROM chat c JOIN account a ON a.n = c.account "
#define READING_COLUMNS \
	"version, station, source, path, format, platform, account, error, " \
	"messages, system, unparsed, warn, mtime, taken, first, last "

#define SHOP_COLUMNS \
	"s.station, s.name, c.page, c.view, c.url, c.ts, c.east, c.day, " \
	"c.state, c.reason, c.record, c.maker"
#define SHOP_FROM \
	" FROM shop_capture c JOIN shop s ON s.n = c.shop "
/* Of what captures name: a record of that page. */
#define SHOP_RECORD \
	"JOIN shop_record r ON r.sum = c.record AND r.page = c.page " \
	"AND r.view = c.view "
#define PART_COLUMNS \
	"p.n, p.branch, p.seq, p.id, p.tree, p.manifest, p.path, p.run, " \
	"p.part, p.final, p.full, p.started, p.finished, p.commit_utc, " \
	"p.receipt_utc, p.first_seen, p.spooled, p.files, p.bytes, " \
	"p.stored, p.chunks, p.added, p.appended, p.rewritten, p.truncated, " \
	"p.removed, p.moved, p.touched, p.same, p.folded, p.worst, " \
	"l.station, l.stream, b.epoch, b.incarnation, b.line, p.gap "
#define PART_FROM \
	"FROM part p JOIN branch b ON b.n = p.branch " \
	"JOIN line l ON l.n = b.line "
#define VERSION_COLUMNS \
	"v.n, v.source, v.path, v.from_part, v.to_part, v.size, v.mtime, " \
	"v.nsec, v.mode, v.torn, v.sum, v.runs, v.elsewhere, v.claimed, " \
	"v.op, v.hash, v.was, v.doubt "

const char *const sql_text[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_READ] = "BEGIN",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_PIECE] = "SAVEPOINT piece",
	[SQL_PIECE_DONE] = "RELEASE piece",
	[SQL_PIECE_UNDO] = "ROLLBACK TO piece",

	[SQL_LINE_GET] = "SELECT n FROM line WHERE station = ?1 "
		"AND stream = ?2",
	[SQL_LINE_ADD] = "INSERT INTO line(station, stream) VALUES(?1, ?2)",
	[SQL_LINE_EACH] = "SELECT n, stream FROM line WHERE station = ?1 "
		"ORDER BY stream",

	[SQL_BRANCH_GET] = "SELECT n, head, fork, stopped FROM branch "
		"WHERE ref = ?1",
	[SQL_BRANCH_ADD] = "INSERT INTO branch(line, ref, epoch, incarnation, "
		"head, fork) VALUES(?1, ?2, ?3, ?4, '', ?5)",
	[SQL_BRANCH_HEAD] = "UPDATE branch SET head = ?2, stopped = NULL "
		"WHERE n = ?1",
	[SQL_BRANCH_STOP] = "UPDATE branch SET stopped = ?2 WHERE n = ?1",
	[SQL_BRANCH_RENAME] = "UPDATE branch SET ref = ?2 WHERE ref = ?1",
	[SQL_BRANCH_FOLDED] = "SELECT 1 FROM branch b WHERE b.ref = ?1 "
		"AND EXISTS(SELECT 1 FROM part p WHERE p.branch = b.n)",
	/* Not those that are kept only. */
	[SQL_BRANCH_EACH] = "SELECT n, ref, head, stopped FROM branch "
		"WHERE ref GLOB 'refs/heads/*' ORDER BY ref",

	[SQL_BRANCH_FORK] = "SELECT ifnull(fork, 0) FROM branch WHERE n = ?1",

	[SQL_PART_ADD] = "INSERT INTO part(branch, seq, id, tree, manifest, "
		"path, started, commit_utc, first_seen, folded) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[SQL_PART_COUNTS] = "UPDATE part SET run = ?2, part = ?3, final = ?4, "
		"full = ?5, finished = ?6, spooled = ?7, policy = ?8, "
		"files = ?9, bytes = ?10, stored = ?11, chunks = ?12, "
		"added = ?13, appended = ?14, rewritten = ?15, "
		"truncated = ?16, removed = ?17, moved = ?18, touched = ?19, "
		"same = ?20, tz = ?21, utc_offset = ?22, gap = ?23, "
		"folded = 1 "
		"WHERE n = ?1",
	[SQL_PART_BY_COMMIT] = "SELECT " PART_COLUMNS PART_FROM
		"WHERE p.id = ?1 ORDER BY p.n LIMIT 1",
	[SQL_PART_LAST] = "SELECT " PART_COLUMNS PART_FROM
		"WHERE p.branch = ?1 ORDER BY p.seq DESC LIMIT 1",
	[SQL_PART_LINE_LAST] = "SELECT " PART_COLUMNS PART_FROM
		"WHERE b.line = ?1 AND p.folded = 1 "
		"ORDER BY p.n DESC LIMIT 1",
	/* The state at a time: after the last finished run before it. */
	[SQL_PART_AT] = "SELECT max(p.n) FROM part p "
		"JOIN branch b ON b.n = p.branch WHERE b.line = ?1 "
		"AND p.folded = 1 AND p.commit_utc <= ?2 "
		"AND (p.final = 1 OR NOT EXISTS(SELECT 1 FROM part q "
		"WHERE q.branch = p.branch AND q.final = 1 AND q.n <= p.n))",
	[SQL_PART_GET] = "SELECT " PART_COLUMNS PART_FROM "WHERE p.n = ?1",
	[SQL_PART_BY_RUN] = "SELECT " PART_COLUMNS PART_FROM
		"WHERE p.run >= ?1 AND p.run <= ?2 ORDER BY p.run, p.n",
	[SQL_PART_OF_RUN] = "SELECT " PART_COLUMNS PART_FROM
		"WHERE p.run = ?1 ORDER BY p.n",
	[SQL_PART_OF_VERSION] = "SELECT " PART_COLUMNS PART_FROM
		"JOIN version v ON v.from_part = p.n WHERE v.n = ?1",
	[SQL_PART_BY_SEQ] = "SELECT " PART_COLUMNS PART_FROM
		"WHERE l.station = ?1 AND l.stream = 'main' AND p.seq = ?2 "
		"ORDER BY p.n DESC LIMIT 1",
	[SQL_PART_NEWEST] = "SELECT " PART_COLUMNS PART_FROM
		"WHERE l.station = ?1 AND p.seq <= ?2 AND p.run IS NOT NULL "
		"ORDER BY p.started DESC, p.n DESC LIMIT 1",
	/* The same manifest under another commit. */
	[SQL_PART_AGAIN] = "SELECT p.id FROM part p "
		"JOIN branch b ON b.n = p.branch WHERE p.run = ?1 "
		"AND p.manifest = ?2 AND b.line = ?3 AND p.id <> ?4 LIMIT 1",
	[SQL_PART_MAX] = "SELECT ifnull(max(n), 0) FROM part",
	[SQL_PART_SEEN] = "UPDATE part SET worst = max(worst, ?2) "
		"WHERE n = ?1",
	[SQL_PART_AFTER] = "SELECT ifnull(spooled, 0) FROM part "
		"WHERE branch = ?1 AND seq = ?2",
	[SQL_PART_BYTES] = "SELECT ifnull(sum(bytes), 0) FROM bundle "
		"WHERE part = ?1",

	[SQL_BUNDLE_ADD] = "INSERT INTO bundle(part, blob, path, sha256, "
		"bytes, first, count) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQL_BUNDLE_AT] = "SELECT n, part, blob, path, bytes, first, count "
		"FROM bundle WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
	[SQL_BUNDLE_GET] = "SELECT n, part, blob, path, bytes, first, count "
		"FROM bundle WHERE n = ?1",
	[SQL_BUNDLE_SUM] = "SELECT ifnull(sum(bytes), 0) FROM bundle",
	[SQL_BUNDLE_EACH] = "SELECT n, part, blob, path, bytes, first, count, "
		"sha256 FROM bundle ORDER BY n",

	[SQL_CHUNK_ADD] = "INSERT INTO chunk(n, word, id, part, len) "
		"VALUES(?1, ?2, ?3, ?4, ?5)",
	[SQL_CHUNK_FIND] = "SELECT c.n, c.len, p.branch, c.part FROM chunk c "
		"JOIN part p ON p.n = c.part "
		"WHERE c.word = ?1 AND c.id = ?2 ORDER BY c.n DESC",
	[SQL_CHUNK_SPAN] = "SELECT n, id, len FROM chunk "
		"WHERE n BETWEEN ?1 AND ?2 ORDER BY n",
	[SQL_CHUNK_NEXT] = "SELECT ifnull(max(n), 0) + 1 FROM chunk",
	[SQL_CHUNK_SUM] = "SELECT ifnull(sum(len), 0), count(*) FROM chunk "
		"WHERE n BETWEEN ?1 AND ?2",

	[SQL_VERSION_ADD] = "INSERT INTO version(line, source, path, "
		"from_part, to_part, size, mtime, nsec, mode, torn, sum, "
		"runs, elsewhere, claimed, op, hash, was, named, doubt) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
		"?13, ?14, ?15, ?16, ?17, ?4, nullif(?18, 0))",
	[SQL_VERSION_CLOSE] = "UPDATE version SET to_part = ?2 WHERE n = ?1",
	[SQL_VERSION_RUNS] = "UPDATE version SET runs = ?2, elsewhere = ?3, "
		"named = ?4, doubt = nullif(?5, 0) WHERE n = ?1",
	[SQL_VERSION_OP] = "UPDATE version SET op = ?2 WHERE n = ?1",
	[SQL_VERSION_GET] = "SELECT " VERSION_COLUMNS "FROM version v "
		"WHERE v.n = ?1",
	[SQL_VERSION_LIVE] = "SELECT " VERSION_COLUMNS ", p.run FROM version v "
		"INDEXED BY version_live JOIN part p ON p.n = v.named "
		"WHERE v.line = ?1 "
		"AND v.to_part IS NULL ORDER BY v.source, v.path",
	[SQL_VERSION_LIVE_ONE] = "SELECT " VERSION_COLUMNS "FROM version v "
		"WHERE v.line = ?1 AND v.source = ?2 AND v.path = ?3 "
		"AND v.to_part IS NULL",
	/* Back to the state after part ?2: what came later ends here … */
	[SQL_VERSION_REWIND_NEW] = "UPDATE version SET to_part = ?3 "
		"WHERE line = ?1 AND from_part > ?2 AND to_part IS NULL",
	/* … and what ended later stands again. */
	[SQL_VERSION_REWIND_OLD] = "INSERT INTO version(line, source, path, "
		"from_part, to_part, size, mtime, nsec, mode, torn, sum, "
		"runs, elsewhere, claimed, op, hash, was, named, doubt) "
		"SELECT line, source, path, ?3, NULL, size, mtime, nsec, "
		"mode, torn, sum, runs, elsewhere, claimed, op, hash, was, "
		"named, CASE WHEN doubt <= ?2 THEN doubt END FROM version "
		"WHERE line = ?1 AND from_part <= ?2 AND to_part > ?2 "
		"AND to_part < ?3",
	/* Not those that a fork only brought back: see SQL_VERSION_REWIND_OLD. */
	[SQL_VERSION_OF_PART] = "SELECT " VERSION_COLUMNS "FROM version v "
		"WHERE v.from_part = ?1 AND v.named >= ?1 ORDER BY v.source, v.path",
	[SQL_VERSION_AT] = "SELECT " VERSION_COLUMNS "FROM version v "
		"WHERE v.line = ?1 AND v.from_part <= ?2 "
		"AND (v.to_part IS NULL OR v.to_part > ?2) "
		"ORDER BY v.source, v.path",

	[SQL_VERSION_UNDER] = "SELECT " VERSION_COLUMNS "FROM version v "
		"WHERE v.line = ?1 AND v.source = ?3 AND v.path >= ?4 "
		"AND v.path < ?5 AND v.from_part <= ?2 "
		"AND (v.to_part IS NULL OR v.to_part > ?2) "
		"ORDER BY v.source, v.path",

	[SQL_VERSION_DOUBT] = "UPDATE version SET doubt = ifnull(doubt, ?2) "
		"WHERE n = ?1",
	[SQL_VERSION_DOUBT_ALL] = "UPDATE version SET doubt = "
		"ifnull(doubt, ?2) WHERE line = ?1 AND to_part IS NULL",
	[SQL_VERSION_SURE_ALL] = "UPDATE version SET doubt = NULL "
		"WHERE line = ?1 AND to_part IS NULL AND doubt IS NOT NULL",

	[SQL_SOURCE_ADD] = "INSERT OR REPLACE INTO source_state VALUES(?1, "
		"?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[SQL_SOURCE_OF_PART] = "SELECT name, kind, state, reason, files, "
		"bytes, symlinks, empty_dirs, special, unreadable, skipped "
		"FROM source_state WHERE part = ?1 ORDER BY name",
	[SQL_SOURCE_REASON] = "SELECT s.reason FROM source_state s "
		"JOIN part p ON p.n = s.part JOIN branch b ON b.n = p.branch "
		"JOIN line l ON l.n = b.line WHERE l.station = ?1 "
		"AND s.name = ?2 ORDER BY s.part DESC LIMIT 1",
	[SQL_SOURCE_LATEST] = "SELECT max(s.part) FROM source_state s "
		"JOIN part p ON p.n = s.part JOIN branch b ON b.n = p.branch "
		"WHERE b.line = ?1",

	/*
	 * What chats lost behind part ?1.  Of an export that was read its
	 * messages tell, and more exactly.  A source that ever was a chat is
	 * one: its station says what kind it is.  Every message rewrites a
	 * database: one that is not cut is no news.  Of the bare columns
	 * max() takes the row.
	 */
	[SQL_CHAT_LOST] = "SELECT l.station, sum(v.op <> ?4), sum(v.op = ?4), "
		"count(DISTINCT p.run), p.run, max(p.n) FROM version v "
		"INDEXED BY version_from JOIN part p ON p.n = v.from_part "
		"JOIN line l ON l.n = v.line WHERE v.from_part > ?1 "
		"AND v.named >= v.from_part AND v.op IN (?2, ?3, ?4) "
		"AND NOT EXISTS(SELECT 1 FROM export x JOIN reading r "
		"ON r.version = x.version WHERE x.line = v.line "
		"AND x.source = v.source AND x.sum = v.sum "
		"AND r.format IS NOT NULL AND r.error IS NULL) "
		"AND (v.line, v.source) IN (SELECT b.line, s.name "
		"FROM source_state s JOIN part q ON q.n = s.part "
		"JOIN branch b ON b.n = q.branch WHERE s.kind = 'chat') "
		"AND NOT (v.op = ?2 AND (CAST(v.path AS TEXT) LIKE '%.db' "
		"OR CAST(v.path AS TEXT) LIKE '%.db3' "
		"OR CAST(v.path AS TEXT) LIKE '%.sqlite' "
		"OR CAST(v.path AS TEXT) LIKE '%.sqlite3')) "
		"GROUP BY l.station ORDER BY l.station",

	[SQL_EVENT_ADD] = "INSERT INTO event(part, branch, station, utc, "
		"severity, code, text) VALUES(nullif(?1, 0), nullif(?2, 0), "
		"?3, ?4, ?5, ?6, ?7)",
	[SQL_EVENT_OF_PART] = "SELECT severity, code, text, utc, station "
		"FROM event WHERE part = ?1 ORDER BY n",
	[SQL_EVENT_OF_STATION] = "SELECT severity, code, text, utc, station "
		"FROM event WHERE station = ?1 ORDER BY n",
	[SQL_EVENT_LAST] = "SELECT 1 FROM event WHERE station = ?1 "
		"AND code = ?2 AND text = ?3 LIMIT 1",
	[SQL_EVENT_SINCE] = "SELECT severity, code, text, utc, station "
		"FROM event WHERE n > ?1 ORDER BY n",

	[SQL_EVENT_NEWEST] = "SELECT ifnull(max(n), 0) FROM event",

	[SQL_HEADER_ADD] = "INSERT INTO header(sum, header) "
		"SELECT ?1, ?2 WHERE NOT EXISTS(SELECT 1 FROM header "
		"WHERE sum = ?1 AND header = ?2)",
	/* The newest first. */
	[SQL_HEADER_OF] = "SELECT header FROM header WHERE sum = ?1 "
		"ORDER BY n DESC",
	[SQL_HEADER_TAR] = "SELECT 1 FROM header_tar WHERE blob = ?1",
	[SQL_HEADER_TAR_ADD] = "INSERT INTO header_tar(blob) VALUES(?1)",

	[SQL_HEAD_OF] = "SELECT b.ref, p.seq, l.station " PART_FROM
		"WHERE p.id = ?1 ORDER BY p.n LIMIT 1",
	/* Of each branch the last; of bare columns max() takes the row. */
	[SQL_HEAD_EACH] = "SELECT b.ref, max(p.seq), p.id, p.manifest, "
		"p.first_seen " PART_FROM "WHERE b.ref GLOB 'refs/heads/*' "
		"GROUP BY b.n ORDER BY b.ref",

	[SQL_AUDIT_LAST] = "SELECT max(p.started), max(p.receipt_utc) "
		PART_FROM "WHERE l.station = ?1",
	[SQL_AUDIT_SIGNS] = "SELECT DISTINCT min(p.first_seen, "
		"ifnull(p.receipt_utc, p.first_seen)) AS t " PART_FROM
		"WHERE l.station = ?1 ORDER BY t",
	[SQL_AUDIT_NEWS] = "SELECT sum(severity = ?3), sum(severity = ?4) "
		"FROM event WHERE station = ?1 AND utc >= ?2",

	[SQL_SEALED_BY] = "SELECT l.station FROM sealed s JOIN line l "
		"ON l.n = s.line WHERE s.sum = ?1 AND l.station <> ?2 LIMIT 1",
	[SQL_SEALED_ADD] = "INSERT OR IGNORE INTO sealed VALUES(?1, ?2)",

	[SQL_MARK_GET] = "SELECT value FROM mark WHERE name = ?1",
	[SQL_MARK_SET] = "INSERT OR REPLACE INTO mark VALUES(?1, ?2)",

	[SQL_RECEIPT_ADD] = "INSERT OR REPLACE INTO receipt(id, utc, ref, "
		"head, why) VALUES(?1, ?2, ?3, ?4, ?5)",
	[SQL_RECEIPT_EACH] = "SELECT id, utc, ref, head FROM receipt "
		"ORDER BY utc, id",
	[SQL_RECEIPT_DROP] = "DELETE FROM receipt WHERE id = ?1",
	[SQL_RECEIPT_EXCUSE] = "UPDATE receipt SET excused = ?2 WHERE id = ?1",
	[SQL_RECEIPT_CLEAR] = "DELETE FROM receipt",
	/* Whoever had the head had all before it. */
	[SQL_RECEIPT_COVER] = "UPDATE part SET receipt_utc = ?3 "
		"WHERE branch = ?1 AND seq <= ?2 AND receipt_utc IS NULL",
	/* Of each branch the first; of bare columns min() takes the row. */
	[SQL_RECEIPT_WAITING] = "SELECT p.branch, b.ref, l.station, "
		"min(p.seq) " PART_FROM "WHERE p.receipt_utc IS NULL "
		"AND p.first_seen < ?1 AND b.ref GLOB 'refs/heads/*' "
		"GROUP BY p.branch ORDER BY b.ref",
	[SQL_RECEIPT_OPEN] = "SELECT (SELECT count(*) FROM receipt "
		"WHERE why IS NOT NULL), (SELECT count(*) FROM receipt "
		"WHERE why IS NULL AND excused = 0), "
		"(SELECT count(DISTINCT p.branch) FROM part p "
		"JOIN branch b ON b.n = p.branch WHERE p.receipt_utc IS NULL "
		"AND p.first_seen < ?1 AND b.ref GLOB 'refs/heads/*')",

	/* Left out, perhaps for want of a key. */
	[SQL_PART_CLOSED] = "SELECT 1 FROM part WHERE folded = 0 LIMIT 1",
	/* Left out without an event of its own, and no full run since. */
	[SQL_PART_BEHIND] = "SELECT 1 FROM part p JOIN branch b "
		"ON b.n = p.branch WHERE b.line = ?1 AND p.folded = 0 "
		"AND p.worst = 0 AND p.n > ifnull((SELECT max(q.n) FROM part q "
		"JOIN branch c ON c.n = q.branch WHERE c.line = ?1 "
		"AND q.full = 1 AND q.final = 1 AND q.folded = 1), 0) LIMIT 1",

	/*
	 * What an epoch is needed for.  A file belongs to the run that named
	 * it last: it may live on from the epoch itself.
	 */
	[SQL_ELSEWHERE_INTO] = "SELECT l.station, l.stream, b.epoch, "
		"count(*), sum(v.to_part IS NULL), v.source, v.path "
		"FROM version v JOIN part p ON p.n = v.named "
		"JOIN branch b ON b.n = p.branch JOIN line l ON l.n = b.line "
		"WHERE v.elsewhere >= ?1 AND v.elsewhere < ?2 "
		"AND NOT (b.line = ?3 AND b.epoch = ?4) "
		"GROUP BY l.station, l.stream, b.epoch",
	[SQL_BRANCH_CONTINUES] = "SELECT b.ref FROM branch b "
		"JOIN part p ON p.n = b.fork JOIN branch f ON f.n = p.branch "
		"WHERE f.line = ?1 AND f.epoch = ?2 "
		"AND NOT (b.line = ?1 AND b.epoch = ?2) ORDER BY b.ref",
	[SQL_PART_UNREAD] = "SELECT b.ref, count(*), min(p.seq) FROM part p "
		"JOIN branch b ON b.n = p.branch WHERE p.folded = 0 "
		"AND b.line = ?1 AND b.epoch > ?2 GROUP BY b.ref",

	[SQL_INPUTS] = "SELECT (SELECT ifnull(max(n), 0) FROM part), "
		"(SELECT count(*) FROM part WHERE receipt_utc IS NULL), "
		"(SELECT ifnull(max(n), 0) FROM reading), "
		"(SELECT ifnull(max(n), 0) FROM record), "
		"(SELECT ifnull(max(n), 0) FROM report)",
	[SQL_LOG] = "SELECT " PART_COLUMNS PART_FROM
		"WHERE (?1 IS NULL OR l.station = ?1) AND p.started >= ?2 "
		"AND p.started <= ?3 ORDER BY p.started, l.station, p.run, p.n",
	[SQL_STATION_EACH] = "SELECT DISTINCT station FROM line "
		"ORDER BY station",
	/* Sizes are claims: sum() fails where they do not fit 64 bits. */
	[SQL_STATION_SUM] = "SELECT count(*), CAST(total(v.size) AS INT) "
		"FROM line l JOIN version v ON v.line = l.n "
		"WHERE l.station = ?1 AND v.to_part IS NULL",
	[SQL_STATION_PROBLEMS] = "SELECT count(*) FROM event "
		"WHERE station = ?1 AND severity >= ?2",

	/* FTS5: the tokenizer must be known to the connection. */
	[SQL_WORDS_THERE] = "SELECT 1 FROM sqlite_schema "
		"WHERE name = 'words'",
	[SQL_WORDS_MAKE] = "CREATE VIRTUAL TABLE IF NOT EXISTS "
		"words USING fts5(t, "
		"content = '', columnsize = 0, tokenize = 'liudi')",
	/* So that one export is one segment, and not merged with itself. */
	[SQL_WORDS_ROOM] = "INSERT INTO words(words, rank) "
		"VALUES('hashsize', 67108864)",
	[SQL_WORDS_ADD] = "INSERT INTO words(rowid, t) VALUES(?1, ?2)",
	[SQL_WORDS_FIND] = "SELECT rowid FROM words WHERE words MATCH ?1 "
		"AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC",

	[SQL_ACCOUNT_GET] = "SELECT n FROM account WHERE station = ?1 "
		"AND source = ?2 AND platform = ?3 AND id = ?4",
	[SQL_ACCOUNT_ADD] = "INSERT INTO account(station, source, platform, "
		"id) VALUES(?1, ?2, ?3, ?4)",
	[SQL_OWN_ADD] = "INSERT OR IGNORE INTO own VALUES(?1, ?2)",

	[SQL_CHAT_GET] = "SELECT n FROM chat WHERE account = ?1 AND id = ?2",
	/* ?3: only those that have no id. */
	[SQL_CHAT_NAMED] = "SELECT min(n), count(*) FROM chat "
		"WHERE account = ?1 AND fold = ?2 "
		"AND (?3 = 0 OR substr(id, 1, 5) = 'name:')",
	[SQL_CHAT_ADD] = "INSERT INTO chat(account, id, name, fold, type) "
		"VALUES(?1, ?2, ?3, ?4, ?5)",
	[SQL_CHAT_ID] = "UPDATE chat SET id = ?2 WHERE n = ?1",
	[SQL_CHAT_NAME] = "UPDATE chat SET name = ?2, fold = ?3, type = ?4 "
		"WHERE n = ?1 AND (name <> ?2 OR type <> ?4)",
	[SQL_CHAT_COUNT] = "UPDATE chat SET messages = messages + ?2, "
		"got = got + ?3, sent = sent + ?4, "
		"first = CASE WHEN ?5 = -9223372036854775807 - 1 THEN first "
		"ELSE min(ifnull(first, ?5), ?5) END, "
		"last = CASE WHEN ?6 = -9223372036854775807 - 1 THEN last "
		"ELSE max(ifnull(last, ?6), ?6) END, "
		"lost = lost + ?7, changed = changed + ?8, "
		"recalled = recalled + ?9, digest = ?10, lane = ?11 "
		"WHERE n = ?1",
	[SQL_CHAT_DIGEST] = "SELECT digest, lane FROM chat WHERE n = ?1",
	[SQL_CHAT_EACH] = "SELECT " CHAT_COLUMNS CHAT_FROM
		"ORDER BY c.last DESC, c.n",
	[SQL_CHAT_ONE] = "SELECT " CHAT_COLUMNS CHAT_FROM "WHERE c.n = ?2",
	[SQL_CHAT_OF_STATION] = "SELECT " CHAT_COLUMNS CHAT_FROM
		"WHERE a.station = ?2",

	[SQL_LANE_GET] = "SELECT ordinal FROM lane WHERE chat = ?1 "
		"AND kind = ?2",
	[SQL_LANE_COUNT] = "SELECT count(*) FROM lane WHERE chat = ?1",
	[SQL_LANE_ADD] = "INSERT INTO lane VALUES(?1, ?2, ?3)",

	[SQL_SENDER_GET] = "SELECT n FROM sender WHERE chat = ?1 "
		"AND id = ?2 AND name = ?3",
	[SQL_SENDER_ADD] = "INSERT INTO sender(chat, id, name, who) "
		"VALUES(?1, ?2, ?3, ?4)",
	[SQL_SENDER_EACH] = "SELECT n, chat, id, name FROM sender",
	[SQL_SENDER_WHO] = "SELECT who FROM sender WHERE n = ?1",

	[SQL_READING_GET] = "SELECT n, error IS NULL AND format IS NOT NULL, "
		"parser FROM reading WHERE version = ?1",
	[SQL_READING_ADD] = "INSERT OR REPLACE INTO reading(n, version, "
		"station, source, path, format, platform, account, error, "
		"parser, messages, system, unparsed, warn, mtime, taken) "
		"VALUES(nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
		"?11, ?12, ?13, ?14, ?15, ?16)",
	[SQL_READING_DONE] = "UPDATE reading SET first = ?2, last = ?3 "
		"WHERE n = ?1",
	/* Was a file there before, whose bytes were older? */
	[SQL_READING_BEFORE] = "SELECT 1 FROM reading WHERE station = ?1 "
		"AND source = ?2 AND path = ?3 AND mtime < ?4 AND n <> ?5 "
		"AND error IS NULL AND format IS NOT NULL LIMIT 1",
	[SQL_READING_EACH] = "SELECT " READING_COLUMNS "FROM reading "
		"WHERE (?1 IS NULL OR station = ?1) AND taken >= ?2 "
		"ORDER BY taken, n",
	[SQL_READING_FILE] = "SELECT " READING_COLUMNS "FROM reading "
		"WHERE n = ?1",

	[SQL_RECORD_LAST] = "SELECT ifnull(max(n), 0) FROM record",
	[SQL_RECORD_ADD] = "INSERT INTO record VALUES(?1, ?2, ?3)",
	[SQL_RECORD_GET] = "SELECT reading, data FROM record WHERE n = ?1",
	[SQL_RECORD_PATH] = "SELECT 1 FROM record c JOIN reading r "
		"ON r.n = c.reading WHERE c.n = ?1 AND r.station = ?2 "
		"AND r.source = ?3 AND r.path = ?4",

	[SQL_BLOCK_AT] = "SELECT n, data FROM block WHERE n <= ?1 "
		"AND n >= ?2 ORDER BY n DESC LIMIT 1",
	[SQL_BLOCK_BEHIND] = "SELECT n, data FROM block WHERE n > ?1 "
		"AND n <= ?2 ORDER BY n LIMIT 1",
	[SQL_BLOCK_PUT] = "INSERT OR REPLACE INTO block VALUES(?1, ?2)",
	[SQL_BLOCK_DROP] = "DELETE FROM block WHERE n = ?1",

	[SQL_CHANGE_ADD] = "INSERT INTO change(message, what, now, reading, "
		"quiet) VALUES(?1, ?2, nullif(?3, 0), ?4, ?5)",
	[SQL_CHANGE_TO] = "SELECT message FROM change WHERE now = ?1 "
		"ORDER BY n LIMIT 1",
	[SQL_CHANGE_OF] = "SELECT c.now, r.taken FROM change c JOIN reading r "
		"ON r.n = c.reading WHERE c.message = ?1 AND c.back IS NULL "
		"ORDER BY c.n DESC LIMIT 1",
	[SQL_CHANGE_LOST] = "SELECT r.last FROM change c JOIN reading r "
		"ON r.n = c.reading WHERE c.message = ?1 "
		"ORDER BY c.n DESC LIMIT 1",
	[SQL_CHANGE_BACK] = "UPDATE change SET back = ?2 WHERE message = ?1 "
		"AND back IS NULL",
	[SQL_CHANGE_EACH] = "SELECT c.what, c.message, ifnull(c.now, 0), "
		"r.version, r.taken FROM change c JOIN reading r "
		"ON r.n = c.reading WHERE r.taken >= ?1 AND r.taken < ?2 "
		"AND c.back IS NULL AND c.quiet = 0 ORDER BY c.n",
	/* A source that ever was a chat is one; as in SQL_CHAT_LOST. */
	[SQL_GATHER_SOURCES] = "SELECT count(*), (SELECT ifnull(max(n), 0) "
		"FROM version) FROM (SELECT DISTINCT b.line, s.name "
		"FROM source_state s JOIN part q ON q.n = s.part "
		"JOIN branch b ON b.n = q.branch WHERE s.kind = 'chat')",
	/*
	 * Files of chats behind version ?1 whose bytes nobody tried to read,
	 * or did, and died before he had noted it.
	 */
	[SQL_GATHER_NEXT] = "SELECT v.n FROM version v WHERE v.n > ?1 "
		"AND v.sum IS NOT NULL AND (v.line, v.source) IN "
		"(SELECT b.line, s.name FROM source_state s "
		"JOIN part q ON q.n = s.part JOIN branch b ON b.n = q.branch "
		"WHERE s.kind = 'chat') AND NOT EXISTS(SELECT 1 FROM export x "
		"WHERE x.line = v.line AND x.source = v.source "
		"AND x.sum = v.sum) ORDER BY v.n LIMIT ?2",
	[SQL_GATHER_GET] = "SELECT l.station, v.source, v.path, v.size, "
		"v.mtime, v.sum, v.runs, v.torn, v.line, "
		"ifnull(p.started, 0), ifnull(p.tz, '') FROM version v "
		"JOIN line l ON l.n = v.line JOIN part p ON p.n = v.from_part "
		"WHERE v.n = ?1",
	/* Could the file be read before?  The newest reading tells. */
	[SQL_GATHER_KNOWN] = "SELECT r.format IS NOT NULL FROM version w "
		"JOIN reading r ON r.version = w.n WHERE w.line = ?1 "
		"AND w.source = ?2 AND w.path = ?3 AND w.n < ?4 "
		"ORDER BY w.n DESC LIMIT 1",
	[SQL_GATHER_OLDEST] = "SELECT format, min(parser) FROM reading "
		"WHERE format IS NOT NULL AND error IS NULL GROUP BY format "
		"ORDER BY format",
	[SQL_EXPORT_FIND] = "SELECT version FROM export WHERE line = ?1 "
		"AND source = ?2 AND sum = ?3",
	[SQL_EXPORT_ADD] = "INSERT OR IGNORE INTO export(line, source, sum, "
		"version) VALUES(?1, ?2, ?3, ?4)",

	[SQL_LEDGER_SOURCES] = "SELECT count(*), (SELECT ifnull(max(n), 0) "
		"FROM version) FROM (SELECT DISTINCT b.line, s.name "
		"FROM source_state s JOIN part q ON q.n = s.part "
		"JOIN branch b ON b.n = q.branch WHERE s.kind = 'account')",
	[SQL_LEDGER_NEXT] = "SELECT v.n FROM version v WHERE v.n > ?1 "
		"AND (v.line, v.source) IN "
		"(SELECT b.line, s.name FROM source_state s "
		"JOIN part q ON q.n = s.part JOIN branch b ON b.n = q.branch "
		"WHERE s.kind = 'account') ORDER BY v.n LIMIT ?2",
	[SQL_LEDGER_VERSION] = "SELECT l.station, v.path, v.size, v.sum, "
		"v.runs FROM version v JOIN line l ON l.n = v.line "
		"WHERE v.n = ?1",
	[SQL_LEDGER_FILE] = "SELECT n, sum, list, blob, version "
		"FROM book_file WHERE name = ?1",
	[SQL_LEDGER_FILE_ADD] = "INSERT INTO book_file(name, sum, station, "
		"version, list, blob, secrets, dual, bad) "
		"VALUES(?1, ?2, ?3, nullif(?4, 0), ?5, ?6, ?7, ?8, ?9)",
	[SQL_LEDGER_FILE_THERE] = "UPDATE book_file SET blob = ?2 "
		"WHERE n = ?1",
	[SQL_LEDGER_FILE_FROM] = "UPDATE book_file SET station = ?2, "
		"version = ?3, list = ?4 WHERE n = ?1 AND version IS NULL "
		"AND blob IS NOT NULL AND bad IS NULL",
	[SQL_LEDGER_UNCOPIED] = "SELECT name, sum, version FROM book_file "
		"WHERE blob IS NULL AND version IS NOT NULL ORDER BY n",
	[SQL_LEDGER_EACH] = "SELECT f.name, f.sum, f.station, f.blob, "
		"f.secrets, f.dual, EXISTS(SELECT 1 FROM book_event v "
		"WHERE v.file = f.n AND v.of IS NOT NULL) FROM book_file f "
		"ORDER BY f.n",
	[SQL_LEDGER_ASIDE] = "SELECT name, blob, signer FROM book_aside "
		"WHERE name > ?1 AND (shut IS NULL OR shut IN (SELECT sum "
		"FROM header)) ORDER BY name LIMIT 1",
	[SQL_LEDGER_ASIDE_SHUT] = "UPDATE book_aside SET shut = ?2 "
		"WHERE name = ?1",
	[SQL_LEDGER_SHUT] = "SELECT version FROM book_shut WHERE "
		"version > ?1 AND sum IN (SELECT sum FROM header) "
		"ORDER BY version LIMIT 1",
	[SQL_LEDGER_SHUT_ADD] = "INSERT OR REPLACE INTO book_shut(version, "
		"sum) VALUES(?1, ?2)",
	[SQL_LEDGER_SHUT_DROP] = "DELETE FROM book_shut WHERE version = ?1",
	[SQL_LEDGER_ASIDE_ADD] = "INSERT OR IGNORE INTO book_aside(name, "
		"blob, signer) VALUES(?1, ?2, ?3)",
	[SQL_LEDGER_ASIDE_DROP] = "DELETE FROM book_aside WHERE name = ?1",
	[SQL_LEDGER_EVENT] = "SELECT line FROM book_event WHERE event = ?1",
	[SQL_LEDGER_EVENT_ADD] = "INSERT INTO book_event(event, file, of, "
		"line) VALUES(?1, ?2, ?3, ?4)",
	[SQL_LEDGER_EVENTS] = "SELECT line FROM book_event ORDER BY n",
	[SQL_PROOF] = "SELECT f.name, f.sum, f.station, p.id, p.receipt_utc "
		"FROM book_event v JOIN book_file f ON f.n = v.file "
		"LEFT JOIN version x ON x.n = f.version "
		"LEFT JOIN part p ON p.n = x.from_part WHERE v.event = ?1",
	[SQL_LEDGER_SECRETS] = "SELECT f.secrets, f.dual FROM book_event v "
		"JOIN book_file f ON f.n = v.file WHERE v.event = ?1 "
		"AND f.secrets IS NOT NULL",
	/* The newest first. */
	[SQL_LEDGER_GRANTS] = "SELECT f.secrets, v.line FROM book_event v "
		"JOIN book_file f ON f.n = v.file WHERE v.of = ?1 "
		"AND f.secrets IS NOT NULL AND f.dual = 0 ORDER BY v.n DESC",
	/* Event files of a line that were first seen up to an epoch. */
	[SQL_LEDGER_OF_LINE] = "SELECT v.path FROM version v "
		"JOIN part p ON p.n = v.from_part "
		"JOIN branch b ON b.n = p.branch WHERE v.line = ?1 "
		"AND b.epoch <= ?2 AND v.sum IS NOT NULL "
		"AND v.source IN (SELECT s.name FROM source_state s "
		"JOIN part q ON q.n = s.part JOIN branch c ON c.n = q.branch "
		"WHERE s.kind = 'account' AND c.line = ?1)",
	[SQL_SHOPS_SOURCES] = "SELECT count(*), (SELECT ifnull(max(n), 0) "
		"FROM version) FROM (SELECT DISTINCT b.line, s.name "
		"FROM source_state s JOIN part q ON q.n = s.part "
		"JOIN branch b ON b.n = q.branch WHERE s.kind = 'shop')",
	/* Not those that a fork only brought back: see SQL_VERSION_REWIND_OLD. */
	[SQL_SHOPS_NEXT] = "SELECT v.n FROM version v WHERE v.n > ?1 "
		"AND v.sum IS NOT NULL AND v.named >= v.from_part AND "
		"(CAST(v.path AS TEXT) GLOB 'captures/*.jsonl' "
		"OR CAST(v.path AS TEXT) GLOB 'pages/*.json') "
		"AND (v.line, v.source) IN "
		"(SELECT b.line, s.name FROM source_state s "
		"JOIN part q ON q.n = s.part JOIN branch b ON b.n = q.branch "
		"WHERE s.kind = 'shop') ORDER BY v.n LIMIT ?2",
	[SQL_SHOPS_VERSION] = "SELECT l.station, v.line, v.source, v.path, "
		"v.size, v.sum, v.runs FROM version v JOIN line l "
		"ON l.n = v.line WHERE v.n = ?1",
	[SQL_SHOP_GET] = "SELECT n FROM shop WHERE name = ?2 "
		"AND station = ?1",
	[SQL_SHOP_ADD] = "INSERT INTO shop(station, name) VALUES(?1, ?2)",
	[SQL_SHOP_SOURCE_ADD] = "INSERT OR IGNORE INTO shop_source "
		"VALUES(?1, ?2, ?3)",
	[SQL_SHOP_PAGE_THERE] = "SELECT 1 FROM shop_capture WHERE shop = ?1 "
		"AND page = ?2 AND view = ?3 LIMIT 1",
	[SQL_SHOP_PAGES] = "SELECT count(*) FROM (SELECT DISTINCT page, view "
		"FROM shop_capture WHERE shop = ?1)",
	[SQL_SHOP_MONTH] = "SELECT len, sum, list, version FROM shop_month "
		"WHERE line = ?1 AND source = ?2 AND path = ?3",
	[SQL_SHOP_MONTH_SET] = "INSERT OR REPLACE INTO shop_month "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQL_SHOP_RECORD_THERE] = "SELECT 1 FROM shop_record WHERE sum = ?1",
	[SQL_SHOP_RECORD_ADD] = "INSERT INTO shop_record(sum, page, view, "
		"print, data) VALUES(?1, ?2, ?3, ?4, ?5)",
	[SQL_SHOP_RECORD_GET] = "SELECT data FROM shop_record WHERE sum = ?1",
	[SQL_SHOP_CAPTURE_ADD] = "INSERT OR IGNORE INTO shop_capture(shop, "
		"day, ts, east, page, view, url, state, reason, record, maker, "
		"sum) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
		"?12)",
	[SQL_SHOP_CAPTURE_EACH] = "SELECT " SHOP_COLUMNS ", r.print, c.n "
		SHOP_FROM "LEFT " SHOP_RECORD
		"WHERE (?1 IS NULL OR s.name = ?1) AND c.day <= ?2 "
		"ORDER BY s.name, s.station, c.page <> 'home', c.page, c.view, "
		"c.ts, c.n",
	/* Of bare columns max() takes the row. */
	[SQL_SHOP_PAGE_EACH] = "SELECT " SHOP_COLUMNS ", max(c.ts), s.n "
		SHOP_FROM "WHERE (?1 IS NULL OR s.name = ?1) AND c.day <= ?2 "
		"GROUP BY s.n, c.page, c.view, c.maker = 'manual' "
		"ORDER BY s.name, s.station, c.page <> 'home', c.page, c.view, "
		"c.maker = 'manual'",
	[SQL_SHOP_PAGE_GOOD] = "SELECT " SHOP_COLUMNS ", r.print" SHOP_FROM
		SHOP_RECORD "WHERE c.shop = ?1 AND c.page = ?2 "
		"AND c.view = ?3 AND c.day <= ?4 "
		"AND (c.maker = 'manual') = (?5 = 'manual') "
		"ORDER BY c.ts DESC, c.n DESC LIMIT 1",
	/* The newest first. */
	[SQL_SHOP_FILE] = "SELECT v.n, v.size, v.runs FROM shop s "
		"JOIN shop_source f ON f.shop = s.n "
		"JOIN version v ON v.line = f.line AND v.source = f.source "
		"WHERE s.station = ?1 AND s.name = ?2 AND v.path >= ?3 "
		"AND v.path < ?4 AND v.sum IS NOT NULL ORDER BY v.n DESC",

	[SQL_REPORTS_SOURCES] = "SELECT count(*), (SELECT ifnull(max(n), 0) "
		"FROM version) FROM (SELECT DISTINCT b.line, s.name "
		"FROM source_state s JOIN part q ON q.n = s.part "
		"JOIN branch b ON b.n = q.branch WHERE s.kind = 'report')",
	/* As SQL_SHOPS_NEXT. */
	[SQL_REPORTS_NEXT] = "SELECT v.n FROM version v WHERE v.n > ?1 "
		"AND v.sum IS NOT NULL AND v.named >= v.from_part "
		"AND (v.line, v.source) IN "
		"(SELECT b.line, s.name FROM source_state s "
		"JOIN part q ON q.n = s.part JOIN branch b ON b.n = q.branch "
		"WHERE s.kind = 'report') ORDER BY v.n LIMIT ?2",
	[SQL_REPORTS_VERSION] = "SELECT l.station, v.source, v.path, v.size, "
		"v.mtime, v.runs FROM version v JOIN line l ON l.n = v.line "
		"WHERE v.n = ?1",
	[SQL_REPORT_ADD] = "INSERT OR IGNORE INTO report(version, station, "
		"source, path, kind, day, at, typed, text, sum) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[SQL_REPORT_EACH] = "SELECT version, source, path, day, at, typed, "
		"text FROM report WHERE station = ?1 AND kind = ?2 "
		"AND (day BETWEEN ?3 AND ?4 OR (day IS NULL AND at >= ?5 "
		"AND at < ?6)) ORDER BY at, n",

	/* Sources of lists as whole runs had them. */
	[SQL_LIST_NEXT] = "SELECT p.n, b.line, s.name, s.state, s.reason, "
		"l.station, p.started, ifnull(p.utc_offset, 0) FROM part p "
		"JOIN source_state s ON s.part = p.n "
		"JOIN branch b ON b.n = p.branch JOIN line l ON l.n = b.line "
		"WHERE (p.n, s.name) > (?1, ?2) AND p.final = 1 "
		"AND s.name GLOB 'products-?*' "
		"AND s.kind NOT IN ('shop', 'account', 'chat') "
		"ORDER BY p.n, s.name LIMIT ?3",
	[SQL_LIST_FILES] = "SELECT v.path, v.size, v.mtime, v.sum, "
		"v.runs, v.torn FROM version v WHERE v.line = ?1 "
		"AND v.source = ?2 AND v.from_part <= ?3 "
		"AND (v.to_part IS NULL OR v.to_part > ?3) "
		"AND v.sum IS NOT NULL "
		"AND (lower(CAST(v.path AS TEXT)) GLOB '*.[ct]sv' "
		"OR lower(CAST(v.path AS TEXT)) GLOB '*.txt' "
		"OR lower(CAST(v.path AS TEXT)) GLOB '*.xls' "
		"OR lower(CAST(v.path AS TEXT)) GLOB '*.xlsx') "
		"ORDER BY v.path",
	[SQL_LIST_GET] = "SELECT state, reason, record FROM shop_list "
		"WHERE key = ?1",
	[SQL_LIST_ADD] = "INSERT INTO shop_list VALUES(?1, ?2, ?3, ?4)",
	[SQL_LIST_LAST] = "SELECT day, state, ifnull(reason, ''), record "
		"FROM shop_capture WHERE shop = ?1 AND page = ?2 "
		"AND view = 'list' AND ts <= ?3 ORDER BY ts DESC, n DESC "
		"LIMIT 1",
	[SQL_LIST_PAGES] = "SELECT page, max(day) FROM shop_capture "
		"WHERE shop = ?1 AND view = 'list' AND record IS NOT NULL "
		"AND ts <= ?2 GROUP BY page",

	[SQL_NOTE_ADD] = "INSERT OR IGNORE INTO note(key, num, blob, signer) "
		"VALUES(?1, ?2, ?3, ?4)",
	/* … and the file before it. */
	[SQL_NOTE_WAITING] = "SELECT a.n, a.key, a.num, a.blob, a.signer, "
		"b.sum FROM note a LEFT JOIN note b ON b.key = a.key "
		"AND b.num = a.num - 1 WHERE a.done = 0 "
		"AND (a.num, a.key) > (?1, ?2) ORDER BY a.num, a.key LIMIT 1",
	[SQL_NOTE_SUM] = "UPDATE note SET sum = ?2 WHERE n = ?1",
	[SQL_NOTE_OPENED] = "UPDATE note SET utc = ?2, line = ?3 "
		"WHERE n = ?1",
	[SQL_NOTE_DONE] = "UPDATE note SET done = 1 WHERE n = ?1",
	[SQL_NOTE_EACH] = "SELECT signer, utc, line FROM note "
		"WHERE line IS NOT NULL ORDER BY utc, n",
};
