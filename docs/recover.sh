#!/bin/sh
# sh recover.sh RECORDS.git CONTROL.git IDENTITY STATION OUTDIR [STREAM [COMMIT]]
# A station's files as of its last run (or COMMIT), with git, ssh-keygen, age, zstd, tar, jq, coreutils
set -eu; umask 077
export LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_NO_REPLACE_OBJECTS=1
unset TAR_OPTIONS GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS
say() { printf 'recover: %s\n' "$*" >&2; }; die() { say "$*"; exit 5; }
case $# in [567]) ;; *) sed -n 2p "$0" >&2; exit 2 ;; esac
records=$(realpath -- "$1") control=$(realpath -- "$2") id=$(realpath -- "$3")
mkdir -p -- "$5" && out=$(realpath -- "$5"); [ -z "$(ls -A -- "$out")" ] || die "'$5' is not empty"
w=$out/.recover key='' station=$4 stream=${6:-main} cpus=$(nproc) jobs=''
trap 'rm -rf "$w" "$key"' EXIT; trap 'kill $jobs 2>/dev/null || :; wait; exit 130' HUP INT TERM
key=$(mktemp -d -p /dev/shm 2>/dev/null) || key=$(mktemp -d)
mkdir "$w" && cd "$w" && mkdir chunks m e u p x out
case $(head -c 30 "$id") in age-enc*|"-----BEGIN AGE"*) # under a passphrase: ask for it once
	age -d -o "$key/id" "$id"; id=$key/id ;; esac
unseal() { age -d -i "$id" >open || die "$1: cannot open it"; zstd -dcq open || die "$1: damaged"; }
g() { git -C "$repo" -c safe.directory='*' -c gpg.format=ssh -c gpg.ssh.program=ssh-keygen \
	-c gpg.minTrustLevel=undefined -c gpg.ssh.allowedSignersFile="$w/signers" "$@"; }
newest() { g for-each-ref --sort=-v:refname --count=1 --format='%(refname)' "$@"; }
each() { # FUNCTION LIST: calls it with the words of each line; each processor takes its share
	jobs='' bad=''; for k in $(seq "$cpus"); do
		mkdir -p "on$k"; awk "NR % $cpus == $k - 1" "$2" |
			{ cd "on$k"; while read -r a b c; do "$1" "$a" "$b" "$c"; done; } &
		jobs="$jobs $!"; done
	for k in $jobs; do wait "$k" || bad=$?; done; jobs=''; [ -z "$bad" ] || exit "$bad"; }
# 1. control.git: one line of commits, each signed by a root of its parent.
repo=$control last=
g fsck --no-dangling --no-progress >said 2>&1 || die "control.git: $(cat said)"
g rev-list --reverse "$(newest refs/remotes/origin/control refs/heads/control)" >control
while read -r c; do
	g cat-file blob "${last:-$c}:roots" >signers
	[ -n "$last" ] || sed -n 's/^owner.* \(ssh-[^ ]* [^ ]*\).*/\1 owner: see your sheet/p' signers | ssh-keygen -lf - >&2
	[ "$(g log -1 --format='%G? %P' "$c")" = "G $last" ] || die "control: $c is not signed by a root of its parent"; last=$c
done <control
g cat-file blob "$last:allowed_signers" >signers
# 2. The branch: each commit signed by the station, its message true of the files it adds.
repo=$records; ref=$(newest "refs/remotes/origin/ws/$station/$stream/" "refs/heads/ws/$station/$stream/")
head=$(g rev-parse -q --verify "${7:-$ref}^{commit}") || die "no such records of $station"
say "as of ${7:-$ref}, commit $head"; g rev-list --reverse --parents "$head" >commits
awk '$2 != last || NF > 2 { exit 1 } { print NR - 1, last = $1 }' commits >list || die "history is not one line"
commit() { # NUMBER HASH
	[ "$(g log -1 --format='%G? %GS' "$2")" = "G $station" ] || die "commit $1, $2: no good signature of $station"
	g cat-file commit "$2" | sed '1,/^$/d' >message; prev=$(sed -n 's/^Liudi-Prev: sha256://p' message)
	g diff-tree -r --root --no-commit-id --no-renames "$2" >tree; man=''; : >trailers; : >>oids
	echo "V $1 ${prev:-null} $station $stream" >"../e/$1"
	while read -r old mode _ oid op path; do
		case "$old $mode $op $path" in ":000000 100644 A runs/"*"Z-$1."*.age) ;;
		*) die "commit $1: does more than add its files" ;; esac
		g cat-file blob "$oid" >sealed; sum=$(sha256sum <sealed) sum=${sum%% *} size=$(wc -c <sealed)
		grep -q "^Liudi-[MB].*:$sum" message || die "$path: not what was signed"
		case $path in *.manifest.age) man=$man$sum; unseal "$path" <sealed >"../m/$1"; continue ;; esac
		echo "Liudi-Bundle: sha256:$sum $size" >>trailers; echo "B $path $sum $size" >>"../e/$1"; echo "$sum $oid" >>oids
	done <tree; { printf 'liudi %s\n\nLiudi-Manifest: sha256:%s\n' "$1" "$man" && cat trailers
	  [ -z "$prev" ] || echo "Liudi-Prev: sha256:$prev"; } | cmp -s - message || die "commit $1: message and files disagree"
	echo "$1 $man $prev" >>chain; }
each commit list; cat on*/chain | sort -n >chain; cut -d ' ' -f 1 chain >list
awk '$3 != last { exit 1 } { last = $2 }' chain || die "a commit and the one before it disagree"
for k in m e; do sed "s,^,$k/," list | xargs cat >"all.$k"; done; cat on*/oids >oids
# 3. The manifests as columns, ids of chunks joined; then what is live after the last line.
jq -r 'def point: if . then "\(.ref) \(.seq)" else "" end; def ids: add // "";
def stamp: if .[0] < 0 and .[1] > 0 then [-1 - .[0], 1000000000 - .[1], "-"] else . end |
	"\(.[2] // "")\(.[0]).\(1000000000 + .[1] | tostring[1:])";
if .op then ["F", .op, .source, .path_b64 // (.path | @base64),
	.from_b64 // (.from // "" | @base64), .mode, (.mtime // [0, 0] | stamp), .size, .sum] +
	(if .chunks then ["c", (.chunks | ids)] elif .edits then
		["e", ([.edits[] | "\(.[0]):\(.[1]):\(.[2] | ids)"] | join(";"))]
	elif .elsewhere then ["w", (.elsewhere | point)] else ["-", ""] end)
elif has("v") then ["V \(.seq) \(.prev) \(.station) \(.stream)", .run, .base == "full" and .final,
	(.continues // .prev_epoch_head | point), .final, (.started | todate), .policy_commit,
	"{\"v\":1,\"station\":\"\(.station)\",\"stream\":\"\(.stream)\",\"epoch\":\(.epoch),\"seq\":" +
	"\(.seq),\"run\":\"\(.run)\",\"part\":\(.part)}"]
elif .path then ["B \(.path) \(.sha256) \(.bytes)", (.chunks | ids)]
else ["S", .source, .state] end | map(tostring) | join("\t")' all.m >flat || die "malformed manifest"
cut -f 1 flat | grep '^[VB] ' | cmp -s - all.e || die "the manifests do not fit their commits"
awk -F '\t' 'function no(why) { print $3 " " $4 ": " why >"/dev/stderr"; exit bad = 1 }
function drop(k) { if (all) for (k in kind) if (named[k] != run) delete kind[k] }
function edit(old, list,    n, i, at, e, x, r) { # each edit is INDEX:REMOVED:IDS
	for (n = split(list, e, ";"); i++ < n; at = x[1] + x[2]) {
		split(e[i], x, ":"); r = r substr(old, at * 64 + 1, (x[1] - at) * 64) x[3] }; return r substr(old, at * 64 + 1) }
$1 ~ /^V / { drop(); run = $2; all = $3 == "true"; whole = whole || all; notes = ""
	if ($4 != "") before = $4; final = $5; when = $6; policy = $7 }
$1 == "S" && $3 != "ok" { notes = notes "source " $2 " was " $3 " in that run\n" }
$1 == "F" { k = $3 "\t" $4; from = $2 == "moved" ? $3 "\t" $5 : k; named[k] = run
  if (($2 == "removed" || $10 ~ /[-e]/) && !(from in kind)) no("was not there")
  if ($2 == "removed") { delete kind[k]; next }
  if ($10 == "-") { $9 = sum[from]; $10 = kind[from]; $11 = list[from] }
  if ($10 == "e" && kind[k] == "c") { $10 = "c"; $11 = edit(list[k], $11) }
  if (from != k) delete kind[from]
  if ($3 !~ /^[a-z0-9][a-z0-9-]*$/ || $6 $8 ~ /[^0-9]/ || $7 !~ /^-?[0-9]+[.][0-9]+$/ ||
      $10 !~ /[cw]/ || ($10 == "c" && $11 ~ /[^0-9a-f]/)) no("malformed")
  meta[k] = sprintf("%o", $6 % 512) "\t" $7 "\t" $8; sum[k] = $9; kind[k] = $10; list[k] = $11 }
END { if (bad) exit 1; drop(); printf "a run begun %s\n%s", when, notes >"notes"
  if (final != "true") print "that run was not finished" >"notes"
  if (!whole) print "not all: no full run was finished here; the files before: " before >"notes"
  print policy >"policy"; for (k in kind) if (kind[k] == "c")
	print ++n "\t" k "\t" meta[k] "\t" sum[k] "\t" list[k]
  else print "not restored (name in base64): " k " lies in " list[k] >"notes" }' flat \
	>live || die "a manifest does not fold"
sed 's/^/recover: /' notes >&2; n=$(wc -l <live)
grep -qxFf policy control || say "this copy of control.git is older than that run"
# 4. The bundles that hold a piece in need; each piece must be what its name says.
cut -f 8 live | fold -w 64 | sort -u >need
awk -F '\t' 'FILENAME == "need" { if ($1 != "") need[$1]; next }
FILENAME == "oids" { split($1, a, " "); oid[a[1]] = a[2] } $1 ~ /^V / { context = $8 }
$1 ~ /^B / { split($1, a, " "); take = 0; m = length($2)
  for (i = 1; i < m; i += 64) if ((x = substr($2, i, 64)) in need) { delete need[x]; take = 1 }
  if (take) print oid[a[3]], a[2], context } END { for (x in need) exit 1 }' need oids flat >take || die "a piece was never stored"
bundle() { # OBJECT PATH CONTEXT
	g cat-file blob "$1" | unseal "$2" >tar
	! tar -tvf tar | grep -qvE '^-.* (liudi.json|chunks/[0-9a-f]{64})$' || die "$2: other names, or not plain files"
	printf '%s\n' "$3" >context; tar -xOf tar liudi.json | cmp -s - context || die "$2: of another run"
	tar -xmf tar -C "$w" --overwrite --no-same-owner --no-same-permissions chunks; }
each bundle take; sed -n 's,^.,chunks/&,p' need >pieces
same='$2 != "chunks/" $1 { exit 1 }' xargs -r -n 900 -P "$cpus" sh -c 'b2sum -l 256 "$@" | awk "$same"' - \
	<pieces || die "a piece is not what its name says"
xargs -r stat -c '%n %s' <pieces >sizes || die "a piece is not in its bundle"
# 5. A tar of all, which tar unpacks: before the pieces of file N cat puts the headers x/LENGTH (in p/N
# are LENGTH bytes that tell its path, time and size) and x/MODE; u/N has its ids as bytes.
cut -f 3 live | sed 's/$/\nAA==/' | base64 -d >paths || die "malformed path" # NUL behind each
od -An -v -to1 -w1 paths | awk '/000/ { print path; path = ""; next } { path = path "\\" $1 }' >paths.o
! sed 's,.*,\\057&\\057,' paths.o | grep -qE '\\057(\\056){0,2}\\057' || die "a path that leads elsewhere"
[ "$(wc -l <paths.o)" = "$n" ] || die "malformed path"
cut -f 3 --complement live | paste - paths.o | awk -F '\t' -v cpus="$cpus" '
BEGIN { FS = "\t"; for (i = 0; i < 256; i++) o[sprintf("%02x", i)] = sprintf("\\%03o", i)
  for (; n < 512; nul = nul "\\000") print "printf \047" nul "\047 >x/nul" n++ }
function record(name, value, len) { # its length counts itself
	len += length(name) + 3; len += length(len + length(len)); all += len; return len " " name "=" value "\\n" }
function header(file, type, mode, size,    k, i, sum) { # 512 bytes: see ustar in POSIX, pax
	if (file in made) return; made[file]; k = sprintf("%07d%011o", mode, size)
	for (sum = type == "x" ? 3197 : 3125; i++ < 18; ) sum += substr(k, i, 1) # of all bytes
	printf "printf \047f%s%s\\0000000000\\0000000000\\000%s\\00000000000000\\000%06o\\000 %s%sustar\\00000%s\047 >%s\n",
		substr(nul, 1, 396), substr(k, 1, 7), substr(k, 8), sum, type, substr(nul, 1, 400), substr(nul, 1, 988), file }
FILENAME == "sizes" { split($0, a, " "); size[a[1]] = a[2]; next }
{ all = total = 0; m = length($7); list = "list." NR % cpus; printf "printf \047"
  for (i = 1; i < m; i += 2) printf "%s", o[substr($7, i, 2)]
  print "\047 >u/" $1 "\nprintf \047" record("path", $2 "/" $8, length($2) + 1 + length($8) / 4) \
	record("mtime", $4, length($4)) record("size", $5, length($5)) "\047 >p/" $1
  header("x/" all, "x", 0, all); header("x/mode" $3, 0, $3, 0); d = $2 "/" $8; gsub(/\\057/, "/", d)
  sub("/[^/]*$", "", d); if (!(d in dirs)) print "printf \047" d "\\000\047 >>dirs"; dirs[d]
  print "x/" all "\np/" $1 "\nx/nul" (512 - all % 512) % 512 "\nx/mode" $3 >list
  for (i = 1; i < m; i += 64) { x = "chunks/" substr($7, i, 64); total += size[x]; print x >list }
  print "x/nul" (512 - total % 512) % 512 >list; if (total != $5) exit 1 }' sizes - >steps || die "a file's size is not that of its pieces"
: >dirs; sh -e steps; (cd out && xargs -0 -r mkdir -p) <dirs || die "a folder cannot be made"
seq -f u/%.0f "$n" | xargs -r b2sum -l 256 | cut -d ' ' -f 1 >got; cut -f 7 live | cmp -s - got || die "a file's sum is not that of its pieces"
pour() { { (cd "$w" && xargs cat <"$1") && : >poured; } | tar -xkpf - -C "$w/out" --no-same-owner \
		--warning=no-timestamp && rm poured || die "a file below a file, or two of one name"; }
find . -name 'list.*' >list; each pour list; [ "$n" = 0 ] || mv out/* "$out/"
say "$n files are in $out"; ! grep -q '^not ' notes || exit 3
