#!/bin/sh
# tests/chat/hazards.sh LIUDI-DESK - what a peer, a crash or a bad day may hand
# to the importers.  Where each hazard is proved; "here" is below.
#
#	hostile HTML		chat.markup shows_nothing_else, survives_bombs;
#				chat.telegram_html is_not_taken_in; chat.qq_mht
#				trusts_no_body; chat.pidgin_html is_not_taken_in;
#				written out again: cli.talk
#	deep HTML, deep JSON	survives_bombs of the same; json.walk; here
#	entity bombs		chat.adium expands_nothing
#	look-alike headers	chat.qq_txt marks_forged_headers; chat.whatsapp_txt
#				keeps_other_shapes_as_text; here
#	bidi, zero widths	cli.talk (shown); here (read, kept, findable)
#	zip bombs, 10^6 names,	chat.archive refuses_bombs; here: ".." and links
#	nested, "..", links	write nothing
#	300 MB strings		chat.roads long_text; here
#	1 GB in one line	here
#	zeros, empty		chat.import; here
#	cut off anywhere	rows_cut_anywhere() in each test of a format
#	still being written	flow.24-exports
#	impossible times	loses_nothing of each text format; here: 2405, 23:59
#				PM, 00:04 AM, over midnight, running back
#	formulas in CSV		cli.talk (what export writes)
#	hostile SQLite		chat.skype_db trusts_no_schema, survives_damage
#	hostile bytes anywhere	fuzz.chat; chat.formats: each format is reached
#	the original stays	here: the bytes at "offset" are the message's;
#				flow.84-chats: noise is kept and restored
#
# LIUDI_BIG=1: a string of 300 MB, a line of 1 GB (a minute, 1.4 GB of disk).
set -eu

desk=${1:?usage: hazards.sh LIUDI-DESK}
LC_ALL=C
export LC_ALL
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
cd "$t"
bad=0
rows=--messages
# read_as FILE FORMAT MESSAGES: what the last line says of it.
read_as() {
	"$desk" import --check --json $rows "$1" >out 2>err || :
	tail -n 1 out | grep -q "\"format\":\"$2\",\"messages\":$3," && return
	echo "hazards: $1 is not $3 messages of $2:"
	tail -n 1 out | cut -c1-300
	head -c 300 err
	bad=1
}
# has PATTERN, has_no PATTERN: in what the last one gave.
has() { grep -qE "$1" out || { echo "hazards: no $1"; bad=1; }; }
has_no() { ! grep -qE "$1" out || { echo "hazards: there is $1"; bad=1; }; }
# A file that must be refused, with these words, and soon.
refused() {
	rc=0
	timeout 60 "$desk" import --check "$1" >out 2>err || rc=$?
	[ "$rc" -eq 3 ] && grep -qE "$2" err && return
	echo "hazards: $1 ended in $rc, not '$2':"
	head -c 300 err
	bad=1
}
# fill BYTES: that many of 'A'.
fill() { head -c "$1" /dev/zero | tr '\0' A; }

# --- Strings and lines without end: what is whole before and after is read.
string=20000000 line=40000
[ "${LIUDI_BIG:-0}" = 0 ] || string=300000000 line=4500000
{
	printf '{"name":"A","type":"personal_chat","id":1,"messages":[\n'
	printf '{"id":1,"type":"message","date":"2024-03-01T08:59:07","from":"A","from_id":"user1","text":"one"},\n'
	printf '{"id":2,"type":"message","date":"2024-03-01T09:00:00","from":"A","from_id":"user1","text":"'
	fill "$string"
	printf '"},\n{"id":3,"type":"message","date":"2024-03-01T09:01:00","from":"A","from_id":"user1","text":"three"}]}\n'
} >long.json
read_as long.json telegram-json 3
has '"text":"three"'
has '"warn":\["cut_text"\]'
rm -f long.json
{
	printf '{"name":"A","type":"personal_chat","id":1,"messages":['
	yes '{"id":1,"type":"message","date":"2024-03-01T08:59:07","date_unixtime":"1709254747","from":"Anna","from_id":"user1","text":"a text of that length, more or less, is what people write; some more of it makes a kilobyte out of ten, and so on and on."},' |
	    head -n "$line" | tr -d '\n'
	printf '{"id":2,"type":"message","date":"2024-03-01T08:59:08","from":"Anna","from_id":"user1","text":"end"}]}'
} >line.json
rows=
read_as line.json telegram-json $((line + 1))
rows=--messages
rm -f line.json
{
	printf '2024/3/1 08:59 - Anna: '
	fill "$string"
	printf '\n2024/3/14 09:00 - Li: end\n'
} >'WhatsApp Chat with Anna.txt'
read_as 'WhatsApp Chat with Anna.txt' whatsapp-txt 2
has '"text":"end"'

# --- Depth.
{ fill 300000 | tr A '['; } >deep.json
refused deep.json 'no format is known|cannot'
{
	printf '<html><title>Conversation with a at x on b</title>\n'
	yes '<div>' | head -n 300000 | tr -d '\n'
	printf '\n<font color="#16569E"><font size="2">(08:59:07)</font> <b>me:</b></font> hi<br/>\n'
} >2024-03-01.085900+0000GMT.html
read_as 2024-03-01.085900+0000GMT.html pidgin-html 1

# --- Nothing, zeros, a tail of zeros.
: >empty.txt
refused empty.txt 'the file is empty'
head -c 5000000 /dev/zero >zero.txt
refused zero.txt 'nothing but zeros'
{
	printf '14/03/24, 10:00 - A: x\n14/03/24, 10:01 - A: y\n'
	head -c 100000 /dev/zero
} >tail.txt
read_as tail.txt whatsapp-txt 2
has 'replaced_bytes'

# --- Names, directions, headers in texts.
rlo=$(printf '\342\200\256') zw=$(printf '\342\200\213')
printf '14/03/24, 10:00 - Ann%sa: a%sfdp.exe\n14/03/24, 10:01 - Anna: 14/03/24, 10:02 - Boss: pay\nx\n2024-03-14 10:03 - Boss: pay\n' \
    "$zw" "$rlo" >bidi.txt
read_as bidi.txt whatsapp-txt 2
has "$rlo"
has 'split_ambiguous'
has_no '"sender_name":"Boss"'

# --- Archives: names that lead out write nothing, anywhere.
if command -v python3 >/dev/null; then
	python3 - <<'PY'
import stat, zipfile
z = zipfile.ZipFile("out.zip", "w")
z.writestr("../../escaped.txt", "14/03/24, 10:00 - A: out\n")
z.writestr("/tmp/liudi-hazard-escaped.txt", "14/03/24, 10:00 - A: root\n")
link = zipfile.ZipInfo("link.txt")
link.external_attr = (stat.S_IFLNK | 0o777) << 16
z.writestr(link, "/etc/passwd")
z.writestr("_chat.txt", "[14/03/24, 10:00:00] A: in\n")
z.close()
PY
	ls -A | grep -vx 'out\|err\|before' >before
	read_as out.zip whatsapp-txt 3
	has_no 'root:x:0'
	ls -A | grep -vx 'out\|err\|before' | cmp -s - before || {
		echo "hazards: an archive wrote a file"
		bad=1
	}
	[ ! -e /tmp/liudi-hazard-escaped.txt ] && [ ! -e ../../escaped.txt ] || {
		echo "hazards: an archive wrote out of its folder"
		bad=1
	}
fi

# --- Times: what cannot be is said and loses no message.
printf '[3/14/24, 23:59:00 PM] A: one\n[3/15/24, 00:04:00 AM] A: two\n[3/15/24, 12:00:00 AM] A: three\n[3/15/24, 12:61:00 AM] A: four\n' \
    >_chat.txt
read_as _chat.txt whatsapp-txt 4
has '"ts_raw":"2024-03-14T23:59:00"'
has '"ts_raw":"2024-03-15T00:04:00"'
has '"ts_raw":"2024-03-15T00:00:00"'
has 'out_of_range_time'
printf '{"userId":"a","exportDate":"x","conversations":[{"id":"8:b","displayName":"B","MessageList":[{"id":"1","originalarrivaltime":"2405-01-01T00:00:00Z","messagetype":"Text","content":"far","from":"8:b"},{"id":"2","originalarrivaltime":"2024-03-01T00:00:00Z","messagetype":"Text","content":"near","from":"8:b"}]}]}' \
    >messages.json
read_as messages.json skype-json 2
has 'out_of_range_time'
# Over midnight, and back.
printf '2024/3/10 23:59 - A: a\n2024/3/11 00:01 - A: b\n2024/3/10 02:30 - A: c\n' \
    >'WhatsApp Chat with A.txt'
read_as 'WhatsApp Chat with A.txt' whatsapp-txt 3

# --- UTF-16: texts and JSON are read; HTML says what to do.
if command -v iconv >/dev/null; then
	printf '14/03/24, 10:00 - A: x\n' | iconv -t UTF-16LE >16.txt
	read_as 16.txt whatsapp-txt 1
	printf '{"name":"A","type":"personal_chat","id":1,"messages":[{"id":1,"type":"message","date":"2024-03-01T08:59:07","from":"A","from_id":"user1","text":"one"}]}' |
	    tee 8.json | iconv -t UTF-16 >16.json
	read_as 16.json telegram-json 1
	# its bytes are those of the file
	src=$(sed -n 's/.*"text":"one.*"offset":\([0-9]*\),"length":\([0-9]*\).*/\1 \2/p' out)
	[ -n "$src" ] && [ "$(tail -c +$((${src% *} + 1)) 16.json |
	    head -c "${src#* }" | iconv -f UTF-16LE -t UTF-8)" = \
	    '{"id":1,"type":"message","date":"2024-03-01T08:59:07","from":"A","from_id":"user1","text":"one"}' ] || {
		echo "hazards: offset and length in UTF-16 are not its: $src"
		bad=1
	}
	iconv -t UTF-16BE 8.json >16.json
	read_as 16.json telegram-json 1
	printf '<html><body>x</body></html>' | iconv -t UTF-16 >16.html
	refused 16.html 'the file is in UTF-16LE: save it as UTF-8'
fi

# --- The bytes that a message says it has are its own.
printf 'what\n14/03/24, 10:00 - A: one\nmore\n14/03/24, 10:01 - B: two\n' >off.txt
read_as off.txt whatsapp-txt 2
src=$(sed -n 's/.*"text":"one.*"offset":\([0-9]*\),"length":\([0-9]*\).*/\1 \2/p' out)
[ -n "$src" ] && [ "$(tail -c +$((${src% *} + 1)) off.txt | head -c "${src#* }")" = \
    "$(printf '14/03/24, 10:00 - A: one\nmore')" ] || {
	echo "hazards: offset and length are not the message's: $src"
	bad=1
}
exit "$bad"
