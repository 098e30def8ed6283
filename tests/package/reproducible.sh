#!/bin/sh
# tests/package/reproducible.sh [FOLDER] - the packages, built from nothing in
# two folders whose names differ, are the same bytes, and lintian has nothing
# to say.  The first stays in FOLDER/1, for system.sh.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
out=${1:-$t}
bad=0
for n in 1 2; do
	src=$t/$(printf "source%$((n * 9))s" '' | tr ' ' "$n")
	mkdir "$src"
	(cd "$top" && tar c CMakeLists.txt LICENSE README.md config docs hooks \
	    src) | tar x -C "$src"
	mkdir -p "$out/$n"
	umask $((n * 11))	# nor does it matter who builds
	sh "$src/config/package.sh" "$out/$n" >"$t/log" 2>&1 ||
	    { tail -n 40 "$t/log"; exit 1; }
done
(cd "$out/1" && sha256sum -- *.deb) >"$t/sums"
(cd "$out/2" && sha256sum -c "$t/sums") || bad=1
if command -v lintian >/dev/null; then
	lintian --allow-root --fail-on error,warning "$out"/1/*.deb || bad=1
else
	echo 'skipped: no lintian'
fi
for deb in "$out"/1/*.deb; do
	dpkg-deb --fsys-tarfile "$deb" | grep -a -q -F -e "$t" -e "$out" || continue
	echo "FAILED: $deb names the folder where it was built"
	bad=1
done
[ "$bad" -eq 0 ] && echo 'reproducible: the same bytes twice'
exit "$bad"
