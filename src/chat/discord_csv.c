/*
 * chat/discord_csv.c - DiscordChatExporter's CSV.
 *
 *	AuthorID,Author,Date,Content,Attachments,Reactions
 *
 * Old versions: ';' between, no AuthorID or Reactions, "01-Mar-24 08:59 AM".
 * Attachments have ',' between.  Its name: "<guild> - <channel> [<id>].csv".
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/sheet.h"
#include "chat/kinds.h"

#include "base/banned.h"

enum { AUTHOR_ID, AUTHOR, DATE, CONTENT, FILES, REACTIONS, COUNT };

static const char *const names[COUNT] = {
	"authorid", "author", "date", "content", "attachments", "reactions"
};

static int on_row(struct sheet *t, struct err *e);

static const struct sheet_kind kind = {
	.names = names, .n = COUNT, .time = DATE, .row = on_row
};

static int
score(const struct chat_sniff *s)
{
	struct csv_head h;
	int at[COUNT];

	if (!csv_look(&h, s))
		return 0;
	if (sheet_map(h.cell, h.n, &kind, at) == COUNT)
		return CHAT_SURE;
	/* Old versions had less of them. */
	return at[AUTHOR] >= 0 && at[DATE] >= 0 && at[CONTENT] >= 0 &&
	    at[FILES] >= 0 && h.n <= COUNT ? 90 : 0;
}

static void
set_conv(struct sheet *t)
{
	struct chat_str stem = sheet_stem(t->job->in);
	const char *open;

	/* "… [part 2]" comes last. */
	open = stem.n > 0 ? memmem(stem.s, stem.n, " [", 2) : NULL;
	while (open && (open[2] < '0' || open[2] > '9'))
		open = memmem(open + 1, stem.n - (size_t)(open + 1 - stem.s),
		    " [", 2);
	if (open) {
		const size_t at = (size_t)(open - stem.s);
		const size_t digits = strspn(open + 2, "0123456789");

		t->c.m.conv_id = compose_name(&t->c, open + 2, digits);
		stem.n = at;
	}
	if (stem.n > 0)
		t->c.m.conv_name = compose_name(&t->c, stem.s, stem.n);
}

static void
add_files(struct sheet *t)
{
	struct chat_str s = sheet_raw(t, FILES);
	const char *comma;
	size_t n;

	while (s.n > 0) {
		comma = memchr(s.s, ',', s.n);
		n = comma ? (size_t)(comma - s.s) : s.n;
		if (n > 0)
			compose_attach(&t->c, csv_trim((struct chat_str){s.s,
			    n}), CHAT_REMOTE);
		n += comma != NULL;
		s.s += n;
		s.n -= n;
	}
}

static int
on_row(struct sheet *t, struct err *e)
{
	struct chat_msg *m = &t->c.m;

	if (!sheet_when(t, sheet_raw(t, DATE), &m->when)) {
		if (t->row->n < 3)
			return sheet_unparsed(t, e);
		m->warn |= CHAT_WARN_TIME;
	}
	set_conv(t);
	m->sender_id = sheet_name(t, AUTHOR_ID);
	m->sender_name = sheet_name(t, AUTHOR);
	if (t->at[AUTHOR_ID] < 0)
		m->sender_id = m->sender_name;
	m->text = sheet_text(t, CONTENT);
	add_files(t);
	if (m->text.n == 0 && m->natt > 0)
		m->kind = kinds_file(m->att[0].name.s, m->att[0].name.n);
	return compose_emit(&t->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	return sheet_read(job, &kind, e);
}

const struct chat_format chat_discord_csv = {
	.name = "discord-csv",
	.platform = "discord",
	.version = 1,
	.score = score,
	.read = read_all
};
