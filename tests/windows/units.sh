#!/bin/sh
# tests/windows/units.sh OUT [TEST...]: unit tests that mean the same on both
# systems, under wine.  OUT is where config/windows/build.sh has built; TEST is
# room/module, all of them by default.
#
# These hold what has to be the same bytes everywhere: hashes, cuts, lines,
# signatures, tar.  Each prints cmocka's closing lines.  Left out is what tests
# a system's own ways (homes, zones, modes, forks), or more than posix.h has.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=config/windows/compile.sh
. "$top/config/windows/compile.sh"
out=$(cd "${1:?usage: $0 OUT [TEST...]}" && pwd)
shift
command -v wine >/dev/null || { echo 'skipped: no wine'; exit 77; }
[ $# -gt 0 ] || set -- base/base64 base/buf base/err base/jsonw \
    base/str base/utf8 crypto/bech32 crypto/ed25519 crypto/hash \
    chunk/cache chunk/chunker chunk/idset record/edits record/record \
    bundle/tarz sign/signers sign/sshsig config/reportfile \
    config/teamini json/json source/sniff \
    account/account_event account/naming account/otpauth \
    account/platform

tmp=$(mktemp -d)
WINEPREFIX=${LIUDI_WINEPREFIX:-$tmp/wine} WINEDEBUG=-all WINEARCH=win64
LC_ALL=C.UTF-8 TZ=UTC0
export WINEPREFIX WINEDEBUG WINEARCH LC_ALL TZ
trap 'wineserver -k 2>/dev/null || :; rm -rf "$tmp"' EXIT
mkdir -p "$WINEPREFIX" "$tmp/relay"
LIUDI_RELAY=$tmp/relay WINEPATH=Z:$tmp/relay
export LIUDI_RELAY WINEPATH
cp "$top/tests/windows/relay.sh" "$tmp/relay/"
"$win_cc" -O1 -municode -static -o "$tmp/relay/ssh-keygen.exe" \
    "$top/tests/windows/relay.c" -lws2_32
printf "PATH='%s'\nexport PATH\n" "$PATH" >"$tmp/relay/environment"
[ -e "$WINEPREFIX/system.reg" ] || wineboot -i >/dev/null 2>&1

# All of the agent's side but its main(), and what tests need besides.
rest=
for o in "$out"/obj/*.o; do
	[ "${o##*/}" = cli_agent_liudi.o ] || rest="$rest $o"
done
# shellcheck disable=SC2086
x86_64-w64-mingw32-ar rcs "$tmp/libliudi.a" $rest
# The flags of the tree, but those of warnings.
# shellcheck disable=SC2086,SC2090
flags=$(echo $win_flags | sed 's/-DLIUDI_OS=[^ ]*//; s/-W[a-z=0-9-]*//g')
flags="$flags -w -O1 -I$top -I$top/src -I$top/tests -isystem $out/empty
	-isystem $out/prefix/include -include $top/tests/windows/extra.h"

failed=
for test in "$@"; do
	echo "== $test"
	# shellcheck disable=SC2015,SC2086
	"$win_cc" $flags -DLIUDI_VERSION='"0"' -DLIUDI_SOURCE_DIR="\"Z:$top\"" \
	    -static -Wl,--gc-sections -o "$tmp/test.exe" \
	    "$top/tests/${test}_test.c" "$top/tests/windows/extra.c" \
	    "$out/made/liudi.res.o" -L"$tmp" -L"$out/prefix/lib" \
	    -lliudi -lcmocka-static $win_libs &&
	    (cd "$tmp" && TMPDIR=$tmp wine test.exe 2>&1) |
	    grep -av '^\[ RUN\|^\[       OK' >"$tmp/said" || :
	cat "$tmp/said"
	grep -aq '^\[  PASSED' "$tmp/said" &&
	    ! grep -aq '^\[  FAILED' "$tmp/said" || failed="$failed $test"
	: >"$tmp/said"
done
[ -z "$failed" ] || { echo "units.sh: failed:$failed" >&2; exit 1; }
echo "units.sh: $# programs of tests passed under wine"
