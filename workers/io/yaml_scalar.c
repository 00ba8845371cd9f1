/* yaml_scalar.c - accepts the plain spellings of truth values, null and
 * numbers, refuses all others that some reader takes for one of these. */
#include "yaml_scalar.h"

#include <assert.h>

#include "regex.h"

/* The first that fits gives the advice. */
static const struct spelling {
    const char *pattern;
    const char *problem;
    const char *help;
} refused[] = {
    {"^(?i:yes|no|on|off|y|n)$",
     "is a truth value to some YAML readers and a word to others",
     "write true or false, or quote it"},
    {"^(?i:true|false|null)$", "must be written in lower case, or quoted", ""},
    {"^[-+]?[0-9]+(:[0-9]+)+(\\.[0-9]*)?$",
     "is a number of base 60 to some YAML readers", "quote it"},
    {"^[-+]?0[xXoObB][0-9a-fA-F_]+$", "is a number to some YAML readers",
     "write a number in decimal, or quote the text"},
    {"^[-+]?(?=[^_]*_)[0-9][0-9_]*(\\.[0-9_]*)?$",
     "is a number to some YAML readers",
     "write it without underscores, or quote it"},
    {"^[-+]?0[0-9]+(\\.[0-9]*)?$", "is an octal number to some YAML readers",
     "write it without leading zeros, or quote it"},
    {"^[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)[eE][-+]?[0-9]+$", "has an exponent",
     "write the number in full, or quote it"},
    {"^[-+]?(\\.[0-9]+|[0-9]+\\.)$",
     "needs digits on both sides of the point, or quotes", ""},
    {"^\\+[0-9]+(\\.[0-9]+)?$",
     "must be written without the plus sign, or quoted", ""},
    {"^[-+]?\\.(?i:inf|nan)$", "is no number to calculate with",
     "quote it if it is a text"},
};

enum { REFUSED_COUNT = sizeof(refused) / sizeof(refused[0]) };

struct yaml_spellings {
    const struct regex *refused[REFUSED_COUNT];
};

struct yaml_spellings *
yaml_spellings_new(struct arena *arena)
{
    struct yaml_spellings *spellings = ARENA_NEW(arena, struct yaml_spellings);
    struct err err = {.kind = ERR_NONE};

    for (size_t i = 0; i < REFUSED_COUNT; i++) {
        bool ok = regex_compile(arena, str_from_cstr(refused[i].pattern),
                                &spellings->refused[i], &err);

        assert(ok);
        (void)ok;
    }
    return spellings;
}

static bool
read_word(struct str text, struct node *node)
{
    static const struct {
        const char *text;
        enum node_kind kind;
        bool boolean;
    } words[] = {
        {"", NODE_NULL, false},      {"~", NODE_NULL, false},
        {"null", NODE_NULL, false},  {"true", NODE_BOOL, true},
        {"false", NODE_BOOL, false},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!str_eq_cstr(text, words[i].text))
            continue;
        node->kind = words[i].kind;
        node->boolean = words[i].boolean;
        return true;
    }
    return false;
}

static bool
is_refused(const struct yaml_spellings *spellings, struct str text,
           struct yaml_refusal *refusal)
{
    for (size_t i = 0; i < REFUSED_COUNT; i++) {
        if (!regex_search(spellings->refused[i], text))
            continue;
        *refusal = (struct yaml_refusal){MISTAKE_DOUBTFUL_WORD,
                                         refused[i].problem, refused[i].help};
        return true;
    }
    return false;
}

static bool
all_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.len > 0;
}

/* `-?digits` and `-?digits.digits`, of any length. */
static bool
looks_like_number(struct str text, bool *whole)
{
    size_t sign = text.len && text.at[0] == '-';
    struct str digits = str_make(text.at + sign, text.len - sign);
    const char *point = digits.len ? memchr(digits.at, '.', digits.len) : NULL;
    size_t before = point ? (size_t)(point - digits.at) : digits.len;

    *whole = !point;
    return all_digits(str_make(digits.at, before)) &&
           (!point || all_digits(str_make(point + 1, digits.len - before - 1)));
}

static bool
read_number(struct str text, bool whole, struct node *node,
            struct yaml_refusal *refusal)
{
    if (whole) {
        node->kind = NODE_INT;
        *refusal =
            (struct yaml_refusal){MISTAKE_LONG_NUMBER, "does not fit 64 bits",
                                  "quote it if it is a text"};
        return num_parse_int(text, &node->integer);
    }
    node->kind = NODE_DECIMAL;
    *refusal = (struct yaml_refusal){
        MISTAKE_LONG_NUMBER,
        "has more than 18 digits before or 9 after the point", ""};
    return ratio_parse(text, &node->decimal);
}

bool
yaml_scalar_read(const struct yaml_spellings *spellings, struct str text,
                 struct node *node, struct yaml_refusal *refusal)
{
    bool whole;

    node->text = text;
    node->kind = NODE_STRING;
    if (read_word(text, node))
        return true;
    if (is_refused(spellings, text, refusal))
        return false;
    return !looks_like_number(text, &whole) ||
           read_number(text, whole, node, refusal);
}
