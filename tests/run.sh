#!/bin/sh
# tests/run.sh - build and run every test; ends in ctest's closing lines.
# Usage: sh tests/run.sh [--sanitize] [ctest arguments]
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

sanitize=
if [ "${1:-}" = --sanitize ]; then
	shift
	build=$build-sanitize
	sanitize=address,undefined
fi
cmake -G Ninja -S "$top" -B "$build" -DLIUDI_SANITIZE=$sanitize >/dev/null
cmake --build "$build"
exec ctest --test-dir "$build" --output-on-failure -j 2 "$@"
