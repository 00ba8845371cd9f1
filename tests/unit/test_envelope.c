/* test_envelope.c - what is around the data: CloudEvents in both Kafka forms,
 * and a topic's own fields. */
#include "event_fixture.h"

/* ---- structured -----------------------------------------------------------
 */

START_TEST(a_structured_event_is_read)
{
    add_header("content-type", STR("application/cloudevents+json"));
    accept(WHOLE);
    ck_assert_str_eq(text_of(event.id), "e1");
    ck_assert_str_eq(text_of(event.source), "/s");
    ck_assert_str_eq(text_of(event.type->name), "io.test.done.v1");
    ck_assert_int_eq(event.time_us, 1759926896789000);
    ck_assert_uint_eq(event.traceparent.len, 0);
    ck_assert_ptr_eq(event.record, &record);
    ck_assert_int_eq(node_get(event.data, STR("value"))->kind, NODE_DECIMAL);
}
END_TEST

START_TEST(the_content_type_is_read_as_mail_does)
{
    static const char *const good[] = {
        "application/cloudevents+json",
        "application/cloudevents+json; charset=utf-8",
        "Application/CloudEvents+JSON",
        "application/cloudevents",
        "application/cloudevents ; x=y",
    };
    static const char *const bad[] = {
        "application/cloudevents+avro",  "application/cloudevents+xml",
        "application/cloudevents+jsonx", "application/cloudevents-batch+json",
        "application/cloudevents-batch", "application/cloudevents\xFF",
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        record.header_count = 0;
        add_header("Content-Type", str_from_cstr(good[i]));
        accept(WHOLE);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        record.header_count = 0;
        add_header("content-type", str_from_cstr(bad[i]));
        refuse_envelope(WHOLE, "");
    }
}
END_TEST

START_TEST(a_specversion_in_the_value_is_enough)
{
    accept(WHOLE);
    add_header("content-type", STR("application/json"));
    accept(WHOLE);
}
END_TEST

START_TEST(without_an_envelope_the_message_says_what_to_send)
{
    refuse_envelope(DATA, "content-type: application/cloudevents+json");
    ck_assert_contains(err.text, "envelope: plain");
}
END_TEST

START_TEST(each_attribute_is_required_and_a_text)
{
    refuse_envelope("{'specversion':'1.0','source':'/s','type':"
                    "'io.test.done.v1','data':" DATA "}",
                    "\"id\" is missing");
    refuse_envelope("{'specversion':'1.0','id':'e1','type':"
                    "'io.test.done.v1','data':" DATA "}",
                    "\"source\" is missing");
    refuse_envelope("{'specversion':'1.0','id':'e1','source':'/s','data':" DATA
                    "}",
                    "\"type\" is missing");
    refuse_envelope("{'specversion':'1.0','id':7,'source':'/s','type':"
                    "'io.test.done.v1','data':" DATA "}",
                    "\"id\" must be a string, but is 7");
    refuse_envelope("{'specversion':'1.0','id':null}", "\"id\" is missing");
    refuse_envelope("{'specversion':'0.3','id':'e1'}", "must be \"1.0\"");
    refuse_envelope("{'specversion':1.0,'id':'e1'}", "must be a string");
    refuse_envelope("{'specversion':'1.0','id':''}", "\"id\" is empty");
}
END_TEST

static const char *
with_identity(const char *id, const char *source)
{
    return arena_printf(&arena,
                        "{'specversion':'1.0','id':'%s','source':'%s',"
                        "'type':'io.test.done.v1','data':" DATA "}",
                        id, source);
}

START_TEST(attributes_have_limits)
{
    char text[258];

    memset(text, 'a', sizeof(text));
    text[257] = '\0';
    refuse_envelope(with_identity(text, "/s"), "257 bytes");
    refuse_envelope(with_identity("e1", text), "257 bytes");
    text[256] = '\0';
    accept(with_identity(text, text));
    refuse_envelope(with_identity("a\\nb", "/s"), "control");
    refuse_envelope(with_identity("e1", "/a b"), "space");
    accept(with_identity("a b \xC3\xBC", "urn:x:\xC3\xBC"));
}
END_TEST

START_TEST(times_are_strict)
{
    static const char *const bad[] = {"'2025-10-08'",
                                      "'2025-10-08T12:34:56'",
                                      "'yesterday'",
                                      "''",
                                      "1759926896",
                                      "true",
                                      "'1969-12-31T23:59:59Z'",
                                      "'9999-12-31T23:59:59-23:59'"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuse_envelope(
            arena_printf(&arena, "{" HEAD "'time':%s,'data':" DATA "}", bad[i]),
            "\"time\"");
    accept("{" HEAD "'time':'1970-01-01T00:00:00Z','data':" DATA "}");
}
END_TEST

START_TEST(the_record_has_a_time_where_the_event_has_none)
{
    accept("{" HEAD "'data':" DATA "}");
    ck_assert_int_eq(event.time_us, (int64_t)TIME_MS * 1000);
    accept("{" HEAD "'time':null,'data':" DATA "}");
    record.timestamp_ms = -1;
    refuse_envelope("{" HEAD "'data':" DATA "}", "no timestamp");
    record.timestamp_ms = INT64_C(253402300800000);
    refuse_envelope("{" HEAD "'data':" DATA "}", "no timestamp");
    record.timestamp_ms = INT64_MAX;
    refuse_envelope("{" HEAD "'data':" DATA "}", "no timestamp");
}
END_TEST

START_TEST(data_must_be_an_object)
{
    refuse_envelope("{" HEAD "'x':1}", "\"data\" is missing");
    refuse_envelope("{" HEAD "'data':null}", "but is null");
    refuse_envelope("{" HEAD "'data':[]}", "but is a list");
    refuse_envelope("{" HEAD "'data':'{}'}", "but is the string");
    refuse_envelope("{" HEAD "'data_base64':'e30='}", "data_base64");
    accept("{" HEAD "'data_base64':null,'data':" DATA "}");
}
END_TEST

START_TEST(data_must_be_json)
{
    static const char *const good[] = {"application/json", "text/json",
                                       "application/x+json; a=b",
                                       "Application/JSON;charset=utf-8"};
    static const char *const bad[] = {"text/plain", "application/xml", "json",
                                      "application/jsonp", ""};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        accept(arena_printf(&arena,
                            "{" HEAD "'datacontenttype':'%s','data':" DATA "}",
                            good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refuse_envelope(arena_printf(&arena,
                                     "{" HEAD
                                     "'datacontenttype':'%s','data':" DATA "}",
                                     bad[i]),
                        "only JSON");
}
END_TEST

/* ---- binary ---------------------------------------------------------------
 */

START_TEST(a_binary_event_is_read)
{
    add_binary_headers();
    add_header("ce_time", STR("2025-10-08T12:34:56.789Z"));
    add_header("content-type", STR("application/json"));
    accept(DATA);
    ck_assert_str_eq(text_of(event.id), "e1");
    ck_assert_str_eq(text_of(event.source), "/s");
    ck_assert_int_eq(event.time_us, 1759926896789000);
}
END_TEST

START_TEST(structured_wins_where_both_are_sent)
{
    add_binary_headers();
    headers[1].value = STR("other");
    add_header("content-type", STR("application/cloudevents+json"));
    accept(WHOLE);
    ck_assert_str_eq(text_of(event.id), "e1");
}
END_TEST

START_TEST(binary_attributes_are_checked_alike)
{
    add_binary_headers();
    headers[1].value = STR("a\xFF");
    refuse_envelope(DATA, "not UTF-8");
    headers[1].value = STR("a\0b");
    refuse_envelope(DATA, "not UTF-8");
    headers[1].value = (struct str){0};
    refuse_envelope(DATA, "\"ce_id\" is missing");
    headers[1].value = STR("e1");
    headers[0].value = STR("2.0");
    refuse_envelope(DATA, "ce_specversion");
    headers[0].value = STR("1.0");
    add_header("content-type", STR("application/avro"));
    refuse_envelope(DATA, "only JSON");
}
END_TEST

/* ---- plain ----------------------------------------------------------------
 */

#define PLAIN                                                                  \
    "{'meta':{'id':'p1','kind':'io.test.done.v1','at':"                        \
    "'2025-10-08T12:34:56.789Z','from':'/other'},'body':" DATA "}"

static void
set_plain(void)
{
    envelope = (struct envelope){
        .kind = ENVELOPE_PLAIN,
        .id = STR("/meta/id"),
        .type = STR("/meta/kind"),
        .time = STR("/meta/at"),
        .source = STR("/meta/from"),
        .data = STR("/body"),
    };
}

START_TEST(a_plain_event_is_read_where_the_settings_say)
{
    set_plain();
    accept(PLAIN);
    ck_assert_str_eq(text_of(event.id), "p1");
    ck_assert_str_eq(text_of(event.source), "/other");
    ck_assert_int_eq(event.time_us, 1759926896789000);
    ck_assert_ptr_nonnull(node_get(event.data, STR("user")));
}
END_TEST

START_TEST(plain_settings_can_be_the_value_itself)
{
    set_plain();
    envelope.source = STR("urn:legacy");
    envelope.type = STR("io.test.done.v1");
    envelope.time = (struct str){0};
    envelope.data = (struct str){0};
    envelope.id = STR("/n");
    accept("{'user':'u1','value':1,'n':42}");
    ck_assert_str_eq(text_of(event.id), "42");
    ck_assert_str_eq(text_of(event.source), "urn:legacy");
    ck_assert_int_eq(event.time_us, (int64_t)TIME_MS * 1000);
}
END_TEST

START_TEST(plain_attributes_are_checked_alike)
{
    set_plain();
    refuse_envelope("{'meta':{'kind':'io.test.done.v1'},'body':" DATA "}",
                    "\"id\" is missing");
    refuse_envelope("{'meta':{'id':1.5,'kind':'io.test.done.v1'}}",
                    "\"id\" at \"/meta/id\" must be a string");
    refuse_envelope("{'meta':{'id':'1','kind':'io.test.done.v1','from':'/s'}}",
                    "\"data\" is missing");
    envelope.source = (struct str){0};
    refuse_envelope(PLAIN, "\"source\" is missing");
}
END_TEST

/* ---- trace context --------------------------------------------------------
 */

START_TEST(a_trace_is_kept_from_wherever_it_comes)
{
    accept("{" HEAD "'traceparent':'" TRACE "','data':" DATA "}");
    ck_assert_str_eq(text_of(event.traceparent), TRACE);
    add_header("traceparent", STR(TRACE));
    accept(WHOLE);
    ck_assert_str_eq(text_of(event.traceparent), TRACE);
    record.header_count = 0;
    add_binary_headers();
    add_header("ce_traceparent", STR(TRACE));
    accept(DATA);
    ck_assert_str_eq(text_of(event.traceparent), TRACE);
}
END_TEST

START_TEST(a_bad_trace_is_no_fault_of_the_event)
{
    static const char *const bad[] = {
        "",
        "x",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        accept(arena_printf(
            &arena, "{" HEAD "'traceparent':'%s','data':" DATA "}", bad[i]));
        ck_assert_uint_eq(event.traceparent.len, 0);
    }
    accept("{" HEAD "'traceparent':7,'data':" DATA "}");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "envelope", set_up_event, tear_down, a_structured_event_is_read,
        the_content_type_is_read_as_mail_does,
        a_specversion_in_the_value_is_enough,
        without_an_envelope_the_message_says_what_to_send,
        each_attribute_is_required_and_a_text, attributes_have_limits,
        times_are_strict, the_record_has_a_time_where_the_event_has_none,
        data_must_be_an_object, data_must_be_json, a_binary_event_is_read,
        structured_wins_where_both_are_sent,
        binary_attributes_are_checked_alike,
        a_plain_event_is_read_where_the_settings_say,
        plain_settings_can_be_the_value_itself,
        plain_attributes_are_checked_alike,
        a_trace_is_kept_from_wherever_it_comes,
        a_bad_trace_is_no_fault_of_the_event);
}
