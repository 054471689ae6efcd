/* SPDX-License-Identifier: MIT */
/* Any configuration file: each fault is one printable line. */
#include <stdlib.h>
#include <string.h>

#include "policy/config_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned reported;

static void report(void *arg, const char *where, const char *what)
{
	(void)arg;
	if (strncmp(where, "F:", 2) != 0 || strchr(what, '\n') != NULL)
		abort();
	reported++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config_file f;
	char *text = malloc(size > 0 ? size : 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	reported = 0;
	if (config_file_parse(&f, text, size, "F", report, NULL) != reported)
		abort();
	if (f.config.rules.count > RULES_MAX ||
	    memchr(f.password_file, '\0', sizeof(f.password_file)) == NULL ||
	    f.config.fake_ipv4_prefix < 15 || f.config.fake_ipv4_prefix > 24)
		abort();
	free(text);
	return 0;
}
