/* SPDX-License-Identifier: MIT */
#include "guard/notify.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

int notify_receive(int listener, struct seccomp_notif *call)
{
	/* The kernel's may be longer than ours, and wants zeroes. */
	union {
		struct seccomp_notif call;
		char room[512];
	} u;

	memset(&u, 0, sizeof(u));
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &u) != 0)
		return errno == ENOENT || errno == EINTR ? -EAGAIN : -errno;
	*call = u.call;
	return 0;
}

bool notify_is_valid(int listener, uint64_t id)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static void send_answer(int listener, const struct seccomp_notif_resp *answer)
{
	union {
		struct seccomp_notif_resp answer;
		char room[512];
	} u;

	memset(&u, 0, sizeof(u));
	u.answer = *answer;
	while (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &u) != 0 &&
	       errno == EINTR)
		;
}

void notify_answer(int listener, uint64_t id, int64_t result)
{
	send_answer(listener, &(struct seccomp_notif_resp){
				      .id = id,
				      .val = result < 0 ? 0 : result,
				      .error = result < 0 ? (int32_t)result : 0,
			      });
}

void notify_continue(int listener, uint64_t id)
{
	send_answer(listener, &(struct seccomp_notif_resp){
				      .id = id,
				      .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
			      });
}
