/* SPDX-License-Identifier: MIT */
/*
 * Every libc function that we replace, and every one that we call through
 * struct libc: names only, because libc's own headers own the types. The
 * struct, its resolver and the linker's version script are generated from
 * this list, so it has no include guard.
 *
 *   HOOK(name)       libsocksify.so defines it; libc(name)() is the original
 *   ALIAS(name, of)  libsocksify.so defines it as another name of a hook
 *   CALL(name)       not replaced; reached through struct libc so that tests
 *                    can put a fake in its place
 *
 * A name that stands here as HOOK or ALIAS is never called by name in our
 * code: that makes recursion impossible (scripts/check-layers looks).
 */

/* sockets: preload/hook_socket.c, hook_connect.c, hook_send.c */
HOOK(socket)
HOOK(bind)
HOOK(connect)
ALIAS(__connect, connect)
HOOK(getpeername)
HOOK(getsockopt)
HOOK(setsockopt)
HOOK(shutdown)
HOOK(ioctl)

/* data: preload/hook_send.c, hook_recv.c */
HOOK(send)
ALIAS(__send, send)
HOOK(sendto)
HOOK(sendmsg)
HOOK(sendmmsg)
HOOK(sendfile)
ALIAS(sendfile64, sendfile)
HOOK(splice)
HOOK(write)
ALIAS(__write, write)
HOOK(writev)
HOOK(pwritev2)
ALIAS(pwritev64v2, pwritev2)
HOOK(recv)
HOOK(__recv_chk)
HOOK(recvfrom)
HOOK(__recvfrom_chk)
HOOK(recvmsg)
HOOK(recvmmsg)
HOOK(read)
ALIAS(__read, read)
HOOK(__read_chk)
HOOK(readv)
HOOK(preadv2)
ALIAS(preadv64v2, preadv2)

/* readiness: preload/hook_ready.c */
HOOK(poll)
ALIAS(__poll, poll)
HOOK(__poll_chk)
HOOK(ppoll)
HOOK(__ppoll_chk)
HOOK(select)
ALIAS(__select, select)
HOOK(pselect)
HOOK(epoll_ctl)

/* namespaces: preload/hook_exec.c */
HOOK(unshare)
HOOK(setns)

/* descriptors: preload/hook_fd.c */
HOOK(close)
ALIAS(__close, close)
HOOK(close_range)
HOOK(closefrom)
HOOK(fclose)
HOOK(freopen)
ALIAS(freopen64, freopen)
HOOK(dup)
HOOK(dup2)
ALIAS(__dup2, dup2)
HOOK(dup3)
HOOK(fcntl)
ALIAS(__fcntl, fcntl)
ALIAS(fcntl64, fcntl)

/* names: preload/hook_names.c, hook_names_async.c, hook_resolver.c */
HOOK(getaddrinfo)
HOOK(getnameinfo)
HOOK(gethostbyname)
HOOK(gethostbyname2)
HOOK(gethostbyname_r)
HOOK(gethostbyname2_r)
HOOK(gethostbyaddr)
HOOK(gethostbyaddr_r)
HOOK(getaddrinfo_a)
HOOK(res_query)
ALIAS(__res_query, res_query)
HOOK(res_search)
ALIAS(__res_search, res_search)
HOOK(res_nquery)
ALIAS(__res_nquery, res_nquery)
HOOK(res_nsearch)
ALIAS(__res_nsearch, res_nsearch)
HOOK(res_querydomain)
ALIAS(__res_querydomain, res_querydomain)
HOOK(res_nquerydomain)
ALIAS(__res_nquerydomain, res_nquerydomain)
HOOK(res_send)
ALIAS(__res_send, res_send)
HOOK(res_nsend)
ALIAS(__res_nsend, res_nsend)

/* programs: preload/hook_exec.c */
HOOK(execve)
HOOK(execv)
HOOK(execvp)
HOOK(execvpe)
HOOK(execl)
HOOK(execle)
HOOK(execlp)
HOOK(execveat)
HOOK(fexecve)
HOOK(posix_spawn)
HOOK(posix_spawnp)

HOOK(_exit)
ALIAS(_Exit, _exit)
HOOK(quick_exit)

/* everything: preload/hook_syscall.c */
HOOK(syscall)
