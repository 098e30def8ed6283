#!/bin/sh
# tests/flow/64-account.sh BIN FAULTY [core] - accounts on a workstation: from a
# template and by asking, sealed, sent, whole after a kill at any step; and where
# the password is not.  FAULTY is a liudi built with -DLIUDI_FAULTS.
faulty=${2:?usage: $0 BIN FAULTY [core]}
core=${3:-}
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

a=$t/ws-01/state/accounts
account() { ws ws-01 account "$@"; }
# template TEXT: $t/t.ini, with printf's escapes.
template() { printf '%b' "[account]\n$1" >"$t/t.ini"; }
# add_with SECRETS [OPTION...]: from the template.
add_with()
{
	printf '%b' "$1" >"$t/stdin"
	shift
	liudi --home "$t/ws-01" account add --from "$t/t.ini" "$@" <"$t/stdin"
}
names() { account list --json | jq -r .name | tr '\n' ' '; }
nfiles() { find "$a/events" -name '*.age' | wc -l; }
# known NAME FILTER: of its line.
known() { account list --json | jq -r "select(.name == \"$1\") | $2"; }

other=
cleanup() { [ -z "$other" ] || kill "$other" || :; }

# hex: what is read as a pattern for grep -P, byte by byte.
hex() { od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g'; }
# base64_of K: of what is read, behind K other bytes: the letters that only it
# decides.
base64_of()
{
	head -c "$1" /dev/zero | cat - "$t/needle" | base64 -w 0 |
	    tr -d = | cut -c "$((($1 * 8 + 5) / 6 + 1))-$((($1 + \
	    $(wc -c <"$t/needle")) * 8 / 6))" | tr -d '\n'
}
# needle WORD: what to look for from now on, in UTF-8, UTF-16 and base64.
needle()
{
	printf %s "$1" >"$t/needle"
	{
		hex <"$t/needle"
		printf '|'
		iconv -f UTF-8 -t UTF-16LE "$t/needle" | hex
		for k in 0 1 2; do
			printf '|'
			base64_of $k | hex
		done
	} >"$t/pattern"
	rm "$t/needle"
	pattern=$(cat "$t/pattern")
	rm "$t/pattern"
}
# found FILE...: which of them have it, folders with all below.
found() { LC_ALL=C grep -rlaP -e "$pattern" "$@" || :; }
nowhere()
{
	checks=$((checks + 1))
	where=$(found "$@")
	[ -z "$where" ] || fail "the password is in: $where"
}
# objects REPOSITORY: whatever git has packed, unpacked.
objects()
{
	git --git-dir "$1" cat-file --batch-all-objects --batch
}

step 'before anything is known'
day 1
team
policy '[team]\norg = Acme Lamps\n[naming]\ncompany = acme\n'
station ws-01
template 'platform = eb\n'
expect 2 add_with 'x\n'
says 'it is not known yet who may read'
says "the first 'liudi run'"
no test -d "$a/events"
expect 0 account list
says 'No account was registered here.'
expect 0 ws ws-01 run
says_no '^accounts '

step 'from a template'
pass='S3cret-lamp-7f'
template 'platform = eBay\nshop = Main\nphone = 1391\nphone_owner = personal
phone_holder = Li\nsubject = company\n'
expect 0 add_with "$pass\nJBSWY3DPEHPK3PXP\ncode-1\ncode-2\n"
says 'Account acme-eb-01 is registered.'
says 'Its login is acmeeb01'
says 'Sealed to manager, owner'
same "$(names)" 'acme-eb-01 ' 'what is known'
same "$(nfiles)" 1 'event files'
expect 0 ws ws-01 status
says '1 account was registered here'
same "$(ws ws-01 status --json | jq .accounts)" 1 'status --json'
expect 0 ws ws-01 run
says 'accounts     ok'
expect 0 sync
expect 0 desk ls ws-01 accounts
file=$(find "$a/events" -name '*.age')
says "${file##*/}"

step 'stock age opens it, in two steps'
identity
age -d -i "$t/manager.key" "$file" | tr -d '\000' >"$t/event"
head -n 1 "$t/event" >"$t/line"
same "$(jq -r '[.v, .type, .device, .fields.platform, .fields.shop,
    .fields.name, .fields.login, .fields.phone_owner, .fields.twofa] |
    join(" ")' "$t/line")" \
    '1 registered ws-01 eb Main acme-eb-01 acmeeb01 personal totp' 'the event'
same "$(jq -c .secrets "$t/line")" '["password","totp","codes"]' 'its secrets'
same "$(jq -r .account "$t/line")" "$(known acme-eb-01 .account)" 'its account'
no grep -q -e "$pass" -e JBSWY3DP -e code-1 "$t/event"
sed -n 2p "$t/event" | jq -r .sealed | base64 -d >"$t/inner.age"
age -d -i "$t/manager.key" "$t/inner.age" | tr -d '\000' | head -n 1 \
    >"$t/secret"
same "$(jq -r '.password + " " + .codes' "$t/secret")" "$pass code-1
code-2" 'the password'
case $(jq -r .totp "$t/secret") in
otpauth://totp/*secret=JBSWY3DPEHPK3PXP*) ;;
*) fail 'the seed is no otpauth address' ;;
esac
rm "$t/event" "$t/line" "$t/inner.age" "$t/secret"

step 'names: rules, reasons, never twice'
template 'platform = eb\nlogin = eb1\n'
expect 2 add_with 'x\n'
says 'eBay: 6 to 64 characters, this has 3'
says '--reason'
expect 0 add_with 'x\n' --reason 'made in 2009'
same "$(names)" 'acme-eb-01 acme-eb-02 ' 'what is known'
template 'platform = eb\nname = ACME_eb_01\n'
expect 2 add_with 'x\n'
says 'ACME_eb_01'
says 'never given twice'
template 'platform = eb\nname = lamps\n'
expect 2 add_with 'x\n'
says "the name 'lamps' is not like 'acme-eb-"
template 'platform = ebey\n'
expect 2 add_with 'x\n'
says "did you mean 'eb' (eBay)?"
template 'platform = qq\nname = acme-qq-01\n'
expect 2 add_with 'x\n'
says 'gives the login itself'

step 'bad templates and secrets'
for bad in "platform = eb\npassword = $pass\n" "platform = eb\ntotp = x\n"; do
	template "$bad"
	expect 2 add_with ''
	says 'does not belong into a file'
	says_no "$pass"
done
for bad in 'shop = x\n:no .platform.' 'platform = eb\nfoo = 1\n:unknown key' \
    'platform = eb\nqr = maybe\n:is none of: yes no' \
    'platform = eb\ntwofa = totp\n:without its seed' \
    'platform = eb\nqr = yes\n:says that there is none' \
    'platform = eb\n[other]\na = b\n:unknown section'; do
	template "${bad%:*}"
	expect 2 add_with "$pass\n"
	checks=$((checks + 1))
	grep -q "${bad##*:}" "$t/err" || fail "does not say ${bad##*:}"
	says_no "$pass"
done
template 'platform = eb\n'
expect 2 add_with "$pass\nnot base32!\n"
says_no -i 'base32!'
expect 2 add_with '\0377\0376\n'
says 'not UTF-8'
expect 2 add_with 'a\0000b\n'
says 'NUL byte'
head -c 5000 /dev/zero | tr '\0' x >"$t/long"
expect 2 liudi --home "$t/ws-01" account add --from "$t/t.ini" <"$t/long"
says 'more than 1023 bytes'
expect 1 liudi --home "$t/ws-01" account add --from "$t/none.ini" </dev/null
expect 2 liudi --home "$t/ws-01" account add </dev/null
says '--from TEMPLATE'
head -c 300000 /dev/zero >"$t/t.ini"
no add_with 'x\n'
same "$(names)" 'acme-eb-01 acme-eb-02 ' 'what is known'
same "$(nfiles)" 2 'event files'

step 'what happens later'
expect 0 account confirm acme-eb-01 --by Li
expect 0 account update acme-eb-01 phone=138 phone_owner=company shop=Outlet
same "$(known acme-eb-01 .shop)" Outlet 'its shop'
expect 2 account update acme-eb-01 login=eb
says '6 to 64 characters'
expect 2 account update acme-eb-01 name=x
says 'changes nothing that is known'
expect 2 account update acme-eb-01 phone_owner=mine
says 'none of: company personal'
printf 'GEZDGNBVGY3TQOJQ\n' >"$t/stdin"
expect 0 ws ws-01 account update acme-eb-01 twofa=totp <"$t/stdin"
expect 2 account rotated acme-eb-01 </dev/null
says '--untold'
printf 'n3w-one\n' >"$t/stdin"
expect 0 ws ws-01 account rotated acme-eb-01 --reason 'Li left' <"$t/stdin"
expect 0 account rotated acme-eb-02 --untold
says 'the new one is not'
expect 1 account confirm acme-eb-3
says "did you mean 'acme-eb-0"
id=$(known acme-eb-02 .account | cut -c 1-8)
expect 0 account close "$id" --reason 'given up'
expect 2 account confirm acme-eb-02
says 'is closed'
same "$(known acme-eb-02 .closed)" true 'closed'
template 'platform = eb\n'
expect 0 add_with 'x\n'
same "$(names)" 'acme-eb-01 acme-eb-02 acme-eb-03 ' 'no number twice'
expect 0 ws ws-01 run
expect 0 sync
# each of them stands on the one before it
for f in "$a"/events/*.age; do
	age -d -i "$t/manager.key" "$f" | tr -d '\000' | head -n 1
done | jq -s -r --arg a "$(known acme-eb-01 .account)" '
    map(select(.account == $a)) | (map(.event) - map(.prev[0] // empty)) as
    $heads | "\(length) \($heads | length) \(map(.type) | sort | join(" "))"' \
    >"$t/chain"
same "$(cat "$t/chain")" \
    '6 1 bound confirmed registered rotated twofa updated' 'its events'
# who did it, where that was said
for f in "$a"/events/*.age; do
	age -d -i "$t/manager.key" "$f" | tr -d '\000' | head -n 1
done | jq -r 'select(.type == "confirmed") | .actor' >"$t/chain"
same "$(cat "$t/chain")" Li 'who confirmed'

step 'asked, step by step'
# typed WAIT-FOR TEXT: on the terminal, once it shows that.
typed()
{
	tries=0
	until tail -c "+$seen" "$t/tty" | grep -q -a -F -e "$1"; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || { fail "never asked: $1"; return; }
		sleep 0.05
	done
	seen=$(($(wc -c <"$t/tty") + 1))
	# the terminal's echo is turned off behind what it shows
	sleep 0.1
	printf '%s\n' "$2" >&9
}
# on_terminal COMMAND...: begins it.
on_terminal()
{
	seen=1
	rm -f "$t/keys"
	mkfifo "$t/keys"
	: >"$t/tty"
	script -qfec "exec $*" /dev/null <"$t/keys" >"$t/tty" 2>&1 &
	script_pid=$!
	exec 9>"$t/keys"
}
# off_terminal CODE: its end.
off_terminal()
{
	checks=$((checks + 1))
	rc=0
	exec 9>&-
	wait "$script_pid" || rc=$?
	cp "$t/tty" "$t/out"
	: >"$t/err"
	[ "$rc" -eq "$1" ] || fail "exit $rc, not $1"
}
hidden=Geheim-密码-88
questions()
{
	typed 'Platform' ''
	typed 'eBay' eb
	typed 'Shop' 'Main UK'
	typed 'Name in our records [acme-eb-04]' ''
	typed 'Login at the platform [acmeeb04]' eb1
	typed 'Why it must be' ''
	typed 'Login at the platform' acmeuk04
	typed 'Password: ' "$hidden"
	typed 'once more' "$hidden"x
	typed 'The two differ' "$hidden"
	typed 'once more' "$hidden"
	typed 'Second factor' 2
	typed 'The otpauth address' 1010
	typed 'is no base32' GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
	typed 'Recovery codes' ''
	typed 'Phone number' 1391
	typed 'Whose is the number' 2
	typed 'Who has the SIM' 'Li Lei'
	typed 'E-mail' ''
	typed 'In whose real name' ''
	typed 'Main account' ''
	typed 'What for' 'lamps for Britain'
}
if command -v script >/dev/null; then
	on_terminal "liudi --home $t/ws-01 account add"
	questions
	typed 'Is this right' n
	off_terminal 2
	says 'nothing is kept'
	same "$(nfiles)" 10 'event files'
	on_terminal "liudi --home $t/ws-01 account add"
	questions
	typed 'Is this right' ''
	off_terminal 0
	says 'Account acme-eb-04 is registered.'
	says_no -i geheim
	says_no GEZDGNBV
	same "$(known acme-eb-04 .shop)" 'Main UK' 'its shop'
	expect 0 ws ws-01 run
else
	say 'skipped: no script(1) for a terminal'
fi

step 'killed at each step'
n=0
while :; do
	n=$((n + 1))
	[ $n -lt 60 ] || { fail 'it never ends'; break; }
	died=0
	printf 'x\n' >"$t/stdin"
	LIUDI_FILE_FAULT=$n:kill "$faulty" --home "$t/ws-01" account add \
	    --from "$t/t.ini" <"$t/stdin" >"$t/out" 2>"$t/err" || died=$?
	expect 0 ws ws-01 run
	same "$(find "$a" -name '*.new' -o -name '.tmp*')" '' 'left half done'
	[ $died -ne 0 ] || break
	same $died 86 'killed'
done
ok test $n -gt 5
# every account that is known has its event
for f in "$a"/events/*.age; do
	age -d -i "$t/manager.key" "$f" | tr -d '\000' | head -n 1
done | jq -r 'select(.type == "registered") | .fields.name' | sort >"$t/made"
account list --json | jq -r .name | sort >"$t/kept"
same "$(cat "$t/made")" "$(cat "$t/kept")" 'made and known'

step 'one at a time, and without its list'
mv "$a/known" "$t/known"
expect 0 account list
says 'No account was registered here.'
template 'platform = tb\n'
expect 0 add_with 'x\n'
cat "$a/known" >>"$t/known"
echo '{"v":1,"account"' >>"$t/known"
mv "$t/known" "$a/known"
expect 3 account list
says '1 lines of accounts/known are damaged'

step 'where the password is not'
needle "$pass"
mkdir "$t/control"
printf %s "$pass" >"$t/control/utf8"
printf %s "$pass" | iconv -t UTF-16LE >"$t/control/utf16"
for k in '' a ab; do
	printf %s "${k}$pass tail" | base64 >"$t/control/base64-${#k}"
done
same "$(found "$t/control" | wc -l)" 5 'the search finds what is there'
rm -rf "$t/control" "$t/stdin" "$t/t.ini"
nowhere "$t/ws-01" "$central" "$t/desk" "$t/home" "$t/tmp"
for r in "$t/ws-01/state/spool.git" "$t/ws-01/state/control.git" \
    "$central/records.git" "$central/control.git" "$central/desk.git" \
    "$t/desk/records.git"; do
	[ -d "$r" ] || { fail "no $r"; continue; }
	objects "$r" >"$t/objects"
	ok test -s "$t/objects"
	nowhere "$t/objects"
done
rm -f "$t/objects"
if command -v script >/dev/null; then
	needle "$hidden"
	nowhere "$t"
fi

step 'nor in what the kernel is told'
template 'platform = eb\n'
pass=Tr4ced-lamp-31
if command -v strace >/dev/null && [ -n "$core" ]; then
	printf '%s\n' "$pass" >"$t/stdin"
	expect 0 strace -f -xx -s 100000 -o "$t/trace" liudi --home "$t/ws-01" \
	    account add --from "$t/t.ini" <"$t/stdin"
	needle "$pass"
	nowhere "$t/out" "$t/err"
	# strace writes bytes as \xNN; the password is read byte by byte
	printf %s "$pass" | hex >"$t/plain"
	printf %s "$pass" | iconv -t UTF-16LE | hex >"$t/wide"
	ok grep -q 'write(\|pwrite' "$t/trace"
	no grep -q -F -f "$t/plain" "$t/trace"
	no grep -q -F -f "$t/wide" "$t/trace"
	rm "$t/trace" "$t/stdin" "$t/plain" "$t/wide"
else
	say 'skipped: no strace, or a sanitizer'
fi

step 'nor in a core dump, while it waits for the last yes'
if command -v gcore >/dev/null && command -v script >/dev/null &&
    [ -n "$core" ]; then
	# as the control: another program's memory has it
	sh -c 'p=$1; while :; do sleep 1; done' sh "$hidden" &
	other=$!
	sleep 0.3
	gcore -o "$t/other" $other >"$t/said" 2>&1 || :
	needle "$hidden"
	same "$(found "$t/other.$other")" "$t/other.$other" 'the search'
	kill $other
	other=
	rm -f "$t/other.$other"
	on_terminal "liudi --home $t/ws-01 account add"
	typed 'Platform' tb
	typed 'Shop' ''
	typed 'Name in our records' ''
	typed 'Login at the platform' ''
	typed 'Password: ' "$hidden"
	typed 'once more' "$hidden"
	typed 'Second factor' 2
	typed 'The otpauth address' GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
	typed 'Recovery codes' ''
	typed 'Phone number' ''
	typed 'E-mail' ''
	typed 'In whose real name' ''
	typed 'Main account' ''
	typed 'What for' ''
	sleep 0.5
	pid=$(ps -o pid= --ppid "$script_pid" | tr -d ' ')
	same "$(cat "/proc/$pid/comm")" liudi 'who waits'
	ok grep -q 'Max core file size *0  *0 ' "/proc/$pid/limits"
	gcore -o "$t/core" "$pid" >"$t/said" 2>&1 || :
	ok test -s "$t/core.$pid"
	nowhere "$t/core.$pid"
	needle GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
	nowhere "$t/core.$pid"
	rm -f "$t/core.$pid"
	typed '' y
	off_terminal 0
else
	say 'skipped: no gcore, or a sanitizer'
fi
done_
