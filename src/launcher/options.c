/* SPDX-License-Identifier: MIT */
#include "launcher/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "launcher/message.h"
#include "policy/server_url.h"

/* One screen of 80 by 24. */
static const char help[] =
	"Usage: socksify [OPTION]... [COMMAND [ARGUMENT]...]\n"
	"Run COMMAND (or a shell) with its network traffic through a SOCKS5 "
	"proxy.\n"
	"\n"
	"  -s, --server=URL        host[:port], socks5://[user:password@]"
	"host[:port]\n"
	"  -c, --config=FILE       instead of ~/.config/socksify/config or\n"
	"                          /etc/socksify.conf; --no-config: no file\n"
	"      --password-file=FILE  the password, in a file of its own\n"
	"      --direct=RULE       do not proxy: CIDR, host, .suffix, :port\n"
	"      --block=RULE        refuse; both may be given several times\n"
	"      --loopback=proxy    proxy even 127.0.0.1 and ::1 (or: direct)\n"
	"      --udp=block         refuse UDP instead of asking for a relay\n"
	"      --dns=auto          or fake, or the address of a name server\n"
	"      --guard=off         allow sudo; static programs go direct;\n"
	"                          on: refuse to start without the guard\n"
	"      --pipeline          save round trips (not all proxies can)\n"
	"      --timeout=SECONDS   wait for the proxy at most so long\n"
	"  -q, --quiet             no messages;  -v, --verbose: every "
	"connection\n"
	"  -h, --help              --version\n"
	"\n"
	"Without -s, the server is that of $SOCKS_SERVER, $SOCKS5_SERVER, "
	"$ALL_PROXY (if\n"
	"socks5://) or the file. Also: SOCKS_USERNAME, SOCKS_PASSWORD, "
	"SOCKS_DIRECT,\n"
	"SOCKS_BLOCK, SOCKS_CONF. Exit status: COMMAND's; 125 socksify "
	"failed,\n"
	"126 COMMAND cannot be run, 127 it is not found.\n";

enum {
	OPT_NO_CONFIG = 256,
	OPT_DIRECT,
	OPT_BLOCK,
	OPT_PASSWORD_FILE,
	OPT_LOOPBACK,
	OPT_UDP,
	OPT_DNS,
	OPT_GUARD,
	OPT_PIPELINE,
	OPT_TIMEOUT,
	OPT_VERSION,
};

static const struct option table[] = {
	{"server", required_argument, NULL, 's'},
	{"config", required_argument, NULL, 'c'},
	{"no-config", no_argument, NULL, OPT_NO_CONFIG},
	{"direct", required_argument, NULL, OPT_DIRECT},
	{"block", required_argument, NULL, OPT_BLOCK},
	{"password-file", required_argument, NULL, OPT_PASSWORD_FILE},
	{"loopback", required_argument, NULL, OPT_LOOPBACK},
	{"udp", required_argument, NULL, OPT_UDP},
	{"dns", required_argument, NULL, OPT_DNS},
	{"guard", required_argument, NULL, OPT_GUARD},
	{"pipeline", no_argument, NULL, OPT_PIPELINE},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPT_VERSION},
	{0},
};

/* Keep the server, and let ps(1) no longer show its password. */
static bool take_server(struct options *o, char *arg)
{
	size_t begin, password, end, len = strlen(arg);

	free(o->server);
	o->server = strdup(arg);
	if (o->server == NULL) {
		say("out of memory");
		return false;
	}
	if (server_url_userinfo(arg, len, &begin, &password, &end))
		memset(arg + password, '*', end - 1 - password);
	return true;
}

static bool add_rule(struct options *o, enum route route, const char *patterns)
{
	struct option_rule *rules =
		reallocarray(o->rules, o->nrules + 1, sizeof(*rules));

	if (rules == NULL) {
		say("out of memory");
		return false;
	}
	o->rules = rules;
	o->rules[o->nrules++] = (struct option_rule){route, patterns};
	return true;
}

static bool set_guard(struct options *o, const char *value)
{
	static const char *const names[] = {
		[GUARD_AUTO] = "auto",
		[GUARD_ON] = "on",
		[GUARD_OFF] = "off",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			o->guard = (enum guard_choice)i;
			return true;
		}
	}
	say("--guard: \"%s\": expected auto, on or off", value);
	return false;
}

static bool take_option(struct options *o, int opt)
{
	switch (opt) {
	case 's':
		return take_server(o, optarg);
	case 'c':
		o->config_file = optarg;
		break;
	case OPT_NO_CONFIG:
		o->no_config = true;
		break;
	case OPT_DIRECT:
		return add_rule(o, ROUTE_DIRECT, optarg);
	case OPT_BLOCK:
		return add_rule(o, ROUTE_REFUSE, optarg);
	case OPT_PASSWORD_FILE:
		o->password_file = optarg;
		break;
	case OPT_LOOPBACK:
		o->loopback = optarg;
		break;
	case OPT_UDP:
		o->udp = optarg;
		break;
	case OPT_DNS:
		o->dns = optarg;
		break;
	case OPT_GUARD:
		return set_guard(o, optarg);
	case OPT_PIPELINE:
		o->pipeline = true;
		break;
	case OPT_TIMEOUT:
		o->timeout = optarg;
		break;
	case 'q':
		o->quiet = true;
		o->verbose = false;
		break;
	case 'v':
		o->verbose = true;
		o->quiet = false;
		break;
	default: /* getopt has complained */
		return false;
	}
	return true;
}

enum options_result options_parse(struct options *o, int argc, char **argv)
{
	static char name[] = "socksify"; /* getopt's messages begin with it */
	int opt;

	*o = (struct options){.guard = GUARD_AUTO};
	if (argc > 0)
		argv[0] = name;
	/* '+': what follows COMMAND is COMMAND's. */
	while ((opt = getopt_long(argc, argv, "+s:c:qvh", table, NULL)) != -1) {
		if (opt == 'h' || opt == OPT_VERSION) {
			fputs(opt == 'h' ? help
					 : "socksify " SOCKSIFY_VERSION "\n",
			      stdout);
			return fflush(stdout) == 0 ? OPTIONS_SHOWN
						   : OPTIONS_BAD;
		}
		if (!take_option(o, opt))
			return OPTIONS_BAD;
	}
	o->command = argv + (argc > 0 ? optind : 0);
	return OPTIONS_RUN;
}

bool options_change_policy(const struct options *o)
{
	return o->config_file != NULL || o->no_config ||
	       o->password_file != NULL || o->loopback != NULL ||
	       o->udp != NULL || o->dns != NULL || o->timeout != NULL || o->pipeline ||
	       o->quiet || o->verbose || o->nrules > 0;
}
