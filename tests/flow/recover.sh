#!/bin/sh
# tests/flow/recover.sh BIN - docs/recover.sh brings back what liudi kept: the
# files of each run, under dash and busybox, beside what liudi-desk restores.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# recover SHELL STATION OUTDIR [STREAM [COMMIT]]
# shellcheck disable=SC2317 # called by expect
recover()
{
	shell=$1 station=$2 to=$3
	shift 3
	# shellcheck disable=SC2086 # "busybox sh"
	$shell "$src/docs/recover.sh" "$central/records.git" \
	    "$central/control.git" "$t/manager.key" "$station" "$to" "$@"
}
keep() { mkdir -p "$t/was"; cp -a "$t/ws-01-files" "$t/was/$1"; }

step "a team, three runs"
day 0
team
identity
station ws-01
station ws-02
a=$t/ws-01-files
day 1
i=0
while [ $i -lt 2000 ]; do
	printf '2026-11-20 10:%02d customer %d asks for lamp L-%d\n' \
	    $((i % 60)) $i $((i * 7))
	i=$((i + 1))
done >"$a/chats/anna.txt"
: >"$a/chats/empty.txt"
mkdir -p "$a/shop/deep/er"
head -c 9000000 /dev/urandom >"$a/shop/deep/er/banner.jpg"
head -c 3000000 /dev/zero >"$a/shop/zeros"
printf 'lamp\n' >"$a/shop/-leading dash.html"
printf 'lamp\n' >"$a/chats/客户 \"李\".txt"
printf 'lamp\n' >"$a/chats/back\\slash 'n' \$x"
nl=$(printf 'two\nlines')
printf 'lamp\n' >"$a/chats/$nl"
printf 'lamp\n' >"$a/chats/$(printf 'caf\351 \377')"
chmod 640 "$a/chats/empty.txt"
touch -d '2019-02-03 04:05:06.789012345' "$a/shop/zeros"
sqlite3 "$a/app/m.db" 'create table m(n integer primary key, t text);
	insert into m(t) values (hex(randomblob(200000)));'
expect 0 ws ws-01 run
expect 0 ws ws-02 run
keep 1
day 2
printf '2026-11-21 09:00 another line\n' >>"$a/chats/anna.txt"
mv "$a/shop/deep/er/banner.jpg" "$a/shop/banner.jpg"
rm "$a/chats/$nl"
chmod 600 "$a/shop/zeros"
sqlite3 "$a/app/m.db" "insert into m(t) values ('x');"
expect 0 ws ws-01 run
keep 2
day 3
head -c 4000 "$a/chats/anna.txt" >"$t/cut"
cat "$t/cut" >"$a/chats/anna.txt"
dd if=/dev/urandom of="$a/shop/banner.jpg" bs=1000 seek=4000 count=3 \
    conv=notrunc 2>/dev/null
expect 0 ws ws-01 run
keep 3

step "back as it was"
for shell in dash "busybox sh"; do
	expect 0 recover "$shell" ws-01 "$t/back/$shell"
	says 'files are in'
	alike "$t/was/3" "$t/back/$shell" "$shell"
	expect 0 recover "$shell" ws-02 "$t/empty/$shell"
	same "$(ls -A "$t/empty/$shell")" '' "a station without files"
done
day=0
for c in $(records rev-list --reverse "$(branches ws-01)"); do
	day=$((day + 1))
	expect 0 recover dash ws-01 "$t/back/$day" main "$c"
	alike "$t/was/$day" "$t/back/$day" "run $day"
done
same "$day" 3 "runs"

step "from the manager's copy, beside liudi-desk"
day 3 3600
ok synced
expect 0 restore ws-01 "$t/back/desk"
alike "$t/back/dash" "$t/back/desk" "liudi-desk and recover.sh"
git clone -q --mirror "$central/records.git" "$t/usb.git"
expect 0 dash "$src/docs/recover.sh" "$t/usb.git" "$central/control.git" \
    "$t/manager.key" ws-01 "$t/back/usb"
alike "$t/was/3" "$t/back/usb" "a copy"

step "by hand, as docs/RECOVERY.md says"
mkdir "$t/hand"
cp "$t/manager.key" "$t/hand/id"
{
	echo "set -e; cd '$t/hand'; umask 077; export TZ=UTC0 LC_ALL=C"
	echo "R='$t/usb.git' C='$central/control.git'"
	ref=$(branches ws-01)
	echo "B=${ref#refs/heads/}"
	# the pasted blocks of its steps
	awk '/^### Step 1/ { on = 1 } /^## 4/ { on = 0 }
	    on && /^    / { print substr($0, 5) }' "$src/docs/RECOVERY.md" |
		sed 's/| less$//'
} >"$t/hand/steps"
expect 0 sh "$t/hand/steps"
says 'all there'
says 'pieces good'
same "$(grep -c 'Good "git" signature for ws-01' "$t/err")" 3 "signatures"
says_no BAD
ok cmp "$t/was/3/chats/anna.txt" "$t/hand/anna.txt"

step "the passphrase is asked for once"
if command -v script >/dev/null; then
	{ sleep 2; cat "$t/pass"; sleep 8; } | ok script -qec \
	    "dash '$src/docs/recover.sh' '$t/usb.git' '$central/control.git' \
	    '$t/desk/keys/manager.identity' ws-01 '$t/back/pass'" /dev/null
	alike "$t/was/3" "$t/back/pass" "an identity under a passphrase"
fi

step "what is refused"
expect 5 recover dash ws-09 "$t/back/none"
expect 5 recover dash ws-01 "$t/was/1"
says 'not empty'
for kind in manifest bundle; do
	rm -rf "$t/hurt"
	cp -a "$central" "$t/hurt"
	git --git-dir "$t/hurt/records.git" config core.bigFileThreshold 1g
	sealed "$(branches ws-01)" $kind | head -n 1 >"$t/first"
	read -r blob path <"$t/first"
	git --git-dir "$t/hurt/records.git" cat-file blob "$blob" >"$t/blob"
	printf '\001' | dd of="$t/blob" bs=1 seek=500 conv=notrunc 2>/dev/null
	# all loose, then one object with the bytes of another
	mkdir "$t/packs"
	mv "$t/hurt/records.git/objects/pack/"* "$t/packs"
	for p in "$t/packs/"*.pack; do
		git --git-dir "$t/hurt/records.git" unpack-objects -q <"$p"
	done
	rm -rf "$t/packs"
	new=$(git --git-dir "$t/hurt/records.git" hash-object -w "$t/blob")
	o=$t/hurt/records.git/objects
	rm -f "$o/${blob%"${blob#??}"}/${blob#??}"
	cp "$o/${new%"${new#??}"}/${new#??}" "$o/${blob%"${blob#??}"}/${blob#??}"
	expect 5 dash "$src/docs/recover.sh" "$t/hurt/records.git" \
	    "$central/control.git" "$t/manager.key" ws-01 "$t/back/hurt"
	says "$path: not what was signed"
	same "$(ls -A "$t/back/hurt")" '' "nothing is left behind"
done
done_
