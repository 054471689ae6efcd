/* SPDX-License-Identifier: MIT */
/* Files of every kind, made by hand octet by octet in a folder of our own. */
#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/compiler.h"
#include "exec/target.h"

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#else
#define MACHINE EM_AARCH64
#endif

#define GLIBC "/lib64/ld-linux-x86-64.so.2"

static char dir[] = "/tmp/test_target.XXXXXX";
static char path[128];

static const char *in_dir(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chmod(dir, 0755), 0);
}

static void teardown(void)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
}

static void put(const char *name, const void *p, size_t n, mode_t mode)
{
	int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		      0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, p, n), (long)n);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

struct elf {
	unsigned char class, data;
	uint16_t machine, type;
	const char *interp;
	uint16_t loads; /* PT_LOAD headers before the interpreter's */
	uint64_t interp_at;
	int interp_len; /* 0: strlen + 1 */
	uint16_t phentsize;
};

static unsigned char image[16384];

static size_t make_elf(const struct elf *e)
{
	Elf64_Ehdr eh = {.e_type = e->type,
			 .e_machine = e->machine,
			 .e_phoff = sizeof(eh),
			 .e_phentsize = e->phentsize ? e->phentsize
						     : sizeof(Elf64_Phdr),
			 .e_phnum = e->loads};
	Elf64_Phdr load = {.p_type = PT_LOAD}, ph = {.p_type = PT_INTERP};
	size_t at = sizeof(eh), n;

	memset(image, 0, sizeof(image));
	memcpy(eh.e_ident, ELFMAG, SELFMAG);
	eh.e_ident[EI_CLASS] = e->class;
	eh.e_ident[EI_DATA] = e->data;
	for (int i = 0; i < e->loads; i++, at += sizeof(load))
		memcpy(image + at, &load, sizeof(load));
	if (e->interp != NULL) {
		eh.e_phnum++;
		n = e->interp_len ? (size_t)e->interp_len
				  : strlen(e->interp) + 1;
		ph.p_offset = e->interp_at ? e->interp_at : at + sizeof(ph);
		ph.p_filesz = n;
		memcpy(image + at, &ph, sizeof(ph));
		if (ph.p_offset + n <= sizeof(image))
			memcpy(image + ph.p_offset, e->interp, n);
	}
	memcpy(image, &eh, sizeof(eh));
	return sizeof(image);
}

#define ELF(...)                                              \
	{                                                     \
		ELFCLASS64, ELFDATA2LSB, MACHINE, __VA_ARGS__ \
	}

static const struct {
	struct elf elf;
	enum target_kind kind;
} elves[] = {
	{ELF(ET_DYN, GLIBC), TARGET_PRELOADABLE},
	{ELF(ET_EXEC, GLIBC), TARGET_PRELOADABLE},
	{ELF(ET_DYN, "/lib/ld-linux-aarch64.so.1"), TARGET_PRELOADABLE},
	{ELF(ET_DYN, "/nix/store/x/lib/ld-2.31.so"), TARGET_PRELOADABLE},
	/* Headers and interpreter beyond what the first read brings. */
	{ELF(ET_DYN, GLIBC, 60), TARGET_PRELOADABLE},
	{ELF(ET_DYN, GLIBC, 3, 9000), TARGET_PRELOADABLE},
	{ELF(ET_DYN, "/lib/ld-musl-x86_64.so.1", 60), TARGET_OTHER_LIBC},
	{ELF(ET_DYN, "/lib/ld-musl-x86_64.so.1"), TARGET_OTHER_LIBC},
	{ELF(ET_DYN, "/ld-linux/ld-musl-x86_64.so.1"), TARGET_OTHER_LIBC},
	{ELF(ET_DYN, "/system/bin/linker64"), TARGET_OTHER_LIBC},
	{ELF(ET_DYN, "ld-x"), TARGET_OTHER_LIBC},
	{ELF(ET_DYN, NULL, 3), TARGET_STATIC},
	{ELF(ET_EXEC, NULL, 3), TARGET_STATIC},
	{ELF(ET_EXEC, NULL, 0), TARGET_STATIC},
	{ELF(ET_REL, NULL), TARGET_NOT_PROGRAM},
	{ELF(ET_CORE, GLIBC), TARGET_NOT_PROGRAM},
	{ELF(ET_DYN, GLIBC, 0, 1ull << 40), TARGET_NOT_PROGRAM},
	{ELF(ET_DYN, GLIBC, 0, ~0ull), TARGET_NOT_PROGRAM},
	{ELF(ET_DYN, GLIBC, 0, 0, 5), TARGET_NOT_PROGRAM}, /* no NUL */
	{ELF(ET_DYN, "", 0), TARGET_NOT_PROGRAM},
	{ELF(ET_DYN, GLIBC, 0, 0, 0, 32), TARGET_NOT_PROGRAM},
	{{ELFCLASS32, ELFDATA2LSB, EM_386, ET_DYN, GLIBC}, TARGET_OTHER_CLASS},
	{{ELFCLASS32, ELFDATA2LSB, MACHINE, ET_DYN, GLIBC}, /* x32 */
	 TARGET_OTHER_CLASS},
	{{ELFCLASS64, ELFDATA2MSB, MACHINE, ET_DYN, GLIBC}, TARGET_OTHER_CLASS},
	{{ELFCLASS64, ELFDATA2LSB, EM_RISCV, ET_DYN, GLIBC},
	 TARGET_OTHER_CLASS},
};

START_TEST(test_elf)
{
	size_t n = make_elf(&elves[_i].elf);
	int fd;

	put("elf", image, n, 0755);
	ck_assert_int_eq(target_of_path(path), elves[_i].kind);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(lseek(fd, 5, SEEK_SET), 5);
	ck_assert_int_eq(target_of_fd(fd), elves[_i].kind);
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 5);
	close(fd);
}
END_TEST

/* Cut anywhere, a file is never taken for preloadable before it is. */
START_TEST(test_cut_elf)
{
	const struct elf e = ELF(ET_DYN, GLIBC);
	size_t whole = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) + sizeof(GLIBC);

	make_elf(&e);
	for (size_t n = 0; n <= whole; n++) {
		enum target_kind kind;

		put("cut", image, n, 0755);
		kind = target_of_path(path);
		ck_assert_int_eq(kind == TARGET_PRELOADABLE, n == whole);
	}
}
END_TEST

START_TEST(test_loader_as_command)
{
	const struct elf e = ELF(ET_DYN, NULL, 2);

	put("ld-linux-x86-64.so.2", image, make_elf(&e), 0755);
	ck_assert_int_eq(target_of_path(path), TARGET_PRELOADABLE);
}
END_TEST

START_TEST(test_not_executable)
{
	const struct elf e = ELF(ET_DYN, GLIBC);

	ck_assert_int_eq(target_of_path(in_dir("none")), TARGET_NOT_EXECUTABLE);
	ck_assert_int_eq(target_of_path(dir), TARGET_NOT_EXECUTABLE);
	ck_assert_int_eq(target_of_path(""), TARGET_NOT_EXECUTABLE);
	put("plain", image, make_elf(&e), 0644);
	ck_assert_int_eq(target_of_path(path), TARGET_NOT_EXECUTABLE);
	ck_assert_int_eq(mkfifo(in_dir("fifo"), 0755), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert_int_eq(target_of_path(path), TARGET_NOT_EXECUTABLE);
	ck_assert_int_eq(target_of_fd(-1), TARGET_NOT_EXECUTABLE);
	put("empty", "", 0, 0755);
	ck_assert_int_eq(target_of_path(path), TARGET_NOT_PROGRAM);
	put("text", "echo hello\n", 11, 0755);
	ck_assert_int_eq(target_of_path(path), TARGET_NOT_PROGRAM);
}
END_TEST

static void put_script(const char *name, const char *before,
		       const char *interpreter, const char *after)
{
	char text[600];
	int n = snprintf(text, sizeof(text), "#!%s%s%s", before, interpreter,
			 after);

	put(name, text, (size_t)n, 0755);
}

START_TEST(test_script)
{
	struct elf e = ELF(ET_DYN, GLIBC);
	char interpreter[128], deep[128], long_name[300];
	int fd;

	put("dynamic", image, make_elf(&e), 0755);
	strcpy(interpreter, path);
	put_script("s", "", interpreter, "\n");
	ck_assert_int_eq(target_of_path(path), TARGET_PRELOADABLE);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(target_of_fd(fd), TARGET_PRELOADABLE);
	close(fd);
	put_script("s", " \t", interpreter, " -x y\nrest\n");
	ck_assert_int_eq(target_of_path(path), TARGET_PRELOADABLE);
	put_script("s", "", interpreter, "");
	ck_assert_int_eq(target_of_path(path), TARGET_PRELOADABLE);
	put_script("s", "", "/no/such/interpreter", "\n");
	ck_assert_int_eq(target_of_path(path), TARGET_NOT_EXECUTABLE);
	put_script("s", "", "", "\n");
	ck_assert_int_eq(target_of_path(path), TARGET_NOT_PROGRAM);
	put_script("s", "", "", "");
	ck_assert_int_eq(target_of_path(path), TARGET_NOT_PROGRAM);
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	put_script("s", "/", long_name, "\n");
	ck_assert_int_eq(target_of_path(path), TARGET_NOT_PROGRAM);

	e.interp = NULL;
	put("static", image, make_elf(&e), 0755);
	strcpy(interpreter, path);
	put_script("s", "", interpreter, "\n");
	ck_assert_int_eq(target_of_path(path), TARGET_STATIC);

	/* A script whose interpreter is a script, and so on. */
	for (int i = 0; i < 5; i++) {
		enum target_kind want =
			i < 4 ? TARGET_STATIC : TARGET_NOT_EXECUTABLE;
		char name[8];

		snprintf(name, sizeof(name), "s%d", i);
		put_script(name, "", interpreter, "\n");
		ck_assert_int_eq(target_of_path(path), want);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		ck_assert_int_eq(target_of_fd(fd), want);
		close(fd);
		strcpy(deep, path);
		strcpy(interpreter, deep);
	}
}
END_TEST

/* As another user, in a child: what would that user's exec gain? */
static enum target_kind kind_for(uid_t uid, const char *file)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (setgid(uid) != 0 || setuid(uid) != 0)
			_exit(99);
		_exit((int)target_of_path(file));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return (enum target_kind)WEXITSTATUS(status);
}

START_TEST(test_set_id)
{
	/* cap_net_raw=p, VFS_CAP_REVISION_2 */
	static const unsigned char caps[20] = {1, 0, 0, 2, 0, 0x20};
	const struct elf e = ELF(ET_DYN, GLIBC);

	put("p", image, make_elf(&e), 04755);
	ck_assert_int_eq(target_of_path(path), TARGET_PRELOADABLE);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(kind_for(65534, path), TARGET_SET_ID);
	ck_assert_int_eq(chown(path, 65534, 65534), 0);
	ck_assert_int_eq(chmod(path, 04755), 0);
	ck_assert_int_eq(kind_for(65534, path), TARGET_PRELOADABLE);
	ck_assert_int_eq(kind_for(0, path), TARGET_SET_ID);
	ck_assert_int_eq(chmod(path, 02755), 0);
	ck_assert_int_eq(kind_for(65534, path), TARGET_PRELOADABLE);
	ck_assert_int_eq(kind_for(0, path), TARGET_SET_ID);
	ck_assert_int_eq(chmod(path, 02745), 0);
	ck_assert_int_eq(kind_for(0, path), TARGET_PRELOADABLE);
	ck_assert_int_eq(chmod(path, 0711), 0);
	ck_assert_int_eq(kind_for(1, path), TARGET_UNREADABLE);
	ck_assert_int_eq(chmod(path, 0755), 0);
	if (setxattr(path, "security.capability", caps, sizeof(caps), 0) == 0) {
		ck_assert_int_eq(kind_for(1, path), TARGET_SET_ID);
		ck_assert_int_eq(kind_for(0, path), TARGET_PRELOADABLE);
	}
}
END_TEST

START_TEST(test_text)
{
	ck_assert_str_eq(target_text(TARGET_STATIC), "a static program");
	ck_assert_str_eq(target_text(TARGET_KIND_COUNT), "unknown");
}
END_TEST

/* And something that no hand has made. */
START_TEST(test_real)
{
	int free_fd = dup(0);

	close(free_fd);
	ck_assert_int_eq(target_of_path("/proc/self/exe"), TARGET_PRELOADABLE);
	ck_assert_int_eq(dup(0), free_fd); /* nothing left open */
	close(free_fd);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("target");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_elf, 0, ARRAY_SIZE(elves));
	tcase_add_test(t, test_cut_elf);
	tcase_add_test(t, test_loader_as_command);
	tcase_add_test(t, test_not_executable);
	tcase_add_test(t, test_script);
	tcase_add_test(t, test_set_id);
	tcase_add_test(t, test_text);
	tcase_add_test(t, test_real);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
