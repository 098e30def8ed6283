#!/bin/sh
# tests/flow/24-exports.sh BIN - what a person is told the same day of chat
# exports: empty, old, still being written, of a kind that nobody can read; and
# a run that stays and takes them when they come.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

# Real clocks: an export is new by the time of its file.
unset LIUDI_NOW CENTRAL_NOW || :
LIUDI_NOW=$(date +%s) team
unset LIUDI_NOW || :

# person ID PLATFORM [KEY...]: a station with the one source chats.
person()
{
	id=$1 platform=$2
	shift 2
	line=$(liudi -q --home "$t/$id" init --central "$central" \
	    --station "$id")
	desk_key station add "$line" >"$t/out" 2>"$t/err" ||
		fail "station $id not added"
	box=$t/$id-files/chats
	mkdir -p "$box"
	{
		printf '\n[source chats]\nkind = chat\npath = %s\n' "$box"
		printf 'platform = %s\n' "$platform"
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >>"$t/$id/liudi.ini"
}
# ago SECONDS FILE: as if it had been written then.
ago() { touch -d "@$(($(date +%s) - $1))" "$2"; }
# A day on which somebody works, $1 of them before this one, at this hour.
worked()
{
	n=$1 s=$(date +%s)
	while [ "$n" -gt 0 ]; do
		s=$((s - 86400))
		case $(date -u -d "@$s" +%u) in 6|7) ;; *) n=$((n - 1)) ;; esac
	done
	echo "$s"
}
qq='消息记录（此消息记录为文本格式，不支持重新导入）

================================================================
消息分组:客户
================================================================
消息对象:Bob
================================================================

2024-03-01 9:03:15 Bob
hello
'
secret() { head -c 20000 /dev/urandom; }
nt()
{
	printf 'SQLite header 3\0'
	head -c 16 /dev/zero
	printf 'QQ_NT DB'
	secret
}
# of the last run of station ID: the reason of its source
reason()
{
	manifests "refs/heads/ws/$1/main/$(date -u +%Y).0" |
		jq -r 'select(.source == "chats" and .state) |
		    "\(.state) \(.reason)"' | tail -n 1
}
told() # told FILTER: the JSON of the last command
{
	checks=$((checks + 1))
	jq -es "$1" "$t/out" >"$t/jq" 2>&1 || fail "not in the JSON: $1"
}

step 'nothing was exported yet'
person ws-01 qq
expect 3 ws ws-01 run
says 'chats: there is no export yet that can be read'
says 'message manager'
says "$box"
same "$(reason ws-01)" 'ok no export that can be read (qq)' 'reason'
expect 3 ws ws-01 status
says 'there is no export yet'
expect 3 ws ws-01 --json status
told '.[0].exports == [{"source": "chats", "platform": "qq",
    "newest": null, "kind": null, "what": null, "readable": false,
    "readable_until": null, "empty": 0, "overdue": true,
    "unreadable": true}]'

step 'only what QQ alone can read'
nt >"$box/nt_msg.db"
ago 60 "$box/nt_msg.db"
expect 3 ws ws-01 run
says 'nobody can read it without its own client: QQ NT database'
same "$(reason ws-01)" 'ok kept, not readable: QQ NT database (qq)' 'reason'
expect 3 env LANG=zh_CN.UTF-8 LC_ALL= liudi --home "$t/ws-01" status
says '消息管理器'
says 'QQ NT 数据库'
expect 3 ws ws-01 --json run
told 'any(.exports == "chats" and .kind == "opaque" and .readable == false and
    .what == "QQ NT database" and .unreadable)'
# what nobody can read does not count, however new
expect 3 ws ws-01 -q run
says 'nobody can read it'
says_no 'message manager'

step 'an export: all is well'
printf '%s' "$qq" >"$box/all.txt"
ago 60 "$box/all.txt"
expect 0 ws ws-01 run
says_no -E 'warning|hint'
same "$(reason ws-01)" 'ok null' 'reason'
expect 0 ws ws-01 status
says 'chats: can be read until'
says 'QQ text'
expect 0 ws ws-01 --json status
told '.[0].exports[0] | .readable_until > 0 and (.overdue | not)'

step 'an empty one beside it is told, the same day'
: >"$box/Bob.txt"
ago 50 "$box/Bob.txt"
expect 0 ws ws-01 run
says "'Bob.txt' is empty: make this export again"
same "$(reason ws-01)" 'ok empty exports: 1' 'reason'
head -c 4096 /dev/zero >"$box/Carol.txt"
ago 50 "$box/Carol.txt"
expect 0 ws ws-01 -q run
says '2 exports are empty'
expect 0 ws ws-01 status
says '2 exports are empty'
# it is no news for ever
touch -d "@$(worked 3)" "$box/Bob.txt" "$box/Carol.txt"
expect 0 ws ws-01 run
says_no 'empty'

step 'an old one is asked for again, and a weekend is no day'
touch -d "@$(worked 2)" "$box/all.txt"
expect 0 ws ws-01 run
says 'time for a new one'
says 'message manager'
same "$(reason ws-01)" "ok newest readable export: $(date -u \
    -r "$box/all.txt" +%Y-%m-%dT%H:%M:%SZ) (qq)" 'reason'
expect 0 ws ws-01 -q run
says_no 'time for'
expect 0 ws ws-01 --json status
told '.[0].exports[0] | .overdue and (.unreadable | not) and
    .newest > .readable_until and (.readable | not)'
sed -i 's/^platform.*/&\nexport_every = 5/' "$t/ws-01/liudi.ini"
expect 0 ws ws-01 run
says_no 'time for a new one'
sed -i 's/^export_every.*/export_every = 0/' "$t/ws-01/liudi.ini"
touch -d '2020-01-01' "$box/all.txt"
expect 0 ws ws-01 run
says_no 'time for a new one'
touch "$box/all.txt"
ago 60 "$box/all.txt"

step 'each client has its own few clicks'
for p in qq-nt:qq-chat-exporter wangwang:QianNiu wechat:WeCom \
    whatsapp:'Export chat' telegram:'Export chat history'; do
	person "ws-${p%%:*}" "${p%%:*}"
	expect 3 ws "ws-${p%%:*}" run
	says "${p#*:}"
	expect 3 env LANG=zh_CN.UTF-8 LC_ALL= liudi --home "$t/ws-${p%%:*}" \
	    status
	says '保存'
done

step 'one that is still being written waits for the next run, once'
person ws-02 qq 'settle = 3'
printf '%s' "$qq" >"$box/done.txt"
ago 60 "$box/done.txt"
(
	while [ ! -e "$t/stop" ]; do
		printf 'more\n' >>"$box/growing.txt"
		sleep 0.3
	done
) &
writer=$!
sleep 1
expect 0 ws ws-02 run
says 'growing.txt: still being written: the next run takes it'
says 'waiting for an export that was written just now'
ok test "$(manifests "$(branches ws-02)" | jq -r 'select(.op) | .path')" = \
    done.txt
expect 0 ws ws-02 run
says_no 'still being written'
touch "$t/stop"
wait "$writer"
ok test "$(manifests "$(branches ws-02)" | jq -r 'select(.op) | .path' |
    sort -u | tr '\n' ' ')" = 'done.txt growing.txt '

step 'one that was written just now is waited for, and taken'
printf '%s' "$qq" >"$box/new.txt"
start=$(date +%s)
expect 0 ws ws-02 run
says 'waiting'
says_no 'still being written'
ok test $(($(date +%s) - start)) -ge 2
ok test "$(manifests "$(branches ws-02)" | jq -r 'select(.op) | .path' |
    grep -c new)" = 1
# nothing fresh, nothing to wait for: not a log that grew, nor a database
printf 'more\n' >>"$box/new.txt"
nt >"$box/nt_msg.db"
expect 0 ws ws-02 run
says_no 'waiting'
ok test "$(manifests "$(branches ws-02)" | jq -r 'select(.op) | .path' |
    grep -c nt_msg)" = 1
# nor anything that is only looked at
printf '%s' "$qq" >"$box/newer.txt"
expect 0 ws ws-02 run --dry-run
says_no 'waiting'

step 'a run that stays takes what comes'
person ws-03 qq 'settle = 1'
expect 2 ws ws-03 run --watch --dry-run
liudi --home "$t/ws-03" run --watch >"$t/watch" 2>&1 &
watcher=$!
cleanup() { kill "$watcher" 2>/dev/null || :; touch "$t/stop"; }
# until TEXT: in what it says, in 30 s at most
until_()
{
	checks=$((checks + 1))
	for _ in $(seq 150); do
		! "$@" >"$t/out" 2>&1 || return 0
		sleep 0.2
	done
	cp "$t/watch" "$t/out"
	fail "did not come about: $*"
}
runs() { [ "$(grep -c '^on file' "$t/watch")" -ge "$1" ]; }
until_ runs 1
no runs 2
printf '%s' "$qq" >"$box/first.txt"
until_ runs 2
until_ grep -q 'on file: 1 files' "$t/watch"
# moved here, with an old date; and into a new folder
printf '%s' "$qq" >"$t/moved.txt"
ago 100000 "$t/moved.txt"
mkdir "$box/Bob"
mv "$t/moved.txt" "$box/Bob/moved.txt"
until_ grep -q 'on file: 2 files' "$t/watch"
# between them others may run: it holds no lock
expect 0 ws ws-03 run
# a database changes all day; and without a reason nothing runs
sleep 6
n=$(grep -c '^on file' "$t/watch")
for _ in 1 2 3 4 5 6; do nt >"$box/nt_msg.db"; sleep 1; done
same "$(grep -c '^on file' "$t/watch")" "$n" 'runs for a database'
kill -TERM "$watcher"
checks=$((checks + 1)) rc=0
wait "$watcher" || rc=$?
same "$rc" 0 'exit code of one that was told to stop'

step 'what the manager sees'
expect 0 synced
expect 0 desk show ws-qq-nt
says "source 'chats': no export that can be read (qq-nt)"
done_
