/* SPDX-License-Identifier: MIT */
/* Registrations of a connecting socket: level, edge, once; ADD, MOD, DEL. */
#include "oracle.h"

#define ALL (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI)

/* From connect to data, whatever was registered. */
static void to_its_end(int ep, int fd)
{
	waited(ep, SOON);
	waited(ep, LONG);
	when();
	waited(ep, SOON);
	say_error(fd);
	talk(fd);
	waited(ep, 0);
}

void epoll_after(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', ALL);
	to_its_end(ep, fd);
}

void epoll_after_edge(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', ALL | EPOLLET);
	to_its_end(ep, fd);
}

void epoll_after_once(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT | EPOLLONESHOT);
	to_its_end(ep, fd);
	watch(ep, EPOLL_CTL_MOD, fd, 'b', EPOLLOUT | EPOLLONESHOT);
	waited(ep, SOON);
	waited(ep, SOON);
}

void epoll_after_exclusive(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a',
	      EPOLLIN | EPOLLOUT | EPOLLEXCLUSIVE);
	to_its_end(ep, fd);
}

/* A socket that was never connected is reported as hung up. */
static void before(uint32_t events, bool look)
{
	int fd = sock(SOCK_NONBLOCK), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', events);
	if (look)
		waited(ep, 0);
	begin(fd, ACCEPTED);
	to_its_end(ep, fd);
}

void epoll_before(void)
{
	before(ALL, true);
}

void epoll_before_unseen(void)
{
	before(ALL, false);
}

void epoll_before_edge(void)
{
	before(ALL | EPOLLET, true);
}

void epoll_before_edge_unseen(void)
{
	before(ALL | EPOLLET, false);
}

void epoll_before_exclusive(void)
{
	before(EPOLLIN | EPOLLOUT | EPOLLEXCLUSIVE, true);
}

/* What has fired before the connect does not fire again. */
void epoll_before_once(void)
{
	int fd = sock(SOCK_NONBLOCK), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT | EPOLLONESHOT);
	waited(ep, 0);
	begin(fd, ACCEPTED);
	waited(ep, LATER);
	watch(ep, EPOLL_CTL_MOD, fd, 'b', EPOLLOUT | EPOLLONESHOT);
	waited(ep, SOON);
}

void epoll_before_once_unseen(void)
{
	before(EPOLLIN | EPOLLOUT | EPOLLONESHOT, false);
}

/* Fired before the connect, armed again during it. */
void epoll_before_once_armed(void)
{
	int fd = sock(SOCK_NONBLOCK), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT | EPOLLONESHOT);
	waited(ep, 0);
	begin(fd, ACCEPTED);
	watch(ep, EPOLL_CTL_MOD, fd, 'b', EPOLLOUT | EPOLLONESHOT);
	to_its_end(ep, fd);
}

/* Edges of what is not asked for are none. */
void epoll_edge_in_only(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLET);
	waited(ep, LATER);
	MUST(send(fd, "x", 1, 0) == 1);
	waited(ep, LONG);
	waited(ep, SOON);
}

void epoll_edge_data(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT | EPOLLET);
	waited(ep, LONG);
	when();
	MUST(send(fd, "x", 1, 0) == 1);
	waited(ep, LONG);
	waited(ep, SOON);
	MUST(send(fd, "x", 1, 0) == 1);
	waited(ep, LONG);
	waited(ep, SOON);
}

void epoll_no_events(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', 0);
	waited(ep, LATER);
	watch(ep, EPOLL_CTL_MOD, fd, 'a', EPOLLOUT);
	waited(ep, SOON);
}

/* As the kernel checks them: the table, then the arguments. */
void epoll_errors(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll(), other = new_epoll();
	struct epoll_event event = { .events = EPOLLOUT };

	watch(ep, EPOLL_CTL_MOD, fd, 'a', EPOLLOUT);
	watch(ep, EPOLL_CTL_DEL, fd, 'a', 0);
	DO(epoll_ctl(ep, EPOLL_CTL_ADD, fd, NULL));
	DO(epoll_ctl(ep, 77, fd, &event));
	DO(epoll_ctl(-1, EPOLL_CTL_ADD, fd, &event));
	DO(epoll_ctl(fd, EPOLL_CTL_ADD, fd, &event));
	DO(epoll_ctl(fd, EPOLL_CTL_ADD, ep, &event));
	DO(epoll_ctl(STDIN_FILENO, EPOLL_CTL_ADD, fd, &event));
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	watch(ep, EPOLL_CTL_ADD, fd, 'b', EPOLLIN);
	DO(epoll_ctl(ep, EPOLL_CTL_MOD, fd, NULL));
	DO(epoll_ctl(ep, 77, fd, &event));
	DO(epoll_ctl(ep, EPOLL_CTL_DEL, ep, &event));
	watch(other, EPOLL_CTL_MOD, fd, 'a', EPOLLIN);
	watch(other, EPOLL_CTL_DEL, fd, 'a', 0);
	waited(ep, SOON);
	waited(ep, LONG);
	when();
	watch(ep, EPOLL_CTL_ADD, fd, 'b', EPOLLIN);
	DO(epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL));
	watch(ep, EPOLL_CTL_DEL, fd, 'a', 0);
}

/* The same, registered before. */
void epoll_errors_before(void)
{
	int fd = sock(SOCK_NONBLOCK), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	begin(fd, ACCEPTED);
	watch(ep, EPOLL_CTL_ADD, fd, 'b', EPOLLIN);
	DO(epoll_ctl(ep, EPOLL_CTL_MOD, fd, NULL));
	waited(ep, SOON);
	DO(epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL));
	watch(ep, EPOLL_CTL_DEL, fd, 'a', 0);
	watch(ep, EPOLL_CTL_MOD, fd, 'a', EPOLLOUT);
	waited(ep, LATER);
	watch(ep, EPOLL_CTL_ADD, fd, 'c', EPOLLOUT);
	waited(ep, SOON);
}

void epoll_errors_exclusive(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a',
	      EPOLLOUT | EPOLLEXCLUSIVE | EPOLLONESHOT);
	watch(ep, EPOLL_CTL_ADD, fd, 'a',
	      EPOLLOUT | EPOLLEXCLUSIVE | EPOLLRDHUP);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT | EPOLLEXCLUSIVE);
	watch(ep, EPOLL_CTL_MOD, fd, 'b', EPOLLOUT);
	watch(ep, EPOLL_CTL_MOD, fd, 'b', EPOLLOUT | EPOLLEXCLUSIVE);
	watch(ep, EPOLL_CTL_DEL, fd, 'b', 0);
	watch(ep, EPOLL_CTL_ADD, fd, 'c', EPOLLOUT);
	watch(ep, EPOLL_CTL_MOD, fd, 'd', EPOLLOUT | EPOLLEXCLUSIVE);
	waited(ep, SOON);
	waited(ep, LONG);
	when();
}

/* The last value counts: events and data. */
void epoll_mod(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN);
	watch(ep, EPOLL_CTL_MOD, fd, 'b', EPOLLOUT | EPOLLIN);
	waited(ep, SOON);
	watch(ep, EPOLL_CTL_MOD, fd, 'c', EPOLLOUT | EPOLLET);
	to_its_end(ep, fd);
}

void epoll_mod_before(void)
{
	int fd = sock(SOCK_NONBLOCK), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLET);
	waited(ep, 0);
	begin(fd, ACCEPTED);
	watch(ep, EPOLL_CTL_MOD, fd, 'b', EPOLLOUT);
	to_its_end(ep, fd);
}

void epoll_mod_away(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	watch(ep, EPOLL_CTL_MOD, fd, 'a', EPOLLIN);
	waited(ep, LATER);
	watch(ep, EPOLL_CTL_MOD, fd, 'b', EPOLLOUT | EPOLLET);
	waited(ep, SOON);
	waited(ep, SOON);
	/* A MOD is an edge. */
	watch(ep, EPOLL_CTL_MOD, fd, 'c', EPOLLOUT | EPOLLET);
	waited(ep, SOON);
	waited(ep, SOON);
}

void epoll_del(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	watch(ep, EPOLL_CTL_DEL, fd, 'a', 0);
	watch(ep, EPOLL_CTL_DEL, fd, 'a', 0);
	waited(ep, LATER);
	watch(ep, EPOLL_CTL_ADD, fd, 'b', EPOLLOUT);
	waited(ep, SOON);
}

void epoll_del_add(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN);
	watch(ep, EPOLL_CTL_DEL, fd, 'a', 0);
	watch(ep, EPOLL_CTL_ADD, fd, 'b', EPOLLOUT | EPOLLET);
	to_its_end(ep, fd);
}

/* Registered before, deleted during it, and not there when it ends. */
void epoll_del_before(void)
{
	int fd = sock(SOCK_NONBLOCK), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	begin(fd, ACCEPTED);
	watch(ep, EPOLL_CTL_DEL, fd, 'a', 0);
	waited(ep, LATER);
	watch(ep, EPOLL_CTL_MOD, fd, 'a', EPOLLOUT);
	watch(ep, EPOLL_CTL_ADD, fd, 'b', EPOLLOUT);
	waited(ep, SOON);
}

/* Afterwards it is a registration like any other. */
void epoll_afterwards(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	waited(ep, LONG);
	when();
	watch(ep, EPOLL_CTL_MOD, fd, 'b', EPOLLIN);
	waited(ep, SOON);
	MUST(send(fd, "x", 1, 0) == 1);
	waited(ep, LONG);
	watch(ep, EPOLL_CTL_MOD, fd, 'c', EPOLLIN | EPOLLOUT);
	waited(ep, 0);
	watch(ep, EPOLL_CTL_DEL, fd, 'c', 0);
	waited(ep, SOON);
	watch(ep, EPOLL_CTL_MOD, fd, 'd', EPOLLIN);
}

/* The peer's first words come close behind the connection. */
void epoll_banner(void)
{
	int fd = begun(BANNER), ep = new_epoll();
	char buf[8] = "";

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLIN | EPOLLOUT);
	waited(ep, SOON);
	collect(ep, EPOLLIN | EPOLLOUT);
	when();
	DO(recv(fd, buf, sizeof(buf), 0));
	say("%.5s", buf);
	waited(ep, 0);
}

void epoll_banner_edge(void)
{
	int fd = begun(BANNER), ep = new_epoll();
	char buf[8] = "";

	watch(ep, EPOLL_CTL_ADD, fd, 'a',
	      EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
	waited(ep, SOON);
	collect(ep, EPOLLIN | EPOLLOUT);
	when();
	waited(ep, SOON);
	DO(recv(fd, buf, sizeof(buf), 0));
	say("%.5s", buf);
	waited(ep, 0);
}

static void block_alarm(sigset_t *with, sigset_t *without)
{
	sigprocmask(SIG_BLOCK, NULL, without);
	sigdelset(without, SIGALRM);
	*with = *without;
	sigaddset(with, SIGALRM);
}

/* A signal that only the wait lets in. */
void epoll_pwait_mask(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();
	struct epoll_event events[4];
	sigset_t with, without;

	block_alarm(&with, &without);
	sigprocmask(SIG_SETMASK, &with, NULL);
	on_alarm(SA_RESTART);
	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	alarm_in(SOON);
	say_events(epoll_pwait(ep, events, 4, LONG, &without), events);
	say("alarms: %d", alarms());
	alarm_in(SOON);
	say_events(epoll_pwait(ep, events, 4, LONG, &with), events);
	when();
	say("alarms: %d", alarms());
	sigprocmask(SIG_SETMASK, &without, NULL);
	say("alarms: %d", alarms());
}

void epoll_pwait2_time(void)
{
	int fd = begun(ACCEPTED), ep = new_epoll();
	struct timespec soon = { 0, SOON * 1000000 }, later = { 3, 0 };
	struct epoll_event events[4];

	watch(ep, EPOLL_CTL_ADD, fd, 'a', EPOLLOUT);
	say_events(epoll_pwait2(ep, events, 4, &soon, NULL), events);
	say_events(epoll_pwait2(ep, events, 4, &later, NULL), events);
	when();
}

/* A socket of the other family, as Java's all are. */
static int mapped(enum outcome outcome)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in sin = target(outcome);
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6,
				     .sin6_port = sin.sin_port };

	MUST(fd >= 0);
	starting();
	sin6.sin6_addr.s6_addr32[2] = htonl(0xffff);
	sin6.sin6_addr.s6_addr32[3] = sin.sin_addr.s_addr;
	DO(connect(fd, (struct sockaddr *)&sin6, sizeof(sin6)));
	DO(connect(fd, (struct sockaddr *)&sin6, sizeof(sin6)));
	return fd;
}

void mapped_connected(void)
{
	int fd = mapped(ACCEPTED), ep = new_epoll();
	struct sockaddr_in6 sin6;
	socklen_t len = sizeof(sin6);

	watch(ep, EPOLL_CTL_ADD, fd, 'a', ALL | EPOLLET);
	DO(getpeername(fd, (struct sockaddr *)&sin6, &len));
	waited(ep, SOON);
	waited(ep, LONG);
	waited(ep, SOON);
	say_error(fd);
	DO(getpeername(fd, (struct sockaddr *)&sin6, &len));
	DO(sin6.sin6_addr.s6_addr32[2] == htonl(0xffff));
	DO(sin6.sin6_addr.s6_addr32[3] == target(ACCEPTED).sin_addr.s_addr);
	talk(fd);
}

void mapped_failed(void)
{
	int fd = mapped(REFUSED), ep = new_epoll();

	watch(ep, EPOLL_CTL_ADD, fd, 'a', ALL | EPOLLET);
	waited(ep, SOON);
	settle(ep);
	waited(ep, LONG);
	waited(ep, SOON);
	say_error(fd);
	say_error(fd);
	polled(fd, ALL, 0);
}
