#!/bin/sh
# tests/flow/95-pdays.sh BIN LOOK - the page: a day of a station, who read what,
# help, the sheet for the boss, and the numbers for machines.
# shellcheck source=tests/flow/paged.sh
. "$(dirname "$0")/paged.sh"

date_of() { date -u -d "$(when "$1")" +%F; }
# messages N DAY: of one talk, as QQ exports it
messages()
{
	i=0
	while [ $i -lt "$1" ]; do
		printf '%s 10:%02d:00 Anna(10001)\nline %d of %s\n\n' \
		    "$(date_of "$2")" $i $i "$(date_of "$2")"
		i=$((i + 1))
	done
}

step "a week of two stations: one's log shrinks, the other's stays away"
team
station ws-01
station ws-02
monday
{
	printf '%s\n' '消息记录（此消息记录为文本格式，不支持重新导入）' '' \
	    '================================================================' \
	    '消息分组:客户' \
	    '================================================================' \
	    '消息对象:Anna' \
	    '================================================================' ''
	messages 20 "$first"
} >"$t/ws-01-files/chats/anna.txt"
printf 'one\ntwo\nthree\n' >"$t/ws-01-files/app/log.txt"
echo price >"$t/ws-01-files/shop/list.csv"
day "$first"
expect 0 ws ws-01 run
expect 0 ws ws-02 run
day $((first + 1))
messages 7 $((first + 1)) >>"$t/ws-01-files/chats/anna.txt"
printf 'one\n' >"$t/ws-01-files/app/log.txt"
rm "$t/ws-01-files/shop/list.csv"
mv "$t/ws-01-files/shop" "$t/ws-01-files/gone"
expect 3 ws ws-01 run
day $((first + 1)) 3600
mv "$t/ws-01-files/gone" "$t/ws-01-files/shop"
expect 0 ws ws-01 run
expect 0 ws ws-02 run
day $((first + 2))
expect 0 ws ws-01 run
day $((first + 3))
ok synced
come_in

step "each cell of today leads to its day, by a short way"
in_ 200 /
tuesday=$(date_of $((first + 1)))
short=$(date -u -d "$tuesday" +%m%d)
says "<a href=d/$short/ws-01>"
in_ 200 "/d/$short/ws-01"
says "href=\"/day/$tuesday/ws-01\""
in_ 200 "/day?date=$tuesday&station=ws-01"
says "<h1>$tuesday · ws-01</h1>"

step "what came on a day, and when"
in_ 200 "/day/$tuesday/ws-01"
says "<h1>$tuesday · ws-01</h1>"
same "$(grep -c '<td class="mono">[0-9a-f]\{8\}<' "$t/out")" 2 runs
says "log.txt"
says 'truncated'
says 'removed'
says 'missing'
says '>chats</th>'
same "$(sed -n '/chats<.th>/s/.*<td class="r">\(7\)<.td><td class="r">\([0-9]*\)<.*/\1 \2/p' \
    "$t/out")" '7 2' "messages of the day, and what is usual"
says 'anna.txt'
in_ 200 "/day/$tuesday/ws-01?lang=zh"
says '截短'
in_ 200 "/day/$tuesday/ws-01?lang=en"

step "one on which nothing came, and days and stations that are none"
in_ 200 "/day/$(date_of $((first + 2)))/ws-02"
says 'nothing came'
says 'Nothing was sent on this day.'
in_ 404 "/day/$tuesday/ws-09"
in_ 404 "/day/2026-13-01/ws-01"
in_ 404 "/day/$tuesday"
in_ 404 /day
in_ 404 '/day?date=x&station=../..'
in_ 404 /d/9999/ws-01
in_ 404 /d/1/ws-01

step "the commands that check it do check it"
in_ 200 "/day/$tuesday/ws-01"
sed -n '/<pre class="copy">/,/<\/pre>/p' "$t/out" |
    sed -e 's/.*<pre class="copy">//' -e 's/<[^>]*>//g' \
    -e "s/&#39;/'/g" -e 's/&gt;/>/g' -e 's/&quot;/"/g' -e 's/&amp;/\&/g' \
    >"$t/checks.sh"
(cd "$t/tmp" && sh "$t/checks.sh") >"$t/checked" 2>&1 ||
	fail "they fail: $(cat "$t/checked")"
same "$(grep -c 'Good "git" signature for ws-01' "$t/checked")" 2 signatures
sed -n 's/^Liudi-[MB].*sha256:\([0-9a-f]*\).*/\1/p' "$t/checked" | sort \
    >"$t/signed"
sed -n 's/^\([0-9a-f]\{64\}\)  -$/\1/p' "$t/checked" | sort >"$t/are"
[ -s "$t/signed" ] || fail "no sums: $(cat "$t/checked")"
same "$(cat "$t/are")" "$(cat "$t/signed")" "sums of what was signed"

step "the numbers for machines are those of the page"
in_ 200 '/?lang=en'
cp "$t/out" "$t/page"
in_ 200 /today.json
says 'Content-Type: application/json'
of() { jq -r "$1" "$t/out"; }
same "$(of '[.v, .type, .day] | join(" ")')" \
    "1 today $(date_of $((first + 2)))" "what it is"
same "$(of .synced)" "$(cat "$t/desk/synced")" "how old it is"
same "$(of .missed)" "$(sed -n 's/.*>\([0-9]*\) stations* sent nothing yesterday.*/\1/p' \
    "$t/page")" "stations that sent nothing"
same "$(of .kinds)" "$(sed -n 's/.* \([0-9]*\) kinds* of thing.*/\1/p' "$t/page")" \
    "kinds of things"
same "$(of .items.not_backed_up)" "$(sed -n 's/.*Not backed up <b>\([0-9]*\)<.*/\1/p' \
    "$t/page")" "who was not kept"
same "$(of '.stations[] | select(.station == "ws-02") | .days[26:] | join(" ")')" \
    'done done missed nothing' "the days of ws-02"
same "$(of '.stations | length')" "$(grep -c '<th scope=row>' "$t/page")" rows

step "what was counted is counted once, and never old"
kept=$t/desk/catalogue/catalogue.sqlite3-facts
ok test -s "$kept"
same "$(stat -c %a "$kept")" 600 "mode of what is kept"
line=$(head -n 1 "$kept" | cut -d ' ' -f 1-5)
first_ino=$(stat -c %i "$kept")
in_ 200 '/?lang=en'
same "$(stat -c %i "$kept")" "$first_ino" "counted again without a reason"
# another day, of which nothing was counted yet
leave
day $((first + 4))
come_in
in_ 200 /today.json
same "$(of .day)" "$(date_of $((first + 3)))" "the day later"
same "$(of .missed)" 2 "who sent nothing then"
[ "$line" != "$(head -n 1 "$kept" | cut -d ' ' -f 1-5)" ] || fail "it is old"
# what makes no sense is counted anew, and so is what somebody else wrote
head -n 1 "$kept" >"$t/tmp/broken"
printf 'x%.0s' 1 2 3 4 5 6 7 8 9 >>"$t/tmp/broken"
cp "$t/tmp/broken" "$kept"
in_ 200 /today.json
same "$(of .missed)" 2 "behind a broken one"
[ "$(stat -c %s "$kept")" -gt 100 ] || fail "it was left as it was"
# a sync that has something new
expect 0 ws ws-01 run
leave
ok synced
come_in
in_ 200 /today.json
same "$(of '.stations[0].days[29]')" done "what came meanwhile"
ok cp "$kept" "$t/tmp/kept"
leave
expect 0 liudi-desk --home "$t/desk" lock
no test -e "$kept"
ok synced
come_in

step "it stands in the access log, with the day and of whom"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -e "$t/desk/access.unsent" ] || break
	sleep 0.5
done
expect 0 liudi-desk --home "$t/desk" --json access --passphrase-fd 3 \
    3<"$t/pass"
grep -F "\"day $tuesday\"" "$t/out" >"$t/event" || fail "no event"
same "$(grep -c '"station":"ws-01"' "$t/event")" 1 "events of it"
says '"station":"ws-02","view":"day'

step "who reads: a manager sees how often, the owner what"
in_ 200 '/access?lang=en'
says 'The log is sealed to the owner'
says '<bdi>manager</bdi>'
says_no -F 'The newest'
leave
serve -i "$t/desk/keys/owner.identity"
at_the_door
ask 200 /auth -c "$t/cookies" -d "token=$token"
in_ 200 '/access?lang=en'
says 'The newest'
says "<bdi>day $tuesday</bdi>"
in_ 200 '/access?lang=en&station=ws-02'
says_no -F "<bdi>day $tuesday</bdi>"
in_ 200 '/access?lang=zh'
says '查阅日志'
leave
come_in

step "one sheet for the boss"
in_ 200 /today.json
days=$(of '[.stations[].days[]] | map(select(. != "nothing" and . != "free")) |
    "\(map(select(. != "missed")) | length) of \(length) days of work came"')
in_ 200 '/boss?lang=en'
says "$days"
says 'conversations wait for an answer'
says '<bdi>manager</bdi>'
in_ 200 '/boss?lang=zh'
says '给老板'

step "help: without liudi, by the script that it hands out"
in_ 200 /help
says "$t/desk/records.git"
says 'What the words mean'
in_ 200 /help?lang=zh
says '不用 liudi 也能'
in_ 200 /recover.sh?lang=en
says 'attachment; filename="recover.sh"'
same "$(sha256sum <"$t/out")" "$(sha256sum <"$src/docs/recover.sh")" "the script"
leave

step "in a browser: both languages, wide and narrow, nothing cut off"
serve
look_at 14 <<END
door $t/desk/serve.html
size 1200 800
open /?lang=en
click .grid [href\$="$short/ws-01"]
is /d/$short/ws-01 location.pathname
click [rel=bookmark]
is /day/$tuesday/ws-01 location.pathname
is true document.documentElement.scrollWidth<=innerWidth
is copy document.querySelector('pre+button').textContent
shot $t/day-en.png
open /day/$tuesday/ws-01?lang=zh
is 复制 document.querySelector('pre+button').textContent
is true document.documentElement.scrollWidth<=innerWidth
shot $t/day-zh.png
size 390 800
open /day/$tuesday/ws-01
is true document.documentElement.scrollWidth<=innerWidth
shot $t/day-zh-narrow.png
open /help
is 帮助 document.querySelector('h1').textContent
is true document.documentElement.scrollWidth<=innerWidth
shot $t/help-zh-narrow.png
size 1200 800
open /help?lang=en
is true document.documentElement.scrollWidth<=innerWidth
shot $t/help-en.png
open /?lang=en
shot $t/today-en.png
open /access?lang=en
is true document.documentElement.scrollWidth<=innerWidth
shot $t/access-en.png
size 390 800
open /access?lang=zh
is true document.documentElement.scrollWidth<=innerWidth
shot $t/access-zh-narrow.png
open /boss?lang=zh
is true document.documentElement.scrollWidth<=innerWidth
shot $t/boss-zh-narrow.png
size 1200 800
open /boss?lang=en
is true document.documentElement.scrollWidth<=innerWidth
shot $t/boss-en.png
END
leave

step "a log that somebody put something into is told"
git=$t/desk/desk.git
head=$(GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x \
    GIT_COMMITTER_EMAIL=x git -C "$git" commit-tree -m x -p desk 'desk^{tree}')
git -C "$git" update-ref refs/heads/desk "$head"
come_in
in_ 200 '/access?lang=en'
says 'The log of readers does not hold <b>1</b>'
says "commit $(echo "$head" | cut -c 1-12)"
leave
done_
