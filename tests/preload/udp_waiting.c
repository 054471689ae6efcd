/* SPDX-License-Identifier: MIT */
/*
 * A thread that waits for datagrams before there is a relay gets none with a
 * header; threads that send at once share one relay; one that is cancelled
 * while it waits for the proxy keeps nobody from sending.
 * script: read-greeting; send 0500; read-request; relay; next
 * script: read-greeting; send 0500; read-request; delay 200; relay
 * log-count: 0 no header
 */
#include "datagram.h"

#include <pthread.h>

static int fd;
static struct sockaddr_in to;

static void *listen_first(void *arg)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char buf[6];

	CHECK(recvfrom(fd, buf, 6, 0, (void *)&from, &len) == 6);
	CHECK(memcmp(buf, "wakeup", 6) == 0);
	check_from(&from, len, TARGET, ECHO_PORT);
	return arg;
}

static void *say(void *arg)
{
	CHECK(sendto(*(int *)arg, "x", 1, 0, (void *)&to, sizeof(to)) == 1);
	return arg;
}

int main(void)
{
	pthread_t t[4];
	char c;
	int slow;

	to = ipv4(TARGET, ECHO_PORT);
	fd = udp_socket();
	CHECK(pthread_create(&t[0], NULL, listen_first, NULL) == 0);
	usleep(100000);
	CHECK(sendto(fd, "wakeup", 6, 0, (void *)&to, sizeof(to)) == 6);
	CHECK(pthread_join(t[0], NULL) == 0);

	slow = udp_socket();
	for (int i = 0; i < 4; i++)
		CHECK(pthread_create(&t[i], NULL, say, &slow) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(pthread_join(t[i], NULL) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(recv(slow, &c, 1, 0) == 1 && c == 'x');
	return 0;
}
