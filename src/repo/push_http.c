/* repo/push_http.c - smart http through libgit2; gitprotocol-http(5). */
#include "repo/push_http.h"

#include <errno.h>
#include <git2.h>
#include <git2/sys/transport.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "repo/gitx.h"

#include "base/banned.h"

#define CHUNK 65536

struct http {
	int fd;
	const char *url;
	git_smart_subtransport *sub;	/* the transport's */
	uint8_t *chunk;
};

static int
send_all(int fd, const uint8_t *p, size_t n)
{
	ssize_t k;

	for (; n > 0; p += k, n -= (size_t)k) {
		k = send(fd, p, n, MSG_NOSIGNAL);
		if (k < 0 && errno == EINTR)
			k = 0;
		else if (k <= 0)
			return -1;
	}
	return 0;
}

/* Say what went wrong as a pkt-line with this beginning. */
static void
complain(int fd, const char *begin)
{
	const git_error *g = git_error_last();
	char text[600];
	int n;

	n = snprintf(text, sizeof(text), "%04zx%s%.500s", 4 + strlen(begin) +
	    strnlen(g && g->message ? g->message : "no reason", 500), begin,
	    g && g->message ? g->message : "no reason");
	if (n > 0)
		(void)send_all(fd, (uint8_t *)text, (size_t)n);
}

/* Keep hold of the subtransport: its streams carry our own conversation. */
static int
make_sub(git_smart_subtransport **out, git_transport *owner, void *param)
{
	struct http *h = param;
	int rc = git_smart_subtransport_http(out, owner, NULL);

	if (rc == 0)
		h->sub = *out;
	return rc;
}

/* The rest of what the server says goes to the socket. */
static int
relay_down(struct http *h, git_smart_subtransport_stream *s)
{
	size_t got;
	int rc;

	do {
		rc = s->read(s, (char *)h->chunk, CHUNK, &got);
		if (rc < 0)
			return rc;
		if (got > 0 && send_all(h->fd, h->chunk, got) < 0)
			return -1;
	} while (got > 0);
	return 0;
}

static int
advertise(struct http *h)
{
	git_smart_subtransport_stream *s = NULL;
	int rc;

	rc = h->sub->action(&s, h->sub, h->url, GIT_SERVICE_RECEIVEPACK_LS);
	if (rc == 0)
		rc = relay_down(h, s);
	if (s)
		s->free(s);
	return rc;
}

/* Read of the parent; 0 at its end. */
static ssize_t
receive(struct http *h)
{
	ssize_t k;

	do
		k = recv(h->fd, h->chunk, CHUNK, 0);
	while (k < 0 && errno == EINTR);
	return k;
}

static int
exchange(struct http *h)
{
	git_smart_subtransport_stream *s = NULL;
	ssize_t n = receive(h);
	int rc = 0;

	if (n <= 0)
		return 0;	/* only the list was wanted */
	rc = h->sub->action(&s, h->sub, h->url, GIT_SERVICE_RECEIVEPACK);
	for (; rc == 0 && n > 0; n = receive(h))
		rc = s->write(s, (const char *)h->chunk, (size_t)n);
	if (rc == 0)
		rc = relay_down(h, s);
	if (s)
		s->free(s);
	return rc;
}

int
push_http_helper(int fd, void *arg)
{
	git_remote_connect_options opts;
	struct http h = {fd, arg, NULL, malloc(CHUNK)};
	git_smart_subtransport_definition def = {make_sub, 1, &h};
	git_transport *t = NULL;
	git_remote *remote = NULL;
	struct err e = ERR_INIT;
	int rc = 1;

	if (!h.chunk || gitx_setup(&e) < 0)
		goto out;
	if (git_remote_connect_options_init(&opts,
	    GIT_REMOTE_CONNECT_OPTIONS_VERSION) < 0 ||
	    git_remote_create_detached(&remote, h.url) < 0 ||
	    git_transport_smart(&t, remote, &def) < 0 ||
	    t->connect(t, h.url, GIT_DIRECTION_PUSH, &opts) < 0 ||
	    advertise(&h) < 0) {
		complain(fd, "ERR ");
		goto out;
	}
	if (exchange(&h) < 0) {
		complain(fd, "\003");
		goto out;
	}
	rc = 0;
out:
	/* The process ends here: closing the rest is the kernel's work. */
	return rc;
}
