/* SPDX-License-Identifier: MIT */
/*
 * UDP sockets across exec, and SCM_RIGHTS: a program finds those that it
 * inherits, or is handed, with their relay and their peer.
 *
 * DOC: Theory of operation
 *
 * Relay and peer of a socket stand in the run state, by its cookie, all the
 * time; that it has any, also by its inode number, which fstat(2) tells even
 * where a filter of the program's own kills for getsockopt(2), as Chromium's
 * does. Before an exec the control connections of sockets that survive it
 * must survive it, too; their numbers are added there. The environment says
 * that there is something to look for (run_ref's datagrams), so that no other
 * program has to look.
 *
 * Async-signal-safe; fit for a vfork child: nothing but descriptors of its own
 * is changed, and the run state.
 */
#ifndef PRELOAD_UDP_EXEC_H
#define PRELOAD_UDP_EXEC_H

#include <stdbool.h>
#include <sys/socket.h>

struct run;

/** udp_exec_begin() - exec or spawn is next; Return: is anything handed over? */
bool udp_exec_begin(void);
/** udp_exec_failed() - or the spawn is done: as it was */
void udp_exec_failed(void);

/** udp_note() - @fd has a relay or a peer from now on */
void udp_note(struct run *run, int fd);

/** udp_handed_over() - @msg was received: has it brought such a socket? */
void udp_handed_over(const struct msghdr *msg);

#endif
