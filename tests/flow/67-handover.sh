#!/bin/sh
# tests/flow/67-handover.sh BIN - a team of one owner, one manager, five Chinese and
# two English shops, eighteen people, sixty accounts: a clerk leaves, then the
# manager; both times until nothing is lost and nothing is open.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

days=3
epoch0=$(($(date +%s) / 86400 * 86400 - days * 86400 + 36000))
owner() { liudi-desk --home "$t/owner" "$@" --passphrase-fd 3 3<"$t/pass"; }
deputy() { liudi-desk --home "$t/deputy" "$@" --passphrase-fd 3 3<"$t/pass"; }
whatif() { desk_key --json whatif --leaves "$1"; }
# names LIST: accounts of the last command's JSON in LOST or REACH.
names() { jq -r "select(.type == \"$1\") | .name" "$t/out" | sort | tr '\n' ' '; }
count() { jq -r "select(.type == \"$1\") | .name" "$t/out" | wc -l; }
# person NAME STATION: invite, join, let in at the next sync.
person()
{
	checks=$((checks + 1))
	{ desk_key invite "$2" --person "$1" --file "$t/$2.invite" &&
	    ws "$2" join "$t/$2.invite"; } >"$t/out" 2>"$t/err" ||
		fail "no station $2"
}
# shop NAME PLATFORM AREA SQUAD RESPONSIBLE DOERS
shop()
{
	expect 0 desk_key -q shop set "$1" --platform "$2" --area "$3" \
	    --squad "$4" --responsible "$5" --doers "$6" --subject company
}
# account STATION PASSWORD SEED LINE...: through a template.
account()
{
	station=$1 password=$2 totp=$3
	shift 3
	{ echo '[account]'; printf '%s\n' "$@"; } >"$t/template"
	checks=$((checks + 1))
	printf '%s\n%s\n\n' "$password" "$totp" |
	    ws "$station" -q account add --from "$t/template" \
	    >"$t/out" 2>"$t/err" || fail "not registered: $*"
}
# with PASSWORD COMMAND...: on descriptor 4.
with()
{
	echo "$1" >"$t/secret"
	shift
	"$@" --password-fd 4 4<"$t/secret"
}
seed=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP

step "the team"
day 0
team
policy '[team]\norg = Acme Lamps\nzone = Asia/Shanghai\nwork = mon-sun 00:00-23:59\n[naming]\ncompany = acme\n'
# shop: 店长 and a clerk; English ones have two clerks.  zhang works in two.
people='li wang zhang zhao qian sun zhou wu zheng feng emma tom lucy jack mary bob'
n=0
for p in $people; do
	n=$((n + 1))
	person $p "ws-$p"
done
expect 0 sync
shop 淘宝一店 tb alibaba 1 li 'li, zhang'
shop 淘宝二店 tb alibaba 1 wang 'wang, zhang'
shop 天猫店 tm site 1 zhao 'zhao, qian'
shop 拼多多店 pn content 1 sun 'sun, zhou'
shop 阿里一店 ic inquiry 1 wu 'wu, zheng, feng'
shop 'Lamps UK' eb b2b 2 emma 'emma, tom, lucy'
shop 'Lamps US' az b2b 2 jack 'jack, mary, bob'
expect 3 desk doctor
says 'each shop has two people, one of them responsible'
says "nobody but 'manager' and owners can read"

step "a deputy reads as well"
liudi-desk --home "$t/deputy" key add deputy --central "$central" \
    --scrypt-log-n 10 --passphrase-fd 3 3<"$t/pass" >"$t/line" 2>"$t/err" ||
    fail 'no key of the deputy'
expect 0 desk_key key accept "$(cat "$t/line")"
expect 0 desk_key person set chen --reader manager --deputy guo
expect 0 desk_key person set guo --reader deputy --deputy chen
expect 0 desk_key person set laoban --reader owner
expect 3 desk doctor
says_no '^problem'
desk --json shop list >"$t/shops"
same "$(jq -r .name "$t/shops" | wc -l)" 7 shops

step "sixty accounts, each registered where it is used"
# two customers of zhang: one waits for an answer, one has a promise
mkdir "$t/chats"
printf '\n[source chats]\nkind = chat\npath = %s\nsettle = 0\n' "$t/chats" \
    >>"$t/ws-zhang/liudi.ini"
at=$(date -u -d "@$((LIUDI_NOW - 86400))" +%d/%m/%y)
echo "$at, 09:05 - Anna: please quote lamp L-10 for 300 pieces?" \
    >"$t/chats/WhatsApp Chat with Anna.txt"
printf '%s\n' "$at, 09:05 - Bert: what does it cost?" \
    "$at, 09:12 - zhang: I will send it tomorrow" \
    >"$t/chats/WhatsApp Chat with Bert.txt"
expect 0 desk_key source ws-zhang/chats --account zhang --date-order dmy
for p in $people; do
	expect 0 ws "ws-$p" run
done
# of zhang: what hangs on his SIM, his mailbox, his head, and what does not
account ws-zhang '' '' 'platform = tq' 'name = acme-tq-03' 'login = 91138001391' \
    'shop = 淘宝一店' 'phone = +86 138 0000 1391' 'phone_owner = personal' \
    'twofa = sms' 'holder = zhang' 'purpose = customers of the first shop'
account ws-zhang 'zh-eb-9' '' 'platform = eb' 'shop = Lamps UK' \
    'email = zhang@zhangmail.example' 'email_owner = personal' \
    'holder = zhang' 'name = acme-eb-01'
account ws-zhang 'zh-tb-9' "$seed" 'platform = tb' 'shop = 淘宝一店' \
    'twofa = totp' 'holder = zhang' 'subject = company' 'name = acme-tb-01'
account ws-zhang '' '' 'platform = wx' 'shop = 淘宝二店' 'qr = yes' \
    'holder = zhang' 'phone = +86 138 0000 1391' 'phone_owner = personal' \
    'name = acme-wx-01'
for i in 1 2 3 4; do
	account ws-zhang "zh-$i" '' 'platform = tb' 'shop = 淘宝二店' \
	    "name = acme-tb-0$((i + 1))" \
	    'holder = zhang' 'twofa = sms' 'phone = +86 139 0000 000'$i \
	    'phone_owner = company' 'phone_holder = wang'
done
# 52 more: of the others, sealed, by SIMs of the company
n=8
while [ $n -lt 60 ]; do
	for p in $people; do
		[ $p != zhang ] && [ $n -lt 60 ] || continue
		n=$((n + 1))
		code=$(echo tb tm ic pn eb az | cut -d ' ' -f $((n % 6 + 1)))
		account "ws-$p" "pw-$n" '' "platform = $code" \
		    "name = acme-$code-$(printf %02d $n)" \
		    "holder = $p" 'twofa = sms' 'subject = company' \
		    "phone = +86 137 0000 00$n" 'phone_owner = company'
	done
done
for p in $people; do
	expect 0 ws "ws-$p" run
done
expect 0 sync
expect 0 desk_key --json account list
same "$(wc -l <"$t/out")" 60 accounts

step "what if zhang leaves"
expect 0 whatif zhang
same "$(names lost)" 'acme-tq-03 acme-wx-01 ' 'LOST of zhang'
same "$(names reach)" 'acme-eb-01 acme-tb-01 acme-tq-03 acme-wx-01 ' \
    'REACH of zhang'
expect 0 desk_key whatif --leaves zhang
says 'SIM …1391, personal, held by zhang'
says_no '0000 1391'
expect 0 env LC_ALL= LANG=zh_CN.UTF-8 liudi-desk --home "$t/desk" whatif \
    --leaves zhang --passphrase-fd 3 3<"$t/pass"
says '手机卡 …1391，个人所有，持卡人：zhang'
says '会失去 2 个：公司再也进不去'
expect 1 desk_key whatif --leaves zhangg
says "nobody is called 'zhangg'"
expect 2 desk_key whatif
# the manager and the owner are people who leave, too
expect 0 whatif chen
same "$(count lost)" 0 'LOST of the manager'
same "$(names reach)" 'acme-eb-01 acme-tb-01 ' 'REACH of the manager'
expect 0 whatif chen,guo,laoban
same "$(count lost)" 0 'LOST of all readers'
expect 0 desk_key --json risk
same "$(jq -c 'select(.type == "risk") | [.accounts, .bus0, .bus1]' "$t/out")" \
    '[60,0,2]' 'risk'
same "$(jq -r 'select(.type == "person" and .person == "zhang") | .lost' \
    "$t/out")" 2 'on zhang'
expect 0 desk_key risk
says 'hang on one person'

step "the handover of zhang"
day 1
expect 1 desk_key handover close zhang
says "no handover of 'zhang' has begun"
expect 0 desk_key handover start zhang
expect 0 desk_key --json handover show zhang
same "$(jq -r 'select(.type == "customer") | [.successor, .kind, .peer] |
    join(" ")' "$t/out" | sort | tr '\n' ' ')" \
    'li promise Bert li unanswered Anna ' 'customers'
expect 1 desk_key handover start Zhang
says 'has begun already'
expect 1 desk_key handover close zhang
says 'both lists must be empty'
says "liudi-desk account rotated 'acme-eb-01'"
says 'liudi-desk account bound'
day 1 600
expect 0 desk_key station suspend ws-zhang
expect 0 desk_key hold add left-zhang ws-zhang --reason handover
# new passwords, by the successors at their stations
new='Nv8-lantern-灯笼'
expect 0 with "$new" desk_key account rotated acme-eb-01 --why handover
expect 0 with "$new-tb" desk_key account rotated acme-tb-01 --why handover
newseed=GEZD${seed#JBSW}
echo "otpauth://totp/Acme:tb?secret=$newseed&issuer=Acme" >"$t/uri"
expect 0 desk_key account twofa acme-tb-01 totp --totp-fd 4 4<"$t/uri"
expect 0 desk_key account bound acme-eb-01 email=uk@acme.example \
    email_owner=company email_holder=emma
expect 0 desk_key account bound acme-tq-03 phone='+86 139 0000 7777' \
    phone_owner=company phone_holder=li
expect 0 desk_key account bound acme-wx-01 phone='+86 139 0000 7777' \
    phone_owner=company phone_holder=li
for a in acme-tq-03:li acme-tb-01:li acme-wx-01:wang acme-eb-01:emma; do
	expect 0 desk_key account transfer "${a%:*}" "${a#*:}" --why handover
done
expect 0 whatif zhang
same "$(names lost)$(names reach)" '' 'both lists of zhang'

step "the successor opens the file and logs in"
if ! liudi-desk --help | grep -q '^  account export '; then
	say 'skipped: no account export'
elif ! command -v keepassxc-cli oathtool >/dev/null; then
	say 'skipped: keepassxc-cli or oathtool is not here'
else
	echo 'a phrase for the file' >"$t/kdbxpass"
	expect 0 desk_key account export "$t/li.kdbx" --for li \
	    --why 'li takes over' --file-passphrase-fd 4 4<"$t/kdbxpass"
	keepass() { keepassxc-cli "$@" <"$t/kdbxpass"; }
	expect 0 keepass ls -q -R -f "$t/li.kdbx"
	says acme-tb-01
	entry=$(grep 'acme-tb-01$' "$t/out" | head -n 1)
	expect 0 keepass show -q -s -a Password "$t/li.kdbx" "$entry"
	same "$(cat "$t/out")" "$new-tb" 'the new password'
	# both clocks may cross a border of 30 seconds
	for _ in 1 2; do
		code=$(env -u LIUDI_NOW oathtool --totp -b "$newseed")
		expect 0 keepass show -q -t "$t/li.kdbx" "$entry"
		[ "$(cat "$t/out")" != "$code" ] || break
	done
	same "$(cat "$t/out")" "$code" 'the code of KeePassXC'
	expect 0 desk_key -q account code acme-tb-01 --why 'logging in'
	says "$(oathtool --totp -b -N "@$LIUDI_NOW" "$newseed")"
fi
expect 0 desk_key account confirm acme-tb-01 --by li
expect 0 desk_key account confirm acme-eb-01 --by emma

step "paper, and the end"
expect 0 desk_key handover show zhang
says '[x]'
expect 0 desk_key handover show zhang --html "$t/zhang.html"
ok grep -q 'Handover of zhang' "$t/zhang.html"
no grep -q -i '<script\|https\{0,1\}://' "$t/zhang.html"
expect 0 env LC_ALL= LANG=zh_CN.UTF-8 liudi-desk --home "$t/desk" handover \
    show zhang --html "$t/zhang.zh.html" --passphrase-fd 3 3<"$t/pass"
ok grep -q '交接单：zhang' "$t/zhang.zh.html"
expect 2 desk_key handover signoff zhang --as boss --by li
expect 2 desk_key handover signoff zhang --as successor --by absent
expect 0 desk_key handover signoff zhang --as leaver --by absent
expect 0 desk_key handover signoff zhang --as successor --by li
expect 0 desk_key handover signoff zhang --as manager --by chen
expect 0 desk_key handover close zhang
says 'nothing is lost with him'
expect 0 desk_key --json handover show zhang
same "$(jq -c 'select(.type == "handover") | [.finished, .closed > 0]' \
    "$t/out")" '[true,true]' 'the end'
same "$(jq -r 'select(.type == "task" and .step == "sign-off") | .done' \
    "$t/out" | sort -u)" true 'signatures'
expect 0 desk_key person set zhang --left "$(date -u -d "@$LIUDI_NOW" +%F)"
expect 0 desk_key account certificate acme-eb-01 --html "$t/eb.html"
ok grep -q 'Custody certificate: acme-eb-01' "$t/eb.html"
same "$(grep -c 'sha256:' "$t/eb.html")" 5 'hashes of the certificate'

step "the manager leaves, and his deputy does the same for him"
day 2
synced_deputy() { deputy sync || [ $? -eq 3 ]; }
expect 0 synced_deputy
expect 0 deputy --json whatif --leaves chen
same "$(count lost)" 0 'LOST of chen'
same "$(names reach)" 'acme-eb-01 acme-tb-01 ' 'REACH of chen'
expect 0 deputy handover start chen
expect 1 deputy handover close chen
says 'liudi-desk key retire manager'
expect 0 desk_key key retire manager
expect 0 synced_deputy
# retired, and he still knows what he could open
expect 0 deputy --json whatif --leaves chen
same "$(names reach)" 'acme-eb-01 acme-tb-01 ' 'REACH of chen, retired'
expect 0 with "$new-2" deputy account rotated acme-eb-01 --why handover
expect 0 with "$new-3" deputy account rotated acme-tb-01 --why handover
expect 0 deputy --json whatif --leaves chen
same "$(count lost)$(count reach)" 00 'both lists of chen'
expect 0 deputy handover show chen
says "key 'manager' opens nothing that is sealed from now on"
for as in leaver:absent successor:guo manager:laoban; do
	expect 0 deputy handover signoff chen --as "${as%:*}" --by "${as#*:}"
done
expect 0 deputy handover close chen
says 'is closed'
expect 0 deputy --json handover show chen
same "$(jq -c 'select(.type == "handover") | .finished' "$t/out")" true end

step "no secret came out"
no grep -r -q -F "$new" "$t/zhang.html" "$t/desk/catalogue"
done_
