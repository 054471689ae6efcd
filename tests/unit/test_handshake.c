/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "socks/handshake.h"

#define WIRE(literal) literal, sizeof(literal) - 1

#define DST_WIRE \
	"\3\x0b" \
	"example.org\1\xbb" /* example.org:443 */
#define AUTH_WIRE "\1\5alice\6s3cret"
#define IPV4_WIRE "\1\xc0\0\2\1\0\x50" /* 192.0.2.1:80 */
#define IPV6_WIRE "\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7\1\2"

static const struct socks_credentials alice = {
	.username_len = 5,
	.password_len = 6,
	.username = "alice",
	.password = "s3cret",
};

static struct handshake hs;

static void begin(enum socks_command command, bool auth, bool pipeline)
{
	struct endpoint dst = {0};

	memset(&hs, 0xaa, sizeof(hs));
	ck_assert(endpoint_parse(&dst, "example.org:443", 0));
	handshake_init(&hs, command, &dst, auth, pipeline);
	ck_assert_int_eq(handshake_failure(&hs), SOCKS_FAIL_NONE);
	ck_assert_int_eq(handshake_errno(&hs), 0);
}

/* Take the present output in pieces of @step octets; it must be @want. */
static void expect_output(const char *want, size_t n, size_t step)
{
	uint8_t buf[HANDSHAKE_OUTPUT_MAX + 1];

	for (size_t done = 0; done < n;) {
		size_t piece = step < n - done ? step : n - done;

		ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_WRITE);
		ck_assert_uint_eq(handshake_need(&hs), 0);
		ck_assert(!handshake_request_sent(&hs));
		memset(buf, '#', sizeof(buf));
		ck_assert_uint_eq(handshake_output(&hs, &alice, buf), n - done);
		ck_assert_mem_eq(buf, want + done, n - done);
		ck_assert_int_eq(buf[HANDSHAKE_OUTPUT_MAX], '#');
		handshake_sent(&hs, 0);
		handshake_sent(&hs, piece);
		done += piece;
	}
	ck_assert_int_ne(handshake_wants(&hs), HANDSHAKE_WRITE);
	ck_assert_uint_eq(handshake_output(&hs, &alice, buf), 0);
}

/*
 * Feed a whole message, no piece longer than @step. The machine must never
 * ask for an octet behind it, and must ask for more until all of it is there.
 */
static void feed(const char *msg, size_t n, size_t step)
{
	const uint8_t *p = (const uint8_t *)msg;
	size_t done = 0;

	while (done < n) {
		size_t need = handshake_need(&hs), piece;

		ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_READ);
		ck_assert_uint_ge(need, 1);
		ck_assert_uint_le(need, n - done);
		piece = need < step ? need : step;
		/* From memory of that size, for the sanitizers to watch. */
		uint8_t *exact = malloc(piece);
		memcpy(exact, p + done, piece);
		handshake_received(&hs, exact, piece);
		free(exact);
		done += piece;
	}
}

/* Up to where the request has been sent. */
static void up_to_request(bool auth)
{
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];

	while (!handshake_request_sent(&hs)) {
		if (handshake_wants(&hs) == HANDSHAKE_WRITE)
			handshake_sent(&hs, handshake_output(&hs, &alice, buf));
		else if (hs.method != 2)
			feed(auth ? "\5\2" : "\5\0", 2, 2);
		else
			feed("\1\0", 2, 2);
		ck_assert_int_ne(handshake_wants(&hs), HANDSHAKE_FAILED);
	}
}

static void expect_failure(enum socks_failure failure, uint8_t rep)
{
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];

	ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_FAILED);
	ck_assert_int_eq(handshake_failure(&hs), failure);
	ck_assert_uint_eq(handshake_rep(&hs), rep);
	ck_assert_int_eq(handshake_errno(&hs), socks_errno(failure, rep));
	ck_assert_int_ne(handshake_errno(&hs), 0);
	ck_assert_uint_eq(handshake_need(&hs), 0);
	ck_assert_uint_eq(handshake_output(&hs, &alice, buf), 0);

	/* It is final: the first cause remains. */
	handshake_received(&hs, buf, 1);
	handshake_sent(&hs, 1);
	handshake_await_peer(&hs);
	handshake_closed(&hs);
	handshake_timed_out(&hs);
	ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_FAILED);
	ck_assert_int_eq(handshake_failure(&hs), failure);
}

static void expect_bound(const char *text)
{
	struct endpoint want = {0};

	if (text[0] == ':')
		want.port = (uint16_t)atoi(text + 1);
	else
		ck_assert(endpoint_parse(&want, text, 0));
	ck_assert(endpoint_equal(handshake_bound(&hs), &want));
}

/* Every form of a reply that succeeds. */
static const struct {
	const char *wire;
	size_t n;
	const char *bound;
} replies[] = {
	{WIRE("\5\0\0" IPV4_WIRE), "192.0.2.1:80"},
	{WIRE("\5\0\0" IPV6_WIRE), "[2001:db8::7]:258"},
	{WIRE("\5\0\0\3\0\0\x50"), ":80"},
	{WIRE("\5\0\0\3\1x\0\x50"), "x:80"},
	{WIRE("\5\0\x77" DST_WIRE), "example.org:443"},
};

/* Where the loop counter splits each message, in and out. */
#define STEPS 24

START_TEST(no_auth)
{
	for (size_t r = 0; r < ARRAY_SIZE(replies); r++)
		for (size_t step = 1; step <= STEPS; step++) {
			begin(SOCKS_CONNECT, false, false);
			expect_output(WIRE("\5\1\0"), step);
			feed("\5\0", 2, step);
			expect_output(WIRE("\5\1\0" DST_WIRE), step);
			ck_assert(handshake_request_sent(&hs));
			feed(replies[r].wire, replies[r].n, step);
			ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_DONE);
			ck_assert_uint_eq(handshake_need(&hs), 0);
			ck_assert_int_eq(handshake_errno(&hs), 0);
			expect_bound(replies[r].bound);
			handshake_closed(&hs); /* the program's matter now */
			handshake_timed_out(&hs);
			ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_DONE);
		}
}
END_TEST

START_TEST(password)
{
	static const char *const status[] = {"\1\0", "\5\0"};

	for (size_t step = 1; step <= STEPS; step++) {
		begin(SOCKS_CONNECT, true, false);
		expect_output(WIRE("\5\2\0\2"), step);
		feed("\5\2", 2, step);
		expect_output(WIRE(AUTH_WIRE), step);
		ck_assert(!handshake_request_sent(&hs));
		feed(status[step % 2], 2, step);
		expect_output(WIRE("\5\1\0" DST_WIRE), step);
		ck_assert(handshake_request_sent(&hs));
		feed(replies[0].wire, replies[0].n, step);
		ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_DONE);
	}
}
END_TEST

/* Both were offered, and the server wants no password. */
START_TEST(password_not_wanted)
{
	begin(SOCKS_CONNECT, true, false);
	expect_output(WIRE("\5\2\0\2"), 9);
	feed("\5\0", 2, 2);
	expect_output(WIRE("\5\1\0" DST_WIRE), 99);
	feed(replies[0].wire, replies[0].n, 99);
	ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_DONE);
}
END_TEST

START_TEST(pipelined)
{
	for (size_t step = 1; step <= 3 * STEPS; step++) {
		begin(SOCKS_CONNECT, false, true);
		expect_output(WIRE("\5\1\0"
				   "\5\1\0" DST_WIRE),
			      step);
		ck_assert(!handshake_request_sent(&hs)); /* no method yet */
		feed("\5\0", 2, step);
		ck_assert(handshake_request_sent(&hs));
		feed(replies[1].wire, replies[1].n, step);
		ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_DONE);

		begin(SOCKS_CONNECT, true, true);
		expect_output(WIRE("\5\1\2" AUTH_WIRE "\5\1\0" DST_WIRE), step);
		feed("\5\2", 2, step);
		ck_assert(!handshake_request_sent(&hs)); /* no status yet */
		feed("\1\0", 2, step);
		ck_assert(handshake_request_sent(&hs));
		feed(replies[4].wire, replies[4].n, step);
		ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_DONE);
	}
}
END_TEST

START_TEST(longest_output)
{
	static struct socks_credentials c = {255, 255, "", ""};
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];
	struct endpoint dst = {.port = 1};
	char name[255];
	uint8_t reply[HANDSHAKE_INPUT_MAX] = {5, 0, 0, 3, 255};

	memset(c.username, 'u', 255);
	memset(c.password, 'p', 255);
	memset(name, 'n', 255);
	memset(reply + 5, 'b', 255);
	ck_assert(endpoint_set_name(&dst, name, 255));
	handshake_init(&hs, SOCKS_CONNECT, &dst, true, true);
	ck_assert_uint_eq(handshake_output(&hs, &c, buf), 3 + 513 + 262);
	ck_assert_mem_eq(buf, "\5\1\2\1\xffu", 6);
	ck_assert_int_eq(buf[3 + 512], 'p');
	ck_assert_mem_eq(buf + 3 + 513, "\5\1\0\3\xffn", 6);
	ck_assert_mem_eq(buf + 3 + 513 + 259, "n\0\1", 3);
	handshake_sent(&hs, 3 + 513 + 262);
	feed("\5\2", 2, 2);
	feed("\1\0", 2, 2);
	feed((const char *)reply, sizeof(reply), 1);
	ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_DONE);
	ck_assert_uint_eq(handshake_bound(&hs)->name_len, 255);
}
END_TEST

/* No secret may stand in memory that other processes see. */
START_TEST(keeps_no_secret)
{
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];

	begin(SOCKS_CONNECT, true, true);
	handshake_output(&hs, &alice, buf);
	handshake_sent(&hs, 7);
	ck_assert_ptr_null(memmem(&hs, sizeof(hs), "s3cret", 6));
	ck_assert_ptr_null(memmem(&hs, sizeof(hs), "alice", 5));
}
END_TEST

START_TEST(associates)
{
	struct endpoint any = {0};
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];

	ck_assert(endpoint_parse(&any, "0.0.0.0:7", 0));
	any.port = 0;
	handshake_init(&hs, SOCKS_UDP_ASSOCIATE, &any, false, true);
	ck_assert_uint_eq(handshake_output(&hs, NULL, buf), 13);
	ck_assert_mem_eq(buf, "\5\1\0\5\3\0\1\0\0\0\0\0\0", 13);
	handshake_sent(&hs, 13);
	feed("\5\0", 2, 2);
	feed(replies[0].wire, replies[0].n, 3);
	ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_DONE);
	expect_bound("192.0.2.1:80");
}
END_TEST

START_TEST(binds)
{
	for (size_t a = 0; a < ARRAY_SIZE(replies); a++)
		for (size_t b = 0; b < ARRAY_SIZE(replies); b++)
			for (size_t step = 1; step <= STEPS; step++) {
				begin(SOCKS_BIND, false, false);
				expect_output(WIRE("\5\1\0"), step);
				feed("\5\0", 2, step);
				expect_output(WIRE("\5\2\0" DST_WIRE), step);
				feed(replies[a].wire, replies[a].n, step);
				ck_assert_int_eq(handshake_wants(&hs),
						 HANDSHAKE_BOUND);
				ck_assert_uint_eq(handshake_need(&hs), 0);
				ck_assert(handshake_request_sent(&hs));
				expect_bound(replies[a].bound);
				handshake_await_peer(&hs);
				feed(replies[b].wire, replies[b].n, step);
				ck_assert_int_eq(handshake_wants(&hs),
						 HANDSHAKE_DONE);
				expect_bound(replies[b].bound);
			}
}
END_TEST

START_TEST(bind_fails_later)
{
	for (int how = 0; how < 4; how++) {
		begin(SOCKS_BIND, false, false);
		up_to_request(false);
		feed(replies[0].wire, replies[0].n, 99);
		if (how == 0) { /* between the replies */
			handshake_closed(&hs);
			expect_failure(SOCKS_FAIL_CLOSED, 0);
			continue;
		}
		handshake_await_peer(&hs);
		if (how == 1) {
			handshake_timed_out(&hs);
			expect_failure(SOCKS_FAIL_STALLED, 0);
		} else if (how == 2) {
			handshake_closed(&hs);
			expect_failure(SOCKS_FAIL_CLOSED, 0);
		} else {
			handshake_received(&hs, (const uint8_t *)"\5\5", 2);
			expect_failure(SOCKS_FAIL_REP, 5);
		}
	}
}
END_TEST

/* The method that the server may choose, for each way to offer. */
START_TEST(method)
{
	static const enum socks_failure other[256] = {
		[0] = SOCKS_FAIL_VERSION4,
		[4] = SOCKS_FAIL_VERSION4,
		['H'] = SOCKS_FAIL_HTTP,
	};
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];

	for (int auth = 0; auth < 2; auth++)
		for (int pipeline = 0; pipeline < 2; pipeline++)
			for (int v = 0; v < 256; v++) {
				uint8_t msg[2] = {5, (uint8_t)v};
				bool ok = (v == 0 && !(auth && pipeline)) ||
					  (v == 2 && auth);

				begin(SOCKS_CONNECT, auth, pipeline);
				handshake_sent(&hs, handshake_output(
							    &hs, &alice, buf));
				handshake_received(&hs, msg, 2);
				if (!ok)
					expect_failure(SOCKS_FAIL_METHOD, 0);
				else
					ck_assert_int_ne(handshake_wants(&hs),
							 HANDSHAKE_FAILED);

				/* One octet is enough to know a stranger. */
				begin(SOCKS_CONNECT, auth, pipeline);
				handshake_sent(&hs, handshake_output(
							    &hs, &alice, buf));
				handshake_received(&hs, msg + 1, 1);
				if (v == 5)
					ck_assert_int_eq(handshake_wants(&hs),
							 HANDSHAKE_READ);
				else
					expect_failure(
						other[v] ? other[v]
							 : SOCKS_FAIL_NOT_SOCKS,
						0);
			}
}
END_TEST

START_TEST(auth_status)
{
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];

	for (unsigned ver = 0; ver < 256; ver++)
		for (unsigned status = 0; status < 256; status++) {
			uint8_t msg[2] = {(uint8_t)ver, (uint8_t)status};

			begin(SOCKS_CONNECT, true, true);
			handshake_sent(&hs, handshake_output(&hs, &alice, buf));
			handshake_received(&hs, (const uint8_t *)"\5\2", 2);
			handshake_received(&hs, msg, 2);
			if (ver != 1 && ver != 5)
				expect_failure(SOCKS_FAIL_MALFORMED, 0);
			else if (status)
				expect_failure(SOCKS_FAIL_AUTH, 0);
			else
				ck_assert(handshake_request_sent(&hs));
		}
}
END_TEST

START_TEST(every_rep)
{
	for (unsigned rep = 1; rep < 256; rep++)
		for (unsigned atyp = 0; atyp < 6; atyp++) {
			uint8_t msg[7] = {5, (uint8_t)rep, 0, (uint8_t)atyp};

			begin(SOCKS_CONNECT, false, false);
			up_to_request(false);
			ck_assert_uint_eq(handshake_need(&hs), 7);
			handshake_received(&hs, msg, 7); /* as it comes */
			expect_failure(SOCKS_FAIL_REP, (uint8_t)rep);

			begin(SOCKS_CONNECT, false, false);
			up_to_request(false);
			for (size_t i = 0; i < 2; i++)
				handshake_received(&hs, msg + i, 1);
			handshake_closed(&hs); /* right after REP */
			expect_failure(SOCKS_FAIL_REP, (uint8_t)rep);
		}
}
END_TEST

START_TEST(bad_reply)
{
	for (unsigned v = 0; v < 256; v++) {
		uint8_t msg[7] = {(uint8_t)v, 5, 0, 1};

		begin(SOCKS_CONNECT, false, false);
		up_to_request(false);
		if (v != 5) { /* REP does not count then */
			handshake_received(&hs, msg, 7);
			expect_failure(SOCKS_FAIL_MALFORMED, 0);
		}
		msg[0] = 5;
		msg[1] = 0;
		msg[3] = (uint8_t)v;
		begin(SOCKS_CONNECT, false, false);
		up_to_request(false);
		handshake_received(&hs, msg, 4);
		if (v == 1 || v == 3 || v == 4)
			ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_READ);
		else
			expect_failure(SOCKS_FAIL_MALFORMED, 0);
	}
}
END_TEST

/* An end (or silence) after each octet of the whole conversation. */
static void end_after(size_t octets, bool auth, bool pipeline, bool silence)
{
	static const char with[] = "\5\2\1\0\5\0\0" IPV6_WIRE;
	static const char without[] = "\5\0\5\0\0" IPV6_WIRE;
	const char *in = auth ? with : without;
	size_t before = auth ? 4 : 2;
	uint8_t buf[HANDSHAKE_OUTPUT_MAX];

	begin(SOCKS_CONNECT, auth, pipeline);
	for (size_t i = 0; i < octets;) {
		if (handshake_wants(&hs) == HANDSHAKE_WRITE)
			handshake_sent(&hs, handshake_output(&hs, &alice, buf));
		else
			handshake_received(&hs, (const uint8_t *)in + i++, 1);
	}
	if (octets == before && !pipeline) {
		/* All but one octet of the request are out: still early. */
		handshake_sent(&hs, handshake_output(&hs, &alice, buf) - 1);
		ck_assert(!handshake_request_sent(&hs));
	}
	if (silence)
		handshake_timed_out(&hs);
	else
		handshake_closed(&hs);
	if (octets < before || (octets == before && !pipeline))
		expect_failure(silence ? SOCKS_FAIL_STALLED_EARLY
				       : SOCKS_FAIL_CLOSED_EARLY,
			       0);
	else
		expect_failure(silence ? SOCKS_FAIL_STALLED : SOCKS_FAIL_CLOSED,
			       0);
}

START_TEST(ends_anywhere)
{
	for (int silence = 0; silence < 2; silence++)
		for (int pipeline = 0; pipeline < 2; pipeline++) {
			for (size_t i = 0; i < 2 + 22; i++)
				end_after(i, false, pipeline, silence);
			for (size_t i = 0; i < 4 + 22; i++)
				end_after(i, true, pipeline, silence);
		}

	begin(SOCKS_CONNECT, false, false);
	up_to_request(false);
	handshake_closed(&hs);
	expect_failure(SOCKS_FAIL_CLOSED, 0);
	begin(SOCKS_CONNECT, true, false);
	up_to_request(true);
	handshake_timed_out(&hs);
	expect_failure(SOCKS_FAIL_STALLED, 0);
}
END_TEST

START_TEST(misuse_is_harmless)
{
	uint8_t buf[HANDSHAKE_OUTPUT_MAX] = {0};

	/* Nothing was asked for, so nothing can have been sent. */
	begin(SOCKS_CONNECT, true, false);
	handshake_sent(&hs, 4);
	ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_WRITE);
	handshake_received(&hs, buf, 5);
	handshake_await_peer(&hs);
	ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_WRITE);
	handshake_output(&hs, NULL, buf);
	handshake_sent(&hs, 1000); /* more than there was */
	ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_READ);
	handshake_sent(&hs, 1);
	handshake_received(&hs, buf, 0);
	ck_assert_uint_eq(handshake_need(&hs), 2);

	/* More than need: what is beyond it is not looked at. */
	handshake_received(&hs, (const uint8_t *)"\5\2\1\0", 4);
	ck_assert_int_eq(handshake_wants(&hs), HANDSHAKE_WRITE);
	/* Credentials were promised: an owner without them must not spin. */
	ck_assert_uint_eq(handshake_output(&hs, NULL, buf), 0);
	expect_failure(SOCKS_FAIL_AUTH, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("handshake");
	TCase *tc = tcase_create("handshake");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, no_auth);
	tcase_add_test(tc, password);
	tcase_add_test(tc, password_not_wanted);
	tcase_add_test(tc, pipelined);
	tcase_add_test(tc, longest_output);
	tcase_add_test(tc, keeps_no_secret);
	tcase_add_test(tc, associates);
	tcase_add_test(tc, binds);
	tcase_add_test(tc, bind_fails_later);
	tcase_add_test(tc, method);
	tcase_add_test(tc, auth_status);
	tcase_add_test(tc, every_rep);
	tcase_add_test(tc, bad_reply);
	tcase_add_test(tc, ends_anywhere);
	tcase_add_test(tc, misuse_is_harmless);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
