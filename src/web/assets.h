/*
 * web/assets.h - the style and the script of the page, made of style.css and
 * page.js when the program is built.
 */
#ifndef LIUDI_WEB_ASSETS_H
#define LIUDI_WEB_ASSETS_H

extern const char web_style_css[], web_page_js[];

#endif
