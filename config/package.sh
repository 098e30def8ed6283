#!/bin/sh
# config/package.sh - make the packages liudi and liudi-desk for Debian 12, in
# build/package or FOLDER.  The same tree gives the same bytes, wherever it lies.
# Usage: sh config/package.sh [FOLDER]
set -eu
umask 022

top=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$top/build/package}
# shellcheck source=config/packages.sh
. "$top/config/packages.sh"
# shellcheck disable=SC2086
need $LIUDI_BUILD dpkg-dev file

# All dates in them: of the newest entry of the changelog.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
	SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$top/config/deb/changelog" \
	    -S Timestamp)
fi
export SOURCE_DATE_EPOCH
LC_ALL=C TZ=UTC
export LC_ALL TZ

rm -f "$out"/*.deb
cmake -G Ninja -S "$top" -B "$out" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_INSTALL_PREFIX=/usr -DLIUDI_PACKAGE=ON -DLIUDI_TESTS=OFF >/dev/null
cmake --build "$out" ${LIUDI_JOBS:+-j "$LIUDI_JOBS"}
(cd "$out" && cpack -G DEB >cpack.log 2>&1) || { cat "$out/cpack.log"; exit 1; }
if command -v lintian >/dev/null; then
	lintian --tag-display-limit 0 \
	    --fail-on error,warning "$out"/*.deb
fi
for deb in "$out"/*.deb; do
	echo "$deb"
done
