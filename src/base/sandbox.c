/* base/sandbox.c - give up, for good, what this process will not need. */
#include "base/sandbox.h"

#include "base/banned.h"
