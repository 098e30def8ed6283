#!/bin/sh
# tests/flow/65-clients.sh FOLDER - exports that the programs themselves have
# written, each where it is here: Firefox, KeePassXC, and of npm (the folder
# LIUDI_NODE_MODULES, else npm's own) otpauth-migration and @bitwarden/cli.
# Fixtures made by hand are in 65-import.sh and 67-vaultin.sh.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
team
station ws-01
policy '[team]\norg = Acme Lamps\n[naming]\ncompany = acme\n'
expect 0 ws ws-01 run
x=$t/exports
mkdir "$x"
found=0
# missing WHAT: it is told.
missing() { say "skipped: $* is not installed"; }

step Firefox
firefox=$(command -v firefox-esr || command -v firefox || :)
if [ -n "$firefox" ] && command -v python3 >/dev/null; then
	found=1
	cat >"$x/logins.json" <<-'JSON'
	[["https://login.taobao.com", "firefox1", "p\"w,密码 \n=1+1"],
	["https://bank.example", "li", "hunter2"],
	["https://seller.shopee.cn", "店铺", " blanks "]]
	JSON
	ok python3 "$here/firefox.py" "$firefox" "$t/profile" \
	    "$x/logins.json" "$x/firefox.csv"
	expect 0 ws ws-01 account import -y "$x/firefox.csv"
	says 'acme-tb-01  Taobao  firefox1  password'
	says 'acme-sp-01  Shopee  店铺'
	says '1 other row is not'
	says '2 are on file.'
	says_no 'hunter2'
else
	missing firefox-esr
fi

step 'KeePassXC, CSV'
if command -v keepassxc-cli >/dev/null; then
	found=1
	printf 'master\nmaster\n' | keepassxc-cli db-create -q -p \
	    "$x/real.kdbx" >"$t/out" 2>&1
	printf 'master\n"quoted", =1+1 密码\n' | keepassxc-cli add -q -p \
	    -u 'real,1' --url https://signin.ebay.com/ \
	    --notes 'code 77' "$x/real.kdbx" eBay >"$t/out" 2>&1
	printf 'master\nhunter2\n' | keepassxc-cli add -q -p -u li \
	    --url https://bank.example/ "$x/real.kdbx" Bank >"$t/out" 2>&1
	echo master | keepassxc-cli export -q -f csv "$x/real.kdbx" \
	    >"$x/real.csv" 2>"$t/err"
	expect 0 ws ws-01 account import -y "$x/real.csv"
	says 'acme-eb-01  eBay  real,1  password'
	says '1 other row is not'
	says_no 'hunter2'
	expect 0 ws ws-01 --json account import -n "$x/real.csv"
	says '"format":"keepassxc"'
else
	missing keepassxc
fi

step 'otpauth-migration of npm'
modules=${LIUDI_NODE_MODULES:-$(npm root -g 2>/dev/null || :)}
if command -v node >/dev/null &&
    [ -f "$modules/otpauth-migration/lib/index.js" ]; then
	found=1
	ok sh -c 'node "$@" >"$0"' "$x/code.txt" "$here/migration.mjs" \
	    "$modules" \
	    'otpauth://totp/AliExpress:otp1?secret=JBSWY3DPEHPK3PXP&issuer=AliExpress' \
	    'otpauth://totp/Bank:li?secret=GEZDGNBVGY3TQOJQ&issuer=Bank'
	ok grep -q '^otpauth-migration://offline?data=' "$x/code.txt"
	expect 0 ws ws-01 account import -y "$x/code.txt"
	says 'acme-ax-01  AliExpress  otp1  seed'
	says '1 other row is not'
	says_no 'GEZDGNBVGY3TQOJQ'
	expect 0 ws ws-01 --json account import -n "$x/code.txt"
	says '"format":"google-authenticator"'
else
	missing 'otpauth-migration'
fi

step 'Bitwarden, CSV and JSON'
# bitwarden COMMAND...: its own client; the server is ours.
bitwarden()
{
	HOME=$t/bw BITWARDENCLI_APPDATA_DIR=$t/bw/data \
	    NODE_EXTRA_CA_CERTS=$t/bw/cert.pem \
	    node "$modules/@bitwarden/cli/build/bw.js" "$@"
}
server=''
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || :; }
if command -v node openssl >/dev/null &&
    [ -f "$modules/@bitwarden/cli/build/bw.js" ]; then
	found=1
	mkdir -p "$t/bw/data"
	cat >"$t/bw/items.json" <<-'JSON'
	[{"name": "eBay", "notes": "code 78", "user": "bw1", "uris":
	["https://signin.ebay.com/", "https://ebay.de/x,y"], "fields":
	[["phone", "138"]], "password": "p\"w,密码", "old": ["was-1"],
	"totp": "NB2W45DFOJZWQYLNOBUW4ZZB"},
	{"name": "Bank", "uris": ["https://bank.example/x,ebay.com"],
	"user": "li", "password": "hunter2", "old": ["hunter2-old"]}]
	JSON
	ok openssl req -x509 -newkey rsa:2048 -nodes -days 2 \
	    -keyout "$t/bw/key.pem" -out "$t/bw/cert.pem" \
	    -subj /CN=localhost -addext subjectAltName=DNS:localhost
	node "$here/bitwarden.mjs" "$t/bw" >"$t/bw/said" 2>&1 &
	server=$!
	for _ in $(seq 60); do
		[ ! -s "$t/bw/port" ] || break
		sleep 0.5
	done
	ok bitwarden config server "https://localhost:$(cat "$t/bw/port")"
	session=$(bitwarden login li@acme.example 'master password' --raw \
	    2>"$t/err") || fail 'bw login'
	for format in csv json; do
		ok bitwarden export --format $format --session "$session" \
		    --output "$x/bitwarden.$format"
	done
	expect 0 ws ws-01 account import -y "$x/bitwarden.csv"
	says 'eBay  bw1  password, seed'
	# a comma in the bank's address makes it no shop
	says '1 other row is not'
	says_no 'hunter2\|bank'
	expect 0 ws ws-01 --json account import -n "$x/bitwarden.csv"
	says '"format":"bitwarden"'
	expect 0 sync
	expect 0 desk_key vault import -y "$x/bitwarden.json"
	says 'eBay'
	says '1 other row is not'
	expect 0 desk_key --json vault import -n "$x/bitwarden.json"
	says '"format":"bitwarden-json"'
	says_no 'hunter2\|bank'
else
	missing '@bitwarden/cli'
fi

# What the managers open of it.
step 'what was sealed'
if [ "$found" = 1 ] && command -v age >/dev/null; then
	identity
	for f in "$t"/ws-01/state/accounts/events/*.age; do
		age -d -i "$t/manager.key" "$f" | grep -a '^{' |
		    sed -n 's/.*"sealed":"\([^"]*\)".*/\1/p' | base64 -d |
		    age -d -i "$t/manager.key" | grep -a '^{'
	done >"$t/all"
	# opened PROGRAM TEXT: where that was here, its secret is there.
	opened()
	{
		[ -s "$x/$1" ] || return 0
		ok grep -q -F -e "$2" "$t/all"
	}
	opened firefox.csv '"password":"p\"w,密码 \u000a=1+1"'
	opened firefox.csv '"password":" blanks "'
	opened real.csv '"password":"\"quoted\", =1+1 密码"'
	opened real.csv '"codes":"code 77"'
	opened bitwarden.csv '"password":"p\"w,密码"'
	opened bitwarden.csv '"codes":"code 78\u000aphone: 138"'
	opened bitwarden.csv 'secret=NB2W45DFOJZWQYLNOBUW4ZZB'
	opened code.txt 'secret=JBSWY3DPEHPK3PXP'
	no grep -q -e hunter2 -e GEZDGNBVGY3TQOJQ "$t/all"
else
	skip 'neither firefox-esr, keepassxc nor otpauth-migration, or no age'
fi
done_
