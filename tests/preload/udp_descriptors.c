/* SPDX-License-Identifier: MIT */
/*
 * A control connection is closed with the last number of its socket, at once
 * or, where nothing has been answered, soon.
 * script: read-greeting; send 0500; read-request; relay silent; next
 * script: read-greeting; send 0500; read-request; relay
 * log-count: 13 client left
 */
#define ECHO_PORT 7053
#include "datagram.h"

#include <dirent.h>

static int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	CHECK(dir != NULL);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void await_descriptors(int n)
{
	long end = now_ms() + 20000;

	while (descriptors() > n && now_ms() < end)
		poll(NULL, 0, 10);
	CHECK(descriptors() == n);
}

int main(void)
{
	int fd, copy, before;

	/* What is made once and for all. */
	fd = udp_socket();
	CHECK(send4(fd, "silent", TARGET, ECHO_PORT) == 6);
	CHECK(close(fd) == 0);
	poll(NULL, 0, 2000);
	before = descriptors();
	for (int i = 0; i < 6; i++) {
		fd = udp_socket();
		ask(fd, "answered");
		copy = dup(fd);
		CHECK(copy >= 0 && close(fd) == 0);
		ask(copy, "still");
		CHECK(close(copy) == 0);
		CHECK(descriptors() == before);
	}
	for (int i = 0; i < 6; i++) {
		fd = udp_socket();
		CHECK(send4(fd, "once", TARGET, ECHO_PORT) == 4);
		CHECK(close(fd) == 0);
	}
	await_descriptors(before);
	return 0;
}
