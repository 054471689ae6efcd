/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo_a(3): its threads cannot be seen, so it fails.
 * log-count: 0 request
 */
#include "victim.h"

#include <netdb.h>

int main(void)
{
	struct gaicb request = { .ar_name = "web.test" };
	struct gaicb *list[1] = { &request };

	CHECK(getaddrinfo_a(GAI_WAIT, list, 1, NULL) == EAI_SYSTEM);
	CHECK(errno == ENOSYS);
	CHECK(getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) == EAI_SYSTEM);
	CHECK(request.ar_result == NULL);
	return 0;
}
