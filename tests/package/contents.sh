#!/bin/sh
# tests/package/contents.sh BUILD - what is in the two packages, made of what
# BUILD holds: twice, and the same bytes; each file at its place, under its
# checksum; and what their scripts say.
set -eu
umask 022

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?usage: contents.sh BUILD}" && pwd)
for tool in cpack dpkg-deb dpkg-shlibdeps; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1795000000
export LC_ALL TZ SOURCE_DATE_EPOCH
bad=0
fail() {
	echo "FAILED: $*"
	bad=1
}

for n in 1 2; do
	(cd "$build" && cpack -G DEB -B "$t/$n") >"$t/log" 2>&1 ||
	    { cat "$t/log"; exit 1; }
	rm -rf "$t/$n/_CPack_Packages"
	SOURCE_DATE_EPOCH=1795000000	# else the second would be of another day
done
(cd "$t/1" && sha256sum -- *.deb) >"$t/sums"
(cd "$t/2" && sha256sum -c "$t/sums") >"$t/log" ||
    fail "not the same bytes twice: $(cat "$t/log")"

version=$(sed -n 's/^project(liudi VERSION \([0-9.]*\).*/\1/p' \
    "$top/CMakeLists.txt")
grep -q "^liudi ($version) " "$top/config/deb/changelog" ||
    fail "the changelog does not begin with $version"

for package in liudi liudi-desk; do
	deb=$(echo "$t/1/${package}_${version}_"*.deb)
	mkdir "$t/$package"
	dpkg-deb -R "$deb" "$t/$package"
	(cd "$t/$package" && find . -path ./DEBIAN -prune -o ! -type d \
	    -printf '%M %P\n' | sort -k 2 |
	    sed 's,zsh/site-functions,zsh/vendor-completions,') >"$t/found"
	diff "$top/tests/package/$package.list" "$t/found" ||
	    fail "what is in $package"
	(cd "$t/$package" && md5sum --quiet -c DEBIAN/md5sums) ||
	    fail "md5sums of $package"
	[ "$(wc -l <"$t/$package/DEBIAN/md5sums")" = "$(wc -l <"$t/found")" ] ||
	    fail "files of $package without a checksum"
	find "$t/$package" -type f -newermt '@1795000000' >"$t/newer"
	[ ! -s "$t/newer" ] || fail "newer than it may be: $(cat "$t/newer")"
	dpkg-deb -f "$deb" >"$t/control"
	for field in "Package: $package" "Version: $version" \
	    'Depends: git, openssh-client, .*libsodium23'; do
		grep -q "^$field" "$t/control" ||
		    fail "$package has no '$field'"
	done
done
grep -q '^Recommends: .*chromium-headless-shell' "$t/control" &&
    fail 'the desk wants a browser'
dpkg-deb -f "$t"/1/liudi_*.deb Recommends |
    grep -q chromium-headless-shell || fail 'the station wants no browser'

# Keys, spool and settings lie in homes: nothing of a package touches those.
find "$t"/liudi*/DEBIAN -type f ! -name control ! -name md5sums \
    -printf '%P\n' >"$t/scripts"
[ "$(cat "$t/scripts")" = postrm ] || fail "scripts: $(cat "$t/scripts")"
for verb in remove upgrade disappear; do
	[ -z "$(sh "$t/liudi/DEBIAN/postrm" $verb)" ] ||
	    fail "postrm $verb has something to say"
done
sh "$t/liudi/DEBIAN/postrm" purge | grep -q 'local/state/liudi' ||
    fail 'postrm purge does not say what stays'
man=$(zcat "$t/liudi/usr/share/man/man1/liudi.1.gz" | sum)
[ "$man" = "$(sum <"$top/docs/man/liudi.1")" ] || fail 'the manual page'

[ "$bad" -eq 0 ] && echo 'package: as it should be'
exit "$bad"
