#!/bin/sh
# tests/flow/68-shoplook.sh BIN SERVER - a shop on two days beside each other, and
# as it is seen from the desk; with a real browser, as nobody in particular.
server=${2:?usage: $0 FOLDER-OF-THE-PROGRAMS SERVER}
if [ "$(id -u)" -eq 0 ]; then
	nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
	if ! $nobody test -x "$1/liudi" -a -r "$0"; then
		echo "skipped: others may not read $1"
		exit 77
	fi
	# a desk of root's looks at nothing
	LC_ALL=C "$1/liudi-desk" --home /nowhere shop check lamps 2>&1 |
	    grep -q 'not captured as root' || { echo "FAILED: as root"; exit 1; }
	cd / && exec $nobody dash "$0" "$@"
fi
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/flow/shopmade.sh
. "$(dirname "$0")/shopmade.sh"

team
station ws-01
browser=$(liudi --home "$t/ws-01" shop list | sed -n 's/^browser: //p')
if [ ! -x "$browser" ]; then
	echo "skipped: no browser is installed (chromium-headless-shell)"
	exit 77
fi
SHOP_EDIT=$t/edit SHOP_LOG=$t/asked "$server" >"$t/server" || fail "no server"
port=$(sed -n 1p "$t/server") pid=$(sed -n 2p "$t/server")
cleanup() { kill -9 -"$pid"; }
{
	printf '[shop lamps]\nurl = http://127.0.0.1:%s/live\n' "$port"
	printf 'page = door http://127.0.0.1:%s/members\n' "$port"
	printf 'view = desktop\n'
} >>"$t/ws-01/liudi.ini"
kept=$t/ws-01/state/shops/lamps
date_of() { date -u -d "@$((epoch0 + $1 * 86400))" +%F; }
# seen N EDITS: day N, with that on the page, up to the desk.
seen()
{
	day "$1"
	echo "$2" >"$t/edit"
	expect 0 ws ws-01 run
	expect 0 sync
}
# differ N M [OPTION...]
differ()
{
	from=$(date_of "$1") to=$(date_of "$2")
	shift 2
	desk_key shop diff lamps "$from" "$to" "$@"
}
# fetched: how often /beacon was asked for, where only a page's scripts would.
fetched() { grep -c beacon "$t/asked" || :; }
# dom FILE: what it is in a browser, and which addresses that asked for.
dom()
{
	mkdir "$t/profile"
	"$browser" --headless --user-data-dir="$t/profile" --no-first-run \
	    --log-net-log="$t/net" --net-log-capture-mode=Everything \
	    --virtual-time-budget=3000 --dump-dom "file://$1" >"$t/dom" \
	    2>"$t/err" || fail "no DOM"
	rm -rf "$t/profile"
	grep -o '"url":"http[^"]*' "$t/net" | sort -u >"$t/urls" || :
}
# holds N PATTERN: so often in the DOM.
holds()
{
	same "$(grep -o -e "$2" "$t/dom" | wc -l)" "$1" "times $2"
}

step "two days that are alike, and one on which four things changed"
seen 1 none
seen 2 none
seen 3 price+text+banner+link
expect 3 differ 1 2
says "home  desktop  no difference"
says "door  desktop  cannot be compared"
expect 0 differ 1 2 --page home
expect 3 differ 2 3 --page home
says "grave   price: A7, ￥17.49 -> ￥88.00"
says "grave   a link leads elsewhere: Contact"
says "normal  new text: Sale: all lamps"
says "text changed: We ship within 7 days -> We ship within 10 days"
same "$(grep -c '^    \(grave\|normal\|minor\)' "$t/out")" 4 "changes"
expect 3 differ 3 2 --page home --json
says '"what":"A7","before":"￥88.00","after":"￥17.49"'

step "the report has them where they are, and asks for nothing"
expect 3 differ 2 3 -o "$t/report.html"
dom "$t/report.html"
# its script ran: the policy knows it
holds 1 '<html lang="en" class="on"'
same "$(cat "$t/urls")" "" "addresses"
holds 1 '140 rows were inserted here'
holds 4 '<li class="g[12]">'
# the price: its mark lies on the card of A7, on both sides
page=$(ls -t "$kept"/pages/*.json | head -1)
place=$(grep -o '"id":"A7",[^}]*' "$page" | sed 's/.*"y":\([0-9]*\),"h":\([0-9]*\).*/y="\1" width="[0-9]*" height="\2"/')
n=$(grep -o 'class="n">[0-9]*</span><span><b>price' "$t/dom" | grep -o '[0-9]*' |
	head -1)
holds 2 "data-e=\"p0e$((n - 1))\"[^>]*><rect x=\"[0-9]*\" $place"
# each strip of both is in it once
same "$(grep -o 'data:image/webp[^"]*' "$t/dom" | sort | uniq -d | wc -l)" 0 \
    "strips that are there twice"
LC_ALL='' LANG=zh_CN.UTF-8 expect 3 differ 2 3 -o "$t/zh.html"
dom "$t/zh.html"
holds 1 '<html lang="zh-CN" class="on"'
holds 1 '此处新增了 140 行'
holds 1 '<h1>店铺 lamps'
same "$(cat "$t/urls")" "" "addresses"
# and that is how it would show
printf '<img src="http://127.0.0.1:%s/beacon">' "$port" >"$t/asks.html"
dom "$t/asks.html"
same "$(wc -l <"$t/urls")" 1 "addresses of a page that asks"
same "$(fetched)" 1 "beacons of it"

step "what a page says is shown, and never runs"
seen 4 hostile
before=$(fetched)
expect 3 differ 2 4 -o "$t/hostile.html"
dom "$t/hostile.html"
holds 1 '<title>Shop lamps'
holds 1 '<script>'
holds 0 '<iframe'
holds 0 '<img'
holds 0 '<link'
holds 1 '<style>'
holds 0 ' on[a-z]*="'
holds 0 'href="javascript'
grep -q 'onerror=' "$t/dom" || fail "what it said is not shown"
same "$(grep -c "$(printf '\342\200\256')" "$t/dom")" 0 "bidi controls"
same "$(cat "$t/urls")" "" "addresses"
same "$(fetched)" "$before" "beacons"

step "seen from the desk it is what the station captured"
expect 3 desk_key shop check lamps
says "home  desktop  no difference"
says "login-needed"
sed -i '/^page = door/d' "$t/ws-01/liudi.ini"
seen 5 none

step "and a price that only the desk sees is told, and is no verdict"
echo price >"$t/edit"
expect 3 desk_key shop check lamps -o "$t/check.html"
says "price: A7, ￥17.49 -> ￥88.00"
says "does not say that anybody changed"
dom "$t/check.html"
same "$(cat "$t/urls")" "" "addresses"
holds 1 'does not say that anybody changed'
same "$(find "$t/desk/catalogue" -name 'check*' ! -name check.lock)" "" \
    "what stays"

step "of two stations one is to be named"
station ws-02
shop_source ws-02 lamps
looked ws-02 lamps home 12.00
expect 0 ws ws-02 run
expect 0 sync
expect 2 differ 3 5
says "more than one station captures this shop"
says "say which: --station ws-02"
expect 3 differ 3 5 --station ws-01 --page home
says "price: A7, ￥88.00 -> ￥17.49"
expect 1 differ 2 3 --station ws-02
expect 2 desk_key shop check lamps
says "more than one station captures this shop"

step "without a browser that is said, and nothing else"
LIUDI_BROWSER=/nowhere expect 1 desk_key shop check lamps
says "no browser is installed"

step "days and shops that are none"
expect 2 desk_key shop diff lamps yesterday today
expect 1 desk_key shop diff lamps 2001-01-01 2001-01-02
says "nothing was captured"
expect 1 desk_key shop check other
says "no station captured"
done_
