/* account/creds.c - credentials out of other programs' exports; RFC 4180. */
#include "account/creds.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "account/otpauth.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define BATCHES_MAX 16u
#define BATCH_SIZE_MAX 256

const char *
creds_format_name(enum creds_format f)
{
	static const char *const name[] = {"unknown", "bitwarden",
		"bitwarden-org", "keepassxc", "chrome", "firefox", "1password",
		"lastpass", "otpauth", "google-authenticator", "csv",
		"keepass-xml", "bitwarden-json", "1pux"};

	return name[f];
}

static void
damage(struct creds_report *r, uint64_t line)
{
	if (r->damaged < CREDS_BAD_MAX)
		r->bad[r->damaged] = line;
	r->damaged++;
}

/* --- Bytes to UTF-8 */

struct text {
	const char *at, *end;
	char *own;	/* of secmem_new(), or NULL: the caller's bytes */
};

static int
convert(struct text *t, const char *from, const char *data, size_t n,
	struct err *e)
{
	iconv_t cd = iconv_open("UTF-8", from);
	char *in, *out;
	/* Two bytes become three at most, one stays one. */
	size_t left = n, room = n + n / 2 + 4;
	int rc = -1;

	if (cd == (iconv_t)-1)
		return err_sys(e, errno, "no conversion of %s", from);
	t->own = secmem_new(room);
	if (!t->own) {
		(void)err_nomem(e);
		goto out;
	}
	/* iconv() only reads there, but does not say so. */
	memcpy(&in, &data, sizeof(in));
	t->at = out = t->own;
	if (iconv(cd, &in, &left, &out, &room) == (size_t)-1) {
		(void)err_set(e, ERR_FORMAT, "the file is no text in UTF-8, "
		    "UTF-16 or GB18030 (byte %zu)", n - left);
		goto out;
	}
	t->end = out;
	rc = 0;
out:
	(void)iconv_close(cd);
	return rc;
}

#define CHARSETS 3
static const char *const charset[CHARSETS] = {"UTF-16LE", "UTF-16BE",
	"GB18030"};

struct creds_charsets {
	iconv_t cd[CHARSETS];
	int n;
};

struct creds_charsets *
creds_charsets_load(struct err *e)
{
	struct creds_charsets *c = calloc(1, sizeof(*c));

	if (!c) {
		(void)err_nomem(e);
		return NULL;
	}
	for (; c->n < CHARSETS; c->n++) {
		c->cd[c->n] = iconv_open("UTF-8", charset[c->n]);
		if (c->cd[c->n] == (iconv_t)-1) {
			(void)err_sys(e, errno, "no conversion of %s",
			    charset[c->n]);
			creds_charsets_free(c);
			return NULL;
		}
	}
	return c;
}

void
creds_charsets_free(struct creds_charsets *c)
{
	while (c && c->n > 0)
		(void)iconv_close(c->cd[--c->n]);
	free(c);
}

static int
decode(struct text *t, const char *data, size_t n, struct err *e)
{
	*t = (struct text){data, data + n, NULL};
	if (n >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		t->at += 3;
	} else if (n >= 2 && memcmp(data, "\xff\xfe", 2) == 0) {
		return convert(t, charset[0], data + 2, n - 2, e);
	} else if (n >= 2 && memcmp(data, "\xfe\xff", 2) == 0) {
		return convert(t, charset[1], data + 2, n - 2, e);
	}
	if (utf8_valid(t->at, (size_t)(t->end - t->at)))
		return 0;
	return convert(t, charset[2], data, n, e);
}

/* --- What it is */

static bool
begins(const struct text *t, const char *word)
{
	const size_t n = strlen(word);

	return (size_t)(t->end - t->at) >= n &&
	    strncasecmp(t->at, word, n) == 0;
}

/* Over white space; how many lines ended there. */
static uint64_t
skip_blanks(struct text *t)
{
	uint64_t lines = 0;

	for (; t->at < t->end && *t->at && strchr(" \t\r\n", *t->at); t->at++)
		lines += *t->at == '\n';
	return lines;
}

/* Is the first line that says anything a seed? */
static bool
is_otpauth(struct text t)
{
	const char *end;

	for (;;) {
		(void)skip_blanks(&t);
		if (t.at == t.end || *t.at != '#')
			return begins(&t, "otpauth");
		end = memchr(t.at, '\n', (size_t)(t.end - t.at));
		t.at = end ? end : t.end;
	}
}

/* A file that is for the desk's reader, or for nobody. */
static int
check_kind(const char *data, size_t n, struct err *e)
{
	const struct text t = {data, data + n, NULL};
	struct text behind = t;

	if (n >= 4 && memcmp(data, "\x03\xd9\xa2\x9a", 4) == 0) {
		(void)err_set(e, ERR_FORMAT, "the file is a KeePass database");
		return err_hint(e, "in KeePassXC: Database, Export, CSV or "
		    "XML");
	}
	if (n >= 3 && memcmp(behind.at, "\xef\xbb\xbf", 3) == 0)
		behind.at += 3;
	(void)skip_blanks(&behind);
	if (begins(&t, "PK\x03\x04") || begins(&behind, "{") ||
	    begins(&behind, "<")) {
		(void)err_set(e, ERR_FORMAT,
		    "the file is neither CSV nor otpauth lines");
		return err_hint(e, "KeePass XML, Bitwarden JSON and 1PUX are "
		    "for 'liudi-desk vault import'");
	}
	return 0;
}

/* --- CSV */

enum column { COLUMN_PASSWORD, COLUMN_LOGIN, COLUMN_URL, COLUMN_TITLE,
	COLUMN_TOTP, COLUMN_NOTE, COLUMN_FOLDER, COLUMN_FIELDS, COLUMNS };

struct csv {
	const char *at, *end;
	uint64_t line;		/* of `at` */
	char sep;
	char *row, *room;	/* values, each with NUL; end of that memory */
	char *value[CREDS_COLUMNS_MAX];
	size_t n;		/* values of this row */
	size_t column[COLUMNS];	/* number of the value, from 1; 0: none */
};

enum row_end { ROW_OK, ROW_LAST, ROW_DAMAGED };

/* The end of line at *AT, passed over. */
static void
end_line(struct csv *c)
{
	if (*c->at == '\r' && c->at + 1 < c->end && c->at[1] == '\n')
		c->at++;
	c->at++;
	c->line++;
}

/* The quoted value at *AT, behind its '"', to OUT.  NULL: no end, no room. */
static char *
quoted(struct csv *c, char *out)
{
	for (; c->at < c->end; c->at++) {
		if (*c->at == '"') {
			c->at++;
			if (c->at == c->end || *c->at != '"')
				return out;
		}
		if (out == c->room)
			return NULL;
		if (*c->at == '\n' || (*c->at == '\r' &&
		    (c->at + 1 == c->end || c->at[1] != '\n')))
			c->line++;
		*out++ = *c->at;
	}
	return NULL;
}

static bool
at_end_of_value(const struct csv *c)
{
	return c->at == c->end || *c->at == c->sep || *c->at == '\r' ||
	    *c->at == '\n';
}

/*
 * The row at *AT.  ROW_OK leaves *AT at the next one; ROW_LAST: there is none;
 * ROW_DAMAGED: *AT is anywhere.  It ends at the first value that is too many:
 * lines that each close a quote and open one would else be read to the cap of a
 * row, from each of them.
 */
static enum row_end
read_row(struct csv *c)
{
	char *out = c->row;
	bool nul = false;

	c->n = 0;
	if (c->at == c->end)
		return ROW_LAST;
	for (;;) {
		if (c->n == CREDS_COLUMNS_MAX)
			return ROW_DAMAGED;
		c->value[c->n++] = out;
		if (c->at < c->end && *c->at == '"') {
			c->at++;
			out = quoted(c, out);
			if (!out || !at_end_of_value(c))
				return ROW_DAMAGED;
		}
		for (; !at_end_of_value(c); c->at++) {
			if (out == c->room)
				return ROW_DAMAGED;
			nul = nul || !*c->at;
			*out++ = *c->at;
		}
		if (out == c->room)
			return ROW_DAMAGED;
		*out++ = '\0';
		if (c->at == c->end || *c->at != c->sep)
			break;
		c->at++;
	}
	if (c->at < c->end)
		end_line(c);
	return nul ? ROW_DAMAGED : ROW_OK;
}

/* To the line behind the one at FROM, which is number LINE. */
static void
resume(struct csv *c, const char *from, uint64_t line)
{
	c->at = from;
	c->line = line;
	while (c->at < c->end && *c->at != '\r' && *c->at != '\n')
		c->at++;
	if (c->at < c->end)
		end_line(c);
}

/* What columns are called, best first; the first column of that name. */
static const struct {
	enum column column;
	const char *name;
} names[] = {
	{COLUMN_PASSWORD, "login_password"}, {COLUMN_PASSWORD, "password"},
	{COLUMN_PASSWORD, "pass"}, {COLUMN_PASSWORD, "pwd"},
	{COLUMN_PASSWORD, "密码"}, {COLUMN_PASSWORD, "密碼"},
	{COLUMN_PASSWORD, "登录密码"}, {COLUMN_PASSWORD, "口令"},
	{COLUMN_LOGIN, "login_username"}, {COLUMN_LOGIN, "username"},
	{COLUMN_LOGIN, "user name"}, {COLUMN_LOGIN, "login name"},
	{COLUMN_LOGIN, "login"}, {COLUMN_LOGIN, "user"},
	{COLUMN_LOGIN, "用户名"}, {COLUMN_LOGIN, "使用者名稱"},
	{COLUMN_LOGIN, "登录名"}, {COLUMN_LOGIN, "账号"},
	{COLUMN_LOGIN, "帐号"}, {COLUMN_LOGIN, "账户"},
	{COLUMN_LOGIN, "帳號"}, {COLUMN_LOGIN, "email"},
	{COLUMN_LOGIN, "e-mail"}, {COLUMN_LOGIN, "邮箱"},
	{COLUMN_LOGIN, "account"},
	{COLUMN_URL, "login_uri"}, {COLUMN_URL, "url"}, {COLUMN_URL, "uri"},
	{COLUMN_URL, "website"}, {COLUMN_URL, "web site"},
	{COLUMN_URL, "link"}, {COLUMN_URL, "网址"}, {COLUMN_URL, "網址"},
	{COLUMN_URL, "链接"}, {COLUMN_URL, "网站"},
	{COLUMN_TITLE, "title"}, {COLUMN_TITLE, "name"},
	{COLUMN_TITLE, "account"}, {COLUMN_TITLE, "item"},
	{COLUMN_TITLE, "标题"}, {COLUMN_TITLE, "標題"},
	{COLUMN_TITLE, "名称"}, {COLUMN_TITLE, "名稱"},
	{COLUMN_TITLE, "平台"},
	{COLUMN_TOTP, "login_totp"}, {COLUMN_TOTP, "totp"},
	{COLUMN_TOTP, "otpauth"}, {COLUMN_TOTP, "otp"},
	{COLUMN_TOTP, "otpurl"}, {COLUMN_TOTP, "2fa"},
	{COLUMN_NOTE, "notes"}, {COLUMN_NOTE, "note"},
	{COLUMN_NOTE, "extra"}, {COLUMN_NOTE, "comments"},
	{COLUMN_NOTE, "comment"}, {COLUMN_NOTE, "备注"},
	{COLUMN_NOTE, "備註"}, {COLUMN_NOTE, "说明"},
	{COLUMN_FOLDER, "folder"}, {COLUMN_FOLDER, "collections"},
	{COLUMN_FOLDER, "group"}, {COLUMN_FOLDER, "grouping"},
	{COLUMN_FOLDER, "tags"}, {COLUMN_FOLDER, "category"},
	{COLUMN_FOLDER, "分组"}, {COLUMN_FOLDER, "分類"},
	{COLUMN_FIELDS, "fields"}
};

/* The number from 1 of the column NAME, blanks at its ends aside; 0: none. */
static size_t
column_of(const struct csv *c, const char *name)
{
	const char *at;
	size_t i, n;

	for (i = 0; i < c->n; i++) {
		at = c->value[i] + strspn(c->value[i], " \t");
		n = strlen(at);
		while (n > 0 && strchr(" \t", at[n - 1]))
			n--;
		if (n == strlen(name) && strncasecmp(at, name, n) == 0)
			return i + 1;
	}
	return 0;
}

/* Columns by the header that was read.  True: enough to go by. */
static bool
map_columns(struct csv *c)
{
	bool taken[CREDS_COLUMNS_MAX + 1] = {false};
	size_t i, at;

	memset(c->column, 0, sizeof(c->column));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (c->column[names[i].column])
			continue;
		at = column_of(c, names[i].name);
		if (at == 0 || taken[at])
			continue;
		taken[at] = true;
		c->column[names[i].column] = at;
	}
	return c->column[COLUMN_PASSWORD] && c->column[COLUMN_LOGIN] &&
	    (c->column[COLUMN_URL] || c->column[COLUMN_TITLE]);
}

static enum creds_format
format_of(const struct csv *c)
{
	if (column_of(c, "login_uri") && column_of(c, "login_password"))
		return column_of(c, "collections") ? CREDS_BITWARDEN_ORG :
		    CREDS_BITWARDEN;
	if (column_of(c, "httpRealm"))
		return CREDS_FIREFOX;
	if (column_of(c, "grouping") && column_of(c, "extra"))
		return CREDS_LASTPASS;
	if (column_of(c, "OTPAuth") && column_of(c, "Archived"))
		return CREDS_ONEPASSWORD;
	if (column_of(c, "Group") && column_of(c, "Title") &&
	    column_of(c, "Username"))
		return CREDS_KEEPASSXC;
	if (c->n <= 5 && column_of(c, "name") && column_of(c, "url") &&
	    column_of(c, "username"))
		return CREDS_CHROME;
	return CREDS_OTHER_CSV;
}

/* Never with what stands there: where no header is, it may be a password. */
static int
complain(const struct csv *c, struct err *e)
{
	/* Whole, so that each can be said in other languages. */
	static const char *const what[] = {"nothing", "password", "username",
		"password, username", "url or name", "password, url or name",
		"username, url or name", "password, username, url or name"};
	const unsigned lacks = (c->column[COLUMN_PASSWORD] ? 0 : 1u) |
	    (c->column[COLUMN_LOGIN] ? 0 : 2u) |
	    (c->column[COLUMN_URL] || c->column[COLUMN_TITLE] ? 0 : 4u);

	(void)err_set(e, ERR_FORMAT, "the first line names no column for: %s",
	    what[lacks]);
	return err_hint(e, "give the export as it is, with its first line; "
	    "or write one: name,url,username,password");
}

static int
read_header(struct csv *c, struct err *e)
{
	static const char seps[] = ",;\t";
	const char *start;
	uint64_t line;
	size_t i;

	/* What Excel puts before it. */
	if (c->end - c->at >= 6 && strncasecmp(c->at, "sep=", 4) == 0 &&
	    (c->at[5] == '\r' || c->at[5] == '\n'))
		resume(c, c->at, c->line);
	start = c->at;
	line = c->line;
	for (i = 0; seps[i]; i++) {
		c->at = start;
		c->line = line;
		c->sep = seps[i];
		if (read_row(c) == ROW_OK && map_columns(c))
			return 0;
	}
	c->at = start;
	c->sep = ',';
	if (read_row(c) != ROW_OK)
		c->n = 0;
	(void)map_columns(c);
	return complain(c, e);
}

static const char *
value(const struct csv *c, enum column column)
{
	const size_t at = c->column[column];

	return at && *c->value[at - 1] ? c->value[at - 1] : NULL;
}

/* Does the address at S say how it is reached: "https://…"? */
static bool
has_scheme(const char *s)
{
	const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

	return n > 0 && str_starts(s + n, "://");
}

/* Behind the quoted value at S, if it is whole and ends there; else NULL. */
static const char *
quoted_end(const char *s)
{
	for (s++; *s; s++)
		if (*s == '"' && *++s != '"')
			return !*s || *s == ',' ? s : NULL;
	return NULL;
}

/*
 * A cell of several addresses is a row of CSV itself: into CELL again, LF between
 * them.  Bitwarden puts addresses into no quotes of their own, so that what stands
 * behind a comma may be the rest of one with a path: it is an address if it says
 * how it is reached, or if the one before does not either.
 */
static void
unpack(char *cell)
{
	const char *at = cell, *end;
	char *out = cell, *last = cell;

	for (;;) {
		end = *at == '"' ? quoted_end(at) : NULL;
		if (end) {
			for (at++; at < end - 1; at++) {
				*out++ = *at;
				at += *at == '"';
			}
			at = end;
		} else {
			while (*at && *at != ',')
				*out++ = *at++;
		}
		if (!*at)
			break;
		at++;
		*out = '\0';
		if (*at == '"' || has_scheme(at) || !has_scheme(last)) {
			*out++ = '\n';
			last = out;
		} else {
			*out++ = ',';
		}
	}
	*out = '\0';
}

static const char *
url(const struct csv *c, enum creds_format format)
{
	const size_t at = c->column[COLUMN_URL];
	char *cell = at ? c->value[at - 1] : NULL;

	if (!cell || !*cell)
		return NULL;
	if (*cell == '"' || format == CREDS_BITWARDEN ||
	    format == CREDS_BITWARDEN_ORG)
		unpack(cell);
	return *cell ? cell : NULL;
}

static int
hand_over(const struct csv *c, uint64_t line, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	struct creds_row row = {.title = value(c, COLUMN_TITLE),
	    .url = url(c, r->format), .login = value(c, COLUMN_LOGIN),
	    .password = value(c, COLUMN_PASSWORD),
	    .totp = value(c, COLUMN_TOTP), .note = value(c, COLUMN_NOTE),
	    .folder = value(c, COLUMN_FOLDER),
	    .fields = value(c, COLUMN_FIELDS), .line = line};

	/* Its way to say none, a note, a folder. */
	if (r->format == CREDS_LASTPASS && row.url &&
	    (strcmp(row.url, "http://") == 0 ||
	    strcmp(row.url, "http://sn") == 0 ||
	    strcmp(row.url, "http://group") == 0))
		row.url = NULL;
	r->rows++;
	return fn(arg, &row, e);
}

static int
read_rows(struct csv *c, size_t columns, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	const char *start;
	enum row_end end;
	uint64_t line;
	int rc;

	for (;;) {
		start = c->at;
		line = c->line;
		end = read_row(c);
		if (end == ROW_LAST)
			return 0;
		if (end == ROW_OK && c->n == 1 && !*c->value[0])
			continue;	/* an empty line */
		if (end == ROW_OK && c->n == columns) {
			rc = hand_over(c, line, fn, arg, r, e);
			if (rc != 0)
				return rc;
			continue;
		}
		damage(r, line);
		if (end != ROW_OK)
			resume(c, start, line);
	}
}

static int
read_csv(const struct text *t, uint64_t line, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	const size_t n = (size_t)(t->end - t->at);
	const size_t room = (n < CREDS_ROW_MAX ? n : CREDS_ROW_MAX) +
	    CREDS_COLUMNS_MAX;
	struct csv c = {.at = t->at, .end = t->end, .line = line};
	size_t columns;
	int rc = -1;

	c.row = secmem_new(room);
	if (!c.row)
		return err_nomem(e);
	c.room = c.row + room;
	if (read_header(&c, e) == 0) {
		columns = c.n;
		r->format = format_of(&c);
		rc = read_rows(&c, columns, fn, arg, r, e);
	}
	secmem_free(c.row);
	return rc;
}

/* --- otpauth lines */

struct batch {
	int32_t id, size;
	bool seen[BATCH_SIZE_MAX];
};

struct otp {
	creds_fn fn;
	void *arg;
	struct creds_report *r;
	uint64_t line;
	char *uri;		/* a line, or one that is made; of secmem */
	struct batch batch[BATCHES_MAX];
	size_t nbatches;
};

static int
hand_seed(struct otp *o, const struct otpauth *seed, struct err *e)
{
	const struct creds_row row = {
	    .title = seed->issuer[0] ? seed->issuer : NULL,
	    .login = seed->label[0] ? seed->label : NULL,
	    .totp = o->uri, .line = o->line};

	o->r->rows++;
	return o->fn(o->arg, &row, e);
}

static int
on_seed(void *arg, const struct otpauth *seed, struct err *e)
{
	struct otp *o = arg;
	struct buf uri = BUF_INIT(OTPAUTH_URI_MAX);
	int rc = -1;

	if (buf_reserve(&uri, OTPAUTH_URI_MAX, e) == 0 &&
	    otpauth_uri(seed, &uri, e) == 0) {
		memcpy(o->uri, uri.data, uri.len + 1);
		rc = hand_seed(o, seed, e);
	}
	buf_wipe(&uri);
	return rc;
}

static int
no_seed(void *arg, const struct otpauth *seed, struct err *e)
{
	(void)arg;
	(void)seed;
	(void)e;
	return 0;
}

/* Note that code B was given.  1: it was before; -1: it cannot be. */
static int
note_batch(struct otp *o, const struct otpauth_batch *b)
{
	size_t i;

	if (b->size > BATCH_SIZE_MAX)
		return -1;
	for (i = 0; i < o->nbatches; i++)
		if (o->batch[i].id == b->id)
			break;
	if (i == BATCHES_MAX)
		return -1;
	if (i == o->nbatches)
		o->batch[o->nbatches++] = (struct batch){.id = b->id,
		    .size = b->size};
	if (o->batch[i].size != b->size)
		return -1;
	if (o->batch[i].seen[b->index])
		return 1;
	o->batch[i].seen[b->index] = true;
	return 0;
}

static int
read_migration(struct otp *o, const char *line, size_t n, struct err *e)
{
	struct err why = ERR_INIT;
	struct otpauth_batch b;
	int rc = -1;

	o->r->format = CREDS_MIGRATION;
	if (otpauth_migration(line, n, &b, no_seed, NULL, &why) == 0)
		rc = note_batch(o, &b);
	if (rc < 0)
		damage(o->r, o->line);
	if (rc != 0)
		return 0;
	o->r->other += (uint64_t)b.other;
	return otpauth_migration(line, n, &b, on_seed, o, e);
}

static int
read_line(struct otp *o, const char *line, size_t n, struct err *e)
{
	struct err why = ERR_INIT;
	struct otpauth seed;
	int rc = 0;

	if (n == 0 || line[0] == '#')
		return 0;
	if (otpauth_is_migration(line, n))
		return read_migration(o, line, n, e);
	/* A bare seed in such a file says of nothing whose it is. */
	if (n >= OTPAUTH_URI_MAX || strncasecmp(line, "otpauth://", 10) != 0 ||
	    memchr(line, '\0', n) || otpauth_parse(line, n, &seed, &why) < 0) {
		damage(o->r, o->line);
		return 0;
	}
	memcpy(o->uri, line, n);
	o->uri[n] = '\0';
	rc = hand_seed(o, &seed, e);
	secmem_wipe(&seed, sizeof(seed));
	return rc;
}

static void
count_missing(const struct otp *o)
{
	size_t i;
	int32_t k;

	for (i = 0; i < o->nbatches; i++)
		for (k = 0; k < o->batch[i].size; k++)
			o->r->batch_missing += !o->batch[i].seen[k];
}

static int
read_otpauth(const struct text *t, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	struct otp o = {.fn = fn, .arg = arg, .r = r};
	const char *at = t->at, *stop, *last;
	int rc = 0;

	r->format = CREDS_OTPAUTH;
	o.uri = secmem_new(OTPAUTH_URI_MAX + 1);
	if (!o.uri)
		return err_nomem(e);
	for (; rc == 0 && at < t->end; at = stop + 1) {
		o.line++;
		stop = memchr(at, '\n', (size_t)(t->end - at));
		if (!stop)
			stop = t->end;
		for (last = stop; last > at && strchr(" \t\r", last[-1]) &&
		    last[-1]; last--)
			;
		while (at < last && (*at == ' ' || *at == '\t'))
			at++;
		rc = read_line(&o, at, (size_t)(last - at), e);
	}
	count_missing(&o);
	secmem_free(o.uri);
	return rc;
}

int
creds_read(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e)
{
	struct text t, begin;
	uint64_t lines;
	int rc = -1;

	*r = (struct creds_report){.format = CREDS_UNKNOWN};
	if (n > CREDS_BYTES_MAX)
		return err_set(e, ERR_FORMAT, "more than %u MiB",
		    CREDS_BYTES_MAX >> 20);
	if (check_kind(data, n, e) < 0)
		return -1;
	if (decode(&t, data, n, e) < 0)
		goto out;
	begin = t;
	lines = skip_blanks(&begin);
	if (begin.at == begin.end)
		(void)err_set(e, ERR_FORMAT, "the file is empty");
	else if (is_otpauth(begin))
		rc = read_otpauth(&t, fn, arg, r, e);
	else
		rc = read_csv(&begin, lines + 1, fn, arg, r, e);
out:
	secmem_free(t.own);
	return rc;
}
