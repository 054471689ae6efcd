/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/bell.h"
#include "preload/conn_internal.h"

/* Calls that sleep at the same time; more than these look now and then. */
#define BELLS 64

static struct bell {
	atomic_bool taken;
	atomic_bool rung;
	atomic_int fd; /* hidden; 0: not made yet */
} bells[BELLS];

/* One more than the highest that was ever taken. */
static atomic_int bells_end;

static void close_bell(struct bell *b)
{
	int fd = atomic_exchange(&b->fd, 0);

	if (fd > 0)
		conn_close_hidden(fd);
}

int bell_take(void)
{
	int fd, end;

	if (!conn_table_is_ours())
		return -1;
	for (int i = 0; i < BELLS; i++) {
		struct bell *b = &bells[i];

		if (atomic_exchange(&b->taken, true))
			continue;
		fd = atomic_load(&b->fd);
		if (fd == 0) {
			fd = conn_hide((int)sys(SYS_eventfd2, 0,
						EFD_CLOEXEC | EFD_NONBLOCK));
			atomic_store(&b->fd, fd > 0 ? fd : 0);
		}
		if (fd <= 0) {
			atomic_store(&b->taken, false);
			return -1;
		}
		end = atomic_load(&bells_end);
		while (end <= i && !atomic_compare_exchange_weak(
					   &bells_end, &end, i + 1))
			;
		return i;
	}
	return -1;
}

int bell_fd(int bell)
{
	int fd = atomic_load(&bells[bell].fd);

	return fd > 0 ? fd : -1;
}

void bell_clear(int bell, bool heard)
{
	struct bell *b = &bells[bell];
	uint64_t times;
	int fd = bell_fd(bell);

	if (fd >= 0 && (heard || atomic_load(&b->rung)))
		sys_read(fd, &times, sizeof(times));
	atomic_store(&b->rung, false);
}

void bell_give_back(int bell)
{
	struct conn_lock l;

	atomic_store(&bells[bell].taken, false);
	/* The last connection may have ended just before. */
	if (atomic_load(&conn_active) == 0 && conn_lock(&l)) {
		bell_trim();
		conn_unlock(&l);
	}
}

void bell_ring(void)
{
	static const uint64_t once = 1;
	int end = atomic_load(&bells_end);

	for (int i = 0; i < end; i++) {
		struct bell *b = &bells[i];

		if (atomic_load(&b->taken) && bell_fd(i) >= 0 &&
		    !atomic_exchange(&b->rung, true))
			sys(SYS_write, bell_fd(i), &once, sizeof(once));
	}
}

void bell_trim(void)
{
	for (int i = 0; i < bells_end; i++) {
		/* Who has it now sees to it when giving it back. */
		if (atomic_exchange(&bells[i].taken, true))
			continue;
		close_bell(&bells[i]);
		atomic_store(&bells[i].taken, false);
	}
}

bool bell_give_way(int fd)
{
	for (int i = 0; i < bells_end; i++) {
		int copy;

		if (atomic_load(&bells[i].fd) != fd)
			continue;
		copy = conn_hide_copy(fd);
		atomic_store(&bells[i].fd, copy > 0 ? copy : 0);
		return true;
	}
	return false;
}

void bell_forked(void)
{
	for (int i = 0; i < bells_end; i++) {
		close_bell(&bells[i]);
		atomic_store(&bells[i].taken, false);
	}
}
