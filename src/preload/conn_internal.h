/* SPDX-License-Identifier: MIT */
/*
 * What conn.c, conn_core.c, conn_owner.c, conn_epoll.c and helper.c share.
 * Everything here is called with the lock held, unless it says otherwise.
 */
#ifndef PRELOAD_CONN_INTERNAL_H
#define PRELOAD_CONN_INTERNAL_H

#include <signal.h>
#include <sys/types.h>

#include "preload/conn.h"

/* One registration with an epoll instance. */
struct reg {
	struct reg *next;
	int epfd, fd;
	struct epoll_event event;
	bool applied; /* the kernel has it */
	bool theirs;  /* ... or is given it by the process that withholds it */
};

/**
 * typedef conn_done - the end of an attempt that no descriptor of the
 * program's means; with the lock held
 * @a: its fd, which is hidden, is the callee's from now on
 * @error: positive errno, or 0
 */
typedef void conn_done(unsigned key, struct tcp_attempt *a, int error);

struct conn {
	_Atomic uint32_t generation; /* counts the uses of this struct */
	uint16_t next;       /* free list, or list of pending ones; 0: end */
	atomic_bool watched; /* by the helper */
	atomic_bool held;    /* but it is to keep its hands off */
	bool told;           /* CONN_FAILED: its error has been told */
	bool counted;        /* in conn_active */
	bool owes_zero;      /* CONN_DONE: connect(2) has still to say so */
	bool forked;         /* a child may have the socket too */
	bool made_here;      /* by socket(2), and in this program */
	int slots;           /* numbers in fd_table that mean this one */
	int fd;              /* the first of them */
	_Atomic pid_t owner; /* who runs the handshake; 0: out of sight */
	int event_fd;        /* hidden: for children; -1: there are none */
	_Atomic uint64_t ticket; /* of its outcome; 0: CONN_FRESH */
	struct reg *regs;
	conn_done *done; /* no program's socket: this is told of the end */
	unsigned key;    /* its argument */
	struct tcp_attempt attempt; /* attempt.fd: hidden duplicate; -1; where
				     * there is no room, the program's own */
};

struct conn_lock {
	bool nested; /* this thread has it already: fork handlers */
	sigset_t signals;
	int cancel;
};

/**
 * conn_claim() - the table is this process's, if it is nobody's yet: before a
 * vfork child can come to take it for its own. No lock held
 * Return: is it this process's?
 */
bool conn_claim(void);
/** conn_set_up() - its memory; false: not to be had. No lock held */
bool conn_set_up(void);

/** conn_lock() - false in a vfork child, or where start-up failed */
bool conn_lock(struct conn_lock *l);
void conn_unlock(struct conn_lock *l);

/** conn_lock_helper() - in our own thread, where no signal ever comes */
void conn_lock_helper(void);
void conn_unlock_helper(void);

/* conn_owner.c */
/** conn_is_in_fork() - this is between the handlers of fork(3) */
bool conn_is_in_fork(void);
/** conn_is_mine() - does this process run its handshake? */
bool conn_is_mine(const struct conn *c);

/** conn_owner_is_gone() - it will never come to its end by itself */
bool conn_owner_is_gone(const struct conn *c);
/** conn_orphaned() - so it fails: the state of the handshake died with it */
void conn_orphaned(struct conn *c);

/** conn_of() - the connection behind @fd, or NULL */
struct conn *conn_of(int fd);
struct conn *conn_at(unsigned index);
unsigned conn_index(const struct conn *c);

/** conn_make_pool() - Return: false if the memory is not to be had */
bool conn_make_pool(void);

void conn_each(void visit(struct conn *c));

/** conn_share_with_child() - it is about to be forked */
void conn_share_with_child(struct conn *c);
/** conn_inherit() - in the child; unseen: nor can its owner be seen */
void conn_inherit(struct conn *c);
void conn_inherit_unseen(struct conn *c);

/** conn_make() - a fresh one with @fd as its only number; NULL: no room */
struct conn *conn_make(int fd);

/**
 * conn_drive() - run an attempt of our own in the background
 * @a: copied; its fd is hidden already
 * Return: false if that cannot be had
 */
bool conn_drive(const struct tcp_attempt *a, conn_done *done, unsigned key);

/** conn_local_state() - enum conn_state of @c */
enum conn_state conn_local_state(const struct conn *c);

/** conn_release() - @fd means @c no more; the last number frees it */
void conn_release(struct conn *c, int fd);

/** conn_free_if_unused() - after the helper has let go of it */
void conn_free_if_unused(struct conn *c);

/** conn_trim() - give memory back if no connection is known */
void conn_trim(void);

/** conn_owner_pid - whose the table is; 0 before the first socket is made */
extern _Atomic pid_t conn_owner_pid;

/** conn_count() - keep conn_active true to what @c has become */
void conn_count(struct conn *c);
/**
 * conn_make_pending() - with a new outcome, which is not known yet
 * Return: false if there is none to be had
 */
bool conn_make_pending(struct conn *c);
/** conn_drop_outcome() - there is nothing to be told any more */
void conn_drop_outcome(struct conn *c);
/** conn_wake() - whoever waits for @c */
void conn_wake(const struct conn *c);
/** conn_forget_numbers() - every number that means @c means nothing now */
void conn_forget_numbers(struct conn *c);

/** conn_finish() - the outcome is known: tell everybody in this process */
void conn_finish(struct conn *c, int error);

/** conn_hide() - move a new descriptor out of the way; -errno, @fd closed */
int conn_hide(int fd);
/** conn_hide_copy() - a duplicate out of the way, or -errno */
int conn_hide_copy(int fd);
/** conn_close_hidden() - unless it is the program's own */
void conn_close_hidden(int fd);

/** conn_work_fd() - what the handshake is to use, where @fd has been given up */
int conn_work_fd(struct conn *c, int fd);

/** conn_make_event_fd() - Return: it, or -errno */
int conn_make_event_fd(struct conn *c);

/* conn_epoll.c */
void conn_apply_regs(struct conn *c);
void conn_withhold_regs(struct conn *c);
/** conn_find_regs() - of a socket that nothing is known of: ask the kernel */
void conn_find_regs(int fd);
void conn_drop_regs_of_fd(struct conn *c, int fd);
void conn_drop_regs_of_epoll(int epfd);
/**
 * conn_move_regs_of_epoll() - @epfd is about to be closed: those that it names
 * are known by another number of the instance from now on, if there is one
 * @first, @last: which are closed as well
 */
void conn_move_regs_of_epoll(int epfd, unsigned first, unsigned last);
void conn_drop_all_regs(struct conn *c);
/** conn_inherit_regs() - those of the parent are the parent's to apply */
void conn_inherit_regs(struct conn *c);

/* helper.c */
/** helper_watch() - drive @c, or watch a relative's; false: no thread */
bool helper_watch(struct conn *c);
void helper_unwatch(struct conn *c);
/**
 * helper_hold() - nothing uses @c's attempt until helper_moved()
 * To be called before its descriptor changes.
 */
void helper_hold(struct conn *c);
/** helper_moved() - @c is watched by another number from now on */
void helper_moved(struct conn *c, int old_fd);
/** helper_give_way() - was @fd the thread's own? Then it has moved */
bool helper_give_way(int fd);
/** helper_forked() - in the child: there is no thread */
void helper_forked(void);
/** helper_end() - ask it to end when it is idle; NOT with the lock held */
void helper_end(void);

#endif
