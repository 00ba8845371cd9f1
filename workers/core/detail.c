/* detail.c - members of a small JSON object. */
#include "detail.h"

#include "json_text.h"
#include "timestamp.h"

void
detail_begin(struct detail *detail, const struct turn *turn)
{
    buf_init(&detail->json, turn->arena);
    detail->scale = turn->ruleset->scale;
    buf_add_char(&detail->json, '{');
}

void
detail_open(struct detail *detail, const struct turn *turn, const char *name)
{
    detail_begin(detail, turn);
    json_add_key(&detail->json, name);
    buf_add_char(&detail->json, '{');
}

void
detail_text(struct detail *detail, const char *key, struct str text)
{
    json_add_member(&detail->json, key, text);
}

void
detail_json(struct detail *detail, const char *key, struct str json)
{
    json_add_key(&detail->json, key);
    buf_add_str(&detail->json, json);
}

void
detail_text_or_null(struct detail *detail, const char *key, struct str text)
{
    if (text.len)
        detail_text(detail, key, text);
    else
        detail_json(detail, key, STR("null"));
}

void
detail_int(struct detail *detail, const char *key, int64_t value)
{
    json_add_key(&detail->json, key);
    buf_add_int(&detail->json, value);
}

void
detail_minor(struct detail *detail, const char *key, int64_t minor)
{
    json_add_key(&detail->json, key);
    buf_add_char(&detail->json, '"');
    num_print_minor(&detail->json, minor, detail->scale);
    buf_add_char(&detail->json, '"');
}

void
detail_ratio(struct detail *detail, const char *key, struct ratio value)
{
    json_add_key(&detail->json, key);
    buf_add_char(&detail->json, '"');
    ratio_print(&detail->json, value);
    buf_add_char(&detail->json, '"');
}

void
detail_time(struct detail *detail, const char *key, int64_t at_us)
{
    json_add_key(&detail->json, key);
    buf_add_char(&detail->json, '"');
    timestamp_print(&detail->json, at_us);
    buf_add_char(&detail->json, '"');
}

struct str
detail_close(struct detail *detail)
{
    buf_add_cstr(&detail->json, "}}");
    return buf_str(&detail->json);
}
