#!/bin/sh
# tests/flow/67-lone.sh BIN - a manager who is his own and the only one; what two
# must agree on, and he who came later; a policy that is rolled back: what whatif,
# handover and doctor say of each, and that it is true.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

with()
{
	printf '%s\n' "$1" >"$t/line"
	shift
	rc_=0
	"$@" --password-fd 4 4<"$t/line" || rc_=$?
	rm -f "$t/line"
	return $rc_
}
whatif() { desk_key --json whatif --leaves "$1"; }
names() { jq -r "select(.type == \"$1\") | .name" "$t/out" | sort | tr '\n' ' '; }
other() { liudi-desk --home "$t/other" "$@" --passphrase-fd 3 3<"$t/pass"; }

step 'a policy that rolled back'
day 1
team
policy '[team]
org = Acme Lamps
'
station ws-chen
expect 0 ws ws-chen run
before=$(git --git-dir "$central/control.git" rev-parse control)
# from now on what is new of TikTok Shop needs two, and somebody has left
policy '[team]
org = Acme Lamps
[platform ts]
dual = yes
[shop Shop A]
platform = ts
doers = li, wang
responsible = li
area = alibaba
squad = 1
subject = company
[person li]
left = 2020-01-01
'
expect 0 ws ws-chen run
expect 0 sync
after=$(git --git-dir "$central/control.git" rev-parse control)
git --git-dir "$central/control.git" update-ref refs/heads/control "$before"
# the station seals as it last was told, though it is shown the old one
ws ws-chen run >"$t/out" 2>&1 || :
printf '[account]\nplatform = ts\nshop = Shop A\nholder = li\n' >"$t/t.ini"
echo lantern-zero >"$t/line"
expect 0 ws ws-chen account add --from "$t/t.ini" <"$t/line"
ws ws-chen run >"$t/out" 2>&1 || :
# a desk says what happened, and goes by what it had
expect 5 sync
says 'control is not the one that this desk knows'
expect 5 desk doctor
says "problem   the central's control is not the one that this desk knows"
says "'li', who is responsible for it, has left"
expect 0 desk_key account show acmelamps-ts-01 --json
same "$(jq -r .dual "$t/out")" yes 'what was entered while it was rolled back'
expect 1 desk_key account reveal acmelamps-ts-01 --why 'a drill' --pipe
says 'by an owner and a manager together'
expect 0 whatif wang
same "$(names lost)$(names reach)" '' 'nothing hangs on wang'
expect 1 desk_key whatif --leaves nobody
# put back, all is well
git --git-dir "$central/control.git" update-ref refs/heads/control "$after"
expect 0 sync
expect 3 desk doctor
says_no 'is not the one that this desk knows'

step 'a person whose only manager is himself'
day 2
policy '[team]
org = Acme Lamps
'
expect 0 desk_key person set chen --reader manager
expect 0 sync
expect 0 with lantern-one desk_key account add eb shop='Shop A' holder=chen
expect 0 with lantern-two desk_key account add az shop='Shop A' holder=chen \
    dual=yes
expect 3 desk doctor
says "nobody but 'chen' and owners can read: his own records have no other"
# what an owner opens stays; what needs a manager besides goes with the last
expect 0 whatif chen
same "$(names lost)" 'acmelamps-az-01 ' 'LOST of the only manager'
same "$(names reach)" 'acmelamps-az-01 acmelamps-eb-01 ' REACH
expect 0 desk_key whatif --leaves chen
says 'No manager would be left'
says 'liudi-desk key add NAME'
expect 0 desk_key whatif --leaves owner
says_no 'No manager'
expect 0 desk_key handover start chen
expect 0 desk_key handover show chen
says "key 'manager' opens what is sealed, and he is the only manager"
says '      liudi-desk key add NAME'
# nor does he say of himself that all is well
expect 2 desk_key handover signoff chen --as manager --by Chen
says "'chen' leaves, and signs as leaver only"
expect 2 desk_key handover signoff chen --as successor --by chen
expect 0 desk_key handover signoff chen --as leaver --by chen
expect 2 desk_key key retire manager
says "'manager' is the only manager"
says 'let another in first'
expect 2 desk_key key retire owner
says "'owner' is the only owner"
expect 1 desk_key handover close chen

step 'who comes later opens what is sealed to two from then on'
day 3
expect 0 other key add deputy --central "$central" --scrypt-log-n 10
expect 0 desk_key key accept "$(cat "$t/out")"
expect 0 synced
expect 0 desk_key person set guo --reader deputy --deputy chen
expect 0 desk_key rehead --to deputy
expect 0 whatif chen
same "$(names lost)" 'acmelamps-az-01 ' 'LOST: nobody else has the seal within'
expect 0 desk_key whatif --leaves chen
says_no 'No manager'
expect 0 desk_key handover show chen
says '      liudi-desk key retire manager'
# a new password is for both
expect 0 with lantern-three desk_key account rotated acmelamps-az-01
expect 0 whatif chen
same "$(names lost)" '' 'LOST, changed since'
# and then the first goes
expect 0 desk_key key retire manager
other sync >"$t/out" 2>&1 || :
expect 0 with lantern-four other account rotated acmelamps-az-01
expect 0 with lantern-five other account rotated acmelamps-eb-01
expect 0 other --json whatif --leaves chen
same "$(names lost)$(names reach)" '' 'both lists'
expect 0 other handover signoff chen --as successor --by guo
expect 0 other handover signoff chen --as manager --by laoban
expect 0 other handover close chen
says 'nothing is lost with him'

done_
