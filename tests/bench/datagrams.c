/* SPDX-License-Identifier: MIT */
/*
 * Datagrams, many at a time:
 *
 *	datagrams relay                 be a proxy with a relay; print the port
 *	datagrams OPERATION COUNT       to 203.0.113.10:9, for socksify
 *	datagrams OPERATION COUNT PORT  by a client that composes the headers
 *
 * OPERATION: send SIZE (connected), sendto SIZE, sendmmsg SIZE (32 a call),
 * gso (40 segments of 1,200 octets a call), recv SIZE (connected), recvfrom
 * SIZE, recvmmsg SIZE (32 a call); written as one word, "send-64".
 *
 * Prints the CPU time of one datagram (of one call for gso), ns; with the marks
 * of count(1) around ten calls (four of batches) if COUNT is 10. The relay sends 128 datagrams
 * for each that reads "blast", as long as it says.
 */
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "marks.h"

enum { HEADER = 10, BATCH = 32, BLAST = 128, SEGMENTS = 40, SEGMENT = 1200 };

static const unsigned char header[HEADER] = { 0, 0, 0, 1, 203, 0, 113, 10,
					      0, 9 };
static struct sockaddr_in to; /* where datagrams are sent */
static size_t front;          /* octets of the header that is ours to write */
static int fd;
static unsigned char out[SEGMENTS * (HEADER + SEGMENT)];
static unsigned char in[BATCH][2048];
static size_t size;
static struct mmsghdr batch[BATCH];
static struct iovec iov[BATCH];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* --- the proxy ---------------------------------------------------------------- */

static void blast(int relay, const struct sockaddr_in *from, size_t n)
{
	static unsigned char answer[HEADER + 2048];

	memcpy(answer, header, HEADER);
	for (int i = 0; i < BLAST; i++)
		sendto(relay, answer, HEADER + n, 0,
		       (const struct sockaddr *)from, sizeof(*from));
}

static void serve(int control)
{
	struct sockaddr_in here = { .sin_family = AF_INET }, from;
	unsigned char reply[10] = { 5, 0, 0, 1 }, buf[70000];
	int relay = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(here);
	struct pollfd p[2] = { { .fd = control, .events = POLLIN },
			       { .fd = relay, .events = POLLIN } };

	inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
	bind(relay, (struct sockaddr *)&here, sizeof(here));
	getsockname(relay, (struct sockaddr *)&here, &len);
	memcpy(reply + 4, &here.sin_addr, 4);
	memcpy(reply + 8, &here.sin_port, 2);
	if (read(control, buf, 3) <= 0 || write(control, "\5\0", 2) != 2 ||
	    read(control, buf, 10) != 10 || write(control, reply, 10) != 10)
		exit(1);
	for (;;) {
		poll(p, 2, -1);
		len = sizeof(from);
		if (p[1].revents != 0 &&
		    recvfrom(relay, buf, sizeof(buf), 0,
			     (struct sockaddr *)&from, &len) > HEADER + 5 &&
		    memcmp(buf + HEADER, "blast", 5) == 0)
			blast(relay, &from,
			      (size_t)atoi((char *)buf + HEADER + 5));
		if (p[0].revents != 0)
			exit(0);
	}
}

static void relay(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	int l = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(here);

	inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
	if (bind(l, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    listen(l, 100) < 0 ||
	    getsockname(l, (struct sockaddr *)&here, &len) < 0)
		die("listen");
	printf("%d\n", ntohs(here.sin_port));
	fflush(stdout);
	for (;;) {
		int c = accept(l, NULL, NULL);

		if (fork() == 0) {
			close(l);
			serve(c);
		}
		close(c);
	}
}

/* --- the client --------------------------------------------------------------- */

static void associate(const char *port)
{
	struct sockaddr_in proxy = { .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)atoi(port)) };
	int control = socket(AF_INET, SOCK_STREAM, 0);
	unsigned char reply[10];

	inet_pton(AF_INET, "127.0.0.1", &proxy.sin_addr);
	if (connect(control, (struct sockaddr *)&proxy, sizeof(proxy)) < 0 ||
	    write(control, "\5\1\0", 3) != 3 || read(control, reply, 2) != 2 ||
	    write(control, "\5\3\0\1\0\0\0\0\0\0", 10) != 10 ||
	    read(control, reply, 10) != 10)
		die("associate");
	memcpy(&to.sin_addr, reply + 4, 4);
	memcpy(&to.sin_port, reply + 8, 2);
	front = HEADER;
	for (int i = 0; i < BATCH; i++)
		memcpy(in[i], header, HEADER);
	memcpy(out, header, HEADER);
}

static void check(ssize_t r)
{
	if (r < 0)
		die("datagram");
}

static void op_send(void)
{
	check(send(fd, out, front + size, 0));
}

static void op_sendto(void)
{
	check(sendto(fd, out, front + size, 0, (struct sockaddr *)&to,
		     sizeof(to)));
}

static void op_sendmmsg(void)
{
	check(sendmmsg(fd, batch, BATCH, 0));
}

static void op_gso(void)
{
	check(send(fd, out, SEGMENTS * (front + SEGMENT), 0));
}

static void op_recv(void)
{
	check(recv(fd, in[0], sizeof(in[0]), 0));
}

static void op_recvfrom(void)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);

	check(recvfrom(fd, in[0], sizeof(in[0]), 0, (struct sockaddr *)&from,
		       &len));
}

static void op_recvmmsg(void)
{
	for (int i = 0; i < BATCH; i++)
		batch[i].msg_hdr.msg_namelen = sizeof(to);
	check(recvmmsg(fd, batch, BATCH, MSG_DONTWAIT, NULL));
}

static const struct {
	const char *name;
	void (*op)(void);
	int per_call; /* datagrams that one call stands for */
	int connected, receives;
} ops[] = {
	{ "send", op_send, 1, 1, 0 },
	{ "sendto", op_sendto, 1, 0, 0 },
	{ "sendmmsg", op_sendmmsg, BATCH, 1, 0 },
	{ "gso", op_gso, 1, 1, 0 },
	{ "recv", op_recv, 1, 1, 1 },
	{ "recvfrom", op_recvfrom, 1, 0, 1 },
	{ "recvmmsg", op_recvmmsg, BATCH, 1, 1 },
};

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void await_blast(void)
{
	struct timespec ms = { .tv_nsec = 10000000 };
	unsigned char ask[HEADER + 16];
	int n;

	memcpy(ask, header, HEADER);
	n = sprintf((char *)ask + HEADER, "blast%zu", size) + 1;
	check(sendto(fd, ask + HEADER - front, front + (size_t)n, 0,
		     (struct sockaddr *)&to, sizeof(to)));
	nanosleep(&ms, NULL);
}

static double run(int which, long count)
{
	double spent = 0, start;
	long done = 0, calls = ops[which].receives
				       ? BLAST / ops[which].per_call
				       : BLAST;

	if (count == 10) {
		calls = ops[which].per_call == 1 ? 10 : 4;
		ops[which].receives ? await_blast() : ops[which].op();
		mark(MARK_BEGIN);
		for (long i = 0; i < calls; i++)
			ops[which].op();
		mark(MARK_END);
		return 0;
	}
	while (done < count) {
		if (ops[which].receives)
			await_blast();
		start = cpu_ns();
		for (long i = 0; i < calls; i++)
			ops[which].op();
		spent += cpu_ns() - start;
		done += calls * ops[which].per_call;
		if (ops[which].receives) /* what the last batch left */
			while (recv(fd, in[0], sizeof(in[0]), MSG_DONTWAIT) > 0)
				;
	}
	return spent / (double)done;
}

int main(int argc, char **argv)
{
	char *dash = argc > 1 ? strchr(argv[1], '-') : NULL;
	int which = -1, buffer = 4 << 20, segment;

	if (argc == 2 && strcmp(argv[1], "relay") == 0)
		relay();
	if (dash != NULL)
		*dash = '\0';
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]) && argc > 2; i++)
		if (strcmp(ops[i].name, argv[1]) == 0)
			which = (int)i;
	if (which < 0) {
		fprintf(stderr, "usage: datagrams OPERATION COUNT [PORT]\n");
		return 2;
	}
	size = dash != NULL ? (size_t)atoi(dash + 1) : SEGMENT;
	to.sin_family = AF_INET;
	to.sin_port = htons(9);
	inet_pton(AF_INET, "203.0.113.10", &to.sin_addr);
	if (argc > 3)
		associate(argv[3]);
	for (int i = 0; i < SEGMENTS; i++)
		memcpy(out + (size_t)i * (front + SEGMENT), header, front);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	for (int i = 0; i < BATCH; i++) {
		iov[i].iov_base = in[i];
		iov[i].iov_len = ops[which].receives ? sizeof(in[i])
						     : front + size;
		batch[i].msg_hdr.msg_iov = &iov[i];
		batch[i].msg_hdr.msg_iovlen = 1;
	}
	if (ops[which].connected &&
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("connect");
	segment = (int)front + SEGMENT;
	if (ops[which].op == op_gso &&
	    setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)) < 0)
		die("UDP_SEGMENT");
	printf("%.0f\n", run(which, atol(argv[2])));
	return 0;
}
