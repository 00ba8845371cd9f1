/* schema_range.c - the values that a field can have by its schema: bounds,
 * choices, lengths. A pattern bounds a decimal that is always a string; of one
 * that may come as a JSON number it says nothing. */
#include "schema_holding.h"

/* A bound of the schema as an end of the range. */
static void
apply_bound(struct range *range, const struct schema_bound *bound)
{
    struct range_end end = {
        .known = true, .excluded = bound->limit->excluded, .at = bound->value};

    if (bound->limit->side == LIMIT_LEAST)
        range_cut_below(range, end);
    else if (bound->limit->side == LIMIT_MOST)
        range_cut_above(range, end);
}

/* A choice as text: strings without their quotes, others as spelled. False
 * when it is escaped, and so not worth the trouble. */
static bool
choice_text(struct str choice, struct str *text)
{
    *text = choice;
    if (choice.len < 2 || choice.at[0] != '"')
        return true;
    *text = str_make(choice.at + 1, choice.len - 2);
    return !memchr(text->at, '\\', text->len);
}

/* A null is as good as missing, and no value. */
static void
apply_choices(struct range *range, const struct schema *schema,
              struct arena *arena)
{
    struct range choices = range_any(false);
    struct str *texts =
        arena_array(arena, schema->choice_count, sizeof(*texts));

    for (size_t i = 0; i < schema->choice_count; i++)
        if (str_eq_cstr(schema->choices[i], "null"))
            continue;
        else if (!choice_text(schema->choices[i], &texts[choices.text_count++]))
            return;
    choices.has_texts = true;
    choices.texts = texts;
    *range = range_meet(range, &choices, arena);
}

/* Whether the rest of a pattern, behind the digits, adds decimals at most. */
static bool
ends_number(struct str rest)
{
    const char *close = memchr(rest.at, ')', rest.len);

    return str_eq(rest, STR("$")) ||
           ((str_starts_with(rest, STR("(\\.[0-9]{")) ||
             str_starts_with(rest, STR("(\\.\\d{"))) &&
            close &&
            str_eq(str_make(close, rest.len - (size_t)(close - rest.at)),
                   STR(")?$")));
}

/* The number of digits before the point that a pattern of the form
 * `^[0-9]{1,N}(\.[0-9]{1,M})?$` allows; 0: it is of another form. */
static int
pattern_digits(struct str pattern)
{
    static const char *const heads[] = {"^[0-9]{1,", "^-?[0-9]{1,", "^\\d{1,"};
    size_t at = 0;
    int digits = 0;

    if (memchr(pattern.at, '|', pattern.len))
        return 0;
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
        if (str_starts_with(pattern, str_from_cstr(heads[i])))
            at = strlen(heads[i]);
    for (; at && at < pattern.len && digits <= NUM_MAX_INTEGER_DIGITS; at++) {
        if (pattern.at[at] < '0' || pattern.at[at] > '9')
            break;
        digits = digits * 10 + pattern.at[at] - '0';
    }
    if (at >= pattern.len || pattern.at[at] != '}')
        return 0;
    at++;
    return ends_number(str_make(pattern.at + at, pattern.len - at)) ? digits
                                                                    : 0;
}

/* Less than 1 with so many zeros, either side of 0. */
static void
apply_digits(struct range *range, size_t digits)
{
    struct range_end end = {.known = true, .excluded = true, .at = {1, 1}};

    if (digits == 0 || digits >= NUM_MAX_INTEGER_DIGITS)
        return;
    for (size_t i = 0; i < digits; i++)
        end.at.num *= 10;
    range_cut_above(range, end);
    end.at.num = -end.at.num;
    range_cut_below(range, end);
}

static void
apply_schema(struct range *range, const struct schema *schema,
             enum field_type type, bool is_text, struct arena *arena)
{
    for (size_t i = 0; i < schema->bound_count; i++)
        apply_bound(range, &schema->bounds[i]);
    if (schema->max_length < range->length_most)
        range->length_most = schema->max_length;
    if (type == FIELD_DECIMAL && is_text) {
        apply_digits(range, schema->max_length);
        if (schema->pattern)
            apply_digits(range, (size_t)pattern_digits(schema->pattern_text));
    }
    /* A decimal has many spellings, and an account's may be another one. */
    if (schema->choices && type != FIELD_DECIMAL && type != FIELD_ACCOUNT)
        apply_choices(range, schema, arena);
    for (const struct schema_group *group = schema->groups; group;
         group = group->next)
        for (size_t i = 0; group->join == JOIN_ALL && i < group->count; i++)
            apply_schema(range, group->schemas[i], type, is_text, arena);
}

static bool
choice_number(struct str text, struct ratio *number)
{
    *number = ratio_from_int(str_eq_cstr(text, "true"));
    return str_eq_cstr(text, "true") || str_eq_cstr(text, "false") ||
           ratio_parse(text, number);
}

/* Numbers that can be a few only have ends, too. */
static void
apply_numbers(struct range *range, struct arena *arena)
{
    struct range hull = range_any(range->whole);
    bool found = false;

    for (size_t i = 0; range->has_texts && i < range->text_count; i++) {
        struct range point;
        struct ratio number;

        if (!choice_number(range->texts[i], &number))
            continue;
        point = range_point(number);
        hull = found ? range_join(&hull, &point, arena) : point;
        found = true;
    }
    range_cut_below(range, hull.least);
    range_cut_above(range, hull.most);
}

struct range
schema_range(const struct event_type *type, const struct str *path,
             size_t path_len, struct arena *arena)
{
    struct holding holding = {{type->data}, 1};
    struct range range = range_any(false);
    struct field field;

    if (!schema_field(type, path, path_len, &field))
        return range;
    for (size_t i = 0; i < path_len; i++) {
        bool ignored;

        holding = holding_below(&holding, path[i], &ignored);
    }
    if (field.type == FIELD_BOOL)
        range = range_whole(0, 1);
    range.whole = field.type <= FIELD_INT || field.type == FIELD_TIMESTAMP;
    for (size_t i = 0; i < holding.count; i++)
        apply_schema(&range, holding.schemas[i], field.type,
                     holding_promise(&holding).types == TYPE_STRING, arena);
    if (field.type <= FIELD_DECIMAL)
        apply_numbers(&range, arena);
    return range;
}
