/*
 * web/assets.h - the styles and the script of the page, made of style.css,
 * paper.css and page.js when the program is built.
 */
#ifndef LIUDI_WEB_ASSETS_H
#define LIUDI_WEB_ASSETS_H

extern const char web_style_css[], web_paper_css[], web_page_js[];

#endif
