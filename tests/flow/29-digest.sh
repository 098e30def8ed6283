#!/bin/sh
# tests/flow/29-digest.sh BIN - what the managers saw goes into control once a
# day, and sixteen digits bind it: a central that shows two histories, or fewer
# commits to one of them, is told.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

control() { git --git-dir "$central/control.git" "$@"; }
witnesses() { control log --format=%H control -- witness/heads | wc -l; }
# another: a second desk of the same keys, on another machine.
another()
{
	rm -rf "$t/two"
	mkdir "$t/two"
	cp -a "$t/desk/keys" "$t/desk/desk.ini" "$t/two/"
}
two() { liudi-desk --home "$t/two" sync --passphrase-fd 3 3<"$t/pass"; }

step "once a day, and only what is new"
day 0
team
station ws-01
station ws-02
echo one >"$t/ws-01-files/chats/a.txt"
echo two >"$t/ws-02-files/chats/a.txt"
expect 1 desk digest-line
day 1
expect 0 ws ws-01 run
expect 0 ws ws-02 run
expect 0 sync
same "$(witnesses)" 1 'witnesses'
control show control:witness/heads >"$t/heads"
same "$(wc -l <"$t/heads")" 2 'branches'
ref=$(branches ws-01)
set -- $(grep "^$ref " "$t/heads")
same "$2 $3 $5" "0 $(records rev-parse "$ref") $LIUDI_NOW" 'the line'
echo more >>"$t/ws-01-files/chats/a.txt"
day 1 3600
expect 0 ws ws-01 run
expect 0 sync
same "$(witnesses)" 1 'witnesses of one day'
no test -e "$t/desk/catalogue/heads"
day 2
expect 0 sync
same "$(witnesses)" 2 'witnesses of two days'
day 3
expect 0 sync
same "$(witnesses)" 2 'witnesses of nothing new'
control show control:witness/heads >"$t/heads"
grep -q "^$ref 1 $(records rev-parse "$ref") " "$t/heads" ||
    fail 'not the new head'

step "sixteen digits"
day 2
line=$({ echo liudi-digest-1; cat "$t/heads"; } | sha256sum | cut -c 1-16)
expect 0 desk digest-line
says "$line  $(when 2)"
expect 0 desk digest-line --check "$line"
says 'all of it stands'
expect 1 desk digest-line --date "$(when -1)"
says 'nothing was witnessed by that time'
says 'ask for a later day'
expect 0 desk digest-line --date "$(when 1 7200)"
first=$(cut -c 1-16 "$t/out")
expect 0 desk digest-line --check "$first"
expect 0 desk digest-line --check "$first" --date "$(when 1 7200)"
expect 5 desk digest-line --check "$first" --date "$(when 2 7200)"
says "the digits of that day are $line"
expect 5 desk digest-line --check 0123456789abcdef
says 'never'
expect 2 desk digest-line --check 0123456789ABCDEF
expect 2 desk digest-line --check 0123
desk --json digest-line --check "$first" >"$t/json"
same "$(jq -r '.stands, .branches' "$t/json" | tr '\n' ' ')" 'true 2 ' 'json'

step "a second desk sees the same"
day 3
another
expect 0 two
expect 0 liudi-desk --home "$t/two" digest-line --check "$line"

step "less is shown to it"
head=$(records rev-parse "$ref")
records update-ref "$ref" "$ref~1"
receipts=$(records rev-parse refs/heads/receipts)
records update-ref refs/heads/receipts "$(records log --format='%H %s' \
    refs/heads/receipts | grep -F -v "$head" | head -n 1 | cut -d ' ' -f 1)"
another
expect 5 two
says "ws-01: integrity: a manager saw commit 1 of $ref"
says 'does not show it here'
expect 5 two
expect 5 liudi-desk --home "$t/two" digest-line --check "$line"
says "$ref: commit 1 was $(echo "$head" | cut -c 1-12)"
expect 0 liudi-desk --home "$t/two" digest-line --check "$first"

step "what it saw does not put the witness back"
day 4
expect 5 two
control show control:witness/heads | grep -q "^$ref 1 $head " ||
    fail 'the newer head is forgotten'

step "another history is shown to it, signed by the station's own key"
records log -1 --format=%B "$head" | sed '$d' >"$t/message"
at=$(records log -1 --format=%ct "$head")
c=$(GIT_AUTHOR_NAME=ws-01 GIT_AUTHOR_EMAIL=ws-01@liudi.invalid \
    GIT_AUTHOR_DATE="$((at + 1)) +0000" GIT_COMMITTER_NAME=ws-01 \
    GIT_COMMITTER_EMAIL=ws-01@liudi.invalid \
    GIT_COMMITTER_DATE="$((at + 1)) +0000" git --git-dir \
    "$central/records.git" -c gpg.format=ssh \
    -c "user.signingkey=$t/ws-01/state/keys/ws-sign" commit-tree -S \
    -p "$head~1" -F "$t/message" "$(records rev-parse "$head^{tree}")")
records update-ref "$ref" "$c"
received "$ref"
another
expect 5 two
says "saw $(echo "$head" | cut -c 1-12) as commit 1 of $ref"
says 'two histories'
expect 5 liudi-desk --home "$t/two" digest-line --check "$line"

step "until a manager says that this one is to be followed"
day 4 600
expect 5 liudi-desk --home "$t/two" sync --accept-rewrite ws-01 \
    --passphrase-fd 3 3<"$t/pass"
expect 0 two
control show control:witness/heads | grep -q "^$ref 1 $c " ||
    fail 'not the one that is followed'
control update-ref refs/heads/control control~1

step "all is as it was"
records update-ref "$ref" "$head"
records update-ref refs/heads/receipts "$receipts"
another
expect 0 two
expect 0 liudi-desk --home "$t/two" digest-line --check "$line"

step "a file that makes no sense is told, and written anew"
day 5
cp -a "$t/desk/control.git" "$t/clone"
echo "$ref nonsense" >"$t/bad"
GIT_INDEX_FILE=$t/index
export GIT_INDEX_FILE
oid=$(git --git-dir "$t/clone" hash-object -w "$t/bad")
git --git-dir "$t/clone" fetch -q "$central/control.git" \
    control:refs/heads/control
git --git-dir "$t/clone" read-tree control
git --git-dir "$t/clone" update-index --cacheinfo "100644,$oid,witness/heads"
identity
age -d -i "$t/manager.key" "$t/desk/keys/manager.sign.age" >"$t/manager.sign"
chmod 600 "$t/manager.sign"
c=$(GIT_AUTHOR_NAME=manager GIT_AUTHOR_EMAIL=manager@liudi.invalid \
    GIT_AUTHOR_DATE="$LIUDI_NOW +0000" GIT_COMMITTER_NAME=manager \
    GIT_COMMITTER_EMAIL=manager@liudi.invalid \
    GIT_COMMITTER_DATE="$LIUDI_NOW +0000" git --git-dir "$t/clone" \
    -c gpg.format=ssh -c "user.signingkey=$t/manager.sign" commit-tree -S \
    -p control -m bad "$(git --git-dir "$t/clone" write-tree)")
unset GIT_INDEX_FILE
ok git --git-dir "$t/clone" push -q "$central/control.git" "$c:control"
day 6
expect 3 sync
says 'what managers saw cannot be read'
expect 0 sync
expect 0 desk digest-line
says "$(when 6)"
done_
