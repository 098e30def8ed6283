#!/bin/sh
# tests/bench/accounts.sh - exports of credentials, and what a "who leaves" costs.
#
#	accounts.sh [--rows N] [--rounds N] [--bin DIR] [--work DIR] [--keep]
#
# Exports of N rows (100,000): a CSV of which no row is the team's, one of which
# all are, and the latter as Bitwarden JSON, registered by `liudi account import`
# and `liudi-desk vault import` in a team made for it; and LOST and REACH of all
# 1,275 sets of one and two people in a team of 50 with 1,000 accounts.  --bin is
# the folder of liudi and liudi-desk.
#
# Wall and CPU (user + system with all children) are medians over rounds; memory
# is that of the largest process.  Exits 0 if all goals are met, 1 if not, 2 for
# a wrong call.  Needs: cc, git, ssh-keygen.
set -eu
LC_ALL=C
export LC_ALL

self=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$self/../.." && pwd)

rows=100000 rounds=3 keep=no work='' bin=${LIUDI_BIN:-}

die() {
	echo "accounts.sh: error: $1" >&2
	exit "${2:-1}"
}

usage() {
	sed -n '4s/^#//p' "$0" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	[ "$1" = --keep ] || [ $# -gt 1 ] || usage
	case $1 in
	--rows) rows=$2 ;;
	--rounds) rounds=$2 ;;
	--bin) bin=$2 ;;
	--work) work=$2 ;;
	--keep) keep=yes; shift; continue ;;
	*) usage ;;
	esac
	shift 2
done
[ "$rows" -gt 0 ] 2>/dev/null && [ "$rounds" -gt 0 ] 2>/dev/null || usage
[ -z "$bin" ] || bin=$(cd "$bin" && pwd) || die 'no such folder: --bin' 2
LIUDI=${bin:+$bin/}liudi
DESK=${bin:+$bin/}liudi-desk

[ -n "$work" ] || work=$(mktemp -d "${TMPDIR:-/tmp}/liudi-accounts.XXXXXX")
mkdir -p "$work/home"
work=$(cd "$work" && pwd)
finish() {
	[ "$keep" = yes ] || rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
results=$work/results log=$work/log
: >"$results"
unset LANG LIUDI_HOME LIUDI_DESK_HOME LIUDI_NOW || :
HOME=$work/home GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL

# build TOOL SOURCE...
build() {
	tool=$1
	shift
	${CC:-cc} -std=gnu17 -O2 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
		-I "$root/src" -o "$work/$tool" "$@" ||
		die "cannot build $tool"
}
build measure "$self/measure.c"
build recovery "$self/recovery.c" "$root/src/vault/recovery.c" \
	"$root/src/base/err.c"

# --- A team, a station, exports.

echo 'correct horse battery staple' >"$work/pass"
desk() {
	"$DESK" --home "$work/desk" "$@" --passphrase-fd 3 3<"$work/pass"
}
rm -rf "$work/desk" "$work/central" "$work/station"
{
	LIUDI_HOOKS_DIR=$root/hooks desk init "$work/central" \
		--scrypt-log-n 10 --owner-passphrase-fd 4 4<"$work/pass"
	desk station add "$("$LIUDI" --home "$work/station" -q init \
		--central "$work/central" --station bench)"
	mkdir -p "$work/files"
	printf '\n[source files]\nkind = files\npath = %s\n' "$work/files" \
		>>"$work/station/liudi.ini"
	"$LIUDI" --home "$work/station" run
	desk sync
} >"$log" 2>&1 || { cat "$log"; die 'no team'; }
rm -rf "$work/central.new"
cp -R "$work/central" "$work/central.new"

awk -v n="$rows" 'BEGIN { print "name,url,username,password,note"
	for (i = 0; i < n; i++)
		printf "n%d,https://host%d.example/,u%d,\"p,%d\",\n", i, i, i, i
}' >"$work/none.csv"
awk -v n="$rows" 'BEGIN { print "name,url,username,password,note"
	for (i = 0; i < n; i++)
		printf "shop,https://ebay.com/,many%d,pw-many-%d,\n", i, i
}' >"$work/all.csv"
awk -v n="$rows" 'BEGIN { printf "{\"encrypted\":false,\"items\":["
	for (i = 0; i < n; i++)
		printf "%s{\"type\":1,\"name\":\"shop\",\"login\":{\"uris\":" \
		    "[{\"uri\":\"https://ebay.com/\"}],\"username\":\"many%d\"," \
		    "\"password\":\"pw-many-%d\"}}", i ? "," : "", i, i
	print "]}" }' >"$work/all.json"

# take WHAT COMMAND...: one line "WHAT wall cpu rss" more.
take() {
	what=$1
	shift
	rm -f "$work/cost"
	"$work/measure" -o "$work/cost" "$@" >"$log" 2>&1 3<"$work/pass" ||
		{ tail -n 3 "$log"; die "$what: exit $?"; }
	awk -v k="$what" '{ print k, $1, $2 + $3, $4 }' "$work/cost" \
		>>"$results"
}
round=0
while [ $round -lt "$rounds" ]; do
	for file in none.csv all.csv; do
		rm -rf "$work/fresh"
		cp -R "$work/station" "$work/fresh"
		take station.$file "$LIUDI" --home "$work/fresh" --json \
			account import -y "$work/$file"
	done
	for file in none.csv all.csv all.json; do
		# a central without what the last one sent
		rm -rf "$work/fresh" "$work/central"
		cp -R "$work/desk" "$work/fresh"
		cp -R "$work/central.new" "$work/central"
		# What is on file counts, whether it was sent or not.
		take desk.$file "$DESK" --home "$work/fresh" --json vault \
			import -y "$work/$file" --passphrase-fd 3
	done
	"$work/recovery" >"$work/said" || die 'recovery'
	sed -n 's/.*LOST and REACH \([0-9.]*\) ms.*/recovery \1/p' \
		"$work/said" >>"$results"
	round=$((round + 1))
done

# med KEY COLUMN: the median.
med() {
	awk -v k="$1" -v c="$2" '$1 == k { print $c }' "$results" | sort -g |
		awk '{ v[NR] = $1 } END { h = int((NR + 1) / 2)
			print NR % 2 ? v[h] : (v[h] + v[h + 1]) / 2 }'
}
bad=0
# goal WHAT VALUE LIMIT: below it?
goal() {
	if awk -v a="$2" -v b="$3" 'BEGIN { exit !(a < b) }'; then
		how=met
	else
		how=MISSED
		bad=1
	fi
	printf '%-36s %8s < %-6s %s\n' "$1" "$2" "$3" $how
}
printf '%-20s %8s %8s %8s\n' import wall_s cpu_s rss_MB
for what in station.none.csv station.all.csv desk.none.csv desk.all.csv \
    desk.all.json; do
	awk -v w=$what -v a="$(med $what 2)" -v c="$(med $what 3)" \
		-v r="$(med $what 4)" 'BEGIN {
		printf "%-20s %8.2f %8.2f %8.1f\n", w, a, c, r / 1024 }'
done
cat "$work/said"
echo
for what in station.none.csv station.all.csv; do
	goal "$what: wall, s" "$(med $what 2)" 2
	goal "$what: peak memory, MB" "$(awk -v r="$(med $what 4)" \
		'BEGIN { printf "%.1f", r / 1024 }')" 64
done
goal 'LOST and REACH, ms' "$(med recovery 2)" 200
exit $bad
