/* cli/desk/cmd_account_code.c - liudi-desk account code: the digits that a
 * platform asks for now. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/desk/acctcode.h"
#include "cli/desk/show.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define LINE_MAX_LEN 4096

static int
put(const struct acct *k, const struct acctcode *codes, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	const int64_t now = clock_now_utc();
	int64_t left;
	const char *code = acctcode_at(codes, now, &left);
	char words[CLI_COUNT_LEN];
	struct jsonw w;
	int rc = 0;

	if (k->c->json) {
		jsonw_init(&w, &line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "type", "code");
		jsonw_khex(&w, "account", k->found.id, EVENT_ID_LEN);
		jsonw_kstr(&w, "name", k->found.shown);
		jsonw_kstr(&w, "code", code);
		if (codes->period > 0)
			jsonw_kint(&w, "seconds", left);
		else
			jsonw_kint(&w, "counter", (int64_t)codes->counter);
		jsonw_object_end(&w);
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	} else if (codes->period > 0) {
		(void)printf("%s  (%s)\n", code, cli_count(left,
		    "%lld second left", "%lld seconds left", words));
	} else {
		(void)printf("%s\n", code);
		cli_warn(k->c, "this is the code of counter %llu: each is "
		    "taken once", (unsigned long long)codes->counter);
	}
	buf_wipe(&line);
	return rc;
}

static int
code(struct acct *k, const char *word, struct err *e)
{
	struct acctcode codes;
	int rc;

	if (acct_find(k, word, e) < 0)
		return -1;
	rc = acctcode_make(k, &codes, e);
	rc = rc == 0 ? put(k, &codes, e) : -1;
	secmem_wipe(&codes, sizeof(codes));
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct acct k;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (acct_reason(c, e) == 0 && acct_open(&k, c, cli_value(c, "as"), e) == 0)
		rc = code(&k, c->args[0], e);
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"why", 0, "TEXT", "what it is needed for; must be said"},
	{"as", 0, "NAME", "whose keys open it"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_account_code = {
	.name = "account code",
	.operands = "NAME",
	.help = "the one-time password that an account wants now",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
