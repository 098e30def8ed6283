#!/bin/sh
# audit.sh NOTIFIER... - ask `liudi-desk audit` how it stands, and hand what is
# new to each NOTIFIER as one JSON event on its standard input.  For cron:
#
#     5 9 * * *  LIUDI_MAIL_TO=li@example.com /usr/share/liudi/notify/audit.sh mail
#
# NOTIFIER: mail, webhook or robot of this folder, or any program by its path.
# The event, one line: {"v":1,"event":"audit","exit","level","host","at",
# "title","text"}; level is ok (exit 0, once, when it was not), silent (3: a
# station is silent), alarm (5) or failed (audit itself did not work).  The same
# is told once a day only.  LIUDI_NOTIFY_STATE: where that is remembered.
# Exits 1 where a notifier did; it is then told again with the next call.
# Needs jq.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
state=${LIUDI_NOTIFY_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/liudi-notify}
[ $# -gt 0 ] || { echo "usage: audit.sh NOTIFIER..." >&2; exit 2; }
umask 077
mkdir -p "$state"

code=0
text=$(liudi-desk ${LIUDI_DESK_HOME:+--home "$LIUDI_DESK_HOME"} audit 2>&1) ||
    code=$?
case $code in
0) level=ok ;;
3) level=silent ;;
5) level=alarm ;;
*) level=failed ;;
esac
# The line that counts stations and alarms; hours of silence change by the hour.
title=$(printf '%s\n' "$text" | grep -E '^[0-9]+ |: error: |错误' | head -n 1)
[ -n "$title" ] || title=$(printf '%s\n' "$text" | head -n 1)
told="$level $title"
last=$(cat "$state/told" 2>/dev/null || :)
day=$(date +%Y-%m-%d)
if [ "$level" = ok ]; then
	case $last in ''|"ok "*) exit 0 ;; esac
elif [ "$last" = "$told $day" ]; then
	exit 0
fi

event=$(jq -cn --arg level "$level" --argjson exit "$code" \
    --arg host "$(uname -n)" --argjson at "$(date +%s)" \
    --arg title "liudi: $level: $title" --arg text "$text" \
    '{v: 1, event: "audit", exit: $exit, level: $level, host: $host,
	at: $at, title: $title, text: $text}')
rc=0
for notifier; do
	case $notifier in */*) ;; *) notifier=$here/$notifier.sh ;; esac
	printf '%s\n' "$event" | "$notifier" || {
		echo "audit.sh: $notifier failed" >&2
		rc=1
	}
done
[ "$rc" -ne 0 ] || printf '%s %s\n' "$told" "$day" >"$state/told"
exit "$rc"
