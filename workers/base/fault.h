/* fault.h - named places where a test can make the process die or stall.
 * Only a build with -DREWARD_FAULTS has them; in any other, nothing is left
 * of FAULT_POINT. A test sets REWARD_FAULT=NAME:ACTION[:N] in the environment:
 * at the Nth passage of NAME (default 1), ACTION is `kill` (SIGKILL to
 * itself), `stop` (SIGSTOP to itself) or `fail` (fault_hit is true). */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#ifdef REWARD_FAULTS
#include <stdbool.h>

/* Whether the place was told to `fail`; kills or stops as told. */
bool fault_hit(const char *name);

#define FAULT_POINT(name) ((void)fault_hit(name))
#define FAULT_FAILS(name) fault_hit(name)
#else
#define FAULT_POINT(name) ((void)0)
#define FAULT_FAILS(name) 0
#endif

#endif
