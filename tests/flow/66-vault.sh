#!/bin/sh
# tests/flow/66-vault.sh BIN - getting in again: codes that equal oathtool's, and
# files that KeePassXC opens, and merges over five exports with nothing lost.
# What other programs have to say is skipped where they are missing.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

acc() { desk_key account "$@"; }
# acc_with PASSWORD COMMAND...: with a password for the account.
acc_with()
{
	printf '%s\n' "$1" >"$t/typed"
	shift
	acc "$@" --password-fd 4 4<"$t/typed"
	rm -f "$t/typed"
}
# hand FILE OPTION...: export, the file's passphrase on fd 4.
hand() { acc export "$@" --file-passphrase-fd 4 4<"$t/filepass"; }
desk_git() { git --git-dir "$central/desk.git" "$@"; }
events() { desk_git ls-tree -r --name-only desk accounts/events | wc -l; }
# log_has TEXT: the owner's log holds it.
log_has()
{
	liudi-desk --home "$t/desk" --json access --passphrase-fd 3 \
	    3<"$t/pass" >"$t/log"
	ok grep -q -F -e "$1" "$t/log"
}
# kp ARGUMENT...: keepassxc-cli with the file's passphrase.
kp()
{
	LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen keepassxc-cli "$@" \
	    <"$t/filepass" 2>"$t/kp.err"
}
have() { command -v "$1" >/dev/null; }

seed=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
pw='Qv7<&>"zongzi,灯笼'
echo 'a file of its own 密' >"$t/filepass"
printf 'otpauth://totp/eBay:acme?secret=%s&issuer=eBay\n' $seed >"$t/seed"

day 1
team
station ws-01
echo 'hello' >"$t/ws-01-files/chats/log.txt"
expect 0 ws ws-01 run
expect 0 sync
expect 0 desk_key shop set 'A 店' --platform eb --doers 'Li, Wang' \
    --responsible Wang --area site --squad 1 --subject company

step 'accounts'
printf '%s-1\n' "$pw" >"$t/typed"
expect 0 acc add eb shop='A 店' holder=Li login=acmeeb01 \
    url=https://ebay.example/in phone=13800001391 \
    phone_owner=company note='first =1+1' --password-fd 4 --totp-fd 5 \
    4<"$t/typed" 5<"$t/seed"
expect 0 acc add tq shop='A 店' login=10001 qr=yes --no-password
expect 0 acc_with "$pw-t" add tb holder=Chen login=acmetb
expect 0 acc_with 'of nobody' add eb login=acmeeb02
expect 0 acc close acmelamps-eb-02 --why 'a mistake'

step 'a code'
expect 2 acc code acmelamps-eb-01
says '--why'
files=$(events)
day 1 100
expect 0 acc code acmelamps-eb-01 --why 'login from a new PC'
says 'seconds left'
if have oathtool; then
	same "$(cut -d ' ' -f 1 "$t/out")" \
	    "$(oathtool --totp -b -N "@$LIUDI_NOW" $seed)" 'the code'
else
	say 'no oathtool: the code itself is not looked at'
fi
left=$((30 - LIUDI_NOW % 30))
says "($left second"
same "$(events)" $((files + 1)) 'that he knows it now'
log_has '"action":"reveal","station":null,"view":"code of acmelamps-eb-01"'
log_has '"reason":"login from a new PC"'
# The next read is in the log again; that he knows it was said.
day 1 3000
expect 0 acc code acmeeb01 --why 'once more' --json
cp "$t/out" "$t/line"
ok grep -q '^{"v":1,"type":"code","account":"[0-9a-f]*","name":"acmelamps-eb-01","code":"[0-9]\{6\}","seconds":[0-9]*}$' "$t/line"
same "$(events)" $((files + 1)) 'what was known'
log_has '"reason":"once more"'
expect 1 acc code acmelamps-tb-01 --why x
says 'no seed'
expect 1 acc code nobody --why x
# A new seed is not known yet.
expect 0 acc twofa acmelamps-eb-01 totp --totp-fd 4 4<"$t/seed"
files=$(events)
expect 0 acc code acmelamps-eb-01 --why 'new seed'
same "$(events)" $((files + 1)) 'that he knows the new one'

step 'a file that is not to be'
f=$t/li.kdbx
expect 2 hand "$f" --why x
says 'for whom'
expect 2 hand "$f" --for Li --all --why x
expect 2 hand "$f" --for Li
says '--why'
expect 2 hand "$f" --for Li --why x --format xlsx
expect 2 hand "$f" --for Li --why x --format bitwarden-csv
says 'plaintext'
expect 1 hand "$f" --for Nobody --why x
says 'holds no account'
: >"$t/empty"
expect 2 acc export "$f" --for Li --why x --file-passphrase-fd 4 4<"$t/empty"
expect 2 hand "$t" --for Li --why x
expect 1 hand "$t/no/li.kdbx" --for Li --why x
no test -e "$f"
echo mine >"$t/there"
expect 2 hand "$t/there" --for Li --why x
says 'exists'
same "$(cat "$t/there")" mine 'a file that was there'
expect 0 acc show acmelamps-eb-01
says_no exported

step 'five exports'
for n in 1 2 3 4 5; do
	day $((n + 1))
	[ $n -eq 1 ] ||
	    expect 0 acc_with "$pw-$n" rotated acmelamps-eb-01 --why "week $n"
	expect 0 hand "$t/li-$n.kdbx" --for li --why "week $n"
	says ': 2 accounts'
	says 'no password: acmelamps-tq-01'
	same "$(stat -c %a "$t/li-$n.kdbx")" 600 'its mode'
	ok cmp -n 8 "$t/li-1.kdbx" "$t/li-$n.kdbx"
done
log_has '"action":"export","station":null,"view":"kdbx of accounts for li: acmelamps-eb-01, acmelamps-tq-01"'
expect 0 acc show acmelamps-eb-01
says 'exported'
says 'password known to'
expect 0 acc show acmelamps-tb-01
says_no exported
if have keepassxc-cli; then
	title='A 店/acmelamps-eb-01'
	expect 0 kp ls -q -R -f "$t/li-5.kdbx"
	same "$(cat "$t/out")" "A 店/
A 店/acmelamps-eb-01
A 店/acmelamps-tq-01" 'what is in it'
	expect 0 kp show -q -s -a Password -a UserName -a URL -a Notes \
	    -a phone "$t/li-5.kdbx" "$title"
	same "$(cat "$t/out")" "$pw-5
acmeeb01
https://ebay.example/in
first =1+1
13800001391" 'what the entry says'
	if have oathtool; then
		kp show -q -t "$t/li-5.kdbx" "$title" >"$t/code"
		oathtool --totp -b $seed >"$t/want"
		cmp -s "$t/code" "$t/want" || {	# the half minute ended
			kp show -q -t "$t/li-5.kdbx" "$title" >"$t/code"
			oathtool --totp -b $seed >"$t/want"
		}
		ok cmp "$t/code" "$t/want"
	fi
	cp "$t/li-1.kdbx" "$t/merged.kdbx"
	for n in 2 3 4 5; do
		expect 0 kp merge -s "$t/merged.kdbx" "$t/li-$n.kdbx"
		no grep -i conflict "$t/out" "$t/kp.err"
	done
	# In which order they stand is the program's own.
	for file in merged li-5; do
		kp export -q -f xml "$t/$file.kdbx" |
		    sed -n '/<Entry>/,/<\/Entry>/p' | sort >"$t/$file.xml"
	done
	ok cmp "$t/merged.xml" "$t/li-5.xml"
	for n in 1 2 3 4 5; do
		ok grep -q "灯笼-$n<" "$t/merged.xml"
	done
	rm -f "$t/merged.xml" "$t/li-5.xml"
else
	say 'no keepassxc-cli: the files are not opened'
fi

step 'all, and in the clear'
day 7
expect 0 hand "$t/all.kdbx" --all --why 'to the safe'
says ': 3 accounts'
says_no eb-02
expect 0 acc export "$t/all.csv" --all --format bitwarden-csv --plaintext \
    --why 'a browser'
says 'no browser takes them: acmelamps-tq-01'
says 'delete it'
same "$(stat -c %a "$t/all.csv")" 600 'its mode'
ok grep -q '^folder,favorite,type,name,notes,fields,reprompt,login_uri,' \
    "$t/all.csv"
ok grep -q -F '"first =1+1"' "$t/all.csv"
ok grep -q -F '"acmeeb01","Qv7<&>""zongzi,灯笼-5","otpauth://totp/' \
    "$t/all.csv"
no grep -q -F '灯笼-4' "$t/all.csv"
expect 0 acc export "$t/all.csv" --all --format bitwarden-csv --plaintext \
    --why again --overwrite --json
says '"format":"bitwarden-csv","for":null,"accounts":3,"no_password":["acmelamps-tq-01"],"no_address":['
says '"needs_two":[],"former_needs_two":[],"not_opened":[]}'

step 'what needs two'
expect 0 acc_with "$pw-d" add eb holder=Chen dual=yes
expect 3 hand "$t/chen.kdbx" --for Chen --why leaving
says ': 2 accounts'
says "('liudi-desk account reveal' asks): acmelamps-eb-03"
says_no -F "$pw"
LANG=zh_CN.UTF-8 LC_ALL=
export LANG LC_ALL
expect 3 hand "$t/chen.kdbx" --for Chen --why leaving --overwrite
LC_ALL=C
unset LANG
says '2 个账号'
says '未写入，因须两人同意'

step 'nothing of it lies about'
rm -f "$t/all.csv" "$t/typed" "$t/seed" "$t/out" "$t/err"
for word in 'Qv7<&>' '灯笼' "$seed" 'a file of its own'; do
	grep -r -l -a -F -e "$word" "$t" >"$t/found" || :
	grep -v -e '/found$' -e '/filepass$' "$t/found" >"$t/hits" || :
	same "$(cat "$t/hits")" '' "files with '$word'"
done
done_
