/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo_a(3): answered as getaddrinfo(3) is, and told of in every way;
 * nobody is asked.
 * log-count: 0 request
 */
#include "victim.h"

#include <netdb.h>
#include <signal.h>

static int told[2];

static void by_thread(union sigval value)
{
	CHECK(write(told[1], value.sival_ptr, 4) == 4);
}

static void check_found(struct gaicb *request)
{
	const struct sockaddr_in *found;

	CHECK(gai_error(request) == 0);
	found = (const void *)request->ar_result->ai_addr;
	CHECK(found->sin_family == AF_INET && found->sin_port == htons(80));
	CHECK((ntohl(found->sin_addr.s_addr) >> 17) == (198u << 8 | 18) >> 1);
	freeaddrinfo(request->ar_result);
	request->ar_result = NULL;
}

int main(void)
{
	struct addrinfo hints = { .ai_family = AF_INET,
				  .ai_socktype = SOCK_STREAM };
	struct gaicb one = { .ar_name = "web.test", .ar_service = "80",
			     .ar_request = &hints };
	struct gaicb none = { .ar_name = "web.invalid" };
	struct gaicb *list[3] = { &one, NULL, &none };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGUSR1,
				  .sigev_value.sival_int = 17 };
	siginfo_t info;
	sigset_t set;
	char text[4];

	errno = 0;
	CHECK(getaddrinfo_a(GAI_WAIT, list, 3, NULL) == 0);
	CHECK(errno == 0);
	check_found(&one);
	CHECK(gai_error(&none) == EAI_NONAME);
	CHECK(gai_cancel(&one) == EAI_ALLDONE);
	CHECK(gai_suspend((const struct gaicb *const *)list, 3, NULL) ==
	      EAI_ALLDONE);

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	CHECK(getaddrinfo_a(GAI_NOWAIT, list, 1, &event) == 0);
	CHECK(sigwaitinfo(&set, &info) == SIGUSR1);
	CHECK(info.si_code == SI_ASYNCNL && info.si_value.sival_int == 17);
	check_found(&one);

	CHECK(pipe(told) == 0);
	event = (struct sigevent){ .sigev_notify = SIGEV_THREAD,
				   .sigev_notify_function = by_thread,
				   .sigev_value.sival_ptr = "told" };
	CHECK(getaddrinfo_a(GAI_NOWAIT, list, 1, &event) == 0);
	CHECK(read(told[0], text, 4) == 4 && memcmp(text, "told", 4) == 0);
	check_found(&one);

	CHECK(getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) == 0);
	check_found(&one);
	CHECK(getaddrinfo_a(7, list, 1, NULL) == EAI_SYSTEM && errno == EINVAL);
	return 0;
}
