/* rule_parts.h - what a compiled rule is made of; for the compiler, the line
 * kinds and the decider only. All of it lives in the rule set's arena. */
#ifndef CORE_RULE_PARTS_H
#define CORE_RULE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "expr.h"
#include "facts.h"
#include "map.h"
#include "num.h"
#include "schema.h"
#include "str.h"
#include "window.h"
#include "zone.h"

struct line_kind; /* see line.h */
struct charge;    /* see charge.h, and so on */
struct pending;
struct reversed_by;
struct closer;
struct op;
struct sieve;

/* Bounds of a rule file. */
enum {
    RULES_MAX = 10000,
    RULE_LINES_MAX = 64,
    TABLE_ROWS_MAX = 200,
    STREAK_DAYS_MAX = 400,
    ID_MAX_BYTES = 40,
    COHORT_BUCKETS = 10000,
    DESCRIPTION_MAX_BYTES = 200, /* of a rule or line */
};

/* Where a key stands in the rule file. */
struct place {
    int line; /* from 1; 0: it is not there */
    int column;
};

/* A row of a table or price list, for listings. */
struct row_view {
    struct str key;
    struct place place;
    const struct ledger_line *ledger; /* what it is posted under */
    bool is_zero;                     /* and so never posted */
};

/* One word of `once`, in the order written. */
struct once_part {
    enum { ONCE_FIELD, ONCE_DAY, ONCE_ROW } kind;
    const struct expr *field; /* of ONCE_FIELD */
};

struct once {
    bool present;
    bool per_account;
    bool per_row; /* one key a table row, not one for the line */
    const struct once_part *parts; /* without `account` */
    size_t part_count;
};

struct limit {
    bool present;
    bool for_all; /* one counter for all accounts */
    bool times;   /* counts payments, not amounts */
    bool clip;    /* pay what is left rather than nothing */
    enum window window;
    int64_t max; /* minor units, or payments */
};

/* Accounts whose bucket is from `first` on and before `end`; see cohort.h. */
struct cohort {
    bool present;
    struct str salt;
    int32_t first;
    int32_t end;
};

/* From inclusive, until exclusive, by event time. */
struct span {
    int64_t from_us;
    int64_t until_us;
};

/* The conditions that rules and lines have in common. */
struct guard {
    bool off;
    bool shadow; /* of a rule alone */
    struct span valid;
    const struct expr *when; /* NULL: always */
    struct cohort cohort;
    struct once once;
    struct limit limit;
    struct place when_place;
    struct place once_place;
    struct place limit_place;
};

struct line {
    struct str id;
    int row; /* place of the id in the file */
    int column;
    size_t index; /* in its rule, from 0 */
    const struct line_kind *kind;
    const void *plan;           /* the kind's own */
    struct ledger_line *ledger; /* `rule.line` */
    struct guard guard;
    bool has_rows;      /* pays under names of rows, not under its own */
    size_t offer_room;  /* most amounts it can come to */
    size_t change_room; /* most counters it can move */
};

/* A rule as compiled for one of its triggers: expressions are typed against
 * that event's schema. */
struct rule_form {
    const struct rule *rule;
    const struct event_type *type;
    int scale; /* decimals of the asset */
    const struct expr *account;
    bool account_is_canonical; /* the schema check made it so */
    struct guard guard;
    struct line *lines; /* of a rule that pays ... */
    size_t line_count;
    const struct charge *charge;    /* ... or NULL, of one that charges */
    bool uses_bonus;                /* a line reads account.bonus_xp */
    const struct expr_known *reads; /* fields of event.data, by anything */
};

struct rule {
    struct str id;
    int row; /* place of the id in the file */
    int column;
    struct ledger_line *ledger;
    struct str account; /* text of the expression */
    bool accepts_late;  /* however late */
    int64_t late_us;    /* else at most this late */
    bool overlap_allowed;
    bool shadow;                   /* decided, written down, never paid */
    bool unbounded_accepted;       /* what lint would warn of */
    const struct pending *pending; /* NULL: paid at once */
    const struct reversed_by *reversed_by; /* NULL: for good */
    struct rule_form *forms;               /* one a trigger */
    size_t form_count;
};

/* Paths below event.data, each once and with a NUL behind it. */
struct path_list {
    struct str *items;
    size_t count;
    size_t room;
};

/* Everything that one type of event sets off, with the room a decision about
 * it needs. */
struct trigger {
    const struct event_type *type;
    const struct op *op;    /* NULL: rules alone */
    struct closer *closers; /* rules that wait for the type */
    size_t closer_count;
    size_t closer_room;
    const struct rule_form **forms; /* in file order */
    const struct sieve *sieve;      /* which to ask; NULL: there are none */
    size_t form_count;
    size_t form_room;
    size_t offer_room;
    size_t change_room;
    size_t skip_room;
    struct path_list kept;  /* see ruleset_kept_fields */
    struct path_list read;  /* see ruleset_read_fields */
    struct trigger *shadow; /* of the rules in shadow alone; or NULL */
};

/* What a decision needs of a rule set besides the rules. */
struct rule_index {
    struct map triggers; /* struct trigger, by the bytes of the type pointer */
    struct zone zone;
    enum round_mode round;
    struct span valid;
};

struct ruleset;

/* NULL when nothing is triggered by the type. */
struct trigger *rule_index_find(const struct rule_index *index,
                                const struct event_type *type);

#endif
