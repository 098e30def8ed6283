/* shop/tab.c - load a page and make it stand still. */
#include "shop/tab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "shop/pagejs.h"

#include "base/banned.h"

#define QUIET_MS 500		/* without an event of the network */
#define ANSWERED_MS 3000	/* a body that does not end is not waited for */
#define SCROLL_MS 60
#define SCROLL_STEPS 40
#define OPEN_MS 5000		/* to open and to close a tab */
#define REQUESTS_MAX 4096u
#define PLACES_MAX 256u
#define SETTLE_MS 1500		/* for pictures that the stopping asked for */
#define SCRIPT_MAX (256u << 10)

struct request {
	char id[CDP_SESSION_LEN];
	int64_t answered;	/* monotonic ms; 0: not yet */
};

/* Where scripts run: a context of a session. */
struct place {
	char session[CDP_SESSION_LEN];
	int64_t context;
};

struct tab {
	struct cdp *cdp;
	const struct tab_job *job;
	struct buf js;		/* page.js with its words filled in */
	struct buf script;	/* the same as parameters of a call: runs first */
	char target[CDP_SESSION_LEN], session[CDP_SESSION_LEN];
	char context[CDP_SESSION_LEN];	/* "" in the browser's own */
	int64_t soft, hard;	/* monotonic ms: stop loading, stop all */
	struct request *request;
	size_t nrequests;
	struct place *place;
	size_t nplaces;
	int64_t last;		/* event of the network */
	int64_t reader;		/* context of reader.js; 0: there is none */
	unsigned moves;		/* times another document came into the page */
	bool loaded, crashed;
	bool given;		/* the saved page itself was asked for */
	int status;
	char why[200];
};

#define DESKTOP_W 1280
#define DESKTOP_H 800
#define MOBILE_W 390
#define MOBILE_H 844

const char *
tab_view(bool mobile)
{
	return mobile ? "390x844@1 mobile" : "1280x800@1";
}

/* --- Events. */

static const char *
text_at(const struct json *j, const struct json_node *obj, const char *key)
{
	const struct json_node *n = obj ? json_get(j, obj, key) : NULL;

	return n && n->type == JSON_STR ? n->str : "";
}

static int64_t
int_at(const struct json *j, const struct json_node *obj, const char *key)
{
	const struct json_node *n = obj ? json_get(j, obj, key) : NULL;

	return n && n->type == JSON_INT ? n->num : 0;
}

/* Copy an id; false: it is none of ours. */
static bool
take_id(char out[static CDP_SESSION_LEN], const char *id)
{
	const size_t n = strlen(id);

	if (n == 0 || n >= CDP_SESSION_LEN)
		return false;
	memcpy(out, id, n + 1);
	return true;
}

static struct request *
request_of(struct tab *t, const char *id)
{
	for (size_t i = 0; i < t->nrequests; i++)
		if (strcmp(t->request[i].id, id) == 0)
			return &t->request[i];
	return NULL;
}

static void
on_network(struct tab *t, const char *what, const struct json *j,
	const struct json_node *p)
{
	const char *id = text_at(j, p, "requestId");
	struct request *r = request_of(t, id);

	t->last = clock_mono_ms();
	if (strcmp(what, "requestWillBeSent") == 0) {
		if (!r && t->nrequests < REQUESTS_MAX &&
		    take_id(t->request[t->nrequests].id, id))
			t->request[t->nrequests++].answered = 0;
	} else if (strcmp(what, "responseReceived") == 0) {
		if (r)
			r->answered = t->last;
		if (strcmp(text_at(j, p, "type"), "Document") == 0 &&
		    strcmp(text_at(j, p, "frameId"), t->target) == 0)
			t->status = (int)int_at(j, json_get(j, p, "response"),
			    "status");
	} else if (strcmp(what, "loadingFinished") == 0 ||
	    strcmp(what, "loadingFailed") == 0) {
		if (r)
			*r = t->request[--t->nrequests];
	}
}

static void
forget_places(struct tab *t, const char *session, int64_t context)
{
	size_t i = 0;

	while (i < t->nplaces) {
		if (strcmp(t->place[i].session, session) == 0 &&
		    (context == 0 || t->place[i].context == context))
			t->place[i] = t->place[--t->nplaces];
		else
			i++;
	}
}

static void
on_context(struct tab *t, const char *session, const struct json *j,
	const struct json_node *p)
{
	const struct json_node *c = json_get(j, p, "context");
	const struct json_node *aux = c ? json_get(j, c, "auxData") : NULL;
	const struct json_node *own = aux ? json_get(j, aux, "isDefault") :
	    NULL;

	if (!own || own->type != JSON_BOOL || !own->num ||
	    t->nplaces == PLACES_MAX ||
	    !take_id(t->place[t->nplaces].session, session))
		return;
	t->place[t->nplaces++].context = int_at(j, c, "id");
}

/* What every frame with a process of its own is told before it begins. */
static void
begin_frame(struct tab *t, const char *session)
{
	static const char attach[] = "{\"autoAttach\":true,"
	    "\"waitForDebuggerOnStart\":true,\"flatten\":true}";

	(void)cdp_send(t->cdp, session, "Page.enable", NULL);
	(void)cdp_send(t->cdp, session, "Runtime.enable", NULL);
	(void)cdp_send(t->cdp, session, "Network.enable", NULL);
	if (t->job->saved) {
		/* All is asked of us; scripts would ask for more. */
		(void)cdp_send(t->cdp, session, "Fetch.enable", NULL);
		(void)cdp_send(t->cdp, session,
		    "Emulation.setScriptExecutionDisabled",
		    "{\"value\":true}");
	}
	(void)cdp_send(t->cdp, session, "Target.setAutoAttach", attach);
	(void)cdp_send(t->cdp, session, "Page.addScriptToEvaluateOnNewDocument",
	    buf_str(&t->script));
	(void)cdp_send(t->cdp, session, "Runtime.runIfWaitingForDebugger",
	    NULL);
}

static bool
is_asked_for(const struct tab *t, const char *url)
{
	const size_t n = strcspn(t->job->url, "#");

	return strncmp(url, t->job->url, n) == 0 && (url[n] == '\0' ||
	    url[n] == '#' || strcmp(url + n, "/") == 0);
}

/* The answer to request ID: N bytes of TYPE, or, DATA NULL, that there is none. */
static int
write_answer(struct buf *out, const char *id, const void *data, size_t n,
	const char *type, struct err *e)
{
	struct buf body = BUF_INIT(CDP_MESSAGE_MAX);
	struct jsonw w;
	int rc = -1;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "requestId", id);
	if (!data) {
		/* With this a page stays that would lead elsewhere. */
		jsonw_kstr(&w, "errorReason", "Aborted");
	} else {
		if (base64_encode(&body, data, n, true, e) < 0)
			goto out;
		jsonw_kint(&w, "responseCode", 200);
		jsonw_key(&w, "responseHeaders");
		jsonw_array(&w);
		jsonw_object(&w);
		jsonw_kstr(&w, "name", "Content-Type");
		jsonw_kstr(&w, "value", type);
		jsonw_object_end(&w);
		jsonw_object(&w);
		jsonw_kstr(&w, "name", "Access-Control-Allow-Origin");
		jsonw_kstr(&w, "value", "*");
		jsonw_object_end(&w);
		jsonw_array_end(&w);
		jsonw_key(&w, "body");
		jsonw_strn(&w, body.data, body.len);
	}
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
out:
	buf_release(&body);
	return rc;
}

/* A request of a saved page: answered by what was saved, or not at all. */
static void
on_paused(struct tab *t, const char *session, const struct json *j,
	const struct json_node *p)
{
	const struct json_node *request = json_get(j, p, "request");
	const struct tab_saved *s = t->job->saved;
	const char *url = request ? text_at(j, request, "url") : "";
	struct buf answer = BUF_INIT(CDP_MESSAGE_MAX);
	struct err e = ERR_INIT;
	const char *type = "";
	const void *data;
	size_t n = 0;
	bool page;

	if (!s)
		return;
	page = !t->given && is_asked_for(t, url);
	t->given |= page;
	data = s->find(s->arg, url, page, &n, &type);
	if (write_answer(&answer, text_at(j, p, "requestId"), data, n, type,
	    &e) == 0)
		(void)cdp_send(t->cdp, session, data ? "Fetch.fulfillRequest" :
		    "Fetch.failRequest", buf_str(&answer));
	buf_release(&answer);
}

/* Another document, or none: what was known of scripts in SESSION is past. */
static void
on_moved(struct tab *t, const char *session)
{
	forget_places(t, session, 0);
	if (strcmp(session, t->session) == 0)
		t->reader = 0;
}

static void
on_event(void *arg, const char *session, const char *method,
	const struct json *j, const struct json_node *p)
{
	struct tab *t = arg;

	if (!p || p->type != JSON_OBJECT)
		return;
	if (strncmp(method, "Network.", 8) == 0) {
		on_network(t, method + 8, j, p);
	} else if (strcmp(method, "Fetch.requestPaused") == 0) {
		on_paused(t, session, j, p);
	} else if (strcmp(method, "Page.loadEventFired") == 0) {
		t->loaded |= strcmp(session, t->session) == 0;
	} else if (strcmp(method, "Page.javascriptDialogOpening") == 0) {
		(void)cdp_send(t->cdp, session, "Page.handleJavaScriptDialog",
		    "{\"accept\":false}");
	} else if (strcmp(method, "Inspector.targetCrashed") == 0) {
		t->crashed = true;
	} else if (strcmp(method, "Target.attachedToTarget") == 0) {
		char child[CDP_SESSION_LEN];

		if (take_id(child, text_at(j, p, "sessionId")))
			begin_frame(t, child);
	} else if (strcmp(method, "Runtime.executionContextCreated") == 0) {
		on_context(t, session, j, p);
	} else if (strcmp(method, "Runtime.executionContextDestroyed") == 0) {
		forget_places(t, session, int_at(j, p, "executionContextId"));
	} else if (strcmp(method, "Runtime.executionContextsCleared") == 0) {
		on_moved(t, session);
	} else if (strcmp(method, "Page.frameNavigated") == 0) {
		t->moves += strcmp(text_at(j, json_get(j, p, "frame"), "id"),
		    t->target) == 0;
	}
}

/* --- The tab. */

/* page.js with its two words filled in, as parameters of the call. */
static int
make_script(struct tab *t, struct err *e)
{
	const char *at = pagejs, *mark;
	struct buf *js = &t->js;
	struct jsonw w;

	while ((mark = strchr(at, '@')) != NULL) {
		const char *end = strchr(mark + 1, '@');

		if (!end || buf_add(js, at, (size_t)(mark - at), e) < 0)
			return -1;
		if (strncmp(mark, "@NOW@", 5) == 0) {
			if (buf_addf(js, e, "%lld000",
			    (long long)t->job->now) < 0)
				return -1;
		} else if (buf_adds(js, t->job->freeze, e) < 0) {
			return -1;
		}
		at = end + 1;
	}
	if (buf_adds(js, at, e) < 0)
		return -1;
	jsonw_init(&w, &t->script, e);
	jsonw_object(&w);
	jsonw_key(&w, "source");
	jsonw_strn(&w, js->data, js->len);
	jsonw_object_end(&w);
	return jsonw_end(&w);
}

struct tab *
tab_new(struct cdp *c, const struct tab_job *j, struct err *e)
{
	struct tab *t = calloc(1, sizeof(*t));

	if (!t) {
		(void)err_nomem(e);
		return NULL;
	}
	t->cdp = c;
	t->job = j;
	buf_init(&t->js, SCRIPT_MAX);
	buf_init(&t->script, SCRIPT_MAX);
	t->request = calloc(REQUESTS_MAX, sizeof(*t->request));
	t->place = calloc(PLACES_MAX, sizeof(*t->place));
	if (!t->request || !t->place) {
		(void)err_nomem(e);
		goto fail;
	}
	if (make_script(t, e) < 0)
		goto fail;
	cdp_on_event(c, on_event, t);
	return t;
fail:
	tab_free(t);
	return NULL;
}

/* {"KEY":"VALUE"} */
static const char *
one(char out[static 256], const char *key, const char *value)
{
	(void)snprintf(out, 256, "{\"%s\":\"%s\"}", key, value);
	return out;
}

void
tab_free(struct tab *t)
{
	const int64_t until = clock_mono_ms() + OPEN_MS;
	struct err e = ERR_INIT;
	char params[256];

	if (!t)
		return;
	if (*t->target)
		(void)cdp_call(t->cdp, "", "Target.closeTarget", one(params,
		    "targetId", t->target), until, NULL, NULL, &e);
	if (*t->context)
		(void)cdp_call(t->cdp, "", "Target.disposeBrowserContext",
		    one(params, "browserContextId", t->context), until, NULL,
		    NULL, &e);
	cdp_on_event(t->cdp, NULL, NULL);
	buf_release(&t->js);
	buf_release(&t->script);
	free(t->request);
	free(t->place);
	free(t);
}

/* Only letters, digits and dashes: ids of the browser go into our JSON. */
static bool
is_plain(const char *s)
{
	return s[strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")] == '\0';
}

/* Call the browser; what KEY of the answer is, into OUT. */
static enum cdp_answer
ask_id(struct tab *t, const char *method, const char *params,
	const char *key, char out[static CDP_SESSION_LEN], struct err *e)
{
	const struct json_node *result = NULL;
	const struct json *j = NULL;
	enum cdp_answer a = cdp_call(t->cdp, "", method, params,
	    clock_mono_ms() + OPEN_MS, &j, &result, e);

	if (a == CDP_DONE && (!result || !take_id(out, text_at(j, result,
	    key)) || !is_plain(out))) {
		*out = '\0';
		(void)err_set(e, ERR_FAIL, "%s: no id", method);
		a = CDP_REFUSED;
	}
	return a;
}

static enum cdp_answer
open_tab(struct tab *t, struct err *e)
{
	char params[512];
	enum cdp_answer a = CDP_DONE;

	if (!t->job->profile)
		a = ask_id(t, "Target.createBrowserContext",
		    "{\"disposeOnDetach\":true}", "browserContextId",
		    t->context, e);
	(void)snprintf(params, sizeof(params), "{\"url\":\"about:blank\"%s%s%s}",
	    *t->context ? ",\"browserContextId\":\"" : "", t->context,
	    *t->context ? "\"" : "");
	if (a == CDP_DONE)
		a = ask_id(t, "Target.createTarget", params, "targetId",
		    t->target, e);
	(void)snprintf(params, sizeof(params), "{\"targetId\":\"%s\","
	    "\"flatten\":true}", t->target);
	if (a == CDP_DONE)
		a = ask_id(t, "Target.attachToTarget", params, "sessionId",
		    t->session, e);
	(void)snprintf(params, sizeof(params), "{\"behavior\":\"deny\"%s%s%s}",
	    *t->context ? ",\"browserContextId\":\"" : "", t->context,
	    *t->context ? "\"" : "");
	if (a == CDP_DONE)
		a = cdp_call(t->cdp, "", "Browser.setDownloadBehavior", params,
		    clock_mono_ms() + OPEN_MS, NULL, NULL, e);
	return a;
}

enum cdp_answer
tab_call(struct tab *t, const char *method, const char *params,
	const struct json **j, const struct json_node **result, struct err *e)
{
	return cdp_call(t->cdp, t->session, method, params, t->hard, j, result,
	    e);
}

/* Size, zone, language, calm: before the page begins. */
static enum cdp_answer
set_up(struct tab *t, struct err *e)
{
	const struct tab_job *k = t->job;
	char params[512];

	begin_frame(t, t->session);
	(void)snprintf(params, sizeof(params), "{\"width\":%d,\"height\":%d,"
	    "\"deviceScaleFactor\":1,\"mobile\":%s}", k->mobile ? MOBILE_W :
	    DESKTOP_W, k->mobile ? MOBILE_H : DESKTOP_H,
	    k->mobile ? "true" : "false");
	(void)cdp_send(t->cdp, t->session, "Emulation.setDeviceMetricsOverride",
	    params);
	if (k->mobile)
		(void)cdp_send(t->cdp, t->session,
		    "Emulation.setTouchEmulationEnabled", "{\"enabled\":true}");
	if (k->zone)
		(void)cdp_send(t->cdp, t->session,
		    "Emulation.setTimezoneOverride", one(params, "timezoneId",
		    k->zone));
	if (k->locale)
		(void)cdp_send(t->cdp, t->session, "Emulation.setLocaleOverride",
		    one(params, "locale", k->locale));
	return tab_call(t, "Emulation.setEmulatedMedia", "{\"features\":[{"
	    "\"name\":\"prefers-reduced-motion\",\"value\":\"reduce\"}]}",
	    NULL, NULL, e);
}

/* --- Loading. */

static bool
is_quiet(const struct tab *t, int64_t now)
{
	if (now - t->last < QUIET_MS)
		return false;
	for (size_t i = 0; i < t->nrequests; i++)
		if (t->request[i].answered == 0 ||
		    now - t->request[i].answered < ANSWERED_MS)
			return false;
	return true;
}

/* Until it is quiet.  LATE: it is not, and the time to load is over. */
static enum cdp_answer
wait_quiet(struct tab *t, bool load)
{
	for (;;) {
		const int64_t now = clock_mono_ms();
		enum cdp_answer a;

		if (t->crashed || ((t->loaded || !load) && is_quiet(t, now)))
			return CDP_DONE;
		if (now >= t->soft)
			return CDP_LATE;
		a = cdp_wait(t->cdp, now + 50 < t->soft ? now + 50 : t->soft);
		if (a == CDP_GONE)
			return a;
	}
}

static enum cdp_answer
nap(struct tab *t, int ms)
{
	const int64_t until = clock_mono_ms() + ms;
	enum cdp_answer a = CDP_DONE;

	while (a == CDP_DONE && clock_mono_ms() < until)
		a = cdp_wait(t->cdp, until);
	return a == CDP_GONE ? a : CDP_DONE;
}

/* Evaluate in CONTEXT. */
static enum cdp_answer
evaluate(struct tab *t, int64_t context, const char *expression,
	const struct json **j, const struct json_node **value, struct err *e)
{
	const struct json_node *result = NULL, *object;
	struct buf params = BUF_INIT(2 * SCRIPT_MAX);
	const struct json *doc = NULL;
	enum cdp_answer a = CDP_REFUSED;
	struct jsonw w;

	jsonw_init(&w, &params, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "expression", expression);
	jsonw_kint(&w, "contextId", context);
	jsonw_kbool(&w, "returnByValue", true);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		a = tab_call(t, "Runtime.evaluate", buf_str(&params), &doc,
		    &result, e);
	buf_release(&params);
	if (a != CDP_DONE)
		return a;
	object = result ? json_get(doc, result, "result") : NULL;
	if (!object || json_get(doc, result, "exceptionDetails")) {
		(void)err_set(e, ERR_FAIL, "the page could not be read");
		return CDP_REFUSED;
	}
	if (j)
		*j = doc;
	if (value)
		*value = json_get(doc, object, "value");
	return CDP_DONE;
}

/* Make a world of our own in the document that is there now, and run JS in it. */
static enum cdp_answer
begin_world(struct tab *t, const char *name, const char *js, int64_t *context,
	struct err *e)
{
	const struct json_node *result = NULL;
	const struct json *j = NULL;
	enum cdp_answer a;
	char params[256];

	(void)snprintf(params, sizeof(params), "{\"frameId\":\"%s\","
	    "\"worldName\":\"%s\"}", t->target, name);
	a = tab_call(t, "Page.createIsolatedWorld", params, &j, &result, e);
	if (a != CDP_DONE)
		return a;
	*context = int_at(j, result, "executionContextId");
	return evaluate(t, *context, js, NULL, NULL, e);
}

enum cdp_answer
tab_eval(struct tab *t, const char *expression, const struct json **j,
	const struct json_node **value, struct err *e)
{
	enum cdp_answer a = CDP_DONE;

	/* Once more if the document went away in between. */
	for (int tries = 0; tries < 2; tries++) {
		if (t->reader == 0)
			a = begin_world(t, "liudi", readerjs, &t->reader, e);
		if (a == CDP_DONE)
			a = evaluate(t, t->reader, expression, j, value, e);
		if (a != CDP_REFUSED || t->reader != 0)
			break;
	}
	return a;
}

static enum cdp_answer
eval_bool(struct tab *t, const char *expression, bool *out, struct err *e)
{
	const struct json_node *value = NULL;
	enum cdp_answer a = tab_eval(t, expression, NULL, &value, e);

	*out = a == CDP_DONE && value && value->type == JSON_BOOL && value->num;
	return a;
}

static enum cdp_answer
scroll(struct tab *t, struct err *e)
{
	enum cdp_answer a = CDP_DONE;
	bool end = false;
	int i;

	for (i = 0; a == CDP_DONE && !end && i < SCROLL_STEPS &&
	    clock_mono_ms() < t->soft; i++) {
		a = eval_bool(t, "__liudi.scroll()", &end, e);
		if (a == CDP_DONE)
			a = nap(t, SCROLL_MS);
	}
	if (a == CDP_DONE)
		a = eval_bool(t, "__liudi.top()", &end, e);
	return a;
}

/*
 * In every frame, also in those of other processes.  A saved page has no clock that
 * goes; what its styles move is calmed from a world of our own.
 */
static enum cdp_answer
stop_clocks(struct tab *t, struct err *e)
{
	enum cdp_answer a = CDP_DONE;
	int64_t context;
	char params[256];

	if (t->job->saved) {
		a = begin_world(t, "calm", buf_str(&t->js), &context, e);
		return a == CDP_DONE ? evaluate(t, context,
		    "__liudi.finish()", NULL, NULL, e) : a;
	}

	for (size_t i = 0; a != CDP_GONE && a != CDP_LATE && i < t->nplaces;
	    i++) {
		const struct place p = t->place[i];

		(void)snprintf(params, sizeof(params), "{\"contextId\":%lld,"
		    "\"expression\":\"window.__liudi&&__liudi.finish()\"}",
		    (long long)p.context);
		a = cdp_call(t->cdp, p.session, "Runtime.evaluate", params,
		    t->hard, NULL, NULL, e);
	}
	return a == CDP_REFUSED ? CDP_DONE : a;
}

/* The last turn of a clock may have asked for pictures. */
static enum cdp_answer
settle(struct tab *t, struct err *e)
{
	const int64_t until = clock_mono_ms() + SETTLE_MS;
	enum cdp_answer a;
	bool settled;

	do {
		a = eval_bool(t, "__liudi.settled()", &settled, e);
		if (a == CDP_DONE && !settled)
			a = nap(t, SCROLL_MS);
	} while (a == CDP_DONE && !settled && clock_mono_ms() < until &&
	    clock_mono_ms() < t->soft);
	return a;
}

/* What to say where the browser gave its own word for it. */
static void
explain(struct tab *t, const char *text)
{
	static const struct { const char *net, *why; } words[] = {
		{"net::ERR_NAME_NOT_RESOLVED", "the name is not known"},
		{"net::ERR_CONNECTION_REFUSED", "nobody answers there"},
		{"net::ERR_CONNECTION_TIMED_OUT", "no answer in time"},
		{"net::ERR_TIMED_OUT", "no answer in time"},
		{"net::ERR_INTERNET_DISCONNECTED", "no network"},
		{"net::ERR_ABORTED", "a download, not a page"}
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(text, words[i].net) == 0)
			text = words[i].why;
	(void)snprintf(t->why, sizeof(t->why), "%s", strncmp(text,
	    "net::ERR_CERT", 13) == 0 ? "its certificate is not good" : text);
}

/* 0: the page comes; 1: it does not (why); else as cdp_call(). */
static enum cdp_answer
navigate(struct tab *t, bool *failed, struct err *e)
{
	const struct json_node *result = NULL;
	struct buf params = BUF_INIT(2 * TAB_URL_MAX);
	const struct json *j = NULL;
	enum cdp_answer a = CDP_REFUSED;
	struct jsonw w;

	jsonw_init(&w, &params, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "url", t->job->url);
	jsonw_object_end(&w);
	t->last = clock_mono_ms();
	if (jsonw_end(&w) == 0)
		a = cdp_call(t->cdp, t->session, "Page.navigate",
		    buf_str(&params), t->soft, &j, &result, e);
	buf_release(&params);
	*failed = a == CDP_DONE && result && *text_at(j, result, "errorText");
	if (*failed)
		explain(t, text_at(j, result, "errorText"));
	if (a == CDP_LATE) {
		explain(t, "net::ERR_TIMED_OUT");
		*failed = true;
		a = CDP_DONE;
	}
	return a;
}

static enum tab_outcome
outcome(struct tab *t, enum cdp_answer a, const struct err *e)
{
	if (a == CDP_GONE)
		return TAB_GONE;
	if (t->crashed)
		return TAB_CRASHED;
	if (a == CDP_LATE)
		return TAB_HUNG;
	(void)snprintf(t->why, sizeof(t->why), "%.190s", e->what);
	return TAB_FAILED;
}

enum tab_outcome
tab_load(struct tab *t)
{
	struct err e = ERR_INIT;
	bool failed = false, late;
	enum cdp_answer a;

	t->hard = clock_mono_ms() + t->job->deadline_ms;
	t->soft = t->hard - t->job->deadline_ms / 3;
	a = open_tab(t, &e);
	if (a == CDP_DONE)
		a = set_up(t, &e);
	if (a == CDP_DONE)
		a = navigate(t, &failed, &e);
	if (a != CDP_DONE)
		return outcome(t, a, &e);
	if (failed)
		return TAB_FAILED;
	a = wait_quiet(t, true);
	late = a == CDP_LATE;
	if (late)
		a = cdp_send(t->cdp, t->session, "Page.stopLoading", NULL);
	if (a == CDP_DONE && !t->crashed)
		a = scroll(t, &e);
	if (a == CDP_DONE && !late && !t->crashed)
		a = wait_quiet(t, false);
	late |= a == CDP_LATE && clock_mono_ms() < t->hard;
	if (a == CDP_LATE && late)
		a = CDP_DONE;
	if (a == CDP_DONE && !t->crashed)
		a = stop_clocks(t, &e);
	if (a == CDP_DONE && !late && !t->crashed)
		a = settle(t, &e);
	if (a != CDP_DONE || t->crashed)
		return outcome(t, a, &e);
	return late ? TAB_PARTLY : TAB_LOADED;
}

int
tab_status(const struct tab *t)
{
	return t->status;
}

unsigned
tab_moves(const struct tab *t)
{
	return t->moves;
}

const char *
tab_why(const struct tab *t)
{
	return t->why;
}
