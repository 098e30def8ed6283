#!/bin/sh
# tests/chat/samples.sh LIUDI-DESK - the samples, message by message.
#
# 1. Where rows are written beside a file: each key of them.
# 2. Of the others: counts, the first and the last message.
# Formats that are not there yet are passed over.
set -eu

desk=${1:?usage: samples.sh LIUDI-DESK}
here=$(cd "$(dirname "$0")" && pwd)
samples=${LIUDI_SHARED:-$here/../../../shared}/samples/chat
if [ ! -d "$samples" ]; then
	echo "skipped: no samples in '$samples'"
	exit 77
fi
command -v jq >/dev/null || {
	echo "skipped: jq is not installed"
	exit 77
}
LC_ALL=C
export LC_ALL
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
bad=0
checked=0
complain() {
	echo "samples: $*"
	bad=1
}

# Ours as the keys of theirs; only those that they have are compared.
cat >"$t/compare.jq" <<'JQ'
def ours: {
	n, ts: .ts_raw, sender_id, sender_name, kind, text,
	self: (if .sender_role == "self" then true
	    elif .sender_role == "peer" then false else null end),
	att: [.attachments[].name], id: .native_id, reply_to,
	forwarded_from, edited: (.state == "edited"),
	deleted: (.state == "recalled"),
	conv: [.conv_name, .conv_id], owner, replied, status, target
};
[inputs] | (map(select(.type == "message"))) as $got |
(map(select(has("type") | not))) as $want |
(if ($got | length) != ($want | length)
    then "\($got | length) messages, not \($want | length)" else empty end),
(range([($got | length), ($want | length)] | min) as $i |
    $want[$i] as $w | ($got[$i] | ours) as $g |
    ($w | keys[]) as $k |
    select($k != "note" and $k != "edit_of") |
    select(if $k == "conv" then ($g.conv | index($w.conv)) == null
	elif $k == "self" and $w.self == null then false
	else $g[$k] != $w[$k] end) |
    # A colon in a name that stands once: both are right, if it says so.
    select(($k | test("^(sender_id|sender_name|text)$")) and
	($w.note // "" | test("accept either")) and
	($got[$i].warn | index("split_ambiguous")) != null | not) |
    "n \($i + 1): \($k) is \($g[$k] | tojson), not \($w[$k] | tojson)")
JQ

find "$samples" -name '*.expected.jsonl' | sort >"$t/files"
while read -r rows; do
	file=${rows%.expected.jsonl}
	"$desk" import --check --json --messages "$file" >"$t/out" \
	    2>"$t/err" || :
	if [ "$(tail -n 1 "$t/out" | jq -r .format)" = null ]; then
		echo "no format yet: ${file#"$samples"/}"
		continue
	fi
	checked=$((checked + 1))
	cat "$t/out" "$rows" | jq -n -r -f "$t/compare.jq" >"$t/diff"
	[ -s "$t/diff" ] || continue
	complain "${file#"$samples"/} ($(tail -n 1 "$t/out" | jq -r .format))"
	sed 's/^/    /' "$t/diff"
done <"$t/files"

# FILE MESSAGES SYSTEM UNPARSED FIRST LAST: of those without rows.
while IFS='	' read -r file messages system unparsed first last; do
	"$desk" import --check --json "$samples/$file" >"$t/out" 2>"$t/err" || :
	[ "$(jq -r .format "$t/out")" != null ] || {
		echo "no format yet: $file"
		continue
	}
	checked=$((checked + 1))
	got=$(jq -r '[.messages, .system, .unparsed,
	    "\(.first.ts_raw // "-") \(.first.sender // "-")",
	    "\(.last.ts_raw // "-") \(.last.sender // "-")"] |
	    map(tostring) | join("\t")' "$t/out")
	[ "$got" = "$messages	$system	$unparsed	$first	$last" ] ||
	    complain "$file: $got"
done <"$here/samples.list"

[ "$checked" -gt 10 ] || complain "only $checked files could be read"
[ "$bad" -eq 0 ] && echo "samples: $checked files as they should be"
exit "$bad"
