/* SPDX-License-Identifier: MIT */
/*
 * Hook: getaddrinfo_a(3). libc's runs in threads that call its own resolver,
 * where no hook sees them. Here each name is looked up before the call returns,
 * which takes no time but for names that a rule sends direct. What libc has
 * beside it (gai_error, gai_suspend, gai_cancel) finds all of them done.
 *
 * Not async-signal-safe, as libc's is not.
 */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/compiler.h"
#include "libc/libc.h"
#include "libc/sys.h"

/* Somebody is to be told by a thread of its own (SIGEV_THREAD, sigevent(7)). */
struct notice {
	void (*function)(union sigval);
	union sigval value;
};

static void *tell(void *arg)
{
	struct notice notice = *(struct notice *)arg;

	sys_munmap(arg, sizeof(notice));
	notice.function(notice.value);
	return NULL;
}

static int start(const struct sigevent *event)
{
	const pthread_attr_t *attr = event->sigev_notify_attributes;
	struct notice *notice;
	pthread_attr_t detached;
	pthread_t thread;
	int r;

	notice = sys_mmap(sizeof(*notice), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (notice == MAP_FAILED)
		return EAGAIN;
	notice->function = event->sigev_notify_function;
	notice->value = event->sigev_value;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	r = pthread_create(&thread, attr != NULL ? attr : &detached, tell,
			   notice);
	pthread_attr_destroy(&detached);
	if (r != 0)
		sys_munmap(notice, sizeof(*notice));
	return r;
}

static int notify(const struct sigevent *event)
{
	siginfo_t info = { .si_code = SI_ASYNCNL };

	switch (event->sigev_notify) {
	case SIGEV_THREAD:
		return start(event);
	case SIGEV_SIGNAL:
		info.si_signo = event->sigev_signo;
		info.si_pid = getpid();
		info.si_uid = getuid();
		info.si_value = event->sigev_value;
		return (int)-sys(SYS_rt_sigqueueinfo, getpid(),
				 event->sigev_signo, &info);
	default:
		return 0;
	}
}

EXPORT int getaddrinfo_a(int mode, struct gaicb *list[], int n,
			 struct sigevent *event)
{
	int saved = errno, r = 0;

	if (mode != GAI_WAIT && mode != GAI_NOWAIT) {
		errno = EINVAL;
		return EAI_SYSTEM;
	}
	for (int i = 0; i < n; i++)
		if (list[i] != NULL)
			list[i]->__return = getaddrinfo(
				list[i]->ar_name, list[i]->ar_service,
				list[i]->ar_request, &list[i]->ar_result);
	if (mode == GAI_NOWAIT && event != NULL)
		r = notify(event);
	errno = r != 0 ? r : saved;
	return r != 0 ? EAI_SYSTEM : 0;
}
