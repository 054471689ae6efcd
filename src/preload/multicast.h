/* SPDX-License-Identifier: MIT */
/*
 * A multicast group that is to be joined (sock/group_join.h) is judged like a
 * destination.
 * Async-signal-safe; leaves errno alone.
 */
#ifndef PRELOAD_MULTICAST_H
#define PRELOAD_MULTICAST_H

#include <sys/socket.h>

/**
 * multicast_judge() - may this group be joined? For what is a group_is_join()
 * Return: 0, or -ENODEV: what the kernel says where there is no way to a group
 */
int multicast_judge(int level, int name, const void *value, socklen_t len);

#endif
