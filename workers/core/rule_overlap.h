/* rule_overlap.h - rules that would pay the same account for the same event. */
#ifndef CORE_RULE_OVERLAP_H
#define CORE_RULE_OVERLAP_H

#include "rule_read.h"

/* Add an error for each compiled rule of the rule set that overlaps one before
 * it in the file, or holds back what another holds back already. */
void rule_overlap_check(struct reader *reader);

#endif
