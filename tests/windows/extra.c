/* tests/windows/extra.c - folders of tests, and variables that go again. */
#include <windows.h>

#include "tests/windows/extra.h"

char *
mkdtemp(char *path)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	char *x = path + strlen(path) - 6;
	unsigned char random[6];
	int i;

	do {
		if (getrandom(random, sizeof(random), 0) < 0)
			return NULL;
		for (i = 0; i < 6; i++)
			x[i] = letters[random[i] & 31];
		if (mkdir(path, 0700) == 0)
			return path;
	} while (errno == EEXIST);
	return NULL;
}

struct tm *
gmtime_r(const time_t *t, struct tm *out)
{
	return _gmtime64_s(out, t) == 0 ? out : NULL;
}

int
rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int
unsetenv(const char *name)
{
	wchar_t wide[256];
	int i;

	for (i = 0; i < 255 && name[i]; i++)
		wide[i] = (wchar_t)name[i];
	wide[i] = 0;
	return _wputenv_s(wide, L"") == 0 ? 0 : -1;
}
