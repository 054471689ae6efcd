/* SPDX-License-Identifier: MIT */
/*
 * socksify(1): gather the configuration, make the run state, put up the
 * guard, become the command. Static, because this is paid at every start.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/env.h"
#include "exec/run_fd.h"
#include "guard/attach.h"
#include "guard/filter.h"
#include "launcher/command.h"
#include "launcher/environ.h"
#include "launcher/message.h"
#include "launcher/options.h"
#include "launcher/place.h"
#include "launcher/server.h"
#include "launcher/settings.h"

/* The run that this process is in already, or NULL. */
static struct run *find_outer(struct run_ref *ref)
{
	const char *value = getenv(RUN_ENV);

	if (value == NULL || !run_ref_parse(ref, value))
		return NULL;
	return run_fd_map(ref);
}

/*
 * Marks our system calls for the filter; the low half alone must do so, too,
 * and 0 would mark everybody's.
 */
static bool random_cookie(uint64_t *cookie)
{
	do {
		if (getrandom(cookie, sizeof(*cookie), 0) != sizeof(*cookie)) {
			say("getrandom: %s", strerror(errno));
			return false;
		}
	} while ((uint32_t)*cookie == 0);
	return true;
}

/*
 * Make the run state from @config. Inside @outer's run its filter stands for
 * good and knows its cookie only, so that is the new run's too.
 */
static struct run *make_run(const struct config *config,
			    const struct run *outer,
			    const struct run_ref *outer_ref,
			    struct run_ref *ref)
{
	char library[PATH_MAX];
	struct run *run = NULL;
	struct stat st;
	uint64_t cookie;

	if (!place_library(library))
		return NULL;
	if (outer != NULL)
		cookie = outer->cookie;
	else if (!random_cookie(&cookie))
		return NULL;
	ref->fd = run_fd_create(config, cookie, &run);
	if (ref->fd < 0 || fstat(ref->fd, &st) != 0) {
		say("cannot make the run state: %s",
		    strerror(ref->fd < 0 ? -ref->fd : errno));
		return NULL;
	}
	ref->inode = st.st_ino;
	/* Messages go where ours would, whatever fd 2 becomes later. */
	ref->log_fd = outer != NULL && outer_ref->log_fd >= 0
			      ? outer_ref->log_fd
			      : run_fd_hide(STDERR_FILENO, F_DUPFD);
	if (ref->log_fd < 0)
		ref->log_fd = -1;
	strcpy(run->preload, library); /* both of PATH_MAX */
	if (outer != NULL) {
		/* What we become has no use for it. */
		fcntl(outer_ref->fd, F_SETFD, FD_CLOEXEC);
		run->filtered = outer->filtered;
		run->supervisor = outer->supervisor;
		run->no_new_privs = outer->no_new_privs;
	}
	return run;
}

static bool is_preloaded(enum target_kind kind)
{
	/* No program: /bin/sh runs it, or nothing does. */
	return kind == TARGET_PRELOADABLE || kind == TARGET_NOT_PROGRAM ||
	       kind == TARGET_NOT_EXECUTABLE;
}

/* Say in time what the command will miss. */
static void warn_about(const char *name, enum target_kind kind,
		       const struct run *run)
{
	if (run->config.quiet || is_preloaded(kind) ||
	    kind == TARGET_UNREADABLE)
		return;
	if (!run->filtered)
		say("%s is %s, which cannot be proxied: it connects directly",
		    name, target_text(kind));
	else if (kind == TARGET_SET_ID && run->no_new_privs)
		say("%s is %s and gains no privileges here: see --guard=off",
		    name, target_text(kind));
	else if (run->filtered == RUN_DENIED)
		say("%s is %s, which cannot be proxied: it has no network here",
		    name, target_text(kind));
}

/* Return: whether the filter stands that asks the supervisor */
static bool attach_supervisor(struct run *run, const struct run_ref *ref,
			      char **argv, int *err)
{
	bool filtered;

	*err = guard_attach(run, ref->fd, ref->log_fd, argv, &filtered);
	if (filtered) /* for good, whether or not it is answered */
		run->filtered = RUN_GUARDED;
	return filtered;
}

/* Return: false after a message, if the command must not be run without */
static bool put_up_guard(const struct options *o, struct run *run,
			 const struct run_ref *ref, char **args,
			 const char *name, enum target_kind kind)
{
	bool set_now;
	int err;

	if (attach_supervisor(run, ref, args, &err)) {
		if (err != 0) {
			say("the guard has died: %s", strerror(-err));
			return false;
		}
	} else if (o->guard == GUARD_ON) {
		say("the guard cannot work here (%s): see --guard=auto",
		    strerror(-err));
		return false;
	} else {
		err = filter_install(run->cookie, FILTER_DENY, &set_now);
		if (err == 0)
			run->filtered = RUN_DENIED;
	}
	if (err == 0) {
		/* Or somebody before us had set it. */
		run->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
		return true;
	}
	if (!is_preloaded(kind)) {
		say("%s is %s, which cannot be proxied, and there is no filter "
		    "to keep it off the network (%s): not run",
		    name, target_text(kind), strerror(-err));
		return false;
	}
	if (!run->config.quiet)
		say("no filter (%s): programs that cannot be proxied, such as "
		    "static ones, connect directly",
		    strerror(-err));
	return true;
}

/* $SHELL, for want of a command; interactive where its input is. */
static char **shell(void)
{
	static char fallback[] = "/bin/sh";
	static char *argv[2];

	argv[0] = getenv("SHELL");
	if (argv[0] == NULL || argv[0][0] == '\0')
		argv[0] = fallback;
	return argv;
}

static int run_command(const struct options *o, struct run *run,
		       const struct run_ref *ref, char **args, bool inherited)
{
	char **argv = o->command[0] != NULL ? o->command : shell();
	struct exec_env want = {.preload = run->preload};
	char **envp;
	void *mem = NULL;
	enum target_kind kind = command_target(argv[0]);
	size_t size;
	/* ... for want of a filter; or what was asked for is not had. */
	int code = o->guard == GUARD_ON ? EXIT_REFUSED : EXIT_CANNOT_RUN;

	/* One filter stands for good. */
	if (o->guard == GUARD_ON && (inherited || run->filtered) &&
	    run->filtered != RUN_GUARDED) {
		say("the outer run has no guard, which cannot be had in it: "
		    "see --guard=auto");
		return EXIT_REFUSED;
	}
	if (!environ_clean(&run->config))
		return EXIT_REFUSED;
	envp = environ;
	run_ref_format(ref, want.run);
	size = exec_env_size(&want, envp);
	if (size > 0) {
		mem = malloc(size);
		if (mem == NULL) {
			say("out of memory");
			return EXIT_REFUSED;
		}
		envp = exec_env_build(&want, envp, mem);
	}
	if (inherited || o->guard == GUARD_OFF || run->filtered ||
	    put_up_guard(o, run, ref, args, argv[0], kind)) {
		warn_about(argv[0], kind, run);
		code = command_exec(argv, envp);
	}
	free(mem);
	return code;
}

int main(int argc, char **argv)
{
	static struct config config; /* large, and mostly never touched */
	struct run_ref outer_ref = {.fd = -1}, ref = {.fd = -1};
	struct run *outer, *run;
	const char *where;
	static struct options o; /* static: what it points to is no leak */

	switch (options_parse(&o, argc, argv)) {
	case OPTIONS_RUN:
		break;
	case OPTIONS_SHOWN:
		return 0;
	case OPTIONS_BAD:
		return EXIT_REFUSED;
	}
	outer = find_outer(&outer_ref);
	if (outer != NULL && settings_same_run(&o, outer))
		return run_command(&o, outer, &outer_ref, argv, true);
	if (!settings_load(&o, outer, &config, &where))
		return EXIT_REFUSED;
	if (config.nservers == 0 &&
	    !(outer != NULL ? server_by_way_of(&config, outer, where)
			    : server_resolve(&config, where)))
		return EXIT_REFUSED;
	run = make_run(&config, outer, &outer_ref, &ref);
	if (run == NULL)
		return EXIT_REFUSED;
	return run_command(&o, run, &ref, argv, false);
}
