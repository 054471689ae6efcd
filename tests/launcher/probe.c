/* SPDX-License-Identifier: MIT */
/*
 * A command for the launcher's tests:
 *   probe            print the run state that SOCKSIFY_RUN names
 *   probe env        ... and the environment
 *   probe deny CMD.. run CMD where seccomp(2) gives EPERM
 *   probe socket     make an AF_INET socket by a raw system call
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec/run_fd.h"

static void print_endpoint(const char *key, const struct endpoint *ep)
{
	char text[ENDPOINT_TEXT_MAX];

	endpoint_format(ep, text);
	printf("%s=%s\n", key, ep->kind != ENDPOINT_NONE ? text : "");
}

static void print_config(const struct config *c)
{
	static const char *const routes[] = {"proxy", "direct", "block"};

	print_endpoint("server", &c->server);
	for (unsigned i = 0; i < c->nservers; i++)
		print_endpoint("address", &c->servers[i]);
	printf("all_proxy=%d\nuser=%.*s\npassword=%.*s\n",
	       c->server_from_all_proxy, c->credentials.username_len,
	       c->credentials.username, c->credentials.password_len,
	       c->credentials.password);
	for (unsigned i = 0; i < c->rules.count; i++)
		printf("rule=%s %s %u\n", routes[c->rules.rule[i].route],
		       c->rules.rule[i].name, c->rules.rule[i].port_first);
	printf("udp_blocked=%d\n", c->udp_blocked);
	printf("loopback_proxied=%d\ndns=%u\n", c->rules.loopback_proxied,
	       c->dns);
	print_endpoint("dns_server", &c->dns_server);
	printf("fake=%u.%u.%u.%u/%u\n", c->fake_ipv4[0], c->fake_ipv4[1],
	       c->fake_ipv4[2], c->fake_ipv4[3], c->fake_ipv4_prefix);
	printf("timeouts=%u %u\npipeline=%d\nquiet=%d\nverbose=%d\n",
	       c->negotiate_timeout, c->request_timeout, c->pipeline, c->quiet,
	       c->verbose);
}

/* How many run states are open? */
static unsigned count_runs(void)
{
	char path[32], name[64];
	unsigned n = 0;

	for (int fd = 0; fd < sysconf(_SC_OPEN_MAX) + 64; fd++) {
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, name, sizeof(name) - 1);
		name[len > 0 ? len : 0] = '\0';
		n += strncmp(name, "/memfd:socksify", 15) == 0;
	}
	return n;
}

/* How many filters does each of our system calls pass? */
static int count_filters(void)
{
	char line[128];
	FILE *f = fopen("/proc/self/status", "re");
	int n = -1;

	while (f != NULL && n < 0 && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "Seccomp_filters:", 16) == 0)
			n = atoi(line + 16);
	if (f != NULL)
		fclose(f);
	return n;
}

static int print_run(void)
{
	const char *value = getenv(RUN_ENV);
	struct run_ref ref;
	struct run *run = NULL;

	if (value != NULL && run_ref_parse(&ref, value))
		run = run_fd_map(&ref);
	if (run == NULL) {
		puts("no run");
		return 3;
	}
	printf("fd=%d\nlog_fd=%d\ncookie=%llx\nfiltered=%d\nnnp=%d\n", ref.fd,
	       ref.log_fd, (unsigned long long)run->cookie, run->filtered,
	       run->no_new_privs);
	printf("run_fds=%u\nfilters=%d\n", count_runs(), count_filters());
	printf("preload=%s\nopen_max=%ld\n", run->preload,
	       sysconf(_SC_OPEN_MAX));
	printf("seccomp=%d\nkernel_nnp=%d\n", prctl(PR_GET_SECCOMP),
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	print_config(&run->config);
	return 0;
}

static int run_denied(char **argv)
{
	struct sock_filter prog[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog fprog = {sizeof(prog) / sizeof(prog[0]), prog};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &fprog) != 0)
		return 4;
	execvp(argv[0], argv);
	return 5;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "deny") == 0)
		return run_denied(argv + 2);
	if (argc > 1 && strcmp(argv[1], "socket") == 0) {
		long fd = syscall(SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0, 0);

		puts(fd >= 0 ? "socket" : strerrorname_np(errno));
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "env") == 0)
		for (char **e = environ; *e != NULL; e++)
			printf("env %s\n", *e);
	return print_run();
}
