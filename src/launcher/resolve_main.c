/* SPDX-License-Identifier: MIT */
/*
 * socksify-resolve NAME: the addresses that getaddrinfo(3) gives a name, one
 * per line, or "error TEXT". The static launcher cannot ask libc itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The scope as a number: getnameinfo(3) would name the interface. */
static void print_address(const struct sockaddr *sa)
{
	char text[INET6_ADDRSTRLEN];
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->sa_family == AF_INET &&
	    inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)) != NULL)
		puts(text);
	if (sa->sa_family != AF_INET6 ||
	    inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)) == NULL)
		return;
	if (in6->sin6_scope_id != 0)
		printf("%s%%%u\n", text, in6->sin6_scope_id);
	else
		puts(text);
}

int main(int argc, char **argv)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *list, *ai;
	int err;

	if (argc != 2) {
		fputs("usage: socksify-resolve NAME\n", stderr);
		return 125;
	}
	err = getaddrinfo(argv[1], NULL, &hints, &list);
	if (err != 0) {
		printf("error %s\n",
		       err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err));
		return 1;
	}
	for (ai = list; ai != NULL; ai = ai->ai_next)
		print_address(ai->ai_addr);
	freeaddrinfo(list);
	return fflush(stdout) == 0 ? 0 : 125;
}
