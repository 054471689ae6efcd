/* SPDX-License-Identifier: MIT */
/* What the launcher tells the user: whole lines on stderr. */
#ifndef LAUNCHER_MESSAGE_H
#define LAUNCHER_MESSAGE_H

/* Exit codes as those of env(1), nice(1), timeout(1) ... */
enum {
	EXIT_REFUSED = 125,    /* a fault of ours or of the configuration */
	EXIT_CANNOT_RUN = 126, /* found, but it cannot be executed */
	EXIT_NOT_FOUND = 127,
};

/** say() - one line, "socksify: ...", in one write */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * say_fault() - a config_report: "socksify: WHERE: WHAT"
 * @arg: an unsigned that counts the faults
 */
void say_fault(void *arg, const char *where, const char *what);

#endif
