/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>

#include "base/compiler.h"
#include "libc/sys.h"
#include "preload/memory.h"

#define PAGE 4096u
/* What lies so little above our own frame is the caller's stack. */
#define STACK_NEAR (4 * PAGE)

/* Pages that were found readable, each in a place of its own. */
#define KNOWN_PAGES 8u
static __thread uintptr_t known_pages[KNOWN_PAGES];

static uintptr_t *place_of(uintptr_t page)
{
	return &known_pages[page / PAGE % KNOWN_PAGES];
}

bool memory_is_on_stack(const void *p, size_t n)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

	return (uintptr_t)p + n - frame < STACK_NEAR && n < STACK_NEAR;
}

/*
 * rt_sigprocmask(2) copies its set, of 8 octets, before it looks at an
 * operation that does not exist: EFAULT, or EINVAL.
 */
#define SET_SIZE 8u

static bool is_set_readable(uintptr_t at)
{
	uintptr_t page = at & -(uintptr_t)PAGE;
	uintptr_t *known = place_of(page);
	bool whole = ((at + SET_SIZE - 1) & -(uintptr_t)PAGE) == page;

	if (whole && page == *known)
		return true;
	if (sys(SYS_rt_sigprocmask, -1, at, NULL, SET_SIZE) == -EFAULT)
		return false;
	if (whole)
		*known = page;
	return true;
}

bool memory_is_readable(const void *p, size_t n)
{
	uintptr_t first = (uintptr_t)p, last = first + n - 1;
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

	if (n == 0 || likely(first - frame < STACK_NEAR && n < STACK_NEAR))
		return true;
	/* NULL, small numbers, what wraps around. */
	if (first < PAGE || last < first)
		return false;
	/* Octets of the program's own where there are enough (valgrind). */
	if (n >= SET_SIZE)
		last -= SET_SIZE - 1;
	else
		first = last &= -(uintptr_t)SET_SIZE;
	return is_set_readable(first) && is_set_readable(last);
}
