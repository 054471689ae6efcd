/* SPDX-License-Identifier: MIT */
/*
 * From what a program asks for (a sockaddr) to what will be done: fake
 * addresses become names again, rules judge, real addresses stand ready for a
 * name that goes direct. Pure over the run state; async-signal-safe; may call
 * policy/, socks/, base/.
 */
#ifndef POLICY_DESTINATION_H
#define POLICY_DESTINATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "policy/rules.h"
#include "policy/run.h"

struct destination {
	struct endpoint asked;  /* the address that the program gave */
	struct endpoint target; /* the name behind it, or @asked again */
	struct verdict verdict;
	uint8_t nreal; /* ROUTE_DIRECT by a fake address: where it really is */
	struct endpoint real[NAMES_REAL_MAX];
};

/**
 * destination_is_inet() - may this sockaddr make an internet socket speak to
 * somebody? Only AF_INET and AF_INET6 do.
 * @sa: at least sizeof(sa_family_t) octets of @len are readable
 */
bool destination_is_inet(const struct sockaddr *sa, socklen_t len);

/**
 * destination_judge() - decide about an AF_INET or AF_INET6 address
 * @run: NULL: there is no proxy, everything is refused
 * @now: CLOCK_MONOTONIC, seconds
 *
 * Refusals: EINVAL for an address that is too short (as the kernel), EACCES by
 * a rule, EHOSTUNREACH for a fake address that stands for no name,
 * ENETUNREACH for what cannot be proxied: among them name servers (port 53)
 * at addresses that the proxy cannot be expected to reach, unless a rule
 * names that address or that port: to ask those would show somebody which
 * names are looked up (JUDGED_NAME_SERVER).
 */
void destination_judge(struct destination *d, struct run *run,
		       const struct sockaddr *sa, socklen_t len, uint32_t now);

#endif
