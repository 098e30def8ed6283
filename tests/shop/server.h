/*
 * tests/shop/server.h - a shop on loopback, with every page that goes wrong.
 *
 *   /live            carousel, clock, countdown, canvas, GIF, lazy pictures
 *   /live?edit=NAME  the same with one planted edit (see server.c)
 *   /tall            5,200 rows, forty photographs (if the environment has
 *                    SHOP_PHOTOS when it starts); ?edit=banner, ?edit=price
 *   /403 /404 /captcha /members (leads to /signin) /download /alert /loop
 *   /hangimage /never /unread /endless /long
 *   /moving          all else that moves, and styles of its own are forbidden
 *   /close /refresh /reload /popups /leave /worker /frames /spoiled /flood /grow
 *   /many /deep /wide /astray /dark /odd /title /round /name /stream: see server.c
 * Needs: libc.
 */
#ifndef TESTS_SHOP_SERVER_H
#define TESTS_SHOP_SERVER_H

#include <sys/types.h>

/*
 * What /live is edited like without a query stands in the file that the
 * environment calls SHOP_EDIT, if there is one: words, with + between them.  Each
 * path that is asked for becomes a line of the file that it calls SHOP_LOG.
 */

/* Fork it; *port is where it listens.  The pid, or -1. */
pid_t server_start(int *port);
void server_stop(pid_t pid);

#endif
