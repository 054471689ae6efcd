/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/text.h"
#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/epoll_seen.h"

/* The thread's own descriptors, whatever has become of the first thread. */
#define PROC "/proc/thread-self/"

/* What EPOLLONESHOT leaves of the events (EP_PRIVATE_BITS, eventpoll.c). */
#define DISARMED \
	((uint32_t)(EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE))

static int kernel_ctl(int epfd, int op, int fd)
{
	struct epoll_event none = { 0 };
	int saved = errno;
	int r = libc(epoll_ctl)(epfd, op, fd, &none) < 0 ? -errno : 0;

	errno = saved;
	return r;
}

/* --- fdinfo -------------------------------------------------------------- */

/* The number after @name in @line; false if there is none. */
static bool field(const char *line, const char *name, unsigned base,
		  uint64_t *value)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = strstr(line, name), *digit;

	if (p == NULL)
		return false;
	for (p += strlen(name); *p == ' '; p++)
		;
	for (*value = 0; *p != '\0' && (digit = strchr(digits, *p)) != NULL &&
			 (unsigned)(digit - digits) < base;
	     p++)
		*value = *value * base + (unsigned)(digit - digits);
	return true;
}

static bool parse(const char *line, struct epoll_seen *seen)
{
	uint64_t fd, events, data, inode;

	if (strncmp(line, "tfd:", 4) != 0 || !field(line, "tfd:", 10, &fd) ||
	    !field(line, "events:", 16, &events) ||
	    !field(line, "data:", 16, &data) ||
	    !field(line, "ino:", 16, &inode))
		return false;
	seen->fd = (int)fd;
	seen->inode = inode;
	seen->event.events = (uint32_t)events;
	seen->event.data.u64 = data;
	return true;
}

static int open_info(int epfd)
{
	char path[64];
	struct text t;

	text_init(&t, path, sizeof(path));
	text_str(&t, PROC "fdinfo/");
	text_int(&t, epfd);
	return sys_open(path, O_RDONLY);
}

/*
 * The whole lines in @buf.
 * Return: where the rest begins; NULL if the visitor has seen enough
 */
static char *visit_lines(char *buf, int epfd, epoll_visitor *visitor, void *arg)
{
	struct epoll_seen seen = { .epfd = epfd };
	char *line = buf, *end;

	while ((end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		if (parse(line, &seen) && !visitor(arg, &seen))
			return NULL;
		line = end + 1;
	}
	return line;
}

void epoll_visit(int epfd, epoll_visitor *visitor, void *arg)
{
	char buf[2048], *rest = buf;
	int info = open_info(epfd);
	size_t have = 0;
	long n;

	if (info < 0)
		return;
	/* No line is as long as the buffer. */
	while ((n = sys_read(info, buf + have, sizeof(buf) - 1 - have)) > 0) {
		have += (size_t)n;
		buf[have] = '\0';
		rest = visit_lines(buf, epfd, visitor, arg);
		if (rest == NULL)
			break;
		have -= (size_t)(rest - buf);
		memmove(buf, rest, have);
	}
	sys_close(info);
}

struct look {
	int fd;
	uint64_t inode;
	bool fired;
};

static bool look_at(void *arg, const struct epoll_seen *seen)
{
	struct look *l = arg;

	/* A file that had the number before may be there, too. */
	if (seen->fd != l->fd || seen->inode != l->inode)
		return true;
	l->fired = (seen->event.events & ~DISARMED) == 0;
	return false;
}

bool epoll_has_fired(int epfd, int fd)
{
	struct look l = { .fd = fd };
	struct stat st;

	if (sys_fstat(fd, &st) < 0)
		return false;
	l.inode = st.st_ino;
	epoll_visit(epfd, look_at, &l);
	return l.fired;
}

/* --- descriptors --------------------------------------------------------- */

struct dirent64_head {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

/* Return: the number that is a file's name in /proc/PID/fd, or -1 */
static int number(const char *name)
{
	int n = 0;

	if (*name < '0' || *name > '9')
		return -1;
	for (; *name >= '0' && *name <= '9'; name++)
		n = n * 10 + (*name - '0');
	return n;
}

/*
 * Call @visit for each open descriptor, until it says that it has seen enough.
 * Return: the descriptor that it said so for, or -1
 */
static int each_descriptor(bool (*visit)(void *arg, int fd), void *arg)
{
	_Alignas(8) char buf[1024];
	int dir = sys_open(PROC "fd", O_RDONLY | O_DIRECTORY), found = -1;
	long n;

	if (dir < 0)
		return -1;
	while (found < 0 &&
	       (n = sys(SYS_getdents64, dir, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n && found < 0;) {
			struct dirent64_head *d = (void *)(buf + at);
			int fd = number(d->name);

			at += d->reclen;
			if (fd >= 0 && fd != dir && visit(arg, fd))
				found = fd;
		}
	}
	sys_close(dir);
	return found;
}

static bool is_epoll(int fd)
{
	static const char is[] = "anon_inode:[eventpoll]";
	char path[64], what[sizeof(is)];
	struct text t;

	text_init(&t, path, sizeof(path));
	text_str(&t, PROC "fd/");
	text_int(&t, fd);
	return sys(SYS_readlinkat, AT_FDCWD, path, what, sizeof(what)) ==
		       sizeof(is) - 1 &&
	       memcmp(what, is, sizeof(is) - 1) == 0;
}

struct visit {
	epoll_visitor *visitor;
	void *arg;
};

static bool visit_one(void *arg, int fd)
{
	struct visit *v = arg;

	if (is_epoll(fd))
		epoll_visit(fd, v->visitor, v->arg);
	return false;
}

void epoll_visit_all(epoll_visitor *visitor, void *arg)
{
	struct visit v = { visitor, arg };

	each_descriptor(visit_one, &v);
}

/*
 * What is registered under one number of an instance is registered under all:
 * an eventfd that is never ready, and gone again when it is closed.
 */
static int make_mark(int epfd)
{
	int mark = (int)sys(SYS_eventfd2, 0, EFD_CLOEXEC);

	if (mark >= 0 && kernel_ctl(epfd, EPOLL_CTL_ADD, mark) < 0) {
		sys_close(mark);
		return -1;
	}
	return mark;
}

bool epoll_is_same(int a, int b)
{
	int mark = a != b ? make_mark(a) : -1;
	bool same = a == b;

	if (mark < 0)
		return same;
	same = kernel_ctl(b, EPOLL_CTL_ADD, mark) == -EEXIST;
	sys_close(mark);
	return same;
}

struct other {
	int epfd, mark;
	unsigned first, last;
};

static bool is_other(void *arg, int fd)
{
	const struct other *o = arg;
	int r;

	if (fd == o->epfd ||
	    ((unsigned)fd >= o->first && (unsigned)fd <= o->last))
		return false;
	r = kernel_ctl(fd, EPOLL_CTL_ADD, o->mark);
	if (r == 0) /* not to be found under that one's other numbers */
		kernel_ctl(fd, EPOLL_CTL_DEL, o->mark);
	return r == -EEXIST;
}

int epoll_other_number(int epfd, unsigned first, unsigned last)
{
	struct other o = { epfd, make_mark(epfd), first, last };
	int found;

	if (o.mark < 0)
		return -1;
	found = each_descriptor(is_other, &o);
	sys_close(o.mark);
	return found;
}
