# docs/age-key.awk - 64 hex digits, as a SLIP-0039 tool gives a secret of 32
# bytes, become the line that age takes as an identity (Bech32, BIP 173):
#
#	echo HEX | awk -f age-key.awk >id
function xor2(a, b,    r, p)
{
	for (p = 1; a > 0 || b > 0; p *= 2) {
		if (a % 2 != b % 2)
			r += p
		a = int(a / 2)
		b = int(b / 2)
	}
	return r + 0
}
# The checksum goes on with five bits.
function sum(bits,    top, i)
{
	top = int(c / 2 ^ 25)
	c = xor2(c % 2 ^ 25 * 32, bits)
	for (i = 1; i <= 5; i++) {
		if (top % 2)
			c = xor2(c, generator[i])
		top = int(top / 2)
	}
}
function letter(bits)
{
	return substr("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", bits + 1, 1)
}
BEGIN {
	split("996825010 642813549 513874426 1027748829 705979059", generator)
	# the numbers of the letters of age-secret-key-
	n = split("97 103 101 45 115 101 99 114 101 116 45 107 101 121 45",
	    prefix)
}
{
	hex = tolower($1)
	if (length(hex) != 64 || hex ~ /[^0-9a-f]/) {
		print "age-key.awk: not 64 hex digits" | "cat >&2"
		exit 1
	}
	c = 1
	for (i = 1; i <= n; i++)
		sum(int(prefix[i] / 32))
	sum(0)
	for (i = 1; i <= n; i++)
		sum(prefix[i] % 32)
	held = value = 0
	out = "AGE-SECRET-KEY-1"
	for (i = 1; i <= 65; i++) {	# a last 0 fills the last five bits
		value = value * 16 + \
		    (i > 64 ? 0 : index("0123456789abcdef", substr(hex, i, 1)) - 1)
		held += 4
		if (held >= 5) {
			held -= 5
			five = int(value / 2 ^ held)
			value -= five * 2 ^ held
			sum(five)
			out = out letter(five)
		}
	}
	for (i = 1; i <= 6; i++)
		sum(0)
	c = xor2(c, 1)
	for (i = 5; i >= 0; i--)
		out = out letter(int(c / 32 ^ i) % 32)
	print out
}
