/* clock.c - thin cover over clock_gettime and nanosleep. */
#include "clock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t
clock_read(clockid_t id, int64_t unit_per_s)
{
    struct timespec now;

    clock_gettime(id, &now);
    return now.tv_sec * unit_per_s + now.tv_nsec / (1000000000 / unit_per_s);
}

int64_t
clock_now_us(void)
{
    return clock_read(CLOCK_REALTIME, 1000000);
}

int64_t
clock_monotonic_ms(void)
{
    return clock_read(CLOCK_MONOTONIC, 1000);
}

/* Another sequence in each process. */
static double
random_part(void)
{
    static bool seeded;

    if (!seeded)
        srand48((long)getpid() ^ (long)clock_now_us());
    seeded = true;
    return drand48();
}

int64_t
clock_backoff_ms(int attempt, int64_t base_ms, int64_t max_ms)
{
    int64_t wait_ms = base_ms;

    while (attempt-- > 0 && wait_ms < max_ms)
        wait_ms *= 2;
    if (wait_ms > max_ms)
        wait_ms = max_ms;
    return wait_ms - (int64_t)(random_part() * (double)wait_ms / 2);
}

void
clock_sleep_ms(int64_t wait_ms)
{
    struct timespec wait = {wait_ms / 1000, wait_ms % 1000 * 1000000};

    if (wait_ms > 0)
        nanosleep(&wait, NULL);
}
