#!/bin/sh
# tests/flow/57-secrets.sh BIN MEMORY - where secrets are and where they are not:
# memory of each process, arguments, environment, folders.  docs/THREATS.md
# "Secrets in memory" says what is promised.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
memory=${2:?the program of memory.c}

# found PLACE NAME: how often; "" if it was not looked for.
found() { sed -n "s/^$2 //p" "$t/found"; }
# look PLACE: for the passphrase and the manager's keys.
look()
{
	rc=0
	"$memory" "$1" pass "$t/pass" age "$t/manager.key" ssh "$t/sign.key" \
	    >"$t/found" || rc=$?
	[ $rc -ne 77 ] || skip 'the memory of a process cannot be read here'
	same $rc 0 "reading $1"
}
# holds WHAT NAME N: N of 0, or + for some.
holds()
{
	n=$(found "$1" "$2")
	case $3 in
	+) [ "${n:-0}" -gt 0 ] && n=+ ;;
	esac
	same "$n" "$3" "$2 in $1"
}
nothing()
{
	for n in pass-text age-text age-raw ssh-text ssh-raw; do
		holds "$1" $n 0
	done
}
children() { ps -o pid= --ppid "$1" | tr -d ' '; }
# until COMMAND...: it holds, within some seconds.
until_()
{
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || { fail "never: $*"; return; }
		sleep 0.05
	done
}
asleep() { grep -q "^State:	S" "/proc/$1/status"; }
nchildren() { [ "$(children "$1" | wc -l)" -eq "$2" ]; }
pid='' holder='' other=''
cleanup() { for p in $pid $holder $other; do kill "$p" 2>/dev/null || :; done; }

day 1
team
station ws-01
mkdir -p "$t/ws-01-files/chats/many"
i=0
while [ $i -lt 3000 ]; do
	echo "$i" >"$t/ws-01-files/chats/many/a-name-that-is-not-very-short-$i"
	i=$((i + 1))
done
head -c 3000000 /dev/urandom >"$t/ws-01-files/shop/page"
expect 0 ws ws-01 run
expect 0 sync
identity
desk_key unseal "$t/desk/keys/manager.sign.age" >"$t/sign.key" 2>"$t/err"
expect 0 restore ws-01 "$t/back"

step 'the search finds what is there'
sh -c 'p=$(cat "$1"); k=$(cat "$2"); s=$(cat "$3"); while :; do sleep 1; done' \
    sh "$t/pass" "$t/manager.key" "$t/sign.key" &
pid=$!
sleep 0.3
look $pid
for n in pass-text age-text ssh-text; do
	holds 'a shell' $n +
done
kill $pid
wait $pid 2>/dev/null || :

step 'before the passphrase: arguments, environment, cores'
mkfifo "$t/fd" "$t/stdout"
ulimit -c unlimited 2>/dev/null || :
sleep 1000 >"$t/fd" &
holder=$!
liudi-desk --home "$t/desk" restore ws-01 --to "$t/r1" --passphrase-fd 3 \
    3<"$t/fd" >/dev/null 2>&1 &
pid=$!
until_ grep -q 'Max core file size *0  *0 ' "/proc/$pid/limits"
ok grep -q 'Max core file size *0  *0 ' "/proc/$pid/limits"
cat "/proc/$pid/environ" "/proc/$pid/cmdline" >"$t/said"
ok test -s "$t/said"
no grep -q -a -F "$(cat "$t/pass")" "$t/said"
look $pid
nothing 'before it was typed'
kill $pid $holder
wait $pid $holder 2>/dev/null || :

step 'while a file is opened to a pipe that nobody reads'
blob=$(sealed "$(branches ws-01)" bundle | cut -d ' ' -f 1 | head -n 1)
records cat-file blob "$blob" >"$t/file.age"
sleep 1000 <"$t/stdout" &
holder=$!
liudi-desk --home "$t/desk" unseal "$t/file.age" --passphrase-fd 3 \
    3<"$t/pass" >"$t/stdout" 2>"$t/err" &
pid=$!
until_ nchildren $pid 1
# it opens, writes its event and waits
sleep 3
opener=$(children $pid)
top=$pid
until_ asleep "$opener"
cat "/proc/$top/environ" "/proc/$top/cmdline" "/proc/$opener/environ" \
    "/proc/$opener/cmdline" >"$t/said"
no grep -q -a -F "$(cat "$t/pass")" "$t/said"
look "$top"
nothing 'the process that asked'
look "$opener"
holds 'the opener' age-raw +
for n in pass-text age-text ssh-text ssh-raw; do
	holds 'the opener' $n 0
done
ok grep -q 'Max core file size *0  *0 ' "/proc/$opener/limits"
kill $pid $holder
wait $pid $holder 2>/dev/null || :

step 'while a restore waits for somebody to read what it says'
mkfifo "$t/stderr"
sleep 1000 <"$t/stderr" &
holder=$!
liudi-desk --home "$t/desk" restore ws-01 --to "$t/back" --passphrase-fd 3 \
    3<"$t/pass" >/dev/null 2>"$t/stderr" &
pid=$!
until_ nchildren $pid 2
sleep 1
box=$(children $pid | sort -n | tail -n 1)
opener=$(children $pid | sort -n | head -n 1)
until_ asleep "$box"
look $pid
nothing 'the restoring process'
look "$box"
nothing 'the box'
look "$opener"
holds 'its opener' age-raw +
holds 'its opener' pass-text 0
holds 'its opener' ssh-raw 0
for p in $pid $box $opener; do
	ok grep -q 'Max core file size *0  *0 ' "/proc/$p/limits"
done
kill $pid $holder
wait $pid $holder 2>/dev/null || :
pid=

step 'who is not root reads nothing of the same user'
nobody='--reuid 65534 --regid 65534 --clear-groups'
# shellcheck disable=SC2086
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null &&
    setpriv $nobody test -x "$bin/liudi-desk"; then
	as() { setpriv $nobody "$@"; }
	mkfifo "$t/stdin"
	sleep 1000 >"$t/stdin" &
	holder=$!
	# as the control: another program's can be read
	setpriv $nobody sleep 1000 &
	other=$!
	setpriv $nobody "$bin/liudi-desk" --home /nonexistent unseal - \
	    <"$t/stdin" >/dev/null 2>&1 &
	pid=$!
	until_ grep -q -s -x liudi-desk "/proc/$pid/comm"
	sleep 0.5
	cd /
	ok as head -c 1 "/proc/$other/environ"
	no as head -c 1 "/proc/$pid/environ"
	no as head -c 1 "/proc/$pid/mem"
	kill $pid $other $holder || :
	pid=
fi

step 'no folder holds a secret in the clear'
expect 0 sync
expect 0 desk_key verify --all
for f in "$t/desk" "$t/ws-01" "$central" "$t/home" "$t/tmp" "$t/back"; do
	look "$f"
	nothing "$f"
done
# the station's own key is in one file, and nowhere else
"$memory" "$t/ws-01" ssh "$t/ws-01/state/keys/ws-sign" >"$t/found"
holds "the station's folder" ssh-text 1
for f in "$central" "$t/desk"; do
	"$memory" "$f" ssh "$t/ws-01/state/keys/ws-sign" >"$t/found"
	holds "$f" ssh-text 0
	holds "$f" ssh-raw 0
done
done_
