/* SPDX-License-Identifier: MIT */
/*
 * The configuration file: `key = value` lines plus ordered rules. Pure: the
 * caller brings the text.
 *
 *   # comment
 *   server = socks5://proxy.example:1080
 *   username = alice
 *   password-file = /etc/socksify.password
 *   loopback = direct | proxy
 *   udp = proxy | block
 *   fragment = on | off
 *   dns = auto | fake | ADDRESS
 *   fake-ipv4 = 198.18.0.0/15
 *   fake-ipv6 = fd..::/64
 *   negotiate-timeout = 30
 *   request-timeout = 130
 *   pipeline = on | off
 *   direct 10.0.0.0/8
 *   block :25
 *   proxy *
 */
#ifndef POLICY_CONFIG_FILE_H
#define POLICY_CONFIG_FILE_H

#include "policy/config.h"

struct config_file {
	struct config config; /* what the file says */
	bool has_server;
	char password_file[4096]; /* "" if none; the caller reads it */
};

/**
 * config_file_parse() - read @text, reporting every bad line as "FILE:LINE"
 * Return: how many faults were reported
 */
unsigned config_file_parse(struct config_file *f, const char *text, size_t len,
			   const char *name, config_report *report, void *arg);

#endif
