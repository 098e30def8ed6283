/* repo/pack_entry.c - entries of stored blocks; gitformat-pack(5). */
#include "repo/pack_entry.h"

#include <zlib.h>

#include "base/file.h"

#include "base/banned.h"

size_t
pack_entry_head(uint8_t out[static 16], enum packw_type type, uint64_t n)
{
	size_t i = 0;

	out[i] = (uint8_t)((unsigned)type << 4 | (n & 15));
	for (n >>= 4; n > 0; n >>= 7) {
		out[i++] |= 0x80;
		out[i] = (uint8_t)(n & 127);
	}
	return i + 1;
}

int
pack_read_at(struct pack_reader *r, void *out, size_t n, struct err *e)
{
	size_t got;

	if (file_pread(r->fd, out, n, (int64_t)r->off, &got, r->name, e) < 0)
		return -1;
	if (got != n)
		return err_set(e, ERR_FORMAT, "pack '%s' is cut", r->name);
	r->off += n;
	return 0;
}

int
pack_bad_entry(const struct pack_reader *r, struct err *e)
{
	return err_set(e, ERR_FORMAT, "pack '%s': entry is not of ours",
	    r->name);
}

int
pack_read_head(struct pack_reader *r, enum packw_type *type, uint64_t *n,
	struct err *e)
{
	unsigned shift = 4;
	uint8_t c;

	if (pack_read_at(r, &c, 1, e) < 0)
		return -1;
	*type = (enum packw_type)(c >> 4 & 7);
	*n = c & 15;
	for (; c & 0x80; shift += 7) {
		if (shift > 32)
			return pack_bad_entry(r, e);
		if (pack_read_at(r, &c, 1, e) < 0)
			return -1;
		*n |= (uint64_t)(c & 127) << shift;
	}
	if (*type < PACKW_COMMIT || *type > PACKW_BLOB)
		return pack_bad_entry(r, e);
	return 0;
}

int
pack_read_stored(struct pack_reader *r, uint64_t n, struct buf *out, struct err *e)
{
	size_t run, begin = out->len;
	uint8_t b[5];

	if (buf_reserve(out, n, e) < 0)
		return -1;
	if (pack_read_at(r, b, 2, e) < 0)
		return -1;
	do {
		if (pack_read_at(r, b, 5, e) < 0)
			return -1;
		run = (size_t)(b[1] | b[2] << 8);
		if (b[0] > 1 || (b[1] ^ b[3]) != 255 || (b[2] ^ b[4]) != 255 ||
		    run > n - (out->len - begin))
			return pack_bad_entry(r, e);
		if (pack_read_at(r, out->data + out->len, run, e) < 0)
			return -1;
		out->len += run;
	} while (b[0] == 0);
	out->data[out->len] = '\0';
	if (out->len - begin != n || pack_read_at(r, b, 4, e) < 0 ||
	    pack_get32(b) != adler32_z(1, out->data + begin, n))
		return pack_bad_entry(r, e);
	return 0;
}
