#!/bin/sh
# tests/flow/95-paccounts.sh BIN LOOK - accounts on the manager's page: the
# register, what hangs on whom, who goes, and one secret that is shown once.
# shellcheck source=tests/flow/paged.sh
. "$(dirname "$0")/paged.sh"

acc() { desk_key account "$@"; }
# with PASSWORD COMMAND...: with a line of the account's on fd 4.
with()
{
	printf '%s\n' "$1" >"$t/line"
	shift
	rc_=0
	acc "$@" 4<"$t/line" || rc_=$?
	rm -f "$t/line"
	return $rc_
}
id() { acc show "$1" --json 2>/dev/null | jq -r .account; }
# person NAME STATION: invite, join, let in at the next sync.
person()
{
	checks=$((checks + 1))
	{ desk_key invite "$2" --person "$1" --file "$t/$2.invite" &&
	    ws "$2" join "$t/$2.invite"; } >"$t/out" 2>"$t/err" ||
		fail "no station $2"
}
secret='Kp4-lantern<b>-灯笼-17' other='tulip&vase-2'
# the same in another writing
b64=$(printf %s "$secret" | base64)
evil='<img src=x onerror=document.title=1><script>document.title=2</script>'
rtl=$(printf '\342\200\256gpj.exe')

step "a team of two, six accounts, one of them named by an enemy"
day 0
team
person li ws-li
person zhang ws-zhang
expect 0 sync
expect 0 ws ws-li run
expect 0 ws ws-zhang run
expect 0 sync
expect 0 desk_key -q shop set 'Lamps UK' --platform eb --area b2b --squad 1 \
    --responsible li --doers 'li, zhang' --subject company
expect 0 with "$secret" add eb name=acmelamps-eb-01 login=acmelamps01 \
    shop='Lamps UK' holder=li subject=company --password-fd 4
expect 0 with "$other" add tb name=acmelamps-tb-01 login=lamps holder=zhang \
    shop=Taobao phone='+86 138 0000 1391' phone_owner=personal \
    twofa=sms --password-fd 4
expect 0 acc add tq name=acmelamps-tq-01 login=91138001391 holder=zhang \
    phone='+86 138 0000 1391' phone_owner=personal --no-password
expect 0 with "$other" add ts name=acmelamps-ts-01 dual=yes holder=li \
    --password-fd 4
expect 0 acc add wx name="<u>wx-01" --why 'it was so' qr=yes login="$evil" holder="<b>Zhao/Qi" \
    note="$rtl \"'><script>alert(1)</script>" --no-password
expect 0 acc add eb name=acmelamps-eb-02 login=oldlamps --no-password
expect 0 acc close acmelamps-eb-02
eb=$(id acmelamps-eb-01) ts=$(id acmelamps-ts-01) qq=$(id acmelamps-tq-01)
come_in

step "the register"
in_ 200 /accounts
says '5 accounts'
says "href=\"/account/$eb\""
says 'acmelamps01'
says '&lt;img src=x onerror'
says_no -F '<script>document'
says_no -F '<b>Zhao'
says_no acmelamps-eb-02
rows() { grep -c '<th scope="row">' "$t/out" || :; }
in_ 200 '/accounts?who=zhang'
same "$(rows)" 2 "of zhang"
in_ 200 '/accounts?shop=Lamps+UK'
same "$(rows)" 1 "of a shop"
in_ 200 '/accounts?platform=eb&closed=1'
same "$(rows)" 2 "of a platform, closed ones as well"
in_ 200 '/accounts?q=ACME.lampsTB'
same "$(rows)" 1 "found by its name"
in_ 200 '/accounts?q=1391'
same "$(rows)" 2 "found by a telephone"
in_ 200 '/accounts?q=nothing'
says 'no account'
in_ 200 '/accounts?risk=1'
says 'acmelamps-tb-01'
in_ 200 '/accounts?lang=zh'
says '登记表'
says '使用人'
in_ 200 '/accounts?lang=en'

step "one account: all but its secrets"
in_ 200 "/account/$eb"
says 'acmelamps01'
says 'password sealed'
says 'registered'
says 'liudi-desk account reveal acmelamps-eb-01'
says_no -F lantern
in_ 200 "/account/$(id '<u>wx-01')"
says '&lt;script&gt;alert(1)'
says_no -F "$rtl"
says_no -F '<script>alert'
in_ 404 /account/00
in_ 404 "/account/$(printf %032d 0)"
says 'there is no such account'

step "what hangs on whom"
in_ 200 /risk
says 'lost as they stand'
says 'hang on one person'
says '/whatif?leaves=zhang'
in_ 200 /whatif
says 'value="zhang"'
says_no 'would be lost'
in_ 200 '/whatif?leaves=zhang'
says 'zhang'
says 'acmelamps-tb-01'
in_ 200 '/whatif?leaves=zhang,li'
says 'checked'
in_ 200 '/whatif?leaves=zhang&leaves=li'
in_ 404 '/whatif?leaves=nobody-of-us'
says "nobody-of-us"

step "who goes, and the sheet to sign"
in_ 200 /handovers
says 'no handover has begun'
says 'href="/handover/zhang"'
says 'href="/handovers?of=%3Cb%3EZhao%2FQi"'
in_ 200 '/handovers?of=%3Cb%3EZhao%2FQi'
says '&lt;b&gt;Zhao/Qi'
expect 0 desk_key handover start zhang
in_ 200 /handovers
says '! open'
in_ 200 /handover/zhang
says 'Handover of zhang'
says 'liudi-desk account rotated'
says 'liudi-desk handover signoff'
says "href=\"/account/$qq\""
says 'class="sign"'
in_ 404 /handover/nobody
in_ 200 '/handover/zhang?lang=zh'
says '交接单：zhang'
in_ 200 '/?lang=en'

step "all of it is in the access log, as the commands say it"
sent()
{
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -e "$t/desk/access.unsent" ] || break
		sleep 0.5
	done
}
sent
expect 0 desk_key --json access
for view in accounts 'account acmelamps-eb-01' risk 'whatif zhang' \
    'handover show zhang'; do
	says "\"$view\""
done
step "a secret is not shown to another page, to nobody, by an address, or for nothing"
events() { acc show "$1" --json 2>/dev/null | jq '.history | length'; }
revealed()
{
	acc show "$1" --json 2>/dev/null |
		jq -r '.history[] | select(.type == "revealed") | .fields.reason'
}
n=$(events acmelamps-eb-01)
in_ 200 "/account/$eb"
says "action=\"/reveal/$eb\""
says "name=\"events\" value=\"$n\""
sent_="what=password&why=x&events=$n"
in_ 403 "/reveal/$eb" -d "$sent_"
in_ 403 "/reveal/$eb" -d "$sent_" -H 'Origin: http://evil.test'
in_ 403 "/reveal/$eb" -d "$sent_" -H 'Origin: null'
in_ 403 "/reveal/$eb" -d "$sent_" -H "Origin: http://$host" \
    -H 'Sec-Fetch-Site: cross-site'
ask 401 "/reveal/$eb" -d "$sent_" -H "Origin: http://$host"
in_ 200 "/reveal/$eb?$sent_"
says_no lantern
says 'What is it needed for?'
in_ 405 "/account/$eb" -d "$sent_" -H "Origin: http://$host"
form 400 "/reveal/$eb" what=password "events=$n"
says 'say what it is needed for'
form 400 "/reveal/$eb" what=password "events=$n" 'why=  '
form 400 "/reveal/$eb" what=all "events=$n" why=x
form 400 "/reveal/$eb" what=password events=0 why=x
says 'something became known of this account since'
form 400 "/reveal/$eb" what=password why=x
form 404 "/reveal/$(printf %032d 0)" what=password "events=$n" why=x
form 404 /reveal/acmelamps-eb-01 what=password "events=$n" why=x
form 404 "/reveal/$eb" what=seed "events=$n" why=x
says 'nothing is sealed of'
form 400 "/reveal/$eb" what=password "events=$n" "why=$(printf '%01001d' 0)"
sent
expect 0 desk_key --json access
says_no '"action":"reveal"'
same "$(revealed acmelamps-eb-01)" '' "seen by"

step "where it cannot be written down it is not shown"
chmod 555 "$t/desk"
form 500 "/reveal/$eb" what=password "events=$n" why=unwritten
says_no lantern
chmod 700 "$t/desk"

step "to who says why it is shown, once"
form 200 "/reveal/$eb" what=password "events=$n" 'why=the login page asks 登录'
says 'Kp4-lantern&lt;b&gt;-灯笼-17'
says 'http-equiv="refresh" content="30;'
says 'Cache-Control: no-store'
same "$(revealed acmelamps-eb-01)" 'the login page asks 登录' "seen for"
form 303 "/reveal/$eb" what=password "events=$n" 'why=the login page asks 登录'
told "/account/$eb" 'It was shown, once'
says_no lantern
form 400 "/reveal/$eb" what=password "events=$n" 'why=once more'
same "$(revealed acmelamps-eb-01 | wc -l)" 1 "times it was seen"
expect 0 desk_key --json access
says '"action":"reveal","station":null,"view":"account acmelamps-eb-01","days":null,"reason":"the login page asks 登录"'

step "what two must agree on is asked for, and shown when it is granted"
in_ 200 "/account/$ts"
form 303 "/reveal/$ts" what=password "events=$(events acmelamps-ts-01)" why=ads
told "/account/$ts" 'Two must agree to this: the owner is asked'
says_no tulip
in_ 200 /
form 303 "/reveal/$ts" what=password "events=$(events acmelamps-ts-01)" why=ads
told "/account/$ts" 'Two must agree to this'
in_ 200 /
says 'An owner is asked to grant'
says 'liudi-desk account grant acmelamps-ts-01'
expect 0 acc requests --json --as owner
same "$(jq -s length "$t/out")" 1 'requests, though he asked twice'
expect 0 acc grant acmelamps-ts-01 --as owner --why 'he called'
form 200 "/reveal/$ts" what=password "events=$(events acmelamps-ts-01)" why=ads
says 'tulip&amp;vase-2'

step "the digits that a platform asks for now, and no seed"
echo JBSWY3DPEHPK3PXP >"$t/seed"
expect 0 acc twofa acmelamps-eb-01 totp --totp-fd 4 4<"$t/seed"
rm -f "$t/seed"
times=$(revealed acmelamps-eb-01 | wc -l)
form 200 "/reveal/$eb" what=code "events=$(events acmelamps-eb-01)" \
    'why=logging in'
says_no JBSWY3DPEHPK3PXP
digits=$(sed -n 's/.*<pre class="copy secret">\([0-9]*\)<.*/\1/p' "$t/out")
same "${#digits}" 6 digits
expect 0 acc code acmelamps-eb-01 --why 'the same'
says "$digits  ("
form 200 "/reveal/$eb" what=code "events=$(events acmelamps-eb-01)" \
    'why=and again'
same "$(revealed acmelamps-eb-01 | wc -l)" $((times + 1)) \
    "times that somebody learned the seed"
sent
expect 0 desk_key --json access
says '"action":"reveal","station":null,"view":"code of acmelamps-eb-01","days":null,"reason":"logging in"'
says '"reason":"and again"'

step "what is to be done stands on the first page"
in_ 200 /
says 'Handovers to be finished'
says 'href="/handover/zhang"'
leave

step "in a browser: both languages, wide and narrow, nothing cut off"
serve
wide='document.documentElement.scrollWidth<=innerWidth'
# screens SIZE LANGUAGE: each of them, with a picture
screens()
{
	printf 'size %s\n' "$1"
	for at in accounts "account/$eb" "account/$(id '<u>wx-01')" risk \
	    'whatif?leaves=zhang' whatif handovers handover/zhang; do
		case $at in *\?*) and='&' ;; *) and='?' ;; esac
		printf 'open /%s%slang=%s\nis true %s\n' "$at" "$and" "$2" \
		    "$wide"
		printf 'is true %s\n' "document.querySelector('h1')!==null" \
		    "[...document.querySelectorAll('main *')].every(x=>getComputedStyle(x).overflowX!=='visible'||x.getBoundingClientRect().right<=innerWidth+1)" \
		    "document.title.endsWith('留底')"
		printf 'is 0 %s\n' \
		    "document.querySelectorAll('main img,main script').length"
		printf 'shot %s/%s-%s-%s.png\n' "$t" \
		    "$(echo "$at" | tr '/?=' '---' | cut -c 1-12)" \
		    "$2" "${1%% *}"
	done
}
{
	echo "door $t/desk/serve.html"
	screens '1200 900' en
	screens '1200 900' zh
	screens '390 800' zh
	screens '390 800' en
	cat <<-END
	open /account/$eb?lang=zh
	type .why 登录页面要求输入
	click section.screen button
	is true document.querySelector('.secret').textContent==='$secret'
	is /reveal/$eb location.pathname+location.search
	is 0 document.querySelectorAll('.secret>*').length
	is true $wide
	shot $t/reveal-zh-390.png
	size 1200 900
	open /account/$eb?lang=en
	type .why the login page asks
	click section.screen button
	is true document.querySelector('.secret').textContent==='$secret'
	shot $t/reveal-en-1200.png
	click main>p:not(.tabs)>a
	is /account/$eb location.pathname
	is false document.body.innerText.includes('lantern')
	open /?lang=zh
	is true $wide
	shot $t/today-zh-1200.png
	END
} >"$t/script"
look_at "$(grep -c '^is ' "$t/script")" <"$t/script"
leave

step "no file has what was shown, the browser's neither"
rm -f "$t/script" "$t/out"
checks=$((checks + 1))
found=$(grep -r -a -l -F -e "$secret" -e "$b64" "$t" || :)
[ -z "$found" ] || fail "it is in $found"
done_
