# tests/flow/shopmade.sh - captures of shops as a station has them, made without
# a browser; docs/FORMAT.md section 22.  Sourced behind lib.sh.
# shellcheck shell=sh disable=SC2034,SC2154

# shop_source STATION SHOP: its folder, and the source for it.
shop_source()
{
	dir=$t/$1-files/$2
	mkdir -p "$dir/captures" "$dir/pages" "$dir/parts" "$dir/strips"
	printf '\n[source shop-%s]\nkind = shop\npath = %s\nsettle = 0\n' \
	    "$2" "$dir" >>"$t/$1/liudi.ini"
}

# record STATION SHOP PAGE PRICE [TITLE] [BROWSER] [LINE]: a page of one thing
# that costs so much; its hash into $record.
record()
{
	cat >"$t/page.json" <<-PAGE
	{"v":1,"type":"page","page":"$3","view":"desktop","url":"https://shop.example/$3","final":null,"status":200,"title":"${5:-Lamps}","width":1280,"height":900,"cut":false,"fingerprint":{"browser":"${6:-Chrome/156}","flags":"f","view":"1280x800@1","fonts":"n","driver":1},"text":[{"text":"${7:-Lamps for every room}","y":10,"h":20}],"items":[{"id":"1001","href":"https://shop.example/item/1001.html","title":"Lamp A7","price":"¥$4","image":null,"y":100,"h":200}],"links":[],"images":[],"login":false,"captcha":false,"parts":[],"strips":[]}
	PAGE
	record=$(sha256sum <"$t/page.json" | cut -c 1-64)
	cp "$t/page.json" "$t/$1-files/$2/pages/$record.json"
}

# capture STATION SHOP PAGE STATE RECORD|- TS [REASON]: a line of it; $made is
# the file.
capture()
{
	made=$t/$1-files/$2/captures/$(date -d "@$LIUDI_NOW" +%Y-%m).jsonl
	hash=null why=null
	[ "$5" = - ] || hash=\"$5\"
	[ -z "${7:-}" ] || why=\"$7\"
	printf '{"v":1,"type":"capture","ts":%s,"offset":0,"page":"%s","view":"desktop","url":"https://shop.example/%s","state":"%s","reason":%s,"record":%s,"by":"auto"}\n' \
	    "$6" "$3" "$3" "$4" "$why" "$hash" >>"$made"
}

# looked STATION SHOP PAGE PRICE [TITLE] [BROWSER] [LINE]: it was seen now.
looked()
{
	record "$@"
	capture "$1" "$2" "$3" ok "$record" "$LIUDI_NOW"
}
