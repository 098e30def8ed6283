#!/bin/sh
# tests/flow/62-lost.sh BIN - the central or the station lost something: one
# run says so, the next begins anew, and all is on file again.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"

n=0
# work: the chat grows, a day goes by.
work()
{
	n=$((n + 1))
	day $n
	echo "message $n" >>"$files/chats/a"
}
# again COUNT WHAT: the next run is a good one; COUNT branches are there.
again()
{
	work
	expect 0 ws ws-01 run
	work
	expect 0 ws ws-01 run
	same "$(branches | wc -l)" "$1" "branches, $2"
	# what the desk has from before the loss is not the question here
	rm -rf "$t/desk/records.git" "$t/desk/catalogue" "$t/desk/seen" \
	    "$t/back"
	records update-ref refs/heads/receipts "$(records rev-list \
	    --max-parents=0 refs/heads/receipts)"
	# nor what it saw: the owner's key signs no witness of it
	desk_key sync -i "$t/desk/keys/owner.identity" >"$t/out" 2>&1 || :
	expect 0 restore ws-01 "$t/back"
	alike "$files" "$t/back" "$2"
	expect 0 desk_key verify --all
}

team
station ws-01
files=$t/ws-01-files
head -c 300000 /dev/urandom >"$files/shop/picture.jpg"
year=$(date -u +%Y) refs=refs/heads/ws/ws-01/main
work
expect 0 ws ws-01 run

step "the central was made anew: the same name is used again"
records update-ref -d "$refs/$year.0"
work
expect 5 ws ws-01 run
again 1 "after the loss of all"

step "the central was set back"
records update-ref "$refs/$year.0" "$refs/$year.0~1"
work
expect 5 ws ws-01 run
again 2 "after the loss of the newest"

step "the central lost the newest incarnation"
records update-ref -d "$refs/$year.1"
work
expect 5 ws ws-01 run
again 2 "after the loss of an incarnation"

step "the station was set back: it goes on in a fork"
cp -a "$t/ws-01/state" "$t/copy"
again 2 "before"
rm -rf "$t/ws-01/state"
mv "$t/copy" "$t/ws-01/state"
# as a run killed while it began the fork leaves it
spool=$t/ws-01/state/spool.git
git --git-dir "$spool" update-ref "$refs/$year.2" "$refs/$year.1~1"
again 3 "after the station was set back"

step "and the central lost the branch in which the fork begins"
cp -a "$t/ws-01/state" "$t/copy"
again 3 "before"
rm -rf "$t/ws-01/state"
mv "$t/copy" "$t/ws-01/state"
work
mv "$central" "$t/gone"
expect 4 ws ws-01 run
mv "$t/gone" "$central"
for r in $(branches); do
	records update-ref -d "$r"
done
expect 5 ws ws-01 run
again 1 "after that"

step "the spool alone was set back"
cp -a "$spool" "$t/copy"
again 1 "before"
rm -rf "$spool"
mv "$t/copy" "$spool"
work
expect 5 ws ws-01 run
again 2 "after the spool was set back"

step "the spool was lost"
rm -rf "$spool"
again 3 "without a spool"

step "a central whose clock is behind what it has"
mkdir "$t/late"
cat >"$t/late/date" <<-DATE
	#!/bin/sh
	exec $(command -v date) -d '-60 days' "\$@"
DATE
chmod +x "$t/late/date"
work
PATH=$t/late:$PATH expect 4 timeout 60 liudi --home "$t/ws-01" run
says E14
again 3 "when the clock is right again"

step "a workstation whose clock is far ahead is dated anew"
work
LIUDI_NOW=253402300799
expect 0 ws ws-01 run
again 3 "after a day in the year 9999"

step "the key of the cutter"
chmod 644 "$t/ws-01/state/keys/ws-gear"
expect 2 ws ws-01 run
rm "$t/ws-01/state/keys/ws-gear"
expect 1 ws ws-01 run
says "liudi init"
line=$(liudi -q --home "$t/ws-01" init --central "$central" --station ws-01)
ok test -n "$line"
again 3 "with another cutter"
done_
