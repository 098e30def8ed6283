/* chat/compose.c - a message out of pieces. */
#include "chat/compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "chat/draft.h"

#include "base/banned.h"

#define BLOCK_LEN 16384
#define US 1000000
#define JOIN_MAX ((size_t)20 << 20)	/* bytes copied for a message */
#define SHOWN_MAX 240		/* bytes of what is shown of a value */

struct compose_block {
	struct compose_block *next;
	size_t used, size;
	char data[];
};

void
compose_init(struct compose *c, struct chat_job *job)
{
	memset(c, 0, sizeof(*c));
	c->job = job;
	buf_init(&c->conv_id, CHAT_NAME_MAX);
	buf_init(&c->conv_name, CHAT_NAME_MAX);
}

static void
free_blocks(struct compose *c, struct compose_block *keep)
{
	struct compose_block *b, *next;

	for (b = c->blocks; b && b != keep; b = next) {
		next = b->next;
		free(b);
	}
	c->blocks = keep;
}

void
compose_release(struct compose *c)
{
	free_blocks(c, NULL);
	buf_release(&c->conv_id);
	buf_release(&c->conv_name);
}

char *
compose_room(struct compose *c, size_t n)
{
	struct compose_block *b = c->blocks;
	const size_t size = n > BLOCK_LEN ? n : BLOCK_LEN;

	if (!b || b->size - b->used < n) {
		b = malloc(sizeof(*b) + size);
		if (!b) {
			c->failed = true;
			return NULL;
		}
		b->used = 0;
		b->size = size;
		b->next = c->blocks;
		c->blocks = b;
	}
	b->used += n;
	return b->data + b->used - n;
}

void
compose_begin(struct compose *c, uint64_t off, uint64_t len)
{
	struct compose_block *b = c->blocks;

	/* One small block is kept from message to message. */
	if (b && (b->next || b->size > BLOCK_LEN))
		free_blocks(c, NULL);
	else if (b)
		b->used = 0;
	c->copied = 0;
	memset(&c->m, 0, sizeof(c->m));
	if (c->elided)
		c->m.warn |= CHAT_WARN_LONG;
	c->elided = false;
	c->m.off = off;
	c->m.len = len;
	c->m.att = c->att;
	c->m.field = c->field;
	c->m.conv_type = c->conv_type;
	if (c->has_conv_id)
		c->m.conv_id = (struct chat_str){buf_str(&c->conv_id),
		    c->conv_id.len};
	if (c->has_conv_name)
		c->m.conv_name = (struct chat_str){buf_str(&c->conv_name),
		    c->conv_name.len};
}

static struct chat_str
piece(struct compose *c, const char *s, size_t n, size_t max)
{
	struct chat_str out = {s, n};
	size_t i, len = 0, nuls = 0;
	char *copy;

	if (!s)
		return (struct chat_str){NULL, 0};
	if (n > max) {
		for (n = max; n > 0 && (s[n] & 0xc0) == 0x80; n--)
			;
		out.n = n;
		c->m.warn |= CHAT_WARN_LONG;
	}
	if (n == 0 || !memchr(s, '\0', n))
		return out;
	c->m.warn |= CHAT_WARN_REPLACED;
	for (i = 0; i < n; i++)
		nuls += s[i] == '\0';
	copy = compose_room(c, n + 2 * nuls);
	if (!copy)
		return (struct chat_str){"", 0};
	for (i = 0; i < n; i++) {
		if (s[i] != '\0') {
			copy[len++] = s[i];
			continue;
		}
		memcpy(copy + len, "\xef\xbf\xbd", 3);
		len += 3;
	}
	return (struct chat_str){copy, len};
}

struct chat_str
compose_name(struct compose *c, const char *s, size_t n)
{
	return piece(c, s, n, CHAT_NAME_MAX);
}

struct chat_str
compose_text(struct compose *c, const char *s, size_t n)
{
	return piece(c, s, n, CHAT_TEXT_MAX);
}

struct chat_str
compose_lit(const char *s)
{
	return (struct chat_str){s, strlen(s)};
}

/* Room for N bytes behind S, where S is what was made last; or NULL. */
static char *
extend(struct compose *c, struct chat_str s, size_t n)
{
	struct compose_block *b = c->blocks;

	if (!b || s.n == 0 || s.s < b->data ||
	    s.s + s.n != b->data + b->used || b->size - b->used < n)
		return NULL;
	b->used += n;
	return b->data + b->used - n;
}

struct chat_str
compose_join(struct compose *c, struct chat_str a, const char *middle,
	struct chat_str b)
{
	const size_t m = strlen(middle), total = a.n + m + b.n;
	char *copy = extend(c, a, m + b.n), *at = copy;

	if (!copy) {
		if (c->copied + total > JOIN_MAX) {
			c->m.warn |= CHAT_WARN_LONG;
			return a;
		}
		c->copied += total;
		/* Room to grow in, given back until it does. */
		copy = compose_room(c, 2 * total + 1);
		if (!copy)
			return (struct chat_str){"", 0};
		c->blocks->used -= total + 1;
		if (a.n > 0)
			memcpy(copy, a.s, a.n);
		at = copy + a.n;
		a.s = copy;
	}
	memcpy(at, middle, m);
	if (b.n > 0)
		memcpy(at + m, b.s, b.n);
	return piece(c, a.s, total, CHAT_TEXT_MAX);
}

void
compose_conv(struct compose *c, struct chat_str id, struct chat_str name,
	enum chat_conv type)
{
	struct err e = ERR_INIT;

	/* Two NULs are three bytes more each: cut once more, it is a name. */
	id = piece(c, id.s, id.n, CHAT_NAME_MAX / 4);
	name = piece(c, name.s, name.n, CHAT_NAME_MAX / 4);
	buf_clear(&c->conv_id);
	buf_clear(&c->conv_name);
	c->has_conv_id = id.s != NULL;
	c->has_conv_name = name.s != NULL;
	c->conv_type = type;
	if ((id.n > 0 && buf_add(&c->conv_id, id.s, id.n, &e) < 0) ||
	    (name.n > 0 && buf_add(&c->conv_name, name.s, name.n, &e) < 0))
		c->failed = true;
}

static struct chat_str
scalar(struct compose *c, const struct json_node *v, size_t max)
{
	const size_t size = 24;
	uint64_t left;
	char *text;
	size_t i = size - 1;

	if (!v)
		return (struct chat_str){NULL, 0};
	if (v->type == JSON_STR || v->type == JSON_NUM)
		return piece(c, v->str, v->len, max);
	if (v->type != JSON_INT)
		return (struct chat_str){NULL, 0};
	text = compose_room(c, size);
	if (!text)
		return (struct chat_str){"", 0};
	/* Each message has such an id: snprintf() is the dearest part of it. */
	text[i] = '\0';
	left = v->num < 0 ? -(uint64_t)v->num : (uint64_t)v->num;
	do
		text[--i] = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (v->num < 0)
		text[--i] = '-';
	return (struct chat_str){text + i, size - 1 - i};
}

struct chat_str
compose_jname(struct compose *c, const struct json_node *v)
{
	return scalar(c, v, CHAT_NAME_MAX);
}

struct chat_str
compose_jtext(struct compose *c, const struct json_node *v)
{
	return scalar(c, v, CHAT_TEXT_MAX);
}

void
compose_attach(struct compose *c, struct chat_str name,
	enum chat_present state)
{
	if (c->m.natt == CHAT_ATTACHMENTS_MAX) {
		c->m.warn |= CHAT_WARN_LONG;
		return;
	}
	c->att[c->m.natt++] = (struct chat_attachment){
	    compose_name(c, name.s ? name.s : "", name.n), state};
}

void
compose_field(struct compose *c, const char *key, struct chat_str value)
{
	if (c->m.nfield < CHAT_FIELDS_MAX)
		c->field[c->m.nfield++] = (struct chat_field){key, value};
}

int
compose_emit(struct compose *c, struct err *e)
{
	struct chat_msg *m = &c->m;

	if (c->failed)
		return err_nomem(e);
	if (!m->text.s)
		m->text = (struct chat_str){"", 0};
	if (m->role == CHAT_UNKNOWN && m->kind != CHAT_SYSTEM)
		m->role = draft_role(c->job->hints, &m->sender_id,
		    &m->sender_name);
	if (m->when.precision != STAMP_NONE && !stamp_valid(&m->when)) {
		memset(&m->when, 0, sizeof(m->when));
		m->warn |= CHAT_WARN_TIME;
	}
	c->emitted++;
	return c->job->sink->message(c->job->sink->arg, m, e);
}

int
compose_unparsed(struct compose *c, uint64_t off, uint64_t n,
	const char *text, size_t len, struct err *e)
{
	char shown[SHOWN_MAX + 1];
	size_t i = 0;

	if (len > SHOWN_MAX)
		for (len = SHOWN_MAX; len > 0 &&
		    (text[len] & 0xc0) == 0x80; len--)
			;
	while (i < len && text[i] != '\n' && text[i] != '\0') {
		shown[i] = text[i];
		i++;
	}
	shown[i] = '\0';
	return c->job->sink->unparsed(c->job->sink->arg, off, n, shown, e);
}

int
compose_unparsed_json(struct compose *c, uint64_t off, uint64_t n,
	const struct json *doc, const struct json_node *v, struct err *e)
{
	const struct json_node *child;
	struct buf b = BUF_INIT(SHOWN_MAX);
	struct err full = ERR_INIT;
	int rc;

	if (!v)
		(void)buf_adds(&b, "(cannot be read)", &full);
	else if (v->type == JSON_STR || v->type == JSON_NUM)
		(void)buf_add(&b, v->str, v->len < 80 ? v->len : 80, &full);
	else if (v->type == JSON_OBJECT || v->type == JSON_ARRAY) {
		/* As many members as fit. */
		(void)buf_addc(&b, v->type == JSON_OBJECT ? '{' : '[', &full);
		for (child = json_first(doc, v); child && b.len < 160;
		    child = json_next(doc, child)) {
			if (child->key && child->key_len < 32)
				(void)buf_addf(&b, &full, "%s: ", child->key);
			if (child->type == JSON_INT)
				(void)buf_addf(&b, &full, "%lld",
				    (long long)child->num);
			else if (child->str && child->len < 48)
				(void)buf_add(&b, child->str, child->len,
				    &full);
			(void)buf_adds(&b, ", ", &full);
		}
	}
	rc = compose_unparsed(c, off, n, buf_str(&b), b.len, e);
	buf_release(&b);
	return rc;
}

/* --- Times */

static bool
epoch(struct chat_stamp *out, int64_t v, int64_t us)
{
	/* 1990 in milliseconds is more than 2100 is in seconds. */
	if (v > 100000000000000 || v < -100000000000000)
		stamp_from_us(out, v, STAMP_MS);
	else if (v > 100000000000 || v < -100000000000)
		stamp_from_us(out, v * 1000 + us, STAMP_MS);
	else
		stamp_from_us(out, v * US + us, us != 0 ? STAMP_MS : STAMP_S);
	return out->precision != STAMP_NONE;
}

bool
compose_epoch_text(struct chat_stamp *out, const char *s, size_t n)
{
	int64_t v = 0, us = 0, scale = US;
	size_t i = 0;

	for (; i < n && i < 18 && s[i] >= '0' && s[i] <= '9'; i++)
		v = 10 * v + (s[i] - '0');
	if (i == 0)
		return false;
	if (i < n && s[i] == '.') {
		for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++) {
			scale /= 10;
			us += scale * (s[i] - '0');
		}
	}
	return i == n && epoch(out, v, us);
}

bool
compose_epoch(struct chat_stamp *out, const struct json_node *v)
{
	if (!v)
		return false;
	if (v->type == JSON_INT)
		return epoch(out, v->num, 0);
	if (v->type == JSON_STR || v->type == JSON_NUM)
		return compose_epoch_text(out, v->str, v->len);
	return false;
}

bool
compose_iso(struct chat_stamp *out, const struct json_node *v)
{
	if (!v || v->type != JSON_STR ||
	    !stamp_parse_iso(out, v->str, v->len))
		return false;
	if (out->zone == STAMP_OFFSET && out->offset_min == 0)
		out->zone = STAMP_UTC;
	return true;
}

/* --- JSON */

void
compose_pick(const struct json *doc, const struct json_node *obj,
	const char *const *names, size_t count, const struct json_node **out)
{
	const struct json_node *child;
	size_t i, k, at = 0;

	for (i = 0; i < count; i++)
		out[i] = NULL;
	if (!obj || obj->type != JSON_OBJECT)
		return;
	for (child = json_first(doc, obj); child;
	    child = json_next(doc, child)) {
		if (child->key_len == 0)
			continue;
		/* Keys come mostly in the order of the names. */
		for (k = 0, i = at; k < count; k++, i++) {
			if (i == count)
				i = 0;
			if (names[i][0] != child->key[0] ||
			    strcmp(names[i], child->key) != 0)
				continue;
			out[i] = child->type != JSON_NULL ? child : NULL;
			at = i + 1;
			break;
		}
	}
}

const struct json_node *
compose_get(const struct json *doc, const struct json_node *obj,
	const char *key)
{
	const struct json_node *v;

	v = obj && obj->type == JSON_OBJECT ? json_get(doc, obj, key) : NULL;
	return v && v->type != JSON_NULL ? v : NULL;
}

bool
compose_true(const struct json_node *v)
{
	if (!v)
		return false;
	if (v->type == JSON_BOOL || v->type == JSON_INT)
		return v->num != 0;
	return v->type == JSON_STR && strcmp(v->str, "true") == 0;
}

bool
compose_is(const struct json_node *v, const char *s)
{
	return v && v->type == JSON_STR && strcmp(v->str, s) == 0;
}

int64_t
compose_int(const struct json_node *v, int64_t other)
{
	int64_t n;

	if (v && (v->type == JSON_INT || v->type == JSON_BOOL))
		return v->num;
	if (v && v->type == JSON_STR &&
	    str_to_i64(v->str, INT64_MIN, INT64_MAX, &n) == 0)
		return n;
	return other;
}
