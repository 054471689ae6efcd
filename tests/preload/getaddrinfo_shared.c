/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo(3) in one process, connect(2) in another: all processes of a
 * run know a name by the same address, whoever asked first.
 * log: 1 request cmd=1 atyp=3 host=parent\.test port=80$
 * log: 2 request cmd=1 atyp=3 host=child\.test port=80$
 */
#include "victim.h"

#include <netdb.h>

static struct in_addr resolve(const char *name)
{
	struct addrinfo want = { .ai_family = AF_INET }, *ai;
	struct in_addr in;

	CHECK(getaddrinfo(name, NULL, &want, &ai) == 0);
	in = ((struct sockaddr_in *)ai->ai_addr)->sin_addr;
	freeaddrinfo(ai);
	return in;
}

static void visit(struct in_addr in)
{
	char text[16];
	int fd = tcp_socket();

	CHECK(inet_ntop(AF_INET, &in, text, sizeof(text)) != NULL);
	CHECK(connect4(fd, text, 80) == 0);
	talk(fd);
	close(fd);
}

int main(int argc, char **argv)
{
	char text[16];
	int pipes[2];
	struct in_addr in, again;
	pid_t pid;

	if (argc > 1) { /* a program of its own */
		CHECK(inet_pton(AF_INET, argv[1], &in) == 1);
		visit(in);
		again = resolve("parent.test");
		CHECK(memcmp(&in, &again, sizeof(in)) == 0);
		in = resolve("child.test");
		CHECK(write(1, &in, sizeof(in)) == sizeof(in));
		return 0;
	}
	in = resolve("parent.test");
	CHECK(pipe(pipes) == 0);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], 1);
		inet_ntop(AF_INET, &in, text, sizeof(text));
		execl("/proc/self/exe", argv[0], text, NULL);
		_exit(9);
	}
	read_exactly(pipes[0], &in, sizeof(in));
	check_child(pid);
	visit(in);
	again = resolve("child.test");
	CHECK(memcmp(&in, &again, sizeof(in)) == 0);
	return 0;
}
