/* config/config: an ini file of foreign bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_source(const struct config_source *s)
{
	size_t i;

	if (!config_is_id(s->name) || !config_is_id(s->stream) ||
	    s->path[0] != '/' || s->kind > CONFIG_FILES)
		abort();
	for (i = 0; i < s->ninclude; i++)
		if (s->include[i][0] == '\0')
			abort();
	for (i = 0; i < s->nexclude; i++)
		if (s->exclude[i][0] == '\0')
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct config c;
	size_t i;

	if (config_parse_station(&c, "liudi.ini", data, n, &e) == 0) {
		if (!config_is_id(c.station) || !c.central)
			abort();
		for (i = 0; i < c.nsources; i++)
			check_source(&c.source[i]);
	} else if (e.code != ERR_CONFIG || c.source || c.file) {
		abort();
	}
	config_release(&c);
	if (config_parse_desk(&c, "desk.ini", data, n, &e) == 0 &&
	    (c.station || c.nsources > 0))
		abort();
	config_release(&c);
	return 0;
}
