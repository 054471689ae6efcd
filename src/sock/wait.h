/* SPDX-License-Identifier: MIT */
/*
 * How a connecting socket is waited for: by poll(2) in the caller here, by a
 * thread or a loop elsewhere. Whoever drives a handshake passes one in.
 */
#ifndef SOCK_WAIT_H
#define SOCK_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * typedef sock_wait - wait for @events (POLLIN, POLLOUT) of @fd
 * @arg: of whoever passes it in
 * @ms: at most so long
 * Return: 1 ready, 0 time out, -EINTR after any signal handler, or another
 * -errno, which ends the wait for good
 */
typedef int sock_wait(void *arg, int fd, short events, int ms);

/**
 * sock_wait_poll() - wait in the calling thread
 * Async-signal-safe; a cancellation point.
 */
int sock_wait_poll(void *arg, int fd, short events, int ms);

/**
 * sock_signal_interrupts() - would connect(2) end by EINTR now?
 * It is restarted after a handler installed with SA_RESTART, but poll(2) never
 * is. Which handler has run cannot be seen: true if any handler of the process
 * lacks SA_RESTART (signal(7)); those of faults aside.
 */
bool sock_signal_interrupts(void);

/**
 * sock_signals_differ() - are there handlers with SA_RESTART and without? Then
 * only a wait that the kernel itself restarts is interrupted as connect(2) is.
 */
bool sock_signals_differ(void);

/** sock_now_ms() - CLOCK_MONOTONIC in milliseconds; no system call */
uint64_t sock_now_ms(void);

/**
 * sock_about_ms() - the same as of the last tick of the kernel's clock: up to
 * SOCK_TICK_MS less, and cheap
 */
uint64_t sock_about_ms(void);
#define SOCK_TICK_MS 10

/** sock_now_us() - as sock_now_ms(), in microseconds */
uint64_t sock_now_us(void);

#endif
