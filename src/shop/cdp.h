/*
 * shop/cdp.h - calls and events of the DevTools protocol over a pipe.
 *
 * Messages are JSON and end in NUL.  All that comes in is foreign.
 * Caps: CDP_MESSAGE_MAX bytes a message, CDP_NODES_MAX values in it.
 * Spec: chromedevtools.github.io/devtools-protocol.
 * Needs: base, json.
 */
#ifndef LIUDI_SHOP_CDP_H
#define LIUDI_SHOP_CDP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "json/json.h"

#define CDP_MESSAGE_MAX ((size_t)192 << 20)
#define CDP_NODES_MAX 200000u
#define CDP_SESSION_LEN 65

enum cdp_answer {
	CDP_DONE = 0,
	CDP_REFUSED,	/* the browser said no: *e says what */
	CDP_LATE,	/* nothing came in time */
	CDP_GONE	/* the pipe has ended, or a message was over the cap */
};

struct cdp;

/*
 * FN for each event while a call or cdp_wait() runs; J and PARAMS are good until
 * it returns.  It must not call; it may cdp_send().
 */
typedef void (*cdp_event)(void *arg, const char *session, const char *method,
	const struct json *j, const struct json_node *params);

/* IN, OUT: the browser's; they stay the caller's.  NULL: ERR_NOMEM. */
struct cdp *cdp_new(int in, int out, struct err *e);
void cdp_free(struct cdp *c);	/* NULL does nothing */
/* From now on events go to FN, which may be NULL: they are dropped. */
void cdp_on_event(struct cdp *c, cdp_event fn, void *arg);

/*
 * Call METHOD with PARAMS (the text of a JSON object, or NULL) in SESSION ("" =
 * the browser), and wait until UNTIL (clock_mono_ms).  With CDP_DONE *result
 * (may be NULL) and *j are good until the next call.  LATE answers of earlier
 * calls are passed over.
 */
enum cdp_answer cdp_call(struct cdp *c, const char *session,
	const char *method, const char *params, int64_t until,
	const struct json **j, const struct json_node **result,
	struct err *e);
/* Without waiting for an answer.  0, or CDP_GONE. */
enum cdp_answer cdp_send(struct cdp *c, const char *session,
	const char *method, const char *params);
/* Take events until UNTIL, or until one came.  CDP_DONE: one came. */
enum cdp_answer cdp_wait(struct cdp *c, int64_t until);

#endif
