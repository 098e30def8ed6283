#!/bin/sh
# tests/flow/65-import.sh FOLDER - liudi account import: exports as each program
# writes them, the team's rows alone, and stock age finds what was in them.
. "$(dirname "$0")/lib.sh"

for tool in age jq; do
	command -v $tool >/dev/null || skip "$tool is not installed"
done
team
station ws-01
policy '[team]\norg = Acme Lamps\n[naming]\ncompany = acme\n'
expect 0 ws ws-01 run
identity
x=$t/exports
mkdir "$x"

# opened: all events of the station, then all their secrets, by stock age.
opened()
{
	for f in "$t"/ws-01/state/accounts/events/*.age; do
		age -d -i "$t/manager.key" "$f" | grep -a '^{' >"$t/lines"
		grep -v '"type":"secrets"' "$t/lines" || :
		sed -n 's/.*"sealed":"\([^"]*\)".*/\1/p' "$t/lines" |
		    base64 -d >"$t/inner"
		[ ! -s "$t/inner" ] || age -d -i "$t/manager.key" "$t/inner" |
		    grep -a '^{'
	done
}
# has TEXT: that which is opened has it.
has()
{
	checks=$((checks + 1))
	opened >"$t/out" 2>"$t/err"
	grep -q -F -e "$1" "$t/out" || fail "no event has '$1'"
}
count_known() { jq -s length "$t/ws-01/state/accounts/known"; }

step "what each program writes"
bank='https://bank.example/,li,hunter2-bank'
cat >"$x/chrome.csv" <<-EOF
	name,url,username,password,note
	bank,$bank,
	eBay,https://signin.ebay.com/,chrome1,"pw,chrome ""1""",
EOF
cat >"$x/edge.csv" <<-EOF
	name,url,username,password
	bank,$bank
	eBay,https://signin.ebay.com/,edge1,pw-edge
EOF
cat >"$x/firefox.csv" <<-EOF
	"url","username","password","httpRealm","formActionOrigin","guid","timeCreated","timeLastUsed","timePasswordChanged"
	"https://bank.example","li","hunter2-bank",,"https://bank.example","{a}","1","1","1"
	"https://login.taobao.com","firefox1","pw-firefox",,"https://login.taobao.com","{b}","1","1","1"
EOF
cat >"$x/bitwarden.csv" <<-EOF
	folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp
	,,login,bank,,,0,$bank,
	Shops,,login,Shopee,"code 77
	code 78",phone: 138,0,https://seller.shopee.cn/,bitwarden1,pw-bitwarden,JBSWY3DPEHPK3PXP
	,,note,Private,hunter2-bank,,0,,,,
EOF
cat >"$x/bitwarden-org.csv" <<-EOF
	collections,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp
	Shops,login,Lazada,,,0,https://sellercenter.lazada.com/,org1,=1+1,
EOF
cat >"$x/keepassxc.csv" <<-EOF
	"Group","Title","Username","Password","URL","Notes","TOTP","Icon","Last Modified","Created"
	"Root","Bank","li","hunter2-bank","https://bank.example/","","","0","2026-01-01T00:00:00Z","2026-01-01T00:00:00Z"
	"Root/Shops","WeCom","keepassxc1","pw-keepassxc ","","","","0","2026-01-01T00:00:00Z","2026-01-01T00:00:00Z"
EOF
cat >"$x/1password.csv" <<-EOF
	Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes
	Bank,$bank,,false,false,,
	Amazon,https://sellercentral.amazon.co.uk/,onepassword1,pw-1password,,false,false,shops,
EOF
cat >"$x/lastpass.csv" <<-EOF
	url,username,password,totp,extra,name,grouping,fav
	$bank,,,Bank,,0
	https://seller.tiktok.com/,lastpass1,pw-lastpass,,,TikTok,Shops,0
	http://sn,,,,hunter2-bank,Note,,0
EOF
cat >"$x/otpauth.txt" <<-EOF
	otpauth://totp/Bank:li?secret=GEZDGNBVGY3TQOJQ&issuer=Bank
	otpauth://totp/AliExpress:otpauth1?secret=JBSWY3DPEHPK3PXP&issuer=AliExpress
EOF
printf '\346\240\207\351\242\230;\347\275\221\345\235\200;\350\264\246\345\217\267;\345\257\206\347\240\201\nx;https://www.1688.com/;\350\264\270\346\230\223;pw-gbk\n' |
    iconv -f UTF-8 -t GB18030 >"$x/unknown.csv"
sed 's/chrome1/utf16le1/; s/chrome/utf16le/' "$x/chrome.csv" |
    iconv -f UTF-8 -t UTF-16LE | { printf '\377\376'; cat; } >"$x/utf16.csv"
n=0
for f in chrome:1 edge:1 firefox:1 bitwarden:2 bitwarden-org:0 keepassxc:1 \
    1password:1 lastpass:2 otpauth:1 unknown:0 utf16:1; do
	step "${f%:*}"
	file=$(ls "$x/${f%:*}".*)
	expect 0 ws ws-01 account import -y "$file"
	says 'Sealed to manager, owner'
	says 'Delete the export now'
	case ${f#*:} in
	0) says_no 'not the team' ;;
	1) says '1 other row is not' ;;
	*) says "${f#*:} other rows are not" ;;
	esac
	says_no -i 'bank\|hunter2\|securely'
	n=$((n + 1))
	same "$(count_known)" "$n" 'accounts that are known'
done
step "what the managers find"
has '"platform":"eb","name":"acme-eb-01","login":"chrome1","url":"https://signin.ebay.com/"'
has '"password":"pw,chrome \"1\""'
has '"login":"edge1"'
has '"name":"acme-tb-01","login":"firefox1"'
has '"name":"acme-sp-01","login":"bitwarden1"'
has '"codes":"code 77\u000acode 78\u000aphone: 138"'
has 'secret=JBSWY3DPEHPK3PXP'
has '"password":"=1+1"'
has '"name":"acme-ww-01","login":"keepassxc1","note":"WeCom"'
has '"password":"pw-keepassxc "'
has '"name":"acme-az-01","login":"onepassword1"'
has '"name":"acme-ts-01","login":"lastpass1"'
has '"name":"acme-ax-01","login":"otpauth1"'
has '"login":"贸易"'
has '"password":"pw-gbk"'
has '"login":"utf16le1"'
opened >"$t/all"
no grep -e hunter2 -e bank -e GEZDGNBVGY3TQOJQ "$t/all"

step "nothing of it can be read here"
for secret in hunter2 pw-firefox 'pw,chrome' JBSWY3DPEHPK3PXP firefox1; do
	no grep -r -a -F -e "$secret" "$t/ws-01"
	no grep -r -a -F -e "$(printf %s "$secret" | base64 | cut -c1-8)" \
	    "$t/ws-01/state/accounts"
done

step "it goes with the next run"
expect 0 ws ws-01 run
step "what is shown, asked and left"
expect 0 ws ws-01 account import -n "$x/chrome.csv"
says 'acme-eb-04  eBay  chrome1  password'
says_no 'Delete'
same "$(count_known)" "$n" 'a dry run registers nothing'
expect 2 ws ws-01 account import "$x/chrome.csv" </dev/null
says 'liudi: hint: look with -n, then say -y'
same "$(count_known)" "$n" 'without a yes nothing is registered'
expect 0 ws ws-01 account import -y --platform taobao "$x/chrome.csv"
says 'Nothing was registered'
says '  1 is of a platform that --platform does not name'
expect 2 ws ws-01 account import -y --platform nowhere "$x/chrome.csv"
says "no platform 'nowhere' is known"
# by name one that is there: its password is not taken for a new one
cat >"$x/again.csv" <<-EOF
	name,url,username,password
	ACME-eb-01,https://ebay.com/,chrome1,pw-again
EOF
expect 0 ws ws-01 account import -y "$x/again.csv"
says "1 row is of an account that is registered here"
echo 'otpauth://totp/eBay:acme-eb-01?secret=NB2W45DFOIZA' >"$x/seed.txt"
expect 0 ws ws-01 account import -y "$x/seed.txt"
says 'acme-eb-01  eBay  acme-eb-01  seed'
has 'secret=NB2W45DFOIZA'
same "$(count_known)" "$n" 'a seed goes to the account that is there'
no grep -q pw-again "$t/all"
# standard input, as JSON, for a shop
expect 0 ws ws-01 --json account import -y --shop North - <"$x/edge.csv"
same "$(jq -r '.registered // empty' "$t/out")" true 'the last line'
same "$(jq -r 'select(.name) | .name + " " + .login' "$t/out")" \
    'acme-eb-04 edge1' 'each account has a line'
has '"shop":"North"'
step "two passwords of one login"
cat >"$x/fork.csv" <<-EOF
	name,url,username,password
	a,https://ebay.com/,fork1,pw-fork-a
	b,https://ebay.de/,fork1,pw-fork-b
EOF
expect 0 ws ws-01 account import -y "$x/fork.csv"
says 'another password of the same login'
opened >"$t/all"
same "$(jq -r 'select(.type == "rotated") | .prev | length' "$t/all")" 0 \
    'what stands behind nothing'
same "$(jq -r 'select(.login == "fork1" or .type == "rotated") | .account' \
    "$t/all" | sort -u | wc -l)" 1 'accounts of two rows'

step "only platforms that the team works with"
policy '[team]\norg = Acme Lamps\n[naming]\ncompany = acme\n[shop North]\nplatform = ts\n'
expect 0 ws ws-01 run
expect 0 ws ws-01 account import -n "$x/chrome.csv"
says '2 other rows are not'
says '  1 is of no platform that is known here'
says '  1 is of a platform that the team does not work with'
says 'Platforms that the team works with:'
says '  TikTok Shop'
says_no -i 'bank\|chrome1\|ebay'
expect 0 ws ws-01 account import -n "$x/lastpass.csv"
says 'acme-ts-02'
expect 0 ws ws-01 --json account import -n "$x/chrome.csv"
same "$(jq -r '"\(.others) \(.unknown) \(.elsewhere) \(.unasked)"' "$t/out")" \
    '2 1 1 0' 'why they are not'
policy '[team]\norg = Acme Lamps\n[naming]\ncompany = acme\n'
expect 0 ws ws-01 run

step "what is wrong is told"
wrong() # wrong FILE TEXT
{
	expect 1 ws ws-01 account import -y "$1"
	says "$2"
	says_no 'hunter2'
}
echo 'bank,https://bank.example,li,hunter2-bank' >"$x/none.csv"
wrong "$x/none.csv" 'the first line names no column for: password, username, url or name'
printf 'url,password\nhttps://ebay.com/,hunter2\n' >"$x/column.csv"
wrong "$x/column.csv" 'the first line names no column for: username'
: >"$x/empty.csv"
wrong "$x/empty.csv" 'the file is empty'
echo '{"encrypted":false}' >"$x/x.json"
wrong "$x/x.json" "liudi-desk vault import"
printf '\200\377\000' >"$x/bytes"
wrong "$x/bytes" 'the file is no text'
wrong "$x/nowhere.csv" "cannot open"
printf 'name,url,username,password\na,https://ebay.com/,c,hunter2,x\nb,https://ebay.com/,damaged1,"p"\n' >"$x/damaged.csv"
expect 3 ws ws-01 account import -y "$x/damaged.csv"
says 'warning: 1 row is damaged, and nothing is taken of it (at line 2)'
has '"login":"damaged1"'
# in Chinese, to its last word
zh() { LC_ALL=zh_CN.UTF-8 ws ws-01 "$@"; }
expect 1 zh account import -n "$x/column.csv"
says '错误：首行没有以下列：用户名'
expect 3 zh account import -n "$x/damaged.csv"
says '警告：1 行已损坏，未取其内容 (第 2 行)'
expect 0 zh account import -n "$x/edge.csv"
says '  其中 1 行不属于此处已知的任何平台'
says '团队经营的平台：'
# one of three codes of an authenticator's export
echo 'otpauth-migration://offline?data=ChsKCkhlbGxvId6tvu8SB2VCYXk6bGkgASgBMAIQARgDIAAoBQ%3D%3D' >"$x/codes.txt"
expect 3 ws ws-01 account import -n "$x/codes.txt"
says '2 codes of the export are missing'

step "100,000 rows"
awk 'BEGIN { print "name,url,username,password,note"
	for (i = 0; i < 100000; i++)
		printf "n%d,https://host%d.example/,u%d,\"p,%d\",\n", i, i, i, i
	for (i = 0; i < 2000; i++)
		printf "x,https://ebay.com/,many%d,pw-many-%d,\n", i, i
}' >"$x/many.csv"
ok sh -c 'ulimit -v 400000; liudi --home "$1" --json account import -y "$2" \
    >"$3"' sh "$t/ws-01" "$x/many.csv" "$t/many"
same "$(tail -n 1 "$t/many" | jq -r '.others, .rows' | tr '\n' ' ')" \
    '100000 102000 ' 'rows'
same "$(jq -s 'map(select(.name)) | length' "$t/many")" 2000 'registered'
expect 0 ws ws-01 run
step "100,000 rows of the team's, in 64 MB"
awk 'BEGIN { print "name,url,username,password,note"
	for (i = 0; i < 100000; i++)
		printf "x,https://ebay.de/,own%d,pw-own-%d,\n", i, i
}' >"$x/own.csv"
ok sh -c 'ulimit -d 64000; liudi --home "$1" --json account import -y "$2" \
    >"$3"' sh "$t/ws-01" "$x/own.csv" "$t/many"
same "$(tail -n 1 "$t/many" | jq -r '.others, .registered' | tr '\n' ' ')" \
    '0 true ' 'rows'
same "$(wc -l <"$t/many")" 100001 'registered'
done_
