/*
 * chat/slack.c - an export of a Slack workspace: a zip, or a day of it.
 * Spec: slack.com/help/articles/220556107.
 *
 *	users.json  channels.json  groups.json  dms.json  mpims.json
 *	<channel>/YYYY-MM-DD.json: [{"type":"message", "user":"U…", "text":…,
 *	 "ts":"1452845865.000008", "subtype":…, "thread_ts":…, "edited":{…},
 *	 "files":[{"name":…}]}]
 */
#include "chat/formats.h"

#include <stdlib.h>
#include <string.h>

#include "chat/archive.h"
#include "chat/compose.h"
#include "chat/htmltext.h"
#include "chat/kinds.h"
#include "chat/roads.h"
#include "chat/shape.h"

#include "base/banned.h"

#define NAMES_MAX 100000u	/* users and channels */
#define NAMES_BYTES (4u << 20)

/* Ids and their names, sorted when all are there. */
struct name {
	uint32_t id, id_len, name, name_len;	/* in text */
	enum chat_conv type;
};

struct names {
	struct buf text;
	struct name *list;
	size_t n, cap;
	enum chat_conv type;	/* of what is being read */
};

struct reader {
	struct compose c;
	struct names users, channels;
	struct chat_str member;
};

/* --- Names */

static int
names_add(struct names *l, struct chat_str id, struct chat_str name,
	struct err *e)
{
	struct name *grown;

	if (l->n == NAMES_MAX || id.n == 0 ||
	    l->text.len + id.n + name.n > NAMES_BYTES)
		return 0;
	if (l->n == l->cap) {
		grown = realloc(l->list, (2 * l->cap + 64) * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		l->list = grown;
		l->cap = 2 * l->cap + 64;
	}
	l->list[l->n++] = (struct name){(uint32_t)l->text.len,
	    (uint32_t)id.n, (uint32_t)(l->text.len + id.n),
	    (uint32_t)name.n, l->type};
	if (buf_add(&l->text, id.s, id.n, e) < 0)
		return -1;
	return name.n > 0 ? buf_add(&l->text, name.s, name.n, e) : 0;
}

static int
cmp_id(const char *a, size_t an, const char *b, size_t bn)
{
	const int cmp = memcmp(a, b, an < bn ? an : bn);

	return cmp != 0 ? cmp : an < bn ? -1 : an > bn;
}

/* Heapsort: qsort() has no place for the text. */
static void
names_sort(struct names *l)
{
	const char *t = buf_str(&l->text);
	size_t start = l->n / 2, end = l->n, root, child;
	struct name tmp;

#define LESS(a, b) (cmp_id(t + l->list[a].id, l->list[a].id_len, \
	t + l->list[b].id, l->list[b].id_len) < 0)
	while (end > 1) {
		if (start > 0) {
			start--;
		} else {
			end--;
			tmp = l->list[0];
			l->list[0] = l->list[end];
			l->list[end] = tmp;
		}
		for (root = start; (child = 2 * root + 1) < end;
		    root = child) {
			if (child + 1 < end && LESS(child, child + 1))
				child++;
			if (!LESS(root, child))
				break;
			tmp = l->list[root];
			l->list[root] = l->list[child];
			l->list[child] = tmp;
		}
	}
#undef LESS
}

static struct chat_str
names_find(const struct names *l, struct chat_str id, enum chat_conv *type)
{
	const char *t = buf_str(&l->text);
	size_t low = 0, high = l->n, mid;
	int cmp;

	while (low < high) {
		mid = low + (high - low) / 2;
		cmp = cmp_id(id.s, id.n, t + l->list[mid].id,
		    l->list[mid].id_len);
		if (cmp == 0) {
			if (type)
				*type = l->list[mid].type;
			return (struct chat_str){t + l->list[mid].name,
			    l->list[mid].name_len};
		}
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return (struct chat_str){NULL, 0};
}

static int
on_user(void *arg, const struct roads_value *v, struct err *e)
{
	static const char *const ways[] = {"display_name", "real_name"};
	const struct json_node *profile;
	struct reader *r = arg;
	struct chat_str name = {NULL, 0};
	size_t i;

	compose_begin(&r->c, 0, 0);
	profile = compose_get(v->doc, v->value, "profile");
	for (i = 0; i < 2 && name.n == 0; i++)
		name = compose_jname(&r->c, compose_get(v->doc, profile,
		    ways[i]));
	if (name.n == 0)
		name = compose_jname(&r->c, compose_get(v->doc, v->value,
		    "real_name"));
	if (name.n == 0)
		name = compose_jname(&r->c, compose_get(v->doc, v->value,
		    "name"));
	return names_add(&r->users, compose_jname(&r->c, compose_get(v->doc,
	    v->value, "id")), name, e);
}

/* By the name, which is that of the folder; a direct message has only an id. */
static int
on_channel(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;
	struct chat_str id, name;

	compose_begin(&r->c, 0, 0);
	id = compose_jname(&r->c, compose_get(v->doc, v->value, "id"));
	name = compose_jname(&r->c, compose_get(v->doc, v->value, "name"));
	return names_add(&r->channels, name.n > 0 ? name : id, id, e);
}

/* --- Text */

/* "<@U1>", "<#C1|general>", "<https://…|label>", "<!here>"; entities. */
static struct chat_str
unmark(struct reader *r, struct chat_str s)
{
	struct chat_str in, label, name, all = {"", 0};
	const char *open, *close, *bar;
	char kind;

	while (s.n > 0) {
		open = memchr(s.s, '<', s.n);
		close = open ? memchr(open, '>', (size_t)(s.s + s.n - open)) :
		    NULL;
		if (!close || close - open < 2)
			break;
		in = (struct chat_str){open + 1, (size_t)(close - open) - 1};
		bar = memchr(in.s, '|', in.n);
		label = bar ? (struct chat_str){bar + 1,
		    in.n - (size_t)(bar + 1 - in.s)} : in;
		if (bar)
			in.n = (size_t)(bar - in.s);
		kind = in.s[0];
		all = compose_join(&r->c, all, "", (struct chat_str){s.s,
		    (size_t)(open - s.s)});
		s.n -= (size_t)(close + 1 - s.s);
		s.s = close + 1;
		if (!bar && strchr("@#!", kind)) {
			label.s++;
			label.n--;
		}
		if (kind == '@') {
			name = names_find(&r->users, (struct chat_str){
			    in.s + 1, in.n - 1}, NULL);
			if (name.n > 0)
				label = name;
		}
		if (kind == '!' && bar && label.n > 0 && label.s[0] == '@')
			kind = '\0';
		all = compose_join(&r->c, all, kind == '@' || kind == '!' ?
		    "@" : kind == '#' ? "#" : "", label);
	}
	if (all.n > 0)
		s = compose_join(&r->c, all, "", s);
	return chat_html_text(&r->c, s, CHAT_HTML_ENTITIES);
}

/* A text of at most so many marks: each one copies what is before it. */
static struct chat_str
shown(struct reader *r, struct chat_str s)
{
	size_t i, marks = 0;

	for (i = 0; i < s.n; i++)
		marks += s.s[i] == '<';
	if (marks > 0 && marks < 1000 && marks * s.n < (4u << 20))
		return unmark(r, s);
	return chat_html_text(&r->c, s, CHAT_HTML_ENTITIES);
}

/* --- Messages */

enum {
	TS, USER, TEXT, SUBTYPE, BOT_ID, USERNAME, THREAD, EDITED, FILES,
	FILE_, ATTACHMENTS, PROFILE, TYPE, COUNT
};

static const char *const names[COUNT] = {
	"ts", "user", "text", "subtype", "bot_id", "username", "thread_ts",
	"edited", "files", "file", "attachments", "user_profile", "type"
};

static void
add_file(struct compose *c, const struct json *doc, const struct json_node *f)
{
	struct chat_str name = compose_jname(c, compose_get(doc, f, "name"));

	if (name.n == 0)
		name = compose_jname(c, compose_get(doc, f, "title"));
	if (name.n == 0)
		name = compose_jname(c, compose_get(doc, f, "id"));
	compose_attach(c, name, compose_is(compose_get(doc, f, "mode"),
	    "tombstone") ? CHAT_MISSING : CHAT_REMOTE);
}

/* Cards of programs, where there is no text. */
static void
add_cards(struct reader *r, const struct json *doc,
	const struct json_node *list)
{
	static const char *const ways[] = {"fallback", "text", "pretext",
		"title"};
	struct chat_msg *m = &r->c.m;
	const struct json_node *one;
	struct chat_str s;
	size_t i;

	if (m->text.n > 0 || !list || list->type != JSON_ARRAY)
		return;
	for (one = json_first(doc, list); one; one = json_next(doc, one)) {
		s = (struct chat_str){NULL, 0};
		for (i = 0; i < 4 && s.n == 0; i++)
			s = shown(r, compose_jtext(&r->c, compose_get(doc,
			    one, ways[i])));
		if (s.n > 0)
			m->text = m->text.n == 0 ? s :
			    compose_join(&r->c, m->text, "\n", s);
	}
}

static void
set_kind(struct chat_msg *m, const struct json_node *subtype)
{
	static const struct {
		const char *subtype;
		enum chat_kind kind;
	} kinds[] = {{"bot_message", CHAT_TEXT}, {"me_message", CHAT_ACTION},
	    {"file_share", CHAT_TEXT}, {"file_comment", CHAT_TEXT},
	    {"file_mention", CHAT_TEXT}, {"thread_broadcast", CHAT_TEXT},
	    {"reply_broadcast", CHAT_TEXT}, {"slackbot_response", CHAT_TEXT},
	    {"tombstone", CHAT_RECALL}, {"message_deleted", CHAT_RECALL},
	    {"huddle_thread", CHAT_CALL}, {"assistant_app_thread", CHAT_TEXT},
	    {"document_mention", CHAT_TEXT}};
	size_t i;

	if (subtype) {
		m->kind = CHAT_SYSTEM;
		for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (compose_is(subtype, kinds[i].subtype))
				m->kind = kinds[i].kind;
	}
	if (m->kind == CHAT_RECALL)
		m->deleted = true;
	if (m->kind == CHAT_TEXT && m->natt > 0 &&
	    (m->text.n == 0 || compose_is(subtype, "file_share")))
		m->kind = kinds_file(m->att[0].name.s, m->att[0].name.n);
}

static void
set_sender(struct reader *r, const struct json *doc,
	const struct json_node *const *k)
{
	struct chat_msg *m = &r->c.m;
	struct chat_str name;

	m->sender_id = compose_jname(&r->c, k[USER] ? k[USER] : k[BOT_ID]);
	if (compose_is(k[SUBTYPE], "bot_message") || (!k[USER] && k[BOT_ID]))
		m->role = CHAT_BOT;
	name = names_find(&r->users, m->sender_id, NULL);
	if (name.n == 0)
		name = compose_jname(&r->c, compose_get(doc, k[PROFILE],
		    "display_name"));
	if (name.n == 0)
		name = compose_jname(&r->c, compose_get(doc, k[PROFILE],
		    "real_name"));
	if (name.n == 0)
		name = compose_jname(&r->c, k[USERNAME]);
	m->sender_name = name.n > 0 ? name : (struct chat_str){NULL, 0};
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	const struct json_node *k[COUNT], *one;
	struct reader *r = arg;
	struct chat_msg *m = &r->c.m;

	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(&r->c, v->off, v->n);
	m->member = r->member;
	if (!k[TS])
		return compose_unparsed_json(&r->c, v->off, v->n, v->doc,
		    v->value, e);
	if (!compose_epoch(&m->when, k[TS]))
		m->warn |= CHAT_WARN_TIME;
	m->native_id = compose_jname(&r->c, k[TS]);
	set_sender(r, v->doc, k);
	m->text = shown(r, compose_jtext(&r->c, k[TEXT]));
	if (k[FILES] && k[FILES]->type == JSON_ARRAY)
		for (one = json_first(v->doc, k[FILES]); one;
		    one = json_next(v->doc, one))
			add_file(&r->c, v->doc, one);
	else if (k[FILE_] && k[FILE_]->type == JSON_OBJECT)
		add_file(&r->c, v->doc, k[FILE_]);
	add_cards(r, v->doc, k[ATTACHMENTS]);
	set_kind(m, k[SUBTYPE]);
	m->thread = compose_jname(&r->c, k[THREAD]);
	m->edited = k[EDITED] != NULL;
	return compose_emit(&r->c, e);
}

/* --- Files */

static int
walk_member(struct chat_job *job, const struct chat_input *in,
	int (*take)(void *arg, const struct roads_value *v, struct err *e),
	struct reader *r, struct err *e)
{
	const struct road road = {"[]", take, NULL};
	struct chat_job inner = *job;
	int rc;

	inner.in = in;
	r->c.job = &inner;
	rc = roads_walk(&inner, &road, 1, r, &r->c, e);
	r->c.job = job;
	job->warn |= inner.warn;
	return rc;
}

/* "general/2024-03-01.json": the folder; a NULL piece if it is no day. */
static struct chat_str
folder_of(const char *path)
{
	const struct chat_str none = {NULL, 0};
	const char *slash = strrchr(path, '/'), *from;
	const char *day = slash ? slash + 1 : path;
	size_t i;

	for (i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? day[i] != '-' :
		    day[i] < '0' || day[i] > '9')
			return none;
	if (strcmp(day + 10, ".json") != 0 || !slash)
		return none;
	for (from = slash; from > path && from[-1] != '/'; from--)
		;
	return (struct chat_str){from, (size_t)(slash - from)};
}

static void
set_conv(struct reader *r, struct chat_str folder)
{
	enum chat_conv type = CHAT_CONV_UNKNOWN;
	struct chat_str id = names_find(&r->channels, folder, &type);

	compose_conv(&r->c, id.n > 0 ? id : folder, folder, type);
}

static int
read_names(struct chat_job *job, struct chat_archive *a, const char *file,
	enum chat_conv type, struct reader *r, struct err *e)
{
	const int64_t i = chat_archive_find(a, file);
	struct chat_input in;
	int rc;

	if (i < 0)
		return 0;
	r->channels.type = type;
	chat_archive_member(a, (size_t)i, &in);
	rc = walk_member(job, &in, strcmp(file, "users.json") == 0 ? on_user :
	    on_channel, r, e);
	if (rc < 0 && e->code == ERR_FORMAT) {
		job->warn |= CHAT_WARN_TAIL;	/* messages without names */
		err_clear(e);
		rc = 0;
	}
	return rc;
}

static int
read_days(struct chat_job *job, struct chat_archive *a, struct reader *r,
	struct err *e)
{
	struct chat_input in;
	struct chat_str folder;
	const char *path;
	size_t i;

	for (i = 0; i < chat_archive_count(a); i++) {
		path = chat_archive_path(a, i);
		folder = folder_of(path);
		if (folder.n == 0)
			continue;
		set_conv(r, folder);
		r->member = compose_lit(path);
		chat_archive_member(a, i, &in);
		if (walk_member(job, &in, on_msg, r, e) < 0) {
			if (e->code != ERR_FORMAT)
				return -1;
			err_clear(e);
			if (compose_unparsed(&r->c, 0, in.size, path,
			    strlen(path), e) < 0)
				return -1;
		}
	}
	return 0;
}

static void
release(struct reader *r)
{
	buf_release(&r->users.text);
	buf_release(&r->channels.text);
	free(r->users.list);
	free(r->channels.list);
	compose_release(&r->c);
}

static void
init(struct reader *r, struct chat_job *job)
{
	memset(r, 0, sizeof(*r));
	compose_init(&r->c, job);
	buf_init(&r->users.text, NAMES_BYTES);
	buf_init(&r->channels.text, NAMES_BYTES);
}

static int
read_zip(struct chat_job *job, struct err *e)
{
	static const struct {
		const char *file;
		enum chat_conv type;
	} files[] = {{"channels.json", CHAT_GROUP},
	    {"groups.json", CHAT_GROUP}, {"mpims.json", CHAT_GROUP},
	    {"dms.json", CHAT_PRIVATE}, {"users.json", CHAT_CONV_UNKNOWN}};
	struct chat_archive *a;
	struct reader r;
	size_t i;
	int rc = -1;

	init(&r, job);
	a = chat_archive_open(job->in, e);
	if (!a)
		goto out;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (read_names(job, a, files[i].file, files[i].type, &r,
		    e) < 0)
			goto out;
	names_sort(&r.users);
	names_sort(&r.channels);
	rc = read_days(job, a, &r, e);
out:
	chat_archive_close(a);
	release(&r);
	return rc;
}

static int
read_day(struct chat_job *job, struct err *e)
{
	static const struct road road = {"[]", on_msg, NULL};
	struct chat_str folder = folder_of(job->in->path ? job->in->path : "");
	struct reader r;
	int rc;

	init(&r, job);
	if (folder.n > 0)
		set_conv(&r, folder);
	rc = roads_walk(job, &road, 1, &r, &r.c, e);
	release(&r);
	return rc;
}

static int
score_zip(const struct chat_sniff *s)
{
	static const char *const files[] = {"users.json", "channels.json",
		"groups.json", "dms.json", "mpims.json"};
	unsigned found = 0;
	bool days = false;
	size_t i, k;

	if (!s->archive)
		return 0;
	for (i = 0; i < s->nmember; i++) {
		const char *slash = strrchr(s->member[i], '/');

		days = days || folder_of(s->member[i]).n > 0;
		for (k = 0; k < 5; k++)
			if (strcmp(slash ? slash + 1 : s->member[i],
			    files[k]) == 0)
				found |= 1u << k;
	}
	return (found & 1) && found > 1 ? CHAT_SURE : found && days ? 80 : 0;
}

static int
score_day(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_SLACK_DAY);
}

const struct chat_format chat_slack_zip = {
	.name = "slack-zip",
	.platform = "slack",
	.version = 1,
	.score = score_zip,
	.read = read_zip
};

const struct chat_format chat_slack_day = {
	.name = "slack-json",
	.platform = "slack",
	.version = 1,
	.score = score_day,
	.read = read_day
};
