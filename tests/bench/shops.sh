#!/bin/sh
# tests/bench/shops.sh - pages of shops: what a day costs, beside storing the
# whole picture and the whole saved page in restic.
#
#	shops.sh [--bin FOLDER-OF-bench_shops] [--work DIR]
#
# bench_shops: cmake -DLIUDI_BENCH=ON, target bench_shops.  Exits 0 if all goals
# are met, 1 if not, 2 for a wrong call, 77 without a browser or restic.
set -eu
LC_ALL=C
export LC_ALL
bin=${LIUDI_BIN:-.} work=
while [ $# -gt 1 ]; do
	case $1 in
	--bin) bin=$2 ;;
	--work) work=$2 ;;
	*) sed -n '5s/^#//p' "$0" >&2; exit 2 ;;
	esac
	shift 2
done
command -v restic >/dev/null || { echo "skipped: no restic"; exit 77; }
[ -n "$work" ] || work=$(mktemp -d "${TMPDIR:-/tmp}/liudi-shops.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/x"
chmod 755 "$work" "$work/x"

"$bin/bench_shops" "$work/x" >"$work/told" || exit
of() { sed -n "s/^$1 //p" "$work/told"; }
bytes() { du -sb "$1" | cut -f 1; }

# restic, a day after the other: first, unchanged, price, banner
RESTIC_PASSWORD=x RESTIC_REPOSITORY=$work/restic
export RESTIC_PASSWORD RESTIC_REPOSITORY
export RESTIC_CACHE_DIR="$work/cache"
restic -q init
before=$(bytes "$work/restic")
for state in a b c d; do
	rm -rf "$work/day"
	cp -r "$work/x/whole/$state" "$work/day"
	(cd "$work/day" && restic -q backup .)
	now=$(bytes "$work/restic")
	echo "restic-$state $((now - before))" >>"$work/told"
	before=$now
done

bad=0
# goal NAME WANTED UNIT WHAT
goal()
{
	got=$(of "$1")
	word=ok
	[ "$got" -le "$2" ] || { word='too much' bad=1; }
	printf '%-44s %10s %-6s <= %-8s %s\n' "$4" "$got" "$3" "$2" "$word"
}
# beside NAME RESTIC WHAT
beside()
{
	a=$(of "$1") b=$(of "restic-$2")
	printf '%-44s %10s bytes  restic %s, ratio %s\n' "$3" "$a" "$b" \
	    "$(awk "BEGIN { printf \"%.3f\", $a / $b }")"
}
goal wall-ms 2500 ms 'a warm page of 5,200 rows, wall'
goal cpu-ms 1600 ms 'the same, CPU with the browser'
printf '%-44s %10s ms\n' 'of it our own' "$(of own-cpu-ms)"
lines=$(awk 'END { print NR }' "$work"/x/shop/captures/*.jsonl)
line=$(bytes "$(ls "$work"/x/shop/captures/*.jsonl | head -n 1)")
echo "ten-bytes $(($(of unchanged-bytes) + line * 10 / lines))" >>"$work/told"
goal ten-bytes 4095 bytes 'ten days on which nothing changed'
goal price-bytes 59999 bytes 'another price'
goal banner-bytes 199999 bytes 'a banner on top'
goal false-changes 0 pages 'ten days of a page that moves: changes'
goal banner-cpu-ms 500 ms 'two of them, one with a banner, compared'
goal opened-cpu-ms 500 ms 'the same, with all strips opened'
beside first-bytes a 'the first day'
beside unchanged-bytes b 'a day without a change'
beside price-bytes c 'another price'
beside banner-bytes d 'a banner on top'
[ "$bad" -eq 0 ]
