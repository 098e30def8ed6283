#!/bin/sh
# tests/flow/83-facts.sh BIN - two weeks of an invented team of three, exports
# written anew each day; what is planted is found by the digest, and nothing
# else.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || skip "jq is not installed"
last=14		# the day that is looked at
# date_of N: the day as it is written; exports are made at 19:00 of it.
date_of() { date -u -d "@$((epoch0 + $1 * 86400))" +%Y-%m-%d; }
made() { touch -d "$(date_of "$day") 19:00:00Z" "$@"; }

# begin_qq FILE PEER: an export of QQ; qq FILE NAME TIME TEXT: a message more.
begin_qq()
{
	rule=$(printf '%064d' 0 | tr 0 =)
	printf '消息记录（此消息记录为文本格式，不支持重新导入）\r\n\r\n%s\r\n消息分组:客户\r\n%s\r\n消息对象:%s\r\n%s\r\n\r\n' \
	    "$rule" "$rule" "$2" "$rule" >"$1"
}
qq() { printf '%s %s %s\r\n%s\r\n\r\n' "$today" "$3" "$2" "$4" >>"$1"; }
wa() # FILE NAME TIME TEXT
{
	printf '%s, %s - %s: %s\n' "$(date -d "$today" +%d/%m/%Y)" "$3" "$2" \
	    "$4" >>"$1"
}
# inquiries DAY [REPLIED READ]: a list with two of that day.
inquiries()
{
	{
		echo '询盘ID,客户名,国家/地区,公司名称,询盘标题,创建时间,最新回复时间,读取时间,业务员,邮箱'
		echo "101,Anna M,DE,Muster GmbH,bolts,$1 10:00:00,${2:+$1$2},${3:+$1$3},Li,m@muster.example"
		echo "102,Carl X,US,,LED,$1 17:30:00,,,Li,carl@x.example"
	} >"$t/ws-03-list/inquiries.csv"
}

step "a team of three"
day 0
team
for s in ws-01:王芳 ws-02:陈工 ws-03:李; do
	id=${s%:*}
	expect 0 desk_key invite "$id" --person "${s#*:}" --file "$t/$id.invite"
	expect 0 ws "$id" join "$t/$id.invite"
	mkdir "$t/$id-files" "$t/$id-list" "$t/$id-shut"
	for source in files list shut; do
		printf '\n[source %s]\nkind = chat\npath = %s\n' $source \
		    "$t/$id-$source" >>"$t/$id/liudi.ini"
	done
done
own='[source ws-01/files]\naccount = 10001\nself = Wang Fang\nresponsible = 店长\n'
own=$own'[source ws-02/files]\naccount = +86 138 0000 0002\nself = Chen Gong\n'
own=$own'[source ws-03/files]\naccount = 10003\nself = Li\n'
team='[team]\norg = Acme Lamps\nzone = UTC\nwork = sun-sat 09:00-18:00\n'
team=$team'contacts = @acme.example\n[source list]\nplatform = alibaba\n'
policy "$team$own"
expect 0 sync

anna="$t/ws-01-files/anna.txt" bob="$t/ws-01-files/bob.txt"
colleague="$t/ws-01-files/li.txt" dora="$t/ws-03-files/dora.txt"
berta="$t/ws-02-files/WhatsApp Chat with Berta.txt"
begin_qq "$anna" Anna
begin_qq "$dora" Dora
begin_qq "$colleague" Li

step "two weeks"
day=0
while [ "$day" -lt "$last" ]; do
	day=$((day + 1))
	today=$(date_of "$day")
	qq "$anna" Anna 9:00:00 "how is order $day of L-100?"
	qq "$anna" 'Wang Fang' 9:20:00 "order $day is on its way"
	wa "$berta" Berta 09:30 "and lamp $day?"
	wa "$berta" 'Chen Gong' 09:40 "lamp $day leaves today"
	[ "$day" -eq "$last" ] || {
		qq "$dora" Dora 10:00:00 "what about carton $day?"
		qq "$dora" Li 10:01:00 "carton $day is packed"
	}
	case $day in
	2) qq "$anna" 'Wang Fang' 9:30:00 '老板的回扣照旧' ;;
	3) wa "$berta" Berta 10:00 'my mail is berta@lamps.example' ;;
	5)	# bob is asked and answered; what comes then is thanks
		begin_qq "$bob" Bob
		qq "$bob" Bob 10:00:00 'price for 500 pcs of L-7?'
		qq "$bob" 'Wang Fang' 10:30:00 'USD 1.20 each'
		qq "$bob" Bob 10:31:00 'ok, thanks! 👍' ;;
	# the first is read and answered in the list of the next day
	$((last - 1))) inquiries "$today" ;;
	"$last")
		qq "$bob" Bob 11:00:00 'and for 1000 pcs?'
		qq "$anna" 'Wang Fang' 15:00:00 \
		    'mine is 加我微信：wang_private88, not sales@acme.example'
		qq "$anna" Anna 15:01:00 'ok'
		qq "$anna" Anna 15:02:00 'Berta <berta@lamps.example> told me'
		qq "$anna" 'Wang Fang' 15:03:00 'berta@lamps.example, I see'
		qq "$colleague" 'Wang Fang' 12:00:00 '加我微信 wang_private88'
		qq "$colleague" Li 12:01:00 'why?'
		# a message of the second day is gone
		sed -i '/order 2 is on its way/,+1d' "$anna"
		sed -i "/^$(date_of 2) 9:20:00/d" "$anna"
		inquiries "$(date_of $((last - 1)))" ' 11:00:00' ' 10:30:00'
		echo "103,Eve,US,,LED,$today 09:00:00,$today 09:30:00,$today 09:05:00,Li,eve@gmail.com" \
		    >>"$t/ws-03-list/inquiries.csv"
		{
			echo 'Order ID,Customer,Email,Total,Currency,Created at'
			echo "#7,Anna Muster,m@muster.example,1200.50,EUR,$today 12:00:00"
			echo "#8,Hugo,hugo@x.example,10.00,EUR,$today 13:00:00"
		} >"$t/ws-03-list/orders.csv"
		head -c 5000 /dev/urandom >"$t/ws-03-shut/msg3.db" ;;
	esac
	made "$t"/ws-0?-files/* "$t"/ws-0?-list/* "$t"/ws-0?-shut/* 2>/dev/null ||
	    :
	day "$day" 36000
	for id in ws-01 ws-02 ws-03; do
		case $day:$id in
		"$last:ws-02") ;;	# the machine is off
		"$last:ws-03") expect 3 ws "$id" run ;;	# kept, unreadable
		*) expect 0 ws "$id" run ;;
		esac
	done
	# the desk looks twice only
	[ "$day" -ne 4 ] || ok synced
done
day $((last + 1)) -3600
ok synced

# items DAY: kind, station, conversation or source, what.
items()
{
	expect 0 desk_key digest --json --day "$(date_of "$1")"
	cp "$t/out" "$t/lines"
	grep '"type":"item"' "$t/lines" | jq -r '[.kind, .station,
	    (.peer // .source // ""), (.what // ""), (.messages | length)] |
	    map(tostring) | join("|")' | sort
}
# of TYPE FILTER: from the lines of the last items.
of() { jq -r "select(.type == \"$1\") | $2" "$t/lines"; }

step "the day: what was planted, and nothing else"
same "$(items "$last")" "inquiry_open|ws-03|Carl X||1
leaked|ws-01|Anna|wang_private88|1
not_backed_up|ws-02|||0
shared|ws-01|Anna|berta@lamps.example|2
silent|ws-03|files||0
unanswered|ws-01|Bob||1
unreadable|ws-03|shut||0
vanished|ws-01|Anna||1" "items of day $last"
same "$(of account 'select(.station == "ws-01" and .source == "files") |
    [.conversations, .new_peers, .in, .out, .internal] |
    map(length | tostring) | join(" ")')" '2 0 4 3 2' 'counts of ws-01'
same "$(of item 'select(.kind == "unanswered") | .value / 60000')" 420 \
    'minutes that Bob waits'
same "$(of response '[(.turns | length), .open, .work_median_ms / 60000] |
    map(tostring) | join(" ")')" '2 1 20' 'first response'
same "$(of inquiries '[.created, .all, .read, .replied, .quoted, .open,
    .ordered, .orders] | map(length | tostring) | join(" ")')" \
    '1 3 2 2 0 1 1 2' 'inquiries and orders'
same "$(of item 'select(.kind == "leaked") | .person + " " + .responsible')" \
    '王芳 店长' 'who leaked, and who is responsible'
same "$(of account 'select(.station == "ws-02" and .source == "files") |
    [.backed_up, .unreadable, .silent] | map(tostring) | join(" ")')" \
    'false false false' 'the account of the machine that is off'

step "the numbers open their messages"
n=$(of item 'select(.kind == "vanished") | .messages[0]')
expect 0 desk_key search 'order 2' --json
grep -q "\"message\":$n," "$t/out" || fail "message $n is another"

step "an ordinary day has nothing but what was never readable"
same "$(items 9)" 'unreadable|ws-03|shut||0' 'items of day 9'
same "$(of response '[(.turns | length), .open] | map(tostring) |
    join(" ")')" '3 0' 'turns of day 9'

step "a word that is watched from now on finds what was said long ago"
policy "$team$own"'[watch]\nkickback = high: 回扣, never said\n'
ok synced
items "$last" >"$t/items"
ok grep -q '^watch|ws-01|Wang Fang|回扣|1$' "$t/items"
same "$(wc -l <"$t/items")" 9 'items with the word'
same "$(of item 'select(.kind == "watch") | [.today, .value, .note] |
    map(tostring) | join(" ")')" '0 1 kickback' 'the word'

step "one page, in two languages"
expect 0 desk_key digest --day "$(date_of "$last")"
says 'Not backed up (1)'
says 'readable until: never · kept, not readable: '
says '王芳 (店长)'
says 'Wang Fang: order 2 is on its way'
says '7 h 00 min · and for 1000 pcs?'
says 'wechat wang_private88'
ok test "$(desk_key digest --day "$(date_of "$last")" | wc -l)" -lt 100
LC_ALL=zh_CN.UTF-8 expect 0 desk_key digest --day "$(date_of "$last")"
says '未备份 (1)'
says '7 小时 00 分'
expect 0 desk_key digest --day "$(date_of "$last")" --html "$t/day.html"
ok grep -q '<section class="do">' "$t/day.html"
no grep -qi '<script' "$t/day.html"
same "$(stat -c %a "$t/day.html")" 600 'mode of the page'

step "yesterday is meant without a day; what is wrong is said"
expect 0 desk_key digest
says "· $(date_of "$last")"
expect 2 desk_key digest --day soon
says 'write it as 2026-11-23'
expect 2 desk_key digest --json --html "$t/x"
policy "$team$own"'[station ws-02]\nwork = when it pleases\n'
ok synced
expect 1 desk_key digest
says 'policy.ini: work = when it pleases makes no sense'
says "write 'mon-fri 09:00-18:00'"

step "who looked stands in the access log"
liudi-desk --home "$t/desk" --json access --passphrase-fd 3 3<"$t/pass" \
    >"$t/log"
ok grep -q "\"view\":\"digest\",\"days\":\[\"$(date_of "$last")\",\"$(
    date_of "$last")\"\]" "$t/log"

done_
