/* desk/roster.c - who is behind a station; docs/FORMAT.md section 9. */
#include "desk/roster.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "desk/fields.h"
#include "repo/canon.h"

#include "base/banned.h"

#define ROWS_MAX 10000
#define NODES 16
#define DEPTH 4

static bool
read_row(struct roster_row *row, struct json *j, const char *line, size_t n)
{
	struct err ignored = ERR_INIT;
	const struct json_node *root = json_parse(j, line, n, &ignored);
	const struct fields f = {j, root};

	return root && root->type == JSON_OBJECT &&
	    fields_text(&f, "station", row->station, sizeof(row->station),
	    false) && canon_id_ok(row->station) &&
	    fields_text(&f, "person", row->person, sizeof(row->person),
	    true) &&
	    fields_text(&f, "team", row->team, sizeof(row->team), true) &&
	    fields_int(&f, "since", &row->since) && row->since >= 0;
}

static int
read_rows(struct roster *r, struct json *j, const char *text, size_t n,
	struct err *e)
{
	struct roster_row row;
	const char *end;
	size_t line = 0;

	for (; n > 0; n -= (size_t)(end + 1 - text), text = end + 1) {
		line++;
		end = memchr(text, '\n', n);
		memset(&row, 0, sizeof(row));
		if (!end || !read_row(&row, j, text, (size_t)(end - text)))
			return err_set(e, ERR_FORMAT, "roster: line %zu is not "
			    "what should stand there", line);
		if (roster_put(r, &row, e) < 0)
			return -1;
	}
	return 0;
}

int
roster_parse(struct roster *r, const char *text, size_t n, struct err *e)
{
	struct roster got = {NULL, 0};
	struct json *j = json_new(NODES, DEPTH, e);
	int rc = -1;

	if (j && read_rows(&got, j, text, n, e) == 0) {
		*r = got;
		got = (struct roster){NULL, 0};
		rc = 0;
	}
	json_free(j);
	roster_release(&got);
	return rc;
}

void
roster_release(struct roster *r)
{
	free(r->v);
	*r = (struct roster){NULL, 0};
}

/* Where STATION stands, or would. */
static size_t
place(const struct roster *r, const char *station)
{
	size_t lo = 0, hi = r->n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (strcmp(r->v[mid].station, station) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct roster_row *
roster_find(const struct roster *r, const char *station)
{
	size_t i = place(r, station);

	return i < r->n && strcmp(r->v[i].station, station) == 0 ? &r->v[i] :
	    NULL;
}

int
roster_put(struct roster *r, const struct roster_row *row, struct err *e)
{
	size_t i = place(r, row->station);
	struct roster_row *v;

	if (i < r->n && strcmp(r->v[i].station, row->station) == 0) {
		r->v[i] = *row;
		return 0;
	}
	if (r->n == ROWS_MAX)
		return err_set(e, ERR_FORMAT, "roster: more than %d stations",
		    ROWS_MAX);
	/* the array doubles */
	if ((r->n & (r->n - 1)) == 0) {
		v = realloc(r->v, (r->n ? 2 * r->n : 1) * sizeof(*v));
		if (!v)
			return err_nomem(e);
		r->v = v;
	}
	memmove(&r->v[i + 1], &r->v[i], (r->n - i) * sizeof(*r->v));
	r->v[i] = *row;
	r->n++;
	return 0;
}

int
roster_text(const struct roster *r, struct buf *out, struct err *e)
{
	struct jsonw w;
	size_t i;

	for (i = 0; i < r->n; i++) {
		jsonw_init(&w, out, e);
		jsonw_object(&w);
		jsonw_kstr(&w, "station", r->v[i].station);
		jsonw_kstr(&w, "person", r->v[i].person[0] ? r->v[i].person :
		    NULL);
		jsonw_kstr(&w, "team", r->v[i].team[0] ? r->v[i].team : NULL);
		jsonw_kint(&w, "since", r->v[i].since);
		jsonw_object_end(&w);
		if (jsonw_end(&w) < 0 || buf_addc(out, '\n', e) < 0)
			return -1;
	}
	return 0;
}
