#!/bin/sh
# tests/flow/67-vaultin.sh FOLDER - liudi-desk vault import: exports of password
# keepers with their former passwords; liudi-desk naming audit.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || skip 'jq is not installed'
acc() { desk_key account "$@"; }
vault() { desk_key vault import "$@"; }
# revealed ACCOUNT: its passwords
revealed() { desk_key account reveal "$1" --pipe --why test; }

day 1
team
station ws-01
policy '[team]\norg = Acme Lamps\n[naming]\ncompany = acme\n'
expect 0 ws ws-01 run
expect 0 sync
x=$t/exports
mkdir "$x"

step 'Bitwarden JSON, with former passwords'
cat >"$x/bitwarden.json" <<'JSON'
{"encrypted":false,"folders":[],"items":[
{"type":1,"name":"Bank","login":{"uris":[{"uri":"https://bank.example/"}],
"username":"li","password":"hunter2-bank","totp":null},
"passwordHistory":[{"lastUsedDate":"2026-01-01","password":"hunter1-bank"}]},
{"type":1,"name":"eBay shop","notes":"code 77","login":{"uris":[
{"uri":"https://signin.ebay.com/"}],"username":"acmeeb03",
"password":"pw-now-3","totp":"JBSWY3DPEHPK3PXP"},"passwordHistory":[
{"lastUsedDate":"2026-02-01","password":"pw-then-2"},
{"lastUsedDate":"2025-02-01","password":"pw-then-1"}]}]}
JSON
expect 0 vault -n "$x/bitwarden.json"
says 'acme-eb-03'
says '1 other row is not'
says_no -i 'hunter\|bank'
expect 0 acc list
says 'no account'
expect 0 vault -y "$x/bitwarden.json"
says '1 is on file.'
says 'Delete the export now'
expect 0 revealed acme-eb-03
says 'pw-now-3'
says_no 'pw-then'
expect 0 desk_key --json account show acme-eb-03
same "$(jq -r '.. | .type? // empty' "$t/out" |
    tr '\n' ' ')" \
    'registered rotated rotated revealed ' 'history'
no grep -r -a -e hunter "$t/desk" "$central"

step 'what is in the book is passed over'
expect 0 vault -y "$x/bitwarden.json"
says '1 row is of an account that is in the book'
says 'Nothing was registered'
echo 'otpauth://totp/eBay:acmeeb03?secret=NB2W45DFOIZA' >"$x/seed.txt"
expect 0 vault -y "$x/seed.txt"
says 'acme-eb-03'
expect 0 desk_key account reveal acme-eb-03 --seed --pipe --why test
says 'NB2W45DFOIZA'

step 'KeePass XML'
printf '%s' '<?xml version="1.0" encoding="utf-8"?><KeePassFile><Meta>
<RecycleBinUUID>YmlubmViaW5uZWI=</RecycleBinUUID></Meta><Root><Group>
<UUID>cm9vdA==</UUID><Name>Root</Name><Entry><String><Key>Title</Key>
<Value>WeCom</Value></String><String><Key>UserName</Key><Value>keepass1</Value>
</String><String><Key>Password</Key><Value ProtectInMemory="True">p&lt;now&gt;</Value>
</String><History><Entry><String><Key>Password</Key><Value>p-then</Value>
</String></Entry></History></Entry><Group><UUID>YmlubmViaW5uZWI=</UUID>
<Entry><String><Key>Title</Key><Value>eBay</Value></String><String>
<Key>Password</Key><Value>in the bin</Value></String></Entry></Group></Group>
</Root></KeePassFile>' >"$x/keepass.xml"
expect 0 desk_key --json vault import -y "$x/keepass.xml"
same "$(jq -r 'select(.name) | .name + " " + .login' "$t/out")" \
    'acme-ww-01 keepass1' 'the row'
same "$(jq -r 'select(.format) | .format' "$t/out")" keepass-xml 'format'
expect 0 revealed acme-ww-01
says 'p<now>'

step 'as KeePassXC writes it'
if command -v keepassxc-cli >/dev/null; then
	printf 'master\nmaster\n' | keepassxc-cli db-create -q -p \
	    "$x/real.kdbx" >"$t/out" 2>&1
	printf 'master\nold-real\n' | keepassxc-cli add -q -p -u real1 \
	    --url https://login.taobao.com/ "$x/real.kdbx" Taobao \
	    >"$t/out" 2>&1
	printf 'master\nnew-real 店\n' | keepassxc-cli edit -q -p \
	    "$x/real.kdbx" Taobao >"$t/out" 2>&1
	printf 'master\nhunter2\n' | keepassxc-cli add -q -p -u li \
	    --url https://bank.example/ "$x/real.kdbx" Bank >"$t/out" 2>&1
	echo master | keepassxc-cli export -q -f xml "$x/real.kdbx" \
	    >"$x/real.xml" 2>"$t/err"
	echo master | keepassxc-cli export -q -f csv "$x/real.kdbx" \
	    >"$x/real.csv" 2>"$t/err"
	expect 0 vault -n "$x/real.csv"
	says 'acme-tb-01'
	expect 0 vault -y "$x/real.xml"
	says '1 other row is not'
	expect 0 revealed acme-tb-01
	says 'new-real 店'
	expect 0 desk_key --json account show acme-tb-01
	same "$(jq -r '.. | .type? // empty' "$t/out" |
    tr '\n' ' ')" \
	    'registered rotated revealed ' 'history of KeePassXC'
	expect 1 vault -y "$x/real.kdbx"
	says 'the file is a KeePass database'
else
	say 'skipped: keepassxc-cli is not installed'
fi

step '1PUX'
if command -v zip >/dev/null; then
	mkdir "$x/1pux"
	echo '{}' >"$x/1pux/export.attributes"
	cat >"$x/1pux/export.data" <<-'JSON'
	{"accounts":[{"vaults":[{"items":[{"state":"active","details":
	{"loginFields":[{"designation":"username","value":"onepux1"},
	{"designation":"password","value":"pw-1pux"}],"passwordHistory":[]},
	"overview":{"title":"Shopee","url":"https://seller.shopee.cn/"}}]}]}]}
	JSON
	(cd "$x/1pux" && zip -q ../export.1pux export.attributes export.data)
	expect 0 vault -y --shop North "$x/export.1pux"
	expect 0 acc show acme-sp-01
	says 'North'
	expect 0 revealed acme-sp-01
	says 'pw-1pux'
else
	say 'skipped: zip is not installed'
fi

step 'what is wrong is told'
wrong() # wrong FILE TEXT
{
	expect 1 vault -y "$1"
	says "$2"
}
echo '{"encrypted":true,"data":"x"}' >"$x/encrypted.json"
wrong "$x/encrypted.json" 'the export is encrypted'
head -c 300 "$x/bitwarden.json" >"$x/cut.json"
wrong "$x/cut.json" 'the JSON is cut off'
head -c 400 "$x/keepass.xml" >"$x/cut.xml"
wrong "$x/cut.xml" 'the XML is damaged'
printf 'PK\003\004zzzz' >"$x/cut.1pux"
wrong "$x/cut.1pux" 'archive'
wrong "$x/nowhere" 'cannot open'
expect 2 vault "$x/bitwarden.json" --platform nowhere
says "no platform 'nowhere' is known"

step 'names'
expect 0 desk_key naming audit
says 'All names are as they should be.'
printf 'pw\n' >"$t/pw"
expect 0 desk_key account add eb name='Old Shop' login=acme-ebay-01 \
    --why 'it was there' --password-fd 4 4<"$t/pw"
expect 0 desk_key account add tb name=acme-tb-05 login=Acme \
    --why 'it was there' --password-fd 4 4<"$t/pw"
expect 0 desk_key account add eb name=acme-eb-07 login=AcmeEB03 \
    --password-fd 4 4<"$t/pw"
expect 0 desk_key naming audit
says "name Old Shop: the name 'Old Shop' is not like 'acme-eb-01'; free: liudi-desk account rename Old Shop"
says "login acme-ebay-01 (Old Shop): eBay: not with 'ebay' in it; once in 30d"
says "login Acme (acme-tb-05): Taobao: 5 to 25 characters, this has 4; the platform changes no login"
says "login AcmeEB03 (acme-eb-07): has the same login as acme-eb-03; once in 30d"
expect 0 desk_key --json naming audit
same "$(jq -r .problem "$t/out" | sort | tr '\n' ' ')" \
    'login login name same-login ' 'problems'
done_
