#!/bin/sh
# tests/web/axe.sh BIN LOOK - every screen of the manager's page as axe-core sees
# it, which npm brings into a folder that goes away: Debian has none.
set -eu
command -v npm >/dev/null || { echo "skipped: no npm"; exit 77; }
top=$(cd "$(dirname "$0")/../.." && pwd)
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
trap 'exit 130' HUP INT TERM
(cd "$d" && npm install --no-save --ignore-scripts --no-audit --no-fund \
    axe-core@4) >"$d/npm" 2>&1 || {
	tail -n 3 "$d/npm"
	echo "skipped: npm does not bring axe-core"
	exit 77
}
chmod 755 "$d"
LIUDI_AXE=$d/node_modules/axe-core/axe.min.js
export LIUDI_AXE
rc=0
sh "$top/tests/flow/95-pmanager.sh" "$@" || rc=$?
exit $rc
