/*
 * tests/desk/exports.h - exports as a parser hands them over, for tests.
 *
 *	struct export x = {"qq", "qq-txt", "private", NULL, "Anna"};
 *	say(&x, "2026-11-01T08:00:00", "Anna", "hello");
 *	lay(m, &x, &file, &report);
 */
#ifndef LIUDI_TESTS_DESK_EXPORTS_H
#define LIUDI_TESTS_DESK_EXPORTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/jsonw.h"
#include "desk/chathistory.h"
#include "desk/messages.h"

struct export {
	const char *platform, *format, *type, *conv_id, *conv;
	struct buf b;
	int64_t n;
	/* of the next message; then forgotten */
	const char *id, *sender_id, *kind, *state, *role, *target, *edit_of,
	    *attachment, *subject, *status;
	bool utc;
	int parser;
};

static inline void
export_clear(struct export *x)
{
	buf_release(&x->b);
	x->n = 0;
}

static inline void
say(struct export *x, const char *when, const char *sender, const char *text)
{
	const char *conv_id = x->conv_id;
	struct err e = ERR_INIT;
	struct jsonw w;

	x->b.max = (size_t)1 << 30;
	jsonw_init(&w, &x->b, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "message");
	jsonw_kint(&w, "n", ++x->n);
	jsonw_kstr(&w, "platform", x->platform);
	jsonw_kstr(&w, "format", x->format);
	jsonw_kint(&w, "parser_ver", x->parser ? x->parser : 1);
	jsonw_knull(&w, "account");
	jsonw_kstr(&w, "conv_id", conv_id);
	jsonw_kstr(&w, "conv_name", x->conv);
	jsonw_kstr(&w, "conv_type", x->type);
	jsonw_kstr(&w, "native_id", x->id);
	jsonw_kstr(&w, "ts_raw", when);
	jsonw_knull(&w, "ts_utc");
	jsonw_knull(&w, "tz_src");
	jsonw_kstr(&w, "precision", !when ? "none" : strlen(when) > 19 ? "ms" :
	    strlen(when) == 10 ? "day" : "s");
	jsonw_kint(&w, "seq", x->n);
	jsonw_kstr(&w, "sender_id", x->sender_id);
	jsonw_kstr(&w, "sender_name", sender);
	jsonw_kstr(&w, "sender_role", x->role ? x->role : "unknown");
	jsonw_kstr(&w, "kind", x->kind ? x->kind : "text");
	jsonw_kstr(&w, "text", text);
	jsonw_key(&w, "attachments");
	jsonw_array(&w);
	if (x->attachment) {
		jsonw_object(&w);
		jsonw_kstr(&w, "name", x->attachment);
		jsonw_kstr(&w, "state", "present");
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_knull(&w, "reply_to");
	jsonw_knull(&w, "forwarded_from");
	jsonw_knull(&w, "thread");
	jsonw_kstr(&w, "state", x->state ? x->state : "live");
	jsonw_key(&w, "src");
	jsonw_object(&w);
	jsonw_knull(&w, "member");
	jsonw_kint(&w, "offset", x->n * 100);
	jsonw_kint(&w, "length", 99);
	jsonw_object_end(&w);
	jsonw_key(&w, "warn");
	jsonw_array(&w);
	jsonw_array_end(&w);
	if (x->target)
		jsonw_kstr(&w, "target", x->target);
	if (x->edit_of)
		jsonw_kstr(&w, "edit_of", x->edit_of);
	if (x->subject)
		jsonw_kstr(&w, "subject", x->subject);
	if (x->status)
		jsonw_kstr(&w, "status", x->status);
	jsonw_object_end(&w);
	assert_int_equal(jsonw_end(&w), 0);
	assert_int_equal(buf_addc(&x->b, '\n', &e), 0);
	x->id = x->sender_id = x->kind = x->state = x->role = x->target =
	    x->edit_of = x->attachment = x->subject = x->status = NULL;
}

/* A file without a name that holds the N bytes of DATA. */
static inline int
file_of(const void *data, size_t n)
{
	struct err e = ERR_INIT;
	int fd = memfd_create("export", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, data, n, "export", &e), 0);
	return fd;
}

/* One more reading of F with the messages of X; the next gets a new version. */
static inline int
lay(struct messages *m, const struct export *x, struct messages_file *f,
	struct messages_report *r)
{
	struct err e = ERR_INIT;
	int fd = file_of(buf_str(&x->b), x->b.len), rc;

	f->version++;
	f->messages = x->n;
	memset(r, 0, sizeof(*r));
	rc = messages_add(m, f, fd, r, &e);
	if (rc < 0)
		print_message("[          ] %s\n", e.what);
	close(fd);
	return rc;
}

#endif
