#!/bin/sh
# tests/flow/84-chats.sh BIN - what sync makes of exports: messages, which only
# become more; and that no export, and no death in the middle, stops it.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

catalogue=$t/desk/catalogue/catalogue.sqlite3
sql() { sqlite3 "$catalogue" "$@"; }
# messages KEY: what the newest `sync --json` says of them.
messages()
{
	grep '"kind":"messages"' "$t/out" | sed 's/.*"'"$1"'":\([0-9]*\).*/\1/'
}
# news FILES UNREAD MESSAGES VANISHED
news()
{
	same "$(messages files) $(messages unread) $(messages messages) $(
	    messages vanished)" "$*" "$at: files, unread, messages, vanished"
}
# all_of_it: every message, and what became of it.
all_of_it()
{
	for chat in $(sql 'select n from chat order by id'); do
		desk_key chat "$chat" --json
	done
	sql 'select message, what, now from change order by 1, 2;
	    select station, source, path, format, messages, error
	    from reading order by version;'
}
json() { expect "$1" desk_key sync --json; }

# whatsapp FILE LINE...: an export of a telephone.
whatsapp()
{
	out=$1
	shift
	rm -rf "$t/zip"
	git init -q "$t/zip"
	printf '%s\n' "$@" >"$t/zip/_chat.txt"
	git -C "$t/zip" add _chat.txt
	git -C "$t/zip" archive --format=zip -o "$out" "$(
	    git -C "$t/zip" write-tree)"
}
# qq FILE COUNT: all that one customer and we wrote, COUNT messages.
qq()
{
	{
		rule=$(printf '%064d' 0 | tr 0 =)
		printf '%s\r\n\r\n%s\r\n消息分组:客户\r\n%s\r\n消息对象:王老板\r\n%s\r\n\r\n' \
		    '消息记录（此消息记录为文本格式，不支持重新导入）' \
		    "$rule" "$rule" "$rule"
		i=0
		while [ "$i" -lt "$2" ]; do
			printf '2024-03-%02d 9:%02d:07 %s\r\n第 %d 次询价 lamp L-%d\r\n\r\n' \
			    $((1 + i / 60)) $((i % 60)) \
			    "$([ $((i % 2)) -eq 0 ] && echo 王老板 || echo Li)" \
			    "$i" $((i * 10))
			i=$((i + 1))
		done
	} >"$1"
}
inquiries()
{
	echo '询盘ID,客户名,国家/地区,公司名称,询盘标题,创建时间,最新回复时间,读取时间,业务员,邮箱'
	echo '101,Anna M,DE,Muster GmbH,"About ""steel"" bolts",2024-03-01 08:59:07,,,李明,a@example.invalid'
	echo '102,Bob,US,,LED,2024-03-01 12:00:00,2024-03-01 15:30:00,2024-03-01 12:05:00,王芳,'
}
mail() # ID SUBJECT TEXT
{
	printf 'From a@example.invalid Fri Mar  1 09:00:00 2024\n'
	printf 'From: Anna <a@example.invalid>\nTo: li@example.invalid\n'
	printf 'Date: Fri, 1 Mar 2024 09:00:%02d +0100\n' "$1"
	printf 'Message-ID: <%d@example.invalid>\nSubject: %s\n\n%s\n\n' \
	    "$1" "$2" "$3"
}

step "the first day: four kinds of exports, and a picture"
day 0
team
station ws-01
chats=$t/ws-01-files/chats
mkdir "$chats/deep"
qq "$chats/全部消息记录.txt" 100
whatsapp "$chats/WhatsApp Chat with Berta.zip" \
    '01/03/24, 08:59 - Berta: Hi, is this item available?' \
    '01/03/24, 09:03 - Li: yes, from 12.50' \
    '13/03/24, 09:04 - Berta: 好的'
inquiries >"$chats/deep/inquiries.csv"
{ mail 1 'Offer' 'please quote'; mail 2 'Re: Offer' '报价 attached'; } \
    >"$chats/mail.mbox"
head -c 100000 /dev/urandom >"$chats/IMG-20240301-WA0001.jpg"
expect 0 desk_key source ws-01/chats --account 10001 --self 'Li, Sales-Li' \
    --zone Asia/Shanghai --date-order dmy
says 'self = Li, Sales-Li'
says 'for all: liudi-desk sync --rebuild'
expect 2 desk_key source ws-01/chats --date-order ydm
says "date_order: auto, dmy, mdy or ymd, not 'ydm'"
expect 2 desk source ws-01/../x
expect 0 desk source ws-01/chats --json
says '"self":"Li, Sales-Li","account":"10001"'
expect 0 ws ws-01 run
expect 0 sync
says '4 chat files read, 107 new messages'
says_no 'cannot be read'
says_no 'JPG\|jpg'
same "$(sql 'select sum(messages + changed) from chat')" 107 'messages'
same "$(sql 'select count(distinct format) from reading')" 4 'formats'
# a clock of Shanghai
same "$(sql "select first / 1000 - strftime('%s', '2024-03-01T01:00:07')
    from chat where name = '王老板'")" 0 'the first of QQ'
expect 0 sync
says_no 'chat file'
json 0
news 0 0 0 0

step "the second day: exports are written anew, something is missing"
day 1
qq "$t/new.txt" 130
# the tenth message of the customer is gone
sed '/第 18 次/,+1d' "$t/new.txt" | awk '!/03-01 9:18:07/' >"$chats/全部消息记录.txt"
whatsapp "$chats/WhatsApp Chat with Berta.zip" \
    '01/03/24, 08:59 - Berta: Hi, is this item available?' \
    '01/03/24, 09:03 - Li: yes, from 12.50' \
    '13/03/24, 09:04 - Berta: 好的' \
    '14/03/24, 10:00 - Berta: and the second one?'
mail 3 'Re: Offer' 'thanks' >>"$chats/mail.mbox"
expect 0 ws ws-01 run
cp -a "$t/desk" "$t/desk.before"
expect 0 sync
says '3 chat files read, 32 new messages'
says '1 message vanished; look: liudi-desk digest'
# the bytes of an export are rewritten each time: that is no news
says_no 'rewritten or cut'
same "$(sql 'select sum(messages + changed) from chat')" 139 'messages'
all_of_it >"$t/once"
rm -rf "$t/desk"
cp -a "$t/desk.before" "$t/desk"
LC_ALL=zh_CN.UTF-8 expect 0 desk_key sync -q
says '1 条消息消失'

step "a rebuild gives the same"
expect 0 desk_key sync --offline --rebuild --json
news 7 0 139 1
all_of_it >"$t/again"
ok cmp "$t/once" "$t/again"

step "killed in the middle, again and again"
cut=0
rm -f "$catalogue"*
began=$(date +%s%N)
expect 0 sync
whole=$((($(date +%s%N) - began) / 1000000))
# at every eighth of a whole one
for part in 1 2 3 4 5 6 7 8; do
	pause=$(printf '%d.%03d' $((whole * part / 9000)) \
	    $((whole * part / 9 % 1000)))
	rm -f "$catalogue"*
	# the group: sync, its box, its importer and what that started
	setsid liudi-desk --home "$t/desk" sync --offline --passphrase-fd 3 \
	    3<"$t/pass" >"$t/out" 2>"$t/err" &
	pid=$!
	sleep "$pause"
	kill -9 "-$pid" 2>/dev/null && cut=$((cut + 1))
	wait "$pid" 2>/dev/null || :
	expect 0 sync
	all_of_it >"$t/again"
	ok cmp "$t/once" "$t/again"
done
ok [ "$cut" -ge 3 ]
same "$(find "$t/desk/catalogue" -type f | wc -l)" \
    "$(find "$t/desk/catalogue" -name 'catalogue.sqlite3*' -o \
    -name heads | wc -l)" 'what was left in the folder of the catalogue'

step "the same bytes are no news"
day 2
mv "$chats/mail.mbox" "$chats/deep/mail of March.mbox"
cp "$chats/deep/inquiries.csv" "$chats/deep/inquiries (1).csv"
touch "$chats/全部消息记录.txt"
expect 0 ws ws-01 run
json 0
news 0 0 0 0
all_of_it >"$t/again"
ok cmp "$t/once" "$t/again"

step "read, and killed before that was noted: no bytes count as unread"
noted=$(sql 'select count(*) from export')
sql "delete from export; update mark set value = '0 0' where name = 'gather'"
expect 0 sync
same "$(sql 'select count(*) from export')" "$noted" 'exports that were noted'
all_of_it >"$t/again"
ok cmp "$t/once" "$t/again"

step "an export put back brings nothing back, and takes nothing away"
cp "$chats/全部消息记录.txt" "$t/newest.txt"
qq "$chats/全部消息记录.txt" 100
day 3
expect 0 ws ws-01 run
json 0
news 0 0 0 0
cp "$t/newest.txt" "$chats/全部消息记录.txt"

step "hostile exports stop nothing"
day 4
head -c 3000 /dev/urandom >"$chats/noise.txt"
: >"$chats/empty.txt"
head -c 300000 /dev/zero >"$chats/zeros.txt"
# a zip that unpacks to a thousand times as much
head -c 100000000 /dev/zero >"$t/zeros"
git init -q "$t/bomb"
cp "$t/zeros" "$t/bomb/_chat.txt"
git -C "$t/bomb" add _chat.txt
git -C "$t/bomb" archive --format=zip -9 -o "$chats/bomb.zip" \
    "$(git -C "$t/bomb" write-tree)"
# names and texts that mean something to a terminal
printf '14/02/24, 10:00 - \033[31mA: \033]0;owned\007x\n14/02/24, 10:01 - B: y\n' \
    >"$chats/WhatsApp Chat with $(printf '\033[2J').txt"
head -c 150 "$chats/WhatsApp Chat with Berta.zip" >"$chats/cut.zip"
printf '%0200000d' 0 | tr 0 '[' >"$chats/deep.json"
# large, and no chat: only its head is looked at
head -c 9000000 /dev/urandom >"$chats/nt_msg.db"
printf '15/03/24, 11:00 - Carla: late\n' >"$chats/WhatsApp Chat with Carla.txt"
expect 0 ws ws-01 run
expect 0 sync
says '2 chat files read, 3 new messages'
says 'ws-01: cannot be read as a chat: chats/bomb.zip: '
says 'and 2 more chat files that cannot be read'
says_no "$(printf '\033')"
same "$(sql 'select count(*) from reading where error is not null')" 7 \
    'readings that failed'
same "$(sql "select error from reading where path = 'nt_msg.db'")" \
    'no format is known that looks like this' 'a database of a vendor'
same "$(sql 'select sum(messages + changed) from chat')" 142 'messages'
expect 0 sync
says_no 'chat file'
# told once, not with each version
head -c 9000000 /dev/urandom >"$chats/nt_msg.db"
day 5
expect 0 ws ws-01 run
expect 0 sync
says_no 'cannot be read'

step "what an older importer read"
expect 0 sync
says_no 'understood better'
sql "update reading set parser = 0 where format = 'qq-txt'"
expect 0 sync
says 'exports of qq-txt are understood better now'
says_no 'exports of mbox'
sql "update reading set parser = 99 where format = 'qq-txt'"

step "of what is no chat, bytes tell"
head -c 1000 "$chats/noise.txt" >"$t/cut"
cat "$t/cut" >"$chats/noise.txt"
rm "$chats/deep/inquiries (1).csv"
day 6
expect 0 ws ws-01 run
expect 0 sync
says 'ws-01: 1 rewritten or cut, 1 removed; look: liudi-desk show '

done_
