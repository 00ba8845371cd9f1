/* test_schema_load.c - schema documents: faults found at load, and what the
 * set and its types tell the rules. */
#include "schema_fixture.h"

static void
refuse(const char *keywords, const char *part)
{
    ck_assert_msg(!compile(keywords), "%s", keywords);
    ck_assert_uint_ge(diags.errors, 1);
    ck_assert_contains(unit_words(&arena, &diags.items[0]), part);
    ck_assert_str_eq(diags.items[0].file, "t.json");
    ck_assert_int_eq(diags.items[0].line, 1);
}

START_TEST(unknown_keywords_are_refused)
{
    refuse("'minimun':1", "\"minimun\" is not supported; did you mean "
                          "\"minimum\"");
    refuse("'patternProperties':{}", "not supported");
    refuse("'prefixItems':[]", "not supported");
    refuse("'$dynamicRef':'#x'", "not supported");
    refuse("'properties':{'a':{'typ':'string'}}",
           "#/properties/a: the keyword \"typ\"");
    refuse("'items':{'$id':'x'}", "only stand at the top");
    refuse("'items':{'$defs':{}}", "only stand at the top");
}
END_TEST

START_TEST(annotations_are_not_looked_at)
{
    compile_well("'$schema':'https://json-schema.org/draft/2020-12/schema',"
                 "'$comment':'c','title':'t','description':'d','default':1,"
                 "'examples':[],'deprecated':true,'readOnly':true,"
                 "'writeOnly':false");
    compile_well("'$schema':'http://json-schema.org/draft-07/schema#'");
    refuse("'$schema':'http://json-schema.org/draft-04/schema#'", "$schema");
}
END_TEST

START_TEST(wrong_values_of_keywords_are_refused)
{
    static const char *const keywords[] = {
        "'type':'text'",
        "'type':[]",
        "'type':['string','string']",
        "'type':7",
        "'enum':[]",
        "'enum':'a'",
        "'enum':[1],'const':1",
        "'minimum':'1'",
        "'exclusiveMinimum':true",
        "'maximum':0.12345678901234567",
        "'maximum':1e30",
        "'multipleOf':0",
        "'multipleOf':-1",
        "'minLength':-1",
        "'maxLength':1.5",
        "'uniqueItems':1",
        "'pattern':'('",
        "'pattern':1",
        "'format':1",
        "'items':[{}]",
        "'items':1",
        "'properties':[]",
        "'properties':{'a':'string'}",
        "'required':'a'",
        "'required':[1]",
        "'required':['a','a']",
        "'additionalProperties':'no'",
        "'allOf':[]",
        "'anyOf':{}",
        "'not':1",
        "'then':{}",
        "'else':{}",
        "'$ref':1",
    };

    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
        refuse(keywords[i], "#/");
}
END_TEST

START_TEST(a_bad_pattern_is_shown_its_place)
{
    refuse("'properties':{'a':{'pattern':'a(b'}}",
           "#/properties/a/pattern: not a regular expression, at character 4");
}
END_TEST

START_TEST(references_are_local_and_end)
{
    refuse("'$defs':{'usd':{}},'properties':{'a':{'$ref':'#/$defs/uds'}}",
           "did you mean \"#/$defs/usd\"");
    refuse("'properties':{'a':{'$ref':'http://x/y'}}", "only \"#/$defs/NAME\"");
    refuse("'properties':{'a':{'$ref':'#'}}", "only");
    refuse("'$defs':{'a':{'$ref':'#/$defs/a'}}", "leads back");
    refuse("'$defs':{'a':{'allOf':[{'$ref':'#/$defs/b'}]},'b':{'not':"
           "{'$ref':'#/$defs/a'}}}",
           "leads back");
    compile_well("'$defs':{'a':{'items':{'$ref':'#/$defs/a'}}}");
}
END_TEST

START_TEST(what_drafts_disagree_about_is_refused)
{
    refuse("'$defs':{'a':{}},'properties':{'x':{'$ref':'#/$defs/a',"
           "'minimum':1}}",
           "put both into \"allOf\"");
    compile_well("'$defs':{'a':{}},'properties':{'x':{'$ref':'#/$defs/a',"
                 "'description':'d'}}");
}
END_TEST

START_TEST(a_misspelt_format_is_a_warning)
{
    compile_well("'properties':{'a':{'format':'date_time'}}");
    ck_assert_uint_eq(diags.count, 1);
    ck_assert_int_eq(diags.items[0].level, DIAG_WARNING);
    ck_assert_contains(unit_words(&arena, &diags.items[0]),
                       "did you mean \"date-time\"");
    compile_well("'properties':{'a':{'format':'email'}}");
    ck_assert_uint_eq(diags.count, 0);
}
END_TEST

START_TEST(all_faults_are_reported)
{
    compile("'minimun':1,'type':'text','properties':{'a':{'required':1}}");
    ck_assert_uint_eq(diags.errors, 3);
}
END_TEST

START_TEST(the_id_is_the_type)
{
    struct schema_set *schemas = schema_set_new(&arena);

    schema_add(schemas, json("{}"), "a.json", &diags);
    schema_add(schemas, json("{'$id':7}"), "b.json", &diags);
    schema_add(schemas, json("{'$id':''}"), "c.json", &diags);
    schema_add(schemas, json("{'$id':'a b'}"), "d.json", &diags);
    ck_assert_uint_eq(diags.errors, 4);
    ck_assert_uint_eq(schema_count(schemas), 0);
    schema_add(schemas, json("{'$id':'x'}"), "e.json", &diags);
    schema_add(schemas, json("{'$id':'x'}"), "f.json", &diags);
    ck_assert_uint_eq(diags.errors, 5);
    ck_assert_contains(diags.items[4].text, "e.json");
    ck_assert_str_eq(schema_find(schemas, STR("x"))->file, "e.json");
}
END_TEST

START_TEST(types_are_in_order_of_name)
{
    struct schema_set *schemas = schema_set_new(&arena);

    for (int i = 0; i < 40; i++)
        schema_add(schemas,
                   json(arena_printf(&arena, "{'$id':'t%02d'}", (i * 17) % 40)),
                   "t.json", &diags);
    ck_assert_uint_eq(schema_count(schemas), 40);
    for (size_t i = 0; i < 40; i++)
        ck_assert_str_eq(unit_text(&arena, schema_at(schemas, i)->name),
                         arena_printf(&arena, "t%02zu", i));
    ck_assert_ptr_null(schema_at(schemas, 40));
    ck_assert_ptr_null(schema_find(schemas, STR("t")));
}
END_TEST

/* ---- what rules may know --------------------------------------------------
 */

struct field_case {
    const char *schema;
    enum field_type type;
    bool optional;
};

/* The schema of a required property. */
static const struct field_case field_cases[] = {
    {"{'type':'boolean'}", FIELD_BOOL, false},
    {"{'type':'integer'}", FIELD_INT, false},
    {"{'type':['integer','null']}", FIELD_INT, true},
    {"{'type':'number'}", FIELD_OTHER, false},
    {"{'type':'string'}", FIELD_STRING, false},
    {"{'type':'string','format':'uuid'}", FIELD_STRING, false},
    {"{'type':'string','format':'email'}", FIELD_STRING, false},
    {"{'type':'string','format':'account'}", FIELD_ACCOUNT, false},
    {"{'type':'string','format':'date'}", FIELD_DATE, false},
    {"{'type':'string','format':'date-time'}", FIELD_TIMESTAMP, false},
    {"{'type':['string','number'],'format':'decimal'}", FIELD_DECIMAL, false},
    {"{'type':['string','integer','number'],'format':'decimal'}", FIELD_DECIMAL,
     false},
    {"{'type':'string','format':'decimal'}", FIELD_DECIMAL, false},
    {"{'type':['string','object'],'format':'decimal'}", FIELD_OTHER, false},
    {"{'type':['string','integer']}", FIELD_OTHER, false},
    {"{'type':'array'}", FIELD_OTHER, false},
    {"{'type':'object'}", FIELD_OTHER, false},
    {"{'format':'date'}", FIELD_OTHER, true},
    {"{'$ref':'#/$defs/usd'}", FIELD_DECIMAL, false},
    {"{'allOf':[{'type':['integer','string']},{'type':'number'}]}", FIELD_INT,
     false},
    {"{'type':'string','anyOf':[{'format':'date'}]}", FIELD_STRING, false},
    {"{'anyOf':[{'type':'integer'}]}", FIELD_OTHER, true},
};

START_TEST(fields_have_types)
{
    for (size_t i = 0; i < sizeof(field_cases) / sizeof(field_cases[0]); i++) {
        const struct event_type *type = compile_well(
            arena_printf(&arena,
                         "'$defs':{'usd':{'type':'string','format':'decimal'}},"
                         "'required':['a'],'properties':{'a':%s}",
                         field_cases[i].schema));
        struct field field;

        ck_assert(schema_field(type, &STR("a"), 1, &field));
        ck_assert_msg(field.type == field_cases[i].type, "%s: %d",
                      field_cases[i].schema, field.type);
        ck_assert_msg(field.optional == field_cases[i].optional, "%s",
                      field_cases[i].schema);
    }
}
END_TEST

START_TEST(a_field_is_as_optional_as_the_way_to_it)
{
    const struct event_type *type =
        compile_well("'required':['r'],'properties':{"
                     "'r':{'type':'object','required':['r'],'properties':"
                     "{'r':{'type':'integer'},'o':{'type':'integer'}}},"
                     "'o':{'type':'object','required':['r'],'properties':"
                     "{'r':{'type':'integer'}}}}");
    static const struct {
        const char *first;
        const char *second;
        bool optional;
    } cases[] = {{"r", "r", false}, {"r", "o", true}, {"o", "r", true}};
    struct str missing[] = {STR("r"), STR("x")};
    struct field field;

    for (size_t i = 0; i < 3; i++) {
        struct str path[] = {str_from_cstr(cases[i].first),
                             str_from_cstr(cases[i].second)};

        ck_assert(schema_field(type, path, 2, &field));
        ck_assert_int_eq(field.type, FIELD_INT);
        ck_assert(field.optional == cases[i].optional);
    }
    ck_assert(!schema_field(type, missing, 2, &field));
    ck_assert(!schema_field(type, missing, 0, &field));
}
END_TEST

START_TEST(fields_are_found_in_all_that_holds)
{
    const struct event_type *type = compile_well(
        "'$defs':{'base':{'required':['user','n'],'properties':{'user':"
        "{'type':'string','format':'account'},'n':{'type':'string'}}}},"
        "'allOf':[{'$ref':'#/$defs/base'},{'properties':{'n':{'format':"
        "'date'}}}],'anyOf':[{'properties':{'hidden':{'type':'string'}}}],"
        "'properties':{'own':{'type':'integer'}}");
    struct field field;

    ck_assert(schema_field(type, &STR("user"), 1, &field));
    ck_assert_int_eq(field.type, FIELD_ACCOUNT);
    ck_assert(!field.optional);
    ck_assert(schema_field(type, &STR("n"), 1, &field));
    ck_assert_int_eq(field.type, FIELD_DATE);
    ck_assert(!schema_field(type, &STR("hidden"), 1, &field));
    ck_assert_uint_eq(schema_property_count(type), 4);
    ck_assert(str_eq(schema_property(type, 0), STR("own")));
    ck_assert(str_eq(schema_property(type, 1), STR("user")));
    ck_assert(str_eq(schema_property(type, 2), STR("n")));
    ck_assert_uint_eq(schema_property(type, 4).len, 0);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "schema_load", set_up, tear_down, unknown_keywords_are_refused,
        annotations_are_not_looked_at, wrong_values_of_keywords_are_refused,
        a_bad_pattern_is_shown_its_place, references_are_local_and_end,
        what_drafts_disagree_about_is_refused, a_misspelt_format_is_a_warning,
        all_faults_are_reported, the_id_is_the_type, types_are_in_order_of_name,
        fields_have_types, a_field_is_as_optional_as_the_way_to_it,
        fields_are_found_in_all_that_holds);
}
