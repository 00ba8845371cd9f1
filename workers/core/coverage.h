/* coverage.h - which parts of the rules their tests have seen at work: whether
 * conditions were true and false, keys free and taken, limits kept and hit,
 * which rows were paid. */
#ifndef CORE_COVERAGE_H
#define CORE_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "decide.h"
#include "map.h"
#include "rule.h"
#include "rule_parts.h"
#include "trace.h"

enum cover_kind {
    COVER_WHEN,  /* false, true */
    COVER_GUARD, /* false, true */
    COVER_ONCE,  /* free, taken */
    COVER_LIMIT, /* kept, hit */
    COVER_ROW,   /* -, paid */
    COVER_PAID,  /* -, paid; of lines without rows */
};

/* A part of a rule, with its halves: what can be seen of it. */
struct cover_point {
    enum cover_kind kind;
    const struct rule *rule;
    struct str name; /* of the rule or line: "contract.on_time" */
    struct str row;  /* the key of a row */
    struct place place;
    const struct ledger_line *ledger; /* what a row or line is posted under */
    bool is_zero;                     /* of a row: there is nothing to post */
    bool seen[2];
};

struct coverage {
    struct arena *arena; /* borrowed; owns the points */
    const struct ruleset *ruleset;
    struct cover_point *points; /* in file order */
    size_t count;
    size_t room;
    struct map places; /* index + 1 of a point, by what stands for it */
};

/* How many halves there are, and how many of them were seen. */
struct cover_count {
    size_t seen;
    size_t all;
};

/* All points of the rule set, none of them seen. What is `mode: off` has none,
 * and neither has a condition without a field in it. */
void coverage_init(struct coverage *coverage, const struct ruleset *ruleset,
                   struct arena *arena);

/* Note what a decision has seen. */
void coverage_add(struct coverage *coverage, const struct trace *trace,
                  const struct decision *decision);

/* Of one rule, or with NULL of all. */
struct cover_count coverage_count(const struct coverage *coverage,
                                  const struct rule *rule);

struct cover_count cover_point_count(const struct cover_point *point);

/* What was not seen of the half, "when was never false"; NULL when it was, or
 * when the point has no such half. Made in the arena. */
const char *cover_point_missing(const struct cover_point *point, int half,
                                struct arena *arena);

/* Seen of all in percent, rounded down to tenths; 100 when there is nothing to
 * see. */
struct str cover_percent(struct cover_count count, struct arena *arena);

#endif
