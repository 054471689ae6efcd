/* SPDX-License-Identifier: MIT */
/*
 * O_ASYNC: the signal that says that connect(2) has come to its end. The kernel
 * sends its own while a program that looks still finds the socket pending, and
 * none when it is not any more: that one is sent here.
 *
 * Async-signal-safe; leaves errno alone.
 */
#ifndef PRELOAD_IO_SIGNAL_H
#define PRELOAD_IO_SIGNAL_H

#include <stdbool.h>

/** io_signal_asked() - the program has set O_ASYNC on some file */
void io_signal_asked(void);

/** io_signal_possible() - false: it never has */
bool io_signal_possible(void);

/**
 * io_signal_send() - whom F_SETOWN names is told that an attempt has
 * come to its end, if O_ASYNC is set: F_SETSIG's signal or SIGIO, see fcntl(2)
 * @fd: any descriptor of the socket
 * @number: the one that the program knows, for si_fd
 *
 * si_code is SI_SIGIO: only the kernel may say POLL_OUT.
 */
void io_signal_send(int fd, int number);

#endif
