/* SPDX-License-Identifier: MIT */
/*
 * The run state: what all processes under one socksify share. One block of
 * memory without pointers; who maps it, and from where, is another's matter
 * (exec/run_fd). Pure; async-signal-safe. May call policy/, socks/, base/.
 */
#ifndef POLICY_RUN_H
#define POLICY_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/config.h"
#include "policy/names.h"
#include "policy/peers.h"

#define RUN_MAGIC   0x796669736b636f73ull /* "socksify", little endian */
#define RUN_VERSION 2u
#define RUN_PATH_MAX 4096

/* What keeps off the network whom the library is not in. */
enum run_filter {
	RUN_UNFILTERED, /* nothing */
	RUN_DENIED,	/* no network for them */
	RUN_GUARDED,	/* a supervisor that proxies them */
};

struct run {
	uint64_t magic;
	uint32_t version;
	uint32_t size;   /* sizeof(struct run) of whoever made it */
	uint64_t cookie; /* marks our system calls for the filter; never 0 */
	uint8_t filtered;      /* enum run_filter */
	uint8_t no_new_privs;  /* ... and set-id programs gain nothing */
	uint8_t spare0[2];
	int32_t supervisor;    /* its pid where the launcher is; 0: none */
	char preload[RUN_PATH_MAX]; /* the library, as ld.so(8) takes it */

	struct config config;

	/* Faults already told to the user: one bit per enum socks_failure. */
	_Atomic uint64_t reported;
	_Atomic uint64_t connections, failures; /* counters */
	uint64_t spare[1024]; /* zero: hand-over records and what else comes */

	_Alignas(4096) struct peers peers;
	/* The relay of a UDP socket, in the place of its peer. */
	_Alignas(4096) struct peers relays;
	_Alignas(4096) struct names names;
};

/**
 * run_init() - fill zeroed memory of sizeof(struct run)
 * @cookie: random; 0 is replaced by 1
 */
void run_init(struct run *run, const struct config *config, uint64_t cookie);

/** run_is_valid() - is this memory of @size octets a run state of ours? */
bool run_is_valid(const struct run *run, uint64_t size);

/** run_first_report() - true for the first caller in the whole run */
bool run_first_report(struct run *run, enum socks_failure failure);

#endif
