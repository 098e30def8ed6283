/* base/proc.c - children: spawned programs and boxed helpers. */
#include "base/proc.h"

#include "base/banned.h"
