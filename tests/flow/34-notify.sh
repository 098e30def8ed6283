#!/bin/sh
# tests/flow/34-notify.sh - what audit says reaches people: mail, webhook and
# robots, from one event, each once a day; against a real HTTP server.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

for tool in jq curl busybox; do
	command -v $tool >/dev/null || skip "no $tool"
done
busybox httpd --help >"$t/out" 2>&1 || skip 'no httpd in busybox'
notify=$src/config/notify
mkdir -p "$t/www/cgi-bin"
cat >"$t/www/cgi-bin/hook" <<-CGI
	#!/bin/sh
	cat >"$t/posted"
	printf '%s %s' "\$CONTENT_TYPE" "\$QUERY_STRING" >"$t/how"
	printf 'Content-Type: application/json\r\n\r\n'
	cat "$t/answer"
CGI
chmod 755 "$t/www/cgi-bin/hook"
echo '{"errcode":0,"errmsg":"ok"}' >"$t/answer"
port=$((20000 + $$ % 20000))
busybox httpd -f -p 127.0.0.1:$port -h "$t/www" &
httpd=$!
cleanup() { kill "$httpd" 2>/dev/null || :; }
url=http://127.0.0.1:$port/cgi-bin/hook
n=50
until curl -s -o "$t/first" "$url" || [ $n -eq 0 ]; do
	n=$((n - 1))
	sleep 0.1
done
cat >"$t/bin/sendmail" <<-TOOL
	#!/bin/sh
	printf '%s\n' "\$*" >"$t/mail.args"
	cat >"$t/mail"
TOOL
chmod 755 "$t/bin/sendmail"
LIUDI_DESK_HOME=$t/desk LIUDI_NOTIFY_STATE=$t/notify
LIUDI_SENDMAIL=$t/bin/sendmail LIUDI_MAIL_TO='li@example.com wang@example.com'
LIUDI_WEBHOOK_URL="$url?token=a1" LIUDI_ROBOT_URL="$url?access_token=b2"
export LIUDI_DESK_HOME LIUDI_NOTIFY_STATE LIUDI_SENDMAIL LIUDI_MAIL_TO \
    LIUDI_WEBHOOK_URL LIUDI_ROBOT_URL
# tell NOTIFIER...: what was told goes first.
tell() { rm -f "$t/posted" "$t/mail"; sh "$notify/audit.sh" "$@"; }

team
station ws-01
day 1
expect 0 ws ws-01 run
expect 0 sync

step 'all is well: nothing is told'
expect 0 tell webhook mail
no test -e "$t/posted"
no test -e "$t/mail"

step 'a silent station'
day 6
expect 3 desk audit
expect 0 tell webhook mail
ok jq -e '.v == 1 and .event == "audit" and .exit == 3 and
    .level == "silent" and (.title | startswith("liudi: silent: 1 station")) and
    (.text | contains("ws-01")) and (.at > 0) and (.host | length > 0)' \
    "$t/posted"
same "$(cat "$t/how")" 'application/json token=a1' 'how it came'
same "$(cat "$t/mail.args")" '-i -- li@example.com wang@example.com' sendmail
ok grep -q '^To: li@example.com, wang@example.com$' "$t/mail"
same "$(sed -n '/^Subject:/,/^MIME/p' "$t/mail" | grep -o '?B?[^?]*' |
    cut -c 4- | while read -r w; do echo "$w" | base64 -d; done)" \
    "$(jq -r .title "$t/posted")" 'the subject'
sed '1,/^$/d' "$t/mail" | base64 -d >"$t/body"
ok grep -q '^ws-01 .*SILENT' "$t/body"
expect 0 tell webhook mail
no test -e "$t/posted"

step 'robots'
rm "$LIUDI_NOTIFY_STATE/told"
expect 0 tell robot
ok jq -e '.msgtype == "text" and (.text.content | startswith("liudi: "))' \
    "$t/posted"
same "$(cat "$t/how")" 'application/json access_token=b2' 'how it came'
rm "$LIUDI_NOTIFY_STATE/told"
LIUDI_ROBOT_KIND=feishu
export LIUDI_ROBOT_KIND
expect 0 tell robot
ok jq -e '.msg_type == "text" and (.content.text | length <= 600)' "$t/posted"
LIUDI_ROBOT_KIND=wecom

step 'who could not be told is told again'
rm "$LIUDI_NOTIFY_STATE/told"
echo '{"errcode":93000,"errmsg":"invalid webhook url"}' >"$t/answer"
expect 1 tell robot
says 'invalid webhook url'
says_no access_token
expect 1 tell robot
echo '{"errcode":0}' >"$t/answer"
expect 0 tell robot
ok test -e "$t/posted"
LIUDI_WEBHOOK_URL=http://127.0.0.1:1/
rm "$LIUDI_NOTIFY_STATE/told"
expect 1 tell webhook mail
ok test -e "$t/mail"

step 'quotes, lines and Chinese'
jq -cn '{v: 1, event: "audit", exit: 5, level: "alarm", host: "h", at: 1,
    title: "liudi: \"引号\" 和 \\ 一个很长的标题，超过一行所能容纳的字数很多很多\nX: y",
    text: "第一行\n\"二\"\\\n"}' >"$t/event"
expect 0 sh "$notify/mail.sh" <"$t/event"
no grep -q '^X: y' "$t/mail"
no grep -q '.\{77\}' "$t/mail"
same "$(sed '1,/^$/d' "$t/mail" | base64 -d | head -n 1)" '第一行' 'the text'
expect 0 sh "$notify/robot.sh" <"$t/event"
ok jq -e '.text.content | endswith("\"二\"\\\n")' "$t/posted"

step 'well again: told once'
LIUDI_WEBHOOK_URL="$url?token=a1"
expect 0 tell webhook
expect 0 ws ws-01 run
expect 0 sync
expect 0 tell webhook
ok jq -e '.level == "ok" and .exit == 0' "$t/posted"
expect 0 tell webhook
no test -e "$t/posted"

step 'audit itself fails'
LIUDI_DESK_HOME=$t/nowhere
expect 0 tell webhook
ok jq -e '.level == "failed" and (.text | contains("error"))' "$t/posted"
done_
