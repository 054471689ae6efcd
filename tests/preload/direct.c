/* SPDX-License-Identifier: MIT */
/*
 * What a rule sends direct: connections and datagrams that never see the
 * proxy, in batches too; of a batch, what the proxy refuses is not sent.
 * options: --direct=127.0.0.1
 * script: read-greeting; send 0500; read-request; reply 7; close
 * log-count: 1 request cmd=3
 * log-count: 1 request
 */
#include "victim.h"

static void tcp(void)
{
	struct sockaddr_in sin = ipv4("127.0.0.1", 0);
	socklen_t len = sizeof(sin);
	int l = tcp_socket(), fd = tcp_socket(), peer;
	char x;

	CHECK(bind(l, (void *)&sin, len) == 0 && listen(l, 1) == 0);
	CHECK(getsockname(l, (void *)&sin, &len) == 0);
	CHECK(connect(fd, (void *)&sin, len) == 0);
	check_peer(fd, "127.0.0.1", ntohs(sin.sin_port));
	peer = accept(l, NULL, NULL);
	CHECK(write(fd, "x", 1) == 1 && read(peer, &x, 1) == 1);
	close(fd);
	close(l);
	/* Refused by the target, not for want of the proxy. */
	fd = tcp_socket();
	CHECK_FAILS(connect(fd, (void *)&sin, len), ECONNREFUSED);
}

static void udp(void)
{
	struct sockaddr_in to = ipv4("127.0.0.1", 0), not = ipv4(TARGET, 9);
	socklen_t len = sizeof(to);
	struct iovec iov = { "x", 1 };
	struct mmsghdr batch[3];
	int r = socket(AF_INET, SOCK_DGRAM, 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char buf[4];

	CHECK(bind(r, (void *)&to, len) == 0);
	CHECK(getsockname(r, (void *)&to, &len) == 0);
	for (int i = 0; i < 3; i++)
		batch[i] = (struct mmsghdr){
			.msg_hdr = { .msg_name = &to, .msg_namelen = len,
				     .msg_iov = &iov, .msg_iovlen = 1 } };
	CHECK(sendto(fd, "x", 1, 0, (void *)&to, len) == 1);
	CHECK(sendmsg(fd, &batch[0].msg_hdr, 0) == 1);
	CHECK(sendmmsg(fd, batch, 3, 0) == 3 && batch[2].msg_len == 1);
	for (int i = 0; i < 5; i++)
		CHECK(recv(r, buf, 4, MSG_DONTWAIT) == 1);

	batch[1].msg_hdr.msg_name = &not;
	CHECK(sendmmsg(fd, batch, 3, 0) == 1);
	CHECK_FAILS(sendmmsg(fd, batch + 1, 2, 0), ENETUNREACH);
	CHECK(recv(r, buf, 4, MSG_DONTWAIT) == 1);
	CHECK_FAILS(recv(r, buf, 4, MSG_DONTWAIT), EAGAIN);

	CHECK(connect(fd, (void *)&to, len) == 0);
	check_peer(fd, "127.0.0.1", ntohs(to.sin_port));
	CHECK(send(fd, "x", 1, 0) == 1 && recv(r, buf, 4, 0) == 1);
	CHECK_FAILS(sendto(fd, "x", 1, 0, (void *)&not, len), ENETUNREACH);
}

int main(void)
{
	tcp();
	udp();
	return 0;
}
