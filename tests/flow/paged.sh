# tests/flow/paged.sh - what tests of the manager's page share: lib.sh, as one who
# is not root, for a browser has no box of its own else.  Sourced, with the folder
# of the programs as $1 and the browser's driver (tests/web/look.c) as $2.
# stay_root=1 where there is none.
# shellcheck shell=sh disable=SC2034,SC2154
look=${2:?usage: $0 FOLDER-OF-THE-PROGRAMS LOOK}
if [ "$(id -u)" -eq 0 ] && [ -z "${stay_root:-}" ]; then
	nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
	if ! $nobody test -x "$1/liudi" -a -r "$0"; then
		echo "skipped: others may not read $1"
		exit 77
	fi
	cd / && exec $nobody dash "$0" "$@"
fi
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# serve [--listen PATH]: in the background; $host and $token without an option.
serve()
{
	rm -f "$t/desk/serve.html"
	(exec liudi-desk --home "$t/desk" serve --passphrase-fd 3 "$@" \
	    3<"$t/pass" >"$t/served" 2>&1) &
	server=$!
	[ $# -eq 0 ] || return 0
	at_the_door
}
# at_the_door: until the page is there; $host and $token.
at_the_door()
{
	for _ in $(seq 200); do
		[ ! -s "$t/desk/serve.html" ] || break
		sleep 0.1
	done
	host=$(sed -n 's,.*action="http://\([^/]*\)/auth.*,\1,p' \
	    "$t/desk/serve.html")
	token=$(sed -n 's/.*value="\([0-9a-f]*\)".*/\1/p' "$t/desk/serve.html")
}
# come_in: serve, and let this test in.
come_in()
{
	serve
	[ -n "$token" ] || { cat "$t/served"; fail "no page"; done_; }
	ask 200 /auth -c "$t/cookies" -d "token=$token"
}
# leave: the page ends.
leave()
{
	kill "$server"
	wait "$server" || fail "it did not end well: $(cat "$t/served")"
	server=
}
# look_at N: a browser does what standard input says (tests/web/look.c), in which
# N things are looked at.
look_at()
{
	rc=0
	"$look" "$t/profile" >"$t/seen" 2>&1 || rc=$?
	if [ "$rc" -eq 77 ]; then
		say "skipped: no browser is installed (chromium-headless-shell)"
		return 0
	fi
	checks=$((checks + $1))
	[ "$rc" -eq 0 ] || { cp "$t/seen" "$t/out"; fail "not as it should look"; }
}
# monday: sets $first to a day from which on five are working days.
monday()
{
	first=1
	until [ "$(date -u -d "$(when $first)" +%u)" -eq 1 ]; do
		first=$((first + 1))
	done
}
# form CODE PATH FIELD...: sent as the page itself sends it.
form()
{
	want_=$1 path_=$2
	shift 2
	for field_ in "$@"; do
		set -- "$@" --data-urlencode "$field_"
		shift
	done
	ask "$want_" "$path_" -b "$t/cookies" -H "Origin: http://$host" \
	    -H 'Sec-Fetch-Site: same-origin' "$@"
}
# told PATH TEXT: the form led to PATH, and that page says TEXT.
told()
{
	to_=$(sed -n 's/^[Ll]ocation: \(.*\)\r$/\1/p' "$t/err")
	same "$to_" "$1" "where it leads"
	in_ 200 "$to_"
	says "$2"
}
cleanup() { [ -z "${server:-}" ] || kill "$server" || :; }
# ask CODE PATH [CURL-OPTION...]: its status; the answer is in $t/out.
ask()
{
	want=$1 path=$2
	shift 2
	got=$(curl -s -m 60 -o "$t/out" -D "$t/err" -w '%{http_code}' "$@" \
	    "http://$host$path") || :
	same "$got" "$want" "$path $*"
}
# one who is in
in_() { ask "$@" -b "$t/cookies"; }

