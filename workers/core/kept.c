/* kept.c - writes one flat object and reads it again: the relay reads one for
 * each message, so a document tree would cost more than all the rest. The
 * ledger wrote the text, so a fault in it is no error to report, just the end.
 */
#include "kept.h"

#include <stdint.h>

#include "json_text.h"

enum { CONTRACT_ID_MAX_CHARACTERS = 100 }; /* as in the plan */

struct cursor {
    struct arena *arena;
    const char *at;
    const char *end;
};

static void
skip_space(struct cursor *cursor)
{
    while (cursor->at < cursor->end && memchr(" \t\n\r", *cursor->at, 4))
        cursor->at++;
}

static bool
take(struct cursor *cursor, char c)
{
    skip_space(cursor);
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

/* Four hexadecimal digits, or -1. */
static int32_t
hex_at(const char *at, const char *end)
{
    int32_t value = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static char *
put_utf8(char *to, int32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3F));
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    }
    return to;
}

/* The code point after `\u` at *at, which moves behind it; -1 for a fault. */
static int32_t
take_code_point(const char **at, const char *end)
{
    int32_t high = hex_at(*at, end);
    int32_t low;

    if (high < 0)
        return -1;
    *at += 4;
    if (high < 0xD800 || high > 0xDFFF)
        return high;
    if (high > 0xDBFF || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
        return -1;
    low = hex_at(*at + 2, end);
    if (low < 0xDC00 || low > 0xDFFF)
        return -1;
    *at += 6;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* Replace escapes; the result is never longer than the text. */
static bool
unescape(struct arena *arena, struct str text, struct str *plain)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const char *at = text.at;
    const char *end = text.at + text.len;
    char *start = arena_alloc(arena, text.len);
    char *to = start;

    while (at < end) {
        const char *letter;
        int32_t code;

        if (*at != '\\') {
            *to++ = *at++;
            continue;
        }
        letter = ++at < end ? memchr(letters, *at, sizeof(letters) - 1) : NULL;
        code = letter ? meant[letter - letters] : -1;
        if (!letter && (at == end || *at != 'u'))
            return false;
        at++;
        if (!letter)
            code = take_code_point(&at, end);
        if (code < 0)
            return false;
        to = put_utf8(to, code);
    }
    *plain = str_make(start, (size_t)(to - start));
    return true;
}

static bool
take_string(struct cursor *cursor, struct str *text)
{
    const char *start;
    bool escaped = false;

    if (!take(cursor, '"'))
        return false;
    start = cursor->at;
    while (cursor->at < cursor->end && *cursor->at != '"') {
        if (*cursor->at == '\\') {
            escaped = true;
            cursor->at++;
        }
        cursor->at++;
    }
    if (cursor->at >= cursor->end)
        return false;
    *text = str_make(start, (size_t)(cursor->at - start));
    cursor->at++;
    return !escaped || unescape(cursor->arena, *text, text);
}

/* A list or object, whose strings may hold brackets. */
static bool
skip_nested(struct cursor *cursor)
{
    int depth = 0;

    do {
        struct str ignored;

        if (cursor->at >= cursor->end)
            return false;
        if (*cursor->at == '"') {
            if (!take_string(cursor, &ignored))
                return false;
            continue;
        }
        if (*cursor->at == '{' || *cursor->at == '[')
            depth++;
        if (*cursor->at == '}' || *cursor->at == ']')
            depth--;
        cursor->at++;
    } while (depth > 0);
    return true;
}

/* *text gets a NULL `at` for what is not a text. */
static bool
take_value(struct cursor *cursor, struct str *text)
{
    const char *start;

    *text = (struct str){0};
    skip_space(cursor);
    if (cursor->at == cursor->end)
        return false;
    if (*cursor->at == '"')
        return take_string(cursor, text);
    if (*cursor->at == '{' || *cursor->at == '[')
        return skip_nested(cursor);
    start = cursor->at;
    while (cursor->at < cursor->end && !memchr(",} \t\n\r", *cursor->at, 6))
        cursor->at++;
    *text = str_make(start, (size_t)(cursor->at - start));
    if (str_eq(*text, STR("null")))
        *text = (struct str){0};
    return cursor->at > start;
}

size_t
kept_read(struct arena *arena, struct str json,
          const struct template_field **fields)
{
    struct cursor cursor = {arena, json.at, json.at + json.len};
    struct template_field *list = NULL;
    struct template_field field;
    size_t count = 0;
    size_t room = 0;

    *fields = NULL;
    if (!json.len || !take(&cursor, '{'))
        return 0;
    do {
        if (!take_string(&cursor, &field.name) || !take(&cursor, ':') ||
            !take_value(&cursor, &field.text))
            break;
        if (!field.text.at)
            continue;
        list = arena_room(arena, list, count, &room, 8, sizeof(*list));
        list[count++] = field;
    } while (take(&cursor, ','));
    *fields = list;
    return count;
}

bool
kept_object(struct arena *arena, struct str json, struct str name,
            struct str *object)
{
    struct cursor cursor = {arena, json.at, json.at + json.len};
    struct str key;
    struct str ignored;

    if (!json.len || !take(&cursor, '{'))
        return false;
    do {
        const char *start;

        if (!take_string(&cursor, &key) || !take(&cursor, ':'))
            return false;
        skip_space(&cursor);
        start = cursor.at;
        if (!take_value(&cursor, &ignored))
            return false;
        *object = str_make(start, (size_t)(cursor.at - start));
        if (str_eq(key, name))
            return *start == '{';
    } while (take(&cursor, ','));
    return false;
}

static struct str
field_text(const struct event *event, struct str path, struct arena *arena)
{
    struct str keys[FIELD_DEPTH_MAX];
    size_t depth = field_keys(path, keys);
    struct str text;

    if (event_field_text(event, keys, depth, arena, &text))
        return text;
    return event_field(event, keys, depth) ? STR("") : (struct str){0};
}

struct str
event_kept(const struct event *event, const struct str *paths, size_t count,
           struct arena *arena)
{
    struct buf json;

    if (!count)
        return (struct str){0};
    buf_init(&json, arena);
    buf_add_char(&json, '{');
    for (size_t i = 0; i < count; i++) {
        struct str text = field_text(event, paths[i], arena);

        if (text.at)
            json_add_member(&json, paths[i].at, text);
    }
    buf_add_char(&json, '}');
    return buf_str(&json);
}

struct str
kept_write(const struct ruleset *ruleset, const struct event *event,
           struct arena *arena)
{
    const struct str *paths;
    size_t count = ruleset_kept_fields(ruleset, event->type, &paths);

    return event_kept(event, paths, count, arena);
}

struct str
kept_contract(const struct event *event, struct arena *arena)
{
    struct str text = field_text(event, STR("contract_id"), arena);

    return str_utf8_length(text) <= CONTRACT_ID_MAX_CHARACTERS
               ? text
               : (struct str){0};
}
