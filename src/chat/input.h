/*
 * chat/input.h - the bytes of one export, wherever they lie.
 *
 * Importers know no file system: whoever calls them hands in this.  Needs: base.
 */
#ifndef LIUDI_CHAT_INPUT_H
#define LIUDI_CHAT_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct chat_input {
	/*
	 * Up to N bytes from OFF into BUF.  Returns how many (0: the end), or
	 * -1.  Going back may cost a new start: read forward where you can.
	 */
	int64_t (*read)(void *arg, uint64_t off, void *buf, size_t n,
		struct err *e);
	void *arg;
	uint64_t size;
	const char *name;	/* last part of its path, UTF-8; "" if unknown */
	const char *path;	/* as far as it is known, '/' between; or "" */
};

/* N bytes at DATA, which stay the caller's; *in is good as long as they are. */
struct chat_bytes {
	const uint8_t *data;
	size_t n;
};
void chat_input_bytes(struct chat_input *in, struct chat_bytes *bytes,
	const char *name);

/* Exactly N bytes from OFF.  0, or -1 (ERR_FORMAT at the end of the file). */
int chat_input_read(const struct chat_input *in, uint64_t off, void *buf,
	size_t n, struct err *e);

#endif
