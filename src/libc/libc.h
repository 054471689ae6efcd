/* SPDX-License-Identifier: MIT */
/*
 * The boundary: the only way to reach a function that we also replace.
 *
 *	libc(connect)(fd, addr, len)
 *
 * calls the next definition after ours. In libsocksify.so a function is looked
 * up at its first use (libc_next.c): binding all of them at start would cost
 * every process about 1,000 instructions a name. In the launcher and in tests
 * the table is filled with plain addresses (libc_direct.c) or with fakes.
 *
 * Thread-safe and, once bound, async-signal-safe; the first use is dlsym(3),
 * which takes the dynamic linker's lock but does not allocate for a name that
 * exists. What signal handlers and vfork children call most is bound by
 * libc_bind_early() when the process first needs the run.
 */
#ifndef LIBC_LIBC_H
#define LIBC_LIBC_H

#include "base/compiler.h"
#include "libc/private.h"

#define HOOK(name)      __typeof__(name) *name;
#define ALIAS(name, of)
#define CALL(name)      __typeof__(name) *name;
struct libc {
#include "libc/symbols.h"
};
#undef HOOK
#undef ALIAS
#undef CALL

extern struct libc libc_table;

/**
 * libc_bind() - look up one function
 * @offset: of its member in struct libc
 * Return: the function; one that fails with ENOSYS if there is none
 */
void *libc_bind(size_t offset);

/** libc_bind_early() - bind what signal handlers and vfork children use most */
void libc_bind_early(void);

#define libc(name)                                                      \
	({                                                              \
		__typeof__(name) *libc_fn = __atomic_load_n(            \
			&libc_table.name, __ATOMIC_RELAXED);            \
		likely(libc_fn != NULL)                                 \
			? libc_fn                                       \
			: (__typeof__(name) *)libc_bind(                \
				  offsetof(struct libc, name));         \
	})

#endif
