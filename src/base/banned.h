/* base/banned.h - calls with a better one beside them do not compile here. */
#ifndef LIUDI_BASE_BANNED_H
#define LIUDI_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Poisoning a macro is a warning.  glibc has one for alloca, and with clang,
 * which lacks __builtin_va_arg_pack, for sprintf under _FORTIFY_SOURCE.
 */
#undef alloca
#undef sprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok
#pragma GCC poison gets gmtime localtime ctime asctime atoi atol atof
#pragma GCC poison tmpnam mktemp alloca

#endif
