/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/time.h>

#include "libc/net.h"
#include "libc/sys.h"
#include "sock/tcp_connect.h"
#include "sock/tcp_fail.h"

/*
 * The longest single wait. After it the socket is read whether it is said to
 * be ready or not, because SO_RCVLOWAT may keep poll(2) from saying so; and
 * SO_SNDTIMEO, which costs a system call to learn, is only asked for then.
 */
#define SLICE_MS 50
/* Most connections are there by then; for the others there is more to ask. */
#define FIRST_SLICE_MS 10

/* When SO_SNDTIMEO ends a blocking connect, and no other (socket(7)). */
static uint64_t send_timeout_end(const struct tcp_attempt *a)
{
	struct timeval tv = { 0 };

	if (tcp_is_nonblocking(a->fd) ||
	    tcp_option(a->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) < 0 ||
	    (tv.tv_sec == 0 && tv.tv_usec == 0))
		return UINT64_MAX;
	/* It may end late, as the kernel's own, and never early. */
	return a->start + SOCK_TICK_MS + (uint64_t)tv.tv_sec * 1000 +
	       (uint64_t)tv.tv_usec / 1000;
}

/*
 * A signal handler has run. Who does not wait, as the program sees it, is not
 * interrupted; a wait with a time-out is never restarted.
 */
static bool is_interrupted(const struct tcp_attempt *a)
{
	return !tcp_is_nonblocking(a->fd) &&
	       (send_timeout_end(a) != UINT64_MAX || sock_signal_interrupts());
}

/*
 * Wait for the attempt's next step.
 * @give_up: ms: when the program's patience ends; 0 not asked yet
 * Return: 0 when a step is due, -ETIMEDOUT when our patience has ended,
 * -EINPROGRESS when the program's has, or -EINTR
 */
static int wait_for_step(const struct tcp_attempt *a, uint64_t *give_up,
			 sock_wait *wait, void *arg)
{
	uint64_t now, end;
	int ms = FIRST_SLICE_MS, r;

	/* No patience is as short as the first wait. */
	if (*give_up != 0) {
		now = sock_now_ms();
		end = *give_up < a->deadline ? *give_up : a->deadline;
		if (now >= end)
			return end == a->deadline ? -ETIMEDOUT : -EINPROGRESS;
		ms = end - now > SLICE_MS ? SLICE_MS : (int)(end - now);
	}
	r = wait(arg, a->fd, tcp_attempt_events(a), ms);
	if (r == -EINTR && !is_interrupted(a))
		return 0;
	if (r < 0)
		return r;
	if (r == 0 && *give_up == 0)
		*give_up = send_timeout_end(a);
	return 0;
}

int tcp_attempt_wait(struct tcp_attempt *a, sock_wait *wait, void *arg)
{
	uint64_t give_up = 0;
	enum tcp_state state = tcp_attempt_step(a, 0);
	int r;

	while (state == TCP_CONNECTING || state == TCP_HANDSHAKE) {
		r = wait_for_step(a, &give_up, wait, arg);
		if (r == -ETIMEDOUT)
			state = tcp_attempt_timed_out(a);
		else if (r < 0)
			return r;
		else
			state = tcp_attempt_step(a, 0);
	}
	if (state == TCP_DONE)
		return 0;
	tcp_disconnect(a->fd);
	return -a->error;
}

int sock_tcp_connect(struct run *run, int fd, int family,
		     const struct endpoint *target,
		     const struct endpoint *asked, sock_wait *wait, void *arg)
{
	struct tcp_attempt a;
	int r = tcp_attempt_begin(&a, run, fd, family, target, asked);

	if (r == 0) {
		r = tcp_attempt_wait(&a, wait, arg);
	} else if (r == -EINPROGRESS && tcp_is_nonblocking(fd)) {
		r = tcp_attempt_wait(&a, wait, arg);
		if (r == 0)
			tcp_attempt_settle(&a);
	}
	if (r == -EINTR || r == -EINPROGRESS)
		tcp_look_reset(fd, family);
	return r;
}

bool sock_stub_peer(struct run *run, int fd, struct endpoint *asked)
{
	int protocol = 0;
	uint64_t id;

	return tcp_option(fd, SOL_SOCKET, SO_PROTOCOL, &protocol,
			  sizeof(protocol)) == 0 &&
	       protocol == IPPROTO_TCP &&
	       tcp_option(fd, SOL_SOCKET, SO_COOKIE, &id, sizeof(id)) == 0 &&
	       peers_get(&run->peers, id, asked) && asked->port == 53;
}

bool sock_peer(struct run *run, int fd, const struct endpoint *peer,
	       struct endpoint *asked)
{
	const struct endpoint *server;
	unsigned count;
	uint64_t id;

	server = config_first_servers(&run->config, &count);
	for (unsigned i = 0; i < count; i++) {
		if (endpoint_equal(peer, &server[i]))
			return tcp_option(fd, SOL_SOCKET, SO_COOKIE, &id,
					  sizeof(id)) == 0 &&
			       peers_get(&run->peers, id, asked);
	}
	return false;
}

void sock_forget_peer(struct run *run, int fd)
{
	uint64_t id;

	if (tcp_option(fd, SOL_SOCKET, SO_COOKIE, &id, sizeof(id)) == 0)
		peers_drop(&run->peers, id);
}
