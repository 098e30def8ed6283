#!/bin/sh
# tests/flow/88-people.sh BIN - the desk as people meet it: a terminal, a folder
# of somebody else's, one of a thing, Chinese.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# silent TEXT: the last command does not say it.
silent()
{
	checks=$((checks + 1))
	cat "$t/out" "$t/err" | grep -q -F -e "$1" && fail "says '$1'"
	:
}

step "one of each"
day 0
team
station ws-01
files=$t/ws-01-files
echo one >"$files/chats/one.txt"
day 1
expect 0 ws ws-01 run
expect 0 sync
says '1 new commit'
silent 'commits'
expect 0 desk verify
says '1 branch, 1 commit, 1 receipt, 0 bundles opened (0 B): 0 problems'
expect 0 restore ws-01 "$t/one"
says '1 file, 4 B, 1 bundle; '
echo two >"$files/chats/two.txt"
expect 0 ws ws-01 run
expect 0 sync
expect 0 restore ws-01 "$t/two"
says '2 files, 8 B, 2 bundles; '

step "commands of two words"
expect 2 desk station
says 'usage: liudi-desk station COMMAND'
says 'station add'
says 'station list'
silent 'sync'
expect 0 desk station --help
says 'station list'
expect 0 desk station list
expect 2 desk station lst
says "did you mean 'station list'?"

step "the owner's keys lie there"
expect 0 sync
says 'hint: the owner'
expect 0 desk_key -q sync
silent 'hint'
expect 0 desk_key --json sync
silent 'hint'
mkdir "$t/safe"
mv "$t/desk/keys/owner.identity" "$t/safe"
expect 0 sync
says 'hint: the owner'
mv "$t/desk/keys/owner.sign.age" "$t/safe"
expect 0 sync
silent 'hint'

step "a target that will not do, before any passphrase"
no_pass() { liudi-desk --home "$t/desk" "$@" --passphrase-fd 9 9<&-; }
echo >"$t/file"
expect 1 no_pass restore ws-01 --to "$t/file/below"
silent passphrase
echo >"$t/there.zip"
expect 2 no_pass restore ws-01 --to "$t/there.zip"
says 'exists'
says 'hint: '
mkdir "$t/folder.tar.zst"
expect 2 no_pass restore ws-01 --to "$t/folder.tar.zst" --overwrite
says 'is a folder'
expect 0 restore ws-01 "$t/there.zip" --overwrite
mv "$t/desk/catalogue" "$t/catalogue"
expect 1 no_pass restore ws-01 --to "$t/never"
says "hint: run 'liudi-desk sync'"
no test -e "$t/never"

step "reading makes nothing"
expect 1 desk log
says "hint: run 'liudi-desk sync'"
no test -e "$t/desk/catalogue"
mv "$t/catalogue" "$t/desk/catalogue"
expect 1 liudi-desk --home "$t/nowhere" log
says "cannot read the desk in '$t/nowhere'"
no test -e "$t/nowhere"

step "somebody else's desk"
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
else
	nobody() { return 77; }
fi
# the programs must be in reach, too
cp "$bin/liudi-desk" "$t/liudi-desk"
chmod 755 "$t"
if nobody "$t/liudi-desk" --version >/dev/null 2>&1; then
	other() { nobody "$t/liudi-desk" --home "$t/desk" "$@"; }
	for what in log 'show ws-01' 'ls ws-01'; do
		# shellcheck disable=SC2086
		expect 1 other $what
		says 'Permission denied'
		says 'hint: run it as the user whose desk it is'
	done
	# where it may be read, it is
	chmod -R a+rX "$t/desk"
	expect 0 other log
	says 'ws-01'
	expect 0 other ls -r ws-01
	says 'two.txt'
	: >"$t/desk/catalogue/catalogue.sqlite3-wal"
	expect 0 other log
	echo x >"$t/desk/catalogue/catalogue.sqlite3-wal"
	expect 1 other log
	says 'hint: '
	rm "$t/desk/catalogue/catalogue.sqlite3-wal"
	chmod -R go-rwx "$t/desk"
fi

step "a terminal sees what goes on, others do not"
k=0
while [ $k -lt 12 ]; do
	head -c 4000000 /dev/urandom >"$files/shop/$k.jpg"
	k=$((k + 1))
done
expect 0 ws ws-01 run
expect 0 desk_key sync --rebuild
says_no '/s'
if command -v script >/dev/null; then
	for what in 'sync --rebuild' 'verify --all' "restore ws-01 --to $t/big"
	do
		echo "exec liudi-desk --home '$t/desk' $what" \
		    "--passphrase-fd 3 3<'$t/pass'" >"$t/run.sh"
		script -qec "sh $t/run.sh" /dev/null </dev/null >"$t/tty" 2>&1 ||
			fail "on a terminal: $what"
		checks=$((checks + 1))
		grep -Eq '[0-9]+ bundles?, [0-9.]+ [kM]?B.*B/s' "$t/tty" ||
			{ cp "$t/tty" "$t/out"; fail "no progress: $what"; }
		sed -i 's/--home/--json --home/' "$t/run.sh"
		[ "${what#restore}" = "$what" ] || rm -rf "$t/big"
		script -qec "sh $t/run.sh" /dev/null </dev/null >"$t/tty" 2>&1 ||
			fail "on a terminal, --json: $what"
		checks=$((checks + 1))
		grep -q 'B/s' "$t/tty" && fail "progress in JSON: $what"
	done
fi

step "Chinese, without English in it"
# chinese COMMAND...: what people read of it; names, paths and ids aside there
# are never three English words in a row.
chinese()
{
	checks=$((checks + 1))
	LC_ALL=zh_CN.UTF-8 "$@" >"$t/out" 2>"$t/err" || :
	cat "$t/out" "$t/err" | sed "s,$t[^ ]*,,g; s/liudi-desk [a-z-]*\( -[^ ]*\)*//g" |
	    grep -E '[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}' >"$t/english" || :
	[ ! -s "$t/english" ] || { cp "$t/english" "$t/out"; : >"$t/err"
		fail "English: $*"; }
}
chinese desk station
chinese desk station list
chinese desk nothing
chinese desk log
chinese desk show ws-01
chinese desk show ffff
chinese desk ls ws-09
chinese desk verify
chinese desk_key verify --all
chinese restore ws-01 "$t/zh"
chinese restore ws-01 "$t/zh"
chinese restore ws-01:nothing "$t/zh"
chinese no_pass restore ws-01 --to "$t/there.zip"
chinese sync
echo no >"$t/wrong"
chinese liudi-desk --home "$t/desk" sync --passphrase-fd 3 3<"$t/wrong"
# a source that is gone, a file that cannot be read, a log that shrinks
echo o >"$files/chats/one.txt"
rm "$files/chats/two.txt"
mv "$files/app" "$files/was-app"
mkdir "$files/shop/deep"
ln -s x "$files/shop/link"
day 2
chinese ws ws-01 run
chinese sync
chinese desk show ws-01
# played again, set back, rewritten, gone
cp -a "$t/ws-01" "$t/ws-01.old"
echo more >"$files/chats/more.txt"
day 3
chinese ws ws-01 run
rm -rf "$t/ws-01"
mv "$t/ws-01.old" "$t/ws-01"
echo other >"$files/chats/other.txt"
day 4
chinese ws ws-01 run
chinese sync
ref=$(branches ws-01 | head -n 1)
head=$(records rev-parse "$ref")
records update-ref "$ref" "$head~2"
chinese sync
records update-ref -d "$ref"
chinese desk_key sync --accept-rewrite ws-09
chinese desk_key sync --new-central
chinese desk log
rm -f "$t/ws-01/state/keys/ws-sign"
chinese ws ws-01 run
mv "$central" "$central.gone"
chinese sync
chinese desk station list
done_
