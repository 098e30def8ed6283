#!/bin/sh
# tests/vault/interop/kdbx.sh TOOL FOLDER - key files that KeePassXC opens,
# shows and merges: five exports, one after the other, into the first, and
# nothing is lost.  pykeepass reads them, too, where python has it.
# "skipped" without keepassxc-cli (Debian: keepassxc).
set -eu
LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen
export LC_ALL QT_QPA_PLATFORM

tool=${1:?usage: $0 TOOL FOLDER}
t=${2:?usage: $0 TOOL FOLDER}
command -v keepassxc-cli >/dev/null ||
    { echo "skipped: no keepassxc-cli"; exit 77; }
rm -rf "$t"
mkdir -p "$t/home"
cd "$t"
HOME=$t/home
export HOME

pass='pa ss 密 &'
title='acme-eb-01 店铺'
die() {
	echo "kdbx.sh: $*" >&2
	exit 1
}
kp() { # kp ARGUMENT...: the passphrase from standard input
	printf '%s\n' "$pass" | keepassxc-cli "$@" 2>err ||
	    { cat err >&2; die "keepassxc-cli $* failed"; }
}
# Entries with all they have, history and times included.
entries() {
	kp export -q -f xml "$1" | sed -n '/<Entry>/,/<\/Entry>/p'
}

for week in 1 2 3 4 5; do
	printf '%s\n' "$pass" | "$tool" week $week week$week.kdbx cheap
done

# --- open, list, show ---
printf 'not it\n' | keepassxc-cli ls -q week1.kdbx >/dev/null 2>&1 &&
    die "another passphrase opens it"
kp ls -q -R -f week5.kdbx >list
cat >want <<'LIST'
acme-eb-01 店铺
acme-eb-02 店铺
店 & <Co>/
店 & <Co>/acme-eb-03 店铺
店 & <Co>/acme-eb-04 店铺
店 & <Co>/acme-eb-05 店铺
LIST
cmp list want
kp show -q -s -a Title -a UserName -a Password -a URL -a Notes -a 绑定手机 \
    -a 'recovery codes' -a Tags -a Uuid week5.kdbx "$title" >shown
{
	printf 'acme-eb-01 店铺\nli\357\277\275@x\n'
	printf '%s\n' "p&<>\"'密码,1-5 🔑]]>" 'https://ebay.com/?a=1&b=2'
	printf ' line 5\n第二行 ]]> &amp; 😀\n\ttab\357\277\275end \n'
	printf '138\n0013 <8000>\n11-22\n33-44\neb,li\n'
	printf '{ac010000-0000-0000-0000-000000000000}\n'
} >want
cmp shown want
if command -v oathtool >/dev/null; then
	# Again where the half minute ended between the two.
	for try in 1 2 3; do
		kp show -q -t week5.kdbx "$title" >code
		oathtool --totp -b GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ >want
		cmp -s code want && break
		[ $try -lt 3 ] || die "the code is $(cat code)"
	done
fi

# --- merge ---
cp week1.kdbx merged.kdbx
for week in 2 3 4 5; do
	kp merge -s merged.kdbx week$week.kdbx >said
	! grep -i conflict said err || die "a version became another"
done
entries merged.kdbx >merged
entries week5.kdbx >want
cmp merged want || die "the merged file is not the last export"
[ "$(grep -c '<Key>Password</Key>' merged)" -eq 15 ] ||
    die "not all 15 passwords are there"
# And an older file into a newer one changes nothing.
kp merge -s week5.kdbx week2.kdbx >said
entries week5.kdbx >after
cmp after want || die "an older export undid a newer one"

# --- many ---
printf '%s\n' "$pass" | "$tool" many 5000 many.kdbx cheap
[ "$(kp ls -q many.kdbx many | wc -l)" -eq 5000 ] || die "not all 5000"

# --- another reader, and the usual cost ---
printf '%s\n' "$pass" | "$tool" week 5 week5.kdbx
[ "$(kp ls -q -R -f week5.kdbx | wc -l)" -eq 6 ] || die "the usual cost"
for python in python3 /usr/bin/python3; do
	$python -c 'import pykeepass' 2>/dev/null || continue
	printf '%s\n' "$pass" | $python -c '
import sys
from pykeepass import PyKeePass
k = PyKeePass("week5.kdbx", password=sys.stdin.readline().rstrip("\n"))
assert len(k.entries) == 5
for n, e in enumerate(sorted(k.entries, key=lambda e: e.title), 1):
    assert e.title == "acme-eb-%02d 店铺" % n, e.title
    said = ["p&<>\"\x27密码,%d-%d 🔑]]>" % (n, w) for w in range(n, 6)]
    assert [h.password for h in e.history] + [e.password] == said, said
    assert e.custom_properties["recovery codes"] == "11-22\n33-44"
    assert (e.otp is not None) == (n == 1)
    assert e.uuid.bytes[:3] == bytes((0xac, n, 0))
'
	echo "read by pykeepass, too"
	break
done
echo "opened, shown and merged: nothing lost"
