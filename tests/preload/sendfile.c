/* SPDX-License-Identifier: MIT */
/*
 * sendfile(2), and its other name sendfile64, which is one function to us.
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
#include <sys/mman.h>
#include <sys/sendfile.h>

static __typeof__(sendfile) *function = sendfile;

static ssize_t by_file(int fd, const void *buf, size_t n)
{
	int file = memfd_create("x", 0), error;
	off_t at = 0;
	ssize_t r;

	CHECK(write(file, buf, n) == (ssize_t)n);
	r = function(fd, file, &at, n);
	error = errno;
	CHECK(at == (r < 0 ? 0 : r));
	close(file);
	errno = error;
	return r;
}

int main(void)
{
	struct sockaddr_in good;
	int fd;

	check_sender(by_file);
	good = park(WELL);
	fd = begin(&good);
	function = (__typeof__(sendfile) *)dlsym(RTLD_DEFAULT, "sendfile64");
	CHECK(function != NULL);
	CHECK_FAILS(by_file(fd, "x", 1), EAGAIN);
	return 0;
}
