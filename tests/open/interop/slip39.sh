#!/bin/sh
# tests/open/interop/slip39.sh TOOL FOLDER - shares between liudi and another
# implementation, the npm package that package-lock.json names with its hash.
# It is fetched into FOLDER once; "skipped" where node, npm or what npm fetches
# from is missing.  A package with another hash is a failure.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tool=${1:?usage: $0 TOOL FOLDER}
folder=${2:?usage: $0 TOOL FOLDER}

for program in node npm; do
	command -v $program >/dev/null ||
	    { echo "skipped: no $program"; exit 77; }
done
mkdir -p "$folder"
if ! cmp -s "$here/package-lock.json" "$folder/fetched"; then
	rm -rf "$folder/node_modules" "$folder/fetched"
	cp "$here/package.json" "$here/package-lock.json" "$folder"
	if ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund \
	    --fetch-retries=1 --fetch-timeout=20000 >npm.log 2>&1); then
		if grep -qE 'EINTEGRITY|EUSAGE' "$folder/npm.log"; then
			cat "$folder/npm.log"
			exit 1
		fi
		echo "skipped: npm cannot fetch the package:" \
		    "$(grep -m 1 -oE 'E[A-Z_]{4,}|E[45][0-9]{2}' \
		    "$folder/npm.log" || echo 'see npm.log')"
		exit 77
	fi
	cp "$here/package-lock.json" "$folder/fetched"
fi
exec node "$here/slip39.js" "$folder/node_modules" "$tool"
