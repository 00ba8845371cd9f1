/* signals.h - SIGTERM and SIGINT become a flag that the loops look at, SIGHUP
 * another one. */
#ifndef CMD_SIGNALS_H
#define CMD_SIGNALS_H

#include <stdbool.h>

/* Catch SIGTERM, SIGINT and SIGHUP, ignore SIGPIPE. A SIGINT after either of
 * them ends the process at once with status 1: nothing is lost by that. */
void signals_catch(void);

bool signals_stop_requested(void);

/* Whether a SIGHUP came since this was last asked. */
bool signals_take_hangup(void);

/* End the process with `status` should it still be there in so many seconds:
 * for clean-up that may hang and that nothing depends on. */
void signals_exit_within(unsigned seconds, int status);

#endif
