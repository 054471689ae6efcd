/* SPDX-License-Identifier: MIT */
/*
 * /etc/hosts and /etc/resolv.conf of a test's own, and a clock that stands
 * still: this program's stat(2) and clock_gettime(2) take the place of libc's,
 * files_open() that of openat(2). To be included once in a program.
 */
#ifndef TESTS_UNIT_FILES_H
#define TESTS_UNIT_FILES_H

#include <check.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char files_dir[] = "/tmp/test_files.XXXXXX";
static bool files_fake; /* else all is the system's own */
static uint64_t files_ms;

static inline const char *files_path(const char *path)
{
	static char buf[64];

	if (!files_fake || strncmp(path, "/etc/", 5) != 0)
		return path;
	snprintf(buf, sizeof(buf), "%s/%s", files_dir, path + 5);
	return buf;
}

static inline long files_open(const char *path, int flags)
{
	return syscall(SYS_openat, AT_FDCWD, files_path(path), flags, 0);
}

int stat(const char *path, struct stat *st)
{
	return fstatat(AT_FDCWD, files_path(path), st, 0);
}

int clock_gettime(clockid_t id, struct timespec *t)
{
	if (!files_fake)
		return (int)syscall(SYS_clock_gettime, id, t);
	t->tv_sec = (time_t)(files_ms / 1000);
	t->tv_nsec = (long)(files_ms % 1000) * 1000000;
	return 0;
}

/* Write /etc/NAME anew; NULL: remove it. */
static inline void files_write(const char *name, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", files_dir, name);
	if (text == NULL) {
		ck_assert_int_eq(unlink(path), 0);
		return;
	}
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fputs(text, f) >= 0, 1);
	ck_assert_int_eq(fclose(f), 0);
}

static inline void files_begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(files_dir));
	files_fake = true;
	files_ms = 1000000;
}

static inline void files_end(void)
{
	char cmd[64];

	files_fake = false;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", files_dir);
	ck_assert_int_eq(system(cmd), 0);
}

#endif
