#!/bin/sh
# tests/run.sh - build and run every test; ends in ctest's closing lines.
# Usage: sh tests/run.sh [--slow] [--sanitize] [ctest arguments]
# --slow: also what is tested by default already, under more shells, and the
# packages from nothing to a system in which they are installed.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=${LIUDI_BUILD_DIR:-$top/build/test}
# shellcheck source=config/packages.sh disable=SC2086
. "$top/config/packages.sh"
# shellcheck disable=SC2086
need $LIUDI_BUILD $LIUDI_TEST

if [ -z "${LIUDI_SHARED:-}" ] && [ -d "$top/../shared" ]; then
	LIUDI_SHARED=$(cd "$top/../shared" && pwd)
fi
LIUDI_SHARED=${LIUDI_SHARED:-$top/../shared}
export LIUDI_SHARED

slow=OFF
if [ "${1:-}" = --slow ]; then
	shift
	slow=ON
	# shellcheck disable=SC2086
	need $LIUDI_TEST_SLOW
fi
sanitize=
if [ "${1:-}" = --sanitize ]; then
	shift
	build=$build-sanitize
	sanitize=address,undefined
fi
cmake -G Ninja -S "$top" -B "$build" -DLIUDI_SANITIZE=$sanitize \
    -DLIUDI_SLOW=$slow >/dev/null
cmake --build "$build"
exec ctest --test-dir "$build" --output-on-failure -j 2 "$@"
