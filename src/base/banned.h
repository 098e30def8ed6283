/* base/banned.h - calls with a better one beside them do not compile here. */
#ifndef LIUDI_BASE_BANNED_H
#define LIUDI_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca	/* glibc's macro; poisoning one is a warning */
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok
#pragma GCC poison gets gmtime localtime ctime asctime atoi atol atof
#pragma GCC poison tmpnam mktemp alloca

#endif
