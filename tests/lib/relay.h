/* SPDX-License-Identifier: MIT */
/*
 * The relay of fakesocks (RFC 1928 section 7): it answers datagrams itself.
 */
#ifndef LIB_RELAY_H
#define LIB_RELAY_H

#include <stddef.h>

/**
 * typedef relay_note - told of each datagram, as one line of text
 */
typedef void relay_note(void *arg, const char *line);

/** relay_parse() - @words: see fakesocks; an unknown one ends the process */
void relay_parse(const char *words);

/** relay_play() - reply to UDP ASSOCIATE and relay until @control ends */
void relay_play(int control, const char *words, relay_note *note, void *arg);

#endif
