/* SPDX-License-Identifier: MIT */
#include "launcher/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define SLURP_MAX (16u * 1024 * 1024)

/* Return: false with errno set */
static bool grow(char **text, size_t *cap)
{
	size_t more = *cap > 0 ? *cap * 4 : 4096;
	char *bigger;

	if (*cap >= SLURP_MAX) {
		errno = EFBIG;
		return false;
	}
	bigger = realloc(*text, more);
	if (bigger == NULL)
		return false;
	*text = bigger;
	*cap = more;
	return true;
}

char *slurp(const char *path, size_t *len)
{
	char *text = NULL;
	size_t cap = 0, n = 0;
	ssize_t r = 1;
	/* A FIFO is fine: bash's <(...) is one. */
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;

	if (fd < 0)
		return NULL;
	while (r != 0) {
		if (n + 1 >= cap && !grow(&text, &cap))
			break;
		r = read(fd, text + n, cap - n - 1);
		if (r < 0 && errno != EINTR)
			break;
		n += r > 0 ? (size_t)r : 0;
	}
	saved = errno;
	close(fd);
	if (r != 0) {
		free(text);
		errno = saved;
		return NULL;
	}
	text[n] = '\0';
	*len = n;
	return text;
}
