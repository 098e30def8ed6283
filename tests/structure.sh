#!/bin/sh
# tests/structure.sh - the arrows of docs/ARCHITECTURE.md point one way.
#
# 1. Every #include "room/x.h" is of the room itself or of one in its row.
# 2. The graph of rooms has no cycle.
# 3. Outside headers are included only in the rooms named for them.
# 4. File names are unique over the tree; no machine path, no unfinished mark.
# 5. What is Windows' own stands in base/win32, and in one file of crypto.
# 6. With BUILD: neither the link line nor the symbols of liudi hold open/ or
#    desk/, and nothing that decrypts.
# Usage: sh tests/structure.sh [BUILD]
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
complain() {
	echo "structure: $*"
	bad=1
}

# The table: | room | role | may include | outside headers |
sed -n 's/^| *\([a-z]*\) *|[^|]*| *\([^|]*\)| *\([^|]*\)|.*$/\1:\2:\3/p' \
    "$top/docs/ARCHITECTURE.md" | grep -v '^room:' >"$tmp/rooms"
[ -s "$tmp/rooms" ] || complain "no table in docs/ARCHITECTURE.md"

may() { # may ROOM OTHER
	row=$(sed -n "s/^$1:\([^:]*\):.*/\1/p" "$tmp/rooms")
	case " $row " in *" $2 "*) return 0 ;; esac
	[ "$1" = "$2" ]
}

for dir in "$top"/src/*/; do
	room=$(basename "$dir")
	[ "$room" = cli ] && continue
	grep -q "^$room:" "$tmp/rooms" || {
		complain "src/$room is not in the table"
		continue
	}
	grep -rhoE '^#include "[a-z]+/' "$dir" --include='*.[ch]' |
	    sed 's/.*"\([a-z]*\)\//\1/' | sort -u >"$tmp/uses"
	while read -r other; do
		may "$room" "$other" ||
		    complain "src/$room includes $other/, which its row does not name"
		[ "$room" = "$other" ] || echo "$room $other" >>"$tmp/graph"
	done <"$tmp/uses"
	# The room's CMakeLists names no more than the row.
	sed -n '/DEPENDS/,/LIBS\|SOURCES/p' "$dir/CMakeLists.txt" 2>/dev/null |
	    tr -s '\t ()' '\n' | grep -xE '[a-z]+' >"$tmp/deps" || :
	while read -r other; do
		grep -q "^$other:" "$tmp/rooms" || continue
		may "$room" "$other" ||
		    complain "src/$room/CMakeLists.txt depends on $other"
	done <"$tmp/deps"
done
for f in "$top"/src/cli/agent/*.[ch]; do
	if grep -qE '^#include "(open|unbundle|desk|vault|web)/' "$f"; then
		complain "$f includes the manager's side"
	fi
done
for f in "$top"/src/cli/desk/*.[ch]; do
	if grep -qE '^#include "(agent|source)/' "$f"; then
		complain "$f includes the station's side"
	fi
done
# Records are opened in the box, which wants a pass of the access log, or behind
# reads_note(); the pass for what is not shown is taken by these alone.
grep -rlE '\b(opener_open|opener_rehead|feed_)[a-z_]*\(' "$top/src/cli/desk" |
    sed 's,.*/,,' | sort >"$tmp/openers"
[ "$(cat "$tmp/openers")" = cmd_unseal.c ] ||
    complain "opens files without the access log: $(tr '\n' ' ' <"$tmp/openers")"
grep -rlE '\baccess_own\b|\baccess_unlogged\b' "$top/src/cli" | sed 's,.*/,,' |
    sort | tr '\n' ' ' >"$tmp/own"
[ "$(cat "$tmp/own")" = "cmd_access.c cmd_rehead.c cmd_sync.c cmd_verify.c reads.c " ] ||
    complain "takes leave to read without an event: $(cat "$tmp/own")"
tsort "$tmp/graph" >/dev/null 2>"$tmp/cycle" ||
    complain "the rooms form a cycle: $(tr '\n' ' ' <"$tmp/cycle")"

# Outside headers: pattern, then the rooms that may include it.
while IFS=: read -r pattern rooms; do
	grep -rlE "^#include <$pattern" "$top/src" --include='*.[ch]' |
	    sed "s,^$top/src/\([a-z]*\)/.*,\1," | sort -u >"$tmp/who" || :
	while read -r room; do
		case " $rooms " in *" $room "*) ;; *)
			complain "src/$room includes <$pattern>" ;;
		esac
	done <"$tmp/who"
done <<'LIST'
sodium\.h:crypto
openssl/:crypto
yajl/:json
sqlite3\.h:source chunk desk chat
archive(_entry)?\.h:bundle unbundle desk chat vault
uchardet(/uchardet)?\.h:chat
iconv\.h:chat account
libxml/:chat vault
gmime/:chat
zstd(_errors)?\.h:bundle unbundle desk
git2[./]:repo control
zlib\.h:repo
microhttpd\.h:web
qrencode\.h:qr
png\.h:shop
jpeglib\.h:shop
webp/:shop
unicode/:desk
LIST

grep -rnE '\b_?WIN(32|64)\b|<(windows|winternl|bcrypt)\.h>' "$top/src" \
    --include='*.[ch]' | grep -v "^$top/src/base/win32/" |
    grep -v "^$top/src/crypto/hash_cng.c:" >"$tmp/windows" || :
while read -r line; do
	complain "Windows outside base/win32: $line"
done <"$tmp/windows"

find "$top/src" -name '*.[ch]' | sed 's,.*/,,' | sort | uniq -d >"$tmp/twice"
while read -r name; do
	complain "two files are called $name"
done <"$tmp/twice"

for room in "$top"/src/*/; do
	case $room in */cli/) continue ;; esac
	if grep -nE '\b(printf|puts|putchar|exit)\(' "$room"*.c |
	    grep -vE 'f?sn?printf|_exit|vsnprintf' >"$tmp/prints"; then
		complain "only cli/ prints and exits: $(head -n 1 "$tmp/prints")"
	fi
done

if [ -n "$build" ]; then
	exe=$build/src/cli/liudi
	nm -D --undefined-only "$exe" >"$tmp/dyn"
	if grep -E '_decrypt|crypto_[a-z0-9_]*_open|crypto_pwhash|ZSTD_decompress|EVP_Decrypt|EVP_Cipher(Update|Final)' \
	    "$tmp/dyn"; then
		complain "liudi links what decrypts"
	fi
	nm "$exe" 2>/dev/null >"$tmp/all" || :
	if [ -s "$tmp/all" ]; then
		if grep -E ' [Tt] (age_open|identit|aead_open|scrypt_|pbkdf2_|argon2_|chacha20_|shamir_|slip39_|manifest_read|bundle_read|fold_|opener_|catalogue_|recovery_|kdbx_|totp_|bwcsv_)' \
		    "$tmp/all"; then
			complain "liudi holds open/, unbundle/ or desk/"
		fi
		grep -q ' T main' "$tmp/all" ||
		    complain "the symbols of liudi could not be read"
	else
		complain "liudi has no symbols to look at"
	fi
	grep -E ' [Tt] (age_open_new|identities_new)' "$tmp/all" >/dev/null &&
	    complain "liudi can open"
	nm "$build/src/cli/liudi-desk" | grep -q ' T age_open_new' ||
	    complain "the check of symbols sees nothing in liudi-desk"
fi

[ "$bad" -eq 0 ] && echo "structure: rooms and arrows are as documented"
exit "$bad"
