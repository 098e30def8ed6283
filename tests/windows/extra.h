/*
 * tests/windows/extra.h - what unit tests use of POSIX beyond the agent's side.
 * Needs: base/win32/posix.h.
 */
#ifndef LIUDI_TESTS_WINDOWS_EXTRA_H
#define LIUDI_TESTS_WINDOWS_EXTRA_H

char *mkdtemp(char *path) POSIX_AS(mkdtemp);
int unsetenv(const char *name) POSIX_AS(unsetenv);
int rmdir(const char *path) POSIX_AS(rmdir);
#define S_IRUSR 0400
struct tm *gmtime_r(const time_t *t, struct tm *out) POSIX_AS(gmtime_r);

#endif
