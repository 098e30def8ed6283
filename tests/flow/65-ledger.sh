#!/bin/sh
# tests/flow/65-ledger.sh BIN - accounts at the manager's: entered, renamed, shown,
# revealed, and copied from stations; no password but where it is asked for.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# acc COMMAND...: an account command of the manager.
acc() { desk_key account "$@"; }
# with PASSWORD COMMAND...: with a line of the account's on fd 4.
with()
{
	printf '%s\n' "$1" >"$t/secret"
	shift
	rc_=0
	desk_key account "$@" --password-fd 4 4<"$t/secret" || rc_=$?
	rm -f "$t/secret"
	return $rc_
}
# on the station: registered out of a template, the secret on standard input
registered()
{
	printf '%s\n' "$1" | ws "$2" account add --from "$t/template" \
	    --secrets-stdin
}
desk_git() { git --git-dir "$central/desk.git" "$@"; }
files() { desk_git ls-tree -r --name-only desk accounts/events 2>/dev/null; }
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
expect 0 desk_key account list --json
same "$(cat "$t/out")" '' 'accounts of nobody'

step 'entered'
expect 2 acc add nosuch --no-password
says "no platform is called 'nosuch'"
expect 2 acc add eb nofield=1 --no-password
expect 2 acc add eb shop --no-password
says 'FIELD=VALUE'
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
same "$(files | wc -l)" 1 'event files of desk.git'
same "$(find "$t/desk/accounts.unsent" -name '*.age' | wc -l)" 0 'unsent'

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
done_
