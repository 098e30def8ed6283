/* cli/desk/shoprow.c - how a shop stands. */
#include "cli/desk/shoprow.h"

#include <stdio.h>
#include <string.h>

#include "cli/desk/shopwords.h"
#include "cli/desk/show.h"
#include "desk/worktime.h"

#include "base/banned.h"

struct filling {
	struct shoprow *r;
	struct shopdesk *k;
	const struct shopday *s;
};

static int
on_change(void *arg, const struct shop_event *v, struct err *e)
{
	struct shoprow *r = ((struct filling *)arg)->r;

	(void)e;
	r->change[v->change]++;
	r->changes += v->change != SHOP_REBASED;
	return 0;
}

static int
on_page(void *arg, const struct shopday_page *p, struct err *e)
{
	const struct filling *f = arg;
	struct shoprow *r = f->r;

	r->pages++;
	r->missed += p->day != r->day;
	r->first += p->held == SHOPDAY_FIRST;
	if (!shop_state_shows(p->state)) {
		if (r->bad++ == 0 || p->state < r->worst)
			r->worst = p->state;
	} else if (r->bad == 0 && p->state > r->worst) {
		r->worst = p->state;
	}
	return p->held != SHOPDAY_OTHER && p->held != SHOPDAY_REBASED ? 0 :
	    shopdesk_changes(f->k, f->s, r->day, p, on_change, arg,
	    &r->ignored, e);
}

int
shoprow_fill(struct shoprow *r, struct shopdesk *k, const struct shopday *s,
	const char *shop, int64_t day, struct err *e)
{
	const int64_t end = k->today + 1;	/* east of here it is */
	struct filling f = {r, k, s};

	memset(r, 0, sizeof(*r));
	r->shop = shop;
	r->today = k->today;
	r->day = day != SHOPDAY_NONE ? day : shopday_last(s, end);
	r->good_day = shopday_last_good(s, end, &r->good_ts);
	r->stations = shopday_stations(s, r->day, &r->station);
	r->old = r->good_day == SHOPDAY_NONE || k->today - r->good_day >
	    shopdesk_patience(buf_str(&k->policy), r->station);
	return shopday_open(s, end, &r->open, e) < 0 ? -1 :
	    shopday_pages(s, r->day, on_page, &f, e);
}

/* --- In words. */

const char *
shoprow_seen(const struct shoprow *r, char out[static CLI_COUNT_LEN])
{
	const int64_t ago = r->today - r->good_day;
	char when[SHOW_TIME_LEN];

	if (r->good_day == SHOPDAY_NONE)
		return cli_tr("never");
	show_minute(r->good_ts, when);
	if (ago > 1)
		return cli_count(ago, "%lld day ago", "%lld days ago", out);
	(void)snprintf(out, CLI_COUNT_LEN, ago == 1 ?
	    cli_tr("yesterday %s") : cli_tr("today %s"),
	    strlen(when) > 11 ? when + 11 : when);
	return out;
}

const char *
shoprow_state(const struct shoprow *r, char out[static CLI_COUNT_LEN])
{
	if (r->bad > 0 && r->bad < r->pages)
		(void)snprintf(out, CLI_COUNT_LEN, cli_tr("%s, %lld of %lld"),
		    shopwords_state(r->worst), (long long)r->bad,
		    (long long)r->pages);
	else if (r->bad == 0 && r->missed > 0)
		(void)snprintf(out, CLI_COUNT_LEN, cli_tr("%lld of %lld not "
		    "looked at"), (long long)r->missed, (long long)r->pages);
	else
		(void)snprintf(out, CLI_COUNT_LEN, "%s",
		    shopwords_state(r->worst));
	return out;
}

int
shoprow_changes(const struct shoprow *r, struct buf *out, struct err *e)
{
	char day[WORKTIME_DAY_LEN];
	int g, c, rc = 0;

	for (g = SHOP_GRAVE; rc == 0 && g >= SHOP_MINOR; g--)
		for (c = 0; rc == 0 && c < SHOP_CHANGES; c++)
			if (r->change[c] > 0 && (int)shop_change_gravity(
			    (enum shop_change)c) == g)
				rc = buf_addf(out, e, "%s%s %lld",
				    out->len ? ", " : "", shopwords_change(
				    (enum shop_change)c),
				    (long long)r->change[c]);
	if (rc < 0 || out->len > 0)
		return rc;
	if (r->pages > 0 && r->first == r->pages)
		return buf_adds(out, cli_tr("first seen"), e);
	if (r->bad < r->pages)
		return buf_adds(out, cli_tr("nothing"), e);
	return r->good_day == SHOPDAY_NONE ? buf_adds(out,
	    cli_tr("never seen"), e) : buf_addf(out, e,
	    cli_tr("last seen %s"), worktime_day_text(r->good_day, day));
}

const char *
shoprow_held(const struct shopday_page *p, char out[static SHOPROW_HELD_LEN])
{
	const size_t n = SHOPROW_HELD_LEN;
	char text[WORKTIME_DAY_LEN];
	const char *base = p->base_day == SHOPDAY_NONE ? "" :
	    worktime_day_text(p->base_day, text);

	switch (p->held) {
	case SHOPDAY_UNSEEN:
		if (p->good_day == SHOPDAY_NONE)
			(void)snprintf(out, n, "%s",
			    cli_tr("it was never seen"));
		else
			(void)snprintf(out, n, cli_tr("last seen %s"),
			    worktime_day_text(p->good_day, text));
		break;
	case SHOPDAY_FIRST:
		(void)snprintf(out, n, "%s",
		    cli_tr("seen for the first time"));
		break;
	case SHOPDAY_REBASED:
		(void)snprintf(out, n, cli_tr("not to be compared with %s"),
		    base);
		break;
	case SHOPDAY_SAME:
		(void)snprintf(out, n, p->accepted ?
		    cli_tr("as accepted on %s") : cli_tr("as on %s"), base);
		break;
	case SHOPDAY_OTHER:
		(void)snprintf(out, n, p->accepted ?
		    cli_tr("other than accepted on %s") :
		    cli_tr("other than on %s"), base);
	}
	return out;
}
