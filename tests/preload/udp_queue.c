/* SPDX-License-Identifier: MIT */
/*
 * What waits for a relay is limited: of a megabyte the last part arrives, in
 * order and whole. A burst of a size that a kernel would take arrives whole.
 * Threads and duplicates use one queue.
 * script: read-greeting; delay 300; send 0500; read-request; delay 300; relay
 * log-count: 3 request cmd=3
 * log-count: 0 no header
 */
#define ECHO_PORT 7041
#include "datagram.h"

#include <pthread.h>

static struct sockaddr_in to;
static char buf[65536];

static void quickly(int fd, int number, size_t n)
{
	memset(buf, 'a' + number % 26, n);
	memcpy(buf, &number, sizeof(number));
	CHECK(sendto(fd, buf, n, MSG_DONTWAIT, (void *)&to, sizeof(to)) ==
	      (ssize_t)n);
}

static int number_of(int fd, size_t n)
{
	int number;

	CHECK(recv(fd, buf, sizeof(buf), 0) == (ssize_t)n);
	memcpy(&number, buf, sizeof(number));
	for (size_t i = sizeof(number); i < n; i++)
		CHECK(buf[i] == 'a' + number % 26);
	return number;
}

static void a_burst(void)
{
	int fd = udp_socket();

	for (int i = 0; i < 64; i++)
		quickly(fd, i, 1200);
	for (int i = 0; i < 64; i++)
		CHECK(number_of(fd, 1200) == i);
}

static void a_megabyte(void)
{
	enum { COUNT = 100, EACH = 10000 };
	int fd = udp_socket(), room = 1 << 20, first;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) !=
	    0)
		return; /* without privileges it is not to be had */
	for (int i = 0; i < COUNT; i++)
		quickly(fd, i, EACH);
	first = number_of(fd, EACH);
	CHECK(first > 0 && first < COUNT - 8);
	for (int i = first + 1; i < COUNT; i++)
		CHECK(number_of(fd, EACH) == i);
	expect_nothing(fd);
}

static void *send_some(void *fd)
{
	for (int i = 0; i < 8; i++)
		CHECK(sendto(*(int *)fd, "x", 1, MSG_DONTWAIT, (void *)&to,
			     sizeof(to)) == 1);
	return NULL;
}

static void together(void)
{
	int fd = udp_socket(), copy = dup(fd);
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		CHECK(pthread_create(&t[i], NULL, send_some,
				     i % 2 ? &fd : &copy) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(pthread_join(t[i], NULL) == 0);
	for (int i = 0; i < 32; i++)
		expect_text(fd, "x");
	expect_nothing(copy);
}

int main(void)
{
	to = ipv4(TARGET, ECHO_PORT);
	a_burst();
	a_megabyte();
	together();
	return 0;
}
