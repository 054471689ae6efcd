/* SPDX-License-Identifier: MIT */
/*
 * __write, another name of write(2) that no header has.
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
	transmit *other = (transmit *)dlsym(RTLD_DEFAULT, "__write");

	CHECK(other != NULL);
	check_sender(other);
	return 0;
}
