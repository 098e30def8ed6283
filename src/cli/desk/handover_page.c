/* cli/desk/handover_page.c - what a handover's page has besides the handover. */
#include "cli/desk/handover_page.h"

#include "base/clock.h"
#include "desk/worktime.h"

#include "base/banned.h"

int
handover_customers(struct customers *c, struct messages **m,
	struct catalogue *catalogue, const struct customers_ask *ask,
	struct err *e)
{
	struct worktime *time = worktime_new(ask->policy, "", e);
	struct customers_ask today = *ask;
	int rc = -1;

	today.now = clock_now_utc() * 1000;
	*m = NULL;
	if (time) {
		today.day = worktime_day(time, today.now);
		*m = messages_open(catalogue, false, e);
	}
	if (*m)
		rc = customers_make(c, *m, catalogue, &today, e);
	worktime_free(time);
	return rc;
}
