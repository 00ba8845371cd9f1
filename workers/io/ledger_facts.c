/* ledger_facts.c - locks and reads what a decision depends on. Account rows
 * are locked in order of id; a counter or once-key of an account is covered by
 * its account's lock; counters of all accounts are locked by themselves, and
 * once-keys of all accounts left to their unique key. */
#include "ledger.h"

#include "fault.h"
#include "ledger_parts.h"

bool
ledger_lock(struct ledger *ledger, struct facts *facts, struct err *err)
{
    struct arena arena = {0};
    bool ok = ledger_lock_accounts(ledger, facts, &arena, err) &&
              ledger_lock_counters(ledger, facts, &arena, err) &&
              ledger_read_once_keys(ledger, facts, &arena, err) &&
              ledger_read_records(ledger, facts, &arena, err);

    arena_free(&arena);
    FAULT_POINT("worker.lock");
    return ok;
}

bool
ledger_look(struct pg *pg, struct facts *facts, struct err *err)
{
    struct arena arena = {0};
    bool ok = ledger_look_accounts(pg, facts, &arena, err) &&
              ledger_look_counters(pg, facts, &arena, err) &&
              ledger_look_once_keys(pg, facts, &arena, err) &&
              ledger_look_records(pg, facts, &arena, err);

    arena_free(&arena);
    return ok;
}
