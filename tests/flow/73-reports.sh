#!/bin/sh
# tests/flow/73-reports.sh BIN FAULTY - what persons write of their days: kept at
# the station, on file at the central, in front of the manager.  FAULTY is a
# liudi built with -DLIUDI_FAULTS.
faulty=${2:?usage: $0 BIN FAULTY}
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# Shanghai, where a night shift ends at noon.
east=28800
date_of() { TZ=Asia/Shanghai date -d "@$((LIUDI_NOW - 43200))" +%F; }
kept() { find "$t/ws-01/state/reports/kept" -name '*.txt' | wc -l; }

step "a clerk writes at the end of a night, before anything was set up"
day 0
team
station ws-01
station ws-02
# two days of work, one after the other, of which the first is a Tuesday
d=1
until [ "$(date -u -d "$(when $d)" +%u)" -eq 2 ]; do
	d=$((d + 1))
done
day $((d - 1))
policy '[team]\norg = Acme Lamps\nzone = Asia/Shanghai\ncutoff = 12:00\nreports = daily, weekly\n[station ws-02]\nleave = 2020-01-01\n'
expect 0 ws ws-01 run
expect 0 ws ws-02 run
# 10:00 UTC of a day are 18:00 there; 21:40 UTC are 05:40 of the morning after
day $d 42000
today=$(date_of)
same "$(TZ=Asia/Shanghai date -d "@$LIUDI_NOW" +%H:%M)" 05:40 'the hour'
printf '%s\n' 'quotation to Jensen sent' 'Jensen asks for <b>samples</b>' \
    'call the factory' >"$t/lines"
expect 0 ws ws-01 report <"$t/lines"
says "kept: report of $today, version 1; the next run takes it along"
ok grep -q -x "day = $today" "$t/ws-01/state/reports/kept/$today.1.txt"
ok grep -q "^written = .*T05:40:00+08:00$" \
    "$t/ws-01/state/reports/kept/$today.1.txt"
same "$(stat -c %a "$t/ws-01/state/reports/kept/$today.1.txt")" 600 mode

step "in Chinese; and the plan of the week"
printf '拜访工厂\n\n样品寄出\n' >"$t/plan"
LC_ALL=zh_CN.UTF-8 expect 0 ws ws-01 report --week <"$t/plan"
says '周计划（'
says '已留底'
same "$(grep -c '^task = ' "$t"/ws-01/state/reports/kept/*-W*.1.txt)" 2 tasks

step "what cannot be kept is told, and nothing is"
same "$(kept)" 2 'files'
printf 'a\nb\nc\nd\n' >"$t/bad"
expect 2 ws ws-01 report <"$t/bad"
says 'there are more than 3 lines'
says 'the first line is what was done'
printf '\n \n\n' >"$t/bad"
expect 2 ws ws-01 report <"$t/bad"
says 'nothing was written'
printf 'a\033[2Jb\n' >"$t/bad"
expect 2 ws ws-01 report <"$t/bad"
says 'control characters'
printf '\377\376a\0\n' >"$t/bad"
expect 2 ws ws-01 report <"$t/bad"
head -c 2001 /dev/zero | tr '\0' a >"$t/bad"
expect 2 ws ws-01 report <"$t/bad"
says 'a line has 2001 bytes, 2000 at most'
head -c 70000 /dev/zero | tr '\0' '\n' >"$t/bad"
expect 1 ws ws-01 report <"$t/bad"
says 'too large'
i=0
while [ $i -lt 51 ]; do echo "task $i"; i=$((i + 1)); done >"$t/bad"
expect 2 ws ws-01 report --week <"$t/bad"
expect 2 ws ws-01 report --day tomorrow <"$t/lines"
expect 2 ws ws-01 report --day 2199-01-01 <"$t/lines"
same "$(kept)" 2 'files after all that'

step "killed at every write, it is there whole or not at all"
n=1
while [ $n -lt 40 ]; do
	before=$(kept) rc=0
	LIUDI_FILE_FAULT="$n:kill" "$faulty" --home "$t/ws-01" report \
	    --day "$today" <"$t/lines" >"$t/out" 2>"$t/err" || rc=$?
	[ "$rc" -eq 86 ] || break
	after=$(kept)
	ok test $((after - before)) -le 1
	n=$((n + 1))
done
ok test "$n" -gt 5
same "$rc" 0 'not killed'
for f in "$t"/ws-01/state/reports/kept/"$today".*.txt; do
	ok grep -q '^tomorrow = call the factory$' "$f"
done
last=$(kept)

step "on file at the central, as text that stock tools read"
expect 0 ws ws-01 run
expect 0 synced
expect 0 restore ws-01:reports "$t/back"
same "$(find "$t/back" -name '*.txt' | wc -l)" "$last" 'files that came back'
alike "$(dirname "$(find "$t/back" -name "$today.1.txt" | grep . ||
    echo "$t/nothing/x")")" \
    "$t/ws-01/state/reports/kept" 'reports restored'

step "a second version takes the first one's place, and the first stays"
printf 'all done\n\n\n' >"$t/lines2"
expect 0 ws ws-01 report --day "$today" <"$t/lines2"
expect 0 ws ws-01 report --list
says 'quotation to Jensen sent'
says 'all done'
ws ws-01 --json report --list >"$t/json"
same "$(jq -r 'select(.type == "plan") | .lines | join("|")' "$t/json")" \
    '拜访工厂|样品寄出' 'the plan as JSON'

step "a source of the same name in liudi.ini would take its place"
cp "$t/ws-01/liudi.ini" "$t/ini"
printf '\n[source reports]\nkind = report\npath = %s\n' "$t/ws-01-files/app" \
    >>"$t/ws-01/liudi.ini"
expect 2 ws ws-01 report <"$t/lines"
says "another source 'reports'"
cp "$t/ini" "$t/ws-01/liudi.ini"


step "the folder of files that another clerk keeps anyway"
mkdir "$t/ws-02-files/daily"
printf '\n[source daily]\nkind = report\npath = %s\n' \
    "$t/ws-02-files/daily" >>"$t/ws-02/liudi.ini"
monday=$(date -u -d "$today -1 day" +%F)
printf 'Anna 的样品已寄\n' >"$t/ws-02-files/daily/日报 $monday.txt"
# no text, and a name that begins as those of unfinished files do
printf '\320\317\021\340\000x' >"$t/ws-02-files/daily/周计划 $monday.doc"
printf 'not yet' >"$t/ws-02-files/daily/~\$$today.txt"
expect 0 ws ws-02 run

step "the next morning: what is there, and what is missing"
day $((d + 1))
expect 0 ws ws-01 run
expect 0 ws ws-02 run
expect 0 synced
says 'new reports of persons'
desk_key --json digest >"$t/json"
fact() { jq -r "select(.type == \"person\" and .person == \"$1\") | $2" "$t/json"; }
same "$(jq -r 'select(.type == "digest") | .day' "$t/json")" "$today" 'the day'
same "$(fact ws-01 .report.state)" written 'report of the night'
same "$(fact ws-01 .report.text)" 'all done' 'the newest version counts'
same "$(fact ws-01 .report.versions)" "$last" 'versions of it'
# a plan that comes on a Tuesday comes late
same "$(fact ws-01 '.plan.state + .plan.text')" 'late拜访工厂
样品寄出' 'plan'
same "$(fact ws-02 .report.state)" missing 'report of ws-02'
same "$(fact ws-02 .plan.state)" late 'a plan that is no text'
same "$(jq -r 'select(.type == "item" and .kind == "report_missing") |
    .person' "$t/json")" ws-02 'who is missing'
expect 0 desk_key digest
says 'Reports that are missing (1)'
says 'no report of the day; last run:'
says 'all done'
LC_ALL=zh_CN.UTF-8 expect 0 desk_key digest
says '缺少的日报'
expect 0 desk_key digest --day "$monday"
says 'Anna 的样品已寄'
says_no '~'
expect 0 desk_key digest --html "$t/day.html"
ok grep -q '拜访工厂 / 样品寄出' "$t/day.html"

step "hostile words are words"
printf '%s\n' '<script>alert(1)</script>' '"><img src=x onerror=1>' \
    '=cmd|calc' | ws ws-01 report --day "$today" >"$t/out"
expect 0 ws ws-01 run
expect 0 synced
expect 0 desk_key digest --html "$t/day.html"
ok grep -q 'alert(1)' "$t/day.html"
no grep -q -e '<script' -e '<img' "$t/day.html"

step "nobody misses on leave, where nothing is expected, and before the day ends"
policy "[team]\norg = Acme Lamps\nzone = Asia/Shanghai\ncutoff = 12:00\nreports = daily, weekly\n[station ws-02]\nleave = $today\n"
expect 0 synced
desk_key --json digest >"$t/json"
same "$(fact ws-02 .report.state)" not_expected 'on leave'
policy '[team]\norg = Acme Lamps\nzone = Asia/Shanghai\ncutoff = 12:00\n'
expect 0 synced
desk_key --json digest >"$t/json"
same "$(fact ws-02 .report.state)" not_expected 'nothing is said'
same "$(fact ws-01 .report.state)" late 'and what is there is shown'
policy '[team]\norg = Acme Lamps\nzone = Asia/Shanghai\ncutoff = 12:00\nreports = daily\n'
expect 0 synced
desk_key --json digest --day today >"$t/json"
same "$(fact ws-02 .report.state)" not_yet 'the day is not over'
policy '[team]\norg = Acme Lamps\nreports = hourly\n'
expect 0 synced
expect 1 desk_key digest
says 'reports = hourly makes no sense'
policy '[team]\norg = Acme Lamps\nzone = Asia/Shanghai\ncutoff = 12:00\nreports = daily, weekly\n'
expect 0 synced

step "late is late; what the station removes stays; built anew it is the same"
rm "$t/ws-01/state/reports/kept/$today.1.txt"
printf 'late\n' | ws ws-01 report --day "$monday" >"$t/out"
expect 0 ws ws-01 run
expect 0 synced
desk_key --json digest --day "$monday" >"$t/json"
same "$(fact ws-01 .report.state)" late 'written the day after'
desk_key --json digest >"$t/one"
ok desk_key sync --rebuild
desk_key --json digest >"$t/two"
same "$(jq -c 'select(.type == "person")' "$t/two")" \
    "$(jq -c 'select(.type == "person")' "$t/one")" 'after a rebuild'
same "$(jq -r 'select(.type == "person" and .person == "ws-01") |
    .report.versions' "$t/two")" $((last + 1)) 'none of them is lost'

step "what was taken from here, who reads it, until when"
expect 0 ws ws-01 mine
says 'What was taken from here'
says 'reports: '
says 'The central had all of it up to'
says 'It can be read by:'
says 'no end is set'
ws ws-01 --json mine --files >"$t/json"
same "$(jq -r 'select(.type == "mine") | .unsent' "$t/json")" 0 unsent
same "$(jq -r 'select(.type == "source" and .source == "reports") | .files' \
    "$t/json")" "$(kept)" 'files of reports'
same "$(jq -r 'select(.type == "file" and .source == "reports") | .path' \
    "$t/json" | sort)" \
    "$(cd "$t/ws-01/state/reports/kept" && ls | LC_ALL=C sort)" 'their names'
expect 0 desk_key retention set main 7
expect 0 desk_key hold add suit ws-01/main --reason 'a suit'
ws ws-01 run >"$t/out" 2>&1 || :
expect 0 ws ws-01 mine
says 'Stream main is kept for 7 years behind the end of each year.'
says 'A hold forbids erasing it: suit'
same "$(ws ws-01 --json mine | jq -r 'select(.source == "reports") |
    "\(.keep_years) \(.hold)"')" '7 suit' 'as JSON'
expect 2 ws ws-01 mine --day "$today"
says '--day is of --objection'

step "a word against a number reaches the manager, beside it"
expect 0 ws ws-01 mine --objection 'I was ill until ten <b>' --day "$monday"
says "kept: objection to the numbers of $monday"
LC_ALL=zh_CN.UTF-8 expect 0 ws ws-01 mine --objection '那天停电' --day "$today"
says '已留底'
expect 2 ws ws-01 mine --objection ' '
expect 2 ws ws-01 mine --objection "$(printf 'a\nb')"
expect 2 ws ws-01 mine --objection x --day 2199-01-01
ws ws-01 --json mine >"$t/json"
expect 0 ws ws-01 run
expect 0 synced
desk_key --json digest --day "$monday" >"$t/json"
same "$(fact ws-01 '.objections[].text')" 'I was ill until ten <b>' 'on that day'
expect 0 desk_key digest --day "$monday"
says 'Objections (1)'
says "to the numbers of $monday: I was ill until ten"
# and on the day on which both were made
expect 0 desk_key digest --day "$(date_of)"
says 'Objections (2)'
LC_ALL=zh_CN.UTF-8 expect 0 desk_key digest --day "$today"
says '那天停电'

step "a pause: nothing is read, runs go on, and the manager sees why"
secret=$t/ws-01-files/app/secret.txt
echo secret >"$secret"
expect 0 ws ws-01 pause
says 'Nothing is read until'
expect 3 ws ws-01 run
says 'liudi resume'
expect 0 ws ws-01 status
says 'Paused here: nothing is read until'
expect 0 synced
expect 0 desk show ws-01
says 'paused at the station until'
expect 0 restore ws-01 "$t/paused"
no grep -r -q secret "$t/paused"
ok test -n "$(find "$t/paused" -name "$today.2.txt")"
expect 2 ws ws-01 pause 2020-01-01
expect 2 ws ws-01 pause 2199-01-01
expect 0 ws ws-01 resume
expect 0 ws ws-01 run
expect 0 synced
expect 0 restore ws-01 "$t/resumed"
ok grep -r -q secret "$t/resumed"
# a pause that is over holds nothing up
expect 0 ws ws-01 pause
day $((d + 3))
expect 0 ws ws-01 run

done_
