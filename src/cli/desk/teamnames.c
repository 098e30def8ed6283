/* cli/desk/teamnames.c - what control says of names and platforms. */
#include "cli/desk/teamnames.h"

#include "base/banned.h"

int
teamnames_policy(struct acct *k, struct buf *out, struct err *e)
{
	if (control_file_load(k->h.control, k->control.commit,
	    "platforms.ini", out, e) < 0 || buf_addc(out, '\n', e) < 0)
		return -1;
	return buf_add(out, k->policy.data, k->policy.len, e);
}
