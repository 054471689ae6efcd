/* SPDX-License-Identifier: MIT */
#include "launcher/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void say(const char *format, ...)
{
	char line[8192] = "socksify: ";
	size_t head = strlen(line);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line + head, sizeof(line) - head - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	strcat(line, "\n");
	/* There is nobody to tell that it cannot be told. */
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return;
}

void say_fault(void *arg, const char *where, const char *what)
{
	++*(unsigned *)arg;
	say("%s: %s", where, what);
}
