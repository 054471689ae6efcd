/* SPDX-License-Identifier: MIT */
/*
 * The configuration: one struct without pointers, which is copied as it is
 * into the run state. The parser never prints and never exits: faults go to
 * the caller's callback, in words for the user. No I/O; no allocation. May
 * call socks/, base/ and rules.
 */
#ifndef POLICY_CONFIG_H
#define POLICY_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/rules.h"
#include "socks/endpoint.h"
#include "socks/handshake.h"

#define CONFIG_SERVERS_MAX 8
#define SOCKS_DEFAULT_PORT 1080

enum config_dns {
	CONFIG_DNS_AUTO, /* public name servers through the proxy, else fakes */
	CONFIG_DNS_FAKE, /* answers from the name table only */
	CONFIG_DNS_ADDR, /* this name server, through the proxy */
};

/* A proxy on the way to another. */
struct config_hop {
	struct endpoint servers[CONFIG_SERVERS_MAX];
	uint8_t nservers;
	struct socks_credentials credentials;
};

#define CONFIG_VIA_MAX 3

struct config {
	/* The proxy as the user named it, and its addresses. */
	struct endpoint server;
	struct endpoint servers[CONFIG_SERVERS_MAX];
	uint8_t nservers; /* 0 until the launcher has resolved @server */
	bool server_from_all_proxy; /* then NO_PROXY counts, Dante's names not
				     */
	struct socks_credentials credentials;

	struct rules rules;

	uint8_t dns; /* enum config_dns */
	struct endpoint dns_server;

	bool udp_blocked; /* no relay is asked for */
	bool fragment;    /* RFC 1928 section 7: what no datagram can carry */

	/* The networks that fake addresses come from. */
	uint8_t fake_ipv4[4];
	uint8_t fake_ipv4_prefix; /* bits, 15 to 24 */
	uint8_t fake_ipv6[16];	  /* a /64 */

	/* Seconds: up to the authentication reply; for the CONNECT reply. */
	uint16_t negotiate_timeout; /* default 30 */
	uint16_t request_timeout;   /* default 130 */
	bool pipeline;		    /* send all of the handshake at once */

	bool quiet;   /* not even faults of the proxy */
	bool verbose; /* one line per connection */

	/* The proxies that lead to ours, nearest first: socksify in socksify. */
	uint8_t nvia;
	struct config_hop via[CONFIG_VIA_MAX]; /* last: run.c copies what is used */
};

/**
 * config_first_servers() - the addresses that we connect to: our proxy's own,
 * or those of the first on the way to it
 */
const struct endpoint *config_first_servers(const struct config *c,
					    unsigned *count);

/** config_init() - the defaults; no server, no rules */
void config_init(struct config *c);

/**
 * typedef config_report - told of each fault
 * @where: "SOCKS_SERVER", "--direct", or "FILE:LINE"
 * @what: one line: the value and the form expected; never a secret
 */
typedef void config_report(void *arg, const char *where, const char *what);

/**
 * config_set_server() - "host", "host:port", "[v6]:port",
 * "socks5://[user[:password]@]host[:port]" (or socks5h://), percent-decoded
 * Credentials in the URL replace those already set.
 * Return: false after a report
 */
bool config_set_server(struct config *c, const char *value, const char *where,
		       config_report *report, void *arg);

/**
 * config_set_credential() - user name or password, verbatim, 1 to 255 octets
 */
bool config_set_username(struct config *c, const char *value, const char *where,
			 config_report *report, void *arg);
bool config_set_password(struct config *c, const char *value, size_t len,
			 const char *where, config_report *report, void *arg);

/** config_add_rules() - comma- or space-separated patterns for one route */
bool config_add_rules(struct config *c, enum route route, const char *value,
		      const char *where, config_report *report, void *arg);

/**
 * config_setting() - the number of a plain setting of the file, by its key:
 * loopback, udp, fragment, dns, fake-ipv4, fake-ipv6, negotiate-timeout,
 * request-timeout, pipeline
 * Return: -1 for any other key
 */
int config_setting(const char *key);

/** config_set() - give a plain setting its value */
bool config_set(struct config *c, int setting, const char *value,
		const char *where, config_report *report, void *arg);

#endif
