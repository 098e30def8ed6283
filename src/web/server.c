/* web/server.c - HTTP on loopback (RFC 9110), by libmicrohttpd. */
#include "web/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/clock.h"
#include "base/str.h"
#include "crypto/secmem.h"
#include "web/form.h"
#include "web/peer.h"

#include "base/banned.h"

#define BACKLOG 64
#define CONNECTIONS 256
#define SLOW_S 20			/* for a client to say or take something */
#define MEMORY ((size_t)32 << 10)	/* of a connection, its headers included */
#define STACK ((size_t)256 << 10)
#define ADDRESSES 20
#define LOOK_MS 1000
#define LAST_MS 300

/* --- The place. */

/* Is there a socket at AT that nobody listens at any more? */
static bool
is_left(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;
	bool left = fd >= 0 && lstat(at->sun_path, &st) == 0 &&
	    S_ISSOCK(st.st_mode) && connect(fd, (const struct sockaddr *)at,
	    sizeof(*at)) < 0 && errno == ECONNREFUSED;

	if (fd >= 0)
		(void)close(fd);
	return left;
}

static int
listen_at_path(struct web_place *p, const char *path, struct err *e)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	mode_t before;
	int rc;

	if (strlen(path) >= sizeof(at.sun_path))
		return err_set(e, ERR_USAGE, "the path of a socket has at most "
		    "%zu bytes", sizeof(at.sun_path) - 1);
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return err_sys(e, errno, "cannot make a socket");
	before = umask(0177);
	rc = bind(p->fd, (struct sockaddr *)&at, sizeof(at));
	if (rc < 0 && errno == EADDRINUSE && is_left(&at)) {
		(void)unlink(at.sun_path);
		rc = bind(p->fd, (struct sockaddr *)&at, sizeof(at));
	}
	(void)umask(before);
	if (rc < 0 && errno == EADDRINUSE) {
		(void)err_set(e, ERR_IO, "there is something at '%s' already",
		    path);
		return err_hint(e, "if no other 'liudi-desk serve' uses it, "
		    "remove it");
	}
	return rc < 0 ? err_sys(e, errno, "cannot listen at '%s'", path) : 0;
}

/* At 127.x.y.z, a port of the kernel's choice; 1: that address is not to be had. */
static int
listen_at_address(struct web_place *p, struct err *e)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);
	uint8_t r[3];

	secmem_random(r, sizeof(r));
	at.sin_addr.s_addr = htonl(127u << 24 | (uint32_t)r[0] << 16 |
	    (uint32_t)r[1] << 8 | (uint32_t)(r[2] % 253 + 2));
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return err_sys(e, errno, "cannot make a socket");
	if (bind(p->fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    getsockname(p->fd, (struct sockaddr *)&at, &len) < 0) {
		(void)close(p->fd);
		p->fd = -1;
		return 1;
	}
	(void)snprintf(p->host, sizeof(p->host), "%s:%u",
	    inet_ntoa(at.sin_addr), ntohs(at.sin_port));
	return 0;
}

int
web_listen(struct web_place *p, const char *path, struct err *e)
{
	int rc = 1, i;

	p->fd = p->peers = -1;
	p->host[0] = '\0';
	if (path)
		rc = listen_at_path(p, path, e);
	else if ((p->peers = peer_table(e)) < 0)
		rc = -1;
	for (i = 0; !path && rc > 0 && i < ADDRESSES; i++)
		rc = listen_at_address(p, e);
	if (rc > 0)
		rc = err_set(e, ERR_NET, "no address of this machine can be "
		    "listened at");
	if (rc == 0 && listen(p->fd, BACKLOG) < 0)
		rc = err_sys(e, errno, "cannot listen");
	if (rc < 0)
		web_place_close(p);
	return rc;
}

void
web_place_close(struct web_place *p)
{
	if (p->fd >= 0)
		(void)close(p->fd);
	if (p->peers >= 0)
		(void)close(p->peers);
	p->fd = p->peers = -1;
}

/* --- A request. */

struct server {
	const struct web_job *job;
	pthread_mutex_t wire;		/* one question at a time */
	struct sockaddr_in at;
	pthread_mutex_t lock;		/* of what is below; not held for long */
	struct guard guard;
	bool closed;
	int64_t used;			/* clock_mono_ms() of the last request */
};

struct request {
	bool is_long;			/* over a cap */
	char uri[WIRE_PATH_MAX + 1 + WIRE_FIELDS_MAX + 1];
	struct wire_ask ask;
};

/* Before anything is read; in the one thread that accepts. */
static enum MHD_Result
on_client(void *cls, const struct sockaddr *from, socklen_t len)
{
	const struct server *s = cls;
	const int table = s->job->place.peers;
	struct sockaddr_in client;

	if (table < 0)
		return MHD_YES;
	if (len < sizeof(client) || from->sa_family != AF_INET)
		return MHD_NO;
	memcpy(&client, from, sizeof(client));
	return peer_is_ours(table, &client, &s->at) ? MHD_YES : MHD_NO;
}

/* Before anything else of a request is known. */
static void *
on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
	struct request *r = calloc(1, sizeof(*r));
	size_t n = strlen(uri);

	(void)cls;
	(void)c;
	if (!r)
		return NULL;
	r->is_long = n >= sizeof(r->uri);
	if (!r->is_long)
		memcpy(r->uri, uri, n + 1);
	return r;
}

static void
on_done(void *cls, struct MHD_Connection *c, void **state,
	enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)c;
	(void)why;
	free(*state);
	*state = NULL;
}

static const char *
header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* Path and query out of the address as it came.  -1: it is not well formed. */
static int
take_apart(struct request *r)
{
	char *query = strchr(r->uri, '?');
	struct err ignored = ERR_INIT;
	size_t n;

	if (r->is_long || r->uri[0] != '/')
		return -1;
	if (query) {
		*query++ = '\0';
		n = strlen(query);
		if (n > WIRE_FIELDS_MAX)
			return -1;
		memcpy(r->ask.query, query, n + 1);
		r->ask.nquery = n;
	}
	n = strlen(r->uri);
	if (n > WIRE_PATH_MAX)
		return -1;
	memcpy(r->ask.path, r->uri, n + 1);
	if (form_path(r->ask.path, n, &n, &ignored) < 0)
		return -1;
	r->ask.path[n] = '\0';
	return 0;
}

/* "zh-CN,zh;q=0.9,en": the first that we have. */
static bool
wants_chinese(const char *languages)
{
	const char *zh = languages ? strstr(languages, "zh") : NULL;
	const char *en = languages ? strstr(languages, "en") : NULL;

	return zh && (!en || zh < en);
}

/* The language: said now, said before, or the browser's. */
static void
take_language(struct request *r, struct MHD_Connection *c, bool *say)
{
	const char *cookie = header(c, "Cookie");
	struct err ignored = ERR_INIT;
	const char *lang = NULL;
	char said[3];
	struct form f;

	if (form_parse(&f, r->ask.query, r->ask.nquery, &ignored) == 0)
		lang = form_get(&f, "lang");
	*say = lang && (strcmp(lang, "zh") == 0 || strcmp(lang, "en") == 0);
	if (!*say && cookie && guard_cookie(cookie, "lang", said,
	    sizeof(said)) == 2)
		lang = said;
	else if (!*say)
		lang = wants_chinese(header(c, "Accept-Language")) ? "zh" : "";
	r->ask.zh = strcmp(lang, "zh") == 0;
}

/* --- An answer. */

static const char *const types[WIRE_TYPES] = {
	"text/html; charset=utf-8", "application/json",
	"text/plain; charset=utf-8", "text/csv; charset=utf-8", "image/webp",
	"image/png", "image/jpeg", "image/gif", "text/css; charset=utf-8",
	"application/octet-stream", "text/javascript; charset=utf-8",
	"image/svg+xml"
};

#define POLICY "default-src 'none'; script-src 'self'; style-src 'self'; " \
	"img-src 'self'; connect-src 'self'; form-action 'self'; " \
	"frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; " \
	"require-trusted-types-for 'script'; trusted-types 'none'"
#define FOREIGN_POLICY "sandbox; default-src 'none'; " \
	"style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"

static void
add(struct MHD_Response *r, const char *name, const char *value)
{
	/* It fails for want of memory alone; then the answer is not sent. */
	(void)MHD_add_response_header(r, name, value);
}

static void
add_rules(struct MHD_Response *r, bool foreign)
{
	add(r, "Content-Security-Policy", foreign ? FOREIGN_POLICY : POLICY);
	add(r, "X-Content-Type-Options", "nosniff");
	/* with "no-referrer" a browser sends our own forms without an Origin */
	add(r, "Referrer-Policy", foreign ? "no-referrer" : "same-origin");
	add(r, "Cross-Origin-Opener-Policy", "same-origin");
	add(r, "Cross-Origin-Resource-Policy", "same-origin");
	add(r, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
	add(r, "Cache-Control", "no-store");
}

struct body {
	size_t n;
	uint8_t *data;		/* on the heap */
};

/* Passwords are among what is shown. */
static void
forget(void *arg)
{
	struct body *b = arg;

	secmem_wipe(b->data, b->n);
	free(b->data);
	free(b);
}

/* Send DATA (on the heap, taken over) with the headers of R's kind. */
static struct MHD_Response *
response(void *data, size_t n, enum wire_type type)
{
	struct body *b = malloc(sizeof(*b));
	struct MHD_Response *r = NULL;

	if (b) {
		*b = (struct body){n, data};
		r = MHD_create_response_from_buffer_with_free_callback_cls(n,
		    data, forget, b);
	}
	if (!r && b)
		forget(b);
	else if (!r)
		free(data);
	else
		add(r, "Content-Type", types[type]);
	return r;
}

static enum MHD_Result
send_off(struct MHD_Connection *c, int status, struct MHD_Response *r)
{
	enum MHD_Result rc;

	if (!r)
		return MHD_NO;
	rc = MHD_queue_response(c, (unsigned)status, r);
	MHD_destroy_response(r);
	return rc;
}

/* What a person reads where no page can be had. */
struct say {
	int status;
	const char *en, *zh;
};

static const struct say says[] = {
	{400, "This address is not well formed.", "这个地址的写法不对。"},
	{401, "You are not logged in here, or the session has ended. Start "
	    "\"liudi-desk serve\" again and do what it says.",
	    "没有登录，或会话已结束。请重新运行 liudi-desk serve，"
	    "再按它的提示操作。"},
	{403, "This was asked from another page. Open it here yourself.",
	    "这个请求来自别的网页。请在这里自己打开。"},
	{404, "There is nothing here.", "这里什么也没有。"},
	{405, "That cannot be done to a page.", "不能对页面这样做。"},
	{413, "That is too much at once.", "一次发送的内容太多。"},
	{421, "This page is not known under that name.",
	    "这个页面不使用那个名字。"},
	{503, "Other pages are still being made. Try again in a moment.",
	    "其他页面还在生成。请稍候再试。"},
	{500, "This page could not be made. Nothing was changed. Look at the "
	    "terminal where \"liudi-desk serve\" runs.",
	    "页面没有生成，没有改动任何内容。请查看运行 liudi-desk serve "
	    "的终端。"},
};

static enum MHD_Result
refuse(struct MHD_Connection *c, int status)
{
	const bool zh = wants_chinese(header(c, "Accept-Language"));
	const struct say *s = says;
	struct MHD_Response *r;
	char *page;

	while (s->status != status && s->status != 500)
		s++;
	status = s->status;
	page = str_fmt("<!DOCTYPE html><html lang=\"%s\"><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<link rel=\"stylesheet\" href=\"/assets/style.css\">"
	    "<title>%d</title><main><h1><a href=\"/\">留底 liudi</a></h1>"
	    "<p>%s</p></main>\n", zh ? "zh-CN" : "en", status,
	    zh ? s->zh : s->en);
	if (!page)
		return MHD_NO;
	r = response(page, strlen(page), WIRE_HTML);
	if (!r)
		return MHD_NO;
	add_rules(r, false);
	if (status == 503)
		add(r, "Retry-After", "2");
	if (status == 405)
		add(r, "Allow", "GET, HEAD, POST");
	return send_off(c, status, r);
}

/* Where a person types the code that the terminal shows; WHY not, or "". */
static char *
code_page(bool zh, const char *why)
{
	return str_fmt("<!DOCTYPE html><html lang=\"%s\"><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<link rel=\"stylesheet\" href=\"/assets/style.css\">"
	    "<title>留底</title><main><h1>留底 liudi</h1><p>%s</p>"
	    "<form method=\"post\" action=\"/auth\"><p><label>%s<br>"
	    "<input name=\"token\" inputmode=\"numeric\" size=\"12\" "
	    "autocomplete=\"off\" autofocus></label> <button>%s</button></p>"
	    "</form></main>\n", zh ? "zh-CN" : "en", why, zh ?
	    "运行 liudi-desk serve 的窗口里显示的代码：" :
	    "The code that the window with \"liudi-desk serve\" shows:",
	    zh ? "打开" : "Open");
}

/* As refuse(401), where there may be a code: IN, one was tried. */
static enum MHD_Result
refuse_code(struct server *s, struct MHD_Connection *c, bool in)
{
	const bool zh = wants_chinese(header(c, "Accept-Language"));
	struct MHD_Response *r;
	bool over;
	char *page;

	(void)pthread_mutex_lock(&s->lock);
	over = s->guard.host || s->guard.used ||
	    s->guard.wrong >= GUARD_TRIES;
	(void)pthread_mutex_unlock(&s->lock);
	if (over)
		return refuse(c, 401);
	page = code_page(zh, !in ? "" : zh ? "代码不对，请再看一次。" :
	    "That is not the code; look again.");
	r = page ? response(page, strlen(page), WIRE_HTML) : NULL;
	if (!r)
		return MHD_NO;
	add_rules(r, false);
	return send_off(c, 401, r);
}

static enum MHD_Result
send_text(struct MHD_Connection *c, const char *text, enum wire_type type)
{
	char *copy = str_dup(text);
	struct MHD_Response *r = copy ? response(copy, strlen(copy), type) :
	    NULL;

	if (!r)
		return MHD_NO;
	add_rules(r, false);
	return send_off(c, 200, r);
}

/*
 * Let in.  The page that says so leads on by itself: the next request is then one
 * of our own site, and a strict cookie goes with it.
 */
static enum MHD_Result
let_in(struct server *s, struct request *q, struct MHD_Connection *c)
{
	static const char page[] = "<!DOCTYPE html><meta charset=\"utf-8\">"
	    "<meta http-equiv=\"refresh\" content=\"0;url=/\">"
	    "<title>留底</title><p><a href=\"/\">留底 liudi</a></p>\n";
	char hex[GUARD_HEX_LEN], cookie[128];
	struct err ignored = ERR_INIT;
	struct MHD_Response *r;
	const char *token;
	char *copy;
	struct form f;
	bool in;

	token = form_parse(&f, q->ask.form, q->ask.nform, &ignored) == 0 ?
	    form_get(&f, "token") : NULL;
	(void)pthread_mutex_lock(&s->lock);
	in = token && guard_admit(&s->guard, token);
	str_hex(hex, s->guard.session, GUARD_SECRET_LEN);
	(void)pthread_mutex_unlock(&s->lock);
	if (!in)
		return refuse_code(s, c, true);
	(void)snprintf(cookie, sizeof(cookie),
	    "liudi=%s; Path=/; HttpOnly; SameSite=Strict", hex);
	copy = str_dup(page);
	r = copy ? response(copy, strlen(copy), WIRE_HTML) : NULL;
	if (!r)
		return MHD_NO;
	add_rules(r, false);
	add(r, "Set-Cookie", cookie);
	return send_off(c, 200, r);
}

/* Ask the other process.  0: *A and *BODY; else the status to refuse with. */
static int
ask(struct server *s, const struct wire_ask *q, struct wire_answer *a,
	void **body)
{
	struct timespec until;
	struct err e = ERR_INIT;
	bool broken;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += SLOW_S;
	if (pthread_mutex_timedlock(&s->wire, &until) != 0)
		return 503;
	broken = wire_put_ask(s->job->wire, q, &e) < 0 ||
	    wire_get_answer(s->job->wire, a, body, &e) != 0;
	(void)pthread_mutex_unlock(&s->wire);
	(void)pthread_mutex_lock(&s->lock);
	s->closed = s->closed || broken;
	s->used = clock_mono_ms();
	(void)pthread_mutex_unlock(&s->lock);
	return broken ? 500 : 0;
}

static enum MHD_Result
hand_on(struct server *s, struct request *q, struct MHD_Connection *c,
	bool say_language)
{
	struct wire_answer a;
	struct MHD_Response *r;
	char value[WIRE_NAME_MAX + 32];
	void *body = NULL;
	int status = ask(s, &q->ask, &a, &body);

	if (status != 0)
		return refuse(c, status);
	if (a.status >= 400 && a.n == 0) {
		free(body);
		return refuse(c, a.status);
	}
	r = response(body, a.n, a.type);
	if (!r)
		return MHD_NO;
	add_rules(r, a.foreign != 0);
	if (a.to[0] != '\0')
		add(r, "Location", a.to);
	if (a.file[0] != '\0') {
		(void)snprintf(value, sizeof(value),
		    "attachment; filename=\"%s\"", a.file);
		add(r, "Content-Disposition", value);
	}
	if (say_language)
		add(r, "Set-Cookie", q->ask.zh ?
		    "lang=zh; Path=/; SameSite=Strict; Max-Age=31536000" :
		    "lang=en; Path=/; SameSite=Strict; Max-Age=31536000");
	return send_off(c, a.status, r);
}

static enum MHD_Result
answer(struct server *s, struct request *q, struct MHD_Connection *c,
	const char *method)
{
	struct guard_head h = {method, q->ask.path, header(c, "Host"),
	    header(c, "Origin"), header(c, "Sec-Fetch-Site"),
	    header(c, "Cookie")};
	const struct web_asset *a;
	bool say = false;
	int status;

	(void)pthread_mutex_lock(&s->lock);
	status = guard_check(&s->guard, &h);
	(void)pthread_mutex_unlock(&s->lock);
	if (status != 0)
		return status == 401 ? refuse_code(s, c, false) :
		    refuse(c, status);
	if (strcmp(h.path, "/auth") == 0)
		return q->ask.post ? let_in(s, q, c) : refuse(c, 404);
	if (strcmp(h.path, "/healthz") == 0)
		return send_text(c, "ok\n", WIRE_TEXT);
	for (a = s->job->asset; a->path; a++)
		if (strcmp(h.path, a->path) == 0)
			return send_text(c, a->text, a->type);
	take_language(q, c, &say);
	return hand_on(s, q, c, say);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *data,
	size_t *n, void **state)
{
	struct server *s = cls;
	struct request *q = *state;

	(void)url;
	(void)version;
	if (!q)
		return MHD_NO;
	if (q->ask.path[0] == '\0') {	/* its headers alone are there */
		q->ask.post = strcmp(method, "POST") == 0;
		if (take_apart(q) < 0) {
			q->is_long = true;
			(void)snprintf(q->ask.path, sizeof(q->ask.path), "/");
		}
		return MHD_YES;
	}
	if (*n > 0) {
		if (*n > WIRE_FIELDS_MAX - q->ask.nform)
			q->is_long = true;
		else
			memcpy(q->ask.form + q->ask.nform, data, *n);
		q->ask.nform += q->is_long ? 0 : *n;
		*n = 0;
		return MHD_YES;
	}
	if (q->is_long)
		return refuse(c, q->ask.post ? 413 : 400);
	return answer(s, q, c, method);
}

/* Until nobody asked for long enough, or the other side is gone. */
static enum web_end
wait_for_end(struct server *s)
{
	struct pollfd p = {.fd = s->job->wire, .events = POLLRDHUP};
	bool closed = false, idle = false;

	while (!closed && !idle) {
		p.revents = 0;
		(void)poll(&p, 1, LOOK_MS);
		(void)pthread_mutex_lock(&s->lock);
		closed = s->closed ||
		    (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
		idle = clock_mono_ms() - s->used >
		    (int64_t)s->job->idle_s * 1000;
		(void)pthread_mutex_unlock(&s->lock);
	}
	return closed ? WEB_CLOSED : WEB_IDLE;
}

int
web_serve(const struct web_job *j, struct err *e)
{
	struct server s = {.job = j, .guard = j->guard,
	    .used = clock_mono_ms()};
	socklen_t len = sizeof(s.at);
	struct MHD_Daemon *d;
	enum web_end end;

	if (j->place.peers >= 0 && getsockname(j->place.fd,
	    (struct sockaddr *)&s.at, &len) < 0)
		return err_sys(e, errno, "the page cannot be served");
	/* With default attributes glibc's cannot fail. */
	(void)pthread_mutex_init(&s.wire, NULL);
	(void)pthread_mutex_init(&s.lock, NULL);
	d = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0, on_client, &s,
	    on_request, &s, MHD_OPTION_LISTEN_SOCKET, j->place.fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SLOW_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY,
	    MHD_OPTION_THREAD_STACK_SIZE, STACK,
	    MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_END);
	if (!d)
		return err_set(e, ERR_NET, "the page cannot be served");
	end = wait_for_end(&s);
	/* who has asked already is still told that it is over */
	(void)MHD_quiesce_daemon(d);
	(void)poll(NULL, 0, LAST_MS);
	MHD_stop_daemon(d);
	return (int)end;
}
