/* repo/mirror.c */
#include "repo/mirror.h"

#include "base/banned.h"
