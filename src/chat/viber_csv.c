/*
 * chat/viber_csv.c - a conversation of Viber's "send chat history".
 *
 *	dd/mm/yyyy,hh:mm:ss,name,+phone,text
 *
 * No row names the columns; the own name is "Me".
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/sheet.h"
#include "chat/scan.h"

#include "base/banned.h"

enum { DATE, CLOCK, NAME, PHONE, TEXT, COUNT };

static int on_row(struct sheet *t, struct err *e);

static const struct sheet_kind kind = {
	.names = NULL, .n = 0, .time = DATE, .row = on_row, .headless = true
};

static bool
is_phone(struct chat_str s)
{
	size_t i, digits = 0;

	for (i = 0; i < s.n; i++) {
		if (s.s[i] >= '0' && s.s[i] <= '9')
			digits++;
		else if (!strchr("+ -()", s.s[i]) || s.s[i] == '\0')
			return false;
	}
	return digits >= 5 && digits <= 16;
}

static bool
is_clock(struct chat_str s)
{
	struct chat_stamp when = {0};
	struct scan c = scan_of(s.s, s.n);

	return scan_clock(&c, ":", &when, NULL) && scan_done(&c);
}

static int
score(const struct chat_sniff *s)
{
	struct csv_head h;
	struct chat_stamp when;

	if (!csv_look(&h, s) || h.n < COUNT)
		return 0;
	if (!(sheet_parse_time(&when, h.cell[DATE], DATE_DMY) ||
	    sheet_parse_time(&when, h.cell[DATE], DATE_MDY)) ||
	    when.precision != STAMP_DAY || !is_clock(h.cell[CLOCK]))
		return 0;
	return is_phone(h.cell[PHONE]) ? 92 : h.cell[PHONE].n == 0 ? 60 : 0;
}

static enum chat_kind
kind_of(struct chat_str s)
{
	static const struct {
		const char *text;
		enum chat_kind kind;
	} kinds[] = {{"Photo message", CHAT_IMAGE},
	    {"Video message", CHAT_VIDEO}, {"Voice message", CHAT_VOICE},
	    {"Sticker", CHAT_STICKER}, {"Sticker message", CHAT_STICKER},
	    {"File message", CHAT_FILE}, {"Location message", CHAT_LOCATION},
	    {"Contact message", CHAT_CARD}, {"GIF message", CHAT_STICKER},
	    {"Call message", CHAT_CALL},
	    {"This message was deleted", CHAT_RECALL}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (scan_is(s.s, s.n, kinds[i].text))
			return kinds[i].kind;
	return CHAT_TEXT;
}

static int
on_row(struct sheet *t, struct err *e)
{
	struct chat_msg *m = &t->c.m;
	struct chat_str when, stem;
	size_t i;

	if (t->row->n < COUNT)
		return sheet_unparsed(t, e);
	when = compose_join(&t->c, csv_trim(sheet_raw(t, DATE)), " ",
	    csv_trim(sheet_raw(t, CLOCK)));
	if (!sheet_when(t, when, &m->when))
		m->warn |= CHAT_WARN_TIME;
	stem = sheet_stem(t->job->in);
	m->conv_name = compose_name(&t->c, stem.s, stem.n);
	m->sender_name = sheet_name(t, NAME);
	m->sender_id = sheet_name(t, PHONE);
	m->text = sheet_text(t, TEXT);
	for (i = COUNT; i < t->row->n; i++)	/* it had no quotes */
		m->text = compose_join(&t->c, m->text, ",", t->row->cell[i]);
	if (m->text.n > 0)
		m->kind = kind_of(m->text);
	m->role = csv_is(m->sender_name, "me") ? CHAT_SELF : CHAT_PEER;
	return compose_emit(&t->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	return sheet_read(job, &kind, e);
}

const struct chat_format chat_viber_csv = {
	.name = "viber-csv",
	.platform = "viber",
	.version = 1,
	.score = score,
	.read = read_all
};
