#!/bin/sh
# tests/flow/95-pattack.sh BIN LOOK - the manager's page under attack, in a real
# browser: by pages of other origins, other ports of its own address, other users
# of the machine, and by what stands in chats and shops.
here=$(dirname "$0")
python=/usr/bin/python3
[ -x "$python" ] || { echo "skipped: no $python"; exit 77; }
# Root has the attacker be another user than the page's.
if [ "$(id -u)" -eq 0 ] && [ -z "${LIUDI_EVIL:-}" ]; then
	LIUDI_EVIL=$(mktemp)
	export LIUDI_EVIL
	chmod 644 "$LIUDI_EVIL"
	setpriv --reuid 65533 --regid 65533 --clear-groups \
	    "$python" "$here/../web/evil.py" >"$LIUDI_EVIL" 2>&1 &
	rc=0
	sh "$0" "$@" || rc=$?
	kill $! || :
	rm -f "$LIUDI_EVIL"
	exit $rc
fi
# shellcheck source=tests/flow/paged.sh
. "$here/paged.sh"
# shellcheck source=tests/flow/shopmade.sh
. "$here/shopmade.sh"

another=yes
if [ -z "${LIUDI_EVIL:-}" ]; then
	another=
	LIUDI_EVIL=$t/evil
	"$python" "$here/../web/evil.py" >"$LIUDI_EVIL" &
	evil_pid=$!
fi
cleanup()
{
	[ -z "${server:-}" ] || kill "$server" || :
	[ -z "${evil_pid:-}" ] || kill "$evil_pid" || :
}
until [ -s "$LIUDI_EVIL" ]; do sleep 0.1; done
orders=127.0.0.1:$(head -n 1 "$LIUDI_EVIL")
# evil PATH [FIELD=VALUE...]: what the attacker says to an order.
evil()
{
	to=$1
	shift
	for f in "$@"; do
		set -- "$@" --data-urlencode "$f"
		shift
	done
	curl -s -m 60 -G "$@" "http://$orders$to"
}
notes()
{
	git --git-dir "$central/desk.git" ls-tree -r --name-only desk |
		grep -c '^notes/' || :
}
# reads: events of the page in the access log, which each page that is made has
reads()
{
	until [ ! -e "$t/desk/access.unsent" ]; do sleep 0.2; done
	liudi-desk --home "$t/desk" --json access --passphrase-fd 3 \
	    3<"$t/pass" >"$t/events" 2>&1
	grep -c '"kind":"event"' "$t/events" || :
}
# A name that leads to the page, as after a rebinding, is one of the browser's
# resolver; the rest is what chromium is without it.
browser_at()
{
	browser=${LIUDI_BROWSER:-}
	for b in /usr/lib/chromium/chromium-headless-shell \
	    /usr/bin/chromium-headless-shell /usr/lib/chromium/chromium \
	    /usr/bin/chromium; do
		[ -n "$browser" ] || [ ! -x "$b" ] || browser=$b
	done
	[ -n "$browser" ] || skip "no browser is installed"
	cat >"$t/browser" <<-END
	#!/bin/sh
	exec $browser --host-resolver-rules="MAP evil.test ${host%:*}" "\$@"
	END
	chmod 755 "$t/browser"
	LIUDI_BROWSER=$t/browser
	export LIUDI_BROWSER
}

step "a shop with a change, and texts that want out"
team
station ws-01
hit="document.title='hit'"
out=http://evil.test/
rule=$(printf '%064d' 0 | tr 0 =)
{
	printf '%s\n' '消息记录（此消息记录为文本格式，不支持重新导入）' '' "$rule" \
	    '消息分组:客户' "$rule" "消息对象:<img src=$out onerror=$hit>" \
	    "$rule" ''
	i=0
	while IFS= read -r line; do
		printf "2026-01-05 10:%02d:00 <svg onload=$hit>(1000$i)\n%s\n\n" \
		    $i "$line"
		i=$((i + 1))
	done <<-END
	<script>$hit</script><script src=$out></script>
	<img src=$out onerror="$hit"><img srcset="$out 1x"><video poster=$out>
	"><svg/onload=$hit><svg><script>$hit</script></svg>
	</span></li></ul></main><iframe src=$out></iframe><iframe srcdoc="<script>$hit</script>">
	<a href="javascript:$hit" autofocus onfocus="$hit">click</a>
	<meta http-equiv=refresh content="0;url=$out"><base href=$out>
	<link rel=stylesheet href=$out><link rel=dns-prefetch href=//evil.test>
	<style>@import '$out';body{background:url($out)}</style>
	<form action=$out><button autofocus>Reviewed</button></form>
	<object data=$out></object><embed src=$out><audio src=$out autoplay>
	<body onload=$hit><details open ontoggle=$hit><marquee onstart=$hit>
	&lt;script&gt;$hit&lt;/script&gt; &#60;script&#62; \u003cscript\u003e
	'-$hit-' {{$hit}} \${$hit} \`$hit\` ]]> --> <!-- <![CDATA[ <?php
	<math><mtext><table><mglyph><style><img src=x onerror=$hit>
	END
	# right to left, isolates, nothing wide, an escape of a terminal
	printf '2026-01-05 11:00:00 Anna(10001)\n\342\200\256gpj.exe \342\201\246a'
	printf '\342\201\251 b\342\200\213c \357\273\277d \033[2J\033]0;x\007 \n\n'
} >"$t/ws-01-files/chats/evil.txt"
shop_source ws-01 lamps
day 1
looked ws-01 lamps home 19.49
expect 0 ws ws-01 run
# and what was found to be hard to read, as exports and as other files
fuzz=$src/tests/fuzz/corpus
for d in chat page message_line; do
	[ ! -d "$fuzz/$d" ] || cp -r "$fuzz/$d" "$t/ws-01-files/chats/fuzz-$d"
done
[ ! -d "${LIUDI_SHARED:-}/samples/chat" ] ||
	cp -r "$LIUDI_SHARED/samples/chat" "$t/ws-01-files/chats/samples"
cp "$t/ws-01-files/chats/evil.txt" \
    "$t/ws-01-files/app/<img src=x onerror=$hit>.txt" 2>/dev/null ||
	fail "a name that is markup"
day 2
looked ws-01 lamps home 88.00 "<script>$hit<\\/script>" Chrome/156 \
    "<img src=$out onerror=$hit>"
ws ws-01 run >"$t/out" 2>&1 || [ $? -eq 3 ] || fail "no run"
ok synced

step "pages of another origin, and of another port of its address, get nothing"
come_in
kill "$server"
wait "$server" || :
serve
browser_at
port=$(evil /listen at=127.0.0.1)
same_port=$(evil /listen "at=${host%:*}")
[ -n "$port" ] || fail "no attacker"
n=$(notes)
look_at 15 <<END
door $t/desk/serve.html
open /
is Today document.querySelector('h1').textContent
open http://127.0.0.1:$port/?at=http://$host
is evil document.title
run $src/tests/web/attack.js
wait window.over===true
is nothing window.got
frames 0
open http://${host%:*}:$same_port/?at=http://$host
is evil document.title
run $src/tests/web/attack.js
wait window.over===true
is nothing window.got
frames 0
open http://evil.test:${host#*:}/
is false document.body.innerText.includes('liudi-desk')
is 421 document.title
is 421 fetch('/healthz').then(r=>r.status)
is 421 fetch('/auth',{method:'POST',body:'token=0'}).then(r=>r.status)
open http://${host%:*}:$same_port/stolen
open http://${host%:*}:$same_port/stolen
open /
is Today document.querySelector('h1').textContent
is false document.cookie.includes('liudi')
END
# what was asked for by those pages was not made: the two that were looked at are
same "$(notes)" "$n" "notes: of forms that others sent"
reads >/dev/null
same "$(grep -c '"today"' "$t/events")" 1 "pages that were made"

step "a cookie goes to every port of an address: another user has nothing of it"
stolen=$(evil /heard | sed -n 's,^/stolen .*liudi=\([0-9a-f]*\).*,\1,p' |
    tail -n 1)
same "${#stolen}" 64 "what was stolen"
ask 200 / -H "Cookie: liudi=$stolen"
if [ -n "$another" ]; then
	got=$(evil /ask "host=$host" path=/ "cookie=liudi=$stolen")
	same "$got" refused "the session, in a program of another user"
	same "$(evil /ask "host=$host" path=/healthz)" refused "even that"
else
	say "skipped: another user, by who is not root"
fi
no grep -q -r "$stolen" "$t/desk"
leave

step "what others wrote is shown: nothing of it runs, asks, or hides"
come_in
in_ 200 /chats
sed 's/href=/\n&/g' "$t/out" | sed -n 's,^href="\(/chat/[0-9]*\)".*,\1,p' |
    sort -u >"$t/talks"
[ "$(wc -l <"$t/talks")" -ge 5 ] || fail "conversations: $(cat "$t/talks")"
leave
serve
# clean: of the page that is open; its markup is ours alone
clean()
{
	cat <<-END
	is 1/0/none/false [document.scripts.length,document.querySelectorAll('iframe,object,embed,base,audio,video,svg,math,style,meta[http-equiv],[onload],[onerror],[onfocus],[style]').length,[...document.querySelectorAll('[src],[href],[action]')].map(e=>e.src||e.href||e.action).filter(u=>!u.startsWith(location.origin+'/')).join()||'none',document.title.startsWith('hit')].join('/')
	is -1 document.body.innerText.search(/[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200b\\u200e\\u200f\\u2060\\ufeff\\u202a-\\u202e\\u2066-\\u2069]/)
	still
	END
}
# of what was hard to read forty, or it takes long
awk -v n="$(wc -l <"$t/talks")" 'n <= 40 || NR % int(n / 40 + 1) == 0' \
    "$t/talks" >"$t/some"
{
	echo "door $t/desk/serve.html"
	day=$(date -u -d "@$LIUDI_NOW" +%F)
	for p in '/?lang=en' /chats /shop/lamps /integrity '/search?q=hit' \
	    '/search?q=script' "/day/$day/ws-01" $(cat "$t/some"); do
		echo "open $p"
		clean
	done
	echo "open /search?q=gpj"
	cat <<-'END'
	is true /u.202e.gpj/i.test(document.body.innerText)
	click a.at
	is true document.body.innerText.includes('onerror=document.title')
	is true document.body.innerText.includes('<iframe')
	END
	clean
} >"$t/script"
look_at $((3 * ($(wc -l <"$t/some") + 8) + 3)) <"$t/script"

step "what was shown is nowhere when the page has ended"
leave
serve
mkfifo "$t/lines"
{
	cat <<-END
	door $t/desk/serve.html
	open /chats
	is true document.body.innerText.includes('evil.test')
	open /integrity
	shot $t/seen.png
	END
	until [ -s "$t/seen.png" ]; do sleep 0.1; done
	kill "$server"
	while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
	cat <<-END
	is undefined history.back()
	wait location.pathname!=='/integrity'
	is false document.body.innerText.includes('evil.test')
	open /chats
	is false document.body.innerText.includes('evil.test')
	END
} >"$t/lines" &
look_at 3 <"$t/lines"
wait "$server" || fail "it did not end well: $(cat "$t/served")"
server=
done_
