/* version.h - what this program is made of. */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H

#include <stdio.h>

#ifndef REWARD_VERSION
#define REWARD_VERSION "0.1.0"
#endif

/* Print a line each: the program, its database schema, its libraries. */
void version_print(FILE *out);

#endif
