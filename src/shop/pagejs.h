/*
 * shop/pagejs.h - shop/page.js and shop/reader.js as the build found them.
 * Needs: nothing.
 */
#ifndef LIUDI_SHOP_PAGEJS_H
#define LIUDI_SHOP_PAGEJS_H

extern const char pagejs[];
extern const char readerjs[];

#endif
