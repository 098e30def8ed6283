#!/bin/sh
# tests/flow/28-receipts.sh BIN - what the central signed that it received, held
# against what it shows: set back, forked, hidden, rewritten, forged; and a
# file of another station, sent again.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

mirror() { git --git-dir "$t/desk/records.git" "$@"; }
silent()
{
	checks=$((checks + 1))
	cat "$t/out" "$t/err" | grep -q -F -e "$1" && fail "says '$1'"
	:
}
# scene: all as it was after the good days.
scene()
{
	step "$*"
	for d in central desk ws-01 ws-02 ws-01-files ws-02-files; do
		rm -rf "${t:?}/$d"
		cp -a "$t/good/$d" "$t/$d"
	done
	day 3
}
# stranger: a desk that never saw the central before.
stranger() { rm -rf "$t/desk/records.git" "$t/desk/seen" "$t/desk/catalogue"; }
# receipt_commit LINE [NAME]: on the branch, dated as LINE is.
receipt_commit()
{
	utc=${1#liudi-receipt 1 }
	utc=${utc%% *}
	records update-ref refs/heads/receipts "$(echo "$1" | env \
	    GIT_AUTHOR_NAME="${2:-central}" GIT_AUTHOR_DATE="$utc +0000" \
	    GIT_AUTHOR_EMAIL=central@liudi.invalid GIT_COMMITTER_NAME=central \
	    GIT_COMMITTER_EMAIL=central@liudi.invalid \
	    GIT_COMMITTER_DATE="$utc +0000" git --git-dir \
	    "$central/records.git" commit-tree -p refs/heads/receipts \
	    "$(records rev-parse 'refs/heads/receipts^{tree}')")"
}
# signed TEXT KEY: a receipt line.
signed()
{
	printf '%s %s' "$1" "$(printf %s "$1" | ssh-keygen -q -Y sign \
	    -n liudi-receipt -f "$2" 2>/dev/null | grep -v -e '^-----' |
	    tr -d '\n')"
}
field() { jq -r "select(.station == \"$1\") | .$2" "$t/log"; }

step "good days, and no alarm at all"
day 0
team
station ws-01
station ws-02
seq 1 3000 >"$t/ws-01-files/chats/log.txt"
seq 1 3000 >"$t/ws-02-files/chats/log.txt"
day 1
expect 0 ws ws-01 run
expect 0 ws ws-02 run
day 1 7200
expect 0 sync
silent integrity
silent warning
expect 0 desk verify
says '2 receipts'
says '0 problems'
seq 3001 3100 >>"$t/ws-01-files/chats/log.txt"
day 2
expect 0 ws ws-01 run
seq 3101 3200 >>"$t/ws-01-files/chats/log.txt"
day 2 60
expect 4 ws ws-01 run --no-push
day 2 9000
expect 0 ws ws-01 run
day 2 9600
expect 0 sync
silent integrity
silent warning
ref=$(branches ws-01)
ref2=$(branches ws-02)

step "three times of each run"
desk --json log >"$t/log"
same "$(field ws-01 received | tr '\n' ' ')" "$((epoch0 + 86400)) \
$((epoch0 + 172800)) $((epoch0 + 181800)) $((epoch0 + 181800)) " 'received'
same "$(field ws-01 first_seen | sort -u | tr '\n' ' ')" \
    "$((epoch0 + 93600)) $((epoch0 + 182400)) " 'first seen'
expect 0 desk log ws-01
says "$(when 1)  $(when 1)  $(when 1 7200)"
says "$(when 2 9000)  $(when 2 9600)"
expect 0 desk show ws-01
says "received  $(when 2 9000)"
says "seen      $(when 2 9600)"
expect 0 desk_key sync --rebuild
silent integrity
desk --json log >"$t/again"
ok cmp "$t/log" "$t/again"
mkdir "$t/good"
for d in central desk ws-01 ws-02 ws-01-files ws-02-files; do
	cp -a "$t/$d" "$t/good/$d"
done

scene "set back: the receipts say what was there"
head=$(records rev-parse "$ref")
records update-ref "$ref" "$ref~1"
expect 5 sync
says 'which does not follow'
expect 5 sync
stranger
expect 5 sync
says "the central received commit $(echo "$head" | cut -c 1-12) of $ref"
says 'does not show it'
expect 5 sync
silent 'does not show it'
expect 5 desk verify
says 'which is not in it'
records update-ref "$ref" "$head"
expect 0 sync
expect 0 desk verify

scene "a branch is hidden"
head2=$(records rev-parse "$ref2")
records update-ref -d "$ref2"
stranger
expect 5 sync
says "ws-02: integrity: the central received commit"
records update-ref "$ref2" "$head2"
expect 0 sync

scene "gone for good, here and there"
records update-ref "$ref" "$ref~1"
stranger
expect 5 sync
says '--accept-rewrite STATION'
expect 5 sync
says '--accept-rewrite STATION'
expect 5 desk_key sync --accept-rewrite ws-02
says 'nothing of it was rewritten'
no test -e "$t/desk/lost"
expect 3 desk_key sync --accept-rewrite ws-01
says "of $ref, which the central received at"
says 'is gone: a manager settled it'
says_no 'nothing of it was rewritten'
same "$(cut -d ' ' -f 2- "$t/desk/lost")" "$head $ref" 'lost'
expect 0 sync
silent settled
silent '--accept-rewrite'
expect 0 desk verify
expect 5 desk audit
says ', 0 open'
expect 3 desk_key sync --rebuild
says 'a manager settled it'
expect 0 sync
# that and no more
rm -rf "$t/desk/records.git" "$t/desk/catalogue"
records update-ref "$ref" "$ref~2"
expect 5 sync
says "the central received commit"
expect 5 desk verify
stranger
records update-ref -d "$ref2"
rm "$t/desk/lost"
expect 3 desk_key sync --new-central
same "$(cut -d ' ' -f 3 "$t/desk/lost" | sort -u)" "$ref
$ref2" 'all of it'
expect 0 sync

scene "forked: another history for those who come later"
rm -rf "$t/other"
cp -a "$t/ws-01" "$t/other"
cp -a "$central" "$t/fork"
records update-ref "$ref" "$ref~1"
unreceived
day 3
rm -rf "$t/other/state"
cp -a "$t/ws-01/state" "$t/other/state"
git --git-dir "$t/fork/records.git" update-ref "$ref" "$ref~1"
expect 5 sync
says 'which does not follow'
says 'refs/heads/receipts'

scene "the receipts are rewritten"
unreceived 2
expect 5 sync
says 'central: integrity: the central changed its history: refs/heads/receipts'
same "$(mirror rev-parse refs/heads/receipts)" \
    "$(git --git-dir "$t/good/central/records.git" \
    rev-parse refs/heads/receipts)" 'never followed'
received "$ref2"
expect 5 sync
same "$(mirror rev-parse refs/heads/receipts)" \
    "$(git --git-dir "$t/good/central/records.git" \
    rev-parse refs/heads/receipts)" 'never followed'
expect 0 desk_key sync --accept-rewrite receipts
expect 0 sync
expect 0 desk_key sync --rebuild
silent integrity
desk --json log >"$t/again"
jq -c '[.seq, .received]' "$t/log" >"$t/log1"
jq -c '[.seq, .received]' "$t/again" >"$t/log2"
ok cmp "$t/log1" "$t/log2"

scene "the receipts are gone"
records update-ref -d refs/heads/receipts
expect 5 sync
says 'has it no longer'
stranger
day 3
expect 0 sync
day 4
expect 5 sync
says 'gave no receipt for commit 0'

scene "a commit comes past the hook"
seq 3201 3300 >>"$t/ws-01-files/chats/log.txt"
expect 0 ws ws-01 run
unreceived
expect 0 sync
day 3 3000
expect 0 sync
day 3 4000
expect 5 sync
says "$ref: the central gave no receipt for commit 4"
expect 5 sync
silent 'gave no receipt'
received "$ref"
expect 0 sync

scene "a receipt of another key"
ssh-keygen -q -t ed25519 -N '' -C x -f "$t/forger" <<-Y || :
y
Y
receipt_commit "$(signed "liudi-receipt 1 $LIUDI_NOW $ref $(records \
    rev-parse "$ref")" "$t/forger")"
expect 5 sync
says 'signed by a key that is not in server_keys'
expect 5 sync
silent 'server_keys'
expect 5 desk verify
says 'server_keys'
# those behind it still count
seq 3201 3300 >>"$t/ws-01-files/chats/log.txt"
expect 0 ws ws-01 run
expect 5 sync
desk --json log ws-01 >"$t/log"
same "$(field ws-01 received | tail -n 1)" "$LIUDI_NOW" 'received'

scene "a receipt with a word changed, of another branch, of another form"
key=$central/receipt-key
line=$(signed "liudi-receipt 1 $LIUDI_NOW $ref $(records rev-parse "$ref")" \
    "$key")
receipt_commit "$(echo "$line" | sed "s/ $LIUDI_NOW / $((LIUDI_NOW - 9)) /")"
expect 5 sync
says 'central: integrity'
unreceived
cp -a "$t/good/desk/." "$t/desk"
rm -rf "$t/desk"
cp -a "$t/good/desk" "$t/desk"
receipt_commit "$(signed "liudi-receipt 1 $LIUDI_NOW $ref2 $(records \
    rev-parse "$ref")" "$key")"
expect 5 sync
says 'of another branch'
expect 5 desk verify
unreceived
rm -rf "$t/desk"
cp -a "$t/good/desk" "$t/desk"
receipt_commit "$line" somebody
expect 5 sync
says 'not as the central writes it'
unreceived
rm -rf "$t/desk"
cp -a "$t/good/desk" "$t/desk"
receipt_commit "$line"
expect 0 sync

scene "a clock that is wrong"
seq 3201 3300 >>"$t/ws-01-files/chats/log.txt"
LIUDI_NOW=$((LIUDI_NOW - 50400))
expect 0 ws ws-01 run
day 3
expect 3 sync
says 'ws-01: warning: commit 4 is dated 50400 seconds before'
expect 0 sync
expect 0 desk show ws-01
says 'warning: commit 4 is dated'

scene "a file of another station is sent again"
theirs=$(sealed "$ref2" bundle | head -n 1)
blob=${theirs%% *}
GIT_INDEX_FILE=$t/index
export GIT_INDEX_FILE
rm -f "$t/index"
records cat-file blob "$blob" >"$t/bundle"
m=$(sealed "$ref2" manifest | head -n 1)
records cat-file blob "${m%% *}" >"$t/manifest"
records read-tree "$ref"
stem=$(date -d "@$LIUDI_NOW" '+runs/%Y/%m/%d/%H%M%SZ-4')
records update-index --add --cacheinfo "100644,$blob,$stem.bundle-00.age"
records update-index --add --cacheinfo \
    "100644,${m%% *},$stem.manifest.age"
{
	printf 'liudi 4\n\nLiudi-Manifest: sha256:%s\n' \
	    "$(sha256sum <"$t/manifest" | cut -d ' ' -f 1)"
	printf 'Liudi-Bundle: sha256:%s %d\n' \
	    "$(sha256sum <"$t/bundle" | cut -d ' ' -f 1)" \
	    "$(wc -c <"$t/bundle")"
	records log -1 --format=%B "$ref" |
	    sed -n 's/^Liudi-Manifest: /Liudi-Prev: /p'
} >"$t/message"
c=$(GIT_AUTHOR_NAME=ws-01 GIT_AUTHOR_EMAIL=ws-01@liudi.invalid \
    GIT_AUTHOR_DATE="$LIUDI_NOW +0000" GIT_COMMITTER_NAME=ws-01 \
    GIT_COMMITTER_EMAIL=ws-01@liudi.invalid \
    GIT_COMMITTER_DATE="$LIUDI_NOW +0000" git --git-dir \
    "$central/records.git" -c gpg.format=ssh \
    -c "user.signingkey=$t/ws-01/state/keys/ws-sign" commit-tree -S \
    -p "$ref" -F "$t/message" "$(records write-tree)")
unset GIT_INDEX_FILE
# the hook cannot see it
ok git --git-dir "$central/records.git" push -q "$central/records.git" \
    "$c:$ref"
expect 5 sync
says "bundle-00.age' is a file that station ws-02 sent, byte for byte"
says "manifest.age' is a file that station ws-02 sent"
done_
