#!/bin/sh
# tests/flow/59-talk.sh BIN - a manager reads chats: from exports on two stations
# to the screen, a search, a file for others, and the owner's log of all that.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

desk_git() { git --git-dir "$central/desk.git" "$@"; }
nevents() { desk_git ls-tree -r --name-only desk access/ 2>/dev/null | wc -l; }
owner_log()
{
	liudi-desk --home "$t/desk" --json access --passphrase-fd 3 \
	    3<"$t/pass" | grep '"kind":"event"'
}
# one PART...: the line of the last output that holds all of them; get KEY: a
# number in it.
one()
{
	cp "$t/out" "$t/line"
	for part in "$@"; do
		grep -F -e "$part" "$t/line" >"$t/line.new" || :
		mv "$t/line.new" "$t/line"
	done
	same "$(wc -l <"$t/line")" 1 "lines with $*"
}
get() { sed -n "1s/^.*\"$1\":\([0-9a-z]*\).*/\1/p" "$t/line"; }

esc=$(printf '\033')
day 1
team
station ws-01
printf '\n[source wa]\nkind = chat\npath = %s\n' "$t/ws-01-files/wa" \
    >>"$t/ws-01/liudi.ini"
mkdir "$t/ws-01-files/wa"
policy '[team]\norg = Acme Lamps\n\n[source wa]\nself = Li Na\nzone = UTC\n\n[source chats]\nself = 李娜\nzone = UTC\n'
maria="$t/ws-01-files/wa/WhatsApp Chat with Maria Jensen.txt"
cat >"$maria" <<EOT
01/03/2024, 09:03 - Maria Jensen: Good morning, could you quote FOB Ningbo for 200 pcs?
01/03/2024, 09:05 - Li Na: 4.80 USD FOB Ningbo
01/03/2024, 09:08 - Maria Jensen: =HYPERLINK("http://x.invalid")
<script>alert(1)</script>
${esc}[31mred${esc}[0m
01/03/2024, 09:10 - Li Na: write to my own WeChat: lina_private88
13/03/2024, 10:00 - Maria Jensen: ok, thank you
EOT
# a file and no text
cat >"$t/ws-01-files/chats/result.json" <<'EOT'
{"guild":{"id":"0","name":"Direct Messages","iconUrl":""},"channel":{"id":"5","type":"DirectTextChat","name":"Petra","topic":null},"dateRange":{"after":null,"before":null},"messages":[
{"id":"1","type":"Default","timestamp":"2024-03-05T10:00:00+00:00","timestampEdited":null,"isPinned":false,"content":"","author":{"id":"5","name":"Petra","isBot":false},"attachments":[{"id":"9","url":"files/offer.pdf","fileName":"offer <1>.pdf","fileSizeBytes":3}],"embeds":[],"reactions":[],"mentions":[]}],"messageCount":1}
EOT
# a second one, by invitation: the roster knows its person
expect 0 desk_key invite ws-02 --person '王芳' --file "$t/invitation"
expect 0 ws ws-02 join "$t/invitation"
mkdir "$t/ws-02-files"
printf '\n[source chats]\nkind = chat\npath = %s\n' "$t/ws-02-files" \
    >>"$t/ws-02/liudi.ini"
# QQ: names that are markup and an escape
rule=$(printf '%064d' 0 | tr 0 =)
{
	printf '\357\273\277消息记录（此消息记录为文本格式，不支持重新导入）\r\n\r\n'
	printf '%s\r\n消息分组:客户\r\n%s\r\n消息对象:<b>Maria%s[1m宁波\r\n%s\r\n\r\n' \
	    "$rule" "$rule" "$esc" "$rule"
	printf '2024-03-02 9:03:15 <b>Maria%s[1m宁波\r\n宁波港 FOB 报价多少？\r\n\r\n' "$esc"
	printf '2024-03-02 9:05:00 李娜\r\n五块二，明天发报价单.xlsx\r\n\r\n'
} >"$t/ws-02-files/qq.txt"
expect 0 sync
expect 0 ws ws-01 run
expect 0 ws ws-02 run
ok synced

step 'conversations'
before=$(nevents)
expect 0 desk_key chats
says 'Maria Jensen'
says '王芳'
says '<b>Maria\x1b['
says_no "$esc"
expect 0 desk_key --json chats
same "$(grep -c '"type":"chat"' "$t/out")" 3 conversations
one '"conv_name":"Maria Jensen"' '"person":null' '"platform":"whatsapp"'
same "$(get messages) $(get in) $(get out)" '5 3 2' counts
number=$(get chat)
expect 0 desk_key chats --person 王
says 'qq'
says_no whatsapp
expect 0 desk_key chats --platform qq --station ws-01
says 'no conversation'
expect 0 desk_key chats --peer jensen --since 2024-03-13
says 'Maria'
expect 0 desk_key chats --until 2024-02-01
says 'no conversation'
expect 2 desk_key chats --person nobody
says "the roster knows no 'nobody'"
expect 1 desk_key chats --station ws-09

step 'one of them'
expect 0 desk_key chat jensen
cp "$t/out" "$t/screen"
says '── 2024-03-01 Friday ─'
says '  09:03  Maria Jensen    Good morning'
says '> 09:05  Li Na           4.80 USD FOB Ningbo'
says '                         \x1b[31mred\x1b[0m'
says_no "$esc"
expect 0 desk_key chat "$number"
same "$(cat "$t/out")" "$(cat "$t/screen")" 'by its number'
expect 0 desk_key chat 'Maria Jensen' --since 2024-03-13
says 'ok, thank you'
says_no ' 09:03 '
COLUMNS=60 expect 0 desk_key chat jensen
says '                         Ningbo for 200 pcs?'
expect 0 desk_key chat Petra
says '[file] offer <1>.pdf'
expect 1 desk_key chat Nobody
says "no conversation 'Nobody'"
expect 2 desk_key chat maria
says '2 conversations fit'
says 'Maria Jensen'
expect 0 desk_key chat maria --station ws-02
says '宁波港 FOB'
expect 1 desk_key chat jensen --until 2024-02-01

step 'the bytes of a message'
expect 0 desk_key --json chat jensen
one '"type":"said"' 'lina_private88'
n=$(get message)
off=$(get offset) len=$(get length)
raw() { desk_key chat jensen --raw "$@" >"$t/raw"; }
ok raw "$n"
says "commit $(records rev-parse "$(branches ws-01)" | cut -c 1-12), received"
ok cmp "$t/raw" - <<EOT
$(tail -c "+$((off + 1))" "$maria" | head -c "$len")
EOT
same "$(cat "$t/raw")" \
    '01/03/2024, 09:10 - Li Na: write to my own WeChat: lina_private88' raw
expect 1 desk_key chat jensen --raw 7
expect 2 desk_key chat jensen --raw x
expect 1 desk_key chat maria --station ws-02 --raw "$n"

step 'a message is deleted, another one edited'
day 2
sed -i '/private88/d; s/4.80 USD/5.20 USD/' "$maria"
echo '14/03/2024, 08:00 - Maria Jensen: 宁波 again' >>"$maria"
expect 0 ws ws-01 run
ok synced
expect 0 desk_key chats --station ws-01
says 'vanished'
expect 0 desk_key chat jensen
cp "$t/out" "$t/screen"
says '>-09:10  Li Na           write to my own WeChat: lina_private88'
says "(vanished: no longer in the copy of $(when 2 | cut -c 1-10)"
says '4.80 USD'
says '5.20 USD'
says 'again'
# the bytes of what is gone are those of the first copy
ok raw "$n"
ok grep -q 'lina_private88' "$t/raw"

step 'words'
expect 0 desk_key search 宁波
says '[宁波] again'
says '[宁波]港 FOB'
says '2 messages found'
expect 0 desk search --passphrase-fd 3 --context 0 fob -- -报价 3<"$t/pass"
says '[FOB]'
says_no 宁波港
expect 0 desk_key search '"could you quote"' --context 0
says '1 message found'
says_no '09:05'
expect 0 desk_key search fob --limit 1 --context 0
says 'or --until 2024-03-02'
expect 0 desk_key search fob --person 王芳
says '1 message found'
expect 0 desk_key search nowhere
says '0 messages found'
expect 2 desk_key search -- -fob
expect 2 desk_key search fob --limit 0
expect 0 desk_key --json search 宁波 --limit 1
one '"type":"hit"' '宁波 again' '"context":[{"message"'
expect 0 desk_key --json search 宁波 --limit 1
one '"type":"summary"' '"shown":1,"more":true'

step 'for others'
expect 0 desk_key export jensen --to "$t/m.html" --why 'complaint 7'
says "sha256 $(sha256sum <"$t/m.html" | cut -d ' ' -f 1)"
same "$(stat -c %a "$t/m.html")" 600 mode
no grep -q -i -e '<script' -e 'onload' -e "$esc" "$t/m.html"
ok grep -q '&lt;script&gt;alert(1)&lt;/script&gt;' "$t/m.html"
commit=$(records rev-parse "$(branches ws-01)")
ok grep -q "$commit" "$t/m.html"
ok grep -q "$(records rev-parse "$(branches ws-01)~1")" "$t/m.html"
manifest=$(records cat-file blob "$(sealed "$(branches ws-01)" manifest |
    sed -n 1p | cut -d ' ' -f 1)" | sha256sum | cut -d ' ' -f 1)
ok grep -q "$manifest" "$t/m.html"
expect 2 desk_key export jensen --to "$t/m.html"
says 'exists'
expect 0 desk_key export jensen --to "$t/m.html" --overwrite
expect 0 env LANG=zh_CN.UTF-8 LC_ALL= liudi-desk --home "$t/desk" export \
    jensen --to "$t/zh.html" --passphrase-fd 3 3<"$t/pass"
ok grep -q 'lang="zh-CN"' "$t/zh.html"
ok grep -q '来源与保管记录' "$t/zh.html"
expect 0 desk_key export --search fob --to "$t/s.html"
ok grep -q '王芳' "$t/s.html"
ok grep -q '&lt;b&gt;Maria\\x1b\[1m宁波' "$t/s.html"
expect 0 desk_key export Petra --to "$t/p.html"
ok grep -q '\[file\] offer &lt;1&gt;.pdf' "$t/p.html"
expect 0 desk_key export jensen --to "$t/m.csv"
ok grep -q '"'"'"'=HYPERLINK(""http://x.invalid"")' "$t/m.csv"
no grep -q "$esc" "$t/m.csv"
ok grep -q ",\"$manifest\"," "$t/m.csv"
same "$(head -c 3 "$t/m.csv" | od -An -tx1 | tr -d ' ')" efbbbf 'byte order mark'
expect 0 desk_key export jensen --to "$t/m.jsonl"
expect 2 desk_key export --search fob --to "$t/s.jsonl"
no test -e "$t/s.jsonl"
# what we write we read
expect 0 desk import --check -m --json "$t/m.jsonl"
one '"type":"import"' '"format":"chatlab"' '"unparsed":0'
same "$(get messages)" "$(grep -c '"_type":"message"' "$t/m.jsonl")" 'read back'
expect 0 desk import --check -m --json "$t/m.jsonl"
one lina_private88 '"sender_role":"self"' '"conv_name":"Maria Jensen"' \
    '"ts_utc":1709284200000'
expect 2 desk_key export --to "$t/x.html"
expect 2 desk_key export jensen
expect 2 desk_key export jensen --to "$t/x.doc"
expect 1 desk_key export jensen --to "$t/none/x.html"
expect 1 desk_key export jensen --until 2024-02-01 --to "$t/x.html"
no test -e "$t/x.html"

step 'the owner sees who read'
owner_log >"$t/log"
ok test "$(($(nevents) - before))" -gt 15
log_has() { ok grep -q -F -e "$1" "$t/log"; }
log_has '"action":"open","station":null,"view":"conversations","days":null'
log_has '"action":"open","station":null,"view":"conversations, person 王"'
log_has '"action":"open","station":"ws-01","view":"whatsapp: Maria Jensen","days":null'
log_has '"view":"whatsapp: Maria Jensen","days":["2024-03-13"'
log_has '"action":"open","station":null,"view":"maria"'
log_has "\"view\":\"bytes of message $n in whatsapp: Maria Jensen\""
log_has '"action":"search","station":null,"view":"search \"could you quote\""'
log_has '"action":"export","station":"ws-01","view":"whatsapp: Maria Jensen","days":null,"reason":"complaint 7"'
log_has '"action":"export","station":null,"view":"search fob"'
# who cannot sign for it reads nothing
mkdir "$t/away"
mv "$t/desk/keys/manager.sign.age" "$t/away"
for what in chats 'chat jensen' 'search fob' "export jensen --to $t/y.csv"; do
	# shellcheck disable=SC2086
	expect 1 desk_key $what
	says 'who reads records signs for it'
	says_no -e FOB -e Maria
done
no test -e "$t/y.csv"
mv "$t/away/manager.sign.age" "$t/desk/keys"

step 'without a catalogue'
rm -rf "$t/desk/catalogue"
expect 1 desk_key chats
says 'sync'
done_
