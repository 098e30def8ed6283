#!/bin/sh
# tests/docs/manual.sh BUILD - the manual says what the programs say.
#
# 1. mandoc finds nothing to warn of.
# 2. Commands and options of --help, of the synopsis and of the description are
#    the same, in the same order.
# 3. The keys and defaults of the samples, which a test holds against the table
#    of keys, stand in liudi.ini(5).
# 4. README.md and both manuals have one table of exit codes.
# 5. Links in README.md and docs/*.md lead to a file.
# 6. Every text that is shown has its Chinese in cli/tr.c, which has no other.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(cd "${1:?usage: manual.sh BUILD}/src/cli" && pwd)
man=$top/docs/man
here=$top/tests/docs
LC_ALL=C
export LC_ALL
unset LANG LC_MESSAGES || :
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
bad=0
complain() {
	echo "manual: $*"
	bad=1
}
# same WHAT A NAME-OF-A B NAME-OF-B: the files hold the same lines.
same() {
	[ -s "$2" ] || complain "$1: nothing was found in $3"
	diff "$2" "$4" >"$t/diff" && return
	complain "$1 differ: < $3, > $5"
	grep '^[<>]' "$t/diff"
}

# --- 1. Form.
if command -v mandoc >/dev/null; then
	for page in liudi.1 liudi-desk.1 liudi.ini.5; do
		mandoc -T lint -W warning "$man/$page" ||
		    complain "mandoc does not like $page"
	done
else
	echo "skipped: mandoc is not installed"
fi

# --- 2. Commands and options.

# "COMMAND<tab>-x --long arg" of the options between two headings of a help.
help_options() { # help_options COMMAND HEADING
	awk -v cmd="$1" -v from="$2" '
	/^[a-z ]*:$/ { on = $0 == from; next }
	on && /^  / {
		text = $0
		sub(/^ +/, "", text)
		sub(/   *.*/, "", text)		# the label ends in blanks
		sub(/,/, "", text)
		print cmd "\t" tolower(text)
	}'
}
# The same of the items of a manual, and of the synopsis without arguments.
man_options() {
	awk '
	/^\.S[hs] / { cmd = $0; sub(/^\.S[hs] /, "", cmd) }
	/^\.It Fl / {
		out = ""
		for (i = 3; i <= NF; i++) {
			if ($i == "," || $i == "Fl" || $i == "Ar")
				continue
			if ($(i - 1) == "Fl")
				$i = "-" $i
			out = out (out == "" ? "" : " ") $i
		}
		print cmd "\t" tolower(out)
	}' "$1"
}
man_synopsis() {
	awk '
	/^\.Sh / { on = $2 == "SYNOPSIS" }
	on && /^\.Cm / { cmd = $0; sub(/^\.Cm /, "", cmd); print cmd }
	on && /^\.(Op )?Fl / {
		sub(/^\./, ". ")
		for (i = 2; i <= NF; i++) {
			if ($(i - 1) != "Fl")
				continue
			if (substr($i, 1, 1) == "-") {
				print cmd "\t-" $i
				continue
			}
			for (j = 1; j <= length($i); j++)
				print cmd "\t-" substr($i, j, 1)
		}
	}' "$1"
}

for program in liudi liudi-desk; do
	page=$man/$program.1
	"$bin/$program" --help >"$t/help"
	awk '/^commands:$/ { on = 1; next } /^$/ { on = 0 }
	on { sub(/^  /, ""); sub(/   *.*/, ""); print }' "$t/help" >"$t/commands"
	man_synopsis "$page" >"$t/synopsis"
	grep -v '	' "$t/synopsis" >"$t/in-synopsis" || :
	sed -n '/^\.Sh DESCRIPTION/,/^\.Sh ENV/s/^\.Ss \([a-z].*\)/\1/p' \
	    "$page" >"$t/in-man"
	same "commands of $program" "$t/commands" --help "$t/in-synopsis" \
	    "SYNOPSIS"
	same "commands of $program" "$t/commands" --help "$t/in-man" \
	    "DESCRIPTION"

	help_options 'Common options' 'options:' <"$t/help" >"$t/options"
	while read -r cmd; do
		# shellcheck disable=SC2086
		"$bin/$program" $cmd --help >"$t/one"
		help_options "$cmd" 'options:' <"$t/one" >>"$t/options"
		help_options 'Common options' 'common options:' <"$t/one" \
		    >"$t/common"
		help_options 'Common options' 'options:' <"$t/help" |
		    diff - "$t/common" >/dev/null ||
		    complain "$program $cmd has other common options"
	done <"$t/commands"
	man_options "$page" | sort >"$t/in-man"
	sort -o "$t/options" "$t/options"
	same "options of $program" "$t/options" --help "$t/in-man" "$page"

	# A synopsis has each option once, by its letter where it has one.
	grep -v '^Common' "$t/options" | awk -F '\t' '{
		split($2, w, " "); print $1 "\t" w[1] }' | sort >"$t/options1"
	grep '	' "$t/synopsis" | sort >"$t/in-synopsis" || :
	same "options of $program" "$t/options1" --help "$t/in-synopsis" \
	    SYNOPSIS
done

# --- 3. Keys and their defaults.
for file in liudi desk; do
	awk '/^\[/ {
		section = $0
		sub(/ [^]]*/, " NAME", section)
	}
	/^#?[a-z_]+ =/ {
		key = $1
		value = $0
		sub(/^#?[a-z_]+ = ?/, "", value)
		if (!sub(/^#/, "", key))
			value = ""	# an example
		print section "\t" key "\t" value
	}' "$top/config/$file.ini.sample"
done | sort -u >"$t/keys"
awk 'function flush() {
	if (key != "")
		print section "\t" key "\t" value
	key = value = ""
}
/^\.S[hs] / {
	flush()
	section = $0
	sub(/^\.S[hs] /, "", section)
}
/^\.It / {
	flush()
	if (section ~ /^\[/)
		key = $3
}
/^Default: / { value = $0; sub(/^Default: /, "", value); sub(/\.$/, "", value) }
END { flush() }' "$man/liudi.ini.5" | sort >"$t/in-man"
same 'keys' "$t/keys" 'the samples' "$t/in-man" 'liudi.ini.5'

# --- 4. Exit codes.
sed -n 's/^| \([0-9][0-9]*\) | \(.*\) |$/\1 \2/p' "$top/README.md" >"$t/codes"
for program in liudi liudi-desk; do
	awk '/^\.Sh / { on = $0 == ".Sh EXIT STATUS" }
	on && /^\.It / { code = $2; getline; print code, $0 }' \
	    "$man/$program.1" >"$t/in-man"
	same 'exit codes' "$t/codes" README.md "$t/in-man" "$program.1"
done

# --- 5. Links.
for page in "$top/README.md" "$top"/docs/*.md; do
	grep -oE '\]\([^)]*\)' "$page" | sed 's/^](//; s/)$//; s/#.*//' |
	    grep -vE '^($|[a-z]+:)' >"$t/links" || :
	while read -r link; do
		[ -e "$(dirname "$page")/$link" ] ||
		    complain "${page#"$top"/} links to '$link', which is not there"
	done <"$t/links"
done

# --- 6. Chinese.
find "$top/src" -name '*.c' ! -path '*/cli/tr.c' | sort >"$t/sources"
texts() { # texts WHAT FILE...
	want=$1
	shift
	awk -v want="$want" -f "$here/texts.awk" "$@" | sort -u
}
texts table "$top/src/cli/tr.c" >"$t/table"
texts shown "$top"/src/cli/*.c "$top"/src/cli/*/*.c "$top"/src/agent/*.c \
    >"$t/shown"
# Words that rooms give out by number, and that cli/ shows.
texts names "$top/src/record/record.c" "$top/src/source/source.c" \
    "$top/src/source/sniff.c" "$top/src/desk/finding.c" >"$t/names"
texts events "$top"/src/desk/*.c >"$t/events"
sort -u "$t/shown" "$t/names" "$t/events" >"$t/needed"
[ "$(wc -l <"$t/needed")" -gt 150 ] || complain 'hardly a text was found'
comm -13 "$t/table" "$t/needed" | sed 's/^/    /' >"$t/missing"
if [ -s "$t/missing" ]; then
	complain 'no Chinese in src/cli/tr.c for:'
	cat "$t/missing"
fi
# A text may be put together: "station line: " and what is wrong with it.
# shellcheck disable=SC2046
texts all $(cat "$t/sources") >"$t/all"
awk 'NR == FNR { all[$0]; next }
{ end = $0; sub(/^[a-z ]*: /, "", end) }
!($0 in all) && !(end in all) { print "    " $0 }' "$t/all" "$t/table" \
    >"$t/stale"
if [ -s "$t/stale" ]; then
	complain 'src/cli/tr.c has texts that no program has:'
	cat "$t/stale"
fi

[ "$bad" -eq 0 ] && echo 'manual: as the programs say'
exit "$bad"
