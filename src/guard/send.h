/* SPDX-License-Identifier: MIT */
/*
 * sendto(2) with an address, sendmsg(2) and sendmmsg(2) of a program that the
 * library is not in. What carries no address is the kernel's matter; datagrams
 * that do are copied and sent on a copy of the descriptor, for what was judged
 * must be what is sent. May call sock/, policy/ and below.
 */
#ifndef GUARD_SEND_H
#define GUARD_SEND_H

#include "guard/question.h"

/**
 * send_question() - answer it
 * @fd: a copy of the socket, which stays the caller's
 * @kind: of it: SOCK_TCP, SOCK_UDP or SOCK_OTHER
 * Does not wait, but for room in a socket's buffer, a moment.
 */
void send_question(const struct question *q, int fd, int kind);

#endif
