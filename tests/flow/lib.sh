# tests/flow/lib.sh - what the whole-program tests share.  Sourced, with the
# folder of the two programs as $1:
#
#     . "$(dirname "$0")/lib.sh"
#     team; station ws-01
#     day 1; expect 0 ws ws-01 run
#     day 2; expect 0 sync
#
# Everything lies below $t, which goes away at the end; clocks are pinned with
# LIUDI_NOW, that of a central in a folder with CENTRAL_NOW.  A failed check is told and
# counted, and the test goes on; done_ ends it.
# shellcheck shell=sh disable=SC2034

set -eu

src=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(cd "${1:?usage: $0 FOLDER-OF-THE-PROGRAMS}" && pwd)
name=$(basename "$0" .sh)
t=$(mktemp -d "${TMPDIR:-/tmp}/liudi-flow.XXXXXX")
# hooks and programs leave nothing outside
mkdir "$t/home" "$t/tmp" "$t/bin"
# the hooks ask date(1) for the time
cat >"$t/bin/date" <<-DATE
	#!/bin/sh
	[ "\$#:\$1" != 2:-u ] || [ -z "\${CENTRAL_NOW:-}" ] ||
	    set -- -u -d "@\$CENTRAL_NOW" "\$2"
	exec $(command -v date) "\$@"
DATE
chmod 755 "$t/bin/date"
PATH=$bin:$t/bin:$PATH HOME=$t/home TMPDIR=$t/tmp LC_ALL=C TZ=UTC0
GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export PATH HOME TMPDIR LC_ALL TZ GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL
unset LANG LIUDI_HOME LIUDI_DESK_HOME LIUDI_STATION LIUDI_FILE_FAULT \
    XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME SSH_AUTH_SOCK || :
umask 022

fails=0 checks=0 at='' central=$t/central
# a test adds its own to this
cleanup() { :; }
end()
{
	cleanup
	[ -z "${sshd_pid:-}" ] || kill "$sshd_pid" || :
	[ -z "${LIUDI_KEEP:-}" ] || { echo "kept: $t"; return; }
	chmod -R u+rwX "$t" 2>/dev/null || :
	rm -rf "$t"
}
trap end EXIT
trap 'exit 130' HUP INT TERM

say() { printf '%s\n' "$*"; }
step() { at=$*; say "-- $*"; }
# fail WHAT: with what the last command said.
fail()
{
	say "FAILED: ${at:+$at: }$*"
	for f in "$t/out" "$t/err"; do
		[ ! -s "$f" ] || head -c 2000 "$f" | sed 's/^/    /'
	done
	fails=$((fails + 1))
}
done_()
{
	say "$name: $checks checks, $fails failed"
	[ "$fails" -eq 0 ]
	exit
}
skip() { say "skipped: $*"; exit 77; }

# expect CODE COMMAND...: its exit code; what it says is in $t/out, $t/err.
expect()
{
	want=$1
	shift
	checks=$((checks + 1))
	rc=0
	"$@" >"$t/out" 2>"$t/err" || rc=$?
	[ "$rc" -eq "$want" ] || fail "exit $rc, not $want: $*"
}
# says TEXT: the last command's output holds it.
says()
{
	checks=$((checks + 1))
	cat "$t/out" "$t/err" | grep -q -F -e "$1" || fail "does not say '$1'"
}
# says_no [-i] PATTERN: no line of it fits.
says_no()
{
	begins_anew "$@"
	cat "$t/out" "$t/err" | grep -q "$@" || return 0
	fail "says '$*'"
}
# ok COMMAND..., no COMMAND...: true, false.  Both begin $t/out and $t/err anew:
# what the last command said is for says.
begins_anew()
{
	checks=$((checks + 1))
	case $* in *"$t/out"|*"$t/err") fail "empty by now: $*" ;; esac
}
ok()
{
	begins_anew "$@"
	"$@" >"$t/out" 2>"$t/err" || fail "is not so: $*"
}
no()
{
	checks=$((checks + 1))
	if "$@" >"$t/out" 2>"$t/err"; then
		fail "is so: $*"
	fi
}
# same A B WHAT: two texts.
same()
{
	checks=$((checks + 1))
	[ "$1" = "$2" ] && return
	rm -f "$t/out" "$t/err"
	fail "$3: '$1', not '$2'"
}

# day N [SECONDS]: the clocks of what follows.  Day 0 lies behind the real
# clock, as the hooks have that.
days=${LIUDI_FLOW_DAYS:-40}
epoch0=$(($(date +%s) / 86400 * 86400 - days * 86400 + 36000))
day()
{
	LIUDI_NOW=$((epoch0 + $1 * 86400 + ${2:-0})) CENTRAL_NOW=$LIUDI_NOW
	export LIUDI_NOW CENTRAL_NOW
}
# when N [SECONDS]: that moment, for --at.
when() { date -d "@$((epoch0 + $1 * 86400 + ${2:-0}))" '+%Y-%m-%d %H:%M:%S'; }

# The manager's program; desk_key gives it the passphrase.
desk() { liudi-desk --home "$t/desk" "$@"; }
desk_key() { liudi-desk --home "$t/desk" "$@" --passphrase-fd 3 3<"$t/pass"; }
sync() { desk_key sync; }
# synced: with or without warnings.
synced() { sync || [ $? -eq 3 ]; }
# restore WHAT TO [OPTION...]
restore()
{
	what=$1 to=$2
	shift 2
	desk_key restore "$what" --to "$to" "$@"
}

# team: $central, a manager and an owner.
team()
{
	echo 'three shops and a lamp' >"$t/pass"
	[ -n "${LIUDI_NOW:-}" ] || day 0
	liudi-desk --home "$t/desk" init "$central" --org 'Acme Lamps' \
	    --scrypt-log-n 10 --passphrase-fd 3 --owner-passphrase-fd 4 \
	    3<"$t/pass" 4<"$t/pass" >"$t/out" 2>"$t/err" ||
		{ fail "no central"; done_; }
}

ws()
{
	ws_id=$1
	shift
	liudi --home "$t/$ws_id" "$@"
}
# station ID [CENTRAL [SSH]]: makes it and adds it; folders chats, shop and app
# of $t/ID-files are its sources; what was written just now is taken at once.
station()
{
	line=$(liudi -q --home "$t/$1" init --central "${2:-$central}" \
	    --station "$1" ${3:+--ssh "$3"})
	desk_key station add "$line" >"$t/out" 2>"$t/err" ||
		{ fail "station $1 not added"; done_; }
	mkdir -p "$t/$1-files"
	for s in chats:chat shop:shop app:files; do
		mkdir -p "$t/$1-files/${s%:*}"
		printf '\n[source %s]\nkind = %s\npath = %s\n%s\n' \
		    "${s%:*}" "${s#*:}" "$t/$1-files/${s%:*}" \
		    'settle = 0' >>"$t/$1/liudi.ini"
	done
}

# ssh_server: an sshd of our own on 127.0.0.1 with throw-away keys; sets
# ssh_central, the central's address, and ssh_command.  $ssh_keys may name an
# authorized_keys file.  1 if it does not start.
ssh_server()
{
	command -v /usr/sbin/sshd ssh >/dev/null || return 1
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd || return 1
	mkdir -m 700 "$t/ssh"
	for k in host user; do
		ssh-keygen -q -t ed25519 -N '' -C $k -f "$t/ssh/$k"
	done
	[ -z "${ssh_keys:-}" ] || cat "$t/ssh/user.pub" >>"$ssh_keys"
	port=$((20000 + $$ % 20000))
	cat >"$t/ssh/config" <<-CONFIG
	Port $port
	ListenAddress 127.0.0.1
	HostKey $t/ssh/host
	PidFile none
	AuthorizedKeysFile ${ssh_keys:-$t/ssh/user.pub}
	StrictModes no
	UsePAM no
	PasswordAuthentication no
	KbdInteractiveAuthentication no
	PermitRootLogin prohibit-password
	CONFIG
	echo "[127.0.0.1]:$port $(cat "$t/ssh/host.pub")" >"$t/ssh/known"
	/usr/sbin/sshd -D -e -f "$t/ssh/config" 2>"$t/ssh/log" &
	sshd_pid=$!
	ssh_command="ssh -F none -p $port -i $t/ssh/user -o IdentitiesOnly=yes"
	ssh_command="$ssh_command -o UserKnownHostsFile=$t/ssh/known"
	ssh_central=ssh://$(id -un)@127.0.0.1:$port$central
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		# shellcheck disable=SC2086
		$ssh_command "$(id -un)@127.0.0.1" true 2>"$t/ssh/said" &&
			return 0
		sleep 0.2
	done
	cat "$t/ssh/said" "$t/ssh/log"
	return 1
}

# The manager's identity in the clear, for stock age.
identity()
{
	[ -s "$t/manager.key" ] || {
		(umask 077; liudi-desk --home "$t/desk" unseal \
		    "$t/desk/keys/manager.identity" --passphrase-fd 3 \
		    3<"$t/pass" >"$t/manager.key")
	}
}
# policy TEXT: control's policy.ini from now on.
policy() { control_file "$1" policy.ini; }
# control_file TEXT PATH: a file of control, by a manager who works without liudi.
control_file()
{
	clone=$t/clone.git
	[ -d "$clone" ] || git init -q --bare "$clone"
	git --git-dir "$clone" fetch -q "$central/control.git" \
	    +control:refs/heads/control
	identity
	[ -s "$t/manager.sign" ] || {
		(umask 077; age -d -i "$t/manager.key" \
		    "$t/desk/keys/manager.sign.age" >"$t/manager.sign")
	}
	export GIT_INDEX_FILE="$t/index"
	oid=$(printf '%b' "$1" |
		git --git-dir "$clone" hash-object -w --stdin)
	git --git-dir "$clone" read-tree control
	git --git-dir "$clone" update-index --add \
	    --cacheinfo "100644,$oid,$2"
	c=$(GIT_AUTHOR_NAME=manager GIT_AUTHOR_EMAIL=manager@liudi.invalid \
	    GIT_AUTHOR_DATE="$LIUDI_NOW +0000" GIT_COMMITTER_NAME=manager \
	    GIT_COMMITTER_EMAIL=manager@liudi.invalid \
	    GIT_COMMITTER_DATE="$LIUDI_NOW +0000" git --git-dir "$clone" \
	    -c gpg.format=ssh -c "user.signingkey=$t/manager.sign" \
	    commit-tree -S -p control -m policy \
	    "$(git --git-dir "$clone" write-tree)")
	unset GIT_INDEX_FILE
	ok git --git-dir "$clone" push -q "$central/control.git" "$c:control"
}
records() { git --git-dir "${records_git:-$central/records.git}" "$@"; }
# received REF: the receipt that the central's hook gives for its head.
received()
{
	(
		unset GIT_INDEX_FILE || :
		cd "$central/records.git"
		echo "$(printf %040d 0) $(git rev-parse "$1") $1" |
			GIT_DIR=. sh hooks/post-receive
	) >"$t/out" 2>"$t/err"
	grep -q '^liudi-receipt ' "$t/out" || fail "no receipt for $1"
}
# unreceived [N]: its last N receipts go.
unreceived()
{
	records update-ref refs/heads/receipts "refs/heads/receipts~${1:-1}"
}
# branches [STATION]: refs of its branches at the central.
# shellcheck disable=SC2120 # mostly of all stations
branches()
{
	records for-each-ref --format='%(refname)' "refs/heads/ws/${1:-}"
}
# sealed REF KIND: "<blob> <path>" of each manifest or bundle, in order of seq.
sealed()
{
	records ls-tree -r "$1" | grep "[.]$2" | sed 's/^[^ ]* [^ ]* //' |
		tr '\t' ' ' | sed 's/\(.*Z-\)\([0-9]*\)\([.].*\)/\2 \1\2\3/' |
		sort -s -k 1,1n | sed 's/^[0-9]* //'
}
# open_blob BLOB: what is in it, by stock tools.
open_blob()
{
	identity
	records cat-file blob "$1" | age -d -i "$t/manager.key" | zstd -dcq
}
# manifests REF: the lines of all of them.
manifests()
{
	sealed "$1" manifest | while read -r blob path; do
		: "$path"
		open_blob "$blob"
	done
}
# chunk_ids REF: of each chunk stored in the branch, from the bundles.
chunk_ids()
{
	sealed "$1" bundle | while read -r blob path; do
		: "$path"
		open_blob "$blob" | tar t | sed -n 's,^chunks/,,p'
	done
}

# listing DIR: each file's mode, size, mtime and bytes, names as they are.  A
# database is kept as SQLite copies it: what it holds counts.
listing()
{
	(
		cd "$1" || exit
		find . -type f -printf '%m %s %T@ %p\0' | sort -z |
			tr '\0\n' '\n?'
		find . -type f ! -name '*.db' -print0 | sort -z |
			xargs -0r sha256sum --
		find . -type f -name '*.db' | sort | while read -r f; do
			echo "$(sqlite3 "$f" .dump | sha256sum) $f"
		done
	)
}
# alike A B WHAT: the same files, bytes, times and modes.
alike()
{
	checks=$((checks + 1))
	listing "$1" >"$t/list-a" || :
	listing "$2" >"$t/list-b" || :
	diff "$t/list-a" "$t/list-b" >"$t/out" 2>"$t/err" || fail "$3"
}
