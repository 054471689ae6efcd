/* SPDX-License-Identifier: MIT */
#include "exec/target.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "libc/sys.h"

#undef p_type /* <resolv.h> renames a function of its own by it */

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#error "no ELF machine number for this architecture"
#endif

#define SCRIPT_LEVELS 4	    /* interpreters that are scripts themselves */
#define SCRIPT_LINE   256   /* what the kernel reads: BINPRM_BUF_SIZE */
#define PHDRS_SIZE    65536 /* more program headers the kernel refuses */

/* A file with its beginning, where nearly all we want to know stands. */
struct file {
	int fd;
	size_t len;
	unsigned char head[1024];
};

static bool read_at(const struct file *f, uint64_t offset, void *p, size_t n)
{
	if (offset <= f->len && n <= f->len - offset) {
		memcpy(p, f->head + offset, n);
		return true;
	}
	/* An offset that becomes negative is the kernel's EINVAL. */
	return sys_pread(f->fd, p, n, (int64_t)offset) == (long)n;
}

/*
 * Would the kernel set AT_SECURE? By a change of identity; by capabilities
 * only for who is not root already (security/commoncap.c).
 */
static bool gains_privileges(int fd, const struct stat *st)
{
	uid_t uid = (uid_t)sys(SYS_getuid);
	gid_t gid = (gid_t)sys(SYS_getgid);

	if ((st->st_mode & S_ISUID) && st->st_uid != uid)
		return true;
	/* Without group execution the bit means mandatory locking. */
	if ((st->st_mode & S_ISGID) && (st->st_mode & S_IXGRP) &&
	    st->st_gid != gid)
		return true;
	return uid != 0 &&
	       sys_fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

static bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* glibc's names of its loader: ld-linux-x86-64.so.2, ld-2.31.so, ld.so.1. */
static bool is_glibc_loader(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base != NULL ? base + 1 : path;
	return starts_with(base, "ld-linux") || starts_with(base, "ld.so") ||
	       starts_with(base, "ld64.so") ||
	       (starts_with(base, "ld-") && base[3] >= '0' && base[3] <= '9');
}

static enum target_kind judge_interp(const struct file *f, const Elf64_Phdr *ph)
{
	char interp[4096];

	if (ph->p_filesz < 2 || ph->p_filesz > sizeof(interp) ||
	    !read_at(f, ph->p_offset, interp, ph->p_filesz) ||
	    interp[ph->p_filesz - 1] != '\0')
		return TARGET_NOT_PROGRAM;
	return is_glibc_loader(interp) ? TARGET_PRELOADABLE : TARGET_OTHER_LIBC;
}

static enum target_kind judge_elf(const struct file *f)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;

	if (f->head[EI_CLASS] != ELFCLASS64 || f->head[EI_DATA] != ELFDATA2LSB)
		return TARGET_OTHER_CLASS;
	if (!read_at(f, 0, &eh, sizeof(eh)))
		return TARGET_NOT_PROGRAM;
	if (eh.e_machine != OUR_MACHINE)
		return TARGET_OTHER_CLASS;
	if ((eh.e_type != ET_EXEC && eh.e_type != ET_DYN) ||
	    eh.e_phentsize != sizeof(ph) ||
	    eh.e_phnum > PHDRS_SIZE / sizeof(ph))
		return TARGET_NOT_PROGRAM;
	for (unsigned i = 0; i < eh.e_phnum; i++) {
		if (!read_at(f, eh.e_phoff + i * sizeof(ph), &ph, sizeof(ph)))
			return TARGET_NOT_PROGRAM;
		if (ph.p_type == PT_INTERP)
			return judge_interp(f, &ph);
	}
	return TARGET_STATIC;
}

/* The interpreter of a "#!" line; false if there is none or it is cut off. */
static bool script_interpreter(const struct file *f, char path[SCRIPT_LINE])
{
	const char *p = (const char *)f->head + 2;
	size_t left = (f->len < SCRIPT_LINE ? f->len : SCRIPT_LINE) - 2;
	size_t n = 0;

	while (left > 0 && (*p == ' ' || *p == '\t')) {
		p++;
		left--;
	}
	while (n < left && p[n] != '\0' && strchr(" \t\n", p[n]) == NULL)
		n++;
	if (n == 0 || (n == left && f->len >= SCRIPT_LINE))
		return false;
	memcpy(path, p, n);
	path[n] = '\0';
	return true;
}

/* Return: the kind, or TARGET_KIND_COUNT: go on with the interpreter @next */
static enum target_kind judge(int fd, char next[SCRIPT_LINE])
{
	struct file f = {.fd = fd};
	struct stat st;
	long n;

	if (sys_fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & 0111) == 0)
		return TARGET_NOT_EXECUTABLE;
	n = sys_pread(fd, f.head, sizeof(f.head), 0);
	if (n < 0)
		return TARGET_UNREADABLE;
	f.len = (size_t)n;
	if (f.len > EI_DATA && memcmp(f.head, ELFMAG, SELFMAG) == 0)
		return gains_privileges(fd, &st) ? TARGET_SET_ID
						 : judge_elf(&f);
	/* The set-id bits of a script itself mean nothing to Linux. */
	if (f.len > 2 && memcmp(f.head, "#!", 2) == 0)
		return script_interpreter(&f, next) ? TARGET_KIND_COUNT
						    : TARGET_NOT_PROGRAM;
	return TARGET_NOT_PROGRAM;
}

/* Follow @path and the interpreters it leads to; @left: how many. */
static enum target_kind follow(const char *path, int left)
{
	char next[SCRIPT_LINE], here[SCRIPT_LINE];

	for (; left >= 0; left--) {
		enum target_kind kind;
		/* Not to wait for the writer of a FIFO. */
		int fd = sys_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

		if (fd == -EACCES || fd == -EMFILE || fd == -ENFILE)
			return TARGET_UNREADABLE;
		if (fd < 0)
			return TARGET_NOT_EXECUTABLE;
		kind = judge(fd, next);
		sys_close(fd);
		/* The loader as a command loads us into its argument. */
		if (kind == TARGET_STATIC && is_glibc_loader(path))
			kind = TARGET_PRELOADABLE;
		if (kind != TARGET_KIND_COUNT)
			return kind;
		memcpy(here, next, sizeof(here));
		path = here;
	}
	return TARGET_NOT_EXECUTABLE; /* ELOOP */
}

enum target_kind target_of_path(const char *path)
{
	return follow(path, SCRIPT_LEVELS);
}

enum target_kind target_of_fd(int fd)
{
	char next[SCRIPT_LINE];
	enum target_kind kind = judge(fd, next);

	return kind != TARGET_KIND_COUNT ? kind
					 : follow(next, SCRIPT_LEVELS - 1);
}

const char *target_text(enum target_kind kind)
{
	static const char *const texts[] = {
		[TARGET_PRELOADABLE] = "a dynamic program",
		[TARGET_STATIC] = "a static program",
		[TARGET_OTHER_CLASS] = "a program for another architecture",
		[TARGET_OTHER_LIBC] = "a program without glibc",
		[TARGET_SET_ID] = "a set-id program",
		[TARGET_NOT_PROGRAM] = "no program",
		[TARGET_NOT_EXECUTABLE] = "not executable",
		[TARGET_UNREADABLE] = "not readable",
	};
	_Static_assert(ARRAY_SIZE(texts) == TARGET_KIND_COUNT,
		       "a text for each kind");

	return (unsigned)kind < TARGET_KIND_COUNT ? texts[kind] : "unknown";
}
