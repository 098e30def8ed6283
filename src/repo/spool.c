/* repo/spool.c */
#include "repo/spool.h"

#include "base/banned.h"
