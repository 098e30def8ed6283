/* chat/message_line.c - docs/REPORTS.md "Messages" and "Imports". */
#include "chat/import.h"

#include "base/jsonw.h"

#include "base/banned.h"

static void
put_str(struct jsonw *w, const char *key, const struct chat_str *s)
{
	jsonw_key(w, key);
	if (s->s)
		jsonw_strn(w, s->s, s->n);
	else
		jsonw_null(w);
}

static void
put_warn(struct jsonw *w, unsigned warn)
{
	unsigned i;

	jsonw_key(w, "warn");
	jsonw_array(w);
	for (i = 0; i < CHAT_WARN_BITS; i++)
		if (warn & 1u << i)
			jsonw_str(w, chat_warn_name((enum chat_warn)(1u << i)));
	jsonw_array_end(w);
}

static void
put_when(struct jsonw *w, const struct chat_stamp *s)
{
	static const char *const precisions[] = {"none", "day", "min", "s",
	    "ms"};
	bool absolute = s->precision > STAMP_DAY && s->zone != STAMP_LOCAL &&
	    s->year != 0;
	char text[STAMP_TEXT_LEN];

	stamp_text(text, s);
	jsonw_kstr(w, "ts_raw", text[0] != '\0' ? text : NULL);
	jsonw_key(w, "ts_utc");
	if (absolute)
		jsonw_int(w, stamp_us(s) / 1000);
	else
		jsonw_null(w);
	jsonw_kstr(w, "tz_src", absolute ? "absolute" : NULL);
	jsonw_kstr(w, "precision", precisions[s->precision]);
}

static void
put_attachments(struct jsonw *w, const struct chat_msg *m)
{
	size_t i;

	jsonw_key(w, "attachments");
	jsonw_array(w);
	for (i = 0; i < m->natt; i++) {
		jsonw_object(w);
		put_str(w, "name", &m->att[i].name);
		jsonw_kstr(w, "state", chat_present_name(m->att[i].state));
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

int
chat_message_line(struct buf *out, const struct chat_format *f, uint64_t n,
	const struct chat_msg *m, struct err *e)
{
	struct jsonw w;
	size_t i;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "message");
	jsonw_kint(&w, "n", (int64_t)n);
	jsonw_kstr(&w, "platform", f->platform);
	jsonw_kstr(&w, "format", f->name);
	jsonw_kint(&w, "parser_ver", f->version);
	jsonw_knull(&w, "account");
	put_str(&w, "conv_id", &m->conv_id);
	put_str(&w, "conv_name", &m->conv_name);
	jsonw_kstr(&w, "conv_type", chat_conv_name(m->conv_type));
	put_str(&w, "native_id", &m->native_id);
	put_when(&w, &m->when);
	jsonw_kint(&w, "seq", (int64_t)n);
	put_str(&w, "sender_id", &m->sender_id);
	put_str(&w, "sender_name", &m->sender_name);
	jsonw_kstr(&w, "sender_role", m->kind == CHAT_SYSTEM ? "system" :
	    chat_role_name(m->role));
	jsonw_kstr(&w, "kind", chat_kind_name(m->kind));
	put_str(&w, "text", &m->text);
	put_attachments(&w, m);
	put_str(&w, "reply_to", &m->reply_to);
	put_str(&w, "forwarded_from", &m->forwarded_from);
	put_str(&w, "thread", &m->thread);
	jsonw_kstr(&w, "state", m->deleted ? "recalled" :
	    m->edited ? "edited" : "live");
	jsonw_key(&w, "src");
	jsonw_object(&w);
	put_str(&w, "member", &m->member);
	jsonw_kint(&w, "offset", (int64_t)m->off);
	jsonw_kint(&w, "length", (int64_t)m->len);
	jsonw_object_end(&w);
	put_warn(&w, m->warn);
	for (i = 0; i < m->nfield; i++)
		put_str(&w, m->field[i].key, &m->field[i].value);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : buf_addc(out, '\n', e);
}

static void
put_edge(struct jsonw *w, const char *key, const struct chat_report *r,
	const struct chat_edge *edge)
{
	jsonw_key(w, key);
	if (r->messages == 0) {
		jsonw_null(w);
		return;
	}
	jsonw_object(w);
	jsonw_kstr(w, "ts_raw", edge->when[0] != '\0' ? edge->when : NULL);
	jsonw_kstr(w, "sender", edge->sender[0] != '\0' ? edge->sender : NULL);
	jsonw_kstr(w, "text", edge->text);
	jsonw_object_end(w);
}

int
chat_report_line(struct buf *out, const char *file,
	const struct chat_report *r, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "import");
	jsonw_kstr(&w, "file", file);
	jsonw_kstr(&w, "format", r->format ? r->format->name : NULL);
	jsonw_kint(&w, "messages", (int64_t)r->messages);
	jsonw_kint(&w, "system", (int64_t)r->system);
	jsonw_kint(&w, "unparsed", (int64_t)r->unparsed);
	put_edge(&w, "first", r, &r->first);
	put_edge(&w, "last", r, &r->last);
	put_warn(&w, r->warn);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : buf_addc(out, '\n', e);
}
