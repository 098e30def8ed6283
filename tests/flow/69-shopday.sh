#!/bin/sh
# tests/flow/69-shopday.sh BIN - what a manager sees of shops, and what he signs:
# seven shops, one changed; blocked, another browser; reviewed, accepted, ignored;
# a forged note; text that would speak to the terminal.  Without a browser.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/flow/shopmade.sh
. "$(dirname "$0")/shopmade.sh"

team
station ws-01
# --- Seven shops.
shops='alpha beta gamma delta epsilon zeta eta'
for s in $shops; do
	shop_source ws-01 "$s"
done
# row SHOP: its line.
row() { grep "^$1 " "$t/out"; }
# seven: what of them shows, is seen now.
seven()
{
	for s in $shops; do
		looked ws-01 "$s" home 19.49
	done
}
shops() { desk_key shops "$@"; }
shop() { desk_key shop "$@"; }

step "seven shops on their first day: each is to be reviewed"
day 5
seven
expect 0 ws ws-01 run
ok synced
expect 3 shops
same "$(grep -c 'first seen' "$t/out")" 7 "shops seen for the first time"
says '0 of 7 shops changed'
for s in $shops; do
	expect 0 shop reviewed "$s"
done
expect 0 shops
says_no 'open)'

step "the next day one of them changed, and exactly that one is told"
day 6
seven
looked ws-01 beta home 18.00
expect 0 ws ws-01 run
ok synced
expect 3 shops
says '1 of 7 shops changed'
same "$(grep -c 'price 1' "$t/out")" 1 "shops with another price"
same "$(grep -c ' nothing ' "$t/out")" 6 "shops as before"
same "$(row beta | grep -c 'price 1')" 1 "which it is"
expect 3 shops --json
same "$(grep -c '"changes":{"price":1}' "$t/out")" 1 "as JSON"
expect 3 shop beta
says 'grave'
says 'price: 1001, ¥19.49 -> ¥18.00'
says 'shop reviewed beta --day'
says "shop diff beta $(date -d "@$((LIUDI_NOW - 86400))" +%F) $(date -d "@$LIUDI_NOW" +%F)"
expect 3 shop beta --json
says '"change":"price","gravity":"grave","what":"1001","before":"¥19.49","after":"¥18.00"'
expect 0 shop beta --day "$(date -d "@$((LIUDI_NOW - 86400))" +%F)"
says 'seen for the first time'

step "what nobody reviewed stays open, day after day, until somebody signs"
day 7
seven
looked ws-01 beta home 18.00
expect 0 ws ws-01 run
ok synced
expect 3 shops
says '0 of 7 shops changed'
same "$(grep -c '2 days open' "$t/out")" 7 "shops with two days open"
expect 0 shop reviewed beta --note 'sale of the week'
says 'reviewed: 1 day'
expect 3 shops
same "$(row beta | grep -c '1 day open')" 1 "the other day stays open"
expect 0 shop reviewed beta --since "$(date -d "@$((LIUDI_NOW - 86400))" +%F)"
expect 0 shop reviewed beta
says 'it is reviewed already'
expect 3 shops
same "$(row beta | grep -c 'open')" 0 "nothing of it open"
for s in $shops; do
	expect 0 shop reviewed "$s" --since "$(date -d "@$((LIUDI_NOW - 86400))" +%F)"
done
expect 0 shops

step "what comes later of a day that was reviewed opens it again"
looked ws-01 beta home 17.00
expect 0 ws ws-01 run
ok synced
expect 3 shops
same "$(row beta | grep -c '1 day open')" 1 "the day is open again"
expect 0 shop reviewed beta
expect 0 shops

step "blocked is a state and no change; the last good picture stays"
day 8
seven
day 9
for s in alpha gamma delta epsilon zeta eta; do
	looked ws-01 "$s" home 19.49
done
made=$t/ws-01-files/beta/captures
capture ws-01 beta home blocked - "$LIUDI_NOW" 'a riddle for people'
expect 0 ws ws-01 run
ok synced
expect 3 shops
says '0 of 7 shops changed'
same "$(row beta | grep -c 'blocked .*last seen')" 1 "blocked, and last good"
expect 3 shop beta
says 'blocked'
says 'a riddle for people'
says 'last seen'
says_no 'changes:'

step "another browser: not compared, and then held against itself"
day 10
looked ws-01 alpha home 10.00 Lamps Chrome/157
expect 0 ws ws-01 run
ok synced
expect 3 shop alpha
says 'not to be compared with'
says_no 'price:'
day 11
looked ws-01 alpha home 11.00 Lamps Chrome/157
expect 0 ws ws-01 run
ok synced
expect 3 shop alpha
says 'price: 1001, ¥10.00 -> ¥11.00'

step "what was accepted is what later days are held against"
expect 0 shop accept alpha
says 'accepted: later days are held against'
day 12
looked ws-01 alpha home 12.00 Lamps Chrome/157
day 13
looked ws-01 alpha home 13.00 Lamps Chrome/157
expect 0 ws ws-01 run
ok synced
expect 3 shop alpha
says 'price: 1001, ¥11.00 -> ¥13.00'
says 'other than accepted on'
expect 0 shop accept alpha --day "$(date -d "@$((LIUDI_NOW - 86400))" +%F)" --rolling
expect 3 shop alpha
says 'price: 1001, ¥12.00 -> ¥13.00'

step "two days beside each other tell what is left, as well"
d11=$(date -d "@$((LIUDI_NOW - 2 * 86400))" +%F)
d12=$(date -d "@$((LIUDI_NOW - 86400))" +%F)
d13=$(date -d "@$LIUDI_NOW" +%F)
expect 3 shop diff alpha "$d11" "$d13"
says 'price: 1001, ¥11.00 -> ¥13.00'
expect 0 shop accept alpha --day "$d13"
expect 0 shop diff alpha "$d11" "$d13"
says '1 change is not told: a rule, or an accepted day (--all)'
says_no 'price: 1001'
expect 3 shop diff alpha "$d11" "$d13" --all
says 'price: 1001, ¥11.00 -> ¥13.00'
expect 0 shop accept alpha --day "$d13" --rolling
expect 3 shop diff alpha "$d12" "$d13"
expect 0 shop ignore alpha price '10*'
expect 0 shop diff alpha "$d12" "$d13"
says '1 change is not told'
expect 0 shop ignore alpha price '10*' --until 2026-01-01
expect 2 shop set diff --area site
says "'diff' is no name for a shop"

step "a rule hides what it names, says so, and can be ended"
expect 2 shop ignore alpha prize
says "'prize' is no change"
expect 0 shop ignore alpha price '10*'
expect 3 shop alpha
says '1 change is not shown'
says_no 'price: 1001'
expect 0 shop ignored alpha
says 'price'
says 'for ever'
expect 0 shop ignore alpha price '10*' --until 2026-01-01
expect 3 shop alpha
says 'price: 1001'
expect 2 shop list alpha
expect 2 shop diffs alpha beta

step "what a page says cannot speak to the terminal"
day 14
looked ws-01 gamma home 19.49 'La\u001b[2Jmps' Chrome/156 'a\u202etxe\u0007 line'
capture ws-01 delta home blocked - "$LIUDI_NOW" 'stop\u001b]0;owned\u0007'
expect 0 ws ws-01 run
ok synced
expect 3 shop gamma
says 'title of the page'
shop gamma >"$t/was" 2>&1 || :
no grep -q "$(printf '[\033\007]')" "$t/was"
no grep -q "$(printf '\342\200\256')" "$t/was"
shop delta >"$t/was" 2>&1 || :
ok grep -q 'owned' "$t/was"
no grep -q "$(printf '[\033\007]')" "$t/was"

step "where the central is away a note is kept, counts here, and goes later"
mv "$central" "$central.away"
expect 0 shop reviewed zeta --since 2026-01-01
says 'it is kept here and sent at the next sync'
expect 3 shops
same "$(row zeta | grep -c open)" 0 "it counts here"
mv "$central.away" "$central"
same "$(test -s "$t/desk/notes.unsent" && echo waits)" waits "it waits"
ok synced
same "$(test -e "$t/desk/notes.unsent" || echo sent)" sent "it is sent"
expect 3 shops
same "$(row zeta | grep -c open)" 0 "and counts from there"

step "all of it is the same at a catalogue that was built anew"
shops >"$t/was" 2>/dev/null || :
desk_key sync --rebuild >"$t/out" 2>"$t/err" || :
shops >"$t/is" 2>/dev/null || :
ok cmp "$t/was" "$t/is"

step "each look and each word stands in the access log"
expect 0 desk_key access -i "$t/desk/keys/owner.identity"
says 'shops'
says 'shop beta'

step "another manager sees what was signed before him, once it is sealed to him"
li() { liudi-desk --home "$t/li" "$@" --passphrase-fd 3 3<"$t/pass"; }
expect 0 li key add li --central "$central" --scrypt-log-n 10
line=$(cat "$t/out")
expect 0 desk_key key accept "$line"
li sync >"$t/out" 2>"$t/err" || :
expect 0 desk_key rehead --to li
li sync --rebuild >"$t/out" 2>"$t/err" || :
shops >"$t/was" 2>/dev/null || :
li shops >"$t/is" 2>"$t/err" || :
ok cmp "$t/was" "$t/is"

step "two desks at once: both are heard"
li shop reviewed epsilon --since 2026-01-01 >"$t/li.out" 2>&1 &
it=$!
expect 0 shop reviewed gamma --since 2026-01-01
wait "$it" || fail "the other desk: $(cat "$t/li.out")"
expect 3 shops
same "$(row gamma | grep -c open)" 0 "ours"
ok synced
expect 3 shops
same "$(row epsilon | grep -c open)" 0 "that of the other"
expect 3 li shops
li sync >"$t/out" 2>"$t/err" || :
expect 3 li shops
same "$(row gamma | grep -c open)" 0 "ours, at the other"

step "a note that another key signed does not count"
desk_git=$central/desk.git
identity
age -d -i "$t/manager.key" "$t/desk/keys/manager.sign.age" >"$t/manager.sign"
chmod 600 "$t/manager.sign"
ssh-keygen -q -t ed25519 -N '' -C forger -f "$t/forger"
folder=notes/$(awk '{ print $2 }' "$t/desk/keys/manager.sign.pub" |
    base64 -d | sha256sum | cut -c 1-16)
next=$(git --git-dir "$desk_git" ls-tree -r --name-only desk "$folder/" | wc -l)
# forge KEY NAME FILE: a commit with a note as FILE, written past the hooks.
forge()
{
	printf '{"v":1,"n":%s,"prev":null,"utc":%s,"by":"%s","type":"reviewed","shop":"eta","first":"2026-01-01","last":"2027-01-01","seen":[],"text":null}\n' \
	    "${3##*/}" "$LIUDI_NOW" "$2" | sed 's/"n":\([0-9]*\)[.]age/"n":\1/' |
		age -R "$t/readers" >"$t/note.age"
	export GIT_INDEX_FILE="$t/index" GIT_DIR="$desk_git"
	blob=$(git hash-object -w "$t/note.age")
	git read-tree desk
	git update-index --add --cacheinfo "100644,$blob,$3"
	c=$(GIT_AUTHOR_NAME=$2 GIT_AUTHOR_EMAIL=$2@liudi.invalid \
	    GIT_AUTHOR_DATE="$LIUDI_NOW +0000" GIT_COMMITTER_NAME=$2 \
	    GIT_COMMITTER_EMAIL=$2@liudi.invalid \
	    GIT_COMMITTER_DATE="$LIUDI_NOW +0000" git -c gpg.format=ssh \
	    -c "user.signingkey=$1" commit-tree -S -p desk -m notes \
	    "$(git write-tree)")
	git update-ref refs/heads/desk "$c"
	unset GIT_INDEX_FILE GIT_DIR
}
git --git-dir "$central/control.git" show control:recipients |
    sed -n 's/.* \(age1[a-z0-9]*\)$/\1/p' >"$t/readers"
before=$(git --git-dir "$desk_git" rev-parse desk)
expect 3 shops
open=$(row eta)
forge "$t/forger" manager "$folder/$next.age"
expect 5 sync
says 'is not signed by a manager or owner of this team'
expect 3 shops
same "$(row eta)" "$open" "as before"
step "nor does one of a manager in the folder of another"
forge "$t/manager.sign" manager "notes/0123456789abcdef/0.age"
expect 5 sync
says 'it was signed by another key, and does not count'
expect 3 shops
same "$(row eta)" "$open" "as before"
step "while a manager's own does, also without liudi"
forge "$t/manager.sign" manager "$folder/$((next + 1)).age"
expect 5 sync
says 'it does not follow on the note before it'
expect 3 shops
same "$(row eta | grep -c open)" 0 "the days that it names are reviewed"
done_
