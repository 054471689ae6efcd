/* SPDX-License-Identifier: MIT */
/*
 * DOC: Theory of operation
 *
 * With WAIT_KILLABLE_RECV a caller that waits is not woken by a signal, which
 * would be pending until the proxy has answered: Ctrl-Z and handlers would
 * seem dead. So whoever waits long is looked at: with a signal pending, what
 * was begun is undone, and the call is given back to the kernel to be made
 * anew. Without that flag, and when the caller is killed, the notification is
 * gone, and what was begun is undone likewise.
 *
 * A thread that sits in connect(2) is got out of it by a signal to it, again
 * and again until it has noticed.
 */
#include "guard/job.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "guard/loop.h"
#include "guard/notify.h"
#include "guard/tracee.h"
#include "sock/wait.h"

#define THREADS_MAX 512
#define STACK	    (128 * 1024)
#define IDLE_S	    10
#define LOOK_MS	    50
#define CUT_SIGNAL  SIGUSR1

enum { CUT_NOT, CUT_GONE, CUT_RESTART };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
/* All under the lock. */
static struct job *waiting, **waiting_last = &waiting, *taken;
static unsigned nthreads, idle;

bool job_is_cut(const struct job *job)
{
	return atomic_load(&job->cut) != CUT_NOT;
}

int job_wait(void *arg, int fd, short events, int ms)
{
	const struct job *job = arg;
	struct pollfd p = {.fd = fd, .events = events};
	int r = job_is_cut(job) ? 0 : poll(&p, 1, ms);

	if (job_is_cut(job))
		return -ECANCELED;
	return r > 0 ? 1 : 0;
}

static void finish(struct job *job, int64_t result)
{
	int cut;

	pthread_mutex_lock(&lock);
	*job->at = job->next;
	if (job->next != NULL)
		job->next->at = job->at;
	pthread_mutex_unlock(&lock);
	cut = atomic_load(&job->cut);
	if (job->q.listener < 0)
		;
	else if (cut == CUT_NOT)
		notify_answer(job->q.listener, job->q.id, result);
	else if (cut == CUT_RESTART)
		notify_answer(job->q.listener, job->q.id, NOTIFY_RESTART);
	free(job);
}

/* The next to do; NULL: none has come for long. Called with the lock held. */
static struct job *take(void)
{
	struct timespec until;
	struct job *job;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += IDLE_S;
	idle++;
	while (waiting == NULL)
		if (pthread_cond_timedwait(&more, &lock, &until) != 0)
			break;
	idle--;
	job = waiting;
	if (job == NULL)
		return NULL;
	waiting = job->next;
	if (waiting == NULL)
		waiting_last = &waiting;
	job->thread = pthread_self();
	job->since = sock_now_ms();
	job->next = taken;
	job->at = &taken;
	if (taken != NULL)
		taken->at = &job->next;
	taken = job;
	return job;
}

static void *work(void *unused)
{
	struct job *job;

	(void)unused;
	pthread_mutex_lock(&lock);
	while ((job = take()) != NULL) {
		pthread_mutex_unlock(&lock);
		finish(job, job->run(job));
		pthread_mutex_lock(&lock);
	}
	nthreads--;
	pthread_mutex_unlock(&lock);
	return NULL;
}

static bool begin_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool begun;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK);
	begun = pthread_create(&thread, &attr, work, NULL) == 0;
	pthread_attr_destroy(&attr);
	return begun;
}

static unsigned count_waiting(void)
{
	unsigned n = 0;

	for (const struct job *j = waiting; j != NULL; j = j->next)
		n++;
	return n;
}

static void finish_lost(struct job *job)
{
	if (job->q.listener >= 0)
		notify_answer(job->q.listener, job->q.id, -ENOBUFS);
	free(job);
}

void job_submit(struct job *job)
{
	bool lost;

	atomic_init(&job->cut, CUT_NOT);
	job->next = NULL;
	pthread_mutex_lock(&lock);
	*waiting_last = job;
	waiting_last = &job->next;
	if (idle < count_waiting() && nthreads < THREADS_MAX && begin_thread())
		nthreads++;
	lost = nthreads == 0;
	if (lost) {
		waiting = NULL;
		waiting_last = &waiting;
	}
	pthread_cond_signal(&more);
	pthread_mutex_unlock(&lock);
	if (lost) {
		finish_lost(job);
		return;
	}
	loop_wake();
}

int job_tick(uint64_t now)
{
	bool any;

	pthread_mutex_lock(&lock);
	for (struct job *job = taken; job != NULL; job = job->next) {
		if (job->q.listener < 0 || now < job->since + LOOK_MS)
			continue;
		if (!notify_is_valid(job->q.listener, job->q.id))
			atomic_store(&job->cut, CUT_GONE);
		else if (tracee_is_interrupted(job->q.tid))
			atomic_store(&job->cut, CUT_RESTART);
		if (job_is_cut(job))
			pthread_kill(job->thread, CUT_SIGNAL);
	}
	any = taken != NULL || waiting != NULL;
	pthread_mutex_unlock(&lock);
	return any ? LOOK_MS : -1;
}

static void do_nothing(int signal)
{
	(void)signal;
}

void job_init(void)
{
	/* No SA_RESTART: connect(2) is to return. */
	struct sigaction action = {.sa_handler = do_nothing};

	sigaction(CUT_SIGNAL, &action, NULL);
}
