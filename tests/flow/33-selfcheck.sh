#!/bin/sh
# tests/flow/33-selfcheck.sh - liudi doctor: set-ups broken in many ways, each
# found, and mended by the very command that it printed.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$t/bin/crontab" <<-TOOL
	#!/bin/sh
	case \$1 in
	-l) [ -f "$t/crontab" ] || exit 1; cat "$t/crontab" ;;
	-r) rm "$t/crontab" ;;
	-) cat >"$t/crontab" ;;
	esac
TOOL
printf '#!/bin/sh\nexit 1\n' >"$t/bin/systemctl"
# what needs the administrator, as far as it goes here
printf '#!/bin/sh\nexec "$@"\n' >"$t/bin/sudo"
printf '#!/bin/sh\n: >"%s"\n' "$t/ntp" >"$t/bin/timedatectl"
cat >"$t/bin/apt-get" <<-TOOL
	#!/bin/sh
	cp /bin/true "$t/browser"
TOOL
# the manager's command, typed at the manager's
cat >"$t/bin/manager" <<-TOOL
	#!/bin/sh
	exec liudi-desk --home "$t/desk" "\$@" --passphrase-fd 3 3<"$t/pass"
TOOL
# an editor, and who knows what was meant
cat >"$t/bin/nano" <<-'TOOL'
	#!/bin/sh
	exec sed -i 's/^knid = /kind = /' "$1"
TOOL
chmod 755 "$t/bin"/*
LIUDI_BROWSER=$t/browser
export LIUDI_BROWSER
cp /bin/true "$t/browser"

id=ws-01
doctor() { ws "$id" doctor --json; }
# mend NAME: the command that was printed for it.
mend()
{
	jq -r --arg n "$1" 'select(.name == $n and .mend) | .mend' \
	    <"$t/said" | head -n 1
}
mended=0
# broken CODE NAME TEXT: it says so, exits with CODE, and what it prints mends.
broken()
{
	expect "$1" doctor
	cp "$t/out" "$t/said"
	says "$3"
	cmd=$(mend "$2")
	checks=$((checks + 1))
	[ -n "$cmd" ] || fail "no command for $2"
	case $cmd in
	'liudi-desk '*) cmd="manager ${cmd#liudi-desk }" ;;
	*INVITATION*) cmd=$(echo "$cmd" | sed "s|INVITATION|'$t/invite'|") ;;
	esac
	ok sh -c "$cmd"
	doctor >"$t/said" 2>&1 || :
	cp "$t/said" "$t/out"
	: >"$t/err"
	[ -z "$(mend "$2")" ] || fail "not mended by: $cmd"
	mended=$((mended + 1))
}
# well: nothing is wrong.
well() { expect 0 ws "$id" doctor; says_no -E '^(warning|problem)'; }

team
day 1

step 'a new station'
station ws-01
broken 3 run 'there was no run yet'
broken 3 schedule 'nothing makes it run by itself'
well
keys=$t/ws-01/state/keys

step 'keys'
chmod 644 "$keys/ws-sign"
broken 1 keys 'can be read by others'
chmod 755 "$keys"
broken 3 keys 'can be read by others'
rm "$keys/ws-gear"
broken 1 keys "ws-gear' is not there"
well

step 'what is collected'
rm -r "$t/ws-01-files/chats"
broken 3 source "chats' is not there"
sed -i '0,/^kind = /s//knid = /' "$t/ws-01/liudi.ini"
broken 1 settings "did you mean 'kind'"
printf '\n[shop lamps]\nurl = https://lamps.example/\n' >>"$t/ws-01/liudi.ini"
rm "$t/browser"
broken 3 browser 'there is no browser'
sed -i '/^\[shop lamps\]/,$d' "$t/ws-01/liudi.ini"
well

step 'the schedule'
sed -i 's/run --if-due/run/' "$t/crontab"
broken 3 schedule 'of another program'
rm "$t/crontab"
broken 3 schedule 'nothing makes it run by itself'
well

step 'the managers'
day 2
ok manager station suspend ws-01
broken 1 standing 'is suspended'
day 2 60
expect 0 ws ws-01 run
ok manager notice set standard
broken 1 notice 'is not agreed to'
expect 0 ws ws-01 run
well
ok liudi --home "$t/ws-02" init --central "$central" --station ws-02
id=ws-02
expect 4 ws ws-02 run
broken 1 standing 'have not let this station in'
id=ws-01

step 'runs'
day 3
mv "$central" "$central.away"
expect 4 ws ws-01 run
expect 1 doctor
mv "$central.away" "$central"
broken 1 run 'run failed since'
day 8
broken 3 run 'the last run was on'
well

step 'the clock'
day 8 -7200
expect 3 doctor
says 'behind the central'
cp "$t/out" "$t/said"
ok sh -c "$(mend clock)"
ok test -e "$t/ntp"
day 8 60
well
LIUDI_NOW=$((LIUDI_NOW + 86400))
expect 0 ws ws-01 run
expect 3 doctor
says 'ahead of the central'
day 8 120
expect 0 ws ws-01 run
well

step 'no settings at all'
id=ws-04
expect 1 doctor
says 'was not set up'
same "$(jq -r .mend <"$t/out" | head -n 1)" \
    "liudi --home $t/ws-04 join INVITATION" 'what to do'

step 'for eyes, quiet, and in Chinese'
id=ws-01
rm -r "$t/ws-01-files/app"
expect 3 ws ws-01 doctor -q
says 'warning'
says "          \$ mkdir -p $t/ws-01-files/app"
says_no -E '^ok'
LC_ALL=zh_CN.UTF-8
expect 3 ws ws-01 doctor
says '警告'
LC_ALL=C
[ "$mended" -ge 10 ] || fail "only $mended were mended"
say "$mended set-ups were mended"
done_
