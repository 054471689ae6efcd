/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/memfd.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "exec/run_fd.h"
#include "libc/sys.h"

/*
 * A descriptor table has room for the highest number in use, so a hidden
 * descriptor at a soft limit of a million would cost every process megabytes.
 * Up to this limit it costs at most 32 KiB of kernel memory.
 */
#define HIDE_ABOVE_LIMIT_MAX 4096
/* Where the limit is higher: high enough that few programs get there. */
#define HIDE_BELOW 3900
/* Hidden descriptors stand together, within so many numbers. */
#define HIDE_ROOM 16
/* How many there may be above the limit, for a moment's connections. */
#define RAISE_MAX 65536

/* Where no descriptor of the program's can be; the limit is raised for it. */
static int dup_above(int fd, int cmd, const struct rlimit *limit)
{
	struct rlimit raised = *limit;
	int r;

	raised.rlim_cur = limit->rlim_max;
	if (raised.rlim_cur > limit->rlim_cur + RAISE_MAX)
		raised.rlim_cur = limit->rlim_cur + RAISE_MAX;
	if (raised.rlim_cur < limit->rlim_cur + HIDE_ROOM ||
	    setrlimit(RLIMIT_NOFILE, &raised) != 0)
		return -EMFILE;
	r = sys_fcntl(fd, cmd, (long)limit->rlim_cur);
	setrlimit(RLIMIT_NOFILE, limit);
	return r;
}

int run_fd_hide(int fd, int cmd)
{
	/* What it was the last time, which is what it is as a rule. */
	static bool is_high;
	struct rlimit limit = { 1024, 1024 };
	int saved = errno, r;

	if (__atomic_load_n(&is_high, __ATOMIC_RELAXED)) {
		r = sys_fcntl(fd, cmd, HIDE_BELOW);
		if (r >= 0)
			return r;
	}
	getrlimit(RLIMIT_NOFILE, &limit);
	__atomic_store_n(&is_high, limit.rlim_cur > HIDE_ABOVE_LIMIT_MAX,
			 __ATOMIC_RELAXED);
	if (limit.rlim_cur > HIDE_ABOVE_LIMIT_MAX)
		r = sys_fcntl(fd, cmd, HIDE_BELOW);
	else
		r = dup_above(fd, cmd, &limit);
	if (r < 0 && limit.rlim_cur > HIDE_ABOVE_LIMIT_MAX)
		r = dup_above(fd, cmd, &limit);
	/* No room above the limit: as high as it allows. */
	for (long n = (long)limit.rlim_cur - HIDE_ROOM; r < 0 && n > 2; n -= 64)
		r = sys_fcntl(fd, cmd, n);
	if (r < 0)
		r = sys_fcntl(fd, cmd, 3);
	errno = saved;
	return r;
}

int run_fd_create(const struct config *config, uint64_t cookie,
		  struct run **run)
{
	int fd, hidden;

	fd = (int)sys(SYS_memfd_create, "socksify",
		      MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return fd;
	if (sys(SYS_ftruncate, fd, sizeof(struct run)) < 0 ||
	    sys_fcntl(fd, F_ADD_SEALS,
		      F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		sys_close(fd);
		return -ENOMEM;
	}
	hidden = run_fd_hide(fd, F_DUPFD);
	sys_close(fd);
	if (hidden < 0)
		return hidden;
	*run = sys_mmap(sizeof(struct run), PROT_READ | PROT_WRITE, MAP_SHARED,
			hidden);
	if (*run == MAP_FAILED) {
		sys_close(hidden);
		return -ENOMEM;
	}
	run_init(*run, config, cookie);
	return hidden;
}

void run_ref_format(const struct run_ref *ref, char value[static RUN_ENV_MAX])
{
	struct text t;

	text_init(&t, value, RUN_ENV_MAX);
	text_int(&t, ref->fd);
	text_char(&t, ':');
	text_uint(&t, ref->inode);
	if (ref->log_fd >= 0) {
		text_char(&t, ':');
		text_int(&t, ref->log_fd);
	}
	text_char(&t, ref->datagrams ? '+' : '-');
}

/* Digits up to @end or the end of the text; false if there are none. */
static bool parse_number(const char **p, uint64_t max, uint64_t *v)
{
	const char *start = *p;

	for (*v = 0; **p >= '0' && **p <= '9'; ++*p) {
		unsigned digit = (unsigned)(**p - '0');

		if (*v > (max - digit) / 10)
			return false;
		*v = *v * 10 + digit;
	}
	return *p > start;
}

bool run_ref_parse(struct run_ref *ref, const char *value)
{
	uint64_t fd, inode, log_fd;

	ref->fd = ref->log_fd = -1;
	ref->datagrams = false;
	if (!parse_number(&value, INT32_MAX, &fd) || *value++ != ':' ||
	    !parse_number(&value, UINT64_MAX, &inode))
		return false;
	if (*value == ':') {
		value++;
		if (!parse_number(&value, INT32_MAX, &log_fd))
			return false;
		ref->log_fd = (int)log_fd;
	}
	if (*value == '+' || *value == '-')
		ref->datagrams = *value++ == '+';
	if (*value != '\0') {
		ref->log_fd = -1;
		ref->datagrams = false;
		return false;
	}
	ref->fd = (int)fd;
	ref->inode = inode;
	return true;
}

static bool is_run(int fd, uint64_t inode)
{
	struct stat st;

	return fd >= 0 && sys_fstat(fd, &st) == 0 && st.st_ino == inode &&
	       (uint64_t)st.st_size == sizeof(struct run);
}

int run_fd_find(const struct run_ref *ref)
{
	if (is_run(ref->fd, ref->inode))
		return ref->fd;
	for (int fd = ref->fd + 1; fd < ref->fd + HIDE_ROOM; fd++)
		if (is_run(fd, ref->inode))
			return fd;
	return -1;
}

int run_fd_recover(const struct run_ref *ref)
{
	char path[64];
	struct text t;
	int fd, hidden;

	text_init(&t, path, sizeof(path));
	text_str(&t, "/proc/");
	text_int(&t, getppid());
	text_str(&t, "/fd/");
	text_int(&t, ref->fd);
	fd = sys_open(path, O_RDWR);
	if (!is_run(fd, ref->inode)) {
		if (fd >= 0)
			sys_close(fd);
		return -1;
	}
	hidden = sys_fcntl(fd, F_DUPFD, ref->fd);
	if (hidden < 0)
		hidden = run_fd_hide(fd, F_DUPFD);
	sys_close(fd);
	return hidden;
}

struct run *run_fd_map(const struct run_ref *ref)
{
	int fd = run_fd_find(ref);
	struct run *run;

	if (fd < 0)
		fd = run_fd_recover(ref);
	if (fd < 0)
		return NULL;
	run = sys_mmap(sizeof(struct run), PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd);
	if (run == MAP_FAILED)
		return NULL;
	if (!run_is_valid(run, sizeof(struct run))) {
		sys_munmap(run, sizeof(struct run));
		return NULL;
	}
	return run;
}

struct run *run_private(const struct config *config)
{
	struct run *run = sys_mmap(sizeof(struct run), PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				   -1);

	if (run == MAP_FAILED)
		return NULL;
	run_init(run, config, 1);
	return run;
}
