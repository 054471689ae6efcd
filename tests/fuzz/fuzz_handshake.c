/* SPDX-License-Identifier: MIT */
/*
 * The input is a server: an octet of options, SCHEDULE octets that say how
 * the streams are cut into pieces, then what the server says until it closes
 * (or falls silent). Whatever it says, the machine ends, asks for no more
 * than the message has, and writes the same octets however they are cut.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "socks/handshake.h"
#include "socks/message.h"

#define SCHEDULE 8

enum { /* of the first octet, above two bits of command */
       OPT_AUTH = 4,
       OPT_PIPELINE = 8,
       OPT_SILENT = 16,
       OPT_NAME = 32,
};

struct server {
	const uint8_t *p;
	size_t left;
	const uint8_t *schedule; /* SCHEDULE octets */
	size_t turn;
};

static size_t piece(struct server *sv, size_t max)
{
	size_t n = sv->schedule[sv->turn++ % SCHEDULE];

	return n % max + 1;
}

/* Take one whole output in pieces: each call yields the rest of the first. */
static size_t take_output(struct handshake *hs, struct server *sv)
{
	static const struct socks_credentials secret = {
		.username_len = 255,
		.password_len = 255,
		.username = "secret name",
		.password = "secret word",
	};
	uint8_t whole[HANDSHAKE_OUTPUT_MAX], rest[HANDSHAKE_OUTPUT_MAX];
	size_t n = handshake_output(hs, &secret, whole), done = 0;

	CHECK(n && n <= sizeof(whole));
	while (done < n) {
		size_t m = piece(sv, n - done);

		CHECK(handshake_wants(hs) == HANDSHAKE_WRITE);
		CHECK(handshake_need(hs) == 0);
		CHECK(!handshake_request_sent(hs));
		CHECK(handshake_output(hs, &secret, rest) == n - done);
		CHECK(!memcmp(whole + done, rest, n - done));
		handshake_sent(hs, m);
		done += m;
	}
	CHECK(!memmem(hs, sizeof(*hs), "secret", 6));
	return n;
}

/*
 * How many octets does the message have that begins at @p? 0: it is no
 * message, or a refusal, which ends the conversation at its second octet.
 */
static size_t message_length(const struct handshake *hs, const uint8_t *p,
			     size_t n)
{
	struct endpoint ep;
	uint8_t rep = 0;
	int len;

	if (!handshake_request_sent(hs))
		return 2;
	len = socks_get_reply(p, n, &rep, &ep);
	return len > 0 && !rep ? (size_t)len : 0;
}

/* Let the server speak until the machine wants something else. */
static void converse(struct handshake *hs, struct server *sv)
{
	size_t len = message_length(hs, sv->p, sv->left), got = 0;

	while (handshake_wants(hs) == HANDSHAKE_READ && sv->left) {
		size_t need = handshake_need(hs), n;
		uint8_t *exact;

		if (len && got == len)
			break; /* the next message, of the same kind */
		CHECK(need >= 1 && need <= HANDSHAKE_INPUT_MAX);
		CHECK(!len || got + need <= len);
		n = piece(sv, need);
		if (n > sv->left)
			n = sv->left;
		/* From memory of that size, for the sanitizers to watch. */
		exact = malloc(n);
		CHECK(exact);
		memcpy(exact, sv->p, n);
		handshake_received(hs, exact, n);
		free(exact);
		sv->p += n;
		sv->left -= n;
		got += n;
	}
}

static void check_end(const struct handshake *hs)
{
	bool failed = handshake_wants(hs) == HANDSHAKE_FAILED;

	CHECK(failed || handshake_wants(hs) == HANDSHAKE_DONE);
	CHECK(failed == (handshake_errno(hs) != 0));
	CHECK(failed == (handshake_failure(hs) != SOCKS_FAIL_NONE));
	CHECK((handshake_failure(hs) == SOCKS_FAIL_REP) ==
	      (handshake_rep(hs) != 0));
	CHECK(handshake_need(hs) == 0);
	CHECK(handshake_bound(hs)->kind <= ENDPOINT_NAME);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct endpoint dst = {.kind = ENDPOINT_IPV4, .port = 443};
	struct handshake hs;
	struct server sv;
	unsigned rounds = 0;

	/* The server may know the word; it says nothing of us then. */
	if (size < 1 + SCHEDULE || memmem(data, size, "secret", 6))
		return 0;
	/* What lay here before is not its own, either. */
	memset(&hs, 0xa5, sizeof(hs));
	sv = (struct server){.p = data + 1 + SCHEDULE,
			     .left = size - 1 - SCHEDULE,
			     .schedule = data + 1};
	if (data[0] & OPT_NAME)
		endpoint_set_name(&dst, "example.org", 11);
	handshake_init(&hs, data[0] % 3 + 1, &dst, data[0] & OPT_AUTH,
		       data[0] & OPT_PIPELINE);

	for (;;) {
		enum handshake_want want = handshake_wants(&hs);

		/* Three outputs, four messages and a turn at most. */
		CHECK(rounds++ < 10);
		if (want == HANDSHAKE_DONE || want == HANDSHAKE_FAILED)
			break;
		if (want == HANDSHAKE_WRITE)
			take_output(&hs, &sv);
		else if (want == HANDSHAKE_BOUND)
			handshake_await_peer(&hs);
		else if (sv.left)
			converse(&hs, &sv);
		else if (data[0] & OPT_SILENT)
			handshake_timed_out(&hs);
		else
			handshake_closed(&hs);
	}
	check_end(&hs);
	return 0;
}
