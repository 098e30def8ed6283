/* desk/hostkey.c - the key by which ssh knows the central's host. */
#include "desk/hostkey.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"

#include "base/banned.h"

#define TEXT_MAX (256 * 1024)
#define LOCAL_MS 20000
#define TYPE "ssh-ed25519 "
#define FILES_MAX 8

int
hostkey_text(const char *text, struct sshkey_pub *pub)
{
	struct err ignored = ERR_INIT;
	const char *at;
	size_t n;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		at = strstr(text, TYPE);
		/* '@revoked', '@cert-authority' */
		if (!at || at >= text + n || *text == '#' || *text == '@')
			continue;
		if (sshkey_public_parse(pub, at, (size_t)(text + n - at),
		    &ignored) == 0)
			return 1;
	}
	return 0;
}

int
hostkey_file(const char *file, struct sshkey_pub *pub, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	int rc = file_load(file, &text, e);

	if (rc == 0 && !hostkey_text(buf_str(&text), pub))
		rc = err_set(e, ERR_USAGE, "'%s' holds no line 'ssh-ed25519 "
		    "AAAA…'", file);
	buf_release(&text);
	return rc;
}

/* What `ssh -G` says of C's host. */
static int
ask_ssh(const struct central *c, struct buf *out, struct err *e)
{
	char **argv = central_argv(c, "git-upload-pack", "control", e);
	const char **with = NULL;
	struct buf said = BUF_INIT(TEXT_MAX);
	size_t n = 0;
	int rc = -1;

	if (!argv)
		return -1;
	while (argv[n])
		n++;
	with = calloc(n + 2, sizeof(*with));
	if (!with) {
		(void)err_nomem(e);
		goto out;
	}
	with[0] = argv[0];
	with[1] = "-G";
	memcpy(with + 2, argv + 1, (n - 1) * sizeof(*with));
	rc = proc_run(with, NULL, NULL, 0, out, &said, LOCAL_MS, e);
	if (rc > 0)
		rc = err_set(e, ERR_FAIL, "ssh -G: %.*s",
		    (int)strcspn(buf_str(&said), "\n"), buf_str(&said));
out:
	free(with);
	buf_release(&said);
	central_argv_free(argv);
	return rc;
}

/* The value of KEY in what `ssh -G` said, on the heap; "" if there is none. */
static char *
value(const char *text, const char *key)
{
	size_t n, len = strlen(key);

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > len && strncmp(text, key, len) == 0 &&
		    text[len] == ' ')
			return str_fmt("%.*s", (int)(n - len - 1),
			    text + len + 1);
	}
	return str_dup("");
}

/* "~/x" is below the home. */
static char *
expand(const char *word, size_t n)
{
	const char *home = getenv("HOME");

	if (n > 2 && word[0] == '~' && word[1] == '/' && home)
		return str_fmt("%s/%.*s", home, (int)(n - 2), word + 2);
	return str_fmt("%.*s", (int)n, word);
}

/* In one known_hosts, whose names may be hashed: 1, 0, -1. */
static int
look_in(const char *file, const char *name, struct sshkey_pub *pub,
	struct err *e)
{
	const char *const argv[] = {"ssh-keygen", "-F", name, "-f", file,
	    NULL};
	struct buf out = BUF_INIT(TEXT_MAX), said = BUF_INIT(TEXT_MAX);
	int rc;

	if (!file_exists(file))
		return 0;
	rc = proc_run(argv, NULL, NULL, 0, &out, &said, LOCAL_MS, e);
	if (rc >= 0)
		rc = hostkey_text(buf_str(&out), pub);
	buf_release(&out);
	buf_release(&said);
	return rc;
}

static int
look_in_all(const char *files, const char *name, struct sshkey_pub *pub,
	struct err *e)
{
	int rc = 0, i;
	char *file;
	size_t n;

	for (i = 0; *files && rc == 0 && i < FILES_MAX; i++) {
		n = strcspn(files, " ");
		file = expand(files, n);
		rc = file ? look_in(file, name, pub, e) : err_nomem(e);
		free(file);
		files += n;
		files += strspn(files, " ");
	}
	return rc;
}

/* The name under which a host stands in known_hosts. */
static char *
known_as(const char *said)
{
	char *alias = value(said, "hostkeyalias");
	char *host = value(said, "hostname"), *port = value(said, "port");
	char *name = NULL;

	if (!alias || !host || !port)
		;
	else if (alias[0] && strcmp(alias, "none") != 0)
		name = str_dup(alias);
	else if (port[0] && strcmp(port, "22") != 0)
		name = str_fmt("[%s]:%s", host, port);
	else
		name = str_dup(host);
	free(alias);
	free(host);
	free(port);
	return name;
}

int
hostkey_known(const struct central *c, struct sshkey_pub *pub, struct err *e)
{
	static const char *const keys[] = {
		"userknownhostsfile", "globalknownhostsfile"
	};
	struct buf said = BUF_INIT(TEXT_MAX);
	char *name = NULL, *files = NULL;
	int rc = -1;
	size_t i;

	if (ask_ssh(c, &said, e) < 0)
		goto out;
	name = known_as(buf_str(&said));
	rc = name ? 0 : err_nomem(e);
	for (i = 0; rc == 0 && i < sizeof(keys) / sizeof(*keys); i++) {
		free(files);
		files = value(buf_str(&said), keys[i]);
		rc = files ? look_in_all(files, name, pub, e) : err_nomem(e);
	}
out:
	free(name);
	free(files);
	buf_release(&said);
	return rc;
}
