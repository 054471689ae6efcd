/* SPDX-License-Identifier: MIT */
/*
 * The name table: host name <-> fake address, shared by all processes of a
 * run. It works on memory that it is given and knows nothing of where that
 * comes from.
 *
 * DOC: Theory of operation
 *
 * A name's slot is found by hashing it (with a fixed key: the same name gets
 * the same address in every run) and probing at most NAMES_PROBES slots. A
 * slot is one 64-bit word: the offset of an immutable record in the arena and
 * a generation. A record is written completely before a compare-and-swap
 * publishes it, so a process that is stopped or killed at any instruction
 * neither blocks nor corrupts another; at worst its unpublished record is
 * lost. Names compare as DNS does (ASCII case ignored, one trailing dot
 * ignored) and are handed out as they were first given.
 *
 * When all slots that a name may use are taken, the one idle longest gives
 * way if it has been idle for NAMES_IDLE seconds; its record's room is
 * reused. Readers check the slot again after copying.
 *
 * All functions: lock-free, thread-safe, async-signal-safe, O(1); no I/O, no
 * allocation, no errno. May call socks/, base/. @now is CLOCK_MONOTONIC in
 * seconds (the same in all processes of a machine).
 */
#ifndef POLICY_NAMES_H
#define POLICY_NAMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "socks/endpoint.h"

#define NAMES_SLOTS_MAX 131072u           /* of a /15 */
#define NAMES_ARENA     (64u * 1024 * 1024) /* octets, sparse */
#define NAMES_PROBES    256u
#define NAMES_IDLE      3600u /* seconds */
#define NAMES_REAL_MAX  8     /* real addresses beside a name */

struct names {
	uint32_t slots;        /* a power of two, <= NAMES_SLOTS_MAX */
	uint8_t ipv4_net[4];   /* network order */
	uint8_t ipv6_net[16];  /* network order, a /64 */
	_Atomic uint32_t arena_used; /* octets of @arena handed out */
	_Atomic uint32_t count;      /* slots in use */
	_Atomic uint64_t free_lists[8]; /* recycled records, by size class */
	_Atomic uint64_t slot[NAMES_SLOTS_MAX];
	_Alignas(64) uint8_t arena[NAMES_ARENA];
};

/**
 * names_init() - prepare zeroed memory of sizeof(struct names)
 * @ipv4_prefix: bits of @ipv4_net, 15 to 24: 2^(32 - bits) slots
 */
void names_init(struct names *n, const uint8_t ipv4_net[static 4],
		unsigned ipv4_prefix, const uint8_t ipv6_net[static 16]);

/**
 * names_insert() - the slot of a name, made if need be
 * @real: the name's real addresses (for a name under a direct rule), which
 *        replace those stored; @nreal 0 leaves what is stored alone
 * Return: a slot >= 0; -EAGAIN when full; -EINVAL for an impossible length
 */
int names_insert(struct names *n, const char *name, size_t len, uint32_t now,
		 const struct endpoint *real, size_t nreal);

/** names_address() - a slot's fake address in @family, port 0 */
void names_address(const struct names *n, int slot, int family,
		   struct endpoint *ep);

/**
 * names_slot() - is @ep one of our fake addresses?
 * Return: its slot; -ENOENT if it is of our networks but stands for no name;
 * -EINVAL if it is not of our networks
 */
int names_slot(const struct names *n, const struct endpoint *ep);

/**
 * names_get() - the name of a slot, and note that it is in use
 * @ep: becomes the name; its port is left alone
 * Return: false if the slot is empty
 */
bool names_get(struct names *n, int slot, uint32_t now, struct endpoint *ep);

/** names_real() - the real addresses beside a name; Return: how many */
size_t names_real(const struct names *n, int slot,
		  struct endpoint real[static NAMES_REAL_MAX]);

#endif
