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
            const struct expr *expr, const struct value *value)
{
    struct trace_step *step = trace_add(trace, TRACE_EVAL, line);

    step->eval.expr = expr;
    step->eval.value = *value;
    if (value->type == VALUE_STRING)
        step->eval.value.string = str_dup(trace->arena, value->string);
}

void
trace_row(struct trace *trace, const struct ledger_line *line, size_t row)
{
    if (trace)
        trace_add(trace, TRACE_ROW, line)->row = row;
}
