#!/bin/sh
# tests/chat/import.sh LIUDI-DESK - liudi-desk import, from the command line.
set -eu

desk=${1:?usage: import.sh LIUDI-DESK}
LC_ALL=C
export LC_ALL
unset LANG LC_MESSAGES || :
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
cd "$t"
bad=0
# want CODE OUT ERR COMMAND...: exit code, and extended patterns of a line.
want() {
	code=$1 out=$2 err=$3
	shift 3
	rc=0
	"$@" >out 2>err || rc=$?
	[ "$rc" -eq "$code" ] &&
	    { [ -z "$out" ] || grep -qE "$out" out; } &&
	    { [ -z "$err" ] || grep -qE "$err" err; } && return
	echo "import: $* ended in $rc:"
	sed 's/^/    /' out err
	bad=1
}

mkdir -p box/below
printf '14/02/24, 10:00 - A: \033[31mx\n14/02/24, 10:01 - joined\n' >box/a.txt
printf 'what?\n14/02/24, 10:00 - A: y\n' >box/below/b.txt
cp box/a.txt good.txt
: >box/c-empty.txt
head -c 3000 /dev/zero >box/d-zero.txt
head -c 3000 /dev/urandom >box/e-noise.bin
ln -s /etc/passwd box/f-link

want 0 '^good.txt: whatsapp-txt, 2 messages \(1 by the program\), 0 lines not understood, from 2024-02-14T10:00:00 to 2024-02-14T10:01:00$' '' \
    "$desk" import --check good.txt
want 0 '"file":"good.txt","format":"whatsapp-txt","messages":2,"system":1,"unparsed":0,"first":\{"ts_raw":"2024-02-14T10:00:00","sender":"A"' '' \
    "$desk" import --check --json good.txt
want 0 '^\{"v":1,"type":"message","n":1,.*"src":\{"member":null,"offset":0,"length":[0-9]*\},"warn":\[\]\}$' '' \
    "$desk" import --check --json --messages good.txt
want 0 '^  2024-02-14T10:00:00  A: .x1b\[31mx$' '' \
    "$desk" import --check --messages good.txt
# What was not understood is shown, and tells in the exit code.
want 3 '^  not understood, byte 0: what\?$' '' \
    "$desk" import --check box/below/b.txt
want 3 '^\{"v":1,"type":"unparsed","offset":0,"length":6,"text":"what\?"\}$' '' \
    "$desk" import --check --json --messages box/below/b.txt
# A folder: every file below it, no link out of it.
want 3 '^box/below/b.txt: ' 'box/c-empty.txt: the file is empty$' \
    "$desk" import --check box
grep -q 'box/d-zero.txt: the file is damaged' err || { echo zeros; bad=1; }
grep -q 'passwd\|f-link' out err && { echo "a link was followed"; bad=1; }
want 3 '"file":"box/c-empty.txt","format":null,"messages":0,.*"warn":\["empty"\]' '' \
    "$desk" import --check --json box
want 3 '^good.txt' "cannot open 'none.txt'" \
    "$desk" import --check none.txt good.txt
want 2 '' 'add --check' "$desk" import good.txt
want 3 '' 'this is no file' "$desk" import --check /dev/null
# In Chinese.
LANG=zh_CN.UTF-8
unset LC_ALL
export LANG
want 0 '^good.txt：whatsapp-txt，2 条消息（其中 1 条由程序产生）' '' \
    "$desk" import --check good.txt
exit "$bad"
