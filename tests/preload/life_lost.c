/* SPDX-License-Identifier: MIT */
/*
 * The run state is lost before it was needed, because the program has closed
 * everything by system calls that nobody sees. What the environment says has
 * to do; and where it says nothing, nothing goes out.
 * options: --guard=off
 * run: args=server
 * run: args=nothing
 * log-count: 0 unexpected
 */
#include "victim.h"

#include <netdb.h>

/* It does not say that loopback is to be proxied. */
static void by_environment(void)
{
	int fd = tcp_socket();

	CHECK(connect4(fd, "192.0.2.7", PORT) == 0);
	talk(fd);
	check_peer(fd, "192.0.2.7", PORT);
}

static void nothing_goes_out(void)
{
	static const char *const names[] = {
		"SOCKS_SERVER", "SOCKS5_SERVER", "SOCKSIFY_SERVER",
		"ALL_PROXY", "all_proxy",
	};
	struct sockaddr_in sin = ipv4(TARGET, PORT);
	struct addrinfo *list;
	int fd, udp, pair[2];

	for (int i = 0; i < 5; i++)
		unsetenv(names[i]);
	fd = tcp_socket();
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK_FAILS(connect4(fd, TARGET, PORT), ENETUNREACH);
	CHECK_FAILS(connect4(fd, "127.0.0.1", PORT), ENETUNREACH);
	CHECK_FAILS(connect4(udp, TARGET, PORT), ENETUNREACH);
	CHECK_FAILS(sendto(udp, "x", 1, 0, (void *)&sin, sizeof(sin)),
		    ENETUNREACH);
	CHECK(getaddrinfo("web.test", "80", NULL, &list) == EAI_FAIL);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	CHECK(send(pair[0], "x", 1, 0) == 1);
}

int main(int argc, char **argv)
{
	const char *run = getenv("SOCKSIFY_RUN");

	CHECK(argc == 2 && run != NULL);
	close_raw(atoi(run));
	if (argv[1][0] == 's')
		by_environment();
	else
		nothing_goes_out();
	return 0;
}
