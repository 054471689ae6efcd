/* SPDX-License-Identifier: MIT */
/*
 * Threads that use the same sockets, and what may happen to those meanwhile:
 * duplicates, children, other peers, relays that get lost. Whatever comes is
 * whole, comes from where it was sent to, and shows no header; in the end
 * there are as many descriptors as before.
 *
 *   udp_stress [SECONDS [THREADS [SOCKETS]]]
 *
 * run: limit=5000
 * script: read-greeting; send 0500; read-request; relay; next
 * script: read-greeting; send 0500; read-request; relay lose=300; next
 * script: read-greeting; send 0500; read-request; relay source=9.9.9.9:9; next
 * script: read-greeting; send 0500; read-request; relay bad stranger; next
 * script: read-greeting; send 0500; read-request; relay lose=50; next
 * script: read-greeting; send 0500; read-request; reply 1; close; next
 * script: read-greeting; send 0500; read-request; relay shut=100
 * log-count: 0 no header
 */
#define ECHO_PORT 7051
#include "datagram.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

#define THREADS_MAX 16
#define SOCKETS_MAX 16

static int sockets[SOCKETS_MAX], nsockets = 4;
static pthread_rwlock_t locks[SOCKETS_MAX]; /* written: closed and made anew */
static atomic_bool over;
static atomic_long sent, received;

/* Of a random length that each octet depends on. */
static size_t compose(char *buf, unsigned *seed)
{
	size_t n = (size_t)rand_r(seed) % 1300;

	for (size_t i = 0; i < n; i++)
		buf[i] = (char)('a' + (i + n) % 23);
	return n;
}

static void check(const char *buf, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++)
		if (buf[i] != (char)('a' + (i + n) % 23)) {
			dprintf(2, "%zd octets, at %zd wrong:", n, i);
			for (ssize_t k = 0; k < n && k < 40; k++)
				dprintf(2, " %02x", (unsigned char)buf[k]);
			dprintf(2, "\n");
			NOT_REACHED();
		}
	received++;
}

static void out(int fd, unsigned *seed)
{
	char buf[1300];
	size_t n = compose(buf, seed), half = n / 2;
	struct sockaddr_in to = ipv4(TARGET, ECHO_PORT);
	struct iovec iov[2] = { { buf, half }, { buf + half, n - half } };
	struct mmsghdr msgs[2] = {
		{ .msg_hdr = { .msg_name = &to, .msg_namelen = sizeof(to),
			       .msg_iov = iov, .msg_iovlen = 2 } },
		{ .msg_hdr = { .msg_name = &to, .msg_namelen = sizeof(to),
			       .msg_iov = iov, .msg_iovlen = 2 } },
	};
	int flags = rand_r(seed) % 2 ? MSG_DONTWAIT : 0;

	switch (rand_r(seed) % 4) {
	case 0:
		sent += sendto(fd, buf, n, flags, (void *)&to, sizeof(to)) >= 0;
		break;
	case 1:
		sent += sendmsg(fd, &msgs[0].msg_hdr, flags) >= 0;
		break;
	case 2:
		sent += sendmmsg(fd, msgs, 2, flags) > 0;
		break;
	default:
		sent += send(fd, buf, n, flags) >= 0;
	}
}

static void check_source(const struct sockaddr_in *from)
{
	struct sockaddr_in one = ipv4(TARGET, ECHO_PORT);
	struct sockaddr_in other = ipv4("9.9.9.9", 9);

	CHECK(from->sin_addr.s_addr == one.sin_addr.s_addr ||
	      from->sin_addr.s_addr == other.sin_addr.s_addr);
	CHECK(from->sin_port == one.sin_port ||
	      from->sin_port == other.sin_port);
}

static void in(int fd, unsigned *seed)
{
	static _Thread_local char bufs[4][1400];
	struct sockaddr_in from[4];
	struct iovec iov[4];
	struct mmsghdr msgs[4];
	socklen_t len = sizeof(from[0]);
	int flags = rand_r(seed) % 4 ? MSG_DONTWAIT : 0, n;

	for (int i = 0; i < 4; i++) {
		iov[i] = (struct iovec){ bufs[i], sizeof(bufs[i]) };
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i], .msg_namelen = sizeof(from[i]),
			.msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	if (rand_r(seed) % 2) {
		n = recvmmsg(fd, msgs, 4, flags | MSG_WAITFORONE, NULL);
		for (int i = 0; i < n; i++) {
			check(bufs[i], msgs[i].msg_len);
			check_source(&from[i]);
		}
	} else {
		n = (int)recvfrom(fd, bufs[0], sizeof(bufs[0]), flags,
				  (void *)&from[0], &len);
		if (n >= 0) {
			check(bufs[0], n);
			check_source(&from[0]);
		}
	}
}

static int make(unsigned *seed)
{
	struct timeval patience = { 0, 2000 };
	int fd = socket(AF_INET, SOCK_DGRAM | (rand_r(seed) % 2
						       ? SOCK_NONBLOCK : 0), 0);

	CHECK(fd >= 0);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof(patience)) == 0);
	return fd;
}

static void in_a_child(int fd, unsigned *seed)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(20);
		for (int i = 0; i < 5; i++) {
			out(fd, seed);
			in(fd, seed);
		}
		_exit(0);
	}
	check_child(pid);
}

/* Nobody else uses it at this moment. */
static void replace(int *fd, unsigned *seed)
{
	int copy;

	switch (rand_r(seed) % 3) {
	case 0:
		copy = make(seed);
		CHECK(dup2(copy, *fd) == *fd);
		CHECK(close(copy) == 0);
		break;
	case 1:
		copy = fcntl(*fd, F_DUPFD, 500);
		CHECK(copy >= 500);
		CHECK(close(*fd) == 0);
		*fd = copy;
		break;
	default:
		CHECK(close(*fd) == 0);
		*fd = make(seed);
	}
}

static void disturb(int fd, unsigned *seed)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	switch (rand_r(seed) % 4) {
	case 0:
		in_a_child(fd, seed);
		break;
	case 1:
		connect4(fd, TARGET, ECHO_PORT);
		break;
	case 2:
		connect(fd, &nobody, sizeof(nobody));
		break;
	default:
		fd = dup(fd);
		in_a_child(fd, seed);
		CHECK(close(fd) == 0);
	}
}

static void *work(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	while (!over) {
		int i = rand_r(&seed) % nsockets;

		if (rand_r(&seed) % 200 == 0) {
			pthread_rwlock_wrlock(&locks[i]);
			replace(&sockets[i], &seed);
			pthread_rwlock_unlock(&locks[i]);
			continue;
		}
		pthread_rwlock_rdlock(&locks[i]);
		if (rand_r(&seed) % 100 == 0)
			disturb(sockets[i], &seed);
		for (int k = 0; k < 4; k++) {
			out(sockets[i], &seed);
			in(sockets[i], &seed);
		}
		pthread_rwlock_unlock(&locks[i]);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 4;
	int nthreads = argc > 2 ? atoi(argv[2]) : 4;
	pthread_t threads[THREADS_MAX];
	unsigned seed = (unsigned)getpid();

	if (argc > 3)
		nsockets = atoi(argv[3]);
	CHECK(nthreads <= THREADS_MAX && nsockets <= SOCKETS_MAX);
	for (int i = 0; i < nsockets; i++) {
		sockets[i] = make(&seed);
		pthread_rwlock_init(&locks[i], NULL);
	}
	for (int i = 0; i < nthreads; i++)
		CHECK(pthread_create(&threads[i], NULL, work,
				     (void *)(uintptr_t)(seed + (unsigned)i)) ==
		      0);
	sleep((unsigned)seconds);
	over = true;
	for (int i = 0; i < nthreads; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	printf("%ld sent, %ld received, seed %u\n", sent, received, seed);
	CHECK(sent > 1000 && received > sent / 10);
	return 0;
}
