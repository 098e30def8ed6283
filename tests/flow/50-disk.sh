#!/bin/sh
# tests/flow/50-disk.sh BIN - what lies on a station's disk after its runs: no
# key that opens anything, and no word of what was kept.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

step "a team, three runs, one killed, one not sent"
day 0
team
station ws-01
files=$t/ws-01-files
secret='Zitronenfalter quotes 4711 lamps'
i=0
while [ $i -lt 2000 ]; do
	echo "$i $secret"
	i=$((i + 1))
done >"$files/chats/anna.txt"
sqlite3 "$files/app/m.db" "pragma journal_mode = wal; create table m(t text);
	insert into m values ('$secret');" >"$t/out"
# bytes that no compression hides
head -c 100000 /dev/urandom >"$files/shop/a.jpg"
day 1
expect 0 ws ws-01 run
day 2
echo "$secret again" >>"$files/chats/anna.txt"
head -c 3000000 /dev/urandom >"$files/shop/b.jpg"
# not ws: this is to be killed, not a shell around it
"$bin/liudi" --home "$t/ws-01" run >"$t/out" 2>&1 &
pid=$!
sleep 0.15
kill -9 $pid 2>"$t/out" || :
wait $pid || :
sleep 1
mv "$central" "$t/away"
expect 4 ws ws-01 run
day 3
echo "$secret offline" >>"$files/chats/anna.txt"
expect 4 ws ws-01 run

step "no key"
# clean TEXT: not a byte of it in the station's home.
clean()
{
	checks=$((checks + 1))
	if grep -r -l -a -i -F -e "$1" "$t/ws-01" "$t/home" "$t/tmp" \
	    >"$t/out" 2>"$t/err"; then
		fail "$2 is on the disk"
	fi
}
# the search itself finds what is there
ok grep -r -l -a -F -e "$(cut -c 1-40 "$t/ws-01/state/keys/ws-gear")" "$t/ws-01"
clean AGE-SECRET-KEY 'an age identity'
clean 'BEGIN AGE' 'an age file under a passphrase'
identity
key=$(grep -v '^#' "$t/manager.key")
clean "$key" "the manager's identity"
# its 32 bytes, from Bech32
hex=$(echo "$key" | awk '{
	s = tolower(substr($0, 17))
	bits = ""
	for (i = 1; i <= length(s) - 6; i++) {
		v = index("qpzry9x8gf2tvdw0s3jn54khce6mua7l", \
		    substr(s, i, 1)) - 1
		for (b = 16; b >= 1; b /= 2) {
			bits = bits (v >= b ? "1" : "0")
			if (v >= b)
				v -= b
		}
	}
	for (i = 1; i + 7 <= length(bits); i += 8) {
		n = 0
		for (b = 0; b < 8; b++)
			n = 2 * n + substr(bits, i + b, 1)
		printf "%02x", n
	}
}')
same "${#hex}" 64 "length of the secret in hex"
clean "$hex" "the manager's secret in hex"
# byte by byte: the whole home as one line of hex
checks=$((checks + 1))
find "$t/ws-01" "$t/home" "$t/tmp" -type f -exec cat {} + |
	od -An -v -tx1 | tr -d ' \n' >"$t/hex"
ok test "$(wc -c <"$t/hex")" -gt 50000
if grep -q "$hex" "$t/hex"; then
	fail "the manager's secret is on the disk"
fi

step "no word"
clean Zitronenfalter "a word of a chat"
clean "$(echo "$secret" | base64 | cut -c 1-20)" "a chat in base64"
for f in "$files/shop/a.jpg" "$files/shop/b.jpg"; do
	part=$(dd if="$f" bs=1 skip=50000 count=24 2>"$t/out" |
		od -An -v -tx1 | tr -d ' \n')
	checks=$((checks + 1))
	if grep -q "$part" "$t/hex"; then
		fail "bytes of a picture are on the disk"
	fi
done
# names are in the record of what is stored, and nowhere else
grep -r -l -a -F -e 'anna.txt' "$t/ws-01" >"$t/names" || :
checks=$((checks + 1))
if grep -v -q '/state/cache/' "$t/names"; then
	cp "$t/names" "$t/out"
	fail "names outside the cache"
fi
# modes: nobody else reads keys and cache
ok test -z "$(find "$t/ws-01/state" -type f -perm /077 \
    ! -path '*.git/*' ! -name '*.pub')"
ok test -z "$(find "$t/ws-01/state/keys" "$t/ws-01/state/cache" -type d \
    -perm /077)"

step "no code that opens"
nm -D --undefined-only "$bin/liudi" >"$t/nm"
ok test -s "$t/nm"
no grep -E '_decrypt|crypto_.*_open|crypto_pwhash|ZSTD_.*decompress' "$t/nm"
nm "$bin/liudi" >"$t/nm" 2>"$t/err" || :
if [ -s "$t/nm" ]; then
	no grep -E ' (age_open|identity_|aead_open|scrypt|opener_|unbundle)' \
	    "$t/nm"
fi

step "and yet all of it comes back"
mv "$t/away" "$central"
expect 0 ws ws-01 run
expect 0 sync
expect 0 restore ws-01 "$t/back"
alike "$files" "$t/back" "what came back"
done_
