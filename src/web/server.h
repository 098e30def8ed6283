/*
 * web/server.h - HTTP on loopback: the process that a browser talks to.
 *
 * It holds no key, opens no file and starts nothing; what it is asked it hands on,
 * one question at a time, to the process that has the records (web/wire.h), and it
 * ends with that one.  Rules of every answer: docs/THREATS.md "The page".
 *
 *	web_listen()	a socket at 127.x.y.z:port, or at a path
 *	web_serve()	in a process of its own; until nobody asks any more
 *
 * Needs: base, crypto, web/{form,guard,peer,wire}; libmicrohttpd.
 */
#ifndef LIUDI_WEB_SERVER_H
#define LIUDI_WEB_SERVER_H

#include "web/guard.h"
#include "web/wire.h"

#define WEB_HOST_LEN 32

struct web_place {
	int fd;
	int peers;	/* where it says who connects (web/peer.h); -1 at a
			 * path, which only its owner can open */
	char host[WEB_HOST_LEN];	/* "127.4.5.6:39123"; "" at a path */
};

/*
 * Listen at an address of this machine that nothing else uses, so that no other
 * port's pages get our cookie; or, where PATH is not NULL, at that socket (0600,
 * nothing may be there).  -1: ERR_NET, ERR_IO (hint).
 */
int web_listen(struct web_place *p, const char *path, struct err *e);
/* Close what it opened; the path stays. */
void web_place_close(struct web_place *p);

/* Open to whoever reaches us: "/assets/style.css". */
struct web_asset {
	const char *path;
	enum wire_type type;
	const char *text;
};

struct web_job {
	struct web_place place;
	int wire;			/* to the process with the records */
	struct guard guard;
	int idle_s;			/* it ends after that long without a
					 * request */
	const struct web_asset *asset;	/* up to one whose path is NULL */
};

enum web_end { WEB_IDLE, WEB_CLOSED };	/* CLOSED: the other side is gone */

/*
 * Serve until idle or closed.  The caller has entered SANDBOX_SERVER.  An enum
 * web_end, or -1: ERR_NET, ERR_NOMEM.
 */
int web_serve(const struct web_job *j, struct err *e);

#endif
