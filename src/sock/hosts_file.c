/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <time.h>

#include "libc/sys.h"
#include "sock/hosts_file.h"

#define HOSTS_PATH "/etc/hosts"
#define FILE_MAX   (64u * 1024 * 1024)
#define FRESH_MS   100

/*
 * One copy, used by one thread at a time: whoever finds it in use (another
 * thread, or a thread that a fork left behind) reads the file for itself.
 */
static atomic_flag busy = ATOMIC_FLAG_INIT;
static struct file_text kept;
static struct stat kept_stat;
static long kept_at; /* ms, coarse monotonic clock */

void file_text_read(struct file_text *f, const char *path)
{
	struct stat st;
	int fd = sys_open(path, O_RDONLY);
	long n = 0, got;
	char *p;

	*f = (struct file_text){ 0 };
	if (fd < 0)
		return;
	if (sys_fstat(fd, &st) < 0 || st.st_size > FILE_MAX) {
		sys_close(fd);
		return;
	}
	/* One octet more than the file has, so that its end is seen. */
	f->mapped = (size_t)st.st_size + 4096;
	p = sys_mmap(f->mapped, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (p == MAP_FAILED) {
		f->mapped = 0;
		sys_close(fd);
		return;
	}
	while ((size_t)n < f->mapped &&
	       (got = sys_read(fd, p + n, f->mapped - (size_t)n)) > 0)
		n += got;
	sys_close(fd);
	f->text = p;
	f->len = (size_t)n;
}

static void unmap(struct file_text *f)
{
	if (f->mapped != 0)
		sys_munmap((void *)(uintptr_t)f->text, f->mapped);
}

static bool is_fresh(void)
{
	struct timespec t;
	struct stat st;
	long now;
	bool same;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	now = t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (kept_at != 0 && now - kept_at < FRESH_MS)
		return true;
	if (sys_stat(HOSTS_PATH, &st) < 0)
		st = (struct stat){ 0 };
	same = kept_at != 0 && st.st_ino == kept_stat.st_ino &&
	       st.st_dev == kept_stat.st_dev &&
	       st.st_size == kept_stat.st_size &&
	       st.st_mtim.tv_sec == kept_stat.st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == kept_stat.st_mtim.tv_nsec;
	kept_at = now != 0 ? now : 1;
	kept_stat = st;
	return same;
}

void hosts_file_open(struct file_text *f)
{
	if (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {
		file_text_read(f, HOSTS_PATH);
		return;
	}
	if (!is_fresh()) {
		unmap(&kept);
		file_text_read(&kept, HOSTS_PATH);
	}
	*f = kept;
	f->mapped = 0;
	f->borrowed = true;
}

void hosts_file_close(struct file_text *f)
{
	if (f->borrowed)
		atomic_flag_clear_explicit(&busy, memory_order_release);
	else
		unmap(f);
}
