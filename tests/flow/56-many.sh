#!/bin/sh
# tests/flow/56-many.sh BIN - many events of the access log that waited for the
# central together: they get there, and are in order to who reads them, although 10
# stands before 9 in a tree.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

step "twelve reads while the central is away"
team
station ws-01
echo hello >"$t/ws-01-files/app/a.txt"
day 1
expect 0 ws ws-01 run
expect 0 sync
had=$(git --git-dir "$central/desk.git" ls-tree -r --name-only desk \
    access/ 2>/dev/null | wc -l)
mv "$central" "$central.away"
i=0
while [ $i -lt 12 ]; do
	i=$((i + 1))
	day 1 $((i * 700))
	expect 0 restore ws-01 "$t/back-$i"
done
same "$(grep -c . "$t/desk/access.unsent")" 12 "events that wait"

step "all of them are sent, and nothing is wrong with them"
mv "$central.away" "$central"
expect 0 sync
no test -e "$t/desk/access.unsent"
same "$(git --git-dir "$central/desk.git" ls-tree -r --name-only desk \
    access/ | wc -l)" $((had + 12)) "events at the central"
expect 0 desk_key access
says ' 0 problems'
expect 0 restore ws-01 "$t/back"
expect 0 desk_key access
says ' 0 problems'
done_
