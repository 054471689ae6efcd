/* SPDX-License-Identifier: MIT */
/*
 * connect(2) of a program that the library is not in. Done on a copy of its
 * descriptor, with a copy of its address: what was judged is what is done. May
 * call sock/, policy/ and below.
 */
#ifndef GUARD_CONNECT_H
#define GUARD_CONNECT_H

#include "guard/question.h"

/**
 * connect_question() - answer it, now or when it is done
 * @fd: a copy of the socket; given away
 * @kind: of it: SOCK_TCP, SOCK_UDP or SOCK_OTHER
 * Does not wait.
 */
void connect_question(const struct question *q, int fd, int kind);

#endif
