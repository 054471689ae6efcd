/* SPDX-License-Identifier: MIT */
/*
 * __read, another name of read(2) that no header has.
 * native: yes
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 0; echo
 * script: next
 * script: read-greeting; send 0500; read-request; delay 800; reply 5; close
 */
#include "pending_io.h"

#include <dlfcn.h>

int main(void)
{
	receive *other = (receive *)dlsym(RTLD_DEFAULT, "__read");

	CHECK(other != NULL);
	check_receiver(other);
	return 0;
}
