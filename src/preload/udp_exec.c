/* SPDX-License-Identifier: MIT */
#include "preload/udp_exec.h"

#include <errno.h>
#include <unistd.h>

#include "libc/libc.h"
#include "libc/sys.h"
#include "preload/state.h"
#include "preload/udp_internal.h"
#include "sock/kind.h"

/* --- the old program ---------------------------------------------------------- */

/* Does any of its numbers survive exec? */
static bool survives(const struct udp *u)
{
	for (int fd = 0; fd < fd_table_end; fd++)
		if (udp_of(fd) == u &&
		    (sys_fcntl(fd, F_GETFD, 0) & FD_CLOEXEC) == 0)
			return true;
	return false;
}

static void note_control(struct run *run, const struct udp *u)
{
	struct endpoint ep;
	uint64_t cookie;

	if (tcp_option(u->fd, SOL_SOCKET, SO_COOKIE, &cookie,
		       sizeof(cookie)) < 0 ||
	    !endpoint_from_sockaddr(&ep, &u->relay.sa,
				    udp_address_len(&u->relay)))
		return;
	ep.scope_id = (uint32_t)u->control;
	peers_put(&run->relays, cookie, &ep);
}

static bool for_each_survivor(bool begin)
{
	struct run *run = state_run();
	bool any = false;

	if (likely(udp_count() == 0) || run == NULL)
		return false;
	for (unsigned i = 0; i < udp_count(); i++) {
		const struct udp *u = udp_at(i);

		if (u->slots == 0 || (u->state != UDP_READY && !u->connected) ||
		    !survives(u))
			continue;
		any = true;
		if (u->state != UDP_READY || u->control < 0)
			continue;
		if (begin)
			note_control(run, u);
		sys_fcntl(u->control, F_SETFD, begin ? 0 : FD_CLOEXEC);
	}
	return any;
}

bool udp_exec_begin(void)
{
	return for_each_survivor(true);
}

void udp_exec_failed(void)
{
	for_each_survivor(false);
}

/* --- the new one ---------------------------------------------------------------- */

/* The control connection that the old program has left. */
static void take_control(struct udp *u, int control)
{
	if (control <= STDERR_FILENO || control >= FD_TABLE_SIZE ||
	    fd_get(control) != FD_UNKNOWN || sock_kind(control) != SOCK_TCP)
		return;
	sys_fcntl(control, F_SETFD, FD_CLOEXEC);
	fd_set_value(control, FD_HIDDEN);
	state_note_hidden(control);
	u->control = control;
}

/* Some number of it may be known already. */
static bool is_known(int fd, uint64_t cookie)
{
	for (int other = 0; other < fd; other++) {
		uint64_t c;

		if (udp_of(other) != NULL &&
		    tcp_option(other, SOL_SOCKET, SO_COOKIE, &c, sizeof(c)) ==
			    0 &&
		    c == cookie) {
			udp_duplicated(other, fd);
			return true;
		}
	}
	return false;
}

static void inherit(struct run *run, int fd)
{
	struct endpoint relay, peer;
	struct conn_lock l;
	uint64_t cookie;
	bool has_relay, has_peer;

	if (udp_of(fd) != NULL || sock_kind(fd) != SOCK_UDP ||
	    tcp_option(fd, SOL_SOCKET, SO_COOKIE, &cookie, sizeof(cookie)) < 0)
		return;
	has_relay = peers_get(&run->relays, cookie, &relay);
	has_peer = peers_get(&run->peers, cookie, &peer);
	if ((!has_relay && !has_peer) || is_known(fd, cookie) ||
	    !conn_set_up() || !conn_lock(&l))
		return;
	udp_adopt(run, fd, has_relay ? &relay : NULL, has_peer ? &peer : NULL);
	if (has_relay && udp_of(fd) != NULL)
		take_control(udp_of(fd), (int)relay.scope_id);
	conn_unlock(&l);
}

/* Cookies count the machine's sockets: none has this bit. */
#define INODE_KEY (UINT64_C(1) << 62)

void udp_note(struct run *run, int fd)
{
	const struct endpoint any = { .kind = ENDPOINT_IPV4 };
	struct stat st;

	if (sys_fstat(fd, &st) == 0)
		peers_put(&run->relays, INODE_KEY | st.st_ino, &any);
}

static bool is_noted(const struct run *run, int fd)
{
	struct endpoint any;
	struct stat st;

	return sys_fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) &&
	       peers_get(&run->relays, INODE_KEY | st.st_ino, &any);
}

void udp_handed_over(const struct msghdr *msg)
{
	struct run *run;
	struct cmsghdr *c;
	int fd;

	for (c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR((struct msghdr *)msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		run = state_run();
		for (size_t at = CMSG_LEN(0);
		     run != NULL && at + sizeof(fd) <= c->cmsg_len;
		     at += sizeof(fd)) {
			__builtin_memcpy(&fd, (char *)c + at, sizeof(fd));
			if (is_noted(run, fd))
				inherit(run, fd);
		}
	}
}

__attribute__((constructor)) static void inherit_all(void)
{
	enum { NUMBERS_MAX = 4096 }; /* as far as anyone would look */
	struct run *run;

	if (likely(!state_has_datagrams()))
		return;
	run = state_run();
	for (int fd = 0; run != NULL && fd < NUMBERS_MAX; fd++)
		inherit(run, fd);
}
