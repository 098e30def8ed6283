/*
 * Our side of slip39.js.
 *   slip39_tool split HEX PASS EXPONENT EXTENDABLE GT T/N...   shares, a line
 *   each; slip39_tool join PASS   shares from standard input, the secret in hex
 */
#include "open/slip39.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

static unsigned
number(const char *s)
{
	int64_t n = 0;

	if (str_to_i64(s, 0, 99, &n) < 0)
		exit(2);
	return (unsigned)n;
}

static void
read_group(struct slip39_group *g, const char *s)
{
	char *t = str_ndup(s, strcspn(s, "/"));

	g->threshold = number(t);
	g->count = number(s + strcspn(s, "/") + 1);
	free(t);
}

static int
split(char **argv, struct err *e)
{
	struct slip39_plan plan = {0};
	struct slip39_set *set;
	uint8_t secret[SLIP39_SPLIT_MAX];
	const char *pass = argv[1];
	size_t i, len = strlen(argv[0]) / 2;

	if (len > sizeof(secret) ||
	    str_unhex(secret, len, argv[0], 2 * len) < 0)
		return err_set(e, ERR_USAGE, "bad hex");
	plan.exponent = number(argv[2]);
	plan.extendable = number(argv[3]);
	plan.group_threshold = number(argv[4]);
	for (argv += 5; *argv && plan.ngroups < SLIP39_MAX_GROUPS; argv++)
		read_group(&plan.group[plan.ngroups++], *argv);
	set = slip39_split(&plan, secret, len, pass, e);
	if (!set)
		return -1;
	for (i = 0; i < slip39_set_count(set); i++)
		puts(slip39_set_text(set, i));
	slip39_set_free(set);
	return 0;
}

static int
join(const char *pass, struct err *e)
{
	struct slip39 *s = slip39_new(e);
	char line[SLIP39_TEXT_MAX], hex[2 * SHAMIR_MAX_LEN + 1];
	uint8_t *secret = NULL;
	size_t len;
	int rc = -1;

	while (s && fgets(line, sizeof(line), stdin))
		if (slip39_add(s, line, strlen(line), e) < 0)
			goto out;
	secret = s ? slip39_combine(s, pass, &len, e) : NULL;
	if (!secret)
		goto out;
	str_hex(hex, secret, len);
	puts(hex);
	rc = 0;
out:
	secmem_free(secret);
	slip39_free(s);
	return rc;
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	int rc = -1;

	if (crypto_setup(&e) < 0)
		return 1;
	if (argc >= 8 && str_eq(argv[1], "split"))
		rc = split(argv + 2, &e);
	else if (argc == 3 && str_eq(argv[1], "join"))
		rc = join(argv[2], &e);
	else
		return 2;
	if (rc < 0)
		fprintf(stderr, "%s\n", e.what);
	return rc < 0;
}
