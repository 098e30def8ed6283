#!/bin/sh
# tests/flow/70-names.sh BIN MODEL - what restore writes: archives, odd names,
# nothing outside its target, nothing over what is there.
model=${2:?usage: $0 BIN MODEL}
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

step "a team"
day 0
team
station ws-01
files=$t/ws-01-files
"$model" step "$files" 5 0
rm -f "$files/app"/*
touch -d '1985-01-02 03:04:05' "$files/chats/plain-0.txt" ||
	: >"$files/chats/plain-0.txt"
mkdir -p "$files/chats/dir0"
echo 'in it' >"$files/chats/dir0/y"
day 1
expect 0 ws ws-01 run
expect 0 sync
expect 0 restore ws-01 "$t/back"
alike "$files" "$t/back" "a folder"

step "tar.zst"
expect 0 restore ws-01 "$t/all.tar.zst"
ok zstd -qt "$t/all.tar.zst"
mkdir "$t/untar"
ok tar --zstd -xpf "$t/all.tar.zst" -C "$t/untar"
root=$t/untar
[ -d "$root/chats" ] || root=$t/untar/ws-01
alike "$files" "$root" "an archive"
expect 0 restore ws-01:chats "$t/chats.tar.zst"
ok test "$(tar --zstd -tf "$t/chats.tar.zst" 2>"$t/err" | wc -l)" -gt 5

step "zip"
desk_key restore ws-01 --to "$t/all.zip" >"$t/out" 2>"$t/err" ||
	[ $? -eq 3 ] || fail "no zip"
ok test -s "$t/all.zip"
if command -v unzip >/dev/null; then
	ok unzip -tqq "$t/all.zip"
	unzip -Z1 "$t/all.zip" >"$t/zip.names"
	same "$(wc -l <"$t/zip.names")" \
	    "$(find "$files" -type f -print0 | tr -cd '\0' | wc -c)" \
	    "files in the zip"
	# what no Windows can hold is not there as it was
	no grep -E '[<>:"|?*\\]|[. ](/|$)' "$t/zip.names"
	no grep -iE '(^|/)(con|nul|aux|prn)([.]|$)' "$t/zip.names"
	same "$(tr '[:upper:]' '[:lower:]' <"$t/zip.names" | sort |
	    uniq -d | wc -l)" 0 "names that differ in case only"
	unzip -p "$t/all.zip" 'chats/plain-0.txt' >"$t/plain"
	ok cmp "$files/chats/plain-0.txt" "$t/plain"
else
	say "skipped: no unzip"
fi

step "nothing over what is there"
mkdir -p "$t/over/chats/dir0"
echo mine >"$t/over/chats/dir0/y"
expect 3 restore ws-01:chats "$t/over"
says 'dir0/y'
same "$(cat "$t/over/chats/dir0/y")" mine "a file that was there"
expect 0 restore ws-01:chats "$t/over" --overwrite
ok cmp "$files/chats/dir0/y" "$t/over/chats/dir0/y"
expect 0 restore ws-01:chats "$t/over2"
cp "$t/all.zip" "$t/mine.zip"
echo mine >"$t/mine.zip"
expect 2 restore ws-01 "$t/mine.zip"
same "$(cat "$t/mine.zip")" mine "an archive that was there"

step "nothing outside"
mkdir -p "$t/link/chats" "$t/outside"
ln -s "$t/outside" "$t/link/chats/dir0"
ln -s "$t/outside/file" "$t/link/chats/plain-0.txt"
for o in '' --overwrite; do
	restore ws-01:chats "$t/link" ${o:+"$o"} >"$t/out" 2>"$t/err" || :
	same "$(find "$t/outside" -type f | wc -l)" 0 "files outside $o"
done
ln -s "$t/outside" "$t/link2"
mkdir "$t/link3"
ln -s "$t/outside" "$t/link3/chats"
restore ws-01:chats "$t/link3" --overwrite >"$t/out" 2>"$t/err" || :
same "$(find "$t/outside" -type f | wc -l)" 0 "files outside"

step "what is asked for"
expect 0 restore 'ws-01:chats/dir0' "$t/dir"
same "$(find "$t/dir" -type f | wc -l)" \
    "$(find "$files/chats/dir0" -type f | wc -l)" "files of a folder"
expect 1 restore ws-01:nothing "$t/none"
expect 1 restore ws-01:chats/none "$t/none"
expect 1 restore ws-01:chats/../shop "$t/none"
expect 1 restore ws-01 "$t/none" --at "$(when 0)"
expect 2 restore ws-01 "$t/none" --at yesteryear
expect 2 desk_key restore ws-01
no test -n "$(find "$t/none" -type f 2>/dev/null)"
expect 0 desk ls ws-01 chats
says 'plain-0.txt'
# a name cannot move the terminal's cursor
says_no "$(printf '\001')"
done_
