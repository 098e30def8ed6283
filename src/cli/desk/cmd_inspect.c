/* cli/desk/cmd_inspect.c - liudi-desk inspect: what a file shows to anybody. */
#include "cli/desk/deskcmds.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "desk/inspect.h"

#include "base/banned.h"

#define JSON_MAX 65536

int
deskcmd_open(const char *file, int *fd, struct err *e)
{
	if (strcmp(file, "-") == 0) {
		*fd = STDIN_FILENO;
		return 0;
	}
	*fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0)
		return err_sys(e, errno, "cannot open '%s'", file);
	return 0;
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
print_text(const struct age_info *a, uint64_t bytes)
{
	size_t i;

	(void)printf(cli_tr("age file, %s, %llu bytes\n"),
	    a->armored ? cli_tr("ASCII armour") : cli_tr("binary"),
	    (unsigned long long)bytes);
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
	(void)printf(cli_tr("header %zu bytes, payload %llu bytes, content "
	    "with padding %llu bytes\n"), a->header_len,
	    (unsigned long long)a->payload_len,
	    (unsigned long long)a->plain_len);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct age_info info;
	uint64_t bytes = 0;
	int fd = -1, rc = -1;

	if (deskcmd_open(c->args[0], &fd, e) < 0)
		return CLI_FAILED;
	if (inspect_fd(&info, &bytes, fd, e) < 0) {
		(void)err_prefix(e, "%s", c->args[0]);
		goto out;
	}
	rc = 0;
	if (c->json)
		rc = print_json(&info, bytes, e);
	else
		print_text(&info, bytes);
out:
	if (fd != STDIN_FILENO)
		(void)close(fd);
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
