#!/bin/sh
# tests/flow/84-room.sh BIN - chats where the manager's disk or memory ends in
# the middle: sync says so, and with room again the next one goes on to the same.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2317 # lib.sh calls it
cleanup() { [ -z "${mounted:-}" ] || umount "$t/small" || :; }
catalogue=$t/desk/catalogue/catalogue.sqlite3
sql() { sqlite3 "$catalogue" "$@"; }
# all_of_it: every message, and what was read.  Which of one second comes
# first is a matter of what was read first.
all_of_it()
{
	for chat in $(sql 'select n from chat order by id'); do
		desk_key chat "$chat" --json
	done | sed 's/"chat":[0-9]*,//; s/"message":[0-9]*,//'
	sql 'select path, messages, error from reading order by version;'
}
# messages: how many are there, 0 also without a catalogue.
messages()
{
	[ ! -s "$catalogue" ] || sql 'select cast(total(messages + changed) as int) from chat' \
	    2>/dev/null || echo 0
	[ -s "$catalogue" ] || echo 0
}
# qq FILE NAME COUNT
qq()
{
	awk -v name="$2" -v count="$3" 'BEGIN {
		rule = sprintf("%64s", "")
		gsub(" ", "=", rule)
		printf "消息记录（此消息记录为文本格式，不支持重新导入）\r\n\r\n"
		printf "%s\r\n消息分组:客户\r\n%s\r\n消息对象:%s\r\n%s\r\n\r\n",
		    rule, rule, name, rule
		for (i = 0; i < count; i++)
			printf "2024-03-%02d %d:%02d:%02d %s\r\n第 %d 次询价 lamp L-%d %d\r\n\r\n",
			    1 + i / 1440 % 28, i / 60 % 24, i % 60, i % 59,
			    i % 2 ? "Li" : name, i, i * 10, i * 7919 % 1000003
	}' >"$1"
}
# offline: all of it anew, from what was fetched.
offline() { desk_key sync --offline; }
# with_memory MB: the same, in so much.  Every sh that we know has -v.
# shellcheck disable=SC3045
with_memory()
{
	(
		ulimit -v $(($1 * 1024))
		offline
	)
}

step "three exports"
day 0
team
station ws-01
chats=$t/ws-01-files/chats
qq "$chats/1.txt" Anna 40
qq "$chats/2.txt" Berta 30000
qq "$chats/3.txt" Chen 50
expect 0 ws ws-01 run
expect 0 sync
says '3 chat files read, 30090 new messages'
all_of_it >"$t/once"

# tried RC: what such a sync may end with, and what it may leave: whole
# exports.  Then, with room, all of it.
tried()
{
	n=$(messages)
	checks=$((checks + 1))
	case $1 in
	0|1|3) ;;
	*) fail "exit $1 with $mb MB" ;;
	esac
	checks=$((checks + 1))
	case $n in
	0|40|90|30040|30090) ;;
	*) fail "$n messages with $mb MB" ;;
	esac
	[ "$n" -eq 0 ] || [ "$n" -eq 30090 ] || some=$((some + 1))
	[ "$n" -ne 90 ] || others=$((others + 1))
	rm -f "$t/small/filler"
	expect 0 offline
	all_of_it >"$t/again"
	ok cmp "$t/once" "$t/again"
}

step "memory ends"
mb=4000
rm -f "$catalogue"*
if with_memory $mb >"$t/out" 2>"$t/err"; then
	some=0 others=0
	for mb in 120 150 165 180 200 220 240 260 300; do
		rm -f "$catalogue"*
		rc=0
		with_memory $mb >"$t/out" 2>"$t/err" || rc=$?
		tried $rc
	done
	# the large one does not keep the others from being read
	ok [ "$others" -ge 1 ]
else
	say "skipped: a limit of memory is not possible with this build"
fi

step "the disk is full"
mkdir "$t/small"
if [ "$(id -u)" -eq 0 ] &&
    mount -t tmpfs -o size=64m none "$t/small" 2>/dev/null; then
	mounted=1
	cp -a "$t/desk" "$t/small/desk"
	mv "$t/desk" "$t/desk.large"
	ln -s "$t/small/desk" "$t/desk"
	some=0
	for mb in 1 3 5 7 10 15; do
		rm -f "$catalogue"*
		room=$(df -k --output=avail "$t/small" | tail -1)
		head -c $(((room - mb * 1024) * 1024)) /dev/zero \
		    >"$t/small/filler"
		rc=0
		offline >"$t/out" 2>"$t/err" || rc=$?
		tried $rc
	done
	ok [ "$some" -ge 1 ]
	rm "$t/desk"
	mv "$t/desk.large" "$t/desk"
else
	say "skipped: no small disk without root"
fi
done_
