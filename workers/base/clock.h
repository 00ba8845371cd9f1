/* clock.h - the only place that asks the machine for the time, and waits. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since 1970, by the machine's clock: for logs, never for rules.
 */
int64_t clock_now_us(void);

/* Milliseconds of a clock that never jumps: for deadlines. */
int64_t clock_monotonic_ms(void);

/* Waiting time before try number `attempt` (from 0): doubles from base_ms to
 * at most max_ms, then a random half of it is taken off, so that processes
 * that failed together do not come back together. */
int64_t clock_backoff_ms(int attempt, int64_t base_ms, int64_t max_ms);

/* Sleep, returning early on a signal. */
void clock_sleep_ms(int64_t wait_ms);

#endif
