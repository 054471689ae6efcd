/* SPDX-License-Identifier: MIT */
/* A preload that does nothing: the floor for any. */
