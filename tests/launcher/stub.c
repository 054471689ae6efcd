/* SPDX-License-Identifier: MIT */
int stub;
