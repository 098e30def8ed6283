/* desk/messages.c - the tables of all messages, and one more export in them. */
#include "desk/messages.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "desk/enter.h"
#include "desk/intake.h"
#include "desk/messages_in.h"

#include "base/banned.h"

#define SECRET_MARK "messages"
#define AFTER_ALL INT64_C(7258118400)	/* 2200-01-01 in seconds */

uint64_t
messages_hash(const struct messages *m, char what, const void *data, size_t n)
{
	uint8_t key[MESSAGES_SECRET_LEN + 1], out[16];
	uint64_t h = 0;
	size_t i;

	memcpy(key, m->secret, MESSAGES_SECRET_LEN);
	key[MESSAGES_SECRET_LEN] = (uint8_t)what;
	hash_blake2b_n(out, sizeof(out), key, sizeof(key), data, n);
	for (i = 0; i < 6; i++)
		h = h << 8 | out[i];
	return h ? h : 1;
}

/*
 * What the hashes are keyed with, so that nobody makes two texts that count
 * as one.  It is made with the catalogue.
 */
static int
load_secret(struct messages *m, bool make, struct err *e)
{
	char hex[2 * MESSAGES_SECRET_LEN + 1];
	const char *text;
	int rc = catalogue_step(m->c, SQL_MARK_GET, e, "t", SECRET_MARK);

	if (rc < 0)
		return -1;
	if (rc == 1) {
		text = catalogue_text(m->c, SQL_MARK_GET, 0);
		rc = str_unhex(m->secret, sizeof(m->secret), text,
		    strlen(text));
		catalogue_reset(m->c, SQL_MARK_GET);
		if (rc < 0)
			return err_set(e, ERR_FORMAT,
			    "the catalogue is damaged");
	} else if (make) {
		secmem_random(m->secret, sizeof(m->secret));
		str_hex(hex, m->secret, sizeof(m->secret));
		if (catalogue_run(m->c, SQL_MARK_SET, e, "tt", SECRET_MARK,
		    hex) < 0)
			return -1;
	}
	memcpy(&m->seed, m->secret, sizeof(m->seed));
	return 0;
}

/* The index of all words, once its tokenizer is known. */
static int
open_words(struct messages *m, bool make, struct err *e)
{
	int rc;

	if (catalogue_register(m->c, m->words, e) < 0)
		return -1;
	rc = catalogue_step(m->c, SQL_WORDS_THERE, e, "");
	catalogue_reset(m->c, SQL_WORDS_THERE);
	if (rc < 0)
		return -1;
	if (rc == 0 && !make) {
		(void)err_set(e, ERR_NOENT, "no chats were read yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	if (rc == 1)
		return 0;
	return catalogue_run(m->c, SQL_WORDS_MAKE, e, "") < 0 ? -1 :
	    catalogue_run(m->c, SQL_WORDS_ROOM, e, "");
}

struct messages *
messages_open(struct catalogue *c, bool make, struct err *e)
{
	struct messages *m = calloc(1, sizeof(*m));

	if (!m) {
		(void)err_nomem(e);
		return NULL;
	}
	m->c = c;
	buf_init(&m->scratch, (size_t)1 << 28);
	m->words = words_new(e);
	m->plain = m->words ? sametext_new(e) : NULL;
	m->line = m->plain ? msgline_new(e) : NULL;
	m->records = m->line ? records_new(c, e) : NULL;
	m->rows = m->records ? msgrows_new(c, e) : NULL;
	if (!m->rows || crypto_setup(e) < 0 || open_words(m, make, e) < 0 ||
	    load_secret(m, make, e) < 0 || (!make &&
	    catalogue_begin_reading(c, e) < 0)) {
		messages_close(m);
		return NULL;
	}
	m->reading = !make;
	fresh_init(&m->fresh, c, m->rows, m->seed);
	return m;
}

void
messages_close(struct messages *m)
{
	struct err ignored = ERR_INIT;

	if (!m)
		return;
	if (m->reading)		/* nothing was written that could fail */
		(void)catalogue_commit(m->c, &ignored);
	fresh_release(&m->fresh);
	msgrows_free(m->rows);
	records_free(m->records);
	msgline_free(m->line);
	sametext_free(m->plain);
	words_free(m->words);
	buf_release(&m->scratch);
	free(m);
}

/* 1: that version was read. */
static int
was_read(struct messages *m, const struct messages_file *f, int64_t *row,
	struct err *e)
{
	int rc = catalogue_step(m->c, SQL_READING_GET, e, "i", f->version);

	if (rc == 1) {
		*row = catalogue_int(m->c, SQL_READING_GET, 0);
		rc = catalogue_int(m->c, SQL_READING_GET, 1) != 0;
		catalogue_reset(m->c, SQL_READING_GET);
	}
	return rc;
}

static int
add_reading(struct messages *m, const struct messages_file *f, int64_t *row,
	struct err *e)
{
	if (catalogue_run(m->c, SQL_READING_ADD, e, "iitttttttiiiiiii", *row,
	    f->version, f->station, f->source, f->path, f->format,
	    f->platform, f->account, f->error, (int64_t)f->parser,
	    f->messages, f->system, f->unparsed, (int64_t)f->warn, f->mtime,
	    f->taken) < 0)
		return -1;
	*row = catalogue_added(m->c);
	return 0;
}

static int
end_reading(struct messages *m, int64_t row, const struct intake *in,
	struct err *e)
{
	if (in->first == INT64_MIN)
		return 0;
	return catalogue_run(m->c, SQL_READING_DONE, e, "iii", row, in->first,
	    in->last);
}

/* Was the file written anew where it lay before? */
static int
is_written(struct messages *m, const struct messages_file *f, int64_t row,
	bool *out, struct err *e)
{
	int rc = catalogue_step(m->c, SQL_READING_BEFORE, e, "tttii",
	    f->station, f->source, f->path, f->mtime, row);

	catalogue_reset(m->c, SQL_READING_BEFORE);
	*out = rc == 1 && !(f->warn & CHAT_WARN_TAIL);
	return rc < 0 ? -1 : 0;
}

static int
add(struct messages *m, const struct messages_file *f, int fd,
	struct messages_report *r, struct err *e)
{
	struct intake in = {0};
	int64_t row = 0;
	bool written;
	int rc = -1, there = was_read(m, f, &row, e);

	if (there != 0)
		return there < 0 ? -1 : 0;
	if (add_reading(m, f, &row, e) < 0)
		return -1;
	if (fd < 0)
		return 0;
	if (is_written(m, f, row, &written, e) < 0 ||
	    intake_read(&in, m, f, fd, e) < 0 ||
	    enter_all(&in, row, written, r, e) < 0 ||
	    end_reading(m, row, &in, e) < 0)
		goto out;
	rc = 0;
out:
	intake_release(&in);
	return rc;
}

static int64_t
within(int64_t t, int64_t max)
{
	return t < 0 ? 0 : t < max ? t : max;
}

int
messages_begin(struct messages *m, struct err *e)
{
	if (catalogue_begin(m->c, e) < 0)
		return -1;
	m->begun = true;
	return 0;
}

static void
give_up(struct messages *m)
{
	catalogue_rollback(m->c);
	fresh_drop(&m->fresh);
	msgrows_forget(m->rows);
	m->begun = false;
}

int
messages_end(struct messages *m, struct err *e)
{
	if (m->lost.code != ERR_NONE) {
		*e = m->lost;
		err_clear(&m->lost);
		return -1;
	}
	if (!m->begun)
		return 0;
	if (fresh_flush(&m->fresh, e) < 0 || catalogue_commit(m->c, e) < 0) {
		give_up(m);
		return -1;
	}
	m->begun = false;
	return 0;
}

static int
add_alone(struct messages *m, const struct messages_file *f, int fd,
	struct messages_report *r, struct err *e)
{
	if (messages_begin(m, e) < 0)
		return -1;
	if (add(m, f, fd, r, e) < 0) {
		give_up(m);
		return -1;
	}
	return messages_end(m, e);
}

/* As a piece of what was begun, from which nothing of it goes to FTS5. */
static int
add_piece(struct messages *m, const struct messages_file *f, int fd,
	struct messages_report *r, struct err *e)
{
	size_t before = m->fresh.n;
	int rc;

	if (catalogue_begin_piece(m->c, e) < 0)
		return -1;
	m->fresh.held = true;
	rc = add(m, f, fd, r, e);
	m->fresh.held = false;
	if (rc == 0 && catalogue_end_piece(m->c, e) == 0)
		return 0;
	fresh_cut(&m->fresh, before);
	msgrows_forget(m->rows);
	if (catalogue_undo_piece(m->c, &m->lost) < 0)
		give_up(m);
	return -1;
}

int
messages_add(struct messages *m, const struct messages_file *f, int fd,
	struct messages_report *r, struct err *e)
{
	struct messages_report report = {0};
	struct messages_file sane = *f;

	/* Any number is a time to whoever sent the file. */
	sane.taken = within(f->taken, AFTER_ALL);
	sane.mtime = within(f->mtime, sane.taken);
	if ((m->begun ? add_piece(m, &sane, fd, &report, e) :
	    add_alone(m, &sane, fd, &report, e)) < 0)
		return -1;
	*r = report;
	return 0;
}
