/* SPDX-License-Identifier: MIT */
/* A library that wraps the functions that we wrap, and passes them on. */
#include "victim.h"

#include <dlfcn.h>

#define EXPORT __attribute__((visibility("default")))

extern EXPORT int lib_wrap_calls;
int lib_wrap_calls;

EXPORT int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	__typeof__(connect) *next =
		(__typeof__(connect) *)dlsym(RTLD_NEXT, "connect");

	lib_wrap_calls++;
	return next(fd, addr, len);
}

EXPORT int close(int fd)
{
	__typeof__(close) *next =
		(__typeof__(close) *)dlsym(RTLD_NEXT, "close");

	return next(fd);
}
