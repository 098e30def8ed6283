#!/bin/sh
# tests/flow/69-shoplive.sh BIN SERVER - seven shops with a real browser, one
# changed: what the manager is told.  As nobody in particular.
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
SHOP_EDIT=$t/none "$server" >"$t/server" || fail "no server"
SHOP_EDIT=$t/edit "$server" >"$t/edited" || fail "no server"
cleanup()
{
	kill -9 -"$(sed -n 2p "$t/server")" -"$(sed -n 2p "$t/edited")"
}
# shop_of NAME FILE: one that the server of FILE has.
shop_of()
{
	printf '[shop %s]\nurl = http://127.0.0.1:%s/live\nview = desktop\n' \
	    "$1" "$(sed -n 1p "$t/$2")" >>"$t/ws-01/liudi.ini"
}
for s in alpha gamma delta epsilon zeta eta; do
	shop_of $s server
done
shop_of beta edited
# row SHOP: its line.
row() { grep "^$1 " "$t/out"; }
shops() { desk_key shops "$@"; }
shop() { desk_key shop "$@"; }
# at SHOP PATH: its page is there from now on.
at()
{
	sed -i "/^\[shop $1\]/,/^view/s,^\(url = http://[^/]*\)/.*,\1$2," \
	    "$t/ws-01/liudi.ini"
}

step "seven shops are seen for the first time, and reviewed"
day 1
expect 0 ws ws-01 run
expect 0 sync
says '7 pages of shops were looked at'
expect 3 shops
same "$(grep -c 'first seen' "$t/out")" 7 shops
for s in alpha beta gamma delta epsilon zeta eta; do
	expect 0 shop reviewed $s
done
expect 0 shops

step "a price changed in one of them: exactly that one, and exactly that"
echo price >"$t/edit"
day 2
expect 0 ws ws-01 run
expect 0 sync
expect 3 shops
says '1 of 7 shops changed'
same "$(row beta | grep -c ' price 1 ')" 1 "which, and what"
same "$(grep -c ' nothing ' "$t/out")" 6 "all else"
expect 3 shop beta
same "$(grep -c '^  [a-z]* *home ' "$t/out")" 1 changes
says 'price: '
says '88.'
expect 3 shop alpha
says_no 'changes:'

step "a riddle for people is a state; the last good page stays"
# the other five are looked at no more
for s in alpha delta epsilon zeta eta; do
	sed -i "/^\[shop $s\]/,/^view/d" "$t/ws-01/liudi.ini"
done
at beta /captcha
at gamma /title
day 3
expect 0 ws ws-01 run
expect 3 sync
says "source 'shop-alpha' was missing: no longer configured"
expect 3 shops
same "$(row beta | grep -c 'blocked .*last seen')" 1 'a state, no change'
expect 3 shop beta
says_no 'changes:'

step "and what a page is called cannot speak to the terminal"
expect 3 shop gamma
says 'title of the page'
says '\u{202e}no'
shop gamma >"$t/seen" 2>&1 || :
no grep -q "$(printf '[\033\007]')" "$t/seen"
no grep -q "$(printf '\342\200\256')" "$t/seen"

step "unreviewed days stay until somebody signs"
expect 3 shops
same "$(grep -c '2 days open' "$t/out")" 2 "shops with two days open"
same "$(grep -c '(.*1 day open' "$t/out")" 5 "shops with one"
for s in alpha beta gamma delta epsilon zeta eta; do
	expect 0 shop reviewed $s --since 2026-01-01
done
expect 3 shops
same "$(grep -c 'open)' "$t/out")" 0 "days open"
done_
