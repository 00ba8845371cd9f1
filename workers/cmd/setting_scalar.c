/* setting_scalar.c - the types of settings that are one word or number. What
 * the file, a variable or a flag says is text first; there is one way from
 * text to value. */
#include <string.h>

#include "json_text.h"
#include "num.h"
#include "setting.h"

/* A value may also be written with a ${VARIABLE} in it. */
static void
schema_any_of(struct buf *buf, const char *members)
{
    buf_printf(buf,
               "\"anyOf\":[{%s},{\"type\":\"string\","
               "\"pattern\":\"\\\\$\\\\{\"}]",
               members);
}

/* ---- texts ----------------------------------------------------------------
 */

static bool
text_from_text(struct setting_source *source, const struct setting *setting,
               struct str text)
{
    const char **place = setting_place(source->settings, setting);

    if (text.len < (size_t)setting->min)
        return setting_fault(source, "\"%s\" must not be empty", setting->name);
    if (setting->max && text.len > (size_t)setting->max)
        return setting_fault(source, "\"%s\" must not be over %lld bytes long",
                             setting->name, (long long)setting->max);
    *place = arena_strndup(source->arena, text.at, text.len);
    return true;
}

static void
text_print(const struct setting *setting, const struct settings *settings,
           int indent, struct buf *buf)
{
    const char *const *value = setting_value(settings, setting);

    (void)indent;
    buf_add_char(buf, ' ');
    setting_add_yaml(buf, str_from_cstr(*value));
}

static void
text_schema(const struct setting *setting, struct buf *buf)
{
    (void)setting;
    buf_add_cstr(buf, "\"type\":\"string\"");
}

const struct setting_type setting_text = {
    .from_text = text_from_text,
    .from_node = setting_scalar_from_node,
    .print = text_print,
    .schema = text_schema,
};

static bool
topic_from_text(struct setting_source *source, const struct setting *setting,
                struct str text)
{
    return setting_check_topic(source, text) &&
           text_from_text(source, setting, text);
}

const struct setting_type setting_topic = {
    .from_text = topic_from_text,
    .from_node = setting_scalar_from_node,
    .print = text_print,
    .schema = text_schema,
};

/* ---- numbers and their units ----------------------------------------------
 */

struct unit {
    const char *suffix;
    int64_t factor;
};

/* Largest first; the first is tried first for printing. */
static const struct unit byte_units[] = {
    {"GiB", INT64_C(1) << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}};

static const struct unit time_units[] = {
    {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

static const struct unit plain_units[] = {{"", 1}};

struct number_form {
    const struct unit *units;
    size_t unit_count;
    const char *what;
    const char *schema;
};

static const struct number_form count_form = {
    .units = plain_units,
    .unit_count = 1,
    .what = "a whole number",
    .schema = "\"type\":\"integer\"",
};

static const struct number_form bytes_form = {
    .units = byte_units,
    .unit_count = sizeof(byte_units) / sizeof(*byte_units),
    .what = "a number of bytes such as 65536, 64KiB or 4MiB",
    .schema = "\"type\":[\"integer\",\"string\"],"
              "\"pattern\":\"^[0-9]+(KiB|MiB|GiB)?$\"",
};

static const struct number_form duration_form = {
    .units = time_units,
    .unit_count = sizeof(time_units) / sizeof(*time_units),
    .what = "a duration such as 50ms, 5s or 24h",
    .schema = "\"type\":\"string\","
              "\"pattern\":\"^[0-9]+(ms|s|m|h)$\"",
};

/* Read digits and one of the units. */
static bool
amount_parse(struct str text, const struct number_form *form, int64_t *amount)
{
    size_t digits = 0;
    int64_t number;

    while (digits < text.len && text.at[digits] >= '0' &&
           text.at[digits] <= '9')
        digits++;
    if (!num_parse_int(str_make(text.at, digits), &number))
        return false;
    for (size_t i = 0; i < form->unit_count; i++)
        if (str_eq_cstr(str_make(text.at + digits, text.len - digits),
                        form->units[i].suffix))
            return !__builtin_mul_overflow(number, form->units[i].factor,
                                           amount);
    return false;
}

static void
amount_print(struct buf *buf, const struct number_form *form, int64_t amount)
{
    size_t i = 0;

    while (i + 1 < form->unit_count &&
           (amount == 0 || amount % form->units[i].factor))
        i++;
    buf_printf(buf, "%lld%s", (long long)(amount / form->units[i].factor),
               form->units[i].suffix);
}

static const char *
number_text(struct arena *arena, const struct number_form *form, int64_t number)
{
    struct buf buf;

    buf_init(&buf, arena);
    amount_print(&buf, form, number);
    buf_add_char(&buf, '\0');
    return buf.at;
}

static bool
number_from_text(struct setting_source *source, const struct setting *setting,
                 struct str text)
{
    const struct number_form *form = setting->type->number;
    int64_t number;

    if (!amount_parse(text, form, &number))
        return setting_fault(source, "\"%s\" must be %s, not \"%.*s\"",
                             setting->name, form->what, STR_ARG(text));
    if (number < setting->min || number > setting->max)
        return setting_fault(
            source, "\"%s\" must be between %s and %s, not %.*s", setting->name,
            number_text(source->arena, form, setting->min),
            number_text(source->arena, form, setting->max), STR_ARG(text));
    *(int64_t *)setting_place(source->settings, setting) = number;
    return true;
}

static void
number_print(const struct setting *setting, const struct settings *settings,
             int indent, struct buf *buf)
{
    const int64_t *value = setting_value(settings, setting);

    (void)indent;
    buf_add_char(buf, ' ');
    amount_print(buf, setting->type->number, *value);
}

static void
number_schema(const struct setting *setting, struct buf *buf)
{
    schema_any_of(buf, setting->type->number->schema);
}

static void
number_range(const struct setting *setting, struct buf *buf)
{
    buf_add_cstr(buf,
                 number_text(buf->arena, setting->type->number, setting->min));
    buf_add_cstr(buf, " to ");
    buf_add_cstr(buf,
                 number_text(buf->arena, setting->type->number, setting->max));
}

const struct setting_type setting_count = {
    .from_text = number_from_text,
    .from_node = setting_scalar_from_node,
    .print = number_print,
    .schema = number_schema,
    .range = number_range,
    .number = &count_form,
};

const struct setting_type setting_bytes = {
    .from_text = number_from_text,
    .from_node = setting_scalar_from_node,
    .print = number_print,
    .schema = number_schema,
    .range = number_range,
    .number = &bytes_form,
};

const struct setting_type setting_duration = {
    .from_text = number_from_text,
    .from_node = setting_scalar_from_node,
    .print = number_print,
    .schema = number_schema,
    .range = number_range,
    .number = &duration_form,
};

/* ---- words ------------------------------------------------------------------
 */

/* Values of words are enums; all of them have the size of an int. */
static bool
word_from_text(struct setting_source *source, const struct setting *setting,
               struct str text)
{
    int index;

    if (!setting_find_word(source, setting->name, setting->words, text, &index))
        return false;
    memcpy(setting_place(source->settings, setting), &index, sizeof(index));
    return true;
}

static void
word_print(const struct setting *setting, const struct settings *settings,
           int indent, struct buf *buf)
{
    int index;

    (void)indent;
    memcpy(&index, setting_value(settings, setting), sizeof(index));
    buf_printf(buf, " %s", setting->words[index]);
}

static void
word_schema(const struct setting *setting, struct buf *buf)
{
    struct buf members;

    buf_init(&members, buf->arena);
    buf_add_cstr(&members, "\"enum\":");
    setting_add_words(&members, setting->words);
    buf_add_char(&members, '\0');
    schema_any_of(buf, members.at);
}

static void
word_range(const struct setting *setting, struct buf *buf)
{
    for (size_t i = 0; setting->words[i]; i++)
        buf_printf(buf, "%s%s", i ? " or " : "", setting->words[i]);
}

const struct setting_type setting_word = {
    .from_text = word_from_text,
    .from_node = setting_scalar_from_node,
    .print = word_print,
    .schema = word_schema,
    .range = word_range,
};
