#!/bin/sh
# tests/flow/69-dual.sh BIN - secrets that need an owner and a manager: a grant is
# for one person and one event, and ends; what one who came later gets; and
# nobody speaks in another's name.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

acc() { desk_key account "$@"; }
owner_key() { desk_key "$@" --as owner; }
other() { liudi-desk --home "$t/other" "$@" --passphrase-fd 3 3<"$t/pass"; }
# with PASSWORD COMMAND...: with a line of the account's on fd 4.
with()
{
	printf '%s\n' "$1" >"$t/line"
	shift
	rc_=0
	acc "$@" 4<"$t/line" || rc_=$?
	rm -f "$t/line"
	return $rc_
}
reveal() { acc reveal "$@" --why 'login page asks' --pipe; }
# to_file FILE [OPTION...]: all accounts as CSV
to_file()
{
	file=$1
	shift
	rm -f "$file"
	acc export "$file" --all --format bitwarden-csv --plaintext \
	    --why 'a drill' "$@"
}
# of NAME FILTER: what show says of it.
of() { acc show "$1" --json | jq -r "$2"; }
unsent() { find "$t/${1:-desk}/accounts.unsent" -name '*.age' 2>/dev/null | wc -l; }
secret='Kp4-lantern-灯笼-17'
seed=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ

day 1
team
station ws-01
expect 0 ws ws-01 run
expect 0 sync
expect 0 with "$secret" add ts dual=yes shop='Shop A' --password-fd 4
expect 0 with "open-to-all" add eb shop='Shop A' --password-fd 4
expect 0 with "$seed" twofa acmelamps-ts-01 totp --totp-fd 4
same "$(of acmelamps-ts-01 .granted)" null 'granted to nobody'

step 'nothing without a grant'
expect 1 reveal acmelamps-ts-01
says 'no owner has granted them yet'
says 'the owner is asked now'
says_no -F "$secret"
expect 1 reveal acmelamps-ts-01
says 'the owner was asked before'
expect 3 to_file "$t/all.csv"
says 'two must agree to them'
says 'acmelamps-ts-01'
ok grep -q 'open-to-all' "$t/all.csv"
no grep -q -F "$secret" "$t/all.csv"
# who was handed nothing knows nothing by it
nexported='[.history[] | select(.type == "exported")] | length'
same "$(of acmelamps-ts-01 "$nexported")" 0 'events of what was left out'
same "$(of acmelamps-eb-01 "$nexported")" 1 'events of what was exported'
expect 0 owner_key account requests --json
same "$(jq -s length "$t/out")" 1 'requests, though he asked twice'

step 'a grant is of one event'
expect 0 owner_key account grant acmelamps-ts-01 --why 'he called'
says 'granted to manager until'
says 'have it changed'
says_no -F "$secret"
expect 0 reveal acmelamps-ts-01
says "password: $secret"
# the seed is another's
expect 1 reveal acmelamps-ts-01 --seed
says 'the owner is asked now'
says_no -F "$secret"
expect 1 acc code acmelamps-ts-01 --why 'login page asks'
says 'the owner was asked before'
expect 3 to_file "$t/all.csv"
says 'acmelamps-ts-01'
ok grep -q -F "$secret" "$t/all.csv"
no grep -q -F "$seed" "$t/all.csv"
expect 0 owner_key account grant acmelamps-ts-01
expect 0 acc code acmelamps-ts-01 --why 'login page asks'
code=$(LC_ALL=C oathtool --totp -b "$seed" --now "@$LIUDI_NOW")
says "$code"
expect 0 reveal acmelamps-ts-01 --seed --json
same "$(jq -r '.passwords[0]' "$t/out")" "$secret" 'the password as JSON'
same "$(jq -r .seed "$t/out" | sed 's/.*secret=//;s/&.*//')" "$seed" \
    'the seed as JSON'
same "$(jq -r '.type + " " + .shown' "$t/out")" 'secret acmelamps-ts-01' JSON
expect 0 to_file "$t/all.csv"
same "$(of acmelamps-ts-01 "$nexported")" 2 'events of what was exported'

step 'it is to be changed'
expect 0 acc list
says 'granted: to be changed'
expect 0 acc show acmelamps-ts-01
says 'to be changed behind that'
expect 3 desk doctor
says '1 account whose secrets an owner granted'
expect 0 desk_key whatif --leaves manager --json
same "$(jq -s '[.[] | select(.type == "reach") | .name] | sort | join(",")' \
    -r "$t/out")" 'acmelamps-eb-01,acmelamps-ts-01' 'open to him alone'

step 'it ends'
day 2 -60
expect 0 reveal acmelamps-ts-01
day 2 60
expect 1 reveal acmelamps-ts-01
says 'ended at'
says 'the owner is asked now'
says_no -F "$secret"
expect 1 acc code acmelamps-ts-01 --why 'login page asks'
says 'ended at'
expect 3 to_file "$t/all.csv"
says 'two must agree to them'
no grep -q -F "$secret" "$t/all.csv"
# who asks again is answered again, for as long as policy says
policy '[team]
org = Acme Lamps
[accounts]
grant_hours = 2
'
expect 0 owner_key account grant acmelamps-ts-01
expect 0 reveal acmelamps-ts-01
says "password: $secret"
day 2 7400
expect 1 reveal acmelamps-ts-01
says 'ended at'
day 4

step 'changed, it is a secret of two again'
expect 0 with "$secret-2" rotated acmelamps-ts-01 --password-fd 4 --as owner
expect 0 with "$seed" twofa acmelamps-ts-01 totp --totp-fd 4 --as owner
same "$(of acmelamps-ts-01 .granted)" null 'granted to nobody'
desk doctor >"$t/out" 2>"$t/err" || :
says_no 'owner granted'
expect 0 desk_key whatif --leaves manager --json
same "$(jq -s '[.[] | select(.type == "reach") | .name] | join(",")' -r \
    "$t/out")" 'acmelamps-eb-01' 'open to him alone'
expect 3 to_file "$t/all.csv"
no grep -q -F "$secret" "$t/all.csv"

step 'what waits for the owner, the owner signs'
expect 1 reveal acmelamps-ts-01
mv "$central" "$central.gone"
expect 0 owner_key account grant acmelamps-ts-01
says 'sent at the next sync'
mv "$central.gone" "$central"
n=$(unsent)
expect 0 sync
says "wait here for 'owner'"
same "$(unsent)" "$n" 'what waits for the owner'
expect 0 reveal acmelamps-ts-01
says "password: $secret-2"
expect 0 owner_key account requests
same "$(unsent)" 0 'what waits'
expect 0 desk_key sync --rebuild
expect 0 reveal acmelamps-ts-01
says "password: $secret-2"

step 'who became a manager later'
day 6
expect 0 other key add zhang --central "$central" --scrypt-log-n 10
line=$(cat "$t/out")
expect 0 desk_key key accept "$line"
expect 0 owner_key rehead --to zhang
other sync >"$t/out" 2>&1 || :
expect 1 other account reveal acmelamps-ts-01 --why 'he is ill' --pipe
says 'no owner has granted them yet'
expect 0 synced
expect 0 owner_key account grant acmelamps-ts-01
says 'granted to zhang'
# it is zhang's, and nobody else's
expect 1 reveal acmelamps-ts-01
says_no -F "$secret"
other sync >"$t/out" 2>&1 || :
expect 1 other account reveal acmelamps-ts-01 --why 'he is ill' --pipe
says 'is sealed to others than this manager'
says 'rehead --all --as NAME'
expect 0 synced
expect 0 desk_key rehead --to zhang --as manager
says 'new headers to be sent'
says_no ', 0 new'
other sync >"$t/out" 2>&1 || :
expect 0 other account reveal acmelamps-ts-01 --why 'he is ill' --pipe
says "password: $secret-2"

step 'who became an owner later'
second() { liudi-desk --home "$t/second" "$@" --passphrase-fd 3 3<"$t/pass"; }
expect 0 second key add owner-b --central "$central" --scrypt-log-n 10
line=$(cat "$t/out")
# neither managers nor who has no owner's keys make one
expect 2 desk_key key accept "$line" --propose "$t/proposal"
says "'owner-b' would be an owner"
expect 2 other key accept "$line"
says 'an owner lets in an owner'
day 8
expect 0 desk_key key accept "$line"
expect 0 synced
expect 1 reveal acmelamps-ts-01
# opens none of what was sealed before: not yet
second sync >"$t/out" 2>&1 || :
expect 1 second account grant acmelamps-ts-01 --as owner-b
expect 0 owner_key rehead --to owner-b
says 'new headers to be sent'
second sync >"$t/out" 2>&1 || :
expect 0 second account requests --as owner-b
says 'login page asks'
expect 0 second account grant acmelamps-ts-01 --as owner-b
says 'granted to manager'
says_no -F "$secret"
expect 0 synced
expect 0 reveal acmelamps-ts-01
says "password: $secret-2"

step 'nobody speaks in the name of another'
if [ -n "${LIUDI_SEALER:-}" ]; then
	# forged N DEVICE TYPE FIELDS: zhang's desk sends it
	forged()
	{
		jq -c -n --arg e "$(printf %032d "$1")" --arg d "$2" \
		    --arg t "$3" --argjson f "$4" --argjson ts "$LIUDI_NOW" \
		    '{v: 1, type: $t, event: $e, account: ("c3" * 16), ts: $ts,
		    offset: 0, device: $d, fields: $f, prev: []}' >"$t/event"
		# shellcheck disable=SC2046
		"$LIUDI_SEALER" $(git --git-dir "$central/control.git" \
		    cat-file blob control:recipients |
		    sed -n 's/.* \(age1[0-9a-z]*\).*/\1/p') <"$t/event" \
		    >"$t/other/accounts.unsent/$(printf %032d "$1").zhang.age"
	}
	mkdir -p "$t/other/accounts.unsent"
	forged 71 manager registered '{"platform":"eb","name":"forged-71"}'
	forged 72 ws-01 flagged '{"text":"forged-72"}'
	forged 73 zhang registered '{"platform":"eb","name":"honest-73"}'
	forged 74 ws-01 updated '{"shop":"Shop B"}'
	other sync >"$t/out" 2>&1 || :
	same "$(unsent other)" 0 'what zhang keeps'
	expect 5 sync
	says "it says that 'manager' made it, and 'zhang' signed it"
	says "'flagged' is for managers to say"
	expect 0 acc list
	says_no forged-71
	says honest-73
	same "$(of honest-73 .shop)" 'Shop B' 'what a station said'
	expect 0 acc show honest-73
	says_no forged-72

	step 'sealed to strangers'
	day 9
	printf '[account]\nplatform = tb\nshop = Main\n' >"$t/t.ini"
	ok ws ws-01 account add --from "$t/t.ini" <"$t/pass"
	expect 0 ws ws-01 run
	# a station that seals as it should is no alarm
	expect 0 sync
	day 10
	events=$t/ws-01/state/accounts/events
	for n in 1 2; do
		age-keygen -o "$t/stranger$n" 2>/dev/null
	done
	strangers="$(age-keygen -y "$t/stranger1") $(age-keygen -y \
	    "$t/stranger2")"
	all=$(git --git-dir "$central/control.git" cat-file blob \
	    control:recipients | sed -n 's/.* \(age1[0-9a-z]*\).*/\1/p')
	owners=$(git --git-dir "$central/control.git" cat-file blob \
	    control:recipients | sed -n 's/^owner[^ ]* \(age1[0-9a-z]*\).*/\1/p')
	managers="$(git --git-dir "$central/control.git" cat-file blob \
	    control:recipients | sed -n '/^owner/d
	    s/^[^ ]* \(age1[0-9a-z]*\).*/\1/p')"
	# hidden N DUAL TO...: an account whose secrets are sealed to TO, and
	# within that to $inner
	hidden()
	{
		id=$(printf %032d "$1")
		jq -c -n --arg e "$id" --arg n "hidden-$1" --argjson ts \
		    "$LIUDI_NOW" '{v: 1, type: "registered", event: $e,
		    account: $e, ts: $ts, offset: 0, device: "ws-01",
		    fields: {platform: "eb", name: $n}, secrets: ["password"],
		    prev: []}' >"$t/event"
		jq -c -n --arg e "$id" '{v: 1, type: "secret", event: $e,
		    password: "never to be had"}' >"$t/plain"
		dual=$2
		shift 2
		if [ -n "$inner" ]; then
			# shellcheck disable=SC2086
			"$LIUDI_SEALER" $inner <"$t/plain" >"$t/inner"
			"$LIUDI_SEALER" -n "$@" <"$t/inner" >"$t/sealed"
		else
			"$LIUDI_SEALER" "$@" <"$t/plain" >"$t/sealed"
		fi
		jq -c -n --arg s "$(base64 -w 0 "$t/sealed")" --argjson d \
		    "$dual" '{v: 1, type: "secrets"} + $d + {sealed: $s}' \
		    >>"$t/event"
		# shellcheck disable=SC2086
		"$LIUDI_SEALER" $all <"$t/event" >"$events/$id.age"
	}
	# shellcheck disable=SC2086
	{
		inner=
		# as many as may open them, but others
		hidden 81 '{}' $strangers $strangers
		hidden 85 '{}' $all
		# what is no seal at all within one for owners
		hidden 87 '{"dual": true}' $owners
		inner=$managers
		hidden 82 '{"dual": true}' $strangers
		hidden 83 '{"dual": true}' $strangers $strangers
		hidden 84 '{"dual": true}' $owners
		inner="$strangers $strangers"
		hidden 88 '{"dual": true}' $owners
		inner=$strangers
		hidden 89 '{"dual": true}' $owners
	}
	age -r "$(age-keygen -y "$t/stranger1")" -o \
	    "$events/$(printf %032d 86).age" "$t/pass"
	expect 0 ws ws-01 run
	expect 5 sync
	says "'ws-01' sealed the secrets of account 'hidden-81'"
	says "'ws-01' sealed the secrets of account 'hidden-83'"
	# of what is for owners, its length tells how many open what is within
	says "'ws-01' sealed the secrets of account 'hidden-87'"
	says "'ws-01' sealed the secrets of account 'hidden-88'"
	says "event file $(printf %032d 86) of 'ws-01' is sealed to strangers"
	cp "$t/err" "$t/said"
	for n in 84 85 89; do
		no grep -q "hidden-$n" "$t/said"
	done
	# told once, and not tried for ever
	expect 0 sync
	says_no 'strangers'
	says_no 'cannot be opened here yet'
	# what is for owners, an owner's desk tells
	no grep -q hidden-82 "$t/said"
	second sync >"$t/out" 2>&1 || :
	says "'ws-01' sealed the secrets of account 'hidden-82'"
	for n in 87 88; do
		says "'ws-01' sealed the secrets of account 'hidden-$n'"
	done
	says_no "account 'hidden-84'"
	says_no "account 'hidden-89'"
	# all of it again, as a desk sees it that knows nothing
	expect 5 desk_key sync --rebuild
	says "account 'hidden-81'"
	says_no "account 'hidden-8[459]'"

	step 'a seal within for strangers is told when it is granted'
	expect 1 reveal hidden-88
	expect 5 owner_key account grant hidden-88
	says 'not sealed to the managers within'
	expect 1 reveal hidden-89
	expect 0 owner_key account grant hidden-89
	expect 5 reveal hidden-89
	says 'sealed to strangers, not to managers'
	says_no 'rehead'
	other sync >"$t/out" 2>&1 || :
	says "'ws-01' sealed the secrets of account 'hidden-89'"
	# as it does not where it is as it should be
	expect 1 reveal hidden-84
	expect 0 owner_key account grant hidden-84
	expect 0 reveal hidden-84
	says 'never to be had'
	other sync >"$t/out" 2>&1 || :
	says_no 'hidden-84'
	expect 5 desk_key sync --rebuild
	says "account 'hidden-89'"
	says_no "account 'hidden-84'"
else
	say 'skipped: nothing that seals'
fi

step 'a platform whose secrets need two, from now on'
policy '[team]
org = Acme Lamps
[platform eb]
dual = yes
'
expect 0 with "$secret-4" rotated acmelamps-eb-01 --password-fd 4
expect 1 reveal acmelamps-eb-01
says 'by an owner and a manager together'
says_no -F "$secret"
done_
