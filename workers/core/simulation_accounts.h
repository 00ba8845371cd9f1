/* simulation_accounts.h - who gains and who loses by the second rule set of a
 * simulation; of a single one, who has how much. */
#ifndef CORE_SIMULATION_ACCOUNTS_H
#define CORE_SIMULATION_ACCOUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "simulation.h"
#include "str.h"

/* All amounts are net, see simulation_net_minor(). */
struct simulation_account {
    struct str address;
    int64_t before_minor; /* 0 with a single side */
    int64_t after_minor;
    int64_t difference_minor;
};

enum {
    SIMULATION_EXTREMES = 10,
    SIMULATION_BUCKETS = 15, /* seven of losses, none, seven of gains */
};

struct simulation_accounts {
    int64_t count;
    int64_t gaining;
    int64_t losing;
    struct simulation_account gains[SIMULATION_EXTREMES]; /* largest first */
    size_t gain_count;
    struct simulation_account losses[SIMULATION_EXTREMES];
    size_t loss_count;
    /* Accounts by difference: buckets[7] is none; [8] up to 1, [9] up to 10,
     * ... [14] above 100,000 units of the asset; [6] and below the same of
     * losses. */
    int64_t buckets[SIMULATION_BUCKETS];
};

/* Every account that has had anything of either rule set, the second one's
 * first, each in the order of its first change. `take` is called for each. */
typedef void simulation_account_fn(void *context,
                                   const struct simulation_account *account);
void simulation_each_account(const struct simulation *simulation,
                             simulation_account_fn *take, void *context);

void simulation_count_accounts(const struct simulation *simulation,
                               struct simulation_accounts *accounts);

#endif
