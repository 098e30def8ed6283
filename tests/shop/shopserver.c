/*
 * tests/shop/shopserver.c - the shop of server.h for whoever asks: writes its port
 * and a line end, and serves until it is killed.
 */
#include "server.h"

#include <stdio.h>

#include "base/banned.h"

int
main(void)
{
	int port;
	pid_t pid = server_start(&port);

	if (pid < 0)
		return 1;
	(void)printf("%d\n%d\n", port, (int)pid);
	return 0;
}
