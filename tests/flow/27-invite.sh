#!/bin/sh
# tests/flow/27-invite.sh BIN - a new colleague: invite, join, sync, run.  By a
# folder and over an sshd of our own, and what a desk refuses.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
day() { unset LIUDI_NOW CENTRAL_NOW || :; }
now() { date +%s; }

# invite STATION [OPTION...]: $string and $id.
invite()
{
	checks=$((checks + 1))
	desk_key --json invite "$@" >"$t/invited" 2>"$t/err" || {
		fail "no invitation: $*"
		string='' id=''
		return
	}
	string=$(jq -r .string "$t/invited")
	id=$(jq -r .invite "$t/invited")
}
requests() { records for-each-ref --format='%(refname)' refs/heads/enrol/; }
control() { git --git-dir "$central/control.git" "$@"; }
control_head() { control rev-parse control; }
# sources STATION
sources()
{
	mkdir -p "$t/$1-files/chats"
	echo "first of $1" >"$t/$1-files/chats/a.txt"
	printf '\n[source chats]\nkind = chat\nsettle = 0\npath = %s\n' \
	    "$t/$1-files/chats" >>"$t/$1/liudi.ini"
}
# refused TEXT [STATION]: the next sync lets nobody in, and says why, once.
refused()
{
	head=$(control_head)
	expect 5 sync
	says "$1"
	same "$(control_head)" "$head" 'control after a refusal'
	expect 0 sync
}
# forge STATION LINE: that request with a key of its own, as that station, past
# the hooks, as a central without them would take it.
forge()
{
	n=$((n + 1)) of=$id
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/forged-$n"
	pub=$(cut -d ' ' -f 2 "$t/forged-$n.pub")
	short=$(printf %s "$pub" | base64 -d | sha256sum | cut -c 1-16)
	line=$(printf %s "$2" | sed "s,\"sign\":\"[^\"]*,\"sign\":\"ssh-ed25519 $pub,")
	rm -rf "$t/forge.git"
	git init -q --bare "$t/forge.git"
	GIT_DIR=$t/forge.git
	export GIT_DIR
	blob=$(printf '%s\n' "$line" | git hash-object -w --stdin)
	tree=$(printf '100644 blob %s\trequest\n' "$blob" | git mktree)
	utc=$(now)	# one second for both
	commit=$(echo 'liudi join' | GIT_AUTHOR_NAME=$1 \
	    GIT_COMMITTER_NAME=$1 GIT_AUTHOR_EMAIL=$1@liudi.invalid \
	    GIT_COMMITTER_EMAIL=$1@liudi.invalid \
	    GIT_AUTHOR_DATE="@$utc +0000" \
	    GIT_COMMITTER_DATE="@$utc +0000" git -c gpg.format=ssh \
	    -c "user.signingKey=$t/forged-$n" commit-tree -S "$tree")
	git update-ref "refs/heads/enrol/$of/$short" "$commit"
	unset GIT_DIR
	ok records fetch -q "$t/forge.git" "refs/heads/enrol/*:refs/heads/enrol/*"
}
# by WHO COMMAND...: what a person or a manager has to type for an enrolment.
# few: that was little enough, on each side.
by() { typed="$typed $1"; shift; "$@"; }
few()
{
	for who in person manager; do
		checks=$((checks + 1))
		count=$(printf '%s\n' $typed | grep -c -x $who) || :
		[ "$count" -ge 1 ] && [ "$count" -le 3 ] ||
			fail "$count commands of the $who, not 1 to 3"
	done
	say "   $(($(now) - start)) s from invitation to receipt;$typed"
	typed=
}
typed=
n=0
request_of() { records cat-file blob "$(requests | grep "/$1/"):request"; }

step "an invitation"
team
says 'there is no notice: nobody at a station is told what is kept'
says "notice set DIR, or 'standard'"
expect 2 desk_key invite
says 'which station?'
expect 2 desk_key invite WS
expect 2 desk_key invite ws-01 --days 0
expect 1 desk_key invite manager
says 'is the name of a manager'
expect 1 desk_key invite ws-01 --again
says "there is no station 'ws-01'"
start=$(now)
expect 0 by manager desk_key invite ws-01 --person '王芳 前台' \
    --team 'Front desk' --file "$t/ws-01.liudi-invite"
string=$(head -n 1 "$t/out")
same "${string%"${string#liudi-join1}"}" liudi-join1 'the string'
same "$(cat "$t/ws-01.liudi-invite")" "$string" 'the file'
same "$(stat -c %a "$t/ws-01.liudi-invite")" 600 'mode of the file'
same "$(wc -l <"$t/out" | tr -d ' ')" 3 'lines without a terminal'
expect 0 desk --json invite --list
id=$(jq -r .invite "$t/out")
same "$(jq -r '.station + " " + .state' "$t/out")" 'ws-01 open' 'the list'
expect 1 desk_key invite ws-01
says 'is invited already'
no grep -ra '王芳' "$central"
control cat-file blob "control:invites/$id.age" >"$t/secret.age"
same "$(grep -ac '^-> X25519 ' "$t/secret.age")" 2 'readers'
identity
same "$(age -d -i "$t/manager.key" "$t/secret.age" | zstd -dcq |
    jq -r '[.v, .station, .person, .team, .again, .by] | join(" ")')" \
    '1 ws-01 王芳 前台 Front desk false manager' 'the sealed half'
if command -v script >/dev/null; then
	expect 0 script -qec "liudi-desk --home $t/desk invite ws-tty \
	    --passphrase-fd 3 3<$t/pass" /dev/null
	says '▀'
	expect 0 desk --json invite --list
	tty=$(jq -r 'select(.station == "ws-tty") | .invite' "$t/out")
	expect 0 desk_key invite --withdraw "$tty"
	no control cat-file -e "control:invites/$tty"
	no control cat-file -e "control:invites/$tty.age"
fi

step "let in by the next sync"
expect 0 by person ws ws-01 join "$t/ws-01.liudi-invite"
sources ws-01
expect 4 by person ws ws-01 run
expect 0 by manager desk_key --json sync
same "$(jq -r 'select(.kind == "let_in") | .station + " " + .person' \
    "$t/out")" 'ws-01 王芳 前台' 'who is let in'
expect 0 by person ws ws-01 run
ok test -s "$t/ws-01/state/receipt-main"
few
expect 0 sync
says ws-01
expect 0 restore ws-01 "$t/back"
alike "$t/ws-01-files" "$t/back" 'records'
expect 0 desk --json invite --list
same "$(jq -r .state "$t/out")" used 'the list'
control cat-file blob control:roster.age >"$t/roster.age"
same "$(age -d -i "$t/manager.key" "$t/roster.age" | zstd -dcq |
    jq -r '[.station, .person, .team] | join(" ")')" \
    'ws-01 王芳 前台 Front desk' 'roster'
no grep -ra '王芳' "$central"
# nothing more to do, nothing more in control
head=$(control_head)
expect 0 sync
same "$(control_head)" "$head" 'control'

step "a second one with that string"
first=$id
cp -a "$central" "$t/central.then"
(
	cd "$t/central.then/control.git"
	git update-ref refs/heads/control "$(git log -1 --format=%H \
	    --diff-filter=A -- "invites/$id")"
)
mv "$central" "$t/central.now"
mv "$t/central.then" "$central"
expect 0 ws thief join "$string"
says 'There is no notice to agree to.'
mv "$central" "$t/central.then"
mv "$t/central.now" "$central"
ok git --git-dir "$t/central.then/records.git" push -q "$central/records.git" \
    'refs/heads/enrol/*:refs/heads/enrol/*'
same "$(requests | wc -l | tr -d ' ')" 2 requests
refused 'was used before, with another key'

step "two at once"
invite ws-02
expect 0 ws ws-02 join "$string"
expect 0 ws rival join "$string"
refused 'none is let in'
expect 4 ws ws-02 run
expect 0 desk_key invite --withdraw "$id"

step "a key that the invitation does not answer for"
rm -rf "$t/ws-02"
invite ws-02
expect 0 ws ws-02 join "$string"
line=$(request_of "$id")
records update-ref -d "$(requests | grep "/$id/")"
forge ws-02 "$line"
refused 'does not have the invitation'
step "another's name"
forge ws-01 "$(printf %s "$line" | sed 's/"station":"ws-02"/"station":"ws-01"/')"
refused 'its commit is not one of a request'
step "no request at all"
forge ws-02 "$(printf %s "$line" | sed 's/"os"/"OS"/')"
refused 'it is no request'
expect 0 ws ws-02 join "$string"
expect 0 sync
says 'ws-02 is let in'

step "a name that is taken meanwhile"
invite ws-03
expect 0 ws ws-03 join "$string"
station ws-other
line=$(liudi -q --home "$t/first" init --central "$central" --station ws-03)
expect 0 desk_key station add "$line"
refused 'the name is taken'

step "a new machine"
cp -a "$t/ws-01" "$t/ws-01.old"
rm -rf "$t/ws-01"
expect 1 desk_key invite ws-01
says 'there is a station'
invite ws-01 --again --person '王芳'
expect 0 ws ws-01 join "$string"
sources ws-01
expect 0 sync
says 'ws-01 is let in with its new keys'
expect 0 ws ws-01 run
same "$(branches ws-01 | wc -l | tr -d ' ')" 2 'branches of ws-01'
head=$(branches ws-01 | head -n 1)
head=$(records rev-parse "$head")
echo old >>"$t/ws-01-files/chats/a.txt"
rc=0
ws ws-01.old run >"$t/out" 2>"$t/err" || rc=$?
[ "$rc" -ne 0 ] || fail 'the old keys are taken'
same "$(records rev-parse "$(branches ws-01 | head -n 1)")" "$head" \
    'the branch of the old keys'
expect 3 sync
says 'begins anew'
expect 0 restore ws-01 "$t/back2"

step "another manager's desk"
central_of=$central
(
	line=$(liudi-desk --home "$t/desk2" -q key add second \
	    --central "$central_of" --scrypt-log-n 10 --passphrase-fd 3 \
	    3<"$t/pass")
	echo "$line" >"$t/line"
)
invite ws-05 --person Li
expect 0 desk_key key accept "$(cat "$t/line")"
readers_of() { control cat-file blob "control:$1" | grep -ac '^-> X25519 '; }
same "$(readers_of "invites/$id.age")" 2 'readers of before'
# what was sealed before is sealed to all by the next sync of who can open it
expect 0 sync
same "$(readers_of "invites/$id.age")" 3 'readers of the invitation'
same "$(readers_of roster.age)" 3 'readers of the roster'
head=$(control_head)
expect 0 sync
same "$(control_head)" "$head" 'control'
expect 0 desk_key rehead --all
expect 0 ws ws-05 join "$string"
sources ws-05
# it tells of all that was refused before, too
expect 5 liudi-desk --home "$t/desk2" sync --passphrase-fd 3 3<"$t/pass"
says 'ws-05 is let in (Li)'
same "$(control log -1 --format=%an control)" second 'who signed'
expect 0 ws ws-05 run
expect 0 sync

step "two desks at the same time"
invite ws-08
expect 0 ws ws-08 join "$string"
hook=$central/control.git/hooks/pre-receive
mv "$hook" "$hook.real"
cat >"$hook" <<-HOOK
	#!/bin/sh
	[ ! -e $t/race ] || {
		rm $t/race
		env -u GIT_DIR -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY \
		    -u GIT_ALTERNATE_OBJECT_DIRECTORIES liudi-desk \
		    --home $t/desk2 sync --passphrase-fd 3 3<$t/pass \
		    >$t/nested 2>&1
	}
	exec $hook.real
HOOK
chmod 755 "$hook"
: >"$t/race"
expect 0 sync
no test -e "$t/race"
says_no 'ws-08 is let in'
ok grep -q 'ws-08 is let in' "$t/nested"
mv "$hook.real" "$hook"
same "$(control cat-file blob control:allowed_signers | grep -c '^ws-08 ')" 1 \
    'lines of ws-08'

step "too late"
invite ws-04 --days 1
expect 0 ws ws-04 join "$string"
LIUDI_NOW=$(($(now) + 8 * 86400)) CENTRAL_NOW=$LIUDI_NOW
export LIUDI_NOW CENTRAL_NOW
head=$(control rev-parse control:allowed_signers)
expect 5 sync
says 'had expired'
same "$(control rev-parse control:allowed_signers)" "$head" 'stations'
# what has expired goes
no control cat-file -e "control:invites/$id"
no control cat-file -e "control:invites/$id.age"
no control cat-file -e "control:invites/$first"
expect 0 sync
unset LIUDI_NOW CENTRAL_NOW

step "over ssh"
ssh_keys=$t/authorized_keys
if ssh_server; then
	# the manager's own way in, as ssh is set up for him
	mkdir "$t/far-bin" "$t/far-desk"
	cat >"$t/ssh/client" <<-CONFIG
	Port $port
	IdentityFile $t/ssh/manager
	IdentitiesOnly yes
	UserKnownHostsFile $t/ssh/known
	CONFIG
	printf '#!/bin/sh\nexec %s -F %s/ssh/client "$@"\n' \
	    "$(command -v ssh)" "$t" >"$t/far-bin/ssh"
	chmod 755 "$t/far-bin/ssh"
	ssh-keygen -q -t ed25519 -N '' -C li -f "$t/ssh/manager"
	central=$t/far records_git=
	expect 0 sh "$src/hooks/setup" "$central" \
	    --authorized-keys "$ssh_keys" \
	    --manager "$(cut -d ' ' -f 1,2 "$t/ssh/manager.pub")"
	far()
	{
		PATH=$t/far-bin:$PATH liudi-desk --home "$t/far-desk" "$@" \
		    --passphrase-fd 3 3<"$t/pass"
	}
	address=ssh://$(id -un)@127.0.0.1:$port$t/far
	expect 0 far init "$address" --org Far --scrypt-log-n 10 \
	    --notice standard --transport-key "$t/ssh/manager.pub" \
	    --owner-passphrase-fd 4 4<"$t/pass"
	expect 1 far invite ws-06 --central "ssh://git@127.0.0.2:9/x"
	says 'does not know the'
	ssh-keygen -q -H -f "$t/ssh/known" 2>"$t/err"
	expect 0 far --json invite ws-06
	string=$(jq -r .string "$t/out")
	id=$(jq -r .invite "$t/out")
	expect 0 far invite --withdraw "$id"
	start=$(now)
	expect 0 by manager far --json invite ws-06 --person Wang \
	    --host-key "$t/ssh/host.pub"
	string=$(jq -r .string "$t/out")
	# who has a terminal is shown the notice and asked; here it takes two
	expect 2 by person ws ws-06 join "$string"
	expect 0 by person ws ws-06 join "$string" --agree 1
	sources ws-06
	expect 0 by manager far sync
	says 'ws-06 is let in (Wang)'
	expect 0 by person ws ws-06 run
	ok test -s "$t/ws-06/state/receipt-main"
	few
	ok grep -q "ssh-command' station ws-06" "$ssh_keys"
	expect 0 far sync
	expect 0 far restore ws-06 --to "$t/far-back"
	alike "$t/ws-06-files" "$t/far-back" 'records over ssh'
	same "$(records rev-list --count receipts)" 2 receipts
	expect 0 far station suspend ws-06
	ok grep -q "ssh-command' station ws-06" "$ssh_keys"
	expect 0 far station resume ws-06
	expect 0 far station revoke ws-06
	no grep -q "ssh-command' station ws-06" "$ssh_keys"
	expect 0 far invite ws-07
	rc=0
	ws ws-06 run >"$t/out" 2>"$t/err" || rc=$?
	[ "$rc" -eq 4 ] || fail 'a revoked station sends over ssh'
	says 'the managers may have revoked it; ask them'
	expect 3 ws ws-06 status
	says 'lets the login of this station in no more'
	says_no 'is let in'
	# the same where it is control that cannot be had
	mv "$t/ws-06/state/control-seen" "$t/seen"
	expect 4 ws ws-06 run
	says 'Permission denied (publickey'
	says 'the managers may have revoked it; ask them'
	mv "$t/seen" "$t/ws-06/state/control-seen"
	mv "$t/ssh/manager" "$t/ssh/away"
	expect 1 far sync
	says 'the managers may have revoked it; ask them'
	mv "$t/ssh/away" "$t/ssh/manager"
else
	say "skipped: no sshd of our own"
fi
done_
