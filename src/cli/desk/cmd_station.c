/* cli/desk/cmd_station.c - liudi-desk station: who may send. */
#include "cli/desk/deskcmds.h"

#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/utf8.h"
#include "control/control.h"
#include "control/edit.h"
#include "crypto/hash.h"
#include "desk/box.h"
#include "desk/deskkeys.h"
#include "desk/roster.h"
#include "desk/sealed.h"
#include "desk/stationline.h"

#include "base/banned.h"

#define SIGNERS_MAX (1024 * 1024)
#define PRINT_LEN 64	/* "SHA256:" and 43 characters */
#define LINE_WORDS 5

/* What both commands need: the desk, and control as it stands now. */
struct station {
	struct deskhome home;
	struct control control;
};

int
deskcmd_control(const struct cli *c, bool offline, struct deskhome *h,
	struct control *control, struct err *e)
{
	char pin[CANON_ID_LEN];

	memset(control, 0, sizeof(*control));
	if (deskhome_open(h, c->home, e) < 0)
		return -1;
	if (control_fetch(&h->central, h->control, e) < 0) {
		if (!offline || e->code != ERR_NET)
			return -1;
		cli_warn(c, "the central cannot be reached: this is the last "
		    "known state");
		err_clear(e);
	}
	if (deskhome_pin_load(h, pin, e) < 0 ||
	    control_load(control, h->control, pin, e) < 0)
		return -1;
	return deskhome_pin_save(h, control->commit, e);
}

static int
station_open(struct station *s, const struct cli *c, bool offline,
	struct err *e)
{
	memset(s, 0, sizeof(*s));
	return deskcmd_control(c, offline, &s->home, &s->control, e);
}

static void
station_release(struct station *s)
{
	control_release(&s->control);
	deskhome_release(&s->home);
}

/* --- station add */

/* The line as one argument, as the words of an unquoted one, or on stdin. */
static int
read_line(const struct cli *c, struct buf *line, struct err *e)
{
	size_t i;

	if (c->nargs == 1 && strcmp(c->args[0], "-") == 0)
		return file_load_fd(0, "standard input", line, e);
	for (i = 0; i < c->nargs; i++)
		if (buf_addf(line, e, "%s%s", i > 0 ? " " : "",
		    c->args[i]) < 0)
			return -1;
	return 0;
}

static bool
same_key(const struct sshkey_pub *a, const struct sshkey_pub *b)
{
	return memcmp(a->pk, b->pk, sizeof(a->pk)) == 0;
}

/*
 * May it be added?  0, 1 = it is there already, -1: the name is another key's,
 * or the key another name's: either would make two stations one.
 */
static int
check_free(const struct control *control, const struct stationline *line,
	int64_t now, struct err *e)
{
	const struct signer *s;
	size_t i;

	for (i = 0; i < control->stations.n; i++) {
		s = &control->stations.v[i];
		if (strcmp(s->name, line->name) == 0 &&
		    same_key(&s->pub, &line->pub) && s->valid_before > now)
			return 1;
		if (same_key(&s->pub, &line->pub)) {
			(void)err_set(e, ERR_FAIL, "this key is that of "
			    "station '%s'%s", s->name,
			    s->valid_before > now ? "" : ", which was retired");
			return err_hint(e, "make a new key on the station: "
			    "'liudi init' in an empty home");
		}
		if (strcmp(s->name, line->name) == 0 &&
		    s->valid_before > now) {
			(void)err_set(e, ERR_FAIL,
			    "the name '%s' belongs to another key", s->name);
			return err_hint(e, "choose another name on the "
			    "station: 'liudi init --station NAME'");
		}
	}
	return 0;
}

/* control's allowed_signers with one line more. */
static int
add_line(const struct station *s, const struct stationline *line, int64_t now,
	struct buf *text, struct err *e)
{
	struct signer new = {.pub = line->pub, .namespaces = "git",
	    .valid_after = now, .valid_before = INT64_MAX};

	memcpy(new.name, line->name, sizeof(new.name));
	if (control_file_load(s->home.control, s->control.commit,
	    "allowed_signers", text, e) < 0)
		return -1;
	if (text->len > 0 && text->data[text->len - 1] != '\n' &&
	    buf_addc(text, '\n', e) < 0)
		return -1;
	return signers_line(&new, text, e);
}

int
deskcmd_commit(const struct cli *c, const struct deskhome *h,
	const char *message, const struct control_file *files, size_t n,
	struct err *e)
{
	const char *name = deskcmd_name(h);
	struct opener *op = deskcmd_opener(c, h, e);
	struct sshkey *key = op ? deskkeys_sign(h->keys, name, op, e) : NULL;
	const struct edit_job job = {&h->central, "control", h->control, name,
	    key, clock_now_utc(), message, files, n};
	int rc = -1;

	if (key)
		rc = edit_commit_again(&job, EDIT_TRIES, e);
	sshkey_free(key);
	opener_free(op);
	return rc;
}

static int
enrol(const struct cli *c, struct station *s, const struct stationline *line,
	int64_t now, struct err *e)
{
	struct buf text = BUF_INIT(SIGNERS_MAX), message = BUF_INIT(256);
	int rc = -1;

	if (add_line(s, line, now, &text, e) == 0 &&
	    buf_addf(&message, e, "station %s", line->name) == 0) {
		const struct control_file file = {"allowed_signers", text.data,
		    text.len};

		rc = deskcmd_commit(c, &s->home, buf_str(&message), &file, 1,
		    e);
	}
	buf_release(&text);
	buf_release(&message);
	return rc;
}

static int
say_added(const struct cli *c, const struct stationline *line, bool was_there,
	struct err *e)
{
	struct buf b = BUF_INIT(1024);
	struct jsonw w;
	int rc = 0;

	if (c->json) {
		jsonw_init(&w, &b, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "station", line->name);
		jsonw_kbool(&w, "added", !was_there);
		jsonw_object_end(&w);
		rc = jsonw_end(&w);
		if (rc == 0)
			(void)puts(buf_str(&b));
		buf_release(&b);
	} else if (was_there) {
		(void)printf(cli_tr("station %s was added before\n"),
		    line->name);
	} else if (!c->quiet) {
		(void)printf(cli_tr("station %s may send from now on; there "
		    "run: liudi run\n"), line->name);
	}
	return rc;
}

static enum cli_exit
run_add(struct cli *c, struct err *e)
{
	struct buf text = BUF_INIT(STATIONLINE_MAX + 64);
	struct station s = {.control = {.version = 0}};
	struct stationline line;
	int64_t now = clock_now_utc();
	int rc = -1, there;

	if (read_line(c, &text, e) < 0 ||
	    stationline_parse(&line, buf_str(&text), text.len, e) < 0 ||
	    station_open(&s, c, false, e) < 0)
		goto out;
	there = check_free(&s.control, &line, now, e);
	if (there < 0 || (there == 0 && enrol(c, &s, &line, now, e) < 0))
		goto out;
	rc = say_added(c, &line, there == 1, e);
out:
	buf_release(&text);
	station_release(&s);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option add_options[] = {
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_station_add = {
	.name = "station add",
	.operands = "LINE|-",
	.help = "let a station send records",
	.options = add_options,
	.min_args = 1,
	.max_args = LINE_WORDS,
	.run = run_add
};

/* --- station list */

int
deskcmd_fingerprint(const struct sshkey_pub *pub, struct buf *out,
	struct err *e)
{
	uint8_t blob[SSHKEY_BLOB_LEN], sum[HASH_LEN];

	sshkey_blob(pub, blob);
	hash_sha256(sum, blob, sizeof(blob));
	buf_clear(out);
	if (buf_adds(out, "SHA256:", e) < 0)
		return -1;
	return base64_encode(out, sum, sizeof(sum), false, e);
}

/* station, person, team, since, until, key; those that are not shown: NULL. */
#define CELLS 6

static void
print_row(const char *const cell[CELLS], const size_t width[CELLS])
{
	size_t i, used;

	for (i = 0; i < CELLS - 1; i++) {
		if (!cell[i])
			continue;
		used = utf8_width(cell[i]);
		(void)printf("%s%*s  ", cell[i],
		    (int)(width[i] > used ? width[i] - used : 0), "");
	}
	(void)printf("%s\n", cell[CELLS - 1]);
}

static int
print_json(const struct signer *s, const struct roster *people,
	const char *print, struct err *e)
{
	const struct roster_row *who = people ?
	    roster_find(people, s->name) : NULL;
	struct buf b = BUF_INIT(4096);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "station", s->name);
	if (people) {
		jsonw_kstr(&w, "person", who && who->person[0] ?
		    who->person : NULL);
		jsonw_kstr(&w, "team", who && who->team[0] ? who->team :
		    NULL);
	}
	jsonw_key(&w, "since");
	if (s->valid_after == INT64_MIN)
		jsonw_null(&w);
	else
		jsonw_int(&w, s->valid_after);
	jsonw_key(&w, "until");
	if (s->valid_before == INT64_MAX)
		jsonw_null(&w);
	else
		jsonw_int(&w, s->valid_before);
	jsonw_kstr(&w, "key", print);
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
	if (rc == 0)
		(void)puts(buf_str(&b));
	buf_release(&b);
	return rc;
}

static void
print_signer(const struct signer *s, const struct roster *people,
	const char *print, const size_t width[CELLS])
{
	const struct roster_row *who = people ?
	    roster_find(people, s->name) : NULL;
	char since[CLOCK_TEXT_LEN] = "", until[CLOCK_TEXT_LEN] = "";
	const char *cell[CELLS] = {s->name,
	    !people ? NULL : who ? who->person : "",
	    !people ? NULL : who ? who->team : "", since, until, print};

	if (s->valid_after != INT64_MIN)
		(void)clock_text_local(s->valid_after, since);
	if (s->valid_before != INT64_MAX)
		(void)clock_text_local(s->valid_before, until);
	print_row(cell, width);
}

static void
widen(size_t *width, const char *text)
{
	size_t n = utf8_width(text);

	if (n > *width)
		*width = n;
}

/* PEOPLE (may be NULL): its text is clean, as roster_parse() wants it. */
static int
print_all(const struct cli *c, const struct signers *stations,
	const struct roster *people, struct err *e)
{
	const char *const head[CELLS] = {
		cli_tr("station"), people ? cli_tr("person") : NULL,
		people ? cli_tr("team") : NULL, cli_tr("since"),
		cli_tr("until"), cli_tr("key")
	};
	size_t width[CELLS] = {7, 6, 4, 19, 19, 0}, i;
	struct buf print = BUF_INIT(PRINT_LEN);
	int rc = 0;

	for (i = 0; i < stations->n; i++)
		widen(&width[0], stations->v[i].name);
	for (i = 0; people && i < people->n; i++) {
		widen(&width[1], people->v[i].person);
		widen(&width[2], people->v[i].team);
	}
	if (!c->json && stations->n > 0)
		print_row(head, width);
	for (i = 0; i < stations->n && rc == 0; i++) {
		rc = deskcmd_fingerprint(&stations->v[i].pub, &print, e);
		if (rc == 0 && c->json)
			rc = print_json(&stations->v[i], people,
			    buf_str(&print), e);
		else if (rc == 0)
			print_signer(&stations->v[i], people,
			    buf_str(&print), width);
	}
	if (!c->json && stations->n == 0)
		(void)puts(cli_tr("no stations yet"));
	buf_release(&print);
	return rc;
}

struct listing {
	const struct cli *c;
	const struct control *control;
};

/* In the box: who is behind them. */
static int
list_people(struct box *b, void *arg, struct err *e)
{
	const struct listing *l = arg;
	struct buf file = BUF_INIT(SIGNERS_MAX), text = BUF_INIT(SIGNERS_MAX);
	struct roster people = {NULL, 0};
	int rc = control_file_load(b->home->control, l->control->commit,
	    "roster.age", &file, e);

	if (rc > 0)
		rc = sealed_text(b->opener, file.data, file.len, NULL, NULL,
		    &text, e);
	if (rc == 0)
		rc = roster_parse(&people, buf_str(&text), text.len, e);
	if (rc == 0)
		rc = print_all(l->c, &l->control->stations, &people, e);
	roster_release(&people);
	buf_wipe(&text);
	buf_release(&file);
	return rc;
}

static int
list_with_people(const struct cli *c, const struct station *s, struct err *e)
{
	struct listing l = {c, &s->control};
	struct box b = {.home = &s->home};
	int rc = -1;

	b.opener = deskcmd_opener(c, &s->home, e);
	if (b.opener)
		rc = box_run(&b, list_people, &l, e);
	opener_free(b.opener);
	return rc;
}

static enum cli_exit
run_list(struct cli *c, struct err *e)
{
	struct station s;
	int rc = -1;

	if (station_open(&s, c, true, e) == 0)
		rc = cli_has(c, "people") ? list_with_people(c, &s, e) :
		    print_all(c, &s.control.stations, NULL, e);
	station_release(&s);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option list_options[] = {
	{"people", 'p', NULL, "say who works there: asks for the passphrase"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_station_list = {
	.name = "station list",
	.operands = "",
	.help = "list the stations",
	.options = list_options,
	.run = run_list
};
