/* SPDX-License-Identifier: MIT */
/*
 * The kernel, the proxy behind it and the clock are fakes: what was asked of
 * them stands in @trace and @sent. Two tests at the end are with the kernel.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "libc/libc.h"
#include "runs.h"
#include "sock/tcp_connect.h"

#define FD     7
#define COOKIE 77u
#define WIRE(literal) literal, sizeof(literal) - 1

/* The clock goes on when the fakes wait, and only then. */
static uint64_t clock_ms, clock_began;

static long fake_syscall(long number, ...);

/* Everything that a test may set; zero is the usual. */
static struct {
	/* Results of connect(2) to others than our own listener, in order. */
	int connect[4];
	bool nonblocking;
	int so_error[4]; /* how those end that are EINPROGRESS */
	int domain;      /* of the socket; 0: as it should be */
	bool v6only, bound;
	bool never_connected;
	struct timeval sndtimeo;
	/* What the proxy sends, message by message; then it waits or ends. */
	struct {
		const char *p;
		size_t n;
		size_t withheld; /* octets of it that never come */
	} message[6];
	bool closes, resets;
	/* How much goes at once; how often nothing goes, and why. */
	size_t recv_max, send_max;
	int recv_errors, send_errors, error;
	int wait_error; /* instead of a time-out */
	int interrupts; /* so many waits, by signals with handlers */
	bool lowat;     /* SO_RCVLOWAT: never said to be readable */
} fake;

static char trace[1024];
static uint8_t sent[4096];
static size_t nsent, nsends, nrecvs, nwaits;
static unsigned connects, sndtimeos, message;
static int pending_error, socket_domain;
static size_t message_done;

static struct run *run;
static struct endpoint target, asked;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	size_t n = strlen(trace);
	va_list ap;

	va_start(ap, format);
	vsnprintf(trace + n, sizeof(trace) - n, format, ap);
	va_end(ap);
	strncat(trace, "\n", sizeof(trace) - strlen(trace) - 1);
}

static long result(int r)
{
	errno = r < 0 ? -r : 99; /* success may leave dirt */
	return r < 0 ? -1 : r;
}

static long fake_connect(const struct sockaddr *sa, socklen_t len)
{
	char text[ENDPOINT_TEXT_MAX];
	struct endpoint ep;

	if (sa->sa_family == AF_UNSPEC) {
		note("disconnect");
		return result(0);
	}
	ck_assert(endpoint_from_sockaddr(&ep, sa, len));
	endpoint_format(&ep, text);
	note("connect%s %s", sa->sa_family == AF_INET6 ? "6" : "", text);
	if (ep.port == 4242)
		return result(0);
	ck_assert_uint_lt(connects, 4);
	if (fake.connect[connects] == -EINPROGRESS)
		pending_error = fake.so_error[connects];
	return result(fake.connect[connects++]);
}

static long fake_syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	switch (number) {
	case SYS_connect:
		ck_assert_int_eq((int)a[0], FD);
		return fake_connect((const struct sockaddr *)a[1],
				    (socklen_t)a[2]);
	case SYS_fcntl:
		ck_assert_int_eq(a[1], F_GETFL); /* never a change */
		return result(fake.nonblocking ? O_RDWR | O_NONBLOCK : O_RDWR);
	case SYS_ppoll:
		return result(!fake.never_connected);
	case SYS_socket:
		note("socket");
		return result(50);
	case SYS_bind:
		ck_assert_int_eq((int)a[0], 50);
		return result(0);
	case SYS_listen:
		note("listen");
		return result(0);
	case SYS_getsockname:
		((struct sockaddr_in *)a[1])->sin_port = htons(4242);
		return result(0);
	case SYS_accept4:
		note("accept");
		return result(51);
	case SYS_setsockopt:
		if (a[1] == IPPROTO_IPV6) {
			ck_assert_int_eq((int)a[0], FD);
			ck_assert_int_eq((int)a[2], IPV6_V6ONLY);
			note("v6only %d", *(int *)a[3]);
			return result(fake.bound ? -EINVAL : 0);
		}
		ck_assert_int_eq((int)a[0], 51);
		ck_assert_int_eq((int)a[2], SO_LINGER);
		note("linger %d", ((struct linger *)a[3])->l_onoff);
		return result(0);
	case SYS_close:
		note("close %d", (int)a[0]);
		return result(0);
	default:
		ck_abort_msg("system call %ld", number);
		return result(-ENOSYS);
	}
}

static int fake_getsockopt(int fd, int level, int name, void *value,
			   socklen_t *len)
{
	uint64_t cookie = COOKIE;

	ck_assert_int_eq(fd, FD);
	if (level == IPPROTO_IPV6) {
		ck_assert_int_eq(name, IPV6_V6ONLY);
		*(int *)value = fake.v6only;
		return (int)result(0);
	}
	ck_assert_int_eq(level, SOL_SOCKET);
	switch (name) {
	case SO_DOMAIN:
		*(int *)value = fake.domain != 0 ? fake.domain : socket_domain;
		return (int)result(0);
	case SO_SNDTIMEO:
		sndtimeos++;
		ck_assert_uint_eq(*len, sizeof(fake.sndtimeo));
		memcpy(value, &fake.sndtimeo, sizeof(fake.sndtimeo));
		return (int)result(0);
	case SO_ERROR:
		*(int *)value = pending_error;
		pending_error = 0;
		return (int)result(0);
	case SO_COOKIE:
		memcpy(value, &cookie, sizeof(cookie));
		return (int)result(0);
	default:
		ck_abort_msg("option %d", name);
		return -1;
	}
}

static ssize_t fake_send(int fd, const void *p, size_t n, int flags)
{
	ck_assert_int_eq(fd, FD);
	ck_assert_int_eq(flags, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (fake.send_errors > 0) {
		fake.send_errors--;
		return result(-fake.error);
	}
	if (fake.send_max != 0 && n > fake.send_max)
		n = fake.send_max;
	ck_assert_uint_le(nsent + n, sizeof(sent));
	memcpy(sent + nsent, p, n);
	nsent += n;
	nsends++;
	return result((int)n);
}

static ssize_t fake_recv(int fd, void *p, size_t n, int flags)
{
	size_t left;

	ck_assert_int_eq(fd, FD);
	ck_assert_int_eq(flags, MSG_DONTWAIT);
	nrecvs++;
	if (fake.recv_errors > 0) {
		fake.recv_errors--;
		return result(-fake.error);
	}
	left = fake.message[message].n - message_done;
	if (left == 0)
		return result(fake.resets   ? -ECONNRESET
			      : fake.closes ? 0
					    : -EAGAIN);
	/* Not one octet of what follows the message may be asked for. */
	ck_assert_uint_le(n, left + fake.message[message].withheld);
	if (n > left)
		n = left;
	if (fake.recv_max != 0 && n > fake.recv_max)
		n = fake.recv_max;
	memcpy(p, fake.message[message].p + message_done, n);
	message_done += n;
	if (message_done == fake.message[message].n &&
	    fake.message[message].withheld == 0) {
		message++;
		message_done = 0;
	}
	return result((int)n);
}

static int fake_wait(void *arg, int fd, short events, int ms)
{
	bool ready = events == POLLOUT ? !fake.never_connected
				       : fake.message[message].n >
							 message_done ||
						 fake.closes || fake.resets;

	ck_assert_ptr_eq(arg, &fake);
	ck_assert_int_eq(fd, FD);
	ck_assert(events == POLLIN || events == POLLOUT);
	ck_assert_int_ge(ms, 1);
	nwaits++;
	if (fake.interrupts > 0) {
		fake.interrupts--;
		return -EINTR;
	}
	if (ready && !(fake.lowat && events == POLLIN))
		return 1;
	if (fake.wait_error != 0)
		return -fake.wait_error;
	clock_ms += (uint64_t)ms;
	return 0;
}

/* sock_now_ms() asks this; so does check, for which it must not go back. */
static bool own_clock;
static uint64_t lag; /* of sock_about_ms() */

int clock_gettime(clockid_t id, struct timespec *t)
{
	uint64_t ms = clock_ms;

	if (!own_clock)
		return (int)syscall(SYS_clock_gettime, id, t);
	if (id == CLOCK_MONOTONIC_COARSE)
		ms -= ms < lag ? ms : lag;
	t->tv_sec = (time_t)(ms / 1000);
	t->tv_nsec = (long)(ms % 1000) * 1000000;
	return 0;
}

static void begin_with(const char *servers)
{
	static const struct libc fakes = {
		.syscall = fake_syscall,
		.getsockopt = fake_getsockopt,
		.send = fake_send,
		.recv = fake_recv,
	};

	libc_table = fakes;
	own_clock = false;
	clock_ms = clock_began = sock_now_ms() + 1000;
	own_clock = true;
	memset(&fake, 0, sizeof(fake));
	trace[0] = '\0';
	nsent = nsends = nrecvs = nwaits = message_done = 0;
	connects = sndtimeos = message = 0;
	pending_error = 0;
	run = runs_new(servers, "");
	ck_assert(endpoint_parse(&target, "example.org:443", 0));
	ck_assert(endpoint_parse(&asked, "198.18.1.2:443", 0));
}

static void begin(void)
{
	begin_with("192.0.2.1:1080");
}

static void says(const char *p, size_t n)
{
	unsigned i = 0;

	while (fake.message[i].n > 0)
		i++;
	fake.message[i].p = p;
	fake.message[i].n = n;
}

#define GREETING "\5\1\0"
#define REQUEST  "\5\1\0\3\x0b" "example.org\1\xbb"
#define REPLY    "\5\0\0\1\x0a\0\0\1\x1f\x90"

static void says_yes(void)
{
	says(WIRE("\5\0"));
	says(WIRE(REPLY));
}

static void give_credentials(void)
{
	struct socks_credentials *c = &run->config.credentials;

	memcpy(c->username, "alice", c->username_len = 5);
	memcpy(c->password, "s3cret", c->password_len = 6);
}

static int connect_as(int family)
{
	int r;

	errno = 4711;
	socket_domain = family;
	r = sock_tcp_connect(run, FD, family, &target, &asked, fake_wait,
			     &fake);
	ck_assert_int_eq(errno, 4711);
	return r;
}

static void check_sent(const char *p, size_t n)
{
	ck_assert_uint_eq(nsent, n);
	ck_assert_mem_eq(sent, p, n);
}

static bool peer_is_known(void)
{
	struct endpoint ep;

	return peers_get(&run->peers, COOKIE, &ep) &&
	       endpoint_equal(&ep, &asked);
}

START_TEST(test_connect)
{
	begin();
	says_yes();
	says(WIRE("220 a banner that comes with the reply"));
	ck_assert_int_eq(connect_as(AF_INET), 0);
	check_sent(WIRE(GREETING REQUEST));
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n");
	ck_assert_uint_eq(message, 2);
	ck_assert_uint_eq(message_done, 0);
	ck_assert(peer_is_known());
	ck_assert_uint_eq(run->connections, 1);
	ck_assert_uint_eq(run->failures, 0);
	/* No system call too many: greeting, wait, 2; request, wait, 7, 3. */
	ck_assert_uint_eq(nsends, 2);
	ck_assert_uint_eq(nwaits, 2);
	ck_assert_uint_eq(nrecvs, 3);
	ck_assert_uint_eq(sndtimeos, 0);
}
END_TEST

/* poll(2) never says that so little is there: it is read all the same. */
START_TEST(test_lowat)
{
	begin();
	fake.lowat = true;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	ck_assert_uint_le(clock_ms - clock_began, 200);
}
END_TEST

/* Memory as it may be found: every octet is ENDPOINT_IPV4. */
static void __attribute__((noinline)) dirty_stack(void)
{
	volatile uint8_t stack[16384];

	for (size_t i = 0; i < sizeof(stack); i++)
		stack[i] = ENDPOINT_IPV4;
}

/* Nobody will ask for the peer of a connection of our own. */
START_TEST(test_unasked)
{
	struct endpoint ep;
	int r;

	begin();
	says_yes();
	dirty_stack();
	r = sock_tcp_connect(run, FD, AF_INET, &target, NULL, fake_wait, &fake);
	ck_assert_int_eq(r, 0);
	ck_assert(!peers_get(&run->peers, COOKIE, &ep));
}
END_TEST

START_TEST(test_families)
{
	begin(); /* an AF_INET6 socket and an IPv4 proxy */
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET6), 0);
	ck_assert_str_eq(trace, "connect6 192.0.2.1:1080\n");

	begin_with("[2001:db8::1]:1080 192.0.2.1:1080");
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n");

	begin_with("[2001:db8::1]:1080");
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);
	ck_assert_str_eq(trace, "");

	begin(); /* not the socket's: as the kernel would */
	fake.connect[0] = -EINVAL;
	fake.domain = AF_INET6;
	ck_assert_int_eq(connect_as(AF_INET), -EAFNOSUPPORT);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n");
}
END_TEST

/* IPV6_V6ONLY is about the target; on the way to the proxy it is in the way. */
START_TEST(test_v6only)
{
	begin();
	fake.v6only = true;
	fake.connect[0] = -ENETUNREACH;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET6), 0);
	ck_assert_str_eq(trace, "connect6 192.0.2.1:1080\nv6only 0\n"
				"connect6 192.0.2.1:1080\n");

	begin();
	fake.v6only = fake.bound = true;
	fake.connect[0] = -ENETUNREACH;
	ck_assert_int_eq(connect_as(AF_INET6), -ENETUNREACH);
	ck_assert_str_eq(trace, "connect6 192.0.2.1:1080\nv6only 0\n"
				"disconnect\n");
	ck_assert_uint_eq(run->reported, 0); /* no fault of the proxy */
}
END_TEST

START_TEST(test_credentials)
{
	begin();
	give_credentials();
	says(WIRE("\5\2"));
	says(WIRE("\1\0"));
	says(WIRE(REPLY));
	ck_assert_int_eq(connect_as(AF_INET), 0);
	check_sent(WIRE("\5\2\0\2" "\1\5alice\6s3cret" REQUEST));

	begin(); /* there are none: they are not offered, */
	says(WIRE("\5\2"));
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);
	check_sent(WIRE(GREETING));

	begin(); /* offered, and not wanted */
	give_credentials();
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	check_sent(WIRE("\5\2\0\2" REQUEST));
}
END_TEST

START_TEST(test_pipeline)
{
	begin();
	run->config.pipeline = true;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	check_sent(WIRE(GREETING REQUEST));
	ck_assert_uint_eq(nsends, 1);

	begin();
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	ck_assert_uint_eq(nsends, 2);
}
END_TEST

/* Octet by octet, and with interruptions. */
START_TEST(test_pieces)
{
	static const int errors[] = {EAGAIN, EINTR};

	for (size_t max = 1; max < 20; max++) {
		begin();
		give_credentials();
		fake.recv_max = fake.send_max = max;
		fake.recv_errors = fake.send_errors = 2;
		fake.error = errors[max % 2];
		says(WIRE("\5\2"));
		says(WIRE("\1\0"));
		says(WIRE(REPLY));
		ck_assert_int_eq(connect_as(AF_INET), 0);
		check_sent(WIRE("\5\2\0\2" "\1\5alice\6s3cret" REQUEST));
		ck_assert_uint_eq(message, 3);
	}
}
END_TEST

START_TEST(test_reps)
{
	static const int errors[] = {
		[1] = ECONNREFUSED, EACCES,    ENETUNREACH, EHOSTUNREACH,
		ECONNREFUSED,	    ETIMEDOUT, ECONNREFUSED, EAFNOSUPPORT,
		ECONNREFUSED,
	};
	char reply[] = "\5\0";

	begin();
	reply[1] = (char)_i;
	says(WIRE("\5\0"));
	says(reply, 2);
	fake.message[1].withheld = 8; /* and none of them is waited for */
	ck_assert_int_eq(connect_as(AF_INET), -errors[_i]);
	/* As after any refused connect: ready for another one. */
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\ndisconnect\n");
	ck_assert(!peer_is_known());
	ck_assert_uint_eq(run->connections, 0);
	ck_assert_uint_eq(run->failures, 1);
}
END_TEST

START_TEST(test_ends)
{
	begin();
	fake.closes = true;
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\ndisconnect\n");

	begin();
	fake.resets = true;
	says(WIRE("\5\0"));
	ck_assert_int_eq(connect_as(AF_INET), -ECONNRESET);

	begin();
	fake.send_errors = 1;
	fake.error = EPIPE;
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);

	begin();
	fake.recv_errors = 1;
	fake.error = ECONNRESET;
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);

	begin(); /* HTTP */
	says(WIRE("HT"));
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);
}
END_TEST

/* Silence, at each of the steps. */
START_TEST(test_time_outs)
{
	begin();
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);
	ck_assert_uint_eq(clock_ms - clock_began, 30000);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\ndisconnect\n");

	begin();
	give_credentials();
	says(WIRE("\5\2"));
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);
	ck_assert_uint_eq(clock_ms - clock_began, 30000);

	begin();
	says(WIRE("\5\0"));
	ck_assert_int_eq(connect_as(AF_INET), -ETIMEDOUT);
	ck_assert_uint_eq(clock_ms - clock_began, 130000);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\ndisconnect\n");

	begin(); /* half a reply is no reply */
	says(WIRE("\5\0"));
	says(WIRE("\5\0\0"));
	fake.message[1].withheld = 7;
	run->config.request_timeout = 7;
	ck_assert_int_eq(connect_as(AF_INET), -ETIMEDOUT);
	ck_assert_uint_eq(clock_ms - clock_began, 7000);
}
END_TEST

START_TEST(test_servers)
{
	static const int unreachable[] = {
		ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EINVAL,
		EPERM,	      EACCES,	 ECONNRESET,   ENETDOWN,
	};
	int error = unreachable[_i];

	begin_with("192.0.2.1:1080 [2001:db8::1]:1080 192.0.2.2:1081");
	fake.connect[0] = -error;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\ndisconnect\n"
				"connect 192.0.2.2:1081\n");

	/* Never the proxy's errno: it would look like the target's. */
	begin_with("192.0.2.1:1080 192.0.2.2:1081");
	fake.connect[0] = fake.connect[1] = -error;
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\ndisconnect\n"
				"connect 192.0.2.2:1081\ndisconnect\n");
	ck_assert_uint_eq(run->failures, 1);
	ck_assert_uint_eq(run->connections, 0);
}
END_TEST

/* What the kernel says about the program's own socket is the answer. */
START_TEST(test_kernels_errors)
{
	static const int errors[] = {EISCONN, EALREADY, EBADF, EAFNOSUPPORT,
				     EADDRNOTAVAIL};

	begin_with("192.0.2.1:1080 192.0.2.2:1081");
	fake.connect[0] = -errors[_i];
	ck_assert_int_eq(connect_as(AF_INET), -errors[_i]);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n");
	ck_assert_uint_eq(nsent, 0);
	ck_assert_uint_eq(run->failures, 0);
}
END_TEST

START_TEST(test_nonblocking)
{
	begin();
	fake.nonblocking = true;
	fake.connect[0] = -EINPROGRESS;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	/* Once more, so that the program's next one says EISCONN. */
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n"
				"connect 192.0.2.1:1080\n");

	begin_with("192.0.2.1:1080 192.0.2.2:1081");
	fake.nonblocking = true;
	fake.connect[0] = fake.connect[1] = -EINPROGRESS;
	fake.so_error[0] = ECONNREFUSED;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\ndisconnect\n"
				"connect 192.0.2.2:1081\n"
				"connect 192.0.2.2:1081\n");

	begin(); /* the proxy's host is silent */
	fake.nonblocking = true;
	fake.connect[0] = -EINPROGRESS;
	fake.never_connected = true;
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);
	ck_assert_uint_eq(clock_ms - clock_began, 30000);

	begin(); /* nor is what does not wait interrupted */
	fake.nonblocking = true;
	fake.recv_errors = fake.send_errors = 1;
	fake.error = EINTR;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);

	begin(); /* SO_SNDTIMEO means nothing to it */
	fake.nonblocking = true;
	fake.sndtimeo.tv_usec = 200000;
	says(WIRE("\5\0"));
	ck_assert_int_eq(connect_as(AF_INET), -ETIMEDOUT);
}
END_TEST

/* Another proxy on the way to ours: one handshake after the other. */
START_TEST(test_via)
{
	static const char to_ours[] = "\5\1\0\1\xc0\0\2\1\4\x38";
	struct config_hop *hop;

	begin();
	run->config.nvia = 1;
	hop = &run->config.via[0];
	hop->nservers = 2;
	ck_assert(endpoint_parse(&hop->servers[0], "198.51.100.1:99", 0));
	ck_assert(endpoint_parse(&hop->servers[1], "198.51.100.2:99", 0));
	memcpy(hop->credentials.username, "bob", 3);
	memcpy(hop->credentials.password, "pw", 2);
	hop->credentials.username_len = 3;
	hop->credentials.password_len = 2;
	fake.connect[0] = -ECONNREFUSED;
	says(WIRE("\5\2"));
	says(WIRE("\1\0"));
	says(WIRE(REPLY));
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	ck_assert_str_eq(trace, "connect 198.51.100.1:99\ndisconnect\n"
				"connect 198.51.100.2:99\n");
	/* To each its own credentials, and the second has none. */
	ck_assert_uint_eq(nsent, 4 + 8 + 10 + 3 + 18);
	ck_assert_mem_eq(sent, "\5\2\0\2\1\3bob\2pw", 12);
	ck_assert_mem_eq(sent + 12, to_ours, 10);
	ck_assert_mem_eq(sent + 22, GREETING REQUEST, 21);
	ck_assert(peer_is_known());

	begin(); /* ours is silent: its 130 s begin with its own request */
	run->config.nvia = 1;
	run->config.via[0].nservers = 1;
	ck_assert(endpoint_parse(&run->config.via[0].servers[0],
				 "198.51.100.1:99", 0));
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), -ENETUNREACH);
	ck_assert_uint_eq(clock_ms - clock_began, 30000);
}
END_TEST

/* Two of them; what one says of the next is no verdict on the target. */
START_TEST(test_via_two)
{
	static const char all[] =
		GREETING "\5\1\0\1\xcb\0\x71\5\4\x39"
		GREETING "\5\1\0\1\xc0\0\2\1\4\x38"
		GREETING REQUEST;
	static const size_t lengths[] = { sizeof(all) - 1, 13, 26 };
	struct config_hop *via;

	begin();
	run->config.nvia = 2;
	via = run->config.via;
	via[0].nservers = via[1].nservers = 1;
	ck_assert(endpoint_parse(&via[0].servers[0], "198.51.100.1:99", 0));
	ck_assert(endpoint_parse(&via[1].servers[0], "203.0.113.5:1081", 0));
	for (int hop = 1; hop <= 3; hop++) {
		says(WIRE("\5\0"));
		if (hop == _i)
			says(WIRE("\5\5\0\1\0\0\0\0\0\0"));
		else
			says(WIRE(REPLY));
	}
	ck_assert_int_eq(connect_as(AF_INET), _i == 0 ? 0 : -ENETUNREACH);
	check_sent(all, lengths[_i]);
	ck_assert(peer_is_known() == (_i == 0));
}
END_TEST

#define ABANDONED \
	"disconnect\nsocket\nlisten\nconnect 127.0.0.1:4242\naccept\n" \
	"linger 1\nclose 51\nclose 50\n"

/* Cut off: the socket must read as reset, never as connected. */
START_TEST(test_cut_off)
{
	begin(); /* by a signal, while the kernel connects */
	fake.connect[0] = -EINTR;
	ck_assert_int_eq(connect_as(AF_INET), -EINTR);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n" ABANDONED);

	begin(); /* by a signal, in the handshake */
	says(WIRE("\5\0"));
	fake.wait_error = EINTR;
	ck_assert_int_eq(connect_as(AF_INET), -EINTR);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n" ABANDONED);
	ck_assert(!peer_is_known());

	begin(); /* by SO_SNDTIMEO, while the kernel connects */
	fake.connect[0] = -EINPROGRESS;
	ck_assert_int_eq(connect_as(AF_INET), -EINPROGRESS);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n" ABANDONED);

	begin(); /* by SO_SNDTIMEO, in the handshake */
	lag = _i == 0 ? 0 : SOCK_TICK_MS;
	says(WIRE("\5\0"));
	fake.sndtimeo.tv_sec = 1;
	fake.sndtimeo.tv_usec = 200000;
	ck_assert_int_eq(connect_as(AF_INET), -EINPROGRESS);
	ck_assert_uint_ge(clock_ms - clock_began, 1200);
	ck_assert_uint_le(clock_ms - clock_began, 1200 + SOCK_TICK_MS);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n" ABANDONED);
	ck_assert_uint_eq(sndtimeos, 1);

	begin();
	fake.connect[0] = -EINTR;
	ck_assert_int_eq(connect_as(AF_INET6), -EINTR);
	ck_assert_ptr_nonnull(strstr(trace, "connect6 127.0.0.1:4242\naccept\n"));
}
END_TEST

static void handler(int sig)
{
	(void)sig;
}

/* The one handler that there is: check's own are put aside. */
static void handle(int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	ck_assert_int_eq(sigaction(SIGUSR1, &sa, NULL), 0);
}

/* Which of the waits that a handler has ended go on. */
START_TEST(test_interrupted)
{
	handle(SA_RESTART);
	begin();
	fake.interrupts = 2;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
	ck_assert_int_eq(fake.interrupts, 0);

	begin(); /* one with a time-out never does */
	fake.interrupts = 1;
	fake.sndtimeo.tv_sec = 60;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), -EINTR);

	handle(0);
	begin();
	fake.interrupts = 1;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), -EINTR);
	ck_assert_str_eq(trace, "connect 192.0.2.1:1080\n" ABANDONED);

	begin(); /* what does not wait, as the program sees it */
	fake.nonblocking = true;
	fake.connect[0] = -EINPROGRESS;
	fake.interrupts = 1;
	says_yes();
	ck_assert_int_eq(connect_as(AF_INET), 0);
}
END_TEST

START_TEST(test_peer)
{
	struct endpoint proxy, other, got;

	begin_with("192.0.2.1:1080 [2001:db8::1]:1080");
	ck_assert(endpoint_parse(&proxy, "192.0.2.1:1080", 0));
	ck_assert(endpoint_parse(&other, "192.0.2.1:1081", 0));
	errno = 4711;
	ck_assert(!sock_peer(run, FD, &proxy, &got));
	peers_put(&run->peers, COOKIE, &asked);
	ck_assert(sock_peer(run, FD, &proxy, &got));
	ck_assert(endpoint_equal(&got, &asked));
	ck_assert(endpoint_parse(&proxy, "[2001:db8::1]:1080", 0));
	ck_assert(sock_peer(run, FD, &proxy, &got));
	/* Connected elsewhere, since: the kernel's answer holds. */
	ck_assert(!sock_peer(run, FD, &other, &got));
	ck_assert_int_eq(errno, 4711);
}
END_TEST

/* With the kernel: a listener on loopback is the proxy. */
static int listen_as_proxy(void)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t len = sizeof(sin);
	int l = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(l, (struct sockaddr *)&sin, len), 0);
	ck_assert_int_eq(listen(l, 1), 0);
	ck_assert_int_eq(getsockname(l, (struct sockaddr *)&sin, &len), 0);
	run = runs_new("", "");
	run->config.nservers = 1;
	ck_assert(endpoint_from_sockaddr(&run->config.servers[0],
					 (struct sockaddr *)&sin, len));
	ck_assert(endpoint_parse(&target, "example.org:443", 0));
	ck_assert(endpoint_parse(&asked, "198.18.1.2:443", 0));
	return l;
}

START_TEST(test_real)
{
	static const char out[] = "\5\0" REPLY "banner";
	struct endpoint got;
	char buf[64];
	int l = listen_as_proxy(), fd, status;
	pid_t pid = fork();

	if (pid == 0) {
		fd = accept(l, NULL, NULL);
		/* All at once, before anything was asked. */
		_exit(write(fd, out, sizeof(out) - 1) ==
				      sizeof(out) - 1 &&
				      read(fd, buf, sizeof(buf)) >= 3
			      ? 0
			      : 1);
	}
	fd = socket(AF_INET, SOCK_STREAM, 0);
	errno = 4711;
	ck_assert_int_eq(sock_tcp_connect(run, fd, AF_INET, &target, &asked,
					  sock_wait_poll, NULL),
			 0);
	ck_assert_int_eq(errno, 4711);
	ck_assert_int_eq(recv(fd, buf, sizeof(buf), 0), 6);
	ck_assert_mem_eq(buf, "banner", 6);
	ck_assert(sock_peer(run, fd, &run->config.servers[0], &got));
	ck_assert(endpoint_equal(&got, &asked));
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
}
END_TEST

static int interrupted_wait(void *arg, int fd, short events, int ms)
{
	(void)arg;
	(void)fd;
	(void)events;
	(void)ms;
	return -EINTR;
}

START_TEST(test_really_abandoned)
{
	struct pollfd p = {.events = POLLIN | POLLOUT};
	int error = 0;
	socklen_t len = sizeof(error);

	listen_as_proxy();
	p.fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(sock_tcp_connect(run, p.fd, AF_INET, &target, &asked,
					  interrupted_wait, NULL),
			 -EINTR);
	ck_assert_int_eq(poll(&p, 1, 1000), 1);
	ck_assert(p.revents & POLLERR);
	getsockopt(p.fd, SOL_SOCKET, SO_ERROR, &error, &len);
	ck_assert_int_eq(error, ECONNRESET);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tcp_connect");
	TCase *tc = tcase_create("tcp_connect");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, test_connect);
	tcase_add_test(tc, test_lowat);
	tcase_add_test(tc, test_unasked);
	tcase_add_test(tc, test_families);
	tcase_add_test(tc, test_v6only);
	tcase_add_test(tc, test_credentials);
	tcase_add_test(tc, test_pipeline);
	tcase_add_test(tc, test_pieces);
	tcase_add_loop_test(tc, test_reps, 1, 10);
	tcase_add_test(tc, test_ends);
	tcase_add_test(tc, test_time_outs);
	tcase_add_loop_test(tc, test_servers, 0, 9);
	tcase_add_loop_test(tc, test_kernels_errors, 0, 5);
	tcase_add_test(tc, test_nonblocking);
	tcase_add_test(tc, test_via);
	tcase_add_loop_test(tc, test_via_two, 0, 3);
	tcase_add_loop_test(tc, test_cut_off, 0, 2);
	tcase_add_test(tc, test_interrupted);
	tcase_add_test(tc, test_peer);
	tcase_add_test(tc, test_real);
	tcase_add_test(tc, test_really_abandoned);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
