/* SPDX-License-Identifier: MIT */
/*
 * Make a socket that is connected to the proxy look as if its connect(2) had
 * failed, to whoever polls it: by failing indeed, on loopback. Its options,
 * duplicates and registrations stay. Never touches errno; async-signal-safe;
 * a few system calls.
 */
#ifndef SOCK_TCP_FAIL_H
#define SOCK_TCP_FAIL_H

/**
 * tcp_look_refused() - as a refused non-blocking connect leaves it: POLLIN,
 * POLLOUT, POLLERR, POLLHUP; SO_ERROR is ECONNREFUSED, once
 * As tcp_look_reset() where that cannot be had: O_NONBLOCK is not set, and the
 * system forbids TCP Fast Open.
 */
void tcp_look_refused(int fd, int family);

/** tcp_look_reset() - as a peer's RST leaves it: the same, with ECONNRESET */
void tcp_look_reset(int fd, int family);

#endif
