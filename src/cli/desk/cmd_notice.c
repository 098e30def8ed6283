/* cli/desk/cmd_notice.c - liudi-desk notice: what people at stations agree to. */
#include "cli/desk/noticetext.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "cli/desk/show.h"
#include "config/teamini.h"
#include "control/notice.h"

#include "base/banned.h"

#define TEXT_MAX (1024 * 1024)

/* --- notice show */

/* The language of this terminal, as control names it. */
static const char *
own_language(void)
{
	return strcmp(cli_tr("station"), "station") == 0 ? "en" : "zh";
}

static int
show_json(const struct notice *n, const struct buf *text, struct err *e)
{
	struct buf line = BUF_INIT(TEXT_MAX);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kint(&w, "version", n->version);
	jsonw_kstr(&w, "language", n->language);
	jsonw_khex(&w, "sha256", n->sha256, sizeof(n->sha256));
	jsonw_kstr(&w, "text", buf_str(text));
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

/* Line by line: who wrote it is a manager, and a terminal is a terminal. */
static void
show_text(const struct buf *text)
{
	const char *s = buf_str(text);
	size_t n;

	for (; *s; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		cli_put_shown(stdout, s, n);
		(void)fputc('\n', stdout);
	}
}

static int
show(const struct cli *c, const struct deskhome *h,
	const struct control *control, struct err *e)
{
	const char *language = cli_value(c, "language");
	struct buf text = BUF_INIT(TEXT_MAX);
	struct notice n;
	int rc = notice_load(h->control, control,
	    language ? language : own_language(), &n, &text, e);

	if (rc > 0 && c->json) {
		rc = show_json(&n, &text, e);
	} else if (rc > 0) {
		if (!c->quiet)
			(void)printf(cli_tr("notice %lld (%s)\n\n"),
			    (long long)n.version, n.language);
		show_text(&text);
		rc = 0;
	} else if (rc == 0 && !c->json) {
		(void)puts(cli_tr("there is no notice: nobody is asked "
		    "anything"));
	}
	buf_release(&text);
	return rc;
}

static enum cli_exit
run_show(struct cli *c, struct err *e)
{
	struct deskhome h;
	struct control control;
	int rc = -1;

	if (deskcmd_control(c, true, &h, &control, e) == 0)
		rc = show(c, &h, &control, e);
	control_release(&control);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option show_options[] = {
	{"language", 0, "LANGUAGE", "en or zh (else that of the terminal)"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_notice_show = {
	.name = "notice show",
	.operands = "",
	.help = "show what people at stations agree to",
	.options = show_options,
	.run = run_show
};

/* --- notice set */

struct setting {
	const struct cli *c;
	struct deskhome home;
	struct control control;
	struct noticetext text;
	int64_t version;	/* the new one */
};

/* Is FILE of control what TEXT says?  1, 0, -1. */
static int
same_text(const struct setting *s, const char *file, const struct buf *text,
	struct err *e)
{
	struct buf old = BUF_INIT(TEXT_MAX);
	int rc = control_file_load(s->home.control, s->control.commit, file,
	    &old, e);

	if (rc > 0)
		rc = str_cmp_bytes(old.data, old.len, text->data,
		    text->len) == 0;
	buf_release(&old);
	return rc;
}

static int
commit(const struct setting *s, struct err *e)
{
	struct buf old = BUF_INIT(TEXT_MAX), policy = BUF_INIT(TEXT_MAX);
	char number[32], message[64];
	int rc = -1;

	(void)snprintf(number, sizeof(number), "%" PRId64, s->version);
	(void)snprintf(message, sizeof(message), "notice %s", number);
	if (control_file_load(s->home.control, s->control.commit, "policy.ini",
	    &old, e) >= 0 && teamini_set(&policy, buf_str(&old), "team",
	    "notice", number, e) == 0) {
		const struct control_file files[] = {
			{"policy.ini", policy.data, policy.len},
			{"notice.en.md", s->text.en.data, s->text.en.len},
			{"notice.zh.md", s->text.zh.data, s->text.zh.len}
		};

		rc = deskcmd_commit(s->c, &s->home, message, files,
		    sizeof(files) / sizeof(*files), e);
	}
	buf_release(&old);
	buf_release(&policy);
	return rc;
}

static int
tell(const struct setting *s, bool changed, struct err *e)
{
	struct buf line = BUF_INIT(1024);
	struct jsonw w;
	int rc = 0;

	if (s->c->json) {
		jsonw_init(&w, &line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kint(&w, "version", s->version);
		jsonw_kbool(&w, "changed", changed);
		jsonw_object_end(&w);
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	} else if (!changed) {
		(void)printf(cli_tr("notice %lld says that already\n"),
		    (long long)s->version);
	} else if (!s->c->quiet) {
		(void)printf(cli_tr("notice %lld: nothing more is collected "
		    "at a station until it is agreed to there\n"),
		    (long long)s->version);
	}
	buf_release(&line);
	return rc;
}

static int
set(struct setting *s, struct err *e)
{
	int en, zh;

	if (noticetext_dir(s->c->args[0], &s->text, e) < 0 ||
	    deskcmd_control(s->c, false, &s->home, &s->control, e) < 0)
		return -1;
	en = same_text(s, "notice.en.md", &s->text.en, e);
	zh = en < 0 ? -1 : same_text(s, "notice.zh.md", &s->text.zh, e);
	if (zh < 0)
		return -1;
	s->version = s->control.notice;
	if (en && zh && s->version > 0)
		return tell(s, false, e);
	s->version++;
	return commit(s, e) < 0 ? -1 : tell(s, true, e);
}

static enum cli_exit
run_set(struct cli *c, struct err *e)
{
	struct setting s;
	int rc;

	memset(&s, 0, sizeof(s));
	s.c = c;
	rc = set(&s, e);
	noticetext_release(&s.text);
	control_release(&s.control);
	deskhome_release(&s.home);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option set_options[] = {
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_notice_set = {
	.name = "notice set",
	.operands = "DIR|standard",
	.help = "ask people at stations to agree to a new text",
	.options = set_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_set
};
