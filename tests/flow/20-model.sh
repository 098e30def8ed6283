#!/bin/sh
# tests/flow/20-model.sh BIN MODEL - made-up days of odd names and changes and
# a live database; every one of them comes back.  LIUDI_MODEL_DAYS (30),
# LIUDI_MODEL_SEED (7).
n=${LIUDI_MODEL_DAYS:-30} seed=${LIUDI_MODEL_SEED:-7}
LIUDI_FLOW_DAYS=$((n + 5))
model=${2:?usage: $0 BIN MODEL}
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
at="seed $seed"

# A messenger that keeps its database open, its log not merged.
messenger()
{
	mkfifo "$t/sql"
	sqlite3 "$t/ws-01-files/app/m.db" <"$t/sql" >"$t/sqlite" 2>&1 &
	writer=$!
	exec 7>"$t/sql"
	echo 'pragma journal_mode = wal; pragma wal_autocheckpoint = 0;
	    create table m(n integer primary key, t text);' >&7
}
# shellcheck disable=SC2317 # the end calls it
cleanup()
{
	exec 7>&-
	[ -z "${writer:-}" ] || wait "$writer" || :
}
# write_db DAY: some changes, seen by others when this returns.
write_db()
{
	echo "begin; insert into m(t) select hex(randomblob(40 + n % 700))
	    from (with recursive c(n) as (select 1 union all select n + 1
	    from c where n < 40) select n from c);
	    update m set t = 'edited $1' where n % 37 = $1 % 37;
	    delete from m where n % 41 = $1 % 41;
	    insert into m(n, t) values (-1 - $1, 'day $1'); commit;" >&7
	i=0
	until [ "$(sqlite3 "$t/ws-01-files/app/m.db" \
	    "select count(*) from m where n = -1 - $1" 2>&1)" = 1 ]; do
		i=$((i + 1))
		[ $i -lt 100 ] || { fail "the database"; done_; }
		sleep 0.1
	done
}
dump() { sqlite3 "$1" .dump; }

step "a team"
day 0
team
station ws-01
files=$t/ws-01-files
messenger

d=0
mkdir -p "$t/yesterday/chats" "$t/yesterday/shop"
while [ $d -lt "$n" ]; do
	at="seed $seed, day $d"
	day $d 3600
	"$model" step "$files" "$seed" $d
	write_db $d
	expect 0 ws ws-01 run
	# without the database, which is copied page by page
	mkdir -p "$t/days"
	(cd "$files" && listing chats && listing shop) >"$t/days/$d.list"
	dump "$files/app/m.db" >"$t/days/$d.sql"
	"$model" diff "$t/yesterday" "$files" >"$t/days/$d.diff"
	rm -rf "$t/yesterday"
	mkdir "$t/yesterday"
	cp -a "$files/chats" "$files/shop" "$t/yesterday"
	# the manager comes by now and then
	case $d in
	5|*3) ok synced ;;
	esac
	d=$((d + 1))
done

step "seed $seed: sync and verify"
ok synced
expect 0 desk_key verify --all
ref=$(branches ws-01)
same "$(chunk_ids "$ref" | sort | uniq -d | wc -l)" 0 "chunks stored twice"

step "seed $seed: every day"
d=0
while [ $d -lt "$n" ]; do
	at="seed $seed, day $d"
	expect 0 restore ws-01 "$t/back" --at "$(when $d 7200)"
	(cd "$t/back" && listing chats && listing shop) >"$t/list"
	ok diff "$t/days/$d.list" "$t/list"
	dump "$t/back/app/m.db" >"$t/sql.now"
	ok cmp "$t/days/$d.sql" "$t/sql.now"
	rm -rf "$t/back"
	d=$((d + 1))
done

step "seed $seed: what happened, recomputed"
d=0
while [ $d -lt "$n" ]; do
	at="seed $seed, day $d"
	desk show "ws-01@$d" --json >"$t/out" 2>"$t/err" || :
	same "$(jq -rs '[.[] | select(.source == "chats" or .source == "shop")
	    | .op] | [("added", "appended", "rewritten", "truncated",
	    "removed", "moved", "touched") as $o | map(select(. == $o))
	    | length] | join(" ")' "$t/out")" "$(cat "$t/days/$d.diff")" \
	    "changes of day $d"
	d=$((d + 1))
done
done_
