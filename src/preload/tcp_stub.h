/* SPDX-License-Identifier: MIT */
/*
 * TCP to a name server that is never asked (preload/udp_stub.h says why): the
 * program's socket is connected to a thread of ours, at loopback, which answers
 * from the name table until the program closes its end, or for 10 s says
 * nothing (RFC 7766 section 6.2.3).
 *
 * The thread has a descriptor table of its own, in which there is nothing but
 * that connection: nothing that the program does with its descriptors hits it,
 * and it keeps nothing open. All signals are blocked in it. It ends with the
 * process: a connection does not survive exec, and children of a fork have it
 * for as long as the parent lives.
 */
#ifndef PRELOAD_TCP_STUB_H
#define PRELOAD_TCP_STUB_H

#include <sys/socket.h>

#include "policy/destination.h"

/** TCP_STUB_MAX - as many connections at a time */
#define TCP_STUB_MAX 32

/**
 * tcp_stub_connect() - connect(2), which does not wait
 * @d: what was judged of the address that the program gave
 * Not async-signal-safe. A cancellation point.
 * Return: as connect(2), or -errno; -ENETUNREACH where there is no thread to be
 * had, or the socket has no way to it
 */
int tcp_stub_connect(struct run *run, int fd, const struct destination *d);

#endif
