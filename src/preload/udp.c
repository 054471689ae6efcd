/* SPDX-License-Identifier: MIT */
/*
 * The UDP sockets that this process knows: their memory, their numbers, fork.
 */
#include <errno.h>
#include <netinet/udp.h>
#include <unistd.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/state.h"
#include "preload/udp_internal.h"
#include "preload/udp_sources.h"
#include "preload/udp_stub.h"
#include "sock/wait.h"

#define POOL_SIZE (FD_UDP_MAX - FD_UDP_FIRST + 1)

/* Reserved once, backed where it is used; under the lock. */
static struct udp *pool;
static unsigned pool_used;
static uint16_t pool_free[64]; /* some that may be used again */
static unsigned pool_free_count;

struct udp *udp_at(unsigned index)
{
	return &pool[index];
}

unsigned udp_count(void)
{
	return pool_used;
}

unsigned udp_index(const struct udp *u)
{
	return (unsigned)(u - pool);
}

struct udp *udp_of(int fd)
{
	uint16_t v = fd_get(fd);

	return v >= FD_UDP_FIRST && v <= FD_UDP_MAX ? &pool[v - FD_UDP_FIRST]
						    : NULL;
}

bool udp_snapshot(int fd, struct udp *copy)
{
	const struct udp *u = udp_of(fd);
	uint32_t before, after;

	if (u == NULL)
		return false;
	do {
		before = atomic_load_explicit(&u->sequence,
					      memory_order_acquire);
		__builtin_memcpy(copy, (const void *)u, sizeof(*copy));
		atomic_thread_fence(memory_order_acquire);
		after = atomic_load_explicit(&u->sequence,
					     memory_order_relaxed);
	} while (unlikely(before != after || (before & 1) != 0));
	/*
	 * A signal handler may have cut off who changes these: nobody waits
	 * for them.
	 */
	if (unlikely((copy->last_sequence & 1) != 0 ||
		     copy->last_sequence !=
			     atomic_load_explicit(&u->last_sequence,
						  memory_order_relaxed)))
		copy->last.sa.sa_family = AF_UNSPEC;
	return true;
}

void udp_remember(struct udp *u, const union udp_address *last, bool named,
		  const uint8_t *header, size_t header_len)
{
	uint16_t sequence = atomic_load_explicit(&u->last_sequence,
						 memory_order_relaxed);

	if ((sequence & 1) != 0 ||
	    !atomic_compare_exchange_strong(&u->last_sequence, &sequence,
					    (uint16_t)(sequence + 1)))
		return; /* somebody else is at it: nothing is lost */
	u->last = *last;
	u->named = named;
	u->header_len = header_len <= sizeof(u->header) ? (uint8_t)header_len
							: 0;
	__builtin_memcpy(u->header, header, u->header_len);
	atomic_store_explicit(&u->last_sequence, (uint16_t)(sequence + 2),
			      memory_order_release);
}

void udp_change(struct udp *u)
{
	atomic_fetch_add_explicit(&u->sequence, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

void udp_changed(struct udp *u)
{
	atomic_fetch_add_explicit(&u->sequence, 1, memory_order_release);
}

static void count(int change)
{
	atomic_fetch_add_explicit(&conn_active, (unsigned)change,
				  memory_order_release);
}

/* --- the pool --------------------------------------------------------------- */

static struct udp *make(void)
{
	if (pool == NULL) {
		void *p = sys_mmap(POOL_SIZE * sizeof(*pool),
				   PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				   -1);

		if (p == MAP_FAILED)
			return NULL;
		pool = p;
	}
	if (pool_free_count > 0)
		return &pool[pool_free[--pool_free_count]];
	if (pool_used < POOL_SIZE)
		return &pool[pool_used++];
	/* More were freed at a time than pool_free has room for. */
	for (unsigned i = 0; i < pool_used; i++)
		if (pool[i].slots == 0 && pool[i].state == UDP_IDLE)
			return &pool[i];
	return NULL;
}

/* Until when control connections outlive their sockets; ms */
static _Atomic uint64_t linger_until;
static unsigned lingering; /* how many do; with the lock held */

/* typedef conn_done */
static void lingered(unsigned key, struct tcp_attempt *a, int error)
{
	(void)key;
	(void)error;
	lingering--;
	conn_close_hidden(a->fd);
}

/* So that what was sent last arrives. Return: false if it cannot be done */
static bool linger(struct udp *u)
{
	enum { LINGERING_MAX = 64 }; /* descriptors that the program may want */
	unsigned ms = u->grace * UDP_GRACE_MS;
	struct tcp_attempt a;

	if (lingering == LINGERING_MAX)
		return false;
	tcp_attempt_linger(&a, state_run(), u->control, ms);
	if (!conn_drive(&a, lingered, 0))
		return false;
	lingering++;
	if (a.deadline > linger_until)
		linger_until = a.deadline;
	return true;
}

void udp_free_if_unused(struct udp *u)
{
	if (u->slots > 0 || u->state == UDP_PENDING)
		return;
	if (u->control >= 0 && !(u->unanswered && linger(u)))
		conn_close_hidden(u->control);
	udp_fragments_drop(u);
	udp_sources_forget(udp_index(u));
	u->control = -1;
	u->state = UDP_IDLE;
	if (pool_free_count < ARRAY_SIZE(pool_free))
		pool_free[pool_free_count++] = (uint16_t)udp_index(u);
}

/*
 * UDP_SEGMENT is ours from now on: the kernel would cut where the headers are
 * not. And UDP_GRO would join datagrams, headers within.
 */
static void take_options(struct udp *u, int fd)
{
	int value, zero = 0;

	u->segment = 0;
	u->gro = false;
	if (tcp_option(fd, SOL_UDP, UDP_SEGMENT, &value, sizeof(value)) == 0 &&
	    value > 0) {
		u->segment = (uint16_t)value;
		sys(SYS_setsockopt, fd, SOL_UDP, UDP_SEGMENT, &zero,
		    sizeof(zero));
	}
	if (tcp_option(fd, SOL_UDP, UDP_GRO, &value, sizeof(value)) == 0 &&
	    value > 0) {
		u->gro = true;
		sys(SYS_setsockopt, fd, SOL_UDP, UDP_GRO, &zero, sizeof(zero));
	}
	u->cork = tcp_option(fd, SOL_UDP, UDP_CORK, &value, sizeof(value)) ==
			  0 &&
		  value != 0;
}

struct udp *udp_attach(int fd)
{
	struct udp *u = udp_of(fd);
	int family = 0;

	if (u != NULL)
		return u;
	if ((unsigned)fd >= FD_TABLE_SIZE ||
	    tcp_option(fd, SOL_SOCKET, SO_DOMAIN, &family, sizeof(family)) < 0)
		return NULL;
	u = make();
	if (u == NULL)
		return NULL;
	udp_change(u);
	u->slots = 1;
	u->fd = fd;
	u->control = -1;
	u->family = (uint8_t)family;
	u->connected = u->stub = u->elsewhere = u->loose = false;
	u->queues = u->unanswered = false;
	u->shut = 0;
	u->corked = 0;
	u->asks_names = 0;
	u->named = 0;
	u->lead = UDP_LEAD_NONE;
	u->header_len = 0;
	u->last.sa.sa_family = AF_UNSPEC;
	u->relay.sa.sa_family = AF_UNSPEC;
	u->checked = 0;
	u->state = UDP_IDLE;
	take_options(u, fd);
	udp_changed(u);
	if (fd_get(fd) != FD_DGRAM)
		count(1);
	fd_set_value(fd, (uint16_t)(FD_UDP_FIRST + udp_index(u)));
	return u;
}

/* --- the numbers -------------------------------------------------------------- */

void udp_fresh(int fd)
{
	/*
	 * In a vfork child the table is the parent's. (A number whose claim is
	 * stale would make a stream look like datagrams.)
	 */
	if ((unsigned)fd >= FD_TABLE_SIZE || !conn_claim() ||
	    fd_get(fd) != FD_UNKNOWN)
		return;
	count(1);
	fd_set_value(fd, FD_DGRAM);
}

static int another_number(const struct udp *u)
{
	int fd = 0;

	while (fd < fd_table_end && udp_of(fd) != u)
		fd++;
	return fd;
}

static void release(struct udp *u, int fd)
{
	fd_set_value(fd, FD_UNKNOWN);
	count(-1);
	udp_change(u);
	u->slots--;
	if (u->slots > 0 && u->fd == fd)
		u->fd = another_number(u);
	udp_changed(u);
	udp_free_if_unused(u);
}

void udp_closing(int fd)
{
	struct conn_lock l;
	struct udp *u;

	if (!conn_lock(&l))
		return;
	u = udp_of(fd);
	if (u != NULL) {
		release(u, fd);
	} else if (fd_get(fd) == FD_DGRAM) {
		fd_set_value(fd, FD_UNKNOWN);
		count(-1);
	}
	conn_unlock(&l);
}

void udp_forget(int fd)
{
	udp_closing(fd);
}

void udp_duplicated(int old, int new)
{
	struct conn_lock l;
	struct udp *u;

	if ((unsigned)new >= FD_TABLE_SIZE || !conn_set_up() || !conn_lock(&l))
		return;
	u = udp_attach(old);
	if (u != NULL) {
		udp_change(u);
		u->slots++;
		udp_changed(u);
		count(1);
		fd_set_value(new, (uint16_t)(FD_UDP_FIRST + udp_index(u)));
	}
	conn_unlock(&l);
}

bool udp_give_way(int fd)
{
	if (udp_stub_give_way(fd))
		return true;
	for (unsigned i = 0; i < pool_used; i++) {
		struct udp *u = &pool[i];

		if (u->slots == 0 || u->control != fd)
			continue;
		udp_change(u);
		u->control = conn_hide_copy(fd);
		udp_changed(u);
		return true;
	}
	return false;
}

/*
 * What is pending is the parent's to bring to an end; what it has queued, too.
 * Should the child send first, it asks for a relay of its own.
 */
void udp_forked(void)
{
	linger_until = lingering = 0;
	for (unsigned i = 0; i < pool_used; i++) {
		struct udp *u = &pool[i];

		u->unanswered = false; /* what the parent has sent */
		if (u->state != UDP_PENDING)
			continue;
		udp_change(u);
		udp_drop_queue(u);
		if (u->control >= 0)
			conn_close_hidden(u->control);
		u->control = -1;
		u->state = UDP_IDLE;
		u->elsewhere = true;
		udp_changed(u);
		udp_free_if_unused(u);
	}
}

/* --- the end -------------------------------------------------------------------- */

static bool is_something_queued(void)
{
	for (unsigned i = 0; i < pool_used; i++)
		if (atomic_load(&pool[i].state) == UDP_PENDING &&
		    pool[i].queues)
			return true;
	return false;
}

/* Return: until when what was sent last may be on its way to a relay; ms */
static uint64_t under_way_until(void)
{
	uint64_t now = sock_now_ms(), end = linger_until;

	for (unsigned i = 0; i < pool_used; i++) {
		const struct udp *u = &pool[i];
		uint64_t until = now + u->grace * UDP_GRACE_MS;

		if (u->slots > 0 && u->state == UDP_READY && u->control >= 0 &&
		    u->unanswered && until > end)
			end = until;
	}
	return end;
}

void udp_await(void)
{
	enum { PATIENCE_MS = 2000 };
	struct timespec ms = { .tv_nsec = 1000000 };
	uint64_t end;

	if (pool_used == 0 || !conn_table_is_ours())
		return;
	end = sock_now_ms() + PATIENCE_MS;
	while (is_something_queued() && sock_now_ms() < end)
		sys(SYS_nanosleep, &ms, NULL);
	end = under_way_until();
	while (sock_now_ms() < end)
		sys(SYS_nanosleep, &ms, NULL);
}

__attribute__((destructor)) static void destruct(void)
{
	udp_await();
}
