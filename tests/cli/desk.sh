#!/bin/sh
# tests/cli/desk.sh LIUDI-DESK - init, station, unseal and inspect as a person
# runs them; age, ssh-keygen and git judge what they write.
set -eu

desk=$1
src=$(cd "$(dirname "$0")/../.." && pwd)
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
LC_ALL=C TZ=UTC0 HOME=$t LIUDI_HOOKS_DIR=$src/hooks
export LC_ALL TZ HOME LIUDI_HOOKS_DIR
unset LIUDI_DESK_HOME XDG_DATA_HOME || :
cd "$t"

die() { echo "FAILED: $*"; cat said; exit 1; }
# d ARGUMENT...: the desk, with the manager's passphrase.
d() { "$desk" --home home "$@" --passphrase-fd 3 3<pass >said 2>&1; }
# exits CODE WHAT COMMAND...
exits()
{
	want=$1 what=$2
	shift 2
	got=0
	"$@" || got=$?
	[ "$got" -eq "$want" ] || die "$what: exit $got, not $want"
}
says() { grep -qF -e "$1" said || die "does not say: $1"; }
control() { git --git-dir=central/control.git "$@"; }
# line NAME KEY: what liudi init prints.
line()
{
	text="liudi-station1 $1 $(cut -d ' ' -f 1,2 "$2.pub")"
	printf '%s %s\n' "$text" \
	    "$(printf %s "$text" | sha256sum | cut -c 1-16)"
}

printf '管理 one\nowner two\n' >both
printf '管理 one\n' >pass
printf 'owner two\n' >owner
echo wrong >wrong
: >said

# --- init
init() { "$desk" --home home init "$@" --scrypt-log-n 6 >said 2>&1; }
exits 2 'no terminal' setsid -w "$desk" --home home init central \
    --scrypt-log-n 6 >said 2>&1 </dev/null
says '--passphrase-fd 3 3<FILE'
[ ! -e home/desk.ini ] || die 'half an init left a desk'
# what that init left is taken up
init "$t/central" --org 'ACME 外贸' --passphrase-fd 3 \
    --owner-passphrase-fd 3 3<both || die init
says 'owner.identity'
says 'invite ID'
says 'can delete it'
[ "$(stat -c %a home home/keys home/desk.ini home/keys/owner.identity |
	tr '\n' ' ')" = '700 700 600 600 ' ] || die 'modes'
for repo in control records desk; do
	git --git-dir="central/$repo.git" fsck --strict >said 2>&1 || die fsck
	[ -x "central/$repo.git/hooks/pre-receive" ] || die 'no hook'
done
control show control:roots >roots
[ "$(cut -d ' ' -f 1 roots | tr '\n' ' ')" = 'owner manager ' ] || die roots
control -c gpg.ssh.allowedSignersFile="$t/roots" verify-commit control \
    >said 2>&1 || die 'git does not verify the first commit'
says 'for owner'
[ "$(control show control:recipients | sed -n '1p;2,$s/ .*//p' |
	tr '\n' ' ')" = 'version 1 manager owner ' ] || die recipients
control show control:policy.ini | grep -q '^org = ACME 外贸$' || die org
exits 2 'twice' init central2 --passphrase-fd 3 --owner-passphrase-fd 3 3<both
exits 1 'a central that is taken' "$desk" --home home2 init central \
    --passphrase-fd 3 --owner-passphrase-fd 3 3<both >said 2>&1
says "ACME"
exits 2 'scrypt' "$desk" --home home3 init c3 --scrypt-log-n 23 >said 2>&1

# --- stock age opens the keys: -p files want a terminal, so by our own road
"$desk" --home home unseal home/keys/manager.identity --passphrase-fd 3 \
    3<pass >id
grep -q '^AGE-SECRET-KEY-1' id || die 'no identity'
if command -v age >/dev/null; then
	age -d -i id -o key home/keys/manager.sign.age
	chmod 600 key
	ssh-keygen -y -f key | cut -d ' ' -f 1,2 >have
	cut -d ' ' -f 1,2 home/keys/manager.sign.pub | cmp - have ||
		die 'another signing key'
	head -c 3000001 /dev/urandom >big
	age -r "$(cat home/keys/owner.recipient)" \
	    -r "$(cat home/keys/manager.recipient)" -o big.age big
	age -a -r "$(cat home/keys/manager.recipient)" -o big.asc big
	"$desk" --home home unseal big.age --passphrase-fd 3 3<pass | cmp - big
	"$desk" --home home unseal big.asc --passphrase-fd 3 3<pass | cmp - big
	"$desk" --home home unseal -i home/keys/owner.identity - \
	    --passphrase-fd 3 3<owner <big.age | cmp - big
	"$desk" unseal -i id big.age | cmp - big
	head -c 1000000 big.age >cut.age
	exits 5 'a cut file' "$desk" unseal -i id cut.age >part 2>said
	says 'cut.age'
	[ -s part ] || die 'nothing of the true beginning'
	head -c "$(wc -c <part)" big | cmp - part
	exits 1 'not for us' "$desk" unseal -i id \
	    home/keys/owner.sign.age >part 2>said
	[ ! -s part ] || die 'bytes of a file that is not ours'
	"$desk" inspect big.age >said
	[ "$(grep -c X25519 said)" -eq 2 ] || die 'inspect'
fi
"$desk" inspect --json home/keys/owner.identity >said
says '"stanzas":[{"type":"scrypt","log_n":6}]'
exits 1 'no age file' "$desk" inspect pass >said 2>&1
exits 1 'wrong passphrase' "$desk" --home home unseal \
    home/keys/manager.sign.age --passphrase-fd 3 3<wrong >said 2>&1
says 'wrong passphrase'

# --- stations
ssh-keygen -q -t ed25519 -N '' -C '' -f ws
ssh-keygen -q -t ed25519 -N '' -C '' -f other
"$desk" --home home station list >said
says 'no stations yet'
good=$(line ws-01 ws)
exits 2 'a slip' d station add "$(echo "$good" | sed 's/ws-01/ws-07/')"
says 'copying'
exits 1 'wrong passphrase' "$desk" --home home station add "$good" \
    --passphrase-fd 3 3<wrong >said 2>&1
d station add "$good" || die 'station add'
# again, in words as an unquoted paste gives them: nothing happens
before=$(control rev-parse control)
# shellcheck disable=SC2086 # words
d station add $good || die 'station add again'
[ "$(control rev-parse control)" = "$before" ] || die 'a needless commit'
exits 1 'a name that is taken' d station add "$(line ws-01 other)"
exits 1 'a key that is taken' d station add "$(line ws-02 ws)"
line ws-02 other | "$desk" --home home station add - --passphrase-fd 3 \
    3<pass >said 2>&1 || die 'from stdin'
control show control:allowed_signers >signers
grep -Eq '^ws-01 namespaces="git",valid-after="[0-9]{14}Z" ssh-ed25519 ' \
    signers || die 'allowed_signers'
echo hello >text
ssh-keygen -q -Y sign -n git -f ws text
ssh-keygen -Y verify -f signers -I ws-01 -n git -s text.sig <text >said 2>&1 ||
	die 'ssh-keygen does not take the line'
control -c gpg.ssh.allowedSignersFile="$t/roots" verify-commit control \
    >said 2>&1 || die 'git does not verify the manager'
says 'for manager'
"$desk" --home home station list --json >said
[ "$(wc -l <said)" -eq 2 ] || die list
says "$(ssh-keygen -l -f ws.pub | cut -d ' ' -f 2)"
# without the central the last known state is shown
mv central away
"$desk" --home home station list >said 2>&1 || die 'offline list'
says 'warning'
says 'ws-02'
exits 1 'offline add' d station add "$(line ws-03 other)"
mv away central
echo 'desk: all as it should be'
