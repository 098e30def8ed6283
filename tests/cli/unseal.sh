#!/bin/sh
# tests/cli/unseal.sh LIUDI-DESK SEAL-PIPE - age files of any size, both ways
# with stock age; what is cut or changed gives its true beginning and exit 5.
# LIUDI_BIG=1: also 1 GB, in little memory.
set -eu

desk=$1
seal=$2
command -v age >/dev/null || exit 77
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
LC_ALL=C HOME=$t
export LC_ALL HOME
unset LIUDI_DESK_HOME XDG_DATA_HOME || :
cd "$t"

die() { echo "FAILED: $*"; [ ! -s said ] || cat said; exit 1; }
unseal() { "$desk" unseal -i id "$@" 2>said; }
size() { wc -c <"$1"; }
# broken FILE N WHAT: N bytes of `plain` come out, then exit 5.
broken()
{
	rc=0
	unseal "$1" >out || rc=$?
	[ "$rc" -eq 5 ] || die "$3: exit $rc, not 5"
	[ "$(size out)" -eq "$2" ] || die "$3: $(size out) bytes, not $2"
	cmp -n "$2" out plain || die "$3: other bytes"
	grep -q "^liudi-desk: error: $1: " said || die "$3: no word of $1"
}
# alter FILE AT: another byte there.
alter()
{
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	printf "\\$(printf %o $(((byte + 1) % 256)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

age-keygen -o id 2>/dev/null
r=$(age-keygen -y id)
head -c 200000 /dev/urandom >random

# --- both ways, at the edges of age's pieces
for n in 0 1 65535 65536 65537 131072 200000; do
	head -c "$n" random >plain
	age -r "$r" -o a.age plain
	age -a -r "$r" -o a.asc plain
	"$seal" "$r" <plain >s.age
	for f in a.age a.asc s.age; do
		unseal "$f" | cmp - plain || die "$f of $n bytes"
		unseal - <"$f" | cmp - plain || die "$f of $n bytes, piped"
		age -d -i id "$f" | cmp - plain || die "age: $f of $n bytes"
		"$desk" inspect "$f" >said
		grep -q " content with padding $n bytes" said ||
		    die "inspect $f of $n bytes"
		"$desk" inspect --json - <"$f" >said
		grep -q "\"bytes\":$(size "$f"),.*\"plain\":$n}" said ||
		    die "inspect --json $f of $n bytes"
	done
	sed 's/$/\r/' a.asc >crlf.asc
	unseal crlf.asc | cmp - plain || die "CRLF, $n bytes"
done

# --- what is cut gives what is authentic: whole pieces
head=$(($(size s.age) - 16 - 200000 - 4 * 16))
for cut in 1 15 16 17 65551 65552 65553 65568 131104 131105 196656 196657 \
    196672 199999; do
	head -c $((head + 16 + cut)) s.age >cut.age
	broken cut.age $((cut / 65552 * 65536)) "cut behind $cut"
done
head -c $((head - 10)) s.age >cut.age
broken cut.age 0 'a cut header'
head -c $((head + 7)) s.age >cut.age
broken cut.age 0 'a cut nonce'
for lines in 9 1000 1700 4000; do
	head -n $lines a.asc >cut.asc
	bytes=$(((lines - 1) * 48 - head - 16))
	[ $bytes -ge 0 ] || bytes=0
	broken cut.asc $((bytes / 65552 * 65536)) "armour cut at $lines"
done

# --- what is changed, or has more behind it
for at in 0 65551 65552 131103 131104 196656 200063; do
	cp s.age altered.age
	alter altered.age $((head + 16 + at))
	broken altered.age $((at / 65552 * 65536)) "changed at $at"
done
cp s.age altered.age
alter altered.age $((head + 3))
broken altered.age 0 'a changed nonce'
{ cat s.age; echo more; } >more.age
broken more.age 196608 'bytes behind it'
head -c 131072 random >plain
"$seal" "$r" <plain >s.age
{ cat s.age; echo more; } >more.age
broken more.age 131072 'bytes behind a full piece'
# the pieces in another order
{ head -c $((head + 16)) s.age; tail -c +$((head + 17 + 65552)) s.age
  tail -c +$((head + 17)) s.age | head -c 65552; } >swapped.age
broken swapped.age 0 'pieces swapped'

# --- not for us is another matter
age-keygen -o other 2>/dev/null
rc=0
"$desk" unseal -i other s.age >out 2>said || rc=$?
[ "$rc" -eq 1 ] && [ ! -s out ] || die "another identity: exit $rc"
rc=0
unseal random >out || rc=$?
[ "$rc" -eq 1 ] && [ ! -s out ] || die "no age file: exit $rc"
rc=0
unseal missing >out || rc=$?
[ "$rc" -eq 1 ] || die "no file: exit $rc"

# --- a reader that goes away
rc=0
{ unseal s.age || echo $? >code; } | head -c 10 >out
[ "$(size out)" -eq 10 ] || die 'a reader that goes away'

# --- passphrases of stock age: it wants a terminal
if command -v script >/dev/null; then
	echo 'open sesame' >pass
	for f in id plain; do
		{ sleep 1; cat pass; sleep 1; cat pass; sleep 2; } |
		    script -qec "age -p -o $f.p $f" /dev/null >said 2>&1 || :
	done
	if [ -s id.p ] && [ -s plain.p ]; then
		"$desk" unseal -i id.p --passphrase-fd 3 3<pass s.age |
		    cmp - plain || die 'an identity under a passphrase'
		"$desk" unseal --passphrase-fd 3 3<pass plain.p |
		    cmp - plain || die 'a file under a passphrase'
		echo wrong >wrong
		rc=0
		"$desk" unseal -i id.p --passphrase-fd 3 3<wrong s.age \
		    >out 2>said || rc=$?
		[ "$rc" -eq 1 ] && [ ! -s out ] || die "wrong: exit $rc"
	else
		echo 'skipped: age -p did not take a passphrase from script'
	fi
fi

# --- 1 GB, never at once
[ -n "${LIUDI_BIG:-}" ] || { echo 'LIUDI_BIG: skipped'; exit 0; }
n=1000000007
key=$(printf %064d 7)
big() {
	openssl enc -aes-256-ctr -K "$key" -iv 00 </dev/zero 2>/dev/null |
	    head -c $n
}
want=$(big | sha256sum)
big | age -r "$r" >big.age
limit=$((96 * 1024 + 100 * 1024))	# the opener's rooms, untouched, too
if (ulimit -v $limit && "$desk" --version >/dev/null 2>&1); then
	limited() { (ulimit -v $limit; "$@"); }
else
	limited() { "$@"; }		# a sanitizer wants all there is
fi
[ "$(limited unseal big.age | sha256sum)" = "$want" ] || die '1 GB, unseal'
limited "$desk" inspect big.age >said || die '1 GB, inspect'
grep -q "content with padding $n bytes" said || die '1 GB, inspect'
head -c 700000000 big.age | {
	rc=0
	limited unseal - >out || rc=$?
	[ "$rc" -eq 5 ]
} || die '1 GB, cut'
[ "$(size out)" -eq $(((700000000 - head - 16) / 65552 * 65536)) ] ||
    die '1 GB, cut: what came'
big | head -c "$(size out)" | cmp - out || die '1 GB, cut: other bytes'
rm -f out
big | limited "$seal" "$r" >big.age
[ "$(age -d -i id big.age | sha256sum)" = "$want" ] || die '1 GB, seal'
echo '1 GB: good'
