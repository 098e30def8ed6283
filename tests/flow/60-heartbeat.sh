#!/bin/sh
# tests/flow/60-heartbeat.sh BIN - a run with nothing new costs a few KiB of
# traffic: the pack that is sent, with 2 readers, 4 sources and an id of 8.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# pack: bytes of commit $head as a pack, beside what its parent holds.
pack()
{
	printf '%s\n^%s^\n' "$head" "$head" |
		records pack-objects --revs --stdout -q | wc -c
}
# the objects that came with the last push, as the central stored them
received()
{
	find "$central/records.git/objects/pack" -name '*.pack' \
	    -newer "$t/mark" -exec cat {} + | wc -c
}
push()
{
	touch -d '1 second ago' "$t/mark"
	find "$central/records.git/objects/pack" -name '*.pack' \
	    -exec touch -d '1 hour ago' {} +
	expect 0 ws ws-01-ab run
	head=$(records rev-parse "$(branches ws-01-ab | tail -n 1)")
	pack=$(pack) received=$(received)
}

# day 0 is the 30th of December, and the trees are as full as they get
year=$(($(date +%Y) - 1))
epoch0=$(date -d "$year-12-30 00:10:00" +%s)
step "a team of $year"
at_date()
{
	LIUDI_NOW=$(date -d "$year-$1 00:10:00" +%s) CENTRAL_NOW=$LIUDI_NOW
	export LIUDI_NOW CENTRAL_NOW
}
at_date 01-01
team
station ws-01-ab
printf '\n[source designs]\nkind = shop\npath = %s\n' "$t/ws-01-ab-files" \
    >>"$t/ws-01-ab/liudi.ini"
echo line >"$t/ws-01-ab-files/chats/a.txt"
for m in 01 02 03 04 05 06 07 08 09 10 11; do
	at_date $m-02
	expect 0 ws ws-01-ab run
done
d=1
while [ $d -le 30 ]; do
	at_date "12-$d"
	expect 0 ws ws-01-ab run
	d=$((d + 1))
done

step "24 runs on Dec 31"
n=0
while [ $n -lt 24 ]; do
	day 1 $((n * 3600))
	push
	same "$(records ls-tree -r --name-only "$head" |
	    grep -c "runs/$year/12/31/.*manifest")" $((n + 1)) "runs of the day"
	n=$((n + 1))
	[ $n -ne 1 ] || first=$received
done
say "first run of a day: $first bytes; 24th: $received (git packs $pack)"
ok test "$first" -le 4096
ok test "$received" -le 6144
no test "$received" -le 1000

step "what an unchanged day adds to the station and the central"
before=$(du -sk --apparent-size "$central/records.git/objects" | cut -f 1)
spool=$(du -sk --apparent-size "$t/ws-01-ab/state/spool.git" | cut -f 1)
n=0
while [ $n -lt 10 ]; do
	day 2 $((n * 600))
	expect 0 ws ws-01-ab run
	n=$((n + 1))
done
after=$(du -sk --apparent-size "$central/records.git/objects" | cut -f 1)
spooled=$(du -sk --apparent-size "$t/ws-01-ab/state/spool.git" | cut -f 1)
say "10 runs: central + $((after - before)) KiB," \
    "spool + $((spooled - spool)) KiB"
ok test $((after - before)) -le 120
ok test $((spooled - spool)) -le 80
done_
