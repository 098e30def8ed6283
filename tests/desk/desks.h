/*
 * What tests of signed files in desk.git share: two desks of one team, and the
 * owner's opener.
 */
#ifndef LIUDI_TESTS_DESK_DESKS_H
#define LIUDI_TESTS_DESK_DESKS_H

#include "../control/team.h"
#include "control/request.h"
#include "desk/deskhome.h"
#include "desk/deskkeys.h"
#include "desk/opener.h"

#define PASS "a word"

static struct opener *opener;	/* the owner's */
static struct deskhome one, two;
static struct control control;

static int
home(struct deskhome *h, const char *name)
{
	char *path = str_fmt("%s/%s-%d", dir, name, count);
	char *ini = str_fmt("[desk]\ncentral = %s\n", central.url);
	struct err e = ERR_INIT;
	int rc = -1;

	if (path && ini && deskhome_names(h, path, &e) == 0 &&
	    file_mkdirs(h->dir, 0700, &e) == 0 &&
	    file_save(h->ini, ini, strlen(ini), 0600, &e) == 0) {
		deskhome_release(h);
		rc = deskhome_open(h, path, &e);
	}
	if (rc == 0)
		rc = control_fetch(&central, h->control, &e);
	free(path);
	free(ini);
	return rc;
}

static int
make(void **state)
{
	struct err e = ERR_INIT;
	struct deskkeys k;
	char *keys = str_fmt("%s/keys", dir);
	char *first;

	if (!keys || fresh(state) < 0)
		return -1;
	if (!opener) {
		if (deskkeys_make(keys, "owner", PASS, 4, &k, NULL, &e) < 0)
			return -1;
		opener = deskkeys_opener(keys, "owner", PASS, &e);
		(void)snprintf(readers, sizeof(readers),
		    "version 1\nmanager %s\nowner %s\n", ages[0],
		    k.recipient);
	}
	free(keys);
	first = clone("first");
	begin(first, owner, "owner");
	(void)edit(first, "owner", owner, T0, "notes", "x\n", &e);
	free(first);
	if (!opener || home(&one, "one") < 0 || home(&two, "two") < 0)
		return -1;
	return control_load(&control, one.control, NULL, &e);
}

static int
unmake(void **state)
{
	control_release(&control);
	deskhome_release(&one);
	deskhome_release(&two);
	return forget(state);
}

static int
stop(void **state)
{
	opener_free(opener);
	opener = NULL;
	return teardown(state);
}

#endif
