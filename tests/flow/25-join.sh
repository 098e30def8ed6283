#!/bin/sh
# tests/flow/25-join.sh BIN INVITER - one string lets a station in: by a folder
# and over an sshd of our own.  The managers are played by git and ssh-keygen.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
inviter=${2:?}
unset LIUDI_NOW || :

# --- the managers
mkdir "$t/k"
for key in owner manager; do
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/k/$key"
	age-keygen -o "$t/k/$key.age" 2>/dev/null
done
age-keygen -o "$t/k/other.age" 2>/dev/null
pub() { cut -d ' ' -f 1,2 "$1"; }
reader() { age-keygen -y "$t/k/$1.age"; }
now() { date +%s; }
year=$(date -u +%Y)

# control WHO: the files below $t/f are the next commit of control.
control()
{
	GIT_DIR=$t/control.git GIT_INDEX_FILE=$t/index
	export GIT_DIR GIT_INDEX_FILE
	rm -f "$GIT_INDEX_FILE"
	(cd "$t/f" && find . -type f) | while read -r f; do
		echo "100644 $(git hash-object -w "$t/f/$f")	${f#./}"
	done | git update-index --add --index-info
	old=$(git rev-parse -q --verify refs/heads/control || :)
	utc=$(now)	# one second for both
	new=$(echo change | GIT_AUTHOR_NAME=$1 GIT_COMMITTER_NAME=$1 \
	    GIT_AUTHOR_EMAIL=$1@liudi.invalid GIT_AUTHOR_DATE="@$utc +0000" \
	    GIT_COMMITTER_EMAIL=$1@liudi.invalid \
	    GIT_COMMITTER_DATE="@$utc +0000" \
	    git -c gpg.format=ssh -c "user.signingKey=$t/k/$1" commit-tree -S \
	    ${old:+-p "$old"} "$(git write-tree)")
	git update-ref refs/heads/control "$new"
	git push -q "$central/control.git" "$new:refs/heads/control" \
	    >"$t/out" 2>"$t/err" || fail "control not taken"
	unset GIT_DIR GIT_INDEX_FILE
}
# invite SECRET STATION SECONDS [OPTION...]: $string, and control has it.
invite()
{
	head=$(git --git-dir "$t/control.git" rev-parse refs/heads/control)
	until=$(($(now) + $3))
	"$inviter" "$1$1$1$1" "$until" "$head" "$t/f/roots" "$2" "$address" \
	    ${host:+"$host"} >"$t/invite"
	string=$(sed -n 1p "$t/invite")
	id=$(sed -n 2p "$t/invite")
	printf 'station %s\nexpires %s\nssh %s\n' "$2" "$until" \
	    "$(sed -n 3p "$t/invite")" >"$t/f/invites/$id"
	echo sealed >"$t/f/invites/$id.age"
	control manager
}
requests() { records for-each-ref --format='%(refname)' refs/heads/enrol/; }
request() { records cat-file blob "$1:request"; }
# approve STATION: what asks with $id is let in.
approve()
{
	request "$(requests | grep "/$id/")" >"$t/request"
	key=$(jq -r .sign "$t/request")
	sed -i "/ $1 \|^$1 /d" "$t/f/allowed_signers" "$t/f/transport_keys"
	echo "$1 namespaces=\"git\",valid-after=\"20200101000000Z\" $key" \
	    >>"$t/f/allowed_signers"
	jq -r --arg id "$1" 'select(.ssh) | "station \($id) \(.ssh)"' \
	    "$t/request" >>"$t/f/transport_keys"
	echo "used $(now) $key" >>"$t/f/invites/$id"
	control manager
}
# begin DIR [SETUP-OPTION...]: a central there, with a notice.
begin()
{
	central=$1 records_git=
	expect 0 sh "$src/hooks/setup" "$@"
	rm -rf "$t/f" "$t/control.git"
	mkdir -p "$t/f/invites"
	git init -q --bare "$t/control.git"
	for key in owner manager; do
		printf '%s namespaces="git,liudi-control,liudi-erasure" %s\n' \
		    "$key" "$(pub "$t/k/$key.pub")"
	done >"$t/f/roots"
	{
		echo 'version 1'
		for key in manager other owner; do
			echo "$key $(reader $key)"
		done
		echo 'only ws-01 manager owner'
	} >"$t/f/recipients"
	printf '[team]\norg = Acme Lamps\nnotice = 1\n' >"$t/f/policy.ini"
	printf 'We keep\nthe shop.\n' >"$t/f/notice.en.md"
	echo '本店存档。' >"$t/f/notice.zh.md"
	: >"$t/f/allowed_signers"
	: >"$t/f/transport_keys"
	git --git-dir "$central/records.git" cat-file blob \
	    receipts:server_key >"$t/f/server_keys"
	control owner
}
# sources STATION
sources()
{
	for s in chats:main slow:slow; do
		mkdir -p "$t/$1-files/${s%:*}"
		echo "first ${s%:*}" >"$t/$1-files/${s%:*}/a.txt"
		printf '\n[source %s]\nkind = chat\npath = %s\nstream = %s\n%s\n' \
		    "${s%:*}" "$t/$1-files/${s%:*}" "${s#*:}" 'settle = 0' \
		    >>"$t/$1/liudi.ini"
	done
}
main_ref() { echo "refs/heads/ws/$1/main/$year.${2:-0}"; }
# line REF SEQ N: line N of that manifest, as a reader has it.
line()
{
	sealed "$1" manifest | sed -n "$(($2 + 1))p" | while read -r blob path; do
		: "$path"
		records cat-file blob "$blob" | age -d -i "$t/k/manager.age" |
			zstd -dcq | sed -n "${3}p"
	done
}
head_of() { records rev-parse "$1"; }

step "strings that are none"
begin "$t/central"
address=$central host=
expect 2 ws ws-01 status
says "first run 'liudi join'"
expect 2 ws ws-01 join liudi-join1qqqq
expect 2 ws ws-01 join "$t/nothing"
says 'no invitation'
invite 00000001 ws-01 3600
case $string in
*q) bad=${string%?}p ;;
*) bad=${string%?}q ;;
esac
expect 2 ws ws-01 join "$bad"
no test -e "$t/ws-01/liudi.ini"
"$inviter" "$(printf %032d 1)" 1600000000 "$head" "$t/f/roots" ws-01 "$address" \
    >"$t/late"
expect 2 ws ws-01 join "$(sed -n 1p "$t/late")"
says 'has expired'
no test -e "$t/ws-01/state/keys"
step "another team's central"
echo other >"$t/roots"
"$inviter" "$(printf %032d 2)" "$until" "$head" "$t/roots" ws-01 "$address" \
    >"$t/other"
expect 5 ws ws-01 join "$(sed -n 1p "$t/other")"
says 'not the one of the invitation'
"$inviter" "$(printf %032d 2)" "$until" "$(printf %040d 7)" "$t/f/roots" ws-01 \
    "$address" >"$t/other"
expect 5 ws ws-01 join "$(sed -n 1p "$t/other")"
no test -e "$t/ws-01/liudi.ini"
no test -e "$t/ws-01/state/keys/join-ssh"
no test -e "$t/ws-01/state/control.git"
"$inviter" "$(printf %032d 3)" "$until" "$head" "$t/f/roots" ws-01 "$address" \
    >"$t/other"
expect 2 ws ws-01 join "$(sed -n 1p "$t/other")"
says 'know no such invitation'

step "no agreement, no request"
expect 2 ws ws-01 join "$string"
says '  the shop.'
says 'must be agreed to'
says '--agree 1'
expect 2 ws ws-01 join "$string" --agree 2
same "$(requests)" '' 'requests'
expect 4 ws ws-01 run
says 'has not asked to be let in'
expect 3 ws ws-01 run --dry-run
expect 3 ws ws-01 status
says 'has not asked to be let in'
says 'Notice 1 is not agreed to'
expect 2 env LANG=zh_CN.UTF-8 LC_ALL= liudi --home "$t/ws-01" join "$string"
says '本店存档。'

step "the request"
printf '\n %s\n' "$string" >"$t/ws.liudi-invite"
expect 0 ws ws-01 join "$t/ws.liudi-invite" --agree 1
says 'is sent'
ref=$(requests)
same "${ref%/*}" "refs/heads/enrol/$id" 'where the request is'
same "$(request "$ref" | jq -r '.station, .ssh, .notice.version' | tr '\n' ' ')" \
    'ws-01 null 1 ' 'the request'
same "$(request "$ref" | jq -r .notice.sha256)" \
    "$(sha256sum <"$t/f/notice.en.md" | cut -d ' ' -f 1)" 'what was agreed to'
same "$(records log -1 --format='%an %s %P' "$ref")" 'ws-01 liudi join ' 'commit'
request "$ref" | jq -r '"ws-01 \(.sign)"' >"$t/signers"
ok records -c gpg.format=ssh -c gpg.ssh.allowedSignersFile="$t/signers" \
    verify-commit "$ref"
expect 0 records fsck --strict
expect 0 ws ws-01 join - --agree 1 <"$t/ws.liudi-invite"
says 'at the central already'
same "$(requests)" "$ref" 'requests'
same "$(stat -c %a "$t/ws-01/state/keys/join-ssh")" 600 'mode'
# keys, request and agreement stay what they were
expect 0 ws ws-01 --json join "$string"
same "$(jq -r .state "$t/out")" waiting state

# who lists processes meanwhile does not see it
mkdir "$t/shim"
printf '#!/bin/sh\ncat /proc/[0-9]*/cmdline 2>%s | tr "\\0" "\\n" >>%s\nexec %s "$@"\n' \
    "$t/noise" "$t/seen" "$(command -v git)" >"$t/shim/git"
chmod +x "$t/shim/git"
expect 0 env PATH="$t/shim:$PATH" liudi --home "$t/ws-01" join "$string"
ok grep -q '^join$' "$t/seen"
no grep -q 'liudi-join1' "$t/seen"
# nor who reads what is left on the disk
no grep -rqi "$string" "$t/ws-01"
same "$(find "$t/ws-01" -path '*/keys/*' ! -name '*.pub' ! -perm 600)" '' modes

step "waiting"
sources ws-01
expect 4 ws ws-01 run
says 'waiting for the manager to let this station in'
expect 3 ws ws-01 status
says 'waiting for the manager to let this station in'
says 'Notice 1 is agreed to since'
says 'no receipt'
same "$(branches)" '' branches
approve ws-01
expect 0 ws ws-01 run
no test -e "$t/ws-01/state/keys/join-ssh"
expect 0 ws ws-01 join "$string"
says 'let in already'
no test -e "$t/ws-01/state/keys/join-ssh"
invite 00000002 ws-02 3600
expect 2 ws ws-01 join "$string"
says 'already names station'
expect 0 ws ws-02 join "$string" --agree 1
# a second station with that invitation is for the desk to judge
expect 0 ws ws-03 join "$string" --agree 1
same "$(requests | grep -c "/$id/")" 2 'requests of one invitation'
approved=$(requests | grep "/$id/" | head -n 1)
records update-ref -d "$(requests | grep "/$id/" | tail -n 1)"
approve ws-02
loser=ws-02
[ "$(jq -r .sign "$t/request")" = "$(pub "$t/ws-02/state/keys/ws-sign.pub")" ] &&
	loser=ws-03
: "$approved"
expect 2 ws $loser join "$string"
says 'used already'

step "readers, notice and receipt in the record"
echo more >>"$t/ws-01-files/chats/a.txt"
expect 0 ws ws-01 run
main=$(main_ref ws-01)
same "$(line "$main" 1 1 | jq -c .notice)" \
    "{\"version\":1,\"sha256\":\"$(sha256sum <"$t/f/notice.en.md" |
	cut -d ' ' -f 1)\"}" 'notice'
same "$(line "$main" 1 1 | jq -r '.receipt_seen.ref, .receipt_seen.head' |
	tr '\n' ' ')" "$main $(records rev-parse "$main^") " 'receipt_seen'
same "$(line "$main" 1 1 | jq -r '.recipients[]' | tr '\n' ' ')" \
    "$(reader manager) $(reader owner) " 'readers'
for blob in $({ sealed "$main" manifest; sealed "$main" bundle; } |
	cut -d ' ' -f 1); do
	records cat-file blob "$blob" >"$t/file.age"
	same "$(grep -ac '^-> X25519 ' "$t/file.age")" 2 stanzas
	ok age -d -i "$t/k/owner.age" -o "$t/file" "$t/file.age"
	no age -d -i "$t/k/other.age" -o "$t/file" "$t/file.age"
done

expect 0 ws ws-01 status
says 'ws-01: this station is let in'
says 'It can be read by: manager owner'
says "last receipt of main: "
says "$(head_of "$main" | cut -c 1-12)"
expect 0 ws ws-01 --json status
same "$(jq -r '.state, .notice, .agreed, (.readers | join("+")),
    (.receipts[] | select(.stream == "main") | .ref, .head)' "$t/out" |
	tr '\n' ' ')" "in 1 1 manager+owner $main $(head_of "$main") " status

step "a receipt that was lost on the way"
hook=$central/records.git/hooks/post-receive
mv "$hook" "$hook.real"
printf '#!/bin/sh\n[ ! -e %s ] || { rm %s; exec %s >/dev/null; }\nexec %s\n' \
    "$t/mute" "$t/mute" "$hook.real" "$hook.real" >"$hook"
chmod +x "$hook"
: >"$t/mute"
expect 0 ws ws-01 run
no test -e "$t/mute"
ok grep -q " $main $(head_of "$main") " "$t/ws-01/state/receipt-main"
rm "$t/ws-01/state/receipt-slow"
expect 0 ws ws-01 run
slow=refs/heads/ws/ws-01/slow/$year.0
ok grep -q " $slow $(head_of "$slow") " "$t/ws-01/state/receipt-slow"

step "a new notice"
sed -i 's/notice = 1/notice = 2/' "$t/f/policy.ini"
echo 'And the chats.' >>"$t/f/notice.en.md"
control manager
echo unseen >"$t/ws-01-files/chats/new.txt"
rm "$t/ws-01-files/slow/a.txt"
expect 3 ws ws-01 run
says 'notice 2 is not agreed to'
says 'liudi agree'
seq=$(($(records rev-list --count "$main") - 1))
line "$main" "$seq" '1,$' >"$t/lines"
same "$(jq -r 'select(.source and .state) | .state' "$t/lines")" blocked state
same "$(jq -r 'select(.v) | .counts.files' "$t/lines")" 1 'live files'
same "$(jq -r 'select(.v) | .notice.version' "$t/lines")" 1 'notice'
no grep -q new.txt "$t/lines"
expect 3 ws ws-01 run --full
says 'notice 2 is not agreed to'
expect 2 ws ws-01 agree
says 'And the chats.'
expect 2 ws ws-01 agree --agree 1
if command -v script >/dev/null; then
	echo n | script -qec "liudi --home $t/ws-01 agree" /dev/null \
	    >"$t/out" 2>"$t/err" && fail 'no was taken for yes'
	says 'is not agreed to'
	echo y | script -qec "liudi --home $t/ws-01 run" /dev/null \
	    >"$t/out" 2>"$t/err" || fail 'yes was not taken'
	says 'Do you agree?'
else
	expect 0 ws ws-01 agree --agree 2
	expect 0 ws ws-01 run
fi
expect 0 ws ws-01 agree
says 'Notice 2 is agreed to'
seq=$(($(records rev-list --count "$main") - 1))
line "$main" "$seq" '1,$' >"$t/lines"
same "$(jq -r 'select(.v) | .notice.version' "$t/lines")" 2 'notice'
ok grep -q new.txt "$t/lines"
same "$(jq -r 'select(.v) | .counts.files' "$t/lines")" 2 'live files'

step "what the managers saw"
# witness REF SEQ HEAD
witness()
{
	mkdir -p "$t/f/witness"
	echo "$1 $2 $3 $(printf %064d 5) $(now)" >"$t/f/witness/heads"
	control manager
}
witness "$main" "$seq" "$(head_of "$main")"
expect 0 ws ws-01 run
witness "$main" 999 "$(printf %040d 9)"
expect 0 ws ws-01 run
witness "$main" 1 "$(printf %040d 9)"
expect 5 ws ws-01 run
says 'other commits of this station'
expect 0 ws ws-01 run
main=$(main_ref ws-01 1)
ok records rev-parse -q --verify "$main"
expect 0 ws ws-01 run
step "the central lost what a manager saw"
expect 0 ws ws-01 run
seq=$(($(records rev-list --count "$main") - 1))
witness "$main" "$seq" "$(head_of "$main")"
records update-ref "$main" "$main^"
rm "$t/ws-01/state/received/main-$year.1"
expect 5 ws ws-01 run
says 'no longer has'
expect 0 ws ws-01 run
ok records rev-parse -q --verify "$(main_ref ws-01 2)"

step "a new machine"
rm -rf "$t/ws-01"
invite 00000004 ws-01 3600
expect 0 ws ws-01 join "$string" --agree 2
sources ws-01
expect 4 ws ws-01 run
approve ws-01
expect 0 ws ws-01 run
ok records rev-parse -q --verify "$(main_ref ws-01 3)"

step "over ssh"
ssh_keys=$t/authorized_keys
if ssh_server; then
	expect 0 true
	begin "$t/far" --authorized-keys "$ssh_keys"
	address=ssh://$(id -un)@127.0.0.1:$port$t/far
	host=$t/ssh/host.pub
	invite 00000005 ws-05 3600
	# no other host key
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/k/host"
	"$inviter" 00000005000000050000000500000005 "$until" "$head" \
	    "$t/f/roots" ws-05 "$address" "$t/k/host.pub" >"$t/other"
	expect 1 ws ws-05 join "$(sed -n 1p "$t/other")" --agree 1
	says 'cannot fetch control.git'
	no test -e "$t/ws-05/state/keys/known_hosts"
	start=$(now)
	expect 0 ws ws-05 join "$string" --agree 1
	says 'is sent'
	same "$(request "$(requests)" | jq -r .ssh)" \
	    "$(pub "$t/ws-05/state/keys/ws-ssh.pub")" 'login'
	same "$(cut -d ' ' -f 1 "$t/ws-05/state/keys/known_hosts")" \
	    "[127.0.0.1]:$port" 'known host'
	expect 0 ws ws-05 join "$string"
	says 'at the central already'
	sources ws-05
	expect 4 ws ws-05 run
	says 'waiting for the manager'
	approve ws-05
	expect 0 ws ws-05 run
	say "   $(($(now) - start)) s from the string to the first run"
	no test -e "$t/ws-05/state/keys/join-ssh"
	ok records rev-parse -q --verify "$(main_ref ws-05)"
	step "the invitation ends before it is seen that it was taken"
	cp "$t/ws-05/state/keys/ws-ssh" "$t/ws-05/state/keys/join-ssh"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/k/gone"
	cp "$t/k/gone" "$t/ws-05/state/keys/join-ssh"
	rm -r "$t/f/invites"
	mkdir "$t/f/invites"
	control manager
	expect 0 ws ws-05 run
	no test -e "$t/ws-05/state/keys/join-ssh"
	expect 0 ws ws-05 join "$string"
	says 'let in already'
	expect 0 ws ws-05 run
else
	say "skipped: no sshd of our own"
fi
done_
