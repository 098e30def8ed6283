#!/bin/sh
# tests/flow/95-psecret.sh BIN LOOK [core] - a secret that the page showed is in no
# file and, a moment later, in the memory of no process of ours.
core=${3:-}
# as who may read other processes' memory
stay_root=1
# shellcheck source=tests/flow/paged.sh
. "$(dirname "$0")/paged.sh"

secret='Kp4-lantern-灯笼-1391'
acc() { desk_key account "$@"; }

# in three writings, base64 wherever in a line of its own it begins
printf '%s' "$secret" | iconv -f UTF-8 -t UTF-16LE >"$t/w1"
{
	for before in '' x xx; do
		printf '%s%s' "$before" "$secret" | base64 -w 0 |
			sed 's/^.\{4\}//; s/.\{4\}$//'
		echo
	done
	printf '%s\n' "$secret"
} >"$t/needles"
# holds FILE...: one that has it, in $found
holds()
{
	found=$(grep -r -a -l -F -f "$t/needles" "$@" 2>/dev/null | head -n 1)
	[ -z "$found" ] || return 0
	pattern=$(od -An -v -tx1 "$t/w1" | tr -d '\n' | sed 's/ /\\x/g')
	found=$(LC_ALL=C grep -r -a -l -P "$pattern" "$@" 2>/dev/null |
		head -n 1)
	[ -n "$found" ]
}

step "one account, and a page that shows its password"
day 0
team
expect 0 sync
printf '%s\n' "$secret" >"$t/line"
expect 0 acc add eb --password-fd 4 4<"$t/line"
rm -f "$t/line"
# the search finds what is there
printf 'xx%s' "$secret" | base64 >"$t/there"
holds "$t/there" || fail 'the search'
rm -f "$t/there"
come_in
id=$(acc show acmelamps-eb-01 --json 2>/dev/null | jq -r .account)
form 200 "/reveal/$id" what=password events=1 why=drill
says "$secret"
rm -f "$t/out"

step "it is in no file"
checks=$((checks + 1))
holds "$t/desk" "$central" "$t/home" "$t/tmp" "$t/served" &&
	fail "it is in $found"

step "nor in the memory of the page's processes"
if [ -n "$core" ] && command -v gcore >/dev/null && [ "$(id -u)" -eq 0 ]; then
	all="$server $(cat "/proc/$server/task/$server/children")"
	# shellcheck disable=SC2086
	same "$(echo $all | wc -w)" 3 "processes of the page"
	# what HTTP has sent is forgotten when the browser has let go
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		# shellcheck disable=SC2086
		gcore -o "$t/core" $all >"$t/said" 2>&1 || :
		for p in $all; do
			ok test -s "$t/core.$p"
		done
		holds "$t"/core.* || break
		rm -f "$t"/core.*
		sleep 0.5
	done
	same "$found" '' 'who still holds it'
	rm -f "$t"/core.*
else
	say 'skipped: no gcore, a sanitizer, or not root'
fi
leave
done_
