#!/bin/sh
# tests/hooks/post-receive.sh SHELL... - a central made by hooks/setup: receipts,
# the logins that control asks for, and what each of them may do.  SHELL is what
# runs the hooks and ssh-command.
set -eu

src=$(cd "$(dirname "$0")/../.." && pwd)
command -v "$1" >/dev/null || { echo "skipped: no $1"; exit 77; }
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fails=0 cases=0

LC_ALL=C TZ=UTC0 HOME=$t GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$t/gitconfig
export LC_ALL TZ HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL
printf '[gpg]\n\tformat = ssh\n[init]\n\tdefaultBranch = none\n' \
    >"$GIT_CONFIG_GLOBAL"
for key in ws ws2 owner manager login invite late; do
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/$key"
done
cp "$t/login.pub" "$t/login2.pub"
now=$(date +%s)
year=$(date +%Y)

say() { printf '%s\n' "$*"; }
good() { cases=$((cases + 1)); }
bad() { say "FAILED: $*"; fails=$((fails + 1)); cases=$((cases + 1)); }
# check WHAT COMMAND...: it succeeds.
check()
{
	what=$1
	shift
	if "$@" >"$t/said" 2>&1; then
		good
	else
		bad "$what"
		sed 's/^/    /' "$t/said"
	fi
}
not() { ! "$@"; }

# --- the central
mkdir "$t/home"
say 'ssh-rsa AAAAforeign admin@server' >"$t/home/authorized_keys"
read -r _ blob _ <"$t/manager.pub"
check 'setup' sh "$src/hooks/setup" "$t/c" --authorized-keys \
    "$t/home/authorized_keys" --manager "ssh-ed25519 $blob"
check 'a second setup is refused' not sh "$src/hooks/setup" "$t/c"
check 'nobody else reads the receipt key' \
    test "$(stat -c %a "$t/c/receipt-key")" = 600
# the shell under test
for f in "$t"/c/*.git/hooks/* "$t/c/ssh-command"; do
	mv "$f" "$f.sh"
	printf '#!/bin/sh\nexec %s %s.sh "$@"\n' "$*" "$f" >"$f"
	chmod +x "$f"
done

# --- commits
git init -q --bare "$t/ws.git"
GIT_DIR=$t/ws.git GIT_INDEX_FILE=$t/index
export GIT_DIR GIT_INDEX_FILE
random43() { head -c 32 /dev/urandom | base64 | cut -c 1-43; }
# commit KEY NAME [PARENT]: of the index and $t/message.
commit()
{
	GIT_AUTHOR_NAME=$2 GIT_AUTHOR_EMAIL=$2@liudi.invalid \
	GIT_AUTHOR_DATE="@$now +0000" GIT_COMMITTER_NAME=$2 \
	GIT_COMMITTER_EMAIL=$2@liudi.invalid GIT_COMMITTER_DATE="@$now +0000" \
	    git -c "user.signingKey=$t/$1" commit-tree -S ${3:+-p "$3"} \
	    -F "$t/message" "$(git write-tree)"
}
# part KEY NAME SEQ [PARENT]: a part with a manifest; prints the commit.
part()
{
	rm -f "$t/index"
	[ -z "${4:-}" ] || git read-tree "$4"
	{
		printf 'age-encryption.org/v1\n'
		for _ in 1 2; do
			printf -- '-> X25519 %s\n%s\n' "$(random43)" \
			    "$(random43)"
		done
		printf -- '--- %s\n' "$(random43)"
		head -c 900 /dev/urandom
	} >"$t/file"
	git update-index --add --cacheinfo \
	    "100644,$(git hash-object -w "$t/file"),runs/$year/03/07/091500Z-$3.manifest.age"
	{
		printf 'liudi %s\n\nLiudi-Manifest: sha256:%s\n' "$3" \
		    "$(sha256sum "$t/file" | cut -d ' ' -f 1)"
		[ -z "${4:-}" ] || git cat-file commit "$4" |
			sed -n 's/^Liudi-Manifest/Liudi-Prev/p'
	} >"$t/message"
	commit "$1" "$2" "${4:-}"
}
line() { printf '%s %s ' "$1" "$2"; cut -d ' ' -f 1,2 "$t/$3.pub"; }
# control KEY NAME [PARENT]: the files below $t/f.
control()
{
	rm -f "$t/index"
	(cd "$t/f" && find . -type f) | while read -r f; do
		git update-index --add --cacheinfo \
		    "100644,$(git hash-object -w "$t/f/$f"),${f#./}"
	done
	echo change >"$t/message"
	commit "$1" "$2" "${3:-}"
}

mkdir -p "$t/f/invites"
line owner 'namespaces="git,liudi-control"' owner >"$t/f/roots"
line manager 'namespaces="git,liudi-control"' manager >>"$t/f/roots"
{
	line ws-01 'namespaces="git"' ws
	line ws-02 'namespaces="git"' ws2
} >"$t/f/allowed_signers"
git --git-dir="$t/c/records.git" cat-file blob receipts:server_key >"$t/f/server_keys"
id=0123456789abcdef
{
	say 'station ws-03'
	say "expires $((now + 3600))"
	printf 'ssh '
	cut -d ' ' -f 1,2 "$t/invite.pub"
} >"$t/f/invites/$id"
say sealed >"$t/f/invites/$id.age"
{
	say 'station ws-04'
	say "expires $((now - 1))"
	printf 'ssh '
	cut -d ' ' -f 1,2 "$t/late.pub"
} >"$t/f/invites/fedcba9876543210"
read -r _ blob _ <"$t/login.pub"
read -r _ hostile _ <"$t/late.pub"
{
	say "station ws-01 ssh-ed25519 $blob"
	say '# no line of these may come through'
	say "station ws-02\",command=\"sh ssh-ed25519 $hostile"
	say "station -x ssh-ed25519 $hostile"
	say "station ws-02 ssh-ed25519 ${hostile}x"
	say "admin ws-02 ssh-ed25519 $hostile"
	say "station ws-02 ssh-ed25519 $hostile \"environment"
} >"$t/f/transport_keys"
k0=$(control owner owner)
check 'control' git push -q "$t/c/control.git" "$k0:refs/heads/control"

# --- logins
keys=$t/home/authorized_keys
check "the administrator's line stays" \
    grep -qx 'ssh-rsa AAAAforeign admin@server' "$keys"
check "the first manager's line stays" \
    test "$(grep -c ' manager manager" ' "$keys")" = 1
check 'the station may log in' grep -qF \
    "restrict,command=\"'$t/c/ssh-command' station ws-01\" ssh-ed25519 $blob" \
    "$keys"
check 'the invitation may' grep -q "invite $id\" ssh-ed25519 " "$keys"
check 'a hostile or late one may not' not grep -qF "$hostile" "$keys"
check 'only the owner reads it' test "$(stat -c %a "$keys")" = 600
say "station ws-02 ssh-ed25519 $blob" >"$t/f/transport_keys"
rm -r "$t/f/invites"
k1=$(control manager manager "$k0")
check 'control again' git push -q "$t/c/control.git" "$k1:refs/heads/control"
check 'what control dropped is gone' not grep -Eq "$id|station ws-01" "$keys"
check 'what it has is there' grep -q 'station ws-02"' "$keys"
check 'four lines of ours and foreign ones, no more' \
    test "$(wc -l <"$keys")" = 5

# --- receipts
p0=$(part ws ws-01 0)
w=refs/heads/ws/ws-01/main/$year.0
git push "$t/c/records.git" "$p0:$w" 2>"$t/said" || bad 'the first push'
receipt=$(sed -n 's/^remote: \(liudi-receipt .*[^ ]\) *$/\1/p' "$t/said")
# verify LINE: by the central's own key, with stock ssh-keygen.
verify()
{
	{
		echo '-----BEGIN SSH SIGNATURE-----'
		say "${1##* }" | fold -w 70
		echo '-----END SSH SIGNATURE-----'
	} >"$t/sig"
	printf %s "${1% *}" | ssh-keygen -q -Y verify -f "$t/f/server_keys" \
	    -I central -n liudi-receipt -s "$t/sig"
}
check 'a receipt comes on the side band' test -n "$receipt"
check 'it is signed by the central' verify "$receipt"
check 'nothing else verifies' not verify "x$receipt"
case $receipt in
"liudi-receipt 1 "*" $w $p0 "*) good ;;
*) bad "the receipt names another thing: $receipt" ;;
esac
check 'it stands on the branch' test "$receipt" = "$(git \
    --git-dir="$t/c/records.git" log -1 --format=%B receipts | head -n 1)"

# parallel pushes by two stations: each has its receipt
before=$(git --git-dir="$t/c/records.git" rev-list --count receipts)
n=0
while [ $n -lt 8 ]; do
	c=$(part ws2 ws-02 0)
	mkdir "$t/one$n"
	say "$c" >"$t/one$n/id"
	n=$((n + 1))
done
# one branch each, so that none waits for another's lock: streams
n=0
while [ $n -lt 8 ]; do
	git push -q "$t/c/records.git" "$(cat "$t/one$n/id"):refs/heads/ws/ws-02/s$n/$year.0" \
	    2>"$t/one$n/said" &
	n=$((n + 1))
done
wait
after=$(git --git-dir="$t/c/records.git" rev-list --count receipts)
check 'eight parallel pushes, eight receipts' test $((after - before)) = 8
n=0
while [ $n -lt 8 ]; do
	c=$(cat "$t/one$n/id")
	check "receipt $n" test "$(git --git-dir="$t/c/records.git" log \
	    --format=%B receipts | grep -c " refs/heads/ws/ws-02/s$n/$year.0 $c ")" = 1
	n=$((n + 1))
done
check 'sound' git --git-dir="$t/c/records.git" fsck --strict

# --- an erasure that was cut off: whoever pushes later ends it
r=$t/c/records.git
junk=$(say erased | git --git-dir="$r" hash-object -w --stdin)
# and in a pack, as a push that was killed leaves it
old=$(say "$(say older | git --git-dir="$r" hash-object -w --stdin)" |
	git --git-dir="$r" pack-objects -q "$r/objects/pack/pack")
older=$(say older | git --git-dir="$r" hash-object --stdin)
git --git-dir="$r" prune-packed
say receive-pack >"$r/objects/pack/pack-$old.keep"
touch -d '2 days ago' "$r/objects/pack/pack-$old.keep"
touch "$r/liudi-erasing"
c=$(part ws2 ws-02 0)
check 'another push' git push -q "$r" "$c:refs/heads/ws/ws-02/s8/$year.0"
check 'it is left to who began it' git --git-dir="$r" cat-file -e "$junk"
touch -d '2 hours ago' "$r/liudi-erasing"
c=$(part ws2 ws-02 0)
check 'a later push' git push -q "$r" "$c:refs/heads/ws/ws-02/s9/$year.0"
check 'what was erased is gone' not git --git-dir="$r" cat-file -e "$junk"
check 'under an old lock as well' not git --git-dir="$r" cat-file -e "$older"
check 'nothing is left to do' test ! -e "$r/liudi-erasing"
check 'and all else is there' git --git-dir="$r" fsck --strict

# --- what a key may do; the client believes that it speaks ssh
cat >"$t/ssh" <<-'E'
	#!/bin/sh
	while [ $# -gt 1 ]; do shift; done
	SSH_ORIGINAL_COMMAND=$1 exec sh -c "$FORCED"
	#!/bin/sh
	while [ $# -gt 1 ]; do shift; done
	SSH_ORIGINAL_COMMAND=$1 exec sh -c "$FORCED"
E
chmod +x "$t/ssh"
GIT_SSH=$t/ssh GIT_SSH_VARIANT=simple
export GIT_SSH GIT_SSH_VARIANT
# as ROLE NAME: the forced command of such a line.
# shellcheck disable=SC2089,SC2090 # a shell reads the quotes
as() { FORCED="'$t/c/ssh-command' $1 $2"; export FORCED; }
url=ssh://central/srv/liudi

p1=$(part ws ws-01 1 "$p0")
as station ws-01
check 'a station reads control' git ls-remote "$url/control.git"
check 'not records' not git ls-remote "$url/records.git"
check 'not desk' not git ls-remote "$url/desk.git"
check 'nor another repository' not git ls-remote "$url/other.git"
check 'it does not write control' not git push -q "$url/control.git" \
    "$k1:refs/heads/control"
check 'it sends to its branch' git push -q "$url/records.git" "$p1:$w"
git push --porcelain -n "$url/records.git" \
    "refs/heads/*:refs/heads/*" >"$t/said" 2>&1 || :
check 'it sees no other branch' not grep -q ws-02 "$t/said"
check 'it does not send to another' not git push -q "$url/records.git" \
    "$(part ws2 ws-02 0):refs/heads/ws/ws-02/x/$year.0"
check 'not to receipts' not git push -q -f "$url/records.git" \
    "$p0:refs/heads/receipts"
as station ws-0
check 'a name that begins alike is another' not git push -q \
    "$url/records.git" "$(part ws ws-01 2 "$p1"):$w"
as invite "$id"
check 'an invitation reads control' git ls-remote "$url/control.git"
check 'it does not send as a station' not git push -q "$url/records.git" \
    "$(part ws ws-01 2 "$p1"):$w"
as manager manager
check 'a manager reads records' git ls-remote "$url/records.git"
check 'and desk' git ls-remote "$url/desk.git"
for command in '' sh 'git-upload-archive x/control.git' \
    "git-upload-pack 'x/control.git'; sh" 'scp -t /' \
    "git-upload-pack '../../etc/control.git/x'"; do
	check "refused: $command" not env \
	    SSH_ORIGINAL_COMMAND="$command" "$t/c/ssh-command" station ws-01
done
for args in 'station' 'station ../x' 'admin x' 'station -x' ''; do
	# shellcheck disable=SC2086 # words
	check "refused: $args" not env \
	    SSH_ORIGINAL_COMMAND="git-upload-pack 'c/control.git'" \
	    "$t/c/ssh-command" $args
done

say "$cases cases, $fails failed"
[ "$fails" -eq 0 ]
