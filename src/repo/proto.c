/* repo/proto.c - receive-pack's words; gitprotocol-pack(5). */
#include "repo/proto.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

#define TEXT_MAX 65536
#define LINE_MAX_LEN 4096	/* of hook text; longer ones are cut there */
#define MAX_TIME INT64_C(253402300799)
#define RECEIPT "liudi-receipt 1 "
#define TIME_LINE "liudi-time "

void
pkt_reader_init(struct pkt_reader *r)
{
	buf_init(&r->line, PROTO_PKT_MAX);
	r->want = 0;
}

void
pkt_reader_release(struct pkt_reader *r)
{
	buf_release(&r->line);
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The length in the head; 0 is a flush. */
static int
head_value(const struct pkt_reader *r, size_t *value, struct err *e)
{
	int d, i, v = 0;

	for (i = 0; i < 4; i++) {
		d = hex_digit(r->line.data[i]);
		if (d < 0)
			return err_set(e, ERR_FORMAT, "the central does not "
			    "speak git's protocol");
		v = v * 16 + d;
	}
	if ((v != 0 && v < 4) || v > PROTO_PKT_MAX)
		return err_set(e, ERR_FORMAT, "the central sent a line of "
		    "length %d", v);
	*value = (size_t)v;
	return 0;
}

/* Bytes from *P until the line has WANT of them.  1 if it has. */
static int
fill(struct pkt_reader *r, size_t want, const uint8_t **p, const uint8_t *end,
	struct err *e)
{
	size_t n = want - r->line.len;

	if (n > (size_t)(end - *p))
		n = (size_t)(end - *p);
	if (n > 0 && buf_add(&r->line, *p, n, e) < 0)
		return -1;
	*p += n;
	return r->line.len == want;
}

int
pkt_reader_next(struct pkt_reader *r, const uint8_t **p, const uint8_t *end,
	const uint8_t **line, size_t *n, bool *flush, struct err *e)
{
	int rc;

	/* A line that was given stays until here. */
	if (r->want > 0 && r->line.len == r->want) {
		buf_clear(&r->line);
		r->want = 0;
	}
	if (r->want == 0) {
		rc = fill(r, 4, p, end, e);
		if (rc <= 0)
			return rc;
		if (head_value(r, &r->want, e) < 0)
			return -1;
		*flush = r->want == 0;
		if (*flush)
			r->want = 4;
	} else {
		*flush = false;
	}
	rc = fill(r, r->want, p, end, e);
	if (rc <= 0)
		return rc;
	*line = r->line.data + 4;
	*n = r->want - 4;
	return 1;
}

/* --- the advertisement --- */

void
proto_adv_init(struct proto_adv *a)
{
	memset(a, 0, sizeof(*a));
	pkt_reader_init(&a->pkt);
}

void
proto_adv_release(struct proto_adv *a)
{
	size_t i;

	for (i = 0; i < a->nrefs; i++)
		free(a->ref[i].name);
	free(a->ref);
	pkt_reader_release(&a->pkt);
	memset(a, 0, sizeof(*a));
}

static int
adv_add(struct proto_adv *a, const char *id, const char *name, size_t n,
	struct err *e)
{
	size_t cap = a->cap ? a->cap * 2 : 64;
	struct proto_ref *v;

	if (a->nrefs == PROTO_MAX_REFS)
		return err_set(e, ERR_FORMAT, "the central has more than %d "
		    "branches", PROTO_MAX_REFS);
	if (a->nrefs == a->cap) {
		v = realloc(a->ref, cap * sizeof(*v));
		if (!v)
			return err_nomem(e);
		a->ref = v;
		a->cap = cap;
	}
	a->ref[a->nrefs].name = str_ndup(name, n);
	if (!a->ref[a->nrefs].name)
		return err_nomem(e);
	memcpy(a->ref[a->nrefs].id, id, 40);
	a->ref[a->nrefs++].id[40] = '\0';
	return 0;
}

/* The words behind the first ref's NUL. */
static int
adv_caps(struct proto_adv *a, const char *s, size_t n, struct err *e)
{
	static const char format[] = "object-format=";
	const char *end = s + n, *word;
	size_t len;

	while (s < end) {
		word = s;
		while (s < end && *s != ' ')
			s++;
		len = (size_t)(s - word);
		if (s < end)
			s++;
		if (len == 13 && memcmp(word, "report-status", 13) == 0)
			a->report_status = true;
		if (len == 13 && memcmp(word, "side-band-64k", 13) == 0)
			a->side_band = true;
		if (len > sizeof(format) - 1 &&
		    memcmp(word, format, sizeof(format) - 1) == 0 &&
		    (len != 18 || memcmp(word + 14, "sha1", 4) != 0))
			return err_set(e, ERR_FORMAT, "the central's "
			    "repository does not use SHA-1 names");
	}
	return 0;
}

/* "<id> <name>[NUL <capabilities>][LF]" */
static int
adv_line(struct proto_adv *a, const char *s, size_t n, struct err *e)
{
	const char *nul;
	uint8_t raw[20];
	size_t len;

	if (n > 0 && s[n - 1] == '\n')
		n--;
	if (n > 4 && memcmp(s, "ERR ", 4) == 0)
		return err_set(e, ERR_NET, "the central refuses: %.*s",
		    (int)(n - 4), s + 4);
	if (!a->begun && n == 9 && memcmp(s, "version 1", 9) == 0)
		return 0;
	if (n < 42 || str_unhex(raw, 20, s, 40) < 0 || s[40] != ' ')
		return err_set(e, ERR_FORMAT, "the central's list of branches "
		    "makes no sense");
	nul = memchr(s + 41, '\0', n - 41);
	len = nul ? (size_t)(nul - s) - 41 : n - 41;
	if (nul && a->begun)
		return err_set(e, ERR_FORMAT, "the central's list of branches "
		    "has two beginnings");
	if (nul && adv_caps(a, nul + 1, (size_t)(s + n - nul) - 1, e) < 0)
		return -1;
	a->begun = true;
	/* No branch yet, or objects that others hold: not branches. */
	if ((len == 15 && memcmp(s + 41, "capabilities^{}", 15) == 0) ||
	    (len == 5 && memcmp(s + 41, ".have", 5) == 0))
		return 0;
	return adv_add(a, s, s + 41, len, e);
}

int
proto_adv_feed(struct proto_adv *a, const void *data, size_t n, size_t *used,
	struct err *e)
{
	const uint8_t *p = data, *end = p + n, *line;
	bool flush;
	size_t len;
	int rc;

	*used = 0;
	while (!a->done && (rc = pkt_reader_next(&a->pkt, &p, end, &line, &len,
	    &flush, e)) != 0) {
		if (rc < 0)
			return -1;
		if (flush && a->service) {
			a->service = false;	/* the list comes after it */
		} else if (flush) {
			a->done = true;
		} else if (!a->begun && len > 10 &&
		    memcmp(line, "# service=", 10) == 0) {
			a->service = true;
		} else if (adv_line(a, (const char *)line, len, e) < 0) {
			return -1;
		}
	}
	*used = (size_t)(p - (const uint8_t *)data);
	return 0;
}

/* --- the report --- */

void
proto_report_init(struct proto_report *p, const char *ref, const char *head,
	struct push_result *r)
{
	memset(p, 0, sizeof(*p));
	p->ref = ref;
	p->head = head;
	p->r = r;
	pkt_reader_init(&p->outer);
	pkt_reader_init(&p->inner);
	buf_init(&p->line, LINE_MAX_LEN);
}

void
proto_report_release(struct proto_report *p)
{
	pkt_reader_release(&p->outer);
	pkt_reader_release(&p->inner);
	buf_release(&p->line);
}

static void
set_reason(struct push_result *r, const char *s, size_t n)
{
	if (n >= sizeof(r->reason))
		n = sizeof(r->reason) - 1;
	memcpy(r->reason, s, n);
	r->reason[n] = '\0';
}

/* "liudi-receipt 1 <utc> <ref> <head> <sig>" of this push. */
static bool
is_receipt(const char *line, const char *ref, const char *head)
{
	const char *p = line + strlen(RECEIPT);
	size_t n;

	if (!str_starts(line, RECEIPT) ||
	    strlen(line) >= sizeof(((struct push_result *)0)->receipt))
		return false;
	p += strcspn(p, " ");
	if (*p++ != ' ')
		return false;
	n = strlen(ref);
	if (strncmp(p, ref, n) != 0 || p[n] != ' ')
		return false;
	p += n + 1;
	n = strlen(head);
	return strncmp(p, head, n) == 0 && p[n] == ' ';
}

void
proto_hook_line(struct push_result *r, const char *ref, const char *head,
	const char *line)
{
	int64_t utc;

	if (is_receipt(line, ref, head)) {
		(void)snprintf(r->receipt, sizeof(r->receipt), "%s", line);
		return;
	}
	if (str_starts(line, TIME_LINE) && str_to_i64(line +
	    strlen(TIME_LINE), 1, MAX_TIME, &utc) == 0) {
		r->server_utc = utc;
		return;
	}
	/* What does not fit is lost: it is only for reading. */
	if (buf_adds(&r->text, line, NULL) == 0)
		(void)buf_addc(&r->text, '\n', NULL);
}

static void
end_line(struct proto_report *p)
{
	/* progress lines end in CR */
	while (p->line.len > 0 && p->line.data[p->line.len - 1] == '\r')
		p->line.data[--p->line.len] = '\0';
	proto_hook_line(p->r, p->ref, p->head, buf_str(&p->line));
	buf_clear(&p->line);
}

/* Band 2: text in any pieces. */
static void
feed_text(struct proto_report *p, const uint8_t *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '\n')
			end_line(p);
		else if (s[i] != '\0')
			/* over the cap: the rest of the line is left out */
			(void)buf_addc(&p->line, (char)s[i], NULL);
	}
}

/* A line of the report: "unpack …", "ok <ref>", "ng <ref> <why>". */
static int
report_line(struct proto_report *p, const char *s, size_t n, struct err *e)
{
	size_t len = strlen(p->ref);

	if (n > 0 && s[n - 1] == '\n')
		n--;
	if (!p->got_unpack) {
		if (n < 7 || memcmp(s, "unpack ", 7) != 0)
			return err_set(e, ERR_FORMAT,
			    "the central's report makes no sense");
		p->got_unpack = true;
		p->unpack_ok = n == 9 && memcmp(s + 7, "ok", 2) == 0;
		if (!p->unpack_ok)
			set_reason(p->r, s + 7, n - 7);
		return 0;
	}
	if (n < 3 + len || memcmp(s + 3, p->ref, len) != 0)
		return 0;	/* another ref: we asked for none */
	if (n == 3 + len && memcmp(s, "ok ", 3) == 0 && !p->got_ref) {
		p->got_ref = true;
		p->r->ok = p->unpack_ok;
	} else if (n > 3 + len && memcmp(s, "ng ", 3) == 0 &&
	    s[3 + len] == ' ') {
		p->got_ref = true;
		p->r->ok = false;
		/* what unpack said is the cause: it stays */
		if (!*p->r->reason)
			set_reason(p->r, s + 4 + len, n - 4 - len);
	}
	return 0;
}

/* Band 1: pkt-lines in any pieces. */
static int
feed_report(struct proto_report *p, const uint8_t *s, size_t n, struct err *e)
{
	const uint8_t *end = s + n, *line;
	bool flush;
	size_t len;
	int rc;

	while (!p->inner_done && (rc = pkt_reader_next(&p->inner, &s, end,
	    &line, &len, &flush, e)) != 0) {
		if (rc < 0)
			return -1;
		if (flush)
			p->inner_done = true;
		else if (report_line(p, (const char *)line, len, e) < 0)
			return -1;
	}
	return 0;
}

int
proto_report_feed(struct proto_report *p, const void *data, size_t n,
	struct err *e)
{
	const uint8_t *s = data, *end = s + n, *line;
	bool flush;
	size_t len;
	int rc;

	while (!p->done && (rc = pkt_reader_next(&p->outer, &s, end, &line,
	    &len, &flush, e)) != 0) {
		if (rc < 0)
			return -1;
		if (flush) {
			p->done = true;
			break;
		}
		if (len == 0)
			continue;
		if (line[0] == 1) {
			if (feed_report(p, line + 1, len - 1, e) < 0)
				return -1;
		} else if (line[0] == 2) {
			feed_text(p, line + 1, len - 1);
		} else if (line[0] == 3) {
			set_reason(p->r, (const char *)line + 1, len - 1);
			return err_set(e, ERR_NET, "the central gave up: %.*s",
			    (int)len - 1, (const char *)line + 1);
		} else {
			return err_set(e, ERR_FORMAT,
			    "the central sent band %d", line[0]);
		}
	}
	return 0;
}

void
proto_report_end(struct proto_report *p)
{
	if (p->line.len > 0)
		end_line(p);
}
