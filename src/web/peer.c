/* web/peer.c - whose program connects, by /proc/net/tcp (proc(5)). */
#include "web/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"

#define TABLE "/proc/net/tcp"
#define KEY_LEN 32
#define LINE_LEN 256
#define BETWEEN 4	/* state, queues, timer, retransmits; then the user */

int
peer_table(struct err *e)
{
	int fd = open(TABLE, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	(void)err_sys(e, errno, "cannot read '" TABLE "'");
	return err_hint(e, "whose program connects cannot be known without; "
	    "'--listen unix:PATH' needs nothing of it");
}

/* The user behind the addresses in a line; -1: there is none. */
static long
user_of(const char *s)
{
	char *end;
	long uid;
	int i;

	for (i = 0; i < BETWEEN; i++) {
		s += strspn(s, " ");
		s += strcspn(s, " ");
	}
	uid = strtol(s, &end, 10);
	return end == s ? -1 : uid;
}

/* Of the connection between these two, as the table has it now; -1: unknown. */
static long
look_up(FILE *table, const char *key)
{
	char line[LINE_LEN];
	const char *at;
	long uid = -1;

	while (uid < 0 && fgets(line, sizeof(line), table)) {
		at = strstr(line, key);
		if (at)
			uid = user_of(at + strlen(key));
	}
	return uid;
}

bool
peer_is_ours(int fd, const struct sockaddr_in *client,
	const struct sockaddr_in *server)
{
	char key[KEY_LEN];
	FILE *table;
	long uid;
	int own;

	/* addresses as they lie in memory, ports as numbers */
	(void)snprintf(key, sizeof(key), " %08X:%04X %08X:%04X ",
	    client->sin_addr.s_addr, ntohs(client->sin_port),
	    server->sin_addr.s_addr, ntohs(server->sin_port));
	/* a stream anew: one that is wound back may still hold what was */
	own = lseek(fd, 0, SEEK_SET) == 0 ? dup(fd) : -1;
	if (own < 0)
		return false;
	table = fdopen(own, "r");
	if (!table) {
		(void)close(own);
		return false;
	}
	uid = look_up(table, key);
	(void)fclose(table);
	return uid >= 0 && (uid_t)uid == geteuid();
}
