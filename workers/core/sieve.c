/* sieve.c - an axis for the time and for each field. Its edges are constants;
 * at and between them, all values stand alike to each of those, so that there
 * is a row of bits for each edge and for each gap. */
#include "sieve.h"

#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "expr_bound.h"
#include "range.h"

/* A field that few conditions ask for costs more than it saves. Edges beyond so
 * many are left out, evenly: rows tell a little less then, and stay small. */
enum { AXIS_FORMS_MIN = 4, AXIS_EDGES_MAX = 512 };

/* What one form asks of an axis. */
struct claim {
    size_t form;
    struct value constant;
    unsigned signs; /* as a bound's */
};

struct axis {
    const struct code *field; /* NULL: the event's time */
    struct claim *claims;     /* while it is made */
    size_t claim_count;
    size_t claim_room;
    struct value *edges; /* from the least up, each once */
    size_t edge_count;
    uint64_t *rows; /* below the first edge, at it, between it and ... */
};

struct sieve {
    size_t words;   /* of a row */
    uint64_t *live; /* forms that are not off */
    struct axis time;
    struct axis *fields;
    size_t field_count;
    size_t field_room;
};

/* ---- making one ------------------------------------------------------------
 */

static void
add_claim(struct arena *arena, struct axis *axis, struct claim claim)
{
    axis->claims = arena_room(arena, axis->claims, axis->claim_count,
                              &axis->claim_room, 8, sizeof(*axis->claims));
    axis->claims[axis->claim_count++] = claim;
}

static void
claim_time(struct arena *arena, struct sieve *sieve, size_t form,
           const struct span *valid)
{
    struct value time = {.type = VALUE_TIMESTAMP};

    time.at_us = valid->from_us;
    if (valid->from_us != INT64_MIN)
        add_claim(arena, &sieve->time,
                  (struct claim){form, time, RANGE_EQUAL | RANGE_ABOVE});
    time.at_us = valid->until_us;
    if (valid->until_us != INT64_MAX)
        add_claim(arena, &sieve->time, (struct claim){form, time, RANGE_BELOW});
}

static struct axis *
axis_of(struct arena *arena, struct sieve *sieve, const struct code *field)
{
    for (size_t i = 0; i < sieve->field_count; i++)
        if (expr_bound_same_field(sieve->fields[i].field, field))
            return &sieve->fields[i];
    sieve->fields = arena_room(arena, sieve->fields, sieve->field_count,
                               &sieve->field_room, 4, sizeof(*sieve->fields));
    sieve->fields[sieve->field_count] = (struct axis){.field = field};
    return &sieve->fields[sieve->field_count++];
}

static void
claim_fields(struct arena *arena, struct sieve *sieve, size_t form,
             const struct expr *when)
{
    const struct expr_bound *bounds;
    size_t count = expr_bounds(when, arena, &bounds);

    for (size_t i = 0; i < count; i++)
        add_claim(arena, axis_of(arena, sieve, bounds[i].field),
                  (struct claim){form, bounds[i].constant, bounds[i].signs});
}

static int
compare_edges(const void *left, const void *right)
{
    return value_compare(left, right);
}

static void
drop_repeats(struct axis *axis)
{
    size_t count = 0;

    for (size_t i = 0; i < axis->edge_count; i++)
        if (count == 0 ||
            value_compare(&axis->edges[count - 1], &axis->edges[i]) != 0)
            axis->edges[count++] = axis->edges[i];
    axis->edge_count = count;
}

static void
thin_out(struct axis *axis)
{
    size_t count = axis->edge_count;

    if (count <= AXIS_EDGES_MAX)
        return;
    for (size_t i = 0; i < AXIS_EDGES_MAX; i++)
        axis->edges[i] = axis->edges[i * count / AXIS_EDGES_MAX];
    axis->edge_count = AXIS_EDGES_MAX;
}

static void
make_edges(struct arena *arena, struct axis *axis)
{
    axis->edge_count = axis->claim_count;
    axis->edges = arena_array(arena, axis->claim_count, sizeof(*axis->edges));
    for (size_t i = 0; i < axis->claim_count; i++)
        axis->edges[i] = axis->claims[i].constant;
    qsort(axis->edges, axis->edge_count, sizeof(*axis->edges), compare_edges);
    drop_repeats(axis);
    thin_out(axis);
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
make_rows(struct arena *arena, struct axis *axis, size_t words)
{
    size_t count = 2 * axis->edge_count + 1;

    axis->rows = arena_array(arena, count * words, sizeof(*axis->rows));
    memset(axis->rows, 0xff, count * words * sizeof(*axis->rows));
    for (size_t i = 0; i < axis->claim_count; i++) {
        const struct claim *claim = &axis->claims[i];
        size_t at = find_row(axis, &claim->constant);

        for (size_t row = 0; row < count; row++)
            if (!(row_signs(row, at) & claim->signs))
                bits_clear(axis->rows + row * words, claim->form);
    }
}

static void
make_axis(struct arena *arena, struct axis *axis, size_t words)
{
    make_edges(arena, axis);
    make_rows(arena, axis, words);
}

/* Leave out fields that too few ask for, and make the axes of the others. */
static void
make_fields(struct arena *arena, struct sieve *sieve)
{
    size_t count = 0;

    for (size_t i = 0; i < sieve->field_count; i++) {
        if (sieve->fields[i].claim_count < AXIS_FORMS_MIN)
            continue;
        sieve->fields[count] = sieve->fields[i];
        make_axis(arena, &sieve->fields[count++], sieve->words);
    }
    sieve->field_count = count;
}

struct sieve *
sieve_make(struct arena *arena, const struct rule_form *const *forms,
           size_t count)
{
    struct sieve *sieve = ARENA_NEW(arena, struct sieve);

    sieve->words = bits_words(count);
    sieve->live = arena_array(arena, sieve->words, sizeof(*sieve->live));
    for (size_t i = 0; i < count; i++) {
        const struct guard *guard = &forms[i]->guard;

        if (guard->off)
            continue;
        bits_set(sieve->live, i);
        claim_time(arena, sieve, i, &guard->valid);
        if (guard->when)
            claim_fields(arena, sieve, i, guard->when);
    }
    make_axis(arena, &sieve->time, sieve->words);
    make_fields(arena, sieve);
    return sieve;
}

/* ---- passing an event through it -------------------------------------------
 */

static void
meet(const struct sieve *sieve, const struct axis *axis,
     const struct value *value, uint64_t *open)
{
    const uint64_t *row = axis->rows + find_row(axis, value) * sieve->words;

    for (size_t i = 0; i < sieve->words; i++)
        open[i] &= row[i];
}

/* False when nothing can be said of the event without asking. */
static bool
meet_field(const struct sieve *sieve, const struct axis *axis,
           const struct event *event, uint64_t *open)
{
    struct value value;

    switch (expr_bound_read(axis->field, event, &value)) {
    case BOUND_FIELD_READ:
        meet(sieve, axis, &value, open);
        return true;
    case BOUND_FIELD_MISSING:
        return true;
    case BOUND_FIELD_BROKEN:
        break;
    }
    return false;
}

static void
open_all(const struct sieve *sieve, uint64_t *open)
{
    memcpy(open, sieve->live, sieve->words * sizeof(*open));
}

/* Time comes last: it is asked for before all fields. */
void
sieve_pass(const struct sieve *sieve, const struct event *event, uint64_t *open)
{
    const struct value time = {.type = VALUE_TIMESTAMP,
                               .at_us = event->time_us};

    open_all(sieve, open);
    for (size_t i = 0; i < sieve->field_count; i++)
        if (!meet_field(sieve, &sieve->fields[i], event, open)) {
            open_all(sieve, open);
            break;
        }
    if (sieve->time.edge_count)
        meet(sieve, &sieve->time, &time, open);
}
