/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "policy/peers.h"

static struct peers *table(void)
{
	struct peers *p =
		mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	return p;
}

static struct endpoint peer_of(const char *addr, uint16_t port)
{
	struct endpoint ep = {0};

	ck_assert(endpoint_parse_host(&ep, addr, strlen(addr)));
	ep.port = port;
	return ep;
}

START_TEST(test_put_get)
{
	static const struct {
		const char *addr;
		uint16_t port;
	} cases[] = {
		{"192.0.2.1", 80},
		{"255.255.255.255", 65535},
		{"0.0.0.0", 0},
		{"::", 0},
		{"2001:db8::1", 443},
		{"::ffff:10.0.0.1", 1},
		{"fe80::1%4294967295", 65535},
		{"fe80::1%2", 22},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535},
	};
	struct peers *p = table();
	struct endpoint ep;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t cookie = i + 1;
		struct endpoint put = peer_of(cases[i].addr, cases[i].port);

		ck_assert(!peers_get(p, cookie, &ep));
		peers_put(p, cookie, &put);
		memset(&ep, 0xa5, sizeof(ep));
		ck_assert(peers_get(p, cookie, &ep));
		ck_assert_msg(endpoint_equal(&ep, &put), "%s", cases[i].addr);
		ck_assert_uint_eq(ep.scope_id, put.scope_id);
	}
	/* The last one counts, and takes no second place. */
	for (uint16_t port = 1; port < 1000; port++) {
		struct endpoint put = peer_of("10.0.0.1", port);

		peers_put(p, 7, &put);
		ck_assert(peers_get(p, 7, &ep));
		ck_assert(endpoint_equal(&ep, &put));
	}
	for (uint64_t cookie = 1; cookie <= ARRAY_SIZE(cases); cookie++)
		ck_assert(peers_get(p, cookie, &ep));
}
END_TEST

START_TEST(test_nothing)
{
	struct peers *p = table();
	struct endpoint ep = peer_of("10.0.0.1", 1);

	peers_put(p, 0, &ep);
	peers_put(p, UINT64_MAX, &ep);
	ck_assert(!peers_get(p, 0, &ep));
	ck_assert(!peers_get(p, UINT64_MAX, &ep));
	ck_assert(endpoint_set_name(&ep, "name", 4));
	peers_put(p, 5, &ep);
	ck_assert(!peers_get(p, 5, &ep));
	ep = (struct endpoint){0};
	peers_put(p, 5, &ep);
	ck_assert(!peers_get(p, 5, &ep));
	for (size_t i = 0; i < PEERS_PLACES; i++)
		ck_assert(p->place[i].cookie == 0);
}
END_TEST

/* An address from which the cookie can be told. */
static struct endpoint own_peer(uint64_t cookie, uint16_t port)
{
	struct endpoint ep = {.kind = ENDPOINT_IPV6,
			      .port = port,
			      .scope_id = (uint32_t)cookie * 2654435761u};
	uint64_t twice[2] = {cookie, ~cookie};

	memcpy(ep.ipv6, twice, 16);
	return ep;
}

static bool is_own_peer(const struct endpoint *ep, uint64_t cookie)
{
	struct endpoint expected = own_peer(cookie, ep->port);

	return endpoint_equal(ep, &expected);
}

static unsigned known(const struct peers *p, uint64_t from, uint64_t to)
{
	struct endpoint ep;
	unsigned n = 0;

	for (uint64_t cookie = from; cookie <= to; cookie++) {
		if (!peers_get(p, cookie, &ep))
			continue;
		ck_assert(is_own_peer(&ep, cookie));
		n++;
	}
	return n;
}

START_TEST(test_oldest)
{
	struct peers *p = table();
	struct endpoint ep;

	/* Half full: hardly any cookie finds its places taken. */
	for (uint64_t c = 1; c <= PEERS_PLACES / 2; c++) {
		ep = own_peer(c, 1);
		peers_put(p, c, &ep);
	}
	ck_assert_uint_ge(known(p, 1, PEERS_PLACES / 2),
			  PEERS_PLACES / 2 * 99 / 100);
	/* Over full, several times: each new one is in, old ones give way. */
	for (uint64_t c = PEERS_PLACES / 2 + 1; c <= PEERS_PLACES * 4; c++) {
		ep = own_peer(c, 1);
		peers_put(p, c, &ep);
		ck_assert(peers_get(p, c, &ep));
		ck_assert(is_own_peer(&ep, c));
	}
	ck_assert_uint_eq(known(p, PEERS_PLACES * 4 - 1000, PEERS_PLACES * 4),
			  1001);
	ck_assert_uint_ge(known(p, PEERS_PLACES * 7 / 2, PEERS_PLACES * 4),
			  PEERS_PLACES / 2 * 99 / 100);
	ck_assert_uint_le(known(p, 1, PEERS_PLACES * 2), PEERS_PLACES / 100);
}
END_TEST

/* Where does a cookie go in an empty table? */
static struct peer *first_place(struct peers *p, uint64_t cookie)
{
	struct endpoint ep = own_peer(cookie, 1);

	peers_put(p, cookie, &ep);
	for (size_t i = 0; i < PEERS_PLACES; i++)
		if (p->place[i].cookie == cookie)
			return &p->place[i];
	ck_abort_msg("nowhere");
}

START_TEST(test_claims)
{
	struct peers *p = table();
	struct peer *first = first_place(p, 1000);
	struct endpoint ep = own_peer(1000, 1);

	ck_assert(first + PEERS_PROBES <= p->place + PEERS_PLACES);
	/* A claim that nobody will fulfil is passed by ... */
	first->cookie = UINT64_MAX;
	ck_assert(!peers_get(p, 1000, &ep));
	ep = own_peer(1000, 2);
	peers_put(p, 1000, &ep);
	ck_assert(peers_get(p, 1000, &ep));
	ck_assert(first->cookie == UINT64_MAX);
	ck_assert(first[1].cookie == 1000);
	/* ... even when it takes the place of a socket, the oldest ... */
	for (unsigned i = 1; i < PEERS_PROBES; i++)
		first[i].cookie = 100 + i % 5 + (i > 5);
	ep = own_peer(1000, 3);
	peers_put(p, 1000, &ep);
	ck_assert(first->cookie == UINT64_MAX);
	ck_assert(first[5].cookie == 1000);
	/* ... and taken over when there is nothing else. */
	for (unsigned i = 0; i < PEERS_PROBES; i++)
		first[i].cookie = UINT64_MAX;
	ep = own_peer(1000, 4);
	peers_put(p, 1000, &ep);
	ck_assert(first->cookie == 1000);
	ck_assert(peers_get(p, 1000, &ep));
	ck_assert_uint_eq(ep.port, 4);
}
END_TEST

START_TEST(test_mixed)
{
	struct peers *p = table();
	struct peer *place = first_place(p, 1000);
	struct endpoint ep;
	uint64_t addr = place->addr[1], rest = place->rest;

	/* A mixture of two writers' entries counts as none. */
	ck_assert(peers_get(p, 1000, &ep));
	place->addr[1] ^= 1;
	ck_assert(!peers_get(p, 1000, &ep));
	place->addr[1] = addr;
	place->rest ^= 1;
	ck_assert(!peers_get(p, 1000, &ep));
	place->rest = rest;
	ck_assert(peers_get(p, 1000, &ep));
	place->cookie = 1001;
	ck_assert(!peers_get(p, 1000, &ep));
}
END_TEST

/* Many at once, with few places and cookies, so that they meet. */

enum { COOKIES = 64 };

static unsigned seed_next(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Cookies that share their first place in the table. */
static void cookies_meeting(uint64_t cookie[static COOKIES])
{
	struct peers *p = table();
	struct peer *place = first_place(p, 1);
	unsigned n = 0;

	for (uint64_t c = 1; n < COOKIES; c++) {
		struct endpoint ep = own_peer(c, 1);

		place->cookie = 0;
		peers_put(p, c, &ep);
		if (place->cookie == c)
			cookie[n++] = c;
	}
	munmap(p, sizeof(*p));
}

static const char *work(struct peers *p, const uint64_t *cookie, unsigned *seed)
{
	uint64_t c = cookie[seed_next(seed) % COOKIES];
	struct endpoint ep = own_peer(c, (uint16_t)seed_next(seed));

	peers_put(p, c, &ep);
	for (int i = 0; i < 4; i++) {
		c = cookie[seed_next(seed) % COOKIES];
		if (peers_get(p, c, &ep) && !is_own_peer(&ep, c))
			return "another socket's peer";
	}
	return NULL;
}

static pid_t worker_start(struct peers *p, const uint64_t *cookie,
			  unsigned seed)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid)
		return pid;
	for (;;) {
		const char *wrong = work(p, cookie, &seed);

		if (wrong) {
			fprintf(stderr, "worker: %s\n", wrong);
			_exit(1);
		}
	}
}

static void worker_end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

START_TEST(test_processes)
{
	enum { WORKERS = 8 };
	struct peers *p = table();
	uint64_t cookie[COOKIES];
	pid_t pid[WORKERS];
	unsigned seed = 1;
	time_t end = time(NULL) + 2;
	struct endpoint ep;

	cookies_meeting(cookie);
	for (unsigned i = 0; i < WORKERS; i++)
		pid[i] = worker_start(p, cookie, i * 77777);
	while (time(NULL) <= end) {
		unsigned i = seed_next(&seed) % WORKERS;

		switch (seed_next(&seed) % 3) {
		case 0:
			kill(pid[i], SIGSTOP);
			break;
		case 1:
			kill(pid[i], SIGCONT);
			break;
		default:
			worker_end(pid[i]);
			pid[i] = worker_start(p, cookie, seed_next(&seed));
			break;
		}
		usleep(seed_next(&seed) % 2000);
	}
	for (unsigned i = 0; i < WORKERS; i++)
		worker_end(pid[i]);
	for (unsigned i = 0; i < COOKIES; i++)
		if (peers_get(p, cookie[i], &ep))
			ck_assert(is_own_peer(&ep, cookie[i]));
	/* Whatever the dead have left, there is room. */
	for (unsigned i = 0; i < COOKIES; i++) {
		ep = own_peer(cookie[i], 9);
		peers_put(p, cookie[i], &ep);
		ck_assert(peers_get(p, cookie[i], &ep));
		ck_assert(is_own_peer(&ep, cookie[i]));
		ck_assert_uint_eq(ep.port, 9);
	}
}
END_TEST

struct crowd {
	struct peers *peers;
	uint64_t cookie[COOKIES];
};

static void *thread_main(void *arg)
{
	struct crowd *c = arg;
	unsigned seed = (unsigned)(uintptr_t)&seed;
	const char *wrong = NULL;

	for (int i = 0; i < 100000 && !wrong; i++)
		wrong = work(c->peers, c->cookie, &seed);
	return (void *)(uintptr_t)wrong;
}

START_TEST(test_threads)
{
	struct crowd c = {.peers = table()};
	pthread_t thread[4];

	cookies_meeting(c.cookie);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(
			pthread_create(&thread[i], NULL, thread_main, &c), 0);
	for (int i = 0; i < 4; i++) {
		void *wrong;

		pthread_join(thread[i], &wrong);
		ck_assert_msg(!wrong, "%s", (const char *)wrong);
	}
	/* Nobody was killed: no claim is left. */
	for (size_t i = 0; i < PEERS_PLACES; i++)
		ck_assert(c.peers->place[i].cookie != UINT64_MAX);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("peers");
	TCase *tc = tcase_create("peers");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, test_put_get);
	tcase_add_test(tc, test_nothing);
	tcase_add_test(tc, test_oldest);
	tcase_add_test(tc, test_claims);
	tcase_add_test(tc, test_mixed);
	tcase_add_test(tc, test_processes);
	tcase_add_test(tc, test_threads);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
