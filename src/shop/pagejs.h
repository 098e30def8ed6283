/*
 * shop/pagejs.h - shop/page.js as the build found it.
 * Needs: nothing.
 */
#ifndef LIUDI_SHOP_PAGEJS_H
#define LIUDI_SHOP_PAGEJS_H

extern const char pagejs[];

#endif
