/* SPDX-License-Identifier: MIT */
/* Any value of SOCKS_SERVER: parsed, quoted and searched for its password. */
#include <stdlib.h>
#include <string.h>

#include "policy/server_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of the exact size, so that an overrun is seen. */
	char *value = malloc(size > 0 ? size : 1), quoted[128];
	size_t begin, password, end;
	struct server_url u;
	struct text t;

	if (value == NULL)
		return 0;
	if (size > 0)
		memcpy(value, data, size);
	if (server_url_parse(&u, value, size) == NULL) {
		if (u.server.port == 0 || u.server.kind == ENDPOINT_NONE)
			abort();
		if (u.has_credentials != (u.credentials.username_len > 0))
			abort();
	}
	if (server_url_parse_any(&u, value, size) == NULL && u.server.port == 0)
		abort();
	text_init(&t, quoted, sizeof(quoted));
	server_url_quote(&t, value, size);
	if (server_url_userinfo(value, size, &begin, &password, &end) &&
	    (begin > password || password >= end || end > size ||
	     value[end - 1] != '@'))
		abort();
	free(value);
	return 0;
}
