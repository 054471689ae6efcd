/* SPDX-License-Identifier: MIT */
/*
 * Other libraries in LD_PRELOAD, behind ours: one whose constructor, which
 * runs before ours, uses the network; one that wraps connect(2) itself.
 * run: preload=libearly.so
 * run: preload=libwrap.so
 * run: preload=libwrap.so,libearly.so
 * run: preload=libearly.so LD_BIND_NOW=1
 * run: preload=libearly.so EARLY_NETWORK=1
 * log: 1 request cmd=1 atyp=1 host=127\.1\.2\.3 port=7$
 * log-count: 0 unexpected
 */
#include "victim.h"

#include <dlfcn.h>

int main(void)
{
	int *early = dlsym(RTLD_DEFAULT, "lib_early_connected");
	int *calls = dlsym(RTLD_DEFAULT, "lib_wrap_calls");

	CHECK(early != NULL || calls != NULL);
	if (early != NULL)
		CHECK(*early == 1);
	use_network();
	/* The calls that we make do not come back by way of it. */
	if (calls != NULL)
		CHECK(*calls == 0);
	return 0;
}
