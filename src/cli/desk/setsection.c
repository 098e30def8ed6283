/* cli/desk/setsection.c - show and change a section of policy.ini. */
#include "cli/desk/setsection.h"

#include <stdio.h>
#include <string.h>

#include "cli/desk/deskcmds.h"
#include "cli/desk/show.h"
#include "config/teamini.h"

#include "base/banned.h"

#define TEXT_MAX (1024 * 1024)

struct work {
	const struct cli *c;
	const struct setsection *s;
	struct deskhome home;
	struct control control;
	struct buf text;		/* policy.ini as it is */
	struct jsonw w;
};

static int
check(const struct work *k, const char *key, const char *value,
	struct err *e)
{
	return value[0] == '\0' ? 0 : k->s->check(key, value, e);
}

/* What the options want; 1 where they change it. */
static int
make_text(struct work *k, struct buf *new, struct err *e)
{
	struct buf next = BUF_INIT(TEXT_MAX);
	const struct setsection_key *key;
	const char *value;
	int rc = buf_add(new, k->text.data, k->text.len, e);

	for (key = k->s->keys; rc == 0 && key->key; key++) {
		value = cli_value(k->c, key->option);
		if (!value)
			continue;
		rc = check(k, key->key, value, e);
		if (rc == 0)
			rc = teamini_set(&next, buf_str(new), k->s->section,
			    key->key, value, e);
		buf_clear(new);
		if (rc == 0)
			rc = buf_add(new, next.data, next.len, e);
		buf_clear(&next);
	}
	buf_release(&next);
	return rc < 0 ? -1 : strcmp(buf_str(new), buf_str(&k->text)) != 0;
}

static int
change(struct work *k, struct err *e)
{
	struct buf new = BUF_INIT(TEXT_MAX);
	int rc = make_text(k, &new, e);

	if (rc > 0) {
		const struct control_file file = {"policy.ini", new.data,
		    new.len};

		rc = deskcmd_commit(k->c, &k->home, k->s->section, &file, 1,
		    e);
		buf_clear(&k->text);
		if (rc == 0 && k->s->hint)
			cli_hint(k->c, "%s", cli_tr(k->s->hint));
		if (rc == 0)
			rc = buf_add(&k->text, new.data, new.len, e);
	}
	buf_release(&new);
	return rc;
}

static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	const struct setsection_key *known;
	struct work *k = arg;
	struct err ignored = ERR_INIT;

	for (known = k->s->keys; known->key && strcmp(known->key, key) != 0;
	    known++)
		;
	if (!known->key || strcmp(section, k->s->section) != 0 ||
	    value[0] == '\0' ||
	    (k->s->only_good && check(k, key, value, &ignored) < 0))
		return 0;
	if (k->c->json) {
		jsonw_kstr(&k->w, key, value);
	} else if (!k->c->quiet) {
		(void)printf("%s = ", key);
		cli_put_shown(stdout, value, strlen(value));
		(void)putchar('\n');
	}
	return 0;
}

/* The section's two words: "type" and "name", or the one for the other. */
static void
json_name(struct work *k)
{
	const char *blank = strchr(k->s->section, ' ');
	char word[16];

	(void)snprintf(word, sizeof(word), "%.*s",
	    (int)(blank - k->s->section), k->s->section);
	if (k->s->type)
		jsonw_kstr(&k->w, "type", k->s->type);
	jsonw_kstr(&k->w, k->s->type ? "name" : word, blank + 1);
}

/* The section as it is by now. */
static int
show(struct work *k, struct err *e)
{
	struct buf line = BUF_INIT(TEXT_MAX);
	int rc = 0;

	if (k->c->json) {
		jsonw_init(&k->w, &line, e);
		jsonw_object(&k->w);
		jsonw_kint(&k->w, "v", 1);
		json_name(k);
	}
	(void)teamini_each(buf_str(&k->text), on_value, k);
	if (k->c->json) {
		jsonw_object_end(&k->w);
		rc = jsonw_end(&k->w) < 0 ? -1 : show_json_line(&line, e);
	}
	buf_release(&line);
	return rc;
}

enum cli_exit
setsection_run(struct cli *c, const struct setsection *s, struct err *e)
{
	struct work k = {.c = c, .s = s, .text = BUF_INIT(TEXT_MAX)};
	const struct setsection_key *key;
	bool asked = false;
	int rc = -1;

	for (key = s->keys; key->key; key++)
		asked = asked || cli_value(c, key->option);
	if (deskcmd_control(c, !asked, &k.home, &k.control, e) == 0 &&
	    control_file_load(k.home.control, k.control.commit, "policy.ini",
	    &k.text, e) >= 0 && (!asked || change(&k, e) == 0))
		rc = show(&k, e);
	buf_release(&k.text);
	control_release(&k.control);
	deskhome_release(&k.home);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}
