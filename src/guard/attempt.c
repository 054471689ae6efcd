/* SPDX-License-Identifier: MIT */
#include "guard/attempt.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libc/net.h"
#include "sock/udp_associate.h"

#define LOOK_MS 250

static struct attempt *going_on;

static void leave(struct attempt *a)
{
	if (a->at == NULL)
		return;
	*a->at = a->next;
	if (a->next != NULL)
		a->next->at = a->at;
	a->at = NULL;
	loop_unwatch(&a->watch);
}

static void end(struct attempt *a, int error)
{
	leave(a);
	a->done(a, error);
}

/* Return: whether it goes on */
static bool go_on(struct attempt *a, enum tcp_state state)
{
	uint32_t events =
		tcp_attempt_events(&a->tcp) == POLLOUT ? EPOLLOUT : EPOLLIN;

	if (state != TCP_CONNECTING && state != TCP_HANDSHAKE)
		end(a, state == TCP_DONE ? 0 : a->tcp.error);
	else if (loop_watch(&a->watch, events) != 0)
		end(a, ENOBUFS);
	else
		return true;
	return false;
}

static void ready(struct watch *w, uint32_t events)
{
	struct attempt *a = (struct attempt *)w;

	(void)events;
	go_on(a, tcp_attempt_step(&a->tcp, 0));
}

static void begin(struct attempt *a, int fd)
{
	a->watch = (struct watch){.fd = fd, .ready = ready};
	a->next = going_on;
	a->at = &going_on;
	if (going_on != NULL)
		going_on->at = &a->next;
	going_on = a;
}

/* A first step takes no round of the loop, and sees to the watch. */
static void began(struct attempt *a, int r)
{
	if (r != 0 && r != -EINPROGRESS)
		end(a, -r);
	else
		go_on(a, r == 0 ? tcp_attempt_step(&a->tcp, 0) : TCP_CONNECTING);
}

/* AF_INET6 reaches both kinds; AF_INET is there where IPv6 is not. */
static int family_of(const struct run *run)
{
	const struct endpoint *server;
	unsigned count;

	server = config_first_servers(&run->config, &count);
	for (unsigned i = 0; i < count; i++)
		if (server[i].kind == ENDPOINT_IPV6)
			return AF_INET6;
	return AF_INET;
}

void attempt_connect(struct attempt *a, struct run *run,
		     const struct endpoint *target)
{
	int family = family_of(run);
	int fd = net_socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    0);

	begin(a, fd);
	if (fd < 0)
		end(a, -fd);
	else
		began(a, tcp_attempt_begin(&a->tcp, run, fd, family, target,
					   NULL));
}

void attempt_associate(struct attempt *a, struct run *run)
{
	int fd = udp_associate_socket(run, false, -1);

	begin(a, fd);
	if (fd < 0)
		end(a, -fd);
	else
		began(a, udp_associate_begin(&a->tcp, run, fd));
}

void attempt_close(struct attempt *a)
{
	leave(a);
	loop_unwatch(&a->watch);
	if (a->watch.fd >= 0)
		close(a->watch.fd);
	a->watch.fd = -1;
}

int attempt_tick(uint64_t now)
{
	struct attempt *a = going_on;

	while (a != NULL) {
		struct attempt *next = a->next;

		if (now >= a->tcp.deadline)
			go_on(a, tcp_attempt_timed_out(&a->tcp));
		a = next;
	}
	return going_on != NULL ? LOOK_MS : -1;
}
