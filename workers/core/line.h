/* line.h - the lines of a rule's award: what every kind of line has in common,
 * and the table of kinds. */
#ifndef CORE_LINE_H
#define CORE_LINE_H

#include "compiler.h"
#include "err.h"
#include "expr_range.h"
#include "rule_parts.h"
#include "rule_read.h"
#include "turn.h"

/* What of a line depends on the events before. */
struct line_order {
    bool by_sum;     /* what one event is paid, but not their sum */
    const char *why; /* their sum, because ...; NULL: it does not */
};
enum { LINE_READS_MAX = 2 };

struct trace; /* see trace.h */

/* One kind of line: a file, and a row of line_kinds. */
struct line_kind {
    const char *name;          /* its key in the rule file */
    const char *help;          /* one line */
    const struct shape *shape; /* of its value */
    const char *example;       /* as struct key has it */

    /* Turn the key's value into line->plan, in the reader's arena. The line
     * has its id, index and ledger, the form its earlier lines. May raise
     * line->offer_room (1) and line->change_room (0). Problems go to the
     * reader's diagnostics. */
    void (*compile)(struct reader *reader, const struct node *node,
                    const struct rule_form *form, struct line *line);

    /* Ask for facts beyond the guard's; may be NULL. The guard has let the
     * event pass. Failures are left for eval to report. */
    void (*want)(const struct line *line, const struct turn *turn,
                 struct err *ignored);

    /* Offer what the line comes to, with turn_offer, and note its counters,
     * with turn_change. `once` is the line's key, free, or NULL. */
    bool (*eval)(const struct line *line, struct turn *turn,
                 struct once_key *once, struct err *err);

    /* Append how the offer came about, from the trace of the decision: "100 x
     * 500". line_minor is what each line of the rule offers after its own
     * limit. NULL: there is no more to say than the amount. */
    void (*tell)(const struct line *line, const struct rule_form *form,
                 const struct trace *trace, const int64_t *line_minor,
                 struct buf *buf);

    /* What `once: [day]` means; NULL: the day of the event. */
    bool (*day)(const struct line *line, const struct turn *turn, int32_t *day,
                struct err *err);

    /* Before any event: what it can come to, before rounding, once and limits,
     * when the earlier lines of the rule pay `lines`. */
    struct range (*range)(const struct line *line,
                          const struct range_scope *scope,
                          const struct range *lines);

    /* The expressions of its amount; NULL: there are none. */
    size_t (*reads)(const struct line *line,
                    const struct expr *exprs[LINE_READS_MAX]);

    /* NULL: the event alone decides. `scale` is the asset's. */
    struct line_order (*order)(const struct line *line, int scale);

    /* Append the first value without a row, which sets its event aside. */
    bool (*lacks)(const struct line *line, const struct range_scope *scope,
                  struct buf *value);

    /* The row at `index`, as TRACE_ROW counts them; false behind the last.
     * NULL: the kind has none. */
    bool (*row)(const struct line *line, size_t index, struct row_view *row);
};

/* All kinds, in the order they are documented; ends with a NULL. */
extern const struct line_kind *const line_kinds[];

extern const struct line_kind line_flat;
extern const struct line_kind line_rate;
extern const struct line_kind line_percent;
extern const struct line_kind line_every;
extern const struct line_kind line_table;
extern const struct line_kind line_streak;
extern const struct line_kind line_amount;

/* The shape of one object of `award`. */
extern const struct shape line_shape;

/* Compile one object of `award` into form->lines[form->line_count], without
 * counting it; problems go to the reader's diagnostics. */
void line_compile(struct reader *reader, const struct node *node,
                  const struct rule_form *form, struct line *line);

/* The row of the ledger called `name`, the same object for the same name.
 * ledger_register has the rule set list it, once. */
struct ledger_line *ledger_name(struct reader *reader, struct str name);
void ledger_register(struct reader *reader, struct ledger_line *ledger);

/* Of a percent line: which part of which line; false of any other line. */
bool line_part_of(const struct line *line, size_t *of, struct ratio *part);

/* The bucket of the day's bit in the counters of a streak line. */
int32_t streak_bucket(int32_t day);

/* Ask for all facts the line may need; the rule's account is set. Failures
 * are left for line_decide to report. */
void line_want(const struct line *line, const struct turn *turn,
               struct err *ignored);

/* Offer what the line pays, after its own conditions and limit. */
MUST_CHECK bool line_decide(const struct line *line, struct turn *turn,
                            struct err *err);

#endif
