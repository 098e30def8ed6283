/* chat/dbtext.c - a query of what is there; its rows as messages. */
#include "chat/dbtext.h"

#include <string.h>

#include "chat/markup.h"
#include "chat/text.h"

#include "base/banned.h"

int
dbtext_score(const struct chat_sniff *s, const char *table,
	const char *column)
{
	struct err ignored = ERR_INIT;
	struct sqlfile *f;
	bool has;

	if (!sqlfile_is(s->raw, s->nraw))
		return 0;
	f = sqlfile_open(s->in, &ignored);
	if (!f)
		return 0;
	has = sqlfile_has(f, table, column);
	sqlfile_close(f);
	return has ? CHAT_SURE : 0;
}

void
dbtext_begin(struct dbtext *t)
{
	draft_begin(&t->d, &t->line);
	buf_clear(&t->text);
}

void
dbtext_when(struct dbtext *t, int64_t v, int64_t unit_us,
	enum stamp_precision p)
{
	/* No product overflows; what is beyond is no time either. */
	if (v > 0 && v < INT64_MAX / unit_us)
		stamp_from_us(&t->d.m.when, v * unit_us, p);
	if (v != 0 && t->d.m.when.precision == STAMP_NONE)
		t->d.m.warn |= CHAT_WARN_TIME;
}

/* Well-formed, into t->word. */
static int
clean(struct dbtext *t, struct chat_str s, struct err *e)
{
	bool replaced = false;

	buf_clear(&t->word);
	if (s.n > CHAT_NAME_MAX * 4)
		s.n = CHAT_NAME_MAX * 4;
	if (chat_text_convert(&t->word, "UTF-8", s.s, s.n, &replaced, e) < 0)
		return -1;
	if (replaced)
		t->d.m.warn |= CHAT_WARN_REPLACED;
	return 0;
}

int
dbtext_who(struct dbtext *t, struct chat_str id, struct chat_str name,
	struct err *e)
{
	if (id.s && clean(t, id, e) < 0)
		return -1;
	if (draft_id(&t->d, id.s ? buf_str(&t->word) : NULL,
	    id.s ? t->word.len : 0, e) < 0)
		return -1;
	if (id.s && t->self.len > 0 && t->d.m.role == CHAT_UNKNOWN)
		t->d.m.role = t->word.len == t->self.len &&
		    memcmp(buf_str(&t->word), t->self.data, t->self.len) == 0 ?
		    CHAT_SELF : CHAT_PEER;
	if (!name.s || name.n == 0)
		name = id;
	if (name.s && clean(t, name, e) < 0)
		return -1;
	return draft_name(&t->d, name.s ? buf_str(&t->word) : NULL,
	    name.s ? t->word.len : 0, e);
}

static int
keep(struct dbtext *t, struct chat_str s, struct buf *b, struct err *e)
{
	size_t n;

	buf_clear(b);
	if (!s.s)
		return 0;
	if (clean(t, s, e) < 0)
		return -1;
	n = t->word.len <= b->max ? t->word.len : 0;
	return buf_add(b, buf_str(&t->word), n, e);
}

int
dbtext_conv(struct dbtext *t, struct chat_str id, struct chat_str name,
	struct err *e)
{
	/* The draft has no function for it, but shows what it holds. */
	if (keep(t, id, &t->d.conv_id, e) < 0)
		return -1;
	t->d.has_conv_id = t->d.conv_id.len > 0;
	if (name.s && clean(t, name, e) < 0)
		return -1;
	return draft_conv(&t->d, name.s ? buf_str(&t->word) : NULL,
	    name.s ? t->word.len : 0, e);
}

int
dbtext_id(struct dbtext *t, struct chat_str id, struct err *e)
{
	if (keep(t, id, &t->id, e) < 0)
		return -1;
	if (t->id.len > 0)
		t->d.m.native_id = (struct chat_str){buf_str(&t->id),
		    t->id.len};
	return 0;
}

int
dbtext_markup(struct dbtext *t, struct chat_str s, struct err *e)
{
	bool replaced = false, cut = false;
	struct buf b = BUF_INIT(3 * (size_t)SQLFILE_ROW_MAX + 64);
	int rc = -1;

	if (!s.s)
		return 0;
	if (!memchr(s.s, '<', s.n) && !memchr(s.s, '&', s.n))
		return dbtext_plain(t, s, e);
	if (chat_text_convert(&b, "UTF-8", s.s, s.n, &replaced, e) < 0 ||
	    markup_text_kept(&t->text, buf_str(&b), b.len, &cut, e) < 0)
		goto out;
	if (cut)
		t->d.m.warn |= CHAT_WARN_LONG;
	if (replaced)
		t->d.m.warn |= CHAT_WARN_REPLACED;
	rc = 0;
out:
	buf_release(&b);
	return rc;
}

int
dbtext_plain(struct dbtext *t, struct chat_str s, struct err *e)
{
	bool replaced = false;

	if (!s.s)
		return 0;
	/* A byte that means nothing takes three. */
	if (s.n > t->text.max / 3) {
		s.n = t->text.max / 3;
		while (s.n > 0 && ((unsigned char)s.s[s.n] & 0xc0) == 0x80)
			s.n--;
		t->d.m.warn |= CHAT_WARN_LONG;
	}
	if (chat_text_convert(&t->text, "UTF-8", s.s, s.n, &replaced, e) < 0)
		return -1;
	if (replaced)
		t->d.m.warn |= CHAT_WARN_REPLACED;
	return 0;
}

int
dbtext_attach(struct dbtext *t, struct chat_str s, enum chat_present state,
	struct err *e)
{
	return clean(t, s, e) < 0 ? -1 : draft_attach(&t->d,
	    buf_str(&t->word), t->word.len, state, e);
}

int
dbtext_emit(struct dbtext *t, struct err *e)
{
	if (draft_line(&t->d, &t->line, buf_str(&t->text), t->text.len, e) < 0)
		return -1;
	return draft_emit(&t->d, e);
}

/* --- The query. */

static bool
is_joined(struct sqlfile *f, const struct dbjoin *j)
{
	return sqlfile_has(f, j->table, j->name) &&
	    sqlfile_has(f, j->to_table, j->to_name);
}

static int
compose(struct buf *sql, struct sqlfile *f, const char *from_as,
	const char *from, const struct dbcolumn *c, const struct dbjoin *joins,
	struct err *e)
{
	const struct dbjoin *j;
	const char *sep = "SELECT ";
	bool there;

	for (; c->name; c++) {
		there = strcmp(c->table, from) == 0;
		for (j = joins; j->as && !there; j++)
			there = strcmp(j->as, c->as) == 0 && is_joined(f, j);
		there = there && sqlfile_has(f, c->table, c->name);
		if ((there ? buf_addf(sql, e, "%s%s.[%s]", sep, c->as,
		    c->name) : buf_addf(sql, e, "%sNULL", sep)) < 0)
			return -1;
		sep = ", ";
	}
	if (buf_addf(sql, e, " FROM [%s] AS %s", from, from_as) < 0)
		return -1;
	for (j = joins; j->as; j++)
		if (is_joined(f, j) && buf_addf(sql, e, " LEFT JOIN [%s] AS %s "
		    "ON %s.[%s] = %s.[%s]", j->table, j->as, j->as, j->name,
		    j->to_as, j->to_name) < 0)
			return -1;
	return 0;
}

static int
find_self(struct dbtext *t, struct sqlfile *f, const char *table,
	const char *column, struct err *e)
{
	struct sqlrow *r;
	char sql[128];
	int rc = 0;

	if (!table || !sqlfile_has(f, table, column))
		return 0;
	(void)snprintf(sql, sizeof(sql), "SELECT [%s] FROM [%s] LIMIT 1",
	    column, table);
	r = sqlfile_query(f, sql, e);
	if (r && sqlrow_next(r, e) == 1)
		rc = keep(t, sqlrow_bytes(r, 0), &t->self, e);
	sqlrow_free(r);
	return rc;
}

int
dbtext_read(struct chat_job *job, const char *from_as, const char *from,
	const struct dbcolumn *columns, const struct dbjoin *joins,
	const char *self_table, const char *self_column,
	int (*take)(struct dbtext *t, struct sqlrow *r, struct err *e),
	struct err *e)
{
	struct dbtext t = {.line = {.s = "", .len = job->in->size}};
	struct buf sql = BUF_INIT(64u << 10);
	struct sqlfile *f = NULL;
	struct sqlrow *r = NULL;
	uint64_t rows = 0;
	int rc = -1, got;

	draft_init(&t.d, job);
	buf_init(&t.text, CHAT_TEXT_MAX);
	buf_init(&t.word, CHAT_NAME_MAX * 12 + 64);
	buf_init(&t.id, CHAT_NAME_MAX);
	buf_init(&t.self, CHAT_NAME_MAX);
	f = sqlfile_open(job->in, e);
	if (!f || find_self(&t, f, self_table, self_column, e) < 0 ||
	    compose(&sql, f, from_as, from, columns, joins, e) < 0)
		goto out;
	r = sqlfile_query(f, buf_str(&sql), e);
	if (!r)
		goto out;
	while ((got = sqlrow_next(r, e)) == 1) {
		if (take(&t, r, e) < 0)
			goto out;
		rows++;
	}
	/* What was read before the damage is worth having. */
	if (got < 0 && e->code == ERR_FORMAT && rows > 0) {
		job->warn |= CHAT_WARN_TAIL;
		got = job->sink->unparsed(job->sink->arg, 0, job->in->size,
		    e->what, e);
		if (got == 0)
			err_clear(e);
	}
	rc = got;
out:
	sqlrow_free(r);
	sqlfile_close(f);
	buf_release(&sql);
	buf_release(&t.text);
	buf_release(&t.word);
	buf_release(&t.id);
	buf_release(&t.self);
	draft_release(&t.d);
	return rc;
}
