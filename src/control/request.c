/* control/request.c - what a station asks for; docs/FORMAT.md section 14. */
#include "control/request.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define MAX_TIME INT64_C(253402300799)	/* the end of the year 9999 */
#define MAX_VERSION INT64_C(1000000000)

/* Not empty, nothing that a terminal takes for a command. */
static bool
is_printable(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

static bool
is_invite(const char *s)
{
	uint8_t raw[(INVITE_ID_LEN - 1) / 2];

	return str_unhex(raw, sizeof(raw), s, strlen(s)) == 0;
}

static bool
is_right(const struct request *r)
{
	return is_invite(r->invite) && canon_id_ok(r->station) && r->agreed >= 0 &&
	    r->agreed <= MAX_TIME && is_printable(r->os) &&
	    is_printable(r->agent) && (!r->has_notice ||
	    (r->notice_version >= 1 && r->notice_version <= MAX_VERSION));
}

/* A key, or null. */
static void
put_key(struct jsonw *w, const char *name, const struct sshkey_pub *pub)
{
	struct buf text = BUF_INIT(256);

	if (!pub) {
		jsonw_knull(w, name);
	} else if (sshkey_public_text(pub, &text, w->e) < 0) {
		w->failed = true;
	} else {
		jsonw_kstr(w, name, buf_str(&text));
	}
	buf_release(&text);
}

static void
put_notice(struct jsonw *w, const struct request *r)
{
	if (!r->has_notice) {
		jsonw_knull(w, "notice");
		return;
	}
	jsonw_key(w, "notice");
	jsonw_object(w);
	jsonw_kint(w, "version", r->notice_version);
	jsonw_khex(w, "sha256", r->notice_sha256, sizeof(r->notice_sha256));
	jsonw_object_end(w);
}

int
request_line(const struct request *r,
	const uint8_t secret[static INVITE_SECRET_LEN], struct buf *out,
	struct err *e)
{
	size_t start = out->len;
	uint8_t mac[HASH_LEN];
	struct jsonw w;
	int rc = -1;

	if (!is_right(r))
		return err_set(e, ERR_USAGE, "not a request that can be made");
	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "invite", r->invite);
	jsonw_kstr(&w, "station", r->station);
	put_key(&w, "sign", &r->sign);
	put_key(&w, "ssh", r->has_ssh ? &r->ssh : NULL);
	put_notice(&w, r);
	jsonw_kint(&w, "agreed", r->agreed);
	jsonw_kstr(&w, "os", r->os);
	jsonw_kstr(&w, "agent", r->agent);
	if (w.failed)
		goto out;
	invite_mac(secret, out->data + start, out->len - start, mac);
	jsonw_khex(&w, "mac", mac, sizeof(mac));
	jsonw_object_end(&w);
	if (jsonw_end(&w) < 0 || buf_addc(out, '\n', e) < 0)
		goto out;
	if (out->len - start > REQUEST_MAX) {
		(void)err_set(e, ERR_USAGE, "the request is too long");
		goto out;
	}
	rc = 0;
out:
	if (rc < 0)
		out->len = start;
	return rc;
}

void
request_key(const struct sshkey_pub *pub, char key[static REQUEST_KEY_LEN])
{
	uint8_t blob[SSHKEY_BLOB_LEN], sum[HASH_LEN];

	sshkey_blob(pub, blob);
	hash_sha256(sum, blob, sizeof(blob));
	str_hex(key, sum, (REQUEST_KEY_LEN - 1) / 2);
}

char *
request_ref(const char *invite, const struct sshkey_pub *sign, struct err *e)
{
	char key[REQUEST_KEY_LEN];
	char *ref;

	if (!is_invite(invite)) {
		(void)err_set(e, ERR_USAGE, "no invitation has this name");
		return NULL;
	}
	request_key(sign, key);
	ref = str_fmt("refs/heads/enrol/%s/%s", invite, key);
	if (!ref)
		(void)err_nomem(e);
	return ref;
}
