/* cli/desk/talkfile.c - a file of messages for others, with its custody note. */
#include "cli/desk/talkfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

#define FLUSH_AT (256u * 1024)
#define OUT_MAX ((size_t)1 << 30)

struct pass {
	struct talkfile *t;
	const struct talkfile_format *f;
};

const struct talkfile_format *
talkfile_format_of(const char *path)
{
	static const struct talkfile_format *const all[] = {&talkfile_html,
		&talkfile_csv, &talkfile_lines};
	size_t i, j;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (j = 0; j < 2 && all[i]->ending[j]; j++)
			if (str_ends(path, all[i]->ending[j]))
				return all[i];
	return NULL;
}

const char *
talkfile_utc(int64_t utc, char out[CLOCK_TEXT_LEN])
{
	if (utc == HISTORY_NEVER)
		out[0] = '\0';
	else
		(void)clock_text_utc(utc, out);
	return out;
}

const char *
talkfile_utc_ms(int64_t ms, char out[CLOCK_TEXT_LEN])
{
	return talkfile_utc(ms == HISTORY_NEVER ? ms :
	    ms / 1000 - (ms % 1000 < 0), out);
}

/* --- The first pass: records, conversations, people. */

/* Room for one more of SIZE bytes in *v, which holds N; zeroed. */
static void *
more(void **v, size_t n, size_t size, struct err *e)
{
	void *p = *v;

	/* a power of two of them */
	if ((n & (n - 1)) == 0) {
		p = realloc(*v, (n ? 2 * n : 1) * size);
		if (!p) {
			(void)err_nomem(e);
			return NULL;
		}
		*v = p;
	}
	memset((char *)p + n * size, 0, size);
	return (char *)p + n * size;
}

static char *
copy(const char *s)
{
	return str_dup(s ? s : "");
}

static int
add_record(struct talkfile *t, const struct history_message *h, struct err *e)
{
	struct talkfile_record *r;
	void *v = t->record;
	size_t i;
	int rc;

	/* mostly that of the message before */
	for (i = t->nrecord; i > 0; i--)
		if (t->record[i - 1].version == h->version)
			return 0;
	r = more(&v, t->nrecord, sizeof(*r), e);
	t->record = v;
	if (!r)
		return -1;
	t->nrecord++;
	r->version = h->version;
	r->source = copy(h->source);
	r->path = copy(h->path);
	(void)snprintf(r->station, sizeof(r->station), "%s", h->station);
	rc = query_version_part(t->k->b->catalogue, h->version, &r->part, e);
	r->known = rc > 0;
	return rc < 0 ? -1 : r->source && r->path ? 0 : err_nomem(e);
}

static int
on_chat(void *arg, const struct history_chat *h, struct err *e)
{
	struct talkfile *t = arg;
	const char *who = talkask_who(t->k, h->station);
	struct talkfile_chat *c;
	void *v = t->chat;

	c = more(&v, t->nchat, sizeof(*c), e);
	t->chat = v;
	if (!c)
		return -1;
	t->nchat++;
	c->n = h->n;
	c->station = copy(h->station);
	c->person = copy(str_eq(who, h->station) ? "" : who);
	c->platform = copy(h->platform);
	c->account = copy(h->account);
	c->id = copy(h->id);
	c->name = copy(h->name);
	c->type = copy(h->type);
	return c->station && c->person && c->platform && c->account &&
	    c->id && c->name && c->type ? 0 : err_nomem(e);
}

static bool
has_chat(const struct talkfile *t, int64_t n, size_t *at)
{
	size_t i;

	for (i = t->nchat; i > 0; i--)
		if (t->chat[i - 1].n == n) {
			*at = i - 1;
			return true;
		}
	return false;
}

static int
add_member(struct talkfile *t, const struct history_message *h, struct err *e)
{
	const bool self = str_eq(h->role, "self");
	const char *id = h->sender_id && h->sender_id[0] ? h->sender_id :
	    h->sender ? h->sender : "";
	struct talkfile_member *m;
	void *v = t->member;
	size_t i;

	for (i = 0; i < t->nmember; i++)
		if (str_eq(t->member[i].id, id) && t->member[i].self == self)
			return 0;
	m = more(&v, t->nmember, sizeof(*m), e);
	t->member = v;
	if (!m)
		return -1;
	t->nmember++;
	m->self = self;
	m->id = copy(id);
	m->name = copy(talkask_sender(h));
	return m->id && m->name ? 0 : err_nomem(e);
}

static int
look_at(void *arg, const struct history_message *h, struct err *e)
{
	const struct pass *p = arg;
	struct talkfile *t = p->t;
	size_t at;

	t->messages++;
	if (h->at != HISTORY_NEVER) {
		if (t->first == HISTORY_NEVER || h->at < t->first)
			t->first = h->at;
		if (t->last == HISTORY_NEVER || h->at > t->last)
			t->last = h->at;
	}
	if (!has_chat(t, h->chat, &at)) {
		/* its name comes behind the walk */
		void *v = t->chat;
		struct talkfile_chat *c = more(&v, t->nchat, sizeof(*c), e);

		t->chat = v;
		if (!c)
			return -1;
		t->nchat++;
		c->n = h->chat;
	}
	if (add_record(t, h, e) < 0)
		return -1;
	/* nobody else lists them */
	return p->f->one_chat ? add_member(t, h, e) : 0;
}

/* Names of the conversations that were met. */
static int
name_chats(struct talkfile *t, struct err *e)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	const size_t n = t->nchat;
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		f.chat = t->chat[i].n;
		rc = history_chats(t->k->m, &f, on_chat, t, e);
		if (rc == 0 && t->nchat == n)
			rc = err_set(e, ERR_FAIL, "there is no conversation "
			    "'%lld'", (long long)f.chat);
		if (rc == 0) {
			t->chat[i] = t->chat[n];
			t->nchat = n;
		}
	}
	return rc;
}

/* --- The second one. */

static int
flush(struct talkfile *t, size_t at_least, struct err *e)
{
	if (t->out.len < at_least || t->out.len == 0)
		return 0;
	hash_update(&t->hash, t->out.data, t->out.len);
	if (file_write(t->file.fd, t->out.data, t->out.len, t->file.path,
	    e) < 0)
		return -1;
	buf_clear(&t->out);
	return 0;
}

static int
write_one(void *arg, const struct history_message *h, struct err *e)
{
	struct pass *p = arg;
	struct talkfile *t = p->t;
	size_t i;

	for (i = 0; i < t->nrecord; i++)
		if (t->record[i].version == h->version)
			t->in_record = i;
	if (!has_chat(t, h->chat, &t->in_chat))
		return err_set(e, ERR_FAIL, "messages came while they were "
		    "written");
	return p->f->message(t, h, e) < 0 ? -1 : flush(t, FLUSH_AT, e);
}

static int
write_all(struct talkfile *t, const struct talkfile_format *f,
	talkfile_each each, void *arg, struct err *e)
{
	struct pass p = {t, f};

	if (f->begin(t, e) < 0 ||
	    each(arg, write_one, &p, e) < 0 || f->end(t, e) < 0)
		return -1;
	return flush(t, 0, e);
}

static int
refuse(const char *path, struct err *e)
{
	(void)err_set(e, ERR_USAGE, "'%s' exists", path);
	return err_hint(e, "choose another name, or --overwrite");
}

int
talkfile_write(struct talkfile *t, const struct talkfile_format *f,
	const char *path, bool overwrite, talkfile_each each, void *arg,
	uint8_t sha256[static HASH_LEN], struct err *e)
{
	struct pass p = {t, f};

	buf_init(&t->out, OUT_MAX);
	t->file = (struct file_new)FILE_NEW_INIT;
	t->first = t->last = HISTORY_NEVER;
	t->last_chat = SIZE_MAX;
	t->exported = clock_now_utc();
	if (each(arg, look_at, &p, e) < 0 || name_chats(t, e) < 0)
		return -1;
	if (t->messages == 0)
		return err_set(e, ERR_NOENT, "there is no such message");
	if (f->one_chat && t->nchat > 1) {
		(void)err_set(e, ERR_USAGE, "such a file holds one "
		    "conversation, and these are messages of %zu", t->nchat);
		return err_hint(e, "name one, or take .html or .csv");
	}
	if (hash_init(&t->hash, HASH_SHA256, e) < 0 ||
	    file_new_open(&t->file, path, 0600, e) < 0 ||
	    write_all(t, f, each, arg, e) < 0)
		return -1;
	if (!overwrite && file_exists(path))
		return refuse(path, e);
	hash_final(&t->hash, sha256);
	return file_new_commit(&t->file, e);
}

void
talkfile_release(struct talkfile *t)
{
	size_t i;

	for (i = 0; i < t->nrecord; i++) {
		free(t->record[i].source);
		free(t->record[i].path);
	}
	for (i = 0; i < t->nchat; i++) {
		struct talkfile_chat *c = &t->chat[i];

		free(c->station);
		free(c->person);
		free(c->platform);
		free(c->account);
		free(c->id);
		free(c->name);
		free(c->type);
	}
	for (i = 0; i < t->nmember; i++) {
		free(t->member[i].id);
		free(t->member[i].name);
	}
	free(t->record);
	free(t->chat);
	free(t->member);
	hash_release(&t->hash);
	file_new_release(&t->file);
	buf_release(&t->out);
}
