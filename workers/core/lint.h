/* lint.h - what is questionable about rules that compile: its rows of
 * mistake.h. */
#ifndef CORE_LINT_H
#define CORE_LINT_H

#include <stdint.h>

#include "diag.h"
#include "rule.h"

/* Add a warning for each finding, at its rule or line. `now_us` is the time by
 * which a rule has ended. Rules that are off are passed over. */
void lint_rules(const struct ruleset *ruleset, int64_t now_us,
                struct diag_list *diags);

#endif
