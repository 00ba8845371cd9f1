/* order.h - whether it matters in which order events come. A rule is
 * order-free when every account ends with the same sum in any order; else it is
 * order-bound, and events of one key must come in order for a rerun to pay the
 * same. What cannot be shown to be free is called bound. */
#ifndef CORE_ORDER_H
#define CORE_ORDER_H

#include "arena.h"
#include "rule.h"
#include "str.h"

struct order {
    bool is_bound;
    struct str keys; /* "account", "all accounts", or fields; several are
                        joined by "; ", and each of them must be in order */
    struct str why;  /* joined likewise */
};

struct order rule_order(const struct ruleset *ruleset, const struct rule *rule,
                        struct arena *arena);

#endif
