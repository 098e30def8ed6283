#!/bin/sh
# tests/flow/87-rewrite.sh BIN - a central that was set back or made anew: told,
# never followed by itself, followed when the manager says so, with all that
# was held kept; and what this desk saw first, which no rebuild forgets.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

mirror() { git --git-dir "$t/desk/records.git" "$@"; }
# first NAME: run, first_seen and received of all runs into $t/NAME.
first()
{
	desk --json log | jq -c '[.station, .run, .seq, .first_seen]' |
	    sort >"$t/$1"
}
# silent TEXT: the last command does not say it.
silent()
{
	checks=$((checks + 1))
	cat "$t/out" "$t/err" | grep -q -F -e "$1" && fail "says '$1'"
	:
}
kept() { mirror for-each-ref --format='%(refname)' refs/liudi/kept/; }
# anew: records.git empty, as `init` made it.
anew()
{
	mv "$central/records.git" "$t/lost.$1.git"
	git init -q --bare "$central/records.git"
	cp "$t/lost.$1.git/config" "$central/records.git/config"
	rm -rf "$central/records.git/hooks"
	cp -a "$t/lost.$1.git/hooks" "$central/records.git/hooks"
	root=$(git --git-dir "$t/lost.$1.git" rev-list --max-parents=0 \
	    refs/heads/receipts)
	records fetch -q "$t/lost.$1.git" \
	    refs/heads/receipts:refs/heads/receipts
	records update-ref refs/heads/receipts "$root"
}

step "what was first seen is kept"
day 0
team
station ws-01
station ws-02
files=$t/ws-01-files
seq 1 3000 >"$files/chats/log.txt"
head -c 100000 /dev/urandom >"$files/shop/a.jpg"
echo two >"$t/ws-02-files/chats/two.txt"
day 1
expect 0 ws ws-01 run
expect 0 ws ws-02 run
day 1 600
expect 0 sync
seq 3001 3100 >>"$files/chats/log.txt"
day 2
expect 0 ws ws-01 run
day 2 600
expect 0 sync
cp -a "$files" "$t/day2"
first before
same "$(jq -r '.[3]' "$t/before" | sort -u | wc -l)" 2 'times of first sight'
same "$(wc -l <"$t/desk/seen")" 3 'lines of seen'
same "$(stat -c %a "$t/desk/seen")" 600 'mode of seen'
day 3
expect 0 desk_key sync --rebuild
first again
ok cmp "$t/before" "$t/again"
rm -rf "$t/desk/catalogue" "$t/desk/records.git"
expect 0 sync
first again
ok cmp "$t/before" "$t/again"
same "$(wc -l <"$t/desk/seen")" 3 'lines of seen'

step "a power cut in its last line; a line that makes no sense"
printf '1700000000 0123' >>"$t/desk/seen"
seq 3101 3200 >>"$files/chats/log.txt"
expect 0 ws ws-01 run
expect 0 sync
same "$(grep -c '^[0-9]* [0-9a-f]\{40\} refs/heads/ws/' "$t/desk/seen")" 4 \
    'lines of seen'
same "$(wc -l <"$t/desk/seen")" 4 'lines of seen'
first before
cp "$t/desk/seen" "$t/seen"
echo rubbish >>"$t/desk/seen"
expect 1 sync
says 'line 5'
says 'hint: '
cp "$t/seen" "$t/desk/seen"
expect 0 desk_key sync --rebuild
first again
ok cmp "$t/before" "$t/again"
cp -a "$files" "$t/day3"

step "the central's records are made anew"
anew 1
seq 3201 3300 >>"$files/chats/log.txt"
rm "$files/shop/a.jpg"
day 5
ws ws-01 run >"$t/out" 2>"$t/err" || :
ws ws-01 run >"$t/out" 2>"$t/err" || :
ok test -n "$(branches ws-01)"
expect 5 sync
says 'the central changed its history'
says '--new-central'
expect 5 sync
silent 'changed its history'
says '--accept-rewrite'
expect 0 restore ws-02 "$t/stays"
alike "$t/ws-02-files" "$t/stays" 'what is here'
same "$(kept)" '' 'nothing was asked for'

step "options that do not go together; a station that is another"
expect 2 desk_key sync --new-central --accept-rewrite ws-01
expect 2 desk_key sync --new-central --offline
old=$(mirror rev-parse refs/heads/ws/ws-01/main/"$(date -d "@$epoch0" +%Y)".0)
expect 5 desk_key sync --accept-rewrite ws-0
says 'nothing of it was rewritten'
same "$(kept)" '' 'no station ws-0'

step "one station is accepted"
day 5 600
expect 5 desk_key sync --accept-rewrite ws-01
says 'ws-01: warning: '
says 'is kept as refs/liudi/kept/'
silent 'ws-02: warning'
same "$(kept | wc -l)" "$(kept | grep -c /ws/ws-01/)" 'kept'
ok mirror merge-base --is-ancestor "$old" "$(kept | head -n 1)"
expect 0 restore ws-01 "$t/new"
alike "$files" "$t/new" 'the new history'
expect 0 restore ws-01 "$t/old" --at "$(when 2 60)"
alike "$t/day2" "$t/old" 'the old history'

step "all are"
expect 3 desk_key sync --new-central
says 'ws-02: warning: '
expect 0 sync
expect 0 desk verify
expect 0 desk_key verify --all
expect 0 restore ws-02 "$t/gone"
alike "$t/ws-02-files" "$t/gone" 'a station that did not send yet'
seq 3301 3400 >>"$files/chats/log.txt"
echo more >>"$t/ws-02-files/chats/two.txt"
day 6
ws ws-01 run >"$t/out" 2>"$t/err" || :
ws ws-02 run >"$t/out" 2>"$t/err" || :
ws ws-02 run >"$t/out" 2>"$t/err" || :
ok synced
expect 0 desk show ws-01
silent 'removed'
expect 0 restore ws-02 "$t/two"
alike "$t/ws-02-files" "$t/two" 'the other station'

step "a rebuild has it all, in the same order"
first before
desk ls -lr ws-01 >"$t/ls1"
desk_key sync --rebuild >"$t/out" 2>"$t/err" || same $? 3 'a rebuild'
says 'is kept as'
first again
ok cmp "$t/before" "$t/again"
desk ls -lr ws-01 >"$t/ls2"
ok cmp "$t/ls1" "$t/ls2"
expect 0 restore ws-01 "$t/old2" --at "$(when 3 60)"
alike "$t/day3" "$t/old2" 'the old history'
expect 0 desk_key verify --all

step "set back to a day, then on: a fork"
ref=$(branches ws-01 | tail -n 1)
cp -a "$files" "$t/day6"
was=$(records rev-parse "$ref")
seq 1 10 >"$files/chats/later.txt"
day 7
expect 0 ws ws-01 run
ok synced
records update-ref "$ref" "$was"
day 8
expect 5 sync
expect 3 desk_key sync --accept-rewrite "$ref"
expect 0 sync
# what only the desk has still is its newest word of the station
expect 0 restore ws-01 "$t/at7" --at "$(when 7 60)"
ok test -e "$t/at7/chats/later.txt"
ws ws-01 run >"$t/out" 2>"$t/err" || :
ws ws-01 run >"$t/out" 2>"$t/err" || :
ok synced
expect 0 restore ws-01 "$t/at8"
alike "$files" "$t/at8" 'behind it'
desk ls -lr ws-01 >"$t/ls1"
desk_key sync --rebuild >"$t/out" 2>"$t/err" || same $? 3 'a rebuild'
desk ls -lr ws-01 >"$t/ls2"
ok cmp "$t/ls1" "$t/ls2"

step "control is never replaced"
git --git-dir "$central/control.git" update-ref -d refs/heads/control
expect 5 desk_key sync --new-central
says 'never replaced'
git -C "$t/desk/control.git" push -q "$central/control.git" control \
    >"$t/out" 2>"$t/err" || fail 'control cannot be put back'
ok synced
done_
