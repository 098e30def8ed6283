#!/bin/sh
# tests/flow/72-package.sh BIN SERVER - a shop to take along: in a folder that a
# browser opens, and asks nobody.
server=${2:?usage: $0 FOLDER-OF-THE-PROGRAMS SERVER}
if [ "$(id -u)" -eq 0 ]; then
	nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
	if ! $nobody test -x "$1/liudi" -a -r "$0"; then
		echo "skipped: others may not read $1"
		exit 77
	fi
	cd / && exec $nobody dash "$0" "$@"
fi
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

team
station ws-01
browser=$(liudi --home "$t/ws-01" shop list | sed -n 's/^browser: \(\/.*\)/\1/p')
if [ -z "$browser" ]; then
	echo "skipped: no browser is installed (chromium-headless-shell)"
	exit 77
fi
SHOP_LOG=$t/asked "$server" >"$t/server" || fail "no server"
port=$(sed -n 1p "$t/server") pid=$(sed -n 2p "$t/server")
cleanup() { kill -9 -"$pid"; }
here=http://127.0.0.1:$port
mkdir -p "$t/design/banners" "$t/lists"
echo 'a design' >"$t/design/banners/top.psd"
printf 'id,title,price\n1001,Lamp,9.90\n' >"$t/lists/goods.csv"
{
	printf '[shop lamps]\nurl = %s/live\n' "$here"
	printf 'page = trap %s/item/7.html\nview = desktop\n' "$here"
	printf '[source design-lamps]\nkind = files\npath = %s/design\n' "$t"
	printf '[source products-lamps]\nkind = files\npath = %s/lists\n' "$t"
} >>"$t/ws-01/liudi.ini"
inbox=$t/ws-01/state/shops/lamps/inbox
trap_of="<img src=\"$here/leak.png\" srcset=\"$here/leak2.png 2x\"><iframe src=\"$here/leak.html\"></iframe><link rel=stylesheet href=\"$here/leak.css\"><link rel=preconnect href=\"$here/\"><script>fetch('$here/leak')</script><meta HTTP-EQUIV=refresh content=\"0;url=$here/leak3.html\"><style>@import \"$here/leak2.css\";body{background:url($here/leak3.png)}</style><base href=\"$here/\"><object data=\"$here/leak4\"></object><video src=\"$here/leak5\" autoplay></video>"

step "a day of a shop: pages, a saved page, design, lists, an account"
mkdir -p "$inbox"
printf '<!DOCTYPE html><html><meta charset=utf-8><title>Trap</title><p>Held by hand</p>%s' \
    "$trap_of" >"$inbox/trap.html"
day 1
expect 0 ws ws-01 run
printf '[account]\nplatform = eBay\nshop = lamps\nlogin = sales_lamps_2009\nphone = 1391\nphone_owner = personal\nphone_holder = Li\n' \
    >"$t/a.ini"
printf 'pass word 9\n' >"$t/secret"
expect 0 ws ws-01 account add --from "$t/a.ini" <"$t/secret"
expect 0 ws ws-01 run
expect 0 sync

step "into a folder that is new"
expect 0 desk_key shop package lamps -o "$t/out.d"
says '2 pages'
says '1 account'
says '25 goods, 1 files of design, 1 of lists'
out=$t/out.d
for f in README.txt index.html accounts.txt products.csv \
    pages/01-home-desktop/index.html pictures/pages/01-home-desktop/index.html \
    design/ws-01/design-lamps/banners/top.psd \
    products/ws-01/products-lamps/goods.csv; do
	ok test -s "$out/$f"
done
ok cmp "$t/design/banners/top.psd" "$out/design/ws-01/design-lamps/banners/top.psd"
same "$(grep -c '^"A[0-9]*","Lamp A' "$out/products.csv")" 24 goods
same "$(find "$out/pictures/goods" -name 'A*' | wc -l)" 24 "pictures of goods"
ok grep -q 'sales_lamps_2009' "$out/accounts.txt"
ok grep -q 'ways in' "$out/accounts.txt"
no grep -r -q 'pass word 9' "$out"
ok grep -q '可带走的店铺' "$out/README.txt"
expect 2 desk_key shop package lamps -o "$t/out.d"
says 'is not empty'
expect 1 desk_key shop package other -o "$t/other.d"
says "no page of a shop 'other' is on file"

step "a browser shows it, and asks nobody for anything"
: >"$t/asked"
# counted: all that went near the network, by the browser's own account.
counted()
{
	tr ',' '\n' <"$t/net.json" | grep -e '"url":"\(http\|ws\)' \
	    >"$t/requests" || :
}
# shown FILE TEXT: the browser has it, with that text, within what it loaded.
shown()
{
	checks=$((checks + 1))
	rm -f "$t/net.json"
	"$browser" --headless --user-data-dir="$t/profile" \
	    --log-net-log="$t/net.json" --disable-gpu --timeout=30000 \
	    --screenshot="$t/shot.png" "file://$1" >"$t/out" 2>"$t/err" || :
	[ -s "$t/shot.png" ] || fail "no picture of $1"
	"$browser" --headless --user-data-dir="$t/profile" --disable-gpu \
	    --timeout=30000 --dump-dom "file://$1" >"$t/out" 2>"$t/err" || :
	grep -q -F -e "$2" "$t/out" || fail "$1 does not show '$2'"
	counted
	same "$(wc -l <"$t/requests")" 0 "requests: $(head -n 3 "$t/requests")"
}
shown "$out/index.html" 'pages/01-home-desktop/index.html'
shown "$out/pages/01-home-desktop/index.html" 'Lamp A7'
shown "$out/pages/02-trap-desktop/index.html" 'Held by hand'
shown "$out/pictures/pages/01-home-desktop/index.html" '0000.webp'
same "$(cat "$t/asked")" "" "requests at the server"
# and it would be seen
printf '<p>x</p><img src="%s/gif">' "$here" >"$t/control.html"
"$browser" --headless --user-data-dir="$t/profile" --disable-gpu \
    --log-net-log="$t/net.json" --timeout=30000 --dump-dom \
    "file://$t/control.html" >"$t/out" 2>"$t/err"
counted
ok grep -q /gif "$t/requests"
same "$(cat "$t/asked")" /gif "requests of a page that asks"

step "and all that its pages name lies beside them"
(cd "$out/pages/01-home-desktop" && grep -o 'src="[^":]*"' index.html |
    sed 's/src="\(.*\)"/\1/' | sort -u) >"$t/named"
checks=$((checks + 1))
[ "$(wc -l <"$t/named")" -ge 25 ] || fail "only $(wc -l <"$t/named") are named"
while read -r f; do
	ok test -s "$out/pages/01-home-desktop/$f"
done <"$t/named"

step "as it was on a day before"
expect 1 desk_key shop package lamps --day "$(when -1 | cut -c 1-10)" -o "$t/early.d"
says 'no page of a shop'
done_
