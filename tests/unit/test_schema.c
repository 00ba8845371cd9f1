/* test_schema.c - which data a schema accepts. */
#include "schema_fixture.h"

/* Whether {'a': value} is what the schema of `a` says. */
static bool
accepts(const char *schema, const char *value)
{
    const struct event_type *type = compile_field(schema);
    struct node *data = json(arena_printf(&arena, "{'a':%s}", value));

    err_reset(&err);
    return schema_check(type, data, &arena, &err);
}

static void
accept(const char *schema, const char *value)
{
    ck_assert_msg(accepts(schema, value), "%s refused %s: %s", schema, value,
                  err.text);
}

static void
refuse(const char *schema, const char *value, const char *part)
{
    ck_assert_msg(!accepts(schema, value), "%s accepted %s", schema, value);
    ck_assert_int_eq(err.kind, ERR_INPUT);
    ck_assert_str_eq(err.code, "schema_violation");
    ck_assert_contains(err.text, part);
    ck_assert_msg(strncmp(err.text, "/data", 5) == 0, "%s", err.text);
    ck_assert(str_is_utf8(str_from_cstr(err.text)));
    ck_assert_uint_le(strlen(err.text), 500);
}

START_TEST(types_are_those_of_json)
{
    static const char *const types[] = {
        "null", "boolean", "integer", "number", "string", "array", "object"};
    static const struct {
        const char *value;
        const char *types;
    } cases[] = {
        {"null", "null"},          {"true", "boolean"}, {"7", "integer number"},
        {"7.0", "integer number"}, {"7.5", "number"},   {"'x'", "string"},
        {"[]", "array"},           {"{}", "object"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
            const char *schema =
                arena_printf(&arena, "{'type':'%s'}", types[k]);

            ck_assert_msg(accepts(schema, cases[i].value) ==
                              (strstr(cases[i].types, types[k]) != NULL),
                          "%s, %s", cases[i].value, types[k]);
        }
    accept("{'type':['null','string']}", "null");
    refuse("{'type':['null','string']}", "7",
           "/data/a: must be null or a string, but is 7");
}
END_TEST

START_TEST(a_type_error_says_what_was_sent)
{
    refuse("{'type':'integer'}", "'7'",
           "/data/a: must be an integer, but is the string \"7\"");
    refuse("{'type':'integer'}", "7.5", "must be an integer, but is 7.5");
    refuse("{'type':'boolean'}", "null", "must be true or false, but is null");
    refuse("{'type':'string'}", "[1]", "must be a string, but is a list");
    refuse("{'type':'string'}", "{}", "must be a string, but is an object");
}
END_TEST

START_TEST(true_and_false_are_schemas)
{
    accept("true", "1");
    accept("{}", "null");
    refuse("false", "1", "not allowed");
}
END_TEST

START_TEST(choices_compare_by_value)
{
    accept("{'enum':['a',1,null,{'x':[1,2]}]}", "'a'");
    accept("{'enum':['a',1,null,{'x':[1,2]}]}", "1.0");
    accept("{'enum':['a',1,null,{'x':[1,2]}]}", "{'x':[1.0,2]}");
    refuse("{'enum':['a',1]}", "'b'", "one of \"a\", 1");
    refuse("{'enum':['1']}", "1", "must be \"1\", but is 1");
    refuse("{'enum':[1]}", "true", "must be 1");
    refuse("{'enum':[{'x':[1,2]}]}", "{'x':[2,1]}", "an object");
    accept("{'const':{'a':1,'b':2}}", "{'b':2,'a':1}");
    refuse("{'const':0}", "false", "must be 0");
    accept("{'const':1e3}", "1000");
}
END_TEST

START_TEST(bounds_are_exact)
{
    accept("{'minimum':0.1}", "0.1");
    refuse("{'minimum':0.1}", "0.09999999999999999", "at least 0.1");
    accept("{'maximum':5}", "5.0");
    refuse("{'maximum':5}", "5.000000000000001", "at most 5");
    refuse("{'exclusiveMinimum':0}", "0", "above 0");
    accept("{'exclusiveMinimum':0}", "1e-300");
    refuse("{'exclusiveMinimum':0}", "-1e-300", "above 0");
    refuse("{'exclusiveMaximum':0.5}", "0.5", "below 0.5");
    accept("{'maximum':9007199254740992}", "9007199254740992");
    refuse("{'maximum':9007199254740992}", "9007199254740993", "at most");
    refuse("{'maximum':0}", "1e300", "at most 0");
    accept("{'minimum':-9223372036854775808}", "-9223372036854775808");
    accept("{'minimum':5}", "'no number'");
}
END_TEST

START_TEST(multiples_are_exact)
{
    accept("{'multipleOf':0.01}", "19.99");
    accept("{'multipleOf':0.1}", "0.3");
    refuse("{'multipleOf':0.01}", "19.995", "multiple of 0.01");
    accept("{'multipleOf':7}", "-21");
    refuse("{'multipleOf':7}", "22", "multiple of 7");
    refuse("{'multipleOf':1}", "1e-300", "multiple of 1");
    accept("{'multipleOf':3}", "0");
}
END_TEST

START_TEST(lengths_are_of_characters)
{
    accept("{'maxLength':3}", "'\xC3\xBC\xC3\xBC\xF0\x9F\x8E\x89'");
    refuse("{'maxLength':2}", "'\xC3\xBC\xC3\xBC\xF0\x9F\x8E\x89'",
           "at most 2 characters, but has 3");
    refuse("{'minLength':1}", "''", "at least 1 characters, but has 0");
    refuse("{'minLength':2}", "'\xF0\x9F\x8E\x89'",
           "at least 2 characters, but has 1");
    refuse("{'minLength':4611686018427387904}", "'12345678'",
           "characters, but has 8");
    accept("{'minLength':5}", "12");
}
END_TEST

START_TEST(patterns_are_searched)
{
    accept("{'pattern':'b+'}", "'abbc'");
    refuse("{'pattern':'^b+$'}", "'abbc'", "matches ^b+$");
    refuse("{'pattern':'^a$'}", "'a\\n'", "matches");
    accept("{'pattern':'^.$'}", "'\xF0\x9F\x8E\x89'");
    accept("{'pattern':'^\\\\u00fc$'}", "'\xC3\xBC'");
    refuse("{'pattern':'^\\\\d$'}", "'\xD9\xA1'", "matches");
    accept("{'pattern':'(a|b)\\\\1'}", "'bb'");
    accept("{'pattern':'x'}", "12");
}
END_TEST

START_TEST(a_pattern_cannot_take_for_ever)
{
    char text[3000];

    memset(text, 'a', sizeof(text) - 1);
    text[0] = '\'';
    text[sizeof(text) - 2] = '\'';
    text[sizeof(text) - 1] = '\0';
    refuse("{'pattern':'^(a|aa)+$'}",
           arena_printf(&arena, "'%.40s!'", text + 1), "matches");
    refuse("{'pattern':'^(([a-z])+.)+[A-Z]([a-z])+$'}", text, "matches");
}
END_TEST

START_TEST(formats_are_checked)
{
    accept("{'format':'date'}", "'2024-02-29'");
    refuse("{'format':'date'}", "'2026-02-29'", "must be a date such as");
    accept("{'format':'date-time'}", "'2026-12-01T00:00:00+01:00'");
    refuse("{'format':'date-time'}", "'2026-12-01'", "RFC 3339");
    accept("{'format':'uuid'}", "'8F7e2f3c-5b1d-4d5a-9a44-0d2f3f6e1a11'");
    refuse("{'format':'uuid'}", "'8f7e2f3c5b1d4d5a9a440d2f3f6e1a11'", "UUID");
    refuse("{'format':'uuid'}", "'8g7e2f3c-5b1d-4d5a-9a44-0d2f3f6e1a11'",
           "UUID");
    accept("{'format':'date'}", "12");
    accept("{'format':'some-day'}", "'anything'");
    refuse("{'format':'account'}", "''", "account id");
    refuse("{'format':'account'}", "'@house'", "account id");
}
END_TEST

START_TEST(lists_are_checked)
{
    accept("{'items':{'type':'integer'}}", "[1,2]");
    refuse("{'items':{'type':'integer'}}", "[1,'2']", "/data/a/1: ");
    accept("{'items':{'type':'integer'}}", "{'b':'x'}");
    refuse("{'minItems':1}", "[]", "at least 1 items, but has 0");
    refuse("{'maxItems':1}", "[1,2]", "at most 1 items, but has 2");
    refuse("{'uniqueItems':true}", "[1,{'a':1},{'a':1.0}]", "item 2");
    accept("{'uniqueItems':true}", "[1,'1',true,null,[1],{'a':1}]");
    accept("{'uniqueItems':false}", "[1,1]");
    refuse("{'items':false}", "[1]", "/data/a/0");
}
END_TEST

START_TEST(a_long_list_is_checked_in_line)
{
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_cstr(&buf, "[0");
    for (int i = 1; i < 50000; i++)
        buf_printf(&buf, ",%d", i);
    buf_add_cstr(&buf, "]");
    buf_add_char(&buf, '\0');
    accept("{'uniqueItems':true}", buf.at);
}
END_TEST

START_TEST(objects_are_checked)
{
    const char *schema = "{'required':['x'],'properties':{'x':{'type':"
                         "'integer'},'y':{'type':'string'}}}";

    accept(schema, "{'x':1}");
    accept(schema, "{'x':1,'other':null}");
    accept(schema, "'no object'");
    refuse(schema, "{'y':'a'}", "/data/a: the field \"x\" is missing");
    refuse(schema, "{'x':1,'y':2}", "/data/a/y: must be a string");
    accept("{'required':['z']}", "{'z':null}");
    refuse("{'required':['z']}", "{}", "\"z\" is missing");
}
END_TEST

START_TEST(a_misspelt_field_is_named)
{
    refuse("{'required':['contract_id'],'properties':{'contract_id':{}}}",
           "{'contract_ld':1}", "it is not spelt \"contract_ld\"");
    refuse("{'additionalProperties':false,'properties':{'rating':{}}}",
           "{'ratign':1}", "did you mean \"rating\"");
}
END_TEST

START_TEST(other_fields_can_be_forbidden)
{
    refuse("{'additionalProperties':false,'properties':{'x':{}}}",
           "{'x':1,'y':2}", "/data/a/y");
    accept("{'additionalProperties':{'type':'integer'}}", "{'x':1,'y':2}");
    refuse("{'additionalProperties':{'type':'integer'}}", "{'x':'1'}",
           "/data/a/x: must be an integer");
    refuse("{'additionalProperties':false,'required':['x']}", "{'x':1}",
           "not allowed");
}
END_TEST

START_TEST(schemas_are_joined)
{
    accept("{'allOf':[{'minimum':1},{'maximum':3}]}", "2");
    refuse("{'allOf':[{'minimum':1},{'maximum':3}]}", "4", "at most 3");
    accept("{'anyOf':[{'type':'string'},{'minimum':3}]}", "3");
    refuse("{'anyOf':[{'type':'string'},{'minimum':3}]}", "2", "none of the 2");
    accept("{'oneOf':[{'type':'integer'},{'minimum':3}]}", "1");
    refuse("{'oneOf':[{'type':'integer'},{'minimum':3}]}", "4", "fits several");
    refuse("{'oneOf':[{'type':'string'},{'minimum':3}]}", "2", "fits none");
    accept("{'not':{'type':'string'}}", "2");
    refuse("{'not':{'type':'string'}}", "'x'", "must not");
}
END_TEST

START_TEST(conditions_choose_a_branch)
{
    const char *schema = "{'if':{'minimum':10},'then':{'multipleOf':10},"
                         "'else':{'multipleOf':2}}";

    accept(schema, "20");
    refuse(schema, "22", "multiple of 10");
    accept(schema, "4");
    refuse(schema, "5", "multiple of 2");
    accept("{'if':{'minimum':10},'then':false}", "9");
    accept("{'if':{'minimum':10},'else':false}", "11");
}
END_TEST

START_TEST(references_lead_to_shared_schemas)
{
    const struct event_type *type = compile_well(
        "'$defs':{'tree':{'properties':{'next':{'$ref':'#/$defs/tree'},"
        "'n':{'$ref':'#/definitions/n'}}}},'definitions':{'n':{'type':"
        "'integer'}},'properties':{'t':{'$ref':'#/$defs/tree'}}");

    ck_assert(schema_check(type, json("{'t':{'next':{'next':{'n':1}}}}"),
                           &arena, &err));
    ck_assert(!schema_check(type, json("{'t':{'next':{'next':{'n':'1'}}}}"),
                            &arena, &err));
    ck_assert_contains(err.text, "/data/t/next/next/n: must be an integer");
}
END_TEST

START_TEST(places_in_messages_are_safe)
{
    struct buf buf;

    refuse("{'additionalProperties':{'type':'integer'}}", "{'a/b~c':'x'}",
           "/data/a/a~1b~0c: ");
    refuse("{'additionalProperties':{'type':'integer'}}", "{'\\n\\u007f':'x'}",
           "/data/a/??: ");
    buf_init(&buf, &arena);
    buf_add_cstr(&buf, "{'");
    for (int i = 0; i < 5000; i++)
        buf_add_cstr(&buf, "\xC3\xBC");
    buf_add_cstr(&buf, "':'");
    for (int i = 0; i < 5000; i++)
        buf_add_cstr(&buf, "\xF0\x9F\x8E\x89");
    buf_add_cstr(&buf, "'}");
    buf_add_char(&buf, '\0');
    refuse("{'additionalProperties':{'type':'integer'}}", buf.at, "...");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "schema", set_up, tear_down, types_are_those_of_json,
        a_type_error_says_what_was_sent, true_and_false_are_schemas,
        choices_compare_by_value, bounds_are_exact, multiples_are_exact,
        lengths_are_of_characters, patterns_are_searched,
        a_pattern_cannot_take_for_ever, formats_are_checked, lists_are_checked,
        a_long_list_is_checked_in_line, objects_are_checked,
        a_misspelt_field_is_named, other_fields_can_be_forbidden,
        schemas_are_joined, conditions_choose_a_branch,
        references_lead_to_shared_schemas, places_in_messages_are_safe);
}
