#!/bin/sh
# tests/flow/95-pmanager.sh BIN LOOK [FOLDER] - the manager's five minutes on the
# team of config/quickstart.sh, by clicks, as docs/MANAGER.md tells them; with a
# FOLDER, its pictures into that.  LIUDI_AXE: axe-core's axe.min.js, which then
# looks at every screen (tests/web/axe.sh).
# shellcheck source=tests/flow/paged.sh
. "$(dirname "$0")/paged.sh"
pictures=${3:-}

step "the example runs as it is, and says what to type next"
LIUDI_DEMO=$t/demo LIUDI_BUILT=$bin
export LIUDI_DEMO LIUDI_BUILT
expect 0 sh "$src/config/quickstart.sh"
says "$bin/liudi-desk --home $t/demo/manager serve"
# "<it asks for this>": the words themselves
same "$(sed -n 's/.*it asks for "\(.*\)", and$/\1/p' "$t/out")" \
    "$(cat "$t/demo/passphrase")" "the passphrase that is told"
ln -s "$t/demo/manager" "$t/desk"
cp "$t/demo/passphrase" "$t/pass"
tidied=$(date -u -d yesterday +%F)

# screens: every one, in words that the address bar takes
screens='/ /chats /chat/1 /search?q=L-20 /work /shop/lamps /accounts /risk
	/whatif /handovers /integrity /help /nothing'
screens="$screens /day/$tidied/ws-wang /person/王芳 /work?all=1 /shops /access"
secret=$(desk_key account list --json 2>/dev/null |
    sed -n 's/.*"account":"\([0-9a-f]*\)".*/\1/p' | head -n 1)
[ "${#secret}" -eq 32 ] || fail "no account: $secret"
screens="$screens /boss /account/$secret /reveal/$secret"

step "from what Today tells to the words that are gone, and back"
serve
# shot NAME: a picture for the manual
shot() { [ -z "$pictures" ] || echo "view $t/$1.png"; }
{
	echo "door $t/desk/serve.html"
	echo 'size 1000 800'
	echo 'open /?lang=zh'
	shot today-zh
	echo 'open /?lang=en'
	echo "is Today document.querySelector('h1').textContent"
	echo "is true document.querySelector('.sentence').textContent.length>10"
	echo "is true document.body.innerText.includes('+47')"
	shot today
	# 1: the first card leads to the conversation
	echo 'click .do a[href^="/chat/"]'
	echo "is 1 document.querySelectorAll('.gone').length"
	echo "is true document.querySelector('.gone').innerText.includes('+47')"
	echo "is 1 document.querySelectorAll('.changed').length"
	shot chat
	# 2, 3: back, and to the person behind it
	echo 'open /'
	echo 'click a[href^="/person/"]'
	echo "is true document.querySelector('h1').textContent.length>1"
	# 4: what came on that day
	echo "open /day/$tidied/ws-wang"
	echo "is true document.body.innerText.includes('ws-wang')"
	shot day
	# 5: who is left with what
	echo 'open /accounts'
	echo "is true document.body.innerText.includes('acmelamps-wx-01')"
	shot accounts
	# 6: is it whole?
	echo 'open /integrity'
	echo "is true document.body.innerText.includes('ws-chen')"
	shot integrity
	echo still
} >"$t/script"
look_at 9 <"$t/script"
[ -z "$pictures" ] || cp "$t"/*.png "$pictures"
leave

step "every screen: both languages, wide and narrow, light and dark, no more"
serve
{
	echo "door $t/desk/serve.html"
	for lang in en zh; do
	for look_ in '1280 800 light' '390 800 dark'; do
		echo "size ${look_% *}"
		echo "media screen ${look_##* }"
		for s in $screens; do
			case $s in
			*\?*)	s="$s&lang=$lang" ;;
			*)	s="$s?lang=$lang" ;;
			esac
			echo "open $s"
			echo "is true/$s (document.documentElement.scrollWidth<=innerWidth)+'/$s'"
			[ -z "${LIUDI_AXE:-}" ] || cat <<-END
			run $LIUDI_AXE
			is none/$s axe.run(document,{resultTypes:['violations']}).then(r=>(r.violations.map(v=>v.id+':'+v.nodes[0].html).join(';')||'none')+'/$s')
			END
		done
	done
	done
	echo still
} >"$t/script"
look_at "$(grep -c '^is ' "$t/script")" <"$t/script"
leave
done_
