#!/bin/sh
# tests/flow/56-access.sh BIN - the readers are audited too: what a command opens
# of people's records stands in the owner's log before anything of it is shown,
# and a log that was cut, changed or put in another order says so.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

desk_git() { git --git-dir "$central/desk.git" "$@"; }
# owner_log HOME [OPTION...]: the log as JSON.
owner_log()
{
	home=$1
	shift
	liudi-desk --home "$home" --json access --passphrase-fd 3 "$@" \
	    3<"$t/pass"
}
events() { owner_log "$t/desk" "$@" | grep '"kind":"event"'; }
nevents() { desk_git ls-tree -r --name-only desk access/ 2>/dev/null | wc -l; }
# leaves N COMMAND...: it adds so many events to the central's log.
leaves()
{
	more=$1
	shift
	before=$(nevents)
	expect 0 "$@"
	same "$(($(nevents) - before))" "$more" "events of $*"
}
# the same question again is another event only later
later=0
later() { later=$((later + 601)); day 1 $later; }

day 1
team
station ws-01
station ws-02
for s in ws-01 ws-02; do
	echo "a word at $s" >"$t/$s-files/chats/log.txt"
	echo "a page of $s" >"$t/$s-files/shop/page"
	expect 0 ws $s run
done

step 'a sync that has something new to index leaves one'
leaves 1 sync
owner_log "$t/desk" >"$t/log"
ok grep -q '"action":"index","station":null,"view":null,"days":\["[0-9-]*","[0-9-]*"\],"reason":null' "$t/log"
later
leaves 0 sync
leaves 1 desk_key sync --rebuild
later
leaves 0 desk lock
no test -e "$t/desk/catalogue/catalogue.sqlite3"
leaves 0 desk lock
expect 1 desk log
leaves 1 sync
expect 0 desk log
later

step 'what the program opens for itself leaves nothing'
leaves 0 sync
leaves 0 desk_key verify
leaves 0 desk_key verify --all
leaves 0 desk_key verify --sample 100%
leaves 0 desk log
leaves 0 desk show ws-01
leaves 0 desk ls ws-01 chats
leaves 0 desk station list
leaves 0 desk inspect "$t/desk/keys/manager.identity"
leaves 0 desk key list
leaves 0 desk_key rehead --all --as owner
leaves 0 desk_key access
says '3 events'

step 'what it opens for somebody leaves one'
leaves 1 restore ws-01 "$t/a"
ok grep -q 'a word at ws-01' "$t/a/chats/log.txt"
leaves 1 restore ws-01:chats "$t/b" --why 'complaint 投诉 of Monday'
leaves 1 restore ws-01:chats/log.txt "$t/c" --at "$(when 1 3600)"
leaves 1 restore ws-02 "$t/d.zip"
leaves 1 restore ws-01 "$t/e" --at "$(when 1 3600)"
leaves 1 desk_key whatif --leaves manager
leaves 1 desk_key risk --why 'once a month'
leaves 1 desk_key handover show manager
blob=$(sealed "$(branches ws-02)" manifest | cut -d ' ' -f 1)
records cat-file blob "$blob" >"$t/file.age"
unseal() { desk_key unseal "$@" >"$t/plain"; }
leaves 1 unseal "$t/file.age" --why 'by hand'
piped() { desk_key unseal - <"$t/file.age" | cat >"$t/plain"; }
cat_piped() { cat "$t/file.age" | desk_key unseal - >"$t/plain"; }
later
leaves 1 cat_piped
ok test -s "$t/plain"
leaves 1 piped
leaves 1 desk_key chats
leaves 1 desk_key search word --why 'who said it'
no desk_key chat nobody
leaves 1 desk_key account list
leaves 1 desk_key account requests
leaves 0 desk_key account add eb --no-password
leaves 1 desk_key account show acmelamps-eb-01
leaves 1 desk_key naming audit --why 'once a year'
# an own key under a passphrase is nobody's records
leaves 0 unseal "$t/desk/keys/manager.identity"

step 'every command that takes a passphrase is one of these'
liudi-desk --help | awk '/^commands:$/ { on = 1; next } /^$/ { on = 0 }
on { sub(/^  /, ""); sub(/   *.*/, ""); print }' | while read -r cmd; do
	# shellcheck disable=SC2086
	liudi-desk $cmd --help | grep -q -e '--passphrase-fd' && echo "$cmd"
done >"$t/asking" || :
# those that open records for somebody, those that do it for themselves, those
# that open nothing but keys and what managers wrote
same "$(sort "$t/asking" | tr '\n' ,)" "$(printf '%s\n' restore unseal \
    chats chat search export digest serve sync verify rehead access \
    'account list' 'account show' 'account reveal' 'account requests' \
    'account grant' 'account add' 'account update' 'account bound' \
    'account twofa' 'account rotated' 'account confirm' 'account seen' \
    'account transfer' 'account rename' 'account alias' 'account flag' \
    'account code' 'account export' 'naming audit' 'vault import' \
    shops shop 'shop reviewed' 'shop accept' 'shop ignore' 'shop ignored' 'shop package' \
    'shop diff' 'shop check' \
    'account close' 'account certificate' whatif risk 'handover start' \
    'handover show' 'handover signoff' 'handover close' \
    init invite approve 'key accept' 'key add' 'key renew' 'key retire' \
    source 'shop set' 'person set' 'retention set' 'hold add' 'hold remove' 'notice set' erase \
    'station add' 'station list' 'station suspend' 'station resume' \
    'station revoke' 'shares make' 'shares recover' | sort | tr '\n' ,)" commands
for cmd in restore unseal chats chat search export digest serve; do
	ok sh -c "liudi-desk $cmd --help | grep -q -e --why"
done

step 'the owner reads it'
events >"$t/log"
same "$(wc -l <"$t/log")" "$(nevents)" events
same "$(grep -c '"reader":"manager"' "$t/log")" "$(nevents)" readers
ok grep -q '"station":"ws-01","view":"chats","days":null,"reason":"complaint 投诉 of Monday"' "$t/log"
ok grep -q '"view":"chats/log.txt","days":\["[0-9-]*","[0-9-]*"\]' "$t/log"
ok grep -q '"action":"restore","station":"ws-02","view":null' "$t/log"
ok grep -q "\"action\":\"open\",\"station\":null,\"view\":\"sha256:$(sha256sum \
    "$t/file.age" | cut -d ' ' -f 1)\",\"days\":null,\"reason\":\"by hand\"" \
    "$t/log"
same "$(events --station ws-02 | grep -c '"station":"ws-02"')" 1 'of ws-02'
same "$(events --station ws-02 | grep -c '"station":"ws-01"')" 0 'of others'
same "$(events --since "$(when 1 $((later - 101)))" | wc -l)" 8 'since then'
expect 0 desk_key access
says 'why: complaint 投诉 of Monday'
expect 2 desk_key access --as manager
mkdir -p "$t/safe"
mv "$t/desk/keys/owner.identity" "$t/safe"
expect 2 desk_key access
says "sealed to the owner"
expect 2 desk_key access -i "$t/desk/keys/manager.identity"
says "is not his"
expect 0 desk_key access -i "$t/safe/owner.identity"
says 'why: complaint 投诉 of Monday'
mv "$t/safe/owner.identity" "$t/desk/keys"
# stock tools read it as well: sealed to the owner alone, signed, padded
desk_git cat-file blob "desk:$(desk_git ls-tree -r --name-only desk access/ |
    head -n 1)" >"$t/event.age"
expect 0 desk inspect "$t/event.age"
says 'opens for 1'
ok test "$(desk_git ls-tree -r -l desk access/ | awk '{ print $4 }' |
    sort -u | wc -l)" -eq 1

step 'the same within ten minutes is one'
later
leaves 1 restore ws-01 "$t/f"
leaves 0 restore ws-01 "$t/g"
leaves 1 restore ws-01 "$t/h" --why 'another reason'
leaves 0 restore ws-01 "$t/i" --why 'another reason'
leaves 1 restore ws-02 "$t/j"
later
leaves 1 restore ws-01 "$t/k"
expect 2 restore ws-01 "$t/l" --why "$(printf 'two\nlines')"
no test -e "$t/l/chats"

step 'what cannot be written down is not shown'
later
mkdir -p "$t/desk/desk.git/refs/liudi"
rm -rf "$t/desk/desk.git/refs/liudi/unsent"
echo >"$t/desk/desk.git/refs/liudi/unsent"
expect 1 restore ws-01 "$t/m"
no test -e "$t/m/chats"
no unseal "$t/file.age" --why 'nobody knows'
no test -s "$t/plain"
rm -f "$t/desk/desk.git/refs/liudi/unsent"
# nobody signs for it
desk_key unseal "$t/desk/keys/manager.identity" >"$t/plain-id"
mkdir "$t/away"
mv "$t/desk/keys/manager.sign.age" "$t/away"
expect 1 restore ws-01 "$t/m"
says 'who reads records signs for it'
leaves 0 desk_key sync --rebuild
says 'what is indexed now stands in no access log'
no test -e "$t/m/chats"
expect 1 desk restore ws-01 --to "$t/m" -i "$t/plain-id"
mv "$t/away/manager.sign.age" "$t/desk/keys"
leaves 1 desk restore ws-01 --to "$t/m" -i "$t/plain-id"
# the owner without his signing key reads his own log anyway
mv "$t/desk/keys/owner.sign.age" "$t/away"
expect 0 desk_key restore ws-01 --to "$t/n" -i "$t/desk/keys/owner.identity"
says 'in no access log'
mv "$t/away/owner.sign.age" "$t/desk/keys"
later
leaves 1 desk_key restore ws-01 --to "$t/o" -i "$t/desk/keys/owner.identity"
same "$(events | grep -c '"reader":"owner"')" 1 "the owner's own"

step 'without the central it waits'
day 2
cp -a "$t/desk" "$t/twin"
mv "$central" "$central.away"
expect 0 restore ws-01 "$t/p"
says 'sent at the next sync'
expect 0 restore ws-02 "$t/q"
ok test -s "$t/desk/access.unsent"
no desk doctor
says 'not yet in the log that the owner reads'
same "$(stat -c %a "$t/desk/access.unsent")" 600 mode
# it is in the clone, signed, before anything was shown
ok git --git-dir "$t/desk/desk.git" rev-parse -q --verify \
    refs/liudi/unsent/desk
same "$(git --git-dir "$t/desk/desk.git" diff --name-only \
    refs/heads/desk refs/liudi/unsent/desk | wc -l)" 2 kept
mv "$central.away" "$central"
# meanwhile the same manager at another desk took the number
before=$(nevents)
expect 0 liudi-desk --home "$t/twin" restore ws-01:shop --to "$t/r" \
    --passphrase-fd 3 3<"$t/pass"
same "$(($(nevents) - before))" 1 "the other desk's"
expect 0 sync
same "$(($(nevents) - before))" 3 'all three'
no test -e "$t/desk/access.unsent"
no git --git-dir "$t/desk/desk.git" rev-parse -q --verify \
    refs/liudi/unsent/desk
leaves 0 sync
expect 0 desk_key access
says ' 0 problems'
# a list that was taken away: what is kept is sent before the next one
day 3
mv "$central" "$central.away"
expect 0 restore ws-01 "$t/s"
rm "$t/desk/access.unsent"
expect 1 restore ws-02 "$t/u"
mv "$central.away" "$central"
leaves 2 restore ws-02 "$t/u"
# two at once: one number each
day 4
before=$(nevents)
for n in 1 2 3 4; do
	desk_key restore ws-01 --to "$t/v$n" --why "at once $n" \
	    >"$t/said.$n" 2>&1 &
done
wait
same "$(($(nevents) - before))" 4 'four at once'
expect 0 desk_key access
says ' 0 problems'

step 'who changes the log is seen'
# a manager who may write to the central's folder, past the hooks
desk_key unseal "$t/desk/keys/manager.sign.age" >"$t/key" 2>"$t/err"
chmod 600 "$t/key"
key=$(desk_git ls-tree --name-only desk access/ | sed 's,.*/,,' | head -n 1)
for k in $(desk_git ls-tree --name-only desk access/ | sed 's,.*/,,'); do
	[ "$(desk_git ls-tree desk "access/$k/" | wc -l)" -lt 5 ] || key=$k
done
# bad NAME: a copy of the central, and an owner who sees it first; changes go to
# its index.  forged [MORE]: commit that.
bad()
{
	step "who changes the log is seen: $1"
	b=$t/bad-$1
	mkdir "$b"
	cp -a "$central" "$b/central"
	mkdir "$b/own"
	cp -a "$t/desk/keys" "$t/desk/control.pin" "$b/own"
	printf '[desk]\ncentral = %s\n' "$b/central" >"$b/own/desk.ini"
	bad_git() { git --git-dir "$b/central/desk.git" --work-tree "$b" "$@"; }
	GIT_INDEX_FILE=$b/index
	export GIT_INDEX_FILE
	bad_git read-tree desk
}
forged()
{
	: "${by:=manager}"
	id=$(GIT_AUTHOR_NAME=$by GIT_COMMITTER_NAME=$by \
	    GIT_AUTHOR_EMAIL=$by@liudi.invalid \
	    GIT_COMMITTER_EMAIL=$by@liudi.invalid \
	    GIT_AUTHOR_DATE="$LIUDI_NOW +0000" \
	    GIT_COMMITTER_DATE="$LIUDI_NOW +0000" \
	    git --git-dir "$b/central/desk.git" -c gpg.format=ssh \
	    -c "user.signingkey=${sign:-$t/key}" commit-tree -S \
	    ${parent:+-p "$parent"} -m access "$(bad_git write-tree)")
	bad_git update-ref refs/heads/desk "$id"
}
blob_of() { bad_git rev-parse "desk:access/$key/$1.age"; }
put() { bad_git update-index --add --cacheinfo "100644,$2,access/$key/$1.age"; }
last=$(($(desk_git ls-tree -r --name-only desk "access/$key/" | wc -l) - 1))
parent=$(desk_git rev-parse desk)

bad fine
expect 0 owner_log "$b/own"

bad removed
bad_git update-index --force-remove "access/$key/2.age"
forged
expect 5 owner_log "$b/own"
says "\"where\":\"access/$key/2.age\",\"text\":\"it was removed or changed"

bad altered
put 1 "$(blob_of 4)"
forged
expect 5 owner_log "$b/own"
says "\"where\":\"access/$key/1.age\",\"text\":\"it was removed or changed"

bad gap
put $((last + 2)) "$(blob_of 0)"
forged
expect 5 owner_log "$b/own"
says "access/$key/$((last + 2)).age"
says "event $((last + 1)) should stand here"

bad again
put $((last + 1)) "$(blob_of 3)"
forged
expect 5 owner_log "$b/own"
says "it was event 3"

bad rubbish
put $((last + 1)) "$(head -c 700 /dev/urandom |
    git --git-dir "$b/central/desk.git" hash-object -w --stdin)"
forged
expect 5 owner_log "$b/own"
says 'it does not open'

bad nobody
ssh-keygen -q -t ed25519 -N '' -C x -f "$b/stranger"
sign=$b/stranger
put $((last + 1)) "$(blob_of 0)"
forged
expect 5 owner_log "$b/own"
says 'not signed by a manager or owner'
sign=

# the whole log anew, two events the other way round
bad reordered
bad_git read-tree --empty
parent=
n=0
while [ $n -le "$last" ]; do
	from=$n
	[ $n -ne 1 ] || from=2
	[ $n -ne 2 ] || from=1
	put $n "$(git --git-dir "$central/desk.git" rev-parse \
	    "desk:access/$key/$from.age")"
	forged
	parent=$id
	n=$((n + 1))
done
expect 5 owner_log "$b/own"
says "\"where\":\"access/$key/1.age\",\"text\":\"it was event 2"
says "\"where\":\"access/$key/2.age\",\"text\":\"it was event 1"
unset GIT_INDEX_FILE

step 'a log that was cut is seen by whoever had it whole'
desk_git update-ref refs/heads/desk "$(desk_git rev-parse desk~2)"
expect 5 desk_key access
says 'another history'
same "$(events | wc -l)" "$(($(nevents) + 2))" 'events here'
expect 5 sync
# this desk still has it, and what it sends next brings it back
day 5
leaves 3 restore ws-01 "$t/w"
leaves 0 desk_key access
says ' 0 problems'
done_
