/* repo/packw.c */
#include "repo/packw.h"

#include "base/banned.h"
