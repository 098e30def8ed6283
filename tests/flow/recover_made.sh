#!/bin/sh
# tests/flow/recover_made.sh SHELL... - docs/recover.sh on records made by hand, with
# stock tools only: what is whole comes back, each kind of damage is refused.
# With "busybox sh" its own awk, sed, sort and xargs are used as well.
set -eu

src=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || set -- sh
for tool in "$1" git ssh-keygen age age-keygen zstd jq b2sum basenc; do
	command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fails=0 cases=0

LC_ALL=C TZ=UTC0 HOME=$t GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$t/gitconfig
export LC_ALL TZ HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL
printf '[gpg]\n\tformat = ssh\n[init]\n\tdefaultBranch = control\n' \
    >"$GIT_CONFIG_GLOBAL"
path=$PATH
if [ "$1" = busybox ]; then
	mkdir "$t/bin"
	for tool in awk sed sort xargs grep; do
		ln -s "$(command -v busybox)" "$t/bin/$tool"
	done
	path=$t/bin:$PATH
fi
shell=$*
recover=$src/docs/recover.sh

for key in ws other owner manager; do
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/$key"
done
age-keygen -o "$t/identity" 2>/dev/null
age-keygen -o "$t/stranger" 2>/dev/null
to=$(age-keygen -y "$t/identity")
pub() { cut -d ' ' -f 1,2 "$t/$1.pub"; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
sha() { sha256sum <"$1" | cut -c 1-64; }
b2() { b2sum -l 256 | cut -c 1-64; }
raw() { tr -d '\n' | tr a-f A-F | basenc --base16 -d; }

# --- control.git ---
git init -q --bare "$t/control.git"
git init -q --bare "$t/records.git"
# loose objects can be damaged one by one
git -C "$t/records.git" config gc.auto 0
GIT_INDEX_FILE=$t/index
export GIT_INDEX_FILE

# commit REPO KEY NAME SECONDS PARENT <message: of the index; prints its id
commit()
{
	GIT_AUTHOR_NAME=$3 GIT_AUTHOR_EMAIL=$3@liudi.invalid \
	GIT_AUTHOR_DATE="$4 +0000" GIT_COMMITTER_NAME=$3 \
	GIT_COMMITTER_EMAIL=$3@liudi.invalid GIT_COMMITTER_DATE="$4 +0000" \
	git --git-dir "$t/$1.git" commit-tree ${5:+-p "$5"} \
	    ${2:+-S"$t/$2"} "$(git --git-dir "$t/$1.git" write-tree)"
}
# control_file NAME <text
control_file()
{
	oid=$(git --git-dir "$t/control.git" hash-object -w --stdin)
	git --git-dir "$t/control.git" update-index --add \
	    --cacheinfo "100644,$oid,$1"
}
rm -f "$t/index"
printf '# keys\nowner namespaces="git,liudi-control" %s\n' "$(pub owner)" |
	control_file roots
control0=$(echo first | commit control owner owner 1000000000 '')
{
	printf 'owner namespaces="git,liudi-control" %s\n' "$(pub owner)"
	printf 'manager namespaces="git,liudi-control" %s\n' "$(pub manager)"
} | control_file roots
control1=$(echo second | commit control owner owner 1000000100 "$control0")
printf 'pc-1 namespaces="git",valid-after="20260101000000Z" %s\n' \
    "$(pub ws)" | control_file allowed_signers
control2=$(echo third | commit control manager manager 1767225600 "$control1")
git --git-dir "$t/control.git" update-ref refs/heads/control "$control2"

# --- files: $t/e/N holds name, data, ids, meta ---
# entry N NAME-AS-PRINTF MODE SEC NSEC [CHUNK-SIZE] <data
entry()
{
	e=$t/e/$1
	rm -rf "$e"
	mkdir -p "$e" "$t/chunks"
	# shellcheck disable=SC2059 # the name is a format
	printf -- "$2" >"$e/name"
	cat >"$e/data"
	(cd "$e" && split -a 4 -b "${6:-1000}" data x.)
	for c in "$e"/x.*; do
		[ -e "$c" ] || break
		i=$(b2 <"$c")
		mv "$c" "$t/chunks/$i"
		echo "$i"
	done >"$e/ids"
	raw <"$e/ids" | b2 >"$e/sum"
	echo "$3 $4 $5" >"$e/meta"
}
# name_key N [path|from]: "path":… or "path_b64":…
name_key()
{
	if iconv -f utf-8 -t utf-8 "$t/e/$1/name" >/dev/null 2>&1 &&
	    ! hex <"$t/e/$1/name" | sed 's/../& /g' |
	    grep -qE '(^| )([01].|7f)'; then
		printf '"%s":%s' "${2:-path}" "$(jq -Rs . <"$t/e/$1/name")"
	else
		printf '"%s_b64":"%s"' "${2:-path}" \
		    "$(base64 -w 0 <"$t/e/$1/name")"
	fi
}
meta() # N: "size":…,"mtime":…,"mode":…
{
	read -r mode sec nsec <"$t/e/$1/meta"
	printf '"size":%s,"mtime":[%s,%s],"mode":%s' \
	    "$(($(wc -c <"$t/e/$1/data")))" "$sec" "$nsec" "$((0$mode))"
}
ids() { jq -Rsc 'split("\n") | map(select(. != ""))' "$t/e/$1/ids"; }
# op N OP [MORE-KEYS]: a line of the manifest
op()
{
	printf '{"op":"%s","source":"chats",%s' "$2" "$(name_key "$1")"
	case $2 in
	removed) ;;
	moved) printf ',%s,%s' "$(name_key "$3" from)" "$(meta "$1")" ;;
	touched) printf ',%s' "$(meta "$1")" ;;
	*)	printf ',%s,"sum":"%s",' "$(meta "$1")" "$(cat "$t/e/$1/sum")"
		if [ -n "${3:-}" ]; then
			printf '%s' "$3"
		else
			printf '"chunks":%s' "$(ids "$1")"
		fi ;;
	esac
	printf '}\n'
}
# state N...: of these live files; elsewhere_N holds a point
state()
{
	for n; do
		printf 'x%s %s\n' "$(hex <"$t/e/$n/name")" "$n"
	done | sort | while read -r _ n; do
		list=\"chunks\":$(ids "$n")
		[ ! -e "$t/e/$n/elsewhere" ] || list=$(cat "$t/e/$n/elsewhere")
		printf '{"source":"chats",%s,%s,"sum":"%s",%s}' \
		    "$(name_key "$n")" "$(meta "$n")" "$(cat "$t/e/$n/sum")" \
		    "$list" | b2
	done | raw | b2
}

# --- parts ---
# begin REF PARENT RUN BASE: a run on a branch; the lines come next
begin()
{
	ref=$1 parent=$2 run=$(printf %s "$3" | md5sum | cut -c 1-32) base=$4
	part=0 key=ws prev='' seq=0 continues=null epoch_head=null
	unsigned='' wrong_prev='' context='' tamper=''
	rm -f "$t/index"
	if [ -n "$parent" ]; then
		git --git-dir "$t/records.git" read-tree "$parent"
		seq=$(($(cat "$t/seq.$parent") + 1)) prev=$(cat "$t/man.$parent")
	fi
	: >"$t/lines"
}
rec_file() # PATH FILE
{
	oid=$(git --git-dir "$t/records.git" hash-object -w "$2")
	git --git-dir "$t/records.git" update-index --add \
	    --cacheinfo "100644,$oid,$1"
	echo "$oid"
}
seal() # <tar: an age file
{
	{
		zstd -qc
		# a skippable frame of 4 zero bytes
		printf '\120\052\115\030\004\000\000\000\000\000\000\000'
	} >"$t/plain"
	age -r "$to" -o "$1" "$t/plain"
}
# part FINAL STATE CHUNK...: seals, commits, moves the ref; sets head
part()
{
	final=$1 told=$2
	shift 2
	epoch=${ref##*/} epoch=${epoch%.*}
	: >"$t/bundles"
	: >"$t/trailers"
	stem=runs/$epoch/03/07/091500Z-$seq
	if [ $# -gt 0 ]; then
		rm -rf "$t/tar"
		mkdir -p "$t/tar/chunks"
		printf '{"v":1,"station":"pc-1","stream":"main","epoch":%s,"seq":%s,"run":"%s","part":%s}\n' \
		    "$epoch" "${context:-$seq}" "$run" "$part" >"$t/tar/liudi.json"
		for i; do
			cp "$t/chunks/$i" "$t/tar/chunks/$i"
			printf 'chunks/%s\n' "$i"
		done >"$t/members"
		[ -z "$tamper" ] || "$tamper"
		(cd "$t/tar" && tar -c --format=ustar -b 1 -f - liudi.json \
		    -T "$t/members") | seal "$t/bundle"
		b_oid=$(rec_file "$stem.bundle-00.age" "$t/bundle")
		printf '{"path":"%s","sha256":"%s","bytes":%s,"chunks":%s}\n' \
		    "$stem.bundle-00.age" "$(sha "$t/bundle")" \
		    "$(($(wc -c <"$t/bundle")))" \
		    "$(printf '%s\n' "$@" | jq -Rsc 'split("\n")[:-1]')" \
		    >"$t/bundles"
		echo "Liudi-Bundle: sha256:$(sha "$t/bundle") $(($(wc -c <"$t/bundle")))" \
		    >"$t/trailers"
	fi
	{
		printf '{"v":1,"org":"x","station":"pc-1","stream":"main","epoch":%s,"seq":%s,"run":"%s","part":%s,"final":%s,"base":"%s","prev":%s,"continues":%s,"prev_epoch_head":%s,"policy_commit":"%s","started":1767300000,"state":%s}\n' \
		    "$epoch" "$seq" "$run" "$part" "$final" "$base" \
		    "$([ -z "$prev" ] && echo null || echo "\"$prev\"")" \
		    "$continues" "$epoch_head" "$control2" \
		    "$([ -z "$told" ] && echo null || echo "\"$told\"")"
		cat "$t/bundles"
		[ "$final" = false ] ||
			echo '{"source":"chats","kind":"chat","state":"ok","files":1}'
		cat "$t/lines"
	} | seal "$t/manifest"
	m_oid=$(rec_file "$stem.manifest.age" "$t/manifest")
	head=$({
		printf 'liudi %s\n\nLiudi-Manifest: sha256:%s\n' "$seq" \
		    "$(sha "$t/manifest")"
		cat "$t/trailers"
		[ -z "$prev" ] || echo "Liudi-Prev: sha256:${wrong_prev:-$prev}"
	} | commit records "${unsigned:-$key}" pc-1 $((1767300000 + seq)) "$parent")
	prev=$(sha "$t/manifest")
	echo "$prev" >"$t/man.$head"
	echo "$seq" >"$t/seq.$head"
	git --git-dir "$t/records.git" update-ref "refs/heads/ws/$ref" "$head"
	parent=$head seq=$((seq + 1)) part=$((part + 1))
	: >"$t/lines"
}
point() # REF COMMIT
{
	printf '{"ref":"ws/%s","seq":%s,"manifest":"%s"}' "$1" \
	    "$(cat "$t/seq.$2")" "$(cat "$t/man.$2")"
}
chunks_of() { for n; do cat "$t/e/$n/ids"; done | sort -u; }

# --- the judges ---
run()
{
	rm -rf "$t/out"
	rc=0
	# shellcheck disable=SC2086 # two words for busybox
	PATH=$path $shell "$recover" "$t/records.git" "$t/control.git" \
	    "${identity:-$t/identity}" pc-1 "$t/out" "$@" >"$t/said" 2>&1 || rc=$?
}
fail() { echo "FAILED: $*"; sed 's/^/    /' "$t/said"; fails=$((fails + 1)); }
# comes_back WHAT N...: exactly these files are restored
comes_back()
{
	what=$1
	shift
	cases=$((cases + 1))
	[ "$rc" -eq "${want_rc:-0}" ] || { fail "$what: exit $rc"; return; }
	for n; do
		name=$(cat "$t/e/$n/name"; printf x)
		f=$t/out/chats/${name%x}
		read -r mode sec nsec <"$t/e/$n/meta"
		cmp "$t/e/$n/data" "$f" || { fail "$what: $n"; return; }
		got=$(stat -c '%a %.9Y' "$f")
		wanted=$(printf '%o %s.%09d' $((0$mode)) "$sec" "$nsec")
		# [-3, 250000000] is 2.75 seconds before 1970
		[ "$sec" -ge 0 ] || wanted="$mode -2.750000000"
		[ "$got" = "$wanted" ] ||
			fail "$what: $n: $got"
	done
	[ "$(find "$t/out" -type f -printf x | wc -c)" -eq $# ] ||
		fail "$what: other files came as well"
	[ ! -e "$t/out/.recover" ] || fail "$what: work folder left"
}
refused() # WHAT PATTERN: nothing is left behind
{
	cases=$((cases + 1))
	if [ "$rc" -ne 5 ] || ! grep -q "$2" "$t/said" ||
	    [ -n "$(ls -A "$t/out")" ] || [ -e "$t/evil" ]; then
		fail "$1: exit $rc"
	fi
}
drop() { git --git-dir "$t/records.git" update-ref -d "refs/heads/ws/$1"; }

# --- what comes back ---
seq 1 900 | entry 1 'plain.txt' 644 1767000001 5 1000
printf 'quoted\n' | entry 2 "sp ace/it's \"q\" \\\\ \$x \`y\`" 600 1767000002 999999999
printf 'dash\n' | entry 3 '-rf' 755 1700000000 0
: | entry 4 'empty' 644 0 1
printf 'nl\n' | entry 5 'two\nlines\n' 640 1767000005 120000000
printf 'latin\n' | entry 6 'd/\377\376caf\351' 644 1767000006 7
printf 'chat\n' | entry 7 '聊天/客户 记录.txt' 644 1767000007 7
head -c 5000 /dev/urandom | entry 8 'a/b/c/d/bin' 444 1767000008 1 300
printf 'gone\n' | entry 9 'gone' 644 1767000009 0
head -c 3000 /dev/zero | entry 10 'same pieces' 644 -3 250000000 500
printf 'x\n' | entry 11 '--checkpoint=1' 644 1767000011 0
long=$(printf '%0200d' 7)
printf 'long\n' | entry 12 "$long/$long/$long" 644 1767000012 0

begin pc-1/main/2026.0 '' run1 full
for n in 1 2 3 4; do op $n added; done >>"$t/lines"
# shellcheck disable=SC2046 # lists of ids
part false '' $(chunks_of 1 2 3)
for n in 5 6 7 8 9 10 11 12; do op $n added; done >>"$t/lines"
# shellcheck disable=SC2046
part true "$(state 1 2 3 4 5 6 7 8 9 10 11 12)" \
    $(chunks_of 5 6 7 8 9 10 11 12)
first=$head
run
comes_back "one full run in two parts" 1 2 3 4 5 6 7 8 9 10 11 12

# a delta: every op, edits, a piece stored before
cp -r "$t/e/8" "$t/e/old8"
{
	head -c 1200 "$t/e/old8/data"
	head -c 700 /dev/urandom
	tail -c 2600 "$t/e/old8/data"
	echo more
} | entry 8 'a/b/c/d/bin' 444 1767000100 1 300
sed -n 1,4p "$t/e/old8/ids" >"$t/keep"
# the middle: 1200 kept = ids 0-3; the rest is cut anew here
new=$(sed 1,4d "$t/e/8/ids" | jq -Rsc 'split("\n")[:-1]')
seq 1 950 | entry 1 'plain.txt' 644 1767000101 5 1000
cp -r "$t/e/2" "$t/e/13"
printf -- '-moved here' >"$t/e/13/name"
echo 600 1767000102 1 >"$t/e/13/meta"
echo '700 1767000103 3' >"$t/e/3/meta"
printf 'nl\n' | entry 14 'same bytes' 644 1767000104 0
begin pc-1/main/2026.0 "$first" run2 delta
n8=$(($(wc -l <"$t/e/old8/ids") - 4))
{
	op 8 rewritten "\"edits\":[[4,$n8,$new]]"
	op 1 appended
	op 13 moved 2
	op 3 touched
	op 9 removed
	op 14 added
	op 4 touched
} >"$t/lines"
# shellcheck disable=SC2046
part true "$(state 1 13 3 4 5 6 7 8 10 11 12 14)" $(chunks_of 1 8)
second=$head
run
comes_back "a delta run" 1 13 3 4 5 6 7 8 10 11 12 14
run main "$second"
comes_back "a delta run, by its commit" 1 13 3 4 5 6 7 8 10 11 12 14

# from a clone with a work tree, a passphrase over the identity
cases=$((cases + 1))
( unset GIT_INDEX_FILE
git clone -q --no-checkout "$t/records.git" "$t/clone" 2>"$t/said" )
# shellcheck disable=SC2086
PATH=$path $shell "$recover" "$t/clone" "$t/control.git" "$t/identity" pc-1 \
    "$t/from clone" >"$t/said" 2>&1 || fail "from a clone"
cmp "$t/e/1/data" "$t/from clone/chats/plain.txt" || fail "from a clone"
if command -v script >/dev/null; then
	cases=$((cases + 1))
	{ sleep 1; echo secret words; sleep 1; echo secret words; sleep 1; } |
	    script -qec "age -p -o $t/locked $t/identity" /dev/null >/dev/null
	{ sleep 2; echo secret words; sleep 6; } | script -qec "PATH=$path $shell $recover \
	    $t/clone $t/control.git $t/locked pc-1 $t/unlocked" /dev/null \
	    >"$t/said" || fail "an identity under a passphrase"
	cmp "$t/e/1/data" "$t/unlocked/chats/plain.txt" || fail "passphrase"
fi

# a fork: the other end of 2026.0 does not count
begin pc-1/main/2026.1 "$first" run3 delta
printf 'fork\n' | entry 15 'fork' 644 1767000200 0
cp -r "$t/e/1" "$t/e/new1"
{ op 15 added; op 9 removed; op 5 removed; op 6 removed; op 7 removed
op 8 removed; op 10 removed; op 11 removed; op 12 removed; op 1 removed
op 2 removed; op 3 removed; } >"$t/lines"
# shellcheck disable=SC2046
part true "$(state 4 15)" $(chunks_of 15)
forked=$head
run
comes_back "a fork" 4 15

# an orphan that was not finished: what it has, and where the rest lies
begin pc-1/main/2026.2 '' run4 full
continues=$(point pc-1/main/2026.1 "$forked")
printf 'orphan\n' | entry 16 'orphan' 644 1767000300 0
op 16 added >"$t/lines"
# shellcheck disable=SC2046
part false '' $(chunks_of 16)
want_rc=3
run
comes_back "an unfinished full run" 16
grep -q 'not all: .* ws/pc-1/main/2026.1 2$' "$t/said" || fail "the branch before"
run main "$forked"
want_rc=0
comes_back "the branch before it" 4 15
continues=null
printf 'late\n' | entry 17 'late' 644 1767000301 0
op 17 added >"$t/lines"
# shellcheck disable=SC2046
part true "$(state 16 17)" $(chunks_of 17)
run
comes_back "its last part drops what was not named" 16 17
last26=$head
printf 'later\n' | entry 17 'late' 644 1767000302 0
begin pc-1/main/2026.2 "$last26" run5 delta
op 17 rewritten >"$t/lines"
# shellcheck disable=SC2046
part true "$(state 16 17)" $(chunks_of 17)
end26=$head

# a new epoch; one file could not be read and is elsewhere
begin pc-1/main/2027.0 '' run6 full
epoch_head=$(point pc-1/main/2026.2 "$end26")
where=\"elsewhere\":$(point pc-1/main/2026.2 "$end26")
printf %s "$where" >"$t/e/17/elsewhere"
printf 'new year\n' | entry 18 'new year' 644 1798800000 0
{ op 17 added "$where"; op 18 added; } >"$t/lines"
# shellcheck disable=SC2046
part true "$(state 17 18)" $(chunks_of 18)
want_rc=3
run
comes_back "a file that lies in the epoch before" 18
grep -q 'not restored.* lies in ws/pc-1/main/2026.2' "$t/said" || fail "where it lies"
want_rc=0
drop pc-1/main/2027.0
begin pc-1/main/2027.0 '' run7 full
part true "$(state)"
run
comes_back "no file at all"
drop pc-1/main/2027.0
run main "$second"
cp -r "$t/e/new1/." "$t/e/1"
comes_back "as of an older commit" 1 13 3 4 5 6 7 8 10 11 12 14
identity=$t/stranger
run
refused "another identity" 'cannot open it'
identity=

# --- what is refused ---
# swap OID FILE: the stored object gets the bytes of FILE
object() { printf '%s/records.git/objects/%.2s/%s' "$t" "$1" "${1#??}"; }
swap()
{
	by=$(git --git-dir "$t/records.git" hash-object -w "$2")
	cp "$(object "$1")" "$t/saved"
	rm -f "$(object "$1")"
	cp "$(object "$by")" "$(object "$1")"
}
unswap() { rm -f "$(object "$1")"; cp "$t/saved" "$(object "$1")"; }

printf 'base\n' | entry 20 'base' 644 1767000400 0
printf 'next\n' | entry 21 'next' 644 1767000401 0
begin pc-1/main/2028.0 '' run8 full
op 20 added >"$t/lines"
# shellcheck disable=SC2046
part true "$(state 20)" $(chunks_of 20)
good=$head b0=$b_oid m0=$m_oid
op 21 added >"$t/lines"
begin pc-1/main/2028.0 "$good" run9 delta
op 21 added >"$t/lines"
# shellcheck disable=SC2046
part true "$(state 20 21)" $(chunks_of 21)
b1=$b_oid m1=$m_oid
run
comes_back "before the damage" 20 21

for oid in "$b0" "$m0" "$b1"; do
	git --git-dir "$t/records.git" cat-file blob "$oid" >"$t/blob"
	other='\001'
	[ "$(dd if="$t/blob" bs=1 skip=230 count=1 2>/dev/null |
	    od -An -tu1 | tr -d ' ')" != 1 ] || other='\002'
	printf "%b" "$other" | dd of="$t/blob" bs=1 seek=230 conv=notrunc \
	    2>/dev/null
	swap "$oid" "$t/blob"
	run
	refused "a flipped byte" 'not what was signed'
	unswap "$oid"
done
git --git-dir "$t/records.git" cat-file blob "$b1" >"$t/blob"
swap "$b0" "$t/blob"
run
refused "a swapped bundle" 'not what was signed'
unswap "$b0"
git --git-dir "$t/records.git" cat-file blob "$m0" >"$t/blob"
swap "$m1" "$t/blob"
run
refused "a swapped manifest" 'not what was signed'
unswap "$m1"
run
comes_back "after the damage is mended" 20 21

# bad WHAT PATTERN: one more part, with the one fault that was set; undone
again() { begin pc-1/main/2028.0 "$good" run9 delta; op 21 added >"$t/lines"; }
# shellcheck disable=SC2046
bad()
{
	part true "${st:-$(state 20 21)}" $(chunks_of 21)
	run
	refused "$1" "$2"
	again
}
again; wrong_prev=$(printf x | sha256sum | cut -c 1-64)
bad "a wrong Liudi-Prev" 'disagree'
unsigned=other
bad "a foreign key" 'no good signature'
key=''
bad "no signature" 'no good signature'
seq=5
bad "a gap in the numbers" 'more than add'
context=0
bad "a bundle of another run" 'of another run'
sed -i 's/"sum":"....../"sum":"000000/' "$t/lines"
st=$(sed -i 's/^....../000000/' "$t/e/21/sum"; state 20 21)
bad "a sum that is not that of the chunks" "sum is not"
st=''
raw <"$t/e/21/ids" | b2 >"$t/e/21/sum"
flip() { printf 'NEXT\n' >"$t/tar/chunks/$(cat "$t/e/21/ids")"; }
again; tamper=flip
bad "a chunk that is not its id" 'not what its name says'
linked()
{
	rm "$t/tar/chunks/$(cat "$t/e/21/ids")"
	ln -s /etc/passwd "$t/tar/chunks/$(cat "$t/e/21/ids")"
}
tamper=linked
bad "a link in a bundle" 'not plain files'
one_more() { echo x >"$t/tar/chunks/more"; echo chunks/more >>"$t/members"; }
tamper=one_more
bad "one more file in a bundle" 'other names'
part true "$(state 20 21)"
run
refused "a chunk that was never stored" 'never stored'
for name in ../evil ../../evil a/../../../evil /evil "$t/evil" . .. a//b a/ \
    ./a ''; do
	printf 'next\n' | entry 21 "$name" 644 1767000401 0
	again
	bad "the path '$name'" 'path that leads elsewhere\|malformed'
done
printf 'next\n' | entry 21 'nul\000byte' 644 1767000401 0
again
bad "a path with a zero byte" 'malformed'
printf 'next\n' | entry 21 'next' 644 1767000401 0
again
sed -i 's/"source":"chats"/"source":".."/' "$t/lines"
bad "a source that leads elsewhere" 'malformed'
printf 'next\n' | entry 21 'base/next' 644 1767000401 0
again
bad "a file below a file" 'below a file'
printf 'next\n' | entry 21 'next' 644 1767000401 0
again
sed -i 's/"size":5/"size":600/' "$t/lines"
st=$(printf '{"source":"chats","path":"base",%s,"sum":"%s","chunks":%s}' \
    "$(meta 20)" "$(cat "$t/e/20/sum")" "$(ids 20)" | b2 >"$t/s1"
printf '{"source":"chats","path":"next",%s,"sum":"%s","chunks":%s}' \
    "$(meta 21 | sed 's/"size":5/"size":600/')" "$(cat "$t/e/21/sum")" \
    "$(ids 21)" | b2 | cat "$t/s1" - | raw | b2)
bad "a size that is not that of the chunks" 'size'
st=''
# a commit that takes a file away
again
git --git-dir "$t/records.git" rm -q --cached -r runs
bad "a commit that removes" 'more than add'

again
# shellcheck disable=SC2046
part true "$(state 20 21)" $(chunks_of 21)
run
comes_back "the same without a fault" 20 21
mkdir -p "$t/full"
echo mine >"$t/full/file"
cases=$((cases + 1))
# shellcheck disable=SC2086
PATH=$path $shell "$recover" "$t/records.git" "$t/control.git" "$t/identity" \
    pc-1 "$t/full" >"$t/said" 2>&1 && fail "a folder that is not empty"
[ "$(ls -A "$t/full")" = file ] || fail "a folder that is not empty"

# control.git: a key put in by one who is no root; a changed blob
rm -f "$t/index"
git --git-dir "$t/control.git" read-tree "$control2"
printf 'pc-1 namespaces="git" %s\n' "$(pub other)" | control_file allowed_signers
forged=$(echo forged | commit control other manager 1767225700 "$control2")
git --git-dir "$t/control.git" update-ref refs/heads/control "$forged"
run
refused "control signed by no root" 'by a root of its parent'
# the owner's first roots know no manager: that commit needs the owner
git --git-dir "$t/control.git" read-tree "$control1"
forged=$(echo forged | commit control manager manager 1000000100 "$control0")
git --git-dir "$t/control.git" update-ref refs/heads/control "$forged"
run
refused "a root that makes itself one" 'by a root of its parent'
git --git-dir "$t/control.git" update-ref refs/heads/control "$control2"
oid=$(git --git-dir "$t/control.git" rev-parse "$control2:allowed_signers")
o=$t/control.git/objects
new=$(printf 'pc-1 namespaces="git" %s\n' "$(pub other)" |
	git --git-dir "$t/control.git" hash-object -w --stdin)
rm -f "$o/${oid%"${oid#??}"}/${oid#??}"
cp "$o/${new%"${new#??}"}/${new#??}" "$o/${oid%"${oid#??}"}/${oid#??}"
run
refused "a changed file in control.git" 'control.git:'

echo "recover: $cases cases, $fails failed"
[ "$fails" -eq 0 ]
