#!/bin/sh
# tests/flow/32-schedule.sh - runs that happen by themselves: what is due and
# when, put off, tried again and told of; woken by cron, and by systemd's user
# manager itself where one can be started here.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# No systemd but where the test starts one, no desktop but ours.
cat >"$t/bin/systemctl" <<-'TOOL'
	#!/bin/sh
	exit 1
TOOL
cat >"$t/bin/crontab" <<-TOOL
	#!/bin/sh
	case \$1 in
	-l) [ -f "$t/crontab" ] || { echo "no crontab for x" >&2; exit 1; }
	    cat "$t/crontab" ;;
	-r) rm "$t/crontab" ;;
	-) cat >"$t/crontab" ;;
	*) exit 2 ;;
	esac
TOOL
cat >"$t/bin/notify-send" <<-TOOL
	#!/bin/sh
	for a; do last=\$a; done
	echo "\$last" >>"$t/told"
TOOL
cat >"$t/bin/busctl" <<-TOOL
	#!/bin/sh
	cat "$t/metered"
TOOL
chmod 755 "$t/bin"/*
echo 'u 4' >"$t/metered"
: >"$t/told"
LIUDI_SYS=$t/sys
export LIUDI_SYS
mkdir -p "$t/sys/class/power_supply/BAT0" "$t/sys/class/power_supply/AC"
supply() { # supply MAINS-ONLINE STATUS
	echo Battery >"$t/sys/class/power_supply/BAT0/type"
	echo "$2" >"$t/sys/class/power_supply/BAT0/status"
	echo Mains >"$t/sys/class/power_supply/AC/type"
	echo "$1" >"$t/sys/class/power_supply/AC/online"
}
supply 1 Charging

team
station ws-01
ref=refs/heads/ws/ws-01/main/$(date -u -d "@$LIUDI_NOW" +%Y).0
chats=$t/ws-01-files/chats
ini=$t/ws-01/liudi.ini
# runs N: so many have come to the central.
runs() { same "$(records rev-list --count "$ref")" "$1" "runs at the central"; }
due() { ws ws-01 run --if-due "$@"; }

step 'what is due'
day 1
expect 0 due
says 'received by the central'
runs 1
day 1 60
expect 0 due
says 'nothing is due before'
says '14:00:00'
expect 0 due --json
says '"due":false'
expect 0 due --quiet
same "$(cat "$t/out" "$t/err")" '' 'quiet'
runs 1
day 1 14400
expect 0 due
runs 2
expect 2 due --watch
expect 2 due --dry-run
# off for a week: one run, at once
day 8 -60
expect 0 due
runs 3
expect 0 due
says 'nothing is due'
day 8
expect 0 due
runs 4

step 'at the end of a session'
day 8 300
expect 0 ws ws-01 run --at-logout
runs 4
day 8 900
expect 0 ws ws-01 run --at-logout
runs 5
printf '\n[schedule]\nat_logout = no\n' >>"$ini"
day 8 3600
expect 0 ws ws-01 run --at-logout
runs 5

step 'times of this station, and of the managers'
sed -i '/^at_logout/d; s/^\[schedule\]/&\nat = 11:30/' "$ini"
day 8 5399
expect 0 due
says '11:30:00'
runs 5
day 8 5400
expect 0 due
runs 6
sed -i '/^at = /d' "$ini"
day 9
policy '[team]\norg = Acme Lamps\nrun_at = 10:05 23:00\n'
expect 0 ws ws-01 run
runs 7
expect 0 ws ws-01 schedule show --json
says '"times":"10:05 23:00"'
day 9 299
expect 0 due
says '10:05:00'
day 9 300
expect 0 due
runs 8
sed -i 's/^\[schedule\]/&\nat = 25:00/' "$ini"
expect 2 due
says 'no times of a day'
sed -i '/^at = /d' "$ini"
policy '[team]\norg = Acme Lamps\n'

step 'one at a time'
day 10
flock "$t/ws-01/state/lock" sh -c ": >'$t/held'; while [ -e '$t/held' ]; do sleep 0.1; done" &
while [ ! -e "$t/held" ]; do sleep 0.1; done
expect 6 ws ws-01 run
expect 0 due
rm "$t/held"
wait
runs 8
expect 0 due
runs 9

step 'on battery: put off, a day at most'
sed -i 's/^\[schedule\]/&\non_battery = no/' "$ini"
supply 0 Discharging
day 10 14400
expect 0 due
says 'put off'
runs 9
expect 0 ws ws-01 schedule show
says 'for there is no mains'
supply 1 Charging
expect 0 due
runs 10
expect 0 ws ws-01 schedule show
says_no 'put off'
supply 0 Discharging
day 11 14399
expect 0 due
runs 10
day 11 14400
expect 0 due
runs 11

step 'over a metered line: kept at once, sent within a day'
echo 'u 1' >"$t/metered"
sed -i 's/^on_battery = no/on_battery = yes/' "$ini"
day 12
echo 'a customer' >"$chats/li.txt"
expect 4 due
says 'metered'
runs 11
expect 0 ws ws-01 status
says 'sending is put off'
expect 0 ws ws-01 schedule show --json
says '"put_off_why":"metered"'
says '"waiting":true'
day 12 7200
expect 0 due
runs 11
# here it costs nothing again: sent, and no other run is made for it
echo 'u 2' >"$t/metered"
expect 0 due
runs 12
expect 0 ws ws-01 schedule show --json
says '"waiting":false'
says '"put_off":null'

step 'no network: kept, and sent when it is back'
mv "$central" "$central.away"
day 13
expect 4 due
day 13 3599
expect 0 due
says 'nothing is due'
day 13 3600
expect 4 due
mv "$central.away" "$central"
day 13 7199
expect 0 due
runs 12
day 13 7200
expect 0 due
says 'received by the central'
runs 13
same "$(wc -l <"$t/told")" 0 'messages by now'

step 'failures in a row are told, once a day'
mv "$t/ws-01/state/keys/ws-gear" "$t/gear"
day 14
expect 1 due
expect 1 due
same "$(wc -l <"$t/told")" 0 'messages after two'
expect 1 due
same "$(wc -l <"$t/told")" 1 'messages after three'
ok grep -q '3 runs in a row failed.*ws-gear.*liudi doctor' "$t/told"
expect 1 due
same "$(wc -l <"$t/told")" 1 'messages after four'
mv "$t/gear" "$t/ws-01/state/keys/ws-gear"
expect 0 ws ws-01 schedule show
says '4 runs in a row failed since'
mv "$t/ws-01/state/keys/ws-gear" "$t/gear"
day 15 60
expect 1 due
same "$(wc -l <"$t/told")" 2 'messages on the next day'
mv "$t/gear" "$t/ws-01/state/keys/ws-gear"
expect 0 due
expect 0 ws ws-01 schedule show
says_no 'failed'
sed -i 's/^\[schedule\]/&\ntell_after = 0/' "$ini"
runs 14

step 'a clock that is a year ahead, and mended'
day 16
now=$LIUDI_NOW
LIUDI_NOW=$((now + 365 * 86400))
expect 0 due
runs 15
LIUDI_NOW=$((now + 60))
CENTRAL_NOW=$LIUDI_NOW
expect 0 due
runs 16
expect 0 due
says 'nothing is due'
runs 16

step 'what it remembers is no record: lost or spoilt, a run is due'
rm "$t/ws-01/state/lastrun"
expect 0 due
runs 17
printf 'liudi-lastrun 1\nkept -5\ntried x\nwhy \001\nfoo 7\n' \
    >"$t/ws-01/state/lastrun"
expect 0 due
runs 18

step 'cron'
echo '5 4 * * * true' >"$t/crontab"
expect 0 ws ws-01 schedule show
says 'nothing makes it run by itself'
expect 0 ws ws-01 schedule install
says 'cron wakes it'
says 'due at 10:00 14:00 18:00'
same "$(wc -l <"$t/crontab")" 4 'lines of the crontab'
expect 0 ws ws-01 schedule install
same "$(wc -l <"$t/crontab")" 4 'lines, installed twice'
ok grep -q "^[0-9,]* [*] [*] [*] [*] test ! -x .*liudi' --home '$t/ws-01' run --if-due --quiet" "$t/crontab"
# what cron would do
day 17
sed -n 's/^[0-9,]* \* \* \* \* test/test/p' "$t/crontab" >"$t/line"
expect 0 sh "$t/line"
runs 19
# another station of the same user has its own
station ws-02
expect 0 ws ws-02 schedule install --with cron
same "$(wc -l <"$t/crontab")" 7 'lines of two stations'
sed -i 's/run --if-due/run/' "$t/crontab"
expect 0 ws ws-01 schedule show
says 'of another program'
expect 0 ws ws-01 schedule remove
says 'any more'
same "$(grep -c ws-01 "$t/crontab" || :)" 0 'lines that stayed'
ok grep -q '^5 4 ' "$t/crontab"
expect 0 ws ws-02 schedule remove
expect 0 ws ws-02 schedule remove
says 'there was no schedule'
same "$(cat "$t/crontab")" '5 4 * * * true' 'the crontab afterwards'
expect 2 ws ws-02 schedule install --with launchd
rm "$t/bin/crontab" "$t/crontab"
if ! command -v crontab >/dev/null; then
	expect 2 ws ws-02 schedule install
	says 'neither systemd'
fi

step 'systemd'
rm "$t/bin/systemctl"
unset LIUDI_NOW CENTRAL_NOW
sh "$src/tests/flow/usersystemd.sh" "$t" "$ref" >"$t/out" 2>"$t/err" &&
    rc=0 || rc=$?
checks=$((checks + 1))
case $rc in
0) says 'all as it should be' ;;
77) say "skipped: $(tail -n 1 "$t/out")" ;;
*) fail "systemd's user manager" ;;
esac
done_
