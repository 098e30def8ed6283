#!/bin/sh
# tests/cli/completion.sh FOLDER - what bash, zsh and fish complete, asked in
# the shells themselves; FOLDER holds the programs and completions/.  A shell
# that is not installed is told and passed over.
set -eu

bin=$(cd "${1:?usage: completion.sh FOLDER-OF-THE-PROGRAMS}" && pwd)
scripts=$bin/completions
PATH=$bin:$PATH LC_ALL=C
export PATH LC_ALL
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
cd "$t"
mkdir folder
: >liudi-file
HOME=$t XDG_CONFIG_HOME=$t XDG_DATA_HOME=$t
export HOME XDG_CONFIG_HOME XDG_DATA_HOME
bad=0 checks=0 shells=0

# bash_ LINE: what is offered at its end, a word a line.
# shellcheck disable=SC2016 # the other shell's own
bash_()
{
	bash --norc --noprofile -c '
		. "$1"
		read -r -a COMP_WORDS <<<"$2"
		[[ $2 != *" " ]] || COMP_WORDS+=("")
		# as readline cuts words, at = as well
		words=()
		for w in "${COMP_WORDS[@]}"; do
			if [[ $w == --*=* ]]; then
				words+=("${w%%=*}" =)
				[[ -z ${w#*=} ]] || words+=("${w#*=}")
			else
				words+=("$w")
			fi
		done
		COMP_WORDS=("${words[@]}")
		COMP_CWORD=$((${#words[@]} - 1))
		f=$(complete -p "${words[0]}") || exit
		f=${f#*-F }
		"${f%% *}"
		printf "%s\n" "${COMPREPLY[@]}"
	' bash "$scripts/${1%% *}.bash" "$1"
}
# A terminal of its own, in which TAB is pressed: compadd tells what it is given.
# shellcheck disable=SC2016
zsh_()
{
	cat >"$t/probe.zsh" <<-'PROBE'
	zmodload zsh/zpty
	zpty z zsh -f -i
	zpty -w z 'PS1=READY; autoload -Uz compinit; compinit -u -D'
	zpty -w z ". $SCRIPT"
	zpty -w z 'zstyle ":completion:*" list-grouped no'
	zpty -w z 'compadd() { local -a o
		(( ${@[(I)-*[OAD]]} )) || {
			builtin compadd -O o "$@"; print -rl -- $o >>$TOLD; }
		builtin compadd "$@" }'
	# nothing waits to be read meanwhile: completion would give way to it
	zpty -w z 'told() { zle complete-word; print -n EN""DED; }'
	zpty -w z 'zle -N told; bindkey "^I" told; cd '"$PWD"'; print BEG""UN'
	zpty -r z line '*BEGUN*READY*'
	zpty -w -n z "$LINE"$'\t'
	zpty -r z line '*ENDED*'
	zpty -d z
	PROBE
	: >"$t/told"
	SCRIPT=$scripts/${1%% *}.zsh LINE=$1 TOLD=$t/told TERM=dumb \
	    zsh -f "$t/probe.zsh" >/dev/null 2>&1 </dev/null
	sort -u "$t/told"
}
# shellcheck disable=SC2016
fish_()
{
	fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
	    "$scripts/${1%% *}.fish" "$1" | sed 's/	.*//'
}

# offers LINE WORD..., offers_no LINE WORD...
offers()
{
	line=$1
	shift
	"${shell}_" "$line" >offered 2>said || :
	for w; do
		checks=$((checks + 1))
		grep -q -x -F -e "$w" offered && continue
		echo "FAILED: $shell does not offer '$w' behind '$line', but:"
		sed 's/^/    /' offered said
		bad=$((bad + 1))
	done
}
offers_no()
{
	line=$1
	shift
	"${shell}_" "$line" >offered 2>said || :
	for w; do
		checks=$((checks + 1))
		grep -q -x -F -e "$w" offered || continue
		echo "FAILED: $shell offers '$w' behind '$line'"
		bad=$((bad + 1))
	done
}

for shell in bash zsh fish; do
	command -v $shell >/dev/null || { echo "skipped: no $shell"; continue; }
	shells=$((shells + 1))
	offers 'liudi ' run status account shop
	offers_no 'liudi ' add import
	offers 'liudi st' status
	offers_no 'liudi st' run
	offers 'liudi account ' add list close
	offers_no 'liudi account ' run --from
	offers 'liudi account add --' --from --reason --by --json --home
	offers_no 'liudi account add --' --dry-run --watch
	offers 'liudi run --' --dry-run --watch
	# an option's value is no command, nor the option that follows
	offers 'liudi --home folder account ' import
	offers 'liudi -q account im' import
	offers 'liudi account add --from liudi-' liudi-file
	offers_no 'liudi account add --reason liudi-' liudi-file
	offers_no 'liudi account add --reason ' run add
	offers_no 'liudi run ' liudi-file run
	offers 'liudi account import liudi-' liudi-file
	offers 'liudi join liudi-' liudi-file
	offers_no 'liudi --home l' liudi-file
	offers 'liudi-desk ' sync shop account
	offers 'liudi-desk shop ' set diff
	offers 'liudi-desk key ' list
	offers 'liudi-desk sync --' --passphrase-fd
	offers_no 'liudi-desk nosuch ' sync
done

# Each command of --help is known in all three, at its place.
for program in liudi liudi-desk; do
	"$program" --help | awk '/^commands:$/ { on = 1; next } /^$/ { on = 0 }
	    on { sub(/^  /, ""); sub(/   *.*/, ""); print }' >commands
	while read -r name; do
		checks=$((checks + 3))
		grep -q -F "'$name') " "$scripts/$program.bash" &&
		    grep -q -F "'$name') " "$scripts/$program.zsh" &&
		    grep -q "_at \"\\(${name% *}\\|\\)\"' -f -a '${name#* }'" \
			"$scripts/$program.fish" && continue
		echo "FAILED: '$name' of $program is not in each script"
		bad=$((bad + 1))
	done <commands
done
if "$bin/liudi" --print-completion ksh >/dev/null 2>&1; then
	echo 'FAILED: there is a script for a shell that nobody wrote one for'
	bad=$((bad + 1))
fi
echo "completion: $checks checks in $shells shells, $bad failed"
[ "$bad" -eq 0 ]
