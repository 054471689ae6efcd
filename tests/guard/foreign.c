/* SPDX-License-Identifier: MIT */
/*
 * foreign - what a program does that the library is not in; statically linked
 *
 *   foreign VERB ADDRESS PORT [ARGUMENT]
 *
 *   fetch     connect and wait, send a line, print what comes until the end
 *   nonblock  the same without waiting: prints what connect(2) says, then how
 *             many ms until it is writable, and SO_ERROR
 *   alarm     connect and wait; a handler without SA_RESTART after 100 ms
 *   restart   the same; a handler with SA_RESTART
 *   bulk      connect, send ARGUMENT octets, shut down, count what comes back
 *   bulk-nonblock  the same, but connects without waiting
 *   leave     connect without waiting, send ARGUMENT octets, end
 *   sendto    one datagram, not connected; print what comes
 *   datagram  one datagram, connected; print what comes
 *   both      the same, but each names the address, too
 *   shout     the same, but ends at once
 *   many      ARGUMENT datagrams, connected; count what comes
 *   twice     connect without waiting, and again when it is writable
 *   join      a multicast group, on the interface of index PORT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static union {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
} to;
static socklen_t to_len;

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void parse(const char *address, const char *port)
{
	const in_port_t p = htons((uint16_t)atoi(port));

	if (inet_pton(AF_INET, address, &to.in.sin_addr) == 1) {
		to.in.sin_family = AF_INET;
		to.in.sin_port = p;
		to_len = sizeof(to.in);
	} else if (inet_pton(AF_INET6, address, &to.in6.sin6_addr) == 1) {
		to.in6.sin6_family = AF_INET6;
		to.in6.sin6_port = p;
		to_len = sizeof(to.in6);
	} else {
		exit(2);
	}
}

static int make(int type)
{
	int fd = socket(to.sa.sa_family, type, 0);

	if (fd < 0) {
		printf("socket: %s\n", strerrorname_np(errno));
		exit(1);
	}
	return fd;
}

static void print_all(int fd)
{
	char buf[4096];
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		fwrite(buf, 1, (size_t)n, stdout);
	if (n < 0)
		printf("recv: %s\n", strerrorname_np(errno));
}

static int say(const char *what, int r)
{
	printf("%s: %s\n", what, r < 0 ? strerrorname_np(errno) : "0");
	fflush(stdout);
	return r;
}

static int so_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	return error;
}

static int fetch(int fd)
{
	if (connect(fd, &to.sa, to_len) != 0)
		return say("connect", -1);
	send(fd, "hello\n", 6, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	print_all(fd);
	return 0;
}

static int nonblock(int fd, bool twice)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	long start = now_ms();
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	say("connect", connect(fd, &to.sa, to_len));
	printf("after: %ld\n", now_ms() - start);
	poll(&p, 1, 20000);
	printf("writable: %ld\n", now_ms() - start);
	if (twice) {
		say("again", connect(fd, &to.sa, to_len));
		say("and again", connect(fd, &to.sa, to_len));
	}
	errno = so_error(fd);
	if (say("error", errno != 0 ? -1 : 0) != 0)
		return 1;
	fcntl(fd, F_SETFL, flags);
	send(fd, "hello\n", 6, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	print_all(fd);
	return 0;
}

static void on_alarm(int signal)
{
	(void)signal;
	(void)!write(STDOUT_FILENO, "alarm\n", 6);
}

static int interrupted(int fd, int flags)
{
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
	struct itimerval after = {.it_value.tv_usec = 100000};
	long start = now_ms();
	int r;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &after, NULL);
	r = connect(fd, &to.sa, to_len);
	say("connect", r);
	printf("after: %ld\n", now_ms() - start);
	return r;
}

static int connect_somehow(int fd, bool waits)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int r;

	if (!waits)
		fcntl(fd, F_SETFL, O_NONBLOCK);
	r = connect(fd, &to.sa, to_len);
	if (r != 0 && !waits && errno == EINPROGRESS) {
		poll(&p, 1, -1);
		errno = so_error(fd);
		r = errno != 0 ? -1 : 0;
	}
	return r == 0 ? 0 : say("connect", -1);
}

static int leave(int fd, long octets)
{
	static char buf[65536];

	if (connect_somehow(fd, false) != 0)
		return -1;
	fcntl(fd, F_SETFL, 0);
	while (octets > 0) {
		ssize_t n = send(fd, buf,
				 octets < (long)sizeof(buf) ? (size_t)octets
							    : sizeof(buf),
				 MSG_NOSIGNAL);

		if (n < 0)
			return say("send", -1);
		octets -= n;
	}
	return 0;
}

static int bulk(int fd, long octets, bool waits)
{
	static char buf[65536];
	long sent = 0, got = 0;
	ssize_t n;

	if (connect_somehow(fd, waits) != 0)
		return -1;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		if (sent < octets)
			p.events |= POLLOUT;
		poll(&p, 1, -1);
		if ((p.revents & POLLOUT) != 0) {
			n = send(fd, buf,
				 octets - sent < (long)sizeof(buf)
					 ? (size_t)(octets - sent)
					 : sizeof(buf),
				 MSG_NOSIGNAL);
			if (n > 0)
				sent += n;
			if (sent == octets)
				shutdown(fd, SHUT_WR);
		}
		if ((p.revents & ~POLLOUT) == 0)
			continue;
		n = recv(fd, buf, sizeof(buf), 0);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			break;
		if (n > 0)
			got += n;
	}
	printf("back: %ld\n", got);
	return 0;
}

static int datagram(int fd, bool connected, bool addressed)
{
	struct timeval patience = {.tv_sec = 5};
	char buf[2048];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connected && connect(fd, &to.sa, to_len) != 0)
		return say("connect", -1);
	n = addressed ? sendto(fd, "hello", 5, 0, &to.sa, to_len)
		      : send(fd, "hello", 5, 0);
	if (n < 0)
		return say("send", -1);
	n = recv(fd, buf, sizeof(buf), 0);
	if (n < 0)
		return say("recv", -1);
	printf("%.*s\n", (int)n, buf);
	return 0;
}

static int many(int fd, int count)
{
	struct timeval patience = {.tv_sec = 2};
	char buf[1200] = {0};
	int got = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, &to.sa, to_len) != 0)
		return say("connect", -1);
	for (int i = 0; i < count; i++) {
		send(fd, buf, sizeof(buf), 0);
		if (recv(fd, buf, sizeof(buf), 0) == sizeof(buf))
			got++;
	}
	printf("back: %d\n", got);
	return 0;
}

/* What says so to the network is the kernel (IGMP, MLD), not a send. */
static int join(int fd, unsigned interface)
{
	struct ipv6_mreq six = {.ipv6mr_interface = interface};
	struct ip_mreqn four = {.imr_ifindex = (int)interface};
	struct group_req any = {.gr_interface = interface};

	memcpy(&any.gr_group, &to, to_len);
	if (to.sa.sa_family == AF_INET6) {
		six.ipv6mr_multiaddr = to.in6.sin6_addr;
		say("join", setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &six,
				       sizeof(six)));
		return say("again", setsockopt(fd, IPPROTO_IPV6,
					       MCAST_JOIN_GROUP, &any,
					       sizeof(any)));
	}
	four.imr_multiaddr = to.in.sin_addr;
	say("join", setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &four,
			       sizeof(four)));
	return say("again", setsockopt(fd, IPPROTO_IP, MCAST_JOIN_GROUP, &any,
				       sizeof(any)));
}

int main(int argc, char **argv)
{
	const char *verb = argc > 3 ? argv[1] : "";
	const char *more = argc > 4 ? argv[4] : "1";

	if (argc < 4)
		return 2;
	parse(argv[2], argv[3]);
	if (strcmp(verb, "fetch") == 0)
		return fetch(make(SOCK_STREAM)) != 0;
	if (strcmp(verb, "nonblock") == 0)
		return nonblock(make(SOCK_STREAM), false) != 0;
	if (strcmp(verb, "twice") == 0)
		return nonblock(make(SOCK_STREAM), true) != 0;
	if (strcmp(verb, "alarm") == 0)
		return interrupted(make(SOCK_STREAM), 0) != 0;
	if (strcmp(verb, "restart") == 0)
		return interrupted(make(SOCK_STREAM), SA_RESTART) != 0;
	if (strcmp(verb, "bulk") == 0)
		return bulk(make(SOCK_STREAM), atol(more), true) != 0;
	if (strcmp(verb, "bulk-nonblock") == 0)
		return bulk(make(SOCK_STREAM), atol(more), false) != 0;
	if (strcmp(verb, "leave") == 0)
		return leave(make(SOCK_STREAM), atol(more)) != 0;
	if (strcmp(verb, "sendto") == 0)
		return datagram(make(SOCK_DGRAM), false, true) != 0;
	if (strcmp(verb, "datagram") == 0)
		return datagram(make(SOCK_DGRAM), true, false) != 0;
	if (strcmp(verb, "both") == 0)
		return datagram(make(SOCK_DGRAM), true, true) != 0;
	if (strcmp(verb, "shout") == 0) {
		int fd = make(SOCK_DGRAM);

		return connect(fd, &to.sa, to_len) != 0 ||
		       send(fd, "hello", 5, 0) != 5;
	}
	if (strcmp(verb, "join") == 0)
		return join(make(SOCK_DGRAM), (unsigned)atoi(argv[3])) != 0;
	if (strcmp(verb, "many") == 0)
		return many(make(SOCK_DGRAM), atoi(more)) != 0;
	return 2;
}
