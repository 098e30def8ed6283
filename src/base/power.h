/*
 * base/power.h - what the machine runs on, and what its network costs.
 *
 * Both are hints: where nobody knows, the answer is no.  LIUDI_SYS in the
 * environment stands for /sys, for tests.
 * Needs: base/proc.
 */
#ifndef LIUDI_BASE_POWER_H
#define LIUDI_BASE_POWER_H

#include <stdbool.h>

/* A battery of the machine itself is being emptied, and no mains is there. */
bool power_on_battery(void);

/* NetworkManager calls the connection metered, or guesses so.  Up to 3 s. */
bool power_metered(void);

#endif
