/* chat/input.c - bytes in memory as an input; exact reads. */
#include "chat/input.h"

#include <string.h>

#include "base/banned.h"

static int64_t
read_bytes(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	const struct chat_bytes *b = arg;

	(void)e;
	if (off >= b->n)
		return 0;
	if (n > b->n - off)
		n = (size_t)(b->n - off);
	memcpy(buf, b->data + off, n);
	return (int64_t)n;
}

void
chat_input_bytes(struct chat_input *in, struct chat_bytes *bytes,
	const char *name)
{
	memset(in, 0, sizeof(*in));
	in->read = read_bytes;
	in->arg = bytes;
	in->size = bytes->n;
	in->name = name ? name : "";
	in->path = in->name;
}

int
chat_input_read(const struct chat_input *in, uint64_t off, void *buf, size_t n,
	struct err *e)
{
	uint8_t *p = buf;
	int64_t got;

	while (n > 0) {
		got = in->read(in->arg, off, p, n, e);
		if (got < 0)
			return -1;
		if (got == 0)
			return err_set(e, ERR_FORMAT,
			    "the file ends at byte %llu",
			    (unsigned long long)off);
		p += got;
		off += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}
