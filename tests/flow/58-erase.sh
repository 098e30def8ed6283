#!/bin/sh
# tests/flow/58-erase.sh BIN - how long records are kept, and that an epoch of
# them is gone when two decided so: everywhere, provably, and nothing else.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

y=$(($(date +%Y) - 4))
on()
{
	LIUDI_NOW=$(date -d "$1 10:00" +%s) CENTRAL_NOW=$LIUDI_NOW
	export LIUDI_NOW CENTRAL_NOW
}
# li, wu: two more managers at desks of their own.
li() { liudi-desk --home "$t/li" "$@" --passphrase-fd 3 3<"$t/pass"; }
wu() { liudi-desk --home "$t/wu" "$@" --passphrase-fd 3 3<"$t/pass"; }
# look: without a key.
look() { liudi-desk --home "$t/li" "$@"; }
control() { git --git-dir "$central/control.git" "$@"; }
desk_git() { git --git-dir "$central/desk.git" "$@"; }
retention() { control show control:retention.ini; }
look_desk() { liudi-desk --home "$t/desk" "$@"; }
# run_closed: ws-01 as a user to whom closed.txt is closed.
run_closed()
{
	rc=0
	chmod 0 "$files/chats/closed.txt"
	if [ "$(id -u)" -ne 0 ]; then
		liudi --home "$t/ws-01" run || rc=$?
	else
		chmod 755 "$t"
		chmod 777 "$t/tmp" "$t/home"
		chown -R 65534 "$t/ws-01" "$files" "$central"
		setpriv --reuid 65534 --clear-groups \
		    "$bin/liudi" --home "$t/ws-01" run || rc=$?
		chown -R 0 "$t/ws-01" "$files" "$central"
	fi
	chmod 644 "$files/chats/closed.txt"
	return "$rc"
}
# objects GITDIR: the id of each object, in packs or not, reachable or not.
objects()
{
	git --git-dir "$1" cat-file --batch-all-objects \
	    --batch-check='%(objectname)' | sort
}
# bytes_in DIR: how many of the needles are found in any file there.
bytes_in()
{
	while read -r needle; do
		LC_ALL=C grep -r -l -a -U -P -m 1 -e "$needle" "$1" | head -n 1
	done <"$t/needles" | wc -l
}
# gone GITDIR: none of the objects of $t/doomed is there, nor their bytes.
gone()
{
	objects "$1" >"$t/have"
	same "$(comm -12 "$t/have" "$t/doomed" | wc -l)" 0 "objects of $1"
	# sealed bytes lie in packs as they are: nothing is compressed
	same "$(bytes_in "$1")" 0 "bytes in $1"
	ok git --git-dir "$1" fsck --strict --no-dangling
}
# whole GITDIR: all of them are there.
whole()
{
	objects "$1" >"$t/have"
	same "$(comm -12 "$t/have" "$t/doomed" | wc -l)" \
	    "$(wc -l <"$t/doomed")" "objects of $1"
}
# git as it is, but that it kills who runs it before or behind a step.
cat >"$t/bin/git" <<-GIT
	#!/bin/sh
	real=$(command -v git)
	case "\$*" in
	*\${FULL_AT:-nothing}*)
		echo half >"\$2/objects/pack/tmp_pack_half"
		echo 'fatal: write error: No space left on device' >&2
		exit 128 ;;
	*\${KILL_BEFORE:-nothing}*) kill -9 \$PPID; exit 1 ;;
	*\${KILL_BEHIND:-nothing}*) "\$real" "\$@"; kill -9 \$PPID; exit 1 ;;
	esac
	exec "\$real" "\$@"
GIT
chmod 755 "$t/bin/git"

setpriv --help >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ] ||
    skip "root can read everything"

on "$y-03-01"
team
for who in li wu; do
	expect 0 $who key add $who --central "$central" --scrypt-log-n 10
	line=$(cat "$t/out")
	expect 0 desk_key key accept "$line"
done
mkdir "$t/safe"
mv "$t"/desk/keys/owner.* "$t/safe"

step 'how long'
expect 0 look retention show
says 'every stream is kept for ever'
expect 2 li retention set main seven
expect 2 li retention set Main 7
expect 1 li retention set main 7
says '--propose'
expect 0 li retention set main 7y --propose "$t/proposal"
no retention
expect 2 li approve "$t/proposal"
sed 's/keep_years = 7/keep_years = 1/' "$t/proposal" >"$t/changed"
expect 1 wu approve "$t/changed"
says 'changed behind its signature'
expect 0 wu approve "$t/proposal"
says '+ keep_years = 7'
expect 0 look retention show
says 'main              7 years'
says 'every other stream is kept for ever'
expect 0 look --json retention show
same "$(jq -c '[.stream, .keep_years]' "$t/out")" '["main",7]' json
expect 0 li retention set main 7
says 'an epoch of main may be erased 7 years after its end'
same "$(control ls-tree --name-only control approve/ | wc -l)" 1 consents
# by an owner
cp "$t"/safe/owner.* "$t/desk/keys"
expect 0 desk_key retention set main 2
expect 0 desk_key retention set old 1
says 'erased 1 year after its end'
expect 0 desk_key retention set old forever
says 'old is kept for ever'
same "$(retention)" '[stream main]
keep_years = 2' 'retention.ini'

step 'what is held'
expect 2 desk_key hold add case-1 ws-01
says 'a hold has a reason'
expect 2 desk_key hold add case-1 ws-01/main/x --reason x
expect 0 desk_key hold add case-1 ws-01/main --reason 'a letter of the court'
expect 1 desk_key hold add case-1 ws-02 --reason x
expect 0 look hold list
says 'case-1            ws-01/main'
says 'a letter of the court'
expect 0 look --json hold list
same "$(jq -r .refs "$t/out")" refs/heads/ws/ws-01/main/ refs
expect 0 li hold remove case-1 --propose "$t/proposal"
expect 0 wu approve "$t/proposal"
says '- [hold case-1]'
says '- reason = a letter of the court'
expect 0 look hold list
says 'nothing is held'
expect 1 desk_key hold remove case-1
rm "$t"/desk/keys/owner.*

# 2 years: the epoch $y goes from the beginning of $((y + 3)) on
old=refs/heads/ws/ws-01/main/$y

step "$y: two stations, one of them set back"
station ws-01
station ws-02
files=$t/ws-01-files
on "$y-12-01"
seq 1 9000 >"$files/chats/log.txt"
seq 7 3000 >"$files/chats/closed.txt"
head -c 300000 /dev/urandom >"$files/shop/a.jpg"
cp -rp "$files/." "$t/ws-02-files"
expect 0 ws ws-01 run
expect 0 ws ws-02 run
cp -a "$t/ws-01" "$t/ws-01.old"
on "$y-12-02"
head -c 300000 /dev/urandom >"$files/shop/b.jpg"
expect 0 ws ws-01 run
rm -rf "$t/ws-01"
mv "$t/ws-01.old" "$t/ws-01"
on "$y-12-03"
head -c 300000 /dev/urandom >"$files/shop/c.jpg"
expect 0 ws ws-01 run
same "$(branches ws-01)" "$old.0
$old.1" 'branches'
ok synced
expect 3 li sync

step "$((y + 1)): what cannot be read then lies in $y"
on "$((y + 1))-01-09"
expect 0 ws ws-01 run
expect 0 ws ws-02 run
on "$((y + 1))-01-10"
expect 3 run_closed
expect 0 ws ws-02 run
ok synced
cp -a "$files" "$t/january"
# before its time, and pointed at
expect 1 desk_key erase ws-01 "$y" --reason test
says "it is kept for 2 years behind its end, until $((y + 3))-01-01T00:00:00Z"
says "ws-01/main/$((y + 1)) needs it for 1 files (1 as they are now), one is chats/closed.txt"
expect 1 look_desk erase ws-01 "$((y + 1))" --dry-run
says "station ws-01 may still write in it"
on "$((y + 1))-01-11"
expect 0 ws ws-01 run
expect 0 desk_key sync
expect 1 look_desk erase ws-01 "$y" --dry-run
says_no needs
for k in 2 3 4; do
	on "$((y + k))-02-0$k"
	expect 0 ws ws-01 run
	expect 0 ws ws-02 run
	on "$((y + k))-02-1$k"
	head -c 100000 /dev/urandom >"$files/shop/$k.jpg"
	expect 0 ws ws-01 run
	expect 0 ws ws-02 run
	cp -a "$files" "$t/files-$k"
	expect 0 sync
	li sync >"$t/out" 2>"$t/err" || [ $? -eq 3 ] || fail 'li sync'
done

step 'what forbids it'
cp "$t"/safe/owner.* "$t/desk/keys"
expect 0 desk_key hold add case-2 "ws-01/main/$y" --reason 'a dispute'
rm "$t"/desk/keys/owner.*
expect 1 look_desk erase ws-01 "$y" --dry-run
says "hold 'case-2' forbids it (a dispute), until it is removed"
same "$(wc -l <"$t/out")" 1 reasons
expect 1 look_desk erase ws-01 old "$y" --dry-run
says 'there is no epoch'
expect 1 look_desk erase ws-03 "$y" --dry-run
expect 2 look_desk erase ws-01 main x
expect 2 look_desk erase ws-01 a/b "$y"
expect 1 look_desk erase ws-01 "$((y + 2))" --dry-run
says "until $((y + 5))-01-01"
cp "$t"/safe/owner.* "$t/desk/keys"
expect 0 desk_key hold remove case-2
rm "$t"/desk/keys/owner.*
expect 0 look_desk erase ws-01 "$y" --dry-run
says 'it may be erased'
same "$(desk_git rev-list --count desk 2>/dev/null || echo 0)" \
    "$(desk_git ls-tree -r --name-only desk 2>/dev/null | grep -c access)" \
    'no order'

# what will be gone: objects of these branches that no other has
records rev-list --objects "$old.0" "$old.1" --not \
    $(branches | grep -v "^$old") | cut -d ' ' -f 1 | sort -u >"$t/doomed"
records cat-file --batch-check='%(objectname) %(objecttype)' <"$t/doomed" |
    awk '$2 == "blob" { print $1 }' >"$t/blobs"
ok test "$(wc -l <"$t/blobs")" -ge 6
# 20 bytes of each sealed file, behind its header, without an LF among them
while read -r blob; do
	records cat-file blob "$blob" | tail -c +700 | head -c 400 |
	    od -An -v -tx1 -w1 | awk '
		$1 == "0a" { n = 0; text = ""; next }
		{ text = text "\\x" $1 }
		++n == 20 { print text; exit }'
done <"$t/blobs" >"$t/needles"
same "$(bytes_in "$central/records.git")" "$(wc -l <"$t/blobs")" 'needles'

step 'the first of two'
expect 2 desk_key erase ws-01 "$y"
says 'an order has a reason'
expect 0 desk_key erase ws-01 "$y" --reason 'two years are over'
says 'ordered; it goes when another'
same "$(desk_git ls-tree --name-only desk erasure/ | wc -l)" 4 'orders and signatures'
expect 1 desk_key erase ws-01 "$y"
says "'manager' signed it already"
expect 0 desk_key -v sync
says 'is ordered erased, but not yet: only one root key signed it'
same "$(branches ws-01 | wc -l)" 6 'branches'
desk_git show desk:erasure/0.order >"$t/order"
ok grep -q "^erase $old.1 $(records rev-parse "$old.1") " "$t/order"
ok grep -q '^by manager$' "$t/order"
ok grep -q '^reason two years are over$' "$t/order"

step 'the second, killed between all steps'
expect 1 wu erase ws-01 "$y"
says 'sync'
expect 3 wu sync
# killed COMMAND...
killed() { checks=$((checks + 1)); "$@" >"$t/out" 2>"$t/err" && fail "lives: $*"; :; }
export KILL_BEFORE KILL_BEHIND
KILL_BEFORE='push -q --atomic' KILL_BEHIND=
killed wu erase ws-01 "$y"
same "$(desk_git ls-tree --name-only desk erasure/ | wc -l)" 6 'orders and signatures'
whole "$central/records.git"
KILL_BEFORE='' KILL_BEHIND='push -q --atomic'
killed wu erase ws-01 "$y"
same "$(branches ws-01 | wc -l)" 4 'branches'
gone "$central/records.git"
whole "$t/wu/records.git"
KILL_BEHIND='reflog expire'
killed wu erase ws-01 "$y"
KILL_BEHIND='repack -a'
killed wu sync
ok test -e "$t/wu/erasing"
KILL_BEFORE='prune --expire' KILL_BEHIND=
killed wu erase ws-01 "$y"
KILL_BEFORE=
expect 0 wu erase ws-01 "$y"
says '2 branches were erased here'
says 'it was erased'
no test -e "$t/wu/erasing"
gone "$t/wu/records.git"
no grep -r -q "$(head -n 1 "$t/blobs")" "$t/wu/catalogue"

step 'a disk that has no room for it'
whole "$t/li/records.git"
export FULL_AT='repack -a'
expect 3 li sync
says 'what was erased still lies on this disk: git repack'
says 'No space left on device'
says "make room for a second copy of '$t/li/records.git'"
says_no 'erased here'
ok test -e "$t/li/erasing"
no test -e "$t/li/records.git/objects/pack/tmp_pack_half"
no git --git-dir "$t/li/records.git" rev-parse -q --verify "$old.0"
# and goes on meanwhile, without making its catalogue anew each day
on "$((y + 4))-02-20"
echo meanwhile >>"$files/chats/log.txt"
expect 0 ws ws-01 run
expect 3 li sync
says '1 new commit'
expect 0 li restore ws-01 --to "$t/meanwhile"
alike "$files" "$t/meanwhile" 'ws-01'
FULL_AT=
expect 0 li sync
says '2 branches were erased here'
no test -e "$t/li/erasing"
gone "$t/li/records.git"

step 'other desks follow'
whole "$t/desk/records.git"
for who in li wu desk_key; do
	$who sync >"$t/out" 2>"$t/err" || [ $? -eq 3 ] || fail "$who sync"
	says_no integrity
	expect 0 $who verify --all
	says '0 problems'
	says '2 branches were erased by order'
	expect 0 $who sync
	says_no 'erased'
done
for d in li wu desk; do
	gone "$t/$d/records.git"
done
expect 0 look_desk erase ws-01 "$y"
says 'it was erased'

step 'everything else is there'
# back WHAT KEPT [OPTION...]
back()
{
	rm -rf "$t/back"
	w=$1 kept=$2
	shift 2
	expect 0 restore "$w" "$t/back" "$@"
	alike "$kept" "$t/back" "$at: $w $*"
}
back ws-01 "$files"
back ws-01 "$t/files-3" --at "$((y + 3))-12-31 00:00:00"
back ws-01 "$t/january" --at "$((y + 1))-01-20 00:00:00"
back ws-02 "$t/ws-02-files"
back ws-02 "$t/ws-02-files" --at "$y-12-31 00:00:00"
no restore ws-01 "$t/never" --at "$y-12-31 00:00:00"
# and it goes on
on "$((y + 4))-03-01"
echo more >>"$files/chats/log.txt"
expect 0 ws ws-01 run
expect 0 sync
back ws-01 "$files"

step 'by stock tools'
identity
recover()
{
	dash "$src/docs/recover.sh" "$central/records.git" \
	    "$central/control.git" "$t/manager.key" "$@"
}
ok recover ws-01 "$t/recovered"
alike "$files" "$t/recovered" 'recover.sh'
no recover ws-01 "$t/never" main "$old.1"
says 'no such records'
# the order, as RECOVERY.md has it
desk_git show desk:erasure/0.order >"$t/order"
at_then=$(sed -n 's/^control //p' "$t/order")
control show "$at_then:roots" >"$t/roots"
n=0
for f in $(desk_git ls-tree --name-only desk erasure/ | grep 'erasure/0[.].*sig'); do
	desk_git show "desk:$f" >"$t/sig"
	for who in manager wu; do
		ssh-keygen -Y verify -f "$t/roots" -I $who -n liudi-erasure \
		    -s "$t/sig" <"$t/order" >"$t/out" 2>&1 && n=$((n + 1))
	done
done
same "$n" 2 'signatures'

step 'a desk that never saw it'
new() { liudi-desk --home "$t/xu" "$@" --passphrase-fd 3 3<"$t/pass"; }
cp -a "$t/li" "$t/xu"
rm -rf "$t/xu/seen" "$t/xu/catalogue" "$t/xu/records.git"
new sync >"$t/out" 2>"$t/err" || [ $? -eq 3 ] || fail 'sync'
says_no integrity
expect 0 new verify --all
says '0 problems'

step 'gone without an order'
cp -a "$central" "$t/central.good"
first=refs/heads/ws/ws-02/main/$y.0
records update-ref -d "$first"
rm -rf "$t/xu/catalogue" "$t/xu/records.git"
expect 5 new sync
says "the epoch before it, $first, is missing, and no order says that it was erased"
expect 5 new verify --all
# who has it keeps it
expect 5 li sync
ok git --git-dir "$t/li/records.git" rev-parse -q --verify "$first"
expect 0 li verify
git --git-dir "$t/li/records.git" update-ref -d "$first"
expect 5 li verify
says 'it is gone without an order'

step 'one signature, another hand, a wrong key'
# the desks' log has grown meanwhile, and stays
rm -rf "$central/records.git"
cp -a "$t/central.good/records.git" "$central"
expect 0 li sync
expect 0 li verify
next=refs/heads/ws/ws-01/main/$((y + 1)).0
expect 0 desk_key erase ws-01 "$((y + 1))" --reason 'alone'
records rev-list --objects "$next" --not $(branches | grep -v "^$next") |
    cut -d ' ' -f 1 | sort -u >"$t/doomed"
records update-ref -d "$next"
expect 5 li sync
says "the central erased $next, but the order for it does not hold"
says 'only one root key signed it'
whole "$t/li/records.git"
# the central puts in what it likes
ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/stranger"
forge()
{
	desk_git show "desk:$1" >"$t/order"
	rm -f "$t/order.sig"
	ssh-keygen -q -Y sign -n "$2" -f "$t/stranger" "$t/order" 2>/dev/null
	cut -d ' ' -f 2 "$t/stranger.pub" | base64 -d | sha256sum |
	    cut -c 1-16 >"$t/key"
	rm -f "$t/index"
	export GIT_INDEX_FILE="$t/index"
	desk_git read-tree desk
	desk_git update-index --add --cacheinfo "100644,$(desk_git \
	    hash-object -w "$t/order.sig"),${1%order}$(cat "$t/key").sig"
	unset GIT_INDEX_FILE
	tree=$(GIT_INDEX_FILE="$t/index" desk_git write-tree)
	desk_git update-ref refs/heads/desk "$(git -c user.name=x \
	    -c user.email=x@x --git-dir "$central/desk.git" commit-tree \
	    -p desk -m forged "$tree")"
}
number=$(desk_git ls-tree --name-only desk erasure/ | sed -n 's,.*/\(.*\)[.]order,\1,p' | sort -n | tail -n 1)
forge "erasure/$number.order" liudi-erasure
expect 5 li sync
says 'a key that is no root signed it'
whole "$t/li/records.git"
expect 5 li verify
says 'a key that is no root signed it'
forge "erasure/$number.order" git
expect 5 li sync
whole "$t/li/records.git"
expect 0 li restore ws-01 --to "$t/still" --at "$((y + 1))-01-20 00:00:00"
done_
