/* SPDX-License-Identifier: MIT */
/*
 * What is this executable: will ld.so(8) load our library into it? Asked by
 * the launcher and in exec hooks: raw system calls only, no allocation, no
 * errno; async-signal-safe; fine in vfork children. It opens the file for a
 * moment (O_CLOEXEC) unless it is given.
 */
#ifndef EXEC_TARGET_H
#define EXEC_TARGET_H

enum target_kind {
	TARGET_PRELOADABLE, /* dynamic, glibc, our class and machine; or a
			       script whose interpreter is */
	TARGET_STATIC,	    /* no program interpreter: nobody preloads */
	TARGET_OTHER_CLASS, /* another class or machine: needs its own library
			     */
	TARGET_OTHER_LIBC,  /* the interpreter is not glibc's (ld-musl ...) */
	TARGET_SET_ID,	    /* gains privileges by set-id bits or file
			       capabilities: ld.so then ignores us (AT_SECURE);
			       under no_new_privs it gains nothing and would
			       load us */
	TARGET_NOT_PROGRAM, /* neither ELF nor "#!": exec fails with ENOEXEC,
			       execvp(3) hands it to /bin/sh */
	TARGET_NOT_EXECUTABLE, /* missing, no regular file, no execute bit, or
				  scripts nested too deep */
	TARGET_UNREADABLE,     /* may be executed, but not looked into */
	TARGET_KIND_COUNT
};

/** target_of_path() - @path as execve(2) takes it (no search in PATH) */
enum target_kind target_of_path(const char *path);

/** target_of_fd() - an open file; its offset does not move */
enum target_kind target_of_fd(int fd);

/** target_text() - "a static program": the kind in words, never NULL */
const char *target_text(enum target_kind kind);

#endif
