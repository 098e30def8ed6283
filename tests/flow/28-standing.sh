#!/bin/sh
# tests/flow/28-standing.sh BIN - a station that may send no longer, and again;
# who works there; what people are told.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
day() { unset LIUDI_NOW CENTRAL_NOW || :; }
control() { git --git-dir "$central/control.git" "$@"; }
head_of() { control rev-parse control; }
# at_rest: the next second, as windows of keys are whole seconds.
at_rest() { sleep 1.1; }

step "suspended"
team
station ws-01
station ws-02
echo one >"$t/ws-01-files/chats/a.txt"
echo one >"$t/ws-02-files/chats/a.txt"
at_rest
expect 0 ws ws-01 run
expect 0 ws ws-02 run
expect 1 desk_key station suspend ws-09
says "there is no station 'ws-09'"
expect 0 desk_key station resume ws-01
says 'may send already'
expect 0 desk_key station suspend ws-01
says 'may send nothing until it is resumed'
expect 3 desk doctor
says ': 1 station, '
head=$(head_of)
expect 0 desk_key station suspend ws-01
says 'may send nothing already'
same "$(head_of)" "$head" 'control'
at_rest
echo two >>"$t/ws-01-files/chats/a.txt"
ref=$(branches ws-01)
before=$(records rev-parse "$ref")
rc=0
ws ws-01 run >"$t/out" 2>"$t/err" || rc=$?
[ "$rc" -eq 4 ] || fail 'a suspended station sends'
says 'the managers have suspended this station'
says 'station resume'
same "$(records rev-parse "$ref")" "$before" 'the branch of a suspended one'
expect 0 ws ws-02 run
expect 3 ws ws-01 status
says 'suspended this station'
expect 3 ws ws-01 --json status
same "$(jq -r .state "$t/out")" suspended json
expect 0 desk_key --json station resume ws-01
same "$(jq -r '.station, .action, .changed' "$t/out" | tr '\n' ' ')" \
    'ws-01 resume true ' 'resumed'
at_rest
expect 3 desk doctor
says ': 2 stations, '
# what was kept meanwhile is dated before it was let in again
echo three >>"$t/ws-01-files/chats/a.txt"
ws ws-01 run >"$t/out" 2>"$t/err" || :
expect 0 ws ws-01 run
[ "$(records rev-parse "$(branches ws-01 | tail -n 1)")" != "$before" ] ||
	fail 'a resumed station does not send'
synced >"$t/out" 2>"$t/err" || fail sync
expect 0 restore ws-01 "$t/back"
alike "$t/ws-01-files" "$t/back" 'records'

step "who works there"
expect 0 desk_key -q invite ws-03 --person '王芳' --team Shop
string=$(cat "$t/out")
expect 0 ws ws-03 join "$string"
expect 0 sync
expect 0 desk station list
says ws-03
says_no '王芳'
expect 0 desk_key station list --people
says '王芳    Shop'
expect 0 desk_key --json station list -p
same "$(jq -r 'select(.station == "ws-03") | .person' "$t/out")" '王芳' json
same "$(jq -r 'select(.station == "ws-01") | .person' "$t/out" | head -n 1)" \
    null json

step "what people are told"
expect 0 desk notice show
says 'there is no notice'
mkdir "$t/notice"
echo 'We keep the chats.' >"$t/notice/notice.en.md"
expect 1 desk_key notice set "$t/notice"
says "or 'standard'"
printf '聊天记录存档。\n' >"$t/notice/notice.zh.md"
expect 0 desk_key notice set "$t/notice"
says 'notice 1: '
expect 0 desk_key notice set "$t/notice"
says 'notice 1 says that already'
expect 0 desk notice show
says 'We keep the chats.'
expect 0 desk notice show --language zh
says '聊天记录存档。'
expect 3 ws ws-01 run
says 'notice 1 is not agreed to'
expect 0 ws ws-01 agree --agree 1
expect 0 ws ws-01 run
expect 0 desk_key notice set standard
expect 0 desk --json notice show
same "$(jq -r '.version, .language' "$t/out" | tr '\n' ' ')" '2 en ' json
same "$(jq -j .text "$t/out")" "$(cat "$src/config/notice.en.md")" text
same "$(control cat-file blob control:policy.ini)" '[team]
notice = 2
org = Acme Lamps' 'policy.ini'
expect 0 ws ws-01 agree --agree 2
expect 0 ws ws-02 agree --agree 2

step "revoked"
expect 0 desk_key -q invite ws-02 --again
expect 0 desk_key station revoke ws-02
says 'worth nothing from now on'
same "$(desk --json invite --list | jq -r 'select(.station == "ws-02") | .state')" \
    '' 'invitations of ws-02'
at_rest
before=$(records rev-parse "$(branches ws-02)")
rc=0
ws ws-02 run >"$t/out" 2>"$t/err" || rc=$?
[ "$rc" -ne 0 ] || fail 'a revoked station sends'
same "$(records rev-parse "$(branches ws-02)")" "$before" 'a revoked branch'
says 'revoked the keys of this station'
says_no 'suspended this station'
expect 3 ws ws-02 status
says 'ask them for a new invitation'
head=$(head_of)
expect 0 desk_key station revoke ws-02
says 'was revoked before'
expect 1 desk_key station resume ws-02
says "station 'ws-02' was revoked"
says 'liudi-desk invite ws-02 --again'
same "$(head_of)" "$head" 'control'
# nor one that was suspended first
expect 0 desk_key station suspend ws-03
at_rest
expect 0 desk_key station revoke ws-03
says 'worth nothing from now on'
expect 1 desk_key station resume ws-03
expect 1 desk_key invite ws-02
expect 0 desk_key invite ws-02 --again
string=$(sed -n 's/.*\(liudi-join1[a-z0-9]*\).*/\1/p' "$t/out" | head -n 1)
expect 0 ws ws-02-new join --agree 2 "$string"
synced >"$t/out" 2>"$t/err" || fail sync
at_rest
expect 0 ws ws-02-new run
expect 3 ws ws-02 status
says 'revoked the keys of this station'
# a new machine can be suspended and resumed as any
expect 0 desk_key station suspend ws-02
at_rest
expect 0 desk_key station resume ws-02
says 'may send again'
at_rest
expect 0 ws ws-02-new status
expect 0 restore ws-02 "$t/back2"
expect 0 desk_key station suspend ws-02
synced >"$t/out" 2>"$t/err" || fail sync
desk --json audit >"$t/json" || :
same "$(jq -r 'select(.kind == "station") | "\(.station) \(.suspended)"' \
    "$t/json" | tr '\n' ' ')" 'ws-01 false ws-02 true ws-03 false ' 'suspended'
desk audit >"$t/table" || :
ok grep -q '^ws-02 .* suspended ' "$t/table"
ok grep -q '^ws-03 .* ended ' "$t/table"

step "what a run mends by itself is told only when asked"
ahead() { LIUDI_NOW=$(($(date +%s) + $1)) ws ws-01 $2 run; }
echo four >>"$t/ws-01-files/chats/a.txt"
expect 0 ahead 3600 ''
says_no 'central: '
echo five >>"$t/ws-01-files/chats/a.txt"
expect 0 ahead 7200 -v
says 'REJECTED [E14]'
done_
