/* control/invite, control/witness, control/control: strings and files. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "control/control.h"
#include "control/invite.h"
#include "control/witness.h"
#include "crypto/hash.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What was read can be written, and is the same again. */
static void
try_invite(const char *text, size_t n)
{
	struct buf out = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct invite i, again;

	if (invite_parse(&i, text, n, &e) == 0 &&
	    (invite_text(&i, &out, &e) < 0 ||
	    invite_parse(&again, buf_str(&out), out.len, &e) < 0 ||
	    memcmp(&i, &again, sizeof(i)) != 0))
		abort();
	buf_release(&out);
}

static void
try_file(const char *text, size_t n)
{
	struct invite_file f, again;
	struct buf out = BUF_INIT(8192);
	struct err e = ERR_INIT;

	if (invite_file_parse(&f, text, n, &e) == 0 &&
	    (invite_file_text(&f, &out, &e) < 0 ||
	    invite_file_parse(&again, buf_str(&out), out.len, &e) < 0 ||
	    memcmp(&f, &again, sizeof(f)) != 0))
		abort();
	buf_release(&out);
}

static void
try_witness(const char *text, size_t n)
{
	struct buf out = BUF_INIT(2 * 1024 * 1024);
	struct witness w, again;
	struct err e = ERR_INIT;

	if (witness_parse(&w, text, n, &e) < 0)
		return;
	if (witness_text(&w, &out, &e) < 0 ||
	    witness_parse(&again, buf_str(&out), out.len, &e) < 0 ||
	    w.n != again.n || (w.n > 0 &&
	    memcmp(w.v, again.v, w.n * sizeof(*w.v)) != 0))
		abort();
	witness_release(&w);
	witness_release(&again);
	buf_release(&out);
}

/* Whoever may read, two at least may. */
static void
try_recipients(const char *text, size_t n)
{
	char *copy = str_ndup(text, n);
	size_t index[CONTROL_MAX_RECIPIENTS], i;
	struct err e = ERR_INIT;
	struct control c;

	if (!copy)
		abort();
	if (control_recipients_parse(&c, copy, &e) == 0) {
		if (control_readers(&c, "nobody", index) != c.nrecipients)
			abort();
		for (i = 0; i < c.nonly; i++)
			if (control_readers(&c, c.only[i].station, index) < 2)
				abort();
		control_release(&c);
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	const char *text = (const char *)data;

	if (crypto_setup(&e) < 0)
		abort();
	try_invite(text, n);
	try_file(text, n);
	try_witness(text, n);
	try_recipients(text, n);
	return 0;
}
