#!/bin/sh
# tests/flow/95-page.sh BIN LOOK - the manager's page: who is let in, what every
# answer says, and how it looks in a real browser.
# shellcheck source=tests/flow/paged.sh
. "$(dirname "$0")/paged.sh"

step "a team of two, of whom one sent nothing on the last day"
team
station ws-01
station ws-02
# a peer who would be markup, script, and text that runs the other way
evil='<img src=x onerror=document.title=1><script>document.title=2</script>'
{
	printf '%s\n' '消息记录（此消息记录为文本格式，不支持重新导入）' '' \
	    '================================================================' \
	    '消息分组:客户' \
	    '================================================================' \
	    "消息对象:\"'<b>Anna" \
	    '================================================================' ''
	printf '2026-01-05 10:00:00 Anna%s(10001)\n%s\n\n' '<i>' "$evil"
	printf '2026-01-05 10:01:00 Anna%s(10001)\n\342\200\256gpj.exe%s\n\n' \
	    '<i>' ' 宁波 invoice'
	i=0
	while [ $i -lt 500 ]; do
		printf '2026-01-06 10:%02d:%02d Anna%s(10001)\nline %d\n\n' \
		    $((i / 60)) $((i % 60)) '<i>' $i
		i=$((i + 1))
	done
} >"$t/ws-01-files/chats/anna.txt"
{
	printf '%s\n' '消息记录（此消息记录为文本格式，不支持重新导入）' '' \
	    '================================================================' \
	    '消息分组:客户' \
	    '================================================================' \
	    '消息对象:Bob' \
	    '================================================================' ''
	printf '2026-01-05 11:00:00 Bob(10002)\nonly Bob says this\n\n'
} >"$t/ws-02-files/chats/bob.txt"
mkdir "$t/ws-02-files/chats/files"
printf '%s' "$evil" >"$t/ws-02-files/chats/files/offer <1>.pdf"
cat >"$t/ws-02-files/chats/result.json" <<'END'
{"guild":{"id":"0","name":"Direct Messages","iconUrl":""},"channel":{"id":"5","type":"DirectTextChat","name":"Petra","topic":null},"dateRange":{"after":null,"before":null},"messages":[
{"id":"1","type":"Default","timestamp":"2024-03-05T10:00:00+00:00","timestampEdited":null,"isPinned":false,"content":"","author":{"id":"5","name":"Petra","isBot":false},"attachments":[{"id":"9","url":"files/offer.pdf","fileName":"offer <1>.pdf","fileSizeBytes":3},{"id":"10","url":"files/no.pdf","fileName":"no.pdf","fileSizeBytes":3}],"embeds":[],"reactions":[],"mentions":[]}],"messageCount":1}
END
# the day in the middle is one of work: nothing is expected of a Sunday
first=1
until [ "$(date -u -d "$(when $((first + 1)))" +%u)" -lt 6 ]; do
	first=$((first + 1))
done
day $first
expect 0 ws ws-01 run
expect 0 ws ws-02 run
day $((first + 1))
expect 0 ws ws-01 run
day $((first + 2))
ok synced

step "whoever has no session sees nothing"
serve
[ -n "$token" ] || { cat "$t/served"; fail "no page"; done_; }
same "$(stat -c %a "$t/desk/serve.html")" 600 "mode of the file that lets in"
ask 401 /
ask 401 / -H 'Cookie: liudi=00'
ask 401 /auth -d "token=$(printf '%064d' 0)"
ask 421 / -H 'Host: evil.test'
ask 421 /healthz -H 'Host: localhost'
ask 200 /healthz
ask 200 /auth -c "$t/cookies" -d "token=$token"
ask 401 /auth -d "token=$token"
in_ 200 /
says 'ws-02'

step "nor does a page of another site"
in_ 403 / -H 'Sec-Fetch-Site: cross-site'
in_ 403 / -d 'a=b'
in_ 403 / -d 'a=b' -H 'Origin: http://evil.test'
in_ 403 / -d 'a=b' -H 'Origin: null'
in_ 405 / -X DELETE
in_ 404 /nothing
in_ 404 /../../etc/passwd --path-as-is

step "every page is in the access log, once, and sent when it is quiet"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -e "$t/desk/access.unsent" ] || break
	sleep 0.5
done
no test -e "$t/desk/access.unsent"
expect 0 liudi-desk --home "$t/desk" --json access --passphrase-fd 3 \
    3<"$t/pass"
same "$(grep -c '"today"' "$t/out")" 1 "events of the page"

step "both languages, and how old it is"
in_ 200 '/?lang=zh'
says '没有上传'
in_ 200 '/?lang=en'
says 'sent nothing yesterday'
says 'As the central had it at'

step "conversations, the newest two hundred of one, and older ones"
in_ 200 /chats
says '>&quot;&#39;&lt;b&gt;Anna</a>'
in_ 200 /chat/1
says 'line 499'
same "$(grep -c '^<li id=' "$t/out")" 201 messages
before=$(sed -n 's/.*[?]before=\([0-9]*\)".*/\1/p' "$t/out")
in_ 200 "/chat/1?before=$before"
says 'line 298'
says '?after='
in_ 200 "/chat/1?day=2026-01-05"
says 'invoice'
says_no -F '<script>document'
in_ 404 /chat/4
in_ 404 /chat/x
in_ 404 /chat/1/2

step "where a message is from, and its own bytes, which no browser runs"
in_ 200 "/chat/1?day=2026-01-05"
anna=$(sed -n 's/^<li id="m\([0-9]*\)".*/\1/p' "$t/out" | head -n 1)
in_ 200 "/chat/1?at=$anna&lang=en"
says "href=\"/raw/$anna\""
says 'chats/anna.txt'
in_ 200 "/raw/$anna"
grep -q -F "$evil" "$t/out" || fail "not its bytes: $(cat "$t/out")"
grep -q '^Content-Disposition: attachment' "$t/err" || fail "shown, not saved"
grep -q "^Content-Security-Policy: sandbox; default-src 'none'" "$t/err" ||
	fail "not in a sandbox"
grep -q '^Content-Type: application/octet-stream' "$t/err" || fail "a kind"
in_ 404 /raw/1
in_ 404 /raw/x

step "and the file that came with one"
in_ 200 /chats
petra=$(sed -n 's/.*href="\(\/chat\/[0-9]*\)"[^>]*>Petra<.*/\1/p' "$t/out")
in_ 200 "$petra"
n=$(sed -n 's/^<li id="m\([0-9]*\)".*/\1/p' "$t/out")
in_ 200 "$petra?at=$n"
says "href=\"/attached/$n/0\">offer &lt;1&gt;.pdf</a>"
in_ 200 "/attached/$n/0"
same "$(cat "$t/out")" "$evil" "its bytes"
grep -q '^Content-Disposition: attachment; filename="offer__1_.pdf"' \
    "$t/err" || fail "its name: $(cat "$t/err")"
grep -q "^Content-Security-Policy: sandbox; default-src 'none'" "$t/err" ||
	fail "not in a sandbox"
in_ 404 "/attached/$n/1?lang=en"
says 'not among the files that were kept'
in_ 404 "/attached/$n/2"
in_ 404 "/attached/$n"
in_ 404 "/attached/$n/x"

step "what the access log names is all that is shown"
in_ 200 /chat/2
says 'only Bob says this'
for round in at before after; do
	in_ 404 "/chat/2?$round=$anna"
	says 'another conversation'
	says_no 'invoice'
done

step "is it whole?"
in_ 200 /integrity
says '<th scope="row">ws-02</th>'
says 'can read: '
says 'manager'

step "a search, with what stands around"
in_ 200 '/search?q=%E5%AE%81%E6%B3%A2'
says '<mark>宁波</mark>'
says 'line 0'
in_ 200 '/search?q=nothing+of+that'
says 'nothing was found'
in_ 200 /search
in_ 500 '/search?q=%ff'

step "a hundred at once"
for i in $(seq 100); do
	curl -s -m 120 -o /dev/null -w '%{http_code}\n' -b "$t/cookies" \
	    "http://$host/" >>"$t/codes" &
	pids="${pids:-} $!"
done
# shellcheck disable=SC2086
wait $pids || :
same "$(grep -c -x -e 200 -e 503 "$t/codes")" 100 "answers"
in_ 200 /

step "a catalogue that goes away is said, and nothing falls over"
mv "$t/desk/catalogue" "$t/desk/gone"
in_ 404 /
says 'there is no catalogue yet'
rmdir "$t/desk/catalogue" 2>/dev/null || :
mv "$t/desk/gone" "$t/desk/catalogue"
in_ 200 /

step "in a browser: both languages, wide and narrow, nothing cut off"
kill "$server"
wait "$server" || fail "it did not end well: $(cat "$t/served")"
no test -e "$t/desk/serve.html"
serve
rc=0
"$look" "$t/profile" >"$t/seen" 2>&1 <<END || rc=$?
door $t/desk/serve.html
size 1200 800
open /?lang=en
is Today document.querySelector('h1').textContent
is 2 document.querySelectorAll('.grid th[scope=row]').length
is true document.querySelector('.missed')!==null
is true document.documentElement.scrollWidth<=innerWidth
is true (()=>{try{document.body.innerHTML='x';return!1}catch(e){return!0}})()
is en document.documentElement.lang
shot $t/today-en.png
open /?lang=zh
is 今天 document.querySelector('h1').textContent
is zh-CN document.documentElement.lang
size 390 800
open /
is 今天 document.querySelector('h1').textContent
is true document.documentElement.scrollWidth<=innerWidth
shot $t/today-zh.png
open /chat/1?day=2026-01-05&lang=en
is true document.body.innerText.includes('<script>document.title=2')
is 0 document.querySelectorAll('.talk>li>span>img').length
is true document.title.startsWith('Conversation')
is true document.documentElement.scrollWidth<=innerWidth
open /search?q=invoice
is invoice document.querySelector('mark').textContent
is false document.body.innerText.includes('\u202e')
click a.at
is true location.pathname==='/chat/1'
is true document.cookie.indexOf('liudi')<0
END
if [ "$rc" -eq 77 ]; then
	say "skipped: no browser is installed (chromium-headless-shell)"
else
	checks=$((checks + 24))
	[ "$rc" -eq 0 ] || { cp "$t/seen" "$t/out"; fail "not as it should look"; }
fi

step "it ends with whoever started it"
kill "$server"
wait "$server" || :
got=$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://$host/healthz") || :
same "$got" 000 "afterwards"

step "who is killed takes the others along, and it is said"
# told: it ends with 1 and these words
told()
{
	rc=0
	wait "$server" || rc=$?
	same "$rc" 1 "exit when $1"
	cp "$t/served" "$t/out"
	: >"$t/err"
	says "$2"
	server=
	no test -e "$t/desk/serve.html"
}
children() { cat "/proc/$server/task/$server/children"; }
serve
# shellcheck disable=SC2046
set -- $(children)
same $# 2 "processes of the page"
kill -9 "$1"
told "its HTTP is killed" 'the process that speaks to the browser was lost'
serve
ask 200 /auth -c "$t/cookies" -d "token=$token"
# shellcheck disable=SC2046
set -- $(children)
kill -9 "$2"
in_ 500 /
told "the opener is killed" 'the process that opens records was lost'
serve
kids=$(children)
kill -9 "$server"
wait "$server" 2>/dev/null || :
server=
for _ in 1 2 3 4 5 6 7 8 9 10; do
	alive=
	for k in $kids; do
		! kill -0 "$k" 2>/dev/null || alive="$alive $k"
	done
	[ -n "$alive" ] || break
	sleep 0.5
done
same "$alive" '' "processes that outlive it"

step "behind ssh -L: a socket that is nobody else's, and a code"
serve --listen "unix:$t/page"
until [ -S "$t/page" ] && code=$(sed -n 's/.*: \([0-9]\{4\} [0-9]\{4\}\)$/\1/p' \
    "$t/served") && [ -n "$code" ]; do
	kill -0 "$server" || { cat "$t/served"; break; }
	sleep 0.1
done
same "$(stat -c %a "$t/page")" 600 "mode of the socket"
no test -e "$t/desk/serve.html"
host=localhost:8080
set -- --unix-socket "$t/page"
ask 200 /healthz "$@"
ask 421 /healthz "$@" -H 'Host: evil.test'
ask 401 / "$@" -H 'Accept-Language: zh'
says '代码'
ask 403 /auth "$@" -d "token=$code"
ask 403 /auth "$@" -d "token=$code" -H 'Origin: http://evil.test'
ask 401 /auth "$@" -d 'token=1234' -H "Origin: http://$host"
says 'That is not the code'
ask 200 /auth "$@" -d "token=$code" -H "Origin: http://$host" \
    -c "$t/cookies"
in_ 200 / "$@"
ask 401 /auth "$@" -d "token=$code" -H "Origin: http://$host"
expect 1 desk_key serve --listen "unix:$t/page"
says 'there is something at'
expect 2 desk_key serve --listen 0.0.0.0:80
kill "$server"
wait "$server" || :
server=
no test -e "$t/page"
: >"$t/page"
expect 1 desk_key serve --listen "unix:$t/page"
says 'there is something at'
ok test -f "$t/page"
done_
