/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/outcome.h"

#define OUTCOMES     65536u
#define TICKET_SHIFT 16
#define SLEEPS       ((uint64_t)1 << 14)
#define STATE_SHIFT  12
#define ERROR_MASK   (((uint64_t)1 << STATE_SHIFT) - 1)

/* Shared, the turn included: relatives take from it, too. */
static struct {
	_Atomic uint64_t turn;
	_Atomic uint64_t of[OUTCOMES];
} *outcomes;

bool outcome_set_up(void)
{
	void *p = sys_mmap(sizeof(*outcomes), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	if (p == MAP_FAILED)
		return false;
	outcomes = p;
	return true;
}

static _Atomic uint64_t *word_of(uint64_t ticket)
{
	return &outcomes->of[ticket % OUTCOMES];
}

static bool is_of(uint64_t word, uint64_t ticket)
{
	return word >> TICKET_SHIFT == ticket;
}

static uint64_t make(uint64_t ticket, enum conn_state state, int error)
{
	return ticket << TICKET_SHIFT | (uint64_t)state << STATE_SHIFT |
	       (uint64_t)error;
}

static enum conn_state state_in(uint64_t word)
{
	return (enum conn_state)(word >> STATE_SHIFT & 3);
}

uint64_t outcome_take(void)
{
	for (unsigned i = 0; i < 2 * OUTCOMES; i++) {
		uint64_t ticket = atomic_fetch_add(&outcomes->turn, 1) + 1;
		uint64_t word = atomic_load(word_of(ticket));

		/* An error that nobody has asked for gives way last. */
		if (state_in(word) == CONN_PENDING ||
		    ((word & ERROR_MASK) != 0 && i < OUTCOMES))
			continue;
		if (atomic_compare_exchange_strong(
			    word_of(ticket), &word,
			    make(ticket, CONN_PENDING, 0)))
			return ticket;
	}
	return 0;
}

enum conn_state outcome_state(uint64_t ticket)
{
	uint64_t word;

	if (ticket == 0)
		return CONN_FRESH;
	word = atomic_load_explicit(word_of(ticket), memory_order_acquire);
	return is_of(word, ticket) ? state_in(word) : CONN_DONE;
}

int outcome_error(uint64_t ticket)
{
	uint64_t word = ticket != 0 ? atomic_load(word_of(ticket)) : 0;

	return is_of(word, ticket) ? (int)(word & ERROR_MASK) : 0;
}

int outcome_take_error(uint64_t ticket)
{
	uint64_t word = ticket != 0 ? atomic_load(word_of(ticket)) : 0;

	while (is_of(word, ticket) && (word & ERROR_MASK) != 0)
		if (atomic_compare_exchange_weak(word_of(ticket), &word,
						 word & ~ERROR_MASK))
			return (int)(word & ERROR_MASK);
	return 0;
}

/* The half of the word that changes. */
static uint32_t *futex_of(uint64_t ticket)
{
	uint32_t *half = (uint32_t *)word_of(ticket);

	return half + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

void outcome_set(uint64_t ticket, enum conn_state state, int error)
{
	uint64_t word = atomic_load(word_of(ticket));

	do
		if (!is_of(word, ticket))
			return;
	while (!atomic_compare_exchange_weak(word_of(ticket), &word,
					     make(ticket, state, error)));
	if ((word & SLEEPS) != 0)
		sys(SYS_futex, futex_of(ticket), FUTEX_WAKE, INT_MAX, NULL,
		    NULL, 0);
}

int outcome_wait(uint64_t ticket, const struct timespec *limit)
{
	uint64_t word = atomic_load(word_of(ticket));
	int r;

	if (!is_of(word, ticket) || state_in(word) != CONN_PENDING)
		return 0;
	if ((word & SLEEPS) == 0 &&
	    !atomic_compare_exchange_strong(word_of(ticket), &word,
					    word | SLEEPS))
		return 0;
	r = (int)sys(SYS_futex, futex_of(ticket), FUTEX_WAIT,
		     (uint32_t)(word | SLEEPS), limit, NULL, 0);
	return r == -EAGAIN ? 0 : r;
}
