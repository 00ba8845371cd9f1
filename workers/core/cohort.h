/* cohort.h - a part of all accounts, chosen by a digest of each account: who is
 * in it depends on nothing else, so nobody is in it for one event and out for
 * the next. */
#ifndef CORE_COHORT_H
#define CORE_COHORT_H

#include <stdbool.h>

#include "compiler.h"
#include "rule_parts.h"
#include "rule_read.h"
#include "str.h"

extern const struct shape cohort_shape;

/* Compile {percent, salt, from}; false after adding errors. */
MUST_CHECK bool cohort_compile(struct reader *reader, const struct node *node,
                               struct cohort *cohort);

/* The account's bucket, 0 to COHORT_BUCKETS - 1: the first 8 bytes, big-endian,
 * of SHA-256 of salt, a NUL and the canonical account, modulo COHORT_BUCKETS.
 * Never change it: people would move to other rates. */
int32_t cohort_bucket(struct str salt, struct str account);

/* Whether the account belongs to it; without a cohort, all do. */
bool cohort_has(const struct cohort *cohort, struct str account);

/* Whether no account can belong to both. */
bool cohorts_are_apart(const struct cohort *left, const struct cohort *right);

#endif
