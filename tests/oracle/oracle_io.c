/* SPDX-License-Identifier: MIT */
/* What a connecting socket answers to every other call. */
#include "oracle.h"

#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

void io_connect_again(void)
{
	int fd = begun(ACCEPTED);

	DO(dial(fd, ACCEPTED));
	DO(dial(fd, REFUSED));
	DO(connect(fd, NULL, 0));
	DO(connect(fd, nowhere, sizeof(struct sockaddr_in)));
	DO(connect(fd, (struct sockaddr *)&(struct sockaddr_in6){
			       .sin6_family = AF_INET6 },
		   sizeof(struct sockaddr_in6)));
	nap(SOON);
	DO(dial(fd, ACCEPTED));
	polled(fd, POLLOUT, LONG);
	when();
	DO(dial(fd, ACCEPTED));
	DO(dial(fd, ACCEPTED));
	DO(dial(fd, REFUSED));
	talk(fd);
}

/* Only connect(2) is asked, until it says so. */
void io_connect_loop(void)
{
	int fd = begun(ACCEPTED);

	while (dial(fd, ACCEPTED) == -1 && errno == EALREADY)
		nap(5);
	when();
	DO(dial(fd, ACCEPTED));
	talk(fd);
	fd = begun(REFUSED);
	while (dial(fd, REFUSED) == -1 && errno == EALREADY)
		nap(5);
	did("connect", -1);
	when();
}

void io_names(void)
{
	int fd = begun(ACCEPTED);
	struct sockaddr_in sin = { 0 };
	socklen_t len = sizeof(sin);

	say_peer(fd);
	DO(getpeername(fd, NULL, &len));
	DO(getsockname(fd, (struct sockaddr *)&sin, &len));
	say("%d %d", sin.sin_family == AF_INET, sin.sin_port != 0);
	polled(fd, POLLOUT, LONG);
	when();
	say_peer(fd);
	DO(getsockname(fd, (struct sockaddr *)&sin, &len));
	say("%d %d", sin.sin_family == AF_INET, sin.sin_port != 0);
}

void io_send(void)
{
	int fd = begun(ACCEPTED);
	struct sockaddr_in sin = target(ACCEPTED);
	struct iovec iov[2] = { { "pi", 2 }, { "ng", 2 } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	struct mmsghdr many[2] = { { .msg_hdr = msg }, { .msg_hdr = msg } };

	DO(send(fd, "ping", 4, 0));
	DO(send(fd, "ping", 4, MSG_DONTWAIT | MSG_NOSIGNAL));
	DO(send(fd, "p", 1, MSG_OOB));
	DO(send(fd, "", 0, 0));
	DO(send(fd, nowhere, 4, 0));
	DO(write(fd, "ping", 4));
	DO(write(fd, "", 0));
	DO(writev(fd, iov, 2));
	DO(writev(fd, iov, minus));
	DO(pwrite(fd, "ping", 4, 0));
	DO(pwritev2(fd, iov, 2, -1, 0));
	DO(sendto(fd, "ping", 4, 0, (struct sockaddr *)&sin, sizeof(sin)));
	DO(sendmsg(fd, &msg, 0));
	msg.msg_name = &sin;
	msg.msg_namelen = sizeof(sin);
	DO(sendmsg(fd, &msg, 0));
	DO(sendmsg(fd, NULL, 0));
	DO(sendmmsg(fd, many, 2, 0));
	polled(fd, POLLOUT, LONG);
	when();
	talk(fd);
	DO(sendto(fd, "ping", 4, 0, (struct sockaddr *)&sin, sizeof(sin)));
	DO(sendmmsg(fd, many, 2, 0));
}

void io_recv(void)
{
	int fd = begun(ACCEPTED);
	char buf[8];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct mmsghdr many[2] = { { .msg_hdr = msg }, { .msg_hdr = msg } };
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	DO(recv(fd, buf, sizeof(buf), 0));
	DO(recv(fd, buf, sizeof(buf), MSG_PEEK));
	DO(recv(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_WAITALL));
	DO(recv(fd, buf, 1, MSG_OOB));
	DO(recv(fd, buf, 1, MSG_TRUNC));
	DO(recv(fd, buf, 1, MSG_ERRQUEUE));
	DO(recv(fd, buf, 0, 0));
	DO(read(fd, buf, sizeof(buf)));
	DO(read(fd, buf, 0));
	DO(readv(fd, &iov, 1));
	DO(pread(fd, buf, sizeof(buf), 0));
	DO(preadv2(fd, &iov, 1, -1, 0));
	DO(recvfrom(fd, buf, 8, 0, (struct sockaddr *)&sin, &len));
	DO(recvmsg(fd, &msg, 0));
	DO(recvmsg(fd, NULL, 0));
	DO(recvmmsg(fd, many, 2, 0, NULL));
	polled(fd, POLLOUT, LONG);
	when();
	DO(recv(fd, buf, sizeof(buf), 0));
	talk(fd);
}

/* The descriptor's flags stay the program's. */
void io_flags(void)
{
	int fd = begun(ACCEPTED);
	int flags = fcntl(fd, F_GETFL);

	say("%d %d", (flags & O_NONBLOCK) != 0, flags & O_ACCMODE);
	DO(fcntl(fd, F_GETFD));
	DO(fcntl(fd, F_SETFD, FD_CLOEXEC));
	polled(fd, POLLOUT, LONG);
	when();
	DO(fcntl(fd, F_GETFL) == flags);
	DO(fcntl(fd, F_GETFD));
}

void io_queues(void)
{
	int fd = begun(ACCEPTED), n = 0x5555;

	DO(ioctl(fd, FIONREAD, &n));
	DO(n);
	DO(ioctl(fd, TIOCOUTQ, &n));
	DO(n);
	nap(SOON);
	DO(ioctl(fd, FIONREAD, &n));
	DO(n);
	DO(ioctl(fd, TIOCOUTQ, &n));
	DO(n);
	DO(ioctl(fd, SIOCATMARK, &n));
	DO(n);
	say_error(fd);
	polled(fd, POLLOUT, LONG);
	when();
	DO(ioctl(fd, FIONREAD, &n));
	DO(n);
	talk(fd);
}

static void get(int fd, int level, int option, const char *name)
{
	int value = 0x5555;
	socklen_t len = sizeof(value);

	did(name, getsockopt(fd, level, option, &value, &len));
	say("  %d", value);
}

void io_options(void)
{
	int fd = begun(ACCEPTED), on = 1, few = 3;
	struct linger linger = { 1, 0 };

	say_error(fd);
	DO(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)));
	DO(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
	DO(setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &few, sizeof(few)));
	DO(setsockopt(fd, SOL_SOCKET, SO_ERROR, &on, sizeof(on)));
	DO(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	get(fd, SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN");
	get(fd, SOL_SOCKET, SO_TYPE, "SO_TYPE");
	get(fd, IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");
	polled(fd, POLLOUT, LONG);
	when();
	get(fd, SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE");
	get(fd, IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");
	get(fd, IPPROTO_TCP, TCP_KEEPCNT, "TCP_KEEPCNT");
	talk(fd);
}

/* Nothing of this goes with a connect. */
void io_other_roles(void)
{
	int fd = begun(ACCEPTED);
	struct sockaddr_in sin = { .sin_family = AF_INET };

	DO(bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
	DO(listen(fd, 1));
	DO(accept(fd, NULL, NULL));
	DO(lseek(fd, 0, SEEK_CUR));
	polled(fd, POLLOUT, LONG);
	when();
	talk(fd);
}

/* Made blocking meanwhile: what may wait, waits for the connect. */
static int blocking(enum outcome outcome)
{
	int fd = begun(outcome);

	DO(fcntl(fd, F_SETFL, 0));
	return fd;
}

void io_blocking_send(void)
{
	int fd = blocking(ACCEPTED);

	DO(send(fd, "x", 1, MSG_DONTWAIT));
	DO(send(fd, "p", 1, 0));
	when();
	say_peer(fd);
	fd = blocking(ACCEPTED);
	DO(write(fd, "p", 1));
	when();
	fd = blocking(ACCEPTED);
	DO(writev(fd, &(struct iovec){ "p", 1 }, 1));
	when();
	fd = blocking(ACCEPTED);
	DO(sendto(fd, "p", 1, 0, NULL, 0));
	when();
}

void io_blocking_sendmsg(void)
{
	struct iovec iov = { "p", 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct mmsghdr many = { .msg_hdr = msg };
	int fd = blocking(ACCEPTED);

	DO(sendmsg(fd, &msg, 0));
	when();
	fd = blocking(ACCEPTED);
	DO(sendmmsg(fd, &many, 1, 0));
	when();
}

void io_blocking_send_failed(void)
{
	int fd = blocking(REFUSED);

	DO(send(fd, "p", 1, MSG_NOSIGNAL));
	when();
	DO(send(fd, "p", 1, MSG_NOSIGNAL));
	say_error(fd);
}

void io_blocking_send_timeout(void)
{
	int fd = blocking(ACCEPTED);
	struct timeval tv = { 0, SOON * 1000 };
	long start = now_ms();

	DO(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	DO(send(fd, "p", 1, 0));
	since(start, SOON);
	polled(fd, POLLOUT, LONG);
	when();
	talk(fd);
}

void io_blocking_send_signal(void)
{
	int fd = blocking(ACCEPTED);

	on_alarm(0);
	alarm_in(SOON);
	DO(send(fd, "p", 1, 0));
	say("alarms: %d", alarms());
	on_alarm(SA_RESTART);
	alarm_in(SOON);
	DO(send(fd, "p", 1, 0));
	when();
	say("alarms: %d", alarms());
}

void io_blocking_recv(void)
{
	int fd = blocking(BANNER);
	char buf[8] = "";

	DO(recv(fd, buf, 4, MSG_DONTWAIT));
	DO(recv(fd, buf, 2, MSG_PEEK));
	when();
	DO(recv(fd, buf, 5, MSG_WAITALL));
	say("%.5s", buf);
	fd = blocking(BANNER);
	DO(read(fd, buf, 2));
	when();
	fd = blocking(BANNER);
	DO(recvmsg(fd, &(struct msghdr){ .msg_iov = &(struct iovec){ buf, 2 },
					 .msg_iovlen = 1 }, 0));
	when();
}

void io_blocking_recv_failed(void)
{
	int fd = blocking(NET);
	char buf[8];

	DO(recv(fd, buf, 4, 0));
	when();
	DO(recv(fd, buf, 4, 0));
	say_error(fd);
}

void io_blocking_recv_timeout(void)
{
	int fd = blocking(ACCEPTED);
	struct timeval tv = { 0, SOON * 1000 };
	long start = now_ms();
	char buf[8];

	DO(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	DO(recv(fd, buf, 4, 0));
	since(start, SOON);
	polled(fd, POLLOUT, LONG);
	when();
}

void io_blocking_connect(void)
{
	int fd = blocking(ACCEPTED);

	DO(dial(fd, ACCEPTED));
	when();
	DO(dial(fd, ACCEPTED));
	fd = blocking(REFUSED);
	DO(dial(fd, ACCEPTED));
	when();
	DO(dial(fd, ACCEPTED));
	talk(fd);
}

/* The other way to say it. */
void io_fionbio(void)
{
	int fd = begun(ACCEPTED), off = 0, on = 1;

	DO(ioctl(fd, FIONBIO, &off));
	DO(fcntl(fd, F_GETFL) & O_NONBLOCK);
	DO(send(fd, "p", 1, 0));
	when();
	DO(ioctl(fd, FIONBIO, &on));
	talk(fd);
}

/* Data that does not come from the program's memory. */
void io_sendfile(void)
{
	int fd = begun(ACCEPTED), file = fileno(tmpfile()), ends[2];
	off_t offset = 0;

	MUST(write(file, "ping", 4) == 4 && pipe(ends) == 0);
	MUST(write(ends[1], "ping", 4) == 4);
	DO(sendfile(fd, file, &offset, 4));
	DO(offset);
	DO(splice(ends[0], NULL, fd, NULL, 4, 0));
	DO(splice(ends[0], NULL, fd, NULL, 4, SPLICE_F_NONBLOCK));
	DO(splice(fd, NULL, ends[1], NULL, 4, SPLICE_F_NONBLOCK));
	DO(splice(fd, NULL, ends[1], NULL, 4, 0));
	polled(fd, POLLOUT, LONG);
	when();
	DO(sendfile(fd, file, &offset, 4));
	DO(splice(ends[0], NULL, fd, NULL, 4, 0));
}

void io_sendfile_blocking(void)
{
	int fd = blocking(ACCEPTED), file = fileno(tmpfile()), ends[2];
	off_t offset = 0;

	MUST(write(file, "ping", 4) == 4 && pipe(ends) == 0);
	MUST(write(ends[1], "ping", 4) == 4);
	DO(sendfile(fd, file, &offset, 4));
	when();
	fd = blocking(ACCEPTED);
	DO(splice(ends[0], NULL, fd, NULL, 4, 0));
	when();
	fd = blocking(BANNER);
	DO(splice(fd, NULL, ends[1], NULL, 2, 0));
	when();
}
