#!/bin/sh
# tests/flow/63-ledger-faults.sh BIN FAULTY - the desk ends at each write, fsync,
# rename and unlink of a command on accounts, and of a sync that sends what waits:
# nothing that was kept is lost, and nothing is there twice.  FAULTY is a
# liudi-desk built with -DLIUDI_FAULTS.
faulty=${2:?usage: $0 BIN FAULTY}
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

acc() { desk_key account "$@"; }
desk_git() { git --git-dir "$central/desk.git" "$@"; }
nfiles() { desk_git ls-tree -r --name-only desk accounts/events | wc -l; }
unsent() { find "$t/desk/accounts.unsent" -name '*.age' ! -name '.*' | sort; }
# dies_at N COMMAND...: the last call that it makes is the Nth.
dies_at()
{
	n_=$1
	shift
	died=0
	LIUDI_FILE_FAULT=$n_:kill "$faulty" --home "$t/desk" "$@" \
	    --passphrase-fd 3 3<"$t/pass" >"$t/out" 2>"$t/err" || died=$?
}
# said N...: each of these remarks is in the book once, and no other twice.
said()
{
	expect 0 acc show acmelamps-eb-01 --json
	jq -r '.history[].fields.text // empty' "$t/out" | sort >"$t/texts"
	same "$(uniq -d "$t/texts")" '' 'remarks that are there twice'
	for n_; do
		same "$(grep -c -x "$n_" "$t/texts")" 1 "remark $n_"
	done
}

day 1
team
station ws-01
expect 0 ws ws-01 run
expect 0 sync
expect 0 acc add eb --no-password
before=$(nfiles)

step 'a command'
n=0 kept=
while [ $n -lt 200 ]; do
	n=$((n + 1))
	waits=$(unsent)
	dies_at $n account flag acmelamps-eb-01 "at-$n"
	# the name under which it counts: from here on it must not be lost
	[ "$(unsent)" = "$waits" ] || kept="$kept at-$n"
	[ $died -ne 0 ] || break
done
kept="$kept at-$n"
same "$died" 0 'not killed at the end'
ok test $n -gt 10
ok test "$(echo "$kept" | wc -w)" -gt 2
expect 0 sync
same "$(unsent)" '' 'what waits'
# shellcheck disable=SC2086
said $kept
same "$(nfiles)" $((before + $(wc -l <"$t/texts"))) 'event files of desk.git'
ok desk_git fsck --strict --no-dangling

step 'a sync that sends'
before=$(nfiles)
texts=$(wc -l <"$t/texts")
n=0 kept=
while [ $n -lt 200 ]; do
	n=$((n + 1))
	mv "$central" "$central.gone"
	acc flag acmelamps-eb-01 "sync-$n" >/dev/null 2>&1 ||
	    fail "flag $n"
	mv "$central.gone" "$central"
	kept="$kept sync-$n"
	dies_at $n sync
	[ $died -ne 0 ] || break
done
same "$died" 0 'not killed at the end'
ok test $n -gt 5
expect 0 sync
same "$(unsent)" '' 'what waits'
# shellcheck disable=SC2086
said $kept
same "$(nfiles)" $((before + $(wc -l <"$t/texts") - texts)) \
    'event files of desk.git'
# and as a desk sees it that begins anew
expect 0 desk_key sync --rebuild
# shellcheck disable=SC2086
said $kept
ok desk_git fsck --strict --no-dangling
done_
