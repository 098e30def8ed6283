/* agent/agree.c - what the person here agreed to; docs/FORMAT.md section 15. */

#include "agent/agree.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/banned.h"

int
agree_load(struct station *s, struct err *e)
{
	char *file = path_join(s->path.state, "notice");
	int rc;

	memset(&s->agreed, 0, sizeof(s->agreed));
	if (file == NULL)
		return err_nomem(e);
	rc = notice_agreed_load(file, &s->agreed, e);
	free(file);
	if (rc >= 0)
		return 0;
	if (e->code != ERR_FORMAT)
		return -1;
	err_clear(e);
	return 0;
}

bool
agree_wanted(struct station *s)
{
	s->blocked[0] = '\0';
	if (!notice_wanted(&s->control, &s->agreed))
		return false;
	(void)snprintf(s->blocked, sizeof(s->blocked),
	    "notice %lld is not agreed to", (long long)s->control.notice);
	return true;
}

int
agree_text(const struct station *s, const char *language, struct notice *n,
	struct buf *text, struct err *e)
{
	return notice_load(s->path.control, &s->control, language, n, text, e);
}

int
agree_save(struct station *s, const struct notice *n, struct err *e)
{
	char *file = path_join(s->path.state, "notice");
	struct notice yes = *n;
	int rc;

	if (file == NULL)
		return err_nomem(e);
	yes.agreed = clock_now_utc();
	rc = notice_agreed_save(file, &yes, e);
	free(file);
	if (rc != 0)
		return -1;
	s->agreed = yes;
	(void)agree_wanted(s);
	return 0;
}
