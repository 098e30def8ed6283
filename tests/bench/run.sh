#!/bin/sh
# tests/bench/run.sh - liudi beside its peers, in one sitting.
#
#	run.sh [--scale small|500m|2g|tinyN[k|m]] [--only PART[,PART...]]
#	       [--rounds N] [--days N] [--seed N] [--peers "NAME..."]
#	       [--bin DIR] [--work DIR] [--keep]
#
# Parts: first days nochange restore clone push hook verify drill tiny.  Without --only,
# a scale tinyN runs tiny, another scale all parts (tiny with few files).
# --bin is the folder of liudi and liudi-desk; without them, or with
# --peers without liudi, the peers run alone.  Parts of a later call go on
# with the state that --work DIR --keep left behind.
#
# Every figure is a median over rounds in which the programs took turns; only
# ratios travel between machines.  CPU is user + system with all children,
# memory is that of the largest single process.  Exits 0 if what was measured
# met its goal, 1 if not, 2 for a wrong call.
#
# Needs: cc, sqlite3 (library; the shell to compare databases), git, ssh,
# sshd, zstd, and of restic, borg, bup those to compare with.
set -eu
LC_ALL=C
export LC_ALL

self=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$self/../.." && pwd)

scale=small only='' rounds=3 days='' seed=1 keep=no work=''
peers='liudi restic borg-lz4 borg-zstd bup' bin=${LIUDI_BIN:-}

die() {
	echo "run.sh: error: $1" >&2
	exit "${2:-1}"
}

usage() {
	sed -n '3,7s/^#//p' "$0" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	[ "$1" = --keep ] || [ $# -gt 1 ] || usage
	case $1 in
	--scale) scale=$2 ;;
	--only) only=$2 ;;
	--rounds) rounds=$2 ;;
	--days) days=$2 ;;
	--seed) seed=$2 ;;
	--peers) peers=$2 ;;
	--bin) bin=$2 ;;
	--work) work=$2 ;;
	--keep) keep=yes; shift; continue ;;
	*) usage ;;
	esac
	shift 2
done

ntiny=20k push_mb=1000 ncommits=3650 nsigned=3650
case $scale in
small) : "${days:=6}"; push_mb=100 ncommits=200 ;;
500m | 2g) : "${days:=30}" ;;
tiny*) : "${days:=0}"; ntiny="${scale#tiny}" ;;
*) usage ;;
esac
case $scale in
tiny*) : "${only:=tiny}" ;;
*) : "${only:=first,days,nochange,restore,clone,push,hook,verify,drill,tiny}" ;;
esac

# ---- the command lines of liudi: adapt here --------------------------------

[ -z "$bin" ] || bin=$(cd "$bin" && pwd) || die 'no such folder: --bin' 2
LIUDI=${bin:+$bin/}liudi
DESK=${bin:+$bin/}liudi-desk
HISTORY=${LIUDI_BENCH_HISTORY:-${bin:+$bin/../../tests/}bench_history}

# liudi_enrol HOME CENTRAL SOURCE [URL SSH]: a team, a station, one folder to
# keep.  HOME.desk is the manager's folder; the station reaches the central as
# URL with the command SSH.  The passphrase costs next to nothing (2^10): what
# is measured is the work with an identity that is unlocked.
liudi_enrol() {
	echo 'correct horse battery staple' >"$1.pass"
	LIUDI_HOOKS_DIR=$root/hooks "$DESK" --home "$1.desk" init "$2" \
		--scrypt-log-n 10 --passphrase-fd 3 \
		--owner-passphrase-fd 4 3<"$1.pass" 4<"$1.pass"
	line=$("$LIUDI" --home "$1" -q init --central "${4:-$2}" \
		--station bench ${5:+--ssh "$5"})
	"$DESK" --home "$1.desk" station add "$line" --passphrase-fd 3 \
		3<"$1.pass"
	printf '\n[source bench]\nkind = files\npath = %s\n' "$3" \
		>>"$1/liudi.ini"
}

# liudi_run HOME: one run, up to the receipt.  3 = done with warnings.
liudi_run() {
	m "$LIUDI" --home "$1" run || [ $? -eq 3 ]
}

# liudi_save HOME: one run that sends nothing.  4 = saved locally.
liudi_save() {
	m "$LIUDI" --home "$1" run --no-push || [ $? -eq 4 ]
}

liudi_sync() {
	m "$DESK" --home "$1.desk" sync --passphrase-fd 3 3<"$1.pass"
}

# liudi_restore HOME TO [PATH]: everything, or one file.
liudi_restore() {
	m "$DESK" --home "$1.desk" restore --passphrase-fd 3 \
		"bench${3:+:bench/$3}" --to "$2" 3<"$1.pass"
}

# liudi_verify HOME: every commit of the station, without a key.
liudi_verify() {
	m "$DESK" --home "$1.desk" verify
}

# liudi_stock HOME CENTRAL TO: the whole tree back without liudi.  age asks a
# terminal for the passphrase: script(1) is one.
liudi_stock() {
	rm -f "$1.id"
	m script -qec "age -d -o '$1.id' '$1.desk/keys/manager.identity'" \
		/dev/null <"$1.pass" &&
		m sh "$root/docs/recover.sh" "$2/records.git" "$2/control.git" \
			"$1.id" bench "$3"
}

# liudi_spool HOME: the bare repository that holds what was not pushed yet.
liudi_spool() {
	find "$1" -name HEAD -path '*spool*' -exec dirname {} \; | head -n 1
}

# ---- the peers -------------------------------------------------------------

# What a program and its children cost goes to $cost, one line a command.
m() {
	"$measure" -o "$cost" "$@" >>"$log" 2>&1
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# peer_env PEER: its repository and nothing of the user's own settings.
peer_env() {
	repo=$work/repo/$1
	HOME=$work/home
	RESTIC_REPOSITORY=$repo RESTIC_PASSWORD=bench
	RESTIC_CACHE_DIR=$work/cache/$1 RESTIC_PROGRESS_FPS=0
	BORG_REPO=$repo BORG_PASSPHRASE=bench BORG_BASE_DIR=$work/cache/$1
	BUP_DIR=$repo
	export HOME RESTIC_REPOSITORY RESTIC_PASSWORD RESTIC_CACHE_DIR
	export RESTIC_PROGRESS_FPS BORG_REPO BORG_PASSPHRASE BORG_BASE_DIR
	export BUP_DIR
}

# peer_new PEER SOURCE: an empty repository.
peer_new() {
	peer_env "$1"
	rm -rf "$repo" "$repo.desk" "$repo.central" "$work/cache/$1"
	mkdir -p "$work/repo" "$work/cache/$1" "$HOME"
	case $1 in
	liudi) liudi_enrol "$repo" "$repo.central" "$2" ;;
	restic) restic init -q ;;
	borg-*) borg init -e repokey-blake2 ;;
	bup) bup init ;;
	esac >>"$log" 2>&1 </dev/null || die "$1 made no repository: see $log"
}

# peer_run PEER SOURCE NAME: one backup, measured.
peer_run() {
	peer_env "$1"
	(
		cd "$2"
		case $1 in
		liudi)
			# A first backup is measured up to its commits; sending
			# it is another part.
			if [ "$3" = d0 ]; then
				liudi_save "$repo"
				"$LIUDI" --home "$repo" run >>"$log" 2>&1
			else
				liudi_run "$repo"
			fi
			;;
		restic) m restic backup -q . ;;
		borg-lz4) m borg create -C lz4 "::$3" . ;;
		borg-zstd) m borg create -C zstd,3 "::$3" . ;;
		bup)
			m bup index -u .
			m bup save -q -n main --strip .
			;;
		esac
	) </dev/null || die "$1 failed at '$3': see $log"
}

# peer_restore PEER TO NAME [PATH]
peer_restore() {
	peer_env "$1"
	rm -rf "$2"
	mkdir -p "$2"
	(
		cd "$2"
		case $1:${4:+one} in
		liudi:*) liudi_restore "$repo" "$2" ${4:+"$4"} ;;
		restic:) m restic restore -q latest --target . ;;
		restic:one) m restic restore -q latest --target . \
			--include "/$4" ;;
		borg-*) m borg extract "::$3" ${4:+"$4"} ;;
		bup:) m bup restore -q -C . main/latest/. ;;
		bup:one) m bup restore -q -C . "main/latest/$4" ;;
		esac
	) </dev/null || die "$1 did not restore: see $log"
}

bytes_in() {
	find "$1" -type f -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }'
}

peer_bytes() {
	case $1 in
	liudi) bytes_in "$work/repo/liudi.central/records.git" ;;
	*) bytes_in "$work/repo/$1" ;;
	esac
}

# ---- figures ---------------------------------------------------------------

note() {
	echo "$1 $2" >>"$results"
}

# forget PREFIX...: figures of an earlier call.
forget() {
	for prefix; do
		sed -i "/^$prefix\\./d" "$results"
	done
}

# note_cost KEY: what the commands since the last call cost, as one.
note_cost() {
	awk -v k="$1" '
		{ w += $1; c += $2 + $3; if ($4 > r) r = $4; n++ }
		END {
			if (!n) exit
			printf "%s.wall %.4f\n%s.cpu %.4f\n", k, w, k, c
			printf "%s.rss %d\n", k, r
		}' "$cost" >>"$results"
	: >"$cost"
}

# med KEY: the median, or nothing.
med() {
	awk -v k="$1" '$1 == k { print $2 }' "$results" | sort -g | awk '
		{ v[NR] = $1 }
		END {
			if (!NR) exit
			h = int((NR + 1) / 2)
			printf "%.6g", NR % 2 ? v[h] : (v[h] + v[h + 1]) / 2
		}'
}

least() {
	for key; do
		med "$key"
		echo
	done | grep . | sort -g | head -n 1
}

say() {
	echo "$(date +%H:%M:%S) $*" >&2
}

part() {
	case ,$only, in
	*,"$1",*) return 0 ;;
	esac
	return 1
}

# ---- parts -----------------------------------------------------------------

corpus() {
	"$work/bin/corpus" --out "$1" --scale "$2" --seed "$seed" --day "$3" \
		>>"$log"
}

warm() {
	find "$1" -type f -exec cat {} + >/dev/null
}

# The tree of day 0 and a repository of it for each peer.
part_first() {
	forget tree first
	rm -rf "$tree" "$work/day"
	corpus "$tree" "$scale" 0
	warm "$tree"
	note tree.bytes "$(bytes_in "$tree")"
	note tree.files "$(find "$tree" -type f | wc -l)"
	r=0
	while [ "$r" -lt "$rounds" ]; do
		r=$((r + 1))
		for p in $peers; do
			say "first backup: $p, round $r of $rounds"
			peer_new "$p" "$tree"
			: >"$cost"
			peer_run "$p" "$tree" d0
			note_cost "first.$p"
			note "first.$p.bytes" "$(peer_bytes "$p")"
		done
	done
	echo 0 >"$work/day"
}

need_first() {
	[ -f "$work/day" ] || part_first
}

sums_of() {
	(cd "$1" && find . -type f ! -name '*-shm' -exec sha256sum {} +) |
		sed 's/^\\//'
}

# The least a day can cost: each changed file as a difference to its old
# version, contents known already free.
oracle_day() {
	sums_of "$tree" >"$work/sums.new"
	awk -v new="$work/oracle.new" -v patch="$work/oracle.patch" '
		BEGIN { printf "" >new; printf "" >patch }
		{ h = $1; p = substr($0, 67) }
		FILENAME ~ /sums.all$/ { known[h] = 1; next }
		FILENAME ~ /sums.old$/ { old[p] = 1; next }
		h in known { next }
		{ known[h] = 1; print p >((p in old) ? patch : new) }
	' "$work/sums.all" "$work/sums.old" "$work/sums.new"
	{
		while read -r f; do
			zstd -qq -3 -c --patch-from="$work/prev/$f" "$tree/$f" |
				wc -c
		done <"$work/oracle.patch"
		while read -r f; do
			zstd -qq -3 -c "$tree/$f" | wc -c
		done <"$work/oracle.new"
	} | awk '{ n += $1 } END { print n + 0 }'
	cat "$work/sums.new" >>"$work/sums.all"
	mv "$work/sums.new" "$work/sums.old"
}

part_days() {
	need_first
	d=$(cat "$work/day")
	if [ "$d" -eq 0 ]; then
		forget day grown growth last
		sums_of "$tree" >"$work/sums.old"
		cp "$work/sums.old" "$work/sums.all"
	fi
	while [ "$d" -lt "$days" ]; do
		d=$((d + 1))
		say "day $d of $days"
		if [ "$d" -le 6 ]; then
			rm -rf "$work/prev"
			cp -a "$tree" "$work/prev"
		fi
		corpus "$tree" "$scale" "$d"
		if [ "$d" -le 6 ]; then
			note growth.oracle "$(oracle_day)"
			rm -rf "$work/prev"
		fi
		warm "$tree"
		for p in $peers; do
			before=$(peer_bytes "$p")
			peer_run "$p" "$tree" "d$d"
			note_cost "day.$p"
			grown=$(($(peer_bytes "$p") - before))
			note "grown.$p" "$grown"
			[ "$d" -gt 6 ] || note "growth.$p" "$grown"
		done
		echo "$d" >"$work/day"
	done
	for p in $peers; do
		note "last.$p.bytes" "$(peer_bytes "$p")"
	done
}

need_days() {
	need_first
	[ "$(cat "$work/day")" -ge "$days" ] || part_days
}

part_nochange() {
	forget nochange
	need_days
	r=0
	while [ "$r" -lt $((rounds + 2)) ]; do
		r=$((r + 1))
		for p in $peers; do
			say "no-change run: $p, round $r"
			before=$(peer_bytes "$p")
			peer_run "$p" "$tree" "n$(date +%s)-$r"
			note_cost "nochange.$p"
			note "nochange.$p.grown" \
				"$(($(peer_bytes "$p") - before))"
		done
	done
}

# db_sum FILE: the contents, log included, of a database or of its copy.
db_sum() {
	rm -rf "$work/db"
	mkdir "$work/db"
	cp "$1" "$work/db/x.db"
	[ ! -f "$1-wal" ] || cp "$1-wal" "$work/db/x.db-wal"
	sqlite3 "$work/db/x.db" 'PRAGMA integrity_check' .sha3sum
}

# restored DIR: where in DIR the tree begins.
restored() {
	dirname "$(find "$1" -maxdepth 4 -type d -name orders | head -n 1)"
}

# same_tree A B: equal files; databases equal as SQLite reads them.
same_tree() {
	diff -rq -x '*.db' -x '*.db-wal' -x '*.db-shm' "$1" "$2" >>"$log" ||
		return 1
	have sqlite3 || return 0
	for db in "$1"/chat/wechat/Msg/*.db; do
		[ "$(db_sum "$db")" = "$(db_sum "$2${db#"$1"}")" ] || return 1
	done
}

part_restore() {
	forget restore one sync stock
	need_days
	last=d$(cat "$work/day")
	one=orders/orders-00.csv
	case " $peers " in
	*' liudi '*)
		peer_env liudi
		liudi_sync "$repo"
		note_cost sync.liudi
		;;
	esac
	r=0
	while [ "$r" -lt "$rounds" ]; do
		r=$((r + 1))
		for p in $peers; do
			say "restore: $p, round $r of $rounds"
			: >"$cost"
			peer_restore "$p" "$work/out" "$last"
			note_cost "restore.$p"
			if [ "$r" -eq 1 ] && ! same_tree "$tree" \
			    "$(restored "$work/out")"; then
				say "restore: $p gave back ANOTHER tree"
				note "restore.$p.differs" 1
			fi
			peer_restore "$p" "$work/out" "$last" "$one"
			note_cost "one.$p"
			find "$work/out" -name "${one##*/}" \
				-exec cmp -s {} "$tree/$one" \; -print |
				grep -q . || note "restore.$p.differs" 1
		done
		if [ -f "$root/docs/recover.sh" ]; then
			case " $peers " in
			*' liudi '*)
				peer_env liudi
				rm -rf "$work/out"
				mkdir "$work/out"
				if liudi_stock "$repo" "$repo.central" \
				    "$work/out"; then
					note_cost stock.liudi
				else
					say 'docs/recover.sh failed'
					: >"$cost"
					bad=1
				fi
				;;
			esac
		fi
	done
	rm -rf "$work/out"
}

part_clone() {
	case " $peers " in
	*' liudi '*) ;;
	*) return 0 ;;
	esac
	need_days
	forget clone
	peer_env liudi
	r=0
	while [ "$r" -lt "$rounds" ]; do
		r=$((r + 1))
		say "bare clone, round $r of $rounds"
		rm -rf "$work/clone"
		m git clone -q --bare "file://$repo.central/records.git" \
			"$work/clone"
		note_cost clone.liudi
	done
	note clone.gb "$(peer_bytes liudi | awk '{ print $1 / 1e9 }')"
	rm -rf "$work/clone"
}

# ---- push over ssh ---------------------------------------------------------

sshd_pid=

sshd_stop() {
	[ -z "$sshd_pid" ] || kill "$sshd_pid" 2>/dev/null || :
	[ -z "$sshd_pid" ] || wait "$sshd_pid" 2>/dev/null || :
	sshd_pid=
}

sshd_make() {
	s=$work/push
	rm -rf "$s"
	mkdir -m 700 "$s"
	port=$((20000 + $$ % 20000))
	ssh-keygen -q -t ed25519 -N '' -f "$s/host"
	ssh-keygen -q -t ed25519 -N '' -f "$s/user"
	cp "$s/user.pub" "$s/authorized_keys"
	echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$s/host.pub")" >"$s/known"
	cat >"$s/serve" <<-EOF
	#!/bin/sh
	exec '$measure' -o '$s/server.cost' sh -c "\$SSH_ORIGINAL_COMMAND"
	EOF
	chmod 700 "$s/serve"
	cat >"$s/sshd_config" <<-EOF
	Port $port
	ListenAddress 127.0.0.1
	HostKey $s/host
	AuthorizedKeysFile $s/authorized_keys
	StrictModes no
	PasswordAuthentication no
	KbdInteractiveAuthentication no
	PermitRootLogin prohibit-password
	PidFile none
	ForceCommand $s/serve
	EOF
	cat >"$s/ssh" <<-EOF
	#!/bin/sh
	exec ssh -F /dev/null -i '$s/user' -o IdentitiesOnly=yes \\
		-o UserKnownHostsFile='$s/known' -o BatchMode=yes "\$@"
	EOF
	chmod 700 "$s/ssh"
	GIT_SSH_COMMAND=$s/ssh
	export GIT_SSH_COMMAND
	url=ssh://$(id -un)@127.0.0.1:$port
}

sshd_start() {
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
	"$(PATH=$PATH:/usr/sbin command -v sshd)" -D -e \
		-f "$work/push/sshd_config" 2>>"$log" &
	sshd_pid=$!
	tries=0
	until "$work/push/ssh" -p "$port" "$(id -un)@127.0.0.1" true \
		2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || die "sshd does not start: see $log"
		sleep 0.1
	done
}

bare_new() {
	rm -rf "$1"
	git init -q --bare "$1"
	[ "$2" = default ] || {
		git -C "$1" config receive.unpackLimit 1
		git -C "$1" config core.bigFileThreshold 512k
		git -C "$1" config core.compression 0
		git -C "$1" config pack.window 0
		git -C "$1" config receive.autogc false
	}
}

# stock_commits REPO default|tuned: the pictures as parts of a plain history.
stock_commits() {
	rm -rf "$1"
	git init -q "$1"
	git -C "$1" config user.name bench
	git -C "$1" config user.email bench@bench.invalid
	git -C "$1" config gc.auto 0
	[ "$2" = default ] || {
		git -C "$1" config core.compression 0
		git -C "$1" config core.looseCompression 0
		git -C "$1" config core.bigFileThreshold 512k
		git -C "$1" config pack.window 0
	}
	(
		cd "$1"
		for f in "$work"/blobs/pictures/*; do
			cp "$f" .
			git add "${f##*/}"
			git commit -q -m part
		done
		rm -f ./*.jpg
	)
}

# push_stock NAME REPO CONFIG REFSPEC: stock git push to an empty repository.
push_stock() {
	bare_new "$work/push/$1.git" "$3"
	: >"$cost"
	: >"$work/push/server.cost"
	m git -C "$2" push -q "$url$work/push/$1.git" "$4" ||
		die "git push failed: see $log"
	push_note "$1"
}

push_note() {
	note_cost "push.$1"
	cp "$work/push/server.cost" "$cost"
	note_cost "server.$1"
}

# The blobs are collected but not sent: the next run pushes.
push_liudi_make() {
	h=$work/push/station
	mkdir -p "$work/push/source"
	liudi_enrol "$h" "$work/push/central" "$work/push/source" \
		"$url$work/push/central" "$work/push/ssh" >>"$log" 2>&1
	liudi_run "$h"
	cp -al "$work/blobs/pictures" "$work/push/source/"
	: >"$cost"
	liudi_save "$h"
	note_cost push.liudi-save
	cp -a "$h" "$h.0"
	cp -a "$work/push/central" "$work/push/central.0"
}

# push_floor: as many bytes to nobody, which is what ssh takes of any push.
push_floor() {
	: >"$cost"
	: >"$work/push/server.cost"
	find "$(liudi_spool "$h.0")/objects/pack" -name '*.pack' -exec cat {} + |
		m "$work/push/ssh" -p "$port" "$(id -un)@127.0.0.1" \
			'cat >/dev/null' || die "ssh failed: see $log"
	push_note ssh-alone
}

push_liudi() {
	push_floor
	push_stock liudi-stock "$(liudi_spool "$h.0")" tuned \
		'refs/heads/*:refs/heads/*'
	rm -rf "$h" "$work/push/central"
	cp -a "$h.0" "$h"
	cp -a "$work/push/central.0" "$work/push/central"
	: >"$cost"
	: >"$work/push/server.cost"
	liudi_run "$h" || die "liudi did not push: see $log"
	push_note liudi
	m git clone -q --bare "file://$work/push/central/records.git" \
		"$work/push/clone"
	note_cost pushclone.liudi
	note pushclone.gb "$(bytes_in "$work/push/central/records.git" |
		awk '{ print $1 / 1e9 }')"
	rm -rf "$work/push/clone"
}

part_push() {
	forget push server pushclone
	peer_env none
	rm -rf "$work/blobs"
	corpus "$work/blobs" "blob$push_mb" 0
	sshd_make
	sshd_start
	say "push: making $push_mb MB of commits"
	stock_commits "$work/push/plain" default
	stock_commits "$work/push/tuned" tuned
	case " $peers " in
	*' liudi '*) push_liudi_make ;;
	esac
	r=0
	while [ "$r" -lt "$rounds" ]; do
		r=$((r + 1))
		say "push: round $r of $rounds"
		# 150 s a GB: once is enough to know it
		if [ "$push_mb" -le 200 ] || [ "$r" -eq 1 ]; then
			push_stock git-default "$work/push/plain" default HEAD
		fi
		push_stock git-tuned "$work/push/tuned" tuned HEAD
		case " $peers " in
		*' liudi '*) push_liudi ;;
		esac
	done
	sshd_stop
	rm -rf "$work/blobs" "$work/push"
}

# ---- what the hook costs ---------------------------------------------------

# hook_push NAME COMMIT: from the spool to a central that has the commits before.
hook_push() {
	rm -rf "$v/to"
	cp -a "$v/$1" "$v/to"
	: >"$cost"
	m git -C "$spool" push -q "$v/to/records.git" "$2:$branch" ||
		die "git push failed: see $log"
	note_cost "hook$count.$1"
}

# The same parts, one manifest and one small bundle each, to a central with its
# hooks and to one without, by stock git.
part_hook() {
	case " $peers " in
	*' liudi '*) ;;
	*) return 0 ;;
	esac
	forget 'hook[0-9]*'
	v=$work/hook
	peer_env none
	rm -rf "$v"
	mkdir -p "$v/source"
	say "hook: making $ncommits parts"
	liudi_enrol "$v/station" "$v/hook" "$v/source" >>"$log" 2>&1
	liudi_run "$v/station"
	cp -a "$v/hook" "$v/plain"
	rm -f "$v"/plain/*.git/hooks/*
	spool=$(liudi_spool "$v/station")
	branch=$(git -C "$spool" for-each-ref --format='%(refname)')
	n=0
	while [ "$n" -lt "$ncommits" ]; do
		n=$((n + 1))
		echo "message $n of a customer" >>"$v/source/chat.txt"
		liudi_save "$v/station"
	done
	git -C "$spool" rev-list --reverse "$branch" | sed 1d >"$v/list"
	for count in 1 100 "$ncommits"; do
		commit=$(sed -n "${count}p" "$v/list")
		r=0
		while [ "$r" -lt $((count > 100 ? rounds : rounds + 4)) ]; do
			r=$((r + 1))
			say "hook: $count commits, round $r"
			hook_push plain "$commit"
			hook_push hook "$commit"
		done
	done
	rm -rf "$v"
}

# ---- verify ----------------------------------------------------------------

# A branch of $nsigned runs, ten a day, in a pack a day as a manager fetches
# them; git looks at a sample of the same commits with ssh-keygen.
part_verify() {
	forget verify
	v=$work/verify
	case " $peers " in
	*' liudi '*) ;;
	*) say 'verify: needs liudi'; return 0 ;;
	esac
	if [ ! -x "$HISTORY" ]; then
		say "verify: no $HISTORY: left out"
		return 0
	fi
	peer_env none
	rm -rf "$v" "$v".*
	mkdir -p "$v"
	say "verify: making $nsigned signed commits"
	liudi_enrol "$v.station" "$v.central" "$v" >>"$log" 2>&1
	liudi_sync "$v.station"
	g=$v.station.desk/records.git
	ref=refs/heads/ws/bench/main/$(date -u +%Y).0
	root=$(git --git-dir "$g" rev-parse refs/heads/receipts)
	tree=$(git --git-dir "$g" rev-parse "$root^{tree}")
	RECEIPTS="$v.central/receipt-key $ref $root $tree" "$HISTORY" "$g" \
		"$v.station/state/keys/ws-sign" bench "$nsigned" \
		"$(($(date +%s) + 60))" >"$v/heads"
	{ read -r head && read -r receipts; } <"$v/heads"
	git --git-dir "$g" update-ref "$ref" "$head"
	git --git-dir "$g" update-ref refs/heads/receipts "$receipts"
	git --git-dir "$g" rev-list --reverse "$head" >"$v/list"
	before=
	awk 'NR % 10 == 0' "$v/list" | while read -r to; do
		printf '%s\n' "$to" ${before:+"^$before"} |
			git --git-dir "$g" pack-objects -q --revs "$v/pack"
		before=$to
	done >>"$log"
	echo "$receipts" | git --git-dir "$g" pack-objects -q --revs "$v/pack" \
		>>"$log"
	rm -f "$g"/objects/pack/*
	mv "$v"/pack-* "$g/objects/pack/"
	git --git-dir "$v.central/control.git" show control:allowed_signers \
		>"$v/signers"
	awk -v n="$nsigned" 'NR % int((n + 99) / 100) == 0' "$v/list" \
		>"$v/sample"
	r=0
	while [ "$r" -lt "$rounds" ]; do
		r=$((r + 1))
		say "verify: round $r of $rounds"
		: >"$cost"
		xargs "$measure" -o "$cost" git --git-dir "$g" \
			-c gpg.ssh.allowedSignersFile="$v/signers" \
			verify-commit <"$v/sample" >>"$log" 2>&1
		note_cost verify.git
		liudi_verify "$v.station"
		note_cost verify.liudi
	done
	rm -rf "$v" "$v".*
}

# ---- drill -----------------------------------------------------------------

# The manager and all of his are gone: from two sheets to a new manager who reads
# $nsigned runs, a manifest and a bundle each.
part_drill() {
	forget drill
	d=$work/drill
	case " $peers " in
	*' liudi '*) ;;
	*) say 'drill: needs liudi'; return 0 ;;
	esac
	if [ ! -x "$HISTORY" ]; then
		say "drill: no $HISTORY: left out"
		return 0
	fi
	peer_env none
	rm -rf "$d" "$d".*
	mkdir -p "$d"
	say "drill: making $nsigned runs"
	liudi_enrol "$d.station" "$d.central" "$d" >>"$log" 2>&1
	pass=$d.station.pass g=$d.central/records.git
	git --git-dir "$d.central/control.git" show control:recipients |
		sed '1d; s/^[^ ]* //' >"$d.readers"
	# shellcheck disable=SC2046 # a word each
	head=$("$HISTORY" "$g" "$d.station/state/keys/ws-sign" bench \
		"$nsigned" "$(($(date +%s) + 60))" $(cat "$d.readers"))
	git --git-dir "$g" update-ref \
		"refs/heads/ws/bench/main/$(date -u +%Y).0" "$head"
	"$DESK" --home "$d.station.desk" shares make --text --passphrase-fd 3 \
		3<"$pass" >"$d.shares" 2>>"$log"
	rm -rf "$d.station.desk"
	: >"$cost"
	sed 2d "$d.shares" | m "$DESK" --home "$d.owner" shares recover \
		--central "$d.central" --scrypt-log-n 10 --passphrase-fd 3 3<"$pass"
	"$DESK" --home "$d.new" -q key add li --central "$d.central" \
		--scrypt-log-n 10 --passphrase-fd 3 3<"$pass" >"$d.line" 2>>"$log"
	m "$DESK" --home "$d.owner" key accept "$(cat "$d.line")" \
		--passphrase-fd 3 3<"$pass"
	m "$DESK" --home "$d.owner" rehead --to li --passphrase-fd 3 3<"$pass"
	note_cost drill.liudi
	grep -q " $((2 * nsigned)) new headers" "$log" ||
		die "drill: not all of it was passed on: see $log"
	rm -rf "$d" "$d".*
}

# ---- many small files ------------------------------------------------------

part_tiny() {
	forget tiny tiny0
	t=$work/tiny
	rm -rf "$t"
	say "tiny: making $ntiny files"
	corpus "$t" "tiny$ntiny" 0
	ntiny_files=$(find "$t" -type f | wc -l)
	note tiny.files "$ntiny_files"
	note tiny.bytes "$(bytes_in "$t")"
	some=$peers
	if [ "$ntiny_files" -gt 500000 ]; then
		some=$(echo " $peers " |
			sed 's/ bup / /; s/ borg-zstd / /')
	fi
	for p in $some; do
		say "tiny, first backup: $p"
		peer_new "$p" "$t"
		: >"$cost"
		peer_run "$p" "$t" d0
		note_cost "tiny.$p"
		note "tiny.$p.bytes" "$(peer_bytes "$p")"
	done
	r=0
	while [ "$r" -lt "$rounds" ]; do
		r=$((r + 1))
		say "tiny, no change: round $r of $rounds"
		m sh -c 'cd "$1" && find . -printf "%T@ %s %p\n" >/dev/null' \
			find "$t"
		note_cost tiny0.find
		for p in $some; do
			peer_run "$p" "$t" "n$r"
			note_cost "tiny0.$p"
		done
	done
	rm -rf "$t"
	for p in $some; do
		rm -rf "$work/repo/$p" "$work/repo/$p".* "$work/cache/$p"
	done
	rm -f "$work/day"
}

bad=0
all='liudi restic borg-lz4 borg-zstd bup'

# ---- tables ----------------------------------------------------------------

# cell KEY DIVISOR DIGITS
cell() {
	v=$(med "$1")
	awk -v v="$v" -v d="$2" -v n="$3" 'BEGIN {
		if (v == "") printf " %9s", "-"
		else printf " %9.*f", n, v / d
	}'
}

# table TITLE NAMES COLUMN...; a column is TITLE:PREFIX:SUFFIX:DIVISOR:DIGITS
table() {
	printf '\n%s\n%-12s' "$1" ''
	names=$2
	shift 2
	for col; do
		printf ' %9s' "${col%%:*}"
	done
	echo
	for p in $names; do
		grep -q "\.${p}[. ]" "$results" || continue
		printf '%-12s' "$p"
		for col; do
			rest=${col#*:}
			pre=${rest%%:*} rest=${rest#*:}
			suf=${rest%%:*} rest=${rest#*:}
			cell "$pre$p$suf" "${rest%%:*}" "${rest#*:}"
		done
		echo
	done
}


# goal NAME TEXT KEY REFERENCE LIMIT: is KEY <= LIMIT x REFERENCE?
goal() {
	a=$(med "$3") b=$(med "$4")
	[ -n "$b" ] || return 0
	if [ -z "$a" ]; then
		printf '%-4s %-44s %9s %9.4g %7s <= %-5s -\n' "$1" "$2" - "$b" \
			- "$5"
		return 0
	fi
	awk -v n="$1" -v t="$2" -v a="$a" -v b="$b" -v l="$5" 'BEGIN {
		r = b > 0 ? a / b : 0
		printf "%-4s %-44s %9.4g %9.4g %7.3f <= %-5s %s\n", n, t, a, b,
			r, l, r <= l ? "ok" : "MISSED"
		exit r > l
	}' || bad=1
}

# mean KEY: for what adds up, as growth does.
mean() {
	awk -v k="$1" '$1 == k { s += $2; n++ } END { if (n) print s / n }' \
		"$results"
}

note_once() {
	[ -z "$2" ] || [ -n "$(med "$1")" ] || note "$1" "$2"
}

# memory_limit FILES: 32 MB + 40 bytes a file, in KiB
memory_limit() {
	awk -v n="$1" 'BEGIN { print (32e6 + n * 40) / 1024 }'
}

figures() {
	forget limit first\\.best mean6 hook1\\.more
	for p in oracle $all; do
		note_once "mean6.$p" "$(mean "growth.$p")"
	done
	n=$(med tree.files)
	[ -z "$n" ] || note_once limit.rss "$(memory_limit "$n")"
	n=$(med tiny.files)
	[ -z "$n" ] || note_once limit.tinyrss "$(memory_limit "$n")"
	note_once limit.64m 62500
	note_once limit.16m 15625
	note_once limit.hook 0.3
	a=$(med hook1.hook.wall) b=$(med hook1.plain.wall)
	[ -z "$a" ] || note_once hook1.more "$(awk -v a="$a" -v b="$b" \
		'BEGIN { print a - b }')"
	note_once limit.1500 1500
	[ -z "$(med verify.liudi.cpu)" ] || note_once limit.verify 1
	[ -z "$(med drill.liudi.wall)" ] || note_once limit.drill 900
	note_once first.best.wall "$(least first.restic.wall \
		first.borg-lz4.wall first.borg-zstd.wall)"
	n=$(med clone.gb)
	[ -z "$n" ] || note_once limit.clone "$(awk -v n="$n" \
		'BEGIN { print 8 * n }')"
	n=$(med pushclone.gb)
	[ -z "$n" ] || note_once limit.pushclone "$(awk -v n="$n" \
		'BEGIN { print 8 * n }')"
}

tables() {
	printf '\nseed %s, scale %s, %s rounds; %s files, %s bytes\n' "$seed" \
		"$scale" "$rounds" "$(med tree.files)" "$(med tree.bytes)"
	if [ -n "$(med tree.files)" ]; then
		table 'first backup, then a day (medians)' "$all" \
			wall_s:first.:.wall:1:2 cpu_s:first.:.cpu:1:2 \
			rss_MB:first.:.rss:976.6:0 \
			stored_MB:first.:.bytes:1000000:1 \
			day_wall:day.:.wall:1:2 day_cpu:day.:.cpu:1:2 \
			day_rss:day.:.rss:976.6:0 \
			+MB/day:grown.::1000000:2 \
			end_MB:last.:.bytes:1000000:1
		table 'growth of days 1-6 (mean), no-change run, restore' \
			"oracle $all" +MB/day:mean6.::1000000:2 \
			same_wall:nochange.:.wall:1:3 \
			same_cpu:nochange.:.cpu:1:3 \
			+KB/same:nochange.:.grown:1000:1 \
			rest_wall:restore.:.wall:1:2 \
			rest_cpu:restore.:.cpu:1:2 \
			one_wall:one.:.wall:1:2 differs:restore.:.differs:1:0
	fi
	[ -z "$(med push.git-default.cpu)" ] ||
		table "push of $push_mb MB over ssh" \
			'git-default git-tuned liudi-stock liudi ssh-alone' \
			wall_s:push.:.wall:1:2 cpu_s:push.:.cpu:1:2 \
			rss_MB:push.:.rss:976.6:0 srv_cpu:server.:.cpu:1:2 \
			srv_rss:server.:.rss:976.6:0
	[ -z "$(med hook1.plain.wall)" ] ||
		table 'push to a folder by stock git' 'plain hook' \
			wall_1:hook1.:.wall:1:3 cpu_1:hook1.:.cpu:1:3 \
			wall_100:hook100.:.wall:1:3 cpu_100:hook100.:.cpu:1:3 \
			"wall_$ncommits:hook$ncommits.:.wall:1:3" \
			"cpu_$ncommits:hook$ncommits.:.cpu:1:3"
	[ -z "$(med verify.git.wall)" ] ||
		table "signatures: git 100 or fewer, liudi $nsigned" \
			'git liudi' \
			wall_s:verify.:.wall:1:2 cpu_s:verify.:.cpu:1:2 \
			rss_MB:verify.:.rss:976.6:0
	[ -z "$(med tiny.files)" ] ||
		table "$(med tiny.files) files, $(med tiny.bytes) bytes" \
			"find $all" first_s:tiny.:.wall:1:2 cpu_s:tiny.:.cpu:1:2 \
			rss_MB:tiny.:.rss:976.6:0 \
			stored_MB:tiny.:.bytes:1000000:1 \
			same_wall:tiny0.:.wall:1:3 same_cpu:tiny0.:.cpu:1:3 \
			same_rss:tiny0.:.rss:976.6:0
}

goals() {
	printf '\n%-4s %-44s %9s %9s %7s %8s\n' goal '' liudi peer ratio must
	goal G1 'first backup, CPU / borg zstd,3' first.liudi.cpu \
		first.borg-zstd.cpu 0.9
	goal G1 'first backup, CPU / restic' first.liudi.cpu \
		first.restic.cpu 0.65
	goal G2 'first backup, wall / best encrypted' first.liudi.wall \
		first.best.wall 0.5
	goal G3 'push, client CPU / CPU of the run' push.liudi.cpu \
		push.liudi-save.cpu 1.5
	goal G3 'push, client CPU / stock git, tuned' push.liudi.cpu \
		push.git-tuned.cpu 1.0
	goal G3 'push, client CPU / stock git, same packs' push.liudi.cpu \
		push.liudi-stock.cpu 0.8
	goal G3 'ssh alone, client CPU / stock git, same packs' \
		push.ssh-alone.cpu push.liudi-stock.cpu 0.8
	goal G3 'push, client memory / 16 MB' push.liudi.rss limit.16m 1.0
	goal G3 'push, server memory / 64 MB' server.liudi.rss limit.64m 1.0
	goal G4 'stored after first / borg zstd,3' first.liudi.bytes \
		first.borg-zstd.bytes 1.0
	goal G4 'stored after first / restic' first.liudi.bytes \
		first.restic.bytes 0.98
	goal G5 'growth, days 1-6 / bup' mean6.liudi mean6.bup 0.67
	goal G5 'growth, days 1-6 / restic' mean6.liudi mean6.restic 0.22
	goal G5 'growth, days 1-6 / oracle' mean6.liudi mean6.oracle 1.3
	goal G6 'a day, CPU / borg lz4' day.liudi.cpu day.borg-lz4.cpu 0.5
	goal G7 'no change, wall / borg lz4' nochange.liudi.wall \
		nochange.borg-lz4.wall 0.15
	goal G7 'no change, wall / restic' nochange.liudi.wall \
		nochange.restic.wall 0.08
	goal G8 'tiny files, no change, wall / find' tiny0.liudi.wall \
		tiny0.find.wall 1.0
	goal G8 'tiny files, no change, wall / restic' tiny0.liudi.wall \
		tiny0.restic.wall 0.15
	goal G8 'tiny files, no change, wall / borg lz4' tiny0.liudi.wall \
		tiny0.borg-lz4.wall 0.07
	goal G8 'tiny files, no change, memory / 64 MB' tiny0.liudi.rss \
		limit.64m 1.0
	goal G9 'tiny files, first, CPU / restic' tiny.liudi.cpu \
		tiny.restic.cpu 0.5
	goal G9 'tiny files, stored / restic' tiny.liudi.bytes \
		tiny.restic.bytes 0.5
	goal G10 'memory / 32 MB + 40 B a file' first.liudi.rss limit.rss 1.0
	goal G10 'memory / borg lz4' first.liudi.rss first.borg-lz4.rss 0.4
	goal G10 'tiny files, memory / 32 MB + 40 B a file' tiny.liudi.rss \
		limit.tinyrss 1.0
	goal G10 'tiny files, memory / restic' tiny.liudi.rss tiny.restic.rss \
		0.4
	goal G11 'restore, wall / restic' restore.liudi.wall \
		restore.restic.wall 1.0
	goal G11 'restore, wall / borg lz4' restore.liudi.wall \
		restore.borg-lz4.wall 0.5
	goal G12 'one file, wall / borg lz4' one.liudi.wall one.borg-lz4.wall \
		0.3
	goal G13 'bare clone of it, CPU / 8 s per GB' pushclone.liudi.cpu \
		limit.pushclone 1.0
	goal G13 'bare clone, CPU / 8 s per GB' clone.liudi.cpu limit.clone 1.0
	goal G13 'bare clone, memory / 64 MB' clone.liudi.rss limit.64m 1.0
	goal G14 'no change, growth / 1.5 KB' nochange.liudi.grown limit.1500 \
		1.0
	goal G15 'stock tools, wall / own restore' stock.liudi.wall \
		restore.liudi.wall 3.0
	goal - 'push of one commit with the hook, s more' hook1.more \
		limit.hook 1.0
	goal - "verify $nsigned commits, CPU / 1 s" verify.liudi.cpu \
		limit.verify 1.0
	goal - "a new manager for $nsigned runs / 15 min" drill.liudi.wall \
		limit.drill 1.0
	if grep -q '^restore\.liudi\.differs ' "$results"; then
		echo 'what liudi restored DIFFERS from what was there'
		bad=1
	fi
}

# ---- the run ---------------------------------------------------------------

if [ -z "$work" ]; then
	work=$(mktemp -d "${TMPDIR:-/tmp}/liudi-bench.XXXXXX")
else
	mkdir -p "$work"
	work=$(cd "$work" && pwd)
fi
mkdir -p "$work/bin" "$work/home"
measure=$work/bin/measure cost=$work/cost log=$work/log
results=$work/results tree=$work/tree
touch "$results" "$log"
: >"$cost"

finish() {
	sshd_stop
	[ "$keep" = yes ] || rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

for tool in corpus measure; do
	${CC:-cc} -std=gnu17 -O2 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
		-I "$root/src" -o "$work/bin/$tool" "$self/$tool.c" \
		-lsqlite3 || die "cannot build $tool"
done

found=
for p in $peers; do
	case $p in
	liudi) program=$LIUDI ;;
	borg-lz4 | borg-zstd) program=borg ;;
	restic | bup) program=$p ;;
	*) die "unknown peer '$p'" 2 ;;
	esac
	if have "$program"; then
		found="$found $p"
	else
		say "$p is not here: left out"
	fi
done
peers=${found# }
[ -n "$peers" ] || die 'nothing to run'

for name in first days nochange restore clone push hook verify drill tiny; do
	! part $name || part_$name
done
figures
tables
goals
exit $bad
