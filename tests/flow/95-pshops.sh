#!/bin/sh
# tests/flow/95-pshops.sh BIN LOOK - shops on the manager's page: what is decided
# there, and by whom it cannot be.
# shellcheck source=tests/flow/paged.sh
. "$(dirname "$0")/paged.sh"
# shellcheck source=tests/flow/shopmade.sh
. "$(dirname "$0")/shopmade.sh"

today() { date -u -d "@$LIUDI_NOW" +%F; }
# notes: how many stand in desk.git, and how many wait here.
notes()
{
	git --git-dir "$central/desk.git" ls-tree -r --name-only desk |
		grep -c '^notes/' || :
}
open_of()
{
	desk_key --json shops 2>/dev/null |
		sed -n "s/.*\"shop\":\"$1\".*\"open\":\([0-9]*\).*/\1/p"
}

step "a shop whose price changed"
team
station ws-01
shop_source ws-01 lamps
day 1
looked ws-01 lamps home 19.49
expect 0 ws ws-01 run
day 2
looked ws-01 lamps home 88.00
expect 0 ws ws-01 run
ok synced
d2=$(today)
serve
[ -n "$token" ] || { cat "$t/served"; fail "no page"; done_; }
ask 200 /auth -c "$t/cookies" -d "token=$token"
in_ 200 /shop/lamps
in_ 404 /shop/none

step "nothing is decided by another page, by nobody, or by an address"
same "$(notes)" 0 notes
in_ 403 /shop/lamps -d "do=reviewed"
in_ 403 /shop/lamps -d "do=reviewed" -H 'Origin: http://evil.test'
in_ 403 /shop/lamps -d "do=reviewed" -H 'Origin: null'
in_ 403 /shop/lamps -d "do=reviewed" -H "Origin: http://$host" \
    -H 'Sec-Fetch-Site: cross-site'
in_ 403 /shop/lamps -d "do=reviewed" -H "Origin: http://$host" \
    -H 'Sec-Fetch-Site: same-site'
ask 401 /shop/lamps -d "do=reviewed" -H "Origin: http://$host"
in_ 200 "/shop/lamps?do=reviewed&day=$d2"
in_ 405 /integrity -d a=b -H "Origin: http://$host"
in_ 405 /chats -d a=b -H "Origin: http://$host"
same "$(notes)" 0 notes

step "a form that makes no sense, or too much of it"
form 400 /shop/lamps a=b
says 'the form does not say what is to be done'
form 400 /shop/lamps do=burn
form 400 /shop/lamps do=reviewed day=yesteryear
form 400 /shop/lamps do=ignore change=rebased
form 400 /shop/lamps do=ignore change=price "what=$(printf 'a\nb')"
form 400 /shop/lamps do=reviewed "note=$(printf '%01001d' 0)"
form 413 /shop/lamps do=reviewed "note=$(printf '%05000d' 0)"
form 404 /shop/lamps do=reviewed day=2001-01-01
form 404 /shop/none do=reviewed
form 404 /shop/none do=ignore change=price
form 400 /shop/accept do=reviewed
ask 400 /shop/lamps -b "$t/cookies" -H "Origin: http://$host" -d 'do=%ff'
# shellcheck disable=SC2046
form 400 /shop/lamps $(seq 30)
same "$(notes)" 0 notes

step "reviewed: signed, said once, and twice is once"
form 303 /shop/lamps do=reviewed "day=$d2" 'note=<b>asked Li</b> 宁波'
told "/shop/lamps?day=$d2" 'It is reviewed.'
in_ 200 "/shop/lamps?day=$d2"
says_no 'It is reviewed.'
same "$(notes)" 1 notes
form 303 /shop/lamps do=reviewed "day=$d2" 'note=<b>asked Li</b> 宁波'
same "$(notes)" 1 "notes: a second click"
form 303 /shop/lamps do=reviewed "day=$d2"
told "/shop/lamps?day=$d2" 'It is reviewed already.'
same "$(notes)" 1 "notes: nothing was open"
in_ 200 "/shop/lamps?day=$d2&lang=zh" -c "$t/cookies"
form 303 /shop/lamps do=accept "day=$d2"
told "/shop/lamps?day=$d2" '以后的日子都与这一天比较。'
in_ 200 "/shop/lamps?day=$d2&lang=en" -c "$t/cookies"
form 303 /shop/lamps do=ignore change=price 'what=10*' "day=$d2"
told "/shop/lamps?day=$d2" 'It is not told any more.'
same "$(notes)" 3 notes
expect 0 desk_key shop ignored lamps
says '10*'

step "in a browser, which says by itself where a form comes from"
kill "$server"
wait "$server" || fail "it did not end well: $(cat "$t/served")"
day 3
looked ws-01 lamps home 77.00
expect 0 ws ws-01 run
ok synced
d3=$(today)
serve
rc=0
"$look" "$t/profile" >"$t/seen" 2>&1 <<END || rc=$?
door $t/desk/serve.html
size 1200 800
open /shop/lamps?lang=en
click button[value=reviewed]
is /shop/lamps?day=$d3 location.pathname+location.search
is true document.querySelector('.told').textContent.includes('It.is.reviewed'.replaceAll('.',String.fromCharCode(32)))
END
if [ "$rc" -eq 77 ]; then
	say "skipped: no browser is installed (chromium-headless-shell)"
else
	checks=$((checks + 2))
	[ "$rc" -eq 0 ] || { cp "$t/seen" "$t/out"; fail "not as it should look"; }
	same "$(notes)" 4 notes
fi
kill "$server"
wait "$server" || :
serve
ask 200 /auth -c "$t/cookies" -d "token=$token"
d2=$d3

step "while the central is away it is kept, counts here, and goes later"
before=$(notes)
form 303 /shop/lamps do=reviewed since=2026-01-01 "day=$d2"
mv "$central" "$central.away"
form 303 /shop/lamps do=rolling "day=$d2"
told "/shop/lamps?day=$d2" 'kept here and sent at the next sync'
mv "$central.away" "$central"
same "$(test -s "$t/desk/notes.unsent" && echo waits)" waits "it waits"
ok synced
same "$(notes)" "$((before + 2))" notes
kill "$server"
wait "$server" || :
server=
done_
