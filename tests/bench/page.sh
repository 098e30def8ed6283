#!/bin/sh
# tests/bench/page.sh - the manager's page: how long an answer takes, how long it
# is, and how much memory that needs.
#
#	page.sh [--people N] [--messages N] [--bin DIR] [--bench DIR]
#	        [--work DIR] [--keep]
#
# A team of 50 people, each with a run on each working day of 30 by the programs in
# --bin, sent together, so that each of them wants to be told as late; and 5,000,000
# invented messages of two years, one conversation with 100,000 of them, put into the
# catalogue by bench_messages (-DLIUDI_BENCH=ON) in --bench.
# What --work DIR --keep left behind is used again, by programs of the same version.
#
# Time is that of curl, from the question to the last byte, the best and the median
# of twenty; CPU is that of all processes of the page, for one of the twenty: on a
# machine that others use as well it is the one to look at, and what the goals are
# held against.  Memory is the largest RssAnon seen of a process that makes a page,
# SQLite's cache in it.  Exits 0 if all goals are met, 1 if not, 2 for a
# wrong call.
set -eu
LC_ALL=C TZ=UTC0
export LC_ALL TZ
people=50 messages=5000000 keep=no work='' bin=${LIUDI_BIN:-.} bench=${LIUDI_BENCH:-.}

die() {
	echo "page.sh: error: $1" >&2
	exit "${2:-1}"
}
while [ $# -gt 0 ]; do
	[ "$1" = --keep ] || [ $# -gt 1 ] || die 'an option without its value' 2
	case $1 in
	--people) people=$2 ;;
	--messages) messages=$2 ;;
	--bin) bin=$2 ;;
	--bench) bench=$2 ;;
	--work) work=$2 ;;
	--keep) keep=yes; shift; continue ;;
	*) die "what is $1?" 2 ;;
	esac
	shift 2
done
PATH=$(cd "$bin" && pwd):$PATH
[ -n "$work" ] || work=$(mktemp -d "${TMPDIR:-/tmp}/liudi-page.XXXXXX")
mkdir -p "$work"
work=$(cd "$work" && pwd)
server=
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	[ "$keep" = yes ] || rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
desk() { liudi-desk --home "$work/desk" "$@" 3<"$work/pass"; }

# now N: the clocks are at that day, of which the last is not long ago
now() {
	LIUDI_NOW=$((start + $1 * 86400 + 36000)) CENTRAL_NOW=$LIUDI_NOW
	export LIUDI_NOW CENTRAL_NOW
}
# the hooks ask date(1) for the time
mkdir -p "$work/bin"
cat >"$work/bin/date" <<END
#!/bin/sh
[ "\$#:\$1" != 2:-u ] || [ -z "\${CENTRAL_NOW:-}" ] ||
    set -- -u -d "@\$CENTRAL_NOW" "\$2"
exec $(command -v date) "\$@"
END
chmod 755 "$work/bin/date"
PATH=$work/bin:$PATH
if [ ! -e "$work/made" ]; then
	echo pass >"$work/pass"
	echo $(($(date +%s) / 86400 * 86400 - 31 * 86400)) >"$work/start"
	start=$(cat "$work/start")
	now 0
	liudi-desk --home "$work/desk" init "$work/central" --org Bench \
	    --scrypt-log-n 10 --passphrase-fd 3 --owner-passphrase-fd 4 \
	    3<"$work/pass" 4<"$work/pass" >"$work/said"
	for i in $(seq -w 1 "$people"); do
		line=$(liudi -q --home "$work/ws-$i" init --central \
		    "$work/central" --station "ws-$i")
		desk station add "$line" --passphrase-fd 3 >"$work/said"
		mkdir "$work/files-$i"
		printf '\n[source chats]\nkind = chat\npath = %s\n%s\n' \
		    "$work/files-$i" 'settle = 0' >>"$work/ws-$i/liudi.ini"
	done
	for d in $(seq 0 29); do
		now "$d"
		[ "$(date -u -d "@$LIUDI_NOW" +%u)" -lt 6 ] || continue
		for i in $(seq -w 1 "$people"); do
			echo "$d" >"$work/files-$i/note"
			# what somebody has to look at
			[ $(((d * 7 + ${i#0}) % 41)) -eq 0 ] ||
				liudi -q --home "$work/ws-$i" run --no-push \
				    2>"$work/said" || [ $? -eq 4 ]
		done
	done
	for i in $(seq -w 1 "$people"); do
		liudi -q --home "$work/ws-$i" run
	done
	now 30
	desk sync --passphrase-fd 3 >"$work/said" 2>&1 || [ $? -eq 3 ]
	"$bench/bench_messages" --into "$work/desk/catalogue/catalogue.sqlite3" \
	    "$messages" "$people" "$LIUDI_NOW" 100000
	: >"$work/made"
fi
start=$(cat "$work/start")
now 30
# as after any sync that brought something: it counts the facts of two days
rm -f "$work/desk/catalogue/"*-facts*
/usr/bin/time -f 'sync with nothing new, facts of two days: CPU %U s + %S s, %M kB' \
    liudi-desk --home "$work/desk" sync --passphrase-fd 3 3<"$work/pass" \
    >"$work/said" 2>"$work/took" || [ $? -eq 3 ]
tail -n 1 "$work/took"

serve() {
	rm -f "$work/desk/serve.html"
	liudi-desk --home "$work/desk" serve --passphrase-fd 3 3<"$work/pass" \
	    >"$work/served" 2>&1 &
	server=$!
	for _ in $(seq 50); do
		[ ! -s "$work/desk/serve.html" ] || break
		sleep 0.2
	done
	host=$(sed -n 's,.*action="http://\([^/]*\)/auth.*,\1,p' \
	    "$work/desk/serve.html")
	token=$(sed -n 's/.*value="\([0-9a-f]*\)".*/\1/p' \
	    "$work/desk/serve.html")
	curl -s -o /dev/null -c "$work/cookies" -d "token=$token" \
	    "http://$host/auth"
}
serve

bad=0
# goal WHAT VALUE LIMIT UNIT
goal() {
	word=met
	awk -v a="$2" -v b="$3" 'BEGIN { exit !(a < b) }' || word=MISSED bad=1
	printf '%-44s %8s < %-6s %-3s %s\n' "$1" "$2" "$3" "$4" $word
}
# ticks: of CPU, 10 ms each, of the page and all that it started
ticks() {
	for p in $server $(cat "/proc/$server/task/$server/children"); do
		sed 's/.*) //' "/proc/$p/stat"
	done | awk '{ n += $12 + $13 + $14 + $15 } END { print n }'
}
# page WHAT PATH: what it costs
page() {
	first=$(curl -s -f -o "$work/answer" -w '%{time_total}' \
	    -b "$work/cookies" "http://$host$2") || die "no page at '$2'"
	: >"$work/times"
	from=$(ticks)
	for _ in $(seq 20); do
		curl -s -o "$work/answer" -w '%{time_total}\n' \
		    -b "$work/cookies" "http://$host$2" >>"$work/times"
	done
	ms=$((($(ticks) - from) * 10 / 20))
	sort -g "$work/times" >"$work/sorted"
	printf '%-16s CPU %4d ms, time %5.0f, at first %5.0f, best %5.0f; %6d B\n' \
	    "$1" "$ms" \
	    "$(awk 'NR == 10 { print $1 * 1000 }' "$work/sorted")" \
	    "$(awk -v t="$first" 'BEGIN { print t * 1000 }')" \
	    "$(awk 'NR == 1 { print $1 * 1000 }' "$work/sorted")" \
	    "$(wc -c <"$work/answer")"
}
# memory PATH...: the largest of the processes that make them, in MB
memory() {
	serve
	(for path in "$@"; do
		for _ in $(seq 5); do
			curl -s -o "$work/answer" -b "$work/cookies" \
			    "http://$host$path"
		done
	done) &
	asking=$!
	kids=$(cat "/proc/$server/task/$server/children")
	while kill -0 "$asking" 2>/dev/null; do
		for p in $(cat "/proc/$server/task/$server/children"); do
			case " $kids " in
			*" $p "*) ;;
			*) sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' \
			    "/proc/$p/status" 2>/dev/null || : ;;
			esac
		done
	done | sort -n | tail -n 1 | awk '{ printf "%.1f\n", $1 / 1024 }'
	kill "$server"
}
day=$(date -u -d "@$((start + 29 * 86400))" +%F)
page Today /
goal 'Today, CPU' "$ms" 100 ms
goal 'Today, as it is sent' "$(wc -c <"$work/answer")" 50000 B
page today.json /today.json
page 'a day' "/day/$day/ws-01"
page chats /chats
long=$(sed -n 's,.*href="/chat/\([0-9]*\)".*,\1,p' "$work/answer" | tail -1)
long=$(sqlite3 "$work/desk/catalogue/catalogue.sqlite3" \
    'SELECT n FROM chat ORDER BY messages DESC LIMIT 1' 2>/dev/null ||
    echo "$long")
page 'a conversation' "/chat/$long"
goal '100,000 messages, at their end, CPU' "$ms" 100 ms
page 'the same, a day in the middle' "/chat/$long?day=$(date -u \
    -d "@$((start - 300 * 86400))" +%F)"
page 'work' /work
page 'a person' /person/ws-01
page 'a search' '/search?q=%E5%AE%81%E6%B3%A2'
page integrity /integrity
page 'the boss' /boss
page access /access
# in a shell of its own: what is started there is not waited for here
kill "$server"
wait "$server" || :
server=
goal 'memory, RssAnon' "$(memory / "/chat/$long" /chats /work /boss)" 32 MB
exit $bad
