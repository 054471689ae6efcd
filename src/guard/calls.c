/* SPDX-License-Identifier: MIT */
#include "guard/calls.h"

#include <linux/net.h>
#include <string.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "guard/filter.h"

/* include/net/compat.h of the kernel */
struct compat_iovec {
	uint32_t base, len;
};

struct compat_msghdr {
	uint32_t name;
	int32_t namelen;
	uint32_t iov, iovlen, control, controllen, flags;
};

struct compat_mmsghdr {
	struct compat_msghdr hdr;
	uint32_t len;
};

static void fill(struct call *call, enum call_kind kind,
		 const uint64_t args[static 6])
{
	call->kind = kind;
	call->fd = (int)args[0];
	switch (kind) {
	case CALL_UNKNOWN:
		break;
	case CALL_SOCKET:
		call->domain = (int)args[0];
		call->type = (int)args[1];
		call->protocol = (int)args[2];
		break;
	case CALL_CONNECT:
		call->addr = args[1];
		call->addr_len = (int)args[2];
		break;
	case CALL_SENDTO:
		call->buf = args[1];
		call->len = args[2];
		call->flags = (int)args[3];
		call->addr = args[4];
		call->addr_len = (int)args[5];
		break;
	case CALL_SENDMSG:
		call->msg = args[1];
		call->count = 1;
		call->flags = (int)args[2];
		break;
	case CALL_SENDMMSG:
		call->msg = args[1];
		call->count = (unsigned)args[2];
		call->flags = (int)args[3];
		break;
	case CALL_SETSOCKOPT:
		call->level = (int)args[1];
		call->option = (int)args[2];
		break;
	}
}

/* socketcall(2): the number of the call, and a block of 32-bit arguments */
static int decode_socketcall(struct call *call, const uint64_t args[static 6],
			     call_reader *read, void *arg)
{
	static const struct {
		uint32_t nr;
		enum call_kind kind;
		unsigned nargs;
	} calls[] = {
		{SYS_SOCKET, CALL_SOCKET, 3},
		{SYS_CONNECT, CALL_CONNECT, 3},
		{SYS_SENDTO, CALL_SENDTO, 6},
		{SYS_SENDMSG, CALL_SENDMSG, 3},
		{SYS_SENDMMSG, CALL_SENDMMSG, 4},
		{SYS_SETSOCKOPT, CALL_SETSOCKOPT, 5},
	};
	uint32_t block[6] = {0};
	uint64_t wide[6];
	int err;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i].nr != (uint32_t)args[0])
			continue;
		err = read(arg, args[1], block,
			   calls[i].nargs * sizeof(*block));
		if (err != 0)
			return err;
		for (size_t k = 0; k < 6; k++)
			wide[k] = block[k];
		fill(call, calls[i].kind, wide);
		return 0;
	}
	return 0;
}

static enum call_kind kind_of(uint32_t nr, uint32_t connect, uint32_t sendto,
			      uint32_t sendmsg, uint32_t sendmmsg)
{
	return nr == connect  ? CALL_CONNECT
	       : nr == sendto ? CALL_SENDTO
	       : nr == sendmsg ? CALL_SENDMSG
	       : nr == sendmmsg ? CALL_SENDMMSG
				: CALL_UNKNOWN;
}

int call_decode(struct call *call, const struct seccomp_data *data,
		call_reader *read, void *arg)
{
	static const struct filter_arch *const archs[] = {&filter_x86_64,
							  &filter_aarch64};
	const uint32_t nr = (uint32_t)data->nr;
	uint64_t args[6];

	memset(call, 0, sizeof(*call));
	for (size_t i = 0; i < 6; i++)
		args[i] = data->args[i];
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++) {
		const struct filter_arch *a = archs[i];

		if (data->arch == a->arch) {
			fill(call,
			     kind_of(nr, a->connect, a->sendto, a->sendmsg,
				     a->sendmmsg),
			     args);
			return 0;
		}
		if (data->arch != a->compat_arch)
			continue;
		call->compat = true;
		if (a->compat_socketcall != 0 && nr == a->compat_socketcall)
			return decode_socketcall(call, args, read, arg);
		fill(call,
		     kind_of(nr, a->compat_connect, a->compat_sendto,
			     a->compat_sendmsg, a->compat_sendmmsg),
		     args);
		return 0;
	}
	return 0;
}

static size_t msg_stride(const struct call *call)
{
	return call->compat ? sizeof(struct compat_mmsghdr)
			    : sizeof(struct mmsghdr);
}

int call_msg_read(struct call_msg *msg, const struct call *call,
		  unsigned index, call_reader *read, void *arg)
{
	const uint64_t at = call->msg + index * msg_stride(call);
	struct compat_msghdr narrow;
	struct msghdr wide;
	int err;

	if (!call->compat) {
		err = read(arg, at, &wide, sizeof(wide));
		if (err == 0)
			*msg = (struct call_msg){
				.name = (uintptr_t)wide.msg_name,
				.iov = (uintptr_t)wide.msg_iov,
				.control = (uintptr_t)wide.msg_control,
				.iovlen = wide.msg_iovlen,
				.controllen = wide.msg_controllen,
				.namelen = (int)wide.msg_namelen,
			};
		return err;
	}
	err = read(arg, at, &narrow, sizeof(narrow));
	if (err == 0)
		*msg = (struct call_msg){
			.name = narrow.name,
			.iov = narrow.iov,
			.control = narrow.control,
			.iovlen = narrow.iovlen,
			.controllen = narrow.controllen,
			.namelen = narrow.namelen,
		};
	return err;
}

uint64_t call_msg_len_at(const struct call *call, unsigned index)
{
	return call->msg + index * msg_stride(call) +
	       (call->compat ? offsetof(struct compat_mmsghdr, len)
			     : offsetof(struct mmsghdr, msg_len));
}

int call_iov_read(const struct call_msg *msg, const struct call *call,
		  size_t index, uint64_t *base, uint64_t *len,
		  call_reader *read, void *arg)
{
	struct compat_iovec narrow;
	struct iovec wide;
	int err;

	if (call->compat) {
		err = read(arg, msg->iov + index * sizeof(narrow), &narrow,
			   sizeof(narrow));
		*base = narrow.base;
		*len = narrow.len;
		return err;
	}
	err = read(arg, msg->iov + index * sizeof(wide), &wide, sizeof(wide));
	*base = (uintptr_t)wide.iov_base;
	*len = wide.iov_len;
	return err;
}
