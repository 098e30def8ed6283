#!/bin/sh
# tests/flow/55-succession.sh BIN - the manager is gone and so are his keys: two
# of three shares bring the owner's key back, a new manager reads all records
# from the first day on, and no commit is rewritten.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

new() { liudi-desk --home "$t/new" "$@"; }
new_key() { new "$@" --passphrase-fd 3 3<"$t/pass"; }
owner() { liudi-desk --home "$t/owner" "$@"; }
owner_key() { owner "$@" --passphrase-fd 3 3<"$t/pass"; }
# some N...: these shares.
some() { for n; do sed -n "${n}p" "$t/shares"; done; }
heads() { records for-each-ref --format='%(refname) %(objectname)'; }
desk_git() { git --git-dir "$central/desk.git" "$@"; }

day 1
team
station ws-01
station ws-02
for d in 1 2 3 4; do
	day $d
	for s in ws-01 ws-02; do
		echo "day $d at $s" >>"$t/$s-files/chats/log.txt"
		head -c 20000 /dev/urandom >"$t/$s-files/shop/page-$d"
		[ $d -ne 1 ] || cp -rp "$t/$s-files" "$t/$s-first"
		expect 0 ws $s run
	done
done
expect 0 sync

step 'shares of the owner'
expect 0 desk_key shares make --text
cp "$t/out" "$t/shares"
same "$(wc -l <"$t/shares")" 3 shares
same "$(awk '{ print NF }' "$t/shares" | sort -u)" 33 words
# a second time there is nothing to deposit, and the shares are others
expect 0 desk_key shares make -o "$t/page.html" Anna Ben Chen
says 'share 2: Ben'
same "$(stat -c %a "$t/page.html")" 600 'mode of the page'
same "$(grep -c '<section>' "$t/page.html")" 3 sheets
no grep -q -i '<script\|http://[^w]\|https://' "$t/page.html"
no grep -q "$(head -n 1 "$t/shares" | cut -d ' ' -f 5-9)" "$t/page.html"
same "$(desk_git rev-list --count desk -- . ':!access')" 1 deposits
expect 2 desk_key shares make -k 1 -n 3
expect 2 desk_key shares make -k 4 -n 3
expect 2 desk_key shares make Anna
expect 1 desk_key shares make --name manager

step 'who is at it keeps its folder'
mkdir -p "$t/desk/rehead.tmp"
: >"$t/desk/rehead.tmp/of-another"
(flock 9 && expect 6 desk_key rehead --all; exit "$fails") \
    9>>"$t/desk/sync.lock" || fails=$((fails + 1))
ok test -e "$t/desk/rehead.tmp/of-another"
rm -r "$t/desk/rehead.tmp"

step 'a rehearsal'
some 1 3 >"$t/two"
expect 0 desk shares rehearse <"$t/two"
says "$(cat "$t/desk/keys/owner.recipient")"
says_no -i 'secret'
some 2 >"$t/one"
expect 2 desk shares rehearse <"$t/one"
says 'not enough'
some 1 3 | sed '1s/[a-z]*$/academic/' >"$t/bad"
expect 1 desk shares rehearse <"$t/bad"
# of another set
sheet=$(sed -n '/<section>/,/<.section>/s,^<li><i>[0-9]*</i>\(.*\)</li>$,\1,p' \
    "$t/page.html" | head -n 33 | tr '\n' ' ')
{ some 1; echo "$sheet"; } >"$t/bad"
expect 1 desk shares rehearse <"$t/bad"

step 'all of the manager is gone'
heads >"$t/heads"
cp "$t/desk/keys/owner.recipient" "$t/desk/keys/owner.sign.pub" "$t"
rm -rf "$t/desk" "$t/manager.key"
expect 1 owner shares recover <"$t/two"
# shellcheck disable=SC2094 # read only
expect 0 owner_key shares recover --central "$central" --scrypt-log-n 10 \
    <"$t/two"
says 'SHA256:'
ok cmp "$t/owner.recipient" "$t/owner/keys/owner.recipient"
ok cmp "$t/owner.sign.pub" "$t/owner/keys/owner.sign.pub"
ok test -s "$t/owner/keys/owner.sign.age"

step 'a new manager'
expect 0 new_key key add li --central "$central" --scrypt-log-n 10
line=$(cat "$t/out")
# not a reader yet
expect 1 new_key sync
# a slip in copying
expect 2 owner_key key accept "${line%?}x"
expect 0 owner_key key accept "$line"
expect 0 owner_key key accept "$line"
expect 0 owner key list
says li
# no alarm: what to do, once for each branch
expect 3 new_key sync
says_no integrity
same "$(grep -c ': warning: .*: liudi-desk rehead --to li$' "$t/out")" 2 \
    'branches to rehead'
expect 0 new_key sync
# what is sent now is sealed to li as well
day 5
for s in ws-01 ws-02; do
	cp "$t/$s-files/shop/page-1" "$t/$s-files/shop/page-1a"
	mv "$t/$s-files/shop/page-2" "$t/$s-files/shop/page-2a"
	rm "$t/$s-files/shop/page-3"
	echo "day 5 at $s" >>"$t/$s-files/chats/log.txt"
	echo "day 5 at $s" >"$t/$s-files/chats/new.txt"
	expect 0 ws $s run
done
expect 0 new_key sync
says_no integrity
expect 0 new ls ws-01 chats
says new.txt

step 'old records for the new manager'
start=$(date +%s)
expect 0 owner_key rehead --to li
says '16 new headers'
say "rehead: $(($(date +%s) - start)) s"
expect 0 owner_key rehead --to li
says '0 new headers'
expect 0 owner_key rehead --all
ok desk_git fsck --strict --no-dangling
heads >"$t/now"
while read -r ref id; do
	ok records merge-base --is-ancestor "$id" "$ref"
done <"$t/heads"

step 'with nothing but his own key'
expect 0 new_key sync
ok test ! -e "$t/new/keys/owner.identity"
expect 0 new_key verify --all
says '0 problems'
for s in ws-01 ws-02; do
	expect 0 new_key restore $s --to "$t/back-$s" --at "$(when 1 3600)"
	for f in chats/log.txt shop/page-1; do
		ok cmp "$t/$s-first/$f" "$t/back-$s/$f"
	done
	expect 0 new_key restore $s --to "$t/now-$s"
	for f in chats/log.txt shop/page-1a shop/page-2a shop/page-4; do
		ok cmp "$t/$s-files/$f" "$t/now-$s/$f"
	done
done

step 'by stock tools'
# a secret as hex, as SLIP-0039 tools print it: age takes what is made of it
head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$t/hex"
awk -f "$src/docs/age-key.awk" "$t/hex" >"$t/key"
ok age-keygen -y "$t/key"
no awk -f "$src/docs/age-key.awk" "$t/pass"
(umask 077; new unseal "$t/new/keys/li.identity" --passphrase-fd 3 \
    3<"$t/pass" >"$t/li.key")
ref=refs/heads/ws/ws-01/main/$(date -u -d "@$LIUDI_NOW" +%Y).0
sealed "$ref" bundle | head -n 1 >"$t/first"
read -r blob path <"$t/first"
records cat-file blob "$blob" >"$t/F"
no age -d -i "$t/li.key" "$t/F"
# the lines of RECOVERY.md, as they stand there
mkdir "$t/by-hand"
cp "$t/li.key" "$t/by-hand/id"
cp -r "$central/desk.git" "$t/F" "$t/by-hand"
sed -n '/archive desk rewrap/,/^    done$/s/^    //p' "$src/docs/RECOVERY.md" \
    >"$t/by-hand/lines"
(
	cd "$t/by-hand"
	# shellcheck disable=SC2030,SC2031
	B=${ref#refs/heads/} dash ./lines >"$t/out" 2>"$t/err"
) || fail 'RECOVERY.md does not open it'
ok sh -c "zstd -dcq '$t/by-hand/plain' | tar t"

step 'somebody leaves'
expect 0 owner_key key retire manager
expect 0 owner key list
says_no '^manager '
expect 2 owner_key rehead --to manager
expect 2 owner_key rehead
day 6
echo 'day 6' >>"$t/ws-01-files/chats/log.txt"
expect 0 ws ws-01 run
expect 0 new_key sync

step 'two managers without an owner'
wu() { liudi-desk --home "$t/wu" "$@" --passphrase-fd 3 3<"$t/pass"; }
control() { git --git-dir "$central/control.git" "$@"; }
expect 0 wu key add wu --central "$central" --scrypt-log-n 10
line=$(cat "$t/out")
expect 1 new_key key accept "$line"
says '--propose'
expect 0 owner_key key accept "$line"
expect 0 liudi-desk --home "$t/xu" key add xu --central "$central" \
    --scrypt-log-n 10 --passphrase-fd 3 3<"$t/pass"
line=$(cat "$t/out")
before=$(control rev-parse control)
expect 0 new_key key accept "$line" --propose "$t/proposal"
same "$(control rev-parse control)" "$before" 'control behind a proposal'
# not alone, not changed, not somebody outside
expect 2 new_key approve "$t/proposal"
sed 's/^xu /xo /' "$t/proposal" >"$t/changed"
expect 1 wu approve "$t/changed"
says 'changed behind its signature'
expect 1 wu approve "$t/pass"
sed 's/^by li$/by wu/' "$t/proposal" >"$t/changed"
expect 1 liudi-desk --home "$t/owner" approve "$t/changed" \
    --passphrase-fd 3 3<"$t/pass"
expect 1 liudi-desk --home "$t/xu" approve "$t/proposal" --passphrase-fd 3 \
    3<"$t/pass"
expect 0 wu approve "$t/proposal"
says '+ xu'
same "$(control ls-tree --name-only control approve/ | wc -l)" 1 consents
expect 1 wu approve "$t/proposal"
says 'propose it again'
# stations take it
day 7
echo 'day 7' >>"$t/ws-01-files/chats/log.txt"
expect 0 ws ws-01 run
expect 0 wu key retire xu --propose "$t/proposal"
expect 0 new_key approve "$t/proposal"
says '- xu'
same "$(control ls-tree --name-only control approve/ | wc -l)" 2 consents

step 'cut off, and again'
for s in 0.02 0.1 0.3; do
	timeout -s KILL "$s" liudi-desk --home "$t/owner" rehead --to wu \
	    --passphrase-fd 3 3<"$t/pass" >"$t/out" 2>"$t/err" || :
done
expect 0 owner_key rehead --to wu
expect 0 owner_key rehead --to wu
says ' 0 new headers'
ok desk_git fsck --strict --no-dangling
expect 0 wu sync
expect 0 wu verify --all
says '0 problems'

step 'the new manager at work'
line=$(liudi -q --home "$t/ws-03" init --central "$central" --station ws-03)
expect 0 new_key station add "$line"

step 'who may not read a station gets no headers for it'
(umask 077; owner unseal "$t/owner/keys/owner.identity" --passphrase-fd 3 \
    3<"$t/pass" >"$t/owner.key"
age -d -i "$t/owner.key" "$t/owner/keys/owner.sign.age" >"$t/sign")
git clone -q -b control "$central/control.git" "$t/edit"
v=$(sed -n 's/^version //p' "$t/edit/recipients")
sed -i "s/^version .*/version $((v + 1))/; \$a only ws-02 owner li" \
    "$t/edit/recipients"
at_=$(control log -1 --format=%ct control)
GIT_AUTHOR_DATE="$at_ +0000" GIT_COMMITTER_DATE="$at_ +0000" \
    git -C "$t/edit" -c user.name=owner -c user.email=owner@liudi.invalid \
    -c gpg.format=ssh -c user.signingkey="$t/sign" commit -q -S -a -m only
ok git -C "$t/edit" push -q origin control
expect 0 liudi-desk --home "$t/zo" key add zo --central "$central" \
    --scrypt-log-n 10 --passphrase-fd 3 3<"$t/pass"
expect 0 owner_key key accept "$(cat "$t/out")"
ok grep -q '^only ws-02 owner li$' <<EOF
$(control show control:recipients)
EOF
expect 0 owner key list
says 'records of ws-02: owner li'
expect 0 owner_key rehead --to zo
says '1 branch,'
# nor is it an alarm that they are sealed to others
expect 0 liudi-desk --home "$t/zo" sync -v --passphrase-fd 3 3<"$t/pass"
says 'ws-02: note: refs/heads/ws/ws-02/main/'
says 'is sealed to others'
expect 0 liudi-desk --home "$t/zo" restore ws-01 --to "$t/zo-1" \
    --passphrase-fd 3 3<"$t/pass"
no test -e "$t/zo-1/ws-02"
liudi-desk --home "$t/zo" restore ws-02 --to "$t/zo-2" --passphrase-fd 3 \
    3<"$t/pass" >"$t/out" 2>"$t/err" || :
same "$(find "$t/zo-2" -type f 2>/dev/null | wc -l)" 0 'files of ws-02'

step 'a new key each year'
cp "$t/new/keys/li.recipient" "$t/old.recipient"
expect 0 new_key key renew --scrypt-log-n 10
line=$(cat "$t/out")
no cmp -s "$t/old.recipient" "$t/new/keys/li.recipient"
expect 0 new_key sync
expect 0 owner_key key accept "$line"
same "$(control show control:recipients | grep -c '^li ')" 1 'lines of li'
ok grep -q "$(cat "$t/new/keys/li.recipient")" <<EOF
$(control show control:recipients)
EOF
day 8
echo 'day 8' >>"$t/ws-01-files/chats/log.txt"
expect 0 ws ws-01 run
expect 0 new_key sync --rebuild
expect 0 new_key verify --all
says '0 problems'
expect 2 owner_key key renew

done_
