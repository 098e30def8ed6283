/*
 * chat/mail.h - one e-mail, line by line in, one message out.
 *
 * What is attached is only named, so its lines are not even kept; of the rest
 * not more than MAIL_KEPT_MAX bytes, MAIL_PARTS_MAX parts, MAIL_NESTED_MAX of
 * them in one another.  The text is text/plain if there is some, else what
 * HTML shows.
 * Needs: base, chat/{draft,format,markup,text}; gmime.
 */
#ifndef LIUDI_CHAT_MAIL_H
#define LIUDI_CHAT_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "chat/format.h"

#define MAIL_KEPT_MAX (6u << 20)
#define MAIL_PARTS_MAX 2000u
#define MAIL_NESTED_MAX 64u

struct mail;

struct mail *mail_new(struct chat_job *job, struct err *e);
void mail_free(struct mail *m);

/* A new one, which begins at OFF in the file. */
void mail_begin(struct mail *m, uint64_t off);
/* Its next line with its line end, or a piece of a very long one. */
int mail_line(struct mail *m, const uint8_t *s, size_t n, struct err *e);
/* It ends before END: hand it over.  Nothing if there was no line. */
int mail_end(struct mail *m, uint64_t end, struct err *e);

/*
 * N bytes at S are "Name: ..." as mails begin with; KNOWN: one that mails have
 * rather than anybody's text.
 */
bool mail_is_header(const void *s, size_t n, bool *known);

#endif
