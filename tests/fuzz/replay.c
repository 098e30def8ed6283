/* Feed a fuzz target the files of the folders named, in order of name. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define FILE_MAX (4 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
replay_file(const char *dir, const char *name)
{
	char path[4096];
	uint8_t *data = NULL;
	FILE *f = NULL;
	size_t n;
	int rc = -1;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return -1;
	f = fopen(path, "rb");
	data = malloc(FILE_MAX);
	if (!f || !data)
		goto out;
	n = fread(data, 1, FILE_MAX, f);
	/* To its exact size, so that a sanitizer sees a read past the end. */
	data = realloc(data, n > 0 ? n : 1);
	if (!data || ferror(f))
		goto out;
	(void)LLVMFuzzerTestOneInput(data, n);
	rc = 0;
out:
	if (rc < 0)
		fprintf(stderr, "cannot read '%s'\n", path);
	free(data);
	if (f)
		(void)fclose(f);	/* read only */
	return rc;
}

int
main(int argc, char **argv)
{
	struct dirent **list;
	int i, k, n, done = 0, rc = 0;

	for (i = 1; i < argc; i++) {
		n = scandir(argv[i], &list, NULL, alphasort);
		if (n < 0) {
			fprintf(stderr, "no folder '%s'\n", argv[i]);
			return 1;
		}
		for (k = 0; k < n; k++) {
			if (list[k]->d_name[0] != '.') {
				if (replay_file(argv[i], list[k]->d_name) < 0)
					rc = 1;
				done++;
			}
			free(list[k]);
		}
		free(list);
	}
	printf("%d inputs\n", done);
	return done == 0 ? 1 : rc;
}
