/* ledger_facts.c - locks and reads what a decision depends on: the accounts,
 * and then, with one wait, all that hangs on them. Account rows are locked in
 * order of id; a counter or once-key of an account is covered by its account's
 * lock; counters of all accounts are locked by themselves, and once-keys of all
 * accounts left to their unique key. */
#include "ledger.h"

#include "fault.h"
#include "ledger_parts.h"

bool
ledger_lock(struct ledger *ledger, struct facts *facts, struct err *err)
{
    struct arena arena = {0};
    struct inquiry inquiry = {.arena = &arena};
    bool ok = ledger_lock_accounts(ledger, facts, &arena, err);

    if (ok) {
        ask_counters(&inquiry, facts, true);
        ask_once_keys(&inquiry, facts, &ledger->once_guesses);
        ask_records(&inquiry, facts, true);
        ok = inquiry_run(&inquiry, ledger->pg, err);
        ledger->once_guesses.ask_all = ledger->once_guesses.ask_all && !ok;
    }
    arena_free(&arena);
    FAULT_POINT("worker.lock");
    return ok;
}

bool
ledger_look(struct pg *pg, struct facts *facts, struct err *err)
{
    struct arena arena = {0};
    struct inquiry inquiry = {.arena = &arena};
    bool ok = ledger_look_accounts(pg, facts, &arena, err);

    if (ok) {
        ask_counters(&inquiry, facts, false);
        ask_once_keys(&inquiry, facts, NULL);
        ask_records(&inquiry, facts, false);
        ok = inquiry_run(&inquiry, pg, err);
    }
    arena_free(&arena);
    return ok;
}
