/* SPDX-License-Identifier: MIT */
/*
 * __select, another name of select(2) that no header has.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "selecting.h"

#include <dlfcn.h>

static __typeof__(select) *function;

static int by_select(int n, fd_set *r, fd_set *w, fd_set *x, int ms)
{
	struct timeval t = { ms / 1000, ms % 1000 * 1000 };

	return function(n, r, w, x, ms < 0 ? NULL : &t);
}

int main(void)
{
	function = (__typeof__(select) *)dlsym(RTLD_DEFAULT, "__select");
	CHECK(function != NULL);
	check_select(by_select);
	return 0;
}
