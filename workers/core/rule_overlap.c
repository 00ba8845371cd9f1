/* rule_overlap.c - two rules on one trigger that pay one account are more often
 * a slip than a wish. Rules are met by trigger and account, so that ten
 * thousand of them are not compared with each other one by one. */
#include "rule_overlap.h"

#include "cohort.h"

/* A rule by its place in the rule set, when and for whom it counts. */
struct peer {
    size_t index;
    struct span valid;
    const struct cohort *cohort;
};

struct peers {
    struct span hull; /* of all, so that most need not be looked at */
    struct peer *items;
    size_t count;
    size_t room;
};

/* The rules so far that one trigger makes pay one account. */
struct meeting {
    struct peers allowed; /* with overlap: allowed */
    struct peers others;
};

struct search {
    struct reader *reader;
    struct map meetings; /* struct meeting, by trigger and account */
    struct map holders;  /* the first rule with pending, by trigger */
};

static bool
is_live(const struct rule *rule)
{
    return rule->form_count && !rule->forms[0].guard.off && !rule->shadow;
}

static const struct event_type *
common_trigger(const struct rule *left, const struct rule *right)
{
    for (size_t i = 0; i < left->form_count; i++)
        for (size_t j = 0; j < right->form_count; j++)
            if (left->forms[i].type == right->forms[j].type)
                return left->forms[i].type;
    return NULL;
}

/* A type is one object, so its address names it. */
static struct meeting *
meeting_of(struct search *search, const struct rule_form *form)
{
    struct arena *arena = search->reader->arena;
    const char *key = arena_printf(arena, "%p %.*s", (const void *)form->type,
                                   STR_ARG(form->rule->account));
    void **place = map_put(&search->meetings, str_from_cstr(key));

    if (!*place)
        *place = ARENA_NEW(arena, struct meeting);
    return *place;
}

/* Rules that follow each other in time do not overlap. */
static bool
spans_meet(const struct span *a, const struct span *b)
{
    return a->from_us < b->until_us && b->from_us < a->until_us;
}

static void
peers_add(struct arena *arena, struct peers *peers, struct peer peer)
{
    const struct span *valid = &peer.valid;

    if (!peers->count || valid->from_us < peers->hull.from_us)
        peers->hull.from_us = valid->from_us;
    if (!peers->count || valid->until_us > peers->hull.until_us)
        peers->hull.until_us = valid->until_us;
    peers->items = arena_room(arena, peers->items, peers->count, &peers->room,
                              4, sizeof(*peers->items));
    peers->items[peers->count++] = peer;
}

/* The first of the peers that may pay with the rule, if it comes before
 * `first`; else that. Rules for other cohorts do not. */
static size_t
peers_first(const struct peers *peers, const struct peer *rule, size_t first)
{
    if (!peers->count || !spans_meet(&peers->hull, &rule->valid))
        return first;
    for (size_t i = 0; i < peers->count && peers->items[i].index < first; i++)
        if (spans_meet(&peers->items[i].valid, &rule->valid) &&
            !cohorts_are_apart(peers->items[i].cohort, rule->cohort))
            return peers->items[i].index;
    return first;
}

/* Add the rule to those it meets. The first rule before it that it overlaps,
 * or itself. */
static size_t
meet(struct search *search, const struct rule *rule, size_t index)
{
    size_t first = index;

    if (!is_live(rule) || !rule->account.len)
        return first;
    for (size_t i = 0; i < rule->form_count; i++) {
        const struct guard *guard = &rule->forms[i].guard;
        const struct peer self = {index, guard->valid, &guard->cohort};
        struct meeting *meeting = meeting_of(search, &rule->forms[i]);

        first = peers_first(&meeting->others, &self, first);
        if (!rule->overlap_allowed)
            first = peers_first(&meeting->allowed, &self, first);
        peers_add(search->reader->arena,
                  rule->overlap_allowed ? &meeting->allowed : &meeting->others,
                  self);
    }
    return first;
}

/* The first rule before it that holds back payments for a trigger of it, or
 * itself. */
static size_t
find_holder(struct search *search, const struct rule *rule, size_t index)
{
    size_t first = index;

    for (size_t i = 0; rule->pending && i < rule->form_count; i++) {
        const struct event_type *const *type = &rule->forms[i].type;
        void **place = map_put(&search->holders,
                               str_make((const char *)type, sizeof(*type)));
        const size_t *holder = *place;

        if (!holder) {
            size_t *self = ARENA_NEW(search->reader->arena, size_t);

            *self = index;
            *place = self;
        } else if (*holder < first) {
            first = *holder;
        }
    }
    return first;
}

static void
report_holder(struct reader *reader, const struct rule *rule,
              const struct rule *other)
{
    mistake_add(reader->diags, MISTAKE_TWO_HOLDS, reader->file, rule->row,
                rule->column,
                "rule \"%.*s\" (line %d) holds back what it pays for "
                "%.*s as well; one rule can",
                STR_ARG(other->id), other->row,
                STR_ARG(common_trigger(other, rule)->name));
}

static void
report_overlap(struct reader *reader, const struct rule *rule,
               const struct rule *other)
{
    mistake_add(
        reader->diags, MISTAKE_OVERLAP, reader->file, rule->row, rule->column,
        "rules \"%.*s\" (line %d) and \"%.*s\" both pay %.*s for "
        "%.*s; if that is meant, write overlap: allowed in both",
        STR_ARG(other->id), other->row, STR_ARG(rule->id),
        STR_ARG(rule->account), STR_ARG(common_trigger(other, rule)->name));
}

void
rule_overlap_check(struct reader *reader)
{
    const struct ruleset *ruleset = reader->ruleset;
    struct search search = {.reader = reader};

    map_init(&search.meetings, reader->arena);
    map_init(&search.holders, reader->arena);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = ruleset->rules[i];
        size_t other = meet(&search, rule, i);
        size_t holder = find_holder(&search, rule, i);

        if (holder < i && holder <= other)
            report_holder(reader, rule, ruleset->rules[holder]);
        else if (other < i)
            report_overlap(reader, rule, ruleset->rules[other]);
    }
}
