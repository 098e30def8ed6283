#!/bin/sh
# tests/flow/80-push.sh BIN - every way to a central ends in the same record:
# a folder or ssh, our own client or git's.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# way ID: three runs, one of several parts, one offline, of the same files.
way()
{
	files=$t/$1-files
	day 1
	cp -a "$t/files/." "$files"
	expect 0 ws "$1" run
	day 2
	echo more >>"$files/chats/a.txt"
	expect 4 ws "$1" run --no-push
	day 3
	rm "$files/shop/pictures/1.jpg"
	expect 0 ws "$1" run
	expect 0 ws "$1" run
	ref=$(branches "$1")
	ok test "$(records rev-list --count "$ref")" -ge 5
	same "$(records rev-parse "$ref")" \
	    "$(git --git-dir "$t/$1/state/spool.git" rev-parse "$ref")" \
	    "head at the central"
	# added up: where a run is cut into parts is a matter of timing
	manifests "$ref" | jq -cs '[.[] | select(.v)] | group_by(.run) | map({
	    base: .[0].base, files: .[-1].counts.files,
	    bytes: .[-1].counts.bytes, stored: (map(.counts.stored) | add),
	    added: (map(.counts.added) | add),
	    appended: (map(.counts.appended) | add),
	    removed: (map(.counts.removed) | add)}) | sort' >"$t/$1.runs"
	same "$(jq length "$t/$1.runs")" 4 "runs of $1"
}

step "files"
mkdir -p "$t/files/chats" "$t/files/shop/pictures"
i=0
while [ $i -lt 8 ]; do
	head -c 4600000 /dev/urandom >"$t/files/shop/pictures/$i.jpg"
	i=$((i + 1))
done
echo line >"$t/files/chats/a.txt"

step "a folder"
day 0
team
station ws-own
way ws-own
step "a folder, with git push"
day 0
station ws-stock
sed -i 's/^id = .*/&\npush = stock/' "$t/ws-stock/liudi.ini"
way ws-stock
same "$(cat "$t/ws-stock.runs")" "$(cat "$t/ws-own.runs")" "runs by git push"

step "ssh"
if ssh_server; then
	day 0
	station ws-ssh "$ssh_central" "$ssh_command"
	way ws-ssh
	same "$(cat "$t/ws-ssh.runs")" "$(cat "$t/ws-own.runs")" "runs by ssh"
	step "ssh, with git push"
	day 0
	station ws-both "$ssh_central" "$ssh_command"
	sed -i 's/^id = .*/&\npush = stock/' "$t/ws-both/liudi.ini"
	way ws-both
	same "$(cat "$t/ws-both.runs")" "$(cat "$t/ws-own.runs")" "runs by git over ssh"
	step "ssh, refused"
	chmod 600 "$t/ssh/user"
	mv "$t/ssh/user.pub" "$t/ssh/gone"
	echo new >>"$t/ws-ssh-files/chats/a.txt"
	expect 4 ws ws-ssh run
	says 'not yet received'
	mv "$t/ssh/gone" "$t/ssh/user.pub"
	expect 0 ws ws-ssh run
else
	say "skipped: no sshd of our own"
fi

step "the manager"
day 3 3600
# the server of ssh has the real clock, the stations that of the test
if [ -n "${sshd_pid:-}" ]; then
	expect 3 sync
	says 'before what its station had seen of the central'
fi
expect 0 sync
for s in $(branches | cut -d / -f 4); do
	expect 0 restore "$s" "$t/back/$s"
	alike "$t/$s-files" "$t/back/$s" "$s"
done
expect 0 records fsck --strict --full
done_
