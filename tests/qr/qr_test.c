/* qr/qr: the codes are read back by another program, zbarimg. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/proc.h"
#include "qr/qr.h"

#define SCALE 4

static const char *const texts[] = {
	"A",
	"LIUDI-JOIN1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54K",
	"\xe7\x95\x99\xe5\xba\x95 liudi",
	"mixed Case 0123456789 /:?&",
};

/* What the half blocks show, as a picture (PBM). */
static void
terminal_to_pbm(const char *s, unsigned side, FILE *f)
{
	unsigned char *row = calloc(side + 1, 2);
	unsigned x, y, i, lines = 0, rows = side + side % 2;

	assert_non_null(row);
	fprintf(f, "P1\n%u %u\n", side * SCALE, rows * SCALE);
	for (; *s; lines++) {
		assert_memory_equal(s, "\033[30;107m", 9);
		for (s += 9, x = 0; *s != '\033'; x++) {
			assert_true(x < side);
			row[2 * x] = row[2 * x + 1] = 0;
			if (*s == ' ') {
				s++;
				continue;
			}
			assert_memory_equal(s, "\xe2\x96", 2);
			row[2 * x] = s[2] != '\x84';
			row[2 * x + 1] = s[2] != '\x80';
			s += 3;
		}
		assert_int_equal(x, side);
		assert_memory_equal(s, "\033[0m\n", 5);
		s += 5;
		for (y = 0; y < 2 * SCALE; y++)
			for (i = 0; i < side * SCALE; i++)
				fprintf(f, "%d\n",
				    row[2 * (i / SCALE) + y / SCALE]);
	}
	assert_int_equal(2 * lines, rows);
	free(row);
}

/* What the path draws. */
static void
svg_to_pbm(const char *s, unsigned side, FILE *f)
{
	unsigned char *px = calloc(side, side);
	unsigned x, y, n, m, i, j;
	int used;

	assert_non_null(px);
	s = strstr(s, "#000\" d=\"");
	assert_non_null(s);
	for (s += 9; *s == 'M'; s += used) {
		assert_int_equal(sscanf(s, "M%u %uh%uv1h-%uz%n", &x, &y, &n, &m,
		    &used), 4);
		assert_int_equal(n, m);
		assert_true(x + n <= side && y < side);
		memset(px + y * side + x, 1, n);
	}
	assert_string_equal(s, "\"/></svg>\n");
	fprintf(f, "P1\n%u %u\n", side * SCALE, side * SCALE);
	for (j = 0; j < side * SCALE; j++)
		for (i = 0; i < side * SCALE; i++)
			fprintf(f, "%d\n", px[j / SCALE * side + i / SCALE]);
	free(px);
}

static void
reads_back(const char *file, const char *text)
{
	const char *const argv[] = {"zbarimg", "-q", "--raw", "-Sdisable",
	    "-Sqrcode.enable", file, NULL};
	struct buf out = BUF_INIT(65536), said = BUF_INIT(65536);
	struct err e = ERR_INIT;

	assert_int_equal(proc_run(argv, NULL, NULL, 0, &out, &said, 60000, &e),
	    0);
	assert_int_equal(out.len, strlen(text) + 1);
	assert_memory_equal(out.data, text, strlen(text));
	buf_release(&out);
	buf_release(&said);
}

static void
read_by_another_program(void **state)
{
	struct err e = ERR_INIT;
	char file[] = "/tmp/liudi-qr.XXXXXX";
	struct buf b = BUF_INIT(4 * 1024 * 1024);
	size_t i;
	FILE *f;
	int fd;

	(void)state;
	if (system("command -v zbarimg >/dev/null 2>&1") != 0) {
		print_message("skipped: no zbarimg\n");
		skip();
	}
	fd = mkstemp(file);
	assert_true(fd >= 0);
	close(fd);
	for (i = 0; i < 2 * sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = texts[i / 2];

		buf_clear(&b);
		f = fopen(file, "w");
		assert_non_null(f);
		if (i % 2 == 0) {
			assert_int_equal(qr_terminal(text, &b, &e), 0);
			terminal_to_pbm(buf_str(&b), qr_columns(text), f);
		} else {
			assert_int_equal(qr_svg(text, &b, &e), 0);
			svg_to_pbm(buf_str(&b), qr_columns(text), f);
		}
		assert_int_equal(fclose(f), 0);
		reads_back(file, text);
	}
	unlink(file);
	buf_release(&b);
}

static void
refuses_what_is_too_long(void **state)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(4 * 1024 * 1024);
	char text[QR_TEXT_MAX + 2];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[QR_TEXT_MAX + 1] = '\0';
	assert_int_equal(qr_svg(text, &b, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(qr_columns(text), 0);
	assert_int_equal(b.len, 0);
	err_clear(&e);
	text[QR_TEXT_MAX] = '\0';
	assert_int_equal(qr_svg(text, &b, &e), 0);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_by_another_program),
		cmocka_unit_test(refuses_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
