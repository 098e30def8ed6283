# tests/flow/90-scenes.sh - attacks behind the door: central, desk and stations
# after two good days, anew for each; then what the desk or the station says, and
# that what was kept before still comes back.  Sourced, as 90-lib.sh is.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/flow/90-lib.sh
. "$(dirname "$0")/90-lib.sh"


mirror() { git --git-dir "$t/desk/records.git" "$@"; }
control() { git --git-dir "$central/control.git" "$@"; }
# state: what comes back of the good days.
state()
{
	[ "${1:-}" != before ] || { cat "$t/good/state"; return; }
	rm -rf "$t/back"
	restore ws-01 "$t/back" --at "$(when 2 60)" >"$t/restored" 2>&1 ||
		cat "$t/restored"
	listing "$t/back"
}
# scene WHAT: all as it was after the good days; an attack.
scene()
{
	judge
	for d in central desk ws-01 ws-02 ws-01-files; do
		rm -rf "${t:?}/$d"
		cp -a "$t/good/$d" "$t/$d"
	done
	day 3
	dated
	attack "$@"
}
group() { judge; scene=$*; step "$*"; }
# alarm CODE TEXT: the next sync ends so and says it.
alarm()
{
	expect "$1" sync
	says "$2"
	! grep -q "$esc" "$t/out" "$t/err" || fail 'an escape sequence'
}
# lawful_scene WHAT: the same as it should be; no attack.
lawful_scene()
{
	scene "lawful: $*"
	attacks=$((attacks - 1)) controls=$((controls + 1)) before=
}
# stranger: a desk that never saw the central before.
stranger() { rm -rf "$t/desk/records.git" "$t/desk/seen" "$t/desk/catalogue"; }
# past REF COMMIT: into the central past its hooks.
past()
{
	ok git --git-dir "$central/records.git" fetch -q "$forge" "$2"
	ok records update-ref "$1" "$2"
}
# past_control COMMIT
past_control()
{
	ok control fetch -q "$forge" "$1"
	ok control update-ref refs/heads/control "$1"
}
# receipt_line TEXT KEY; receipt LINE: a commit of `receipts`, at LINE's time.
receipt_line()
{
	printf '%s %s' "$1" "$(printf %s "$1" | ssh-keygen -q -Y sign \
	    -n liudi-receipt -f "$2" 2>/dev/null | grep -v -e '^-----' |
	    tr -d '\n')"
}
receipt()
{
	utc=${1#liudi-receipt 1 }
	parent=$(records rev-parse refs/heads/receipts)
	forge fetch -q "$central/records.git" receipts
	echo "$1" >"$t/message"
	past refs/heads/receipts "$(forge_as central "${utc%% *} +0000" \
	    commit-tree -p "$parent" -F "$t/message" "$parent^{tree}")"
}

step "two good days"
day 0
team
expect 0 liudi-desk --home "$t/li" key add li --central "$central" \
    --scrypt-log-n 10 --passphrase-fd 3 3<"$t/pass"
expect 0 desk_key key accept "$(cat "$t/out")"
station ws-01
station ws-02
seq 1 4000 >"$t/ws-01-files/chats/anna.txt"
head -c 200000 /dev/urandom >"$t/ws-01-files/shop/a.jpg"
echo other >"$t/ws-02-files/chats/other.txt"
day 1
expect 0 ws ws-01 run
expect 0 ws ws-02 run
day 2
seq 4001 4100 >>"$t/ws-01-files/chats/anna.txt"
expect 0 ws ws-01 run
expect 0 sync
secret li fired "$t/li"
expect 0 desk_key key retire li
secret manager
secret owner
expect 0 restore ws-01 "$t/first"
expect 0 ws ws-01 run
expect 0 sync
expect 0 desk_key verify --all
ref=$(branches ws-01)
ref2=$(branches ws-02)
head=$(records rev-parse "$ref")
n=$(records rev-list --count "$ref")
stolen ws-01 ws
stolen ws-02 other
identity
mkdir "$t/good"
for d in central desk ws-01 ws-02 ws-01-files; do
	cp -a "$t/$d" "$t/good/$d"
done
seen
state >"$t/good/state"
no grep -q integrity "$t/good/state"
ok grep -q anna "$t/good/state"
readers=$(forge show "$control_head:recipients" | sed 1d | sed 's/^[^ ]* //')
age-keygen -o "$t/thief.id" 2>/dev/null
thief=$(age-keygen -y "$t/thief.id")
