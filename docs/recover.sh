#!/bin/sh
# docs/recover.sh - a station's files out of its records, without liudi.
# sh recover.sh RECORDS.git CONTROL.git IDENTITY STATION OUTDIR [STREAM [COMMIT]]
# Needs git >= 2.35, ssh-keygen, age, zstd, GNU tar, jq, b2sum, coreutils, awk,
# xargs.  RECOVERY.md does the same by hand, and says what each check means.
# shellcheck disable=SC2012,SC2094 # names here are hashes; no file is both read and written
set -euf
umask 077
LC_ALL=C TZ=UTC0 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
GIT_NO_REPLACE_OBJECTS=1 GIT_GRAFT_FILE=/dev/null/none
export LC_ALL TZ GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_NO_REPLACE_OBJECTS \
	GIT_GRAFT_FILE
unset CDPATH TAR_OPTIONS GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_CONFIG_COUNT \
	GIT_CONFIG_PARAMETERS GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES || :
say() { printf 'recover: %s\n' "$*" >&2; }
die() { say "$*"; exit 5; }
case $# in [567]) ;; *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;; esac
station=$4 stream=${6:-main} commit=${7:-}
case $station/$stream$commit in *[!a-z0-9/-]*) die "no such name" ;; esac
records=$(cd -- "$1" && pwd) control=$(cd -- "$2" && pwd)
id=$(cd -- "$(dirname -- "$3")" && pwd)/$(basename -- "$3")
mkdir -p -- "$5"
out=$(cd -- "$5" && pwd)
[ -z "$(ls -A -- "$out")" ] || die "'$5' is not empty"
w=$out/.recover
ram=
trap 'rm -rf "$w" "$ram"' EXIT
trap 'exit 130' HUP INT TERM
ram=$(mktemp -d /dev/shm/recover.XXXXXX 2>/dev/null) || ram=$w
mkdir -p "$w"
cd "$w"
mkdir m seen out
case $(head -c 30 "$id") in age-enc*|-----BEGIN\ AGE*) # under a passphrase
	age -d -o "$ram/id" "$id"
	id=$ram/id ;;
esac
g() {
	git -C "$repo" -c safe.directory='*' -c gpg.format=ssh \
	    -c gpg.ssh.program=ssh-keygen -c gpg.minTrustLevel=undefined \
	    -c log.showSignature=false \
	    -c gpg.ssh.allowedSignersFile="$w/signers" "$@"
}
binary() { # lines of HEX[>FILE]: the bytes
	awk -F '>' 'BEGIN { for (i = 0; i < 256; i++) o[sprintf("%02x", i)] = \
	    sprintf("\\%03o", i) }
	{ printf "printf \047"; n = length($1)
	  for (i = 1; i < n; i += 2) printf "%s", o[substr($1, i, 2)]
	  print "\047" substr($0, n + 1) }' | sh
}

# 1. control.git: whole, one line, each commit by a root of its parent.
repo=$control
g fsck --no-dangling --no-progress >said 2>&1 || die "control.git: $(cat said)"
head=$(g rev-parse -q --verify refs/remotes/origin/control ||
	g rev-parse -q --verify refs/heads/control) || die "no branch control"
g rev-list --reverse --parents "$head" >control
awk 'NF > 2 || $2 != last { exit bad = 1 } { last = $1 } END { exit bad }' \
    control || die "control: history is not one line"
awk '{ print (NF > 1 ? $2 : $1) ":roots" }' control |
    g cat-file --batch-check='%(objectname)' | paste -d ' ' - control >by
cut -d ' ' -f 1 by | sort -u | while read -r roots; do
	g cat-file blob "$roots" >signers
	awk -v "r=$roots" '$1 == r { print $2 }' by |
		g log --no-walk --stdin --format=%G?
done >signed
[ "$(grep -cx G signed)" = "$(grep -c '' control)" ] ||
	die "control: not every commit is signed by a root of its parent"
read -r first <control
say "control begins with $first; compare its owners with your sheet:"
g cat-file blob "$first:roots" | awk '/^owner/ {
	for (i = 2; i < NF; i++) if ($i ~ /^ssh-/) print $i, $(i + 1), $1 }' |
	ssh-keygen -lf - >&2
g cat-file blob "$head:allowed_signers" >signers

# 2. chain COMMIT [MANIFEST]: all commits up to it, the first an orphan; their
# manifests as lines of columns to flat, their bundles to bundles.
repo=$records
cat >flat.jq <<'JQ'
def point: if . then "\(.ref) \(.seq) \(.manifest)" else "-" end;
def name: if .path_b64 then "path_b64", .path_b64 else "path", (.path | tojson) end;
if has("op") then [name] as [$key, $name] | "F\t\(.op)\t\(.source)\t\($name)\t" +
	"\($key)\t\(.from_b64 // (.from | tojson))\t\(.size)\t\(.mtime // [] |
	"\(.[0])\t\(.[1])")\t\(.mode)\t\(.sum)\t" + (if .chunks then
		"c\t\(.chunks | add // "")"
	elif .edits then "e\t\([.edits[] | "\(.[0]):\(.[1]):\(.[2] | add // "")"] |
		join(";"))"
	elif .elsewhere then "w\t\(.elsewhere | point)" else "-\t" end)
elif has("v") then "V\t\(.seq)\t\(.prev // "")\t\(.station)\t\(.stream)\t" +
	"\(.epoch)\t\(.run)\t\(.part)\t\(.base)\t\(.final)\t\(.state // "-")\t" +
	"\(.started)\t\(.policy_commit)\t\(.continues // .prev_epoch_head | point)"
elif has("path") then "B\t\(.path)\t\(.sha256)\t\(.bytes)\t\(.chunks | add)"
else "S\t\(.source)\t\(.state)\t\(.reason)" end
JQ
chain() {
	g log --reverse --format='C %H %ct %G? %GS %an %ae %cn %ce %P%n%B' "$1" >log
	g rev-list --reverse "$1" | g diff-tree --stdin --root -r --no-renames >tree
	awk -v "id=$station" -v "want=${2:-}" '
	function no(why) { print "commit " c ": " why >"/dev/stderr"; exit bad = 1 }
	FNR == NR && $1 == "C" { parent = c; c = $2; order[++n] = c
		if ($4 != "G" || $5 != id) no("no good signature of " id)
		if ($6 != id || $8 != id || $7 != id "@liudi.invalid" || $9 != $7)
			no("not by " id)
		if (NF > 10 || $10 != parent || $3 < t) no("not one line of commits")
		t = $3; next }
	FNR == NR && !NF { next }
	FNR == NR { hash = substr($2, 8)
		if ($0 == "liudi " (n - 1)) { said[n]++; next }
		if (NF < 2 || hash !~ /^[0-9a-f]+$/ || length(hash) != 64) no("message")
		if ($1 == "Liudi-Manifest:") man[n] = hash
		else if ($1 == "Liudi-Bundle:") bun[n, nbun[n]++] = hash
		else if ($1 == "Liudi-Prev:") prev[n] = hash
		else no("message"); next }
	NF == 1 { c = order[++k]; if ($1 != c) no("order"); stem = ""; next }
	{ if ($1 != ":000000" || $2 != "100644" || $5 != "A" || NF != 6 ||
	      $6 !~ /^runs\/[0-9\/]+\/[0-9]+Z-[0-9]+\.[a-z0-9-]+\.age$/)
		no("does more than add its files")
	  split($6, a, "."); if (stem == "") stem = a[1]
	  if (a[1] != stem || stem !~ ("Z-" (k - 1) "$")) no("name of " $6)
	  if (a[2] == "manifest") { nm[k]++; print k, "m", man[k], $4, $6 }
	  else { nn = nb[k]++; if (a[2] != "bundle-" int(nn / 10) nn % 10) no("name")
		print k, "b", bun[k, nn], $4, $6 } }
	END { if (bad) exit 1
	  for (k = 1; k <= n; k++) { c = order[k]
		if (said[k] != 1 || nm[k] != 1 || nb[k] + 0 != nbun[k] + 0 ||
		    prev[k] != man[k - 1]) no("message, files and parent disagree") }
	  if (!n || (want != "" && want != man[n])) no("not the commit named") }
	' log tree >files || die "records of $station: history is not good"
	while read -r n kind sha oid path; do
		[ ! -e "seen/$sha" ] || continue
		g cat-file blob "$oid" >blob
		[ "$(sha256sum <blob)" = "$sha  -" ] || die "$path: not what was signed"
		if [ "$kind" = m ]; then
			age -d -i "$id" -o plain blob || die "$path: cannot open it"
			zstd -dcq plain >"m/$sha" || die "$path: damaged"
			rm plain
		fi
		: >"seen/$sha"
	done <files
	awk '$2 == "m" { print "m/" $3 }' files | xargs cat |
	    jq -r -f flat.jq >flat.new || die "a manifest is not JSON"
	awk -F '\t' -v "st=$station" -v "sr=$stream" '
	function no(why) { print "manifest " n ": " why >"/dev/stderr"; exit bad = 1 }
	FNR == NR { split($0, a, " "); if (a[2] == "b") { want[++nf] = a[5] "\t" a[3]
		oid[nf] = a[4] " " (a[1] - 1) } else man[a[1]] = a[3]; next }
	$1 == "V" { n++; if ($2 != n - 1 || $3 != man[n - 1] || $4 != st || $5 != sr)
		no("does not fit its commit"); of = $6 " " $7 " " $8; next }
	$1 == "B" { if ($2 "\t" $3 != want[++b] || oid[b] !~ (" " (n - 1) "$") ||
		$5 !~ /^[0-9a-f]+$/) no("bundles"); print oid[b], of, $5 }
	END { if (bad || b + 0 != nf + 0 || !(n in man) || (n + 1 in man)) exit 1 }
	' files flat.new >>bundles || die "records of $station: manifests do not fit"
}

find_point() { # REF SEQ MANIFEST: sets at to that commit, or to nothing
	at='' want=$3
	case $1 in *[!a-z0-9/.-]*|*..*) return 0 ;; esac
	at=$(g log --format='%H %s' "$ns/${1#refs/heads/}" -- 2>/dev/null |
	    awk -v "s=liudi $2" 'substr($0, 42) == s { print $1 }')
}

# 3. replay COMMIT [MANIFEST]: the live files after it, to live.  A branch that
# begins with a run never finished leaves standing what was live before it.
replay() {
	: >flat
	at=$1 want=${2:-}
	while [ -n "$at" ]; do
		chain "$at" "$want"
		cat flat.new flat >flat.all
		mv flat.all flat
		point=$(awk -F '\t' '$1 == "V" { if (!n++) p = $14
			if ($9 == "full" && $10 == "true") p = "-" } END { print p }' flat.new)
		at=
		# shellcheck disable=SC2086 # three words
		[ "$point" = - ] || find_point $point
	done
	awk -F '\t' '
	function no(why) { print $3 " " $4 ": " why >"/dev/stderr"; exit bad = 1 }
	function drop(k) { if (all) for (k in kind) if (named[k] != run) delete kind[k] }
	function edit(old, list,    n, i, at, e, x, r) { n = split(list, e, ";"); at = 0
		for (i = 1; i <= n; i++) { split(e[i], x, ":")
			if (x[1] + 0 < at || (x[1] + x[2]) * 64 > length(old)) no("edits")
			r = r substr(old, at * 64 + 1, (x[1] - at) * 64) x[3]
			at = x[1] + x[2] }
		return r substr(old, at * 64 + 1) }
	function hex(s,    n, i, j, v, r) { n = length(s)
		if (s ~ /^"/) { for (i = 2; i < n; i++) { v = substr(s, i, 1)
				if (v == "\\") v = substr(s, ++i, 1)
				r = r code[v] }
			return r }
		for (i = 1; i < n; i += 4) { v = 0
			for (j = 0; j < 4; j++) v = v * 64 + d[substr(s, i + j, 1)]
			r = r sprintf("%06x", v) }
		return substr(r, 1, length(r) - 2 * gsub(/=/, "", s)) }
	BEGIN { s = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		for (i = 0; i < 64; i++) d[substr(s, i + 1, 1)] = i
		for (i = 1; i < 256; i++) code[sprintf("%c", i)] = sprintf("%02x", i) }
	$1 == "V" { drop(); run = $7; all = $9 == "full" && $10 == "true" }
	$1 != "F" { next }
	{ k = $3 "\t" $4; from = $2 == "moved" ? $3 "\t" $6 : k; named[k] = run
	  if (($2 == "removed" || $12 ~ /[-e]/) && !(from in kind)) no("was not there")
	  if ($2 == "removed") { delete kind[k]; next }
	  x = $4; gsub(/\\["\\]/, "", x); quote = x ~ /^"/ ? "" : "\""
	  if ($3 !~ /^[a-z0-9][a-z0-9-]*$/ || x ~ /\\/ || $7 $9 $10 !~ /^[0-9]+$/ ||
	      (quote != "" && x !~ /^[A-Za-z0-9+\/]+=?=?$/) || $8 !~ /^-?[0-9]+$/)
		no("malformed")
	  if ($12 == "-") { $11 = sum[from]; $12 = kind[from]; $13 = list[from] }
	  if ($12 == "e" && kind[k] == "c") { $12 = "c"; $13 = edit(list[k], $13) }
	  if (from != k) delete kind[from]
	  if ($12 == "c" && ($13 !~ /^[0-9a-f]*$/ || length($13) % 64)) no("chunks")
	  if ($12 !~ /^[cw]$/) no("no content")
	  meta[k] = "{\"source\":\"" $3 "\",\"" $5 "\":" quote $4 quote "\t" $7 "\t" $8 "\t" $9 "\t" $10
	  sum[k] = $11; kind[k] = $12; list[k] = $13 }
	END { if (bad) exit 1; drop(); OFS = "\t"; for (k in kind) { split(k, a, "\t")
		print a[1], hex(a[2]), meta[k], sum[k], kind[k], list[k] } }
	' flat >live.new || die "a manifest does not fold"
	sort -t "$tab" -k 1,1 -k 2,2 live.new >live
}
tab=$(printf '\t')
ns=refs/remotes/origin
[ -n "$(g for-each-ref "$ns/ws/$station/$stream")" ] || ns=refs/heads
branch=$(g for-each-ref --format='%(refname)' ${commit:+--contains "$commit"} \
    "$ns/ws/$station/$stream" | sed 's,.*/,,' | sort -t . -k 1,1n -k 2,2n |
    if [ -n "$commit" ]; then head -n 1; else tail -n 1; fi)
[ -n "$branch" ] || die "no such records of $station, stream $stream"
head=$(g rev-parse "${commit:-$ns/ws/$station/$stream/$branch}^{commit}")
: >bundles
replay "$head"
awk -F '\t' '$1 == "V" { p = $13; s = $11; t = $12; r = "" } $1 == "S" && $3 != "ok" {
	r = r " " $2 " (" $3 ")" } END { print s, t, p r }' flat >last
read -r state started policy rest <last
say "as of $branch, commit $head, a run begun $(date -d "@$started" '+%F %T') UTC"
[ -z "$rest" ] || say "sources that were not whole in that run: $rest"
grep -q "^$policy" control || say "this copy of control.git is older than that run"
n=$(grep -c '' live) || :
# many small files come and go below: in memory, where it has the room
fast=$ram kib=$(df -Pk "$ram" | awk 'END { print $4 }')
awk -v "kib=$kib" -F '\t' '{ need += 20 + length / 256 + $4 / 512 }
    END { exit need > kib / 2 }' live || fast=$w
for d in chunks h p s u; do
	mkdir "$fast/$d"
	[ -d $d ] || ln -s "$fast/$d" .
done

# 4. The state that the station signed: a hash over a line per live file.
if [ "$state" != - ]; then
	awk -F '\t' '{ f = "s/" NR; n = length($10); split($10, a, " ")
	printf "%s,\"size\":%s,\"mtime\":[%s,%s],\"mode\":%s,\"sum\":\"%s\",", \
	    $3, $4, $5, $6, $7, $8 >f
	if ($9 == "w") printf "\"elsewhere\":{\"ref\":\"%s\",\"seq\":%s,\"manifest\"" \
	    ":\"%s\"}}", a[1], a[2], a[3] >f
	else { printf "\"chunks\":[" >f; for (i = 1; i < n; i += 64)
	    printf "%s\"%s\"", (i > 1 ? "," : ""), substr($10, i, 64) >f
	    printf "]}" >f }
	close(f) }' live
	seq -f s/%.0f "$n" | xargs -r b2sum -l 256 | cut -c 1-64 |
	    binary | b2sum -l 256 >got
	[ "$(cut -c 1-64 got)" = "$state" ] || die "not the state that was signed"
else
	say "that run was not finished: there is no state to compare"
fi

# 5. Files whose pieces lie in an older epoch.
: >lost
while where=$(awk -F '\t' '$9 == "w" { print $10; exit }' live); [ -n "$where" ]; do
	mv live now
	: >live
	# shellcheck disable=SC2086 # three words
	find_point $where
	[ -z "$at" ] || replay "$at" "$want"
	mv live older
	awk -F '\t' -v "p=$where" 'BEGIN { OFS = FS } { k = $1 FS $2 FS $8 }
	FILENAME == "older" { kind[k] = $9; list[k] = $10; next }
	$9 == "w" && $10 == p { if (k in kind) { $9 = kind[k]; $10 = list[k] }
		else { print $3 "}" >"lost"; next } } { print }' older now >live
done

# 6. The pieces: the bundles that hold them, each piece under its own hash.
awk -F '\t' '{ print $10 ">u/" NR }' live | binary
n=$(grep -c '' live) || :
seq -f u/%.0f "$n" | xargs -r b2sum -l 256 | cut -c 1-64 >got
cut -f 8 live | cmp -s - got || die "a file's sum is not that of its pieces"
cut -f 10 live | fold -w 64 | sort -u >need
awk '$0 == "" { next } FILENAME == "need" { need[$1]; next }
{ take = 0; n = length($6)
  for (i = 1; i < n; i += 64) { x = substr($6, i, 64)
	if (x in need) { delete need[x]; take = 1 } }
  if (!take) next
  f = "names." ++k; print "liudi.json" >f; print $1, $2, $3, $4, $5
  for (i = 1; i < n; i += 64) print "chunks/" substr($6, i, 64) >f; close(f) }
END { for (x in need) { print x >"/dev/stderr"; exit 1 } }' need bundles >take ||
	die "a piece was never stored"
k=0
while read -r oid seq epoch run part; do
	k=$((k + 1))
	g cat-file blob "$oid" >blob
	age -d -i "$id" -o plain blob || die "bundle $k of $seq: cannot open it"
	zstd -dcq plain >tar || die "bundle $k: damaged"
	tar -tf tar | cmp -s - "names.$k" || die "bundle $k: other names"
	! tar -tvf tar | grep -qv ^- || die "bundle $k: not plain files"
	tar -xf tar --keep-directory-symlink
	printf '{"v":1,"station":"%s","stream":"%s","epoch":%s,"seq":%s,"run":"%s","part":%s}\n' \
	    "$station" "$stream" "$epoch" "$seq" "$run" "$part" |
		cmp -s - liudi.json || die "bundle $k: of another run"
	rm plain tar liudi.json
done <take
ls chunks | sed 's,^,chunks/,' | xargs -r b2sum -l 256 |
    awk '$2 != "chunks/" $1 { exit bad = 1 } END { exit bad }' ||
	die "a piece is not what its name says"

# 7. The files: a tar stream of headers and pieces, so that names, times and
# modes are tar's work, not several processes a file.
ls chunks | sed 's,^,chunks/,' | xargs -r stat --printf='%n\t%s\n' >sizes
awk -F '\t' '
function no(why) { print $3 ": " why >"/dev/stderr"; exit 1 }
function rec(k, v,    n, t) { n = length(k) + length(v) + 3; t = n + length(n "")
	if (length(t "") > length(n "")) t++
	return t " " k "=" v "\n" }
function head(type, code, mode, size,    s, i, t) { if (size > 2147483647) size = 0
	s = sprintf("%07o %011o", mode, size); t = 17110 + code
	for (i = 1; i < 20; i++) t += substr(s, i, 1)
	return sprintf("%-100s%s 0000000 0000000 %s 00000000000 %06o  %s%355s", "f", \
	    substr(s, 1, 7), substr(s, 9), t, type, "") }
BEGIN { for (i = 1; i < 256; i++) chr[sprintf("%02x", i)] = sprintf("%c", i)
	for (i = 1; i < 512; i++) { f = "p/" i; printf "%" i "s", "" >f; close(f) } }
FILENAME == "sizes" { size[$1] = $2; next }
{ path = ""; n = length($2)
  for (i = 1; i < n; i += 2) { x = substr($2, i, 2); path = path chr[x]
	if (x == "00") no("malformed path") }
  if (n > 8190 || ("/" path "/") ~ /\/\.?\.?\//) no("a path that leads elsewhere")
  total = 0; f = "h/" ++files; print f; n = length($10)
  for (i = 1; i < n; i += 64) { c = "chunks/" substr($10, i, 64); print c
	total += size[c] }
  if (total != $4) no("size")
  if (total % 512) print "p/" 512 - total % 512
  t = $5 < 0 && $6 > 0 ? sprintf("-%d.%09d", -$5 - 1, 1000000000 - $6) : \
      sprintf("%s.%09d", $5, $6)
  pax = rec("path", $1 "/" path) rec("mtime", t) rec("size", $4); n = length(pax)
  printf "%s", head("x", 120, 420, n) pax >f
  if (n % 512) printf "%" 512 - n % 512 "s", "" >f
  printf "%s", head("0", 48, $7 % 512, $4) >f; close(f) }' sizes live >parts ||
	die "a file does not fit"
{ xargs -r cat <parts && head -c 1024 /dev/zero || : >broken; } |
    tar -xvpkf - -C out --no-same-owner --warning=no-timestamp >written ||
	die "tar could not write all files"
if [ -e broken ] || [ "$(grep -c '' written)" != "$n" ]; then die "files are missing"; fi
ls out | while read -r source; do mv "out/$source" "$out/"; done
say "$n files are in $out"
[ -s lost ] || exit 0
say "these lie in an older epoch that is not in this copy:"
cat lost >&2
exit 3
