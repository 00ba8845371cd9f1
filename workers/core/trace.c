/* trace.c - a list that grows; who writes what is in turn.c and its callers. */
#include "trace.h"

void
trace_init(struct trace *trace, struct arena *arena)
{
    *trace = (struct trace){.arena = arena};
}

struct trace_step *
trace_add(struct trace *trace, enum trace_kind kind,
          const struct ledger_line *line)
{
    struct trace_step *step;

    trace->steps = arena_room(trace->arena, trace->steps, trace->count,
                              &trace->room, 32, sizeof(*trace->steps));
    step = &trace->steps[trace->count++];
    *step = (struct trace_step){.kind = kind, .line = line};
    return step;
}

void
trace_value(struct trace *trace, const struct ledger_line *line,
            const struct expr *expr, const struct event *event,
            const struct value *value)
{
    struct trace_step *step = trace_add(trace, TRACE_EVAL, line);

    step->eval.expr = expr;
    step->eval.value = *value;
    if (event->extras)
        memcpy(step->eval.extras, event->extras, sizeof(step->eval.extras));
    if (value->type == VALUE_STRING)
        step->eval.value.string = str_dup(trace->arena, value->string);
}

void
trace_row(struct trace *trace, const struct ledger_line *line, size_t row)
{
    if (trace)
        trace_add(trace, TRACE_ROW, line)->row = row;
}

static bool
is_of(const struct trace_step *step, enum trace_kind kind,
      const struct ledger_line *line)
{
    return step->kind == kind && step->line == line;
}

const struct trace_step *
trace_first(const struct trace *trace, enum trace_kind kind,
            const struct ledger_line *line)
{
    for (size_t i = 0; i < trace->count; i++)
        if (is_of(&trace->steps[i], kind, line))
            return &trace->steps[i];
    return NULL;
}

const struct trace_step *
trace_last(const struct trace *trace, enum trace_kind kind,
           const struct ledger_line *line)
{
    for (size_t i = trace->count; i > 0; i--)
        if (is_of(&trace->steps[i - 1], kind, line))
            return &trace->steps[i - 1];
    return NULL;
}

void
trace_print_value(struct buf *buf, const struct trace *trace,
                  const struct ledger_line *line, const struct expr *expr)
{
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_step *step = &trace->steps[i];

        if (is_of(step, TRACE_EVAL, line) && step->eval.expr == expr) {
            value_print(buf, &step->eval.value);
            return;
        }
    }
}
