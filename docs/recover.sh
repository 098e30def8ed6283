#!/bin/sh
# sh recover.sh RECORDS.git CONTROL.git IDENTITY STATION OUTDIR [STREAM [COMMIT]]
# A station's files as of its last run (or COMMIT), with git, ssh-keygen, age, zstd, tar, jq, coreutils
set -eu; umask 077
export LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_NO_REPLACE_OBJECTS=1
unset TAR_OPTIONS GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS
say() { printf 'recover: %s\n' "$*" >&2; }
die() { say "$*"; exit 5; }
case $# in [567]) ;; *) sed -n 2p "$0" >&2; exit 2 ;; esac
records=$(realpath -- "$1") control=$(realpath -- "$2") id=$(realpath -- "$3")
mkdir -p -- "$5" && out=$(realpath -- "$5")
[ -z "$(ls -A -- "$out")" ] || die "'$5' is not empty"
w=$out/.recover key='' station=$4 stream=${6:-main}
trap 'rm -rf "$w" "$key"' EXIT; trap 'exit 130' HUP INT TERM
key=$(mktemp -d -p /dev/shm 2>/dev/null) || key=$(mktemp -d)
mkdir "$w" && cd "$w" && mkdir chunks f u out
case $(head -c 30 "$id") in age-enc*|"-----BEGIN AGE"*) # under a passphrase: ask for it once
	age -d -o "$key/id" "$id"; id=$key/id ;; esac
unseal() { age -d -i "$id" sealed >p || die "$1: cannot open it"; zstd -dcq p || die "$1: damaged"; }
g() {
	git -C "$repo" -c safe.directory='*' -c gpg.format=ssh -c gpg.ssh.program=ssh-keygen \
	    -c gpg.minTrustLevel=undefined -c gpg.ssh.allowedSignersFile="$w/signers" "$@"
}
newest() { g for-each-ref --sort=-v:refname --count=1 --format='%(refname)' "$@"; }

# 1. control.git: one line of commits, each signed by a root of its parent.
repo=$control last=
g fsck --no-dangling --no-progress >said 2>&1 || die "control.git: $(cat said)"
g rev-list --reverse "$(newest refs/remotes/origin/control refs/heads/control)" >control
while read -r c; do
	g cat-file blob "${last:-$c}:roots" >signers
	[ -n "$last" ] || sed -n 's/^owner.* \(ssh-[^ ]* [^ ]*\).*/\1 owner: see your sheet/p' signers |
		ssh-keygen -lf - >&2
	[ "$(g log -1 --format='%G? %P' "$c")" = "G $last" ] ||
		die "control: $c is not signed by a root of its parent"
	last=$c
done <control
g cat-file blob "$last:allowed_signers" >signers

# 2. The branch: each commit signed by the station, its message true of the files it adds.
repo=$records last='' prev='' seq=0; : >lines; : >expected; : >oids
ref=$(newest "refs/remotes/origin/ws/$station/$stream/" "refs/heads/ws/$station/$stream/")
head=$(g rev-parse -q --verify "${7:-$ref}^{commit}") || die "no such records of $station"
say "as of ${7:-$ref}, commit $head"; g rev-list --reverse "$head" >commits
while read -r c; do
	[ "$(g log -1 --format='%G? %GS %P' "$c")" = "G $station $last" ] ||
		die "commit $seq, $c: no good signature of $station, or history is not one line"
	g cat-file commit "$c" | sed '1,/^$/d' >message
	g diff-tree -r --root --no-commit-id --no-renames "$c" >tree
	echo "V $seq ${prev:-null} $station $stream" >>expected; man=''; : >trailers
	while read -r old mode _ oid op path; do
		case "$old $mode $op $path" in ":000000 100644 A runs/"*"Z-$seq."*.age) ;;
		*) die "commit $seq: does more than add its files" ;; esac
		g cat-file blob "$oid" >sealed
		sum=$(sha256sum <sealed) sum=${sum%% *} size=$(wc -c <sealed)
		grep -q "^Liudi-[MB].*:$sum" message || die "$path: not what was signed"
		case $path in *.manifest.age) man=$man$sum; unseal "$path" >>lines; continue ;; esac
		echo "Liudi-Bundle: sha256:$sum $size" >>trailers
		echo "B $path $sum $size" >>expected; echo "$sum $oid" >>oids
	done <tree
	{ printf 'liudi %s\n\nLiudi-Manifest: sha256:%s\n' "$seq" "$man" && cat trailers
	  [ -z "$prev" ] || echo "Liudi-Prev: sha256:$prev"; } | cmp -s - message ||
		die "commit $seq: message, files and parent disagree"
	last=$c prev=$man seq=$((seq + 1))
done <commits

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
else ["S", .source, .state] end | map(tostring) | join("\t")' lines >flat || die "malformed manifest"
cut -f 1 flat | grep '^[VB] ' | cmp -s - expected || die "the manifests do not fit their commits"
awk -F '\t' 'function no(why) { print $3 " " $4 ": " why >"/dev/stderr"; exit bad = 1 }
function drop(k) { if (all) for (k in kind) if (named[k] != run) delete kind[k] }
function edit(old, list,    n, i, at, e, x, r) { # each edit is INDEX:REMOVED:IDS
	for (n = split(list, e, ";"); i++ < n; at = x[1] + x[2]) {
		split(e[i], x, ":"); r = r substr(old, at * 64 + 1, (x[1] - at) * 64) x[3] }
	return r substr(old, at * 64 + 1) }
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
  if (take) print oid[a[3]], a[2], context }
END { for (x in need) exit 1 }' need oids flat >take || die "a piece was never stored"
while read -r oid path context; do
	g cat-file blob "$oid" >sealed; unseal "$path" >tar
	! tar -tf tar | grep -qvxE 'liudi.json|chunks/[0-9a-f]{64}' || die "$path: other names"
	! tar -tvf tar | grep -qv ^- || die "$path: not plain files"
	tar -xf tar; printf '%s\n' "$context" | cmp -s - liudi.json || die "$path: of another run"
done <take
sed -n 's,^.,chunks/&,p' need | xargs -r b2sum -l 256 | awk '$2 != "chunks/" $1 { exit 1 }' ||
	die "a piece is not what its name says"

# 5. The files: f/N is made of its pieces and gets its time and mode; u/N has its ids as bytes.
awk -F '\t' 'BEGIN { for (i = 0; i < 256; i++) o[sprintf("%02x", i)] = sprintf("\\%03o", i) }
{ m = length($8); printf "printf \047"
  for (i = 1; i < m; i += 2) printf "%s", o[substr($8, i, 2)]
  printf "\047 >u/%d\n:", $1
  for (i = 1; i < m; i += 64) printf "%s chunks/%s", \
	i % 32000 == 1 ? " >>f/" $1 "\ncat" : "", substr($8, i, 64)
  printf " >>f/%d\ntouch -d @%s f/%d\n", $1, $5, $1; print "f/" $1 >("mode." $4) }' live >steps
sh -e steps; for m in mode.*; do [ ! -e "$m" ] || xargs chmod "${m#mode.}" <"$m"; done
{ seq -f u/%.0f "$n" | xargs -r b2sum -l 256; seq -f f/%.0f "$n" | xargs -r stat -c %s; } >got
{ cut -f 7 live; cut -f 6 live; } >want; cut -d ' ' -f 1 got | cmp -s - want ||
	die "a file's sum is not that of its pieces, or its size"
# f/N NUL out/SOURCE/PATH NUL ...: names can hold any other byte
cut -f 1-3 live | jq -rR 'split("\t") | ("f/\(.[0])\u0000out/\(.[1])/" | @base64), .[2], "AA=="' |
	base64 -d >pairs || die "malformed path"
[ "$(tr -cd '\0' <pairs | wc -c)" = $((2 * n)) ] || die "malformed path"
! tr '\n\0' 'x\n' <pairs | grep -aqE '(^|/)[.]{0,2}(/|$)' || die "a path that leads elsewhere"
{ xargs -0r dirname -z -- <pairs | xargs -0r mkdir -p -- && xargs -0r -n 2 mv -nT -- <pairs &&
    rmdir f; } || die "a file below a file, or two of one name"
[ "$n" = 0 ] || mv out/* "$out/"
say "$n files are in $out"
! grep -q '^not ' notes || exit 3
