#!/bin/sh
# tests/flow/usersystemd.sh T REF - of 32-schedule.sh: the station $T/ws-01
# and a user manager of systemd that is real, in a namespace of its own.
# Exit 77: none can be started here.
set -eu
t=$1 ref=$2
if [ "${3:-}" != inside ]; then
	if [ ! -x /lib/systemd/systemd ] || [ "$(id -u)" -ne 0 ]; then
		echo 'no systemd, or not root'
		exit 77
	fi
	unshare -m -C -p --fork true 2>/dev/null ||
	    { echo 'no namespaces here'; exit 77; }
	exec unshare -m -C -p --fork --mount-proc sh "$0" "$@" inside
fi

mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
umount -R /sys/fs/cgroup 2>/dev/null || :
mount -t cgroup2 none /sys/fs/cgroup || { echo 'no cgroups here'; exit 77; }
export XDG_RUNTIME_DIR=/run/user/0
unset XDG_CONFIG_HOME || :
mkdir -p "$HOME"
# The machine is on the mains there, and its network costs nothing.
/lib/systemd/systemd --user --log-target=console >"$t/systemd.log" 2>&1 &
manager=$!
trap 'kill -9 $manager 2>/dev/null || :' EXIT
die() {
	echo "FAILED: $*"
	tail -n 30 "$t/systemd.log"
	exit 1
}
# until SECONDS COMMAND...: it is so, sooner or later.
until_() {
	n=$(($1 * 10))
	shift
	while ! "$@" >/dev/null 2>&1; do
		n=$((n - 1))
		[ "$n" -gt 0 ] || die "never: $*"
		sleep 0.1
	done
}
until_ 60 systemctl --user show-environment
count() { git --git-dir "$t/central/records.git" rev-list --count "$ref"; }
more_than() { [ "$(count)" -gt "$1" ]; }
station() { liudi --home "$t/ws-01" "$@"; }
units=$HOME/.config/systemd/user

before=$(count)
station schedule install
systemd-analyze --user --man=no verify "$units"/liudi-ws-01*.service \
    "$units/liudi-ws-01.timer" >"$t/verify" 2>&1 || { cat "$t/verify"
	die 'systemd-analyze verify'; }
[ ! -s "$t/verify" ] || { cat "$t/verify"; die 'it warns'; }
systemctl --user is-active -q liudi-ws-01.timer || die 'the timer is not active'
station schedule show | grep -q 'systemd wakes it' || die 'not shown'
station schedule show --json | grep -q '"stale":false' || die 'stale at once'
systemctl --user list-timers --all | grep -q liudi-ws-01 || die 'no timer'

# The same, each second instead of each quarter: the timer fires, the run comes.
mkdir "$units/liudi-ws-01.timer.d"
printf '[Timer]\nOnCalendar=\nOnStartupSec=\nOnCalendar=*:*:*\n%s\n%s\n' \
    RandomizedDelaySec=0 AccuracySec=100ms \
    >"$units/liudi-ws-01.timer.d/fast.conf"
echo 'another customer' >"$t/ws-01-files/chats/wang.txt"
rm -f "$t/ws-01/state/lastrun"
systemctl --user daemon-reload
systemctl --user restart liudi-ws-01.timer
until_ 120 more_than "$before"
rm -r "$units/liudi-ws-01.timer.d"
systemctl --user daemon-reload
systemctl --user restart liudi-ws-01.timer
busy() { systemctl --user is-active -q liudi-ws-01.service; }
idle() { ! busy; }
until_ 60 idle
[ "$(systemctl --user show -P Result liudi-ws-01.service)" = success ] ||
    die 'the service failed'

# Within its sandbox nothing else can be written.
cat >"$t/inside.sh" <<-INSIDE
	#!/bin/sh
	touch /usr/liudi-was-here 2>/dev/null && echo wrote >"$t/wrote"
	touch /etc/liudi-was-here 2>/dev/null && echo wrote >"$t/wrote"
	touch "$t/ws-01/state/tmp-probe" && rm "$t/ws-01/state/tmp-probe" &&
	    echo yes >"$t/could"
INSIDE
sed "s,^ExecStart=.*,ExecStart=/bin/sh $t/inside.sh," \
    "$units/liudi-ws-01.service" >"$units/probe.service"
systemctl --user daemon-reload
systemctl --user start probe.service || die 'the probe'
[ ! -e "$t/wrote" ] || die 'it can write to /usr or /etc'
[ -e "$t/could" ] || die 'it cannot write to its state'
rm "$units/probe.service"

# Sources move: the unit does not know, and it is said.
printf '\n[source far]\nkind = files\npath = /srv/far\n' >>"$t/ws-01/liudi.ini"
station schedule show | grep -q 'other sources' || die 'not stale'
station schedule install | grep -q 'other sources' && die 'still stale'

# Taking it away makes no run; the end of a session does.
sed -i 's/^kept .*/kept 1700000000/' "$t/ws-01/state/lastrun"
before=$(count)
station schedule remove | grep -q 'any more' || die 'not removed'
[ "$(count)" -eq "$before" ] || die 'removing it made a run'
find "$units" -name '*liudi*' | grep -q . && die 'units stayed'
systemctl --user list-timers --all | grep -q liudi-ws-01 && die 'a timer stayed'
# not woken by the timer meanwhile: it is the logout that counts
sed -i "s/^kept .*/kept $(($(date +%s) - 700))/" "$t/ws-01/state/lastrun"
printf 'at = 00:00\n' >"$t/at"
sed -i '/^\[schedule\]/r '"$t/at" "$t/ws-01/liudi.ini"
station schedule install
until_ 60 idle
before=$(count)
sed -i "s/^kept .*/kept $(($(date +%s) - 700))/" "$t/ws-01/state/lastrun"
systemctl --user exit
until_ 120 more_than "$before"
echo 'all as it should be'
