/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include "base/compiler.h"
#include "socks/handshake.h"
#include "socks/message.h"

/*
 * In a pipeline SEND_GREETING sends everything, and the SEND states after it
 * are passed over; the messages that come are the same ones in the same order.
 */
enum state {
	SEND_GREETING,
	AWAIT_METHOD,
	SEND_AUTH,
	AWAIT_STATUS,
	SEND_REQUEST,
	AWAIT_REPLY,
	BOUND, /* BIND, between its two replies */
	DONE,
	FAILED,
};

static_assert(sizeof(struct handshake) <= 1024,
	      "fits into a slot of shared memory");

static void fail(struct handshake *hs, enum socks_failure failure)
{
	hs->state = FAILED;
	hs->failure = (uint8_t)failure;
}

void handshake_init(struct handshake *hs, enum socks_command command,
		    const struct endpoint *dst, bool have_credentials,
		    bool pipeline)
{
	/* Not all of its 800 octets: the buffer and the reply come later. */
	memset(hs, 0, offsetof(struct handshake, in));
	hs->state = SEND_GREETING;
	hs->command = (uint8_t)command;
	hs->have_credentials = have_credentials;
	hs->pipeline = pipeline;
	endpoint_copy(&hs->target, dst);
	hs->bound.kind = ENDPOINT_NONE;
}

enum handshake_want handshake_wants(const struct handshake *hs)
{
	switch ((enum state)hs->state) {
	case SEND_GREETING:
	case SEND_AUTH:
	case SEND_REQUEST:
		return HANDSHAKE_WRITE;
	case AWAIT_METHOD:
	case AWAIT_STATUS:
	case AWAIT_REPLY:
		return HANDSHAKE_READ;
	case BOUND:
		return HANDSHAKE_BOUND;
	case DONE:
		return HANDSHAKE_DONE;
	case FAILED:
		break;
	}
	return HANDSHAKE_FAILED;
}

/* Return: how many methods are offered, best one last */
static uint8_t offer(const struct handshake *hs, uint8_t methods[static 2])
{
	uint8_t n = 0;

	if (!hs->have_credentials || !hs->pipeline)
		methods[n++] = SOCKS_METHOD_NONE;
	if (hs->have_credentials)
		methods[n++] = SOCKS_METHOD_PASSWORD;
	return n;
}

size_t handshake_output(struct handshake *hs,
			const struct socks_credentials *credentials,
			uint8_t buf[static HANDSHAKE_OUTPUT_MAX])
{
	struct writer w = writer_of(buf, HANDSHAKE_OUTPUT_MAX);
	bool all = hs->state == SEND_GREETING && hs->pipeline;
	bool auth = hs->state == SEND_AUTH || (all && hs->have_credentials);
	uint8_t methods[2];
	size_t left;

	if (handshake_wants(hs) != HANDSHAKE_WRITE)
		return 0;
	if (auth && !credentials) { /* promised, and not there */
		fail(hs, SOCKS_FAIL_AUTH);
		return 0;
	}
	if (hs->state == SEND_GREETING)
		socks_put_greeting(&w, methods, offer(hs, methods));
	if (auth)
		socks_put_auth(&w, credentials);
	if (hs->state == SEND_REQUEST || all)
		socks_put_request(&w, hs->command, &hs->target);

	/*
	 * Made anew for each piece, for the secrets in it are to stand nowhere
	 * but in the caller's buffer; and the length is remembered, because
	 * handshake_sent() has no credentials to tell it from.
	 */
	hs->out_len = (uint16_t)(w.p - buf);
	left = (size_t)hs->out_len - hs->out_done;
	memmove(buf, buf + hs->out_done, left);
	/* A caller that wipes what it was given must have wiped it all. */
	memset(buf + left, 0, hs->out_done);
	return left;
}

void handshake_sent(struct handshake *hs, size_t n)
{
	/* What was never asked for cannot have been sent. */
	if (handshake_wants(hs) != HANDSHAKE_WRITE || !hs->out_len)
		return;
	if (n < (size_t)hs->out_len - hs->out_done) {
		hs->out_done = (uint16_t)(hs->out_done + n);
		return;
	}
	hs->out_done = 0;
	hs->out_len = 0;
	hs->state++; /* each SEND state is followed by its AWAIT state */
}

size_t handshake_need(const struct handshake *hs)
{
	switch ((enum state)hs->state) {
	case AWAIT_METHOD:
	case AWAIT_STATUS:
		return 2u - hs->in_len;
	case AWAIT_REPLY:
		return socks_reply_length(hs->in, hs->in_len) - hs->in_len;
	case SEND_GREETING:
	case SEND_AUTH:
	case SEND_REQUEST:
	case BOUND:
	case DONE:
	case FAILED:
		break;
	}
	return 0;
}

/* What speaks there, when the first octet is not a 5? */
static enum socks_failure not_socks5(uint8_t first)
{
	switch (first) {
	case 'H': /* "HTTP/1.1 400 Bad Request" */
		return SOCKS_FAIL_HTTP;
	case 0: /* a SOCKS4 reply has version 0; some servers send their 4 */
	case 4:
		return SOCKS_FAIL_VERSION4;
	default:
		return SOCKS_FAIL_NOT_SOCKS;
	}
}

static void take_method(struct handshake *hs)
{
	uint8_t methods[2];
	int n = socks_get_method(hs->in, hs->in_len, &hs->method);

	if (n == SOCKS_MORE)
		return;
	if (n == SOCKS_BAD) {
		fail(hs, not_socks5(hs->in[0]));
		return;
	}
	/* X'FF' is never among those offered. */
	if (!memchr(methods, hs->method, offer(hs, methods))) {
		fail(hs, SOCKS_FAIL_METHOD);
		return;
	}
	hs->in_len = 0;
	if (hs->method == SOCKS_METHOD_PASSWORD)
		hs->state = hs->pipeline ? AWAIT_STATUS : SEND_AUTH;
	else
		hs->state = hs->pipeline ? AWAIT_REPLY : SEND_REQUEST;
}

static void take_status(struct handshake *hs)
{
	uint8_t status;
	int n = socks_get_auth_status(hs->in, hs->in_len, &status);

	if (n == SOCKS_MORE)
		return;
	if (n == SOCKS_BAD || status != 0) {
		fail(hs,
		     n == SOCKS_BAD ? SOCKS_FAIL_MALFORMED : SOCKS_FAIL_AUTH);
		return;
	}
	hs->in_len = 0;
	hs->state = hs->pipeline ? AWAIT_REPLY : SEND_REQUEST;
}

static void take_reply(struct handshake *hs)
{
	uint8_t rep;
	int n;

	/*
	 * A refusal is complete with its REP: nothing of what follows matters
	 * (RFC 1928 has the server close shortly after), and servers exist
	 * that leave it out or put an unknown ATYP there.
	 */
	if (hs->in_len >= 2 && hs->in[0] == SOCKS_VERSION &&
	    hs->in[1] != SOCKS_REP_SUCCEEDED) {
		hs->rep = hs->in[1];
		fail(hs, SOCKS_FAIL_REP);
		return;
	}
	n = socks_get_reply(hs->in, hs->in_len, &rep, &hs->bound);
	if (n == SOCKS_MORE)
		return;
	if (n == SOCKS_BAD) {
		fail(hs, SOCKS_FAIL_MALFORMED);
		return;
	}
	hs->in_len = 0;
	hs->replies++;
	hs->state =
		hs->command == SOCKS_BIND && hs->replies == 1 ? BOUND : DONE;
}

void handshake_received(struct handshake *hs, const uint8_t *p, size_t n)
{
	size_t need = handshake_need(hs);

	/* More than was asked for is the caller's mistake, never an overrun. */
	if (n > need)
		n = need;
	if (!n)
		return;
	memcpy(hs->in + hs->in_len, p, n);
	hs->in_len = (uint16_t)(hs->in_len + n);
	if (hs->state == AWAIT_METHOD)
		take_method(hs);
	else if (hs->state == AWAIT_STATUS)
		take_status(hs);
	else
		take_reply(hs);
}

bool handshake_request_sent(const struct handshake *hs)
{
	return hs->state == AWAIT_REPLY || hs->state == BOUND ||
	       hs->state == DONE;
}

static bool has_ended(const struct handshake *hs)
{
	return hs->state == DONE || hs->state == FAILED;
}

void handshake_closed(struct handshake *hs)
{
	if (!has_ended(hs))
		fail(hs, handshake_request_sent(hs) ? SOCKS_FAIL_CLOSED
						    : SOCKS_FAIL_CLOSED_EARLY);
}

void handshake_timed_out(struct handshake *hs)
{
	if (!has_ended(hs))
		fail(hs, handshake_request_sent(hs) ? SOCKS_FAIL_STALLED
						    : SOCKS_FAIL_STALLED_EARLY);
}

void handshake_await_peer(struct handshake *hs)
{
	if (hs->state == BOUND)
		hs->state = AWAIT_REPLY;
}

const struct endpoint *handshake_bound(const struct handshake *hs)
{
	return &hs->bound;
}

enum socks_failure handshake_failure(const struct handshake *hs)
{
	return hs->failure;
}

uint8_t handshake_rep(const struct handshake *hs)
{
	return hs->rep;
}

int handshake_errno(const struct handshake *hs)
{
	return socks_errno(hs->failure, hs->rep);
}
