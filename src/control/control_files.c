/* control/control_files.c - read what one commit of control decides. */
#include "control/control_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/bech32.h"

#include "base/banned.h"

#define MAX_VERSION INT64_C(1000000000)
#define ONLY_MAX 1000

/* Where the files are read from. */
struct from {
	struct mirror *m;
	const char *tree;
};

/* The next line that is not empty or a comment: 1, 0 at the end. */
static int
next_line(const char **text, const char **line, size_t *len)
{
	const char *end;

	while (**text) {
		*line = *text;
		end = strchr(*text, '\n');
		*len = end ? (size_t)(end - *text) : strlen(*text);
		*text += *len + (end ? 1 : 0);
		if (*len > 0 && **line != '#')
			return 1;
	}
	return 0;
}

/* Cut the first word off the N bytes at *P; false if there is none. */
static bool
take_word(const char **p, size_t *n, char *to, size_t size)
{
	const char *space = memchr(*p, ' ', *n);
	size_t len = space ? (size_t)(space - *p) : *n;

	if (len == 0 || len >= size)
		return false;
	memcpy(to, *p, len);
	to[len] = '\0';
	*p += len;
	*n -= len;
	/* a blank at the end would be a word that is empty */
	if (*n == 1)
		return false;
	if (*n > 0) {
		(*p)++;
		(*n)--;
	}
	return true;
}

/* "version <n>" */
static int
read_version(const char *line, size_t len, int64_t *version, struct err *e)
{
	char *copy = str_ndup(line, len);
	int rc = -1;

	if (!copy)
		return err_nomem(e);
	if (str_starts(copy, "version "))
		rc = str_to_i64(copy + strlen("version "), 1, MAX_VERSION,
		    version);
	free(copy);
	if (rc < 0)
		return err_set(e, ERR_FORMAT,
		    "recipients: the first line is not 'version N'");
	return 0;
}

/* "<name> age1…" */
static int
read_recipient(struct control *c, const char *line, size_t len, struct err *e)
{
	struct control_recipient *r = &c->recipient[c->nrecipients];
	struct buf pk = BUF_INIT(64);
	bool good;

	if (c->nrecipients == CONTROL_MAX_RECIPIENTS)
		return err_set(e, ERR_FORMAT, "recipients: more than %d",
		    CONTROL_MAX_RECIPIENTS);
	memset(r, 0, sizeof(*r));
	good = take_word(&line, &len, r->name, sizeof(r->name)) &&
	    canon_id_ok(r->name) &&
	    take_word(&line, &len, r->age, sizeof(r->age)) && len == 0 &&
	    str_starts(r->age, "age1") &&
	    bech32_decode(&pk, "age", r->age, strlen(r->age), e) == 0 &&
	    pk.len == 32;
	buf_release(&pk);
	if (!good)
		return err_set(e, ERR_FORMAT,
		    "recipients: a line is not '<name> age1…'");
	c->nrecipients++;
	return 0;
}

/* All recipients of this name; there may be an old key beside a new one. */
static uint32_t
named(const struct control *c, const char *name)
{
	uint32_t set = 0;
	size_t i;

	for (i = 0; i < c->nrecipients; i++)
		if (strcmp(c->recipient[i].name, name) == 0)
			set |= UINT32_C(1) << i;
	return set;
}

/* Two at least, an owner among them. */
static bool
enough(const struct control *c, uint32_t readers)
{
	bool owner = false;
	size_t n = 0, i;

	for (i = 0; i < c->nrecipients; i++) {
		if (!(readers >> i & 1))
			continue;
		n++;
		owner |= control_is_owner(c->recipient[i].name);
	}
	return owner && n >= 2;
}

static int
add_only(struct control *c, const struct control_only *only, struct err *e)
{
	struct control_only *v;
	size_t i;

	for (i = 0; i < c->nonly; i++)
		if (strcmp(c->only[i].station, only->station) == 0)
			return err_set(e, ERR_FORMAT, "recipients: two lines "
			    "'only %s'", only->station);
	v = realloc(c->only, (c->nonly + 1) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	c->only = v;
	c->only[c->nonly++] = *only;
	return 0;
}

/* What follows "only ": "<station> <name>…" */
static int
read_only(struct control *c, const char *line, size_t len, struct err *e)
{
	struct control_only only = {.readers = 0};
	char name[33];
	uint32_t set;

	if (!take_word(&line, &len, only.station, sizeof(only.station)) ||
	    !canon_id_ok(only.station))
		return err_set(e, ERR_FORMAT,
		    "recipients: a line is not 'only <station> <name>…'");
	if (c->nonly == ONLY_MAX)
		return err_set(e, ERR_FORMAT, "recipients: more than %d lines "
		    "'only …'", ONLY_MAX);
	while (len > 0) {
		if (!take_word(&line, &len, name, sizeof(name)) ||
		    (set = named(c, name)) == 0)
			return err_set(e, ERR_FORMAT, "recipients: 'only %s' "
			    "names no recipient of the lines above",
			    only.station);
		only.readers |= set;
	}
	if (!enough(c, only.readers))
		return err_set(e, ERR_FORMAT, "recipients: 'only %s' leaves "
		    "fewer than two, or no owner", only.station);
	return add_only(c, &only, e);
}

static int
cmp_only(const void *a, const void *b)
{
	return strcmp(((const struct control_only *)a)->station,
	    ((const struct control_only *)b)->station);
}

static int
read_recipients(struct control *c, const char *text, struct err *e)
{
	static const char only[] = "only ";
	const char *line = "";
	size_t len = 0;
	int rc;

	if (!next_line(&text, &line, &len))
		return err_set(e, ERR_FORMAT, "recipients: the file is empty");
	if (read_version(line, len, &c->version, e) < 0)
		return -1;
	while (next_line(&text, &line, &len)) {
		/* a recipient may be called so: then there are two words */
		if (len > 5 && memcmp(line, only, 5) == 0 &&
		    memchr(line + 5, ' ', len - 5))
			rc = read_only(c, line + 5, len - 5, e);
		else if (c->nonly > 0)
			rc = err_set(e, ERR_FORMAT, "recipients: one stands "
			    "behind a line 'only …'");
		else
			rc = read_recipient(c, line, len, e);
		if (rc < 0)
			return -1;
	}
	if (!enough(c, UINT32_MAX))
		return err_set(e, ERR_FORMAT, "recipients: fewer than two, or "
		    "no owner");
	if (c->nonly > 0)
		qsort(c->only, c->nonly, sizeof(*c->only), cmp_only);
	return 0;
}

int
control_recipients_parse(struct control *c, const char *text, struct err *e)
{
	struct control got = {.version = 0};

	if (read_recipients(&got, text, e) < 0) {
		control_release(&got);
		return -1;
	}
	*c = got;
	return 0;
}

/* "station <station> ssh-ed25519 AAAA…" or "manager <name> …" */
static bool
read_login(struct control_login *l, const char *line, size_t len,
	struct err *e)
{
	char kind[8];

	memset(l, 0, sizeof(*l));
	if (!take_word(&line, &len, kind, sizeof(kind)) ||
	    !take_word(&line, &len, l->name, sizeof(l->name)) ||
	    !canon_id_ok(l->name))
		return false;
	l->manager = strcmp(kind, "manager") == 0;
	return (l->manager || strcmp(kind, "station") == 0) &&
	    sshkey_public_parse(&l->pub, line, len, e) == 0;
}

static int
read_logins(struct control *c, const char *text, struct err *e)
{
	struct control_login l, *v;
	struct err why = ERR_INIT;
	const char *line = "";
	size_t len = 0;

	while (next_line(&text, &line, &len)) {
		if (!read_login(&l, line, len, &why))
			return why.code == ERR_NOMEM ? err_nomem(e) :
			    err_set(e, ERR_FORMAT, "transport_keys: a line is "
			    "not 'station|manager <name> ssh-ed25519 AAAA…'");
		/* the array doubles */
		if ((c->nlogin & (c->nlogin - 1)) == 0) {
			v = realloc(c->login,
			    (c->nlogin ? 2 * c->nlogin : 1) * sizeof(*v));
			if (!v)
				return err_nomem(e);
			c->login = v;
		}
		c->login[c->nlogin++] = l;
	}
	return 0;
}

static void
trim(const char **s, size_t *n)
{
	while (*n > 0 && (**s == ' ' || **s == '\t')) {
		(*s)++;
		(*n)--;
	}
	while (*n > 0 && ((*s)[*n - 1] == ' ' || (*s)[*n - 1] == '\t'))
		(*n)--;
}

static bool
is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(s, word, n) == 0;
}

/* A key of section [team] that is known here. */
static int
read_team(struct control *c, const char *key, size_t key_len,
	const char *value, size_t len, struct err *e)
{
	char number[24] = "";

	if (is_word(key, key_len, "org")) {
		if (len == 0 || len >= sizeof(c->org))
			return err_set(e, ERR_FORMAT,
			    "policy.ini: org is empty or too long");
		memcpy(c->org, value, len);
		c->org[len] = '\0';
	} else if (is_word(key, key_len, "notice")) {
		if (len < sizeof(number))
			memcpy(number, value, len);
		if (str_to_i64(number, 0, MAX_VERSION, &c->notice) < 0)
			return err_set(e, ERR_FORMAT,
			    "policy.ini: notice is not the number of one");
	}
	return 0;
}

/* Of section LINE, "[station ws-01]": a key that is known here. */
static int
read_station(struct control *c, const char *line, size_t line_len,
	const char *key, size_t key_len, const char *value, size_t len,
	struct err *e)
{
	static const char front[] = "[station ";
	const size_t n = sizeof(front) - 1;
	struct control_revoked r = {.utc = 0}, *v;
	char number[24] = "";

	if (!is_word(key, key_len, "revoked") || line_len < n + 2 ||
	    line_len - n - 1 >= sizeof(r.station) ||
	    memcmp(line, front, n) != 0 || line[line_len - 1] != ']')
		return 0;
	memcpy(r.station, line + n, line_len - n - 1);
	if (len < sizeof(number))
		memcpy(number, value, len);
	if (str_to_i64(number, 0, INT64_MAX, &r.utc) < 0)
		return err_set(e, ERR_FORMAT, "policy.ini: revoked is not a "
		    "time in seconds");
	v = realloc(c->revoked, (c->nrevoked + 1) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	c->revoked = v;
	c->revoked[c->nrevoked++] = r;
	return 0;
}

/* [team], [station …]; what other pages put there is theirs. */
static int
read_policy(struct control *c, const char *text, struct err *e)
{
	const char *line = "", *section = "", *eq, *key, *value;
	size_t len = 0, section_len = 0, key_len, value_len;
	int rc;

	while (next_line(&text, &line, &len)) {
		if (*line == '[') {
			section = line;
			section_len = len;
			continue;
		}
		eq = memchr(line, '=', len);
		if (!eq)
			continue;
		key = line;
		key_len = (size_t)(eq - line);
		value = eq + 1;
		value_len = len - key_len - 1;
		trim(&key, &key_len);
		trim(&value, &value_len);
		rc = is_word(section, section_len, "[team]") ?
		    read_team(c, key, key_len, value, value_len, e) :
		    read_station(c, section, section_len, key, key_len, value,
		    value_len, e);
		if (rc < 0)
			return -1;
	}
	if (!c->org[0])
		return err_set(e, ERR_FORMAT,
		    "policy.ini: there is no org in [team]");
	return 0;
}

/* The file of the newest commit; MAY_MISS: "" where there is none. */
static int
load_file(const struct from *w, const char *path, bool may_miss,
	struct buf *text, struct err *e)
{
	int rc;

	buf_clear(text);
	rc = mirror_blob_at(w->m, w->tree, path, text, e);
	if (rc == 0 && !may_miss)
		return err_set(e, ERR_FORMAT, "control has no file '%s'", path);
	if (rc < 0)
		return -1;
	if (text->len > 0 && memchr(text->data, '\0', text->len))
		return err_set(e, ERR_FORMAT, "%s holds a NUL byte", path);
	return 0;
}

static int
load_signers(const struct from *w, const char *path, bool may_miss,
	struct signers *out, struct buf *text, struct err *e)
{
	if (load_file(w, path, may_miss, text, e) < 0)
		return -1;
	if (signers_parse(out, buf_str(text), text->len, e) < 0)
		return err_prefix(e, "%s", path);
	return 0;
}

/* An owner is left who can decide alone. */
static int
check_owner(const struct signers *roots, struct err *e)
{
	size_t i;

	for (i = 0; i < roots->n; i++)
		if (control_is_owner(roots->v[i].name))
			return 0;
	return err_set(e, ERR_FORMAT, "roots: there is no owner");
}

int
control_files_read(struct control *c, struct mirror *m, const char *tree,
	struct err *e)
{
	const struct from from = {m, tree}, *w = &from;
	struct buf text = BUF_INIT(CONTROL_FILE_MAX);
	int rc = -1;

	if (load_signers(w, "roots", false, &c->roots, &text, e) < 0 ||
	    check_owner(&c->roots, e) < 0 ||
	    load_signers(w, "allowed_signers", true, &c->stations, &text,
	    e) < 0 ||
	    load_signers(w, "server_keys", true, &c->servers, &text, e) < 0)
		goto out;
	if (load_file(w, "recipients", false, &text, e) < 0 ||
	    read_recipients(c, buf_str(&text), e) < 0)
		goto out;
	if (load_file(w, "transport_keys", true, &text, e) < 0 ||
	    read_logins(c, buf_str(&text), e) < 0)
		goto out;
	if (load_file(w, "policy.ini", false, &text, e) < 0 ||
	    read_policy(c, buf_str(&text), e) < 0)
		goto out;
	rc = 0;
out:
	buf_release(&text);
	return rc;
}
