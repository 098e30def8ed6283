/* desk/tail.c - did a file grow, shrink, or was it rewritten? */
#include "desk/tail.h"

#include <string.h>

#include "crypto/hash.h"

#include "base/banned.h"

#define HELD_MAX (64u * 1024 * 1024)

int
tail_is_prefix(const struct tail_list *part, const struct tail_list *whole,
	tail_bytes bytes, void *arg, struct err *e)
{
	struct buf held = BUF_INIT(HELD_MAX);
	uint8_t id[HASH_LEN];
	size_t i, next = 0, at = 0;
	int rc = -1;

	for (i = 0; i < part->n; i++) {
		size_t want = (size_t)part->len[i];

		while (held.len - at < want) {
			if (next == whole->n) {
				rc = 0;
				goto out;
			}
			if (at > 0) {
				buf_drop(&held, at);
				at = 0;
			}
			if (bytes(arg, next++, &held, e) < 0)
				goto out;
		}
		hash_blake2b(id, buf_str(&held) + at, want);
		if (memcmp(id, part->ids + i * 32, 32) != 0) {
			rc = 0;
			goto out;
		}
		at += want;
	}
	rc = 1;
out:
	buf_release(&held);
	return rc;
}
