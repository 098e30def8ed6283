#!/bin/sh
# tests/flow/68-shops.sh BIN SERVER - shops: captured once a day by the run,
# collected, and back as they were; with a real browser, as nobody in particular.
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
if liudi --home "$t/ws-01" shop list | grep -q 'none is installed'; then
	echo "skipped: no browser is installed (chromium-headless-shell)"
	exit 77
fi
SHOP_EDIT=$t/edit "$server" >"$t/server" || fail "no server"
port=$(sed -n 1p "$t/server") pid=$(sed -n 2p "$t/server")
cleanup() { kill -9 -"$pid"; }
{
	printf '[shop lamps]\nurl = http://127.0.0.1:%s/live\n' "$port"
	printf 'page = gone http://127.0.0.1:%s/404\n' "$port"
	printf 'page = door http://127.0.0.1:%s/members\n' "$port"
	printf 'view = desktop\n'
} >>"$t/ws-01/liudi.ini"
kept=$t/ws-01/state/shops/lamps
# line WHAT: a line of what was said fits.
line()
{
	checks=$((checks + 1))
	grep -q -e "$1" "$t/out" || fail "no line fits '$1'"
}
pages() { find "$kept/pages" -type f | wc -l; }
lines() { cat "$kept"/captures/*.jsonl | wc -l; }

step "the day's run captures, and says what came instead of a page"
day 1
expect 0 ws ws-01 run
line 'lamps *home *desktop *ok; another page than before'
line 'lamps *gone *desktop *unreachable (HTTP 404)'
line 'lamps *door *desktop *login-needed (it leads to a login)'
line '^shop-lamps *ok'
same "$(pages)" 1 "pages"
same "$(lines)" 3 "lines"

step "once a day, but what did not show is tried again after an hour"
day 1 4000
expect 0 ws ws-01 run
says_no 'lamps *home'
line 'lamps *gone'

step "nine days on which nothing changed are nine lines"
# the two that show nothing are taken out again
sed -i '/^page = /d' "$t/ws-01/liudi.ini"
before=$(find "$kept" -type f | wc -l)
for d in 2 3 4 5 6 7 8 9 10; do
	day "$d"
	expect 0 ws ws-01 run
	line 'lamps *home *desktop *ok$'
done
same "$(find "$kept" -type f | wc -l)" "$before" "files"
same "$(lines)" 14 "lines"

step "and a price is another page"
echo price >"$t/edit"
day 11
expect 0 ws ws-01 run
line 'lamps *home *desktop *ok; another page'
same "$(pages)" 2 "pages"

step "each page comes back from the central, byte for byte"
expect 0 sync
expect 0 restore ws-01:shop-lamps "$t/back"
back=$(dirname "$(find "$t/back" -type d -name captures)")
(cd "$kept" && find . -type f ! -name '.*' -exec sha256sum {} + | sort) \
    >"$t/here"
(cd "$back" && sha256sum --quiet -c "$t/here") || fail "not as it was"
(cd "$back/strips" && for f in *.webp; do
	[ "$(sha256sum <"$f" | cut -d' ' -f1).webp" = "$f" ] || echo "$f"
done) >"$t/wrong"
same "$(cat "$t/wrong")" "" "strips with wrong names"

step "nothing of a browser stays behind"
same "$(find "$t/ws-01/state/browser" -mindepth 1 | wc -l)" 0 "profiles"

step "killed while a page is looked at: nothing stays, and the next run goes on"
{
	printf '[shop slow]\nurl = http://127.0.0.1:%s/never\n' "$port"
	printf 'view = desktop\ndeadline = 60\n'
} >>"$t/ws-01/liudi.ini"
# ours: what runs of browsers that were started from here
ours()
{
	grep -al "$t/ws-01/state/browse[r]/" /proc/[0-9]*/cmdline 2>/dev/null |
	    wc -l
}
liudi --home "$t/ws-01" shop capture slow >"$t/out" 2>"$t/err" &
it=$!
n=0
until [ "$(ours)" -gt 0 ] || [ "$n" -gt 100 ]; do sleep 0.1; n=$((n + 1)); done
[ "$(ours)" -gt 0 ] || fail "no browser began"
sleep 1
kill -9 "$it"
wait "$it" 2>/dev/null || :
n=0
until [ "$(ours)" -eq 0 ] || [ "$n" -gt 150 ]; do sleep 0.1; n=$((n + 1)); done
same "$(ours)" 0 "processes of a browser"
# that shop is taken out again
sed -i '/^\[shop slow\]/,$d' "$t/ws-01/liudi.ini"
expect 0 ws ws-01 shop capture lamps
line 'lamps *home *desktop *ok'
same "$(find "$t/ws-01/state/browser" -mindepth 1 | wc -l)" 0 "profiles"

step "a shop that nobody named"
expect 2 ws ws-01 shop capture other
says "no section [shop other]"

step "a shop whose folder is spoiled costs no other one"
printf '[shop a]\nurl = http://127.0.0.1:%s/alert\nview = desktop\n' "$port" \
    >>"$t/ws-01/liudi.ini"
mkdir -p "$t/ws-01/state/shops/a"
echo spoiled >"$t/ws-01/state/shops/a/pages"
echo spoiled >>"$(ls "$kept"/captures/*.jsonl)"
expect 1 ws ws-01 shop capture
says "/shops/a/pages'"
line 'lamps *home *desktop *ok'
sed -i '/^spoiled$/d' "$(ls "$kept"/captures/*.jsonl)"
sed -i '/^\[shop a\]/,$d' "$t/ws-01/liudi.ini"

step "without a browser the run goes on, and the line says why"
day 12
LIUDI_BROWSER=/nowhere expect 3 ws ws-01 run
says 'no-browser (no browser is installed)'
says 'received by the central'
done_
