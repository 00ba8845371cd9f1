/* schema_format.c - the formats and limits that a schema can name. */
#include "schema_parts.h"
#include "timestamp.h"

static bool
is_date(struct str text)
{
    int32_t ignored;

    return date_parse(text, &ignored);
}

static bool
is_date_time(struct str text)
{
    int64_t ignored;

    return timestamp_parse(text, &ignored);
}

static bool
is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

static bool
is_uuid(struct str text)
{
    if (text.len != 36)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text.at[i] != '-' : !is_hex(text.at[i]))
            return false;
    }
    return true;
}

static const struct schema_format formats[] = {
    {"decimal", FIELD_DECIMAL,
     "a decimal such as \"12.50\", with at most 18 digits before and 9 "
     "after the point",
     NULL},
    {"account", FIELD_ACCOUNT,
     "an account id: 1 to 42 printable ASCII characters, not starting "
     "with @",
     NULL},
    {"date", FIELD_DATE, "a date such as \"2026-12-01\"", is_date},
    {"date-time", FIELD_TIMESTAMP,
     "an RFC 3339 time such as \"2026-12-01T12:34:56Z\"", is_date_time},
    {"uuid", FIELD_STRING,
     "a UUID such as \"8f7e2f3c-5b1d-4d5a-9a44-0d2f3f6e1a11\"", is_uuid},
};

enum { FORMAT_COUNT = sizeof(formats) / sizeof(formats[0]) };

const struct schema_format *
schema_format_find(struct str name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (str_eq_cstr(name, formats[i].name))
            return &formats[i];
    return NULL;
}

void
schema_format_suggest(struct suggest *suggest)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        suggest_offer(suggest, str_from_cstr(formats[i].name));
}

static bool
at_least(struct ratio value, struct ratio bound)
{
    return ratio_compare(value, bound) >= 0;
}

static bool
at_most(struct ratio value, struct ratio bound)
{
    return ratio_compare(value, bound) <= 0;
}

static bool
above(struct ratio value, struct ratio bound)
{
    return ratio_compare(value, bound) > 0;
}

static bool
below(struct ratio value, struct ratio bound)
{
    return ratio_compare(value, bound) < 0;
}

static bool
is_multiple(struct ratio value, struct ratio bound)
{
    struct ratio times;

    return ratio_div(value, bound, &times) && ratio_is_integer(times);
}

const struct schema_limit *
schema_limit_find(const char *keyword)
{
    static const struct schema_limit limits[] = {
        {"minimum", "at least", at_least, LIMIT_LEAST, false},
        {"maximum", "at most", at_most, LIMIT_MOST, false},
        {"exclusiveMinimum", "above", above, LIMIT_LEAST, true},
        {"exclusiveMaximum", "below", below, LIMIT_MOST, true},
        {"multipleOf", "a multiple of", is_multiple, LIMIT_OTHER, false},
    };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        if (strcmp(keyword, limits[i].keyword) == 0)
            return &limits[i];
    return NULL;
}
