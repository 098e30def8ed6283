#!/bin/sh
# tests/flow/31-audit.sh BIN - one screen for the manager: who is silent, by
# what is expected of a station, and what does not agree; without a key.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# row ID: what the screen says of it.
row() { grep "^$1 " "$t/out"; }

step "nothing yet"
day 0
team
expect 1 desk audit
says 'hint: '
station ws-01
station ws-02
station ws-03
echo one >"$t/ws-01-files/chats/a.txt"
echo two >"$t/ws-02-files/chats/a.txt"

step "all is well"
day 1
expect 0 ws ws-01 run
expect 0 ws ws-02 run
day 1 3600
expect 0 sync
expect 0 desk audit
says '3 stations, 0 silent; 0 alarms in 7 days, 0 open'
row ws-01 | grep -q "$(when 1)  $(when 1)  1 h" || fail 'not its times'
row ws-03 | grep -q '^ws-03 *- *- *25 h' || fail 'never sent'
says_no SILENT
desk --json audit >"$t/json"
ok jq -es 'length == 4 and all(.v == 1)' "$t/json"

step "who is silent"
day 4 3601
expect 0 ws ws-01 run
expect 0 sync
expect 3 desk audit
says '3 stations, 2 silent'
row ws-01 | grep -q 'SILENT' && fail 'it sent'
row ws-01 | grep -q ' 0 h  *1  *0 ' || fail 'no gap'
row ws-02 | grep -q '3 d .*SILENT' || fail 'it did not send'
row ws-03 | grep -q 'SILENT' || fail 'it never sent'
desk --json audit >"$t/json" || :
same "$(jq -r 'select(.silent == true) | .station' "$t/json" |
    tr '\n' ' ')" 'ws-02 ws-03 ' 'silent'

step "what is expected"
org='[team]\norg = Acme Lamps\n'
policy "$org[station ws-02]\nexpect = 3/week\n[station ws-03]\nexpect = none\n"
expect 0 sync
expect 0 desk audit
row ws-03 | grep -q ' 4 d ' || fail 'its age'
# one manager says so: everybody is told who, and that it holds
row ws-03 | grep -q 'may be silent for ever' || fail 'not marked'
row ws-02 | grep -q 'may be silent for 5 d' || fail 'not marked'
row ws-01 | grep -q 'may be' && fail 'marked'
says "$(when 4 3601)  ws-02: manager changed 'expect' in policy.ini: (nothing) -> 3/week"
says "ws-03: manager changed 'expect' in policy.ini: (nothing) -> none"
policy "${org}expect = 12h\n[station ws-03]\nexpect = none\n"
expect 0 sync
expect 3 desk audit
says '1 silent'
says "ws-02: manager changed 'expect' in policy.ini: 3/week -> (nothing)"
says "all stations: manager changed 'expect' in policy.ini: (nothing) -> 12h"
desk --json audit >"$t/json" || :
same "$(jq -r 'select(.kind == "policy") | "\(.station) \(.from) \(.to) \(.by)"' \
    "$t/json" | tail -n 2 | tr '\n' ';')" \
    'null null 12h manager;ws-02 3/week null manager;' 'policy'
same "$(jq -r 'select(.station == "ws-03") | select(.keys) | .limit' \
    "$t/json")" null 'limit'
policy "${org}expect = sometimes\n"
expect 0 sync
expect 3 desk audit
says '[team] expect = sometimes makes no sense; until it does, 3 days are taken'
says "'3d'"
same "$(grep -c 'makes no sense' "$t/err")" 1 'said once'
row ws-03 | grep -q ' d ' || fail 'a slip hides how the stations stand'
policy "${org}[station ws-02]\nexpect = sometimes\n"
expect 0 sync
expect 3 desk audit
says '[station ws-02] expect = sometimes makes no sense'
policy "${org}expect = 20d\n"

step "who may not send any more is not silent"
expect 0 sync
day 20
expect 0 ws ws-01 run
expect 0 sync
day 30
expect 3 desk audit
says '2 silent'
says_no 'policy.ini'
expect 0 desk_key station revoke ws-02
expect 0 sync
expect 3 desk audit
says '3 stations, 1 silent'
row ws-02 | grep -q ' ended ' || fail 'not ended'

step "a manager gives a station a second key"
git --git-dir "$clone" fetch -q "$central/control.git" \
    +control:refs/heads/control
was=$(git --git-dir "$clone" show control:allowed_signers)
ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/second"
control_file "$(printf '%s\n' "$was" "$was" | sed -n '/^ws-01 /p' | sed "2s,AAAA[^ ]*,$(
    cut -d ' ' -f 2 "$t/second.pub"),"
	printf '%s\n' "$was" | sed '/^ws-01 /d')\n" allowed_signers
expect 0 sync
expect 5 desk audit
says 'two keys are good, of which liudi makes one: 1'
row ws-01 | grep -q 'TWO KEYS' || fail 'not marked'
control_file "$was\n" allowed_signers
expect 0 sync
expect 3 desk audit
says '0 open'

step "what does not agree"
day 30
expect 0 ws ws-01 run
ref=$(branches ws-01)
head=$(records rev-parse "$ref")
records update-ref "$ref" "$ref~1"
expect 5 sync
expect 5 desk audit
says 'commits that the central received and does not show: 1'
says "ws-01: the central received commit $(echo "$head" | cut -c 1-12)"
says '1 open'
row ws-01 | grep -q 'INTEGRITY' || fail 'not marked'
desk --json audit >"$t/json" || :
same "$(jq -r 'select(.kind == "summary") | .hidden' "$t/json")" 1 'json'
records update-ref "$ref" "$head"
expect 0 sync
expect 5 desk audit
says '1 alarm in 7 days, 0 open'
# a week later it is over
day 38
expect 3 desk audit
says '0 alarms in 7 days, 0 open'
done_
