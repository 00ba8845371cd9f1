/* house_line.h - the names that operations post under, beside those that rules
 * give: the same in every rule set. */
#ifndef CORE_HOUSE_LINE_H
#define CORE_HOUSE_LINE_H

#include <stdbool.h>

#include "entry_type.h"
#include "str.h"

enum house_line {
    HOUSE_TRANSFER_SENT,
    HOUSE_TRANSFER_RECEIVED,
    HOUSE_STAKE_LOCKED,
    HOUSE_STAKE_RETURNED,
    HOUSE_PENDING_HELD,
    HOUSE_PENDING_RELEASED,
    HOUSE_PENDING_VOIDED,
    HOUSE_DEBT_LENT,
    HOUSE_DEBT_REPAID,
    HOUSE_CONVERSION_RESERVED,
    HOUSE_CONVERSION_RETURNED,
    HOUSE_CONVERSION_COMPLETED,
    HOUSE_ADJUSTMENT_BOOKED,
    HOUSE_LINE_COUNT,
};

struct house_line_spec {
    const char *name; /* "transfer.sent" */
    const char *description;
    const struct entry_type *type;
};

extern const struct house_line_spec house_line_specs[HOUSE_LINE_COUNT];

/* Whether a rule must not have that id, since house lines begin with it. */
bool house_line_reserves(struct str rule_id);

#endif
