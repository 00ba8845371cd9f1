/* rule_value.c - equality by meaning goes by tokens: two expressions of the
 * same tokens are the same to the compiler. */
#include "rule_value.h"

#include "expr_lex.h"
#include "number.h"
#include "timestamp.h"

/* Keys whose texts people read: each byte of them counts. */
static const char *const texts[] = {"version", "description", "title",
                                    "body",    "collapse",    "category"};

static bool
is_text(struct str key)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (str_eq_cstr(key, texts[i]))
            return true;
    return false;
}

/* A scalar as it is spelled. */
static struct str
spelling(const struct node *node)
{
    if (node->kind == NODE_NULL)
        return STR("null");
    if (node->kind == NODE_BOOL)
        return node->boolean ? STR("true") : STR("false");
    return node->text;
}

static bool
numbers_eq(struct str left, struct str right)
{
    struct ratio one;
    struct ratio other;

    return ratio_parse(left, &one) && ratio_parse(right, &other) &&
           ratio_compare(one, other) == 0;
}

static bool
instants_eq(struct str left, struct str right)
{
    int64_t one;
    int64_t other;

    return timestamp_parse(left, &one) && timestamp_parse(right, &other) &&
           one == other;
}

static bool
tokens_eq(const struct token *left, const struct token *right)
{
    return left->kind == right->kind && (str_eq(left->text, right->text) ||
                                         (left->kind == TOKEN_NUMBER &&
                                          numbers_eq(left->text, right->text)));
}

static bool
expressions_eq(struct str left, struct str right)
{
    struct arena arena = {0};
    struct lexer one = {.arena = &arena, .text = left};
    struct lexer other = {.arena = &arena, .text = right};
    struct token token;
    bool same;

    do {
        struct token twin;

        lexer_next(&one, &token);
        lexer_next(&other, &twin);
        same = token.kind != TOKEN_BAD && tokens_eq(&token, &twin);
    } while (same && token.kind != TOKEN_END);
    arena_free(&arena);
    return same;
}

bool
rule_value_eq(struct str key, const struct node *left, const struct node *right)
{
    struct str one = spelling(left);
    struct str other = spelling(right);

    if (str_eq(one, other))
        return true;
    return !is_text(key) &&
           (numbers_eq(one, other) || instants_eq(one, other) ||
            expressions_eq(one, other));
}

bool
rule_key_eq(struct str left, struct str right)
{
    return str_eq(left, right) || numbers_eq(left, right);
}

static void
print_list(struct buf *buf, const struct node *node)
{
    buf_add_char(buf, '[');
    for (size_t i = 0; i < node->item_count; i++) {
        buf_add_cstr(buf, i ? ", " : "");
        rule_value_print(buf, node->items[i]);
    }
    buf_add_char(buf, ']');
}

static void
print_object(struct buf *buf, const struct node *node)
{
    buf_add_char(buf, '{');
    for (size_t i = 0; i < node->member_count; i++) {
        buf_add_cstr(buf, i ? ", " : "");
        buf_add_str(buf, node->members[i].key);
        buf_add_cstr(buf, ": ");
        rule_value_print(buf, node->members[i].value);
    }
    buf_add_char(buf, '}');
}

void
rule_value_print(struct buf *buf, const struct node *node)
{
    if (node->kind == NODE_LIST)
        print_list(buf, node);
    else if (node->kind == NODE_OBJECT)
        print_object(buf, node);
    else
        buf_add_str(buf, spelling(node));
}

/* How much deeper in brackets it is behind a token. */
static int
bracket_step(const struct token *token)
{
    if (token_is(token, "(") || token_is(token, "["))
        return 1;
    return token_is(token, ")") || token_is(token, "]") ? -1 : 0;
}

static struct str
trimmed(struct str text)
{
    while (text.len && text.at[0] == ' ')
        text = str_make(text.at + 1, text.len - 1);
    while (text.len && text.at[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* Where the && of the outermost level are; false when they are not all there
 * is at that level. */
static bool
find_ands(struct arena *arena, struct str text, const size_t **places,
          size_t *count)
{
    struct lexer lexer = {.arena = arena, .text = text};
    size_t *found = NULL;
    size_t room = 0;
    struct token token;
    int depth = 0;

    *count = 0;
    for (lexer_next(&lexer, &token);
         token.kind != TOKEN_END && token.kind != TOKEN_BAD;
         lexer_next(&lexer, &token)) {
        depth += bracket_step(&token);
        if (depth == 0 && (token_is(&token, "||") || token_is(&token, "?")))
            return false;
        if (depth != 0 || !token_is(&token, "&&"))
            continue;
        found = arena_room(arena, found, *count, &room, 8, sizeof(*found));
        found[(*count)++] = token.offset;
    }
    *places = found;
    return token.kind == TOKEN_END;
}

size_t
rule_value_conditions(struct arena *arena, struct str text,
                      const struct str **conditions)
{
    const size_t *places = NULL;
    size_t count;
    size_t start = 0;
    struct str *parts;

    if (!find_ands(arena, text, &places, &count))
        count = 0;
    parts = arena_array(arena, count + 1, sizeof(*parts));
    for (size_t i = 0; i <= count; i++) {
        size_t end = i < count ? places[i] : text.len;

        parts[i] = trimmed(str_make(text.at + start, end - start));
        start = end + 2;
    }
    *conditions = parts;
    return count + 1;
}
