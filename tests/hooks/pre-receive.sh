#!/bin/sh
# tests/hooks/pre-receive.sh SHELL... - each rule of hooks/pre-receive, with
# stock git and ssh-keygen pushing.  SHELL is what runs the hook; with "busybox
# sh" its own awk, sed, head and the rest are used as well.
set -eu

src=$(cd "$(dirname "$0")/../.." && pwd)
command -v "$1" >/dev/null || { echo "skipped: no $1"; exit 77; }
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fails=0 cases=0

LC_ALL=C TZ=UTC0 HOME=$t GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$t/gitconfig
export LC_ALL TZ HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL
unset LIUDI_STATION LIUDI_INVITE LIUDI_MANAGER || :
printf '[gpg]\n\tformat = ssh\n[init]\n\tdefaultBranch = none\n' \
    >"$GIT_CONFIG_GLOBAL"

tools=
if [ "$1" = busybox ]; then
	mkdir "$t/bin"
	for tool in awk sed head tr date mktemp rm grep; do
		ln -s "$(command -v busybox)" "$t/bin/$tool"
	done
	tools="PATH=$t/bin:\$PATH"
fi

for key in ws other manager owner; do
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/$key"
done
for repo in control records desk; do
	git init -q --bare "$t/$repo.git"
	git -C "$t/$repo.git" config receive.fsckObjects true
	git -C "$t/$repo.git" config receive.unpackLimit 1
	# while there is a folder "counted", its programs come first
	printf '#!/bin/sh\n%s\n%s\n%s\n' "$tools" \
	    "[ ! -d $t/counted ] || PATH=$t/counted:\$PATH" \
	    "exec $* $src/hooks/pre-receive" \
	    >"$t/$repo.git/hooks/pre-receive"
	chmod +x "$t/$repo.git/hooks/pre-receive"
done
git init -q --bare "$t/ws.git"
GIT_DIR=$t/ws.git GIT_INDEX_FILE=$t/index forge=$t/ws.git
export GIT_DIR GIT_INDEX_FILE
# shellcheck source=tests/forge.sh
. "$src/tests/forge.sh"

now=$(date +%s)
year=$(date +%Y)
stem=runs/$year/03/07/091500Z

say() { printf '%s\n' "$*"; }
fail() { say "FAILED: $*"; sed 's/^/    /' "$t/said"; fails=$((fails + 1)); }

# ok WHAT REPO REFSPEC...: the push is taken.
ok()
{
	what=$1 repo=$2
	shift 2
	cases=$((cases + 1))
	git push -q "$t/$repo.git" "$@" >"$t/said" 2>&1 || fail "$what"
}

# no CODE WHAT REPO REFSPEC...: it is refused with this code, in two languages.
no()
{
	code=$1 what=$2 repo=$3
	shift 3
	cases=$((cases + 1))
	if git push -q "$t/$repo.git" "$@" >"$t/said" 2>&1; then
		fail "[$code] $what: was taken"
	elif ! grep -q "REJECTED \[$code\]" "$t/said" ||
	    ! grep -q "拒绝 \[$code\]" "$t/said"; then
		fail "[$code] $what"
	fi
}

# because TEXT: it stood in the last refusal.
because() { grep -qF "$1" "$t/said" || fail "because $1"; }

# control PARENT KEY NAME [DATE]: a control commit of the files in $t/c.
control()
{
	parent=$1
	rm -f "$t/index"
	for f in "$t"/c/*; do
		put 100644 "$(git hash-object -w "$f")" "${f##*/}"
	done
	echo change >"$t/message"
	sign "$2" "$3" "${4:-$now}"
}

w=refs/heads/ws/ws-01/main
w0=$w/$year.0

# --- control.git
p0=$(part '' 0)
no E04 'records before control' records "$p0:$w0"
mkdir "$t/c"
{
	line owner 'namespaces="git,liudi-control"' owner
	line manager 'namespaces="git,liudi-control"' manager
} >"$t/c/roots"
: >"$t/c/allowed_signers"
no C04 'first commit by a stranger' control \
    "$(control '' other owner):refs/heads/control"
no C04 'under another name' control \
    "$(control '' manager owner):refs/heads/control"
no C02 'another branch' control "$(control '' owner owner):refs/heads/main"
k0=$(control '' owner owner)
no C05 'a second signature header' control "$(raw "$k0" \
    's/^ -----END SSH SIGNATURE-----$/&\ngpgsig-sha256 x/'):refs/heads/control"
ok 'first commit by the owner' control "$k0:refs/heads/control"
no E05 'not enrolled yet' records "$p0:$w0"

old=$(date -d "@$((now - 7200))" +%Y%m%d%H%M%SZ)
past=$(date -d "@$((now - 60))" +%Y%m%d%H%M%SZ)
{
	line ws-01 "namespaces=\"git\",valid-after=\"$old\"" ws
	line ws-02 "namespaces=\"git\",valid-after=\"$old\"" other
	line ws-03 "namespaces=\"git\",valid-after=\"$old\",valid-before=\"$past\"" ws
} >"$t/c/allowed_signers"
no C06 'control ahead of the clock' control \
    "$(control "$k0" manager manager $((now + 900))):refs/heads/control"
no C06 'control before its parent' control \
    "$(control "$k0" manager manager $((now - 9))):refs/heads/control"
no C04 'by a station' control \
    "$(control "$k0" ws manager):refs/heads/control"
k1=$(control "$k0" manager manager)
ok 'by the manager' control "$k1:refs/heads/control"
no C01 'deletion' control :refs/heads/control
git --git-dir="$t/control.git" config receive.denyNonFastForwards false
no C03 'rewriting' control "+$k0:refs/heads/control"
no C03 'another history' control "+$(control '' owner owner):refs/heads/control"
# a new root signs only after it is one
line manager-2 'namespaces="git,liudi-control"' other >>"$t/c/roots"
no C04 'a root that makes itself' control \
    "$(control "$k1" other manager-2):refs/heads/control"
k2=$(control "$k1" owner owner)
k3=$(control "$k2" other manager-2)
ok 'a new root and its first commit' control "$k3:refs/heads/control"
grep -v '^owner' "$t/c/roots" >"$t/no-owner"
cp "$t/no-owner" "$t/c/roots"
no C07 'roots without an owner' control \
    "$(control "$k3" owner owner):refs/heads/control"
rm "$t/c/roots"
no C07 'no roots' control "$(control "$k3" owner owner):refs/heads/control"

# --- records.git: names and numbers
no E02 'not below ws/' records "$p0:refs/heads/main"
no E02 'a tag' records "$p0:refs/tags/v1"
no E02 'receipts' records "$p0:refs/heads/receipts"
no E02 'replace' records "$p0:refs/replace/$p0"
no E02 'upper case' records "$p0:refs/heads/ws/WS-01/main/$year.0"
no E02 'no stream' records "$p0:refs/heads/ws/ws-01/$year.0"
no E02 'nested' records "$p0:refs/heads/ws/ws-01/main/x/$year.0"
no E02 'padded' records "$p0:$w/$year.00"
no E02 'too long a name' records \
    "$p0:refs/heads/ws/a23456789012345678901234567890123/main/$year.0"
no E24 'next year' records "$p0:$w/$((year + 1)).0"
no E23 'starts at 1' records "$p0:$w/$year.1"
no E05 'retired key, dated in its window' records \
    "$p0:refs/heads/ws/ws-03/main/$year.0"
no E05 'unknown station' records "$p0:refs/heads/ws/ws-09/main/$year.0"
set --
for i in 1 2 3 4 5 6 7 8 9; do
	set -- "$@" "$p0:refs/heads/ws/ws-01/s$i/$year.0"
done
no E20 'nine branches' records "$@"
LIUDI_STATION=ws-02
export LIUDI_STATION
no E03 'the key of another station' records "$p0:$w0"
LIUDI_STATION=ws-01
ok 'first part' records "$p0:$w0"
unset LIUDI_STATION
p1=$(part "$p0" 1)
p2=$(part "$p1" 2)
ok 'two parts' records "$p2:$w0"
ok 'another stream' records "$(part '' 0):refs/heads/ws/ws-01/shop/$year.0"
ok 'another year' records "$(part '' 0):$w/$((year - 1)).0"

# --- history
no E01 'deletion' records ":$w0"
git --git-dir="$t/records.git" config receive.denyNonFastForwards false
no E08 'backwards' records "+$p1:$w0"
no E08 'rewriting' records "+$(part "$p1" 2):$w0"
no E08 'another history' records "+$(part '' 0):$w0"
p3=$(part "$p2" 3)
parent=$p2
begin "$p3"
seal_part 4 5000
merge=$(parent="$p3 -p $p1"; set -f; IFS=' '
	GIT_AUTHOR_NAME=ws-01 GIT_AUTHOR_EMAIL=ws-01@liudi.invalid \
	GIT_COMMITTER_NAME=ws-01 GIT_COMMITTER_EMAIL=ws-01@liudi.invalid \
	git -c "user.signingKey=$t/ws" commit-tree -S -p "$p3" -p "$p1" \
	    -F "$t/message" "$(git write-tree)")
no E08 'a merge' records "$merge:$w0"
no E23 'a number left out' records "$(part '' 0):$w/$year.2"
no E12 'a new branch at an old commit' records "$p1:$w/$year.1"
no E25 'a fork of another year' records \
    "$(part "$p2" 3):$w/$((year - 1)).1"
ok 'a fork from an earlier incarnation' records "$(part "$p1" 2):$w/$year.1"
no E23 'the older one goes on' records "$p3:$w0"
ok 'an orphan' records "$(part '' 0):$w/$year.2"
h=$(git --git-dir="$t/records.git" rev-parse "$w/$year.2")

# the empty push that asks for a receipt (git push itself would send nothing)
ask()
{
	printf '%s %s %s\n' "$2" "$2" "$1" |
		(cd "$t/records.git" && GIT_DIR=. hooks/pre-receive) \
		>"$t/said" 2>&1
}
cases=$((cases + 2))
ask "$w/$year.2" "$h" || fail 'asking for a receipt'
! ask "$w/$year.2" "$p0" || fail 'asking for another head'

w=refs/heads/ws/ws-01
n=0
# try CODE WHAT COMMIT: as the first commit of a stream of its own.
try()
{
	n=$((n + 1))
	if [ "$1" = ok ]; then
		ok "$2" records "$3:$w/try$n/$year.0"
	else
		no "$1" "$2" records "$3:$w/try$n/$year.0"
	fi
}

# --- signature and dates
begin
seal_part 0
try ok 'no bundle' "$(sign)"
try E13 'another station signs' "$(sign other)"
try E13 'the manager signs' "$(sign manager)"
try E21 'another name' "$(sign ws ws-02)"
try E14 'ahead of the clock' "$(sign ws ws-01 $((now + 900)))"
grep -q 'liudi-time [0-9]' "$t/said" || fail 'E14 says no time'
try ok 'a little ahead' "$(sign ws ws-01 $((now + 300)))"
try E06 'before it was enrolled' "$(sign ws ws-01 $((now - 9000)))"
grep -q 'liudi-time [0-9]' "$t/said" || fail 'E06 says no time'
a=$(part '' 0)
try E14 'before its parent' "$(part "$a" 1 $((now - 5)))"
try E13 'one bad signature of two' "$(begin "$a"; seal_part 1; b=$(sign other)
	begin "$b"; seal_part 2; sign)"

# --- the one form of a commit
try E21 'unsigned' "$(raw "$a" '/^gpgsig/d;/^ /d')"
try E21 'gpgsig-sha256 added' "$(raw "$a" \
    's/^ -----END SSH SIGNATURE-----$/&\ngpgsig-sha256 any\n text/')"
try E21 'a second gpgsig' "$(doubled "$a")"
try E21 'text behind the signature' "$(raw "$a" 's/^ -----END.*/&\n more/')"
try E21 'lines of another length' "$(git cat-file commit "$a" | awk '
	/^ [A-Za-z0-9+\/=]*$/ { all = all substr($0, 2); next }
	/ -----END/ {
		for (; all != ""; all = substr(all, 65))
			print " " substr(all, 1, 64)
	}
	{ print }' | git hash-object -t commit -w --stdin --literally)"
try E21 'idle bits in the base64' "$(git cat-file commit "$a" | awk '
	BEGIN { s = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
		"0123456789+/" }
	/^ [A-Za-z0-9+\/]*=$/ {
		at = length($0) - 1
		$0 = substr($0, 1, at - 1) \
		    substr(s, index(s, substr($0, at, 1)) + 1, 1) "="
		sub(/^ */, " ")
	}
	{ print }' | git hash-object -t commit -w --stdin --literally)"
twin=$(twin "$a")
line ws-01 'namespaces="git"' ws >"$t/twin"
git -c "gpg.ssh.allowedSignersFile=$t/twin" verify-commit "$twin" \
    2>"$t/said" || fail 'the twin is not what this test thinks'
try E21 'the twin of a signature' "$twin"
try E21 'an encoding header' "$(raw "$a" 's/^gpgsig/encoding UTF-8\n&/')"
try E21 'other committer' "$(raw "$a" 's/^committer ws-01/committer ws-02/')"
try E21 'another zone' "$(raw "$a" 's/ +0000$/ +0800/')"
try E21 'no line feed at the end' "$(git cat-file commit "$a" |
	awk 'NR > 1 { print "" } { printf "%s", $0 }' |
	git hash-object -t commit -w --stdin --literally)"
printf 'x\n' >>"$t/message"
begin
seal_part 0 5000
echo junk >>"$t/message"
try E21 'a line too many' "$(sign)"

# --- message against files
begin
seal_part 0 5000
sed 's/^liudi 0/liudi 1/' "$t/message" >"$t/m2"
cp "$t/m2" "$t/message"
try E26 'number of the message' "$(sign)"
begin
seal_part 7
try E26 'does not begin at 0' "$(sign)"
begin
seal_part 0 5000
sed '/^Liudi-Bundle/s/ [0-9]*$/ 4999/' "$t/message" >"$t/m2"
cp "$t/m2" "$t/message"
try E26 'size of a bundle' "$(sign)"
begin
seal_part 0 5000
sed '/^Liudi-Bundle/d' "$t/message" >"$t/m2"
cp "$t/m2" "$t/message"
try E26 'a bundle that the message hides' "$(sign)"
begin "$a"
seal_part 1
sed 's/^\(Liudi-Prev: sha256:\).*/\1'"$(sum)/" "$t/message" >"$t/m2"
cp "$t/m2" "$t/message"
try E26 'another Liudi-Prev' "$(sign)"

# --- files
begin
seal_part 0 5000 5000 5000
try ok 'three bundles' "$(sign)"
begin
: >"$t/file"
printf 'liudi 0\n\nLiudi-Manifest: sha256:%s\n' "$(sum)" >"$t/message"
try E19 'an empty commit' "$(sign)"
begin
seal_part 0
put 100644 "$(age_file 10)" "runs/$year/03/07/091501Z-0.manifest.age"
try E16 'two manifests' "$(sign)"
begin "$a"
seal_part 1
put 100644 "$(age_file 10)" "$stem-0.manifest.age"
try E15 'a file changes' "$(sign)"
begin "$a"
seal_part 1
git rm -q --cached "$stem-0.manifest.age"
try E15 'a file goes' "$(sign)"
for mode in 100755 120000; do
	begin
	seal_part 0
	put $mode "$oid" "$stem-0.manifest.age"
	try E15 "mode $mode" "$(sign)"
done
begin
seal_part 0
put 160000 "$a" "$stem-0.bundle-00.age"
try E15 'a submodule' "$(sign)"
for path in .gitattributes x.age "runs/$year/x.manifest.age" \
    "$stem-0.bundle-0.age" "$stem-00.bundle-00.age" "$stem-0.bundle-01.age" \
    "runs/$year/02/30/091500Z-0.bundle-00.age" "$stem-0.bundle-00.age.x" \
    "runs/$year/03/07/x/091500Z-0.bundle-00.age" '文.age'; do
	begin
	seal_part 0
	put 100644 "$oid" "$path"
	try E16 "$path" "$(sign)"
done
begin
stem=runs/$year/02/30/091500Z
seal_part 0
try E16 'the 30th of February' "$(sign)"
stem=runs/$year/03/07/091500Z
begin
seal_part 0
tree=$(git write-tree)
empty=$(git mktree </dev/null)
tree=$({ git ls-tree "$tree"; printf '040000 tree %s\tempty\n' "$empty"; } |
	git mktree)
git read-tree "$tree"	# an index forgets empty folders: commit by hand
c=$(sign)
c=$(git cat-file commit "$c" | sed "s/^tree .*/tree $tree/" |
	git hash-object -t commit -w --stdin --literally)
no E15 'an empty folder' records "$c:$w/folder/$year.0"

# --- what is sealed
begin
seal_part 0
oid=$(age_file 900 1)
put 100644 "$oid" "$stem-0.manifest.age"
try E18 'one reader' "$(sign)"
begin
seal_part 0
oid=$(age_file 900 2 scrypt)
put 100644 "$oid" "$stem-0.manifest.age"
try E18 'a passphrase' "$(sign)"
for text in 'plain text' '' 'age-encryption.org/v1' ; do
	begin
	seal_part 0
	put 100644 "$(printf '%s\n' "$text" | git hash-object -w --stdin)" \
	    "$stem-0.manifest.age"
	try E18 "'$text'" "$(sign)"
done
# a header that counts as one for an awk that stops at NUL
begin
seal_part 0
oid=$(age_file 900)
head -c 21 "$t/file" >"$t/nul"
printf '\000\n' >>"$t/nul"
tail -c +23 "$t/file" >>"$t/nul"
put 100644 "$(git hash-object -w "$t/nul")" "$stem-0.manifest.age"
try E18 'a NUL in the header' "$(sign)"
# a manifest like this passes through awk as a whole
begin
seal_part 0
put 100644 "$(head -c 16777216 /dev/zero | git hash-object -w --stdin)" \
    "$stem-0.manifest.age"
try E18 'zeros' "$(sign)"
# random bytes hold every line that a scanner could stumble over
begin
seal_part 0 1000000 1000000 1000000 1000000 1000000 1000000 1000000 1000000
try ok 'megabytes of random bytes' "$(sign)"
begin
seal_part 0 14000000
try ok 'a large bundle' "$(sign)"
for size in 1000 100000; do
	for text in 'plain text' ''; do
		begin
		seal_part 0 "$size"
		head -c "$size" /dev/urandom >"$t/tail"
		{ printf '%s' "$text"; head -c $((size / 2)) "$t/tail"; } \
		    >"$t/file"
		sed '/^Liudi-Bundle/d' "$t/message" >"$t/m2"
		{
			cat "$t/m2"
			echo "Liudi-Bundle: sha256:$(sum) $(wc -c <"$t/file")"
		} >"$t/message"
		put 100644 "$(git hash-object -w "$t/file")" \
		    "$stem-0.bundle-00.age"
		try E18 "a bundle that is '$text' of $size" "$(sign)"
	done
done
begin
seal_part 0
oid=$(age_file 16777217)
put 100644 "$oid" "$stem-0.manifest.age"
try E17 'a manifest over 16 MiB' "$(sign)"
begin
seal_part 0 17000000 17000000 17000000
try E17 'a part over 48 MiB' "$(sign)"

# --- how many programs a push starts
# counted COUNT WHAT COMMIT: at most so many.  Each is a millisecond or more.
counted()
{
	mkdir "$t/counted"
	for tool in git awk sed head tail cut wc tr date mktemp mkdir rm cat \
	    grep ssh-keygen sh; do
		real=$(PATH=$t/bin:$PATH command -v $tool)
		printf '#!/bin/sh\necho %s >>%s/started\nexec %s "$@"\n' \
		    $tool "$t" "$real" >"$t/counted/$tool"
		chmod +x "$t/counted/$tool"
	done
	rm -f "$t/started"
	try ok "$2" "$3"
	rm -r "$t/counted"
	count=$(wc -l <"$t/started")
	cases=$((cases + 1))
	cp "$t/started" "$t/said"
	# none at all: then this counts nothing
	{ [ "$count" -le "$1" ] && [ "$count" -ge 5 ]; } ||
		fail "$2: $count programs, not $1"
}
begin
seal_part 0
counted 12 'one part without a bundle' "$(sign)"
begin
seal_part 0 5000 5000
counted 17 'one part with two small bundles' "$(sign)"
p0=$(part '' 0)
p1=$(part "$p0" 1)
counted 18 'two parts' "$p1"

# --- desk.git
mk=$(key manager)
d0=$(note '' manager manager "access/$mk/0.age")
d1=$(note "$d0" manager manager "access/$mk/1.age")
no C02 'another branch' desk "$d0:refs/heads/main"
no C04 'by a station' desk "$(note '' ws manager \
    "access/$(key ws)/0.age"):refs/heads/desk"
no C04 'under the name of another' desk "$(note '' manager owner \
    "access/$mk/0.age"):refs/heads/desk"
no C10 'a log that begins late' desk "$(note '' manager manager \
    "access/$mk/1.age"):refs/heads/desk"
no C10 "in another's log" desk "$(note '' manager manager \
    "access/$(key owner)/0.age"):refs/heads/desk"
no C10 'another folder' desk "$(note '' manager manager x/0.age):refs/heads/desk"
no C10 'a name with a blank' desk "$(note '' manager manager \
    'handover/a b'):refs/heads/desk"
no C09 'an executable' desk "$(note '' manager manager \
    "access/$mk/0.age" 100755):refs/heads/desk"
ok 'first' desk "$d0:refs/heads/desk"
no C10 'a number twice' desk "$(note "$d0" manager manager \
    "access/$mk/00.age"):refs/heads/desk"
no C10 'a number left out' desk "$(note "$d0" manager manager \
    "access/$mk/2.age"):refs/heads/desk"
no C09 'a file changed' desk "$(note "$d0" manager manager \
    "access/$mk/0.age"):refs/heads/desk"
begin
parent=$d0
no C09 'a file gone' desk "$(sign manager manager):refs/heads/desk"
ok 'second' desk "$d1:refs/heads/desk"
d2=$(note "$d1" owner owner "access/$(key owner)/0.age")
d3=$(note "$d2" manager manager "access/$mk/2.age")
ok 'two readers in one push' desk "$d3:refs/heads/desk"
d4=$(note "$d3" manager manager rewrap/ws_ws-01_main_2025.0/0.tar)
ok 'other files' desk "$d4:refs/heads/desk"
no C01 'deletion' desk :refs/heads/desk
no C10 'a tar that leaves numbers out' desk "$(note "$d4" manager manager \
    rewrap/ws_ws-01_main_2025.0/2.tar):refs/heads/desk"
no C10 'a tar beside the branches' desk "$(note "$d4" manager manager \
    rewrap/0.tar):refs/heads/desk"
no C10 "in the place of another's signing key" desk "$(note "$d4" manager \
    manager "handover/owner.$(key owner).sign.age"):refs/heads/desk"
d4=$(note "$d4" owner owner "handover/owner.$(key owner).sign.age")
ok 'his own signing key' desk "$d4:refs/heads/desk"
d4=$(note "$d4" owner owner rewrap/ws_ws-01_main_2025.0/1.tar)
ok 'the next tar, by another' desk "$d4:refs/heads/desk"
# event files of accounts: their names, that they stay, how large they are
event=accounts/events/0123456789abcdef0123456789abcdef.age
for f in accounts/book.age accounts/events/0.age "${event%.age}" "$event.age" \
    "$event/0.age" accounts/events/0123456789ABCDEF0123456789abcdef.age; do
	no C10 "an event file called $f" desk "$(note "$d4" manager manager \
	    "$f"):refs/heads/desk"
done
begin "$d4"
put 100644 "$(age_file 5242881)" "$event"
no C11 'an event file that is too large' desk \
    "$(sign manager manager):refs/heads/desk"
begin "$d4"
put 100644 "$(age_file 5000000)" "$event"
d4=$(sign manager manager)
ok 'an event file' desk "$d4:refs/heads/desk"
no C09 'an event file changed' desk "$(note "$d4" owner owner \
    "$event"):refs/heads/desk"
# half KEY PATH: a file of erasure/ alone.
half()
{
	begin "$d4"
	echo erasure >"$t/message"
	put 100644 "$(git hash-object -w "$t/message")" "erasure/$2"
	sign "$1" "$1"
}
no C10 'an order that nobody signed' desk \
    "$(half manager 0.order):refs/heads/desk"
no C10 'a signature of no order' desk \
    "$(half manager "0.$mk.sig"):refs/heads/desk"
no C10 'something else of an order' desk \
    "$(half manager 0.else):refs/heads/desk"
# what went past the hook: a log with holes goes on behind its last number
past_desk()
{
	git --git-dir="$t/desk.git" fetch -q "$t/ws.git" "$1"
	git --git-dir="$t/desk.git" update-ref refs/heads/desk "$1"
}
kept=$d4
begin "$d4"
drop "access/$mk/1.age"
put 100644 "$(age_file 10)" "access/$mk/x.age"
put 100644 "$(age_file 10)" "access/$mk/1000000000.age"
parent=$d4
hole=$(sign manager manager)
past_desk "$hole"
no C10 'the number that is missing' desk "$(note "$hole" manager manager \
    "access/$mk/1.age"):refs/heads/desk"
ok 'the number behind the last' desk "$(note "$hole" manager manager \
    "access/$mk/3.age"):refs/heads/desk"
git --git-dir="$t/desk.git" update-ref refs/heads/desk "$kept"
# several at once, of which 10 stands before 9 in a tree
# events LAST EXCEPT: a commit on $kept of all from 3 to LAST but one
events()
{
	parent=$kept
	begin "$kept"
	for n in $(seq 3 "$1"); do
		[ "$n" -eq "$2" ] ||
			put 100644 "$(age_file 10)" "access/$mk/$n.age"
	done
	sign manager manager
}
no C10 'one of ten left out' desk "$(events 11 7):refs/heads/desk"
no C10 'the first of ten left out' desk "$(events 11 3):refs/heads/desk"
ok 'ten at once' desk "$(events 11 0):refs/heads/desk"
git --git-dir="$t/desk.git" update-ref refs/heads/desk "$kept"
git --git-dir="$t/desk.git" config receive.denyNonFastForwards false
no C03 'backwards' desk "+$d0:refs/heads/desk"

# --- control.git: protected files
# As control(), with the file FILE added as PATH.
approved()
{
	parent=$1
	begin "$1"
	for f in "$t"/c/*; do
		put 100644 "$(git hash-object -w "$f")" "${f##*/}"
	done
	put 100644 "$(git hash-object -w "$5")" "$4"
	echo change >"$t/message"
	sign "$2" "$3"
}
head=$(git --git-dir="$t/control.git" rev-parse control)
git --git-dir="$t/control.git" cat-file blob control:roots >"$t/c/roots"
for k in owner manager; do
	line "$k" 'namespaces="git,liudi-control,liudi-erasure"' "$k"
done >"$t/c/roots"
line manager-2 'namespaces="git,liudi-control,liudi-erasure"' other \
    >>"$t/c/roots"
no C08 'roots by one manager' control \
    "$(control "$head" manager manager):refs/heads/control"
k=$(control "$head" owner owner)
ok 'roots by the owner' control "$k:refs/heads/control"
say 'version 1' >"$t/c/recipients"
say '[stream main]' >"$t/c/retention.ini"
consent other "$t/sig" "$k" recipients retention.ini
p=approve/0.$(key other).sig
no C08 'protected files by one manager' control \
    "$(control "$k" manager manager):refs/heads/control"
no C08 'a wrong number' control "$(approved "$k" manager manager \
    "approve/1.$(key other).sig" "$t/sig"):refs/heads/control"
no C08 "another key's name" control "$(approved "$k" manager manager \
    "approve/0.$(key owner).sig" "$t/sig"):refs/heads/control"
no C08 'consent to oneself' control "$(approved "$k" other manager-2 "$p" \
    "$t/sig"):refs/heads/control"
consent other "$t/sig2" "$k" recipients
no C08 'consent to one of two' control "$(approved "$k" manager manager "$p" \
    "$t/sig2"):refs/heads/control"
consent other "$t/sig2" "$head" recipients retention.ini
no C08 'consent on other roots' control "$(approved "$k" manager manager \
    "$p" "$t/sig2"):refs/heads/control"
ns=git
consent other "$t/sig2" "$k" recipients retention.ini
ns=
no C08 'in another namespace' control "$(approved "$k" manager manager "$p" \
    "$t/sig2"):refs/heads/control"
consent ws "$t/sig2" "$k" recipients retention.ini
no C08 'consent of a station' control "$(approved "$k" manager manager \
    "approve/0.$(key ws).sig" "$t/sig2"):refs/heads/control"
sed 's/^\(.\{60\}\)\(.\{10\}\)$/\1\n\2/' "$t/sig" >"$t/sig2"
no C08 'a signature in other lines' control "$(approved "$k" manager manager \
    "$p" "$t/sig2"):refs/heads/control"
head -c -1 "$t/sig" >"$t/sig2"
no C08 'a signature without its last LF' control "$(approved "$k" manager \
    manager "$p" "$t/sig2"):refs/heads/control"
hash=-Ohashalg=sha256
consent other "$t/sig2" "$k" recipients retention.ini
hash=
no C08 'another hash' control "$(approved "$k" manager manager "$p" \
    "$t/sig2"):refs/heads/control"
# a consent holds on what else is written meanwhile
begin "$k"
put 100644 "$(git hash-object -w "$t/sig")" other
parent=$k
kx=$(sign manager manager)
ok 'something else meanwhile' control "$kx:refs/heads/control"
k1=$(approved "$kx" manager manager "$p" "$t/sig")
ok 'two managers' control "$k1:refs/heads/control"
# and holds once, though all is again as it was
begin "$k1"
for f in recipients retention.ini; do
	if git cat-file -e "$k:$f" 2>/dev/null; then
		put 100644 "$(git rev-parse "$k:$f")" "$f"
	else
		printf '0 %040d\t%s\n' 0 "$f" | git update-index --index-info
	fi
done
parent=$k1
k2=$(sign owner owner)
no C08 'a consent used twice' control "$(approved "$k2" manager manager \
    "approve/1.$(key other).sig" "$t/sig"):refs/heads/control"
begin "$k1"
parent=$k1
git update-index --chmod=+x recipients 2>/dev/null ||
	put 100755 "$(git hash-object -w "$t/c/recipients")" recipients
no C08 'a protected file made executable' control \
    "$(sign owner owner):refs/heads/control"
begin "$k1"
parent=$k1
for n in 1 2; do
	put 100644 "$(git hash-object -w "$t/sig")" \
	    "approve/$n.$(key owner).sig"
	no C08 "a consent to nothing, $n" control \
	    "$(sign manager manager):refs/heads/control"
done
begin "$k1"
say 'version 3' >"$t/recipients"
put 100644 "$(git hash-object -w "$t/recipients")" recipients
put 100644 "$(git hash-object -w "$t/sig")" "approve/1.$(key other).sig"
no C08 'an owner, with a consent to something else' control \
    "$(sign owner owner):refs/heads/control"
# what git shows in quotes, and a folder in the place of a file
for odd in "$(printf 'approve/1.\001')" 'approve/1.x y' approve/x/1.sig; do
	begin "$k1"
	put 100644 "$(git hash-object -w "$t/sig")" "$odd"
	no C08 "an owner adds $odd" control \
	    "$(sign owner owner):refs/heads/control"
done
for path in roots recipients; do
	begin "$k1"
	drop "$path"
	put 100644 "$(git hash-object -w "$t/sig")" "$path/x"
	no "$([ $path = roots ] && echo C07 || echo C08)" "a folder $path" \
	    control "$(sign owner owner):refs/heads/control"
done
no C09 'a consent gone' control \
    "$(control "$k1" manager manager):refs/heads/control"

# --- records.git: requests
id=0011223344556677 late=8899aabbccddeeff
ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/new"
nk=$(key new)
begin "$k1"
{ say 'station ws-09'; say "expires $((now + 600))"; } >"$t/invite"
put 100644 "$(git hash-object -w "$t/invite")" "invites/$id"
{ say 'station ws-09'; say "expires $((now - 1))"; } >"$t/invite"
put 100644 "$(git hash-object -w "$t/invite")" "invites/$late"
parent=$k1
echo change >"$t/message"
k2=$(sign manager manager)
ok 'invitations' control "$k2:refs/heads/control"
e=refs/heads/enrol
r0=$(request new ws-09 new)
no E02 'an odd name' records "$r0:$e/$id/x"
no E27 'no such invitation' records "$r0:$e/1111111111111111/$nk"
no E27 'too late' records "$r0:$e/$late/$nk"
no E28 "another key's name" records "$r0:$e/$id/$(key ws)"
no E28 'for another station' records "$(request new ws-01 new):$e/$id/$nk"
no E13 "signed by another" records "$(request ws ws-09 new):$e/$id/$nk"
no E28 'another file' records "$(request new ws-09 new x):$e/$id/$nk"
parent=$r0
no E28 'two commits' records "$(sign new ws-09):$e/$id/$nk"
LIUDI_STATION=ws-01
export LIUDI_STATION
no E03 'with the login of a station' records "$r0:$e/$id/$nk"
unset LIUDI_STATION
LIUDI_INVITE=$late
export LIUDI_INVITE
no E03 'with another invitation' records "$r0:$e/$id/$nk"
no E03 'a part with an invitation' records "$p0:refs/heads/ws/ws-01/x/$year.0"
LIUDI_INVITE=$id
ok 'a request' records "$r0:$e/$id/$nk"
unset LIUDI_INVITE
no E08 'another in its place' records "+$(request new ws-09 new):$e/$id/$nk"
no E01 'a request gone' records ":$e/$id/$nk"
i=1
while [ $i -lt 8 ]; do
	rm -f "$t/new" "$t/new.pub"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/new"
	ok "request $i" records "$(request new ws-09 new):$e/$id/$(key new)"
	i=$((i + 1))
done
rm -f "$t/new" "$t/new.pub"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/new"
no E27 'a ninth request' records "$(request new ws-09 new):$e/$id/$(key new)"

# --- records.git: erasure
gone=refs/heads/ws/ws-02/old/$((year - 3)).0
year=$((year - 3))
stem=runs/$year/03/07/091500Z
begin
seal_part 0 5000
g=$(sign other ws-02)
year=$(date +%Y)
stem=runs/$year/03/07/091500Z
ok 'an old branch' records "$g:$gone"
no E01 'without an order' records ":$gone"
# ordered N REF HEAD [KEY...]: an order signed by these, on top of desk's head,
# past its hook, which wants each of them to bring his own.
ordered()
{
	n=$1
	printf 'erase %s %s 0 00\nby manager\ndate %s\nreason test\n' "$2" "$3" \
	    "$now" >"$t/order"
	shift 3
	begin "$d4"
	put 100644 "$(git hash-object -w "$t/order")" "erasure/$n.order"
	for who; do
		put 100644 "$(signature "$who")" "erasure/$n.$(key "$who").sig"
	done
	echo erasure >"$t/message"
	d4=$(sign manager manager)
	past_desk "$d4"
}
# signature KEY: of $t/order.
signature()
{
	rm -f "$t/order.sig"
	ssh-keygen -q -Y sign -n liudi-erasure -f "$t/$1" "$t/order" \
	    2>/dev/null
	git hash-object -w "$t/order.sig"
}
# retained TEXT: control's retention.ini says so.
retained()
{
	printf '%s\n' "$@" >"$t/c/retention.ini"
	begin "$k2"
	put 100644 "$(git hash-object -w "$t/c/retention.ini")" retention.ini
	parent=$k2
	echo change >"$t/message"
	k2=$(sign owner owner)
	git push -q "$t/control.git" "$k2:refs/heads/control"
}
kept=$d4
ordered 0 "$gone" "$p0" manager owner
no C10 "another's signature, of an order" desk "$(begin "$d4"
	put 100644 "$(signature other)" "erasure/0.$(key other).sig"
	sign manager manager):refs/heads/desk"
git --git-dir="$t/desk.git" update-ref refs/heads/desk "$kept"
no C10 "another's beside his own" desk "$d4:refs/heads/desk"
d4=$kept
begin "$d4"
put 100644 "$(git hash-object -w "$t/order")" erasure/0.order
put 100644 "$(signature manager)" "erasure/0.$mk.sig"
d4=$(sign manager manager)
ok 'an order' desk "$d4:refs/heads/desk"
begin "$d4"
put 100644 "$(signature owner)" "erasure/0.$(key owner).sig"
d4=$(sign owner owner)
ok 'a second signature' desk "$d4:refs/heads/desk"
no E01 'an order for another head' records ":$gone"
ordered 1 "$gone" "$g" manager
no E22 'kept for ever' records ":$gone"
because 'kept: 10000 years'
retained '[stream old]' 'keep_years = 3'
no E22 'too early' records ":$gone"
because 'kept: 3 years'
retained '[stream old]' 'keep_years = 2' '[hold case]' "refs = ${gone%/*}"
no E22 'on hold' records ":$gone"
because 'hold: case'
retained '[stream old]' 'keep_years = 2' '[hold case]' 'refs = refs/heads/ws/ws-01/'
no E22 'one signature' records ":$gone"
because 'signatures of two'
ordered 2 "$gone" "$g" manager ws
no E22 'the second is none of the roots' records ":$gone"
because 'signatures of two'
LIUDI_STATION=ws-02
export LIUDI_STATION
ordered 3 "$gone" "$g" manager other
no E01 'by a station' records ":$gone"
unset LIUDI_STATION
# one manager alone orders the same once more: the good order stands
ordered 9 "$gone" "$g" manager
cases=$((cases + 1))
[ ! -e "$t/records.git/liudi-erasing" ] ||
    fail 'something is to be removed before it may be'
ok 'two roots' records ":$gone"
cases=$((cases + 1))
[ -e "$t/records.git/liudi-erasing" ] ||
    fail 'nothing says that something is to be removed'

# so many orders, and no more
sed 's/^max_orders=.*/max_orders=5/' "$src/hooks/pre-receive" >"$t/few"
cp "$t/desk.git/hooks/pre-receive" "$t/desk.hook"
sed "s,$src/hooks/pre-receive,$t/few," "$t/desk.hook" \
    >"$t/desk.git/hooks/pre-receive"
begin "$d4"
put 100644 "$(git hash-object -w "$t/order")" erasure/10.order
put 100644 "$(signature manager)" "erasure/10.$mk.sig"
d5=$(sign manager manager)
no C10 'a sixth order' desk "$d5:refs/heads/desk"
mv "$t/desk.hook" "$t/desk.git/hooks/pre-receive"
ok 'one more' desk "$d5:refs/heads/desk"

# --- a repository of another name
git init -q --bare "$t/else.git"
cp "$t/desk.git/hooks/pre-receive" "$t/else.git/hooks/"
no E00 'another folder' else "$d0:refs/heads/desk"

say "$cases cases, $fails failed"
[ "$fails" -eq 0 ]
