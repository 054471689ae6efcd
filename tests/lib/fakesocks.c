/* SPDX-License-Identifier: MIT */
/*
 * fakesocks - a SOCKS5 server that plays a script
 *
 *   fakesocks [-a ADDRESS] [-p PORT] [-P PORTFILE] [-l LOGFILE] [SCRIPT...]
 *
 * The script is a list of directives, separated by ';' or newlines; '#' starts
 * a comment. Each connection plays it from the start, in a process of its own;
 * `next` separates the script of the first connection from that of the second,
 * and so on: the last one is for all further connections.
 *
 *   read-greeting    read the client's version and methods
 *   read-auth        read its user name and password (RFC 1929)
 *   read-request     read its request
 *   read N           read N octets
 *   expect OCTETS    read as many and compare
 *   send OCTETS      send them in one segment
 *   split OCTETS     send them one by one, each in a segment of its own
 *   reply REP        send a reply with this code (decimal), BND 0.0.0.0:0
 *   delay MS         pause
 *   echo             be the target: send back whatever comes, until its end
 *   tunnel           connect to the requested target, reply, and pump
 *   relay WORDS      the same for datagrams (UDP ASSOCIATE): reply, and send
 *                    each back as if its destination had, until the control
 *                    connection's end
 *   stall            say nothing more, until the client has gone
 *   close            end the stream (so does the end of the script)
 *   reset            end it by RST
 *
 * OCTETS are hex digits and 'text' (with \r \n \\ \' \0), mixed at will.
 *
 * The WORDS of a relay say how it differs from a good one. What it sends back:
 *
 *   source=HOST:PORT it comes from there
 *   resolve          names have addresses there: 192.0.2.N
 *   stranger, bad    before it come some that are to be dropped
 *   twice, silent    it comes twice, or not at all
 *   delay=MS         it comes later
 *   hesitant=MS      it looks later, and first at the control connection
 *   fragments=N      it comes in so many pieces, if it has as many octets
 *   skip=N, swap     without this one; the last one first
 * and where it is, and how long:
 *
 *   zero             BND.ADDR is 0.0.0.0 or ::
 *   name=HOST        BND.ADDR is a name
 *   only4            it is at 127.0.0.1, for IPv6 clients too
 *   lose=N           after so many datagrams all of it ends
 *   shut=N           its port is closed then, the control connection stays
 *
 * Without a script: read-greeting; send 0500; read-request; tunnel.
 *
 * The log gets one line per event, with the connection's number:
 *   1 greeting methods=00,02
 *   1 auth user=alice password=s3cret
 *   1 request cmd=1 atyp=3 host=web.test port=80
 *   1 datagram rsv=0 frag=0 atyp=3 host=web.test port=53 length=4 data=ping
 *              from=40000   (on one line)
 *   1 unexpected: ...            (expect, or a message cut short)
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay.h"

#define SCRIPTS_MAX 64
#define OCTETS_MAX  4096

/* One connection; its process ends when its script does. */
struct session {
	int fd;
	unsigned id;
	uint8_t atyp;
	char host[256]; /* the target asked for, as text */
	uint16_t port;
};

static int log_fd = STDERR_FILENO;

static void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

static void die(const char *format, ...)
{
	va_list ap;

	fputs("fakesocks: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

/* One line, one write: the processes share the file. */
static void note(const struct session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(const struct session *s, const char *format, ...)
{
	char line[2048];
	va_list ap;
	int n = snprintf(line, sizeof(line), "%u ", s->id);
	int m;

	va_start(ap, format);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, ap);
	va_end(ap);
	n += m;
	if ((size_t)n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(log_fd, line, (size_t)n) != n)
		die("log: %s", strerror(errno));
}

/* Octets of any value as printable text: \xNN, no spaces. */
static void printable(char *to, size_t size, const uint8_t *from, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 5 < size; i++) {
		if (isgraph(from[i]) && from[i] != '\\')
			to[n++] = (char)from[i];
		else
			n += (size_t)sprintf(to + n, "\\x%02x", from[i]);
	}
	to[n] = '\0';
}

/* The end of the stream, without an RST for what we have not read. */
static void end_stream(struct session *s)
{
	char rest[4096];

	shutdown(s->fd, SHUT_WR);
	while (read(s->fd, rest, sizeof(rest)) > 0)
		;
	exit(0);
}

static void read_exactly(struct session *s, void *buf, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(s->fd, (char *)buf + got, len - got);

		if (n <= 0) {
			note(s, "unexpected: %s after %zu of %zu octets",
			     n ? strerror(errno) : "end", got, len);
			exit(0);
		}
		got += (size_t)n;
	}
}

static void send_all(struct session *s, const void *buf, size_t len)
{
	size_t sent = 0;

	while (sent < len) {
		ssize_t n = write(s->fd, (const char *)buf + sent, len - sent);

		if (n < 0) {
			note(s, "unexpected: send: %s", strerror(errno));
			exit(0);
		}
		sent += (size_t)n;
	}
}

static int hex_digit(int c)
{
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* OCTETS, see above. */
static size_t parse_octets(const char *text, uint8_t *out)
{
	size_t n = 0;

	while (*text) {
		if (n >= OCTETS_MAX)
			die("too many octets");
		if (isspace(*text)) {
			text++;
		} else if (*text == '\'') {
			for (text++; *text != '\''; text++) {
				if (!*text || n >= OCTETS_MAX)
					die("unterminated text");
				if (*text != '\\') {
					out[n++] = (uint8_t)*text;
					continue;
				}
				text++;
				out[n++] = *text == 'n'	  ? '\n'
					   : *text == 'r' ? '\r'
					   : *text == '0' ? 0
							  : (uint8_t)*text;
			}
			text++;
		} else {
			if (!isxdigit(text[0]) || !isxdigit(text[1]))
				die("bad octets: %s", text);
			out[n++] = (uint8_t)(hex_digit(text[0]) << 4 |
					     hex_digit(text[1]));
			text += 2;
		}
	}
	return n;
}

static long parse_number(const char *text, long max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0 || n > max)
		die("bad number: %s", text);
	return n;
}

static void pause_ms(long ms)
{
	poll(NULL, 0, (int)ms);
}

/* The directives. */

static void play_read_greeting(struct session *s, const char *arg)
{
	uint8_t head[2], methods[255];
	char text[3 * 255 + 1] = "";

	(void)arg;
	read_exactly(s, head, 2);
	read_exactly(s, methods, head[1]);
	for (int i = 0; i < head[1]; i++)
		sprintf(text + strlen(text), "%s%02x", i ? "," : "",
			methods[i]);
	note(s, "greeting methods=%s%s", text, head[0] == 5 ? "" : " bad");
}

static void play_read_auth(struct session *s, const char *arg)
{
	uint8_t version, len[2], user[255], password[255];
	char text[2][1024];

	(void)arg;
	read_exactly(s, &version, 1);
	read_exactly(s, &len[0], 1);
	read_exactly(s, user, len[0]);
	read_exactly(s, &len[1], 1);
	read_exactly(s, password, len[1]);
	printable(text[0], sizeof(text[0]), user, len[0]);
	printable(text[1], sizeof(text[1]), password, len[1]);
	note(s, "auth user=%s password=%s%s", text[0], text[1],
	     version == 1 ? "" : " bad");
}

static void play_read_request(struct session *s, const char *arg)
{
	uint8_t head[4], len, address[255], port[2];
	char text[1024];

	(void)arg;
	read_exactly(s, head, 4);
	s->atyp = head[3];
	switch (s->atyp) {
	case 1:
		read_exactly(s, address, 4);
		inet_ntop(AF_INET, address, s->host, sizeof(s->host));
		break;
	case 4:
		read_exactly(s, address, 16);
		inet_ntop(AF_INET6, address, s->host, sizeof(s->host));
		break;
	case 3:
		read_exactly(s, &len, 1);
		read_exactly(s, address, len);
		memcpy(s->host, address, len);
		s->host[len] = '\0';
		break;
	default:
		note(s, "unexpected: atyp %u", s->atyp);
		exit(0);
	}
	read_exactly(s, port, 2);
	s->port = (uint16_t)(port[0] << 8 | port[1]);
	printable(text, sizeof(text), (uint8_t *)s->host, strlen(s->host));
	note(s, "request cmd=%u atyp=%u host=%s port=%u%s", head[1], s->atyp,
	     text, s->port, head[0] == 5 && head[2] == 0 ? "" : " bad");
}

static void play_read(struct session *s, const char *arg)
{
	uint8_t buf[OCTETS_MAX];

	read_exactly(s, buf, (size_t)parse_number(arg, OCTETS_MAX));
}

static void play_expect(struct session *s, const char *arg)
{
	uint8_t want[OCTETS_MAX], got[OCTETS_MAX];
	char text[2048];
	size_t len = parse_octets(arg, want);

	read_exactly(s, got, len);
	if (memcmp(want, got, len) == 0)
		return;
	printable(text, sizeof(text), got, len);
	note(s, "unexpected: %s instead of %s", text, arg);
}

static void play_send(struct session *s, const char *arg)
{
	uint8_t octets[OCTETS_MAX];

	send_all(s, octets, parse_octets(arg, octets));
}

static void play_split(struct session *s, const char *arg)
{
	uint8_t octets[OCTETS_MAX];
	size_t len = parse_octets(arg, octets);

	for (size_t i = 0; i < len; i++) {
		send_all(s, &octets[i], 1);
		pause_ms(3);
	}
}

static void play_reply(struct session *s, const char *arg)
{
	uint8_t reply[10] = {5, (uint8_t)parse_number(arg, 255), 0, 1};

	send_all(s, reply, sizeof(reply));
}

static void play_delay(struct session *s, const char *arg)
{
	(void)s;
	pause_ms(parse_number(arg, 3600000));
}

static void play_echo(struct session *s, const char *arg)
{
	char buf[65536];
	ssize_t n;

	(void)arg;
	while ((n = read(s->fd, buf, sizeof(buf))) > 0)
		send_all(s, buf, (size_t)n);
	exit(0);
}

static void note_datagram(void *arg, const char *line)
{
	note(arg, "%s", line);
}

static void play_relay(struct session *s, const char *arg)
{
	relay_play(s->fd, arg, note_datagram, s);
}

static void play_stall(struct session *s, const char *arg)
{
	char buf[4096];

	(void)arg;
	while (read(s->fd, buf, sizeof(buf)) > 0)
		;
	note(s, "client left");
	exit(0);
}

static void play_close(struct session *s, const char *arg)
{
	(void)arg;
	end_stream(s);
}

static void play_reset(struct session *s, const char *arg)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	(void)arg;
	setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	exit(0);
}

/* One direction of a tunnel: false at its end. */
static int pump(int from, int to)
{
	char buf[65536];
	ssize_t n = read(from, buf, sizeof(buf));

	for (ssize_t sent = 0, m; sent < n; sent += m) {
		m = write(to, buf + sent, (size_t)(n - sent));
		if (m < 0)
			return 0;
	}
	if (n <= 0)
		shutdown(to, SHUT_WR);
	return n > 0;
}

static int connect_target(const struct session *s)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list, *ai;
	char port[8];
	int fd = -1, error = EHOSTUNREACH;

	snprintf(port, sizeof(port), "%u", s->port);
	if (getaddrinfo(s->host, port, &hints, &list) != 0) {
		errno = EHOSTUNREACH;
		return -1;
	}
	for (ai = list; ai && fd < 0; ai = ai->ai_next) {
		fd = socket(ai->ai_family, ai->ai_socktype, 0);
		if (connect(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
			error = errno;
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	errno = error;
	return fd;
}

static void play_tunnel(struct session *s, const char *arg)
{
	int target = connect_target(s);
	struct pollfd fds[2] = {{.fd = s->fd, .events = POLLIN},
				{.fd = target, .events = POLLIN}};

	(void)arg;
	if (target < 0) {
		note(s, "tunnel: %s", strerror(errno));
		play_reply(s, errno == ECONNREFUSED  ? "5"
			      : errno == ENETUNREACH ? "3"
						     : "4");
		end_stream(s);
	}
	play_reply(s, "0");
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0)
			break;
		if (fds[0].revents && !pump(s->fd, target))
			fds[0].fd = -1;
		if (fds[1].revents && !pump(target, s->fd))
			fds[1].fd = -1;
	}
	exit(0);
}

static const struct directive {
	const char *word;
	void (*play)(struct session *s, const char *arg);
} directives[] = {
	{"read-greeting", play_read_greeting},
	{"read-auth", play_read_auth},
	{"read-request", play_read_request},
	{"read", play_read},
	{"expect", play_expect},
	{"send", play_send},
	{"split", play_split},
	{"reply", play_reply},
	{"delay", play_delay},
	{"echo", play_echo},
	{"relay", play_relay},
	{"tunnel", play_tunnel},
	{"stall", play_stall},
	{"close", play_close},
	{"reset", play_reset},
};

static const struct directive *find_directive(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		if (strlen(directives[i].word) == len &&
		    memcmp(directives[i].word, word, len) == 0)
			return &directives[i];
	return NULL;
}

/* Play one connection's script; with s == NULL, only check it. */
static void play(struct session *s, char *script)
{
	char *save = NULL;

	for (char *line = strtok_r(script, ";\n", &save); line;
	     line = strtok_r(NULL, ";\n", &save)) {
		const struct directive *d;
		size_t len;

		line += strspn(line, " \t");
		if (*line == '\0' || *line == '#')
			continue;
		len = strcspn(line, " \t");
		d = find_directive(line, len);
		if (!d)
			die("unknown directive: %s", line);
		line += len;
		line += strspn(line, " \t");
		if (s)
			d->play(s, line);
		else if (d->play == play_relay)
			relay_parse(line);
	}
	if (s)
		end_stream(s);
}

/* Split @text at its `next` directives. */
static unsigned split_scripts(char *text, char *scripts[static SCRIPTS_MAX])
{
	unsigned n = 1;

	scripts[0] = text;
	for (char *p = text; (p = strstr(p, "next")) != NULL;) {
		int starts = p == text || strchr("; \t\n", p[-1]) != NULL;
		int ends = p[4] == '\0' || strchr("; \t\n", p[4]) != NULL;

		if (!starts || !ends) {
			p += 4;
			continue;
		}
		if (n == SCRIPTS_MAX)
			die("too many scripts");
		*p = '\0';
		p += p[4] ? 5 : 4;
		scripts[n++] = p;
	}
	for (unsigned i = 0; i < n; i++) {
		char *copy = strdup(scripts[i]);

		play(NULL, copy);
		free(copy);
	}
	return n;
}

static int listen_at(const char *address, const char *port, const char *file)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE | AI_NUMERICHOST};
	struct addrinfo *ai;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char bound[8], temporary[4096];
	FILE *out = stdout;
	int fd, on = 1;

	if (getaddrinfo(address, port, &hints, &ai) != 0)
		die("bad address: %s port %s", address, port);
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, 1024) != 0)
		die("%s port %s: %s", address, port, strerror(errno));
	freeaddrinfo(ai);
	getsockname(fd, (struct sockaddr *)&ss, &len);
	getnameinfo((struct sockaddr *)&ss, len, NULL, 0, bound, sizeof(bound),
		    NI_NUMERICSERV);
	/* The file appears complete: whoever waits for it may read at once. */
	snprintf(temporary, sizeof(temporary), "%s.new", file ? file : "");
	if (file && !(out = fopen(temporary, "w")))
		die("%s: %s", temporary, strerror(errno));
	fprintf(out, "%s\n", bound);
	if (file && (fclose(out) != 0 || rename(temporary, file) != 0))
		die("%s: %s", file, strerror(errno));
	fflush(stdout);
	return fd;
}

/* The rest of the command line, words joined by spaces. */
static char *join(char **words)
{
	size_t len = 1;
	char *text;

	if (!*words)
		return strdup("read-greeting; send 0500; read-request; tunnel");
	for (char **w = words; *w; w++)
		len += strlen(*w) + 1;
	text = calloc(1, len);
	for (char **w = words; *w; w++)
		strcat(strcat(text, *w), w[1] ? " " : "");
	return text;
}

int main(int argc, char **argv)
{
	const char *address = "127.0.0.1", *port = "0", *port_file = NULL;
	char *scripts[SCRIPTS_MAX];
	unsigned nscripts;
	int option, listener, on = 1;

	while ((option = getopt(argc, argv, "a:p:P:l:")) != -1) {
		switch (option) {
		case 'a':
			address = optarg;
			break;
		case 'p':
			port = optarg;
			break;
		case 'P':
			port_file = optarg;
			break;
		case 'l':
			log_fd = open(optarg,
				      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
				      0644);
			if (log_fd < 0)
				die("%s: %s", optarg, strerror(errno));
			break;
		default:
			die("usage: fakesocks [-a ADDRESS] [-p PORT] "
			    "[-P PORTFILE] [-l LOGFILE] [SCRIPT...]");
		}
	}
	nscripts = split_scripts(join(argv + optind), scripts);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	listener = listen_at(address, port, port_file);

	for (unsigned id = 1;; id++) {
		struct session s = {.id = id};
		char *script =
			scripts[id <= nscripts ? id - 1 : nscripts - 1];

		s.fd = accept(listener, NULL, NULL);
		if (s.fd < 0)
			die("accept: %s", strerror(errno));
		if (fork() == 0) {
			close(listener);
			setsockopt(s.fd, IPPROTO_TCP, TCP_NODELAY, &on,
				   sizeof(on));
			play(&s, script);
		}
		close(s.fd);
	}
}
