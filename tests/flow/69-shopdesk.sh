#!/bin/sh
# tests/flow/69-shopdesk.sh BIN - shops at the desk: what stations captured, read
# into the catalogue, whatever they put there.  Without a browser.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/flow/shopmade.sh
. "$(dirname "$0")/shopmade.sh"

db() { sqlite3 -readonly "$t/desk/catalogue/catalogue.sqlite3" "$1"; }

team
station ws-01
station ws-02
shop_source ws-01 lamps
shop_source ws-02 lamps

step "lines and records come with the sync, each once"
day 1
looked ws-01 lamps home 19.49
looked ws-01 lamps lights 5.00
looked ws-02 lamps home 19.49
expect 0 ws ws-01 run
expect 0 ws ws-02 run
expect 0 sync
says '3 pages of shops were looked at'
same "$(db 'SELECT count(*) FROM shop_record')" 2 records
same "$(db 'SELECT count(*) FROM shop')" 2 shops
expect 0 sync
says_no 'were looked at'

step "what is added is added, and what was cut off in the middle waits"
day 2
looked ws-01 lamps home 19.49
printf '{"v":1,"type":"capt' >>"$made"
expect 0 ws ws-01 run
expect 0 sync
says '1 page of shops was looked at'

step "lines and records that make no sense are named and passed over"
day 3
printf 'ure"}\n' >>"$made"
echo 'no JSON' >>"$made"
looked ws-01 lamps home 18.00
capture ws-01 lamps "$(printf '%0100d' 7)" ok "$record" "$LIUDI_NOW"
capture ws-01 lamps home ok "$record" 99999999999
dir=$t/ws-01-files/lamps
echo '{}' >"$dir/pages/$(printf '{}\n' | sha256sum | cut -c 1-64).json"
echo '{"v":2}' >"$dir/pages/$(printf '%064d' 5).json"
expect 0 ws ws-01 run
expect 3 sync
says "shop 'lamps': no captures in captures/"
says '4 lines, the first is line 4'
says "its bytes are others than its name says"
says "page of a shop: "
says '1 page of shops was looked at'
expect 0 sync
says_no 'no captures in'

step "what was said first stays, whatever the station makes of it later"
before=$(db 'SELECT count(*) FROM shop_capture')
sed -i '1s/"ok"/"partial"/' "$made"
day 4
expect 0 ws ws-01 run
expect 5 sync
says 'was rewritten at the station; what it said first stays'
same "$(db 'SELECT count(*) FROM shop_capture')" $((before + 1)) lines

step "and all of it is built anew"
db 'SELECT day, page, record FROM shop_capture ORDER BY 1, 2, 3' >"$t/was"
sync --rebuild >"$t/out" 2>"$t/err" || [ $? -eq 5 ] || fail "no rebuild"
desk_key sync --rebuild >"$t/out" 2>"$t/err" || [ $? -eq 5 ] || fail "rebuild"
db 'SELECT day, page, record FROM shop_capture ORDER BY 1, 2, 3' >"$t/is"
ok cmp "$t/was" "$t/is"
done_
