/* chunk/idset.c - mapped sorted ids beside an open-addressing table. */

#include "chunk/idset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/banned.h"

struct idset {
	const uint8_t *map;	/* nmap ids, sorted; NULL if none */
	size_t nmap;
	uint8_t *fresh;		/* nfresh ids, as added */
	size_t nfresh, cap;
	uint32_t *table;	/* index + 1 into fresh; 0 = empty */
	size_t slots;		/* a power of two, or 0 */
};

static uint64_t
prefix(const uint8_t *id)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | id[i];
	return v;
}

static int
map_file(struct idset *s, const char *file, struct err *e)
{
	struct stat st;
	void *p;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "cannot open '%s'", file);
	if (fstat(fd, &st) != 0 || st.st_size % IDSET_ID_LEN != 0) {
		(void)close(fd);
		return err_set(e, ERR_FORMAT, "'%s' is damaged", file);
	}
	if (st.st_size > 0) {
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd,
		    0);
		if (p == MAP_FAILED) {
			(void)err_sys(e, errno, "cannot map '%s'", file);
			(void)close(fd);
			return -1;
		}
		(void)madvise(p, (size_t)st.st_size, MADV_RANDOM);
		s->map = p;
		s->nmap = (size_t)st.st_size / IDSET_ID_LEN;
	}
	(void)close(fd);
	return 0;
}

struct idset *
idset_new(const char *file, struct err *e)
{
	struct idset *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	if (file != NULL && map_file(s, file, e) != 0) {
		idset_free(s);
		return NULL;
	}
	return s;
}

void
idset_free(struct idset *s)
{
	if (s == NULL)
		return;
	if (s->map != NULL)
		(void)munmap((void *)(uintptr_t)s->map,
		    s->nmap * IDSET_ID_LEN);
	free(s->fresh);
	free(s->table);
	free(s);
}

/* Interpolate while it narrows fast, then halve. */
static bool
map_has(const struct idset *s, const uint8_t *id)
{
	size_t lo = 0, hi = s->nmap;
	uint64_t want = prefix(id);

	for (unsigned step = 0; lo < hi; step++) {
		size_t mid = lo + (hi - lo) / 2;
		int c;

		if (step < 8 && hi - lo > 16) {
			uint64_t a = prefix(s->map + lo * IDSET_ID_LEN);
			uint64_t b = prefix(s->map + (hi - 1) * IDSET_ID_LEN);

			if (want < a || want > b)
				return false;
			if (b > a)
				mid = lo + (size_t)((long double)(want - a) /
				    (long double)(b - a) *
				    (long double)(hi - 1 - lo));
		}
		c = memcmp(id, s->map + mid * IDSET_ID_LEN, IDSET_ID_LEN);
		if (c == 0)
			return true;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

/* The slot of ID: where it is, or the empty one where it would go. */
static size_t
slot_of(const struct idset *s, const uint8_t *id)
{
	size_t i = (size_t)prefix(id) & (s->slots - 1);

	while (s->table[i] != 0 &&
	    memcmp(s->fresh + (size_t)(s->table[i] - 1) * IDSET_ID_LEN, id,
		IDSET_ID_LEN) != 0)
		i = (i + 1) & (s->slots - 1);
	return i;
}

bool
idset_has(const struct idset *s, const uint8_t id[static IDSET_ID_LEN])
{
	if (s->slots > 0 && s->table[slot_of(s, id)] != 0)
		return true;
	return s->nmap > 0 && map_has(s, id);
}

/* Room for one more: the array by half, the table at three quarters full. */
static int
grow(struct idset *s, struct err *e)
{
	if (s->nfresh == s->cap) {
		size_t cap = s->cap == 0 ? 1024 : s->cap + s->cap / 2;
		uint8_t *p = realloc(s->fresh, cap * IDSET_ID_LEN);

		if (p == NULL)
			return err_nomem(e);
		s->fresh = p;
		s->cap = cap;
	}
	if (s->slots == 0 || s->nfresh + 1 > s->slots / 4 * 3) {
		size_t slots = s->slots == 0 ? 2048 : s->slots * 2;
		uint32_t *t = calloc(slots, sizeof(*t));

		if (t == NULL || slots > UINT32_MAX) {
			free(t);
			return err_nomem(e);
		}
		free(s->table);
		s->table = t;
		s->slots = slots;
		for (size_t i = 0; i < s->nfresh; i++)
			t[slot_of(s, s->fresh + i * IDSET_ID_LEN)] =
			    (uint32_t)i + 1;
	}
	return 0;
}

int
idset_add(struct idset *s, const uint8_t id[static IDSET_ID_LEN],
	struct err *e)
{
	if (idset_has(s, id))
		return 0;
	if (grow(s, e) != 0)
		return -1;
	memcpy(s->fresh + s->nfresh * IDSET_ID_LEN, id, IDSET_ID_LEN);
	s->nfresh++;
	s->table[slot_of(s, id)] = (uint32_t)s->nfresh;
	return 1;
}

size_t
idset_count(const struct idset *s)
{
	return s->nmap + s->nfresh;
}

static int
id_cmp(const void *a, const void *b)
{
	return memcmp(a, b, IDSET_ID_LEN);
}

static void
swap_ids(uint8_t *a, uint8_t *b)
{
	uint8_t t[IDSET_ID_LEN];

	memcpy(t, a, IDSET_ID_LEN);
	memcpy(a, b, IDSET_ID_LEN);
	memcpy(b, t, IDSET_ID_LEN);
}

/*
 * qsort() of a large array takes as much memory again.  Ids are evenly spread:
 * put each among those of its first byte, in place, then sort 256 small ones.
 */
static void
sort_ids(uint8_t *v, size_t n)
{
	size_t end[256] = {0}, at[256], begin = 0;

	for (size_t i = 0; i < n; i++)
		end[v[i * IDSET_ID_LEN]]++;
	for (size_t b = 0; b < 256; b++) {
		at[b] = begin;
		begin = end[b] += begin;
	}
	for (size_t b = 0; b < 256; b++)
		while (at[b] < end[b]) {
			uint8_t *id = v + at[b] * IDSET_ID_LEN;

			if (*id == b)
				at[b]++;
			else
				swap_ids(id, v + at[*id]++ * IDSET_ID_LEN);
		}
	begin = 0;
	for (size_t b = 0; b < 256; b++) {
		if (end[b] - begin > 1)
			qsort(v + begin * IDSET_ID_LEN, end[b] - begin,
			    IDSET_ID_LEN, id_cmp);
		begin = end[b];
	}
}

int
idset_save(struct idset *s, const char *file, struct err *e)
{
	struct file_new f = FILE_NEW_INIT;
	struct buf b = BUF_INIT(1 << 20);
	size_t i = 0, j = 0;
	int rc = -1;

	/* The table's indices die with the sort. */
	free(s->table);
	s->table = NULL;
	s->slots = 0;
	if (s->nfresh > 0)
		sort_ids(s->fresh, s->nfresh);
	if (file_new_open(&f, file, 0600, e) != 0)
		goto out;
	while (i < s->nmap || j < s->nfresh) {
		bool old = j == s->nfresh || (i < s->nmap &&
		    id_cmp(s->map + i * IDSET_ID_LEN,
			s->fresh + j * IDSET_ID_LEN) < 0);

		if (buf_add(&b, old ? s->map + i * IDSET_ID_LEN :
			s->fresh + j * IDSET_ID_LEN, IDSET_ID_LEN, e) != 0)
			goto out;
		if (old)
			i++;
		else
			j++;
		if (b.len >= 256 * 1024) {
			if (file_write(f.fd, b.data, b.len, file, e) != 0)
				goto out;
			buf_clear(&b);
		}
	}
	if (file_write(f.fd, b.data, b.len, file, e) != 0 ||
	    file_new_commit(&f, e) != 0)
		goto out;
	/* Grown again when needed: the table must match the sorted array. */
	while (s->slots / 4 * 3 < s->nfresh + 1)
		s->slots = s->slots == 0 ? 2048 : s->slots * 2;
	s->table = calloc(s->slots, sizeof(*s->table));
	if (s->table == NULL) {
		s->slots = 0;
		(void)err_nomem(e);
		goto out;
	}
	for (size_t k = 0; k < s->nfresh; k++)
		s->table[slot_of(s, s->fresh + k * IDSET_ID_LEN)] =
		    (uint32_t)k + 1;
	rc = 0;
out:
	buf_release(&b);
	file_new_release(&f);
	return rc;
}
