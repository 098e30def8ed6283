/* agent/pause.c - state/paused; docs/FORMAT.md section 15. */
#include "agent/pause.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

#define TEXT_MAX 64

int
pause_begin(const struct station *s, int64_t until, struct err *e)
{
	char *file = path_join(s->path.state, "paused");
	char text[TEXT_MAX];
	int rc = -1;

	if (!file)
		return err_nomem(e);
	(void)snprintf(text, sizeof(text), "%" PRId64 "\n", until);
	if (file_mkdirs(s->path.state, 0700, e) == 0)
		rc = file_save(file, text, strlen(text), 0600, e);
	free(file);
	return rc;
}

int
pause_end(const struct station *s, struct err *e)
{
	char *file = path_join(s->path.state, "paused");
	int rc;

	if (!file)
		return err_nomem(e);
	rc = file_remove(file, e);
	free(file);
	return rc;
}

int
pause_load(const struct station *s, int64_t now, int64_t *until,
	struct err *e)
{
	char *file = path_join(s->path.state, "paused");
	struct buf b = BUF_INIT(TEXT_MAX);
	int rc = 0;

	*until = 0;
	if (!file)
		return err_nomem(e);
	if (file_exists(file) && file_load(file, &b, e) < 0) {
		rc = e->code == ERR_NOENT ? 0 : -1;
		if (rc == 0)
			err_clear(e);
	} else if (b.len > 0 && b.data[b.len - 1] == '\n') {
		b.data[--b.len] = '\0';
		/* one that is damaged, or over, or longer than may be is none */
		if (str_to_i64(buf_str(&b), 1, INT64_MAX, until) < 0 ||
		    *until <= now ||
		    *until > now + (int64_t)PAUSE_DAYS_MAX * 86400)
			*until = 0;
	}
	buf_release(&b);
	free(file);
	return rc;
}

int
pause_block(struct station *s, bool *paused, struct err *e)
{
	char when[CLOCK_TEXT_LEN];
	int64_t until;

	*paused = false;
	if (s->blocked[0])
		return 0;
	if (pause_load(s, clock_now_utc(), &until, e) < 0)
		return -1;
	if (until == 0)
		return 0;
	(void)snprintf(s->blocked, sizeof(s->blocked),
	    "paused at the station until %s", clock_text_utc(until, when));
	*paused = true;
	return 0;
}
