/* SPDX-License-Identifier: MIT */
/*
 * How a UDP socket comes by its relay: the caller waits for the proxy's answer
 * where it may, the helper thread where not; what is sent meanwhile is queued.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <net/if.h>
#include <sys/time.h>
#include <time.h>

#include "libc/libc.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "preload/state.h"
#include "preload/udp_exec.h"
#include "preload/udp_internal.h"
#include "sock/tcp_connect.h"
#include "sock/wait.h"

/* How long a refusal is believed. */
#define REFUSED_S 1

/* --- the answer -------------------------------------------------------------- */

static void put_state(struct udp *u, enum udp_state state)
{
	atomic_store_explicit(&u->state, state, memory_order_release);
	sys(SYS_futex, &u->state, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

uint32_t udp_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint32_t)t.tv_sec;
}

static void note_relay(struct run *run, int fd, const union udp_address *relay)
{
	struct endpoint ep;
	uint64_t cookie;

	if (tcp_option(fd, SOL_SOCKET, SO_COOKIE, &cookie, sizeof(cookie)) ==
		    0 &&
	    endpoint_from_sockaddr(&ep, &relay->sa, udp_address_len(relay))) {
		peers_put(&run->relays, cookie, &ep);
		udp_note(run, fd);
	}
}

/* @u's socket by a number that is there: the program may have closed its own. */
static int a_number_of(const struct udp *u)
{
	return u->slots > 0 ? u->fd : udp_queue_fd(u);
}

bool udp_shutdown(int fd, int how)
{
	struct conn_lock l;
	struct udp *u;
	bool later;

	if (how < SHUT_RD || how > SHUT_RDWR || !conn_lock(&l))
		return false;
	u = udp_of(fd);
	later = u != NULL && u->state == UDP_PENDING && u->queues &&
		u->connected;
	if (later) {
		udp_change(u);
		u->shut = how == SHUT_RD ? 1 : how == SHUT_WR ? 2 : 3;
		udp_changed(u);
	}
	conn_unlock(&l);
	return later;
}

/* Nothing is queued any more: what has waited for that. */
static void end_queue(struct udp *u)
{
	int fd = a_number_of(u);

	if (u->shut != 0 && fd >= 0)
		sys(SYS_shutdown, fd, u->shut - 1);
	u->shut = 0;
	udp_drop_queue(u);
}

static void refused(struct udp *u, int error)
{
	udp_change(u);
	end_queue(u);
	u->error = (uint8_t)error;
	u->checked = udp_now() + REFUSED_S;
	udp_changed(u);
	put_state(u, UDP_REFUSED);
}

/* No answer: a signal, or the program's patience, has ended the wait. */
static void undecided(struct udp *u)
{
	udp_change(u);
	end_queue(u);
	udp_changed(u);
	put_state(u, UDP_IDLE);
}

static void expect_headers(struct udp *u)
{
	uint8_t none = UDP_LEAD_NONE;

	atomic_compare_exchange_strong(&u->lead, &none, UDP_LEAD_UNKNOWN);
}

/*
 * A control connection that is closed ends the association (RFC 1928 section
 * 7), and may overtake the datagrams. @start: ms: when it was asked for
 */
static uint8_t grace_of(uint64_t start)
{
	enum { AT_LEAST_MS = 100, AT_MOST_MS = 500 };
	uint64_t ms = AT_LEAST_MS + 2 * (sock_now_ms() - start);

	return (uint8_t)((ms < AT_MOST_MS ? ms : AT_MOST_MS) / UDP_GRACE_MS);
}

static void ready(struct udp *u, const struct tcp_attempt *a,
		  const union udp_address *relay)
{
	struct run *run = a->run;
	int fd = a_number_of(u);

	expect_headers(u);
	if (u->connected && !u->loose && fd >= 0)
		net_connect(fd, &relay->sa, udp_address_len(relay));
	if (fd >= 0)
		note_relay(run, fd, relay);
	state_mark_datagrams();
	if (udp_flush_queue(u, relay))
		u->unanswered = true;
	udp_change(u);
	end_queue(u);
	u->relay = *relay;
	u->control = a->fd;
	u->grace = grace_of(a->start);
	u->checked = udp_now();
	udp_changed(u);
	put_state(u, UDP_READY);
}

/* SO_BINDTODEVICE: to a relay at loopback no other device leads. */
static bool device_leads_to(int fd, const union udp_address *relay)
{
	char name[IFNAMSIZ] = "";
	socklen_t len = sizeof(name);
	struct endpoint ep;

	return fd < 0 ||
	       !endpoint_from_sockaddr(&ep, &relay->sa,
				       udp_address_len(relay)) ||
	       !endpoint_is_loopback(&ep) ||
	       sys(SYS_getsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, name,
		   &len) < 0 ||
	       name[0] == '\0' || strcmp(name, "lo") == 0;
}

/*
 * @a has come to its end; its fd is hidden, and @u's from now on, or closed.
 * The lock is held. (typedef conn_done)
 */
static void settle(unsigned key, struct tcp_attempt *a, int error)
{
	struct udp *u = udp_at(key);
	union udp_address relay;

	if (error != 0)
		refused(u, udp_associate_errno(a));
	else if (!udp_associate_relay(a, u->family, &relay) ||
		 !device_leads_to(a_number_of(u), &relay))
		refused(u, ENETUNREACH);
	else
		ready(u, a, &relay);
	if (u->state != UDP_READY)
		conn_close_hidden(a->fd);
	udp_free_if_unused(u);
}

/* --- asking ------------------------------------------------------------------- */

static pid_t own_tid(void)
{
	return (pid_t)sys(SYS_gettid);
}

/* To the helper, what the caller has begun. The lock is not held. */
static bool hand_over(struct udp *u, struct tcp_attempt *a)
{
	struct conn_lock l;
	bool done = false;

	if (!conn_lock(&l))
		return false;
	a->fd = u->control; /* it may have moved */
	udp_change(u);
	u->control = -1;
	u->asker = 0;
	udp_changed(u);
	done = conn_drive(a, settle, udp_index(u));
	if (!done) {
		udp_change(u);
		u->control = a->fd;
		u->asker = own_tid();
		udp_changed(u);
	}
	conn_unlock(&l);
	return done;
}

static bool has_send_timeout(int fd)
{
	struct timeval tv = { 0 };

	tcp_option(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	return tv.tv_sec != 0 || tv.tv_usec != 0;
}

/*
 * Which handler has run poll(2) cannot tell, and the kernel can, in a wait that
 * it restarts itself. That is looked into once the first wait is in vain.
 * Return: as sock_wait; -ERESTART: wait for the helper
 */
static int wait_inline(void *arg, int fd, short events, int ms)
{
	bool *asked = arg;
	int r = sock_wait_poll(NULL, fd, events, ms);

	if (r > 0 || *asked)
		return r;
	*asked = true;
	return sock_signals_differ() && !has_send_timeout(fd) ? -ERESTART : r;
}

/*
 * The caller waits, and may be cancelled meanwhile: then nobody settles it, and
 * whoever comes next finds out (is_deserted()). The lock is not held.
 */
static int ask_and_wait(struct run *run, struct udp *u)
{
	struct tcp_attempt a;
	struct conn_lock l;
	bool asked = false;
	int r = udp_associate_begin(&a, run, u->control);

	if (r == 0)
		r = tcp_attempt_wait(&a, wait_inline, &asked);
	if (r == -ERESTART) {
		if (hand_over(u, &a))
			return 0;
		r = tcp_attempt_wait(&a, sock_wait_poll, NULL);
	}
	if (r == -EINPROGRESS)
		r = -EAGAIN; /* SO_SNDTIMEO */
	if (!conn_lock(&l))
		return -ENETUNREACH;
	a.fd = u->control; /* it may have moved */
	u->control = -1;
	if (r == -EINTR || r == -EAGAIN) {
		conn_close_hidden(a.fd);
		undecided(u);
		udp_free_if_unused(u);
	} else {
		settle(udp_index(u), &a, -r);
	}
	conn_unlock(&l);
	return r;
}

/* Who was to settle it is no more. The lock is held. */
static bool is_deserted(const struct udp *u)
{
	return u->asker != 0 &&
	       sys(SYS_tgkill, conn_owner_pid, u->asker, 0) == -ESRCH;
}

/* The lock is held. Return: 0 or -errno; -EAGAIN: no thread can be had */
static int ask_in_background(struct run *run, struct udp *u, int fd)
{
	struct tcp_attempt a;
	int control = conn_hide(udp_associate_socket(run, false, fd)), r;

	if (control < 0)
		return control;
	r = udp_associate_begin(&a, run, control);
	if (r == 0 || r == -EINPROGRESS) {
		if (conn_drive(&a, settle, udp_index(u)))
			return 0;
		r = -EAGAIN;
	}
	conn_close_hidden(control);
	return r;
}

/* As the kernel waits for room: SO_SNDTIMEO ends it, and signals do. */
static int wait_for_answer(struct udp *u, int fd)
{
	struct timeval tv = { 0 };
	struct timespec ts = { .tv_sec = 1 }; /* look: is_deserted()? */
	bool limited, helped = u->asker == 0;
	long r;

	tcp_option(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	limited = tv.tv_sec != 0 || tv.tv_usec != 0;
	if (limited)
		ts = (struct timespec){ tv.tv_sec, tv.tv_usec * 1000 };
	/* Without a time-out the kernel restarts it after SA_RESTART. */
	r = sys(SYS_futex, &u->state, FUTEX_WAIT_PRIVATE, UDP_PENDING,
		limited || !helped ? &ts : NULL, NULL, 0);
	if (r == -EINTR && helped)
		return -EINTR;
	if (r == -ETIMEDOUT)
		return limited ? -EAGAIN : 0;
	return r == -EINTR && (limited || sock_signal_interrupts()) ? -EINTR
								     : 0;
}

static bool adopt_relay(struct udp *u, const struct endpoint *noted)
{
	struct endpoint ep = *noted;
	union udp_address relay;

	ep.scope_id = 0; /* a control connection's number (udp_exec.c) */
	if (!udp_address_of(&relay, &ep, u->family) ||
	    udp_address_same(&relay, &u->relay))
		return false;
	expect_headers(u);
	udp_change(u);
	u->relay = relay;
	u->checked = udp_now();
	udp_changed(u);
	put_state(u, UDP_READY);
	return true;
}

/*
 * A relative that shares the socket may have another relay for it by now.
 * Return: it is @u's now
 */
static bool adopt(struct udp *u, struct run *run, int fd)
{
	struct endpoint ep;
	uint64_t cookie;

	return tcp_option(fd, SOL_SOCKET, SO_COOKIE, &cookie,
			  sizeof(cookie)) == 0 &&
	       peers_get(&run->relays, cookie, &ep) && adopt_relay(u, &ep);
}

void udp_adopt(struct run *run, int fd, const struct endpoint *relay,
	       const struct endpoint *peer)
{
	struct udp *u = udp_attach(fd);

	if (u == NULL)
		return;
	if (relay != NULL)
		adopt_relay(u, relay);
	if (peer != NULL)
		udp_set_peer(run, u, peer);
}

/* The lock is held. */
static void look(struct udp *u, struct run *run, int fd)
{
	if (u->control < 0 || udp_associate_stands(u->control)) {
		udp_change(u);
		u->checked = udp_now();
		udp_changed(u);
		return;
	}
	conn_close_hidden(u->control);
	udp_change(u);
	u->control = -1;
	udp_changed(u);
	if (!adopt(u, run, fd))
		put_state(u, UDP_IDLE);
}

bool udp_replaced(struct run *run, int fd, const union udp_address *from)
{
	struct conn_lock l;
	struct udp *u;
	bool found = false;

	if (!conn_lock(&l))
		return false;
	u = udp_of(fd);
	if (u != NULL && adopt(u, run, fd)) {
		found = udp_address_same(&u->relay, from);
		udp_change(u);
		u->checked = 0; /* it may end with the other process */
		udp_changed(u);
	}
	conn_unlock(&l);
	return found;
}

bool udp_lost(struct run *run, int fd)
{
	struct conn_lock l;
	struct udp *u;
	bool lost;

	if (!conn_lock(&l))
		return false;
	u = udp_of(fd);
	if (u != NULL && u->state == UDP_READY) {
		union udp_address before = u->relay;

		if (u->control < 0 && !adopt(u, run, fd))
			put_state(u, UDP_IDLE); /* another's; who has left */
		else
			look(u, run, fd);
		lost = u->state != UDP_READY ||
		       !udp_address_same(&before, &u->relay);
	} else {
		lost = u != NULL;
	}
	conn_unlock(&l);
	return lost;
}

enum step { STEP_DONE, STEP_ASK, STEP_AWAIT };

/* The lock is held. */
static enum step prepare_to_ask(struct run *run, struct udp *u, int fd, int *r)
{
	*r = conn_hide(udp_associate_socket(run, true, fd));
	if (*r < 0) {
		refused(u, -*r);
		return STEP_DONE;
	}
	udp_change(u);
	u->control = *r;
	u->asker = own_tid();
	udp_changed(u);
	return STEP_ASK;
}

/* What to do now; the lock is held. @r: for STEP_DONE */
static enum step next_step(struct udp *u, struct run *run, int fd, bool waits,
			   int *r)
{
	*r = 0;
	if (u->state == UDP_READY && u->checked != udp_now())
		look(u, run, fd);
	if (u->state == UDP_REFUSED) {
		*r = -u->error;
		if (udp_now() <= u->checked)
			return STEP_DONE;
		put_state(u, UDP_IDLE);
	}
	if (u->state == UDP_READY)
		return STEP_DONE;
	if (u->state == UDP_PENDING && is_deserted(u)) {
		conn_close_hidden(u->control);
		u->control = -1;
		undecided(u);
	}
	if (u->state == UDP_PENDING) {
		*r = UDP_QUEUED;
		return waits ? STEP_AWAIT : STEP_DONE;
	}
	if (adopt(u, run, fd))
		return STEP_DONE;
	udp_change(u);
	u->queues = false;
	u->asker = 0;
	udp_changed(u);
	put_state(u, UDP_PENDING);
	*r = waits ? -EAGAIN : ask_in_background(run, u, fd);
	if (*r == 0) {
		*r = UDP_QUEUED;
		return STEP_DONE;
	}
	if (*r == -EAGAIN) /* or no thread: then the caller has to */
		return prepare_to_ask(run, u, fd, r);
	refused(u, -*r);
	return STEP_DONE;
}

/* In a vfork child nothing is changed, and nothing needs to be looked at. */
static int relay_of_parent(int fd)
{
	struct udp s;

	return udp_snapshot(fd, &s) && s.state == UDP_READY ? 0 : -ENETUNREACH;
}

int udp_relay(struct run *run, int fd, bool waits)
{
	struct conn_lock l;
	struct udp *u;
	enum step step;
	int r;

	for (;;) {
		if (!conn_set_up() || !conn_lock(&l))
			return relay_of_parent(fd);
		u = udp_attach(fd);
		r = -ENOBUFS;
		step = u == NULL ? STEP_DONE
				 : next_step(u, run, fd, waits, &r);
		conn_unlock(&l);
		if (step == STEP_DONE)
			return r;
		r = step == STEP_ASK ? ask_and_wait(run, u)
				     : wait_for_answer(u, fd);
		if (r == -EINTR || r == -EAGAIN)
			return r;
	}
}
