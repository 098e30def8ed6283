/* repo/push.c */
#include "repo/push.h"

#include "base/banned.h"
