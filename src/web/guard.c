/* web/guard.c - who may ask for what. */
#include "web/guard.h"

#include <string.h>

#include "base/str.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define PORT_DIGITS 5

/* Open to whoever reaches us: it shows nothing. */
static bool
is_public(const char *path)
{
	return str_starts(path, "/assets/") || strcmp(path, "/healthz") == 0;
}

static bool
is_door(const struct guard_head *h)
{
	return strcmp(h->path, "/auth") == 0 && strcmp(h->method, "POST") == 0;
}

/* "localhost:8080", "127.0.0.1:8080", or without a port. */
static bool
is_local(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1"};
	size_t i, n, digits;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!str_starts(host, names[i]))
			continue;
		n = strlen(names[i]);
		if (host[n] == '\0')
			return true;
		digits = strspn(host + n + 1, "0123456789");
		if (host[n] == ':' && digits >= 1 && digits <= PORT_DIGITS &&
		    host[n + 1 + digits] == '\0')
			return true;
	}
	return false;
}

static bool
right_host(const struct guard *g, const char *host)
{
	if (!host)
		return false;
	return g->host ? strcmp(host, g->host) == 0 : is_local(host);
}

static bool
right_origin(const struct guard_head *h)
{
	return h->origin && str_starts(h->origin, "http://") &&
	    strcmp(h->origin + strlen("http://"), h->host) == 0;
}

static bool
has_session(const struct guard *g, const char *cookie)
{
	char hex[GUARD_HEX_LEN];
	uint8_t said[GUARD_SECRET_LEN];

	if (!cookie || guard_cookie(cookie, "liudi", hex, sizeof(hex)) !=
	    GUARD_HEX_LEN - 1 || str_unhex(said, sizeof(said), hex,
	    GUARD_HEX_LEN - 1) < 0)
		return false;
	return g->used && secmem_eq(said, g->session, sizeof(said));
}

int
guard_check(const struct guard *g, const struct guard_head *h)
{
	const bool post = strcmp(h->method, "POST") == 0;

	if (!right_host(g, h->host))
		return 421;
	if (!post && strcmp(h->method, "GET") != 0 &&
	    strcmp(h->method, "HEAD") != 0)
		return 405;
	/* The token came in the form itself, from a file of this machine; a
	 * code comes from a page of ours. */
	if (is_door(h) && g->host)
		return 0;
	if (h->fetch_site && strcmp(h->fetch_site, "same-origin") != 0 &&
	    strcmp(h->fetch_site, "none") != 0)
		return 403;
	if (post && !right_origin(h))
		return 403;
	return is_public(h->path) || is_door(h) || has_session(g, h->cookie) ?
	    0 : 401;
}

/* Digits; as many as there should be. */
static bool
is_code(const struct guard *g, const char *said)
{
	char digits[GUARD_CODE_LEN] = "";
	size_t n = 0;

	for (; *said; said++) {
		if (*said == ' ' || *said == '-')
			continue;
		if (n == GUARD_CODE_LEN - 1)
			return false;
		digits[n++] = *said;
	}
	return n == GUARD_CODE_LEN - 1 &&
	    secmem_eq(digits, g->code, GUARD_CODE_LEN);
}

static bool
is_token(const struct guard *g, const char *hex)
{
	uint8_t said[GUARD_SECRET_LEN];

	return str_unhex(said, sizeof(said), hex, strlen(hex)) == 0 &&
	    secmem_eq(said, g->token, sizeof(said));
}

bool
guard_admit(struct guard *g, const char *token)
{
	if (g->used || g->wrong >= GUARD_TRIES)
		return false;
	g->used = g->host ? is_token(g, token) : is_code(g, token);
	if (!g->used && !g->host)
		g->wrong++;
	return g->used;
}

int
guard_cookie(const char *cookie, const char *name, char *out, size_t len)
{
	const size_t n = strlen(name);
	size_t value;

	while (*cookie) {
		cookie += strspn(cookie, "; \t");
		value = strcspn(cookie, ";");
		if (value > n && cookie[n] == '=' &&
		    memcmp(cookie, name, n) == 0) {
			if (value - n - 1 >= len)
				return -1;
			memcpy(out, cookie + n + 1, value - n - 1);
			out[value - n - 1] = '\0';
			return (int)(value - n - 1);
		}
		cookie += value;
	}
	return -1;
}
