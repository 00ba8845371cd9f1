/* regex.c - PCRE2 with memory from an arena and limits on the work. Without
 * its just-in-time compiler, which wants memory both writable and executable:
 * the service unit forbids that. */
#include "regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    MATCH_LIMIT = 100 * 1000,
    HEAP_LIMIT_KIB = 1024,
};

struct regex {
    pcre2_code *code;
};

/* Made once and kept: where PCRE2 notes its progress, the same for all. */
struct workspace {
    pcre2_match_data *data;
    pcre2_match_context *limits;
};

static void *
take_memory(size_t size, void *arena)
{
    return arena_alloc(arena, size);
}

static void
leave_memory(void *piece, void *arena)
{
    (void)piece;
    (void)arena;
}

static bool
refuse(struct err *err, int code, size_t at)
{
    char text[200];

    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof(text)) < 0)
        text[0] = '\0';
    return err_set(err, ERR_CONFIG,
                   "not a regular expression, at character %zu: %s", at + 1,
                   text);
}

bool
regex_compile(struct arena *arena, struct str pattern,
              const struct regex **regex, struct err *err)
{
    pcre2_general_context *memory =
        pcre2_general_context_create(take_memory, leave_memory, arena);
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    struct regex *made = ARENA_NEW(arena, struct regex);
    int code;
    size_t at;

    pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
    made->code =
        pcre2_compile((PCRE2_SPTR)(pattern.at ? pattern.at : ""), pattern.len,
                      PCRE2_UTF | PCRE2_DOLLAR_ENDONLY |
                          PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C,
                      &code, &at, context);
    *regex = made;
    return made->code || refuse(err, code, at);
}

static const struct workspace *
workspace(void)
{
    static struct arena memory;
    static struct workspace shared;
    pcre2_general_context *context;

    if (shared.data)
        return &shared;
    context = pcre2_general_context_create(take_memory, leave_memory, &memory);
    shared.data = pcre2_match_data_create(1, context);
    shared.limits = pcre2_match_context_create(context);
    pcre2_set_match_limit(shared.limits, MATCH_LIMIT);
    pcre2_set_heap_limit(shared.limits, HEAP_LIMIT_KIB);
    return &shared;
}

bool
regex_search(const struct regex *regex, struct str text)
{
    const struct workspace *work = workspace();
    PCRE2_SPTR bytes = (PCRE2_SPTR)(text.at ? text.at : "");

    return pcre2_match(regex->code, bytes, text.len, 0, PCRE2_NO_UTF_CHECK,
                       work->data, work->limits) >= 0;
}
