/* agent/register.c - accounts/ of a station; docs/FORMAT.md section 21. */

#include "agent/register.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agree.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/path.h"
#include "base/str.h"
#include "crypto/secmem.h"
#include "json/json.h"
#include "base/banned.h"

#define POLICY "policy.ini"
#define POLICY_MAX (1024 * 1024)
#define NODES 32
#define DEPTH 3
#define NEW ".new"		/* sealed, and not known yet */
#define SEALED ".age"
#define NEAR 3			/* edits between names that are alike */
#define PIECE 65536		/* of accounts/known, written at once */

struct names {			/* ids of event files, as hex */
	char (*hex)[EVENT_ID_HEX];
	size_t n;
};

struct registrar {
	char *dir, *events, *known;	/* accounts, accounts/events, … */
	int lock_fd;			/* -1: to look only */
	const struct station *s;
	struct register_account *account;	/* owned; by name */
	size_t n, cap, damaged;
	struct seal_recipient reader[CONTROL_MAX_RECIPIENTS];
	struct seal_recipient owner[CONTROL_MAX_RECIPIENTS];
	struct seal_recipient manager[CONTROL_MAX_RECIPIENTS];
	struct eventfile_readers to;
	struct buf policy;
	struct eventfile file;		/* being filled */
	bool filling;
	char newest[EVENT_ID_HEX];	/* event of FILE: its name */
	struct names pending;		/* files that are written as NEW */
};

/* --- Where it lies */

static int
paths_init(struct registrar *r, const char *state, struct err *e)
{
	r->dir = path_join(state, "accounts");
	r->events = r->dir != NULL ? path_join(r->dir, "events") : NULL;
	r->known = r->dir != NULL ? path_join(r->dir, "known") : NULL;
	return r->events != NULL && r->known != NULL ? 0 : err_nomem(e);
}

static struct registrar *
registrar_new(const char *state, struct err *e)
{
	struct registrar *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	r->lock_fd = -1;
	buf_init(&r->policy, POLICY_MAX);
	if (paths_init(r, state, e) != 0) {
		register_close(r);
		return NULL;
	}
	return r;
}

static void
account_release(struct register_account *a)
{
	free(a->name);
	free(a->platform);
	free(a->shop);
}

void
register_close(struct registrar *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++)
		account_release(&r->account[i]);
	free(r->account);
	free(r->pending.hex);
	if (r->filling)
		eventfile_release(&r->file);
	buf_release(&r->policy);
	if (r->lock_fd >= 0)
		(void)close(r->lock_fd);
	free(r->dir);
	free(r->events);
	free(r->known);
	free(r);
}

int
register_source(struct config *cfg, const char *state, struct err *e)
{
	char *dir = str_fmt("%s/accounts/events", state);
	int rc = 0;

	if (dir == NULL)
		return err_nomem(e);
	if (file_is_dir(dir))
		rc = config_imply(cfg, REGISTER_SOURCE, CONFIG_ACCOUNT, dir,
		    e);
	free(dir);
	return rc;
}

/* --- accounts/known */

static struct register_account *
account_new(struct registrar *r, struct err *e)
{
	size_t cap = r->cap > 0 ? 2 * r->cap : 64;
	struct register_account *grown;

	if (r->n == r->cap) {
		grown = realloc(r->account, cap * sizeof(*grown));
		if (grown == NULL) {
			(void)err_nomem(e);
			return NULL;
		}
		r->account = grown;
		r->cap = cap;
	}
	memset(&r->account[r->n], 0, sizeof(r->account[0]));
	return &r->account[r->n++];
}

static const char *
text_at(const struct json *j, const struct json_node *root, const char *key)
{
	const struct json_node *n = json_get(j, root, key);

	return n != NULL && n->type == JSON_STR && n->len > 0 &&
	    strlen(n->str) == n->len ? n->str : NULL;
}

static bool
true_at(const struct json *j, const struct json_node *root, const char *key)
{
	const struct json_node *n = json_get(j, root, key);

	return n != NULL && n->type == JSON_BOOL && n->num != 0;
}

static int64_t
int_at(const struct json *j, const struct json_node *root, const char *key)
{
	const struct json_node *n = json_get(j, root, key);

	return n != NULL && n->type == JSON_INT ? n->num : -1;
}

static bool
id_at(const struct json *j, const struct json_node *root, const char *key,
	uint8_t id[static EVENT_ID_LEN])
{
	const char *s = text_at(j, root, key);

	return s != NULL && str_unhex(id, EVENT_ID_LEN, s, strlen(s)) == 0;
}

/* One line into *A: 1, or 0 where it is none. */
static int
read_account(struct json *j, const char *line, size_t n,
	struct register_account *a, struct err *e)
{
	const struct json_node *root = json_parse(j, line, n, e);
	const char *name, *platform, *shop;

	if (root == NULL) {
		if (e->code != ERR_FORMAT)
			return -1;
		err_clear(e);
		return 0;
	}
	if (root->type != JSON_OBJECT || int_at(j, root, "v") != 1)
		return 0;
	name = text_at(j, root, "name");
	platform = text_at(j, root, "platform");
	shop = text_at(j, root, "shop");
	a->registered = int_at(j, root, "registered");
	a->changed = int_at(j, root, "changed");
	if (name == NULL || platform == NULL || a->registered < 0 ||
	    a->changed < 0 || !id_at(j, root, "account", a->id) ||
	    !id_at(j, root, "last", a->last))
		return 0;
	a->dual = true_at(j, root, "dual");
	a->closed = true_at(j, root, "closed");
	a->name = str_dup(name);
	a->platform = str_dup(platform);
	a->shop = shop != NULL ? str_dup(shop) : NULL;
	if (a->name == NULL || a->platform == NULL ||
	    (shop != NULL && a->shop == NULL))
		return err_nomem(e);
	return 1;
}

static int
by_name(const void *a, const void *b)
{
	const struct register_account *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c != 0 ? c : memcmp(x->id, y->id, sizeof(x->id));
}

static int
known_load(struct registrar *r, struct err *e)
{
	struct buf b = BUF_INIT(REGISTER_KNOWN_MAX);
	struct json *j = NULL;
	const char *p, *end, *lf;
	int rc = -1, got;

	if (!file_exists(r->known))
		return 0;
	j = json_new(NODES, DEPTH, e);
	if (j == NULL || file_load(r->known, &b, e) != 0)
		goto out;
	for (p = buf_str(&b), end = p + b.len; p < end; p = lf + 1) {
		struct register_account *a = account_new(r, e);

		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end;
		got = a == NULL ? -1 :
		    read_account(j, p, (size_t)(lf - p), a, e);
		if (got < 0)
			goto out;
		if (got == 0) {
			account_release(a);
			r->n--;
			r->damaged++;
		}
	}
	if (r->n > 1)
		qsort(r->account, r->n, sizeof(r->account[0]), by_name);
	rc = 0;
out:
	json_free(j);
	buf_release(&b);
	return rc;
}

static void
put_account(struct jsonw *w, const struct register_account *a)
{
	jsonw_object(w);
	jsonw_kint(w, "v", 1);
	jsonw_khex(w, "account", a->id, sizeof(a->id));
	jsonw_kstr(w, "name", a->name);
	jsonw_kstr(w, "platform", a->platform);
	if (a->shop != NULL)
		jsonw_kstr(w, "shop", a->shop);
	jsonw_kint(w, "registered", a->registered);
	jsonw_kint(w, "changed", a->changed);
	jsonw_khex(w, "last", a->last, sizeof(a->last));
	if (a->dual)
		jsonw_kbool(w, "dual", true);
	if (a->closed)
		jsonw_kbool(w, "closed", true);
	jsonw_object_end(w);
}

/* The lines of all accounts to F, a piece at a time. */
static int
put_known(const struct registrar *r, struct file_new *f, struct err *e)
{
	struct buf b = BUF_INIT(REGISTER_KNOWN_MAX);
	size_t done = 0;
	struct jsonw w;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->n; i++) {
		jsonw_init(&w, &b, e);
		put_account(&w, &r->account[i]);
		if (jsonw_end(&w) != 0 || buf_addc(&b, '\n', e) != 0)
			rc = -1;
		if (rc == 0 && (b.len >= PIECE || i + 1 == r->n)) {
			done += b.len;
			rc = done > REGISTER_KNOWN_MAX ? err_set(e, ERR_FAIL,
			    "'%s' would be larger than %u MiB", r->known,
			    REGISTER_KNOWN_MAX >> 20) :
			    file_write(f->fd, b.data, b.len, f->tmp, e);
			buf_clear(&b);
		}
	}
	buf_release(&b);
	return rc;
}

static int
known_save(struct registrar *r, struct err *e)
{
	struct file_new f = FILE_NEW_INIT;
	int rc = -1;

	qsort(r->account, r->n, sizeof(r->account[0]), by_name);
	if (file_new_open(&f, r->known, 0600, e) == 0 &&
	    put_known(r, &f, e) == 0)
		rc = file_new_commit(&f, e);
	file_new_release(&f);
	return rc;
}

/* --- What a crash left */

static int
names_add(struct names *t, const char *hex, struct err *e)
{
	char (*grown)[EVENT_ID_HEX] = realloc(t->hex,
	    (t->n + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	t->hex = grown;
	memcpy(t->hex[t->n++], hex, EVENT_ID_HEX);
	return 0;
}

/* An event file that was written, and may be known or not. */
static int
see_new(const char *name, void *arg, struct err *e)
{
	uint8_t id[EVENT_ID_LEN];
	char hex[EVENT_ID_HEX];

	if (strlen(name) != EVENT_ID_HEX - 1 + strlen(NEW) ||
	    !str_ends(name, NEW) ||
	    str_unhex(id, sizeof(id), name, EVENT_ID_HEX - 1) != 0)
		return 0;
	str_hex(hex, id, sizeof(id));
	return names_add(arg, hex, e);
}

static bool
is_last(const struct registrar *r, const char *hex)
{
	uint8_t id[EVENT_ID_LEN];

	if (str_unhex(id, sizeof(id), hex, EVENT_ID_HEX - 1) != 0)
		return false;
	for (size_t i = 0; i < r->n; i++)
		if (memcmp(r->account[i].last, id, sizeof(id)) == 0)
			return true;
	return false;
}

/* Into accounts/events, from where the next run takes it; or away. */
static int
move_new(const struct registrar *r, const char *hex, bool keep, struct err *e)
{
	char *from = str_fmt("%s/%s" NEW, r->dir, hex);
	char *to = str_fmt("%s/%s" SEALED, r->events, hex);
	int rc = -1;

	if (from == NULL || to == NULL)
		(void)err_nomem(e);
	else
		rc = keep ? file_rename(from, to, e) : file_remove(from, e);
	free(from);
	free(to);
	return rc;
}

/*
 * The lock is ours and accounts/known is read.  What was left is of one commit:
 * whoever opens it settles what the one before left.  The newest event of all is
 * the last of its account, and its file goes last, here as in the commit: while
 * anything is left, it says of all whether known has them.
 */
static int
settle(struct registrar *r, struct err *e)
{
	struct names t = {NULL, 0};
	bool keep = false;
	int rc = -1;

	if (file_sweep(r->dir, e) != 0 ||
	    file_each(r->dir, see_new, &t, e) != 0)
		goto out;
	for (size_t i = 0; i < t.n; i++)
		keep = keep || is_last(r, t.hex[i]);
	for (int last = 0; last < 2; last++)
		for (size_t i = 0; i < t.n; i++)
			if (is_last(r, t.hex[i]) == (last != 0) &&
			    move_new(r, t.hex[i], keep, e) != 0)
				goto out;
	rc = 0;
out:
	free(t.hex);
	return rc;
}

static int
lock(struct registrar *r, struct err *e)
{
	char *file = path_join(r->dir, "lock");
	int rc;

	if (file == NULL)
		return err_nomem(e);
	rc = file_lock(file, &r->lock_fd, e);
	if (rc != 0 && e->code == ERR_LOCKED)
		(void)err_hint(e, "another 'liudi account' is open here: end "
		    "that one first");
	free(file);
	return rc;
}

int
register_settle(const char *state, struct err *e)
{
	struct registrar *r = registrar_new(state, e);
	int rc = -1;

	if (r == NULL)
		return -1;
	if (!file_is_dir(r->dir)) {
		rc = 0;
	} else if (lock(r, e) != 0) {
		rc = e->code == ERR_LOCKED ? 0 : -1;
		if (rc == 0)
			err_clear(e);
	} else if (known_load(r, e) == 0) {
		rc = settle(r, e);
	}
	register_close(r);
	return rc;
}

/* --- Opening */

struct registrar *
register_look(const struct station *s, struct err *e)
{
	struct registrar *r = registrar_new(s->path.state, e);

	if (r == NULL)
		return NULL;
	r->s = s;
	if (known_load(r, e) != 0) {
		register_close(r);
		return NULL;
	}
	return r;
}

/* Control as it was checked last, and that this station may register. */
static int
load_control(struct station *s, struct err *e)
{
	char pin[CANON_ID_LEN];
	struct sshkey_pub pub;

	if (station_pin(s, pin, e) != 0 || agree_load(s, e) != 0)
		return -1;
	if (pin[0] == '\0') {
		(void)err_set(e, ERR_CONFIG, "it is not known yet who may read "
		    "what this station keeps");
		return err_hint(e, "the first 'liudi run' asks the central");
	}
	if (!s->have_control &&
	    control_load(&s->control, s->path.control, pin, e) != 0)
		return -1;
	s->have_control = true;
	sshkey_public(s->key, &pub);
	switch (station_standing(&s->control, s->cfg.station, &pub)) {
	case STATION_OUT:
		(void)err_set(e, ERR_CONFIG,
		    "the manager has not added this station yet");
		return err_hint(e, "once it is let in, the next 'liudi run' "
		    "knows");
	case STATION_REVOKED:
		(void)err_set(e, ERR_CONFIG,
		    "the managers have revoked the keys of this station");
		return err_hint(e, "ask them for a new invitation");
	case STATION_IN:
	case STATION_SUSPENDED:
		break;
	}
	if (!agree_wanted(s))
		return 0;
	(void)err_set(e, ERR_CONFIG, "notice %lld is not agreed to: nothing "
	    "is kept until then", (long long)s->control.notice);
	return err_hint(e, "read it and agree: liudi agree");
}

static int
load_readers(struct registrar *r, struct err *e)
{
	const struct control *c = &r->s->control;
	struct eventfile_readers *to = &r->to;
	size_t index[CONTROL_MAX_RECIPIENTS], i;
	struct seal_recipient *one;

	to->all = r->reader;
	to->owners = r->owner;
	to->managers = r->manager;
	to->nall = control_readers(c, r->s->cfg.station, index);
	for (i = 0; i < to->nall; i++) {
		const struct control_recipient *who = &c->recipient[index[i]];

		one = &r->reader[i];
		if (seal_recipient_parse(one, who->age, strlen(who->age), e) !=
		    0)
			return -1;
		if (control_is_owner(who->name))
			r->owner[to->nowners++] = *one;
		else
			r->manager[to->nmanagers++] = *one;
	}
	return 0;
}

struct registrar *
register_open(struct station *s, struct err *e)
{
	struct registrar *r = registrar_new(s->path.state, e);

	if (r == NULL)
		return NULL;
	r->s = s;
	if (load_control(s, e) != 0 || load_readers(r, e) != 0 ||
	    control_file_load(s->path.control, s->control.commit, POLICY,
		&r->policy, e) < 0 ||
	    file_mkdirs(r->events, 0700, e) != 0 || lock(r, e) != 0 ||
	    known_load(r, e) != 0 || settle(r, e) != 0) {
		register_close(r);
		return NULL;
	}
	return r;
}

/* --- Asking */

const struct register_account *
register_accounts(const struct registrar *r, size_t *n)
{
	*n = r->n;
	return r->account;
}

size_t
register_damaged(const struct registrar *r)
{
	return r->damaged;
}

const char *
register_policy(const struct registrar *r)
{
	return buf_str(&r->policy);
}

static bool
same_name(const char *a, const char *b)
{
	for (; *a != '\0' || *b != '\0'; a++, b++) {
		char x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a;
		char y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;

		if (x != y)
			return false;
	}
	return true;
}

static bool
begins_id(const struct register_account *a, const char *word)
{
	char hex[EVENT_ID_HEX];
	size_t n = strlen(word);

	str_hex(hex, a->id, sizeof(a->id));
	return n >= REGISTER_ID_MIN && n < sizeof(hex) &&
	    memcmp(hex, word, n) == 0;
}

static void
hint_near(const struct registrar *r, const char *word, struct err *e)
{
	const char *best = NULL;
	unsigned near = NEAR + 1;

	for (size_t i = 0; i < r->n; i++) {
		unsigned d = str_distance(word, r->account[i].name);

		if (d < near) {
			near = d;
			best = r->account[i].name;
		}
	}
	if (best != NULL)
		(void)err_hint(e, "did you mean '%s'?", best);
	else
		(void)err_hint(e, "'liudi account list' shows those that were "
		    "registered here; the manager changes others");
}

const struct register_account *
register_find(const struct registrar *r, const char *word, struct err *e)
{
	const struct register_account *found = NULL;

	for (size_t i = 0; i < r->n; i++)
		if (same_name(r->account[i].name, word))
			return &r->account[i];
	for (size_t i = 0; i < r->n; i++) {
		if (!begins_id(&r->account[i], word))
			continue;
		if (found != NULL) {
			(void)err_set(e, ERR_USAGE, "several accounts have an "
			    "id that begins with '%s'", word);
			(void)err_hint(e, "write more of it");
			return NULL;
		}
		found = &r->account[i];
	}
	if (found == NULL) {
		(void)err_set(e, ERR_NOENT, "no account '%s' was registered "
		    "here", word);
		hint_near(r, word, e);
	}
	return found;
}

/* --- Writing */

void
register_event(const struct registrar *r, enum event_kind kind,
	const struct register_account *a, struct account_event *v)
{
	uint8_t ids[2 * EVENT_ID_LEN];	/* the kernel is asked once */
	struct clock_date d;
	int offset;

	memset(v, 0, sizeof(*v));
	secmem_random(ids, sizeof(ids));
	memcpy(v->id, ids, EVENT_ID_LEN);
	memcpy(v->account, a != NULL ? a->id : ids + EVENT_ID_LEN,
	    EVENT_ID_LEN);
	if (a != NULL) {
		memcpy(v->prev[0], a->last, sizeof(a->last));
		v->nprev = 1;
	}
	v->kind = kind;
	v->ts = clock_now_utc();
	clock_split_local(v->ts, &d, &offset);
	v->offset = offset / 60;
	v->device = r->s->cfg.station;
}

static struct register_account *
account_of(struct registrar *r, const struct account_event *v)
{
	for (size_t i = 0; i < r->n; i++)
		if (memcmp(r->account[i].id, v->account, EVENT_ID_LEN) == 0)
			return &r->account[i];
	return NULL;
}

/* What the file is full of, as NEW beside the folder of events. */
static int
put_new(struct registrar *r, struct err *e)
{
	struct buf sealed = BUF_INIT(2 * EVENTFILE_MAX);
	char *file = str_fmt("%s/%s" NEW, r->dir, r->newest);
	int rc = -1;

	if (file == NULL)
		(void)err_nomem(e);
	else if (eventfile_seal(&r->file, &r->to, &sealed, e) == 0 &&
	    file_save(file, sealed.data, sealed.len, 0600, e) == 0)
		rc = names_add(&r->pending, r->newest, e);
	eventfile_release(&r->file);
	r->filling = false;
	free(file);
	buf_release(&sealed);
	return rc;
}

static int
into_file(struct registrar *r, struct account_event *v,
	const struct event_secret *secret, bool dual, struct err *e)
{
	int rc = 1;

	if (r->filling && !dual)
		rc = eventfile_add(&r->file, v, secret, e);
	if (rc > 0) {
		if (r->filling && put_new(r, e) != 0)
			return -1;
		if (eventfile_init(&r->file, e) != 0)
			return -1;
		r->filling = true;
		r->file.dual = dual;
		rc = eventfile_add(&r->file, v, secret, e) == 0 ? 0 : -1;
	}
	if (rc == 0)
		str_hex(r->newest, v->id, sizeof(v->id));
	return rc;
}

static int
set_text(char **to, const char *value, struct err *e)
{
	char *s;

	if (value == NULL)
		return 0;
	s = str_dup(value);
	if (s == NULL)
		return err_nomem(e);
	free(*to);
	*to = s;
	return 0;
}

/* What may be known of it here. */
static int
into_known(struct registrar *r, struct register_account *a,
	const struct account_event *v, struct err *e)
{
	const char *shop = v->value[EVENT_SHOP];

	if (a == NULL) {
		a = account_new(r, e);
		if (a == NULL)
			return -1;
		memcpy(a->id, v->account, sizeof(a->id));
		a->registered = v->ts;
	}
	memcpy(a->last, v->id, sizeof(a->last));
	a->changed = v->ts;
	if (v->value[EVENT_DUAL] != NULL)
		a->dual = str_eq(v->value[EVENT_DUAL], "yes");
	a->closed = a->closed || v->kind == EVENT_CLOSED;
	if (set_text(&a->name, v->value[EVENT_NAME], e) != 0 ||
	    set_text(&a->platform, v->value[EVENT_PLATFORM], e) != 0 ||
	    set_text(&a->shop, shop, e) != 0)
		return -1;
	if (shop != NULL && shop[0] == '\0') {
		free(a->shop);
		a->shop = NULL;
	}
	return 0;
}

int
register_add(struct registrar *r, struct account_event *v,
	const struct event_secret *secret, struct err *e)
{
	struct register_account *a = v->kind == EVENT_REGISTERED ? NULL :
	    account_of(r, v);
	bool dual = str_eq(v->value[EVENT_DUAL], "yes") ||
	    (a != NULL && a->dual);

	if (r->lock_fd < 0 || (a == NULL && v->kind != EVENT_REGISTERED))
		return err_set(e, ERR_FAIL, "an event of no account here");
	if (into_file(r, v, secret, dual, e) != 0)
		return -1;
	return into_known(r, a, v, e);
}

int
register_commit(struct registrar *r, struct err *e)
{
	if (r->filling && put_new(r, e) != 0)
		return -1;
	if (r->pending.n == 0)
		return 0;
	/* From here on it counts, and whoever comes next ends it. */
	if (known_save(r, e) != 0)
		return -1;
	for (size_t i = 0; i < r->pending.n; i++)
		if (move_new(r, r->pending.hex[i], true, e) != 0)
			return -1;
	r->pending.n = 0;
	return 0;
}
