/* SPDX-License-Identifier: MIT */
/*
 * /etc/hosts and /etc/resolv.conf as text, and the machine's own name. Kept
 * between look-ups and looked at again when 100 ms have passed, because libc's
 * own readers would ask nscd first. Allocates by mmap(2) only. Thread-safe;
 * not for signal handlers; leaves errno alone.
 */
#ifndef SOCK_HOSTS_FILE_H
#define SOCK_HOSTS_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct file_text {
	const char *text; /* not NUL-terminated; NULL if there is no file */
	size_t len;
	size_t mapped;    /* octets to unmap; 0: none */
	bool borrowed;    /* the shared copy */
};

/** hosts_file_open() - borrow the text until hosts_file_close() */
void hosts_file_open(struct file_text *f);
void hosts_file_close(struct file_text *f);

/** file_text_read() - read a small file; close with hosts_file_close() */
void file_text_read(struct file_text *f, const char *path);

#endif
