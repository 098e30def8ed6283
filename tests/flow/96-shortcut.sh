#!/bin/sh
# tests/flow/96-shortcut.sh BIN - the page from another machine: what the file for
# a PC runs, over an sshd of our own.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

step "a file and a sheet"
team
ok synced
mkdir "$t/pc"
expect 0 desk page-shortcut boss@desk.example -o "$t/pc" --port 8123 \
    --ssh-port 2222
same "$(grep -vc "$(printf '\r$')" "$t/pc/liudi.cmd")" 0 \
    "lines without CR LF"
same "$(LC_ALL=C grep -c '[^ -~[:cntrl:]]' "$t/pc/liudi.cmd")" 0 \
    "lines that are not ASCII"
ok grep -q ' -p 2222 .* -L 127.0.0.1:8123:' "$t/pc/liudi.cmd"
ok grep -q 'boss@desk.example' "$t/pc/liudi.html"
no grep -q 'three shops' "$t/pc/liudi.cmd"
expect 1 desk page-shortcut boss@desk.example -o "$t/pc"
says 'is there already'
mkdir "$t/zh"
(export LC_ALL=zh_CN.UTF-8
desk -q page-shortcut boss@desk.example -o "$t/zh") || fail "in Chinese"
ok grep -q '双击 liudi.cmd' "$t/zh/liudi.html"
ok cmp -n 40 "$t/pc/liudi.cmd" "$t/zh/liudi.cmd"

step "nothing that a command line would read as more"
for login in '-oProxyCommand=x' 'a b' 'a;b' 'a&b' '$(a)' 'a%b' ''; do
	expect 2 desk page-shortcut "$login" -o "$t/zh"
done
cp -r "$t/desk" "$t/a desk"
expect 2 liudi-desk --home "$t/a desk" page-shortcut a@b -o "$t/zh"
says 'Windows'
expect 2 desk page-shortcut a@b --port 0
expect 2 desk page-shortcut a@b --ssh-port 70000

step "what it runs leads to the page"
if ! ssh_server; then
	say "skipped: no sshd of our own"
	done_
fi
mkdir "$t/real"
local_port=$((port + 1))
expect 0 desk page-shortcut "$(id -un)@127.0.0.1" -o "$t/real" \
    --port $local_port --ssh-port "$port"
line=$(tr -d '\r' <"$t/real/liudi.cmd" | grep '^ssh.exe ')
line="$ssh_command -t ${line#ssh.exe -t}"
line=$(printf '%s' "$line" | sed "s, liudi-desk , $(command -v liudi-desk) ,")
mkfifo "$t/typed"
# a terminal at both ends, as in a window
# shellcheck disable=SC2086
ssh_t() { exec setsid script -qefc "$line" /dev/null; }
ssh_t <"$t/typed" >"$t/window" 2>&1 &
window=$!
cleanup() { [ -z "${window:-}" ] || kill "$window" || :; }
exec 9>"$t/typed"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	! grep -q passphrase "$t/window" || break
	sleep 0.5
done
printf '%s\n' "$(cat "$t/pass")" >&9
url=http://127.0.0.1:$local_port
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	! curl -sf -o "$t/out" "$url/healthz" || break
	sleep 0.5
done
same "$(cat "$t/out")" ok "the page beyond ssh"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	code=$(tr -d '\r' <"$t/window" |
		sed -n 's/.*: \([0-9]\{4\} [0-9]\{4\}\)$/\1/p')
	[ -z "$code" ] || break
	sleep 0.5
done
same "$(curl -s -o "$t/out" -w '%{http_code}' -c "$t/cookies" \
    -H "Origin: $url" -d "token=$code" "$url/auth")" 200 "the code"
same "$(curl -s -o "$t/out" -w '%{http_code}' -b "$t/cookies" "$url/")" 200 \
    "the page"
says 'Today'

step "and who closes the window can open it again"
exec 9>&-
kill "$window" 2>/dev/null || :
wait "$window" || :
window=
(exec liudi-desk --home "$t/desk" serve --passphrase-fd 3 \
    --listen "unix:$t/desk/page.sock" 3<"$t/pass" >"$t/served" 2>&1) &
again=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	! curl -sf -o "$t/out" --unix-socket "$t/desk/page.sock" \
	    http://localhost/healthz || break
	kill -0 $again 2>/dev/null || break
	sleep 0.5
done
same "$(cat "$t/out")" ok "the page once more"
kill $again
wait $again || :
done_
