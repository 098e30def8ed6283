#!/bin/sh
# tests/flow/65-ledger.sh BIN [core] - accounts at the manager's: entered, renamed,
# shown, revealed, copied from stations, read by another manager and by stock
# tools; and no password but where it is asked for.
core=${2:-}
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# acc COMMAND...: an account command of the manager.
acc() { desk_key account "$@"; }
# with PASSWORD COMMAND...: with a line of the account's on fd 4.
with()
{
	printf '%s\n' "$1" >"$t/line"
	shift
	rc_=0
	desk_key account "$@" --password-fd 4 4<"$t/line" || rc_=$?
	rm -f "$t/line"
	return $rc_
}
# at_station PASSWORD TEMPLATE-LINES
at_station()
{
	printf '[account]\n%b' "$2" >"$t/t.ini"
	printf '%s\n' "$1" >"$t/line"
	liudi --home "$t/ws-01" account add --from "$t/t.ini" <"$t/line"
	rm -f "$t/line"
}
owner_key() { desk_key "$@" --as owner; }
other() { liudi-desk --home "$t/other" "$@" --passphrase-fd 3 3<"$t/pass"; }
desk_git() { git --git-dir "$central/desk.git" "$@"; }
files() { desk_git ls-tree -r --name-only desk accounts/events 2>/dev/null; }
nfiles() { files | wc -l; }
unsent() { find "$t/desk/accounts.unsent" -name '*.age' 2>/dev/null | wc -l; }
# of NAME FILTER: what show says of it.
of() { acc show "$1" --json | jq -r "$2"; }
# What is never to be found but where it is asked for.
secret='Qv7-zongzi-灯笼-91'

day 1
team
station ws-01
echo 'hello' >"$t/ws-01-files/chats/log.txt"
expect 0 ws ws-01 run
expect 0 sync
expect 0 acc list
says 'no account'
expect 0 acc list --json
same "$(cat "$t/out")" '' 'accounts of nobody'

step 'entered'
expect 2 acc add nosuch --no-password
says "no platform is called 'nosuch'"
expect 2 acc add eb nofield=1 --no-password
expect 2 acc add eb shop --no-password
says 'FIELD=VALUE'
expect 2 acc add eb login=e --no-password
says '--why'
expect 0 with "$secret" add eb shop='Shop A' phone=13800001391 \
    phone_owner=personal phone_holder=Li holder=Li
says 'acmelamps-eb-01: registered'
expect 0 acc list
says 'Shop A'
says 'sealed'
expect 0 acc show ACMELAMPS_eb_01
says '13800001391'
says 'password sealed'
expect 1 acc show acmelamps-eb-09
says 'there is: acmelamps-eb-01'
same "$(nfiles)" 1 'event files of desk.git'
same "$(unsent)" 0 unsent

step 'asked for'
expect 2 acc reveal acmelamps-eb-01 --pipe
says '--why'
expect 2 acc reveal acmelamps-eb-01 --why 'test'
says 'no terminal'
expect 0 acc reveal acmelamps-eb-01 --why 'a customer waits' --pipe
says "password: $secret"
expect 0 acc show acmelamps-eb-01
says 'a customer waits'
says_no -F "$secret"
expect 0 desk_key access --as owner
says 'reveal'
says 'a customer waits'

step 'what happens to an account'
expect 0 acc update acmelamps-eb-01 note='old shop' email=a@b.example
expect 0 acc update acmelamps-eb-01 email=
same "$(of acmelamps-eb-01 .email)" null email
same "$(of acmelamps-eb-01 .note)" 'old shop' note
expect 0 acc bound acmelamps-eb-01 phone=13900000000 phone_owner=company
same "$(of acmelamps-eb-01 .phone)" 13900000000 phone
expect 2 acc bound acmelamps-eb-01 shop=x
expect 2 acc bound acmelamps-eb-01 phone_owner=nobody
expect 0 acc seen acmelamps-eb-01 Zhao
expect 0 acc transfer acmelamps-eb-01 Wang
same "$(of acmelamps-eb-01 .holder)" Wang holder
same "$(of acmelamps-eb-01 '.known_to | join(",")')" manager,Li,Zhao,Wang \
    'who knows it'
expect 0 with "$secret-2" rotated acmelamps-eb-01 --why 'Li left'
same "$(of acmelamps-eb-01 '.known_to | join(",")')" manager 'who knows it'
expect 0 acc confirm acmelamps-eb-01 --by Wang
expect 0 acc list
says confirmed
expect 0 acc reveal acmelamps-eb-01 --why again --pipe
says "password: $secret-2"
expect 0 acc alias acmelamps-eb-01 'the old lamp shop'
expect 0 acc show theoldlampshop
expect 0 acc rename acmelamps-eb-01 acmelamps-eb-05 --why order
expect 2 acc add eb name=acmelamps-eb-01 --no-password
says 'which was used before'
expect 0 acc show acmelamps-eb-01
says 'acmelamps-eb-05'
expect 2 acc rename acmelamps-eb-05 'lamps; rm'
says "is not like 'acmelamps-"
says '--why'
expect 2 acc rename acmelamps-eb-05 'The old LAMP shop' --why order
says 'a name that was in use'
says 'choose one that no account ever had'
expect 0 acc flag acmelamps-eb-05 'asks for a licence'
expect 0 acc twofa acmelamps-eb-05 sms
expect 0 acc add qq qr=yes login=12345
expect 0 acc close acmelamps-tq-01
expect 0 acc list
says_no tq
expect 0 acc list --closed
says tq
expect 0 acc rotated acmelamps-eb-05 --no-password
expect 1 acc reveal acmelamps-eb-05 --why x --pipe
says 'nobody told to what'
expect 0 with "$secret" rotated acmelamps-eb-05

step 'without the central they wait'
mv "$central" "$central.gone"
before=$(find "$t/desk/accounts.unsent" -name '*.age' | wc -l)
expect 0 acc flag acmelamps-eb-05 'kept for later'
says 'sent at the next sync'
same "$(unsent)" $((before + 1)) unsent
expect 0 acc show acmelamps-eb-05
says 'kept for later'
mv "$central.gone" "$central"
n=$(nfiles)
expect 0 sync
same "$(unsent)" 0 unsent
same "$(nfiles)" $((n + 1)) 'event files'
expect 0 sync
same "$(nfiles)" $((n + 1)) 'event files'

step 'a station registers'
day 2
expect 0 at_station "$secret" 'platform = eb\nshop = Main\nphone = 1391\nphone_owner = personal\nphone_holder = Li\n'
expect 0 ws ws-01 run
n=$(nfiles)
# while desk.git does not take it, its epoch stays
printf '#!/bin/sh\nexit 1\n' >"$central/desk.git/hooks/update"
chmod 755 "$central/desk.git/hooks/update"
expect 0 sync
says 'events of accounts wait here to be sent'
year=$(date -u -d "@$LIUDI_NOW" +%Y)
expect 1 desk_key erase ws-01 "$year" --reason x
says 'desk.git lacks 1 event files of accounts'
rm "$central/desk.git/hooks/update"
expect 0 sync
same "$(nfiles)" $((n + 1)) 'event files'
# the next one sees it there
expect 0 sync
expect 1 desk_key erase ws-01 "$year" --reason x
says_no 'event files of accounts'
# it took a name that the manager has
expect 0 acc list
says 'acmelamps-eb-01~ws-01'
expect 0 acc show 'acmelamps-eb-01~ws-01'
says 'account rename'
expect 0 acc rename 'acmelamps-eb-01~ws-01' acmelamps-eb-06
expect 0 acc reveal acmelamps-eb-06 --why 'to see' --pipe
says "password: $secret"
# the copy is the file as the station made it
ev=$(find "$t/ws-01/state/accounts/events" -name '*.age')
desk_git cat-file blob "desk:accounts/events/${ev##*/}" >"$t/copy"
ok cmp "$ev" "$t/copy"
expect 0 sync
same "$(nfiles)" $((n + 3)) 'event files'
# all of it again
acc list --json >"$t/before"
expect 0 desk_key sync --rebuild
acc list --json >"$t/after"
ok cmp "$t/before" "$t/after"
# desk.git had the station's file first then: its commit is found all the same
expect 0 acc certificate acmelamps-eb-06 --html -
says 'records.git'

step 'what a station takes away stays'
day 3
cp "$ev" "$t/kept.age"
rm "$ev"
expect 0 ws ws-01 run
expect 3 sync
says 'was removed at the station'
expect 0 acc show acmelamps-eb-06
says 1391
day 4
head -c 700 /dev/urandom >"$ev"
expect 0 ws ws-01 run
expect 5 sync
says 'was rewritten at the station'
expect 0 acc show acmelamps-eb-06
says 1391
desk_git cat-file blob "desk:accounts/events/${ev##*/}" >"$t/copy"
ok cmp "$t/kept.age" "$t/copy"
cp "$t/kept.age" "$ev"
# no event file at all, and one sealed to somebody else
echo hello >"${ev%/*}/00000000000000000000000000000001.age"
age-keygen -o "$t/stranger" 2>/dev/null
age -r "$(age-keygen -y "$t/stranger")" -o \
    "${ev%/*}/00000000000000000000000000000002.age" "$t/pass"
day 5
expect 0 ws ws-01 run
expect 5 sync
says 'cannot be read'
says "event file 00000000000000000000000000000002 of 'ws-01' is sealed to strangers"
expect 0 sync
says_no 'cannot be opened here yet'
rm "${ev%/*}"/0000000000000000000000000000000?.age
expect 0 ws ws-01 run
expect 3 sync

step 'a station speaks for itself alone'
if [ -n "${LIUDI_SEALER:-}" ]; then
	n=$(nfiles)
	# forged N DEVICE TYPE FIELDS: an event file among those of ws-01
	forged()
	{
		jq -c -n --arg e "$(printf %032d "$1")" --arg d "$2" \
		    --arg t "$3" --argjson f "$4" --argjson ts "$LIUDI_NOW" \
		    '{v: 1, type: $t, event: $e, account: (if $t == "handover"
		    then "00" * 16 else "c3" * 16 end), ts: $ts, offset: 0,
		    device: $d, fields: $f, prev: []}' >"$t/event"
		# shellcheck disable=SC2046
		"$LIUDI_SEALER" $(git --git-dir "$central/control.git" \
		    cat-file blob control:recipients |
		    sed -n 's/.* \(age1[0-9a-z]*\).*/\1/p') <"$t/event" \
		    >"${ev%/*}/$(printf %032d "$1").age"
	}
	day 5 3600
	forged 91 manager handover '{"person":"Li","step":"close"}'
	forged 92 ws-01 handover '{"person":"Li","step":"start"}'
	forged 93 manager registered '{"platform":"eb","name":"forged-93"}'
	forged 94 ws-01 registered '{"platform":"eb","name":"honest-94"}'
	expect 0 ws ws-01 run
	expect 5 sync
	says "does not count: it says that 'manager' made it"
	says "does not count: 'handover' is for managers to say"
	expect 0 acc list
	says_no forged-93
	says honest-94
	same "$(nfiles)" $((n + 1)) 'event files in desk.git'
	expect 0 acc close honest-94
	rm "${ev%/*}"/0000000000000000000000000000009?.age
	expect 0 ws ws-01 run
	expect 3 sync
else
	say 'skipped: nothing that seals'
fi

step 'two desks at once'
expect 0 other key add zhang --central "$central" --scrypt-log-n 10
line=$(cat "$t/out")
expect 0 desk_key key accept "$line"
day 6
expect 0 at_station "$secret" 'platform = tb\nshop = Main\n'
expect 0 ws ws-01 run
n=$(nfiles)
(other sync >"$t/o1" 2>&1 || :) &
one=$!
synced >"$t/o2" 2>&1 || fail 'sync beside another'
wait $one
expect 0 sync
other sync >"$t/o1" 2>&1 || :
same "$(nfiles)" $((n + 1)) 'event files'
ok desk_git fsck --strict --no-dangling

step 'killed at any time, nothing is lost or there twice'
n=$(nfiles)
for s in 0.05 0.1 0.15 0.2 0.25 0.3 0.4 0.6; do
	timeout -s KILL "$s" liudi-desk --home "$t/desk" account flag \
	    acmelamps-eb-05 "killed after $s" --passphrase-fd 3 3<"$t/pass" \
	    >"$t/out" 2>"$t/err" || :
done
synced || fail 'sync behind kills'
k=$(of acmelamps-eb-05 '[.history[].fields.text // "" |
    select(startswith("killed"))] | length')
same "$(nfiles)" $((n + k)) 'event files behind kills'
same "$(of acmelamps-eb-05 '[.history[].event] | length - (unique | length)')" \
    0 'events twice'

step 'who became a manager later'
# old files and the secrets in them were sealed before
expect 0 owner_key rehead --to zhang
says 'new headers'
# what befell the station's files is news to him
expect 5 other sync
expect 0 other account show acmelamps-eb-06 --as zhang
says 1391
expect 0 other account reveal acmelamps-eb-06 --why 'the manager is ill' \
    --pipe --as zhang
says "password: $secret"
expect 0 other account reveal acmelamps-eb-05 --why 'the manager is ill' \
    --pipe --as zhang
says "password: $secret"
expect 0 owner_key rehead --to zhang
says '0 new headers'

step 'an owner and a manager together'
expect 0 with "$secret-3" add ts dual=yes shop='Shop A'
expect 1 acc reveal acmelamps-ts-01 --why 'login page asks' --pipe
says 'the owner is asked now'
says_no -F "$secret"
expect 0 owner_key account requests
says 'login page asks'
expect 1 acc grant acmelamps-ts-01 --as manager
expect 0 owner_key account grant acmelamps-ts-01
says 'granted to manager'
says_no -F "$secret"
expect 0 owner_key account requests
says 'nobody asks'
expect 1 owner_key account grant acmelamps-ts-01
expect 0 acc reveal acmelamps-ts-01 --why 'login page asks' --pipe
says "password: $secret-3"
expect 0 sync
expect 0 acc reveal acmelamps-ts-01 --why 'once more' --pipe
says "password: $secret-3"

step 'nobody is granted one account for another'
if [ -n "${LIUDI_SEALER:-}" ]; then
	expect 0 with "$secret-3" add ts dual=yes
	# a desk that asks for the one, and means what the other has
	jq -c -n --arg a "$(of acmelamps-eb-06 .account)" --arg of \
	    "$(of acmelamps-ts-02 '.passwords[0]')" --argjson ts "$LIUDI_NOW" \
	    '{v: 1, type: "requested", event: ("a1" * 16), account: $a, ts: $ts,
	    offset: 0, device: "manager", fields: {by: "manager",
	    reason: "login", of: $of}, prev: []}' >"$t/event"
	# shellcheck disable=SC2046
	"$LIUDI_SEALER" $(git --git-dir "$central/control.git" cat-file blob \
	    control:recipients | sed -n 's/.* \(age1[0-9a-z]*\).*/\1/p') \
	    <"$t/event" >"$t/desk/accounts.unsent/$(printf %032d 7).manager.age"
	expect 0 sync
	expect 0 acc show acmelamps-eb-06
	says requested
	expect 0 owner_key account requests
	says 'nobody asks'
	expect 1 owner_key account grant acmelamps-eb-06
	says 'nobody asks'
	# nor does a name say to the terminal what it is to do
	jq -c -n --argjson ts "$LIUDI_NOW" '{v: 1, type: "registered", event:
	    ("b1" * 16), account: ("b2" * 16), ts: $ts, offset: 0, device:
	    "manager", fields: {platform: "eb", name: "eb\u009b31m"}, prev: []}' \
	    >"$t/event"
	# shellcheck disable=SC2046
	"$LIUDI_SEALER" $(git --git-dir "$central/control.git" cat-file blob \
	    control:recipients | sed -n 's/.* \(age1[0-9a-z]*\).*/\1/p') \
	    <"$t/event" >"$t/desk/accounts.unsent/$(printf %032d 8).manager.age"
	expect 0 sync
	for what in 'list' 'show b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2' \
	    'flag b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2 odd'; do
		# shellcheck disable=SC2086
		expect 0 acc $what
		says 'eb\u{009b}31m'
		says_no -a -P '\xc2\x9b'
	done
else
	say 'skipped: nothing that seals'
fi

step 'by stock tools'
(umask 077
desk unseal "$t/desk/keys/manager.identity" --passphrase-fd 3 3<"$t/pass" \
    >"$t/manager.key"
desk unseal "$t/desk/keys/owner.identity" --passphrase-fd 3 3<"$t/pass" \
    >"$t/owner.key")
# by_hand IDENTITY ACCOUNT-ID: the lines of RECOVERY.md as they stand there
by_hand()
{
	rm -rf "$t/by-hand"
	mkdir "$t/by-hand"
	cp "$1" "$t/by-hand/id"
	sed -n '/^    D=.media/,/^    done$/p' "$src/docs/RECOVERY.md" |
	    sed -n 's,^    ,,p' | sed "s,^D=.*,D=$central/desk.git,
	    s,^A=.*,A=$2," >"$t/by-hand/recipe"
	(cd "$t/by-hand" && LC_ALL=C dash ./recipe)
}
id6=$(of acmelamps-eb-06 .account)
by_hand "$t/manager.key" "$id6" >"$t/out" 2>"$t/err" || fail by-hand
says '"shop":"Main"'
same "$(grep -c -F "\"password\":\"$secret\"" "$t/out")" 1 'the password'
by_hand "$t/manager.key" "$(of acmelamps-ts-01 .account)" >"$t/out" \
    2>"$t/err" || :
# what was granted opens for the manager; what was not would not
same "$(grep -c -F "\"password\":\"$secret-3\"" "$t/out")" 1 'granted'
says 'no identity matched'

step 'the password is nowhere else'
# in UTF-8, UTF-16 and base64 in its three positions
printf '%s' "$secret" | iconv -f UTF-8 -t UTF-16LE >"$t/w1"
{
	for p in '' x xx; do
		printf '%s%s' "$p" "$secret" | base64 -w 0 | cut -c 5-24
	done
	printf '%s\n' "$secret"
} >"$t/needles"
nowhere()
{
	checks=$((checks + 1))
	if grep -r -a -l -F -f "$t/needles" "$@" >"$t/found" 2>/dev/null; then
		fail "the password is in $(head -n 1 "$t/found")"
	fi
	pattern=$(od -An -v -tx1 "$t/w1" | tr -d '\n' | sed 's/ /\\x/g')
	if LC_ALL=C grep -r -a -l -P "$pattern" "$@" >"$t/found" 2>/dev/null
	then
		fail "in UTF-16 it is in $(head -n 1 "$t/found")"
	fi
}
# the search finds what is there
printf 'xx%s' "$secret" | base64 >"$t/desk/there"
checks=$((checks + 1))
grep -r -a -q -F -f "$t/needles" "$t/desk/there" || fail 'the search'
rm "$t/desk/there"
nowhere "$t/desk" "$central" "$t/ws-01" "$t/other" "$t/tmp" "$t/home"
# what git keeps in packs
for r in "$t/desk/desk.git" "$t/desk/control.git" "$central/desk.git"; do
	git --git-dir "$r" cat-file --batch-all-objects --batch \
	    >"$t/objects" 2>/dev/null
	nowhere "$t/objects"
done
rm -f "$t/objects"

step 'nor in the memory of whoever need not have it'
if [ -n "$core" ] && command -v gcore >/dev/null; then
	# held up where it writes: the pipe is full
	mkfifo "$t/pipe"
	exec 8<>"$t/pipe"
	head -c 65536 /dev/zero >&8
	liudi-desk --home "$t/desk" account reveal acmelamps-eb-05 \
	    --why 'core' --pipe --passphrase-fd 3 3<"$t/pass" >&8 2>"$t/err" &
	pid=$!
	tries=0 helpers=
	until grep -q -s pipe_write $(printf '/proc/%s/wchan ' $helpers) \
	    /dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] && kill -0 $pid || break
		sleep 0.1
		helpers=$(ps -o pid= --ppid $pid | tr -d ' ')
	done
	same "$(echo "$helpers" | wc -l)" 2 'opener and box'
	gcore -o "$t/core" $pid $helpers >"$t/said" 2>&1 || :
	found=
	for p in $pid $helpers; do
		ok test -s "$t/core.$p"
		! grep -q -a -F "$secret" "$t/core.$p" || found="$found $p"
	done
	# the box that writes it, and nobody else
	same "$(echo $found | wc -w)" 1 "who holds it:$found of $pid, $(echo \
	    $helpers)"
	# nor have the others, in UTF-16 or base64
	for p in $pid $helpers; do
		[ "$p" = "$(echo $found)" ] || nowhere "$t/core.$p"
	done
	rm -f "$t"/core.*
	head -c 65536 <&8 >"$t/objects"
	wait $pid || fail reveal
	timeout 1 cat <&8 >"$t/shown" || :
	ok grep -q -F "$secret" "$t/shown"
	exec 8>&-
	rm -f "$t/shown" "$t/objects"

	step 'nor while a file of all of them is written'
	for n in 1 2; do
		rm -f "$t/all.kdbx"
		liudi-desk --home "$t/desk" account export "$t/all.kdbx" \
		    --all --why "core $n" --passphrase-fd 3 \
		    --file-passphrase-fd 4 3<"$t/pass" 4<"$t/pass" \
		    >"$t/shown" 2>"$t/err" &
		pid=$!
		# at whatever moment: who asked for it never has one
		for k in 1 2 3 4; do
			kill -0 $pid 2>/dev/null || break
			gcore -o "$t/core" $pid >"$t/said" 2>&1 || :
			[ ! -s "$t/core.$pid" ] || nowhere "$t/core.$pid"
			rm -f "$t/core.$pid"
		done
		rc=0
		wait $pid || rc=$?
		[ $rc -eq 0 ] || same $rc 3 'the export'
	done
	ok test -s "$t/all.kdbx"
	nowhere "$t/all.kdbx" "$t/shown" "$t/err"
	rm -f "$t/all.kdbx" "$t/shown"
else
	say 'skipped: no gcore, or a sanitizer'
fi
done_
