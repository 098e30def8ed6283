/* desk/copies.c - a sealed file that two stations sent. */
#include "desk/copies.h"

#include "base/banned.h"

static int
note(const struct finding_place *at, int64_t line, const uint8_t sum[32],
	const char *path, struct err *e)
{
	struct catalogue *c = at->catalogue;
	int rc = catalogue_step(c, SQL_SEALED_BY, e, "bt", (const void *)sum,
	    (size_t)32, at->station);

	if (rc > 0)
		rc = finding_add(at, FINDING_INTEGRITY, "copied", e,
		    "'%s' is a file that station %s sent, byte for byte",
		    path, catalogue_text(c, SQL_SEALED_BY, 0));
	catalogue_reset(c, SQL_SEALED_BY);
	return rc < 0 ? -1 : catalogue_run(c, SQL_SEALED_ADD, e, "bi",
	    (const void *)sum, (size_t)32, line);
}

int
copies_note(const struct finding_place *at, int64_t line,
	const struct chain_link *link, struct err *e)
{
	size_t i;

	if (note(at, line, link->run.manifest, link->manifest.path, e) < 0)
		return -1;
	for (i = 0; i < link->run.nbundles; i++)
		if (note(at, line, link->run.bundle[i].sha256,
		    link->bundle[i].path, e) < 0)
			return -1;
	return 0;
}
