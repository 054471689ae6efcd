/* SPDX-License-Identifier: MIT */
/*
 * DOC: Theory of operation
 *
 *   this thread   takes the calls, judges, and answers what needs no wait
 *   job.c         threads in which others' blocking calls wait
 *   loop.c        one thread for all that goes on in the background
 *
 * Taking a call may wait although poll(2) has said that there is one (its
 * caller may have been killed in between): so this thread has nothing else to
 * do.
 *
 * Never let the kernel do what an address was judged for: by then it may be
 * another. Whoever has no rights to look gets EPERM.
 */
#include "guard/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "guard/attempt.h"
#include "guard/connect.h"
#include "guard/flow.h"
#include "guard/job.h"
#include "guard/loop.h"
#include "guard/notify.h"
#include "guard/park.h"
#include "guard/pump.h"
#include "guard/send.h"
#include "guard/tracee.h"
#include "libc/log.h"
#include "sock/group_join.h"
#include "sock/kind.h"
#include "sock/wait.h"

#define PATIENCE_MS	 2000 /* as the library waits at exit */
#define PUMP_PATIENCE_MS 300000

static int read_memory(void *arg, uint64_t from, void *to, size_t n)
{
	return tracee_read(((const struct question *)arg)->tid, from, to, n);
}

/* Can a socket of this family take an address of the network? */
static bool is_local(int domain)
{
	return domain == AF_UNIX || domain == AF_NETLINK || domain == AF_ALG;
}

static void answer_socket(const struct question *q)
{
	int r = sock_kind_allowed(q->call.domain, q->call.type,
				  q->call.protocol);

	if (r == 0)
		notify_continue(q->listener, q->id);
	else
		notify_answer(q->listener, q->id, r);
}

/* As the filter does where it sees the arguments */
static void answer_option(const struct question *q)
{
	if (group_is_join(q->call.level, q->call.option))
		notify_answer(q->listener, q->id, -ENODEV);
	else
		notify_continue(q->listener, q->id);
}

static void answer_internet(const struct question *q, int fd)
{
	int kind = sock_kind(fd);

	if (kind < 0)
		notify_answer(q->listener, q->id, kind);
	else if (q->call.kind == CALL_CONNECT) {
		connect_question(q, fd, kind);
		return;
	} else
		send_question(q, fd, kind);
	close(fd);
}

static void answer(const struct question *q)
{
	int domain, fd;
	socklen_t len = sizeof(domain);

	if (q->call.kind == CALL_SOCKET) {
		answer_socket(q);
		return;
	}
	if (q->call.kind == CALL_SETSOCKOPT) {
		answer_option(q);
		return;
	}
	fd = tracee_fd(q->tid, q->call.fd);
	if (fd < 0) {
		notify_answer(q->listener, q->id, fd == -ESRCH ? -EPERM : fd);
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0) {
		notify_answer(q->listener, q->id, -errno);
	} else if (is_local(domain)) {
		notify_continue(q->listener, q->id);
	} else if (domain == AF_INET || domain == AF_INET6) {
		answer_internet(q, fd);
		return;
	} else {
		notify_answer(q->listener, q->id, -EAFNOSUPPORT);
	}
	close(fd);
}

static void take(int listener, struct run *run)
{
	struct seccomp_notif n;
	struct question q = {.listener = listener, .run = run};
	int err;

	if (notify_receive(listener, &n) != 0)
		return;
	q.id = n.id;
	q.tid = (pid_t)n.pid;
	err = call_decode(&q.call, &n.data, read_memory, &q);
	if (err != 0)
		notify_answer(listener, n.id, err);
	else if (q.call.kind == CALL_UNKNOWN)
		notify_answer(listener, n.id, -ENOSYS);
	else
		answer(&q);
}

static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* What the programs have sent last may be under way still. */
static void see_off(void)
{
	const struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};
	const uint64_t now = sock_now_ms();

	log_release(); /* "command 2>&1 | cat" is at its end */
	while ((!flow_are_done() && sock_now_ms() < now + PATIENCE_MS) ||
	       (!(park_are_done() && pump_are_done()) &&
		sock_now_ms() < now + PUMP_PATIENCE_MS))
		nanosleep(&moment, NULL);
}

int supervisor_run(int listener, struct run *run)
{
	static loop_tick *const ticks[] = {job_tick, attempt_tick, flow_tick,
					   NULL};

	raise_limit();
	loop_set_ticks(ticks);
	job_init();
	for (;;) {
		struct pollfd p = {.fd = listener, .events = POLLIN};

		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			return -errno;
		if ((p.revents & POLLIN) != 0)
			take(listener, run);
		else if (p.revents != 0)
			break;
	}
	see_off();
	return 0;
}
