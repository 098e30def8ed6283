/* cli/desk/noticetext.c - the texts of a notice, as given or as installed. */
#include "cli/desk/noticetext.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/utf8.h"

#include "base/banned.h"

static bool
is_text(const struct buf *b)
{
	const char *s = buf_str(b);
	size_t n;

	if (b->len == 0 || s[b->len - 1] != '\n')
		return false;
	for (; *s; s += n + 1) {
		n = strcspn(s, "\n");
		if (n > 0 && !utf8_clean(s, n))
			return false;
	}
	return s == buf_str(b) + b->len;
}

static int
read_one(struct buf *out, const char *file, struct err *e)
{
	buf_init(out, NOTICETEXT_MAX);
	if (file_load(file, out, e) < 0)
		return -1;
	if (is_text(out))
		return 0;
	return err_set(e, ERR_USAGE, "'%s' is not lines of plain text in UTF-8",
	    file);
}

int
noticetext_read(struct noticetext *n, const char *en, const char *zh,
	struct err *e)
{
	struct noticetext got = {.en = {.max = 0}};
	int rc = -1;

	if (read_one(&got.en, en, e) == 0 && read_one(&got.zh, zh, e) == 0) {
		*n = got;
		got = (struct noticetext){.en = {.max = 0}};
		rc = 0;
	}
	noticetext_release(&got);
	return rc;
}

/* Where the texts lie: as told, installed, or beside the sources. */
static const char *
standard_dir(void)
{
	const char *dir = getenv("LIUDI_NOTICE_DIR");

	if (dir && dir[0])
		return dir;
	if (file_is_dir(LIUDI_NOTICE_DIR))
		return LIUDI_NOTICE_DIR;
	return LIUDI_NOTICE_SOURCE_DIR;
}

int
noticetext_dir(const char *dir, struct noticetext *n, struct err *e)
{
	char *en, *zh;
	int rc;

	if (strcmp(dir, "standard") == 0)
		dir = standard_dir();
	en = path_join(dir, "notice.en.md");
	zh = path_join(dir, "notice.zh.md");
	rc = en && zh ? noticetext_read(n, en, zh, e) : err_nomem(e);
	if (rc < 0 && e->code != ERR_NOMEM)
		(void)err_hint(e, "name a folder with notice.en.md and "
		    "notice.zh.md, or 'standard'");
	free(en);
	free(zh);
	return rc;
}

int
noticetext_option(const struct cli *c, struct noticetext *n, struct err *e)
{
	const char *dir = cli_value(c, "notice");

	memset(n, 0, sizeof(*n));
	if (!dir || strcmp(dir, "none") == 0)
		return 0;
	return noticetext_dir(dir, n, e);
}

void
noticetext_release(struct noticetext *n)
{
	buf_release(&n->en);
	buf_release(&n->zh);
}
