#!/bin/sh
# config/windows/check.sh [FILE...]: does the agent's side compile for Windows?
#
# Each source with mingw-w64 and every warning an error, against the headers of
# the libraries that are installed here (they are the same on both systems).
# Nothing is linked or run: that is config/windows/build.sh.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=config/windows/compile.sh
. "$top/config/windows/compile.sh"
command -v "$win_cc" >/dev/null || {
	echo "check.sh: skipped: no $win_cc (gcc-mingw-w64-x86-64-win32)"
	exit 77
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
win_stage "$tmp/empty"
mkdir "$tmp/lib"
for h in git2.h git2 sodium.h sodium archive.h archive_entry.h sqlite3.h \
    zstd.h yajl openssl png.h pngconf.h pnglibconf.h jpeglib.h jerror.h \
    jmorecfg.h webp zlib.h zconf.h; do
	[ ! -e "/usr/include/$h" ] || ln -s "/usr/include/$h" "$tmp/lib/$h"
done
for h in /usr/include/*-linux-gnu/openssl /usr/include/*-linux-gnu/jconfig.h; do
	[ -d "$h" ] && { mkdir -p "$tmp/arch/openssl"
	    ln -s "$h"/* "$tmp/arch/openssl/"; }
	[ -f "$h" ] && ln -s "$h" "$tmp/lib/"
done
version=$(sed -n 's/^project(liudi VERSION \([0-9.]*\).*/\1/p' \
    "$top/CMakeLists.txt")
cd "$top/src"
# shellcheck disable=SC2086,SC2090
{ [ $# -gt 0 ] && printf '%s\n' "$@" || win_files "$top/src"; } |
    xargs -P "$(nproc)" -n 4 "$win_cc" -fsyntax-only $win_flags \
    -DLIUDI_VERSION="\"$version\"" -I "$top/src" -isystem "$tmp/empty" \
    -isystem "$tmp/lib" -isystem "$tmp/arch" || {
	echo "check.sh: does not compile for Windows" >&2
	exit 1
}
echo "check.sh: $(win_files "$top/src" | wc -l) sources compile for Windows"
