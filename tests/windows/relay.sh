#!/bin/sh
# tests/windows/relay.sh DIR ID PROGRAM [ARGUMENT...]: see relay.c.
dir=$1 id=$2
shift 2
# shellcheck disable=SC1091
. "$dir/environment"
"$@" 2>"$dir/$id.err"
echo $? >"$dir/$id.part"
# the last thing to be there
mv "$dir/$id.part" "$dir/$id.rc"
