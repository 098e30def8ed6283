/*
 * tests/web/look.c - a real browser that does what the lines of standard input
 * say, and tells what was not as it should be.
 *
 *	door FILE	open the file that lets in, until "/" is there
 *	open URL	"/…" is of the page that the door led to
 *	size W H	of the window
 *	type SELECTOR TEXT	into a field
 *	drag mouse|touch FROM TO SELECTOR	from so many hundredths of its width
 *			to so many, in steps, as a hand does
 *	click SELECTOR	and wait for the page behind it
 *	is WANT EXPRESSION	its value, or what it promises, as a string;
 *			WANT without blanks
 *	wait EXPRESSION	until it is true
 *	run FILE	a script, as if it were the page's own
 *	media KIND SCHEME	"print" or "screen", "dark" or "light"
 *	frames N	so many frames show the page that the door led to
 *	still		nothing was asked of elsewhere since the last one, or the
 *			door; no dialog was opened; the policy stopped nothing
 *	shot FILE	a picture of the whole page; view FILE: of the window
 *	script on|off	that of pages which are opened from then on
 *
 * Prints "FAILED: …" for what is not so; 1 then, 77 without a browser.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "shop/browser.h"
#include "shop/cdp.h"

#include "base/banned.h"

#define LINE_LEN 4096
#define PATIENCE_MS 20000

struct look {
	struct browser *browser;
	struct cdp *cdp;
	char session[CDP_SESSION_LEN];
	char origin[256];
	char loud[256];		/* the first that `still` would not have */
	int failed;
};

static void
fail(struct look *l, const char *line, const char *why)
{
	(void)printf("FAILED: %s: %s\n", line, why);
	l->failed = 1;
}

static const char *
text_at(const struct json *j, const struct json_node *n, const char *key)
{
	n = n ? json_get(j, n, key) : NULL;
	return n && n->type == JSON_STR ? n->str : "";
}

static bool
is_elsewhere(const struct look *l, const char *url)
{
	const size_t n = strlen(l->origin);

	return !str_starts(url, "data:") && (n == 0 ||
	    strncmp(url, l->origin, n) != 0 || url[n] != '/');
}

static void
on_event(void *arg, const char *session, const char *method,
	const struct json *j, const struct json_node *params)
{
	const struct json_node *entry;
	struct look *l = arg;
	const char *what = "";

	if (strcmp(method, "Network.requestWillBeSent") == 0) {
		what = text_at(j, json_get(j, params, "request"), "url");
		if (!is_elsewhere(l, what))
			return;
	} else if (strcmp(method, "Network.webSocketCreated") == 0) {
		what = text_at(j, params, "url");
	} else if (strcmp(method, "Page.javascriptDialogOpening") == 0) {
		what = text_at(j, params, "message");
		(void)cdp_send(l->cdp, session, "Page.handleJavaScriptDialog",
		    "{\"accept\":false}");
	} else if (strcmp(method, "Log.entryAdded") == 0) {
		entry = json_get(j, params, "entry");
		if (strcmp(text_at(j, entry, "source"), "security") != 0)
			return;
		what = text_at(j, entry, "text");
	} else {
		return;
	}
	if (l->loud[0] == '\0')
		(void)snprintf(l->loud, sizeof(l->loud), "%s: %s", method,
		    what);
}

/* PARAMS: a JSON object.  NULL: it failed. */
static const struct json_node *
call(struct look *l, const char *method, const char *params,
	const struct json **j)
{
	const struct json_node *result = NULL;
	struct err e = ERR_INIT;

	if (cdp_call(l->cdp, l->session, method, params, clock_mono_ms() +
	    PATIENCE_MS, j, &result, &e) != CDP_DONE) {
		(void)printf("FAILED: %s: %s\n", method, e.what);
		l->failed = 1;
		return NULL;
	}
	return result;
}

/* {"KEY":"VALUE", …}: pairs until NULL. */
static char *
object(const char *key, const char *value, const char *rest)
{
	struct buf out = BUF_INIT((size_t)8 << 20);
	struct err e = ERR_INIT;
	struct jsonw w;
	char *s;

	jsonw_init(&w, &out, &e);
	jsonw_object(&w);
	jsonw_kstr(&w, key, value);
	jsonw_object_end(&w);
	(void)jsonw_end(&w);
	s = str_fmt("%.*s%s}", (int)(out.len - 1), buf_str(&out), rest);
	buf_release(&out);
	return s;
}

/*
 * The value of an expression, made a string.  -1: E says why, as when the page
 * goes away meanwhile.
 */
static int
value_of(struct look *l, const char *expression, char *out, size_t n,
	struct err *e)
{
	char *text = str_fmt("(v=>v&&v.then?v.then(String):String(v))(%s)",
	    expression);
	char *params = object("expression", text,
	    ",\"returnByValue\":true,\"awaitPromise\":true,"
	    "\"userGesture\":true");
	const struct json_node *r = NULL;
	const struct json *j;
	int rc = -1;

	(void)snprintf(out, n, "?");
	if (cdp_call(l->cdp, l->session, "Runtime.evaluate", params,
	    clock_mono_ms() + PATIENCE_MS, &j, &r, e) != CDP_DONE)
		goto out;
	rc = 0;
	if (r && (r = json_get(j, r, "result")) != NULL &&
	    (r = json_get(j, r, "value")) != NULL && r->type == JSON_STR)
		(void)snprintf(out, n, "%s", r->str);
out:
	free(params);
	free(text);
	return rc;
}

static void
eval(struct look *l, const char *expression, char *out, size_t n)
{
	struct err e = ERR_INIT;

	if (value_of(l, expression, out, n, &e) < 0)
		fail(l, expression, e.what);
}

/* Until EXPRESSION says WANT; the page may go away and another come. */
static void
wait_for(struct look *l, const char *line, const char *expression,
	const char *want)
{
	const int64_t until = clock_mono_ms() + PATIENCE_MS;
	char got[LINE_LEN];

	do {
		struct err e = ERR_INIT;

		if (value_of(l, expression, got, sizeof(got), &e) == 0 &&
		    strcmp(got, want) == 0)
			return;
		(void)usleep(50000);
	} while (clock_mono_ms() < until);
	fail(l, line, got);
}

static void
go(struct look *l, const char *line, const char *url)
{
	char *params = object("url", url, "");
	const struct json *j;

	/* What stands there now is not the page behind it. */
	(void)call(l, "Runtime.evaluate",
	    "{\"expression\":\"window.left = 1\"}", &j);
	(void)call(l, "Page.navigate", params, &j);
	free(params);
	wait_for(l, line, "document.readyState === 'complete' && "
	    "!window.left", "true");
}

static void
do_door(struct look *l, const char *line, const char *file)
{
	char *url = str_fmt("file://%s", file);
	char *params = object("url", url, "");
	const struct json *j;

	(void)call(l, "Page.navigate", params, &j);
	wait_for(l, line, "location.protocol + location.pathname + "
	    "document.readyState", "http:/complete");
	eval(l, "location.origin", l->origin, sizeof(l->origin));
	l->loud[0] = '\0';
	free(params);
	free(url);
}

static void
do_size(struct look *l, const char *line, const char *arg)
{
	char params[200];
	const struct json *j;
	int w, h;

	if (sscanf(arg, "%d %d", &w, &h) != 2) {
		fail(l, line, "no size");
		return;
	}
	(void)snprintf(params, sizeof(params), "{\"width\":%d,\"height\":%d,"
	    "\"deviceScaleFactor\":1,\"mobile\":%s}", w, h,
	    w < 600 ? "true" : "false");
	(void)call(l, "Emulation.setDeviceMetricsOverride", params, &j);
}

static void
do_shot(struct look *l, const char *line, const char *file, bool whole)
{
	const struct json_node *r;
	struct err e = ERR_INIT;
	const struct json *j;
	struct buf png = BUF_INIT((size_t)64 << 20);

	r = call(l, "Page.captureScreenshot",
	    whole ? "{\"captureBeyondViewport\":true}" : "{}", &j);
	r = r ? json_get(j, r, "data") : NULL;
	if (!r)
		return;
	if (base64_decode(&png, r->str, r->len, true, &e) < 0 ||
	    file_save(file, png.data, png.len, 0644, &e) < 0)
		fail(l, line, e.what);
	buf_release(&png);
}

static void
do_script(struct look *l, const char *arg)
{
	const struct json *j;

	(void)call(l, "Emulation.setScriptExecutionDisabled",
	    strcmp(arg, "off") == 0 ? "{\"value\":true}" :
	    "{\"value\":false}", &j);
}

static void
do_is(struct look *l, const char *line, char *arg)
{
	char got[LINE_LEN];
	char *expression = strchr(arg, ' ');

	if (!expression) {
		fail(l, line, "nothing to look at");
		return;
	}
	*expression++ = '\0';
	eval(l, expression, got, sizeof(got));
	if (strcmp(got, arg) != 0)
		(void)printf("FAILED: %s is %s, not %s\n", expression, got,
		    arg), l->failed = 1;
}

static void
do_click(struct look *l, const char *line, const char *selector)
{
	char *q = str_fmt("window.left = 1, document.querySelector('%s')"
	    ".click()", selector);
	char got[64];

	eval(l, q, got, sizeof(got));
	wait_for(l, line, "document.readyState === 'complete' && "
	    "!window.left", "true");
	free(q);
}

static void
do_type(struct look *l, const char *line, char *arg)
{
	char *text = strchr(arg, ' '), *q;
	char got[64];

	if (!text) {
		fail(l, line, "no text");
		return;
	}
	*text++ = '\0';
	q = str_fmt("document.querySelector('%s').value = '%s'", arg, text);
	eval(l, q, got, sizeof(got));
	free(q);
}

/* EVENT of a mouse or a finger at X, Y. */
static void
press(struct look *l, bool touch, const char *event, double x, double y)
{
	const struct json *j;
	char *params;

	/* A finger that is lifted is nowhere. */
	if (touch && strcmp(event, "Released") == 0)
		params = str_dup("{\"type\":\"touchEnd\",\"touchPoints\":[]}");
	else if (touch)
		params = str_fmt("{\"type\":\"touch%s\",\"touchPoints\":["
		    "{\"x\":%.1f,\"y\":%.1f}]}", strcmp(event, "Moved") == 0 ?
		    "Move" : "Start", x, y);
	else
		params = str_fmt("{\"type\":\"mouse%s\",\"x\":%.1f,"
		    "\"y\":%.1f,\"button\":\"left\",\"buttons\":%d,"
		    "\"clickCount\":1}", event, x, y,
		    strcmp(event, "Released") != 0);
	(void)call(l, touch ? "Input.dispatchTouchEvent" :
	    "Input.dispatchMouseEvent", params, &j);
	free(params);
}

static void
do_drag(struct look *l, const char *line, const char *arg)
{
	enum { STEPS = 8 };
	char how[8], got[128], *q;
	double x, y, w;
	int from, to, at = 0;

	if (sscanf(arg, "%7s %d %d %n", how, &from, &to, &at) != 3 ||
	    at == 0) {
		fail(l, line, "from where to where?");
		return;
	}
	/* where it can be seen, not below its middle: it may be very high */
	q = str_fmt("(r=>r.left+' '+(Math.max(r.top,0)+Math.min(r.bottom,"
	    "innerHeight))/2+' '+r.width)((e=>(e.scrollIntoView(),"
	    "e.getBoundingClientRect()))(document.querySelector('%s')))",
	    arg + at);
	eval(l, q, got, sizeof(got));
	free(q);
	if (sscanf(got, "%lf %lf %lf", &x, &y, &w) != 3) {
		fail(l, line, got);
		return;
	}
	press(l, *how == 't', "Pressed", x + w * from / 100, y);
	for (int i = 1; i <= STEPS; i++)
		press(l, *how == 't', "Moved", x + w * (from + (to - from) *
		    (double)i / STEPS) / 100, y);
	press(l, *how == 't', "Released", x + w * to / 100, y);
}

static void
do_run(struct look *l, const char *line, const char *file)
{
	struct buf text = BUF_INIT((size_t)8 << 20);
	struct err e = ERR_INIT;
	const struct json *j;
	char *params;

	if (file_load(file, &text, &e) < 0) {
		fail(l, line, e.what);
		return;
	}
	params = object("expression", buf_str(&text), "");
	(void)call(l, "Runtime.evaluate", params, &j);
	free(params);
	buf_release(&text);
}

static void
do_media(struct look *l, const char *line, const char *arg)
{
	char kind[16], scheme[16], params[200];
	const struct json *j;

	if (sscanf(arg, "%15s %15s", kind, scheme) != 2) {
		fail(l, line, "no medium");
		return;
	}
	(void)snprintf(params, sizeof(params), "{\"media\":\"%s\","
	    "\"features\":[{\"name\":\"prefers-color-scheme\","
	    "\"value\":\"%s\"}]}", kind, scheme);
	(void)call(l, "Emulation.setEmulatedMedia", params, &j);
}

/* A frame that was refused has an address of the browser's own. */
static void
do_frames(struct look *l, const char *line, const char *want)
{
	const struct json_node *r, *frames;
	const struct json *j;
	char got[32];
	size_t n = 0;

	r = call(l, "Page.getFrameTree", "{}", &j);
	r = r ? json_get(j, r, "frameTree") : NULL;
	frames = r ? json_get(j, r, "childFrames") : NULL;
	for (r = frames ? json_first(j, frames) : NULL; r;
	    r = json_next(j, r))
		n += !is_elsewhere(l, text_at(j, json_get(j, r, "frame"),
		    "url"));
	(void)snprintf(got, sizeof(got), "%zu", n);
	if (strcmp(got, want) != 0)
		fail(l, line, got);
}

static void
do_still(struct look *l, const char *line)
{
	char got[64];

	/* what was sent before this answer has been told before it */
	eval(l, "1", got, sizeof(got));
	if (l->loud[0] != '\0')
		fail(l, line, l->loud);
	l->loud[0] = '\0';
}

static void
do_line(struct look *l, char *line)
{
	char *arg = strchr(line, ' ');
	char *url;

	if (strcmp(line, "still") == 0) {
		do_still(l, line);
		return;
	}
	if (!arg) {
		fail(l, line, "not understood");
		return;
	}
	arg++;
	if (str_starts(line, "door ")) {
		do_door(l, line, arg);
	} else if (str_starts(line, "open ")) {
		url = str_fmt("%s%s", *arg == '/' ? l->origin : "", arg);
		go(l, line, url);
		free(url);
	} else if (str_starts(line, "size ")) {
		do_size(l, line, arg);
	} else if (str_starts(line, "shot ")) {
		do_shot(l, line, arg, true);
	} else if (str_starts(line, "view ")) {
		do_shot(l, line, arg, false);
	} else if (str_starts(line, "script ")) {
		do_script(l, arg);
	} else if (str_starts(line, "is ")) {
		do_is(l, line, arg);
	} else if (str_starts(line, "wait ")) {
		wait_for(l, line, arg, "true");
	} else if (str_starts(line, "run ")) {
		do_run(l, line, arg);
	} else if (str_starts(line, "media ")) {
		do_media(l, line, arg);
	} else if (str_starts(line, "frames ")) {
		do_frames(l, line, arg);
	} else if (str_starts(line, "click ")) {
		do_click(l, line, arg);
	} else if (str_starts(line, "drag ")) {
		do_drag(l, line, arg);
	} else if (str_starts(line, "type ")) {
		do_type(l, line, arg);
	} else {
		fail(l, line, "not understood");
	}
}

static void
id_of(struct look *l, const char *method, const char *params,
	const char *key, char *out)
{
	const struct json_node *r;
	const struct json *j;

	r = call(l, method, params, &j);
	r = r ? json_get(j, r, key) : NULL;
	(void)snprintf(out, CDP_SESSION_LEN, "%s", r && r->type == JSON_STR ?
	    r->str : "");
}

static int
start(struct look *l, const char *profile)
{
	struct buf path = BUF_INIT(4096);
	char target[CDP_SESSION_LEN], session[CDP_SESSION_LEN];
	struct err e = ERR_INIT;
	const struct json *j;
	char *params;
	int rc;

	rc = browser_find(&path, &e);
	if (rc != 0)
		return rc > 0 ? 77 : 1;
	l->browser = browser_start(&(struct browser_job){
	    .path = buf_str(&path), .profile = profile},
	    &e);
	buf_release(&path);
	if (!l->browser) {
		(void)printf("FAILED: %s\n", e.what);
		return 1;
	}
	l->cdp = cdp_new(browser_in(l->browser), browser_out(l->browser), &e);
	if (!l->cdp)
		return 1;
	id_of(l, "Target.createTarget", "{\"url\":\"about:blank\"}",
	    "targetId", target);
	params = object("targetId", target, ",\"flatten\":true");
	id_of(l, "Target.attachToTarget", params, "sessionId", session);
	memcpy(l->session, session, sizeof(session));
	free(params);
	cdp_on_event(l->cdp, on_event, l);
	return call(l, "Network.enable", "{}", &j) &&
	    call(l, "Log.enable", "{}", &j) &&
	    call(l, "Page.enable", "{}", &j) ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct look l = {0};
	struct err e = ERR_INIT;
	char line[LINE_LEN];
	int rc;

	proc_setup();
	if (argc != 2 || crypto_setup(&e) < 0)
		return 2;
	rc = start(&l, argv[1]);
	while (rc == 0 && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			do_line(&l, line);
	}
	cdp_free(l.cdp);
	browser_stop(l.browser);
	return rc != 0 ? rc : l.failed;
}
