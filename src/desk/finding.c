/* desk/finding.c - what does not fit, written down. */
#include "desk/finding.h"

#include <stdarg.h>

#include "base/utf8.h"

#include "base/banned.h"

#define TEXT_MAX 8192

const char *
finding_severity_name(int severity)
{
	switch (severity) {
	case FINDING_NOTE: return "note";
	case FINDING_WARN: return "warning";
	default: return "integrity";
	}
}

__attribute__((format(printf, 6, 0))) static int
add(const struct finding_place *at, enum finding_severity severity,
	const char *code, bool once, struct err *e, const char *fmt,
	va_list ap)
{
	struct buf text = BUF_INIT((size_t)TEXT_MAX * 8);
	struct catalogue *c = at->catalogue;
	char raw[TEXT_MAX];
	int rc = -1;
	int n = vsnprintf(raw, sizeof(raw), fmt, ap);

	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof(raw))
		n = (int)sizeof(raw) - 1;
	if (utf8_add_shown(&text, raw, (size_t)n, e) < 0)
		goto out;
	if (once) {
		rc = catalogue_step(c, SQL_EVENT_LAST, e, "ttt", at->station,
		    code, buf_str(&text));
		catalogue_reset(c, SQL_EVENT_LAST);
		if (rc != 0) {
			rc = rc < 0 ? -1 : 0;
			goto out;
		}
		rc = -1;
	}
	if (catalogue_run(c, SQL_EVENT_ADD, e, "iitiitt", at->part,
	    at->branch, at->station, at->utc, (int64_t)severity, code,
	    buf_str(&text)) < 0)
		goto out;
	if (at->part && catalogue_run(c, SQL_PART_SEEN, e, "ii", at->part,
	    (int64_t)severity) < 0)
		goto out;
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

int
finding_add(const struct finding_place *at, enum finding_severity severity,
	const char *code, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = add(at, severity, code, false, e, fmt, ap);
	va_end(ap);
	return rc;
}

int
finding_once(const struct finding_place *at, enum finding_severity severity,
	const char *code, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = add(at, severity, code, true, e, fmt, ap);
	va_end(ap);
	return rc;
}
