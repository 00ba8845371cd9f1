/* simulation_accounts.c - goes over the accounts of both sides once. */
#include "simulation_accounts.h"

#include <string.h>

static const struct simulation_side *
last_side(const struct simulation *simulation)
{
    return &simulation->sides[simulation->side_count - 1];
}

static void
take_account(const struct simulation *simulation, struct str address,
             simulation_account_fn *take, void *context)
{
    struct simulation_account account = {
        .address = address,
        .after_minor =
            simulation_net_minor(simulation, last_side(simulation), address),
    };

    if (simulation->side_count > 1)
        account.before_minor =
            simulation_net_minor(simulation, &simulation->sides[0], address);
    account.difference_minor =
        num_add_capped(account.after_minor, -account.before_minor);
    take(context, &account);
}

void
simulation_each_account(const struct simulation *simulation,
                        simulation_account_fn *take, void *context)
{
    const struct memory_ledger *after = &last_side(simulation)->ledger;
    const struct memory_ledger *before = &simulation->sides[0].ledger;

    for (size_t i = 0; i < after->state_count; i++)
        take_account(simulation, after->states[i]->address, take, context);
    for (size_t i = 0; i < before->state_count && before != after; i++)
        if (!memory_ledger_account(after, before->states[i]->address))
            take_account(simulation, before->states[i]->address, take, context);
}

/* ---- counting
 * ----------------------------------------------------------------
 */

static int64_t
size_of(const struct simulation_account *account)
{
    return account->difference_minor < 0 ? -account->difference_minor
                                         : account->difference_minor;
}

/* Insert into a list that is sorted by size; of equals the first one stays. */
static void
note_extreme(struct simulation_account *list, size_t *count,
             const struct simulation_account *account)
{
    size_t at = *count;

    while (at && size_of(&list[at - 1]) < size_of(account))
        at--;
    if (at == SIMULATION_EXTREMES)
        return;
    if (*count < SIMULATION_EXTREMES)
        ++*count;
    memmove(&list[at + 1], &list[at], (*count - at - 1) * sizeof(*list));
    list[at] = *account;
}

/* 1 for up to one unit, 2 for up to ten ... */
static int
magnitude(int64_t size_minor, int scale)
{
    int64_t limit = 1;
    int result = 1;

    for (int i = 0; i < scale; i++)
        limit *= 10;
    for (; size_minor > limit && result < SIMULATION_BUCKETS / 2; result++)
        limit *= 10;
    return result;
}

struct counting {
    struct simulation_accounts *accounts;
    int scale;
};

static void
count_account(void *context, const struct simulation_account *account)
{
    const struct counting *counting = context;
    struct simulation_accounts *accounts = counting->accounts;
    int bucket = SIMULATION_BUCKETS / 2;

    accounts->count++;
    if (account->difference_minor > 0) {
        accounts->gaining++;
        note_extreme(accounts->gains, &accounts->gain_count, account);
        bucket += magnitude(account->difference_minor, counting->scale);
    } else if (account->difference_minor < 0) {
        accounts->losing++;
        note_extreme(accounts->losses, &accounts->loss_count, account);
        bucket -= magnitude(-account->difference_minor, counting->scale);
    }
    accounts->buckets[bucket]++;
}

void
simulation_count_accounts(const struct simulation *simulation,
                          struct simulation_accounts *accounts)
{
    struct counting counting = {accounts,
                                last_side(simulation)->ruleset->scale};

    *accounts = (struct simulation_accounts){0};
    simulation_each_account(simulation, count_account, &counting);
}
