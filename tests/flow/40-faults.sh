#!/bin/sh
# tests/flow/40-faults.sh BIN FAULTY - what goes wrong on a workstation: no
# disk, no central, no clock, no cache, an old copy; nothing that was kept is
# lost.  FAULTY is a liudi built with -DLIUDI_FAULTS.
faulty=${2:?usage: $0 BIN FAULTY}
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

files=$t/ws-01-files
add() { printf '2026-11-20 a line, %s\n' "$1" >>"$files/chats/log.txt"; }
# nothing_lost: all of ws-01 as it stands comes back, from a clean record.
nothing_lost()
{
	ok synced
	expect 0 desk_key verify --all
	rm -rf "$t/back"
	expect 0 restore ws-01 "$t/back"
	alike "$files" "$t/back" "what came back"
}
# shellcheck disable=SC2317 # the end calls it
cleanup() { [ -z "${mounted:-}" ] || umount "$t/small" || :; }

step "a team"
day 0
team
station ws-01
i=0
while [ $i -lt 300 ]; do
	add $i
	i=$((i + 1))
done
head -c 200000 /dev/urandom >"$files/shop/a.jpg"

step "the central is away, from the beginning"
day 1
mv "$central" "$t/away"
expect 4 ws ws-01 run
mv "$t/away" "$central"
expect 0 ws ws-01 run
step "the central is away, later"
day 1 600
mv "$central" "$t/away"
add away
expect 4 ws ws-01 run
says 'not yet received'
add 'still away'
expect 4 ws ws-01 run
mv "$t/away" "$central"
expect 0 ws ws-01 run
same "$(records rev-list --count "$(branches ws-01)")" 4 "runs received"
expect 4 ws ws-01 run --no-push
expect 0 ws ws-01 run
nothing_lost

step "two at once"
day 1 1200
flock -o "$t/ws-01/state/lock" sleep 5 &
holder=$!
sleep 0.5
expect 6 ws ws-01 run
kill $holder
wait $holder 2>/dev/null || :
head -c 20000000 /dev/urandom >"$files/shop/big.bin"
ws ws-01 run >"$t/first" 2>&1 &
first=$!
second=0
ws ws-01 run >"$t/out" 2>"$t/err" || second=$?
rc=0
wait $first || rc=$?
same "$(printf '%s\n' $rc $second | sort -n | tr '\n' ' ')" "0 6 " \
    "exits of two runs at once"
rm "$files/shop/big.bin"

step "the clock was set back"
LIUDI_NOW=$((CENTRAL_NOW - 80000))
add 'set back'
expect 0 ws ws-01 run
day 1 3600
nothing_lost

step "the clock is a month ahead"
real=$CENTRAL_NOW
LIUDI_NOW=$((real + 30 * 86400))
add ahead
expect 0 ws ws-01 run
add 'ahead again'
expect 0 ws ws-01 run
ok test "$(records log -1 --format=%ct "$(branches ws-01)")" -lt $((real + 700))
manifests "$(branches ws-01)" | jq -r 'select(.v).started' | tail -n 1 >"$t/claim"
same "$(cat "$t/claim")" "$LIUDI_NOW" "the claim"
LIUDI_NOW=$real
add 'right again'
expect 0 ws ws-01 run
nothing_lost

step "the cache is gone"
LIUDI_NOW=$((real + 60))
rm -rf "$t/ws-01/state/cache"
add 'without cache'
expect 0 ws ws-01 run
nothing_lost

step "the cache is damaged"
find "$t/ws-01/state/cache" -type f >"$t/caches"
while read -r f; do
	printf 'damaged' | dd of="$f" conv=notrunc bs=1 seek=40 2>/dev/null
done <"$t/caches"
add 'damaged cache'
expect 0 ws ws-01 run
nothing_lost

step "the spool is gone"
rm -rf "$t/ws-01/state/spool.git"
add 'without spool'
expect 0 ws ws-01 run
same "$(branches ws-01 | wc -l)" 2 "incarnations"
nothing_lost

step "an old copy of the whole state comes back"
cp -a "$t/ws-01" "$t/ws-01.old"
add 'after the copy'
expect 0 ws ws-01 run
add 'later'
expect 0 ws ws-01 run
rm -rf "$t/ws-01"
mv "$t/ws-01.old" "$t/ws-01"
LIUDI_NOW=$((real + 120))
add 'restored'
ws ws-01 run >"$t/out" 2>"$t/err" || [ $? -eq 5 ] || fail "run of the copy"
expect 0 ws ws-01 run
ok test "$(branches ws-01 | wc -l)" -gt 2
nothing_lost
# what only the lost state knew is at the central
expect 0 restore ws-01:chats/log.txt "$t/x" --at \
    "$(date -d "@$((real + 90))" '+%Y-%m-%d %H:%M:%S')"
ok grep -q 'later' "$(find "$t/x" -name log.txt)"

step "a source has disappeared"
mv "$files/shop" "$t/shop"
expect 3 ws ws-01 run
says 'missing'
expect 3 ws ws-01 run
ok synced
expect 0 restore ws-01:shop "$t/stays"
ok cmp "$t/shop/a.jpg" "$t/stays/shop/a.jpg"
mv "$t/shop" "$files/shop"
rm "$files/shop/a.jpg"
expect 0 ws ws-01 run
mv "$files/shop" "$t/shop"
expect 3 ws ws-01 run
mv "$t/shop" "$files/shop"

step "a file cannot be read"
echo secret >"$files/chats/closed.txt"
expect 0 ws ws-01 run
if [ "$(id -u)" -ne 0 ]; then
	echo more >>"$files/chats/closed.txt"
	chmod 0 "$files/chats/closed.txt"
	expect 3 ws ws-01 run
	says closed.txt
	chmod 644 "$files/chats/closed.txt"
	expect 0 ws ws-01 run
elif setpriv --help >/dev/null 2>&1; then
	chmod 755 "$t"
	chown -R 65534 "$t/ws-01" "$files" "$central"
	chmod 777 "$t/tmp" "$t/home"
	echo more >>"$files/chats/closed.txt"
	chmod 0 "$files/chats/closed.txt"
	expect 3 setpriv --reuid 65534 --clear-groups \
	    "$bin/liudi" --home "$t/ws-01" run
	says closed.txt
	chmod 644 "$files/chats/closed.txt"
	expect 0 setpriv --reuid 65534 --clear-groups \
	    "$bin/liudi" --home "$t/ws-01" run
	chown -R 0 "$t/ws-01" "$files" "$central"
else
	say "skipped: root can read everything"
fi
LIUDI_NOW=$((real + 180))
nothing_lost

step "what was written wrongly"
ini=$t/ws-01/liudi.ini
cp "$ini" "$t/ini"
printf '\n[source extra]\nknid = chat\npath = /tmp\n' >>"$ini"
line=$(grep -n knid "$ini" | cut -d : -f 1)
expect 2 ws ws-01 run
says ":$line"
says "'kind'"
cp "$t/ini" "$ini"
expect 2 ws ws-01 rum
says "'run'"
expect 2 ws ws-01 run --dry-rum
says "'--dry-run'"
expect 2 liudi --home "$t/nobody" run
expect 0 ws ws-01 run --dry-run

step "the disk is full"
mkdir "$t/small"
if [ "$(id -u)" -eq 0 ] &&
    mount -t tmpfs -o size=6m none "$t/small" 2>/dev/null; then
	mounted=1
	cp -a "$t/ws-01" "$t/small/ws-01"
	mv "$t/ws-01" "$t/ws-01.large"
	ln -s "$t/small/ws-01" "$t/ws-01"
	head -c 9000000 /dev/urandom >"$files/shop/big.bin"
	expect 1 ws ws-01 run
	expect 1 ws ws-01 run
	rm "$files/shop/big.bin"
	add 'full disk'
	expect 0 ws ws-01 run
	nothing_lost
	rm "$t/ws-01"
	cp -a "$t/small/ws-01" "$t/ws-01"
	nothing_lost
else
	say "skipped: no small disk without root"
fi

step "each write fails once"
for sys in 28 kill; do
	n=1
	while [ $n -lt 400 ]; do
		add "fault $n"
		[ $((n % 20)) -ne 1 ] ||
			head -c 100000 /dev/urandom >"$files/shop/f.$n"
		rc=0
		LIUDI_FILE_FAULT=$n:$sys "$faulty" --home "$t/ws-01" run \
		    >"$t/out" 2>"$t/err" || rc=$?
		case $rc in
		0) break ;;	# no such call any more
		1|4|86) ;;
		*) fail "fault $n:$sys: exit $rc" ;;
		esac
		# two faults in a row, now and then a good run
		[ $((n % 5)) -ne 0 ] || expect 0 ws ws-01 run
		n=$((n + 1))
	done
	say "$n calls failed with $sys"
	ok test $n -gt 20
	expect 0 ws ws-01 run
	nothing_lost
done
# the earlier branches lost their cache, and stored all anew
same "$(chunk_ids "$(branches ws-01 | tail -n 1)" | sort | uniq -d |
    wc -l)" 0 "chunks stored twice"
done_
