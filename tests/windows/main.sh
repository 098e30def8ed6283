#!/bin/sh
# tests/windows/main.sh BIN EXE - liudi.exe under wine, beside liudi: the main line.
#
# BIN is the folder of liudi and liudi-desk, EXE what config/windows/build.sh
# made.  wine, and the mingw-w64 compiler for the relay (tests/windows/relay.c),
# which has git of this machine answer where Windows would have its own.  What
# wine cannot tell stands in docs/WINDOWS.md.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/../flow/lib.sh"
exe=${2:?usage: $0 BIN EXE}
command -v wine >/dev/null || skip 'no wine'
cc=x86_64-w64-mingw32-gcc-win32
command -v $cc >/dev/null || skip "no $cc"

# One prefix for all runs where the caller has one: making it takes 10 s.
WINEPREFIX=${LIUDI_WINEPREFIX:-$t/wine} WINEDEBUG=-all WINEARCH=win64
LIUDI_RELAY=$t/relay
export WINEPREFIX WINEDEBUG WINEARCH LIUDI_RELAY
mkdir -p "$t/relay" "$WINEPREFIX"
cp "$src/tests/windows/relay.sh" "$t/relay/"
$cc -O1 -municode -static -o "$t/relay/git.exe" \
    "$src/tests/windows/relay.c" -lws2_32
cp "$t/relay/git.exe" "$t/relay/git-receive-pack.exe"
cp "$t/relay/git.exe" "$t/relay/ssh.exe"
cat >"$t/relay/environment" <<ENVIRONMENT
PATH='$PATH' HOME='$HOME' TMPDIR='$TMPDIR'
export PATH HOME TMPDIR
ENVIRONMENT
[ -e "$WINEPREFIX/system.reg" ] || wineboot -i >/dev/null 2>&1
# shellcheck disable=SC2317
cleanup() { wineserver -k 2>/dev/null || :; }

# win COMMAND...: liudi.exe, as the station in $win_home.
win_home=Z:$t/win-01
win()
{
	LC_ALL=C.UTF-8 WINEPATH="Z:$t/relay" wine "$exe" --home "$win_home" "$@"
}
# files DIR: what both stations have.
files()
{
	mkdir -p "$1/chats/客户" "$1/app"
	long=$1/app/$(printf '%0120d/%0120d/%0100d' 1 2 3)
	mkdir -p "$long"
	echo 'a path of more than 300 characters' >"$long/long.txt"
	echo '你好' >"$1/chats/客户/询盘 2026.txt"
	head -c 3000000 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 \
	    2>/dev/null >"$1/app/design.psd"
	for f in 'ends in a dot.' 'con' 'aux.txt' 'a space '; do
		echo "$f" >"$1/app/$f"
	done
	: >"$1/app/empty"
	find "$1" -type f -exec chmod 600 {} +
	find "$1" -exec touch -h -d '2026-03-04 05:06:07.1234567' {} +
}

step 'a team with a station of each kind'
team
station lin-01
line=$(win -q init --central "$central" --station win-01 | tr -d '\r')
expect 0 desk_key station add "$line"
sed 's,/lin-01-files/,/win-01-files/,' "$t/lin-01/liudi.ini" |
    sed -n '/^\[source/,$p' >>"$t/win-01/liudi.ini"
sed -i "s,= /,= Z:/," "$t/win-01/liudi.ini"
mkdir -p "$t/win-01-files/shop"
# where a large file is cut is each station's own secret
cp "$t/lin-01/state/keys/ws-gear" "$t/win-01/state/keys/ws-gear"
files "$t/lin-01-files"
files "$t/win-01-files"

step 'the same files, the same chunks'
day 1
expect 0 ws lin-01 run
expect 0 win run
expect 0 synced
for s in lin-01 win-01; do
	chunk_ids "$(branches $s)" >"$t/$s.ids"
	manifests "$(branches $s)" | jq -c 'select(.op) | del(.torn)' \
	    >"$t/$s.lines"
	for b in $(sealed "$(branches $s)" bundle | cut -d ' ' -f 1); do
		open_blob "$b" | tar --delete --wildcards -f - '*liudi.json'
	done | sha256sum >"$t/$s.tar"
	sha256sum <"$t/$s.ids" >"$t/$s.sum"
done
same "$(cat "$t/win-01.sum")" "$(cat "$t/lin-01.sum")" 'ids of chunks'
ok cmp "$t/win-01.lines" "$t/lin-01.lines"
same "$(cat "$t/win-01.tar")" "$(cat "$t/lin-01.tar")" 'bytes of the tar'

step 'what changes the next day'
day 2
for s in lin-01 win-01; do
	f=$t/$s-files
	echo '再见' >>"$f/chats/客户/询盘 2026.txt"
	rm "$f/app/con"
	mv "$f/app/aux.txt" "$f/app/moved.txt"
	: >"$f/app/design.psd"
	sqlite3 "$f/app/live.db" 'PRAGMA journal_mode=wal' \
	    'CREATE TABLE t(a)' "INSERT INTO t VALUES('$s')" >"$t/out"
	find "$f" -type f -exec chmod 600 {} + \
	    -exec touch -d '2026-03-05 05:06:07' {} +
done
expect 0 ws lin-01 run
expect 0 win run
expect 0 win run	# nothing new
expect 0 synced
ops() { manifests "$(branches "$1")" | jq -r 'select(.op) | "\(.op) \(.path)"'; }
ops lin-01 >"$t/lin-01.ops"
ops win-01 >"$t/win-01.ops"
ok cmp "$t/win-01.ops" "$t/lin-01.ops"

step 'nobody at the central'
mv "$central" "$central.away"
echo more >>"$t/win-01-files/chats/客户/询盘 2026.txt"
expect 4 win run
mv "$central.away" "$central"
expect 0 win run
expect 0 win status
# nothing wakes it: a warning
expect 3 win doctor

step 'a live database'
db=$t/win-01-files/app/live.db
mkfifo "$t/sql"
sqlite3 "$db" <"$t/sql" >"$t/said" 2>&1 &
writer=$!
exec 7>"$t/sql"
echo "BEGIN IMMEDIATE; INSERT INTO t VALUES('not yet');" >&7
expect 0 win run
echo "COMMIT; INSERT INTO t VALUES('then');" >&7
exec 7>&-
wait "$writer"
# Windows counts in steps of 100 ns
find "$t/win-01-files" -type f -newer "$t/lin-01.tar" \
    -exec touch -d '2026-03-06 05:06:07' {} +
expect 0 win run

step 'restored as they were'
expect 0 synced
for s in lin-01 win-01; do
	expect 0 restore $s "$t/back-$s"
	alike "$t/back-$s" "$t/$s-files" "restored $s"
done

step 'an invitation'
# the second station's folder has a name in Chinese
win_home='Z:'$t/王芳
unset LIUDI_NOW CENTRAL_NOW
expect 0 desk_key --json invite win-02 --person '王芳'
string=$(jq -r .string "$t/out")
expect 0 win join "$string" --agree 1
expect 0 synced
expect 0 win run

step 'over ssh'
if ssh_server; then
	win_home=Z:$t/win-03
	line=$(win -q init --central "$ssh_central" --station win-03 \
	    --ssh "$ssh_command")
	expect 0 desk_key station add "$line"
	mkdir "$t/win-03-files"
	echo 'by ssh' >"$t/win-03-files/a.txt"
	printf '\n[source app]\nkind = files\nsettle = 0\npath = %s\n' \
	    "Z:$t/win-03-files" >>"$t/win-03/liudi.ini"
	expect 0 win run
	expect 0 synced
	same "$(ops win-03)" 'added a.txt' 'what came by ssh'
else
	say 'no sshd here'
fi

step 'as equals'
# two have been silent since their pinned days
expect 3 desk audit
says '; 0 alarms in 7 days, 0 open'
expect 0 desk_key verify
says ': 0 problems'

done_
