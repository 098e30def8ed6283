#!/bin/sh
# tests/flow/90-redteam.sh BIN SHELL... - attacks at the door: what somebody with
# a station's key, a manager's, an old invitation or a login sends to a central,
# and the rule that refuses it.  Nothing of it changes a branch; each group does
# the same lawfully too, and that is taken.
# shellcheck source=tests/flow/90-lib.sh
. "$(dirname "$0")/90-lib.sh"

# state: all branches, all logins, and that no push left anything behind.
state()
{
	refs_of "$central"
	cat "$central/authorized_keys"
	find "$t/tmp" "$central/records.git/objects" -name 'liudi-hook.*' \
	    -o -name '*incoming-*'
	ls "$t"/pwned* 2>/dev/null || :
}
li() { liudi-desk --home "$t/li" "$@" --passphrase-fd 3 3<"$t/pass"; }

step "a team, three stations, a manager who is let go"
day 0
team
git config -f "$central/control.git/config" liudi.authorizedKeys \
    "$central/authorized_keys"
expect 0 li key add li --central "$central" --scrypt-log-n 10
expect 0 desk_key key accept "$(cat "$t/out")"
for ws in ws-01 ws-02 ws-03; do
	station $ws
	echo "a word at $ws" >"$t/$ws-files/chats/a.txt"
done
expect 0 desk_key --json invite ws-04
withdrawn=$(jq -r .invite "$t/out")
expect 0 desk_key invite --withdraw "$withdrawn"
expect 0 desk_key --json invite ws-05 --days 1
late=$(jq -r .invite "$t/out")
day 1
for ws in ws-01 ws-02 ws-03; do
	expect 0 ws $ws run
done
expect 0 desk_key --json invite ws-06 --days 9
open=$(jq -r .invite "$t/out")
expect 0 sync
expect 0 restore ws-01 "$t/first"
day 2
echo more >>"$t/ws-01-files/chats/a.txt"
expect 0 ws ws-01 run
expect 0 desk_key station revoke ws-03
secret li fired "$t/li"
expect 0 desk_key key retire li
secret manager
secret owner
stolen ws-01 ws
stolen ws-02 other
stolen ws-03 gone
ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/stranger"
expect 0 sync
day 3
dated
seen
ref=$(branches ws-01)
head=$(records rev-parse "$ref")
n=$(records rev-list --count "$ref")
w=refs/heads/ws/ws-01
e=refs/heads/enrol
good=$(part "$head" "$n")
first=$(part '' 0)

group "the thief of a station's key: branches"
refused E01 'deletes what is kept' records ":$ref"
refused E02 'writes receipts' records "+$good:refs/heads/receipts"
refused E02 'writes a tag' records "$good:refs/tags/v1"
refused E02 'puts an object in the place of another' records \
    "$good:refs/replace/$head"
refused E02 'writes beside the branches' records "$good:$w/main/x/$year.0"
begin
seal_part 0
refused E13 "sends to another's branch" records \
    "$(sign ws ws-02):refs/heads/ws/ws-02/x/$year.0"
refused E20 'nine branches' records "$first:$w/a/$year.0" "$first:$w/b/$year.0" \
    "$first:$w/c/$year.0" "$first:$w/d/$year.0" "$first:$w/e/$year.0" \
    "$first:$w/f/$year.0" "$first:$w/g/$year.0" "$first:$w/h/$year.0" \
    "$first:$w/i/$year.0"
seq -f "create refs/ten/s%.0f/$year.0 $first" 10000 | forge update-ref --stdin
refused E20 'ten thousand branches' records "refs/ten/*:$w/*"
forge for-each-ref --format='delete %(refname)' refs/ten/ |
    forge update-ref --stdin
refused E23 'leaves a number out' records "$first:$w/main/$year.2"
refused E24 'writes next year' records "$first:$w/x/$((year + 1)).0"
refused E25 "goes on from another stream's commit" records \
    "$good:$w/other/$year.0"
refused E12 'shows an old commit as a new branch' records \
    "$head:$w/main/$year.1"
refused E08 'sets the branch back' records "+$head^:$ref"
refused E08 'rewrites the last commit' records "+$(part "$head^" $((n - 1))):$ref"
refused E08 'sends another history' records "+$first:$ref"
begin "$good"
seal_part $((n + 1))
merge=$(forge_as ws-01 "@$now +0000" -c gpg.format=ssh \
    -c "user.signingKey=$t/ws" commit-tree -S -p "$good" -p "$head" \
    -F "$t/message" "$(forge write-tree)")
refused E08 'merges' records "$merge:$ref"
awk -v "head=$head" -v "now=$now" 'BEGIN {
	for (i = 0; i <= 5000; i++)
		printf "commit refs/long\ncommitter ws-01 <ws-01@liudi.invalid>" \
		    " %d +0000\ndata 2\nx\n%s\n", now,
		    i ? "" : "from " head "\n"
}' | forge fast-import --quiet
refused E11 'five thousand commits' records "refs/long:$ref"
forge update-ref -d refs/long
lawful 'the next part' records "$good:$ref"
lawful 'a new incarnation' records "$first:$w/main/$year.1"

group "the thief of a station's key: who and when"
begin "$head"
seal_part "$n"
refused E13 'signs with another key he stole' records "$(sign other):$ref"
refused E13 'signs with a key of his own' records "$(sign stranger):$ref"
refused E21 "under another's name" records "$(sign ws ws-02):$ref"
refused E14 'dates ahead' records "$(sign ws ws-01 $((now + 900))):$ref"
refused E14 'dates back' records "$(sign ws ws-01 $((epoch0 + 60))):$ref"
refused E06 'dates back behind his enrolment' records \
    "$(part '' 0 $((epoch0 - 9000))):$w/x/$year.0"
lawful 'a little ahead' records "$(begin "$head"; seal_part "$n"
	sign ws ws-01 $((now + 300))):$ref"
begin
seal_part 0
refused E05 'of a revoked station, with its old key' records \
    "$(sign gone ws-03):refs/heads/ws/ws-03/x/$year.0"
refused E05 'of a revoked station, dated before' records \
    "$(sign gone ws-03 $((epoch0 + 90000))):refs/heads/ws/ws-03/x/$year.0"
refused E05 'an outsider, under a new name' records \
    "$(sign stranger ws-09):refs/heads/ws/ws-09/x/$year.0"
lawful 'another station' records \
    "$(sign other ws-02):refs/heads/ws/ws-02/x/$year.0"

group "the thief of a station's key: one signature, many commits"
refused E21 'a second gpgsig' records "$(doubled "$good"):$ref"
refused E21 'a gpgsig-sha256' records "$(raw "$good" \
    's/^ -----END SSH SIGNATURE-----$/&\ngpgsig-sha256 any\n text/'):$ref"
refused E21 'text behind the signature' records \
    "$(raw "$good" 's/^ -----END.*/&\n more/'):$ref"
refused E21 'the twin of a signature' records "$(twin "$good"):$ref"
refused E21 'no signature' records "$(raw "$good" '/^gpgsig/d;/^ /d'):$ref"
refused E21 'an encoding' records \
    "$(raw "$good" 's/^gpgsig/encoding UTF-8\n&/'):$ref"
refused E21 'a second committer behind the signature' records \
    "$(raw "$good" 's/^ -----END.*/&\ncommitter x <x@x> 1 +0000/'):$ref"
refused multipleAuthors 'two authors' records \
    "$(raw "$good" 's/^author.*/&\n&/'):$ref"
refused E21 'two parents lines, one hidden' records \
    "$(raw "$first" "s/^gpgsig/parent $head\n&/"):$w/x/$year.0"
refused E13 'another date under the same signature' records \
    "$(raw "$good" "s/ $now +0000/ $((now + 1)) +0000/"):$ref"

group "the thief of a station's key: files"
# with MODE ID PATH: that file in a part of its own.
with()
{
	begin "$head"
	seal_part "$n"
	put "$@"
	sign
}
refused E15 'a link' records "$(with 120000 "$oid" "$stem-$n.bundle-00.age"):$ref"
refused E15 'a program' records \
    "$(with 100755 "$oid" "$stem-$n.bundle-00.age"):$ref"
refused E15 'a submodule' records \
    "$(with 160000 "$head" "$stem-$n.bundle-00.age"):$ref"
old=$(forge ls-tree -r --name-only "$head" | head -n 1)
refused E15 'changes an old file' records "$(with 100644 "$oid" "$old"):$ref"
begin "$head"
seal_part "$n"
drop "$old"
refused E15 'removes an old file' records "$(sign):$ref"
refused E16 'a name with an escape sequence' records \
    "$(with 100644 "$oid" "runs/${esc}[2J${esc}]0;owned.age"):$ref"
refused E16 'settings for git' records \
    "$(with 100644 "$oid" .gitattributes):$ref"
refused E16 'a day that does not exist' records \
    "$(with 100644 "$oid" "runs/$year/02/31/000000Z-$n.bundle-00.age"):$ref"
# tree NAME: a commit whose tree holds a folder of that name.
tree()
{
	tree=$({
		forge ls-tree "$good"
		printf '040000 tree %s\t%s\n' "$(forge rev-parse "$good:runs")" \
		    "$1"
	} | forge mktree)
	raw "$good" "s/^tree .*/tree $tree/"
}
refused hasDotdot 'a path upwards' records "$(tree ..):$ref"
refused hasDotgit 'a folder .git' records "$(tree .git):$ref"
refused E15 'an empty folder' records "$(
	tree=$({ forge ls-tree "$good"; printf '040000 tree %s\tx\n' \
	    "$(forge mktree </dev/null)"; } | forge mktree)
	raw "$good" "s/^tree .*/tree $tree/"):$ref"
begin "$head"
: >"$t/bundles"
: >"$t/file"
trailers "$n" "$t/file"
refused E19 'no manifest: an empty commit' records "$(sign):$ref"
refused E16 'two manifests' records "$(with 100644 "$oid" \
    "$(date -d "@$((now + 1))" +runs/%Y/%m/%d/%H%M%SZ)-$n.manifest.age"):$ref"
begin "$head"
seal_part "$n"
put 100644 "$(forge hash-object -w "$t/pass")" "$stem-$n.manifest.age"
refused E18 'a manifest in the clear' records "$(sign):$ref"
put 100644 "$(age_file 900 1)" "$stem-$n.manifest.age"
refused E18 'a manifest for one reader, himself' records "$(sign):$ref"
put 100644 "$(age_file 900 2 scrypt)" "$stem-$n.manifest.age"
refused E18 'a manifest under a passphrase' records "$(sign):$ref"
begin "$head"
seal_part "$n"
bomb=$(head -c 134217728 /dev/zero | forge hash-object -w --stdin)
put 100644 "$bomb" "$stem-$n.bundle-00.age"
echo "Liudi-Bundle: sha256:$(printf %064d 0) 134217728" >"$t/bundles"
trailers "$n" "$t/file"
refused E17 '128 MiB in a pack of 128 KiB' records "$(sign):$ref"
put 100644 "$bomb" "$stem-$n.manifest.age"
refused E17 'the same as a manifest' records "$(sign):$ref"
begin "$head"
seal_part "$n" 17000000 17000000 17000000
refused E17 'a part over 48 MiB' records "$(sign):$ref"
begin "$head"
seal_part "$n" 17000000
lawful 'a large bundle' records "$(sign):$ref"

group "the thief of a station's key: what the message says"
# told SED...: a part whose message is not what it holds.
told()
{
	begin "$head"
	seal_part "$n" 5000
	message "$@"
	sign
}
refused E26 'a number twice' records "$(told "s/^liudi .*/liudi $((n - 1))/"):$ref"
refused E26 'a bundle that is not told' records "$(told /^Liudi-Bundle/d):$ref"
refused E26 'a bundle of another size' records \
    "$(told '/^Liudi-Bundle/s/ [0-9]*$/ 4999/'):$ref"
refused E26 'another part before it' records \
    "$(told "s/^\(Liudi-Prev: sha256:\).*/\1$(printf %064d 0)/"):$ref"
refused E21 'a line too many' records "$(told '$s/$/\nLiudi-More: x/'):$ref"
lawful 'as it is' records "$(told ''):$ref"

group "an outsider with an invitation"
id=$open
ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/new"
nk=$(key new)
r=$(request new ws-06 new)
refused E27 'that never was' records "$r:$e/1111111111111111/$nk"
refused E27 'that was withdrawn' records "$r:$e/$withdrawn/$nk"
refused E27 'that has expired' records "$r:$e/$late/$nk"
refused E02 'names nothing' records "$r:$e/$open/x"
refused E28 "for another's key" records "$r:$e/$open/$(key ws)"
refused E28 "for another's name" records "$(request new ws-01 new):$e/$open/$nk"
refused E28 'with another file' records "$(request new ws-06 new x):$e/$open/$nk"
parent=$r
refused E28 'in two commits' records "$(sign new ws-06):$e/$open/$nk"
refused E13 'signed by another' records "$(request ws ws-06 new):$e/$open/$nk"
as=LIUDI_INVITE=$open
refused E03 'sends records with it' records "$first:$w/x/$year.0"
as=LIUDI_INVITE=$late
refused E03 "sends another invitation's request" records "$r:$e/$open/$nk"
as=LIUDI_STATION=ws-01
refused E03 'is a station' records "$r:$e/$open/$nk"
as=LIUDI_STATION=ws-02
refused E03 "a station, on another's branch" records "$good:$ref"
as=LIUDI_MANAGER=manager
refused E03 "a manager, on a station's branch" records "$good:$ref"
as=LIUDI_INVITE=$open
lawful 'asks with it' records "$r:$e/$open/$nk"
as=LIUDI_STATION=ws-01
lawful 'a station on its own branch' records "$good:$ref"
as=

group "control.git"
mkdir "$t/c"
for f in roots recipients; do
	forge cat-file blob "$control_head:$f" >"$t/c/$f"
done
c=refs/heads/control
# changed KEY NAME [PATH FILE]...: a commit that puts these into control.
changed()
{
	k=$1 as_name=$2
	shift 2
	begin "$control_head"
	while [ $# -gt 0 ]; do
		put 100644 "$(forge hash-object -w "$2")" "$1"
		shift 2
	done
	echo change >"$t/message"
	sign "$k" "$as_name" "${at_time:-$now}"
}
echo '# seen' >"$t/x"
refused C01 'a manager deletes it' control ":$c"
refused C02 'a manager makes a second branch' control "$control_head:refs/heads/x"
refused C03 'a manager sets it back' control "+$control_head^:$c"
refused C03 'a manager begins anew' control "+$(begin; put 100644 \
    "$(forge hash-object -w "$t/c/roots")" roots; echo x >"$t/message"
	sign owner owner):$c"
refused C04 'a manager who was let go' control "$(changed fired li x "$t/x"):$c"
refused C04 'a manager who was let go, under another name' control \
    "$(changed fired manager x "$t/x"):$c"
refused C04 "a station's thief" control "$(changed ws manager x "$t/x"):$c"
refused C04 'a manager in the name of the owner' control \
    "$(changed manager owner x "$t/x"):$c"
{
	cat "$t/c/roots"
	line mallory 'namespaces="git,liudi-control,liudi-erasure"' stranger
} >"$t/roots"
refused C04 'a stranger who makes himself one' control \
    "$(changed stranger mallory roots "$t/roots"):$c"
refused C05 'a signature two times' control \
    "$(doubled "$(changed manager manager x "$t/x")"):$c"
at_time=$((now + 900))
refused C06 'a manager dates ahead' control "$(changed manager manager x "$t/x"):$c"
at_time=$((epoch0 + 60))
refused C06 'a manager dates back' control "$(changed manager manager x "$t/x"):$c"
at_time=
grep -v '^owner' "$t/c/roots" >"$t/none"
refused C07 'the owner names none' control "$(changed owner owner roots "$t/none"):$c"
refused C08 'a manager changes roots alone' control \
    "$(changed manager manager roots "$t/roots"):$c"
{ cat "$t/c/recipients"; echo "spy $(age-keygen 2>/dev/null | age-keygen -y)"; } \
    >"$t/recipients"
refused C08 'a manager adds a reader alone' control \
    "$(changed manager manager recipients "$t/recipients"):$c"
printf '[stream main]\nkeep_years = 0\n' >"$t/retention"
refused C08 'a manager sets an end to keeping alone' control \
    "$(changed manager manager retention.ini "$t/retention"):$c"
cp "$t/recipients" "$t/c/recipients"
approvals=$(forge ls-tree "$control_head" approve/ | wc -l | tr -d ' ')
for k in manager fired stranger ws; do
	consent $k "$t/sig" "$control_head" recipients
	refused C08 "a manager, with the consent of $k" control "$(changed \
	    manager manager recipients "$t/recipients" \
	    "approve/$approvals.$(key $k).sig" "$t/sig"):$c"
done
consent owner "$t/sig" "$(changed owner owner roots "$t/roots")" recipients
refused C08 "a manager, with a consent on other roots" control "$(changed \
    manager manager recipients "$t/recipients" \
    "approve/$approvals.$(key owner).sig" "$t/sig"):$c"
refused C10 'a manager, in a log that is not his' desk "$(note "$desk_head" \
    manager manager "access/$(key owner)/0.age"):refs/heads/desk"
refused C10 'a manager leaves an event out' desk "$(note "$desk_head" manager \
    manager "access/$(key manager)/7.age"):refs/heads/desk"
refused C10 'a manager hides a file' desk "$(note "$desk_head" manager manager \
    'x y'):refs/heads/desk"
begin "$desk_head"
put 100644 "$(age_file 5242881)" \
    accounts/events/0123456789abcdef0123456789abcdef.age
echo x >"$t/message"
refused C11 'a manager, with an event of an account that is too large' desk \
    "$(sign manager manager):refs/heads/desk"
refused C09 'a manager rewrites his log' desk "$(note "$desk_head" manager \
    manager "access/$(key manager)/0.age"):refs/heads/desk"
begin "$desk_head"
drop "access/$(key manager)/0.age"
refused C09 'a manager removes from his log' desk \
    "$(sign manager manager):refs/heads/desk"
refused C01 'a manager deletes the log' desk :refs/heads/desk
refused C03 'a manager cuts the log' desk "+$(begin; echo x >"$t/message"; put \
    100644 "$(age_file 10)" "access/$(key manager)/0.age"
	sign manager manager):refs/heads/desk"
refused C04 'a manager who was let go, in the log' desk "$(note "$desk_head" \
    fired li "access/$(key fired)/0.age"):refs/heads/desk"
consent manager "$t/sig" "$control_head" recipients
refused C08 "a manager takes the name of a later consent" control "$(changed \
    manager manager "approve/$((approvals + 1)).$(key owner).sig" \
    "$t/sig"):$c"
refused C10 "a manager, in the place of the owner's signing key" desk "$(note \
    "$desk_head" manager manager \
    "handover/owner.$(key owner).sign.age"):refs/heads/desk"
consent owner "$t/sig" "$control_head" recipients
lawful 'a manager with the consent of the owner' control "$(changed manager \
    manager recipients "$t/recipients" \
    "approve/$approvals.$(key owner).sig" "$t/sig"):$c"
lawful 'the owner' control "$(changed owner owner roots "$t/roots"):$c"
lawful 'a manager elsewhere' control "$(changed manager manager x "$t/x"):$c"
lawful 'the next event' desk "$(note "$desk_head" manager manager \
    "access/$(key manager)/$(forge ls-tree "$desk_head" \
    "access/$(key manager)/" | wc -l | tr -d ' ').age"):refs/heads/desk"

group "erasing"
# order N KEY...: signed by these, on top of desk.git's head; lands in a copy.
# What another than the manager signed gets there past the hook of desk.git.
order()
{
	number=$1
	shift
	printf 'erase %s %s %s %064d\nby manager\ndate %s\nreason x\n' "$ref" \
	    "$head" $((n - 1)) 0 "$now" >"$t/order"
	begin "$desk_head"
	put 100644 "$(forge hash-object -w "$t/order")" "erasure/$number.order"
	for k; do
		put 100644 "$(signature "$k")" \
		    "erasure/$number.$(key "$k").sig"
	done
	echo erasure >"$t/message"
	desk_head=$(sign manager manager)
	[ "$*" != manager ] || {
		ok push desk "$desk_head:refs/heads/desk"
		return
	}
	ok git --git-dir "$central/desk.git" fetch -q "$forge" "$desk_head"
	ok git --git-dir "$central/desk.git" update-ref refs/heads/desk \
	    "$desk_head"
}
# signature KEY: of $t/order.
signature()
{
	rm -f "$t/order.sig"
	ssh-keygen -q -Y sign -n liudi-erasure -f "$t/$1" "$t/order" 2>/dev/null
	forge hash-object -w "$t/order.sig"
}
cp -a "$central" "$t/kept"
order 0 manager
refused E22 'a manager alone, and too early' records ":$ref"
says 'kept: 10000 years'
begin "$desk_head"
put 100644 "$(signature manager)" "erasure/0.$(key owner).sig"
refused C10 "a manager, in the place of the owner's signature" desk \
    "$(sign manager manager):refs/heads/desk"
# the rules with the end of keeping behind them
control_head=$(changed owner owner retention.ini "$t/retention")
git config -f "$central/control.git/config" --unset liudi.authorizedKeys
ok push control "$control_head:$c"
git config -f "$central/control.git/config" liudi.authorizedKeys \
    "$central/authorized_keys"
day 400
refused E22 'a manager alone' records ":$ref"
says 'signatures of two'
order 1 manager fired
refused E22 'a manager, with one who was let go' records ":$ref"
order 2 manager ws
refused E22 'a manager, with a station' records ":$ref"
as=LIUDI_STATION=ws-01
order 3 manager owner
refused E01 'a station, by an order that holds' records ":$ref"
as=
refused E01 'a manager, another branch by that order' records \
    ":$(branches ws-02)"
lawful 'two of them' records ":$ref"
day 3
rm -rf "$central"
mv "$t/kept" "$central"

group "centrals that are not ready"
at=$scene
ok sh "$t/hooks/setup" "$t/fresh"
aim=$t/fresh
refused E04 'an outsider is first' records "$first:$w/main/$year.0"
refused C04 'an outsider names another owner' control "$(begin
	put 100644 "$(forge hash-object -w "$t/c/roots")" roots
	echo x >"$t/message"
	sign stranger owner):$c"
mv "$t/fresh/desk.git" "$t/fresh/else.git"
refused E00 'a repository of another name' else "$first:refs/heads/x"
aim=

group "the rules"
# nowhere to work: the hook breaks off, and nothing comes past it
tmpdir=$TMPDIR TMPDIR=$t/none
refused E99 'a central whose disk is full' records "$good:$ref"
TMPDIR=$tmpdir
# each rule of the hook refused something above, and was named
at=$scene
same "$(sort -u "$t/refusals" | tr '\n' ' ')" "$(grep -o '\<[EC][0-9][0-9]\>' \
    "$src/hooks/pre-receive" | sort -u | tr '\n' ' ')" 'rules that refused'

group "over ssh"
# door ROLE: sshd's part for a key of that role: what is asked is only told.
door()
{
	cat >"$t/bin/door" <<-DOOR
	#!/bin/sh
	shift
	SSH_ORIGINAL_COMMAND="\$*" exec $shell \
	    \${DOOR_CENTRAL:-$central}/ssh-command $1
	DOOR
	chmod 755 "$t/bin/door"
	GIT_SSH_COMMAND=$t/bin/door GIT_SSH_VARIANT=simple
	export GIT_SSH_COMMAND GIT_SSH_VARIANT
	at="$scene: as $1"
}
far=ssh://central$central
# denied WHAT TEXT GIT-ARGUMENT...
denied()
{
	attack "$1"
	text=$2
	shift 2
	no forge "$@"
	says "$text"
	judge
}
# asked WHAT COMMAND: a client that is not git.
asked()
{
	attack "$1"
	no env SSH_ORIGINAL_COMMAND="$2" "$t/bin/door" x "$2"
	says 'this key may not do that'
	judge
}
door 'station ws-01'
denied 'a station reads records' 'may not do that' ls-remote "$far/records.git"
denied 'a station reads the log' 'may not do that' ls-remote "$far/desk.git"
denied 'a station writes control' 'may not do that' push "$far/control.git" \
    "$control_head:$c"
denied "a station sends to another's branch" 'hidden ref' push \
    "$far/records.git" "$good:refs/heads/ws/ws-02/x/$year.0"
printf 0000 >"$t/flush"
# shown: what a push by that key is shown of records, into $t/shown.
shown()
{
	env "$@" "$t/bin/door" x "git-receive-pack '$central/records.git'" \
	    <"$t/flush" >"$t/shown" 2>"$t/err" || :
}
attack "a station looks for others' branches"
shown x=y
ok grep -q -a "$ref" "$t/shown"
no grep -q -a -e ws-02 -e receipts "$t/shown"
judge
denied 'another program instead of receive-pack' 'only git' push \
    "--receive-pack=touch $t/pwned; git-receive-pack" "$far/records.git" \
    "$good:$ref"
asked 'a shell' "sh -c 'touch $t/pwned'"
asked 'a second command' "git-upload-pack 'control.git'; touch $t/pwned"
asked 'a command in a command' \
    "git-upload-pack '\$(touch $t/pwned)control.git'"
asked 'a line feed' "git-upload-pack 'x
touch $t/pwned'"
asked 'variables before it' "GIT_DIR=/ git-upload-pack 'control.git'"
asked 'an archive' "git-upload-archive '$central/records.git'"
asked 'nothing' ''
asked 'a path upwards' "git-upload-pack '$central/records.git/../..'"
attack 'an option in the place of a path'
env "$t/bin/door" x "git-upload-pack --exec=$t/x '\$(touch $t/pwned)/control.git'" \
    <"$t/flush" >"$t/out" 2>"$t/err" || :
no test -e "$t/pwned"
judge
# an sshd that lets a client send any variable along (AcceptEnv *)
printf '#!/bin/sh\ntouch %s/pwned\n' "$t" >"$t/x"
chmod 755 "$t/x"
mkdir "$t/evil"
for p in git git-upload-pack git-receive-pack git-index-pack; do
	cp "$t/x" "$t/evil/$p"
done
for var in "GIT_EXEC_PATH=$t/evil" "GIT_TRACE=$t/pwned" "GIT_TRACE2=$t/pwned" \
    "GIT_NAMESPACE=x" "GIT_OBJECT_DIRECTORY=$forge/objects" \
    "GIT_CONFIG_GLOBAL=$t/evil.ini" "GIT_TRACE_PACKET=$t/pwned" \
    "GIT_ALTERNATE_OBJECT_DIRECTORIES=$forge/objects"; do
	attack "${var%%=*} sent along"
	printf '[core]\n\talternateRefsCommand = touch %s\n[uploadpack]\n\tpackObjectsHook = %s\n' \
	    "$t/pwned" "$t/x" >"$t/evil.ini"
	shown "$var"
	ok grep -q -a "$ref" "$t/shown"
	no test -e "$t/pwned"
	judge
	rm -f "$t/pwned"
done
door "invite $open"
denied 'an invitation reads records' 'may not do that' ls-remote \
    "$far/records.git"
denied 'an invitation writes control' 'may not do that' push \
    "$far/control.git" "$control_head:$c"
denied 'an invitation sends records' 'hidden ref' push "$far/records.git" \
    "$good:$ref"
denied "an invitation sends another's request" 'hidden ref' push \
    "$far/records.git" "$r:$e/$late/$nk"
door 'invite x.y'
denied 'a name that is none' 'bad name' ls-remote "$far/control.git"
door 'nobody ws-01'
denied 'a role that is none' 'may not do that' ls-remote "$far/control.git"
cp -a "$central" "$t/copy2"
DOOR_CENTRAL=$t/copy2
export DOOR_CENTRAL
door 'station ws-01'
controls=$((controls + 4))
ok forge ls-remote "$far/control.git"
ok forge push -q "$far/records.git" "$good:$ref"
door "invite $open"
ok forge push -q "$far/records.git" "$r:$e/$open/$nk"
door 'manager manager'
ok forge ls-remote "$far/records.git"
judge
same "$(git --git-dir "$t/copy2/records.git" rev-parse "$ref")" "$good" \
    'what a station sent'
unset GIT_SSH_COMMAND GIT_SSH_VARIANT DOOR_CENTRAL

group "all of it later"
at=$scene
expect 0 sync
expect 0 desk_key verify --all
expect 0 restore ws-01 "$t/back"
alike "$t/ws-01-files" "$t/back" 'what was kept'
over 140
