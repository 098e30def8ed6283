#!/bin/sh
# tests/flow/91-redteam.sh BIN SHELL... - a central that is no longer its owner's,
# against desk and station; a manager who has its folder; those who bring an
# invitation twice.
# shellcheck source=tests/flow/90-scenes.sh
. "$(dirname "$0")/90-scenes.sh"

group "a hacked central, against the desk"
lawful_scene 'a new run'
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 0 ws ws-01 run
expect 0 sync
scene 'sets a branch back'
records update-ref "$ref" "$head^"
alarm 5 'which does not follow'
scene 'hides a branch'
records update-ref -d "$ref2"
alarm 5 'has it no longer'
scene 'hides a branch from a new desk'
records update-ref -d "$ref2"
stranger
alarm 5 'does not show it'
scene 'hides the newest run from a new desk'
records update-ref "$ref" "$head^"
stranger
alarm 5 'does not show it'
scene 'forks: another history for who comes later'
past "$ref" "$(part "$head~2" $((n - 2)))"
alarm 5 'which does not follow'
scene 'forges a run'
past "$ref" "$(begin "$head"; seal_part "$n"; sign fired)"
alarm 5 'may not sign at that date'
scene "lets another station write"
past "$ref" "$(begin "$head"; seal_part "$n"; sign other)"
alarm 5 'signed by the key of station'
scene 'takes a thief who dates behind his enrolment'
past "${ref%/*/*}/x/${ref##*/}" "$(part '' 0 $((epoch0 - 90000)))"
alarm 5 'may not sign at that date'
scene 'lets a commit past its hook, without a receipt'
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 0 ws ws-01 run
unreceived
expect 0 sync
day 3 7200
alarm 5 'gave no receipt'
scene 'cuts the receipts'
unreceived
alarm 5 'refs/heads/receipts'
scene 'forges a receipt'
receipt "$(receipt_line "liudi-receipt 1 $now $ref $head" "$t/fired")"
alarm 5 'not in server_keys'
scene 'swaps receipts'
receipt "$(receipt_line "liudi-receipt 1 $now $ref2 $head" \
    "$central/receipt-key")"
alarm 5 'of another branch'
lawful_scene 'a receipt'
receipt "$(receipt_line "liudi-receipt 1 $now $ref $head" \
    "$central/receipt-key")"
expect 0 sync
scene 'puts other bytes in the place of a blob'
stranger
for pack in "$central"/records.git/objects/pack/*.pack; do
	[ "$(wc -c <"$pack")" -gt 100000 ] || continue
	chmod u+w "$pack"
	printf XXXXXXXX | dd of="$pack" bs=1 seek=60000 conv=notrunc 2>"$t/dd"
done
rc=0
sync >"$t/out" 2>"$t/err" || rc=$?
[ "$rc" -ne 0 ] || fail 'it is taken'
before=$(state)	# a new desk has nothing: it must have nothing wrong
no grep -q -e anna -e a.jpg "$t/list-a" "$t/back" -r
scene 'plays an old control again'
control update-ref refs/heads/control refs/heads/control^
alarm 5 'never replaced'
scene 'makes control anew'
past_control "$(begin; put 100644 "$(forge hash-object -w "$t/fired.pub")" \
    roots; echo x >"$t/message"; sign fired owner)"
alarm 5 'never replaced'
# amended KEY NAME PATH FILE: control's head with that.
amended()
{
	begin "$control_head"
	put 100644 "$(forge hash-object -w "$4")" "$3"
	echo x >"$t/message"
	sign "$1" "$2"
}
echo '# x' >"$t/x"
scene 'lets a manager who was let go write control'
past_control "$(amended fired li x "$t/x")"
alarm 5 'is not signed by a root key'
scene 'lets a manager add a reader alone'
{ forge show "$control_head:recipients"; echo "spy $thief"; } >"$t/recipients"
past_control "$(amended manager manager recipients "$t/recipients")"
alarm 5 'protected files'
lawful_scene 'the owner adds a reader'
sed 's/^version .*/version 9/' "$t/recipients" >"$t/recipients9"
past_control "$(amended owner owner recipients "$t/recipients9")"
ok synced

group "a hacked central, and an order of erasure"
# epoch_over: its period is, and the station is in the next one.
epoch_over()
{
	expect 0 desk_key retention set main 0
	LIUDI_NOW=$(date -d "$((year + 1))-02-01 10:00" +%s)
	CENTRAL_NOW=$LIUDI_NOW
	# the first takes the year from the receipt before
	expect 0 ws ws-01 run
	LIUDI_NOW=$((LIUDI_NOW + 86400))
	CENTRAL_NOW=$LIUDI_NOW
	expect 0 ws ws-01 run
}
# erased: by manager and owner.
erased()
{
	expect 0 desk_key erase ws-01 "$year" --reason over
	expect 0 desk_key erase ws-01 "$year"
	says 'it is erased'
	no records rev-parse -q --verify "$ref"
}
scene 'hides a run, and has the epoch erased without it'
before=
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 0 ws ws-01 run
epoch_over
records update-ref "$ref" "$head"
alarm 5 'does not show it'
erased
expect 5 sync
says 'does not show it'
expect 5 sync
expect 5 desk_key verify --all
says 'which is not in it'
stranger
alarm 5 'does not show it'
no restore ws-01 "$t/never" --at "$(when 2 60)"
before=$(state) # nothing of that year is to come back
lawful_scene 'an epoch is erased'
epoch_over
expect 0 sync
erased
expect 0 sync
says_no integrity
expect 0 desk_key verify --all
stranger
expect 0 sync

group "a hacked central, against a station"
lawful_scene 'a run'
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 0 ws ws-01 run
scene 'plays an old control again'
control update-ref refs/heads/control refs/heads/control^
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 0 ws ws-01 run
same "$(git --git-dir "$t/ws-01/state/control.git" rev-parse control)" \
    "$control_head" "the station's control"
alarm 5 'never replaced'
scene 'shows another control to one station'
past_control "$(amended fired li x "$t/x")"
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 5 ws ws-01 run
scene 'lets a manager add a reader alone'
past_control "$(amended manager manager recipients "$t/recipients")"
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 5 ws ws-01 run
says 'protected files'
for blob in $(records log --format= --raw --no-abbrev "$head..$ref" |
    cut -d ' ' -f 4); do
	records cat-file blob "$blob" | grep -ac '^-> X25519 '
done | sort -u >"$t/stanzas"
same "$(cat "$t/stanzas")" 2 'readers of what was kept meanwhile'
scene 'forges a receipt'
cat >"$central/records.git/hooks/post-receive" <<-HOOK
#!/bin/sh
while read -r old new ref; do
	text="liudi-receipt 1 $now \$ref \$new"
	echo "\$text \$(printf %s "\$text" | ssh-keygen -q -Y sign \
	    -n liudi-receipt -f $t/fired 2>&1 | grep -v -e '^-----' |
	    tr -d '\n')"
done
HOOK
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 0 ws ws-01 run
says 'receipt is not signed by its key'
no grep -q "$(records rev-parse "$ref")" "$t/ws-01/state/receipt-main"
scene 'says yes and keeps nothing'
printf '#!/bin/sh\nwhile read -r o n r; do git update-ref "$r" "$o"; done\n' \
    >"$central/records.git/hooks/post-receive"
echo new >>"$t/ws-01-files/chats/anna.txt"
ws ws-01 run >"$t/out" 2>"$t/err" || :
cp "$t/good/central/records.git/hooks/post-receive" \
    "$central/records.git/hooks/post-receive"
rc=0
ws ws-01 run >"$t/out" 2>"$t/err" || rc=$?
[ "$rc" -eq 0 ] || { same "$rc" 5 'the station is told'; ws ws-01 run \
    >"$t/out" 2>"$t/err" || fail 'and sends it again'; }
ok synced
expect 0 restore ws-01 "$t/again"
ok grep -q new "$t/again/chats/anna.txt"
scene 'refuses for ever, in colours'
printf '#!/bin/sh\nprintf "\\033[2J\\033]0;owned\\007 no\\n" >&2\nexit 1\n' \
    >"$central/records.git/hooks/pre-receive"
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 4 ws ws-01 run
! grep -q "$esc" "$t/out" "$t/err" || fail 'an escape sequence'
cp "$t/hooks/pre-receive" "$central/records.git/hooks/pre-receive"
expect 0 ws ws-01 run
expect 0 sync
lawful_scene 'it is mended'
past_control "$(amended fired li x "$t/x")"
alarm 5 'never replaced'
expect 5 ws ws-01 run
control update-ref refs/heads/control "$control_head"
echo new >>"$t/ws-01-files/chats/anna.txt"
expect 0 ws ws-01 run
expect 0 sync
expect 0 restore ws-01 "$t/mended"
alike "$t/ws-01-files" "$t/mended" 'records'
scene 'a witness of another history'
mkdir -p "$t/w"
echo "$ref $((n - 1)) $(printf %040d 9) $(printf %064d 5) $now" >"$t/w/heads"
past_control "$(amended manager manager witness/heads "$t/w/heads")"
expect 5 ws ws-01 run
says 'other commits of this station'
lawful_scene 'a witness'
echo "$ref $((n - 1)) $head $(printf %064d 5) $now" >"$t/w/heads"
past_control "$(amended manager manager witness/heads "$t/w/heads")"
expect 0 ws ws-01 run

group "a manager who has the central's folder"
# scribbled: desk.git's head with the index, by KEY NAME
scribbled()
{
	echo x >"$t/message"
	ok git --git-dir "$central/desk.git" fetch -q "$forge" \
	    "$(sign "$1" "$2")"
	ok git --git-dir "$central/desk.git" update-ref refs/heads/desk FETCH_HEAD
}
mine=access/$(key manager)
scene 'erases alone'
records update-ref -d "$ref2"
alarm 5 'has it no longer'
scene 'removes from his log'
begin "$desk_head"
last=$(($(forge ls-tree "$desk_head" "$mine/" | wc -l) - 1))
drop "$mine/$last.age"
scribbled manager manager
expect 5 desk_key access
says 'removed or changed'
scene 'rewrites his log'
begin "$desk_head"
put 100644 "$(age_file 500)" "$mine/0.age"
scribbled manager manager
expect 5 desk_key access
says 'removed or changed'
scene 'cuts the log'
begin
put 100644 "$(age_file 500)" "$mine/0.age"
parent=
scribbled manager manager
expect 5 desk_key access
says 'another history'
scene "writes in the owner's log"
begin "$desk_head"
put 100644 "$(age_file 500)" "access/$(key owner)/0.age"
scribbled manager manager
expect 5 desk_key access
lawful_scene 'reads'
expect 0 restore ws-01 "$t/read" --why again
expect 0 desk_key access
says ' 0 problems'

group "an invitation, at the desk"
# invited STATION: $string, $id; joined HOME: its request.
invited()
{
	expect 0 desk_key --json invite "$1"
	string=$(jq -r .string "$t/out") id=$(jq -r .invite "$t/out")
	rm -rf "$t/new-1" "$t/new-2"
}
requests() { records for-each-ref --format='%(refname)' "refs/heads/enrol/$id/"; }
# nobody TEXT: is let in by the next sync, which says why.
nobody()
{
	signers=$(control rev-parse control:allowed_signers)
	alarm 5 "$1"
	same "$(control rev-parse control:allowed_signers)" "$signers" stations
}
lawful_scene 'once'
invited ws-07
expect 0 ws new-1 join "$string"
expect 0 sync
says 'ws-07 is let in'
scene 'a second time'
invited ws-07
expect 0 ws new-1 join "$string"
forge fetch -q "$central/records.git" "+refs/heads/enrol/*:refs/heads/enrol/*"
records update-ref -d "$(requests)"
expect 0 ws new-2 join "$string"
expect 0 sync
ok push records "$(forge for-each-ref --format='%(refname)' \
    "refs/heads/enrol/$id/"):$(forge for-each-ref --format='%(refname)' \
    "refs/heads/enrol/$id/")"
nobody 'was used before, with another key'
scene 'by two at once'
invited ws-07
expect 0 ws new-1 join "$string"
expect 0 ws new-2 join "$string"
nobody 'none is let in'
scene 'by who saw the request, but not the string'
invited ws-07
expect 0 ws new-1 join "$string"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/peeper" <<-Y >"$t/dd" || :
y
Y
begin
records cat-file blob "$(requests):request" | sed "s,\"sign\":\"[^\"]*,\"sign\":\"$(
    cut -d ' ' -f 1,2 "$t/peeper.pub")," >"$t/request"
records update-ref -d "$(requests)"
put 100644 "$(forge hash-object -w "$t/request")" request
echo 'liudi join' >"$t/message"
ok push records "$(sign peeper ws-07):refs/heads/enrol/$id/$(key peeper)"
nobody 'does not have the invitation'
scene 'too late'
invited ws-07
expect 0 ws new-1 join "$string"
day 12
nobody 'had expired'
judge
over 30
