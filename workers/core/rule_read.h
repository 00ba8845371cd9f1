/* rule_read.h - reading the nodes of a rule file: each function checks one
 * shape, and what does not fit becomes a diagnostic at its place. */
#ifndef CORE_RULE_READ_H
#define CORE_RULE_READ_H

#include "diag.h"
#include "expr.h"
#include "map.h"
#include "mistake.h"
#include "node.h"
#include "rule.h"
#include "rule_parts.h"
#include "rule_shape.h"

enum { PERIOD_MAX_DAYS = 3650 };

/* One compilation of one file. */
struct reader {
    struct arena *arena;
    const char *file;
    struct diag_list *diags;
    const struct schema_set *schemas;
    const struct ruleset *ruleset;
    struct ruleset *draft;    /* the same while it is being made, or NULL */
    struct rule_index *index; /* being made */
    struct map ledger_names;  /* struct ledger_line, by name */
    struct map registered;    /* those that the rule set lists, by name */
    struct map rule_ids;      /* struct rule, by id */
    size_t line_room;         /* of ruleset->lines */
    size_t rule_lines;        /* where those of the rule begin in them */
    struct expr_scope scope;  /* of the rule or line being compiled */
    const struct rule *rule;  /* being compiled */
};

/* Add an error at the node; returns false. */
bool reader_error(struct reader *reader, const struct node *node,
                  enum mistake mistake, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* The same at the key of a member. */
bool reader_key_error(struct reader *reader, const struct node_member *member,
                      enum mistake mistake, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* What the node is, for "must be a number, not ...": `a list`, `true`. Made
 * in the reader's arena. */
const char *reader_describe(struct reader *reader, const struct node *node);

/* The word of the list nearest to `word`, if one is near, as the help for the
 * error added last; returns false. */
bool reader_suggest(struct reader *reader, struct str word,
                    const char *const *words, size_t count);

/* Why the node is not a list or mapping, as it should be, of so many entries.
 */
enum mistake kind_or_size(const struct node *node, enum node_kind wanted);

/* Check that node is an object with keys of the shape, none that is required
 * missing. Their values are for the caller. */
MUST_CHECK bool read_keys(struct reader *reader, const struct node *node,
                          const struct shape *shape);

/* Text of 1 to `max` bytes on one line; numbers count as their spelling. The
 * result is copied. `what` names it in messages: "version". */
MUST_CHECK bool read_text(struct reader *reader, const struct node *node,
                          const char *what, size_t max, struct str *text);

/* [a-z][a-z0-9_]*, at most ID_MAX_BYTES. */
MUST_CHECK bool read_id(struct reader *reader, const struct node *node,
                        const char *what, struct str *id);

/* As read_id, of a key of a mapping. */
MUST_CHECK bool read_id_key(struct reader *reader,
                            const struct node_member *member, const char *what,
                            struct str *id);

/* A decimal, plain or quoted. */
MUST_CHECK bool read_decimal(struct reader *reader, const struct node *node,
                             const char *what, struct ratio *amount);

/* As read_decimal, not below zero; -0 is a slip. */
MUST_CHECK bool read_amount(struct reader *reader, const struct node *node,
                            const char *what, struct ratio *amount);

/* As read_amount, above zero. */
MUST_CHECK bool read_positive(struct reader *reader, const struct node *node,
                              const char *what, struct ratio *number);

/* One of the words; *index says which. */
MUST_CHECK bool read_word(struct reader *reader, const struct node *node,
                          const char *what, const char *const *words,
                          size_t count, size_t *index);

/* RFC 3339. */
MUST_CHECK bool read_time(struct reader *reader, const struct node *node,
                          const char *what, int64_t *at_us);

/* A number with s, m, h or d after it, or a number of seconds. */
MUST_CHECK bool read_duration(struct reader *reader, const struct node *node,
                              const char *what, int64_t *seconds);

/* As read_duration, of one second to PERIOD_MAX_DAYS: what can be added to the
 * time of any event. */
MUST_CHECK bool read_period(struct reader *reader, const struct node *node,
                            const char *what, int64_t *period_us);

/* An expression in the reader's scope; a number or boolean is one too. NULL
 * when it does not compile. */
const struct expr *read_expr(struct reader *reader, const struct node *node,
                             const char *what);

/* As read_expr, when the result is an int or a decimal. */
const struct expr *read_number_expr(struct reader *reader,
                                    const struct node *node, const char *what);

/* The event type of that name; NULL when there is none. */
const struct event_type *read_type(struct reader *reader,
                                   const struct node *node, const char *what);

/* What the schema says of event.data.PATH, where PATH is keys joined by dots;
 * false when there is no such field. */
MUST_CHECK bool find_field(const struct event_type *type, struct str path,
                           struct field *field);

/* A copy of the tree. Decimals become JSON numbers, NODE_REAL, so that data
 * of test events is what JSON would have given. */
struct node *node_copy(struct arena *arena, const struct node *node);

#endif
