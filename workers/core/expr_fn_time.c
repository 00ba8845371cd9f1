/* expr_fn_time.c - functions on times: reading them, and what the calendar
 * and the clock on the wall of some zone show. */
#include "expr_fn.h"
#include "quote.h"
#include "timestamp.h"

/* ---- parts of a local time; at_us is shifted by the zone's offset ---- */

static struct civil_date
civil_at(int64_t at_us)
{
    return civil_from_day(day_of_utc(at_us));
}

static int64_t
time_of_day(int64_t at_us)
{
    return at_us - day_of_utc(at_us) * US_PER_DAY;
}

int64_t
part_year(int64_t at_us)
{
    return civil_at(at_us).year;
}

int64_t
part_month(int64_t at_us)
{
    return civil_at(at_us).month - 1;
}

int64_t
part_day(int64_t at_us)
{
    return civil_at(at_us).day;
}

int64_t
part_day_from_0(int64_t at_us)
{
    return civil_at(at_us).day - 1;
}

int64_t
part_weekday(int64_t at_us)
{
    return (weekday_of(day_of_utc(at_us)) + 1) % 7;
}

int64_t
part_year_day(int64_t at_us)
{
    struct civil_date new_year = {civil_at(at_us).year, 1, 1};

    return day_of_utc(at_us) - day_from_civil(new_year);
}

int64_t
part_hour(int64_t at_us)
{
    return time_of_day(at_us) / US_PER_SECOND / 3600;
}

int64_t
part_minute(int64_t at_us)
{
    return time_of_day(at_us) / US_PER_SECOND / 60 % 60;
}

int64_t
part_second(int64_t at_us)
{
    return time_of_day(at_us) / US_PER_SECOND % 60;
}

int64_t
part_millisecond(int64_t at_us)
{
    return time_of_day(at_us) % US_PER_SECOND / 1000;
}

bool
eval_part(const struct code *code, const struct event *event,
          struct value *value, struct err *err)
{
    int64_t at_us;

    if (!code_run(code->args[0], event, value, err))
        return false;
    at_us = value->at_us;
    if (code->zone)
        at_us += zone_offset(code->zone, at_us) * US_PER_SECOND;
    value->number = ratio_from_int(code->fn->part(at_us));
    return true;
}

/* The zone is the second argument and loaded once, here. */
bool
prepare_zone(struct expr_build *build, struct code *code)
{
    struct err err = {0};
    struct zone *zone;

    if (code->arg_count < 2)
        return true;
    zone = ARENA_NEW(build->arena, struct zone);
    if (!zone_load(build->arena, code->args[1]->constant->string.at, zone,
                   &err)) {
        expr_fail(build, code->args[1]->offset, MISTAKE_WRONG_ARGUMENT, "%s",
                  err.text);
        return false;
    }
    code->zone = zone;
    return true;
}

/* ---- reading times ---- */

bool
eval_same(const struct code *code, const struct event *event,
          struct value *value, struct err *err)
{
    return code_run(code->args[0], event, value, err);
}

bool
eval_timestamp(const struct code *code, const struct event *event,
               struct value *value, struct err *err)
{
    struct str text;

    if (!code_run(code->args[0], event, value, err))
        return false;
    text = value->string;
    return timestamp_parse(text, &value->at_us) ||
           err_set_code(err, ERR_INPUT, "rule_error",
                        "\"%.*s\" is not an RFC 3339 time such as "
                        "2026-12-01T00:00:00Z",
                        STR_ARG(str_cut(text, QUOTE_MAX_BYTES)));
}

/* A date has no time of day, so no event would ever get past it. */
bool
prepare_timestamp(struct expr_build *build, struct code *code)
{
    const struct field_path *path = code_path(code->args[0]);

    if (!path || path->type != FIELD_DATE)
        return true;
    expr_fail(build, code->args[0]->offset, MISTAKE_WRONG_ARGUMENT,
              "`%.*s` is a date without a time; compare it as a string",
              STR_ARG(path->spelled));
    return false;
}

static const struct span_unit {
    const char *name;
    int64_t us;
} span_units[] = {
    {"h", 3600 * US_PER_SECOND},
    {"ms", US_PER_SECOND / 1000},
    {"m", 60 * US_PER_SECOND},
    {"s", US_PER_SECOND},
    {"us", 1},
};

/* Take a unit off the start of *text: its microseconds, or 0. */
static int64_t
take_unit(struct str *text)
{
    for (size_t i = 0; i < sizeof(span_units) / sizeof(span_units[0]); i++) {
        struct str name = str_from_cstr(span_units[i].name);

        if (str_starts_with(*text, name)) {
            *text = str_make(text->at + name.len, text->len - name.len);
            return span_units[i].us;
        }
    }
    return 0;
}

/* Take `1.5h` off the start of *text and add it to *sum. */
static bool
take_span(struct str *text, struct ratio *sum)
{
    struct str number = {text->at, 0};
    struct ratio span;
    int64_t unit_us;

    while (number.len < text->len &&
           strchr("0123456789.", text->at[number.len]))
        number.len++;
    *text = str_make(text->at + number.len, text->len - number.len);
    unit_us = take_unit(text);
    return unit_us && ratio_parse(number, &span) &&
           ratio_mul(span, ratio_from_int(unit_us), &span) &&
           ratio_add(*sum, span, sum);
}

static bool
span_parse(struct str text, int64_t *us)
{
    bool negative = text.len && text.at[0] == '-';
    struct ratio sum = {0, 1};

    if (negative)
        text = str_make(text.at + 1, text.len - 1);
    if (!text.len)
        return false;
    while (text.len)
        if (!take_span(&text, &sum))
            return false;
    if (negative)
        sum.num = -sum.num;
    return ratio_is_integer(sum) && ratio_to_minor(sum, 0, ROUND_FLOOR, us);
}

bool
eval_duration(const struct code *code, const struct event *event,
              struct value *value, struct err *err)
{
    struct str text;

    if (!code_run(code->args[0], event, value, err))
        return false;
    text = value->string;
    return span_parse(text, &value->at_us) ||
           err_set_code(err, ERR_INPUT, "rule_error",
                        "\"%.*s\" is not a duration such as 24h30m, 1.5h, 90s "
                        "or 500ms",
                        STR_ARG(str_cut(text, QUOTE_MAX_BYTES)));
}
