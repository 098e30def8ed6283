#!/bin/sh
# config/quickstart.sh - build liudi and show it at work: an invented team with
# one manager and two workstations, three days, and what tampering looks like.
# Everything stays below build/quickstart.  Usage: sh config/quickstart.sh
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build/quick
# tests have built it, and have a place of their own
demo=${LIUDI_DEMO:-$top/build/quickstart}
built=${LIUDI_BUILT:-}
# shellcheck source=config/packages.sh
. "$top/config/packages.sh"
# shellcheck disable=SC2086
[ -n "$built" ] || need $LIUDI_BUILD sqlite3

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@"; }

[ -n "$built" ] || {
	say "building"
	cmake -G Ninja -S "$top" -B "$build" -DLIUDI_TESTS=OFF >/dev/null
	cmake --build "$build" >"$build/build.log" 2>&1 || {
		tail -n 30 "$build/build.log"
		exit 1
	}
	built=$build/src/cli
}
PATH=$built:$PATH
export PATH

rm -rf "$demo"
mkdir -p "$demo"
cd "$demo"
writer=
trap '[ -z "$writer" ] || kill "$writer" 2>/dev/null || :' EXIT

# The last three days: the clock of every command is pinned, and the hooks'
# date(1).
mkdir "$demo/bin"
cat >"$demo/bin/date" <<DATE
#!/bin/sh
[ "\$#:\$1" != 2:-u ] || [ -z "\${LIUDI_NOW:-}" ] ||
    set -- -u -d "@\$LIUDI_NOW" "\$2"
exec $(command -v date) "\$@"
DATE
chmod 755 "$demo/bin/date"
PATH=$demo/bin:$PATH
TZ=UTC
export TZ
today=$(($(date -u +%s) / 86400 * 86400))
# day N: six in the evening, three days ago and on.
day() { LIUDI_NOW=$((today - (4 - $1) * 86400 + 64800)); export LIUDI_NOW; }
# on N FORMAT: that day as date(1) writes it.
on() { date -u -d "@$((today - (4 - $1) * 86400))" "+$2"; }
pass=$demo/passphrase	# a demonstration: yours belongs in your head
echo "three shops and a lamp" >"$pass"

say "the manager: keys and a central"
day 1
show liudi-desk --home manager init "$demo/central" --org "Acme Lamps" \
    --notice standard \
    --passphrase-fd 3 --owner-passphrase-fd 4 3<"$pass" 4<"$pass"

# station ID PERSON: invite it, let it ask, name its sources.
station() {
	show liudi-desk --home manager invite "$1" --person "$2" \
	    --file "$1.liudi-invite" --passphrase-fd 3 3<"$pass"
	# where there is a terminal to ask on, join shows the notice and asks
	show liudi --home "$1" join "$1.liudi-invite" --agree 1
	mkdir -p "$1/chats" "$1/design" "$1/app"
	cat >>"$1/liudi.ini" <<-INI

	[source chats]
	kind = chat
	path = $demo/$1/chats

	[source messenger]
	kind = files
	path = $demo/$1/app

	[source design]
	kind = shop
	path = $demo/$1/design
	INI
	sqlite3 "$1/app/messages.db" 'pragma journal_mode = wal;
	    create table msg(n integer primary key, at text, text text);' >/dev/null
}

say "two workstations, each with a string from the manager"
station ws-chen "陈工"
station ws-wang "王芳"
show liudi-desk --home manager sync --passphrase-fd 3 3<"$pass"

# Invented exports, written anew each day as messengers do: all up to day N.
# whatsapp N PEER SELF
whatsapp() {
	for d in $(seq "$1"); do
		at=$(on "$d" %d/%m/%y)
		printf '%s\n' "$at, 09:05 - $2: Good morning, please quote lamp L-$d""0 for $((d * 200)) pieces" \
		    "$at, 09:12 - $3: L-$d""0 is 12.$d""0 each, in 3 weeks" \
		    "$at, 11:40 - $2: and to our house in Bergen?" \
		    "$at, 11:58 - $3: freight 340 in all, invoice follows"
	done
}
# qq N PEER SELF
qq() {
	rule=$(printf '%064d' 0 | tr 0 =)
	printf '%s\n' '消息记录（此消息记录为文本格式，不支持重新导入）' '' "$rule" \
	    '消息分组:客户' "$rule" "消息对象:$2" "$rule" ''
	for d in $(seq "$1"); do
		at=$(on "$d" %Y-%m-%d)
		printf '%s\n%s\n\n' "$at 10:15:20 $2" "你好，L-${d}0 台灯询价，$((d * 100)) 个含运费多少？" \
		    "$at 10:21:03 $3" "L-${d}0 含税 $((60 + d)) 元，三周交货" \
		    "$at 15:02:44 $2" '好的，发合同吧'
	done
}
# One that should not be there, in an export of WhatsApp, on day N.
private() {
	printf '%s, 16:20 - %s: %s\n' "$(on "$1" %d/%m/%y)" "王芳" \
	    'cheaper without the company: write to my own number +47 900 12 345'
}
for s in ws-chen:陈工 ws-wang:王芳; do
	show liudi-desk --home manager source "${s%:*}/chats" \
	    --account "${s#*:}" --date-order dmy --passphrase-fd 3 3<"$pass"
	s=${s%:*}
	printf '<h1>Lamps of %s</h1><p>from 12.50</p>\n' "$s" >"$s/design/shop.html"
	head -c 300000 /dev/urandom >"$s/design/banner.jpg"
done

# What a station's browser brings home of a shop, made without one.
# page DAY PRICE: the shop of ws-chen as it was seen on that day.
page() {
	shop=$demo/ws-chen/lamps
	mkdir -p "$shop/pages" "$shop/captures"
	cat >page.json <<-PAGE
	{"v":1,"type":"page","page":"home","view":"desktop","url":"https://lamps.example/","final":null,"status":200,"title":"Lamps","width":1280,"height":900,"cut":false,"fingerprint":{"browser":"an example","flags":"","view":"1280x800@1","fonts":"","driver":1},"text":[{"text":"Lamps for every room","y":10,"h":20}],"items":[{"id":"1001","href":"https://lamps.example/item/1001.html","title":"Lamp L-10","price":"¥$2","image":null,"y":100,"h":200}],"links":[],"images":[],"login":false,"captcha":false,"parts":[],"strips":[]}
	PAGE
	record=$(sha256sum <page.json | cut -c 1-64)
	mv page.json "$shop/pages/$record.json"
	printf '{"v":1,"type":"capture","ts":%s,"offset":0,"page":"home","view":"desktop","url":"https://lamps.example/","state":"ok","reason":null,"record":"%s","by":"auto"}\n' \
	    "$LIUDI_NOW" "$record" >>"$shop/captures/$(on "$1" %Y-%m).jsonl"
}
printf '\n[source shop-lamps]\nkind = shop\npath = %s\n' "$demo/ws-chen/lamps" \
    >>ws-chen/liudi.ini

# A messenger that goes on writing while liudi reads.
while :; do
	sqlite3 ws-chen/app/messages.db \
	    "insert into msg(at, text) values (datetime(), 'live message');" ||
	    break
	sleep 0.2
done 2>/dev/null &
writer=$!

# The exports of day N.
exports() {
	whatsapp "$1" "Anna (Oslo)" 陈工 >"ws-chen/chats/WhatsApp Chat with Anna (Oslo).txt"
	qq "$1" 李老板 陈工 >ws-chen/chats/李老板.txt
	{ whatsapp "$1" "Müller GmbH" 王芳; [ "$1" -lt 2 ] || private 2; } \
	    >"ws-wang/chats/WhatsApp Chat with Müller GmbH.txt"
	qq "$1" 赵老板 王芳 >ws-wang/chats/赵老板.txt
}

say "day 1: everything is new"
exports 1
page 1 12.50
show liudi --home ws-chen run
show liudi --home ws-wang run

say "day 2: chats go on, the shop page changes"
day 2
# account STATION PASSWORD LINE...: as a template; a terminal would be asked.
account() {
	s=$1 secret=$2
	shift 2
	{ echo '[account]'; printf '%s\n' "$@"; } >account.ini
	printf '%s\n\n\n' "$secret" | show liudi --home "$s" account add \
	    --from account.ini
}
exports 2
page 2 11.90
printf '<h1>Lamps of ws-chen</h1><p>from 11.90</p>\n' >ws-chen/design/shop.html
show liudi --home ws-chen run
show liudi --home ws-wang run

say "accounts are registered where they are opened, and sealed at once"
account ws-chen lantern-17 'platform = ic' 'shop = Lamps' 'holder = 陈工' \
    'subject = company' 'phone = +86 137 0000 2288' 'phone_owner = company'
account ws-wang moon-31 'platform = eb' 'shop = Lamps UK' 'holder = 王芳' \
    'email = wangfang@mail.example' 'email_owner = personal'
account ws-wang '' 'platform = wx' 'shop = Lamps UK' 'holder = 王芳' 'qr = yes' \
    'phone = +86 138 0000 1391' 'phone_owner = personal' \
    'purpose = customers of the shop'
show liudi --home ws-wang account list

say "day 3: at ws-wang somebody tidies up before leaving"
day 3
exports 3
sed -i '/my own number/d; s/12.20 each/11.20 each/' \
    "ws-wang/chats/WhatsApp Chat with Müller GmbH.txt"
rm ws-wang/chats/赵老板.txt
show liudi --home ws-chen run
show liudi --home ws-wang run

say "the manager: fetch, check, open, look"
unset LIUDI_NOW
show liudi-desk --home manager sync --passphrase-fd 3 3<"$pass" || [ $? -eq 3 ]

say "what the tidying looks like"
show liudi-desk --home manager show ws-wang

say "and the deleted chat comes back as it was on day 2"
show liudi-desk --home manager restore ws-wang:chats/赵老板.txt \
    --at "$(on 2 %Y-%m-%d) 18:01" --to back --passphrase-fd 3 3<"$pass"
find back -type f -exec head -n 12 {} +

say "all messages of all exports: search"
show liudi-desk --home manager search 询价 --limit 2 --context 1 \
    --passphrase-fd 3 3<"$pass"

say "and the day on one page"
show liudi-desk --home manager digest --day "$(on 3 %Y-%m-%d)" \
    --passphrase-fd 3 3<"$pass" || [ $? -eq 3 ]

say "and the shops: what changed, what nobody has reviewed"
show liudi-desk --home manager shops --passphrase-fd 3 3<"$pass" || [ $? -eq 3 ]
show liudi-desk --home manager shop lamps --passphrase-fd 3 3<"$pass" ||
    [ $? -eq 3 ]
show liudi-desk --home manager shop reviewed lamps --note 'the sale begins' \
    --passphrase-fd 3 3<"$pass"

say "and what if 王芳 leaves?"
show liudi-desk --home manager whatif --leaves 王芳 --passphrase-fd 3 3<"$pass"

say "next"
cat <<NEXT
The manager's page, with all of this; it asks for "$(cat "$pass")", and
names a file to open in your browser:
  $built/liudi-desk --home $demo/manager serve
What to look at there, step by step: docs/MANAGER.md
Everything lies in $demo; look around, then start for real:
  liudi-desk init CENTRAL --notice standard
                                     on the manager's machine
  liudi-desk invite ID               for each workstation: one string
  liudi join STRING                  on the workstation
  liudi run                          every day; see README.md
  liudi-desk sync                    every day: lets in, fetches, checks
  liudi-desk serve                   every morning: the page, five minutes
  liudi-desk digest                  the same in the terminal: yesterday
  liudi-desk shops                   what changed in the shops; then shop NAME
  liudi-desk handover start NAME     when somebody goes: what to do, and when it
                                     is done
Run the tests: sh tests/run.sh
NEXT
