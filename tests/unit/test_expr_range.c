/* test_expr_range.c - what expressions can come to, by the schema alone. */
#include "expr_range.h"
#include "json.h"
#include "unit.h"

/* ' stands for ". */
static const char schema_text[] =
    "{'$id':'t','type':'object','properties':{"
    "'user':{'type':'string','format':'account'},"
    "'any':{'type':'integer'},"
    "'count':{'type':'integer','minimum':1,'maximum':10},"
    "'open':{'type':'integer','exclusiveMinimum':0},"
    "'grade':{'type':'integer','enum':[3,1,2]},"
    "'rating':{'type':['string','number'],'format':'decimal','minimum':0,"
    "'maximum':5},"
    "'price':{'type':['string','integer','number'],'format':'decimal',"
    "'pattern':'^[0-9]{1,4}(\\\\.[0-9]{1,2})?$'},"
    "'text_price':{'type':'string','format':'decimal',"
    "'pattern':'^[0-9]{1,4}(\\\\.[0-9]{1,2})?$'},"
    "'odd_price':{'type':'string','format':'decimal',"
    "'pattern':'^[0-9]{1,4}(\\\\.[0-9]{1,2})?[0-9]*$'},"
    "'short_price':{'type':'string','format':'decimal','maxLength':3},"
    "'long_price':{'type':'string','format':'decimal',"
    "'pattern':'^[0-9]{1,18}$'},"
    "'done':{'type':'boolean'},"
    "'kind':{'type':'string','enum':['a','b','c']},"
    "'name':{'type':'string','maxLength':8},"
    "'owner':{'type':'string','format':'account','enum':["
    "'0x52908400098527886E0F7030069857D2E4169EE7']},"
    "'nullable':{'type':['string','null'],'enum':['a',null]},"
    "'day':{'type':'string','format':'date'},"
    "'at':{'type':'string','format':'date-time'},"
    "'inner':{'allOf':[{'$ref':'#/$defs/inner'}]},"
    "'maybe':{'type':'integer','minimum':0,'maximum':3}},"
    "'$defs':{'inner':{'type':'object','required':['a'],'properties':{"
    "'a':{'type':'integer','minimum':2,'allOf':[{'maximum':4}]}}}},"
    "'required':['user','any','count','open','grade','rating','price',"
    "'text_price','odd_price','short_price','long_price','done','kind','name',"
    "'day','at','inner']}";

static struct arena arena;
static struct diag_list diags;
static struct expr_scope compile_scope;
static struct range_scope scope;

static void
set_up(void)
{
    char *text;
    struct schema_set *schemas;
    struct node *document;
    struct err err = {0};

    arena_init(&arena);
    diag_init(&diags, &arena);
    text = arena_strdup(&arena, schema_text);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    ck_assert_msg(json_read(&arena, str_from_cstr(text), &document, &err), "%s",
                  err.text);
    schemas = schema_set_new(&arena);
    schema_add(schemas, document, "t.json", &diags);
    if (diags.count)
        diag_print(&diags, stderr);
    ck_assert_uint_eq(diags.count, 0);
    compile_scope = (struct expr_scope){
        .arena = &arena,
        .type = schema_find(schemas, STR("t")),
        .diags = &diags,
        .file = "rules.yaml",
        .has_account = true,
    };
    scope = (struct range_scope){.arena = &arena, .type = compile_scope.type};
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static const struct expr *
compile(const char *text)
{
    const struct expr *expr =
        expr_compile(&compile_scope, str_from_cstr(text), 1, 1);

    if (!expr)
        diag_print(&diags, stderr);
    ck_assert_msg(expr != NULL, "%s", text);
    return expr;
}

static void
add_end(struct buf *buf, struct range_end end)
{
    if (end.known)
        ratio_print(buf, end.at);
    else
        buf_add_char(buf, '*');
}

/* "[1, 5]", "(0, *]" where * is no end; or "a|b". */
static const char *
range_shown(const struct range *range)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (size_t i = 0; range->has_texts && i < range->text_count; i++) {
        buf_add_cstr(&buf, i ? "|" : "");
        buf_add_str(&buf, range->texts[i]);
    }
    if (!range->has_texts || range->least.known) {
        buf_add_char(&buf, range->least.excluded ? '(' : '[');
        add_end(&buf, range->least);
        buf_add_cstr(&buf, ", ");
        add_end(&buf, range->most);
        buf_add_char(&buf, range->most.excluded ? ')' : ']');
    }
    return arena_strndup(&arena, buf.at, buf.len);
}

struct row {
    const char *when; /* narrows; NULL: nothing */
    const char *text;
    const char *expected;
};

static void
check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct range_scope narrowed = scope;
        struct expr_scope before = compile_scope;
        const struct expr *when = rows[i].when ? compile(rows[i].when) : NULL;
        struct range range;

        if (when) {
            expr_narrow(&narrowed, when);
            expr_assume(&compile_scope, when);
        }
        range = expr_range(&narrowed, compile(rows[i].text));
        ck_assert_msg(strcmp(range_shown(&range), rows[i].expected) == 0,
                      "%s, when %s: %s, expected %s", rows[i].text,
                      rows[i].when ? rows[i].when : "always",
                      range_shown(&range), rows[i].expected);
        compile_scope = before;
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof(rows[0]))
#define D "event.data."

START_TEST(fields_have_the_values_of_their_schema)
{
    static const struct row rows[] = {
        {NULL, D "any", "[*, *]"},
        {NULL, D "count", "[1, 10]"},
        {NULL, D "open", "[1, *]"},
        {NULL, D "grade", "3|1|2[1, 3]"},
        {NULL, D "rating", "[0, 5]"},
        {NULL, D "done", "[0, 1]"},
        {NULL, D "kind", "a|b|c"},
        {NULL, D "inner.a", "[2, 4]"},
        {"has(" D "nullable)", D "nullable", "a"},
        /* Which the program writes in lower case. */
        {"has(" D "owner)", D "owner", "[*, *]"},
        {NULL, D "at", "[*, *]"},
        /* A JSON number does not have to match a pattern. */
        {NULL, D "price", "[*, *]"},
        {NULL, D "text_price", "(-10000, 10000)"},
        {NULL, D "odd_price", "[*, *]"},
        {NULL, D "short_price", "(-1000, 1000)"},
        {NULL, D "long_price", "[*, *]"},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(arithmetic_and_functions)
{
    static const struct row rows[] = {
        {NULL, D "count * 2 - 1", "[1, 19]"},
        {NULL, "-" D "count", "[-10, -1]"},
        {NULL, "100 / " D "count", "[10, 100]"},
        {NULL, "100 / " D "any", "[*, *]"},
        {NULL, D "any % 7", "[-6, 6]"},
        {NULL, D "count % 7", "[0, 6]"},
        {NULL, "min(10 * " D "any, 100)", "[*, 100]"},
        {NULL, "max(" D "any, 0)", "[0, *]"},
        {NULL, "min(max(" D "any, 0), 7)", "[0, 7]"},
        {NULL, "floor(" D "rating / 2)", "[0, 2]"},
        {NULL, "ceil(" D "rating / 2)", "[0, 3]"},
        {NULL, "round(" D "rating / 3, 1, \"half_up\")", "[0, 1.7]"},
        {NULL, "abs(" D "count - 5)", "[0, 5]"},
        {NULL, "abs(" D "any)", "[0, *]"},
        {NULL, "size(" D "name)", "[0, 8]"},
        {NULL, "event.time.getHours(\"UTC\")", "[0, 23]"},
        {NULL, D "done ? " D "count : 20", "[1, 20]"},
        {NULL, D "count > 5 ? " D "count : 6", "[6, 10]"},
        {NULL, D "done || !" D "done ? " D "count : 20", "[1, 10]"},
        {NULL, D "rating > 5 ? 100 : " D "count", "[1, 10]"},
        {NULL, D "count * (100 + account.bonus_xp) / 100", "[1, *]"},
        {NULL, "2 + 3", "[5, 5]"},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(conditions_that_are_the_same_for_all_events)
{
    static const struct row rows[] = {
        {NULL, D "rating > 5.0", "[0, 0]"},
        {NULL, D "rating >= 5.0", "[0, 1]"},
        {NULL, D "rating <= 5", "[1, 1]"},
        {NULL, D "open > 0", "[1, 1]"},
        {NULL, D "count > 3 && " D "count < 3", "[0, 0]"},
        {NULL, D "count > 3 || " D "count <= 3", "[1, 1]"},
        {NULL, D "count > 3 || " D "count < 3", "[0, 1]"},
        {NULL, "!(" D "count >= 1)", "[0, 0]"},
        {NULL, D "done && !" D "done", "[0, 0]"},
        {NULL, D "done || !" D "done", "[1, 1]"},
        {NULL, D "done == true", "[0, 1]"},
        {NULL, D "count == 11", "[0, 0]"},
        {NULL, D "count != 11", "[1, 1]"},
        {NULL, D "kind == \"d\"", "[0, 0]"},
        {NULL, D "kind == \"a\" && " D "kind == \"b\"", "[0, 0]"},
        {NULL, D "kind in [\"a\", \"b\", \"c\"]", "[1, 1]"},
        {NULL, D "kind in [\"a\", \"b\", \"d\"]", "[0, 1]"},
        {NULL, D "kind in [\"d\", \"e\"]", "[0, 0]"},
        {NULL, D "grade in [1, 2, 2, 3]", "[1, 1]"},
        {NULL, D "grade in [1, 2, 2]", "[0, 1]"},
        {NULL, D "count in [11, 12]", "[0, 0]"},
        {NULL, D "count in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", "[1, 1]"},
        {NULL, D "count in [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]", "[0, 1]"},
        {NULL, D "name == \"much too long\"", "[0, 0]"},
        {NULL, "has(" D "count)", "[1, 1]"},
        {NULL, "has(" D "maybe)", "[0, 1]"},
        {NULL, "has(" D "maybe) && " D "maybe > 3", "[0, 0]"},
        {NULL, "!has(" D "maybe) || " D "maybe <= 3", "[1, 1]"},
        {NULL, D "done ? " D "count > 10 : " D "count < 1", "[0, 0]"},
        {NULL, "event.time.getMonth(\"UTC\") > 11", "[0, 0]"},
        {NULL,
         D "at < timestamp(\"2026-01-01T00:00:00Z\") && " D
           "at > timestamp(\"2027-01-01T00:00:00Z\")",
         "[0, 0]"},
        {NULL, D "name.startsWith(\"x\")", "[0, 1]"},
        {NULL, "true", "[1, 1]"},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(conditions_narrow_what_comes_after)
{
    static const struct row rows[] = {
        {D "any <= 100", D "any", "[*, 100]"},
        {"100 >= " D "any", D "any", "[*, 100]"},
        {D "any > 0 && " D "any < 100", D "any * 2", "[2, 198]"},
        {"!(" D "any > 100)", D "any", "[*, 100]"},
        {"!(" D "any > 100 || " D "any < 3)", D "any", "[3, 100]"},
        {D "any < 3 || " D "any == 10", D "any", "[*, 10]"},
        {D "any in [3, 9]", D "any", "[3, 9]"},
        {D "price == 5", D "price", "[5, 5]"},
        {D "price < 5", D "price", "[*, 5)"},
        {D "any < " D "count", D "any", "[*, 9]"},
        {D "count != 10", D "count", "[1, 10]"},
        {D "kind != \"a\"", D "kind", "b|c"},
        {"!(" D "kind in [\"a\", \"b\"])", D "kind", "c"},
        {D "kind == \"a\" || " D "kind == \"c\"", D "kind", "a|c"},
        {D "done", D "done", "[1, 1]"},
        {D "rating > 5 || " D "count > 7", D "count", "[8, 10]"},
        {"!(" D "any < 4)", D "any", "[4, *]"},
        {D "done || " D "any > 5", D "any", "[*, *]"},
        {"has(" D "maybe) && " D "maybe > 1", D "maybe", "[2, 3]"},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(a_contradiction_leaves_no_event)
{
    static const char *const impossible[] = {
        "false",
        D "rating > 5",
        D "any > 3 && " D "any < 4",
        D "kind == \"a\" && " D "kind in [\"b\"]",
        D "rating > 5 || " D "count > 10",
    };

    for (size_t i = 0; i < sizeof(impossible) / sizeof(*impossible); i++) {
        struct range_scope narrowed = scope;

        expr_narrow(&narrowed, compile(impossible[i]));
        ck_assert_msg(narrowed.is_empty, "%s", impossible[i]);
    }
    expr_narrow(&scope, compile(D "any > 3 && " D "any < 5"));
    ck_assert(!scope.is_empty);
}
END_TEST

/* Each condition asks about what is left by those before it: in time that
 * grows with their number, not with all ways to pick some of them. */
START_TEST(a_long_condition_is_soon_looked_at)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (int i = 0; i < 15; i++)
        buf_add_cstr(&buf, "((" D "any > 3 || ");
    buf_add_cstr(&buf, D "done");
    for (int i = 0; i < 15; i++)
        buf_add_cstr(&buf, ") && " D "count > 2)");
    buf_add_char(&buf, '\0');
    expr_narrow(&scope, compile(buf.at));
    ck_assert(!scope.is_empty);
    ck_assert_uint_lt(arena_used(&arena), 4u << 20);
}
END_TEST

START_TEST(what_an_expression_reads)
{
    const struct expr *fields[] = {compile(D "count"), compile("event.id"),
                                   compile("has(" D "maybe)"),
                                   compile(D "done ? " D "day : " D "name")};

    ck_assert(expr_reads_only(compile(D "count * 2 + 1"), fields, 4));
    ck_assert(expr_reads_only(compile("size(event.id)"), fields, 4));
    ck_assert(!expr_reads_only(compile(D "count + " D "any"), fields, 4));
    ck_assert(!expr_reads_only(compile("size(event.source)"), fields, 4));
    ck_assert(!expr_reads_only(compile("account.bonus_xp"), fields, 4));
    ck_assert(!expr_reads_only(compile("has(" D "maybe) ? 1 : 2"), fields, 4));
    /* Only what is a field itself counts. */
    ck_assert(!expr_reads_only(compile("has(" D "owner) ? 1 : 2"), fields, 4));
    ck_assert(
        !expr_reads_only(compile(D "done ? " D "any : " D "open"), fields, 4));
    ck_assert(expr_reads_only(compile("7"), fields, 0));
    ck_assert(expr_is_date(compile(D "day")));
    ck_assert(!expr_is_date(compile(D "name")));
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "expr_range", set_up, tear_down, fields_have_the_values_of_their_schema,
        arithmetic_and_functions, conditions_that_are_the_same_for_all_events,
        conditions_narrow_what_comes_after, a_contradiction_leaves_no_event,
        a_long_condition_is_soon_looked_at, what_an_expression_reads);
}
