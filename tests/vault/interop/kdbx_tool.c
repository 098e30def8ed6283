/*
 * tests/vault/interop/kdbx_tool.c - key files of an invented team.
 *
 *	kdbx_tool week N FILE	the export of week N (1 to 5): each week a
 *				password more, an entry more, and changed texts
 *	kdbx_tool many N FILE	N entries with a history of one
 *
 * The passphrase is a line on standard input; "cheap" behind them: it costs
 * little, so that a row of programs that open it does not take minutes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "vault/kdbx.h"

#include "base/banned.h"

#define START INT64_C(1700000000)
#define WEEK INT64_C(604800)
#define WEEKS 5
#define SEED "otpauth://totp/acme:acmeeb01?secret=" \
	"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=30&digits=6"

static const struct kdbx_cost CHEAP = { 1u << 20, 1 };

static int
check(int rc, const struct err *e)
{
	if (rc == 0)
		return 0;
	fprintf(stderr, "kdbx_tool: %s\n", e->what);
	exit(1);
}

/* What week W says of the account NUMBER. */
struct said {
	char title[64], password[64], note[128];
	struct kdbx_text text[8];
};

static struct kdbx_version
version(struct said *s, int number, int week)
{
	struct kdbx_version v = { .text = s->text };

	(void)snprintf(s->title, sizeof(s->title), "acme-eb-%02d 店铺", number);
	(void)snprintf(s->password, sizeof(s->password),
	    "p&<>\"'密码,%d-%d \U0001f511]]>", number, week);
	(void)snprintf(s->note, sizeof(s->note),
	    " line %d\n第二行 ]]> &amp; \U0001f600\r\ttab\002end ", week);
	s->text[v.n++] = (struct kdbx_text){ "Title", s->title, false };
	s->text[v.n++] = (struct kdbx_text){ "UserName", "li\xff@x", false };
	s->text[v.n++] = (struct kdbx_text){ "Password", s->password, true };
	s->text[v.n++] = (struct kdbx_text){ "URL", "https://ebay.com/?a=1&b=2",
	    false };
	s->text[v.n++] = (struct kdbx_text){ "Notes", s->note, false };
	if (number == 1)
		s->text[v.n++] = (struct kdbx_text){ "otp", SEED, true };
	s->text[v.n++] = (struct kdbx_text){ "绑定手机", "138\n0013 <8000>",
	    false };
	s->text[v.n++] = (struct kdbx_text){ "recovery codes",
	    "11-22\n33-44", true };
	v.created = START + number;
	v.modified = START + week * WEEK + number;
	v.tags = "eb;li";
	return v;
}

/* Account NUMBER came in week NUMBER, and its password changes each week. */
static void
week(struct kdbx *k, int now)
{
	struct err e = ERR_INIT;
	struct kdbx_version v[WEEKS];
	static struct said said[WEEKS];
	uint8_t uuid[KDBX_UUID_LEN] = { 0xac };
	int number, w;

	for (number = 1; number <= now; number++) {
		for (w = number; w <= now; w++)
			v[w - number] = version(&said[w - number], number, w);
		uuid[1] = (uint8_t)number;
		check(kdbx_entry(k, number <= 2 ? "" : "店 & <Co>", uuid,
		    &v[now - number], v, (size_t)(now - number), &e), &e);
	}
}

static void
many(struct kdbx *k, int n)
{
	struct err e = ERR_INIT;
	struct kdbx_version v[2];
	static struct said said[2];
	uint8_t uuid[KDBX_UUID_LEN] = { 0xac };
	int number;

	for (number = 1; number <= n; number++) {
		v[0] = version(&said[0], number, 1);
		v[1] = version(&said[1], number, 2);
		uuid[1] = (uint8_t)number;
		uuid[2] = (uint8_t)(number >> 8);
		check(kdbx_entry(k, "many", uuid, &v[1], v, 1, &e), &e);
	}
}

int
main(int argc, char **argv)
{
	struct buf out = BUF_INIT(KDBX_MAX);
	struct err e = ERR_INIT;
	struct kdbx *k;
	char pass[256];
	int64_t n;

	if (argc < 4 || argc > 5 || str_to_i64(argv[2], 1, 60000, &n) < 0 ||
	    !fgets(pass, sizeof(pass), stdin))
		return 2;
	pass[strcspn(pass, "\n")] = '\0';
	check(crypto_setup(&e), &e);
	k = kdbx_new("acme <&> 留底", START + n * WEEK, &e);
	if (!k)
		return 1;
	if (strcmp(argv[1], "week") == 0 && n <= WEEKS)
		week(k, (int)n);
	else
		many(k, (int)n);
	check(kdbx_finish(k, pass, strlen(pass), argc == 5 ? &CHEAP : &KDBX_COST,
	    &out, &e), &e);
	check(file_save(argv[3], out.data, out.len, 0600, &e), &e);
	kdbx_free(k);
	buf_release(&out);
	return 0;
}
