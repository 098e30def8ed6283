#!/bin/sh
# tests/flow/45-attacks.sh BIN - somebody who holds a station's key, or the
# central's folder, and means ill: the desk keeps what it has and says what is
# wrong.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# forge: work in the central's objects, signed by ws-01's key, past the hook.
# begin [PARENT]; put FILE PATH [AS]; commit SEQ SECONDS [KEY]: prints the id.
# The message names AS in FILE's place.
GIT_INDEX_FILE=$t/index
export GIT_INDEX_FILE
begin()
{
	rm -f "$GIT_INDEX_FILE"
	parent=${1:-}
	[ -z "$parent" ] || records read-tree "$parent"
	: >"$t/trailers"
}
put()
{
	oid=$(records hash-object -w "$1")
	records update-index --add --cacheinfo "100644,$oid,$2"
	sum=$(sha256sum "${3:-$1}")
	sum=sha256:${sum%% *}
	case $2 in
	*.manifest.age)
		printf 'Liudi-Manifest: %s\n' "$sum" >"$t/trailer-m" ;;
	*)	printf 'Liudi-Bundle: %s %d\n' "$sum" "$(wc -c <"${3:-$1}")" \
		    >>"$t/trailers" ;;
	esac
}
commit()
{
	prev=
	[ -z "$parent" ] || prev=$(records log -1 --format=%B "$parent" |
		sed -n 's/^Liudi-Manifest: /Liudi-Prev: /p')
	{
		printf 'liudi %s\n\n' "$1"
		cat "$t/trailer-m" "$t/trailers"
		[ -z "$prev" ] || echo "$prev"
	} >"$t/message"
	GIT_AUTHOR_NAME=ws-01 GIT_AUTHOR_EMAIL=ws-01@liudi.invalid \
	    GIT_AUTHOR_DATE="$2 +0000" GIT_COMMITTER_NAME=ws-01 \
	    GIT_COMMITTER_EMAIL=ws-01@liudi.invalid \
	    GIT_COMMITTER_DATE="$2 +0000" git --git-dir \
	    "$central/records.git" -c gpg.format=ssh \
	    -c "user.signingkey=${3:-$t/ws-01/state/keys/ws-sign}" \
	    commit-tree -S ${parent:+-p "$parent"} -F "$t/message" \
	    "$(records write-tree)"
}
# stem SECONDS SEQ: the name of a part's files.
stem() { date -d "@$1" "+runs/%Y/%m/%d/%H%M%SZ-$2"; }
# file KIND COMMIT: the newest such file of that commit, into $t/KIND.
file()
{
	path=$(records diff-tree --root -r --name-only --no-commit-id "$2" |
		grep "[.]$1")
	records cat-file blob "$2:$path" >"$t/$1"
}
# scene: central and desk as they were after the good days, each time anew.
scene()
{
	step "$*"
	rm -rf "$central" "$t/desk" "$t/ws-01" "$t/ws-01-files"
	cp -a "$t/good/central" "$central"
	cp -a "$t/good/desk" "$t/desk"
	cp -a "$t/good/ws-01" "$t/ws-01"
	cp -a "$t/good/ws-01-files" "$t/ws-01-files"
	head=$(records rev-parse "$ref")
	day 3
}
# stays: what was there before still comes back.
stays()
{
	rm -rf "$t/back"
	expect 0 restore ws-01 "$t/back" --at "$(when 2 60)"
	alike "$t/good/ws-01-files" "$t/back" "what was there before"
}
# found TEXT: the desk says integrity and why, and keeps what it had.
found()
{
	expect 5 sync
	says integrity
	says "$1"
	stays
}

step "two good days"
day 0
team
station ws-01
station ws-02
i=0
while [ $i -lt 500 ]; do
	printf '2026-11-20 10:%02d customer %d asks for lamps\n' \
	    $((i % 60)) $i
	i=$((i + 1))
done >"$t/ws-01-files/chats/anna.txt"
head -c 300000 /dev/urandom >"$t/ws-01-files/shop/a.jpg"
echo other >"$t/ws-02-files/chats/other.txt"
day 1
expect 0 ws ws-01 run
expect 0 ws ws-02 run
day 2
echo more >>"$t/ws-01-files/chats/anna.txt"
expect 0 ws ws-01 run
expect 0 sync
ref=$(branches ws-01)
mkdir "$t/good"
cp -a "$central" "$t/desk" "$t/ws-01" "$t/ws-01-files" "$t/good"
identity

scene "the hook: what it refuses"
begin "$head"
file manifest "$head"
now=$LIUDI_NOW
put "$t/manifest" "$(stem "$now" 2).manifest.age"
c=$(commit 2 "$now" "$t/ws-02/state/keys/ws-sign")
no git --git-dir "$central/records.git" push -q "$central/records.git" \
    "$c:$ref"
says 'E13'
c=$(commit 7 "$now")
no git --git-dir "$central/records.git" push -q "$central/records.git" \
    "$c:$ref"
says 'E26'
no git --git-dir "$central/records.git" push -q "$central/records.git" \
    ":$ref"
says 'E01'
no git --git-dir "$central/records.git" push -q -f "$central/records.git" \
    "$head^:$ref"
expect 0 sync
stays

scene "the hook of the central refuses a station that is not enrolled"
day 3
liudi -q --home "$t/ws-09" init --central "$central" --station ws-09 \
    >"$t/out" 2>"$t/err"
expect 4 ws ws-09 run
says 'E05'

scene "history at the central is cut"
records update-ref "$ref" "$head^"
found 'which does not follow'

scene "history at the central is gone"
records update-ref -d "$ref"
found 'has it no longer'

scene "history at the central is rewritten, with the station's key"
begin
file manifest "$head^"
put "$t/manifest" "$(stem "$((epoch0 + 86400))" 0).manifest.age"
c=$(commit 0 "$((epoch0 + 86400))")
records update-ref "$ref" "$c"
found 'which does not follow'

scene "a bundle is cut"
first=$(records rev-parse "$head^")
s=$(stem $((epoch0 + 86400)) 0)
file manifest "$first"
file bundle-00 "$first"
head -c 5000 "$t/bundle-00" >"$t/cut"
begin
put "$t/cut" "$s.bundle-00.age" "$t/bundle-00"
put "$t/manifest" "$s.manifest.age"
records update-ref "${ref%.*}.1" "$(commit 0 "$now")"
found 'size'

scene "a bundle is cut, and the message says so"
begin
put "$t/cut" "$s.bundle-00.age"
put "$t/manifest" "$s.manifest.age"
records update-ref "${ref%.*}.1" "$(commit 0 "$now")"
found 'a bundle is not the one of the commit'

scene "a byte of a bundle is changed"
cp "$t/bundle-00" "$t/changed"
printf 'XXXX' | dd of="$t/changed" bs=1 seek=9000 conv=notrunc 2>"$t/dd"
begin
put "$t/changed" "$s.bundle-00.age" "$t/bundle-00"
put "$t/manifest" "$s.manifest.age"
records update-ref "${ref%.*}.1" "$(commit 0 "$now")"
found 'bundle 0'

scene "two bundles change places"
file bundle-00 "$head"
begin
put "$t/bundle-00" "$s.bundle-00.age"
put "$t/manifest" "$s.manifest.age"
records update-ref "${ref%.*}.1" "$(commit 0 "$now")"
found 'a bundle is not the one of the commit'

scene "the first run is played again as a new branch"
file bundle-00 "$first"
begin
put "$t/bundle-00" "$s.bundle-00.age"
put "$t/manifest" "$s.manifest.age"
records update-ref "${ref%.*}.1" "$(commit 0 "$now")"
found 'again'

scene "a run is played again"
begin "$head"
file manifest "$head"
put "$t/manifest" "$(stem "$now" 2).manifest.age"
records update-ref "$ref" "$(commit 2 "$now")"
found 'it is of another commit'

scene "the manifest of another station"
begin "$head"
file manifest "$(records rev-parse "$(branches ws-02)")"
put "$t/manifest" "$(stem "$now" 2).manifest.age"
records update-ref "$ref" "$(commit 2 "$now")"
found 'it is of another branch'

scene "a reader is exchanged"
age-keygen -o "$t/thief.key" 2>"$t/thief.txt"
thief=$(age-keygen -y "$t/thief.key")
owner=$(cat "$t/desk/keys/owner.recipient")
file manifest "$head"
prev=$(records log -1 --format=%B "$head" |
    sed -n 's/^Liudi-Manifest: sha256://p')
printf '%s\n%s\n' "$(cat "$t/desk/keys/manager.recipient")" "$thief" |
    sha256sum | cut -d ' ' -f 1 >"$t/sum"
age -d -i "$t/manager.key" "$t/manifest" | zstd -dcq | jq -c --arg t "$thief" \
    --arg o "$owner" --arg s "$(cat "$t/sum")" --arg prev "$prev" \
    --argjson now "$now" 'if .v then .seq = 2 | .prev = $prev |
    .run = "00112233445566778899aabbccddeeff" | .started = $now | .finished = $now | .recipients |= map(if . == $o then $t
    else . end) | .recipients_sha256 = $s | .counts.appended = 0
    else . end | select(.path == null)' >"$t/lines"
{ zstd -qc "$t/lines"; printf '\120\052\115\030\000\000\000\000'; } |
    age -r "$(cat "$t/desk/keys/manager.recipient")" -r "$thief" \
    >"$t/manifest"
begin "$head"
put "$t/manifest" "$(stem "$now" 2).manifest.age"
records update-ref "$ref" "$(commit 2 "$now")"
found 'it is not sealed to the readers'

scene "a commit is signed by another station"
file manifest "$head"
begin "$head"
put "$t/manifest" "$(stem "$now" 2).manifest.age"
records update-ref "$ref" \
    "$(commit 2 "$now" "$t/ws-02/state/keys/ws-sign")"
found 'sign'

scene "a log that shrinks, and the cache deleted in the same hour"
head -c 2000 "$t/ws-01-files/chats/anna.txt" >"$t/cut"
cp "$t/cut" "$t/ws-01-files/chats/anna.txt"
rm -rf "$t/ws-01/state/cache"
expect 0 ws ws-01 run
ok synced
expect 0 desk show ws-01
says 'truncated'
stays

scene "a log that shrinks, and the whole state deleted in the same hour"
cp "$t/cut" "$t/ws-01-files/chats/anna.txt"
rm "$t/ws-01-files/shop/a.jpg"
mkdir "$t/keys"
cp -a "$t/ws-01/state/keys" "$t/keys"
rm -rf "$t/ws-01/state"
mkdir "$t/ws-01/state"
cp -a "$t/keys/keys" "$t/ws-01/state/keys"
expect 0 ws ws-01 run
ok synced
desk show ws-01 >"$t/out" 2>"$t/err" || :
says 'truncated'
says 'removed'
stays

scene "the wrong passphrase, the wrong identity"
echo 'not this' >"$t/wrong"
expect 1 liudi-desk --home "$t/desk" sync --passphrase-fd 3 3<"$t/wrong"
says 'passphrase'
expect 1 desk restore ws-01 --to "$t/none" -i "$t/thief.key"
no test -n "$(find "$t/none" -type f 2>/dev/null)"
stays

scene "the desk's own copy is damaged"
pack=$(find "$t/desk/records.git" -name '*.pack' -size +100k | head -n 1)
chmod u+w "$pack"
printf 'XXXXXXXX' | dd of="$pack" bs=1 seek=60000 conv=notrunc 2>"$t/dd"
desk_key verify --all >"$t/out" 2>"$t/err" && fail "verify sees nothing"
done_
