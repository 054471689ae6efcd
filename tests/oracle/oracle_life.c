/* SPDX-License-Identifier: MIT */
/* Connects across fork, exec and duplicates. */
#include "oracle.h"

#define ALL (EPOLLIN | EPOLLOUT | EPOLLRDHUP)

/* In the parent: the child has done its part. */
static void wait_for(pid_t pid)
{
	int status;

	MUST(waitpid(pid, &status, 0) == pid);
	MUST(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static bool in_child(pid_t *pid)
{
	*pid = fork();
	MUST(*pid >= 0);
	return *pid == 0;
}

/* Both learn of it; the child speaks first. */
static void both_poll(enum outcome outcome)
{
	int fd = begun(outcome);
	pid_t pid;

	if (in_child(&pid)) {
		polled(fd, ALL, SOON);
		polled(fd, ALL, LONG);
		when();
		_exit(0);
	}
	wait_for(pid);
	polled(fd, ALL, 0);
	when();
	say_error(fd);
	say_error(fd);
}

void fork_polls(void)
{
	both_poll(ACCEPTED);
}

void fork_polls_failed(void)
{
	both_poll(REFUSED);
}

void fork_error_once(void)
{
	int fd = begun(HOST);
	pid_t pid;

	if (in_child(&pid)) {
		settle(fd);
		polled(fd, ALL, 0);
		say_error(fd);
		_exit(0);
	}
	wait_for(pid);
	say_error(fd);
	forget_icmp(fd);
	polled(fd, ALL, 0);
}

void fork_selects(void)
{
	int fd = begun(ACCEPTED);
	struct timeval soon = { 0, SOON * 1000 };
	fd_set set;
	pid_t pid;

	if (in_child(&pid)) {
		FD_ZERO(&set);
		FD_SET(fd, &set);
		DO(select(fd + 1, NULL, &set, NULL, &soon));
		FD_SET(fd, &set);
		DO(select(fd + 1, NULL, &set, NULL, NULL));
		when();
		talk(fd);
		_exit(0);
	}
	wait_for(pid);
	say_peer(fd);
}

/* An epoll of the child's own. */
static void child_waits(enum outcome outcome, uint32_t events)
{
	int fd = begun(outcome);
	pid_t pid;

	if (in_child(&pid)) {
		int ep = new_epoll();

		watch(ep, EPOLL_CTL_ADD, fd, 'c', events);
		watch(ep, EPOLL_CTL_ADD, fd, 'd', events);
		waited(ep, SOON);
		waited(ep, LONG);
		when();
		waited(ep, 0);
		_exit(0);
	}
	wait_for(pid);
	polled(fd, ALL, 0);
	say_error(fd);
}

void fork_waits(void)
{
	child_waits(ACCEPTED, ALL | EPOLLET);
}

void fork_waits_failed(void)
{
	child_waits(REFUSED, ALL);
}

/* The parent's epoll is the child's, too. */
void fork_shares_epoll(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();
	pid_t pid;

	watch(ep, EPOLL_CTL_ADD, fd, 'p', EPOLLOUT);
	if (in_child(&pid)) {
		waited(ep, SOON);
		waited(ep, LONG);
		when();
		watch(ep, EPOLL_CTL_MOD, fd, 'c', EPOLLOUT);
		_exit(0);
	}
	wait_for(pid);
	waited(ep, 0);
}

/* Changed by the child before it is settled. */
void fork_changes_epoll(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();
	pid_t pid;

	watch(ep, EPOLL_CTL_ADD, fd, 'p', EPOLLIN);
	if (in_child(&pid)) {
		watch(ep, EPOLL_CTL_ADD, fd, 'c', EPOLLOUT);
		watch(ep, EPOLL_CTL_MOD, fd, 'd', EPOLLOUT);
		_exit(0);
	}
	wait_for(pid);
	waited(ep, SOON);
	waited(ep, LONG);
	when();
}

void fork_calls(void)
{
	int fd = begun(ACCEPTED);
	pid_t pid;
	char c;

	if (in_child(&pid)) {
		DO(dial(fd, ACCEPTED));
		DO(send(fd, "p", 1, 0));
		DO(recv(fd, &c, 1, 0));
		say_peer(fd);
		say_error(fd);
		polled(fd, POLLOUT, LONG);
		when();
		say_peer(fd);
		DO(dial(fd, ACCEPTED));
		DO(dial(fd, ACCEPTED));
		talk(fd);
		_exit(0);
	}
	wait_for(pid);
	DO(dial(fd, ACCEPTED));
	talk(fd);
}

/* One closes, or ends; the other's goes on. */
void fork_child_closes(void)
{
	int fd = begun(ACCEPTED);
	pid_t pid;

	if (in_child(&pid)) {
		DO(close(fd));
		_exit(0);
	}
	wait_for(pid);
	polled(fd, ALL, SOON);
	polled(fd, ALL, LONG);
	when();
	talk(fd);
}

void fork_parent_closes(void)
{
	int fd = begun(ACCEPTED);
	pid_t pid;

	if (in_child(&pid)) {
		nap(20);
		polled(fd, ALL, SOON);
		polled(fd, ALL, LONG);
		when();
		talk(fd);
		_exit(0);
	}
	DO(close(fd));
	wait_for(pid);
}

/* A shutdown is of the file, whoever calls it. */
void fork_child_shuts(void)
{
	int fd = begun(ACCEPTED);
	pid_t pid;

	if (in_child(&pid)) {
		DO(shutdown(fd, SHUT_RDWR));
		_exit(0);
	}
	wait_for(pid);
	polled(fd, ALL, SOON);
	say_error(fd);
}

/* The child's connect, of a socket that both have. */
void fork_child_connects(void)
{
	int fd = sock(SOCK_NONBLOCK), ep = new_epoll(), ends[2];
	pid_t pid;
	char c;

	MUST(pipe(ends) == 0);
	if (in_child(&pid)) {
		begin(fd, ACCEPTED);
		MUST(write(ends[1], "x", 1) == 1);
		polled(fd, ALL, LONG);
		when();
		_exit(0);
	}
	MUST(read(ends[0], &c, 1) == 1);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	waited(ep, SOON);
	polled(fd, ALL, 0);
	wait_for(pid);
	waited(ep, LONG);
	talk(fd);
}

/* The one that has called connect ends before it is settled. */
void fork_owner_ends(void)
{
	int fd = sock(SOCK_NONBLOCK), ends[2];
	pid_t pid;
	char c;

	MUST(pipe(ends) == 0);
	if (in_child(&pid)) {
		begin(fd, ACCEPTED);
		if (in_child(&pid)) {
			close(ends[0]);
			polled(fd, ALL, LONG);
			say_error(fd);
			talk(fd);
			_exit(0);
		}
		_exit(0);
	}
	wait_for(pid);
	close(ends[1]);
	/* The grandchild's end. */
	MUST(read(ends[0], &c, 1) == 0);
}

void inherited(int fd)
{
	polled(fd, POLLIN | POLLOUT, LONG);
	say_error(fd);
	say_peer(fd);
	talk(fd);
}

/* The new image gets the socket, connected or not yet. */
static void exec_with(enum outcome outcome)
{
	int fd = begun(outcome);
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	execl("/proc/self/exe", "oracle", "inherited", number, (char *)NULL);
	broken("exec");
}

void exec_pending(void)
{
	exec_with(ACCEPTED);
}

void exec_pending_failed(void)
{
	exec_with(REFUSED);
}

void exec_in_child(void)
{
	int fd = begun(ACCEPTED);
	char number[16];
	pid_t pid;

	snprintf(number, sizeof(number), "%d", fd);
	if (in_child(&pid)) {
		execl("/proc/self/exe", "oracle", "inherited", number,
		      (char *)NULL);
		broken("exec");
	}
	wait_for(pid);
	say_peer(fd);
}

/* Duplicates, and the end of the original. */
static void moved(int fd, int copy)
{
	DO(close(fd));
	DO(dial(copy, ACCEPTED));
	polled(copy, ALL, SOON);
	polled(copy, ALL, LONG);
	when();
	say_error(copy);
	say_peer(copy);
	talk(copy);
}

void dup_moved(void)
{
	int fd = begun(ACCEPTED);

	moved(fd, dup(fd));
}

void dup2_moved(void)
{
	int fd = begun(ACCEPTED);

	moved(fd, dup2(fd, 77));
}

void dup3_moved(void)
{
	int fd = begun(ACCEPTED);

	moved(fd, dup3(fd, 78, O_CLOEXEC));
}

void dup_fcntl_moved(void)
{
	int fd = begun(ACCEPTED);

	moved(fd, fcntl(fd, F_DUPFD_CLOEXEC, 100));
}

void dup_fcntl_open_moved(void)
{
	int fd = begun(ACCEPTED);

	moved(fd, fcntl(fd, F_DUPFD, 100));
}

/* Both numbers at once. */
void dup_both(void)
{
	int fd = begun(ACCEPTED), copy = dup(fd), n;
	struct pollfd fds[2] = { { .fd = fd, .events = ALL },
				 { .fd = copy, .events = ALL } };

	n = poll(fds, 2, SOON);
	say_polled(n, fds, 2);
	n = poll(fds, 2, LONG);
	when();
	say_polled(n, fds, 2);
	DO(close(fd));
	talk(copy);
}

/* Made before the connect. */
void dup_before(void)
{
	int fd = sock(SOCK_NONBLOCK), copy = dup(fd);

	begin(fd, ACCEPTED);
	DO(dial(copy, ACCEPTED));
	polled(copy, ALL, SOON);
	DO(close(fd));
	polled(copy, ALL, LONG);
	when();
	talk(copy);
}

/* Over another connecting socket. */
void dup2_over(void)
{
	int fd = begun(REFUSED), other = begun(ACCEPTED);

	DO(dup2(other, fd) == fd);
	DO(close(other));
	polled(fd, ALL, SOON);
	polled(fd, ALL, LONG);
	when();
	say_error(fd);
	talk(fd);
}
