/* SPDX-License-Identifier: MIT */
/*
 * Hooks: exec*(3), posix_spawn(3), _exit(2) and what starts others afresh. The
 * new program belongs to the run, even if its environment was replaced
 * (`env -i`). All may run in a vfork child, which lives on its parent's memory:
 * everything is built on the stack.
 */
#include <alloca.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "exec/env.h"
#include "exec/target.h"
#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/conn.h"
#include "preload/memory.h"
#include "preload/state.h"
#include "preload/udp.h"
#include "preload/udp_exec.h"
#include "sock/report.h"

extern char **environ;

/*
 * The filter has cost an unprivileged user no_new_privs: a set-id program
 * runs, but gains nothing. Whoever called it should hear why.
 */
static void notice_set_id(const char *path)
{
	struct run *run = state_run();

	if (run != NULL && run->no_new_privs && path != NULL &&
	    target_of_path(path) == TARGET_SET_ID)
		report_set_id(run, path);
}

/* NULL is an empty one to Linux. What cannot be read, the kernel refuses. */
static bool is_environment(char *const *envp)
{
	for (; envp != NULL; envp++) {
		if (!memory_is_readable(envp, sizeof(*envp)))
			return false;
		if (*envp == NULL)
			break;
		if (!memory_is_readable(*envp, 1))
			return false;
	}
	return true;
}

/*
 * Where Yama lets only ancestors look into a process, the guard's supervisor
 * may all the same: a program without the library needs it to. Lasts beyond
 * exec, but not beyond fork; EINVAL without Yama.
 */
static void admit_supervisor(void)
{
	struct run *run = state_run();

	if (run != NULL && run->supervisor > 0)
		sys(SYS_prctl, PR_SET_PTRACER, run->supervisor, 0, 0, 0);
}

/* What is under way is the old program's to bring to an end. */
static void before_exec(void)
{
	conn_await_exec();
	udp_await();
	admit_supervisor();
}

/* exec has failed, or somebody else has executed. */
static int after(int r)
{
	int saved = errno;

	udp_exec_failed();
	errno = saved;
	return r;
}

/* An environment of the run, in the caller's frame where it must be built. */
#define run_env(envp)                                                       \
	({                                                                  \
		struct exec_env re_want;                                    \
		char **re_envp = (char **)(envp);                           \
		size_t re_size = 0;                                         \
		if (is_environment(re_envp) &&                              \
		    state_exec_env(&re_want, udp_exec_begin()) &&           \
		    (re_size = exec_env_size(&re_want, re_envp)) > 0)       \
			re_envp = exec_env_build(&re_want, re_envp,         \
						 alloca(re_size));          \
		re_envp;                                                    \
	})

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	notice_set_id(path);
	before_exec();
	return after(libc(execve)(path, argv, run_env(envp)));
}

EXPORT int execv(const char *path, char *const argv[])
{
	notice_set_id(path);
	before_exec();
	return after(libc(execve)(path, argv, run_env(environ)));
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	before_exec();
	return after(libc(execvpe)(file, argv, run_env(envp)));
}

EXPORT int execvp(const char *file, char *const argv[])
{
	before_exec();
	return after(libc(execvpe)(file, argv, run_env(environ)));
}

EXPORT int execveat(int dir, const char *path, char *const argv[],
		    char *const envp[], int flags)
{
	before_exec();
	return after(libc(execveat)(dir, path, argv, run_env(envp), flags));
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	before_exec();
	return after(libc(fexecve)(fd, argv, run_env(envp)));
}

EXPORT int posix_spawn(pid_t *pid, const char *path,
		       const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attr, char *const argv[],
		       char *const envp[])
{
	notice_set_id(path);
	return after(libc(posix_spawn)(pid, path, actions, attr, argv,
				 run_env(envp)));
}

EXPORT int posix_spawnp(pid_t *pid, const char *file,
			const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *attr, char *const argv[],
			char *const envp[])
{
	return after(libc(posix_spawnp)(pid, file, actions, attr, argv,
				  run_env(envp)));
}

/* The arguments of the execl family as an array in the caller's frame. */
#define list_args(arg, ap)                                                  \
	({                                                                  \
		size_t la_n = 1;                                            \
		va_list la_ap;                                              \
		char **la_argv;                                             \
		va_copy(la_ap, ap);                                         \
		while (va_arg(la_ap, char *) != NULL)                       \
			la_n++;                                             \
		va_end(la_ap);                                              \
		la_argv = alloca((la_n + 1) * sizeof(char *));              \
		la_argv[0] = (char *)(uintptr_t)(arg);                      \
		for (size_t la_i = 1; la_argv[la_i - 1] != NULL; la_i++)    \
			la_argv[la_i] = va_arg(ap, char *);                 \
		la_argv;                                                    \
	})

EXPORT int execl(const char *path, const char *arg, ...)
{
	char **argv;
	va_list ap;

	va_start(ap, arg);
	argv = list_args(arg, ap);
	va_end(ap);
	before_exec();
	return after(libc(execve)(path, argv, run_env(environ)));
}

EXPORT int execlp(const char *file, const char *arg, ...)
{
	char **argv;
	va_list ap;

	va_start(ap, arg);
	argv = list_args(arg, ap);
	va_end(ap);
	before_exec();
	return after(libc(execvpe)(file, argv, run_env(environ)));
}

EXPORT int execle(const char *path, const char *arg, ...)
{
	char **argv, **envp;
	va_list ap;

	va_start(ap, arg);
	argv = list_args(arg, ap);
	envp = va_arg(ap, char **);
	va_end(ap);
	before_exec();
	return after(libc(execve)(path, argv, run_env(envp)));
}

/*
 * A child of clone(2) with thread-local storage of its own making (Chromium's
 * zygote has one) is fit for a system call, and neither for dlsym(3) nor for
 * errno.
 */
__attribute__((constructor)) static void bind_early(void)
{
	(void)libc(syscall);
}

/* What is queued goes out first; exit(3) waits in our destructor. */
EXPORT void _exit(int status)
{
	udp_await();
	for (;;)
		libc(syscall)(SYS_exit_group, status);
}

EXPORT __typeof__(_exit) _Exit __attribute__((alias("_exit")));

EXPORT void quick_exit(int status)
{
	udp_await();
	libc(quick_exit)(status);
	__builtin_unreachable();
}

/*
 * A new user namespace wants a process of one thread: ours ends first. And it
 * must not stay behind with a table of descriptors that is not the caller's.
 */
EXPORT int unshare(int flags)
{
	if ((flags & (CLONE_NEWUSER | CLONE_VM | CLONE_SIGHAND | CLONE_THREAD |
		      CLONE_FILES)) != 0)
		conn_quiesce();
	return libc(unshare)(flags);
}

EXPORT int setns(int fd, int type)
{
	/* A mount namespace wants a process that shares no directory. */
	if (type == 0 || (type & (CLONE_NEWUSER | CLONE_NEWNS)) != 0)
		conn_quiesce();
	return libc(setns)(fd, type);
}
