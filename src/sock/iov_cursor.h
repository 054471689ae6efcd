/* SPDX-License-Identifier: MIT */
/*
 * Walking through the octets of a message that is to be sent in pieces,
 * without copying them. Pure; async-signal-safe.
 */
#ifndef SOCK_IOV_CURSOR_H
#define SOCK_IOV_CURSOR_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

/** iov_length() - octets of @msg's data; SIZE_MAX if there are too many */
size_t iov_length(const struct msghdr *msg);

/* A position among the octets of a message. */
struct iov_cursor {
	const struct iovec *iov;
	size_t at; /* within *@iov */
};

/**
 * iov_take() - up to @want octets from @c as iovecs; @c moves on
 * There must be so many.
 * @used: of @iov's @room; grows
 * Return: how many octets had room
 */
size_t iov_take(struct iov_cursor *c, size_t want, struct iovec *iov,
		size_t *used, size_t room);

#endif
