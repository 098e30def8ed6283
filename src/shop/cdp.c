/* shop/cdp.c - messages with NUL between them, over two descriptors. */
#include "shop/cdp.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"

#include "base/banned.h"

#define BLOCK ((size_t)256 << 10)
#define CALL_MAX ((size_t)96 << 20)	/* a saved page goes in as one */

struct cdp {
	int in, out;
	struct buf rx;		/* from `at` on not looked at yet */
	size_t at;
	size_t searched;	/* no NUL between `at` and here */
	struct json *json;
	struct buf tx;
	int64_t id;		/* of the newest call */
	bool gone;
	cdp_event fn;
	void *arg;
};

struct cdp *
cdp_new(int in, int out, struct err *e)
{
	struct cdp *c = calloc(1, sizeof(*c));

	if (!c) {
		(void)err_nomem(e);
		return NULL;
	}
	c->in = in;
	c->out = out;
	buf_init(&c->rx, CDP_MESSAGE_MAX);
	buf_init(&c->tx, CALL_MAX);
	c->json = json_new_lenient(CDP_NODES_MAX, 64, e);
	if (!c->json) {
		cdp_free(c);
		return NULL;
	}
	return c;
}

void
cdp_free(struct cdp *c)
{
	if (!c)
		return;
	json_free(c->json);
	buf_release(&c->rx);
	buf_release(&c->tx);
	free(c);
}

void
cdp_on_event(struct cdp *c, cdp_event fn, void *arg)
{
	c->fn = fn;
	c->arg = arg;
}

/* --- Sending. */

enum cdp_answer
cdp_send(struct cdp *c, const char *session, const char *method,
	const char *params)
{
	struct err e = ERR_INIT;
	struct jsonw w;

	if (c->gone)
		return CDP_GONE;
	buf_clear(&c->tx);
	jsonw_init(&w, &c->tx, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "id", ++c->id);
	jsonw_kstr(&w, "method", method);
	if (*session)
		jsonw_kstr(&w, "sessionId", session);
	/* PARAMS is JSON already, and our own. */
	if (jsonw_end(&w) < 0 || (params && (buf_adds(&c->tx, ",\"params\":",
	    &e) < 0 || buf_adds(&c->tx, params, &e) < 0)) ||
	    buf_adds(&c->tx, "}", &e) < 0 || buf_addc(&c->tx, '\0', &e) < 0 ||
	    file_write(c->in, c->tx.data, c->tx.len, "the browser", &e) < 0)
		c->gone = true;
	return c->gone ? CDP_GONE : CDP_DONE;
}

/* --- Receiving. */

/* What was taken goes, what is left moves to the front. */
static void
compact(struct cdp *c)
{
	buf_drop(&c->rx, c->at);
	c->searched -= c->at;
	c->at = 0;
}

static enum cdp_answer
read_more(struct cdp *c, int64_t until)
{
	const int64_t left = until - clock_mono_ms();
	struct pollfd p = {.fd = c->out, .events = POLLIN};
	struct err e = ERR_INIT;
	ssize_t got;
	int n;

	n = poll(&p, 1, left < 0 ? 0 : left > INT32_MAX ? INT32_MAX :
	    (int)left);
	if (n == 0 || (n < 0 && errno == EINTR))
		return left <= 0 ? CDP_LATE : CDP_DONE;
	compact(c);
	if (n < 0 || buf_reserve(&c->rx, BLOCK, &e) < 0)
		goto gone;
	do
		got = read(c->out, c->rx.data + c->rx.len, BLOCK);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		goto gone;
	c->rx.len += (size_t)got;
	return CDP_DONE;
gone:
	c->gone = true;
	return CDP_GONE;
}

/* The next whole message, in place; its NUL is behind it. */
static enum cdp_answer
next_message(struct cdp *c, int64_t until, char **text, size_t *n)
{
	enum cdp_answer a;
	uint8_t *end;

	for (;;) {
		if (c->gone)
			return CDP_GONE;
		end = c->rx.len > c->searched ? memchr(c->rx.data +
		    c->searched, '\0', c->rx.len - c->searched) : NULL;
		if (end)
			break;
		c->searched = c->rx.len;
		a = read_more(c, until);
		if (a != CDP_DONE)
			return a;
	}
	*text = (char *)c->rx.data + c->at;
	*n = (size_t)(end - c->rx.data) - c->at;
	c->at += *n + 1;
	c->searched = c->at;
	return CDP_DONE;
}

static const char *
text_at(const struct json *j, const struct json_node *obj, const char *key)
{
	const struct json_node *n = json_get(j, obj, key);

	return n && n->type == JSON_STR ? n->str : NULL;
}

/* A message as a document; an event is told.  NULL: it was one, or nothing. */
static const struct json_node *
take(struct cdp *c, int64_t until, enum cdp_answer *a)
{
	const struct json_node *root;
	struct err e = ERR_INIT;
	const char *method;
	char *text;
	size_t n;

	*a = next_message(c, until, &text, &n);
	if (*a != CDP_DONE)
		return NULL;
	root = json_parse_here(c->json, text, n, &e);
	/* What is over a cap, or no protocol, is not waited for. */
	if (!root || root->type != JSON_OBJECT)
		return NULL;
	if (json_get(c->json, root, "id"))
		return root;
	method = text_at(c->json, root, "method");
	if (method && c->fn) {
		const char *session = text_at(c->json, root, "sessionId");

		c->fn(c->arg, session ? session : "", method, c->json,
		    json_get(c->json, root, "params"));
	}
	return NULL;
}

enum cdp_answer
cdp_call(struct cdp *c, const char *session, const char *method,
	const char *params, int64_t until, const struct json **j,
	const struct json_node **result, struct err *e)
{
	enum cdp_answer a = cdp_send(c, session, method, params);
	const struct json_node *root, *id, *error;
	const int64_t mine = c->id;
	const char *why;

	while (a == CDP_DONE) {
		root = take(c, until, &a);
		if (!root)
			continue;
		id = json_get(c->json, root, "id");
		if (id->type != JSON_INT || id->num != mine)
			continue;
		error = json_get(c->json, root, "error");
		if (error) {
			why = text_at(c->json, error, "message");
			(void)err_set(e, ERR_FAIL, "%s: %.200s", method,
			    why ? why : "refused");
			return CDP_REFUSED;
		}
		if (j)
			*j = c->json;
		if (result)
			*result = json_get(c->json, root, "result");
		return CDP_DONE;
	}
	(void)err_set(e, ERR_FAIL, a == CDP_LATE ?
	    "%s: no answer in time" : "%s: the browser is gone", method);
	return a;
}

enum cdp_answer
cdp_wait(struct cdp *c, int64_t until)
{
	enum cdp_answer a;

	(void)take(c, until, &a);
	return a;
}
