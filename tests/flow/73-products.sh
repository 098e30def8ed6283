#!/bin/sh
# tests/flow/73-products.sh BIN - lists of goods that a person exports from the
# platform, held against those of the day before.
# shellcheck source=tests/flow/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/flow/shopmade.sh
. "$(dirname "$0")/shopmade.sh"

team
station ws-01
station ws-02
lists=$t/lists
mkdir "$lists"
# settle: what was written a moment ago counts
printf '\n[source products-lamps]\nkind = files\npath = %s\nsettle = 0\n' \
    "$lists" >>"$t/ws-01/liudi.ini"
date_of() { date -u -d "@$((epoch0 + $1 * 86400))" +%F; }
# put FILE [N]: standard input as that file, written on day N.
put()
{
	cat >"$lists/$1"
	touch -d "@$((epoch0 + ${2:-0} * 86400))" "$lists/$1"
}
# run N: day N at the station and the desk.
run()
{
	day "$1"
	expect 0 ws ws-01 run
	ok synced
}
shop() { desk_key shop "$@"; }
differ()
{
	from=$(date_of "$1") to=$(date_of "$2")
	shift 2
	desk_key shop diff lamps "$from" "$to" "$@"
}
db() { sqlite3 -readonly "$t/desk/catalogue/catalogue.sqlite3" "$1"; }

step "a list is a page of the shop, seen for the first time"
put goods.csv <<CSV
Product ID,Product name,Price
1001,Lamp A7,19.90
1002,Lamp B2,29.90
1003,Bulb,2.50
CSV
day 1
expect 0 ws ws-01 run
expect 0 sync
says '1 page of shops was looked at'
expect 3 desk_key shops
says 'first seen'
expect 3 shop lamps
says 'products/goods'
says 'list of goods'
says 'seen for the first time'

step "the same file on the next day is no change, and one record"
run 2
expect 3 shop lamps
says "as on $(date_of 1)"
says_no 'changes:'
same "$(db 'SELECT count(*) FROM shop_record')" 1 records
same "$(db 'SELECT count(*) FROM shop_capture')" 2 captures

step "a price, a name, one that is new and one that is gone"
put goods.csv 3 <<CSV
Product ID,Product name,Price
1001,Lamp A7,17.90
1002,Lamp B2 "neo",29.9
1004,<b>Shade</b>,7
CSV
run 3
expect 3 desk_key shops
says 'goods gone 1, price 1, '
says '1 of 1 shop changed'
expect 3 shop lamps
says 'price: 1001, 19.9 -> 17.9'
says 'goods gone: 1003, Bulb'
says 'new goods: 1004, <b>Shade</b>'
says 'goods renamed: 1002, Lamp B2 -> Lamp B2 "neo"'
expect 3 differ 2 3 -o "$t/report.html"
says 'price: 1001, 19.9 -> 17.9'
ok grep -q '&lt;b&gt;Shade' "$t/report.html"
no grep -q '<b>Shade' "$t/report.html"
checks=$((checks + 1))
LC_ALL=zh_CN.UTF-8 differ 2 3 >"$t/out" 2>"$t/err" ||
    [ $? -eq 3 ] || fail "no diff in Chinese"
says '价格: 1001, 19.9 -> 17.9'
expect 0 differ 1 2
says 'no difference'

step "another export of the same list, in Chinese and as GBK: other columns"
rm "$lists/goods.csv"
printf '商品ID,商品标题,价格\n1001,台灯,17.90\n1002,吊灯,29.90\n' |
    iconv -f UTF-8 -t GB18030 | put 'goods (1).csv' 4
run 4
expect 3 shop lamps
says "not to be compared with $(date_of 3)"
says_no 'goods gone'

step "names that differ in digits are one list: the newest day's"
printf '商品ID,商品标题,价格\n1001,台灯,17.90\n1002,吊灯,31.00\n' |
    put goods-20261124.csv 5
run 5
expect 3 shop lamps
says 'price: 1002, 29.9 -> 31'
same "$(db 'SELECT count(DISTINCT page) FROM shop_capture')" 1 lists

step "two files of a day are parts of it; another name is another list"
printf '商品ID,商品标题,价格\n1003,灯泡,2.50\n' | put goods-20261124-2.csv 5
printf 'sku,title,price\nX1,Shade,7\n' | put lazada.csv 5
day 5 3600
expect 0 ws ws-01 run
ok synced
expect 3 shop lamps
says 'new goods: 1003'
says_no 'goods gone'
says 'products/lazada'

step "what cannot be read is said, and is no goods that are gone"
printf 'PK\003\004 this was a workbook' | put lazada.csv 6
printf '商品ID,商品标题,价格\n' | put goods-20261125.csv 6
run 6
expect 3 shop lamps
says 'no-list'
says 'lazada.csv: '
says 'it names columns, but no goods'
says_no 'changes:'
checks=$((checks + 1))
LC_ALL=zh_CN.UTF-8 shop lamps >"$t/out" 2>"$t/err" ||
    [ $? -eq 3 ] || fail "no shop in Chinese"
says '不是可读的商品清单'
says '只有列名，没有商品'
expect 3 differ 5 6
says 'cannot be compared'

step "a file that is gone is missing"
rm "$lists"/goods*
printf 'sku,title,price\nX1,Shade,7\n' | put lazada.csv 7
run 7
expect 3 shop lamps
says 'missing'
says_no 'goods gone'
says "as on $(date_of 5)"
rm -r "$lists"
day 8
expect 3 ws ws-01 run
ok synced
expect 3 shop lamps
says 'missing'
says_no 'goods gone'
mkdir "$lists"

step "and it is told for a week, not for ever"
printf 'sku,title,price\nX1,Shade,7\n' | put lazada.csv 7
run 10
run 14
expect 3 shop lamps
says 'not looked at'
run 20
expect 3 shop lamps
says_no 'products/goods'

step "a workbook, an old one, and what was rounded"
if command -v python3 >"$t/out"; then
	python3 - "$lists/lazada.xlsx" <<PYTHON
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)
z.writestr("xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="x"/></sheets></workbook>')
z.writestr("xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="x" Target="worksheets/a.xml"/></Relationships>')
z.writestr("xl/worksheets/a.xml", '<worksheet><sheetData><row><c t="str"><v>SKU</v></c><c t="str"><v>Title</v></c><c t="str"><v>Price</v></c></row><row><c t="str"><v>X1</v></c><c t="str"><v>Shade</v></c><c><v>6.4900000000000002</v></c></row></sheetData></worksheet>')
PYTHON
	touch -d "@$((epoch0 + 21 * 86400))" "$lists/lazada.xlsx"
	run 21
	expect 3 shop lamps
	says 'price: X1, 7 -> 6.49'
fi
printf '\320\317\021\340\241\261\032\341' | put old.xls 22
printf 'id,title\n1.60012E+12,a\n1.60013E+12,b\n' | put round.csv 22
run 22
expect 3 shop lamps
says 'it is a workbook of an old kind; save it as .xlsx or .csv'
says 'a spreadsheet has rounded the ids in it'

step "another station's list is its own; pages that were seen stay the shop's"
day 23
shop_source ws-02 lamps
looked ws-02 lamps home 19.49
expect 0 ws ws-01 run
expect 0 ws ws-02 run
ok synced
expect 3 shop lamps
says 'home '
says 'products/lazada'
expect 0 shop accept lamps
expect 0 shop reviewed lamps --since "$(date_of 0)"

step "a package has lists and what they say"
expect 0 shop package lamps -o "$t/package"
ok grep -q '"X1","Shade"' "$t/package/products.csv"
ok test -s "$t/package/products/ws-01/products-lamps/lazada.csv"

step "and all of it is built anew"
db 'SELECT day, page, state, reason, record FROM shop_capture ORDER BY ts, page' >"$t/was"
desk_key sync --rebuild >"$t/out" 2>"$t/err" || [ $? -eq 3 ] || fail "rebuild"
db 'SELECT day, page, state, reason, record FROM shop_capture ORDER BY ts, page' >"$t/is"
ok cmp "$t/was" "$t/is"
done_
