#!/bin/sh
# tests/flow/61-resume.sh BIN - a run that is cut off between its parts is gone
# on with: what it moved, what changed since, and a year that it had begun.
# shellcheck source=tests/flow/lib.sh
LIUDI_FLOW_DAYS=400	# the first day lies in another year than today
. "$(dirname "$0")/lib.sh"

# many FOLDER NAME COUNT: files of a megabyte each.
many()
{
	i=0
	while [ $i -lt "$3" ]; do
		head -c 1000000 /dev/urandom >"$1/$2$i"
		i=$((i + 1))
	done
}
# Between the first part and the last lies little time: no slow program here.
journal() { set -- "$t"/ws-01/state/cache/main/journal-[0-9]*; test -e "$1"; }
heads() { cat "$t"/ws-01/state/spool.git/refs/heads/ws/ws-01/main/*; }
# cut_off [AS]: a run is killed as soon as its first part is there.
cut_off()
{
	before=$(heads)
	# shellcheck disable=SC2086
	${1:-} "$bin/liudi" --home "$t/ws-01" run --no-push >/dev/null 2>&1 &
	pid=$! n=0
	# a journal counts when its commit is the head
	until { journal && [ "$(heads)" != "$before" ]; } ||
	    [ $n -eq 3000 ]; do
		n=$((n + 1))
		sleep 0.01
	done
	kill -9 $pid || :	# it may be through: then no journal is there
	wait $pid || :
	ok journal
} 2>/dev/null
# whole WHAT: the desk finds nothing, and gets back what is there.
whole()
{
	ok synced
	expect 0 desk_key verify --all
	rm -rf "$t/back"
	expect 0 restore ws-01 "$t/back"
	alike "$files" "$t/back" "$1"
}

team
station ws-01
files=$t/ws-01-files
mkdir "$files/app/a" "$files/app/z" "$files/zz"
printf '\n[source zz]\npath = %s\nkind = files\n' "$files/zz" \
    >>"$t/ws-01/liudi.ini"
many "$files/app/a" a 3
many "$files/app/z" z 3
many "$files/zz" f 4
expect 0 ws ws-01 run

step "moved from before and from behind the cut, then changed again"
day 1
mkdir "$files/app/m" "$files/app/n"
mv "$files/app/a/a1" "$files/app/a/a2" "$files/app/z/z1" "$files/app/z/z2" \
    "$files/app/m"
many "$files/app/n" n 75
cut_off
# at these paths nothing more may happen in this run
echo new >"$files/app/a/a1"
echo new >"$files/app/z/z1"
mv "$files/app/m/z2" "$files/app/z/z2"
rm "$files/app/z/z0"
expect 0 ws ws-01 run
says "going on with a run"
day 2
expect 0 ws ws-01 run
whole "after moves"

step "what could not be read before the cut is not forgotten"
if [ "$(id -u)" -eq 0 ] && setpriv --help >/dev/null 2>&1; then
	other="setpriv --reuid 65534 --clear-groups"
	chmod 755 "$t"
	chmod 777 "$t/tmp" "$t/home"
else
	other=env
fi
day 2 60
expect 0 ws ws-01 run
echo secret >"$files/app/a/closed"
mkdir "$files/app/b"
many "$files/app/b" b 75
[ "$(id -u)" -ne 0 ] || chown -R 65534 "$t/ws-01" "$files" "$central"
chmod 0 "$files/app/a/closed"
if $other cat "$files/app/a/closed" 2>/dev/null; then
	say "skipped: every file can be read"
else
	cut_off "$other"
	# shellcheck disable=SC2086
	expect 3 $other "$bin/liudi" --home "$t/ws-01" run
	says "going on with a run"
	says closed
	says partial
fi
[ "$(id -u)" -ne 0 ] || chown -R 0 "$t/ws-01" "$files" "$central"
chmod 644 "$files/app/a/closed"
day 2 120
expect 0 ws ws-01 run
whole "after what could not be read"

step "a source that is no longer configured"
cp "$t/ws-01/liudi.ini" "$t/ini"
sed '/^.source zz.$/,$d' "$t/ini" >"$t/ws-01/liudi.ini"
for i in 1 2; do
	day 2 "$((120 + i))"
	expect 0 ws ws-01 run
	[ "$i" -eq 2 ] || says "no longer configured"
	manifests "$(branches ws-01 | tail -n 1)" | tail -n 5 >"$t/lines"
	ok grep -q '"source":"zz",.*"missing","reason":"no longer conf' \
	    "$t/lines"
done
expect 0 ws ws-01 run --full
whole "without one source"
cp "$t/ini" "$t/ws-01/liudi.ini"
day 2 180
expect 0 ws ws-01 run
manifests "$(branches ws-01 | tail -n 1)" | tail -n 5 >"$t/lines"
no grep "no longer conf" "$t/lines"

step "a new year is cut off while a source is away"
# the year is that of the newest receipt
day 398
expect 0 ws ws-01 run
day 399
mv "$files/zz" "$t/away"
cut_off
expect 3 ws ws-01 run
says "going on with a run"
same "$(branches ws-01 | wc -l)" 2 branches
ok synced
expect 0 desk_key verify --all
mv "$t/away" "$files/zz"
mv "$files/zz/f0" "$files/zz/g0"
echo more >>"$files/zz/f1"
: >"$files/zz/f2"
day 399 60
expect 0 ws ws-01 run
whole "after a new year"
# f3 did not change: it is stored in the new year all the same
no grep -c elsewhere <<-LAST
$(manifests "$(branches ws-01 | tail -n 1)" | tail -n 5)
LAST

step "a new year is cut off before its first commit"
ref=$(branches ws-01 | tail -n 1)
echo "$ref" >"$t/ws-01/state/branch-main"
echo "${ref%/*}/2027.0" >>"$t/ws-01/state/branch-main"
echo last >>"$files/zz/f1"
echo unsent | cat >"$files/zz/f5"
day 399 120
expect 4 ws ws-01 run --no-push
expect 0 ws ws-01 run
same "$(branches ws-01 | wc -l)" 2 branches
whole "after all"
done_
