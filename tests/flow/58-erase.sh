#!/bin/sh
# tests/flow/58-erase.sh BIN - how long records are kept, and that an epoch of
# them is gone when two decided so: everywhere, provably, and nothing else.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

y=$(($(date +%Y) - 4))
on()
{
	LIUDI_NOW=$(date -d "$1 10:00" +%s) CENTRAL_NOW=$LIUDI_NOW
	export LIUDI_NOW CENTRAL_NOW
}
# li, wu: two more managers at desks of their own.
li() { liudi-desk --home "$t/li" "$@" --passphrase-fd 3 3<"$t/pass"; }
wu() { liudi-desk --home "$t/wu" "$@" --passphrase-fd 3 3<"$t/pass"; }
# look: without a key.
look() { liudi-desk --home "$t/li" "$@"; }
control() { git --git-dir "$central/control.git" "$@"; }
desk_git() { git --git-dir "$central/desk.git" "$@"; }
retention() { control show control:retention.ini; }

on "$y-03-01"
team
for who in li wu; do
	expect 0 $who key add $who --central "$central" --scrypt-log-n 10
	line=$(cat "$t/out")
	expect 0 desk_key key accept "$line"
done
mkdir "$t/safe"
mv "$t"/desk/keys/owner.* "$t/safe"

step 'how long'
expect 0 look retention show
says 'every other stream is kept for ever'
expect 2 li retention set main seven
expect 2 li retention set Main 7
expect 1 li retention set main 7
says '--propose'
expect 0 li retention set main 7y --propose "$t/proposal"
no retention
expect 2 li approve "$t/proposal"
sed 's/keep_years = 7/keep_years = 1/' "$t/proposal" >"$t/changed"
expect 1 wu approve "$t/changed"
says 'changed behind its signature'
expect 0 wu approve "$t/proposal"
says '+ keep_years = 7'
expect 0 look retention show
says 'main              7 years'
expect 0 look --json retention show
same "$(jq -c '[.stream, .keep_years]' "$t/out")" '["main",7]' json
expect 0 li retention set main 7
says 'ended 7 years ago'
same "$(control ls-tree --name-only control approve/ | wc -l)" 1 consents
# by an owner
cp "$t"/safe/owner.* "$t/desk/keys"
expect 0 desk_key retention set main 2
expect 0 desk_key retention set old 1
expect 0 desk_key retention set old forever
says 'old is kept for ever'
same "$(retention)" '[stream main]
keep_years = 2' 'retention.ini'

step 'what is held'
expect 2 desk_key hold add case-1 ws-01
says 'a hold has a reason'
expect 2 desk_key hold add case-1 ws-01/main/x --reason x
expect 0 desk_key hold add case-1 ws-01/main --reason 'a letter of the court'
expect 1 desk_key hold add case-1 ws-02 --reason x
expect 0 look hold list
says 'case-1            ws-01/main'
says 'a letter of the court'
expect 0 look --json hold list
same "$(jq -r .refs "$t/out")" refs/heads/ws/ws-01/main/ refs
expect 0 li hold remove case-1 --propose "$t/proposal"
expect 0 wu approve "$t/proposal"
says '- [hold case-1]'
says '- reason = a letter of the court'
expect 0 look hold list
says 'nothing is held'
expect 1 desk_key hold remove case-1
rm "$t"/desk/keys/owner.*
done_
