#!/bin/sh
# tests/flow/29-doctor.sh BIN - what liudi-desk doctor finds at a central.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
day() { unset LIUDI_NOW CENTRAL_NOW || :; }
# state NAME: of that check, by --json; the worst of several.
state()
{
	desk --json doctor 2>"$t/err" | jq -r "select(.name == \"$1\") | .state" |
		sort | tail -n 1
}

step "all is well"
team
station ws-01
echo one >"$t/ws-01-files/chats/a.txt"
sleep 1.1
expect 0 ws ws-01 run
expect 3 desk doctor
says 'no receipt is here yet'
says "the owner's keys lie in"
mkdir "$t/safe"
mv "$t"/desk/keys/owner.* "$t/safe"
expect 0 sync
expect 0 desk doctor
says 'the central is reached'
says 'control names the key by which the central signs receipts'
says '1 receipt holds'
says 'whoever can write it can delete it'
expect 0 desk -q doctor
expect 0 desk --json doctor
same "$(jq -r 'select(.kind != "check" or .v != 1)' "$t/out")" '' json

step "settings and hooks"
git --git-dir "$central/records.git" config receive.unpackLimit 100
expect 3 desk doctor
says "records.git: receive.unpackLimit is '100', should be '1'"
git --git-dir "$central/records.git" config receive.unpackLimit 1
echo '# mine' >>"$central/control.git/hooks/pre-receive"
expect 3 desk doctor
says 'control.git: hook pre-receive is not that of this version'
says 'copy them from'
expect 3 env LC_ALL= LANG=zh_CN.UTF-8 liudi-desk --home "$t/desk" doctor
says '与本版本的不同'
cp "$src/hooks/pre-receive" "$central/control.git/hooks/"
rm "$central/desk.git/hooks/post-receive"
expect 3 desk doctor
says 'desk.git: hook post-receive is missing'
cp "$src/hooks/post-receive" "$central/desk.git/hooks/"
expect 0 desk doctor

step "clocks"
LIUDI_NOW=$(($(date +%s) - 7200))
export LIUDI_NOW
same "$(state clock)" warning 'a clock that is ahead'
unset LIUDI_NOW
same "$(state clock)" ok 'a clock'

step "another key"
cp -a "$t/desk" "$t/desk.then"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$t/other"
git --git-dir "$t/desk/records.git" update-ref refs/heads/receipts "$(
	cd "$t/desk/records.git"
	blob=$(printf 'central namespaces="liudi-receipt" %s\n' \
	    "$(cut -d ' ' -f 1,2 "$t/other.pub")" | git hash-object -w --stdin)
	tree=$(printf '100644 blob %s\tserver_key\n' "$blob" | git mktree)
	echo 'liudi receipts' | GIT_AUTHOR_NAME=central \
	    GIT_AUTHOR_EMAIL=central@liudi.invalid GIT_COMMITTER_NAME=central \
	    GIT_COMMITTER_EMAIL=central@liudi.invalid git commit-tree "$tree")"
expect 5 desk doctor
says 'signs with another key than control names'
step "no receipts where there should be some"
git --git-dir "$t/desk/records.git" update-ref -d refs/heads/receipts
expect 5 desk doctor
says 'but the central has no receipts'
rm -rf "$t/desk"
mv "$t/desk.then" "$t/desk"

step "a hosting without hooks"
for r in control records desk; do
	git init -q --bare --initial-branch=$r "$t/plain/$r.git"
done
expect 0 liudi-desk --home "$t/plain-desk" init "$t/plain" \
    --notice none --scrypt-log-n 10 --passphrase-fd 3 --owner-passphrase-fd 4 \
    3<"$t/pass" 4<"$t/pass"
says 'the central signs no receipts'
says_no 'there is no notice'
expect 0 liudi-desk --home "$t/plain-desk" sync --passphrase-fd 3 3<"$t/pass"
expect 3 liudi-desk --home "$t/plain-desk" doctor
says 'it prevents nothing, and what happens is only noticed'
says 'branches can be deleted and rewritten'
says 'a key that was revoked can still send'
expect 3 env LC_ALL= LANG=zh_CN.UTF-8 liudi-desk --home "$t/plain-desk" doctor
says '它什么都不阻止'

step "shops and who stands in"
expect 0 desk_key shop set 'Lamps EU' --platform eb --responsible li,wang
expect 3 desk doctor
says "shop 'Lamps EU': nobody does its work (doers)"
says '2 people are responsible for it, so nobody is'
says 'no area is named'
says 'no squad is named'
says "'manager' reads and has no deputy"
says "nobody but 'manager' and owners can read"
expect 3 env LC_ALL= LANG=zh_CN.UTF-8 liudi-desk --home "$t/desk" doctor
says "店铺 'Lamps EU'：负责人有 2 个，等于没有人负责"
says "'manager' 有阅读权，但没有代理人"
expect 2 desk_key shop set 'Lamps EU' --area everything
says "'everything' is no area"
expect 2 desk_key shop set '[x]' --squad 1
expect 2 desk_key person set li --left yesterday
expect 0 desk_key shop set 'Lamps EU' --responsible li --doers 'li, wang' \
    --area b2b --squad 1 --subject 张伟
expect 3 desk doctor
says "registered in the real name of '张伟'"
expect 0 desk_key shop set 'Lamps EU' --subject company
expect 3 desk doctor
says 'each shop has two people, one of them responsible'
says_no 'nobody does'
desk --json shop list >"$t/shops"
same "$(jq -r '[.name, .responsible[], .doers[], .area] | join(" ")' \
    "$t/shops")" 'Lamps EU li li wang b2b' 'shops'
expect 0 desk shop list
says 'li | li, wang'
expect 0 desk_key person set wang --left 2020-01-01
expect 3 desk doctor
says 'fewer than two people work for it'
expect 0 desk_key person set wang --left ''

step "away"
mv "$central" "$t/away"
expect 3 desk doctor
says 'cannot fetch control.git'
mv "$t/away" "$central"
expect 3 desk doctor
says 'central is reached'
done_
