#!/bin/sh
# tests/flow/95-pbad.sh BIN LOOK - the page when something is wrong: clients that
# are slow or ask for too much, a catalogue that is written, rebuilt, held, damaged
# or gone while it is asked for.  Each answer is a page that says so, or the truth.
# shellcheck source=tests/flow/paged.sh
. "$(dirname "$0")/paged.sh"

of() { jq -r "$1" "$t/out"; }
# many N CHARACTER
many() { head -c "$1" /dev/zero | tr '\0' "$2"; }

step "a team of two"
team
station ws-01
station ws-02
monday
day "$first"
echo one >"$t/ws-01-files/chats/one.txt"
expect 0 ws ws-01 run
expect 0 ws ws-02 run
ok synced
come_in

step "clients that say little, and slowly, hold up nobody"
slow=
for _ in $(seq 40); do
	(printf 'GET / HTTP/1.1\r\nHost: %s\r\n' "$host"; sleep 15) |
	    curl -s -m 15 "telnet://$host" >"$t/slow" 2>&1 &
	slow="$slow $!"
done
for _ in 1 2 3 4 5; do
	in_ 200 /
done
for p in $slow; do
	kill "$p" 2>/dev/null || :
done

step "whoever asks for too much is told, and gets nothing"
in_ 400 "/search?q=$(many 5000 x)"
in_ 400 "/$(many 3000 x)"
in_ 200 "/search?lang=en&q=$(many 3000 x)"
says 'nothing was found'
in_ 500 "/search?$(seq -s '=1&' 60)"
in_ 500 "/search?q=%zz"
says 'This page cannot be shown'
in_ 404 "/day/$(many 900 9)/ws-01"
in_ 404 "/chat/99999999999999999999"
in_ 404 "/chat/-1"
in_ 200 "/access?station=$(many 900 x)"
got=$(curl -s -m 20 -o "$t/out" -w '%{http_code}' -b "$t/cookies" \
    -H "X: $(many 60000 x)" "http://$host/") || :
[ "$got" != 200 ] || fail "60 KB of header were taken"
in_ 413 / -H "Origin: http://$host" -d "a=$(many 9000 x)"
in_ 200 /

step "somebody holds the catalogue: it is read as it is"
(printf 'BEGIN EXCLUSIVE;\n'; sleep 6) |
    sqlite3 "$t/desk/catalogue/catalogue.sqlite3" &
holder=$!
in_ 200 '/?lang=en'
in_ 200 /chats
in_ 200 /today.json
same "$(of '.stations[0].days[29]')" done "what is there meanwhile"
wait "$holder" || fail "the holder was turned out"

step "a sync while pages are asked for: the old or the new, and it says of when"
echo two >"$t/ws-01-files/chats/two.txt"
day $((first + 1))
expect 0 ws ws-01 run
before=$(cat "$t/desk/synced")
leave
come_in
(synced >"$t/synced" 2>&1; echo $? >"$t/synced.rc") &
worker=$!
n=0
while kill -0 "$worker" 2>/dev/null && [ $n -lt 40 ]; do
	in_ 200 /today.json
	was=$(of '.stations[0].days[29]')
	at=$(of .synced)
	case $at:$was in
	"$before":*|"$LIUDI_NOW":done) ;;
	*) fail "as of $at: $was" ;;
	esac
	n=$((n + 1))
done
wait "$worker" || :
same "$(cat "$t/synced.rc")" 0 "the sync"
in_ 200 /today.json
same "$(of '.synced, .stations[0].days[29]' | tr '\n' ' ')" "$LIUDI_NOW done " \
    "behind it"

step "and one that makes the catalogue anew"
(desk_key sync --rebuild >"$t/synced" 2>&1; echo $? >"$t/synced.rc") &
worker=$!
n=0
while kill -0 "$worker" 2>/dev/null && [ $n -lt 40 ]; do
	got=$(curl -s -m 60 -o "$t/out" -w '%{http_code}' -b "$t/cookies" \
	    "http://$host/?lang=en") || :
	: >"$t/err"
	case $got in
	200) ;;
	404) says 'liudi-desk sync' ;;
	500) says 'This page cannot be shown' ;;
	*) fail "$got" ;;
	esac
	n=$((n + 1))
done
wait "$worker" || :
in_ 200 /today.json
same "$(of '.stations[0].days[29]')" done "behind it"

step "a day that no sync saw the end of, and it says so"
leave
day $((first + 2))
come_in
in_ 200 '/?lang=en'
says 'before the day was over'
in_ 200 '/work?lang=en'
says 'before the day was over'
leave
ok synced
come_in
in_ 200 '/?lang=en'
says_no 'before the day was over'

step "a catalogue that is damaged, and records that are not there"
leave
cp "$t/desk/catalogue/catalogue.sqlite3" "$t/tmp/good"
come_in
many 20000 x >"$t/desk/catalogue/catalogue.sqlite3"
in_ 500 '/?lang=en'
says 'This page cannot be shown'
in_ 500 /chats
rm -f "$t/desk/catalogue/catalogue.sqlite3"*
cp "$t/tmp/good" "$t/desk/catalogue/catalogue.sqlite3"
in_ 200 /
mv "$t/desk/control.git" "$t/desk/away"
in_ 404 '/integrity?lang=en'
says 'This page cannot be shown'
mv "$t/desk/away" "$t/desk/control.git"
in_ 200 /integrity

step "who locks the desk meanwhile leaves nothing to be seen"
expect 0 liudi-desk --home "$t/desk" lock
in_ 404 '/?lang=en'
says 'there is no catalogue yet'
in_ 404 /today.json
leave
done_
