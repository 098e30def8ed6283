#!/bin/sh
# tests/flow/96-work.sh BIN LOOK - the page: who waits for an answer, who wrote of
# his day, and a person's thirty days.
# shellcheck source=tests/flow/paged.sh
. "$(dirname "$0")/paged.sh"

date_of() { date -u -d "$(when "$1")" +%F; }
wall() { date -u -d "$(when "$1" "$2")" '+%Y-%m-%d %H:%M:%S'; }

step "a day of two: one wrote of it, the other let a customer wait"
team
day 0
station ws-01
station ws-02
monday
policy '[team]\norg = Acme Lamps\nzone = UTC\nreports = daily, weekly\n[source ws-02/chats]\naccount = 10009\nself = Li\n'
{
	printf '%s\n' '消息记录（此消息记录为文本格式，不支持重新导入）' '' \
	    '================================================================' \
	    '消息分组:客户' \
	    '================================================================' \
	    '消息对象:Anna' \
	    '================================================================' ''
	printf '%s Anna\nprice of 500 lamps?\n\n' \
	    "$(wall $((first + 1)) 0)"
	printf '%s Li\n4.20 USD\n\n' "$(wall $((first + 1)) 600)"
	printf '%s Anna\nand with <b>batteries</b>?\n\n' \
	    "$(wall $((first + 1)) 1200)"
} >"$t/ws-02-files/chats/anna.txt"
day $((first + 1)) 28000
tuesday=$(date_of $((first + 1)))
printf '%s\n' '报价已发 <script>document.title=1</script>' \
    'Jensen asks for samples' 'call the factory' | ws ws-01 report >"$t/out"
printf 'visit the fair\nsend samples\n' | ws ws-01 report --week >"$t/out"
expect 0 ws ws-01 run
expect 0 ws ws-02 run
day $((first + 2)) 3600
expect 0 ws ws-01 run
ok synced
come_in

step "of the day before, in both languages"
in_ 200 "/work?lang=en"
says "<h1>Work · $tuesday</h1>"
says '1 customer waits for an answer. 1 report is missing. 1 plan is missing.'
says 'and with &lt;b&gt;batteries&lt;/b&gt;?'
says '报价已发 &lt;script&gt;'
says_no '<script>document'
says 'visit the fair / send samples'
says 'href="/person/ws-02"'
in_ 200 "/work?day=$tuesday&lang=zh"
says '1 位客户在等回复'
says '缺少的日报'
in_ 200 "/work?day=$(date_of 0)&lang=en"
in_ 404 '/work?day=2026-02-30'
in_ 404 '/work?day=%3Cscript%3E'

step "a person's thirty days"
in_ 200 /person/ws-01
says '报价已发 &lt;script&gt;'
says "/work?day=$tuesday"
same "$(grep -o '/work?day=' "$t/out" | wc -l)" 30 days
in_ 200 /person/ws-02
says 'In 30 days: 2 messages in, 1 out, 1 new customers; 1 turns'
same "$(grep -c '<td class="missed">MISSING</td>' "$t/out")" 1 \
    'days without a report'
in_ 404 /person/nobody
in_ 404 /person/..%2f..

step "it stands in the access log"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -e "$t/desk/access.unsent" ] || break
	sleep 0.5
done
expect 0 liudi-desk --home "$t/desk" --json access --passphrase-fd 3 \
    3<"$t/pass"
says "\"view\":\"work $tuesday\""
says '"view":"work of ws-02"'
leave

step "in a browser: both languages, wide and narrow, nothing cut off"
serve
look_at 8 <<END
door $t/desk/serve.html
size 1200 800
open /work?lang=en
is true document.documentElement.scrollWidth<=innerWidth
shot $t/work-en.png
click td [href="/person/ws-02"]
is ws-02 document.querySelector('h1').textContent
is true document.documentElement.scrollWidth<=innerWidth
shot $t/person-en.png
open /work?lang=zh
shot $t/work-zh.png
size 390 800
open /work?lang=zh
is true document.documentElement.scrollWidth<=innerWidth
shot $t/work-zh-narrow.png
open /person/ws-01
is true document.documentElement.scrollWidth<=innerWidth
shot $t/person-zh-narrow.png
open /person/ws-01?lang=en
is true document.documentElement.scrollWidth<=innerWidth
END
leave
done_
