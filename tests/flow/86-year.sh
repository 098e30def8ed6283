#!/bin/sh
# tests/flow/86-year.sh BIN - a new year: everything is stored once more, what
# cannot be read then lies in the year before, and the desk sees one history.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

year=$(($(date +%Y) - 1))
on()
{
	LIUDI_NOW=$(date -d "$1 10:00" +%s) CENTRAL_NOW=$LIUDI_NOW
	export LIUDI_NOW CENTRAL_NOW
}
# run_closed: as a user to whom closed.txt is closed.
run_closed()
{
	chmod 0 "$files/chats/closed.txt"
	if [ "$(id -u)" -ne 0 ]; then
		liudi --home "$t/ws-01" run
	else
		chmod 755 "$t"
		chmod 777 "$t/tmp" "$t/home"
		chown -R 65534 "$t/ws-01" "$files" "$central"
		setpriv --reuid 65534 --clear-groups \
		    "$bin/liudi" --home "$t/ws-01" run
	fi || rc=$?
	[ "$(id -u)" -ne 0 ] || chown -R 0 "$t/ws-01" "$files" "$central"
	chmod 644 "$files/chats/closed.txt"
	return "${rc:-0}"
}
# back WHAT [OPTION...]: everything comes back as it is in $t/WHAT.
back()
{
	kept=$1
	shift
	rm -rf "$t/back"
	expect 0 restore ws-01 "$t/back" "$@"
	alike "$t/$kept" "$t/back" "$at"
}

step "December"
setpriv --help >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ] ||
    skip "root can read everything"
on "$year-12-20"
team
station ws-01
files=$t/ws-01-files
seq 1 20000 >"$files/chats/log.txt"
seq 7 3000 >"$files/chats/closed.txt"
head -c 200000 /dev/urandom >"$files/shop/a.jpg"
expect 0 ws ws-01 run
same "$(branches ws-01)" "refs/heads/ws/ws-01/main/$year.0" 'the branch'
ok synced
cp -a "$files" "$t/december"
back december

step "January: another year, one file closed"
# the year is that of the newest receipt
on "$((year + 1))-01-09"
expect 0 ws ws-01 run
same "$(branches ws-01)" "refs/heads/ws/ws-01/main/$year.0" 'the branch'
on "$((year + 1))-01-10"
seq 20001 20100 >>"$files/chats/log.txt"
expect 3 run_closed
next=refs/heads/ws/ws-01/main/$((year + 1)).0
same "$(branches ws-01 | tail -n 1)" "$next" 'the branch'
ok sh -c 'grep -q "\"elsewhere\":{\"ref\"" "$1"' - "$(manifests "$next" \
    >"$t/lines"; echo "$t/lines")"
expect 3 sync
says_no integrity
back ws-01-files
back december --at "$year-12-25 00:00:00"
expect 0 desk show ws-01
cp "$t/out" "$t/shown"
ok grep -q 'appended.*log.txt' "$t/shown"
no grep -q 'removed\|rewritten\|a.jpg' "$t/shown"

step "January: open again, and cut at the same time"
on "$((year + 1))-01-11"
cp -a "$files" "$t/january"
seq 7 2000 >"$files/chats/closed.txt"
expect 0 ws ws-01 run
ok synced
expect 0 desk show ws-01
says truncated
says_no 'integrity'
back ws-01-files
back january --at "$((year + 1))-01-10 20:00:00"
back december --at "$year-12-25 00:00:00"

step "all of it again from the repository"
expect 0 desk_key verify --all
expect 3 desk_key sync --rebuild
back ws-01-files
back december --at "$year-12-25 00:00:00"
done_
