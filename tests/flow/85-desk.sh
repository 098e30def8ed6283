#!/bin/sh
# tests/flow/85-desk.sh BIN - the desk when things are not as they should be:
# records that hold in part, cut runs, a station twice, its own death, a
# central that is gone.  LIUDI_KILLS (12), LIUDI_SEED (random).
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
kills=${LIUDI_KILLS:-12}
seed=${LIUDI_SEED:-$$}

# forge N KIND [BYTES]: the branch once more, signed by the station's key, with
# other bytes in the files of KIND that its Nth commit (from 0) added.
forge()
{
	rm -f "$t/forged"
	parent='' k=0
	for c in $(records rev-list --reverse "$ref"); do
		GIT_INDEX_FILE=$t/index
		export GIT_INDEX_FILE
		rm -f "$GIT_INDEX_FILE"
		records read-tree "$c"
		[ "$k" -ne "$1" ] || records diff-tree --root -r --name-only \
		    --no-commit-id "$c" | grep "[.]$2" >"$t/forged"
		[ ! -s "$t/forged" ] || while read -r path; do
			records cat-file blob "$c:$path" >"$t/bytes"
			printf 'changed' | dd of="$t/bytes" bs=1 seek=400 \
			    conv=notrunc 2>"$t/dd"
			oid=$(records hash-object -w "$t/bytes")
			records update-index --cacheinfo "100644,$oid,$path"
		done <"$t/forged"
		records cat-file commit "$c" | sed '1,/^$/d' >"$t/message"
		who=$(records log -1 --format=%an "$c")
		when=$(records log -1 --format=%ct "$c")
		parent=$(GIT_AUTHOR_NAME=$who GIT_COMMITTER_NAME=$who \
		    GIT_AUTHOR_EMAIL=$who@liudi.invalid \
		    GIT_COMMITTER_EMAIL=$who@liudi.invalid \
		    GIT_AUTHOR_DATE="$when +0000" \
		    GIT_COMMITTER_DATE="$when +0000" \
		    git --git-dir "$central/records.git" -c gpg.format=ssh -c \
		    "user.signingkey=$t/$who/state/keys/ws-sign" commit-tree \
		    -S ${parent:+-p "$parent"} -F "$t/message" \
		    "$(records write-tree)")
		echo "$parent"
		k=$((k + 1))
	done >"$t/ids"
	unset GIT_INDEX_FILE
}
# at_commit N: the central shows so much of it.
at_commit() { records update-ref "$ref" "$(sed -n "$(($1 + 1))p" "$t/ids")"; }
# marked FILE: as perhaps not the newest.
marked() { desk ls -r ws-01 | grep -q "$1.*not the newest"; }
# brings FILES...: each comes back as it is now.
brings()
{
	rm -rf "$t/back"
	rc=0
	restore ws-01 "$t/back" >"$t/out" 2>"$t/err" || rc=$?
	for f; do
		checks=$((checks + 1))
		cmp -s "$files/$f" "$t/back/$f" || fail "not brought back: $f"
	done
}
random()
{
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	random=$((seed / 65536 % $1))
}

step "four good days"
day 0
team
station ws-01
cp -a "$t/desk" "$t/desk.new"
files=$t/ws-01-files
seq 1 20000 >"$files/chats/log.txt"
seq 5 9000 >"$files/chats/quiet.txt"
head -c 200000 /dev/urandom >"$files/shop/a.jpg"
day 1
expect 0 ws ws-01 run
# Little: a cut that falls into it would make the next day need this bundle.
seq 20001 20002 >>"$files/chats/log.txt"
head -c 100000 /dev/urandom >"$files/shop/b.jpg"
day 2
expect 0 ws ws-01 run
seq 20003 20004 >>"$files/chats/log.txt"
head -c 100000 /dev/urandom >"$files/shop/c.jpg"
mv "$files/shop/a.jpg" "$files/shop/a2.jpg"
day 3
expect 0 ws ws-01 run
day 4
expect 0 ws ws-01 run --full
ref=$(branches ws-01)
cp -a "$central" "$t/central.good"

step "a bundle of a delta is broken: what does not need it is there"
forge 1 bundle
at_commit 1
expect 5 sync
says 'bundle 0'
says "'chats/log.txt'"
brings chats/quiet.txt
same "$rc" 3 restore
says 'perhaps not the newest'
ok cmp -n 100000 "$t/back/chats/log.txt" "$files/chats/log.txt"
no test -e "$t/back/shop/b.jpg"
ok marked log.txt
no marked quiet.txt
expect 0 restore ws-01 "$t/day1" --at "$(when 1 60)"
at_commit 2
expect 5 sync
brings chats/log.txt chats/quiet.txt shop/c.jpg shop/a2.jpg
same "$rc" 0 restore
no marked log.txt
no test -e "$t/back/shop/b.jpg"

step "a full run makes it sure again"
day 5
at_commit 3
sync >"$t/out" 2>"$t/err" || :
brings chats/log.txt chats/quiet.txt shop/c.jpg shop/a2.jpg
same "$rc" 0 restore

step "a manifest of a delta is broken: all is in doubt, and stays"
rm -rf "$central" "$t/desk"
cp -a "$t/central.good" "$central"
cp -a "$t/desk.new" "$t/desk"
forge 1 manifest
at_commit 1
expect 5 sync
says 'is left out'
brings chats/quiet.txt
same "$rc" 3 'restore'
at_commit 2
expect 5 sync
brings chats/quiet.txt shop/c.jpg shop/a2.jpg
same "$rc" 3 'restore'
no test -e "$t/back/shop/a.jpg"
at_commit 3
sync >"$t/out" 2>"$t/err" || :
brings chats/log.txt chats/quiet.txt shop/c.jpg shop/a2.jpg
expect 0 restore ws-01 "$t/day1" --at "$(when 1 60)" --overwrite

step "a station that calls a cut a growth"
rm -rf "$central" "$t/desk"
cp -a "$t/central.good" "$central"
cp -a "$t/desk.new" "$t/desk"
expect 0 sync
day 6
seq 1 9000 >"$files/chats/log.txt"
expect 0 ws ws-01 run
head=$(records rev-parse "$ref")
path=$(records diff-tree -r --name-only --no-commit-id "$head" |
    grep '[.]manifest')
open_blob "$head:$path" |
    sed '/"op":"truncated"/s/"truncated"/"appended"/' >"$t/lines"
{ zstd -qc "$t/lines"; printf '\120\052\115\030\000\000\000\000'; } |
    age -r "$(cat "$t/desk/keys/manager.recipient")" \
    -r "$(cat "$t/desk/keys/owner.recipient")" >"$t/bytes"
forge 99 none
sum=$(sha256sum "$t/bytes")
oid=$(records hash-object -w "$t/bytes")
sed -i "s/^Liudi-Manifest: .*/Liudi-Manifest: sha256:${sum%% *}/" "$t/message"
GIT_INDEX_FILE=$t/index
export GIT_INDEX_FILE
records read-tree "$head"
records update-index --cacheinfo "100644,$oid,$path"
records update-ref "$ref" "$(GIT_AUTHOR_NAME=ws-01 GIT_COMMITTER_NAME=ws-01 \
    GIT_AUTHOR_EMAIL=ws-01@liudi.invalid \
    GIT_COMMITTER_EMAIL=ws-01@liudi.invalid \
    GIT_AUTHOR_DATE="$LIUDI_NOW +0000" GIT_COMMITTER_DATE="$LIUDI_NOW +0000" \
    git --git-dir "$central/records.git" -c gpg.format=ssh \
    -c "user.signingkey=$t/ws-01/state/keys/ws-sign" commit-tree -S \
    -p "$head^" -F "$t/message" "$(records write-tree)")"
unset GIT_INDEX_FILE
unreceived
received "$ref"
expect 5 sync
says 'was truncated; the station calls it appended'
brings chats/log.txt
same "$rc" 0 restore

step "two streams of one station"
station ws-02
sed -i '/^\[source shop\]/a stream = shots' "$t/ws-02/liudi.ini"
files=$t/ws-02-files
day 7
seq 1 100 >"$files/chats/log.txt"
head -c 100000 /dev/urandom >"$files/shop/a.jpg"
expect 0 ws ws-02 run
day 8
seq 101 200 >>"$files/chats/log.txt"
expect 0 ws ws-02 run
day 9
head -c 100000 /dev/urandom >"$files/shop/b.jpg"
expect 0 ws ws-02 run
ok synced
same "$(branches ws-02 | wc -l)" 2 'branches'
expect 0 restore ws-02 "$t/two"
alike "$files" "$t/two" 'both streams'
expect 0 restore ws-02 "$t/two8" --at "$(when 8 60)"
ok test -e "$t/two8/shop/a.jpg"
no test -e "$t/two8/shop/b.jpg"

step "a run is cut off, seen, and resumed"
station ws-03
files=$t/ws-03-files
day 10
k=0
while [ $k -lt 16 ]; do
	head -c 4000000 /dev/urandom >"$files/shop/$k.jpg"
	k=$((k + 1))
done
git_spool() { git --git-dir "$t/ws-03/state/spool.git" "$@"; }
count() { git_spool rev-list --count --all 2>/dev/null || echo 0; }
liudi --home "$t/ws-03" run --no-push >"$t/out" 2>"$t/err" &
pid=$!
while [ "$(count)" -lt 1 ] && kill -0 $pid 2>/dev/null; do
	sleep 0.01
done
kill -9 $pid 2>/dev/null || :
wait $pid 2>/dev/null || :
part=$(git_spool for-each-ref --format='%(refname)' refs/heads/ws/ | head -1)
git_spool push -q "$central/records.git" "$part:$part" 2>"$t/err" ||
    fail 'no part sent'
before=$(records rev-list --count "$part")
ok synced
expect 0 desk log ws-03
says unfinished
expect 0 desk ls -r ws-03
day 11
expect 0 ws ws-03 run
ok test "$(records rev-list --count "$part")" -gt "$before"
ok synced
says_no 'ws-03: integrity'
expect 0 desk log ws-03
says_no unfinished
expect 0 restore ws-03 "$t/cut"
alike "$files" "$t/cut" 'a resumed run'

step "a station twice"
day 12
cp -a "$t/ws-03" "$t/ws-03b"
echo one >"$files/chats/one.txt"
expect 0 ws ws-03 run
echo two >"$files/chats/two.txt"
day 13
expect 0 ws ws-03b run
expect 3 sync
says 'the station was set back'
# what the first of the two sends now has no place; what arrived is there
expect 0 restore ws-03 "$t/twice"
ok test -e "$t/twice/chats/two.txt"
expect 0 restore ws-03 "$t/twice12" --at "$(when 12 60)"
ok test -e "$t/twice12/chats/one.txt"

step "the desk is killed at any point of a sync"
ms=300 k=0
while [ $k -lt "$kills" ]; do
	[ $((k % 4)) -ne 0 ] || rm -rf "$t/desk/catalogue" "$t/desk/records.git"
	liudi-desk --home "$t/desk" sync --passphrase-fd 3 3<"$t/pass" \
	    >"$t/out" 2>"$t/err" &
	pid=$!
	random $ms
	sleep "$(printf '0.%03d' $random)"
	kill -9 $pid 2>/dev/null || :
	wait $pid 2>/dev/null || :
	k=$((k + 1))
done
rc=0
sync >"$t/out" 2>"$t/err" || rc=$?
same "$rc" 5 'sync behind kills'
same "$(sqlite3 "$t/desk/catalogue/catalogue.sqlite3" \
    'PRAGMA integrity_check')" ok 'the catalogue'
expect 0 restore ws-02 "$t/killed"
alike "$t/ws-02-files" "$t/killed" 'behind kills'
same "$(find "$t/desk" -name '.tmp-*' -o -name '*.lock' |
    grep -vcE '/(sync|access)[.]lock$')" 0 'left-overs'

step "the wrong passphrase, the wrong identity, a central that is gone"
echo wrong >"$t/wrong"
expect 1 liudi-desk --home "$t/desk" sync --passphrase-fd 3 3<"$t/wrong"
says 'hint: '
age-keygen -o "$t/thief.key" 2>"$t/thief.txt"
expect 1 desk sync -i "$t/thief.key"
says 'hint: '
mv "$central" "$t/gone"
rc=0
sync >"$t/out" 2>"$t/err" || rc=$?
says 'cannot fetch'
same "$rc" 1 'a central that is gone'
expect 0 desk log ws-02
expect 0 desk verify
expect 0 restore ws-02 "$t/offline"
alike "$t/ws-02-files" "$t/offline" 'without the central'

step "--json is JSON"
for what in log 'ls -r ws-02' 'show ws-02' verify; do
	rc=0
	# shellcheck disable=SC2086
	desk --json $what >"$t/json" 2>"$t/err" || rc=$?
	ok jq -es 'length > 0 and all(.v == 1)' "$t/json"
done
rc=0
desk_key sync --json --offline >"$t/json" 2>"$t/err" || rc=$?
ok jq -es 'length > 0 and all(.v == 1)' "$t/json"
done_
