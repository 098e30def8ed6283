# tests/forge.sh - commits, files and signatures of records, control and desk,
# made with stock git and ssh-keygen: as liudi makes them, or nearly.  Sourced,
# with $t set to a scratch folder, where the signing keys lie as $t/KEY, and
# $forge to the git repository that takes the objects; $now is their date.
# shellcheck shell=sh disable=SC2154

forge() { env GIT_DIR="$forge" GIT_INDEX_FILE="$t/index" git "$@"; }

# age_file BYTES [STANZAS [TYPE]]: an age file around random bytes; prints its
# id and leaves it in $t/file.
age_file()
{
	{
		echo age-encryption.org/v1
		i=0
		while [ $i -lt "${2:-2}" ]; do
			echo "-> ${3:-X25519} $(random43)"
			random43
			i=$((i + 1))
		done
		echo "--- $(random43)"
		head -c "$1" /dev/urandom
	} >"$t/file"
	forge hash-object -w "$t/file"
}
random43() { head -c 32 /dev/urandom | base64 | cut -c 1-43; }
sum() { sha256sum "$t/file" | cut -d ' ' -f 1; }

# begin [PARENT]: the index holds the parent's tree.
begin()
{
	parent=${1:-}
	rm -f "$t/index"
	[ -z "$parent" ] || forge read-tree "$parent"
}
# put MODE ID PATH
put() { forge update-index --add --cacheinfo "$1,$2,$3"; }
# drop PATH
drop()
{
	printf '0 %040d\t%s\n' 0 "$1" | forge update-index --index-info
}

# seal_part SEQ [BUNDLE BYTES...]: files below $stem and $t/message of a part.
seal_part()
{
	seq=$1
	shift
	nn=0
	: >"$t/bundles"
	for size; do
		oid=$(age_file "$size")
		put 100644 "$oid" "$stem-$seq.bundle-0$nn.age"
		echo "Liudi-Bundle: sha256:$(sum) $(wc -c <"$t/file")" \
		    >>"$t/bundles"
		nn=$((nn + 1))
	done
	oid=$(age_file 900)
	put 100644 "$oid" "$stem-$seq.manifest.age"
	trailers "$seq" "$t/file"
}
# trailers SEQ MANIFEST: $t/message, with the lines of $t/bundles.
trailers()
{
	{
		printf 'liudi %s\n\nLiudi-Manifest: sha256:%s\n' "$1" \
		    "$(sha256sum <"$2" | cut -d ' ' -f 1)"
		cat "$t/bundles"
		[ -z "$parent" ] || forge cat-file commit "$parent" |
			sed -n 's/^Liudi-Manifest/Liudi-Prev/p'
	} >"$t/message"
}
# message SED...: that message, changed.
message()
{
	sed "$@" "$t/message" >"$t/m2"
	mv "$t/m2" "$t/message"
}

# sign [KEY [NAME [DATE]]]: the commit of the index and $t/message.
sign()
{
	name_=${2:-ws-01} date_="@${3:-$now} +0000"
	forge_as "$name_" "$date_" -c gpg.format=ssh \
	    -c "user.signingKey=$t/${1:-ws}" commit-tree -S \
	    ${parent:+-p "$parent"} -F "$t/message" "$(forge write-tree)"
}
# forge_as NAME DATE ARGUMENT...: git, with that author and committer.
forge_as()
{
	GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$1@liudi.invalid \
	GIT_AUTHOR_DATE=$2 GIT_COMMITTER_NAME=$1 GIT_COMMITTER_DATE=$2 \
	GIT_COMMITTER_EMAIL=$1@liudi.invalid
	export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE \
	    GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE
	shift 2
	forge "$@"
	unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE \
	    GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE
}

# part PARENT SEQ [DATE]: a good part with one small bundle; prints the commit.
part()
{
	begin "$1"
	seal_part "$2" 5000
	sign ws ws-01 "${3:-$now}"
}

# raw COMMIT SED...: its object passed through sed; prints the new one's id.
raw()
{
	c=$1
	shift
	forge cat-file commit "$c" | sed "$@" | written
}
written() { forge hash-object -t commit -w --stdin --literally; }
# doubled COMMIT: with its gpgsig two times.
doubled()
{
	forge cat-file commit "$1" | awk '
	/^gpgsig/, / -----END/ { sig = sig $0 "\n" }
	{ print }
	/ -----END/ { printf "%s", sig }' | written
}
# twin COMMIT: with S + L for S in its signature, which ssh-keygen takes for the
# same one (RFC 8032 5.1.7 does not).
twin()
{
	forge cat-file commit "$1" | awk '
	BEGIN {
		s = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
		    "0123456789+/"
		split("237 211 245 92 26 99 18 88 214 156 247 162 222 249 " \
		    "222 20 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 16", order, " ")
	}
	function at(i) { return index(s, substr(all, i, 1)) - 1 }
	function chr(v) { return substr(s, v + 1, 1) }
	/^ [A-Za-z0-9+\/]*=?$/ { all = all substr($0, 2); next }
	/ -----END/ {
		n = 0
		for (i = 1; i < 232; i += 4) {
			v = ((at(i) * 64 + at(i + 1)) * 64 + at(i + 2)) * 64
			if (i < 229)
				v += at(i + 3)
			byte[n++] = int(v / 65536)
			byte[n++] = int(v / 256) % 256
			byte[n++] = v % 256
		}
		for (i = 0; i < 32; i++) {
			v = byte[141 + i] + order[i + 1] + carry
			carry = int(v / 256)
			byte[141 + i] = v % 256
		}
		out = ""
		byte[173] = 0
		for (i = 0; i < 173; i += 3) {
			v = (byte[i] * 256 + byte[i + 1]) * 256 + byte[i + 2]
			out = out chr(int(v / 262144)) \
			    chr(int(v / 4096) % 64) chr(int(v / 64) % 64) \
			    (i < 171 ? chr(v % 64) : "=")
		}
		for (; out != ""; out = substr(out, 71))
			print " " substr(out, 1, 70)
	}
	{ print }' | written
}

# line NAME OPTIONS KEY: of allowed_signers or roots.
line() { printf '%s %s ' "$1" "$2"; cut -d ' ' -f 1,2 "$t/$3.pub"; }
# key KEY: the name that files have for it.
key() { cut -d ' ' -f 2 "$t/$1.pub" | base64 -d | sha256sum | cut -c 1-16; }

# note PARENT KEY NAME PATH [MODE]: a commit of desk.git that adds a file.
note()
{
	begin "$1"
	echo note >"$t/message"
	put "${5:-100644}" "$(age_file 10)" "$4"
	sign "$2" "$3"
}
# stands_on COMMIT: what a consent to a child of it begins with.
stands_on()
{
	{
		echo "approve $(forge ls-tree "$1" approve/ | wc -l | tr -d ' ')"
		for path in recipients retention.ini roots; do
			sum=-
			if forge cat-file blob "$1:$path" >"$t/was" 2>/dev/null
			then
				sum=$(sha256sum <"$t/was" | cut -d ' ' -f 1)
			fi
			echo "$path $sum"
		done
	} | sha256sum | cut -d ' ' -f 1
}
# consent KEY FILE PARENT PATH...: KEY signs the files of $t/c; into FILE.
consent()
{
	who=$1 file=$2 base=$3
	shift 3
	{
		stands_on "$base"
		for f; do
			echo "$f $(sha256sum <"$t/c/$f" | cut -d ' ' -f 1)"
		done
	} >"$t/consent"
	rm -f "$t/consent.sig"
	# shellcheck disable=SC2086 # an option or none
	ssh-keygen -q -Y sign -n "${ns:-liudi-control}" ${hash:-} -f "$t/$who" \
	    "$t/consent" 2>/dev/null
	cp "$t/consent.sig" "$file"
}
# request KEY NAME SIGNED-IN [PATH]: what a station with the invitation $id
# asks, without the secret of the MAC.
request()
{
	begin
	printf '{"v":1,"invite":"%s","sign":"ssh-ed25519 %s","mac":"%s"}\n' \
	    "$id" "$(cut -d ' ' -f 2 "$t/$3.pub")" "$(random43)" >"$t/request"
	put 100644 "$(forge hash-object -w "$t/request")" "${4:-request}"
	echo 'liudi join' >"$t/message"
	sign "$1" "$2"
}
