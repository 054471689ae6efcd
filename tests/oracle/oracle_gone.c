/* SPDX-License-Identifier: MIT */
/*
 * A connect given up: by close, shutdown, AF_UNSPEC. The peer, if it can know,
 * is told at once. In scenarios gone_*, nothing is to come of the first
 * connect.
 */
#include "oracle.h"

void gone_close(void)
{
	int fd = begun(ACCEPTED);

	nap(SOON);
	DO(close(fd));
	peer_has_left();
	DO(close(fd));
}

void gone_close_watched(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	waited(ep, SOON);
	DO(close(fd));
	peer_has_left();
	waited(ep, LATER);
}

void gone_close_range(void)
{
	int fd = high_fd(begun(ACCEPTED), 100);

	nap(SOON);
	DO(close_range((unsigned)fd, (unsigned)fd + 5, 0));
	peer_has_left();
	DO(close(fd));
}

void gone_dup2(void)
{
	int fd = begun(ACCEPTED);

	nap(SOON);
	DO(dup2(STDIN_FILENO, fd) == fd);
	peer_has_left();
}

/* The last of two, in any order. */
void gone_dup_close(void)
{
	int fd = begun(ACCEPTED), copy = dup(fd);

	nap(SOON);
	DO(close(fd));
	DO(dial(copy, ACCEPTED));
	DO(close(copy));
	peer_has_left();
}

void gone_exit(void)
{
	pid_t pid = fork();

	MUST(pid >= 0);
	if (pid == 0) {
		begun(ACCEPTED);
		nap(SOON);
		_exit(0);
	}
	MUST(waitpid(pid, NULL, 0) == pid);
	peer_has_left();
}

void gone_exec(void)
{
	int ends[2];
	pid_t pid;
	char c;

	MUST(pipe2(ends, O_CLOEXEC) == 0 && (pid = fork()) >= 0);
	if (pid == 0) {
		begin(sock(SOCK_NONBLOCK | SOCK_CLOEXEC), ACCEPTED);
		nap(SOON);
		execl("/bin/sleep", "sleep", "1", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	MUST(read(ends[0], &c, 1) == 0);
	peer_has_left();
	MUST(waitpid(pid, NULL, 0) == pid);
}

/* As it is then: the bits, the error, the data, the names. */
static void look(int fd)
{
	char buf[4];

	polled(fd, POLLIN | POLLOUT | POLLRDHUP, 0);
	say_error(fd);
	say_error(fd);
	say_peer(fd);
	DO(recv(fd, buf, sizeof(buf), 0));
	DO(send(fd, "ping", 4, MSG_NOSIGNAL));
	polled(fd, POLLIN | POLLOUT | POLLRDHUP, 0);
}

static void shut(int how)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT | EPOLLRDHUP);
	waited(ep, SOON);
	did("shutdown", shutdown(fd, how));
	waited(ep, 0);
	peer_has_left();
	look(fd);
	waited(ep, 0);
	DO(shutdown(fd, SHUT_RDWR));
}

void gone_shut_rd(void)
{
	shut(SHUT_RD);
}

void gone_shut_wr(void)
{
	shut(SHUT_WR);
}

void gone_shut_rdwr(void)
{
	shut(SHUT_RDWR);
}

void gone_shut_wrong(void)
{
	int fd = begun(ACCEPTED);

	DO(shutdown(fd, 77));
	DO(dial(fd, ACCEPTED));
	DO(shutdown(fd, SHUT_RDWR));
	DO(dial(fd, ACCEPTED));
	peer_has_left();
}

/* A socket that has been shut down may be connected again. */
static void shut_again(int how, bool look_first)
{
	int fd = begun(ACCEPTED);

	nap(SOON);
	did("shutdown", shutdown(fd, how));
	if (look_first)
		look(fd);
	begin(fd, ACCEPTED);
	polled(fd, POLLIN | POLLOUT, SOON);
	polled(fd, POLLIN | POLLOUT, LONG);
	say_error(fd);
	talk(fd);
}

void shut_rd_again(void)
{
	shut_again(SHUT_RD, false);
}

void shut_wr_again(void)
{
	shut_again(SHUT_WR, false);
}

void shut_rdwr_again(void)
{
	shut_again(SHUT_RDWR, false);
}

void shut_looked_again(void)
{
	shut_again(SHUT_RDWR, true);
}

static int dissolve(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	return connect(fd, &none, sizeof(none));
}

void gone_unspec(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a',
	      EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
	waited(ep, SOON);
	DO(dissolve(fd));
	peer_has_left();
	waited(ep, 0);
	look(fd);
	waited(ep, 0);
	DO(dissolve(fd));
	DO(shutdown(fd, SHUT_RDWR));
}

void unspec_again(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT);
	waited(ep, SOON);
	DO(dissolve(fd));
	begin(fd, ACCEPTED);
	waited(ep, SOON);
	waited(ep, LONG);
	when();
	say_error(fd);
	talk(fd);
}

void unspec_looked_again(void)
{
	int fd = begun(REFUSED);

	nap(SOON);
	DO(dissolve(fd));
	look(fd);
	begin(fd, ACCEPTED);
	polled(fd, POLLIN | POLLOUT, SOON);
	polled(fd, POLLIN | POLLOUT, LONG);
	when();
	talk(fd);
}

/*
 * Another thread sleeps in the wait that this ends. It speaks second, of the
 * time that it woke.
 */
static volatile long shut_ms;

static void *poll_there(void *fd)
{
	struct pollfd p = { .fd = *(int *)fd,
			    .events = POLLIN | POLLOUT | POLLRDHUP };
	int n = poll(&p, 1, LONG);
	long woken = now_ms();

	nap(SOON);
	say_polled(n, &p, 1);
	say("%s", woken - shut_ms < 100 ? "at once" : "LATE");
	return NULL;
}

void gone_shut_polled(void)
{
	int fd = begun(ACCEPTED);
	pthread_t thread = in_thread(poll_there, &fd);

	nap(SOON);
	shut_ms = now_ms();
	DO(shutdown(fd, SHUT_RDWR));
	join(thread);
	peer_has_left();
}

static void *epoll_there(void *ep)
{
	struct epoll_event event;
	int n = epoll_wait(*(int *)ep, &event, 1, LONG);
	long woken = now_ms();

	nap(SOON);
	say_events(n, &event);
	say("%s", woken - shut_ms < 100 ? "at once" : "LATE");
	return NULL;
}

void gone_shut_waited(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();
	pthread_t thread = in_thread(epoll_there, &ep);

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT);
	nap(SOON);
	shut_ms = now_ms();
	DO(shutdown(fd, SHUT_WR));
	join(thread);
	peer_has_left();
}
