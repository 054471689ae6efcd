/* SPDX-License-Identifier: MIT */
/*
 * The relay is given back with the last of a socket's numbers, however that is
 * closed and whoever has it, and not before.
 * script: read-greeting; send 0500; read-request; relay
 * run: args=close
 * run: args=dup
 * run: args=dup2
 * run: args=range
 * run: args=from
 * run: args=stdio
 * run: args=fork
 * run: args=exec
 * run: args=exit
 * run: args=kill
 * log-count: 1 request cmd=3
 * log-count: 1 client left
 * log-count: 2 datagram
 * log-count: 0 no header
 */
#define ECHO_PORT 7030
#include "datagram.h"

#include <fcntl.h>

/* How many connections to the proxy stand? */
static int connections(void)
{
	const char *server = getenv("SOCKSIFY_SERVER");
	unsigned port = (unsigned)atoi(strrchr(server, ':') + 1), to, state;
	FILE *f = fopen("/proc/self/net/tcp", "r");
	char line[512];
	int n = 0;

	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d: %*x:%*x %*x:%x %x", &to, &state) == 2)
			n += to == port && state == TCP_ESTABLISHED;
	fclose(f);
	return n;
}

/* The second datagram is to be the same relay's. */
static void still(int fd)
{
	ask(fd, "still");
}

static void in_a_child(int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		usleep(200000);
		still(fd);
		_exit(0);
	}
	CHECK(close(fd) == 0);
	check_child(pid);
}

/* The child's copy does not survive its exec; the parent's is there. */
static void executed(int fd)
{
	pid_t pid;

	CHECK(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		execl("/bin/true", "true", NULL);
		_exit(9);
	}
	check_child(pid);
	still(fd);
	CHECK(close(fd) == 0);
}

static void killed(int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	still(fd);
	CHECK(close(fd) == 0);
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

static void play(const char *way, int fd)
{
	int null = open("/dev/null", O_RDWR), copy;

	if (!strcmp(way, "fork")) {
		in_a_child(fd);
		return;
	}
	if (!strcmp(way, "exec")) {
		executed(fd);
		return;
	}
	if (!strcmp(way, "kill")) {
		killed(fd);
		return;
	}
	still(fd);
	if (!strcmp(way, "close")) {
		CHECK(close(fd) == 0);
	} else if (!strcmp(way, "dup")) {
		copy = dup(fd);
		CHECK(close(fd) == 0 && close(copy) == 0);
	} else if (!strcmp(way, "dup2")) {
		CHECK(dup2(null, fd) == fd);
	} else if (!strcmp(way, "range")) {
		CHECK(close_range((unsigned)fd, (unsigned)fd, 0) == 0);
	} else if (!strcmp(way, "from")) {
		closefrom(fd);
	} else if (!strcmp(way, "stdio")) {
		CHECK(fclose(fdopen(fd, "r")) == 0);
	} else {
		exit(0);
	}
}

int main(int argc, char **argv)
{
	int fd = udp_socket();

	CHECK(argc == 2);
	CHECK(connections() == 0);
	ask(fd, "first");
	CHECK(connections() == 1);
	play(argv[1], fd);
	for (int i = 0; connections() > 0; i++) {
		CHECK(i < 100);
		usleep(10000);
	}
	return 0;
}
