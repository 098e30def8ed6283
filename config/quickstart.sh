#!/bin/sh
# config/quickstart.sh - build liudi and show it at work: an invented team with
# one manager and two workstations, three days, and what tampering looks like.
# Everything stays below build/quickstart.  Usage: sh config/quickstart.sh
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build/quick
demo=$top/build/quickstart
# shellcheck source=config/packages.sh
. "$top/config/packages.sh"
# shellcheck disable=SC2086
need $LIUDI_BUILD sqlite3

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@"; }

say "building"
cmake -G Ninja -S "$top" -B "$build" -DLIUDI_TESTS=OFF >/dev/null
cmake --build "$build" >"$build/build.log" 2>&1 || {
	tail -n 30 "$build/build.log"
	exit 1
}
PATH=$build/src/cli:$PATH
export PATH

rm -rf "$demo"
mkdir -p "$demo"
cd "$demo"
writer=
trap '[ -z "$writer" ] || kill "$writer" 2>/dev/null || :' EXIT

# Three days: the clock of every command is pinned, and the hooks' date(1).
mkdir "$demo/bin"
cat >"$demo/bin/date" <<DATE
#!/bin/sh
[ "\$#:\$1" != 2:-u ] || [ -z "\${LIUDI_NOW:-}" ] ||
    set -- -u -d "@\$LIUDI_NOW" "\$2"
exec $(command -v date) "\$@"
DATE
chmod 755 "$demo/bin/date"
PATH=$demo/bin:$PATH
today=$(date -u +%s)
day() { LIUDI_NOW=$((today - (3 - $1) * 86400 + $2)); export LIUDI_NOW; }
pass=$demo/passphrase	# a demonstration: yours belongs in your head
echo "three shops and a lamp" >"$pass"

say "the manager: keys and a central"
day 1 0
show liudi-desk --home manager init "$demo/central" --org "Acme Lamps" \
    --notice standard \
    --passphrase-fd 3 --owner-passphrase-fd 4 3<"$pass" 4<"$pass"

# station ID PERSON: invite it, let it ask, name its sources.
station() {
	show liudi-desk --home manager invite "$1" --person "$2" \
	    --file "$1.liudi-invite" --passphrase-fd 3 3<"$pass"
	# where there is a terminal to ask on, join shows the notice and asks
	show liudi --home "$1" join "$1.liudi-invite" --agree 1
	mkdir -p "$1/chats" "$1/design" "$1/app"
	cat >>"$1/liudi.ini" <<-INI

	[source chats]
	kind = chat
	path = $demo/$1/chats

	[source messenger]
	kind = chat
	path = $demo/$1/app

	[source design]
	kind = shop
	path = $demo/$1/design
	INI
	sqlite3 "$1/app/messages.db" 'pragma journal_mode = wal;
	    create table msg(n integer primary key, at text, text text);' >/dev/null
}

say "two workstations, each with a string from the manager"
station ws-chen "陈工"
station ws-wang "王芳"
show liudi-desk --home manager sync --passphrase-fd 3 3<"$pass"

# An invented chat export, COUNT messages long.
chat() {
	i=0
	while [ "$i" -lt "$2" ]; do
		printf '2026-11-%02d 10:%02d %s\n%s %d.\n\n' $((20 + i / 60)) \
		    $((i % 60)) "$1" "询价 lamp L-${i}0, please quote for pieces:" \
		    $((100 + 7 * i))
		i=$((i + 1))
	done
}
for s in ws-chen ws-wang; do
	chat "Anna (Oslo)" 120 >"$s/chats/anna.txt"
	chat "Müller GmbH" 300 >"$s/chats/müller.txt"
	chat "客户 李" 200 >"$s/chats/客户李.txt"
	printf '<h1>Lamps of %s</h1><p>from 12.50</p>\n' "$s" >"$s/design/shop.html"
	head -c 300000 /dev/urandom >"$s/design/banner.jpg"
done

# A messenger that goes on writing while liudi reads.
while :; do
	sqlite3 ws-chen/app/messages.db \
	    "insert into msg(at, text) values (datetime(), 'live message');" ||
	    break
	sleep 0.2
done 2>/dev/null &
writer=$!

say "day 1: everything is new"
show liudi --home ws-chen run
show liudi --home ws-wang run

say "day 2: a chat goes on, the shop page changes"
day 2 0
chat "Anna (Oslo)" 150 >ws-chen/chats/anna.txt
printf '<h1>Lamps of ws-chen</h1><p>from 11.90</p>\n' >ws-chen/design/shop.html
show liudi --home ws-chen run
show liudi --home ws-wang run

say "day 3: at ws-wang somebody tidies up before leaving"
day 3 0
sed -i 's/please quote/never mind/' ws-wang/chats/anna.txt
head -c 2000 ws-wang/chats/müller.txt >ws-wang/chats/cut
mv ws-wang/chats/cut ws-wang/chats/müller.txt
rm ws-wang/chats/客户李.txt
show liudi --home ws-chen run
show liudi --home ws-wang run

say "the manager: fetch, check, open, look"
unset LIUDI_NOW
show liudi-desk --home manager sync --passphrase-fd 3 3<"$pass" || [ $? -eq 3 ]

say "what the tidying looks like"
show liudi-desk --home manager show ws-wang

say "and the deleted chat comes back as it was on day 2"
at=$(date -d "@$((today - 86400 + 60))" '+%Y-%m-%d %H:%M')
show liudi-desk --home manager restore ws-wang:chats/客户李.txt \
    --at "$at" --to back --passphrase-fd 3 3<"$pass"
find back -type f -exec head -n 3 {} +

say "next"
cat <<NEXT
Everything above lies in $demo; look around, then start for real:
  liudi-desk init CENTRAL --notice standard
                                     on the manager's machine
  liudi-desk invite ID               for each workstation: one string
  liudi join STRING                  on the workstation
  liudi-desk sync                    every day: lets in, fetches, checks
  liudi run                          every day; see README.md
Run the tests: sh tests/run.sh
NEXT
