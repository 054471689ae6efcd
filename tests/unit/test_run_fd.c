/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "exec/run_fd.h"

static struct config config;

static void setup(void)
{
	config_init(&config);
	errno = 4711;
}

/* Give the process these limits; false if it may not. */
static bool set_limits(rlim_t soft, rlim_t hard)
{
	struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
	bool good = setrlimit(RLIMIT_NOFILE, &limit) == 0;

	errno = 4711;
	return good;
}

static const struct {
	rlim_t soft, hard;
	int low, high; /* where the descriptor may come to lie */
} limits[] = {
	{64, 4096, 64, 79},
	{256, 272, 256, 271},
	{1024, 4096, 1024, 1039},
	{4096, 8192, 4096, 4111},
	/* No room above, or above is too expensive. */
	{64, 64, 48, 63},
	{256, 271, 240, 255},
	{8192, 8192, 3900, 3915},
	{4200, 1048576, 3900, 3915},
};

START_TEST(test_hide)
{
	struct rlimit now;
	int p[2], fd;

	ck_assert_int_eq(pipe(p), 0);
	if (!set_limits(limits[_i].soft, limits[_i].hard))
		return; /* the hard limit is lower */
	for (int i = 0; i < 2; i++) {
		fd = run_fd_hide(p[1], F_DUPFD);
		ck_assert_int_eq(errno, 4711);
		ck_assert_int_ge(fd, limits[_i].low);
		ck_assert_int_le(fd, limits[_i].high);
		ck_assert_int_eq(fcntl(fd, F_GETFD), 0);
		ck_assert_int_eq(write(fd, "x", 1), 1);
		errno = 4711;
	}
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &now), 0);
	ck_assert_uint_eq(now.rlim_cur, limits[_i].soft);
	ck_assert_uint_eq(now.rlim_max, limits[_i].hard);
}
END_TEST

/* Hardly any number is left: any will do. */
START_TEST(test_hide_anywhere)
{
	int p[2], fd[16], n = 0;

	ck_assert_int_eq(pipe(p), 0);
	ck_assert(set_limits(16, 16));
	while ((fd[n] = run_fd_hide(p[1], F_DUPFD)) >= 0)
		ck_assert_int_ge(fd[n++], 3);
	ck_assert_int_ge(n, 1);
	ck_assert_int_eq(fd[n], -EMFILE);
	ck_assert_int_eq(errno, 4711);
	ck_assert_int_eq(run_fd_hide(999, F_DUPFD), -EBADF);
	while (n > 0)
		close(fd[--n]);
}
END_TEST

static uint64_t inode_of(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	return st.st_ino;
}

START_TEST(test_create)
{
	struct run_ref ref = {.log_fd = -1};
	struct run *run, *again;
	int fd, seals, lowest = dup(0);

	close(lowest);
	ck_assert(set_limits(256, 1024));
	config.negotiate_timeout = 7;
	fd = run_fd_create(&config, 99, &run);
	ck_assert_int_ge(fd, 256);
	ck_assert_int_eq(errno, 4711);
	ck_assert_uint_eq(run->cookie, 99);
	ck_assert_uint_eq(run->config.negotiate_timeout, 7);
	/* The program inherits it, and nothing but it. */
	ck_assert_int_eq(fcntl(fd, F_GETFD), 0);
	ck_assert_int_eq(fcntl(lowest, F_GETFD), -1);
	/* Whoever can write to it can neither crash us nor eat memory. */
	seals = fcntl(fd, F_GET_SEALS);
	ck_assert_int_eq(seals, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	ck_assert_int_eq(ftruncate(fd, 0), -1);
	ck_assert_int_eq(errno, EPERM);

	errno = 4711;
	ref.fd = fd;
	ref.inode = inode_of(fd);
	again = run_fd_map(&ref);
	ck_assert_ptr_nonnull(again);
	ck_assert_ptr_ne(again, run);
	atomic_store(&run->connections, 5);
	ck_assert_uint_eq(atomic_load(&again->connections), 5);
	ck_assert_int_eq(errno, 4711);
}
END_TEST

START_TEST(test_map)
{
	struct run_ref ref = {.log_fd = -1}, other;
	struct run *run;
	int fd = run_fd_create(&config, 99, &run), file;

	ref.fd = fd;
	ref.inode = inode_of(fd);
	ck_assert_int_eq(run_fd_find(&ref), fd);

	/* Another file has that number now. */
	other = ref;
	other.inode++;
	ck_assert_ptr_null(run_fd_map(&other));
	ck_assert_int_eq(run_fd_find(&other), -1);
	other = ref;
	other.fd = -1;
	ck_assert_ptr_null(run_fd_map(&other));
	other.fd = 9999;
	ck_assert_ptr_null(run_fd_map(&other));

	/* The right file of the wrong size, and of the wrong contents. */
	file = memfd_create("x", 0);
	other.fd = file;
	other.inode = inode_of(file);
	ck_assert_ptr_null(run_fd_map(&other));
	ck_assert_int_eq(ftruncate(file, sizeof(struct run)), 0);
	ck_assert_int_eq(run_fd_find(&other), file);
	ck_assert_ptr_null(run_fd_map(&other));
	run->version++;
	ck_assert_ptr_null(run_fd_map(&ref));
	run->version--;
	ck_assert_ptr_nonnull(run_fd_map(&ref));
}
END_TEST

/* The program raised its limit and took the number; ours gave way. */
START_TEST(test_find)
{
	struct run_ref ref = {.log_fd = -1};
	struct run *run, *again;
	int fd, moved;

	ck_assert(set_limits(256, 1024));
	fd = run_fd_create(&config, 99, &run);
	ref.fd = fd;
	ref.inode = inode_of(fd);
	moved = run_fd_hide(fd, F_DUPFD);
	ck_assert_int_eq(moved, fd + 1);
	ck_assert(set_limits(1024, 1024));
	ck_assert_int_eq(dup2(0, fd), fd);
	errno = 4711;
	ck_assert_int_eq(run_fd_find(&ref), moved);
	again = run_fd_map(&ref);
	ck_assert_ptr_nonnull(again);
	ck_assert_uint_eq(again->cookie, 99);
	ck_assert_int_eq(errno, 4711);
	close(moved);
	ck_assert_int_eq(run_fd_find(&ref), -1);
	ck_assert_ptr_null(run_fd_map(&ref));
}
END_TEST

START_TEST(test_private)
{
	struct run *run = run_private(&config);

	ck_assert_ptr_nonnull(run);
	ck_assert(run_is_valid(run, sizeof(*run)));
	ck_assert_int_eq(errno, 4711);
}
END_TEST

static const struct {
	const char *text;
	int fd;
	uint64_t inode;
	int log_fd;
	bool datagrams;
} refs[] = {
	{"1024:4711-", 1024, 4711, -1},
	{"0:0-", 0, 0, -1},
	{"1024:4711:1025-", 1024, 4711, 1025},
	{"5:6:0-", 5, 6, 0},
	{"5:6+", 5, 6, -1, true},
	{"5:6:7+", 5, 6, 7, true},
	{"2147483647:18446744073709551615:2147483647-", INT32_MAX, UINT64_MAX,
	 INT32_MAX},
};

START_TEST(test_refs)
{
	struct run_ref ref;
	char text[RUN_ENV_MAX];

	ck_assert(run_ref_parse(&ref, refs[_i].text));
	ck_assert_int_eq(ref.fd, refs[_i].fd);
	ck_assert_uint_eq(ref.inode, refs[_i].inode);
	ck_assert_int_eq(ref.log_fd, refs[_i].log_fd);
	ck_assert_int_eq(ref.datagrams, refs[_i].datagrams);
	run_ref_format(&ref, text);
	ck_assert_str_eq(text, refs[_i].text);
}
END_TEST

static const char *const bad_refs[] = {
	"", ":", "1", "1:", ":1", "1:2:", "1:2:3:", "1:2:3:4", "-1:2", "1:-2",
	"1:2:-3", " 1:2", "1: 2", "1:2 ", "+1:2", "0x1:2", "a:b", "1:2:x",
	"2147483648:1", "1:18446744073709551616", "1:2:2147483648",
	"99999999999999999999:1", "1:2x", "1:2+x", "1:2++", "1:2-+", "1:2--", "1:+", "1:2:+",
};

START_TEST(test_bad_refs)
{
	struct run_ref ref = {.fd = 7, .log_fd = 7};

	ck_assert_msg(!run_ref_parse(&ref, bad_refs[_i]), "%s", bad_refs[_i]);
	ck_assert_int_eq(ref.fd, -1);
	ck_assert_int_eq(ref.log_fd, -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("run_fd");
	TCase *tc = tcase_create("run_fd");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, test_hide, 0, ARRAY_SIZE(limits));
	tcase_add_test(tc, test_hide_anywhere);
	tcase_add_test(tc, test_create);
	tcase_add_test(tc, test_map);
	tcase_add_test(tc, test_find);
	tcase_add_test(tc, test_private);
	tcase_add_loop_test(tc, test_refs, 0, ARRAY_SIZE(refs));
	tcase_add_loop_test(tc, test_bad_refs, 0, ARRAY_SIZE(bad_refs));
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
