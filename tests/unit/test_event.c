/* test_event.c - from a record to a checked event: framing, types, fields,
 * hashes. */
#include "event_fixture.h"

/* ---- the value ------------------------------------------------------------
 */

static bool
take_json(struct str value, struct str *text)
{
    err_reset(&err);
    record.value = value;
    return record_json(&record, &envelope, text, &err);
}

START_TEST(plain_values_are_taken_as_they_are)
{
    struct str text;

    ck_assert(take_json(STR("{}"), &text));
    ck_assert_str_eq(text_of(text), "{}");
    ck_assert(!take_json(STR(""), &text));
    ck_assert_str_eq(err.code, "malformed_json");
    ck_assert(!take_json((struct str){0}, &text));
    ck_assert_str_eq(err.code, "malformed_json");
}
END_TEST

START_TEST(framing_is_taken_off_where_expected)
{
    struct str text;

    ck_assert(!take_json(STR("\0\0\0\0\7{}"), &text));
    ck_assert_str_eq(err.code, "confluent_framing");
    ck_assert_contains(err.text, "framing: confluent");
    envelope.framing = FRAMING_CONFLUENT;
    ck_assert(take_json(STR("\0\0\0\0\7{}"), &text));
    ck_assert_str_eq(text_of(text), "{}");
    ck_assert(!take_json(STR("{}"), &text));
    ck_assert_str_eq(err.code, "confluent_framing");
    ck_assert(!take_json(STR("\0\0\0"), &text));
    ck_assert_str_eq(err.code, "confluent_framing");
    ck_assert(!take_json(STR("\0\0\0\0\7"), &text));
    ck_assert_str_eq(err.code, "malformed_json");
}
END_TEST

START_TEST(large_values_are_refused_before_all_else)
{
    char *bytes = arena_alloc(&arena, RECORD_MAX_BYTES + 1);
    struct str text;

    ck_assert(!take_json(str_make(bytes, RECORD_MAX_BYTES + 1), &text));
    ck_assert_str_eq(err.code, "too_large");
    bytes[0] = '{';
    ck_assert(take_json(str_make(bytes, RECORD_MAX_BYTES), &text));
}
END_TEST

/* ---- type and data --------------------------------------------------------
 */

START_TEST(unknown_types_are_named)
{
    refuse("{'specversion':'1.0','id':'e1','source':'/s','type':"
           "'io.test.done.v2','data':{}}",
           "unknown_type",
           "\"io.test.done.v2\"; did you mean \"io.test.done.v1\"");
    ck_assert_str_eq(text_of(event.id), "e1");
    refuse("{'specversion':'1.0','id':'e1','source':'/s','type':"
           "'something \\u00e9lse','data':{}}",
           "unknown_type", "\"something \xC3\xA9lse\"");
}
END_TEST

START_TEST(bad_data_names_its_place)
{
    refuse("{" HEAD "'data':{'user':'u1'}}", "schema_violation",
           "/data: the field \"value\" is missing");
    refuse("{" HEAD "'data':{'user':'@x','value':1}}", "schema_violation",
           "/data/user: must be an account id");
    refuse("{" HEAD "'data':{'user':'u1','value':0.1234567890123456}}",
           "decimal_precision", "/data/value");
}
END_TEST

/* ---- fields ---------------------------------------------------------------
 */

static const char *
field_text(const char *first, const char *second)
{
    struct str path[] = {str_from_cstr(first), str_from_cstr(second)};
    struct str text;

    return event_field_text(&event, path, second ? 2 : 1, &arena, &text)
               ? text_of(text)
               : NULL;
}

START_TEST(fields_are_read_as_people_do)
{
    accept("{" HEAD "'data':{'user':'u1','value':'5.00','n':7,'ok':true,"
           "'o':{'s':'x'},'z':null,'r':1.5}}");
    ck_assert_str_eq(field_text("user", NULL), "u1");
    ck_assert_str_eq(field_text("value", NULL), "5.00");
    ck_assert_str_eq(field_text("n", NULL), "7");
    ck_assert_str_eq(field_text("ok", NULL), "true");
    ck_assert_str_eq(field_text("o", "s"), "x");
    ck_assert_str_eq(field_text("r", NULL), "1.5");
    ck_assert_ptr_null(field_text("o", NULL));
    ck_assert_ptr_null(field_text("z", NULL));
    ck_assert_ptr_null(field_text("none", NULL));
    ck_assert_ptr_null(field_text("user", "s"));
    ck_assert_ptr_null(event_field(&event, &STR("z"), 1));
    ck_assert_ptr_eq(event_field(&event, NULL, 0), event.data);
}
END_TEST

/* ---- hashes ---------------------------------------------------------------
 */

static const char *
hash_of(const char *value)
{
    struct buf hex;

    accept(value);
    buf_init(&hex, &arena);
    for (int i = 0; i < EVENT_HASH_BYTES; i++)
        buf_printf(&hex, "%02x", event.hash[i]);
    return text_of(buf_str(&hex));
}

#define TIMED(data)                                                            \
    "{" HEAD "'time':'2025-10-08T12:34:56.789Z','data':" data "}"

START_TEST(what_means_the_same_hashes_alike)
{
    const char *hash = hash_of(TIMED(
        "{'user':'0x52908400098527886E0F7030069857D2E4169EE7','value':500}"));
    static const char *const same[] = {
        TIMED("{'value':500,"
              "'user':'0x52908400098527886E0F7030069857D2E4169EE7'}"),
        TIMED("{'user':'0x52908400098527886e0f7030069857d2e4169ee7',"
              "'value':'500.00'}"),
        TIMED("{'user':'0x52908400098527886E0F7030069857D2E4169EE7',"
              "'value':500.0}"),
        TIMED("{'user':'0x52908400098527886E0F7030069857D2E4169EE7',"
              "'value':5e2}"),
        "{'data':{'value':500,'user':"
        "'\\u0030x52908400098527886E0F7030069857D2E4169EE7'}," HEAD
        "'time':'2025-10-08T14:34:56.789000+02:00','traceparent':'x',"
        "'subject':'anything'}",
    };

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        ck_assert_str_eq(hash_of(same[i]), hash);
    add_binary_headers();
    add_header("ce_time", STR("2025-10-08T12:34:56.789Z"));
    ck_assert_str_eq(
        hash_of("{'user':'0x52908400098527886E0F7030069857D2E4169EE7',"
                "'value':500}"),
        hash);
}
END_TEST

START_TEST(what_means_something_else_hashes_otherwise)
{
    const char *hash = hash_of(TIMED("{'user':'u1','value':5,'n':1}"));
    static const char *const others[] = {
        TIMED("{'user':'u2','value':5,'n':1}"),
        TIMED("{'user':'u1','value':5.01,'n':1}"),
        TIMED("{'user':'u1','value':5,'n':2}"),
        TIMED("{'user':'u1','value':5}"),
        TIMED("{'user':'u1','value':5,'n':1,'extra':null}"),
        TIMED("{'user':'u1','value':5,'n':1,'extra':'1'}"),
        TIMED("{'user':'u1','value':5,'n':1,'extra':1}"),
        "{" HEAD "'time':'2025-10-08T12:34:56.789001Z','data':{'user':'u1',"
        "'value':5,'n':1}}",
        "{" HEAD "'data':{'user':'u1','value':5,'n':1}}",
    };
    const char *seen[sizeof(others) / sizeof(others[0])];

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        seen[i] = hash_of(others[i]);
        ck_assert_str_ne(seen[i], hash);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(seen[i], seen[k]);
    }
}
END_TEST

START_TEST(the_time_of_the_record_is_not_in_the_hash)
{
    const char *hash = hash_of("{" HEAD "'data':" DATA "}");

    record.timestamp_ms++;
    ck_assert_str_eq(hash_of("{" HEAD "'data':" DATA "}"), hash);
}
END_TEST

/* The hashes of all events ever posted are in the database: this one must
 * come out the same in every version. */
START_TEST(the_hash_never_changes)
{
    ck_assert_str_eq(hash_of(WHOLE), "260eb2f20c624f4add083a6b86dddce6");
}
END_TEST

START_TEST(reasons_are_a_closed_set)
{
    for (int reason = 0; reason < REASON_COUNT; reason++)
        ck_assert_ptr_nonnull(reason_name((enum reason)reason));
    ck_assert_str_eq(reason_name(REASON_RULE_ERROR), "rule_error");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "event", set_up_event, tear_down, plain_values_are_taken_as_they_are,
        framing_is_taken_off_where_expected,
        large_values_are_refused_before_all_else, unknown_types_are_named,
        bad_data_names_its_place, fields_are_read_as_people_do,
        what_means_the_same_hashes_alike,
        what_means_something_else_hashes_otherwise,
        the_time_of_the_record_is_not_in_the_hash, the_hash_never_changes,
        reasons_are_a_closed_set);
}
