/* SPDX-License-Identifier: MIT */
/*
 * Fire and forget: what was sent before there was a relay arrives, in whatever
 * way the program ends right after, from sockets that may wait and that may not.
 * script: read-greeting; delay 200; send 0500; read-request; delay 200; relay
 * run: args=return
 * run: args=exit
 * run: args=_exit
 * run: args=_Exit
 * run: args=quick_exit
 * run: args=thread
 * run: args=exec
 * run: args=closed
 * run: args=child
 * log-count: 2 request cmd=3
 * log-count: 3 datagram .* length=4 data=fire
 * log-count: 0 no header
 */
#define ECHO_PORT 7032
#include "datagram.h"

#include <fcntl.h>
#include <pthread.h>

static const char *way;

static void fire(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(send4(fd, "fire", TARGET, ECHO_PORT) == 4);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CHECK(send4(fd, "fire", TARGET, ECHO_PORT) == 4);
	CHECK(send4(fd, "fire", TARGET, ECHO_PORT) == 4);
	if (!strcmp(way, "closed"))
		close(fd);
}

static void *ends_the_process(void *arg)
{
	fire();
	exit(0);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;
	pid_t pid;

	CHECK(argc == 2);
	way = argv[1];
	if (!strcmp(way, "thread")) {
		CHECK(pthread_create(&t, NULL, ends_the_process, NULL) == 0);
		pthread_join(t, NULL);
	}
	if (!strcmp(way, "child")) {
		pid = fork();
		if (pid == 0) {
			fire();
			exit(0);
		}
		check_child(pid);
		return 0;
	}
	fire();
	if (!strcmp(way, "exit"))
		exit(0);
	if (!strcmp(way, "_exit"))
		_exit(0);
	if (!strcmp(way, "_Exit"))
		_Exit(0);
	if (!strcmp(way, "quick_exit"))
		quick_exit(0);
	if (!strcmp(way, "exec"))
		execl("/bin/true", "true", NULL);
	return 0;
}
