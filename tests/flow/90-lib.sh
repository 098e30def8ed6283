# tests/flow/90-lib.sh - what the two red-team scripts share.  Sourced, with
# BIN SHELL... as arguments: SHELL runs the hooks; with "busybox sh" its own awk,
# sed and the rest are used in them as well.
#
# An attack is counted, and is as expected when each check of it held and what
# it aimed at (state, of the script) is what it was before.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
shift
command -v "$1" >/dev/null || skip "no $1"
shell="$*"
forge=$t/forge.git
# shellcheck source=tests/forge.sh
. "$src/tests/forge.sh"

mkdir "$t/hooks" "$t/tools"
if [ "$1" = busybox ]; then
	for tool in awk sed head tr mktemp rm grep; do
		ln -s "$(command -v busybox)" "$t/tools/$tool"
	done
fi
cp "$src/hooks/setup" "$src/hooks/ssh-command" "$t/hooks"
for h in pre-receive post-receive; do
	printf '#!/bin/sh\nPATH=%s:$PATH exec %s %s\n' "$t/tools" "$shell" \
	    "$src/hooks/$h" >"$t/hooks/$h"
	chmod 755 "$t/hooks/$h"
done
LIUDI_HOOKS_DIR=$t/hooks
export LIUDI_HOOKS_DIR
git init -q --bare "$forge"

attacks=0 held=0 controls=0 before='' was=0
esc=$(printf '\033')
# attack WHO AND WHAT: the checks up to judge are of it.
attack()
{
	judge
	attacks=$((attacks + 1)) was=$fails
	at="$scene: $*"
	before=$(state before)	# may know it from before
}
judge()
{
	[ -n "$before" ] || return 0
	same "$(state)" "$before" 'what it aimed at'
	before=
	[ "$fails" -ne "$was" ] || held=$((held + 1))
	at=$scene
}
group() { judge; scene=$*; step "$*"; }
# over N: so many attacks there are at least, and each was as expected.
over()
{
	judge
	say "$attacks attacks, $held as expected; $controls lawful acts beside them"
	checks=$((checks + 2))
	[ "$held" -eq "$attacks" ] || fails=$((fails + 1))
	[ "$attacks" -ge "$1" ] || fail "less than $1 attacks"
	done_
}
scene='' aim='' as=''

# push REPO REFSPEC...: from the forger's repository, by the login $as.
push()
{
	repo=$1
	shift
	env GIT_DIR="$forge" ${as:+"$as"} git push -q \
	    "${aim:-$central}/$repo.git" "$@" >"$t/out" 2>"$t/err"
}
# refused CODE WHAT REPO REFSPEC...: by this rule, or with these words.
refused()
{
	code=$1
	attack "[$1] $2"
	shift 2
	checks=$((checks + 1))
	if push "$@"; then
		fail 'was taken'
	else
		case $code in
		[EC][0-9][0-9])
			says "REJECTED [$code]"
			! grep -q -F "REJECTED [$code]" "$t/err" ||
				echo "$code" >>"$t/refusals" ;;
		*) says "$code" ;;
		esac
	fi
	# nor does it reach a terminal as it is
	! grep -q "$esc" "$t/err" || fail 'an escape sequence'
	judge
}
# lawful WHAT REPO REFSPEC...: is taken, by a copy of the central.
lawful()
{
	at="$scene: lawful: $1"
	shift
	controls=$((controls + 1))
	rm -rf "$t/copy"
	cp -a "$central" "$t/copy"
	git config -f "$t/copy/control.git/config" liudi.authorizedKeys \
	    "$t/copy/authorized_keys"
	had=$(refs_of "$t/copy")
	aim=$t/copy
	ok push "$@"
	aim=
	no test "$(refs_of "$t/copy")" = "$had"
	at=$scene
}
refs_of()
{
	for r in control records desk; do
		git --git-dir "$1/$r.git" for-each-ref \
		    --format="$r %(refname) %(objectname)"
	done
}
# seen: the forger has read all that lies at the central.
seen()
{
	for r in control records desk; do
		forge fetch -q "$central/$r.git" "+refs/heads/*:refs/$r/*"
	done
	control_head=$(forge rev-parse refs/control/control)
	desk_head=$(forge rev-parse -q --verify refs/desk/desk || :)
}
# secret NAME [KEY [HOME]]: a manager's signing key, in the clear, as KEY.
secret()
{
	(
		umask 077
		k=$t/${2:-$1} h=${3:-$t/desk}/keys/$1
		liudi-desk --home "${3:-$t/desk}" unseal "$h.identity" \
		    --passphrase-fd 3 3<"$t/pass" >"$k.id"
		age -d -i "$k.id" -o "$k" "$h.sign.age"
		ssh-keygen -y -f "$k" >"$k.pub"
	) 2>"$t/err" || fail "no key of $1"
}
# stolen STATION NAME: its signing key.
stolen()
{
	cp -p "$t/$1/state/keys/ws-sign" "$t/$2"
	cp -p "$t/$1/state/keys/ws-sign.pub" "$t/$2.pub"
}
# dated: what is forged from now on is of that day.
dated()
{
	now=$LIUDI_NOW
	year=$(date -d "@$now" +%Y)
	stem=$(date -d "@$now" +runs/%Y/%m/%d/%H%M%SZ)
}
