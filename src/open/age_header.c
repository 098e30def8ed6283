/* open/age_header.c - the text in front of an age file (age v1, strict). */
#include "open/age_header.h"

#include <string.h>

#include "base/base64.h"

#include "base/banned.h"

#define VERSION "age-encryption.org/v1\n"
#define COLUMNS 64
#define ARGS_MAX 3		/* of the kinds known here, type included */
#define LOG_N_MAX 22

struct text {
	const char *p;
	size_t n;
};

void
age_header_init(struct age_header *h)
{
	h->stage = AGE_IN_VERSION;
	buf_init(&h->text, AGE_HEADER_MAX);
	h->line = 0;
	h->n = 0;
	h->mac_over = 0;
}

void
age_header_release(struct age_header *h)
{
	buf_release(&h->text);
}

static bool
is_text(const struct text *t, const char *s)
{
	return t->n == strlen(s) && memcmp(t->p, s, t->n) == 0;
}

/* Exactly N bytes in canonical base64 without padding. */
static int
decode_exactly(uint8_t *out, size_t n, const struct text *t, struct err *e)
{
	struct buf raw = BUF_INIT(256);
	int rc = -1;

	if (t->n != (n * 4 + 2) / 3)
		return err_set(e, ERR_FORMAT, "base64 of a wrong length");
	if (base64_decode(&raw, t->p, t->n, false, e) == 0) {
		memcpy(out, raw.data, n);
		rc = 0;
	}
	buf_release(&raw);
	return rc;
}

/*
 * Cut the N arguments of a line at its spaces; *n counts them all, the first
 * ARGS_MAX are kept.
 */
static int
split_args(struct text l, struct text arg[static ARGS_MAX], size_t *n,
	struct err *e)
{
	const char *space;
	size_t i, len;

	for (*n = 0;; (*n)++) {
		space = memchr(l.p, ' ', l.n);
		len = space ? (size_t)(space - l.p) : l.n;
		if (len == 0)
			return err_set(e, ERR_FORMAT,
			    "an age stanza with an empty argument");
		for (i = 0; i < len; i++)
			if (l.p[i] < 33 || l.p[i] > 126)
				return err_set(e, ERR_FORMAT, "an age stanza "
				    "with a character that is not allowed");
		if (*n < ARGS_MAX)
			arg[*n] = (struct text){l.p, len};
		if (!space)
			break;
		l.p += len + 1;
		l.n -= len + 1;
	}
	(*n)++;
	return 0;
}

/* 1 to 22, no sign, no leading zero. */
static int
parse_log_n(unsigned *log_n, const struct text *t, struct err *e)
{
	unsigned v = 0;
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (t->p[i] < (i == 0 ? '1' : '0') || t->p[i] > '9')
			return err_set(e, ERR_FORMAT,
			    "an scrypt work factor that is not a number");
		if (v <= LOG_N_MAX)
			v = v * 10 + (unsigned)(t->p[i] - '0');
	}
	if (v > LOG_N_MAX)
		return err_set(e, ERR_FORMAT,
		    "an scrypt work factor above %d", LOG_N_MAX);
	*log_n = v;
	return 0;
}

/* The arguments of a stanza; those of a known kind must be right. */
static int
begin_stanza(struct age_header *h, struct text l, struct err *e)
{
	struct text arg[ARGS_MAX];
	struct age_stanza *info;
	struct age_wrap *w;
	size_t n, len;

	if (h->n == AGE_STANZA_MAX)
		return err_set(e, ERR_FORMAT, "more than %d age stanzas",
		    AGE_STANZA_MAX);
	if (split_args(l, arg, &n, e) < 0)
		return -1;
	w = &h->wrap[h->n];
	info = &h->info[h->n];
	memset(w, 0, sizeof(*w));
	memset(info, 0, sizeof(*info));
	len = arg[0].n < sizeof(info->type) ? arg[0].n :
	    sizeof(info->type) - 1;
	memcpy(info->type, arg[0].p, len);
	info->nargs = n - 1;
	if (is_text(&arg[0], "X25519")) {
		w->kind = AGE_WRAP_X25519;
		if (n != 2)
			return err_set(e, ERR_FORMAT,
			    "an X25519 stanza with %zu arguments", n - 1);
		if (decode_exactly(w->share, sizeof(w->share), &arg[1],
		    e) < 0)
			return err_prefix(e, "X25519 stanza");
	} else if (is_text(&arg[0], "scrypt")) {
		w->kind = AGE_WRAP_SCRYPT;
		if (n != 3)
			return err_set(e, ERR_FORMAT,
			    "an scrypt stanza with %zu arguments", n - 1);
		if (decode_exactly(w->share, AGE_SALT_LEN, &arg[1], e) < 0)
			return err_prefix(e, "scrypt stanza");
		if (parse_log_n(&w->log_n, &arg[2], e) < 0)
			return -1;
		info->scrypt_log_n = w->log_n;
	}
	/* Whoever knows a passphrase's file trusts it: no second way in. */
	if (h->n > 0 && (w->kind == AGE_WRAP_SCRYPT ||
	    h->wrap[0].kind == AGE_WRAP_SCRYPT))
		return err_set(e, ERR_FORMAT,
		    "an scrypt stanza that is not alone");
	h->stage = AGE_IN_BODY;
	return 0;
}

/* "--- " and the MAC. */
static int
end_header(struct age_header *h, struct text l, struct err *e)
{
	struct text mac;

	if (h->n == 0)
		return err_set(e, ERR_FORMAT, "an age header without stanzas");
	if (l.n < 4 || l.p[3] != ' ')
		return err_set(e, ERR_FORMAT, "no MAC in the age header");
	mac = (struct text){l.p + 4, l.n - 4};
	if (decode_exactly(h->mac, sizeof(h->mac), &mac, e) < 0)
		return err_prefix(e, "the age header's MAC");
	h->mac_over = h->line + 3;
	h->stage = AGE_IN_PAYLOAD;
	return 0;
}

/* One line of a body; the first that is not full ends the stanza. */
static int
body_line(struct age_header *h, struct text l, struct err *e)
{
	struct age_wrap *w = &h->wrap[h->n];
	struct age_stanza *info = &h->info[h->n];
	struct buf raw = BUF_INIT(COLUMNS);
	int rc = -1;

	if (l.n > COLUMNS)
		return err_set(e, ERR_FORMAT, "a line of an age stanza is "
		    "longer than %d columns", COLUMNS);
	if (base64_decode(&raw, l.p, l.n, false, e) < 0) {
		(void)err_prefix(e, "age stanza");
		goto out;
	}
	if (info->body_len == 0 && raw.len == AGE_BODY_LEN)
		memcpy(w->body, raw.data, AGE_BODY_LEN);
	info->body_len += raw.len;
	if (l.n < COLUMNS) {
		/* Its length first: a longer body would fit several keys. */
		if (w->kind != AGE_WRAP_OTHER &&
		    info->body_len != AGE_BODY_LEN) {
			(void)err_set(e, ERR_FORMAT,
			    "an age stanza that holds no file key");
			goto out;
		}
		h->n++;
		h->stage = AGE_IN_STANZAS;
	}
	rc = 0;
out:
	buf_release(&raw);
	return rc;
}

/* The line that begins at h->line is whole, with its LF. */
static int
take_line(struct age_header *h, struct err *e)
{
	struct text l = {
		(const char *)h->text.data + h->line,
		h->text.len - h->line - 1
	};
	int rc;

	if (h->stage == AGE_IN_VERSION) {
		h->stage = AGE_IN_STANZAS;	/* compared already */
		rc = 0;
	} else if (h->stage == AGE_IN_BODY) {
		rc = body_line(h, l, e);
	} else if (l.n >= 3 && memcmp(l.p, "---", 3) == 0) {
		rc = end_header(h, l, e);
	} else if (l.n >= 3 && memcmp(l.p, "-> ", 3) == 0) {
		l.p += 3;
		l.n -= 3;
		rc = begin_stanza(h, l, e);
	} else {
		rc = err_set(e, ERR_FORMAT, "not a line of an age header");
	}
	h->line = h->text.len;
	return rc;
}

int
age_header_feed(struct age_header *h, const void *data, size_t n,
	size_t *used, struct err *e)
{
	const uint8_t *p = data, *lf;
	size_t len;

	*used = 0;
	while (n > 0 && h->stage != AGE_IN_PAYLOAD) {
		lf = memchr(p, '\n', n);
		len = lf ? (size_t)(lf - p) + 1 : n;
		if (len > AGE_HEADER_MAX - h->text.len)
			return err_set(e, ERR_FORMAT, "an age header of more "
			    "than %d bytes", AGE_HEADER_MAX);
		if (buf_add(&h->text, p, len, e) < 0)
			return -1;
		*used += len;
		p += len;
		n -= len;
		if (h->stage == AGE_IN_VERSION &&
		    (h->text.len > sizeof(VERSION) - 1 ||
		    memcmp(h->text.data, VERSION, h->text.len) != 0))
			return err_set(e, ERR_FORMAT, "not an age v1 file");
		if (lf && take_line(h, e) < 0)
			return -1;
	}
	return 0;
}
