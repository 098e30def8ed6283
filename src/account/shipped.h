/*
 * account/shipped.h - config/platforms.ini as it was when this was built, so
 * that a program needs no file beside it.  The build makes the .c.
 * Needs: nothing.
 */
#ifndef LIUDI_ACCOUNT_SHIPPED_H
#define LIUDI_ACCOUNT_SHIPPED_H

extern const char shipped_platforms[];

#endif
