/* SPDX-License-Identifier: MIT */
/*
 * Joining a multicast group makes the kernel tell the network so (IGMP, MLD):
 * a packet that no send has caused. It is judged like a destination.
 * Async-signal-safe; leaves errno alone.
 */
#ifndef PRELOAD_MULTICAST_H
#define PRELOAD_MULTICAST_H

#include <stdbool.h>
#include <sys/socket.h>

/** multicast_is_join() - is it one of the options that join a group? */
bool multicast_is_join(int level, int name);

/**
 * multicast_judge() - may this group be joined?
 * Return: 0, or -ENODEV: what the kernel says where there is no way to a group
 */
int multicast_judge(int level, int name, const void *value, socklen_t len);

#endif
