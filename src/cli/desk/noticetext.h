/*
 * cli/desk/noticetext.h - the texts of a notice, as given or as installed.
 * Needs: cli/desk/deskcmds.h.
 */
#ifndef LIUDI_CLI_DESK_NOTICETEXT_H
#define LIUDI_CLI_DESK_NOTICETEXT_H

#include "base/buf.h"
#include "cli/desk/deskcmds.h"

#define NOTICETEXT_MAX 65536

struct noticetext {
	struct buf en, zh;	/* both, or neither */
};

/*
 * What --notice says: a folder with notice.en.md and notice.zh.md, "standard"
 * (those that were installed) or "none", which it is unless said otherwise.
 */
int noticetext_option(const struct cli *c, struct noticetext *n,
	struct err *e);
/* Of the folder DIR, or "standard". */
int noticetext_dir(const char *dir, struct noticetext *n, struct err *e);
/* Both files, checked: text in UTF-8 that is not empty. */
int noticetext_read(struct noticetext *n, const char *en, const char *zh,
	struct err *e);
void noticetext_release(struct noticetext *n);

#endif
