/* sieve.c - an axis for the time and for each field. Its edges are constants;
 * at and between them, all values stand alike to each of those, so that there
 * is a row of bits for each edge and for each gap. */
#include "sieve.h"

#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "expr_bound.h"
#include "range.h"

/* Of fewer forms, the fields cost more than they save. Edges beyond so many are
 * left out, evenly: rows tell a little less then, and stay small. So is what
 * comes behind a field that would be one too many: an axis of 10,000 forms
 * takes 1.3 MB. */
enum { FORMS_MIN = 8, AXIS_EDGES_MAX = 512, FIELDS_MAX = 16 };

/* What one form asks of an axis. */
struct claim {
    size_t form;
    struct value constant;
    unsigned signs; /* as a bound's */
};

struct axis {
    const struct code *field; /* NULL: the event's time */
    struct value *edges;      /* from the least up, each once */
    size_t edge_count;
    uint64_t *rows; /* below the first edge, at it, between it and ... */
};

struct sieve {
    size_t words;   /* of a row */
    uint64_t *live; /* forms that are not off */
    struct axis time;
    struct axis *fields; /* all that are read for a bound: see sieve_pass */
    size_t field_count;
};

/* An axis to be. */
struct draft {
    const struct code *field;
    struct claim *claims;
    size_t claim_count;
    size_t claim_room;
};

/* A sieve to be. */
struct drafts {
    struct arena scratch;
    struct draft time;
    struct draft fields[FIELDS_MAX];
    size_t field_count;
};

/* ---- making one ------------------------------------------------------------
 */

static void
add_claim(struct drafts *drafts, struct draft *draft, struct claim claim)
{
    draft->claims =
        arena_room(&drafts->scratch, draft->claims, draft->claim_count,
                   &draft->claim_room, 8, sizeof(*draft->claims));
    draft->claims[draft->claim_count++] = claim;
}

static void
claim_time(struct drafts *drafts, size_t form, const struct span *valid)
{
    struct value time = {.type = VALUE_TIMESTAMP};

    time.at_us = valid->from_us;
    if (valid->from_us != INT64_MIN)
        add_claim(drafts, &drafts->time,
                  (struct claim){form, time, RANGE_EQUAL | RANGE_ABOVE});
    time.at_us = valid->until_us;
    if (valid->until_us != INT64_MAX)
        add_claim(drafts, &drafts->time,
                  (struct claim){form, time, RANGE_BELOW});
}

/* NULL: there are as many as there may be. */
static struct draft *
draft_of(struct drafts *drafts, const struct code *field)
{
    for (size_t i = 0; i < drafts->field_count; i++)
        if (expr_bound_same_field(drafts->fields[i].field, field))
            return &drafts->fields[i];
    if (drafts->field_count == FIELDS_MAX)
        return NULL;
    drafts->fields[drafts->field_count] = (struct draft){.field = field};
    return &drafts->fields[drafts->field_count++];
}

static void
claim_fields(struct drafts *drafts, size_t form, const struct expr *when)
{
    const struct expr_bound *bounds;
    size_t count = expr_bounds(when, &drafts->scratch, &bounds);

    for (size_t i = 0; i < count; i++) {
        struct draft *draft = draft_of(drafts, bounds[i].field);

        if (!draft)
            return;
        add_claim(drafts, draft,
                  (struct claim){form, bounds[i].constant, bounds[i].signs});
    }
}

static int
compare_edges(const void *left, const void *right)
{
    return value_compare(left, right);
}

/* Each once, and no more of them than there may be; returns how many. */
static size_t
thin_out(struct value *edges, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (kept == 0 || value_compare(&edges[kept - 1], &edges[i]) != 0)
            edges[kept++] = edges[i];
    if (kept <= AXIS_EDGES_MAX)
        return kept;
    for (size_t i = 0; i < AXIS_EDGES_MAX; i++)
        edges[i] = edges[i * kept / AXIS_EDGES_MAX];
    return AXIS_EDGES_MAX;
}

static void
make_edges(struct arena *arena, struct arena *scratch,
           const struct draft *draft, struct axis *axis)
{
    size_t count = draft->claim_count;
    struct value *edges = arena_array(scratch, count, sizeof(*edges));

    for (size_t i = 0; i < count; i++)
        edges[i] = draft->claims[i].constant;
    qsort(edges, count, sizeof(*edges), compare_edges);
    axis->edge_count = thin_out(edges, count);
    axis->edges = arena_array(arena, axis->edge_count, sizeof(*axis->edges));
    memcpy(axis->edges, edges, axis->edge_count * sizeof(*axis->edges));
}

/* The number of the row for that value: odd at an edge. */
static size_t
find_row(const struct axis *axis, const struct value *value)
{
    size_t least = 0;
    size_t end = axis->edge_count;

    while (least < end) {
        size_t middle = least + (end - least) / 2;
        int order = value_compare(&axis->edges[middle], value);

        if (order == 0)
            return 2 * middle + 1;
        if (order < 0)
            least = middle + 1;
        else
            end = middle;
    }
    return 2 * least;
}

/* How values of a row stand to the constant whose own row is `at`. One that is
 * no edge shares its row with what is below and above it. */
static unsigned
row_signs(size_t row, size_t at)
{
    if (row < at)
        return RANGE_BELOW;
    if (row > at)
        return RANGE_ABOVE;
    return at % 2 ? RANGE_EQUAL : RANGE_BELOW | RANGE_EQUAL | RANGE_ABOVE;
}

static void
make_rows(struct arena *arena, const struct draft *draft, struct axis *axis,
          size_t words)
{
    size_t count = 2 * axis->edge_count + 1;

    axis->rows = arena_array(arena, count * words, sizeof(*axis->rows));
    memset(axis->rows, 0xff, count * words * sizeof(*axis->rows));
    for (size_t i = 0; i < draft->claim_count; i++) {
        const struct claim *claim = &draft->claims[i];
        size_t at = find_row(axis, &claim->constant);

        for (size_t row = 0; row < count; row++)
            if (!(row_signs(row, at) & claim->signs))
                bits_clear(axis->rows + row * words, claim->form);
    }
}

static struct axis
make_axis(struct arena *arena, struct drafts *drafts, const struct draft *draft,
          size_t words)
{
    struct axis axis = {.field = draft->field};

    if (!draft->claim_count)
        return axis;
    make_edges(arena, &drafts->scratch, draft, &axis);
    make_rows(arena, draft, &axis, words);
    return axis;
}

static void
make_axes(struct arena *arena, struct drafts *drafts, struct sieve *sieve)
{
    size_t count = drafts->field_count;

    sieve->time = make_axis(arena, drafts, &drafts->time, sieve->words);
    sieve->fields = arena_array(arena, count, sizeof(*sieve->fields));
    for (size_t i = 0; i < count; i++)
        sieve->fields[i] =
            make_axis(arena, drafts, &drafts->fields[i], sieve->words);
    sieve->field_count = count;
}

struct sieve *
sieve_make(struct arena *arena, const struct rule_form *const *forms,
           size_t count)
{
    struct sieve *sieve = ARENA_NEW(arena, struct sieve);
    struct drafts drafts = {0};

    sieve->words = bits_words(count);
    sieve->live = bits_new(arena, count);
    for (size_t i = 0; i < count; i++) {
        const struct guard *guard = &forms[i]->guard;

        if (guard->off)
            continue;
        bits_set(sieve->live, i);
        claim_time(&drafts, i, &guard->valid);
        if (guard->when && count >= FORMS_MIN)
            claim_fields(&drafts, i, guard->when);
    }
    make_axes(arena, &drafts, sieve);
    arena_free(&drafts.scratch);
    return sieve;
}

/* ---- passing an event through it -------------------------------------------
 */

static void
meet(const struct sieve *sieve, const struct axis *axis,
     const struct value *value, uint64_t *open)
{
    bits_meet(open, axis->rows + find_row(axis, value) * sieve->words,
              sieve->words);
}

/* False when one of them is not as its schema promises: a condition may read it
 * and fail before it comes to what would close the rule. */
static bool
meet_fields(const struct sieve *sieve, const struct event *event,
            uint64_t *open)
{
    for (size_t i = 0; i < sieve->field_count; i++) {
        struct value value;
        enum bound_reading reading =
            expr_bound_read(sieve->fields[i].field, event, &value);

        if (reading == BOUND_BROKEN)
            return false;
        if (reading == BOUND_READ)
            meet(sieve, &sieve->fields[i], &value, open);
    }
    return true;
}

/* A rule asks for the time before all fields. */
void
sieve_pass(const struct sieve *sieve, const struct event *event, uint64_t *open)
{
    const struct value time = {.type = VALUE_TIMESTAMP,
                               .at_us = event->time_us};
    size_t size = sieve->words * sizeof(*open);

    memcpy(open, sieve->live, size);
    if (!meet_fields(sieve, event, open))
        memcpy(open, sieve->live, size);
    if (sieve->time.edge_count)
        meet(sieve, &sieve->time, &time, open);
}
