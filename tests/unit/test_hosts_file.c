/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "libc/libc.h"
#include "sock/hosts_file.h"

static long fake_syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat) {
		ck_assert((int)a[2] & O_CLOEXEC);
		return files_open((const char *)a[1], (int)a[2]);
	}
	return syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void setup(void)
{
	files_begin();
	libc_table.syscall = fake_syscall;
	errno = 4711;
}

static void check_text(const struct file_text *f, const char *text)
{
	ck_assert_int_eq(errno, 4711);
	if (text == NULL) {
		ck_assert_ptr_null(f->text);
		ck_assert_uint_eq(f->len, 0);
		return;
	}
	ck_assert_ptr_nonnull(f->text);
	ck_assert_uint_eq(f->len, strlen(text));
	ck_assert_mem_eq(f->text, text, f->len);
}

static void expect(const char *text)
{
	struct file_text f;

	errno = 4711;
	hosts_file_open(&f);
	check_text(&f, text);
	hosts_file_close(&f);
	ck_assert_int_eq(errno, 4711);
}

/* Looked at again when 100 ms have passed, and read if it is another. */
START_TEST(test_changes)
{
	files_write("hosts", "one");
	expect("one");
	files_write("hosts", "three");
	files_ms += 99;
	expect("one");
	files_ms += 1;
	expect("three");
	files_write("hosts", "seven"); /* of the same size */
	files_ms += 100;
	expect("seven");
	files_ms += 100;
	expect("seven");
	files_write("hosts", "");
	files_ms += 100;
	expect("");
	files_write("hosts", NULL);
	files_ms += 100;
	expect(NULL);
	files_ms += 100;
	expect(NULL);
	files_write("hosts", "again");
	files_ms += 100;
	expect("again");
}
END_TEST

START_TEST(test_missing)
{
	expect(NULL);
	files_write("hosts", "one");
	files_ms += 100;
	expect("one");
}
END_TEST

/* Whoever finds the copy in use has one of his own. */
START_TEST(test_in_use)
{
	struct file_text a, b, c;

	files_write("hosts", "one");
	hosts_file_open(&a);
	files_write("hosts", "three");
	files_ms += 100;
	errno = 4711;
	hosts_file_open(&b);
	check_text(&b, "three");
	hosts_file_open(&c);
	check_text(&c, "three");
	ck_assert_ptr_ne(b.text, c.text);
	check_text(&a, "one");
	hosts_file_close(&b);
	check_text(&c, "three");
	hosts_file_close(&c);
	check_text(&a, "one");
	hosts_file_close(&a);
	expect("three");
}
END_TEST

/* ... and if he has none, he gives back none either. */
START_TEST(test_in_use_and_gone)
{
	struct file_text a, b;

	files_write("hosts", "one");
	hosts_file_open(&a);
	files_write("hosts", NULL);
	errno = 4711;
	hosts_file_open(&b);
	check_text(&b, NULL);
	hosts_file_close(&b);
	files_write("hosts", "three");
	files_ms += 100;
	errno = 4711;
	hosts_file_open(&b);
	check_text(&b, "three");
	check_text(&a, "one");
	hosts_file_close(&b);
	hosts_file_close(&a);
	expect("three");
}
END_TEST

START_TEST(test_sizes)
{
	static const size_t sizes[] = {1, 4095, 4096, 4097, 100000};
	size_t n = sizes[_i];
	char *text = malloc(n + 1);
	struct file_text f;

	memset(text, 'x', n);
	text[n] = '\0';
	files_write("big", text);
	errno = 4711;
	file_text_read(&f, "/etc/big");
	check_text(&f, text);
	ck_assert_uint_gt(f.mapped, n);
	hosts_file_close(&f);
	free(text);
}
END_TEST

/* What the file system says of the size need not be true. */
START_TEST(test_lying_size)
{
	struct file_text f;

	errno = 4711;
	file_text_read(&f, "/proc/self/stat");
	ck_assert_int_eq(errno, 4711);
	ck_assert_uint_gt(f.len, 20);
	ck_assert_int_eq(f.text[f.len - 1], '\n');
	hosts_file_close(&f);

	file_text_read(&f, "/proc/self/none");
	check_text(&f, NULL);
	files_write("huge", "");
	ck_assert_int_eq(truncate(files_path("/etc/huge"),
				  64 * 1024 * 1024 + 1), 0);
	file_text_read(&f, "/etc/huge");
	check_text(&f, NULL);
	ck_assert_uint_eq(f.mapped, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("hosts_file");
	TCase *tc = tcase_create("hosts_file");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, files_end);
	tcase_add_test(tc, test_changes);
	tcase_add_test(tc, test_missing);
	tcase_add_test(tc, test_in_use);
	tcase_add_test(tc, test_in_use_and_gone);
	tcase_add_loop_test(tc, test_sizes, 0, 5);
	tcase_add_test(tc, test_lying_size);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
