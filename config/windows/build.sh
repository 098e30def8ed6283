#!/bin/sh
# config/windows/build.sh [OUT]: liudi.exe for Windows, x86-64 and static, made
# on Debian with mingw-w64.
#
# OUT (build/windows) keeps the libraries (see libs.sh) and what was compiled.
# The same sources give the same bytes, wherever OUT lies: paths are mapped, and
# the linker's date is SOURCE_DATE_EPOCH's.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=config/windows/compile.sh
. "$top/config/windows/compile.sh"
out=${1:-$top/build/windows}
mkdir -p "$out"
out=$(cd "$out" && pwd)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1700000000}
export SOURCE_DATE_EPOCH

sh "$top/config/windows/libs.sh" "$out/prefix" "$out/work"

version=$(sed -n 's/^project(liudi VERSION \([0-9.]*\).*/\1/p' \
    "$top/CMakeLists.txt")
rm -rf "$out/empty" "$out/made"
mkdir -p "$out/obj" "$out/made"
win_stage "$out/empty"

# bytes IN HEADER NAME: as the CMake build has it.
bytes() {
	cmake -DIN="$top/$1" -DOUT="$out/made/$3.c" -DHEADER="$2" -DNAME="$3" \
	    -P "$top/config/cmake/bytes.cmake"
}
bytes config/platforms.ini account/shipped.h shipped_platforms
bytes src/shop/page.js shop/pagejs.h pagejs
bytes src/shop/reader.js shop/pagejs.h readerjs

# The manifest: text in UTF-8 from Windows 10 1903 on, no limit to paths, and no
# rights beyond the user's; and what Windows shows as the file's properties.
cp "$top/config/windows/liudi.manifest" "$out/made/"
printf '1 24 "liudi.manifest"\n1 VERSIONINFO\nFILEVERSION %s,0\n' \
    "$(echo "$version" | tr . ,)" >"$out/made/liudi.rc"
cat >>"$out/made/liudi.rc" <<RC
BEGIN
BLOCK "StringFileInfo"
BEGIN
BLOCK "040904b0"
BEGIN
VALUE "ProductName", "liudi"
VALUE "FileDescription", "keeps a workstation's records on file"
VALUE "FileVersion", "$version"
VALUE "ProductVersion", "$version"
VALUE "OriginalFilename", "liudi.exe"
VALUE "LegalCopyright", "the liudi authors"
END
END
BLOCK "VarFileInfo"
BEGIN
VALUE "Translation", 0x409, 1200
END
END
RC
(cd "$out/made" && x86_64-w64-mingw32-windres liudi.rc -O coff -o liudi.res.o)

# One object for each source; make knows which are older than what they include.
map="-ffile-prefix-map=$top=/liudi -ffile-prefix-map=$out=/build"
# shellcheck disable=SC2016
{
	printf 'CC = %s\nall: \\\n' "$win_cc"
	for f in $(win_files "$top/src"); do
		printf ' %s \\\n' "$(echo "${f%.c}" | tr / _).o"
	done
	printf ' shipped_platforms.o pagejs.o readerjs.o\n'
	for f in $(win_files "$top/src"); do
		o=$(echo "${f%.c}" | tr / _).o
		printf '%s: %s\n\t$(CC) $(FLAGS) -c %s -o $@\n' "$o" \
		    "$top/src/$f" "$top/src/$f"
	done
	for f in shipped_platforms pagejs readerjs; do
		printf '%s.o: %s\n\t$(CC) $(FLAGS) -c %s -o $@\n' "$f" \
		    "$out/made/$f.c" "$out/made/$f.c"
	done
	printf -- '-include *.d\n'
} >"$out/obj/Makefile"
# shellcheck disable=SC2086,SC2090
make -s -C "$out/obj" -j"${LIUDI_JOBS:-$(nproc)}" FLAGS="-MMD -Os \
    -ffunction-sections -fdata-sections -fstack-protector-strong $map \
    $(echo $win_flags | sed 's/"/\\"/g') \
    -DLIUDI_VERSION=\\\"$version\\\" -I$top/src -isystem $out/empty \
    -isystem $out/prefix/include"

# shellcheck disable=SC2086
"$win_cc" -static -Wl,--gc-sections -Wl,-s -o "$out/liudi.exe" "$out"/obj/*.o \
    "$out/made/liudi.res.o" -L"$out/prefix/lib" $win_libs
echo "build.sh: $out/liudi.exe: $(wc -c <"$out/liudi.exe") bytes"
