/* tests/web/server_test.c - HTTP as bytes on a socket, and what it makes of it. */
#include "web/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "base/str.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define IDLE_S 2

static const struct web_asset assets[] = {
	{"/assets/style.css", WIRE_CSS, "b{}"},
	{"/assets/page.js", WIRE_SCRIPT, "'use strict'"},
	{NULL, WIRE_TYPES, NULL}
};

static struct web_job job;
static pid_t speaker;
static int wire = -1;
static char session[200], text[65536];

static int
speak(int fd, void *arg)
{
	struct web_job *j = arg;
	struct err e = ERR_INIT;
	int rc;

	j->wire = fd;
	if (sandbox_enter(SANDBOX_SERVER, NULL, &e) < 0)
		return 100;
	rc = web_serve(j, &e);
	return rc < 0 ? 101 : rc;
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;
	char hex[GUARD_HEX_LEN];

	(void)state;
	memset(&job, 0, sizeof(job));
	if (web_listen(&job.place, NULL, &e) < 0)
		return -1;
	memset(job.guard.token, 1, GUARD_SECRET_LEN);
	memset(job.guard.session, 2, GUARD_SECRET_LEN);
	str_hex(hex, job.guard.session, GUARD_SECRET_LEN);
	(void)snprintf(session, sizeof(session), "Cookie: liudi=%s\r\n", hex);
	job.guard.host = job.place.host;
	job.guard.used = true;
	job.idle_s = IDLE_S;
	job.asset = assets;
	speaker = proc_fork(speak, &job, (const int[]){job.place.fd,
	    job.place.peers}, 2, &wire, &e);
	web_place_close(&job.place);
	return speaker < 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (wire >= 0)
		(void)close(wire);
	wire = -1;
	if (speaker > 0)
		(void)proc_wait_pid(speaker, &e);
	speaker = 0;
	return 0;
}

static int
connect_to(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	char host[WEB_HOST_LEN], *port;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)snprintf(host, sizeof(host), "%s", job.place.host);
	port = strchr(host, ':');
	*port++ = '\0';
	assert_int_equal(inet_pton(AF_INET, host, &at.sin_addr), 1);
	at.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* A request with that first line; HEADERS end in CRLF each. */
static int
request(const char *line, const char *headers, const char *body)
{
	char *all = str_fmt("%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
	    "%s\r\n%s", line, job.place.host, headers, body);
	int fd = connect_to();

	assert_non_null(all);
	assert_int_equal(write(fd, all, strlen(all)), strlen(all));
	free(all);
	return fd;
}

/* Its status; all that came in `text`. */
static int
reply(int fd)
{
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	(void)close(fd);
	return n > 12 ? (int)strtol(text + strlen("HTTP/1.1 "),
	    NULL, 10) : 0;
}

static int
get(const char *path)
{
	char *line = str_fmt("GET %s", path);
	int fd = request(line, session, "");

	free(line);
	return fd;
}

/* The next question, answered with A and BODY. */
static struct wire_ask
answer(struct wire_answer a, const char *body)
{
	struct err e = ERR_INIT;
	struct wire_ask q;

	assert_int_equal(wire_get_ask(wire, &q, &e), 0);
	a.n = strlen(body);
	assert_int_equal(wire_put_answer(wire, &a, body, &e), 0);
	return q;
}

static void
has(const char *line)
{
	if (!strstr(text, line))
		fail_msg("no '%s' in: %s", line, text);
}

static void
a_page(void **state)
{
	struct wire_ask q;
	int fd = get("/chat/%E9%98%BF?q=1+2&lang=zh");

	(void)state;
	q = answer((struct wire_answer){.status = 200}, "<p>hello");
	assert_int_equal(reply(fd), 200);
	assert_string_equal(q.path, "/chat/阿");
	assert_string_equal(q.query, "q=1+2&lang=zh");
	assert_true(q.zh);
	assert_false(q.post);
	has("Content-Type: text/html; charset=utf-8\r\n");
	has("Content-Security-Policy: default-src 'none'; script-src 'self'; ");
	has("require-trusted-types-for 'script'");
	has("X-Content-Type-Options: nosniff\r\n");
	has("Referrer-Policy: same-origin\r\n");
	has("Cross-Origin-Opener-Policy: same-origin\r\n");
	has("Cross-Origin-Resource-Policy: same-origin\r\n");
	has("Cache-Control: no-store\r\n");
	has("Set-Cookie: lang=zh; ");
	has("\r\n\r\n<p>hello");
}

static void
a_page_of_others(void **state)
{
	int fd = get("/part/1");

	(void)state;
	(void)answer((struct wire_answer){.status = 200, .foreign = 1},
	    "<script>");
	assert_int_equal(reply(fd), 200);
	has("Content-Security-Policy: sandbox; default-src 'none'; ");
	assert_null(strstr(text, "script-src"));
}

static void
leads_on_and_saves(void **state)
{
	struct wire_answer a = {.status = 303, .to = "/chat/7"};
	int fd = get("/x");

	(void)state;
	(void)answer(a, "");
	assert_int_equal(reply(fd), 303);
	has("Location: /chat/7\r\n");
	a = (struct wire_answer){.status = 200, .type = WIRE_CSV,
	    .file = "a.csv"};
	fd = get("/y");
	(void)answer(a, "1,2");
	assert_int_equal(reply(fd), 200);
	has("Content-Disposition: attachment; filename=\"a.csv\"\r\n");
	has("Content-Type: text/csv; charset=utf-8\r\n");
}

static void
a_form(void **state)
{
	char *headers = str_fmt("%sOrigin: http://%s\r\nContent-Length: 7\r\n",
	    session, job.place.host);
	struct wire_ask q;
	int fd;

	(void)state;
	fd = request("POST /note", headers, "a=1&b=2");
	q = answer((struct wire_answer){.status = 200}, "ok");
	assert_int_equal(reply(fd), 200);
	assert_true(q.post);
	assert_int_equal(q.nform, 7);
	assert_memory_equal(q.form, "a=1&b=2", 7);
	free(headers);
}

/* What is refused does not reach the other process. */
static void
refused(void **state)
{
	struct pollfd p = {.fd = wire, .events = POLLIN};
	char *big, *headers, *path;

	(void)state;
	assert_int_equal(reply(request("GET /", "", "")), 401);
	assert_int_equal(reply(request("GET /",
	    "Cookie: liudi=00; lang=zh\r\n", "")), 401);
	assert_int_equal(reply(request("DELETE /", session, "")), 405);
	has("Allow: GET, HEAD, POST\r\n");
	assert_int_equal(reply(request("POST /note", session, "")), 403);
	assert_int_equal(reply(get("/%00")), 400);
	assert_int_equal(reply(get("/%ff")), 400);
	assert_int_equal(reply(get("/auth")), 404);
	assert_int_equal(reply(request("GET http://evil.test/", session,
	    "")), 400);
	big = malloc(70000);
	assert_non_null(big);
	memset(big, 'a', 69999);
	big[69999] = '\0';
	path = str_fmt("/%.*s", WIRE_PATH_MAX, big);
	assert_int_equal(reply(get(path)), 400);
	free(path);
	path = str_fmt("/?%.*s", WIRE_FIELDS_MAX + 1, big);
	assert_int_equal(reply(get(path)), 400);
	free(path);
	path = str_fmt("/%s", big);
	assert_int_not_equal(reply(get(path)), 200);
	free(path);
	headers = str_fmt("%sOrigin: http://%s\r\nContent-Length: %d\r\n",
	    session, job.place.host, WIRE_FIELDS_MAX + 1);
	big[WIRE_FIELDS_MAX + 1] = '\0';
	assert_int_equal(reply(request("POST /note", headers, big)), 413);
	free(headers);
	free(big);
	assert_int_equal(poll(&p, 1, 100), 0);
}

static void
what_needs_nobody(void **state)
{
	(void)state;
	assert_int_equal(reply(request("GET /healthz", "", "")), 200);
	assert_int_equal(reply(request("GET /assets/style.css", "", "")), 200);
	has("Content-Type: text/css");
	assert_int_equal(reply(request("GET /assets/page.js", "", "")), 200);
	has("Content-Type: text/javascript");
}

/* As another user: the status, with our session's cookie. */
static int
ask_as_another(int fd, void *arg)
{
	(void)fd;
	(void)arg;
	if (setgid(65533) < 0 || setuid(65533) < 0)
		return 99;
	return reply(request("GET /healthz", session, ""));
}

static void
another_user(void **state)
{
	struct err e = ERR_INIT;
	pid_t pid;
	int fd;

	(void)state;
	if (getuid() != 0)
		skip();
	pid = proc_fork(ask_as_another, NULL, NULL, 0, &fd, &e);
	assert_true(pid > 0);
	assert_int_equal(proc_wait_pid(pid, &e), 0);
	(void)close(fd);
	/* and whoever is the same user is let in before and behind him */
	assert_int_equal(reply(request("GET /healthz", "", "")), 200);
}

/* One who says half a sentence does not keep others waiting. */
static void
slow_clients(void **state)
{
	int slow[50], fd;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		slow[i] = connect_to();
		assert_int_equal(write(slow[i], "GET / HT", 8), 8);
	}
	fd = get("/");
	(void)answer((struct wire_answer){.status = 200}, "here");
	assert_int_equal(reply(fd), 200);
	for (i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
		(void)close(slow[i]);
}

static void
an_answer_that_cannot_be(void **state)
{
	struct wire_answer a = {.status = 200, .n = WIRE_BODY_MAX + 1};
	struct err e = ERR_INIT;
	struct wire_ask q;
	int fd = get("/");

	(void)state;
	assert_int_equal(wire_get_ask(wire, &q, &e), 0);
	assert_int_equal(write(wire, &a, sizeof(a)), sizeof(a));
	assert_int_equal(reply(fd), 500);
	assert_int_equal(proc_wait_pid(speaker, &e), WEB_CLOSED);
	speaker = 0;
}

static void
ends_with_the_other(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	(void)close(wire);
	wire = -1;
	assert_int_equal(proc_wait_pid(speaker, &e), WEB_CLOSED);
	speaker = 0;
}

static void
ends_when_nobody_asks(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(proc_wait_pid(speaker, &e), WEB_IDLE);
	speaker = 0;
}

static void
a_path(void **state)
{
	char dir[] = "/tmp/liudi-web-XXXXXX", path[64], far[200];
	struct err e = ERR_INIT;
	struct web_place p, q;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/page", dir);
	assert_int_equal(web_listen(&p, path, &e), 0);
	assert_string_equal(p.host, "");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(web_listen(&q, path, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	memset(far, 'a', sizeof(far));
	far[sizeof(far) - 1] = '\0';
	assert_int_equal(web_listen(&q, far, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	web_place_close(&p);
	assert_int_equal(file_remove_tree(dir, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_page, setup, teardown),
		cmocka_unit_test_setup_teardown(a_page_of_others, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(leads_on_and_saves, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_form, setup, teardown),
		cmocka_unit_test_setup_teardown(refused, setup, teardown),
		cmocka_unit_test_setup_teardown(what_needs_nobody, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(another_user, setup, teardown),
		cmocka_unit_test_setup_teardown(slow_clients, setup, teardown),
		cmocka_unit_test_setup_teardown(an_answer_that_cannot_be,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(ends_with_the_other, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(ends_when_nobody_asks, setup,
		    teardown),
		cmocka_unit_test(a_path),
	};
	struct err e = ERR_INIT;

	proc_setup();
	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
