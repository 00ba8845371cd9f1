/* basis.c - writes the words when a decision is made, finds one when somebody
 * asks. */
#include "basis.h"

#include "kept.h"
#include "turn.h"

void
basis_look(struct turn *turn, const struct counter *counter)
{
    if (counter->value.num == 0)
        return;
    for (size_t i = 0; i < turn->look_count; i++)
        if (turn->looks[i] == counter)
            return;
    turn->looks = arena_room(turn->arena, turn->looks, turn->look_count,
                             &turn->look_room, 4, sizeof(*turn->looks));
    turn->looks[turn->look_count++] = counter;
}

static void
add_space(struct buf *text)
{
    if (text->len)
        buf_add_char(text, ' ');
}

void
basis_bonus(struct turn *turn, const struct rule *rule)
{
    if (turn->extras[EXTRA_BONUS_XP].num == 0)
        return;
    add_space(&turn->basis);
    buf_add_char(&turn->basis, 'b');
    buf_add_str(&turn->basis, rule->id);
    buf_add_char(&turn->basis, ':');
    ratio_print(&turn->basis, turn->extras[EXTRA_BONUS_XP]);
}

void
basis_late(struct turn *turn)
{
    if (turn->is_late)
        return;
    turn->is_late = true;
    add_space(&turn->basis);
    buf_add_char(&turn->basis, 't');
    buf_add_int(&turn->basis, turn->event->record->timestamp_ms);
}

/* The word's name: one bucket at most of other kinds has a say. */
static void
add_name(struct buf *text, const struct counter *counter)
{
    buf_add_char(text, 'c');
    buf_add_int(text, counter->line->id);
    buf_add_char(text, '.');
    buf_add_int(text, counter->kind);
    if (counter->kind == COUNTER_STREAK) {
        buf_add_char(text, '.');
        buf_add_int(text, counter->bucket);
    }
    buf_add_char(text, ':');
}

struct str
basis_text(const struct turn *turn)
{
    struct buf text = turn->basis;

    for (size_t i = 0; i < turn->look_count; i++) {
        add_space(&text);
        add_name(&text, turn->looks[i]);
        ratio_print(&text, turn->looks[i]->value);
    }
    return text.len ? buf_str(&text) : STR("");
}

/* What follows `name` in the word that starts with it. */
static bool
find_word(struct str basis, struct str name, struct str *rest)
{
    while (basis.len && *basis.at != '{') {
        const char *space = memchr(basis.at, ' ', basis.len);
        size_t len = space ? (size_t)(space - basis.at) : basis.len;

        if (len >= name.len && memcmp(basis.at, name.at, name.len) == 0) {
            *rest = str_make(basis.at + name.len, len - name.len);
            return true;
        }
        len += space != NULL;
        basis = str_make(basis.at + len, basis.len - len);
    }
    return false;
}

static struct ratio
find_number(struct str basis, struct str name)
{
    struct ratio number;
    struct str rest;

    if (find_word(basis, name, &rest) && ratio_parse(rest, &number))
        return number;
    return ratio_from_int(0);
}

struct ratio
basis_counter(struct str basis, const struct counter *counter)
{
    struct arena arena = {0};
    struct ratio value;
    struct buf name;

    buf_init(&name, &arena);
    add_name(&name, counter);
    value = find_number(basis, buf_str(&name));
    arena_free(&arena);
    return value;
}

struct ratio
basis_rule_bonus(struct str basis, struct str rule)
{
    struct arena arena = {0};
    struct ratio value;
    struct buf name;

    buf_init(&name, &arena);
    buf_add_char(&name, 'b');
    buf_add_str(&name, rule);
    buf_add_char(&name, ':');
    value = find_number(basis, buf_str(&name));
    arena_free(&arena);
    return value;
}

int64_t
basis_time_ms(struct str basis)
{
    struct str rest;
    int64_t at_ms;

    if (find_word(basis, STR("t"), &rest) && num_parse_int(rest, &at_ms))
        return at_ms;
    return -1;
}

struct str
basis_keep(const struct ruleset *ruleset, const struct event *event,
           struct str words, struct arena *arena)
{
    const struct str *paths;
    size_t count = ruleset_read_fields(ruleset, event->type, &paths);
    struct str fields = event_kept(event, paths, count, arena);
    bool empty = fields.len <= sizeof("{}") - 1;
    struct buf text;

    if (!words.len)
        return empty ? STR("") : fields;
    if (empty)
        return words;
    buf_init(&text, arena);
    buf_add_str(&text, words);
    buf_add_char(&text, ' ');
    buf_add_str(&text, fields);
    return buf_str(&text);
}

struct str
basis_fields(struct str basis)
{
    const char *start = basis.len ? memchr(basis.at, '{', basis.len) : NULL;

    return start ? str_make(start, (size_t)(basis.at + basis.len - start))
                 : STR("");
}
