/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>

#include "exec/run_fd.h"
#include "libc/libc.h"
#include "libc/log.h"
#include "libc/net.h"
#include "libc/sys.h"
#include "policy/config_env.h"
#include "preload/fdtable.h"
#include "preload/state.h"
#include "sock/wait.h"

extern char **environ;

int state_lowest_hidden; /* 0: every descriptor takes the slow path */

static struct run_ref ref = { .fd = -1, .log_fd = -1 };

/* Mapped at first need; NO_RUN once it is known that there is none. */
static struct run *the_run;
#define NO_RUN ((struct run *)-1)

static const char *env_value(const char *name)
{
	size_t n = strlen(name);

	for (char **e = environ; e != NULL && *e != NULL; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}

static bool started(void)
{
	return __atomic_load_n(&state_lowest_hidden, __ATOMIC_ACQUIRE) != 0;
}

/*
 * Idempotent, so that threads may race here: all read the same environment,
 * and the program has had no chance to change it before its first hook.
 */
static void start(void)
{
	struct run_ref found = { .fd = -1, .log_fd = -1 };
	const char *value;
	int lowest = INT_MAX;

	if (started())
		return;
	value = getauxval(AT_SECURE) != 0 ? NULL : env_value(RUN_ENV);
	if (value != NULL && run_ref_parse(&found, value)) {
		ref = found;
		lowest = ref.fd;
		if (ref.log_fd >= 0 && ref.log_fd < lowest)
			lowest = ref.log_fd;
	}
	__atomic_store_n(&state_lowest_hidden, lowest, __ATOMIC_RELEASE);
}

__attribute__((constructor)) static void construct(void)
{
	start();
}

static void ignore_report(void *arg, const char *where, const char *what)
{
	(void)arg;
	(void)where;
	(void)what;
}

/*
 * The shared run is lost, or the library was loaded by hand: what the
 * environment says has to do, as far as it needs no look-up of names.
 */
static struct run *run_from_environment(void)
{
	static struct config config; /* large; and this happens once */
	static int once;

	if (getauxval(AT_SECURE) != 0 ||
	    __atomic_exchange_n(&once, 1, __ATOMIC_ACQ_REL) != 0)
		return NULL;
	config_init(&config);
	if (config_env_server(&config, env_value, ignore_report, NULL) != 1 ||
	    !config_env_credentials(&config, env_value, ignore_report, NULL) ||
	    !config_env_rules(&config, env_value, ignore_report, NULL))
		return NULL;
	if (config.server.kind == ENDPOINT_NAME)
		return NULL;
	config.servers[0] = config.server;
	config.nservers = 1;
	return run_private(&config);
}

static struct run *map_run(void)
{
	struct run *run, *expected = NULL;
	bool shared;

	start();
	libc_bind_early();
	run = run_fd_map(&ref);
	shared = run != NULL;
	if (!shared)
		run = run_from_environment();
	if (run == NULL)
		run = NO_RUN;
	else
		net_set_cookie(run->cookie);
	log_set_fd(shared ? ref.log_fd : STDERR_FILENO);
	if (!__atomic_compare_exchange_n(&the_run, &expected, run, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		/* Another thread was first. */
		if (run != NO_RUN)
			sys_munmap(run, sizeof(*run));
		run = expected;
	}
	return run;
}

struct run *state_run(void)
{
	struct run *run = __atomic_load_n(&the_run, __ATOMIC_ACQUIRE);

	if (unlikely(run == NULL))
		run = map_run();
	return run == NO_RUN ? NULL : run;
}

bool state_is_hidden(int fd)
{
	start();
	if (fd < 0)
		return false;
	/* The program may have taken the number (state_give_way()). */
	if (fd == ref.fd)
		return run_fd_find(&ref) == fd;
	return fd == ref.log_fd || fd_get(fd) == FD_HIDDEN;
}

void state_note_hidden(int fd)
{
	int old = __atomic_load_n(&state_lowest_hidden, __ATOMIC_ACQUIRE);

	start();
	while (fd < old && !__atomic_compare_exchange_n(
				   &state_lowest_hidden, &old, fd, false,
				   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		;
}

int state_next_hidden(int fd)
{
	int end, next = -1;

	start();
	end = fd_table_end;
	if (ref.fd > fd)
		next = ref.fd;
	if (ref.log_fd > fd && (next < 0 || ref.log_fd < next))
		next = ref.log_fd;
	if (fd < state_lowest_hidden)
		fd = state_lowest_hidden - 1;
	for (int i = fd + 1; i < end && (next < 0 || i < next); i++)
		if (fd_get(i) == FD_HIDDEN)
			return i;
	return next;
}

void state_give_way(int fd, bool ours)
{
	int moved;

	if (fd == ref.log_fd) {
		/* In a vfork child the parent falls silent, too. */
		ref.log_fd = -1;
		log_set_fd(-1);
		return;
	}
	/*
	 * In what may be a vfork child nothing is noted, for the parent's
	 * descriptor stays where it is: run_fd_find() looks around at exec.
	 */
	moved = run_fd_hide(fd, F_DUPFD);
	if (ours && moved >= 0) {
		state_note_hidden(moved);
		__atomic_store_n(&ref.fd, moved, __ATOMIC_RELEASE);
	}
}

bool state_has_datagrams(void)
{
	start();
	return ref.datagrams;
}

void state_mark_datagrams(void)
{
	static bool marked;
	const char *value;

	if (likely(__atomic_exchange_n(&marked, true, __ATOMIC_RELAXED)))
		return;
	value = env_value(RUN_ENV);
	/* It is as the kernel, or setenv(3), has put it there. */
	if (value != NULL && value[0] != '\0' &&
	    value[strlen(value) - 1] == '-')
		((char *)(uintptr_t)value)[strlen(value) - 1] = '+';
}

bool state_exec_env(struct exec_env *want, bool datagrams)
{
	struct run *run = state_run();
	struct run_ref now = ref;

	if (run == NULL || ref.fd < 0 || run->preload[0] == '\0')
		return false;
	now.datagrams = datagrams;
	now.fd = run_fd_find(&ref);
	if (now.fd < 0)
		now.fd = ref.fd; /* lost: the environment will have to do */
	want->preload = run->preload;
	run_ref_format(&now, want->run);
	return true;
}

uint32_t state_now(void)
{
	return (uint32_t)(sock_about_ms() / 1000);
}
