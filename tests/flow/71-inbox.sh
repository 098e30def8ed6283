#!/bin/sh
# tests/flow/71-inbox.sh BIN SERVER - pages that persons saved: taken from the
# inbox, shown by a browser that reaches nothing, and left where they are none.
server=${2:?usage: $0 FOLDER-OF-THE-PROGRAMS SERVER}
if [ "$(id -u)" -eq 0 ]; then
	nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
	if ! $nobody test -x "$1/liudi" -a -r "$0"; then
		echo "skipped: others may not read $1"
		exit 77
	fi
	cd / && exec $nobody dash "$0" "$@"
fi
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

team
station ws-01
if liudi --home "$t/ws-01" shop list | grep -q 'none is installed'; then
	echo "skipped: no browser is installed (chromium-headless-shell)"
	exit 77
fi
# one that says when it is started
browser=$(liudi --home "$t/ws-01" shop list | sed -n 's/^browser: //p')
printf '#!/bin/sh\necho x >>"%s"\nexec "%s" "$@"\n' "$t/started" "$browser" \
    >"$t/bin/browser"
chmod 755 "$t/bin/browser"
export LIUDI_BROWSER="$t/bin/browser"
# started N: so often since the last time that was asked.
started()
{
	same "$(wc -l <"$t/started")" "$1" "browsers"
	: >"$t/started"
}
: >"$t/started"
SHOP_LOG=$t/asked "$server" >"$t/server" || fail "no server"
port=$(sed -n 1p "$t/server") pid=$(sed -n 2p "$t/server")
cleanup() { kill -9 -"$pid"; }
here=http://127.0.0.1:$port
{
	printf '[shop lamps]\nurl = %s/403\n' "$here"
	printf 'page = lamp %s/item/7.html\nview = desktop\n' "$here"
} >>"$t/ws-01/liudi.ini"
kept=$t/ws-01/state/shops/lamps inbox=$t/ws-01/state/shops/lamps/inbox
# line WHAT: a line of what was said fits.
line()
{
	checks=$((checks + 1))
	grep -q -e "$1" "$t/out" || fail "no line fits '$1'"
}
# newest PAGE: the record that its last line names; has TEXT: it holds that.
newest()
{
	grep "\"page\":\"$1\".*\"state\":\"ok\"" "$kept"/captures/*.jsonl |
	    tail -n 1 |
	    sed 's/.*"record":"\([0-9a-f]*\)".*/\1/'
}
has()
{
	checks=$((checks + 1))
	grep -q -F -e "$2" "$kept/pages/$(newest "$1").json" ||
	    fail "the record of $1 does not hold '$2'"
}
# gif: one red pixel.
gif=R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==
trap_of="<img src=\"$here/leak.png\"><iframe src=\"file:///etc/passwd\"></iframe><link rel=stylesheet href=\"$here/leak.css\"><script src=\"$here/leak.js\"></script><script>document.title='ran';fetch('$here/leak')</script><meta http-equiv=refresh content=\"0;url=$here/leak.html\"><style>@import \"$here/leak2.css\";body{background:url($here/leak3.png)}</style>"

step "a page that shows itself to persons only says where to save it"
day 1
expect 3 ws ws-01 shop capture
line 'lamps *home *desktop *blocked (HTTP 403)'
says "into the inbox that 'liudi shop list' names"
expect 0 ws ws-01 shop list
line "inbox *$inbox"
: >"$t/asked"

step "MHTML, HTML in one file, and a picture, by their names or addresses"
mkdir -p "$inbox"
{
	printf 'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n'
	printf 'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
	printf -- '--b\r\nContent-Type: text/html\r\nContent-Location: %s/403\r\n\r\n' "$here"
	printf '<!doctype html><meta charset=utf-8><title>Lamps</title><h1>Lamps by hand</h1>'
	printf '<div><a href="%s/item/7.html"><img src="%s/kept.gif" width=90 height=90>Lamp 7</a> <b>￥9.90</b></div>%s\r\n' \
	    "$here" "$here" "$trap_of"
	printf -- '--b\r\nContent-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\nContent-Location: %s/kept.gif\r\n\r\n%s\r\n' \
	    "$here" "$gif"
	printf -- '--b--\r\n'
} >"$inbox/Lamps - Mozilla.mhtml"
{
	printf '<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: %s/item/7.html#x \n-->' "$here"
	printf '<meta charset=utf-8><title>Lamp 7</title><p>Only ￥9.90</p>'
	printf '<img alt=red src="data:image/gif;base64,%s">%s' "$gif" "$trap_of"
} >"$inbox/something.html"
: >"$t/started"
expect 0 ws ws-01 shop capture
started 1
line 'lamps *home *desktop *ok, saved by a person; another page'
line 'lamps *lamp *desktop *ok, saved by a person; another page'
same "$(ls "$inbox")" "" "what is left"
has home 'Lamps by hand'
has home '"id":"7"'
has home '"price":"￥9.90"'
has home '"title":"Lamps"'
has home "\"src\":\"$here/kept.gif\""
has lamp 'Only ￥9.90'
has lamp '"title":"Lamp 7"'
for what in root: ran; do
	checks=$((checks + 1))
	! grep -r -q -e "\"[^\"]*$what" "$kept/pages" || fail "'$what' is in"
done

step "nothing of it was fetched, and no file of this machine was shown"
same "$(grep -v -e '^/403$' -e '^/item/7' "$t/asked")" "" "requests"
checks=$((checks + 1))
! grep -r -q 'root:' "$kept" || fail "/etc/passwd is among the parts"

step "the file itself is kept, and its line names it"
saved=$(grep '"by":"manual"' "$kept"/captures/*.jsonl | head -n 1 |
    sed 's/.*"saved":"\([^"]*\)".*/\1/')
same "$(sha256sum <"$kept/parts/$saved" | cut -d' ' -f1).mhtml" "$saved" \
    "its name"

step "the day's run takes it, and looks at that page no more today"
day 2
cp "$kept/parts/$saved" "$inbox/home (2).mht"
expect 0 ws ws-01 run
line 'lamps *home *desktop *ok, saved by a person$'
says_no 'home.*blocked'

step "a picture is the page as well; on a telephone too"
cp "$(find "$kept/strips" -type f | head -n 1)" "$inbox/lamp.mobile.webp"
: >"$t/started"
expect 3 ws ws-01 shop capture
# for the two pages, not for the picture
started 1
line 'lamps *lamp *mobile *ok, saved by a person'

step "what is no page is named, and left to the person"
echo "not a page" >"$inbox/home.txt"
printf '<!doctype html><title>other</title>' >"$inbox/other.html"
printf 'Content-Type: multipart/related; boundary=b\n\n--b\n\nx' >"$inbox/lamp.mhtml"
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\377\377\377\0\377\377\377\10\2\0\0\0' \
    >"$inbox/home.png"
ln -s /etc/passwd "$inbox/home.html"
mkdir "$inbox/folder"
echo half >"$inbox/home.mhtml.crdownload"
esc=$(printf '\033')
printf x >"$inbox/${esc}[31mred"
echo secret >"$inbox/lamp.png"
chmod 000 "$inbox/lamp.png"
expect 3 ws ws-01 shop capture
# for the two pages, not for what is none
started 1
line 'inbox/home.txt is left there (it is no saved page'
line 'inbox/other.html is left there (it is called like no page of the shop)'
line 'inbox/lamp.mhtml is left there (the saved page is cut off)'
line 'inbox/home.png is left there (.*damaged PNG'
line 'inbox/home.html is left there (it is no file)'
line 'inbox/folder is left there (it is no file)'
line 'inbox/lamp.png is left there (cannot open'
says_no 'crdownload'
says_no "$esc"
same "$(find "$inbox" -mindepth 1 | wc -l)" 9 "files that are left"
rm -rf "${inbox:?}"/*

step "without a browser its parts are kept, and a picture is one all the same"
cp "$kept/parts/$saved" "$inbox/home.mht"
cp "$(find "$kept/strips" -type f | head -n 1)" "$inbox/lamp.webp"
LIUDI_BROWSER=/nowhere expect 0 ws ws-01 shop capture
line 'lamps *home *desktop *partial, saved by a person (no browser'
line 'lamps *lamp *desktop *ok, saved by a person'

step "nothing of a browser stays behind"
same "$(find "$t/ws-01/state/browser" -mindepth 1 | wc -l)" 0 "profiles"
done_
