#!/bin/sh
# tests/flow/92-redteam.sh BIN SHELL... - a station gone bad: its records are well
# signed and well sealed, pass the hook and lie.  LIUDI_SEALER names the program
# of tests/flow/sealer.c.
# shellcheck disable=SC2086,SC2046 # readers are words
# shellcheck source=tests/flow/90-scenes.sh
. "$(dirname "$0")/90-scenes.sh"

sealer=${LIUDI_SEALER:?}

group "a station gone bad"
# file_of COMMIT KIND: what it adds.
file_of()
{
	forge cat-file blob "$1:$(forge diff-tree --root -r --name-only \
	    --no-commit-id "$1" | grep "[.]$2")"
}
# lines JQ-ARGUMENT...: the newest manifest as JSON Lines, made the next part, in
# $t/lines.
lines()
{
	file_of "$head" manifest | age -d -i "$t/manager.key" | zstd -dcq |
	    jq -c --arg prev "$(forge log -1 --format=%B "$head" |
	    sed -n 's/^Liudi-Manifest: sha256://p')" --argjson n "$n" \
	    --argjson now "$now" 'if .v then .seq = $n | .prev = $prev |
	    .run = "00112233445566778899aabbccddeeff" | .base = "delta" |
	    .started = $now | .finished = $now | .spooled = 0 |
	    .counts.added = 0 | .counts.appended = 0 | .counts.chunks = 0 |
	    .counts.stored = 0 else . end |
	    select(.v or .source and .state)' | jq -c "$@" >"$t/lines"
}
# sealed_to FILE READER...: $t/lines, as a manifest.
sealed_to()
{
	zstd -qc "$t/lines" | "$sealer" $2 >"$1" || fail sealer
}
# manifest: the next part, of $t/lines; prints the commit.  finish: of $t/m.
manifest()
{
	begin "$head"
	: >"$t/bundles"
	sealed_to "$t/m" "${readers_of:-$readers}"
	finish
}
finish()
{
	put 100644 "$(forge hash-object -w "$t/m")" "$stem-$n.manifest.age"
	trailers "$n" "$t/m"
	sign
}
# sends COMMIT: lawfully, through the hook, with a receipt.
sends() { ok push records "$1:${2:-$ref}"; }
lawful_scene 'a part by hand'
lines .
sends "$(manifest)"
expect 0 sync
expect 0 desk_key verify
# lie WHAT TEXT FILTER: a part whose first line is changed so.
lie()
{
	scene "$1"
	lines "if .v then $3 else . end"
	sends "$(manifest)"
	alarm 5 "$2"
}
lie 'a manifest of another station' 'of another branch' \
    '.station = "ws-02"'
lie 'of another stream' 'of another branch' \
    '.stream = "x"'
lie 'of another year' 'of another branch' \
    '.epoch = 2001'
lie 'of another commit' 'of another commit' \
    '.seq -= 1'
lie 'after another manifest' 'not the manifest before' \
    '.prev = "'"$(printf %064d 0)"'"'
lie 'a policy that never was' 'not in control' \
    '.policy_commit = "'"$(printf %040d 1)"'"'
lie 'another state' 'the files that stand now are not those' \
    '.state = "'"$(printf %064d 0)"'"'
lie 'a run that began at another time' 'not the time in its name' \
    '.started -= 5000'
# op PATH: a line that adds an empty file there.
op()
{
	printf '{"op":"added","source":"chats",%s,"size":0,"mtime":[1,0],"mode":420,"sum":"%s","chunks":[]}\n' \
	    "$1" 0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8
}
# adds WHAT OP TEXT
adds()
{
	scene "$1"
	lines .
	op "$2" >>"$t/lines"
	sends "$(manifest)"
	alarm 5 "$3"
	desk_key restore ws-01 --to "$t/out/side" >"$t/said" 2>&1 || :
	no test -e "$t/owned" -o -e "$t/back/owned" -o -e /owned
}
adds 'a path upwards' '"path":"../../owned"' 'manifest line'
adds 'a path from the root' '"path":"/owned"' 'manifest line'
adds 'a path upwards, in base64' \
    '"path_b64":"'"$(printf '../../owned' | base64)"'"' 'manifest line'
adds 'a path with a NUL' '"path_b64":"'"$(printf 'a\000b' | base64)"'"' \
    'manifest line'
adds 'a path twice' '"path":"anna.txt"' 'was live before'
scene 'a file that was never stored'
lines .
op '"path":"x"' | sed "s/\[\]/[\"$(printf %064d 7)\"]/" >>"$t/lines"
sends "$(manifest)"
alarm 5 'never stored'
scene 'a manifest that becomes 4 GiB'
begin "$head"
: >"$t/bundles"
head -c 4294967296 /dev/zero | zstd -qc -1 | "$sealer" $readers >"$t/m"
sends "$(finish)"
alarm 5 'longer than'
scene 'a manifest for other readers, who are told'
readers_of="$(echo "$readers" | head -n 1) $thief"
lines --arg t "$thief" --arg o "$(echo "$readers" | sed -n 2p)" --arg s "$(
    printf '%s\n' $readers_of | sha256sum | cut -d ' ' -f 1)" \
    'if .v then .recipients |= map(if . == $o then $t else . end) |
    .recipients_sha256 = $s else . end'
sends "$(manifest)"
alarm 5 'not sealed to the readers'
scene 'a manifest for other readers, who are not told'
lines .
sends "$(manifest)"
alarm 5 'opens for others than it says'
readers_of=
scene 'a manifest that the owner cannot open, though he is named'
lines .
begin "$head"
: >"$t/bundles"
{ zstd -qc "$t/lines"; printf '\120\052\115\030\000\000\000\000'; } |
    age $(printf -- '-r %s ' $readers) >"$t/m"
sends "$(finish)"
alarm 5 'opens for others than it says'
scene 'a run again, under a new commit'
begin "$head"
: >"$t/bundles"
file_of "$head" manifest >"$t/m"
sends "$(finish)"
alarm 5 'of another commit'
scene 'a branch again, as a new incarnation'
root=$(forge rev-list --max-parents=0 "$head")
begin "$root"
parent=
forge log -1 --format=%B "$root" | sed -e '${/^$/d' -e '}' >"$t/message"
sends "$(sign)" "${ref%.*}.1"
alarm 5 'again'
# bundle FILE CHUNKS: after begin: that file, and its line in $t/lines.
bundle()
{
	: >"$t/bundles"
	put 100644 "$(forge hash-object -w "$1")" "$stem-$n.bundle-00.age"
	set -- "$(sha256sum <"$1" | cut -d ' ' -f 1)" "$(wc -c <"$1")" "$2"
	echo "Liudi-Bundle: sha256:$1 $2" >"$t/bundles"
	printf '{"path":"%s","sha256":"%s","bytes":%d,"chunks":%s}\n' \
	    "$stem-$n.bundle-00.age" "$1" "$2" "$3" >"$t/line"
	{ sed -n 1p "$t/lines"; cat "$t/line"; sed 1d "$t/lines"; } >"$t/l2"
	mv "$t/l2" "$t/lines"
}
# bundled FILE: sends a part with that bundle.
bundled()
{
	lines "$stores"
	begin "$head"
	bundle "$1" "$chunks"
	sealed_to "$t/m" "$readers"
	sends "$(finish)"
}
# tarred FILE...: a bundle of the next part, as a tar, with FILE in chunks/.
tarred()
{
	rm -rf "$t/tar"
	mkdir -p "$t/tar/chunks"
	printf '{"v":1,"station":"ws-01","stream":"main","epoch":%d,"seq":%d,"run":"%s","part":%d}\n' \
	    "$year" "$n" "${run:-00112233445566778899aabbccddeeff}" 0 \
	    >"$t/tar/liudi.json"
	chunks=
	for f; do
		sum=$(b2sum -l 256 <"$f" | cut -d ' ' -f 1)
		mv "$f" "$t/tar/chunks/$sum"
		chunks=$chunks${chunks:+,}'"'$sum'"'
	done
	chunks="[$chunks]"
	(cd "$t/tar" && tar -c -b 1 --format=ustar --owner=0 --group=0 \
	    --mtime=@0 --mode=0644 liudi.json chunks/*) | zstd -qc -1
}
prev=$(forge rev-list -n 1 --grep='^Liudi-Bundle' "$head")
file_of "$prev" bundle-00 >"$t/b"
stores='if .v then .counts.chunks = 1 | .counts.stored = 6 else . end'
lawful_scene 'a bundle by hand'
echo lamps >"$t/chunk"
tarred "$t/chunk" >"$t/b.zst"
"$sealer" $readers <"$t/b.zst" >"$t/b2"
bundled "$t/b2"
expect 0 sync
scene 'a bundle for a reader who is nobody'
"$sealer" "$(echo "$readers" | head -n 1)" "$thief" <"$t/b.zst" >"$t/b2"
bundled "$t/b2"
alarm 5 'opens for others than it says'
scene 'a bundle for one reader more'
"$sealer" $readers "$thief" <"$t/b.zst" >"$t/b2"
bundled "$t/b2"
alarm 5 'opens for others than it says'
scene 'an old bundle again, byte for byte'
bundled "$t/b"
alarm 5 'it is of another part'
scene "what was in another run's bundle, under a new seal"
echo lamps >"$t/chunk"
(run=$(printf %032d 1) && tarred "$t/chunk" >"$t/other.zst")
"$sealer" $readers <"$t/other.zst" >"$t/b2"
bundled "$t/b2"
alarm 5 'it is of another part'
scene 'a bundle that becomes 2 GiB'
truncate -s 2G "$t/chunk"
b2sum() { printf '%064d  -\n' 7; }
tarred "$t/chunk" >"$t/bomb.zst"
unset -f b2sum
rm -rf "$t/tar"
"$sealer" $readers <"$t/bomb.zst" >"$t/b2"
bundled "$t/b2"
alarm 5 'bundle entry of'
scene 'a chunk with the name of another'
echo lamps >"$t/chunk"
b2sum() { printf '%064d  -\n' 7; }
tarred "$t/chunk" >"$t/lie.zst"
unset -f b2sum
"$sealer" $readers <"$t/lie.zst" >"$t/b2"
bundled "$t/b2"
alarm 5 'does not have the bytes of its name'
scene "another station's bundle"
git --git-dir "$central/records.git" cat-file blob \
    "$(sealed "$ref2" bundle | head -n 1 | cut -d ' ' -f 1)" >"$t/b2"
bundled "$t/b2"
alarm 5 'byte for byte'
scene "another station's manifest"
begin "$head"
: >"$t/bundles"
git --git-dir "$central/records.git" cat-file blob \
    "$(sealed "$ref2" manifest | head -n 1 | cut -d ' ' -f 1)" >"$t/m"
sends "$(finish)"
alarm 5 'byte for byte'
says 'of another branch'
scene 'sums that are none'
lines .
c=$(manifest)
begin "$head"
put 100644 "$(forge hash-object -w "$t/m")" "$stem-$n.manifest.age"
message "s/^\(Liudi-Manifest: sha256:\).*/\1$(printf %064d 0)/"
sends "$(sign)"
alarm 5 'its SHA-256 is not the signed one'
scene 'random bytes where a manifest should be'
sends "$(part "$head" "$n")"
alarm 5 'none of the identities opens this file'
scene 'dates back as far as it goes'
now=$((epoch0 + 2 * 86400 + 3600))
stem=$(date -d "@$now" +runs/%Y/%m/%d/%H%M%SZ)
lines .
sends "$(manifest)"
alarm 3 'before the central received it'
scene 'names of files that are commands to a terminal'
printf x >"$t/ws-01-files/chats/$(printf 'a\033[2J\033]0;owned\007\nb.txt')"
expect 0 ws ws-01 run
! grep -q "$esc" "$t/out" "$t/err" || fail 'run says an escape sequence'
expect 0 sync
for show in 'show ws-01' 'ls -lr ws-01' 'log' '--json ls -r ws-01' \
    '--json show ws-01'; do
	# shellcheck disable=SC2086
	expect 0 desk $show
	! grep -q "$esc" "$t/out" "$t/err" || fail "$show: an escape sequence"
done
expect 0 restore ws-01 "$t/named"
! grep -q "$esc" "$t/out" "$t/err" || fail 'restore: an escape sequence'
alike "$t/ws-01-files" "$t/named" 'it comes back as it was called'
judge
over 30
