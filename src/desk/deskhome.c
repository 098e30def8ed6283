/* desk/deskhome.c - the manager's folder. */
#include "desk/deskhome.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

/* The folder itself, absolute, on the heap. */
static char *
home_dir(const char *option, struct err *e)
{
	const char *env = getenv("LIUDI_DESK_HOME");
	const char *xdg = getenv("XDG_DATA_HOME");
	char *joined, *out;

	if (option || (env && *env))
		return path_expand(option ? option : env, NULL, e);
	if (!xdg || *xdg != '/')
		return path_expand("~/.local/share/liudi-desk", NULL, e);
	joined = path_join(xdg, "liudi-desk");
	if (!joined) {
		(void)err_nomem(e);
		return NULL;
	}
	out = path_expand(joined, NULL, e);
	free(joined);
	return out;
}

int
deskhome_names(struct deskhome *h, const char *option, struct err *e)
{
	memset(h, 0, sizeof(*h));
	h->dir = home_dir(option, e);
	if (!h->dir)
		return -1;
	h->ini = path_join(h->dir, "desk.ini");
	h->keys = path_join(h->dir, "keys");
	h->control = path_join(h->dir, "control.git");
	h->records = path_join(h->dir, "records.git");
	h->desk = path_join(h->dir, "desk.git");
	h->pin = path_join(h->dir, "control.pin");
	h->seen = path_join(h->dir, "seen");
	h->lost = path_join(h->dir, "lost");
	h->unsent = path_join(h->dir, "accounts.unsent");
	h->index = path_join(h->dir, "catalogue");
	h->catalogue = h->index ? path_join(h->index, "catalogue.sqlite3") :
	    NULL;
	h->heads = h->index ? path_join(h->index, "heads") : NULL;
	h->settled = h->index ? path_join(h->index, "settled") : NULL;
	if (h->ini && h->keys && h->control && h->records && h->desk && h->pin &&
	    h->seen && h->lost && h->unsent && h->catalogue && h->heads &&
	    h->settled)
		return 0;
	deskhome_release(h);
	return err_nomem(e);
}

int
deskhome_open(struct deskhome *h, const char *option, struct err *e)
{
	if (deskhome_names(h, option, e) < 0)
		return -1;
	if (!file_exists(h->ini)) {
		(void)err_set(e, ERR_NOENT, "no desk in '%s'", h->dir);
		(void)err_hint(e, "run 'liudi-desk init', or name the folder "
		    "with --home");
		goto fail;
	}
	if (config_load_desk(&h->config, h->ini, e) < 0)
		goto fail;
	if (central_parse(&h->central, h->config.central, h->config.ssh,
	    e) < 0)
		goto fail;
	return 0;
fail:
	deskhome_release(h);
	return -1;
}

void
deskhome_release(struct deskhome *h)
{
	config_release(&h->config);
	central_release(&h->central);
	free(h->dir);
	free(h->ini);
	free(h->keys);
	free(h->control);
	free(h->records);
	free(h->desk);
	free(h->pin);
	free(h->seen);
	free(h->lost);
	free(h->unsent);
	free(h->index);
	free(h->catalogue);
	free(h->heads);
	free(h->settled);
	memset(h, 0, sizeof(*h));
}

int
deskhome_fetched(const char *mirror, struct err *e)
{
	if (file_exists(mirror))
		return 0;
	(void)err_set(e, ERR_NOENT, "nothing was fetched yet");
	return err_hint(e, "run 'liudi-desk sync'");
}

int
deskhome_lock(const struct deskhome *h, int *fd, struct err *e)
{
	char *file = path_join(h->dir, "sync.lock");
	int rc = file ? file_lock(file, fd, e) : err_nomem(e);

	free(file);
	if (rc < 0 && e->code == ERR_LOCKED)
		(void)err_hint(e, "wait for the other liudi-desk to end");
	return rc;
}

#define SYNCED "synced"
#define SYNCED_MAX 32

int64_t
deskhome_synced(const struct deskhome *h)
{
	struct buf b = BUF_INIT(SYNCED_MAX);
	char *file = path_join(h->dir, SYNCED);
	int64_t utc = DESKHOME_NEVER;
	struct err ignored = ERR_INIT;

	if (file && file_load(file, &b, &ignored) == 0 && b.len > 0 &&
	    b.data[b.len - 1] == '\n') {
		b.data[b.len - 1] = '\0';
		if (str_to_i64(buf_str(&b), 0, INT64_MAX / 1000, &utc) < 0)
			utc = DESKHOME_NEVER;
	}
	buf_release(&b);
	free(file);
	return utc;
}

int
deskhome_synced_save(const struct deskhome *h, int64_t utc, struct err *e)
{
	char *file = path_join(h->dir, SYNCED);
	char text[SYNCED_MAX];
	int n = snprintf(text, sizeof(text), "%lld\n", (long long)utc);
	int rc = file ? file_save(file, text, (size_t)n, 0600, e) :
	    err_nomem(e);

	free(file);
	return rc;
}

int
deskhome_pin_load(const struct deskhome *h, char id[static CANON_ID_LEN],
	struct err *e)
{
	struct buf b = BUF_INIT(CANON_ID_LEN);
	uint8_t raw[20];
	int rc = -1;

	id[0] = '\0';
	if (!file_exists(h->pin))
		return 0;
	if (file_load(h->pin, &b, e) < 0)
		goto out;
	if (b.len > 0 && b.data[b.len - 1] == '\n')
		b.data[--b.len] = '\0';
	if (str_unhex(raw, sizeof(raw), buf_str(&b), b.len) < 0) {
		(void)err_set(e, ERR_FORMAT, "'%s' holds no commit id",
		    h->pin);
		(void)err_hint(e, "remove it, and control is checked from "
		    "its first commit on");
		goto out;
	}
	str_hex(id, raw, sizeof(raw));
	rc = 0;
out:
	buf_release(&b);
	return rc;
}

int
deskhome_pin_save(const struct deskhome *h, const char *id, struct err *e)
{
	char line[CANON_ID_LEN + 1];
	int n = snprintf(line, sizeof(line), "%s\n", id);

	return file_save(h->pin, line, (size_t)n, 0600, e);
}
