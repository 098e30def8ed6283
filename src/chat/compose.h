/*
 * chat/compose.h - a message whose pieces a parser holds already.
 *
 *	compose_init(); per message: compose_begin(), set c->m and the pieces,
 *	compose_emit(); compose_release()
 *
 * Pieces are borrowed where they are clean and copied where they are not; what
 * cannot be copied is told by compose_emit().
 * Needs: base, json/json, chat/{format,message,draft}.
 */
#ifndef LIUDI_CHAT_COMPOSE_H
#define LIUDI_CHAT_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "chat/format.h"
#include "json/json.h"

struct compose_block;

struct compose {
	struct chat_job *job;
	struct chat_msg m;
	struct chat_attachment att[CHAT_ATTACHMENTS_MAX];
	struct chat_field field[CHAT_FIELDS_MAX];
	struct compose_block *blocks;
	struct buf conv_id, conv_name;	/* of all messages to come */
	bool has_conv_id, has_conv_name;
	enum chat_conv conv_type;
	bool failed;			/* out of memory */
	size_t copied;			/* by compose_join(), this message */
	bool elided;			/* a string of the next one was too
					 * long to be read: set before begin */
	uint64_t emitted;
};

void compose_init(struct compose *c, struct chat_job *job);
void compose_release(struct compose *c);

/* The conversation of all messages that begin from now; NULL: not said. */
void compose_conv(struct compose *c, struct chat_str id, struct chat_str name,
	enum chat_conv type);

/* An empty message of LEN bytes from OFF, of the present conversation. */
void compose_begin(struct compose *c, uint64_t off, uint64_t len);

/* N bytes that live as long as the message, or NULL. */
char *compose_room(struct compose *c, size_t n);

/*
 * N bytes of UTF-8 as a name or id: no NUL, not longer than CHAT_NAME_MAX; the
 * warnings go to the message.  compose_text(): to CHAT_TEXT_MAX.
 */
struct chat_str compose_name(struct compose *c, const char *s, size_t n);
struct chat_str compose_text(struct compose *c, const char *s, size_t n);
/*
 * The two put together: A + MIDDLE + B; a piece without text is "".  Where a
 * message has so many that this becomes dear, it stays at A, with a warning.
 */
struct chat_str compose_join(struct compose *c, struct chat_str a,
	const char *middle, struct chat_str b);
/* A string that nobody else changes, as a piece. */
struct chat_str compose_lit(const char *s);
static inline bool
compose_empty(const struct chat_str *s)
{
	return s->n == 0;
}

/* A string or number of a JSON text as a name, as text; NULL: a NULL piece. */
struct chat_str compose_jname(struct compose *c, const struct json_node *v);
struct chat_str compose_jtext(struct compose *c, const struct json_node *v);

void compose_attach(struct compose *c, struct chat_str name,
	enum chat_present state);
void compose_field(struct compose *c, const char *key, struct chat_str value);

/*
 * Hand it over: role from the hints if it is CHAT_UNKNOWN, the time out of what
 * it says if it cannot be.  0, or -1.
 */
int compose_emit(struct compose *c, struct err *e);

/* A row or value that nothing explains; its TEXT is cut at a line end. */
int compose_unparsed(struct compose *c, uint64_t off, uint64_t n,
	const char *text, size_t len, struct err *e);
/* The same for a value, which may be NULL. */
int compose_unparsed_json(struct compose *c, uint64_t off, uint64_t n,
	const struct json *doc, const struct json_node *v, struct err *e);

/* --- Times */

/* A number, or a string of one: seconds or milliseconds as the size says. */
bool compose_epoch(struct chat_stamp *out, const struct json_node *v);
/* A string in ISO 8601; an offset of zero is UTC. */
bool compose_iso(struct chat_stamp *out, const struct json_node *v);
/* A number as above, of N bytes. */
bool compose_epoch_text(struct chat_stamp *out, const char *s, size_t n);

/* --- JSON */

/* OBJ's members by name into OUT[count]; NULL: not there, or null. */
void compose_pick(const struct json *doc, const struct json_node *obj,
	const char *const *names, size_t count, const struct json_node **out);
/* One member; OBJ may be NULL or no object. */
const struct json_node *compose_get(const struct json *doc,
	const struct json_node *obj, const char *key);
bool compose_true(const struct json_node *v);
bool compose_is(const struct json_node *v, const char *s);
/* An integer, or a string that is one; else OTHER. */
int64_t compose_int(const struct json_node *v, int64_t other);

#endif
