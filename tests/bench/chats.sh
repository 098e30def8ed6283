#!/bin/sh
# tests/bench/chats.sh - reading large chat exports: speed and memory.
#
#	chats.sh [--scale BYTES[m|g]] [--rounds N] [--seed N] [--bin DIR]
#	         [--work DIR] [--keep]
#
# A Telegram JSON, texts of QQ, WhatsApp and KakaoTalk, and an mbox of BYTES
# (200m), invented; read with `liudi-desk import --check`, with --messages
# --json as well, the JSON with bare yajl, and each with wc -l as the floor.  --bin is the folder of
# liudi-desk.  Files that --work DIR --keep left behind are used again.
#
# CPU is user + system with all children, medians over rounds in which the
# programs took turns; memory is that of the largest process.  Exits 0 if all
# goals are met, 1 if not, 2 for a wrong call.  Needs: cc, yajl.
set -eu
LC_ALL=C
export LC_ALL

self=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$self/../.." && pwd)

scale=200m rounds=3 seed=1 keep=no work='' bin=${LIUDI_BIN:-}

die() {
	echo "chats.sh: error: $1" >&2
	exit "${2:-1}"
}

usage() {
	sed -n '4,5s/^#//p' "$0" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	[ "$1" = --keep ] || [ $# -gt 1 ] || usage
	case $1 in
	--scale) scale=$2 ;;
	--rounds) rounds=$2 ;;
	--seed) seed=$2 ;;
	--bin) bin=$2 ;;
	--work) work=$2 ;;
	--keep) keep=yes; shift; continue ;;
	*) usage ;;
	esac
	shift 2
done
case $scale in
*g) bytes=${scale%g}000000000 ;;
*m) bytes=${scale%m}000000 ;;
*) bytes=$scale ;;
esac
[ "$bytes" -gt 0 ] 2>/dev/null && [ "$rounds" -gt 0 ] 2>/dev/null || usage
[ -z "$bin" ] || bin=$(cd "$bin" && pwd) || die 'no such folder: --bin' 2
DESK=${bin:+$bin/}liudi-desk

if [ -z "$work" ]; then
	work=$(mktemp -d "${TMPDIR:-/tmp}/liudi-chats.XXXXXX")
else
	mkdir -p "$work"
	work=$(cd "$work" && pwd)
fi
finish() {
	[ "$keep" = yes ] || rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
results=$work/results
kinds='telegram qq whatsapp kakao mbox'
: >"$results"

# build TOOL SOURCE...
build() {
	tool=$1
	shift
	${CC:-cc} -std=gnu17 -O2 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
		-I "$root/src" -o "$work/$tool" "$@" -lyajl ||
		die "cannot build $tool"
}
build measure "$self/measure.c"
build yajl "$self/yajl.c"
build chats "$self/chats.c" "$self/speech.c" "$root/src/base/buf.c" \
	"$root/src/base/err.c"

# take KIND WHAT COMMAND...: one line "KIND.WHAT cpu rss" more.
take() {
	key=$1.$2
	shift 2
	rm -f "$work/cost"
	"$work/measure" -o "$work/cost" "$@" >/dev/null ||
		die "$key: exit $?"
	awk -v k="$key" '{ print k, $2 + $3, $4 }' "$work/cost" >>"$results"
}

# med KEY COLUMN: the median.
med() {
	awk -v k="$1" -v c="$2" '$1 == k { print $c }' "$results" | sort -g |
		awk '{ v[NR] = $1 } END { h = int((NR + 1) / 2)
			print NR % 2 ? v[h] : (v[h] + v[h + 1]) / 2 }'
}

for kind in $kinds; do
	[ -s "$work/$kind.$bytes.$seed" ] || "$work/chats" $kind "$bytes" \
		"$seed" >"$work/$kind.$bytes.$seed" || die "no room for $kind"
done
round=0
while [ $round -lt "$rounds" ]; do
	for kind in $kinds; do
		f=$work/$kind.$bytes.$seed
		take $kind check "$DESK" import --check "$f"
		[ $kind != telegram ] || take $kind yajl "$work/yajl" "$f"
		take $kind messages "$DESK" import --check --messages --json \
			"$f"
		take $kind lines wc -l "$f"
	done
	round=$((round + 1))
done

bad=0
# goal WHAT VALUE OP LIMIT: OP is < or >.
goal() {
	if awk -v a="$2" -v b="$4" "BEGIN { exit !(a $3 b) }"; then
		how=met
	else
		how=MISSED
		bad=1
	fi
	printf '%-36s %8s %s %-6s %s\n' "$1" "$2" "$3" "$4" $how
}

printf '%-10s %-10s %8s %8s %8s\n' file what cpu_s MB/s rss_MB
for kind in $kinds; do
	for what in check messages yajl lines; do
		grep -q "^$kind\\.$what " "$results" || continue
		awk -v k=$kind -v w=$what -v b="$bytes" \
			-v c="$(med $kind.$what 2)" \
			-v r="$(med $kind.$what 3)" 'BEGIN {
			printf "%-10s %-10s %8.2f %8.0f %8.1f\n", k, w, c,
				b / 1e6 / (c > 0 ? c : 0.001), r / 1024 }'
	done
done
echo
for kind in $kinds; do
	cpu=$(med $kind.check 2)
	case $kind in
	telegram) goal 'telegram: speed / bare yajl' "$(awk -v a="$cpu" \
		-v b="$(med telegram.yajl 2)" \
		'BEGIN { printf "%.2f", b / a }')" '>' 0.7 ;;
	*) goal "$kind: MB/s" "$(awk -v a="$cpu" -v b="$bytes" \
		'BEGIN { printf "%.0f", b / 1e6 / a }')" '>' 150 ;;
	esac
	goal "$kind: peak memory, MB" "$(awk -v r="$(med $kind.check 3)" \
		'BEGIN { printf "%.1f", r / 1024 }')" '<' 64
done
exit $bad
