#!/bin/sh
# tests/flow/26-only.sh BIN - a station whose records not every manager may read:
# from the line in control over what is sealed to what the desk makes of it.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

team
step "the owner says who reads"
age-keygen -o "$t/third.key" 2>/dev/null
age-keygen -o "$t/fourth.key" 2>/dev/null
for id in ws-01 ws-02 ws-03; do
	station "$id"
	echo "a line of $id" >"$t/$id-files/chats/a.txt"
done
(umask 077
desk unseal "$t/desk/keys/owner.identity" --passphrase-fd 3 3<"$t/pass" \
    >"$t/owner.key"
age -d -i "$t/owner.key" -o "$t/owner.sign" "$t/desk/keys/owner.sign.age")
git clone -q -b control "$central/control.git" "$t/control"
c() { git -C "$t/control" "$@"; }
{
	c show HEAD:recipients | sed 's/^version .*/version 2/'
	echo "third $(age-keygen -y "$t/third.key")"
	echo "fourth $(age-keygen -y "$t/fourth.key")"
	echo 'only ws-01 manager owner'
	echo 'only ws-03 manager owner third'
} >"$t/recipients"
cp "$t/recipients" "$t/control/recipients"
c add recipients
new=$(echo only | GIT_AUTHOR_NAME=owner GIT_AUTHOR_EMAIL=owner@liudi.invalid \
    GIT_COMMITTER_NAME=owner GIT_COMMITTER_EMAIL=owner@liudi.invalid \
    GIT_AUTHOR_DATE="@$LIUDI_NOW +0000" \
    GIT_COMMITTER_DATE="@$LIUDI_NOW +0000" \
    git -C "$t/control" -c gpg.format=ssh -c "user.signingKey=$t/owner.sign" \
    commit-tree -S -p HEAD "$(c write-tree)")
ok c push -q origin "$new:refs/heads/control"

step "each is sealed to its readers"
day 1
expect 0 ws ws-01 run
expect 0 ws ws-02 run
expect 0 ws ws-03 run
for s in ws-01:2 ws-02:4; do
	ref=$(branches "${s%:*}")
	same "$(manifests "$ref" | sed -n 1p | jq '.recipients | length')" \
	    "${s#*:}" "readers of ${s%:*}"
	for blob in $({ sealed "$ref" manifest; sealed "$ref" bundle; } |
		cut -d ' ' -f 1); do
		records cat-file blob "$blob" >"$t/file.age"
		same "$(grep -ac '^-> X25519 ' "$t/file.age")" "${s#*:}" \
		    "stanzas of ${s%:*}"
		ok age -d -i "$t/owner.key" -o "$t/file" "$t/file.age"
		case $s in
		ws-01:*) no age -d -i "$t/third.key" -o "$t/file" "$t/file.age" ;;
		*) ok age -d -i "$t/third.key" -o "$t/file" "$t/file.age" ;;
		esac
	done
done

step "and the desk finds it so"
expect 0 sync
expect 0 desk_key verify
for s in ws-01 ws-02; do
	expect 0 restore "$s" "$t/back/$s"
	alike "$t/$s-files" "$t/back/$s" "$s"
done
step "accounts too, and what is copied of them"
day 2
expect 0 sync
for s in ws-01 ws-02 ws-03; do
	printf '[account]\nplatform = eb\nshop = %s\n' "$s" >"$t/t.ini"
	expect 0 ws "$s" account add --from "$t/t.ini" <"$t/pass"
	expect 0 ws "$s" run
done
expect 0 sync
files() { git --git-dir "$central/desk.git" ls-tree -r --name-only desk; }
same "$(files | grep -c '^accounts/events/')" 3 'copies in desk.git'
# whose they are shows when they are open: no alarm
expect 0 desk_key sync --rebuild
for s in ws-01 ws-02 ws-03; do
	shown=$(desk_key account list --json | jq -r --arg s "$s" \
	    'select(.shop == $s) | .shown')
	expect 0 desk_key account reveal "$shown" --why 'a drill' --pipe
	says "$(cat "$t/pass")"
done
done_
