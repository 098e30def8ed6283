/* agent/status.c - what the last run left, for who asks. */

#include "agent/status.h"

#include <stdlib.h>
#include <string.h>

#include "agent/agree.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/banned.h"

#define RECEIPT "receipt-"
#define RECEIPT_MAX 4096

const char *
status_in_name(enum status_in in)
{
	static const char *const name[] = {
		"unknown", "out", "not asked", "waiting", "in",
		"suspended", "revoked", "barred"
	};

	return name[in];
}

static int
exists(const char *dir, const char *name, bool *yes, struct err *e)
{
	char *file = path_join(dir, name);

	if (file == NULL)
		return err_nomem(e);
	*yes = file_exists(file);
	free(file);
	return 0;
}

static int
look_in(struct status *st, const struct station *s, struct err *e)
{
	struct sshkey_pub pub;
	bool asks = false, asked = false, barred = false;

	sshkey_public(s->key, &pub);
	switch (station_standing(&s->control, s->cfg.station, &pub)) {
	case STATION_IN:
		/* Over ssh who is revoked cannot fetch what says so. */
		if (exists(s->path.state, STATION_BARRED, &barred, e) != 0)
			return -1;
		st->in = barred ? STATUS_BARRED : STATUS_IN;
		return 0;
	case STATION_SUSPENDED:
		st->in = STATUS_SUSPENDED;
		return 0;
	case STATION_REVOKED:
		st->in = STATUS_REVOKED;
		return 0;
	case STATION_OUT:
		break;
	}
	if (exists(s->path.keys, STATION_ASKS, &asks, e) != 0 ||
	    exists(s->path.state, STATION_ASKED, &asked, e) != 0)
		return -1;
	st->in = !asks ? STATUS_OUT : asked ? STATUS_WAITING :
	    STATUS_NOT_ASKED;
	return 0;
}

struct finder {
	struct status *st;
	const struct station *s;
};

/* One that is damaged, or signed by nobody we know, is none. */
static int
seen_receipt(const char *name, void *arg, struct err *e)
{
	const struct finder *f = arg;
	const char *stream = name + strlen(RECEIPT);
	struct status_receipt *r = &f->st->receipt[f->st->nreceipts];
	struct buf b = BUF_INIT(RECEIPT_MAX);
	struct err bad = ERR_INIT;
	char *file;

	if (!str_starts(name, RECEIPT) || !canon_id_ok(stream) ||
	    f->st->nreceipts == STATUS_MAX)
		return 0;
	file = path_join(f->s->path.state, name);
	if (file == NULL)
		return err_nomem(e);
	if (file_load(file, &b, &bad) == 0 && receipt_check(&r->last,
		buf_str(&b), &f->s->control.servers, &bad) == 0) {
		(void)snprintf(r->stream, sizeof(r->stream), "%s", stream);
		f->st->nreceipts++;
	}
	buf_release(&b);
	free(file);
	return 0;
}

static int
by_stream(const void *a, const void *b)
{
	const struct status_receipt *x = a, *y = b;

	return strcmp(x->stream, y->stream);
}

int
status_load(struct status *st, struct station *s, struct err *e)
{
	struct finder f = {st, s};
	char pin[CANON_ID_LEN];

	memset(st, 0, sizeof(*st));
	if (station_pin(s, pin, e) != 0 || agree_load(s, e) != 0)
		return -1;
	if (pin[0] == '\0')
		return 0;
	if (control_load(&s->control, s->path.control, pin, e) != 0)
		return -1;
	s->have_control = true;
	(void)agree_wanted(s);
	if (look_in(st, s, e) != 0 ||
	    file_each(s->path.state, seen_receipt, &f, e) != 0)
		return -1;
	qsort(st->receipt, st->nreceipts, sizeof(st->receipt[0]), by_stream);
	return 0;
}
