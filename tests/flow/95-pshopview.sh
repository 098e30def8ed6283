#!/bin/sh
# tests/flow/95-pshopview.sh BIN LOOK SHOPSERVER - shops on the manager's page, as a
# browser shows them: both languages, wide and narrow, before and after, without a
# script, and a shop that would be more than text.
# shellcheck source=tests/flow/paged.sh
. "$(dirname "$0")/paged.sh"
# shellcheck source=tests/flow/shopmade.sh
. "$(dirname "$0")/shopmade.sh"
shopserver=${3:?usage: $0 FOLDER-OF-THE-PROGRAMS LOOK SHOPSERVER}

today() { date -u -d "@$LIUDI_NOW" +%F; }
notes()
{
	git --git-dir "$central/desk.git" ls-tree -r --name-only desk |
		grep -c '^notes/' || :
}
# anew: who comes in by the file does so once.
anew()
{
	if [ -n "${server:-}" ]; then
		kill "$server"
		wait "$server" || fail "it did not end well: $(cat "$t/served")"
	fi
	serve
	[ -n "$token" ] || fail "no page: $(cat "$t/served")"
}
# looks N: a browser that finds N things to be so.
looks()
{
	anew
	rc=0
	"$look" "$t/profile" >"$t/seen" 2>&1 || rc=$?
	checks=$((checks + $1))
	[ "$rc" -eq 0 ] || { cp "$t/seen" "$t/out"; fail "not as it should look"; }
}

team
station ws-01
if liudi --home "$t/ws-01" shop list | grep -q 'none is installed'; then
	skip "no browser is installed (chromium-headless-shell)"
fi
SHOP_EDIT=$t/edit "$shopserver" >"$t/edited" || fail "no server"
cleanup()
{
	kill -9 -"$(sed -n 2p "$t/edited")" || :
	[ -z "${server:-}" ] || kill "$server" || :
}
for s in lamps toys; do
	printf '[shop %s]\nurl = http://127.0.0.1:%s/live\nview = desktop\n' \
	    "$s" "$(sed -n 1p "$t/edited")" >>"$t/ws-01/liudi.ini"
done
shop_source ws-01 evil

step "days of three shops, one of which would be markup"
evil='\"><script>document.title=1</script><img src=x onerror=document.title=2>\u202egpj.exe'
day 1
looked ws-01 evil home 19.49
expect 0 ws ws-01 run
ok synced
expect 0 desk_key shop reviewed lamps
expect 0 desk_key shop set lamps --platform 1688 --doers 'Li, Chen' \
    --responsible Wang
d1=$(today)
day 2
echo price+banner+hidden+link >"$t/edit"
looked ws-01 evil home 88.00 "$evil" 'Chrome/156' "javascript:alert(1) $evil"
capture ws-01 evil '<i>p&a=' blocked - "$LIUDI_NOW" '<b>stop</b>'
expect 0 ws ws-01 run
ok synced
d2=$(today)
day 3

# what holds of each screen
fits='is true document.documentElement.scrollWidth<=innerWidth'
ours='is true [...document.links].every(a=>a.origin===location.origin)'
still='is true performance.getEntriesByType("resource").every(r=>r.name.startsWith(location.origin))'
bare='is 0 document.querySelectorAll("main img,main script,main iframe,main object").length'
both="before=$d1&after=$d2&page=home&view=desktop&station=ws-01"

step "wide: today, all shops, one of them"
looks 26 <<END
door $t/desk/serve.html
size 1200 800
open /?lang=en
is 3 document.querySelectorAll('a[href^="/shop/"][href*="day="]').length
is true document.body.innerText.includes('3 shops have days that nobody reviewed')
$fits
shot $t/today-en.png
click a[href="/shops"]
is Shops document.querySelector('h1').textContent
is 3 document.querySelectorAll('section.shop').length
is true document.body.innerText.includes('answers for it: Wang · work on it: Li, Chen')
is true document.body.innerText.includes('2 days that nobody reviewed, since $d1')
is 42 document.querySelectorAll('.days li').length
is true document.querySelector('section:has(a[href="/shop/lamps"]) .open a').title.includes('$d2: changed, nobody reviewed it')
$fits
$ours
shot $t/shops-en.png
open /shop/lamps
is true document.title.startsWith('Shop lamps on $d2')
is true document.body.innerText.includes('price: A7, ￥17.49 -> ￥88.00')
is 3 [...document.querySelectorAll('.changes>li>b.missed')].filter(b=>b.textContent.includes('grave')).length
is true document.body.innerText.includes('liudi-desk shop check lamps')
is date document.querySelector('.days a[href\$="$d2"]').getAttribute('aria-current')
$fits
$ours
shot $t/shop-en.png
open /shop/lamps?day=$d2&lang=zh
is true document.title.startsWith('店铺')
is ?lang=en&day=$d2 document.querySelector('.lang a[lang=en]').getAttribute('href')
is 标记为已查看 document.querySelector('button[value=reviewed]').textContent
open /shop/lamps?day=2001-01-01
is true document.body.innerText.includes('没有')
open /shops?lang=zh
is 店铺 document.querySelector('h1').textContent
$fits
media screen dark
shot $t/shops-dark.png
is true getComputedStyle(document.body).backgroundColor!=='rgb(243, 244, 246)'
END

step "before and after: pictures at their own addresses, and ways to look at them"
looks 29 <<END
door $t/desk/serve.html
size 1200 800
open /compare/lamps?$both&lang=en
is true document.title.includes('lamps')
is 2 document.querySelectorAll('.store image').length
is 1280 (()=>{const i=new Image();i.src=document.querySelector('.store image').href.baseVal;return i.decode().then(()=>i.naturalWidth)})()
is true fetch(document.querySelector('.store image').href.baseVal).then(r=>r.headers.get('content-security-policy').startsWith('sandbox;'))
is image/svg+xml fetch(document.querySelector('.store image').href.baseVal).then(r=>r.headers.get('content-type'))
is true fetch(document.querySelector('.store image').href.baseVal).then(r=>r.text()).then(s=>s.includes('data:image/webp;base64,')&&!s.includes('<script'))
is true document.querySelector('.say').textContent.includes('140')
is 0 document.querySelectorAll('[style*=":"]:not(html),script:not([src])').length
$fits
is true (()=>{document.getElementById('m1').checked=true;const x=document.getElementById('x');x.value=30;x.dispatchEvent(new Event('input'));return getComputedStyle(document.querySelector('.f1 svg')).clipPath.includes('30%')})()
shot $t/slider-en.png
drag mouse 30 75 .has>.stage
is 75 document.getElementById('x').value
is true getComputedStyle(document.querySelector('.f1 svg')).clipPath.includes('75%')
is true (b=>{const r=document.querySelector('.has>.stage').getBoundingClientRect();return Math.abs((b.left+b.right)/2-r.left-r.width*.75)<2})(document.querySelector('.bar').getBoundingClientRect())
view $t/dragged-en.png
is true (()=>{document.dispatchEvent(new KeyboardEvent('keydown',{key:'5'}));return getComputedStyle(document.querySelector('.f1')).animationName==='blink'})()
is true (()=>{document.dispatchEvent(new KeyboardEvent('keydown',{key:'6'}));return getComputedStyle(document.querySelector('.has>.stage')).display==='none'})()
is true document.querySelectorAll('.cuts>.stage').length>1
is true [...document.querySelectorAll('.cuts svg')].every(s=>s.getBoundingClientRect().height>20)
$fits
shot $t/cuts-en.png
is true (()=>{document.dispatchEvent(new KeyboardEvent('keydown',{key:'1'}));document.dispatchEvent(new KeyboardEvent('keydown',{key:'j'}));return document.querySelector('.mk.on')!==null})()
$ours
$still
shot $t/compare-en.png
click header a
is /shop/lamps location.pathname
size 390 800
open /compare/lamps?$both&lang=zh
is true document.getElementById('m1').checked
is 滑块 document.querySelector('label[for=m1]').textContent
drag touch 60 20 .has>.stage
is 20 document.getElementById('x').value
is true getComputedStyle(document.querySelector('.f1 svg')).clipPath.includes('20%')
view $t/dragged-zh.png
$fits
shot $t/compare-zh.png
open /compare/lamps?before=$d1&after=$d2
$fits
is 1 document.querySelectorAll('section').length
open /compare/lamps?before=x
is true document.body.innerText.includes('不是日期')
END

step "narrow"
looks 13 <<END
door $t/desk/serve.html
size 390 800
open /shops?lang=zh
$fits
shot $t/shops-zh.png
open /shop/lamps
$fits
is true [...document.querySelectorAll('main a,main button,main td,main li')].every(e=>e.getBoundingClientRect().right<=innerWidth)
shot $t/shop-zh.png
open /shop/evil?lang=en
$fits
is true [...document.querySelectorAll('main a,main button,main td,main li')].every(e=>e.getBoundingClientRect().right<=innerWidth)
open /?lang=en
$fits
is true [...document.querySelectorAll('.stack td')].every(e=>e.getBoundingClientRect().right<=innerWidth)
shot $t/today-narrow.png
END

step "what a shop says of itself is text, and nothing goes out for it"
looks 18 <<END
door $t/desk/serve.html
size 1200 800
open /shop/evil?day=$d2&lang=en
is true document.title.startsWith('Shop evil')
is true document.body.innerText.includes('<script>document.title=1</script>')
is true document.body.innerText.includes('javascript:alert(1)')
is true document.body.innerText.includes('<i>p&a=')
is true document.body.innerText.includes('<b>stop</b>')
is false document.body.innerText.includes('\u202e')
is true document.body.innerText.includes('u{202e}gpj.exe')
$bare
$ours
$still
shot $t/evil-en.png
open /compare/evil?before=$d1&after=$d2
is true document.title.startsWith('Shop evil')
is true document.body.innerText.includes('<script>document.title=1</script>')
is false document.body.innerText.includes('\u202e')
$bare
$ours
$still
open /shops
$bare
$ours
END

step "without a script: a change hidden, told again, days reviewed, one accepted"
looks 19 <<END
door $t/desk/serve.html
script off
open /shop/evil?day=$d2&lang=en
is 3 document.querySelectorAll('.changes>li').length
click .changes>li button[value=ignore]
is true document.querySelector('.told').textContent.includes('not told any more')
is 2 document.querySelectorAll('section:has(h2>bdi) .changes>li').length
is true document.body.innerText.includes('1 change is not shown')
open /compare/evil?before=$d1&after=$d2&lang=en
is true document.body.innerText.includes('1 change is not told: a rule, or an accepted day')
is 2 document.querySelectorAll('ol>li').length
click header a[href*="all=1"]
is 3 document.querySelectorAll('ol>li').length
is false document.body.innerText.includes('is not told')
open /compare/evil?before=$d1&after=$d2&lang=zh
is true document.body.innerText.includes('有 1 项变化未列出')
is 列出全部变化 document.querySelector('header a[href*="all=1"]').textContent
open /shop/evil?day=$d2&lang=en
click button[value=tell]
is 3 document.querySelectorAll('.changes>li').length
type input[name=note] asked
is true document.querySelector('input[name=since]').checked=true
click button[value=reviewed]
is true document.querySelector('.told').textContent.includes('It is reviewed.')
is 0 document.querySelectorAll('.days .open').length
is true document.body.innerText.includes('all is reviewed; last by manager')
click button[value=accept]
is true document.querySelector('.told').textContent.includes('held against this one')
is true document.querySelector('button[value=rolling]')===null
open /compare/lamps?$both
is none getComputedStyle(document.querySelector('label[for=m1]')).display
is true getComputedStyle(document.querySelector('figure')).display!=='none'
END
same "$(notes)" 5 notes
expect 3 desk_key shops
same "$(grep '^evil ' "$t/out" | grep -c open)" 0 "open days of it"

step "addresses that lead to no picture"
anew
ask 200 /auth -c "$t/cookies" -d "token=$token"
zeros=$(printf '%064d' 0)
in_ 404 "/picture/lamps?station=ws-01&record=$zeros"
in_ 400 "/picture/lamps?station=ws-01&record=zz"
in_ 400 "/picture/lamps?record=$zeros"
in_ 400 "/picture/lamps"
ask 401 "/picture/lamps?station=ws-01&record=$zeros" -H 'Cookie: liudi=0'
in_ 404 "/compare/none?before=$d1&after=$d2"
in_ 400 "/compare/lamps?before=$d1"
kill "$server"
wait "$server" || :
server=
[ -z "${LIUDI_PICTURES:-}" ] || cp "$t"/*.png "$LIUDI_PICTURES"
done_
