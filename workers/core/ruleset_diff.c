/* ruleset_diff.c - two trees walked side by side. What is missing on one side
 * counts as its default, where there is one. */
#include "ruleset_diff.h"

#include "map.h"
#include "rule_value.h"

/* Where the walk is. */
struct place {
    struct ruleset_diff *diff;
    struct str rule;
    struct str line;
    struct str path; /* keys so far, with spaces between them */
    struct str key;  /* the last of them */
};

/* ---- changes
 * ------------------------------------------------------------------ */

static struct str
visible(struct arena *arena, struct str text)
{
    struct buf line;

    if (!text.at)
        return text;
    buf_init(&line, arena);
    buf_add_visible(&line, text);
    return str_dup(arena, buf_str(&line));
}

static struct str
text_of(struct arena *arena, const struct node *node)
{
    struct buf text;

    if (!node)
        return (struct str){0};
    buf_init(&text, arena);
    rule_value_print(&text, node);
    return visible(arena, buf_str(&text));
}

static void
add(const struct place *place, enum change_kind kind, struct str was,
    struct str is)
{
    struct ruleset_diff *diff = place->diff;

    diff->changes = arena_room(diff->arena, diff->changes, diff->count,
                               &diff->room, 16, sizeof(*diff->changes));
    diff->changes[diff->count++] =
        (struct ruleset_change){.kind = kind,
                                .rule = visible(diff->arena, place->rule),
                                .line = visible(diff->arena, place->line),
                                .path = visible(diff->arena, place->path),
                                .was = was,
                                .is = is};
}

/* One of the two may be NULL. */
static void
add_values(const struct place *place, const struct node *was,
           const struct node *is)
{
    struct arena *arena = place->diff->arena;

    add(place,
        !was  ? CHANGE_ADDED
        : !is ? CHANGE_REMOVED
              : CHANGE_CHANGED,
        text_of(arena, was), text_of(arena, is));
}

static struct place
below(const struct place *place, struct str key)
{
    struct arena *arena = place->diff->arena;
    struct place child = *place;

    child.key = key;
    child.path =
        str_from_cstr(arena_printf(arena, "%.*s%s%.*s", STR_ARG(place->path),
                                   place->path.len ? " " : "", STR_ARG(key)));
    return child;
}

/* ---- values
 * ------------------------------------------------------------------- */

/* Where both put together as many conditions, only those that differ. */
static void
compare_expressions(const struct place *place, const struct node *was,
                    const struct node *is)
{
    struct arena *arena = place->diff->arena;
    const struct str *old;
    const struct str *new;
    size_t count = rule_value_conditions(arena, was->text, &old);

    if (count == 1 || rule_value_conditions(arena, is->text, &new) != count) {
        add_values(place, was, is);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct node left = {.kind = NODE_STRING, .text = old[i]};
        const struct node right = {.kind = NODE_STRING, .text = new[i]};

        if (!rule_value_eq(place->key, &left, &right))
            add_values(place, &left, &right);
    }
}

static bool
is_condition(struct str key)
{
    return str_eq_cstr(key, "when") || str_eq_cstr(key, "guard");
}

static bool
is_tree(const struct node *node)
{
    return node->kind == NODE_LIST || node->kind == NODE_OBJECT;
}

static void
compare_scalars(const struct place *place, const struct node *was,
                const struct node *is)
{
    if (rule_value_eq(place->key, was, is))
        return;
    if (is_condition(place->key) && node_is_string(was) && node_is_string(is))
        compare_expressions(place, was, is);
    else
        add_values(place, was, is);
}

/* A trigger is one type or a list of them, in whatever order. */
static bool
has_word(const struct node *list, const struct node *word)
{
    if (list->kind != NODE_LIST)
        return !is_tree(list) && str_eq(list->text, word->text);
    for (size_t i = 0; i < list->item_count; i++)
        if (has_word(list->items[i], word))
            return true;
    return false;
}

static bool
has_words(const struct node *list, const struct node *words)
{
    if (words->kind != NODE_LIST)
        return has_word(list, words);
    for (size_t i = 0; i < words->item_count; i++)
        if (!has_word(list, words->items[i]))
            return false;
    return true;
}

static bool
lists_eq(const struct place *place, const struct node *was,
         const struct node *is)
{
    if (was->item_count != is->item_count)
        return false;
    for (size_t i = 0; i < was->item_count; i++)
        if (is_tree(was->items[i]) || is_tree(is->items[i]) ||
            !rule_value_eq(place->key, was->items[i], is->items[i]))
            return false;
    return true;
}

/* ---- rules and lines, by id
 * --------------------------------------------------- */

/* A list of mappings that have ids, and the order they have in it. */
struct named {
    const struct node *list;
    struct str *ids;
    struct map places; /* of size_t, in `order` */
    size_t *order;
};

static void
name_items(struct named *named, struct arena *arena, const struct node *list)
{
    named->list = list;
    named->ids = arena_array(arena, list->item_count, sizeof(*named->ids));
    named->order = arena_array(arena, list->item_count, sizeof(*named->order));
    map_init(&named->places, arena);
    for (size_t i = 0; i < list->item_count; i++) {
        const struct node *id = node_get(list->items[i], STR("id"));

        named->ids[i] = id && !is_tree(id) && id->text.len
                            ? id->text
                            : str_from_cstr(arena_printf(arena, "#%zu", i + 1));
        named->order[i] = i;
        *map_put(&named->places, named->ids[i]) = &named->order[i];
    }
}

/* The item of that id, or NULL. */
static const struct node *
find_named(const struct named *named, struct str id, size_t *place)
{
    const size_t *found = map_get(&named->places, id);

    if (!found)
        return NULL;
    *place = *found;
    return named->list->items[*found];
}

/* Old places in the new order; the longest that rise are those that stayed,
 * found by patience: tails[n] is the least end of a run of n + 1. */
static void
mark_stayed(struct arena *arena, const size_t *old, size_t count, bool *stayed)
{
    size_t *tails = arena_array(arena, count + 1, sizeof(*tails));
    size_t *before = arena_array(arena, count + 1, sizeof(*before));
    size_t longest = 0;

    for (size_t i = 0; i < count; i++) {
        size_t low = 0;
        size_t high = longest;

        while (low < high) {
            size_t middle = (low + high) / 2;

            if (old[tails[middle]] < old[i])
                low = middle + 1;
            else
                high = middle;
        }
        before[i] = low ? tails[low - 1] : count;
        tails[low] = i;
        longest += low == longest;
    }
    for (size_t at = longest ? tails[longest - 1] : count; at != count;
         at = before[at])
        stayed[at] = true;
}

/* For each new item whether it keeps its place among those that are on both
 * sides. */
static const bool *
find_stayed(struct arena *arena, const struct named *was,
            const struct named *is)
{
    size_t count = is->list->item_count;
    size_t *old = arena_array(arena, count, sizeof(*old));
    size_t *index = arena_array(arena, count, sizeof(*index));
    bool *kept = arena_array(arena, count, sizeof(*kept));
    bool *stayed = arena_array(arena, count, sizeof(*stayed));
    size_t common = 0;

    for (size_t i = 0; i < count; i++)
        if (find_named(was, is->ids[i], &old[common]))
            index[common++] = i;
    mark_stayed(arena, old, common, kept);
    for (size_t i = 0; i < common; i++)
        stayed[index[i]] = kept[i];
    return stayed;
}

/* The place of a rule, or of a line in it. */
static struct place
named_place(const struct place *list, struct str id)
{
    struct place place = *list;

    place.path = (struct str){0};
    if (place.rule.at)
        place.line = id;
    else
        place.rule = id;
    return place;
}

static void compare(const struct place *place, const struct node *was,
                    const struct node *is);

static void
compare_named(const struct place *place, const struct node *was_list,
              const struct node *is_list)
{
    struct arena *arena = place->diff->arena;
    struct named was;
    struct named is;
    const bool *stayed;
    size_t at;

    name_items(&was, arena, was_list);
    name_items(&is, arena, is_list);
    stayed = find_stayed(arena, &was, &is);
    for (size_t i = 0; i < was_list->item_count; i++) {
        struct place item = named_place(place, was.ids[i]);

        if (!find_named(&is, was.ids[i], &at))
            add(&item, CHANGE_REMOVED, text_of(arena, was_list->items[i]),
                (struct str){0});
    }
    for (size_t i = 0; i < is_list->item_count; i++) {
        struct place item = named_place(place, is.ids[i]);
        const struct node *old = find_named(&was, is.ids[i], &at);

        if (!old) {
            add_values(&item, NULL, is_list->items[i]);
            continue;
        }
        if (!stayed[i])
            add(&item, CHANGE_MOVED, (struct str){0},
                i ? visible(arena, is.ids[i - 1]) : (struct str){0});
        compare(&item, old, is_list->items[i]);
    }
}

static bool
has_named_items(const struct place *place)
{
    static const char *const lists[] = {"rules", "award", "charge"};

    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        if (str_eq_cstr(place->path, lists[i]))
            return true;
    return false;
}

/* ---- mappings
 * ----------------------------------------------------------------- */

/* Whether the place's last keys are these. */
static bool
is_at(const struct place *place, const char *path)
{
    struct str end = str_from_cstr(path);
    size_t before = place->path.len - end.len;

    return str_ends_with(place->path, end) &&
           (before == 0 || place->path.at[before - 1] == ' ');
}

/* What a key stands at where it is left out. */
static const struct node *
value_left_out(const struct place *place)
{
    static const struct {
        const char *path; /* its last keys */
        struct node value;
    } defaults[] = {
        {"mode", {.kind = NODE_STRING, .text = {"live", 4}}},
        {"zone", {.kind = NODE_STRING, .text = {"UTC", 3}}},
        {"round", {.kind = NODE_STRING, .text = {"floor", 5}}},
        {"rate per", {.kind = NODE_INT, .integer = 1, .text = {"1", 1}}},
        {"defaults", {.kind = NODE_OBJECT}},
    };

    for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
        if (is_at(place, defaults[i].path))
            return &defaults[i].value;
    return NULL;
}

/* The value in `object` of a key of `other`. A key of the same value but of
 * another spelling will do, unless `other` has that one too. */
static const struct node *
find_member(const struct node *object, struct str key, const struct node *other)
{
    const struct node *value = node_get(object, key);

    for (size_t i = 0; !value && i < object->member_count; i++)
        if (rule_key_eq(object->members[i].key, key) &&
            !node_get(other, object->members[i].key))
            value = object->members[i].value;
    return value;
}

static void
compare_tests(const struct place *place, const struct node *was,
              const struct node *is)
{
    struct arena *arena = place->diff->arena;
    size_t old = was && was->kind == NODE_LIST ? was->item_count : 0;
    size_t new = is && is->kind == NODE_LIST ? is->item_count : 0;

    if (old != new)
        add(place, CHANGE_CHANGED,
            str_from_cstr(arena_printf(arena, "%zu", old)),
            str_from_cstr(arena_printf(arena, "%zu", new)));
}

/* One of the two may be NULL. */
static void
compare_member(const struct place *place, const struct node *was,
               const struct node *is)
{
    const struct node *otherwise = value_left_out(place);

    if (str_eq_cstr(place->path, "tests") && !place->rule.at)
        compare_tests(place, was, is);
    else if ((was && is) || otherwise)
        compare(place, was ? was : otherwise, is ? is : otherwise);
    else
        add_values(place, was, is);
}

static void
compare_objects(const struct place *place, const struct node *was,
                const struct node *is)
{
    for (size_t i = 0; i < was->member_count; i++) {
        struct str key = was->members[i].key;
        struct place child = below(place, key);

        compare_member(&child, was->members[i].value,
                       find_member(is, key, was));
    }
    for (size_t i = 0; i < is->member_count; i++) {
        struct str key = is->members[i].key;
        struct place child = below(place, key);

        if (!find_member(was, key, is))
            compare_member(&child, NULL, is->members[i].value);
    }
}

/* As deep as documents are, YAML_MAX_DEPTH. */
static void
compare(const struct place *place, const struct node *was,
        const struct node *is)
{
    if (str_eq_cstr(place->path, "trigger")) {
        if (!has_words(was, is) || !has_words(is, was))
            add_values(place, was, is);
    } else if (was->kind == NODE_OBJECT && is->kind == NODE_OBJECT) {
        compare_objects(place, was, is);
    } else if (was->kind == NODE_LIST && is->kind == NODE_LIST) {
        if (has_named_items(place))
            compare_named(place, was, is);
        else if (!lists_eq(place, was, is))
            add_values(place, was, is);
    } else if (is_tree(was) || is_tree(is)) {
        add_values(place, was, is);
    } else {
        compare_scalars(place, was, is);
    }
}

void
ruleset_diff(struct arena *arena, const struct node *was, const struct node *is,
             struct ruleset_diff *diff)
{
    const struct place place = {.diff = diff};

    *diff = (struct ruleset_diff){.arena = arena};
    compare(&place, was, is);
}

/* ---- words
 * -------------------------------------------------------------------- */

const char *
change_kind_name(enum change_kind kind)
{
    static const char *const names[] = {
        [CHANGE_ADDED] = "added",
        [CHANGE_REMOVED] = "removed",
        [CHANGE_MOVED] = "moved",
        [CHANGE_CHANGED] = "changed",
    };

    return names[kind];
}

/* A rule or line says what it is by its name, a key by its value. */
static void
print_words(struct buf *buf, const struct ruleset_change *change)
{
    struct str value =
        change->kind == CHANGE_REMOVED ? change->was : change->is;

    if (change->kind == CHANGE_CHANGED) {
        buf_printf(buf, ": %.*s -> %.*s", STR_ARG(change->was),
                   STR_ARG(change->is));
        return;
    }
    buf_printf(buf, " %s", change_kind_name(change->kind));
    if (change->kind == CHANGE_MOVED && change->is.at)
        buf_printf(buf, " behind %.*s", STR_ARG(change->is));
    else if (change->kind == CHANGE_MOVED)
        buf_add_cstr(buf, " to the front");
    else if (change->path.at || change->line.at)
        buf_printf(buf, ": %.*s", STR_ARG(value));
}

void
ruleset_change_print(struct buf *buf, const struct ruleset_change *change)
{
    if (change->rule.at)
        buf_printf(buf, "rule %.*s", STR_ARG(change->rule));
    if (change->line.at)
        buf_printf(buf, ", line %.*s", STR_ARG(change->line));
    if (change->path.at)
        buf_printf(buf, "%s%.*s", change->rule.at ? ": " : "",
                   STR_ARG(change->path));
    else if (!change->rule.at)
        buf_add_cstr(buf, "file");
    print_words(buf, change);
}
