/* SPDX-License-Identifier: MIT */
/*
 * struct libc inside libsocksify.so: the next definition after ours, found at
 * first use. The only file that calls dlsym(3).
 */
#include <dlfcn.h>
#include <errno.h>

#include "libc/libc.h"

struct libc libc_table;

#define HOOK(name)      [offsetof(struct libc, name) / sizeof(void *)] = #name,
#define ALIAS(name, of)
#define CALL(name)      HOOK(name)
static const char *const names[] = {
#include "libc/symbols.h"
};
#undef HOOK
#undef ALIAS
#undef CALL

static long missing(void)
{
	errno = ENOSYS;
	return -1;
}

void *libc_bind(size_t offset)
{
	void **slot = (void **)((char *)&libc_table + offset);
	int saved = errno;
	void *fn = dlsym(RTLD_NEXT, names[offset / sizeof(void *)]);

	/* Threads that race here store the same value. */
	if (fn == NULL)
		fn = (void *)missing;
	__atomic_store_n(slot, fn, __ATOMIC_RELAXED);
	errno = saved;
	return fn;
}

void libc_bind_early(void)
{
	(void)libc(close);
	(void)libc(syscall);
}
