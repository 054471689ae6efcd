/* SPDX-License-Identifier: MIT */
#include "guard/alive.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libc/net.h"

struct request {
	struct nlmsghdr nlh;
	struct inet_diag_req_v2 req;
};

static void put_address(const union udp_address *a, __be32 addr[static 4],
			__be16 *port)
{
	if (a->sa.sa_family == AF_INET) {
		addr[0] = a->in.sin_addr.s_addr;
		*port = a->in.sin_port;
	} else {
		memcpy(addr, &a->in6.sin6_addr, sizeof(a->in6.sin6_addr));
		*port = a->in6.sin6_port;
	}
}

static void compose(struct request *r, int protocol,
		    const union udp_address *local,
		    const union udp_address *remote, uint64_t cookie)
{
	struct inet_diag_sockid *id = &r->req.id;

	memset(r, 0, sizeof(*r));
	r->nlh.nlmsg_len = sizeof(*r);
	r->nlh.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	r->nlh.nlmsg_flags = NLM_F_REQUEST;
	r->req.sdiag_family = (uint8_t)local->sa.sa_family;
	r->req.sdiag_protocol = (uint8_t)protocol;
	r->req.idiag_states = ~0u;
	id->idiag_cookie[0] = (uint32_t)cookie;
	id->idiag_cookie[1] = (uint32_t)(cookie >> 32);
	/* For UDP the kernel looks at it from the other end. */
	if (protocol == IPPROTO_UDP) {
		put_address(remote, id->idiag_src, &id->idiag_sport);
		put_address(local, id->idiag_dst, &id->idiag_dport);
	} else {
		put_address(local, id->idiag_src, &id->idiag_sport);
		put_address(remote, id->idiag_dst, &id->idiag_dport);
	}
}

enum alive alive_socket(int protocol, const union udp_address *local,
			const union udp_address *remote, uint64_t cookie)
{
	union {
		struct nlmsghdr nlh;
		char room[4096];
	} answer;
	struct request request;
	struct nlmsgerr error;
	enum alive alive = ALIVE_UNKNOWN;
	struct iovec iov = {&request, sizeof(request)};
	ssize_t n = -1;
	int fd = net_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			    NETLINK_SOCK_DIAG);

	if (fd < 0)
		return alive;
	compose(&request, protocol, local, remote, cookie);
	if (net_sendmsg(fd, &(struct msghdr){.msg_iov = &iov, .msg_iovlen = 1},
			0) == sizeof(request))
		n = recv(fd, &answer, sizeof(answer), 0);
	close(fd);
	if (n < (ssize_t)sizeof(answer.nlh))
		return alive;
	if (answer.nlh.nlmsg_type == SOCK_DIAG_BY_FAMILY)
		return ALIVE_YES;
	if (answer.nlh.nlmsg_type != NLMSG_ERROR ||
	    n < (ssize_t)(sizeof(answer.nlh) + sizeof(error)))
		return alive;
	memcpy(&error, NLMSG_DATA(&answer.nlh), sizeof(error));
	/* ESTALE: another socket is there now. */
	return error.error == -ENOENT || error.error == -ESTALE ? ALIVE_NO
								: alive;
}
