#!/bin/sh
# tests/docs/threats.sh BUILD - each test that docs/THREATS.md names is there.
#
# What stands in backticks and begins with a word that test names begin with is
# such a name, with * for any of several, and behind a / a step, which stands in
# the script or source that the test runs.  Each thing that somebody cannot do has
# one.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:?usage: threats.sh BUILD}
LC_ALL=C
export LC_ALL
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
for tool in jq ctest; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
bad=0 named=0
complain() { echo "threats: $*"; bad=$((bad + 1)); }

# "<name> <script>" of each test; a program's source goes by its name.
(cd "$build" && ctest --show-only=json-v1) | jq -r '.tests[] | [.name,
    (.command // [] | map(select(endswith(".sh"))) | .[0] // "-")] |
    join(" ")' >"$t/tests"
[ -s "$t/tests" ] || complain 'no tests are known'
sed 's/[. ].*//' "$t/tests" | sort -u >"$t/rooms"

# names FILE: of tests in that text, a line each.
names()
{
	grep -o '`[^`]*`' "$1" | tr -d '`' | while IFS= read -r word; do
		case $word in
		*.git|*.ini|*.sh|*.h|*.c|desk.git/*) continue ;;
		*.*|structure) ;;
		*)	continue ;;
		esac
		grep -q -x -F -e "${word%%.*}" "$t/rooms" && echo "$word"
	done | sort -u || :
}
# there NAME: whether it is, with its step.
there()
{
	step=
	case $1 in
	*/*) step=${1#*/} ;;
	esac
	found=
	while read -r name script; do
		# shellcheck disable=SC2254 # a pattern
		case $name in
		${1%%/*}) ;;
		*)	continue ;;
		esac
		[ "$script" != - ] || {
			script=${name#*.}
			script=$(find "$top/tests" -name "${script}_test.c")
		}
		[ -z "$step" ] || grep -q -F -e "$step" "$script" || return 1
		found=1
	done <"$t/tests"
	[ -n "$found" ]
}

names "$top/docs/THREATS.md" >"$t/names"
while IFS= read -r word; do
	named=$((named + 1))
	there "$word" || complain "THREATS.md names '$word', which is not there"
done <"$t/names"
[ "$named" -ge 40 ] || complain "only $named tests are named"

# This test is able to miss one.
for none in 'flow.nothing' 'flow.redteam.*/a step that nobody wrote' \
    'desk.opener/a_function_of_nobody'; do
	! there "$none" || complain "'$none' is found"
	echo "\`$none\`" >"$t/text"
	[ "$(names "$t/text")" = "$none" ] || complain "'$none' is overlooked"
done

# the first table
sed -n '/^| actor /,/^$/p' "$top/docs/THREATS.md" |
    sed -e 1,2d -e '/^$/d' >"$t/table"
sed -n 's/^| \([^|]*\) | [^|]* | \([^|]*\) | [^|]* |$/\1@\2/p' "$t/table" \
    >"$t/rows"
[ "$(wc -l <"$t/table")" -eq "$(wc -l <"$t/rows")" ] && [ -s "$t/rows" ] ||
	complain 'a row of the table is not read'
# clauses: those of a line, a line each; what stands in brackets has its own ;
clauses()
{
	awk '{
		for (i = 1; i <= length($0); i++) {
			ch = substr($0, i, 1)
			depth += (ch == "(") - (ch == ")")
			printf "%s", ch == ";" && !depth ? "\n" : ch
		}
		print ""
	}'
}
while IFS='@' read -r actor cannot; do
	[ "$cannot" != 'as above' ] || continue
	echo "$cannot" | clauses >"$t/clauses"
	while IFS= read -r clause; do
		echo "$clause" >"$t/text"
		[ -n "$(names "$t/text")" ] || complain \
		    "no test shows what this one cannot: $actor: $clause"
	done <"$t/clauses"
done <"$t/rows"
[ "$(echo 'a (b; c); d' | clauses)" = 'a (b; c)
 d' ] || complain 'clauses are cut in the wrong places'
echo "threats: $named tests and steps are named, $bad complaints"
[ "$bad" -eq 0 ]
