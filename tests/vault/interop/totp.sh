#!/bin/sh
# tests/vault/interop/totp.sh TOOL FOLDER - 300 random codes are those of
# oathtool (Debian: oathtool); "skipped" without it.
set -eu

tool=${1:?usage: $0 TOOL FOLDER}
t=${2:?usage: $0 TOOL FOLDER}
command -v oathtool >/dev/null || { echo "skipped: no oathtool"; exit 77; }
rm -rf "$t"
mkdir -p "$t"

awk 'BEGIN {
	srand(20261123)
	split("sha1 sha256 sha512", hash, " ")
	split("10 15 30 60 90", period, " ")
	for (n = 0; n < 300; n++) {
		len = 1 + int(rand() * 100)
		hex = ""
		for (i = 0; i < len; i++)
			hex = hex sprintf("%02x", int(rand() * 256))
		hotp = n % 4 == 0
		printf "%s %s %d %d %.0f %s\n", hotp ? "hotp" : "totp",
		    hash[hotp ? 1 : 1 + int(rand() * 3)], 6 + int(rand() * 3),
		    period[1 + int(rand() * 5)], rand() * 2 ^ (8 + n % 27), hex
	}
}' >"$t/cases"
"$tool" <"$t/cases" >"$t/ours"
while read -r kind hash digits period at hex; do
	case $kind in
	hotp) oathtool --hotp -d "$digits" -c "$at" "$hex" ;;
	*) oathtool "--totp=$hash" -d "$digits" -s "${period}s" -N "@$at" \
	    "$hex" ;;
	esac
done <"$t/cases" >"$t/theirs"
[ "$(wc -l <"$t/ours")" -eq 300 ]
if ! cmp -s "$t/ours" "$t/theirs"; then
	paste -d ' ' "$t/cases" "$t/ours" "$t/theirs" |
	    awk '$7 != $8 { print "differs: " $0 }'
	exit 1
fi
echo "300 codes are those of oathtool"
