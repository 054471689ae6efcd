/* SPDX-License-Identifier: MIT */
/*
 * The input is read as text and as a sockaddr. What was read must come back
 * from its written form, and no form may be longer than its buffer.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "socks/endpoint.h"

static void check_sane(const struct endpoint *ep)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	CHECK(ep->kind >= ENDPOINT_IPV4 && ep->kind <= ENDPOINT_NAME);
	if (ep->kind == ENDPOINT_NAME) {
		CHECK(ep->name_len == strlen(ep->name));
		CHECK(ep->name_len >= 1);
	}
	if (ep->kind == ENDPOINT_IPV6)
		CHECK(memcmp(ep->ipv6, mapped, sizeof(mapped)) != 0);
	else
		CHECK(ep->scope_id == 0);
	CHECK(endpoint_equal(ep, ep));
}

/* A name that is written with escapes reads back as another name. */
static bool is_plain(const struct endpoint *ep)
{
	for (size_t i = 0; ep->kind == ENDPOINT_NAME && i < ep->name_len; i++)
		if (ep->name[i] < 0x20 || ep->name[i] > 0x7e)
			return false;
	return true;
}

static void check_round_trips(const struct endpoint *ep)
{
	struct endpoint back = {0};
	struct sockaddr_storage ss;
	char text[ENDPOINT_TEXT_MAX];
	socklen_t len;
	size_t n;

	check_sane(ep);
	n = endpoint_format(ep, text);
	CHECK(n < sizeof(text) && n == strlen(text));
	if (ep->port && is_plain(ep)) {
		CHECK(endpoint_parse(&back, text, 0));
		CHECK(endpoint_equal(ep, &back));
	}
	len = endpoint_to_sockaddr(ep, AF_INET6, &ss);
	CHECK((len == 0) == (ep->kind == ENDPOINT_NAME));
	if (len) {
		CHECK(endpoint_from_sockaddr(&back, (void *)&ss, len));
		CHECK(endpoint_equal(ep, &back));
	}
	len = endpoint_to_sockaddr(ep, AF_INET, &ss);
	CHECK((len == 0) == (ep->kind != ENDPOINT_IPV4));
	if (len) {
		CHECK(endpoint_from_sockaddr(&back, (void *)&ss, len));
		CHECK(endpoint_equal(ep, &back));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct endpoint ep = {0};
	char *text = malloc(size + 1);

	CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	if (endpoint_parse(&ep, text, 1080)) {
		CHECK(ep.port);
		CHECK(ep.kind != ENDPOINT_NAME || !strchr(ep.name, ':'));
		check_round_trips(&ep);
	}
	free(text);

	ep = (struct endpoint){.port = 7};
	if (endpoint_parse_host(&ep, (const char *)data, size)) {
		CHECK(ep.port == 7);
		check_sane(&ep);
		if (ep.kind != ENDPOINT_NAME)
			check_round_trips(&ep);
	} else {
		CHECK(!size || size > ENDPOINT_NAME_MAX ||
		      memchr(data, '\0', size));
	}
	if (endpoint_from_sockaddr(&ep, (const void *)data, (socklen_t)size))
		check_round_trips(&ep);
	return 0;
}
