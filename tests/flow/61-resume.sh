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
journals() { find "$t/ws-01/state/cache/main" -name 'journal-[0-9]*' | wc -l; }
# cut_off: a run is killed as soon as its first part is there.
cut_off()
{
	liudi --home "$t/ws-01" run --no-push >/dev/null 2>&1 &
	pid=$! n=0
	while [ "$(journals)" -eq 0 ] && [ $n -lt 3000 ]; do
		n=$((n + 1))
		sleep 0.01
	done
	kill -9 $pid
	wait $pid || :
	ok test "$(journals)" -gt 0
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
many "$files/app/n" n 45
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

step "a new year is cut off while a source is away"
(unset LIUDI_NOW; station ws-02)
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
