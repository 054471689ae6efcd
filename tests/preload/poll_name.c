/* SPDX-License-Identifier: MIT */
/*
 * __poll, another name of poll(2) that no header has.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "polling.h"

#include <dlfcn.h>

int main(void)
{
	poller *other = (poller *)dlsym(RTLD_DEFAULT, "__poll");

	CHECK(other != NULL);
	check_poll(other);
	return 0;
}
