/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "libc/log.h"
#include "sock/report.h"

static void begin(struct text *t, char *buf, size_t cap, struct run *run)
{
	text_init(t, buf, cap);
	text_str(t, "socksify");
	if (run->config.verbose) {
		text_char(t, '[');
		text_int(t, getpid());
		text_char(t, ']');
	}
	text_str(t, ": ");
}

static void put_endpoint(struct text *t, const struct endpoint *ep)
{
	char buf[ENDPOINT_TEXT_MAX];

	endpoint_format(ep, buf);
	text_str(t, buf);
}

/* strerrordesc_np() is async-signal-safe: a table, without translation. */
static void put_errno(struct text *t, int error)
{
	const char *s = strerrordesc_np(error);

	text_str(t, s != NULL ? s : "unknown error");
}

static const char *remedy(enum socks_failure failure, const struct run *run)
{
	switch (failure) {
	case SOCKS_FAIL_UNREACHABLE:
		return "is it running, and is SOCKS_SERVER right?";
	case SOCKS_FAIL_NOT_SOCKS:
	case SOCKS_FAIL_HTTP:
	case SOCKS_FAIL_VERSION4:
	case SOCKS_FAIL_MALFORMED:
		return "name a SOCKS5 server";
	case SOCKS_FAIL_METHOD:
		return run->config.credentials.username_len == 0
			       ? "set SOCKS_USERNAME and SOCKS_PASSWORD"
			       : "it takes no user name and password";
	case SOCKS_FAIL_AUTH:
		return "check the user name and password";
	case SOCKS_FAIL_CLOSED_EARLY:
	case SOCKS_FAIL_STALLED_EARLY:
		return "is it a SOCKS5 server, and may you use it?";
	case SOCKS_FAIL_NONE:
	case SOCKS_FAIL_REP:
	case SOCKS_FAIL_CLOSED:
	case SOCKS_FAIL_STALLED:
	case SOCKS_FAIL_COUNT:
		break;
	}
	return NULL;
}

static void put_failure(struct text *t, const struct run *run,
			enum socks_failure failure, uint8_t rep, int cause)
{
	const struct socks_credentials *c = &run->config.credentials;

	text_str(t, "proxy ");
	put_endpoint(t, &run->config.server);
	text_char(t, ' ');
	if (failure == SOCKS_FAIL_AUTH) {
		text_str(t, "refused user '");
		text_quoted(t, c->username, c->username_len);
		text_char(t, '\'');
		return;
	}
	text_str(t, socks_failure_text(failure, rep));
	if (failure == SOCKS_FAIL_UNREACHABLE) {
		text_str(t, ": ");
		if (cause != 0)
			put_errno(t, cause);
		else
			text_str(t, "this socket has no way to its address");
	}
}

void report_connect(struct run *run, const struct endpoint *target, int error,
		    enum socks_failure failure, uint8_t rep, int cause,
		    uint64_t ms)
{
	char buf[LOG_LINE_MAX];
	struct text t;

	atomic_fetch_add_explicit(error == 0 ? &run->connections
					     : &run->failures,
				  1, memory_order_relaxed);
	if (run->config.verbose) {
		begin(&t, buf, sizeof(buf), run);
		text_str(&t, target != NULL ? "connect " : "UDP");
		if (target != NULL)
			put_endpoint(&t, target);
		text_str(&t, " by proxy: ");
		if (error == 0) {
			text_str(&t, "ok");
		} else {
			put_errno(&t, error);
			text_str(&t, " (");
			put_failure(&t, run, failure, rep, cause);
			text_char(&t, ')');
		}
		text_str(&t, ", ");
		text_uint(&t, ms);
		text_str(&t, " ms");
		log_line(&t);
		return;
	}
	if (failure == SOCKS_FAIL_UNREACHABLE && cause == 0)
		return;
	if (error != 0 && !run->config.quiet &&
	    socks_failure_is_proxys(failure) &&
	    run_first_report(run, failure)) {
		const char *help = remedy(failure, run);

		begin(&t, buf, sizeof(buf), run);
		put_failure(&t, run, failure, rep, cause);
		if (help != NULL) {
			text_str(&t, " (");
			text_str(&t, help);
			text_char(&t, ')');
		}
		log_line(&t);
	}
}

static void report_other(struct run *run, const struct endpoint *target,
			 const char *what, int error)
{
	char buf[LOG_LINE_MAX];
	struct text t;

	if (run == NULL || !run->config.verbose)
		return;
	begin(&t, buf, sizeof(buf), run);
	text_str(&t, "connect ");
	put_endpoint(&t, target);
	text_str(&t, what);
	if (error == 0)
		text_str(&t, "ok");
	else
		put_errno(&t, error);
	log_line(&t);
}

void report_direct(struct run *run, const struct endpoint *target, int error)
{
	report_other(run, target, " direct: ", error);
}

void report_refused(struct run *run, const struct endpoint *target, int error,
		    const char *why)
{
	report_other(run, target, why, error);
}

void report_set_id(struct run *run, const char *path)
{
	char buf[LOG_LINE_MAX];
	struct text t;

	if (run->config.quiet)
		return;
	begin(&t, buf, sizeof(buf), run);
	text_quoted(&t, path, strlen(path));
	text_str(&t, " is a set-id program and gains no privileges here: "
		     "see --guard=off");
	log_line(&t);
}
