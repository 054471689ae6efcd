/* SPDX-License-Identifier: MIT */
/*
 * Waiting, as long as the program said: SO_RCVTIMEO, recvmmsg(2)'s time-out and
 * MSG_WAITFORONE; SO_SNDTIMEO while there is no relay yet.
 * native: yes
 * script: read-greeting; send 0500; read-request; relay bad; next
 * script: read-greeting; delay 700; send 0500; read-request; relay
 * log-count: 0 no header
 */
#define ECHO_PORT 7042
#include "datagram.h"

#include <pthread.h>

static int fd;
static struct mmsghdr msgs[4];
static char bufs[4][10];
static struct iovec iov[4];

static void *send_later(void *arg)
{
	usleep(200000);
	ask(udp_socket(), "warm");
	CHECK(send4(fd, "later", TARGET, ECHO_PORT) == 5);
	return arg;
}

static void receive(void)
{
	struct timeval patience = { 0, 300000 };
	char c[10];
	long start = now_ms();

	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof(patience)) == 0);
	CHECK_FAILS(recv(fd, c, sizeof(c), 0), EAGAIN);
	CHECK(now_ms() - start >= 290 && now_ms() - start < 1500);
	ask(fd, "hello");
	start = now_ms();
	CHECK_FAILS(recv(fd, c, sizeof(c), 0), EAGAIN);
	CHECK_FAILS(recv(fd, c, sizeof(c), MSG_PEEK), EAGAIN);
	CHECK(now_ms() - start >= 590 && now_ms() - start < 2500);
	start = now_ms();
	CHECK_FAILS(recv(fd, c, sizeof(c), MSG_DONTWAIT), EAGAIN);
	CHECK(now_ms() - start < 200);
}

static int batch(unsigned n, int flags, struct timespec *timeout)
{
	for (int i = 0; i < 4; i++) {
		iov[i] = (struct iovec){ bufs[i], sizeof(bufs[i]) };
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i],
						   .msg_iovlen = 1 };
		msgs[i].msg_len = 0;
	}
	return recvmmsg(fd, msgs, n, flags, timeout);
}

static void receive_batches(void)
{
	struct timespec now = { 0, 0 }, soon = { 0, 100000000 };
	pthread_t t;
	long start;

	for (int i = 0; i < 3; i++)
		CHECK(send4(fd, "batch", TARGET, ECHO_PORT) == 5);
	usleep(100000);
	CHECK(batch(4, MSG_WAITFORONE, NULL) == 3);
	CHECK(msgs[2].msg_len == 5 && memcmp(bufs[2], "batch", 5) == 0);
	/* It waits for the first. */
	CHECK(pthread_create(&t, NULL, send_later, NULL) == 0);
	CHECK(batch(4, MSG_WAITFORONE, NULL) == 1 || errno == EAGAIN);
	CHECK(pthread_join(t, NULL) == 0);
	usleep(100000);
	batch(4, MSG_DONTWAIT, NULL);
	/* The time-out is looked at after each: it ends no wait. */
	for (int i = 0; i < 3; i++)
		CHECK(send4(fd, "batch", TARGET, ECHO_PORT) == 5);
	usleep(100000);
	CHECK(batch(4, 0, &now) == 1);
	CHECK(batch(2, 0, &soon) == 2);
	CHECK(soon.tv_sec == 0 && soon.tv_nsec <= 100000000);
	start = now_ms();
	CHECK_FAILS(batch(4, 0, &soon), EAGAIN); /* SO_RCVTIMEO */
	CHECK(now_ms() - start >= 290 && now_ms() - start < 1500);
	CHECK_FAILS(batch(4, MSG_DONTWAIT, NULL), EAGAIN);
	CHECK_FAILS(batch(4, 0, &(struct timespec){ 0, -1 }), EINVAL);
	CHECK(recvmmsg(fd, msgs, 0, MSG_DONTWAIT, NULL) <= 0);
}

int main(void)
{
	start_echo();
	fd = udp_socket();
	receive();
	receive_batches();
	return 0;
}
