#!/bin/sh
# tests/flow/10-main.sh BIN - two stations, three days; stock tools judge what
# is kept, and what comes back is what was there.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# keep ID DAY: remember the sources as they are.
keep()
{
	mkdir -p "$t/was"
	cp -a "$t/$1-files" "$t/was/$1-$2"
}

step "a team"
day 0
team
station ws-01
station ws-02
a=$t/ws-01-files b=$t/ws-02-files

step "day 1"
day 1
i=0
while [ $i -lt 400 ]; do
	printf '2026-11-20 10:%02d customer %d asks for lamp L-%d\n' \
	    $((i % 60)) $i $((i * 7))
	i=$((i + 1))
done >"$a/chats/anna.txt"
cp "$a/chats/anna.txt" "$b/chats/berta.txt"
: >"$a/chats/empty.txt"
mkdir -p "$a/shop/deep/er" "$a/shop/nothing"
head -c 3000000 /dev/urandom >"$a/shop/deep/er/banner.jpg"
printf 'lamp\n' >"$a/shop/-leading dash.html"
printf 'lamp\n' >"$a/chats/客户 李.txt"
printf 'lamp\n' >"$a/shop/note"
printf 'key\n' >"$b/shop/page.html"
chmod 600 "$b/shop/page.html"
touch -d '2019-02-03 04:05:06.789012345' "$b/shop/page.html"
ln -s ../chats "$a/shop/link"
mkfifo "$a/shop/pipe"
sqlite3 "$b/app/m.db" 'create table m(n integer primary key, t text);
	insert into m(t) values (hex(randomblob(20000)));'
cp "$b/app/m.db" "$b/chats/m.db"
expect 0 ws ws-01 run
expect 0 ws ws-02 run
keep ws-01 1
keep ws-02 1

step "day 2"
day 2
printf '2026-11-21 09:00 another line\n' >>"$a/chats/anna.txt"
mv "$a/shop/deep/er/banner.jpg" "$a/shop/banner.jpg"
# begun as text, it is cut as text for good, under another name too
head -c 60000 /dev/urandom >>"$a/shop/note"
chmod 640 "$a/chats/empty.txt"
rm "$a/chats/客户 李.txt"
expect 0 ws ws-01 run
says 'appended'
says 'moved'
says 'removed'
expect 0 ws ws-02 run
keep ws-01 2
keep ws-02 2

step "day 3"
day 3
head -c 4000 "$a/chats/anna.txt" >"$t/cut"
cat "$t/cut" >"$a/chats/anna.txt"
mv "$a/shop/note" "$a/shop/another note"
sed -i 's/lamp/LAMP/' "$b/chats/berta.txt"
sqlite3 "$b/app/m.db" "insert into m(t) values ('x');"
sqlite3 "$b/chats/m.db" "insert into m(t) values ('x');"
expect 0 ws ws-01 run
says 'truncated'
says '1 moved'
expect 0 ws ws-02 run
says 'rewritten'
keep ws-01 3
keep ws-02 3
expect 0 ws ws-02 run		# nothing new: a heartbeat

step "the manager"
day 3 3600
ok synced
says 'ws-01: 1 rewritten or cut, 1 removed; look: liudi-desk log ws-01'
says 'ws-02: 1 rewritten or cut, 0 removed; look: liudi-desk show '
look=$(sed -n 's/^ws-02:.*show //p' "$t/out")
expect 0 desk show "$look"
says 'chats/berta.txt'
expect 0 sync
says 'ws-01'
says_no 'rewritten or cut'
expect 0 desk log ws-01
expect 0 desk show ws-01
says 'anna.txt'
says 'truncated'
expect 0 desk show ws-02@2
says 'rewritten'
expect 0 desk_key verify --all

step "git"
mirror=$t/desk/records.git
for git in "$central/records.git" "$mirror"; do
	expect 0 git --git-dir "$git" fsck --strict --full
done
records cat-file -p "refs/heads/receipts" >"$t/out" 2>"$t/err" || :
git --git-dir "$central/control.git" cat-file blob \
    refs/heads/control:allowed_signers >"$t/allowed"
for ref in $(branches); do
	for c in $(records rev-list "$ref"); do
		expect 0 records -c gpg.format=ssh \
		    -c "gpg.ssh.allowedSignersFile=$t/allowed" \
		    verify-commit "$c"
	done
	same "$(records rev-parse "$ref")" \
	    "$(git --git-dir "$mirror" for-each-ref --format='%(objectname)' \
		"$ref" "${ref#refs/}" "refs/*/${ref#refs/heads/}" | head -n 1)" \
	    "mirror of $ref"
done
same "$(branches ws-01 | wc -l)" 1 "branches of ws-01"
same "$(records rev-list --count "$(branches ws-02)")" 4 "runs of ws-02"

step "age, zstd, tar, b2sum"
for ref in $(branches); do
	sealed "$ref" bundle >"$t/bundles"
	ok test -s "$t/bundles"
	while read -r blob path; do
		rm -rf "$t/x"
		mkdir "$t/x"
		open_blob "$blob" >"$t/x.tar"
		ok tar xf "$t/x.tar" -C "$t/x"
		same "$(tar tf "$t/x.tar" | head -n 1)" liudi.json "$path"
		for f in "$t/x/chunks/"*; do
			sum=$(b2sum -l 256 "$f")
			same "${sum%% *}" "${f##*/}" "chunk of $path"
		done
	done <"$t/bundles"
	same "$(chunk_ids "$ref" | sort | uniq -d | wc -l)" 0 \
	    "chunks stored twice in $ref"
	manifests "$ref" >"$t/m"
	ok jq -e . "$t/m"
	same "$(jq -r 'select(.v).station' "$t/m" | sort -u)" \
	    "$(echo "$ref" | cut -d / -f 4)" "station"
	same "$(jq -r 'select(.v).recipients[]' "$t/m" | sort -u)" \
	    "$(sort "$t/desk/keys/"*.recipient)" "recipients"
done

step "back as it was"
for s in ws-01 ws-02; do
	for d in 1 2 3; do
		expect 0 restore "$s" "$t/back/$s-$d" --at "$(when $d 60)"
		alike "$t/was/$s-$d" "$t/back/$s-$d" "$s of day $d"
	done
	expect 0 restore "$s" "$t/back/$s"
	alike "$t/was/$s-3" "$t/back/$s" "$s now"
done
# one source, one file, the end of a day
expect 0 restore ws-01:chats "$t/back/chats" \
    --at "$(date -d "@$((epoch0 + 86400))" +%Y-%m-%d)"
ok cmp "$t/was/ws-01-1/chats/anna.txt" \
    "$(find "$t/back/chats" -name anna.txt)"
expect 0 restore 'ws-01:chats/客户 李.txt' "$t/back/li" --at "$(when 1 60)"
ok test -n "$(find "$t/back/li" -type f)"
expect 0 desk ls ws-01 chats --at "$(when 1 60)"
says '客户 李.txt'
expect 1 restore ws-09 "$t/back/none"

step "a chat goes while nobody looks, and the manager is told"
day 4
rm "$b/chats/berta.txt" "$b/shop/page.html"
expect 0 ws ws-02 run
cp -a "$t/desk" "$t/desk.before"
expect 0 desk_key sync -q
says 'ws-02: 0 rewritten or cut, 1 removed; look: liudi-desk show ws-02'
rm -rf "$t/desk"
cp -a "$t/desk.before" "$t/desk"
LC_ALL=zh_CN.UTF-8 expect 0 sync
says 'ws-02：0 个被改写或截短，1 个被删除；请看：liudi-desk show ws-02'
rm -rf "$t/desk"
mv "$t/desk.before" "$t/desk"
expect 0 desk_key sync --json
says '{"v":1,"kind":"chats","station":"ws-02","cut":0,"removed":1,"runs":1,"run":"'

# A full disk behind ">" is told; a reader who has seen enough is no error.
for how in log "log --json"; do
	# shellcheck disable=SC2086 # two words
	liudi-desk --home "$t/desk" $how >/dev/full 2>"$t/err" && rc=0 || rc=$?
	[ "$rc" = 1 ] && grep -q 'cannot write to standard output' "$t/err" ||
	    fail "$how on a full disk: $rc, $(cat "$t/err")"
	# shellcheck disable=SC2086
	{ liudi-desk --home "$t/desk" $how 2>"$t/err" || :; } | :
	[ ! -s "$t/err" ] || fail "$how | : says $(cat "$t/err")"
done

# LIUDI_BIG=1: what unpacks to more than a bundle's tar may be lies in two.
if [ -n "${LIUDI_BIG:-}" ]; then
	step "1.5 GB that shrink to nothing"
	perl -e 'for (1..6000) { print pack("N", $_), "\0" x 262140 }' \
	    >"$t/ws-01-files/app/counted.bin"
	expect 0 ws ws-01 run
	ok synced
	expect 0 desk_key verify --all
	expect 0 restore ws-01 "$t/big"
	ok cmp "$t/ws-01-files/app/counted.bin" \
	    "$t/big/app/counted.bin"
fi
done_
