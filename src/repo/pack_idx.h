/*
 * repo/pack_idx.h - objects of a pack, its idx, and how both get their names.
 * For this room only.
 *
 * Spec: git's gitformat-pack(5), idx version 2.
 * Needs: base, crypto.
 */
#ifndef LIUDI_REPO_PACK_IDX_H
#define LIUDI_REPO_PACK_IDX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct pack_object {
	uint8_t id[20];
	uint32_t crc;
	uint64_t off;
	uint64_t len;		/* of the entry; only when read from an idx */
	uint32_t pack;		/* which of several; only there as well */
	bool drop;		/* another pack has it */
};

struct pack_objects {
	struct pack_object *v;
	size_t n, cap;
};

/* Room for one more.  -1: ERR_NOMEM, ERR_FAIL (too many). */
int pack_objects_grow(struct pack_objects *o, struct err *e);
/* For qsort: by id. */
int pack_cmp_id(const void *a, const void *b);

/* "x.pack" -> "x.idx"; NULL if it is not such a name, or no memory is left. */
char *pack_idx_path(const char *pack);
/* Add the objects of the pack at PATH, as pack number I. */
int pack_idx_load(struct pack_objects *o, const char *path, uint32_t i,
	struct err *e);

/* A temporary file KIND ("tmp_pack_") in DIR, a name git's prune knows. */
int pack_temp(const char *dir, const char *kind, char **path, struct err *e);
/*
 * Sync the pack FD at *TMP, add its idx (O is sorted), give both their names in
 * DIR: .pack first.  *TMP is freed and NULL when it has its name; NAME gets 40
 * hex.
 */
int pack_publish(const char *dir, int fd, char **tmp, struct pack_objects *o,
	const uint8_t trailer[static 20], char name[static 41],
	struct err *e);

#endif
