/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER_MAX = 262, DATAGRAM_MAX = 65536 };

static struct {
	bool zero, only4, stranger, bad, silent, twice, swap, resolve;
	int delay, lose, shut, fragments, skip, hesitant;
	char name[256];             /* BND.ADDR */
	uint8_t source[HEADER_MAX]; /* a header without RSV and FRAG */
	size_t source_len;
} play;

static const struct flag {
	const char *word;
	bool *flag;
} flags[] = {
	{"zero", &play.zero},	    {"only4", &play.only4},
	{"stranger", &play.stranger}, {"bad", &play.bad},
	{"silent", &play.silent},   {"twice", &play.twice},
	{"swap", &play.swap},	    {"resolve", &play.resolve},
};

static const struct number {
	const char *word;
	int *number;
} numbers[] = {
	{"delay=", &play.delay},	 {"lose=", &play.lose},
	{"shut=", &play.shut},		 {"skip=", &play.skip},
	{"hesitant=", &play.hesitant},
	{"fragments=", &play.fragments},
};

/* ADDR:PORT, [v6]:port or name:port as ATYP, ADDR, PORT */
static size_t parse_source(const char *text, uint8_t *to)
{
	const char *colon = strrchr(text, ':');
	char host[256] = "";
	size_t n;
	int port;

	if (!colon)
		return 0;
	port = atoi(colon + 1);
	snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	if (host[0] == '[') {
		host[strlen(host) - 1] = '\0';
		to[0] = 4;
		inet_pton(AF_INET6, host + 1, to + 1);
		n = 17;
	} else if (inet_pton(AF_INET, host, to + 1) == 1) {
		to[0] = 1;
		n = 5;
	} else {
		to[0] = 3;
		to[1] = (uint8_t)strlen(host);
		memcpy(to + 2, host, to[1]);
		n = 2u + to[1];
	}
	to[n++] = (uint8_t)(port >> 8);
	to[n++] = (uint8_t)port;
	return n;
}

static bool parse_word(const char *w)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(w, flags[i].word))
			return *flags[i].flag = true;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		size_t n = strlen(numbers[i].word);

		if (!strncmp(w, numbers[i].word, n)) {
			*numbers[i].number = atoi(w + n);
			return true;
		}
	}
	if (!strncmp(w, "name=", 5)) {
		snprintf(play.name, sizeof(play.name), "%s", w + 5);
		return true;
	}
	if (strncmp(w, "source=", 7) != 0)
		return false;
	play.source_len = parse_source(w + 7, play.source);
	return play.source_len > 0;
}

void relay_parse(const char *words)
{
	char copy[512], *save = NULL;

	memset(&play, 0, sizeof(play));
	snprintf(copy, sizeof(copy), "%s", words);
	for (char *w = strtok_r(copy, " ", &save); w;
	     w = strtok_r(NULL, " ", &save)) {
		if (!parse_word(w)) {
			fprintf(stderr, "fakesocks: relay: %s?\n", w);
			exit(2);
		}
	}
}

/* The header's length, 0 if it is none; its parts as text */
static size_t read_header(const uint8_t *p, size_t n, char *text, size_t size)
{
	char host[512] = "";
	size_t len;

	if (n < 4)
		return 0;
	if (p[3] == 1 && n >= 10) {
		len = 10;
		inet_ntop(AF_INET, p + 4, host, sizeof(host));
	} else if (p[3] == 4 && n >= 22) {
		len = 22;
		inet_ntop(AF_INET6, p + 4, host, sizeof(host));
	} else if (p[3] == 3 && n > 4 && p[4] > 0 && n >= 7u + p[4]) {
		len = 7u + p[4];
		snprintf(host, sizeof(host), "%.*s", p[4], (const char *)p + 5);
	} else {
		return 0;
	}
	snprintf(text, size, "rsv=%d frag=%d atyp=%d host=%s port=%d",
		 p[0] << 8 | p[1], p[2], p[3], host,
		 p[len - 2] << 8 | p[len - 1]);
	return len;
}

static void tell(const uint8_t *p, size_t n, const struct sockaddr_in6 *from,
		 relay_note *note, void *arg)
{
	char head[700] = "no header", data[65], line[1024];
	size_t len = read_header(p, n, head, sizeof(head)), some = 0;

	for (size_t i = len; i < n && some < sizeof(data) - 1; i++)
		data[some++] = isgraph(p[i]) ? (char)p[i] : '.';
	data[some] = '\0';
	/* In the same place for IPv4. */
	snprintf(line, sizeof(line), "datagram %s length=%zu data=%s from=%d",
		 head, n - len, data, ntohs(from->sin6_port));
	note(arg, line);
}

struct peer {
	struct sockaddr_in6 addr; /* or sockaddr_in */
	socklen_t len;
};

static void to_peer(int fd, const struct peer *peer, const void *p, size_t n)
{
	sendto(fd, p, n, 0, (const struct sockaddr *)&peer->addr, peer->len);
}

static void send_bad(int fd, const struct peer *peer)
{
	static const char *const bad[] = {
		"\1\0\0\1\177\1\2\3\0\7bad", "\0\1\0\1\177\1\2\3\0\7bad",
		"\0\0\0\2\177\1\2\3\0\7bad", "\0\0\0\3\0\0\7badbadbad",
		"\0\0\0\4\177\1\2\3\0\7bad",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		to_peer(fd, peer, bad[i], 13);
	for (size_t n = 0; n < 10; n++)
		to_peer(fd, peer, "\0\0\0\1\177\1\2\3\0\7", n);
}

/* One address for each name, as if it had been resolved to it. */
static size_t resolved(const uint8_t *name, uint8_t *to)
{
	unsigned sum = 0;

	for (unsigned i = 1; i <= name[0]; i++)
		sum += name[i];
	memcpy(to, "\1\300\0\2", 4);
	to[4] = (uint8_t)(sum % 254 + 1);
	memcpy(to + 5, name + 1 + name[0], 2);
	return 7;
}

/* The header of an answer to a datagram with that of @p, which has @len */
static size_t put_header(uint8_t *out, const uint8_t *p, size_t len)
{
	memcpy(out, p, len);
	if (play.source_len) {
		memcpy(out + 3, play.source, play.source_len);
		return 3 + play.source_len;
	}
	return play.resolve && p[3] == 3 ? 3 + resolved(p + 4, out + 3) : len;
}

static void send_fragments(int fd, const struct peer *peer, uint8_t *out,
			   size_t header_len, const uint8_t *p, size_t n)
{
	int count = play.fragments;

	for (int turn = 1; turn <= count; turn++) {
		int i = play.swap ? count + 1 - turn : turn;
		size_t at = n * (size_t)(i - 1) / (size_t)count;
		size_t some = n * (size_t)i / (size_t)count - at;

		if (i == play.skip)
			continue;
		out[2] = (uint8_t)(i | (i == count ? 0x80 : 0));
		memcpy(out + header_len, p + at, some);
		to_peer(fd, peer, out, header_len + some);
	}
}

static void answer(int fd, int stranger, const struct peer *peer,
		   const uint8_t *p, size_t n)
{
	static uint8_t out[DATAGRAM_MAX + HEADER_MAX];
	char text[700];
	size_t len = read_header(p, n, text, sizeof(text)), out_len;

	if (!len || play.silent)
		return;
	out_len = put_header(out, p, len);
	n -= len;
	if (play.stranger) {
		memcpy(out + out_len, "stranger", 8);
		to_peer(stranger, peer, out, out_len + 8);
	}
	if (play.bad)
		send_bad(fd, peer);
	if (play.fragments && n >= (size_t)play.fragments) {
		send_fragments(fd, peer, out, out_len, p + len, n);
		return;
	}
	memcpy(out + out_len, p + len, n);
	for (int i = 0; i <= play.twice; i++)
		to_peer(fd, peer, out, out_len + n);
}

/* A socket at the address by which the client has come. */
static int bind_beside(int control, struct sockaddr_in6 *here)
{
	socklen_t len = sizeof(*here);
	int fd, room = 1 << 20;

	getsockname(control, (struct sockaddr *)here, &len);
	if (play.only4) {
		memset(here, 0, sizeof(*here));
		here->sin6_family = AF_INET;
		((struct sockaddr_in *)here)->sin_addr.s_addr =
			htonl(INADDR_LOOPBACK);
	}
	here->sin6_port = 0;
	fd = socket(here->sin6_family, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)here, len) < 0) {
		perror("fakesocks: relay");
		exit(2);
	}
	getsockname(fd, (struct sockaddr *)here, &len);
	/* What comes in a burst is not to be lost here. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

static void reply(int control, const struct sockaddr_in6 *here)
{
	uint8_t out[HEADER_MAX] = {5, 0, 0, 1};
	size_t n = 4;

	if (play.name[0]) {
		out[3] = 3;
		out[4] = (uint8_t)strlen(play.name);
		memcpy(out + 5, play.name, out[4]);
		n += 1u + out[4];
	} else if (here->sin6_family == AF_INET6) {
		out[3] = 4;
		memcpy(out + n, &here->sin6_addr, 16);
		n += 16;
	} else {
		memcpy(out + n, &((const struct sockaddr_in *)here)->sin_addr,
		       4);
		n += 4;
	}
	if (play.zero)
		memset(out + 4, 0, n - 4);
	memcpy(out + n, &here->sin6_port, 2);
	if (write(control, out, n + 2) < 0)
		exit(0);
}

void relay_play(int control, const char *words, relay_note *note, void *arg)
{
	static uint8_t in[DATAGRAM_MAX];
	struct sockaddr_in6 here, there;
	struct peer peer;
	struct pollfd p[2];
	int fd, stranger, count = 0;
	char octet;
	ssize_t n;

	relay_parse(words);
	fd = bind_beside(control, &here);
	stranger = bind_beside(control, &there);
	reply(control, &here);
	p[0] = (struct pollfd){.fd = control, .events = POLLIN};
	p[1] = (struct pollfd){.fd = fd, .events = POLLIN};
	for (;;) {
		poll(p, 2, -1);
		if (play.hesitant) {
			poll(NULL, 0, play.hesitant);
			poll(p, 2, 0);
			if (p[0].revents)
				p[1].revents = 0;
		}
		peer.len = sizeof(peer.addr);
		n = p[1].revents ? recvfrom(fd, in, sizeof(in), 0,
					    (struct sockaddr *)&peer.addr,
					    &peer.len)
				 : -1;
		if (n >= 0) {
			tell(in, (size_t)n, &peer.addr, note, arg);
			if (play.delay)
				poll(NULL, 0, play.delay);
			answer(fd, stranger, &peer, in, (size_t)n);
			count++;
			if (count == play.lose)
				exit(0);
			if (count == play.shut) {
				close(fd);
				p[1].fd = -1;
			}
		} else if (p[0].revents && read(control, &octet, 1) <= 0) {
			note(arg, "client left");
			exit(0);
		}
	}
}
