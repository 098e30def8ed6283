#!/bin/sh
# tests/flow/30-kill.sh BIN - a station that is killed at any point loses
# nothing and stores nothing twice.  LIUDI_KILLS (40), LIUDI_SEED (random).
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
kills=${LIUDI_KILLS:-40}
seed=${LIUDI_SEED:-$$}

# random N: below N, from the seed.
random()
{
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	random=$((seed / 65536 % $1))
}

# Something new to keep, now and then large.
work()
{
	random 5
	case $random in
	0)	head -c 3000000 /dev/urandom >"$files/shop/picture-$1.jpg" ;;
	1)	rm -f "$files/shop/picture-$(($1 - 3)).jpg" ;;
	2)	i=0
		while [ $i -lt 40 ]; do
			echo "new customer $1 $i" >"$files/chats/$1-$i.txt"
			i=$((i + 1))
		done ;;
	*)	head -c 60000 /dev/urandom | base64 >>"$files/chats/log.txt" ;;
	esac
}

# kill_runs ID COUNT: about half of the runs are killed, at any point: the time
# that they are given follows their speed here.  Where that changed much since
# the first one, there are more of them, up to four times COUNT.
kill_runs()
{
	files=$t/$1-files killed=0
	work 0
	k=$(date +%s%N)
	expect 0 ws "$1" run
	ms=$((($(date +%s%N) - k) / 700000))
	k=0
	while [ $k -lt "$2" ] || { [ $k -lt $(($2 * 4)) ] &&
	    { [ $killed -lt $(($2 / 8)) ] || [ $killed -eq $k ]; }; }; do
		work $k
		day 1 $((k * 60))
		liudi --home "$t/$1" run >"$t/out" 2>"$t/err" &
		pid=$!
		random $ms
		sleep "$(printf '%d.%03d' $((random / 1000)) \
		    $((random % 1000)))"
		kill -9 $pid 2>/dev/null || :
		rc=0
		wait $pid || rc=$?
		# 4: a push that the killed run began was still under way
		case $rc in
		137) killed=$((killed + 1)) ms=$((ms + ms / 8 + 10)) ;;
		0|4) ms=$((ms - ms / 8)) ;;
		*) fail "run $k: exit $rc" ;;
		esac
		k=$((k + 1))
	done 2>/dev/null
	say "$1: $killed of $k runs were killed"
	ok test "$killed" -ge $(($2 / 8))
	ok test "$killed" -lt "$k"
}

# clean ID: nothing is lost, nothing is there twice.
clean()
{
	sleep 1
	day 2
	expect 0 ws "$1" run
	expect 0 ws "$1" run
	day 2 60
	ok synced
	expect 0 desk_key verify --all
	expect 0 restore "$1" "$t/back-$1"
	alike "$t/$1-files" "$t/back-$1" "what came back of $1"
	same "$(branches "$1" | wc -l)" 1 "branches of $1"
	same "$(chunk_ids "$(branches "$1")" | sort | uniq -d | wc -l)" 0 \
	    "chunks stored twice"
	expect 0 records fsck --strict --full
	# what is sent leaves the spool, and no run leaves its scraps
	no test -n "$(find "$t/$1/state/tmp" -type f)"
	no grep -r '^bundle ' "$t/$1/state/spool.git/packs"
	# each commit keeps its tree of the day, which grows with the runs
	ok test "$(du -sk "$t/$1/state/spool.git" | cut -f 1)" -lt \
	    $((2000 + kills * kills / 20))
}

step "a team (seed $seed)"
day 0
team
station ws-01
step "killed $kills times"
kill_runs ws-01 "$kills"
step "and then"
clean ws-01

step "over ssh"
if ssh_server; then
	station ws-02 "$ssh_central" "$ssh_command"
	kill_runs ws-02 $((kills / 2))
	clean ws-02
else
	say "skipped: no sshd of our own"
fi
done_
