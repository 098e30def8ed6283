#!/bin/sh
# tests/flow/83-days.sh BIN DAYS - thirty days of chat exports from a station
# to the manager: what was done to messages is told, on its day, and nothing
# else.  LIUDI_DAYS_SEED (7), LIUDI_DAYS (30).
seed=${LIUDI_DAYS_SEED:-7} n=${LIUDI_DAYS:-30}
LIUDI_FLOW_DAYS=$((n + 5))
made=${2:?usage: $0 BIN DAYS}
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
at="seed $seed"
catalogue=$t/desk/catalogue/catalogue.sqlite3
# the first midnight in Shanghai before the first day
start=$((epoch0 / 86400 * 86400 - 28800))

# told: "DAY WHAT MINUTE" of all that was told, also what came back since.
told()
{
	sqlite3 -separator ' ' "$catalogue" "select (r.taken - $start) / 86400,
	    case c.what when 1 then 'edited' when 2 then 'recalled'
	    else 'vanished' end, (c.message >> 4) / 60
	    from change c join reading r on r.n = c.reading" | sort
}
# planted UNTIL: the same of what was done before that day.
planted()
{
	"$made" deeds "$seed" "$start" | awk -v n="$1" '$1 < n {
	    print $1, $2, int($3 / 60) }' | sort
}
# judged UNTIL
judged()
{
	planted "$1" >"$t/planted"
	told >"$t/told"
	ok diff "$t/planted" "$t/told"
}

step "a team"
day 0
team
station ws-01
expect 0 desk_key source ws-01/chats --zone Asia/Shanghai --date-order dmy

d=0
while [ "$d" -lt "$n" ]; do
	at="seed $seed, day $d"
	LIUDI_NOW=$((start + d * 86400 + 68400)) CENTRAL_NOW=$LIUDI_NOW
	"$made" step "$t/ws-01-files" "$seed" "$start" "$d"
	expect 0 ws ws-01 run
	# the manager comes by now and then
	case $d in
	1 | 12 | 13 | 20)
		step "what was done until day $d"
		ok synced
		judged $((d + 1))
		;;
	esac
	d=$((d + 1))
done

step "seed $seed: all that was done"
ok synced
judged "$n"
ok [ "$(wc -l <"$t/told")" -gt "$n" ]

step "a rebuild tells the same"
ok desk_key sync --offline --rebuild
judged "$n"
done_
