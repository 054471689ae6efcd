/* SPDX-License-Identifier: MIT */
/*
 * DOC: Theory of operation
 *
 * There is a listener on loopback whose queue is full, for it holds one
 * connection of our own and never gives it away: the kernel drops every other
 * SYN. To that the program's socket is connected, so that it is where a
 * connect(2) to a slow host leaves it, with all that the kernel says of such a
 * socket.
 *
 * When the proxy has connected us, a socket of ours with the listener's address
 * (SO_REUSEPORT) connects to the program's. Both have sent a SYN then, which is
 * a simultaneous open (RFC 9293 section 3.5): both are connected. From then on
 * data are pumped between that socket and the proxy.
 *
 * When it has failed, the program's socket is reset, out of a state in which it
 * has told nobody yet that it is connected: a SYN of ours (whose sender does
 * not take the answer, which has come too far for its IP_MINTTL) makes it
 * SYN_RECEIVED, and another one provokes an ACK, which its sender refutes by
 * RST. One event, with ECONNRESET. (To disconnect it by AF_UNSPEC and have it
 * refused by a closed port is two, and who looks in between finds no error.)
 *
 * Nothing of the program's is kept open meanwhile: to close a socket must take
 * it out of every epoll(7).
 */
#include "guard/park.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/alive.h"
#include "guard/attempt.h"
#include "guard/loopback.h"
#include "guard/pump.h"
#include "libc/net.h"
#include "sock/udp_address.h"

/* <linux/in6.h> */
#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif

struct parked {
	struct attempt proxy; /* first */
	struct watch own;     /* the socket that meets the program's */
	struct post begin;
	struct run *run;
	struct tracee_socket from;
	struct endpoint target;
	union udp_address program, lot; /* ends of the parked connection */
	bool meets;
};

struct lot {
	bool made;
	int listener, filler;
	union udp_address at;
};

/* Only the thread that answers calls. */
static struct lot lot4, lot6;

/* Those that meet: a program may have sent what no pump has taken over yet. */
static _Atomic unsigned meeting;

static bool make_lot(struct lot *lot, struct endpoint *ep)
{
	const int family = ep->kind == ENDPOINT_IPV4 ? AF_INET : AF_INET6;
	const int kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	socklen_t len = sizeof(lot->at);
	int on = 1, r;

	lot->listener = net_socket(family, kind, 0);
	lot->filler = net_socket(family, kind, 0);
	udp_address_of(&lot->at, ep, family);
	if (lot->listener < 0 || lot->filler < 0 ||
	    setsockopt(lot->listener, SOL_SOCKET, SO_REUSEPORT, &on,
		       sizeof(on)) != 0 ||
	    bind(lot->listener, &lot->at.sa, udp_address_len(&lot->at)) != 0 ||
	    listen(lot->listener, 0) != 0 ||
	    getsockname(lot->listener, &lot->at.sa, &len) != 0)
		return false;
	r = net_connect(lot->filler, &lot->at.sa, len);
	return r == 0 || r == -EINPROGRESS;
}

/* Where to park a socket that reaches @ep; NULL: nowhere */
static const struct lot *find_lot(struct endpoint *ep)
{
	struct lot *lot = ep->kind == ENDPOINT_IPV4 ? &lot4 : &lot6;

	if (lot->made)
		return lot;
	lot->made = make_lot(lot, ep);
	if (lot->made)
		return lot;
	if (lot->listener >= 0)
		close(lot->listener);
	if (lot->filler >= 0)
		close(lot->filler);
	return NULL;
}

static void forget(struct parked *p)
{
	attempt_close(&p->proxy);
	loop_unwatch(&p->own);
	if (p->own.fd >= 0)
		close(p->own.fd);
	if (p->meets)
		meeting--;
	loop_free(p);
}

bool park_are_done(void)
{
	return meeting == 0;
}

/*
 * Is it the program's socket that is at the other end? By now the program may
 * have closed it, and somebody else listen there.
 */
static bool is_there(const struct parked *p)
{
	int fd;

	switch (alive_socket(IPPROTO_TCP, &p->program, &p->lot,
			     p->from.cookie)) {
	case ALIVE_YES:
		return true;
	case ALIVE_NO:
		return false;
	case ALIVE_UNKNOWN:
		break;
	}
	fd = tracee_socket_again(&p->from);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * Connect to the program's socket, from where it has been parked.
 * @deaf: take no answer
 */
static int meet(const struct parked *p, bool deaf)
{
	int on = 1, ttl = deaf ? 255 : 0, r;
	int fd = net_socket(p->lot.sa.sa_family,
			    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0 ||
	    (p->lot.sa.sa_family == AF_INET
		     ? setsockopt(fd, IPPROTO_IP, IP_MINTTL, &ttl, sizeof(ttl))
		     : setsockopt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &ttl,
				  sizeof(ttl))) != 0 ||
	    bind(fd, &p->lot.sa, udp_address_len(&p->lot)) != 0)
		r = -errno;
	else
		r = net_connect(fd, &p->program.sa,
				udp_address_len(&p->program));
	if (r == 0 || r == -EINPROGRESS)
		return fd;
	close(fd);
	return r;
}

static void met(struct watch *w, uint32_t events)
{
	struct parked *p = (struct parked *)((char *)w -
					     offsetof(struct parked, own));
	int program = p->own.fd, proxy = p->proxy.watch.fd;

	if ((events & (EPOLLERR | EPOLLHUP)) != 0) { /* it has given up */
		forget(p);
		return;
	}
	/* The watch goes over to the pump's. */
	loop_unwatch(w);
	p->own.fd = p->proxy.watch.fd = -1;
	pump_begin(program, proxy);
	forget(p);
}

static void fail(struct parked *p)
{
	for (int deaf = 1; deaf >= 0 && is_there(p); deaf--) {
		int fd = meet(p, deaf);

		if (fd >= 0)
			close(fd);
	}
	forget(p);
}

static void proxy_done(struct attempt *a, int error)
{
	struct parked *p = (struct parked *)a;

	if (error != 0) {
		fail(p);
		return;
	}
	if (!is_there(p)) {
		forget(p);
		return;
	}
	p->meets = true;
	meeting++;
	p->own.fd = meet(p, false);
	if (p->own.fd < 0 || loop_watch(&p->own, EPOLLOUT) != 0)
		fail(p);
}

static void begin(struct post *post)
{
	struct parked *p = (struct parked *)((char *)post -
					     offsetof(struct parked, begin));

	attempt_connect(&p->proxy, p->run, &p->target);
}

/*
 * A socket that is connected, or is about to be: what connect(2) says then, the
 * kernel does without looking at the address. This one leads nowhere if that
 * has changed by now.
 */
static int connect_again(int fd)
{
	const struct sockaddr_in nobody = {.sin_family = AF_INET};

	return net_connect(fd, (const struct sockaddr *)&nobody,
			   sizeof(nobody));
}

static bool is_fresh(int fd)
{
	struct tcp_info info = {.tcpi_state = TCP_CLOSE};

	/* All that is asked for is its first octet. */
	tcp_option(fd, IPPROTO_TCP, TCP_INFO, &info, sizeof(info));
	return info.tcpi_state == TCP_CLOSE;
}

static int program_at(int fd, struct parked *p)
{
	union udp_address name;
	socklen_t len = sizeof(name);
	struct endpoint ep;

	if (getsockname(fd, &name.sa, &len) != 0 ||
	    !endpoint_from_sockaddr(&ep, &name.sa, len) ||
	    !udp_address_of(&p->program, &ep, p->lot.sa.sa_family))
		return -ENETUNREACH;
	return 0;
}

static int submit(struct run *run, int fd, const struct tracee_socket *from,
		  const struct endpoint *target, const struct lot *lot)
{
	struct parked *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -ENOBUFS;
	p->run = run;
	p->from = *from;
	p->lot = lot->at;
	p->own = (struct watch){.fd = -1, .ready = met};
	p->proxy.done = proxy_done;
	p->begin.run = begin;
	endpoint_copy(&p->target, target);
	if (program_at(fd, p) != 0 || !loop_post(&p->begin)) {
		free(p);
		return -ENOBUFS;
	}
	return -EINPROGRESS;
}

int park_connect(struct run *run, int fd, const struct tracee_socket *from,
		 int family, const struct endpoint *target)
{
	struct sockaddr_storage ss;
	struct endpoint ep;
	const struct lot *lot;
	socklen_t len;
	int protocol = 0, r;

	if (!is_fresh(fd))
		return connect_again(fd);
	tcp_option(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, sizeof(protocol));
	/* MPTCP's simultaneous open is another matter. */
	if (protocol != IPPROTO_TCP || !tcp_is_family(fd, family) ||
	    !loopback_for(fd, family, &ep))
		return PARK_CANNOT;
	lot = find_lot(&ep);
	if (lot == NULL)
		return PARK_CANNOT;
	endpoint_from_sockaddr(&ep, &lot->at.sa, udp_address_len(&lot->at));
	len = endpoint_to_sockaddr(&ep, family, &ss);
	r = net_connect(fd, (struct sockaddr *)&ss, len);
	/* Or what an earlier failure has left to say. */
	if (r != -EINPROGRESS)
		return r;
	r = submit(run, fd, from, target, lot);
	if (r != -EINPROGRESS)
		tcp_disconnect(fd);
	return r;
}
