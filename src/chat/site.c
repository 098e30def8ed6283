/* chat/site.c - the prefix that says which of the sites an account is of. */
#include "chat/site.h"

#include <string.h>

#include "base/banned.h"

struct chat_str
chat_site_strip(struct chat_str id)
{
	static const char *const sites[] = {"cntaobao", "cnalichn",
		"enaliint", "cnhhupan", "icbu"};
	size_t i, n;

	for (i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		n = strlen(sites[i]);
		if (id.n > n && memcmp(id.s, sites[i], n) == 0)
			return (struct chat_str){id.s + n, id.n - n};
	}
	return id;
}
