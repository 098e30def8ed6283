/* cli/desk/cmd_inspect.c - liudi-desk inspect: what a file shows to anybody. */
#include "cli/desk/deskcmds.h"

#include <string.h>

#include "base/file.h"
#include "base/jsonw.h"
#include "desk/inspect.h"

#include "base/banned.h"

#define JSON_MAX 65536

int
deskcmd_load(const char *file, struct buf *b, struct err *e)
{
	if (strcmp(file, "-") == 0)
		return file_load_fd(0, "standard input", b, e);
	return file_load(file, b, e);
}

static int
print_json(const struct age_info *a, uint64_t bytes, struct err *e)
{
	struct buf b = BUF_INIT(JSON_MAX);
	struct jsonw w;
	size_t i;
	int rc;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kint(&w, "bytes", (int64_t)bytes);
	jsonw_kbool(&w, "armored", a->armored);
	jsonw_key(&w, "stanzas");
	jsonw_array(&w);
	for (i = 0; i < a->nstanzas; i++) {
		jsonw_object(&w);
		jsonw_kstr(&w, "type", a->stanza[i].type);
		if (a->stanza[i].scrypt_log_n)
			jsonw_kint(&w, "log_n",
			    (int64_t)a->stanza[i].scrypt_log_n);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_kint(&w, "header", (int64_t)a->header_len);
	jsonw_kint(&w, "payload", (int64_t)a->payload_len);
	jsonw_kint(&w, "plain", (int64_t)a->plain_len);
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
	if (rc == 0)
		(void)puts(buf_str(&b));
	buf_release(&b);
	return rc;
}

static void
print_text(const struct age_info *a, size_t bytes)
{
	size_t i;

	(void)printf(cli_tr("age file, %s, %zu bytes\n"),
	    a->armored ? cli_tr("ASCII armour") : cli_tr("binary"), bytes);
	(void)printf(cli_tr("opens for %zu:\n"), a->nstanzas);
	for (i = 0; i < a->nstanzas; i++) {
		(void)printf("  ");
		cli_put_shown(stdout, a->stanza[i].type,
		    strlen(a->stanza[i].type));
		if (a->stanza[i].scrypt_log_n)
			(void)printf(cli_tr("  (a passphrase, 2^%u)"),
			    a->stanza[i].scrypt_log_n);
		(void)printf("\n");
	}
	/* no file here is larger than OPENER_FILE_MAX */
	(void)printf(cli_tr("header %zu bytes, payload %zu bytes, content "
	    "with padding %zu bytes\n"), a->header_len,
	    (size_t)a->payload_len, (size_t)a->plain_len);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct buf file = BUF_INIT(OPENER_FILE_MAX);
	struct age_info info;
	int rc = -1;

	if (deskcmd_load(c->args[0], &file, e) < 0)
		goto out;
	if (inspect_file(&info, file.data, file.len, e) < 0) {
		(void)err_prefix(e, "%s", c->args[0]);
		goto out;
	}
	rc = 0;
	if (c->json)
		rc = print_json(&info, file.len, e);
	else
		print_text(&info, file.len);
out:
	buf_release(&file);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

const struct cli_command cmd_inspect = {
	.name = "inspect",
	.operands = "FILE",
	.help = "say what a sealed file shows without a key",
	.min_args = 1,
	.max_args = 1,
	.run = run
};
