/* ledger_inquiry.c - questions to the ledger that are asked with one wait. */
#include "ledger_inquiry.h"

struct question {
    struct pg_statement statement;
    question_reader *read;
    void *context;
};

void
inquiry_add(struct inquiry *inquiry, struct pg_statement statement,
            question_reader *read, void *context)
{
    inquiry->questions =
        arena_room(inquiry->arena, inquiry->questions, inquiry->count,
                   &inquiry->room, 8, sizeof(*inquiry->questions));
    inquiry->questions[inquiry->count++] =
        (struct question){statement, read, context};
}

static bool
read_results(const struct inquiry *inquiry, struct pg_result **results,
             struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < inquiry->count; i++) {
        const struct question *question = &inquiry->questions[i];

        if (question->read)
            ok = ok && question->read(question->context, results[i], err);
        pg_result_free(results[i]);
    }
    return ok;
}

bool
inquiry_run(struct inquiry *inquiry, struct pg *pg, struct err *err)
{
    size_t count = inquiry->count;
    struct pg_statement *statements =
        arena_array(inquiry->arena, count, sizeof(*statements));
    struct pg_result **results =
        arena_array(inquiry->arena, count, sizeof(struct pg_result *));

    if (!count)
        return true;
    for (size_t i = 0; i < count; i++) {
        statements[i] = inquiry->questions[i].statement;
        statements[i].result = &results[i];
    }
    return pg_run_all(pg, statements, count, err) &&
           read_results(inquiry, results, err);
}
