/*
 * repo/push_http.h - receive-pack over http(s), as a helper process.
 * Needs: base; libgit2.
 */
#ifndef LIUDI_REPO_PUSH_HTTP_H
#define LIUDI_REPO_PUSH_HTTP_H

/*
 * For proc_fork: relay the advertisement of the repository at URL (ARG, a
 * char *) to FD, then the request from FD (to its end) to the server and the
 * answer back.  Failures are said in the protocol's own words.
 */
int push_http_helper(int fd, void *arg);

#endif
